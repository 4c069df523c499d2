"""Layers that Keras does not have.

Each names the paper it comes from. All can be saved and copied, compute in half precision and
under XLA, and expect channels last. Those with initial weights take a ``seed``.
"""

from ganlab.layers.clipping import Clip
from ganlab.layers.equalized import EqualizedConv2D, EqualizedDense
from ganlab.layers.fading import FadeIn
from ganlab.layers.minibatch import MinibatchDiscrimination, MinibatchStdDev
from ganlab.layers.normalization import ConditionalBatchNorm, PixelNorm
from ganlab.layers.spectral import SpectralNorm
from ganlab.layers.threshold import Threshold

__all__ = [
    "Clip",
    "ConditionalBatchNorm",
    "EqualizedConv2D",
    "EqualizedDense",
    "FadeIn",
    "MinibatchDiscrimination",
    "MinibatchStdDev",
    "PixelNorm",
    "SpectralNorm",
    "Threshold",
]
