"""The failure laboratory: one call breaks a healthy training in a named way.

An `Illness` is a value: a setup that is broken and the setup that cures it. `run` trains either
and returns its record, and `diagnose` names the illness from the record alone:

>>> sorted(ALL)[:3]
['batch_norm_mode', 'discriminator_wins', 'frozen_discriminator']

The healthy setups have the kind of settings that the default recipe has: `RING` learns eight
Gaussians, `DIGITS` handwriting, with small dense networks so that a run takes seconds. They are
written out here, because the thresholds of the diagnosis were chosen on them.
"""

import functools
import math
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from ganlab import datasets, keras, losses, penalties, recipes, tf
from ganlab.diagnosis import Diagnosis, diagnose, monitor
from ganlab.training import GAN

__all__ = ["ALL", "DIGITS", "RING", "Diagnosis", "Illness", "Setup", "diagnose", "run"]

_EVERY = 20  # steps between two rows of a record
_RATE = 2e-3


def _adam(learning_rate=_RATE, beta_1=0.0):
    return functools.partial(keras.optimizers.Adam, learning_rate, beta_1=beta_1, beta_2=0.99)


def _ring(seed):
    """Eight Gaussians: 4,096 points to learn, 512 to compare with."""
    rng = np.random.default_rng(seed)
    train, held_out = datasets.ring(4096, seed=rng), datasets.ring(512, seed=rng)
    modes = datasets.RING_MODES
    return monitor.Subject(train, held_out, modes, np.arange(len(modes)), radius=0.3)


def _digits(seed, size=None):
    """The digits, or a few of them chosen by the seed; classes are told by the nearest digit."""
    data = datasets.load("digits", split="train")
    chosen = np.random.default_rng(seed).permutation(len(data))[:size]
    held_out = datasets.load("digits", split="test").images
    # 95 % of the held-out digits are nearer than this to some digit of the training part.
    return monitor.Subject(data.images[chosen], held_out, data.images, data.labels, radius=5.1)


def _dense_networks(sample_shape, *, seed):
    """A pair so small that a step takes milliseconds; the generator has batch normalization."""
    seeds = np.random.default_rng(seed)

    def dense(units, **settings):
        start = keras.initializers.HeNormal(seed=int(seeds.integers(2**31)))
        return keras.layers.Dense(units, kernel_initializer=start, **settings)

    x = latents = keras.Input((32,), name="latents")
    for units in (64, 128):
        x = dense(units, use_bias=False, name=f"dense_{units}")(x)
        x = keras.layers.BatchNormalization(momentum=0.9, name=f"norm_{units}")(x)
        x = keras.layers.ReLU(name=f"relu_{units}")(x)
    x = dense(math.prod(sample_shape), activation="sigmoid", name="pixels")(x)
    x = keras.layers.Reshape(sample_shape, name="images")(x)
    generator = keras.Model(latents, x, name="generator")

    x = images = keras.Input(sample_shape, name="images")
    x = keras.layers.Rescaling(2.0, -1.0, name="zero_centered")(x)
    x = keras.layers.Flatten(name="flatten")(x)
    for units in (128, 64):
        x = keras.layers.LeakyReLU(0.2, name=f"leaky_{units}")(dense(units)(x))
    return generator, keras.Model(images, dense(1, name="logits")(x), name="discriminator")


@dataclass(frozen=True)
class Setup:
    """All that a run of the laboratory needs except its seed.

    Parameters
    ----------
    subject : callable
        ``seed -> monitoring.Subject``.
    networks, loss, penalty, d_steps, ema, batch_size
        As in `recipes.Recipe`.
    g_optimizer, d_optimizer : callable
        Each makes a new optimizer.
    steps : int
    receive : callable
        What happens to real samples on their way to the discriminator.
    gan : type
        `training.GAN`, or a broken kind of it.
    """

    subject: Callable = _ring
    networks: Callable = recipes.small_networks
    loss: losses.AdversarialLoss = losses.non_saturating
    penalty: penalties.Penalty | None = penalties.Penalty(penalties.r1, weight=0.1, every=4)
    g_optimizer: Callable = _adam()
    d_optimizer: Callable = _adam()
    d_steps: int = 1
    ema: float | None = 0.99
    batch_size: int = 64
    steps: int = 1000
    receive: Callable = np.asarray
    gan: type = GAN

    def build(self, sample_shape, *, seed):
        """A compiled GAN for samples of this shape."""
        generator, discriminator = self.networks(tuple(sample_shape), seed=seed)
        gan = self.gan(
            generator,
            discriminator,
            loss=self.loss,
            penalty=self.penalty,
            d_steps=self.d_steps,
            ema=self.ema,
            seed=seed,
        )
        gan.compile(g_optimizer=self.g_optimizer(), d_optimizer=self.d_optimizer())
        return gan


RING = Setup()
DIGITS = Setup(subject=_digits, networks=_dense_networks, batch_size=32, steps=600)


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
    sick, cured : Setup
    """

    name: str
    title: str
    cause: str
    sick: Setup
    cured: Setup


def run(what=None, *, seed, steps=None):
    """Trains and records.

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
    records.Record

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
        raise TypeError(f"expected an Illness or a Setup, received {what!r:.200}")
    subject = setup.subject(seed)
    return monitor.train(
        setup.build(subject.train.shape[1:], seed=seed),
        subject,
        steps=setup.steps if steps is None else steps,
        every=_EVERY,
        batch_size=setup.batch_size * setup.d_steps,
        seed=seed,
        receive=setup.receive,
    )


# ---------------------------------------------------------------------- what the broken ones use


