"""Images as arrays in [0, 1]: checked, converted, resized, tiled, and written as PNG or GIF.

Everywhere in ganlab a batch of images is a float32 array of shape (images, height, width,
channels) with 1 or 3 channels and values in [0, 1]: 0 is black, 1 is full intensity. Files
hold bytes instead, and :func:`to_float` and :func:`to_uint8` are the only way across.
:func:`check` guards the convention; nothing here guesses a range.
"""

import io
import math

import numpy as np
from PIL import Image

__all__ = [
    "check",
    "check_fit",
    "fit",
    "middle_square",
    "shrink",
    "tile",
    "to_float",
    "to_gif",
    "to_png",
    "to_uint8",
]


def check(images, *, name="images"):
    """Return a batch of images in the one form the package works with, or say what is wrong.

    Parameters
    ----------
    images : array of float, shape (n, height, width[, channels]), range [0, 1]
        With 1 or 3 channels; a missing channel axis is added.
    name : str
        What the error message calls the argument.

    Returns
    -------
    array of float32, shape (n, height, width, channels), range [0, 1]
        The same values. Memory is shared with `images` where no conversion was needed.

    Raises
    ------
    ValueError
        For anything else. A color image on its own, (height, width, 3), is refused rather
        than taken for a batch of images 3 pixels wide.

    Examples
    --------
    >>> check(np.zeros((2, 28, 28))).shape
    (2, 28, 28, 1)
    >>> check(np.full(4, 0.5))  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    ...
    ValueError: expected images of shape (n, height, width) or ... received shape (4,), float64
    """
    array = np.asarray(images)
    received = f"shape {array.shape}, {array.dtype}"
    _check_float(array, name)
    if array.ndim == 3 and array.shape[-1] in (1, 3):
        raise ValueError(
            f"expected {name} of shape (n, height, width, channels), received {received}. "
            "If it is one image, add the batch axis: image[np.newaxis]"
        )
    if array.ndim == 3:
        array = array[..., np.newaxis]
    if array.ndim != 4 or array.shape[-1] not in (1, 3) or 0 in array.shape:
        raise ValueError(
            f"expected {name} of shape (n, height, width) or (n, height, width, channels) with n, "
            f"height and width of at least 1 and 1 or 3 channels, received {received}"
        )
    array = array.astype(np.float32, copy=False)
    _check_range(array, name, received)
    return array


def _check_float(array, name):
    if not np.issubdtype(array.dtype, np.floating):
        hint = "; images.to_float converts bytes to [0, 1]" if array.dtype == np.uint8 else ""
        raise ValueError(
            f"expected {name} of floating-point values in [0, 1], "
            f"received shape {array.shape}, {array.dtype}{hint}"
        )


def _check_range(array, name, received):
    low, high = array.min(), array.max()
    if not (np.isfinite(low) and np.isfinite(high)):  # NaN and both infinities reach min or max
        count = int((~np.isfinite(array)).sum())
        raise ValueError(
            f"expected {name} of finite values, received {count} that are not ({received})"
        )
    if low < 0 or high > 1:
        raise ValueError(
            f"expected {name} of values in [0, 1], "
            f"received values from {low:.6g} to {high:.6g} ({received})"
        )


def to_float(images):
    """Convert bytes to the pixel convention: divide by 255.

    Parameters
    ----------
    images : array of uint8, any shape

    Returns
    -------
    array of float32, same shape, range [0, 1]

    Examples
    --------
    >>> to_float(np.array([0, 51, 255], np.uint8))
    array([0. , 0.2, 1. ], dtype=float32)
    """
    array = np.asarray(images)
    if array.dtype != np.uint8:
        raise ValueError(f"expected images of uint8, received shape {array.shape}, {array.dtype}")
    return array.astype(np.float32) / np.float32(255)


def to_uint8(images):
    """Convert images to bytes: multiply by 255 and round to the nearest.

    Truncating instead would darken an image by half a level on average, and would not give
    back every byte that :func:`to_float` was given.

    Parameters
    ----------
    images : array of float, any shape, range [0, 1]

    Returns
    -------
    array of uint8, same shape

    Examples
    --------
    >>> to_uint8(np.array([0.0, 0.2, 0.999, 1.0]))
    array([  0,  51, 255, 255], dtype=uint8)
    """
    array = np.asarray(images)
    _check_float(array, "images")
    if array.size:
        _check_range(array, "images", f"shape {array.shape}, {array.dtype}")
    # Half-precision floats hold 255 levels, but not their halves: compute in single precision.
    array = array.astype(np.result_type(array.dtype, np.float32), copy=False)
    return np.floor(array * 255 + array.dtype.type(0.5)).astype(np.uint8)


