"""Shapes, ranges and reproducibility of the builders."""

import functools

import numpy as np
import pytest

from ganlab import keras, latents, models

SHAPES = [(28, 28, 1), (28, 28, 3), (25, 25, 1), (32, 20, 3), (64, 64, 3), (8, 8, 1), (9, 7, 1)]
PAIRS = {
    "dense": (models.dense_generator, models.dense_discriminator),
    "conv": (models.conv_generator, models.conv_discriminator),
    "dcgan": (
        functools.partial(models.dcgan_generator, width=8),
        functools.partial(models.dcgan_discriminator, width=8),
    ),
}


@pytest.mark.parametrize("image_shape", SHAPES, ids=str)
@pytest.mark.parametrize("pair", PAIRS)
def test_any_image_size_gives_images_and_logits(pair, image_shape):
    build_generator, build_discriminator = PAIRS[pair]
    generator = build_generator(image_shape, latent_dim=12, seed=0)
    discriminator = build_discriminator(image_shape, seed=0)
    images = generator(latents.sample(3, 12, seed=0), training=False).numpy()
    assert images.shape == (3, *image_shape)
    assert images.dtype == np.float32
    assert images.min() >= 0.0
    assert images.max() <= 1.0
    assert np.ptp(images, axis=0).max() > 0.0, "the image does not depend on the latent"
    logits = discriminator(images).numpy()
    assert logits.shape == (3, 1)
    assert np.ptp(logits) > 0.0, "the logit does not depend on the image"


def test_article_networks_have_the_articles_layers():
    generator = models.dense_generator((28, 28, 3), seed=0)
    units = [layer.units for layer in generator.layers if hasattr(layer, "units")]
    assert generator.input_shape == (None, 100)
    assert units == [256, 512, 1024, 28 * 28 * 3]
    discriminator = models.dense_discriminator((28, 28, 3), seed=0)
    assert [layer.units for layer in discriminator.layers if hasattr(layer, "units")] == [
        512,
        256,
        1,
    ]


def test_points():
    generator, discriminator = models.mlp_generator(seed=0), models.mlp_discriminator(seed=0)
    points = generator(latents.sample(5, 2, seed=0)).numpy()
    assert points.shape == (5, 2)
    assert discriminator(points).shape == (5, 1)


@pytest.mark.parametrize(
    "build",
    [
        lambda seed: models.conv_generator((8, 8, 1), seed=seed),
        lambda seed: models.conv_discriminator((8, 8, 1), seed=seed),
        lambda seed: models.dcgan_generator((8, 8, 1), width=4, seed=seed),
        lambda seed: models.dcgan_discriminator((8, 8, 1), width=4, seed=seed),
        lambda seed: models.dense_generator((8, 8, 1), seed=seed),
        lambda seed: models.dense_discriminator((8, 8, 1), seed=seed),
        lambda seed: models.progressive_generator((8, 8, 1), width=4, fade=True, seed=seed),
        lambda seed: models.progressive_discriminator((8, 8, 1), width=4, fade=True, seed=seed),
        lambda seed: models.mlp_generator(seed=seed),
        lambda seed: models.mlp_discriminator(seed=seed),
    ],
)
def test_a_seed_fixes_the_initial_weights(build):
    first, same, other = (
        np.concatenate([w.ravel() for w in build(seed).get_weights()]) for seed in (1, 1, 2)
    )
    assert np.array_equal(first, same)
    assert not np.array_equal(first, other)


def test_no_two_layers_start_with_the_same_numbers():
    kernels = [w for w in models.mlp_generator(seed=0).get_weights() if w.shape == (128, 128)]
    assert len(kernels) == 2
    assert not np.array_equal(*kernels)


@pytest.mark.parametrize("image_shape", [(28, 28), (28, 28, 0), (28.0, 28, 1)])
def test_bad_shapes_are_named(image_shape):
    for build in (models.conv_generator, models.dense_discriminator):
        with pytest.raises(ValueError, match=r"expected image_shape as \(height, width, chan"):
            build(image_shape, seed=0)


