"""What images are compared by: a classifier's features, or principal components."""

import functools
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from ganlab import images as pixels
from ganlab.evaluation import features

__all__ = [
    "Judge",
    "judge_of",
]


@dataclass(frozen=True)
class Judge:
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
        """The features and the classes of a classifier from `ganlab.evaluation.features`."""
        return cls(
            name,
            functools.partial(features.extract, model),
            functools.partial(features.probabilities, model),
        )

    @classmethod
    def of_components(cls, images, dim=features.DIM):
        """The first principal components of the given images: for data without labels."""
        flat = pixels.check(images).reshape(len(images), -1)
        mean = flat.mean(axis=0)
        _, _, directions = np.linalg.svd(flat - mean, full_matrices=False)
        directions = directions[:dim]

        def extract(batch):
            return (pixels.check(batch).reshape(len(batch), -1) - mean) @ directions.T

        return cls(f"the first {len(directions)} principal components", extract)


def judge_of(dataset, *, seed=0, callbacks=()):
    """The judge that suits a data set.

    Parameters
    ----------
    dataset : datasets.Dataset
        The digits have a recorded classifier. For other labelled data one is trained, which
        takes half a minute; data without labels are compared by principal components.
    seed : int
    callbacks : sequence of keras.callbacks.Callback
        Watch the training, where there is one.

    Returns
    -------
    Judge
    """
    shape = dataset.images.shape[1:]
    if dataset.name in features.WEIGHTS:
        model = features.load(dataset.name)
        if model.input_shape[1:] == shape:
            return Judge.of_classifier(model, f"the recorded classifier of {dataset.name}")
    if dataset.labels is not None and len(np.unique(dataset.labels)) > 1:
        model = features.train(dataset.images, dataset.labels, seed=seed, callbacks=callbacks)
        return Judge.of_classifier(model, f"a classifier trained on {dataset.name}")
    return Judge.of_components(dataset.images)
