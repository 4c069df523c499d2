"""Checks for the exercises of notebooks/01_image_generation."""

import numpy as np
import skimage.filters

from classroom.exercises.checking import (
    Right,
    Wrong,
    as_numbers,
    compare,
    compare_choice,
    compare_order,
    compare_prediction,
    exercise,
    picture_of,
    result_of,
)
from ganlab import datasets


@exercise("01.1", "All pictures of 8 × 8", "Predict a number")
def _all_pictures(rng, guess):
    return compare_prediction(
        guess,
        len(str(2 ** (8 * 8))),
        "At a billion a second they take 585 years.",
        within=0.5,
        wrong=(
            (3, "That would be 128, two for each pixel: choices multiply, they do not add."),
            (4, "That is 64 squared: the base is the number of levels, the exponent the pixels."),
            (
                64,
                "64 is the number of *binary* digits, one for each pixel; asked are decimal ones.",
            ),
            (155, "That many digits belong to 256 levels; here there are two."),
            (19, "Nearly: 2 to the power of 60 is about 10 to the power of 18."),
        ),
    )


@exercise("01.2", "The edge of a ramp", "Predict a number")
def _ramp(rng, guess):
    ramp = np.tile(np.linspace(0, 1, 6), (6, 1))
    return compare_prediction(
        guess,
        float(skimage.filters.sobel(ramp)[2, 2]),
        "0.4 over the square root of 2.",
        within=0.005,
        wrong=(
            (0.1414, "That is the rise from one pixel to the next; the filter looks further."),
            (0.4, "That is the change across; the strength still divides by a square root."),
            (0.2, "Count the pixels between the two columns that are compared."),
            (0.7071, "That is a step of full height, from 0 to 1 at once."),
            (0.5657, "The sum of squares was not halved before the root, or was it doubled?"),
        ),
    )


@exercise("01.3", "Which generator would you publish?", "Choose and justify")
def _publish(rng, choice):
    words = compare_choice(
        choice,
        "d",
        {
            "a": "Its draws have distance 0 to the training images. What are they, then?",
            "b": "Its draws lie where digits lie, and all at one place: look at the other number.",
            "c": "Its draws are more than twice as far from the data as real digits are.",
        },
        reasons=3,
    )
    sentences = (
        (
            "distance",
            "A is as diverse as the data, and no wonder: it draws the data. Which number says so?",
        ),
        ("diversity", "B is as near to the data as new digits are. What is wrong with its draws?"),
        ("distance", "C varies nearly as much as digits do. Where do its draws lie?"),
    )
    for word, (right, sentence) in zip(words, sentences, strict=True):
        other = "diversity" if right == "distance" else "distance"
        if not isinstance(word, str) or word.strip().lower() not in (right, other):
            raise Wrong("After the letter come three words, each 'distance' or 'diversity'.")
        if word.strip().lower() != right:
            raise Wrong(sentence)
    return Right(
        "The best value of a distance to the data is not the smallest one, but that of new data."
    )


@exercise("01.4", "A draw from the Gaussian", "Order the steps")
def _order_of_a_draw(rng, order):
    compare_order(
        order,
        "abcdef",
        [
            # Not ("e", "c"): np.cov subtracts the mean by itself, as in the notebook.
            ("c", "a", "Step a adds up directions that nobody has computed yet."),
            ("f", "a", "Step a scales a z that was not drawn yet."),
            ("e", "b", "The mean is added before anybody has computed it: which step does?"),
            ("a", "b", "The mean is added to a combination of directions, and there is none yet."),
            ("b", "d", "Clipped before the mean is added, every 'take ink away' is lost."),
        ],
    )
    return Right(
        "The first half is learning, done once; the second is drawing, done for every picture. "
        "A GAN has the same two halves. (Steps e and c may change places only because np.cov "
        "subtracts the mean by itself.)"
    )


@exercise("01.5", "The Gaussian, drawn", "Fill the gap")
def _gaussian_draw(rng, gaussian_draw):
    pixels = 6
    flat = rng.normal(size=(30, pixels)) @ rng.normal(size=(pixels, pixels)) + 3
    mean = flat.mean(axis=0)
    values, vectors = np.linalg.eigh(np.cov(flat, rowvar=False))
    for size in (pixels, 3):
        strongest = np.argsort(values)[::-1][:size]
        spread, directions = np.sqrt(values[strongest]), vectors[:, strongest].T
        center = result_of(gaussian_draw, flat, np.zeros((1, size)))
        compare(
            center,
            mean[None],
            what="the draw for z = 0",
            wrong=(
                (np.zeros((1, pixels)), "For z = 0 you draw black: the mean is missing."),
                (mean, "Draws are rows: one latent vector gives the shape (1, pixels)."),
            ),
        )
        # One draw for each direction. The sign of an eigenvector is free, its square is not.
        along = as_numbers(result_of(gaussian_draw, flat, np.eye(size)), "the draws")
        compare(along.shape, (size, pixels), what="the shape of the draws")
        along = along - mean

        def square(scale, rows):
            return (rows.T * scale**2) @ rows

        wrong = [
            (square(spread**2, directions), "An eigenvalue is a variance; a draw needs its root."),
            (square(1.0, directions), "The directions are there; how far to go along each is not."),
            (
                square(1 / spread, directions),
                "Divided: that flattens the hill instead of making it.",
            ),
        ]
        if size == pixels:
            sentence = "Eigenvectors stand in columns, and you combine rows."
            wrong += [
                (square(spread, vectors[:, strongest]), sentence),
                (square(spread, vectors[strongest]), sentence),
            ]
        compare(along.T @ along, square(spread, directions), what="the covariance", wrong=wrong)
        z = rng.normal(size=(4, size))
        compare(result_of(gaussian_draw, flat, z), mean + z @ along, what="the draws")
    return Right(
        "K numbers decide the whole picture: a latent vector. The generator of a GAN takes one "
        "too, and bends the straight directions into curves."
    )


