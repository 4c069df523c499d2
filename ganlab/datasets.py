"""Data by name, from a file or from a folder, and batches of it for training.

==============  ==============================================  =================  ========
name            what it is                                      images             needs
==============  ==============================================  =================  ========
digits          real handwritten digits                         1,797 of 28x28x1   nothing
color_digits    the same in named ink and ground colors        1,797 of 28x28x3   nothing
faces           faces from Labeled Faces in the Wild            100 of 25x25x1     nothing
photos          patches of photographs                          206 of 64x64x3     nothing
mnist           handwritten digits                              70,000 of 28x28x1  download
fashion_mnist   clothes                                         70,000 of 28x28x1  download
cifar10         small photographs of animals and vehicles       60,000 of 32x32x3  download
==============  ==============================================  =================  ========

Two-dimensional points come from :func:`ring`, :func:`grid` and :func:`swiss_roll`. Origin
and licence of each set are in data/README.md.
"""

import dataclasses
import difflib
import os
import pathlib

import numpy as np

from ganlab import downloads, handwriting, readers
from ganlab import images as pixels
from ganlab.points import (
    GRID_MODES,
    GRID_STD,
    RING_MODES,
    RING_STD,
    grid,
    ring,
    swiss_roll,
)

__all__ = [
    "Dataset",
    "GRID_MODES",
    "GRID_STD",
    "NAMES",
    "RING_MODES",
    "RING_STD",
    "batches",
    "grid",
    "load",
    "ring",
    "swiss_roll",
]

_COLOR_PHOTOS = ("astronaut", "chelsea", "coffee", "rocket")
_GRAY_PHOTOS = ("camera", "brick", "grass", "gravel")
_PATCH = 64


@dataclasses.dataclass(frozen=True, eq=False, repr=False)
class Dataset:
    """Images and what is known about them; :func:`load` makes it, nothing changes it.

    Attributes
    ----------
    images : array of float32, shape (n, height, width, channels), range [0, 1], read-only
    labels : array of int64, shape (n,), read-only, or None
    label_names : tuple of str, or None
        The name of label k at position k.
    captions : tuple of n str, or None
    name : str
    skipped : tuple of ganlab.readers.Skipped
        The files of a folder that were not used, each with the reason; :meth:`report`
        prints well.
    inks, grounds : arrays of int64, shape (n,), read-only, or None
        Of ``color_digits``: positions in `color_names`.
    color_names : tuple of str, or None
    """

    images: np.ndarray
    labels: np.ndarray | None = None
    label_names: tuple[str, ...] | None = None
    captions: tuple[str, ...] | None = None
    name: str = "data"
    skipped: tuple = ()
    inks: np.ndarray | None = None
    grounds: np.ndarray | None = None
    color_names: tuple[str, ...] | None = None

    def __post_init__(self):
        """Check the parts against each other and make them read-only."""
        # Views, so that making them read-only leaves the caller's arrays alone.
        arrays = {"images": pixels.check(self.images)[:]}
        for field in ("labels", "inks", "grounds"):
            if getattr(self, field) is not None:
                arrays[field] = np.asarray(getattr(self, field), np.int64)[:]
        for field, array in arrays.items():
            array.flags.writeable = False
            object.__setattr__(self, field, array)
        for field in ("labels", "inks", "grounds", "captions"):
            values = getattr(self, field)
            if values is not None and len(values) != len(self):
                raise ValueError(
                    f"{field}: expected one for each of {len(self)} images, received {len(values)}"
                )

    def __len__(self):
        """Count the images."""
        return len(self.images)

    def __repr__(self):
        """Sum the data set up in one line."""
        size = " x ".join(str(side) for side in self.images.shape[1:])
        parts = [f"{len(self)} images of {size}"]
        if self.label_names:
            names = ", ".join(self.label_names[:3])
            more = ", ..." if len(self.label_names) > 3 else ""
            parts.append(f"{len(self.label_names)} labels ({names}{more})")
        elif self.labels is not None:
            parts.append(f"labels {self.labels.min()} to {self.labels.max()}")
        if self.captions:
            parts.append("captions")
        if self.skipped:
            parts.append(f"{len(self.skipped)} files skipped")
        return f"<Dataset {self.name}: {', '.join(parts)}>"

    def report(self):
        """Say which files were skipped and why, one a line.

        Returns
        -------
        str
        """
        lines = [f"{len(self)} images used, {len(self.skipped)} files skipped"]
        return "\n".join(lines + [f"  {file}: {reason}" for file, reason in self.skipped])

    def take(self, indices):
        """Give the data set with only some of its images.

        Parameters
        ----------
        indices : array of int or bool, or slice
            What NumPy takes as an index of one axis.

        Returns
        -------
        Dataset
        """
        changes = {
            field: getattr(self, field)[indices]
            for field in ("images", "labels", "inks", "grounds")
            if getattr(self, field) is not None
        }
        if self.captions is not None:
            positions = np.arange(len(self))[indices]
            changes["captions"] = tuple(self.captions[i] for i in positions)
        return dataclasses.replace(self, **changes)


