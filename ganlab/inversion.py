"""Finding the latent whose image is closest to a given one.

An unconditional generator never sees an input image. What can imitate one is a search: keep
the generator fixed and move the latent until the image matches.
"""

from dataclasses import dataclass

import numpy as np

from ganlab import images as _images
from ganlab import latents as _latents
from ganlab import similarity
from ganlab._tensorflow import keras, tf

__all__ = [
    "Inversion",
    "content_objective",
    "invert",
    "pixel_objective",
    "structure_objective",
]


@dataclass(frozen=True)
class Inversion:
    """The result of `invert`.

    Attributes
    ----------
    latents : ndarray, float32, shape (n, latent_dim)
        The best latent found for each image.
    images : ndarray, float32, shape (n, height, width, channels)
        What the generator makes of them.
    history : ndarray, float32, shape (steps + 1, n)
        The objective of the best start of each image as the search went on.
    """

    latents: np.ndarray
    images: np.ndarray
    history: np.ndarray

    def __repr__(self):
        return (
            f"Inversion({len(self.images)} images, {len(self.history) - 1} steps, "
            f"mean objective {self.history[0].mean():.3f} -> {self.history.min(0).mean():.3f})"
        )


def pixel_objective(images, targets):
    """Mean squared error of each image, shape (batch,)."""
    return tf.reduce_mean((images - targets) ** 2, axis=(1, 2, 3))


def structure_objective(images, targets):
    """1 - SSIM of each image, shape (batch,), in [0, 2]."""
    return 1.0 - similarity.ssim(images, targets, data_range=1.0)


def content_objective(images, targets):
    """1 - centred cosine similarity of each image, shape (batch,), in [0, 2]."""
    return 1.0 - similarity.content_similarity(images, targets, centered=True)


def invert(
    generator,
    images,
    *,
    steps,
    seed,
    objective=pixel_objective,
    candidates=512,
    starts=4,
    learning_rate=0.05,
    prior=1e-3,
):
    """Searches latents whose images match the given ones.

    The search draws ``candidates`` latents, keeps the best ``starts`` of them for each image,
    improves these together with Adam, and returns the best latent met on the way.

    Parameters
    ----------
    generator : keras.Model
        latents (batch, latent_dim) -> images in [0, 1].
    images : array of float, shape (n, height, width, channels), in [0, 1]
        The targets, of the generator's own size.
    steps : int
        Steps of Adam; 0 returns the best candidates.
    seed : int
        For the candidates.
    objective : callable
        ``(images, targets) -> (batch,)``, smaller is more alike: `pixel_objective`,
        `structure_objective`, `content_objective`, or your own.
    candidates, starts : int
        The landscape has many valleys: several starts, chosen well, find a deeper one.
    learning_rate : float
    prior : float
        Weight of the pull ``mean(z^2)`` towards the latents that training has seen. Without it
        the search leaves them and finds images that are closer in pixels and less like digits.

    Returns
    -------
    Inversion

    Notes
    -----
    Zhu et al. 2016, arXiv:1609.03552, section 3; Creswell and Bharath 2016, arXiv:1611.05644.
    Derived in notebooks/06_an_image_like_this_one.
    """
    targets = _images.check(images)
    if generator.output_shape[1:] != targets.shape[1:]:
        raise ValueError(
            f"expected images of the generator's own shape {generator.output_shape[1:]}, "
            f"received {targets.shape[1:]}"
        )
    if steps < 0 or not 1 <= starts <= candidates:
        raise ValueError(
            "expected steps >= 0 and 1 <= starts <= candidates, "
            f"received steps={steps}, starts={starts}, candidates={candidates}"
        )
    n, dim = len(targets), generator.input_shape[-1]
    repeated = tf.repeat(targets, starts, axis=0)
    z = keras.Variable(
        _best_candidates(generator, targets, objective, candidates, starts, seed), name="latents"
    )
    optimizer = keras.optimizers.Adam(learning_rate)
    optimizer.build([z])

    @tf.function
    def evaluate_and_improve():
        with tf.GradientTape() as tape:
            values = objective(generator(z.value, training=False), repeated)
            total = tf.reduce_sum(values + prior * tf.reduce_mean(z.value**2, axis=1))
        before = tf.identity(z.value)
        optimizer.apply([tape.gradient(total, z.value)], [z])
        return values, before

    best_values = np.full(n * starts, np.inf, np.float32)
    best_latents = np.zeros((n * starts, dim), np.float32)
    history = []
    for _ in range(steps + 1):
        values, at = (tensor.numpy() for tensor in evaluate_and_improve())
        better = values < best_values
        best_values[better], best_latents[better] = values[better], at[better]
        history.append(values)
    winners = best_values.reshape(n, starts).argmin(1) + np.arange(n) * starts
    found = best_latents[winners]
    return Inversion(found, generator(found, training=False).numpy(), np.stack(history)[:, winners])


def _best_candidates(generator, targets, objective, candidates, starts, seed):
    """The ``starts`` best of ``candidates`` random latents for each target, grouped by target."""
    z = _latents.sample(candidates, generator.input_shape[-1], seed=seed)
    made = tf.concat(
        [generator(z[i : i + 256], training=False) for i in range(0, candidates, 256)], 0
    )

    @tf.function
    def compare(target):
        return objective(made, tf.broadcast_to(target, tf.shape(made)))

    scores = np.stack([compare(tf.constant(target)).numpy() for target in targets])
    order = np.argsort(scores, axis=1, kind="stable")[:, :starts]
    return z[order.reshape(-1)]
