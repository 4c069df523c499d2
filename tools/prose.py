"""Read what notebooks say: their headers, blocks, sentences, and the words of a figure.

The slides and the site share it, so that a figure is described in one way.
"""

import ast
import dataclasses
import importlib.metadata
import re

from markdown_it import MarkdownIt
from mdit_py_plugins.dollarmath import dollarmath_plugin

# Formulas are set by one file, in SVG: browsers refuse the fonts of a page opened from a folder.
MATHJAX = importlib.metadata.distribution("sphinx-mathjax-offline").locate_file(
    "sphinx-mathjax-offline/static/mathjax/tex-svg-full.js"
)


def markdown():
    """Return a reader of the Markdown that notebooks are written in, without rules of its own."""
    return MarkdownIt("commonmark", {"html": True}).enable("table").use(dollarmath_plugin)


MARKDOWN = markdown()
KINDS = {
    "heading_open": "heading",
    "paragraph_open": "paragraph",
    "bullet_list_open": "list",
    "ordered_list_open": "list",
    "math_block": "math",
    "fence": "code",
    "table_open": "table",
}
DRAWN = ("set_title", "title", "suptitle", "xlabel", "ylabel", "set_xlabel", "set_ylabel")
WRITTEN = ("title", "xlabel", "ylabel", "label")
UNSPOKEN = "left|right|[bB]igg?|operatorname|text|math(?:bb|rm|cal|bf)|displaystyle"
FORM = re.compile(r"\*Your prediction \(.+\):\*")  # a line to write on says nothing
POINTS_AT_FIGURE = re.compile(r"\b(figure|panels?|strip|film|map|dotted|bars?|the plot)\b", re.I)


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
    """Read the header cell in the form that CONTRIBUTING.md asks for.

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


@dataclasses.dataclass
class Block:
    """A piece of Markdown: kind (one of KINDS or "other"), source, and level of a heading."""

    kind: str
    text: str
    level: int = 0

    @property
    def asks(self):
        """Whether the reader is asked for a prediction."""
        return self.kind == "paragraph" and "**Predict" in self.text


def blocks(text):
    """Split Markdown into its blocks of the top level.

    Parameters
    ----------
    text : str

    Returns
    -------
    list of Block

    Examples
    --------
    >>> [block.kind for block in blocks("## A\\n\\nWhy?\\n\\n$$x$$\\n\\n- one\\n- two")]
    ['heading', 'paragraph', 'math', 'list']
    """
    lines, found = text.split("\n"), []
    for token in MARKDOWN.parse(text):
        if token.level or token.map is None or token.nesting < 0:
            continue
        source = "\n".join(lines[slice(*token.map)]).strip()
        kind = KINDS.get(token.type, "other")
        if kind == "heading":
            found.append(Block(kind, source.lstrip("# "), int(token.tag[1])))
        elif FORM.fullmatch(source):
            continue
        elif kind == "paragraph" and source.startswith("$$") and source.endswith("$$"):
            found.append(Block("math", source))
        elif kind == "math":
            found.append(Block(kind, f"$${token.content.strip()}$$"))
        else:
            found.append(Block(kind, source))
    return found


def sentences(text):
    """Split a paragraph into sentences, each with its marks of emphasis.

    Examples
    --------
    >>> sentences("**Break it.** The score is $1. A$ (Heusel et al. 2017). Why?")
    ['**Break it.**', 'The score is $1. A$ (Heusel et al. 2017).', 'Why?']
    """
    kept = []

    def hide(match):
        kept.append(match[0])
        return f"\0{len(kept) - 1}\0"

    hidden = re.sub(r"\$\$.+?\$\$|\$[^$]+\$|`[^`]+`", hide, " ".join(text.split()))
    parts = re.sub(r"([.!?][\"')*_]*) (?=[\"'(*_\[]*[A-Z\0])", "\\1\n", hidden).split("\n")
    whole = [re.sub(r"\0(\d+)\0", lambda match: kept[int(match[1])], part) for part in parts]
    joined = []
    for part in whole:  # "et al. Then" is one sentence too many
        if joined and re.search(r"\b(al|vs|cf|e\.g|i\.e)\.$", joined[-1]):
            joined[-1] += f" {part}"
        elif part:
            joined.append(part)
    return joined


def plain(text):
    """Return Markdown as words alone, for whoever hears a page.

    Examples
    --------
    >>> plain("The *best* `D` is $D^* = p / (p + q)$, [see](a.md)")
    'The best D is D^* = p / (p + q), see'
    """
    text = re.sub(r"!?\[([^\]]*)\]\([^)]*\)", r"\1", text)
    pieces = re.split(r"\$+([^$]+)\$+", text)
    pieces[::2] = [
        "".join(  # what stands between backticks is kept as it is
            part if n % 2 else re.sub(r"\*|\b_|_\b", "", part)
            for n, part in enumerate(re.split("`", piece))
        )
        for piece in pieces[::2]
    ]
    pieces[1::2] = [
        re.sub(r"[{}\\]", "", re.sub(rf"\\[,;:!]|\\({UNSPOKEN})\b", "", piece))
        for piece in pieces[1::2]
    ]
    return " ".join("".join(pieces).split())


def labels(source):
    """Return the titles and the names of axes and curves that a cell writes into its figure.

    Examples
    --------
    >>> labels("ax.set_title('two films')\\nax.set(xlabel='step')\\nax.plot(x, label='real')")
    ['two films', 'step', 'real']
    """
    try:
        tree = ast.parse(source)
    except (RecursionError, SyntaxError, ValueError):  # a magic command, or no Python at all
        return []
    found = []
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        given = [keyword.value for keyword in node.keywords if keyword.arg in WRITTEN]
        if isinstance(node.func, ast.Attribute) and node.func.attr in DRAWN:
            given += node.args[:1]
        words = [value.value for value in given if isinstance(value, ast.Constant)]
        found += [" ".join(word.split()) for word in words if isinstance(word, str)]
    return list(dict.fromkeys(filter(None, found)))


def remark(source):
    """Return the sentence with which a cell of code speaks to the reader, or nothing."""
    first = re.match(r"# ([A-Z].*[.?!])$", source.split("\n")[0])
    return first[1] if first else ""


def lead(cells, index):
    """Return the sentence that leads to a cell: what was said last before it, in Markdown.

    The cell's own first comment if it is a sentence; else in the last text before it the sentence
    that speaks of a figure, or the one that begins the last paragraph; else the heading.

    Parameters
    ----------
    cells : list of nbformat.NotebookNode
    index : int
        Of a cell of code.
    """
    if own := remark(cells[index].source):
        return own
    for cell in reversed(cells[:index]):
        if cell.cell_type != "markdown":
            continue
        said = [block for block in blocks(cell.source) if block.kind in ("paragraph", "heading")]
        said = [block for block in said if not block.text.startswith("<")]
        headings = [n for n, block in enumerate(said) if block.kind == "heading"]
        said = said[headings[-1] :] if headings else said
        spoken = [whole(b.text) for b in said if b.kind == "paragraph" and not b.asks]
        spoken = [parts for parts in spoken if parts and not plain(parts[0])[0].islower()]
        if spoken:
            pointing = [sentence for sentence in spoken[-1] if POINTS_AT_FIGURE.search(sentence)]
            parts = pointing or spoken[-1]
            return " ".join(parts[: 1 if len(parts[0].split()) > 3 else 2])  # "No." says little
        if said:
            return (whole(said[-1].text) or [said[-1].text])[0]
    return ""


def whole(text):
    """Return the sentences of a paragraph without those like **Predict.**"""
    return [part for part in sentences(text) if not re.fullmatch(r"\*\*[^*]{1,20}\*\*", part)]


def figure_words(cells, index):
    """Return a description of the figure of a cell, for whoever does not see it.

    Parameters
    ----------
    cells : list of nbformat.NotebookNode
    index : int
        Of a cell of code.

    Returns
    -------
    str
        The sentence that leads to it, then what is written in it.
    """
    said, written = plain(lead(cells, index)), labels(cells[index].source)
    if said and said[-1] not in ".?!:" and said[-2:] not in ('."', '?"'):
        said += "."
    said = f"Figure. {said}".strip()
    return f"{said} In it: {'; '.join(map(plain, written))}." if written else said
