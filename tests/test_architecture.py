"""The shape of the package: who imports whom, how large a module is, what loads TensorFlow."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parent.parent / "ganlab"

# A module imports only from floors below its own. The reasons stand in CONTRIBUTING.md.
FLOORS = [
    {"_tensorflow", "files", "handwriting", "images", "latents", "neighbours"},
    {
        "bands",
        "layers",
        "losses",
        "metrics",
        "pairs",
        "penalties",
        "plotting",
        "points",
        "readers",
        "records",
        "windows",
    },
    {"diagnosis", "downloads", "models", "reports", "similarity"},
    {"checkpoints", "datasets", "monitoring", "training"},
    {"callbacks", "features", "inversion", "recipes"},
    {"evaluation", "runs"},
    {"__main__", "exercises", "failures", "widgets"},
]
FLOOR = {name: number for number, names in enumerate(FLOORS) for name in names}
# A folder within the package is one room on its floor: widgets/ and exercises/.
MODULES = sorted(path for path in PACKAGE.rglob("*.py") if path != PACKAGE / "__init__.py")


def dotted(path):
    """Returns the name of a module within the package: similarity, or widgets.dashboard."""
    return ".".join(path.relative_to(PACKAGE).with_suffix("").parts).removesuffix(".__init__")


EVERY_MODULE = pytest.mark.parametrize("path", MODULES, ids=dotted)


def imported(tree):
    """Yields the dotted name of every module that a tree imports, wherever it does so."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"line {node.lineno}: a relative import"
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def siblings(tree):
    """Returns the names of the modules of ganlab that a tree imports."""
    names = {name.split(".")[1] for name in imported(tree) if name.startswith("ganlab.")}
    return {
        name for name in names if any((PACKAGE / f).exists() for f in (f"{name}.py", name))
    }


def test_the_check_of_imports_sees_every_form_of_import():
    source = (
        "from ganlab import images, latents as vectors\nimport ganlab.models\n"
        "def f():\n    from ganlab.losses import hinge\n    import ganlab.training as t\n"
    )
    assert siblings(ast.parse(source)) == {"images", "latents", "models", "losses", "training"}


@EVERY_MODULE
def test_imports_go_down(path):
    room = dotted(path).split(".")[0]
    assert room in FLOOR, f"give {room} a floor in this test and in CONTRIBUTING.md"
    reachable = {name for name in FLOOR if FLOOR[name] < FLOOR[room]}
    if path.parent != PACKAGE:
        reachable |= {room}
    assert siblings(ast.parse(path.read_text(encoding="utf-8"))) <= reachable


@EVERY_MODULE
def test_only_one_module_imports_tensorflow(path):
    if path.stem == "_tensorflow":
        return
    tree = ast.parse(path.read_text(encoding="utf-8"))
    roots = {name.split(".")[0] for name in imported(tree)}
    assert not roots & {"tensorflow", "keras"}, "write `from ganlab._tensorflow import keras, tf`"


def lines_of_code(source):
    """Counts the lines that hold code: docstrings, comments and blank lines are for the reader."""
    tree = ast.parse(source)
    docstrings = {
        line
        for node in ast.walk(tree)
        if isinstance(node, ast.Expr)
        and isinstance(node.value, ast.Constant)
        and isinstance(node.value.value, str)
        for line in range(node.lineno, node.end_lineno + 1)
    }
    return sum(
        number not in docstrings and bool(line.strip()) and not line.strip().startswith("#")
        for number, line in enumerate(source.splitlines(), 1)
    )


@EVERY_MODULE
def test_a_module_has_one_responsibility(path):
    assert lines_of_code(path.read_text(encoding="utf-8")) <= 260
    assert path.stem not in {"utils", "util", "helpers", "common", "misc"}


@EVERY_MODULE
def test_a_module_says_what_it_is_and_what_it_offers(path):
    tree = ast.parse(path.read_text(encoding="utf-8"))
    assert ast.get_docstring(tree)
    if path.stem == "__main__":
        return
    offered = [
        ast.literal_eval(node.value)
        for node in tree.body
        if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", None) == "__all__"
    ]
    assert len(offered) == 1, "expected one __all__"
    defined = {name for node in tree.body for name in names_bound(node)}
    assert set(offered[0]) <= defined
    missing = {name for name in public_definitions(tree) if name not in offered[0]}
    assert not missing, "public by its name but not in __all__"


def names_bound(node):
    """Yields the names that a statement at the top of a module binds."""
    if isinstance(node, ast.FunctionDef | ast.ClassDef):
        yield node.name
    elif isinstance(node, ast.Import | ast.ImportFrom):
        yield from ((alias.asname or alias.name).split(".")[0] for alias in node.names)
    elif isinstance(node, ast.With | ast.If | ast.Try):
        for inner in node.body:
            yield from names_bound(inner)
    else:
        yield from (
            inner.id
            for inner in ast.walk(node)
            if isinstance(inner, ast.Name) and isinstance(inner.ctx, ast.Store)
        )


def public_definitions(tree):
    """Yields the functions and classes of a module whose names have no underscore in front."""
    for node in tree.body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and not node.name.startswith("_"):
            yield node.name


def test_what_needs_no_tensorflow_loads_none():
    program = """
import importlib, runpy, sys

def check(what):
    assert not {"tensorflow", "keras"} & set(sys.modules), f"{what} loads TensorFlow"

for name in ("", ".images", ".latents", ".metrics", ".points", ".plotting", ".datasets"):
    importlib.import_module("ganlab" + name)
    check("ganlab" + name)
for arguments in (["--help"], ["train", "--help"], ["--version"]):
    sys.argv = ["ganlab"] + arguments
    try:
        runpy.run_module("ganlab", run_name="__main__")
    except SystemExit as end:
        assert not end.code, (arguments, end.code)
    check(f"python -m ganlab {arguments}")
from ganlab import datasets
datasets.load("digits")
check("loading the digits")
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
