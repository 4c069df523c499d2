"""Data by name, from a file or from a folder."""

import difflib
import os

import numpy as np

from ganlab import images as pixels
from ganlab.datasets import critters, downloads, handwriting, readers
from ganlab.datasets.dataset import Dataset

_COLOR_PHOTOS = ("astronaut", "chelsea", "coffee", "rocket")
_GRAY_PHOTOS = ("camera", "brick", "grass", "gravel")
_PATCH = 64
_CRITTER = 32


def load(name_or_path, *, split=None, size=None, color=None):
    """Load images by the name of a data set, or from a file or folder of your own.

    Parameters
    ----------
    name_or_path : str or path
        A name of `NAMES`, described in :mod:`ganlab.datasets`; an ``.npz`` file that holds `images`
        (uint8, or float in [0, 1], NHWC or NHW) and optionally `labels` and `label_names`; a
        folder of PNG, JPEG, GIF, BMP or WebP files, whose folders, if it has any, are the
        classes; or one such file. Where a file or folder here has the name of a data set, say
        which is meant: ``./digits`` is the folder. ``~`` is the home folder.
    split : {"train", "test"}, optional
        None gives all. Sets by download keep their published halves. The test part of
        ``critters`` is those with a combination that the training part never shows. In all
        others, every fifth image of each class is for testing.
    size : int, range [1, 4096], optional
        Height and width: the middle square is kept and resampled. Of ``photos`` the size of
        the patches, 64 where it is not given. ``critters`` are composed at any size from 8 to
        105, 32 where it is not given. A folder of pictures of different sizes needs it.
    color : {"gray", "rgb"}, optional
        As the data are where it is not given; a folder is gray if all its pictures are.
        Gray ``photos`` are 462 patches: four gray photographs join the four in color.

    Returns
    -------
    Dataset

    Raises
    ------
    ganlab.datasets.readers.DataError
        A ValueError: for a name or path that does not exist, a file or folder that holds no
        images to use, or too few for a test split.
    ganlab.datasets.downloads.DownloadError
        A DataError, for a set that could not be downloaded. It names a set to use instead.

    Examples
    --------
    >>> load("digits", split="train")
    <Dataset digits: 1442 images of 28 x 28 x 1, 10 labels (zero, one, two, ...)>
    >>> load("color_digits").captions[3]
    'a pink three on a blue ground'
    """
    if not isinstance(name_or_path, str | os.PathLike):
        raise TypeError(
            f"expected name_or_path as the name of a data set or a path, "
            f"received {name_or_path!r:.200}"
        )
    if split not in (None, "train", "test"):
        raise ValueError(f"expected split as 'train', 'test' or None, received {split!r}")
    pixels.check_fit(size, color)
    if name_or_path in NAMES and os.path.lexists(name_or_path):
        raise readers.DataError(
            f"{name_or_path}: expected one meaning, received the name of a data set that is also "
            f"the name of a file or folder here. Write ./{name_or_path} for what lies here; for "
            "the data set, rename that or work in another folder"
        )
    if name_or_path in _EMBEDDED:
        dataset = _EMBEDDED[name_or_path](size, color)
    elif name_or_path in downloads.NAMES:
        images, labels, label_names = downloads.load(name_or_path, split)
        images = pixels.fit(images, size=size, color=color)
        return Dataset(images, labels, label_names, name=name_or_path)
    else:
        dataset = _read(name_or_path, size, color)
    if split is None:
        return dataset
    if name_or_path == "critters":
        test = critters.withheld(dataset.factors)
    else:
        test = _is_test(dataset)
    chosen = test if split == "test" else ~test
    if not chosen.any():
        raise readers.DataError(
            f"{name_or_path}: expected at least 5 images of a class for split='test', received "
            f"{len(dataset)} images in all. Add images, or load without split"
        )
    return dataset.take(chosen)


def _digits(size, color):
    images, labels = handwriting.digits()
    images = pixels.fit(images, size=size, color=color)
    return Dataset(images, labels, handwriting.NAMES, name="digits")


def _color_digits(size, color):
    images, labels, colors, captions = handwriting.color_digits()
    images = pixels.fit(images, size=size, color=color)
    factor_names = ("ink", "ground")
    return Dataset(
        images, labels, handwriting.NAMES, captions, colors, factor_names, "color_digits"
    )


