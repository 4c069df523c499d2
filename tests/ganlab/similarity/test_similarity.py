"""Similarity of image pairs against independent libraries in float64, closed forms, properties.

The oracle for SSIM is scikit-image in float64. ``tf.image.ssim`` computes in float32 whatever
it receives and loses digits: measured here, up to 1e-4 on photographs (it subtracts squares
without centring) and up to 5e-3 at 1024 x 1024 (it adds a million terms into one number).
"""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import ndimage
from skimage import data
from skimage.metrics import structural_similarity

from ganlab import keras, similarity, tf
from ganlab.similarity import ssim_kernel

WINDOWED = [similarity.ssim, similarity.ms_ssim]
MEASURES = [*WINDOWED, similarity.global_ssim, similarity.psnr]
SSIM_BOUND = 3e-6  # the bound that the project promises; about 5e-7 is reached


def noise(shape, seed=0):
    return np.random.default_rng(seed).random(shape)


def photograph(size, channels):
    image = data.astronaut() / 255.0
    image = np.kron(image, np.ones((2, 2, 1))) if size > 512 else image[100:, 200:]
    return image[:size, :size, :channels]


def pairs(size, channels):
    """Three pairs in float32: noise, a photograph under noise, the same a little brighter."""
    photo = photograph(size, channels)
    other = np.clip(photo + 0.05 * np.random.default_rng(1).normal(size=photo.shape), 0, 1)
    a = np.stack([noise(photo.shape), photo, photo])
    b = np.stack([noise(photo.shape, seed=2), other, 0.9 * photo + 0.1])
    return a.astype(np.float32), b.astype(np.float32)


def scikit_image(a, b, data_range=1.0, **settings):
    return structural_similarity(
        a.astype(np.float64),
        b.astype(np.float64),
        data_range=data_range,
        channel_axis=-1,
        gaussian_weights=True,
        sigma=1.5,
        use_sample_covariance=False,
        **settings,
    )


def gradients(function, *inputs):
    inputs = [tf.convert_to_tensor(x) for x in inputs]
    with tf.GradientTape() as tape:
        tape.watch(inputs)
        value = function(*inputs)
    return [gradient.numpy() for gradient in tape.gradient(value, inputs)]


# --- SSIM


@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize("size", [28, 64, 256, 1024])
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


def test_two_grey_fields_differ_in_luminance_alone():
    x, y, c1 = 0.2, 0.6, 1e-4
    a, b = np.full((1, 12, 12, 1), x), np.full((1, 12, 12, 1), y)
    expected = (2 * x * y + c1) / (x**2 + y**2 + c1)
    for measure in (similarity.ssim, similarity.global_ssim, similarity.ms_ssim):
        assert float(measure(a, b, data_range=1.0)[0]) == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize("batch", [6, 7])
def test_a_batch_in_chunks_is_its_pairs_one_by_one(batch):
    """Six images of 240 x 240 go through three at a time, seven one at a time."""
    shape = (batch, 240, 240, 1)
    assert np.prod(shape) > ssim_kernel._CHUNK_ELEMENTS >= 3 * 240 * 240
    a, b = (noise(shape, seed).astype(np.float32) for seed in (0, 1))
    weights = np.arange(1.0, batch + 1, dtype=np.float32)

    def weighted(a, b):
        return weights * similarity.ssim(a, b, data_range=1.0)

    whole, whole_gradients = weighted(a, b), gradients(weighted, a, b)
    for i in range(batch):
        one = similarity.ssim(a[i : i + 1], b[i : i + 1], data_range=1.0)[0]
        assert float(whole[i]) == pytest.approx(float(one) * weights[i], rel=1e-6)
        single = gradients(similarity_of_one, a[i : i + 1], b[i : i + 1])
        for x, y in zip(single, whole_gradients, strict=True):
            np.testing.assert_allclose(y[i], weights[i] * x[0], rtol=0, atol=1e-9)


def similarity_of_one(a, b):
    return similarity.ssim(a, b, data_range=1.0)


# --- gradients

