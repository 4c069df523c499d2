"""Candidates for the picture most like a digit, and how three measures rank them."""

from typing import NamedTuple

import numpy as np

from ganlab import similarity

#: Where a picture is moved, by two pixels: so many down, so many to the right.
SHIFTS = {"up": (-2, 0), "down": (2, 0), "left": (0, -2), "right": (0, 2)}


class Ranking(NamedTuple):
    """How a measure ranks pictures.

    Attributes
    ----------
    order : ndarray of int, shape (n,)
        The most alike first.
    values : ndarray of float, shape (n,)
        What the measure says of each, in the order of the pictures.
    """

    order: np.ndarray
    values: np.ndarray

    def place(self, index):
        """Return the place of a picture; the first is 1."""
        return int(np.flatnonzero(self.order == index)[0]) + 1


def shifted(image, down, right):
    """Move a picture; what comes in from outside is black.

    Examples
    --------
    >>> shifted(np.array([[1.0, 2.0], [3.0, 4.0]]), 0, 1).tolist()
    [[0.0, 1.0], [0.0, 3.0]]
    """
    height, width = image.shape[:2]
    moved = np.zeros_like(image)
    rows, columns = (slice(max(0, d), min(n, n + d)) for d, n in ((down, height), (right, width)))
    from_rows = slice(max(0, -down), min(height, height - down))
    from_columns = slice(max(0, -right), min(width, width - right))
    moved[rows, columns] = image[from_rows, from_columns]
    return moved


def rank(digit, pictures):
    """Rank pictures by how much they are like a digit.

    Parameters
    ----------
    digit : array of float32, shape (height, width, 1), in [0, 1]
    pictures : array of float32, shape (n, height, width, 1), in [0, 1]

    Returns
    -------
    dict of str to Ranking
        Pixel error, the mean of the squared differences; SSIM; centered cosine.

    Examples
    --------
    >>> digit = np.zeros((12, 12, 1), np.float32)
    >>> digit[3:9, 5:7] = 1.0
    >>> moved = np.stack([digit, shifted(digit, 0, 1), shifted(digit, 0, 2)])
    >>> for name, ranking in rank(digit, moved).items():
    ...     print(name, ranking.order.tolist(), [f"{value:.2f}" for value in ranking.values])
    pixel error [0, 1, 2] ['0.00', '0.08', '0.17']
    SSIM [0, 1, 2] ['1.00', '0.22', '-0.37']
    cosine [0, 1, 2] ['1.00', '0.45', '-0.09']
    """
    same = np.broadcast_to(digit, pictures.shape)
    errors = np.mean(np.square(pictures - digit), axis=(1, 2, 3), dtype=np.float64)
    alike = {
        "SSIM": np.asarray(similarity.ssim(same, pictures, data_range=1.0)),
        "cosine": np.asarray(similarity.content_similarity(same, pictures, centered=True)),
    }
    rankings = {"pixel error": Ranking(np.argsort(errors, kind="stable"), errors)}
    for name, values in alike.items():
        rankings[name] = Ranking(np.argsort(-values, kind="stable"), values)
    return rankings
