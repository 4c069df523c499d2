"""tasks.py: one sentence for everything that can stand in the way, and one environment."""

import ast
import hashlib
import io
import json
import os
import shutil
import signal
import subprocess
import sys
import tarfile
import time
import zipfile
from pathlib import Path

import pytest

import tasks
from tools import kit

ROOT = Path(__file__).parent.parent
GOOD = tasks.Interpreter((3, 12), "CPython", 64, False, "Linux", "x86_64", "glibc")
WITH_UV = pytest.mark.skipif(not shutil.which("uv"), reason="uv is not installed")


@pytest.fixture
def project(tmp_path, monkeypatch):
    """A copy of the project that has no environment yet."""
    for name in ("pyproject.toml", "requirements.lock"):
        shutil.copy(ROOT / name, tmp_path)
    monkeypatch.setattr(tasks, "ROOT", str(tmp_path))
    return tmp_path


@pytest.fixture
def without_uv(monkeypatch):
    monkeypatch.setattr(tasks.shutil, "which", lambda name: None)


def only_sentence(capsys):
    """Returns what was said on stderr, which is one sentence on one line."""
    said = capsys.readouterr().err
    assert said.count("\n") == 1 and said.endswith(".\n"), said
    return said


def environments(project):
    return sorted(path.name for path in project.glob(".venv*"))


# ------------------------------------------------------------------------------------ what it says


def test_without_arguments_it_explains_itself(capsys):
    assert tasks.main([]) == 0
    said = capsys.readouterr().out
    for name, (_, purpose) in tasks.COMMANDS.items():
        line = next(line for line in said.splitlines() if line.split()[:1] == [name])
        assert purpose in line, "one line for a command"


def test_an_unknown_command_or_argument_is_an_error(capsys):
    for arguments in (["fly"], ["run", "--fast"], ["--fast"]):
        with pytest.raises(SystemExit) as end:
            tasks.main(arguments)
        assert end.value.code == 2
        assert "fast" in capsys.readouterr().err or "fly" in arguments


# --------------------------------------------------------------------------- the Python it runs on


@pytest.mark.parametrize(
    ("python", "words"),
    [
        (GOOD._replace(version=(3, 10)), "3.11, 3.12 or 3.13 and this is Python 3.10"),
        (GOOD._replace(version=(3, 14)), "this is Python 3.14"),
        (GOOD._replace(version=(2, 7)), "this is Python 2.7"),
        (GOOD._replace(implementation="PyPy"), "this is PyPy"),
        (GOOD._replace(free_threaded=True), "a free-threaded build"),
        (GOOD._replace(bits=32), "needs a 64-bit Python"),
        (GOOD._replace(system="Darwin", machine="x86_64", libc=""), "Intel on macOS"),
        (GOOD._replace(libc=""), "Linux without glibc"),
        (
            GOOD._replace(system="Windows", machine="arm64", libc=""),
            "no build for Windows on arm64",
        ),
        (GOOD._replace(machine="riscv64"), "no build for Linux on riscv64"),
        (GOOD._replace(system="FreeBSD", machine="amd64", libc=""), "no build for FreeBSD"),
    ],
    ids=lambda value: "" if isinstance(value, str) else "-".join(map(str, value[:6])),
)
def test_an_unsuitable_python_is_named(python, words, project, monkeypatch, capsys):
    monkeypatch.setattr(tasks, "this_python", lambda: python)
    assert tasks.main(["run"]) == 1
    assert words in only_sentence(capsys)
    assert environments(project) == []


@pytest.mark.parametrize(
    "python",
    [
        GOOD,
        GOOD._replace(version=(3, 11)),
        GOOD._replace(version=(3, 13), machine="aarch64"),
        GOOD._replace(system="Darwin", machine="arm64", libc=""),
        GOOD._replace(system="Windows", machine="amd64", libc=""),
        tasks.this_python(),
    ],
    ids=str,
)
def test_a_suitable_python_is_not_complained_about(python):
    assert tasks.what_is_wrong_with(python) is None


