"""The harness of this folder: it drives a widget, and it sees what must not happen."""

import re

import pytest

SLIDER = """
import ipywidgets as widgets
slider = widgets.IntSlider(5, 0, 10, description="Value")
double = widgets.Label("10")
slider.observe(lambda change: setattr(double, "value", str(2 * change.new)), "value")
widgets.VBox([slider, double])
"""


def test_a_slider_reaches_the_kernel_and_comes_back(open_notebook):
    notebook = open_notebook([SLIDER])
    notebook.run()
    notebook.locator(".noUi-handle").focus()
    for _ in range(3):
        notebook.page.keyboard.press("ArrowRight")
    notebook.locator("text='16'").wait_for()
    assert notebook.evaluate("slider.value") == "8"
    assert notebook.screenshot("harness", notebook.output(0)).stat().st_size > 1000


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_theme_and_the_width_are_those_asked_for(open_notebook, theme):
    page = open_notebook(["0"], width=1400, theme=theme).page
    red = page.evaluate("getComputedStyle(document.querySelector('.jp-Notebook')).backgroundColor")
    brightness = int(re.search(r"\d+", red)[0])
    assert brightness > 200 if theme == "light" else brightness < 60
    assert page.evaluate("window.innerWidth") == 1400


def test_a_failing_cell_fails_the_test(open_notebook):
    notebook = open_notebook(["1 / 0"])
    with pytest.raises(AssertionError, match="ZeroDivisionError"):
        notebook.run()
    with pytest.raises(AssertionError, match="NameError"):
        notebook.evaluate("no_such_name")


def test_a_running_cell_can_be_interrupted(open_notebook):
    notebook = open_notebook(["import time\nprint('on')\ntime.sleep(600)"])
    notebook.run(wait=False)
    notebook.locator("text=on").wait_for()
    notebook.interrupt()
    with pytest.raises(AssertionError, match="KeyboardInterrupt"):
        notebook.wait()


def test_what_must_not_happen_on_a_page_is_seen(open_notebook):
    notebook = open_notebook(["0"])
    notebook.check()  # a page that only opened has no problems
    image = "document.body.append(Object.assign(new Image(), {src: 'https://example.org/a.png'}))"
    for script, problem in [
        ("console.error('something broke')", "console: something broke"),
        ("setTimeout(() => { throw new Error('not caught') })", "page error: not caught"),
        ("fetch('http://192.0.2.1/').catch(() => 0)", "left this machine: http://192.0.2.1/"),
        ("new WebSocket('ws://192.0.2.1/')", "left this machine: ws://192.0.2.1/"),
        (image, "left this machine: https://example.org/a.png"),
    ]:
        notebook.page.evaluate(f"() => {{ {script} }}")
        notebook.page.wait_for_timeout(300)
        with pytest.raises(AssertionError, match=re.escape(problem)):
            notebook.check()
    notebook.check()


def test_a_problem_that_nobody_looked_for_fails_the_test(lab, browser, screenshots):
    with pytest.raises(AssertionError, match="console: something broke"):
        with lab.notebook(
            browser, ["0"], width=1000, theme="light", screenshots=screenshots
        ) as notebook:
            notebook.page.evaluate("console.error('something broke')")


def test_a_page_of_the_site_needs_no_network_and_hears_of_barriers(open_page):
    page = open_page("index.html")
    assert page.page.locator("h1").count() == 1
    page.page.evaluate("document.querySelector('h1').innerHTML = '<img src=\"data:,\">'")
    assert any(found.startswith("image-alt") for found in page.barriers("h1"))
    page.page.evaluate("console.error('no such thing')")
    page.page.evaluate("fetch('https://example.org').catch(() => 0)")
    with pytest.raises(AssertionError, match="no such thing") as raised:
        page.check()
    assert "request: https://example.org" in str(raised.value)
    page.page.wait_for_timeout(100)
    page._problems.clear()
