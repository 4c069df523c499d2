"""The curves as SVG, in the colors of the page, along which a logit is chosen."""

import html
import pathlib
from typing import NamedTuple

import anywidget
import numpy as np
import traitlets

from classroom.widgets import page, scripts
from classroom.widgets.loss_explorer.curves import (
    LIMIT,
    ROLES,
    SATURATED,
    chance_points,
    saturated_span,
    undecided,
)
from ganlab.plotting import FAKE, PALETTE

SIZE = (840, 462)
_WIDTH, _HEIGHT = 246, 172
_LEFT, _GAP, _TOP, _BELOW = 34, 30, 28, 46
ROWS = ((-3.0, 9.0, (-3, 0, 3, 6, 9)), (-1.25, 1.25, (-1, 0, 1)))  # values, gradients
#: Left edge of each column, width, top of each row, height: in units of the drawing.
PANELS = {
    "left": [_LEFT + i * (_WIDTH + _GAP) for i in range(3)],
    "width": _WIDTH,
    "top": [_TOP + i * (_HEIGHT + _BELOW) for i in range(2)],
    "height": _HEIGHT,
}
TICKS = (-8, -4, 0, 4, 8)  # logits below the panels
KINDS = ("loss", "gradient")  # the rows
BELOW = ("← called fake", "logit", "called real →")
LOST = FAKE  # behind the logits at which a generator's gradient is lost


class Style(NamedTuple):
    """Color and dashes of a curve; dashes let curves that coincide be seen both."""

    color: str
    dash: str = ""


#: By the order of `ganlab.losses.ALL`, then for losses of your own.
STYLES = (
    Style(PALETTE[4]),
    Style(PALETTE[0], "7 5"),
    Style(PALETTE[2]),
    Style(PALETTE[3]),
    Style(PALETTE[1], "7 5"),
    Style(PALETTE[5], "12 6"),
    Style("currentColor", "3 4"),
    Style(PALETTE[6], "9 3 2 3"),
)


class Plot(anywidget.AnyWidget):
    """Shows SVG that Python draws; a logit chosen on it comes back.

    Attributes
    ----------
    curves, marks : str
        Elements of SVG: what stays while the logit moves, and what moves with it.
    logit : float in [-8, 8]
    """

    _esm = scripts.joined(pathlib.Path(__file__).with_suffix(".js"))

    size = traitlets.List(traitlets.Int(), list(SIZE)).tag(sync=True)
    panels = traitlets.Dict(PANELS).tag(sync=True)
    limit = traitlets.Float(LIMIT).tag(sync=True)
    curves = traitlets.Unicode().tag(sync=True)
    marks = traitlets.Unicode().tag(sync=True)
    logit = traitlets.Float(0.0).tag(sync=True)

    def __repr__(self):
        return "Plot()"


def words(loss):
    """Return the name of a loss as one would write it in a sentence."""
    return loss.name.replace("non_", "non-").replace("_", " ")


def escaped(loss):
    """Return the same for HTML and SVG: a loss of one's own has any name."""
    return html.escape(words(loss))


def x_of(column, logit):
    """Return where a logit stands in a column of panels."""
    return PANELS["left"][column] + (logit + LIMIT) / (2 * LIMIT) * _WIDTH


def y_of(row, value):
    """Return how high a value stands in a row of panels."""
    low, high, _ = ROWS[row]
    return PANELS["top"][row] + (high - value) / (high - low) * _HEIGHT


def swatch(style):
    """Return a short line as the curve is drawn."""
    return (
        "<svg width='30' height='12' aria-hidden='true' style='display:block'>"
        f"<line x1='1' x2='29' y1='6' y2='6' {_stroke(style)}/></svg>"
    )


def _stroke(style):
    dash = f" stroke-dasharray='{style.dash}'" if style.dash else ""
    return f"stroke='{style.color}' stroke-width='2.5' fill='none'{dash}"