def test_every_python_can_read_the_file():
    """An old Python stops at syntax it does not know, before it can say what is wrong."""
    source = (ROOT / "tasks.py").read_text(encoding="ascii")
    modern = (
        ast.JoinedStr, ast.NamedExpr, ast.AnnAssign, ast.AsyncFunctionDef, ast.Await, ast.Match,
        ast.Starred, ast.Nonlocal, ast.MatMult, ast.YieldFrom, ast.TryStar,
    )  # fmt: skip
    for node in ast.walk(ast.parse(source, feature_version=(3, 4))):
        line = getattr(node, "lineno", None)
        if isinstance(node, ast.Starred):  # Python 2 knows f(*x), and nothing else of that kind
            assert "format(" in source.splitlines()[line - 1] or "\n" in ast.unparse(node), line
            continue
        assert not isinstance(node, modern), line
        if isinstance(node, ast.FunctionDef):
            assert not (node.returns or node.args.kwonlyargs or node.args.posonlyargs), line
            assert not any(argument.annotation for argument in node.args.args), line
        if isinstance(node, ast.Call) and getattr(node.func, "id", None) == "super":
            assert node.args, line
        if isinstance(node, ast.Raise):
            assert node.cause is None, line
        assert not (isinstance(node, ast.Name) and node.id == "print"), line


def test_it_uses_the_standard_library_alone():
    tree = ast.parse((ROOT / "tasks.py").read_text(encoding="utf-8"))
    names = {
        alias.name.split(".")[0]
        for node in ast.walk(tree)
        if isinstance(node, ast.Import)
        for alias in node.names
    }
    assert names and names <= sys.stdlib_module_names
    assert not any(isinstance(node, ast.ImportFrom) for node in ast.walk(tree))


# ---------------------------------------------------------------------- what a set-up may run into


def test_too_little_room_is_said_before_anything_is_fetched(project, monkeypatch, capsys):
    usage = shutil.disk_usage(project)._replace(free=int(tasks.ROOM) - 1)
    monkeypatch.setattr(tasks.shutil, "disk_usage", lambda path: usage)
    assert tasks.main(["run"]) == 1
    assert "too little room on the disk: the environment needs about 2.5 GB" in only_sentence(
        capsys
    )
    assert environments(project) == []


@pytest.mark.parametrize("name", ["venv", "ensurepip"])
def test_a_missing_module_is_named(name, project, without_uv, monkeypatch, capsys):
    monkeypatch.setattr(tasks, "has_module", lambda asked: asked != name)
    assert tasks.main(["run"]) == 1
    said = only_sentence(capsys)
    assert f"lacks its module {name}," in said
    assert "apt install python{}.{}-venv".format(*sys.version_info) in said
    assert environments(project) == []


@pytest.mark.parametrize("words", tasks.NO_ROOM)
def test_a_disk_that_fills_up_meanwhile_is_said(words, project, capsys):
    program = f"import sys; print('OSError: [Errno 28] {words.capitalize()}'); sys.exit(1)"
    with pytest.raises(tasks.Stop, match="too little room on the disk"):
        tasks.install([sys.executable, "-c", program], "installing")


def test_an_installer_that_fails_for_another_reason_is_quoted(project, capsys):
    program = "import sys; print('first'); print('ERROR: the reason', file=sys.stderr); sys.exit(3)"
    with pytest.raises(tasks.Stop, match="failed .exit status 3.; its last words stand above"):
        tasks.install([sys.executable, "-c", program], "installing")
    assert "ERROR: the reason" in capsys.readouterr().out


def no_index(monkeypatch, project):
    """Points pip and uv to an address of this machine where nobody answers, and to no cache."""
    for name in list(os.environ):
        if name.startswith(("PIP_", "UV_")):
            monkeypatch.delenv(name)
    nobody = "http://127.0.0.1:9/simple"
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("PIP_INDEX_URL", nobody)
    monkeypatch.setenv("PIP_RETRIES", "1")
    monkeypatch.setenv("PIP_NO_CACHE_DIR", "1")
    monkeypatch.setenv("UV_DEFAULT_INDEX", nobody)
    monkeypatch.setenv("UV_NO_CONFIG", "1")
    monkeypatch.setenv("UV_HTTP_RETRIES", "0")
    monkeypatch.setenv("UV_CACHE_DIR", str(project / "cache"))


