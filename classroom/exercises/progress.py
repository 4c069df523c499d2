"""What a learner has done so far: a small file beside the notebooks, and the widget that shows it.

The file is ``ganlab_progress.json`` in the working folder. Nothing else is written, and nothing
leaves the machine; delete it to begin again.
"""

import contextlib
import html
import json
import math
import numbers
import pathlib
import weakref

import ipywidgets

from ganlab import files

FILE = "ganlab_progress.json"
_MOST = 2**20  # bytes: a hundred times what a whole course takes
_shown = weakref.WeakSet()


def read():
    """Return what the file says: tries, passed, prediction and found if any, by exercise.

    A file that holds anything else is renamed, so that it can be looked at, and counts as empty.

    Raises
    ------
    files.FileError
        If the file cannot be opened, or not renamed.
    """
    path = pathlib.Path(FILE)
    try:
        content = read_from(path)
        if content is None:
            path.replace(path.with_suffix(".broken.json"))
        return content or {}
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise files.FileError(f"{path}: cannot be used ({error.strerror or error})") from error


def read_from(path):
    """Return what a file says, as `read` does, or None where it holds anything else.

    Raises
    ------
    OSError
        If it cannot be opened.
    """
    with files.open_regular(path) as file:
        return _content(file.read(_MOST + 1))


def _content(text):
    """Return the entries that bytes hold, or None where they hold anything else."""
    try:
        # JSON has no NaN; files of old may.
        content = json.loads(text, parse_constant=lambda _: None) if len(text) <= _MOST else None
        if all(_is_entry(entry) for entry in content.values()):
            return content
    except (AttributeError, OverflowError, RecursionError, ValueError):
        pass
    return None


def _is_entry(entry):
    tries, values = entry.get("tries"), [entry.get("prediction"), entry.get("found")]
    return (
        type(tries) is int
        and 0 <= tries < 10**9
        and isinstance(entry.get("passed"), bool)
        and all(v is None or (type(v) in (int, float) and math.isfinite(v)) for v in values)
    )


def note(name, success, *, prediction=None, found=None):
    """Count a try. Of predictions the first one stays: it was made before anything was known.

    What was found is written once the exercise passed: before, the file would tell the answer.

    Raises
    ------
    files.FileError
        If the file cannot be used or written, as in a folder of another user.
    """
    content = read()
    entry = content.setdefault(name, {"tries": 0, "passed": False})
    entry["tries"] += 1
    entry["passed"] = entry["passed"] or bool(success)
    for other in content.values():
        if not other["passed"]:
            other.pop("found", None)  # a file of an older version may have it
    if not entry["passed"]:
        found = None
    for key, value in (("prediction", prediction), ("found", found)):
        if isinstance(value, numbers.Real) and (key == "found" or entry.get(key) is None):
            with contextlib.suppress(OverflowError):
                entry[key] = float(value) if math.isfinite(value) else None
    files.write(FILE, json.dumps(content, indent=1, sort_keys=True, allow_nan=False).encode())
    for widget in list(_shown):
        widget.refresh()


class Progress(ipywidgets.HTML):
    """The table of some exercises, which follows the file.

    Parameters
    ----------
    exercises : sequence of Exercise
    where : str
        What they belong to, such as ``"notebook 02"``.
    """

    def __init__(self, exercises, where):
        self.exercises, self.where = exercises, where
        super().__init__()
        self.refresh()
        _shown.add(self)

    def refresh(self):
        """Read the file again."""
        try:
            self.value = table(self.exercises, read())
        except files.FileError as error:
            self.value = table(self.exercises, {}) + f"<p>{html.escape(str(error))}</p>"

    def __repr__(self):
        # The same for every learner, since notebooks compare what they show.
        return f"Progress in {self.where}"


def table(exercises, content):
    """Return exercises and what is known of them, as HTML.

    Parameters
    ----------
    exercises : sequence of Exercise
    content : dict
        What `read` gives.

    Returns
    -------
    str
    """
    done = sum(content.get(exercise.name, {}).get("passed", False) for exercise in exercises)
    rows = []
    for exercise in exercises:
        entry = content.get(exercise.name, {"tries": 0, "passed": False})
        # Signs and words, not colors.
        state = "\u2713 done" if entry["passed"] else "\u21bb tried" if entry["tries"] else "\u25cb"
        remark = ""
        if entry.get("prediction") is not None:
            remark = f"predicted {entry['prediction']:.3g}"
            # Before it passed it would give the answer away.
            if entry["passed"] and entry.get("found") is not None:
                remark += f", found {entry['found']:.3g}"
        tries = entry["tries"] or ""
        cells = (exercise.name, exercise.title, exercise.kind.lower(), state, tries, remark)
        rows.append("".join(f"<td>{html.escape(str(cell))}</td>" for cell in cells))
    head = "".join(
        f'<th scope="col">{word}</th>'
        for word in ("", "exercise", "kind", "state", "tries", "prediction")
    )
    body = "".join(f"<tr>{row}</tr>" for row in rows)
    return (
        f"<p><b>{done} of {len(exercises)} exercises done</b></p>"
        f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
    )
