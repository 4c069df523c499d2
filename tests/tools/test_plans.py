"""The tool that reads lesson plans: which names a plan lacks, what it executes and remembers."""

import json

import nbformat
import pytest

from tasks import Stop
from tools import plans, series


def lacks(*sources):
    """Returns what the last of some cells has from others: {name: number of the cell, or None}."""
    cells = [
        plans.Cell(number, "A section", number, source, ())
        for number, source in enumerate(sources, 1)
    ]
    return plans.reads(cells)[len(cells)]


@pytest.mark.parametrize(
    ("source", "names"),
    [
        ("print(a)", "a"),
        ("a = 1\nprint(a, len([a]))", ""),
        ("a = b = c", "c"),
        ("a = a + 1", "a"),
        ("a += b", "a b"),
        ("a[i] += b.c", "a b i"),
        ("a: T = b\na", "T b"),
        ("a, (b, *c) = d\na, b, c", "d"),
        ("print(f'{a:{b}.2f} {c!r}')", "a b c"),
        ("if (n := len(a)) > b:\n    n", "a b"),
        ("a = 1\ndel a\na", "a"),
        ("del a", "a"),
        ("import a.b, c as d\nfrom e import f as g\na, d, g", ""),
        ("for a in b:\n    a\nelse:\n    c", "b c"),
        ("with a as b, b.c as d:\n    d", "a"),
        ("try:\n    a\nexcept b as e:\n    e\ne", "a b e"),
        (
            "match a:\n    case [b, *c] if d:\n        b, c\n    case {'k': e, **f}:\n        e, f",
            "a d",
        ),
        ("[a + b for a in c for d in a if d]", "b c"),
        ("[a for a in a]", "a"),
        ("[a for a in b]\na", "a b"),
        ("{a: b for a, b in c}, {a for a in d}, list(a for a in e)", "c d e"),
        ("[x[i] for i in y]", "x y"),
        ("[(lambda k: k + i + a)(1) for i in b]", "a b"),
        ("lambda x, y=a: x + y + b", "a b"),
        ("def f(x, *y, z=a, **w) -> T:\n    return x, y, z, w, b", "T a"),
        ("def f(x):\n    return x + b\nf(1)", "b"),
        ("def f(x):\n    return x + b\nb = 1\nf(1)", ""),
        ("def f():\n    return g()\ndef g():\n    return a\nf()", "a"),
        ("def f(n):\n    return f(n - 1)\nf(2)", ""),
        ("def f():\n    a = 1\n    def g():\n        return a + b\n    return g\nf()", "b"),
        ("def f():\n    return [i + a for i in b]\nf()", "a b"),
        ("@d(a)\ndef f():\n    return b", "a d"),
        ("class A(B):\n    c = d\n    e = c\n    def f(self):\n        return g", "B d"),
        ("class A:\n    def f(self):\n        return g\nA()", "g"),
        ("await a.run()", "a"),
        ("display(get_ipython, __name__)", ""),
    ],
)
def test_the_names_that_a_cell_needs(source, names):
    assert sorted(lacks(source)) == names.split()
    compile(source, "cell", "exec", flags=plans.ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)


def test_the_cell_that_made_a_name_last():
    assert lacks("a = 1", "a = 2", "a") == {"a": 2}
    assert lacks("runs = {}", "runs |= {1: 2}", "runs") == {"runs": 1}, "it is the same, added to"
    assert lacks("def f():\n    return a", "a = 1", "f()") == {"f": 1, "a": 2}
    assert lacks("a = 1", "del a", "a") == {"a": None}
    assert lacks("def f():\n    return a", "f = 1", "f") == {"f": 2}


@pytest.mark.parametrize(
    ("source", "answer"),
    [
        ("gan.fit(data)", True),
        ("runs = {n: train_on_ring(loss) for n in names}", True),
        ("runs = {n: followed(n) for n in names}", True),
        ("for n in names:\n    twice(n)", True),
        ("failures.run(1)", True),
        ("def train_for_a_moment(recipe):\n    gan.fit(data)", False),
        ("line = np.polyfit(x, y, 1)", False),
        ("drawn(1), dashboard.run()", False),
    ],
)
def test_a_cell_that_trains_is_known(source, answer, toy):
    book = series.read(toy)
    book.cells[1].source = (
        "def followed(n):\n    for _ in training.steps(n):\n        drawn(n)\n"
        "def twice(n):\n    return followed(n)\n"
        "def drawn(n):\n    return drawn(n - 1)"
    )
    book.cells[3].source = source
    series.write(book, toy)
    book = plans.Notebook(toy)
    assert plans.trains(book, book.cells[1]) is answer


