"""The browser knows every property, value and selector of the style sheets."""

import itertools
from pathlib import Path

import pytest
import tinycss2

ROOT = Path(__file__).parents[2]
SHEETS = sorted(
    path for folder in ("classroom", "docs", "tools") for path in (ROOT / folder).rglob("*.css")
)
# The conditions of CSS.supports that do not hold.
UNKNOWN = "conditions => conditions.filter(condition => !CSS.supports(condition))"


def _is_comma(part):
    return part.type == "literal" and part.value == ","


def conditions(nodes):
    """Yields what CSS.supports can tell of each declaration and of each selector."""
    for node in nodes:
        if node.type == "declaration":
            yield f"({node.name}: {tinycss2.serialize(node.value).strip()})"
        elif node.type == "qualified-rule":
            for comma, selector in itertools.groupby(node.prelude, _is_comma):
                if not comma:
                    yield f"selector({tinycss2.serialize(selector).strip()})"
        if node.type != "declaration" and node.content is not None:
            yield from conditions(
                tinycss2.parse_blocks_contents(
                    node.content, skip_comments=True, skip_whitespace=True
                )
            )


def unknown(page, text):
    nodes = tinycss2.parse_stylesheet(text, skip_comments=True, skip_whitespace=True)
    return page.evaluate(UNKNOWN, list(conditions(nodes)))


@pytest.fixture
def page(browser):
    page = browser.new_page()
    yield page
    page.close()


@pytest.mark.parametrize("path", SHEETS, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_the_browser_knows_everything_in_a_style_sheet(page, path):
    assert unknown(page, path.read_text(encoding="utf-8")) == []


def test_what_it_does_not_know_is_found(page):
    text = "a { colr: red; margin: 3 apples; } a:hovering, b { color: red; }"
    assert unknown(page, text) == [
        "(colr: red)",
        "(margin: 3 apples)",
        "selector(a:hovering)",
    ]
