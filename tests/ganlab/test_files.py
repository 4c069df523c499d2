"""Files are written whole or not at all, and nothing in an archive is believed or executed."""

import io
import os
import subprocess
import sys
import textwrap
import zipfile

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ganlab import files

ARRAYS = {
    "whole/numbers": np.arange(12).reshape(3, 4),
    "fortran": np.asfortranarray(np.arange(6, dtype=">f4").reshape(2, 3)),
    "texts": np.array(["zero", "one"]),
    "text": np.array("a note"),
    "truth": np.array([True, False]),
    "nothing": np.zeros((0, 3), np.float16),
}


# ---------------------------------------------------------------------------------------- writing


@pytest.mark.slow
def test_killing_a_save_keeps_the_older_file(tmp_path):
    """A process that saves without pause is killed twenty times; the file is always whole."""
    path = tmp_path / "c.npz"
    program = textwrap.dedent(
        f"""
        import numpy as np
        from ganlab import files
        values = np.random.default_rng(0).random(400_000)
        print("ready", flush=True)
        while True:
            with files.replaced({str(path)!r}) as file:
                np.savez(file, values=values)
        """
    )
    for _ in range(20):
        process = subprocess.Popen(
            [sys.executable, "-c", program], stdout=subprocess.PIPE, text=True
        )
        process.stdout.readline()
        while not path.exists():
            pass
        process.kill()
        process.wait()
        process.stdout.close()
        with np.load(path) as archive:
            assert archive["values"].sum() == np.random.default_rng(0).random(400_000).sum()


def test_a_link_is_replaced_and_never_written_through(tmp_path):
    """A run folder from a stranger may be full of links to the reader's own files."""
    victim, path = tmp_path / "victim", tmp_path / "a.bin"
    victim.write_bytes(b"mine")
    path.symlink_to(victim)
    files.write(path, b"new")
    assert victim.read_bytes() == b"mine"
    assert path.read_bytes() == b"new" and not path.is_symlink()


@pytest.mark.skipif(os.name == "nt", reason="permissions of POSIX")
def test_permissions_are_kept_and_new_files_have_the_usual_ones(tmp_path):
    path, usual = tmp_path / "a.bin", tmp_path / "usual"
    usual.touch()
    files.write(path, b"one")
    assert path.stat().st_mode == usual.stat().st_mode
    path.chmod(0o640)
    files.write(path, b"two")
    assert path.stat().st_mode & 0o777 == 0o640


def test_what_cannot_be_written_is_named_before_and_after(tmp_path):
    (tmp_path / "file").write_bytes(b"")
    for path in (tmp_path, tmp_path / "file" / "below.npz", tmp_path / ("x" * 300)):
        with pytest.raises(files.FileError, match=r": cannot be written \("):
            files.write(path, b"")
    for path in (tmp_path, tmp_path / "file" / "below" / "more.npz"):
        with pytest.raises(files.FileError, match=r": cannot be written \("):
            files.check_writable(path)
    files.check_writable(tmp_path / "new" / "folder" / "a.npz")
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="no device that is always full")
def test_a_full_disk_is_named(tmp_path, monkeypatch):
    """Every write to /dev/full fails as on a full disk."""
    whole = open

    def on_a_full_disk(path, mode="r", **options):
        return whole("/dev/full", "wb") if str(path).endswith(".part") else whole(path, mode)

    monkeypatch.setattr("builtins.open", on_a_full_disk)
    with pytest.raises(files.FileError, match=r"a\.npz: cannot be written \(No space left"):
        files.write_npz(tmp_path / "a.npz", {"values": np.zeros(10**6)})


def test_an_error_while_writing_keeps_the_older_file(tmp_path):
    path = tmp_path / "x.bin"
    path.write_bytes(b"old")
    with pytest.raises(RuntimeError, match="disk"), files.replaced(path) as file:
        file.write(b"half")
        raise RuntimeError("disk")
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path], "the temporary file is gone"


def test_bytes_and_archives_are_written_and_replaced(tmp_path):
    path = tmp_path / "new" / "folder" / "x.bin"
    for content in (b"one", b"two"):
        files.write(path, content)
        assert path.read_bytes() == content
    for compressed in (True, False):
        files.write_npz(tmp_path / "a.npz", ARRAYS, compressed=compressed)
        files.write_npz(tmp_path / "b.NPZ", ARRAYS, compressed=compressed)
        assert (tmp_path / "a.npz").read_bytes() == (tmp_path / "b.NPZ").read_bytes()
        with zipfile.ZipFile(tmp_path / "a.npz") as archive:
            kinds = {info.compress_type for info in archive.infolist()}
        assert kinds == {zipfile.ZIP_DEFLATED if compressed else zipfile.ZIP_STORED}
    with pytest.raises(ValueError, match=r"expected a path that ends in \.npz, received 'a\.h5'"):
        files.write_npz("a.h5", ARRAYS)


