"""The sheet, and beside it the picture that the generator has found so far, with its scores."""

import asyncio
import threading
import time

import ipywidgets

from classroom.widgets import page
from classroom.widgets.digit_search.course import LAST, OBJECTIVES, SNAPSHOTS, Course
from classroom.widgets.paper import Paper
from ganlab import plotting

_SECONDS = 0.05  # between two pictures
_ROWS = {
    "pixel_error": "pixel error",
    "ssim": "SSIM",
    "centered_cosine": "cosine, centered",
}


class DigitSearch(ipywidgets.VBox):
    """Draw a digit: the generator searches for it step by step, and can be sent another way.

    Parameters
    ----------
    generator : keras.Model
        latents (batch, latent_dim) -> images (batch, 28, 28, 1).
    digit : int from 0 to 9, optional
        What is drawn first.
    seed : int
        For the candidates with which each search begins.

    Attributes
    ----------
    paper : paper.Paper
        Set ``paper.strokes`` to draw.
    course : course.Course
        What was found so far: ``course.now``, ``course.seen``, ``course.scores``.
    searching : bool

    Raises
    ------
    ValueError
        For a generator of other images.

    Examples
    --------
    >>> from ganlab import recipes
    >>> search = DigitSearch(recipes.load_generator("digits"), digit=3, seed=0)
    >>> search.go(4)
    >>> search.follow("structure")
    >>> search.go(4)
    >>> search
    DigitSearch('structure', 8 steps)
    """

    def __init__(self, generator, *, digit=None, seed):
        self.paper = Paper(digit)
        shape = self.paper.image().shape
        if tuple(generator.output_shape[1:]) != shape:
            raise ValueError(
                f"expected generator as one of images {shape}, received {generator.name!r} of "
                f"{tuple(generator.output_shape[1:])}"
            )
        self.course = Course(generator, seed=seed)
        self._lock = threading.RLock()  # a stroke in another thread waits until a step ends
        self.searching, self._task = False, None
        try:
            self._loop = asyncio.get_running_loop()
        except RuntimeError:  # in a program: `go` searches
            self._loop = None
        self._build()
        self.paper.on_change(self._drawn)
        self._objective.observe(lambda change: self._followed(change.new), "value")
        self.course.aim(self.paper.image())
        self._look()

    def _build(self):
        html = ipywidgets.HTML
        self._target, self._found, self._table, self._film = html(), html(), html(), html()
        self._status = html()
        self._button = ipywidgets.Button(button_style="primary", layout={"width": "110px"})
        self._button.on_click(lambda _: self.stop() if self.searching else self.search())
        again = ipywidgets.Button(
            description="From the start",
            icon="fast-backward",
            tooltip="Search for this digit once more",
            layout={"width": "auto"},
        )
        again.on_click(lambda _: self._drawn())
        self._objective = ipywidgets.ToggleButtons(
            options=list(OBJECTIVES),
            tooltips=["the mean squared error", "1 - SSIM", "1 - centered cosine"],
            style={"button_width": "82px"},
        )
        label = ipywidgets.Label("search by")
        controls = ipywidgets.HBox([self._button, again, label, self._objective])
        controls.add_class("ganlab-controls")
        both = ipywidgets.HBox([self.paper, self._target, self._found, self._table])
        both.add_class("ganlab-side-by-side")
        super().__init__(
            [page.style(__file__), both, controls, self._status, self._film],
            layout={"overflow": "visible"},
        )
        self.add_class("ganlab-widget").add_class("ganlab-search")

    def go(self, steps):
        """Take some steps now, and show what they found."""
        with self._lock:
            self.course.go(steps)
            self._look()

    def follow(self, objective):
        """Go on by another objective: ``pixels``, ``structure`` or ``content``."""
        with self._lock:
            self.course.follow(objective)
            self._objective.value = objective
            self._look()

    async def run(self):
        """Search until stopped, or for as many steps as are shown."""
        try:
            while self.searching and self._can_go_on():
                start = time.monotonic()
                with self._lock:
                    # As many steps as fit before the next picture.
                    while time.monotonic() - start < _SECONDS / 2 and self._can_go_on():
                        self.course.go(1)
                    self._look()
                # A stroke or a click reaches the kernel only while this waits.
                await asyncio.sleep(max(0.005, start + _SECONDS - time.monotonic()))
        finally:
            self.stop()

    def search(self):
        """Search in the background of a notebook."""
        if self._loop is not None and not self.searching and self._can_go_on():
            self.searching = True  # at once: a second click stops
            self._look()
            self._loop.call_soon_threadsafe(self._start)

    def _start(self):
        # It may have been stopped before it began, or stopped and started again at once.
        if self.searching and (self._task is None or self._task.done()):
            self._task = asyncio.ensure_future(self.run())  # kept, or it could vanish

    def stop(self):
        """Stop; `search` goes on from here."""
        with self._lock:
            self.searching = False
            self._look()

    def _can_go_on(self):
        return bool(self.paper.strokes) and self.course.step < LAST

    def _drawn(self):
        """Search for what is drawn now: the first picture at once, the others after it."""
        with self._lock:
            self.course.aim(self.paper.image())
            if self.paper.strokes:
                self.course.go(1)
                self._look()
            else:
                self.stop()
        self.search()

    def _followed(self, objective):
        if objective != self.course.objective:
            self.follow(objective)

    def _look(self):
        """Show the course as it is."""
        course, now = self.course, self.course.now
        stopped = not self.searching
        self._button.description = "Search" if stopped else "Stop"
        self._button.icon = "search" if stopped else "stop"
        self._button.disabled = stopped and not self._can_go_on()
        if not self.paper.strokes:
            for part in (self._target, self._found, self._table, self._film):
                part.value = ""
            self._status.value = "Draw a digit: the generator searches for it at once."
            return
        target = page.image_tag(self.paper.image(), "your digit in the form of the data")
        self._target.value = page.captioned(target, "in the form of the data", "ganlab-one")
        words = self._words()
        self._status.value = words
        self.paper.say(words)
        if now is None:
            for part in (self._found, self._table, self._film):
                part.value = ""
            return
        found = page.image_tag(now.image, "what the generator has found")
        self._found.value = page.captioned(found, f"found, step {now.step}", "ganlab-one")
        self._table.value = _table(course)
        self._film.value = _film(course.seen)

    def _words(self):
        """Say where the search stands, not at every picture: a screen reader tells it."""
        course = self.course
        if self.searching:
            return f"Searching by {course.objective} ..."
        if course.now is None:
            return "Ready."
        end = "" if course.step < LAST else " This is as far as it goes: draw, or begin again."
        return (
            f"Stopped at step {course.step}: SSIM {page.minus(f'{course.now.scores.ssim:.2f}')}, "
            f"pixel error {course.now.scores.pixel_error:.4f}.{end}"
        )

    def draw(self):
        """Draw the present state, for a page without a kernel.

        Returns
        -------
        matplotlib.figure.Figure
        """
        course = self.course
        if course.now is None:
            raise ValueError("expected a search of one step or more, received none")
        figure = page.Figure(figsize=(9, 3.9), dpi=plotting.DPI, layout="constrained")
        top, bottom = figure.subfigures(2, 1, height_ratios=[1, 1.5])
        film = top.subplots(1, len(SNAPSHOTS) + 1)
        page.show(film[0], self.paper.image(), "your digit")
        for axis in film[1:]:
            axis.set_axis_off()
        for axis, seen in zip(film[1:], course.seen, strict=False):
            page.show(axis, seen.image, f"step {seen.step}")
        for axis, (name, words) in zip(bottom.subplots(1, len(_ROWS)), _ROWS.items(), strict=True):
            steps, values = _values(course, name)
            axis.plot(steps, values, color=plotting.REAL)
            for step in course.changes:
                axis.axvline(step, color="0.4", ls="--", lw=1)
            axis.set(title=f"{words}: {values[-1]:.3f}", xlabel="step", xlim=(1, None))
        return figure

    def __repr__(self):
        return f"DigitSearch({self.course.objective!r}, {self.course.step} steps)"


