"""The report of an evaluation: rows of measures as a table, a picture and plain values."""

import io
import json
import pathlib
from dataclasses import dataclass

import numpy as np

from ganlab import files, plotting
from ganlab import images as pixels

__all__ = ["MEASURES", "Report", "Row"]


@dataclass(frozen=True)
class Row:
    """One line of a report.

    Attributes
    ----------
    name : str
    measures : dict of str to float
    intervals : dict of str to (low, high)
        95 % of the chance in drawing the samples; empty for most reference rows.
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
    judge : str
        What the images were compared by.
    count : int
        Images in every set.
    """

    rows: tuple
    judge: str
    count: int

    def __getitem__(self, name):
        """The row of this name."""
        for row in self.rows:
            if row.name == name:
                return row
        raise KeyError(f"expected one of {[row.name for row in self.rows]}, received {name!r}")

    def table(self):
        """The report as text: one line a row, measures in columns."""
        shown = [m for m in MEASURES if m[0] in self.rows[0].measures]
        lines = [["", *(heading for _, heading, _, _ in shown)]]
        for row in self.rows:
            values = [f"{row.measures[key]:.{decimals}f}" for key, _, decimals, _ in shown]
            lines.append([row.name, *values])
        widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
        return "\n".join(
            "  ".join(
                [line[0].ljust(widths[0])]
                + [cell.rjust(width) for cell, width in zip(line[1:], widths[1:], strict=True)]
            )
            for line in lines
        )

    def to_dict(self):
        """The report as plain values, for JSON."""
        return {
            "judge": self.judge,
            "count": self.count,
            "rows": {
                row.name: {
                    key: {"value": value}
                    | ({"interval": list(row.intervals[key])} if key in row.intervals else {})
                    for key, value in row.measures.items()
                }
                for row in self.rows
            },
        }

    def write(self, folder):
        """Writes evaluation.json and evaluation.png into a folder; returns both paths."""
        folder = pathlib.Path(folder)
        picture = io.BytesIO()
        self.draw().savefig(picture, format="png")
        contents = {
            "evaluation.json": json.dumps(self.to_dict(), indent=2).encode() + b"\n",
            "evaluation.png": picture.getvalue(),
        }
        for name, content in contents.items():
            with files.replaced(folder / name) as file:
                file.write(content)
        return [folder / name for name in contents]

    def draw(self, *, figure=None):
        """Draws the samples of every row and its measures as dots; returns the Figure."""
        shown = [m for m in MEASURES if m[0] in self.rows[0].measures and m[0] != "times_floor"]
        if figure is None:
            from matplotlib.figure import Figure

            figure = Figure(figsize=(4.2 + 1.15 * len(shown), 0.6 + 0.62 * len(self.rows)), dpi=100)
            figure.set_layout_engine("constrained")
        places = np.arange(len(self.rows))
        grid = figure.add_gridspec(
            len(self.rows), 1 + len(shown), width_ratios=[3.6] + [1] * len(shown)
        )
        for place, row in enumerate(self.rows):
            ax = figure.add_subplot(grid[place, 0])
            picture = pixels.tile(row.images[:8], columns=8)
            ax.imshow(picture.squeeze(), cmap="gray", vmin=0, vmax=1)
            ax.set_title(row.name, fontsize=9, loc="left", pad=2)
            ax.set_axis_off()
        for column, (key, heading, decimals, good) in enumerate(shown, start=1):
            ax = figure.add_subplot(grid[:, column])
            values = np.array([row.measures[key] for row in self.rows])
            colors = [plotting.FAKE] + [plotting.REAL] + ["0.45"] * (len(self.rows) - 2)
            ax.hlines(places, values.min(), values, color=colors, linewidth=1.5, alpha=0.5)
            ax.scatter(values, places, color=colors, zorder=3, s=28)
            for place, row in enumerate(self.rows):
                if key in row.intervals:
                    ax.hlines(
                        place, *row.intervals[key], color=colors[place], linewidth=5, alpha=0.4
                    )
                ax.annotate(
                    f"{values[place]:.{decimals}f}",
                    (values[place], place),
                    (0, 5),
                    textcoords="offset points",
                    ha="center",
                    fontsize=7.5,
                )
            span = float(np.ptp(values)) or 1.0
            ax.set(xlim=(values.min() - 0.25 * span, values.max() + 0.25 * span))
            ax.set_ylim(len(self.rows) - 0.5, -0.6)
            ax.set_title(f"{heading}\n({good} is good)", fontsize=8.5)
            ax.set_yticks([])
            ax.tick_params(axis="x", labelsize=7)
            ax.xaxis.set_major_locator(_few_ticks())
            for side in ("left", "top", "right"):
                ax.spines[side].set_visible(False)
        return figure


def _few_ticks():
    from matplotlib.ticker import MaxNLocator

    return MaxNLocator(2)