@pytest.mark.slow
@pytest.mark.parametrize("uv", [pytest.param(True, marks=WITH_UV), False], ids=["uv", "pip"])
def test_a_set_up_without_a_network_says_so_and_leaves_nothing(uv, project, monkeypatch, capsys):
    """With the installers themselves, whose words may change."""
    no_index(monkeypatch, project)
    if not uv:
        monkeypatch.setattr(tasks.shutil, "which", lambda name: None)
    assert tasks.main(["run"]) == 1
    assert "the network does not answer" in only_sentence(capsys)
    assert environments(project) == []


# --------------------------------------------------------------------------------- the environment

BACKEND = """
import zipfile

def get_requires_for_build_editable(settings=None):
    return []

def build_editable(folder, settings=None, metadata=None):
    import pathlib
    name = "toyproject-1.0-py3-none-any.whl"
    info = "toyproject-1.0.dist-info"
    with zipfile.ZipFile(pathlib.Path(folder, name), "w") as wheel:
        wheel.writestr("toyproject.pth", str(pathlib.Path.cwd()))
        head = "Metadata-Version: 2.1\\nName: toyproject\\nVersion: 1.0"
        wheel.writestr(f"{info}/METADATA", head)
        head = "Wheel-Version: 1.0\\nRoot-Is-Purelib: true\\nTag: py3-none-any"
        wheel.writestr(f"{info}/WHEEL", head)
        wheel.writestr(f"{info}/RECORD", "")
    return name
"""


def write_wheel(folder, version, *, build="", says=None):
    """Writes a package `toy` with one module and one command, as an index would hand it out."""
    info = f"toy-{version}.dist-info"
    path = folder / f"toy-{version}{build}-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as wheel:
        wheel.writestr("toy.py", f"def main():\n    print('toy {says or version}')\n")
        head = f"Metadata-Version: 2.1\nName: toy\nVersion: {version}\n"
        wheel.writestr(f"{info}/METADATA", head)
        wheel.writestr(
            f"{info}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
        )
        wheel.writestr(f"{info}/entry_points.txt", "[console_scripts]\ntoy = toy:main\n")
        wheel.writestr(f"{info}/RECORD", "")
    return path


@pytest.fixture
def toy_project(project, monkeypatch):
    """A project of one package that is installed from a folder, without a network."""
    no_index(monkeypatch, project)
    wheels = project / "index"
    wheels.mkdir()
    for version in ("1.0", "2.0"):
        write_wheel(wheels, version)
    monkeypatch.delenv("UV_DEFAULT_INDEX")
    for tool in ("PIP", "UV"):
        monkeypatch.setenv(f"{tool}_NO_INDEX", "1")
        monkeypatch.setenv(f"{tool}_FIND_LINKS", str(wheels))
    (project / "backend.py").write_text(BACKEND, encoding="utf-8")
    (project / "pyproject.toml").write_text(
        '[build-system]\nrequires = []\nbuild-backend = "backend"\nbackend-path = ["."]\n'
        '[project]\nname = "toyproject"\nversion = "1.0"\ndependencies = ["toy"]\n'
        "[tool.setuptools]\n",
        encoding="utf-8",
    )
    (project / "requirements.lock").write_text("# made for a test\ntoy==1.0\n", encoding="utf-8")
    return project


def output(*command):
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()


SHOW = "import toy, sys, backend; toy.main(); print(sys.prefix)"


@pytest.mark.slow
@pytest.mark.parametrize("uv", [pytest.param(True, marks=WITH_UV), False], ids=["uv", "pip"])
def test_the_environment_is_built_once_and_used_again(uv, toy_project, monkeypatch, capsys):
    if not uv:
        monkeypatch.setattr(tasks.shutil, "which", lambda name: None)
    python = tasks.set_up()
    assert "Setting up .venv" in capsys.readouterr().out
    assert environments(toy_project) == [".venv"]
    assert list((toy_project / ".venv").rglob("toy.*.pyc")), "compiled, for a faster start"
    assert output(python, "-c", SHOW).split("\n") == ["toy 1.0", str(toy_project / ".venv")]
    if os.name != "nt":  # scripts work after the folder was renamed
        script = toy_project / ".venv" / "bin" / "toy"
        assert output(script) == "toy 1.0"
        activate = (toy_project / ".venv" / "bin" / "activate").read_text(encoding="utf-8")
        assert ".venv-new" not in activate

    assert tasks.set_up() == python
    assert capsys.readouterr().out == "", "used again, without a word"


