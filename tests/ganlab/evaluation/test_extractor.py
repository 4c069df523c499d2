"""Which features suit which data."""

import functools

import numpy as np
import pytest

from ganlab import datasets, evaluation
from ganlab.evaluation import features


@pytest.mark.parametrize(("count", "dim"), [(300, 10), (7, 7)])
def test_principal_components_by_the_singular_value_decomposition(digits, count, dim):
    images = digits.images[:count]
    found = evaluation.FeatureExtractor.of_components(images, dim=10)
    assert found.name == f"the first {dim} principal components"
    flat = images.reshape(count, -1).astype(np.float64)
    _, _, directions = np.linalg.svd(flat - flat.mean(axis=0), full_matrices=False)
    some = images[:40]
    by_hand = (some.reshape(len(some), -1) - flat.mean(axis=0)) @ directions[:dim].T
    projected = found.extract(some)
    assert projected.shape == (len(some), dim)
    # The sign of a direction is free, so distances are compared; float32 has seven digits.
    np.testing.assert_allclose(
        np.linalg.norm(projected[:, None] - projected, axis=-1),
        np.linalg.norm(by_hand[:, None] - by_hand, axis=-1),
        rtol=1e-4,
        atol=1e-4,
    )


def test_data_without_labels_are_compared_by_principal_components():
    rng = np.random.default_rng(0)
    images = rng.random((100, 8, 8, 1), np.float32)
    extractor = evaluation.extractor_for(datasets.Dataset(images, name="own"))
    assert extractor.probabilities is None
    found = extractor.extract(images)
    assert found.shape == (100, 64)
    # All 64 components of 64 values keep every distance.
    ours = np.linalg.norm(found[0] - found[1])
    assert ours == pytest.approx(np.linalg.norm(images[0] - images[1]), rel=1e-4)
    report = evaluation.evaluate(images, images[::-1], extractor=extractor, seed=0, resamples=0)
    assert "inception_score" not in report.rows[0].measures
    assert "Inception" not in report.table()


@pytest.mark.slow
def test_labeled_data_of_another_kind_get_a_classifier_of_their_own(monkeypatch):
    monkeypatch.setattr(features, "train", functools.partial(features.train, steps=3))
    images = np.random.default_rng(0).random((60, 12, 12, 1), np.float32)
    own = datasets.Dataset(images, np.arange(60) % 3, name="own")
    extractor = evaluation.extractor_for(own)
    assert extractor.name == "a classifier trained on own"
    assert extractor.probabilities(images).shape == (60, 3)
