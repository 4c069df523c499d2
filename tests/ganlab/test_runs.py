"""A training as a folder, through the command line that users type."""

import dataclasses
import json
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import time

import numpy as np
import pytest
from PIL import Image

from ganlab import callbacks, checkpoints, datasets, files, images, models, recipes, runs, tf
from ganlab.__main__ import main
from ganlab.datasets import readers

pytestmark = pytest.mark.slow  # nearly all of them train


@pytest.fixture(scope="module")
def own_images(tmp_path_factory):
    """A learner's own data: 60 gray images of 12x12 in an .npz."""
    path = tmp_path_factory.mktemp("data") / "own.npz"
    readers.save_npz(np.random.default_rng(0).random((60, 12, 12, 1), np.float32), path)
    return path


@pytest.fixture(scope="module")
def folder(tmp_path_factory, own_images):
    out = tmp_path_factory.mktemp("runs") / "own"
    assert main(["train", "--out", str(out), "--data", str(own_images), "--steps", "25"]) == 0
    return out


def record(folder):
    return json.loads((folder / "run.json").read_text())


def test_a_run_leaves_everything(folder, own_images):
    names = {path.name for path in folder.iterdir()}
    assert names == {
        ".lock",
        "run.json",
        "checkpoint.npz",
        "generator.npz",
        "curve.csv",
        "curve.png",
        "film.gif",
        "samples.png",
    }
    found = record(folder)
    assert found["steps"] == 25
    assert found["data"] == str(own_images)
    assert found["image_shape"] == [12, 12, 1]
    assert (found["images"], len(found["images_sha256"])) == (60, 64)
    assert found["recipe"] == recipes.DEFAULT.describe()
    assert len((folder / "curve.csv").read_text().splitlines()) == 26
    with Image.open(folder / "film.gif") as film:
        assert film.n_frames == 2
    for name in ("curve.png", "samples.png"):
        with Image.open(folder / name) as picture:
            assert len(set(picture.convert("L").tobytes())) > 10, f"{name} is blank"


def test_resumed_equals_uninterrupted(folder, own_images, tmp_path):
    out = tmp_path / "twice"
    arguments = ["train", "--out", str(out), "--data", str(own_images)]
    assert main([*arguments, "--steps", "10"]) == 0
    assert main([*arguments, "--steps", "25", "--resume"]) == 0
    assert_same_state(out, folder)


def assert_same_state(out, folder):
    for name in ("checkpoint.npz", "generator.npz"):
        with np.load(out / name) as a, np.load(folder / name) as b:
            assert a.files == b.files
            assert all(np.array_equal(a[key], b[key]) for key in a.files if key != "record")
    for name in ("curve.csv", "film.gif", "samples.png"):
        assert (out / name).read_bytes() == (folder / name).read_bytes(), name
    assert record(out)["steps"] == record(folder)["steps"]


@pytest.mark.parametrize("files_written", range(4))
def test_a_kill_between_two_files_of_a_save_leaves_a_run(
    folder, own_images, tmp_path, monkeypatch, files_written
):
    """The save at step 15 is cut off after so many of its four files."""

    class Killed(BaseException):
        pass

    out = tmp_path / "run"
    runs.train(out, data=own_images, steps=10, progress=False)
    rename, seen = os.replace, []

    def rename_some(source, target):
        if len(seen) == files_written:
            raise Killed
        seen.append(target)
        rename(source, target)

    with monkeypatch.context() as patched:
        patched.setattr(os, "replace", rename_some)
        with pytest.raises(Killed):
            runs.train(out, steps=15, resume=True, progress=False)
    assert len(seen) == files_written
    assert runs.Run(out).sample(3, seed=0).shape == (3, 12, 12, 1)
    runs.train(out, steps=25, resume=True, progress=False)
    assert_same_state(out, folder)


def test_the_state_is_saved_on_the_way(tmp_path, own_images, monkeypatch):
    """With a save after every step, a run that breaks off in its third keeps the second."""
    monkeypatch.setattr(runs.training, "_SECONDS_BETWEEN_SAVES", 0.0)
    monkeypatch.setattr(
        datasets, "batches", lambda images, size, **_: _poisoned(images[:size], good=2)
    )
    with (
        pytest.warns(RuntimeWarning, match="training stopped"),
        pytest.raises(runs.RunError, match=r"is nan after step 3\. The last good .* step 2"),
    ):
        runs.train(tmp_path / "run", data=own_images, steps=9, progress=False)
    assert record(tmp_path / "run")["steps"] == 2


