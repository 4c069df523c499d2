"""The deep convolutional pair of DCGAN, for images of any size."""

import math

from ganlab._tensorflow import keras
from ganlab.images import check_count
from ganlab.latents import random_generator
from ganlab.layers.arguments import number
from ganlab.models.building import check_image_shape

layers = keras.layers


def dcgan_generator(image_shape, latent_dim=100, *, width=64, normalized=True, seed):
    """Build the generator of Radford, Metz and Chintala 2015 (arXiv:1511.06434, figure 1).

    The latents are an image of one pixel. A transposed convolution opens it to a coarse map of
    at most 4x4, others double it; each but the last is followed by batch normalization and a
    relu, the last by a tanh. No layer has a bias, as in the example of PyTorch, and at 64x64x3
    there are as many weights: 3,574,784 in the kernels and 1,920 in the normalization. The figure
    of the paper is of ``width=128``.

    Parameters
    ----------
    image_shape : (height, width, channels)
    latent_dim : int
    width : int
        Channels of the map that the last doubling turns into pixels; each coarser map has twice
        as many.
    normalized : bool
        False leaves the batch normalization out; the layers before it get a bias instead.
    seed : int
        For the initial weights: kernels normal with deviation 0.02 around 0, as in the paper's
        section 4, and scales of the normalization likewise around 1, as in that example.

    Returns
    -------
    keras.Model
        (batch, latent_dim) -> (batch, *image_shape), float32 in [0, 1].

    Examples
    --------
    >>> dcgan_generator((64, 64, 3), seed=0).count_params() - 2 * 960  # moving means, variances
    3576704
    """
    check_image_shape(image_shape)
    check_count(latent_dim, "latent_dim", 1)
    check_count(width, "width", 1)
    normal = _Normal(seed)
    doublings = _doublings(image_shape)
    coarse = [math.ceil(side / 2**doublings) for side in image_shape[:2]]
    latents = keras.Input((latent_dim,), name="latents")
    x = layers.Reshape((1, 1, latent_dim), name="one_pixel")(latents)
    for level in range(doublings, -1, -1):
        last = level == 0
        first = level == doublings
        x = layers.Conv2DTranspose(
            image_shape[2] if last else width * 2 ** (level - 1),
            coarse if first else 4,
            strides=1 if first else 2,
            padding="valid" if first else "same",
            data_format="channels_last",
            use_bias=not (normalized or last),
            kernel_initializer=normal(0.0),
            name="open" if first else "pixels" if last else f"double_{doublings - level}",
        )(x)
        if not last:
            place = doublings - level + 1
            if normalized:
                x = _normalized(x, normal, f"norm_{place}")
            x = layers.ReLU(name=f"relu_{place}")(x)
    x = layers.Activation("tanh", name="tanh")(x)
    x = layers.Rescaling(0.5, 0.5, name="zero_to_one")(x)
    extra = [n * 2**doublings - side for n, side in zip(coarse, image_shape[:2], strict=True)]
    if any(extra):
        margins = [(n // 2, n - n // 2) for n in extra]
        x = layers.Cropping2D(margins, data_format="channels_last", name="crop")(x)
    return keras.Model(latents, x, name="dcgan_generator")


def dcgan_discriminator(image_shape, *, width=64, normalized=True, leak=0.2, pooled=False, seed):
    """Build the discriminator of Radford, Metz and Chintala 2015 (arXiv:1511.06434).

    Strided convolutions with leaky relus halve the image to a map of at most 4x4, which a last
    one reads; all between have batch normalization. So a logit depends on the whole batch: keep
    real and fake images in batches of their own, and take no gradient penalty. At 64x64x3
    there are 2,763,776 weights in the kernels and 1,792 in the normalization.

    Parameters
    ----------
    image_shape : (height, width, channels)
    width : int
        Channels after the first halving; each coarser map has twice as many.
    normalized : bool
        False leaves the batch normalization out; the layers before it get a bias instead.
    leak : float in [0, 1]
        The slope of the leaky relus for negative numbers; 0 makes them plain relus.
    pooled : bool
        Halve the maps by max-pooling, after convolutions of stride 1.
    seed : int
        For the initial weights, drawn as those of `dcgan_generator`.

    Returns
    -------
    keras.Model
        (batch, *image_shape) -> logits (batch, 1).

    Examples
    --------
    >>> dcgan_discriminator((64, 64, 3), seed=0).count_params() - 2 * 896
    2765568
    """
    check_image_shape(image_shape)
    check_count(width, "width", 1)
    number(leak, "leak", 0, 1, closed=True)
    normal = _Normal(seed)
    images = keras.Input(image_shape, name="images")
    x = layers.Rescaling(2.0, -1.0, name="zero_centered")(images)
    for level in range(_doublings(image_shape)):
        x = layers.Conv2D(
            width * 2**level,
            4,
            strides=1 if pooled else 2,
            padding="same",
            data_format="channels_last",
            use_bias=level > 0 and not normalized,
            kernel_initializer=normal(0.0),
            name=f"halve_{level + 1}",
        )(x)
        if normalized and level > 0:
            x = _normalized(x, normal, f"norm_{level + 1}")
        x = layers.LeakyReLU(leak, name=f"leaky_{level + 1}")(x)
        if pooled:
            x = layers.MaxPooling2D(
                padding="same", data_format="channels_last", name=f"pool_{level + 1}"
            )(x)
    x = layers.Conv2D(
        1,
        x.shape[1:3],
        padding="valid",
        data_format="channels_last",
        use_bias=False,
        kernel_initializer=normal(0.0),
        name="read",
    )(x)
    logits = layers.Flatten(data_format="channels_last", name="logits")(x)
    return keras.Model(images, logits, name="dcgan_discriminator")


class _Normal:
    """Normal initializers of deviation 0.02, each with a seed of its own drawn from one seed."""

    def __init__(self, seed):
        self._seeds = random_generator(seed)

    def __call__(self, mean):
        seed = int(self._seeds.integers(2**31))
        return keras.initializers.RandomNormal(mean, 0.02, seed=seed)


def _normalized(x, normal, name):
    """Normalize a map over batch and places; 0.9 of the old moving mean is kept, 0.1 is new."""
    norm = layers.BatchNormalization(
        momentum=0.9, epsilon=1e-5, gamma_initializer=normal(1.0), name=name
    )
    return norm(x)


def _doublings(image_shape):
    """Count how often a map of at most 4x4 must double to reach the longer side: at least once."""
    return max(1, math.ceil(math.log2(max(image_shape[:2]) / 4)))
