"""Read the pages for teachers, and see that the plans of their lessons run.

    python3 tasks.py plans          executes what has changed since it was, then the table
    python3 tasks.py plans 03

A plan names sections of its notebook. What stands above the first section (imports, parameters)
belongs to every plan; a section has the code cells down to the next heading of level 2 or 3. The
row of *Exercises* also has the cells of the exercises that it names before any homework.
"*4. Windows*, cells 1 and 3" are single cells, and a row that begins with "run first" has such
cells of sections left out, for what they make.

`faults` reads the code and finds names that a plan does not make. Executing finds the rest. What
came of it is stored in benchmarks/results/plans with a checksum of the cells.
"""

import argparse
import ast
import builtins
import dataclasses
import functools
import hashlib
import json
import re
import symtable
import sys

from benchmarks import record
from ganlab import files
from tasks import Stop, say, status_of
from tools import series

ROOT = series.ROOT
FOLDER = ROOT / "docs" / "teaching"
RESULTS = ROOT / "benchmarks" / "results" / "plans"
LENGTHS = (45, 90)  # minutes


# ---------------------------------------------------------------------------- pages and notebooks


@dataclasses.dataclass(frozen=True)
class Row:
    """A row of a plan: minute, minutes, what to run, what happens.

    ``named`` has pairs of a section and of its cells, numbered from 1, or None for all of them.
    ``first`` tells whether the row is one of what to run first.
    """

    at: int
    minutes: int
    first: bool
    named: tuple[tuple[str, tuple[int, ...] | None], ...]
    happens: str

    @property
    def exercises(self):
        """The numbers of exercises to do in class: homework may stand behind them."""
        titles = [name for name, _ in self.named]
        told = self.happens.partition("Homework")[0] if "Exercises" in titles else ""
        titles = [name for name in titles if name.startswith("Exercise ")]
        return re.findall(r"\b\d\d\.\d+\b", " ".join([*titles, told]))


def sections(text):
    """Return the text of a page under each heading of the second level."""
    parts = re.split(r"^## (.+)$", text, flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def plan(text, minutes):
    """Return the rows of the plan of 45 or 90 minutes on a page.

    Raises
    ------
    ValueError
        If there is none, or a row has another form than the pages have.
    """
    heading = f"A lesson of {minutes} minutes"
    table = sections(text).get(heading, "").strip().splitlines()
    if not table:
        raise ValueError(f"expected a table under {heading!r}")
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in table]
    if rows[0] != ["at", "minutes", "section", "what happens"]:
        raise ValueError(f"expected at, minutes, section, what happens as the head, got {rows[0]}")
    return [_row(row) for row in rows[2:]]


def _row(row):
    item = r"\*[^*]+\*(?:, cells? \d+(?:, \d+)*(?: and \d+)?)?"
    if len(row) != 4 or not re.fullmatch(rf"(run first: )?{item}(?:; {item})*", row[2]):
        raise ValueError(f"expected 4 columns and sections in italics, got {row}")
    named = [
        (name, tuple(int(number) for number in re.findall(r"\d+", cells)) or None)
        for name, cells in re.findall(r"\*([^*]+)\*((?:, cells? [^;]+)?)", row[2])
    ]
    return Row(int(row[0]), int(row[1]), row[2].startswith("run first"), tuple(named), row[3])


