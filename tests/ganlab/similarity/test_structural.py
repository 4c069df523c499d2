"""SSIM in its four forms against scikit-image and TensorFlow, formulas and closed forms."""

import math

import numpy as np
import pytest
from scipy import ndimage

from ganlab import keras, similarity, tf
from tests.ganlab.similarity.pairs_of_images import (
    SSIM_BOUND,
    gradients,
    noise,
    pairs,
    photograph,
    scikit_image,
)


@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize("size", [28, 64, 256, pytest.param(1024, marks=pytest.mark.slow)])
def test_ssim_is_scikit_images_in_float64(size, channels):
    a, b = pairs(size, channels)
    expected = [scikit_image(x, y) for x, y in zip(a, b, strict=True)]
    result = similarity.ssim(a, b, data_range=1.0)
    assert result.shape == (3,)
    assert result.dtype == tf.float32
    np.testing.assert_allclose(result, expected, rtol=0, atol=SSIM_BOUND)


@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize(("size", "atol"), [(28, 3e-6), (64, 3e-6), (256, 3e-6), (1024, 5e-3)])
def test_ssim_is_tensorflows_as_far_as_that_goes(size, atol, channels):
    a, b = (x[:1] for x in pairs(size, channels))
    expected = tf.image.ssim(a, b, max_val=1.0)
    np.testing.assert_allclose(similarity.ssim(a, b, data_range=1.0), expected, rtol=0, atol=atol)


def test_ssim_beats_tensorflows_on_a_photograph():
    a, b = (x[2:] for x in pairs(256, 3))
    exact = scikit_image(a[0], b[0])
    assert abs(similarity.ssim(a, b, data_range=1.0)[0] - exact) < 5e-7
    assert 5e-6 < abs(tf.image.ssim(a, b, max_val=1.0)[0] - exact) < 1e-4


def test_ssim_in_float64_has_fifteen_digits():
    a, b = (x.astype(np.float64) for x in pairs(64, 3))
    expected = [scikit_image(x, y) for x, y in zip(a, b, strict=True)]
    result = similarity.ssim(a, b, data_range=1.0)
    assert result.dtype == tf.float64
    np.testing.assert_allclose(result, expected, rtol=0, atol=1e-13)


def test_gradient_of_ssim_is_tensorflows():
    a, b = pairs(64, 3)
    ours = gradients(lambda a, b: similarity.ssim(a, b, data_range=1.0), a, b)
    theirs = gradients(lambda a, b: tf.image.ssim(a, b, max_val=1.0), a, b)
    for x, y in zip(ours, theirs, strict=True):
        np.testing.assert_allclose(x[:1], y[:1], rtol=0, atol=1e-5 * np.abs(y[:1]).max())
        # The photographs: tf.image.ssim loses more there, as its value does.
        np.testing.assert_allclose(x[1:], y[1:], rtol=0, atol=1e-2 * np.abs(y[1:]).max())


def test_ssim_as_a_loss_restores_an_image():
    target = photograph(28, 1)[None].astype(np.float32)
    image = tf.Variable(np.full_like(target, 0.5))
    optimizer = keras.optimizers.Adam(0.03)
    for _ in range(150):
        with tf.GradientTape() as tape:
            loss = 1.0 - similarity.ssim(image, target, data_range=1.0)
        optimizer.apply([tape.gradient(loss, image)], [image])
    assert similarity.ssim(image, target, data_range=1.0)[0] > 0.99


def test_ssim_map_is_scikit_images():
    a, b = pairs(28, 3)
    for x, y in zip(a, b, strict=True):
        _, expected = scikit_image(x, y, full=True)
        result = similarity.ssim_map(x[None], y[None], data_range=1.0)[0]
        # A single window has no mean to average its rounding away: 1e-7 over C2 = 9e-4.
        np.testing.assert_allclose(result, expected[5:-5, 5:-5], rtol=0, atol=2e-4)
    result = similarity.ssim_map(a.astype(float), b.astype(float), data_range=1.0)
    expected = scikit_image(a[1], b[1], full=True)[1]
    np.testing.assert_allclose(result[1], expected[5:-5, 5:-5], rtol=0, atol=1e-11)


