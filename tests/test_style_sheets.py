"""Every style sheet of the project parses without an error, its nested rules too."""

from pathlib import Path

import pytest
import tinycss2

ROOT = Path(__file__).parents[1]
SHEETS = sorted(
    path for folder in ("classroom", "docs", "tools") for path in (ROOT / folder).rglob("*.css")
)
CLEAN = {"skip_comments": True, "skip_whitespace": True}


def faults(text):
    """Returns what is wrong with a style sheet, with the line it is in."""
    found, nodes = [], tinycss2.parse_stylesheet(text, **CLEAN)
    if text.count("{") != text.count("}"):
        found.append("a brace too many or too few")
    while nodes:
        node = nodes.pop()
        if node.type == "error":
            found.append(f"line {node.source_line}: {node.message}")
        elif node.type == "declaration":
            parts = [part for part in node.value if part.type != "whitespace"]
            nodes += [part for part in parts if part.type == "error"]
            if not parts:
                found.append(f"line {node.source_line}: {node.name} without a value")
        elif node.content is not None:
            inside = tinycss2.parse_blocks_contents(node.content, **CLEAN)
            nodes += inside
            if not inside:
                found.append(f"line {node.source_line}: an empty rule")
    return found


@pytest.mark.parametrize("path", SHEETS, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_a_style_sheet_is_css(path):
    assert faults(path.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    "text",
    [
        "a { color red }",
        "a { color: }",
        "a { color: red } }",
        "a { color: red",
        "a { }",
        "@media print { a { color red; } }",
        "a { background: url(x y) }",
    ],
)
def test_what_is_no_css_is_found(text):
    assert faults(text)
