"""Checks for the exercises of notebooks/04_content_similarity."""

import numpy as np

from classroom.exercises.checking import (
    Right,
    Wrong,
    as_numbers,
    compare,
    compare_choice,
    compare_order,
    compare_prediction,
    exercise,
    result_of,
)
from ganlab import datasets, similarity


def _cosine(x, y):
    x, y = np.ravel(x).astype(float), np.ravel(y).astype(float)
    length = np.linalg.norm(x) * np.linalg.norm(y)
    return float(x @ y / length) if length > 0 else 0.0


def _single(function, x, y, **options):
    return float(function(x[None].astype(float), y[None].astype(float), **options)[0])


@exercise("04.1", "Two pages with nothing in common", "Predict a number")
def _two_pages(rng, guess):
    pages = (rng.random((2, 1, 1000, 1000, 1)) > 0.06).astype(np.float32)
    # Two decimals, which are the same for any two such pages.
    found = round(float(similarity.content_similarity(*pages)[0]), 2)
    return compare_prediction(
        guess,
        found,
        "The white paper is what they share. Inverted, the same two pages score about 0.06.",
        within=0.006,
        wrong=(
            (0.06, "Here black is 0 and the white paper counts; 0.06 belongs to inverted pages."),
            (0.0, "No cosine of images is 0 as long as both have light in the same place."),
            (0.8836, "That is the share of places white on both; divide by the lengths."),
            (0.5, "One half is for pages of which half is white."),
        ),
    )


@exercise("04.2", "Fog of any thickness", "Fill the gap")
def _fog(rng, cosine_in_fog):
    image, c = rng.random((28, 28, 1)) ** 3, float(rng.uniform(0.2, 2.0))
    m1, m2 = image.mean(), np.mean(image**2)
    compare(
        result_of(cosine_in_fog, m1, m2, c),
        _single(similarity.content_similarity, image, image + c),
        what="the cosine",
        wrong=(
            ((m2 + c * m1) / np.sqrt(m2 * (m2 + c**2)), "Squared, x + c has a mixed term: 2 c x."),
            (
                (m2 + c * m1) / (m2 * (m2 + 2 * c * m1 + c**2)),
                "Divided by squared lengths: the roots are missing.",
            ),
            (m2 / np.sqrt(m2 * (m2 + 2 * c * m1 + c**2)), "The dot product gains a term too."),
            ((m2 + c) / np.sqrt(m2 * (m2 + 2 * c + c**2)), "The mean m1 is missing beside c."),
            (m1 / np.sqrt(m2), "That is the limit for endless fog; here c is finite."),
            (1.0, "Fog is an offset, no gain: the direction changes."),
        ),
    )
    return Right("It falls toward m1 / sqrt(m2): for digits on black far, for photographs little.")


@exercise("04.3", "The bytes that wrap around", "Find the bug")
def _bytes(rng, cosine_of_bytes):
    x, y = rng.integers(0, 256, (2, 12, 10, 3), dtype=np.uint8)
    white = np.full((8, 8), 255, np.uint8)
    right = _cosine(x, y)

    def lengths(a, b):
        return np.linalg.norm(a.astype(float)) * np.linalg.norm(b.astype(float))

    wrapped = np.dot(x.ravel(), y.ravel()) / lengths(x, y)
    compare(
        result_of(cosine_of_bytes, x, y),
        right,
        what="the cosine",
        wrong=(
            (wrapped, "The sum still wraps around at 256: what type do the products have?"),
            (
                np.dot(x.ravel().astype(np.uint16), y.ravel().astype(np.uint16)) / lengths(x, y),
                "Sixteen bits hold one product, not the sum of all of them.",
            ),
            (
                _cosine(x - x.mean(), y - y.mean()),
                "This is the centered form. The plain cosine was asked for.",
            ),
            (1 - right, "This is a distance, 1 minus the cosine."),
        ),
    )
    compare(result_of(cosine_of_bytes, white, white), 1.0, what="the cosine of two white images")
    return Right(
        "On two white images of 64 pixels the faulty line says 0.00002. The package refuses "
        "integers for this reason."
    )


@exercise("04.4", "From two color images to a correlation", "Order the steps")
def _to_correlation(rng, order):
    compare_order(
        order,
        "abcdef",
        (
            ("f", "d", "In bytes a difference below 0 wraps around: make them floats first."),
            ("d", "c", "Without subtracting the means first, this dot product is the plain one."),
            ("d", "e", "The lengths have to be those of the centered images."),
            ("b", "c", "np.dot of two images of three axes is no single number: flatten first."),
            ("c", "a", "There is no dot product to divide yet."),
            ("e", "a", "There are no lengths to divide by yet."),
        ),
    )
    return Right("Flattening can wait until the dot product: means and lengths ignore the shape.")


