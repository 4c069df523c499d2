"""What the training dashboard shows, as text for the browser and as a Matplotlib figure.

The live curves are SVG written by hand: a thousandth of a second instead of the tenth that a
figure takes, sharp at any size, and in the text color of a light or a dark page.
"""

import html
import math

import numpy as np

from classroom.widgets import page
from ganlab import images, plotting

_MOST = 240  # points of a drawn line: more cannot be told apart
_SMOOTH = 0.9  # weight of the past in the smoothed lines
_COLORS = {"d_loss": plotting.DISCRIMINATOR, "g_loss": plotting.GENERATOR}
_WIDTH, _HEIGHT, _LEFT, _RIGHT, _TOP, _BOTTOM = 560, 290, 40, 108, 30, 34
_APART = 28  # between two names of references, which take two lines each


def curves(curve, references, *, name):
    """Return both losses as an SVG: faint their range, bold a moving average, dotted references.

    Parameters
    ----------
    curve : callbacks.LossCurve
        May be empty.
    references : dict of str to float
        Levels by name.
    name : str
        An identifier within the page, which may hold several dashboards.

    Returns
    -------
    str
    """
    steps, series = np.asarray(curve.steps, float), _series(curve)
    low, high = _range([*series.values()], references)
    first, last = (steps[0], max(steps[-1], steps[0] + 1)) if len(steps) else (0, 1)

    def x(step):
        return _LEFT + (np.asarray(step) - first) / (last - first) * (_WIDTH - _LEFT - _RIGHT)

    def y(value):
        fall = (high - np.asarray(value)) / (high - low)
        return _TOP + fall * (_HEIGHT - _TOP - _BOTTOM)

    parts = [*_axes(x, y, first, last, low, high), f'<g clip-path="url(#{name})">']
    latest = []
    for key, values in series.items():
        color, known = _COLORS[key], np.isfinite(values)
        if known.any():
            at, least, most, mean = _bins(steps[known], values[known])
            band = _points(np.r_[x(at), x(at)[::-1]], np.r_[y(least), y(most)[::-1]])
            parts.append(f'<polygon points="{band}" fill="{color}" stroke="{color}" opacity=".3"/>')
            line = f'points="{_points(x(at), y(mean))}" stroke="{color}"'
            parts.append(f'<polyline {line} fill="none" stroke-width="2.2"/>')
            latest.append(f"{key} {mean[-1]:.3f}")
    parts.append("</g>")
    parts += _reference_lines(references, y)
    for place, key in enumerate(_COLORS):
        left = _LEFT + 110 * place
        parts.append(f'<rect x="{left}" y="8" width="18" height="4" fill="{_COLORS[key]}"/>')
        parts.append(f'<text x="{left + 24}" y="15">{key}</text>')
    said = "Losses by step. " + (", ".join(latest) if latest else "No step yet") + "."
    return (
        f'<svg class="ganlab-losses" viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img" '
        f'aria-label="{html.escape(said)}"><defs><clipPath id="{name}"><rect x="{_LEFT}" '
        f'y="{_TOP}" width="{_WIDTH - _LEFT - _RIGHT}" height="{_HEIGHT - _TOP - _BOTTOM}"/>'
        f"</clipPath></defs>{''.join(parts)}</svg>"
    )


def _series(curve):
    """Return both losses as arrays, empty before the first step."""
    return {key: np.asarray(curve.history.get(key, ()), float) for key in _COLORS}


def _axes(x, y, first, last, low, high):
    from matplotlib.ticker import MaxNLocator

    right = _WIDTH - _RIGHT
    for value in MaxNLocator(4).tick_values(low, high):
        if low <= value <= high:
            at = f"{y(value):.1f}"
            yield f'<path d="M{_LEFT} {at}H{right}" stroke="currentColor" opacity=".15"/>'
            yield f'<text x="{_LEFT - 6}" y="{at}" dy=".35em" text-anchor="end">{value:g}</text>'
    for step in MaxNLocator(4, integer=True).tick_values(first, last):
        if first <= step <= last:
            where = f'x="{x(step):.1f}" y="{_HEIGHT - _BOTTOM + 15}"'
            yield f'<text {where} text-anchor="middle">{step:,.0f}</text>'
    yield f'<path d="M{_LEFT} {_HEIGHT - _BOTTOM}H{right}" stroke="currentColor" opacity=".6"/>'
    middle = (_LEFT + right) / 2
    yield f'<text x="{middle}" y="{_HEIGHT - 3}" text-anchor="middle">step</text>'


