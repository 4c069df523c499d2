"""A learner's own images: an ``.npz`` file, a folder of pictures, or one picture.

Files come from anywhere, so nothing in them is believed before it is checked: sizes are read
from the headers and limited before memory is taken, nothing is unpickled, and whatever is
wrong with a file ends in one :class:`DataError` that names the file and says what to do. A
call gives complete data or raises; it never gives a part.
"""

import os
import pathlib
import warnings
from typing import NamedTuple

import numpy as np
from PIL import Image, ImageOps

from ganlab import files
from ganlab import images as pixels

__all__ = [
    "MAX_PIXELS",
    "MAX_VALUES",
    "DataError",
    "Images",
    "Skipped",
    "read",
    "read_image",
    "save_npz",
]

MAX_VALUES = 2**29
"""Values (images x height x width x channels) one call may read: 2 GiB as float32."""

MAX_PIXELS = 2**26
"""Pixels one picture file may hold: 8192 x 8192, or a 67 megapixel photograph."""

_FORMATS = ("PNG", "JPEG", "GIF", "BMP", "WEBP")
_FORMAT_NAMES = "PNG, JPEG, GIF, BMP or WebP"


class DataError(ValueError):
    """A file, a folder or a name does not give images; the message says what to do."""


class Skipped(NamedTuple):
    """A file of a folder that was not used, by its place in the folder, and the reason."""

    file: str
    reason: str


class Images(NamedTuple):
    """What :func:`read` found.

    Attributes
    ----------
    images : array of float32, shape (n, height, width, channels), range [0, 1]
    labels : array of int64, shape (n,), or None
    label_names : tuple of str, or None
    skipped : tuple of Skipped
    """

    images: np.ndarray
    labels: np.ndarray | None = None
    label_names: tuple[str, ...] | None = None
    skipped: tuple[Skipped, ...] = ()


def read(path, *, size=None, color=None):
    """Read images from an ``.npz`` file, a folder or a picture file.

    Parameters
    ----------
    path : str or path
    size : int, optional
        Height and width: the middle square is kept and resampled.
    color : {"gray", "rgb"}, optional

    Returns
    -------
    Images

    Raises
    ------
    DataError
        Naming the file and what to do.
    ValueError
        For a size or a kind of color that :func:`ganlab.images.fit` does not know.
    """
    path = pathlib.Path(path)
    pixels.check_fit(size, color)
    if path.is_dir():
        return _read_folder(path, size, color)
    if path.suffix.lower() == ".npz":
        return _read_npz(path, size, color)
    return Images(read_image(path, size=size, color=color)[np.newaxis])


def read_image(path, *, size=None, color=None):
    """Read one picture file: PNG, JPEG, GIF (its first frame), BMP or WebP.

    A photograph is turned upright as its EXIF record says; transparency is laid on white.

    Parameters
    ----------
    path : str or path
    size : int, optional
        Height and width: the middle square is kept and resampled.
    color : {"gray", "rgb"}, optional
        Where it is not given, a picture without any color gives one channel.

    Returns
    -------
    array of float32, shape (height, width, channels), range [0, 1]

    Raises
    ------
    DataError
        For a file that cannot be read, is damaged, or has more than `MAX_PIXELS`.
    ValueError
        For a size or a kind of color that :func:`ganlab.images.fit` does not know.
    """
    pixels.check_fit(size, color)
    try:
        picture = _decode(path, size)
    except _Unusable as error:
        raise DataError(f"{path}: {error}") from error
    return _in_color([picture], color)[0]


def save_npz(images, path, labels=None):
    """Write images as an ``.npz`` file that :func:`read` and :func:`ganlab.datasets.load` read.

    The file appears under its name only when it is complete: whatever interrupts the writing,
    an older file of that name stays as it was.

    Parameters
    ----------
    images : array of float, shape (n, height, width[, channels]), range [0, 1]
        Stored as uint8.
    path : str or path
        Ending in ``.npz``.
    labels : array of int, shape (n,), optional

    Raises
    ------
    ValueError
        For images that :func:`ganlab.images.check` refuses, labels that do not fit them, or
        another ending.
    DataError
        When the file cannot be written there.
    """
    arrays = {"images": pixels.to_uint8(pixels.check(images))}
    if labels is not None:
        labels = np.asarray(labels)
        if labels.shape != (len(arrays["images"]),) or labels.dtype.kind not in "iu":
            raise ValueError(
                f"labels: expected integers of shape ({len(arrays['images'])},), "
                f"received shape {labels.shape}, {labels.dtype}"
            )
        arrays["labels"] = labels.astype(np.int64)
    try:
        files.write_npz(path, arrays)
    except OSError as error:
        raise DataError(
            f"{path}: cannot be written ({error.strerror}); choose another place"
        ) from error


# ---------------------------------------------------------------------------------- .npz


