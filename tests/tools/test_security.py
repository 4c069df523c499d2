"""docs/security.md: a test stands behind each promise, and the page is found."""

import ast
import re

import pytest

from ganlab import files
from tools import pages, series

PAGE = (pages.DOCS / "security.md").read_text(encoding="utf-8")
TEST = re.compile(r"`(tests/[\w/]+\.py)::(\w+)`")


def promises():
    """Yields each item and each paragraph in bold of the page but what it does not promise."""
    text = PAGE.split("## Not promised")[0].split("\n## ", 1)[1]
    for block in re.split(r"\n\n|\n(?=- )", text):
        if block.startswith(("- ", "**")):
            yield block


@pytest.mark.parametrize("promise", list(promises()), ids=lambda text: text[:40])
def test_each_promise_names_its_tests(promise):
    assert TEST.search(promise) or promise.startswith("**Scores are on honor**"), promise


@pytest.mark.parametrize("path, name", sorted(set(TEST.findall(PAGE))))
def test_the_tests_exist(path, name):
    tree = ast.parse((series.ROOT / path).read_text(encoding="utf-8"))
    assert name in {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}


def test_the_stated_memory_is_the_limit_of_the_reader():
    assert "more than 1 GiB" in PAGE and files.read_npz.__kwdefaults__["limit"] == 2**30
