"""A run of a recipe with stages, through the command line: every stage saved, resumed, drawn."""

import dataclasses
import functools
import json
import signal

import numpy as np
import pytest
from PIL import Image

from ganlab import callbacks, checkpoints, datasets, images, models, penalties, recipes, runs
from ganlab.__main__ import main
from ganlab.datasets import readers
from ganlab.training import GAN, Stages

pytestmark = pytest.mark.slow  # nearly all of them train


def tiny_pair(image_shape, *, fade=False, seed):
    return (
        models.progressive_generator(image_shape, 6, width=4, fade=fade, seed=seed),
        models.progressive_discriminator(image_shape, width=4, fade=fade, seed=seed + 1),
    )


#: Two stages, of 8 x 8 and 16 x 16: the second begins after step 4 and fades in for two.
TINY = dataclasses.replace(
    recipes.ALL["progressive"],
    networks=tiny_pair,
    penalty=penalties.Penalty(penalties.r1, weight=0.1, every=2),
    batch_size=4,
    steps=9,
    ema=0.9,
    stages=Stages(first=8, steps=4, fading=0.5),
)


COMPILED = GAN.compile
EAGER = functools.partialmethod(COMPILED, run_eagerly=True)  # sooner done than compiled, so tiny


@pytest.fixture(scope="module", autouse=True)
def tiny():
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(GAN, "compile", EAGER)
        patched.setitem(recipes.ALL, "progressive", TINY)
        yield


@pytest.fixture(scope="module")
def own_images(tmp_path_factory):
    path = tmp_path_factory.mktemp("data") / "own.npz"
    readers.save_npz(np.random.default_rng(0).random((44, 16, 16, 3), np.float32), path)
    return path


def arguments(out, own_images, *more):
    return ["train", "--out", str(out), "--data", str(own_images), "--recipe", "progressive", *more]


@pytest.fixture(scope="module")
def folder(tmp_path_factory, own_images):
    out = tmp_path_factory.mktemp("runs") / "whole"
    assert main(arguments(out, own_images)) == 0
    return out


@pytest.fixture(scope="module")
def early(tmp_path_factory, own_images):
    """A run that was ended in its first stage."""
    out = tmp_path_factory.mktemp("runs") / "early"
    assert main(arguments(out, own_images, "--steps", "3")) == 0
    return out


def record(folder):
    return json.loads((folder / "run.json").read_text())


def assert_same_state(out, folder):
    for name in ("checkpoint.npz", "generator.npz"):
        with np.load(out / name) as a, np.load(folder / name) as b:
            assert a.files == b.files
            assert all(np.array_equal(a[key], b[key]) for key in a.files if key != "record")
    for name in ("curve.csv", "film.gif", "samples.png"):
        assert (out / name).read_bytes() == (folder / name).read_bytes(), name
    assert record(out)["steps"] == record(folder)["steps"]


def test_a_run_grows_and_leaves_everything(folder):
    found = record(folder)
    assert (found["steps"], found["image_shape"]) == (9, [16, 16, 3])
    assert found["recipe"]["stages"] == {"first": 8, "steps": 4, "fading": 0.5}
    assert len((folder / "curve.csv").read_text().splitlines()) == 10
    with np.load(folder / "generator.npz") as weights:
        assert weights["fade_in_16/alpha/0"] == 1
    for name in ("curve.png", "samples.png", "film.gif"):
        with Image.open(folder / name) as picture:
            assert len(set(picture.convert("L").tobytes())) > 10, f"{name} is blank"


@pytest.mark.parametrize("stops", [(3,), (4,), (6,), (3, 4, 6, 8)], ids=str)
def test_resumed_equals_uninterrupted(folder, own_images, tmp_path, stops):
    """In a stage, at the end of one, in the middle of fading, and all of them."""
    out = tmp_path / "parts"
    first, *others = stops
    assert main(arguments(out, own_images, "--steps", str(first))) == 0
    for stop in others:
        assert main(["train", "--out", str(out), "--resume", "--steps", str(stop)]) == 0
    assert main(["train", "--out", str(out), "--resume"]) == 0
    assert_same_state(out, folder)


def test_the_film_has_frames_of_one_shape(own_images, tmp_path, monkeypatch):
    monkeypatch.setattr(GAN, "compile", COMPILED)
    monkeypatch.setattr(runs.folder, "_FILM_EVERY", 2)
    out = tmp_path / "run"
    runs.train(out, data=own_images, recipe="progressive", steps=5, progress=False)
    runs.train(out, steps=9, resume=True, progress=False)
    frames = checkpoints.read_notes(out / "checkpoint.npz", ["film_frames"])["film_frames"]
    assert frames.shape == (5, 32, 16, 16, 3)  # steps 0, 2, 4, 6, 8
    blocks = frames.reshape(5, 32, 8, 2, 8, 2, 3)
    enlarged = [bool((of == of[:, :, :1, :, :1]).all()) for of in blocks]
    assert enlarged == [True, True, True, False, False]


