"""Find two pictures of equal error that SSIM tells apart: the rules and the score."""

import dataclasses

import numpy as np

from classroom.widgets.ssim_playground.distortions import Distortions


def equal_errors(a, b):
    """Tell whether two mean squared errors are equal within 5 %, and not both nothing.

    Examples
    --------
    >>> equal_errors(0.0100, 0.0104), equal_errors(0.0100, 0.0106), equal_errors(0.0, 0.0)
    (True, False, False)
    """
    return min(a, b) > 1e-6 and max(a, b) <= 1.05 * min(a, b)


@dataclasses.dataclass(frozen=True, eq=False)
class Contender:
    """A changed picture, what changed it, and its two scores against the original."""

    picture: np.ndarray
    distortions: Distortions
    mse: float
    ssim: float


class Contest:
    """Keeps picture A, compares every picture B with it and remembers the best pair.

    Attributes
    ----------
    kept : Contender or None
        Picture A, or None where there is none to compare with.
    best : float
        The greatest difference of SSIM between two pictures of equal error so far.
    best_pair : tuple of str
        What had changed the two pictures.

    Examples
    --------
    >>> contest = Contest()
    >>> contest.kept = Contender(None, Distortions(noise=0.1), mse=0.0100, ssim=0.35)
    >>> contest.compare(Contender(None, Distortions(brightness=0.1), mse=0.0102, ssim=0.95))
    True
    >>> round(contest.best, 4), contest.best_pair
    (0.6, ('noise 0.1', 'brightness 0.1'))
    """

    def __init__(self):
        self.kept, self.best, self.best_pair = None, 0.0, ()

    def compare(self, contender):
        """Compare picture B with A; return whether their errors are equal within 5 %."""
        equal = self.kept is not None and equal_errors(self.kept.mse, contender.mse)
        if equal and abs(self.kept.ssim - contender.ssim) > self.best:
            self.best = abs(self.kept.ssim - contender.ssim)
            self.best_pair = (str(self.kept.distortions), str(contender.distortions))
        return equal
