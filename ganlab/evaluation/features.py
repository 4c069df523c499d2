"""What images are compared by: inner values of a small classifier, or principal components.

Pixels are a poor place to compare sets of images: a stroke moved by one pixel is far away. The
values before the last layer of a network that tells the classes apart move little when the
writing stays the same, and much when it changes; measures of `ganlab.metrics` are taken on
them. For photographs the usual network is Inception (Heusel et al. 2017, arXiv:1706.08500); for
other data, one that was trained on them is better.
"""

import functools
import json
import pathlib
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from sklearn.decomposition import PCA

from ganlab import checkpoints, datasets, files, models
from ganlab import images as pixels
from ganlab._tensorflow import keras, tf

layers = keras.layers

#: Values in a feature vector.
DIM = 64

#: sha256 of the recorded classifiers in data/weights, features_NAME.npz.
WEIGHTS = {"digits": "25a60fdf265c1dc6c1bbf142757e0c4b110373ca6ac9f6e987eee62a08db86a8"}


def build(image_shape, classes, *, seed):
    """Build an untrained classifier; its layer "features" has 64 units.

    Parameters
    ----------
    image_shape : (height, width, channels)
    classes : int
    seed : int
        For the initial weights and for dropout.

    Returns
    -------
    keras.Model
        images (batch, *image_shape) -> logits (batch, classes).
    """
    seeds = np.random.default_rng(seed)

    def init():
        return keras.initializers.HeNormal(seed=int(seeds.integers(2**31)))

    images = keras.Input(tuple(image_shape), name="images")
    x = layers.Rescaling(2.0, -1.0, name="zero_centered")(images)
    side, width = max(image_shape[:2]), 24
    block = 0
    while side > 4 or block == 0:
        block += 1
        x = layers.Conv2D(
            width, 4, strides=2, padding="same", kernel_initializer=init(), name=f"halve_{block}"
        )(x)
        x = layers.LeakyReLU(0.2, name=f"leaky_{block}")(x)
        side, width = -(-side // 2), min(2 * width, 64)
    x = layers.Flatten(name="flatten")(x)
    x = layers.Dropout(0.3, seed=int(seeds.integers(2**31)), name="dropout")(x)
    # Left without a nonlinearity: a Gaussian, which the Fréchet distance assumes, is a better
    # description of values of both signs than of rectified ones.
    x = layers.Dense(DIM, kernel_initializer=init(), name="features")(x)
    x = layers.LeakyReLU(0.2, name="leaky_features")(x)
    logits = layers.Dense(classes, kernel_initializer=init(), name="logits")(x)
    return keras.Model(images, logits, name="features")


def train(images, labels, *, seed, steps=1500, batch_size=64, callbacks=()):
    """Train a classifier on labeled images; equal calls give equal weights on one machine.

    Images are shifted, turned and resized a little as they are shown, so that the features do
    not depend on where precisely a stroke lies; Adam with a learning rate that falls from 2e-3
    to zero along a cosine.

    Parameters
    ----------
    images : array of float32, shape (n, height, width, channels), in [0, 1]
    labels : array of int, shape (n,), from 0 to classes - 1 with at least two classes
    seed : int
    steps, batch_size : int
    callbacks : sequence of keras.callbacks.Callback

    Returns
    -------
    keras.Model
    """
    images = pixels.check(images)
    labels = np.asarray(labels)
    if labels.shape != (len(images),) or labels.dtype.kind not in "iu" or labels.min() < 0:
        raise ValueError(
            f"expected {len(images)} labels counted from 0, one for each image, "
            f"received {labels.dtype} of shape {labels.shape}"
        )
    if len(np.unique(labels)) < 2:
        raise ValueError(f"expected at least two classes, received only label {labels[0]}")
    model = build(images.shape[1:], int(labels.max()) + 1, seed=seed)
    varied = keras.Sequential(
        [
            layers.RandomTranslation(0.08, 0.08, fill_mode="nearest", seed=seed),
            layers.RandomRotation(0.03, fill_mode="nearest", seed=seed + 1),
            layers.RandomZoom(0.1, fill_mode="nearest", seed=seed + 2),
        ],
        name="variation",
    )
    with tf.device("CPU"):  # where tf.data runs
        images, labels = tf.constant(images), tf.constant(labels)

    def shown(chosen):
        return varied(tf.gather(images, chosen), training=True), tf.gather(labels, chosen)

    batches = datasets.batches(np.arange(len(images)), batch_size, seed=seed).map(shown)
    model.compile(
        optimizer=keras.optimizers.Adam(keras.optimizers.schedules.CosineDecay(2e-3, steps)),
        loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        jit_compile=False,
    )
    model.fit(batches, steps_per_epoch=steps, shuffle=False, verbose=0, callbacks=list(callbacks))
    model.trainable = False
    return model


def save(model, path):
    """Save a classifier made by `build` or `train`, as `load` reads it; return its sha256."""
    about = {"image_shape": model.input_shape[1:], "classes": model.output_shape[-1]}
    return checkpoints.save_weights(model, path, notes={"about": json.dumps(about)})


def load(name_or_path="digits"):
    """Load a classifier: a recorded one by name, or a file that `save` wrote.

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
        If the file is missing, damaged, not the published one or not a classifier.

    Examples
    --------
    >>> load("digits").output_shape
    (None, 10)
    """
    checksum = WEIGHTS.get(name_or_path)
    path = pathlib.Path(name_or_path)
    if checksum is not None:
        path = files.recorded(f"weights/features_{name_or_path}.npz")
    elif path.suffix != ".npz":
        raise ValueError(
            f"expected one of {sorted(WEIGHTS)} or a path ending in .npz, received {name_or_path!r}"
        )
    notes = checkpoints.read_notes(path, checksum=checksum)
    try:
        about = json.loads(str(notes["about"]))
        model = build(tuple(about["image_shape"]), about["classes"], seed=0)
    except (KeyError, TypeError, ValueError) as error:
        raise checkpoints.CheckpointError(
            f"{path}: expected a classifier that python -m ganlab features wrote, "
            "received another file"
        ) from error
    checkpoints.load_weights(model, path, checksum=checksum)
    model.trainable = False
    return model


def extract(model, images, *, batch_size=256):
    """Return features of images.

    Parameters
    ----------
    model : keras.Model
        From `load` or `train`.
    images : array of float, shape (n, height, width, channels), in [0, 1]

    Returns
    -------
    ndarray, float32, shape (n, 64)
    """
    inner = keras.Model(model.input, model.get_layer("features").output)
    return _apply(inner, images, batch_size)


def probabilities(model, images, *, batch_size=256):
    """Return what the classifier takes the images for.

    Returns
    -------
    ndarray, float32, shape (n, classes)
        Each row sums to 1.
    """
    return tf.nn.softmax(_apply(model, images, batch_size)).numpy()


def accuracy(model, images, labels):
    """Return the share of the images whose most probable class is their label."""
    return float(np.mean(probabilities(model, images).argmax(axis=1) == np.asarray(labels)))


def _apply(model, images, batch_size):
    images = pixels.check(images)
    if images.shape[1:] != model.input_shape[1:]:
        raise ValueError(
            f"expected images of shape {model.input_shape[1:]}, as this classifier was trained "
            f"on, received {images.shape[1:]}"
        )
    return models.apply(model, images, batch_size=batch_size)


@dataclass(frozen=True)
class FeatureExtractor:
    """What takes the features of images, and tells their classes where there is a classifier.

    Attributes
    ----------
    name : str
    extract : callable
        images (n, height, width, channels) -> features (n, dim).
    probabilities : callable or None
        images -> class probabilities (n, classes), where there is a classifier.
    """

    name: str
    extract: Callable
    probabilities: Callable | None = None

    @classmethod
    def of_classifier(cls, model, name):
        """Take the features and the classes of a classifier from `load` or `train`."""
        return cls(name, functools.partial(extract, model), functools.partial(probabilities, model))

    @classmethod
    def of_components(cls, images, dim=DIM):
        """Take the first principal components of the given images: for data without labels."""
        images = pixels.check(images)
        dim = min(dim, len(images), images[0].size)
        components = PCA(dim, svd_solver="full").fit(images.reshape(len(images), -1))

        def extract(batch):
            return components.transform(pixels.check(batch).reshape(len(batch), -1))

        return cls(f"the first {dim} principal components", extract)


def extractor_for(dataset, *, seed=0, callbacks=()):
    """Choose the feature extractor that suits a data set.

    Parameters
    ----------
    dataset : datasets.Dataset
        The digits have a recorded classifier. For other labeled data one is trained, which
        takes half a minute; data without labels are compared by principal components.
    seed : int
    callbacks : sequence of keras.callbacks.Callback
        Watch the training, where there is one.

    Returns
    -------
    FeatureExtractor
    """
    if dataset.name in WEIGHTS:
        model = load(dataset.name)
        if model.input_shape[1:] == dataset.images.shape[1:]:
            name = f"the recorded classifier of {dataset.name}"
            return FeatureExtractor.of_classifier(model, name)
    if dataset.labels is not None and len(np.unique(dataset.labels)) > 1:
        model = train(dataset.images, dataset.labels, seed=seed, callbacks=callbacks)
        return FeatureExtractor.of_classifier(model, f"a classifier trained on {dataset.name}")
    return FeatureExtractor.of_components(dataset.images)
