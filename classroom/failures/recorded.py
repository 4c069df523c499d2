"""What ``python -m benchmarks failures`` has recorded: how often diagnoses are right, a gallery."""

import json

from ganlab import diagnosis, files


def load_table():
    """Load how often each illness was named what, and the truth about the gallery.

    Returns
    -------
    dict
        ``seeds``; ``counts``, for each kind of run how often the diagnosis gave which name;
        ``gallery``, what was trained for each letter.
    """
    return json.loads(files.recorded("failures.json").read_text(encoding="utf-8"))


def load_gallery():
    """Load twelve recorded runs, by letters in a shuffled order: a dict of `diagnosis.Record`."""
    return diagnosis.load_records(files.recorded("failure_curves.npz"))
