"""Scripts of several files become one that imports nothing and does the same."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from classroom.widgets import scripts

ROOT = Path(__file__).parents[3]


def write(folder, **files):
    for name, text in files.items():
        (folder / f"{name}.js").write_text(text)
    return folder / "main.js"


def test_a_file_that_two_import_is_there_once(tmp_path):
    main = write(
        tmp_path,
        main='import { a } from "./a.js";\nimport { c } from "./c.js";\nexport default a() + c;\n',
        a='import { c } from "./c.js";\nconst own = 1;\nexport function a() { return own + c; }\n',
        c="const own = 2;\nexport const c = 40 + own;\n",
    )
    text = scripts.joined(main)
    assert "import {" not in text and text.count("40 + own") == 1
    assert re.findall("^export.*", text, re.MULTILINE) == ["export default a() + c;"]


@pytest.mark.skipif(not shutil.which("node"), reason="Node is not installed")
def test_it_does_what_the_files_do(tmp_path):
    main = write(
        tmp_path,
        main='import { a } from "./a.js";\nimport { c, d } from "./c.js";\n'
        "const own = 5;\nconsole.log(a(), c, new d().x, own);\n",
        a='import { c } from "./c.js";\nconst own = 1;\nexport function a() { return own + c; }\n',
        c="const own = 2;\nexport const c = 40 + own;\nexport class d { x = own; }\n"
        "export default { d };\n",
    )
    said = []
    for name, text in (("files", main.read_text()), ("one", scripts.joined(main))):
        script = tmp_path / f"{name}.mjs"
        script.write_text(text)
        (tmp_path / "package.json").write_text('{"type": "module"}')
        done = subprocess.run(["node", script], capture_output=True, text=True, check=True)
        said.append(done.stdout)
    assert said == ["43 42 2 5\n"] * 2


@pytest.mark.parametrize("default", ["function a() {}", "{ a: { b: 1 } };", "a;"])
def test_a_default_that_would_be_lost_in_another_script_is_refused(default, tmp_path):
    main = write(
        tmp_path,
        main='import { a } from "./a.js";\na();\n',
        a=f"export function a() {{}}\nexport default {default}\n",
    )
    with pytest.raises(ValueError, match=re.escape("a.js: expected exports by name")):
        scripts.joined(main)


@pytest.mark.parametrize(
    ("main", "words"),
    [
        ('import { b } from "./a.js";\n', "expected names that a.js exports"),
        ('import * as a from "./a.js";\n', 'expected import { name } from "./file.js";'),
        ('const a = await import("./a.js");\n', 'expected import { name } from "./file.js";'),
        ('import { main } from "./main.js";\n', "expected no circle"),
    ],
)
def test_what_it_cannot_join_is_refused(tmp_path, main, words):
    path = write(tmp_path, main=main, a="export const a = 1;\n")
    with pytest.raises(ValueError, match=re.escape(words)):
        scripts.joined(path)


def test_every_script_of_the_widgets_can_be_joined():
    files = sorted((ROOT / "classroom").rglob("*.js"))
    assert files
    for path in files:
        assert "import {" not in scripts.joined(path)