@pytest.mark.slow
def test_the_environment_is_replaced_when_the_lock_changes_but_not_by_one_that_fails(toy_project):
    python = tasks.set_up()
    lock = toy_project / "requirements.lock"
    lock.write_text("toy==2.0\n", encoding="utf-8")
    assert tasks.set_up() == python
    assert "toy 2.0" in output(python, "-c", SHOW)
    assert environments(toy_project) == [".venv"]

    lock.write_text("toy==3.0\n", encoding="utf-8")
    with pytest.raises(tasks.Stop):
        tasks.set_up()
    assert "toy 2.0" in output(python, "-c", SHOW)
    assert environments(toy_project) == [".venv"]


@pytest.fixture
def archive(toy_project, monkeypatch):
    """The same project with its package in wheels/, as `tools.kit archive` packs it."""
    wheels = toy_project / "wheels"
    wheels.mkdir()
    write_wheel(wheels, "1.0")
    (wheels / tasks.HASHES).write_text(kit.hashes(wheels), encoding="utf-8")
    return wheels


@pytest.mark.slow
@pytest.mark.parametrize("uv", [pytest.param(True, marks=WITH_UV), False], ids=["uv", "pip"])
def test_an_archive_installs_its_own_wheels_and_nothing_else(uv, archive, monkeypatch, tmp_path):
    """Each of these won over the genuine wheel when nothing but the version was asked for."""
    if not uv:
        monkeypatch.setattr(tasks.shutil, "which", lambda name: None)
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    for folder in (archive, elsewhere):
        write_wheel(folder, "1.0", build="-99", says="of a stranger")
        with tarfile.open(folder / "toy-1.0.tar.gz", "w:gz") as packed:
            setup = f"open({str(tmp_path / 'ran')!r}, 'w')".encode()
            head = tarfile.TarInfo("toy-1.0/setup.py")
            head.size = len(setup)
            packed.addfile(head, io.BytesIO(setup))
    (tmp_path / "pip.conf").write_text(f"[global]\nfind-links = {elsewhere}\nconstraint = no\n")
    monkeypatch.setenv("PIP_CONFIG_FILE", str(tmp_path / "pip.conf"))
    monkeypatch.setenv("PIP_NO_BINARY", ":all:")
    for tool in ("PIP", "UV"):
        monkeypatch.setenv(f"{tool}_FIND_LINKS", str(elsewhere))
        monkeypatch.delenv(f"{tool}_NO_INDEX")
    python = tasks.set_up()
    assert output(python, "-c", SHOW).startswith("toy 1.0\n")
    assert not (tmp_path / "ran").exists(), "no source package was built"


@pytest.mark.slow
def test_an_archive_whose_wheel_was_exchanged_is_not_installed(archive, without_uv, capsys):
    write_wheel(archive, "1.0", says="of a stranger")
    with pytest.raises(tasks.Stop, match="the installer failed"):
        tasks.set_up()
    assert "hash" in capsys.readouterr().out.lower()
    assert environments(archive.parent) == []


def test_an_archive_without_its_hashes_is_refused(archive, capsys):
    (archive / tasks.HASHES).unlink()
    assert tasks.main(["run"]) == 1
    assert "wheels lacks requirements.txt" in only_sentence(capsys)
    assert environments(archive.parent) == []


def test_the_fingerprint_follows_everything_the_environment_depends_on(project, monkeypatch):
    before = tasks.fingerprint()
    assert tasks.fingerprint() == before
    lock = project / "requirements.lock"
    lock.write_bytes(lock.read_bytes().replace(b"\n", b"\r\n"))
    assert tasks.fingerprint() == before, "the same lock, checked out on Windows"
    pyproject = project / "pyproject.toml"
    text = pyproject.read_text(encoding="utf-8")
    pyproject.write_text(text.replace("line-length = 100", "line-length = 99"), encoding="utf-8")
    assert tasks.fingerprint() == before, "a setting of a tool"

    seen = {before}
    pyproject.write_text(text.replace('"pillow>=11"', '"pillow>=12"'), encoding="utf-8")
    seen.add(tasks.fingerprint())
    pyproject.write_text(text, encoding="utf-8")
    monkeypatch.setattr(tasks, "this_python", lambda: GOOD._replace(version=(3, 99)))
    seen.add(tasks.fingerprint())
    monkeypatch.undo()
    monkeypatch.setattr(tasks, "ROOT", str(project))
    lock.write_bytes(lock.read_bytes() + b"more==1\n")
    seen.add(tasks.fingerprint())
    assert len(seen) == 4


