"""The data sets that Keras downloads, each file verified by its SHA-256.

Keras keeps the files in ``~/.keras/datasets``; a second call needs no network. It verifies
MNIST and CIFAR-10 itself but downloads Fashion-MNIST without a checksum, so that one is
fetched here, from the place where Keras gets it.
"""

import contextlib
import gzip
import hashlib
import pathlib
import socket

import numpy as np

from ganlab.datasets.handwriting import NAMES as _DIGITS
from ganlab.datasets.readers import DataError

__all__ = [
    "DownloadError",
    "FASHION_FILES",
    "NAMES",
    "load",
]

_CLOTHES = (
    "T-shirt/top", "trouser", "pullover", "dress", "coat",
    "sandal", "shirt", "sneaker", "bag", "ankle boot",
)  # fmt: skip
_THINGS = (
    "airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck",
)  # fmt: skip

_FASHION_URL = "https://storage.googleapis.com/tensorflow/tf-keras-datasets/"
# The MD5 sums are those the authors publish in the README of zalandoresearch/fashion-mnist.
# MD5 no longer protects against forgery, so the SHA-256 of the same four files is verified
# too; two projects state it independently (Britefury/batchup and notwa/mnists).
FASHION_FILES = {
    "train-images-idx3-ubyte.gz": (
        "8d4fb7e6c68d591d4c3dfef9ec88bf0d",
        "08dc20ab1689590a0bcd66e874647b6ee8464e2d501b5a3f1f78831db19a3fdc",
    ),
    "train-labels-idx1-ubyte.gz": (
        "25c81989df183df01b3e8a0aad5dffbe",
        "b0197879cbda89f3dc7b894f9fd52b858e68ea4182b6947c9d8c2b67e5f18dcc",
    ),
    "t10k-images-idx3-ubyte.gz": (
        "bef4ecab320f06d8554ea6380940ec79",
        "78dcbbfb5a27efaf1b6c1d616caca68560be8766c5bffcb2791df9273a534229",
    ),
    "t10k-labels-idx1-ubyte.gz": (
        "bb300cfdad3c16e7a12a480ee83cd310",
        "42bd18137a62d5998cdeae52bf3a0676ac6b706f5cf8439b47bb5b151ae3dccf",
    ),
}

NAMES = ("mnist", "fashion_mnist", "cifar10")
_INSTEAD = {"mnist": "digits", "fashion_mnist": "digits", "cifar10": "color_digits"}
_LABEL_NAMES = {"mnist": _DIGITS, "fashion_mnist": _CLOTHES, "cifar10": _THINGS}


class DownloadError(DataError):
    """A data set could not be downloaded, or what arrived is not what was published."""


def load(name, split):
    """Download a data set, or find it where an earlier download left it.

    Parameters
    ----------
    name : {"mnist", "fashion_mnist", "cifar10"}
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
        Without a network, or when a checksum does not match. It names a data set that needs
        no download.
    """
    from ganlab._tensorflow import keras

    halves = ("train", "test") if split is None else (split,)
    try:
        with _patience(seconds=30):
            if name == "fashion_mnist":
                loaded = _fashion_mnist(keras.utils.get_file)
            else:
                loaded = getattr(keras.datasets, name).load_data()
    except Exception as error:  # Keras raises plain Exception when a download fails
        raise DownloadError(
            f"{name!r} could not be downloaded: {error}. Check the network and try again, or use "
            f"{_INSTEAD[name]!r}, which needs no download"
        ) from error
    parts = [loaded[("train", "test").index(half)] for half in halves]
    images = np.concatenate([images for images, _ in parts])
    labels = np.concatenate([labels.reshape(-1) for _, labels in parts]).astype(np.int64)
    return images, labels, _LABEL_NAMES[name]


def _fashion_mnist(get_file):
    content = {}
    for file, (md5, sha256) in FASHION_FILES.items():
        path = get_file(
            file,
            origin=_FASHION_URL + file,
            cache_subdir="datasets/fashion-mnist",
            file_hash=sha256,
            hash_algorithm="sha256",
        )
        data = pathlib.Path(path).read_bytes()
        if hashlib.sha256(data).hexdigest() != sha256 or _md5(data) != md5:
            raise ValueError(f"the checksum of {path} is not the published one; delete that file")
        content[file] = np.frombuffer(gzip.decompress(data), np.uint8)
    train_images, train_labels, test_images, test_labels = content.values()
    # An IDX file begins with 4 bytes of kind and 4 for the length of each axis.
    return (
        (train_images[16:].reshape(-1, 28, 28), train_labels[8:]),
        (test_images[16:].reshape(-1, 28, 28), test_labels[8:]),
    )


def _md5(data):
    return hashlib.md5(data, usedforsecurity=False).hexdigest()


@contextlib.contextmanager
def _patience(*, seconds):
    """Let a connection that gives no answer fail, instead of waiting for ever."""
    before = socket.getdefaulttimeout()
    socket.setdefaulttimeout(seconds)
    try:
        yield
    finally:
        socket.setdefaulttimeout(before)
