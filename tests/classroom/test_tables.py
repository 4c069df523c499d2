"""Recorded tables: what they hold, that their sums are published, and lost or damaged files."""

import json
import re
from pathlib import Path

import numpy as np
import pytest

from benchmarks import (
    ablation,
    architectures,
    batch_size,
    growing,
    growing_parts,
    semisupervised,
    stacked_digits,
)
from classroom import tables
from ganlab import datasets, files, keras, latents, layers, models, recipes

ROOT = Path(__file__).parents[2]


RECORDED = sorted(
    path.name
    for path in (ROOT / "data").glob("*.*")
    if path.suffix in (".json", ".npz") and path.name != "critters.npz"
)


@pytest.mark.parametrize("file", RECORDED)
def test_the_page_of_the_data_has_the_sum(file):
    page = (ROOT / "data" / "README.md").read_text(encoding="utf-8")
    sums = re.findall(rf"`{re.escape(file)}`.*`([0-9a-f]{{64}})`", page)
    assert sums == [files.sha256(files.recorded(file))]


def test_every_pair_was_trained_with_every_game():
    found = tables.load("architectures")
    assert found["pairs"] == json.loads(json.dumps(architectures.draw_pairs()))
    assert len({json.dumps(pair) for pair in found["pairs"]}) == architectures.PAIRS == 40
    assert set(found["games"]) == set(architectures.GAMES)
    assert (found["d_updates"], found["radius"]) == (architectures.D_UPDATES, architectures.RADIUS)
    for runs in found["games"].values():
        assert len(runs["modes"]) == len(runs["near"]) == architectures.PAIRS
        assert all(0 <= modes <= 8 for modes in runs["modes"])
        assert all(0 <= near <= 1 for near in runs["near"])


def test_the_notebook_shows_what_was_recorded():
    book = json.loads((ROOT / "notebooks/11_wasserstein.ipynb").read_text(encoding="utf-8"))
    text = "".join(
        "".join(output.get("text", ""))
        for cell in book["cells"]
        for output in cell.get("outputs", [])
    )
    found = tables.load("architectures")
    for game in found["games"]:
        counts = [
            int(architectures.successes(found, near)[game].sum()) for near in architectures.SHARES
        ]
        assert re.search(rf"{re.escape(game)} +" + " +".join(map(str, counts)), text), game


@pytest.mark.slow
def test_networks_of_a_pair_have_its_shape_and_one_seed_gives_one_pair():
    pairs = architectures.draw_pairs(8)
    for pair in pairs:
        first, again = (architectures.networks(pair, clip=True, seed=3) for _ in range(2))
        for one, other in zip(first, again, strict=True):
            for left, right in zip(one.get_weights(), other.get_weights(), strict=True):
                assert (left == right).all()
            kernels = [w for w in one.get_weights() if w.ndim == 2]
            assert len(kernels) == pair["depth"] + 1 and kernels[0].shape[1] == pair["width"]
        generator, discriminator = first
        assert discriminator.layers[0].kernel_constraint.limit == 0.01
        assert generator.layers[0].kernel_constraint is None


@pytest.mark.slow
def test_a_short_run_is_judged(monkeypatch):
    monkeypatch.setattr(architectures, "D_UPDATES", 50)
    job, modes, near, seconds = architectures.train((0, "WGAN-GP"))
    assert job == (0, "WGAN-GP") and 0 <= modes <= 8 and 0 <= near <= 1 and seconds > 0


@pytest.mark.parametrize("content", [None, b"", b"{", b"\xff\xfe"])
def test_a_table_that_is_lost_or_damaged_is_named(content, tmp_path, monkeypatch):
    monkeypatch.setattr(files, "recorded", lambda name: tmp_path / name)
    if content is not None:
        (tmp_path / "architectures.json").write_bytes(content)
    with pytest.raises(
        files.FileError, match=r"architectures\.json: cannot be read .*git checkout"
    ):
        tables.load("architectures")


# ------------------------------------------------------------------------ the rules of DCGAN

ABLATION = tables.load("ablation")


def test_every_setup_was_trained_from_every_seed():
    assert list(ABLATION["setups"]) == list(ablation.SETUPS)
    assert ABLATION["steps"] == list(range(0, ablation.STEPS + 1, ablation.EVERY))
    for runs in ABLATION["setups"].values():
        for values in runs.values():
            assert np.shape(values) == (len(ablation.SEEDS), len(ABLATION["steps"]))
            assert np.isfinite(values).all()
    assert (
        0
        < ABLATION["floor"]
        < min(map(min, ABLATION["setups"][ablation.PAPER]["frechet_distance"]))
    )
    pictures = tables.pictures("ablation")
    assert list(pictures) == list(ablation.SETUPS)
    for images in pictures.values():
        assert (
            images.shape == (ablation.SHOWN, 28, 28, 1) and 0 <= images.min() <= images.max() <= 1
        )


