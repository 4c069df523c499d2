"""What all measures of sets accept, refuse and compute with."""

import functools

import numpy as np
import pytest

from ganlab import metrics

PAIR_MEASURES = [
    metrics.frechet_distance,
    functools.partial(metrics.kernel_distance, seed=0),
    metrics.precision_recall,
    metrics.density_coverage,
]
SLICED = functools.partial(metrics.sliced_wasserstein_distance, projections=3, seed=0)


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


@pytest.mark.parametrize("seed", [None, 0.5, True, "0"])
@pytest.mark.parametrize(
    "call",
    [
        lambda x, seed: metrics.kernel_distance(x, x, seed=seed),
        lambda x, seed: metrics.sliced_wasserstein_distance(x, x, projections=3, seed=seed),
        lambda x, seed: metrics.pairwise_similarity(x, np.add, pairs=1, seed=seed),
        lambda x, seed: metrics.half_sample_interval(np.mean, x, seed=seed),
    ],
)
def test_what_is_no_seed(call, seed):
    with pytest.raises(TypeError, match="expected seed as an integer or a numpy Generator"):
        call(np.zeros((9, 2)), seed)


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


@pytest.mark.parametrize("measure", PAIR_MEASURES)
def test_values_whose_powers_overflow_are_refused(measure):
    rng = np.random.default_rng(61)
    huge = 1e200 * rng.normal(size=(9, 2))
    with pytest.raises(ValueError, match=r"expected real of values up to 1e\+25, .* received"):
        measure(huge, huge)
    large = np.clip(1e24 * rng.normal(size=(2, 9, 2)), -1e25, 1e25)  # no warning, no infinity
    found = measure(*large)
    assert np.isfinite(list(vars(found).values()) if hasattr(found, "__dict__") else found).all()
