"""The data sets that Keras downloads, each file verified by its SHA-256.

Keras keeps the files in ``~/.keras/datasets``; a second call needs no network. It verifies
MNIST and CIFAR-10 itself but downloads Fashion-MNIST without a checksum, so that the files of
that one are verified here before Keras reads them.
"""

import contextlib
import socket

import numpy as np

from ganlab.datasets.handwriting import NAMES as _DIGITS
from ganlab.datasets.readers import DataError

_CLOTHES = (
    "T-shirt/top", "trouser", "pullover", "dress", "coat",
    "sandal", "shirt", "sneaker", "bag", "ankle boot",
)  # fmt: skip
_THINGS = (
    "airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck",
)  # fmt: skip
# The names of the labels, and a set to use where there is no network.
_SETS = {
    "mnist": (_DIGITS, "digits"),
    "fashion_mnist": (_CLOTHES, "digits"),
    "cifar10": (_THINGS, "color_digits"),
}
NAMES = tuple(_SETS)

_FASHION_URL = "https://storage.googleapis.com/tensorflow/tf-keras-datasets/"
# The authors publish MD5 sums, in the README of zalandoresearch/fashion-mnist. MD5 no longer
# protects against forgery: these are the SHA-256 of the files with those sums, as two projects
# state them independently (Britefury/batchup and notwa/mnists).
FASHION_FILES = {
    "train-images-idx3-ubyte.gz": (
        "08dc20ab1689590a0bcd66e874647b6ee8464e2d501b5a3f1f78831db19a3fdc"
    ),
    "train-labels-idx1-ubyte.gz": (
        "b0197879cbda89f3dc7b894f9fd52b858e68ea4182b6947c9d8c2b67e5f18dcc"
    ),
    "t10k-images-idx3-ubyte.gz": (
        "78dcbbfb5a27efaf1b6c1d616caca68560be8766c5bffcb2791df9273a534229"
    ),
    "t10k-labels-idx1-ubyte.gz": (
        "42bd18137a62d5998cdeae52bf3a0676ac6b706f5cf8439b47bb5b151ae3dccf"
    ),
}


class DownloadError(DataError):
    """A data set could not be downloaded, or what arrived is not what was published."""


def load(name, split):
    """Download a data set, or find it where an earlier download left it.

    Parameters
    ----------
    name : str
        One of `NAMES`.
    split : {"train", "test"} or None
        The published halves; None gives both, training images first.

    Returns
    -------
    images : array of uint8, shape (n, 28, 28) or (n, 32, 32, 3)
    labels : array of int64, shape (n,), range [0, 9]
    label_names : tuple of 10 str

    Raises
    ------
    DownloadError
        It names a data set that needs no download.
    """
    from ganlab._tensorflow import keras

    label_names, instead = _SETS[name]
    try:
        with _patience(seconds=30):
            if name == "fashion_mnist":
                _verify_fashion_mnist(keras.utils.get_file)
            loaded = getattr(keras.datasets, name).load_data()
    except Exception as error:  # Keras raises plain Exception when a download fails
        raise DownloadError(
            f"{name!r} could not be downloaded: {error}. Check the network and try again, or use "
            f"{instead!r}, which needs no download"
        ) from error
    halves = {"train": loaded[:1], "test": loaded[1:], None: loaded}[split]
    images = np.concatenate([images for images, _ in halves])
    labels = np.concatenate([labels.reshape(-1) for _, labels in halves]).astype(np.int64)
    return images, labels, label_names


def _verify_fashion_mnist(get_file):
    """Bring the files, verified, to where Keras looks for them before it downloads."""
    for file, sha256 in FASHION_FILES.items():
        get_file(
            file,
            origin=_FASHION_URL + file,
            cache_subdir="datasets/fashion-mnist",
            file_hash=sha256,
            hash_algorithm="sha256",
        )


@contextlib.contextmanager
def _patience(*, seconds):
    """Let a connection that gives no answer fail, instead of waiting for ever."""
    before = socket.getdefaulttimeout()
    socket.setdefaulttimeout(seconds)
    try:
        yield
    finally:
        socket.setdefaulttimeout(before)
