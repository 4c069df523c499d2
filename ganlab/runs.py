"""A training as a folder: started, resumed, sampled from.

run.json         what was run: data, recipe, seed, versions, time
checkpoint.npz   the whole state, to resume from
generator.npz    the weights of the generator (of its moving average, where it has one)
curve.csv        both losses and the gradient norms at every step
curve.png  film.gif  samples.png
"""

import csv
import hashlib
import io
import json
import pathlib
import platform
import time
from importlib import metadata

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

__all__ = ["Run", "RunError", "train"]

_SECONDS_BETWEEN_SAVES = 30.0


class RunError(ValueError):
    """A run folder cannot be used as asked; the message says what to do."""


def train(
    out, *, data=None, recipe=None, steps=None, seconds=None, seed=0, resume=False, progress=True
):
    """Train a GAN by a recipe and leave everything worth keeping in a folder.

    The state is saved every half minute and at the end, also after Ctrl-C; a state with a
    value that is not finite is never saved.

    Parameters
    ----------
    out : path-like
        The run's folder: a new one, or with ``resume`` one that holds a run.
    data : str, optional
        A name, an ``.npz`` file or a folder, as `datasets.load` takes it. The recipe's own by
        default; a resumed run keeps what it was started with.
    recipe : str, optional
        A key of `recipes.ALL`; "default" by default.
    steps : int, optional
        Steps in all; the recipe's by default.
    seconds : float, optional
        Train for so long instead; compiling the first step counts.
    seed : int
    resume : bool
    progress : bool
        Show a progress bar on stderr.

    Returns
    -------
    Run

    Raises
    ------
    RunError
        If the folder already holds a run, or with ``resume`` holds none or one of other data;
        if training broke off because a value was not finite.
    """
    out = pathlib.Path(out)
    record = _resumed(out, data, recipe) if resume else _started(out, data, recipe, seed)
    seed, chosen = record["seed"], recipes.ALL[record["recipe"]["name"]]
    real = datasets.load(record["data"], split=record["split"]).images
    _identify(out, record, real)
    gan = chosen.build(real.shape[1:], seed=seed)
    curve = callbacks.LossCurve()
    if resume:
        checkpoints.restore(gan, out / "checkpoint.npz")
        _read_curve(out / "curve.csv", curve, int(gan.steps))
    done, total = int(gan.steps), steps or chosen.steps
    if seconds is None and done >= total:
        raise RunError(
            f"{out}: expected more than the {done} steps already done, received "
            f"{total}: ask for more with --steps, or for time with --seconds"
        )
    film = callbacks.Film(latents.sample(32, gan.latent_dim, seed=seed), every=20, most=60)
    guard = callbacks.StopOnNonFinite()
    watchers = [curve, film, guard]
    if progress:
        watchers.append(callbacks.Progress(seconds=seconds))
    batches = datasets.batches(real, chosen.batch_size, seed=seed, start=done)
    if seconds is None:
        batches = batches.take(total - done)

    began = saved = time.monotonic()
    before = record.get("seconds", 0.0)

    def save():
        record["steps"] = int(gan.steps)
        record["seconds"] = round(before + time.monotonic() - began, 1)
        _save(out, record, gan, curve)

    try:
        for _ in training.steps(gan, batches, callbacks=watchers):
            now = time.monotonic()
            if now - saved >= _SECONDS_BETWEEN_SAVES and guard.reason is None:
                save()
                saved = now
            if seconds is not None and now - began >= seconds:
                break
    except KeyboardInterrupt:
        save()
        _draw(out, gan, curve, film, seed)
        raise
    if guard.reason:
        raise RunError(
            f"{out}: training broke off, {guard.reason}. The last good state is that of step "
            f"{record.get('steps', 0)}; resume from it with --resume, or start anew with another "
            "seed"
        )
    save()
    _draw(out, gan, curve, film, seed)
    return Run(out)


class Run:
    """A trained run, read from its folder.

    Attributes
    ----------
    folder : pathlib.Path
    record : dict
        What run.json holds.
    generator : keras.Model
    """

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        self.record = _read_record(self.folder)
        recipe = recipes.ALL[self.record["recipe"]["name"]]
        shape = tuple(self.record["image_shape"])
        self.generator, _ = recipe.networks(shape, seed=self.record["seed"])
        checkpoints.load_weights(self.generator, self.folder / "generator.npz")
        self.generator.trainable = False

    def sample(self, n, *, seed):
        """Draw images from the generator: float32, shape (n, height, width, channels)."""
        z = latents.sample(n, self.generator.input_shape[-1], seed=seed)
        return models.apply(self.generator, z)


