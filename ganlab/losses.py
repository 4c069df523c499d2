"""Adversarial losses as values: a pair of functions of logits, one for each player.

>>> from ganlab import losses
>>> float(losses.hinge.discriminator([[2.0]], [[-2.0]]))
0.0

``GAN(generator, discriminator, loss=losses.hinge, ...)`` takes such a value. Your own is
``AdversarialLoss(discriminator=..., generator=...)`` with two functions of (real, fake).

Conventions, everywhere in ganlab: logits, not probabilities; real before fake; each term
is a mean over its batch; the discriminator's two terms are added, so that one that knows
nothing pays 2 ln 2 in the cross-entropy games. All are derived in notebooks/02_gan_loss.
"""

import functools
import math
import numbers
from collections.abc import Callable
from dataclasses import dataclass

from ganlab._tensorflow import tf

__all__ = [
    "ALL",
    "AdversarialLoss",
    "article_loss",
    "feature_matching",
    "hinge",
    "least_squares",
    "minimax",
    "non_saturating",
    "relativistic",
    "relativistic_average",
    "smoothed",
    "wasserstein",
]


@dataclass(frozen=True)
class AdversarialLoss:
    """What each of the two players minimizes.

    Parameters
    ----------
    discriminator, generator : callable
        ``(real, fake) -> scalar tensor``. Both functions receive both sets of logits,
        since relativistic losses need them, and receive them as vectors of floats: whether you
        call with shape (batch, 1) or (batch,), nothing broadcasts to a (batch, batch) square.
    name : str
        For legends and records.
    undecided : float
        The logit that a discriminator answers to every image while it cannot tell real from
        fake: 0 where the sign decides, halfway between the targets where there are targets.

    Examples
    --------
    >>> d_loss, g_loss = non_saturating.chance
    >>> round(d_loss, 4), round(g_loss, 4)                          # 2 ln 2 and ln 2
    (1.3863, 0.6931)
    """

    discriminator: Callable
    generator: Callable
    name: str = "custom"
    undecided: float = 0.0

    def __post_init__(self):
        for role in ("discriminator", "generator"):
            object.__setattr__(self, role, _on_vectors(getattr(self, role), role))
        if not isinstance(self.undecided, numbers.Real):
            raise TypeError(f"expected undecided as a number, received {self.undecided!r}")

    @property
    def chance(self):
        """What both players pay while the discriminator is undecided: (d_loss, g_loss)."""
        logits = tf.constant([self.undecided], tf.float32)  # as in training
        players = (self.discriminator, self.generator)
        return tuple(float(loss(logits, logits)) + 0.0 for loss in players)  # no -0.0


def _on_vectors(function, role):
    if not callable(function):
        raise TypeError(f"expected {role} as a function of (real, fake), received {function!r}")

    @tf.autograph.experimental.do_not_convert  # it cannot read the source of a lambda
    @functools.wraps(function)
    def loss(real_logits, fake_logits):
        value = function(_vector(real_logits, "real_logits"), _vector(fake_logits, "fake_logits"))
        value = tf.convert_to_tensor(value)
        if value.shape.rank != 0:
            raise ValueError(f"expected a scalar {role} loss, received shape {value.shape}")
        return value

    return loss


def _vector(logits, name):
    logits = tf.convert_to_tensor(logits)
    if not logits.dtype.is_floating:
        raise TypeError(f"expected floating-point {name}, received dtype {logits.dtype.name}")
    return tf.reshape(logits, (-1,))


def _difference(a, b):
    if not a.shape.is_compatible_with(b.shape):  # an unknown size is compatible with any
        sizes = " and ".join(str(n) for n in sorted((a.shape[0], b.shape[0])))
        raise ValueError(
            "expected as many real logits as fake ones, since this loss compares them in "
            f"pairs, received {sizes}"
        )
    return a - b


_mean, _softplus = tf.reduce_mean, tf.nn.softplus  # -log sigmoid(x) = softplus(-x)

