"""A training as a folder: started, resumed, sampled from.

checkpoint.npz   the whole state, to resume from
generator.npz    the weights of the generator (of its moving average, where it has one)
run.json         what was run: data, recipe, seed, versions, time
curve.csv        both losses and the gradient norms at every step
curve.png  film.gif  samples.png

Each of the two archives holds the record too, and the checkpoint the curve and the film: it is
whole in itself, whatever moment a run dies at. The other files are copies for people, written
anew with every save.
"""

import contextlib
import csv
import hashlib
import io
import json
import math
import os
import pathlib
import platform
import sys
import time
from importlib import metadata

import filelock
import numpy as np

import ganlab
from ganlab import (
    callbacks,
    checkpoints,
    datasets,
    files,
    images,
    latents,
    models,
    recipes,
    training,
)

__all__ = ["Run", "RunError", "how_it_stands", "train"]

_SECONDS_BETWEEN_SAVES = 30.0
_FILM_SIDE = 64  # pixels of an image in the film, at most
_SHEET_SIDE = 1280  # pixels of the sheet of samples, about


class RunError(ValueError):
    """A run folder cannot be used as asked; the message says what to do."""


def train(
    out,
    *,
    data=None,
    size=None,
    color=None,
    recipe=None,
    steps=None,
    seconds=None,
    seed=None,
    resume=False,
    progress=True,
):
    """Train a GAN by a recipe and leave everything worth keeping in a folder.

    The state is saved before the first step, every half minute and at the end, also after
    Ctrl-C; a state with a value that is not finite is never saved.

    Parameters
    ----------
    out : path-like
        The run's folder: a new one, or with ``resume`` one that holds a run.
    data : str or path, optional
        A name, an ``.npz`` file or a folder, as `datasets.load` takes it. The recipe's own by
        default. A resumed run keeps the images that it was started with: give their new place
        where they have moved.
    size, color : optional
        What the images are brought to, as for `datasets.load`.
    recipe : str, optional
        A key of `recipes.ALL`; "default" by default.
    steps : int, optional
        Steps in all; the recipe's by default.
    seconds : float, optional
        Train for so long instead; compiling the first step counts.
    seed : int, optional
        0 by default.
    resume : bool
        What is not given is as it was when the run was started.
    progress : bool
        Show a progress bar on stderr.

    Returns
    -------
    Run

    Raises
    ------
    RunError
        If the folder already holds a run, or with ``resume`` holds none or one that was started
        otherwise; if another training uses it; if training broke off because a value was not
        finite.
    files.FileError
        If the folder cannot be written, or a file of the run is damaged.
    KeyboardInterrupt
        After Ctrl-C, once the state is saved; a second Ctrl-C does not wait for that.
    """
    out = pathlib.Path(out)
    asked = {"recipe": recipe, "seed": seed, "size": size, "color": color}
    files.check_writable(out / "run.json")
    if not resume:
        record = _started(out, data, asked)
        data = _load(record)
        record |= _traits(record, data.images)
        if (data.skipped or data.notes) and progress:
            print(data.report(), file=sys.stderr)
        with _alone(out):
            _refuse_run(out)  # another training may have ended by now
            return _train(out, record, data.images, steps, seconds, progress)
    path = _find(out, "checkpoint.npz")
    with _alone(out):
        notes = checkpoints.read_notes(path)
        record = _record_of(notes, path)
        _refuse_contradictions(out, record, asked)
        real = _images_of(out, record, data).images
        return _train(out, record, real, steps, seconds, progress, past=notes)