def _save(out, record, gan, curve):
    """Write the state so that a kill between two files leaves a run to sample from and resume.

    The checkpoint says how far it got. The curve, written before it, may know more steps, which
    a resumed run leaves out; the generator and the record may be those of the save before.
    """
    _write_curve(out / "curve.csv", curve)
    checkpoints.save(gan, out / "checkpoint.npz")
    checkpoints.save_weights(gan.generator_ema or gan.generator, out / "generator.npz")
    files.write(out / "run.json", json.dumps(record, indent=2).encode() + b"\n")


def _draw(out, gan, curve, film, seed):
    """Write the pictures: curve, film, samples."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(8, 4), dpi=100, layout="constrained")
    curve.draw(ax=figure.subplots())
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png")
    files.write(out / "curve.png", buffer.getvalue())
    samples = images.tile(gan.sample(100, seed=seed), columns=10)
    scale = max(1, 56 // film.frames[0].shape[1])
    frames = [images.tile(frame, columns=8) for frame in film.frames]
    files.write(out / "film.gif", images.to_gif(frames, seconds_per_frame=0.15, scale=scale))
    files.write(out / "samples.png", images.to_png(samples, scale=scale))


def _started(out, data, recipe, seed):
    """Return the record of a new run."""
    if (out / "run.json").exists():
        raise RunError(
            f"{out}: expected a new folder, received one that holds a run: go on with it by "
            "--resume, or choose another"
        )
    name = recipe or recipes.DEFAULT.name
    if name not in recipes.ALL:
        raise RunError(f"expected recipe as one of {', '.join(recipes.ALL)}, received {name!r}")
    chosen = recipes.ALL[name]
    return {
        "ganlab": ganlab.__version__,
        "versions": _versions(),
        "data": str(data) if data is not None else chosen.data,
        "split": chosen.split if data is None else None,
        "recipe": chosen.describe(),
        "seed": seed,
    }


def _resumed(out, data, recipe):
    """Return the record of the run to resume."""
    record = _read_record(out)
    had = record["recipe"]["name"]
    for name, asked, kept in (("data", data, record["data"]), ("recipe", recipe, had)):
        if asked is not None and str(asked) != kept:
            raise RunError(
                f"{out}: expected --{name} {kept}, with which this run was started, "
                f"received {asked}"
            )
    if record["recipe"] != recipes.ALL[had].describe():
        raise RunError(
            f"{out}: expected the recipe {had!r} as it was when this run was started, received "
            "another one of this name: start a new run"
        )
    return record


def _identify(out, record, real):
    """Write down which images a run learns; refuse others than those it was started with."""
    seen = {
        "image_shape": list(real.shape[1:]),
        "images": len(real),
        "images_sha256": hashlib.sha256(np.ascontiguousarray(real)).hexdigest(),
    }
    if "images" in record and record != record | seen:
        raise RunError(
            f"{out}: expected the images with which this run was started, received others from "
            f"{record['data']}: start a new run"
        )
    record.update(seen)


def _read_record(folder):
    path = folder / "run.json"
    try:
        record = json.loads(path.read_text(encoding="utf-8"))
        if record["recipe"]["name"] not in recipes.ALL:
            raise KeyError(f"recipe {record['recipe']['name']!r}")
        return record
    except FileNotFoundError:
        raise RunError(
            f"{folder}: expected a run, received a folder that holds no run; make one with: "
            f"python -m ganlab train --out {folder}"
        ) from None
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise RunError(f"{path}: expected the record of a run, received {error!r}") from error


def _versions():
    packages = {name: metadata.version(name) for name in ("tensorflow", "keras", "numpy")}
    return {"python": platform.python_version(), "machine": platform.machine(), **packages}


def _write_curve(path, curve):
    text = io.StringIO(newline="")
    rows = csv.writer(text)
    rows.writerow(["step", *curve.history])
    rows.writerows(zip(curve.steps, *curve.history.values(), strict=True))
    files.write(path, text.getvalue().encode())


def _read_curve(path, curve, steps):
    """Give a resumed curve its past, up to the step of the checkpoint."""
    with open(path, encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            if int(row["step"]) <= steps:
                curve.steps.append(int(row.pop("step")))
                for key, value in row.items():
                    curve.history.setdefault(key, []).append(float(value))
