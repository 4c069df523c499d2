"""A figure that shows itself in a notebook, made without pyplot."""

import io

import IPython
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
        if _is_shown_as_jpeg():
            return None
        buffer = io.BytesIO()
        self.savefig(buffer, format="png", dpi=self.dpi)
        return buffer.getvalue()


def _is_shown_as_jpeg():
    """Tells whether this notebook asked for figures as JPEG: a PNG beside it would be idle."""
    shell = IPython.get_ipython()
    if shell is None:
        return False
    try:
        shell.display_formatter.formatters["image/jpeg"].lookup_by_type(figure.Figure)
    except KeyError:
        return False
    return True