def _reference_lines(references, y):
    """Yield dotted lines, and their names at the right, moved apart where they would overlap."""
    names = sorted(references, key=references.get, reverse=True)
    lines = [float(y(references[name])) for name in names]
    places, lowest = [], -math.inf
    for at in lines:
        lowest = max(at, lowest + _APART)
        places.append(lowest)
    up = max(0.0, lowest - (_HEIGHT - _BOTTOM - 12))  # clear of the numbers below the axis
    for name, at, place in zip(names, lines, places, strict=True):
        line = f'd="M{_LEFT} {at:.1f}H{_WIDTH - _RIGHT}"'
        yield f'<path {line} stroke="currentColor" stroke-dasharray="2 3" fill="none"/>'
        text = f'<text x="{_WIDTH - _RIGHT + 6}" y="{place - up:.1f}"'
        yield f'{text} dy="-.1em">{html.escape(name)}</text>'
        yield f'{text} dy="1em">{_number(references[name])}</text>'


def _number(level):
    """Return a level as a number, after the name that it has where it has one."""
    name, value = plotting.level_name(level), f"{level:.3g}"
    return page.minus(name if name == value else f"{name} = {level:.2f}")


def _range(series, references):
    """Return the ends of the vertical axis: a single spike must not flatten all the rest."""
    levels = list(references.values())
    for values in series:
        values = values[np.isfinite(values)]
        if len(values):
            levels += list(np.quantile(values, (0.02, 0.98)))
    low, high = (min(levels), max(levels)) if levels else (0.0, 1.0)
    margin = 0.08 * (high - low) or 0.5
    return (0.0 if 0 <= low < 0.5 * high else low - margin), high + margin


def _bins(steps, values):
    """Return at most _MOST places, and for each the least, the greatest and the average value."""
    edges = np.linspace(0, len(values), min(len(values), _MOST) + 1).astype(int)[:-1]
    last = np.r_[edges[1:], len(values)] - 1
    least, most = np.minimum.reduceat(values, edges), np.maximum.reduceat(values, edges)
    return steps[last], least, most, plotting.smoothed(values, _SMOOTH)[last]


def _points(x, y):
    return " ".join(f"{a:.1f},{b:.1f}" for a, b in zip(x, y, strict=True))


def spark(values):
    """Return a small curve of a measure, without axes, as an SVG."""
    values = np.asarray(values, float)
    known = values[np.isfinite(values)]
    if len(known) < 2:
        return ""
    low, span = known.min(), np.ptp(known) or 1.0
    x = np.linspace(3, 117, len(known))
    y = 25 - (known - low) / span * 22
    return (
        '<svg class="ganlab-spark" viewBox="0 0 120 28" aria-hidden="true">'
        f'<polyline points="{_points(x, y)}" fill="none" stroke="currentColor" '
        f'stroke-width="1.5"/><circle cx="{x[-1]:.1f}" cy="{y[-1]:.1f}" r="3" '
        'fill="currentColor"/></svg>'
    )


def measures_table(measured):
    """Return the latest value and the course of every measure as an HTML table, "" without any.

    Parameters
    ----------
    measured : dict of str to list of (int, float)
    """
    if not measured:
        return ""
    rows = []
    for name, taken in measured.items():
        value, at = (f"{taken[-1][1]:.4g}", f"{taken[-1][0]:,}") if taken else ("", "")
        line = spark([value for _, value in taken])
        rows.append(
            f'<tr><th scope="row">{html.escape(name)}</th><td>{value}</td>'
            f"<td>{at}</td><td>{line}</td></tr>"
        )
    heads = "".join(f'<th scope="col">{t}</th>' for t in ("measure", "latest", "at step", "so far"))
    return f"<table><tr>{heads}</tr>{''.join(rows)}</table>"


