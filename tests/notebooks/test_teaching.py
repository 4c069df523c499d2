"""The teacher pages in docs/teaching speak of the notebooks as they are, and add up."""

import re
import runpy
from pathlib import Path

import matplotlib
import pytest

from tools import plans

ROOT = Path(__file__).parents[2]
FOLDER = plans.FOLDER
LESSONS = sorted((ROOT / "notebooks").glob("[0-9][0-9]_*.ipynb"))
PAGES = [page for path in LESSONS if (page := FOLDER / f"{path.stem}.md").exists()]
TEXTS = {path: path.read_text(encoding="utf-8") for path in sorted(FOLDER.glob("*.md"))}
HEADINGS = [
    "Before the lesson",
    "Objectives",
    "A lesson of 45 minutes",
    "A lesson of 90 minutes",
    "Misconceptions",
    "At the board",
    "To discuss",
    "Quiz",
]
EVERY_PAGE = pytest.mark.parametrize("page", PAGES, ids=lambda path: path.stem)


EVERY_PLAN = pytest.mark.parametrize("minutes", plans.LENGTHS)


def sections(page):
    return plans.sections(TEXTS[page])


def plan(page, minutes):
    return plans.plan(TEXTS[page], minutes)


BOOKS = {path.stem: plans.Notebook(path) for path in LESSONS}


def test_every_notebook_of_the_first_two_parts_has_a_page():
    assert FOLDER / "index.md" in TEXTS
    numbered = {path.name for path in TEXTS if path.name[:2].isdigit()}
    assert numbered == {page.name for page in PAGES}
    assert [name[:2] for name in sorted(numbered)][:8] == [f"{n:02}" for n in range(1, 9)]


@EVERY_PAGE
def test_headings(page):
    assert TEXTS[page].startswith(f"# Teaching {page.name[:2]}: ")
    assert list(sections(page)) == HEADINGS
    assert all(text.strip() for text in sections(page).values())


@EVERY_PAGE
@EVERY_PLAN
def test_the_minutes_of_a_plan_add_up(page, minutes):
    clock = 0
    for row in plan(page, minutes):
        assert row.at == clock
        assert row.minutes == 0 if row.first else row.minutes > 0
        assert row.happens
        clock += row.minutes
    assert clock == minutes


@EVERY_PAGE
@EVERY_PLAN
def test_a_plan_names_sections_in_the_order_of_the_notebook(page, minutes):
    book = BOOKS[page.stem]
    names = [name for row in plan(page, minutes) for name, _ in row.named]
    assert set(names) <= set(book.headings)
    places = [re.search(rf"^##+ {re.escape(name)}$", book.text, re.M).start() for name in names]
    assert places == sorted(places)


@EVERY_PAGE
@EVERY_PLAN
def test_a_plan_makes_every_name_that_its_cells_need(page, minutes):
    book = BOOKS[page.stem]
    missing = plans.faults(book, book.of(plan(page, minutes)))
    assert not missing, "\n".join(map(str, missing))


@EVERY_PAGE
@EVERY_PLAN
def test_what_runs_first_is_needed_names_its_cells_and_trains_nothing(page, minutes):
    book, rows = BOOKS[page.stem], plan(page, minutes)
    cells = book.of(rows)
    lesson = {cell.number for cell in book.of([row for row in rows if not row.first])}
    assert all(numbers for row in rows if row.first for _, numbers in row.named)
    for cell in cells:
        if cell.number not in lesson:
            assert not plans.trains(book, cell), cell
            without = [other for other in cells if other != cell]
            assert plans.faults(book, without), f"nothing needs {cell}"
    named = [cell for row in rows if row.first for cell in book.of([row]) if cell.section]
    assert not lesson & {cell.number for cell in named}, "the lesson runs it anyhow"


@EVERY_PAGE
@EVERY_PLAN
def test_a_plan_has_minutes_for_exercises_in_class(page, minutes):
    rows = [row for row in plan(page, minutes) if row.exercises]
    assert sum(row.minutes for row in rows) >= 3
    for row in rows:
        assert row.minutes >= sum(BOOKS[page.stem].exercises[name] for name in row.exercises)
    done = {name for row in rows for name in row.exercises}
    for row in plan(page, minutes):
        homework = row.happens.partition("Homework")[2] if row in rows else row.happens
        assert not done & set(re.findall(r"\b\d\d\.\d+\b", homework)), "in class and at home"


@EVERY_PAGE
def test_numbers_of_sections_and_exercises_exist(page):
    here = BOOKS[page.stem]
    text = TEXTS[page].replace("\n", " ")
    for numbers in re.findall(r"\bsections? ((?:\d+(?:\.\d+)?(?:, | and )?)+)", text):
        assert set(re.findall(r"\d+(?:\.\d+)?", numbers)) <= here.numbers, numbers
    number = r"\d+(?:\.\d+)?"
    found = re.findall(rf"\bexercises? ((?:{number}(?:, | and )?)+)", text)
    assert found, "no homework"
    for numbers in found:
        assert set(re.findall(number, numbers)) <= here.exercises.keys(), numbers


