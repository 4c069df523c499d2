"""Train a GAN and write down what an engineer would log.

The monitor only looks: it draws its samples with latents of its own and puts the statistics of
batch normalization back where it touched them, so that a run with a monitor takes the same
steps as one without.
"""

from dataclasses import dataclass

import numpy as np
from sklearn.metrics import roc_auc_score

from ganlab import latents, losses, metrics, penalties, training
from ganlab._tensorflow import keras, tf
from ganlab.diagnosis.record import COLUMNS, Record
from ganlab.images import check_count

_PROBE = 256  # samples of each kind that a row looks at
_SHOWN = 128  # samples of a frame


@dataclass(frozen=True, eq=False)
class Task:
    """What a run is trained on, and what its samples are compared with.

    Attributes
    ----------
    train, held_out : ndarray of float32, shapes (n, ...) and (m, ...)
    references : ndarray of float32, shape (k, ...)
        Centers of modes, or labeled images.
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


def train(gan, task, *, steps, every, batch_size, seed, preprocess=np.asarray, frames=6):
    """Train a compiled GAN on samples drawn with replacement, and record the run.

    Parameters
    ----------
    gan : training.GAN
        Compiled; it is changed.
    steps : int, at least `every`
    batch_size : int
        Real samples that each step is given.
    seed : int
        For the choice of the real samples and for what the monitor draws.
    task, every, preprocess, frames
        As in `Monitor`.

    Returns
    -------
    Record
        Values are nan or infinite where the run is.
    """
    monitor = Monitor(task, every=every, seed=seed, preprocess=preprocess, frames=frames)
    real = tf.constant(preprocess(task.train), tf.float32)
    check_count(steps, "steps", 1)
    check_count(batch_size, "batch_size", 1)
    chosen = np.random.default_rng(seed).integers(len(real), size=(steps, batch_size))
    batches = tf.data.Dataset.from_tensor_slices(chosen).map(lambda rows: tf.gather(real, rows))
    # Not gan.fit: networks this small train twice as fast with all steps of a row in one call.
    for _ in training.steps(gan, batches, callbacks=[monitor], steps_per_execution=every):
        pass
    return monitor.record


class Monitor(keras.callbacks.Callback):
    """Write a row into a record every few steps of ``gan.fit``.

    Parameters
    ----------
    task : Task
    every : int
        Steps between two rows; what remains at the end has no row.
    seed : int
        For what the monitor draws.
    preprocess : callable
        What happens to real samples on their way to the discriminator.
    frames : int, at least 2
        Pictures to keep, the one before training included.

    Attributes
    ----------
    record : Record or None
        Of the training, once it has ended.
    """

    def __init__(self, task, *, every, seed, preprocess=np.asarray, frames=6):
        super().__init__()
        check_count(every, "every", 1)
        check_count(frames, "frames", 2)
        self.task, self.every, self.seed = task, every, latents.integer_seed(seed)
        self.preprocess, self.frames = preprocess, frames
        self.record = None

    def on_train_begin(self, logs=None):
        steps = (self.params["steps"] or 0) * self.params["epochs"]
        rows = steps // self.every
        if rows < 1:
            raise ValueError(f"expected at least {self.every} steps, received {steps}")
        gan, task, preprocess = self.model, self.task, self.preprocess
        if gan.condition is not None:
            raise ValueError(f"expected a GAN without a condition, received one of {gan.condition}")
        rng = np.random.default_rng([self.seed, 1])
        some = rng.permutation(len(task.train))[:_PROBE]
        known, unseen = task.train[some], task.held_out[:_PROBE]
        self._latents = tf.constant(latents.sample(_PROBE, gan.latent_dim, seed=rng))
        preprocessed = (tf.constant(preprocess(x), tf.float32) for x in (known, unseen))
        self._look = _look(gan, *preprocessed, self._latents)
        self._received_high = np.max(preprocess(task.train))
        self._real_distance = _mean_distance(unseen)
        if not self._real_distance > 0:
            raise ValueError("expected held-out samples that differ, received one or equal ones")
        self._held_out_nearest = _nearest_distance(unseen, task.train)
        seen = {key: value.numpy() for key, value in self._look().items()}
        self._samples, self._met, self._weights = seen["samples"], seen["met"], _weights(gan)
        self._frame_rows = {round(n * rows / (self.frames - 1)) for n in range(1, self.frames)}
        self._pictures = {gan.steps: self._samples[:_SHOWN]}
        self._logs = []
        self._steps, self._history = [], {name: [] for name in COLUMNS}

    def on_train_batch_end(self, batch, logs=None):
        self._logs.append(logs)
        if len(self._logs) < self.every:
            return
        self._steps.append(self.model.steps)
        with np.errstate(
            invalid="ignore", over="ignore", divide="ignore"
        ):  # a diverged run is a finding
            for name, value in self._row().items():
                self._history[name].append(float(value))
        if len(self._steps) in self._frame_rows:
            self._pictures[self._steps[-1]] = self._samples[:_SHOWN]
        self._logs = []

    def on_train_end(self, logs=None):
        self.record = Record(
            steps=np.array(self._steps, int),
            columns={name: np.array(values) for name, values in self._history.items()},
            frames=np.array(list(self._pictures.values())),
            frame_steps=np.array(list(self._pictures)),
            real=self.task.train[:_SHOWN],
        )

    def _row(self):
        """Return the values of all columns now."""
        since = {key: [logs[key] for logs in self._logs] for key in self._logs[0]}
        means = {key: np.mean(values) for key, values in since.items()}
        penalty = self.model.penalty
        if penalty is not None and penalty.weight:
            means["penalty"] /= penalty.weight
        seen = {key: value.numpy() for key, value in self._look().items()}
        self._samples = seen.pop("samples")
        met_before, self._met = self._met, seen.pop("met")
        weights_before, self._weights = self._weights, _weights(self.model)
        real, held_out, fake = (seen.pop(key).ravel() for key in ("real", "held_out", "fake"))
        in_training = seen.pop("in_training")
        moved = {
            f"{key}_movement": np.linalg.norm(new - weights_before[key])
            / np.linalg.norm(weights_before[key])
            for key, new in self._weights.items()
        }
        task, samples, distance = self.task, self._samples, self._real_distance
        coverage = metrics.mode_coverage(
            samples, task.references, labels=task.labels, radius=task.radius
        )
        return {
            **means,
            **seen,
            **moved,
            "d_loss_swing": np.std(since["d_loss"]),
            "real_logit": real.mean(),
            "held_out_logit": held_out.mean(),
            "fake_logit": fake.mean(),
            "accuracy": (np.mean(real > 0) + np.mean(fake < 0)) / 2,
            "real_fake_auc": _auc(real, fake),
            "membership_auc": _auc(real, held_out),
            "modes": coverage.covered / len(coverage.counts),
            "near": coverage.high_quality,
            "nearest": _nearest_distance(samples, task.train) / self._held_out_nearest,
            "spread": _mean_distance(samples) / distance,
            "drift": _mean_shift(met_before, self._met) / distance,
            "mode_gap": _mean_shift(samples, in_training) / distance,
            "sample_low": samples.min(),
            "sample_high": samples.max(),
            "received_high": self._received_high,
            "real_high": task.train.max(),
        }


def _look(gan, real, held_out, latents):
    """Return a compiled function that evaluates both networks without changing them."""
    drawn = gan.sampling_generator
    hidden = _relu_layers(gan.generator)

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
            "met": met,
            "dead_units": _dead_share(hidden, latents),
            "in_training": _in_training_mode(drawn, latents),
            "cross_entropy": losses.minimax.discriminator(logits["real"], logits["fake"]),
            "penalty_r1": penalties.r1(discriminator, real),
            "penalty_gp": penalties.gradient_penalty(discriminator, real, met[: len(real)], seed=1),
        }

    return look


def _relu_layers(network):
    """Return a network that answers with the relu layers of another; None if it has none.

    The layers of nested models, and of those that are not a graph of layers, are not seen; of a
    layer that is used twice the first use is. None, too, if that was in another network.
    """
    if not getattr(network, "inputs", None):
        return None
    found = [layer.output for layer in network.layers if _is_relu(layer)]
    try:
        return keras.Model(network.inputs, found, name="relu_layers") if found else None
    except ValueError:  # not connected with these inputs
        return None


def _is_relu(layer):
    if isinstance(layer, keras.layers.ReLU):
        return layer.negative_slope == 0
    return getattr(layer, "activation", None) is keras.activations.relu


def _dead_share(hidden, latents):
    """Return the share of units (channels) that are 0 everywhere, in the layer with most."""
    if hidden is None:
        return tf.constant(np.nan)
    shares = [
        tf.reduce_mean(
            tf.cast(tf.reduce_all(answers == 0, axis=range(len(answers.shape) - 1)), tf.float32)
        )
        for answers in tf.nest.flatten(hidden(latents, training=False))
    ]
    return tf.reduce_max(shares)


def _in_training_mode(network, latents):
    """Draw samples with the statistics of this batch; the network stays as it was."""
    was, network.trainable = network.trainable, True  # frozen batch normalization ignores the mode
    before = [tf.identity(variable.value) for variable in network.non_trainable_variables]
    samples = network(latents, training=True)
    with tf.control_dependencies([samples]):
        for variable, value in zip(network.non_trainable_variables, before, strict=True):
            variable.assign(value)
    network.trainable = was
    return samples


def _auc(upper, lower):
    """Return the area under the ROC curve of two sets of logits; nan where one is not finite."""
    logits = np.concatenate([upper, lower])
    if not np.isfinite(logits).all():
        return np.nan
    return roc_auc_score(np.repeat([1, 0], [len(upper), len(lower)]), logits)


def _nearest_distance(samples, references):
    """Return the mean distance to the nearest reference.

    Not by `metrics.nearest_neighbors`: a mean needs no exact neighbors, and to find them takes
    three times as long as float32.
    """
    samples, references = _flat(samples), _flat(references)
    squared = np.sum(references**2, axis=1) - 2 * samples @ references.T
    return np.linalg.norm(samples - references[squared.argmin(axis=1)], axis=1).mean()


def _mean_distance(samples):
    """Return the mean distance of two different samples; each is paired with a few others."""
    shifts = [shift for shift in (1, 7, 31, 101) if shift % len(samples)] or [0]
    return np.mean([_mean_shift(samples, np.roll(samples, shift, axis=0)) for shift in shifts])


def _mean_shift(a, b):
    return np.linalg.norm(_flat(a - b), axis=1).mean()


def _flat(samples):
    return samples.reshape(len(samples), -1)


def _weights(gan):
    """Return all weights of each network as one vector, by the network's letter."""
    networks = {"d": gan.discriminator, "g": gan.generator}
    return {
        key: np.concatenate([weight.ravel() for weight in network.get_weights()])
        for key, network in networks.items()
    }
