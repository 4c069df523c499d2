"""Builders of generators and discriminators.

A generator maps latents (batch, latent_dim) to images in [0, 1] (or to points); a
discriminator maps images to logits (batch, 1). Networks that want zero-centred pixels
rescale them inside, so that outside there is one pixel convention.

Initial weights come from an explicit seed: equal calls build equal networks.
"""

import math

import numpy as np

from ganlab._tensorflow import keras

__all__ = [
    "conv_discriminator",
    "conv_generator",
    "dense_discriminator",
    "dense_generator",
    "mlp_discriminator",
    "mlp_generator",
]

layers = keras.layers


def dense_generator(image_shape, latent_dim=100, *, seed):
    """The source article's generator, repaired.

    Dense layers of 256, 512 and 1024 units, then one unit for each pixel value. The article
    ends in 784 units, which cannot fill its 28x28x3 image, and in relu, which reaches beyond
    the pixel range: here the last layer has height * width * channels units and a sigmoid.

    Parameters
    ----------
    image_shape : (height, width, channels)
    latent_dim : int
    seed : int
        For the initial weights.

    Returns
    -------
    keras.Model
        (batch, latent_dim) -> (batch, *image_shape), float32 in [0, 1].
    """
    _check_image_shape(image_shape)
    init = _Initializers(seed)
    latents = keras.Input((latent_dim,), name="latents")
    x = latents
    for units in (256, 512, 1024):
        x = layers.Dense(
            units, activation="relu", kernel_initializer=init.next(), name=f"dense_{units}"
        )(x)
    x = layers.Dense(
        math.prod(image_shape), activation="sigmoid", kernel_initializer=init.next(), name="pixels"
    )(x)
    images = layers.Reshape(image_shape, name="images")(x)
    return keras.Model(latents, images, name="dense_generator")


def dense_discriminator(image_shape, *, seed):
    """The source article's discriminator, repaired: it ends in a logit, not in a sigmoid.

    Parameters
    ----------
    image_shape : (height, width, channels)
    seed : int
        For the initial weights.

    Returns
    -------
    keras.Model
        (batch, *image_shape) -> logits (batch, 1).
    """
    _check_image_shape(image_shape)
    init = _Initializers(seed)
    images = keras.Input(image_shape, name="images")
    x = layers.Rescaling(2.0, -1.0, name="zero_centred")(images)
    x = layers.Flatten(name="flatten")(x)
    for units in (512, 256):
        x = layers.Dense(units, kernel_initializer=init.next(), name=f"dense_{units}")(x)
        x = layers.LeakyReLU(0.2, name=f"leaky_{units}")(x)
    logits = layers.Dense(1, kernel_initializer=init.next(), name="logits")(x)
    return keras.Model(images, logits, name="dense_discriminator")


