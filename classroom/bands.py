"""What other seeds gave: recorded bands, and how far a curve of one's own is from them.

A training from another seed, on another processor or with another version gives other numbers.
How different may they be? For each live training of a notebook the same cells were run from five
other seeds (``python -m benchmarks.bands``), and what they gave lies in data/bands; it is drawn by
`ganlab.plotting.plot_band`.
"""

import numpy as np

from ganlab import files
from ganlab.images import check_count

__all__ = ["RECORDED", "inside", "load", "stretches"]

#: sha256 of the recorded bands in data/bands, by the number of the notebook.
RECORDED = {
    "01": "405166d3b4fca34217869438b8f2c045b402c307303ed8a6c5e1c2c36e19e4aa",
    "02": "33f121f72ae3f9cdaa1ad8de9f091b0d8e1bf8128b2004572549887e6634f201",
    "05": "07cbd26bcbba94b67c1047a7c2806e57b9b095b8bbc32b6967eb06f868dbbb30",
    "06": "ea8cb62302e348dde20a4f0966a234697aa572e53063ec1014ce3280115f3fe5",
    "07": "832fe4096508d09646f9e33fea3aa1b5889a3e4ef3343bb337e5b7eef1921e72",
    "08": "b0da119d24f2f3ad907a76f91fec5718e44bcef349855e7a718d5546f0c99f74",
    "09": "b604a0b1107601cfc6804acd22a868db05e4a7ff8dbfebe26d4ff0bc35f7009e",
    "10": "99efffb4b0239c8f4086edf5f7483fe39bb59b538f013537b53564167725fd7d",
    "11": "d1d70249f66425003624c3682190de3793ce42f2522ba4ae1defc78f656bbcd8",
    "12": "873c64b7ee7c003adffa2c9349fc82f1714fc55d47e9d6a42fb8dd2cb2d6916a",
    "13": "8adf052926f53992d0fd5f828aa3b90a2f8451b2b01e283691344f344e628f48",
}


def load(number, part=None):
    """Load the recorded trainings of one notebook.

    Parameters
    ----------
    number : str
        A key of `RECORDED`, such as "05". ``python -m benchmarks.bands 05`` makes it anew.
    part : str, optional
        One training of several: what has a name "part/...", without that beginning.

    Returns
    -------
    dict of str to ndarray
        What was kept of each run, shape (runs, ...), images as bytes; ``steps`` (points,) for
        the curves; without a part also ``seeds`` (runs,) and two texts: ``parameters`` of the
        notebook, and ``code``, the sum of the cells that were run.

    Raises
    ------
    ValueError
        For a notebook or a part without recorded bands.
    ganlab.files.FileError
        A ValueError: for a file that is missing or another one.

    Examples
    --------
    >>> others = load("05", "live")
    >>> others["steps"].shape, others["d_loss"].shape
    ((50,), (5, 50))
    """
    if not isinstance(number, str) or number not in RECORDED:
        raise ValueError(f"expected number as one of {sorted(RECORDED)}, received {number!r}")
    arrays = files.read_npz(files.recorded(f"bands/{number}.npz"), checksum=RECORDED[number])
    for key, values in arrays.items():
        if values.dtype == np.float16:
            arrays[key] = values.astype(np.float32)
    if part is None:
        return arrays
    start = f"{part}/"
    chosen = {key.removeprefix(start): arrays[key] for key in arrays if key.startswith(start)}
    if not chosen:
        parts = sorted({key.rpartition("/")[0] for key in arrays} - {""})
        raise ValueError(f"expected part as one of {parts}, received {part!r}")
    return chosen


def stretches(values, *, points=50):
    """Take the means of consecutive stretches of a noisy curve, and the steps in their middle.

    Parameters
    ----------
    values : array, shape (..., steps)
        One value for each of the steps 1, 2, ...
    points : int, from 1
        Into so many stretches of one length; steps left over at the end are not used. A curve
        of fewer steps stays as it is.

    Returns
    -------
    steps : ndarray of float, shape (points,)
    means : ndarray of float, shape (..., points)

    Examples
    --------
    >>> stretches([1, 3, 5, 7, 9], points=2)
    (array([1.5, 3.5]), array([2., 6.]))
    """
    check_count(points, "points", 1)
    values = np.asarray(values, float)
    if not values.ndim or not values.shape[-1]:
        raise ValueError(f"expected values of shape (..., steps), received {values.shape}")
    length = max(values.shape[-1] // points, 1)
    count = min(values.shape[-1] // length, points)
    parts = values[..., : count * length].reshape(*values.shape[:-1], count, length)
    return np.arange(count) * length + (length + 1) / 2, parts.mean(axis=-1)


def inside(curve, curves, *, widen=0.0):
    """Return the share of a curve's points that lie between the extremes of others.

    Of n + 1 like curves each is outside the band of the n others at about 2 points in n + 1: the
    highest and the lowest of all are. So a band of five leaves out a third of a healthy sixth.

    Parameters
    ----------
    curve : array, shape (points,)
    curves : array, shape (runs, points)
    widen : float >= 0
        Widens the band, above and below, by so many of its own widths.

    Returns
    -------
    float in [0, 1]

    Examples
    --------
    >>> inside([0.0, 5.0, 12.0], [[1, 2, 3], [3, 6, 9]])
    0.3333333333333333
    >>> inside([0.0, 5.0, 12.0], [[1, 2, 3], [3, 6, 9]], widen=0.5)
    1.0
    """
    curve, curves = np.asarray(curve, float), np.asarray(curves, float)
    if curves.ndim != 2 or not len(curves) or curve.shape != curves.shape[1:]:
        raise ValueError(
            "expected a curve of shape (points,) and others of shape (runs, points), "
            f"received {curve.shape} and {curves.shape}"
        )
    if not widen >= 0:
        raise ValueError(f"expected widen >= 0, received {widen!r}")
    low, high = curves.min(axis=0), curves.max(axis=0)
    more = widen * (high - low)
    return float(np.mean((curve >= low - more) & (curve <= high + more)))
