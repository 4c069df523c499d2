"""Four pictures side by side, the second of which can be drawn on, by pointer and by keyboard."""

import pathlib

import anywidget
import numpy as np
import traitlets
from matplotlib import colormaps

from classroom.widgets import scripts
from classroom.widgets.ssim_playground.distortions import PEN

#: Of each picture the caption, the note below it and the color map.
PANELS = (
    ("Original", "as it was", "gray"),
    ("Changed", "draw a scratch on it", "gray"),
    ("SSIM, window by window", "1 = alike", "cividis"),
    ("Error, pixel by pixel", "1 = wrong", "inferno"),
)


def in_colors(values, name):
    """Return values in [0, 1] as colors of a map of Matplotlib.

    Examples
    --------
    >>> in_colors(np.array([[0.0, 1.0]]), "gray").tolist()
    [[[0, 0, 0, 255], [255, 255, 255, 255]]]
    """
    return colormaps[name](np.clip(values, 0.0, 1.0), bytes=True)


def _ramp(colors):
    """Return the stops of a color map for the style sheet; none for gray, which needs no key."""
    if colors == "gray":
        return ""
    stops = in_colors(np.linspace(0, 1, 9), colors)[:, :3]
    return ", ".join("rgb({}, {}, {})".format(*stop) for stop in stops.tolist())


class Canvas(anywidget.AnyWidget):
    """Shows four pictures of one size; the strokes drawn on the second come back.

    Attributes
    ----------
    panels : list of dict
        For each picture its caption, the note below it and the stops of its color map.
    size : tuple of int
        Height and width of the pictures in pixels.
    pictures : bytes
        Four pictures of red, green, blue and opacity, one after the other.
    pen : float
        How wide a stroke is, as a share of the width of the picture.
    strokes : list of list of [x, y]
        Points in pixels, in the order in which they were drawn.
    """

    _esm = scripts.joined(pathlib.Path(__file__).with_name("canvas.js"))
    panels = traitlets.List(
        [
            {"caption": caption, "note": note, "ramp": _ramp(colors)}
            for caption, note, colors in PANELS
        ]
    ).tag(sync=True)
    size = traitlets.Tuple(traitlets.Int(), traitlets.Int(), default_value=(1, 1)).tag(sync=True)
    pictures = traitlets.Bytes(b"").tag(sync=True)
    pen = traitlets.Float(PEN).tag(sync=True)
    strokes = traitlets.List(traitlets.List(traitlets.List(traitlets.Float()))).tag(sync=True)

    def __repr__(self):
        return "Canvas()"

    def show(self, original, changed, measures):
        """Send the pictures: two as they are, two maps in colors."""
        values = (original, changed, measures.ssim_map, measures.error_map)
        parts = [in_colors(x, colors) for x, (*_, colors) in zip(values, PANELS, strict=True)]
        # A window needs five pixels on every side: the map has a margin without a value.
        margin = (len(original) - len(measures.ssim_map)) // 2
        parts[2] = np.pad(parts[2], [(margin, margin), (margin, margin), (0, 0)])
        with self.hold_sync():
            self.size = original.shape
            self.pictures = b"".join(part.tobytes() for part in parts)