#: The game of the first paper, V = E log D(x) + E log(1 - D(G(z))). The generator's gradient
#: vanishes as the discriminator grows sure. Goodfellow et al. 2014, arXiv:1406.2661, eq. 1.
minimax = AdversarialLoss(
    discriminator=lambda real, fake: _mean(_softplus(-real)) + _mean(_softplus(fake)),
    generator=lambda real, fake: -_mean(_softplus(fake)),
    name="minimax",
)

#: The same discriminator; the generator minimizes -E log D(G(z)): the same fixed point, but a
#: strong gradient where the discriminator is sure. arXiv:1406.2661, section 3.
non_saturating = AdversarialLoss(
    discriminator=minimax.discriminator,
    generator=lambda real, fake: _mean(_softplus(-fake)),
    name="non_saturating",
)

#: Squared distance to the targets 1 (real) and 0 (fake), halved. Mao et al. 2016,
#: arXiv:1611.04076, eq. 9.
least_squares = AdversarialLoss(
    discriminator=lambda real, fake: (_mean((real - 1.0) ** 2) + _mean(fake**2)) / 2.0,
    generator=lambda real, fake: _mean((fake - 1.0) ** 2) / 2.0,
    name="least_squares",
    undecided=0.5,
)

#: Difference of mean outputs. The critic must be kept 1-Lipschitz, see ``penalties``.
#: Arjovsky, Chintala, Bottou 2017, arXiv:1701.07875.
wasserstein = AdversarialLoss(
    discriminator=lambda real, fake: _mean(fake) - _mean(real),
    generator=lambda real, fake: -_mean(fake),
    name="wasserstein",
)

#: Outputs beyond the margins +1 and -1 earn the discriminator nothing more. Lim and Ye 2017,
#: arXiv:1705.02894; the loss of BigGAN, arXiv:1809.11096.
hinge = AdversarialLoss(
    discriminator=lambda real, fake: _mean(tf.nn.relu(1.0 - real)) + _mean(tf.nn.relu(1.0 + fake)),
    generator=lambda real, fake: -_mean(fake),
    name="hinge",
)

#: Each real image is compared with one fake one; chance level ln 2. Jolicoeur-Martineau 2018,
#: arXiv:1807.00734; the loss of R3GAN, Huang et al. 2025, arXiv:2501.05441.
relativistic = AdversarialLoss(
    discriminator=lambda real, fake: _mean(_softplus(_difference(fake, real))),
    generator=lambda real, fake: _mean(_softplus(_difference(real, fake))),
    name="relativistic",
)

#: Each image is compared with the mean output of the other kind; chance level 2 ln 2.
#: Jolicoeur-Martineau 2018, arXiv:1807.00734, section 4.
relativistic_average = AdversarialLoss(
    discriminator=lambda real, fake: (
        _mean(_softplus(_mean(fake) - real)) + _mean(_softplus(fake - _mean(real)))
    ),
    generator=lambda real, fake: (
        _mean(_softplus(_mean(real) - fake)) + _mean(_softplus(real - _mean(fake)))
    ),
    name="relativistic_average",
)

#: Every loss by its name: to compare them all, or to name one on a command line.
ALL = {
    loss.name: loss
    for loss in (
        minimax,
        non_saturating,
        least_squares,
        wasserstein,
        hinge,
        relativistic,
        relativistic_average,
    )
}


