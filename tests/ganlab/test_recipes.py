"""Recipes build what they say; recorded weights are the published ones."""

import json
import pathlib

import numpy as np
import pytest

from ganlab import checkpoints, datasets, files, latents, recipes, similarity

README = pathlib.Path(__file__).parents[2] / "data" / "README.md"


@pytest.mark.parametrize("recipe", recipes.ALL.values(), ids=recipes.ALL.keys())
def test_a_recipe_trains_on_its_data_and_describes_itself(recipe):
    data = datasets.load(recipe.data, split=recipe.split)
    gan = recipe.build(data.images.shape[1:], seed=0)
    logs = gan.train_step(data.images[: recipe.batch_size])
    assert all(np.isfinite(value) for value in logs.values())
    assert gan.sample(2, seed=0).shape == (2, *data.images.shape[1:])
    described = json.loads(json.dumps(recipe.describe()))
    assert described["name"] == recipe.name
    assert float(gan.g_optimizer.learning_rate) == pytest.approx(described["learning_rate"])


@pytest.mark.parametrize("name", recipes.WEIGHTS)
def test_recorded_weights(name):
    checksum, shape = recipes.WEIGHTS[name]
    path = README.parent / "weights" / f"{name}.npz"
    assert files.sha256(path) == checksum
    assert checksum in README.read_text(encoding="utf-8"), "data/README.md names the checksum"
    assert path.stat().st_size < 2_000_000
    generator = recipes.load_generator(name)
    made = generator(latents.sample(64, generator.input_shape[-1], seed=0)).numpy()
    assert made.shape == (64, *shape)
    # Closer to handwriting than to the average image: structure beats the blur.
    real = datasets.load(recipes.ALL[name].data).images
    best = similarity.content_similarity(
        np.repeat(made[:8], 200, 0), np.tile(real[:200], (8, 1, 1, 1)), centered=True
    ).numpy()
    assert best.reshape(8, 200).max(1).mean() > 0.7


def test_a_damaged_weight_file_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(recipes, "_WEIGHTS_FOLDER", tmp_path)
    with pytest.raises(checkpoints.CheckpointError, match=r"digits\.npz"):
        recipes.load_generator("digits")
    with pytest.raises(ValueError, match=r"expected one of \['digits'.*received 'faces'"):
        recipes.load_generator("faces")