def _values(course, name):
    steps = [step for step, _ in course.scores]
    return steps, [getattr(scores, name) for _, scores in course.scores]


def _table(course):
    """Return the scores as rows: name, value, and its course as a small curve."""
    rows = []
    for name, words in _ROWS.items():
        steps, values = _values(course, name)
        digits = 4 if name == "pixel_error" else 3
        value = page.minus(f"{values[-1]:.{digits}f}")
        curve = _sparkline(steps, values, course.changes)
        rows.append(f'<tr><th scope="row">{words}</th><td>{value}</td><td>{curve}</td></tr>')
    return f"<table>{''.join(rows)}</table>"


def _sparkline(steps, values, changes):
    """Return a curve of 150 x 34 pixels, with a line at each change of the objective."""
    low, high = min(values), max(values)
    high = max(high, low + 1e-6)

    def x(step):
        return 150 * (step - 1) / (LAST - 1)

    points = " ".join(
        f"{x(step):.1f},{32 - 30 * (value - low) / (high - low):.1f}"
        for step, value in zip(steps, values, strict=True)
    )
    lines = "".join(
        f'<line class="change" x1="{x(c):.1f}" x2="{x(c):.1f}" y1="0" y2="34"/>' for c in changes
    )
    box = 'viewBox="0 0 150 34" preserveAspectRatio="none" aria-hidden="true"'
    return f'<svg {box}>{lines}<polyline points="{points}"/></svg>'


def _film(seen):
    items = "".join(
        f"<li>{page.image_tag(s.image, f'found after {s.step} steps')}step {s.step}</li>"
        for s in seen
    )
    return f'<ol class="ganlab-film">{items}</ol>'
