"""tools/pages.py: the site is complete, has no loose ends and needs no network."""

import ast
import html.parser
import re
import shutil
import urllib.parse
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

import tasks
from tasks import Stop
from tools import modules, pages, prose, series

ROOT = Path(__file__).parents[2]
LESSONS = series.lessons()

# ------------------------------------------------------------------------------------- the sources


@pytest.mark.parametrize(
    ("text", "path", "expected"),
    [
        ("[n](../notebooks/02_b.ipynb#x)", "docs/index.md", "[n](notebooks/02_b.ipynb#x)"),
        ("[n](../../notebooks/02_b.ipynb)", "docs/teaching/a.md", "[n](../notebooks/02_b.ipynb)"),
        ("[n](02_b.ipynb)", "notebooks/01_a.ipynb", "[n](02_b.ipynb)"),
        ("[n](../01_a.ipynb)", "notebooks/solutions/01_a.ipynb", "[n](../01_a.ipynb)"),
        ("[g](../docs/glossary.md)", "notebooks/01_a.ipynb", "[g](../glossary.md)"),
        ("[c](../CONTRIBUTING.md#x)", "docs/index.md", "[c](about/contributing.md#x)"),
        ("[d](data/README.md)", "CONTRIBUTING.md", "[d](data.md)"),
        ("run [t](../tasks.py) now", "docs/index.md", "run t now"),
        ("[here](#x), [w](https://doi.org/1)", "docs/index.md", None),
        ("![a picture](../tasks.py)", "docs/index.md", None),
        ("```\n[t](../tasks.py)\n```\n", "docs/index.md", None),
        ("`f[i](x)`, [lost](../nowhere.md)", "docs/index.md", None),
    ],
)
def test_links_between_files_become_links_between_pages(text, path, expected):
    assert pages.with_links(text, path) == (text if expected is None else expected)


def test_no_line_of_a_page_is_left_out_as_a_comment():
    """MyST drops a line that begins with a percent sign, as after "98" at the end of another."""
    texts = {path: path.read_text(encoding="utf-8") for path in pages.DOCS.rglob("*.md")}
    texts |= {path: (ROOT / path).read_text(encoding="utf-8") for path in pages.ABOUT}
    for path in series.notebooks():
        cells = [cell.source for cell in series.read(path).cells if cell.cell_type == "markdown"]
        texts[path] = "\n\n".join(cells)
    for path, text in texts.items():
        assert not re.search(r"^ {0,3}%.*", text, re.MULTILINE), path


def test_hints_are_read_as_markdown():
    line = "   <details><summary>Hint</summary>Think of $p = q$.</details>"
    expected = "   <details><summary>Hint</summary>\n\n   Think of $p = q$.\n\n   </details>\n"
    assert pages.with_open_details(line) == expected
    assert pages.with_open_details(f"{line}\n{line}") == f"{expected}\n{expected}"
    spread = "<details>\n<summary>Hint</summary>\n\nThink.\n\n</details>"
    assert pages.with_open_details(spread) == spread


def test_the_pages_of_teachers_begin_with_the_general_ones(tmp_path):
    for name in ("02_loss", "index", "running", "01_images"):
        pages.save(tmp_path / "teaching" / f"{name}.md", f"# About `{name}`\n")
    found = re.findall(r"<teaching/(\w+)>", pages.teaching(tmp_path))
    assert found == ["index", "running", "01_images", "02_loss"]
    assert "About running <" in pages.teaching(tmp_path)


@pytest.mark.parametrize("theirs", [True, False])
def test_teachers_are_addressed_where_their_pages_are(theirs, tmp_path, monkeypatch):
    """The build for students has none of these pages, and its site must not miss them."""
    docs = tmp_path / "docs"
    shutil.copytree(pages.DOCS, docs, ignore=shutil.ignore_patterns("sketches*"))
    if not theirs:
        shutil.rmtree(docs / "teaching")
        (docs / "teachers.md").unlink()
    monkeypatch.setattr(pages, "DOCS", docs)
    pages.collect(tmp_path / "source", {}, {})
    contents = (tmp_path / "source" / "generated" / "contents.md").read_text(encoding="utf-8")
    assert ("teachers" in contents) == theirs


