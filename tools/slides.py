"""Build a deck of slides from each notebook: ``python -m tools.slides [NOTEBOOK ...]``

With ``--plan 45`` or ``--plan 90`` a deck has only what that plan of docs/teaching names, in order.

A deck is one file, slides/NN_topic.html, with its pictures and the program that sets the formulas
inside: it opens from a disk, on a projector or a phone, and asks no network. (nbconvert's slides
fetch reveal.js, jQuery, RequireJS and MathJax, and need a mark in every cell to begin a slide.) It
is derived from the stored notebook by rule, and nothing is executed:

- a slide for the title, one for the objectives, one for each heading with its first sentences and
  formulas;
- each **Predict** on a slide of its own, before what answers it;
- each figure, large, under the heading of its section, with the sentence that leads to it, or
  with the answer to the prediction before it;
- tables, printed ones too, and at most seven lines of text a slide;
- proofs of at most twelve lines that follow a formula or a prediction;
- the key points, the exercises by name.

What is left of the text is in the notes of the slide before it. A cell whose metadata say
``slideshow.slide_type`` "skip" is left out, one that says "notes" goes to the notes.
"""

import argparse
import base64
import collections
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
COLUMNS = 98  # of it: a longer line would be broken
UNDER = 4  # lines of it that find room under a figure
SHOWN = ("figure", "result", "table")
MOST = 25  # slides of a lesson of 45 minutes
LINES = 7  # of text on a slide
WIDTH = 74  # characters of a line of large type
# What a sentence says of something that stands elsewhere in the notebook.
ELSEWHERE = re.compile(
    r"^(?:Below|Above)\b[,:]|\b(?:cell|dictionary|example|figure|game|line|list|listing|pair|row|run|"
    r"table)s?,? (?:just |printed )?(?:above|below)\b|\b(?:above|below)(?=[.,:;]| \(| it,| means)|"
    r"\bnext (?:\w+ )?(?:cells?|table)\b|\bthe table\b|\bthis list\b|:$"
)
# A sentence that begins so needs the one before it.
REFERS = re.compile(r"[*(]*(?:Both|He|It|Its|She|That|Their|These|They|This|Those)\b")


@dataclasses.dataclass
class Slide:
    """One slide: its kind (a class of deck.css), a title in Markdown, HTML below it, notes."""

    kind: str
    title: str
    body: str = ""
    label: str = ""  # what it is called in the overview; the title if empty
    text: str = ""  # the Markdown of what is read on it: its length decides the size of the type
    notes: list[str] = dataclasses.field(default_factory=list)
    section: str = ""  # the heading above it
    answers: bool = False  # whether it is what a prediction was about
    cell: int = 0  # how many code cells its section has up to there


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


def here(sentences):
    """Return the sentences that can be read away from their place in the notebook."""
    pointing = re.compile(r"\b([Tt])he (?:next figure|figure below)\b")
    said = [pointing.sub(r"\1his figure", sentence) for sentence in sentences]
    said = [re.sub(r"\b((?:each|all)(?: \w+){1,2}) below\b", r"\1", s, flags=re.I) for s in said]
    return [sentence for sentence in said if not ELSEWHERE.search(sentence)]


def last(sentences, count, characters=260):
    """Return so many of the last sentences, and those that they refer to if they fit."""
    while count < len(sentences) and REFERS.match(sentences[-count]):
        count += 1
    found = sentences[-count:] if count else []
    while found and sum(map(len, found)) > characters:
        found = found[1:]
        while len(found) > 1 and REFERS.match(found[0]):
            found = found[1:]
    return found or sentences[-1:]


