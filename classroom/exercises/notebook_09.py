"""Checks for the exercises of notebooks/09_dcgan."""

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


@exercise("09.1", "A first layer", "Predict a number")
def _first_layer(rng, guess):
    kernels = 4 * 4 * 3 * 64
    return compare_prediction(
        guess,
        kernels + 64,
        "A kernel of 4x4 for each pair of channels, and a bias for each output channel.",
        within=0.5,
        wrong=(
            (kernels, "That is without the bias."),
            (4 * 4 * 64 + 64, "Every output channel looks at all three input channels."),
            (kernels + 3, "The bias belongs to the output channels."),
            (kernels * 32 * 32 + 64, "The kernel is the same at all places of the image."),
        ),
    )


@exercise("09.2", "Stamps in two dimensions", "Fill the gap")
def _stamps(rng, stamp_image):
    for shape, size, stride in (((3, 4), 4, 2), ((2, 5), 3, 1), ((4, 2), 5, 3), ((3, 3), 2, 2)):
        values, kernel = rng.normal(size=shape), rng.normal(size=(size, size))
        found = result_of(stamp_image, values.copy(), kernel.copy(), stride)
        right, last, turned, ones = (
            np.zeros([stride * (n - 1) + size for n in shape]) for _ in range(4)
        )
        for (i, j), value in np.ndenumerate(values):
            square = (
                slice(stride * i, stride * i + size),
                slice(stride * j, stride * j + size),
            )
            right[square] += value * kernel
            last[square] = value * kernel
            turned[square] += value * kernel[::-1, ::-1]
            ones[square] += kernel
        compare(
            found,
            right,
            what="the large map",
            unchanged=np.zeros_like(right),
            wrong=(
                (last, "Later stamps replace earlier ones: where they overlap, add."),
                (turned, "The kernel is turned round: a stamp is the kernel as it is."),
                (ones, "Each stamp is the kernel times the value of its pixel."),
            ),
        )
    return Right("Keras computes the same, with channels, a thousand times faster.")


@exercise("09.3", "At every place", "Find the bug")
def _every_place(rng, normalized):
    x = rng.normal(size=(6, 3, 5, 4)) * rng.uniform(0.5, 3, 4) + rng.normal(size=(1, 3, 5, 4))

    def by(axis, ddof=0):
        mean, variance = x.mean(axis, keepdims=True), x.var(axis, keepdims=True, ddof=ddof)
        return (x - mean) / np.sqrt(variance + 1e-5)

    compare(
        result_of(normalized, x.copy()),
        by((0, 1, 2)),
        what="the batch",
        unchanged=by(0),
        wrong=(
            (by((1, 2)), "Here every image has means of its own: that is instance normalization."),
            (by((1, 2, 3)), "Here every image has a mean of its own: that is layer normalization."),
            (by((0, 1, 2, 3)), "One mean for everything: each channel has its own."),
            (by((0, 1)), "Each column of the maps has a mean of its own."),
            (by((0, 2)), "Each row of the maps has a mean of its own."),
            (by(3), "Here the mean is over the channels."),
        ),
    )
    return Right("One mean for each channel, as there is one kernel for it.")


@exercise("09.4", "An answer that is too old", "Find the bug")
def _too_old(rng, pull_on):
    fakes, w_old, w_new = rng.normal(size=(7, 3)), *rng.normal(size=(2, 3))

    def pull(answering, sending):
        return -1 / (1 + np.exp(fakes @ answering))[:, None] * sending

    compare(
        result_of(pull_on, fakes.copy(), w_old.copy(), w_new.copy()),
        pull(w_new, w_new),
        what="the gradients",
        unchanged=pull(w_old, w_new),
        wrong=(
            (pull(w_old, w_old), "That is the gradient of D before its update."),
            (pull(w_new, w_old), "The new logits, but sent back through the old weights."),
            (-pull(w_new, w_new), "The sign: the loss falls where the logit rises."),
        ),
    )
    return Right("The answer and the weights belong to one discriminator again.")


@exercise("09.5", "Neither more nor less", "Predict a number")
def _neither(rng, guess):
    return compare_prediction(
        guess,
        1 / (2 * 0.02**2),
        "With 1,250 channels a weight of deviation 0.02 keeps the size of the signal.",
        within=5,
        wrong=(
            (2500, "A relu halves the mean square: 4 C / 2 is 2 C."),
            (625, "2 C = 2,500, so what is C?"),
            (25, "The square root: square 0.02, too."),
            (1024, "That is the paper's widest map, and close; but the factor is 0.905 there."),
        ),
    )


@exercise("09.6", "The end of a generator", "Order the steps")
def _end(rng, order):
    compare_order(
        order,
        "abcdef",
        [
            ("d", "a", "The normalization needs the map that step d makes."),
            ("a", "e", "Relus come behind the normalization, which moves the mean to 0."),
            (
                "e",
                "f",
                "The inner map is normalized and goes through its relu before pixels are made.",
            ),
            ("f", "b", "The tanh bounds the values of pixels, so that they must be there."),
            ("b", "c", "Only the tanh brings the values to [-1, 1]."),
        ],
    )
    return Right("No normalization behind the pixels: their brightness is part of the image.")


@exercise("09.7", "A stride of 3", "Change and explain")
def _stride(rng, seen):
    (size,) = compare_choice(
        seen,
        "b",
        {
            "a": "7 is the largest of the four. Is its middle even?",
            "c": "Count the stamps of 5 and of 7 with stride 3.",
        },
        reasons=1,
    )
    size = as_number(size)
    if size == 4:
        raise Wrong("4 is right for stride 2; with stride 3 some pixels get two stamps of it.")
    if size in (5, 7):
        raise Wrong(f"With {size:.0f} some pixels get a stamp more than their neighbors.")
    if size != 6:
        raise Wrong("One of the sizes 4, 5, 6 and 7 is expected.")
    return Right("So programs take kernels of 4 for stride 2, and not the 5 of the paper's figure.")


@exercise("09.8", "Sums of your own", "Make your own")
def _sums(rng, sums):
    dim, n = 32, 60
    first, second = np.linalg.qr(rng.normal(size=(dim, 2)))[0].T
    plain = rng.normal(size=(3, 200, dim))
    pools = {
        "a": plain[0] + np.outer(2 - plain[0] @ first, first),
        "b": plain[1] - np.outer(plain[1] @ first, first),
        "c": plain[2] + np.outer(2 - plain[2] @ second, second),
    }
    given = {name: pool.copy() for name, pool in pools.items()}
    found = as_numbers(result_of(sums, given, n, np.random.default_rng(0)), "the latents")
    if found.shape != (n, dim):
        raise Wrong(f"The shape ({n}, {dim}) is expected, and this is {found.shape}.")
    # Means of thirty each leave sqrt(3 / 30) = 0.32, means of all 200 nothing.
    if found.std(axis=0).mean() < 0.1:
        raise Wrong("All results are nearly the same: draw some latents anew for each.")
    has_a, has_c = found @ first > 1, found @ second > 1
    both = np.mean(has_a & has_c)
    if both < 0.95:
        which = "a" if has_a.mean() < has_c.mean() else "c"
        raise Wrong(
            f"{both:.0%} have both, and {np.mean(has_a):.0%} have a, {np.mean(has_c):.0%} have c: "
            + (
                f"{which} is missing in nearly all. Which mean is added, which subtracted?"
                if min(has_a.mean(), has_c.mean()) < 0.1
                else "take the mean of more latents for each word."
            )
        )
    return Right(f"{both:.0%} have both, where chance gives few.")