def _read_npz(path, size, color):
    try:
        arrays = files.read_npz(
            path, names=["images"], optional=["labels", "label_names"], limit=MAX_VALUES
        )
        images, labels, label_names = _checked(arrays)
    except files.FileError as error:
        raise DataError(
            f"{error}. Write images again, for example with ganlab.datasets.readers.save_npz"
        ) from error
    except _Unusable as error:
        raise DataError(f"{path}: {error}") from error
    if size is not None or color is not None:
        images = pixels.fit(images, size=size, color=color)
    return Images(images, labels, label_names)


class _Unusable(Exception):
    """Why a file cannot be used, in words for the reader; the caller adds its name."""


def _checked(arrays):
    images = arrays["images"]
    if images.dtype != np.uint8 and images.dtype.kind != "f":
        raise _Unusable(
            f"images: expected uint8, or float in [0, 1], received shape {images.shape}, "
            f"{images.dtype}"
        )
    try:
        images = pixels.check(pixels.to_float(images) if images.dtype == np.uint8 else images)
    except ValueError as error:
        raise _Unusable(str(error)) from error
    labels, label_names = arrays.get("labels"), arrays.get("label_names")
    if labels is not None:
        if labels.dtype.kind not in "iu" or labels.shape != (len(images),):
            raise _Unusable(
                f"labels: expected integers of shape ({len(images)},), received shape "
                f"{labels.shape}, {labels.dtype}"
            )
        if labels.min() < 0 or labels.max() >= 2**31:
            raise _Unusable(
                f"labels: expected 0 or more, received {labels.min()} to {labels.max()}"
            )
        labels = labels.astype(np.int64)
    if label_names is not None:
        need = 0 if labels is None else int(labels.max()) + 1
        if label_names.dtype.kind != "U" or label_names.ndim != 1 or len(label_names) < need:
            raise _Unusable(
                f"label_names: expected at least {need} strings, received shape "
                f"{label_names.shape}, {label_names.dtype}"
            )
        label_names = tuple(str(name) for name in label_names)
    return images, labels, label_names


# ------------------------------------------------------------------------------ pictures


def _read_folder(folder, size, color):
    files = sorted(
        pathlib.Path(place, name).relative_to(folder)
        for place, _, names in os.walk(folder)
        for name in names
    )
    # Hidden files, such as .DS_Store, are the system's and not worth a report.
    files = [file for file in files if not any(part.startswith(".") for part in file.parts)]
    pictures, classes, skipped, values = [], [], [], 0
    for file in files:
        try:
            pictures.append(_decode(folder / file, size))
        except _Unusable as error:
            skipped.append(Skipped(file.as_posix(), str(error)))
            continue
        classes.append(file.parts[0] if len(file.parts) > 1 else None)
        values += pictures[-1].size
        if values > MAX_VALUES:
            raise DataError(
                f"{folder}: holds more than {MAX_VALUES} values in its first {len(pictures)} "
                "pictures. Give a smaller size, such as size=64, or use fewer pictures"
            )
    if any(name is not None for name in classes) and None in classes:
        loose = [
            file for file, name in zip(_used(files, skipped), classes, strict=True) if name is None
        ]
        skipped += [
            Skipped(file.as_posix(), "lies beside the class folders, in none") for file in loose
        ]
        pictures = [
            picture for picture, name in zip(pictures, classes, strict=True) if name is not None
        ]
        classes = [name for name in classes if name is not None]
    if not pictures:
        found = "; ".join(f"{file}: {reason}" for file, reason in skipped[:3])
        found = (
            f"{len(skipped)} files of which none can be used ({found})" if skipped else "no files"
        )
        raise DataError(
            f"{folder}: expected a folder of {_FORMAT_NAMES} pictures, received {found}. "
            "Put pictures in it, directly or in one folder a class"
        )
    shapes = sorted({picture.shape[:2] for picture in pictures})
    if len(shapes) > 1:
        raise DataError(
            f"{folder}: expected pictures of one size, received {len(shapes)} sizes from "
            f"{shapes[0][0]} x {shapes[0][1]} to {shapes[-1][0]} x {shapes[-1][1]} pixels. "
            "Give the size to bring them to, such as size=64"
        )
    images = np.stack(_in_color(pictures, color))
    if classes[0] is None:
        return Images(images, skipped=tuple(sorted(skipped)))
    names = sorted(set(classes))
    labels = np.array([names.index(name) for name in classes], np.int64)
    return Images(images, labels, tuple(names), tuple(sorted(skipped)))


def _used(files, skipped):
    unused = {file for file, _ in skipped}
    return [file for file in files if file.as_posix() not in unused]


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
                picture = ImageOps.exif_transpose(picture)
                picture = _rgb(picture)
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
        white = Image.new("RGBA", picture.size, "white")
        picture = Image.alpha_composite(white, picture)
    return picture.convert("RGB")


def _in_color(pictures, color):
    """Give float32 images of equal channels: gray if asked for, or if none has any color."""
    if color is None:
        plain = all(np.ptp(picture, axis=-1).max() == 0 for picture in pictures)
        color = "gray" if plain else "rgb"
    fitted = []
    for picture in pictures:
        if color == "gray":
            picture = np.asarray(Image.fromarray(picture).convert("L"))[..., np.newaxis]
        fitted.append(pixels.to_float(picture))
    return fitted
