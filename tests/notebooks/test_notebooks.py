"""The house rules for notebooks (CONTRIBUTING.md), and that a changed output is noticed.

These tests read the files; the outputs themselves are compared by `pytest --nbval`.
"""

import ast
import difflib
import getpass
import itertools
import json
import re
import socket
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from nbval.plugin import get_sanitize_patterns

from tools import prose, series, shake

ROOT = Path(__file__).parents[2]
SOLUTIONS = ROOT / "notebooks" / "solutions"
PATHS = series.notebooks()
BOOKS = {path: json.loads(path.read_text(encoding="utf-8")) for path in PATHS}
LESSONS = [path for path in PATHS if path.parent != SOLUTIONS]
EVERY_NOTEBOOK = pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)
EVERY_LESSON = pytest.mark.parametrize("path", LESSONS, ids=lambda path: path.stem)


def source(cell):
    return "".join(cell["source"])


def code_cells(path):
    return [cell for cell in BOOKS[path]["cells"] if cell["cell_type"] == "code"]


def tags(cell):
    return cell["metadata"].get("tags", [])


def text_of(path):
    cells = BOOKS[path]["cells"]
    return "\n\n".join(source(cell) for cell in cells if cell["cell_type"] == "markdown")


def parse(cell):
    """Returns the syntax tree of a cell, without its magics and shell commands."""
    lines = (re.sub(r"^(\s*)[%!].*", r"\1pass", line) for line in source(cell).splitlines())
    return ast.parse("\n".join(lines))


# -------------------------------------------------------------------------------- the whole series


def test_the_series_is_numbered_in_order():
    """Parts I and II without gaps; the landmarks are written as they come."""
    numbers = [path.name[:2] for path in LESSONS]
    assert numbers[:8] == [f"{n:02}" for n in range(1, 9)]
    assert numbers == sorted(set(numbers))
    names = {path.name for path in LESSONS}
    assert {path.name for path in PATHS if path.parent == SOLUTIONS} <= names
    elsewhere = {
        path for path in (ROOT / "notebooks").rglob("*.ipynb") if ".ipynb_" not in str(path)
    }
    assert elsewhere == set(PATHS), "a notebook whose name is not NN_topic.ipynb"


# ---------------------------------------------------------------------------- what was stored, how


@EVERY_NOTEBOOK
def test_every_cell_was_executed_in_order(path):
    cells = code_cells(path)
    assert all(source(cell).strip() for cell in cells), "an empty code cell"
    assert [cell["execution_count"] for cell in cells] == list(range(1, len(cells) + 1))


@EVERY_NOTEBOOK
def test_nothing_went_wrong_while_it_was_executed(path):
    for cell in code_cells(path):
        for output in cell["outputs"]:
            assert output.get("name") != "stderr", source(cell)
            assert output["output_type"] != "error" or "raises-exception" in tags(cell), source(
                cell
            )


@EVERY_NOTEBOOK
def test_a_cell_that_should_fail_did(path):
    for cell in code_cells(path):
        if "raises-exception" in tags(cell):
            assert any(output["output_type"] == "error" for output in cell["outputs"]), source(cell)


@EVERY_NOTEBOOK
def test_it_was_stored_by_tasks_py(path):
    """Outputs written by an editor carry times, widget state or the author's kernel."""
    book = nbformat.read(path, as_version=4)
    nbformat.validate(book)
    assert (book.nbformat, book.nbformat_minor) >= (4, 5)
    ids = [cell.id for cell in book.cells]
    assert len(set(ids)) == len(ids)
    stored = nbformat.writes(book) + "\n"
    series.clean(book)
    assert nbformat.writes(book) + "\n" == stored
    assert path.read_text(encoding="utf-8") == stored
    assert book.metadata.kernelspec.name == "python3"


