"""The laboratory in a browser: clicks, keys, a drawing by mouse, a film, both themes."""

import re

import pytest

CELLS = ["from classroom.widgets import Laboratory\nlab = Laboratory(seed=0)\nlab"]
RING = "lab.game.settings.distribution.name"


def button(notebook, name):
    return notebook.locator("button", has_text=re.compile(rf"^\s*{name}\s*$"))


def click(notebook, name):
    button(notebook, name).click()


def choose(notebook, label, option):
    row = notebook.locator(".widget-dropdown", has_text=re.compile(rf"^{label}"))
    row.locator("select").select_option(option)


def number(notebook, expression):
    return int(notebook.evaluate(expression))


def test_a_game_by_clicks_and_keys(open_notebook):
    notebook = open_notebook(CELLS)
    notebook.run()
    page, canvas = notebook.page, notebook.locator(".ganlab-plane-canvas")
    canvas.wait_for()

    click(notebook, "Step D")
    notebook.locator("text=The discriminator learned").wait_for()
    click(notebook, "Step G")
    notebook.locator("text=The generator learned").wait_for()
    assert notebook.evaluate("[a for a in lab.game.log]") == (
        "[('discriminator', 1), ('generator', 1)]"
    )

    canvas.focus()
    for key in "dgb":
        page.keyboard.press(key)
    notebook.locator("text=6 updates").wait_for()
    assert canvas.evaluate("e => getComputedStyle(e).outlineStyle") == "solid"
    assert page.locator(".jp-Notebook .jp-CodeCell").count() == 1, "B adds no cell"

    page.keyboard.press("Space")
    page.wait_for_timeout(1500)
    choose(notebook, "Loss", "hinge")  # while it plays
    button(notebook, "Pause").wait_for()
    choose(notebook, "Penalty", "r1")
    page.wait_for_timeout(1500)
    canvas.focus()
    page.keyboard.press("Space")
    button(notebook, "Play").wait_for()
    notebook.settle()
    played = number(notebook, "lab.game.updates")
    assert played > 12
    actions = notebook.evaluate("[a for a, _ in lab.game.log]")
    assert actions.count("change") == 2
    assert notebook.evaluate("lab.game.settings.loss.name") == "'hinge'"
    assert number(notebook, "lab.game.updates") == played, "paused"

    before = notebook.evaluate("lab.game.fingerprint()")
    choose(notebook, "Speed", "fast")
    click(notebook, "Replay")
    notebook.locator("text=the same weights as before").wait_for(timeout=120_000)
    assert notebook.evaluate("lab.game.fingerprint()") == before

    notebook.locator(".widget-text", has_text="Film").locator("input").fill("my game")
    page.keyboard.press("Tab")
    click(notebook, "Save")
    notebook.locator("text=Saved").wait_for(timeout=120_000)
    film = notebook.lab.notebooks / "my game.gif"
    assert film.read_bytes()[:6] == b"GIF89a"
    film.unlink()


def test_a_drawing_by_mouse_and_by_keyboard(open_notebook):
    notebook = open_notebook(CELLS)
    notebook.run()
    page, canvas = notebook.page, notebook.locator(".ganlab-plane-canvas")
    choose(notebook, "Learn", "your own drawing")
    notebook.locator("text=Draw at least 20 points").wait_for()
    canvas.scroll_into_view_if_needed()
    box = canvas.bounding_box()
    at = lambda x, y: (box["x"] + x * box["width"], box["y"] + y * box["height"])  # noqa: E731

    page.mouse.click(*at(0.5, 0.5))
    notebook.locator("text=there are 4").wait_for()
    assert notebook.evaluate(RING) == "'ring'"
    page.keyboard.press("Backspace")
    notebook.locator("text=there are 0").wait_for()

    page.mouse.move(*at(0.2, 0.7))
    page.mouse.down()
    page.mouse.move(*at(0.8, 0.7), steps=20)
    page.mouse.up()
    notebook.locator("text=The players now learn your drawing").wait_for()
    count = number(notebook, "len(lab.plane.drawn) // 2")
    assert count >= 60
    assert notebook.evaluate(RING) == f"'drawing of {count} points'"
    middle = notebook.evaluate("bool(abs(lab.game.frame().real.mean(0) - [0, -1.2]).max() < 0.15)")
    assert middle == "True"

    page.keyboard.press("Shift+ArrowUp")
    page.keyboard.press("Space")
    notebook.settle()
    assert number(notebook, "len(lab.plane.drawn) // 2") == count + 4
    drawn = notebook.evaluate("[round(y, 1) for y in lab.plane.drawn[-8:][1::2]]")
    assert all(abs(float(y) + 0.7) < 0.3 for y in drawn.strip("[]").split(","))
    click(notebook, "Step both")
    notebook.settle()
    notebook.screenshot("laboratory-drawing", notebook.output(0))
    click(notebook, "Clear drawing")
    notebook.locator("text=there are 0").wait_for()


def test_a_drawing_that_was_there_before_the_page_is_not_taken_back_at_once(open_notebook):
    """As after a reload: nobody knows where its strokes began."""
    notebook = open_notebook(
        ["import numpy as np\nfrom classroom.widgets import Laboratory"]
        + ["lab = Laboratory(np.linspace([-2, -2], [2, 2], 50), seed=0)\nlab"]
    )
    notebook.run()
    canvas = notebook.locator(".ganlab-plane-canvas.ganlab-drawing")
    canvas.wait_for()
    canvas.focus()
    notebook.page.keyboard.press("Backspace")
    notebook.settle()
    assert notebook.evaluate(RING) == "'drawing of 46 points'"
    assert number(notebook, "len(lab.plane.drawn) // 2") == 46


def test_a_game_that_blows_up_says_so(open_notebook):
    notebook = open_notebook(
        ["from classroom.widgets import Laboratory\nfrom ganlab import losses"]
        + ["lab = Laboratory(seed=0, loss=losses.wasserstein, g_rate=1.0, d_rate=1.0)\nlab"]
    )
    notebook.run()
    click(notebook, "Play")
    notebook.locator("text=Press Reset").wait_for()
    button(notebook, "Play").wait_for()
    notebook.screenshot("laboratory-diverged", notebook.output(1))
    click(notebook, "Reset")
    notebook.locator("text=0 updates").first.wait_for()
    assert notebook.evaluate("lab.game.diverged") == "False"


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [1000, 1400])
def test_nothing_is_cut_off(open_notebook, width, theme):
    notebook = open_notebook(
        [*CELLS, "lab.step('both', 300)\nlab.game.change(d_steps=2)\nlab.step('both', 50)"],
        width=width,
        theme=theme,
    )
    notebook.run()
    notebook.locator(".ganlab-plane-canvas").wait_for()
    notebook.screenshot(f"laboratory-{theme}-{width}", notebook.output(0))
    root = notebook.locator(".ganlab-laboratory")
    wider = root.evaluate(
        """root => [root, ...root.querySelectorAll('*')]
            .filter((e) => !e.closest('select, .noUi-base, .widget-readout'))
            .filter((e) => e.scrollWidth > e.clientWidth + 1 && e.clientWidth > 0)
            .filter((e) => getComputedStyle(e).overflowX !== 'visible')
            .map((e) => e.className)"""
    )
    assert wider == []
    box, page = root.bounding_box(), notebook.page.viewport_size["width"]
    assert box["x"] + box["width"] <= page
