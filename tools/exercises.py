"""Bring the exercises from notebooks/solutions into the notebooks, without the answers.

``python -m tools.exercises [NN ...]``. A notebook of solutions is the one source. After its title
and imports each exercise is four cells: the task in Markdown with three hints (tag ``task``), the
solved code (``solution``), the check (``check``) and the reasons (``explanation``). The imports
are one cell (``imports``). The code that a learner writes stands between two comments, as
nbgrader has them, once in a cell:

    ### BEGIN SOLUTION
    ### END SOLUTION

In the notebook the task gains the solution, folded away, and the code loses it.
"""

import argparse
import copy
import dataclasses
import re
import sys
import textwrap

import nbformat

from tasks import Stop, say, status_of
from tools import series

PARTS = ("task", "solution", "check", "explanation")
BEGIN, END = "### BEGIN SOLUTION", "### END SOLUTION"
GAP = "...  # your answer"
FOLD, UNFOLD = "<!-- solution -->", "<!-- end of solution -->"
HEADING = "## Exercises"
HOW = (
    f"{HEADING}\n\nFive minutes each at most. Write where the dots are and run the cell and the "
    "one below it, which says what is right and what is not. Hints and, in the end, the solution "
    "open with a click; predict before you look. How far you are is kept in a small file beside "
    "this notebook and goes nowhere else."
)


@dataclasses.dataclass
class Exercise:
    """The four cells of an exercise in a notebook of solutions."""

    name: str
    title: str
    kind: str
    task: nbformat.NotebookNode
    solution: nbformat.NotebookNode
    check: nbformat.NotebookNode
    explanation: nbformat.NotebookNode

    def __post_init__(self):
        found = re.fullmatch(
            rf"(.*?)^([ \t]*){BEGIN}\n(.*?)^[ \t]*{END}(.*)", self.solution.source, re.M | re.S
        )
        if found is None:
            raise Stop(f"Exercise {self.name}: expected {BEGIN} and {END} in its solution.")
        self._before, self._indent, self._solved, self._after = found.groups()

    @property
    def code(self):
        """The solved code, without the comments and without the line ``answer = ...``."""
        before = re.sub(r"^.* = \.\.\.\n\Z", "", self._before, flags=re.M)
        return before + self._solved.rstrip("\n") + self._after

    @property
    def stub(self):
        """The code with a gap where the solution is."""
        if self._before.endswith("= ...\n"):  # the gap is there already
            return (self._before.rstrip("\n") + self._after).replace("= ...", f"= {GAP}")
        return self.with_answer(GAP)

    @property
    def with_gap(self):
        """The solved cell with the gap of the stub above the solution.

        Whoever takes out the lines between the two comments, as nbgrader does, has the stub.
        """
        gap, solved = f"{self._indent}{GAP}\n", self.solution.source[len(self._before) :]
        if self._before.endswith("= ...\n"):  # the gap is there already
            return self._before.removesuffix("...\n") + gap.lstrip() + solved
        return self._before + gap + solved

    def with_answer(self, code):
        """Return the code with other lines where the solution is."""
        return self._before + textwrap.indent(code, self._indent) + self._after