# Name, function of two float64 batches, and a shape it takes.
DIFFERENTIABLE = {
    "ssim": (lambda a, b: similarity.ssim(a, b, data_range=1.0), (2, 13, 14, 2)),
    "ssim_map": (
        lambda a, b: tf.reduce_sum(
            similarity.ssim_map(a, b, data_range=1.0) * noise((2, 3, 4, 2), 5), axis=(1, 2, 3)
        ),
        (2, 13, 14, 2),
    ),
    "ms_ssim": (lambda a, b: similarity.ms_ssim(a, b, data_range=1.0), (2, 45, 23, 2)),
    "global_ssim": (lambda a, b: similarity.global_ssim(a, b, data_range=1.0), (2, 13, 14, 2)),
    "psnr": (lambda a, b: similarity.psnr(a, b, data_range=1.0), (2, 13, 14, 2)),
    "content": (lambda a, b: similarity.content_similarity(a, b), (2, 13, 14, 2)),
    "centered": (lambda a, b: similarity.content_similarity(a, b, centered=True), (2, 40)),
}


@pytest.mark.parametrize(("function", "shape"), DIFFERENTIABLE.values(), ids=DIFFERENTIABLE.keys())
def test_gradients_are_finite_differences(function, shape):
    a = noise(shape)
    b = np.clip(a + 0.3 * noise(shape, seed=1), 0, 1)
    upstream = np.array([1.0, -2.0])
    one, other = gradients(lambda a, b: upstream * function(a, b), a, b)
    for seed in range(3):
        u, v = (np.random.default_rng([seed, i]).normal(size=shape) for i in range(2))
        h = 1e-5
        difference = function(a + h * u, b + h * v) - function(a - h * u, b - h * v)
        expected = float(np.sum(upstream * difference)) / (2 * h)
        assert np.sum(one * u) + np.sum(other * v) == pytest.approx(expected, rel=1e-6, abs=1e-9)


def test_gradient_of_ssim_is_tensorflows():
    a, b = pairs(64, 3)
    ours = gradients(similarity_of_one, a, b)
    theirs = gradients(lambda a, b: tf.image.ssim(a, b, max_val=1.0), a, b)
    for x, y in zip(ours, theirs, strict=True):
        np.testing.assert_allclose(x[:1], y[:1], rtol=0, atol=1e-5 * np.abs(y[:1]).max())
        # The photographs: tf.image.ssim loses more there, as its value does.
        np.testing.assert_allclose(x[1:], y[1:], rtol=0, atol=1e-2 * np.abs(y[1:]).max())


def images_at_the_edge():
    """Named pairs (3, 28, 28, 1) where a careless gradient is not finite."""
    rng = np.random.default_rng(0)
    shape = (3, 28, 28, 1)
    random = rng.random(shape)
    yield "black", np.zeros(shape), np.zeros(shape)
    yield "white", np.ones(shape), np.ones(shape)
    yield "a third", np.full(shape, 1 / 3), np.full(shape, 1 / 3)
    yield "black and white", np.zeros(shape), np.ones(shape)
    yield "flat and random", np.full(shape, 0.7), random
    yield "identical", random, random
    yield "inverted", random, 1.0 - random
    yield "almost identical", random, random + 1e-7
    yield "negative", -3.0 * random, random
    yield "hundred times the range", 100.0 * random, random
    yield "huge", 1e9 * random, -1e9 * random
    yield "huge and flat", np.full(shape, 1e9), np.full(shape, 1e9)
    yield "tiny", 1e-30 * random, random


EDGES = {name: (a.astype(np.float32), b.astype(np.float32)) for name, a, b in images_at_the_edge()}


@pytest.mark.parametrize("measure", MEASURES, ids=lambda measure: measure.__name__)
@pytest.mark.parametrize(("a", "b"), EDGES.values(), ids=EDGES.keys())
def test_values_and_gradients_are_finite_at_the_edge(measure, a, b):
    values = measure(a, b, data_range=1.0).numpy()
    if measure is similarity.psnr:
        assert not np.isnan(values).any()
    else:
        lowest = 0.0 if measure is similarity.ms_ssim else -1.0
        assert ((lowest <= values) & (values <= 1.0)).all()
    for gradient in gradients(lambda a, b: measure(a, b, data_range=1.0), a, b):
        assert np.isfinite(gradient).all()


