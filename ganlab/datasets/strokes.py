"""Strokes of a pen as pictures, and a drawn digit in the form of the handwritten ones."""

import numpy as np

from ganlab.datasets.handwriting import BLOCKS, enlarged

_FINE = 512  # pixels on the longer side at least, then averaged: Pillow's lines have hard edges
_FRAME = 32  # the side of the bitmaps in which blocks are counted
_PEN = 5.5  # of the frame: as thick as the strokes of the real digits, see the tests
_WIDEST = 24.0  # of the frame: no real digit is wider than six of its eight blocks
_DISTORTION = 2.0  # of the aspect ratio, at most: a dash does not become a disk


def rasterize(strokes, shape, *, pen):
    """Return what a round pen leaves on paper.

    Parameters
    ----------
    strokes : sequence of sequences of (x, y)
        The path of each stroke in pixels: 0.5, 0.5 is the center of the upper left one.
    shape : tuple of int
        Height and width of the picture.
    pen : float, above 0
        How wide a stroke is, in pixels.

    Returns
    -------
    array of float32, shape `shape`, range [0, 1]
        1 where the pen went, 0 elsewhere, with smooth edges.

    Examples
    --------
    >>> picture = rasterize([[(2.5, 8.5), (14.5, 8.5)]], (16, 16), pen=3)
    >>> picture[8, 8].item(), picture[12, 8].item()
    (1.0, 0.0)
    """
    from PIL import Image, ImageDraw

    height, width = shape
    fine = max(1, -(-_FINE // max(height, width)))
    picture = Image.new("L", (fine * width, fine * height))
    draw = ImageDraw.Draw(picture)
    radius = fine * pen / 2
    for stroke in strokes:
        points = [(fine * x, fine * y) for x, y in stroke]
        draw.line(points, fill=255, width=round(2 * radius), joint="curve")
        for x, y in points:
            draw.ellipse((x - radius, y - radius, x + radius, y + radius), fill=255)
    small = picture.resize((width, height), Image.Resampling.BOX)
    return np.asarray(small, np.float32) / 255


def from_strokes(strokes):
    """Bring a drawing into the form of the handwritten digits.

    Where it was drawn, how large and with what pen does not matter: the lines are scaled to the
    height of the real digits and at most to their width, centered, drawn as thick as theirs, and
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
    paths = [_path(stroke) for stroke in strokes if len(stroke)]
    if not paths:
        return enlarged(np.zeros((1, BLOCKS, BLOCKS))).astype(np.float32)[0, ..., np.newaxis]
    points = np.concatenate(paths)
    low, high = points.min(0), points.max(0)
    width, height = np.maximum(high - low, 1e-9 * max(1.0, float(np.abs(points).max())))
    up = min((_FRAME - _PEN) / height, _DISTORTION * (_WIDEST - _PEN) / width)
    across = min(up, (_WIDEST - _PEN) / width)
    middle = (low + high) / 2
    placed = [(path - middle) * (across, up) + _FRAME / 2 for path in paths]
    ink = rasterize(placed, (_FRAME, _FRAME), pen=_PEN)
    block = _FRAME // BLOCKS
    shares = ink.reshape(BLOCKS, block, BLOCKS, block).mean((1, 3))
    return enlarged(shares[np.newaxis]).astype(np.float32)[0, ..., np.newaxis]


def _path(stroke):
    try:
        path = np.asarray(stroke, np.float64)
    except (TypeError, ValueError):
        path = np.empty(0)
    if path.ndim != 2 or path.shape[1] != 2 or not np.isfinite(path).all():
        raise ValueError(f"expected a stroke as finite pairs (x, y), received {stroke!r}")
    return path
