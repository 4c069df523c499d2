"""tools/slides.py and tools/prose.py: a deck says what its notebook says, in one file."""

import base64
import doctest
import hashlib
import html.parser
import itertools
import re

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from tools import plans, prose, series, slides

LESSONS = series.lessons()
EVERY_LESSON = pytest.mark.parametrize("path", LESSONS, ids=lambda path: path.stem)
DOT = (  # a picture of one pixel
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJg"
    "gg=="
)
HEADER = """# Dice

**Question.** Which die is loaded?

**You will**

- throw dice;
- count them.

**Before this:** nothing.

**Time:** about 5 minutes to read and run, 1 seconds of computing on two cores

**The last figure** shows a die."""


def shown(source, *, text="", picture=False, **metadata):
    """An executed cell of code that printed a text or drew a picture."""
    outputs = [new_output("stream", name="stdout", text=text)] if text else []
    if picture:
        outputs.append(new_output("display_data", data={"image/png": DOT, "text/plain": "<F>"}))
    return new_code_cell(source, outputs=outputs, execution_count=1, metadata=metadata)


def outline(*cells):
    cells = [new_markdown_cell(cell) if isinstance(cell, str) else cell for cell in cells]
    return slides.Outline(new_notebook(cells=[new_markdown_cell(HEADER), *cells])).slides


def kinds(found):
    return [slide.kind for slide in found[2:]]  # after the title and the objectives


def test_title_and_objectives():
    title, objectives = outline()
    assert title.title == "Dice" and "Which die is loaded?" in title.body
    assert "about 5 minutes" in title.body and title.notes == ["The last figure shows a die."]
    assert re.findall("<li>(.+?)</li>", objectives.body) == ["throw dice;", "count them."]


def test_a_heading_has_its_first_sentences_and_formula_and_the_rest_is_notes():
    long = "It is thrown often. " * 20
    text = f"## 1. Chance\n\nA die is fair. {long}The end.\n\n$$p = 1/6$$"
    (slide,) = outline(text)[2:]
    assert slide.kind == "section" and slide.title == "1. Chance"
    assert "A die is fair." in slide.body and r"\[p = 1/6\]" in slide.body
    assert "The end." not in slide.body and slide.notes[0].endswith("The end.")


def test_a_prediction_stands_alone_and_its_answer_follows():
    found = outline(
        "## A die\n\nIt is **fair**.\n\nIt falls on a face.\n\n**Predict.** On *which*?",
        shown("throw = 3"),
        shown("print(throw)", text="a three\n"),
        "A three, of all numbers. More of it.",
    )
    assert kinds(found) == ["section", "predict", "result"]
    question, answer = found[3:]
    assert "On <em>which</em>?" in question.body and "It falls on a face." in question.body
    assert "three" not in question.body + "".join(question.notes)
    other = outline("Six faces. **Predict** the sum of two throws.")[-1].body
    assert other.endswith(">Predict the sum of two throws.</p>") and "Six faces." in other
    assert "a three" in answer.body and "A three, of all numbers." in answer.body


@pytest.mark.parametrize(
    ("asked", "caption"),
    [("**Predict.** Which?", "After it."), ("Look at the figure.", "Look at the figure.")],
)
def test_a_figure_has_a_caption_and_a_description(asked, caption):
    cell = shown('plt.title("three <dice>")\nplt.show()', picture=True)
    found = outline("## A die\n\nFirst.\n\nLook at the film.", asked, cell, "After it. More.")
    figure = found[-1]
    assert figure.kind == "figure" and f"<figcaption>{caption}</figcaption>" in figure.body
    assert "In it: three &lt;dice&gt;." in re.search('alt="([^"]+)"', figure.body)[1]
    assert f"data:image/png;base64,{DOT}" in figure.body


def test_what_is_printed_with_an_answer_stands_under_the_figure_or_in_the_notes():
    few = outline("**Predict.** What?", shown("a", text="one\n", picture=True))[-1]
    assert "one" in few.body and not few.notes
    many = outline("**Predict.** What?", shown("a", text="one\n" * 9, picture=True))[-1]
    assert "one" not in many.body and "one" in many.notes[0]
    told = outline("**Predict.** What?", shown("a", text="one\n"), shown("b", picture=True))[2:]
    assert [slide.kind for slide in told] == ["predict", "figure"] and "one" in told[1].body


