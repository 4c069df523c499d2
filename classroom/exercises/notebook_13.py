"""Checks for the exercises of notebooks/13_biggan."""

import numpy as np

from classroom.exercises.checking import (
    Right,
    Wrong,
    as_number,
    compare,
    compare_choice,
    compare_order,
    compare_prediction,
    exercise,
    result_of,
)


@exercise("13.1", "Tables or matrices", "Predict a number")
def _tables(rng, guess):
    return compare_prediction(
        guess,
        53,
        "The channels do not matter: both have two numbers for each channel and each row.",
        within=0.5,
        wrong=(
            (52, "With 52 classes both have equally many."),
            (33, "The 20 latents beside the vector have rows of the matrices, too."),
            (32, "The 20 latents beside the vector have rows of the matrices, too."),
            (21, "The vector of 32 numbers has rows of the matrices, too."),
        ),
    )


@exercise("13.2", "A projection", "Fill the gap")
def _projection(rng, projected):
    for n, d, classes in ((7, 5, 3), (4, 6, 9)):
        phi, psi, table = (rng.normal(size=s) for s in ((n, d), d, (classes, d)))
        y = rng.integers(classes, size=n)
        found = result_of(projected, phi.copy(), psi.copy(), table.copy(), y.copy())
        fit = (phi * table[y]).sum(axis=1)
        compare(
            found,
            phi @ psi + fit,
            what="the logits",
            wrong=(
                (fit, "The first term, which does not depend on the class, is missing."),
                (phi @ psi, "The class is missing."),
                (
                    phi @ psi + (phi @ table[y].T).sum(axis=1),
                    "Every image is compared with the classes of all others, too.",
                ),
                (
                    phi @ psi[:, None] + phi @ table[y].T,
                    "Each image has one class: one logit for each image is expected.",
                ),
                ((phi @ psi) * fit, "The two terms are added."),
            ),
        )
    return Right("The inner product is largest for the class that the features point to.")


@exercise("13.3", "Half a gradient", "Find the bug")
def _half(rng, orthogonal_gradient):
    weights = rng.normal(size=(4, 9))
    off = weights @ weights.T * (1 - np.eye(4))
    compare(
        result_of(orthogonal_gradient, weights.copy()),
        4 * off @ weights,
        what="the gradient",
        unchanged=2 * off @ weights,
        wrong=(
            (off @ weights, "Even less: where do the factors of 2 come from?"),
            (8 * off @ weights, "That is twice the gradient."),
            (
                4 * (weights @ weights.T - np.eye(4)) @ weights,
                "That asks for filters of length 1, too: their lengths should stay free.",
            ),
            (
                4 * weights @ weights.T @ weights,
                "That has the lengths of the filters in it: the diagonal is left out.",
            ),
        ),
    )
    return Right("A difference quotient of one entry tells 2 from 4.")


@exercise("13.4", "The number of the demo", "Predict a number")
def _demo(rng, guess):
    return compare_prediction(
        guess,
        0.43981,
        "The slider of the demo and the threshold of the paper are two different numbers.",
        within=0.005,
        wrong=(
            (0.2839, "That is truncation at 0.5, as in the paper; the demo truncates at 2."),
            (0.5, "The numbers that are multiplied have a deviation of less than 1."),
            (0.8796, "That is the deviation before they are multiplied."),
            (0.142, "Not truncated at 0.5: at 2, and then multiplied."),
        ),
    )


@exercise("13.5", "Sigma is no constant", "Find the bug")
def _constant(rng, gradient):
    weights, slope = rng.normal(size=(2, 4, 6))
    left, values, right = np.linalg.svd(weights)
    u, v, sigma = left[:, 0], right[0], values[0]
    along = np.sum(slope * weights / sigma)

    def less(part):
        return (slope - part) / sigma

    compare(
        result_of(gradient, weights.copy(), slope.copy(), u.copy(), v.copy(), sigma),
        less(along * np.outer(u, v)),
        what="the gradient",
        unchanged=slope / sigma,
        wrong=(
            (less(-along * np.outer(u, v)), "The sign: a larger sigma makes the kernel smaller."),
            (
                less(sigma * along * np.outer(u, v)),
                "The sum is over H times W divided by sigma: one division is missing.",
            ),
            (less(np.outer(u, v)), "How much the loss depends on sigma is missing: a sum."),
            (
                less(along * weights / sigma),
                "That is the direction of W; the gradient of sigma is the outer product of u, v.",
            ),
            (
                less(np.sum(slope * weights) / np.sum(weights**2) * weights),
                "At right angles to W it is, but this would be the gradient for another length.",
            ),
        ),
    )
    return Right("It is at right angles to the kernel.")


@exercise("13.6", "Statistics of its own", "Order the steps")
def _statistics(rng, order):
    compare_order(
        order,
        "abcde",
        [
            ("a", "b", "There must be latents before any can be drawn anew."),
            ("b", "c", "The statistics should be those of truncated latents."),
            ("d", "c", "The statistics should be those of the averaged weights."),
            ("c", "e", "The images need the averages."),
        ],
    )
    return Right("Statistics belong to weights and to latents.")


@exercise("13.7", "A longer kernel", "Change and explain")
def _longer(rng, seen):
    (ratio,) = compare_choice(
        seen,
        "b",
        {
            "a": "The output stays, but how much must a longer kernel move to change it?",
            "c": "Run size(4.0): is it larger?",
        },
        reasons=1,
    )
    ratio = as_number(ratio)
    if abs(ratio - 4) < 0.1:
        raise Wrong("That is old over new.")
    if abs(ratio - 1 / 16) < 0.01:
        raise Wrong("That is how much more slowly the kernel turns; the gradient alone?")
    if abs(ratio - 0.25) > 0.01:
        raise Wrong(f"The ratio of the sizes of the two gradients is not {ratio:.4g}.")
    return Right("A quarter, for a kernel four times as long.")


@exercise("13.8", "A slider of your own", "Make your own")
def _slider(rng, threshold_for):
    for goal in (0.05, *rng.uniform(0.1, 0.9, 3), 0.95):
        t = as_number(result_of(threshold_for, float(goal)))
        if not 0 < t < 20:
            raise Wrong(f"For {goal:.2f} it returns {t:.4g}: a threshold is above 0.")
        # On a fine lattice, so that a small threshold loses no digits.
        x = np.linspace(-t, t, 20_001)
        density = np.exp(-(x**2) / 2)
        found = np.sqrt(np.average(x**2, weights=density))
        if abs(t - goal) < 1e-6:
            raise Wrong("The threshold itself is no deviation: what is left has a smaller one.")
        if abs(found - goal) > 0.002:
            raise Wrong(f"At the threshold {t:.4f} the deviation is {found:.4f}, not {goal:.4f}.")
    return Right("A slider could now say what it does to the latents.")
