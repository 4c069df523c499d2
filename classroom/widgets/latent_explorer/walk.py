"""Where one stands in latent space, and what is seen from there: no widget in here."""

from dataclasses import dataclass

import numpy as np

from ganlab import datasets, images, keras, latents, tf
from ganlab.images import check_count
from ganlab.metrics import nearest_neighbors

#: Pictures along a side of the map of the plane; they stand at whole numbers.
MAP = 7
#: The plane goes from -REACH to REACH in both directions.
REACH = MAP / 2
#: The threshold from which on nothing is truncated.
UNTRUNCATED = 4.0
_STRIP = 9  # pictures of the path
_PLACES = 32  # latents at which the change of the image is measured
_STEP = 0.05  # of the difference quotient: small beside the latents, large beside rounding
_WALKS = {"lerp": latents.lerp, "slerp": latents.slerp}


@dataclass(frozen=True)
class Place:
    """A place in latent space, by the controls that lead there.

    Attributes
    ----------
    t : float in [0, 1]
        How far on the path from A to B.
    walk : {"slerp", "lerp"}
    x, y : float in [-REACH, REACH]
        Steps along the two directions of the plane.
    amounts : tuple of float
        Steps along the directions in which images change most.
    threshold : float in (0, UNTRUNCATED]
        Of the truncation of A and B.
    """

    t: float = 0.0
    walk: str = "slerp"
    x: float = 0.0
    y: float = 0.0
    amounts: tuple = ()
    threshold: float = UNTRUNCATED


@dataclass(frozen=True, eq=False)
class View:
    """What is seen from a place.

    Attributes
    ----------
    latent : ndarray of float32, shape (latent_dim,)
    image : ndarray of float32, shape (height, width, channels), in [0, 1]
    strip : ndarray of float32, shape (9, height, width, channels)
        The images on the path from A to B.
    map : ndarray of float32, shape (49, height, width, channels)
        The images of the plane, row by row from its top left corner.
    neighbors : ndarray of int, shape (neighbors,)
        The real images nearest to the generated one, the nearest first.
    distances : ndarray of float, shape (neighbors,)
        The Euclidean distances of their pixels.
    """

    latent: np.ndarray
    image: np.ndarray
    strip: np.ndarray
    map: np.ndarray
    neighbors: np.ndarray
    distances: np.ndarray

    @property
    def nearest(self):
        """The real image nearest to the generated one, an int."""
        return int(self.neighbors[0])

    @property
    def distance(self):
        """Its distance, a float."""
        return float(self.distances[0])


def squeeze(z, threshold):
    """Truncate normal latents without drawing anew: each keeps its rank.

    A component z goes to the value below which the normal distribution cut off at the threshold
    has as much probability as the whole one has below z. So normal latents get the very law of
    `latents.truncate`, and move smoothly with the threshold.

    Parameters
    ----------
    z : array of float
    threshold : float above 0
        From UNTRUNCATED on nothing changes.

    Returns
    -------
    ndarray of float32, same shape, in [-threshold, threshold]

    Examples
    --------
    >>> squeeze([-1.0, 0.0, 3.0], 1.0).round(2)
    array([-0.62,  0.  ,  1.  ], dtype=float32)
    """
    z = np.asarray(z, np.float64)
    if not threshold > 0:
        raise ValueError(f"expected threshold above 0, received {threshold!r}")
    if threshold >= UNTRUNCATED:
        return z.astype(np.float32)
    from scipy.special import ndtr, ndtri  # takes longer to import than all else here

    # The lower half, mirrored for the upper one: probabilities near 1 would lose digits.
    low = ndtr(-threshold)
    below = ndtri(low + ndtr(-np.abs(z)) * (1 - 2 * low))
    return np.clip(0.0 - np.sign(z) * below, -threshold, threshold).astype(np.float32)


