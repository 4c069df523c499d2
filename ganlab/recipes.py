"""Named, reproducible trainings.

A recipe says everything that a training needs except the data: ``python -m ganlab train
--recipe NAME`` follows one. The weights in data/weights were made by the recipes of the
same name.
"""

import contextlib
import dataclasses
import functools
import inspect
import math
from collections.abc import Callable
from dataclasses import dataclass

from ganlab import checkpoints, datasets, files, losses, models, penalties, training
from ganlab._tensorflow import keras
from ganlab.images import check_count
from ganlab.training import GAN, GrowingGAN, Stages

__all__ = [
    "ALL",
    "DEFAULT",
    "WEIGHTS",
    "Recipe",
    "adam",
    "biggan_networks",
    "dcgan_networks",
    "dense_networks",
    "handwriting_networks",
    "labeled_networks",
    "light_networks",
    "load_generator",
    "progressive_networks",
    "small_networks",
    "wide_progressive_networks",
]


def adam(learning_rate=2e-3, *, beta_1=0.0, beta_2=0.99):
    """Return a function that makes new Adam optimizers, by default without momentum."""
    return functools.partial(
        keras.optimizers.Adam, learning_rate=learning_rate, beta_1=beta_1, beta_2=beta_2
    )


@dataclass(frozen=True)
class Recipe:
    """A training that can be named, repeated and written down.

    Parameters
    ----------
    name : str
    networks : callable
        ``(sample_shape, *, seed) -> (generator, discriminator)``; of a conditional recipe
        ``(sample_shape, *, classes, seed)``. Where there are stages, those after the first also
        say ``fade=True``.
    loss : losses.AdversarialLoss
    penalty : penalties.Penalty or None
    g_optimizer, d_optimizer : callable
        Each makes a new optimizer. A function with settings, such as `adam` returns, is
        written down with them.
    batch_size, steps, d_steps : int
    ema : float or None
        See `training.GAN`.
    data, split : str or None
        The data it is meant for; any other works too. See `datasets.load`.
    gan : type
        `training.GAN`, or a kind of it.
    largest : int
        The longest side of images that a laptop has the memory to train these networks on.
    conditional : bool
        Whether the networks are told the label of what they draw.
    stages : training.Stages, optional
        Makes a training that grows: see `training.GrowingGAN`. ``steps`` are those of all stages;
        with fewer it ends in an earlier stage or in the middle of one, with more the last one is
        longer, and the stages before it are as they were.
    """

    name: str
    networks: Callable
    loss: losses.AdversarialLoss = losses.non_saturating
    penalty: penalties.Penalty | None = None
    g_optimizer: Callable = adam()
    d_optimizer: Callable = adam()
    batch_size: int = 64
    steps: int = 2_000
    d_steps: int = 1
    ema: float | None = 0.99
    data: str | None = "digits"
    split: str | None = None
    gan: type = GAN
    largest: int = 256
    conditional: bool = False
    stages: Stages | None = None

    def build(self, sample_shape, *, classes=None, seed, step=0):
        """Build a compiled GAN for samples of this shape.

        Parameters
        ----------
        sample_shape : tuple of int
            (height, width, channels) of images, or (2,) for points of the plane.
        classes : int, where the recipe is conditional
            How many labels there are.
        seed : int
            For the initial weights and for the latents drawn in training.
        step : int
            Where the recipe has stages: build that which goes on when so many steps are done.

        Returns
        -------
        training.GAN

        Raises
        ------
        TypeError, ValueError
            As `check`, before any memory is taken, and for classes that do not fit the recipe.
        """
        gan = self._stage(self._size(sample_shape, step), sample_shape, classes, seed)
        if self.stages is not None:
            gan.step_count.assign(step)
        return gan

    def build_generator(self, sample_shape, *, classes=None, seed, step=0):
        """Build the generator alone, as `build` does; its weights can then be loaded.

        Its samples have the shape of the data, also where a stage makes smaller ones: see
        `models.enlarged`.
        """
        size = self._size(sample_shape, step)
        generator, _ = self._networks(size, sample_shape, classes, seed)
        return generator if self.stages is None else models.enlarged(generator, sample_shape)

    def train(self, samples, *, gan=None, classes=None, seed, steps=None, callbacks=()):
        """Train on samples, handing over to the caller after every step, as `training.steps`.

        Parameters
        ----------
        samples : array, Dataset, or tuple of arrays
            As `datasets.batches` takes them.
        gan : training.GAN, optional
            One that `build` made, to be trained on from where it stands. A new one by default.
        classes, seed
            As for `build`; the seed is also that of the batches.
        steps : int or math.inf, optional
            Those that are done already count. The recipe's by default; math.inf for a training
            that the caller ends.
        callbacks : sequence of keras.callbacks.Callback

        Yields
        ------
        gan : training.GAN
            Always the same one, but where the recipe has stages: each has its own.
        logs : dict of str to float

        Raises
        ------
        TypeError, ValueError
            For what cannot be trained with, before the first step.

        Examples
        --------
        >>> for gan, logs in DEFAULT.train(datasets.ring(640, seed=0), seed=0):
        ...     if gan.steps == 3:  # or: if time.process_time() > limit
        ...         break
        >>> gan.sample(5, seed=0).shape
        (5, 2)
        """
        first = samples[0] if isinstance(samples, tuple) else samples
        first = first.images if isinstance(first, datasets.Dataset) else first
        if not hasattr(first, "shape"):
            raise TypeError(f"expected samples as an array or a Dataset, received {first!r:.80}")
        shape = tuple(first.shape[1:])
        if gan is None:
            gan = self.build(shape, classes=classes, seed=seed)
        if not isinstance(gan, GAN):
            raise TypeError(f"expected gan as a training.GAN, received {gan!r:.80}")
        if getattr(gan, "stages", None) != self.stages:
            raise ValueError(
                f"expected a GAN with the stages of the recipe, {self.stages}, "
                f"received {getattr(gan, 'stages', None)}"
            )
        total = self.steps if steps is None else steps
        if total != math.inf:
            check_count(total, "steps", gan.steps + 1)
        batches = functools.partial(_batches, samples, self.batch_size, seed)
        if self.stages is not None:
            return training.grow(
                gan,
                batches,
                build=functools.partial(
                    self._stage, sample_shape=shape, classes=classes, seed=seed
                ),
                steps_in_all=None if total == math.inf else total,
                callbacks=callbacks,
            )
        real = batches(gan.steps)
        real = real if total == math.inf else real.take(total - gan.steps)
        return _with(gan, training.steps(gan, real, callbacks=callbacks))

    def check(self, sample_shape):
        """Refuse samples of a shape that this recipe cannot be followed with.

        Parameters
        ----------
        sample_shape : tuple of int

        Raises
        ------
        ValueError
            For larger images than a laptop has the memory for, and where the recipe has stages
            for images that they do not come to.
        """
        if self.stages is not None:
            self.stages.check(sample_shape)
        if len(sample_shape) == 3 and max(sample_shape[:2]) > self.largest:
            height, width = sample_shape[:2]
            raise ValueError(
                f"expected images of at most {self.largest} x {self.largest} pixels, for which the "
                f"networks of the recipe {self.name!r} need no more memory than a laptop has, "
                f"received {height} x {width}: give a smaller size, such as 64 (--size 64)"
            )

    def _size(self, sample_shape, step):
        """Return the side of the images of the stage that goes on after a step; None without any.

        The check comes first, before a network takes memory.
        """
        self.check(sample_shape)
        return None if self.stages is None else self.stages.size(step, sample_shape[0])

    def _stage(self, size, sample_shape, classes, seed):
        """Build a compiled GAN, of the stage of a size where there are stages."""
        kind, settings = self.gan, {}
        if self.stages is not None:
            if self.gan is not GAN:
                raise ValueError(
                    f"expected gan as training.GAN beside stages, received {self.gan.__name__}"
                )
            kind, settings = GrowingGAN, {"stages": self.stages, "image_shape": sample_shape}
        gan = kind(
            *self._networks(size, sample_shape, classes, seed),
            loss=self.loss,
            penalty=self.penalty,
            d_steps=self.d_steps,
            ema=self.ema,
            seed=seed,
            **settings,
        )
        gan.compile(g_optimizer=self.g_optimizer(), d_optimizer=self.d_optimizer())
        return gan

    def _networks(self, size, sample_shape, classes, seed):
        if self.conditional is (classes is None):
            raise ValueError(
                f"expected {'classes' if self.conditional else 'no classes'} for the recipe "
                f"{self.name!r}, received {classes}"
            )
        told = {"classes": classes} if self.conditional else {}
        if self.stages is not None:
            sample_shape = (size, size, sample_shape[2])
            told |= {"fade": True} if size > self.stages.first else {}
        return self.networks(tuple(sample_shape), **told, seed=seed)

    def describe(self):
        """Return all fields as plain values, for the record of a run.

        Examples
        --------
        >>> DEFAULT.describe()["d_optimizer"]
        {'function': 'Adam', 'learning_rate': 0.002, 'beta_1': 0.0, 'beta_2': 0.99}
        """
        return _plain(self)


