"""Measures of sets against closed forms, scipy, scikit-learn, and what they are meant to see."""

import functools
import tracemalloc
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.linalg import sqrtm
from scipy.stats import ortho_group
from sklearn.metrics.pairwise import polynomial_kernel
from sklearn.neighbors import NearestNeighbors

from ganlab import datasets, metrics


def normals(shape, seed):
    return np.random.default_rng(seed).normal(size=shape)


# --- mode coverage


def test_modes_counted_by_hand():
    modes = [[0.0, 0.0], [10.0, 0.0], [0.0, 10.0]]
    samples = [[0.0, 1.0], [1.0, 0.0], [0.0, 0.0], [10.0, 0.5], [5.0, 5.0]]
    coverage = metrics.mode_coverage(samples, modes, radius=1.0)
    assert coverage.counts.tolist() == [3, 1, 0]  # at the radius itself is inside
    assert coverage.covered == 2
    assert coverage.high_quality == pytest.approx(4 / 5)


def test_a_mode_is_covered_from_a_quarter_of_an_even_share_on():
    modes = np.array([[0.0], [10.0]])
    for at_second, covered in ((11, 1), (12, 1), (13, 2), (50, 2)):  # 100 / (4 * 2) = 12.5
        samples = np.r_[np.full(100 - at_second, 0.0), np.full(at_second, 10.0)][:, None]
        assert metrics.mode_coverage(samples, modes, radius=1.0).covered == covered


def test_overlapping_modes_share_no_sample():
    coverage = metrics.mode_coverage([[0.4], [0.6]], [[0.0], [1.0]], radius=5.0)
    assert coverage.counts.tolist() == [1, 1]


def test_the_ring_itself_covers_the_ring():
    points = datasets.ring(2_000, seed=0)
    coverage = metrics.mode_coverage(points, datasets.RING_MODES, radius=3 * 0.02)
    assert coverage.covered == 8
    # Of a two-dimensional Gaussian, 1 - exp(-9 / 2) lies within three standard deviations.
    assert coverage.high_quality == pytest.approx(1 - np.exp(-4.5), abs=0.01)


def test_one_mode_is_collapse():
    coverage = metrics.mode_coverage(
        np.repeat(datasets.RING_MODES[3:4], 100, axis=0), datasets.RING_MODES, radius=0.1
    )
    assert coverage.covered == 1
    assert coverage.high_quality == 1.0
    assert coverage.counts.tolist() == [0, 0, 0, 100, 0, 0, 0, 0]
    assert repr(coverage) == "1 of 8 modes covered, 100% of samples near one"


@pytest.mark.parametrize("lost", [np.nan, np.inf, -np.inf])
def test_samples_that_are_not_finite_are_near_no_mode(lost):
    some = metrics.mode_coverage([[0.0, 0.0], [lost, 0.0]], [[0.0, 0.0]], radius=1.0)
    assert (some.covered, some.high_quality) == (1, 0.5)
    none = metrics.mode_coverage([[lost, 0.0]], [[0.0, 0.0]], radius=1.0)
    assert (none.covered, none.high_quality) == (0, 0.0)


@given(seed=st.integers(0, 2**32 - 1))
@settings(max_examples=20, deadline=None)
def test_coverage_ignores_the_order_of_samples(seed):
    rng = np.random.default_rng(seed)
    samples = rng.normal(size=(60, 2))
    modes = rng.normal(size=(5, 2))
    one = metrics.mode_coverage(samples, modes, radius=0.5)
    two = metrics.mode_coverage(rng.permutation(samples), modes, radius=0.5)
    assert one.counts.tolist() == two.counts.tolist()
    assert one.counts.sum() == round(one.high_quality * 60)
    far = np.linalg.norm(samples[:, None] - modes[None], axis=-1).min(axis=1) > 0.5
    assert one.high_quality == pytest.approx(1 - far.mean())


@pytest.mark.parametrize(
    ("samples", "modes", "radius", "message"),
    [
        (np.zeros((0, 2)), np.zeros((1, 2)), 1.0, r"expected samples .* received shape \(0, 2\)"),
        (np.zeros(3), np.zeros((1, 2)), 1.0, r"expected samples .* received shape \(3,\)"),
        (np.zeros((3, 2)), np.zeros((1, 3)), 1.0, "one dimension, received 2 and 3"),
        (np.zeros((3, 2)), np.full((1, 2), np.nan), 1.0, "expected finite references"),
        (np.zeros((3, 2)), np.zeros((1, 2)), 0.0, "expected radius > 0"),
        (np.zeros((3, 2)), np.zeros((1, 2)), np.nan, "expected radius > 0"),
    ],
)
def test_bad_input_to_mode_coverage(samples, modes, radius, message):
    with pytest.raises(ValueError, match=message):
        metrics.mode_coverage(samples, modes, radius=radius)


