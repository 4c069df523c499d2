import io
import os
import pathlib
import socket
import stat
import struct
import subprocess
import sys
import time
import warnings
import zlib

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from ganlab import datasets, files, images
from ganlab.datasets import readers

rng = np.random.default_rng(0)
GRAY = rng.integers(0, 256, (4, 6, 5)).astype(np.uint8)
COLOR = rng.integers(0, 256, (4, 6, 5, 3)).astype(np.uint8)


def picture(path, pixels, **options):
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(pixels).save(path, **options)
    return path


def npz(path, **arrays):
    np.savez(path, **arrays)
    return path


# ---------------------------------------------------------------------------------- .npz


@pytest.mark.parametrize(
    "stored", [GRAY, GRAY[..., np.newaxis], COLOR], ids=["NHW", "NHW1", "NHW3"]
)
@pytest.mark.parametrize("dtype", ["u1", "<f2", "<f4", ">f4", "<f8"])
def test_npz_of_bytes_or_floats(tmp_path, stored, dtype):
    values = stored if dtype == "u1" else (stored / 255).astype(dtype)
    read = readers.read(npz(tmp_path / "own.npz", images=values))
    expected = stored.reshape(4, 6, 5, -1) / 255
    # Half precision holds values near 1 with an error of up to 2 ** -12.
    np.testing.assert_allclose(read.images, expected, atol=2.5e-4 if dtype == "<f2" else 1e-7)
    assert read.images.dtype == np.float32
    assert read.labels is None and read.label_names is None and read.skipped == ()


def test_npz_with_labels_and_names_compressed_or_in_fortran_order(tmp_path):
    arrays = {"images": np.asfortranarray(COLOR), "labels": np.array([2, 0, 1, 2], np.uint8)}
    arrays |= {"label_names": np.array(["cat", "dog", "owl"]), "other": np.zeros(3)}
    np.savez_compressed(tmp_path / "OWN.NPZ.npz", **arrays)
    read = readers.read(tmp_path / "OWN.NPZ.npz")
    np.testing.assert_array_equal(images.to_uint8(read.images), COLOR)
    assert read.labels.tolist() == [2, 0, 1, 2] and read.labels.dtype == np.int64
    assert read.label_names == ("cat", "dog", "owl")


def test_npz_is_fitted_like_any_batch(tmp_path):
    path = npz(tmp_path / "own.npz", images=COLOR)
    expected = images.fit(images.to_float(COLOR), size=4, color="gray")
    np.testing.assert_array_equal(readers.read(path, size=4, color="gray").images, expected)


@pytest.mark.parametrize(
    ("arrays", "says"),
    [
        ({"pictures": GRAY}, "expected an array called 'images', received pictures"),
        ({"images": GRAY.astype(object)}, "array 'images' of numbers .*Object arrays can run code"),
        ({"images": GRAY, "labels": np.array([None] * 4)}, "expected array 'labels' of numbers"),
        ({"images": GRAY.astype(np.int64)}, "expected images of floating-point values .* int64"),
        ({"images": GRAY.astype(str)}, "expected images of floating-point values"),
        ({"images": GRAY / 254}, r"expected images of values in \[0, 1\]"),
        ({"images": GRAY * np.nan}, "expected images of finite values"),
        ({"images": GRAY[0]}, r"expected images of shape .* received shape \(6, 5\)"),
        ({"images": COLOR[0]}, "add the batch axis"),
        ({"images": COLOR[..., :2]}, "1 or 3 channels"),
        ({"images": GRAY[:0]}, "at least 1"),
        ({"images": np.uint8(3)}, "expected images of shape"),
        (
            {"images": GRAY, "labels": np.zeros(3, int)},
            r"integers of shape \(4,\), received shape \(3,\)",
        ),
        ({"images": GRAY, "labels": np.zeros((4, 10), int)}, "expected labels as integers"),
        ({"images": GRAY, "labels": np.zeros(4)}, "float64"),
        (
            {"images": GRAY, "labels": np.arange(4) - 1},
            "expected labels from 0 to 65535, received -1 to 2",
        ),
        (
            {"images": GRAY, "labels": np.arange(4), "label_names": np.array(["a", "b"])},
            "expected label_names of at least 4 labels, received 2",
        ),
        (
            {"images": GRAY, "label_names": np.arange(4)},
            "expected label_names as texts in a row, received .* int64",
        ),
        (
            {"images": GRAY, "label_names": np.array("cat")},
            r"expected label_names as texts in a row, received shape \(\)",
        ),
        (
            {"images": GRAY, "label_names": np.array(["x" * 201])},
            r"at most 65536 label_names of at most 200 characters, received shape \(1,\), <U201",
        ),
        ({"images": GRAY, "label_names": np.full(65537, "x")}, "at most 65536 label_names"),
    ],
)
def test_npz_that_holds_something_else(tmp_path, arrays, says):
    path = npz(tmp_path / "own.npz", **arrays)
    with pytest.raises(readers.DataError, match=says) as caught:
        datasets.load(path)
    assert str(caught.value).startswith(str(path))