def fit(images, *, size=None, color=None):
    """Bring a batch to a square size, and to gray or color.

    The largest square in the middle is kept and resampled by Pillow's Lanczos filter, which
    averages when it shrinks, so that nothing flickers or aliases.

    Parameters
    ----------
    images : array of float, shape (n, height, width[, channels]), range [0, 1]
    size : int, range [1, 4096], optional
        Height and width of the result; unchanged where it is not given.
    color : {"gray", "rgb"}, optional
        Channels of the result; unchanged where it is not given. Gray is the luma of ITU-R
        BT.601, 0.299 R + 0.587 G + 0.114 B; gray turns to color by three equal channels.

    Returns
    -------
    array of float32, shape (n, size, size, channels), range [0, 1]

    Examples
    --------
    >>> fit(np.ones((2, 30, 40)), size=28, color="rgb").shape
    (2, 28, 28, 3)
    """
    images = check(images)
    check_fit(size, color)
    if color == "gray" and images.shape[-1] == 3:
        images = images @ np.array([[0.299], [0.587], [0.114]], np.float32)
    if size is not None and images.shape[1:3] != (size, size):
        planes = np.moveaxis(images, -1, 1).reshape(-1, *images.shape[1:3])
        planes = [np.asarray(middle_square(Image.fromarray(plane), size)) for plane in planes]
        images = np.stack(planes).reshape(len(images), -1, size, size)
        images = np.moveaxis(images, 1, -1)
    if color == "rgb" and images.shape[-1] == 1:
        images = images.repeat(3, axis=-1)
    # Lanczos overshoots at edges, and the luma weights can add up to 1 and one rounding error.
    return np.clip(images, 0, 1)


def middle_square(picture, size):
    """Cut the largest square out of the middle of a Pillow image and resample it.

    Parameters
    ----------
    picture : PIL.Image.Image
        Of mode L, RGB or F.
    size : int

    Returns
    -------
    PIL.Image.Image
        Of `size` by `size` pixels. Nothing outside the square has touched them.
    """
    side = min(picture.size)
    left, top = (picture.width - side) // 2, (picture.height - side) // 2
    square = picture.crop((left, top, left + side, top + side))
    return square.resize((size, size), Image.Resampling.LANCZOS)


def shrink(images, side):
    """Reduce a batch by a whole number until no side of an image is longer than `side`.

    Each pixel becomes the mean of a block; what is left over at the right and below is cut off.

    Parameters
    ----------
    images : array of float, shape (n, height, width[, channels]), range [0, 1]
    side : int, at least 1

    Returns
    -------
    array of float32, shape (n, height // k, width // k, channels), range [0, 1]
        With the smallest k that is enough; at least one pixel is left of the shorter side.

    Examples
    --------
    >>> shrink(np.ones((2, 256, 100, 3)), 64).shape
    (2, 64, 25, 3)
    """
    images = check(images)
    n, height, width, channels = images.shape
    factor = math.ceil(max(height, width) / side)
    tall, wide = min(factor, height), min(factor, width)
    rows, columns = height // tall, width // wide
    blocks = images[:, : rows * tall, : columns * wide]
    blocks = blocks.reshape(n, rows, tall, columns, wide, channels)
    return np.clip(blocks.mean(axis=(2, 4)), 0, 1)


def check_fit(size, color):
    """Raise a ValueError for a `size` or a `color` that :func:`fit` does not take."""
    whole = isinstance(size, int | np.integer) and not isinstance(size, bool)
    if size is not None and not (whole and 1 <= size <= 4096):
        raise ValueError(f"expected size as a whole number from 1 to 4096, received {size!r}")
    if color not in (None, "gray", "rgb"):
        raise ValueError(f"expected color as 'gray', 'rgb' or None, received {color!r}")


def tile(images, *, columns=None, padding=1, background=1.0):
    """Lay a batch of images out as one picture, row by row.

    Parameters
    ----------
    images : array of float, shape (n, height, width[, channels]), range [0, 1]
    columns : int, at least 1, optional
        Images in a row; the smallest square that holds them all where it is not given.
    padding : int, at least 0
        Pixels between the images and around them.
    background : float or sequence of one float a channel, range [0, 1]
        The value of the padding and of places left empty in the last row.

    Returns
    -------
    array of float32, shape (picture height, picture width, channels), range [0, 1]
        The height is rows * (height + padding) + padding, the width likewise.

    Examples
    --------
    >>> tile(np.zeros((10, 28, 28, 1)), columns=5).shape
    (59, 146, 1)
    """
    images = check(images)
    n, height, width, channels = images.shape
    columns = math.ceil(math.sqrt(n)) if columns is None else columns
    if columns < 1 or padding < 0:
        raise ValueError(
            "expected at least 1 column and a padding of at least 0, "
            f"received columns={columns}, padding={padding}"
        )
    if not np.all((np.asarray(background) >= 0) & (np.asarray(background) <= 1)):
        raise ValueError(f"expected background of values in [0, 1], received {background}")
    step_y, step_x = height + padding, width + padding
    shape = (math.ceil(n / columns) * step_y + padding, columns * step_x + padding, channels)
    picture = np.full(shape, background, np.float32)
    for index, image in enumerate(images):
        top = padding + index // columns * step_y
        left = padding + index % columns * step_x
        picture[top : top + height, left : left + width] = image
    return picture