@pytest.mark.parametrize(("lines", "kind"), [(12, "proof"), (13, "section")])
def test_a_short_proof_after_a_formula_is_shown(lines, kind):
    proof = shown("\n".join(["assert True"] * lines), text="equal\n", tags=["proof"])
    last = outline("## A sum\n\nIt is\n\n$$a + b$$", proof)[-1]
    assert last.kind == kind
    assert ("equal" in last.body) == (kind == "proof")


def test_a_proof_without_a_formula_goes_to_the_notes():
    found = outline("## A\n\nWords.", shown("assert True", text="equal\n", tags=["proof"]))
    assert kinds(found) == ["section"] and "equal" in found[-1].notes[-1]


def test_the_standard_metadata_are_honored():
    def told(kind):
        return new_markdown_cell("Aside.", metadata={"slideshow": {"slide_type": kind}})

    found = outline("## A\n\nWords.", told("skip"), told("notes"))
    assert kinds(found) == ["section"] and found[-1].notes == ["Aside."]
    hidden = shown("a", picture=True, slideshow={"slide_type": "skip"})
    assert kinds(outline("## A\n\nWords.", hidden)) == ["section"]


HOSTILE = (
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<details open ontoggle=alert(1)><summary>x</summary></details>",
    "<details/onclick=alert(1)>",
    "<!-- --><script>alert(1)</script><!-- -->",
    "<!-- <script>alert(1)</script>",
    "<svg/onload=alert(1)>",
    "<iframe src=https://example.org></iframe>",
    "<a href='javascript:alert(1)'>x</a>",
    "[x](javascript:alert(1))",
    "[x](data:text/html;base64,PHNjcmlwdD4=)",
    "<javascript:alert(1)>",
    "![x](https://example.org/x.png)",
    "![<script>](x.png)",
    "$x<script>alert(1)</script>$",
    "$$</div><script>alert(1)</script>$$",
    "`<script>alert(1)</script>`",
    '[x](https://example.org/"onclick="alert(1))',
)


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize(
    "form",
    [
        "# {0}",
        "## {0}\n\nA die. {0}\n\n{0}",
        "## A\n\n**Predict.** {0}",
        "## A\n\n**Break it.** {0}",
        "## Key points\n\n- {0}",
        "## Exercises\n\n1. **{0}.** {0}\n",
    ],
)
def test_what_a_notebook_writes_is_shown_and_not_run(text, form):
    notebook = new_notebook(cells=[new_markdown_cell(HEADER), new_markdown_cell(form.format(text))])
    page = Page(slides.deck(notebook))
    assert {"script", "img", "svg", "iframe"} & page.tags == {"script"} and page.scripts == 2
    assert not page.handlers and all(link.startswith("https://") for link in page.links)


def test_an_odd_notebook_has_a_deck_all_the_same():
    """Each of these ended in a stack, or took a minute."""
    told = new_markdown_cell("## A {slides} {0}", metadata={"slideshow": "skip"})
    svg = new_output("display_data", data={"image/svg+xml": "\ud800"})
    many = "<!--" * 20_000
    cells = [told, new_markdown_cell(f"\udfff {many}"), new_code_cell("\ud800", outputs=[svg])]
    text = slides.deck(new_notebook(cells=[new_markdown_cell(HEADER), *cells]))
    assert "A {slides} {0}" in text and text.encode()
    slides.deck(new_notebook())


def test_hints_fold_away_in_the_notes():
    found = outline("## A\n\nWords.\n\n<details><summary>Hint</summary>Six.</details>")
    notes = slides.section(found[-1], 1, 1)
    assert "<details><summary>Hint</summary>Six.</details>" in notes


@pytest.mark.parametrize(
    "data",
    [
        {'image/png" onerror="alert(1)': DOT},
        {"image/x;base64,'><script>alert(1)</script>": DOT},
        {"image/png": DOT + '" onerror="alert(1)'},
        {"image/svg+xml": "<svg onload='alert(1)'><script>alert(1)</script></svg>"},
        {"image/png": "no picture"},
        {"image/png": ""},
        {"text/html": "<script>alert(1)</script>", "text/plain": "<script>alert(1)</script>"},
    ],
    ids=str,
)
def test_an_output_is_shown_and_not_run(data):
    cell = new_code_cell("</code><script>", outputs=[new_output("display_data", data=data)])
    cell.outputs.append(new_output("execute_result", data=data, execution_count=1))
    cell.outputs.append(new_output("stream", name="stdout", text="</pre><script>"))
    book = new_notebook(cells=[*map(new_markdown_cell, (HEADER, "## A\n\n**Predict.** B?")), cell])
    page = Page(slides.deck(book))
    assert page.scripts == 2 and not page.handlers
    assert all(re.fullmatch(r"data:image/[a-z+]+;base64,[\w+/=]*", s) for s in page.fetched)