def test_a_smooth_generator_cannot_draw_a_checkerboard():
    """The power at the highest frequency of its logits is nothing, whatever the weights are."""
    z = latents.sample(8, 32, seed=1)

    def checkerboard(generator, layer):
        inner = keras.Model(generator.input, generator.get_layer(layer).output)
        logits = inner(z).numpy()[:, :-1, :-1]  # a mean at the last row or column is over fewer
        rows, columns = logits.shape[1:3]
        signs = (-1.0) ** np.add.outer(np.arange(rows), np.arange(columns))
        # Each 2x2 mean of the alternating pattern is 0, so that neighbors carry none of it.
        ends = logits * signs[np.newaxis, :, :, np.newaxis]
        return abs(ends.sum(axis=(1, 2))).mean() / abs(logits).sum(axis=(1, 2)).mean()

    smooth = models.conv_generator((32, 32, 3), smooth=True, seed=0)
    before, after = (checkerboard(smooth, layer) for layer in ("pixels", "smooth"))
    assert after < 0.2 * before
    board = np.indices((6, 6)).sum(axis=0)[np.newaxis, :, :, np.newaxis] % 2 * 2.0 - 1.0
    assert not smooth.get_layer("smooth")(board.astype(np.float32)).numpy()[:, :-1, :-1].any()
    made = smooth(z).numpy()
    assert made.shape == (8, 32, 32, 3) and made.min() >= 0 and made.max() <= 1


def test_smoothing_moves_no_weight():
    plain, smooth = (
        models.conv_generator((12, 20, 3), smooth=smooth, seed=3) for smooth in (False, True)
    )
    for one, other in zip(plain.get_weights(), smooth.get_weights(), strict=True):
        np.testing.assert_array_equal(one, other)
    z = latents.sample(2, 32, seed=0)
    inner = keras.Model(plain.input, plain.get_layer("pixels").output)
    sigmoid = np.float64(inner(z).numpy())
    logits = np.log(sigmoid) - np.log1p(-sigmoid)
    mean = (logits[:, :-1, :-1] + logits[:, 1:, :-1] + logits[:, :-1, 1:] + logits[:, 1:, 1:]) / 4
    shown = smooth.get_layer("smooth_pixels").output
    found = keras.Model(smooth.input, shown)(z).numpy()[:, :-1, :-1]
    np.testing.assert_allclose(found, 1 / (1 + np.exp(-mean)), atol=1e-4)


def test_dcgan_breaks_its_rules_one_at_a_time():
    def kinds(network):
        return [type(layer).__name__ for layer in network.layers]

    shape, settings = (28, 28, 1), {"width": 4, "seed": 0}
    generator = models.dcgan_generator(shape, **settings)
    bare = models.dcgan_generator(shape, normalized=False, **settings)
    assert kinds(generator).count("BatchNormalization") == 3
    assert "BatchNormalization" not in kinds(bare)
    biased = [layer.use_bias for layer in bare.layers if hasattr(layer, "use_bias")]
    assert biased == [True, True, True, False]  # in the place of the shifts that are gone
    assert bare.count_params() == generator.count_params() - 3 * (16 + 8 + 4)

    discriminator = models.dcgan_discriminator(shape, **settings)
    assert kinds(discriminator).count("BatchNormalization") == 2
    bare = models.dcgan_discriminator(shape, normalized=False, **settings)
    assert "BatchNormalization" not in kinds(bare)
    pooled = models.dcgan_discriminator(shape, pooled=True, **settings)
    assert kinds(pooled).count("MaxPooling2D") == 3
    assert pooled.count_params() == discriminator.count_params()
    strides = {layer.strides for layer in pooled.layers if isinstance(layer, keras.layers.Conv2D)}
    assert strides == {(1, 1)}
    plain = models.dcgan_discriminator(shape, leak=0.0, **settings)
    slopes = {
        layer.negative_slope for layer in plain.layers if isinstance(layer, keras.layers.LeakyReLU)
    }
    assert slopes == {0.0}
    images = np.random.default_rng(0).random((2, *shape), np.float32)
    for network in (bare, pooled, plain):
        assert network(images).shape == (2, 1)


@pytest.mark.parametrize("leak", [-0.1, "0.2", None, float("nan")])
def test_a_leak_is_a_number_from_0(leak):
    with pytest.raises(ValueError, match=r"expected leak in \[0, 1\], received"):
        models.dcgan_discriminator((8, 8, 1), width=4, leak=leak, seed=0)
