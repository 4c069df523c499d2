"""The interval by half-sampling against closed forms and fresh draws."""

import numpy as np
import pytest

from ganlab import metrics
from tests.ganlab.metrics.samples import exact_gaussian, normals


@pytest.mark.parametrize("n", [60, 61])
def test_half_width_for_a_mean_of_normals(n):
    samples = 3 * exact_gaussian([0.0], [[1.0]], n, seed=50) + 1  # with standard deviation 3
    found = metrics.half_sample_interval(np.mean, samples, resamples=1_000, seed=0)
    assert found.value == pytest.approx(1.0)
    # 1,000 resamples know the width to 1 / sqrt(2,000) = 2.2 %.
    assert found.high - found.value == pytest.approx(1.95996 * 3 / np.sqrt(n), rel=0.08)
    assert found.value - found.low == pytest.approx(found.high - found.value, rel=1e-9)
    narrow = metrics.half_sample_interval(np.mean, samples, resamples=1_000, level=0.5, seed=0)
    ratio = (narrow.high - narrow.low) / (found.high - found.low)
    assert ratio == pytest.approx(0.67449 / 1.95996, rel=1e-4)


@pytest.mark.parametrize("odd", [5, 7])
def test_halves_of_few_samples_have_the_spread_of_the_whole(odd):
    """Where the smaller half alone would be (n + 1) / (n - 1) too wide in variance."""
    samples = exact_gaussian([0.0], [[1.0]], odd, seed=51)
    found = metrics.half_sample_interval(np.mean, samples, resamples=20_000, seed=1)
    both = ((odd + 1) / (odd - 1) + (odd - 1) / (odd + 1)) / 2
    expected = 1.95996 * np.sqrt(both / odd)
    assert found.high - found.value == pytest.approx(expected, rel=0.02)


def test_intervals_hold_the_truth_as_often_as_they_say():
    """Differences of two means, 600 times over: within 3 standard errors of 95 %."""
    rng = np.random.default_rng(52)
    hits = 0
    for trial in range(600):
        real, fake = rng.exponential(size=(80, 1)), rng.normal(size=(50, 1))
        found = metrics.half_sample_interval(
            lambda r, f: r.mean() - f.mean(), real, fake, resamples=60, seed=trial
        )
        hits += found.low <= 1.0 <= found.high
    assert abs(hits / 600 - 0.95) < 3 * np.sqrt(0.95 * 0.05 / 600)


def test_a_bias_of_small_samples_does_not_move_the_interval():
    """Halves have a larger Fréchet distance than the whole: their own place would be wrong."""
    real, fake = normals((80, 30), 53), normals((80, 30), 54)
    found = metrics.half_sample_interval(metrics.frechet_distance, real, fake, resamples=60, seed=0)
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
        for found in [
            metrics.half_sample_interval(metrics.frechet_distance, *sets, resamples=100, seed=0)
        ]
    ]
    assert np.mean(widths) == pytest.approx(truth, rel=0.2)


def test_an_interval_of_precision_repeats_with_its_seed():
    real, fake = normals((80, 2), 56), normals((60, 2), 57) + 1.5

    def precision(real, fake):
        assert len(np.unique(real, axis=0)) == len(real) == 40  # halves, without duplicates
        assert len(np.unique(fake, axis=0)) == len(fake) == 30
        return metrics.precision_recall(real, fake).precision

    def measure(real, fake):
        whole = len(real) == 80
        return metrics.precision_recall(real, fake).precision if whole else precision(real, fake)

    found = metrics.half_sample_interval(measure, real, fake, resamples=30, seed=3)
    assert found == metrics.half_sample_interval(measure, real, fake, resamples=30, seed=3)
    assert found != metrics.half_sample_interval(measure, real, fake, resamples=30, seed=4)
    assert 0 < found.low < found.value < found.high < 1
    assert found.value == metrics.precision_recall(real, fake).precision


def test_two_samples_are_enough():
    found = metrics.half_sample_interval(np.mean, np.array([1.0, 3.0]), resamples=20, seed=0)
    assert found.low < found.value == 2.0 < found.high


@pytest.mark.parametrize(
    ("sets", "options", "error", "message"),
    [
        ((), {}, ValueError, "received shapes none"),
        ((np.zeros((1, 2)),), {}, ValueError, r"received shapes \(1, 2\)"),
        ((np.zeros((4, 2)),), {"resamples": 1}, ValueError, "resamples as an integer from 2 on"),
        ((np.zeros((4, 2)),), {"level": 1.0}, ValueError, "level between 0 and 1, received 1.0"),
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
def test_bad_input_to_half_sample_interval(sets, options, error, message):
    options = {"measure": np.mean, "seed": 0} | options
    measure = options.pop("measure")
    with pytest.raises(error, match=message):
        metrics.half_sample_interval(measure, *sets, **options)


def test_reads_as_text():
    assert repr(metrics.Interval(0.5, 0.4, 0.61234)) == "0.5 [0.4, 0.6123]"
