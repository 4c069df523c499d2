"""Critters: little monsters composed of named parts, as many as wanted, at any size to 128.

The parts are the drawings of the style "Critters" of DiceBear (CC0 1.0), kept in
data/critters.npz as masks, one a color: how much of each pixel that color takes.
:func:`compose` lays them over each other. Nothing about a critter is hidden: each factor shows
in every image, so that the truth about an image can be read from it.
"""

import functools

import numpy as np

from ganlab import files
from ganlab.images import check_count, check_values

FILE = "critters.npz"
SHA256 = "74ea210d76983485387e61cadaefc06b028197a39876fd1b191237bcc82991fc"
SIDE = 128  # of the masks
COUNT = 6000  # that a set by name has

# Distinguishable with normal vision and with each of the three color vision deficiencies, the
# light ones of bodies and tops among themselves and the dark ones of grounds. Every light one
# differs from every dark one in lightness, which shows the shape without the colors.
COLORS = {
    "yellow": (250, 232, 88),
    "orange": (236, 145, 82),
    "pink": (252, 200, 240),
    "green": (130, 222, 170),
    "blue": (105, 157, 236),
    "gray": (155, 161, 168),
}
GROUNDS = {
    "purple": (112, 62, 150),
    "navy": (14, 30, 88),
    "green": (14, 82, 40),
    "red": (176, 46, 76),
    "black": (20, 20, 22),
}
FACTORS = {
    "body": ("dome", "block", "tower", "mound", "bell", "drop", "bucket", "podium"),
    "body color": tuple(COLORS),
    "pattern": ("plain", "spotted", "striped", "banded"),
    "top": ("horns", "antennae", "round ears", "pointed ears", "bobble", "sprout", "fin"),
    "top color": tuple(COLORS),
    "eyes": (
        "one eye", "two eyes", "three eyes", "four eyes",
        "button eyes", "smiling eyes", "squinting eyes", "angry eyes",
    ),
    "mouth": ("a smile", "a frown", "a grin", "big teeth", "an open mouth", "a straight mouth"),
    "ground": tuple(GROUNDS),
}  # fmt: skip
NAMES = tuple(FACTORS)

# Withheld from split="train": one color of each body, which asks whether a shape and a color
# that were never seen together can be put together, and four pairs of eyes and tops, which
# asks the same of two shapes in different places.
WITHHELD = {
    ("body", "body color"): (
        ("dome", "yellow"), ("block", "orange"), ("tower", "pink"), ("mound", "blue"),
        ("bell", "green"), ("drop", "gray"), ("bucket", "yellow"), ("podium", "pink"),
    ),
    ("eyes", "top"): (
        ("one eye", "horns"), ("three eyes", "antennae"),
        ("button eyes", "round ears"), ("angry eyes", "sprout"),
    ),
}  # fmt: skip

# The colors of each part in the order of its masks, and the parts from back to front.
ROLES = {
    "top": ("accent", "ink"),
    "body": ("body", "ink", "white"),
    "pattern": ("ink",),
    "eyes": ("white", "ink"),
    "mouth": ("ink", "white", "pink"),
}
_PLURAL = {"horns", "antennae", "round ears", "pointed ears"}
_FIXED = {"ink": (30, 41, 59), "white": (255, 255, 255), "pink": (251, 113, 133)}

_SEED = 2021
_WEIGHT = 15  # bits of a weight: 2**15 is all of a pixel
_DEPTH = 6  # bits kept below a level of 255 until the last part lies
_VALUES = 2**21  # of images composed at a time, which stay in the cache of a processor


