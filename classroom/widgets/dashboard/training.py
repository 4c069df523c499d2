"""A training that can be looked at, stopped and resumed after every step: no widget in here."""

import collections
import contextlib
import math
import pathlib
import time

import numpy as np

from ganlab import callbacks, checkpoints, datasets, files, training
from ganlab.images import check_count

_SECONDS_BETWEEN_SAVES = 30.0
_RECENT = 50  # steps whose pace the time left is judged by


class Training:
    """Steps of a GAN, one at a time, with measures, a stop between two steps and a safe state.

    Parameters
    ----------
    gan, data, steps, batch_size, seed, measures, measure_every, checkpoint, resume
        As in `dashboard.Dashboard`.

    Attributes
    ----------
    state : {"ready", "training", "stopped", "done", "broken"}
        "broken" is a training whose numbers are no longer finite.
    reason : str
        Why it is stopped or broken; empty where somebody asked for it.
    curve : callbacks.LossCurve
        The logs of every step.
    measured : dict of str to list of (int, float)
        For each measure the steps it was taken at and its values.
    saved_at : int or None
        The step of the state in the checkpoint.
    """

    def __init__(
        self, gan, data, *, steps, batch_size, seed, measures, measure_every, checkpoint, resume
    ):
        _check(steps, measures, measure_every)
        self.gan, self.steps, self.measures = gan, steps, dict(measures or {})
        self.measure_every = measure_every
        if isinstance(data, datasets.Dataset):
            data = data.images if gan.condition is None else (data.images, data.labels)
        self.data = data if isinstance(data, tuple) else np.asarray(data)
        self.batch_size, self.seed = batch_size, seed
        self.curve = callbacks.LossCurve()
        self._steps(0)  # refuses what cannot be trained with now rather than at the first step
        self.checkpoint = None if checkpoint is None else pathlib.Path(checkpoint)
        self.saved_at = None
        self._prepare_checkpoint(resume)
        self.state, self.reason = "ready", ""
        self.measured = {name: [] for name in self.measures}
        self._asked_to_stop, self._whole = False, True
        self._running, self._times = None, collections.deque(maxlen=_RECENT + 1)

    @property
    def images(self):
        """What it trains on, without conditions."""
        return self.data[0] if isinstance(self.data, tuple) else self.data

    def _steps(self, start):
        batches = datasets.batches(self.data, self.batch_size, seed=self.seed, start=start)
        return training.steps(self.gan, batches, callbacks=[self.curve])

    def _prepare_checkpoint(self, resume):
        if self.checkpoint is None:
            if resume:
                raise ValueError("expected a checkpoint to resume from, received checkpoint=None")
            return
        if self.checkpoint.suffix != ".npz":
            raise ValueError(
                f"expected a checkpoint that ends in .npz, received {str(self.checkpoint)!r}"
            )
        files.check_writable(self.checkpoint)
        if not self.checkpoint.exists():
            return
        if not resume:
            raise ValueError(
                "expected a checkpoint that does not exist yet, or resume=True to go on from it, "
                f"received {str(self.checkpoint)!r}, which exists"
            )
        checkpoints.restore(self.gan, self.checkpoint)
        self.saved_at = self.step

    @property
    def step(self):
        """Completed steps, counted by the GAN."""
        return self.gan.steps

    @property
    def message(self):
        """One sentence on where the training stands."""
        where = f"step {self.step:,} of {self.steps:,}"
        because = f": {self.reason}" if self.reason else ""
        if self.state == "stopped":
            return f"Stopped at step {self.step:,}{because}; run again to go on.{self._kept()}"
        if self.state == "broken":
            return f"Stopped at step {self.step:,}{because}.{self._kept()}"
        if self.state == "done":
            return f"Done: {self.step:,} steps.{self._kept()}"
        return f"Training, {where}." if self.state == "training" else f"Ready, {where}."

    def _kept(self):
        if self.saved_at is None:
            return ""
        which = "The state" if self.saved_at == self.step else "The last good state"
        return f" {which} of step {self.saved_at:,} is in {self.checkpoint.name}."

    @property
    def rate(self):
        """Steps a second, of the most recent ones; None before the third step."""
        if len(self._times) < 3:
            return None
        return (len(self._times) - 1) / max(self._times[-1] - self._times[0], 1e-9)

    @property
    def seconds_left(self):
        """At the recent rate; None where nothing is known yet."""
        return None if self.rate is None else max(0, self.steps - self.step) / self.rate

    def stop(self):
        """End the training after the step that is running; callable from any thread."""
        self._asked_to_stop = True

    def records(self):
        """Train; yield the logs and measures of each step as a dict; the loop can be left any time.

        One interrupt (Ctrl-C, Kernel > Interrupt) is a wish to stop, which ends the loop
        quietly after the step that is running; a second one raises KeyboardInterrupt.
        """
        if self._running is not None:
            self._running.close()  # left behind by a loop that an error ended
        self._running = self._train()
        return self._running

    def _train(self):
        self._asked_to_stop, self.reason = False, ""
        if self.step >= self.steps:
            self.state = "done"
            return
        steps = self._steps(self.step)
        self.state, self._whole = "training", True
        self._times.clear()
        last_save = time.monotonic()
        with training.interrupt_calls(self.stop), contextlib.closing(steps):
            try:
                self._measure()
                while not self._asked_to_stop and self.step < self.steps:
                    self._whole = False
                    logs = next(steps)
                    self._whole = True
                    self._times.append(time.monotonic())
                    bad = [key for key, value in logs.items() if not math.isfinite(value)]
                    if bad:
                        self.state, self.reason = "broken", f"{bad[0]} is {logs[bad[0]]}"
                        yield {"step": self.step} | logs
                        return
                    values = self._measure()
                    if self.checkpoint and time.monotonic() - last_save > _SECONDS_BETWEEN_SAVES:
                        self._save()
                        last_save = time.monotonic()
                    yield {"step": self.step} | logs | values
                self.state = "done" if self.step >= self.steps else "stopped"
            except Exception as error:
                self.reason = f"{type(error).__name__}: {error}"
                raise
            finally:  # also where the loop was left by break, an error or an interrupt
                if self.state == "training":
                    self.state = "stopped"
                if self.state != "broken" and self._whole:
                    self._save()

    def _measure(self):
        """Take the measures that are due and not yet taken; return them by name."""
        taken, step = {}, self.step
        if step % self.measure_every and step < self.steps:
            return taken
        for name, function in self.measures.items():
            if self.measured[name] and self.measured[name][-1][0] == step:
                continue
            try:
                taken[name] = float(function(self.gan))
            except (TypeError, ValueError) as error:
                raise type(error)(f"measure {name!r}: {error}") from error
            self.measured[name].append((step, taken[name]))
        return taken

    def _save(self):
        if self.checkpoint is not None and self.saved_at != self.step:
            checkpoints.save(self.gan, self.checkpoint)
            self.saved_at = self.step


def _check(steps, measures, measure_every):
    check_count(steps, "steps", 1)
    check_count(measure_every, "measure_every", 1)
    for name, function in (measures or {}).items():
        if not isinstance(name, str) or not callable(function):
            raise TypeError(
                "expected measures as a dict of names and functions of the GAN, "
                f"received {name!r}: {function!r:.80}"
            )
