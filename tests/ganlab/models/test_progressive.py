"""The pair of progressive growing: what a larger one holds of the smaller, and how it begins."""

import itertools
import math

import numpy as np
import pytest

from ganlab import keras, latents, layers, models, tf


def pair(size, *, fade=False, width=8, seed=0):
    shape = (size, size, 3)
    return (
        models.progressive_generator(shape, 6, width=width, fade=fade, seed=seed),
        models.progressive_discriminator(shape, width=width, fade=fade, seed=seed + 1),
    )


def set_alpha(network, value):
    (fading,) = (layer for layer in network.layers if isinstance(layer, layers.FadeIn))
    fading.alpha.assign(value)


def change(network, seed):
    """Give every weight another value, as a training does, the biases too."""
    rng = np.random.default_rng(seed)
    network.set_weights([w + rng.standard_normal(w.shape) for w in network.get_weights()])


def inherited(size):
    """Return a changed pair, and one of twice the size whose layers of the same names are equal."""
    small, large = pair(size, fade=size > 4), pair(2 * size, fade=True, seed=7)
    for old, new in zip(small, large, strict=True):
        change(old, 1)
        if size > 4:
            set_alpha(old, 1.0)
        known = {layer.name: layer.get_weights() for layer in old.layers}
        for layer in new.layers:
            if layer.name in known:
                layer.set_weights(known[layer.name])
    return small, large


IMAGES = np.random.default_rng(0).random((6, 32, 32, 3), np.float32)
Z = latents.sample(6, 6, seed=0)


