"""Checks for the exercises of notebooks/03_structural_similarity."""

import numpy as np
from scipy import ndimage

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
from ganlab import similarity


def _soft(rng, *, mean=0.5, spread=0.12, size=64):
    """Return a smooth random picture, float32 of shape (1, size, size, 1) in [0.05, 0.95]."""
    soft = ndimage.gaussian_filter(rng.standard_normal((size, size)), 4, mode="wrap")
    picture = np.clip(mean + spread * soft / soft.std(), 0.05, 0.95)
    return picture.astype(np.float32)[None, ..., None]


def _ssim(a, b):
    return float(similarity.ssim(a, b, data_range=1.0)[0])


@exercise("03.1", "How many windows", "Predict a number")
def _windows(rng, guess):
    images = np.zeros((1, 28, 28, 1), np.float32)
    found = int(np.prod(similarity.ssim_map(images, images, data_range=1.0).shape))
    return compare_prediction(
        guess,
        found,
        "Fewer than half of the 784 pixels are ever the middle of a window.",
        within=0.5,
        wrong=(
            (784, "That is a window for every pixel, and it would need pixels beyond the border."),
            (289, "The window that begins at column 28 - 11 fits as well: count it too."),
            (361, "One too many along each side: the last window ends with the last pixel."),
            (18, "That is one row of windows; there are as many rows."),
            (121, "That is the number of pixels in one window."),
            (4, "The windows overlap: they move on by one pixel, not by eleven."),
        ),
    )


@exercise("03.2", "Twice as bright, twice the contrast", "Predict a number")
def _twice(rng, guess):
    ramp = np.tile(np.linspace(0.1, 0.5, 64), (64, 1))[None, ..., None]
    return compare_prediction(
        guess,
        float(similarity.global_ssim(ramp, 2 * ramp, data_range=1.0)[0]),
        "Two comparisons of 4/5 each, and a structure of 1; the constants add the rest.",
        within=0.01,
        wrong=(
            (0.8, "That is one of two comparisons: both means and both deviations have a ratio."),
            (1.0, "The patterns agree, and SSIM compares two properties more."),
            (0.512, "Structure does not mind a factor: it is divided by the deviations."),
            (0.5, "The comparison of a ratio r is 2r / (1 + r^2), not 1 / r."),
            (0.25, "The comparison of a ratio r is 2r / (1 + r^2), not 1 / r."),
        ),
    )


@exercise("03.3", "Noise on flat ground", "Fill the gap")
def _flat_ground(rng, noise_for):
    score, data_range = rng.uniform(0.05, 0.4), rng.uniform(3.0, 300.0)
    sigma = result_of(noise_for, score, data_range)
    unit, rest = 0.03 * data_range, 1 / score - 1
    compare(
        sigma,
        unit * np.sqrt(rest),
        what="the standard deviation",
        wrong=(
            (unit**2 * rest, "That is the variance; asked is the standard deviation."),
            (unit * rest, "The variances have this ratio, the deviations its square root."),
            (np.sqrt(unit * rest), "C2 is the square of 0.03 times the range."),
            (0.01 / 0.03 * unit * np.sqrt(rest), "0.01 belongs to C1, the luminance's constant."),
            (unit / np.sqrt(score), "Solve C2 / (v + C2) = score once more: C2 is below, too."),
            (0.03 * np.sqrt(rest), "The range is missing: for bytes there is more room for noise."),
            (unit * np.sqrt(1 / (1 - score) - 1), "The fraction is upside down: less noise, more."),
        ),
    )
    noise = rng.choice([-1.0, 1.0], (40, 40)) * sigma
    noise -= noise.mean()
    flat = np.full((1, 40, 40, 1), data_range / 2)
    noisy = flat + (noise * sigma / noise.std())[None, ..., None]
    measured = float(similarity.global_ssim(flat, noisy, data_range=data_range)[0])
    if abs(measured - score) > 1e-3:
        raise Wrong(f"With this noise the score is {measured:.3f}, and {score:.3f} was asked for.")
    return Right("Made, measured, and found to have the score that was asked for.")


_ALIGNED = "Pixel for pixel both show the same place: nothing has to be aligned first."
_TASKS = (
    (
        "ssim",
        {
            "mse": "An eye will judge task 1, and equal squared errors look very different.",
            "no original": "Task 1 has an original: the input of the encoder.",
            "not aligned": _ALIGNED,
        },
    ),
    (
        "no original",
        {
            "ssim": "Task 2: with which training image would you compare a sample?",
            "mse": "Task 2: with which training image would you compare a sample?",
            "not aligned": "Task 2: before aligning two images you must know which two.",
        },
    ),
    (
        "mse",
        {
            "ssim": "Task 3: a map too warm by one degree everywhere costs SSIM nothing.",
            "no original": "Task 3 has one: the measured temperatures.",
            "not aligned": _ALIGNED,
        },
    ),
    (
        "not aligned",
        {
            "ssim": "Task 4: far from the center, two degrees move ink onto paper.",
            "mse": "Task 4: the squared error compares ink with paper even more bluntly.",
            "no original": "Task 4 has one, the first scan. What keeps you from using it as it is?",
        },
    ),
    (
        "ssim",
        {
            "mse": "Task 5: the squared error prefers a blurred enlargement to a sharp one.",
            "no original": "Task 5 has one, the large photograph.",
            "not aligned": _ALIGNED,
        },
    ),
)


