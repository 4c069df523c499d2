"""Checks for the exercises of notebooks/02_gan_loss."""

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
from ganlab import losses, tf


def _softplus(logits):
    return np.logaddexp(0.0, logits)


@exercise("02.1", "Least squares at the end of the game", "Predict a number")
def _least_squares_at_equilibrium(rng, guess):
    found, _ = losses.least_squares.chance
    return compare_prediction(
        guess,
        found,
        "Each term is half of a squared error of 1/4. A curve that settles here may be at the "
        "end of the game, or compare logits of shape (batch, 1) with labels of shape (batch,).",
        within=0.005,
        wrong=(
            (0.5, "That is the output of the discriminator; the loss squares its errors."),
            (0.0, "No loss is left only if D could tell real from fake; here it must say 1/2."),
            (0.125, "That is one of the two terms; the discriminator pays for both."),
            (
                losses.minimax.chance[0],
                "That is the chance level of minimax, 2 ln 2; here errors are squared.",
            ),
        ),
    )


@exercise("02.2", "Non-saturating, by hand", "Fill the gap")
def _non_saturating(rng, generator_loss):
    real, fake = rng.normal(0.0, 2.0, (2, 7, 1)).astype(np.float32)
    value = result_of(generator_loss, real, fake)
    probability = 1 / (1 + np.exp(-fake.astype(np.float64)))
    compare(
        value,
        losses.non_saturating.generator(real, fake),
        what="the loss",
        wrong=(
            (
                _softplus(fake).mean(),
                "The sign is flipped: this loss is small where D is sure of a fake.",
            ),
            (-_softplus(fake).mean(), "This is minimax: it saturates where fakes are caught."),
            (_softplus(-fake).sum(), "A sum: take the mean, or the batch sets the scale."),
            (_softplus(-real).mean(), "Real and fake are swapped."),
            (
                _softplus(-probability).mean(),
                "Here probabilities are taken for logits: the squeezing was done twice.",
            ),
            (_softplus(-fake), "One cost for each fake: a loss is one number, their mean."),
        ),
    )
    if not np.isfinite(np.asarray(result_of(generator_loss, real, np.full((3, 1), -1000.0)))):
        raise Wrong("At a logit of -1000 it overflows: use softplus, not exp and log.")
    return Right("Sure to be caught (logit -8), a sample still gets a slope of 0.9997.")


@exercise("02.3", "Two projects, two conventions", "Choose and justify")
def _two_conventions(rng, choice):
    (number,) = compare_choice(
        choice,
        "a",
        {"b": "0.60 is less than 0.95, but one is a mean of two terms and the other their sum."},
    )
    compare(
        number,
        2 * 0.60,
        what="B's loss with its terms added",
        tolerance=0.01,
        wrong=(
            (0.60, "That is what B reports already, with its terms averaged."),
            (0.30, "Halved once more: B has already divided its sum by two."),
            (0.475, "That is A's loss averaged as in B; asked is B's loss added as in A."),
            (losses.minimax.chance[0], "That is what B would report if it knew nothing at all."),
            (0.95, "That is A's loss; asked is B's."),
        ),
    )
    return Right(
        "Against the chance level of its own convention A has come down by a third, B by a "
        "seventh. A loss without its chance level is a length without a unit."
    )


@exercise("02.4", "The theorem in five steps", "Order the steps")
def _theorem(rng, order):
    compare_order(
        order,
        "abcde",
        [
            ("c", "e", "Step e looks at one point alone: what lets every point stand alone?"),
            ("e", "a", "Step a inserts D*, which nobody has found yet."),
            ("a", "d", "Step d works on fractions such as p / (p + q). Where do they come from?"),
            ("d", "b", "Step b comes too soon: p + q integrates to 2, so it is no density yet."),
        ],
    )
    return Right(
        "Only step e needs the discriminator to be any function at all: a small network cannot "
        "give its best answer at every point on its own, and then the theorem is a guide only."
    )


@exercise("02.5", "Two losses that agree too well", "Find the bug")
def _swapped_players(rng, both_losses):
    real, fake = rng.normal(0.0, 2.0, (2, 9, 1))
    value = result_of(both_losses, real, fake)
    game = losses.non_saturating
    d_loss, g_loss = float(game.discriminator(real, fake)), float(game.generator(real, fake))
    swapped = float(game.discriminator(fake, real))
    caught = _softplus(fake).mean()
    compare(
        value,
        [d_loss, g_loss],
        what="(d_loss, g_loss)",
        unchanged=[swapped, g_loss],
        wrong=(
            (
                [swapped, caught],
                "This is a game, of a project in which fake is 1. Here real is 1: look at the "
                "discriminator's targets.",
            ),
            (
                [d_loss, caught],
                "Now the discriminator is right, and the generator wants to be caught.",
            ),
            ([d_loss / 2, g_loss], "The two terms are averaged; in this course they are added."),
            (
                [_softplus(-real).mean(), g_loss],
                "The discriminator must see fakes as well, or 'real' is always the right answer.",
            ),
            ([g_loss, d_loss], "The two losses come in the wrong order."),
        ),
    )
    return Right(
        "Two losses that fall together are a warning: in a game one player's gain is the "
        "other's loss."
    )


