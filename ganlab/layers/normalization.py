"""Normalization without a batch, and normalization that is told a condition."""

import math

from ganlab._tensorflow import keras
from ganlab.latents import integer_seed
from ganlab.layers.arguments import number, seeds_of_weights, shapes_of_two, wide

ops = keras.ops


@keras.saving.register_keras_serializable("ganlab")
class PixelNorm(keras.layers.Layer):
    """Divide every pixel's vector of channels by its root mean square.

    Nothing is learned and no other sample is looked at; a generator's values cannot grow without
    limit. Karras et al. 2017, arXiv:1710.10196, section 4.2.

    Parameters
    ----------
    epsilon : float, above 0
        Added to the mean square, 1e-8 in the paper.
    **settings
        Of `keras.layers.Layer`, such as ``name``.

    Raises
    ------
    ValueError
        If epsilon is not positive.

    Examples
    --------
    >>> PixelNorm()(ops.array([[3.0, 4.0, 0.0, 0.0]])).numpy()  # root mean square 2.5
    array([[1.2, 1.6, 0. , 0. ]], dtype=float32)
    """

    def __init__(self, epsilon=1e-8, **settings):
        super().__init__(**settings)
        self.epsilon = number(epsilon, "epsilon", 0, math.inf)
        self.built = True

    def call(self, inputs):
        """Return the inputs (batch, ..., channels), normalized over the channels."""
        # A square may not fit into half precision.
        values = ops.cast(inputs, wide(self.compute_dtype))
        size = ops.rsqrt(ops.mean(values**2, axis=-1, keepdims=True) + self.epsilon)
        return ops.cast(values * size, self.compute_dtype)

    def compute_output_shape(self, input_shape):
        """Return the shape as it is."""
        return input_shape

    def get_config(self):
        """Return the settings from which `keras.saving` builds the layer again."""
        return {**super().get_config(), "epsilon": self.epsilon}


@keras.saving.register_keras_serializable("ganlab")
class ConditionalBatchNorm(keras.layers.Layer):
    """Batch normalization whose gain and bias depend on a vector, that of a class for example.

    Both are linear in the vector, the gain is 1 plus that. Dumoulin, Shlens, Kudlur 2016
    (arXiv:1610.07629) learn a table of gains and biases, of instance normalization; a vector shared
    by all layers, and a matrix in each, is BigGAN's form (Brock, Donahue, Simonyan 2018,
    arXiv:1809.11096, section 3). With a one-hot vector the matrices are tables.

    Parameters
    ----------
    momentum, epsilon : float
        Of `keras.layers.BatchNormalization`.
    seed : int, from 0 on
        For the two matrices, which start as N(0, 0.02^2).
    **settings
        Of `keras.layers.Layer`, such as ``name``.

    Raises
    ------
    TypeError, ValueError
        For a momentum, an epsilon or a seed out of range; when it is called, for other inputs.

    Examples
    --------
    >>> import numpy as np
    >>> layer = ConditionalBatchNorm(seed=0)
    >>> layer([np.ones((2, 8, 8, 3), np.float32), np.ones((2, 5), np.float32)]).shape
    TensorShape([2, 8, 8, 3])
    """

    def __init__(self, *, momentum=0.9, epsilon=1e-3, seed, **settings):
        super().__init__(**settings)
        self.momentum = number(momentum, "momentum", 0, 1)
        self.epsilon = number(epsilon, "epsilon", 0, math.inf)
        self.seed = integer_seed(seed)
        dtype = self.dtype_policy
        self.norm = keras.layers.BatchNormalization(
            momentum=momentum, epsilon=epsilon, center=False, scale=False, dtype=dtype, name="norm"
        )

    def build(self, input_shape):
        """Make the matrices for the channels of the images and the size of the vectors."""
        what = "[images (batch, ..., channels), vectors (batch, size)]"
        images, vectors = shapes_of_two(input_shape, what)
        if len(vectors) != 2:
            raise ValueError(f"expected {what}, received shapes {images} and {vectors}")
        self.norm.build(images)
        self.gain, self.bias = (
            self.add_weight(
                shape=(vectors[1], images[-1]),
                initializer=keras.initializers.RandomNormal(stddev=0.02, seed=drawn),
                name=name,
            )
            for name, drawn in zip(("gain", "bias"), seeds_of_weights(self.seed, 2), strict=True)
        )
        super().build(input_shape)

    def call(self, inputs, training=False):
        """Return the normalized images of [images, vectors]."""
        images, vectors = (ops.cast(given, self.compute_dtype) for given in inputs)
        ones = [1] * (len(images.shape) - 2)
        gain, bias = (
            ops.reshape(ops.matmul(vectors, matrix), (-1, *ones, images.shape[-1]))
            for matrix in (self.gain, self.bias)
        )
        return self.norm(images, training=training) * (1 + gain) + bias

    def compute_output_shape(self, input_shape):
        """Return the shape of the images."""
        return input_shape[0]

    def get_config(self):
        """Return the settings from which `keras.saving` builds the layer again."""
        own = {"momentum": self.momentum, "epsilon": self.epsilon, "seed": self.seed}
        return {**super().get_config(), **own}
