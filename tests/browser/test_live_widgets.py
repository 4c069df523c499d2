"""The widgets that work on the pages of the site, without a kernel: by mouse, finger and keys."""

import re
import time

import numpy as np
import pytest

from classroom import widgets
from classroom.widgets.laboratory.controls import SPEEDS
from classroom.widgets.laboratory.game import PENALTIES
from classroom.widgets.loss_explorer.curves import evaluate
from ganlab import losses
from tools import live_widgets, series

PAGE = "notebooks/02_gan_loss.html"


class Laboratory:
    """The laboratory on an open page."""

    def __init__(self, opened):
        self.opened, self.page = opened, opened.page
        self.root = self.page.locator(".ganlab-laboratory")
        self.canvas = self.root.locator(".ganlab-plane-canvas")
        self.canvas.scroll_into_view_if_needed()

    def click(self, name):
        self.root.get_by_role("button", name=name, exact=True).click()

    def choose(self, label, option):
        self.root.get_by_label(label, exact=True).select_option(option)

    def updates(self):
        return int(re.match(r"[\d,]+", self.counts())[0].replace(",", ""))

    def counts(self):
        return self.root.locator(".ganlab-counts").inner_text()

    def message(self):
        return self.root.locator(".ganlab-message").inner_text()

    def said(self):
        return self.root.locator(".ganlab-plane-said").inner_text()

    def pixels(self):
        return self.canvas.evaluate("canvas => canvas.toDataURL()")


@pytest.fixture
def open_lab(open_page):
    return lambda **options: Laboratory(open_page(PAGE, **options))


def test_a_game_by_clicks_and_keys(open_lab):
    lab = open_lab()
    lab.page.wait_for_timeout(1000)
    assert lab.updates() == 0, "it does not begin by itself"
    lab.click("Step D")
    assert lab.said().startswith("The discriminator learned.")
    lab.click("Step G")
    assert lab.said().startswith("The generator learned.") and lab.updates() == 2
    lab.click("Step both")
    assert lab.updates() == 4
    lab.canvas.focus()
    for key in "dgb":
        lab.page.keyboard.press(key)
    assert lab.updates() == 8
    lab.page.keyboard.press("Space")
    lab.root.get_by_role("button", name="Pause").wait_for()
    lab.page.wait_for_timeout(1000)
    assert lab.updates() > 20
    lab.choose("Loss", "hinge")
    lab.choose("Moves", "D alone")
    assert lab.root.get_by_role("button", name="Pause").count() == 1, "it plays on"
    lab.canvas.focus()
    lab.page.keyboard.press("Space")
    assert lab.root.get_by_role("button", name="Play").count() == 1
    now = lab.updates()
    lab.page.wait_for_timeout(500)
    assert lab.updates() == now
    assert re.match(
        r"The plane\. \d of 8 modes, .*\(chance 2\.000\)", lab.canvas.get_attribute("aria-label")
    )


def test_a_seed_is_a_game(open_lab):
    lab = open_lab()
    begun, ends = lab.pixels(), []
    for seed in ("7", "7", "8"):
        lab.root.get_by_label("Seed", exact=True).fill(seed)
        lab.click("Reset")
        lab.click("Step both")
        lab.page.wait_for_timeout(200)
        ends.append((lab.pixels(), lab.counts()))
    assert ends[0] == ends[1] != ends[2] and begun not in [pixels for pixels, _ in ends]


@pytest.mark.parametrize("slowly", [name for name, speed in SPEEDS.items() if speed.slowly])
def test_slow_motion_tells_of_one_player_after_the_other(open_lab, slowly):
    lab = open_lab()
    lab.root.get_by_label("D steps per G").fill("2")
    lab.choose("Speed", slowly)
    lab.click("Play")
    told = []
    for _ in range(4):
        told.append(lab.said().split()[1])
        lab.page.wait_for_timeout(1000 * SPEEDS[slowly].seconds)
    lab.click("Pause")
    turns = ["discriminator", "discriminator", "generator"] * 2
    assert any(told == turns[start : start + 4] for start in range(3))