def test_samples_as_npz_and_png(folder, tmp_path, capsys):
    npz, png = tmp_path / "s.npz", tmp_path / "s.png"
    common = ["sample", "--run", str(folder), "--count", "7", "--seed", "3", "--out"]
    assert main([*common, str(npz)]) == 0
    assert main([*common, str(png)]) == 0
    assert "7 images in" in capsys.readouterr().out
    drawn = datasets.load(npz).images
    expected = runs.Run(folder).sample(7, seed=3)
    np.testing.assert_array_equal(images.to_uint8(drawn), images.to_uint8(expected))
    assert not np.array_equal(expected, runs.Run(folder).sample(7, seed=4))
    with Image.open(png) as picture:
        assert picture.size[0] > 12


def test_invert_writes_the_pair_and_its_scores(folder, tmp_path, capsys):
    given, out = tmp_path / "given.png", tmp_path / "pair.png"
    given.write_bytes(images.to_png(runs.Run(folder).sample(1, seed=5)[0]))
    arguments = ["invert", "--run", str(folder), "--image", str(given), "--out", str(out)]
    assert main([*arguments, "--steps", "30"]) == 0
    said = capsys.readouterr().out
    assert "content similarity" in said
    assert "SSIM" in said
    with Image.open(out) as picture:
        assert picture.size[0] > picture.size[1], "given and imitated side by side"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["train", "--out", "{run}"], "received one that holds a run: go on with it by --resume"),
        (["train", "--out", "{new}", "--resume"], "holds no run"),
        (["train", "--out", "{new}", "--recipe", "best"], f"one of {', '.join(recipes.ALL)}, rec"),
        (["train", "--out", "{new}", "--data", "nothing_here"], ", ".join(datasets.NAMES)),
        (["train", "--out", "{new}", "--recipe", "biggan", "--size", "20"], "received 20 x 20"),
        (["train", "--out", "{run}", "--resume", "--steps", "25"], "ask for more with --steps"),
        (["train", "--out", "{run}", "--resume", "--data", "digits"], "received others in digits"),
        (["train", "--out", "{run}", "--resume", "--seed", "1"], "expected --seed 0, as when"),
        (["train", "--out", "{run}", "--resume", "--size", "8"], "expected no --size, as when"),
        (["train", "--out", "{run}", "--resume", "--recipe", "article"], "--recipe default, as"),
        (["train", "--out", ""], "expected --out as a name or a path, received an empty one"),
        (["train", "--out", "{new}", "--data", ""], "expected --data as a name or a path"),
        (
            ["sample", "--run", "{run}", "--count", "1000000000", "--out", "x.npz"],
            "use fewer images",
        ),
        (["sample", "--run", "{new}", "--out", "x.png"], "holds no run"),
        (["sample", "--run", "{run}", "--out", "{run}/generator.npz"], "a part of a run"),
        (["features", "--out", "{run}/checkpoint.npz"], "a part of a run"),
        (["sample", "--run", "{run}", "--out", "x.jpg"], "expected --out ending in .npz or .png"),
        (["invert", "--run", "{run}", "--image", "gone.png", "--out", "x.png"], "gone.png"),
    ],
    ids=lambda value: value if isinstance(value, str) else " ".join(value),
)
def test_mistakes_get_one_sentence(folder, tmp_path, capsys, arguments, message):
    def look():
        return sorted((p.name, p.stat().st_mtime_ns) for p in folder.iterdir() if p.name != ".lock")

    before, new = look(), tmp_path / "new"
    filled = [part.format(run=folder, new=new) for part in arguments]
    assert main(filled) == 1
    said = capsys.readouterr().err
    assert said.startswith("ganlab: ")
    assert message in said
    assert said.count("\n") == 1
    assert not new.exists(), "nothing is left behind"
    assert look() == before


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ("0", "expected a positive number, received 0"),
        ("-2", "expected a positive number, received -2"),
        ("2.5", "invalid int value: '2.5'"),
    ],
)
def test_a_number_of_steps_is_a_positive_integer(capsys, value, message):
    with pytest.raises(SystemExit, match="2"):
        main(["train", "--out", "x", "--steps", value])
    assert message in capsys.readouterr().err