def test_every_source_was_read_with_every_number_of_labels():
    runs = {source: len(found) for source, found in ABLATION["accuracy"].items()}
    assert runs == {"pixels": 1, "untrained D": 5, "trained D": 5}
    for found in ABLATION["accuracy"].values():
        for run in found:
            assert list(run) == [str(count) for count in ablation.LABELS]
            assert all(len(draws) == ablation.DRAWS for draws in run.values())
            assert all(0.1 < value < 1 for draws in run.values() for value in draws)


@pytest.mark.slow
def test_the_pair_of_the_paper_is_that_of_the_recipe():
    ours = ablation.build(ablation.SETUPS[ablation.PAPER], (28, 28, 1), seed=3)
    recipe = recipes.ALL["dcgan"]
    theirs = recipe.build((28, 28, 1), seed=3)
    for left, right in zip(ours.get_weights(), theirs.get_weights(), strict=True):
        assert (left == right).all()
    for role in ("g_optimizer", "d_optimizer"):
        left, right = (getattr(gan, role).get_config() for gan in (ours, theirs))
        assert left | {"name": ""} == right | {"name": ""}  # Keras counts them
    assert (ours.loss_pair, ours.penalty, ours.ema) == (recipe.loss, None, None)
    assert recipe.batch_size == recipes.DEFAULT.batch_size


@pytest.mark.slow
def test_every_setup_changes_what_its_name_says():
    def networks(name):
        gan = ablation.build(ablation.SETUPS[name], (28, 28, 1), seed=3)
        return gan.generator, gan.discriminator, gan

    paper = networks(ablation.PAPER)
    for name in ablation.SETUPS:
        for place, role in enumerate("GD"):
            normalized = any(
                isinstance(layer, keras.layers.BatchNormalization)
                for layer in networks(name)[place].layers
            )
            bare = {"dense layers", "no normalization", "He weights, no normalization"}
            bare |= {f"no normalization in {role}"} | (
                {"the default recipe"} if role == "D" else set()
            )
            assert normalized == (name.removesuffix(", rate 0.001") not in bare), (name, role)
    momentum = networks("beta_1 = 0.9")[2]
    assert momentum.d_optimizer.beta_1 == 0.9 and paper[2].d_optimizer.beta_1 == 0.5
    assert networks("plain relus in D")[1].get_layer("leaky_1").negative_slope == 0


@pytest.mark.slow
def test_spread_weights_keep_the_size_of_a_signal():
    """Behind each layer the mean square is 2, as He et al. want it, away from the edges."""
    generator = models.dcgan_generator((64, 64, 3), width=32, normalized=False, seed=0)
    ablation.spread_weights(generator)
    inside = [
        layer.output
        for layer in generator.layers
        if isinstance(layer, keras.layers.Conv2DTranspose)
    ]
    z = latents.sample(64, 100, seed=0)
    for values in keras.Model(generator.input, inside)(z):
        edge = values.shape[1] // 4
        square = float(np.mean(np.square(values[:, edge:-edge, edge:-edge])))
        # A sum over fewer than 1,600 products, of one draw of the weights.
        assert 1.5 < square < 2.5


@pytest.mark.slow
def test_maps_are_pooled_to_four_by_four():
    discriminator = models.dcgan_discriminator((28, 28, 1), width=16, seed=0)
    network = ablation.maps(discriminator)
    assert network.output_shape == (None, 16 * (16 + 32 + 64))
    image = np.random.default_rng(0).random((1, 28, 28, 1), np.float32)
    first = keras.Model(discriminator.input, discriminator.get_layer("leaky_1").output)(image)
    assert np.max(first[0, :4, :4, 0]) == network(image)[0, 0]


# ------------------------------------------------------------------------ progressive growing


def test_every_way_to_grow_was_measured_at_every_mark():
    found = tables.load("growing")
    assert (found["seconds"], found["levels"]) == (list(growing.MARKS), list(growing.LEVELS))
    assert list(found["setups"]) == list(growing.SETUPS)
    for runs in found["setups"].values():
        for key in ("steps", "distance", "total_variation"):
            assert np.shape(runs[key]) == (len(growing.SEEDS), len(growing.MARKS))
        assert np.shape(runs["sliced"]) == (
            len(growing.SEEDS),
            len(growing.MARKS),
            len(growing.LEVELS),
        )
        assert (np.diff(runs["steps"], axis=1) > 0).all()
        assert np.min(runs["sliced"]) > 0 and np.min(runs["distance"]) > found["real"]["distance"]
    pictures = tables.pictures("growing")
    assert list(pictures) == list(growing.SETUPS)
    for images in pictures.values():
        assert images.shape == (len(growing.MARKS) * growing.SHOWN, 32, 32, 3)