def _train(out, record, real, steps, seconds, progress, past=None):
    """Train on from where the record stands; the folder is held by this process."""
    seed, recipe = record["seed"], recipes.ALL[record["recipe"]["name"]]
    total = steps or recipe.steps
    if seconds is None and record["steps"] >= total:
        raise RunError(
            f"{out}: expected more than the {record['steps']} steps already done, received "
            f"{total}: ask for more with --steps, or for time with --seconds"
        )
    gan = recipe.build(real.shape[1:], seed=seed)
    curve = callbacks.LossCurve()
    film = callbacks.Film(
        latents.sample(32, gan.latent_dim, seed=seed),
        every=20,
        most=60,
        keep=lambda samples: images.to_uint8(images.shrink(samples, _FILM_SIDE)),
    )
    if past is not None:
        checkpoints.restore(gan, out / "checkpoint.npz")
        _recall(curve, film, past, out / "checkpoint.npz")
    done = int(gan.steps)
    guard = callbacks.StopOnNonFinite()
    watchers = [curve, film, guard]
    if progress:
        watchers.append(callbacks.Progress(seconds=seconds))
    batches = datasets.batches(real, recipe.batch_size, seed=seed, start=done)
    if seconds is None:
        batches = batches.take(total - done)

    began = saved = time.monotonic()
    before, interrupted = record["seconds"], []

    def save():
        seconds = round(before + time.monotonic() - began, 1)
        try:
            _save(out, record | {"steps": int(gan.steps), "seconds": seconds}, gan, curve, film)
        except files.FileError as error:
            raise RunError(
                f"{error}. The last state kept is that of step {record['steps']}"
            ) from error
        record.update(steps=int(gan.steps), seconds=seconds)

    save()  # a disk that is full, or a folder that is read-only, is no surprise after the training
    steps_to_come = training.steps(gan, batches, callbacks=watchers)
    # Ctrl-C counts between two steps, where weights, optimizers and curve agree.
    with (
        training.interrupt_calls(lambda: interrupted.append(True)),
        contextlib.closing(steps_to_come),
    ):
        for _ in steps_to_come:
            now = time.monotonic()
            if guard.reason is None and now - saved >= _SECONDS_BETWEEN_SAVES:
                save()
                saved = now
            if interrupted or (seconds is not None and now - began >= seconds):
                break
        if guard.reason:
            raise RunError(
                f"{out}: training broke off, {guard.reason}. The last good state is that of step "
                f"{record['steps']}; resume from it with --resume, or start anew with another seed"
            )
        save()
    _draw(out, gan, curve, film, seed)
    if interrupted:
        raise KeyboardInterrupt
    return Run(out)


def how_it_stands(out):
    """Say in a sentence or two what a training that was stopped has left in its folder."""
    try:
        path = pathlib.Path(out, "checkpoint.npz")
        step = _record_of(checkpoints.read_notes(path), path)["steps"]
    except ValueError:
        return "stopped; nothing is saved yet"
    return (
        f"stopped; the state of step {step} is saved. "
        f"Go on with: python -m ganlab train --out {out} --resume"
    )


class Run:
    """A trained run, read from its folder.

    Attributes
    ----------
    folder : pathlib.Path
    record : dict
        What run.json shows.
    generator : keras.Model
    """

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        path = _find(self.folder, "generator.npz")
        self.record = _record_of(checkpoints.read_notes(path), path)
        recipe = recipes.ALL[self.record["recipe"]["name"]]
        self.generator = recipe.build_generator(
            self.record["image_shape"], seed=self.record["seed"]
        )
        checkpoints.load_weights(self.generator, path)
        self.generator.trainable = False

    def sample(self, n, *, seed):
        """Draw images from the generator: float32, shape (n, height, width, channels)."""
        values = n * math.prod(self.record["image_shape"])
        if values > images.MAX_VALUES:
            raise ValueError(
                f"expected at most {images.MAX_VALUES} values in all images, received {n} images "
                f"of {self.record['image_shape']}: ask for fewer"
            )
        z = latents.sample(n, self.generator.input_shape[-1], seed=seed)
        return models.apply(self.generator, z)

    def data(self, name_or_path=None):
        """Load the images that the run has learned from, or others in the same form.

        Parameters
        ----------
        name_or_path : str or path, optional
            Images to use instead, brought to the size and the colors of the run's own.

        Returns
        -------
        datasets.Dataset

        Raises
        ------
        RunError
            If the run's own images have changed, or if the folder comes from elsewhere and names
            a place on this computer.
        """
        if name_or_path is None:
            return _images_of(self.folder, self.record, None)
        fit = {key: self.record[key] for key in ("size", "color")}
        return datasets.load(name_or_path, **fit)


# ------------------------------------------------------------------------------------- the folder


@contextlib.contextmanager
def _alone(out):
    """Hold a run's folder, so that no second training writes into it; a dead process holds none."""
    out.mkdir(parents=True, exist_ok=True)
    lock = filelock.FileLock(out / ".lock", timeout=0)
    try:
        lock.acquire()
    except filelock.Timeout:
        raise RunError(
            f"{out}: expected a folder that no other training uses, received one in which another "
            "process is training: wait for it, or choose another folder"
        ) from None
    except OSError as error:
        raise RunError(f"{out}: cannot be locked ({error.strerror or error})") from error
    try:
        # Of this form are the names that `files.replaced` gives, and no others.
        for left_behind in out.glob(f".{'[0-9a-f]' * 16}{files.PART}"):
            if left_behind.is_file():
                left_behind.unlink(missing_ok=True)
        yield
    finally:
        lock.release()


