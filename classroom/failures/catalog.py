"""The failures of the laboratory, by name, and the run of a setup."""

import functools
from dataclasses import dataclass, replace

from classroom.failures import faults
from classroom.failures.healthy import DIGITS, RING, Setup, few_digits, wide_networks
from ganlab import keras, losses, penalties
from ganlab.diagnosis import monitor
from ganlab.recipes import adam

_EVERY = 20  # steps between two rows of a record
_RATE = 2e-3  # of both networks in the healthy setups


@dataclass(frozen=True)
class Failure:
    """A named way to break a training.

    Attributes
    ----------
    name : str
        As `diagnose` gives it.
    title : str
    cause : str
        What was changed, in words.
    healthy : Setup
    changes : dict
        The fields in which the broken setup differs from the healthy one.
    repairs : dict of str to dict
        Single changes of the broken setup, in words, and the fields that each sets. What each
        does when it is tried alone is measured by ``python -m benchmarks failures``.
    """

    name: str
    title: str
    cause: str
    healthy: Setup
    changes: dict
    repairs: dict

    @property
    def broken(self):
        """The broken setup."""
        return replace(self.healthy, **self.changes)


def run(what=None, *, seed, steps=None):
    """Train and record.

    Parameters
    ----------
    what : Failure or Setup, optional
        A failure stands for its broken setup; without it the healthy `RING` is trained.
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
        If it is neither a failure nor a setup.

    Notes
    -----
    A run takes about five seconds of one core. Its steps depend on the processor in the last
    digits, so that late losses differ from machine to machine; the diagnosis should not.

    Derived in notebooks/08_failure_laboratory.
    """
    setup = RING if what is None else getattr(what, "broken", what)
    if not isinstance(setup, Setup):
        raise TypeError(f"expected what as a Failure or a Setup, received {what!r:.200}")
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

#: Every failure by its name.
ALL = {
    failure.name: failure
    for failure in (
        Failure(
            "mode_collapse",
            "Mode collapse",
            "256 latent numbers, momentum 0.5 for both players, the discriminator at twice the "
            "rate, no penalty and no average",
            RING,
            {
                "networks": wide_networks,
                "penalty": None,
                "ema": None,
                "g_optimizer": adam(beta_1=0.5),
                "d_optimizer": adam(2 * _RATE, beta_1=0.5),
            },
            {
                "2 latent numbers": {"networks": RING.networks},
                "no momentum": {"g_optimizer": adam(), "d_optimizer": adam(2 * _RATE)},
                "equal rates": {"d_optimizer": adam(beta_1=0.5)},
                "R1": {"penalty": RING.penalty},
                "an average of the generator": {"ema": RING.ema},
            },
        ),
        Failure(
            "dead_generator",
            "A dead generator",
            "the generator learns at a hundred times the rate, and no average of its weights is "
            "kept",
            RING,
            {"g_optimizer": adam(100 * _RATE), "ema": None},
            {
                "the generator's rate": {"g_optimizer": RING.g_optimizer},
                "an average of the generator": {"ema": RING.ema},
            },
        ),
        Failure(
            "discriminator_wins",
            "The discriminator wins too fast",
            "the minimax loss, plain gradient descent for the generator, no penalty",
            DIGITS,
            {
                "loss": losses.minimax,
                "penalty": None,
                "g_optimizer": functools.partial(keras.optimizers.SGD, 0.01),
            },
            {
                "the non-saturating loss": {"loss": losses.non_saturating},
                "Adam for the generator": {"g_optimizer": DIGITS.g_optimizer},
                "R1": {"penalty": DIGITS.penalty},
            },
        ),
        Failure(
            "high_learning_rate",
            "Learning rate too high",
            "both networks learn at 150 times the rate",
            RING,
            {"g_optimizer": adam(150 * _RATE), "d_optimizer": adam(150 * _RATE)},
            {
                "the generator's rate": {"g_optimizer": RING.g_optimizer},
                "the discriminator's rate": {"d_optimizer": RING.d_optimizer},
            },
        ),
        Failure(
            "labels_outside",
            "Labels outside [0, 1]",
            "a loss with real labels 1 + noise and fake labels 0 - noise, without a penalty",
            DIGITS,
            {"loss": faults.labels_outside(0.5), "penalty": None},
            {
                "labels 1 and 0": {"loss": DIGITS.loss},
                "R1": {"penalty": DIGITS.penalty},
            },
        ),
        Failure(
            "frozen_discriminator",
            "A frozen discriminator",
            "trainable = False on the discriminator after it was compiled",
            RING,
            {"gan": faults.FrozenGAN},
            {"a discriminator that learns": {"gan": RING.gan}},
        ),
        Failure(
            "penalty_sampling",
            "Gradient penalty at the wrong points",
            "the alpha of the gradient penalty comes from a normal distribution",
            _CRITIC,
            {"penalty": penalties.Penalty(faults.penalty_anywhere, weight=1.0)},
            {"alpha uniform on [0, 1]": {"penalty": _CRITIC.penalty}},
        ),
        Failure(
            "batch_norm_mode",
            "Batch normalization in the wrong mode",
            "samples drawn in inference mode with statistics that nobody collected",
            DIGITS,
            {"gan": faults.ForgetfulGAN},
            {"statistics are copied": {"gan": DIGITS.gan}},
        ),
        Failure(
            "scaled_twice",
            "Images scaled twice",
            "images that are floats already are divided by 255",
            DIGITS,
            {"preprocess": faults.bytes_to_floats},
            {"no second division": {"preprocess": DIGITS.preprocess}},
        ),
        Failure(
            "memorization",
            "A training set learned by heart",
            "sixteen images instead of 1,442",
            DIGITS,
            {"task": few_digits(16)},
            {
                "64 images": {"task": few_digits(64)},
                "256 images": {"task": few_digits(256)},
                "1,442 images": {"task": DIGITS.task},
            },
        ),
        Failure(
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
            {
                "no momentum": {"g_optimizer": RING.g_optimizer, "d_optimizer": RING.d_optimizer},
                "R1": {"penalty": RING.penalty},
                "an average of the generator": {"ema": RING.ema},
            },
        ),
    )
}