def _batches(samples, batch_size, seed, start):
    return datasets.batches(samples, batch_size, seed=seed, start=start)


def _with(gan, logs_of_steps):
    with contextlib.closing(logs_of_steps):
        for logs in logs_of_steps:
            yield gan, logs


def _plain(value):
    """Return a value in numbers and names: a function by its name, with its settings if it has."""
    if isinstance(value, losses.AdversarialLoss):
        return value.name
    if isinstance(value, functools.partial):
        settings = inspect.signature(value.func).bind_partial(*value.args, **value.keywords)
        return {"function": _plain(value.func)} | {
            name: _plain(setting) for name, setting in settings.arguments.items()
        }
    if dataclasses.is_dataclass(value):
        fields = dataclasses.fields(value)
        return {field.name: _plain(getattr(value, field.name)) for field in fields}
    return value.__name__ if callable(value) else value


def small_networks(sample_shape, *, seed):
    """Build the pair of `models.convolutional` for images, that of `models.points` for points.

    In color the generator is a smooth one: see `models.conv_generator`.
    """
    if len(sample_shape) == 1:
        return (
            models.mlp_generator(*sample_shape, seed=seed),
            models.mlp_discriminator(*sample_shape, seed=seed + 1),
        )
    return (
        models.conv_generator(sample_shape, smooth=sample_shape[-1] == 3, seed=seed),
        models.conv_discriminator(sample_shape, seed=seed + 1),
    )


