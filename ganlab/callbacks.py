"""Keras callbacks for adversarial training: film, curves, a guard, a progress bar."""

import contextlib
import math
import sys
import time
import warnings

import numpy as np
from tqdm import tqdm

from ganlab import plotting
from ganlab._tensorflow import keras
from ganlab.images import check_count

__all__ = [
    "Film",
    "LossCurve",
    "Progress",
    "StopOnNonFinite",
    "check_divides",
    "progress_bar",
]


class Film(keras.callbacks.Callback):
    """What the generator makes of the same latents as training goes on.

    Parameters
    ----------
    latents : array, shape (n, latent_dim)
        Fixed latents, for example ``latents.sample(16, 64, seed=0)``.
    condition : array, shape (n, ...) or (...), where the networks take one
        A condition for each of the latents, or one for all.
    every : int
        Steps between two frames. The first frame is taken before training.
    most : int, optional
        When there are more frames than this, every second one is dropped and ``every``
        doubles: a film of a training whose length is not known beforehand.
    keep : callable, optional
        What is kept of the samples of a frame, an array (n, ...): all where it is not given.

    Attributes
    ----------
    frames : list of ndarray
        What is kept of the samples of the generator, or of its moving average where it has one.
    steps : list of int
        The step of each frame, counted by the GAN: a resumed run goes on counting.
    """

    def __init__(self, latents, *, condition=None, every, most=None, keep=np.asarray):
        super().__init__()
        check_count(every, "every", 1)
        if most is not None:
            check_count(most, "most", 2)
        self.latents = np.asarray(latents, np.float32)
        self.condition = condition
        self.every, self.most, self.keep = every, most, keep
        self.frames, self.steps = [], []

    def check_execution(self, steps_per_execution):
        """Refuse steps of which this callback would not see those that it needs."""
        check_divides(steps_per_execution, self.every)

    def on_train_begin(self, logs=None):
        if self.latents.ndim != 2 or self.latents.shape[1] != self.model.latent_dim:
            raise ValueError(
                f"expected latents of shape (n, {self.model.latent_dim}), "
                f"received {self.latents.shape}"
            )
        self._inputs = self.latents
        if self.model.condition is not None:
            told = self.model.condition.check(self.condition, len(self.latents))
            self._inputs = [self.latents, told]
        elif self.condition is not None:
            raise ValueError("expected no condition, which this GAN does not take, received one")
        if not self.frames:
            self._take()

    def on_train_batch_end(self, batch, logs=None):
        # Not `steps % every == 0`: with several steps in one execution, some are not seen.
        if self.model.steps // self.every > self.steps[-1] // self.every:
            self._take()

    def _take(self):
        self.steps.append(self.model.steps)
        self.frames.append(self.keep(self.model(self._inputs).numpy()))
        if self.most is not None and len(self.frames) > self.most:
            self.every *= 2
            self.frames, self.steps = self.frames[::2], self.steps[::2]


class LossCurve(keras.callbacks.Callback):
    """The logs of every step, and a picture of the two losses.

    With several steps in one execution, Keras shows those of the last; `training.steps` has the
    logs of all.

    Attributes
    ----------
    steps : list of int
        Those that the logs belong to, counted by the GAN.
    history : dict of str to list of float
        ``d_loss``, ``g_loss`` and what else the step logs.
    """

    def __init__(self):
        super().__init__()
        self.steps, self.history = [], {}

    def on_train_batch_end(self, batch, logs=None):
        self.steps.append(self.model.steps)
        for key, value in (logs or {}).items():
            self.history.setdefault(key, []).append(float(value))

    def draw(self, *, ax=None, smooth=0.9, band=None):
        """Draw both losses and their levels at chance; return the Axes.

        ``band``, what other runs gave, is drawn behind them; see `plotting.plot_history`.
        """
        return plotting.plot_history(
            self.history,
            steps=self.steps,
            ax=ax,
            smooth=smooth,
            band=band,
            chance=self.model.loss_pair.chance,
        )


