"""Build a deck of slides from each notebook: ``python -m tools.slides [NOTEBOOK ...]``

A deck is one file, slides/NN_topic.html, with its pictures and the program that sets the formulas
inside: it opens from a disk, on a projector or a phone, and asks no network. (nbconvert's slides
fetch reveal.js, jQuery, RequireJS and MathJax, and need a mark in every cell to begin a slide.) It
is derived from the stored notebook by rule, and nothing is executed:

- a slide for the title, one for the objectives, one for each heading with its first sentences and
  formulas;
- each **Predict** on a slide of its own, before what answers it;
- each figure, large, with the sentence that leads to it;
- proofs of at most twelve lines that follow a formula or a prediction;
- the key points, the exercises by name.

What is left of the text is in the notes of the slide before it. A cell whose metadata say
``slideshow.slide_type`` "skip" is left out, one that says "notes" goes to the notes.
"""

import argparse
import base64
import dataclasses
import functools
import gzip
import hashlib
import html
import io
import re
import sys
from pathlib import Path

from PIL import Image
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import PythonLexer

from tasks import Stop, say, status_of
from tools import prose, series

DECK = Path(__file__).resolve().parent / "deck"
SLIDES = series.ROOT / "slides"
SHORT = 12  # lines of a proof that is shown
PICTURES = ("image/gif", "image/jpeg", "image/png", "image/svg+xml", "image/webp")
PRINTED = 16  # lines of an output that is shown
UNDER = 4  # lines of it that find room under a figure


@dataclasses.dataclass
class Slide:
    """One slide: its kind (a class of deck.css), a title in Markdown, HTML below it, notes."""

    kind: str
    title: str
    body: str = ""
    label: str = ""  # what it is called in the overview; the title if empty
    text: str = ""  # the Markdown of what is read on it: its length decides the size of the type
    notes: list[str] = dataclasses.field(default_factory=list)


# ------------------------------------------------------------------------------- Markdown to HTML


def setting_formulas(self, tokens, index, options, env):
    token = tokens[index]
    opening, closing = (r"\[", r"\]") if token.type.startswith("math_block") else (r"\(", r"\)")
    return html.escape(f"{opening}{token.content.strip()}{closing}")


def opening_links(self, tokens, index, options, env):
    """Keep a link to another site; one to a file of the project becomes its words."""
    address = tokens[index].attrs.get("href", "")
    if re.match(r"https?:", address):
        return f'<a href="{html.escape(address)}">'
    return "<a>"


def keeping_folds(self, tokens, index, options, env):
    """Keep what folds a hint away; other HTML of a notebook is shown as the text that it is."""
    *commented, rest = tokens[index].content.split("-->")
    text = html.escape("".join(part.partition("<!--")[0] for part in commented) + rest)
    return re.sub("&lt;(/?(?:details|summary))&gt;", r"<\1>", text)


def leaving_pictures(self, tokens, index, options, env):
    """Show the words of a picture that is not inside the notebook: a deck fetches nothing."""
    return html.escape(tokens[index].content)


MARKDOWN = prose.markdown()
for rule in ("math_inline", "math_inline_double", "math_block", "math_block_label"):
    MARKDOWN.add_render_rule(rule, setting_formulas)
for rule in ("html_inline", "html_block"):
    MARKDOWN.add_render_rule(rule, keeping_folds)
MARKDOWN.add_render_rule("link_open", opening_links)
MARKDOWN.add_render_rule("image", leaving_pictures)


def inline(text):
    return MARKDOWN.renderInline(" ".join(text.split()))


def paragraph(text, kind=""):
    return f'<p class="{kind}">{inline(text)}</p>' if kind else f"<p>{inline(text)}</p>"


def formula(text):
    return f'<div class="formula">{MARKDOWN.render(text)}</div>'


