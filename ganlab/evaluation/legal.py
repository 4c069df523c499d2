"""How far images are from the nearest of all legal critters, and which one that is.

No search that could miss it: most pixels of a critter show few of its factors (none but the
ground in a corner, the eyes and the color of the body around the eyes), so that the squared
error is a sum of small tables, and the least of such a sum over all 1,935,360 combinations is
found by eliminating one factor after another.
"""

import functools

import numpy as np

from ganlab import images as pixels
from ganlab.datasets import critters

# In this order the factors of few pixels go first and leave small tables.
_ELIMINATED = ("eyes", "mouth", "pattern", "body color", "top color", "ground")
_BODY, _TOP, _GROUND, _ACCENT = map(critters.NAMES.index, ("body", "top", "ground", "top color"))
_COUNTS = tuple(len(values) for values in critters.FACTORS.values())
_IMAGES = 32  # at a time: tables of one combination of body and top that a cache holds


def nearest_critters(images):
    """Find the legal critter nearest to each image, among all 1,935,360 at the image's size.

    Parameters
    ----------
    images : array of float, shape (n, size, size, 3), range [0, 1]
        Of a size from 8 to 128.

    Returns
    -------
    distances : ndarray of float32, shape (n,), range [0, 1]
        The root of the mean squared difference to it over all pixels and channels: 0 for a
        critter as :func:`ganlab.datasets.load` gives it, about 0.31 between two random ones.
    factors : ndarray of int64, shape (n, 8)
        What that critter is, as :func:`ganlab.datasets.draw` gives it.

    Notes
    -----
    Exact: no other critter is nearer by more than the rounding of float64. Where several are
    equally near, as at 8 x 8, where some mouths look the same, one of them is given. The first
    call at a size prepares its tables, which takes a second; then 32 x 32 takes a hundredth of
    a second an image.

    Examples
    --------
    >>> real = critters.draw(3, seed=0)
    >>> images = pixels.to_float(critters.compose(real, size=16))
    >>> distances, factors = nearest_critters(images)
    >>> distances.tolist(), bool((factors == real).all())
    ([0.0, 0.0, 0.0], True)
    """
    images = _checked(images)
    size = images.shape[1]
    factors = np.concatenate(
        [
            _nearest(images[start : start + _IMAGES], size)
            for start in range(0, len(images), _IMAGES)
        ]
    )
    distances = np.empty(len(images), np.float32)
    for start in range(0, len(images), _IMAGES):
        part = slice(start, start + _IMAGES)
        apart = images[part] - pixels.to_float(critters.compose(factors[part], size=size))
        distances[part] = np.sqrt(np.mean(np.square(apart, dtype=np.float64), axis=(1, 2, 3)))
    return distances, factors


def _checked(images):
    images = pixels.check(images)
    height, width, channels = images.shape[1:]
    if height != width or channels != 3 or not 8 <= height <= critters.SIDE:
        raise ValueError(
            f"expected images of shape (n, size, size, 3) with a size from 8 to {critters.SIDE}, "
            f"received shape {images.shape}"
        )
    return images


def _nearest(images, size):
    n = len(images)
    levels = 255 * images.reshape(n, size * size, 3).astype(np.float64)
    least = np.full(n, np.inf)
    factors = np.zeros((n, len(_COUNTS)), np.int64)
    for body, (shared, of_tops) in enumerate(_tables(size)):
        shared = [table.costs(levels) for table in shared]
        # What no top has to do with is settled once for all of them.
        early = [
            name
            for name in _ELIMINATED
            if not any(name in table.names for tables in of_tops for table in tables)
        ]
        late = [name for name in _ELIMINATED if name not in early]
        shared, settled = _eliminate(shared, early)
        for top, tables in enumerate(of_tops):
            costs, chosen = _eliminate(shared + [table.costs(levels) for table in tables], late)
            cost = sum(costs).reshape(n)
            better = np.flatnonzero(cost < least)
            least[better] = cost[better]
            factors[better] = 0
            factors[better, _BODY], factors[better, _TOP] = body, top
            for axis, best in reversed(settled + chosen):
                where = np.minimum(factors[better], np.array(best.shape[1:]) - 1)
                factors[better, axis] = best[better, *where.T]
    return factors


