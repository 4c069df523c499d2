"""What a GAN is not built of and not trained on, refused before the first step."""

import contextlib
import dataclasses
import re

import numpy as np

from ganlab import layers, models, penalties
from ganlab._tensorflow import keras, tf


def trainable_variables(network):
    """Return the network's trainable variables; refuse a frozen network, which has none."""
    if not network.trainable_variables:
        raise ValueError(
            f"expected {network.name!r} to have trainable variables, received none: "
            "it would silently never train (was trainable = False set on it?)"
        )
    return network.trainable_variables


def samples_and_condition(data, gan):
    """Return the real samples of a batch, or of its specification, and their condition or None.

    A batch is the samples or (samples, ...); with a condition it is (samples, condition).
    """
    real, condition, weights = keras.utils.unpack_x_y_sample_weight(data)
    if weights is not None:
        raise ValueError(UNWEIGHTED)
    if gan.condition is not None and condition is None and isinstance(real, tuple | list):
        real, condition = [*real, None][:2]  # both as the inputs of one network, [images, ...]
    _check_samples(real, gan)
    if gan.condition is None:
        return real, None  # labels beside images are no news to an unconditional GAN
    _check_condition(condition, real, gan.condition)
    return real, condition


def _check_condition(values, real, condition):
    if values is None:
        raise ValueError(
            f"expected batches of (real samples, condition), the condition as {condition}, "
            "received real samples alone"
        )
    if not hasattr(values, "shape") or isinstance(values, _UNEVEN):
        raise TypeError(
            f"expected condition as {condition}, one array, received {type(values).__name__}"
        )
    models.check_kind(values, condition)
    shape, count = tf.TensorShape(values.shape), tf.TensorShape(real.shape)[:1]
    if not shape.is_compatible_with(count.concatenate(condition.shape)):
        hint = ". Drop the last axis: labels[:, 0]" if shape[1:] == (1, *condition.shape) else ""
        raise ValueError(
            f"expected condition as {condition}, one for each of "
            f"{'the' if count[0] is None else count[0]} real samples, received shape "
            f"{tuple(shape) if shape.rank is not None else 'unknown'}{hint}"
        )


def _check_samples(real, gan):
    made = (None, *gan.sample_shape)
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
        raise ValueError(EMPTY)
    if not tf.as_dtype(real.dtype).is_floating:
        raise TypeError(
            f"expected floating-point real samples, received {tf.as_dtype(real.dtype).name}: "
            "images.to_float turns bytes into [0, 1]"
        )


EMPTY = "expected at least one real sample in a batch, received none"
UNWEIGHTED = (
    "expected samples without weights, received sample_weight or class_weight: show those that are "
    "to count more more often"
)


def condition_in_range(values, condition):
    """Return labels as they are; let a step fail where one is out of range, which a GPU would not.

    The compiler for accelerators drops the check.
    """
    if condition.count is None:
        return values
    message = f"expected condition from 0 to {condition.count - 1}, received another label"
    wide = tf.cast(values, tf.int64)  # a narrow type may not hold the count
    checks = [
        tf.debugging.assert_non_negative(wide, message),
        tf.debugging.assert_less(wide, tf.constant(condition.count, tf.int64), message),
    ]
    with tf.control_dependencies([check for check in checks if check is not None]):
        return tf.identity(values)


_CHECKED = re.compile(rf"{EMPTY}|expected condition from 0 to \d+, received another label")


@contextlib.contextmanager
def failed_checks_named():
    """Turn the failed assertion of a compiled step, many lines, into the error that it is."""
    try:
        yield
    except tf.errors.InvalidArgumentError as error:
        found = _CHECKED.search(str(error))
        if found is None:
            raise
        raise ValueError(found.group()) from None


_UNEVEN = tf.RaggedTensor | tf.RaggedTensorSpec | tf.SparseTensor | tf.SparseTensorSpec

#: The layers that move values about, or leave a part of them out, and keep their range.
_MOVING = (
    keras.layers.Reshape,
    keras.layers.Flatten,
    keras.layers.Permute,
    keras.layers.Cropping1D,
    keras.layers.Cropping2D,
    keras.layers.UpSampling2D,
    layers.Threshold,
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


def output_range(network):
    """Return the least and the greatest value that a network can give, as far as one can see."""
    ranges = {"sigmoid": (0, 1), "hard_sigmoid": (0, 1), "tanh": (-1, 1)}
    return ranges.get(_last_activation(network), (-np.inf, np.inf))


def check_penalty(name, penalty):
    """Refuse what is no penalty, which the first step would fail on."""
    if not isinstance(penalty, penalties.Penalty | None):
        raise TypeError(f"expected {name} as a penalties.Penalty or None, received {penalty!r:.80}")


def _check_layers(network):
    """Refuse layers that would add to a loss while the network is called.

    The step adds the regularizers of weights; what a call adds belongs to one call, of several.
    """
    for layer in network._flatten_layers():
        if getattr(layer, "activity_regularizer", None) is not None:
            raise ValueError(
                "expected layers without activity_regularizer, received one in "
                f"{layer.name!r} of {network.name!r}: write it as a penalty"
            )


def check_networks(generator, discriminator):
    """Refuse a pair that cannot play; return the condition that both take, or None."""
    for role, network in (("generator", generator), ("discriminator", discriminator)):
        try:
            network.input_shape, network.output_shape  # noqa: B018 - raise where not known
            inputs, outputs = len(network.inputs), len(network.outputs)
        except (AttributeError, ValueError):
            raise TypeError(
                f"expected a {role} that knows the shapes of its input and output, received "
                f"{network!r:.80}: give a Sequential its keras.Input(shape), and wrap another "
                "model, inputs = keras.Input(shape); keras.Model(inputs, model(inputs))"
            ) from None
        listed = inputs == 1 or isinstance(network.input, list | tuple)
        if inputs > 2 or outputs > 1 or not listed:
            of = "latents" if role == "generator" else "images"
            raise TypeError(
                f"expected a {role} of one input, or of [{of}, condition], and of one output, "
                f"received {network.name!r} with inputs {network.input_shape} and outputs "
                f"{network.output_shape}"
            )
        _check_layers(network)
    given, made = generator.inputs[0].shape, generator.output_shape
    if len(given) != 2:
        raise ValueError(f"expected a generator of latents (batch, latent_dim), received {given}")
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
    if made[1:] != discriminator.inputs[0].shape[1:]:
        raise ValueError(
            "expected the discriminator to take what the generator makes, received "
            f"generator output {made} and discriminator input {discriminator.inputs[0].shape}"
        )
    told, judged = models.Condition.of(generator), models.Condition.of(discriminator)
    if told is None is judged:
        return None
    if told is None or judged is None or (told.shape, told.dtype) != (judged.shape, judged.dtype):
        raise ValueError(
            "expected a generator and a discriminator of the same condition, received "
            f"{told or 'none'} and {judged or 'none'}"
        )
    counts = [one.count for one in (told, judged) if one.count is not None]
    return dataclasses.replace(told, count=min(counts, default=None))
