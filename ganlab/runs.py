"""A training as a folder: started, resumed, sampled from.

run.json         what was run: data, recipe, seed, versions, time, checksums
checkpoint.npz   the whole state, to resume from
generator.npz    the weights of the generator (of its moving average, where it has one)
curve.csv        both losses and the gradient norms at every step
curve.png  film.gif  samples.png
"""

import csv
import io
import json
import math
import pathlib
import platform
import time
from importlib import metadata

import numpy as np

import ganlab
from ganlab import callbacks, checkpoints, datasets, files, images, latents, recipes
from ganlab._tensorflow import keras

__all__ = ["Run", "RunError", "train"]

_SECONDS_BETWEEN_SAVES = 30.0
_FILM_COLUMNS = 8


class RunError(ValueError):
    """A run folder cannot be used as asked; the message says what to do."""


def train(
    out, *, data=None, recipe=None, steps=None, seconds=None, seed=0, resume=False, progress=True
):
    """Trains a GAN by a recipe and leaves everything worth keeping in a folder.

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
        Train for so long instead.
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
        If the folder already holds a run, or with ``resume`` holds none; if training broke off
        because a value was not finite.
    """
    out = pathlib.Path(out)
    record = _record(out, data, recipe, seed, resume)
    dataset = datasets.load(record["data"], split=record["split"])
    chosen = recipes.ALL[record["recipe"]["name"]]
    gan = chosen.build(dataset.images.shape[1:], seed=record["seed"])
    curve = callbacks.LossCurve()
    if resume:
        checkpoints.restore(gan, out / "checkpoint.npz")
        _read_curve(out / "curve.csv", curve, int(gan.steps))
    total = steps or chosen.steps
    if seconds is None and int(gan.steps) >= total:
        raise RunError(
            f"{out}: expected more than the {int(gan.steps)} steps already done, received "
            f"{total}: ask for more with --steps, or for time with --seconds"
        )
    record["image_shape"] = list(dataset.images.shape[1:])
    record["images"] = len(dataset)

    film = callbacks.Film(
        latents.sample(32, gan.latent_dim, seed=record["seed"]), every=20, most=60
    )
    keeper = _Keeper(out, record, curve, film)
    guard = callbacks.StopOnNonFinite()
    watchers = [curve, film, guard, keeper]
    if seconds is not None:
        watchers.append(_StopAfter(seconds))
    bar = None
    if progress:
        bar = callbacks.Progress(steps=total, seconds=seconds, batch_size=chosen.batch_size)
        watchers.append(bar)
    batches = datasets.batches(
        dataset.images, chosen.batch_size, seed=record["seed"], start=int(gan.steps)
    )
    ahead = 10**9 if seconds is not None else total - int(gan.steps)
    try:
        gan.fit(batches, steps_per_epoch=ahead, verbose=0, callbacks=watchers)
    except KeyboardInterrupt:
        if bar is not None:
            bar.close()
        keeper.save(gan)
        keeper.draw(gan)
        raise
    if guard.reason:
        raise RunError(
            f"{out}: training broke off, {guard.reason}. The last good state is that of step "
            f"{keeper.saved_at}; resume from it with --resume, or start anew with another seed"
        )
    keeper.save(gan)
    keeper.draw(gan)
    return Run(out)


