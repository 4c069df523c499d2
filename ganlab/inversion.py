"""Inversion: the latent whose image is closest to a given one, found by a search.

An unconditional generator never sees an input image. What can imitate one is a search: keep
the generator fixed and move the latent until the image matches.
"""

import math
import numbers
from dataclasses import dataclass

import numpy as np

from ganlab import images as _images
from ganlab import latents as _latents
from ganlab import models, similarity
from ganlab._tensorflow import keras, tf

__all__ = [
    "Inversion",
    "content_objective",
    "invert",
    "pixel_objective",
    "structure_objective",
]


@dataclass(frozen=True, eq=False)
class Inversion:
    """The result of `invert`.

    Attributes
    ----------
    latents : ndarray, float32, shape (n, latent_dim)
        The best latent found for each image.
    images : ndarray, float32, shape (n, height, width, channels), in [0, 1]
        What the generator makes of them.
    history : ndarray, float32, shape (steps + 1, n)
        What the search minimizes, objective plus pull, at every step of the start that won.
        Its first row is before any step; its smallest entry belongs to ``latents``.
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
    """Return the mean squared error of each image.

    Parameters
    ----------
    images, targets : tensor, float, shape (batch, height, width, channels), in [0, 1]

    Returns
    -------
    tf.Tensor, shape (batch,), in [0, 1]
    """
    return tf.reduce_mean((images - targets) ** 2, axis=(1, 2, 3))


def structure_objective(images, targets):
    """Return 1 - SSIM of each image, in [0, 2].

    Parameters
    ----------
    images, targets
        As for `pixel_objective`, of at least 11 x 11 pixels.
    """
    return 1.0 - similarity.ssim(images, targets, data_range=1.0)


def content_objective(images, targets):
    """Return 1 - centered cosine similarity of each image, in [0, 2].

    Parameters
    ----------
    images, targets
        As for `pixel_objective`, but of any shape and range.
    """
    return 1.0 - similarity.content_similarity(images, targets, centered=True)


def invert(
    generator,
    images,
    *,
    condition=None,
    steps,
    seed,
    objective=pixel_objective,
    candidates=512,
    starts=4,
    learning_rate=0.1,
    prior=1e-3,
):
    """Search latents whose images match the given ones.

    The search draws ``candidates`` latents, keeps the best ``starts`` of them for each image
    and improves all of these with Adam. What it minimizes for each image is

        objective(G(z), image) + prior * mean(z^2)

    and what it returns is the best latent met on the way, by the same measure: never a worse
    one than the best candidate.

    Parameters
    ----------
    generator : keras.Model
        latents (batch, latent_dim) -> images in [0, 1]; or of [latents, condition].
    images : array of float, shape (n, height, width, channels), in [0, 1]
        The targets, of the generator's own size.
    condition : array, shape (n, ...) or (...), where the generator takes one
        A condition for each image, or one for all: it stays as it is.
    steps : int
        Steps of Adam; 0 returns the best candidates.
    seed : int or numpy.random.Generator
        For the candidates: nothing else is random.
    objective : callable
        ``(images, targets) -> (batch,)``, differentiable, smaller is more alike:
        `pixel_objective`, `structure_objective`, `content_objective`, or your own.
    candidates, starts : int, 1 <= starts <= candidates
        The landscape has many valleys: several starts, chosen well, find a deeper one.
    learning_rate : float, above 0
    prior : float, at least 0
        Weight of the pull toward the latents that training has seen. Without it the search
        leaves them and finds images that are closer in pixels and less like digits.

    Returns
    -------
    Inversion

    Raises
    ------
    ValueError
        If the objective does not give one finite value an image, or has no gradient.

    Notes
    -----
    With the pixel objective this is the most probable latent under z ~ N(0, I) and an image
    known up to Gaussian noise of variance ``prior * pixels / latent_dim``.

    Zhu et al. 2016, arXiv:1609.03552, section 3; Creswell and Bharath 2016, arXiv:1611.05644.
    Derived in notebooks/06_an_image_like_this_one.

    Examples
    --------
    >>> from ganlab import models
    >>> generator = models.dense_generator((8, 8, 1), latent_dim=2, seed=0)
    >>> given = generator(_latents.sample(3, 2, seed=1)).numpy()
    >>> found = invert(generator, given, steps=100, seed=2, prior=1e-5)
    >>> found.latents.shape, found.images.shape, found.history.shape
    ((3, 2), (3, 8, 8, 1), (101, 3))
    >>> bool(np.mean((found.images - given) ** 2) < 1e-4)
    True
    """
    targets = _images.check(images)
    if generator.output_shape[1:] != targets.shape[1:]:
        raise ValueError(
            f"expected images of the generator's own shape {generator.output_shape[1:]}, "
            f"received {targets.shape[1:]}"
        )
    _check_numbers(steps, candidates, starts, learning_rate, prior)
    n, dim = len(targets), models.latent_dim(generator)
    told = models.Condition.of(generator)
    if told is None and condition is not None:
        raise ValueError(f"expected no condition, which {generator.name!r} does not take")
    condition = None if told is None else told.check(condition, n)
    measure = _measure(objective, prior)
    found = _best_candidates(generator, condition, measure, targets, candidates, starts, seed)
    z = keras.Variable(found, name="latents")
    repeated = tf.constant(np.repeat(targets, starts, axis=0))
    asked = None if told is None else tf.constant(np.repeat(condition, starts, axis=0))
    optimizer = keras.optimizers.Adam(learning_rate)
    optimizer.build([z])

    @tf.function(autograph=False)
    def evaluate_and_improve():
        before = tf.identity(z.value)
        with tf.GradientTape() as tape:
            tape.watch(before)
            made = tf.cast(
                generator(models.with_condition(before, asked), training=False), tf.float32
            )
            likeness, pull = measure(made, before, repeated)
        # A value depends on its own latent alone, so the gradient of their sum holds the
        # gradient of each: all starts of all images descend side by side.
        gradient = tape.gradient(likeness, before)
        if gradient is None:
            raise ValueError(
                "expected an objective that TensorFlow can differentiate, received "
                f"{objective!r}, whose values do not depend on the images through tensors"
            )
        optimizer.apply([gradient + 2.0 * prior / dim * before], [z])
        return likeness + pull, before

    # Traced once and on purpose: a tf.function called anew in every search would soon warn of
    # "excessive retracing", to no use.
    evaluate_and_improve = evaluate_and_improve.get_concrete_function()
    best_values = np.full(n * starts, np.inf, np.float32)
    best_latents = z.numpy()
    history = []
    for step in range(steps + 1):
        values, at = (tensor.numpy() for tensor in evaluate_and_improve())
        if not np.all(np.isfinite(values)):
            raise ValueError(
                f"expected an objective with finite values, received NaN or infinity at step {step}"
            )
        better = values < best_values
        best_values[better], best_latents[better] = values[better], at[better]
        history.append(values)
    winners = best_values.reshape(n, starts).argmin(1) + np.arange(n) * starts
    found = best_latents[winners]
    made = models.apply(generator, models.with_condition(found, condition))
    return Inversion(found, made, np.stack(history)[:, winners])


def _check_numbers(steps, candidates, starts, learning_rate, prior):
    for name, value in (("steps", steps), ("candidates", candidates), ("starts", starts)):
        if isinstance(value, bool) or not isinstance(value, numbers.Integral):
            raise TypeError(f"expected {name} as an integer, received {value!r}")
    if steps < 0 or not 1 <= starts <= candidates:
        raise ValueError(
            "expected steps >= 0 and 1 <= starts <= candidates, "
            f"received steps={steps}, starts={starts}, candidates={candidates}"
        )
    if not 0 < learning_rate < math.inf or not 0 <= prior < math.inf:
        raise ValueError(
            "expected learning_rate > 0 and prior >= 0, "
            f"received learning_rate={learning_rate}, prior={prior}"
        )


def _measure(objective, prior):
    """Return a function of the objective, checked, and the pull: one value an image of each."""

    def measure(images, z, targets):
        values = tf.convert_to_tensor(objective(images, targets))
        if values.shape != z.shape[:1]:
            raise ValueError(
                f"expected an objective of shape {tuple(z.shape[:1])}, one value an image, "
                f"received shape {tuple(values.shape)}"
            )
        return values, prior * tf.reduce_mean(z**2, axis=1)

    return measure


def _best_candidates(generator, condition, measure, targets, candidates, starts, seed):
    """Return the ``starts`` best of random latents for each target, grouped by target."""
    z = _latents.sample(candidates, models.latent_dim(generator), seed=seed)
    scores, made = [], None
    for index, target in enumerate(tf.constant(targets)):
        asked = None if condition is None else np.repeat(condition[index : index + 1], len(z), 0)
        if made is None or asked is not None:  # without a condition all targets share the images
            made = tf.constant(models.apply(generator, models.with_condition(z, asked)))
        aim = tf.broadcast_to(target, made.shape)
        scores.append(sum(measure(made, tf.constant(z), aim)).numpy())
    # NaN sorts last: it never chooses a candidate.
    order = np.argsort(scores, axis=1, kind="stable")[:, :starts]
    return z[order.reshape(-1)]
