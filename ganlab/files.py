"""Files: written whole or not at all, verified by checksum, and one reader of ``.npz`` archives."""

import contextlib
import hashlib
import math
import os
import pathlib
import warnings
import zipfile

import numpy as np

__all__ = ["FileError", "read_npz", "recorded", "replaced", "sha256", "write", "write_npz"]


class FileError(ValueError):
    """A file cannot be used; the message names the file and says what is wrong with it."""


@contextlib.contextmanager
def replaced(path):
    """Open a file that takes the place of `path` only once it is whole.

    It is written under a temporary name in the same folder, synced and then renamed. A
    process killed on the way leaves the older file as it was.

    Parameters
    ----------
    path : path-like
        Missing folders are made.

    Examples
    --------
    >>> import tempfile
    >>> target = pathlib.Path(tempfile.mkdtemp(), "new", "hello.txt")
    >>> with replaced(target) as file:
    ...     _ = file.write(b"hello")
    >>> target.read_bytes()
    b'hello'
    """
    path = pathlib.Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        with open(temporary, "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)


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


def read_npz(path, *, names=None, optional=(), limit=2**29):
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
        Values in the arrays together, by default 2 GiB as float32; a text counts by its
        characters.

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
    >>> import tempfile
    >>> path = pathlib.Path(tempfile.mkdtemp(), "a.npz")
    >>> write_npz(path, {"steps": np.arange(3)})
    >>> read_npz(path)
    {'steps': array([0, 1, 2])}
    """
    try:
        with warnings.catch_warnings(), zipfile.ZipFile(path) as archive:
            warnings.simplefilter("error")
            members = {info.filename.removesuffix(".npy"): info for info in archive.infolist()}
            for name in names or ():
                if name not in members:
                    found = ", ".join(members) or "nothing"
                    raise FileError(
                        f"{path}: expected an array called {name!r}, received {found:.200}"
                    )
            chosen = members if names is None else (*names, *(members.keys() & optional))
            arrays, left = {}, limit
            for name in chosen:
                with archive.open(members[name]) as file:
                    arrays[name] = _read_array(file, f"{path}: expected array {name!r}", left)
                left -= _values(arrays[name].shape, arrays[name].dtype)
            return arrays
    except FileError:
        raise
    except OSError as error:
        raise FileError(f"{path}: cannot be read ({error.strerror or error})") from error
    except Exception as error:
        # A damaged file makes zipfile, zlib and NumPy raise a dozen unrelated exceptions.
        raise FileError(
            f"{path}: expected a whole .npz archive, received a damaged file or another kind "
            f"({type(error).__name__}: {error})"
        ) from error


def _values(shape, dtype):
    return math.prod(shape) * (dtype.itemsize // 4 if dtype.kind == "U" else 1)


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
    if min(shape, default=0) < 0 or _values(shape, dtype) > limit:
        raise FileError(f"{expected} of at most {limit} values, {received}")
    length = math.prod(shape) * dtype.itemsize
    # One byte more than announced shows an array that is longer; the checksum of the archive
    # is verified when the end is reached.
    data = file.read(length + 1)
    if len(data) != length:
        raise FileError(f"{expected} of {length} bytes, {received} with data of another length")
    return np.frombuffer(data, dtype).reshape(shape, order="F" if fortran else "C")


def recorded(name, *, checksum=None):
    """Find a file of recorded data: inside an installed package, in the project beside it.

    Parameters
    ----------
    name : str
        Such as ``weights/digits.npz``.
    checksum : str, optional
        The SHA-256 that the file must have.

    Returns
    -------
    pathlib.Path

    Raises
    ------
    FileError
        If the file is missing or altered; without a checksum nothing is looked at.

    Examples
    --------
    >>> recorded("weights/digits.npz").exists()
    True
    """
    inside = pathlib.Path(__file__).parent / "data"
    folder = inside if inside.is_dir() else pathlib.Path(__file__).parents[1] / "data"
    path = folder / name
    if checksum is not None:
        received = sha256(path) if path.exists() else "no file"
        if received != checksum:
            raise FileError(
                f"{path}: expected sha256 {checksum}, received {received}. "
                "Restore it: install ganlab again, or git checkout"
            )
    return path


def sha256(path):
    """Return the SHA-256 checksum of a file, in hexadecimal."""
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