def test_npz_that_cannot_be_read(tmp_path, monkeypatch):
    path = npz(tmp_path / "own.npz", images=GRAY, labels=np.arange(4))
    monkeypatch.setattr(images, "MAX_VALUES", 119)
    for fit in ({}, {"size": 2}):
        with pytest.raises(readers.DataError, match=r"own\.npz: expected at most 119 values, rec"):
            readers.read(path, **fit)
    monkeypatch.setattr(images, "MAX_VALUES", 20)
    with pytest.raises(readers.DataError, match=r"own\.npz: expected .* at most 80 bytes"):
        readers.read(path)
    monkeypatch.undo()
    path.write_bytes(path.read_bytes()[:-100])
    with pytest.raises(readers.DataError, match=r"own\.npz: .*damaged.*save_npz"):
        datasets.load(path)


# -------------------------------------------------------------------------------- folders


def test_folder_of_pictures(tmp_path):
    for i, kind in enumerate(["png", "bmp", "gif", "webp"]):
        options = {"lossless": True} if kind == "webp" else {}
        picture(tmp_path / f"{i}.{kind}", GRAY[i], **options)
    read = readers.read(tmp_path)
    np.testing.assert_array_equal(images.to_uint8(read.images), GRAY[..., np.newaxis])
    assert read.labels is None and read.skipped == ()
    # A single color picture makes all of them color.
    picture(tmp_path / "z.jpg", COLOR[0])
    read = readers.read(str(tmp_path))
    assert read.images.shape == (5, 6, 5, 3)
    np.testing.assert_array_equal(read.images[:4, ..., 2], images.to_float(GRAY))
    assert readers.read(tmp_path, color="gray").images.shape == (5, 6, 5, 1)


def test_class_folders_give_labels_in_the_order_of_their_names(tmp_path):
    for i, place in enumerate(["owl/a.png", "cat/deep/er/b.png", "dog/c.png", "cat/a.png"]):
        picture(tmp_path / place, COLOR[i])
    (tmp_path / "empty").mkdir()
    picture(tmp_path / "loose.png", COLOR[0])
    (tmp_path / "dog" / "notes.txt").write_text("good dog")
    (tmp_path / ".hidden").write_text("x")
    (tmp_path / ".git").mkdir()
    (tmp_path / ".git" / "config").write_text("x")
    data = datasets.load(tmp_path)
    assert data.label_names == ("cat", "dog", "empty", "owl")
    assert data.labels.tolist() == [0, 0, 1, 3]
    assert data.notes == (
        "2 hidden files or folders are not read, such as .git",
        "empty: no picture of this class is used, label 2",
        "1 pictures in folders within a class folder count for that class, such as "
        "cat/deep/er/b.png",
    )
    assert all(f"\n  {note}\n" in data.report() for note in data.notes)
    np.testing.assert_array_equal(images.to_uint8(data.images), COLOR[[3, 1, 2, 0]])
    assert data.skipped == (
        ("dog/notes.txt", "is no PNG, JPEG, GIF, BMP or WebP picture"),
        ("loose.png", "lies beside the class folders, in none"),
    )
    assert "2 files skipped" in repr(data) and "  dog/notes.txt: is no PNG" in data.report()


def test_size_takes_the_middle_square(tmp_path):
    wide = np.zeros((8, 16, 3), np.uint8)
    wide[:, 4:12] = (10, 200, 30)
    picture(tmp_path / "a.png", wide)
    picture(tmp_path / "b.png", np.swapaxes(wide, 0, 1))
    with pytest.raises(readers.DataError, match="2 sizes from 8 x 16 to 16 x 8 .*such as size=64"):
        readers.read(tmp_path)
    read = readers.read(tmp_path, size=4).images
    np.testing.assert_array_equal(images.to_uint8(read), np.full((2, 4, 4, 3), (10, 200, 30)))


