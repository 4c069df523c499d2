"""Writing files so that nothing older is lost, and telling whether a file is the right one."""

import contextlib
import hashlib
import os
import pathlib

__all__ = ["recorded", "replaced", "sha256"]


@contextlib.contextmanager
def replaced(path):
    """A binary file to write to, which takes the place of ``path`` only once it is whole.

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


def recorded(name):
    """The path of a file of recorded data, such as ``weights/digits.npz``.

    An installed package carries the data within itself; in the project they lie in the folder
    ``data`` beside the package.

    Examples
    --------
    >>> recorded("weights/digits.npz").exists()
    True
    """
    inside = pathlib.Path(__file__).parent / "data"
    folder = inside if inside.is_dir() else pathlib.Path(__file__).parents[1] / "data"
    return folder / name


def sha256(path):
    """The checksum of a file, in hexadecimal."""
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
