"""The latent explorer under a person's hands: pad, sliders, buttons, and how soon it answers."""

import ast
import re
import time

import pytest

BUILD = """
from matplotlib import pyplot as plt
from classroom import widgets
from ganlab import datasets, recipes
real = datasets.load("digits", split="train")
explorer = widgets.LatentExplorer(recipes.load_generator("digits"), real, seed=0)
explorer
"""
CRITTERS = """
from classroom import widgets
from ganlab import datasets, recipes
from ganlab.datasets import critters
from ganlab.evaluation import factors
judge, real = factors.load(), datasets.load("critters", split="train")
explorer = widgets.LatentExplorer(
    recipes.load_generator("critters"), real, seed=0, neighbors=12,
    describe=lambda made: critters.captions(factors.read(judge, made)),
)
explorer
"""
# The median over twenty looks from twenty places, in milliseconds. Time of the processor, not of
# the clock: others may keep it busy, and where it is idle the clock shows no more than this.
TIMED = """
import statistics, time
took = []
for k in range(20):
    began = time.process_time()
    explorer.go(t=(k + 1) / 20)
    took.append(1000 * (time.process_time() - began))
median = statistics.median(took)
explorer.go(t=0.0)
"""


def place(notebook):
    """Returns x, y and t as the kernel knows them."""
    return ast.literal_eval(
        notebook.evaluate("(explorer.place.x, explorer.place.y, explorer.place.t)")
    )


def picture(notebook):
    return notebook.locator(".ganlab-one img").first.get_attribute("src")


def test_pad_by_pointer_and_by_keyboard(open_notebook):
    notebook = open_notebook([BUILD])
    notebook.run()
    pad = notebook.locator(".ganlab-pad-area")
    pad.scroll_into_view_if_needed()
    start, box, mouse = picture(notebook), pad.bounding_box(), notebook.page.mouse
    mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    mouse.down()
    mouse.move(box["x"] + 0.75 * box["width"], box["y"] + 0.25 * box["height"], steps=8)
    mouse.up()
    notebook.settle()
    x, y, _ = place(notebook)
    assert (x, y) == (pytest.approx(1.75, abs=0.06), pytest.approx(1.75, abs=0.06))
    assert picture(notebook) != start
    mouse.move(5, 5)
    assert pad.get_attribute("aria-valuetext") == f"x {x:.1f}, y {y:.1f}"
    keys = notebook.page.keyboard
    keys.press("Home")
    notebook.settle()
    assert place(notebook)[:2] == (0, 0)
    assert picture(notebook) == start
    for key in ("ArrowRight", "ArrowRight", "ArrowDown", "Shift+ArrowUp"):
        keys.press(key)
    notebook.settle()
    assert place(notebook)[:2] == pytest.approx((0.2, 0.9))
    assert pad.evaluate("e => e === document.activeElement"), "the notebook took the keys"
    assert pad.evaluate("e => getComputedStyle(e).outlineStyle") == "solid"
    keys.press("Shift+ArrowLeft")
    notebook.evaluate("explorer.go(x=-3.5, y=3.5)")
    notebook.settle()
    assert pad.get_attribute("aria-valuetext") == "x \u22123.5, y 3.5"


def test_sliders_and_buttons(open_notebook):
    notebook = open_notebook([BUILD])
    notebook.run()
    start = picture(notebook)
    notebook.locator(".noUi-handle").first.focus()
    for _ in range(5):
        notebook.page.keyboard.press("ArrowRight")
    notebook.settle()
    assert place(notebook)[2] == pytest.approx(0.05)
    assert picture(notebook) != start
    notebook.locator("button", has_text=re.compile(r"^\s*lerp\s*$")).click()
    notebook.settle()
    assert notebook.evaluate("explorer.place.walk") == "'lerp'"
    behind = notebook.locator(".ganlab-pad-area img")
    before = behind.get_attribute("src")
    assert before.startswith("blob:")
    notebook.locator("button", has_text="New plane").click()
    notebook.settle()
    assert behind.get_attribute("src") != before
    ends = notebook.evaluate("explorer.space.ends.tolist()")
    notebook.locator("button", has_text="New A").click()
    notebook.settle()
    assert notebook.evaluate("explorer.space.ends.tolist()") != ends


@pytest.mark.parametrize("build", [BUILD, CRITTERS], ids=["digits", "critters"])
def test_an_image_is_answered_within_a_tenth_of_a_second(open_notebook, build):
    notebook = open_notebook([build, TIMED])
    notebook.run()
    median = float(notebook.evaluate("median"))
    notebook.locator(".noUi-handle").first.focus()
    waits = []
    for _ in range(20):
        before = picture(notebook)
        began = time.perf_counter()
        notebook.page.keyboard.press("ArrowRight")
        notebook.page.wait_for_function(
            "before => document.querySelector('.ganlab-one img').src !== before", arg=before
        )
        waits.append(1000 * (time.perf_counter() - began))
    print(f"in the kernel {median:.0f} ms, from key to picture {sorted(waits)[10]:.0f} ms")
    assert median < 100


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [1000, 1400])
def test_everything_is_inside_and_labeled(open_notebook, theme, width):
    notebook = open_notebook(
        [BUILD, "explorer.go(t=0.6, x=1.0, y=1.0)\nexplorer.draw()"], width=width, theme=theme
    )
    notebook.run()
    notebook.locator(".ganlab-pad-area").focus()
    notebook.screenshot(f"latent_explorer_{theme}_{width}")
    board = notebook.locator(".ganlab-explorer")
    assert board.evaluate("e => e.scrollWidth <= e.parentElement.clientWidth")
    assert notebook.locator(".ganlab-pad-area").get_attribute("role") == "slider"
    described = board.locator("img").evaluate_all("all => all.map(image => image.alt)")
    assert described[0] == "generated image"
    assert described[1].startswith("nearest real image, number")


def test_a_walk_among_critters_is_said_and_has_a_wall_of_neighbors(open_notebook):
    notebook = open_notebook([CRITTERS])
    notebook.run()
    said = notebook.locator(".ganlab-explorer p")
    before = said.inner_text()
    assert re.match(r"an? .+ with .+ on an? \w+ ground\.", before)
    wall = notebook.locator(".ganlab-wall img")
    assert wall.get_attribute("alt").startswith("the 12 nearest real images, the first: ")
    first = wall.get_attribute("src")
    notebook.locator(".widget-play button").first.click()
    notebook.page.wait_for_function(
        "document.querySelector('.jp-OutputArea .noUi-handle').ariaValueNow === '1.0'"
    )
    notebook.settle()
    assert place(notebook)[2] == 1.0
    assert said.inner_text() != before and wall.get_attribute("src") != first
    assert said.inner_text() == notebook.evaluate("explorer.words").strip("'\"") + "."


@pytest.mark.parametrize("theme, width", [("light", 400), ("light", 1000), ("dark", 1400)])
def test_critters_are_inside(open_notebook, theme, width):
    notebook = open_notebook([CRITTERS], width=width, theme=theme)
    notebook.run()
    notebook.locator(".ganlab-wall img").wait_for()
    notebook.screenshot(f"critters_explorer_{theme}_{width}", notebook.output(0))
    board = notebook.locator(".ganlab-explorer")
    assert board.evaluate("e => e.scrollWidth <= e.parentElement.clientWidth")
