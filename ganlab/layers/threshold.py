"""A last layer that draws what is nearly 0 as 0."""

from ganlab._tensorflow import keras
from ganlab.layers.arguments import number


@keras.saving.register_keras_serializable("ganlab")
class Threshold(keras.layers.Layer):
    """Set finite values below a level to 0, except in training.

    Real handwriting stands on a background that is exactly 0. A sigmoid comes close to 0 and
    never reaches it, and a discriminator whose slope is penalized hardly sees the difference; a
    fresh classifier does. In training the values pass, so that the discriminator goes on pushing
    them down. Gradients always pass, as if nothing were cut (straight-through, Bengio et al.
    2013, arXiv:1308.3432): a search among latents may bring a pixel back.

    Derived in notebooks/07_measuring_gans.

    Parameters
    ----------
    level : float in (0, 1)
    **settings
        Of `keras.layers.Layer`, such as ``name``.

    Raises
    ------
    ValueError
        If the level is not between 0 and 1.

    Examples
    --------
    >>> import numpy as np
    >>> Threshold(0.25)(np.float32([[0.125, 0.25, 0.75]])).numpy()
    array([[0.  , 0.25, 0.75]], dtype=float32)
    """

    def __init__(self, level, **settings):
        super().__init__(**settings)
        self.level = number(level, "level", 0, 1)
        self.built = True  # nothing to build

    def call(self, inputs, training=False):
        """Return what is not below the level, and 0 for the rest; in training all as it is."""
        if training:
            return inputs
        below = keras.ops.where(inputs < self.level, inputs, keras.ops.zeros_like(inputs))
        return inputs - keras.ops.stop_gradient(below)

    def compute_output_shape(self, input_shape):
        """Return the shape as it is."""
        return input_shape

    def get_config(self):
        """Return the settings from which `keras.saving` builds the layer again."""
        return {**super().get_config(), "level": self.level}
