"""What a data set is: images and what is known about them."""

import copy
import dataclasses

import numpy as np

from ganlab import images as pixels


@dataclasses.dataclass(frozen=True, eq=False, repr=False)
class Dataset:
    """Images and what is known about them; :func:`load` makes it, nothing changes it.

    Attributes
    ----------
    images : array of float32, shape (n, height, width, channels), range [0, 1], read-only
    labels : array of int64, shape (n,), range [0, 2**31), read-only, or None
    label_names : tuple of str, or None
        The name of label k at position k.
    captions : tuple of n str, or None
    factors : array of int64, shape (n, factors), read-only, or None
        What else varies from image to image, such as the colors of ``color_digits``.
    factor_names : tuple of str, or None
        The name of each column of `factors`.
    name : str
    skipped : tuple of ganlab.datasets.readers.Skipped
        The files of a folder that were not used, each with the reason; :meth:`report`
        prints well.
    """

    images: np.ndarray
    labels: np.ndarray | None = None
    label_names: tuple[str, ...] | None = None
    captions: tuple[str, ...] | None = None
    factors: np.ndarray | None = None
    factor_names: tuple[str, ...] | None = None
    name: str = "data"
    skipped: tuple = ()

    def __post_init__(self):
        self._set("images", pixels.check(self.images))
        if self.labels is not None:
            self._set("labels", self._integers("labels", len(self)))
            low, high = self.labels.min(), self.labels.max()
            if low < 0 or high >= 2**31:
                raise ValueError(f"expected labels from 0 to 2**31 - 1, received {low} to {high}")
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
            self._set("factors", self._integers("factors", len(self), columns))

    def _integers(self, field, *shape):
        array = np.asarray(getattr(self, field))
        if array.dtype.kind not in "iu" or array.shape != shape:
            raise ValueError(
                f"expected {field} as integers of shape {shape}, "
                f"received shape {array.shape}, {array.dtype}"
            )
        return array.astype(np.int64, copy=False)

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
        """Return a text that says which files were skipped and why, one a line."""
        lines = [f"{len(self)} images used, {len(self.skipped)} files skipped"]
        return "\n".join(lines + [f"  {file}: {reason}" for file, reason in self.skipped])

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
