"""The model of two networks that train each other."""

import functools
import warnings

import numpy as np

from ganlab import latents, losses, models, penalties
from ganlab._tensorflow import keras, tf
from ganlab.images import check_count
from ganlab.losses import AdversarialLoss
from ganlab.training.doors import (
    EMPTY,
    UNWEIGHTED,
    check_networks,
    check_penalty,
    condition_in_range,
    failed_checks_named,
    output_range,
    samples_and_condition,
    trainable_variables,
)


@keras.saving.register_keras_serializable("ganlab")
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
        latents (batch, latent_dim) -> images; or, to be told what to draw,
        ``[latents, condition]`` -> images (Mirza and Osindero 2014, arXiv:1411.1784).
    discriminator : keras.Model
        images -> logits (batch, 1), not probabilities: one that ends in a sigmoid is refused.
        With a condition ``[images, condition]`` -> logits, of the same condition.
    loss : losses.AdversarialLoss
    penalty : penalties.Penalty, optional
        Added to the discriminator's loss. It sees the discriminator at its condition, as a
        function of images alone.
    g_penalty : penalties.Penalty, optional
        Added to the generator's loss; see `penalties.path_length`.
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
    steps : int
        Completed steps.
    step_count : keras.Variable, int64
        The same inside of a compiled step.
    generator_ema : keras.Model or None
    latent_dim : int
    condition : models.Condition or None
        What the networks take as their second input: a label, a vector, an embedding.

    Notes
    -----
    Where the networks take a condition, a batch is ``(images, condition)``, and the fakes of a
    step get the conditions of its real images.

    Logs of a step, each of the last update in it: ``d_loss`` and ``g_loss`` (without penalty and
    regularizers, so that they compare with 2 ln 2 and ln 2), ``penalty`` (weighted; 0 on steps
    that skip it), ``d_gradient_norm`` and ``g_gradient_norm`` (over all weights), and
    ``g_penalty`` where there is one. Batch logs are the batch's own values, epoch logs their
    means. Losses and penalties are computed in float32 whatever the networks compute in. What
    else of Keras can be done with a GAN, and what cannot, is listed in docs/keras.md.

    Derived in notebooks/05_training_loop.

    Examples
    --------
    >>> from ganlab import datasets, losses, models
    >>> gan = GAN(models.mlp_generator(seed=0), models.mlp_discriminator(seed=1),
    ...           loss=losses.non_saturating, seed=2)
    >>> Adam = keras.optimizers.Adam
    >>> gan.compile(g_optimizer=Adam(1e-3), d_optimizer=Adam(1e-3))
    >>> history = gan.fit(datasets.ring(640, seed=0), batch_size=64, epochs=2, verbose=0)
    >>> gan.steps, gan.sample(5, seed=0).shape
    (20, (5, 2))
    """

    def __init__(
        self,
        generator,
        discriminator,
        *,
        loss,
        penalty=None,
        g_penalty=None,
        d_steps=1,
        ema=None,
        seed,
        name="gan",
    ):
        super().__init__(name=name)
        if not isinstance(loss, AdversarialLoss):
            raise TypeError(f"expected loss as a losses.AdversarialLoss, received {loss!r}")
        check_count(d_steps, "d_steps", 1)
        if ema is not None and not 0 < ema < 1:
            raise ValueError(f"expected ema in (0, 1) or None, received {ema!r}")
        check_penalty("penalty", penalty)
        check_penalty("g_penalty", g_penalty)
        self.condition = check_networks(generator, discriminator)
        self.generator = generator
        self.discriminator = discriminator
        self.generator_ema = None
        if ema is not None:
            self.generator_ema = _copied(generator)
            self.generator_ema.trainable = False
        self.loss_pair = loss
        self.penalty, self.g_penalty = penalty, g_penalty
        self.d_steps = d_steps
        self.ema = ema
        self.latent_dim = models.latent_dim(generator)
        self.seed = latents.integer_seed(seed)
        self.seed_generator = keras.random.SeedGenerator(self.seed)
        self._held_out_seeds = keras.random.SeedGenerator(self.seed)
        self._held_out_start = self._held_out_seeds.state.numpy()
        self.step_count = self.add_weight(
            shape=(), dtype="int64", initializer="zeros", trainable=False, name="steps"
        )
        logged = ["d_loss", "g_loss", "penalty", "d_gradient_norm", "g_gradient_norm"]
        if g_penalty is not None:
            logged.append("g_penalty")
        self._trackers = {key: keras.metrics.Mean(name=key) for key in logged}
        self.g_optimizer = self.d_optimizer = None
        self._warned_of_range = False
        shown = [keras.Input(given.shape[1:], dtype=given.dtype) for given in generator.inputs]
        self(shown[0] if self.condition is None else shown)  # tells Keras the input, for `export`

    def compile(self, *, g_optimizer, d_optimizer, jit_compile=None, **kwargs):
        """Set the two optimizers.

        Parameters
        ----------
        g_optimizer, d_optimizer : keras.optimizers.Optimizer or str
            Two different objects: each keeps the state of its own network. Learning-rate
            schedules are those of the optimizers; Keras's callbacks that change a learning rate
            set that of the generator, and the other in proportion.
        jit_compile : bool, optional
            Whether XLA compiles the step: by default on a GPU only. On a CPU the step takes as
            long or longer with it, and four times as long to compile.
        **kwargs
            run_eagerly, steps_per_execution, as in keras.Model.compile.
        """
        unknown = kwargs.keys() - {"run_eagerly", "steps_per_execution"}
        if unknown:
            raise TypeError(
                "expected g_optimizer, d_optimizer, jit_compile, run_eagerly and "
                f"steps_per_execution, received {', '.join(sorted(unknown))} as well: the loss and "
                "the measures of a GAN are its own"
            )
        optimizers = [keras.optimizers.get(given) for given in (g_optimizer, d_optimizer)]
        if optimizers[0] is optimizers[1]:
            raise ValueError("expected two optimizers, received the same object twice")
        networks = [self.generator, self.discriminator]
        if jit_compile is None:
            on_gpu = bool(tf.config.list_logical_devices("GPU"))
            jit_compile = on_gpu and not kwargs.get("run_eagerly", False)
        super().compile(optimizer=None, jit_compile=jit_compile, **kwargs)
        self.g_optimizer, self.d_optimizer = map(_scaled, optimizers, networks)
        self.g_optimizer.build(trainable_variables(self.generator))
        self.d_optimizer.build(trainable_variables(self.discriminator))
        self.optimizer = _BothOptimizers(self.g_optimizer, self.d_optimizer)

    def fit(
        self,
        x=None,
        y=None,
        batch_size=None,
        epochs=1,
        verbose="auto",
        callbacks=None,
        validation_split=0.0,
        validation_data=None,
        shuffle=None,
        class_weight=None,
        sample_weight=None,
        **kwargs,
    ):
        """Train as keras.Model.fit does, on an array of real images or a dataset of batches.

        Conditions come beside the images: ``fit(images, conditions)``, or a dataset of pairs.
        ``shuffle`` is True for arrays; a dataset keeps its own order. ``validation_data`` are
        held-out real images: see `test_step`. What is given is checked before the first step:
        see `check_samples`.
        """
        x, y = self._unpaired(x, y)
        if class_weight is not None or sample_weight is not None:
            raise ValueError(UNWEIGHTED)
        is_array = hasattr(x, "shape")
        if shuffle is None:
            shuffle = is_array
        if is_array or isinstance(x, tf.data.Dataset):
            self.check_samples(x if y is None else (x, y))
        if validation_data is not None:
            self._check_held_out(validation_data)
        endless = isinstance(x, tf.data.Dataset) and x.cardinality() == tf.data.INFINITE_CARDINALITY
        if endless and kwargs.get("steps_per_epoch") is None:
            raise ValueError(
                "expected steps_per_epoch beside a dataset without an end, received none: an epoch "
                "would never be over"
            )
        for callback in getattr(callbacks, "callbacks", keras.tree.flatten(callbacks or [])):
            if isinstance(callback, keras.callbacks.ModelCheckpoint):
                callback.save_weights_only or self.get_config()  # what cannot be saved says so now
            elif hasattr(callback, "check_execution"):
                callback.check_execution(self.steps_per_execution)
        with failed_checks_named():
            return super().fit(
                x,
                y,
                batch_size=batch_size,
                epochs=epochs,
                verbose=verbose,
                callbacks=callbacks,
                validation_split=validation_split,
                validation_data=validation_data,
                shuffle=shuffle,
                **kwargs,
            )

    def evaluate(self, x=None, y=None, *args, **kwargs):
        """Return the losses on held-out real images, as keras.Model.evaluate; see `test_step`."""
        x, y = self._unpaired(x, y)
        self._check_held_out(x if y is None else (x, y))
        with failed_checks_named():
            return super().evaluate(x, y, *args, **kwargs)

    @property
    def steps(self):
        return int(self.step_count.numpy())

    @property
    def sample_shape(self):
        """The shape of one sample, as `sample` draws it and as training is given it."""
        return tuple(self.generator.output_shape[1:])

    @property
    def metrics(self):
        return list(self._trackers.values())

    def reset_metrics(self):
        super().reset_metrics()
        # Every look at held-out images compares them with fakes of the same latents.
        self._held_out_seeds.state.assign(self._held_out_start)

    @property
    def sampling_generator(self):
        """What samples are drawn from: ``generator_ema`` where there is one, or the generator."""
        return self.generator if self.generator_ema is None else self.generator_ema

    def call(self, inputs):
        """Make images of latents, or of [latents, condition], as ``sample`` does."""
        return self.sampling_generator(inputs, training=False)

    def sample(self, n, *, condition=None, seed, batch_size=256):
        """Draw n images from the generator, or from its moving average where there is one.

        Parameters
        ----------
        n : int
        condition : array, shape (n, ...) or (...), where the networks take one
            A condition for each image, or one for all.
        seed : int
            Of the latents: equal latents under another condition show what that changes.
        batch_size : int

        Returns
        -------
        ndarray, float32, shape (n, ...), in [0, 1] for images
        """
        return models.draw(
            self.sampling_generator, n, condition=condition, seed=seed, batch_size=batch_size
        )

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
            Where the networks take a condition, a pair of arrays, or batches of pairs.

        Raises
        ------
        TypeError, ValueError
            For another shape than the generator's, for what is no floating-point number or not
            finite, for no samples at all, and for conditions that do not fit.
        """
        is_dataset = isinstance(samples, tf.data.Dataset)
        samples_and_condition(samples.element_spec if is_dataset else samples, self)
        batch = next(iter(samples.take(1)), None) if is_dataset else samples
        if batch is None:
            raise ValueError(EMPTY)
        real, condition = samples_and_condition(batch, self)
        if condition is not None:
            self.condition.check(condition, len(real))
        low, high = float(np.min(real)), float(np.max(real))
        if not np.isfinite([low, high]).all():
            raise ValueError("expected finite real samples, received NaN or infinity in them")
        least, most = output_range(self.generator)
        margin = 0.1 * (most - least)  # a resampling may overshoot
        if not self._warned_of_range and (low < least - margin or high > most + margin):
            self._warned_of_range = True
            warnings.warn(
                f"expected real samples from {least} to {most}, which is all that the generator "
                f"{self.generator.name!r} can make, received {low:.6g} to {high:.6g}: bring them "
                "to that range (images.to_float brings bytes to [0, 1])",
                stacklevel=3,
            )

    def train_step(self, data):
        """Make one step on one batch of real images; see the class for what it logs."""
        real, condition = self._batch(data)
        size, checks = real.shape[0], []
        if size is None:
            size = tf.shape(real)[0]
            checks = [tf.debugging.assert_positive(size, EMPTY)]
        with tf.control_dependencies(checks):
            for step in range(self.d_steps):
                part = slice(step % size, None, self.d_steps)
                minibatch = [x[part] for x in (real, condition) if x is not None]
                d_logs = self.step_discriminator(*minibatch)
            g_logs = self.step_generator(*minibatch)
        logs = d_logs | g_logs
        for key, value in logs.items():
            self._trackers[key].update_state(value)
        return logs

    def step_discriminator(self, real, condition=None):
        """Update the discriminator alone, once; the generator stands still.

        Parameters
        ----------
        real : tensor of float, shape (batch, ...)
        condition : tensor, shape (batch, ...), where the networks take one

        Returns
        -------
        dict of str to scalar tensor
            d_loss, penalty and d_gradient_norm.
        """
        judge = functools.partial(self._judge, condition=condition)
        fake = self._make(self._draw_latents(real), condition)
        with tf.GradientTape() as tape:
            d_loss = self.loss_pair.discriminator(judge(real), judge(fake))
            penalty = self._weighted(self.penalty, judge, real, fake)
            objective = _regularized(d_loss + penalty, self.discriminator)
            objective = self.d_optimizer.scale_loss(objective)
        norm = _apply_gradients(tape, objective, self.discriminator, self.d_optimizer)
        return {"d_loss": d_loss, "penalty": penalty, "d_gradient_norm": norm}

    def step_generator(self, real, condition=None):
        """Update the generator alone, once, and its average: this completes a step.

        Parameters
        ----------
        real : tensor of float, shape (batch, ...)
            As many fakes are drawn; relativistic losses compare them with these.
        condition : tensor, shape (batch, ...), where the networks take one
            Of these, and of the fakes.

        Returns
        -------
        dict of str to scalar tensor
            g_loss and g_gradient_norm; g_penalty where there is one.
        """
        judge = functools.partial(self._judge, condition=condition)
        make = functools.partial(self._make, condition=condition)
        z = self._draw_latents(real)
        with tf.GradientTape() as tape:
            # Only relativistic losses use the real logits; otherwise the compiler drops them.
            g_loss = self.loss_pair.generator(judge(real), judge(make(z)))
            penalty = self._weighted(self.g_penalty, make, z)
            objective = _regularized(g_loss + penalty, self.generator)
            objective = self.g_optimizer.scale_loss(objective)
        norm = _apply_gradients(tape, objective, self.generator, self.g_optimizer)
        self._update_average()
        self.step_count.assign_add(1)
        logs = {"g_loss": g_loss, "g_gradient_norm": norm}
        return logs if self.g_penalty is None else logs | {"g_penalty": penalty}

    def test_step(self, data):
        """Compute both losses on a batch of held-out real images, without learning from them.

        The networks are in inference mode, and the latents are the same at every evaluation. A
        discriminator that has learned its images by heart pays less for those than for these:
        the gap between ``d_loss`` and ``val_d_loss`` shows it. It says nothing about how good
        the generated images are: see `evaluation`.

        Parameters
        ----------
        data : tensor of float, shape (batch, ...), or pair of images and condition

        Returns
        -------
        dict of str to scalar tensor
            d_loss and g_loss, means over the batches so far.
        """
        real, condition = self._batch(data)
        fake = self._make(self._draw_latents(real, self._held_out_seeds), condition, training=False)
        logits = [self._judge(x, condition, training=False) for x in (real, fake)]
        for key, loss in (
            ("d_loss", self.loss_pair.discriminator),
            ("g_loss", self.loss_pair.generator),
        ):
            self._trackers[key].update_state(loss(*logits))
        return {key: self._trackers[key].result() for key in ("d_loss", "g_loss")}

    def get_config(self):
        """Return what makes an equal GAN by `from_config`, for Keras's save, clone and copy."""
        if losses.ALL.get(self.loss_pair.name) is not self.loss_pair:
            raise ValueError(_UNSAVED.format(what="a loss", owner="losses"))
        return {
            "generator": keras.saving.serialize_keras_object(self.generator),
            "discriminator": keras.saving.serialize_keras_object(self.discriminator),
            "loss": self.loss_pair.name,
            "penalty": _named(self.penalty),
            "g_penalty": _named(self.g_penalty),
            "d_steps": int(self.d_steps),
            "ema": self.ema,
            "seed": self.seed,
            "name": self.name,
        }

    @classmethod
    def from_config(cls, config, custom_objects=None):
        """Make a GAN of what `get_config` returned; its weights are new."""
        config = dict(config)
        for role in ("generator", "discriminator"):
            config[role] = keras.saving.deserialize_keras_object(
                config[role], custom_objects=custom_objects
            )
        for role in ("penalty", "g_penalty"):
            if config[role] is not None:
                function = getattr(penalties, config[role]["function"])
                config[role] = penalties.Penalty(**(config[role] | {"function": function}))
        return cls(**(config | {"loss": losses.ALL[config["loss"]]}))

    def get_compile_config(self):
        """Return how this GAN was compiled, for Keras's save."""
        if not self.compiled:
            return {}
        return {
            "g_optimizer": keras.saving.serialize_keras_object(self.g_optimizer),
            "d_optimizer": keras.saving.serialize_keras_object(self.d_optimizer),
            "jit_compile": self.jit_compile,
            "run_eagerly": self.run_eagerly,
            "steps_per_execution": self.steps_per_execution,
        }

    def compile_from_config(self, config):
        """Compile as a saved GAN was compiled."""
        if config:
            self.compile(**keras.saving.deserialize_keras_object(config))

    def save_own_variables(self, store):
        """Put the count of steps and the state of the latents' seed into a weights file."""
        super().save_own_variables(store)
        store["seed"] = self.seed_generator.state.numpy()

    def load_own_variables(self, store):
        """Take up what `save_own_variables` has put there."""
        kept = {name: store[name] for name in store.keys()}
        self.seed_generator.state.assign(kept.pop("seed"))
        super().load_own_variables(kept)

    def _batch(self, data):
        """Return a batch's real images and their condition or None, as the networks take them."""
        real, condition = samples_and_condition(data, self)
        # A dataset of a Python function's arrays may not know their shapes.
        real = tf.ensure_shape(real, (None, *self.sample_shape))
        if condition is not None:
            condition = tf.ensure_shape(condition, (None, *self.condition.shape))
            condition = condition_in_range(condition, self.condition)
            condition = tf.cast(condition, self.condition.dtype)
        return tf.cast(real, tf.float32), condition

    def _make(self, z, condition=None, training=True):
        """Make images of latents, in float32 whatever the generator computes in."""
        return tf.cast(
            self.generator(models.with_condition(z, condition), training=training), tf.float32
        )

    def _judge(self, images, condition=None, training=True):
        """Return the discriminator's logits, in float32 whatever it computes in."""
        logits = self.discriminator(models.with_condition(images, condition), training=training)
        return tf.cast(logits, tf.float32)

    def _unpaired(self, x, y):
        """Return samples and what comes beside them, also where both were given as one pair."""
        pair = isinstance(x, tuple if self.condition is None else tuple | list)
        return x if pair and len(x) == 2 and y is None else (x, y)

    def _check_held_out(self, data):
        if isinstance(data, tf.data.Dataset):
            self.check_samples(data)
        else:
            real, _, _ = keras.utils.unpack_x_y_sample_weight(data)
            if hasattr(real, "shape"):
                self.check_samples(data)

    def _weighted(self, penalty, *arguments):
        """Return a penalty times its weight; 0 on the steps that skip it."""
        if penalty is None or penalty.weight == 0:
            return tf.zeros(())

        def compute():
            value = penalty.function(*arguments, seed=self.seed_generator)
            return penalty.every * penalty.weight * value

        if penalty.every == 1:
            return compute()
        return tf.cond(self.step_count.value % penalty.every == 0, compute, lambda: tf.zeros(()))

    def _steps_averaged(self):
        """Return how many steps the moving average has seen, as a tensor."""
        return self.step_count.value

    def _update_average(self):
        if self.generator_ema is None:
            return
        steps = tf.cast(self._steps_averaged(), tf.float32)
        decay = tf.minimum(self.ema, (1.0 + steps) / (10.0 + steps))
        trained = self.generator.trainable_variables
        averaged = self.generator_ema.weights
        ours = {id(variable) for variable in trained}
        for mean, now in zip(averaged, self.generator.weights, strict=True):
            # Statistics of batch normalization are averages already: they are copied.
            keep = tf.cast(decay if id(now) in ours else 0.0, now.dtype)
            mean.assign(keep * mean.value + (1.0 - keep) * now.value)

    def _draw_latents(self, like, seeds=None):
        shape = (tf.shape(like)[0], self.latent_dim)
        return keras.random.normal(shape, dtype="float32", seed=seeds or self.seed_generator)