def test_a_browser_is_told_to_run_nothing_else_and_to_fetch_nothing():
    text = slides.deck(new_notebook(cells=[new_markdown_cell(HEADER)]))
    policy = re.search('<meta http-equiv="Content-Security-Policy" content="([^"]+)">', text)[1]
    rules = dict(rule.split(" ", 1) for rule in policy.split("; "))
    assert rules["default-src"] == rules["base-uri"] == "'none'" and rules["img-src"] == "data:"
    (program,) = re.findall("<script>(.+?)</script>", text, re.DOTALL)
    sums = [hashlib.sha256(p).digest() for p in (program.encode(), prose.MATHJAX.read_bytes())]
    wanted = " ".join(f"'sha256-{base64.b64encode(digest).decode()}'" for digest in sums)
    assert rules["script-src"] == wanted


def test_key_points_and_exercises():
    found = outline(
        "## Key points\n\n- One. And more.\n- Two.\n\n## Exercises\n\n"
        "1. **Predict.** How many?\n   <details><summary>Hint</summary>Six.</details>\n"
        "2. **Change.** Load it.\n\n## References\n\n- Nobody."
    )
    points, exercises = found[2:]
    assert points.title == "Key points" and points.body.count("<li>") == 2
    assert "<strong>Predict.</strong> How many?" in exercises.body
    assert exercises.body.count("<li>") == 2 and "Six" not in exercises.body
    other = outline("## Exercises", "**1. Predict.** How many?\n\n**2. Change.** Load it.")
    assert other[-1].body == exercises.body


def test_a_figure_stands_under_the_heading_of_its_section():
    aside = "**Break it.** Throw it in the dark."
    found = outline("## A die", shown("a"), aside, shown("b", picture=True), "## A coin\n\nTails.")
    figure, after = found[-2:]
    assert figure.title == "A die" and "Throw it in the dark." in figure.body
    assert after.title == "A coin" and "<img" not in after.body


FOLDED = "<details><summary>Answer</summary>\n\n{}\n\n</details>\n\nMore of it."


def test_the_line_to_write_on_is_no_caption_and_the_folded_answer_is_one():
    asked = "**Predict.** Which?\n\n*Your prediction (double-click here and write):*"
    figure = outline(asked, shown("a", picture=True), FOLDED.format("**Six.** It is loaded."))[-1]
    assert "<figcaption><strong>Six.</strong> It is loaded.</figcaption>" in figure.body
    assert "prediction" not in "".join(slide.body for slide in outline(asked)).lower()
    cells = [new_markdown_cell(asked), new_code_cell("x")]
    assert prose.figure_words(cells, 1) == "Figure. Which?"


def test_an_answer_that_nothing_shows_has_a_slide():
    found = outline("## A\n\n**Predict.** Which?", shown("a"), FOLDED.format("Six."), "## B")
    assert kinds(found) == ["section", "predict", "answer", "section"] and ">Six.<" in found[4].body
    told = outline("**Predict.** Which?", shown("a", picture=True), FOLDED.format("Six."))
    assert kinds(told) == ["predict", "figure"]


def test_tables_of_text_are_shown_seven_rows_at_a_time():
    rows = "".join(f"| {n} | face {n} |\n" for n in range(9))
    text = f"## A\n\nA die.\n\nFaces have numbers.\n\n| n | face |\n|---|---|\n{rows}"
    first, second = [slide for slide in outline(text) if slide.kind == "table"]
    assert [slide.body.count("<tr>") for slide in (first, second)] == [6, 5]
    assert all("<th>face</th>" in slide.body for slide in (first, second))
    assert "face 4" in first.body and "face 5" in second.body
    assert "Faces have numbers." in first.body and first.title == "A"


TABLE = "face   share\n1      0.17\n2      0.16\n"


