"""What can happen to a picture in the SSIM playground, and how much of it an error allows.

Plain functions of NumPy arrays: the playground is their face.
"""

import dataclasses
import functools

import numpy as np

from ganlab import datasets, similarity

#: The smallest and largest value of each distortion; 0 leaves the picture as it is.
LIMITS = {
    "noise": (0.0, 0.5),
    "blur": (0.0, 6.0),
    "shift": (0.0, 10.0),
    "contrast": (-1.0, 1.0),
    "brightness": (-0.5, 0.5),
    "scratch": (0.0, 1.0),
}
#: The width of a scratch, as a share of the width of the picture.
PEN = 3 / 128


class Unreachable(ValueError):
    """No strength of this distortion gives the error that was asked for."""


@dataclasses.dataclass(frozen=True)
class Distortions:
    """Strengths that combine, in the order shift, blur, contrast, brightness, noise, scratch.

    Parameters
    ----------
    noise : float in [0, 0.5]
        Standard deviation of Gaussian noise, always the same grain.
    blur : float in [0, 6]
        Standard deviation of a Gaussian filter, in pixels.
    shift : float in [0, 10]
        Pixels to the right; the left edge is repeated.
    contrast : float in [-1, 1]
        Distances from the mean gray grow by this share: -1 is flat gray, 1 is twice.
    brightness : float in [-0.5, 0.5]
        Added to every pixel.
    scratch : float in [0, 1]
        How opaque the strokes are.
    strokes : tuple of tuples of (x, y)
        The path of each stroke in pixels, from the upper left corner.
    """

    noise: float = 0.0
    blur: float = 0.0
    shift: float = 0.0
    contrast: float = 0.0
    brightness: float = 0.0
    scratch: float = 0.0
    strokes: tuple = ()

    def __post_init__(self):
        for name, (low, high) in LIMITS.items():
            value = getattr(self, name)
            if not isinstance(value, int | float | np.number) or not low <= value <= high:
                raise ValueError(
                    f"expected {name} as a number from {low:g} to {high:g}, received {value!r}"
                )

    def __str__(self):
        active = [name for name in LIMITS if getattr(self, name)]
        if not self.strokes and "scratch" in active:
            active.remove("scratch")
        return ", ".join(f"{name} {getattr(self, name):.3g}" for name in active) or "unchanged"


@dataclasses.dataclass(frozen=True, eq=False)
class Measures:
    """How alike two pictures are; the maps are (height - 10, width - 10) and (height, width)."""

    mse: float
    psnr: float
    ssim: float
    ms_ssim: float
    cosine: float
    centered_cosine: float
    ssim_map: np.ndarray
    error_map: np.ndarray


def distort(image, distortions):
    """Change a picture.

    Parameters
    ----------
    image : array of float, shape (height, width), range [0, 1]
    distortions : Distortions

    Returns
    -------
    array of float32, shape (height, width), range [0, 1]

    Examples
    --------
    >>> gray = np.full((16, 16), 0.5)
    >>> float(distort(gray, Distortions(brightness=0.25)).max())
    0.75
    """
    from scipy import ndimage

    x = np.asarray(image, np.float32)
    if distortions.shift:
        x = ndimage.shift(x, (0, distortions.shift), order=1, mode="nearest")
    if distortions.blur:
        x = ndimage.gaussian_filter(x, distortions.blur, mode="nearest")
    if distortions.contrast:
        mean = x.mean()
        x = mean + (1 + distortions.contrast) * (x - mean)
    x = x + distortions.brightness
    if distortions.noise:
        x = x + distortions.noise * _grain(x.shape)
    x = np.clip(x, 0.0, 1.0)
    if distortions.scratch and distortions.strokes:
        opacity = distortions.scratch * raster(distortions.strokes, x.shape)
        x = x + opacity * (1.0 - x)
    return x.astype(np.float32)


