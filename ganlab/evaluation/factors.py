"""What factors images show, read by a small classifier with a head for each factor.

It reads something in every image, also where there is nothing to read. Whether an image is a
critter at all is what :func:`ganlab.evaluation.nearest_critters` says; how evenly the values are
shown, :func:`ganlab.metrics.value_shares`.
"""

import json

import numpy as np

from ganlab import checkpoints
from ganlab import images as pixels
from ganlab._tensorflow import keras, tf
from ganlab.evaluation import classifiers
from ganlab.evaluation.classifiers import DIM, MAX_CLASSES
from ganlab.models.building import HeInitializers

layers = keras.layers

#: sha256 of the recorded classifiers in data/weights, factors_NAME.npz.
WEIGHTS = {"critters": "18d9ac4779bb59926c7d81e71218ada4a3a8f3aaf976d1963247b07f148fdfd0"}

_HEADS = 64  # at most


def build(image_shape, counts, *, seed):
    """Build an untrained classifier of factors; its layer "features" has 64 units.

    Parameters
    ----------
    image_shape : (height, width, channels)
    counts : sequence of int, at least 2 each
        How many values each factor has.
    seed : int
        For the initial weights and for dropout.

    Returns
    -------
    keras.Model
        images (batch, *image_shape) -> logits, one output of shape (batch, count) for each
        factor.
    """
    init = HeInitializers(seed)
    images, x = classifiers.trunk(image_shape, init)
    heads = [
        layers.Dense(count, kernel_initializer=init.next(), name=f"logits_{k}")(x)
        for k, count in enumerate(counts)
    ]
    return keras.Model(images, heads, name="factors")


def train(images, factors, *, seed, steps=3000, batch_size=64, callbacks=()):
    """Train a classifier of factors; equal calls give equal weights on one machine.

    Images are blurred, made noisy, paler, darker or brighter as they are shown, each to a
    different degree and none by much, so that pictures of a generator are read as a person
    would. They are never shifted: where a thing lies may be what tells it from another.
    Otherwise as :func:`ganlab.evaluation.features.train`.

    Parameters
    ----------
    images : array of float32, shape (n, height, width, channels), in [0, 1]
    factors : array of int, shape (n, k), range [0, 4096)
        A column for each factor, its values counted from 0, at least two of each. The largest
        of a column says how many values the factor has: show all of them.
    seed : int
    steps, batch_size : int, at least 1
    callbacks : sequence of keras.callbacks.Callback

    Returns
    -------
    keras.Model
    """
    images, factors, seed = classifiers.check_training(
        images, factors, _check_factors, seed=seed, steps=steps, batch_size=batch_size
    )
    low, high = factors.min(axis=0), factors.max(axis=0)
    if low.min() < 0 or high.min() < 1 or high.max() >= MAX_CLASSES or len(high) > _HEADS:
        raise ValueError(
            f"expected 1 to {_HEADS} factors of at least two values from 0 to {MAX_CLASSES - 1}, "
            f"received values from {low.tolist()} to {high.tolist()}"
        )
    model = build(images.shape[1:], (high + 1).tolist(), seed=seed)
    classifiers.fit(
        model,
        images,
        tuple(factors.T),
        varied=_Variation(seed),
        seed=seed,
        steps=steps,
        batch_size=batch_size,
        callbacks=callbacks,
    )
    return model


class _Variation:
    """Blurs a batch of images, and changes their contrast, brightness and noise, by chance."""

    def __init__(self, seed):
        self.seeds = keras.random.SeedGenerator(seed)

    def __call__(self, images):
        one_each = (tf.shape(images)[0], 1, 1, 1)

        def degree(low, high):
            return keras.random.uniform(one_each, low, high, seed=self.seeds)

        edged = tf.pad(images, [[0, 0], [1, 1], [1, 1], [0, 0]], "SYMMETRIC")
        rows = (edged[:, :-2] + 2 * edged[:, 1:-1] + edged[:, 2:]) / 4
        blurred = (rows[:, :, :-2] + 2 * rows[:, :, 1:-1] + rows[:, :, 2:]) / 4
        images += degree(0.0, 1.0) * (blurred - images)
        images = 0.5 + degree(0.85, 1.05) * (images - 0.5) + degree(-0.05, 0.05)
        noise = keras.random.normal(tf.shape(images), seed=self.seeds)
        return tf.clip_by_value(images + degree(0.0, 0.12) * noise, 0.0, 1.0)


