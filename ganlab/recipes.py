"""Named, reproducible trainings.

A recipe says everything that a training needs except the data: ``python -m ganlab train
--recipe NAME`` follows one. The weights in data/weights were made by the recipes of the
same name.
"""

from collections.abc import Callable
from dataclasses import dataclass

from ganlab import checkpoints, files, losses, models, penalties
from ganlab._tensorflow import keras
from ganlab.training import GAN

__all__ = [
    "ALL",
    "DEFAULT",
    "WEIGHTS",
    "Recipe",
    "dense_networks",
    "load_generator",
    "small_networks",
]


@dataclass(frozen=True)
class Recipe:
    """A training that can be named, repeated and written down.

    Parameters
    ----------
    name : str
    networks : callable
        ``(sample_shape, *, seed) -> (generator, discriminator)``.
    loss : losses.AdversarialLoss
    penalty : penalties.Penalty or None
    learning_rate, beta_1, beta_2 : float
        Of Adam, for both networks.
    batch_size, steps, d_steps : int
    ema : float or None
        See `training.GAN`.
    data, split : str
        The data it is meant for; any other works too. See `datasets.load`.
    """

    name: str
    networks: Callable
    loss: losses.AdversarialLoss = losses.non_saturating
    penalty: penalties.Penalty | None = None
    learning_rate: float = 2e-3
    beta_1: float = 0.0
    beta_2: float = 0.99
    batch_size: int = 64
    steps: int = 2_000
    d_steps: int = 1
    ema: float | None = 0.99
    data: str = "digits"
    split: str | None = None

    def build(self, sample_shape, *, seed):
        """A compiled GAN for samples of this shape.

        Parameters
        ----------
        sample_shape : tuple of int
            (height, width, channels) of images, or (2,) for points of the plane.
        seed : int
            For the initial weights and for the latents drawn in training.

        Returns
        -------
        training.GAN
        """
        generator, discriminator = self.networks(tuple(sample_shape), seed=seed)
        gan = GAN(
            generator,
            discriminator,
            loss=self.loss,
            penalty=self.penalty,
            d_steps=self.d_steps,
            ema=self.ema,
            seed=seed,
        )
        gan.compile(g_optimizer=self._optimizer(), d_optimizer=self._optimizer())
        return gan

    def describe(self):
        """The recipe as plain values, for the record of a run."""
        penalty = self.penalty and {
            "function": self.penalty.function.__name__,
            "weight": self.penalty.weight,
            "every": self.penalty.every,
        }
        return {
            "name": self.name,
            "networks": self.networks.__name__,
            "loss": self.loss.name,
            "penalty": penalty,
            "optimizer": "Adam",
            "learning_rate": self.learning_rate,
            "beta_1": self.beta_1,
            "beta_2": self.beta_2,
            "batch_size": self.batch_size,
            "steps": self.steps,
            "d_steps": self.d_steps,
            "ema": self.ema,
            "data": self.data,
            "split": self.split,
        }

    def _optimizer(self):
        return keras.optimizers.Adam(self.learning_rate, beta_1=self.beta_1, beta_2=self.beta_2)


def small_networks(sample_shape, *, seed):
    """The convolutional pair for images, the multilayer pair for points."""
    if len(sample_shape) == 1:
        return (
            models.mlp_generator(*sample_shape, seed=seed),
            models.mlp_discriminator(*sample_shape, seed=seed + 1),
        )
    return (
        models.conv_generator(sample_shape, seed=seed),
        models.conv_discriminator(sample_shape, seed=seed + 1),
    )


def dense_networks(sample_shape, *, seed):
    """The source article's pair, repaired."""
    return (
        models.dense_generator(sample_shape, seed=seed),
        models.dense_discriminator(sample_shape, seed=seed + 1),
    )


#: For any small set of images, and for points of the plane.
DEFAULT = Recipe(
    name="default",
    networks=small_networks,
    penalty=penalties.Penalty(penalties.r1, weight=0.5, every=4),
)

ALL = {
    recipe.name: recipe
    for recipe in (
        DEFAULT,
        # The article's networks and optimizer on the article's image shape.
        Recipe(
            name="article",
            networks=dense_networks,
            learning_rate=2e-4,
            beta_1=0.5,
            beta_2=0.999,
            ema=None,
            data="color_digits",
        ),
        # Recorded in data/weights: the default recipe, given time.
        Recipe(
            name="digits",
            networks=DEFAULT.networks,
            penalty=DEFAULT.penalty,
            ema=0.999,
            steps=6_000,
            split="train",
        ),
    )
}

#: sha256 of the recorded weights, and the shape of the images they make.
WEIGHTS = {
    "digits": (
        "ea2b044e8d758078bf64ceb968331f8d734aa42baf341afecbaa5abc552062bd",
        (28, 28, 1),
    ),
}


def load_generator(name):
    """A generator with the weights recorded in data/weights.

    Parameters
    ----------
    name : str
        A key of `WEIGHTS`. ``python -m ganlab train --recipe NAME`` makes them anew.

    Raises
    ------
    ValueError
        For a name without recorded weights.
    checkpoints.CheckpointError
        If the file is missing or is not the published one.
    """
    if name not in WEIGHTS:
        raise ValueError(f"expected one of {sorted(WEIGHTS)}, received {name!r}")
    checksum, sample_shape = WEIGHTS[name]
    generator, _ = ALL[name].networks(sample_shape, seed=0)
    checkpoints.load_weights(generator, files.recorded(f"weights/{name}.npz"), sha256=checksum)
    generator.trainable = False
    return generator