@EVERY_NOTEBOOK
def test_outputs_name_no_folder_and_no_machine(path):
    private = [re.escape(str(ROOT)), re.escape(str(Path.home())), "site-packages", r"\.venv"]
    private += [
        re.escape(name) for name in (socket.gethostname(), getpass.getuser()) if len(name) > 4
    ]
    private += [
        r"(?<![\w.])/(?:home|root|tmp|usr|Users|var|private|opt|mnt|work)/",
        r"\b[A-Z]:\\\\",
    ]
    private += [r"0x[0-9a-f]{8,}", r"\bip-\d+-\d+", r"https?://(?!arxiv\.org|doi\.org)"]
    pattern = re.compile("|".join(private))
    for cell in code_cells(path):
        for output in cell["outputs"]:
            kept = {key: value for key, value in output.items() if key != "data"}
            kept |= {
                mime: value
                for mime, value in output.get("data", {}).items()
                if mime not in ("image/png", "image/jpeg", "image/gif")
            }
            if output["output_type"] == "error":  # the end of a path within the project
                kept["traceback"] = "".join(kept["traceback"]).replace("site-packages/", "")
            found = pattern.search(json.dumps(kept, ensure_ascii=False))
            assert not found, f"{found[0]!r} in the output of {source(cell)}"


@EVERY_NOTEBOOK
def test_it_is_small(path):
    assert path.stat().st_size < 1_500_000


# --------------------------------------------------------------------------------- what nbval sees

IGNORED = {"nbval-ignore-output", "nbval-skip", "pytest-validate-ignore-output"}


def is_compared(cell):
    comments = {
        line.strip().lstrip("#").strip().lower().replace("_", "-")
        for line in source(cell).splitlines()
        if line.strip().startswith("#")
    }
    return not IGNORED & (comments | set(tags(cell)))


def prints(cell):
    """Tells whether a cell gives something besides pictures, which nbval does not compare."""
    for output in cell["outputs"]:
        if output["output_type"] in ("stream", "error"):
            return True
        mimes = set(output["data"]) - {"image/png", "image/jpeg"}
        if mimes - {"text/plain"} or not "".join(output["data"]["text/plain"]).startswith(
            "<Figure"
        ):
            return True
    return False


@EVERY_NOTEBOOK
def test_most_of_what_is_printed_is_compared(path):
    printing = [cell for cell in code_cells(path) if prints(cell)]
    compared = [cell for cell in printing if is_compared(cell)]
    assert len(printing) >= 3, "a notebook that prints nothing proves nothing"
    assert len(compared) >= 0.7 * len(printing)
    assert not any("nbval-skip" in tags(cell) for cell in code_cells(path)), (
        "skipped: never executed"
    )


@EVERY_NOTEBOOK
def test_a_printed_number_has_few_decimals(path):
    """More than four decimals differ from one processor to another (CONTRIBUTING.md)."""
    for cell in code_cells(path):
        for output in cell["outputs"]:
            if is_compared(cell) and output["output_type"] == "stream":
                long = re.search(r"(?<![\w.])-?\d+\.\d{7,}", "".join(output["text"]))
                assert not long, f"{long[0]} printed by {source(cell)}"


# ----------------------------------------------------------------------------------------- anatomy


@EVERY_LESSON
def test_the_first_cell_says_what_to_expect(path):
    first = nbformat.read(path, as_version=4).cells[0].source
    header = prose.read_header(nbformat.read(path, as_version=4))
    assert header.title, "# Title"
    assert header.question.endswith("?"), "**Question.** ...?"
    assert len(header.objectives) >= 2, "**You will** and a list"
    assert header.before, "**Before this:** ..."
    assert 10 <= header.minutes <= 180 and header.seconds <= 180, "**Time:** about N minutes ..."
    assert header.last_figure, "**The last figure** ..."
    for label in ("Question", "You will", "Before this", "Time", "The last figure"):
        assert re.search(rf"\n\n\*\*{label}\b", first), f"an empty line before {label}"


@EVERY_LESSON
def test_its_parameters_are_literals_in_one_cell(path):
    cells = [cell for cell in code_cells(path) if "parameters" in tags(cell)]
    assert len(cells) == 1
    statements = parse(cells[0]).body
    assert statements
    for statement in statements:
        assert isinstance(statement, ast.Assign), ast.unparse(statement)
        ast.literal_eval(statement.value)


@EVERY_LESSON
def test_it_proves_what_it_derives(path):
    proofs = [cell for cell in code_cells(path) if "proof" in tags(cell)]
    assert len(proofs) >= 3
    for cell in proofs:
        calls = {
            ast.unparse(node.func) for node in ast.walk(parse(cell)) if isinstance(node, ast.Call)
        }
        asserts = any(isinstance(node, ast.Assert) for node in ast.walk(parse(cell)))
        assert asserts or any("assert_" in call for call in calls), source(cell)
        constant = [
            node
            for node in ast.walk(parse(cell))
            if isinstance(node, ast.Assert) and isinstance(node.test, ast.Constant)
        ]
        assert not constant, "an assert that cannot fail"


