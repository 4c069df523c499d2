"""The loss explorer under a pointer and under keys."""

import pytest

BUILD = """
from classroom.widgets import LossExplorer
explorer = LossExplorer(["minimax", "non_saturating", "least_squares", "hinge"], logit=-3.0)
explorer
"""


def test_the_logit_follows_pointer_and_keys(open_notebook):
    notebook = open_notebook([BUILD])
    notebook.run()
    plot = notebook.locator("svg.ganlab-loss")
    assert plot.get_attribute("role") == "slider"

    # The middle of a panel is logit 0, a pixel more or less is a tenth.
    box = plot.bounding_box()
    unit = box["width"] / 840
    notebook.page.mouse.move(box["x"] + unit * (310 + 60), box["y"] + unit * 300)
    notebook.page.mouse.down()
    notebook.page.mouse.move(box["x"] + unit * (310 + 123), box["y"] + unit * 100, steps=8)
    notebook.page.mouse.up()
    notebook.settle()
    assert abs(float(notebook.evaluate("explorer.logit.value"))) <= 0.2
    notebook.locator("text=/probability (4|5)/").wait_for()

    plot.focus()
    for key in ("Home", "Shift+ArrowRight", "Shift+ArrowRight", "ArrowRight"):
        notebook.page.keyboard.press(key)
    notebook.settle()
    assert notebook.evaluate("round(explorer.logit.value, 6)") == "-5.9"
    assert plot.get_attribute("aria-valuenow") == "-5.9"
    notebook.locator("text=/probability 0.3% to real/").wait_for()
    ring = "getComputedStyle(document.querySelector('svg.ganlab-loss')).outlineStyle"
    assert notebook.page.evaluate(ring) == "solid"

    # The legend is made of boxes.
    assert notebook.locator("svg.ganlab-loss polyline").count() == 4 * 6
    notebook.locator("label", has_text="wasserstein").click()
    notebook.locator("td", has_text="−1.000").first.wait_for()
    notebook.settle()
    assert notebook.locator("svg.ganlab-loss polyline").count() == 5 * 6

    # Without the slider that stands above the curves the plot would be alone: they are linked.
    handle = notebook.locator(".noUi-handle").first
    handle.focus()
    notebook.page.keyboard.press("ArrowRight")
    notebook.settle()
    assert notebook.evaluate("round(explorer.plot.logit, 6)") == "-5.8"


@pytest.mark.parametrize("theme, width", [("light", 1000), ("dark", 1400)])
def test_its_look(open_notebook, theme, width):
    notebook = open_notebook([BUILD], width=width, theme=theme)
    notebook.run()
    notebook.locator("svg.ganlab-loss").focus()
    notebook.page.keyboard.press("ArrowLeft")
    notebook.screenshot(f"loss_explorer_{theme}_{width}")
    area = notebook.output(0).bounding_box()
    for part in (".ganlab-loss", "table", ".widget-checkbox:last-child"):
        box = notebook.locator(part).last.bounding_box()
        assert box["x"] + box["width"] <= area["x"] + area["width"] + 1, part