# --- Fréchet distance


def exact_gaussian(mean, covariance_root, n, seed):
    """n samples whose mean and covariance are the given ones, not nearly but by construction."""
    noise = normals((n, len(mean)), seed)
    noise -= noise.mean(axis=0)
    white = np.linalg.qr(noise)[0] * np.sqrt(n - 1)
    return np.asarray(mean) + white @ np.asarray(covariance_root)


def test_frechet_distance_of_a_shifted_set_is_the_squared_shift():
    real = normals((50, 4), 0) * [1, 2, 3, 1e-3]
    assert metrics.frechet_distance(real, real + [0, 3, 0, 4]) == pytest.approx(25, rel=1e-12)
    # A shift is not lost beside the spread: 1e-8 of it leaves 16 - 8 digits of each mean.
    assert metrics.frechet_distance(real, real + 1e-8) == pytest.approx(4e-16, rel=1e-6)


def test_frechet_distance_of_diagonal_gaussians():
    """|difference of means|^2 + the sum of squared differences of standard deviations."""
    real = exact_gaussian([0, 0, 1], np.diag([1.0, 2.0, 3.0]), 40, seed=1)
    fake = exact_gaussian([2, 0, 0], np.diag([1.5, 2.0, 0.0]), 25, seed=2)
    expected = 2**2 + 1**2 + 0.5**2 + 3**2
    assert metrics.frechet_distance(real, fake) == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize("sizes", [(60, 60), (60, 35)])
def test_frechet_distance_of_full_rank_is_that_of_sqrtm(sizes):
    real = normals((sizes[0], 12), 3) @ normals((12, 12), 4)
    fake = normals((sizes[1], 12), 5) @ normals((12, 12), 6) + 1
    covariances = [np.cov(samples, rowvar=False) for samples in (real, fake)]
    root = sqrtm(covariances[0] @ covariances[1])
    expected = ((real.mean(0) - fake.mean(0)) ** 2).sum() + np.trace(sum(covariances) - 2 * root)
    # The product has a condition number near 1e6, and sqrtm loses its square root.
    assert metrics.frechet_distance(real, fake) == pytest.approx(expected.real, rel=1e-9)


def exact_frechet_distance(real, fake):
    """For three integer samples each, by fractions: no rounding before the last roots.

    The covariances have rank 2, and of the squared singular values s, t of AB' the sum of
    roots is sqrt(s + t + 2 sqrt(s t)): s + t is the trace of (AB')(AB')' and s t the sum of
    its principal minors of order 2.
    """
    rows = [[[Fraction(int(v)) for v in row] for row in samples] for samples in (real, fake)]
    means = [[sum(column) / 3 for column in zip(*samples, strict=True)] for samples in rows]
    shift = sum((r - f) ** 2 for r, f in zip(*means, strict=True))
    a, b = (
        [[v - m for v, m in zip(row, mean, strict=True)] for row in samples]
        for samples, mean in zip(rows, means, strict=True)
    )

    def gram(x, y):
        return [[sum(u * v for u, v in zip(p, q, strict=True)) for q in y] for p in x]

    m = gram(a, b)
    g = gram(m, m)
    trace = sum(g[i][i] for i in range(3))
    minors = sum(g[i][i] * g[j][j] - g[i][j] ** 2 for i in range(3) for j in range(i))
    root = np.sqrt(float(trace) + 2 * np.sqrt(float(minors)))
    spread = sum(v**2 for x in (a, b) for row in x for v in row)
    return float(shift) + (float(spread) - 2 * root) / 2


@given(seed=st.integers(0, 2**32 - 1), dim=st.integers(2, 30))
@settings(max_examples=30, deadline=None)
def test_frechet_distance_with_fewer_samples_than_dimensions(seed, dim):
    real, fake = np.random.default_rng(seed).integers(-50, 50, size=(2, 3, dim))
    expected = exact_frechet_distance(real, fake)
    assert metrics.frechet_distance(real, fake) == pytest.approx(expected, rel=1e-10, abs=1e-9)


