"""The Inception score against closed forms and entropies."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ganlab import metrics


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
        (np.full(3, 1 / 3), r"shape \(n, ...\).* received shape \(3,\)"),
        ([[0.5, 0.5], [0.5, 0.498]], "sums from 0.998 to 1"),
        ([[1.5, -0.5]], "least value of -0.5"),
        ([[np.nan, 1.0]], "expected finite probabilities"),
    ],
)
def test_bad_input_to_inception_score(probabilities, message):
    with pytest.raises(ValueError, match=message):
        metrics.inception_score(probabilities)
