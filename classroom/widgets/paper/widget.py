"""The sheet, and below it what takes strokes back or draws a digit for you."""

import ipywidgets

from classroom.widgets import page
from classroom.widgets.paper.canvas import Canvas
from classroom.widgets.paper.digits import DIGITS
from ganlab import datasets
from ganlab.images import check_count

_NONE = -1  # in the menu, which takes None for nothing chosen


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
    >>> paper.take(0)
    >>> paper.image().shape
    (28, 28, 1)
    """

    def __init__(self, digit=None):
        self.canvas = Canvas()
        undo = ipywidgets.Button(
            description="Undo", icon="undo", tooltip="Take the last stroke back"
        )
        clear = ipywidgets.Button(description="Clear", icon="eraser", tooltip="An empty sheet")
        self._ours = ipywidgets.Dropdown(
            options=[("none", _NONE)] + [(f"our {d}", d) for d in DIGITS],
            description="or take",
            style={"description_width": "auto"},
        )
        for button in (undo, clear):
            button.layout.width = "auto"
        undo.on_click(lambda _: self._draw(self.strokes[:-1]))
        clear.on_click(lambda _: self._draw([]))
        self._ours.observe(self._chosen, "value")
        self.canvas.observe(self._drawn, "strokes")
        row = ipywidgets.HBox([undo, clear], layout={"overflow": "visible"})
        super().__init__([page.style(__file__), self.canvas, row, self._ours])
        self.add_class("ganlab-widget").add_class("ganlab-sheet")
        if digit is not None:
            self.take(digit)

    @property
    def strokes(self):
        return [[tuple(point) for point in stroke] for stroke in self.canvas.strokes if stroke]

    @strokes.setter
    def strokes(self, strokes):
        strokes = [list(stroke) for stroke in strokes]
        datasets.from_strokes(strokes)  # refuses what is none, before anything is shown
        self._draw(strokes)

    def take(self, digit):
        """Draw one of `DIGITS`, from 0 to 9."""
        check_count(digit, "digit", 0, 9)
        self._draw(DIGITS[digit])

    def image(self):
        """Return the drawing in the form of the digits, float32 (28, 28, 1) in [0, 1]."""
        return datasets.from_strokes(self.strokes)

    def on_change(self, act):
        """Call a function without arguments whenever the drawing has changed."""
        self.canvas.observe(lambda _: act(), "strokes")

    def say(self, text):
        """Tell a screen reader what came of the drawing, once it comes to rest."""
        self.canvas.said = text

    def _chosen(self, change):
        if change.new != _NONE:
            self.take(change.new)

    def _drawn(self, change):
        """Let the menu name what is on the sheet, so that the same digit can be taken again."""
        ours = (digit for digit, strokes in DIGITS.items() if _floats(strokes) == change.new)
        self._ours.value = next(ours, _NONE)

    def _draw(self, strokes):
        self.canvas.strokes = _floats(strokes)

    def __repr__(self):
        count = len(self.strokes)
        return f"Paper({count} {'stroke' if count == 1 else 'strokes'})"


def _floats(strokes):
    return [[[float(x), float(y)] for x, y in stroke] for stroke in strokes]
