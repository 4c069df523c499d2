"""Batches for training, each epoch in a new order."""

import numpy as np

from ganlab.datasets.dataset import Dataset
from ganlab.images import check_count


def batches(images, batch_size, *, seed, start=0):
    """Serve batches for ever, each epoch in a new order; any step can be returned to.

    The epochs follow each other without a gap: each sample is seen once before any is seen
    again, and a batch may hold the end of one epoch and the beginning of the next. The batch
    of step s depends on nothing but `seed` and s. A training resumed with ``start=s`` sees
    what it would have seen.

    Parameters
    ----------
    images : array, shape (n, ...), or Dataset, or tuple of arrays of one length
        Images or points; anything whose first axis counts the samples. A tuple such as
        ``(images, labels)`` gives batches that are tuples, for networks with a condition.
    batch_size : int, at least 1
        May exceed n.
    seed : int of 64 bits
    start : int, at least 0
        The step to begin with.

    Returns
    -------
    tf.data.Dataset
        Infinite, of tensors of shape (batch_size, ...) and the type of `images`, or of tuples
        of such tensors.

    Examples
    --------
    >>> points = np.zeros((100, 2))
    >>> [batch.shape[0] for batch in batches(points, 64, seed=1).take(3)]
    [64, 64, 64]
    """
    several = isinstance(images, tuple)
    arrays = [_samples(part) for part in (images if several else [images])]
    n = len(arrays[0])
    if any(len(array) != n for array in arrays):
        shapes = [array.shape for array in arrays]
        raise ValueError(f"expected arrays of one length, received shapes {shapes}")
    check_count(batch_size, "batch_size", 1)
    check_count(start, "start", 0)
    if isinstance(seed, bool) or not isinstance(seed, int | np.integer):
        raise TypeError(f"expected seed as an integer, received {seed!r}")
    if not -(2**63) <= seed < 2**63:
        raise ValueError(f"expected seed as an integer of 64 bits, received {seed}")
    from ganlab._tensorflow import tf

    # tf.data runs on the CPU; data placed on an accelerator would be copied back every step.
    with tf.device("CPU"):
        data = [tf.constant(array) for array in arrays]

    def chosen(index):
        parts = tuple(tf.gather(array, index) for array in data)
        return parts if several else parts[0]

    def order_of(epoch):
        # tf.random.experimental.index_shuffle would need no sort, but it draws from 256
        # permutations only when n is small, and some of them are far from random.
        key = tf.stack([tf.constant(seed, tf.int64), epoch])
        order = tf.random.experimental.stateless_shuffle(tf.range(n), key, alg="philox")
        return tf.data.Dataset.from_tensor_slices(order)

    first_epoch, first_index = divmod(start * batch_size, n)
    order = tf.data.Dataset.counter(first_epoch).flat_map(order_of).skip(first_index)
    order = order.batch(batch_size, drop_remainder=True)
    # Keras asks for steps_per_epoch when it knows that there is no end.
    endless = tf.data.experimental.assert_cardinality(tf.data.INFINITE_CARDINALITY)
    return order.map(chosen).apply(endless).prefetch(2)


def _samples(images):
    array = np.asarray(images.images if isinstance(images, Dataset) else images)
    if array.dtype == object or array.ndim == 0:
        raise TypeError(f"expected images as an array of samples, received {array!r:.200}")
    if len(array) < 1:
        raise ValueError(f"expected at least 1 sample, received images of shape {array.shape}")
    return array