def listing(source, kind="code"):
    """Return code or printed text as a block whose type fits its longest line."""
    lines = source.strip("\n").split("\n")
    style = f"--columns: {max(map(len, lines), default=1)}; --lines: {len(lines)}"
    text = html.escape("\n".join(lines))
    if kind == "code":
        text = highlight("\n".join(lines), PythonLexer(), HtmlFormatter(nowrap=True)).rstrip()
    return f'<pre class="{kind}" style="{style}" tabindex="0"><code>{text}</code></pre>'


# ------------------------------------------------------------------------ from notebook to slides


def some(sentences, characters):
    """Return as many of the first sentences as fit, one at least, and the others."""
    count = 1
    while count < len(sentences) and sum(map(len, sentences[: count + 1])) < characters:
        count += 1
    return " ".join(sentences[:count]), " ".join(sentences[count:])


def slide_type(cell):
    """Return what the metadata of a cell say of slides, or None."""
    said = cell.metadata.get("slideshow")
    return said.get("slide_type") if isinstance(said, dict) else None


class Outline:
    """Reads the cells of a notebook in order and collects slides."""

    def __init__(self, notebook):
        self.cells = [cell for cell in notebook.cells if slide_type(cell) != "skip"]
        self.header = prose.read_header(notebook)
        self.slides = []
        self.topic = self.header.title  # what stands above what comes next
        self.ending = ""  # "Key points", ... once the closing sections are reached
        self.asked = self.proving = False  # a prediction, a formula waits for what follows
        self.printed = ""  # what the slide before shows, if a figure may take it over
        self.roomy = False  # whether a second low figure has room on the slide before
        self.read()

    def add(self, kind, title, body="", **settings):
        self.slides.append(Slide(kind, title, body, **settings))
        return self.slides[-1]

    def note(self, text):
        if text.strip():
            self.slides[-1].notes.append(text)

    def read(self):
        self.open()
        for index, cell in enumerate(self.cells[1:], 1):
            if slide_type(cell) == "notes":
                self.note(cell.source)
            elif cell.cell_type == "markdown":
                self.read_text(prose.blocks(cell.source))
            elif cell.cell_type == "code":
                self.read_code(cell, index)

    def open(self):
        header = self.header
        minutes = f"about {header.minutes} minutes alone" if header.minutes else ""
        body = paragraph(header.question, "question") + paragraph(minutes, "minutes")
        self.add("opening", header.title, body)
        if header.last_figure:
            self.note(f"The last figure {header.last_figure}")
        if header.objectives:
            items = "".join(f"<li>{inline(item)}</li>" for item in header.objectives)
            before = f"Before this: {header.before}" if header.before else ""
            self.add("list", "You will", f"<ul>{items}</ul>", text="".join(header.objectives))
            self.note(before)

    # ------------------------------------------------------------------------------------- text

    def read_text(self, found):
        """Read the blocks of one cell of Markdown."""
        self.printed, self.roomy = "", False
        fresh = None  # the slide of a heading that has room for the first sentences
        left = ""  # of the paragraph before, what no slide shows
        broken = any(block.asks for block in found)
        for block in found:
            if block.kind == "heading" and self.ending == "Exercises" and block.level > 2:
                title = block.text.partition(": ")[2] or block.text
                self.close(prose.Block("paragraph", f"1. **{title}**"))
            elif block.kind == "heading":
                fresh = self.head(block)
                left = ""
            elif self.ending:
                self.close(block)
            elif block.asks:
                self.ask(block, left)
                fresh, left = None, ""
            elif fresh and block.kind == "paragraph" and not block.text.startswith("<"):
                if fresh.text:
                    left = block.text
                else:
                    fresh.text, left = some(prose.sentences(block.text), 260)
                    fresh.body += paragraph(fresh.text)
                self.note(left)
            elif block.kind == "math":
                fresh = self.formulate(block, left, fresh)
                left = ""
            elif block.kind == "paragraph" and block.text.startswith("**Break") and not broken:
                shown, left = some(prose.whole(block.text), 320)
                self.add("idea", "Break it", paragraph(shown), text=shown)
                self.note(left)
            else:
                left = block.text if block.kind in ("paragraph", "list") else ""
                self.note(block.text)

    def head(self, block):
        endings = ("Key points", "Exercises", "Going further", "References")
        self.ending = next((name for name in endings if name in block.text), "")
        self.topic, self.asked, self.proving = block.text, False, False
        if self.ending:
            return None
        return self.add("section" if block.level == 2 else "topic", block.text)

    def formulate(self, block, left, fresh):
        """Show a formula: on the slide of its heading while there is room, or on a new one."""
        self.proving = True
        if fresh and fresh.body.count('class="formula"') < 2:
            fresh.body += formula(block.text)
            return fresh
        words = prose.sentences(left)[-1] if left else ""
        if words and words[0].islower():
            words = ""
        body = (paragraph(words) if words else "") + formula(block.text)
        return self.add("idea", self.topic, body, text=words)

    def ask(self, block, left):
        """Show a question on a slide of its own, with what must be known to answer it."""
        sentences = prose.sentences(block.text)
        start = next(n for n, sentence in enumerate(sentences) if "**Predict" in sentence)
        known = " ".join(sentences[:start])
        question = " ".join(sentences[start:])
        question = re.sub(r"\*\*Predict\.?\*\*\s*(?=[A-Z])", "", question)
        question = question.replace("**Predict**", "Predict").replace("**", "")
        if not known and left and not left.startswith("- "):
            known = " ".join(prose.sentences(left)[-2:])
        known = "" if known[:1].islower() else known  # the end of a sentence with a formula
        notes = []
        if not known and self.joins_next("topic"):
            topic = self.slides.pop()
            known, notes = f"**{topic.title}.** {topic.text}".strip(), topic.notes
        body = MARKDOWN.render(left) if left.startswith("- ") and not known else ""
        if known and len(known) < 400:
            body += paragraph(known, "known")
        body += paragraph(question, "question")
        label = f"Predict: {question}"
        self.add("predict", "Predict", body, label=label, text=question, notes=notes)
        self.asked = True

    def joins_next(self, *kinds):
        """Tell whether the last slide has nothing but a few words, which the next one can say."""
        last = self.slides[-1]
        return last.kind in kinds and "formula" not in last.body and len(last.text) < 260

    def close(self, block):
        """Key points and exercises: one slide each, with the whole text in the notes."""
        if self.ending == "Key points" and block.kind == "list":
            items = [" ".join(item.split()) for item in re.split(r"(?m)^[-*] ", block.text)[1:]]
            if len("".join(items)) > 1000:
                items = [some(prose.sentences(item), 130)[0] for item in items]
            body = "".join(f"<li>{inline(item)}</li>" for item in items)
            self.add("list", self.ending, f"<ul>{body}</ul>", text="".join(items))
            self.note(block.text)
        elif self.ending == "Exercises":
            if self.slides[-1].title != "Exercises":
                self.add("list", "Exercises", "<ol></ol>")
            slide = self.slides[-1]
            text = re.sub(r"<details>.*?</details>", "", block.text, flags=re.DOTALL)
            # 1. **Title.** Text, or **1. Title.** Text
            for item in re.split(r"(?m)^(?=\d+\. \*\*|\*\*\d+\. )", text)[1:]:
                title = re.match(r"(?:\d+\. )?\*\*(?:\d+\. )?(.+?)\*\*", item)[1]
                rest = item[item.index("**", item.index(title)) + 2 :]
                first = next(iter(prose.sentences(rest)), "")
                first = first if len(first) < 100 else ""
                new = f"<li><strong>{inline(title)}</strong> {inline(first)}</li></ol>"
                slide.body = slide.body.replace("</ol>", new)
                slide.text += title + first
            self.note(text)

    # ------------------------------------------------------------------------------------- code

    def read_code(self, cell, index):
        pictures, printed = outputs(cell)
        lines = cell.source.count("\n") + 1
        proof = "proof" in cell.metadata.get("tags", ()) and lines <= SHORT
        answers = self.asked and bool(pictures or printed)
        if pictures:
            printed = self.draw(pictures, printed, index, answers)
        elif proof and (self.asked or self.proving):
            body = listing(cell.source) + (listing(printed, "printed") if printed else "")
            self.add("proof", f"Check: {self.topic}", body)
            self.proving, self.roomy, printed = False, False, ""
        elif answers and printed.count("\n") < PRINTED:
            caption = self.caption(index, answers)
            body = listing(printed, "printed") + (paragraph(caption) if caption else "")
            self.add("result", self.topic, body, label=f"Printed: {prose.plain(caption)}")
            self.printed, self.roomy, printed = printed, False, ""
        elif printed and printed.count("\n") < UNDER and self.joins_next("topic", "idea"):
            if "<pre" not in self.slides[-1].body:
                self.slides[-1].body += listing(printed, "printed")
                printed = ""
        if printed:
            self.note(f"It prints\n\n```\n{printed}\n```")
        if answers:
            self.asked = False

    def draw(self, pictures, printed, index, answers):
        """Show figures; return what was printed with them, unless it stands on their slide."""
        words = html.escape(prose.figure_words(self.cells, index))
        shown, title, notes = "", self.topic, []
        if self.printed and self.printed.count("\n") < UNDER:
            shown, notes = self.printed, self.slides.pop().notes
            answers = True
        elif answers and printed and printed.count("\n") < UNDER:
            shown, printed = printed, ""
        self.printed = ""
        caption = self.caption(index, answers)
        if not answers and self.joins_next("topic", "idea"):
            last = self.slides.pop()
            title, caption, notes = last.title, last.text or caption, last.notes
        for picture in pictures:
            wide = is_wide(picture)
            image = picture.replace("<img ", f'<img alt="{words}" ', 1)
            body = f"<figure>{image}<figcaption>{inline(caption)}</figcaption></figure>"
            body += listing(shown, "printed") if shown else ""
            label = f"Figure: {prose.plain(caption or title)}"
            if wide and self.roomy and not shown and not notes:
                self.slides[-1].body += body
                self.roomy = False
                continue
            self.add("figure", title, body, label=label, notes=notes)
            self.roomy = wide and not shown
            shown, notes = "", []
        return printed

    def caption(self, index, answers):
        """Return one sentence for a figure or a result: the text right after it, if that is the
        answer to a prediction; else the text that leads to it, unless a slide shows it already.
        """
        before, after = prose.lead(self.cells, index), ""
        for cell in self.cells[index + 1 :]:
            if cell.cell_type == "markdown":
                first = prose.blocks(cell.source)[:1]
                if first and first[0].kind == "paragraph" and not first[0].asks:
                    after = next(iter(prose.whole(first[0].text)), "")
                    after = "" if first[0].text.startswith("**") else after
                break
            if outputs(cell)[0]:
                break
        if prose.remark(self.cells[index].source):
            return before
        shown = "".join(slide.body for slide in self.slides[-3:])
        if inline(before) in shown or len(before) > 200:
            before = ""
        after = "" if len(after) > 200 else after
        return (after or before) if answers else (before or after)