def to_png(image, *, scale=1):
    """Write one image as the bytes of a PNG file.

    Parameters
    ----------
    image : array of float, shape (height, width[, channels]), range [0, 1]
    scale : int, at least 1
        Enlarge by this whole number; every pixel becomes a square, nothing is blurred.

    Returns
    -------
    bytes
        The same image gives the same bytes. Reading them back gives ``to_uint8(image)``.

    Examples
    --------
    >>> to_png(np.zeros((28, 28)))[1:4]
    b'PNG'
    """
    buffer = io.BytesIO()
    Image.fromarray(_bytes_of(np.asarray(image)[np.newaxis], scale, "image")[0]).save(buffer, "PNG")
    return buffer.getvalue()


def to_gif(frames, *, seconds_per_frame, scale=1, colors=64):
    """Write a film as the bytes of an animated GIF file that repeats for ever.

    All frames share one palette, so that colors do not flicker: evenly spaced grays for
    gray frames, a median cut over all frames for color. Frames equal to the one before are
    not stored again; the one before is shown for longer.

    Parameters
    ----------
    frames : sequence of arrays of float, all (height, width[, channels]), range [0, 1]
    seconds_per_frame : float
        At least 0.02, which is as fast as browsers play; the format counts hundredths.
    scale : int, at least 1
        Enlarge by this whole number.
    colors : int, range [2, 256]
        Size of the palette. Fewer make a smaller file.

    Returns
    -------
    bytes
        The same frames give the same bytes.

    Examples
    --------
    >>> film = np.linspace(0, 1, 5)[:, np.newaxis, np.newaxis] * np.ones((5, 28, 28))
    >>> to_gif(film, seconds_per_frame=0.1)[:6]
    b'GIF89a'
    """
    frames = [np.asarray(frame) for frame in frames]
    shapes = sorted({frame.shape for frame in frames})
    if len(shapes) != 1:
        raise ValueError(f"expected frames of one shape, received {shapes or 'no frames'}")
    if not seconds_per_frame >= 0.02 or not 2 <= colors <= 256:
        raise ValueError(
            "expected at least 0.02 seconds_per_frame and 2 to 256 colors, "
            f"received seconds_per_frame={seconds_per_frame}, colors={colors}"
        )
    pixels = [_bytes_of(frame[np.newaxis], scale, "frames")[0] for frame in frames]
    if pixels[0].ndim == 2:
        # Round to the nearest of the evenly spaced grays; the palette is those grays in order.
        grays = np.floor(np.linspace(0, 255, colors) + 0.5).astype(np.uint8)
        nearest = np.floor(np.arange(256) * (colors - 1) / 255 + 0.5).astype(np.uint8)
        pictures = [Image.fromarray(nearest[frame]) for frame in pixels]
        for picture in pictures:
            picture.putpalette(np.repeat(grays, 3).tobytes())
    else:
        # A million pixels are enough to choose the colors of a large film by.
        every = math.ceil(math.sqrt(len(pixels) * pixels[0][..., 0].size / 2**20))
        strip = np.concatenate([frame[::every, ::every] for frame in pixels])
        shared = Image.fromarray(strip).quantize(colors, method=Image.Quantize.MEDIANCUT)
        pictures = [
            Image.fromarray(frame).quantize(palette=shared, dither=Image.Dither.NONE)
            for frame in pixels
        ]
    buffer = io.BytesIO()
    pictures[0].save(
        buffer,
        "GIF",
        save_all=True,
        append_images=pictures[1:],
        duration=round(seconds_per_frame * 100) * 10,
        loop=0,
    )
    return buffer.getvalue()


def _bytes_of(batch, scale, name):
    """Give uint8 (n, height, width) for gray and (n, height, width, 3) for color, enlarged."""
    if not isinstance(scale, int | np.integer) or scale < 1:
        raise ValueError(f"expected scale as a whole number of at least 1, received {scale}")
    pixels = to_uint8(check(batch, name=name))
    pixels = pixels[..., 0] if pixels.shape[-1] == 1 else pixels
    return pixels.repeat(scale, axis=1).repeat(scale, axis=2)
