"""The Fréchet distance of two sets of features, each taken for a Gaussian."""

import numpy as np

from ganlab.metrics.arguments import as_pair


def frechet_distance(real, fake):
    r"""Measure the Fréchet distance of two sets, each taken for a Gaussian.

    .. math:: |\mu_r - \mu_f|^2 + \mathrm{tr}\left(C_r + C_f - 2 (C_r C_f)^{1/2}\right)

    with the mean and covariance of each set. It is the FID only on the features of the Inception
    network; on others the number means something else and compares with nothing published.

    Parameters
    ----------
    real : array of numbers, shape (n, ...), n >= 2
    fake : array of numbers, shape (m, ...), m >= 2

    Returns
    -------
    float, at least 0
        The square of a distance: features twice as large give four times as much. It is
        biased upwards, the more the fewer samples, so compare only sets of equal sizes.

    Notes
    -----
    Covariances have the divisor n - 1, as in the authors' code, but are never formed. With
    the centered samples as rows of A and B, C_r = A'A and C_f = B'B up to that divisor, the
    trace of the root is the sum of the singular values of AB'. The least of |A - UB|^2 over
    all rotations U is then the second term, and this sum of squares is what is computed:
    right for covariances of any rank, where a root of the product C_r C_f fails, never
    negative, and as precise for sets that hardly differ. A part of the traces that rounding
    alone could leave, some 1e-13, counts as 0.

    References
    ----------
    Heusel, Ramsauer, Unterthiner, Nessler, Hochreiter. GANs trained by a two time-scale
    update rule converge to a local Nash equilibrium. NeurIPS (2017), arXiv:1706.08500.

    Dowson, Landau. The Fréchet distance between multivariate normal distributions. Journal
    of Multivariate Analysis 12 (1982): the formula.

    Examples
    --------
    >>> points = np.random.default_rng(0).normal(size=(100, 3))
    >>> frechet_distance(points, points)
    0.0
    >>> round(frechet_distance(points, points + [3.0, 4.0, 0.0]), 6)  # |shift|^2
    25.0
    """
    real, fake = as_pair(real=real, fake=fake, least=(2, 2))
    shift = real.mean(axis=0) - fake.mean(axis=0)
    a, b = _root_of_covariance(real), _root_of_covariance(fake)
    size = max(len(a), len(b))  # rows of zeros make both square, so that a rotation fits
    a, b = (np.pad(root, ((0, size - len(root)), (0, 0))) for root in (a, b))
    left, _, right = np.linalg.svd(a @ b.T)
    spreads = ((a - left @ right @ b) ** 2).sum()
    rounding = 4 * max(a.shape) * np.finfo(np.float64).eps * ((a**2).sum() + (b**2).sum())
    return float(shift @ shift + (spreads if spreads > rounding else 0.0))


def _root_of_covariance(samples):
    """Return R with R'R = the covariance, of min(n, dim) rows: the triangle of a QR."""
    centered = samples - samples.mean(axis=0)
    return np.linalg.qr(centered, mode="r") / np.sqrt(len(samples) - 1)
