"""A learner's own images: an ``.npz`` file, a folder of pictures, or one picture.

Files come from anywhere, so nothing in them is believed before it is checked: sizes are read
from the headers and limited before memory is taken, and whatever is wrong with a file ends in
one :class:`DataError`. A call gives complete data or raises; it never gives a part.
"""

import os
import pathlib
import re
import struct
import zlib
from typing import NamedTuple

import numpy as np
from PIL import Image, ImageOps
from PIL.BmpImagePlugin import BmpImageFile
from PIL.GifImagePlugin import GifImageFile
from PIL.JpegImagePlugin import JpegImageFile
from PIL.PngImagePlugin import PngImageFile
from PIL.WebPImagePlugin import WebPImageFile

from ganlab import files
from ganlab import images as pixels
from ganlab.datasets.dataset import MAX_LABELS, Dataset, printable

MAX_PIXELS = 25_000_000
"""Pixels one picture file may hold: those of a camera of 24 megapixels.

Decoding, turning upright and bringing to a size or to gray take up to 30 bytes a pixel at once,
three quarters of a GB.
"""

_FILE = 2**28  # bytes of a picture file: more than `MAX_PIXELS` need in any of the formats
_SCANS = 100  # of a progressive JPEG; each passes over all its pixels
_FILES = 2**20  # files and folders in a folder
_NUMBERS = 1000  # labels from here on are identifiers, if not every number up to them is used
_NAME = 200  # characters of the name of a label

# Pillow's own Image.open would warn of large pictures, and only for a whole process at a time
# can that be changed.
_FORMATS = {
    rb"\x89PNG\r\n\x1a\n": PngImageFile,
    rb"\xff\xd8\xff": JpegImageFile,
    rb"GIF8[79]a": GifImageFile,
    rb"BM": BmpImageFile,
    rb"RIFF....WEBP": WebPImageFile,
}
_FORMAT_NAMES = "PNG, JPEG, GIF, BMP or WebP"

# Two of these side by side are no classes. Hidden files and what macOS packs into archives
# are the system's.
_SPLITS = {"train", "training", "test", "testing", "val", "valid", "validation", "dev"}
_SYSTEM = (".", "__MACOSX")


_OUTSIDE = "is a link that leads out of the folder: put what it leads to in its place"


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
    pixels.check_fit(size, color)
    path = os.path.expanduser(path)
    if not os.path.exists(path):  # before pathlib makes the current folder of an empty path
        raise DataError(f"{path or repr(path)}: cannot be opened (No such file or directory)")
    path = pathlib.Path(path)
    if path.is_dir():
        return _read_folder(path, size, color)
    if path.suffix.lower() == ".npz":
        return _read_npz(path, size, color)
    image, notes = _read_one(path, size, color)
    return Dataset(image[np.newaxis], name=path.absolute().name, notes=notes)


def read_image(path, *, size=None, color=None):
    """Read one picture file: PNG, JPEG, GIF (its first frame), BMP or WebP.

    A photograph is turned upright as its EXIF record says; transparency is laid on white; of
    16 bits a channel 8 are kept; color profiles are not applied.

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
    return _read_one(os.path.expanduser(path), size, color)[0]


def _read_one(path, size, color):
    try:
        picture, animated = _decode(path, size, color)
    except _Unusable as error:
        raise DataError(f"{path}: {error}") from error
    return pixels.to_float(picture), (("the first of its pictures is used",) if animated else ())


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
    ganlab.files.FileError
        When the file cannot be written there.
    """
    data = Dataset(images, labels)
    arrays = {"images": pixels.to_uint8(data.images)}
    if labels is not None:
        arrays["labels"] = data.labels
    files.write_npz(path, arrays)


# ---------------------------------------------------------------------------------- .npz


