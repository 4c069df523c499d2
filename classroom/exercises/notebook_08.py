"""Checks for the exercises of notebooks/08_failure_laboratory."""

import dataclasses
import functools

import numpy as np

from classroom import failures
from classroom.exercises.checking import (
    Right,
    Wrong,
    as_number,
    as_truth,
    compare,
    compare_choice,
    compare_order,
    compare_prediction,
    exercise,
    result_of,
)
from ganlab import diagnosis

_RULES = {symptom.failure: symptom.evidence for symptom in diagnosis.SYMPTOMS}


@functools.cache
def _recorded():
    """Return the twelve recorded runs, each with what was trained."""
    truth = failures.load_table()["gallery"]
    return [(truth[name], record) for name, record in failures.load_gallery().items()]


def _cost(logits, target):
    """Return the binary cross-entropy of logits, the mean over all."""
    logits = np.asarray(logits, np.float64)
    return float(np.mean(np.logaddexp(0.0, logits) - target * logits))


@exercise("08.1", "The floor under smoothed labels", "Predict a number")
def _floor(rng, guess):
    grid = np.linspace(-60, 60, 12_001)
    real, fake = ((np.logaddexp(0.0, grid) - target * grid).min() for target in (0.9, 0.0))
    return compare_prediction(
        guess,
        real + fake,
        "The label itself is uncertain, and no discriminator can be surer than its labels.",
        within=0.006,
        wrong=(
            (
                0.0,
                "Certainty is not free here: at a logit without end the missing tenth of the "
                "label costs without end.",
            ),
            (-np.log(0.9), "The label has two parts: one tenth of it says fake, and costs too."),
            (2 * np.log(2), "That is the level of chance; here real and fake are told apart."),
            (np.log(2), "That is one term at logit 0; here real and fake are told apart."),
            (2 * real, "Only the real labels are smoothed. What do surely recognized fakes cost?"),
        ),
    )


@exercise("08.2", "How long statistics remember", "Predict a number")
def _statistics(rng, guess):
    left, batches = 1.0, 0
    while left >= 0.01:
        left, batches = 0.99 * left, batches + 1
    return compare_prediction(
        guess,
        batches,
        "A run shorter than that draws its samples with statistics of an untrained layer.",
        within=2,
        wrong=(
            (44, "That is for a momentum of 0.9; this one forgets ten times as slowly."),
            (
                100,
                "The error does not fall by equal steps: each batch takes a hundredth of what "
                "is left.",
            ),
            (69, "That halves the error."),
        ),
    )


@exercise("08.3", "The average that forgets nothing", "Fill the gap")
def _averaged(rng, averaged):
    names = ["dense/kernel", "norm/gamma", "norm/moving_mean", "norm/moving_variance"]
    old, new = ({name: rng.normal(size=(3, 2)) for name in names} for _ in range(2))
    decay = float(rng.uniform(0.6, 0.95))
    value = result_of(averaged, dict(old), dict(new), decay)
    if not isinstance(value, dict) or set(value) != set(names):
        raise Wrong("Expected a dict with the same names as `average`, the moving ones included.")

    def row(rule, statistics):
        return [
            statistics(old[n], new[n]) if "moving_" in n else rule(old[n], new[n]) for n in names
        ]

    def mean(a, b):
        return decay * a + (1 - decay) * b

    def mirrored(a, b):
        return decay * b + (1 - decay) * a

    def first(a, b):
        return a

    def second(a, b):
        return b

    compare(
        [value[name] for name in names],
        row(mean, second),
        what="the average",
        wrong=(
            (row(mean, first), "This is run 6: the statistics stay those of an untrained layer."),
            (row(mean, mean), "The statistics are averages already: copy them."),
            (row(mirrored, second), "The decay is on the wrong side: it is the share that stays."),
            (row(mirrored, mirrored), "The decay is the share that stays; and the statistics?"),
            (row(second, second), "Nothing is averaged: this is the trained generator again."),
            (row(first, second), "The weights never move."),
        ),
    )
    return Right("A list of trainable variables would not have shown you what is missing from it.")