def test_a_photograph_is_turned_upright(tmp_path):
    exif = Image.Exif()
    exif[0x0112] = 6  # the camera was turned: rotate by 90 degrees clockwise to see it upright
    picture(tmp_path / "a.png", COLOR[0], exif=exif)
    upright = images.to_uint8(readers.read_image(tmp_path / "a.png"))
    np.testing.assert_array_equal(upright, np.rot90(COLOR[0], -1))


def test_transparency_is_laid_on_white(tmp_path):
    pixels = np.zeros((1, 3, 4), np.uint8)
    pixels[0, :, 3] = [0, 128, 255]
    expected = [[255] * 3, [127] * 3, [0] * 3]
    picture(tmp_path / "rgba.png", pixels)
    picture(tmp_path / "la.png", pixels[..., 2:])
    keyed = Image.fromarray(np.array([[0, 1, 2]], np.uint8))
    keyed.putpalette([9, 9, 9, 127, 127, 127, 0, 0, 0])
    keyed.save(tmp_path / "p.png", transparency=0)
    for name in ("rgba.png", "la.png", "p.png"):
        read = images.to_uint8(readers.read_image(tmp_path / name, color="rgb"))
        np.testing.assert_array_equal(read[0], expected, err_msg=name)


def test_sixteen_bits_a_pixel_keep_their_scale(tmp_path):
    deep = np.array([[0, 257 * 100, 65535]], np.uint16)
    read = images.to_uint8(readers.read_image(picture(tmp_path / "a.png", deep)))
    assert read[..., 0].tolist() == [[0, 100, 255]]


def test_bits_and_palettes(tmp_path):
    Image.fromarray(np.array([[0, 255]], np.uint8)).convert("1").save(tmp_path / "bits.png")
    read = readers.read_image(tmp_path / "bits.png")
    assert read[..., 0].tolist() == [[0, 1]] and read.shape == (1, 2, 1)
    Image.fromarray(COLOR[0]).convert("CMYK").save(tmp_path / "print.jpg", quality=95)
    assert readers.read_image(tmp_path / "print.jpg").shape == (6, 5, 3)


def test_a_film_gives_its_first_frame(tmp_path):
    frames = images.to_gif(images.to_float(GRAY), seconds_per_frame=0.1, colors=256)
    (tmp_path / "film.gif").write_bytes(frames)
    np.testing.assert_array_equal(
        images.to_uint8(readers.read(tmp_path / "film.gif").images), GRAY[:1, ..., np.newaxis]
    )
    assert "the first of its pictures is used" in readers.read(tmp_path / "film.gif").report()
    picture(tmp_path / "still.png", GRAY[1])
    told = "of 1 files with several pictures the first is used, such as film.gif"
    assert readers.read(tmp_path).notes == (told,)


def bomb(width, height, interlaced=0, data=b""):
    """Write a PNG of color with any data for its pixels, such as none."""

    def chunk(kind, data):
        check = struct.pack(">I", zlib.crc32(kind + data))
        return struct.pack(">I", len(data)) + kind + data + check

    size = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, interlaced)
    content = chunk(b"IHDR", size) + chunk(b"IDAT", data) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + content


@pytest.mark.parametrize("side", [5001, 10_000, 20_000, 2**31 - 1])
def test_pictures_beyond_the_limit(tmp_path, side):
    # 5,001 is beyond this package's limit, 10,000 beyond Pillow's warning, 20,000 its error.
    (tmp_path / "huge.png").write_bytes(bomb(side, side))
    with pytest.raises(
        readers.DataError, match="huge.png: expected at most 25000000 pixels, .* editor"
    ):
        readers.read_image(tmp_path / "huge.png")
    with pytest.raises(
        readers.DataError, match="1 files of which none can be used .huge.png: expected"
    ):
        datasets.load(tmp_path, size=8)
    picture(tmp_path / "a.png", GRAY[0])
    data = datasets.load(tmp_path)
    assert len(data) == 1 and data.skipped[0].file == "huge.png"