@exercise("02.6", "Where one-sided smoothing ends", "Predict a number")
def _smoothing(rng, guess):
    answers = np.linspace(0.0001, 0.9999, 9999)
    cost = -0.9 * np.log(answers) - (0.1 + 1) * np.log(1 - answers)
    return compare_prediction(
        guess,
        float(answers[cost.argmin()]),
        "The mean of the two targets. A histogram of D(x) tells with which labels it was trained.",
        within=0.01,
        wrong=(
            (0.5, "That is the best answer to the targets 1 and 0; one of them has moved."),
            (0.9, "That is the target of the reals alone; half of what D sees is fake."),
            (0.55, "You moved away from the target that was lowered."),
            (2.197, "That is a logit, and the one for samples that are surely real."),
        ),
    )


@exercise("02.7", "A stalled generator under another optimizer", "Change and explain")
def _stalled(rng, seen):
    def steps(slope):
        logit, count = -8.0, 0
        while logit < 0:
            logit -= 0.5 * slope(logit)
            count += 1
        return count

    plain, divided = compare_choice(
        seen,
        "b",
        {
            "a": "Divided, every slope is -1; that of the non-saturating loss is 0.9997 at -8 and "
            "0.5 at 0. What do they share instead?",
            "c": "It is sure: D(x) is 0.0003 there. That is why the slope of minimax is so small.",
        },
        reasons=2,
    )
    minimax = steps(lambda logit: -1 / (1 + np.exp(-logit)))
    non_saturating = steps(lambda logit: -1 / (1 + np.exp(logit)))
    numbers = [minimax, 16]
    given = as_numbers([plain, divided], "the steps behind the letter")
    if given.shape == (2,) and np.all(np.abs(given - numbers) <= [3, 1]):
        return Right(
            "And nothing is ever free: dividing makes a gradient of rounding errors as long as "
            "one with meaning."
        )
    compare(
        given,
        numbers,
        what="the list of steps",
        wrong=(
            ([16, minimax], "The two numbers come in the other order: plain first."),
            (
                [non_saturating, 16],
                "The first number is that of the non-saturating slope; asked is minimax.",
            ),
            ([minimax, minimax], "The slope was not changed: what does dividing by its size do?"),
            (
                [minimax, non_saturating],
                "The second number belongs to the non-saturating loss; only divide the slope of "
                "minimax by its own size.",
            ),
            (
                [minimax, np.inf],
                "With the divided slope the logit went the wrong way: the sign must stay.",
            ),
        ),
    )


def _slopes(loss, *logits):
    """Return the gradients of a loss with respect to real and to fake logits."""
    logits = [tf.constant(x) for x in logits]
    with tf.GradientTape() as tape:
        tape.watch(logits)
        value = loss(*logits)
    return [np.asarray(x) for x in tape.gradient(value, logits, unconnected_gradients="zero")]


@exercise("02.8", "A game of your own", "Make your own")
def _own_game(rng, own):
    if not isinstance(own, losses.AdversarialLoss):
        raise Wrong("An AdversarialLoss is expected: losses.AdversarialLoss(discriminator=...).")
    batch = rng.normal(0.0, 1.5, (2, 6, 8))
    for name, game in losses.ALL.items():
        if all(
            np.allclose(result_of(own.discriminator, r, f), game.discriminator(r, f))
            and np.allclose(result_of(own.generator, r, f), game.generator(r, f))
            for r, f in zip(*batch, strict=True)
        ):
            raise Wrong(f"This is {name}, as in the package: change what one of the players wants.")

    noise = rng.uniform(-0.2, 0.2, 8)

    def d_loss(real, fake):
        return float(result_of(own.discriminator, real + noise, fake - noise))

    def g_loss(fake):
        return float(result_of(own.generator, noise, fake - noise))

    everywhere = [d_loss(a, b) for a in (-8, 8) for b in (-8, 8)] + [g_loss(b) for b in (-8, 8)]
    if not np.all(np.isfinite(everywhere)):
        raise Wrong("With logits of -8 and 8 a loss is not finite: softplus avoids log and exp.")
    if d_loss(-1, 1) < d_loss(1, -1):
        raise Wrong("The discriminator pays less for calling real fake: real comes before fake.")
    at = np.full((2, 8), float(own.undecided))
    of_reals, of_fakes = _slopes(own.discriminator, *at)
    if not (np.all(of_reals < 0) and np.all(of_fakes > 0)):
        raise Wrong(
            f"At logits of {own.undecided:g}, undecided, the discriminator's loss should fall with "
            f"each real logit and rise with each fake one. Its slopes there are "
            f"{of_reals.mean():.3g} and {of_fakes.mean():.3g}."
        )
    for a, b in ((1, 1), (1, -1), (-1, 1), (-1, -1)):
        if d_loss(1e12 * a, 1e12 * b) < d_loss(1e3 * a, 1e3 * b) - 10:
            raise Wrong(
                "The discriminator's loss has no floor: with logits far out it falls below any "
                "number, and nothing here holds them back."
            )
    if not g_loss(-8) > g_loss(-4) > g_loss(0):
        raise Wrong(
            "The generator should pay less as its fakes rise from -8 over -4 to 0, and it does not."
        )
    _, slopes = _slopes(own.generator, np.zeros(8), np.full(8, -8.0))
    if np.abs(slopes).sum() < 0.05:
        raise Wrong("It saturates: fakes that are caught at -8 feel a slope of less than 0.05.")
    return Right(
        "A game, and its generator does not stall. Its chance level, with every logit "
        f"{own.undecided:g}, is {own.chance[0]:.3f}: write it beside every curve."
    )
