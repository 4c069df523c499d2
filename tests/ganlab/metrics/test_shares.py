import numpy as np
import pytest

from ganlab.metrics import value_shares


def test_equal_shares_cost_nothing_and_a_dropped_value_its_share():
    even = np.tile(np.arange(8), 5)[:, np.newaxis]
    assert value_shares(even, [8]).total_variation == 0.0
    dropped = value_shares(even[even[:, 0] != 3][:, np.newaxis, 0], [8])
    np.testing.assert_allclose(dropped.total_variation, 1 / 8)
    one = value_shares(np.full((20, 1), 2), [8])
    np.testing.assert_allclose(one.total_variation, 7 / 8)
    np.testing.assert_array_equal(one.shares[0], np.eye(8)[2])


def test_each_factor_is_counted_by_itself():
    factors = np.stack([np.arange(12) % 2, np.arange(12) % 3 // 2], axis=1)
    found = value_shares(factors, [2, 3])
    np.testing.assert_allclose(found.shares[0], [1 / 2, 1 / 2])
    np.testing.assert_allclose(found.shares[1], [2 / 3, 1 / 3, 0])
    np.testing.assert_allclose(found.total_variation, [0, 1 / 3])


@pytest.mark.parametrize("n", [1, 2, 12, 49, 500, 100_000])
def test_the_floor_is_what_equal_values_give_on_average(n):
    counts = [2, 5, 8, 49]
    binomial = pytest.importorskip("scipy.stats").binom
    expected = [
        (binomial.pmf(np.arange(n + 1), n, 1 / c) * np.abs(np.arange(n + 1) / n - 1 / c)).sum()
        * c / 2
        for c in counts
    ]  # fmt: skip
    factors = np.zeros((n, len(counts)), np.int64)
    np.testing.assert_allclose(value_shares(factors, counts).floor, expected, rtol=1e-8)


def test_the_floor_is_met_by_drawn_values():
    random = np.random.default_rng(0)
    found = [value_shares(random.integers(8, size=(500, 1)), [8]) for _ in range(300)]
    assert np.mean([one.total_variation for one in found]) == pytest.approx(
        found[0].floor[0], rel=0.05
    )


@pytest.mark.parametrize(
    ("factors", "counts", "says"),
    [
        ([0, 1], [2], r"factors as integers of shape \(n, k\), received shape \(2,\)"),
        ([[0.0]], [2], r"factors as integers .*float64"),
        (np.zeros((0, 2), int), [2, 2], r"factors as integers .*\(0, 2\)"),
        ([[0, 1]], [2], "2 counts, received 1"),
        ([[0]], [1], "a count as an integer from 2 on, received 1"),
        ([[0], [2]], [2], "values from 0 to 1, received 0 to 2"),
        ([[-1]], [2], "values from 0 to 1, received -1 to -1"),
    ],
)
def test_what_does_not_fit_is_refused(factors, counts, says):
    with pytest.raises(ValueError, match=f"expected {says}"):
        value_shares(factors, counts)
