"""The generator of the first page draws what Keras draws, fast, for everybody."""

import base64
import json
import re
import time
from pathlib import Path

import numpy as np
import pytest

from classroom.widgets import scripts
from ganlab import keras, latents, recipes
from tools import live_generator

LIVE = Path(__file__).parents[2] / "docs" / "live"
CELL = 64  # pixels of the page that a small picture takes

# ------------------------------------------------------------------------------------- its parts


@pytest.fixture(scope="module")
def script(browser):
    """Evaluates a function of a script of docs/live: ``script("network.js", "m => ...", x)``."""
    page = browser.new_page()
    page.goto("about:blank")

    def evaluate(name, function, argument=None):
        text = scripts.joined(LIVE / name).encode()
        address = "data:text/javascript;base64," + base64.b64encode(text).decode()
        return page.evaluate(
            f"async ([address, x]) => ({function})(await import(address), x)",
            [address, argument],
        )

    yield evaluate
    page.close()


@pytest.fixture(scope="module")
def generator():
    return recipes.load_generator("critters")


def test_it_draws_what_keras_draws(script, generator):
    """No pixel is off by a tenth of what a screen can show, for all that 16 bits leave out."""
    z = np.concatenate([latents.sample(64, 32, seed=seed) for seed in range(4)])
    drawn = script(
        "network.js",
        "(m, [layers, z]) => { const draw = m.generator(layers);"
        " return z.map(latents => [...draw(latents)]); }",
        [live_generator.layers(generator), z.tolist()],
    )
    expected = generator.predict(z, verbose=0)
    np.testing.assert_allclose(np.reshape(drawn, expected.shape), expected, rtol=0, atol=1e-3)


def test_weights_of_16_bits_are_read(script):
    values = np.array([[1, -2, 300], [-32767, 32767, 0]], "<i2")
    stored = {"values": base64.b64encode(values.tobytes()).decode(), "scales": [1, 0.5, 0.25]}
    read = script("network.js", "(m, x) => [...m.numbers(x)]", stored)
    assert read == [1, -1, 75, -32767, 16383.5, 0]


def test_a_dense_layer_is_that_of_numpy(script):
    rng = np.random.default_rng(0)
    inputs, weights, bias = rng.normal(size=7), rng.normal(size=(7, 5)), rng.normal(size=5)
    inputs[2] = 0
    sums = script(
        "network.js",
        "(m, [x, w, b]) => { const s = new Float64Array(b.length); m.fill(s, b);"
        " m.dense(x, w.flat(), s); return [...s]; }",
        [inputs.tolist(), weights.tolist(), bias.tolist()],
    )
    np.testing.assert_allclose(sums, inputs @ weights + bias)


@pytest.mark.parametrize(("side", "channels", "filters"), [(2, 3, 1), (5, 4, 3), (8, 1, 2)])
def test_a_map_is_doubled_as_keras_doubles_it(script, side, channels, filters):
    rng = np.random.default_rng(side)
    image = rng.normal(size=(1, side, side, channels)).astype(np.float32)
    layer = keras.layers.Conv2DTranspose(filters, 4, strides=2, padding="same")
    expected = np.asarray(layer(image))
    kernel = layer.get_weights()[0].swapaxes(2, 3)
    sums = script(
        "network.js",
        "(m, [x, k, side, channels, filters]) => {"
        " const sums = new Float32Array(4 * side * side * filters);"
        " m.doubled(x, side, channels, k, sums); return [...sums]; }",
        [image.ravel().tolist(), kernel.ravel().tolist(), side, channels, filters],
    )
    np.testing.assert_allclose(sums, expected.ravel(), atol=1e-5)


def test_neighbors_are_averaged_as_keras_averages_them(script):
    image = np.random.default_rng(0).normal(size=(1, 6, 6, 3)).astype(np.float32)
    expected = np.asarray(keras.layers.AveragePooling2D(2, strides=1, padding="same")(image))
    means = script(
        "network.js",
        "(m, x) => { const out = new Float32Array(x.length);"
        " m.smoothed(x, 6, 3, out); return [...out]; }",
        image.ravel().tolist(),
    )
    np.testing.assert_allclose(means, expected.ravel(), atol=1e-6)


