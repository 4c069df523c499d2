"""What ``python -m benchmarks failures`` has recorded: diagnoses, repairs, a gallery."""

from classroom import tables
from ganlab import diagnosis, files


def load_table():
    """Load how often each run was named what, what repairs did, and the truth about the gallery.

    Returns
    -------
    dict
        ``seeds``; ``counts``, for each kind of run how often the diagnosis gave which name;
        ``repair_seeds``; ``repairs``, for each failure and repair the names found and late medians
        of five columns, seed by seed; ``severity``, for each failure and value, as text, how often
        which name; ``units``, what those values count;
        ``gallery``, what was trained for each letter.

    Raises
    ------
    files.FileError
        If the recorded file is missing or damaged.
    """
    return tables.load("failures")


def load_gallery():
    """Load twelve recorded runs, by letters in a shuffled order: a dict of `diagnosis.Record`.

    Raises
    ------
    files.FileError
        If the recorded file is missing or damaged.
    """
    return diagnosis.load_records(files.recorded("failure_curves.npz"))


def load_runs():
    """Load four recorded failures and "healthy, critic", by name: a dict of `diagnosis.Record`.

    The last is the healthy setup of "penalty_sampling". All have the seed 0.

    Raises
    ------
    files.FileError
        If the recorded file is missing or damaged.
    """
    return diagnosis.load_records(files.recorded("failure_runs.npz"))
