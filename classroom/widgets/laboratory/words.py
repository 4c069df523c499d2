"""What happens in a game, in words and counts."""

from dataclasses import dataclass

import numpy as np

from classroom.widgets.laboratory.distributions import DRAWING, NEAR
from ganlab import metrics
from ganlab.metrics.neighbors import nearest_neighbors

#: What the laboratory says, to be filled in with `str.format`. The pages of the site fill in the
#: same, by ``sentences.js``, which knows the forms of numbers that stand here.
SENTENCES = {
    "welcome": "Orange fakes should end up on the blue real points. Press Play, or let the players "
    "move one by one; every setting may change while they play.",
    "modes": "{covered} of {modes} modes, ",
    "near": "{precise:.0%} of fakes near data, {reached:.0%} of data reached",
    "loss": "{name} {last:.3f} (chance {level:.3f})",
    "no_loss": "{name} not moved yet (chance {level:.3f})",
    "discriminator": "The discriminator learned. Its mean answer to real points went from "
    "{real_was:.2f} to {real:.2f}, to fakes from {fake_was:.2f} to {fake:.2f}.",
    "generator": "The generator learned. Its points moved by {moved:.3f} on average; the pull on "
    "each is now {pull:.3f}.",
    "pull": "The mean pull on the fakes is now {pull:.3f}.",
    "plane": "The plane. {found}. {losses}.",
    "curves": "Losses: {losses}",
    "updates": "{updates:,} updates",
    "update": "{updates:,} update",
    "draw": "Draw at least {least} points on the plane; there are {count}. Until then the players "
    "keep to the {distribution}.",
    "drawing": DRAWING,
    "drawn": "The players now learn your {distribution}.",
    "diverged": "The game blew up: a loss or a gradient went beyond a million. Press Reset, then "
    "try a penalty, a lower rate or another loss.",
}


def counted(updates):
    """Return a number of updates in words.

    Examples
    --------
    >>> counted(1), counted(1200)
    ('1 update', '1,200 updates')
    """
    return SENTENCES["update" if updates == 1 else "updates"].format(updates=updates)


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
        found = "" if self.modes is None else SENTENCES["modes"]
        return (found + SENTENCES["near"]).format(**vars(self))


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
        sentence = SENTENCES["no_loss" if last is None else "loss"]
        parts.append(sentence.format(name=name, last=last, level=level))
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
    (real_was, fake_was), (real, fake) = before.answers, after.answers
    values = {"real_was": real_was, "fake_was": fake_was, "real": real, "fake": fake}
    values |= {"moved": _length(after.fake - before.fake), "pull": _length(after.pull)}
    told = ["discriminator"] if player != "generator" else []
    told += ["pull"] if player == "discriminator" else ["generator"]
    return " ".join(SENTENCES[name].format(**values) for name in told)


def _length(vectors):
    return float(np.linalg.norm(vectors, axis=1).mean())