@exercise("03.4", "Which measure, if any", "Choose and justify")
def _which_measure(rng, measures):
    if not isinstance(measures, list | tuple) or len(measures) != len(_TASKS):
        raise Wrong("A list of five words is expected, one for each task.")
    for word, (right, wrong) in zip(measures, _TASKS, strict=True):
        compare_choice([word], right, wrong, reasons=0)
    return Right(
        "Three questions in this order, original, alignment, eye, and most arguments about "
        "measures are over before a number is computed."
    )


@exercise("03.5", "One round of multi-scale SSIM", "Order the steps")
def _round(rng, order):
    compare_order(
        order,
        "abcde",
        [
            ("e", "a", "Then the windows would see the images of the first scale once more."),
            ("a", "b", "Step b averages a map that is not there yet."),
            ("b", "c", "The mean of powers is not the power of the mean; MS-SSIM has the latter."),
            ("c", "d", "Raised after multiplying, the weight would act on the first scale too."),
        ],
    )
    return Right(
        "A mean below 0 has no power of 0.3: MS-SSIM sets negative means to 0 before raising them."
    )


@exercise("03.6", "0.998 after one epoch", "Find the bug")
def _tanh(rng, tanh_ssim):
    light, dark = rng.uniform(0.55, 0.7), rng.uniform(0.25, 0.4)
    images = [
        np.concatenate([_soft(rng, mean=mean, size=24) for _ in range(3)]) for mean in (light, dark)
    ]
    real, fake = (2 * image - 1 for image in images)
    value = result_of(tanh_ssim, real, fake)

    def of(a, b, data_range):
        return similarity.ssim(a, b, data_range=data_range).numpy()

    right = of(*images, 1.0)
    compare(
        value,
        right,
        what="the score",
        unchanged=of(real, fake, 255.0),
        wrong=(
            (of(real, fake, 1.0), "From -1 to 1 is further than 1."),
            (
                of(real, fake, 2.0),
                "A consistent range, and yet the means of these images lie around 0, where "
                "ratios of means say little: bring the pixels to [0, 1] first.",
            ),
            (of(*images, 2.0), "The pixels are in [0, 1] now; how far can they move there?"),
            (of(images[0], fake, 1.0), "Only one of the two images was converted."),
            (of(real, images[1], 1.0), "Only one of the two images was converted."),
            (right.mean(), "One number for the batch; asked is one for each pair."),
        ),
    )
    return Right(
        "And the 0.998 was only half of the trouble: which real image belongs to a sample that "
        "was drawn from noise?"
    )


def _damage(top, left, pad):
    rows, columns = np.mgrid[0:32, 0:32]
    picture = 0.5 + 0.2 * np.sin(rows / 3) * np.cos(columns / 4)
    spoiled = picture.copy()
    spoiled[top : top + 4, left : left + 4] += 0.2
    return 1 - _ssim(*(np.pad(p, pad, mode="reflect")[None, ..., None] for p in (picture, spoiled)))


@exercise("03.7", "A frame for the blind frame", "Change and explain")
def _frame(rng, seen):
    numbers = compare_choice(
        seen,
        "b",
        {
            "a": "Reflecting repeats good pixels as well as bad ones. Look at the weight that a "
            "window gives to its own corner.",
            "c": "More windows alone raise nothing: here the padded score falls. Which windows "
            "see the corner, and with which weight?",
        },
        reasons=2,
    )
    corner, padded, middle = _damage(0, 0, 0), _damage(0, 0, 5), _damage(14, 14, 0)
    compare(
        1e6 * as_numbers(numbers, "the damages behind the letter"),
        1e6 * np.array([corner, padded]),
        what="the list of damages, in millionths,",
        tolerance=0.01,
        wrong=(
            (1e6 * np.array([padded, corner]), "The other order: without padding comes first."),
            (1e6 * np.array([corner, corner]), "Both are without padding: pad=5 in the second."),
            (
                1e6 * np.array([corner, middle]),
                "The second belongs to the middle: pad the corner.",
            ),
            (1e6 * np.array([1 - corner, 1 - padded]), "Asked is how far *below 1* SSIM falls."),
        ),
    )
    return Right(
        "Libraries differ in this as well: some pad by themselves, and then the same picture "
        "gets another score."
    )


@exercise("03.8", "Terrible, says the error; excellent, says SSIM", "Make your own")
def _fool(rng, fool):
    def tried(picture):
        gray = picture[0, ..., 0]
        value = picture_of(fool, gray.copy(), shape=gray.shape)
        # As near as brightness and contrast alone come to it.
        nearest = np.polyval(np.polyfit(gray.ravel(), value.ravel(), 1), gray)
        error, rest = (float(np.sqrt(np.mean((value - x) ** 2))) for x in (gray, nearest))
        return error, rest, _ssim(picture, value[None, ..., None].astype(np.float32))

    for _ in range(3):
        error, rest, score = tried(_soft(rng))
        if error < 0.1:
            raise Wrong(f"The root mean squared error is {error:.3f}: too gentle, 0.1 is asked.")
        if rest < 0.1:
            raise Wrong(
                f"Brightness and contrast are no damage: without their change the error is "
                f"{rest:.3f}, and 0.1 is asked."
            )
        if score < 0.95:
            raise Wrong(
                f"SSIM sees this: {score:.2f}. Is your damage where windows look, or on smooth "
                "ground, where little energy hides it?"
            )
    error, _, score = tried(_soft(np.random.default_rng(0)))
    return Right(
        f"On another smooth picture: error {error:.2f}, SSIM {score:.2f}. Noise "
        "of 0.1 would leave about 0.3."
    )