@exercise("01.6", "A diversity that praises one picture", "Find the bug")
def _mean_gap(rng, mean_gap):
    images = rng.random((int(rng.integers(4, 8)), 5, 6, 1))
    flat = images.reshape(len(images), -1)
    distances = np.linalg.norm(flat[:, None] - flat[None], axis=-1)
    pairs = len(flat) * (len(flat) - 1)
    compare(
        result_of(mean_gap, images),
        distances.sum() / pairs,
        what="the mean distance",
        unchanged=flat.std(axis=1).mean(),
        wrong=(
            (
                distances.mean(),
                "Each image was compared with itself as well: those zeros pull the mean down.",
            ),
            (
                flat.std(axis=0).mean(),
                "Now images are compared, pixel by pixel; asked is how far whole images are apart.",
            ),
            (
                flat.std(),
                "One spread of all pixels together does not know which image they are of.",
            ),
            ((distances**2).sum() / pairs, "These are squared distances: take the root first."),
            (
                np.abs(flat[:, None] - flat[None]).sum(axis=-1).sum() / pairs,
                "Absolute differences were added; the Euclidean distance squares them.",
            ),
            (distances.sum() / 2, "A sum: take the mean, or more draws count as more diverse."),
        ),
    )
    if np.asarray(result_of(mean_gap, images[[0, 0, 0]])) > 1e-9:
        raise Wrong("Three copies of one picture should have a diversity of 0.")
    return Right("And three copies of one picture now get what they deserve: 0.")


@exercise("01.7", "More directions", "Change and explain")
def _directions(rng, seen):
    numbers = compare_choice(
        seen,
        "b",
        {
            "a": "Look at the draws with 190 directions again: nothing is missing, and are they "
            "digits?",
            "c": "The share with 40 is below 1: the others hold little, and not nothing.",
        },
        reasons=2,
    )
    flat = datasets.load("digits", split="train", size=14).images.reshape(-1, 196)
    share = np.cumsum(np.linalg.eigvalsh(np.cov(flat, rowvar=False))[::-1])
    share /= share[-1]
    five, forty = share[4], share[39]
    compare(
        numbers,
        [five, forty],
        what="the list of shares",
        tolerance=0.005,
        wrong=(
            ([forty, five], "The other order: five directions come first."),
            ([100 * five, 100 * forty], "These are percentages; the function returns shares."),
            ([five, share[189]], "The second share belongs to 190 directions; asked is 40."),
            ([1 - five, 1 - forty], "These are the shares that are left out."),
        ),
    )
    return Right(
        "A model can be complete in its own terms and still be wrong in its form: a lesson that "
        "holds for more than Gaussians."
    )


def _neighbors_agree(pictures):
    """Return the correlation of each pixel with its right neighbor, over all pictures."""
    left, right = pictures[..., :-1].ravel(), pictures[..., 1:].ravel()
    if left.std() < 1e-9 or right.std() < 1e-9:
        return 0.0
    return float(np.corrcoef(left, right)[0, 1])


@exercise("01.8", "A symbol of your own", "Make your own")
def _symbol(rng, draw_symbol):
    def drawn(seed, count):
        chance = np.random.default_rng(seed)
        return np.array([picture_of(draw_symbol, chance, shape=(28, 28)) for _ in range(count)])

    seed = int(rng.integers(1_000_000))
    pictures = drawn(seed, 30)
    if not np.array_equal(pictures[:3], drawn(seed, 3)):
        raise Wrong("The same seed gives other pictures: draw all chance from rng.")
    ink = pictures.mean()
    if not 0.01 < ink < 0.6:
        raise Wrong(f"The mean of the pixels is {ink:.3f}: a sign is ink on mostly empty ground.")
    if _neighbors_agree(pictures) < 0.5:
        raise Wrong("Neighboring pixels hardly agree: this is snow, not strokes.")
    changes = pictures - pictures.mean(axis=0)
    if np.sqrt((changes**2).sum(axis=(1, 2)).mean()) < 0.7:
        raise Wrong("All draws look alike. Let slant, size or place depend on rng.")
    if _neighbors_agree(changes) < 0.3:
        raise Wrong("The draws differ by noise in single pixels only: let the shape vary.")
    spread = drawn(0, 30).reshape(30, -1)
    gaps = np.linalg.norm(spread[:, None] - spread[None], axis=-1)
    return Right(
        f"Their diversity is {gaps.sum() / 870:.1f}. Real digits have 9.5, and snow has more: "
        "a number to come close to, not one to beat."
    )
