"""How many floating-point operations a training step needs: counted from the layers.

Only products count, those of dense layers and convolutions, at two operations a multiplication
and its addition: what is left (normalization, activations, Adam) is a few operations a value.
Counted is what the algorithm needs, not what a program does: a result that is needed twice
counts once, a gradient that nobody asks for not at all.
"""

import math

from ganlab import keras

__all__ = ["network", "step"]

layers = keras.layers


def network(model):
    """Operations of each layer that multiplies, for one sample forward, first layer first.

    Raises
    ------
    TypeError
        For a layer that has a kernel and is of no known kind.
    """
    counts = []
    for layer in model.layers:
        if isinstance(layer, layers.Conv2DTranspose):
            # Every input pixel meets the whole kernel (height, width, outputs, inputs).
            counts.append(2 * _pixels(layer.input.shape) * math.prod(layer.kernel.shape))
        elif isinstance(layer, layers.Conv2D):
            # Every output pixel does (height, width, inputs, outputs).
            counts.append(2 * _pixels(layer.output.shape) * math.prod(layer.kernel.shape))
        elif isinstance(layer, layers.Dense):
            counts.append(2 * math.prod(layer.kernel.shape))
        elif getattr(layer, "kernel", None) is not None:
            raise TypeError(f"expected a dense or convolutional layer, received {layer!r}")
    return counts


def step(gan, batch_size):
    """Operations of one step of a GAN on a batch, by part.

    A layer costs its forward count once more for the gradient of its weights and once more for
    the gradient of what enters it. Nobody needs the latter at the first layer of a network,
    unless the gradient goes on to the images, as it does for the generator's.

    Returns
    -------
    dict of str to int
    """
    g, d = network(gan.generator), network(gan.discriminator)
    each = batch_size // gan.d_steps  # images of each of the updates
    updates = gan.d_steps * each
    penalty = _penalty(gan, d)
    real_again = sum(d) if "relativistic" in gan.loss_pair.name else 0
    return {
        "discriminator update: generator forward": updates * sum(g),
        "discriminator update: discriminator forward": updates * 2 * sum(d),
        "discriminator update: discriminator backward": updates * 2 * (2 * sum(d) - d[0]),
        "discriminator update: penalty": round(updates * penalty),
        "generator update: generator forward": each * sum(g),
        "generator update: discriminator forward": each * (sum(d) + real_again),
        "generator update: discriminator backward": each * sum(d),
        "generator update: generator backward": each * (2 * sum(g) - g[0]),
    }


def _penalty(gan, d):
    """Operations for each image of a discriminator's update, spread over the steps without."""
    if gan.penalty is None or gan.penalty.weight == 0:
        return 0
    kind = gan.penalty.function.__name__
    if kind not in ("r1", "r2", "gradient_penalty"):
        raise TypeError(f"expected a penalty of ganlab.penalties, received {kind}")
    # The gradient of the logits: one pass back to the images. Its own gradient: one pass
    # forward through all layers but the last, whose incoming gradient is a constant, and the
    # gradient of every layer's weights. R1 and R2 share the forward pass of the images, which
    # the update makes anyway; between real and fake there is one more, and its way back.
    operations = sum(d) + (sum(d) - d[-1]) + sum(d)
    if kind == "gradient_penalty":
        operations += sum(d)
    return operations / gan.penalty.every


def _pixels(shape):
    _, height, width, _ = shape
    return height * width