@EVERY_LESSON
def test_it_ends_with_key_points_exercises_and_references(path):
    headings = re.findall(r"^## (.+?)\s*$", text_of(path), re.MULTILINE)
    end = [heading for heading in headings[-4:] if heading != "Going further"]
    assert end[-3:] == ["Key points", "Exercises", "References"], headings
    assert "Going further" not in headings[:-2] and headings[-1] == "References"
    references = text_of(path).split("\n## References", 1)[1]
    assert re.search(r"\b\d{4}\.\d{4,5}\b", references), "an arXiv number"
    exercises = text_of(path).split("\n## Exercises", 1)[1].split("\n## ", 1)[0]
    assert len(exercises.split()) >= 40


@EVERY_NOTEBOOK
def test_cells_are_short(path):
    for cell in code_cells(path):
        imports = sum(
            node.end_lineno - node.lineno + 1
            for node in parse(cell).body
            if isinstance(node, ast.Import | ast.ImportFrom)
        )
        assert len(source(cell).strip().splitlines()) - imports <= 25, source(cell)


@EVERY_LESSON
def test_a_lesson_has_50_to_100_cells_beside_widgets_and_exercises(path):
    cells = BOOKS[path]["cells"]
    before = next(i for i, cell in enumerate(cells) if source(cell).startswith("## Exercises"))
    count = sum("widget" not in tags(cell) for cell in cells[:before]) + 1  # and the references
    assert 50 <= count <= 101


# ------------------------------------------------------------------------------------- one sitting


@EVERY_LESSON
def test_a_lesson_is_one_sitting(path):
    cells = BOOKS[path]["cells"]
    lesson = cells[: next(i for i, cell in enumerate(cells) if "## Exercises" in source(cell))]
    text = [source(cell) for cell in lesson if cell["cell_type"] == "markdown"]
    code = [source(cell) for cell in lesson if cell["cell_type"] == "code"]
    assert len(lesson) <= 70 and len(cells) <= 110
    assert sum(len(words.split()) for words in text) <= 3500
    assert sum(bool(line.strip()) for lines in code for line in lines.splitlines()) <= 450


@EVERY_LESSON
def test_results_are_numbers(path):
    printed = "\n".join(
        "".join(output.get("text", "")) for cell in code_cells(path) for output in cell["outputs"]
    )
    assert len(re.findall(r"True$", printed, re.MULTILINE)) <= 5


@EVERY_LESSON
def test_a_prediction_has_a_place_and_an_answer_behind_a_click(path):
    lesson = text_of(path).split("\n## Exercises", 1)[0]
    for part in lesson.split("**Predict.**")[1:]:
        assert "*Your prediction (double-click here and write):*" in part, part
        asked, _, answer = part.partition("<details><summary>Answer</summary>")
        assert answer and "</details>" in answer, asked


@EVERY_LESSON
def test_code_fits_the_page(path):
    long = [line for cell in code_cells(path) for line in source(cell).splitlines() if line[88:]]
    assert not long


@EVERY_NOTEBOOK
def test_links_and_pictures_of_the_text_exist(path):
    for target in re.findall(r"\]\(([^)\s]+)\)|src=\"([^\"]+)\"", text_of(path)):
        address = "".join(target).split("#")[0]
        if address and not re.match(r"[a-z]+:", address):
            assert (path.parent / address).exists(), address


# ---------------------------------------------------------------------------- one home for a thing


PACKAGE = [
    node
    for module in sorted((ROOT / "ganlab").rglob("*.py"))
    for node in ast.parse(module.read_text(encoding="utf-8")).body
]
LISTS = [node.value for node in PACKAGE if ast.unparse(node).startswith("__all__ = ")]
PUBLIC_NAMES = {name for value in LISTS for name in ast.literal_eval(value)}


def definitions(path):
    """Yields the functions and classes that a notebook defines, at any depth."""
    for cell in code_cells(path):
        for node in ast.walk(parse(cell)):
            if isinstance(node, ast.FunctionDef | ast.ClassDef):
                yield node


