"""What is declared in several places is the same, and the package works where it is installed."""

import importlib.metadata
import os
import re
import shutil
import subprocess
import sys
import sysconfig
import tomllib
import venv
import zipfile
from pathlib import Path

import pytest
import yaml
from packaging.markers import default_environment
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name

import ganlab
import tasks

ROOT = Path(__file__).parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
LOCK_TEXT = (ROOT / "requirements.lock").read_text(encoding="utf-8")
LOCK = [Requirement(line) for line in LOCK_TEXT.splitlines() if line and line[0] != "#"]
PINS = {canonicalize_name(pin.name): str(pin.specifier).removeprefix("==") for pin in LOCK}
DIRECT = [
    Requirement(text)
    for text in PROJECT["project"]["dependencies"] + PROJECT["dependency-groups"]["dev"]
]


def test_the_lock_has_one_version_of_each_package():
    assert len(PINS) == len(LOCK) > 100
    for pin in LOCK:
        assert re.fullmatch(r"==[\w.+!]+", str(pin.specifier)), pin
        assert not pin.url and not pin.extras, pin


def test_the_lock_names_no_host():
    assert not re.search(r"https?:|://|--(extra-)?index-url [^-]|find-links|\bfile:", LOCK_TEXT)
    assert "--hash" not in LOCK_TEXT  # a mirror may pack its own wheels


def test_the_lock_says_how_it_is_made():
    command = " ".join(line.lstrip("# ") for line in LOCK_TEXT.splitlines() if line[0] == "#")
    oldest = ".".join(map(str, tasks.OLDEST))
    for part in (f"--python-version {oldest}", "--universal", "--fork-strategy fewest"):
        assert part in command


@pytest.mark.parametrize("requirement", DIRECT, ids=lambda requirement: requirement.name)
def test_the_lock_satisfies_the_project(requirement):
    version = PINS[canonicalize_name(requirement.name)]
    assert requirement.specifier.contains(version)


def test_each_dependency_has_a_reason_beside_it():
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8").partition("[project]")[2]
    for requirement in DIRECT:
        line = next(line for line in text.splitlines() if f'"{requirement}"' in line)
        assert re.search(r",\s+# \w+", line), line


def test_the_environment_is_what_the_lock_says():
    """Also that the lock is complete: what a locked package requires is locked, or not for us."""
    environment = default_environment() | {"extra": ""}
    for pin in LOCK:
        if pin.marker and not pin.marker.evaluate(environment):
            continue
        distribution = importlib.metadata.distribution(pin.name)
        assert distribution.version == PINS[canonicalize_name(pin.name)], pin
        for text in distribution.requires or ():
            needed = Requirement(text)
            if needed.marker is None or needed.marker.evaluate(environment):
                version = PINS[canonicalize_name(needed.name)]
                assert needed.specifier.contains(version, prereleases=True), (pin, needed)


def test_one_range_of_python_everywhere():
    declared = SpecifierSet(PROJECT["project"]["requires-python"])
    minors = [(3, minor) for minor in range(8, 20)]
    allowed = [pair for pair in minors if declared.contains("{}.{}".format(*pair))]
    assert allowed == [pair for pair in minors if tasks.OLDEST <= pair <= tasks.NEWEST]
    conda = next(
        entry
        for entry in yaml.safe_load((ROOT / "environment.yml").read_text())["dependencies"]
        if str(entry).startswith("python=")
    )
    assert tuple(map(int, conda.removeprefix("python=").split("."))) in allowed


def test_conda_takes_everything_else_from_the_lock():
    text = (ROOT / "environment.yml").read_text(encoding="utf-8")
    *names, pip = yaml.safe_load(text)["dependencies"]
    assert [name.split("=")[0] for name in names] == ["python", "pip"]
    assert pip == {"pip": ["-r requirements.lock", "-e ."]}
    for line in text.splitlines():
        assert "#" in line or line.strip(" -") in ("channels:", "dependencies:", "pip:"), line


def test_one_version_and_one_license_of_ganlab():
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    assert ganlab.__version__ == PROJECT["project"]["version"] == citation["version"]
    changes = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    assert "## [Unreleased]" in changes or f"## [{ganlab.__version__}]" in changes
    text = (ROOT / "LICENSE").read_text(encoding="utf-8")
    assert text.startswith(f"{PROJECT['project']['license']} License")
    assert citation["license"] == PROJECT["project"]["license"]


