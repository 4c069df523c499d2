"""The report of an evaluation: rows of measures as a table, a picture and plain values."""

import io
import json
import math
import pathlib
from dataclasses import dataclass

import numpy as np
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from ganlab import files, plotting
from ganlab import images as pixels


@dataclass(frozen=True)
class Row:
    """One line of a report.

    Attributes
    ----------
    name : str
    measures : dict of str to float
    intervals : dict of str to (low, high)
        Between which chance in drawing the samples leaves the value, with 95 % confidence;
        empty for most reference rows.
    images : ndarray, shape (12, height, width, channels)
        Some of what was measured, to look at.
    """

    name: str
    measures: dict
    intervals: dict
    images: np.ndarray


#: What a report says: key, heading, decimals, and what is good.
MEASURES = (
    ("frechet_distance", "Fréchet", 2, "low"),
    ("times_floor", "x floor", 2, "1"),
    ("kernel_distance", "kernel", 1, "0"),
    ("precision", "precision", 2, "high"),
    ("recall", "recall", 2, "high"),
    ("density", "density", 2, "1"),
    ("coverage", "coverage", 2, "high"),
    ("inception_score", "Inception", 2, "high"),
    ("rarest_class", "rarest", 2, "1"),
    ("commonest_class", "commonest", 2, "1"),
    ("as_asked", "as asked", 2, "high"),
    ("copies", "copies", 2, "low"),
)


@dataclass(frozen=True)
class Report:
    """What `evaluate` found.

    Attributes
    ----------
    rows : tuple of Row
        The first is the generator; then two halves of the real data, noise, a collapsed
        generator, a memorizer.
    extractor : str
        What the images were compared by.
    count : int
        Images in every set.
    """

    rows: tuple
    extractor: str
    count: int

    def __getitem__(self, name):
        """Return the row of this name."""
        for row in self.rows:
            if row.name == name:
                return row
        raise KeyError(f"expected one of {[row.name for row in self.rows]}, received {name!r}")

    def table(self):
        """Return the report as text: one line a row, measures in columns."""
        shown = self._measures()
        lines = [["", *(heading for _, heading, _, _ in shown)]]
        for row in self.rows:
            values = [f"{row.measures[key]:.{decimals}f}" for key, _, decimals, _ in shown]
            lines.append([row.name, *values])
        name, *widths = (max(map(len, column)) for column in zip(*lines, strict=True))
        return "\n".join(
            "  ".join([first.ljust(name), *map(str.rjust, cells, widths)])
            for first, *cells in lines
        )

    def to_dict(self):
        """Return the report as plain values, for JSON: None for what is no finite number."""
        return {
            "extractor": self.extractor,
            "count": self.count,
            "rows": {
                row.name: {
                    key: {"value": _finite(value)}
                    | (
                        {"interval": [_finite(end) for end in row.intervals[key]]}
                        if key in row.intervals
                        else {}
                    )
                    for key, value in row.measures.items()
                }
                for row in self.rows
            },
        }

    def write(self, folder):
        """Write evaluation.json and evaluation.png into a folder; return both paths."""
        picture = io.BytesIO()
        self.draw().savefig(picture, format="png")
        values, drawn = (pathlib.Path(folder, f"evaluation.{kind}") for kind in ("json", "png"))
        files.write(values, json.dumps(self.to_dict(), indent=2, allow_nan=False).encode() + b"\n")
        files.write(drawn, picture.getvalue())
        return [values, drawn]

    def draw(self, *, figure=None):
        """Draw the samples of every row and its measures as dots; return the Figure."""
        shown = [measure for measure in self._measures() if measure[0] != "times_floor"]
        if figure is None:
            size = 4.2 + 1.15 * len(shown), 0.6 + 0.62 * len(self.rows)
            figure = Figure(figsize=size, dpi=100, layout="constrained")
        grid = figure.add_gridspec(
            len(self.rows), 1 + len(shown), width_ratios=[3.6] + [1] * len(shown)
        )
        for place, row in enumerate(self.rows):
            ax = figure.add_subplot(grid[place, 0])
            strip = pixels.tile(row.images[:8], columns=8).squeeze()
            ax.imshow(strip, cmap="gray", vmin=0, vmax=1)
            ax.set_title(row.name, fontsize=9, loc="left", pad=2)
            ax.set_axis_off()
        for column, measure in enumerate(shown, start=1):
            _draw_measure(figure.add_subplot(grid[:, column]), self.rows, *measure)
        return figure

    def _measures(self):
        """Select what was measured: without a classifier that is less."""
        return [measure for measure in MEASURES if measure[0] in self.rows[0].measures]


def _finite(value):
    return value if math.isfinite(value) else None


def _draw_measure(ax, rows, key, heading, decimals, good):
    """Draw one measure of every row: a dot on a line from the least one, and its interval."""
    values = np.array([row.measures[key] for row in rows])
    places = np.arange(len(rows))
    colors = [plotting.FAKE, plotting.REAL, *["0.45"] * (len(rows) - 2)]
    ax.hlines(places, values.min(), values, color=colors, linewidth=1.5, alpha=0.5)
    ax.scatter(values, places, color=colors, zorder=3, s=28)
    for place, row in enumerate(rows):
        if key in row.intervals:
            ax.hlines(place, *row.intervals[key], color=colors[place], linewidth=5, alpha=0.4)
        ax.annotate(
            f"{values[place]:.{decimals}f}",
            (values[place], place),
            (0, 5),
            textcoords="offset points",
            ha="center",
            fontsize=7.5,
        )
    span = float(np.ptp(values)) or 1.0
    ax.set(xlim=(values.min() - 0.25 * span, values.max() + 0.25 * span), yticks=[])
    ax.set_ylim(len(rows) - 0.5, -0.6)
    ax.set_title(f"{heading}\n({good} is good)", fontsize=8.5)
    ax.tick_params(axis="x", labelsize=7)
    ax.xaxis.set_major_locator(MaxNLocator(2))
    ax.spines[["left", "top", "right"]].set_visible(False)