def _read_npz(path, size, color):
    try:
        # Stored as bytes or in single precision, so many values are what one call may give;
        # in double precision, half of them.
        arrays = files.read_npz(
            path,
            names=["images"],
            optional=["labels", "label_names"],
            limit=4 * pixels.MAX_VALUES,
        )
        images, labels = arrays["images"], arrays.get("labels")
        names, notes = arrays.get("label_names"), ()
        if names is not None:
            names = _names(names)
        elif labels is not None and labels.dtype.kind in "iu" and labels.size:
            labels, names, notes = _numbered(labels)
        if images.size > pixels.MAX_VALUES:
            raise ValueError(
                f"expected at most {pixels.MAX_VALUES} values, received images of {images.shape}"
            )
        if images.dtype == np.uint8 or size is not None or color is not None:
            images = pixels.fit(images, size=size, color=color)
        return Dataset(images, labels, names, name=path.name, notes=notes)
    except files.FileError as error:
        raise DataError(
            f"{error}. Write images again, for example with ganlab.datasets.readers.save_npz"
        ) from error
    except ValueError as error:
        raise DataError(f"{path}: {error}") from error


def _names(names):
    received = f"received shape {names.shape}, {names.dtype}"
    if names.dtype.kind != "U" or names.ndim != 1:
        raise ValueError(f"expected label_names as texts in a row, {received}")
    if len(names) > MAX_LABELS or names.itemsize > 4 * _NAME:
        raise ValueError(
            f"expected at most {MAX_LABELS} label_names of at most {_NAME} characters, {received}"
        )
    return tuple(printable(name) for name in names.tolist())


def _numbered(labels):
    """Count labels that are dates or persons from 0: no network has an output for each number."""
    if labels.min() < 0 or labels.max() < _NUMBERS:
        return labels, None, ()
    identifiers, numbers = np.unique(labels, return_inverse=True)
    if len(identifiers) > labels.max():
        return labels, None, ()
    note = (
        f"labels {identifiers[0]} to {identifiers[-1]} are numbered 0 to {len(identifiers) - 1}; "
        "label_names holds them as they were"
    )
    return numbers.reshape(labels.shape), tuple(map(str, identifiers.tolist())), (note,)


# ------------------------------------------------------------------------------ pictures


class _Unusable(Exception):
    """Why a picture cannot be used, in words for the reader; the caller adds its name."""


def _read_folder(folder, size, color):
    places, classes, skipped, notes = _places(folder)
    _refuse_splits(folder, sorted({place[0] for place in places if len(place) > 1}))
    pictures, animated, values = {}, [], 0
    for place in places:
        try:
            picture, several = _decode(folder.joinpath(*place), size, color)
        except _Unusable as error:
            skipped.append(Skipped("/".join(place), str(error)))
            continue
        pictures[place] = picture
        if several:
            animated.append("/".join(place))
        values += picture.size
        if values > pixels.MAX_VALUES:
            raise DataError(_too_many(folder, len(pictures)))
    inside = sorted({place[0] for place in pictures if len(place) > 1})
    if inside:
        for place in [place for place in pictures if len(place) == 1]:
            del pictures[place]
            skipped.append(Skipped(place[0], "lies beside the class folders, in none"))
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
            "Give the size to bring them to, such as size=64, or --size 64 on the command line"
        )
    labels = names = None
    if inside:
        # Every class folder keeps its number: other folders of one course count alike.
        names = sorted(classes)
        if all(name.isascii() and name.isdecimal() for name in names):
            names.sort(key=int)
        number = {name: label for label, name in enumerate(names)}
        labels = [number[place[0]] for place in pictures]
        notes += [
            f"{name}: no picture of this class is used, label {number[name]}"
            for name in names
            if name not in inside
        ]
        deep = ["/".join(place) for place in pictures if len(place) > 2]
        if deep:
            notes.append(
                f"{len(deep)} pictures in folders within a class folder count for that class, "
                f"such as {deep[0]}"
            )
        names = tuple(map(printable, names))
    if animated:
        notes.append(
            f"of {len(animated)} files with several pictures the first is used, "
            f"such as {animated[0]}"
        )
    images = _stacked(folder, pictures)
    return Dataset(
        images,
        labels,
        names,
        name=folder.absolute().name,
        skipped=tuple(sorted(skipped)),
        notes=tuple(notes),
    )