def draw(n, *, seed, split=None):
    """Draw the factors of critters, each value as likely as another, and independently.

    That holds without `split`, which then leaves out, or keeps alone, the withheld combinations.

    Parameters
    ----------
    n : int, at least 1
    seed : int
    split : {"train", "test"}, optional
        Only critters without a withheld combination, or only those with one. See `WITHHELD`.

    Returns
    -------
    array of int64, shape (n, 8)
        A column for each of `FACTORS`: positions among its values.

    Examples
    --------
    >>> draw(2, seed=0).shape
    (2, 8)
    """
    check_count(n, "n", 1)
    if isinstance(seed, bool) or not isinstance(seed, int | np.integer) or seed < 0:
        raise ValueError(f"expected seed as an integer from 0 on, received {seed!r}")
    if split not in (None, "train", "test"):
        raise ValueError(f"expected split as 'train', 'test' or None, received {split!r}")
    random = np.random.default_rng(seed)
    found = np.empty((0, len(FACTORS)), np.int64)
    while len(found) < n:
        columns = [random.integers(len(values), size=n) for values in FACTORS.values()]
        factors = np.stack(columns, axis=1)
        if split is not None:
            factors = factors[withheld(factors) == (split == "test")]
        found = np.concatenate([found, factors])
    return found[:n].copy()


def withheld(factors):
    """Say which critters have a combination that ``split="train"`` never shows.

    Parameters
    ----------
    factors : array of int, shape (n, 8)

    Returns
    -------
    array of bool, shape (n,)

    Examples
    --------
    >>> int(withheld(draw(6000, seed=0)).sum())
    1396
    """
    factors = _checked(factors)
    found = np.zeros(len(factors), bool)
    for names, pairs in WITHHELD.items():
        columns = factors[:, [NAMES.index(name) for name in names]]
        for pair in pairs:
            values = [FACTORS[name].index(value) for name, value in zip(names, pair, strict=True)]
            found |= (columns == values).all(axis=1)
    return found


