"""The exercises and how far a learner is with them, as a widget."""

import html

import ipywidgets

from classroom.exercises import checking, notes

__all__ = ["Progress", "progress", "table"]


def progress(notebook=None):
    """A widget that shows which exercises are done, and goes on showing it.

    Parameters
    ----------
    notebook : str, optional
        Such as ``"02"``; without it the whole course.

    Returns
    -------
    Progress

    Raises
    ------
    ValueError
        If there is no such notebook.
    """
    return Progress(notebook)


class Progress(ipywidgets.HTML):
    """The table of ``progress``, which follows the file."""

    def __init__(self, notebook=None):
        self.known = [
            exercise
            for name, exercise in checking.all_exercises().items()
            if notebook is None or name.startswith(f"{notebook}.")
        ]
        if not self.known:
            raise ValueError(f"expected the number of a notebook, '02', received {notebook!r}")
        self.notebook = notebook
        super().__init__(table(self.known, notes.read()))
        notes.follow(self)

    def refresh(self):
        """Reads the file again."""
        self.value = table(self.known, notes.read())

    def __repr__(self):
        # The same for every learner, since notebooks compare what they show.
        return f"Progress in {f'notebook {self.notebook}' if self.notebook else 'the course'}"


def table(known, content):
    """The exercises and what is known of them, as HTML.

    Parameters
    ----------
    known : sequence of Exercise
    content : dict
        What ``classroom.exercises.notes.read`` gives.

    Returns
    -------
    str
    """
    done = sum(content.get(exercise.name, {}).get("passed", False) for exercise in known)
    rows = []
    for exercise in known:
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
        f"<p><b>{done} of {len(known)} exercises done</b></p>"
        f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
    )
