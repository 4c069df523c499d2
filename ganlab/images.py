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
    "check_count",
    "check_fit",
    "check_values",
    "fit",
    "middle_square",
    "shrink",
    "tile",
    "to_float",
    "to_gif",
    "to_png",
    "to_uint8",
]

#: Values (images x height x width x channels) that one call gives at most: 800 MB as float32,
#: of which a conversion on the way may need twice as much, less than the 2 GB of many a hub.
MAX_VALUES = 200_000_000


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
        The same values. Memory is shared with `images` where no conversion was needed. What
        leaves [0, 1] by no more than rounding, 1e-6 or one step of half precision, is clipped.

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
    _check_float(array, name)
    array = _with_channels(array, name)
    # The range is that before the cast, which not every value survives.
    return _in_range(array, name).astype(np.float32, copy=False)


def _with_channels(array, name):
    received = f"received shape {array.shape}, {array.dtype}"
    if array.ndim == 3 and array.shape[-1] in (1, 3):
        raise ValueError(
            f"expected {name} of shape (n, height, width, channels), {received}. "
            "If it is one image, add the batch axis: image[np.newaxis]"
        )
    if array.ndim == 3:
        array = array[..., np.newaxis]
    if array.ndim != 4 or array.shape[-1] not in (1, 3) or 0 in array.shape:
        raise ValueError(
            f"expected {name} of shape (n, height, width) or (n, height, width, channels) with n, "
            f"height and width of at least 1 and 1 or 3 channels, {received}"
        )
    return array


def _check_float(array, name):
    if not np.issubdtype(array.dtype, np.floating):
        hint = "; images.to_float converts bytes to [0, 1]" if array.dtype == np.uint8 else ""
        raise ValueError(
            f"expected {name} of floating-point values in [0, 1], "
            f"received shape {array.shape}, {array.dtype}{hint}"
        )


def _in_range(array, name):
    """Return the values with those clipped that leave [0, 1] by rounding; refuse others."""
    received = f"shape {array.shape}, {array.dtype}"
    low, high = array.min(), array.max()
    if not (np.isfinite(low) and np.isfinite(high)):  # NaN and both infinities reach min or max
        count = int((~np.isfinite(array)).sum())
        raise ValueError(
            f"expected {name} of finite values, received {count} that are not ({received})"
        )
    # A chain of operations on float32, such as (x + 1) / 2 or a resampling, is off by several
    # of its steps of 1.2e-7; no picture of another range comes this near to [0, 1].
    rounding = max(1e-6, np.finfo(array.dtype).eps)
    if low < -rounding or high > 1 + rounding:
        # As text, a number shows all the digits that tell it from its neighbors.
        values = " to ".join(str(value).removesuffix(".0") for value in (low, high))
        raise ValueError(
            f"expected {name} of values in [0, 1], received values from {values} ({received})"
        )
    return array.clip(0, 1) if low < 0 or high > 1 else array


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
    array = array.astype(np.float32)
    array /= 255  # in place: a second copy of large data may not fit into memory
    return array


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
        array = _in_range(array, "images")
    # Half-precision floats hold 255 levels, but not their halves: compute in single precision.
    levels = array * np.result_type(array.dtype, np.float32).type(255)
    levels += 0.5  # what is positive is rounded by cutting off
    return levels.astype(np.uint8)