def _eliminate(costs, names):
    """Take the least over some factors, one after another.

    Parameters
    ----------
    costs : list of array, shape (n, 1 or values of the first factor, ...)
        What is to be added up.
    names : sequence of str

    Returns
    -------
    costs : list of array
        Of length 1 along the factors that are settled.
    chosen : list of (int, array of int)
        The column of a factor, and the value that is best given those settled later.
    """
    chosen = []
    for axis in map(critters.NAMES.index, names):
        shown = [cost for cost in costs if cost.shape[axis + 1] > 1]
        costs = [cost for cost in costs if cost.shape[axis + 1] == 1]
        total = sum(shown)
        best = total.argmin(axis + 1, keepdims=True)
        costs.append(np.take_along_axis(total, best, axis + 1))
        chosen.append((axis, best))
    return costs, chosen


class _Table:
    """Some pixels of one body, perhaps with one top, in all combinations of what they show."""

    def __init__(self, body, top, names, where, weights):
        self.names, self.where = names, where
        combinations, self.shape = _combinations(body, top, names)
        chosen = {part: masks[..., where] for part, masks in weights.items()}
        self.composed = critters.lay(combinations, chosen).reshape(len(combinations), -1)

    def costs(self, levels):
        """Return squared errors of all combinations, less the square of the image itself."""
        composed = self.composed.astype(np.float64)
        wanted = levels[:, self.where].reshape(len(levels), -1)
        costs = wanted @ (-2 * composed.T)
        costs += np.einsum("ij,ij->i", composed, composed)
        return costs.reshape(-1, *self.shape)


def _combinations(body, top, names):
    """Return all combinations of some factors, 0 for the others, and the values of each factor."""
    shape = tuple(
        count if name in names else 1 for name, count in zip(critters.NAMES, _COUNTS, strict=True)
    )
    factors = np.indices(shape).reshape(len(shape), -1).T.copy()
    factors[:, _BODY], factors[:, _TOP] = body, top
    return factors, shape


@functools.lru_cache(maxsize=2)
def _tables(size):
    """Return, for each body, tables that hold with every top, and tables of each top."""
    weights = {
        part: masks.reshape(*masks.shape[:-2], size * size)
        for part, masks in critters.weights(size).items()
    }
    return [_tables_of(body, weights) for body in range(_COUNTS[_BODY])]


def _tables_of(body, weights):
    shown = {part: weights[part].any(axis=(0, 1)) for part in ("pattern", "eyes", "mouth")}
    shown["body color"] = weights["body"][body, critters.ROLES["body"].index("body")] > 0
    shown["ground"] = _shows_through(body, shown, weights)
    topped = shown["ground"] & weights["top"][body].any(axis=(0, 1))
    shared = [_Table(body, 0, names, where, weights) for names, where in _alike(shown, ~topped)]
    of_tops = []
    for weight in weights["top"][body]:
        accent = weight[critters.ROLES["top"].index("accent")] > 0
        of_tops.append(
            [
                _Table(body, len(of_tops), names, where, weights)
                for names, where in _alike(shown | {"top color": accent}, topped)
            ]
        )
    return shared, of_tops


def _alike(shown, among):
    """Yield the sets of factors that pixels show together, and the pixels that show them."""
    where = np.flatnonzero(among)
    kinds, kind = np.unique(
        np.stack([mask[where] for mask in shown.values()]), axis=1, return_inverse=True
    )
    for k, column in enumerate(kinds.T):
        names = {name for name, there in zip(shown, column, strict=True) if there}
        yield names, where[kind.reshape(-1) == k]


def _shows_through(body, shown, weights):
    """Say in which pixels what lies behind a body can change a byte of any critter.

    Well inside it the weights of a pixel may miss the whole by 1 or 2 parts in 2**15, which
    rounding nearly always hides. To know where always, the darkest and the brightest of what
    could lie behind are composed.
    """
    missing = 2**15 - weights["body"][body].sum(axis=0)
    through = missing > 0
    bare = weights | {"top": np.zeros_like(weights["top"])}
    for names, where in _alike(shown, through & (missing < 8)):
        factors, _ = _combinations(body, 0, names)
        chosen = {part: masks[..., where] for part, masks in bare.items()}
        dark, bright = (critters.lay(factors, chosen, ground=(v, v, v)) for v in (0, 255))
        through[where] = (dark != bright).any(axis=(0, 2))
    return through