def is_wide(picture):
    """Tell whether two such pictures, one above the other, are still large."""
    match = re.search(r"data:image/(png|jpeg);base64,([^\"]+)", picture)
    if not match:
        return False
    try:
        width, height = Image.open(io.BytesIO(base64.b64decode(match[2]))).size
    except (OSError, ValueError, Image.DecompressionBombError):
        return False  # no picture: a browser shows the words for it
    return width >= 3 * height


def outputs(cell):
    """Return the pictures of a cell, as HTML without alternative text, and what it printed."""
    pictures, printed = [], []
    for output in cell.outputs:
        data = output.get("data", {})
        kind = next((kind for kind in sorted(data) if kind in PICTURES), None)
        if output.output_type == "stream" and output.name == "stdout":
            printed.append(output.text)
        elif kind == "image/svg+xml":
            text = base64.b64encode(data[kind].encode(errors="replace")).decode()
            pictures.append(f'<img src="data:{kind};base64,{text}">')
        elif kind:
            text = re.sub("[^A-Za-z0-9+/=]", "", data[kind])
            pictures.append(f'<img src="data:{kind};base64,{text}">')
        elif output.output_type == "execute_result" and "text/plain" in data:
            printed.append(data["text/plain"] + "\n")
    return pictures, "".join(printed).rstrip("\n")