def test_after_a_reset_the_discriminator_has_all_its_moves_again(open_lab):
    lab = open_lab()
    lab.root.get_by_label("D steps per G").fill("3")
    lab.click("Step D")
    lab.choose("Speed", "slow motion")
    lab.click("Reset")
    lab.page.evaluate(
        """() => { window.told = []; const said = document.querySelector(".ganlab-plane-said");
        new MutationObserver(() => window.told.push(said.textContent.split(" ")[1]))
            .observe(said, { childList: true }); }"""
    )
    lab.click("Play")
    lab.root.get_by_text("The generator learned").wait_for()
    told = [word for word in lab.page.evaluate("told") if word]
    assert told == ["discriminator"] * 3 + ["generator"]


def test_going_back_finds_controls_and_game_as_they_begin(open_lab):
    lab = open_lab()
    begun = lab.pixels()
    state = """root => [...root.querySelectorAll("select, input")].map((control) =>
        [control.id, control.value, control.checked, control.disabled])"""
    first = lab.root.evaluate(state)
    lab.choose("Loss", "hinge")
    lab.choose("Penalty", "r1")
    lab.choose("Learn", "grid")
    lab.root.get_by_label("D steps per G").fill("7")
    lab.root.get_by_label("Seed", exact=True).fill("9")
    lab.root.get_by_label("heat map").uncheck()
    explorer = lab.page.locator(".ganlab-loss-explorer")
    explorer.get_by_label("wasserstein").check()
    assert lab.root.evaluate(state) != first
    address = lab.page.url
    lab.page.goto(address.replace("02_gan_loss", "01_image_generation"))
    lab.page.go_back()
    lab.root.get_by_role("button", name="Play").wait_for()
    lab.page.wait_for_timeout(500)
    assert lab.root.evaluate(state) == first
    assert not explorer.get_by_label("wasserstein").is_checked()
    lab.canvas.scroll_into_view_if_needed()
    lab.page.wait_for_timeout(300)
    assert lab.pixels() == begun


@pytest.mark.parametrize("width", [400, 700, 1000])
def test_a_setting_does_not_move_the_page(open_lab, width):
    lab = open_lab(width=width)
    top = lab.canvas.bounding_box()["y"]
    lab.root.get_by_label("D steps per G").evaluate(
        "slider => { slider.value = 2; slider.dispatchEvent(new Event('input')); }"
    )
    assert lab.message() == ""
    assert lab.canvas.bounding_box()["y"] == pytest.approx(top, abs=1)


def test_every_loss_and_penalty_can_be_played(open_lab):
    lab = open_lab()
    for loss in losses.ALL:
        lab.choose("Loss", loss)
        for penalty in PENALTIES:
            lab.choose("Penalty", penalty)
            before = lab.updates()
            lab.click("Step both")
            assert lab.updates() == before + 2
    assert "blew up" not in lab.message()
    for name in ("Rate of D", "Rate of G"):
        lab.root.get_by_label(name).fill("0")
    lab.choose("Loss", "wasserstein")
    lab.choose("Penalty", "none")
    lab.click("Play")
    lab.root.get_by_text("Press Reset").wait_for()
    assert lab.root.get_by_role("button", name="Play").count() == 1
    lab.click("Reset")
    assert lab.updates() == 0 and lab.message() == ""


def test_it_rests_while_nobody_sees_it(open_lab):
    lab = open_lab()
    lab.click("Play")
    lab.page.wait_for_timeout(500)
    lab.page.evaluate("scrollTo(0, document.body.scrollHeight)")
    lab.page.wait_for_timeout(300)
    away = lab.updates()
    lab.page.wait_for_timeout(700)
    assert lab.updates() == away > 0
    lab.canvas.scroll_into_view_if_needed()
    lab.page.wait_for_timeout(700)
    seen = lab.updates()
    assert seen > away
    lab.page.evaluate("Object.defineProperty(document, 'hidden', { get: () => true })")
    lab.page.wait_for_timeout(300)
    hidden = lab.updates()
    lab.page.wait_for_timeout(700)
    assert lab.updates() == hidden