# ---------------------------------------------------------------------------- a page and a notebook

HEAD = """# Toy

**Question.** Is it a toy?

**Time:** about 1 minutes to read"""
CELLS = [
    HEAD,
    "import math",
    "## One",
    "one = math.pi",
    "two = 2 * one",
    "## Two",
    "three = two + 1",
    "### A part",
    "assert three > two",
    "## Exercises",
    "guess = 0",
    "### Exercise 01.1: A number\n\n*Predict a number · 2 minutes*",
    "given = guess",
    "### Exercise 01.2: Another\n\n*Predict a number · 2 minutes*",
    "given = guess + 1",
]


@pytest.fixture
def toy(tmp_path):
    """Returns the path of a notebook in a course of its own."""
    path = tmp_path / "01_toy.ipynb"
    cells = [
        (nbformat.v4.new_markdown_cell if text[0] in "#" else nbformat.v4.new_code_cell)(text)
        for text in CELLS
    ]
    series.write(nbformat.v4.new_notebook(cells=cells), path)
    return path


def page(*sections, minutes=45):
    """Returns the text of a page with one plan, whose rows have these sections."""
    rows = "\n".join(f"| 0 | 1 | {section} | 01.2. Homework: 01.1. |" for section in sections)
    head = "| at | minutes | section | what happens |\n|---|---|---|---|"
    return f"# Teaching 01: Toy\n\n## A lesson of {minutes} minutes\n\n{head}\n{rows}\n\n## Quiz\n"


def numbers(path, *sections):
    return [cell.number for cell in plans.Notebook(path).of(plans.plan(page(*sections), 45))]


def test_the_cells_of_a_plan(toy):
    assert numbers(toy, "*One*") == [1, 2, 3]
    assert numbers(toy, "*Two*") == [1, 4], "without what stands below the next heading"
    assert numbers(toy, "*A part*", "*One*, cell 2") == [1, 3, 5]
    assert numbers(toy, "run first: *One*, cells 1 and 2", "*Two*; *A part*") == [1, 2, 3, 4, 5]
    assert numbers(toy, "*Exercises*") == [1, 6, 8], "with the exercise that the row names"
    assert numbers(toy, "*Exercise 01.1: A number*") == [1, 6, 7]


@pytest.mark.parametrize(
    ("section", "words"),
    [
        ("One", "sections in italics"),
        ("*One* *Two*", "sections in italics"),
        ("*One* | more", "4 columns"),
        ("run first: *One*, cell x", "sections in italics"),
        ("*Three*", "no section 'Three'"),
        ("*One*, cell 3", "'One' has no cell 3"),
    ],
)
def test_a_plan_that_cannot_be_read_is_refused(section, words, toy):
    with pytest.raises(ValueError, match=words):
        numbers(toy, section)


def test_a_name_that_a_plan_does_not_make_is_named_with_its_maker(toy):
    book = plans.Notebook(toy)

    def lacking(*sections):
        return [
            str(fault) for fault in plans.faults(book, book.of(plans.plan(page(*sections), 45)))
        ]

    assert lacking("*One*", "*Two*", "*A part*") == []
    assert lacking("*Two*") == ["cell 1 of Two needs two, which cell 2 of One makes"]
    assert lacking("run first: *One*, cell 2", "*Two*") == [
        "cell 2 of One needs one, which cell 1 of One makes"
    ]
    assert lacking("run first: *One*, cells 1 and 2", "*Two*") == []


def test_a_name_with_the_value_of_an_earlier_section_is_a_fault(toy):
    book = series.read(toy)
    book.cells[6].source = "one = 3"
    book.cells[8].source = "assert one == 3"
    series.write(book, toy)
    book = plans.Notebook(toy)
    (fault,) = plans.faults(book, book.of(plans.plan(page("*One*", "*A part*"), 45)))
    assert str(fault).endswith("which cell 1 of Two makes; it has that of cell 1 of One")


