"""A trained run, read from its folder."""

import pathlib

import numpy as np

from ganlab import checkpoints, datasets, images, models, recipes
from ganlab.runs import folder, record


class Run:
    """A trained run, read from its folder.

    Attributes
    ----------
    folder : pathlib.Path
    record : dict
        What run.json shows.
    generator : keras.Model
        Of images of the data's size; those of a stage before the last are enlarged to it.
    """

    def __init__(self, out):
        self.folder = pathlib.Path(out)
        path = folder.find(self.folder, "generator.npz")
        self.record = record.read(path)
        recipe = recipes.ALL[self.record["recipe"]["name"]]
        names = self.record["labels"]
        self.generator = recipe.build_generator(
            self.record["image_shape"],
            classes=None if names is None else len(names),
            seed=self.record["seed"],
            step=self.record["steps"],
        )
        checkpoints.load_weights(self.generator, path)
        self.generator.trainable = False

    def label(self, name):
        """Return the label that is meant by a name or a number; raise `RunError` for others."""
        return record.label(self.record, name)

    def labels(self, n):
        """Return labels for n images, all equally often and in their order; None without any."""
        names = self.record["labels"]
        return None if names is None else np.arange(n) * len(names) // max(n, 1)

    def sample(self, n, *, labels=None, seed):
        """Draw images from the generator: float32, shape (n, height, width, channels).

        Parameters
        ----------
        n : int
        labels : int or array of int, shape (n,), optional
            What a conditional generator draws; all labels equally often where it is not given.
        seed : int
        """
        images.check_values(n, self.record["image_shape"])
        labels = self.labels(n) if labels is None else labels
        return models.draw(self.generator, n, condition=labels, seed=seed)

    def conditions(self, data):
        """Return the labels of data as this run numbers them, or None where it does not know them.

        Parameters
        ----------
        data : datasets.Dataset
        """
        if self.record["labels"] is None or data.labels is None:
            return None
        labels, names = record.conditions(data)
        return labels if names == self.record["labels"] else None

    def data(self, name_or_path=None):
        """Load the images that the run has learned from, or others in the same form.

        Parameters
        ----------
        name_or_path : str or path, optional
            Images to use instead, brought to the size and the colors of the run's own.

        Returns
        -------
        datasets.Dataset

        Raises
        ------
        RunError
            If the run's own images have changed, or if the folder comes from elsewhere and names
            a place on this computer.
        """
        if name_or_path is None:
            return record.load_images(self.folder, self.record)
        return datasets.load(name_or_path, size=self.record["size"], color=self.record["color"])