def test_continuous_integration_calls_the_same_command():
    lines = (ROOT / ".ci" / "run").read_text(encoding="utf-8").splitlines()
    assert lines[0] == "#!/usr/bin/env bash"
    commands = [line for line in lines[1:] if line and not line.startswith(("set ", "cd "))]
    assert commands == ["exec python3 tasks.py test"]


# ---------------------------------------------------------------------------- the installed package

FOLDERS = {"ganlab": "ganlab", "classroom": "classroom", "data": "ganlab/data"}

TRIAL = """
import json, pathlib
import classroom, ganlab
from classroom import bands, exercises, failures, widgets
from ganlab import datasets, files, images, recipes
from ganlab.__main__ import main
from ganlab.datasets import readers
from ganlab.evaluation import factors, features

for package in (classroom, ganlab):
    assert pathlib.Path(package.__file__).is_relative_to(HOME), package.__file__
for name in widgets.__all__:
    getattr(widgets, name)
assert recipes.load_generator("digits").output_shape == (None, 28, 28, 1)
assert recipes.load_generator("critters").output_shape == (None, 32, 32, 3)
assert len(factors.load("critters").outputs) == 8
assert features.load("digits").output_shape == (None, 10)
assert len(bands.load("05", "live")["d_loss"]) == 5
assert len(failures.load_gallery()) == len(failures.load_table()["gallery"])
assert exercises.check("08.1", 0.325).passed
exercises.progress()
assert json.loads(pathlib.Path("ganlab_progress.json").read_text())["08.1"]["passed"]

digits = datasets.load("digits").take(slice(60))
files.write("digit.png", images.to_png(digits.images[0]))
readers.save_npz(digits.images, "few.npz", digits.labels)
for command in (
    "train --out run --steps 3",
    "sample --run run --count 4 --out samples.png",
    "features --data few.npz --out features.npz --steps 3",
    "evaluate --run run --data few.npz --features features.npz",
    "invert --run run --image digit.png --out pair.png --steps 2",
):
    assert main(command.split()) == 0, command
"""


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    """A wheel, built without the network from a copy: building leaves files behind."""
    source, target = tmp_path_factory.mktemp("source"), tmp_path_factory.mktemp("wheel")
    for name in FOLDERS:
        ignored = shutil.ignore_patterns("__pycache__")
        shutil.copytree(ROOT / name, source / name, ignore=ignored)
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, source)
    pip(sys.executable, "wheel", source, "--no-build-isolation", "--wheel-dir", target)
    (path,) = target.iterdir()
    return path


def pip(python, *arguments):
    command = [sys.executable, "-m", "pip", "--python", python, *arguments]
    subprocess.run([*command, "--no-deps", "--no-index", "--quiet"], check=True)


@pytest.mark.slow
def test_every_file_of_the_package_travels(wheel):
    expected = {
        f"{FOLDERS[name]}/{path.relative_to(ROOT / name).as_posix()}"
        for name in FOLDERS
        for path in (ROOT / name).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    with zipfile.ZipFile(wheel) as archive:
        names = {name for name in archive.namelist() if ".dist-info/" not in name}
    assert names == expected
    assert wheel.stat().st_size < 10_000_000  # recorded weights, 2 MB each at most


@pytest.mark.slow
def test_the_installed_package_works_without_its_checkout(wheel, tmp_path):
    """In an environment of its own, which sees the other packages of this one but not ganlab."""
    home = tmp_path / "environment"
    venv.create(home)
    scheme = sysconfig.get_preferred_scheme("prefix")
    place = Path(sysconfig.get_path("purelib", scheme, {"base": str(home)}))
    # A line of a .pth file is a folder to import from, whose own .pth files are not read: what
    # makes the checkout importable here is one of them.
    (place / "others.pth").write_text(sysconfig.get_path("purelib"), encoding="utf-8")
    python = home.joinpath(*(("Scripts", "python.exe") if os.name == "nt" else ("bin", "python")))
    program = f"HOME = {str(home)!r}\n{TRIAL}"
    empty = tmp_path / "empty"
    empty.mkdir()
    bare = subprocess.run([python, "-c", "import ganlab"], cwd=empty, capture_output=True)
    assert b"No module named 'ganlab'" in bare.stderr
    pip(python, "install", wheel)
    done = subprocess.run([python, "-c", program], cwd=empty, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    asked = [python, "-m", "ganlab", "--version"]
    assert subprocess.run(asked, cwd=empty, capture_output=True, check=True).stdout