def curves_svg(logits, curves, *, partner, name):
    """Draw six panels: values above, gradients below, a column for each role.

    Parameters
    ----------
    logits : array of float, shape (n,)
    curves : sequence of (AdversarialLoss, Style, values, gradients)
        Arrays of shape (3, n).
    partner : float
        The logit of the other image.
    name : str
        What the identifiers begin with: one page may hold several widgets.

    Returns
    -------
    str
        Elements to put into an <svg> of `SIZE`.
    """
    parts = []
    for column, role in enumerate(ROLES):
        left = PANELS["left"][column]
        parts.append(f"<text x='{left}' y='{_TOP - 9}' font-weight='600'>{role}</text>")
        for row in range(2):
            parts += _axes(row, column, name)
    parts += _lost_gradients(logits, curves, partner)
    for loss, style, values, gradients in curves:
        for row, data in enumerate((values, gradients)):
            for column in range(3):
                points = " ".join(
                    f"{x_of(column, t):.1f},{y_of(row, v):.1f}"
                    for t, v in zip(logits, np.clip(data[column], -99, 99), strict=True)
                )
                parts.append(
                    f"<polyline clip-path='url(#{name}-{row}{column})' "
                    f"points='{points}' {_stroke(style)}><title>{escaped(loss)}</title></polyline>"
                )
        for column, logit, level in chance_points(loss, partner):
            x, y = x_of(column, logit), y_of(0, level)
            parts.append(
                f"<path d='M{x:.1f} {y - 6:.1f}l6 6l-6 6l-6 -6z' fill='{style.color}' "
                "stroke='var(--jp-layout-color1,white)'>"
                f"<title>{escaped(loss)}: chance level {level:.3f}</title></path>"
            )
    return "".join(parts)


def _axes(row, column, name):
    left, top = PANELS["left"][column], PANELS["top"][row]
    bottom = top + _HEIGHT
    box = f"x='{left}' y='{top}' width='{_WIDTH}' height='{_HEIGHT}'"
    yield f"<clipPath id='{name}-{row}{column}'><rect {box}/></clipPath>"
    yield f"<rect {box} fill='none' stroke='var(--jp-border-color1,#888)'/>"
    for value in ROWS[row][2]:
        y = y_of(row, value)
        yield _grid_line(value, f"M{left} {y:.1f}h{_WIDTH}")
        yield _label(left - 6, y + 4, page.minus(value), "end")
    for logit in TICKS:
        x = x_of(column, logit)
        yield _grid_line(logit, f"M{x:.1f} {top}v{_HEIGHT}")
        yield _label(x, bottom + 15, page.minus(logit), "middle")
    yield _label(left + _WIDTH, top - 9, KINDS[row], "end")
    if row == 1:
        low, middle, high = BELOW
        yield _label(left, bottom + 32, low, "start")
        middle_x = left + _WIDTH / 2
        yield f"<text x='{middle_x}' y='{bottom + 32}' text-anchor='middle'>{middle}</text>"
        yield _label(left + _WIDTH, bottom + 32, high, "end")


def _grid_line(value, path):
    opacity = 0.5 if value == 0 else 0.15
    return f"<path d='{path}' stroke='currentColor' stroke-opacity='{opacity}'/>"


def _label(x, y, text, anchor):
    where = f"x='{x:.1f}' y='{y:.1f}' text-anchor='{anchor}'"
    return f"<text class='ganlab-muted' {where}>{text}</text>"


def _lost_gradients(logits, curves, partner):
    """Mark the logits at which a loss leaves the generator nearly without a gradient."""
    lost = [
        (escaped(loss), span)
        for loss, _, _, gradients in curves
        if (span := saturated_span(logits, gradients[2], undecided(loss, partner)))
    ]
    top = PANELS["top"][1]
    for i, (name, (low, high)) in enumerate(lost):
        x, width = x_of(2, low), x_of(2, high) - x_of(2, low)
        yield (
            f"<rect x='{x:.1f}' y='{top}' width='{width:.1f}' height='{_HEIGHT}' "
            f"fill='{LOST}' fill-opacity='0.22'/>"
        )
        yield (
            f"<text x='{x + 6:.1f}' y='{top + 17 + 34 * i}'>{name}"
            f"<tspan x='{x + 6:.1f}' dy='15'>below {SATURATED}</tspan></text>"
        )


def marks_svg(logit, points):
    """Draw the chosen logit in every panel, and a dot on every curve.

    Parameters
    ----------
    logit : float
    points : sequence of (Style, values, gradients)
        Three values and three gradients of each loss there.
    """
    parts = []
    for column in range(3):
        x = x_of(column, logit)
        for row, top in enumerate(PANELS["top"]):
            parts.append(
                f"<path d='M{x:.1f} {top}v{_HEIGHT}' stroke='currentColor' stroke-width='1.5'/>"
            )
            low, high, _ = ROWS[row]
            parts += [
                f"<circle cx='{x:.1f}' cy='{y_of(row, data[row][column]):.1f}' r='4.5' "
                f"fill='{style.color}' stroke='var(--jp-layout-color1,white)' stroke-width='1.5'/>"
                for style, *data in points
                if low <= data[row][column] <= high
            ]
    return "".join(parts)