def test_ctrl_c_in_any_stage_keeps_what_goes_on_to_the_bit(
    folder, own_images, tmp_path, monkeypatch
):
    """The signal comes while the last step of the first stage is taken."""
    out = tmp_path / "run"
    step = callbacks.LossCurve.on_train_batch_end

    def signaled(self, batch, logs=None):
        step(self, batch, logs)
        if self.model.steps == 4:
            signal.raise_signal(signal.SIGINT)

    # A process that a shell runs in the background ignores it.
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        with monkeypatch.context() as patched:
            patched.setattr(callbacks.LossCurve, "on_train_batch_end", signaled)
            assert main(arguments(out, own_images)) == 130
    finally:
        signal.signal(signal.SIGINT, before)
    assert record(out)["steps"] == 4
    assert main(["train", "--out", str(out), "--resume"]) == 0
    assert_same_state(out, folder)


def test_the_bar_counts_through_all_stages(own_images, tmp_path, capsys):
    assert main(arguments(tmp_path / "run", own_images, "--steps", "6")) == 0
    shown = capsys.readouterr().err
    assert "6/6 steps" in shown and "/4 steps" not in shown
    assert main(["train", "--out", str(tmp_path / "run"), "--resume"]) == 0
    assert "9/9 steps" in capsys.readouterr().err


def test_a_run_that_ended_early_draws_at_full_size(early, tmp_path):
    """What a smaller generator makes, every pixel a square."""
    made = runs.Run(early).sample(5, seed=3)
    assert made.shape == (5, 16, 16, 3)
    blocks = made.reshape(5, 8, 2, 8, 2, 3)
    assert (blocks == blocks[:, :, :1, :, :1]).all()
    assert (
        main(["sample", "--run", str(early), "--count", "7", "--out", str(tmp_path / "s.npz")]) == 0
    )
    assert datasets.load(tmp_path / "s.npz").images.shape == (7, 16, 16, 3)


@pytest.mark.parametrize("run", ["folder", "early"])
def test_sample_evaluate_invert(run, request, tmp_path, capsys):
    out = request.getfixturevalue(run)
    assert main(["sample", "--run", str(out), "--out", str(tmp_path / "sheet.png")]) == 0
    given = tmp_path / "given.png"
    given.write_bytes(images.to_png(runs.Run(out).sample(1, seed=5)[0]))
    pair = tmp_path / "pair.png"
    asked = ["invert", "--run", str(out), "--image", str(given), "--out", str(pair)]
    assert main([*asked, "--steps", "5"]) == 0
    assert main(["evaluate", "--run", str(out), "--out", str(tmp_path / "report")]) == 0
    assert "22 images in each set" in capsys.readouterr().out


def test_seconds_end_in_whatever_stage(own_images, tmp_path):
    run = runs.train(
        tmp_path / "run", data=own_images, recipe="progressive", seconds=0.1, progress=False
    )
    assert run.record["steps"] >= 1
    runs.train(tmp_path / "run", seconds=0.1, resume=True, progress=False)


def test_other_sizes_are_refused_before_anything_is_made(tmp_path, capsys):
    path, out = tmp_path / "own.npz", tmp_path / "run"
    readers.save_npz(np.zeros((9, 12, 12, 3), np.float32), path)
    assert main(arguments(out, path)) == 1
    said = capsys.readouterr().err
    assert "expected images of 8 x 8, 16 x 16" in said and "received 12 x 12" in said
    assert "--size" in said
    assert not out.exists()
    assert main(arguments(out, path, "--size", "16", "--steps", "1")) == 0


def test_a_state_of_another_stage_than_its_record_is_refused(folder, early, own_images, tmp_path):
    """The step in the record says which networks there are."""
    out = tmp_path / "mixed"
    runs.train(out, data=own_images, recipe="progressive", steps=2, progress=False)
    path = out / "checkpoint.npz"
    with np.load(path) as archive:
        arrays = dict(archive)
    arrays["record"] = np.array(json.dumps({**json.loads(str(arrays["record"])), "steps": 6}))
    np.savez(path, **arrays)
    with pytest.raises(checkpoints.CheckpointError, match="made by a model built differently"):
        runs.train(out, resume=True, progress=False)