def read(book):
    """Return the cell of imports and the exercises of a notebook of solutions.

    Raises
    ------
    Stop
        If a cell is missing or stands elsewhere.
    """
    marked = [(tag, cell) for cell in book.cells for tag in PARTS if tag in _tags(cell)]
    if [tag for tag, _ in marked] != list(PARTS) * (len(marked) // 4):
        raise Stop(f"Expected cells tagged {', '.join(PARTS)}, again and again, in this order.")
    exercises = []
    for start in range(0, len(marked), 4):
        cells = {tag: cell for tag, cell in marked[start : start + 4]}
        head = re.match(
            r"### Exercise (\d\d\.\d+): (.+)\n\n\*(.+?) · (\d+) minutes?\*\n", cells["task"].source
        )
        if head is None:
            raise Stop(
                "Expected a task that begins `### Exercise NN.n: Title`, an empty line, "
                f"`*Kind · 3 minutes*`; received {cells['task'].source[:60]!r}."
            )
        exercises.append(Exercise(head[1], head[2], head[3], **cells))
    imports = [cell for cell in book.cells if "imports" in _tags(cell)]
    if len(imports) != 1:
        raise Stop("Expected one cell tagged imports.")
    return imports[0], exercises


def section(imports, exercises):
    """Return the cells of the exercises as a learner gets them."""
    cells = [_markdown(HOW, "exercises"), _code(imports.source, "exercises-imports", "imports")]
    for exercise in exercises:
        name = "exercise-" + exercise.name.replace(".", "-")
        folded = (
            f"\n\n{FOLD}\n<details><summary>Solution</summary>\n\n```python\n"
            f"{exercise.code.strip()}\n```\n\n{exercise.explanation.source.strip()}\n\n"
            f"</details>\n{UNFOLD}"
        )
        cells += [
            _markdown(exercise.task.source.rstrip() + folded, name),
            _code(exercise.stub, f"{name}-answer", "exercise"),
            _code(exercise.check.source, f"{name}-check", "check"),
        ]
    number = exercises[0].name[:2]
    return [*cells, _code(f'exercises.progress("{number}")', f"progress-{number}", "progress")]


def weave(lesson, imports, exercises):
    """Put the exercises between key points and references; return whether that changed any.

    Outputs of cells that stay the same are kept.
    """
    start, end = bounds(lesson)
    old = {cell.id: cell for cell in lesson.cells[start:end]}
    new = section(imports, exercises)
    for position, cell in enumerate(new):
        before = old.get(cell.id)
        if before is not None and before.source == cell.source:
            new[position] = before
    changed = new != lesson.cells[start:end]
    lesson.cells[start:end] = new
    return changed


def bounds(lesson):
    """Return where the exercises of a notebook begin and end; their heading has its own cell."""
    starts = [i for i, cell in enumerate(lesson.cells) if cell.source.startswith(HEADING)]
    after = ("## Going further", "## References")
    ends = [i for i, cell in enumerate(lesson.cells) if cell.source.startswith(after)]
    if len(starts) != 1 or not ends or starts[0] > ends[0]:
        raise Stop(f"Expected one cell that begins {HEADING} before one that begins ## References.")
    return starts[0], ends[0]


def without_solutions(lesson):
    """Return a copy of a notebook in which no solution is folded away, and none is promised."""
    lesson = copy.deepcopy(lesson)
    for cell in lesson.cells:
        if cell.cell_type == "markdown":
            folded_away = re.sub(rf"\n*{FOLD}.*?{UNFOLD}", "", cell.source, flags=re.S)
            cell.source = without_promise(folded_away)
    return lesson


def without_promise(text):
    """Return a text that promises hints where it promised hints and solutions.

    Examples
    --------
    >>> without_promise("Hints and, in the end, the solution open with a click.")
    'Hints open with a click.'
    """
    return re.sub(r"(?i)\b(hints) and(, in the end,)? the solution(?=\s+open\b)", r"\1", text)


def _tags(cell):
    return cell.metadata.get("tags", [])


def _markdown(source, name):
    return nbformat.v4.new_markdown_cell(source, id=name)


def _code(source, name, tag):
    return nbformat.v4.new_code_cell(source, id=name, metadata={"tags": [tag]})


def main(arguments):
    parser = argparse.ArgumentParser(prog="tools.exercises", description=__doc__.splitlines()[0])
    parser.add_argument("notebooks", nargs="*", metavar="NN", help="a number such as 02; else all")
    names = parser.parse_args(arguments).notebooks

    def bring():
        known = {path.name[:2]: path for path in series.solutions()}
        if unknown := sorted(set(names) - set(known)):
            raise Stop(f"Expected numbers among {', '.join(known)}, received {unknown[0]}.")
        for path in (known[name] for name in sorted(set(names or known))):
            lesson = series.read(series.NOTEBOOKS / path.name)
            changed = weave(lesson, *read(series.read(path)))
            if changed:
                series.write(lesson, series.NOTEBOOKS / path.name)
            say(f"{path.stem}: {'changed; execute it' if changed else 'the same'}")

    return status_of(bring)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