def test_ssim_is_the_mean_of_its_map():
    a, b = pairs(28, 3)
    values = similarity.ssim_map(a, b, data_range=1.0).numpy()
    assert values.shape == (3, 18, 18, 3)
    mean = values.mean(axis=(1, 2, 3), dtype=np.float64)
    np.testing.assert_allclose(similarity.ssim(a, b, data_range=1.0), mean, rtol=0, atol=3e-7)


def test_heights_and_widths_keep_their_places():
    a, b = noise((2, 14, 33, 2)), noise((2, 14, 33, 2), seed=1)
    expected = [scikit_image(x, y) for x, y in zip(a, b, strict=True)]
    np.testing.assert_allclose(similarity.ssim(a, b, data_range=1.0), expected, atol=1e-13)
    turned = (x.transpose(0, 2, 1, 3) for x in (a, b))
    np.testing.assert_allclose(similarity.ssim(*turned, data_range=1.0), expected, atol=1e-13)
    assert similarity.ssim_map(a, b, data_range=1.0).shape == (2, 4, 23, 2)


def test_the_smallest_image_is_one_window():
    a, b = noise((1, 11, 11, 1)), noise((1, 11, 11, 1), seed=1)
    expected = scikit_image(a[0], b[0])
    assert float(similarity.ssim(a, b, data_range=1.0)[0]) == pytest.approx(expected, abs=1e-13)


def test_two_gray_fields_differ_in_luminance_alone():
    x, y, c1 = 0.2, 0.6, 1e-4
    a, b = np.full((1, 12, 12, 1), x), np.full((1, 12, 12, 1), y)
    expected = (2 * x * y + c1) / (x**2 + y**2 + c1)
    for measure in (similarity.ssim, similarity.global_ssim, similarity.ms_ssim):
        assert float(measure(a, b, data_range=1.0)[0]) == pytest.approx(expected, abs=1e-12)