def samples_picture(samples, real, step):
    """Return samples as HTML: images tiled, points of the plane over real ones, else nothing.

    Parameters
    ----------
    samples : array of float, shape (n, height, width, channels) in [0, 1], or (n, 2)
    real : array of float, shape (m, 2)
        Only looked at for points.
    step : int
    """
    said = f"{len(samples)} samples from fixed latents after step {step:,}"
    if _are_points(samples):
        half = 1.15 * np.abs(real).max() or 1.0
        dots = [
            f'<circle cx="{x:.3f}" cy="{-y:.3f}" r="{half / 70:.3f}" fill="{color}" opacity=".7"/>'
            for points, color in ((real, plotting.REAL), (samples, plotting.FAKE))
            for x, y in points
        ]
        box = f"{-half} {-half} {2 * half} {2 * half}"
        picture = f'<svg viewBox="{box}" role="img" aria-label="{said}">{"".join(dots)}</svg>'
        caption = "real blue, fake orange"
    elif _are_images(samples):
        picture = page.image_tag(_tiled(samples), said)
        caption = f"the same {len(samples)} latents, step {step:,}"
    else:
        picture, caption = "", f"samples of shape {samples.shape[1:]} have no picture"
    return page.captioned(picture, caption, "ganlab-samples")


def _are_points(samples):
    return samples.ndim == 2 and samples.shape[1] == 2


def _are_images(samples):
    return samples.ndim == 4 and samples.shape[-1] in (1, 3)


def _tiled(samples):
    return images.tile(np.clip(np.nan_to_num(samples), 0, 1), padding=2)


def draw(curve, references, measured, samples, real, title):
    """Draw the same as a Matplotlib figure, for paper and for pages without a kernel.

    Returns
    -------
    matplotlib.figure.Figure
    """
    rows = 1 + bool(measured)
    size = 9, 3.2 + 1.7 * bool(measured)
    figure = page.Figure(figsize=size, dpi=plotting.DPI, layout="constrained")
    grid = figure.add_gridspec(rows, 1, height_ratios=[3.2, 1.7][:rows])
    top = grid[0].subgridspec(1, 2, width_ratios=[1.9, 1])
    axis, shown = figure.add_subplot(top[0]), figure.add_subplot(top[1])
    series = _series(curve)
    for key, values in series.items():
        if len(values):
            color = _COLORS[key]
            axis.plot(curve.steps, values, color=color, alpha=0.3, linewidth=0.8)
            axis.plot(curve.steps, plotting.smoothed(values, _SMOOTH), color=color, label=key)
    for name, level in references.items():
        axis.axhline(level, color="0.3", linestyle=":", linewidth=1)
        place = {"xy": (1.01, level), "xycoords": ("axes fraction", "data")}
        axis.annotate(f"{name}\n{_number(level)}", **place, va="center", fontsize=8)
    axis.set(
        xlabel="step",
        ylabel="loss",
        ylim=_range([*series.values()], references),
    )
    if axis.get_legend_handles_labels()[0]:
        axis.legend(loc="lower left", bbox_to_anchor=(0, 1), ncols=2, borderpad=0)
    _draw_samples(shown, samples, real)
    if measured:
        _draw_measures(figure, grid[1].subgridspec(1, len(measured)), measured)
    figure.suptitle(title, fontsize=11)
    return figure


def _draw_samples(axis, samples, real):
    axis.set_axis_off()
    if _are_points(samples):
        plotting.plot_samples(real, samples, ax=axis)
    elif _are_images(samples):
        page.show(axis, _tiled(samples))


def _draw_measures(figure, places, measured):
    for place, (name, taken) in zip(places, measured.items(), strict=True):
        axis = figure.add_subplot(place)
        if taken:
            axis.plot(*zip(*taken, strict=True), "o-", markersize=4, color=plotting.PALETTE[0])
        axis.set_title(name, fontsize=9)
        axis.set_xlabel("step")
