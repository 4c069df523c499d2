"""Weight clipping, the first way to keep a critic from growing steep."""

import math

from ganlab._tensorflow import keras
from ganlab.layers.arguments import number


@keras.saving.register_keras_serializable("ganlab")
class Clip(keras.constraints.Constraint):
    """Bring every weight back to [-limit, limit] after an update.

    As ``kernel_constraint`` and ``bias_constraint`` of the layers of a critic this is the weight
    clipping of WGAN (Arjovsky, Chintala, Bottou 2017, arXiv:1701.07875, algorithm 1, with limit
    0.01). Optimizers of Keras apply it after each of their steps, so that the generator meets a
    critic within the limit. Scales and shifts of normalization layers stay free: clipped to 0.01
    as in the authors' code, a scale that starts at 1 falls to a hundredth.

    Derived in notebooks/11_wasserstein.

    Parameters
    ----------
    limit : float, above 0

    Raises
    ------
    ValueError
        If the limit is not positive and finite.

    Examples
    --------
    >>> Clip(0.5)(keras.ops.array([-3.0, 0.25])).numpy()
    array([-0.5 ,  0.25], dtype=float32)
    """

    def __init__(self, limit):
        self.limit = number(limit, "limit", 0, math.inf)

    def __call__(self, weights):
        """Return the weights, those outside of the limit brought to it."""
        return keras.ops.clip(weights, -self.limit, self.limit)

    def get_config(self):
        """Return the settings from which `keras.saving` builds the constraint again."""
        return {"limit": self.limit}
