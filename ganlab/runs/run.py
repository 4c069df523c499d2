"""A trained run, read from its folder."""

import math
import pathlib

from ganlab import checkpoints, datasets, images, latents, models, recipes
from ganlab.runs import folder, record


class Run:
    """A trained run, read from its folder.

    Attributes
    ----------
    folder : pathlib.Path
    record : dict
        What run.json shows.
    generator : keras.Model
    """

    def __init__(self, out):
        self.folder = pathlib.Path(out)
        path = folder.find(self.folder, "generator.npz")
        self.record = record.read(path)
        recipe = recipes.ALL[self.record["recipe"]["name"]]
        self.generator = recipe.build_generator(
            self.record["image_shape"], seed=self.record["seed"]
        )
        checkpoints.load_weights(self.generator, path)
        self.generator.trainable = False

    def sample(self, n, *, seed):
        """Draw images from the generator: float32, shape (n, height, width, channels)."""
        values = n * math.prod(self.record["image_shape"])
        if values > images.MAX_VALUES:
            raise ValueError(
                f"expected at most {images.MAX_VALUES} values in all images, received {n} images "
                f"of {self.record['image_shape']}: ask for fewer"
            )
        z = latents.sample(n, self.generator.input_shape[-1], seed=seed)
        return models.apply(self.generator, z)

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
