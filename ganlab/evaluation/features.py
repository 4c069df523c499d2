"""What images are compared by: inner values of a small classifier, or principal components.

Pixels are a poor place to compare sets of images: a stroke moved by one pixel is far away. The
values before the last layer of a network that tells the classes apart move little when the
writing stays the same, and much when it changes; measures of `ganlab.metrics` are taken on
them. For photographs the usual network is Inception (Heusel et al. 2017, arXiv:1706.08500); for
other data, one that was trained on them is better.
"""

import functools
import json
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from sklearn.decomposition import PCA

from ganlab import checkpoints
from ganlab import images as pixels
from ganlab._tensorflow import keras, tf
from ganlab.datasets import handwriting
from ganlab.evaluation import classifiers
from ganlab.evaluation.classifiers import DIM, MAX_CLASSES
from ganlab.models.building import HeInitializers

layers = keras.layers

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
    init = HeInitializers(seed)
    images, x = classifiers.trunk(image_shape, init)
    logits = layers.Dense(classes, kernel_initializer=init.next(), name="logits")(x)
    return keras.Model(images, logits, name="features")


def train(images, labels, *, seed, steps=1500, batch_size=64, callbacks=()):
    """Train a classifier on labeled images; equal calls give equal weights on one machine.

    Images are shifted, turned and resized a little as they are shown, so that the features do
    not depend on where precisely a stroke lies; Adam with a learning rate that falls from 2e-3
    to zero along a cosine.

    Parameters
    ----------
    images : array of float32, shape (n, height, width, channels), in [0, 1]
    labels : array of int, shape (n,), range [0, 4096)
        Of at least two classes, counted from 0.
    seed : int
    steps, batch_size : int, at least 1
    callbacks : sequence of keras.callbacks.Callback

    Returns
    -------
    keras.Model
    """
    images, labels, seed = classifiers.check_training(
        images, labels, _check_labels, seed=seed, steps=steps, batch_size=batch_size
    )
    if not 0 <= labels.min() <= labels.max() < MAX_CLASSES:
        raise ValueError(
            f"expected labels from 0 to {MAX_CLASSES - 1}, received {labels.min()} to "
            f"{labels.max()}: np.unique(labels, return_inverse=True)[1] counts them from 0"
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
    classifiers.fit(
        model,
        images,
        labels,
        varied=functools.partial(varied, training=True),
        seed=seed,
        steps=steps,
        batch_size=batch_size,
        callbacks=callbacks,
    )
    return model


def _check_labels(labels, count):
    labels = np.asarray(labels)
    if labels.shape != (count,) or labels.dtype.kind not in "iu":
        raise ValueError(
            f"expected integer labels of shape ({count},), one for each image, "
            f"received {labels.dtype} of shape {labels.shape}"
        )
    return labels


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
    return classifiers.load(
        name_or_path,
        kind="features",
        wrote="python -m ganlab features",
        checksums=WEIGHTS,
        described=_described,
        build=build,
    )


def _described(arrays):
    """Return what a stored classifier says of itself, once its arrays agree: nothing is built."""
    about = json.loads(str(arrays["about"]))
    image_shape = tuple(about["image_shape"])
    classifiers.check_image_shape(image_shape)
    pixels.check_count(about["classes"], "classes", 2, MAX_CLASSES)
    stored = arrays["logits/kernel/0"].shape
    if stored != (DIM, about["classes"]):
        raise ValueError(f"{about['classes']} classes, but weights of shape {stored}")
    return image_shape, about["classes"]


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
    return classifiers.apply(inner, images, batch_size)


def probabilities(model, images, *, batch_size=256):
    """Return what the classifier takes the images for.

    Returns
    -------
    ndarray, float32, shape (n, classes)
        Each row sums to 1.
    """
    return tf.nn.softmax(classifiers.apply(model, images, batch_size)).numpy()


def accuracy(model, images, labels):
    """Return the share of the images whose most probable class is their label, shape (n,)."""
    labels = _check_labels(labels, len(images))
    return float(np.mean(probabilities(model, images).argmax(axis=1) == labels))


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
        The digits of ganlab have a recorded classifier. For other labeled data one is trained,
        which takes half a minute; its classes are the labels in their order. Data without labels,
        or with labels that hardly repeat, are compared by principal components.
    seed : int
    callbacks : sequence of keras.callbacks.Callback
        Watch the training, where there is one.

    Returns
    -------
    FeatureExtractor
    """
    if _are_digits(dataset.images):
        return FeatureExtractor.of_classifier(load("digits"), "the recorded classifier of digits")
    # Dates or numbers of persons are labels too: they are counted anew.
    classes, labels = np.unique(
        np.zeros(1) if dataset.labels is None else dataset.labels, return_inverse=True
    )
    if 1 < len(classes) <= min(MAX_CLASSES, len(dataset) // 2):
        model = train(dataset.images, labels, seed=seed, callbacks=callbacks)
        return FeatureExtractor.of_classifier(model, f"a classifier trained on {dataset.name}")
    return FeatureExtractor.of_components(dataset.images)


def _are_digits(images):
    """Tell by the images themselves: any folder may be called digits."""
    digits = pixels.fit(handwriting.digits()[0])
    if images.shape[1:] != digits.shape[1:]:
        return False
    known = {image.tobytes() for image in digits}
    return all(image.tobytes() in known for image in images)