def test_frechet_distance_of_spreads_in_orthogonal_planes():
    """Their product is 0, whose root scipy cannot always take; the traces are all that counts."""
    real, fake = np.zeros((2, 30, 6))
    real[:, :2], fake[:, 3:5] = normals((30, 2), 7), normals((30, 2), 8)
    expected = (
        (real.mean(0) ** 2).sum()
        + (fake.mean(0) ** 2).sum()
        + real.var(0, ddof=1).sum()
        + fake.var(0, ddof=1).sum()
    )
    assert metrics.frechet_distance(real, fake) == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize("n", [2, 10, 64, 65, 500])
def test_frechet_distance_of_equal_sets_is_zero(n):
    real = normals((n, 64), n) @ normals((64, 64), 9) + 100
    assert metrics.frechet_distance(real, real) == 0.0
    # In another order the means differ in the last bit of 100, and nothing else.
    assert metrics.frechet_distance(real, real[::-1]) < 64 * (1e-13) ** 2


def test_frechet_distance_tells_sets_that_hardly_differ():
    """Standard deviations apart by 1e-6 of 1: 1e-12 in each dimension, beside traces of 8."""
    real = exact_gaussian(np.zeros(8), np.eye(8), 100, seed=10)
    found = metrics.frechet_distance(real, real * (1 + 1e-6))
    assert found == pytest.approx(8e-12, rel=1e-6)


@given(seed=st.integers(0, 2**32 - 1), n=st.integers(2, 12), m=st.integers(2, 12))
@settings(max_examples=40, deadline=None)
def test_frechet_distance_is_symmetric_and_ignores_order_and_rotation(seed, n, m):
    rng = np.random.default_rng(seed)
    real, fake = rng.normal(size=(n, 6)), rng.normal(size=(m, 6)) * 2 + 1
    found = metrics.frechet_distance(real, fake)
    rotation = ortho_group.rvs(6, random_state=rng)
    assert found >= 0
    near = functools.partial(pytest.approx, rel=1e-9)
    assert metrics.frechet_distance(fake, real) == near(found)
    assert metrics.frechet_distance(rng.permutation(real), rng.permutation(fake)) == near(found)
    assert metrics.frechet_distance(real @ rotation + 3, fake @ rotation + 3) == near(found)
    assert metrics.frechet_distance(real * 5, fake * 5) == near(25 * found)
    assert metrics.frechet_distance(real.reshape(n, 3, 2), fake.reshape(m, 3, 2)) == found


# --- kernel distance


def mmd_by_loops(x, y):
    def kernel(a, b):
        return (sum(p * q for p, q in zip(a, b, strict=True)) / len(a) + 1) ** 3

    n, m = len(x), len(y)
    own = sum(kernel(x[i], x[j]) for i in range(n) for j in range(n) if i != j) / (n * (n - 1))
    theirs = sum(kernel(y[i], y[j]) for i in range(m) for j in range(m) if i != j) / (m * (m - 1))
    return own + theirs - 2 * sum(kernel(a, b) for a in x for b in y) / (n * m)


def test_kernel_distance_of_whole_sets_by_loops():
    real, fake = normals((2, 5, 3), 20)
    whole = metrics.kernel_distance(real, fake, size=5, seed=0)
    assert whole.value == pytest.approx(mmd_by_loops(real, fake), rel=1e-12)
    assert whole.spread == 0.0
    # By hand: k(1, 2) = 27, k(0, 3) = 1, and across k = 1, 1, 64, 343, whose mean is 102.25.
    tiny = metrics.kernel_distance([[1.0], [2.0]], [[0.0], [3.0]], size=2, seed=0)
    assert tiny.value == pytest.approx(27 + 1 - 2 * 102.25, rel=1e-12)


def test_kernel_distance_with_the_kernel_of_scikit_learn():
    real, fake = normals((40, 16), 21), normals((40, 16), 22) + 0.5
    within = [polynomial_kernel(x, degree=3) for x in (real, fake)]  # gamma = 1 / dim, coef0 = 1
    expected = sum((k.sum() - np.trace(k)) / (40 * 39) for k in within)
    expected -= 2 * polynomial_kernel(real, fake, degree=3).mean()
    found = metrics.kernel_distance(real, fake, size=40, seed=0).value
    assert found == pytest.approx(expected, rel=1e-10)


