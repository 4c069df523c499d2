"""Checks for the exercises of notebooks/11_wasserstein."""

import numpy as np

from classroom.exercises.checking import (
    Right,
    Unanswered,
    Wrong,
    as_numbers,
    compare,
    compare_choice,
    compare_order,
    compare_prediction,
    exercise,
    result_of,
)
from ganlab import datasets, metrics

UNCHANGED = Unanswered("This gives what it gave before: change the code, then run both cells.")


@exercise("11.1", "Moves on a line", "Predict a number")
def _on_a_line(rng, guess):
    real, fake = np.array([0.0, 2.0, 2.0, 7.0]), np.array([4.0, 1.0, 5.0, 1.0])
    return compare_prediction(
        guess,
        metrics.wasserstein_distance(real[:, None], fake[:, None]),
        "On a line no pairing is cheaper than the one that keeps the order.",
        within=0.01,
        wrong=(
            (6.0, "That is the sum of the moves; W is their mean."),
            (
                np.abs(real - fake).mean(),
                "That is the mean of the pairs as they are written. Is there a cheaper pairing?",
            ),
            (
                abs(real.mean() - fake.mean()),
                "That is the distance of the two means; moves in opposite directions cancel there.",
            ),
        ),
    )


@exercise("11.2", "The distance on a line", "Fill the gap")
def _sorted(rng, distance_on_a_line):
    real, fake = rng.normal(0.0, 1.0, 40), rng.normal(0.3, 3.0, 40)
    value = result_of(distance_on_a_line, real.copy(), fake.copy())
    moves = np.sort(real) - np.sort(fake)
    compare(
        value,
        metrics.wasserstein_distance(real[:, None], fake[:, None]),
        what="the distance",
        wrong=(
            (np.abs(real - fake).mean(), "The points are paired as they come: sort both first."),
            (np.abs(moves).sum(), "A sum: take the mean, or the number of points sets the scale."),
            (abs(moves.mean()), "Moves to the left and to the right cancel: a length has no sign."),
            (moves.mean(), "Moves to the left and to the right cancel: a length has no sign."),
            (
                np.sqrt((moves**2).mean()),
                "That is the root of the mean square, the distance of order 2; asked is order 1.",
            ),
            (np.abs(moves), "One number is expected: the mean of the moves."),
        ),
    )
    return Right("Sorting solves the assignment, since crossed moves never save anything.")


def _bowl(points):
    """Return the gradients of |x|^2 / 2: the slope is the distance from 0."""
    return np.asarray(points, np.float64)


@exercise("11.3", "The alpha of a tutorial", "Find the bug")
def _alpha(rng, penalty):
    fake = rng.normal(size=(20_000, 3))
    fake /= np.linalg.norm(fake, axis=1, keepdims=True)

    def paid(slopes_at, real):
        value = as_numbers(result_of(penalty, slopes_at, real, fake, rng), "the penalty")
        if value.shape:
            raise Wrong(f"One number is expected, and this has the shape {value.shape}.")
        return float(value)

    values = [paid(_bowl, 0 * fake) for _ in range(8)]
    mean = np.mean(values)
    if np.ptp(values) > 0.03:
        raise Wrong(
            "On the same samples the penalty is another number each time: draw one alpha for each "
            "sample, not one for all."
        )
    if abs(mean - 2 * (1 - np.sqrt(2 / np.pi))) < 0.02:  # the size of alpha is half-normal
        raise UNCHANGED
    for wrong, sentence in (
        (0.0, "With alpha = 1 only the fakes are looked at."),
        (1.0, "With alpha = 0 only the real samples are looked at."),
        (0.25, "The middle between real and fake is one point: alpha varies from 0 to 1."),
    ):
        if abs(mean - wrong) < 0.02 and np.ptp(values) < 1e-9:
            raise Wrong(sentence)
    if abs(mean - 1 / 3) > 0.02:
        raise Wrong(f"For the bowl of section 7 the penalty is 1/3, and yours gives {mean:.3f}.")
    # Points from 3 fake to fake have the distance 3 - 2 alpha from 0, and E(2 - 2 alpha)^2 = 4/3;
    # a bowl that is three times as steep costs E(3 alpha - 1)^2 = 1.
    if abs(paid(_bowl, 3 * fake) - 4 / 3) > 0.04 or abs(paid(lambda x: 3 * x, 0 * fake) - 1) > 0.06:
        raise Wrong("With other samples, or a steeper critic, the points are not between them.")
    return Right("The bowl costs one third: one assertion, and the bug of years is found.")


@exercise("11.4", "Twice the limit", "Predict a number")
def _twice(rng, guess):
    def reports(limit):
        x = np.array([[1.0], [0.0]])
        for inputs, outputs in ((1, 5), (5, 5), (5, 1)):
            x = x @ np.full((inputs, outputs), limit)
        return float(x[0, 0] - x[1, 0])

    return compare_prediction(
        guess,
        reports(0.02) / reports(0.01),
        "The factor of a layer, as often as there are layers.",
        within=0.1,
        wrong=(
            (2.0, "That is the factor of one layer; the difference passes three."),
            (6.0, "The layers are applied one after another: their factors multiply."),
            (1.0, "Without a limit on the slope itself, larger weights mean a steeper critic."),
            (4.0, "That is two layers; there are three."),
        ),
    )


