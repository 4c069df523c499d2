"""The teacher pages in docs/teaching speak of the notebooks as they are, and add up."""

import json
import re
import runpy
from pathlib import Path

import matplotlib
import pytest

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "docs" / "teaching"
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


def sections(page):
    """Returns the text under each heading of the second level."""
    parts = re.split(r"^## (.+)$", TEXTS[page], flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def plan(page, minutes):
    """Returns the rows of a plan as (at, minutes, section, what happens)."""
    table = sections(page)[f"A lesson of {minutes} minutes"].strip().splitlines()
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in table]
    assert rows[0] == ["at", "minutes", "section", "what happens"]
    assert all(len(row) == 4 for row in rows)
    return [(int(at), int(length), *words) for at, length, *words in rows[2:]]


def questions(page):
    """Returns the quiz as (question, {letter: answer}, key)."""
    parts = re.split(r"^\*\*Question (\d+)\.\*\* ", sections(page)["Quiz"], flags=re.MULTILINE)
    assert [int(number) for number in parts[1::2]] == list(range(1, len(parts) // 2 + 1))
    found = []
    for text in parts[2::2]:
        question, answers, key = re.fullmatch(
            r"(.+?)\n\n((?:- .+\n)+)\n<details><summary>Key</summary>\n\n(.+?)\n\n</details>\s*",
            text,
            re.DOTALL,
        ).groups()
        letters = dict(re.findall(r"^- ([A-Z])\. (.+)$", answers, re.MULTILINE))
        assert len(letters) == len(answers.splitlines())
        found.append((question, letters, key))
    return found


class Notebook:
    """What a teacher page may name: headings, numbers of sections and exercises, figures."""

    def __init__(self, path):
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
        self.text = "\n\n".join("".join(cell["source"]) for cell in cells)
        prose = "\n\n".join("".join(c["source"]) for c in cells if c["cell_type"] == "markdown")
        self.headings = set(re.findall(r"^##+ (.+)$", prose, re.MULTILINE))
        self.numbers = {
            match[1] for name in self.headings if (match := re.match(r"(\d+(?:\.\d+)?)\b", name))
        }
        exercises = prose.partition("\n## Exercises\n")[2].partition("\n## ")[0]
        headed = re.findall(r"^### Exercise (\S+): .+\n\n\*.+ · (\d+) minutes\*", exercises, re.M)
        self.exercises = {name: int(minutes) for name, minutes in headed}
        self.minutes = int(re.search(r"\*\*Time:\*\* about (\d+) minutes", prose)[1])


BOOKS = {path.stem: Notebook(path) for path in LESSONS}


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
@pytest.mark.parametrize("minutes", [45, 90])
def test_the_minutes_of_a_plan_add_up(page, minutes):
    clock = 0
    for at, length, _, happens in plan(page, minutes):
        assert at == clock
        assert length > 0
        assert happens
        clock += length
    assert clock == minutes


@EVERY_PAGE
@pytest.mark.parametrize("minutes", [45, 90])
def test_a_plan_names_sections_in_the_order_of_the_notebook(page, minutes):
    book = BOOKS[page.stem]
    named = [section for _, _, section, _ in plan(page, minutes)]
    names = [re.fullmatch(r"\*(.+)\*", section)[1] for section in named]
    assert set(names) <= book.headings
    places = [re.search(rf"^##+ {re.escape(name)}$", book.text, re.M).start() for name in names]
    assert places == sorted(places)


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
    rows = [row for minutes in (45, 90) for row in plan(page, minutes)]
    quoted = {title for *_, happens in rows for title in re.findall(r'"([^"]+)"', happens)}
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
    quiz = questions(page)
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