def _critters(size, color):
    size = _CRITTER if size is None else size
    critters.check_size(size)
    images, factors = critters.critters(size)
    images = pixels.fit(images, color=color)
    labels = factors[:, critters.NAMES.index("body")]
    captions = critters.captions(factors)
    label_names = critters.FACTORS["body"]
    return Dataset(images, labels, label_names, captions, factors, critters.NAMES, "critters")


def _faces(size, color):
    from skimage import data

    faces = data.lfw_subset()[:100]  # the second hundred are no faces
    return Dataset(pixels.fit(faces, size=size, color=color), name="faces")


def _photos(size, color):
    from skimage import data
    from skimage.util import view_as_blocks

    size = _PATCH if size is None else size
    names = _COLOR_PHOTOS + (_GRAY_PHOTOS if color == "gray" else ())
    patches, labels = [], []
    for label, name in enumerate(names):
        photo = pixels.fit(getattr(data, name)()[np.newaxis], color=color)[0]
        height, width = (side - side % size for side in photo.shape[:2])
        if height * width == 0:
            continue
        blocks = view_as_blocks(photo[:height, :width], (size, size, photo.shape[2]))
        patches.append(blocks.reshape(-1, *blocks.shape[3:]))
        labels += [label] * len(patches[-1])
    if not labels:
        raise ValueError(f"expected size of patches of at most 512 pixels, received {size}")
    return Dataset(np.concatenate(patches), labels, names, name="photos")


def stacked_digits(n, *, seed):
    """Stack three random digits as the red, green and blue of an image: 1,000 kinds to count.

    A generator that drops some of the kinds can be caught by reading its images: 1,000 are
    enough for losses to show, and each digit can be read alone.

    Parameters
    ----------
    n : int, range [1, 85034]
    seed : int, at least 0

    Returns
    -------
    Dataset
        Of images of 28 x 28 x 3; `labels` from 0 to 999, such as 407 for a four in red, a zero
        in green and a seven in blue; `factors` of shape (n, 3), the three digits. Each channel
        is one of the 1,797 of ``digits``, all equally likely.

    Examples
    --------
    >>> stacked_digits(5000, seed=0)
    <Dataset stacked_digits: 5000 images of 28 x 28 x 3, 1000 labels (000, 001, 002, ...)>
    """
    images, digits = handwriting.digits()
    pixels.check_count(n, "n", 1, pixels.MAX_VALUES // (3 * images[0].size))
    if isinstance(seed, bool) or not isinstance(seed, int | np.integer) or seed < 0:
        raise ValueError(f"expected seed as an integer from 0 on, received {seed!r}")
    chosen = np.random.default_rng(seed).integers(len(images), size=(n, 3))
    stacked = pixels.to_float(np.moveaxis(images[chosen], 1, -1))
    factors = digits[chosen]
    return Dataset(
        stacked,
        labels=factors @ [100, 10, 1],
        label_names=tuple(f"{label:03d}" for label in range(1000)),
        factors=factors,
        factor_names=("red", "green", "blue"),
        name="stacked_digits",
    )


_EMBEDDED = {
    "digits": _digits,
    "color_digits": _color_digits,
    "critters": _critters,
    "faces": _faces,
    "photos": _photos,
}
NAMES = (*_EMBEDDED, *downloads.NAMES)


def _read(path, size, color):
    # Unlike Path.exists, this is False for a name too long to be a file.
    if not os.path.exists(os.path.expanduser(path)):
        near = difflib.get_close_matches(str(path), NAMES, n=1)
        hint = f"; did you mean {near[0]!r}?" if near else ""
        raise readers.DataError(
            f"{path or repr(path)}: expected one of {', '.join(NAMES)}, an .npz file or a folder "
            f"of pictures, received a name that is neither a data set nor a file{hint}"
        )
    return readers.read(path, size=size, color=color)


def _is_test(dataset):
    """Mark every fifth image of each class; of unlabeled images, every fifth."""
    labels = np.zeros(len(dataset), int) if dataset.labels is None else dataset.labels
    order = np.argsort(labels, kind="stable")
    _, first, class_ = np.unique(labels[order], return_index=True, return_inverse=True)
    test = np.empty(len(dataset), bool)
    test[order] = (np.arange(len(dataset)) - first[class_]) % 5 == 4
    return test
