"""pyproject.toml, requirements.lock, environment.yml and tasks.py say the same."""

import importlib.metadata
import re
import tomllib
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
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
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


def test_one_version_and_one_licence_of_ganlab():
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    assert ganlab.__version__ == PROJECT["project"]["version"] == citation["version"]
    changes = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    assert "## [Unreleased]" in changes or f"## [{ganlab.__version__}]" in changes
    licence = (ROOT / "LICENSE").read_text(encoding="utf-8")
    assert licence.startswith(f"{PROJECT['project']['license']} License")
    assert citation["license"] == PROJECT["project"]["license"]


def test_continuous_integration_calls_the_same_command():
    lines = (ROOT / ".ci" / "run").read_text(encoding="utf-8").splitlines()
    assert lines[0] == "#!/usr/bin/env bash"
    commands = [line for line in lines[1:] if line and not line.startswith(("set ", "cd "))]
    assert commands == ["exec python3 tasks.py test"]
