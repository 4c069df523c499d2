"""A network applied to any number of inputs, in chunks that fit into memory."""

import numpy as np

from ganlab import latents
from ganlab.images import check_count
from ganlab.models.condition import Condition, latent_dim, with_condition


def apply(network, inputs, *, batch_size=256):
    """Apply a network in inference mode, a chunk of inputs at a time.

    Parameters
    ----------
    network : keras.Model
    inputs : array of float, shape (n, ...), or list of arrays of one length
        A list for a network with a second input, the condition.
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
    several = isinstance(inputs, list)
    starts = range(0, len(inputs[0] if several else inputs), batch_size) or [0]  # or one, empty
    chunks = []
    for start in starts:
        part = slice(start, start + batch_size)
        chunk = [array[part] for array in inputs] if several else inputs[part]
        chunks.append(network(chunk, training=False).numpy())
    return np.concatenate(chunks, dtype=np.float32)


def draw(generator, n, *, condition=None, seed, batch_size=256):
    """Draw n samples from a generator.

    Parameters
    ----------
    generator : keras.Model
        latents -> samples, or [latents, condition] -> samples.
    n : int
    condition : array, shape (n, ...) or (...), where the generator takes one
        A condition for each sample, or one for all.
    seed : int
        Of the latents.
    batch_size : int

    Returns
    -------
    ndarray, float32, shape (n, ...)

    Raises
    ------
    TypeError, ValueError
        For a condition that does not fit, and for none where one is needed.
    """
    told = Condition.of(generator)
    z = latents.sample(n, latent_dim(generator), seed=seed)
    if told is not None:
        condition = told.check(condition, n)
    elif condition is not None:
        raise ValueError(f"expected no condition, which {generator.name!r} does not take")
    return apply(generator, with_condition(z, condition), batch_size=batch_size)