def test_kernel_distance_expects_zero_of_one_distribution():
    rng = np.random.default_rng(23)
    values = [
        metrics.kernel_distance(*rng.normal(size=(2, 10, 4)), size=10, seed=0).value
        for _ in range(2_000)
    ]
    standard_error = np.std(values) / np.sqrt(len(values))
    assert abs(np.mean(values)) < 3 * standard_error
    # The biased form adds the means of the diagonals over n, a hundred standard errors here.
    diagonal = np.mean(((normals((2_000, 4), 24) ** 2).mean(axis=1) + 1) ** 3)
    assert 2 * (diagonal - 2) / 10 > 50 * standard_error
    assert 0.3 < np.mean(np.array(values) < 0) < 0.8


def test_kernel_distance_over_subsets():
    real, fake = normals((60, 3), 25), normals((90, 3), 26) + 0.7
    found = metrics.kernel_distance(real, fake, subsets=400, size=20, seed=1)
    assert found == metrics.kernel_distance(real, fake, subsets=400, size=20, seed=1)
    assert found != metrics.kernel_distance(real, fake, subsets=400, size=20, seed=2)
    # Subsets without replacement have the whole sets' value as their mean.
    whole = mmd_by_loops(real, fake)
    assert abs(found.value - whole) < 3 * found.spread / np.sqrt(400)
    larger = metrics.kernel_distance(real, fake, subsets=400, size=50, seed=1)
    assert larger.spread < 0.6 * found.spread
    default = metrics.kernel_distance(real, fake, subsets=400, seed=1)
    assert default == metrics.kernel_distance(real, fake, subsets=400, size=30, seed=1)


def test_kernel_distance_when_only_one_set_is_whole():
    found = metrics.kernel_distance(normals((6, 2), 27), normals((9, 2), 28), size=6, seed=0)
    assert found.spread > 0


# --- precision and recall, density and coverage


def manifold_oracle(real, fake, k):
    """Shares by scikit-learn's neighbors and whole tables of distances."""

    def radii(samples, k):
        return NearestNeighbors(n_neighbors=k + 1).fit(samples).kneighbors(samples)[0][:, k]

    table = np.linalg.norm(fake[:, None] - real[None], axis=-1)
    inside = table <= radii(real, k)
    return (
        inside.any(axis=1).mean(),
        (table <= radii(fake, k)[:, None]).any(axis=0).mean(),
        inside.sum() / (k * len(fake)),
        inside.any(axis=0).mean(),
    )


@given(
    seed=st.integers(0, 2**32 - 1),
    n=st.integers(6, 40),
    m=st.integers(6, 40),
    dim=st.integers(1, 8),
    k=st.integers(1, 5),
)
@settings(max_examples=40, deadline=None)
def test_neighborhoods_as_with_scikit_learn(seed, n, m, dim, k):
    rng = np.random.default_rng(seed)
    real, fake = rng.normal(size=(n, dim)), rng.normal(size=(m, dim)) * 1.3 + 0.2
    precision, recall, density, coverage = manifold_oracle(real, fake, k)
    found = metrics.precision_recall(real, fake, k=k)
    assert (found.precision, found.recall) == (precision, recall)
    found = metrics.density_coverage(real, fake, k=k)
    assert (found.density, found.coverage) == (pytest.approx(density, rel=1e-12), coverage)
    swapped = metrics.precision_recall(fake, real, k=k)
    assert (swapped.recall, swapped.precision) == (precision, recall)


def test_precision_worked_by_hand():
    """Reals at 0, 1, 3 reach 1, 1 and 2; fakes at -1, 4.5 and 9 reach 5.5, 4.5 and 4.5."""
    found = metrics.precision_recall([[0.0], [1.0], [3.0]], [[-1.0], [4.5], [9.0]], k=1)
    assert found == metrics.PrecisionRecall(precision=2 / 3, recall=1.0)
    # -1 lies on the surface of the ball around 0, which density leaves out; 4.5 is in one ball.
    found = metrics.density_coverage([[0.0], [1.0], [3.0]], [[-1.0], [4.5], [9.0]], k=1)
    assert found == metrics.DensityCoverage(density=1 / 3, coverage=1 / 3)


@pytest.mark.parametrize("k", [1, 3, 10])
@pytest.mark.parametrize("offset", [0.0, 1e6])
def test_a_set_against_itself_is_perfect(k, offset):
    real = normals((60, 20), 30) + offset
    assert metrics.precision_recall(real, real[::-1], k=k) == metrics.PrecisionRecall(1.0, 1.0)
    assert metrics.density_coverage(real, real[::-1], k=k) == metrics.DensityCoverage(1.0, 1.0)