# --------------------------------------------------------------------------- from slides to a file


def section(slide, number, count):
    """Return the HTML of one slide."""
    heading = "h1" if slide.kind == "opening" else "h2"
    size = next(name for limit, name in ((330, "large"), (640, "medium"), (10**9, "small"))
                if len(slide.text) < limit)  # fmt: skip
    name = html.escape(prose.plain(slide.label or slide.title), quote=True)
    notes = "".join(MARKDOWN.render(text) for text in slide.notes)
    return (
        f'<section class="slide {slide.kind} {size}" id="{number}" role="group" tabindex="-1"\n'
        f' aria-roledescription="slide" aria-label="{number} of {count}: {name}">\n'
        f'<div class="board"><{heading}>{inline(slide.title)}</{heading}>\n'
        f'<div class="body">{slide.body}</div></div>\n'
        f'<aside class="notes" aria-label="Notes">{notes}</aside>\n</section>'
    )


def deck(notebook):
    """Return the slides of a notebook as one HTML file.

    Parameters
    ----------
    notebook : nbformat.NotebookNode

    Returns
    -------
    str
    """
    outline = Outline(notebook)
    slides = outline.slides
    sections = [section(slide, n, len(slides)) for n, slide in enumerate(slides, 1)]
    styles = (DECK / "deck.css").read_text(encoding="utf-8")
    for theme, name in (("light", "a11y-light"), ("dark", "a11y-dark")):
        formatter = HtmlFormatter(style=name)
        styles += "".join(
            f"{line}\n"
            for line in formatter.get_style_defs(f'[data-theme="{theme}"] pre.code').splitlines()
            if "{" in line and " .linenos" not in line and "background" not in line
        )
    text = "\n".join(sections)
    program = (DECK / "deck.js").read_text(encoding="utf-8")
    return (
        (DECK / "deck.html")
        .read_text(encoding="utf-8")
        .format(
            title=html.escape(prose.plain(outline.header.title)),
            styles=styles,
            slides=text,
            count=len(slides),
            program=program,
            # All that a browser may run of this page, whatever else a notebook brought into it.
            programs=" ".join(map(allowance, (program.encode(), prose.MATHJAX.read_bytes()))),
            mathjax=mathjax() if r"\(" in text or r"\[" in text else "",
        )
        # JSON may hold halves of characters, which no file can.
        .encode(errors="replace")
        .decode()
    )