def _find(out, name):
    """Return the path of an archive of a run."""
    if (out / name).exists():
        return out / name
    if name == "generator.npz" and (out / "checkpoint.npz").exists():
        raise RunError(f"{out}: lacks its {name}: go on by --resume, which writes it anew")
    if (out / "run.json").exists():
        raise RunError(f"{out}: lacks its {name}, so that it cannot go on: start a new run")
    raise RunError(
        f"{out}: expected a run, received a folder that holds no run; make one with: "
        f"python -m ganlab train --out {out}"
    )


def _refuse_run(out):
    if any((out / name).exists() for name in ("run.json", "checkpoint.npz", "generator.npz")):
        raise RunError(
            f"{out}: expected a new folder, received one that holds a run: go on with it by "
            "--resume, or choose another"
        )


def _save(out, record, gan, curve, film):
    """Write the state; see the top of this module for what a kill between two files leaves."""
    # The folder's own number on this disk: a copy from elsewhere, which may name any file of
    # this computer as its data, has another.
    record["folder"] = _identity(out)
    note = {"record": json.dumps(record)}
    past = {
        "curve_steps": np.array(curve.steps, np.int64),
        "curve_names": np.array(list(curve.history), np.str_),
        "curve_values": np.array(list(curve.history.values()), np.float32),
        "film_every": np.array(film.every),
        "film_steps": np.array(film.steps, np.int64),
        "film_frames": np.array(film.frames, np.uint8),
    }
    checkpoints.save(gan, out / "checkpoint.npz", notes=note | past)
    checkpoints.save_weights(gan.sampling_generator, out / "generator.npz", notes=note)
    files.write(out / "run.json", json.dumps(record, indent=2).encode() + b"\n")
    text = io.StringIO(newline="")
    rows = csv.writer(text)
    rows.writerow(["step", *curve.history])
    rows.writerows(zip(curve.steps, *curve.history.values(), strict=True))
    files.write(out / "curve.csv", text.getvalue().encode())


def _recall(curve, film, notes, path):
    """Give a resumed curve and film their past."""
    try:
        steps, names, values = (notes[f"curve_{key}"] for key in ("steps", "names", "values"))
        curve.steps = steps.tolist()
        columns = values.reshape(len(names), len(steps)).astype(float).tolist()
        curve.history = dict(zip(names.tolist(), columns, strict=True))
        film.every, film.steps = int(notes["film_every"]), notes["film_steps"].tolist()
        film.frames = list(notes["film_frames"])
    except (KeyError, ValueError) as error:
        raise checkpoints.CheckpointError(
            f"{path}: expected the checkpoint of a run, received {error}"
        ) from error