def test_copies_are_covered_even_where_all_neighbors_are_equal():
    real = np.repeat(normals((4, 2), 31), 8, axis=0)  # so that every radius is 0
    assert metrics.precision_recall(real, real) == metrics.PrecisionRecall(1.0, 1.0)
    assert metrics.density_coverage(real, real[:8]).coverage == 0.25


def test_tight_fakes_in_wide_reals_are_precise_and_miss_the_rest():
    wide, tight = normals((400, 2), 32), 0.1 * normals((400, 2), 33)
    inside = metrics.precision_recall(wide, tight)
    assert inside.precision > 0.98
    assert inside.recall < 0.1
    outside = metrics.precision_recall(tight, wide)
    assert outside.precision < 0.1
    assert outside.recall > 0.98
    inside = metrics.density_coverage(wide, tight)
    assert inside.density > 0.7
    assert inside.coverage < 0.2
    outside = metrics.density_coverage(tight, wide)
    assert outside.density < 0.1
    assert outside.coverage < 0.2  # hardly any of the wide fall on the tight


def test_a_distant_outlier_fools_precision_but_hardly_density():
    """Naeem et al. 2020, figure 2: one real far away, whose ball reaches over all."""
    real = np.r_[normals((300, 2), 34), [[30.0, 0.0]]]
    fake = normals((300, 2), 35) * 0.1 + [15.0, 0.0]  # between: like no real
    assert metrics.precision_recall(real[:-1], fake).precision == 0.0
    assert metrics.precision_recall(real, fake).precision == 1.0
    found = metrics.density_coverage(real, fake)
    assert found.density <= 1 / 5  # one ball in place of the k = 5 of a good fake
    assert found.coverage == 1 / 301
    # And the reverse: one fake far away, and recall takes reals for reached that are not.
    assert metrics.precision_recall(fake, real[:-1]).recall == 0.0
    assert metrics.precision_recall(fake, real).recall == 1.0
    assert metrics.density_coverage(fake, real).coverage == 0.0


def test_density_and_coverage_of_one_distribution_as_derived():
    rng = np.random.default_rng(36)
    n, m, k, draws = 12, 20, 4, 1_500
    found = [
        metrics.density_coverage(rng.normal(size=(n, 3)), rng.normal(size=(m, 3)), k=k)
        for _ in range(draws)
    ]
    for values, expected in (
        ([one.density for one in found], 1.0),
        (
            [one.coverage for one in found],
            1 - np.prod([(n - i) / (m + n - i) for i in range(1, k + 1)]),
        ),
    ):
        assert abs(np.mean(values) - expected) < 3.5 * np.std(values) / np.sqrt(draws)


def test_neighborhoods_take_memory_that_does_not_grow_with_the_table_of_distances():
    real, fake = normals((1_500, 8), 37), normals((40_000, 8), 38)
    tracemalloc.start()
    metrics.density_coverage(real, fake)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 120e6  # the whole table would take 480 MB


# --- inception score


def test_inception_score_closed_forms():
    assert metrics.inception_score(np.full((7, 4), 0.25)) == pytest.approx(1, abs=1e-12)
    assert metrics.inception_score(np.tile([0.7, 0.3, 0.0], (5, 1))) == pytest.approx(1, abs=1e-12)
    assert metrics.inception_score(np.tile(np.eye(10), (3, 1))) == pytest.approx(10, rel=1e-12)
    # One class for certain, with frequencies 3/4 and 1/4: exp of the entropy of these.
    frequent = np.eye(2)[[0, 0, 0, 1]]
    expected = 0.75**-0.75 * 0.25**-0.25
    assert metrics.inception_score(frequent) == pytest.approx(expected, rel=1e-12)


def test_inception_score_divides_rows_by_their_sums():
    given = np.array([[0.9, 0.1], [0.2, 0.8], [0.5, 0.5]])
    scaled = given * [[1.0009], [0.9992], [1.0]]
    expected = pytest.approx(metrics.inception_score(given), rel=1e-12)
    assert metrics.inception_score(scaled) == expected


