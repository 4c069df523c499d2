"""A figure that shows itself in a notebook, made without pyplot."""

import io

from matplotlib import figure

__all__ = ["Figure"]


class Figure(figure.Figure):
    """Matplotlib's Figure, shown as PNG by any notebook that it ends a cell of.

    IPython draws figures only after pyplot has drawn its first one. Widgets use no pyplot, whose
    present figure belongs to the cells, so theirs know how to draw themselves.

    Examples
    --------
    >>> Figure(figsize=(2, 1), dpi=50)
    <Figure size 100x50 with 0 Axes>
    >>> Figure(figsize=(2, 1), dpi=50)._repr_png_()[1:4]
    b'PNG'
    """

    def _repr_png_(self):
        buffer = io.BytesIO()
        self.savefig(buffer, format="png", dpi=self.dpi)
        return buffer.getvalue()
