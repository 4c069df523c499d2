"""The plane and the curves on Matplotlib axes, for paper and for films."""

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.collections import LineCollection
from matplotlib.colors import LinearSegmentedColormap

from classroom.widgets.laboratory.distributions import LIMIT
from classroom.widgets.laboratory.frame import CELLS
from classroom.widgets.laboratory.words import counted
from classroom.widgets.page import Figure
from ganlab import plotting

#: What can be shown, by the names of the switches.
LAYERS = ("heat map", "warped grid", "pulls", "real", "fake")

HEAT = 0.55  # how strong the colors of the heat map are at their ends
PULL, LONGEST = 0.5, 0.8  # length of an arrow per unit of gradient; no arrow is longer

_COLORS = LinearSegmentedColormap.from_list("heat", [plotting.FAKE, "#ffffff", plotting.REAL])
_SHEET = "#555555"


def draw_plane(ax, frame, layers=LAYERS):
    """Draw a frame: the heat map with its contour at chance, grid, arrows and points.

    Parameters
    ----------
    ax : matplotlib Axes
    frame : Frame
    layers : sequence of str
        Some of `LAYERS`.
    """
    if "heat map" in layers:
        heat, box = np.nan_to_num(frame.heat, nan=0.5), (-LIMIT, LIMIT, -LIMIT, LIMIT)
        style = {"cmap": _COLORS, "vmin": 0, "vmax": 1, "alpha": HEAT, "interpolation": "bilinear"}
        ax.imshow(heat, origin="lower", extent=box, **style)
        if heat.min() < 0.5 < heat.max():
            axis = LIMIT * (np.arange(CELLS) * 2 + 1 - CELLS) / CELLS
            ax.contour(axis, axis, heat, [0.5], colors="black", linewidths=1, linestyles="--")
    if "warped grid" in layers:
        lines = [*frame.sheet[::2], *frame.sheet.swapaxes(0, 1)[::2]]
        lines = [line for line in lines if np.isfinite(line).all()]
        ax.add_collection(LineCollection(lines, colors=_SHEET, linewidths=0.5, alpha=0.6))
    if "real" in layers:
        # All edges below all points, or the edges of a dense cluster would hide it.
        ax.scatter(*frame.real.T, s=26, color="white", linewidths=0)
        ax.scatter(*frame.real.T, s=13, color=plotting.REAL, linewidths=0)
    if "pulls" in layers:
        ends = frame.fake + arrows(frame.pull)
        lines = np.stack([frame.fake, ends], axis=1)
        lines = lines[np.isfinite(lines).all(axis=(1, 2))]
        ax.add_collection(LineCollection(lines, colors=plotting.GENERATOR, linewidths=0.9))
    if "fake" in layers:
        style = {"color": plotting.FAKE, "edgecolors": "black", "linewidths": 0.4}
        ax.scatter(*frame.fake.T, s=13, marker="D", **style)
    ax.set(xlim=(-LIMIT, LIMIT), ylim=(-LIMIT, LIMIT), xticks=[], yticks=[], aspect="equal")
    ax.grid(False)
    for spine in ax.spines.values():
        spine.set(visible=True, color="#888888")


def arrows(pull):
    """Return the gradients as they are drawn, on one scale at all times, but never too long."""
    length = np.linalg.norm(pull, axis=1, keepdims=True)
    return PULL * pull * np.minimum(1, LONGEST / (PULL * length + 1e-12))


def draw_curves(ax, game):
    """Draw the losses of both players, their levels at chance, and where settings changed.

    Parameters
    ----------
    ax : matplotlib Axes
    game : Game
    """
    levels = {"chance": game.settings.loss.chance, "since": game.since}
    plotting.plot_history(game.history, steps=game.steps, ax=ax, smooth=0, **levels)
    for update in game.changes:
        ax.axvline(update, color="#888888", linewidth=0.8)
    ax.set_xlabel("updates (dotted: levels at chance)")
    ax.margins(y=0.15)
    ax.spines[["top", "right"]].set_visible(False)


def picture(game, layers=LAYERS):
    """Draw a game as it is now.

    Returns
    -------
    matplotlib Figure
        Made without pyplot, which is not safe inside the callbacks of a widget.
    """
    figure = Figure(figsize=(9, 4.4), dpi=plotting.DPI, layout="constrained")
    FigureCanvasAgg(figure)
    plane, curves = figure.subplots(1, 2, width_ratios=(1, 1.05))
    frame, settings = game.frame(), game.settings
    draw_plane(plane, frame, layers)
    plane.set_title(f"{settings.distribution}, {settings.loss.name}, seed {game.seed}")
    scale = frame.scale
    plane.set_xlabel(
        "dots: real, diamonds: fake, lines: where each is pulled\n"
        f"orange {scale.low}, dashed {scale.middle}, blue {scale.high}",
        fontsize=9,
    )
    draw_curves(curves, game)
    curves.set_title(f"after {counted(game.updates)}")
    return figure
