"""What the generator of the plane shall learn: distributions by name, or drawn by hand."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from ganlab.datasets import points
from ganlab.latents import random_generator, sample

LIMIT = 3.0  # half the side of the plane that is shown
NEAR = 0.3  # a point this near to another has found it: as in the failure laboratory
LEAST, MOST = 20, 2000  # points of a drawing

DRAWING = "drawing of {count} points"  # the name of one
DRAWN_STD = 0.04  # about what separates two points of a steady hand
BLOB_MODES, BLOB_STD = np.float32([[1.5, 1.0]]), 0.1


@dataclass(frozen=True, eq=False)
class Distribution:
    """Points of the plane to draw batches from.

    Parameters
    ----------
    name : str
    draw : callable
        ``(n, *, seed) -> array of float32, shape (n, 2)``; the seed may be a Generator.
    modes : array of float, shape (modes, 2), optional
        The centers of a mixture, to count those that a generator has found.
    marks : array of float32, shape (n, 2), optional
        The points of a drawing.
    """

    name: str
    draw: Callable
    modes: np.ndarray | None = None
    marks: np.ndarray | None = None

    @property
    def by_hand(self):
        """Whether it was drawn on the plane."""
        return self.marks is not None

    def __repr__(self):
        return self.name


def _blob(n, *, seed):
    return BLOB_MODES + np.float32(BLOB_STD) * sample(n, 2, seed=seed)


#: Every distribution that has a name. ``blob`` is a single narrow Gaussian: the simplest thing to
#: learn, and hard for some losses.
ALL = {
    distribution.name: distribution
    for distribution in (
        Distribution("ring", points.ring, points.RING_MODES),
        Distribution("grid", points.grid, points.GRID_MODES),
        Distribution("swiss_roll", points.swiss_roll),
        Distribution("blob", _blob, BLOB_MODES),
    )
}


def drawn(coordinates):
    """Make a distribution of a drawing: its points, each a little blurred.

    Parameters
    ----------
    coordinates : array of float, shape (n, 2), range [-3, 3]
        From 20 to 2,000 points.

    Returns
    -------
    Distribution

    Raises
    ------
    ValueError
        For another shape or number, or points outside the plane.

    Examples
    --------
    >>> line = np.linspace([-2, 0], [2, 0], 50)
    >>> drawn(line), drawn(line).draw(8, seed=0).shape
    (drawing of 50 points, (8, 2))
    """
    try:
        marks = np.array(coordinates, np.float32)
    except (TypeError, ValueError):
        raise ValueError(f"expected points of shape (n, 2), received {coordinates!r}") from None
    if marks.ndim != 2 or marks.shape[1] != 2:
        raise ValueError(f"expected points of shape (n, 2), received shape {marks.shape}")
    if not LEAST <= len(marks) <= MOST:
        raise ValueError(f"expected {LEAST} to {MOST:,} points, received {len(marks):,}")
    if not (np.abs(marks) <= LIMIT).all():
        raise ValueError(f"expected points in [-{LIMIT:g}, {LIMIT:g}], received others")
    marks.flags.writeable = False

    def draw(n, *, seed):
        rng = random_generator(seed)
        noise = sample(n, 2, seed=rng)
        return marks[rng.integers(len(marks), size=n)] + np.float32(DRAWN_STD) * noise

    return Distribution(DRAWING.format(count=len(marks)), draw, marks=marks)


def named(what):
    """Return a distribution: itself, the one of this name, or one drawn from points.

    Raises
    ------
    ValueError
        For an unknown name, or points that `drawn` does not take.
    """
    if isinstance(what, Distribution):
        return what
    if isinstance(what, str):
        if what not in ALL:
            raise ValueError(f"expected distribution as one of {', '.join(ALL)}, received {what!r}")
        return ALL[what]
    return drawn(what)
