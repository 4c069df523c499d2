"""What a learner has done so far: a small file beside the notebooks, and the widget that shows it.

The file is ``ganlab_progress.json`` in the working folder. Nothing else is written, and nothing
leaves the machine; delete it to begin again.
"""

import html
import json
import numbers
import pathlib
import weakref

import ipywidgets

from ganlab import files

FILE = "ganlab_progress.json"
_shown = weakref.WeakSet()


def read():
    """Return what the file says: tries, passed, prediction and found if any, by exercise.

    A file that cannot be read is renamed, so that it can be looked at, and counts as empty.
    """
    path = pathlib.Path(FILE)
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        if all(isinstance(entry["tries"], int) for entry in content.values()):
            return content
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, AttributeError, KeyError, TypeError):
        pass
    path.replace(path.with_suffix(".broken.json"))
    return {}


def note(name, success, *, prediction=None, found=None):
    """Count a try. Of predictions the first one stays: it was made before anything was known."""
    content = read()
    entry = content.setdefault(name, {"tries": 0, "passed": False})
    entry["tries"] += 1
    entry["passed"] = entry["passed"] or bool(success)
    if isinstance(prediction, numbers.Real) and "prediction" not in entry:
        entry["prediction"] = float(prediction)
    if found is not None:
        entry["found"] = float(found)
    files.write(FILE, json.dumps(content, indent=1, sort_keys=True).encode())
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
        self.value = table(self.exercises, read())

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
        if "prediction" in entry:
            remark = f"predicted {entry['prediction']:.3g}"
            if entry["passed"]:  # before that it would give the answer away
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