@pytest.mark.parametrize("measure", [*MEASURES, similarity.ssim_map], ids=lambda m: m.__name__)
@pytest.mark.parametrize("name", ["black", "white", "a third", "identical", "huge and flat"])
def test_identical_images_are_exactly_one_with_zero_gradient(measure, name):
    a, b = EDGES[name]
    perfect = math.inf if measure is similarity.psnr else 1.0
    assert (measure(a, b, data_range=1.0).numpy() == perfect).all()
    for gradient in gradients(lambda a, b: measure(a, b, data_range=1.0), a, b):
        assert not gradient.any()


@pytest.mark.parametrize("measure", MEASURES, ids=lambda measure: measure.__name__)
@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_a_pixel_that_is_no_number_shows_in_its_pair_alone(measure, value):
    a, b = (noise((2, 28, 28, 1), seed).astype(np.float32) for seed in (0, 1))
    a[0, 5, 5] = value
    values = measure(a, b, data_range=1.0).numpy()
    assert not np.isfinite(values[0])
    assert np.isfinite(values[1])
    for centered in (False, True):
        values = similarity.content_similarity(a, b, centered=centered).numpy()
        assert np.isnan(values[0])
        assert np.isfinite(values[1])


def test_ssim_as_a_loss_restores_an_image():
    target = photograph(28, 1)[None].astype(np.float32)
    image = tf.Variable(np.full_like(target, 0.5))
    optimizer = keras.optimizers.Adam(0.03)
    for _ in range(150):
        with tf.GradientTape() as tape:
            loss = 1.0 - similarity.ssim(image, target, data_range=1.0)
        optimizer.apply([tape.gradient(loss, image)], [image])
    assert similarity.ssim(image, target, data_range=1.0)[0] > 0.99


@pytest.mark.slow
def test_second_derivatives_come_from_the_map():
    a, b, u = (noise((1, 12, 13, 1), seed) for seed in range(3))

    def slope(a):
        with tf.GradientTape() as tape:
            tape.watch(a)
            value = tf.reduce_mean(similarity.ssim_map(a, b, data_range=1.0))
        return tf.reduce_sum(tape.gradient(value, a) * u)

    (second,) = gradients(slope, a)
    h = 1e-5
    expected = float(slope(tf.constant(a + h * u)) - slope(tf.constant(a - h * u))) / (2 * h)
    assert np.sum(second * u) == pytest.approx(expected, rel=1e-5)
    with pytest.raises(NotImplementedError, match=r"expected a first derivative.*ssim_map"):
        gradients(lambda a: gradient_of_ssim(a, b), a)


def gradient_of_ssim(a, b):
    with tf.GradientTape() as tape:
        tape.watch(a)
        value = similarity.ssim(a, b, data_range=1.0)
    return tape.gradient(value, a)


# --- properties

SHAPE = (4, 12, 13, 2)
images = st.builds(
    lambda seed, contrast, offset: np.clip(offset + contrast * (noise(SHAPE, seed) - 0.5), 0, 1),
    st.integers(0, 2**32 - 1),
    st.floats(0, 1),
    st.floats(0, 1),
).map(lambda images: images.astype(np.float32))
PROPERTY = settings(max_examples=25, deadline=None)
UP_TO_SCALE = [similarity.ssim, similarity.global_ssim, similarity.psnr]


@PROPERTY
@given(a=images, b=images)
def test_symmetric_and_bounded(a, b):
    for measure in (similarity.ssim, similarity.global_ssim):
        values = measure(a, b, data_range=1.0).numpy()
        assert (np.abs(values) <= 1.0).all()
        np.testing.assert_array_equal(values, measure(b, a, data_range=1.0))
        assert (measure(a, a, data_range=1.0).numpy() == 1.0).all()
    for centered in (False, True):
        values = similarity.content_similarity(a, b, centered=centered).numpy()
        assert (np.abs(values) <= 1.0).all()
        np.testing.assert_array_equal(
            values, similarity.content_similarity(b, a, centered=centered)
        )


@PROPERTY
@given(a=images, b=images, order=st.permutations(range(4)))
def test_pairs_do_not_see_each_other(a, b, order):
    for measure in (*UP_TO_SCALE, lambda a, b, data_range: similarity.content_similarity(a, b)):
        np.testing.assert_array_equal(
            measure(a, b, data_range=1.0).numpy()[order],
            measure(a[order], b[order], data_range=1.0),
        )