def test_solutions_have_a_section_of_their_own_after_the_notebooks(tmp_path):
    books = {"notebooks/02_b.ipynb": lesson(), "notebooks/solutions/02_b.ipynb": lesson()}
    books["notebooks/solutions/02_b.ipynb"].cells[0].source = "# Solutions to 02: A lesson"
    *parts, last = pages.write_series(tmp_path, books, {})
    assert len(parts) == 1 and "02 A lesson <notebooks/02_b>" in parts[0]
    assert ":caption: Solutions\n\n02 A lesson <notebooks/solutions/02_b>" in last
    listed = (tmp_path / "generated" / "series.md").read_text(encoding="utf-8")
    assert "solutions" not in listed


def test_a_figure_is_described(tmp_path):
    image = new_output("display_data", data={"image/png": "", "text/plain": "<Figure>"})
    code = "plt.title('two films')"
    book = nbformat.from_dict(lesson("Look at the films. Then go on.", code=code, output=image))
    pages.write_series(tmp_path, {"notebooks/01_a.ipynb": book}, {})
    written = nbformat.read(tmp_path / "notebooks" / "01_a.ipynb", as_version=4)
    words = written.cells[-1].metadata["mystnb"]["image"]["alt"]
    assert words == "Figure. Look at the films. In it: two films."
    assert "mystnb" not in book.cells[-1].metadata


def test_the_command_line_speaks_for_itself(tmp_path):
    pages.write_help(tmp_path)
    text = (tmp_path / "generated" / "command_line.md").read_text(encoding="utf-8")
    commands = re.findall(r"^## `(\w+)`\n\n[A-Z].+\.$", text, re.MULTILINE)
    assert commands == ["train", "sample", "evaluate", "features", "invert"]
    for command in commands:
        assert text.count(f"usage: python -m ganlab {command} ") == 1
    assert max(map(len, text.splitlines())) <= 80 + len("Measure")


def test_a_build_that_fails_leaves_the_older_one(tmp_path):
    target = tmp_path / "site"
    target.mkdir()
    (target / "old").touch()
    with pytest.raises(RuntimeError), pages.replaced(target) as folder:
        (folder / "new").touch()
        raise RuntimeError
    assert [path.name for path in tmp_path.iterdir()] == ["site"]
    assert (target / "old").exists()
    with pages.replaced(target) as folder:
        (folder / "new").touch()
    assert [path.name for path in target.iterdir()] == ["new"]


# ----------------------------------------------------------------------------------- what was built


class Page(html.parser.HTMLParser):
    """What a browser fetches for a page, its links, its anchors, and its text."""

    def __init__(self, path):
        super().__init__()
        self.fetched, self.links, self.anchors = [], [], set()
        self.described = []  # what is said of each figure
        self.text, self.prose = "", ""  # with and without blocks of code
        self.styles, self.tag, self.in_code = [], None, False
        self.feed(path.read_text(encoding="utf-8"))

    def handle_starttag(self, tag, attributes):
        self.tag, self.in_code = tag, self.in_code or tag == "pre"
        attributes = {name: value or "" for name, value in attributes}
        self.anchors.add(attributes.get("id"))
        self.styles.append(attributes.get("style", ""))
        if tag == "a":
            self.links.append(attributes.get("href", ""))
        elif tag == "link":
            if set(attributes["rel"].split()) & {"next", "prev", "index", "search", "author"}:
                self.links.append(attributes["href"])
            else:
                self.fetched.append(attributes["href"])
        elif tag == "meta" and attributes.get("http-equiv", "").lower() == "refresh":
            self.fetched.append(attributes["content"])
        elif tag != "use":
            if "_images" in attributes.get("src", ""):
                self.described.append(attributes.get("alt", ""))
            names = ("src", "data", "poster", "background", "manifest")
            self.fetched += [attributes[name] for name in names if name in attributes]
            sets = attributes.get("srcset", "").split(",")
            self.fetched += [part.split()[0] for part in sets if part.strip()]

    def handle_endtag(self, tag):
        self.tag, self.in_code = None, self.in_code and tag != "pre"

    def handle_data(self, data):
        if self.tag == "script":
            return
        if self.tag == "style":
            self.styles.append(data)
        self.text += data
        self.prose += "" if self.in_code else data


