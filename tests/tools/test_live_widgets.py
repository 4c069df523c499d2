"""tools/live_widgets.py: every widget of the notebooks works on the site or says what it needs."""

import json
import re

import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_output

from classroom import widgets
from classroom.widgets.laboratory import controls, distributions, game
from ganlab import losses
from tools import live_widgets, series

ALIVE = {"Laboratory", "LossExplorer"}


def cell(*texts, picture=False):
    outputs = [new_output("execute_result", data={"text/plain": text}) for text in texts]
    if picture:
        outputs.append(new_output("display_data", data={"image/png": "", "text/plain": "<Figure>"}))
    return new_code_cell("", outputs=outputs)


def shown(*cells):
    """What the first cell shows then: HTML, or text."""
    live_widgets.show(list(cells))
    data = [output.data for output in cells[0].outputs]
    return [each.get("text/html", each.get("text/plain")) for each in data]


def test_all_widgets_are_known():
    assert live_widgets.names() == widgets.__all__


@pytest.mark.parametrize(
    ("after", "picture"),
    [
        ([cell(picture=True)], True),
        ([new_markdown_cell("Here it is."), cell(picture=True)], False),
        ([cell("3"), cell(picture=True)], False),
        ([new_markdown_cell("The end.")], False),
        ([], False),
    ],
)
def test_a_widget_that_needs_python_says_so_and_points_to_its_picture(after, picture):
    (text,) = shown(cell("Flipbook(step='0', page 1 of 32)"), *after)
    assert "<code>python3 tasks.py lab</code>" in text and "Flipbook" not in text
    assert ("Below is a picture of what it shows." in text) == picture


def test_what_is_no_widget_stays():
    texts = ["Flipbooks(3)", "Penalty(function=r1, weight=1.0)", "dict(Laboratory=1)", "4"]
    assert shown(cell(*texts)) == texts
    first = cell("1", "Dashboard('Ready, step 800 of 860.')")
    assert shown(first)[0] == "1" and "needs Python" in shown(first)[1]


def data_of(text, name):
    told = re.search(rf'id="{name}-data">(.*?)</script>', text)
    return json.loads(told[1])


def test_two_widgets_of_a_page_do_not_meet():
    page = [
        cell("Laboratory(grid, hinge, seed 7)", "LossExplorer(['hinge'], logit=-6.0, partner=1.5)"),
        cell(picture=True),
    ]
    lab, explorer = shown(*page)
    data = data_of(lab, "widget-1")
    chosen = {
        name: control["options"][control["chosen"]][0]
        for name, control in data["controls"].items()
        if "options" in control
    }
    assert chosen["distribution"] == "grid" and chosen["loss"] == "hinge"
    assert data["controls"]["seed"]["value"] == 7
    data = data_of(explorer, "widget-2")
    assert data["selected"] == ["hinge"]
    assert [data["controls"][name]["value"] for name in ("logit", "partner")] == [-6.0, 1.5]
    for text in (lab, explorer):
        assert "<p>This widget needs JavaScript.</p>" in text
        assert "--ganlab-real:" in text and "import {" not in text


def test_the_controls_have_all_choices_and_what_they_stand_for():
    data = live_widgets.laboratory("ring", "minimax", 0)
    options = {
        name: control["options"]
        for name, control in data["controls"].items()
        if "options" in control
    }
    assert [value for _, value in options["loss"]] == list(losses.ALL) == list(data["losses"])
    assert [value for _, value in options["penalty"]] == list(game.PENALTIES)
    assert [value for _, value in options["distribution"]] == [*distributions.ALL, controls.DRAW]
    assert set(data["distributions"]) == set(distributions.ALL)
    assert [value for _, value in options["who"]] == ["both", "discriminator", "generator"]
    assert dict(options["speed"]) == {
        name: speed._asdict() for name, speed in controls.SPEEDS.items()
    }
    assert set(data["controls"]["steps"]) == set(game.PLAYERS)


@pytest.mark.parametrize("path", series.notebooks(), ids=lambda path: path.stem)
def test_no_page_shows_the_name_of_a_widget_in_its_place(path):
    cells = series.read(path).cells
    texts = [
        output.data["text/plain"]
        for each in cells
        for output in each.get("outputs", ())
        if "text/plain" in output.get("data", {})
    ]
    count = sum(text.startswith(tuple(f"{name}(" for name in widgets.__all__)) for text in texts)
    live_widgets.show(cells)
    html = [
        output.data["text/html"]
        for each in cells
        for output in each.get("outputs", ())
        if output.get("data", {}).keys() == {"text/html"}
    ]
    alive = sum(text.count('<script type="module">') for text in html)
    asleep = sum(text.count("ganlab-asleep") for text in html)
    assert alive + asleep == count
    named = sum(text.startswith(tuple(f"{name}(" for name in ALIVE)) for text in texts)
    assert alive == named, "a game or explorer with what its repr does not tell"
