"""A training into a folder: saved as it goes on, ended between two steps, resumed to the bit."""

import contextlib
import math
import pathlib
import signal
import sys
import time

from ganlab import callbacks, files, latents, recipes, training
from ganlab.images import check_count
from ganlab.runs import folder
from ganlab.runs import record as records
from ganlab.runs.record import RunError
from ganlab.runs.run import Run

_SECONDS_BETWEEN_SAVES = 30.0


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
    _check_numbers(steps, seconds, seed)
    folder.check_writable(out)
    if not resume:
        folder.check_new(out)
        record = records.started(out, data, asked)
        loaded = records.load(record)
        recipes.ALL[record["recipe"]["name"]].check(loaded.images.shape[1:])
        record |= records.traits(record, loaded)
        if (loaded.skipped or loaded.notes) and progress:
            print(loaded.report(), file=sys.stderr)
        with folder.held(out):
            folder.check_new(out)  # another training may have ended by now
            return _train(out, record, loaded, steps, seconds, progress)
    path = folder.find(out, "checkpoint.npz")
    with folder.held(out):
        record = records.read(path)
        records.refuse_contradictions(out, record, asked)
        loaded = records.load_images(out, record, data)
        return _train(out, record, loaded, steps, seconds, progress, checkpoint=path)


def _check_numbers(steps, seconds, seed):
    if steps is not None:
        check_count(steps, "steps", 1, 2**31)
    if seconds is not None and not 0 < seconds < math.inf:
        raise ValueError(f"expected seconds as a positive number, received {seconds!r}")
    if seed is not None:
        latents.integer_seed(seed)


def _train(out, record, data, steps, seconds, progress, checkpoint=None):
    """Train on from where the record stands; the folder is held by this process."""
    seed, recipe = record["seed"], recipes.ALL[record["recipe"]["name"]]
    done, total = record["steps"], steps or recipe.steps
    if seconds is None and done >= total:
        raise RunError(
            f"{out}: expected more than the {done} steps already done, received {total}: ask for "
            "more with --steps, or for time with --seconds"
        )
    real, classes = data.images, None
    if recipe.conditional:
        classes = len(record["labels"])
        real = real, records.conditions(data)[0]
    gan = recipe.build(data.images.shape[1:], classes=classes, seed=seed, step=done)
    curve, film = folder.watchers(gan, classes, seed=seed)
    if checkpoint is not None:
        folder.recall(checkpoint, record, gan, curve, film)
    guard = callbacks.StopOnNonFinite()
    watchers = [curve, film, guard]
    if progress:
        watchers.append(callbacks.Progress(seconds=seconds))

    began = saved = time.monotonic()
    before, interrupted = record["seconds"], []
    # The folder's own number: a copy from elsewhere has another.
    record["folder"] = records.identity(out)

    def save():
        now = {
            "steps": gan.steps,
            "seconds": round(before + time.monotonic() - began, 1),
        }
        try:
            if not out.exists() or records.identity(out) != record["folder"]:
                raise files.FileError(f"{out}: was moved or deleted during the training")
            folder.save(out, record | now, gan, curve, film)
        except files.FileError as error:
            raise RunError(
                f"{error}. The last state kept is that of step {record['steps']}"
            ) from error
        record.update(now)

    save()  # a disk that is full, or a folder that is read-only, is no surprise after the training
    steps_to_come = recipe.train(
        real,
        gan=gan,
        classes=classes,
        seed=seed,
        steps=total if seconds is None else math.inf,
        callbacks=watchers,
    )
    # Both signals count between two steps, where weights, optimizers and curve agree.
    with (
        training.interrupt_calls(
            lambda: interrupted.append(True), signals=(signal.SIGINT, signal.SIGTERM)
        ),
        contextlib.closing(steps_to_come),
    ):
        for gan, _ in steps_to_come:  # noqa: B007 - `save` keeps that of the last step
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
    folder.draw(out, gan, classes, curve, film, seed=seed)
    if interrupted:
        raise KeyboardInterrupt
    return Run(out)


def how_it_stands(out):
    """Say in a sentence or two what a training that was stopped has left in its folder."""
    try:
        step = records.read(pathlib.Path(out, "checkpoint.npz"))["steps"]
    except ValueError:
        return "stopped; nothing is saved yet"
    return (
        f"stopped; the state of step {step} is saved. "
        f"Go on with: python -m ganlab train --out {out} --resume"
    )