@EVERY_PAGE
def test_the_minutes_of_homework_are_those_of_its_exercises(page):
    listed = r"exercises ((?:\d\d\.\d+(?:, | and )?)+)[^(|]*\((\d+) minutes\)"
    found = re.findall(listed, TEXTS[page])
    assert len(found) == 2, "one for each plan"
    for names, minutes in found:
        known = BOOKS[page.stem].exercises
        assert sum(known[name] for name in re.findall(r"\d\d\.\d+", names)) == int(minutes)


@EVERY_PAGE
def test_quoted_titles_stand_in_the_notebook(page):
    """In a plan, what stands between quotation marks is the title of a figure or of a table."""
    rows = [row for minutes in plans.LENGTHS for row in plan(page, minutes)]
    quoted = {title for row in rows for title in re.findall(r'"([^"]+)"', row.happens)}
    assert {title for title in quoted if title not in BOOKS[page.stem].text} == set()


@EVERY_PAGE
def test_objectives_and_misconceptions(page):
    parts = sections(page)
    assert len(re.findall(r"^- ", parts["Objectives"], re.MULTILINE)) >= 4
    assert len(re.findall(r"^- .+?\?", parts["To discuss"], re.MULTILINE | re.DOTALL)) >= 3
    misconceptions = re.split(r"\n\n(?=\*\*)", parts["Misconceptions"].strip())
    assert len(misconceptions) >= 4
    for text in misconceptions:
        flat = " ".join(text.split())
        match = re.fullmatch(r'\*\*"[^"]+"\*\* Ask: \*.+?\?\* (.+)', flat)
        assert match and len(match[1]) > 20, flat


@EVERY_PAGE
def test_every_question_has_a_key_that_speaks_of_every_answer(page):
    quiz = plans.questions(TEXTS[page])
    assert 6 <= len(quiz) <= 8
    rights = set()
    for question, answers, key in quiz:
        assert question and list(answers) == list("ABCD")[: len(answers)] and len(answers) >= 3
        right = re.match(r"\*\*([A-D])\.\*\* \S", key)[1]
        wrong = set(re.findall(r"(?:(?<=[.;)] )|(?<=\n)|(?<=and ))([A-D])\b(?=[: ])", key))
        assert wrong == set(answers) - {right}, (question, key)
        rights.add(right)
    offered = {letter for _, answers, _ in quiz for letter in answers}
    assert rights == offered, "an answer that is never right gives the others away"


@pytest.mark.parametrize("page", TEXTS, ids=lambda path: path.stem)
def test_links_lead_somewhere(page):
    for target in re.findall(r"\]\(([^)\s]+)\)", TEXTS[page]):
        assert (page.parent / target).is_file(), target


def test_the_index_lists_every_page_with_the_minutes_of_its_notebook():
    index = TEXTS[FOLDER / "index.md"]
    rows = re.findall(r"^\| \[Teaching (\d\d)\]\((\w+)\.md\) \| .+ \| (\d+) \|$", index, re.M)
    assert rows == [(page.stem[:2], page.stem, str(BOOKS[page.stem].minutes)) for page in PAGES]


# ---------------------------------------------------------------------------------- the sketches


def test_every_sketch_is_on_the_page_of_its_notebook_with_words_for_it():
    shown = set()
    for page in PAGES:
        for words, name in re.findall(r"^!\[(.+)\]\(sketches/(.+)\)$", TEXTS[page], re.MULTILINE):
            assert name.startswith(page.name[:2]) and len(words) > 30
            shown.add(name)
    assert shown == {path.name for path in (FOLDER / "sketches").iterdir()}


@pytest.mark.slow
def test_the_sketches_are_what_the_script_draws(tmp_path):
    """Twice the same bytes here; the stored ones may come from another build of FreeType."""
    script = runpy.run_path(str(FOLDER / "sketches.py"))
    for folder, style in (("first", {}), ("second", {"axes.grid": True, "font.size": 20})):
        with matplotlib.rc_context(style):
            script["draw"](tmp_path / folder)
    first = {path.name: path.read_bytes() for path in (tmp_path / "first").iterdir()}
    second = {path.name: path.read_bytes() for path in (tmp_path / "second").iterdir()}
    assert first == second
    stored = {path.name: path.read_bytes() for path in (FOLDER / "sketches").iterdir()}
    assert first.keys() == stored.keys()
    for name, drawn in first.items():
        shapes = [re.findall(rb' id="(\w+)_\d+"', content) for content in (drawn, stored[name])]
        assert shapes[0] == shapes[1] and len(shapes[0]) > 5, name