def halved(images):
    n, height, width, channels = images.shape
    return images.reshape(n, height // 2, 2, width // 2, 2, channels).mean(axis=(2, 4))


@pytest.mark.parametrize("size", [4, 8, 16])
def test_at_alpha_0_the_larger_generator_enlarges_the_smaller_ones_images_exactly(size):
    (old, _), (new, _) = inherited(size)
    expected = old(Z).numpy().repeat(2, axis=1).repeat(2, axis=2)
    np.testing.assert_array_equal(new(Z), expected)


@pytest.mark.parametrize("size", [4, 8, 16])
def test_at_alpha_0_the_larger_discriminator_is_the_smaller_on_the_halved_image(size):
    (_, old), (_, new) = inherited(size)
    images = IMAGES[:, : 2 * size, : 2 * size]
    expected = old(halved(images)).numpy()
    # The mean of zero-centered pixels, and zero-centered means: two roundings of float32.
    np.testing.assert_allclose(new(images), expected, atol=1e-5 * np.abs(expected).max())


def test_at_alpha_1_the_new_path_counts_alone():
    for role, given in ((0, Z), (1, IMAGES)):
        fading, alone = pair(32, fade=True, seed=3)[role], pair(32, seed=3)[role]
        set_alpha(fading, 1.0)
        np.testing.assert_array_equal(fading(given), alone(given))
        # Half way the images are the mean of both; a logit is not.
        ends = []
        for alpha in (0.0, 1.0, 0.5):
            set_alpha(fading, alpha)
            ends.append(fading(given).numpy())
        if role == 0:
            np.testing.assert_allclose(ends[2], (ends[0] + ends[1]) / 2, atol=1e-6)
        assert not np.allclose(ends[0], ends[1])


def test_the_names_are_those_of_all_sizes_and_a_larger_pair_begins_as_the_smaller():
    for old, new in itertools.chain(
        zip(pair(8), pair(16, fade=True), strict=True),
        zip(pair(16, fade=True), pair(32, fade=True), strict=True),
    ):
        known = {layer.name: layer for layer in new.layers if layer.weights}
        gone = {layer.name for layer in old.layers if layer.weights} - set(known)
        assert gone <= {"fade_in_16", "to_rgb_8", "from_rgb_8"}, "what was faded out"
        for layer in old.layers:
            if layer.name in known:
                for a, b in zip(layer.get_weights(), known[layer.name].get_weights(), strict=True):
                    np.testing.assert_array_equal(a, b)


def test_no_two_layers_begin_alike():
    for network in pair(32, fade=True):
        kernels = [
            layer.kernel.numpy().ravel() for layer in network.layers if hasattr(layer, "gain")
        ]
        for one, other in itertools.combinations(kernels, 2):
            n = min(len(one), len(other))
            assert not np.array_equal(one[:n], other[:n])


def test_every_weight_that_is_used_has_the_deviation_of_the_paper():
    """Section 4.1: N(0, 1), and gain / sqrt(fan_in) where it is used."""
    generator, discriminator = (
        models.progressive_generator((32, 32, 3), 64, seed=0),
        models.progressive_discriminator((32, 32, 3), seed=1),
    )
    places = {"dense_4_a": 16, "dense_4_b": 1}
    for layer in [*generator.layers, *discriminator.layers]:
        if not hasattr(layer, "gain"):
            continue
        kernel = layer.kernel.numpy()
        # The deviation of n standard normals has itself one of 1 / sqrt(2 n).
        assert kernel.std() == pytest.approx(1, abs=4 / math.sqrt(2 * kernel.size)), layer.name
        last = "rgb" in layer.name and layer in generator.layers or layer.name == "logits"
        fan_in = kernel[..., 0].size * places.get(layer.name, 1)
        gain = 1.0 if last else math.sqrt(2)
        assert layer.scale == pytest.approx(gain / math.sqrt(fan_in)), layer.name


def test_what_a_new_generator_makes_is_neither_flat_nor_saturated():
    images = models.progressive_generator((32, 32, 3), seed=0)(latents.sample(64, 64, seed=0))
    images = images.numpy()
    # Normalized channels through a layer of gain 1 are N(0, 1) before the tanh: deviation 0.31.
    assert images.mean() == pytest.approx(0.5, abs=0.1)
    assert 0.2 < images.std() < 0.4
    assert images.std(axis=0).mean() > 0.1, "the latents count"


def test_pixels_of_every_map_are_normalized():
    generator = pair(16)[0]
    norms = [layer for layer in generator.layers if isinstance(layer, layers.PixelNorm)]
    assert len(norms) == 1 + 2 * 3  # the latents, and twice at 4x4, 8x8, 16x16
    last = keras.Model(generator.input, norms[-1].output)(Z).numpy()
    np.testing.assert_allclose((last**2).mean(axis=-1), 1, atol=1e-4)


def test_as_many_weights_as_in_the_table():
    """The default at all sizes, under 2 MB in float32; kernels and biases added up by hand."""
    counts = {}
    for size in (4, 8, 16, 32, 64):
        image_shape = (size, size, 3)
        counts[size] = (
            models.progressive_generator(image_shape, seed=0).count_params(),
            models.progressive_discriminator(image_shape, seed=0).count_params(),
        )
    width = {4: 48, 8: 48, 16: 24, 32: 12, 64: 6}

    def conv(of, to, side=3):
        return side**2 * of * to + to

    g = 64 * 768 + 768 + conv(48, 48)
    d = conv(49, 48) + 768 * 48 + 48 + 49
    for size, channels in width.items():
        if size > 4:
            wider = width[size // 2]
            g += conv(wider, channels) + conv(channels, channels)
            d += conv(channels, channels) + conv(channels, wider)
        expected = g + conv(channels, 3, 1), d + conv(3, channels, 1)
        assert counts[size] == expected
    assert counts[32] == (131_823, 119_341)
    assert max(counts[64]) < 500_000


def test_a_level_costs_as_much_as_the_one_before():
    assert [models.progressive._channels(size, 48) for size in (4, 8, 16, 32, 64, 1024)] == [
        *(48, 48, 24, 12, 6),
        1,
    ]


@pytest.mark.parametrize("size", [4, 8])
@pytest.mark.parametrize("role", ["generator", "discriminator"])
def test_saved_and_compiled(role, size, tmp_path):
    network = pair(size, fade=size > 4)[role == "discriminator"]
    given = IMAGES[:, :size, :size] if role == "discriminator" else Z
    change(network, 2)
    if size > 4:
        set_alpha(network, 0.25)
    expected = network(given).numpy()
    network.save(tmp_path / "network.keras")
    again = keras.models.load_model(tmp_path / "network.keras")
    np.testing.assert_array_equal(again(given), expected)
    compiled = tf.function(network, jit_compile=True)(given)
    np.testing.assert_allclose(compiled, expected, rtol=1e-3, atol=1e-4 * np.abs(expected).max())


@pytest.mark.parametrize(
    ("policy", "tolerance"), [("mixed_float16", 2e-3), ("mixed_bfloat16", 2e-2)]
)
def test_half_precision_is_near(policy, tolerance):
    before = keras.config.dtype_policy()
    full = pair(16, fade=True)
    keras.config.set_dtype_policy(policy)
    try:
        half = pair(16, fade=True)
    finally:
        keras.config.set_dtype_policy(before)
    for one, other, given in zip(full, half, (Z, IMAGES[:, :16, :16]), strict=True):
        set_alpha(one, 0.5)
        set_alpha(other, 0.5)
        # Rounding of 2^-11, or 2^-8, through a dozen layers; normalizing lets a pixel whose
        # channels nearly vanish be farther away.
        apart = np.float32(other(given)) - one(given).numpy()
        assert math.sqrt((apart**2).mean()) < tolerance


@pytest.mark.parametrize(
    "shape", [(28, 28, 1), (16, 32, 3), (2, 2, 1), (12, 12, 3), (3, 3, 1)], ids=str
)
def test_other_sizes_are_refused(shape):
    for build in (models.progressive_generator, models.progressive_discriminator):
        with pytest.raises(ValueError, match=rf"4 on \(4, 8, .* received {shape[0]} x {shape[1]}"):
            build(shape, seed=0)


def test_nothing_fades_at_the_first_size():
    for build in (models.progressive_generator, models.progressive_discriminator):
        with pytest.raises(ValueError, match="expected no fade at 4 x 4"):
            build((4, 4, 3), fade=True, seed=0)


def test_numbers_out_of_range_are_refused():
    with pytest.raises(ValueError, match="expected width as an integer from 1 on, received 0"):
        models.progressive_generator((8, 8, 1), width=0, seed=0)
    with pytest.raises(ValueError, match="expected latent_dim as an integer from 1 on, received 0"):
        models.progressive_generator((8, 8, 1), 0, seed=0)
    with pytest.raises(ValueError, match="expected group_size as an integer from 1 on"):
        models.progressive_discriminator((8, 8, 1), group_size=0, seed=0)


def test_an_enlarged_generator_repeats_pixels_and_shares_the_weights():
    small = pair(8)[0]
    large = models.enlarged(small, (32, 32, 3))
    np.testing.assert_array_equal(large(Z), small(Z).numpy().repeat(4, axis=1).repeat(4, axis=2))
    assert all(a is b for a, b in zip(small.weights, large.weights, strict=True))
    assert models.enlarged(small, (8, 8, 3)) is small
    for shape in ((12, 12, 3), (16, 32, 3), (16, 16, 1), (4, 4, 3)):
        with pytest.raises(ValueError, match="expected image_shape as a multiple of"):
            models.enlarged(small, shape)