@functools.cache
def _grain(shape):
    grain = np.random.default_rng(0).standard_normal(shape, np.float32)
    grain.setflags(write=False)
    return grain


@functools.lru_cache(maxsize=8)
def raster(strokes, shape):
    """Return 1 where the pen went, 0 elsewhere, with smooth edges.

    Examples
    --------
    >>> mask = raster((((2, 8), (14, 8)),), (128, 128))
    >>> float(mask[8, 8]), float(mask[12, 8])
    (1.0, 0.0)
    """
    centers = [[(x + 0.5, y + 0.5) for x, y in stroke] for stroke in strokes]
    mask = datasets.rasterize(centers, shape, pen=PEN * shape[1])
    mask.setflags(write=False)
    return mask


def measure(original, changed):
    """Compare two pictures by everything `ganlab.similarity` has to say about them.

    Parameters
    ----------
    original, changed : array of float, shape (height, width), range [0, 1], from 11 pixels on

    Returns
    -------
    Measures

    Examples
    --------
    >>> gray = np.full((16, 16), 0.5, np.float32)
    >>> result = measure(gray, gray)
    >>> result.mse, result.psnr, result.ssim
    (0.0, inf, 1.0)
    """
    a, b = (np.asarray(x, np.float32)[np.newaxis, ..., np.newaxis] for x in (original, changed))
    local = similarity.ssim_map(a, b, data_range=1.0).numpy()[0, ..., 0]
    return Measures(
        mse=mean_squared_error(original, changed),
        psnr=float(similarity.psnr(a, b, data_range=1.0)[0]),
        ssim=float(local.mean(dtype=np.float64)),  # its definition, and one compilation less
        ms_ssim=float(similarity.ms_ssim(a, b, data_range=1.0)[0]),
        cosine=float(similarity.content_similarity(a, b)[0]),
        centered_cosine=float(similarity.content_similarity(a, b, centered=True)[0]),
        ssim_map=local,
        error_map=np.abs(a - b)[0, ..., 0],
    )


def mean_squared_error(a, b):
    """Return the mean squared difference, a float."""
    return float(np.mean(np.square(np.subtract(a, b, dtype=np.float64))))


def match_error(image, distortions, name, error):
    """Find the strength of one distortion at which the whole error is the one asked for.

    Parameters
    ----------
    image : array of float, shape (height, width), range [0, 1]
    distortions : Distortions
        The other strengths stay as they are; this one is searched for on the side of 0 where
        it stands, then on the other.
    name : str
        A key of `LIMITS`.
    error : float
        Mean squared error.

    Returns
    -------
    Distortions

    Raises
    ------
    Unreachable
        It says how far this distortion goes.

    Examples
    --------
    >>> image = np.full((16, 16), 0.5)
    >>> match_error(image, Distortions(), "brightness", 0.04).brightness
    0.2
    """
    from scipy import optimize

    if name not in LIMITS:
        raise ValueError(f"expected name as one of {', '.join(LIMITS)}, received {name!r}")

    def with_strength(value):
        return dataclasses.replace(distortions, **{name: value})

    def excess(value):
        return mean_squared_error(image, distort(image, with_strength(value))) - error

    if excess(0.0) > 0:
        raise Unreachable(
            f"without {name} the error is {excess(0.0) + error:.4f} already, more than the "
            f"{error:.4f} that you look for: weaken the other distortions first"
        )
    ends = sorted(LIMITS[name], key=lambda end: (end * getattr(distortions, name) < 0, -end))
    for end in filter(None, ends):
        if excess(end) >= 0:
            return with_strength(round(optimize.brentq(excess, 0.0, end, xtol=1e-5), 4))
    most = max(excess(end) for end in ends) + error
    hint = "draw on the picture first" if name == "scratch" else "choose another distortion"
    raise Unreachable(
        f"{name} reaches an error of {most:.4f} at most, less than the {error:.4f} that you "
        f"look for: {hint}"
    )
