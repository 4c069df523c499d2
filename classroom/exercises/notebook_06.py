"""Checks for the exercises of notebooks/06_an_image_like_this_one."""

import math

import numpy as np

from classroom.exercises.checking import (
    Right,
    Wrong,
    compare,
    compare_choice,
    compare_order,
    compare_prediction,
    exercise,
    result_of,
)
from ganlab import datasets, inversion, latents, models, recipes, tf


def _need_gradient(values, tape, made):
    slopes = tape.gradient(values, made) if tf.is_tensor(values) else None
    if slopes is None or not np.any(slopes):
        raise Wrong("The search needs a gradient with respect to `made`: use TensorFlow.")
    return slopes.numpy()


@exercise("06.1", "Waiting for half the distance", "Predict a number")
def _half_the_distance(rng, guess):
    def best(n):  # mean distance of the best of n points, uniform in a ball of six dimensions
        return math.exp(math.lgamma(n + 1) + math.lgamma(7 / 6) - math.lgamma(n + 7 / 6))

    found = next(n for n in range(100, 20000) if best(n) <= best(100) / 2)
    return compare_prediction(
        guess,
        found,
        "(The law says 100 times 2 to the 6th; this is the count for points in a ball.) In 32 "
        "directions it would be four billion times as many.",
        within=0.02 * found,
        wrong=(
            (200, "Twice as many draws halve the distance only in one dimension."),
            (400, "That is the plane. Each further direction doubles the cost once more."),
            (600, "The cost does not grow with the number of directions, but exponentially."),
            (800, "That is the law of three directions, or of six for the squared distance."),
            (6300, "You give the additional draws; the first 100 count too."),
        ),
    )


@exercise("06.2", "Only what is visible", "Fill the gap")
def _visible(rng, masked_objective):
    made, targets = (tf.constant(x) for x in rng.random((2, 3, 8, 8, 1), dtype=np.float32))
    mask = np.ones((8, 8, 1), np.float32)
    mask[:, : rng.integers(1, 4)] = 0
    with tf.GradientTape() as tape:
        tape.watch(made)
        values = result_of(masked_objective, made, targets, tf.constant(mask))
    squares = (made.numpy() - targets.numpy()) ** 2
    sums, n = (mask * squares).sum((1, 2, 3)), mask.sum()
    compare(
        values,
        sums / n,
        what="the objective",
        wrong=(
            (sums / 64, "Divided by all pixels: the hidden ones count as if they were right."),
            (sums, "A sum: with more visible pixels the pull would matter less. Take a mean."),
            ((sums / n).mean(), "One number for the batch: each image needs its own."),
            (sums / n / 3, "Divided by the batch too: images should not share their errors."),
            (
                ((1 - mask) * squares).sum((1, 2, 3)) / (64 - n),
                "This looks at the hidden pixels: the mask is 1 where one may look.",
            ),
            (squares.mean((1, 2, 3)), "The mask is not used: every pixel counts."),
        ),
    )
    _need_gradient(values, tape, made)
    return Right("This objective restores what is torn or covered: see what it makes of your mask.")


@exercise("06.3", "One search, in order", "Order the steps")
def _one_search(rng, order):
    compare_order(
        order,
        "abcdef",
        (
            ("b", "e", "Starts are chosen among candidates, and there are none yet."),
            ("b", "d", "There is nothing to evaluate yet: neither starts nor candidates."),
            ("e", "f", "The search descends from its starts: choose them before the gradient."),
            ("d", "f", "The gradient is one of the objective: evaluate it first."),
            ("f", "c", "Adam needs a gradient to apply."),
            ("d", "a", "Whether a latent is the best so far shows its value: evaluate it first."),
            ("a", "c", "The value belongs to the latent before it moves: keep that one."),
        ),
    )
    return Right(
        "The last latent of a search need not be its best: Adam overshoots. Keeping the best is "
        "what makes the result never worse than the best candidate."
    )


@exercise("06.4", "Far better than invert", "Find the bug")
def _search_step(rng, search_step):
    first, second, third = (int(seed) for seed in rng.integers(1000, size=3))
    generator = models.conv_generator((8, 8, 1), latent_dim=3, width=2, hidden=16, seed=first)
    z = tf.constant(latents.sample(4, 3, seed=second))
    targets = tf.constant(latents.sample(4, 64, seed=third).reshape(4, 8, 8, 1) > 0, tf.float32)
    before, rate = [w.copy() for w in generator.get_weights()], float(rng.uniform(2, 8))
    with tf.GradientTape() as tape:
        tape.watch(z)
        errors = inversion.pixel_objective(generator(z, training=False), targets)
    start, slope = z.numpy(), tape.gradient(errors, z).numpy()
    moved = result_of(search_step, generator, z, targets, rate)
    after = generator.get_weights()
    if not all(np.array_equal(a, b) for a, b in zip(before, after, strict=True)):
        raise Wrong("The generator's weights have changed: it is another generator now.")
    compare(
        moved,
        start - rate * slope,
        what="the new latents",
        tolerance=1e-3,
        wrong=(
            (start, "The latents stand where they stood: which numbers should move?"),
            (start + rate * slope, "This climbs: the step goes against the gradient."),
            (start - rate * slope / 4, "This is the mean over the batch. Each image has its own."),
            (-rate * slope, "This is the step; add it to where the latents are."),
            (slope, "This is the gradient; make a step of it."),
        ),
    )
    return Right(
        "The friend's error was honest and its meaning gone: a generator trained on one image "
        "draws this image for every latent."
    )