def load(name_or_path, *, split=None, size=None, color=None):
    """Load images by the name of a data set, or from a file or folder of your own.

    Parameters
    ----------
    name_or_path : str or path
        A name of the table at the top of this module; an ``.npz`` file that holds `images`
        (uint8, or float in [0, 1], NHWC or NHW) and optionally `labels` and `label_names`; a
        folder of PNG, JPEG, GIF, BMP or WebP files, whose folders, if it has any, are the
        classes; or one such file. A name wins over a folder of the same name: write
        ``./digits`` for the folder.
    split : {"train", "test"}, optional
        None gives all. Sets by download keep their published halves; in all others, every
        fifth image of each class is for testing.
    size : int, optional
        Height and width: the middle square is kept and resampled. Of ``photos`` the size of
        the patches, 64 where it is not given. A folder of pictures of different sizes needs it.
    color : {"gray", "rgb"}, optional
        As the data are where it is not given; a folder is gray if all its pictures are.
        Gray ``photos`` are 462 patches: four gray photographs join the four in color.

    Returns
    -------
    Dataset

    Raises
    ------
    ganlab.readers.DataError
        A ValueError: for a name or path that does not exist, a file or folder that holds no
        images to use, or too few for a test split. It names the file and says what to do.
    ganlab.downloads.DownloadError
        A DataError, for a set that could not be downloaded. It names a set to use instead.
    ValueError
        For another argument out of range.
    TypeError
        For a first argument that is neither a string nor a path.

    Examples
    --------
    >>> load("digits", split="train")
    <Dataset digits: 1442 images of 28 x 28 x 1, 10 labels (zero, one, two, ...)>
    >>> load("color_digits").captions[3]
    'a pink three on a blue ground'
    """
    if split not in (None, "train", "test"):
        raise ValueError(f"split: expected 'train', 'test' or None, received {split!r}")
    pixels.check_fit(size, color)
    if name_or_path in _EMBEDDED:
        dataset = _EMBEDDED[name_or_path](size, color)
    elif name_or_path in downloads.NAMES:
        images, labels, label_names = downloads.load(name_or_path, split)
        images = pixels.to_float(images)
        return _fitted(Dataset(images, labels, label_names, name=name_or_path), size, color)
    else:
        dataset = _read(name_or_path, size, color)
    if split is None:
        return dataset
    chosen = _is_test(dataset) if split == "test" else ~_is_test(dataset)
    if not chosen.any():
        raise readers.DataError(
            f"{name_or_path}: expected at least 5 images of a class for split='test', received "
            f"{len(dataset)} images in all. Add images, or load without split"
        )
    return dataset.take(chosen)


def batches(images, batch_size, *, seed, start=0):
    """Serve batches for ever, each epoch in a new order; any step can be returned to.

    The samples are shuffled anew for every pass (epoch), and the passes follow each other
    without a gap: each sample is seen once before any is seen again, and a batch may hold the
    end of one pass and the beginning of the next. The batch of step s depends on nothing but
    `seed` and s. A training resumed with ``start=s`` sees what it would have seen.

    Parameters
    ----------
    images : array, shape (n, ...)
        Images or points; anything whose first axis counts the samples.
    batch_size : int
        May exceed n.
    seed : int
    start : int
        The step to begin with.

    Returns
    -------
    tf.data.Dataset
        Infinite, of tensors of shape (batch_size, ...) and the type of `images`.

    Raises
    ------
    ValueError
        For no samples, a batch size below 1, a start below 0 or a seed beyond 64 bits.
    TypeError
        For images that are no array, or a seed that is no integer.

    Examples
    --------
    >>> points = ring(100, seed=0)
    >>> [batch.shape[0] for batch in batches(points, 64, seed=1).take(3)]
    [64, 64, 64]
    """
    if isinstance(images, Dataset):
        raise TypeError("images: expected an array, received a Dataset; write batches(data.images)")
    images = np.asarray(images)
    if images.dtype == object or images.ndim == 0:
        raise TypeError(f"images: expected an array of samples, received {images!r:.200}")
    if len(images) < 1 or batch_size < 1 or start < 0:
        raise ValueError(
            "expected at least 1 sample, a batch_size of at least 1 and a start of at least 0, "
            f"received {len(images)} samples, batch_size={batch_size}, start={start}"
        )
    if isinstance(seed, bool) or not isinstance(seed, int | np.integer):
        raise TypeError(f"seed: expected an integer, received {seed!r}")
    if not -(2**63) <= seed < 2**63:
        raise ValueError(f"seed: expected an integer of 64 bits, received {seed}")
    from ganlab._tensorflow import tf

    n = len(images)
    # tf.data runs on the CPU; data placed on an accelerator would be copied back every step.
    with tf.device("CPU"):
        data = tf.constant(images)

    def order_of(epoch):
        # tf.random.experimental.index_shuffle would need no sort, but it draws from 256
        # permutations only when n is small, and some of them are far from random.
        key = tf.stack([tf.constant(seed, tf.int64), epoch])
        order = tf.random.experimental.stateless_shuffle(tf.range(n), key, alg="philox")
        return tf.data.Dataset.from_tensor_slices(order)

    first_epoch, first_index = divmod(start * batch_size, n)
    order = tf.data.Dataset.counter(first_epoch).flat_map(order_of).skip(first_index)
    order = order.batch(batch_size, drop_remainder=True)
    # Keras asks for steps_per_epoch when it knows that there is no end.
    endless = tf.data.experimental.assert_cardinality(tf.data.INFINITE_CARDINALITY)
    return order.map(lambda index: tf.gather(data, index)).apply(endless).prefetch(2)