def test_small_files_that_would_take_long_are_refused_or_read_at_once(tmp_path):
    stored = io.BytesIO()
    Image.new("RGB", (2000, 2000)).save(stored, "JPEG", progressive=True)
    jpeg = stored.getvalue()
    scan = jpeg[jpeg.rindex(b"\xff\xda") : -2]
    (tmp_path / "a.jpg").write_bytes(jpeg[:-2] + 2000 * scan + jpeg[-2:])
    (tmp_path / "a.png").write_bytes(bomb(1, 1, 0, zlib.compress(bytes(2**28))))
    began = time.monotonic()
    with pytest.raises(readers.DataError, match="at most 100 scans, received 2010"):
        readers.read_image(tmp_path / "a.jpg")
    prepared = time.monotonic()
    assert readers.read_image(tmp_path / "a.png").shape == (1, 1, 1)
    assert time.monotonic() - prepared < 1 and prepared - began < 1


def test_an_ordinary_user_gets_the_same_errors_without_warnings_as_errors(tmp_path):
    (tmp_path / "huge.png").write_bytes(bomb(10_000, 10_000))
    with warnings.catch_warnings(record=True) as seen:
        warnings.simplefilter("always")
        with pytest.raises(readers.DataError):
            readers.read_image(tmp_path / "huge.png")
    assert not seen


def test_damaged_and_odd_files_are_skipped_and_reported(tmp_path):
    picture(tmp_path / "good.png", GRAY[0])
    whole = picture(tmp_path / "cut.png", COLOR[0]).read_bytes()
    (tmp_path / "cut.png").write_bytes(whole[:-30])
    (tmp_path / "empty.jpg").write_bytes(b"")
    (tmp_path / "page.png").write_text("<html>")
    Image.fromarray(GRAY[0]).save(tmp_path / "scan.tiff")
    np.save(tmp_path / "array.npy", GRAY)
    data = datasets.load(tmp_path)
    assert len(data) == 1
    assert [file for file, _ in data.skipped] == [
        "array.npy",
        "cut.png",
        "empty.jpg",
        "page.png",
        "scan.tiff",
    ]
    assert "damaged" in dict(data.skipped)["cut.png"]
    with pytest.raises(readers.DataError, match="cut.png: is a damaged picture"):
        datasets.load(tmp_path / "cut.png")
    with pytest.raises(readers.DataError, match="scan.tiff: is no PNG"):
        datasets.load(tmp_path / "scan.tiff")


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may read all")
def test_a_file_without_permission(tmp_path):
    path = picture(tmp_path / "a.png", GRAY[0])
    path.chmod(0)
    with pytest.raises(readers.DataError, match="cannot be opened"):
        readers.read_image(path)


def test_files_that_are_not_there(tmp_path):
    for name in ("a.png", "a.npz"):
        with pytest.raises(readers.DataError, match=f"{name}: cannot be .*No such file"):
            readers.read(tmp_path / name)
    (tmp_path / "dir.npz").mkdir()
    with pytest.raises(readers.DataError, match="received no files"):
        readers.read(tmp_path / "dir.npz")
    with pytest.raises(readers.DataError, match="empty.npz: .*received nothing"):
        readers.read(npz(tmp_path / "empty.npz"))
    for read in (readers.read, readers.read_image):
        with pytest.raises(readers.DataError, match="cannot be opened"):
            read("")  # and not the current folder


def test_a_folder_of_only_loose_files_that_fail_names_three(tmp_path):
    for i in range(5):
        (tmp_path / f"{i}.txt").write_text("x")
    with pytest.raises(
        readers.DataError, match=r"5 files of which none .*0.txt.*1.txt.*2.txt[^3]*$"
    ):
        readers.read(tmp_path)


def test_a_folder_beyond_the_limit(tmp_path, monkeypatch):
    monkeypatch.setattr(images, "MAX_VALUES", 200)
    for i in range(3):
        picture(tmp_path / f"{i}.png", COLOR[i])
    with pytest.raises(
        readers.DataError, match="at most 200 values, received more in its first 3 .*size=64"
    ):
        readers.read(tmp_path)
    assert readers.read(tmp_path, size=4).images.shape == (3, 4, 4, 3)
    # Gray pictures beside one in color get three channels as well.
    for i in range(2):
        picture(tmp_path / f"{i}.png", GRAY[i])
    with pytest.raises(readers.DataError, match="at most 200 values"):
        readers.read(tmp_path)