def test_a_drawing_by_mouse_and_by_keyboard(open_lab):
    lab = open_lab()
    lab.choose("Learn", "your own drawing")
    assert "Draw at least 20 points" in lab.message() and "keep to the ring" in lab.message()
    box = lab.canvas.bounding_box()
    middle = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    lab.page.mouse.click(*middle)
    assert "there are 4" in lab.message()
    lab.root.get_by_label("D steps per G").fill("2")
    assert "there are 4" in lab.message(), "a setting takes no advice away"
    lab.click("Reset")
    assert "there are 4" in lab.message()
    lab.canvas.focus()
    lab.page.keyboard.press("Backspace")
    assert "there are 0" in lab.message()
    lab.page.mouse.move(middle[0] - 100, middle[1])
    lab.page.mouse.down()
    lab.page.mouse.move(middle[0] + 100, middle[1], steps=20)
    lab.page.mouse.up()
    count = int(re.search(r"now learn your drawing of (\d+) points", lab.message())[1])
    assert count >= 60
    lab.page.keyboard.press("Shift+ArrowUp")
    lab.page.keyboard.press("Space")
    assert f"drawing of {count + 4} points" in lab.message()
    before = lab.counts()
    lab.click("Step both")
    assert lab.counts() != before and "modes" not in lab.counts()
    lab.opened.screenshot("live-laboratory-drawing", lab.root)
    lab.click("Clear drawing")
    assert "there are 0" in lab.message()
    lab.choose("Learn", "swiss_roll")
    lab.click("Step both")
    assert not lab.root.get_by_role("button", name="Clear drawing").is_visible()


def test_a_finger_draws_and_scrolls(open_lab, swipe):
    lab = open_lab(width=400, touch=True)

    def up():
        box = lab.canvas.bounding_box()
        x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
        swipe(lab.page, [(x, y - part) for part in range(0, 130, 10)])
        lab.page.wait_for_timeout(500)

    place = lab.page.evaluate("scrollY")
    up()
    assert lab.page.evaluate("scrollY") > place + 50, "over the game the page scrolls"
    lab.choose("Learn", "your own drawing")
    lab.canvas.scroll_into_view_if_needed()
    place = lab.page.evaluate("scrollY")
    up()
    assert "now learn your drawing" in lab.message()
    assert lab.page.evaluate("scrollY") == place


def test_a_second_finger_draws_nothing(open_lab, swipe):
    lab = open_lab(width=400, touch=True)
    lab.choose("Learn", "your own drawing")
    lab.canvas.scroll_into_view_if_needed()
    counts = []
    for beside in (None, (60, 0)):
        box = lab.canvas.bounding_box()
        x, y = box["x"] + 80, box["y"] + 80
        swipe(lab.page, [(x, y + part) for part in range(0, 150, 10)], beside=beside)
        counts.append(int(re.search(r"drawing of (\d+) points", lab.message())[1]))
        lab.click("Clear drawing")
    assert abs(counts[1] - counts[0]) <= 4 * 2  # a place more or less


def test_nothing_is_poured_beyond_the_edge(open_lab):
    lab = open_lab()
    lab.choose("Learn", "your own drawing")
    lab.canvas.scroll_into_view_if_needed()
    box = lab.canvas.bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    lab.page.mouse.move(x, y)
    lab.page.mouse.down()
    lab.page.mouse.move(box["x"] + box["width"] + 200, y, steps=30)
    lab.page.mouse.up()
    inside = int(re.search(r"drawing of (\d+) points", lab.message())[1])
    lab.page.mouse.move(x, y)
    lab.page.mouse.down()
    lab.page.mouse.move(box["x"] + box["width"] - 5, y, steps=15)
    lab.page.mouse.up()
    both = int(re.search(r"drawing of (\d+) points", lab.message())[1])
    assert both >= 1.8 * inside


