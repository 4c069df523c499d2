"""A generator's measures while it trains."""

import numpy as np
import pytest

from ganlab import datasets, evaluation, keras, metrics, recipes


@pytest.mark.slow
def test_the_callback_measures_while_training(digits, extractor):
    gan = recipes.DEFAULT.build((28, 28, 1), seed=0)
    curve = evaluation.QualityCurve(digits.images, extractor=extractor, every=4, count=100, seed=0)
    batches = datasets.batches(digits.images, 16, seed=0)
    gan.fit(batches, steps_per_epoch=9, verbose=0, callbacks=[curve])
    assert curve.steps == [0, 4, 8]
    assert set(curve.history) == {"frechet_distance", "precision", "recall", "inception_score"}
    assert all(len(values) == 3 for values in curve.history.values())
    chosen = np.random.default_rng(0).permutation(600)[:100]
    expected = metrics.frechet_distance(
        extractor.extract(digits.images[chosen]), extractor.extract(gan.sample(100, seed=0))
    )
    gan.fit(batches, steps_per_epoch=3, verbose=0, callbacks=[curve])
    assert curve.steps == [0, 4, 8, 12]
    assert curve.history["frechet_distance"][-1] != pytest.approx(expected, rel=1e-6)
    assert isinstance(curve, keras.callbacks.Callback)
    axes = curve.draw()
    assert axes.get_ylabel() == "frechet distance"


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"every": 0}, "every as an integer from 1 on, received 0"),
        ({"every": 1, "count": 3}, "count as an integer from 4 on"),
    ],
)
def test_bad_input(digits, extractor, options, message):
    with pytest.raises(ValueError, match=message):
        evaluation.QualityCurve(digits.images, extractor=extractor, seed=0, **options)
    with pytest.raises(TypeError, match="expected seed as an integer, received None"):
        evaluation.QualityCurve(digits.images, extractor=extractor, every=1, seed=None)