def test_every_class_folder_keeps_its_number(tmp_path):
    """Two folders of one course number a class alike, though one of them lacks pictures."""
    for name in ("cat", "zebra"):
        picture(tmp_path / name / "0.png", GRAY[0])
    (tmp_path / "dog").mkdir()
    (tmp_path / "__MACOSX").mkdir()  # which macOS packs into archives
    data = readers.read(tmp_path)
    assert data.label_names == ("cat", "dog", "zebra") and data.labels.tolist() == [0, 2]
    assert "dog: no picture of this class is used, label 1" in data.report()


def test_class_folders_named_by_numbers_are_counted_not_spelled(tmp_path):
    for i in range(11):
        picture(tmp_path / str(i) / "0.png", np.full((1, 1), i, np.uint8))
    data = readers.read(tmp_path)
    assert data.label_names == tuple(map(str, range(11)))
    np.testing.assert_array_equal(images.to_uint8(data.images).ravel(), data.labels)


@pytest.mark.parametrize(
    "places",
    [
        ["train/a/0.png", "train/b/0.png", "test/a/0.png"],
        ["Train/0.png", "VAL/0.png", "rest/0.png"],
        ["train/a/0.png"],
    ],
)
def test_parts_of_a_data_set_are_no_classes(tmp_path, places):
    for place in places:
        picture(tmp_path / place, GRAY[0])
    with pytest.raises(readers.DataError, match="received parts of .*the path of one of them") as e:
        readers.read(tmp_path)
    given = pathlib.Path(str(e.value).rsplit("such as ", 1)[1])
    assert len(readers.read(given)) >= 1


def test_train_is_a_class_among_others(tmp_path):
    for name in ("car", "train"):
        picture(tmp_path / name / "0.png", GRAY[0])
    assert readers.read(tmp_path).label_names == ("car", "train")


def link(path, target):
    try:
        path.symlink_to(target)
    except OSError:
        pytest.skip("no permission to make links")


def test_links_are_followed_within_the_folder_alone(tmp_path):
    """A folder from a stranger must not bring the reader's own pictures into a training."""
    own, private = tmp_path / "own", tmp_path / "private"
    picture(own / "cat" / "0.png", COLOR[0])
    picture(own / ".store" / "owl" / "0.png", COLOR[1])
    picture(private / "0.png", COLOR[2])
    link(own / "owl", own / ".store" / "owl")
    link(own / "dog", private)
    link(own / "kitten", own / "cat")
    link(own / "cat" / "1.png", "0.png")
    link(own / "cat" / "2.png", private / "0.png")
    link(own / "cat" / "3.png", "nothing")
    link(own / "cat" / "up", own)
    link(tmp_path / "alias", own)
    for place in ("own", "alias"):
        data = readers.read(tmp_path / place)
        np.testing.assert_array_equal(images.to_uint8(data.images), COLOR[[0, 0, 1]])
        assert data.label_names == ("cat", "dog", "kitten", "owl")
        assert data.labels.tolist() == [0, 0, 3]
        out = "is a link that leads out of the folder: put what it leads to in its place"
        assert dict(data.skipped) == {
            "cat/2.png": out,
            "cat/3.png": "cannot be opened (No such file or directory)",
            "cat/up": "is a link to the folder itself, which is read there",
            "dog": out,
            "kitten": "is a link to cat, which is read there",
        }


def test_links_that_multiply_are_read_once(tmp_path):
    """Two links in each of thirty folders to the next would make 2**30 paths."""
    for i in range(31):
        (tmp_path / f"{i}").mkdir()
    for i in range(30):
        for name in "ab":
            link(tmp_path / f"{i}" / name, tmp_path / f"{i + 1}")
    picture(tmp_path / "30" / "0.png", GRAY[0])
    data = readers.read(tmp_path)
    assert len(data) == 1 and len(data.skipped) == 60


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="named pipes of POSIX")
def test_what_is_no_file_is_skipped_without_waiting(tmp_path):
    picture(tmp_path / "0.png", GRAY[0])
    for name in ("pipe", "pipe.npz", "1.png"):
        os.mkfifo(tmp_path / name)
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(tmp_path / "s"))
    data = readers.read(tmp_path)
    assert len(data) == 1
    assert [skipped.file for skipped in data.skipped] == ["1.png", "pipe", "pipe.npz", "s"]
    assert all("cannot be opened (" in skipped.reason for skipped in data.skipped)
    for name in ("pipe", "pipe.npz"):
        with pytest.raises(readers.DataError, match="is no regular file"):
            readers.read(tmp_path / name)


