"""The transition from one network to a larger one that contains it."""

from ganlab._tensorflow import keras
from ganlab.layers.arguments import number, shapes_of_two


@keras.saving.register_keras_serializable("ganlab")
class FadeIn(keras.layers.Layer):
    """Mix an old path and a new one: (1 - alpha) old + alpha new.

    With alpha rising from 0 to 1 a layer that was just added, and knows nothing, takes over
    without a shock. Karras et al. 2017, arXiv:1710.10196, section 2 and figure 2.

    Parameters
    ----------
    alpha : float in [0, 1]
        At the start. ``layer.alpha.assign(0.5)`` moves on; it is a weight that is not trained,
        so that a saved network stays where it was.
    **settings
        Of `keras.layers.Layer`, such as ``name``.

    Raises
    ------
    ValueError
        If alpha is not in [0, 1], and when it is called with other than two inputs of one shape.

    Examples
    --------
    >>> old, new = keras.ops.array([[0.0]]), keras.ops.array([[8.0]])
    >>> FadeIn(0.25)([old, new]).numpy()
    array([[2.]], dtype=float32)
    """

    def __init__(self, alpha=0.0, **settings):
        super().__init__(**settings)
        self.first_alpha = number(alpha, "alpha", 0, 1, closed=True)
        first = keras.initializers.Constant(self.first_alpha)
        self.alpha = self.add_weight(shape=(), initializer=first, trainable=False, name="alpha")

    def build(self, input_shape):
        """Check that both paths have one shape."""
        old, new = shapes_of_two(input_shape, "[old, new]")
        if old[1:] != new[1:]:
            raise ValueError(f"expected two paths of one shape, received {old} and {new}")
        super().build(input_shape)

    def call(self, inputs):
        """Return the mixture of [old, new], tensors of one shape."""
        old, new = (keras.ops.cast(path, self.compute_dtype) for path in inputs)
        alpha = keras.ops.cast(self.alpha, self.compute_dtype)
        return (1 - alpha) * old + alpha * new

    def compute_output_shape(self, input_shape):
        """Return the shape of both."""
        return input_shape[1]

    def get_config(self):
        """Return the settings from which `keras.saving` builds the layer again."""
        return {**super().get_config(), "alpha": self.first_alpha}
