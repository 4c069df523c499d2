"""Build the site: the notebooks, the pages of docs/ and the API reference, by Sphinx.

Everything is copied into one tree of sources first. So the site can show notebooks as they were
just executed, without storing them, and links between files of the project become links between
pages, or plain words where the site has no such page. Nothing is executed here, and nothing is
fetched: neither while building nor by the browser that opens the pages from the disk.
"""

import contextlib
import copy
import os
import posixpath
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import nbformat

from tasks import Stop, Ticker, say
from tools import live, live_generator, live_widgets, modules, prose

ROOT = Path(__file__).resolve().parent.parent
DOCS = ROOT / "docs"

# Pages whose sources lie elsewhere in the project.
ABOUT = {
    "CONTRIBUTING.md": "about/contributing.md",
    "CODE_OF_CONDUCT.md": "about/conduct.md",
    "CHANGELOG.md": "about/changelog.md",
    "data/README.md": "about/data.md",
}

# The number of the first notebook of each part.
PARTS = {
    1: "Part I: the article, made to run",
    7: "Part II: judge and debug",
    9: "Part III: the landmarks",
    18: "Part IV: your own work",
}

# ---------------------------------------------------------------------------------- the sources


def place(path):
    """Return where a file of the project lies in the tree of sources, or None if it does not.

    Parameters
    ----------
    path : str
        Relative to the project, with slashes.
    """
    if path in ABOUT:
        return ABOUT[path]
    if path == "README.md":
        return "index.md"
    if path.startswith("notebooks/") and path.endswith(".ipynb"):
        return path
    return path.removeprefix("docs/") if path.startswith("docs/") else None


def with_links(text, path):
    """Point the links of a Markdown text to the pages of the site.

    A link to a file that is no page (tasks.py, say) becomes its words alone.

    Parameters
    ----------
    text : str
    path : str
        Of the file it comes from, relative to the project, with slashes.
    """
    folder, here = posixpath.dirname(path), posixpath.dirname(place(path))

    def translate(match):
        words, target, anchor = match.groups()
        if re.match(r"[a-z]+:", target) or not target:
            return match[0]
        file = posixpath.normpath(posixpath.join(folder, target))
        new = place(file)
        if new is None:
            return words if (ROOT / file).exists() else match[0]
        return f"[{words}]({posixpath.relpath(new, here or '.')}{anchor or ''})"

    # A fenced block is shown as it stands.
    pieces = re.split(r"(^```.*?^```)", text, flags=re.MULTILINE | re.DOTALL)
    link = r"(?<![!\w])\[([^\[\]]+)\]\(([^)\s#]*)(#[^)\s]*)?\)"
    pieces[::2] = [re.sub(link, translate, piece) for piece in pieces[::2]]
    return "".join(pieces)


def with_open_details(text):
    """Give `<details>` empty lines around their contents, so that these are read as Markdown."""
    return re.sub(
        r"^([ \t]*)<details>[ \t]*<summary>([^\n]*?)</summary>[ \t]*(\S.*?)</details>",
        r"\1<details><summary>\2</summary>\n\n\1\3\n\n\1</details>\n",
        text,
        flags=re.MULTILINE | re.DOTALL,
    )


def write_help(source):
    """Write what each command of ``python -m ganlab`` says of itself, in 80 columns."""

    def ask(*command):
        done = subprocess.run(
            [sys.executable, "-m", "ganlab", *command, "--help"],
            cwd=ROOT,
            env=dict(os.environ, COLUMNS="80", PYTHONUTF8="1", NO_COLOR="1"),
            capture_output=True,
            encoding="utf-8",
        )
        if done.returncode:
            raise Stop(f"The commands of ganlab do not start: {done.stderr.strip()[-300:]}")
        return done.stdout.strip()

    found = re.findall(r"^    (\w+) +(\S.*(?:\n {8,}\S.*)*)", ask(), re.MULTILINE)
    pieces = []
    for command, purpose in found:
        purpose = " ".join(purpose.split())
        text = f"{purpose[0].upper()}{purpose[1:]}.\n\n```text\n{ask(command)}\n```"
        pieces += [f"## `{command}`", text]
    save(source / "generated" / "command_line.md", "\n\n".join(pieces) + "\n")


def toctree(entries, caption=""):
    """Return a hidden table of contents in MyST."""
    options = ":hidden:\n" + (f":caption: {caption}\n" if caption else "")
    return "```{toctree}\n" + options + "\n" + "\n".join(entries) + "\n```"


def part(number):
    """Return the name of the part of the series that a notebook belongs to."""
    return PARTS[max(first for first in PARTS if first <= max(number, 1))]


