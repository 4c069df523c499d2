"""What a data set is: images and what is known about them."""

import copy
import dataclasses

import numpy as np

from ganlab import images as pixels

MAX_LABELS = 2**16
"""Labels are below this: who trains on them makes a network of as many outputs."""

_LINES = 100  # of a report; a folder may hold a million files that are no pictures


@dataclasses.dataclass(frozen=True, eq=False, repr=False)
class Dataset:
    """Images and what is known about them; :func:`load` makes it.

    The arrays are read-only views: whoever made a Dataset of arrays of their own can still
    change those, and changes the Dataset with them.

    Attributes
    ----------
    images : array of float32, shape (n, height, width, channels), range [0, 1], read-only
    labels : array of int64, shape (n,), range [0, `MAX_LABELS`), read-only, or None
    label_names : tuple of str, or None
        The name of label k at position k. There may be labels without images.
    captions : tuple of n str, or None
    factors : array of int64, shape (n, factors), read-only, or None
        What else varies from image to image, such as the colors of ``color_digits``.
    factor_names : tuple of str, or None
        The name of each column of `factors`.
    name : str
    skipped : tuple of ganlab.datasets.readers.Skipped
        The files of a folder that were not used, each with the reason.
    notes : tuple of str
        What else happened on the way from the files to the images. :meth:`report` gives both
        as one text.
    """

    images: np.ndarray
    labels: np.ndarray | None = None
    label_names: tuple[str, ...] | None = None
    captions: tuple[str, ...] | None = None
    factors: np.ndarray | None = None
    factor_names: tuple[str, ...] | None = None
    name: str = "data"
    skipped: tuple = ()
    notes: tuple[str, ...] = ()

    def __post_init__(self):
        self._set("images", pixels.check(self.images))
        if self.labels is not None:
            labels = self._integers("labels", len(self))
            if labels.min() < 0 or labels.max() >= MAX_LABELS:
                raise ValueError(
                    f"expected labels from 0 to {MAX_LABELS - 1}, received {labels.min()} to "
                    f"{labels.max()}. Number them anew: names, labels = np.unique(labels, "
                    "return_inverse=True)"
                )
            self._set("labels", labels.astype(np.int64, copy=False))
        if self.label_names is not None:
            need = 0 if self.labels is None else self.labels.max() + 1
            if len(self.label_names) < need:
                raise ValueError(
                    f"expected label_names of at least {need} labels, "
                    f"received {len(self.label_names)}"
                )
        if self.captions is not None and len(self.captions) != len(self):
            raise ValueError(
                f"expected captions of {len(self)} images, received {len(self.captions)}"
            )
        if self.factors is not None:
            columns = len(self.factor_names or ())
            if columns == 0:
                raise ValueError("expected factor_names beside factors, received none")
            factors = self._integers("factors", len(self), columns)
            self._set("factors", factors.astype(np.int64, copy=False))

    def _integers(self, field, *shape):
        array = np.asarray(getattr(self, field))
        if array.dtype.kind not in "iu" or array.shape != shape:
            raise ValueError(
                f"expected {field} as integers of shape {shape}, "
                f"received shape {array.shape}, {array.dtype}"
            )
        return array

    def _set(self, field, array):
        array = array[:]  # a view: the caller's own array stays writable
        array.flags.writeable = False
        object.__setattr__(self, field, array)

    def __len__(self):
        return len(self.images)

    def __repr__(self):
        size = " x ".join(str(side) for side in self.images.shape[1:])
        parts = [f"{len(self)} images of {size}"]
        if self.label_names:
            names = ", ".join(printable(name) for name in self.label_names[:3])
            more = ", ..." if len(self.label_names) > 3 else ""
            parts.append(f"{len(self.label_names)} labels ({names}{more})")
        elif self.labels is not None:
            parts.append(f"labels {self.labels.min()} to {self.labels.max()}")
        if self.captions:
            parts.append("captions")
        if self.skipped:
            parts.append(f"{len(self.skipped)} files skipped")
        return f"<Dataset {printable(self.name)}: {', '.join(parts)}>"

    def report(self):
        """Return a text that says which files were skipped and why, and what else to know."""
        lines = [f"{len(self)} images used, {len(self.skipped)} files skipped", *self.notes]
        lines += [f"{file}: {reason}" for file, reason in self.skipped]
        more = len(lines) - _LINES
        lines[_LINES:] = [f"and {more} more"] if more > 0 else []
        return "\n  ".join(printable(line) for line in lines)

    def take(self, indices):
        """Give the data set with only some of its images, at least one.

        Parameters
        ----------
        indices : array of int or bool, or slice
            What NumPy takes as an index of one axis.

        Returns
        -------
        Dataset
        """
        positions = np.arange(len(self))[indices]
        if positions.ndim != 1 or not len(positions):
            raise ValueError(f"expected indices of one or more images, received {indices!r:.200}")
        part = copy.copy(self)
        for field in ("images", "labels", "factors"):
            if getattr(self, field) is not None:
                part._set(field, getattr(self, field)[indices])
        if self.captions is not None:
            object.__setattr__(part, "captions", tuple(self.captions[i] for i in positions))
        return part


def printable(text):
    """Escape what a terminal would obey or cannot show: names come from strangers, in any code."""
    return "".join(letter if letter.isprintable() else repr(letter)[1:-1] for letter in str(text))