@pytest.mark.parametrize("value", ["-1", str(2**63), "one"])
def test_a_seed_is_in_range_before_anything_is_done(capsys, value):
    with pytest.raises(SystemExit, match="2"):
        main(["evaluate", "--run", "x", "--seed", value])
    assert "--seed" in capsys.readouterr().err


@pytest.mark.parametrize("value", ["0", "inf", "nan"])
def test_seconds_are_positive_and_end(capsys, value):
    with pytest.raises(SystemExit, match="2"):
        main(["train", "--out", "x", "--seconds", value])
    assert f"expected a positive number, received {value}" in capsys.readouterr().err


def copied(folder, to):
    """Copy a run as its owner would who moves it: the copy is known as one's own."""
    to.mkdir()
    for path in folder.iterdir():
        (to / path.name).write_bytes(path.read_bytes())
    return to


@pytest.mark.parametrize("damage", ["cut off", "gone", "noise"])
@pytest.mark.parametrize("name", ["run.json", "curve.csv", "generator.npz", "checkpoint.npz"])
def test_damage_costs_the_damaged_file_alone(folder, own_images, tmp_path, name, damage):
    broken = copied(folder, tmp_path / "run")
    path = broken / name
    if damage == "gone":
        path.unlink()
    else:
        path.write_bytes(path.read_bytes()[:-30] if damage == "cut off" else b"\xff;\n" * 50)

    def sample():
        return runs.Run(broken).sample(2, seed=0)

    def resume():
        return runs.train(broken, data=own_images, steps=27, resume=True, progress=False).record[
            "steps"
        ]

    if name == "generator.npz":
        with pytest.raises(ValueError, match=r"generator\.npz"):
            sample()
    else:
        assert sample().shape == (2, 12, 12, 1)
    if name == "checkpoint.npz":
        with pytest.raises(ValueError, match=r"checkpoint\.npz"):
            resume()
        assert sample().shape == (2, 12, 12, 1)
    else:
        assert resume() == 27
        assert sample().shape == (2, 12, 12, 1), "written anew"
        assert len((broken / "curve.csv").read_text().splitlines()) == 28


def test_a_value_that_is_not_finite_keeps_the_last_good_state(tmp_path, own_images, monkeypatch):
    """The same run broken off by a NaN: what was saved before stays, and the error says so."""
    out = tmp_path / "run"
    runs.train(out, data=own_images, steps=5, progress=False)
    saved = files.read_npz(out / "checkpoint.npz")
    monkeypatch.setattr(
        datasets, "batches", lambda images, size, **_: _poisoned(images[:size], good=1)
    )
    with (
        pytest.warns(RuntimeWarning, match="training stopped"),
        pytest.raises(runs.RunError, match=r"is nan after step 7\. The last good .* step 5"),
    ):
        runs.train(out, steps=50, resume=True, progress=False)
    kept = files.read_npz(out / "checkpoint.npz")
    assert all(np.array_equal(kept[name], saved[name]) for name in saved if name != "record")


def _poisoned(batch, *, good):
    """Batches of which so many are good and all others nan."""
    finite, broken = (tf.data.Dataset.from_tensors(x) for x in (batch, batch * np.float32("nan")))
    return finite.repeat(good).concatenate(broken.repeat())


@pytest.fixture
def small(tmp_path):
    """A run on images of its own, in a folder that may be changed."""
    own = tmp_path / "own.npz"
    readers.save_npz(np.random.default_rng(1).random((20, 8, 8, 1), np.float32), own)
    runs.train(tmp_path / "run", data=own, steps=2, progress=False)
    return tmp_path / "run", own


@pytest.mark.parametrize(
    ("shape", "message"),
    [
        ((20, 8, 8, 1), r"received others in .*own\.npz \(pixels\)"),
        ((19, 8, 8, 1), r"\(expected number 20, received 19\)"),
        ((20, 9, 8, 1), r"\(expected shape \(8, 8, 1\), received \(9, 8, 1\)\)"),
    ],
)
def test_changed_images_are_noticed(small, shape, message):
    out, own = small
    readers.save_npz(np.random.default_rng(2).random(shape, np.float32), own)
    for use in (
        lambda: runs.train(out, steps=4, resume=True, progress=False),
        lambda: runs.Run(out).data(),
    ):
        with pytest.raises(runs.RunError, match=message):
            use()
    assert record(out)["steps"] == 2