# ------------------------------------------------------------------------------ reading archives


@pytest.fixture
def path(tmp_path):
    files.write_npz(tmp_path / "a.npz", ARRAYS)
    return tmp_path / "a.npz"


def test_what_was_written_is_read(path):
    read = files.read_npz(path)
    assert read.keys() == ARRAYS.keys()
    for name, values in read.items():
        np.testing.assert_array_equal(values, ARRAYS[name])
        assert values.dtype == ARRAYS[name].dtype and not values.flags.writeable


def test_only_the_named_arrays_are_read(path):
    np.savez(path, **ARRAYS, other=np.array([{}], object))
    read = files.read_npz(path, names=["text"], optional=["truth", "absent"])
    assert read.keys() == {"text", "truth"}
    with pytest.raises(files.FileError, match=r"a\.npz: expected an array called 'x', received"):
        files.read_npz(path, names=["text", "x"])
    np.savez(path)
    with pytest.raises(files.FileError, match="called 'x', received nothing"):
        files.read_npz(path, names=["x"])


@pytest.mark.parametrize(
    "values", [np.array([{}], object), np.zeros(3, "i4,f8"), np.array([b"x"]), np.zeros(2, "M8[s]")]
)
def test_anything_but_numbers_and_texts_is_refused(path, values):
    np.savez(path, values=values)
    with pytest.raises(files.FileError, match=r"array 'values' of numbers or texts, received sha"):
        files.read_npz(path)


def test_nothing_pickled_is_executed(path):
    class Trap:
        def __reduce__(self):
            return os.mkdir, (str(path.with_name("sprung")),)

    np.savez(path, values=np.array([Trap()], object))
    with pytest.raises(files.FileError, match="Object arrays can run code"):
        files.read_npz(path)
    assert not path.with_name("sprung").exists()


def header(shape, dtype="|u1", version=1):
    file = io.BytesIO()
    write = getattr(np.lib.format, f"write_array_header_{version}_0")
    write(file, {"descr": dtype, "fortran_order": False, "shape": shape})
    return file.getvalue()


def pack(path, **members):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(f"{name}.npy", content)
    return path


@pytest.mark.parametrize(
    ("shape", "dtype"),
    [
        ((2**40, 64), "|u1"),
        ((2**62, 2**62, 2**62), "|u1"),
        ((2**27 + 1,), "<f8"),
        ((2**20,), "<U300"),
        ((-3,), "|u1"),
    ],
)
def test_archives_that_announce_too_much_are_refused_before_memory_is_taken(path, shape, dtype):
    pack(path, values=header(shape, dtype) + bytes(100))
    with pytest.raises(files.FileError, match="array 'values' of at most 1073741824 bytes"):
        files.read_npz(path)


def test_the_limit_is_for_all_arrays_together(path):
    np.savez(path, a=np.zeros(6), b=np.zeros(4), c=np.array(["four", "five"]))
    assert len(files.read_npz(path, limit=112)) == 3
    with pytest.raises(files.FileError, match=r"array 'c' of at most 31 bytes, received"):
        files.read_npz(path, limit=111)


def test_an_array_that_is_longer_or_shorter_than_announced_is_refused(path):
    for length in (0, 63, 65, 10**6):
        pack(path, values=header((8, 8)) + bytes(length))
        with pytest.raises(files.FileError, match="of 64 bytes, received .* of another length"):
            files.read_npz(path)
    assert files.read_npz(pack(path, values=header((8, 8)) + bytes(64)))["values"].sum() == 0


@pytest.mark.parametrize("dtype", ["<U2", ">U2"])
def test_texts_of_what_are_no_letters_are_refused(path, dtype):
    pack(path, values=header((3,), dtype) + b"\xff" * 24)
    with pytest.raises(files.FileError, match="of texts, received .* that are no letters"):
        files.read_npz(path)


def inflated(path, content, compression=zipfile.ZIP_DEFLATED):
    """Write 600 MB of zeros behind some bytes; packed, they are small."""
    with zipfile.ZipFile(path, "w", compression) as archive:
        with archive.open("values.npy", "w", force_zip64=True) as member:
            member.write(content)
            for _ in range(600):
                member.write(bytes(10**6))
    return path


