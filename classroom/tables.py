"""Recorded results, tables and pictures, where a training would take a notebook too long."""

import json

from ganlab import files, images

__all__ = ["load", "pictures"]


def load(name):
    """Load a table that a benchmark has recorded.

    Parameters
    ----------
    name : str
        Of a file in the data folder, such as "failures"; ``python -m benchmarks NAME`` makes it.

    Returns
    -------
    dict
        As the benchmark describes it.

    Raises
    ------
    files.FileError
        If the file is missing or damaged.

    Examples
    --------
    >>> table = load("architectures")
    >>> len(table["pairs"]), sorted(table["games"])
    (40, ['GAN', 'GAN with the penalty', 'WGAN, clipped', 'WGAN-GP'])
    """
    path = files.recorded(f"{name}.json")
    try:
        with files.open_regular(path) as file:
            return json.load(file)
    except (OSError, ValueError) as error:
        raise files.FileError(
            f"{path}: cannot be read ({error}). Restore it: install ganlab again, or git checkout"
        ) from error


def pictures(name):
    """Load the pictures that a benchmark has recorded beside its table.

    Parameters
    ----------
    name : str
        Of a file in the data folder, such as "ablation".

    Returns
    -------
    dict of str to ndarray of float32, range [0, 1]
        Images, shape (n, height, width, channels), by the name of what made them.

    Raises
    ------
    files.FileError
        If the file is missing or damaged.

    Examples
    --------
    >>> pictures("ablation")["the paper's pair"].shape
    (10, 28, 28, 1)
    """
    arrays = files.read_npz(files.recorded(f"{name}.npz"))
    return {key: images.to_float(values) for key, values in arrays.items()}
