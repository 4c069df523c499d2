"""The adversarial training step, written once, and the driver that takes steps one by one."""

import contextlib
import functools
import signal
import threading
import warnings

import numpy as np

from ganlab import latents, models
from ganlab._tensorflow import keras, tf
from ganlab.images import check_count
from ganlab.losses import AdversarialLoss

__all__ = ["GAN", "interrupt_calls", "steps"]


class GAN(keras.Model):
    """A generator and a discriminator that train each other.

    One step is the algorithm of the first paper (Goodfellow et al. 2014, arXiv:1406.2661):
    ``d_steps`` updates of the discriminator, then one of the generator. The batch handed to
    a step is shared out among the discriminator's updates, so that each meets fresh real
    images; of a last batch with fewer images than updates, each update meets one image, and
    some meet the same. Each update draws fresh latents.

    Parameters
    ----------
    generator : keras.Model
        latents (batch, latent_dim) -> images.
    discriminator : keras.Model
        images -> logits (batch, 1), not probabilities: one that ends in a sigmoid is refused.
    loss : losses.AdversarialLoss
    penalty : penalties.Penalty, optional
        Added to the discriminator's loss.
    d_steps : int, at least 1
        Updates of the discriminator for each update of the generator.
    ema : float in (0, 1), optional
        Keeps ``generator_ema``, a copy of the generator whose weights are an exponential
        moving average with this decay (Karras et al. 2017, arXiv:1710.10196, use 0.999).
        ``sample`` then draws from it. Early on the decay is smaller, so that the average
        does not remember the untrained weights.
    seed : int
        For the latents drawn in training.

    Attributes
    ----------
    steps : variable, int64
        Completed steps.
    generator_ema : keras.Model or None
    latent_dim : int

    Notes
    -----
    Logs of a step, each of the last update in it: ``d_loss`` and ``g_loss`` (without the
    penalty, so that they compare with 2 ln 2 and ln 2), ``penalty`` (weighted; 0 on steps that
    skip it), ``d_gradient_norm`` and ``g_gradient_norm`` (over all weights). Batch logs are the
    batch's own values, epoch logs their means.

    Derived in notebooks/05_training_loop.

    Examples
    --------
    >>> from ganlab import datasets, losses, models
    >>> gan = GAN(models.mlp_generator(seed=0), models.mlp_discriminator(seed=1),
    ...           loss=losses.non_saturating, seed=2)
    >>> Adam = keras.optimizers.Adam
    >>> gan.compile(g_optimizer=Adam(1e-3), d_optimizer=Adam(1e-3))
    >>> history = gan.fit(datasets.ring(640, seed=0), batch_size=64, epochs=2, verbose=0)
    >>> int(gan.steps), gan.sample(5, seed=0).shape
    (20, (5, 2))
    """

    def __init__(
        self, generator, discriminator, *, loss, penalty=None, d_steps=1, ema=None, seed, name="gan"
    ):
        super().__init__(name=name)
        if not isinstance(loss, AdversarialLoss):
            raise TypeError(f"expected loss as a losses.AdversarialLoss, received {loss!r}")
        check_count(d_steps, "d_steps", 1)
        if ema is not None and not 0 < ema < 1:
            raise ValueError(f"expected ema in (0, 1) or None, received {ema!r}")
        _check_networks(generator, discriminator)
        self.generator = generator
        self.discriminator = discriminator
        self.generator_ema = None
        if ema is not None:
            self.generator_ema = keras.models.clone_model(generator)
            self.generator_ema.set_weights(generator.get_weights())
            self.generator_ema.trainable = False
        self.loss_pair = loss
        self.penalty = penalty
        self.d_steps = d_steps
        self.ema = ema
        self.latent_dim = generator.input_shape[-1]
        self.seed_generator = keras.random.SeedGenerator(latents.integer_seed(seed))
        self.steps = self.add_weight(
            shape=(), dtype="int64", initializer="zeros", trainable=False, name="steps"
        )
        self._trackers = {
            key: keras.metrics.Mean(name=key)
            for key in ("d_loss", "g_loss", "penalty", "d_gradient_norm", "g_gradient_norm")
        }
        self.g_optimizer = self.d_optimizer = None
        self._warned_of_range = False
        self.built = True

    def compile(self, *, g_optimizer, d_optimizer, jit_compile=None, **kwargs):
        """Set the two optimizers.

        Parameters
        ----------
        g_optimizer, d_optimizer : keras.optimizers.Optimizer
            Two different objects: each keeps the state of its own network. Learning-rate
            schedules are those of the optimizers.
        jit_compile : bool, optional
            Whether XLA compiles the step: by default on a GPU only. On a CPU the step takes as
            long or longer with it, and four times as long to compile.
        **kwargs
            run_eagerly, steps_per_execution, as in keras.Model.compile.
        """
        if g_optimizer is d_optimizer:
            raise ValueError("expected two optimizers, received the same object twice")
        _trainable_variables(self.generator)
        _trainable_variables(self.discriminator)
        if jit_compile is None:
            on_gpu = bool(tf.config.list_logical_devices("GPU"))
            jit_compile = on_gpu and not kwargs.get("run_eagerly", False)
        super().compile(optimizer=None, jit_compile=jit_compile, **kwargs)
        self.g_optimizer, self.d_optimizer = g_optimizer, d_optimizer
        self.g_optimizer.build(self.generator.trainable_variables)
        self.d_optimizer.build(self.discriminator.trainable_variables)

    def fit(self, x=None, *args, shuffle=None, **kwargs):
        """Train as keras.Model.fit does, on an array of real images or a dataset of batches.

        ``shuffle`` is True for arrays; a dataset keeps its own order. See `check_samples` for
        what is refused before the first step.
        """
        is_array = hasattr(x, "shape")
        if shuffle is None:
            shuffle = is_array
        if is_array or isinstance(x, tf.data.Dataset):
            self.check_samples(x)
        endless = isinstance(x, tf.data.Dataset) and x.cardinality() == tf.data.INFINITE_CARDINALITY
        if endless and kwargs.get("steps_per_epoch") is None:
            raise ValueError(
                "expected steps_per_epoch beside a dataset without an end, received none: an epoch "
                "would never be over"
            )
        with _empty_batch_named():
            return super().fit(x, *args, shuffle=shuffle, **kwargs)

    @property
    def metrics(self):
        return list(self._trackers.values())

    @property
    def sampling_generator(self):
        """What samples are drawn from: ``generator_ema`` where there is one, or the generator."""
        return self.generator if self.generator_ema is None else self.generator_ema

    def call(self, inputs):
        """Make images of latents as ``sample`` does: for ``predict`` and export."""
        return self.sampling_generator(inputs, training=False)

    def sample(self, n, *, seed, batch_size=256):
        """Draw n images from the generator, or from its moving average where there is one.

        Returns
        -------
        ndarray, float32, shape (n, ...), in [0, 1] for images
        """
        z = latents.sample(n, self.latent_dim, seed=seed)
        return models.apply(self, z, batch_size=batch_size)

    def check_samples(self, samples):
        """Refuse samples that this GAN cannot be trained on, and warn of what it cannot make.

        A generator that ends in a sigmoid makes values in [0, 1], one that ends in a tanh values
        in [-1, 1]: where the samples lie elsewhere, as bytes made float do, the discriminator
        needs no more than that to tell them apart. `fit` and `steps` check what they are given.
        Of a dataset the values of its first batch are looked at, which it is asked for once more
        than training needs; a Python generator is not looked at. The warning comes once.

        Parameters
        ----------
        samples : array, shape (n, ...), or tf.data.Dataset of batches

        Raises
        ------
        TypeError, ValueError
            For another shape than the generator's, for what is no floating-point number or not
            finite, and for no samples at all.
        """
        is_dataset = isinstance(samples, tf.data.Dataset)
        _real_samples(samples.element_spec if is_dataset else samples, self)
        batch = next(iter(samples.take(1)), None) if is_dataset else samples
        if batch is None:
            raise ValueError(_EMPTY)
        real = _real_samples(batch, self)
        low, high = float(np.min(real)), float(np.max(real))
        if not np.isfinite([low, high]).all():
            raise ValueError("expected finite real samples, received NaN or infinity in them")
        least, most = _output_range(self.generator)
        margin = 0.1 * (most - least)  # a resampling may overshoot
        if not self._warned_of_range and (low < least - margin or high > most + margin):
            self._warned_of_range = True
            warnings.warn(
                f"expected real samples from {least} to {most}, which is all that the generator "
                f"{self.generator.name!r} can make, received {low:.6g} to {high:.6g}: bring them "
                "to that range (images.to_float brings bytes to [0, 1])",
                stacklevel=3,
            )

    def train_step(self, real):
        """Make one step on one batch of real images; see the class for what it logs."""
        real = tf.cast(_real_samples(real, self), tf.float32)
        size, checks = real.shape[0], []
        if size is None:
            size = tf.shape(real)[0]
            checks = [tf.debugging.assert_positive(size, _EMPTY)]
        with tf.control_dependencies(checks):
            for step in range(self.d_steps):
                minibatch = real[step % size :: self.d_steps]
                d_logs = self.step_discriminator(minibatch)
            g_logs = self.step_generator(minibatch)
        logs = d_logs | g_logs
        for key, value in logs.items():
            self._trackers[key].update_state(value)
        return logs

    def step_discriminator(self, real):
        """Update the discriminator alone, once; the generator stands still.

        Parameters
        ----------
        real : tensor of float, shape (batch, ...)

        Returns
        -------
        dict of str to scalar tensor
            d_loss, penalty and d_gradient_norm.
        """
        fake = self.generator(self._draw_latents(real), training=True)
        discriminator = functools.partial(self.discriminator, training=True)
        with tf.GradientTape() as tape:
            d_loss = self.loss_pair.discriminator(discriminator(real), discriminator(fake))
            penalty = self._penalty(discriminator, real, fake)
            objective = d_loss + penalty
        norm = _apply_gradients(tape, objective, self.discriminator, self.d_optimizer)
        return {"d_loss": d_loss, "penalty": penalty, "d_gradient_norm": norm}

    def step_generator(self, real):
        """Update the generator alone, once, and its average: this completes a step.

        Parameters
        ----------
        real : tensor of float, shape (batch, ...)
            As many fakes are drawn; relativistic losses compare them with these.

        Returns
        -------
        dict of str to scalar tensor
            g_loss and g_gradient_norm.
        """
        z = self._draw_latents(real)
        discriminator = functools.partial(self.discriminator, training=True)
        with tf.GradientTape() as tape:
            fake = self.generator(z, training=True)
            # Only relativistic losses use the real logits; otherwise the compiler drops them.
            g_loss = self.loss_pair.generator(discriminator(real), discriminator(fake))
        norm = _apply_gradients(tape, g_loss, self.generator, self.g_optimizer)
        self._update_average()
        self.steps.assign_add(1)
        return {"g_loss": g_loss, "g_gradient_norm": norm}

    def _penalty(self, discriminator, real, fake):
        penalty = self.penalty
        if penalty is None or penalty.weight == 0:
            return tf.zeros((), real.dtype)

        def compute():
            value = penalty.function(discriminator, real, fake, seed=self.seed_generator)
            return penalty.every * penalty.weight * value

        if penalty.every == 1:
            return compute()
        return tf.cond(
            self.steps.value % penalty.every == 0, compute, lambda: tf.zeros((), real.dtype)
        )

    def _update_average(self):
        if self.generator_ema is None:
            return
        steps = tf.cast(self.steps.value, tf.float32)
        decay = tf.minimum(self.ema, (1.0 + steps) / (10.0 + steps))
        trained = self.generator.trainable_variables
        averaged = self.generator_ema.weights
        ours = {id(variable) for variable in trained}
        for mean, now in zip(averaged, self.generator.weights, strict=True):
            # Statistics of batch normalization are averages already: they are copied.
            keep = decay if id(now) in ours else 0.0
            mean.assign(keep * mean.value + (1.0 - keep) * now.value)

    def _draw_latents(self, like):
        shape = (tf.shape(like)[0], self.latent_dim)
        return keras.random.normal(shape, seed=self.seed_generator)