def test_relu_and_sigmoid(script):
    apply = "(m, x) => { m.%s(x); return x; }"
    assert script("network.js", apply % "relu", [-1, 0, 2]) == [0, 0, 2]
    np.testing.assert_allclose(
        script("network.js", apply % "squash", [-1000, 0, 2]), [0, 0.5, 1 / (1 + np.exp(-2))]
    )


def test_latents_between_the_corners_are_as_long_as_those_of_training(script):
    corners = latents.sample(4, 32, seed=3)
    wall = script(
        "corners.js",
        "(m, corners) => Array.from({length: 25}, (_, i) =>"
        " m.between(corners, (i % 5) / 4, Math.floor(i / 5) / 4))",
        corners.tolist(),
    )
    np.testing.assert_allclose(wall, live_generator.between(corners), atol=1e-6)
    np.testing.assert_allclose([wall[0], wall[4], wall[20], wall[24]], corners, atol=1e-6)
    # Of a hundred squares: the variance is 1 in the middle too, where a plain mean has a fourth.
    middle = script(
        "corners.js",
        "m => Array.from({length: 100}, () =>"
        " m.between([1, 2, 3, 4].map(() => [...m.sample(33)]), 0.5, 0.5)).flat()",
    )
    assert len(middle) == 3300
    assert abs(np.mean(middle)) < 0.1 and 0.85 < np.var(middle) < 1.15  # 5 standard errors


def test_critters_turn_into_others_by_way_of_critters(script):
    ends = script("corners.js", "m => [0, 0.5, 1].map(t => m.turned([[3, 0]], [[0, 5]], t)[0])")
    np.testing.assert_allclose(ends, [[3, 0], [3 / 2**0.5, 5 / 2**0.5], [0, 5]], atol=1e-12)


@pytest.mark.parametrize(
    ("color", "name"),
    [
        ([0.95, 0.6, 0.3], "orange"), ([1, 0.9, 0.3], "yellow"), ([0.4, 0.85, 0.6], "green"),
        ([0.4, 0.6, 0.95], "blue"), ([0.95, 0.75, 0.95], "pink"), ([0.6, 0.6, 0.6], "gray"),
        ([0.55, 0.45, 0.38], "brown"), ([0.4, 0.25, 0.05], "dark brown"),
        ([0.92, 0.82, 0.68], "beige"),
        ([0.7, 0.15, 0.3], "red"), ([0.4, 0.2, 0.6], "purple"), ([0, 0.3, 0.1], "dark green"),
        ([0, 0.1, 0.3], "dark blue"), ([0.05, 0.05, 0.1], "black"), ([1, 1, 0.95], "white"),
    ],
)  # fmt: skip
def test_a_color_has_a_name(script, color, name):
    assert script("colors.js", "(m, color) => m.named(...color)", color) == name


# -------------------------------------------------------------------------------------- the page


class Generator:
    """The generator on an open page."""

    def __init__(self, opened):
        self.opened, self.page = opened, opened.page
        self.root = self.page.locator("#critters")
        self.one = self.root.locator("canvas.one")
        self.wall = self.root.locator(".wall")
        self.wall.locator("canvas").wait_for()

    def hold(self):
        """Ends the drift; the picture then stands still."""
        button = self.root.get_by_role("button", name="Hold still")
        if button.count():
            button.click()
        self.rest()

    def rest(self):
        """Waits until nothing moves and the place was put into words."""
        before = None
        for _ in range(100):
            now = self.picture().tobytes(), self.words()
            if now == before:
                return
            before = now
            self.page.wait_for_timeout(700)
        raise AssertionError("it never came to rest")

    def words(self):
        return self.wall.get_attribute("aria-valuetext")

    def picture(self, canvas="canvas.one"):
        """Returns the pixels of a canvas, uint8."""
        data = self.page.evaluate(
            "selector => { const c = document.querySelector(`#critters ${selector}`);"
            " const { data } = c.getContext('2d').getImageData(0, 0, c.width, c.height);"
            " return [c.width, ...data]; }",
            canvas,
        )
        return np.reshape(data[1:], (-1, data[0], 4))[..., :3].astype(np.uint8)

    def corners(self):
        told = self.page.locator("#critters-data").text_content()
        return np.array(json.loads(told)["corners"], np.float32)


@pytest.fixture
def open_generator(open_page):
    return lambda **options: Generator(open_page("index.html", **options))