def ms_ssim_in_numpy(a, b, weights):
    """One pair, one channel, float64, written from the paper."""
    distance = np.arange(11) - 5
    taps = np.exp(-0.5 * (distance / 1.5) ** 2)
    taps /= taps.sum()

    def local(x):
        x = ndimage.correlate1d(ndimage.correlate1d(x, taps, axis=0), taps, axis=1)
        return x[5:-5, 5:-5]

    product = 1.0
    for scale, weight in enumerate(weights):
        x, y = local(a), local(b)
        xx, yy, xy = local(a * a) - x * x, local(b * b) - y * y, local(a * b) - x * y
        term = (2 * xy + 9e-4) / (xx + yy + 9e-4)
        if scale == len(weights) - 1:
            term *= (2 * x * y + 1e-4) / (x * x + y * y + 1e-4)
        product *= max(term.mean(), 0.0) ** weight
        a, b = (np.pad(x, [(0, n % 2) for n in x.shape], mode="edge") for x in (a, b))
        a, b = (x.reshape(len(x) // 2, 2, -1, 2).mean(axis=(1, 3)) for x in (a, b))
    return product


@pytest.mark.parametrize(
    ("height", "width"),
    [(28, 28), (45, 51), (11, 40), pytest.param(161, 163, marks=pytest.mark.slow)],
)
def test_ms_ssim_at_any_size(height, width):
    a = noise((2, height, width, 2))
    b = np.clip(a + 0.3 * (noise(a.shape, seed=1) - 0.5), 0, 1)
    weights = similarity.ms_ssim_scales(height, width)
    expected = [
        np.mean([ms_ssim_in_numpy(x[..., c], y[..., c], weights) for c in range(2)])
        for x, y in zip(a, b, strict=True)
    ]
    np.testing.assert_allclose(similarity.ms_ssim(a, b, data_range=1.0), expected, atol=1e-12)
    single = (x.astype(np.float32) for x in (a, b))
    np.testing.assert_allclose(
        similarity.ms_ssim(*single, data_range=1.0), expected, rtol=0, atol=SSIM_BOUND
    )


@pytest.mark.slow
def test_ms_ssim_of_large_images_is_tensorflows():
    a, b = pairs(256, 3)
    expected = tf.image.ssim_multiscale(a, b, max_val=1.0)
    # What tf.image loses in float32, by comparison with float64: 2e-5 on photographs.
    np.testing.assert_allclose(similarity.ms_ssim(a, b, data_range=1.0), expected, atol=5e-5)
    np.testing.assert_allclose(
        similarity.ms_ssim(a[:1], b[:1], data_range=1.0), expected[:1], rtol=0, atol=5e-6
    )


@pytest.mark.parametrize(
    ("size", "scales"),
    [(11, 1), (20, 1), (21, 2), (28, 2), (40, 2), (41, 3), (64, 3), (81, 4), (160, 4), (161, 5)],
)
def test_scales_in_use(size, scales):
    """Halved with rounding up, so 21 becomes 11 and still holds a window."""
    weights = similarity.ms_ssim_scales(size, 500)
    assert weights == similarity.ms_ssim_scales(500, size)
    assert len(weights) == scales
    assert math.fsum(weights) == pytest.approx(1.0001 if scales == 5 else 1.0, abs=1e-12)
    ratios = np.divide(weights, (0.0448, 0.2856, 0.3001, 0.2363, 0.1333)[:scales])
    np.testing.assert_allclose(ratios, ratios[0], rtol=1e-12)


def test_a_negative_contrast_term_counts_as_zero():
    a = noise((1, 28, 28, 1)).astype(np.float32)
    assert similarity.ssim(a, 1.0 - a, data_range=1.0)[0] < 0
    assert similarity.ms_ssim(a, 1.0 - a, data_range=1.0)[0] == 0.0


@pytest.mark.parametrize("channels", [1, 3])
def test_global_ssim_is_the_printed_formula(channels):
    a, b = pairs(64, channels)
    expected = np.zeros(3)
    for i in range(3):
        for c in range(channels):
            x, y = a[i, ..., c].astype(np.float64), b[i, ..., c].astype(np.float64)
            covariance = np.mean((x - x.mean()) * (y - y.mean()))
            numerator = (2 * x.mean() * y.mean() + 1e-4) * (2 * covariance + 9e-4)
            denominator = (x.mean() ** 2 + y.mean() ** 2 + 1e-4) * (x.var() + y.var() + 9e-4)
            expected[i] += numerator / denominator / channels
    np.testing.assert_allclose(
        similarity.global_ssim(a, b, data_range=1.0), expected, rtol=0, atol=1e-6
    )
    double = (x.astype(np.float64) for x in (a, b))
    np.testing.assert_allclose(similarity.global_ssim(*double, data_range=1.0), expected, 1e-13)


def test_global_ssim_of_a_large_image():
    a, b = (x[1:2] for x in pairs(1024, 3))
    exact = similarity.global_ssim(a.astype(np.float64), b.astype(np.float64), data_range=1.0)
    np.testing.assert_allclose(
        similarity.global_ssim(a, b, data_range=1.0), exact, rtol=0, atol=1e-6
    )


def test_global_ssim_ignores_where_pixels_are():
    a, b = noise((1, 28, 28, 1)), noise((1, 28, 28, 1), seed=1)
    order = np.random.default_rng(0).permutation(784)
    shuffled = (x.reshape(1, 784)[:, order].reshape(1, 28, 28, 1) for x in (a, b))
    one = similarity.global_ssim(a, b, data_range=1.0)
    np.testing.assert_allclose(similarity.global_ssim(*shuffled, data_range=1.0), one, 1e-12)


@pytest.mark.parametrize("side", [11, 16, 20])
def test_ms_ssim_of_one_scale_is_not_negative_either(side):
    """Negatives of each other: their SSIM is below 0, and the scale of ms_ssim ends there."""
    images = np.random.default_rng(0).random((4, side, side, 1), np.float32)
    assert (similarity.ssim(images, 1 - images, data_range=1.0).numpy() < 0).all()
    np.testing.assert_array_equal(similarity.ms_ssim(images, 1 - images, data_range=1.0), 0.0)
    alike = np.clip(images + 0.1, 0, 1)
    np.testing.assert_allclose(
        similarity.ms_ssim(images, alike, data_range=1.0),
        similarity.ssim(images, alike, data_range=1.0),
        rtol=1e-6,
    )
