"""Pages of images to leaf through: a film, or what a setting changes."""

import html

import ipywidgets

from classroom.widgets import page
from ganlab import images as pixels
from ganlab import plotting

_SIDE = 160  # pixels of an image on the screen, at most


class Flipbook(ipywidgets.VBox):
    """Sheets of images to leaf through with a slider, or to be shown one after another.

    Parameters
    ----------
    pages : sequence of array, each of shape (n, height, width, channels), in [0, 1]
        All of one shape: an image stays at its place.
    captions : sequence of str
        One for each page.
    label : str
        What the slider changes, such as "step".
    columns : int, optional
        Images in a row, all of them where it is not given.
    milliseconds : int
        How long a page is shown by the play button.

    Attributes
    ----------
    number : int
        Of the page that is open, from 0 on. `turn_to` opens another.

    Raises
    ------
    ValueError
        For no pages, pages of different shapes, and a number of captions that is not theirs.

    Examples
    --------
    >>> import numpy as np
    >>> book = Flipbook([np.zeros((3, 4, 4, 1)), np.ones((3, 4, 4, 1))], ["dark", "bright"],
    ...                 label="light")
    >>> book.turn_to(1)
    >>> book
    Flipbook(light='bright', page 2 of 2)
    """

    def __init__(self, pages, captions, *, label, columns=None, milliseconds=250):
        self._pages = [pixels.check(sheet, name="a page") for sheet in pages]
        self._captions = [str(caption) for caption in captions]
        shapes = {sheet.shape for sheet in self._pages}
        if len(shapes) != 1:
            raise ValueError(
                f"expected pages of one shape, received {sorted(map(str, shapes)) or 'none'}"
            )
        if len(self._captions) != len(self._pages):
            raise ValueError(
                f"expected {len(self._pages)} captions, one for each page, "
                f"received {len(self._captions)}"
            )
        count, _, width, _ = self._pages[0].shape
        pixels.check_count(milliseconds, "milliseconds", 1)
        self._columns = count if columns is None else columns
        pixels.check_count(self._columns, "columns", 1)
        self._label = str(label)
        last = len(self._pages) - 1
        self._slider = ipywidgets.IntSlider(
            0,
            min=0,
            max=last,
            description=self._label,
            readout=False,
            style={"description_width": "initial"},
            layout=ipywidgets.Layout(flex="1 1 0"),
        )
        self._play = ipywidgets.Play(
            0, min=0, max=last, interval=milliseconds, tooltip="Show all pages, one by one"
        )
        ipywidgets.jslink((self._play, "value"), (self._slider, "value"))
        scale = max(1, _SIDE // width)
        shown = min(count, self._columns) * scale * width
        self._sheet = ipywidgets.HTML(layout=ipywidgets.Layout(max_width=f"{shown}px"))
        controls = ipywidgets.HBox(
            [self._play, self._slider], layout=ipywidgets.Layout(max_width=f"{shown}px")
        )
        super().__init__([page.style(__file__), controls, self._sheet])
        self.add_class("ganlab-widget").add_class("ganlab-flipbook")
        self._slider.observe(lambda _: self._update(), "value")
        self._update()

    @property
    def number(self):
        """Of the page that is open, from 0 on."""
        return self._slider.value

    def turn_to(self, number):
        """Open a page by its number, from 0 on; beyond the end it is the last.

        Parameters
        ----------
        number : int, at least 0
        """
        pixels.check_count(number, "number", 0)
        self._slider.value = number

    def _tiled(self):
        return pixels.tile(self._pages[self.number], columns=self._columns)

    def _said(self):
        return f"{self._label} {self._captions[self.number]}"

    def _update(self):
        picture = page.image_tag(self._tiled(), f"{len(self._pages[0])} images, {self._said()}")
        self._sheet.value = page.captioned(picture, html.escape(self._said()), "ganlab-page")

    def draw(self):
        """Draw the open page, for a page without a kernel.

        Returns
        -------
        matplotlib.figure.Figure
        """
        tiled = self._tiled()
        height, width = tiled.shape[:2]
        figure = page.Figure(
            figsize=(8.6, 8.6 * height / width + 0.4), dpi=plotting.DPI, layout="constrained"
        )
        page.show(figure.subplots(), tiled, self._said())
        return figure

    def __repr__(self):
        return (
            f"Flipbook({self._label}={self._captions[self.number]!r}, "
            f"page {self.number + 1} of {len(self._pages)})"
        )