def steps(gan, batches, *, callbacks=(), steps_per_execution=1):
    """Train as an epoch of `GAN.fit`, handing over to the caller after every step.

    For a loop that looks at the GAN between two steps, waits, or stops: leaving it ends the
    training. Where callbacks can do what is wanted, ``fit`` is shorter.

    Parameters
    ----------
    gan : GAN
        Compiled.
    batches : tf.data.Dataset
        Of real samples, as for ``fit``; training ends where it ends.
    callbacks : sequence of keras.callbacks.Callback
    steps_per_execution : int, at least 1
        Steps in one call of the compiled function. A call costs as much as a step of networks
        of a few thousand weights: with many steps in each, these train twice as fast. Callbacks
        and the caller still get the logs and the number of every step, but meet the weights as
        the last one of the call left them. Batches must then be known to be of one size.

    Yields
    ------
    dict of str to float
        The logs of a step, those of ``fit`` on the same batches.

    Raises
    ------
    TypeError, ValueError
        For a GAN or batches that cannot be trained with, before the first step.

    Examples
    --------
    >>> from ganlab import datasets, losses, recipes
    >>> gan = recipes.DEFAULT.build((2,), seed=0)
    >>> batches = datasets.batches(datasets.ring(640, seed=0), 64, seed=0)
    >>> for logs in steps(gan, batches):
    ...     if int(gan.steps) == 3:
    ...         break
    >>> sorted(logs)
    ['d_gradient_norm', 'd_loss', 'g_gradient_norm', 'g_loss', 'penalty']
    """
    if not isinstance(gan, GAN):
        raise TypeError(f"expected gan as a training.GAN, received {gan!r:.80}")
    if not gan.compiled:
        raise ValueError("expected a compiled GAN, received one without optimizers")
    check_count(steps_per_execution, "steps_per_execution", 1)
    if not isinstance(batches, tf.data.Dataset):
        raise TypeError(
            "expected batches as a tf.data.Dataset, such as datasets.batches(images, 64, seed=0), "
            f"received {type(batches).__name__}"
        )
    gan.check_samples(batches)
    sizes = {spec.shape[0] for spec in tf.nest.flatten(batches.element_spec)}
    if steps_per_execution > 1 and None in sizes:
        raise ValueError(
            "expected batches of one size for several steps in one execution, received a dataset "
            "whose last batch may be smaller: use batch(..., drop_remainder=True)"
        )
    return _steps(gan, batches, list(callbacks), steps_per_execution)