def test_a_printed_table_is_shown_and_a_sentence_that_points_away_is_not():
    found = outline("## A\n\nA die. Look at the table below.", shown("a", text=TABLE), "Words.")
    assert kinds(found) == ["section", "result"] and "0.16" in found[-1].body
    assert "A die." in found[2].body and "below" not in found[2].body
    assert "table below" in found[2].notes[0]
    under = outline("## A", shown("a", text=f"{TABLE}3      0.1\n4      0.1\n", picture=True))
    assert kinds(under)[-2:] == ["figure", "result"]
    for wide in (TABLE.replace("share", "x" * 99), TABLE * 6):
        assert kinds(outline("## A\n\nB.", shown("a", text=wide))) == ["section"]
    assert kinds(outline("## A\n\nB.", shown("a", text="one\ntwo\nthree\nfour\n"))) == ["section"]


@pytest.mark.parametrize(
    ("said", "read"),
    [
        ("The next figure shows a die.", "This figure shows a die."),
        ("Each face below is a number.", "Each face is a number."),
        ("The mean is below 3.5 and above 1.", "The mean is below 3.5 and above 1."),
        ("Write into the dictionary below the figure.", None),
        ("As you saw above, it is fair.", None),
        ("The next cell throws it.", None),
    ],
)
def test_a_sentence_is_read_away_from_its_place(said, read):
    assert slides.here([said]) == ([read] if read else [])


def test_a_list_has_at_most_seven_lines():
    points = "\n".join(f"- Face {n} is painted on one of the six sides." for n in range(9))
    first, second = outline(f"## Key points\n\n{points}")[2:]
    assert [slide.body.count("<li>") for slide in (first, second)] == [7, 2]
    assert first.title == second.title == "Key points"


def test_a_bitmap_says_how_wide_it_is():
    assert 'style="--wide: 1"' in outline("## A", shown("a", picture=True))[-1].body


# --------------------------------------------------------------------------- a plan of a lesson

BOOK = [
    "## A\n\nA die.\n\n**Predict.** Which?",
    shown("a", picture=True),
    "It is so.",
    "## B\n\nA coin.",
    shown("b", picture=True),
    "Once more.",
    shown("c", picture=True),
    "## C\n\nA card.",
    "## Key points\n\n- One.",
    "## Exercises",
    "### Exercise 01.1: Six\n\n*Predict · 2 minutes*\n\nHow many?\n\n"
    "<details><summary>Hint</summary>Few.</details>",
    "### Exercise 01.2: Seven\n\n*Predict · 2 minutes*\n\nHow much?",
]
HEAD = "| at | minutes | section | what happens |\n|---|---|---|---|\n"


def lesson(*rows, minutes=45, cells=BOOK):
    table = "".join(f"| {at} | 5 | {section} | {told} |\n" for at, section, told in rows)
    page = f"## A lesson of {minutes} minutes\n\n{HEAD}{table}"
    cells = [new_markdown_cell(cell) if isinstance(cell, str) else cell for cell in cells]
    book = new_notebook(cells=[new_markdown_cell(HEADER), *cells])
    return slides.planned(slides.Outline(book), plans.plan(page, minutes), minutes)


def test_a_plan_has_the_slides_of_its_sections_and_says_what_happens():
    found = lesson((0, "*C*", "Look."), (5, "*A*", "Throw."), (9, "*Key points*", "Read."))
    assert [slide.title for slide in found] == ["Dice", "C", "A", "Predict", "A", "Key points"]
    assert "a lesson of 45 minutes" in found[0].body
    assert found[1].notes[0] == "**Minute 0, for 5.** Look."
    assert found[2].notes[0] == "**Minute 5, for 5.** Throw."


def test_a_plan_may_name_cells_and_leaves_out_what_is_run_first():
    second = lesson((0, "*B*, cell 2", "Look."))
    assert [(slide.kind, slide.cell) for slide in second[1:]] == [("section", 0), ("figure", 2)]
    both = lesson((0, "*B*, cell 1", "Look."), (5, "*B*, cell 2", "Look."))
    assert both[1:3] == lesson((0, "*B*", "Look."))[1:3] and len(both) == 4
    assert len(lesson((0, "run first: *B*", "Wait."))) == 1