def test_moved_images_are_accepted_and_found_from_every_folder(small, monkeypatch, tmp_path):
    out, own = small
    moved = own.rename(tmp_path / "moved.npz")
    with pytest.raises(ValueError, match=r"own\.npz"):
        runs.train(out, steps=4, resume=True, progress=False)
    monkeypatch.chdir(tmp_path)
    runs.train(out, data="moved.npz", steps=4, resume=True, progress=False)
    monkeypatch.chdir("/")
    run = runs.train(out, steps=5, resume=True, progress=False)
    assert run.record["data"] == str(moved)
    assert len(run.data()) == 20


def test_a_folder_from_elsewhere_names_no_file_to_read(small, tmp_path, own_images):
    """A stranger's record may name any file of this computer as the images of the run."""
    out, own = small
    foreign = copied(out, tmp_path / "foreign")
    for use in (
        lambda: runs.train(foreign, steps=4, resume=True, progress=False),
        lambda: runs.Run(foreign).data(),
    ):
        with pytest.raises(runs.RunError, match=r"made elsewhere, or copied, and names .*own\.npz"):
            use()
    assert runs.Run(foreign).sample(2, seed=0).shape == (2, 8, 8, 1)
    assert len(runs.Run(foreign).data(own_images)) == 60
    runs.train(foreign, data=own, steps=4, resume=True, progress=False)
    assert len(runs.Run(foreign).data()) == 20


def test_a_record_from_elsewhere_sizes_no_network(small):
    out, _ = small
    notes = checkpoints.read_notes(out / "generator.npz", ["record"])
    honest, model = json.loads(str(notes["record"])), runs.Run(out).generator
    for key, value, message in (
        ("image_shape", [30_000, 30_000, 3], "of at most 256 x 256 pixels"),
        ("image_shape", [8, 8, 10**9], "record of a run"),
        ("image_shape", [8, 8], "record of a run"),
        ("image_shape", "large", "record of a run"),
        ("recipe", {"name": "unknown"}, "record of a run"),
        ("seed", "0", "record of a run"),
        ("split", "all", "record of a run"),
        ("size", -1, "record of a run"),
        ("steps", -5, "whose steps is -5"),
        ("images", 10**300, "whose images is 10"),
        ("seconds", float("nan"), "whose seconds is nan"),
        ("labels", ["a", "b"], "whose labels do not fit its recipe"),
        ("labels", [1], "record of a run"),
        ("labels", ["a"] * 1001, "record of a run"),
        ("recipe", {"name": "conditional"}, "whose labels do not fit its recipe"),
        ("versions", "x" * 2**16, "of at most 262144 bytes"),
    ):
        told = {"record": json.dumps(honest | {key: value})}
        checkpoints.save_weights(model, out / "generator.npz", notes=told)
        with pytest.raises(ValueError, match=message):
            runs.Run(out)
    for told in ({}, {"record": "[" * 50_000}, {"record": "1"}, {"record": "{}"}):
        checkpoints.save_weights(model, out / "generator.npz", notes=told)
        with pytest.raises(runs.RunError, match="expected the record of a run"):
            runs.Run(out)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda a: {"gan/000/steps": np.int64(9)}, "the state of step 2, .* received that of st"),
        (lambda a: {"gan/000/steps": np.int64(-9)}, "the state of step 2, .* received that of st"),
        (lambda a: {"curve_names": None}, "expected curve_names of shape .* received none"),
        (lambda a: {"curve_values": a["curve_values"][:, :1]}, "expected curve_values of shape"),
        (lambda a: {"curve_values": np.array("text")}, "expected curve_values of shape"),
        (lambda a: {"curve_values": a["curve_values"] * np.nan}, "expected curves of finite"),
        (
            lambda a: {"curve_names": np.repeat("d_loss", len(a["curve_names"]))},
            "expected curves of d_gra",
        ),
        (
            lambda a: {"curve_names": np.arange(len(a["curve_names"]))},
            "expected curve_names of shape",
        ),
        (lambda a: {"film_frames": a["film_frames"][:, :5]}, "expected film_frames of shape"),
        (lambda a: {"film_frames": a["film_frames"] / 255}, "received .* float64"),
        (lambda a: {"film_frames": a["film_frames"][..., 0]}, "expected film_frames of shape"),
    ],
)
def test_a_checkpoint_whose_parts_do_not_agree_is_refused_before_training(small, change, message):
    out, _ = small
    path = out / "checkpoint.npz"
    with np.load(path) as archive:
        arrays = dict(archive)
    changed = arrays | change(arrays)
    kept = {name: values for name, values in changed.items() if values is not None}
    files.write_npz(path, kept, compressed=False)
    before = path.read_bytes()
    with pytest.raises(files.FileError, match=rf"checkpoint\.npz: .*{message}"):
        runs.train(out, steps=4, resume=True, progress=False)
    assert path.read_bytes() == before