def test_an_unfinished_environment_is_not_used(tmp_path):
    stamp = hashlib.sha256(b"").hexdigest()
    assert not tasks.is_ready(str(tmp_path), stamp)
    python = Path(tasks.python_in(str(tmp_path)))
    python.parent.mkdir()
    python.touch()
    assert not tasks.is_ready(str(tmp_path), stamp)
    (tmp_path / "ganlab-stamp").write_text(stamp)
    assert tasks.is_ready(str(tmp_path), stamp)
    assert not tasks.is_ready(str(tmp_path), "another")
    python.unlink()
    assert not tasks.is_ready(str(tmp_path), stamp), "its Python was removed"


# -------------------------------------------------------------------------------- calling programs


@pytest.fixture
def calls(monkeypatch):
    """Records what would be called; what `status` says of a program is its exit status."""
    made, status = [], {}

    def call(program, arguments, computing=True):
        made.append(arguments)
        name = arguments[1] if arguments[0] == "-m" else Path(program).stem
        return status.get(name, 0)

    monkeypatch.setattr(tasks, "set_up", lambda: sys.executable)
    monkeypatch.setattr(tasks, "call", call)
    return made, status


def test_test_compares_every_notebook_strictly(calls):
    made, _ = calls
    assert tasks.main(["test", "-k", "losses"]) == 0
    assert made[:2] == [["-m", "ruff", "check"], ["classroom", "docs", "tools"]]
    assert made[2] == ["-m", "codespell_lib"]
    assert made[3][:3] == ["-m", "pytest", "--nbval"] and made[3][-2:] == ["-k", "losses"]
    assert "--nbval-lax" not in made[3]


def test_the_lab_asks_the_network_nothing(calls):
    from jupyterlab.handlers.announcements import NeverCheckForUpdate
    from jupyterlab.labapp import LabApp

    made, _ = calls
    assert tasks.main(["lab"]) == 0
    given = [argument for argument in made[0] if argument.startswith("--LabApp.")]
    app = LabApp()
    app.parse_command_line(given)
    assert app.news_url is None and app.check_for_updates_class is NeverCheckForUpdate


def test_exit_statuses_come_through(calls):
    made, status = calls
    status["pytest"] = 1
    assert tasks.main(["test"]) == tasks.main(["check"]) == 1
    status.update(pytest=0, ruff=2)
    assert tasks.main(["test"]) == tasks.main(["check"]) == 2
    assert made[-1] == ["-m", "ruff", "check"], "check stops at the style, test does not"
    assert [arguments[1] for arguments in made[-3:]] == ["ruff", "pytest", "ruff"]
    status.update(ruff=0, oxlint=1)
    assert tasks.main(["test"]) == tasks.main(["check"]) == 1
    assert [arguments[1] for arguments in made[-5:]] == ["ruff", "docs", "pytest", "ruff", "docs"]
    status.update(oxlint=0, codespell_lib=3)
    assert tasks.main(["test"]) == tasks.main(["check"]) == 3
    assert made[-1] == ["-m", "codespell_lib"]
    status.update({"tools.series": 1})
    assert tasks.main(["run"]) == tasks.main(["execute", "02"]) == 1
    assert tasks.main(["shake", "02"]) == 0
    assert made[-1] == ["-m", "tools.shake", "02"]
    assert tasks.main(["slides", "02", "--plan", "45"]) == 0
    assert made[-1] == ["-m", "tools.slides", "--plan", "45", "02"]
    status["tools.plans"] = 1
    assert tasks.main(["plans", "02"]) == 1
    assert made[-1] == ["-m", "tools.plans", "02"]