def check_divides(steps_per_execution, every):
    """Raise a ValueError where what is due once in `every` steps would come late."""
    if every % steps_per_execution:
        raise ValueError(
            f"expected steps_per_execution as a divisor of every={every}, received "
            f"{steps_per_execution}: between two executions a callback sees nothing"
        )


class StopOnNonFinite(keras.callbacks.Callback):
    """Stop training as soon as a loss or a gradient is not finite, and says which.

    Keras's own TerminateOnNaN looks at a log called "loss", which a GAN does not have.

    Attributes
    ----------
    reason : str or None
        For example "g_gradient_norm is nan after step 120".
    """

    def __init__(self):
        super().__init__()
        self.reason = None

    def on_train_begin(self, logs=None):
        self.reason = None

    def on_train_batch_end(self, batch, logs=None):
        scaled = self._scaled()
        for key, value in (logs or {}).items():
            # In half precision a gradient that overflows is no news: the step is left out.
            if not math.isfinite(value) and not (scaled and key.endswith("gradient_norm")):
                self.reason = f"{key} is {float(value)} after step {self.model.steps}"
                self.model.stop_training = True
                warnings.warn(f"training stopped: {self.reason}", RuntimeWarning, stacklevel=2)
                return

    def _scaled(self):
        optimizers = (self.model.g_optimizer, self.model.d_optimizer)
        return any(isinstance(one, keras.optimizers.LossScaleOptimizer) for one in optimizers)


class Progress(keras.callbacks.Callback):
    """A progress bar for terminals: the losses, steps a second, time left; for any model.

    Parameters
    ----------
    seconds : float, optional
        Total seconds to show, where training is limited by time rather than by steps.
    description : str
        What the bar calls the training.
    """

    def __init__(self, *, seconds=None, description="training"):
        super().__init__()
        self._seconds, self._description = seconds, description

    def on_train_begin(self, logs=None):
        self._start, self._first = time.monotonic(), self._steps()
        if self._seconds is not None:
            layout = "{l_bar}{bar}| {n:.0f}/{total:.0f} s [{remaining} left{postfix}]"
            first, total = 0, self._seconds
        else:
            layout = (
                "{l_bar}{bar}| {n_fmt}/{total_fmt} steps [{elapsed}, {remaining} left{postfix}]"
            )
            first, total = self._first, self.params["steps"]
            if total is not None:
                total = first + total * self.params["epochs"]
        self._bar = progress_bar(
            total=total,
            initial=first,
            desc=self._description,
            bar_format=layout,
            dynamic_ncols=True,
        )

    def on_train_batch_end(self, batch, logs=None):
        elapsed, done = time.monotonic() - self._start, self._steps()
        losses = [f"{key} {value:.2f}" for key, value in logs.items() if key.endswith("loss")]
        rate = (done - self._first) / max(elapsed, 1e-9)
        self._bar.set_postfix_str(", ".join([*losses, f"{rate:.0f} steps/s"]), refresh=False)
        target = min(elapsed, self._seconds) if self._seconds is not None else done
        self._bar.update(target - self._bar.n)

    def on_train_end(self, logs=None):
        self._bar.refresh()
        self._bar.close()

    def _steps(self):
        """Return the completed steps: a GAN counts them itself, of other models the optimizer."""
        model = self.model
        return int(model.steps if hasattr(model, "steps") else model.optimizer.iterations)


def progress_bar(**settings):
    """Make a bar on stderr that can be lost, with its terminal, but never ends what it shows.

    Parameters
    ----------
    **settings
        Those of tqdm.

    Returns
    -------
    tqdm.tqdm
    """
    return tqdm(file=_Stderr(), **settings)


class _Stderr:
    """Writes to sys.stderr where there is one and where it takes what is written."""

    def __getattr__(self, name):
        return getattr(sys.stderr, name)

    def write(self, text):
        with contextlib.suppress(AttributeError, OSError, ValueError):
            sys.stderr.write(text)

    def flush(self):
        with contextlib.suppress(AttributeError, OSError, ValueError):
            sys.stderr.flush()