@pytest.mark.skipif(not hasattr(os, "geteuid"), reason="permissions of POSIX")
def test_a_folder_that_cannot_be_opened_is_told(tmp_path, monkeypatch):
    for name in ("cat", "dog"):
        picture(tmp_path / name / "0.png", GRAY[0])
    real = os.scandir

    def scandir(path):
        if path.endswith("dog"):  # root may read all, so the system's refusal is imitated
            raise PermissionError(13, "Permission denied", path)
        return real(path)

    monkeypatch.setattr(os, "scandir", scandir)
    data = readers.read(tmp_path)
    assert data.skipped == (("dog", "cannot be opened (Permission denied)"),)
    assert data.label_names == ("cat", "dog") and data.labels.tolist() == [0]
    with pytest.raises(readers.DataError, match="dog: cannot be opened"):
        readers.read(tmp_path / "dog")


@pytest.mark.skipif(sys.platform != "linux", reason="other systems take only names in UTF-8")
def test_names_in_any_encoding_can_be_printed(tmp_path):
    folder = os.fsencode(tmp_path)
    os.mkdir(folder + b"/bleu\xe9")
    Image.fromarray(GRAY[0]).save(tmp_path / "0.png")
    os.rename(tmp_path / "0.png", folder + b"/bleu\xe9/\xff.png")
    with open(folder + b"/bleu\xe9/a\x1b[31m\nb: is fine.txt", "wb"):
        pass
    data = readers.read(tmp_path)
    assert data.label_names == (r"bleu\udce9",)
    assert len(data) == 1 and data.skipped[0].file.endswith("\x1b[31m\nb: is fine.txt")
    assert data.report().split("\n")[1:] == [
        r"  bleu\udce9/a\x1b[31m\nb: is fine.txt: is no PNG, JPEG, GIF, BMP or WebP picture"
    ]
    (data.report() + repr(data)).encode()


def test_a_long_report_ends(tmp_path):
    for i in range(120):
        (tmp_path / f"{i}.txt").touch()
    picture(tmp_path / "a.png", GRAY[0])
    lines = readers.read(tmp_path).report().split("\n")
    assert len(lines) == 101 and lines[-1] == "  and 21 more"


def test_pictures_of_a_folder_and_of_an_archive_are_fitted_alike(tmp_path):
    """Gray first, then the size, in floats: bytes in another order differ by up to 7 levels."""
    stripes = np.zeros((2, 40, 50, 3), np.uint8)
    stripes[0, :, ::3, 0] = stripes[0, ::5, :, 1] = stripes[1, ::2, ::2, 2] = 255
    for i, one in enumerate(stripes):
        picture(tmp_path / "own" / f"{i}.png", one)
    npz(tmp_path / "bytes.npz", images=stripes)
    npz(tmp_path / "floats.npz", images=stripes / 255)
    for fit in ({"size": 28, "color": "gray"}, {"size": 64}, {"color": "gray"}):
        of = {
            name: readers.read(tmp_path / name, **fit).images
            for name in ("own", "bytes.npz", "floats.npz")
        }
        # The pictures of a folder are kept as bytes until all are read.
        np.testing.assert_allclose(of["own"] * 255, of["bytes.npz"] * 255, atol=0.501)
        np.testing.assert_allclose(of["floats.npz"], of["bytes.npz"], atol=1e-6)


def test_labels_that_are_identifiers_are_numbered(tmp_path):
    dates = np.where(np.arange(12) % 2, 20210101, 20220101)
    path = npz(tmp_path / "own.npz", images=np.repeat(GRAY, 3, axis=0), labels=dates)
    for split in (None, "train", "test"):
        data = datasets.load(path, split=split)
        assert data.label_names == ("20210101", "20220101")
        assert set(data.labels) == {0, 1}
        assert "labels 20210101 to 20220101 are numbered 0 to 1" in data.report()
    data = datasets.load(path)
    assert [data.label_names[label] for label in data.labels] == [str(date) for date in dates]
    # Numbers of classes stay what they are: few, or all of them used.
    for labels in ([0, 999, 3, 3], [2, 0, 1, 1]):
        assert readers.read(npz(path, images=GRAY, labels=labels)).labels.tolist() == labels
    many = np.arange(1001)
    dense = readers.read(npz(path, images=np.zeros((1001, 2, 2), np.uint8), labels=many))
    assert dense.label_names is None and dense.labels.tolist() == many.tolist()
    large = np.array([2**63, 2**63 + 1, 2**63, 5], np.uint64)
    assert readers.read(npz(path, images=GRAY, labels=large)).labels.tolist() == [1, 2, 1, 0]


