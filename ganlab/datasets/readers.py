"""A learner's own images: an ``.npz`` file, a folder of pictures, or one picture.

Files come from anywhere, so nothing in them is believed before it is checked: sizes are read
from the headers and limited before memory is taken, and whatever is wrong with a file ends in
one :class:`DataError`. A call gives complete data or raises; it never gives a part.
"""

import os
import pathlib
import warnings
from typing import NamedTuple

import numpy as np
from PIL import Image, ImageOps

from ganlab import files
from ganlab import images as pixels
from ganlab.datasets.dataset import Dataset

MAX_VALUES = 2**29
"""Values (images x height x width x channels) one call may read: 2 GiB as float32."""

MAX_PIXELS = 2**26
"""Pixels one picture file may hold: 8192 x 8192, or a 67 megapixel photograph."""

_FORMATS = ("PNG", "JPEG", "GIF", "BMP", "WEBP")
_FORMAT_NAMES = "PNG, JPEG, GIF, BMP or WebP"


class DataError(ValueError):
    """A file, a folder or a name does not give images; the message names it and says what to do."""


class Skipped(NamedTuple):
    """A file of a folder that was not used, by its place in the folder, and the reason."""

    file: str
    reason: str


def read(path, *, size=None, color=None):
    """Read images from an ``.npz`` file, a folder or a picture file.

    Parameters
    ----------
    path : str or path
    size : int, range [1, 4096], optional
    color : {"gray", "rgb"}, optional
        As for :func:`ganlab.images.fit`; where `color` is not given, pictures without any
        color give one channel.

    Returns
    -------
    Dataset
    """
    path = pathlib.Path(path)
    pixels.check_fit(size, color)
    if path.is_dir():
        return _read_folder(path, size, color)
    if path.suffix.lower() == ".npz":
        return _read_npz(path, size, color)
    return Dataset(read_image(path, size=size, color=color)[np.newaxis], name=path.name)


def read_image(path, *, size=None, color=None):
    """Read one picture file: PNG, JPEG, GIF (its first frame), BMP or WebP.

    A photograph is turned upright as its EXIF record says; transparency is laid on white.

    Parameters
    ----------
    path : str or path
    size : int, range [1, 4096], optional
    color : {"gray", "rgb"}, optional
        As for :func:`read`.

    Returns
    -------
    array of float32, shape (height, width, channels), range [0, 1]

    Raises
    ------
    DataError
        For a file that cannot be read, is damaged, or has more than `MAX_PIXELS`.
    """
    pixels.check_fit(size, color)
    try:
        picture = _decode(path, size)
    except _Unusable as error:
        raise DataError(f"{path}: {error}") from error
    return _in_color([picture], color)[0]


def save_npz(images, path, labels=None):
    """Write images as an ``.npz`` file that :func:`read` and :func:`ganlab.datasets.load` read.

    It is written as by :func:`ganlab.files.replaced`: whole or not at all.

    Parameters
    ----------
    images : array of float, shape (n, height, width[, channels]), range [0, 1]
        Stored as uint8.
    path : str or path
        Ending in ``.npz``.
    labels : array of int, shape (n,), optional

    Raises
    ------
    DataError
        When the file cannot be written there.
    """
    data = Dataset(images, labels)
    arrays = {"images": pixels.to_uint8(data.images)}
    if labels is not None:
        arrays["labels"] = data.labels
    try:
        files.write_npz(path, arrays)
    except OSError as error:
        raise DataError(
            f"{path}: cannot be written ({error.strerror}). Choose another place"
        ) from error


# ---------------------------------------------------------------------------------- .npz


def _read_npz(path, size, color):
    try:
        arrays = files.read_npz(
            path, names=["images"], optional=["labels", "label_names"], limit=MAX_VALUES
        )
        images, names = arrays["images"], arrays.get("label_names")
        if images.dtype == np.uint8:
            images = pixels.to_float(images)
        if names is not None:
            if names.dtype.kind != "U" or names.ndim != 1:
                raise ValueError(
                    f"expected label_names as texts in a row, received shape {names.shape}, "
                    f"{names.dtype}"
                )
            names = tuple(names.tolist())
        if size is not None or color is not None:
            images = pixels.fit(images, size=size, color=color)
        return Dataset(images, arrays.get("labels"), names, name=path.name)
    except files.FileError as error:
        raise DataError(
            f"{error}. Write images again, for example with ganlab.datasets.readers.save_npz"
        ) from error
    except ValueError as error:
        raise DataError(f"{path}: {error}") from error


