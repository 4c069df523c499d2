"""What a discriminator is shown of a batch: published numbers, and both definitions in loops."""

import numpy as np
import pytest

from ganlab import layers


def in_loops(x, group_size):
    """Compute the deviation as the paper describes it, one group and one value after another."""
    groups = -(-len(x) // group_size)
    found = np.zeros(len(x))
    for group in range(groups):
        members = range(group, len(x), groups)
        deviations = [np.std([x[i].flat[k] for i in members]) for k in range(x[0].size)]
        found[list(members)] = np.mean(deviations)
    return found


def test_the_published_vector():
    """Of the discussion of a copy that had the groups wrong (pytorch_GAN_zoo, issue 69)."""
    x = np.float32([0, 0, 0, 0, 1, 2, 3, 4, 100, 200, 300, 400]).reshape(12, 1, 1, 1)
    found = layers.MinibatchStdDev(group_size=4)(x).numpy()
    np.testing.assert_array_equal(found[..., :1], x)
    np.testing.assert_allclose(found[:, 0, 0, 1], [86.178, 129.191, 163.557] * 4, rtol=0, atol=6e-4)


@pytest.mark.parametrize("batch", [1, 2, 3, 4, 5, 7, 8, 12, 13])
@pytest.mark.parametrize("group_size", [1, 2, 4, 20])
def test_it_equals_the_loops_for_every_size_of_a_batch(batch, group_size):
    x = np.random.default_rng(batch).normal(size=(batch, 3, 2, 5)).astype(np.float32)
    found = layers.MinibatchStdDev(group_size)(x).numpy()[..., 5:]
    expected = in_loops(x.astype(np.float64), group_size).reshape(-1, 1, 1, 1)
    np.testing.assert_allclose(found, np.broadcast_to(expected, found.shape), rtol=1e-4, atol=2e-4)


def test_equal_samples_differ_by_nothing_but_the_epsilon():
    x = np.full((8, 4, 4, 2), 0.7, np.float32)
    np.testing.assert_allclose(layers.MinibatchStdDev(4)(x).numpy()[..., 2], 1e-4, rtol=0.1)


def test_minibatch_discrimination_equals_the_loops():
    x = np.random.default_rng(0).normal(size=(6, 5)).astype(np.float32)
    layer = layers.MinibatchDiscrimination(kernels=3, dim=4, seed=1)
    found = layer(x).numpy()
    matrices = (x @ layer.tensor.numpy()).reshape(6, 3, 4)
    expected = np.zeros((6, 3))
    for i in range(6):
        for b in range(3):
            for j in set(range(6)) - {i}:
                expected[i, b] += np.exp(-np.abs(matrices[i, b] - matrices[j, b]).sum())
    np.testing.assert_array_equal(found[:, :5], x)
    np.testing.assert_allclose(found[:, 5:], expected, rtol=1e-5)


def test_equal_samples_are_near_all_others_and_the_order_does_not_matter():
    layer = layers.MinibatchDiscrimination(kernels=3, dim=4, seed=1)
    np.testing.assert_allclose(layer(np.ones((7, 5), np.float32)).numpy()[:, 5:], 6, rtol=1e-6)
    x = np.random.default_rng(2).normal(size=(7, 5)).astype(np.float32)
    order = np.random.default_rng(3).permutation(7)
    np.testing.assert_allclose(layer(x[order]), layer(x).numpy()[order], rtol=1e-5)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: layers.MinibatchStdDev(0), "expected group_size as an integer from 1 on"),
        (lambda: layers.MinibatchDiscrimination(0, 2, seed=0), "expected kernels as an integer"),
        (lambda: layers.MinibatchDiscrimination(2, 1.5, seed=0), "expected dim as an integer"),
        (
            lambda: layers.MinibatchDiscrimination(2, 2, seed=0)(np.zeros((2, 3, 4))),
            r"expected features of shape \(batch, features\), received \(2, 3, 4\)",
        ),
    ],
)
def test_what_does_not_fit_is_refused(make, message):
    with pytest.raises((TypeError, ValueError), match=message):
        make()