def test_a_plan_shows_the_exercises_that_it_names():
    found = lesson((0, "*Exercises*", "In pairs: exercise 01.2. Homework: exercise 01.1."))
    assert [slide.title for slide in found[1:]] == ["Exercise 01.2: Seven"]
    assert "How much?" in found[1].body and "2 minutes" in found[1].body
    (named,) = lesson((0, "*Exercise 01.1: Six*", "In pairs."))[1:]
    assert "How many?" in named.body and "Few." not in named.body and "Few." in named.notes[-1]
    assert [slide.title for slide in lesson((0, "*Exercises*", "Choose."))[1:]] == ["Exercises"]


def test_a_long_lesson_is_shortened_and_every_prediction_keeps_its_answer(monkeypatch):
    question, reply = "**Predict.** And now?", "So it is."
    asked = [[question, shown("a", picture=True), reply] for _ in range(3)]
    proof = ["It is\n\n$$a + b$$", shown("assert True", text="equal\n", tags=["proof"])]
    cells = ["## A\n\nA die.", *proof, *itertools.chain(*asked)]
    monkeypatch.setattr(slides, "MOST", 6)
    found = lesson((0, "*A*", "Throw."), cells=cells)
    assert [slide.kind for slide in found] == ["opening", *["predict", "figure"] * 2]
    assert "A die." in "".join(found[1].notes)
    monkeypatch.setattr(slides, "MOST", 9)
    found = lesson((0, "*A*", "Throw."), cells=cells)
    assert [slide.kind for slide in found] == [
        "opening",
        "section",
        "idea",
        *["predict", "figure"] * 3,
    ]


def test_a_short_lesson_keeps_every_figure_of_an_answer(monkeypatch):
    monkeypatch.setattr(slides, "MOST", 2)
    drawn = [shown("a", picture=True), shown("b", picture=True)]
    found = lesson(
        (0, "*A*", "Throw."), cells=["## A\n\n**Predict.** And now?", *drawn, "So it is."]
    )
    assert [slide.kind for slide in found] == ["opening", "predict", "figure", "figure"]


# ---------------------------------------------------------------------------------- real decks


class Page(html.parser.HTMLParser):
    """The addresses that a browser would fetch for a page, its pictures and its sections."""

    def __init__(self, text):
        super().__init__()
        self.fetched, self.pictures, self.slides = [], [], []
        self.tags, self.links, self.handlers, self.scripts = set(), [], [], 0
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        attributes = dict(attributes)
        self.tags.add(tag)
        self.scripts += tag == "script"
        self.handlers += [name for name in attributes if name.startswith("on")]
        if tag == "a" and "href" in attributes:
            self.links.append(attributes["href"])
        names = ("src", "srcset", "poster", "data", "background")
        self.fetched += [attributes[name] for name in names if name in attributes]
        if tag == "link" or (tag != "a" and "href" in attributes):
            self.fetched.append(attributes.get("href"))
        if tag == "img":
            self.pictures.append(attributes)
        if tag == "section":
            self.slides.append(attributes)


@pytest.fixture(scope="module")
def decks():
    found = {}

    def read(path):
        if path not in found:
            notebook = nbformat.read(path, as_version=4)
            found[path] = (notebook, slides.Outline(notebook).slides, slides.deck(notebook))
        return found[path]

    return read


@EVERY_LESSON
def test_a_deck_is_one_file_that_fetches_nothing(path, decks):
    notebook, _, text = decks(path)
    page = Page(text)
    assert page.fetched and all(address.startswith("data:") for address in page.fetched)
    assert not re.search(r"@import|url\(", text[: text.index("</style>")])
    assert len(text.encode()) < 2.5e6
    assert slides.deck(notebook) == text


@EVERY_LESSON
def test_a_deck_shows_every_figure_and_every_prediction(path, decks):
    notebook, found, text = decks(path)
    pictures = [
        picture
        for cell in notebook.cells
        if cell.cell_type == "code"
        for picture in slides.outputs(cell)[0]
    ]
    page = Page(text)
    stored = [re.search('src="(.+?)"', picture)[1] for picture in pictures]
    assert [picture["src"] for picture in page.pictures] == stored
    for picture in page.pictures:
        assert len(picture["alt"].removeprefix("Figure. ").split()) >= 3, picture["alt"]
    asked = sum(
        block.asks
        for cell in notebook.cells
        if cell.cell_type == "markdown"
        for block in prose.blocks(cell.source)
    )
    assert sum(slide.kind == "predict" for slide in found) == asked
    assert 25 <= len(found) <= 80
    assert [slide["id"] for slide in page.slides] == [str(n + 1) for n in range(len(found))]
    assert found[-2].title == "Key points" and found[-1].title == "Exercises"