def test_transparency_and_depth_of_png(tmp_path):
    """Values worked by hand: transparent is white; of 16 bits a channel the upper 8 are kept."""

    def chunk(kind, data):
        check = struct.pack(">I", zlib.crc32(kind + data))
        return struct.pack(">I", len(data)) + kind + data + check

    for depth, color, row, extra, expected in (
        (16, 2, struct.pack(">3H", 0, 25700, 65535), b"", [0, 100, 255]),
        (16, 2, b"\x12\x34" * 3, chunk(b"tRNS", b"\x12\x34" * 3), [255]),
        (16, 0, b"\x12\x34", chunk(b"tRNS", b"\x12\x34"), [255]),
        (16, 0, b"\x12\x34", chunk(b"tRNS", b"\x12\x35"), [18]),
        (16, 4, struct.pack(">2H", 7, 0), b"", [255]),
        (8, 0, b"\x09", chunk(b"tRNS", b"\0\x09"), [255]),
        (2, 0, b"\x80", b"", [170]),
        (8, 3, b"\1", chunk(b"PLTE", bytes(6)) + chunk(b"tRNS", b"\xff\x80"), [127]),
    ):
        header = struct.pack(">IIBBBBB", 1, 1, depth, color, 0, 0, 0)
        content = chunk(b"IHDR", header) + extra + chunk(b"IDAT", zlib.compress(b"\0" + row))
        (tmp_path / "a.png").write_bytes(b"\x89PNG\r\n\x1a\n" + content + chunk(b"IEND", b""))
        read = images.to_uint8(readers.read_image(tmp_path / "a.png"))
        assert read[0, 0].tolist() == expected, (depth, color, row, extra)


@pytest.mark.parametrize("interlaced", [0, 1])
@pytest.mark.parametrize(("width", "height"), [(1, 1), (2, 5), (9, 8), (13, 3)])
def test_a_png_without_its_last_rows_is_damaged(tmp_path, interlaced, width, height):
    """The data end properly and every checksum is right: Pillow takes it and fills with black."""
    values = rng.integers(0, 256, (height, width, 3)).astype(np.uint8)
    adam7 = [(0, 0, 8), (4, 0, 8), (0, 4, 4, 8), (2, 0, 4), (0, 2, 2, 4), (1, 0, 2), (0, 1, 1, 2)]
    rows = []
    for left, top, right, *down in adam7 if interlaced else [(0, 0, 1)]:
        part = values[top :: (down or [right])[0], left::right]
        rows += [b"\0" + row.tobytes() for row in part if row.size]

    def written(rows):
        data = bomb(width, height, interlaced, zlib.compress(b"".join(rows)))
        (tmp_path / "a.png").write_bytes(data)
        return tmp_path / "a.png"

    whole = images.to_uint8(readers.read_image(written(rows), color="rgb"))
    np.testing.assert_array_equal(whole, values)
    for rest in (rows[:-1], [*rows[:-1], rows[-1][:-1]]):
        with pytest.raises(readers.DataError, match="is a damaged picture"):
            readers.read_image(written(rest))


