"""The way of a search: its steps so far, what was seen on them, and how it scored."""

from typing import NamedTuple

import numpy as np

from ganlab import inversion, similarity
from ganlab.images import check_count

#: What the search may follow, by the words of the menu.
OBJECTIVES = {
    "pixels": inversion.pixel_objective,
    "structure": inversion.structure_objective,
    "content": inversion.content_objective,
}
#: The first picture, and then after twice as many steps each time.
SNAPSHOTS = (1, 2, 4, 8, 16, 32, 64, 128, 256)
LAST = SNAPSHOTS[-1]


class Scores(NamedTuple):
    """How alike the picture found is to the digit."""

    pixel_error: float
    ssim: float
    centered_cosine: float


class Snapshot(NamedTuple):
    """What was seen after some steps: the picture and its scores."""

    step: int
    image: np.ndarray
    scores: Scores


class Course:
    """A search for one digit, and what was seen on its way.

    Parameters
    ----------
    generator : keras.Model
        latents (batch, latent_dim) -> images (batch, height, width, 1).
    seed : int
        For the candidates with which each search begins.

    Attributes
    ----------
    objective : str
        One of `OBJECTIVES`.
    step : int
        Steps since the digit was given, under all objectives.
    now : Snapshot or None
        The best picture when it was looked at last; None while there is no digit.
    seen : list of Snapshot
        After 1, 2, 4, ... steps.
    scores : list of (int, Scores)
        The step and the scores of every picture that was looked at.
    changes : list of int
        After how many steps the objective changed.

    Examples
    --------
    >>> from ganlab import models
    >>> generator = models.dense_generator((12, 12, 1), latent_dim=2, seed=0)
    >>> course = Course(generator, seed=0)
    >>> course.aim(generator(np.ones((1, 2), np.float32)).numpy()[0])
    >>> course.go(8)
    >>> course.step, [snapshot.step for snapshot in course.seen]
    (8, [1, 2, 4, 8])
    """

    def __init__(self, generator, *, seed):
        shape = generator.output_shape[1:]
        self.objective, self._target = "pixels", None
        self._search = inversion.Search(
            generator, np.zeros((1, *shape), np.float32), seed=seed, objective=self._function
        )
        for function in OBJECTIVES.values():  # now rather than in the middle of a search
            self._search.change(function)
            self._search.step()
        self._search.change(self._function)
        self._forget()

    @property
    def _function(self):
        return OBJECTIVES[self.objective]

    def aim(self, digit):
        """Search for a digit, from the best candidates on; all black is none.

        Parameters
        ----------
        digit : array of float32, shape (height, width, 1), in [0, 1]
        """
        self._forget()
        if digit.any():
            self._target = digit[np.newaxis]
            self._search.aim(self._target)

    def follow(self, objective):
        """Go on from here by another objective."""
        if objective not in OBJECTIVES:
            known = ", ".join(OBJECTIVES)
            raise ValueError(f"expected objective as one of {known}, received {objective!r}")
        if objective == self.objective:
            return
        self.objective = objective
        self._search.change(self._function)
        if self.step:
            self.changes.append(self.step)

    def go(self, steps):
        """Take some steps, up to `LAST`; look on each power of 2, and after the last one."""
        check_count(steps, "steps", 1)
        if self._target is None:
            raise ValueError("expected a digit to search for, received none")
        for _ in range(min(steps, LAST - self.step)):
            self._search.step()
            self.step += 1
            if self.step in SNAPSHOTS:
                self._look()
                self.seen.append(self.now)
        if self.now is None or self.now.step != self.step:
            self._look()

    def _look(self):
        image = self._search.found().images
        self.now = Snapshot(self.step, image[0], scores(image, self._target))
        self.scores.append((self.step, self.now.scores))

    def _forget(self):
        self._target = self.now = None
        self.step, self.seen, self.scores, self.changes = 0, [], [], []


def scores(image, target):
    """Compare two batches of one image."""
    error = np.mean(np.square(image - target), dtype=np.float64)
    return Scores(
        pixel_error=float(error),
        ssim=float(similarity.ssim(target, image, data_range=1.0)[0]),
        centered_cosine=float(similarity.content_similarity(target, image, centered=True)[0]),
    )