def test_a_fault_in_a_script_is_found(tmp_path):
    """By the program that the style check calls, with the rules of this project."""
    script = tmp_path / "widget.js"
    oxlint = Path(sys.executable).with_name("oxlint")
    for text, status in (("export default 1;\n", 0), ("nothing();\n", 1)):
        script.write_text(text)
        rules = ["--config", str(ROOT / ".oxlintrc.json")]
        run = subprocess.run([oxlint, *rules, script], capture_output=True, text=True)
        assert run.returncode == status, run.stdout
    assert "'nothing' is not defined" in run.stdout


def test_british_spelling_is_found_in_text_and_in_a_notebook(tmp_path):
    british = "col" + "our"
    picture = british.join(["iVBORw0KGgo" * 8] * 2)
    for name, text, found in (
        ("page.md", "a gray color", False),
        ("page.md", f"a gray {british}", True),
        ("01_toy.ipynb", json.dumps({"source": "color", "image/png": picture}), False),
        ("01_toy.ipynb", json.dumps({"source": british, "image/png": picture}), True),
    ):
        (tmp_path / name).write_text(text)
        command = [sys.executable, "-m", "codespell_lib", "--toml", str(ROOT / "pyproject.toml")]
        run = subprocess.run([*command, tmp_path / name], capture_output=True, text=True)
        assert bool(run.returncode) == found, (text, run.stdout)


@pytest.mark.parametrize("command", tasks.NOT_FOR_STUDENTS)
def test_the_student_build_says_what_it_cannot_do(command, project, capsys):
    assert tasks.main([command, "class"] if command == "progress" else [command]) == 1
    assert f"the command {command} needs the whole project" in only_sentence(capsys)
    assert environments(project) == []


def test_a_call_gets_the_settings_of_the_project(project, monkeypatch, capfd):
    monkeypatch.setenv("PYTHONPATH", "somewhere else")
    monkeypatch.setenv("MPLBACKEND", "agg")
    monkeypatch.setenv("TF_NUM_INTRAOP_THREADS", "1")
    monkeypatch.delenv("OMP_NUM_THREADS", raising=False)
    program = (
        "import os; names = '{}'.split()\n"
        "print(os.getcwd(), *[os.environ.get(name) for name in names]); raise SystemExit(5)"
    ).format("PYTHONPATH MPLBACKEND TF_NUM_INTRAOP_THREADS OMP_NUM_THREADS")
    assert tasks.call(sys.executable, ["-c", program]) == 5
    assert capfd.readouterr().out.split() == [str(project), "None", "None", "1", "2"]


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such signal")
def test_ctrl_c_waits_for_the_program_to_end_cleanly(project):
    program = (
        "import signal, sys, time\n"
        "def stop(*_):\n    time.sleep(1); print('cleaned up', flush=True); sys.exit(130)\n"
        "signal.signal(signal.SIGINT, stop); print('started', flush=True); time.sleep(60)"
    )
    command = f"import sys, tasks; sys.exit(tasks.call(sys.executable, ['-c', {program!r}]))"
    process = subprocess.Popen(
        [sys.executable, "-c", command],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    assert process.stdout.readline() == "started\n"
    os.killpg(process.pid, signal.SIGINT)  # as a terminal does: to both of them
    out, err = process.communicate(timeout=30)
    assert (process.returncode, out, err) == (130, "cleaned up\n", "")


# ---------------------------------------------------------------------------------------- progress


class Terminal(io.StringIO):
    def isatty(self):
        return True


def test_a_terminal_shows_one_line_that_moves(monkeypatch):
    screen = Terminal()
    monkeypatch.setattr(sys, "stdout", screen)
    with tasks.Ticker("working") as ticker:
        ticker.text = "cell 3 of 9"
        time.sleep(0.8)
    written = screen.getvalue()
    assert "\r" in written and "\n" not in written
    assert "working" in written and "cell 3 of 9" in written
    assert written.split("\r")[-2].strip() == "", "the line is removed at the end"


def test_a_log_gets_a_line_now_and_then(monkeypatch):
    log = io.StringIO()
    monkeypatch.setattr(sys, "stdout", log)
    with tasks.Ticker("working", quiet=0.2) as ticker:
        ticker.text = "x" * 500
        time.sleep(0.7)
    lines = log.getvalue().splitlines()
    assert len(lines) in (2, 3) and all(len(line) <= 120 for line in lines)
    assert "\r" not in log.getvalue()
