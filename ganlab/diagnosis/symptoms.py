"""Rules that read the record of a training and name what went wrong, tried in order.

Every rule is a few comparisons with thresholds that can be read, argued with and broken. The
order matters: a rule that names a cause directly (what the discriminator receives, whether it
moves at all) comes before one that sees a consequence which several causes share (samples
alike, samples restless).
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Diagnosis:
    """What a record shows.

    Attributes
    ----------
    failure : str or None
        That of a `Symptom`; "unexplained" where there is none, but most modes are missing; None
        for a healthy run.
    reasons : tuple of str
        The measurements that say so, in words; of a healthy run, that nothing was found.
    """

    failure: str | None
    reasons: tuple[str, ...]

    @property
    def is_healthy(self):
        """Whether nothing was found: after a repair, whether it helped."""
        return self.failure is None

    def __str__(self):
        """Write the name and the reasons below each other."""
        return "\n  ".join([self.failure or "healthy", *self.reasons])


@dataclass(frozen=True)
class Symptom:
    """A rule.

    Attributes
    ----------
    failure : str
        What it is a symptom of.
    evidence : callable
        ``record -> str or None``: what was seen, in words, or None where it is absent.
    """

    failure: str
    evidence: Callable


#: Two samples are alike below this distance, in distances of two real ones: a generator that knows
#: two neighboring modes of eight on a ring, and gives each half of its samples, comes to 0.3.
_ALIKE = 0.4

#: Whatever else a record shows: a run that covers fewer modes than this share is not healthy.
_FEWEST_MODES = 0.5


def diagnose(record):
    """Name the failure whose symptom a record shows.

    Parameters
    ----------
    record : Record
        Of eight rows or more: fewer do not tell a state from its beginning. Nothing else is
        looked at: not the settings, not the weights.

    Returns
    -------
    Diagnosis

    Notes
    -----
    Made for cross-entropy and Wasserstein games. Unless a rule says otherwise it looks at the
    median over the second half of the run, when the game has settled.

    Derived in notebooks/08_failure_laboratory.
    """
    if len(record.steps) < 8:
        raise ValueError(f"expected a record of at least 8 rows, received {len(record.steps)}")
    for symptom in SYMPTOMS:
        evidence = symptom.evidence(record)
        if evidence is not None:
            return Diagnosis(symptom.failure, (evidence,))
    modes = _late(record, "modes")
    if not modes >= _FEWEST_MODES:
        return Diagnosis(
            "unexplained",
            (f"none of the symptoms was found, but of the modes {modes:.0%} are covered",),
        )
    return Diagnosis(None, ("none of the symptoms was found",))


def _late(record, name, average=np.median):
    """Return the average of a column over the second half."""
    return float(average(record[name][len(record.steps) // 2 :]))


def _dim_input(record):
    received, stored = _late(record, "received_high"), _late(record, "real_high")
    if received < stored / 10:
        return (
            f"the brightest real value is {stored:.3g} in the data and {received:.3g} at the "
            "discriminator: something divides it on the way"
        )
    return None


def _nothing_moves(record):
    most, other = np.max(record["d_movement"]), np.max(record["g_movement"])
    if most < 1e-7 and other > 1e-7:
        return "the generator's weights move and the discriminator's never do"
    return None


def _two_generators(record):
    gap = _late(record, "mode_gap")
    if gap > 0.2:
        return (
            f"the same latents give other samples in training mode than in inference mode, "
            f"{gap:.0%} of the distance of two real samples apart"
        )
    return None


def _explosion(record):
    swings, loss = record["d_loss_swing"], abs(_late(record, "d_loss"))
    if not np.isfinite([*swings, loss]).all():
        return "the losses are no longer finite numbers"
    swing = float(np.quantile(swings, 0.9))
    if swing > 5 or loss > 10:
        return (
            f"in every tenth row the discriminator's loss jumps by {swing:.3g} or more from step "
            f"to step, and it is about {loss:.3g} late in the run: nobody lands where it aims"
        )
    return None


def _no_contest(record):
    loss, accuracy = _late(record, "d_loss"), _late(record, "accuracy")
    gradient = _late(record, "g_gradient_norm")
    if 0 <= loss < 0.1 and accuracy > 0.97 and gradient < 0.01:
        return (
            f"the discriminator is right {accuracy:.0%} of the time, its loss is {loss:.1g}, and "
            f"the generator's gradient has shrunk to {gradient:.1g}"
        )
    return None


def _membership(record):
    known, nearest = _late(record, "membership_auc"), _late(record, "nearest")
    if known > 0.7 and nearest < 1.0:
        return (
            f"the discriminator ranks a training image above an unseen real one {known:.0%} of "
            f"the time, and samples lie {nearest:.2f} times as far from the training set as "
            "unseen real images do"
        )
    return None


def _paid_for_confidence(record):
    loss, fair = _late(record, "d_loss"), _late(record, "cross_entropy")
    difference = _late(record, "fake_logit", np.mean) - _late(record, "real_logit", np.mean)
    apart = abs(_late(record, "d_loss", np.mean) - difference)
    is_wasserstein = apart < 0.05 + 0.25 * abs(difference)  # that loss is the difference
    if not is_wasserstein and fair - loss > 0.18 * fair:
        return (
            f"the discriminator's loss is {loss:.2f}, but the cross-entropy of its logits with "
            f"labels 1 and 0 is {fair:.2f}: its labels pay it for confidence"
        )
    return None


def _other_penalty(record):
    paid = _late(record, "penalty", np.mean)
    fair = [_late(record, name, np.mean) for name in ("penalty_r1", "penalty_gp")]
    ratios = [paid / value for value in fair if value > 0]  # R1 of a flat critic is 0
    if not 0 < paid < np.inf or not ratios:
        return None
    nearest = min(ratios, key=lambda ratio: abs(np.log(ratio)))
    if not 0.77 < nearest < 1.3:
        return (
            f"the run pays a penalty of {paid:.2f}; for the same networks R1 is {fair[0]:.2f} and "
            f"the gradient penalty {fair[1]:.2f}: it measures slopes somewhere else"
        )
    return None


def _dead(record):
    units, spread = _late(record, "dead_units"), _late(record, "spread")
    if units > 0.95 and spread < _ALIKE:
        return (
            f"{units:.0%} of the units in a layer of the generator are 0 for all latents, and two "
            f"samples are {spread:.2f} times as far apart as two real ones: hardly any gradient "
            "reaches those units"
        )
    return None


def _alike(record):
    spread = _late(record, "spread")
    if spread < _ALIKE:
        return (
            f"two samples are {spread:.2f} times as far apart as two real ones, and "
            f"{_late(record, 'modes'):.0%} of the modes are covered"
        )
    return None


def _restless(record):
    drift = _late(record, "drift")
    if drift > 0.45:
        return (
            f"between two rows a sample of fixed latents travels {drift:.2f} of the distance of "
            "two real ones, to the end: nothing settles"
        )
    return None


#: In the order in which they are tried.
SYMPTOMS = (
    Symptom("scaled_twice", _dim_input),
    Symptom("frozen_discriminator", _nothing_moves),
    Symptom("batch_norm_mode", _two_generators),
    Symptom("high_learning_rate", _explosion),
    Symptom("discriminator_wins", _no_contest),
    Symptom("memorization", _membership),
    Symptom("dead_generator", _dead),
    Symptom("mode_collapse", _alike),
    Symptom("labels_outside", _paid_for_confidence),
    Symptom("penalty_sampling", _other_penalty),
    Symptom("oscillation", _restless),
)
