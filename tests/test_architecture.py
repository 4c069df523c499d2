"""The shape of the house: who imports whom, what a module says of itself, what loads TensorFlow."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

from tools import modules

ROOT = Path(__file__).parents[1]
PACKAGES = sorted(modules.FLOORS)
MODULES = sorted(
    path
    for package in PACKAGES
    for path in (ROOT / package).rglob("*.py")
    if path != ROOT / package / "__init__.py"
)


def dotted(path):
    """Returns the full name of a module: ganlab.similarity, or ganlab.similarity.content."""
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


EVERY_MODULE = pytest.mark.parametrize("path", MODULES, ids=dotted)
EVERY_PACKAGE = pytest.mark.parametrize("package", PACKAGES)


def imported(tree):
    """Yields the dotted name of every module that a tree imports, wherever it does so."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"line {node.lineno}: a relative import"
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def rooms(package):
    """Returns the modules and folders that lie in a package."""
    inside = (ROOT / package).iterdir()
    files = {path.stem for path in inside if path.suffix == ".py"} - {"__init__"}
    return files | {path.parent.name for path in (ROOT / package).glob("*/__init__.py")}


def siblings(tree, package):
    """Returns the modules and rooms of a package that a tree imports."""
    names = {name.split(".")[1] for name in imported(tree) if name.startswith(f"{package}.")}
    return names & rooms(package)


def test_the_check_of_imports_sees_every_form_of_import():
    source = (
        "from ganlab import images, latents as vectors\nimport ganlab.models\n"
        "def f():\n    from ganlab.losses import hinge\n    import ganlab.training as t\n"
        "    from ganlab.similarity.content import content_similarity\n"
    )
    found = {"images", "latents", "models", "losses", "training", "similarity"}
    assert siblings(ast.parse(source), "ganlab") == found


@EVERY_PACKAGE
def test_every_room_has_one_floor_and_every_floor_names_rooms(package):
    named = [name for floor in modules.FLOORS[package] for name in floor]
    assert len(named) == len(set(named)), "a room on two floors"
    assert set(named) == rooms(package)


def test_the_house_stays_small_enough_to_find_things_in():
    flat = [path for path in (ROOT / "ganlab").glob("*.py") if path.stem != "__init__"]
    assert len(flat) <= 20


@EVERY_MODULE
def test_imports_go_down(path):
    package, room = dotted(path).split(".")[:2]
    below = set()
    for floor in modules.FLOORS[package]:
        if room in floor:
            break
        below |= set(floor)
    own = {room} if path.parent != ROOT / package else set()
    assert siblings(ast.parse(path.read_text(encoding="utf-8")), package) <= below | own


@EVERY_MODULE
def test_the_package_knows_nothing_of_the_classroom(path):
    roots = {name.split(".")[0] for name in imported(ast.parse(path.read_text(encoding="utf-8")))}
    outside = {"benchmarks", "tools", "tests", "tasks"}
    if dotted(path).startswith("ganlab."):
        outside |= {"classroom"}
    assert not roots & outside


@EVERY_MODULE
def test_only_one_module_imports_tensorflow(path):
    names = set(imported(ast.parse(path.read_text(encoding="utf-8"))))
    if dotted(path) != "ganlab._tensorflow":
        assert not {name.split(".")[0] for name in names} & {"tensorflow", "keras"}
    if not dotted(path).startswith("ganlab."):
        assert "ganlab._tensorflow" not in names, "write `from ganlab import keras, tf`"


@EVERY_MODULE
def test_a_module_has_one_idea(path):
    assert path.stem not in {"utils", "util", "helpers", "common", "misc"}


@pytest.mark.parametrize("name", modules.LISTS)
def test_the_lists_of_modules_are_made_from_the_docstrings(name):
    text = (ROOT / name).read_text(encoding="utf-8")
    assert all(f"<!-- modules of {package} -->" in text for package in PACKAGES)
    assert modules.filled(text, modules.LISTS[name]) == text, "run python -m tools.modules"


@EVERY_MODULE
def test_a_module_says_what_it_is_and_a_room_what_it_offers(path):
    """`__all__` is for modules on a floor of their own and for the faces of rooms.

    Inside a room a name without an underscore is for the room; its face says what leaves it.
    """
    tree = ast.parse(path.read_text(encoding="utf-8"))
    assert ast.get_docstring(tree)
    offered = [
        ast.literal_eval(node.value)
        for node in tree.body
        if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", None) == "__all__"
    ]
    inside = path.parent.parent != ROOT and path.name != "__init__.py"
    assert len(offered) == (0 if inside or path.stem == "__main__" else 1)
    for names in offered:
        assert set(names) <= {name for node in tree.body for name in names_bound(node)}
        assert set(public_definitions(tree)) <= set(names), "public by its name but not in __all__"


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

for name in ("", ".images", ".latents", ".metrics", ".plotting", ".datasets"):
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
