"""Find two pictures of equal error that SSIM tells apart: the rules and the score."""

import dataclasses

import numpy as np

from classroom.widgets.ssim_playground.distortions import Distortions, equal_errors

__all__ = ["Contender", "Game"]


@dataclasses.dataclass(frozen=True, eq=False)
class Contender:
    """A changed picture, what changed it, and its two scores against the original."""

    picture: np.ndarray
    distortions: Distortions
    mse: float
    ssim: float


class Game:
    """Keeps picture A, compares every picture B with it and remembers the best pair.

    Attributes
    ----------
    kept : Contender or None
        Picture A.
    best : float
        The greatest difference of SSIM between two pictures of equal error so far.
    best_pair : tuple of str
        What had changed the two pictures.

    Examples
    --------
    >>> game = Game()
    >>> game.keep(Contender(None, Distortions(noise=0.1), mse=0.0100, ssim=0.35))
    >>> game.play(Contender(None, Distortions(brightness=0.1), mse=0.0102, ssim=0.95))
    True
    >>> round(game.best, 4), game.best_pair
    (0.6, ('noise 0.1', 'brightness 0.1'))
    """

    def __init__(self):
        self.kept, self.best, self.best_pair = None, 0.0, ()

    def keep(self, contender):
        """Makes this picture A."""
        self.kept = contender

    def forget(self):
        """Takes picture A away: it shows something else than the pictures to come."""
        self.kept = None

    def play(self, contender):
        """Compares picture B with A; returns whether their errors are equal within 5 %."""
        equal = self.kept is not None and equal_errors(self.kept.mse, contender.mse)
        if equal and abs(self.kept.ssim - contender.ssim) > self.best:
            self.best = abs(self.kept.ssim - contender.ssim)
            self.best_pair = (str(self.kept.distortions), str(contender.distortions))
        return equal