@contextlib.contextmanager
def interrupt_calls(stop, *, signals=(signal.SIGINT,)):
    """Call a function at Ctrl-C instead of raising KeyboardInterrupt; a second Ctrl-C raises it.

    So a loop can end between two steps, where weights, optimizers and history agree. In a
    thread that gets no signals, and where Ctrl-C is ignored, everything stays as it is.

    Parameters
    ----------
    stop : callable
        ``() -> None``.
    signals : sequence of signal.Signals
        Those that count as Ctrl-C.
    """
    before = {number: signal.getsignal(number) for number in signals}
    in_main_thread = threading.current_thread() is threading.main_thread()
    heeded = [number for number in signals if before[number] not in (signal.SIG_IGN, None)]
    if not in_main_thread or not heeded:
        yield
        return
    asked = []

    def on_interrupt(number, frame):
        if asked:
            raise KeyboardInterrupt
        asked.append(True)
        stop()

    for number in heeded:
        signal.signal(number, on_interrupt)
    try:
        yield
    finally:
        for number in heeded:
            if signal.getsignal(number) is on_interrupt:
                signal.signal(number, before[number])


def _steps(gan, batches, callbacks, steps_per_execution):
    count = int(batches.cardinality())  # negative where it is infinite or not known
    watchers = keras.callbacks.CallbackList(
        callbacks, model=gan, verbose=0, epochs=1, steps=count if count >= 0 else None
    )
    if steps_per_execution == 1:
        gan.make_train_function()

        def execute(real):
            return gan.train_function(iter([real]))

    else:
        batches, execute = batches.batch(steps_per_execution), _several_steps(gan)
    gan.stop_training = False
    watchers.on_train_begin()
    try:
        gan.reset_metrics()
        watchers.on_epoch_begin(0)
        batch = 0
        for real in batches:
            watchers.on_train_batch_begin(batch)
            with _empty_batch_named():
                found = execute(real)
            series = {key: np.ravel(values).tolist() for key, values in found.items()}
            each = [
                dict(zip(series, one, strict=True)) for one in zip(*series.values(), strict=True)
            ]
            for logs in each if steps_per_execution == 1 else _counted(gan, each):
                watchers.on_train_batch_end(batch, logs)
                batch += 1
                yield logs
            if gan.stop_training:
                break
        watchers.on_epoch_end(0, gan.get_metrics_result())
    finally:
        watchers.on_train_end()


