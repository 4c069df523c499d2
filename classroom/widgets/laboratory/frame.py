"""What is to be seen in the plane at one moment, and how a discriminator's output is read."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from classroom.widgets.laboratory.distributions import LIMIT
from ganlab import losses

CELLS = 48  # of the heat map, on each side
NODES = 25  # of the warped grid, on each side; every other line is drawn
SHOWN = 200  # real points and fakes


@dataclass(frozen=True)
class Scale:
    """How the logits of a discriminator become a heat map from 0, fake, to 1, real.

    Parameters
    ----------
    name : str
        What the same function is called in game.js.
    function : callable
        ``(logits, middle) -> heat`` of equal shape, range [0, 1]; the middle lies halfway between
        the mean logits of real and fake.
    low, middle, high : str
        What the ends and the chance level are called.
    """

    name: str
    function: Callable
    low: str
    middle: str
    high: str

    def __call__(self, logits, middle):
        """Return the heat, range [0, 1], shaped as the logits."""
        return self.function(np.asarray(logits, np.float64), middle)


def _logistic(logits):
    return (1 + np.tanh(logits / 2)) / 2


def _stretched(logits, middle):
    """Stretch a critic's scores, which have no unit, over those that occur."""
    spread = np.percentile(np.abs(logits - middle), 98) if np.isfinite(logits).all() else 1
    return np.clip(0.5 + (logits - middle) / (2 * spread + 1e-6), 0, 1)


_PROBABILITY = Scale(
    "probability", lambda logits, middle: _logistic(logits), "D = 0: fake", "0.5", "1: real"
)
_RELATIVE = Scale(
    "relative",
    lambda logits, middle: _logistic(logits - middle),  # since only differences count
    "more fake",
    "between",
    "more real",
)
_CRITIC = Scale("critic", _stretched, "lowest: fake", "between", "highest: real")
_SCALES = {
    losses.minimax: _PROBABILITY,
    losses.non_saturating: _PROBABILITY,
    losses.least_squares: Scale(
        "targets", lambda logits, middle: np.clip(logits, 0, 1), "D = 0: fake", "0.5", "1: real"
    ),
    losses.wasserstein: _CRITIC,
    losses.hinge: Scale(
        "margins",
        lambda logits, middle: np.clip((logits + 1) / 2, 0, 1),
        "D ≤ −1: fake",
        "0",
        "1: real",
    ),
    losses.relativistic: _RELATIVE,
    losses.relativistic_average: _RELATIVE,
}


def scale_of(loss):
    """Return the Scale of a loss; a loss of your own is read as a critic's.

    Examples
    --------
    >>> scale_of(losses.hinge)([-3.0, 0.0], middle=7.0)
    array([0. , 0.5])
    """
    return _SCALES.get(loss, _CRITIC)


@dataclass(frozen=True, eq=False)
class Frame:
    """One moment of the game.

    Parameters
    ----------
    real, fake : array of float32, shape (200, 2)
        The fakes come from the same latents in every frame, so that they can be followed.
    pull : array of float32, shape (200, 2)
        Minus the gradient of the generator's loss with respect to each fake: where the
        discriminator's answer pulls it. Loss of the single fake, not of the mean.
    sheet : array of float32, shape (25, 25, 2)
        Where the generator puts a grid of latents. Its lines are quantiles of the normal
        distribution, so that every mesh holds the same share of the fakes.
    heat : array of float32, shape (48, 48), range [0, 1]
        What the discriminator holds of each place, from fake to real; row 0 is the lowest.
    answers : (float, float), range [0, 1]
        The mean heat at the real points and at the fakes.
    step : int
        Updates of either player until now.
    scale : Scale
    """

    real: np.ndarray
    fake: np.ndarray
    pull: np.ndarray
    sheet: np.ndarray
    heat: np.ndarray
    answers: tuple[float, float]
    step: int
    scale: Scale

    def pack(self):
        """Return the bytes that the canvas reads: coordinates as float32, then heat as uint8."""
        parts = [self.real, self.fake, self.pull, self.sheet]
        numbers = np.concatenate([np.asarray(part, "<f4").ravel() for part in parts])
        heat = np.nan_to_num(self.heat, nan=0.5)
        return numbers.tobytes() + np.round(255 * heat).astype(np.uint8).tobytes()


def heat_places():
    """Return the centers of the heat map's cells, float32 of shape (48 * 48, 2)."""
    edge = LIMIT * (1 - 1 / CELLS)
    axis = np.linspace(-edge, edge, CELLS, dtype=np.float32)
    return np.stack(np.meshgrid(axis, axis), axis=-1).reshape(-1, 2)


def sheet_latents():
    """Return the latents of the warped grid, float32 of shape (25 * 25, 2)."""
    from scipy.stats import norm

    axis = norm.ppf(np.linspace(0.005, 0.995, NODES)).astype(np.float32)
    return np.stack(np.meshgrid(axis, axis), axis=-1).reshape(-1, 2)
