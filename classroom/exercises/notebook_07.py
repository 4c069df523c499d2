"""Checks for the exercises of notebooks/07_measuring_gans."""

import numpy as np

from classroom.exercises.checking import (
    Right,
    Wrong,
    as_number,
    as_numbers,
    compare,
    compare_choice,
    compare_order,
    compare_prediction,
    exercise,
    result_of,
)
from ganlab import metrics
from ganlab.datasets import points


def _standard(rng, n):
    """Draw points of mean 0 and covariance 1 exactly, not only on average."""
    drawn = rng.normal(size=(n, 2))
    drawn -= drawn.mean(axis=0)
    return np.linalg.solve(np.linalg.cholesky(np.cov(drawn, rowvar=False)), drawn.T).T


@exercise("07.1", "A distance on paper", "Predict a number")
def _distance_on_paper(rng, guess):
    real, fake = _standard(rng, 10_000), _standard(rng, 10_000) * [1.0, 3.0] + [1.0, 0.0]
    return compare_prediction(
        guess,
        metrics.frechet_distance(real, fake),
        "One for the moved mean, four for the second axis, which is two deviations too wide.",
        within=0.05,
        wrong=(
            (4.0, "That counts the widths; the mean has moved as well."),
            (3.0, "The width enters squared, as the shift does."),
            (5**0.5, "No root is taken: this distance is a mean squared move."),
            (65.0, "Compare the deviations, 1 and 3, not the variances."),
            (9.0, "The sum of variances does not matter; how far does each grain move?"),
            (1.0, "That is the shift of the mean; the second axis has another width."),
        ),
    )


@exercise("07.2", "Likeness without a double loop", "Fill the gap")
def _likeness(rng, discrepancy):
    n, m, dim = rng.integers(8, 14), rng.integers(15, 22), rng.integers(2, 5)
    real, fake = rng.normal(size=(n, dim)), rng.normal(size=(m, dim)) * 1.3 + 0.8
    xx, yy, xy = ((a @ b.T / dim + 1) ** 3 for a, b in ((real, real), (fake, fake), (real, fake)))
    own_x, own_y = np.trace(xx), np.trace(yy)
    right = (xx.sum() - own_x) / (n * (n - 1)) + (yy.sum() - own_y) / (m * (m - 1))
    across, rest = xy.mean(), (xx.sum() - own_x) / n**2 + (yy.sum() - own_y) / m**2
    value = result_of(discrepancy, real, fake)
    compare(
        value,
        right - 2 * across,
        what="the discrepancy",
        wrong=(
            (
                xx.mean() + yy.mean() - 2 * across,
                "Every sample is compared with itself too, and nothing is more alike: two sets "
                "of one source would look different.",
            ),
            (
                rest - 2 * across,
                "The pairs i = j are left out of the sum, but not out of the count of pairs.",
            ),
            (
                right - across,
                "Likeness inside is counted for two sets, so likeness across counts twice: "
                "try it with equal sets.",
            ),
            (2 * across - right, "The sign is flipped: more likeness across means nearer sets."),
            (
                xx.sum() - own_x + yy.sum() - own_y - 2 * xy.sum(),
                "These are sums: as they stand, they depend on how many samples there are.",
            ),
            (right, "The likeness across is missing: nothing compares real with fake."),
        ),
    )
    return Right("Two sets of one source now measure 0 on average, however small they are.")


@exercise("07.3", "The collapsed generator is found out", "Find the bug")
def _faulty_precision(rng, precision):
    given = []
    for _ in range(6):
        real = rng.normal(size=(61, 2))
        fake = rng.normal(size=(47, 2)) * rng.uniform(0.6, 0.9) + [1.2, 0.3]
        given.append((real, fake, int(rng.integers(2, 6))))
    values = [result_of(precision, *inputs) for inputs in given]
    right = [metrics.precision_recall(real, fake, k=k) for real, fake, k in given]
    smaller = [metrics.precision_recall(real, fake, k=k - 1) for real, fake, k in given]
    compare(
        values,
        [pair.precision for pair in right],
        what="precision",
        wrong=(
            (
                [pair.recall for pair in smaller],
                "Both faults are still there: ask what the balls are drawn around, and which "
                "distance stands first in a sorted row.",
            ),
            (
                [pair.recall for pair in right],
                "The balls are those of the fakes, with reals in them: this is recall, and that "
                "is what a collapsed generator lacks.",
            ),
            (
                [pair.precision for pair in smaller],
                "The balls are too small: the nearest sample in each row is the sample itself, "
                "at distance 0.",
            ),
            (
                [metrics.density_coverage(real, fake, k=k).coverage for real, fake, k in given],
                "This is the share of real balls with a fake inside, in the manner of coverage. "
                "Precision is a share of the fakes.",
            ),
        ),
    )
    return Right("Real before fake, and a sample is no neighbor of itself: both run, both lie.")


@exercise("07.4", "Half is missing", "Choose and justify")
def _half_is_missing(rng, answer):
    real, fake = rng.uniform(-1, 1, (2, 1000, 2))
    fake[:, 0] = -np.abs(fake[:, 0])
    fake[:5] = [[30.0 * (k + 1), 0.0] for k in range(5)]
    pair, balls = metrics.precision_recall(real, fake), metrics.density_coverage(real, fake)
    (number,) = compare_choice(
        answer,
        "coverage",
        {
            "precision": f"Precision says {pair.precision:.1f}: it asks only whether the samples "
            "look real, and the left half does.",
            "recall": f"Recall says {pair.recall:.1f}, as if nothing were missing: a sample far "
            "away has a ball that reaches back over everything.",
            "density": f"Density says about {balls.density:.0f}: where there are fakes they lie "
            "in as many real balls as they should.",
        },
    )
    if abs(as_number(number) - balls.coverage) > 0.1:
        raise Wrong("The right measure, but not what it says: which real balls hold no fake?")
    return Right("Its balls belong to the reals, so no sample of yours can make them larger.")