def test_a_folder_that_is_moved_during_a_training_is_told(small, tmp_path, monkeypatch):
    out, _ = small

    class Moving(callbacks.StopOnNonFinite):
        def on_train_batch_end(self, batch, logs=None):
            out.rename(tmp_path / "elsewhere")

    monkeypatch.setattr(callbacks, "StopOnNonFinite", Moving)
    message = "was moved or deleted during the training. The last state kept is that of step 2"
    with pytest.raises(runs.RunError, match=message):
        runs.train(out, steps=3, resume=True, progress=False)
    assert not out.exists()
    assert record(tmp_path / "elsewhere")["steps"] == 2


@pytest.mark.parametrize("name", ["film.gif", "curve.csv", "samples.png"])
def test_a_folder_in_the_place_of_a_file_is_noticed_before_training(tmp_path, own_images, name):
    (tmp_path / "run" / name).mkdir(parents=True)
    with pytest.raises(files.FileError, match=rf"{name}: cannot be written"):
        runs.train(tmp_path / "run", data=own_images, steps=2, progress=False)
    assert [path.name for path in (tmp_path / "run").iterdir()] == [name]


@pytest.mark.parametrize(
    "wrong",
    [{"steps": 0}, {"steps": 2**64}, {"seconds": float("nan")}, {"seed": -1}, {"seed": 2**64}],
    ids=str,
)
def test_a_number_out_of_range_leaves_no_folder(tmp_path, own_images, wrong):
    with pytest.raises(ValueError, match=f"expected {next(iter(wrong))}"):
        runs.train(tmp_path / "run", data=own_images, progress=False, **wrong)
    assert not (tmp_path / "run").exists()


@pytest.mark.skipif(os.name == "nt", reason="HOME is the name of POSIX")
def test_a_tilde_is_the_home_folder_in_every_path(small, tmp_path, monkeypatch, capsys):
    out, _ = small
    monkeypatch.setenv("HOME", str(tmp_path))
    assert main(["sample", "--run", f"~/{out.name}", "--out", "~/drawn.png"]) == 0
    assert (tmp_path / "drawn.png").exists()


def test_a_run_of_an_earlier_version_is_told(small):
    out, _ = small
    model = runs.Run(out).generator
    checkpoints.save_weights(model, out / "generator.npz")
    with pytest.raises(runs.RunError, match="record of a run of this version of ganlab"):
        runs.Run(out)
    (out / "generator.npz").unlink()
    with pytest.raises(runs.RunError, match=r"lacks its generator\.npz: go on by --resume"):
        runs.Run(out)
    (out / "checkpoint.npz").unlink()
    for use in (lambda: runs.Run(out), lambda: runs.train(out, resume=True)):
        with pytest.raises(runs.RunError, match="so that it cannot go on: start a new run"):
            use()


def test_one_training_at_a_time(small):
    out, own = small
    with runs.folder.held(out), pytest.raises(runs.RunError, match="another process is training"):
        runs.train(out, steps=4, resume=True, progress=False)
    runs.train(out, steps=4, resume=True, progress=False)
    assert record(out)["steps"] == 4