@pytest.mark.slow
@pytest.mark.parametrize(
    ("content", "compression", "message"),
    [
        (header((1, 8, 8)), zipfile.ZIP_DEFLATED, "of 64 bytes, received"),
        (header((600_000,), "|V1000"), zipfile.ZIP_DEFLATED, "of numbers or texts, received"),
        (b"\x93NUMPY\x02\x00\x00\x00\x00\x40", zipfile.ZIP_DEFLATED, "in .npy format 1.0, rec"),
        (header((600_000_000,)), zipfile.ZIP_BZIP2, "stored or deflated, received"),
        (header((600_000_000,)), zipfile.ZIP_LZMA, "stored or deflated, received"),
    ],
)
def test_zeros_that_inflate_a_thousandfold_take_no_memory(path, content, compression, message):
    """600 MB in a small file: behind a small image, as records, as a header, too well packed."""
    inflated(path, content, compression)
    assert path.stat().st_size < 10**6
    code = (
        "import resource; from ganlab import files\n"
        "before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss\n"
        f"try: files.read_npz({str(path)!r})\n"
        "except files.FileError as error: print(error)\n"
        "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    said, kilobytes = run.stdout.splitlines()
    assert said.startswith(f"{path}: expected array 'values' {message}")
    assert int(kilobytes) < 50_000


@pytest.mark.slow
def test_what_all_members_unpack_to_is_limited_before_any_is_read(path):
    with pytest.raises(files.FileError, match=r"at most 1000 bytes of arrays, received 600000128"):
        files.read_npz(inflated(path, header((600_000_000,))), limit=1000)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes")
def test_a_pipe_is_refused_without_waiting(tmp_path):
    os.mkfifo(tmp_path / "pipe.npz")
    with pytest.raises(files.FileError, match=r"pipe\.npz: cannot be read \(is no regular file\)"):
        files.read_npz(tmp_path / "pipe.npz")


def test_a_file_that_is_not_there_or_no_archive(path, tmp_path):
    for other in (tmp_path / "missing.npz", tmp_path, "x" * 5000):
        with pytest.raises(files.FileError, match=r": cannot be read \([A-Za-z]") as caught:
            files.read_npz(other)
        assert str(caught.value).startswith(str(other))
    with open(path, "wb") as file:
        np.save(file, np.zeros(3))
    for content in (path.read_bytes(), b"", b"PK\x03\x04", b"a,b\n1,2\n" * 50):
        path.write_bytes(content)
        with pytest.raises(files.FileError, match=r"a\.npz: expected a whole \.npz archive, rec"):
            files.read_npz(path)


def test_another_version_of_the_format_is_refused(path):
    pack(path, values=header((8, 8), version=2) + bytes(64))
    with pytest.raises(files.FileError, match=r"in \.npy format 1\.0, received \(2, 0\)"):
        files.read_npz(path)


def test_a_changed_byte_is_noticed(path):
    np.savez(path, values=np.arange(1000))
    whole = bytearray(path.read_bytes())
    whole[len(whole) // 2] ^= 1
    path.write_bytes(whole)
    with pytest.raises(files.FileError, match=r"whole \.npz archive, received .*Bad CRC"):
        files.read_npz(path)


def test_an_archive_cut_off_anywhere_gives_the_documented_error(path):
    whole = path.read_bytes()
    for length in range(0, len(whole), 17):
        path.write_bytes(whole[:length])
        with pytest.raises(files.FileError, match=r"a\.npz: expected a whole"):
            files.read_npz(path)


@settings(
    max_examples=500, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(data=st.data())
def test_damage_gives_the_arrays_or_the_documented_error(tmp_path, data):
    buffer = io.BytesIO()
    np.savez(buffer, values=np.arange(4), labels=np.array(list("abcd")))
    damaged = bytearray(buffer.getvalue())
    for _ in range(data.draw(st.integers(1, 4))):
        damaged[data.draw(st.integers(0, len(damaged) - 1))] = data.draw(st.integers(0, 255))
    path = tmp_path / "a.npz"
    path.write_bytes(damaged)
    try:
        read = files.read_npz(path)
    except files.FileError as error:
        assert str(error).startswith(str(path))
    else:
        assert all(isinstance(values, np.ndarray) for values in read.values())


# -------------------------------------------------------------------------------- recorded files


def test_recorded_files_are_found_and_verified():
    path = files.recorded("weights/digits.npz")
    assert files.read_npz(path, checksum=files.sha256(path)).keys() == files.read_npz(path).keys()
    with pytest.raises(files.FileError, match=r"digits\.npz: expected sha256 00, received .*git"):
        files.read_npz(path, checksum="00")
    absent = files.recorded("absent.npz")
    with pytest.raises(files.FileError, match=r"absent\.npz: cannot be read \(No such file"):
        files.read_npz(absent, checksum="00")