@exercise("07.5", "When the balls jump", "Change and explain")
def _balls_jump(rng, answer):
    (k,) = compare_choice(
        answer,
        "b",
        {
            "a": "The number of samples did not change, and just before the jump precision was "
            "low with the same samples.",
            "c": "Blob samples do not move when k grows. Print the radius of a ball before and "
            "after.",
            "d": "Balls grow smoothly only inside a mode, where they stay below 0.2. What is at "
            "the next distance?",
        },
    )
    k = as_number(k)
    if k % 1 != 0 or not 2 <= k < 390:
        raise Wrong(f"The smallest k is a whole number between 2 and 390, and this is {k}.")
    spots = np.repeat(points.RING_MODES, 50, axis=0) + rng.normal(0.0, 0.02, (400, 2))
    shapeless = rng.normal(0.0, 2**0.5, (400, 2))
    here, before = (
        metrics.precision_recall(spots, shapeless, k=int(j)).precision for j in (k, k - 1)
    )
    if here < 0.5:
        raise Wrong(f"With k = {k} precision is still below 0.5: go on.")
    if before >= 0.5:
        raise Wrong(f"Precision is above 0.5 already with k = {k - 1}: go back.")
    return Right("Keep k far below the size of the smallest group that you want to tell apart.")


@exercise("07.6", "As if from infinitely many", "Fill the gap")
def _infinitely_many(rng, limit_of):
    sizes = np.sort(rng.choice(np.arange(100, 2000), 6, replace=False))
    bias, limit = rng.uniform(2000, 9000), rng.uniform(5, 20)
    distances = limit + bias / sizes
    by_size = np.polyfit(sizes, distances, 1)
    compare(
        result_of(limit_of, sizes, distances),
        limit,
        what="the limit",
        wrong=(
            (bias, "That is the slope; np.polyfit gives the highest power first."),
            (
                by_size[1],
                "This line runs against the number of samples and tells of sets with none. "
                "Against what is the bias a straight line?",
            ),
            (distances[-1], "The largest sets are off by their bias too, if by the least."),
            (distances.mean(), "A mean over sizes mixes large biases with small ones."),
            (distances.min(), "The smallest distance still holds its bias."),
        ),
    )
    return Right(
        "Of two papers that both report 20, with a bias of 9,000 / n, the one with 1,000 "
        "samples has 11 and the one with 10,000 has 19."
    )


_NEEDS = (
    ("a", "b", "How many images are drawn? Only the size of a half says (B before A)."),
    ("a", "c", "C turns both halves into features; they have to be cut first."),
    ("b", "c", "C turns the generated images into features; they have to be drawn first."),
    ("c", "d", "D measures in a space of features; there are none yet."),
    ("c", "e", "E measures in a space of features; there are none yet."),
    ("d", "f", "F divides a distance that has not been measured yet."),
    ("e", "f", "F divides by the floor, which has not been measured yet."),
    ("g", "d", "The measure is chosen after a distance was seen: one can choose what wins."),
    ("g", "e", "The measure is chosen after the floor was seen: one can choose what wins."),
)


@exercise("07.7", "An evaluation, in order", "Order the steps")
def _evaluation_in_order(rng, answer):
    compare_order(answer, "abcdefg", _NEEDS)
    return Right("The floor goes through the same steps as the generator, in the same sizes.")


@exercise("07.8", "A twin that looks like nothing", "Make your own")
def _twin(rng, twin):
    for _ in range(2):
        turn = rng.normal(size=(2, 2))
        modes = rng.uniform(-2, 2, (5, 2)) @ turn + rng.uniform(-3, 3, 2)
        real = np.repeat(modes, 80, axis=0) + rng.normal(0.0, 0.03, (400, 2))
        fake = as_numbers(result_of(twin, real.copy()), "your points")
        if fake.shape != real.shape:
            raise Wrong(f"Points of shape {real.shape} are expected, and these are {fake.shape}.")
        if not np.isfinite(fake).all():
            raise Wrong("Some of your points are not finite.")
        allowed = 0.01 * real.var(axis=0).sum()
        shift = ((real.mean(axis=0) - fake.mean(axis=0)) ** 2).sum()
        widths = ((real.std(axis=0) - fake.std(axis=0)) ** 2).sum()
        covered = metrics.density_coverage(real, fake).coverage
        if covered > 0.2:
            raise Wrong("Your points cover the real ones: too honest. Leave the modes.")
        if shift > allowed:
            raise Wrong("The mean of your points is another, and the Fréchet distance sees it.")
        if widths > allowed:
            raise Wrong("The mean is right; the widths along the axes are not those of the reals.")
        if metrics.frechet_distance(real, fake) > allowed:
            raise Wrong("Mean and widths are right; how the axes go together is not.")
    distinct = len(np.unique(np.round(fake, 6), axis=0))
    return Right(
        f"{distinct} different points pass for 400 real ones. In d dimensions d + 1 are enough "
        "for a perfect Fréchet distance."
    )
