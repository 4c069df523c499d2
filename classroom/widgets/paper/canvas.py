"""The canvas of the sheet: what is drawn on it comes back as strokes."""

import pathlib

import anywidget
import traitlets

from classroom.widgets import scripts

#: Height and width of the sheet, in units of the strokes.
SIDE = 280
#: How thick the pen looks: about as thick as the digits of the data, had they this size.
_PEN = 26


class Canvas(anywidget.AnyWidget):
    """A dark square to draw on with a white pen.

    Attributes
    ----------
    strokes : list of list of [x, y]
        Points in the order in which they were drawn, in units of `SIDE`.
    label, said : str
        For screen readers: what it is, and what came of the drawing.
    """

    _esm = scripts.joined(pathlib.Path(__file__).with_suffix(".js"))
    strokes = traitlets.List(traitlets.List(traitlets.List(traitlets.Float()))).tag(sync=True)
    side = traitlets.Int(SIDE).tag(sync=True)
    pen = traitlets.Int(_PEN).tag(sync=True)
    said = traitlets.Unicode().tag(sync=True)
    label = traitlets.Unicode("A sheet to draw a digit on").tag(sync=True)

    def __repr__(self):
        return "Canvas()"
