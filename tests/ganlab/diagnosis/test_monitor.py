"""The monitor: what it measures, and that it changes nothing."""

import numpy as np
import pytest

from classroom import failures
from ganlab import losses
from ganlab.diagnosis import monitor
from ganlab.metrics import neighbors


def digits_run(every, steps=12):
    subject = failures.DIGITS.task(0)
    gan = failures.DIGITS.build(subject.train.shape[1:], seed=0)
    record = monitor.train(gan, subject, steps=steps, every=every, batch_size=8, seed=0)
    return gan, record


@pytest.fixture(scope="module")
def run():
    return digits_run(3)


@pytest.mark.slow
def test_looking_more_often_changes_nothing(run):
    """Batch normalization is drawn from in training mode: its statistics must be put back."""
    gan, record = run
    other, rarely = digits_run(12)
    assert len(record.steps) == 4 and len(rarely.steps) == 1
    for mine, theirs in ((gan.generator, other.generator), (gan.generator_ema, other.generator_ema),
                         (gan.discriminator, other.discriminator)):  # fmt: skip
        for a, b in zip(mine.get_weights(), theirs.get_weights(), strict=True):
            np.testing.assert_array_equal(a, b)
    assert all(not layer.trainable for layer in gan.generator_ema.layers)
    assert gan.generator.trainable


@pytest.mark.slow
def test_its_columns_are_what_they_say(run):
    gan, record = run
    last = {name: values[-1] for name, values in record.columns.items()}
    subject = failures.DIGITS.task(0)
    assert record.steps.tolist() == [3, 6, 9, 12] and int(gan.steps) == 12
    assert last["sample_low"] >= 0 and last["sample_high"] <= 1
    assert last["received_high"] == last["real_high"] == 1
    assert 0 <= last["near"] <= 1 and 0 <= last["modes"] <= 1 and last["mode_gap"] > 0
    # Gray noise at the beginning: farther from the digits than other digits are.
    assert last["nearest"] > 1.2
    # The frames are the samples of the same latents; those of the end are drawn again here.
    held_out = subject.held_out[:256]
    nearest, _ = neighbors.nearest_neighbors(held_out, subject.train)
    search = monitor._Search(subject.train)
    np.testing.assert_allclose(search(held_out)[0], nearest[:, 0], rtol=1e-3)
    logits = gan.discriminator(subject.train).numpy()
    assert abs(logits.mean() - last["real_logit"]) < 3 * logits.std() / 16
    assert losses.minimax.discriminator([0.0], [0.0]) > 0  # the reference of cross_entropy


def test_ranking_is_the_share_of_pairs():
    rng = np.random.default_rng(0)
    upper, lower = rng.integers(0, 5, 40), rng.integers(0, 5, 30)
    pairs = (upper[:, None] > lower).mean() + 0.5 * (upper[:, None] == lower).mean()
    assert monitor._ranking(upper, lower) == pytest.approx(pairs)
    assert monitor._ranking(np.ones(3), np.zeros(4)) == 1


def test_mean_distance_of_two_places():
    """Half of the points at 0 and half at distance 2, at random: two of them are 1 apart."""
    points = 2.0 * np.random.default_rng(0).integers(0, 2, (4000, 1))
    assert monitor._mean_distance(points) == pytest.approx(1.0, abs=0.05)
    assert monitor._mean_distance(np.ones((300, 2))) == 0


def test_a_run_without_a_row_is_refused():
    with pytest.raises(ValueError, match="expected at least 20 steps and 2 frames, received 19"):
        monitor.train(None, None, steps=19, every=20, batch_size=8, seed=0)
