"""Layers that show a discriminator how much the samples of a batch differ."""

from ganlab._tensorflow import keras
from ganlab.images import check_count
from ganlab.latents import integer_seed
from ganlab.layers.arguments import seeds_of_weights, wide

ops = keras.ops


@keras.saving.register_keras_serializable("ganlab")
class MinibatchStdDev(keras.layers.Layer):
    """Append one channel: how much a sample and some others of its batch differ.

    The batch is shared out among as few groups of up to ``group_size`` samples as it takes, sample
    i to group i modulo their number. In a group the standard deviation of every value is taken over
    the samples; its mean over all values is the group's number, and all samples of the group get it
    as a constant channel. A generator that draws one image for all latents is seen at once. Karras
    et al. 2017, arXiv:1710.10196, section 3; the groups are those of the authors' code.

    In a batch that cannot be shared out evenly the sizes of the groups differ by one. Where a
    penalty on gradients is taken of such a discriminator, the gradients of a group's samples mix.

    Parameters
    ----------
    group_size : int, at least 1
    **settings
        Of `keras.layers.Layer`, such as ``name``.

    Raises
    ------
    ValueError
        For a group size below 1, and when it is called with a vector.

    Examples
    --------
    >>> import numpy as np
    >>> x = np.float32([0, 0, 0, 0, 1, 2, 3, 4, 100, 200, 300, 400]).reshape(12, 1, 1, 1)
    >>> MinibatchStdDev(group_size=4)(x).numpy()[:4, 0, 0, 1].round(3)
    array([ 86.178, 129.191, 163.557,  86.178], dtype=float32)
    """

    def __init__(self, group_size=4, **settings):
        super().__init__(**settings)
        check_count(group_size, "group_size", 1)
        self.group_size = int(group_size)

    def build(self, input_shape):
        """Check that there are channels beside the batch."""
        if len(input_shape) < 2:
            raise ValueError(
                f"expected inputs of shape (batch, ..., channels), received {tuple(input_shape)}"
            )
        super().build(input_shape)

    def call(self, inputs):
        """Return the inputs (batch, ..., channels) with one channel more."""
        inputs = ops.cast(inputs, self.compute_dtype)
        batch, dtype = ops.shape(inputs)[0], wide(self.compute_dtype)
        together = _shares(batch, self.group_size, dtype)
        values = ops.reshape(ops.cast(inputs, dtype), (batch, -1))
        deviations = values - ops.matmul(together, values)
        spread = ops.mean(
            ops.sqrt(ops.matmul(together, deviations**2) + 1e-8), axis=1
        )  # a slope at 0, too
        spread = ops.reshape(spread, (-1, *[1] * (len(inputs.shape) - 1)))
        channel = ops.zeros_like(inputs[..., :1]) + ops.cast(spread, inputs.dtype)
        return ops.concatenate([inputs, channel], axis=-1)

    def compute_output_shape(self, input_shape):
        """Return the shape with one channel more."""
        return (*input_shape[:-1], input_shape[-1] + 1)

    def get_config(self):
        """Return the settings from which `keras.saving` builds the layer again."""
        return {**super().get_config(), "group_size": self.group_size}


def _shares(batch, group_size, dtype):
    """Return the (batch, batch) matrix that takes the mean over each sample's group."""
    groups = (batch + group_size - 1) // group_size
    group = ops.arange(batch) % groups
    together = ops.cast(ops.expand_dims(group, 1) == ops.expand_dims(group, 0), dtype)
    return together / ops.sum(together, axis=1, keepdims=True)


@keras.saving.register_keras_serializable("ganlab")
class MinibatchDiscrimination(keras.layers.Layer):
    r"""Append to each sample's features how near the other samples of the batch are.

    A learned tensor turns the features of sample i into matrices M_i of ``kernels`` rows and
    ``dim`` columns. For each row b the sample gets

    .. math:: o_b(x_i) = \sum_{j \ne i} \exp(-\lVert M_{i,b} - M_{j,b} \rVert_1)

    so that a batch of equal samples, which a single look never finds suspect, has n - 1
    everywhere. Salimans et al. 2016, arXiv:1606.03498, section 3.2. The sum leaves out the sample
    itself, as the authors' code does; this code also scales the columns of the tensor, and adds a
    bias. The sum grows with the batch: use one size for real and fake.

    Parameters
    ----------
    kernels : int, at least 1
        How many numbers each sample gets: 100 in the authors' code.
    dim : int, at least 1
        Over how many columns a distance is taken: 5 in the authors' code.
    seed : int, from 0 on
        For the tensor.
    **settings
        Of `keras.layers.Layer`, such as ``name``.

    Raises
    ------
    TypeError, ValueError
        For numbers or a seed out of range; when it is called, for inputs other than features.

    Examples
    --------
    >>> import numpy as np
    >>> layer = MinibatchDiscrimination(kernels=2, dim=3, seed=0)
    >>> layer(np.ones((5, 4), np.float32)).numpy()[0]
    array([1., 1., 1., 1., 4., 4.], dtype=float32)
    """

    def __init__(self, kernels, dim, *, seed, **settings):
        super().__init__(**settings)
        check_count(kernels, "kernels", 1)
        check_count(dim, "dim", 1)
        self.kernels, self.dim, self.seed = int(kernels), int(dim), integer_seed(seed)

    def build(self, input_shape):
        """Make the tensor, whose columns have a length of about 1."""
        if len(input_shape) != 2 or input_shape[1] is None:
            raise ValueError(
                f"expected features of shape (batch, features), received {tuple(input_shape)}"
            )
        features = input_shape[1]
        (drawn,) = seeds_of_weights(self.seed, 1)
        self.tensor = self.add_weight(
            shape=(features, self.kernels * self.dim),
            initializer=keras.initializers.RandomNormal(stddev=features**-0.5, seed=drawn),
            name="tensor",
        )
        super().build(input_shape)

    def call(self, inputs):
        """Return (batch, features + kernels)."""
        inputs = ops.cast(inputs, self.compute_dtype)
        matrices = ops.reshape(ops.matmul(inputs, self.tensor), (-1, self.kernels, self.dim))
        matrices = ops.cast(matrices, wide(self.compute_dtype))
        pairs = ops.expand_dims(matrices, 1) - ops.expand_dims(matrices, 0)
        nearness = ops.exp(-ops.sum(ops.abs(pairs), axis=3))  # (batch, batch, kernels)
        to_others = ops.sum(nearness, axis=1) - 1  # exp(0): the sample itself
        return ops.concatenate([inputs, ops.cast(to_others, inputs.dtype)], axis=1)

    def compute_output_shape(self, input_shape):
        """Return the shape with `kernels` features more."""
        return (input_shape[0], input_shape[1] + self.kernels)

    def get_config(self):
        """Return the settings from which `keras.saving` builds the layer again."""
        own = {"kernels": self.kernels, "dim": self.dim, "seed": self.seed}
        return {**super().get_config(), **own}