def expected(generator, z):
    return 255 * generator.predict(np.atleast_2d(z), verbose=0)[0]


def test_the_picture_is_the_one_of_its_place(open_generator, generator):
    shown = open_generator()
    shown.hold()
    wall = live_generator.between(shown.corners())
    for cell in (0, 7, 24):
        row, column = divmod(cell, 5)
        for square, size in ((shown.wall, CELL), (shown.one, CELL)):
            shown.page.mouse.move(5, 5)
            place = {"x": (column + 0.5) * size, "y": (row + 0.5) * size}
            square.hover(position=place)
            shown.rest()
            assert np.abs(shown.picture() - expected(generator, wall[cell])).max() < 1.5
            small = shown.picture(".wall canvas")[32 * row :, 32 * column :][:32, :32]
            assert np.abs(small - expected(generator, wall[cell])).max() < 1.5
            assert f"{25 * column} % across, {25 * row} % down" in shown.words()


def test_all_of_it_is_done_by_keys(open_generator, generator):
    shown = open_generator()
    shown.hold()
    shown.page.keyboard.press("Shift+Tab")  # past "New critters"
    shown.page.keyboard.press("Shift+Tab")
    assert shown.page.evaluate("document.activeElement.getAttribute('role')") == "slider"
    for key in ("Home", "Shift+ArrowLeft", "Shift+ArrowUp", "Shift+ArrowLeft", "Shift+ArrowUp"):
        shown.page.keyboard.press(key)
    shown.rest()
    corner = shown.corners()[0]
    assert np.abs(shown.picture() - expected(generator, corner)).max() < 1.5
    shown.page.keyboard.press("ArrowRight")
    shown.page.keyboard.press("ArrowDown")
    shown.rest()
    assert re.fullmatch(r"an? [a-z ]+ critter on [a-z ]+, 3 % across, 3 % down", shown.words())
    old = shown.picture(".wall canvas")
    status = shown.root.get_by_role("status")
    for key in ("Enter", " "):
        status.evaluate("element => { element.textContent = ''; }")
        shown.page.keyboard.press(key)
        shown.rest()
        new = shown.picture(".wall canvas")
        changed = [
            np.abs(new[y : y + 32, x : x + 32].astype(int) - old[y : y + 32, x : x + 32]).max()
            for y in range(0, 160, 32)
            for x in range(0, 160, 32)
        ]
        assert min(changed) > 25, "all 25 are new"
        assert "New critters. Here is a" in status.text_content()
        old = new


def test_a_finger_moves_it_and_scrolls_the_page(open_generator, swipe):
    shown = open_generator(width=400, touch=True)
    shown.hold()
    box = shown.wall.bounding_box()
    x, y = box["x"] + CELL / 2, box["y"] + CELL / 2
    shown.page.touchscreen.tap(x, y)
    shown.rest()
    assert shown.words().endswith("0 % across, 0 % down")

    def swiped(right, below):
        parts = np.linspace(0, 1, 12)
        swipe(shown.page, [(x + part * right, y + part * below) for part in parts])

    swiped(2 * CELL, 0)
    shown.rest()
    assert shown.words().endswith("50 % across, 0 % down")
    assert shown.page.evaluate("scrollY") == 0
    swiped(0, -150)
    shown.page.wait_for_timeout(500)
    assert shown.page.evaluate("scrollY") > 50


def test_it_drifts_until_somebody_takes_over(open_generator):
    shown = open_generator()
    first = shown.picture()
    shown.page.wait_for_timeout(1500)
    assert (shown.picture() != first).any()
    shown.one.hover()
    shown.rest()
    assert shown.root.get_by_role("button", name="Wander").count() == 1
    shown.root.get_by_role("button", name="Wander").click()
    still = shown.picture()
    shown.page.wait_for_timeout(1500)
    assert (shown.picture() != still).any()
    shown.root.get_by_role("button", name="New critters").click()
    shown.root.get_by_text("New critters. Here is a").wait_for()  # said while it drifts


