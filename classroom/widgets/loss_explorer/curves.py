"""Values and gradients of adversarial losses for one logit, by differentiating the losses.

Nothing is derived again here: what the curves show is what training computes.
"""

import functools

import numpy as np

from ganlab import tf

#: Who is graded, and on the logit of what image.
ROLES = ("Discriminator, real image", "Discriminator, fake image", "Generator, fake image")
LIMIT = 8.0  # the largest logit shown
SATURATED = 0.05  # a generator with a smaller gradient hardly moves


def evaluate(loss, logits, partner):
    """Compute a loss and its derivative, for each role as a function of one logit.

    Every number is the loss of a batch of one real and one fake image. The logit that the role
    is not graded on, the partner, is that of the other image.

    Parameters
    ----------
    loss : ganlab.losses.AdversarialLoss
    logits : array of float, shape (n,)
    partner : float

    Returns
    -------
    values, gradients : array of float32, shape (3, n)
        A row for each of `ROLES`. Relativistic losses alone have gradients that depend on the
        partner.

    Examples
    --------
    >>> from ganlab import losses
    >>> values, gradients = evaluate(losses.minimax, [0.0], 0.0)
    >>> values[:, 0].astype(float).round(4).tolist()          # 2 ln 2, twice, and -ln 2
    [1.3863, 1.3863, -0.6931]
    >>> gradients[:, 0].tolist()
    [-0.5, 0.5, -0.5]
    """
    logits = tf.convert_to_tensor(np.asarray(logits, np.float32))
    values, gradients = _traced(loss)(logits, tf.constant(partner, tf.float32))
    return values.numpy() + 0.0, gradients.numpy() + 0.0  # without the sign of -0.0


@functools.lru_cache(maxsize=32)
def is_relative(loss):
    """Tell whether only the difference of two logits counts to a loss of the discriminator.

    Examples
    --------
    >>> from ganlab import losses
    >>> [name for name, loss in losses.ALL.items() if is_relative(loss)]
    ['wasserstein', 'relativistic', 'relativistic_average']
    """
    values, moved = (evaluate(loss, [0.5 + by], -1.0 + by)[0][:2] for by in (0.0, 2.0))
    return np.allclose(values, moved, atol=1e-5)


def undecided(loss, partner):
    """Return the logit of a fake that the discriminator does not tell from the real one.

    Examples
    --------
    >>> from ganlab import losses
    >>> undecided(losses.least_squares, 3.0), undecided(losses.relativistic, 3.0)
    (0.5, 3.0)
    """
    return partner if is_relative(loss) else loss.undecided


def chance_points(loss, partner):
    """Return where curves pass the chance level: where the discriminator cannot tell two images.

    A loss that looks at the logit of the other image too pays its chance level only where that
    one is undecided as well.

    Parameters
    ----------
    loss : ganlab.losses.AdversarialLoss
    partner : float

    Returns
    -------
    list of (int, float, float)
        The column of `ROLES`, the logit and the level.

    Examples
    --------
    >>> from ganlab import losses
    >>> [column for column, _, _ in chance_points(losses.hinge, 0.0)]
    [0, 1, 2]
    >>> chance_points(losses.hinge, 3.0)
    [(2, 0.0, 0.0)]
    """
    logit, (d_level, g_level) = undecided(loss, partner), loss.chance
    paid = evaluate(loss, [logit], partner)[0][:, 0]
    return [
        (column, logit, level)
        for column, level in enumerate((d_level, d_level, g_level))
        if abs(paid[column] - level) < 1e-4
    ]


def saturated(logits, gradients, level):
    """Return where a fake is recognized and the generator yet hardly moves.

    Parameters
    ----------
    logits, gradients : array of float, shape (n,)
        Logits of the fake, and the gradients of the generator's loss there.
    level : float
        The logit below which the fake is recognized: `undecided`.

    Returns
    -------
    array of bool, shape (n,)
    """
    return (np.asarray(logits) < level) & (np.abs(gradients) < SATURATED)


def saturated_span(logits, gradients, level):
    """Return the ends of the logits that are `saturated`, or None.

    Examples
    --------
    >>> saturated_span([-8.0, -4.0, 0.0, 4.0], [0.0, 0.02, 0.5, 1.0], 0.0)
    (-8.0, -4.0)
    """
    where = np.asarray(logits)[saturated(logits, gradients, level)]
    return (float(where.min()), float(where.max())) if len(where) > 1 else None


@functools.lru_cache(maxsize=32)
def _traced(loss):
    """One graph for a loss: the three roles at any number of logits."""
    roles = (
        lambda t, other: loss.discriminator(t, other),
        lambda t, other: loss.discriminator(other, t),
        lambda t, other: loss.generator(other, t),
    )

    def compute(logits, partner):
        other = tf.reshape(partner, (1,))
        # A copy for each role, so that each has a derivative of its own.
        copies = [tf.identity(logits) for _ in roles]
        with tf.GradientTape() as tape:
            tape.watch(copies)
            # A mean over the batch would mix the logits: each is a batch of one.
            values = tf.vectorized_map(
                lambda row: tuple(
                    role(tf.reshape(t, (1,)), other) for role, t in zip(roles, row, strict=True)
                ),
                tuple(copies),
            )
            total = tf.add_n([tf.reduce_sum(value) for value in values])
        gradients = tape.gradient(total, copies, unconnected_gradients="zero")
        return tf.stack(values), tf.stack(gradients)

    function = tf.function(compute, autograph=False)
    return function.get_concrete_function(
        tf.TensorSpec((None,), tf.float32), tf.TensorSpec((), tf.float32)
    )
