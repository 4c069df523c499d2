"""Shapes, ranges and reproducibility of the builders."""

import numpy as np
import pytest

from ganlab import latents, models

SHAPES = [(28, 28, 1), (28, 28, 3), (25, 25, 1), (32, 20, 3), (64, 64, 3), (8, 8, 1), (9, 7, 1)]
PAIRS = {
    "dense": (models.dense_generator, models.dense_discriminator),
    "conv": (models.conv_generator, models.conv_discriminator),
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
        lambda seed: models.dense_generator((8, 8, 1), seed=seed),
        lambda seed: models.dense_discriminator((8, 8, 1), seed=seed),
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