def _counted(gan, logs_of_steps):
    """Yield the logs of steps that are made, each while the GAN's count is that of its step."""
    count = int(gan.steps)
    try:
        for step, logs in enumerate(logs_of_steps, count - len(logs_of_steps) + 1):
            gan.steps.assign(step)
            yield logs
    finally:
        gan.steps.assign(count)


def _several_steps(gan):
    """Return a compiled function that makes a step on each of a stack of batches.

    It gives the logs of all, where Keras's own gives those of the last.
    """
    signature = {metric.name: tf.float32 for metric in gan.metrics}

    def step(real):
        return {key: tf.cast(value, tf.float32) for key, value in gan.train_step(real).items()}

    @tf.function(autograph=False, jit_compile=gan.jit_compile, reduce_retracing=True)
    def execute(stack):
        return tf.map_fn(step, stack, fn_output_signature=signature, parallel_iterations=1)

    return execute


def _trainable_variables(network):
    """Return the network's trainable variables; refuse a frozen network, which has none."""
    if not network.trainable_variables:
        raise ValueError(
            f"expected {network.name!r} to have trainable variables, received none: "
            "it would silently never train (was trainable = False set on it?)"
        )
    return network.trainable_variables


def _apply_gradients(tape, loss, network, optimizer):
    """Apply the gradients to the network's weights; return their global norm."""
    variables = _trainable_variables(network)
    gradients = tape.gradient(loss, [variable.value for variable in variables])
    optimizer.apply(gradients, variables)
    return tf.linalg.global_norm(gradients)