def fit(images, *, size=None, color=None):
    """Bring a batch to a square size, and to gray or color.

    The largest square in the middle is kept and resampled by Pillow's Lanczos filter, which
    averages when it shrinks, so that nothing flickers or aliases.

    Parameters
    ----------
    images : array, shape (n, height, width[, channels]), of float in [0, 1] or of uint8
    size : int, range [1, 4096], optional
        Height and width of the result; unchanged where it is not given.
    color : {"gray", "rgb"}, optional
        Channels of the result; unchanged where it is not given. Gray is the luma of ITU-R
        BT.601, 0.299 R + 0.587 G + 0.114 B; gray turns to color by three equal channels.

    Returns
    -------
    array of float32, shape (n, size, size, channels), range [0, 1]

    Raises
    ------
    ValueError
        Also for more than `MAX_VALUES` in the result.

    Examples
    --------
    >>> fit(np.ones((2, 30, 40)), size=28, color="rgb").shape
    (2, 28, 28, 3)
    """
    check_fit(size, color)
    images = np.asarray(images)
    stored = images.dtype == np.uint8
    images = _with_channels(images, "images") if stored else check(images)
    n, height, width, channels = images.shape
    if size is not None:
        height = width = int(size)
    channels = {None: channels, "gray": 1, "rgb": 3}[color]
    check_values(n, (height, width, channels))
    fitted = np.empty((n, height, width, channels), np.float32)
    for image, place in zip(images, fitted, strict=True):  # one at a time, to spare memory
        image = to_float(image) if stored else image
        if color == "gray" and image.shape[-1] == 3:
            image = image @ np.array([[0.299], [0.587], [0.114]], np.float32)
        if image.shape[:2] != (height, width):
            for k in range(image.shape[-1]):
                plane = middle_square(Image.fromarray(image[..., k]))
                place[..., k] = plane.resize((width, height), Image.Resampling.LANCZOS)
            image = place[..., : image.shape[-1]]
        place[...] = image
    # Lanczos overshoots at edges, and the luma weights can add up to 1 and one rounding error.
    return np.clip(fitted, 0, 1, out=fitted)


def middle_square(picture):
    """Cut the largest square out of the middle of a Pillow image."""
    side = min(picture.size)
    left, top = (picture.width - side) // 2, (picture.height - side) // 2
    return picture.crop((left, top, left + side, top + side))


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
    check_count(side, "side", 1)
    n, height, width, channels = images.shape
    factor = math.ceil(max(height, width) / side)
    tall, wide = min(factor, height), min(factor, width)
    rows, columns = height // tall, width // wide
    blocks = images[:, : rows * tall, : columns * wide]
    blocks = blocks.reshape(n, rows, tall, columns, wide, channels)
    return np.clip(blocks.mean(axis=(2, 4)), 0, 1)


def check_count(value, name, least, most=None):
    """Raise a ValueError for what is no integer from `least` to `most`."""
    whole = isinstance(value, int | np.integer) and not isinstance(value, bool)
    if not whole or value < least or (most is not None and value > most):
        to = "on" if most is None else f"to {most}"
        raise ValueError(f"expected {name} as an integer from {least} {to}, received {value!r}")


def check_values(n, image_shape):
    """Raise a ValueError for more images than `MAX_VALUES` allows, before memory is taken."""
    if n * math.prod(image_shape) > MAX_VALUES:
        height, width, channels = image_shape
        raise ValueError(
            f"expected at most {MAX_VALUES} values, received {n} images of {height} x {width} x "
            f"{channels}. Give a smaller size, such as size=64, or use fewer images"
        )


def check_fit(size, color):
    """Raise a ValueError for a `size` or a `color` that :func:`fit` does not take."""
    if size is not None:
        check_count(size, "size", 1, 4096)
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
    check_count(columns, "columns", 1)
    check_count(padding, "padding", 0)
    background = np.asarray(background)
    numbers = background.dtype.kind in "iuf" and background.shape in ((), (1,), (channels,))
    if not numbers or not np.all((background >= 0) & (background <= 1)):
        raise ValueError(
            f"expected background as one value in [0, 1] or {channels}, "
            f"received {background.tolist()!r:.200}"
        )
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
        From 0.02, which is as fast as browsers play, to 655; the format counts hundredths.
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
    check_count(colors, "colors", 2, 256)
    number = isinstance(seconds_per_frame, int | float | np.number)
    # 65,535 hundredths are all that the format counts.
    if not number or not 0.02 <= seconds_per_frame <= 655:
        raise ValueError(
            f"expected seconds_per_frame from 0.02 to 655, received {seconds_per_frame!r}"
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
    check_count(scale, "scale", 1)
    pixels = to_uint8(check(batch, name=name))
    pixels = pixels[..., 0] if pixels.shape[-1] == 1 else pixels
    return pixels.repeat(scale, axis=1).repeat(scale, axis=2)