def questions(text):
    """Return the quiz of a page as (question, {letter: answer}, key)."""
    parts = re.split(r"^\*\*Question (\d+)\.\*\* ", sections(text)["Quiz"], flags=re.MULTILINE)
    if [int(number) for number in parts[1::2]] != list(range(1, len(parts) // 2 + 1)):
        raise ValueError(f"expected questions numbered from 1, got {parts[1::2]}")
    found = []
    for part in parts[2::2]:
        match = re.fullmatch(
            r"(.+?)\n\n((?:- .+\n)+)\n<details><summary>Key</summary>\n\n(.+?)\n\n</details>\s*",
            part,
            re.DOTALL,
        )
        if match is None:
            raise ValueError(f"expected a question, answers and a folded key, got {part}")
        question, answers, key = match.groups()
        letters = dict(re.findall(r"^- ([A-Z])\. (.+)$", answers, re.MULTILINE))
        if len(letters) != len(answers.splitlines()):
            raise ValueError(f"expected a letter for each answer, got {answers}")
        found.append((question, letters, key))
    return found


@dataclasses.dataclass(frozen=True)
class Cell:
    """A code cell: its number in the notebook and in its section, from 1, and its code.

    ``section`` is None above the first section.
    """

    number: int
    section: str | None
    place: int
    source: str
    tags: tuple[str, ...]

    def __str__(self):
        return f"cell {self.place} of {self.section or 'the head'}"


class Notebook:
    """What a page may name: headings, numbers of sections and exercises, cells, figures."""

    def __init__(self, path):
        cells = series.read(path).cells
        self.text = "\n\n".join(cell.source for cell in cells)
        prose = "\n\n".join(c.source for c in cells if c.cell_type == "markdown")
        self.headings = re.findall(r"^##+ (.+)$", prose, re.MULTILINE)
        self.numbers = {
            match[1] for name in self.headings if (match := re.match(r"(\d+(?:\.\d+)?)\b", name))
        }
        exercises = prose.partition("\n## Exercises\n")[2].partition("\n## ")[0]
        headed = re.findall(r"^### Exercise (\S+): .+\n\n\*.+ · (\d+) minutes\*", exercises, re.M)
        self.exercises = {name: int(minutes) for name, minutes in headed}
        self.minutes = int(re.search(r"\*\*Time:\*\* about (\d+) minutes", prose)[1])
        self.cells = []
        section, place = None, 0
        for cell in cells:
            if cell.cell_type == "markdown":
                for name in re.findall(r"^###? (.+)$", cell.source, re.MULTILINE):
                    section, place = name, 0
            elif cell.cell_type == "code":
                place += 1
                tags = tuple(cell.metadata.get("tags", ()))
                self.cells.append(Cell(len(self.cells) + 1, section, place, cell.source, tags))

    def of(self, rows):
        """Return the cells that a plan has run, in the order of the notebook.

        Raises
        ------
        ValueError
            If the notebook lacks a section or a cell that the plan names.
        """
        wanted = {cell.number for cell in self.cells if cell.section is None}
        for row in rows:
            for name, numbers in row.named:
                if name not in self.headings:
                    raise ValueError(f"there is no section {name!r}")
                found = [cell for cell in self.cells if cell.section == name]
                if missing := set(numbers or ()) - {cell.place for cell in found}:
                    raise ValueError(f"{name!r} has no cell {min(missing)}")
                wanted |= {c.number for c in found if numbers is None or c.place in numbers}
                if row.exercises:
                    rooms = ["Exercises", *(f"Exercise {number}:" for number in row.exercises)]
                    wanted |= {
                        cell.number
                        for cell in self.cells
                        if any((cell.section or "").startswith(room) for room in rooms)
                    }
        return [cell for cell in self.cells if cell.number in wanted]


# ------------------------------------------------------------------------- which names a cell needs


class _Kernel(ast.NodeVisitor):
    """Follow the names of cells in the order in which they run; nothing is executed.

    The body of a function is read where the function is, for it may be defined above what it uses.
    """

    def __init__(self):
        self.made_by = {}  # name: number of the cell that bound it last
        self.bodies = {}  # name of a function or a class: the names that its body reads
        self.hidden = []  # variables of comprehensions and of classes, innermost last
        self.number = 0
        self.reads = {}

    def run(self, cell):
        """Return the names that a cell reads from others: {name: number of the cell, or None}."""
        self.number, self.reads = cell.number, {}
        self.visit(ast.parse(cell.source))
        return self.reads

    def read(self, name, met=()):
        if any(name in names for names in self.hidden) or name in met:
            return
        origin = self.made_by.get(name)
        if origin != self.number:
            self.reads.setdefault(name, origin)
        for other in self.bodies.get(name, ()):
            self.read(other, (*met, name))

    def bind(self, name, body=()):
        self.made_by[name] = self.number
        self.bodies[name] = body

    def visit_all(self, *nodes):
        for node in nodes:
            if isinstance(node, list):
                self.visit_all(*node)
            elif node is not None:
                self.visit(node)

    def visit_Name(self, node):
        if isinstance(node.ctx, ast.Load):
            self.read(node.id)
        elif isinstance(node.ctx, ast.Store):
            self.bind(node.id)
        else:
            self.read(node.id)
            self.made_by.pop(node.id, None)

    def visit_Assign(self, node):
        self.visit_all(node.value, node.targets)

    def visit_AugAssign(self, node):
        """Take what is added to for the same: which runs are in ``runs`` is seen by executing."""
        if isinstance(node.target, ast.Name):
            self.read(node.target.id)
            self.visit(node.value)
        else:
            self.visit_all(node.value, node.target)

    def visit_AnnAssign(self, node):
        self.visit_all(node.annotation, node.value)
        if node.value is not None:
            self.visit(node.target)

    def visit_NamedExpr(self, node):
        self.visit_all(node.value, node.target)

    def visit_For(self, node):
        self.visit_all(node.iter, node.target, node.body, node.orelse)

    visit_AsyncFor = visit_For

    def visit_ExceptHandler(self, node):
        self.visit_all(node.type)
        if node.name:
            self.bind(node.name)
        self.visit_all(node.body)
        if node.name:
            self.made_by.pop(node.name, None)

    def visit_Import(self, node):
        for alias in node.names:
            self.bind(alias.asname or alias.name.partition(".")[0])

    visit_ImportFrom = visit_Import

    def visit_MatchAs(self, node):
        self.visit_all(node.pattern)
        if node.name:
            self.bind(node.name)

    def visit_MatchStar(self, node):
        if node.name:
            self.bind(node.name)

    def visit_MatchMapping(self, node):
        self.generic_visit(node)
        if node.rest:
            self.bind(node.rest)

    def visit_ListComp(self, node):
        self.visit(node.generators[0].iter)  # as Python does, outside the comprehension
        self.hidden.append(set())
        for number, part in enumerate(node.generators):
            if number:
                self.visit(part.iter)
            self.hidden[-1] |= _stored(part.target)
            self.visit_all(_indices(part.target), part.ifs)
        for field in ("key", "value", "elt"):
            self.visit_all(getattr(node, field, None))
        self.hidden.pop()

    visit_SetComp = visit_DictComp = visit_GeneratorExp = visit_ListComp

    def visit_Lambda(self, node):
        self.visit_all(node.args.defaults, node.args.kw_defaults)
        for name in _outer_names(node):
            self.read(name)

    def visit_FunctionDef(self, node):
        self._visit_head(node)
        self.bind(node.name, _outer_names(node))

    visit_AsyncFunctionDef = visit_FunctionDef

    def _visit_head(self, node):
        """Visit what is evaluated when a function is defined."""
        arguments = node.args
        named = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
        named += [one for one in (arguments.vararg, arguments.kwarg) if one]
        self.visit_all(node.decorator_list, arguments.defaults, arguments.kw_defaults)
        self.visit_all([one.annotation for one in named], node.returns)

    def visit_ClassDef(self, node):
        self.visit_all(node.decorator_list, node.bases, [word.value for word in node.keywords])
        inner = _Kernel()
        inner.made_by, inner.bodies = dict(self.made_by), dict(self.bodies)
        inner.hidden, inner.number = self.hidden, self.number
        inner.visit_all(node.body)
        for name, origin in inner.reads.items():
            self.reads.setdefault(name, origin)
        self.bind(node.name, _outer_names(node))


def _stored(target):
    return {node.id for node in ast.walk(target) if _is_stored(node)}


def _is_stored(node):
    return isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)


def _indices(target):
    """Return what a target reads: ``names[i]`` reads both."""
    return [n for n in ast.walk(target) if isinstance(n, ast.Name) and not _is_stored(n)]


def _outer_names(node):
    """Return the names that the body of a function, a lambda or a class has from the notebook."""

    def inside(table):
        for child in table.get_children():
            yield from (
                symbol.get_name()
                for symbol in child.get_symbols()
                if symbol.is_global() and symbol.is_referenced()
            )
            yield from inside(child)

    return tuple(sorted(set(inside(symtable.symtable(ast.unparse(node), "cell", "exec")))))


def reads(cells):
    """Return for each cell the names that it has from others, and which cell made them last.

    Parameters
    ----------
    cells : sequence of Cell
        In the order in which they run.

    Returns
    -------
    dict
        ``{number of the cell: {name: number of another cell, or None}}``, without what Python and
        IPython have by themselves.
    """
    kernel = _Kernel()
    given = {*dir(builtins), "display", "get_ipython", "__name__"}
    return {
        cell.number: {
            name: origin
            for name, origin in kernel.run(cell).items()
            if origin is not None or name not in given
        }
        for cell in cells
    }


@dataclasses.dataclass(frozen=True)
class Fault:
    """A name that a cell of a plan needs and that another cell, left out, would make.

    ``has`` is the cell of the plan that made the name before, with another value, or None.
    """

    cell: Cell
    name: str
    maker: Cell | None
    has: Cell | None = None

    def __str__(self):
        maker = self.maker or "no cell above it"
        text = f"{self.cell} needs {self.name}, which {maker} makes"
        return text + (f"; it has that of {self.has}" if self.has else "")


def faults(book, cells):
    """Return what cells of a notebook lack when they run without the others.

    Parameters
    ----------
    book : Notebook
    cells : sequence of Cell
        Those of a plan, in the order of the notebook.
    """
    number = {cell.number: cell for cell in book.cells}
    whole = _whole(book)
    return [
        Fault(number[at], name, number.get(whole[at].get(name)), number.get(origin))
        for at, names in reads(cells).items()
        for name, origin in names.items()
        if origin is None or origin != whole[at][name]
    ]


@functools.lru_cache
def _whole(book):
    return reads(book.cells)


def trains(book, cell):
    """Tell whether a cell of a notebook trains a network, judged by the names of what it calls."""
    bodies = {
        node.name: set(_calls(node.body))
        for other in book.cells
        for node in ast.walk(ast.parse(other.source))
        if isinstance(node, ast.FunctionDef)
    }
    called, met = set(_calls(ast.parse(cell.source))), set()
    while called - met:
        name = (called - met).pop()
        met.add(name)
        last = name.rpartition(".")[2]
        if name in ("failures.run", "training.steps") or re.match(r"(fit|train)(_|$)", last):
            return True
        called |= bodies.get(name, set())
    return False


def _calls(node):
    """Find what is called when a node is executed, thus nothing in the body of a function."""
    if isinstance(node, list):
        for child in node:
            yield from _calls(child)
    elif not isinstance(node, ast.FunctionDef | ast.Lambda):
        if isinstance(node, ast.Call):
            yield ast.unparse(node.func)
        yield from _calls(list(ast.iter_child_nodes(node)))


# -------------------------------------------------------------------------------------- executing


def checksum(cells):
    """Return a checksum of the code of a plan: its words and minutes may change without a run."""
    return hashlib.sha256(json.dumps([cell.source for cell in cells]).encode()).hexdigest()


def stored(name):
    """Return what is known of the plans of a lesson: {"45": result, "90": result}."""
    file = RESULTS / f"{name}.json"
    return json.loads(file.read_text(encoding="utf-8")) if file.exists() else {}


def store(name, known):
    RESULTS.mkdir(exist_ok=True)
    text = json.dumps(known, indent=1, sort_keys=True, ensure_ascii=False)
    files.write(RESULTS / f"{name}.json", f"{text}\n".encode())


def execute(path, cells, first, *, label=""):
    """Execute cells of a notebook in a new kernel.

    Parameters
    ----------
    path : Path
        The notebook.
    cells : sequence of Cell
        Those of a plan, in the order of the notebook.
    first : set of int
        The numbers of those to run first.
    label : str
        What stands in the progress line.

    Returns
    -------
    dict
        ``code``, ``cells``, ``seconds``, ``first`` (the seconds of what to run first),
        ``processor``, and ``failed``, a sentence or None.
    """
    notebook = series.read(path)
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    notebook.cells = [code[cell.number - 1] for cell in cells]
    result = series.execute(notebook, path.parent, label=label)
    failed = result.error
    if failed and result.cells:
        failed = f"{cells[len(result.cells) - 1]}: {failed.partition(': ')[2]}"
    seconds = zip(cells, result.cells, strict=False)
    return {
        "code": checksum(cells),
        "cells": len(cells),
        "seconds": round(result.seconds),
        "first": round(sum(took for cell, took in seconds if cell.number in first)),
        "processor": record.machine([])["cpu"],
        "failed": failed,
    }


def main(arguments):
    parser = argparse.ArgumentParser(prog="tools.plans", description=__doc__.splitlines()[0])
    parser.add_argument("notebooks", nargs="*")
    return status_of(lambda: work(series.notebooks(parser.parse_args(arguments).notebooks)))


def work(paths):
    """Execute the plans of notebooks that changed since, or that failed, and report on all."""
    paths = [path for path in paths if (FOLDER / f"{path.stem}.md").exists()]
    paths = [path for path in paths if path in series.lessons()]  # solutions have no page
    if not paths:
        raise Stop("None of these notebooks has a page in docs/teaching.")
    known = {}
    for path in paths:
        book, text = Notebook(path), (FOLDER / f"{path.stem}.md").read_text(encoding="utf-8")
        results = known[path.stem] = stored(path.stem)
        for minutes in LENGTHS:
            try:
                rows = plan(text, minutes)
                cells, name = book.of(rows), str(minutes)
            except ValueError as error:
                raise Stop(f"docs/teaching/{path.stem}.md, {minutes} minutes: {error}.") from error
            before = results.get(name, {})
            if before.get("code") == checksum(cells) and not before["failed"]:
                continue
            without = {cell.number for cell in book.of([row for row in rows if not row.first])}
            first = {cell.number for cell in cells} - without
            results[name] = execute(path, cells, first, label=f"{path.stem} in {minutes} minutes")
            store(path.stem, results)
    say(table(known))
    failed = [
        f"{name} in {minutes} minutes: {result['failed']}"
        for name, results in known.items()
        for minutes, result in sorted(results.items())
        if result["failed"]
    ]
    if failed:
        say("\n".join(failed))
        raise Stop(f"{len(failed)} of {len(LENGTHS) * len(known)} plans do not run.")


def table(known):
    """Return a line a plan: its cells, seconds in all and of what to run first, what failed."""
    lines = ["plan | cells | seconds | run first | runs", "---|---|---|---|---"]
    for name, results in known.items():
        for minutes, found in sorted(results.items()):
            lines.append(
                f"{name} {minutes} | {found['cells']} | {found['seconds']} | {found['first']} | "
                + ("no" if found["failed"] else "yes")
            )
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