_UNSAVED = (
    "expected {what} of ganlab.{owner}, which a file can name, received another: use "
    "ganlab.checkpoints.save, which keeps all of the state, or save_weights"
)


def _named(penalty):
    """Return a penalty of the package in plain values, from which `from_config` makes it again."""
    if penalty is None:
        return None
    name = getattr(penalty.function, "__name__", "")  # a partial has none
    if getattr(penalties, name, None) is not penalty.function:
        raise ValueError(_UNSAVED.format(what="a penalty", owner="penalties"))
    return {
        "function": name,
        "weight": float(penalty.weight),
        "every": int(penalty.every),
    }


class _BothOptimizers:
    """Stands for both optimizers where Keras's callbacks look for one: to set its learning rate."""

    built = True

    def __init__(self, g_optimizer, d_optimizer):
        self._generator, self._discriminator, self._ratio = g_optimizer, d_optimizer, None

    @property
    def iterations(self):
        return self._generator.iterations

    @property
    def variables(self):
        return [*self._generator.variables, *self._discriminator.variables]

    @property
    def learning_rate(self):
        return self._generator.learning_rate

    @learning_rate.setter
    def learning_rate(self, value):
        if self._ratio is None:
            rates = (self._discriminator.learning_rate, self._generator.learning_rate)
            d_rate, g_rate = (float(keras.ops.convert_to_numpy(rate)) for rate in rates)
            self._ratio = d_rate / g_rate
        self._generator.learning_rate = value
        self._discriminator.learning_rate = value * self._ratio


