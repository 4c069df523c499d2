"""A network applied to any number of inputs, in chunks that fit into memory."""

import numpy as np

from ganlab.images import check_count


def apply(network, inputs, *, batch_size=256):
    """Apply a network in inference mode, a chunk of inputs at a time.

    Parameters
    ----------
    network : keras.Model
    inputs : array of float, shape (n, ...)
    batch_size : int
        Inputs in a chunk; the last one may have fewer.

    Returns
    -------
    ndarray, float32, shape (n, ...)
        What one call of the network on all inputs gives, up to rounding.

    Examples
    --------
    >>> from ganlab import latents, models
    >>> generator = models.mlp_generator(seed=0)
    >>> apply(generator, latents.sample(1000, 2, seed=1)).shape
    (1000, 2)
    """
    check_count(batch_size, "batch_size", 1)
    starts = range(0, len(inputs), batch_size) or [0]  # of no inputs, one empty chunk
    chunks = [network(inputs[i : i + batch_size], training=False).numpy() for i in starts]
    return np.concatenate(chunks, dtype=np.float32)