@pytest.mark.skipif(sys.platform != "linux", reason="Linux tells how much memory was in use")
def test_a_photograph_of_12_megapixels_is_shrunk_in_little_memory(tmp_path):
    photo = np.zeros((3000, 4000, 3), np.uint8)
    photo[::7] = 200
    picture(tmp_path / "own" / "0.jpg", photo, progressive=True)
    code = (
        "from ganlab import datasets\n"
        f"print(datasets.load({str(tmp_path / 'own')!r}, size=64).images.shape)\n"
        "print(*[line.split()[1] for line in open('/proc/self/status') if 'VmHWM' in line])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    shape, peak = done.stdout.splitlines()
    assert shape == "(1, 64, 64, 1)"
    assert int(peak) < 500_000  # KiB: 30 bytes a pixel, and 60 MB of Python and NumPy


# ----------------------------------------------------------------------------- property tests

VALID = {"npz": io.BytesIO(), "png": io.BytesIO(), "jpg": io.BytesIO(), "gif": io.BytesIO()}
np.savez_compressed(
    VALID["npz"], images=GRAY, labels=np.arange(4), label_names=np.array(list("abcd"))
)
for _kind in ("png", "jpg", "gif"):
    Image.fromarray(COLOR[0]).save(VALID[_kind], {"jpg": "JPEG"}.get(_kind, _kind))
VALID = {kind: file.getvalue() for kind, file in VALID.items()}


@pytest.mark.parametrize("kind", VALID)
@settings(
    max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(data=st.data())
def test_damage_gives_a_valid_result_or_the_documented_error(tmp_path, kind, data):
    damaged = bytearray(VALID[kind])
    for _ in range(data.draw(st.integers(1, 4))):
        place = data.draw(st.integers(0, len(damaged) - 1))
        damaged[place] = data.draw(st.integers(0, 255))
    del damaged[data.draw(st.integers(len(damaged) // 2, 2 * len(damaged))) :]
    path = tmp_path / f"own.{kind}"
    path.write_bytes(damaged)
    try:
        read = readers.read(path)
    except readers.DataError as error:
        assert str(error).startswith(str(path))
    else:
        images.check(read.images)
        assert read.labels is None or read.labels.shape == (len(read.images),)


# -------------------------------------------------------------------------------- save_npz


@pytest.mark.parametrize("labels", [None, [3, 1, 2, 0]])
def test_what_is_saved_is_read(tmp_path, labels):
    path = tmp_path / "own.npz"
    readers.save_npz(images.to_float(COLOR), path, labels=labels)
    data = datasets.load(path)
    np.testing.assert_array_equal(images.to_uint8(data.images), COLOR)
    assert labels is None and data.labels is None or data.labels.tolist() == labels
    with np.load(path) as stored:
        assert stored["images"].dtype == np.uint8
    assert list(tmp_path.iterdir()) == [path]
    if os.name == "posix":
        umask = os.umask(0)
        os.umask(umask)
        assert stat.S_IMODE(path.stat().st_mode) == 0o666 & ~umask
    readers.save_npz(images.to_float(COLOR), tmp_path / "again.npz", labels=labels)
    assert (tmp_path / "again.npz").read_bytes() == path.read_bytes()


def test_an_interrupted_save_leaves_the_older_file(tmp_path, monkeypatch):
    path = tmp_path / "own.npz"
    readers.save_npz(images.to_float(COLOR), path)
    before = path.read_bytes()
    for step, error in (
        ("fsync", OSError(28, "No space left on device")),
        ("fsync", KeyboardInterrupt()),
    ):

        def fail(*arguments, error=error):
            raise error

        with monkeypatch.context() as patch:
            patch.setattr(os, step, fail)
            expected = files.FileError if isinstance(error, OSError) else KeyboardInterrupt
            with pytest.raises(
                expected, match="No space left" if expected is files.FileError else None
            ):
                readers.save_npz(images.to_float(GRAY), path)
        assert path.read_bytes() == before
        assert list(tmp_path.iterdir()) == [path]


def test_the_file_is_complete_on_disk_before_it_gets_its_name(tmp_path, monkeypatch):
    calls = []
    real = os.fsync, os.replace
    monkeypatch.setattr(os, "fsync", lambda fd: (calls.append("fsync"), real[0](fd)))
    monkeypatch.setattr(os, "replace", lambda *a: (calls.append("replace"), real[1](*a)))
    readers.save_npz(images.to_float(GRAY), tmp_path / "own.npz")
    assert calls == ["fsync", "replace"]


def test_save_npz_refuses(tmp_path):
    good = images.to_float(GRAY)
    with pytest.raises(ValueError, match="ends in .npz, received 'a.png'"):
        readers.save_npz(good, "a.png")
    with pytest.raises(ValueError, match="to_float"):
        readers.save_npz(GRAY, tmp_path / "a.npz")
    for labels in ([0, 1], [0.0] * 4, np.eye(4, dtype=int)):
        with pytest.raises(ValueError, match=r"expected labels as integers of shape \(4,\)"):
            readers.save_npz(good, tmp_path / "a.npz", labels=labels)
    (tmp_path / "file").write_text("x")
    with pytest.raises(files.FileError, match="cannot be written"):
        readers.save_npz(good, tmp_path / "file" / "a.npz")
    assert [path.name for path in tmp_path.iterdir()] == ["file"]
