"""The slides in a real browser: nothing is fetched, nothing overflows, every key works."""

import time

import pytest

from tools import series, slides

LESSONS = [path for path in series.notebooks() if path.parent.name == "notebooks"]

# What sticks out of its slide, and the smallest type in pixels.
OVERFLOW = """() => slides.flatMap((slide) => {
  const board = slide.querySelector(".board"), found = [];
  const high = board.scrollHeight - board.clientHeight;
  if (innerWidth > innerHeight && high > 1) found.push([slide.id, "high", high]);
  if (slide.scrollWidth > slide.clientWidth + 1) found.push([slide.id, "wide"]);
  for (const part of board.querySelectorAll("p, li, figcaption, pre, .formula, img"))
    if (part.getBoundingClientRect().right > innerWidth + 1) found.push([slide.id, part.tagName]);
  return found;
})"""
SMALLEST = """() => Math.min(
  ...[...document.querySelectorAll(".board :is(p,li,pre,td,h2,figcaption)")].map(
    (part) => parseFloat(getComputedStyle(part).fontSize)))"""

# The lines of text on each slide, of a list in two columns those of the longer one.
LINES = """() => slides.map((slide) => {
  const lines = { left: new Set(), right: new Set() };
  const middle = slide.getBoundingClientRect().left + slide.clientWidth / 2;
  const walker = document.createTreeWalker(slide.querySelector(".board"), NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const parent = walker.currentNode.parentNode, range = document.createRange();
    if (parent.closest("h1, h2, pre, table, .formula, mjx-container")) continue;
    range.selectNodeContents(walker.currentNode);
    for (const box of range.getClientRects())
      if (box.width > 2 && walker.currentNode.data.trim())
        lines[parent.closest("ol") && box.left > middle ? "right" : "left"].add(
          Math.round((box.top + box.bottom) / 16)); // boxes of code and of text differ a little
  }
  const close = (tops) => [...tops].toSorted((a, b) => a - b).filter(
    (top, n, all) => !n || top - all[n - 1] > 1).length;
  return [slide.id, Math.max(close(lines.left), close(lines.right))];
})"""
# How much each bitmap is enlarged.
ENLARGED = """() => [...document.images].filter((image) => image.naturalWidth).map((image) =>
  Math.min(image.clientWidth / image.naturalWidth, image.clientHeight / image.naturalHeight))"""


def wait(page, expression):
    """Waits until a page says so. Playwright's own way is forbidden by the policy of the decks."""
    deadline = time.monotonic() + 30
    while not page.evaluate(expression):
        assert time.monotonic() < deadline, expression
        page.wait_for_timeout(50)


def opened(browser, path, folder, size, minutes=0):
    """A deck in a browser without a network, its requests and what its page complains of."""
    slides.write([path], folder, minutes)
    context = browser.new_context(viewport={"width": size[0], "height": size[1]}, offline=True)
    page = context.new_page()
    asked, said = [], []
    page.on("request", lambda request: asked.append(request.url))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("console", lambda message: said.append(message.text))
    page.goto((folder / slides.deck_name(path, minutes)).as_uri())
    wait(page, "!!window.MathJax?.startup?.promise")
    page.evaluate("MathJax.startup.promise.then(() => fit())")
    return page, asked, said


@pytest.mark.slow
@pytest.mark.parametrize("minutes", [0, 45])
@pytest.mark.parametrize("path", LESSONS, ids=lambda path: path.stem)
def test_a_deck_fits_every_screen_and_fetches_nothing(path, minutes, browser, tmp_path):
    page, asked, said = opened(browser, path, tmp_path, (1920, 1080), minutes)
    assert [slide for slide in page.evaluate(LINES) if slide[1] > slides.LINES] == []
    assert max(page.evaluate(ENLARGED)) <= 1.51
    assert page.evaluate(SMALLEST) >= 28, "readable from the last row"
    assert page.locator("mjx-container").count() > 0
    assert page.locator("mjx-merror, [data-mjx-error]").count() == 0
    for width, height in ((1920, 1080), (1280, 720), (400, 800)):
        page.set_viewport_size({"width": width, "height": height})
        page.evaluate("fit()")
        assert page.evaluate(OVERFLOW) == [], (width, height)
    assert [url for url in asked if not url.startswith("data:")] == [page.url.split("#")[0]]
    assert said == []
    page.context.close()


