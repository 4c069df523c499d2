"""The Fréchet distance against closed forms, scipy, fractions without rounding, and invariances."""

import functools
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.linalg import sqrtm
from scipy.stats import ortho_group

from ganlab import metrics
from tests.ganlab.metrics.samples import exact_gaussian, normals


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