def addresses_in(style):
    found = re.findall(r"url\(\s*(?:\"([^\"]*)\"|'([^']*)'|([^)]*))\)", style)
    found += re.findall(r"@import\s+(?:\"([^\"]*)\"|'([^']*)'|([^;\s]*))", style)
    return ["".join(groups).strip() for groups in found]


def missing(site, page, address):
    """Tells whether what an address stands for is not a file (and anchor) of the site."""
    url = urllib.parse.urlsplit(address)
    if url.scheme == "data":
        return False
    target = (page.parent / urllib.parse.unquote(url.path)).resolve() if url.path else page
    return bool(url.scheme or url.netloc) or site not in target.parents or not target.is_file()


def check_that_nothing_is_fetched(site):
    """Asserts that a browser needs nothing but the files of the site to show any of its pages."""
    found = sorted(site.rglob("*.html"))
    assert found
    for page in found:
        parsed = Page(page)
        styles = [address for style in parsed.styles for address in addresses_in(style)]
        for address in parsed.fetched + styles:
            assert not missing(site, page, address), f"{address} in {page.relative_to(site)}"
    for sheet in site.rglob("*.css"):
        for address in addresses_in(sheet.read_text(encoding="utf-8")):
            assert not missing(site, sheet, address), f"{address} in {sheet.name}"
    for script in site.rglob("*.js"):
        # Names of XML languages and pages named in comments are not fetched. MathJax would fetch
        # a program that speaks formulas once a reader asks its menu for it: there is no menu.
        known = r"https?://(?!www\.w3\.org/|www\.apache\.org/licenses|github\.com/mhchem"
        known += r"|www\.mathjax\.org|developer\.mozilla\.org/|snowballstem\.org/"
        known += r"|cdn\.jsdelivr\.net/npm/(speech-rule-engine|sre-mathmaps-ie|wicked-good-xpath)"
        other = re.search(known + r")[^\s\"']+", script.read_text(encoding="utf-8"))
        assert not other, f"{other[0]} in {script.name}"


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.html", '<script src="https://cdn.example.org/a.js"></script>'),
        ("a.html", '<link rel="stylesheet" href="//fonts.example.org/css">'),
        ("a.html", '<img src="gone.png">'),
        ("a.html", '<img src="ok.png" srcset="ok.png 1x, http://example.org/2.png 2x">'),
        ("a.html", "<style>@import 'https://example.org/a.css';</style>"),
        ("a.html", '<p style="background: url(http://example.org/a.png)">'),
        ("a.css", "@font-face { src: url('https://fonts.example.org/a.woff2'); }"),
        ("a.js", 'fetch("https://example.org/index.json")'),
    ],
)
def test_what_would_be_fetched_is_found(name, text, tmp_path):
    (tmp_path / "index.html").write_text("<a href='https://arxiv.org'>a link</a>")
    (tmp_path / "ok.png").touch()
    check_that_nothing_is_fetched(tmp_path)
    (tmp_path / name).write_text(text)
    with pytest.raises(AssertionError):
        check_that_nothing_is_fetched(tmp_path)


def test_there_is_a_command_for_it(monkeypatch):
    made = []
    monkeypatch.setattr(tasks, "set_up", lambda: "python")
    monkeypatch.setattr(tasks, "call", lambda python, arguments: made.append(arguments) or 7)
    assert tasks.main(["site"]) == 7
    assert made == [["-m", "tools.series", "site"]]
    with pytest.raises(SystemExit):
        tasks.main(["site", "--fast"])


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """The site of this project, built strictly, as `tasks.py site` builds it."""
    folder = tmp_path_factory.mktemp("built").resolve() / "site"
    books = {series.within(path): series.read(path) for path in series.notebooks()}
    pages.build(folder, books)
    return folder