@PROPERTY
@given(a=images, b=images, unit=st.sampled_from([255.0, 2.0, 1e-3]))
def test_the_unit_of_the_pixels_does_not_matter(a, b, unit):
    for measure in UP_TO_SCALE:
        one = measure(a, b, data_range=1.0).numpy()
        other = measure(a * np.float32(unit), b * np.float32(unit), data_range=unit).numpy()
        # a * unit / unit rounds the pixels by 1e-7, which C2 = 9e-4 enlarges; psnr by its scale.
        np.testing.assert_allclose(one, other, rtol=1e-5, atol=2e-5)


@PROPERTY
@given(a=images, b=images)
def test_mirroring_both_images_changes_nothing(a, b):
    for measure in (similarity.ssim, similarity.global_ssim):
        one = measure(a, b, data_range=1.0)
        other = measure(a[:, ::-1, ::-1], b[:, ::-1, ::-1], data_range=1.0)
        np.testing.assert_allclose(one, other, rtol=0, atol=1e-5)


# --- MS-SSIM


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


# --- the article's form, PSNR


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


def test_psnr_is_tensorflows():
    a, b = pairs(64, 3)
    np.testing.assert_allclose(
        similarity.psnr(a, b, data_range=1.0), tf.image.psnr(a, b, max_val=1.0), rtol=1e-5
    )
    np.testing.assert_allclose(
        similarity.psnr(255 * a, 255 * b, data_range=255.0),
        tf.image.psnr(255 * a, 255 * b, max_val=255.0),
        rtol=1e-5,
    )


def test_psnr_falls_twenty_decibels_for_ten_times_the_error():
    a = noise((1, 5, 7, 1))
    for error, decibels in ((1.0, 0.0), (0.1, 20.0), (0.001, 60.0)):
        assert float(similarity.psnr(a, a + error, data_range=1.0)[0]) == pytest.approx(decibels)


# --- content similarity


@pytest.mark.parametrize("shape", [(3, 28, 28, 1), (3, 64, 64, 3), (3, 64), (2, 1024, 1024, 3)])
def test_content_similarity_is_numpys(shape):
    a, b = (noise(shape, seed).astype(np.float32) for seed in (0, 1))
    x, y = (v.reshape(len(v), -1).astype(np.float64) for v in (a, b))
    cosine = (x * y).sum(1) / np.sqrt((x**2).sum(1) * (y**2).sum(1))
    result = similarity.content_similarity(a, b)
    assert result.shape == shape[:1]
    np.testing.assert_allclose(result, cosine, rtol=0, atol=1e-6)
    correlation = [np.corrcoef(p, q)[0, 1] for p, q in zip(x, y, strict=True)]
    centered = similarity.content_similarity(a, b, centered=True)
    np.testing.assert_allclose(centered, correlation, rtol=0, atol=1e-6)
    np.testing.assert_allclose(similarity.content_similarity(x, y), cosine, rtol=1e-12)


def test_angles_worked_by_hand():
    a = [[1.0, 0.0], [1.0, 0.0], [1.0, 0.0], [3.0, 4.0]]
    b = [[2.0, 0.0], [0.0, 5.0], [-1.0, 0.0], [4.0, 3.0]]
    result = similarity.content_similarity(a, b).numpy()
    np.testing.assert_allclose(result, [1.0, 0.0, -1.0, 0.96], rtol=0, atol=1e-7)


def test_what_the_cosine_ignores():
    a, b = noise((1, 8, 8, 1)), noise((1, 8, 8, 1), seed=1)

    def measure(a, b, **centered):
        return float(similarity.content_similarity(a, b, **centered)[0])

    plain = measure(a, b)
    assert measure(0.3 * a, b) == pytest.approx(plain)
    assert measure(a + 0.3, b) != pytest.approx(plain, abs=1e-3)
    centered = measure(a, b, centered=True)
    assert measure(0.3 * a + 0.2, b, centered=True) == pytest.approx(centered)


@pytest.mark.parametrize("centered", [False, True])
def test_an_image_without_a_direction_is_like_nothing(centered):
    # 0.1 has no exact mean in float32: subtracting it would leave noise of one direction.
    level = 0.1 if centered else 0.0
    flat = np.full((2, 28, 28, 3), level, np.float32)
    flat[1] *= 7.0
    other = noise(flat.shape).astype(np.float32)

    def measure(a, b):
        return similarity.content_similarity(a, b, centered=centered)

    for a, b in ((flat, other), (other, flat), (flat, flat), (flat, flat[::-1].copy())):
        assert (measure(a, b).numpy() == 0.0).all()
        for gradient in gradients(measure, a, b):
            assert not gradient.any()


