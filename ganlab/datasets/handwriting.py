"""Real handwriting without a download: 1,797 digits, in gray and in named colors.

scikit-learn ships the test part of the UCI "Optical Recognition of Handwritten Digits" set
(E. Alpaydin, C. Kaynak, 1998; CC BY 4.0): bitmaps of 32 x 32 pixels in which the blocks of
4 x 4 were counted, which leaves 8 x 8 values from 0 to 16. :func:`digits` undoes the
counting: it interpolates the counts and asks where more than about half a block was ink.
"""

import functools

import numpy as np

NAMES = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")

# Distinguishable with normal vision and with each of the three color vision deficiencies.
COLORS = {
    "black": (20, 20, 26),
    "blue": (32, 69, 156),
    "red": (229, 84, 60),
    "green": (24, 154, 116),
    "orange": (247, 162, 52),
    "pink": (240, 182, 216),
    "yellow": (250, 232, 88),
    "white": (252, 250, 245),
}
# Ink and ground differ by at least this in CIE lightness, of which black and white are 100
# apart: enough to read the digit without seeing the colors.
CONTRAST = 22

#: The digits were counted in this many blocks a side.
BLOCKS = 8
_SIZE = 28
_THRESHOLD = 0.48
_STEEPNESS = 12
_SEED = 2014


@functools.cache
def digits():
    """Enlarge scikit-learn's handwritten digits to 28 x 28.

    A margin of one pixel is added (10 x 10), a cubic spline interpolates to 28 x 28, and a
    sigmoid of steepness 12 about 0.48, shifted and scaled to map 0 to 0 and 1 to 1, turns
    the blur into crisp strokes with soft edges one or two pixels wide, as in MNIST.

    Returns
    -------
    pixels : array of uint8, shape (1797, 28, 28), read-only
        The result is rounded to bytes so that it is the same on every machine: the value
        nearest to a rounding boundary is a million times further from it than floating-point
        errors reach.
    labels : array of int64, shape (1797,), range [0, 9], read-only

    Examples
    --------
    >>> pixels, labels = digits()
    >>> pixels.shape, NAMES[labels[0]]
    ((1797, 28, 28), 'zero')
    """
    from sklearn.datasets import load_digits  # loaded late, as SciPy is: they take a second

    source = load_digits()
    pixels = np.floor(enlarged(source.images / 16) * 255 + 0.5).astype(np.uint8)
    labels = source.target.astype(np.int64)
    pixels.flags.writeable = labels.flags.writeable = False
    return pixels, labels


def enlarged(ink):
    """Enlarge the ink of blocks to strokes, as :func:`digits` says.

    Parameters
    ----------
    ink : array of float, shape (n, 8, 8), range [0, 1]
        The share of each block that is ink.

    Returns
    -------
    array of float64, shape (n, 28, 28), range [0, 1]
    """
    from scipy.interpolate import CubicSpline
    from scipy.special import expit

    ink = np.pad(ink, ((0, 0), (1, 1), (1, 1)))
    nodes = ink.shape[1]
    # Where the centers of 28 pixels lie among the centers of 10; the margin is flat.
    centers = np.clip((np.arange(_SIZE) + 0.5) * nodes / _SIZE - 0.5, 0, nodes - 1)
    weights = CubicSpline(np.arange(nodes), np.eye(nodes), bc_type="clamped")(centers)
    ink = weights @ ink @ weights.T
    strokes, black, white = (expit(_STEEPNESS * (x - _THRESHOLD)) for x in (ink, 0, 1))
    return np.clip((strokes - black) / (white - black), 0, 1)


@functools.cache
def color_digits():
    """Write the digits of :func:`digits` in a colored ink on a colored ground.

    The pair of colors of each digit is drawn from a fixed seed, independently of the digit,
    uniformly from all ordered pairs of `COLORS` with enough `CONTRAST`.

    Returns
    -------
    pixels : array of uint8, shape (1797, 28, 28, 3), read-only
    labels : array of int64, shape (1797,), range [0, 9], read-only
    colors : array of int64, shape (1797, 2), range [0, 7], read-only
        Of ink and ground: positions in `COLORS`.
    captions : tuple of 1797 str
        Such as "a red three on a blue ground".

    Examples
    --------
    >>> pixels, labels, colors, captions = color_digits()
    >>> captions[3]
    'a pink three on a blue ground'
    """
    from skimage.color import rgb2lab

    strokes, labels = digits()
    palette = np.array(list(COLORS.values()))
    lightness = rgb2lab(palette / 255)[:, 0]
    pairs = np.argwhere(np.abs(lightness[:, np.newaxis] - lightness) >= CONTRAST)
    colors = pairs[np.random.default_rng(_SEED).integers(len(pairs), size=len(labels))]
    # Whole numbers throughout, rounded to the nearest: the same bytes on every machine.
    stroke = strokes[..., np.newaxis].astype(np.int64)
    ink, ground = palette[colors.T][:, :, np.newaxis, np.newaxis]
    pixels = ((stroke * ink + (255 - stroke) * ground + 127) // 255).astype(np.uint8)
    a_color = [f"an {name}" if name[0] in "aeiou" else f"a {name}" for name in COLORS]
    captions = tuple(
        f"{a_color[i]} {NAMES[d]} on {a_color[g]} ground"
        for d, (i, g) in zip(labels, colors, strict=True)
    )
    pixels.flags.writeable = colors.flags.writeable = False
    return pixels, labels, colors, captions
