"""Batch normalization outside of training: means and variances collected anew."""

import numpy as np

from ganlab._tensorflow import keras
from ganlab.images import check_count
from ganlab.models.condition import Condition, with_condition


def standing_statistics(generator, z, *, condition=None, batch_size=64):
    """Return a copy of a generator whose batch normalizations know these latents.

    In training a batch is normalized by its own mean and variance. Outside, by moving averages of
    those: of weights that have changed since, of latents from the normal distribution, of all
    conditions. They are not right for a moving average of the weights, nor for truncated latents.
    Standing statistics are right for what is to be drawn: the means over batches of it, taken of
    the weights as they are (Brock, Donahue and Simonyan 2018, arXiv:1809.11096, appendix C.1).

    Parameters
    ----------
    generator : keras.Model
    z : array of float, shape (n, latent_dim)
        Drawn as those of the images to come, such as by `latents.truncate`; some thousand of them.
    condition : array, shape (n, ...) or (...), where the generator takes one
        A condition for each, or one for all, as often as they are to be drawn, in any order.
    batch_size : int, from 2 on
        Latents in a batch. Those that are too few for another batch are left out.

    Returns
    -------
    keras.Model
        With weights of its own. What it draws of a latent does not depend on others.

    Raises
    ------
    TypeError, ValueError
        For latents or conditions that do not fit, and for less than one batch.

    Examples
    --------
    >>> from ganlab import latents, models
    >>> generator = models.dcgan_generator((8, 8, 1), 4, width=2, seed=0)
    >>> z = latents.truncate(latents.sample(512, 4, seed=1), threshold=0.5, seed=2)
    >>> models.standing_statistics(generator, z).output_shape
    (None, 8, 8, 1)
    """
    z, told = np.asarray(z), Condition.of(generator)
    check_count(batch_size, "batch_size", 2)
    length = generator.inputs[0].shape[1]
    if z.ndim != 2 or z.shape[1] != length or len(z) < batch_size:
        raise ValueError(
            f"expected z of shape (n, {length}) with n from {batch_size} on, the batch_size, "
            f"received shape {z.shape}"
        )
    if told is not None:
        condition = told.check(condition, len(z))
    elif condition is not None:
        raise ValueError(f"expected no condition, which {generator.name!r} does not take")
    # Equal conditions may stand side by side, and a batch should be like any other.
    order = np.random.default_rng(0).permutation(len(z))
    copy = keras.models.clone_model(generator)
    copy.set_weights(generator.get_weights())
    kept = copy.get_weights()
    norms = [x for x in copy._flatten_layers() if isinstance(x, keras.layers.BatchNormalization)]
    momenta = [norm.momentum for norm in norms]
    for norm in norms:
        norm.trainable = True  # or it would use its averages
    for batch in range(len(z) // batch_size):
        for norm in norms:
            norm.momentum = batch / (batch + 1)  # the mean of this batch and those before
        part = order[batch * batch_size : (batch + 1) * batch_size]
        copy(with_condition(z[part], None if told is None else condition[part]), training=True)
    collected = {id(v) for norm in norms for v in (norm.moving_mean, norm.moving_variance)}
    for variable, value in zip(copy.weights, kept, strict=True):
        if id(variable) not in collected:
            variable.assign(value)  # what else moves in training, such as spectral normalization
    for norm, momentum in zip(norms, momenta, strict=True):
        norm.momentum = momentum
    copy.trainable = False
    return copy