@pytest.mark.slow
def test_it_needs_no_network(site):
    check_that_nothing_is_fetched(site)
    text = (site / "notebooks" / "02_gan_loss.html").read_text(encoding="utf-8")
    assert '"enableMenu": false' in text and "tex-svg-full.js" in text


@pytest.mark.slow
def test_every_link_within_it_leads_somewhere(site):
    found = {page.resolve(): Page(page) for page in site.rglob("*.html")}
    for page, parsed in found.items():
        for link in parsed.links:
            url = urllib.parse.urlsplit(link)
            if url.scheme in ("http", "https", "mailto"):
                continue
            assert not missing(site, page, link), f"{link} in {page.name}"
            target = (page.parent / urllib.parse.unquote(url.path)).resolve() if url.path else page
            anchor = urllib.parse.unquote(url.fragment)
            if anchor and target in found:
                assert anchor in found[target].anchors, f"{link} in {page.name}"


@pytest.mark.slow
def test_the_first_page_leads_to_every_lesson_with_its_question_and_minutes(site):
    index = Page(site / "index.html")
    places = []
    words = " ".join(index.text.split())
    for path in LESSONS:
        header = prose.read_header(series.read(path))
        places.append(index.links.index(f"notebooks/{path.stem}.html"))
        assert header.title in words
        assert f"About {header.minutes} minutes." in words
    assert places == sorted(places), "in reading order"
    others = ("api", "command_line", "glossary", "bibliography", "security", "teachers")
    for page in (*others, "about/contributing"):
        assert f"{page}.html" in index.links


@pytest.mark.slow
@pytest.mark.parametrize("path", LESSONS, ids=lambda path: path.stem)
def test_a_lesson_shows_its_stored_figures_and_what_it_printed(path, site):
    page = Page(site / "notebooks" / f"{path.stem}.html")
    words = " ".join(page.text.split())
    figures = 0
    for cell in series.read(path).cells:
        for output in cell.get("outputs", ()):
            figures += any(kind.startswith("image/") for kind in output.get("data", ()))
            if output.output_type == "stream":
                assert " ".join(output.text.split()) in words
    assert sum("_images" in address for address in page.fetched) >= figures
    assert len(page.described) >= figures
    assert all(len(words.split()) > 3 for words in page.described), "what a figure shows"
    raw = re.search(r"</?(details|summary)>|\$[^$\n]*\\[a-z]+[^$\n]*\$|\]\(", page.prose)
    assert not raw, f"{raw[0]!r} was not read as Markdown"


@pytest.mark.slow
@pytest.mark.parametrize("package", sorted(modules.FLOORS))
def test_every_module_has_a_page_with_every_public_name(package, site):
    index = Page(site / "api.html")
    for name in modules.public(package):
        tree = ast.parse(modules.source(package, name).read_text(encoding="utf-8"))
        exported = next(
            ast.literal_eval(node.value)
            for node in tree.body
            if isinstance(node, ast.Assign) and node.targets[0].id == "__all__"
        )
        page = Page(site / "api" / f"{package}.{name}.html")
        shown = page.anchors | {link.rpartition("#module-")[2] for link in page.links}
        assert {f"{package}.{name}.{each}" for each in exported} <= shown
        assert index.links.count(f"api/{package}.{name}.html#module-{package}.{name}") == 1


@pytest.mark.slow
def test_names_of_the_package_in_pages_are_links(site):
    found = 0
    for source in (ROOT / "docs").glob("*.md"):
        page = Page(site / f"{source.stem}.html")
        for name in re.findall(r"\{py:\w+\}`([\w.]+)`", source.read_text(encoding="utf-8")):
            assert any(link.endswith((f"#{name}", f"#module-{name}")) for link in page.links), name
            found += 1
    assert found >= 4