@pytest.mark.parametrize("slower", [1, 4])
def test_it_is_fast_enough_to_watch(open_lab, slower, record_property):
    """On a phone, for which a processor at a fourth of its speed stands in, too.

    Counted by the time that the page had of the processor, which other programs use as well.
    """
    lab = open_lab()
    devtools = lab.page.context.new_cdp_session(lab.page)
    devtools.send("Performance.enable", {"timeDomain": "threadTicks"})
    devtools.send("Emulation.setCPUThrottlingRate", {"rate": slower})

    def now():
        metrics = devtools.send("Performance.getMetrics")["metrics"]
        busy = next(each["value"] for each in metrics if each["name"] == "TaskDuration")
        return np.array([lab.updates() / 2, busy, time.monotonic()])

    for speed in ("live", "fast"):
        lab.choose("Speed", speed)
        lab.click("Play")
        lab.page.wait_for_timeout(500)
        before = now()
        lab.page.wait_for_timeout(4000)
        moves, busy, seconds = now() - before
        lab.click("Pause")
        told = f"throttled {slower} x, {speed}: {moves / seconds:.0f} moves of both a second"
        print(f"{told}, {moves / busy:.0f} a second of the processor")
        record_property(f"{speed}: moves a second", moves / seconds)
        assert moves / busy >= 15


# --------------------------------------------------------------------------- the explorer of losses


@pytest.fixture
def open_explorer(open_page):
    def opened(**options):
        page = open_page(PAGE, **options)
        root = page.page.locator(".ganlab-loss-explorer")
        root.locator("svg.ganlab-loss").scroll_into_view_if_needed()
        return page, root

    return opened


def gradients(root):
    """The gradients of the generator in the table, by the names of the losses."""
    rows = root.locator("table tr:has(th[scope=row])")
    return {
        row.locator("th").inner_text(): float(
            row.locator("td").nth(5).inner_text().replace("−", "-")
        )
        for row in rows.all()
    }


def test_a_logit_by_mouse_by_keys_and_by_its_slider(open_explorer):
    page, root = open_explorer()
    svg = root.locator("svg.ganlab-loss")
    assert list(gradients(root)) == ["minimax", "non-saturating", "hinge", "relativistic"]
    assert svg.get_attribute("aria-valuenow") == "-6"
    svg.focus()
    page.page.keyboard.press("PageUp")
    page.page.keyboard.press("ArrowRight")
    assert svg.get_attribute("aria-valuenow") == "-4.9"
    box = svg.bounding_box()
    x = box["x"] + box["width"] * (34 + 246 * 3 / 4) / 840  # 4 in the first column
    page.page.mouse.click(x, box["y"] + box["height"] / 4)
    assert abs(float(svg.get_attribute("aria-valuenow")) - 4) < 0.2
    slider = root.get_by_label("Logit of the image")
    slider.fill("2.5")
    assert svg.get_attribute("aria-valuenow") == "2.5"
    root.get_by_label("Logit of the other image").fill("-1")
    root.get_by_label("wasserstein").check()
    root.get_by_label("hinge").uncheck()
    shown = {"minimax", "non_saturating", "wasserstein", "relativistic"}
    for name in shown:
        slope = evaluate(losses.ALL[name], [2.5], -1.0)[1][2, 0]
        assert gradients(root)[name.replace("_", "-")] == pytest.approx(slope, abs=6e-4)
    assert len(gradients(root)) == len(shown)
    assert "At logit 2.5 the discriminator gives probability 92.4% to real" in root.inner_text()
    assert svg.locator("polyline").count() == 6 * len(shown)


def test_a_finger_chooses_a_logit_on_a_phone(open_explorer):
    page, root = open_explorer(width=400, touch=True)
    svg = root.locator("svg.ganlab-loss")
    box = svg.bounding_box()
    page.page.touchscreen.tap(
        box["x"] + box["width"] * (34 + 320 * 0.75) / 364, box["y"] + box["height"] * 0.15
    )
    assert abs(float(svg.get_attribute("aria-valuenow")) - 4) < 0.3
    sizes = svg.evaluate("svg => svg.getBoundingClientRect().width / svg.viewBox.baseVal.width")
    assert 12 * sizes > 11, "the labels can be read"


