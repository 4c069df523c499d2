"""The pair of progressive growing: at each size it holds the pair of half the size."""

import math

from ganlab._tensorflow import keras
from ganlab.images import check_count
from ganlab.layers import EqualizedConv2D, EqualizedDense, FadeIn, MinibatchStdDev, PixelNorm
from ganlab.layers.arguments import seeds_of_weights
from ganlab.models.building import check_image_shape, doubled, halved

layers = keras.layers

_COARSEST = 4


def progressive_generator(image_shape, latent_dim=64, *, width=48, fade=False, seed):
    """Build the generator of Karras et al. 2017 (arXiv:1710.10196, table 2).

    A dense layer draws a map of 4x4 from the latents. Then each level doubles it by repeating
    pixels and has two convolutions; a convolution of 1x1 makes an image of the finest map. All
    layers learn at one relative rate (section 4.1), and after each convolution every pixel's
    channels are normalized (section 4.2), as the latents are (appendix A.1).

    Layers are named by their level ("conv_16_a", "to_rgb_16") and start with the same weights at
    every size, so that a larger generator contains the smaller one. The paper's ends in a linear
    layer; here a tanh keeps the pixels in range.

    Parameters
    ----------
    image_shape : (side, side, channels)
        The side 4, 8, 16, ...
    latent_dim : int
    width : int
        Channels at 4x4 and 8x8; each finer map has half as many as the one before it.
    fade : bool
        Mix the image of the generator of half the size, enlarged, with the new one: the layer
        "fade_in_N" of N x N pixels holds the share of the new one, 0 at first.
    seed : int
        For the initial weights.

    Returns
    -------
    keras.Model
        (batch, latent_dim) -> (batch, *image_shape), float32 in [0, 1].

    Raises
    ------
    TypeError, ValueError
        For images that are not square or of another side, for numbers or a seed out of range, and
        for ``fade`` at 4x4, where nothing is smaller.

    Examples
    --------
    >>> generator = progressive_generator((32, 32, 3), fade=True, seed=0)
    >>> [layer.name for layer in generator.layers if "to_rgb" in layer.name]
    ['to_rgb_16', 'to_rgb_32']
    >>> generator.count_params()
    131899
    """
    sizes = _sizes(image_shape, fade)
    check_count(latent_dim, "latent_dim", 1)
    check_count(width, "width", 1)
    seeds = _Seeds(seed)
    latents = keras.Input((latent_dim,), name="latents")
    x = PixelNorm(name="norm_latents")(latents)
    # The paper's convolution of 4x4 over one pixel counts all 16 places in its fan-in.
    gain = math.sqrt(2) / _COARSEST
    coarse = _COARSEST**2 * width
    x = EqualizedDense(coarse, gain=gain, seed=seeds(4, "a"), name="dense_4_a")(x)
    x = layers.Reshape((_COARSEST, _COARSEST, width), name="map_4")(x)
    x = _normalized(x, "4_a")
    x = _normalized(_convolution(x, width, 4, "b", seeds), "4_b")
    old = None
    for size in sizes[1:]:
        if fade and size == sizes[-1]:
            old = doubled(_image(x, image_shape[2], size // 2, seeds), f"double_rgb_{size}")
        x = doubled(x, f"double_{size}")
        for place in "ab":
            x = _convolution(x, _channels(size, width), size, place, seeds)
            x = _normalized(x, f"{size}_{place}")
    x = _image(x, image_shape[2], sizes[-1], seeds)
    if fade:
        x = FadeIn(name=f"fade_in_{sizes[-1]}")([old, x])
    return keras.Model(latents, x, name="progressive_generator")


def progressive_discriminator(image_shape, *, width=48, group_size=4, fade=False, seed):
    """Build the discriminator of Karras et al. 2017 (arXiv:1710.10196, table 2).

    The mirror of `progressive_generator`: a convolution of 1x1 makes channels of the colors, each
    level has two convolutions and halves the map by the mean of 2x2 pixels. At 4x4 it gets one
    more channel, how much the samples of the batch differ (section 3): see
    `layers.MinibatchStdDev`. Names and initial weights are the same at every size.

    Parameters
    ----------
    image_shape : (side, side, channels)
        The side 4, 8, 16, ...
    width : int
        Channels at 4x4 and 8x8; each finer map has half as many as the one before it.
    group_size : int
        Samples that are compared with each other.
    fade : bool
        Mix what the discriminator of half the size sees of the image, halved, with the new: the
        layer "fade_in_N" of N x N pixels holds the share of the new, 0 at first.
    seed : int
        For the initial weights.

    Returns
    -------
    keras.Model
        (batch, *image_shape) -> logits (batch, 1).

    Raises
    ------
    TypeError, ValueError
        As `progressive_generator`.

    Examples
    --------
    >>> progressive_discriminator((32, 32, 3), seed=0).count_params()
    119341
    """
    sizes = _sizes(image_shape, fade)
    check_count(width, "width", 1)
    seeds = _Seeds(seed)
    images = keras.Input(image_shape, name="images")
    pixels = layers.Rescaling(2.0, -1.0, name="zero_centered")(images)
    x = _read(pixels, _channels(sizes[-1], width), sizes[-1], seeds)
    for size in reversed(sizes[1:]):
        x = _leaky(_convolution(x, _channels(size, width), size, "a", seeds), f"{size}_a")
        x = _leaky(_convolution(x, _channels(size // 2, width), size, "b", seeds), f"{size}_b")
        x = halved(x, f"halve_{size}")
        if fade and size == sizes[-1]:
            old = halved(pixels, f"halve_rgb_{size}")
            old = _read(old, _channels(size // 2, width), size // 2, seeds)
            x = FadeIn(name=f"fade_in_{size}")([old, x])
    x = MinibatchStdDev(group_size, name="spread")(x)
    x = _leaky(_convolution(x, width, 4, "a", seeds), "4_a")
    x = layers.Flatten(data_format="channels_last", name="flatten")(x)
    x = _leaky(EqualizedDense(width, seed=seeds(4, "b"), name="dense_4_b")(x), "4_b")
    logits = EqualizedDense(1, gain=1.0, seed=seeds(1, "a"), name="logits")(x)
    return keras.Model(images, logits, name="progressive_discriminator")


def enlarged(generator, image_shape):
    """Return a generator whose images are enlarged by nearest neighbor; one with the same weights.

    Parameters
    ----------
    generator : keras.Model
        Of images whose sides go into those of `image_shape`, one as often as the other.
    image_shape : (height, width, channels)

    Returns
    -------
    keras.Model
        Of images of this shape; the generator itself where its images have it already.

    Raises
    ------
    ValueError
        If no whole number makes one shape of the other.

    Examples
    --------
    >>> enlarged(progressive_generator((8, 8, 1), width=4, seed=0), (32, 32, 1)).output_shape
    (None, 32, 32, 1)
    """
    check_image_shape(image_shape)
    made = tuple(generator.output_shape[1:])
    if made == tuple(image_shape):
        return generator
    factor = image_shape[0] // made[0]
    if tuple(image_shape) != (made[0] * factor, made[1] * factor, made[2]):
        raise ValueError(f"expected image_shape as a multiple of {made}, received {image_shape}")
    larger = layers.UpSampling2D(factor, data_format="channels_last", name="enlarge")
    return keras.Model(generator.input, larger(generator.output), name=generator.name)


class _Seeds:
    """A seed for every layer, drawn from one; that of a level does not depend on the others."""

    def __init__(self, seed):
        self._seed = seeds_of_weights(seed, 1)[0]

    def __call__(self, size, place):
        return seeds_of_weights(self._seed + 4 * size + "abc".index(place), 1)[0]


def _sizes(image_shape, fade):
    """Return the sides of all maps up to an image's, 4, 8, ...; refuse images of another side."""
    check_image_shape(image_shape)
    height, width, _ = image_shape
    doublings = math.log2(height / _COARSEST)
    if height != width or doublings < 0 or not doublings.is_integer():
        raise ValueError(
            "expected square images of a side that doubles from 4 on (4, 8, 16, 32, ...), "
            f"received {height} x {width}"
        )
    if fade and doublings == 0:
        raise ValueError("expected no fade at 4 x 4, where there is no smaller network to fade out")
    return [_COARSEST * 2**level for level in range(int(doublings) + 1)]


def _channels(size, width):
    return max(1, min(width, width * 8 // size))


def _convolution(x, filters, size, place, seeds):
    layer = EqualizedConv2D(
        filters, 3, padding="same", seed=seeds(size, place), name=f"conv_{size}_{place}"
    )
    return layer(x)


def _leaky(x, name):
    return layers.LeakyReLU(0.2, name=f"leaky_{name}")(x)


def _normalized(x, name):
    return PixelNorm(name=f"norm_{name}")(_leaky(x, name))


def _image(x, colors, size, seeds):
    """Make pixels in [0, 1] of a map."""
    rgb = EqualizedConv2D(colors, 1, gain=1.0, seed=seeds(size, "c"), name=f"to_rgb_{size}")
    x = layers.Activation("tanh", name=f"tanh_{size}")(rgb(x))
    return layers.Rescaling(0.5, 0.5, name=f"pixels_{size}")(x)


def _read(pixels, filters, size, seeds):
    """Make a map of pixels in [-1, 1]."""
    rgb = EqualizedConv2D(filters, 1, seed=seeds(size, "c"), name=f"from_rgb_{size}")
    return _leaky(rgb(pixels), f"rgb_{size}")
