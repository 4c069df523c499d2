"""The Inception score: how sure a classifier is of each sample, and how evenly it sees all."""

import numpy as np

from ganlab.metrics.arguments import as_rows


def inception_score(probabilities):
    r"""Measure how sure a classifier is of each sample, and how evenly it sees all classes.

    .. math:: \exp\left(\frac{1}{n} \sum_i \mathrm{KL}(p(y|x_i) \,\|\, p(y))\right)

    with p(y) the mean of all p(y|x_i). Of all samples at once; many publications report the
    mean of ten parts. It never looks at a real image.

    Parameters
    ----------
    probabilities : array of float, shape (n, classes), range [0, 1]
        A classifier's, for each sample; a row sums to 1 within 1e-3 and is divided by its sum.

    Returns
    -------
    float, from 1 to classes
        1 if every sample gets the same probabilities, `classes` if each gets one class for
        certain and all classes are equally frequent.

    References
    ----------
    Salimans, Goodfellow, Zaremba, Cheung, Radford, Chen. Improved techniques for training
    GANs. NeurIPS (2016), arXiv:1606.03498.

    Barratt, Sharma. A note on the Inception score (2018), arXiv:1801.01973: its faults.

    Examples
    --------
    >>> inception_score([[1.0, 0.0], [0.0, 1.0]]), inception_score([[0.5, 0.5], [0.5, 0.5]])
    (2.0, 1.0)
    """
    given = as_rows(probabilities, "probabilities")
    sums = given.sum(axis=1, keepdims=True)
    if given.min() < 0 or not np.allclose(sums, 1, rtol=0, atol=1e-3):
        raise ValueError(
            "expected probabilities that are not negative and sum to 1 in each row, received "
            f"a least value of {given.min():.4g} and sums from {sums.min():.4g} to {sums.max():.4g}"
        )
    given = given / sums
    marginal = given.mean(axis=0)
    ratios = np.divide(given, marginal, out=np.ones_like(given), where=given > 0)
    divergence = (given * np.log(ratios)).sum(axis=1).mean()  # 0 log 0 = 0, as 0 log 1
    return float(np.clip(np.exp(divergence), 1.0, given.shape[1]))