def test_what_a_killed_process_left_half_written_goes(small):
    out, _ = small
    foreign = out / ".download.part"
    for path in (out / ".0123456789abcdef.part", foreign):
        path.write_bytes(b"half")
    with files.replaced(out / "samples.npz") as file:  # another command writes there just now
        runs.train(out, steps=4, resume=True, progress=False)
        written = out / pathlib.Path(file.name).name
        assert set(out.glob(".*.part")) == {foreign, written}, "what others write stays"
    assert (out / "samples.npz").exists()


@pytest.mark.parametrize("place", ["", "run", "a/run"])
def test_a_run_does_not_lie_among_its_images(tmp_path, place):
    (tmp_path / "0.png").write_bytes(images.to_png(np.zeros((8, 8, 1))))
    with pytest.raises(runs.RunError, match="expected a folder outside of the images"):
        runs.train(tmp_path / place, data=tmp_path, steps=2, progress=False)
    assert [path.name for path in tmp_path.iterdir()] == ["0.png"]


def test_a_disk_that_fills_up_says_what_was_kept(small, monkeypatch):
    out, _ = small
    write, full = files.write_npz, []

    def write_until_full(path, arrays, **options):
        if full:
            raise files.FileError(f"{path}: cannot be written (No space left on device)")
        full.append(True)
        write(path, arrays, **options)

    monkeypatch.setattr(files, "write_npz", write_until_full)
    with pytest.raises(
        runs.RunError, match=r"No space left.*The last state kept is that of step 2"
    ):
        runs.train(out, steps=4, resume=True, progress=False)


def test_a_place_that_cannot_be_written_is_refused_before_training(tmp_path, own_images):
    (tmp_path / "file").write_text("a file")
    with pytest.raises(files.FileError, match=r"cannot be written"):
        runs.train(tmp_path / "file", data=own_images, steps=2, progress=False)


def test_images_of_any_size_by_the_command_line(tmp_path, capsys):
    """A folder of mixed sizes needs --size, which the run keeps; large ones are told so."""
    folder, rng = tmp_path / "mine", np.random.default_rng(0)
    folder.mkdir()
    for index, size in enumerate([(40, 60), (60, 40), (30, 30)] * 20):
        (folder / f"{index}.png").write_bytes(images.to_png(rng.random((*size, 3))))
    command = ["train", "--out", str(tmp_path / "run"), "--data", str(folder), "--steps", "2"]
    assert main(command) == 1
    assert "size=64" in capsys.readouterr().err
    assert main([*command, "--size", "300"]) == 1
    assert "expected images of at most 256 x 256 pixels" in capsys.readouterr().err
    assert main([*command, "--size", "16", "--color", "gray"]) == 0
    assert record(tmp_path / "run")["image_shape"] == [16, 16, 1]
    assert main([*command[:3], "--steps", "3", "--resume"]) == 0
    assert main(["evaluate", "--run", str(tmp_path / "run"), "--size", "8"]) == 1
    assert "expected --size 16, with which" in capsys.readouterr().err
    assert main(["evaluate", "--run", str(tmp_path / "run")]) == 0


def test_a_run_is_not_resumed_by_another_recipe_of_its_name(folder, monkeypatch):
    changed = dataclasses.replace(recipes.DEFAULT, d_optimizer=recipes.adam(1e-3))
    monkeypatch.setitem(recipes.ALL, "default", changed)
    with pytest.raises(runs.RunError, match="expected the recipe 'default' as it was when"):
        runs.train(folder, steps=30, resume=True, progress=False)


def test_the_bar_counts_the_steps_of_the_whole_run(tmp_path, own_images, capsys):
    arguments = ["train", "--out", str(tmp_path / "run"), "--data", str(own_images)]
    assert main([*arguments, "--steps", "3"]) == 0
    assert "| 3/3 steps [" in capsys.readouterr().err
    assert main([*arguments, "--steps", "5", "--resume"]) == 0
    assert "| 5/5 steps [" in capsys.readouterr().err


