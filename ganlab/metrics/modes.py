"""Mode coverage: how many known modes a set of samples reaches."""

from dataclasses import dataclass

import numpy as np

from ganlab.metrics.arguments import points
from ganlab.metrics.neighbors import nearest_neighbors

__all__ = [
    "ModeCoverage",
    "mode_coverage",
]


@dataclass(frozen=True, eq=False)
class ModeCoverage:
    """How samples spread over known modes.

    Attributes
    ----------
    counts : ndarray of int, shape (modes,)
        Samples within the radius of each mode, each counted for its nearest mode only.
    covered : int
        Modes that got at least a quarter of an even share of all samples.
    high_quality : float in [0, 1]
        Share of the samples that lie within the radius of some mode.
    """

    counts: np.ndarray
    covered: int
    high_quality: float

    def __repr__(self):
        return (
            f"{self.covered} of {len(self.counts)} modes covered, "
            f"{self.high_quality:.0%} of samples near one"
        )


def mode_coverage(samples, modes, *, radius):
    """Counts which known modes a set of samples reaches.

    Parameters
    ----------
    samples : array of float, shape (n, dim)
        A sample that is not finite, as a diverged generator draws them, is near no mode.
    modes : array of float, shape (modes, dim)
        The centers.
    radius : float
        How far from its center a sample still belongs to a mode: three standard deviations
        of the mode is usual (Metz et al. 2016, arXiv:1611.02163).

    Returns
    -------
    ModeCoverage

    Raises
    ------
    ValueError
        If an array is empty or not two-dimensional, the dimensions differ, a mode is not
        finite, or the radius is not positive.

    Examples
    --------
    >>> mode_coverage([[0.0, 0.1], [0.0, 0.0], [9.0, 9.0]], [[0.0, 0.0], [1.0, 1.0]], radius=0.3)
    1 of 2 modes covered, 67% of samples near one
    """
    samples, modes = points(samples, "samples"), points(modes, "modes")
    if samples.shape[1] != modes.shape[1]:
        raise ValueError(
            "expected samples and modes of one dimension, "
            f"received {samples.shape[1]} and {modes.shape[1]}"
        )
    if not 0 < radius < np.inf:
        raise ValueError(f"expected radius > 0 and finite, received {radius!r}")
    counts = np.zeros(len(modes), np.int64)
    finite = samples[np.isfinite(samples).all(axis=1)]
    if len(finite):
        distances, nearest = nearest_neighbors(finite, modes)
        counts += np.bincount(nearest[distances <= radius], minlength=len(modes))
    covered = int(np.sum(counts >= len(samples) / (4 * len(modes))))
    return ModeCoverage(counts, covered, float(counts.sum() / len(samples)))