@given(seed=st.integers(0, 2**32 - 1), sharpness=st.floats(0.1, 300))
@settings(max_examples=40, deadline=None)
def test_inception_score_is_entropy_of_the_mean_less_mean_entropy(seed, sharpness):
    rng = np.random.default_rng(seed)
    logits = rng.normal(size=(30, 6)) * sharpness  # at 300, most probabilities are 0 or denormal
    given = np.exp(logits - logits.max(axis=1, keepdims=True))
    given /= given.sum(axis=1, keepdims=True)

    def entropy(p):
        return -(p * np.log(np.where(p > 0, p, 1))).sum(axis=-1)

    expected = np.exp(entropy(given.mean(axis=0)) - entropy(given).mean())
    found = metrics.inception_score(given)
    assert found == pytest.approx(expected, rel=1e-9)
    assert 1 <= found <= 6
    assert metrics.inception_score(rng.permutation(given)) == pytest.approx(found, rel=1e-12)
    assert metrics.inception_score(given.astype(np.float32)) == pytest.approx(found, rel=1e-4)


@pytest.mark.parametrize(
    ("probabilities", "message"),
    [
        (np.full(3, 1 / 3), r"shape \(n, dim\).* received shape \(3,\)"),
        ([[0.5, 0.5], [0.5, 0.498]], "sums from 0.998 to 1"),
        ([[1.5, -0.5]], "least value of -0.5"),
        ([[np.nan, 1.0]], "expected finite probabilities"),
    ],
)
def test_bad_input_to_inception_score(probabilities, message):
    with pytest.raises(ValueError, match=message):
        metrics.inception_score(probabilities)


# --- pairwise similarity


def test_pairwise_similarity_of_two_images_is_that_of_the_two():
    images = np.float32([[[0.0]], [[1.0]]])

    def both(a, b):
        assert a.dtype == np.float32
        assert a.shape[1:] == (1, 1)
        return np.abs(a - b)[:, 0, 0]

    assert metrics.pairwise_similarity(images, both, pairs=1_000, seed=0) == 1.0


def test_pairs_are_of_distinct_images_all_equally_likely():
    seen = np.zeros((5, 5), int)
    batches = []

    def record(a, b):
        np.add.at(seen, (a[:, 0], b[:, 0]), 1)
        batches.append(len(a))
        return np.zeros(len(a))

    metrics.pairwise_similarity(np.arange(5)[:, None], record, pairs=4_000, seed=1)
    assert sum(batches) == 4_000
    assert max(batches) <= 256
    assert not seen.diagonal().any()
    others = seen[~np.eye(5, dtype=bool)]
    assert np.abs(others - 200).max() < 4.5 * np.sqrt(200)


def test_pairwise_similarity_is_a_mean_over_the_pairs():
    points = normals((300, 2), 40)
    found = metrics.pairwise_similarity(
        points, lambda a, b: (a * b).sum(axis=1), pairs=20_000, seed=2
    )
    # Of all ordered pairs of distinct points; 20,000 products of variance 2 leave 0.01.
    expected = (points.sum(0) @ points.sum(0) - (points**2).sum()) / (300 * 299)
    assert found == pytest.approx(expected, abs=0.04)
    again = metrics.pairwise_similarity(
        points, lambda a, b: (a * b).sum(axis=1), pairs=20_000, seed=2
    )
    assert found == again


@pytest.mark.slow  # loads TensorFlow
def test_collapsed_images_are_alike_by_ms_ssim():
    """With the tensors that ganlab's own similarity gives."""
    from ganlab import similarity

    digits = datasets.load("digits").images[:60]
    alike = functools.partial(similarity.ms_ssim, data_range=1.0)
    varied = metrics.pairwise_similarity(digits, alike, pairs=64, seed=0)
    collapsed = metrics.pairwise_similarity(np.repeat(digits[:1], 60, 0), alike, pairs=64, seed=0)
    assert collapsed == pytest.approx(1.0, abs=1e-5)
    assert varied < 0.5


def test_bad_input_to_pairwise_similarity():
    images = np.zeros((3, 2))
    with pytest.raises(ValueError, match="two or more images"):
        metrics.pairwise_similarity(images[:1], np.add, pairs=1, seed=0)
    with pytest.raises(ValueError, match="expected pairs as an integer from 1 on, received 0"):
        metrics.pairwise_similarity(images, np.add, pairs=0, seed=0)
    with pytest.raises(ValueError, match=r"shape \(4,\), received \(4, 2\)"):
        metrics.pairwise_similarity(images, np.add, pairs=4, seed=0)
    with pytest.raises(TypeError, match="expected an integer or a numpy Generator"):
        metrics.pairwise_similarity(images, np.add, pairs=4, seed=None)


