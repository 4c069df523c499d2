"""Collect what the learners of a class have done into one table.

``python -m tools.progress FOLDER [--csv FILE]``. FOLDER holds a folder for each learner, named for
them, with their ``ganlab_progress.json`` in it, at any depth. The table has a row for each learner;
the CSV file has one for each learner and exercise, with the first prediction.

The files come from learners: one that is damaged, too large or a link is named and left out.
"""

import argparse
import csv
import io
import re
import sys
from pathlib import Path

from classroom.exercises import checking
from classroom.exercises.progress import FILE, read_from
from ganlab import files
from tasks import Stop, say, status_of

COLUMNS = ("learner", "exercise", "passed", "tries", "first prediction")


def collect(folder):
    """Read the files of a class.

    Parameters
    ----------
    folder : path-like

    Returns
    -------
    found : dict of str to dict
        By learner, what `classroom.exercises.progress.read_from` gives of their file.
    left_out : list of str
        A sentence for each other file.

    Raises
    ------
    Stop
        If there is no such folder, or no file in its folders.
    """
    folder = Path(folder)
    if not folder.is_dir():
        raise Stop(f"Expected a folder that holds one for each learner, received {folder}.")
    found, left_out = {}, []
    paths = [path.relative_to(folder).parts for path in folder.glob(f"*/**/{FILE}")]
    for learner, *rest in sorted(paths, key=lambda parts: (parts[0], len(parts), parts)):
        path = folder.joinpath(learner, *rest)
        reason = f"{learner} has another file" if learner in found else None
        if reason is None:
            content, reason = _read(path)
        if reason:
            left_out.append(_printable(f"{path}: left out ({reason})."))
        else:
            found[learner] = content
    if not paths:
        raise Stop(f"Expected {FILE} in a folder for each learner, and {folder} has none.")
    return found, left_out


def _read(path):
    """Return what a file says, or why it is left out."""
    if path.is_symlink():
        return None, "a link"
    try:
        content = read_from(path)
    except OSError as error:
        return None, f"cannot be read: {error.strerror or error}"
    return content, "damaged, or no file of progress" if content is None else None


def _printable(text):
    """Return a text without what could steer a terminal."""
    return "".join(letter if letter.isprintable() else "?" for letter in text)


def table(found, names):
    """Return a line for each learner: what passed of each notebook, of all, and the tries.

    Parameters
    ----------
    found : dict of str to dict
    names : sequence of str
        Of all exercises, such as ``"02.1"``.

    Returns
    -------
    str
    """
    books = sorted({name[:2] for name in names})

    def of(content, key, book=""):
        chosen = (name for name in names if name.startswith(book))
        return sum(content.get(name, {}).get(key, 0) for name in chosen)

    rows = [("", *books, "all", "tries")]
    for learner, content in found.items():
        passed = [of(content, "passed", book) for book in books]
        rows.append((_printable(learner), *passed, sum(passed), of(content, "tries")))
    every = [sum(name.startswith(book) for name in names) for book in books]
    rows.append(("of", *every, len(names), ""))
    widths = [max(len(str(row[i])) for row in rows) for i in range(len(rows[0]))]
    return "\n".join(
        "  ".join(
            str(cell).rjust(width) if i else str(cell).ljust(width)
            for i, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    )


def as_csv(found, names):
    """Return a row for each learner and exercise, also for those without a try, as text."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    for learner, content in found.items():
        # A spreadsheet would take these for the beginning of a formula.
        shown = re.sub(r"^(?=[=+\-@])", "'", _printable(learner))
        for name in names:
            entry = content.get(name, {})
            passed = "yes" if entry.get("passed") else "no"
            guess = entry.get("prediction")
            writer.writerow((shown, name, passed, entry.get("tries", 0), guess))
    return text.getvalue()


def main(arguments):
    parser = argparse.ArgumentParser(prog="tasks.py progress", description=__doc__.splitlines()[0])
    parser.add_argument("folder", help="holds a folder for each learner, named for them")
    parser.add_argument("--csv", metavar="FILE", help="write each learner and exercise as a row")
    options = parser.parse_args(arguments)

    def show():
        found, left_out = collect(options.folder)
        names = list(checking.all_exercises())
        say(table(found, names))
        for sentence in left_out:
            say(sentence)
        if options.csv:
            try:
                files.write(options.csv, as_csv(found, names).encode())
            except files.FileError as error:
                raise Stop(f"{error}.") from error

    return status_of(show)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
