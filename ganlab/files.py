"""Files: written whole or not at all, opened with care, and one reader of ``.npz`` archives."""

import contextlib
import errno
import hashlib
import io
import math
import os
import pathlib
import secrets
import stat
import sys
import tempfile
import warnings
import zipfile

import numpy as np

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None

__all__ = [
    "LIMIT",
    "FileError",
    "check_writable",
    "open_regular",
    "read_npz",
    "recorded",
    "remove_abandoned",
    "replaced",
    "sha256",
    "write",
    "write_npz",
]

#: Bytes of the arrays of one archive, at most.
LIMIT = 2**30

_PART = ".part"  # ends the name of a file that is being written; a killed process leaves it
_HEADER = 2**16  # bytes at most that a member holds besides its array


class FileError(ValueError):
    """A file cannot be used; the message names the file and says what is wrong with it."""


@contextlib.contextmanager
def replaced(path):
    """Open a file that takes the place of `path` only once it is whole.

    It is written under a new name in the same folder, synced and then renamed. A process
    killed on the way leaves the older file as it was. A link at `path` is replaced, not
    followed: no file but the new one is ever opened for writing.

    Parameters
    ----------
    path : path-like
        Missing folders are made. The permissions of an older file are kept.

    Raises
    ------
    FileError
        If nothing can be written there, or the disk is full.

    Examples
    --------
    >>> target = pathlib.Path(tempfile.mkdtemp(), "new", "hello.txt")
    >>> with replaced(target) as file:
    ...     _ = file.write(b"hello")
    >>> target.read_bytes()
    b'hello'
    """
    path = pathlib.Path(path)
    temporary = path.with_name(f".{secrets.token_hex(8)}{_PART}")
    try:
        if path.is_dir():
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            # "x" makes a file where nothing is, not even a link that could be followed.
            with open(temporary, "xb") as file:
                _lock(file)
                yield file
                file.flush()
                os.fsync(file.fileno())
            if path.is_file() and not path.is_symlink():
                os.chmod(temporary, stat.S_IMODE(path.stat().st_mode))
            os.replace(temporary, path)
        finally:
            temporary.unlink(missing_ok=True)
    except OSError as error:
        raise _unwritable(path, error) from error


def remove_abandoned(folder):
    """Remove what killed processes have left half-written in a folder, and nothing else."""
    for path in pathlib.Path(folder).glob(f".{'[0-9a-f]' * 16}{_PART}"):
        with contextlib.suppress(OSError):
            with open_regular(path) as file:
                left = _lock(file)
            if left:
                path.unlink()


def _lock(file):
    """Lock a file for as long as this process has it open; return whether that was possible.

    Windows needs no lock: there nobody can remove a file that is open elsewhere.
    """
    if fcntl is None:
        return True
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def _unwritable(path, error):
    return FileError(f"{path}: cannot be written ({error.strerror or error})")


def check_writable(path):
    """Raise a FileError now if `replaced` could not put a file there, and leave no trace.

    What minutes are about to be spent on needs a place to go.
    """
    path = pathlib.Path(path).absolute()
    try:
        if path.is_dir():
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
        nearest = next(folder for folder in path.parents if os.path.lexists(folder))
        with tempfile.TemporaryFile(dir=nearest) as file:
            file.write(b"some")
    except OSError as error:
        raise _unwritable(path, error) from error


def write(path, content):
    """Write bytes to a file, as :func:`replaced` does: whole or not at all."""
    with replaced(path) as file:
        file.write(content)


def write_npz(path, arrays, *, compressed=True):
    """Write arrays to an archive that :func:`read_npz` reads; equal arrays give equal bytes.

    Parameters
    ----------
    path : path-like
        Ends in ``.npz``.
    arrays : dict of str to array
    compressed : bool
    """
    if pathlib.Path(path).suffix.lower() != ".npz":
        raise ValueError(f"expected a path that ends in .npz, received {str(path)!r}")
    with replaced(path) as file:
        (np.savez_compressed if compressed else np.savez)(file, **arrays)


def open_regular(path):
    """Open a file for reading bytes; an OSError for a folder, a pipe, a device, without waiting.

    Opening a named pipe in the usual way waits until somebody writes into it.
    """
    flags = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
    descriptor = os.open(path, flags)
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise OSError(errno.EINVAL, "is no regular file", str(path))
    return os.fdopen(descriptor, "rb")


