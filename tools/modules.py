"""The one list of modules: floors, names, and what each is for, read from the docstrings.

    python -m tools.modules        write the lists in README.md and CONTRIBUTING.md anew

The site makes its reference from the same list, and a test compares all of them with the code.
"""

import ast
import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

# A module or a room (a folder) imports only from floors below its own.
FLOORS = {
    "ganlab": [
        ["_tensorflow", "files", "images", "latents"],
        ["losses", "metrics", "models", "penalties", "plotting", "similarity"],
        ["callbacks", "checkpoints", "datasets", "training"],
        ["diagnosis", "evaluation", "inversion", "recipes"],
        ["runs"],
        ["__main__"],
    ],
    "classroom": [
        ["bands", "failures"],
        ["exercises", "widgets"],
    ],
}


def public(package):
    """Returns the modules and rooms of a package that its users import, by floor, then by name."""
    names = (name for floor in FLOORS[package] for name in sorted(floor))
    return [name for name in names if not name.startswith("_")]


def source(package, name):
    """Returns the file of a module, or the face of a room."""
    module = ROOT / package / f"{name}.py"
    return module if module.exists() else ROOT / package / name / "__init__.py"


def purpose(path):
    """Returns what a module is for: the first line of its docstring, without the full stop."""
    first = (ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or "").split("\n")[0]
    return first.removesuffix(".")


def table(package):
    """Returns the list of a package's modules as rows of a Markdown table."""
    rows = [f"| `{name}` | {purpose(source(package, name))} |" for name in public(package)]
    return "\n".join([f"| `{package}` | |", "|---|---|", *rows])


def floors(package):
    """Returns who stands on which floor as a Markdown table, lowest floor first."""
    rows = [
        f"| {number} | {' '.join(f'`{name}`' for name in sorted(names))} |"
        for number, names in enumerate(FLOORS[package])
    ]
    return "\n".join([f"| floor | of `{package}` |", "|---|---|", *rows])


def reference(package):
    """Returns the list as Sphinx's autosummary, which makes a page of each module."""
    rows = [f"   ~{package}.{name}" for name in public(package)]
    options = ["```{eval-rst}", ".. autosummary::", "   :toctree: api", "   :recursive:", ""]
    return "\n".join([*options, *rows, "```"])


LISTS = {"README.md": table, "CONTRIBUTING.md": floors}


def filled(text, make):
    """Returns a text whose lists between ``<!-- modules of NAME -->`` marks are made anew."""

    def fill(match):
        return f"{match[1]}\n{make(match[2])}\n{match[3]}"

    marks = r"(<!-- modules of (\w+) -->)\n.*?(<!-- end of modules -->)"
    return re.sub(marks, fill, text, flags=re.DOTALL)


def main():
    for name, make in LISTS.items():
        path = ROOT / name
        path.write_text(filled(path.read_text("utf-8"), make), encoding="utf-8", newline="\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
