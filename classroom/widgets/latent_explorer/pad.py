"""A pad to move in two directions at once: by pointer, by touch, by keyboard."""

import pathlib

import anywidget
import traitlets

from classroom.widgets import scripts


class Pad(anywidget.AnyWidget):
    """A square with a dot in it. Arrow keys move it, Shift makes larger steps, Home centers.

    Attributes
    ----------
    x, y : float in [-reach, reach], in tenths
        The place of the dot; y grows upwards.
    reach : float
    picture : bytes
        A PNG behind the dot; none where it is empty.
    label : str
        What screen readers call it.
    caption : str
        Below it, in front of the numbers.
    said : str
        What a screen reader says once nothing has changed for a moment.

    Examples
    --------
    >>> pad = Pad(reach=3.5, label="Two directions", caption="plane")
    >>> pad.x = 99
    >>> pad
    Pad(x=3.5, y=0.0)
    """

    _esm = scripts.joined(pathlib.Path(__file__).with_name("pad.js"))
    x = traitlets.Float(0.0).tag(sync=True)
    y = traitlets.Float(0.0).tag(sync=True)
    reach = traitlets.Float(1.0).tag(sync=True)
    picture = traitlets.Bytes(b"").tag(sync=True)
    label = traitlets.Unicode("").tag(sync=True)
    said = traitlets.Unicode("").tag(sync=True)
    caption = traitlets.Unicode("").tag(sync=True)

    @traitlets.validate("x", "y")
    def _inside(self, proposal):
        return min(self.reach, max(-self.reach, proposal["value"]))

    def __repr__(self):
        return f"Pad(x={self.x:.1f}, y={self.y:.1f})"
