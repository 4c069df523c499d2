"""Truncate the latents of a whole wall of samples: a slider between variety and fidelity."""

import ipywidgets
import numpy as np

from classroom.widgets import page
from classroom.widgets.latent_explorer.walk import UNTRUNCATED, squeeze
from ganlab import images, latents, models, plotting
from ganlab.images import check_count


class TruncationWall(page.OneUpdate, ipywidgets.VBox):
    """A wall of samples, a row for each class, whose latents a slider truncates all at once.

    Latents keep their rank, see `latent_explorer.walk.squeeze`: a picture changes smoothly as the
    threshold moves, and at each threshold the latents have the law of `latents.truncate`.

    Parameters
    ----------
    generator : keras.Model
        [latents (batch, latent_dim), labels (batch,)] -> images in [0, 1].
    columns : int, from 2
        Pictures of each class.
    seed : int
        For the latents.

    Attributes
    ----------
    threshold : float
        Where the slider stands. `go` sets it.
    shown : ndarray of float32, shape (classes * columns, height, width, channels)
        What the wall shows, row by row.
    variety : float
        The mean distance, root of the mean square, of neighbors in a row.

    Raises
    ------
    ValueError
        For a generator that takes no labels.

    Examples
    --------
    >>> from ganlab import recipes
    >>> wall = TruncationWall(recipes.load_generator("biggan"), columns=3, seed=0)
    >>> wall.go(threshold=0.5)
    >>> wall
    TruncationWall(threshold=0.5)
    >>> wall.shown.shape
    (24, 32, 32, 3)
    """

    def __init__(self, generator, *, columns=12, seed):
        check_count(columns, "columns", 2)
        told = models.Condition.of(generator)
        if told is None or told.count is None:
            raise ValueError(
                "expected generator as one that takes latents and labels, "
                f"received {generator.name!r}"
            )
        self._generator, self.columns = generator, int(columns)
        self._labels = np.repeat(np.arange(told.count), columns)
        dim = models.latent_dim(generator)
        self._z = latents.sample(len(self._labels), dim, seed=seed)
        self._wall = ipywidgets.HTML()
        self._threshold = ipywidgets.FloatSlider(
            UNTRUNCATED,
            min=0.1,
            max=UNTRUNCATED,
            step=0.1,
            description="truncate beyond",
            readout_format=".1f",
            style={"description_width": "110px"},
            layout=ipywidgets.Layout(width="100%"),
        )
        super().__init__([page.style(__file__), self._threshold, self._wall])
        self.add_class("ganlab-widget").add_class("ganlab-wall-widget")
        self._threshold.observe(lambda _: self._update(), "value")
        self._update()

    @property
    def threshold(self):
        """Where the slider stands; at its right end nothing is truncated."""
        return self._threshold.value

    def go(self, *, threshold):
        """Move the slider; a value beyond its end stops there."""
        self._threshold.value = threshold

    def _update(self):
        z = squeeze(self._z, self.threshold)
        made = models.apply(self._generator, [z, self._labels])
        self.shown = np.clip(made, 0, 1)
        rows = self.shown.reshape(-1, self.columns, *self.shown.shape[1:])
        apart = np.square(np.diff(rows, axis=1)).mean(axis=(2, 3, 4))
        self.variety = float(np.sqrt(apart).mean())
        self._said = (
            f"deviation of the latents {z.std():.2f}, distance of neighbors {self.variety:.3f}"
        )
        tag = page.image_tag(
            images.tile(self.shown, columns=self.columns),
            f"{len(rows)} rows of {self.columns} samples, a class in each row",
        )
        self._wall.value = page.captioned(tag, self._said, "ganlab-wall")

    def draw(self):
        """Draw the present state, for a page without a kernel.

        Returns
        -------
        matplotlib.figure.Figure
        """
        rows = len(self.shown) // self.columns
        size = (0.55 * self.columns, 0.55 * rows + 0.4)
        figure = page.Figure(figsize=size, dpi=plotting.DPI, layout="constrained")
        tiled = images.tile(self.shown, columns=self.columns)
        title = "nothing truncated" if self.threshold >= UNTRUNCATED else f"{self.threshold:.1f}"
        page.show(figure.subplots(), tiled, f"threshold: {title}\n{self._said}")
        return figure

    def __repr__(self):
        return f"TruncationWall(threshold={self.threshold:.1f})"