def _real_samples(data, gan):
    """Return the real samples of a batch, or of its specification: it is those or (those, ...)."""
    real, _, _ = keras.utils.unpack_x_y_sample_weight(data)
    made = gan.generator.output_shape
    if not hasattr(real, "shape") or isinstance(real, _UNEVEN):
        has = f" with {sorted(map(str, real))}" if isinstance(real, dict) else ""
        raise TypeError(
            "expected batches of real samples as one array, alone or first in a tuple, received "
            f"{type(real).__name__}{has}: choose or stack them with dataset.map(...)"
        )
    shape = tf.TensorShape(real.shape)
    if not shape[1:].is_compatible_with(made[1:]) or shape.rank == 0:
        first = shape.rank == 4 and shape[1] == made[-1] and shape[1:4] != made[1:]
        hint = ". Channels come last: np.moveaxis(images, 1, -1)" if first else ""
        if shape == made[1:]:
            hint = ". Put them in batches: dataset.batch(64)"
        raise ValueError(
            f"expected real samples of shape {made}, as the generator makes them, "
            f"received {tuple(shape) if shape.rank is not None else 'an unknown shape'}{hint}"
        )
    if shape.rank and shape[0] == 0:
        raise ValueError(_EMPTY)
    if not tf.as_dtype(real.dtype).is_floating:
        raise TypeError(
            f"expected floating-point real samples, received {tf.as_dtype(real.dtype).name}: "
            "images.to_float turns bytes into [0, 1]"
        )
    return real


_EMPTY = "expected at least one real sample in a batch, received none"


@contextlib.contextmanager
def _empty_batch_named():
    """Turn the failed assertion of a compiled step, many lines, into the error that it is."""
    try:
        yield
    except tf.errors.InvalidArgumentError as error:
        if _EMPTY not in str(error):
            raise
        raise ValueError(_EMPTY) from None


_UNEVEN = tf.RaggedTensor | tf.RaggedTensorSpec | tf.SparseTensor | tf.SparseTensorSpec

#: The layers that move values about and leave each as it is.
_MOVING = (
    keras.layers.Reshape,
    keras.layers.Flatten,
    keras.layers.Permute,
    keras.layers.Cropping1D,
    keras.layers.Cropping2D,
    keras.layers.UpSampling2D,
)


def _last_activation(network):
    """Return the name of the activation that the values of a network come from, or None."""
    for layer in reversed(getattr(network, "operations", getattr(network, "layers", ()))):
        if isinstance(layer, keras.Model):
            return _last_activation(layer)
        if not isinstance(layer, _MOVING):
            activation = getattr(layer, "activation", None)
            return getattr(activation, "__name__", type(layer).__name__.lower())
    return None


def _output_range(network):
    """Return the least and the greatest value that a network can give, as far as one can see."""
    ranges = {"sigmoid": (0, 1), "hard_sigmoid": (0, 1), "tanh": (-1, 1)}
    return ranges.get(_last_activation(network), (-np.inf, np.inf))


def _check_networks(generator, discriminator):
    if discriminator.output_shape[1:] != (1,):
        raise ValueError(
            "expected a discriminator whose logits have shape (batch, 1), "
            f"received output shape {discriminator.output_shape}"
        )
    last = _last_activation(discriminator)
    if last in ("sigmoid", "hard_sigmoid", "softmax"):
        raise ValueError(
            f"expected a discriminator that ends in logits, received one that ends in a {last}, "
            "which the loss would apply once more: leave it out"
        )
    if generator.output_shape[1:] != discriminator.input_shape[1:]:
        raise ValueError(
            "expected the discriminator to take what the generator makes, received "
            f"generator output {generator.output_shape} and "
            f"discriminator input {discriminator.input_shape}"
        )