@pytest.mark.parametrize("scale", [1e-30, 1e-10, 1e10, 1e30])
def test_no_norm_is_too_small_or_too_large(scale):
    a, b = (noise((2, 28, 28, 1), seed).astype(np.float32) for seed in (0, 1))
    expected = similarity.content_similarity(a, b)
    scaled = a * np.float32(scale)
    np.testing.assert_allclose(similarity.content_similarity(scaled, b), expected, rtol=1e-5)
    np.testing.assert_allclose(similarity.content_similarity(scaled, scaled), 1.0, rtol=1e-6)
    (gradient,) = gradients(lambda a: similarity.content_similarity(a, b), a)
    (small,) = gradients(lambda a: similarity.content_similarity(a, b), scaled)
    np.testing.assert_allclose(small * np.float32(scale), gradient, rtol=1e-3, atol=1e-9)


def test_correlation_far_from_zero():
    """A spread of 0.01 around 100: centring by a rounded mean would lose the digits."""
    a, b = (0.01 * noise((1, 4000), seed) + 100.0 for seed in (0, 1))
    a, b = a.astype(np.float32), b.astype(np.float32)
    expected = np.corrcoef(a[0].astype(np.float64), b[0].astype(np.float64))[0, 1]
    result = similarity.content_similarity(a, b, centered=True)[0]
    assert float(result) == pytest.approx(expected, abs=1e-6)


# --- what may come in, and where


@pytest.mark.parametrize(
    ("one", "other", "result"),
    [
        (np.float16, np.float16, tf.float32),
        (np.float32, np.float16, tf.float32),
        (np.float32, np.float32, tf.float32),
        (np.float32, np.float64, tf.float64),
    ],
)
def test_precision_is_the_higher_of_both_and_at_least_float32(one, other, result):
    a, b = noise((2, 12, 13, 2)).astype(one), noise((2, 12, 13, 2), 1).astype(other)
    expected = similarity.ssim(a.astype(np.float64), b.astype(np.float64), data_range=1.0)
    for measure in MEASURES:
        assert measure(a, b, data_range=1.0).dtype == result
    assert similarity.content_similarity(a, b).dtype == result
    np.testing.assert_allclose(similarity.ssim(a, b, data_range=1.0), expected, atol=1e-6)


@pytest.mark.parametrize("jit_compile", [False, True])
def test_inside_a_function_with_any_batch(jit_compile):
    spec = tf.TensorSpec((None, 12, 13, 2), tf.float32)

    @tf.function(input_signature=[spec, spec], jit_compile=jit_compile)
    def step(a, b):
        with tf.GradientTape() as tape:
            tape.watch(a)
            values = [measure(a, b, data_range=1.0) for measure in MEASURES]
            values.append(similarity.content_similarity(a, b))
            mean = tf.reduce_mean(similarity.ssim_map(a, b, data_range=1.0), axis=(1, 2, 3))
            total = tf.add_n([*values, mean])
        assert all(value.shape == (None,) for value in values)
        return total, tape.gradient(total, a)

    for batch in (1, 3):
        a, b = noise((batch, 12, 13, 2)), noise((batch, 12, 13, 2), seed=1)
        a, b = tf.constant(a, tf.float32), tf.constant(b, tf.float32)
        total, gradient = step(a, b)
        with tf.GradientTape() as tape:
            tape.watch(a)
            eager = tf.add_n([measure(a, b, data_range=1.0) for measure in MEASURES])
            eager += similarity.content_similarity(a, b) + similarity.ssim(a, b, data_range=1.0)
        np.testing.assert_allclose(total, eager, rtol=1e-5)
        np.testing.assert_allclose(gradient, tape.gradient(eager, a), rtol=1e-3, atol=1e-6)