@pytest.mark.skipif(os.name == "nt", reason="signals of a terminal")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_ctrl_c_keeps_the_state_and_says_how_to_resume(tmp_path, own_images, number):
    out = tmp_path / "run"
    command = [
        sys.executable,
        "-m",
        "ganlab",
        "train",
        "--out",
        str(out),
        "--data",
        str(own_images),
    ]
    process = subprocess.Popen(
        [*command, "--seconds", "300"],
        stderr=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        # Tests that run in the background of a shell ignore the signal, and so would a child.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    shown = b""
    while b"steps/s" not in shown:
        shown += process.stderr.read1(4096)
    time.sleep(0.5)
    process.send_signal(number)
    shown += process.communicate(timeout=60)[1]
    assert process.returncode == 130
    assert b"--resume" in shown
    assert b"Traceback" not in shown
    steps = record(out)["steps"]
    assert steps > 0
    runs.train(out, steps=steps + 3, resume=True, progress=False)
    assert record(out)["steps"] == steps + 3


def test_ctrl_c_before_the_first_step_tells_the_truth(tmp_path, own_images, monkeypatch, capsys):
    out = tmp_path / "run"
    command = ["train", "--out", str(out), "--data", str(own_images), "--steps", "5"]

    def ctrl_c(*_, **__):
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(datasets, "load", ctrl_c)
        assert main(command) == 130
    assert "nothing is saved yet" in capsys.readouterr().err
    with monkeypatch.context() as patched:
        patched.setattr(callbacks.LossCurve, "on_train_batch_begin", ctrl_c)
        assert main(command) == 130
    assert "the state of step 0 is saved" in capsys.readouterr().err
    assert main([*command, "--resume"]) == 0
    assert record(out)["steps"] == 5


def test_seconds_are_seconds(tmp_path, own_images):
    began = time.monotonic()
    run = runs.train(tmp_path / "run", data=own_images, seconds=3, progress=False)
    assert 3 <= run.record["seconds"] <= 40, "compiling counts, and a busy machine is slow at it"
    assert time.monotonic() - began < 60
    assert run.record["steps"] >= 1


@pytest.fixture(scope="module")
def labeled(tmp_path_factory):
    """A run of the conditional recipe on pictures in folders, and its images."""
    out = tmp_path_factory.mktemp("labeled")
    rng = np.random.default_rng(0)
    for name, level in (("bright", 0.8), ("dark", 0.2), ("gray", 0.5)):
        (out / "images" / name).mkdir(parents=True)
        for k in range(20):
            picture = (255 * (level + 0.1 * rng.random((12, 12)))).astype(np.uint8)
            Image.fromarray(picture).save(out / "images" / name / f"{k}.png")
    arguments = ["train", "--out", str(out / "run"), "--data", str(out / "images")]
    assert main([*arguments, "--recipe", "conditional", "--steps", "12"]) == 0
    return out


def test_a_conditional_run_draws_what_it_is_told(labeled, tmp_path, capsys):
    run = labeled / "run"
    assert record(run)["labels"] == ["bright", "dark", "gray"]
    sample = ["sample", "--run", str(run), "--count", "7", "--out"]
    assert main([*sample, str(tmp_path / "all.npz")]) == 0
    assert main([*sample, str(tmp_path / "dark.npz"), "--label", "dark"]) == 0
    assert main([*sample, str(tmp_path / "same.npz"), "--label", "1"]) == 0
    drawn = {name: datasets.load(tmp_path / f"{name}.npz") for name in ("all", "dark", "same")}
    assert drawn["all"].labels.tolist() == [0, 0, 0, 1, 1, 2, 2]
    assert drawn["dark"].labels.tolist() == [1] * 7
    np.testing.assert_array_equal(drawn["dark"].images, drawn["same"].images)
    np.testing.assert_array_equal(drawn["dark"].images[3:5], drawn["all"].images[3:5])
    assert main([*sample, str(tmp_path / "none.npz"), "--label", "blue"]) == 1
    assert "expected label as one of bright, dark, gray, or a number below 3" in (
        capsys.readouterr().err
    )


def test_the_film_and_the_sheet_of_a_conditional_run_have_a_row_a_label(labeled):
    with np.load(labeled / "run" / "checkpoint.npz") as kept:
        assert kept["film_frames"].shape[1:] == (3 * 8, 12, 12, 1)
    with Image.open(labeled / "run" / "samples.png") as sheet:
        width, height = sheet.size
    assert width > 3 * height  # ten columns, three rows


def test_a_conditional_run_goes_on_to_the_bit(labeled, tmp_path):
    arguments = ["train", "--data", str(labeled / "images"), "--recipe", "conditional", "--out"]
    assert main([*arguments, str(tmp_path / "run"), "--steps", "5"]) == 0
    assert main([*arguments, str(tmp_path / "run"), "--steps", "12", "--resume"]) == 0
    assert_same_state(tmp_path / "run", labeled / "run")


def test_a_conditional_run_is_evaluated_by_what_was_asked(labeled, tmp_path):
    assert main(["evaluate", "--run", str(labeled / "run"), "--out", str(tmp_path)]) == 0
    rows = json.loads((tmp_path / "evaluation.json").read_text())["rows"]
    assert rows["real, other half"]["as_asked"]["value"] > 0.9
    assert 0 <= rows["generator"]["as_asked"]["value"] <= 1


def test_a_conditional_run_imitates_an_image_of_a_label(labeled, tmp_path, capsys):
    image = str(labeled / "images" / "dark" / "0.png")
    invert = ["invert", "--run", str(labeled / "run"), "--image", image, "--steps", "3"]
    out = ["--out", str(tmp_path / "pair.png")]
    assert main([*invert, *out, "--label", "dark"]) == 0
    assert main([*invert, *out]) == 1
    assert (
        "expected --label, of which this run draws: bright, dark, gray" in capsys.readouterr().err
    )


def test_labels_that_changed_are_noticed(labeled, tmp_path, capsys):
    images_at = tmp_path / "images"
    shutil.copytree(labeled / "images", images_at)
    (images_at / "gray").rename(images_at / "pale")
    resume = ["train", "--out", str(labeled / "run"), "--resume", "--steps", "20", "--data"]
    assert main([*resume, str(images_at)]) == 1
    assert "received others" in capsys.readouterr().err
    (images_at / "pale").rename(images_at / "gray")
    (images_at / "gray" / "0.png").rename(images_at / "dark" / "x.png")
    assert main([*resume, str(images_at)]) == 1
    assert "received others" in capsys.readouterr().err


def test_a_conditional_recipe_needs_labels(tmp_path, own_images, capsys):
    arguments = ["train", "--out", str(tmp_path / "run"), "--data", str(own_images)]
    assert main([*arguments, "--recipe", "conditional"]) == 1
    assert "expected labels beside the images" in capsys.readouterr().err
    assert not (tmp_path / "run").exists()


def test_a_label_for_a_run_that_is_told_none_is_refused(folder, tmp_path, capsys):
    sample = ["sample", "--run", str(folder), "--out", str(tmp_path / "x.png"), "--label", "1"]
    assert main(sample) == 1
    assert "expected no label, of which the recipe 'default' is not told" in capsys.readouterr().err


def test_a_recorded_generator_is_sampled_by_its_name(tmp_path, capsys):
    sample = ["sample", "--count", "3", "--out", str(tmp_path / "x.npz"), "--recorded"]
    assert main([*sample, "digits"]) == 0
    drawn = models.draw(recipes.load_generator("digits"), 3, seed=0)
    with np.load(tmp_path / "x.npz") as kept:
        np.testing.assert_array_equal(kept["images"], images.to_uint8(drawn))
    assert main([*sample, "cats"]) == 1
    assert (
        "expected name as one of ['biggan', 'critters', 'digits', 'progressive_64'], "
        "received 'cats'" in capsys.readouterr().err
    )
    assert main([*sample, "digits", "--label", "3"]) == 1
    assert "expected --run beside --label" in capsys.readouterr().err
    assert main([*sample, "digits", "--columns", "3"]) == 1
    assert "expected --columns for a sheet, a .png file" in capsys.readouterr().err
    assert (
        main(["sample", "--count", "16", "--out", str(tmp_path / "b.npz"), "--recorded", "biggan"])
        == 0
    )
    with np.load(tmp_path / "b.npz") as kept:
        assert kept["labels"].tolist() == sorted(list(range(8)) * 2)  # of each class as many
    sheet = ["sample", "--count", "6", "--columns", "6", "--recorded", "critters", "--out"]
    assert main([*sheet, str(tmp_path / "sheet.png")]) == 0
    with Image.open(tmp_path / "sheet.png") as picture:
        assert picture.size == (2 * (6 * 33 + 1), 2 * 34)
