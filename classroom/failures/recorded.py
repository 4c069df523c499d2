"""What ``python -m benchmarks failures`` has recorded: how often diagnoses are right, a gallery."""

import json

from ganlab import diagnosis, files


def load_table():
    """Load how often each failure was named what, and the truth about the gallery.

    Returns
    -------
    dict
        ``seeds``; ``counts``, for each kind of run how often the diagnosis gave which name;
        ``gallery``, what was trained for each letter.

    Raises
    ------
    files.FileError
        If the recorded file is missing or damaged.
    """
    path = files.recorded("failures.json")
    try:
        with files.open_regular(path) as file:
            return json.load(file)
    except (OSError, ValueError) as error:
        raise files.FileError(
            f"{path}: cannot be read ({error}). Restore it: install ganlab again, or git checkout"
        ) from error


def load_gallery():
    """Load twelve recorded runs, by letters in a shuffled order: a dict of `diagnosis.Record`.

    Raises
    ------
    files.FileError
        If the recorded file is missing or damaged.
    """
    return diagnosis.load_records(files.recorded("failure_curves.npz"))
