"""Spectral normalization: a layer divided by its largest singular value."""

from ganlab._tensorflow import keras
from ganlab.images import check_count
from ganlab.latents import integer_seed
from ganlab.layers.arguments import seeds_of_weights

ops, layers = keras.ops, keras.layers

_PLAIN = (layers.Dense, layers.Conv1D, layers.Conv2D, layers.Conv3D)
_TRANSPOSED = (layers.Conv1DTranspose, layers.Conv2DTranspose, layers.Conv3DTranspose)


@keras.saving.register_keras_serializable("ganlab")
class SpectralNorm(layers.Wrapper):
    """Use a layer with its kernel divided by the kernel's largest singular value.

    Miyato et al. 2018, arXiv:1802.05957, algorithm 1. The singular value sigma is estimated by
    ``iterations`` steps of power iteration from a vector that is kept from call to call, and moves
    on in training only. Once the estimate has converged, a dense layer stretches no direction of
    its input by more than 1. Of a convolution the kernel is read as a matrix (outputs, rest), as in
    the paper: the convolution itself may stretch some inputs more, up to the square root of
    the number of places of its kernel.

    The gradient goes through sigma, as in the paper, with the two singular vectors held fixed: it
    has no part along the kernel, whose size changes nothing. `keras.layers.SpectralNormalization`
    overwrites the kernel and does not differentiate sigma.

    Parameters
    ----------
    layer : keras.layers.Layer
        A Dense, a Conv or a ConvTranspose of Keras, without ``activity_regularizer``.
    iterations : int, at least 1
        Of power iteration in each call in training.
    seed : int, from 0 on
        For the first vector.
    **settings
        Of `keras.layers.Layer`, such as ``name``.

    Raises
    ------
    TypeError, ValueError
        For another layer, and for iterations or a seed out of range.

    Examples
    --------
    >>> import numpy as np
    >>> dense = SpectralNorm(layers.Dense(2, use_bias=False), iterations=9, seed=0)
    >>> dense.build((None, 2))
    >>> _ = dense.layer.kernel.assign([[3.0, 0.0], [0.0, 1.0]])  # stretches by 3 and by 1
    >>> dense(np.float32([[3, 3]]), training=True).numpy().round(3)
    array([[3., 1.]], dtype=float32)
    """

    def __init__(self, layer, *, iterations=1, seed, **settings):
        check_count(iterations, "iterations", 1)
        if type(layer) not in _PLAIN + _TRANSPOSED or layer.activity_regularizer is not None:
            raise TypeError(
                "expected layer as a Dense, Conv or ConvTranspose of Keras without "
                f"activity_regularizer, received {type(layer).__name__} "
                f"{getattr(layer, 'name', '')!r}"
            )
        # Sigma is computed in the type of the variables; the layer itself casts what it is given.
        super().__init__(layer, autocast=False, **settings | {"dtype": layer.variable_dtype})
        self.iterations, self.seed = int(iterations), integer_seed(seed)

    def build(self, input_shape=None):
        """Build the layer, and the vector of power iteration."""
        super().build(input_shape)
        (drawn,) = seeds_of_weights(self.seed, 1)
        self.vector = self.add_weight(
            shape=(self._matrix().shape[0],),
            initializer=keras.initializers.RandomNormal(seed=drawn),
            trainable=False,
            name="vector",
        )

    def call(self, inputs, training=False):
        """Apply the layer with kernel / sigma; in training the estimate of sigma moves on."""
        matrix = self._matrix()
        fixed = ops.stop_gradient(matrix)
        left = _unit(ops.convert_to_tensor(self.vector))  # that of an untrained layer is shorter
        right = _unit(ops.matmul(left, fixed))
        if training:
            for _ in range(self.iterations):
                # A kernel of 0 has no direction, and the vector stays.
                left = _unit(ops.matmul(fixed, right), otherwise=left)
                right = _unit(ops.matmul(left, fixed))
            self.vector.assign(left)
        sigma = ops.sum(left * ops.matmul(matrix, right))
        kernel = self.layer.kernel / ops.where(sigma > 0, sigma, 1.0)
        # While the layer is applied, its kernel has another value.
        others = [(v, v.value) for v in self.layer.variables if v is not self.layer.kernel]
        with keras.StatelessScope(state_mapping=[(self.layer.kernel, kernel), *others]):
            return self.layer(inputs)

    def compute_output_shape(self, input_shape):
        """Return the shape that the layer returns."""
        return self.layer.compute_output_shape(input_shape)

    def get_config(self):
        """Return the settings from which `keras.saving` builds the layer again."""
        return {**super().get_config(), "iterations": self.iterations, "seed": self.seed}

    def _matrix(self):
        """Return the kernel as a matrix (outputs, rest)."""
        kernel = ops.convert_to_tensor(self.layer.kernel)
        outputs = -2 if isinstance(self.layer, _TRANSPOSED) else -1
        return ops.reshape(ops.moveaxis(kernel, outputs, 0), (kernel.shape[outputs], -1))


def _unit(vector, otherwise=0.0):
    """Return a vector of length 1 in the same direction, and another for the vector 0."""
    squared = ops.sum(vector**2)
    length = ops.sqrt(ops.where(squared > 0, squared, 1.0))
    return ops.where(squared > 0, vector / length, otherwise)
