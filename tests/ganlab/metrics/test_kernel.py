"""The kernel distance against loops, scikit-learn's kernel, and what unbiased means."""

import numpy as np
import pytest
from sklearn.metrics.pairwise import polynomial_kernel

from ganlab import metrics
from tests.ganlab.metrics.samples import normals


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


def test_reads_as_text():
    assert repr(metrics.KernelDistance(0.0123456, 0.00123)) == "0.01235 (spread 0.0012)"