def handwriting_networks(image_shape, *, seed):
    """Build the pair of `models.convolutional`, whose samples have 0 for what is below 0.05."""
    return (
        models.conv_generator(image_shape, threshold=0.05, seed=seed),
        models.conv_discriminator(image_shape, seed=seed + 1),
    )


def labeled_networks(image_shape, *, classes, seed):
    """Build the pair of `models.convolutional` that is told a label."""
    return (
        models.conv_generator(image_shape, classes=classes, smooth=image_shape[-1] == 3, seed=seed),
        models.conv_discriminator(image_shape, classes=classes, seed=seed + 1),
    )


def light_networks(image_shape, *, seed):
    """Build the pair of `small_networks`, its generator of less than 500,000 weights at 32x32x3."""
    return (
        models.conv_generator(image_shape, hidden=224, smooth=image_shape[-1] == 3, seed=seed),
        models.conv_discriminator(image_shape, seed=seed + 1),
    )


def biggan_networks(image_shape, *, classes, seed):
    """Build the pair of `models.biggan`, narrow enough for a processor."""
    return (
        models.biggan_generator(
            image_shape,
            classes=classes,
            width=16,
            kernel_regularizer=penalties.OrthogonalRegularizer(1e-4),
            seed=seed,
        ),
        models.biggan_discriminator(image_shape, classes=classes, width=16, seed=seed + 1),
    )


def dcgan_networks(image_shape, *, seed):
    """Build the pair of `models.dcgan`, with a quarter of the usual channels."""
    return (
        models.dcgan_generator(image_shape, width=16, seed=seed),
        models.dcgan_discriminator(image_shape, width=16, seed=seed + 1),
    )


def dense_networks(sample_shape, *, seed):
    """Build the source article's pair, repaired."""
    return (
        models.dense_generator(sample_shape, seed=seed),
        models.dense_discriminator(sample_shape, seed=seed + 1),
    )


def progressive_networks(image_shape, *, fade=False, seed):
    """Build the pair of `models.progressive` for square images of a side of 4, 8, 16, ..."""
    return (
        models.progressive_generator(image_shape, fade=fade, seed=seed),
        models.progressive_discriminator(image_shape, fade=fade, seed=seed + 1),
    )


