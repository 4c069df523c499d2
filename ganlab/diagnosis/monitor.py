"""Trains a GAN and writes down what an engineer would log.

The monitor only looks: it draws its samples with latents of its own and puts the statistics of
batch normalization back where it touched them, so that a run with a monitor takes the same
steps as one without.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from ganlab import latents, losses, penalties
from ganlab._tensorflow import tf
from ganlab.diagnosis.record import COLUMNS, Record

__all__ = ["Subject", "train"]

_PROBE = 256  # samples of each kind that a row looks at
_SHOWN = 128  # samples of a frame
_LOGS = ("d_loss", "g_loss", "penalty", "d_gradient_norm", "g_gradient_norm")


@dataclass(frozen=True, eq=False)
class Subject:
    """What a run is trained on, and what its samples are compared with.

    Attributes
    ----------
    train, held_out : ndarray of float32, shapes (n, ...) and (m, ...)
    references : ndarray of float32, shape (k, ...)
        Centers of modes, or labelled images.
    labels : ndarray of int, shape (k,)
        The mode or class of each reference, counted from 0.
    radius : float
        A sample farther than this from every reference belongs to no mode.
    """

    train: np.ndarray
    held_out: np.ndarray
    references: np.ndarray
    labels: np.ndarray
    radius: float


def train(
    gan, subject, *, steps, every, batch_size, seed, receive: Callable = np.asarray, frames=6
):
    """Trains a compiled GAN and records the run.

    Parameters
    ----------
    gan : training.GAN
        Compiled; it is changed.
    subject : Subject
    steps : int
    every : int
        Steps between two rows; what remains of ``steps / every`` is dropped.
    batch_size : int
        Real samples that each step is given.
    seed : int
        For the order of the real samples and for what the monitor draws.
    receive : callable
        What happens to real samples on their way to the discriminator.
    frames : int
        Pictures to keep, the one before training included.

    Returns
    -------
    records.Record
        Values are nan or infinite where the run is.

    Raises
    ------
    ValueError
        If there is not a single row to write, or fewer than two frames to keep.
    """
    rows = steps // every
    if rows < 1 or frames < 2:
        raise ValueError(
            f"expected at least {every} steps and 2 frames, received {steps} and {frames}"
        )
    fed = np.asarray(receive(subject.train), np.float32)
    advance = _advance(gan, tf.constant(fed))
    order = np.random.default_rng(seed)
    probe = _Probe(gan, subject, receive, seed)
    kept = {round(frame * rows / (frames - 1)) for frame in range(1, frames)}
    pictures, pictured, table = [probe.samples[:_SHOWN]], [0], []
    for row in range(1, rows + 1):
        logs = advance(tf.constant(order.integers(len(fed), size=(every, batch_size))))
        logs = {key: series.numpy().astype(np.float64) for key, series in logs.items()}
        with np.errstate(invalid="ignore", over="ignore"):  # a diverged run is a finding
            table.append(_summary(logs, gan.penalty) | probe.measure())
        if row in kept:
            pictures.append(probe.samples[:_SHOWN])
            pictured.append(row * every)
    return Record(
        steps=every * np.arange(1, rows + 1),
        columns={name: np.array([values[name] for values in table], float) for name in COLUMNS},
        frames=np.array(pictures),
        frame_steps=np.array(pictured),
        real=subject.train[:_SHOWN],
    )


def _advance(gan, data):
    """A compiled function that makes one step for each row of indices and returns all logs."""

    @tf.function(autograph=False)
    def advance(indices):
        def step(chosen):
            logs = gan.train_step(tf.gather(data, chosen))
            return {key: logs[key] for key in _LOGS}

        signature = dict.fromkeys(_LOGS, tf.float32)
        return tf.map_fn(step, indices, fn_output_signature=signature, parallel_iterations=1)

    return advance


def _summary(logs, penalty):
    values = {key: series.mean() for key, series in logs.items()}
    values["d_loss_swing"] = logs["d_loss"].std()
    if penalty is not None and penalty.weight:
        values["penalty"] /= penalty.weight
    return values


class _Probe:
    """Looks at a GAN and remembers the look before."""

    def __init__(self, gan, subject, receive, seed):
        self.gan, self.subject = gan, subject
        rng = np.random.default_rng([seed, 1])
        some = rng.permutation(len(subject.train))[:_PROBE]
        real, held_out = subject.train[some], subject.held_out[:_PROBE]
        self.received_high = np.max(receive(subject.train))
        self.latents = tf.constant(latents.sample(_PROBE, gan.latent_dim, seed=rng))
        self.look = _look(
            gan, *(tf.constant(receive(x), tf.float32) for x in (real, held_out)), self.latents
        )
        self.to_train, self.to_references = _Search(subject.train), _Search(subject.references)
        self.real_distance = _mean_distance(held_out)
        self.held_out_nearest = self.to_train(held_out)[0].mean()
        self.samples = gan(self.latents).numpy()
        self.weights = self._weights()

    def _weights(self):
        networks = {"d": self.gan.discriminator, "g": self.gan.generator}
        return {
            key: np.concatenate([weight.ravel() for weight in network.get_weights()])
            for key, network in networks.items()
        }

    def measure(self):
        """What a row holds, except the means of the logs."""
        seen = {key: value.numpy() for key, value in self.look().items()}
        old, self.samples = self.samples, seen.pop("samples")
        old_weights, self.weights = self.weights, self._weights()
        real, held_out, fake = (seen.pop(key).ravel() for key in ("real", "held_out", "fake"))
        in_training = seen.pop("in_training")
        moved = {
            f"{key}_movement": np.linalg.norm(new - old_weights[key])
            / np.linalg.norm(old_weights[key])
            for key, new in self.weights.items()
        }
        return {
            **seen,
            **moved,
            "real_logit": real.mean(),
            "held_out_logit": held_out.mean(),
            "fake_logit": fake.mean(),
            "accuracy": (np.mean(real > 0) + np.mean(fake < 0)) / 2,
            "ranking": _ranking(real, fake),
            "recognition": _ranking(real, held_out),
            "nearest": self.to_train(self.samples)[0].mean() / self.held_out_nearest,
            **self._coverage(),
            "spread": _mean_distance(self.samples) / self.real_distance,
            "drift": _mean_shift(old, self.samples) / self.real_distance,
            "mode_gap": _mean_shift(self.samples, in_training) / self.real_distance,
            "sample_low": self.samples.min(),
            "sample_high": self.samples.max(),
            "received_high": self.received_high,
            "real_high": self.subject.train.max(),
        }

    def _coverage(self):
        distances, nearest = self.to_references(self.samples)
        inside = distances <= self.subject.radius
        count = self.subject.labels.max() + 1
        shares = np.bincount(self.subject.labels[nearest[inside]], minlength=count)
        covered = np.sum(shares >= len(distances) / (4 * count))
        return {"modes": covered / count, "near": inside.mean()}


def _look(gan, real, held_out, latents):
    """A compiled function that evaluates both networks without changing them."""
    drawn = gan.generator_ema or gan.generator

    def discriminator(images):
        return gan.discriminator(images, training=False)

    @tf.function(autograph=False)
    def look():
        met = _in_training_mode(gan.generator, latents)
        logits = {
            "real": discriminator(real),
            "held_out": discriminator(held_out),
            "fake": discriminator(met),
        }
        return logits | {
            "samples": drawn(latents, training=False),
            "in_training": _in_training_mode(drawn, latents),
            "cross_entropy": losses.minimax.discriminator(logits["real"], logits["fake"]),
            "penalty_r1": penalties.r1(discriminator, real),
            "penalty_gp": penalties.gradient_penalty(discriminator, real, met[: len(real)], seed=1),
        }

    return look


def _in_training_mode(network, latents):
    """Samples with the statistics of this batch; the network stays as it was."""
    was, network.trainable = network.trainable, True  # frozen batch normalization ignores the mode
    before = [tf.identity(variable.value) for variable in network.non_trainable_variables]
    samples = network(latents, training=True)
    with tf.control_dependencies([samples]):
        for variable, value in zip(network.non_trainable_variables, before, strict=True):
            variable.assign(value)
    network.trainable = was
    return samples


class _Search:
    """Distances to the nearest of some references, in float32: quick, good to three digits."""

    def __init__(self, references):
        self.references = references.reshape(len(references), -1)
        self.sizes = np.einsum("ij,ij->i", self.references, self.references)

    def __call__(self, samples):
        flat = samples.reshape(len(samples), -1)
        squared = self.sizes - 2 * flat @ self.references.T
        nearest = squared.argmin(axis=1)
        return np.linalg.norm(flat - self.references[nearest], axis=1), nearest


def _mean_distance(samples):
    """Mean distance of two different samples; each is paired with a few others."""
    shifts = (1, 7, 31, 101)
    return np.mean([_mean_shift(samples, np.roll(samples, shift, axis=0)) for shift in shifts])


def _mean_shift(a, b):
    return np.linalg.norm((a - b).reshape(len(a), -1), axis=1).mean()


def _ranking(upper, lower):
    """The share of pairs in which the first is greater, ties counting half (Mann-Whitney)."""
    lower = np.sort(lower)
    below = np.searchsorted(lower, upper, "left") + np.searchsorted(lower, upper, "right")
    return below.mean() / (2 * len(lower))