class Run:
    """A trained run, read from its folder.

    Attributes
    ----------
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
        checkpoints.load_weights(
            self.generator, self.folder / "generator.npz", sha256=self.record["generator_sha256"]
        )
        self.generator.trainable = False

    def sample(self, n, *, seed):
        """Images drawn from the generator: float32, shape (n, height, width, channels)."""
        z = latents.sample(n, self.generator.input_shape[-1], seed=seed)
        chunks = [self.generator(z[i : i + 256], training=False) for i in range(0, n, 256)]
        return np.concatenate([chunk.numpy() for chunk in chunks])


class _StopAfter(keras.callbacks.Callback):
    """Ends training when the time is up; compiling the first step counts."""

    def __init__(self, seconds):
        super().__init__()
        self._seconds = seconds

    def on_train_begin(self, logs=None):
        self._end = time.monotonic() + self._seconds

    def on_train_batch_end(self, batch, logs=None):
        if time.monotonic() >= self._end:
            self.model.stop_training = True


class _Keeper(keras.callbacks.Callback):
    """Saves the run from time to time, while all its values are finite."""

    def __init__(self, out, record, curve, film):
        super().__init__()
        self._out, self._record, self._curve, self._film = out, record, curve, film
        self._seconds_before = record.get("seconds", 0.0)
        self.saved_at = 0

    def on_train_begin(self, logs=None):
        self._began = self._last = time.monotonic()
        self.saved_at = int(self.model.steps)

    def on_train_batch_end(self, batch, logs=None):
        if time.monotonic() - self._last < _SECONDS_BETWEEN_SAVES:
            return
        if all(math.isfinite(value) for value in logs.values()):
            self.save(self.model)

    def save(self, gan):
        """State first, then the record that vouches for it."""
        checkpoints.save(gan, self._out / "checkpoint.npz")
        checksum = checkpoints.save_weights(
            gan.generator_ema or gan.generator, self._out / "generator.npz"
        )
        _write_curve(self._out / "curve.csv", self._curve)
        now = time.monotonic()
        seconds = self._seconds_before + now - self._began
        self._record.update(
            steps=int(gan.steps), seconds=round(seconds, 1), generator_sha256=checksum
        )
        _write(self._out / "run.json", json.dumps(self._record, indent=2).encode() + b"\n")
        self._last, self.saved_at = now, int(gan.steps)

    def draw(self, gan):
        """The pictures: curve, film, samples."""
        from matplotlib.figure import Figure

        figure = Figure(figsize=(8, 4), dpi=100, layout="constrained")
        self._curve.draw(ax=figure.subplots())
        buffer = io.BytesIO()
        figure.savefig(buffer, format="png")
        _write(self._out / "curve.png", buffer.getvalue())
        scale = max(1, 112 // self._record["image_shape"][0])
        frames = [images.tile(frame, columns=_FILM_COLUMNS) for frame in self._film.frames]
        _write(
            self._out / "film.gif",
            images.to_gif(frames, seconds_per_frame=0.15, scale=scale // 2 or 1),
        )
        samples = gan.sample(100, seed=self._record["seed"])
        _write(
            self._out / "samples.png",
            images.to_png(images.tile(samples, columns=10), scale=scale // 2 or 1),
        )


def _record(out, data, recipe, seed, resume):
    """The record of a new run, or that of the run to resume."""
    exists = (out / "run.json").exists()
    if not resume:
        if exists:
            raise RunError(
                f"{out}: already holds a run: go on with it by --resume, or choose another folder"
            )
        name = recipe or recipes.DEFAULT.name
        if name not in recipes.ALL:
            raise RunError(f"expected a recipe out of {', '.join(recipes.ALL)}, received {name!r}")
        chosen = recipes.ALL[name]
        return {
            "ganlab": ganlab.__version__,
            "versions": _versions(),
            "data": str(data) if data is not None else chosen.data,
            "split": chosen.split if data is None else None,
            "recipe": chosen.describe(),
            "seed": seed,
        }
    record = _read_record(out)
    for name, asked, had in (
        ("data", data and str(data), record["data"]),
        ("recipe", recipe, record["recipe"]["name"]),
    ):
        if asked is not None and asked != had:
            raise RunError(f"{out}: this run was started with --{name} {had}, received {asked}")
    if record["recipe"] != recipes.ALL[record["recipe"]["name"]].describe():
        raise RunError(
            f"{out}: the recipe {record['recipe']['name']!r} has changed since this run was "
            "started: start a new one"
        )
    return record


def _read_record(folder):
    path = folder / "run.json"
    try:
        record = json.loads(path.read_text(encoding="utf-8"))
        if record["recipe"]["name"] not in recipes.ALL:
            raise KeyError(f"recipe {record['recipe']['name']!r}")
        return record
    except FileNotFoundError:
        raise RunError(
            f"{folder}: holds no run; make one with: python -m ganlab train --out {folder}"
        ) from None
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise RunError(f"{path}: not the record of a run ({error!r})") from error


def _versions():
    packages = {name: metadata.version(name) for name in ("tensorflow", "keras", "numpy")}
    return {"python": platform.python_version(), "machine": platform.machine(), **packages}


def _write(path, content):
    with files.replaced(path) as file:
        file.write(content)


def _write_curve(path, curve):
    with files.replaced(path) as file:
        text = io.TextIOWrapper(file, encoding="utf-8", newline="")
        rows = csv.writer(text)
        rows.writerow(["step", *curve.history])
        columns = zip(*curve.history.values(), strict=True)
        rows.writerows([step, *values] for step, values in zip(curve.steps, columns, strict=True))
        text.flush()
        text.detach()


def _read_curve(path, curve, steps):
    """Gives a resumed curve its past, up to the step of the checkpoint."""
    with open(path, encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            if int(row["step"]) <= steps:
                curve.steps.append(int(row.pop("step")))
                for key, value in row.items():
                    curve.history.setdefault(key, []).append(float(value))
