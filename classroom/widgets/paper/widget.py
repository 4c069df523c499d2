"""The sheet, and below it what takes strokes back or draws a digit for you."""

import ipywidgets

from classroom.widgets import page
from classroom.widgets.paper.canvas import Canvas
from classroom.widgets.paper.digits import DIGITS
from ganlab import datasets

_OURS = "or take one of ours"


class Paper(ipywidgets.VBox):
    """A sheet to draw a digit on.

    Parameters
    ----------
    digit : int from 0 to 9, optional
        One of `DIGITS` to begin with; the sheet is empty without.

    Attributes
    ----------
    strokes : list of list of (x, y)
        What is drawn on it; set them to draw.

    Raises
    ------
    ValueError
        For a digit that is none.

    Examples
    --------
    >>> paper = Paper(7)
    >>> paper
    Paper(1 stroke)
    >>> paper.image().shape
    (28, 28, 1)
    """

    def __init__(self, digit=None):
        if digit is not None and digit not in DIGITS:
            raise ValueError(f"expected digit from 0 to 9, received {digit!r}")
        self.canvas = Canvas()
        undo = ipywidgets.Button(
            description="Undo", icon="undo", tooltip="Take the last stroke back"
        )
        clear = ipywidgets.Button(description="Clear", icon="eraser", tooltip="An empty sheet")
        self._ours = ipywidgets.Dropdown(options=[(_OURS, -1)] + [(f"our {d}", d) for d in DIGITS])
        for button in (undo, clear):
            button.layout.width = "auto"
        undo.on_click(lambda _: self._set(self.strokes[:-1]))
        clear.on_click(lambda _: self._set([]))
        self._ours.observe(self._take, "value")
        row = ipywidgets.HBox([undo, clear], layout={"overflow": "visible"})
        super().__init__([page.style(__file__), self.canvas, row, self._ours])
        self.add_class("ganlab-sheet")
        if digit is not None:
            self._set(DIGITS[digit])

    @property
    def strokes(self):
        return [[tuple(point) for point in stroke] for stroke in self.canvas.strokes if stroke]

    @strokes.setter
    def strokes(self, strokes):
        datasets.from_strokes(strokes)  # refuses what is none, before anything is shown
        self._set(strokes)

    def image(self):
        """Return the drawing in the form of the digits, float32 (28, 28, 1) in [0, 1]."""
        return datasets.from_strokes(self.strokes)

    def on_change(self, act):
        """Call a function without arguments whenever the drawing has changed."""
        self.canvas.observe(lambda _: act(), "strokes")

    def _take(self, change):
        if change.new in DIGITS:
            self._set(DIGITS[change.new])
            self._ours.value = -1

    def _set(self, strokes):
        self.canvas.strokes = [[[float(x), float(y)] for x, y in stroke] for stroke in strokes]

    def __repr__(self):
        count = len(self.strokes)
        return f"Paper({count} {'stroke' if count == 1 else 'strokes'})"
