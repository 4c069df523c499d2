"""What images are compared by: a classifier's features, or principal components."""

import functools
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from sklearn.decomposition import PCA

from ganlab import images as pixels
from ganlab.evaluation import features


@dataclass(frozen=True)
class FeatureExtractor:
    """What images are compared by.

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
        """Take the features and the classes of a classifier from `ganlab.evaluation.features`."""
        return cls(
            name,
            functools.partial(features.extract, model),
            functools.partial(features.probabilities, model),
        )

    @classmethod
    def of_components(cls, images, dim=features.DIM):
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
    of_classifier = FeatureExtractor.of_classifier
    if dataset.name in features.WEIGHTS:
        model = features.load(dataset.name)
        if model.input_shape[1:] == dataset.images.shape[1:]:
            return of_classifier(model, f"the recorded classifier of {dataset.name}")
    if dataset.labels is not None and len(np.unique(dataset.labels)) > 1:
        model = features.train(dataset.images, dataset.labels, seed=seed, callbacks=callbacks)
        return of_classifier(model, f"a classifier trained on {dataset.name}")
    return FeatureExtractor.of_components(dataset.images)