def _check_factors(factors, count):
    factors = np.asarray(factors)
    shaped = factors.ndim == 2 and len(factors) == count and factors.shape[1] > 0
    if not shaped or factors.dtype.kind not in "iu":
        raise ValueError(
            f"expected integer factors of shape ({count}, k), a row for each image, "
            f"received {factors.dtype} of shape {factors.shape}"
        )
    return factors


def save(model, path):
    """Save a classifier made by `build` or `train`, as `load` reads it; return its sha256."""
    about = {"image_shape": model.input_shape[1:], "counts": counts(model)}
    return checkpoints.save_weights(model, path, notes={"about": json.dumps(about)})


def load(name_or_path="critters"):
    """Load a classifier of factors: a recorded one by name, or a file that `save` wrote.

    Parameters
    ----------
    name_or_path : str or path
        A key of `WEIGHTS`, or a path that ends in ``.npz``.

    Returns
    -------
    keras.Model

    Raises
    ------
    files.FileError
        If the file is missing, damaged, not the published one or not a classifier of factors.

    Examples
    --------
    >>> counts(load("critters"))
    [8, 6, 4, 7, 6, 8, 6, 5]
    """
    return classifiers.load(
        name_or_path,
        kind="factors",
        wrote="factors.save",
        checksums=WEIGHTS,
        described=_described,
        build=build,
    )


def _described(arrays):
    """Return what a stored classifier says of itself, once its arrays agree: nothing is built."""
    about = json.loads(str(arrays["about"]))
    image_shape, told = tuple(about["image_shape"]), list(about["counts"])
    classifiers.check_image_shape(image_shape)
    pixels.check_count(len(told), "counts", 1, _HEADS)
    for k, count in enumerate(told):
        pixels.check_count(count, "a count", 2, MAX_CLASSES)
        stored = arrays[f"logits_{k}/kernel/0"].shape
        if stored != (DIM, count):
            raise ValueError(f"{count} values, but weights of shape {stored}")
    return image_shape, told


def counts(model):
    """Return how many values each factor has that a classifier reads, a list of int."""
    return [int(output.shape[-1]) for output in model.outputs]


def probabilities(model, images, *, batch_size=256):
    """Return what the classifier takes the values of each factor for.

    Parameters
    ----------
    model : keras.Model
        From `load` or `train`.
    images : array of float, shape (n, height, width, channels), in [0, 1]

    Returns
    -------
    tuple of ndarray of float32, shape (n, count), one a factor
        Each row sums to 1.
    """
    together = keras.Model(model.input, layers.Concatenate()(model.outputs))
    logits = classifiers.apply(together, images, batch_size)
    heads = np.split(logits, np.cumsum(counts(model))[:-1], axis=1)
    return tuple(tf.nn.softmax(head).numpy() for head in heads)


def read(model, images, *, batch_size=256):
    """Return the most probable value of each factor.

    Parameters
    ----------
    model : keras.Model
        From `load` or `train`.
    images : array of float, shape (n, height, width, channels), in [0, 1]

    Returns
    -------
    ndarray of int64, shape (n, k)
        A column for each factor, as in `Dataset.factors`.
    """
    heads = probabilities(model, images, batch_size=batch_size)
    return np.stack([head.argmax(axis=1) for head in heads], axis=1)


def accuracy(model, images, factors):
    """Return the share of the images whose value is read right, of each factor, shape (k,)."""
    factors = _check_factors(factors, len(images))
    if factors.shape[1] != len(model.outputs):
        raise ValueError(
            f"expected {len(model.outputs)} factors, as this classifier was trained on, "
            f"received {factors.shape[1]}"
        )
    return np.mean(read(model, images) == factors, axis=0)