def _labels_outside(excess):
    """Cross-entropy whose noise points the wrong way: real 1 + noise, fake 0 - noise.

    The noise takes evenly spaced values from 0 to the excess, one for each sample of a batch:
    batches are drawn at random, so this is noise without a generator of its own.
    """

    def noise(logits):
        return tf.cast(tf.linspace(0.0, excess, tf.shape(logits)[0]), logits.dtype)

    def cross_entropy(logits, labels):
        return tf.reduce_mean(tf.nn.softplus(logits) - labels * logits)

    def discriminator(real, fake):
        return cross_entropy(real, 1.0 + noise(real)) + cross_entropy(fake, 0.0 - noise(fake))

    return losses.AdversarialLoss(discriminator, losses.non_saturating.generator, "labels_outside")


def _penalty_anywhere(discriminator, real, fake, *, seed):
    """WGAN-GP's penalty with alpha from a normal distribution: two thirds beyond the segment."""
    one_per_sample = (tf.shape(real)[0],) + (1,) * (len(real.shape) - 1)
    alpha = keras.random.normal(one_per_sample, seed=seed)
    points = real + alpha * (fake - real)
    with tf.GradientTape() as tape:
        tape.watch(points)
        logits = discriminator(points)
    slopes = tf.reshape(tape.gradient(logits, points), (tf.shape(real)[0], -1))
    norms = tf.sqrt(tf.reduce_sum(slopes**2, axis=1) + 1e-12)
    return tf.reduce_mean((norms - 1.0) ** 2)


class _FrozenGAN(GAN):
    """Freezes the discriminator after compiling it, as programs for Keras 2 do.

    There, a model kept training the weights it had when it was compiled; in Keras 3 it trains
    those it has when it steps, which are none. Nothing is updated and nothing fails.
    """

    def compile(self, **settings):
        super().compile(**settings)
        self.discriminator.trainable = False

    def _update_discriminator(self, real):
        fake = self.generator(self._draw_latents(real), training=True)
        variables = self.discriminator.trainable_variables
        with tf.GradientTape() as tape:
            logits = [self.discriminator(x, training=True) for x in (real, fake)]
            d_loss = self.loss_pair.discriminator(*logits)
        gradients = tape.gradient(d_loss, [variable.value for variable in variables])
        self.d_optimizer.apply(gradients, variables)
        norm = tf.sqrt(sum((tf.reduce_sum(g**2) for g in gradients), tf.zeros(())))
        return {"d_loss": d_loss, "penalty": tf.zeros(()), "d_gradient_norm": norm}


class _ForgetfulGAN(GAN):
    """Averages the weights of the generator but not the statistics of its normalization."""

    def _update_average(self):
        means = [w for w in self.generator_ema.weights if "moving_" in w.path]
        before = [tf.identity(mean.value) for mean in means]
        super()._update_average()
        for mean, value in zip(means, before, strict=True):
            mean.assign(value)


def _bytes_to_floats(images):
    return np.asarray(images, np.float32) / np.float32(255)


_CRITIC = replace(
    RING,
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
            "the generator learns a hundred times as fast as the discriminator",
            replace(RING, g_optimizer=_adam(100 * _RATE), ema=None),
            RING,
        ),
        Illness(
            "discriminator_wins",
            "The discriminator wins too fast",
            "the minimax loss, plain gradient descent for the generator, no penalty",
            replace(
                DIGITS,
                loss=losses.minimax,
                penalty=None,
                g_optimizer=functools.partial(keras.optimizers.SGD, 0.01),
            ),
            DIGITS,
        ),
        Illness(
            "high_learning_rate",
            "Learning rate too high",
            "both networks learn at 150 times the rate",
            replace(RING, g_optimizer=_adam(150 * _RATE), d_optimizer=_adam(150 * _RATE)),
            RING,
        ),
        Illness(
            "labels_outside",
            "Labels outside [0, 1]",
            "real labels 1 + noise and fake labels 0 - noise, without a penalty",
            replace(DIGITS, loss=_labels_outside(0.5), penalty=None),
            DIGITS,
        ),
        Illness(
            "frozen_discriminator",
            "A frozen discriminator",
            "trainable = False on the discriminator after it was compiled",
            replace(RING, gan=_FrozenGAN),
            RING,
        ),
        Illness(
            "penalty_sampling",
            "Gradient penalty at the wrong points",
            "a Wasserstein game whose alpha comes from a normal distribution",
            replace(_CRITIC, penalty=penalties.Penalty(_penalty_anywhere, weight=1.0)),
            _CRITIC,
        ),
        Illness(
            "batch_norm_mode",
            "Batch normalization in the wrong mode",
            "samples drawn in inference mode with statistics that nobody collected",
            replace(DIGITS, gan=_ForgetfulGAN),
            DIGITS,
        ),
        Illness(
            "scaled_twice",
            "Images scaled twice",
            "images that are floats already are divided by 255",
            replace(DIGITS, receive=_bytes_to_floats),
            DIGITS,
        ),
        Illness(
            "memorization",
            "A training set learned by heart",
            "sixteen images instead of 1,442",
            replace(DIGITS, subject=functools.partial(_digits, size=16)),
            DIGITS,
        ),
        Illness(
            "oscillation",
            "Oscillation",
            "momentum 0.9 for both players, without a penalty and without an average",
            replace(
                RING,
                penalty=None,
                ema=None,
                g_optimizer=_adam(beta_1=0.9),
                d_optimizer=_adam(beta_1=0.9),
            ),
            RING,
        ),
    )
}
