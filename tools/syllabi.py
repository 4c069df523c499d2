"""Which notebook needs which, as their headers say, and the orders that respect it.

    python -m tools.syllabi        write the table in docs/teaching/syllabi.md anew

The only source is the line "Before this:" of each notebook. A test holds every syllabus to it.
"""

import re
import sys
from pathlib import Path

from tools import marks, prose, series

PAGE = Path(__file__).resolve().parent.parent / "docs" / "teaching" / "syllabi.md"
MARK = "what needs what"


def numbers(text):
    """Return the numbers of notebooks in a text, in its order, with "01 to 03" counted out.

    Examples
    --------
    >>> numbers("notebooks 01 to 03, then 05_training_loop")
    ['01', '02', '03', '05']
    """
    found = []
    for first, last in re.findall(r"(?<![\w.])(\d\d)(?![\d.]*\d)(?: to (\d\d)\b)?", text):
        found += [f"{number:02}" for number in range(int(first), int(last or first) + 1)]
    return found


def headers():
    """Return the header of each notebook by its number."""
    return {path.name[:2]: prose.read_header(series.read(path)) for path in series.lessons()}


def needs():
    """Return what each notebook names as needed before it, by its number."""
    return {number: numbers(header.before) for number, header in headers().items()}


def everything_before(number, direct):
    """Return what a notebook needs, and what these need, sorted.

    Examples
    --------
    >>> everything_before("05", {"01": [], "02": ["01"], "05": ["02"]})
    ['01', '02']
    """
    found, ahead = set(), list(direct[number])
    while ahead:
        one = ahead.pop()
        if one not in found:
            found.add(one)
            ahead += direct[one]
    return sorted(found)


def too_early(order, direct, known=()):
    """Return what an order of notebooks uses before it was had, as pairs.

    Examples
    --------
    >>> too_early(["05", "02"], {"02": [], "05": ["02"]})
    [('05', '02')]
    """
    had, found = set(known), []
    for number in order:
        found += [(number, one) for one in direct[number] if one not in had]
        had.add(number)
    return found


def table():
    """Return the dependencies as rows of a Markdown table."""
    direct = needs()
    rows = [
        f"| {number} | {header.title} | {', '.join(direct[number]) or 'none'} "
        f"| {', '.join(everything_before(number, direct)) or 'none'} |"
        for number, header in headers().items()
    ]
    head = "| notebook | title | needs | so before it, in all |"
    return "\n".join([head, "|---|---|---|---|", *rows])


def main():
    text = PAGE.read_text(encoding="utf-8")
    PAGE.write_text(marks.filled(text, MARK, table()), encoding="utf-8", newline="\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