@pytest.mark.parametrize("width", [600, 760, 900])
def test_labels_can_be_read_on_a_tablet(open_explorer, width):
    page, root = open_explorer(width=width)
    svg = root.locator("svg.ganlab-loss")
    scale = svg.evaluate("svg => svg.getBoundingClientRect().width / svg.viewBox.baseVal.width")
    assert 10 <= 12 * scale <= 18
    assert page.page.evaluate("document.documentElement.scrollWidth") <= width
    page.screenshot(f"live-explorer-{width}", root)


def test_two_fingers_may_zoom_into_the_curves(open_explorer):
    """The gesture itself is the browser's, and no tool makes it as fingers do."""
    _, root = open_explorer(width=400, touch=True)
    allowed = root.locator("svg.ganlab-loss").evaluate("svg => getComputedStyle(svg).touchAction")
    assert set(allowed.split()) == {"pan-y", "pinch-zoom"}


# ---------------------------------------------------------------------------------- for everybody


def test_on_paper_there_is_nothing_to_press(open_page):
    page = open_page(PAGE)
    page.page.emulate_media(media="print")
    for name in (".ganlab-laboratory", ".ganlab-loss-explorer"):
        root = page.page.locator(name)
        for control in root.locator("button, select, input").all():
            assert not control.is_visible()
    assert page.page.locator(".ganlab-plane-canvas").is_visible()
    legend = page.page.locator(".ganlab-loss-explorer .ganlab-check:visible")
    assert legend.all_inner_texts() == ["minimax", "non-saturating", "hinge", "relativistic"]
    page.screenshot("live-print", page.page.locator(".ganlab-laboratory"))
    page.screenshot("live-print-explorer", page.page.locator(".ganlab-loss-explorer"))


def test_the_header_hides_nothing_that_has_the_focus(open_page):
    page = open_page(PAGE).page
    page.set_viewport_size({"width": 700, "height": 500})
    page.locator(".ganlab-loss-explorer").get_by_label("Logit of the image").focus()
    lowest = page.locator(".mobile-header").bounding_box()
    lowest = lowest["y"] + lowest["height"]
    page.evaluate("document.documentElement.style.scrollBehavior = 'auto'")
    for _ in range(35):
        page.keyboard.press("Shift+Tab")
        top, height = page.evaluate(
            "() => { const box = document.activeElement.getBoundingClientRect();"
            " return [box.top, box.height]; }"
        )
        assert top >= lowest - 1 or height > 400, page.evaluate("document.activeElement.outerHTML")


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [400, 1000, 1400])
def test_nothing_is_cut_off_and_nobody_is_kept_out(open_page, width, theme):
    page = open_page(PAGE, width=width, theme=theme)
    lab = Laboratory(page)
    for name in ("Step D", "Step G", "Step both"):
        lab.click(name)
    lab.click("Play")
    page.page.wait_for_timeout(1500)
    lab.click("Pause")
    explorer = page.page.locator(".ganlab-loss-explorer")
    assert page.page.evaluate("document.documentElement.scrollWidth") <= width
    for root in (lab.root, explorer):
        for part in root.locator("button, select, input, canvas, svg.ganlab-loss, p").all():
            box = part.bounding_box()
            if box:  # and not hidden
                assert box["x"] >= 0 and box["x"] + box["width"] <= width
    page.screenshot(f"live-laboratory-{width}-{theme}", lab.root)
    page.screenshot(f"live-explorer-{width}-{theme}", explorer)
    assert page.barriers() == []


def test_without_scripts_there_is_a_sentence(open_page):
    page = open_page(PAGE, scripts=False)
    words = page.page.locator("article").inner_text()
    assert words.count("This widget needs JavaScript.") == 2
    assert page.page.locator(".ganlab-widget, article canvas").count() == 0


def test_the_others_say_what_they_need(open_page):
    asleep = 0
    for path in series.lessons():
        page = open_page(f"notebooks/{path.stem}.html").page
        words = page.locator("article").inner_text()
        assert not re.search(rf"^({'|'.join(widgets.__all__)})\(.*\)$", words, re.MULTILINE)
        asleep += page.locator(".ganlab-asleep").count()
    assert asleep >= len(widgets.__all__) - 2
    assert live_widgets.names() == widgets.__all__
