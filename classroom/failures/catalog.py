"""The illnesses of the laboratory, by name, and the run of a setup."""

import functools
from dataclasses import dataclass, replace

from classroom.failures import broken
from classroom.failures.healthy import DIGITS, RING, Setup, digits
from ganlab import keras, losses, penalties
from ganlab.diagnosis import monitor
from ganlab.recipes import adam

_EVERY = 20  # steps between two rows of a record
_RATE = 2e-3  # of both networks in good health


@dataclass(frozen=True)
class Illness:
    """A named way to break a training.

    Attributes
    ----------
    name : str
        As `diagnose` gives it.
    title : str
    cause : str
        What was changed, in words.
    cured : Setup
    changes : dict
        The fields of the setup in which the sick one differs.
    """

    name: str
    title: str
    cause: str
    cured: Setup
    changes: dict

    @property
    def sick(self):
        """The broken setup."""
        return replace(self.cured, **self.changes)


def run(what=None, *, seed, steps=None):
    """Train and record.

    Parameters
    ----------
    what : Illness or Setup, optional
        An illness stands for its broken setup; without it the healthy `RING` is trained.
    seed : int
        For the data, the first weights, their order and the latents.
    steps : int, optional
        The setup's own by default; the diagnosis is tuned to it.
        A record needs eight rows of twenty steps to be diagnosed.

    Returns
    -------
    diagnosis.Record

    Raises
    ------
    TypeError
        If it is neither an illness nor a setup.

    Notes
    -----
    A run takes about five seconds of one core. Its steps depend on the processor in the last
    digits, so that late losses differ from machine to machine; the diagnosis should not.

    Derived in notebooks/08_failure_laboratory.
    """
    setup = RING if what is None else getattr(what, "sick", what)
    if not isinstance(setup, Setup):
        raise TypeError(f"expected what as an Illness or a Setup, received {what!r:.200}")
    task = setup.task(seed)
    return monitor.train(
        setup.build(task.train.shape[1:], seed=seed),
        task,
        steps=setup.steps if steps is None else steps,
        every=_EVERY,
        batch_size=setup.batch_size * setup.d_steps,
        seed=seed,
        preprocess=setup.preprocess,
    )


_CRITIC = replace(
    RING,
    name="critic",
    loss=losses.wasserstein,
    penalty=penalties.Penalty(penalties.gradient_penalty, weight=1.0),
)

#: Every illness by its name.
ALL = {
    illness.name: illness
    for illness in (
        Illness(
            "mode_collapse",
            "Mode collapse",
            "the generator learns a hundred times as fast as the discriminator, and no average "
            "of its weights is kept",
            RING,
            {"g_optimizer": adam(100 * _RATE), "ema": None},
        ),
        Illness(
            "discriminator_wins",
            "The discriminator wins too fast",
            "the minimax loss, plain gradient descent for the generator, no penalty",
            DIGITS,
            {
                "loss": losses.minimax,
                "penalty": None,
                "g_optimizer": functools.partial(keras.optimizers.SGD, 0.01),
            },
        ),
        Illness(
            "high_learning_rate",
            "Learning rate too high",
            "both networks learn at 150 times the rate",
            RING,
            {"g_optimizer": adam(150 * _RATE), "d_optimizer": adam(150 * _RATE)},
        ),
        Illness(
            "labels_outside",
            "Labels outside [0, 1]",
            "a loss with real labels 1 + noise and fake labels 0 - noise, without a penalty",
            DIGITS,
            {"loss": broken.labels_outside(0.5), "penalty": None},
        ),
        Illness(
            "frozen_discriminator",
            "A frozen discriminator",
            "trainable = False on the discriminator after it was compiled",
            RING,
            {"gan": broken.FrozenGAN},
        ),
        Illness(
            "penalty_sampling",
            "Gradient penalty at the wrong points",
            "the alpha of the gradient penalty comes from a normal distribution",
            _CRITIC,
            {"penalty": penalties.Penalty(broken.penalty_anywhere, weight=1.0)},
        ),
        Illness(
            "batch_norm_mode",
            "Batch normalization in the wrong mode",
            "samples drawn in inference mode with statistics that nobody collected",
            DIGITS,
            {"gan": broken.ForgetfulGAN},
        ),
        Illness(
            "scaled_twice",
            "Images scaled twice",
            "images that are floats already are divided by 255",
            DIGITS,
            {"preprocess": broken.bytes_to_floats},
        ),
        Illness(
            "memorization",
            "A training set learned by heart",
            "sixteen images instead of 1,442",
            DIGITS,
            {"task": functools.partial(digits, size=16)},
        ),
        Illness(
            "oscillation",
            "Oscillation",
            "momentum 0.9 for both players, without a penalty and without an average",
            RING,
            {
                "penalty": None,
                "ema": None,
                "g_optimizer": adam(beta_1=0.9),
                "d_optimizer": adam(beta_1=0.9),
            },
        ),
    )
}
