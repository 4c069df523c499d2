import dataclasses
import hashlib
import itertools
import pathlib
import re
import socket
import subprocess
import sys
import time

import numpy as np
import pytest
from scipy import stats
from skimage import data as skimage_data

from ganlab import datasets, images
from ganlab.datasets import downloads, handwriting, loading, readers

EMBEDDED = [name for name in datasets.NAMES if name not in downloads.NAMES]


@pytest.fixture(autouse=True)
def no_network(monkeypatch):
    def refuse(*arguments):
        raise AssertionError("an embedded data set opened a connection")

    monkeypatch.setattr(socket.socket, "connect", refuse)


@pytest.mark.slow
def test_loading_needs_no_tensorflow():
    code = (
        "import sys; from ganlab import datasets\n"
        f"for name in {EMBEDDED}: datasets.load(name)\n"
        "sys.exit('tensorflow' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


@pytest.mark.parametrize(
    ("name", "shape"),
    [
        ("digits", (1797, 28, 28, 1)),
        ("color_digits", (1797, 28, 28, 3)),
        ("critters", (6000, 32, 32, 3)),
        ("faces", (100, 25, 25, 1)),
        ("photos", (206, 64, 64, 3)),
    ],
)
def test_embedded_sets_follow_the_pixel_convention(name, shape):
    data = datasets.load(name)
    assert data.name == name and len(data) == shape[0]
    assert data.images.shape == shape and data.images.dtype == np.float32
    assert data.images.min() >= 0 and 0.9 < data.images.max() <= 1
    assert data.skipped == ()
    with pytest.raises(ValueError, match="read-only"):
        data.images[0] = 0
    with pytest.raises(dataclasses.FrozenInstanceError):
        data.name = "other"


@pytest.mark.parametrize("name", EMBEDDED)
def test_the_sums_in_the_data_readme_are_those_of_the_data(name):
    page = (pathlib.Path(__file__).parents[3] / "data" / "README.md").read_text("utf-8")
    printed = re.search(rf"^\| `{name}` \| `([0-9a-f]{{64}})` \|$", page, re.MULTILINE)
    pixels = images.to_uint8(datasets.load(name).images)
    assert printed[1] == hashlib.sha256(pixels.tobytes()).hexdigest()


def test_digits_and_color_digits_are_the_handwriting():
    data = datasets.load("digits")
    np.testing.assert_array_equal(data.images[..., 0] * 255, handwriting.digits()[0])
    assert data.label_names[3] == "three" and data.captions is None
    data = datasets.load("color_digits")
    pixels, labels, colors, captions = handwriting.color_digits()
    np.testing.assert_array_equal(np.rint(data.images * 255), pixels)
    for mine, theirs in ((data.labels, labels), (data.factors, colors)):
        np.testing.assert_array_equal(mine, theirs)
    assert data.captions == captions and data.factor_names == ("ink", "ground")
    ink, ground = (list(handwriting.COLORS)[color] for color in data.factors[3])
    assert data.captions[3] == f"a {ink} {data.label_names[data.labels[3]]} on a {ground} ground"


def test_faces_are_the_first_hundred():
    np.testing.assert_allclose(
        datasets.load("faces").images[..., 0], skimage_data.lfw_subset()[:100], atol=1e-7
    )


@pytest.mark.parametrize(("size", "color", "n"), [(None, None, 206), (100, "gray", 185)])
def test_photos_are_patches_that_share_no_pixel(size, color, n):
    data = datasets.load("photos", size=size, color=color)
    side, channels = size or 64, 1 if color == "gray" else 3
    assert data.images.shape == (n, side, side, channels)
    assert len(data.label_names) == (8 if color == "gray" else 4)
    assert np.bincount(data.labels).min() > 0
    # The patches of a photograph, side by side again, are the photograph.
    name = "camera" if color == "gray" else "coffee"
    photo = getattr(skimage_data, name)()
    rows, columns = photo.shape[0] // side, photo.shape[1] // side
    patches = data.images[data.labels == data.label_names.index(name)]
    whole = np.concatenate(
        [np.concatenate(patches[r * columns : (r + 1) * columns], axis=1) for r in range(rows)]
    )
    expected = photo.reshape(*photo.shape[:2], -1)[: rows * side, : columns * side]
    np.testing.assert_allclose(whole * 255, expected, atol=1e-3)


def test_photos_have_an_end():
    assert len(datasets.load("photos", size=512)) == 1
    with pytest.raises(ValueError, match="at most 512 pixels, received 513"):
        datasets.load("photos", size=513)


@pytest.mark.parametrize("name", ["digits", "faces"])
def test_size_and_color_are_those_asked_for(name):
    assert datasets.load(name, size=32, color="rgb").images.shape[1:] == (32, 32, 3)
    assert datasets.load("color_digits", color="gray").images.shape[1:] == (28, 28, 1)


@pytest.mark.parametrize("name", [name for name in EMBEDDED if name != "critters"])
def test_every_fifth_image_of_each_class_is_for_testing(name):
    whole, train, test = (datasets.load(name, split=split) for split in (None, "train", "test"))
    assert len(train) + len(test) == len(whole)
    labels = np.zeros(len(whole), int) if whole.labels is None else whole.labels
    classes = [whole.images[labels == label] for label in range(labels.max() + 1)]
    expected = np.concatenate([members[4::5] for members in classes])
    key = sorted(image.tobytes() for image in test.images)
    assert key == sorted(image.tobytes() for image in expected)
    assert not set(key) & {image.tobytes() for image in train.images} or name == "photos"
    if whole.labels is not None:
        share = np.bincount(test.labels) / np.bincount(whole.labels)
        assert 0.15 < share.min() and share.max() <= 0.2
    if whole.captions:
        names, digits = list(handwriting.COLORS), test.label_names
        for (ink, ground), label, caption in zip(
            test.factors, test.labels, test.captions, strict=True
        ):
            assert f"{names[ink]} {digits[label]} on" in caption and names[ground] in caption


def test_a_name_that_is_none():
    with pytest.raises(readers.DataError, match=r"did you mean 'fashion_mnist'\?"):
        datasets.load("fashion-mnist")
    with pytest.raises(ValueError, match="^nowhere/to/be: expected one of digits, .* received"):
        datasets.load("nowhere/to/be")
    with pytest.raises(readers.DataError, match="neither a data set nor a file"):
        datasets.load("x" * 5000)
    for wrong in (3, None, ["digits"]):
        with pytest.raises(TypeError, match="as the name of a data set or a path, received"):
            datasets.load(wrong)


@pytest.mark.parametrize(
    "wrong", [{"split": "validation"}, {"size": 0}, {"size": 2.0}, {"color": "blue"}]
)
def test_arguments_are_checked_before_anything_is_read(wrong):
    with pytest.raises(ValueError, match="expected .* received") as caught:
        datasets.load("nowhere/to/be", **wrong)
    assert not isinstance(caught.value, readers.DataError)


def test_own_files_go_through_the_readers(tmp_path):
    images = np.random.default_rng(0).random((12, 8, 8, 1), dtype=np.float32)
    readers.save_npz(images, tmp_path / "own.npz", labels=np.arange(12) % 2)
    for path in (tmp_path / "own.npz", str(tmp_path / "own.npz")):
        data = datasets.load(path)
        assert data.name == "own.npz" and len(data) == 12
    assert datasets.load(path, split="test").labels.tolist() == [0, 1]
    assert len(datasets.load(path, split="train")) == 10
    readers.save_npz(images[:4], tmp_path / "few.npz")
    with pytest.raises(readers.DataError, match="at least 5 images .* received 4"):
        datasets.load(tmp_path / "few.npz", split="test")
    assert len(datasets.load(tmp_path / "few.npz", split="train")) == 4


def test_a_folder_with_the_name_of_a_set(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    pathlib.Path("digits").mkdir()
    with pytest.raises(readers.DataError, match=r"Write \./digits for what .* rename"):
        datasets.load("digits")
    for path in ("./digits", "digits/", pathlib.Path("digits")):
        with pytest.raises(readers.DataError, match="received no files"):
            datasets.load(path)
    pathlib.Path("digits").rmdir()
    assert len(datasets.load("digits")) == 1797


def test_the_home_folder_and_no_folder(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    readers.save_npz(np.zeros((2, 4, 4)), tmp_path / "own.npz")
    assert len(datasets.load("~/own.npz")) == len(datasets.load(pathlib.Path("~/own.npz"))) == 2
    with pytest.raises(readers.DataError, match="^'': expected one of digits"):
        datasets.load("")


def test_what_would_not_fit_into_memory_is_refused_before_it_is_made():
    with pytest.raises(ValueError, match="200000000 values, received 1797 images of 4096 x 4096 x"):
        datasets.load("digits", size=4096)


def test_split_takes_many_labels_in_one_pass():
    """One pass a label would take minutes."""
    labels = np.random.default_rng(0).permutation(np.arange(65_000))
    data = datasets.Dataset(np.zeros((65_000, 1, 1, 1), np.float32), labels)
    began = time.monotonic()
    assert not loading._is_test(data).any()
    five = data.labels // 5
    marked = loading._is_test(datasets.Dataset(data.images, five))
    for label in (0, 777, 12_999):
        np.testing.assert_array_equal(marked[five == label], [False] * 4 + [True])
    assert time.monotonic() - began < 2


def test_dataset_describes_itself():
    images = np.zeros((3, 4, 5))
    assert repr(datasets.Dataset(images)) == "<Dataset data: 3 images of 4 x 5 x 1>"
    skipped = (readers.Skipped("a.png", "is empty"),)
    data = datasets.Dataset(images, [0, 5, 1], skipped=skipped, name="own")
    assert repr(data) == "<Dataset own: 3 images of 4 x 5 x 1, labels 0 to 5, 1 files skipped>"
    assert data.report() == "3 images used, 1 files skipped\n  a.png: is empty"
    assert "10 labels (zero, one, two, ...), captions" in repr(datasets.load("color_digits"))


def test_dataset_checks_its_parts_and_leaves_the_arrays_alone():
    images = np.zeros((3, 4, 5, 1), np.float32)
    datasets.Dataset(images)
    images[0] = 1
    with pytest.raises(
        ValueError, match=r"expected labels as integers of shape \(3,\), received shape \(2,\)"
    ):
        datasets.Dataset(images, [0, 1])
    with pytest.raises(ValueError, match="expected captions of 3 images, received 1"):
        datasets.Dataset(images, captions=("a",))
    with pytest.raises(ValueError, match="to_float"):
        datasets.Dataset(images.astype(np.uint8))


def test_take_keeps_the_parts_together():
    data = datasets.load("color_digits")
    for indices in (np.array([7, 3]), slice(3, 9, 2), data.labels == 4):
        part = data.take(indices)
        np.testing.assert_array_equal(part.images, data.images[indices])
        np.testing.assert_array_equal(part.factors, data.factors[indices])
        assert not part.images.flags.writeable and not part.labels.flags.writeable
        for caption, label in zip(part.captions, part.labels, strict=True):
            assert part.label_names[label] in caption
        assert part.name == data.name and part.label_names == data.label_names
    for wrong in (3, [], np.zeros(len(data), bool), slice(5, 5), [[1, 2]]):
        with pytest.raises(ValueError, match="expected indices of one or more images, received"):
            data.take(wrong)


@pytest.mark.parametrize(
    ("parts", "says"),
    [
        ({"labels": [0.0, 1.0, 2.0]}, r"labels as integers of shape \(3,\), .* float64"),
        (
            {"labels": [0, -1, 2]},
            "labels from 0 to 65535, received -1 to 2. Number them anew: .*np.unique",
        ),
        ({"labels": [0, 1, 65536]}, "labels from 0 to 65535, received 0 to 65536"),
        (
            {"labels": np.array([0, 1, 2**64 - 1], np.uint64)},
            "labels .*, received 0 to 18446744073709551615",
        ),
        ({"labels": [0, 1, 2], "label_names": ("a", "b")}, "label_names of at least 3 labels"),
        ({"factors": [0, 1, 2]}, "factor_names beside factors, received none"),
        (
            {"factors": [0, 1, 2], "factor_names": ("ink",)},
            r"factors as integers of shape \(3, 1\), received shape \(3,\)",
        ),
        (
            {"factors": [[0, 1]] * 3, "factor_names": ("ink",)},
            r"factors as integers of shape \(3, 1\), received shape \(3, 2\)",
        ),
    ],
)
def test_parts_that_do_not_fit_are_refused(parts, says):
    with pytest.raises(ValueError, match=f"expected {says}"):
        datasets.Dataset(np.zeros((3, 4, 5)), **parts)


def test_the_values_are_looked_through_once(monkeypatch):
    """A set of a million images takes a while to look through."""
    calls = []
    real = images._in_range
    monkeypatch.setattr(images, "_in_range", lambda *a: (calls.append(a), real(*a))[1])
    datasets.load("digits", split="train")
    datasets.load("digits", split="train", size=14, color="rgb")
    assert len(calls) == 2


def test_the_table_names_every_set():
    rows = re.findall(r"^(\w+) +[a-z].*\d+x\d+x\d", datasets.__doc__, re.MULTILINE)
    assert tuple(rows) == datasets.NAMES


# ------------------------------------------------------------------------------- batches


def take(n, *arguments, **keywords):
    return np.stack([b.numpy() for b in datasets.batches(*arguments, **keywords).take(n)])


@pytest.mark.parametrize(("n", "batch_size"), [(10, 4), (10, 5), (3, 8), (1, 2), (64, 64)])
def test_every_pass_visits_every_sample_once(n, batch_size):
    passes = 6
    steps = -(-passes * n // batch_size)
    seen = take(steps, np.arange(n), batch_size, seed=0).ravel()[: passes * n].reshape(passes, n)
    np.testing.assert_array_equal(np.sort(seen, axis=1), np.tile(np.arange(n), (passes, 1)))
    if n >= 10:
        assert len({tuple(one) for one in seen}) == passes


@pytest.mark.parametrize(("n", "batch_size"), [(10, 4), (3, 8), (7, 7)])
def test_a_later_start_gives_the_later_batches(n, batch_size):
    whole = take(25, np.arange(n), batch_size, seed=5)
    for start in (1, 2, 5, 7, 20):
        np.testing.assert_array_equal(
            take(5, np.arange(n), batch_size, seed=5, start=start), whole[start : start + 5]
        )
    assert not np.array_equal(whole, take(25, np.arange(n), batch_size, seed=6))


def test_a_far_start_costs_nothing_and_is_the_same():
    # A million steps in, and in the middle of an epoch.
    far = 1_000_003
    first = take(3, np.arange(1797), 64, seed=1, start=far)
    np.testing.assert_array_equal(first[1:], take(2, np.arange(1797), 64, seed=1, start=far + 1))


def test_the_order_is_the_same_on_every_machine():
    assert take(2, np.arange(6), 6, seed=0).tolist() == [[2, 5, 4, 3, 0, 1], [3, 1, 2, 5, 4, 0]]


def test_all_orders_are_equally_likely():
    orders = take(1200, np.arange(3), 3, seed=2)
    counts = [(orders == order).all(axis=1).sum() for order in itertools.permutations(range(3))]
    assert sum(counts) == 1200
    assert stats.chisquare(counts).pvalue > 0.01
    # Among 10! orders of ten samples, 400 draws should not meet one twice.
    assert len({tuple(order) for order in take(400, np.arange(10), 10, seed=2)}) == 400


def test_batches_keep_shape_type_and_values_and_never_end():
    images = np.random.default_rng(0).random((5, 4, 4, 3), dtype=np.float32)
    served = datasets.batches(images, 2, seed=0)
    assert served.element_spec.shape == (2, 4, 4, 3) and served.element_spec.dtype == "float32"
    assert served.cardinality().numpy() == -1
    order = take(5, np.arange(5), 2, seed=0)
    np.testing.assert_array_equal(take(5, images, 2, seed=0), images[order])
    assert take(1, datasets.ring(9, seed=0), 4, seed=0).shape == (1, 4, 2)
    data = datasets.Dataset(images, np.arange(5))
    np.testing.assert_array_equal(take(5, data, 2, seed=0), images[order])


@pytest.mark.parametrize(
    ("arguments", "keywords", "error", "says"),
    [
        ((np.zeros((0, 2)), 4), {}, ValueError, "at least 1 sample"),
        ((np.zeros((3, 2)), 0), {}, ValueError, "batch_size as an integer from 1 on"),
        ((np.zeros((3, 2)), 2.0), {}, ValueError, "batch_size as an integer .* received 2.0"),
        ((np.zeros((3, 2)), 1), {"start": -1}, ValueError, "start as an integer from 0 on, rec"),
        ((np.zeros((3, 2)), 1), {"seed": None}, TypeError, "expected seed as an integer"),
        (
            (np.zeros((3, 2)), 1),
            {"seed": 2**63},
            ValueError,
            "expected seed as an integer of 64 bits",
        ),
        ((np.float32(3), 1), {}, TypeError, "array of samples"),
        (([object()], 1), {}, TypeError, "array of samples"),
    ],
)
def test_batches_refuse(arguments, keywords, error, says):
    with pytest.raises(error, match=says):
        datasets.batches(*arguments, **({"seed": 0} | keywords))