@EVERY_NOTEBOOK
def test_it_defines_no_public_name_of_the_package_again(path):
    methods = {
        inner
        for cell in code_cells(path)
        for node in ast.walk(parse(cell))
        if isinstance(node, ast.ClassDef)
        for inner in node.body
    }
    assert not {node.name for node in definitions(path) if node not in methods} & PUBLIC_NAMES


@EVERY_NOTEBOOK
def test_it_uses_nothing_that_begins_with_an_underscore(path):
    for cell in code_cells(path):
        for node in ast.walk(parse(cell)):
            if isinstance(node, ast.Import | ast.ImportFrom):
                used = [getattr(node, "module", None) or "", *(alias.name for alias in node.names)]
            else:
                used = [node.attr] if isinstance(node, ast.Attribute) else []
            parts = [part for name in used for part in name.split(".")]
            assert not [
                part for part in parts if part.startswith("_") and not part.endswith("__")
            ], source(cell)


@EVERY_NOTEBOOK
def test_it_gives_no_other_meaning_to_what_it_imports(path):
    trees = [parse(cell) for cell in code_cells(path)]
    imported = {
        (alias.asname or alias.name).split(".")[0]
        for tree in trees
        for node in ast.walk(tree)
        if isinstance(node, ast.Import | ast.ImportFrom)
        for alias in node.names
    }
    stored = set()
    for tree in trees:
        stack = list(tree.body)
        while stack:  # the names of the notebook itself, not those inside functions
            node = stack.pop()
            if isinstance(node, ast.FunctionDef | ast.ClassDef):
                stored.add(node.name)
            elif not isinstance(node, ast.Lambda | ast.GeneratorExp | ast.ListComp | ast.DictComp):
                if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
                    stored.add(node.id)
                stack += ast.iter_child_nodes(node)
    assert not stored & imported


class Plain(ast.NodeTransformer):
    """Gives a function and its variables numbers for names; drops docstring and annotations."""

    def __init__(self):
        self.names = {}

    def number(self, name):
        return self.names.setdefault(name, f"v{len(self.names)}")

    def visit_FunctionDef(self, node):
        if ast.get_docstring(node) is not None:
            node.body = node.body[1:] or [ast.Pass()]
        node.name, node.returns = self.number(node.name), None
        return self.generic_visit(node)

    def visit_arg(self, node):
        node.arg = self.number(node.arg)
        node.annotation = None
        return node

    def visit_Name(self, node):
        if isinstance(node.ctx, ast.Store) or node.id in self.names:
            node.id = self.number(node.id)
        return node


def words(text):
    """Returns the words and signs of a function, whatever its names are."""
    return re.findall(r"\w+|[^\w\s]", ast.unparse(Plain().visit(ast.parse(text).body[0])))


def likeness(one, other):
    """Returns how much of two lists of words is the same, 0 to 1."""
    match = difflib.SequenceMatcher(None, one, other, autojunk=False)
    return match.ratio() if match.quick_ratio() > 0.9 else 0.0


def written_functions():
    """Returns (where, words) of every function of the lessons, and of those the package offers.

    What is shorter than 20 words is nobody's invention, and an exercise may be a stub.
    """
    nodes = [(path.stem, node) for path in LESSONS for node in definitions(path)]
    nodes += [("ganlab", node) for node in PACKAGE if getattr(node, "name", "") in PUBLIC_NAMES]
    functions = [
        (f"{where}: {node.name}", words(ast.unparse(node)))
        for where, node in nodes
        if isinstance(node, ast.FunctionDef)
    ]
    return [(where, text) for where, text in functions if len(text) >= 20]


def test_likeness_sees_through_other_names():
    one = "def norm(x):\n    'Doc.'\n    s = 0\n    for v in x:\n        s += v * v\n    return s"
    same = "def length2(values):\n    n = 0\n    for e in values:\n        n += e * e\n    return n"
    other = "def mean(x):\n    return sum(x) / len(x)"
    assert words(one) == words(same) != words(other)
    assert likeness(words(one), words(same)) == 1
    assert likeness(words(one), words(other)) == 0


def test_no_function_is_written_twice():
    seen = {}
    for where, text in written_functions():
        seen.setdefault(tuple(text), []).append(where)
    twice = [places for places in seen.values() if len(places) > 1]
    notebooks = [places for places in twice if any(not p.startswith("ganlab") for p in places)]
    assert not notebooks, f"put it into ganlab and import it: {notebooks}"


