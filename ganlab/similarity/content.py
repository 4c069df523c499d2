"""Content similarity: the cosine of the angle between two images or feature vectors."""

from ganlab._tensorflow import tf
from ganlab.similarity import arguments


def content_similarity(a, b, *, centered=False):
    r"""Measure the cosine of the angle between two images: the article's content similarity.

    .. math:: \frac{\sum x_{ij} y_{ij}}{\sqrt{\sum x_{ij}^2} \sqrt{\sum y_{ij}^2}}

    over all pixels and channels, or over the elements of two feature vectors.

    An image of zeros has no direction and the fraction is 0/0: its similarity is defined as
    0 to everything, another image of zeros included, with a zero gradient. With
    ``centered=True`` the same holds for constant images.

    Parameters
    ----------
    a, b : array or tensor, shape (batch, ...), float
        Two batches of images or of feature vectors, compared pair by pair.
    centered : bool
        Subtract from each image the mean of its own elements first, which gives Pearson's
        correlation coefficient, equal to ``np.corrcoef``.

    Returns
    -------
    tf.Tensor, shape (batch,), range [-1, 1]

    Notes
    -----
    Each image is divided by its largest element first: images of 1e-30 and of 1e30 neither
    vanish nor overflow when squared. Numbers below the smallest normal float32 (1.2e-38)
    count as zero, as everywhere in TensorFlow.

    Derived in notebooks/04_content_similarity.

    Examples
    --------
    >>> content_similarity([[3.0, 4.0], [1.0, 0.0]], [[4.0, 3.0], [0.0, 0.0]]).numpy()
    array([0.96, 0.  ], dtype=float32)
    """
    a, b = arguments.float_pair(a, b)
    if a.shape.rank is not None and a.shape.rank < 2:
        raise ValueError(f"expected shape (batch, ...), received shape {arguments.show(a.shape)}")
    a, b = _direction(a, centered), _direction(b, centered)
    squares = tf.reduce_sum(a * a, axis=1) * tf.reduce_sum(b * b, axis=1)
    zero = tf.equal(squares, 0.0)
    cosine = tf.reduce_sum(a * b, axis=1) / tf.sqrt(tf.where(zero, 1.0, squares))
    return tf.clip_by_value(tf.where(zero, 0.0, cosine), -1.0, 1.0)


def _direction(x, centered):
    """Flatten to (batch, elements), center if wished, and scale to a largest element of 1."""
    x = tf.reshape(x, (tf.shape(x)[0], -1))
    if centered:
        # Subtracting the first element is exact for a constant image, where subtracting the
        # rounded mean would leave noise that then would be compared.
        x -= tf.stop_gradient(x[:, :1])
        x -= tf.reduce_mean(x, axis=1, keepdims=True)
    # The cosine does not depend on the scale, so its gradient may ignore it.
    largest = tf.stop_gradient(tf.reduce_max(tf.abs(x), axis=1, keepdims=True))
    return tf.math.divide_no_nan(x, largest)
