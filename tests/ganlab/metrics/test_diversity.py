"""The mean similarity of pairs within one set."""

import functools

import numpy as np
import pytest

from ganlab import datasets, metrics
from tests.ganlab.metrics.samples import normals


def test_pairwise_similarity_of_two_images_is_that_of_the_two():
    images = np.float32([[[0.0]], [[1.0]]])

    def both(a, b):
        assert a.dtype == np.float32
        assert a.shape[1:] == (1, 1)
        return np.abs(a - b)[:, 0, 0]

    assert metrics.pairwise_similarity(images, both, pairs=1_000, seed=0) == 1.0


def test_pairs_are_of_distinct_images_all_equally_likely():
    seen = np.zeros((5, 5), int)
    batches = []

    def record(a, b):
        np.add.at(seen, (a[:, 0], b[:, 0]), 1)
        batches.append(len(a))
        return np.zeros(len(a))

    metrics.pairwise_similarity(np.arange(5)[:, None], record, pairs=4_000, seed=1)
    assert sum(batches) == 4_000
    assert max(batches) <= 256
    assert not seen.diagonal().any()
    others = seen[~np.eye(5, dtype=bool)]
    assert np.abs(others - 200).max() < 4.5 * np.sqrt(200)


def test_pairwise_similarity_is_a_mean_over_the_pairs():
    points = normals((300, 2), 40)
    found = metrics.pairwise_similarity(
        points, lambda a, b: (a * b).sum(axis=1), pairs=20_000, seed=2
    )
    # Of all ordered pairs of distinct points; 20,000 products of variance 2 leave 0.01.
    expected = (points.sum(0) @ points.sum(0) - (points**2).sum()) / (300 * 299)
    assert found == pytest.approx(expected, abs=0.04)
    again = metrics.pairwise_similarity(
        points, lambda a, b: (a * b).sum(axis=1), pairs=20_000, seed=2
    )
    assert found == again


@pytest.mark.slow  # loads TensorFlow
def test_collapsed_images_are_alike_by_ms_ssim():
    """With the tensors that ganlab's own similarity gives."""
    from ganlab import similarity

    digits = datasets.load("digits").images[:60]
    alike = functools.partial(similarity.ms_ssim, data_range=1.0)
    varied = metrics.pairwise_similarity(digits, alike, pairs=64, seed=0)
    collapsed = metrics.pairwise_similarity(np.repeat(digits[:1], 60, 0), alike, pairs=64, seed=0)
    assert collapsed == pytest.approx(1.0, abs=1e-5)
    assert varied < 0.5


def test_bad_input_to_pairwise_similarity():
    images = np.zeros((3, 2))
    with pytest.raises(ValueError, match="two or more images"):
        metrics.pairwise_similarity(images[:1], np.add, pairs=1, seed=0)
    with pytest.raises(ValueError, match="expected pairs as an integer from 1 on, received 0"):
        metrics.pairwise_similarity(images, np.add, pairs=0, seed=0)
    with pytest.raises(ValueError, match=r"shape \(4,\), received \(4, 2\)"):
        metrics.pairwise_similarity(images, np.add, pairs=4, seed=0)
