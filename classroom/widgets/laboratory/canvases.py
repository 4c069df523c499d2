"""The canvases of the laboratory: the plane, and the losses of both players beside it."""

import pathlib

import anywidget
import numpy as np
import traitlets

from classroom.widgets import scripts
from classroom.widgets.laboratory.distributions import LEAST, LIMIT, MOST
from classroom.widgets.laboratory.frame import CELLS, NODES, SHOWN
from classroom.widgets.laboratory.picture import HEAT, LAYERS, LONGEST, PULL
from classroom.widgets.laboratory.words import SENTENCES, describe
from ganlab import plotting

_HERE = pathlib.Path(__file__).parent
MOST_ROWS = 300  # points of a curve that are sent


class Plane(anywidget.AnyWidget):
    """The plane of a game, fed with the bytes of `Frame.pack`; it fetches nothing.

    Attributes
    ----------
    frame : bytes
    layers : list of str
    drawing : bool
        Whether pointer and keyboard draw points instead of driving the game.
    drawn : list of float
        The drawing: x, y, x, y, ...
    scale : list of str
        What the heat map's ends and its middle are called.
    label, said : str
        For screen readers: what is seen, and what has happened.
    tween : bool
        Whether points glide to their new places, for slow motion.
    """

    _esm = scripts.joined(_HERE / "plane.js")
    frame = traitlets.Bytes().tag(sync=True)
    layers = traitlets.List(list(LAYERS)).tag(sync=True)
    drawing = traitlets.Bool(False).tag(sync=True)
    drawn = traitlets.List().tag(sync=True)
    scale = traitlets.List(["", "", ""]).tag(sync=True)
    label = traitlets.Unicode().tag(sync=True)
    said = traitlets.Unicode().tag(sync=True)
    tween = traitlets.Bool(False).tag(sync=True)
    look = traitlets.Dict(
        {
            "limit": LIMIT,
            "cells": CELLS,
            "nodes": NODES,
            "shown": SHOWN,
            "most": MOST,
            "heat": HEAT,
            "pull": PULL,
            "longest": LONGEST,
            "real": plotting.REAL,
            "fake": plotting.FAKE,
            "arrow": plotting.GENERATOR,
            "playing_keys": "Keys on the plane: Space plays or pauses, D, G and B step "
            "the discriminator, the generator or both.",
            "drawing_keys": f"Drag to scatter points, at least {LEAST}. Keys: arrows move "
            "(Shift: farther), Space scatters, Backspace takes back.",
        }
    ).tag(sync=True)

    def __repr__(self):
        return "Plane()"


class Curves(anywidget.AnyWidget):
    """d_loss and g_loss over the updates, with their levels at chance; it fetches nothing.

    Attributes
    ----------
    points : bytes
        float32: updates, d_loss, g_loss, updates, ...
    levels : list of float
        d_loss and g_loss while the discriminator cannot tell real from fake.
    since : int
        Updates from which on these are the levels: another loss had others.
    marks : list of int
        Updates at which settings changed.
    label : str
        For screen readers.
    """

    _esm = _HERE / "curves.js"
    points = traitlets.Bytes().tag(sync=True)
    levels = traitlets.List([0.0, 0.0]).tag(sync=True)
    since = traitlets.Int().tag(sync=True)
    marks = traitlets.List().tag(sync=True)
    label = traitlets.Unicode().tag(sync=True)
    colors = traitlets.List([plotting.DISCRIMINATOR, plotting.GENERATOR]).tag(sync=True)

    def show(self, game):
        """Show the history of a game; of a long one, means over equally many moves."""
        with self.hold_sync():
            self.levels, self.since = list(game.settings.loss.chance), game.since
            self.marks = game.changes[-MOST_ROWS:]
            points = thinned(game.steps, game.history, most=MOST_ROWS)
            self.points = points.astype("<f4").tobytes()
            self.label = SENTENCES["curves"].format(losses=describe(game))

    def __repr__(self):
        return "Curves()"


def thinned(steps, history, *, most):
    """Return a history as rows, or as means of equally many of them if there are too many.

    Parameters
    ----------
    steps : sequence of int
    history : dict of str to sequence of float
        With ``d_loss`` and ``g_loss``.
    most : int
        Rows to return at most.

    Returns
    -------
    array of float64, shape (rows, 3)
        The last of the steps, and the means of the finite values; NaN where there are none.

    Examples
    --------
    >>> history = {"d_loss": [2.0, np.nan, 4.0], "g_loss": [np.nan, 5.0, np.nan]}
    >>> thinned([1, 2, 3], history, most=2)
    array([[ 2.,  2.,  5.],
           [ 3.,  4., nan]])
    """
    rows = np.array([steps, history["d_loss"], history["g_loss"]], np.float64).T
    starts = np.arange(0, len(rows), max(1, -(-len(rows) // most)))
    if not len(starts):
        return rows
    finite = np.isfinite(rows)
    counts = np.add.reduceat(finite, starts, dtype=int)
    means = np.add.reduceat(np.where(finite, rows, 0), starts) / np.where(counts, counts, np.nan)
    means[:, 0] = np.maximum.reduceat(rows[:, 0], starts)
    return means
