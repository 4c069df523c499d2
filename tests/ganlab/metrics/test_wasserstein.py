"""The exact Wasserstein distance: closed forms, linear programming, and what it is not."""

import itertools

import numpy as np
import pytest
from scipy import optimize, stats

from ganlab import metrics

RNG = np.random.default_rng(0)


@pytest.mark.parametrize("shape", [(1, 3), (40, 2), (30, 4, 4, 1)])
def test_a_shift_costs_its_length(shape):
    x = RNG.normal(size=shape)
    shift = RNG.normal(size=shape[1:])
    found = metrics.wasserstein_distance(x, x + shift)
    assert found == pytest.approx(np.linalg.norm(shift), rel=1e-12)
    assert metrics.wasserstein_distance(x, x[::-1]) == 0


def test_on_a_line_it_is_that_of_scipy():
    x, y = RNG.normal(size=200), RNG.gamma(2.0, size=200)
    found = metrics.wasserstein_distance(x[:, None], y[:, None])
    assert found == pytest.approx(stats.wasserstein_distance(x, y), rel=1e-12)


def test_no_pairing_is_cheaper():
    x, y = RNG.normal(size=(2, 6, 3))
    costs = np.linalg.norm(x[:, None] - y, axis=2)
    cheapest = min(
        costs[range(6), list(order)].mean() for order in itertools.permutations(range(6))
    )
    assert metrics.wasserstein_distance(x, y) == pytest.approx(cheapest, rel=1e-12)


def test_no_plan_that_splits_samples_is_cheaper():
    """Kantorovich's problem as a linear program: shares of each sample go to several others."""
    n = 12
    x, y = RNG.normal(size=(2, n, 2))
    costs = np.linalg.norm(x[:, None] - y, axis=2)
    marginals = np.concatenate([np.kron(np.eye(n), np.ones(n)), np.kron(np.ones(n), np.eye(n))])
    plan = optimize.linprog(costs.ravel(), A_eq=marginals, b_eq=np.full(2 * n, 1 / n))
    assert metrics.wasserstein_distance(x, y) == pytest.approx(plan.fun, rel=1e-9)


def test_it_is_a_distance():
    x, y, z = RNG.normal(size=(3, 25, 2))
    xy, yx = metrics.wasserstein_distance(x, y), metrics.wasserstein_distance(y, x)
    assert xy == pytest.approx(yx, rel=1e-12)
    assert xy <= metrics.wasserstein_distance(x, z) + metrics.wasserstein_distance(z, y)


def test_sets_of_different_sizes_are_refused():
    with pytest.raises(
        ValueError, match=r"expected as many real samples as fake .*received 3 and 2"
    ):
        metrics.wasserstein_distance(np.zeros((3, 2)), np.zeros((2, 2)))
