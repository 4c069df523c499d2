"""Checks for the exercises of notebooks/02_gan_loss."""

import numpy as np

from ganlab.exercises.checking import (
    Right,
    Wrong,
    compare,
    compare_prediction,
    exercise,
    result_of,
)

__all__ = []


@exercise("02.1", "Least squares at the end of the game", "Predict a number")
def _least_squares_at_equilibrium(rng, guess):
    from ganlab import losses

    logits = np.full((8, 1), 0.5, np.float32)
    found = float(losses.least_squares.discriminator(logits, logits))
    return compare_prediction(
        guess,
        found,
        "Both terms are one half of a mean square of 1/2.",
        within=0.005,
        wrong=(
            (0.5, "That is the output of the discriminator; the loss squares it."),
            (0.0, "No loss is left only if D could tell real from fake; here it must say 1/2."),
            (1.386, "That is the chance level of minimax, 2 ln 2; here errors are squared."),
        ),
    )


@exercise("02.2", "Non-saturating, by hand", "Fill the gap")
def _non_saturating(rng, generator_loss):
    from ganlab import losses

    real, fake = rng.normal(0.0, 2.0, (2, 7, 1)).astype(np.float32)
    value = result_of(generator_loss, real, fake)
    right = losses.non_saturating.generator(real, fake)
    softplus = np.logaddexp(0.0, fake)
    compare(
        value,
        right,
        what="the loss",
        wrong=(
            (softplus.mean(), "The sign is flipped: this loss is small where D is sure of a fake."),
            (-softplus.mean(), "This is minimax: it saturates where the samples are worst."),
            (np.logaddexp(0.0, -fake).sum(), "A sum: take the mean, or the batch sets the scale."),
            (np.logaddexp(0.0, -real).mean(), "Real and fake are swapped."),
        ),
    )
    if not np.isfinite(np.asarray(result_of(generator_loss, real, np.full((3, 1), -1000.0)))):
        raise Wrong("At a logit of -1000 it overflows: use softplus, not exp and log.")
    return Right("Sure to be caught (logit -8), a sample still gets a slope of 0.9997.")
