"""What all widgets share: pictures in HTML, scripts and style sheets from files."""

import base64
import io
import re
from pathlib import Path

import anywidget
import numpy as np
import pytest
import tinycss2
from anywidget._file_contents import FileContents
from PIL import Image

from classroom import widgets
from classroom.widgets import page, scripts
from ganlab import images, plotting

ROOM = Path(widgets.__file__).parent
SCRIPTS = sorted(ROOM.rglob("*.js"))
SHEETS = sorted(ROOM.rglob("*.css"))


def name(path):
    return path.relative_to(ROOM).as_posix()


def test_an_image_carries_its_pixels_and_says_what_it_is():
    image = np.random.default_rng(0).random((5, 4, 3), np.float32)
    tag = page.image_tag(image, 'the "first" <one>')
    assert tag.startswith(
        '<img alt="the &quot;first&quot; &lt;one&gt;" src="data:image/png;base64,'
    )
    shown = Image.open(io.BytesIO(base64.b64decode(re.search('base64,([^"]+)"', tag)[1])))
    np.testing.assert_array_equal(np.asarray(shown), images.to_uint8(image))


def test_a_style_sheet_comes_with_the_shared_one_and_the_colors_of_all_figures():
    style = page.style(str(ROOM / "dashboard" / "widget.py"))
    assert f"--ganlab-fake: {plotting.FAKE};" in style.value
    for path in (ROOM / "page.css", ROOM / "dashboard" / "widget.css"):
        assert path.read_text(encoding="utf-8") in style.value
    assert style.layout.display == "none"


IMPORT = re.compile(r'^import \{[^}]*\} from "(\.[\w./-]+)";\n', re.MULTILINE)


def imported(paths):
    """These scripts and all that they import."""
    found, waiting = set(), list(paths)
    while waiting:
        path = waiting.pop()
        if path not in found:
            found.add(path)
            text = path.read_text(encoding="utf-8")
            waiting += [(path.parent / other).resolve() for other in IMPORT.findall(text)]
    return found


def test_every_script_is_that_of_a_widget_read_from_its_file_and_not_watched():
    canvases = [
        cls
        for cls in anywidget.AnyWidget.__subclasses__()
        if cls.__module__.startswith("classroom")
    ]
    joined = {scripts.joined(path): path for path in SCRIPTS}
    files = {c._esm._path for c in canvases if isinstance(c._esm, FileContents)}
    assert imported(files) == files, "a script that imports others must be joined with them"
    own = files | {joined[c._esm] for c in canvases if not isinstance(c._esm, FileContents)}
    # The others are for the pages of the site.
    pages = {path for path in SCRIPTS if path.name == "page.js"}
    assert imported(own | pages) == set(SCRIPTS)
    watched = [c for c in canvases if getattr(c._esm, "_background_thread", None)]
    assert watched == []


@pytest.mark.parametrize("path", SCRIPTS + SHEETS, ids=name)
def test_nothing_is_fetched(path):
    text = IMPORT.sub("", path.read_text(encoding="utf-8"))
    text = text.replace("http://www.w3.org/", "")  # a name, no address
    asked = r"https?:|\bimport\b|\bfetch\(|\burl\((?!#)|XMLHttpRequest|WebSocket"
    assert not re.search(asked, text)


@pytest.mark.parametrize("path", SHEETS, ids=name)
def test_a_style_sheet_names_what_there_is(path):
    sheet = path.read_text(encoding="utf-8")
    given = page.style(str(path)).value
    used = set(re.findall(r"var\((--ganlab-[\w-]+)", sheet))
    assert used <= set(re.findall(r"(--ganlab-[\w-]+):", given))
    room = [path.parent, *([] if path.parent == ROOM else [ROOM])]
    code = [file for folder in room for file in folder.glob("*.*") if file.suffix in (".py", ".js")]
    code += [*ROOM.rglob("*.py"), *SCRIPTS] if path.parent == ROOM else []
    words = set(re.findall(r"[\w-]+", "\n".join(file.read_text("utf-8") for file in code)))
    assert set(re.findall(r"\.(ganlab-[\w-]+)", sheet)) <= words


OWN = {
    "dashboard": ("ganlab-dashboard",),
    "laboratory": ("ganlab-laboratory",),
    "latent_explorer": ("ganlab-explorer", "ganlab-pad"),
    "loss_explorer": ("ganlab-loss-explorer", "ganlab-loss"),
    "ssim_playground": ("ganlab-ssim-playground", "ganlab-ssim"),
}


@pytest.mark.parametrize("widget", OWN)
def test_a_style_sheet_is_for_its_own_widget_alone(widget):
    """All sheets lie on one page: a rule for a class that two widgets use is one for both."""
    sheet = Path(page.__file__).parent / widget / "widget.css"
    rules = tinycss2.parse_stylesheet(
        sheet.read_text(encoding="utf-8"), skip_comments=True, skip_whitespace=True
    )
    inner = [
        tinycss2.parse_rule_list(rule.content, skip_comments=True, skip_whitespace=True)
        for rule in rules
        if rule.type == "at-rule"
    ]
    rules = [rule for rule in rules if rule.type != "at-rule"] + sum(inner, [])
    for rule in rules:
        selector = tinycss2.serialize(rule.prelude)
        for part in re.split(r",(?![^(]*\))", selector):
            first = re.match(r"(?:svg)?\.([\w-]+)", part.strip())[1]
            assert any(first == own or first.startswith(f"{own}-") for own in OWN[widget]), part