def _too_many(folder, count):
    return (
        f"{folder}: expected at most {pixels.MAX_VALUES} values, received more in its first "
        f"{count} pictures. Give a smaller size, such as size=64, or use fewer"
    )


def _refuse_splits(folder, names):
    splits = [name for name in names if name.lower() in _SPLITS]
    if len(splits) > 1 or (splits and splits == names):
        raise DataError(
            f"{folder}: expected class folders, received parts of a data set: "
            f"{', '.join(splits)}. Give the path of one of them, such as {folder / splits[0]}"
        )


def _stacked(folder, pictures):
    """Give float32 images of equal channels, one if no picture has any color."""
    height, width, _ = next(iter(pictures.values())).shape
    channels = max(picture.shape[-1] for picture in pictures.values())
    if len(pictures) * height * width * channels > pixels.MAX_VALUES:
        raise DataError(_too_many(folder, len(pictures)))
    images = np.empty((len(pictures), height, width, channels), np.float32)
    for image, place in zip(images, list(pictures), strict=True):
        image[...] = pixels.to_float(pictures.pop(place))  # and its memory is free
    return images


def _places(folder):
    """List a folder: its files by the parts of their paths, its classes, and what else is there.

    A link is followed where it leads to a file or folder in the same folder. Each folder is
    read once, so that no loop of links has no end; nothing outside is read, since a folder from
    a stranger could lead anywhere.
    """
    root = os.path.realpath(folder)
    places, classes, skipped, hidden = [], [], [], []
    known = {root: "the folder itself"}
    ahead, links, count = [()], [], 0
    while ahead or links:
        # Links last: a folder has the name under which it lies in the folder.
        place = ahead.pop() if ahead else links.pop(0)
        name, path = "/".join(place), os.path.realpath(os.path.join(folder, *place))
        if not _within(root, path):
            skipped.append(Skipped(name, _OUTSIDE))
            continue
        if place and path in known:
            skipped.append(Skipped(name, f"is a link to {known[path]}, which is read there"))
            continue
        known.setdefault(path, name)
        try:
            with os.scandir(path) as entries:
                entries = sorted(entries, key=lambda entry: entry.name)
        except OSError as error:
            if not place:
                raise DataError(f"{folder}: cannot be opened ({error.strerror})") from error
            skipped.append(Skipped(name, f"cannot be opened ({error.strerror})"))
            continue
        count += len(entries)
        if count > _FILES:
            raise DataError(f"{folder}: expected at most {_FILES} files, received more")
        for entry in entries:
            inner = (*place, entry.name)
            if entry.name.startswith(_SYSTEM):
                hidden.append("/".join(inner))
                continue
            if os.path.isdir(entry.path):
                (links if entry.is_symlink() else ahead).append(inner)
                if not place:
                    classes.append(entry.name)
            elif entry.is_symlink() and not _within(root, os.path.realpath(entry.path)):
                skipped.append(Skipped("/".join(inner), _OUTSIDE))
            else:
                places.append(inner)
    notes = []
    if hidden:
        notes = [f"{len(hidden)} hidden files or folders are not read, such as {min(hidden)}"]
    return sorted(places), classes, skipped, notes


def _within(root, path):
    return path == root or path.startswith(os.path.join(root, ""))


