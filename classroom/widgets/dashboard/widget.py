"""A dashboard beside a training: losses, samples, measures, time left, and a Stop that answers."""

import asyncio
import contextlib
import html
import math
import secrets
import time

import ipywidgets
import numpy as np

from classroom.widgets import page
from classroom.widgets.dashboard import picture
from classroom.widgets.dashboard.training import Training
from ganlab import latents, plotting
from ganlab.images import check_count

_SHARE = 0.08  # of the time at most goes into drawing
_SOONEST = 0.25  # seconds between two drawings
_TURNS = 6  # of the loop after every step: a click takes some of them on its way to its handler

_BUTTON = {
    "ready": ("Start", "play", "Start training"),
    "training": ("Stop", "stop", "Stop after the step that is running"),
    "stopped": ("Go on", "play", "Go on from the step where it stopped"),
}


class Dashboard(ipywidgets.VBox):
    """Train a GAN and show how it goes.

    Show it in one cell, and train in the next one, which can be run again to go on::

        dashboard = widgets.Dashboard(gan, images, steps=2000, batch_size=64, seed=0)
        dashboard

        await dashboard.run()

    Its button starts a training too, and goes on with one; other cells can be run meanwhile.
    Stop answers after the step that is running. A training stopped and gone on with takes the
    very same steps as one never stopped, from memory as from the checkpoint.

    Parameters
    ----------
    gan : training.GAN
        Compiled. It is trained further if it has been trained.
    data : array of float, shape (n, ...), or datasets.Dataset, or tuple
        Real samples, as the generator makes them; for a GAN with a condition a tuple of them
        and their conditions, or a data set, whose labels it then takes.
    steps : int
        Steps in all, those that the GAN has behind it included. The attribute of that name can
        be raised later.
    batch_size : int
    seed : int
        For the order of the samples and for the latents of the samples shown.
    measures : dict of str to callable, optional
        Functions of the GAN that return a number: ``{"distance": lambda gan: ...}``.
    measure_every : int
        Steps between two values of the measures, which are also taken at the end.
    references : dict of str to float, optional
        Levels drawn as dotted lines; by default what both players pay at chance,
        `AdversarialLoss.chance` of the GAN's loss.
    samples : int, from 1
        How many to show.
    checkpoint : path-like, optional
        An ``.npz`` that receives the state every half minute, on Stop and at the end, never one
        with a number that is not finite. Without it the state stays in the GAN alone.
    resume : bool
        Go on from the checkpoint where it exists. Without this an existing file is refused.

    Attributes
    ----------
    training : classroom.widgets.dashboard.training.Training
        Its ``curve``, ``measured``, ``state`` and ``message`` are what is shown.

    Raises
    ------
    TypeError, ValueError
        For anything that could not be trained with, before the first step.

    Notes
    -----
    A kernel delivers a click only while a cell awaits. ``run`` awaits after every step; a loop
    of your own must do so too, with ``await asyncio.sleep(0)``::

        for record in dashboard.train():
            await asyncio.sleep(0)

    Kernel > Interrupt does what Stop does, in a loop without ``await`` as well. ``gan.fit``
    never awaits, so this is no Keras callback.

    Examples
    --------
    >>> from ganlab import datasets, recipes
    >>> gan = recipes.DEFAULT.build((2,), seed=0)
    >>> dashboard = Dashboard(gan, datasets.ring(640, seed=0), steps=4, batch_size=32, seed=0)
    >>> for record in dashboard.train():
    ...     if record["step"] == 3:
    ...         dashboard.stop()
    >>> dashboard
    Dashboard('Stopped at step 3; run again to go on.')
    """

    def __init__(
        self,
        gan,
        data,
        *,
        steps,
        batch_size,
        seed,
        measures=None,
        measure_every=100,
        references=None,
        samples=16,
        checkpoint=None,
        resume=False,
    ):
        check_count(samples, "samples", 1)
        self.training = Training(
            gan,
            data,
            steps=steps,
            batch_size=batch_size,
            seed=seed,
            measures=measures,
            measure_every=measure_every,
            checkpoint=checkpoint,
            resume=resume,
        )
        self.references = _chance(gan.loss_pair) if references is None else references
        self._shown = latents.sample(samples, gan.latent_dim, seed=seed)
        if gan.condition is not None:
            told = np.resize(self.training.data[1], (samples, *gan.condition.shape))
            self._shown = [self._shown, gan.condition.check(told, samples)]
        self._next_drawing, self._name = 0.0, f"ganlab-{secrets.token_hex(4)}"
        try:
            self._loop = asyncio.get_running_loop()  # a kernel's, which the button starts in
        except RuntimeError:
            self._loop = None
        self._build()
        super().__init__([page.style(__file__), self._head, self._middle, self._measures])
        self.add_class("ganlab-widget").add_class("ganlab-dashboard")
        self.refresh()

    def _build(self):
        layout = ipywidgets.Layout
        self._status = ipywidgets.HTML(layout=layout(flex="1 1 300px"))
        self._bar = ipywidgets.IntProgress(
            min=0, max=self.steps, layout=layout(width="220px"), style={"bar_color": plotting.REAL}
        )
        self._button = ipywidgets.Button(layout=layout(width="100px"))
        self._button.on_click(self._click)
        self._head = ipywidgets.HBox(
            [self._button, self._bar, self._status],
            layout=layout(align_items="center", flex_flow="row wrap", grid_gap="4px 12px"),
        )
        self._curves = ipywidgets.HTML(layout=layout(flex="1 1 380px", min_width="320px"))
        self._samples = ipywidgets.HTML(layout=layout(flex="0 1 260px", min_width="200px"))
        self._middle = ipywidgets.HBox(
            [self._curves, self._samples], layout=layout(flex_flow="row wrap", grid_gap="12px")
        )
        self._measures = ipywidgets.HTML()

    @property
    def steps(self):
        """Steps in all; raise it to train for longer."""
        return self.training.steps

    @steps.setter
    def steps(self, steps):
        self.training.steps = steps
        self.refresh()

    @property
    def curve(self):
        """The logs of every step, a `callbacks.LossCurve`."""
        return self.training.curve

    def stop(self):
        """End the training after the step that is running, as the button does."""
        self.training.stop()

    def train(self):
        """Train; yield for each step a dict of its logs and measures, and redraw at times."""
        records, self._next_drawing = self.training.records(), 0.0
        try:
            for record in records:
                if time.monotonic() >= self._next_drawing:
                    self.refresh()
                yield record
        finally:
            records.close()
            self.refresh()

    async def run(self):
        """Train to the end or until Stop, letting clicks through after every step."""
        self._loop = asyncio.get_running_loop()
        records = self.train()
        try:
            for _ in records:
                for _ in range(_TURNS):
                    await asyncio.sleep(0)
        finally:
            records.close()

    def _click(self, _):
        """Stop, or train in the kernel's loop; clicks may arrive in another thread."""
        if self.training.state == "training":
            self.stop()
        elif self._loop is not None:
            self._button.disabled = True
            self._loop.call_soon_threadsafe(self._start)

    def _start(self):
        self._task = asyncio.ensure_future(self._run_quietly())  # kept, or it could vanish

    async def _run_quietly(self):
        with contextlib.suppress(Exception):  # what went wrong stands on the dashboard
            await self.run()

    def _show_button(self, state):
        name, icon, tooltip = _BUTTON.get(state, _BUTTON["stopped"])
        self._button.description, self._button.icon = name, icon
        self._button.tooltip = tooltip
        can_start = self._loop is not None and self.training.step < self.steps
        self._button.disabled = not (state == "training" or (state in _BUTTON and can_start))

    def refresh(self):
        """Draw the present state; the next drawing waits so long that drawing stays cheap."""
        began, training = time.monotonic(), self.training
        self._show_button(training.state)
        self._bar.max, self._bar.value = self.steps, min(training.step, self.steps)
        self._bar.bar_style = "danger" if training.state == "broken" else ""
        self._status.value = _status(training)
        self._curves.value = picture.curves(training.curve, self.references, name=self._name)
        self._samples.value = picture.samples_picture(
            self._drawn(), training.images[:256], training.step
        )
        self._measures.value = picture.measures_table(training.measured)
        now = time.monotonic()
        self._next_drawing = now + max(_SOONEST, (now - began) / _SHARE)

    def draw(self):
        """Draw the present state as a figure, for a page without a kernel.

        Returns
        -------
        matplotlib.figure.Figure
        """
        training = self.training
        return picture.draw(
            training.curve,
            self.references,
            training.measured,
            self._drawn(),
            training.images[:256],
            training.message,
        )

    def _drawn(self):
        return np.asarray(self.training.gan(self._shown))

    def __repr__(self):
        return f"Dashboard({self.training.message!r})"


def _chance(loss):
    d_loss, g_loss = loss.chance
    if math.isclose(d_loss, g_loss):
        return {"chance, both": d_loss}
    return {"chance, d_loss": d_loss, "chance, g_loss": g_loss}


def _status(training):
    """Say where the training stands, for the browser, which reads changes of it aloud."""
    if training.state != "training":
        return f'<div class="ganlab-status" role="status">{html.escape(training.message)}</div>'
    parts = [f"<strong>Step {training.step:,}</strong> of {training.steps:,}"]
    if training.rate is not None:
        parts += [f"{training.rate:.3g} steps/s", f"{_duration(training.seconds_left)} left"]
    return f'<div class="ganlab-status">{" · ".join(parts)}</div>'


def _duration(seconds):
    """Write seconds as 1:02:03, or as 2:03 where they are less than an hour."""
    minutes, seconds = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{seconds:02}" if hours else f"{minutes}:{seconds:02}"