# --- bootstrap


@pytest.mark.parametrize("n", [60, 61])
def test_half_width_for_a_mean_of_normals(n):
    samples = 3 * exact_gaussian([0.0], [[1.0]], n, seed=50) + 1  # with standard deviation 3
    found = metrics.bootstrap(np.mean, samples, resamples=1_000, seed=0)
    assert found.value == pytest.approx(1.0)
    # 1,000 resamples know the width to 1 / sqrt(2,000) = 2.2 %.
    assert found.high - found.value == pytest.approx(1.95996 * 3 / np.sqrt(n), rel=0.08)
    assert found.value - found.low == pytest.approx(found.high - found.value, rel=1e-9)
    narrow = metrics.bootstrap(np.mean, samples, resamples=1_000, level=0.5, seed=0)
    ratio = (narrow.high - narrow.low) / (found.high - found.low)
    assert ratio == pytest.approx(0.67449 / 1.95996, rel=1e-4)


@pytest.mark.parametrize("odd", [5, 7])
def test_halves_of_few_samples_have_the_spread_of_the_whole(odd):
    """Where the smaller half alone would be (n + 1) / (n - 1) too wide in variance."""
    samples = exact_gaussian([0.0], [[1.0]], odd, seed=51)
    found = metrics.bootstrap(np.mean, samples, resamples=20_000, seed=1)
    both = ((odd + 1) / (odd - 1) + (odd - 1) / (odd + 1)) / 2
    expected = 1.95996 * np.sqrt(both / odd)
    assert found.high - found.value == pytest.approx(expected, rel=0.02)


def test_intervals_hold_the_truth_as_often_as_they_say():
    """Differences of two means, 600 times over: within 3 standard errors of 95 %."""
    rng = np.random.default_rng(52)
    hits = 0
    for trial in range(600):
        real, fake = rng.exponential(size=(80, 1)), rng.normal(size=(50, 1))
        found = metrics.bootstrap(
            lambda r, f: r.mean() - f.mean(), real, fake, resamples=60, seed=trial
        )
        hits += found.low <= 1.0 <= found.high
    assert abs(hits / 600 - 0.95) < 3 * np.sqrt(0.95 * 0.05 / 600)


def test_a_bias_of_small_samples_does_not_move_the_interval():
    """Halves have a larger Fréchet distance than the whole: their own place would be wrong."""
    real, fake = normals((80, 30), 53), normals((80, 30), 54)
    found = metrics.bootstrap(metrics.frechet_distance, real, fake, resamples=60, seed=0)
    assert found.value == metrics.frechet_distance(real, fake)
    assert found.low < found.value < found.high
    half = metrics.frechet_distance(real[:40], fake[:40])
    assert half > found.high


def test_the_interval_of_a_frechet_distance_is_as_wide_as_chance_makes_it():
    """Against the spread over fresh draws, which is what the interval stands for."""
    rng = np.random.default_rng(55)
    draws = [(rng.normal(size=(200, 3)), rng.normal(size=(200, 3)) + 0.6) for _ in range(300)]
    truth = np.std([metrics.frechet_distance(*sets) for sets in draws])
    widths = [
        (found.high - found.low) / (2 * 1.95996)
        for sets in draws[:12]
        for found in [metrics.bootstrap(metrics.frechet_distance, *sets, resamples=100, seed=0)]
    ]
    assert np.mean(widths) == pytest.approx(truth, rel=0.2)


def test_bootstrap_of_precision_repeats_with_its_seed():
    real, fake = normals((80, 2), 56), normals((60, 2), 57) + 1.5

    def precision(real, fake):
        assert len(np.unique(real, axis=0)) == len(real) == 40  # halves, without duplicates
        assert len(np.unique(fake, axis=0)) == len(fake) == 30
        return metrics.precision_recall(real, fake).precision

    def measure(real, fake):
        whole = len(real) == 80
        return metrics.precision_recall(real, fake).precision if whole else precision(real, fake)

    found = metrics.bootstrap(measure, real, fake, resamples=30, seed=3)
    assert found == metrics.bootstrap(measure, real, fake, resamples=30, seed=3)
    assert found != metrics.bootstrap(measure, real, fake, resamples=30, seed=4)
    assert 0 < found.low < found.value < found.high < 1
    assert found.value == metrics.precision_recall(real, fake).precision


