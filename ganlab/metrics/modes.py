"""Mode coverage: how many known modes a set of samples reaches."""

from dataclasses import dataclass

import numpy as np

from ganlab.metrics.arguments import LARGEST, as_pair
from ganlab.metrics.neighbors import nearest_neighbors


@dataclass(frozen=True, eq=False)
class ModeCoverage:
    """How samples spread over known modes.

    Attributes
    ----------
    counts : ndarray of int, shape (m,)
        Samples within the radius of each of the m modes, each counted for its nearest center
        only. Every center is a mode, unless labels count fewer.
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


def mode_coverage(samples, modes, *, radius, labels=None):
    """Count which known modes a set of samples reaches.

    Parameters
    ----------
    samples : array of numbers, shape (n, ...)
        A sample that is not finite or beyond 1e25, as a diverged generator draws them, is near
        no mode.
    modes : array of numbers, shape (modes, ...)
        The centers.
    radius : float, above 0
        How far from its center a sample still belongs to a mode: three standard deviations
        of the mode is usual (Metz et al. 2016, arXiv:1611.02163).
    labels : array of int, shape (modes,), range [0, 2**16), optional
        The mode of each center, counted from 0, where several centers stand for one mode, as
        labeled images do for their class. By default each is a mode of its own.

    Returns
    -------
    ModeCoverage

    Examples
    --------
    >>> mode_coverage([[0.0, 0.1], [0.0, 0.0], [9.0, 9.0]], [[0.0, 0.0], [1.0, 1.0]], radius=0.3)
    1 of 2 modes covered, 67% of samples near one
    """
    samples, modes = as_pair(samples=samples, modes=modes, finite=(False, True))
    if not 0 < radius < np.inf:
        raise ValueError(f"expected radius > 0 and finite, received {radius!r}")
    labels = np.arange(len(modes)) if labels is None else np.asarray(labels)
    if labels.shape != (len(modes),) or labels.dtype.kind not in "iu" or labels.min() < 0:
        raise ValueError(
            f"expected {len(modes)} labels counted from 0, one for each center, "
            f"received {labels.dtype} of shape {labels.shape}"
        )
    if labels.max() >= 2**16:
        raise ValueError(
            f"expected labels below 2**16, received {labels.max()}: "
            "np.unique(labels, return_inverse=True)[1] counts identifiers from 0"
        )
    counts = np.zeros(labels.max() + 1, np.int64)
    finite = samples[(np.abs(samples) <= LARGEST).all(axis=1)]
    if len(finite):
        distances, nearest = nearest_neighbors(finite, modes)
        counts += np.bincount(labels[nearest[distances <= radius]], minlength=len(counts))
    covered = int(np.sum(counts >= len(samples) / (4 * len(counts))))
    return ModeCoverage(counts, covered, float(counts.sum() / len(samples)))