def test_a_pyramid_adds_up_to_the_image():
    images = np.random.default_rng(0).random((3, 32, 32, 3))
    coarse, *finer = growing.pyramid(images)
    assert [level.shape[1] for level in (coarse, *finer)] == list(growing.LEVELS)
    made = coarse
    for level in finer:
        means = level.reshape(3, level.shape[1] // 2, 2, -1, 2, 3).mean(axis=(2, 4))
        np.testing.assert_allclose(
            means, 0, atol=1e-12
        )  # what is finer has nothing of what is coarse
        made = made.repeat(2, axis=1).repeat(2, axis=2) + level
    np.testing.assert_allclose(made, images)


def test_only_the_stages_differ_between_grown_and_fixed():
    grown, fixed = (growing.SETUPS[name].describe() for name in ("grown", "fixed"))
    assert {key for key in grown if grown[key] != fixed[key]} == {"stages"}


def test_every_part_of_growing_was_left_out_from_every_seed():
    found = tables.load("growing_parts")
    assert (found["steps"], found["levels"]) == (list(growing_parts.MARKS), list(growing.LEVELS))
    assert list(found["setups"]) == list(growing_parts.SETUPS)
    for runs in found["setups"].values():
        for values in runs.values():
            assert np.shape(values)[:2] == (len(growing_parts.SEEDS), len(growing_parts.MARKS))
            assert (np.array(values) > 0).all()


def test_plain_layers_draw_what_equalized_ones_draw():
    equalized = models.progressive_generator((8, 8, 3), latent_dim=8, width=12, seed=0)
    network = growing_parts.plain(equalized)
    drawn = network.get_layer("conv_8_a").kernel
    assert abs(np.std(drawn) / np.sqrt(2 / (9 * 12)) - 1) < 0.1  # He's rule
    for layer in equalized.layers:
        if layer.weights:
            assert type(network.get_layer(layer.name)) in (keras.layers.Conv2D, keras.layers.Dense)
            kernel, bias = layer.get_weights()
            network.get_layer(layer.name).set_weights([kernel * layer.scale, bias])
    z = latents.sample(4, 8, seed=0)
    np.testing.assert_allclose(network(z), equalized(z), atol=1e-5)


def test_each_setup_leaves_out_one_part():
    images = np.random.default_rng(0).random((8, 16, 16, 3), np.float32)
    for name, recipe in growing_parts.SETUPS.items():
        generator, discriminator = recipe.networks((16, 16, 3), fade=True, seed=0)
        kinds = {type(layer) for layer in (*generator.layers, *discriminator.layers)}
        assert (layers.PixelNorm in kinds) == (name != "no pixel norm")
        assert (layers.EqualizedConv2D in kinds) == (not name.startswith("He"))
        spread = keras.Model(discriminator.input, discriminator.get_layer("spread").output)
        deviation = np.unique(spread(images)[..., -1])
        assert (deviation.max() > 1e-3) == (name != "no deviation")
        assert (recipe.stages.fading == 0.5) == (name != "no fading")


# ------------------------------------------------------------------------ a thousand kinds


def test_every_tiny_discriminator_was_trained_from_every_seed():
    found = tables.load("stacked_digits")
    assert list(found["setups"]) == list(stacked_digits.HELPS)
    assert found["steps"] == list(stacked_digits.MARKS)
    for runs in found["setups"].values():
        for values in runs.values():
            assert np.shape(values) == (len(stacked_digits.SEEDS), len(stacked_digits.MARKS))
        assert 1 <= np.min(runs["modes"]) and np.max(runs["modes"]) <= 1000
    assert found["real"]["modes"] >= 999 and found["real"]["divergence"] < 0.1
    pictures = tables.pictures("stacked_digits")
    assert list(pictures) == list(stacked_digits.HELPS)
    for images in pictures.values():
        assert images.shape == (stacked_digits.SHOWN, 28, 28, 3)


def test_kinds_are_counted_as_they_are():
    data = datasets.stacked_digits(400, seed=3)
    modes, divergence = stacked_digits.count(data.images)
    shares = np.bincount(data.labels, minlength=1000) / len(data)
    shares = shares[shares > 0]
    assert abs(modes - len(shares)) <= 4  # the reader errs in one digit of two hundred
    assert divergence == pytest.approx(np.sum(shares * np.log(1000 * shares)), abs=0.03)
    one = np.repeat(data.images[:1], 50, axis=0)
    assert stacked_digits.count(one) == (1, pytest.approx(np.log(1000)))


@pytest.mark.parametrize("help", stacked_digits.HELPS)
def test_only_what_is_told_of_the_batch_mixes_its_samples(help):
    setup = {key: value for key, value in stacked_digits.HELPS[help].items() if key != "r1"}
    discriminator = stacked_digits.discriminator(**setup, seed=0)
    assert 14_000 < discriminator.count_params() < 17_000
    images = datasets.stacked_digits(8, seed=0).images
    alone = np.concatenate([discriminator(images[k : k + 1]) for k in range(8)])
    apart = np.abs(alone - discriminator(images)).max()
    assert (apart > 1e-3) == bool(setup)


# ---------------------------------------------------------------------- few labels and a generator


def test_every_way_was_trained_with_every_draw_of_the_labels():
    found = tables.load("semisupervised")
    marks = list(range(semisupervised.EVERY, semisupervised.STEPS + 1, semisupervised.EVERY))
    assert (found["steps"], found["labels"]) == (marks, list(semisupervised.LABELS))
    assert list(found["error"]) == list(semisupervised.WAYS)
    assert list(found["distance"]) == list(semisupervised.WAYS[1:])
    draws = len(semisupervised.DRAWS)
    for count in map(str, semisupervised.LABELS):
        for way in semisupervised.WAYS:
            assert np.shape(found["error"][way][count]) == (draws, len(marks))
            assert 0 < np.min(found["error"][way][count]) <= np.max(found["error"][way][count]) < 1
        for way in semisupervised.WAYS[1:]:
            assert np.shape(found["distance"][way][count]) == (draws,)
            assert np.min(found["distance"][way][count]) > found["floor"] > 0
        assert np.shape(found["label spreading"][count]) == (draws,)
    pictures = tables.pictures("semisupervised")
    assert list(pictures) == list(semisupervised.WAYS[1:])
    for images in pictures.values():
        assert images.shape == (semisupervised.SHOWN, 14, 14, 1)


def test_labels_are_drawn_of_every_class():
    labels = np.arange(500) % 10
    for count in semisupervised.LABELS:
        chosen = semisupervised.choose(labels, count, seed=3)
        assert len(set(chosen)) == count
        assert (np.bincount(labels[chosen]) == count // 10).all()


@pytest.mark.slow
def test_the_ways_differ_in_what_the_two_players_pay():
    images = np.random.default_rng(0).random((40, 14, 14, 1), np.float32)
    labels = np.arange(40) % 10
    logits = np.float32([[1.0], [-2.0]])
    for way in semisupervised.WAYS:
        gan, reader = semisupervised.build(way, images, images, labels, seed=1)
        paid = float(gan.loss_pair.discriminator(logits, logits))
        assert (paid == 0) == (way == "labels only")
        earned = float(gan.loss_pair.generator(logits, logits))
        assert (earned == 0) == (way != "ordinary generator")
        assert (gan.g_penalty is None) == (way != "feature matching")
        found = gan.discriminator(images).numpy()[:, 0]
        expected = np.log(np.exp(reader(images).numpy()).sum(axis=1))
        np.testing.assert_allclose(found, expected, atol=1e-5)
        if earned or gan.g_penalty:  # a generator that learns
            before = gan.generator.get_layer("pixels").get_weights()
            gan.train_on_batch(images)
            after = gan.generator.get_layer("pixels").get_weights()
            assert (before[0] != after[0]).any()
        else:
            with pytest.raises(ValueError, match="No gradients"):
                gan.train_on_batch(images)


# ------------------------------------------------------------------------ the size of a batch


def test_every_batch_was_measured_at_equal_images_and_at_equal_seconds():
    found = tables.load("batch_size")
    assert list(found["setups"]) == list(batch_size.SETUPS)
    assert (found["images"], found["seconds"]) == (
        list(batch_size.IMAGES),
        list(batch_size.SECONDS),
    )
    for name, runs in found["setups"].items():
        assert bool(runs["at_images"]) == name.startswith("batch")
        for kind, marks in (("at_images", found["images"]), ("at_seconds", found["seconds"])):
            for values in runs[kind].values():
                assert np.shape(values) == (len(batch_size.SEEDS), len(marks))
            if runs[kind]:
                assert 0 <= np.min(runs[kind]["accuracy"]) <= np.max(runs[kind]["accuracy"]) <= 1
                assert np.min(runs[kind]["distance"]) > 0
    pictures = tables.pictures("batch_size")
    assert list(pictures) == list(batch_size.SETUPS)
    for images in pictures.values():
        assert images.shape == (batch_size.SHOWN, 32, 32, 3)


def test_batches_differ_in_their_size_alone_and_marks_of_images_hold_equal_steps():
    described = [batch_size.SETUPS[f"batch {size}"].describe() for size in batch_size.BATCHES]
    assert [one.pop("batch_size") for one in described] == list(batch_size.BATCHES)
    assert described[0] == described[1] == described[2]
    found = tables.load("batch_size")["setups"]
    steps = [found[f"batch {size}"]["at_images"]["steps"][0] for size in batch_size.BATCHES]
    assert steps[0][0] == steps[1][1] == steps[2][2]