@exercise("08.4", "The fastest way home", "Change and explain")
def _home(rng, answer):
    (gamma,) = compare_choice(
        answer,
        "b",
        {
            "a": "Compare the slowest parts at gamma 2 and gamma 4: the game gets slower.",
            "c": "There are no steps here: eigenvalues tell of the motion in continuous time. "
            "Beyond this gamma they are real, and nothing swings.",
            "d": "Look at the matrix: gamma stands in the row of the discriminator alone.",
        },
    )
    gamma = as_number(gamma)
    if not 0 <= gamma < 100:
        raise Wrong("The best gamma is a number between 0 and 100.")
    if abs(gamma - 1) > 0.02:
        slowest = np.linalg.eigvals([[0, 0.5], [-0.5, -gamma]]).real.max()
        side = "It still circles too long: more" if gamma < 1 else "Part of it creeps: less"
        raise Wrong(f"At this gamma the slowest part is {slowest:.3f}. {side} penalty.")
    return Right("A penalty is a brake: too weak and the game circles, too strong and it creeps.")


def _fair(real, fake):
    return _cost(real, 1.0) + _cost(fake, 0.0)


def _sums(real, fake):
    return _cost(real, 1.0) * np.size(real) + _cost(fake, 0.0) * np.size(fake)


def _of_probabilities(real, fake):
    real, fake = (np.clip(np.asarray(x, np.float64), 1e-7, 1 - 1e-7) for x in (real, fake))
    return float(-np.mean(np.log(real)) - np.mean(np.log(1 - fake)))


_MUTANTS = (
    (lambda real, fake: -_fair(real, fake), "the sign is flipped"),
    (lambda real, fake: _fair(fake, real), "real and fake are exchanged"),
    (_sums, "sums stand for means"),
    (lambda real, fake: _fair(real, fake) / 2, "only half of the sum is returned"),
    (lambda real, fake: _cost(real, 1.0), "the fakes are forgotten"),
    (lambda real, fake: _cost(fake, 0.0), "the reals are forgotten"),
    (_of_probabilities, "logits are taken for probabilities"),
    (lambda real, fake: _cost(real, 1.1) + _cost(fake, -0.1), "the labels are 1.1 and -0.1"),
)


@exercise("08.5", "One test for eight bugs", "Find the bug")
def _one_test(rng, accepts):
    def rounded(real, fake):
        real, fake = (np.asarray(x, np.float32) for x in (real, fake))
        return np.logaddexp(np.float32(0), -real).mean() + np.logaddexp(np.float32(0), fake).mean()

    if not all([as_truth(result_of(accepts, loss)) for loss in (rounded, _fair)]):
        raise Wrong(
            "Your test refuses a loss that is right. Is your number the right one, and is there "
            "room for the rounding of float32?"
        )
    for mutant, fault in _MUTANTS:
        if result_of(accepts, mutant):
            raise Wrong(f"A loss passes your test in which {fault}. With which logits is it off?")
    return Right("Eight faults, one line: a number worked out by hand, and both sides of it.")


class _OnlyColumns:
    """A record of which some columns were logged."""

    def __init__(self, record, names):
        self.steps, self._record, self._names = record.steps, record, names

    def __getitem__(self, name):
        if name not in self._names:
            raise KeyError(name)
        return self._record[name]


def _askable(names):
    """Return the rules that can be asked with these columns."""
    critic = next(record for truth, record in _recorded() if truth == "penalty_sampling")
    found = []
    for failure, evidence in _RULES.items():
        try:
            evidence(_OnlyColumns(critic, {*names, "modes"}))  # modes: for its sentence alone
            found.append(failure)
        except KeyError:
            pass
    return found


