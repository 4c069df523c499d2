"""The flipbook under keys and under its play button."""

import pytest

BUILD = """
from classroom import tables
from classroom.widgets import Flipbook
frames = tables.pictures("film_64")
book = Flipbook(list(frames.values()), list(frames), label="step", milliseconds=100)
book
"""


def test_keys_and_play_turn_the_pages(open_notebook):
    notebook = open_notebook([BUILD])
    notebook.run()
    notebook.locator("figcaption", has_text="step 0").wait_for()
    handle = notebook.locator(".ganlab-flipbook .noUi-handle").first
    handle.focus()
    for _ in range(2):
        notebook.page.keyboard.press("ArrowRight")
    notebook.settle()
    assert notebook.evaluate("book.number") == "2"
    notebook.locator(".ganlab-flipbook button").first.click()
    last = int(notebook.evaluate("len(frames)")) - 1
    notebook.locator("figcaption", has_text=f"step {640 // 2 * last}").wait_for()
    notebook.settle()
    assert notebook.evaluate("book.number") == str(last)


@pytest.mark.parametrize("theme, width", [("light", 1000), ("dark", 1400)])
def test_its_look(open_notebook, theme, width):
    notebook = open_notebook([BUILD], width=width, theme=theme)
    notebook.run()
    notebook.locator("figcaption").wait_for()
    notebook.screenshot(f"flipbook_{theme}_{width}")