def _draw(out, gan, curve, film, seed):
    """Write the pictures: curve, film, samples."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(8, 4), dpi=100, layout="constrained")
    curve.draw(ax=figure.subplots())
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png")
    files.write(out / "curve.png", buffer.getvalue())
    frames = [images.tile(images.to_float(frame), columns=8) for frame in film.frames]
    scale = max(1, 56 // max(film.frames[0].shape[1:3]))
    files.write(out / "film.gif", images.to_gif(frames, seconds_per_frame=0.15, scale=scale))
    side = max(gan.generator.output_shape[1:3])
    columns = min(10, max(2, _SHEET_SIDE // side))
    samples = images.tile(gan.sample(columns**2, seed=seed), columns=columns)
    files.write(out / "samples.png", images.to_png(samples, scale=max(1, 56 // side)))


# ------------------------------------------------------------------------------------- the record


def _started(out, data, asked):
    """Return the record of a new run."""
    _refuse_run(out)
    name = asked["recipe"] or recipes.DEFAULT.name
    if name not in recipes.ALL:
        raise RunError(f"expected recipe as one of {', '.join(recipes.ALL)}, received {name!r}")
    recipe = recipes.ALL[name]
    if data is not None and os.path.isdir(_place(data)):
        place = pathlib.Path(_place(data)).resolve()
        if out.resolve().is_relative_to(place):
            raise RunError(
                f"{out}: expected a folder outside of the images in {data}, received one that is "
                "among them: what a run draws would count as images"
            )
    return {
        "ganlab": ganlab.__version__,
        "versions": _versions(),
        "data": recipe.data if data is None else _place(data),
        "split": recipe.split if data is None else None,
        "size": asked["size"],
        "color": asked["color"],
        "recipe": recipe.describe(),
        "seed": 0 if asked["seed"] is None else asked["seed"],
        "steps": 0,
        "seconds": 0.0,
    }


def _refuse_contradictions(out, record, asked):
    """Refuse to resume with an option that differs from what the run was started with."""
    kept = record | {"recipe": record["recipe"]["name"]}
    for name, value in asked.items():
        if value is not None and value != kept[name]:
            before = f"no --{name}" if kept[name] is None else f"--{name} {kept[name]}"
            raise RunError(
                f"{out}: expected {before}, as when this run was started, received {value}"
            )
    if record["recipe"] != json.loads(json.dumps(recipes.ALL[kept["recipe"]].describe())):
        raise RunError(
            f"{out}: expected the recipe {kept['recipe']!r} as it was when this run was started, "
            "received another one of this name: start a new run"
        )


def _record_of(notes, path):
    """Return the record in the notes of an archive; refuse what this version did not write."""
    try:
        record = json.loads(str(notes["record"]))
        for key, kind in _KINDS.items():
            if not isinstance(record[key], kind) or isinstance(record[key], bool):
                raise ValueError(f"{key} {record[key]!r:.80}")
        if record["recipe"].get("name") not in recipes.ALL:
            raise ValueError(f"recipe {record['recipe'].get('name')!r:.80}")
        if record["split"] not in (None, "train", "test"):
            raise ValueError(f"split {record['split']!r:.80}")
        record["image_shape"] = shape = tuple(record["image_shape"])
        sides = all(type(side) is int and side > 0 for side in shape)
        if len(shape) != 3 or not sides or shape[2] not in (1, 3):
            raise ValueError(f"image_shape {shape!r:.80}")
        images.check_fit(record["size"], record["color"])
        return record
    except (KeyError, ValueError, TypeError, RecursionError) as error:
        raise RunError(
            f"{path}: expected the record of a run of this version of ganlab, "
            f"received one with another {error}"
        ) from error


_KINDS = {
    "data": str,
    "split": str | None,
    "size": int | None,
    "color": str | None,
    "recipe": dict,
    "seed": int,
    "steps": int,
    "seconds": float,
    "image_shape": list,
    "images": int,
    "images_sha256": str | None,
    "folder": int,
}


def _versions():
    packages = {name: metadata.version(name) for name in ("tensorflow", "keras", "numpy")}
    return {"python": platform.python_version(), "machine": platform.machine(), **packages}


# ------------------------------------------------------------------------------------- the images


def _load(record):
    """Load the images that a record names."""
    return datasets.load(
        record["data"], split=record["split"], size=record["size"], color=record["color"]
    )


def _images_of(out, record, moved_to):
    """Load the data that a run was started with, from their new place if they have moved."""
    own = record["data"] not in datasets.NAMES
    if moved_to is not None and own:
        record["data"] = _place(moved_to)
    elif moved_to is not None and str(moved_to) != record["data"]:
        raise RunError(
            f"{out}: expected --data {record['data']}, with which this run was started, "
            f"received {moved_to}"
        )
    elif own and record["folder"] != _identity(out):
        raise RunError(
            f"{out}: this folder was made elsewhere, or copied, and names {record['data']!r:.200} "
            "as its images: say with --data where they are"
        )
    data = _load(record)
    for key, value in _traits(record, data.images).items():
        if value != record[key]:
            word = {"images": "number", "image_shape": "shape"}.get(key)
            difference = f"expected {word} {record[key]}, received {value}" if word else "pixels"
            raise RunError(
                f"{out}: expected the images with which this run was started, received others in "
                f"{record['data']} ({difference}): give the place of the first ones with --data, "
                "or start a new run"
            )
    return data


def _traits(record, real):
    """Return what tells one set of images from another; a built-in set is told by its name."""
    digest = None
    if record["data"] not in datasets.NAMES:
        digest = hashlib.sha256()
        for start in range(0, len(real), 256):
            digest.update(images.to_uint8(real[start : start + 256]))
        digest = digest.hexdigest()
    return {"images": len(real), "image_shape": real.shape[1:], "images_sha256": digest}


def _place(data):
    """Return a name of a data set as it is, and a path as it holds from every folder."""
    if isinstance(data, str) and data in datasets.NAMES:
        return data
    return os.path.abspath(os.path.expanduser(data))


def _identity(folder):
    return folder.stat().st_ino
