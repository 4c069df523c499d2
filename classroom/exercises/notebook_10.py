"""Checks for the exercises of notebooks/10_improved_techniques."""

import numpy as np

from classroom.exercises.checking import (
    Right,
    Unanswered,
    Wrong,
    as_number,
    as_numbers,
    compare,
    compare_choice,
    compare_prediction,
    exercise,
    result_of,
)
from ganlab import metrics

UNCHANGED = Unanswered("This gives what it gave before: change the code, then run both cells.")


@exercise("10.1", "A softened answer", "Predict a number")
def _softened(rng, guess):
    p, q, real, fake = 0.2, 0.6, 0.9, 0.1
    return compare_prediction(
        guess,
        (real * p + fake * q) / (p + q),
        "The target of the mixed samples there: a weighted mean of 0.9 and 0.1.",
        within=0.001,
        wrong=(
            (p / (p + q), "That is the answer with the targets 1 and 0."),
            (real * p / (p + q), "That is with the target 0 for fakes; here it is 0.1."),
            (real * p + fake * q, "Divide by p + q: the densities at one place do not add to 1."),
            (
                (fake * p + real * q) / (p + q),
                "The targets are the wrong way round: 0.9 is that of the real samples.",
            ),
        ),
    )


@exercise("10.2", "Everybody but oneself", "Find the bug")
def _everybody(rng, nearness):
    for shape in ((6, 3, 4), (1, 2, 5), (4, 1, 1)):
        matrices = rng.normal(size=shape)
        apart = np.abs(matrices[:, None] - matrices[None])
        near = np.exp(-apart.sum(axis=3))
        right = near.sum(axis=1) - 1
        compare(
            result_of(nearness, matrices.copy()),
            right,
            what="the numbers",
            unchanged=right + 1,
            wrong=(
                (right / len(matrices), "A mean over the batch: the formula has a sum."),
                (right / max(len(matrices) - 1, 1), "A mean over the others: here is a sum."),
                (right + 1 - len(matrices), "Each sample loses 1, not one for every sample."),
                (near.sum(axis=(1, 2)) - 1, "Each row of the matrices has a number of its own."),
            ),
        )
    return Right("One sample alone gets 0: there is nobody near it.")


@exercise("10.3", "Nothing times the logarithm of nothing", "Find the bug")
def _nothing(rng, score_of):
    def table(zeros):
        chances = rng.dirichlet(np.ones(5), size=12)
        chances[rng.random(chances.shape) < zeros] = 0
        chances[:, 0] += 0.1
        return chances / chances.sum(axis=1, keepdims=True)

    empty = table(0.4)
    empty[:, 3] = 0  # a class that no sample has
    empty /= empty.sum(axis=1, keepdims=True)
    for chances in (table(0.0), table(0.5), empty, np.eye(5)):
        found = as_number(result_of(score_of, chances.copy()))
        if np.isnan(found):
            if chances.min() == 0:
                raise UNCHANGED
            raise Wrong("Now it is NaN for a table without any 0.")
        kept = chances[:, chances.min(axis=0) > 0]
        mean = chances.mean(axis=0)
        logs = np.log(np.where(chances > 0, chances, 1))
        entropy = -(mean * np.log(np.where(mean > 0, mean, 1))).sum()
        wrong = [
            (
                np.exp((chances * logs).sum(axis=1).mean()),
                "The mean over the samples is gone: a ratio belongs into the logarithm.",
            ),
            (np.exp(entropy), "That is the number of classes in the mean; how sure is each?"),
        ]
        if 0 < kept.shape[1] < chances.shape[1]:
            ratios = kept / kept.mean(axis=0)
            wrong.append(
                (
                    np.exp((kept * np.log(ratios)).sum(axis=1).mean()),
                    "A class is left out as soon as one sample has a 0 there; only that term is.",
                )
            )
        compare(
            found, metrics.inception_score(chances), what="the score", wrong=wrong, tolerance=1e-3
        )
    return Right("0 ln 0 is 0, and the surest samples are scored as well.")


@exercise("10.4", "A target beyond 1", "Change and explain")
def _beyond(rng, seen):
    (paid,) = compare_choice(
        seen,
        "b",
        {
            "a": "Less sure is what a target below 1 makes of it. Is the loss least at some logit?",
            "c": "1.1 is used as it is: look at the numbers that the cell prints.",
        },
        reasons=1,
    )
    compare(
        as_number(paid),
        np.logaddexp(0, 100) - 110,
        what="the loss",
        tolerance=1e-3,
        wrong=(
            (0.0, "That is the loss with the target 1."),
            (-1.0, "That is the loss at the logit 10; asked is 100."),
            (10.0, "The sign: 100 - 110."),
            (np.log(2), "That is the loss at the logit 0."),
        ),
    )
    return Right("A loss without a lower end pays for ever larger logits.")


