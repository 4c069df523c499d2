"""Checks for the exercises of notebooks/12_progressive_growing."""

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


@exercise("12.1", "One convolution", "Predict a number")
def _one_convolution(rng, guess):
    values = 16 * 16 * 24
    return compare_prediction(
        guess,
        values * 9 * 48,
        "For each of the 16 x 16 x 24 values, 3 x 3 x 48 multiplications.",
        within=0.5,
        wrong=(
            (9 * 48 * 24, "That is for one pixel: the map has 16 x 16."),
            (values * 9, "Each output channel looks at all 48 input channels."),
            (values * 48, "The kernel is 3x3."),
            (
                values * 9 * 48 + values * 9 * 24,
                "That is with the second convolution of the level.",
            ),
            (14 * 14 * 24 * 9 * 48, "The map is padded: it keeps its 16 x 16 pixels."),
        ),
    )


@exercise("12.2", "How far the fading is", "Fill the gap")
def _fading(rng, alpha_of):
    for stage_steps, fading, last in ((100, 0.5, 3), (40, 1.0, 1), (200, 0.25, 2)):
        done = np.array([0, 1, stage_steps // 2, *range(stage_steps, 5 * stage_steps, 7)])
        stage = np.minimum(done // stage_steps, last)
        part = (done - stage * stage_steps) / (fading * stage_steps)
        right = np.where(stage == 0, 1.0, np.minimum(part, 1.0))
        wrong = (
            (np.minimum(part, 1.0), "In the first stage there is nothing to fade in: 1."),
            (np.where(stage == 0, 1.0, part), "Once the fading is over, it stays at 1."),
            (
                np.where(stage == 0, 1.0, np.minimum(part * fading, 1.0)),
                "It is 1 when the part `fading` of the stage is over, not at its end.",
            ),
            (
                np.where(
                    stage == 0, 1.0, np.minimum(done % stage_steps / (fading * stage_steps), 1.0)
                ),
                "The last stage has no end: nothing fades in a second time.",
            ),
        )
        given = (float(stage_steps), fading, last)
        found = [result_of(alpha_of, int(n), int(given[0]), *given[1:]) for n in done]
        compare(found, right, what="alpha", wrong=wrong)
    return Right("`training.Stages.alpha` says the same.")


@exercise("12.3", "Put together again", "Fill the gap")
def _together(rng, together):
    def doubled(images):
        return images.repeat(2, axis=1).repeat(2, axis=2)

    for count in (3, 2, 4):
        levels = [rng.normal(size=(2, 4 * 2**k, 4 * 2**k, 3)) for k in range(count)]
        right = levels[0]
        for level in levels[1:]:
            right = doubled(right) + level
        enlarged = [level.repeat(len(levels[-1][0]) // len(level[0]), axis=1) for level in levels]
        enlarged = [level.repeat(right.shape[2] // level.shape[2], axis=2) for level in enlarged]
        last = doubled(levels[-2]) + levels[-1]
        compare(
            result_of(together, [level.copy() for level in levels]),
            right,
            what="the images",
            wrong=(
                (levels[-1], "That is the finest level alone."),
                (enlarged[0], "That is the coarsest level, doubled: add what the others have."),
                *([(last, "The coarser levels are missing.")] if count > 2 else []),
            ),
        )
    return Right("Nothing was lost.")


@exercise("12.4", "Whose deviation?", "Find the bug")
def _whose(rng, deviation_of):
    twelve = np.array([[0, 0, 0, 0, 1, 2, 3, 4, 100, 200, 300, 400]], float).T
    for values, size in ((twelve, 4), (rng.normal(size=(8, 5)), 4), (rng.normal(size=(6, 3)), 2)):
        groups = len(values) // size

        def spread(ddof, values=values, groups=groups):
            found = [
                np.sqrt(values[group::groups].var(axis=0, ddof=ddof) + 1e-8).mean()
                for group in range(groups)
            ]
            return np.array(found)

        blocks = np.sqrt(values.reshape(groups, size, -1).var(axis=1) + 1e-8).mean(axis=1)
        compare(
            result_of(deviation_of, values.copy(), size),
            np.tile(spread(0), size),
            what="the deviations",
            unchanged=np.repeat(spread(1), size),
            wrong=(
                (np.tile(spread(1), size), "Still divided by one less than the number of samples."),
                (
                    np.repeat(spread(0), size),
                    "The numbers are right, but they go to other samples.",
                ),
                (np.repeat(blocks, size), "These are other groups: neighbors."),
            ),
        )
    return Right("86.178, 129.191, 163.557: each to the samples of its own group.")


@exercise("12.5", "A wide layer", "Predict a number")
def _wide(rng, guess):
    return compare_prediction(
        guess,
        0.001 * np.sqrt(4608 / 2),
        "One step changes such a layer by nearly five percent.",
        within=0.001,
        wrong=(
            (0.001, "That would be the step of an equalized layer."),
            (0.001 * np.sqrt(4608), "He's deviation is the root of 2 / f."),
            (0.001 * np.sqrt(512 / 2), "The kernel has 3x3 places: f is 9 times as large."),
            (0.001 * 4608 / 2, "The root is missing."),
            (np.sqrt(2 / 4608), "That is the deviation of the weights: divide the step by it."),
            (4.8, "In percent that would be right; a share is asked for."),
        ),
    )


@exercise("12.6", "One level more", "Order the steps")
def _level_more(rng, order):
    compare_order(
        order,
        "abcdef",
        [
            ("b", "d", "First the smaller pair is trained to the end of its stage."),
            ("d", "f", "Weights can be given only to layers that exist."),
            ("f", "a", "Before the training goes on, the old layers need what they have learned."),
            ("a", "e", "Alpha rises from 0 to 1 before it stays at 1."),
            ("e", "c", "The old ends are left out in the end, when the next pair is built."),
        ],
    )
    return Right("And then d again, one size larger.")


@exercise("12.7", "As many channels everywhere", "Change and explain")
def _everywhere(rng, seen):
    (share,) = compare_choice(
        seen,
        "b",
        {
            "a": "Twice the side is how many times the pixels?",
            "c": "Print the products of all levels. What is the last one, divided by the sum?",
        },
        reasons=1,
    )
    share = as_number(share)
    if abs(share - 0.273) < 0.01:
        raise Wrong("That is the share before the change.")
    if abs(share - 75.3) < 0.5:
        raise Wrong("As a share, please: between 0 and 1.")
    if abs(share - 64 / 85) > 0.005:
        raise Wrong("With 48 channels at all levels the program prints another share.")
    return Right("Three quarters. Halving the channels is what makes deep networks affordable.")


@exercise("12.8", "As different as can be", "Make your own")
def _different(rng, batch):
    for n in (8, 16, 4):
        found = as_numbers(result_of(batch, n), "the images")
        if found.shape != (n, 8, 8, 1):
            raise Wrong(f"The shape ({n}, 8, 8, 1) is expected, and this is {found.shape}.")
        if not (np.isfinite(found).all() and found.min() >= 0 and found.max() <= 1):
            raise Wrong("All pixels are expected in [0, 1].")
        groups = n // 4
        spread = [found[group::groups].std(axis=0).mean() for group in range(groups)]
        least = min(spread)
        if least < 0.499:
            raise Wrong(
                f"With n = {n} the deviation of a group is {least:.3f}; 0.5 is possible in all."
                + (" Which samples are in one group?" if max(spread) > 0.499 else "")
            )
    return Right("0.5 in every group: two samples black, two white at every pixel.")
