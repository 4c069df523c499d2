"""The second input of networks that are told what to draw."""

import math
from dataclasses import dataclass

import numpy as np

from ganlab._tensorflow import keras, tf


@dataclass(frozen=True)
class Condition:
    """What a network takes beside latents or images: a label, a vector, an embedding.

    Attributes
    ----------
    shape : tuple of int
        Of the condition of one sample; () for a label.
    dtype : str
    count : int or None
        Where the network looks its labels up in a table: how many there are.
    """

    shape: tuple
    dtype: str
    count: int | None = None

    @classmethod
    def of(cls, network):
        """Return the condition that a network takes, or None for a network of one input."""
        if len(network.inputs) == 1:
            return None
        given = network.inputs[1]
        return cls(tuple(given.shape[1:]), given.dtype, min(_counts(network, given), default=None))

    def check(self, values, n=None):
        """Return conditions as an array of the network's type, one for each of n samples.

        Parameters
        ----------
        values : array of shape (n, ...) or (...)
            One for each sample, or one for all.
        n : int, optional
            As many as `values` has where it is not given.

        Returns
        -------
        ndarray, shape (n, ...)

        Raises
        ------
        TypeError, ValueError
            For none, another shape, values of another kind or that the type cannot hold, NaN, a
            label out of range.
        """
        if values is None:
            raise ValueError(f"expected condition as {self}, received none")
        array = np.asarray(values)
        check_kind(array, self)
        every = array.ndim == len(self.shape)
        if n is not None and every:
            array = np.broadcast_to(array, (n, *array.shape))
        count = "n" if n is None else n
        if array.shape[1:] != self.shape or array.ndim == 0 or count not in ("n", len(array)):
            raise ValueError(
                f"expected condition as {self}, for each of {count} samples or one for all, "
                f"received shape {np.shape(values)}"
            )
        if not np.isfinite(array).all():
            raise ValueError("expected finite conditions, received NaN or infinity in them")
        if self.count is not None and array.size:
            low, high = array.min(), array.max()
            if low < 0 or high >= self.count:
                raise ValueError(
                    f"expected condition from 0 to {self.count - 1}, received {low} to {high}"
                )
        with np.errstate(over="ignore"):
            converted = array.astype(self.dtype)
        if array.dtype.kind in "iu" and (converted != array).any():
            raise ValueError(
                f"expected condition as {self} that {self.dtype} can hold, "
                f"received {array.min()} to {array.max()}"
            )
        return converted

    def __str__(self):
        whole = tf.as_dtype(self.dtype).is_integer
        if self.shape == ():
            most = "" if self.count is None else f" from 0 to {self.count - 1}"
            return f"a label{most}" if whole else "a number"
        return f"{'integers' if whole else 'numbers'} of shape {self.shape}"


#: The layers that leave labels as they are.
_PASSING = (
    keras.layers.InputLayer,
    keras.layers.Reshape,
    keras.layers.Flatten,
    keras.layers.Permute,
    keras.layers.RepeatVector,
    keras.layers.Identity,
)


def _counts(network, given):
    """Return the sizes of the tables in which a network looks up a tensor of labels."""
    reached, counts = {id(given)}, []
    for layer in network.layers:
        # A shared layer has a node for each use, and `layer.input` is that of one alone.
        for node in layer._inbound_nodes:
            places = [i for i, x in enumerate(node.input_tensors) if id(x) in reached]
            if not places:
                continue
            if isinstance(layer, keras.layers.Embedding):
                counts.append(layer.input_dim)
            elif isinstance(layer, keras.layers.CategoryEncoding):
                counts.append(layer.num_tokens)
            elif isinstance(layer, keras.Model):
                counts += [count for i in places for count in _counts(layer, layer.inputs[i])]
            elif isinstance(layer, _PASSING):
                reached.update(map(id, node.output_tensors))
    return counts


def check_kind(values, condition):
    """Refuse conditions of a kind that would lose what they say when they are converted."""
    dtype = tf.as_dtype(values.dtype)
    whole = tf.as_dtype(condition.dtype).is_integer
    if not (dtype.is_integer or (dtype.is_floating and not whole)):
        raise TypeError(f"expected condition as {condition}, received {dtype.name}")


def with_condition(x, condition):
    """Return what a network is called with: latents or images, and the condition if it has one."""
    return x if condition is None else [x, condition]


def latent_dim(generator):
    """Return the length of the latents that a generator takes."""
    return math.prod(generator.inputs[0].shape[1:])
