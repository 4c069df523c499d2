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
    ours, conditions = _tests("test_keras.py"), _tests("test_conditions.py")
    named = [re.findall(r"`(test_\w+)`", row) for row in ROWS]
    assert all(named)
    assert ours <= set().union(*named) <= ours | conditions


def _tests(name):
    tree = ast.parse((series.ROOT / "tests/ganlab" / name).read_text(encoding="utf-8"))
    functions = (node.name for node in tree.body if isinstance(node, ast.FunctionDef))
    return {name for name in functions if name.startswith("test_")}