@pytest.mark.slow
def test_no_long_function_is_written_almost_twice():
    long = [(where, text) for where, text in written_functions() if len(text) >= 60]
    for (where, one), (elsewhere, other) in itertools.combinations(long, 2):
        if not where.startswith("ganlab"):
            assert likeness(one, other) < 0.9, f"{where}, {elsewhere}; import it from ganlab"


# -------------------------------------------------------------------------- on other processors


@EVERY_NOTEBOOK
def test_it_was_shaken_since_its_code_changed(path):
    missing = set(shake.MODES) - {"AVX2"} - set(shake.stored(path)["runs"])
    assert not missing, f"python3 tasks.py shake {path.name[:2]}"


@EVERY_NOTEBOOK
def test_its_claims_hold_with_a_margin(path):
    assert shake.red(shake.stored(path)) == []


# --------------------------------------------------------------------------- the comparison itself


def compare(path):
    """Runs the strict comparison on one notebook, with the settings of this project."""
    command = [sys.executable, "-m", "pytest", "--nbval", "-c", str(ROOT / "pyproject.toml")]
    command += ["--rootdir", str(ROOT), "-p", "conftest", "-p", "no:cacheprovider", str(path)]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True)


@pytest.mark.slow
def test_a_changed_number_is_noticed(tmp_path):
    path = tmp_path / "01_toy.ipynb"
    cells = ["x = 6 * 7\nprint('the answer is', x)", "x / 8", "print('share ≈ 0.25 of 4')"]
    book = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(text) for text in cells])
    result = series.execute(book, tmp_path)
    assert result.error is None
    series.clean(book)
    series.write(book, path)
    untouched = compare(path)
    assert "3 passed" in untouched.stdout, untouched.stdout

    text = path.read_text(encoding="utf-8")
    assert text.count("the answer is 42") == 1 and text.count("5.25") == 1
    for old, new in (("the answer is 42", "the answer is 43"), ("5.25", "5.26")):
        path.write_text(text.replace(old, new), encoding="utf-8")
        changed = compare(path)
        assert changed.returncode == 1 and "1 failed, 2 passed" in changed.stdout, changed.stdout
        assert new in changed.stdout
    path.write_text(text.replace("≈ 0.25", "≈ 0.31"), encoding="utf-8")
    assert "3 passed" in compare(path).stdout


def test_only_the_number_after_the_sign_is_masked():
    """The file that `conftest.py` gives to nbval, applied as nbval applies it."""
    text = (ROOT / "tests" / "notebooks" / "approximate.cfg").read_text(encoding="utf-8")
    ((pattern, blank),) = get_sanitize_patterns(text)

    def seen(line):
        return re.sub(pattern, blank, line)

    same = (
        ("share kept ≈ 0.04", "share kept ≈ 0.05"),
        ("share kept ≈ 9.8 percent", "share kept ≈ 12.25 percent"),
        ("| ≈  9.8 |", "| ≈ 12.1 |"),
        ("≈ 1,234 steps", "≈ 987 steps"),
        ("≈ -0.1", "≈ 0.1"),
        ("≈ 3e-05,", "≈ 1.25e+02,"),
        ("≈ 3.", "≈ 4."),
        ("≈ 3, 4", "≈ 5, 4"),
    )
    for stored, computed in same:
        assert seen(stored) == seen(computed)
    different = (
        ("share kept = 0.04", "share kept = 0.05"),
        ("≈ 0.04 of 10", "≈ 0.04 of 11"),
        ("≈ 3, 4", "≈ 3, 5"),
        ("≈ nan", "≈ 1"),
        ("≈ inf", "≈ 1"),
        ("≈ 3 images", "≈ 3 digits"),
        ("4 ≈ 3", "5 ≈ 3"),
        ("≈ 3\n4", "≈ 3\n5"),
        ("≈ True", "≈ 1"),
        ("≈ 3", "= 3"),
    )
    for stored, computed in different:
        assert seen(stored) != seen(computed)


@pytest.mark.slow
def test_a_notebook_that_asks_for_the_network_fails(tmp_path):
    path = tmp_path / "01_toy.ipynb"
    cell = nbformat.v4.new_code_cell(
        "import socket\nsocket.create_connection(('192.0.2.1', 80), 1)"
    )
    cell.execution_count = 1
    nbformat.write(nbformat.v4.new_notebook(cells=[cell]), path)
    assert "the tests use no network" in compare(path).stdout