def _fitted(dataset, size, color):
    if size is None and color is None:
        return dataset
    return dataclasses.replace(dataset, images=pixels.fit(dataset.images, size=size, color=color))


def _digits(size, color):
    images, labels = handwriting.digits()
    images = pixels.to_float(images)
    return _fitted(Dataset(images, labels, handwriting.NAMES, name="digits"), size, color)


def _color_digits(size, color):
    images, labels, inks, grounds, captions = handwriting.color_digits()
    dataset = Dataset(
        pixels.to_float(images),
        labels,
        handwriting.NAMES,
        captions,
        "color_digits",
        inks=inks,
        grounds=grounds,
        color_names=tuple(handwriting.COLORS),
    )
    return _fitted(dataset, size, color)


def _faces(size, color):
    from skimage import data

    faces = data.lfw_subset()[:100].astype(np.float32)  # the second hundred are no faces
    return _fitted(Dataset(faces, name="faces"), size, color)


def _photos(size, color):
    from skimage import data

    size = _PATCH if size is None else size
    names = _COLOR_PHOTOS + (_GRAY_PHOTOS if color == "gray" else ())
    patches, labels = [], []
    for label, name in enumerate(names):
        photo = pixels.to_float(getattr(data, name)())
        photo = pixels.fit(photo[np.newaxis], color=color)[0]
        rows, columns = photo.shape[0] // size, photo.shape[1] // size
        if rows * columns == 0:
            continue
        photo = photo[: rows * size, : columns * size]
        cut = photo.reshape(rows, size, columns, size, -1).swapaxes(1, 2)
        patches.append(cut.reshape(rows * columns, size, size, -1))
        labels += [label] * rows * columns
    if not labels:
        raise ValueError(f"size: expected patches of at most 512 pixels, received {size}")
    return Dataset(np.concatenate(patches), labels, names, name="photos")


_EMBEDDED = {
    "digits": _digits,
    "color_digits": _color_digits,
    "faces": _faces,
    "photos": _photos,
}
NAMES = (*_EMBEDDED, *downloads.NAMES)


def _read(path, size, color):
    if not isinstance(path, str | os.PathLike):
        raise TypeError(f"expected the name of a data set or a path, received {path!r:.200}")
    path = pathlib.Path(path)
    if not os.path.exists(path):  # unlike path.exists(), False for a name too long to be a file
        near = difflib.get_close_matches(str(path), NAMES, n=1)
        hint = f"; did you mean {near[0]!r}?" if near else ""
        raise readers.DataError(
            f"{path}: expected one of {', '.join(NAMES)}, an .npz file or a folder of pictures, "
            f"received a name that is neither a data set nor a file{hint}"
        )
    images, labels, label_names, skipped = readers.read(path, size=size, color=color)
    return Dataset(images, labels, label_names, name=path.name, skipped=skipped)


def _is_test(dataset):
    """Mark every fifth image of each class; of unlabelled images, every fifth."""
    labels = np.zeros(len(dataset), int) if dataset.labels is None else dataset.labels
    test = np.zeros(len(dataset), bool)
    for label in np.unique(labels):
        test[np.flatnonzero(labels == label)[4::5]] = True
    return test