@exercise("08.6", "Five columns", "Choose and justify")
def _five_columns(rng, answer):
    if not isinstance(answer, list | tuple) or len(answer) != 2:
        raise Wrong("Expected a list of two: your five columns, and how many rules they serve.")
    names, count = answer
    if not isinstance(names, list | tuple) or not all(name in diagnosis.COLUMNS for name in names):
        raise Wrong("Expected first a list of columns, by the names in the table.")
    if len(set(names)) != 5:
        raise Wrong("Expected five different columns.")
    found = _askable(names)
    if isinstance(count, bool) or count != len(found):
        raise Wrong("Count again: a rule is served when all its columns are among your five.")
    if "g_loss" in names:
        raise Wrong("No rule asks for the generator's loss: its level names no failure.")
    if len(found) < 4:
        raise Wrong(
            f"These serve {len(found)} rules, and five columns can serve more. Which rules are "
            "content with one column?"
        )
    return Right(
        f"They serve {', '.join(found)}. The two losses that everybody logs serve none by "
        "themselves."
    )


_FIRST = {
    ("scaled_twice", "mode_collapse"): "A run whose images are scaled twice is called a collapse: "
    "two black images are alike. Which of the two is the cause?",
    ("high_learning_rate", "mode_collapse"): "A run that exploded ends with all samples on one "
    "place, and is called a collapse.",
    ("frozen_discriminator", "high_learning_rate"): "Against a frozen discriminator the loss "
    "grows without end, and is called an explosion; whether its weights move is a plainer fact.",
}
_LETTERS = {
    "a": "mode_collapse",
    "b": "scaled_twice",
    "c": "high_learning_rate",
    "d": "oscillation",
    "e": "frozen_discriminator",
}


@exercise("08.7", "Which rule speaks first?", "Order the steps")
def _rule_order(rng, answer):
    compare_order(answer, "abcde", ())
    order = [_LETTERS[sign] for sign in "".join(answer).lower() if sign in _LETTERS]
    for truth, record in _recorded():
        said = next((name for name in order if _RULES[name](record)), None)
        if truth in order and said != truth:
            raise Wrong(_FIRST[truth, said])
    return Right("All five runs are named rightly: causes first, shared consequences last.")


def _rung(alarm, rng, factor):
    """Try an alarm on the recorded runs, times a factor and shaken.

    Returns for how many of the healthy it rings, and the broken that it hears and that it misses.
    """
    rings = []
    for truth, record in _recorded():
        columns = {
            name: factor * values * rng.normal(1.0, 0.01, len(values))
            for name, values in record.columns.items()
        }
        shaken = dataclasses.replace(record, columns=columns)
        rings.append((truth, as_truth(result_of(alarm, shaken))))
    false = sum(rang for truth, rang in rings if truth == "healthy")
    heard = sorted(truth for truth, rang in rings if rang and truth != "healthy")
    missed = sorted(truth for truth, rang in rings if not rang and truth != "healthy")
    return false, heard, missed


@exercise("08.8", "An alarm", "Make your own")
def _alarm(rng, alarm):
    false, heard, missed = _rung(alarm, rng, 1.0)
    if false:
        raise Wrong(
            f"The alarm rings for {len(heard)} of ten broken runs, and for {false} of two healthy "
            "ones: soon nobody will listen."
        )
    if not heard:
        raise Wrong("The alarm never rings, neither for the healthy runs nor for the broken ones.")
    if len(heard) < 4:
        raise Wrong(
            f"Quiet on the healthy, but it rings for {len(heard)} of ten broken runs only: "
            f"{', '.join(heard)}. Four are asked for."
        )
    for factor, side in ((0.92, "smaller"), (1.08, "larger")):
        false, rung, _ = _rung(alarm, rng, factor)
        if false or len(rung) < 4:
            raise Wrong(
                "Right for the twelve runs that you know. On runs held back, whose numbers are 8 "
                f"percent {side}, it rings for {len(rung)} of ten broken and {false} of two "
                "healthy ones: give the thresholds room."
            )
    text = f"Quiet on both healthy runs, and it rings for {len(heard)} of ten broken ones."
    return Right(text + (f" Not for: {', '.join(missed)}." if missed else ""))