@pytest.mark.parametrize(
    ("sets", "options", "error", "message"),
    [
        ((), {}, ValueError, "received shapes none"),
        ((np.zeros((1, 2)),), {}, ValueError, r"received shapes \(1, 2\)"),
        ((np.zeros((4, 2)),), {"resamples": 1}, ValueError, "resamples as an integer from 2 on"),
        ((np.zeros((4, 2)),), {"level": 1.0}, ValueError, "level between 0 and 1, received 1.0"),
        ((np.zeros((4, 2)),), {"seed": None}, TypeError, "expected an integer"),
        ((np.zeros((4, 2)),), {"measure": lambda a: a}, TypeError, "measure to give a number"),
        ((np.zeros((4, 2)),), {"measure": lambda a: None}, TypeError, "measure to give a number"),
        (
            (np.zeros((9, 2)), np.zeros((9, 2))),
            {"measure": metrics.precision_recall},
            TypeError,
            "received precision 1.000",
        ),
    ],
)
def test_bad_input_to_bootstrap(sets, options, error, message):
    options = {"measure": np.mean, "seed": 0} | options
    measure = options.pop("measure")
    with pytest.raises(error, match=message):
        metrics.bootstrap(measure, *sets, **options)


# --- what all share


PAIR_MEASURES = [
    metrics.frechet_distance,
    functools.partial(metrics.kernel_distance, seed=0),
    metrics.precision_recall,
    metrics.density_coverage,
]


@pytest.mark.parametrize("measure", PAIR_MEASURES)
@pytest.mark.parametrize(
    ("real", "fake", "message"),
    [
        (np.zeros((9, 2)), np.zeros((9, 3)), "received 2 and 3"),
        (np.zeros((1, 2)), np.zeros((9, 2)), "or more real samples, received 1"),
        (np.zeros((0, 2)), np.zeros((9, 2)), r"expected real .* received shape \(0, 2\)"),
        (np.zeros((9, 2)), np.zeros(9), r"expected fake .* received shape \(9,\)"),
        (np.zeros((9, 2)), np.full((9, 2), np.nan), "expected finite fake"),
    ],
)
def test_bad_pairs_of_sets(measure, real, fake, message):
    with pytest.raises(ValueError, match=message):
        measure(real, fake)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda x: metrics.precision_recall(x, x[:3], k=3), "4 or more fake samples, received 3"),
        (lambda x: metrics.precision_recall(x, x, k=0), "k as an integer from 1 on, received 0"),
        (lambda x: metrics.density_coverage(x, x, k=True), "k as an integer .* received True"),
        (lambda x: metrics.density_coverage(x, x, k=9), "10 or more real samples, received 9"),
        (lambda x: metrics.kernel_distance(x, x, size=10, seed=0), "from 2 to 9, received 10"),
        (lambda x: metrics.kernel_distance(x, x, size=1, seed=0), "from 2 to 9, received 1"),
        (lambda x: metrics.kernel_distance(x, x, subsets=0, seed=0), "from 1 on, received 0"),
    ],
)
def test_numbers_out_of_range(call, message):
    with pytest.raises(ValueError, match=message):
        call(np.zeros((9, 2)))


def test_one_fake_is_enough_for_density():
    found = metrics.density_coverage(np.arange(10.0)[:, None], [[4.4]], k=2)
    assert found.coverage == pytest.approx(2 / 10)  # of 4 and 5, with radius 1


@pytest.mark.parametrize("measure", PAIR_MEASURES)
def test_bytes_and_float32_are_measured_in_float64(measure):
    rng = np.random.default_rng(60)
    real, fake = rng.integers(0, 256, size=(2, 30, 4, 4, 1), dtype=np.uint8)
    expected = measure(real.astype(np.float64), fake.astype(np.float64))
    assert measure(real, fake) == expected
    assert measure(real.astype(np.float32), fake.astype(np.float32)) == expected


def test_records_read_as_text():
    assert repr(metrics.KernelDistance(0.0123456, 0.00123)) == "0.01235 (spread 0.0012)"
    assert repr(metrics.PrecisionRecall(0.81249, 1.0)) == "precision 0.812, recall 1.000"
    assert repr(metrics.DensityCoverage(1.04, 0.9)) == "density 1.040, coverage 0.900"
    assert repr(metrics.Interval(0.5, 0.4, 0.61234)) == "0.5 [0.4, 0.6123]"