@exercise("10.5", "Squares as printed", "Find the bug")
def _squares(rng, loss_gen):
    real, fake = rng.normal(size=(9, 6)), rng.normal(1, 2, size=(5, 6))
    apart = real.mean(axis=0) - fake.mean(axis=0)
    pairs = real[:5] - fake
    compare(
        result_of(loss_gen, real.copy(), fake.copy()),
        (apart**2).sum(),
        what="the loss",
        unchanged=np.abs(apart).mean(),
        wrong=(
            ((apart**2).mean(), "A mean over the features: a squared length is a sum."),
            (np.abs(apart).sum(), "A sum now, but still of absolute values."),
            (np.sqrt((apart**2).sum()), "That is the length; asked is its square."),
            (apart.sum() ** 2, "Square first, then sum: differences of both signs cancel."),
            ((pairs**2).sum(axis=1).mean(), "That compares samples in pairs, and not the means."),
        ),
    )
    return Right("That is what `losses.feature_matching` computes.")


@exercise("10.6", "Virtual batch normalization", "Fill the gap")
def _virtual(rng, virtual_norm):
    x, reference = rng.normal(2, 3, size=(5, 4)), rng.normal(1, 2, size=(8, 4))

    def by(rows_of, ddof=0):
        rows = [rows_of(row) for row in x]
        means = np.array([values.mean(axis=0) for values in rows])
        variances = np.array([values.var(axis=0, ddof=ddof) for values in rows])
        return (x - means) / np.sqrt(variances + 1e-5)

    def joined(row):
        return np.vstack([reference, row])

    compare(
        result_of(virtual_norm, x.copy(), reference.copy()),
        by(joined),
        what="the normalized rows",
        wrong=(
            (by(lambda row: x), "That is ordinary batch normalization: the reference is not used."),
            (by(lambda row: reference), "The row itself belongs to the statistics as well."),
            (
                by(lambda row: np.vstack([reference, x])),
                "All rows of the batch are in the statistics: only this one belongs there.",
            ),
            (by(joined, ddof=1), "The variance divides by the number of rows, not by one less."),
            (
                np.array([(row - joined(row).mean(axis=0)) for row in x]),
                "The mean is subtracted; divide by the deviation as well.",
            ),
        ),
    )
    return Right("Each row is normalized as if it had come alone.")


@exercise("10.7", "Historical averaging", "Change and explain")
def _historical(rng, seen):
    def distance(weight, steps=2000):
        x, y, sum_x, sum_y = 1.0, 0.0, 0.0, 0.0
        for t in range(1, steps + 1):
            sum_x, sum_y = sum_x + x, sum_y + y
            slope_x = y + 2 * weight * (x - sum_x / t)
            slope_y = -x + 2 * weight * (y - sum_y / t)
            x, y = x - 0.05 * slope_x, y - 0.05 * slope_y
        return np.hypot(x, y)

    (found,) = compare_choice(
        seen,
        "a",
        {
            "b": "The term is 0 in the equilibrium, and the players are not there yet.",
            "c": "More to pay is no reason to move away. What does the cell print?",
        },
        reasons=1,
    )
    found = as_number(found)
    if abs(found - distance(0.0)) < 0.01:
        raise Wrong("That is the distance without the repair: the weight is still 0.")
    if abs(found - distance(1.0)) < 0.01:
        raise Wrong("That is with the weight 1, where the past holds them back; asked is 0.1.")
    if abs(found - distance(0.1)) > 1e-3:
        raise Wrong(f"With the weight 0.1 they end {distance(0.1):.4f} from 0.")
    return Right("The mean of a circle is its middle.")


@exercise("10.8", "A cheat of your own", "Make your own")
def _cheat(rng, cheat):
    weights = rng.normal(size=(100, 10))
    pictures = as_numbers(result_of(cheat, weights.copy()), "the pictures")
    if pictures.shape == (100, 10):
        raise Wrong("The shape (10, 100) is expected: each row is a picture.")
    if pictures.shape != (10, 100):
        raise Wrong(f"The shape (10, 100) is expected, and this is {pictures.shape}.")
    if not (np.isfinite(pictures).all() and pictures.min() >= 0 and pictures.max() <= 1):
        raise Wrong("Some pixels are outside [0, 1]: np.clip brings them back.")
    logits = 20 * (pictures - 0.5) @ weights
    chances = np.exp(logits - logits.max(axis=1, keepdims=True))
    chances /= chances.sum(axis=1, keepdims=True)
    score = metrics.inception_score(chances)
    if score < 9.9:
        classes = len(set(chances.argmax(axis=1)))
        unsure = "" if chances.max(axis=1).min() > 0.9 else ", and it is not sure of all"
        raise Wrong(f"The score is {score:.2f}: the reader sees {classes} of 10 classes{unsure}.")
    return Right(f"A score of {score:.2f} for pictures of nothing.")