def conv_generator(image_shape, latent_dim=32, *, width=8, hidden=256, seed):
    """A small convolutional generator for images of any size.

    Two dense layers draw a coarse map of at most 8x8, then transposed convolutions double it.
    Dense layers decide what is in the image, which a narrow convolution cannot; they cost
    little, and with them the convolutions may be half as wide.
    Their 4x4 kernels are a multiple of the stride, so that every pixel is covered equally
    often: a 3x3 or 5x5 kernel draws checkerboards. The image is cropped from the next
    multiple where its size is none.

    Parameters
    ----------
    image_shape : (height, width, channels)
    latent_dim : int
    width : int
        Channels before the last doubling halves them; coarser maps have up to four times
        as many.
    hidden : int
        Units of the first dense layer; 0 for none.
    seed : int
        For the initial weights.

    Returns
    -------
    keras.Model
        (batch, latent_dim) -> (batch, *image_shape), float32 in [0, 1].
    """
    _check_image_shape(image_shape)
    init = _Initializers(seed)
    doublings = _doublings(image_shape)
    rows, columns = (math.ceil(side / 2**doublings) for side in image_shape[:2])
    filters = [width * min(2**level, 4) for level in range(doublings, 0, -1)]

    latents = x = keras.Input((latent_dim,), name="latents")
    if hidden:
        x = layers.Dense(
            hidden, use_bias=False, kernel_initializer=init.next(), name=f"dense_{hidden}"
        )(x)
        x = layers.BatchNormalization(momentum=0.9, name="norm_dense")(x)
        x = layers.ReLU(name="relu_dense")(x)
    x = layers.Dense(
        rows * columns * filters[0], use_bias=False, kernel_initializer=init.next(), name="coarse"
    )(x)
    x = layers.Reshape((rows, columns, filters[0]), name="coarse_map")(x)
    for block, channels in enumerate([*filters[1:], None], start=1):
        x = layers.BatchNormalization(momentum=0.9, name=f"norm_{block}")(x)
        x = layers.ReLU(name=f"relu_{block}")(x)
        last = channels is None
        x = layers.Conv2DTranspose(
            image_shape[2] if last else channels,
            4,
            strides=2,
            padding="same",
            use_bias=last,
            activation="sigmoid" if last else None,
            kernel_initializer=init.next_doubling(),
            name="pixels" if last else f"double_{block}",
        )(x)
    extra = [
        grid * 2**doublings - side
        for grid, side in zip((rows, columns), image_shape[:2], strict=True)
    ]
    if any(extra):
        x = layers.Cropping2D([(n // 2, n - n // 2) for n in extra], name="crop")(x)
    return keras.Model(latents, x, name="conv_generator")


def conv_discriminator(image_shape, *, width=12, hidden=256, seed):
    """A small convolutional discriminator: strided convolutions, a dense layer, no normalisation.

    Without normalisation each logit depends on its own image alone, which gradient
    penalties need.

    Parameters
    ----------
    image_shape : (height, width, channels)
    width : int
        Channels after the first halving; coarser maps have up to four times as many.
    hidden : int
        Units of the dense layer before the logit; 0 for none.
    seed : int
        For the initial weights.

    Returns
    -------
    keras.Model
        (batch, *image_shape) -> logits (batch, 1).
    """
    _check_image_shape(image_shape)
    init = _Initializers(seed)
    images = keras.Input(image_shape, name="images")
    x = layers.Rescaling(2.0, -1.0, name="zero_centred")(images)
    for block in range(_doublings(image_shape)):
        x = layers.Conv2D(
            width * min(2**block, 4),
            4,
            strides=2,
            padding="same",
            kernel_initializer=init.next(),
            name=f"halve_{block + 1}",
        )(x)
        x = layers.LeakyReLU(0.2, name=f"leaky_{block + 1}")(x)
    x = layers.Flatten(name="flatten")(x)
    if hidden:
        x = layers.Dense(hidden, kernel_initializer=init.next(), name=f"dense_{hidden}")(x)
        x = layers.LeakyReLU(0.2, name=f"leaky_{hidden}")(x)
    logits = layers.Dense(1, kernel_initializer=init.next(), name="logits")(x)
    return keras.Model(images, logits, name="conv_discriminator")


def mlp_generator(output_dim=2, latent_dim=2, *, width=128, depth=3, seed):
    """A generator of points: relu layers and a linear output.

    Returns
    -------
    keras.Model
        (batch, latent_dim) -> (batch, output_dim), unbounded.
    """
    init = _Initializers(seed)
    latents = keras.Input((latent_dim,), name="latents")
    x = latents
    for layer in range(1, depth + 1):
        x = layers.Dense(
            width, activation="relu", kernel_initializer=init.next(), name=f"dense_{layer}"
        )(x)
    points = layers.Dense(output_dim, kernel_initializer=init.next(), name="points")(x)
    return keras.Model(latents, points, name="mlp_generator")


def mlp_discriminator(input_dim=2, *, width=128, depth=3, seed):
    """A discriminator of points.

    Returns
    -------
    keras.Model
        (batch, input_dim) -> logits (batch, 1).
    """
    init = _Initializers(seed)
    points = keras.Input((input_dim,), name="points")
    x = points
    for layer in range(1, depth + 1):
        x = layers.Dense(width, kernel_initializer=init.next(), name=f"dense_{layer}")(x)
        x = layers.LeakyReLU(0.2, name=f"leaky_{layer}")(x)
    logits = layers.Dense(1, kernel_initializer=init.next(), name="logits")(x)
    return keras.Model(points, logits, name="mlp_discriminator")


class _Initializers:
    """He initialisers, one after another, each with a seed of its own drawn from one seed."""

    def __init__(self, seed):
        self._seeds = np.random.default_rng(seed)

    def next(self):
        return keras.initializers.HeNormal(seed=self._next_seed())

    def next_doubling(self):
        """The same for a transposed convolution of stride 2.

        Keras takes its kernel (4, 4, out, in) for one of a convolution, in -> out exchanged,
        and does not see that only a quarter of the taps meet in a pixel: with HeNormal the
        first images would be saturated noise.
        """
        return keras.initializers.VarianceScaling(
            8.0, mode="fan_out", distribution="truncated_normal", seed=self._next_seed()
        )

    def _next_seed(self):
        return int(self._seeds.integers(2**31))


def _doublings(image_shape):
    """How often a map of at most 8x8 must double to reach the longer side, at least once."""
    return max(1, math.ceil(math.log2(max(image_shape[:2]) / 8)))


def _check_image_shape(image_shape):
    if len(image_shape) != 3 or any(not isinstance(n, int) or n < 1 for n in image_shape):
        raise ValueError(
            "expected image_shape = (height, width, channels), three positive integers, "
            f"received {image_shape!r}"
        )
