"""Inversion: the latent whose image is closest to a given one, found by a search.

An unconditional generator never sees an input image. What can imitate one is a search: keep
the generator fixed and move the latent until the image matches.
"""

import collections
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
    "Search",
    "content_objective",
    "invert",
    "pixel_objective",
    "structure_objective",
]

_PROGRAMS = 4  # compiled objectives that a search keeps


@dataclass(frozen=True, eq=False)
class Inversion:
    """What `invert` or a `Search` found.

    Attributes
    ----------
    latents : ndarray, float32, shape (n, latent_dim)
        The best latent found for each image.
    images : ndarray, float32, shape (n, height, width, channels), in [0, 1]
        What the generator makes of them.
    history : ndarray, float32, shape (steps + 1, n), or (steps, n) from a `Search`
        What the search minimizes, objective plus pull, at every step of the start that won.
        Its first row is before any step; its smallest entry belongs to ``latents``. (`invert`
        measures once more, what its last step improved.)
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
    _check_numbers(steps, candidates, starts, learning_rate, prior)
    search = Search(
        generator,
        images,
        condition=condition,
        seed=seed,
        objective=objective,
        candidates=candidates,
        starts=starts,
        learning_rate=learning_rate,
        prior=prior,
    )
    search.step(steps + 1)  # the last one measures what the one before it improved
    return search.found()


class Search:
    """The search of `invert`, a step at a time: to watch, to stop, to send on another way.

    Parameters
    ----------
    generator, images, condition, seed, objective, candidates, starts, learning_rate, prior
        As for `invert`.

    Attributes
    ----------
    generator : keras.Model
    targets : ndarray, float32, shape (n, height, width, channels), in [0, 1]
        The images that the search aims at.
    steps : int
        Those since it was aimed or since its objective changed.

    Raises
    ------
    TypeError, ValueError
        As `invert`, and before anything is computed.

    Examples
    --------
    >>> from ganlab import models
    >>> generator = models.dense_generator((12, 12, 1), latent_dim=2, seed=0)
    >>> given = generator(_latents.sample(1, 2, seed=1)).numpy()
    >>> search = Search(generator, given, seed=2)
    >>> search.step()
    >>> first = search.found().images
    >>> search.change(content_objective)
    >>> search.step(20)
    >>> search
    Search(content_objective, step 20)
    >>> bool(content_objective(search.found().images, given) < content_objective(first, given))
    True
    """

    def __init__(
        self,
        generator,
        images,
        *,
        condition=None,
        seed,
        objective=pixel_objective,
        candidates=512,
        starts=4,
        learning_rate=0.1,
        prior=1e-3,
    ):
        _check_numbers(0, candidates, starts, learning_rate, prior)
        if not isinstance(generator, keras.Model):
            raise TypeError(f"expected generator as a keras.Model, received {generator!r:.80}")
        self.generator, self._told = generator, models.Condition.of(generator)
        self._objective, self._starts, self._prior = _checked(objective), starts, prior
        self._dim = models.latent_dim(generator)
        self.targets, self._condition = self._given(images, condition)
        self._drawn = _latents.sample(candidates, self._dim, seed=seed)
        rows = len(self.targets) * starts
        self._z = keras.Variable(np.zeros((rows, self._dim), np.float32), name="latents")
        self._aims = tf.Variable(np.repeat(self.targets, starts, axis=0))
        self._asked = None
        if self._told is not None:
            self._asked = tf.Variable(np.repeat(self._condition, starts, axis=0))
        self._optimizer = keras.optimizers.Adam(learning_rate)
        self._optimizer.build([self._z])
        self._fresh = [variable.numpy() for variable in self._optimizer.variables]
        self._programs = collections.deque(maxlen=_PROGRAMS)
        self.aim(self.targets, condition=self._condition)

    def __repr__(self):
        name = getattr(self._objective, "__name__", repr(self._objective))
        return f"Search({name}, step {self.steps})"

    @property
    def steps(self):
        return len(self._history)

    def aim(self, images, *, condition=None):
        """Search for other images, from the best candidates on.

        Parameters
        ----------
        images, condition
            As for `invert`, as many as before.
        """
        targets, condition = self._given(images, condition)
        if len(targets) != len(self.targets):
            raise ValueError(
                f"expected as many images as before, {len(self.targets)}, received {len(targets)}"
            )
        best = self._best_candidates(targets, condition)  # it may raise: then nothing changes
        self.targets, self._condition = targets, condition
        self._aims.assign(np.repeat(targets, self._starts, axis=0))
        if condition is not None:
            self._asked.assign(np.repeat(condition, self._starts, axis=0))
        self._start(best)

    def change(self, objective):
        """Follow another objective, from the latents where the search stands.

        What an objective computes is fixed when it is followed for the first time.
        """
        before, self._objective = self._objective, _checked(objective)
        try:
            self._program()
        except Exception:
            self._objective = before
            raise
        self._start(self._z.numpy())

    def step(self, times=1):
        """Measure the latents, keep the best ones, and improve all by a step of Adam.

        Parameters
        ----------
        times : int, at least 1
        """
        _images.check_count(times, "times", 1)
        improve = self._program()
        for _ in range(times):
            values, at = (tensor.numpy() for tensor in improve())
            if not np.all(np.isfinite(values)):
                step = self.steps
                self._start(at)  # or the next objective would begin at latents that are none
                raise ValueError(
                    "expected an objective with finite values, received NaN or infinity at step "
                    f"{step}"
                )
            better = values < self._best_values
            self._best_values[better] = values[better]
            self._best_latents[better] = at[better]
            self._history.append(values)

    def found(self):
        """Return the best latents that were measured until now, an `Inversion`."""
        if not self._history:
            raise ValueError("expected at least one step before, received none")
        n = len(self.targets)
        best = self._best_values.reshape(n, self._starts)
        winners = best.argmin(1) + np.arange(n) * self._starts
        found = self._best_latents[winners]
        told = models.with_condition(found, self._condition)
        made = models.apply(self.generator, told)
        return Inversion(found, made, np.stack(self._history)[:, winners])

    def _given(self, images, condition):
        targets = _images.check(images)
        if self.generator.output_shape[1:] != targets.shape[1:]:
            raise ValueError(
                f"expected images of the generator's own shape {self.generator.output_shape[1:]}, "
                f"received {targets.shape[1:]}"
            )
        if self._told is not None:
            return targets, self._told.check(condition, len(targets))
        if condition is not None:
            raise ValueError(f"expected no condition, which {self.generator.name!r} does not take")
        return targets, None

    def _start(self, z):
        """Begin to descend from these latents, as if nothing had been before."""
        self._z.assign(z)
        for variable, value in zip(self._optimizer.variables, self._fresh, strict=True):
            variable.assign(value)
        self._best_values, self._best_latents = np.full(len(z), np.inf, np.float32), z.copy()
        self._history = []

    def _measure(self, images, z, targets):
        """Return the objective, checked, and the pull: one value an image of each."""
        values = tf.convert_to_tensor(self._objective(images, targets))
        if values.shape != z.shape[:1]:
            raise ValueError(
                f"expected an objective of shape {tuple(z.shape[:1])}, one value an image, "
                f"received shape {tuple(values.shape)}"
            )
        return values, self._prior * tf.reduce_mean(z**2, axis=1)

    def _best_candidates(self, targets, told):
        """Return the best of the drawn latents for each target, grouped by target."""
        z, scores, made = self._drawn, [], None
        for index, target in enumerate(tf.constant(targets)):
            asked = None if told is None else np.repeat(told[index : index + 1], len(z), 0)
            if made is None or asked is not None:  # without a condition all share the images
                made = tf.constant(models.apply(self.generator, models.with_condition(z, asked)))
            aim = tf.broadcast_to(target, made.shape)
            scores.append(sum(self._measure(made, tf.constant(z), aim)).numpy())
        # NaN sorts last: it never chooses a candidate.
        order = np.argsort(scores, axis=1, kind="stable")[:, : self._starts]
        return z[order.reshape(-1)]

    def _improve(self):
        before = tf.identity(self._z.value)
        with tf.GradientTape() as tape:
            tape.watch(before)
            told = models.with_condition(before, self._asked)
            made = tf.cast(self.generator(told, training=False), tf.float32)
            likeness, pull = self._measure(made, before, self._aims)
        # A value depends on its own latent alone, so the gradient of their sum holds the
        # gradient of each: all starts of all images descend side by side.
        gradient = tape.gradient(likeness, before)
        if gradient is None:
            raise ValueError(
                "expected an objective that TensorFlow can differentiate, received "
                f"{self._objective!r}, whose values do not depend on the images through tensors"
            )
        self._optimizer.apply([gradient + 2.0 * self._prior / self._dim * before], [self._z])
        return likeness + pull, before

    def _program(self):
        """Return the compiled step of the present objective; the last few are kept."""
        for objective, step in self._programs:
            if objective is self._objective:
                return step
        # On purpose a concrete function: a tf.function called anew in every search would soon
        # warn of "excessive retracing", to no use.
        step = tf.function(self._improve, autograph=False).get_concrete_function()
        self._programs.append((self._objective, step))
        return step


def _checked(objective):
    if not callable(objective):
        raise TypeError(f"expected objective as a callable, received {objective!r}")
    return objective


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