def test_a_gradient_of_one_image_alone():
    a, b = noise((1, 12, 13, 2)), noise((1, 12, 13, 2), seed=1)
    both = gradients(lambda a, b: similarity.ssim(a, b, data_range=1.0), a, b)
    (one,) = gradients(lambda a: similarity.ssim(a, b, data_range=1.0), a)
    np.testing.assert_array_equal(one, both[0])


def test_images_of_new_sizes_are_not_traced_again():
    a = noise((1, 14, 33, 2))
    similarity.ssim(a, a, data_range=1.0)
    traced = ssim_kernel._traced.cache_info().misses
    for other in (noise((2, 28, 28, 1)), noise((1, 11, 11, 1))):
        similarity.ssim(other, other, data_range=2.0)
    assert ssim_kernel._traced.cache_info().misses == traced


GOOD = np.zeros((2, 28, 28, 1), np.float32)


@pytest.mark.parametrize("measure", [*MEASURES, similarity.ssim_map], ids=lambda m: m.__name__)
@pytest.mark.parametrize(
    ("a", "b", "data_range", "error", "message"),
    [
        (GOOD, GOOD[:1], 1.0, ValueError, r"equal shape, received \(2, 28, 28, 1\) and \(1, 28"),
        (GOOD, GOOD[..., 0], 1.0, ValueError, r"equal shape, received \(2, 28, 28, 1\) and"),
        (GOOD[0], GOOD[0], 1.0, ValueError, r"received shape \(28, 28, 1\); add the batch axis"),
        (GOOD[0, 0, 0], GOOD[0, 0, 0], 1.0, ValueError, r"channels\), received shape \(1,\)"),
        (GOOD[:0], GOOD[:0], 1.0, ValueError, "at least one pair"),
        (GOOD[..., :0], GOOD[..., :0], 1.0, ValueError, r"received shape \(2, 28, 28, 0\)"),
        (GOOD.astype(np.uint8), GOOD, 1.0, TypeError, "to_float.*received dtype uint8"),
        (GOOD, GOOD > 0, 1.0, TypeError, "received dtype bool"),
        (GOOD, GOOD, 0.0, ValueError, "positive, finite data_range, received 0.0"),
        (GOOD, GOOD, -1, ValueError, "positive, finite data_range, received -1"),
        (GOOD, GOOD, math.nan, ValueError, "positive, finite data_range, received nan"),
        (GOOD, GOOD, math.inf, ValueError, "positive, finite data_range, received inf"),
        (GOOD, GOOD, None, TypeError, "expected data_range as a number.*received None"),
        (GOOD, GOOD, True, TypeError, "expected data_range as a number.*received True"),
        (GOOD, GOOD, (0, 1), TypeError, r"expected data_range as a number.*received \(0, 1\)"),
    ],
)
def test_bad_input(measure, a, b, data_range, error, message):
    with pytest.raises(error, match=message):
        measure(a, b, data_range=data_range)


@pytest.mark.parametrize("measure", [*WINDOWED, similarity.ssim_map], ids=lambda m: m.__name__)
@pytest.mark.parametrize("shape", [(1, 10, 28, 1), (1, 28, 10, 1)])
def test_an_image_smaller_than_the_window(measure, shape):
    with pytest.raises(ValueError, match=r"at least 11x11 pixels, received shape \(1, "):
        measure(np.zeros(shape), np.zeros(shape), data_range=1.0)


def test_more_bad_input():
    with pytest.raises(TypeError, match="data_range"):
        similarity.ssim(GOOD, GOOD)
    with pytest.raises(ValueError, match="at least 11x11 pixels, received 10x300"):
        similarity.ms_ssim_scales(10, 300)
    with pytest.raises(ValueError, match=r"expected shape \(batch, ...\), received shape \(3,\)"):
        similarity.content_similarity(np.zeros(3), np.zeros(3))
    with pytest.raises(ValueError, match=r"received \(2, 3\) and \(2, 4\)"):
        similarity.content_similarity(np.zeros((2, 3)), np.zeros((2, 4)))
    with pytest.raises(TypeError, match="received dtype int64"):
        similarity.content_similarity(np.zeros((2, 3), np.int64), np.zeros((2, 3)))

    @tf.function
    def any_size(images):
        return similarity.ssim(images, images, data_range=1.0)

    with pytest.raises(ValueError, match="expected a known height, width and channels"):
        any_size.get_concrete_function(tf.TensorSpec((None, None, None, 1)))