@exercise("06.5", "Gray paper", "Choose and justify")
def _gray_paper(rng, answer):
    (error,) = compare_choice(
        answer,
        "c",
        {
            "a": "For the squared error the right digit is wrong in every pixel of the paper.",
            "b": "SSIM has a term for means and one for spreads: gray paper costs in both.",
        },
    )
    digit = datasets.load("digits", split="test").images[:1].astype(float)
    digit = (digit - digit.mean()) / digit.std() * 0.3 + 0.2  # as in the task
    right = float(inversion.pixel_objective(digit, 0.3 + 0.5 * digit)[0])
    compare(
        error,
        right,
        what="the squared error",
        tolerance=5e-4,
        wrong=(
            (0.04, "That is the brightness; the contrast differs as well."),
            (0.0225, "That is the contrast; the brightness differs as well."),
            (0.0, "That is what the content objective says. The squared error is not so kind."),
            (0.09, "The scan is 0.3 + 0.5 x: the ink is dimmed, and not only the paper raised."),
            (0.1525, "The content term is 0: the correlation of x with 0.3 + 0.5 x is 1."),
        ),
    )
    return Right("All of it is brightness and contrast; nothing of it is about the digit.")


@exercise("06.6", "How hard to pull when little is seen", "Change and explain")
def _pull(rng, answer):
    (pull,) = compare_choice(
        answer,
        "a",
        {
            "b": "The generator's error s per pixel is the same in every row.",
            "c": "The objective is a mean: its size does not depend on how many pixels it has.",
        },
    )
    rows, columns, dim = (int(n) for n in rng.integers((5, 20, 8), (15, 40, 64)))
    s = float(rng.uniform(0.3, 0.9))
    right = s**2 * dim / (rows * columns)
    compare(
        result_of(pull, rows, columns, dim, s),
        right,
        what="the pull",
        wrong=(
            (right / s, "The noise enters as its variance: s squared."),
            (right / dim, "The pull is a mean over the latent's numbers: d has to come in."),
            (s**2 * dim / columns**2, "N is the number of visible pixels, not of all."),
            (s**2 * dim / rows, "N counts pixels, not rows."),
            (1 / right, "Upside down: more pixels should mean less pull."),
            (right / 2, "The factor 1/2 stands before both sums and drops out."),
        ),
    )
    return Right(
        "A quarter of the rows asks for four times the pull. Evidence and habit are weighed "
        "against each other, and here you hold the scales."
    )


@exercise("06.7", "White on black or black on white", "Make your own")
def _either_way(rng, either_way):
    held_out = datasets.load("digits", split="test")
    chosen = [int(rng.choice(np.flatnonzero(held_out.labels == k)[:8])) for k in (0, 3, 7)]
    given = tf.constant(held_out.images[chosen])
    other = tf.roll(given, 1, 0)
    hand = tf.constant(np.clip(given.numpy() + rng.normal(0, 0.1, given.shape), 0, 1), tf.float32)
    with tf.GradientTape() as tape:
        tape.watch(hand)
        alike = result_of(either_way, hand, given)
    shape = tuple(np.shape(alike))
    if shape != (3,):
        raise Wrong(f"One number for each image is expected, shape (3,), and this is {shape}.")
    inverted, different = either_way(hand, 1 - given), either_way(hand, other)
    if np.ptp(np.concatenate([alike, different])) == 0:
        raise Wrong("It says the same of every pair: it should compare `made` with `targets`.")
    slopes = _need_gradient(alike, tape, hand)
    if not np.all(np.asarray(alike) < np.asarray(different)):
        raise Wrong("Nearly the same digit should get a smaller number than another digit.")
    if not np.allclose(alike, inverted, atol=1e-3):
        raise Wrong("Inverted targets, 1 - targets, get another number than the targets do.")
    steepness = np.sqrt((slopes**2).sum((1, 2, 3), keepdims=True))
    lower = either_way(hand - 0.05 * slopes / steepness, given)
    if not np.all(np.asarray(lower) < np.asarray(alike)):
        raise Wrong("A step against the gradient should lower it: what does the gradient lead to?")
    generator, seed = recipes.load_generator("digits"), int(rng.integers(1000))

    def difference(steps):
        found = inversion.invert(
            generator, 1 - given.numpy(), steps=steps, candidates=64, starts=2,
            objective=either_way, seed=seed,
        )  # fmt: skip
        return np.mean(inversion.content_objective(found.images, given))

    # Right answers leave a fifth or so of what separates the best candidates from the digits.
    if difference(40) >= difference(0):
        raise Wrong(
            "The search with it comes no nearer to the given digits than the best of its random "
            "candidates."
        )
    return Right(
        "The generator has never drawn black on white, and the search with your objective finds "
        "the digit all the same. The objective is what 'like' means."
    )