@exercise("04.5", "A colleague reports 0.95", "Choose and justify")
def _reports(rng, answer):
    floor = 1 / (1 + 0.25**2)
    (correlation,) = compare_choice(
        answer,
        "b",
        {
            "a": "0.95 is high only if unrelated images score low. What would these two get with "
            "a correlation of 0?",
            "c": "With mean and standard deviation known, the identity of section 4 has one "
            "unknown left, the correlation.",
        },
    )
    value = 0.95 * (1 + 0.25**2)
    compare(
        correlation,
        (value - 1) / 0.25**2,
        what="the correlation",
        tolerance=2e-3,
        wrong=(
            (0.95, "That is the score. Of which correlation is it made?"),
            (floor, "That is the floor, the score without any correlation."),
            (0.95 - floor, "The correlation enters the score multiplied by v squared: divide."),
            ((value - 1) / 0.25, "Divided by v once; both images bring a factor v."),
            (-(value - 1) / 0.25**2, "Look at the sign: 0.95 and the floor 0.94, which is larger?"),
        ),
    )
    return Right("The floor is 0.941: the 0.95 holds a correlation of 0.15, next to nothing.")


@exercise("04.6", "Features that cannot be negative", "Change and explain")
def _no_negative_features(rng, answer):
    (change,) = compare_choice(
        answer,
        "a",
        {
            "b": "A gain of both changes no angle. Multiply some random features and look.",
            "c": "The number of features makes the score more certain, not higher: section 4.",
            "d": "No training happened here: the same random numbers score differently.",
        },
    )
    features = rng.normal(size=(2, 500, 64))
    changed = as_numbers(result_of(change, features), "the features")
    if changed.shape != features.shape:
        raise Wrong("The function should give back an array of the shape it gets.")
    few = as_numbers(result_of(change, np.append(features[0, 0], -1000.0)), "the features")
    if few.shape != (65,) or not np.allclose(few[:-1], changed[0, 0], equal_nan=True):
        raise Wrong("The function should act on each feature alone, and without chance.")
    if min(few.min(), changed.min()) < 0:
        raise Wrong("Some features are still negative, and so the vectors share no corner.")
    x, y = changed
    with np.errstate(invalid="ignore"):
        scores = (x * y).sum(-1) / np.linalg.norm(x, axis=-1) / np.linalg.norm(y, axis=-1)
    if not np.isfinite(scores).all():
        raise Wrong("Some features became all zero, or not a number: they have no direction.")
    rising = changed.ravel()[np.argsort(features, axis=None)]
    if np.ptp(rising) == 0 or np.any(np.diff(rising) < -1e-6):
        raise Wrong("The features should survive: larger ones should stay larger.")
    median = np.median(scores)
    if median < 0.25:
        raise Wrong(f"Unrelated features score {median:.2f} in the median, not yet above 0.25.")
    return Right(
        "After relu, unrelated features meet at 1/pi = 0.32. Retrieval does not mind, since it "
        "needs the order of scores; a threshold such as 0.5 for 'alike' does."
    )


@exercise("04.7", "A measure that forgives a shift", "Make your own")
def _forgiving(rng, forgiving_similarity):
    digits = datasets.load("digits", split="test")
    chosen = np.array([rng.choice(np.flatnonzero(digits.labels == k), 8, False) for k in (3, 8)])
    # As they are, and once more with equal ink, by which alone nothing can be told apart.
    images = digits.images[chosen]
    ink = images.sum((2, 3), keepdims=True)
    threes, eights = np.concatenate([images, images * (ink.min() / ink)], axis=1)

    def score(x, y):
        value = as_numbers(result_of(forgiving_similarity, x, y), "the similarity")
        if value.size != 1 or not np.isfinite(value).all():
            raise Wrong("One finite number for two images of shape (28, 28, 1) is expected.")
        return value.item()

    same = np.array([score(x, x) for x in threes])
    others = np.array([score(x, y) for x, y in zip(threes, eights, strict=True)])
    if np.ptp(others) == 0:
        raise Wrong("All pairs score the same: the measure should look at both images.")
    if (others > same + 1e-3).any():
        raise Wrong("A three scores lower with itself than with an eight: more alike is larger.")
    for down, right in ((2, 2), rng.choice([-2, -1, 1, 2], 2)):
        rolled = np.roll(threes, (down, right), (1, 2))
        moved = np.array([score(x, y) for x, y in zip(threes, rolled, strict=True)])
        back = np.array([score(y, x) for x, y in zip(threes, rolled, strict=True)])
        if not np.allclose(moved, back, atol=0.02):
            raise Wrong("The score changes when the two images change places.")
        wins = np.mean(moved > others + 0.01)
        if wins < 1:
            raise Wrong(
                f"Moved by {abs(down)} and {abs(right)} pixels, a three stays closer to itself "
                f"than to an eight in {wins:.0%} of {len(others)} pairs, half of which have equal "
                "ink; all are asked for."
            )
    return Right(
        "You decided that place does not matter, and your measure now forgives it. What else does "
        "it forgive? Try a 6 and a 9 before you trust it."
    )
