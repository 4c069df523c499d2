"""Damage a picture and watch what SSIM, MS-SSIM, the cosine and the error say about it."""

import dataclasses

import ipywidgets as widgets
import numpy as np

from classroom.widgets.page import Figure
from classroom.widgets.ssim_playground import markup
from classroom.widgets.ssim_playground.canvas import CAPTIONS, ERROR_COLORS, SSIM_COLORS, Canvas
from classroom.widgets.ssim_playground.distortions import (
    LIMITS,
    Distortions,
    Unreachable,
    distort,
    match_error,
    measure,
)
from classroom.widgets.ssim_playground.game import Contender, Game
from ganlab import datasets
from ganlab import images as pixels

__all__ = ["PICTURES", "SSIMPlayground"]

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


def _camera():
    from skimage import data

    return data.camera()


def _face():
    from skimage import data

    return data.astronaut()[:230, 110:340]  # NASA, in the public domain


def _brick():
    from skimage import data

    return data.brick()[:256, :256]


def _digit():
    return pixels.to_uint8(datasets.load("digits").images[12])


#: The pictures to choose from: what the menu calls them, and where they come from.
PICTURES = {
    "camera": ("Photograph", _camera),
    "face": ("Face", _face),
    "brick": ("Brick wall", _brick),
    "digit": ("Handwritten digit", _digit),
}


