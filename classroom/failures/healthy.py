"""The healthy setups of the laboratory: eight Gaussians and handwriting, in seconds.

Their settings are of the kind that the default recipe has, with smaller networks. They are
written out here, because the thresholds of the diagnosis were chosen on them.
"""

import functools
import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from ganlab import datasets, keras, models, penalties, recipes
from ganlab.diagnosis import monitor
from ganlab.models.building import HeInitializers


@dataclass(frozen=True, kw_only=True)
class Setup(recipes.Recipe):
    """All that a run of the laboratory needs except its seed: a recipe, and what it is tried on.

    Parameters
    ----------
    task : callable
        ``seed -> monitor.Task``.
    preprocess : callable
        What happens to real samples on their way to the discriminator.
    """

    task: Callable
    preprocess: Callable = np.asarray


def ring(seed):
    """Draw eight Gaussians: 4,096 points to learn, 512 to compare with."""
    rng = np.random.default_rng(seed)
    train, held_out = datasets.ring(4096, seed=rng), datasets.ring(512, seed=rng)
    modes = datasets.RING_MODES
    return monitor.Task(train, held_out, modes, np.arange(len(modes)), radius=0.3)


def digits(seed, size=None):
    """Load the digits, or a few chosen by the seed; classes are told by the nearest digit."""
    data = datasets.load("digits", split="train")
    chosen = np.random.default_rng(seed).permutation(len(data))[:size]
    held_out = datasets.load("digits", split="test").images
    # 95 % of the held-out digits are nearer than this to some digit of the training part.
    return monitor.Task(data.images[chosen], held_out, data.images, data.labels, radius=5.1)


def few_digits(size):
    """Return the task of a setup that learns so many digits only."""
    return functools.partial(digits, size=size)


def wide_networks(sample_shape, *, seed):
    """Build the pair of `models.points` with 256 latent numbers, as many as papers take."""
    return (
        models.mlp_generator(*sample_shape, latent_dim=256, seed=seed),
        models.mlp_discriminator(*sample_shape, seed=seed + 1),
    )


def dense_networks(sample_shape, *, seed):
    """Build a pair whose step takes milliseconds; the generator has batch normalization."""
    init = HeInitializers(seed)

    def dense(units, **settings):
        return keras.layers.Dense(units, kernel_initializer=init.next(), **settings)

    x = latents = keras.Input((32,), name="latents")
    for units in (64, 128):
        x = dense(units, use_bias=False, name=f"dense_{units}")(x)
        x = keras.layers.BatchNormalization(momentum=0.9, name=f"norm_{units}")(x)
        x = keras.layers.ReLU(name=f"relu_{units}")(x)
    x = dense(math.prod(sample_shape), activation="sigmoid", name="pixels")(x)
    x = keras.layers.Reshape(sample_shape, name="images")(x)
    generator = keras.Model(latents, x, name="generator")

    x = images = keras.Input(sample_shape, name="images")
    x = keras.layers.Rescaling(2.0, -1.0, name="zero_centered")(x)
    x = keras.layers.Flatten(name="flatten")(x)
    for units in (128, 64):
        x = keras.layers.LeakyReLU(0.2, name=f"leaky_{units}")(dense(units)(x))
    return generator, keras.Model(images, dense(1, name="logits")(x), name="discriminator")


RING = Setup(
    name="ring",
    networks=recipes.small_networks,
    penalty=penalties.Penalty(penalties.r1, weight=0.1, every=4),
    steps=1000,
    data=None,
    task=ring,
)
DIGITS = Setup(
    name="digits",
    networks=dense_networks,
    penalty=RING.penalty,
    batch_size=32,
    steps=600,
    split="train",
    task=digits,
)
