"""The one list of modules: floors, names, and what each is for, read from the docstrings.

    python -m tools.modules        write the lists in README.md and CONTRIBUTING.md anew

The site makes its reference from the same list, and a test compares all of them with the code.
"""

import ast
import sys
from pathlib import Path

from tools import marks

ROOT = Path(__file__).resolve().parent.parent

# A module or a room (a folder) imports only from floors below its own.
FLOORS = {
    "ganlab": [
        ["_tensorflow", "files", "images", "latents"],
        ["layers"],
        ["losses", "metrics", "models", "penalties", "plotting", "similarity"],
        ["callbacks", "checkpoints", "datasets", "training"],
        ["diagnosis", "evaluation", "inversion", "recipes"],
        ["runs"],
        ["__main__"],
    ],
    "classroom": [
        ["bands", "tables"],
        ["failures"],
        ["exercises", "widgets"],
    ],
}


def public(package):
    """Return the modules and rooms of a package that its users import, by floor, then by name."""
    names = (name for floor in FLOORS[package] for name in sorted(floor))
    return [name for name in names if not name.startswith("_")]


def source(package, name):
    """Return the file of a module, or the face of a room."""
    module = ROOT / package / f"{name}.py"
    return module if module.exists() else ROOT / package / name / "__init__.py"


def purpose(path):
    """Return what a module is for: the first line of its docstring, without the full stop."""
    first = (ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or "").split("\n")[0]
    return first.removesuffix(".")


def table(package):
    """Return the list of a package's modules as rows of a Markdown table."""
    rows = [f"| `{name}` | {purpose(source(package, name))} |" for name in public(package)]
    return "\n".join([f"| `{package}` | |", "|---|---|", *rows])


def floors(package):
    """Return who stands on which floor as a Markdown table, lowest floor first."""
    rows = [
        f"| {number} | {' '.join(f'`{name}`' for name in sorted(names))} |"
        for number, names in enumerate(FLOORS[package])
    ]
    return "\n".join([f"| floor | of `{package}` |", "|---|---|", *rows])


def reference(package):
    """Return the list as Sphinx's autosummary, which makes a page of each module."""
    rows = [f"   ~{package}.{name}" for name in public(package)]
    options = ["```{eval-rst}", ".. autosummary::", "   :toctree: api", "   :recursive:", ""]
    return "\n".join([*options, *rows, "```"])


LISTS = {"README.md": table, "CONTRIBUTING.md": floors}


def filled(text, make):
    """Return a text in which `make` has written the list of each package between its marks."""
    for package in FLOORS:
        text = marks.filled(text, f"modules of {package}", make(package))
    return text


def main():
    for name, make in LISTS.items():
        path = ROOT / name
        path.write_text(filled(path.read_text("utf-8"), make), encoding="utf-8", newline="\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
