"""Generators and discriminators: their builders, and one way to apply them to many inputs.

A generator maps latents (batch, latent_dim) to images in [0, 1] (or to points); a
discriminator maps images to logits (batch, 1). Networks that are told what to draw take a
condition as their second input: ``[latents, condition]`` and ``[images, condition]``. Networks
that want zero-centered pixels rescale them inside, so that outside there is one pixel
convention.

Initial weights come from an explicit seed: equal calls build equal networks.
"""

from ganlab.models.application import apply, draw
from ganlab.models.biggan import biggan_discriminator, biggan_generator
from ganlab.models.condition import Condition, check_kind, latent_dim, with_condition
from ganlab.models.convolutional import conv_discriminator, conv_generator
from ganlab.models.dcgan import dcgan_discriminator, dcgan_generator
from ganlab.models.dense import dense_discriminator, dense_generator
from ganlab.models.points import mlp_discriminator, mlp_generator
from ganlab.models.progressive import enlarged, progressive_discriminator, progressive_generator
from ganlab.models.statistics import standing_statistics

__all__ = [
    "Condition",
    "apply",
    "biggan_discriminator",
    "biggan_generator",
    "check_kind",
    "conv_discriminator",
    "conv_generator",
    "dcgan_discriminator",
    "dcgan_generator",
    "dense_discriminator",
    "dense_generator",
    "draw",
    "enlarged",
    "latent_dim",
    "mlp_discriminator",
    "mlp_generator",
    "progressive_discriminator",
    "progressive_generator",
    "standing_statistics",
    "with_condition",
]
