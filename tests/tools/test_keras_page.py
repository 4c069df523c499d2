"""docs/keras.md: a test stands behind each row, and each test has its row."""

import ast
import re

from tools import pages, series

ROWS = [
    line
    for line in (pages.DOCS / "keras.md").read_text(encoding="utf-8").splitlines()
    if line.startswith("| ") and not line.startswith("| what |")
]


def test_each_row_names_tests_and_each_test_has_a_row():
    tree = ast.parse((series.ROOT / "tests/ganlab/test_keras.py").read_text(encoding="utf-8"))
    tests = {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}
    named = [re.findall(r"`(test_\w+)`", row) for row in ROWS]
    assert all(named)
    assert set().union(*named) == {name for name in tests if name.startswith("test_")}
