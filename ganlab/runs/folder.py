"""The folder of a run: one writer at a time, what is saved in it, what is drawn."""

import contextlib
import csv
import io
import json

import filelock
import numpy as np

from ganlab import callbacks, checkpoints, files, images, latents
from ganlab.runs.record import RunError

_ARCHIVES = ("checkpoint.npz", "generator.npz")
_COPIES = ("run.json", "curve.csv", "curve.png", "film.gif", "samples.png")

_FILM_ROW, _FILM_COUNT, _FILM_EVERY, _FILM_MOST = 8, 32, 20, 60
_FILM_LABELS = 10  # rows, at most
_FILM_SIDE = 64  # pixels of an image in the film, at most
_SHEET_SIDE = 1280  # pixels of the sheet of samples, about


@contextlib.contextmanager
def held(out):
    """Hold a run's folder, so that no second training writes into it; a dead process holds none.

    A folder that is made here, and into which nothing is written, is removed again.
    """
    new = not out.exists()
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
        files.remove_abandoned(out)
        yield
    finally:
        lock.release()
        if new and {path.name for path in out.iterdir()} <= {".lock"}:
            (out / ".lock").unlink(missing_ok=True)
            out.rmdir()


def check_new(out):
    """Refuse a folder that holds a run already."""
    if any((out / name).exists() for name in ("run.json", *_ARCHIVES)):
        raise RunError(
            f"{out}: expected a new folder, received one that holds a run: go on with it by "
            "--resume, or choose another"
        )


def check_writable(out):
    """Refuse a folder in which some file of a run could not be written."""
    for name in (*_ARCHIVES, *_COPIES):
        files.check_writable(out / name)


def find(out, name):
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


def watchers(gan, classes, *, seed):
    """Return the curve and the film that a run keeps: of a conditional GAN a row a label."""
    drawn, condition = latents.sample(_FILM_COUNT, gan.latent_dim, seed=seed), None
    if classes is not None:
        rows = min(classes, _FILM_LABELS)
        drawn = np.tile(drawn[:_FILM_ROW], (rows, 1))  # a column shows one latent
        condition = np.repeat(np.arange(rows), _FILM_ROW)
    film = callbacks.Film(
        drawn,
        condition=condition,
        every=_FILM_EVERY,
        most=_FILM_MOST,
        keep=lambda samples: images.to_uint8(images.shrink(samples, _FILM_SIDE)),
    )
    return callbacks.LossCurve(), film


def save(out, record, gan, curve, film):
    """Write the state; the package's docstring says what a kill between two files leaves."""
    note = {"record": json.dumps(record)}
    past = {
        "curve_names": np.array(list(curve.history), np.str_),
        "curve_values": np.array(list(curve.history.values()), np.float32),
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


def recall(path, record, gan, curve, film):
    """Put the state in a checkpoint into a GAN, and its past into a curve and a film.

    Raises
    ------
    files.FileError
        Where the record, the state, the curve and the film are not those of one run.
    """
    checkpoints.restore(gan, path)
    steps = record["steps"]
    if gan.steps != steps:
        raise checkpoints.CheckpointError(
            f"{path}: expected the state of step {steps}, of which its record tells, "
            f"received that of step {gan.steps}"
        )
    if steps == 0:
        return
    names = sorted(metric.name for metric in gan.metrics)
    every = film.every
    while steps // every >= film.most:  # as the film doubles it
        every *= 2
    frame = film.keep(np.zeros((1, *gan.sample_shape), np.float32))
    forms = {
        "curve_names": ((len(names),), "U"),
        "curve_values": ((len(names), steps), "f"),
        "film_frames": ((steps // every + 1, len(film.latents), *frame.shape[1:]), "u"),
    }
    past = checkpoints.read_notes(path, list(forms))
    for name, (shape, kind) in forms.items():
        found = past.get(name)
        if found is None or found.shape != shape or found.dtype.kind != kind:
            received = "none" if found is None else f"shape {found.shape}, {found.dtype}"
            raise checkpoints.CheckpointError(
                f"{path}: expected {name} of shape {shape}, received {received}"
            )
    columns = past["curve_names"].tolist()
    if sorted(columns) != names:
        raise checkpoints.CheckpointError(
            f"{path}: expected curves of {', '.join(names)}, received {', '.join(columns):.200}"
        )
    values = past["curve_values"].astype(float)
    if not np.isfinite(values).all():
        raise checkpoints.CheckpointError(f"{path}: expected curves of finite values")
    curve.steps = list(range(1, steps + 1))
    curve.history = dict(zip(columns, values.tolist(), strict=True))
    film.every, film.frames = every, list(past["film_frames"].astype(np.uint8, copy=False))
    film.steps = list(range(0, steps + 1, every))


def draw(out, gan, classes, curve, film, *, seed):
    """Write the pictures: curve, film, samples; of a conditional GAN a row a label."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(8, 4), dpi=100, layout="constrained")
    curve.draw(ax=figure.subplots())
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png")
    files.write(out / "curve.png", buffer.getvalue())
    frames = [images.tile(images.to_float(frame), columns=_FILM_ROW) for frame in film.frames]
    scale = max(1, 56 // max(film.frames[0].shape[1:3]))
    files.write(out / "film.gif", images.to_gif(frames, seconds_per_frame=0.15, scale=scale))
    side = max(gan.sample_shape[:2])
    columns = min(10, max(2, _SHEET_SIDE // side))
    rows = columns if classes is None else min(classes, columns)
    condition = None if classes is None else np.repeat(np.arange(rows), columns)
    samples = gan.sample(rows * columns, condition=condition, seed=seed)
    sheet = images.tile(samples, columns=columns)
    files.write(out / "samples.png", images.to_png(sheet, scale=max(1, 56 // side)))
