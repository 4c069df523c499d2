"""Precision, recall, density and coverage: who lies in whose neighborhood."""

from dataclasses import dataclass

import numpy as np

from ganlab.images import check_count
from ganlab.metrics.arguments import as_pair
from ganlab.metrics.neighbors import count_inside, nearest_neighbors


@dataclass(frozen=True)
class PrecisionRecall:
    """Shares of samples that lie in the neighborhood of the other set.

    Attributes
    ----------
    precision : float in [0, 1]
        Of the fakes, those near the reals: how good they look.
    recall : float in [0, 1]
        Of the reals, those near the fakes: how much of the variety is there.
    """

    precision: float
    recall: float

    def __repr__(self):
        return f"precision {self.precision:.3f}, recall {self.recall:.3f}"


@dataclass(frozen=True)
class DensityCoverage:
    """Precision and recall that one outlier cannot fool.

    Attributes
    ----------
    density : float, at least 0
        How many real neighborhoods hold a fake, as a share of what equal sets would have.
        About 1 when fake is distributed as real; more is possible, if fakes stay where many
        real neighborhoods overlap.
    coverage : float in [0, 1]
        Share of the real neighborhoods that hold a fake.
    """

    density: float
    coverage: float

    def __repr__(self):
        return f"density {self.density:.3f}, coverage {self.coverage:.3f}"


def precision_recall(real, fake, *, k=3):
    """Measure the share of fakes near the reals, and of reals near the fakes.

    The neighborhood of a set is the union of balls around its samples, each as large as the
    distance to the k-th nearest other sample of the set, its surface included.

    Parameters
    ----------
    real : array of numbers, shape (n, ...), n > k
    fake : array of numbers, shape (m, ...), m > k
    k : int
        A larger one makes larger neighborhoods, and both numbers higher.

    Returns
    -------
    PrecisionRecall
        Of two sets of one distribution both lie below 1, by how much depends on it and on the
        sizes, so measure a second real set for comparison.

    Notes
    -----
    Exact, and beside float64 copies of the sets it needs about 64 MB, whatever their sizes.
    One far outlier among the reals has a huge ball, which can make the precision of bad
    fakes high: :func:`density_coverage` does not fall for it.

    References
    ----------
    Kynkäänniemi, Karras, Laine, Lehtinen, Aila. Improved precision and recall metric for
    assessing generative models. NeurIPS (2019), arXiv:1904.06991.

    Examples
    --------
    >>> wide, tight = np.linspace(-9, 9, 50)[:, None], np.linspace(-1, 1, 50)[:, None]
    >>> precision_recall(wide, tight)
    precision 1.000, recall 0.120
    """
    check_count(k, "k", 1)
    real, fake = as_pair(real=real, fake=fake, least=(k + 1, k + 1))
    return PrecisionRecall(
        float(np.mean(count_inside(fake, real, _radii(real, k), closed=True)[0] > 0)),
        float(np.mean(count_inside(real, fake, _radii(fake, k), closed=True)[0] > 0)),
    )


def density_coverage(real, fake, *, k=5):
    """Measure in how many real neighborhoods a fake lies, and how many hold a fake.

    The neighborhoods are balls around the reals, each as large as the distance to the k-th
    nearest other real, its surface excluded: so a set against itself has density 1.

    Parameters
    ----------
    real : array of numbers, shape (n, ...), n > k
    fake : array of numbers, shape (m, ...)
    k : int

    Returns
    -------
    DensityCoverage
        With fakes of the reals' own distribution the density is 1 on average and the coverage
        1 - (n - 1) ... (n - k) / ((m + n - 1) ... (m + n - k)), near 1 - 2^-k if m = n.

    Notes
    -----
    Memory as for :func:`precision_recall`. A ball holds its center always, also when k other
    reals equal it and its radius is 0.

    References
    ----------
    Naeem, Oh, Uh, Choi, Yoo. Reliable fidelity and diversity metrics for generative models.
    ICML (2020), arXiv:2002.09797.

    Examples
    --------
    >>> wide, tight = np.linspace(-9, 9, 50)[:, None], np.linspace(-1, 1, 50)[:, None]
    >>> density_coverage(wide, tight)
    density 1.188, coverage 0.240
    """
    check_count(k, "k", 1)
    real, fake = as_pair(real=real, fake=fake, least=(k + 1, 1))
    balls, members = count_inside(fake, real, _radii(real, k), closed=False)
    return DensityCoverage(float(balls.mean() / k), float(np.mean(members > 0)))


def _radii(samples, k):
    """Return distances to the k-th nearest other sample: the nearest, at 0, is itself."""
    return nearest_neighbors(samples, samples, k + 1)[0][:, k]