def smoothed(*, real=0.9, fake=0.0):
    """Return the non-saturating game with softened targets for the discriminator.

    The discriminator minimizes the cross-entropy to the targets ``real`` and ``fake`` instead of
    1 and 0. The best one is then (real p + fake q) / (p + q), for densities p of the real and q
    of the fake samples. With ``fake=0``, one-sided smoothing, it only answers less surely,
    real p / (p + q). With ``fake`` above 0 the best answer is ``fake`` everywhere where there are
    no real samples, and fakes there have no incentive to move. Salimans et al. 2016,
    arXiv:1606.03498, section 3.4.

    Parameters
    ----------
    real, fake : float, 0 <= fake < real <= 1

    Returns
    -------
    AdversarialLoss

    Raises
    ------
    ValueError
        For targets out of this range.

    Examples
    --------
    >>> d_loss, g_loss = smoothed(real=1.0).chance  # as without
    >>> round(d_loss, 4), round(g_loss, 4)
    (1.3863, 0.6931)
    """
    numeric = all(isinstance(target, numbers.Real) for target in (real, fake))
    if not numeric or not 0 <= fake < real <= 1:
        raise ValueError(f"expected 0 <= fake < real <= 1, received fake={fake!r}, real={real!r}")
    mean_target = (real + fake) / 2
    return AdversarialLoss(
        # softplus(x) - t x is the cross-entropy of the logit x to the target t
        discriminator=lambda on_real, on_fake: (
            _mean(_softplus(on_real) - real * on_real) + _mean(_softplus(on_fake) - fake * on_fake)
        ),
        generator=non_saturating.generator,
        name=f"smoothed_{real:g}_{fake:g}",
        undecided=math.log(mean_target / (1 - mean_target)),
    )


def feature_matching(real_features, fake_features):
    """Compute the squared distance between the mean features of real and of fake images.

    A generator's loss in place of an adversarial one: of the features of the discriminator, for
    example, only the means are to agree. Salimans et al. 2016, arXiv:1606.03498, section 3.1. (The
    authors' code for CIFAR-10 takes the mean of the absolute differences.)

    Parameters
    ----------
    real_features, fake_features : array of float, shapes (n, features) and (m, features)

    Returns
    -------
    tensor, scalar

    Raises
    ------
    TypeError, ValueError
        For features that are not floats, or of other shapes.

    Examples
    --------
    >>> float(feature_matching([[0.0, 1.0], [2.0, 1.0]], [[1.0, 3.0]]))  # means (1, 1) and (1, 3)
    4.0
    """
    real, fake = tf.convert_to_tensor(real_features), tf.convert_to_tensor(fake_features)
    if not real.dtype.is_floating or real.dtype != fake.dtype:
        raise TypeError(
            "expected floating-point features of one type, received "
            f"{real.dtype.name} and {fake.dtype.name}"
        )
    if real.shape.rank != 2 or not real.shape[1:].is_compatible_with(fake.shape[1:]):
        raise ValueError(
            "expected features of shapes (n, features) and (m, features), received "
            f"{real.shape} and {fake.shape}"
        )
    return tf.reduce_sum((tf.reduce_mean(real, axis=0) - tf.reduce_mean(fake, axis=0)) ** 2)


def article_loss(scores, labels, *, b):
    """Compute the source article's formula, exactly as printed.

    ``1/m sum_i [ y_i (D(G(z_i)) - b) + (1 - y_i) (log(1 - D(G(z_i))) - b) ]``

    It is here to be studied, not trained with: real images never enter, the first term has
    no logarithm, b moves no gradient, and minimizing it with y = 1 lowers D(G(z)).
    notebooks/02_gan_loss shows each of these and what to use instead.

    Parameters
    ----------
    scores : array of float, shape (batch,) or (batch, 1), in [0, 1)
        D(G(z)): probabilities, not logits.
    labels : array, as many as scores
        The y of the formula.
    b : float

    Returns
    -------
    tensor, scalar

    Examples
    --------
    >>> round(float(article_loss([0.5, 0.5], [1.0, 0.0], b=0.0)), 4)   # (0.5 + ln 0.5) / 2
    -0.0966
    """
    scores = _vector(scores, "scores")
    labels = tf.reshape(tf.cast(tf.convert_to_tensor(labels), scores.dtype), (-1,))
    if scores.shape != labels.shape:
        raise ValueError(
            f"expected one label for each score, received {labels.shape[0]} labels "
            f"for {scores.shape[0]} scores"
        )
    return _mean(labels * (scores - b) + (1.0 - labels) * (tf.math.log(1.0 - scores) - b))