# -------------------------------------------------------------------------------------- executing


@pytest.fixture
def course(toy, tmp_path, monkeypatch):
    """Returns the path of a notebook, and a function that writes the plans of its page."""
    monkeypatch.setattr(plans, "FOLDER", tmp_path)
    monkeypatch.setattr(plans, "RESULTS", tmp_path / "results")
    monkeypatch.setattr(series, "lessons", lambda: [toy])

    def write(*sections):
        texts = [page("*One*"), page(*sections, minutes=90)]
        (tmp_path / "01_toy.md").write_text("\n".join(texts), encoding="utf-8")

    return toy, write


@pytest.fixture
def executed(monkeypatch):
    """Returns a list of what would be executed; a plan that ends in `three` fails."""
    made = []

    def execute(notebook, folder, *, label=""):
        made.append([cell.source for cell in notebook.cells])
        result = series.Execution(seconds=3.4, cells=[2.0] * len(notebook.cells))
        if "three" in made[-1][-1]:
            result.error = "In [3], which begins `x`: NameError: name 'two' is not defined"
        return result

    monkeypatch.setattr(series, "execute", execute)
    return made


def test_plans_are_executed_once(course, executed, capsys):
    path, write = course
    write("run first: *One*, cell 1", "*Exercises*")
    assert plans.work([path]) is None
    assert executed == [
        ["import math", "one = math.pi", "two = 2 * one"],
        ["import math", "one = math.pi", "guess = 0", "given = guess + 1"],
    ]
    assert "01_toy 45 | 3 | 3 | 0 | yes\n01_toy 90 | 4 | 3 | 2 | yes" in capsys.readouterr().out
    known = plans.stored("01_toy")
    assert known["90"]["processor"] and known["90"]["failed"] is None

    assert plans.work([path]) is None
    assert len(executed) == 2, "nothing has changed"
    write("run first: *One*, cell 1", "*Exercises*", "*One*, cell 1")
    plans.work([path])
    assert len(executed) == 2, "the cells are the same"
    write("*One*", "*Exercises*")
    plans.work([path])
    assert len(executed) == 3
    book = series.read(path)
    book.cells[4].source += " # changed"
    series.write(book, path)
    plans.work([path])
    assert len(executed) == 5


def test_a_plan_that_fails_is_reported_with_its_cell_and_tried_again(course, executed, capsys):
    path, write = course
    write("*Two*")
    for times in (1, 2):
        with pytest.raises(Stop, match="1 of 2 plans do not run"):
            plans.work([path])
        said = capsys.readouterr().out
        assert "01_toy 45 | 3 | 3 | 0 | yes\n01_toy 90 | 2 | 3 | 0 | no" in said
        words = "cell 1 of Two: NameError: name 'two' is not defined"
        assert f"01_toy in 90 minutes: {words}" in said
        assert len(executed) == 1 + times
    assert plans.stored("01_toy")["90"]["failed"] == words


def test_a_notebook_without_a_page_or_with_a_wrong_one_is_an_error(course, executed):
    path, write = course
    write("*Three*")
    with pytest.raises(Stop, match="01_toy.md, 90 minutes: there is no section 'Three'"):
        plans.work([path])
    page = path.with_suffix(".md")
    page.write_text("# Teaching 01: Toy\n", encoding="utf-8")
    with pytest.raises(Stop, match="expected a table under 'A lesson of 45 minutes'"):
        plans.work([path])
    page.unlink()
    with pytest.raises(Stop, match="None of these notebooks has a page"):
        plans.work([path])


@pytest.mark.slow
def test_a_plan_runs_in_a_kernel_of_its_own(course, monkeypatch, capsys):
    path, write = course
    write("*Two*", "*A part*")
    monkeypatch.setattr(series, "NOTEBOOKS", path.parent)
    assert plans.main(["01"]) == 1
    said = capsys.readouterr().out
    assert "cell 1 of Two: NameError: name 'two' is not defined" in said
    write("run first: *One*, cells 1 and 2", "*Two*", "*A part*")
    assert plans.main(["01"]) == 0
    assert [result["failed"] for result in plans.stored("01_toy").values()] == [None, None]
    text = (plans.RESULTS / "01_toy.json").read_text(encoding="utf-8")
    assert json.loads(text)["90"]["cells"] == 5
