"""Measures of sets of samples: two arrays in, a number or a small record out. NumPy only.

Samples are points, features or images; all axes but the first are flattened and float64 is
what is computed with. Real comes before fake. All of it is meant for features in which near
means alike (:mod:`ganlab.features`): measured on pixels the numbers are as defined, but see
little of what a person sees. Derived in notebooks/07_measuring_gans.
"""

from dataclasses import dataclass
from statistics import NormalDist

import numpy as np

from ganlab.latents import generator
from ganlab.neighbours import as_rows, count_inside, nearest_neighbours

__all__ = [
    "DensityCoverage",
    "Interval",
    "KernelDistance",
    "ModeCoverage",
    "PrecisionRecall",
    "bootstrap",
    "density_coverage",
    "frechet_distance",
    "inception_score",
    "kernel_distance",
    "mode_coverage",
    "nearest_neighbours",
    "pairwise_similarity",
    "precision_recall",
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


@dataclass(frozen=True)
class KernelDistance:
    """A kernel distance and how far it spreads over the subsets that it was measured on.

    Attributes
    ----------
    value : float
        The mean over the subsets. Unbiased, so it may be negative where the truth is near 0.
    spread : float
        The standard deviation over the subsets: how much one subset of this size tells.
    """

    value: float
    spread: float

    def __repr__(self):
        return f"{self.value:.4g} (spread {self.spread:.2g})"


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


@dataclass(frozen=True)
class Interval:
    """A measured value and the interval that chance in the samples leaves around it.

    Attributes
    ----------
    value : float
    low, high : float
        Equally far from the value. Not cut off where the measure ends: an upper end of 1.01
        for a share says that 1 is within reach.
    """

    value: float
    low: float
    high: float

    def __repr__(self):
        return f"{self.value:.4g} [{self.low:.4g}, {self.high:.4g}]"


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
    samples, modes = _points(samples, "samples"), _points(modes, "modes")
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
        distances, nearest = nearest_neighbours(finite, modes)
        counts += np.bincount(nearest[distances <= radius], minlength=len(modes))
    covered = int(np.sum(counts >= len(samples) / (4 * len(modes))))
    return ModeCoverage(counts, covered, float(counts.sum() / len(samples)))


def frechet_distance(real, fake):
    r"""Fréchet distance of two sets, each taken for a Gaussian of its mean and covariance.

    .. math:: |\mu_r - \mu_f|^2 + \mathrm{tr}\left(C_r + C_f - 2 (C_r C_f)^{1/2}\right)

    It is the FID only on the features of the Inception network; on others the number means
    something else and compares with nothing published.

    Parameters
    ----------
    real : array of numbers, shape (n, ...), n >= 2
    fake : array of numbers, shape (m, ...), m >= 2

    Returns
    -------
    float, at least 0
        The square of a distance: features twice as large give four times as much. It is
        biased upwards, the more the fewer samples, so compare only sets of equal sizes.

    Raises
    ------
    ValueError
        If a set has fewer than two samples or a value that is not finite, or if the samples
        of one differ in size from those of the other.

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
    real, fake = _pair(real, fake, least=2)
    shift = real.mean(axis=0) - fake.mean(axis=0)
    a, b = _root_of_covariance(real), _root_of_covariance(fake)
    size = max(len(a), len(b))  # rows of zeros make both square, so that a rotation fits
    a, b = (np.pad(root, ((0, size - len(root)), (0, 0))) for root in (a, b))
    left, _, right = np.linalg.svd(a @ b.T)
    spreads = ((a - left @ right @ b) ** 2).sum()
    rounding = 4 * max(a.shape) * np.finfo(np.float64).eps * ((a**2).sum() + (b**2).sum())
    return float(shift @ shift + (spreads if spreads > rounding else 0.0))


def kernel_distance(real, fake, *, subsets=100, size=None, seed):
    r"""Squared maximum mean discrepancy with the kernel (x'y / dim + 1)^3, without bias.

    For subsets of s samples

    .. math:: \frac{1}{s (s - 1)} \sum_{i \ne j} \left(k(x_i, x_j) + k(y_i, y_j)\right)
              - \frac{2}{s^2} \sum_{ij} k(x_i, y_j)

    and the mean of this over random subsets of real (x) and of fake (y). On the features of
    the Inception network it is the KID. Unlike the Fréchet distance it expects the same from
    few samples as from many, and assumes no Gaussian.

    Parameters
    ----------
    real : array of numbers, shape (n, ...)
    fake : array of numbers, shape (m, ...)
    subsets : int
        How many.
    size : int, from 2 to the smaller of n and m, optional
        Samples in each, drawn without replacement. By default half the smaller set, at most
        1,000. When it is all of both sets there is one subset, and no spread.
    seed : int or numpy.random.Generator
        Chooses the subsets.

    Returns
    -------
    KernelDistance
        The spread is that of a subset. The uncertainty of the value comes from
        :func:`bootstrap`.

    Raises
    ------
    ValueError
        If a set has fewer than two samples or a value that is not finite, if the samples of
        one differ in size from those of the other, or if subsets or size are out of range.
    TypeError
        For a seed that is no seed.

    References
    ----------
    Bińkowski, Sutherland, Arbel, Gretton. Demystifying MMD GANs. ICLR (2018),
    arXiv:1801.01401.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> real, same, other = rng.normal(size=(3, 400, 2)) + np.array([0, 0, 1])[:, None, None]
    >>> kernel_distance(real, same, seed=0)
    0.018 (spread 0.074)
    >>> kernel_distance(real, other, seed=0)
    11.83 (spread 1.6)
    """
    real, fake = _pair(real, fake, least=2)
    smaller = min(len(real), len(fake))
    if size is None:
        size = max(2, min(1000, smaller // 2))
    _check_count(subsets, "subsets", 1)
    _check_count(size, "size", 2, smaller)
    rng = generator(seed)
    if size == len(real) == len(fake):
        return KernelDistance(_unbiased_mmd(real, fake), 0.0)
    values = [
        _unbiased_mmd(
            real[rng.choice(len(real), size, replace=False, shuffle=False)],
            fake[rng.choice(len(fake), size, replace=False, shuffle=False)],
        )
        for _ in range(subsets)
    ]
    return KernelDistance(float(np.mean(values)), float(np.std(values)))


def precision_recall(real, fake, *, k=3):
    """Share of fakes within the reals' neighborhoods, and of reals within the fakes'.

    The neighborhood of a set is the union of balls around its samples, each as large as the
    distance to the k-th nearest other sample of the set, surface included.

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

    Raises
    ------
    ValueError
        If a set has too few samples or a value that is not finite, if the samples of one
        differ in size from those of the other, or if k < 1.

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
    real, fake = _pair(real, fake, least=_check_count(k, "k", 1) + 1)
    return PrecisionRecall(
        float(np.mean(count_inside(fake, real, _radii(real, k), surface=True)[0] > 0)),
        float(np.mean(count_inside(real, fake, _radii(fake, k), surface=True)[0] > 0)),
    )


def density_coverage(real, fake, *, k=5):
    """In how many real neighborhoods a fake lies, and how many of them hold a fake.

    The neighborhoods are balls around the reals, each as large as the distance to the k-th
    nearest other real, surface excluded: so a set against itself has density 1.

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

    Raises
    ------
    ValueError
        If a set has too few samples or a value that is not finite, if the samples of one
        differ in size from those of the other, or if k < 1.

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
    _check_count(k, "k", 1)
    real, fake = _pair(real, fake, least=k + 1, least_fake=1)
    balls, members = count_inside(fake, real, _radii(real, k), surface=False)
    return DensityCoverage(float(balls.mean() / k), float(np.mean(members > 0)))


def inception_score(probabilities):
    r"""How sure a classifier is of each sample, and how evenly it sees all classes.

    .. math:: \exp\left(\frac{1}{n} \sum_i \mathrm{KL}(p(y|x_i) \,\|\, p(y))\right)

    with p(y) the mean of all p(y|x_i). Of all samples at once; many publications report the
    mean of ten parts. It never looks at a real image.

    Parameters
    ----------
    probabilities : array of float, shape (n, classes), range [0, 1]
        A classifier's, for each sample; a row sums to 1 within 1e-3 and is divided by its sum.

    Returns
    -------
    float, from 1 to classes
        1 if every sample gets the same probabilities, `classes` if each gets one class for
        certain and all classes are equally frequent.

    Raises
    ------
    ValueError
        If the array is empty or not two-dimensional, holds a value that is not finite or is
        negative, or a row does not sum to 1.

    References
    ----------
    Salimans, Goodfellow, Zaremba, Cheung, Radford, Chen. Improved techniques for training
    GANs. NeurIPS (2016), arXiv:1606.03498.

    Barratt, Sharma. A note on the Inception score (2018), arXiv:1801.01973: its faults.

    Examples
    --------
    >>> inception_score([[1.0, 0.0], [0.0, 1.0]]), inception_score([[0.5, 0.5], [0.5, 0.5]])
    (2.0, 1.0)
    """
    given = as_rows(_points(probabilities, "probabilities"), "probabilities")
    sums = given.sum(axis=1, keepdims=True)
    if given.min() < 0 or not np.allclose(sums, 1, rtol=0, atol=1e-3):
        raise ValueError(
            "expected probabilities that are not negative and sum to 1 in each row, received "
            f"a least value of {given.min():.4g} and sums from {sums.min():.4g} to {sums.max():.4g}"
        )
    given = given / sums
    marginal = given.mean(axis=0)
    ratios = np.divide(given, marginal, out=np.ones_like(given), where=given > 0)
    divergence = (given * np.log(ratios)).sum(axis=1).mean()  # 0 log 0 = 0, as 0 log 1
    return float(np.clip(np.exp(divergence), 1.0, given.shape[1]))


def pairwise_similarity(images, similarity, *, pairs, seed):
    """Mean similarity of random pairs within one set: the higher, the less variety.

    Parameters
    ----------
    images : array, shape (n, ...), n >= 2
    similarity : callable
        Takes two arrays of shape (batch, ...) and gives (batch,) numbers, such as
        ``functools.partial(similarity.ms_ssim, data_range=1.0)``, which is the published
        choice. It is called with 256 pairs at a time, at last with what remains.
    pairs : int
        How many. The two images of a pair are different ones; a pair may come up again.
    seed : int or numpy.random.Generator
        Chooses the pairs.

    Returns
    -------
    float
        NaN if one of the similarities is.

    Raises
    ------
    ValueError
        If there are fewer than two images or one pair, or if `similarity` gives another
        shape than (batch,).
    TypeError
        For a seed that is no seed.

    Notes
    -----
    Compare it with the same number for the reals, class by class: a set of one class is more
    alike than a set of ten, with nothing wrong about it.

    References
    ----------
    Odena, Olah, Shlens. Conditional image synthesis with auxiliary classifier GANs. ICML
    (2017), arXiv:1610.09585.

    Examples
    --------
    >>> def equal(a, b):
    ...     return (a == b).all(axis=1)
    >>> pairwise_similarity(np.eye(4), equal, pairs=100, seed=0)
    0.0
    """
    images = np.asarray(images)
    if images.ndim < 2 or len(images) < 2:
        raise ValueError(f"expected two or more images, received shape {images.shape}")
    _check_count(pairs, "pairs", 1)
    rng = generator(seed)
    first = rng.integers(len(images), size=pairs)
    second = (first + rng.integers(1, len(images), size=pairs)) % len(images)
    total = 0.0
    for start in range(0, pairs, 256):
        a, b = (images[chosen[start : start + 256]] for chosen in (first, second))
        values = np.asarray(similarity(a, b), np.float64)
        if values.shape != (len(a),):
            raise ValueError(
                f"expected similarity to give shape ({len(a)},), received {values.shape}"
            )
        total += values.sum()
    return float(total / pairs)


def bootstrap(measure, *sets, resamples=200, level=0.95, seed):
    """Measures sets of samples, and how far chance in the samples could have moved the result.

    Parameters
    ----------
    measure : callable
        Takes the sets and gives a number, such as :func:`frechet_distance` or
        ``lambda real, fake: precision_recall(real, fake).precision``.
    *sets : array, shape (n, ...), n >= 2
        One or more, each drawn independently of the others.
    resamples : int, at least 2
        How often to measure again. 200 leave the width uncertain by 5 %.
    level : float between 0 and 1
        The share of such intervals that hold what sets of these sizes measure on average.
    seed : int or numpy.random.Generator
        Chooses the resamples.

    Returns
    -------
    Interval
        Around the value on all the samples.

    Raises
    ------
    ValueError
        If there is no set, one has fewer than two samples, or a number is out of range.
    TypeError
        If the measure gives no number, or for a seed that is no seed.

    Notes
    -----
    Each resample is a random half of each set, without replacement. The usual bootstrap draws
    n of n with replacement and is wrong here: a sample drawn twice is its own neighbor at
    distance 0, which shrinks the balls of :func:`precision_recall`, and a third of the samples
    is missing, which lowers the rank of a covariance and shifts :func:`frechet_distance`.

    A half has no duplicates, and exactly the right spread. The mean of h samples out of n, for
    the n given, varies by S^2 / h (1 - h / n); with h = n / 2 that is S^2 / n, the variance of
    the mean of all. The same holds for whatever is smooth enough in the distribution to be
    nearly such a mean (Shao and Tu: the delete-d jackknife). An odd n takes the smaller half
    and the larger by chance. A half measures as a set of its size, which is biased otherwise
    than a whole set, so only the spread of the halves around their own mean counts, not where
    they lie. Its standard deviation times the quantile of the normal distribution is the half
    width: halves lie symmetrically, so their own quantiles would add noise and say no more.

    The interval is about chance alone. It does not remove the bias of the measure itself. It
    errs on the wide side where a measure is not nearly a mean: distances of sets of one
    distribution, and shares of neighborhoods. For 150 samples of 4 dimensions it was 1.2 to
    1.7 times as wide as the spread over fresh draws asks for, and within
    20 % of it for distances of sets that differ.

    References
    ----------
    Shao, Tu. The jackknife and bootstrap. Springer (1995), chapters 2 and 5.

    Examples
    --------
    >>> samples = np.random.default_rng(0).normal(size=(400, 1))  # 1.96 / 20 = 0.098
    >>> bootstrap(np.mean, samples, seed=0)
    -0.03662 [-0.1436, 0.07032]
    """
    sets = [np.asarray(samples) for samples in sets]
    if not sets or any(samples.ndim == 0 or len(samples) < 2 for samples in sets):
        shapes = ", ".join(str(samples.shape) for samples in sets) or "none"
        raise ValueError(f"expected sets of two or more samples, received shapes {shapes}")
    _check_count(resamples, "resamples", 2)
    if not 0 < level < 1:
        raise ValueError(f"expected level between 0 and 1, received {level!r}")
    rng = generator(seed)
    value = _number(measure(*sets))
    halves = [
        _number(measure(*(_random_half(samples, rng) for samples in sets)))
        for _ in range(resamples)
    ]
    width = NormalDist().inv_cdf((1 + level) / 2) * float(np.std(halves, ddof=1))
    return Interval(value, value - width, value + width)


def _root_of_covariance(samples):
    """R with R'R = the covariance, of min(n, dim) rows: the triangle of the centered samples."""
    centered = samples - samples.mean(axis=0)
    return np.linalg.qr(centered, mode="r") / np.sqrt(len(samples) - 1)


def _unbiased_mmd(x, y):
    def kernel(a, b):
        base = a @ b.T
        base /= a.shape[1]
        base += 1.0
        return base * base * base  # several times faster than ** 3

    def mean_of_others(a):
        table = kernel(a, a)
        return (table.sum() - np.trace(table)) / (len(a) * (len(a) - 1))

    return float(mean_of_others(x) + mean_of_others(y) - 2.0 * kernel(x, y).mean())


def _radii(samples, k):
    """Distances to the k-th nearest other sample: the nearest of all, at 0, is itself."""
    return nearest_neighbours(samples, samples, k + 1)[0][:, k]


def _random_half(samples, rng):
    half = (len(samples) + rng.integers(2)) // 2
    return samples[rng.choice(len(samples), half, replace=False, shuffle=False)]


def _number(value):
    try:
        return value if isinstance(value, float) else float(np.asarray(value)[()])
    except TypeError:  # of arrays with axes, records, None
        raise TypeError(f"expected measure to give a number, received {value!r}") from None


def _check_count(value, name, least, most=None):
    good = isinstance(value, int | np.integer) and not isinstance(value, bool)
    if not good or value < least or (most is not None and value > most):
        to = "on" if most is None else f"to {most}"
        raise ValueError(f"expected {name} as an integer from {least} {to}, received {value!r}")
    return value


def _pair(real, fake, *, least, least_fake=None):
    """Both sets as rows of one length, with enough of them."""
    real, fake = as_rows(real, "real"), as_rows(fake, "fake")
    if real.shape[1] != fake.shape[1]:
        raise ValueError(
            "expected real and fake samples with as many values each, "
            f"received {real.shape[1]} and {fake.shape[1]}"
        )
    for samples, name, few in ((real, "real", least), (fake, "fake", least_fake or least)):
        if len(samples) < few:
            raise ValueError(f"expected {few} or more {name} samples, received {len(samples)}")
    return real, fake


def _points(values, name):
    array = np.asarray(values, np.float64)
    if array.ndim != 2 or not array.size:
        raise ValueError(
            f"expected {name} of shape (n, dim) and not empty, received shape {array.shape}"
        )
    return array