def lines(text, width=WIDTH):
    """Return about how many lines a text takes, of so many characters each."""
    return -(-len(prose.plain(text)) // width)


def items_of(text):
    return [" ".join(item.split()) for item in re.split(r"(?m)^[-*] ", text)[1:]]


def rows_of(text):
    return sum(map(lines, text.strip().split("\n")))


def pages(items):
    """Divide the items of a list into slides that have at most seven lines each."""
    found = [[]]
    for item in items:
        if found[-1] and sum(map(lines, [*found[-1], item])) > LINES:
            found.append([])
        found[-1].append(item)
    return found


def is_table(printed):
    """Tell whether a text is a table: three lines or more, most of them with wide gaps."""
    rows = printed.split("\n")
    gaps = sum(bool(re.search(r"\S {2,}\S", row)) for row in rows)
    return len(rows) > 2 and gaps >= 0.7 * len(rows)


def fits(printed):
    rows = printed.split("\n")
    return len(rows) <= PRINTED and max(map(len, rows)) <= COLUMNS


def tables(text):
    """Return the HTML of a table, in pieces of at most seven rows, each with the head."""
    head, rule, *rows = text.split("\n")
    count = -(-len(rows) // LINES)
    size = -(-len(rows) // count) if count else 1
    for start in range(0, len(rows), size):
        table = MARKDOWN.render("\n".join([head, rule, *rows[start : start + size]]))
        yield f'<div class="grid" tabindex="0">{table}</div>'


def answer(found):
    """Return the blocks of the folded answer with which a cell begins."""
    if not (found and found[0].kind == "other" and "<summary>Answer<" in found[0].text):
        return []
    ends = (n for n, block in enumerate(found) if block.text.startswith("</details>"))
    return found[1 : next(ends, len(found))]


def slide_type(cell):
    """Return what the metadata of a cell say of slides, or None."""
    said = cell.metadata.get("slideshow")
    return said.get("slide_type") if isinstance(said, dict) else None


class Outline:
    """Reads the cells of a notebook in order and collects slides."""

    def __init__(self, notebook):
        self.cells = [cell for cell in notebook.cells if slide_type(cell) != "skip"]
        self.places = places(notebook)
        self.section, self.place = "", 0  # where the cell that is read stands
        self.exercises = {}  # a slide for each, by its number
        self.header = prose.read_header(notebook)
        self.slides = []
        self.topic = self.header.title  # what stands above what comes next
        self.ending = ""  # "Key points", ... once the closing sections are reached
        self.asked = self.proving = False  # a prediction, a formula waits for what follows
        self.answered = False  # whether a slide has answered the prediction
        self.printed = ""  # what the slide before shows, if a figure may take it over
        self.roomy = False  # whether a second low figure has room on the slide before
        self.read()

    def add(self, kind, title, body="", **settings):
        places = {"section": self.section, "cell": self.place, "answers": self.asked}
        settings = places | settings
        self.slides.append(Slide(kind, title, body, **settings))
        return self.slides[-1]

    def add_list(self, title, items):
        """Show a list, on as many slides as it needs."""
        for part in pages(items):
            body = "".join(f"<li>{inline(item)}</li>" for item in part)
            self.add("list", title, f"<ul>{body}</ul>", text="".join(part))

    def note(self, text):
        if text.strip():
            self.slides[-1].notes.append(text)

    def read(self):
        self.open()
        for index, cell in enumerate(self.cells[1:], 1):
            self.place = self.places[id(cell)]
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
            before = f"Before this: {header.before}" if header.before else ""
            self.add_list("You will", header.objectives)
            self.note(before)

    # ------------------------------------------------------------------------------------- text

    def read_text(self, found):
        """Read the blocks of one cell of Markdown."""
        self.printed, self.roomy = "", False
        fresh = None  # the slide of a heading that has room for the first sentences
        left = ""  # of the paragraph before, what no slide shows
        broken = any(block.asks for block in found)
        told = answer(found)
        if self.asked and told and not self.answered:
            self.reply(told)
        waits = self.asked and (self.answered or told)
        for block in found:
            if waits and block not in found[: len(told) + 1 if told else 0]:
                self.asked = waits = False
            if block.kind == "heading" and self.ending == "Exercises" and block.level > 2:
                title = block.text.partition(": ")[2] or block.text
                self.close(prose.Block("paragraph", f"1. **{title}**"))
                number = re.search(r"\d\d\.\d+", block.text)
                exercise = Slide("exercise", block.text, section="Exercises")
                self.exercises[number[0] if number else block.text] = [exercise]
            elif self.ending == "Exercises" and self.exercises:
                self.set_task(block, list(self.exercises.values())[-1])
                self.note(block.text)
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
                    said = prose.sentences(block.text)
                    fresh.text, left = some(here(said) or [""], 260)
                    fresh.body += paragraph(fresh.text) if fresh.text else ""
                    left = left if here(said) == said else block.text
                self.note(left)
            elif block.kind == "table":
                self.tabulate(block, left)
                fresh, left = None, ""
            elif block.kind == "math":
                fresh = self.formulate(block, left, fresh)
                left = ""
            elif block.kind == "paragraph" and block.text.startswith("**Break") and not broken:
                shown, left = some(here(prose.whole(block.text)) or [""], 320)
                self.add("idea", "Break it", paragraph(shown), text=shown)
                self.note(left)
            else:
                left = block.text if block.kind in ("paragraph", "list") else ""
                self.note(block.text)

    def head(self, block):
        endings = ("Key points", "Exercises", "Going further", "References")
        self.ending = next((name for name in endings if name in block.text), "")
        self.topic, self.asked, self.proving = block.text, False, False
        if block.level < 4:
            self.section, self.place = block.text, 0
        if self.ending:
            return None
        return self.add("section" if block.level == 2 else "topic", block.text)

    def formulate(self, block, left, fresh):
        """Show a formula: on the slide of its heading while there is room, or on a new one."""
        self.proving = True
        if fresh and fresh.body.count('class="formula"') < 2:
            fresh.body += formula(block.text)
            return fresh
        said = last(prose.sentences(left), 1)
        words = " ".join(said)
        if words[:1].islower() or not (words.endswith(":") or here(said)):
            words = ""
        body = (paragraph(words) if words else "") + formula(block.text)
        return self.add("idea", self.topic, body, text=words)

    def tabulate(self, block, left):
        """Show a table, below the sentence that leads to it."""
        words = prose.sentences(left)[-1] if left and not left.startswith("- ") else ""
        words = words if words[:1].isupper() or words[:1] == "*" else ""
        for table in tables(block.text):
            body = (paragraph(words) if words else "") + table
            self.add("table", self.topic, body, label=f"Table: {self.topic}")
        self.note(left)

    def reply(self, blocks):
        """Show the answer to a prediction that no figure and no printed text has answered."""
        said = [block.text for block in blocks if block.kind == "paragraph"]
        shown = some(prose.sentences(said[0]), 320)[0] if said else ""
        if shown:
            self.add("answer", self.topic, paragraph(shown), text=shown, label=f"Answer: {shown}")

    def ask(self, block, left):
        """Show a question on a slide of its own, with what must be known to answer it."""
        sentences = prose.sentences(block.text)
        start = next(n for n, sentence in enumerate(sentences) if "**Predict" in sentence)
        known = " ".join(sentences[:start])
        question = " ".join(sentences[start:])
        question = re.sub(r"\*\*Predict\.?\*\*\s*(?=[A-Z])", "", question)
        question = question.replace("**Predict**", "Predict").replace("**", "")
        if not known and left and not left.startswith("- "):
            known = " ".join(here(last(prose.sentences(left), 2, 400)))
        known = "" if known[:1].islower() else known  # the end of a sentence with a formula
        notes = []
        if not known and self.joins_next("topic"):
            topic = self.slides.pop()
            known, notes = f"**{topic.title}.** {topic.text}".strip(), topic.notes
        width = 50 if len(question) < 330 else 66
        room, said = LINES - lines(question, width), here(prose.sentences(known))
        listed = left.startswith("- ") and not known
        if listed and sum(lines(item, 88) for item in items_of(left)) > room:
            self.add_list(self.topic, items_of(left))
            listed = False
        body = MARKDOWN.render(left) if listed else ""
        while said and lines(" ".join(said), 88) > room:
            said = said[1:]
            while said and REFERS.match(said[0]):
                said = said[1:]
        if known != " ".join(said):
            notes = [*notes, known]
        if said:
            body += paragraph(" ".join(said), "known")
        body += paragraph(question, "question")
        label = f"Predict: {question}"
        self.add("predict", "Predict", body, label=label, text=question, notes=notes, answers=False)
        self.asked, self.answered = True, False

    def joins_next(self, *kinds):
        """Tell whether the last slide has nothing but a few words, which the next one can say."""
        last = self.slides[-1]
        return last.kind in kinds and "formula" not in last.body and len(last.text) < 260

    def close(self, block):
        """Key points and exercises: one slide each, with the whole text in the notes."""
        if self.ending == "Key points" and block.kind == "list":
            items = items_of(block.text)
            if sum(map(lines, items)) > LINES:
                items = [some(prose.sentences(item), 80)[0] for item in items]
            self.add_list(self.ending, items)
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

    def set_task(self, block, found):
        """Write an exercise on slides of its own, up to its hints; a plan shows them."""
        slide = found[-1]
        if block.text.startswith("<") or slide.notes:
            slide.notes.append(block.text)
        elif re.fullmatch(r"\*[^*]+\*", block.text):
            slide.body += paragraph(block.text.strip("*"), "minutes")
        elif block.kind == "list" and slide.text and rows_of(slide.text + block.text) > LINES:
            found.append(dataclasses.replace(slide, body="", text="", notes=[]))
            self.set_task(block, found)
        elif rows_of(slide.text + block.text) > LINES and block.kind != "list":
            shown, _ = some(prose.sentences(block.text), 260)
            slide.body += "" if slide.text else paragraph(shown)
            slide.text = slide.text or shown
            slide.notes.append(block.text)
        else:
            slide.body += MARKDOWN.render(block.text)
            slide.text += block.text + "\n"

    # ------------------------------------------------------------------------------------- code

    def read_code(self, cell, index):
        pictures, printed = outputs(cell)
        length = cell.source.count("\n") + 1
        proof = "proof" in cell.metadata.get("tags", ())
        answers = self.asked and bool(pictures or (printed and fits(printed) and not self.answered))
        count = len(self.slides)
        shows = is_table(printed) and fits(printed) and not proof and not self.ending
        proof = proof and length <= SHORT
        if pictures:
            printed = self.draw(pictures, printed, index, answers)
            if printed and shows:
                self.add("result", self.topic, listing(printed, "printed"))
                self.roomy, printed = False, ""
        elif proof and (self.asked or self.proving):
            body = listing(cell.source) + (listing(printed, "printed") if printed else "")
            caption = self.caption(index, answers) if self.asked else ""
            body += paragraph(caption) if caption else ""
            self.add("proof", f"Check: {self.topic}", body)
            self.proving, self.roomy, printed = False, False, ""
        elif answers or shows:
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
        self.answered = self.answered or (self.asked and len(self.slides) > count)

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
            caption, notes = last.text or caption, last.notes
        for picture in pictures:
            wide = is_wide(picture)
            size = size_of(picture)
            style = f'style="--wide: {size[0]}" ' if size else ""
            image = picture.replace("<img ", f'<img alt="{words}" {style}', 1)
            said = f"<figcaption>{inline(caption)}</figcaption>" if caption else ""
            body = f"<figure>{image}{said}</figure>"
            body += listing(shown, "printed") if shown else ""
            label = f"Figure: {prose.plain(caption or title)}"
            if wide and self.roomy and not shown and not notes:
                self.slides[-1].body += body
                self.roomy = False
                continue
            self.add("figure", title, body, label=label, notes=notes)
            self.roomy = wide and not shown
            shown, caption, notes = "", "", []
        return printed

    def caption(self, index, answers):
        """Return one sentence for a figure or a result: the text right after it, if that is the
        answer to a prediction; else the text that leads to it, unless a slide shows it already.
        """
        before, after = " ".join(here([prose.lead(self.cells, index)])), ""
        for cell in self.cells[index + 1 :]:
            if cell.cell_type == "markdown":
                first = prose.blocks(cell.source)
                said = [b.text for b in answer(first) if b.kind == "paragraph"] if answers else []
                if said:
                    shown = some(prose.sentences(said[0]), 200)[0]
                    return shown if len(shown) < 260 else ""
                if first and first[0].kind == "paragraph" and not first[0].asks:
                    after = next(iter(here(prose.whole(first[0].text)[:1])), "")
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


def places(notebook):
    """Return for each cell, by its identity, how many code cells its section has up to there."""
    found, place = {}, 0
    for cell in notebook.cells:
        place += cell.cell_type == "code"
        found[id(cell)] = place
        if cell.cell_type == "markdown" and re.search(r"^###? ", cell.source, re.MULTILINE):
            place = 0
    return found


def size_of(picture):
    """Return the pixels of a bitmap across and down, or None."""
    match = re.search(r"data:image/(?:gif|png|jpeg|webp);base64,([^\"]+)", picture)
    try:
        return Image.open(io.BytesIO(base64.b64decode(match[1]))).size if match else None
    except (OSError, ValueError, Image.DecompressionBombError):
        return None  # no picture: a browser shows the words for it


def is_wide(picture):
    """Tell whether two such pictures, one above the other, are still large."""
    size = size_of(picture)
    return bool(size) and size[0] >= 3 * size[1]


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


# ------------------------------------------------------------------------------ a plan of a lesson


def planned(outline, rows, minutes):
    """Return the slides of a lesson: what its plan names, in its order, with its words as notes.

    Parameters
    ----------
    outline : Outline
    rows : sequence of tools.plans.Row
    minutes : int
        They decide how many slides there may be, one for two minutes and some more.

    Returns
    -------
    list of Slide
    """
    opening = dataclasses.replace(outline.slides[0])
    length = f"a lesson of {minutes} minutes"
    opening.body = re.sub("about [0-9]+ minutes alone", length, opening.body)
    found, taken = [], set()
    for row in rows:
        if row.first:
            continue
        chosen = []
        for name, cells in row.named:
            number = re.match(r"Exercise (\d\d\.\d+)", name)
            told = number[1] if number else row.happens.partition("Homework")[0]
            tasks = [
                slide
                for number in re.findall(r"\b\d\d\.\d+\b", told)
                for slide in outline.exercises.get(number, ())
            ]
            if tasks and name.startswith("Exercise"):
                chosen += tasks
            else:
                chosen += named(outline.slides, name, cells)
        chosen = [
            dataclasses.replace(s) for s in chosen if not (id(s) in taken or taken.add(id(s)))
        ]
        if chosen:
            told = f"**Minute {row.at}, for {row.minutes}.** {row.happens}"
            chosen[0].notes = [told, *chosen[0].notes]
        found += chosen
    return shortened([opening, *found], minutes * MOST // 45)


def named(found, section, cells):
    """Return the slides of a section, or of some of its code cells and of what leads to them."""
    inside = [slide for slide in found if slide.section == section]
    chosen, follows = [], True
    for slide in reversed(inside):
        if slide.kind != "predict":
            follows = cells is None or slide.cell in cells or slide.kind in ("section", "topic")
        if follows:
            chosen.insert(0, slide)
    return chosen


def shortened(found, most):
    """Leave out slides until no more than so many are left; their words go to the notes.

    First those that a learner can do without in class: proofs, the heading of a section whose
    prediction follows, asides and formulas, then figures and tables beside others. Then, from the
    section that has most, the last of its predictions with its answer.
    """

    def leave(at, count=1):
        for slide in found[at : at + count]:
            found[at - 1].notes = [*found[at - 1].notes, *slide.notes, slide.text]
        del found[at : at + count]

    def joins(at):
        slide, after = found[at], found[at + 1 : at + 2]
        if slide.kind not in ("section", "topic") or "formula" in slide.body or not after:
            return False
        return after[0].section == slide.section and after[0].kind in ("predict", "figure")

    def besides(at):  # what answers no prediction, where the section shows something else
        slide = found[at]
        shown = [one for one in found if one.section == slide.section and one.kind in SHOWN]
        return slide.kind in SHOWN and not slide.answers and len(shown) > 1

    for spare in (
        lambda at: found[at].kind == "proof" and not found[at].answers,
        joins,
        lambda at: found[at].title == "Break it",
        lambda at: found[at].kind == "idea",
        besides,
        joins,  # now that nothing stands between
    ):
        for at in range(len(found) - 1, 0, -1):
            if len(found) > most and spare(at):
                if joins(at):  # the slide that follows takes its words over
                    found[at + 1].notes = [*found[at].notes, found[at].text, *found[at + 1].notes]
                    del found[at]
                else:
                    leave(at)
    while len(found) > most:
        asked = [at for at, slide in enumerate(found) if slide.kind == "predict"]
        counts = collections.Counter(found[at].section for at in asked)
        if not counts or max(counts.values()) < 2:
            break
        at = max(asked, key=lambda at: (counts[found[at].section], at))
        after = found[at + 1 :]
        section = found[at].section
        ends = (n for n, s in enumerate(after) if s.kind == "predict" or s.section != section)
        leave(at, 1 + next(ends, len(after)))
    return found


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


def deck(notebook, rows=(), minutes=0):
    """Return the slides of a notebook, or of a lesson with it, as one HTML file.

    Parameters
    ----------
    notebook : nbformat.NotebookNode
    rows : sequence of tools.plans.Row
        The plan of the lesson; the whole notebook if there are none.
    minutes : int
        The length of the lesson.

    Returns
    -------
    str
    """
    outline = Outline(notebook)
    slides = planned(outline, rows, minutes) if rows else outline.slides
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


def write(paths, folder, minutes=0):
    """Write the deck of each notebook, or of its plan, into a folder and say how large it is."""
    folder.mkdir(parents=True, exist_ok=True)
    for path in paths:
        text = deck(series.read(path), plan_of(path, minutes), minutes)
        target = folder / deck_name(path, minutes)
        target.write_text(text, encoding="utf-8", newline="\n")
        count = text.count('<section class="slide ')
        say(f"  {target.name}  {count} slides, {len(text.encode()) / 1e6:.1f} MB")


def deck_name(path, minutes):
    return f"{path.stem}_{minutes}_minutes.html" if minutes else f"{path.stem}.html"


def plan_of(path, minutes):
    """Return the rows of a plan of a notebook; none for 0 minutes."""
    if not minutes:
        return ()
    page = series.ROOT / "docs" / "teaching" / f"{path.stem}.md"
    if not page.exists():
        raise Stop(f"There is no plan for {path.stem}: {page.relative_to(series.ROOT)} is missing.")
    from tools import plans  # students get neither the pages nor what reads them

    return plans.plan(page.read_text(encoding="utf-8"), minutes)


def main(arguments):
    parser = argparse.ArgumentParser(prog="tools.slides", description=__doc__.splitlines()[0])
    parser.add_argument("notebooks", nargs="*", help="paths, names or numbers; all if none")
    parser.add_argument(
        "--plan", type=int, default=0, choices=(45, 90), help="only what this plan names"
    )
    options = parser.parse_args(arguments)

    def build():
        paths = [path for path in series.notebooks(options.notebooks) if path in series.lessons()]
        if not paths:
            raise Stop("Slides are made of lessons, and these are solutions: name a lesson.")
        write(paths, SLIDES, options.plan)
        say(f"Open one: {(SLIDES / deck_name(paths[0], options.plan)).as_uri()}")

    return status_of(build)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
