"""Damage a picture and watch what SSIM, MS-SSIM, the cosine and the error say about it."""

import dataclasses
import functools

import ipywidgets
import numpy as np

from classroom.widgets import page
from classroom.widgets.ssim_playground import markup
from classroom.widgets.ssim_playground.canvas import PANELS, Canvas
from classroom.widgets.ssim_playground.contest import Contender, Contest
from classroom.widgets.ssim_playground.distortions import (
    LIMITS,
    Distortions,
    Unreachable,
    distort,
    match_error,
    measure,
)
from ganlab import datasets, images, plotting

_SIZE = 128
# Fine enough to meet an error within 5 %, coarse enough for the arrow keys.
_STEPS = {
    "noise": 0.002,
    "blur": 0.05,
    "shift": 0.05,
    "contrast": 0.005,
    "brightness": 0.002,
    "scratch": 0.01,
}


_UNCHANGED = dict.fromkeys(LIMITS, 0.0) | {"scratch": 1.0}  # a scratch shows as soon as it is drawn


def _photo(name, rows=slice(None), columns=slice(None)):
    from skimage import data

    return getattr(data, name)()[rows, columns]


def _digit():
    return images.to_uint8(datasets.load("digits").images[12])


#: The pictures to choose from: what the menu calls them, and where they come from.
PICTURES = {
    "camera": ("Photograph", functools.partial(_photo, "camera")),
    # NASA, in the public domain
    "face": ("Face", functools.partial(_photo, "astronaut", slice(230), slice(110, 340))),
    "brick": ("Brick wall", functools.partial(_photo, "brick", slice(256), slice(256))),
    "digit": ("Handwritten digit", _digit),
}


