"""Recipes build what they say; recorded weights are the published ones."""

import dataclasses
import doctest
import json
import pathlib

import numpy as np
import pytest

from ganlab import (
    datasets,
    files,
    losses,
    models,
    penalties,
    recipes,
    similarity,
    training,
)

README = pathlib.Path(__file__).parents[2] / "data" / "README.md"


def test_examples():
    assert doctest.testmod(recipes).failed == 0


@pytest.mark.parametrize("recipe", recipes.ALL.values(), ids=recipes.ALL.keys())
def test_a_recipe_trains_on_its_data_and_describes_itself(recipe):
    data = datasets.load(recipe.data, split=recipe.split)
    classes = 10 if recipe.conditional else None
    gan = recipe.build(data.images.shape[1:], classes=classes, seed=0)
    batch = data.take(slice(recipe.batch_size))
    logs = gan.train_step((batch.images, batch.labels))
    assert all(np.isfinite(value) for value in logs.values())
    condition = 3 if recipe.conditional else None
    assert gan.sample(2, condition=condition, seed=0).shape == (2, *data.images.shape[1:])
    described = json.loads(json.dumps(recipe.describe()))
    assert described == recipe.describe()
    assert described["name"] == recipe.name
    for name in ("g_optimizer", "d_optimizer"):
        settings = getattr(gan, name).get_config()
        for key in ("learning_rate", "beta_1", "beta_2"):
            assert settings[key] == pytest.approx(described[name][key], rel=1e-6)


def tiny_networks(sample_shape, *, seed, classes=None):
    return (
        models.mlp_generator(2, latent_dim=3, width=4, depth=1, seed=seed),
        models.mlp_discriminator(2, width=4, depth=1, seed=seed),
    )


class OtherGAN(training.GAN):
    pass


#: For every field of a recipe another value than the default one has.
OTHER = {
    "name": "other",
    "networks": tiny_networks,
    "loss": losses.hinge,
    "penalty": penalties.Penalty(penalties.r1, weight=2.0),
    "g_optimizer": recipes.adam(1e-3),
    "d_optimizer": recipes.adam(beta_1=0.5),
    "batch_size": 8,
    "steps": 3,
    "d_steps": 2,
    "ema": 0.5,
    "data": None,
    "split": "test",
    "largest": 100,
    "gan": OtherGAN,
    "conditional": True,
    "stages": training.Stages(first=4),
}


@pytest.mark.parametrize("field", [field.name for field in dataclasses.fields(recipes.Recipe)])
def test_another_value_of_any_field_is_another_description(field):
    changed = dataclasses.replace(recipes.DEFAULT, **{field: OTHER[field]})
    assert changed.describe() == recipes.DEFAULT.describe() | {field: changed.describe()[field]}
    assert changed.describe()[field] != recipes.DEFAULT.describe()[field]


def test_a_conditional_recipe_needs_to_know_how_many_labels_there_are():
    with pytest.raises(ValueError, match="expected classes for the recipe 'conditional'"):
        recipes.ALL["conditional"].build((8, 8, 1), seed=0)
    with pytest.raises(
        ValueError, match="expected no classes for the recipe .default., received 3"
    ):
        recipes.DEFAULT.build_generator((8, 8, 1), classes=3, seed=0)


def test_a_new_field_shows_up_by_itself():
    @dataclasses.dataclass(frozen=True)
    class Longer(recipes.Recipe):
        noise: float = 0.25

    assert Longer("longer", tiny_networks).describe()["noise"] == 0.25


def test_a_recipe_builds_what_it_says():
    gan = recipes.Recipe(**OTHER | {"conditional": False, "stages": None}).build((2,), seed=5)
    assert isinstance(gan, OtherGAN)
    assert (gan.loss_pair, gan.penalty) == (losses.hinge, OTHER["penalty"])
    assert (gan.d_steps, gan.ema, gan.latent_dim) == (2, 0.5, 3)
    assert float(gan.g_optimizer.learning_rate) == pytest.approx(1e-3)
    assert gan.d_optimizer.beta_1 == 0.5 and gan.g_optimizer.beta_1 == 0
    for network, seeded in zip(
        (gan.generator, gan.discriminator), tiny_networks((2,), seed=5), strict=True
    ):
        for weight, expected in zip(network.get_weights(), seeded.get_weights(), strict=True):
            np.testing.assert_array_equal(weight, expected)


@pytest.mark.parametrize("name", recipes.WEIGHTS)
def test_recorded_weights(name):
    checksum, shape = recipes.WEIGHTS[name]
    path = README.parent / "weights" / f"{name}.npz"
    assert files.sha256(path) == checksum
    assert checksum in README.read_text(encoding="utf-8"), "data/README.md names the checksum"
    assert path.stat().st_size < 2_000_000
    generator = recipes.load_generator(name)
    recipe = recipes.ALL[name]
    data = datasets.load(recipe.data, size=shape[0])
    labels = np.arange(64) % len(data.label_names) if recipe.conditional else None
    made = models.draw(generator, 64, condition=labels, seed=0)
    assert made.shape == (64, *shape)
    # Closer to handwriting than to the average image: structure beats the blur.
    real = data.images
    best = similarity.content_similarity(
        np.repeat(made[:8], 200, 0), np.tile(real[:200], (8, 1, 1, 1)), centered=True
    ).numpy()
    assert best.reshape(8, 200).max(1).mean() > 0.7


def test_a_damaged_weight_file_is_refused(monkeypatch):
    monkeypatch.setitem(recipes.WEIGHTS, "digits", ("00", (28, 28, 1)))
    with pytest.raises(files.FileError, match=r"digits\.npz: expected sha256 00"):
        recipes.load_generator("digits")


def test_a_name_without_weights_is_named():
    with pytest.raises(
        ValueError,
        match=(
            r"expected name as one of \['biggan', 'critters', 'digits', 'progressive_64'\], "
            "received 'faces'"
        ),
    ):
        recipes.load_generator("faces")


def test_the_default_generator_is_smooth_in_color_alone():
    gray, color = (recipes.DEFAULT.build_generator((12, 12, c), seed=0) for c in (1, 3))
    names = [{layer.name for layer in generator.layers} for generator in (gray, color)]
    assert ["smooth" in found for found in names] == [False, True]