@pytest.mark.slow
def test_nothing_that_a_notebook_brings_is_run(browser, tmp_path):
    """The policy of the page holds even where the text of a notebook got into it as HTML."""
    page, asked, said = opened(browser, LESSONS[0], tmp_path, (1280, 720))
    page.evaluate("""() => {
        const image = "<img src='data:,' onerror='window.bad = 1'>";
        document.body.insertAdjacentHTML("beforeend", image);
        document.body.append(Object.assign(document.createElement("script"), {
            textContent: "window.bad = 2" }));
        document.body.append(Object.assign(new Image(), { src: "http://127.0.0.1:9/x.png" }));
    }""")
    page.wait_for_timeout(300)
    assert page.evaluate("window.bad") is None
    assert sum("Content Security Policy" in line for line in said) >= 3, said
    page.context.close()


@pytest.mark.slow
def test_keys_belong_to_what_has_the_focus(browser, tmp_path):
    page, *_ = opened(browser, LESSONS[0], tmp_path, (1280, 720))
    page.evaluate("""() => slides[here].insertAdjacentHTML("beforeend",
        "<details id=d><summary>Hint</summary>Six.</details>" +
        "<pre id=p tabindex=0 style='width: 50px; overflow: auto'>" + "long ".repeat(99) + "</pre>")
    """)
    for key in (" ", "Enter"):
        page.focus("#d summary")
        page.keyboard.press(key)
    page.focus("#p")
    page.keyboard.press("ArrowRight")
    wait(page, "document.getElementById('p').scrollLeft > 0")
    assert page.evaluate("here") == 0
    assert page.evaluate("document.getElementById('d').open") is False  # opened, then closed
    page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    page.evaluate("window.dispatchEvent(new Event('afterprint'))")
    page.keyboard.press("n")
    page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    assert not page.evaluate("root.classList.contains('with-notes')")
    page.evaluate("window.dispatchEvent(new Event('afterprint'))")
    assert page.evaluate("root.classList.contains('with-notes')")
    page.context.close()


@pytest.mark.slow
def test_keys(browser, tmp_path):
    page, *_ = opened(browser, LESSONS[0], tmp_path, (1280, 720))

    def after(*keys):
        for key in keys:
            page.keyboard.press(key)
        return page.locator("#number").text_content().split(" /")[0]

    assert after() == "1"
    assert [after(key) for key in ("ArrowRight", " ", "PageDown")] == ["2", "3", "4"]
    assert [after(key) for key in ("ArrowLeft", "PageUp", "Home")] == ["3", "2", "1"]
    assert page.url.endswith("#1") and after("End") == str(page.locator(".slide").count())
    theme = page.evaluate("document.documentElement.dataset.theme")
    after("d")
    assert page.evaluate("document.documentElement.dataset.theme") != theme
    assert not page.locator(".here .notes").is_visible()
    after("Home", "n")
    assert page.locator(".here .notes").is_visible()
    after("n", "o")
    page.locator(".slide").nth(4).click()
    assert after() == "5" and not page.evaluate("document.documentElement.matches('.overview')")
    with page.context.expect_page() as found:
        after("s")
    speaker = found.value
    wait(speaker, "!!document.getElementById('number')")
    assert speaker.locator(".here .notes").is_visible()
    speaker.keyboard.press("s")
    speaker.keyboard.press("ArrowRight")
    wait(page, "location.hash === '#6'")
    page.evaluate("location.hash = '#12'")
    wait(page, "document.getElementById('number').textContent.startsWith('12 ')")
    page.context.close()
