"""What all measures of similarity share: gradients, edges, symmetry, invariance."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ganlab import similarity, tf
from tests.ganlab.similarity.pairs_of_images import MEASURES, gradients, noise

# Name, function of two float64 batches, and a shape it takes.
DIFFERENTIABLE = {
    "ssim": (lambda a, b: similarity.ssim(a, b, data_range=1.0), (2, 13, 14, 2)),
    "ssim of bytes": (
        lambda a, b: similarity.ssim(255.0 * a, 255.0 * b, data_range=255.0),
        (2, 13, 14, 2),
    ),
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


@pytest.mark.slow
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