def write_series(source, notebooks, results):
    """Write the notebooks and the list of them for the first page; return the site's contents.

    Parameters
    ----------
    source : Path
    notebooks : dict
        From the path of each notebook, relative to the project, to its content.
    results : dict
        From some of these paths to what came of executing them (series.Execution).
    """
    lessons, solutions = {}, []
    for path, notebook in notebooks.items():
        shown = copy.deepcopy(notebook)
        for index, cell in enumerate(shown.cells):
            if cell.cell_type == "code":
                words = prose.figure_words(notebook.cells, index)
                cell.metadata["mystnb"] = {"image": {"alt": words}}
            if cell.cell_type == "markdown":
                cell.source = with_open_details(with_links(cell.source, path))
        live_widgets.show(shown.cells)
        (source / path).parent.mkdir(parents=True, exist_ok=True)
        nbformat.write(shown, source / path)
        header, stem = prose.read_header(notebook), posixpath.splitext(path)[0]
        number, title = posixpath.basename(path)[:2], header.title or posixpath.basename(stem)
        entry = f"{number} {title} <{stem}>"
        if posixpath.dirname(path) != "notebooks":
            solutions.append(re.sub(r" Solutions to \d\d: ", " ", entry))  # under that caption
            continue
        minutes = f"About {header.minutes} minutes." if header.minutes else ""
        if path in results:
            minutes += f" Executed in {results[path]}."
        lines = [f"[{number}\N{EN SPACE}{title}]({path})", header.question, minutes.strip()]
        if path in results and results[path].error:
            words = re.sub(r"([`*_\[\]<>\\$])", r"\\\1", results[path].error)
            lines.append(f":::{{container}} failed\nFailed at {words}\n:::")
        card = "::::{container} lesson\n" + "\n\n".join(filter(None, lines)) + "\n::::"
        lessons.setdefault(part(int(number)), []).append((card, entry))

    cards, contents = [], []
    for name, pairs in lessons.items():
        cards += [f"### {name}", ":::::{container} series"]
        cards += [card for card, _ in pairs] + [":::::"]
        contents.append(toctree([entry for _, entry in pairs], name))
    if solutions:
        contents.append(toctree(solutions, "Solutions"))
    save(source / "generated" / "series.md", "\n\n".join(cards))
    return contents


def teaching(source):
    """Return the list of whatever pages lie in docs/teaching, in MyST: lessons come last."""
    entries = []

    def order(path):
        return path.stem != "index", path.stem[0].isdigit(), path

    for page in sorted((source / "teaching").rglob("*.md"), key=order):
        heading = re.search(r"^# (.+)$", page.read_text(encoding="utf-8"), re.MULTILINE)
        title = heading[1].replace("`", "") if heading else page.stem.replace("_", " ")
        entries.append(f"{title} <{page.relative_to(source).with_suffix('').as_posix()}>")
    return "```{toctree}\n" + "\n".join(entries) + "\n```" if entries else ""


def collect(source, notebooks, results):
    """Write everything that Sphinx reads into the folder `source`."""
    ignored = shutil.ignore_patterns("*.ipynb", "_build", "__pycache__")
    shutil.copytree(DOCS, source, ignore=ignored)
    for path in sorted(source.rglob("*.md")):
        origin = "docs/" + path.relative_to(source).as_posix()
        save(path, with_links(path.read_text(encoding="utf-8"), origin))
    for origin, new in ABOUT.items():
        save(source / new, with_links((ROOT / origin).read_text(encoding="utf-8"), origin))
    reference = (source / "api.md").read_text(encoding="utf-8")
    save(source / "api.md", modules.filled(reference, modules.reference))
    write_help(source)
    save(source / "generated" / "generator.md", live.raw(live_generator.page()))
    around = toctree(["prerequisites", "concepts", "ethics"], "Around the series")
    contents = [around, *write_series(source, notebooks, results)]
    save(source / "generated" / "teaching.md", teaching(source))
    if (source / "teachers.md").exists():  # not in the build for students
        contents.append(toctree(["teachers"], "For teachers"))
    books = ["microgan", "api", "command_line", "glossary", "bibliography", "keras", "security"]
    contents.append(toctree(books, "Reference"))
    about = ["license", "accessibility", *(new.removesuffix(".md") for new in ABOUT.values())]
    contents.append(toctree(about, "About the project"))
    save(source / "generated" / "contents.md", "\n\n".join(contents))


def save(path, text):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8", newline="\n")


# ----------------------------------------------------------------------------------- the building


def build(site, notebooks, *, results=None, strict=True):
    """Build the site; what was there before stays until the new one is complete.

    Parameters
    ----------
    site : Path
        A folder of its own: all that is in it is replaced.
    notebooks : dict of str to nbformat.NotebookNode
        By their paths relative to the project, with slashes, in reading order.
    results : dict of str to series.Execution, optional
        What came of executing some of them: the first page says it.
    strict : bool
        Whether a warning of Sphinx, such as a link to nowhere, is an error.

    Raises
    ------
    Stop
        If Sphinx could not build it.
    """
    with replaced(site) as new, tempfile.TemporaryDirectory() as folder:
        source = Path(folder, "source")
        collect(source, notebooks, results or {})
        command = [sys.executable, "-m", "sphinx", "-q", "-b", "html", "-d", f"{folder}/doctrees"]
        command += ["-W"] * strict + [str(source), str(new)]
        with Ticker("building the site"):
            done = subprocess.run(
                command,
                cwd=ROOT,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                encoding="utf-8",
                errors="replace",
            )
        if done.stdout:
            say(done.stdout.strip().replace(str(source) + os.sep, ""))
        if done.returncode:
            raise Stop("The site was not built; what Sphinx found stands above.")


@contextlib.contextmanager
def replaced(path):
    """Give an empty folder that takes the place of an older one once everything is in it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(
        prefix=f".{path.name}-", dir=path.parent, ignore_cleanup_errors=True
    ) as folder:
        new = Path(folder, "new")
        new.mkdir()
        yield new
        try:
            if path.exists():
                os.rename(path, Path(folder, "old"))
            os.rename(new, path)
        except OSError:  # Windows, where somebody has the old one open
            shutil.copytree(new, path, dirs_exist_ok=True)