def _decode(path, size, color):
    """Decode a picture file to uint8 (height, width, 1 or 3), and say whether it holds several.

    A picture without any color has one channel, where `color` does not ask for three.
    """
    try:
        file = files.open_regular(path)
    except (OSError, ValueError) as error:
        raise _Unusable(f"cannot be opened ({getattr(error, 'strerror', error)})") from error
    with file:
        try:
            length = file.seek(0, os.SEEK_END)
            if length > _FILE:
                raise _Unusable(f"expected at most {_FILE} bytes, received {length}")
            file.seek(0)
            start = file.read(12)
            file.seek(0)
            kinds = [kind for form, kind in _FORMATS.items() if re.match(form, start, re.DOTALL)]
            if not kinds:
                raise _Unusable(f"is no {_FORMAT_NAMES} picture")
            with kinds[0](file) as picture:
                if picture.width * picture.height > MAX_PIXELS:
                    raise _Unusable(
                        f"expected at most {MAX_PIXELS} pixels, received {picture.width} x "
                        f"{picture.height}. Reduce it in an image editor"
                    )
                if kinds[0] is JpegImageFile:
                    _check_jpeg(file)
                animated = getattr(picture, "is_animated", False)
                picture.load()
                if kinds[0] is PngImageFile:
                    _check_png(file)
                return _fitted(picture, size, color), animated
        except _Unusable:
            raise
        except Exception as error:
            # Pillow's decoders answer damage with whatever exception they stumble into.
            raise _Unusable(f"is a damaged picture ({type(error).__name__}: {error})") from error


def _fitted(picture, size, color):
    """Give the pixels of a decoded picture as bytes, upright and on white."""
    ImageOps.exif_transpose(picture, in_place=True)
    if size is not None:
        picture = pixels.middle_square(picture)
    if picture.mode.startswith("I"):  # 16 bits a pixel, which Pillow's convert would cut off
        deep = np.asarray(picture).astype(np.uint32)
        deep[deep == picture.info.get("transparency", -1)] = 65535
        deep += 128
        deep //= 257
        picture = Image.fromarray(deep.astype(np.uint8))
    if picture.has_transparency_data:
        key = picture.info.get("transparency")
        if isinstance(key, tuple) and max(key) > 255:  # of 16 bits, as the picture was
            picture.info["transparency"] = tuple(value >> 8 for value in key)
        picture = picture.convert("RGBA")
        white = Image.new("RGB", picture.size, "white")
        white.paste(picture, mask=picture)
        picture = white
    if picture.mode not in ("L", "RGB"):
        picture = picture.convert("L" if picture.mode == "1" else "RGB")
    bytes_ = np.asarray(picture)
    bytes_ = bytes_.reshape(*bytes_.shape[:2], -1)
    if color is None and (bytes_[..., :1] == bytes_).all():
        bytes_ = bytes_[..., :1].copy()
    if size is None and color is None:
        return bytes_
    return pixels.to_uint8(pixels.fit(bytes_[np.newaxis], size=size, color=color))[0]


def _check_jpeg(file):
    """Raise for a JPEG of so many scans that it would take minutes; a camera writes about ten."""
    place = file.tell()
    file.seek(0)
    scans = file.read().count(b"\xff\xda")  # a few more in what is no pixels, such as a thumbnail
    file.seek(place)
    if scans > _SCANS:
        raise ValueError(f"expected at most {_SCANS} scans, received {scans}")


def _check_png(file):
    """Raise for a PNG whose data end before its last row: Pillow leaves the other rows black."""
    expected = received = 0
    unpack = zlib.decompressobj()
    file.seek(8)
    while received <= expected and len(header := file.read(8)) == 8:
        length, kind = struct.unpack(">I4s", header)
        following = file.tell() + length + 4
        if kind == b"IHDR":
            expected = _png_length(*struct.unpack(">IIBBBBB", file.read(13)))
        elif kind == b"IDAT":
            while length > 0 and received <= expected and (part := file.read(min(length, 2**14))):
                received += len(unpack.decompress(part))
                length -= len(part)
        file.seek(following)
    if received < expected:
        raise ValueError(f"expected {expected} bytes in its rows, received {received}")


def _png_length(width, height, depth, color, compression, filters, interlaced):
    """Count the bytes of the rows of a PNG, each after a byte that names its filter."""
    bits = depth * {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}[color]
    # Interlaced, it holds seven smaller pictures: from which pixel on, and how far apart.
    passes = [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2)]
    passes = [*passes, (0, 1, 1, 2)] if interlaced else [(0, 0, 1, 1)]
    total = 0
    for left, top, right, down in passes:
        columns, rows = -(-(width - left) // right), -(-(height - top) // down)
        if columns > 0:
            total += max(rows, 0) * (1 + (columns * bits + 7) // 8)
    return total
