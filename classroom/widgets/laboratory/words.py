"""What happens in a game, in words and counts."""

from dataclasses import dataclass

import numpy as np

from classroom.widgets.laboratory.distributions import NEAR
from ganlab import metrics
from ganlab.metrics.neighbors import nearest_neighbors


@dataclass(frozen=True)
class Score:
    """How far the fakes have come.

    Parameters
    ----------
    precise : float, range [0, 1]
        Share of the fakes within 0.3 of a real point.
    reached : float, range [0, 1]
        Share of the real points within 0.3 of a fake.
    covered, modes : int or None
        Modes found, as `metrics.mode_coverage` counts them, and how many there are; None where
        the distribution has no modes.
    """

    precise: float
    reached: float
    covered: int | None = None
    modes: int | None = None

    def __str__(self):
        found = "" if self.modes is None else f"{self.covered} of {self.modes} modes, "
        return f"{found}{self.precise:.0%} of fakes near data, {self.reached:.0%} of data reached"


def score(frame, distribution):
    """Count how many of the fakes of a frame are near the data, and the other way round.

    Returns
    -------
    Score
    """
    finite = frame.fake[np.isfinite(frame.fake).all(axis=1)]
    if not len(finite):
        precise = reached = 0.0
    else:
        nearest, _ = nearest_neighbors(finite, frame.real)
        precise = float((nearest <= NEAR).sum() / len(frame.fake))
        nearest, _ = nearest_neighbors(frame.real, finite)
        reached = float((nearest <= NEAR).mean())
    if distribution.modes is None:
        return Score(precise, reached)
    covered = metrics.mode_coverage(frame.fake, distribution.modes, radius=NEAR).covered
    return Score(precise, reached, covered, len(distribution.modes))


def describe(game):
    """Say the last losses and their levels at chance."""
    parts = []
    levels = game.settings.loss.chance
    for (name, values), level in zip(game.history.items(), levels, strict=True):
        last = next((value for value in reversed(values) if not np.isnan(value)), None)
        said = "not moved yet" if last is None else f"{last:.3f}"
        parts.append(f"{name} {said} (chance {level:.3f})")
    return ", ".join(parts)


def narrate(player, before, after):
    """Say what a move has done.

    Parameters
    ----------
    player : str
        Of `game.PLAYERS`.
    before, after : Frame

    Returns
    -------
    str

    Examples
    --------
    >>> from classroom.widgets.laboratory.game import Game
    >>> game = Game(seed=0)
    >>> before = game.frame()
    >>> _ = game.step("discriminator", 20)
    >>> narrate("discriminator", before, game.frame())[:44]
    'The discriminator learned. Its mean answer t'
    """
    parts = []
    if player != "generator":
        (real_was, fake_was), (real, fake) = before.answers, after.answers
        parts.append(
            "The discriminator learned. Its mean answer to real points went from "
            f"{real_was:.2f} to {real:.2f}, to fakes from {fake_was:.2f} to {fake:.2f}."
        )
    if player != "discriminator":
        moved = _length(after.fake - before.fake)
        parts.append(
            f"The generator learned. Its points moved by {moved:.3f} on average; "
            f"the pull on each is now {_length(after.pull):.3f}."
        )
    else:
        parts.append(f"The mean pull on the fakes is now {_length(after.pull):.3f}.")
    return " ".join(parts)


def _length(vectors):
    return float(np.linalg.norm(vectors, axis=1).mean())