def _scaled(optimizer, network):
    """Return the optimizer, its loss scaled where a network computes in half precision."""
    half = any(layer.compute_dtype == "float16" for layer in [network, *network.layers])
    if half and not isinstance(optimizer, keras.optimizers.LossScaleOptimizer):
        return keras.optimizers.LossScaleOptimizer(optimizer)
    return optimizer


def _copied(network):
    """Return a copy of a network for the moving average; Lambda layers, mere functions, are shared.

    Keras reads back no Lambda, which in a file from elsewhere could do anything.
    """

    def copied(layer):
        if isinstance(layer, keras.layers.Lambda):
            return layer
        return type(layer).from_config(layer.get_config())

    try:
        copy = keras.models.clone_model(network, clone_function=copied)
    except (TypeError, ValueError, NotImplementedError) as error:
        raise TypeError(
            f"expected a generator that Keras can copy, for its moving average, received "
            f"{network.name!r} with a layer that it cannot: give that layer get_config(), or the "
            "GAN ema=None"
        ) from error
    copy.set_weights(network.get_weights())
    return copy


def _regularized(loss, network):
    """Return the loss and what the regularizers of the network's weights add to it."""
    for variable in network.trainable_variables:
        if variable.regularizer is not None:
            loss += tf.cast(variable.regularizer(variable.value), loss.dtype)
    return loss


def _apply_gradients(tape, loss, network, optimizer):
    """Apply the gradients to the network's weights; return their global norm."""
    variables = trainable_variables(network)
    gradients = tape.gradient(loss, [variable.value for variable in variables])
    scale = optimizer.scale_loss(1.0)  # before `apply`, which may change it
    optimizer.apply(gradients, variables)
    return tf.linalg.global_norm(gradients) / scale