class SSIMPlayground(widgets.VBox):
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
    game : classroom.widgets.ssim_playground.game.Game
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
    >>> playground.measures.ssim > 0.8 and playground.game.best > 0.3
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
                f"expected one of {', '.join(PICTURES)} or an array, received {image!r}"
            )
        self._listening = False
        self._last = "noise"
        self.game = Game()
        self._make_controls(options, image)
        super().__init__(self._arranged())
        self.add_class("ganlab-ssim-playground")
        self.original = self._load(image)
        self.change(**strengths)
        self._listening = True

    def __repr__(self):
        return f"SSIMPlayground({self.picture.value!r}, {self.distortions})"

    # ------------------------------------------------------------------- what a program can do

    def change(self, **strengths):
        """Moves sliders: noise, blur, shift, contrast, brightness, scratch."""
        unknown = sorted(set(strengths) - set(LIMITS))
        if unknown:
            raise ValueError(f"expected any of {', '.join(LIMITS)}, received {unknown[0]!r}")
        wanted = dataclasses.replace(self.distortions, **strengths)  # checks the values
        with self._one_update():
            for name in strengths:
                self.sliders[name].value = getattr(wanted, name)
                self._last = name

    def scratch(self, points):
        """Draws a stroke through points (x, y), in pixels from the upper left corner."""
        stroke = [[float(x), float(y)] for x, y in points]
        if not stroke:
            raise ValueError("expected at least one point (x, y), received none")
        self.canvas.strokes = [*self.canvas.strokes, stroke]

    def reset(self):
        """Undoes every change; picture A and the score stay."""
        with self._one_update():
            self.canvas.strokes = []
            for name, slider in self.sliders.items():
                slider.value = 1.0 if name == "scratch" else 0.0

    def keep(self):
        """Keeps the changed picture as A."""
        self.game.keep(self._contender())
        self._update()

    def match(self, name=None):
        """Moves one slider, the last one moved by default, until the error equals that of A."""
        name = name or self._last
        if self.game.kept is None:
            self._update("Keep a picture as A first.")
            return
        try:
            found = match_error(self.original, self.distortions, name, self.game.kept.mse)
        except Unreachable as reason:
            self._update(str(reason)[0].upper() + str(reason)[1:] + ".")
            return
        # A slider stands on a step: in the browser it would move there by itself.
        step = _STEPS[name]
        self.change(**{name: round(round(getattr(found, name) / step) * step, 6)})

    def draw(self):
        """Draws the present state for a page on paper.

        Returns
        -------
        matplotlib Figure
        """
        figure = Figure(figsize=(9.6, 5.6), dpi=80, layout="none")
        columns = [0.005 + 0.25 * i for i in range(4)]
        m = self.measures
        maps = ("gray", "gray", SSIM_COLORS, ERROR_COLORS)
        values = (self.original, self.changed, m.ssim_map, m.error_map)
        for i, (caption, picture, cmap) in enumerate(zip(CAPTIONS, values, maps, strict=True)):
            ax = figure.add_axes((columns[i], 0.54, 0.24, 0.41))
            shown = ax.imshow(picture, cmap=cmap, vmin=0, vmax=1, interpolation="nearest")
            ax.set_title(caption, fontsize=10)
            ax.set_axis_off()
            if cmap != "gray":
                scale = ax.inset_axes((0.2, -0.08, 0.6, 0.04))
                figure.colorbar(shown, cax=scale, orientation="horizontal", ticks=(0, 1))
        bars = figure.add_axes((0.16, 0.07, 0.2, 0.3))
        frames = [(columns[i], 0.02, 0.24, 0.34) for i in (2, 3)]
        pair = [figure.add_axes(frame) for frame in frames] if self.game.kept else []
        listed = markup.rows(m)[::-1]
        colors = [markup.REAL] * (len(listed) - 1) + [markup.FAKE]
        labels, lengths, texts = zip(*listed, strict=True)
        bars.barh(labels, lengths, color=colors, height=0.6)
        for y, text in enumerate(texts):
            bars.text(1.02, y, text, va="center", transform=bars.get_yaxis_transform())
        bars.set(xlim=(0, 1), xticks=(0, 1), title=str(self.distortions))
        bars.grid(False)
        bars.spines[["top", "right"]].set_visible(False)
        for ax, name, one in zip(pair, "AB", (self.game.kept, self._contender()), strict=False):
            ax.imshow(one.picture, cmap="gray", vmin=0, vmax=1, interpolation="nearest")
            ax.set_title(f"{name}: error {one.mse:.4f}\nSSIM {one.ssim:.3f}", fontsize=10)
            ax.set_axis_off()
        return figure

    # ------------------------------------------------------------------------------ its inside

    def _make_controls(self, options, image):
        wide = widgets.Layout(width="98%")
        style = {"description_width": "76px"}
        self.picture = widgets.Dropdown(
            options=options, value=image, description="Picture", style=style
        )
        self.sliders = {
            name: widgets.FloatSlider(
                1.0 if name == "scratch" else 0.0,
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
        self._numbers, self._game = widgets.HTML(), widgets.HTML(layout={"width": "98%"})
        self.buttons = {
            "reset": widgets.Button(description="Undo all changes", icon="undo"),
            "clear": widgets.Button(description="Clear scratches", icon="eraser"),
            "keep": widgets.Button(description="Keep as picture A", icon="thumb-tack"),
            "match": widgets.Button(icon="balance-scale"),
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
        game = "Find two pictures of equal error"
        side = widgets.VBox([self._numbers], layout={"padding": "2px 0 0 8px"})
        left = widgets.VBox(list(self.sliders.values()))
        columns = widgets.GridBox(
            [left, side],
            layout={"grid_template_columns": "minmax(0, 1fr) minmax(0, 1fr)", "grid_gap": "20px"},
        )
        buttons = self.buttons
        box = {"padding": "10px 0 0 0", "max_width": "980px"}
        return [
            widgets.HBox([self.picture, buttons["reset"], buttons["clear"]]),
            self.canvas,
            widgets.VBox([columns], layout=box),
            widgets.VBox(
                [
                    widgets.HTML(markup.heading(game, "and let SSIM tell them apart")),
                    widgets.HBox([buttons["keep"], buttons["match"]]),
                    self._game,
                ],
                layout=box,
            ),
        ]

    def _load(self, name):
        if name == "yours":
            return self._own
        picture = pixels.to_float(PICTURES[name][1]())
        return pixels.fit(picture[np.newaxis], size=_SIZE, color="gray")[0, ..., 0]

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
        self.game.forget()
        with self._one_update():
            self.canvas.strokes = []

    def _moved(self, name):
        if self._listening:
            self._last = name
            self._update()

    def _one_update(self):
        return _Quiet(self)

    def _update(self, message=""):
        """Computes everything anew; about 15 ms for a picture of 128 x 128 pixels."""
        self.changed = distort(self.original, self.distortions)
        self.measures = measure(self.original, self.changed)
        self.canvas.show(self.original, self.changed, self.measures)
        self._numbers.value = markup.measures_html(self.measures)
        present = self._contender()
        equal = self.game.play(present)
        self._game.value = markup.game_html(self.game, present, equal, message)
        self.buttons["match"].description = f"Match the error by {self._last}"
        self.buttons["match"].disabled = self.game.kept is None


class _Quiet:
    """Lets several controls move and updates once, afterwards."""

    def __init__(self, playground):
        self.playground = playground

    def __enter__(self):
        self.before, self.playground._listening = self.playground._listening, False

    def __exit__(self, *error):
        self.playground._listening = self.before
        if error[0] is None:
            self.playground._update()


def _check_own(image):
    image = np.asarray(image)
    if image.ndim != 2 or min(image.shape) < 11:
        raise ValueError(
            "expected a gray image of shape (height, width) with at least 11 pixels each way, "
            f"received shape {image.shape}"
        )
    return pixels.check(image[np.newaxis])[0, ..., 0]