@EVERY_LESSON
def test_every_figure_and_table_has_the_title_of_its_section(path, decks):
    notebook, found, _ = decks(path)
    wanted, section = [], ""
    for cell in notebook.cells:
        for block in prose.blocks(cell.source) if cell.cell_type == "markdown" else ():
            section = block.text if block.kind == "heading" else section
        for picture in slides.outputs(cell)[0] if cell.cell_type == "code" else ():
            wanted.append((section, re.search('src="(.+?)"', picture)[1]))
    drawn = [(s.title, source) for s in found for source in re.findall('src="(.+?)"', s.body)]
    assert drawn == wanted
    for slide in found:
        if slide.kind in ("result", "table", "answer"):
            assert slide.title == slide.section


@EVERY_LESSON
@pytest.mark.parametrize("minutes", [45, 90])
def test_a_plan_has_one_slide_for_two_minutes(path, minutes, decks):
    rows = slides.plan_of(path, minutes)
    found = slides.planned(slides.Outline(decks(path)[0]), rows, minutes)
    assert minutes // 3 <= len(found) <= minutes * 25 // 45
    named = {name for row in rows if not row.first for name, _ in row.named}
    shown = {re.sub("Exercise .+", "Exercises", name) for name in named}
    assert {slide.section for slide in found[1:]} == shown
    whole = [slide.text for slide in decks(path)[1] if slide.kind == "predict"]
    asked = [slide.text for slide in found if slide.kind == "predict"]
    assert asked == [text for text in whole if text in asked], "not in order"
    for slide, after in itertools.pairwise(found):
        # The first question of notebook 09 is answered at its end.
        if slide.kind == "predict" and "Three of these are hard to tell apart" not in slide.text:
            assert after.answers and after.section == slide.section, slide.text


@EVERY_LESSON
def test_no_markup_is_left_in_a_deck(path, decks):
    for slide in decks(path)[1]:
        body = re.sub(r"<(pre|code).*?</\1>|\\[([].*?\\[)\]]", "", slide.body, flags=re.DOTALL)
        raw = re.search(r"\*\*|\$[^$]*\$|`|\]\(", re.sub("<[^>]+>", "", body))
        assert not raw, (slide.title, raw[0])
        assert slide.title and len(slide.text) < 1100


def test_what_the_decks_and_the_site_read_in_common():
    found = doctest.testmod(prose)
    assert found.failed == 0 and found.attempted >= 4


def test_the_words_for_a_figure():
    cells = [
        new_markdown_cell("First. The panels show $D^*$.\n\n**Predict.** Where?"),
        new_code_cell("x = 1"),
        new_code_cell("ax.set(title='left', xlabel=name)"),
        new_code_cell("# Count the *points*.\nplt.show()"),
    ]
    assert prose.figure_words(cells, 2) == "Figure. The panels show D^*. In it: left."
    assert prose.figure_words(cells, 3) == "Figure. Count the points."
    assert prose.figure_words(cells[1:], 0) == "Figure."
    short = [new_markdown_cell("Now three. Each is thrown twice. Then more."), cells[1]]
    assert prose.figure_words(short, 1) == "Figure. Now three. Each is thrown twice."


def test_the_command_writes_a_file_for_each_notebook(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(slides, "SLIDES", tmp_path / "slides")
    assert slides.main(["01"]) == 0
    assert [path.name for path in (tmp_path / "slides").iterdir()] == ["01_image_generation.html"]
    assert "slides," in capsys.readouterr().out
    assert slides.main(["02", "--plan", "45"]) == 0
    assert (tmp_path / "slides" / "02_gan_loss_45_minutes.html").exists()
    monkeypatch.setattr(series, "ROOT", tmp_path)
    assert slides.main(["02", "--plan", "90"]) == 1
    assert "There is no plan" in capsys.readouterr().err
    for strange in ("99", "solutions/01_image_generation.ipynb"):
        assert slides.main([strange]) == 1
        assert capsys.readouterr().err.count("\n") == 1