def compose(factors, *, size):
    """Draw critters by their factors, the same bytes on every machine.

    Each mask is averaged to the size exactly: a pixel of the result counts the pixels of the
    mask, and the parts of pixels, that it covers. Whole numbers throughout.

    Parameters
    ----------
    factors : array of int, shape (n, 8)
        As :func:`draw` gives them. All combinations are legal.
    size : int, range [8, 128]
        Height and width.

    Returns
    -------
    array of uint8, shape (n, size, size, 3)

    Raises
    ------
    ValueError
        Also for more than `ganlab.images.MAX_VALUES` in the result.

    Examples
    --------
    >>> compose(draw(4, seed=0), size=32).shape
    (4, 32, 32, 3)
    """
    factors = _checked(factors)
    check_size(size)
    n = len(factors)
    check_values(n, (size, size, 3))
    images = np.empty((n, size, size, 3), np.uint8)
    step = max(1, _VALUES // (3 * size * size))
    for start in range(0, n, step):
        part = slice(start, start + step)
        images[part] = lay(factors[part], weights(int(size)))
    return images


def check_size(size):
    """Raise a ValueError for a size that critters cannot be composed at."""
    check_count(size, "size", 8, SIDE)


def captions(factors):
    """Say in words what each critter shows: every factor, and a plain pattern by silence.

    Parameters
    ----------
    factors : array of int, shape (n, 8)

    Returns
    -------
    tuple of n str

    Examples
    --------
    >>> captions([[4, 3, 0, 1, 2, 2, 2, 0]])
    ('a green bell with three eyes, a grin and pink antennae on a purple ground',)
    """
    return tuple(_caption(*row) for row in _checked(factors).tolist())


def _caption(*row):
    body, color, pattern, top, accent, eyes, mouth, ground = (
        values[k] for values, k in zip(FACTORS.values(), row, strict=True)
    )
    critter = f"{color} {body}" if pattern == "plain" else f"{pattern} {color} {body}"
    worn = f"{accent} {top}" if top in _PLURAL else _a(f"{accent} {top}")
    return f"{_a(critter)} with {eyes}, {mouth} and {worn} on {_a(ground)} ground"


def _a(words):
    return f"an {words}" if words[0] in "aeiou" else f"a {words}"


def _checked(factors):
    array = np.asarray(factors)
    if array.ndim != 2 or array.shape[1] != len(FACTORS) or array.dtype.kind not in "iu":
        raise ValueError(
            f"expected factors as integers of shape (n, {len(FACTORS)}), "
            f"received shape {array.shape}, {array.dtype}"
        )
    if not len(array):
        raise ValueError(f"expected factors of 1 or more critters, received shape {array.shape}")
    for column, (name, values) in zip(array.T, FACTORS.items(), strict=True):
        low, high = column.min(), column.max()
        if low < 0 or high >= len(values):
            raise ValueError(
                f"expected {name!r} from 0 to {len(values) - 1}, received {low} to {high}"
            )
    return array.astype(np.int64, copy=False)


@functools.cache
def _masks():
    return files.read_npz(files.recorded(FILE), names=tuple(ROLES), checksum=SHA256)


@functools.lru_cache(maxsize=4)
def weights(size):
    """Average the masks to a size, in units of 2**-15 of a pixel.

    Parameters
    ----------
    size : int, range [8, 128]

    Returns
    -------
    dict of str to array of int32, shape ([bodies, ]values, roles, size, size)
    """
    # In units of 1 / size, a pixel of the mask is `size` wide and one of the result `SIDE`.
    edges = np.arange(SIDE + 1) * size
    left = np.arange(size)[:, np.newaxis] * SIDE
    covered = np.minimum(edges[1:], left + SIDE) - np.maximum(edges[:-1], left)
    # As float64 for speed: whole numbers below 2**53 are exact, in whatever order they are added.
    covered = np.maximum(covered, 0).astype(np.float64)
    whole = 255 * SIDE**2
    return {
        # Rounded down, so that the colors of a pixel never take more than all of it.
        name: ((covered @ masks @ covered.T).astype(np.int64) * 2**_WEIGHT // whole).astype(
            np.int32
        )
        for name, masks in _masks().items()
    }


def lay(factors, weights, *, ground=None):
    """Lay the parts over each other in the pixels that weights are given for.

    A value in the result never falls where a value below it rises, since every step rounds in
    the same direction: two colors of the ground bound what can show through the parts.

    Parameters
    ----------
    factors : array of int, shape (n, 8)
    weights : dict of str to array of int32, shape ([bodies, ]values, roles, ...)
        As :func:`weights` gives them, or some of their pixels.
    ground : tuple of three int, range [0, 255], optional
        A color in place of the grounds of the factors.

    Returns
    -------
    array of uint8, shape (n, ..., 3)
    """
    chosen = dict(zip(FACTORS, factors.T, strict=True))
    light, dark = (np.array(list(colors.values()), np.int32) for colors in (COLORS, GROUNDS))
    n, pixels = len(factors), weights["body"].shape[2:]
    paint = {name: np.int32(color)[np.newaxis] for name, color in _FIXED.items()}
    paint |= {"body": light[chosen["body color"]], "accent": light[chosen["top color"]]}
    below = dark[chosen["ground"]] if ground is None else np.int32(ground)[np.newaxis]

    def level(color):
        return color.reshape(-1, 3, *(1 for _ in pixels)) << _DEPTH

    image = np.broadcast_to(level(below), (n, 3, *pixels))
    for part, roles in ROLES.items():
        index = (chosen["body"], chosen["top"]) if part == "top" else chosen[part]
        weight = weights[part][index]
        image = image * (2**_WEIGHT - weight.sum(axis=1, dtype=np.int32))[:, np.newaxis]
        for k, role in enumerate(roles):
            image += weight[:, k : k + 1] * level(paint[role])
        image += 2 ** (_WEIGHT - 1)
        image >>= _WEIGHT
    image = (image + 2 ** (_DEPTH - 1)) >> _DEPTH
    return np.moveaxis(image, 1, -1).astype(np.uint8)


@functools.lru_cache(maxsize=2)
def critters(size):
    """Compose the critters that :func:`ganlab.datasets.load` gives.

    Parameters
    ----------
    size : int, range [8, 128]

    Returns
    -------
    pixels : array of uint8, shape (6000, size, size, 3), read-only
    factors : array of int64, shape (6000, 8), read-only
    """
    factors = draw(COUNT, seed=_SEED)
    pixels = compose(factors, size=size)
    pixels.flags.writeable = factors.flags.writeable = False
    return pixels, factors
