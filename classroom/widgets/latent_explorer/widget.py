"""Walk through the latent space of a generator: a path, a plane, and what is nearest."""

from html import escape

import ipywidgets
import numpy as np

from classroom.widgets import page
from classroom.widgets.latent_explorer.pad import Pad
from classroom.widgets.latent_explorer.walk import MAP, REACH, UNTRUNCATED, LatentSpace, Place
from ganlab import images, plotting

_COLUMNS = 12  # of the wall of neighbors
_PACES = 50  # of a walk from A to B that plays by itself
_ROW = {"flex_flow": "row wrap", "grid_gap": "6px 24px"}


class LatentExplorer(page.OneUpdate, ipywidgets.VBox):
    """A generator's latent space to walk through, with the nearest real image beside it.

    The slider t goes from a latent A to a latent B, on the chord (lerp) or on the arc (slerp).
    The pad adds steps along two random directions at right angles; the images that it leads to
    lie behind its dot. The sliders below add steps along the directions in which images change
    most. Truncation pulls A and B towards the middle.

    Parameters
    ----------
    generator : keras.Model
        latents (batch, latent_dim) -> images (batch, height, width, channels) in [0, 1].
    real : array of float32, shape (n, height, width, channels), in [0, 1], or datasets.Dataset
        Where the nearest real image is looked for: up to ten thousand answer within a tenth of
        a second. Of a Dataset with labels the label is shown.
    seed : int
        For A and B, for the plane, and for all that the buttons draw.
    directions : int
        Sliders for the directions in which images change most.
    neighbors : int
        How many of the nearest real images are shown; from 2 on there is a wall of them.
    describe : callable, optional
        images -> sequence of str: what a picture shows, in words. They stand below the generated
        image, and a screen reader says them when they change.

    Attributes
    ----------
    place : walk.Place
        Where the controls stand. `go` sets them.
    view : walk.View
        What is seen from there: ``view.latent``, ``view.image``, ``view.nearest``.
    space : walk.LatentSpace

    Raises
    ------
    TypeError, ValueError
        For a generator that makes no images, or real images of another shape.

    Examples
    --------
    >>> from ganlab import datasets, recipes
    >>> real = datasets.load("digits", split="train")
    >>> explorer = LatentExplorer(recipes.load_generator("digits"), real, seed=0)
    >>> explorer.go(t=0.5, x=1.0)
    >>> explorer
    LatentExplorer(t=0.50, walk='slerp', x=1.0, y=0.0)
    >>> explorer.view.image.shape
    (28, 28, 1)
    """

    def __init__(self, generator, real, *, seed, directions=4, neighbors=1, describe=None):
        self.space = LatentSpace(
            generator, real, seed=seed, directions=directions, neighbors=neighbors
        )
        self._describe = describe
        self._drawn_map = self._drawn_strip = None
        self._build(directions)
        parts = [self._pictures, self._said, self._wall, self._path, self._settings]
        super().__init__([page.style(__file__), *parts])
        self.add_class("ganlab-widget").add_class("ganlab-explorer")
        for control in self._controls():
            control.observe(self._changed, "value" if control is not self._pad else ["x", "y"])
        self._update()

    def _build(self, directions):
        html, layout = ipywidgets.HTML, ipywidgets.Layout
        self._made, self._nearest, self._strip = html(), html(), html(layout=layout(flex="1 1 0"))
        # Where there is nothing to say or no wall they take no room.
        self._said = html(layout=layout(display="none" if self._describe is None else ""))
        self._wall = html(layout=layout(display="none" if self.space.neighbors < 2 else ""))
        self._pad = Pad(
            reach=REACH,
            label="Two random directions: drag, or arrow keys (Shift: larger steps, Home: middle)",
            caption="plane",
        )
        self._pictures = ipywidgets.HBox(
            [self._made, self._nearest, self._pad], layout=layout(**_ROW, padding="4px 0 0 0")
        )
        self._new_a = self._button("New A", "Draw another latent A", lambda: self.space.new_end(0))
        self._new_b = self._button("New B", "Draw another latent B", lambda: self.space.new_end(1))
        self._t = _slider("t, from A to B", 0.0, 0.0, 1.0, 0.01)
        strip = ipywidgets.HBox(
            [self._new_a, self._strip, self._new_b], layout=layout(align_items="center")
        )
        self._play = ipywidgets.Play(
            max=_PACES, interval=150, show_repeat=False, layout=layout(width="auto")
        )
        self._play.observe(self._paced, "value")
        below = ipywidgets.HBox([self._play, self._t], layout=layout(align_items="center"))
        self._path = ipywidgets.VBox([strip, below], layout=layout(max_width="740px"))
        self._walk = ipywidgets.ToggleButtons(
            options=["slerp", "lerp"],
            tooltips=["on the arc, at constant speed", "on the chord"],
            style={"button_width": "70px"},
        )
        label = ipywidgets.Label(
            "path", layout=layout(width="112px", display="flex", justify_content="flex-end")
        )
        walk = ipywidgets.HBox([label, self._walk], layout=layout(align_items="center"))
        self._threshold = _slider("truncate beyond", UNTRUNCATED, 0.1, UNTRUNCATED, 0.1)
        self._plane = self._button("New plane", "Draw two other directions", self.space.new_plane)
        self._home = self._button(
            "Back to the path",
            "Take back the plane, the directions and the truncation",
            lambda: self.go(x=0.0, y=0.0, amounts=(0.0,) * directions, threshold=UNTRUNCATED),
            width="130px",
        )
        buttons = ipywidgets.HBox([self._plane, self._home], layout=layout(margin="0 0 0 116px"))
        self._amounts = [
            _slider(f"direction {k + 1}", 0.0, -6.0, 6.0, 0.1) for k in range(directions)
        ]
        self._settings = ipywidgets.HBox(
            [
                ipywidgets.VBox([walk, self._threshold, buttons]),
                ipywidgets.VBox(self._amounts),
            ],
            layout=layout(**_ROW),
        )

    def _button(self, description, tooltip, act, *, width="90px"):
        layout = {"width": width}
        button = ipywidgets.Button(description=description, tooltip=tooltip, layout=layout)

        def on_click(_):
            with self._one_update():
                act()

        button.on_click(on_click)
        return button

    def _paced(self, change):
        """Go on by a pace, from where the slider stands; from B back to A."""
        if change.new:  # not where it was stopped
            t = self._t.value
            self.go(t=0.0 if t >= 1 else min(1.0, t + 1 / _PACES))
            if self._t.value >= 1:
                self._play.playing, self._play.value = False, 0

    def _controls(self):
        return [self._t, self._walk, self._threshold, self._pad, *self._amounts]

    @property
    def place(self):
        """Where the controls stand."""
        return Place(
            t=self._t.value,
            walk=self._walk.value,
            x=self._pad.x,
            y=self._pad.y,
            amounts=tuple(slider.value for slider in self._amounts),
            threshold=self._threshold.value,
        )

    def go(self, *, t=None, walk=None, x=None, y=None, amounts=None, threshold=None):
        """Move the controls, all at once; what is not given stays.

        Parameters
        ----------
        t, walk, x, y, amounts, threshold
            As in `walk.Place`. Values beyond the end of a control stop there.
        """
        n = len(self._amounts)
        if amounts is not None and len(amounts) != n:
            raise ValueError(f"expected amounts as {n} numbers, received {len(amounts)}")
        if walk is not None and walk not in self._walk.options:
            raise ValueError(f"expected walk as one of {self._walk.options}, received {walk!r}")
        settings = [(self._t, "value", t), (self._walk, "value", walk), (self._pad, "x", x)]
        settings += [(self._pad, "y", y), (self._threshold, "value", threshold)]
        if amounts is not None:
            settings += [(s, "value", a) for s, a in zip(self._amounts, amounts, strict=True)]
        with self._one_update():
            for control, name, value in settings:
                if value is not None:
                    setattr(control, name, value)

    def _changed(self, _):
        if not self._moving:
            self._update()

    def _update(self):
        """Compute and show what is seen from the present place."""
        place = self.place
        self.view = view = self.space.look(place)
        length = np.linalg.norm(view.latent) / np.sqrt(self.space.latent_dim)
        self._made.value = page.captioned(
            page.image_tag(view.image, "generated image"),
            f"generated<br>length of the latent {length:.2f} · √{len(view.latent)}",
            "ganlab-one",
        )
        said = f"nearest real image, number {view.nearest}"
        if self.space.captions is not None:
            said += f": {self.space.captions[view.nearest]}"
        self._nearest.value = page.captioned(
            page.image_tag(self.space.real[view.nearest], said), self._about_nearest(), "ganlab-one"
        )
        if self._describe is not None:
            words = self.words
            self._said.value, self._pad.said = f"<p>{escape(words)}.</p>", words
        self._show_wall()
        steps = len(view.strip)
        if view.strip is not self._drawn_strip:
            said = f"the path from A to B in {steps} images"
            self._strip_tag = page.image_tag(images.tile(view.strip, columns=steps), said)
            self._drawn_strip = view.strip
        where = 100 * (place.t * (steps - 1) + 0.5) / steps
        mark = f'<i style="left: {where:.2f}%"></i>'
        self._strip.value = f'<figure class="ganlab-strip">{self._strip_tag}{mark}</figure>'
        if view.map is not self._drawn_map:
            self._pad.picture = images.to_png(images.tile(view.map, columns=MAP, padding=0))
            self._drawn_map = view.map

    @property
    def words(self):
        """What the generated image shows, as `describe` says it."""
        return str(self._describe(self.view.image[np.newaxis])[0])

    def _show_wall(self):
        space, view = self.space, self.view
        if space.neighbors < 2:
            return
        tiled = images.tile(space.real[view.neighbors], columns=min(space.neighbors, _COLUMNS))
        said = f"the {space.neighbors} nearest real images"
        if space.captions is not None:
            said += ", the first: " + "; ".join(space.captions[i] for i in view.neighbors[:3])
        low, high = view.distances[[0, -1]]
        self._wall.value = page.captioned(
            page.image_tag(tiled, said),
            f"the {space.neighbors} nearest real images, distance {low:.1f} to {high:.1f}",
            "ganlab-wall",
        )

    def _about_nearest(self):
        space, view = self.space, self.view
        numbered = space.labels is not None and space.captions is None
        label = f", labeled {space.labels[view.nearest]}" if numbered else ""
        return (
            f"nearest real image{label}<br>distance {view.distance:.1f} "
            f"(real to real: {space.typical:.1f})"
        )

    def draw(self):
        """Draw the present state, for a page without a kernel.

        Returns
        -------
        matplotlib.figure.Figure
        """
        place, view = self.place, self.view
        wall = self.space.neighbors > 1
        height = 5.2 if wall else 4.3
        figure = page.Figure(figsize=(8.6, height), dpi=plotting.DPI, layout="constrained")
        rows = figure.add_gridspec(2 + wall, 1, height_ratios=[3, 1, 1][: 2 + wall])
        made, nearest, plane = rows[0].subgridspec(1, 3).subplots()
        strip = figure.add_subplot(rows[1])
        if wall:
            tiled = images.tile(self.space.real[view.neighbors[:_COLUMNS]], columns=_COLUMNS)
            page.show(figure.add_subplot(rows[2]), tiled, "the nearest real images")
        page.show(made, view.image, "generated")
        if self._describe is not None:
            figure.suptitle(self.words, fontsize=10)
        page.show(
            nearest, self.space.real[view.nearest], self._about_nearest().replace("<br>", "\n")
        )
        page.show(
            plane,
            images.tile(view.map, columns=MAP, padding=0),
            f"plane: x {place.x:.1f}, y {place.y:.1f}",
            extent=(-REACH, REACH, -REACH, REACH),
        )
        plane.plot(
            place.x, place.y, "o", ms=10, color=plotting.FAKE, mec="white", mew=2, clip_on=False
        )
        steps = len(view.strip)
        tiled = images.tile(view.strip, columns=steps, padding=0)
        page.show(
            strip, tiled, f"from A to B by {place.walk}: t = {place.t:.2f}", extent=(0, steps, 0, 1)
        )
        strip.plot(place.t * (steps - 1) + 0.5, -0.06, "^", ms=9, color="black", clip_on=False)
        strip.set(ylim=(-0.12, 1), aspect=view.image.shape[0] / view.image.shape[1])
        return figure

    def __repr__(self):
        place = self.place
        return (
            f"LatentExplorer(t={place.t:.2f}, walk={place.walk!r}, x={place.x:.1f}, "
            f"y={place.y:.1f})"
        )


def _slider(description, value, low, high, step):
    return ipywidgets.FloatSlider(
        value,
        min=low,
        max=high,
        step=step,
        description=description,
        readout_format=".2f" if step < 0.1 else ".1f",
        style={"description_width": "110px"},
        layout=ipywidgets.Layout(width="100%" if step < 0.1 else "360px"),
    )