class SSIMPlayground(page.OneUpdate, ipywidgets.VBox):
    """A picture, sliders that damage it, and every measure of similarity side by side.

    Parameters
    ----------
    image : {"camera", "face", "brick", "digit"} or array of float, (height, width), in [0, 1]
        The picture to start with, or one of your own of at least 11 x 11 pixels.
    **strengths : float
        Where the sliders stand at the start, see `change`.

    Attributes
    ----------
    distortions : classroom.widgets.ssim_playground.distortions.Distortions
        What is done to the picture.
    measures : classroom.widgets.ssim_playground.distortions.Measures
        What the measures say of it.
    contest : classroom.widgets.ssim_playground.contest.Contest
        Picture A and the greatest difference of SSIM at equal error.

    Raises
    ------
    ValueError
        For an unknown picture or strength, or an image that does not fit.

    Examples
    --------
    >>> playground = SSIMPlayground("camera", noise=0.1)
    >>> playground
    SSIMPlayground('camera', noise 0.1)
    >>> playground.keep()
    >>> playground.reset()
    >>> playground.match("brightness")
    >>> playground.measures.ssim > 0.8 and playground.contest.best > 0.3
    True

    Played with in notebooks/03_structural_similarity.
    """

    def __init__(self, image="camera", **strengths):
        options = [(label, name) for name, (label, _) in PICTURES.items()]
        self._own = None
        if not isinstance(image, str):
            self._own, image = _check_own(image), "yours"
            options.append(("Yours", "yours"))
        elif image not in PICTURES:
            raise ValueError(
                f"expected image as one of {', '.join(PICTURES)} or an array, received {image!r}"
            )
        self._last = "noise"
        self.contest = Contest()
        self._make_controls(options, image)
        super().__init__(self._arranged())
        self.add_class("ganlab-widget").add_class("ganlab-ssim-playground")
        self.original = self._load(image)
        self.change(**strengths)

    def __repr__(self):
        return f"SSIMPlayground({self.picture.value!r}, {self.distortions})"

    # ------------------------------------------------------------------- what a program can do

    def change(self, **strengths):
        """Move sliders: noise, blur, shift, contrast, brightness, scratch."""
        unknown = sorted(set(strengths) - set(LIMITS))
        if unknown:
            raise ValueError(f"expected strengths of {', '.join(LIMITS)}, received {unknown[0]!r}")
        wanted = dataclasses.replace(self.distortions, **strengths)  # checks the values
        with self._one_update():
            for name in strengths:
                self.sliders[name].value = getattr(wanted, name)
                self._last = name

    def scratch(self, points):
        """Draw a stroke through points (x, y), in pixels from the upper left corner."""
        stroke = [[float(x), float(y)] for x, y in points]
        if not stroke:
            raise ValueError("expected points as one or more (x, y), received none")
        self.canvas.strokes = [*self.canvas.strokes, stroke]

    def reset(self):
        """Undo every change; picture A and the score stay."""
        with self._one_update():
            self.canvas.strokes = []
            for name, slider in self.sliders.items():
                slider.value = _UNCHANGED[name]

    def keep(self):
        """Keep the changed picture as A."""
        self.contest.kept = self._contender()
        self._update()

    def match(self, name=None):
        """Move one slider, the last one moved by default, until the error equals that of A."""
        name = name or self._last
        if self.contest.kept is None:
            self._update("Keep a picture as A first.")
            return
        try:
            found = match_error(self.original, self.distortions, name, self.contest.kept.mse)
        except Unreachable as reason:
            self._update(str(reason)[0].upper() + str(reason)[1:] + ".")
            return
        # A slider stands on a step: in the browser it would move there by itself.
        step = _STEPS[name]
        self.change(**{name: round(round(getattr(found, name) / step) * step, 6)})

    def draw(self):
        """Draw the present state, for a page without a kernel.

        Returns
        -------
        matplotlib.figure.Figure
        """
        figure = page.Figure(figsize=(9.6, 5.6), dpi=plotting.DPI, layout="none")
        columns = [0.005 + 0.25 * i for i in range(4)]
        m = self.measures
        values = (self.original, self.changed, m.ssim_map, m.error_map)
        for i, ((caption, _, cmap), picture) in enumerate(zip(PANELS, values, strict=True)):
            ax = figure.add_axes((columns[i], 0.54, 0.24, 0.41))
            shown = page.show(ax, picture, caption, cmap=cmap)
            if cmap != "gray":
                scale = ax.inset_axes((0.2, -0.08, 0.6, 0.04))
                figure.colorbar(shown, cax=scale, orientation="horizontal", ticks=(0, 1))
        bars = figure.add_axes((0.16, 0.07, 0.2, 0.3))
        frames = [(columns[i], 0.02, 0.24, 0.34) for i in (2, 3)]
        pair = [figure.add_axes(frame) for frame in frames] if self.contest.kept else []
        listed = markup.rows(m)[::-1]
        colors = [plotting.REAL] * (len(listed) - 1) + [plotting.FAKE]
        labels, lengths, texts = zip(*listed, strict=True)
        bars.barh(labels, lengths, color=colors, height=0.6)
        for y, text in enumerate(texts):
            bars.text(1.02, y, text, va="center", transform=bars.get_yaxis_transform())
        bars.set(xlim=(0, 1), xticks=(0, 1), title=str(self.distortions))
        bars.grid(False)
        bars.spines[["top", "right"]].set_visible(False)
        for ax, name, one in zip(pair, "AB", (self.contest.kept, self._contender()), strict=False):
            page.show(ax, one.picture, f"{name}: error {one.mse:.4f}\nSSIM {one.ssim:.3f}")
        return figure

    # ------------------------------------------------------------------------------ its inside

    def _make_controls(self, options, image):
        wide = ipywidgets.Layout(width="98%")
        style = {"description_width": "76px"}
        self.picture = ipywidgets.Dropdown(
            options=options, value=image, description="Picture", style=style
        )
        self.sliders = {
            name: ipywidgets.FloatSlider(
                _UNCHANGED[name],
                min=low,
                max=high,
                step=_STEPS[name],
                description=name.capitalize(),
                readout_format=".3f" if _STEPS[name] < 0.01 else ".2f",
                style=style,
                layout=wide,
            )
            for name, (low, high) in LIMITS.items()
        }
        self.canvas = Canvas()
        self._numbers, self._contest = ipywidgets.HTML(), ipywidgets.HTML(layout={"width": "98%"})
        self.buttons = {
            "reset": ipywidgets.Button(description="Undo all changes", icon="undo"),
            "clear": ipywidgets.Button(description="Clear scratches", icon="eraser"),
            "keep": ipywidgets.Button(description="Keep as picture A", icon="thumb-tack"),
            "match": ipywidgets.Button(icon="balance-scale"),
        }
        for button in self.buttons.values():
            button.layout.width = "auto"
        self.buttons["reset"].on_click(lambda _: self.reset())
        self.buttons["clear"].on_click(lambda _: setattr(self.canvas, "strokes", []))
        self.buttons["keep"].on_click(lambda _: self.keep())
        self.buttons["match"].on_click(lambda _: self.match())
        self.picture.observe(lambda change: self._choose(change.new), "value")
        self.canvas.observe(lambda _: self._moved("scratch"), "strokes")
        for name, slider in self.sliders.items():
            slider.observe(lambda _, name=name: self._moved(name), "value")

    def _arranged(self):
        contest = "Find two pictures of equal error"
        side = ipywidgets.VBox([self._numbers], layout={"padding": "2px 0 0 8px"})
        left = ipywidgets.VBox(list(self.sliders.values()))
        columns = ipywidgets.GridBox(
            [left, side],
            layout={"grid_template_columns": "minmax(0, 1fr) minmax(0, 1fr)", "grid_gap": "20px"},
        )
        buttons = self.buttons
        box = {"padding": "10px 0 0 0", "max_width": "980px"}
        return [
            page.style(__file__),
            ipywidgets.HBox([self.picture, buttons["reset"], buttons["clear"]]),
            self.canvas,
            ipywidgets.VBox([columns], layout=box),
            ipywidgets.VBox(
                [
                    ipywidgets.HTML(markup.heading(contest, "and let SSIM tell them apart")),
                    ipywidgets.HBox([buttons["keep"], buttons["match"]]),
                    self._contest,
                ],
                layout=box,
            ),
        ]

    def _load(self, name):
        if name == "yours":
            return self._own
        picture = images.to_float(PICTURES[name][1]())
        return images.fit(picture[np.newaxis], size=_SIZE, color="gray")[0, ..., 0]

    @property
    def distortions(self):
        strokes = tuple(tuple(map(tuple, stroke)) for stroke in self.canvas.strokes if stroke)
        return Distortions(
            **{name: slider.value for name, slider in self.sliders.items()}, strokes=strokes
        )

    def _contender(self):
        return Contender(self.changed, self.distortions, self.measures.mse, self.measures.ssim)

    def _choose(self, name):
        self.original = self._load(name)
        self.contest.kept = None
        with self._one_update():
            self.canvas.strokes = []

    def _moved(self, name):
        if not self._moving:
            self._last = name
            self._update()

    def _update(self, message=""):
        """Compute everything anew; about 15 ms for a picture of 128 x 128 pixels."""
        self.changed = distort(self.original, self.distortions)
        self.measures = measure(self.original, self.changed)
        self.canvas.show(self.original, self.changed, self.measures)
        self._numbers.value = markup.measures_html(self.measures)
        present = self._contender()
        equal = self.contest.compare(present)
        self._contest.value = markup.contest_html(self.contest, present, equal, message)
        self.buttons["match"].description = f"Match the error by {self._last}"
        self.buttons["match"].disabled = self.contest.kept is None


def _check_own(image):
    image = np.asarray(image)
    if image.ndim != 2 or min(image.shape) < 11:
        raise ValueError(
            "expected image as (height, width), gray, with at least 11 pixels each way, "
            f"received shape {image.shape}"
        )
    return images.check(image[np.newaxis])[0, ..., 0]
