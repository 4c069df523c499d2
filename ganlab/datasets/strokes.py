"""Strokes of a pen as pictures, and a drawn digit in the form of the handwritten ones."""

import reprlib

import numpy as np

from ganlab.datasets.handwriting import BLOCKS, enlarged
from ganlab.images import check_count

_FINE = 512  # pixels on the longer side at least, then averaged: Pillow's lines have hard edges
_FRAME = 32  # the side of the bitmaps in which blocks are counted
_PEN = 5.5  # of the frame: as thick as the strokes of the real digits, see the tests
_WIDEST = 24.0  # of the frame: six blocks, which nine of ten real digits do not exceed
_SQUEEZE = 2.0  # at most, to that width: a dash does not become a block
_KIND = "strokes as sequences of finite pairs (x, y)"
_FARTHEST = 1e9  # of a coordinate: beyond, squares would be infinite


def rasterize(strokes, shape, *, pen):
    """Return what a round pen leaves on paper.

    Parameters
    ----------
    strokes : sequence of sequences of (x, y)
        The path of each stroke in pixels: 0.5, 0.5 is the center of the upper left one.
    shape : tuple of int
        Height and width of the picture.
    pen : float, above 0, at most the longer side
        How wide a stroke is, in pixels.

    Returns
    -------
    array of float32, shape `shape`, range [0, 1]
        1 where the pen went, 0 elsewhere, with smooth edges. Strokes without a point leave
        nothing.

    Raises
    ------
    ValueError
        For anything but finite pairs of numbers, a shape without pixels, or another pen.

    Examples
    --------
    >>> picture = rasterize([[(2.5, 8.5), (14.5, 8.5)]], (16, 16), pen=3)
    >>> picture[8, 8].item(), picture[12, 8].item()
    (1.0, 0.0)
    """
    from PIL import Image, ImageDraw

    height, width = shape
    check_count(height, "a height", 1)
    check_count(width, "a width", 1)
    if not 0 < pen <= max(height, width):
        raise ValueError(f"expected pen above 0, at most {max(height, width)}, received {pen!r}")
    fine = max(4, -(-_FINE // max(height, width)))
    picture = Image.new("L", (fine * width, fine * height))
    draw = ImageDraw.Draw(picture)
    radius = fine * pen / 2
    for path in _paths(strokes):
        points = [(fine * x, fine * y) for x, y in path.tolist()]
        draw.line(points, fill=255, width=round(2 * radius), joint="curve")
        for x, y in points:
            draw.ellipse((x - radius, y - radius, x + radius, y + radius), fill=255)
    small = picture.resize((width, height), Image.Resampling.BOX)
    return np.asarray(small, np.float32) / 255


def from_strokes(strokes):
    """Bring a drawing into the form of the handwritten digits.

    Where it was drawn, how large and with what pen does not matter: the lines are scaled to the
    height of the real digits, centered and drawn as thick as theirs. What would then be wider than
    they are is squeezed to their width, by a factor of 2 at most, or else becomes less high. They
    then go the way that they went: the share of ink in each of 8 x 8 blocks is enlarged, as
    `handwriting.digits` does it.

    Parameters
    ----------
    strokes : sequence of sequences of (x, y)
        The path of each stroke in any unit, y downwards. Strokes without a point are left out.

    Returns
    -------
    array of float32, shape (28, 28, 1), range [0, 1]
        All 0 where nothing was drawn.

    Raises
    ------
    ValueError
        For anything but finite pairs of numbers.

    Examples
    --------
    >>> seven = [[(10, 10), (60, 10), (30, 90)]]
    >>> from_strokes(seven).shape
    (28, 28, 1)
    >>> larger = [[(3 * x + 7, 3 * y) for x, y in stroke] for stroke in seven]
    >>> bool(np.all(from_strokes(larger) == from_strokes(seven)))
    True
    """
    paths = _paths(strokes)
    if not paths:
        return enlarged(np.zeros((1, BLOCKS, BLOCKS))).astype(np.float32)[0, ..., np.newaxis]
    points = np.concatenate(paths)
    low, high = points.min(0), points.max(0)
    width, height = np.maximum(high - low, 1e-9 * max(1.0, float(np.abs(points).max())))
    up = min((_FRAME - _PEN) / height, _SQUEEZE * (_WIDEST - _PEN) / width)
    across = min(up, (_WIDEST - _PEN) / width)
    middle = (low + high) / 2
    placed = [(path - middle) * (across, up) + _FRAME / 2 for path in paths]
    ink = rasterize(placed, (_FRAME, _FRAME), pen=_PEN)
    block = _FRAME // BLOCKS
    shares = ink.reshape(BLOCKS, block, BLOCKS, block).mean((1, 3))
    return enlarged(shares[np.newaxis]).astype(np.float32)[0, ..., np.newaxis]


def _paths(strokes):
    """Return the strokes that have points, each as an array of shape (n, 2)."""
    try:
        paths = [np.asarray(stroke) for stroke in strokes]
    except (TypeError, ValueError):
        raise ValueError(f"expected {_KIND}, received {reprlib.repr(strokes)}") from None
    paths = [path for path in paths if path.shape[:1] != (0,)]
    for path in paths:
        numeric = path.dtype.kind in "iuf"
        if not numeric or path.shape[1:] != (2,) or not (np.abs(path) <= _FARTHEST).all():
            raise ValueError(f"expected {_KIND}, received {reprlib.repr(path.tolist())}")
    return [path.astype(np.float64) for path in paths]