def allowance(program):
    """Return a program's checksum as a policy for the contents of a page names it."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(program).digest()).decode()}'"


@functools.cache
def mathjax():
    """Return the program that sets formulas, packed: it is a third as large, and text."""
    return base64.b64encode(gzip.compress(prose.MATHJAX.read_bytes(), 9, mtime=0)).decode()


def write(paths, folder):
    """Write the deck of each notebook into a folder and say how large it is."""
    folder.mkdir(parents=True, exist_ok=True)
    for path in paths:
        text = deck(series.read(path))
        target = folder / f"{path.stem}.html"
        target.write_text(text, encoding="utf-8", newline="\n")
        count = text.count('<section class="slide ')
        say(f"  {target.name}  {count} slides, {len(text.encode()) / 1e6:.1f} MB")


def main(arguments):
    parser = argparse.ArgumentParser(prog="tools.slides", description=__doc__.splitlines()[0])
    parser.add_argument("notebooks", nargs="*", help="paths, names or numbers; all if none")
    options = parser.parse_args(arguments)

    def build():
        paths = [path for path in series.notebooks(options.notebooks) if path in series.lessons()]
        if not paths:
            raise Stop("Slides are made of lessons, and these are solutions: name a lesson.")
        write(paths, SLIDES)
        say(f"Open one: {(SLIDES / paths[0].stem).with_suffix('.html').as_uri()}")

    return status_of(build)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
