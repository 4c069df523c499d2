"""A training that can be looked at, stopped and resumed after every step: no widget in here."""

import collections
import contextlib
import math
import pathlib
import signal
import threading
import time

import numpy as np

from ganlab import checkpoints, datasets
from ganlab.training import GAN

__all__ = ["Training", "chance_levels"]

_SECONDS_BETWEEN_SAVES = 30.0
_RECENT = 50  # steps whose pace the time left is judged by


def chance_levels(loss):
    """The losses of both players while the discriminator gives every image the same logit.

    It gives the one that costs it least, and of equally good ones the smallest in size.

    Parameters
    ----------
    loss : losses.AdversarialLoss

    Returns
    -------
    dict of str to float
        With keys ``d_loss`` and ``g_loss``.

    Examples
    --------
    >>> from ganlab import losses
    >>> {key: round(level, 3) for key, level in chance_levels(losses.non_saturating).items()}
    {'d_loss': 1.386, 'g_loss': 0.693}
    """
    candidates = np.linspace(-1, 1, 41, dtype=np.float32)
    candidates = candidates[np.argsort(np.abs(candidates), kind="stable")]
    costs = [float(loss.discriminator([c], [c])) for c in candidates]
    best = next(c for c, cost in zip(candidates, costs, strict=True) if cost < min(costs) + 1e-6)
    return {
        "d_loss": float(loss.discriminator([best], [best])),
        "g_loss": float(loss.generator([best], [best])),
    }


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
    history : dict of str to list of float
        "step" and every log of a step.
    measured : dict of str to list of (int, float)
        For each measure the steps it was taken at and its values.
    saved_at : int or None
        The step of the state in the checkpoint.
    """

    def __init__(
        self, gan, data, *, steps, batch_size, seed, measures, measure_every, checkpoint, resume
    ):
        _check(gan, steps, measures, measure_every)
        self.gan, self.steps, self.measures = gan, steps, dict(measures or {})
        self.measure_every = measure_every
        self.data = np.asarray(data) if not isinstance(data, datasets.Dataset) else data.images
        if self.data.shape[1:] != gan.generator.output_shape[1:]:
            raise ValueError(
                f"expected data of shape (n, {', '.join(map(str, gan.generator.output_shape[1:]))}"
                f"), as the generator makes them, received {self.data.shape}"
            )
        self._stream = lambda start: iter(
            datasets.batches(self.data, batch_size, seed=seed, start=start)
        )
        self._stream(0)  # refuses a bad batch_size or seed now rather than at the first step
        self.checkpoint = None if checkpoint is None else pathlib.Path(checkpoint)
        self.saved_at = None
        self._prepare_checkpoint(resume)
        self.state, self.reason = "ready", ""
        self.history = {"step": []}
        self.measured = {name: [] for name in self.measures}
        self._asked_to_stop, self._whole = False, True
        self._running, self._times = None, collections.deque(maxlen=_RECENT + 1)

    def _prepare_checkpoint(self, resume):
        if self.checkpoint is None:
            if resume:
                raise ValueError("expected a checkpoint to resume from, received checkpoint=None")
            return
        if self.checkpoint.suffix != ".npz":
            raise ValueError(
                f"expected a checkpoint that ends in .npz, received {str(self.checkpoint)!r}"
            )
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
        return int(self.gan.steps)

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
        """Ends the training after the step that is running; callable from any thread."""
        self._asked_to_stop = True

    def records(self):
        """Trains; yields the logs and measures of each step as a dict, and can be left any time.

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
        self.state, self._whole = "training", True
        self._times.clear()
        last_save = time.monotonic()
        with self._interrupt_means_stop():
            try:
                stream = self._stream(self.step)
                self.gan.make_train_function()
                self._measure()
                while not self._asked_to_stop and self.step < self.steps:
                    logs = self._advance(stream)
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

    def _advance(self, stream):
        self._whole = False
        logs = self.gan.train_function(stream)
        self._whole = True
        logs = {key: float(value) for key, value in logs.items()}
        self.history["step"].append(self.step)
        for key, value in logs.items():
            self.history.setdefault(key, []).append(value)
        self._times.append(time.monotonic())
        return logs

    def _measure(self):
        """Takes the measures that are due and not yet taken; returns them by name."""
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

    @contextlib.contextmanager
    def _interrupt_means_stop(self):
        before = signal.getsignal(signal.SIGINT)
        in_main_thread = threading.current_thread() is threading.main_thread()
        if not in_main_thread or before in (signal.SIG_IGN, None):
            yield
            return

        def on_interrupt(number, frame):
            if self._asked_to_stop:
                raise KeyboardInterrupt
            self.stop()

        signal.signal(signal.SIGINT, on_interrupt)
        try:
            yield
        finally:
            if signal.getsignal(signal.SIGINT) is on_interrupt:
                signal.signal(signal.SIGINT, before)


def _check(gan, steps, measures, measure_every):
    if not isinstance(gan, GAN):
        raise TypeError(f"expected gan to be a training.GAN, received {gan!r:.80}")
    if gan.g_optimizer is None:
        raise ValueError("expected a compiled GAN, received one without optimizers")
    if gan.steps_per_execution != 1:
        raise ValueError(
            "expected a GAN compiled with steps_per_execution=1, since every step is looked at, "
            f"received {gan.steps_per_execution}"
        )
    for name, value in (("steps", steps), ("measure_every", measure_every)):
        if isinstance(value, bool) or not isinstance(value, int | np.integer) or value < 1:
            raise ValueError(f"expected {name} as a whole number from 1, received {value!r}")
    for name, function in (measures or {}).items():
        if not isinstance(name, str) or not callable(function):
            raise TypeError(
                "expected measures as a dict of names and functions of the GAN, "
                f"received {name!r}: {function!r:.80}"
            )
