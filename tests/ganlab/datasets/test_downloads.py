import gzip
import hashlib
import pathlib
import socket
import urllib.error

import numpy as np
import pytest

from ganlab import datasets, keras
from ganlab.datasets import downloads, readers

rng = np.random.default_rng(0)


def halves(shape, labels_of_shape):
    def half(n):
        labels = rng.integers(0, 10, labels_of_shape(n)).astype(np.uint8)
        return rng.integers(0, 256, (n, *shape)).astype(np.uint8), labels

    return half(6), half(4)


@pytest.mark.parametrize(
    ("name", "shape", "labels_of_shape"),
    [("mnist", (28, 28), lambda n: (n,)), ("cifar10", (32, 32, 3), lambda n: (n, 1))],
)
def test_keras_sets_keep_their_halves(monkeypatch, name, shape, labels_of_shape):
    published = halves(shape, labels_of_shape)
    monkeypatch.setattr(getattr(keras.datasets, name), "load_data", lambda: published)
    parts = {split: datasets.load(name, split=split) for split in (None, "train", "test")}
    assert [len(parts[split]) for split in (None, "train", "test")] == [10, 6, 4]
    for part, (images, labels) in zip((parts["train"], parts["test"]), published, strict=True):
        expected = images.reshape(len(images), *shape[:2], -1) / np.float32(255)
        np.testing.assert_array_equal(part.images, expected)
        np.testing.assert_array_equal(part.labels, labels.ravel())
        assert part.labels.dtype == np.int64 and len(part.label_names) == 10
    np.testing.assert_array_equal(
        parts[None].images, np.concatenate([parts["train"].images, parts["test"].images])
    )
    assert datasets.load(name, size=16, color="gray").images.shape == (10, 16, 16, 1)


def idx(array):
    header = bytes([0, 0, 8, array.ndim]) + b"".join(n.to_bytes(4, "big") for n in array.shape)
    return gzip.compress(header + array.tobytes())


@pytest.fixture
def fashion(monkeypatch, tmp_path):
    """Serve four small files in place of the real ones, through Keras's own download."""
    (images, labels), (test_images, test_labels) = halves((28, 28), lambda n: (n,))
    served = dict(
        zip(
            downloads.FASHION_FILES,
            map(idx, (images, labels, test_images, test_labels)),
            strict=True,
        )
    )
    sums = {file: hashlib.sha256(data).hexdigest() for file, data in served.items()}
    monkeypatch.setattr(downloads, "FASHION_FILES", sums)
    monkeypatch.setattr("keras.src.utils.file_utils.config.keras_home", lambda: str(tmp_path))

    def retrieve(url, target, progress):
        base, file = url.rsplit("/", 1)
        assert base + "/" == downloads._FASHION_URL
        pathlib.Path(target).write_bytes(served[file])

    monkeypatch.setattr("keras.src.utils.file_utils.urlretrieve", retrieve)
    return served, (images, labels), (test_images, test_labels)


def test_fashion_mnist_reads_verified_files(fashion):
    _, (images, labels), (test_images, test_labels) = fashion
    data = datasets.load("fashion_mnist")
    expected = np.concatenate([images, test_images])[..., np.newaxis] / np.float32(255)
    np.testing.assert_array_equal(data.images, expected)
    np.testing.assert_array_equal(data.labels, np.concatenate([labels, test_labels]))
    assert data.label_names[9] == "ankle boot"
    np.testing.assert_array_equal(datasets.load("fashion_mnist", split="test").images, expected[6:])


def test_fashion_mnist_refuses_a_forged_file(fashion):
    served, *_ = fashion
    served["t10k-labels-idx1-ubyte.gz"] = idx(np.zeros(4, np.uint8))
    with pytest.raises(downloads.DownloadError, match="hash does not match.* 'digits'"):
        datasets.load("fashion_mnist")


def test_the_published_sums_are_complete():
    assert len(downloads.FASHION_FILES) == 4
    for sha256 in downloads.FASHION_FILES.values():
        assert len(bytes.fromhex(sha256)) == 32


@pytest.mark.parametrize(
    ("name", "instead"),
    [("mnist", "digits"), ("fashion_mnist", "digits"), ("cifar10", "color_digits")],
)
def test_without_a_network_it_names_what_to_use(monkeypatch, tmp_path, name, instead):
    def no_network(*arguments):
        raise urllib.error.URLError("Name or service not known")

    monkeypatch.setattr("keras.src.utils.file_utils.urlretrieve", no_network)
    monkeypatch.setattr("keras.src.utils.file_utils.config.keras_home", lambda: str(tmp_path))
    before = 1000 + len(name)  # a value that no other test leaves behind
    socket.setdefaulttimeout(before)
    with pytest.raises(downloads.DownloadError) as caught:
        datasets.load(name)
    assert isinstance(caught.value, readers.DataError)
    message = str(caught.value)
    assert message.startswith(f"{name!r} could not be downloaded: URL fetch failure")
    assert message.endswith(f"or use {instead!r}, which needs no download")
    assert instead in datasets.NAMES
    after = socket.getdefaulttimeout()
    socket.setdefaulttimeout(None)
    assert after == before
