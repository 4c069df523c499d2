"""What a data set is: images and what is known about them."""

import dataclasses

import numpy as np

from ganlab import images as pixels

__all__ = [
    "Dataset",
]


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
    skipped : tuple of ganlab.datasets.readers.Skipped
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
