"""The map of the course: which concept is built in which notebook, and on what it stands.

    python -m tools.concept_map        draw docs/concepts.svg and write the list in docs/concepts.md

The list says in words all that the picture shows. The arrows are those of the notebooks' headers.
"""

import sys
from html import escape
from pathlib import Path

from tools import marks, syllabi

DOCS = Path(__file__).resolve().parent.parent / "docs"
MARK = "concepts"

# Where each notebook stands in the picture: row and column.
PLACES = {
    "01": (0, 0.5),
    "02": (1, 1),
    "03": (1, 0),
    "04": (2, 0),
    "05": (2, 1),
    "06": (3, 0),
    "07": (3, 2),
    "08": (3, 1),
    "09": (4, 2),
    "10": (4, 1),
    "11": (3, 3),
    "12": (4, 3),
    "13": (5, 2),
}

# Concept, the notebook that builds it, the concepts it stands on.
CONCEPTS = [
    ("latent vector", "01", ()),
    ("two networks, one game", "01", ("latent vector",)),
    ("wrong, narrow, a copier", "01", ()),
    ("losses on logits", "02", ("two networks, one game",)),
    ("best discriminator", "02", ("losses on logits",)),
    ("chance level", "02", ("best discriminator",)),
    ("SSIM", "03", ()),
    ("error of pixels", "03", ()),
    ("cosine of two images", "04", ("error of pixels",)),
    ("what a shift does", "04", ("SSIM", "cosine of two images")),
    ("training step", "05", ("losses on logits",)),
    ("R1 and stability", "05", ("training step", "best discriminator")),
    ("stop and resume", "05", ("training step",)),
    ("inversion", "06", ("latent vector", "SSIM", "cosine of two images")),
    ("paths between latents", "06", ("latent vector",)),
    ("Fréchet distance", "07", ("wrong, narrow, a copier",)),
    ("precision and recall", "07", ("wrong, narrow, a copier",)),
    ("floor and ceiling", "07", ("Fréchet distance",)),
    ("collapse", "08", ("wrong, narrow, a copier", "training step")),
    ("reading a log", "08", ("chance level", "training step")),
    ("repair, one at a time", "08", ("reading a log",)),
    ("convolutional pair", "09", ("training step",)),
    ("ablation", "09", ("repair, one at a time", "floor and ceiling")),
    ("inception score", "10", ("precision and recall",)),
    ("label smoothing", "10", ("best discriminator",)),
    ("sight of the batch", "10", ("collapse",)),
    ("critic", "11", ("losses on logits",)),
    ("Wasserstein distance", "11", ("critic",)),
    ("gradient penalty", "11", ("critic", "R1 and stability")),
    ("growing in stages", "12", ("training step",)),
    ("equalized weights", "12", ("training step",)),
    ("told what to draw", "13", ("convolutional pair", "best discriminator")),
    ("spectral normalization", "13", ("convolutional pair",)),
    ("truncation", "13", ("latent vector", "precision and recall")),
]

PARTS = {"Part I": ("#dcecf7", "#00588a"), "Part II": ("#fdebd0", "#8a4b00")}
PARTS["Part III"] = ("#e4f1e1", "#2b6322")
WIDTH, HEIGHT, GAP_X, GAP_Y, LINE = 226, 92, 26, 40, 18


def part(number):
    """Return the part of the course that a notebook belongs to."""
    return "Part I" if number <= "06" else "Part II" if number <= "08" else "Part III"


def arrows():
    """Return which notebooks to join: what is needed, less what is needed already by another."""
    direct = syllabi.needs()
    found = []
    for number, before in direct.items():
        covered = {one for each in before for one in syllabi.everything_before(each, direct)}
        found += [(one, number) for one in before if one not in covered]
    return found


def corner(number):
    """Return the upper left corner of the box of a notebook."""
    row, column = PLACES[number]
    return 10 + column * (WIDTH + GAP_X), 40 + row * (HEIGHT + GAP_Y)


def arrow(start, stop):
    """Return the path of an arrow, down, or out at the side where it passes a row."""
    (x, y), (to_x, to_y) = corner(start), corner(stop)
    to_x += WIDTH / 2
    if PLACES[stop][0] - PLACES[start][0] > 1 or PLACES[stop][1] - PLACES[start][1] > 1:
        x, y = x + WIDTH, y + HEIGHT / 2
        return f"M {x:g} {y:g} Q {to_x:g} {y:g} {to_x:g} {to_y - 3:g}"
    x, y = x + WIDTH / 2, y + HEIGHT
    to_x += 0.12 * (x - to_x)  # where several end, side by side
    middle = (y + to_y) / 2
    return f"M {x:g} {y:g} C {x:g} {middle:g} {to_x:g} {middle:g} {to_x:g} {to_y - 3:g}"


def picture():
    """Return the map as SVG, on white, so that a dark page shows it too."""
    rows, columns = (1 + max(place[axis] for place in PLACES.values()) for axis in (0, 1))
    width = int(20 + columns * (WIDTH + GAP_X) - GAP_X)
    height = int(50 + rows * (HEIGHT + GAP_Y) - GAP_Y)
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" '
        f'width="{width}" height="{height}" font-family="DejaVu Sans, Verdana, Arial, sans-serif">',
        '<defs><marker id="head" viewBox="0 0 10 10" refX="8" refY="5" markerWidth="7" '
        'markerHeight="7" orient="auto"><path d="M 0 0 L 10 5 L 0 10 z" fill="#333333"/>'
        "</marker></defs>",
        f'<rect width="{width}" height="{height}" fill="#ffffff"/>',
    ]
    for place, (name, (fill, ink)) in enumerate(PARTS.items()):
        x = width - 300 + 100 * place
        lines += [
            f'<rect x="{x}" y="12" width="16" height="16" rx="3" fill="{fill}" stroke="{ink}"/>',
            f'<text x="{x + 22}" y="25" font-size="13" fill="#222222">{name}</text>',
        ]
    for start, stop in arrows():
        lines.append(
            f'<path d="{arrow(start, stop)}" fill="none" stroke="#333333" stroke-width="1.5" '
            'marker-end="url(#head)"/>'
        )
    for number in PLACES:
        x, y = corner(number)
        fill, ink = PARTS[part(number)]
        lines += [
            f'<rect x="{x:g}" y="{y:g}" width="{WIDTH}" height="{HEIGHT}" rx="8" '
            f'fill="{fill}" stroke="{ink}" stroke-width="1.5"/>',
            f'<text x="{x + 12:g}" y="{y + 54:g}" font-size="24" font-weight="bold" '
            f'fill="{ink}">{number}</text>',
        ]
        names = [name for name, where, _ in CONCEPTS if where == number]
        top = y + HEIGHT / 2 + 5 - LINE * (len(names) - 1) / 2
        lines += [
            f'<text x="{x + 54:g}" y="{top + LINE * place:g}" font-size="12.5" '
            f'fill="#222222">{escape(name)}</text>'
            for place, name in enumerate(names)
        ]
    return "\n".join([*lines, "</svg>\n"])


def table():
    """Return all concepts as rows of a Markdown table."""
    rows = [f"| {name} | {where} | {', '.join(on) or '-'} |" for name, where, on in CONCEPTS]
    return "\n".join(["| concept | built in | stands on |", "|---|---|---|", *rows])


def main():
    (DOCS / "concepts.svg").write_text(picture(), encoding="utf-8", newline="\n")
    page = DOCS / "concepts.md"
    text = marks.filled(page.read_text(encoding="utf-8"), MARK, table())
    page.write_text(text, encoding="utf-8", newline="\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