def wide_progressive_networks(image_shape, *, fade=False, seed):
    """Build the pair of `progressive_networks`, with more channels."""
    return (
        models.progressive_generator(image_shape, width=80, fade=fade, seed=seed),
        models.progressive_discriminator(image_shape, width=80, fade=fade, seed=seed + 1),
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
            g_optimizer=adam(2e-4, beta_1=0.5, beta_2=0.999),
            d_optimizer=adam(2e-4, beta_1=0.5, beta_2=0.999),
            ema=None,
            data="color_digits",
            largest=64,
        ),
        # As Radford et al. train, but for the size of the networks and of the batch.
        Recipe(
            name="dcgan",
            networks=dcgan_networks,
            g_optimizer=adam(2e-4, beta_1=0.5, beta_2=0.999),
            d_optimizer=adam(2e-4, beta_1=0.5, beta_2=0.999),
            ema=None,
        ),
        dataclasses.replace(
            DEFAULT, name="conditional", networks=labeled_networks, conditional=True
        ),
        # BigGAN in miniature, recorded in data/weights. Its own rates are 5e-5 and 2e-4, for
        # batches of 2,048 and two steps of the discriminator.
        Recipe(
            name="biggan",
            networks=biggan_networks,
            loss=losses.hinge,
            g_optimizer=adam(5e-4),
            d_optimizer=adam(1e-3),
            ema=0.999,
            steps=6_000,
            data="critters",
            split="train",
            largest=64,
            conditional=True,
        ),
        # Recorded in data/weights: the default recipe, given time; of critters, in 2 MB.
        dataclasses.replace(
            DEFAULT,
            name="digits",
            networks=handwriting_networks,
            ema=0.999,
            steps=6_000,
            split="train",
        ),
        dataclasses.replace(
            DEFAULT,
            name="critters",
            networks=light_networks,
            ema=0.999,
            steps=12_000,
            data="critters",
            split="train",
        ),
        # Karras et al. 2017 (arXiv:1710.10196) in small: 8x8, 16x16, 32x32, the last for longest,
        # with R1 in the place of WGAN-GP. The paper begins with 4x4, for half as long.
        # Weights that start as N(0, 1) need ten times the paper's rate in so few steps.
        Recipe(
            name="progressive",
            networks=progressive_networks,
            penalty=penalties.Penalty(penalties.r1, weight=0.2, every=8),
            g_optimizer=adam(1e-2),
            d_optimizer=adam(1e-2),
            batch_size=32,
            steps=8_000,
            ema=0.999,
            data="critters",
            split="train",
            largest=128,
            stages=Stages(first=8, steps=1_000, fading=0.5),
        ),
        # Recorded in data/weights, of critters at 64x64: from 4x4 as in the paper, and wider.
        Recipe(
            name="progressive_64",
            networks=wide_progressive_networks,
            penalty=penalties.Penalty(penalties.r1, weight=0.2, every=8),
            g_optimizer=adam(1e-2),
            d_optimizer=adam(1e-2),
            batch_size=32,
            steps=10_000,
            ema=0.999,
            data="critters",
            split="train",
            largest=128,
            stages=Stages(first=4, steps=1_000, fading=0.5),
        ),
    )
}

#: sha256 of the recorded weights, and the shape of the images they make.
WEIGHTS = {
    "biggan": (
        "283786a7affdd6caaa08c4d2d5a9ae88791d47a59ced4afe2df4ecf74e7c2506",
        (32, 32, 3),
    ),
    "critters": (
        "64df4643f3443c70b81f70c564042c14ef5f235fbb4526c09497232c54979e65",
        (32, 32, 3),
    ),
    "digits": (
        "ea2b044e8d758078bf64ceb968331f8d734aa42baf341afecbaa5abc552062bd",
        (28, 28, 1),
    ),
    "progressive_64": (
        "65bc909098fbec03faa66640625882942511d9970da23f64077786b0e4d3466a",
        (64, 64, 3),
    ),
}


def load_generator(name):
    """Build a generator with the weights recorded in data/weights.

    Parameters
    ----------
    name : str
        A key of `WEIGHTS`. ``python -m ganlab train --recipe NAME`` makes them anew.

    Returns
    -------
    keras.Model
        Of latents, or of [latents, labels] where the recipe is conditional. The labels are those of
        the data of the recipe.

    Raises
    ------
    ValueError
        For a name without recorded weights.
    files.FileError
        If the file is missing or is not the published one.
    """
    if name not in WEIGHTS:
        raise ValueError(f"expected name as one of {sorted(WEIGHTS)}, received {name!r}")
    checksum, sample_shape = WEIGHTS[name]
    recipe = ALL[name]
    classes = len(datasets.load(recipe.data).label_names) if recipe.conditional else None
    generator = recipe.build_generator(sample_shape, classes=classes, seed=0, step=recipe.steps)
    path = files.recorded(f"weights/{name}.npz")
    checkpoints.load_weights(generator, path, checksum=checksum)
    generator.trainable = False
    return generator
