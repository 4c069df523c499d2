"""Turns executed notebooks into pages that can be read without a network.

Figures are embedded in the pages, and the formulas are set by a copy of MathJax beside them.
"""

import dataclasses
import html
import importlib.metadata
import logging
import os
import re
import shutil

from nbconvert import HTMLExporter

STYLE = """
<style>
body.jp-Notebook, main { max-width: 62rem; margin: 0 auto; }
nav.series { max-width: 62rem; margin: 0 auto; padding: 1rem; display: flex;
  justify-content: space-between; font-family: system-ui, sans-serif; font-size: 0.9rem; }
nav.series a { color: #1565c0; text-decoration: none; }
nav.series a:hover { text-decoration: underline; }
</style>
"""

# SVG needs no fonts: browsers refuse those of a page that was opened from a folder.
MATHJAX = """
<script>
window.MathJax = {
  tex: { inlineMath: [["$", "$"], ["\\\\(", "\\\\)"]], processEscapes: true, tags: "ams" },
  options: { enableMenu: false }
};
</script>
"""

INDEX = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>ganlab: the notebooks</title>
<style>
body {{ font-family: system-ui, sans-serif; line-height: 1.5; max-width: 46rem;
  margin: 2rem auto; padding: 0 1rem; color: #212121; }}
li {{ margin-bottom: 1rem; list-style: none; }}
ul {{ padding: 0; }}
a {{ color: #1565c0; font-weight: 600; }}
small {{ color: #616161; }}
.failed {{ color: #b71c1c; }}
</style>
</head>
<body>
<h1>Image generation with generative adversarial networks</h1>
<p>The notebooks as they were executed on this machine. To execute them yourself, cell by cell:
<code>python3 tasks.py lab</code>.</p>
<ul>
{rows}
</ul>
</body>
</html>
"""


@dataclasses.dataclass(frozen=True)
class Header:
    """What the first cell of a notebook says; a part that is missing is empty, or 0."""

    title: str
    question: str
    objectives: tuple[str, ...]
    before: str
    minutes: int
    seconds: int
    last_figure: str


def read_header(notebook):
    """Reads the header cell in the form that CONTRIBUTING.md asks for.

    Parameters
    ----------
    notebook : nbformat.NotebookNode

    Returns
    -------
    Header
    """
    first = notebook.cells[0] if notebook.cells else {"cell_type": None, "source": ""}
    text = first["source"] if first["cell_type"] == "markdown" else ""

    def find(pattern):
        match = re.search(pattern, text, re.MULTILINE | re.DOTALL)
        return " ".join(match[1].split()) if match else ""

    time = re.search(
        r"^\*\*Time:\*\* about (\d+) minutes? to read and run, "
        r"(?:about )?(\d+) seconds of computing on two cores",
        text,
        re.MULTILINE,
    )
    objectives = re.search(
        r"^\*\*You will\*\*.*?\n\s*((?:[-*] .+?)(?=\n\s*\n(?![-*] )|\Z))",
        text,
        re.MULTILINE | re.DOTALL,
    )
    return Header(
        title=find(r"\A# (.+?)$"),
        question=find(r"^\*\*Question\.\*\* (.+?)(?:\n\s*\n|\Z)"),
        objectives=tuple(
            " ".join(item.split())
            for item in re.split(r"^[-*] ", objectives[1], flags=re.MULTILINE)[1:]
        )
        if objectives
        else (),
        before=find(r"^\*\*Before this:\*\* (.+?)(?:\n\s*\n|\n\*\*|\Z)"),
        minutes=int(time[1]) if time else 0,
        seconds=int(time[2]) if time else 0,
        last_figure=find(r"^\*\*The last figure\*\* (.+?)(?:\n\s*\n|\n\*\*|\Z)"),
    )


def page_name(path):
    """Names the page of a notebook; solutions lie in a folder of that name."""
    return f"solutions_{path.stem}.html" if path.parent.name == "solutions" else f"{path.stem}.html"


def copy_mathjax(site):
    """Puts MathJax into the site and returns its address in a page."""
    package = importlib.metadata.distribution("sphinx-mathjax-offline")
    script = "tex-svg-full.js"  # everything in one file
    shutil.copyfile(
        package.locate_file(f"sphinx-mathjax-offline/static/mathjax/{script}"), site / script
    )
    return script


def to_html(notebook, *, title, folder, mathjax):
    """Returns the page of one executed notebook as a string.

    Parameters
    ----------
    notebook : nbformat.NotebookNode
    title : str
    folder : Path
        Where the notebook lies: pictures in its text are found from there and embedded.
    mathjax : str
        Address of MathJax, relative to the page.
    """
    exporter = HTMLExporter(embed_images=True, mathjax_url=mathjax, require_js_url="")
    exporter.log.setLevel(logging.ERROR)  # figures have no alternative text: known
    resources = {"metadata": {"name": title, "path": str(folder)}}
    page, _ = exporter.from_notebook_node(notebook, resources)
    page = page.replace('<script src=""></script>', "")
    # Other notebooks are linked as notebooks; here they are pages.
    page = re.sub(
        r'href="(?:\./|\.\./)?(solutions/)?(\d\d_\w+)\.ipynb(#[^"]*)?"',
        lambda link: f'href="{"solutions_" if link[1] else ""}{link[2]}.html{link[3] or ""}"',
        page,
    )
    return page.replace("<head>", f"<head>{MATHJAX}{STYLE}", 1)


def navigation(path, paths):
    """Returns the links to the previous notebook, the list and the next notebook."""
    place = paths.index(path)

    def link(other, text):
        return f'<a href="{page_name(other)}">{html.escape(text)}</a>' if other else "<span></span>"

    before = paths[place - 1] if place else None
    after = paths[place + 1] if place + 1 < len(paths) else None
    return (
        '<nav class="series">'
        + link(before, f"\N{LEFTWARDS ARROW} {before.stem}" if before else "")
        + '<a href="index.html">All notebooks</a>'
        + link(after, f"{after.stem} \N{RIGHTWARDS ARROW}" if after else "")
        + "</nav>"
    )


def write_page(site, path, notebook, paths, result):
    """Writes the page of one notebook and returns its row of the index as HTML."""
    header = read_header(notebook)
    title = header.title or path.stem
    page = to_html(notebook, title=title, folder=path.parent, mathjax=copy_mathjax(site))
    links = navigation(path, paths)
    page = re.sub(r"<body[^>]*>", lambda body: body[0] + links, page, count=1)
    page = page.replace("</body>", f"{links}</body>", 1)
    save(site / page_name(path), page)
    row = f'<li><a href="{page_name(path)}">{html.escape(path.stem[:2])} {html.escape(title)}</a>'
    if header.question:
        row += f"<br>{html.escape(header.question)}"
    minutes = f"about {header.minutes} minutes to read and run; " if header.minutes else ""
    row += f"<br><small>{minutes}executed in {html.escape(str(result))}</small>"
    if result.error:
        row += f'<br><span class="failed">Failed at {html.escape(result.error)}</span>'
    return row + "</li>"


def write_index(site, rows):
    """Writes the list of the pages."""
    save(site / "index.html", INDEX.format(rows="\n".join(rows)))


def save(path, text):
    """Writes a text so that a reader finds either the old or the new one, whole."""
    new = path.with_name(path.name + ".new")
    new.write_text(text, encoding="utf-8", newline="\n")
    os.replace(new, path)
