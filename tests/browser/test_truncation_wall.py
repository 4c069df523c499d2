"""The wall of truncated samples under keys."""

import pytest

BUILD = """
from classroom.widgets import TruncationWall
from ganlab import recipes
wall = TruncationWall(recipes.load_generator("biggan"), columns=6, seed=0)
wall
"""


def test_keys_truncate_the_latents(open_notebook):
    notebook = open_notebook([BUILD])
    notebook.run()
    before = float(notebook.evaluate("wall.threshold"))
    notebook.locator(".noUi-handle").first.focus()
    for _ in range(3):
        notebook.page.keyboard.press("ArrowLeft")
    notebook.settle()
    assert abs(float(notebook.evaluate("wall.threshold")) - (before - 0.3)) < 1e-6
    assert notebook.locator(".ganlab-widget img").count() == 1


@pytest.mark.parametrize("theme, width", [("light", 1000), ("dark", 1400)])
def test_its_look(open_notebook, theme, width):
    notebook = open_notebook([BUILD], width=width, theme=theme)
    notebook.run()
    notebook.locator(".ganlab-widget img").first.wait_for()
    notebook.screenshot(f"truncation_wall_{theme}_{width}")
