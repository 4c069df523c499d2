"""What widgets put on a page: figures without pyplot, pictures in HTML, style sheets."""

import base64
import contextlib
import functools
import html
import io
import pathlib

import IPython
import ipywidgets
from matplotlib import figure

from ganlab import images, plotting

_COLORS = {
    "real": plotting.REAL,
    "fake": plotting.FAKE,
    "discriminator": plotting.DISCRIMINATOR,
    "generator": plotting.GENERATOR,
    "sky": plotting.PALETTE[5],
}


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


class OneUpdate:
    """A widget whose controls can move together, and which calls its ``_update`` once for all."""

    _moving = False  # whether controls move that are not to be followed one by one

    @contextlib.contextmanager
    def _one_update(self):
        before, self._moving = self._moving, True
        try:
            yield
        finally:
            self._moving = before
        if not before:
            self._update()


def _is_shown_as_jpeg():
    """Tell whether this notebook asked for figures as JPEG: a PNG beside it would be idle."""
    shell = IPython.get_ipython()
    if shell is None:
        return False
    try:
        shell.display_formatter.formatters["image/jpeg"].lookup_by_type(figure.Figure)
    except KeyError:
        return False
    return True


def image_tag(image, alt):
    """Return an image as an HTML element that carries its own PNG.

    Parameters
    ----------
    image : array of float, shape (height, width[, channels]), range [0, 1]
    alt : str
        What a screen reader says.

    Returns
    -------
    str
    """
    source = base64.b64encode(images.to_png(image)).decode()
    return f'<img alt="{html.escape(alt)}" src="data:image/png;base64,{source}">'


def captioned(picture, caption, kind):
    """Return a picture and the text below it, both HTML, as a figure of a class for style sheets.

    Examples
    --------
    >>> captioned("<svg></svg>", "nothing", "ganlab-samples")
    '<figure class="ganlab-samples"><svg></svg><figcaption>nothing</figcaption></figure>'
    """
    return f'<figure class="{kind}">{picture}<figcaption>{caption}</figcaption></figure>'


def show(axis, image, title="", *, cmap="gray", extent=None):
    """Show an image in [0, 1] on Matplotlib axes, pixel by pixel, and return what Matplotlib does.

    Parameters
    ----------
    axis : matplotlib Axes
    image : array of float, shape (height, width[, channels]), range [0, 1]
    title, cmap, extent
        As Matplotlib has them.
    """
    axis.set_title(title, fontsize=10)
    axis.set_axis_off()
    return axis.imshow(
        image.squeeze(), cmap=cmap, vmin=0, vmax=1, interpolation="nearest", extent=extent
    )


def minus(number):
    """Return a number as text with the sign that a minus has.

    Examples
    --------
    >>> minus(-3), minus("-0.5")
    ('−3', '−0.5')
    """
    return str(number).replace("-", "−")


def sheet(module):
    """Return the style sheet of a widget, as text.

    Parameters
    ----------
    module : str
        The ``__file__`` of ``widget.py``, beside which ``widget.css`` lies. It follows
        ``page.css``, which all widgets share, and may use the colors of `ganlab.plotting` as
        ``var(--ganlab-real)``, ``-fake``, ``-discriminator``, ``-generator`` and ``-sky``.

    Returns
    -------
    str
    """
    colors = " ".join(f"--ganlab-{name}: {color};" for name, color in _COLORS.items())
    return f":root {{ {colors} }}\n{_sheet(__file__)}\n{_sheet(module)}"


def style(module):
    """Return the `sheet` of a widget, as a child of it that takes no room on the page.

    Returns
    -------
    ipywidgets.HTML
    """
    return ipywidgets.HTML(f"<style>{sheet(module)}</style>", layout={"display": "none"})


@functools.cache
def _sheet(module):
    return pathlib.Path(module).with_suffix(".css").read_text(encoding="utf-8")
