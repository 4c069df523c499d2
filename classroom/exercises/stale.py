"""Tells an answer from one that was left in its variable by another exercise.

Exercises of a notebook use the same names: ``guess`` is asked for in 02.1 and in 02.6. Whoever
checks 02.6 without running its own cell would hand over the answer to 02.1, and that number would
stay as the first prediction. So a kernel remembers of each name which exercise was checked with it,
in which cell, and which object it held. The same object under the same name counts for another
exercise once a cell that gives the name a value was executed after that check. IPython keeps what
was executed in ``In``.

A number that is written into the call has no name and cannot be left over; outside IPython nothing
is known and nothing refused. An answer that nobody checked cannot be told from a new one.
"""

import ast
import dataclasses
import re

from IPython import get_ipython

_taken = {}  # by name of a variable: what was last checked under it


@dataclasses.dataclass(frozen=True)
class _Taken:
    exercise: str
    cell: int
    value: object


def left_over(exercise, answers):
    """Tell which answer was left by another exercise, and remember these answers.

    Parameters
    ----------
    exercise : str
        Such as ``"02.6"``.
    answers : sequence
        What its check was given.

    Returns
    -------
    (str, str) or None
        The variable and the exercise that its value was checked for.
    """
    cells = _cells()
    names = _names(cells[-1], exercise) if cells else []
    if len(names) != len(answers):
        return None
    here = len(cells) - 1
    for name, value in zip(names, answers, strict=True):
        before = _taken.get(name)
        if (
            before is not None
            and before.exercise != exercise
            and before.value is value
            and before.cell < here  # in one cell nothing tells what came between
            and not any(_gives(cell, name) for cell in cells[before.cell + 1 :])
        ):
            return name, before.exercise
    for name, value in zip(names, answers, strict=True):
        if name is not None:
            _taken[name] = _Taken(exercise, here, value)
    return None


def _cells():
    """Return what this kernel has executed, the cell that runs now last; empty outside one."""
    shell = get_ipython()
    return list(shell.user_ns.get("In", ())) if shell is not None else []


def _names(cell, exercise):
    """Return the variables in the call ``check(exercise, ...)`` of a cell, None for no variable."""
    for node in ast.walk(_tree(cell)):
        if isinstance(node, ast.Call) and node.args and ast.unparse(node.func).endswith("check"):
            first, *given = node.args
            if isinstance(first, ast.Constant) and first.value == exercise:
                return [part.id if isinstance(part, ast.Name) else None for part in given]
    return []


def _gives(cell, name):
    """Tell whether a cell gives a value to a variable, or changes what it holds."""
    tree = _tree(cell)
    for node in ast.walk(tree):
        match node:
            case ast.Name(id=found, ctx=ast.Store()):
                pass
            case ast.FunctionDef(name=found) | ast.AsyncFunctionDef(name=found):
                pass
            case ast.ClassDef(name=found):
                pass
            case ast.alias(name=whole, asname=other):
                found = other or whole.split(".")[0]
            case ast.Subscript(value=ast.Name(id=found), ctx=ast.Store()):
                pass
            case ast.Attribute(value=ast.Name(id=found)):
                pass  # order.append, order.reverse: what a method does is not known
            case ast.Call(func=ast.Attribute(attr="run_cell_magic")):
                # The cell under %%time is a text here.
                found = name if re.search(rf"\b{name}\b", ast.unparse(node)) else None
            case _:
                continue
        if found == name:
            return True
    return False


def _tree(cell):
    try:
        return ast.parse(cell)
    except (SyntaxError, ValueError):
        return ast.Module([], [])