def read_npz(path, *, names=None, optional=(), limit=LIMIT, checksum=None):
    """Read the arrays of an ``.npz`` archive from anywhere.

    Nothing in the file is believed before it is checked: lengths are read from the headers
    and limited before memory is taken, nothing is unpickled or executed, and the checksum of
    each array is verified.

    Parameters
    ----------
    path : path-like
    names : sequence of str, optional
        The arrays to read; all where it is not given.
    optional : sequence of str
        Arrays to read as well where the archive has them.
    limit : int
        Bytes in the arrays together, by default 1 GiB.
    checksum : str, optional
        The SHA-256 that the file must have, in hexadecimal.

    Returns
    -------
    dict of str to array
        Read-only arrays of numbers or of texts.

    Raises
    ------
    FileError
        For a file that cannot be opened, is damaged or no ``.npz``, lacks one of `names`, or
        holds anything but arrays of numbers and texts within the limit.

    Examples
    --------
    >>> path = pathlib.Path(tempfile.mkdtemp(), "a.npz")
    >>> write_npz(path, {"steps": np.arange(3)})
    >>> read_npz(path)
    {'steps': array([0, 1, 2])}
    """
    try:
        with open_regular(path) as file, warnings.catch_warnings():
            warnings.simplefilter("error")
            if checksum is not None:
                file = _verified(file, path, checksum, limit)
            with zipfile.ZipFile(file) as archive:
                return _read_arrays(archive, path, names, optional, limit)
    except FileError:
        raise
    except OSError as error:
        raise FileError(f"{path}: cannot be read ({error.strerror or error})") from error
    except Exception as error:
        # A damaged file makes zipfile, zlib and NumPy raise a dozen unrelated exceptions.
        raise FileError(
            f"{path}: expected a whole .npz archive, received a damaged file or another kind "
            f"({type(error).__name__}: {str(error):.200})"
        ) from error


def _verified(file, path, checksum, limit):
    """Return the content of a file in memory, where nobody changes it after this look."""
    content = file.read(limit)
    received = hashlib.sha256(content).hexdigest()
    if received != checksum:
        raise FileError(
            f"{path}: expected sha256 {checksum}, received {received}. "
            "Restore it: install ganlab again, or git checkout"
        )
    return io.BytesIO(content)


def _read_arrays(archive, path, names, optional, limit):
    members = {info.filename.removesuffix(".npy"): info for info in archive.infolist()}
    for name in names or ():
        if name not in members:
            found = ", ".join(members) or "nothing"
            raise FileError(f"{path}: expected an array called {name!r}, received {found:.200}")
    chosen = list(members) if names is None else [*names, *(members.keys() & optional)]
    total = sum(members[name].file_size for name in chosen)
    if total > limit + _HEADER * len(chosen):
        raise FileError(f"{path}: expected at most {limit} bytes of arrays, received {total}")
    arrays = {}
    for name in chosen:
        expected = f"{path}: expected array {name!r:.100}"
        if members[name].compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            # Only these two are unpacked piece by piece; the others fill the memory at once.
            raise FileError(f"{expected} stored or deflated, received another compression")
        with archive.open(members[name]) as member:
            arrays[name] = _read_array(member, expected, limit)
        limit -= arrays[name].nbytes
    return arrays


def _read_array(file, expected, limit):
    version = np.lib.format.read_magic(file)
    # Longer headers, versions 2 and 3, describe records only, and may fill the memory.
    if version != (1, 0):
        raise FileError(f"{expected} in .npy format 1.0, received {version}")
    shape, fortran, dtype = np.lib.format.read_array_header_1_0(file)
    received = f"received shape {shape}, {dtype}"
    if dtype.kind not in "biufcU":
        raise FileError(
            f"{expected} of numbers or texts, {received}"
            + (". Object arrays can run code when they are read" if dtype.hasobject else "")
        )
    length = math.prod(shape) * dtype.itemsize
    if min(shape, default=0) < 0 or length > limit:
        raise FileError(f"{expected} of at most {limit} bytes, {received}")
    # One byte more than announced shows an array that is longer; the checksum of the archive
    # is verified when the end is reached.
    data = file.read(length + 1)
    if len(data) != length:
        raise FileError(f"{expected} of {length} bytes, {received} with data of another length")
    if dtype.kind == "U":
        letters = np.frombuffer(data, np.dtype("u4").newbyteorder(dtype.byteorder))
        if letters.max(initial=0) > sys.maxunicode:
            raise FileError(f"{expected} of texts, {received} with numbers that are no letters")
    return np.frombuffer(data, dtype).reshape(shape, order="F" if fortran else "C")


def recorded(name):
    """Find a file of recorded data: inside an installed package, in the project beside it.

    Parameters
    ----------
    name : str
        Such as ``weights/digits.npz``.

    Returns
    -------
    pathlib.Path

    Examples
    --------
    >>> recorded("weights/digits.npz").exists()
    True
    """
    inside = pathlib.Path(__file__).parent / "data"
    folder = inside if inside.is_dir() else pathlib.Path(__file__).parents[1] / "data"
    return folder / name


def sha256(path):
    """Return the SHA-256 checksum of a file, in hexadecimal."""
    with open_regular(path) as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