class LatentSpace:
    """A generator's latent space with two ends A and B, a plane and some directions.

    Parameters
    ----------
    generator, real, seed, directions, neighbors
        As in `LatentExplorer`.

    Attributes
    ----------
    ends : ndarray of float32, shape (2, latent_dim)
        A and B, before truncation.
    plane : ndarray of float32, shape (2, latent_dim)
        Two directions of length 1 at right angles.
    directions : ndarray of float32, shape (directions, latent_dim)
        Those of length 1 along which images change most, the first before the others. They are
        the first eigenvectors of the mean of J'J over normal latents, J the derivatives of all
        pixels with respect to the latent.
    real : ndarray of float32, shape (n, height, width, channels)
    labels : ndarray of int, shape (n,), or None
    captions : tuple of n str, or None
    typical : float
        The median distance of a real image to the nearest other one.
    """

    def __init__(self, generator, real, *, seed, directions, neighbors=1):
        _check(generator, directions)
        self.latent_dim, shape = generator.input_shape[-1], tuple(generator.output_shape[1:])
        self.labels = self.captions = None
        if isinstance(real, datasets.Dataset):
            self.labels, self.captions, real = real.labels, real.captions, real.images
        self.real = images.check(real, name="real")
        if self.real.shape[1:] != shape or len(self.real) < 2:
            raise ValueError(
                f"expected real as 2 or more images of shape {shape}, as the generator makes them, "
                f"received shape {self.real.shape}"
            )
        check_count(neighbors, "neighbors", 1, len(self.real))
        self.neighbors = int(neighbors)
        self._reals = self.real.astype(np.float64)  # once, and not at every look
        some = self._reals[:: max(1, len(self._reals) // 200)]
        self.typical = float(np.median(nearest_neighbors(some, self._reals, k=2)[0][:, 1]))
        self._seeds = latents.random_generator(seed)
        self._generate = tf.function(
            lambda z: generator(z, training=False),
            input_signature=[tf.TensorSpec((None, self.latent_dim), tf.float32)],
            autograph=False,
        )
        self._seen = {}
        self.ends = latents.sample(2, self.latent_dim, seed=self._seeds)
        self.new_plane()
        self.directions = self._most_change()[:directions]

    def generate(self, z):
        """Return the images of latents (n, latent_dim), float32 in [0, 1]."""
        made = self._generate(tf.constant(z, tf.float32)).numpy()
        return np.clip(made, 0, 1)

    def new_end(self, which):
        """Draw A (0) or B (1) anew."""
        self.ends = self.ends.copy()
        self.ends[which] = latents.sample(1, self.latent_dim, seed=self._seeds)[0]

    def new_plane(self):
        """Draw the two directions of the plane anew, at right angles."""
        drawn = latents.sample(2, self.latent_dim, seed=self._seeds)
        self.plane = np.linalg.qr(drawn.T)[0].T.astype(np.float32)

    def path(self, place, t):
        """Return the latents at t on the path from A to B."""
        return _WALKS[place.walk](*squeeze(self.ends, place.threshold), t)

    def latent(self, place):
        """Return the latent of a place, shape (latent_dim,)."""
        return self._middle(place) + np.float32([place.x, place.y]) @ self.plane

    def _middle(self, place):
        """Return the latent in the middle of the plane."""
        amounts = np.float32(place.amounts)
        return self.path(place, place.t) + amounts @ self.directions[: len(amounts)]

    def look(self, place):
        """Return the View from a place."""
        latent = self.latent(place)
        ends = (self.ends.tobytes(), place.walk, place.threshold)
        strip = self._kept("strip", ends, lambda: self.path(place, np.linspace(0, 1, _STRIP)))
        middle = self._middle(place)
        around = (middle.tobytes(), self.plane.tobytes())
        plane = self._kept("map", around, lambda: middle + _lattice() @ self.plane)
        image = self.generate(latent[None])[0]
        distances, indices = nearest_neighbors(image[None], self._reals, k=self.neighbors)
        return View(
            latent=latent,
            image=image,
            strip=strip,
            map=plane,
            neighbors=indices[0],
            distances=distances[0],
        )

    def _kept(self, name, key, latents_of):
        """Return the images of latents, generated anew only where what they follow from changed."""
        if self._seen.get(name, (None,))[0] != key:
            self._seen[name] = key, self.generate(latents_of())
        return self._seen[name][1]

    def _most_change(self):
        """Return the eigenvectors of the mean of J'J, by difference quotients, greatest first."""
        places = latents.sample(_PLACES, self.latent_dim, seed=self._seeds)
        moves = _STEP * np.eye(self.latent_dim, dtype=np.float32)
        total = np.zeros((self.latent_dim, self.latent_dim))
        for z in places:
            made = self.generate(np.concatenate([z + moves, z - moves])).astype(np.float64)
            ahead, behind = made.reshape(2, self.latent_dim, -1)
            slopes = (ahead - behind) / (2 * _STEP)
            total += slopes @ slopes.T
        vectors = np.linalg.eigh(total)[1].T[::-1]
        # An eigenvector has no sign; this one is chosen so that all machines agree.
        largest = np.abs(vectors).argmax(axis=1)
        signs = np.sign(vectors[np.arange(len(vectors)), largest])
        return (signs[:, None] * vectors).astype(np.float32)


def _lattice():
    """Return the steps to the pictures of the map, row by row from the top left: (MAP**2, 2)."""
    steps = np.arange(MAP, dtype=np.float32) - MAP // 2
    x, y = np.meshgrid(steps, steps[::-1])
    return np.stack([x.ravel(), y.ravel()], axis=1)


def _check(generator, directions):
    if not isinstance(generator, keras.Model):
        raise TypeError(f"expected generator as a keras.Model, received {generator!r:.80}")
    received = f"{generator.input_shape} -> {generator.output_shape}"
    if len(generator.inputs) != 1 or len(generator.output_shape) != 4:
        raise ValueError(
            "expected generator from (batch, latent_dim) to (batch, height, width, channels), "
            f"received {received}"
        )
    if generator.input_shape[-1] < 2:
        raise ValueError(f"expected generator with a latent_dim of 2 or more, received {received}")
    check_count(directions, "directions", 0, generator.input_shape[-1])