# ------------------------------------------------------------------------------ pictures


class _Unusable(Exception):
    """Why a picture cannot be used, in words for the reader; the caller adds its name."""


def _read_folder(folder, size, color):
    paths = sorted(
        pathlib.Path(place, name).relative_to(folder)
        for place, _, names in os.walk(folder)
        for name in names
    )
    pictures, skipped, values = {}, [], 0
    for path in paths:
        if any(part.startswith(".") for part in path.parts):
            continue  # hidden files, such as .DS_Store, are the system's and not worth a report
        try:
            pictures[path] = _decode(folder / path, size)
        except _Unusable as error:
            skipped.append(Skipped(path.as_posix(), str(error)))
            continue
        values += pictures[path].size
        if values > MAX_VALUES:
            raise DataError(
                f"{folder}: expected at most {MAX_VALUES} values, received more in its first "
                f"{len(pictures)} pictures. Give a smaller size, such as size=64, or use fewer"
            )
    loose = [path for path in pictures if len(path.parts) == 1]
    if len(loose) < len(pictures):
        for path in loose:
            del pictures[path]
            skipped.append(Skipped(path.as_posix(), "lies beside the class folders, in none"))
    if not pictures:
        found = "; ".join(f"{file}: {reason}" for file, reason in skipped[:3])
        found = (
            f"{len(skipped)} files of which none can be used ({found})" if skipped else "no files"
        )
        raise DataError(
            f"{folder}: expected a folder of {_FORMAT_NAMES} pictures, received {found}. "
            "Put pictures in it, directly or in one folder a class"
        )
    shapes = sorted({picture.shape[:2] for picture in pictures.values()})
    if len(shapes) > 1:
        raise DataError(
            f"{folder}: expected pictures of one size, received {len(shapes)} sizes from "
            f"{shapes[0][0]} x {shapes[0][1]} to {shapes[-1][0]} x {shapes[-1][1]} pixels. "
            "Give the size to bring them to, such as size=64"
        )
    images = np.stack(_in_color(pictures.values(), color))
    classes = [path.parts[0] for path in pictures if len(path.parts) > 1]
    names = tuple(sorted(set(classes)))
    labels = [names.index(name) for name in classes]
    return Dataset(
        images, labels or None, names or None, name=folder.name, skipped=tuple(sorted(skipped))
    )


def _decode(path, size):
    """Give the pixels of a picture file as uint8 (height, width, 3), or raise _Unusable."""
    too_large = f"expected at most {MAX_PIXELS} pixels, received {{}}. Reduce it in an image editor"
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            # Other warnings, such as one on a damaged EXIF record, concern nothing used here.
            warnings.filterwarnings("ignore", category=UserWarning, module="PIL")
            with Image.open(path, formats=_FORMATS) as picture:
                if picture.width * picture.height > MAX_PIXELS:
                    raise _Unusable(too_large.format(f"{picture.width} x {picture.height}"))
                picture.load()
                picture = _rgb(ImageOps.exif_transpose(picture))
                return np.asarray(picture if size is None else pixels.middle_square(picture, size))
    except _Unusable:
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise _Unusable(too_large.format("many more")) from error
    except Image.UnidentifiedImageError as error:
        raise _Unusable(f"is no {_FORMAT_NAMES} picture") from error
    except (FileNotFoundError, PermissionError, IsADirectoryError) as error:
        raise _Unusable(f"cannot be opened ({error.strerror})") from error
    except Exception as error:
        # Pillow's decoders answer damage with whatever exception they stumble into.
        raise _Unusable(f"is a damaged picture ({type(error).__name__}: {error})") from error


def _rgb(picture):
    if picture.mode.startswith("I"):  # 16 bits a pixel, which Pillow's convert would cut off
        deep = np.clip(np.asarray(picture, np.float64) / 257, 0, 255)
        picture = Image.fromarray(np.floor(deep + 0.5).astype(np.uint8))
    if picture.has_transparency_data:
        picture = picture.convert("RGBA")
        picture = Image.alpha_composite(Image.new("RGBA", picture.size, "white"), picture)
    return picture.convert("RGB")


def _in_color(pictures, color):
    """Give float32 images of equal channels: gray if asked for, or if none has any color."""
    if color is None:
        plain = all(np.ptp(picture, axis=-1).max() == 0 for picture in pictures)
        color = "gray" if plain else "rgb"
    if color == "gray":
        pictures = [np.asarray(Image.fromarray(p).convert("L"))[..., np.newaxis] for p in pictures]
    return [pixels.to_float(picture) for picture in pictures]