@pytest.mark.slow
def test_names_of_papers_and_notebooks_are_links(site):
    bibliography = Page(site / "bibliography.html")
    assert "https://arxiv.org/abs/1406.2661" in bibliography.links
    assert "notebooks/02_gan_loss.html" in bibliography.links
    losses = Page(site / "api" / "ganlab.losses.html")
    assert "https://arxiv.org/abs/1701.07875" in losses.links
    assert "../notebooks/02_gan_loss.html" in losses.links
    assert {"ganlab.losses.hinge", "ganlab.losses.AdversarialLoss"} <= losses.anchors


@pytest.mark.slow
def test_a_class_says_how_it_is_made(site):
    for page in (site / "api").glob("*.html"):
        assert "(*args, **kwargs)" not in Page(page).text, page.name
    words = " ".join(Page(site / "api" / "ganlab.training.html").text.split())
    assert "class GAN( generator, discriminator, *, loss," in words


@pytest.mark.slow
def test_search_finds_words_of_notebooks_and_docstrings(site):
    index = (site / "searchindex.js").read_text(encoding="utf-8")
    for name in ("notebooks/02_gan_loss", "api/ganlab.losses", "glossary"):
        assert f'"{name}"' in index
    assert re.search(r'\bsatur"?:', index), "stems of words"


def lesson(*markdown, code="print('seen')", output=None):
    cells = [new_markdown_cell("# A lesson\n\n**Question.** Why?")]
    cells += [new_markdown_cell(text) for text in markdown]
    output = output or new_output("stream", name="stdout", text="seen\n")
    cells.append(new_code_cell(code, execution_count=1, outputs=[output]))
    return new_notebook(cells=cells)


@pytest.fixture
def no_api(monkeypatch):
    """A site without the reference, which is most of the time it takes to build one."""
    monkeypatch.setattr(modules, "FLOORS", dict.fromkeys(modules.FLOORS, ()))


@pytest.mark.slow
def test_a_failed_lesson_is_shown_and_said(no_api, tmp_path):
    error = new_output(
        "error", ename="ValueError", evalue="too *bad*", traceback=["ValueError: too bad"]
    )
    books = {
        "notebooks/01_a.ipynb": lesson("See [the next](02_b.ipynb)."),
        "notebooks/02_b.ipynb": lesson(code="fail()", output=error),
        "notebooks/solutions/01_a.ipynb": lesson("Back to [the lesson](../01_a.ipynb)."),
    }
    results = {
        "notebooks/01_a.ipynb": series.Execution(12.2, 345_000_000),
        "notebooks/02_b.ipynb": series.Execution(3, 1, "In [1]: ValueError: too *bad*"),
    }
    folder = tmp_path.resolve() / "site"
    (folder / "old").mkdir(parents=True)
    pages.build(folder, books, results=results, strict=False)
    assert not (folder / "old").exists() and list(tmp_path.iterdir()) == [folder]
    index = Page(folder / "index.html")
    words = " ".join(index.text.split())
    assert "Executed in 12 s, 345 MB." in words
    assert "Failed at In [1]: ValueError: too *bad*" in words
    first = Page(folder / "notebooks" / "01_a.html")
    assert "02_b.html" in first.links and "seen" in first.text
    assert "ValueError: too bad" in Page(folder / "notebooks" / "02_b.html").text
    assert "../01_a.html" in Page(folder / "notebooks" / "solutions" / "01_a.html").links
    check_that_nothing_is_fetched(folder)


@pytest.mark.slow
def test_a_link_to_nowhere_is_an_error_and_leaves_the_old_site(no_api, tmp_path, capsys):
    folder = tmp_path.resolve() / "site"
    folder.mkdir()
    (folder / "index.html").write_text("the old one")
    books = {series.within(path): series.read(path) for path in LESSONS}
    books["notebooks/01_image_generation.ipynb"] = nbformat.from_dict(
        lesson("See [the missing one](99_missing.ipynb).")
    )
    with pytest.raises(Stop, match="not built"):
        pages.build(folder, books)
    said = capsys.readouterr().out
    assert "99_missing" in said and str(tmp_path) not in said
    assert (folder / "index.html").read_text() == "the old one"
    assert list(tmp_path.iterdir()) == [folder]