def test_nothing_moves_by_itself_where_that_is_not_wanted(open_generator):
    shown = open_generator(motion="reduce")
    still = shown.picture()
    shown.page.wait_for_timeout(1500)
    assert (shown.picture() == still).all()
    shown.root.get_by_role("button", name="New critters").click()
    shown.rest()
    assert (shown.picture() != still).any()


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [320, 400, 1000, 1400])
def test_it_is_seen_at_first_sight(open_generator, width, theme):
    shown = open_generator(width=width, theme=theme)
    assert shown.page.evaluate("document.documentElement.scrollWidth") <= width
    for part in (shown.one, shown.wall, *shown.root.get_by_role("button").all()):
        box = part.bounding_box()
        assert box["x"] >= 0 and box["x"] + box["width"] <= width
        assert box["y"] + box["height"] <= 900
    shown.page.wait_for_timeout(1000)
    assert re.search(
        r"475,155 weights and \d+\.\d milliseconds a picture",
        " ".join(shown.root.inner_text().split()),
    )
    shown.opened.screenshot(f"generator-{width}-{theme}")


@pytest.mark.parametrize("width", [400, 1400])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_nothing_keeps_anybody_out_of_the_first_page(open_generator, width, theme):
    shown = open_generator(width=width, theme=theme)
    shown.hold()
    assert shown.opened.barriers() == []


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_without_scripts_there_are_pictures(open_page, theme):
    page = open_page("index.html", theme=theme, scripts=False)
    root = page.page.locator("#critters")
    assert root.locator("img:visible").count() == 2
    assert root.get_by_role("button").count() == 0
    assert "Nobody drew these critters" in root.inner_text()
    assert "milliseconds" not in root.inner_text()
    page.screenshot(f"generator-still-{theme}")


def test_the_still_pictures_are_what_it_begins_with(open_generator, open_page):
    """Where a script takes over, nothing flickers."""
    begun = open_generator(motion="reduce")
    still = open_page("index.html", scripts=False)
    for selector, image in (("canvas.one", "img.one"), (".wall canvas", ".wall img")):
        shown = begun.root.locator(selector).bounding_box()
        assert still.page.locator(f"#critters {image}").bounding_box() == shown
        address = still.page.locator(f"#critters {image}").get_attribute("src")
        pixels = begun.page.evaluate(
            "async address => { const image = new Image(); image.src = address;"
            " await image.decode(); const c = document.createElement('canvas');"
            " c.width = image.naturalWidth; c.height = c.width; const d = c.getContext('2d');"
            " d.drawImage(image, 0, 0); return [...d.getImageData(0, 0, c.width, c.width).data]; }",
            address,
        )
        stored = np.reshape(pixels, (-1, 4))[:, :3]
        drawn = begun.picture(selector).reshape(-1, 3).astype(int)
        assert np.abs(stored - drawn).max() <= 1


def test_it_prints(open_generator):
    shown = open_generator()
    shown.page.emulate_media(media="print")
    assert not shown.root.get_by_role("button").first.is_visible()
    assert shown.one.is_visible() and shown.wall.is_visible()
    assert "Nobody drew these critters" in shown.root.inner_text()
    assert "Move over" not in shown.root.inner_text()
    shown.opened.screenshot("generator-print")


@pytest.mark.parametrize("slower", [1, 4])
def test_it_keeps_up_with_the_pointer(open_generator, slower, record_property):
    """On a phone, for which a processor at a fourth of its speed stands in, too."""
    shown = open_generator()
    shown.hold()
    shown.page.context.new_cdp_session(shown.page).send(
        "Emulation.setCPUThrottlingRate", {"rate": slower}
    )
    shown.page.evaluate(
        "() => { const put = CanvasRenderingContext2D.prototype.putImageData; window.drawn = 0;"
        " CanvasRenderingContext2D.prototype.putImageData = function (...all) {"
        " window.drawn += 1; return put.apply(this, all); }; }"
    )
    box = shown.one.bounding_box()
    start = time.monotonic()
    step = 0
    while time.monotonic() - start < 3:
        step += 1
        shown.page.mouse.move(
            box["x"] + box["width"] * (0.5 + 0.4 * np.sin(step / 9)),
            box["y"] + box["height"] * (0.5 + 0.4 * np.cos(step / 7)),
        )
    rate = shown.page.evaluate("window.drawn") / (time.monotonic() - start)
    taken = shown.root.locator(".time").inner_text()
    print(f"throttled {slower} x: {rate:.0f} pictures a second{taken}")
    record_property("pictures a second", rate)
    assert rate >= 15


def test_the_page_is_not_heavy(site):
    assert (site / "index.html").stat().st_size < 1.5e6
