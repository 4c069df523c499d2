"""The sheet, and beside it the pictures that each measure calls the most alike."""

import ipywidgets
import numpy as np

from classroom.widgets import page
from classroom.widgets.digit_neighbors.ranking import SHIFTS, rank, shifted
from classroom.widgets.paper import Paper
from ganlab import datasets, latents, models, plotting
from ganlab.images import check_count

_BEST = {"real": 3, "generated": 2, "shifted": 2}  # pictures of a kind that are shown of a ranking


class DigitNeighbors(ipywidgets.VBox):
    """Draw a digit: three measures rank real ones, generated ones and your own, shifted.

    Parameters
    ----------
    real : datasets.Dataset
        Digits of 28 x 28 with labels.
    generator : keras.Model
        latents (batch, latent_dim) -> images of the same shape.
    generated : int
        How many of its pictures compete.
    digit : int from 0 to 9, optional
        What is drawn first.
    seed : int
        For the latents.

    Attributes
    ----------
    paper : paper.Paper
        Set ``paper.strokes`` to draw.
    pictures : ndarray of float32, shape (n, 28, 28, 1)
        All that compete: real, generated, shifted.
    names : list of str
        What each of them is.
    rankings : dict of str to ranking.Ranking
        By the names of the measures; empty while nothing is drawn.

    Raises
    ------
    TypeError, ValueError
        For data without labels, or images of another shape.

    Examples
    --------
    >>> from ganlab import recipes
    >>> real, generator = datasets.load("digits", split="test"), recipes.load_generator("digits")
    >>> neighbors = DigitNeighbors(real, generator, generated=16, digit=1, seed=0)
    >>> neighbors
    DigitNeighbors(1 stroke, 375 pictures)
    >>> list(neighbors.places("SSIM"))
    ['up', 'down', 'left', 'right']
    """

    def __init__(self, real, generator, *, generated=256, digit=None, seed):
        if not isinstance(real, datasets.Dataset) or real.labels is None:
            raise TypeError(f"expected real as a Dataset with labels, received {real!r}")
        check_count(generated, "generated", 1)
        self.paper = Paper(digit)
        shape = self.paper.image().shape
        made = models.apply(
            generator, latents.sample(generated, models.latent_dim(generator), seed=seed)
        )
        for name, some in (("real", real.images), ("generated", made)):
            if some.shape[1:] != shape:
                raise ValueError(f"expected {name} images of {shape}, received {some.shape[1:]}")
        none = np.zeros((len(SHIFTS), *shape), np.float32)
        self.pictures = np.concatenate([real.images, made, none])
        self.names = [f"real {label}" for label in real.labels]
        self.names += ["generated"] * len(made) + [f"moved {shift}" for shift in SHIFTS]
        self._kinds = ["real"] * len(real.images) + ["generated"] * len(made)
        self._kinds += ["shifted"] * len(SHIFTS)
        self._yours, self._rows = ipywidgets.HTML(), ipywidgets.HTML()
        self._rows.add_class("ganlab-rows")
        left = ipywidgets.VBox([self.paper, self._yours], layout={"overflow": "visible"})
        both = ipywidgets.HBox([left, self._rows])
        both.add_class("ganlab-side-by-side")
        super().__init__([page.style(__file__), both])
        self.add_class("ganlab-widget").add_class("ganlab-neighbors")
        self.paper.on_change(self._update)
        self._update()

    @property
    def digit(self):
        """The drawing in the form of the data, float32 (28, 28, 1)."""
        return self.paper.image()

    def places(self, measure):
        """Return by the names of the shifts the places of your own digit, shifted."""
        first = len(self.pictures) - len(SHIFTS)
        ranking = self.rankings[measure]
        return {name: ranking.place(first + i) for i, name in enumerate(SHIFTS)}

    def _update(self):
        digit = self.digit
        if not digit.any():
            self.rankings = {}
            self._yours.value = self._rows.value = ""
            return
        moved = [shifted(digit, *by) for by in SHIFTS.values()]
        self.pictures[-len(moved) :] = moved
        self.rankings = rank(digit, self.pictures)
        tag = page.image_tag(digit, "your digit in the form of the data")
        self._yours.value = page.captioned(tag, "in the form of the data", "ganlab-yours")
        self._rows.value = "".join(self._row(name) for name in self.rankings)
        best = {name: self.names[ranking.order[0]] for name, ranking in self.rankings.items()}
        said = ", ".join(f"by {name} {one}" for name, one in best.items())
        self.paper.say(f"The most alike: {said}")

    def _best(self, measure):
        """Return the place and the index of the best pictures of each kind, the best first."""
        order = self.rankings[measure].order
        kinds = np.array(self._kinds)[order]
        places = [np.flatnonzero(kinds == kind)[:most] for kind, most in _BEST.items()]
        return [(int(place) + 1, int(order[place])) for place in sorted(np.concatenate(places))]

    def _row(self, measure):
        """Return the best of a measure as HTML."""
        values = self.rankings[measure].values
        best = "".join(
            f'<li class="{self._kinds[i]}">{page.image_tag(self.pictures[i], "")}'
            f"<b>{place:,}</b><br>{self.names[i]}<br>{page.minus(f'{values[i]:.3f}')}</li>"
            for place, i in self._best(measure)
        )
        title = f"{_words(measure)}<span>places among {len(values):,}</span>"
        return f'<h4>{title}</h4><ol class="ganlab-row">{best}</ol>'

    def draw(self):
        """Draw the present state, for a page without a kernel.

        Returns
        -------
        matplotlib.figure.Figure
        """
        if not self.rankings:
            raise ValueError("expected a drawing, received an empty sheet")
        figure = page.Figure(figsize=(9, 5.4), dpi=plotting.DPI, layout="constrained")
        left, right = figure.subfigures(1, 2, width_ratios=[1, 3.6])
        page.show(left.subplots(), self.digit, "your digit")
        rows = right.subfigures(len(self.rankings), 1)
        colors = {
            "real": plotting.REAL, "generated": plotting.FAKE, "shifted": plotting.GENERATOR,
        }  # fmt: skip
        for row, (measure, ranking) in zip(rows, self.rankings.items(), strict=True):
            row.suptitle(f"{_words(measure)}: places among {len(ranking.order):,}", fontsize=9)
            best = self._best(measure)
            for axis, (place, i) in zip(row.subplots(1, len(best)), best, strict=True):
                title = f"{place:,}: {self.names[i]}\n{ranking.values[i]:.3f}"
                page.show(axis, self.pictures[i], title)
                axis.title.set_fontsize(7.5)
                axis.set_axis_on()
                axis.set(xticks=[], yticks=[])
                for spine in axis.spines.values():
                    spine.set(visible=True, color=colors[self._kinds[i]], linewidth=3)
        return figure

    def __repr__(self):
        strokes = repr(self.paper).removeprefix("Paper(").removesuffix(")")
        return f"DigitNeighbors({strokes}, {len(self.pictures):,} pictures)"


def _words(measure):
    return measure[0].upper() + measure[1:]