@exercise("11.5", "What was clipped?", "Find the bug")
def _clipped(rng, clip):
    shapes = {
        "dense/kernel": (3, 4),
        "dense/bias": (4,),
        "norm/gamma": (4,),
        "norm/beta": (4,),
        "norm/moving_mean": (4,),
        "norm/moving_variance": (4,),
    }
    weights = {name: rng.normal(0.0, 1.0, shape) for name, shape in shapes.items()}
    weights["norm/gamma"] = np.ones(4)
    given = {name: array.copy() for name, array in weights.items()}
    found = result_of(clip, given, 0.01)
    if not isinstance(found, dict) or set(found) != set(weights):
        raise Wrong("A dictionary with all of the names is expected.")
    if all(np.allclose(found[n], np.clip(w, -0.01, 0.01)) for n, w in weights.items()):
        raise UNCHANGED
    for name, array in weights.items():
        limited = np.clip(array, -0.01, 0.01)
        right = limited if name.endswith(("kernel", "bias")) else array
        other = array if right is limited else limited
        compare(
            found[name],
            right,
            what=name,
            wrong=(
                (
                    other,
                    f"{name} is clipped, and it belongs to the normalization."
                    if right is array
                    else f"{name} must be clipped: it decides how steep the critic is.",
                ),
            ),
        )
    return Right("A scale of 1 stays 1, and the gradient passes.")


@exercise("11.6", "One step of WGAN-GP", "Order the steps")
def _step(rng, order):
    compare_order(
        order,
        "abcde",
        [
            ("b", "d", "Step d mixes real samples with fakes. Where do these come from?"),
            ("d", "a", "Step a asks for the slope at points that nobody has chosen yet."),
            ("a", "e", "Step e contains the penalty, and the penalty needs the slope."),
            ("e", "c", "Step c needs a loss to descend."),
        ],
    )
    return Right("Five such updates, each with fresh fakes, then one of the generator.")


@exercise("11.7", "Leaning further", "Change and explain")
def _leaning(rng, seen):
    slope, distance = compare_choice(
        seen,
        "b",
        {
            "a": "The grid of slopes contains the best one, so the optimizer is not to blame.",
            "c": "Each point moves straight to the other line, however long the lines are.",
        },
        reasons=2,
    )
    compare(
        as_numbers([slope, distance], "slope and distance"),
        [3.5, 1.75],
        what="[slope, distance]",
        tolerance=0.01,
        wrong=(
            (
                [1.25, 0.625],
                "That is with lambda = 1: change the weight, and compute the loss anew.",
            ),
            ([3.5, 3.5], "The distance reported is the slope times theta."),
            ([3.5, 0.5], "0.5 is the true distance; asked is what the critic reports."),
            ([1.75, 3.5], "The two numbers come in the other order: the slope first."),
            ([1.025, 0.5125], "That is with lambda = 10; the authors' code takes 0.1."),
        ),
    )
    return Right("A soft limit, and the softer it is, the less its number is a distance.")


@exercise("11.8", "A critic by hand", "Make your own")
def _by_hand(rng, f):
    real = datasets.ring(200, seed=rng)
    fake = rng.normal(0.0, 0.1, (200, 2))
    points = np.concatenate([real, fake, rng.normal(0.0, 2.0, (400, 2))])
    near = points + rng.normal(0.0, 1e-3, points.shape)

    def values(at):
        found = as_numbers(result_of(f, at.copy()), "the values of f")
        if found.shape != (len(at),):
            raise Wrong(f"The shape ({len(at)},) is expected, and this is {found.shape}.")
        if not np.isfinite(found).all():
            raise Wrong("Some values of f are not finite.")
        return found

    at_points = values(points)
    order = rng.permutation(len(points))
    for other, found in ((near, values(near)), (points[order], at_points[order])):
        moved = np.linalg.norm(points - other, axis=1)
        steepness = np.abs(at_points - found)[moved > 0] / moved[moved > 0]
        if steepness.max() > 1.01:
            raise Wrong(
                f"f is too steep: between two of the points it changes by {steepness.max():.2f} "
                "times their distance, and at most 1 is allowed."
            )
    w = metrics.wasserstein_distance(real, fake)
    reported = values(real).mean() - values(fake).mean()
    if reported < -0.5 * w:
        raise Wrong("f is low at real points and high at fakes: the other way round.")
    if reported < 0.95 * w:
        raise Wrong(f"f is 1-Lipschitz, and reports only {max(reported / w, 0):.0%} of W.")
    return Right(
        "Hardly any critic could report more: yours reaches nearly what the cheapest pairing costs."
    )
