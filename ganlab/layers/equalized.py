"""Dense and convolutional layers whose weights all learn at one relative rate."""

import math

from ganlab._tensorflow import keras
from ganlab.images import check_count
from ganlab.latents import integer_seed
from ganlab.layers.arguments import number, seeds_of_weights

_BEFORE_RELU = math.sqrt(2)  # a relu halves the mean square


class _Equalized:
    """What a Dense or Conv2D becomes whose kernel is drawn from N(0, 1) and scaled when used.

    Both are linear in their kernel, the bias aside, so that the scale may go to the input.
    """

    def __init__(self, *size, gain, seed, **settings):
        if "kernel_initializer" in settings:
            raise TypeError("expected seed alone for the kernel, which starts as N(0, 1)")
        gain, seed = number(gain, "gain", 0, math.inf), integer_seed(seed)
        (drawn,) = seeds_of_weights(seed, 1)
        first = keras.initializers.RandomNormal(stddev=1.0, seed=drawn)
        super().__init__(*size, kernel_initializer=first, **settings)
        self.gain, self.seed = gain, seed

    @property
    def scale(self):
        """What the kernel is multiplied by when it is used: gain / sqrt(fan_in)."""
        return self.gain / math.sqrt(math.prod(self.kernel.shape[:-1]))

    def call(self, inputs):
        """Apply the layer with its kernel times the scale."""
        return super().call(keras.ops.cast(inputs, self.compute_dtype) * self.scale)

    def get_config(self):
        """Return the settings from which `keras.saving` builds the layer again."""
        config = super().get_config()
        del config["kernel_initializer"]  # made of the seed
        return {**config, "gain": self.gain, "seed": self.seed}


@keras.saving.register_keras_serializable("ganlab")
class EqualizedDense(_Equalized, keras.layers.Dense):
    """A dense layer with an equalized learning rate.

    The kernel starts as N(0, 1) and is multiplied by gain / sqrt(fan_in) whenever it is used. So
    the outputs have the size that the initialization of He et al. 2015 (arXiv:1502.01852) gives
    them, but Adam, whose steps do not depend on the size of a gradient, changes every layer by
    the same fraction of its weights. Karras et al. 2017, arXiv:1710.10196, section 4.1.

    Parameters
    ----------
    units : int, from 1 on
    gain : float, above 0
        sqrt(2) before a relu, 1 where nothing follows.
    seed : int, from 0 on
        For the initial kernel.
    **settings
        Of `keras.layers.Dense`, except ``kernel_initializer``.

    Raises
    ------
    TypeError, ValueError
        For sizes, a gain or a seed out of range, and for a ``kernel_initializer``.

    Examples
    --------
    >>> layer = EqualizedDense(3, gain=1.0, seed=0)
    >>> layer.build((None, 100))
    >>> layer.scale
    0.1
    """

    def __init__(self, units, *, gain=_BEFORE_RELU, seed, **settings):
        check_count(units, "units", 1)
        super().__init__(units, gain=gain, seed=seed, **settings)


@keras.saving.register_keras_serializable("ganlab")
class EqualizedConv2D(_Equalized, keras.layers.Conv2D):
    """A convolution with an equalized learning rate: see `EqualizedDense`.

    Parameters
    ----------
    filters, kernel_size : int, from 1 on
    gain : float, above 0
        sqrt(2) before a relu, 1 where nothing follows.
    seed : int, from 0 on
        For the initial kernel.
    **settings
        Of `keras.layers.Conv2D`, except ``kernel_initializer``; channels come last.

    Raises
    ------
    TypeError, ValueError
        As `EqualizedDense`, and for channels that do not come last.

    Examples
    --------
    >>> layer = EqualizedConv2D(8, 5, gain=1.0, seed=0)
    >>> layer.build((None, 16, 16, 4))
    >>> layer.scale  # 1 / sqrt(5 * 5 * 4)
    0.1
    """

    def __init__(self, filters, kernel_size, *, gain=_BEFORE_RELU, seed, **settings):
        check_count(filters, "filters", 1)
        settings = {"data_format": "channels_last"} | settings
        if settings["data_format"] != "channels_last":
            raise ValueError(
                f"expected data_format as 'channels_last', received {settings['data_format']!r}"
            )
        super().__init__(filters, kernel_size, gain=gain, seed=seed, **settings)
