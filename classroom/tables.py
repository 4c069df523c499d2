"""Tables of recorded results, which a notebook shows where a training would take too long."""

import json

from ganlab import files

__all__ = ["load"]


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
