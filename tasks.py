#!/usr/bin/env python3
"""The commands of ganlab. They need Python 3.11, 3.12 or 3.13 and nothing else.

The first command makes the environment .venv in this folder from requirements.lock, with uv
where uv is installed and with venv and pip where not; later commands use it again for as long as
the lock, the dependencies in pyproject.toml and the version of Python stay the same. The work on
notebooks is done by tools/series.py, inside that environment.

This file uses the standard library alone, and only syntax that every Python understands
(no f-strings, no annotations), so that an unsuitable Python reads far enough to say so.
"""

import argparse
import collections
import hashlib
import io
import os
import platform
import shutil
import struct
import subprocess
import sys
import sysconfig
import tempfile
import threading
import time

ROOT = os.path.dirname(os.path.abspath(__file__))
OLDEST, NEWEST = (3, 11), (3, 13)  # the versions that TensorFlow is built for
ROOM = 2.5e9  # bytes that the environment takes up on a disk, with a margin

# Every number in this course was computed on the processor with two threads.
COMPUTING = {
    "CUDA_VISIBLE_DEVICES": "-1",
    "TF_NUM_INTRAOP_THREADS": "2",
    "TF_NUM_INTEROP_THREADS": "2",
    "OMP_NUM_THREADS": "2",
    "OPENBLAS_NUM_THREADS": "2",
}

# In the folder wheels/ of an archive: its packages with their hashes, as pip reads them.
HASHES = "requirements.txt"

NO_NETWORK = (
    "connection broken by",
    "new connection",
    "name resolution",
    "getaddrinfo",
    "nodename nor servname",
    "dns error",
    "tcp connect error",
    "client error (connect)",
    "network is unreachable",
    "network connectivity is disabled",
    "connection refused",
    "timed out",
)
NO_ROOM = ("no space left on device", "not enough space on the disk", "disk quota exceeded")


class Stop(Exception):
    """Carries the one sentence that is printed before the command ends with exit status 1."""


def status_of(work):
    """Return the exit status of some work; what stands in its way is said in one sentence."""
    try:
        return work() or 0
    except Stop as stop:
        sys.stdout.flush()
        sys.stderr.write(str(stop) + "\n")
        return 1
    except OSError as error:
        sys.stderr.write("The system refuses: {0}.\n".format(error))
        return 1
    except KeyboardInterrupt:
        sys.stderr.write("Stopped.\n")
        return 130


def say(text):
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


class Ticker(object):
    """Shows that something is going on: a line that a terminal overwrites every half second.

    Where the output is a file or a log, a line of its own every `quiet` seconds instead.
    """

    def __init__(self, label, quiet=15.0):
        self.label, self.text, self.quiet = label, "", quiet
        self.start = time.time()
        self._terminal = sys.stdout.isatty()
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._tick)
        self._thread.daemon = True

    def seconds(self):
        return time.time() - self.start

    def line(self):
        text = "  {0}  {1:.0f} s  {2}".format(self.label, self.seconds(), self.text).rstrip()
        return text[: self._width() if self._terminal else 120]

    def _width(self):
        return max(20, shutil.get_terminal_size().columns - 1)

    def _overwrite(self, text):
        # Spaces, since not every console of Windows knows the code that clears a line.
        sys.stdout.write("\r" + text.ljust(self._width()) + "\r")
        sys.stdout.flush()

    def _tick(self):
        while not self._done.wait(0.5 if self._terminal else self.quiet):
            if self._terminal:
                self._overwrite(self.line())
            else:
                say(self.line())

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *error):
        self._done.set()
        self._thread.join()
        if self._terminal:
            self._overwrite("")


# ---------------------------------------------------------------- the Python that runs this file

Interpreter = collections.namedtuple(
    "Interpreter", "version implementation bits free_threaded system machine libc"
)


def this_python():
    return Interpreter(
        version=tuple(sys.version_info[:2]),
        implementation=platform.python_implementation(),
        bits=8 * struct.calcsize("P"),
        free_threaded=bool(sysconfig.get_config_var("Py_GIL_DISABLED")),
        system=platform.system(),
        machine=platform.machine().lower(),
        libc=platform.libc_ver()[0],
    )


def what_is_wrong_with(python):
    """Return one sentence about a Python that cannot run TensorFlow, or None.

    The builds that exist (tensorflow 2.21): Linux x86-64 and aarch64 with glibc, macOS on Apple
    silicon, Windows x86-64.
    """
    number = ".".join(str(part) for part in python.version)
    if not OLDEST <= python.version <= NEWEST:
        return (
            "ganlab needs Python 3.11, 3.12 or 3.13 and this is Python {0}: install one of them "
            "and start this file with it, for example `python3.12 tasks.py run`."
        ).format(number)
    if python.implementation != "CPython" or python.free_threaded:
        kind = "a free-threaded build" if python.free_threaded else python.implementation
        return (
            "ganlab needs the standard build of Python (CPython) because TensorFlow does, and "
            "this is {0}: install the one from python.org or from your system."
        ).format(kind)
    if python.bits != 64:
        return (
            "ganlab needs a 64-bit Python because TensorFlow does, and this is a {0}-bit one: "
            "install the 64-bit build of Python {1}."
        ).format(python.bits, number)
    if python.system == "Darwin" and python.machine != "arm64":
        return (
            "TensorFlow has no build for a Python for Intel on macOS: on a Mac with Apple silicon "
            "install the arm64 (universal) build of Python, on an older Mac use Linux in a "
            "virtual machine or container."
        )
    if python.system == "Linux" and python.libc != "glibc":
        return (
            "TensorFlow has no build for Linux without glibc (such as Alpine): use a distribution "
            "or container image with glibc, for example Debian, Ubuntu or Fedora."
        )
    builds = {
        "Linux": ("x86_64", "amd64", "aarch64", "arm64"),
        "Darwin": ("arm64",),
        "Windows": ("amd64", "x86_64"),
    }
    if python.machine not in builds.get(python.system, ()):
        return (
            "TensorFlow has no build for {0} on {1}: use Linux (x86-64 or Arm), macOS on Apple "
            "silicon or Windows (x86-64)."
        ).format(python.system or "this system", python.machine or "this processor")
    return None


# ------------------------------------------------------------------------------ the environment


def python_in(folder):
    windows = os.name == "nt"
    return os.path.join(
        folder, "Scripts" if windows else "bin", "python.exe" if windows else "python"
    )


def fingerprint():
    """Return a digest of everything the environment depends on."""
    import tomllib  # Python 3.11: only after the version was checked

    with open(os.path.join(ROOT, "pyproject.toml"), "rb") as file:
        project = tomllib.load(file)
    with open(os.path.join(ROOT, "requirements.lock"), "rb") as file:
        lock = file.read().replace(b"\r\n", b"\n")
    python = this_python()
    wanted = (project["project"]["dependencies"], project.get("dependency-groups"))
    wanted += (project.get("tool", {}).get("setuptools"),)  # which folders are packages
    digest = hashlib.sha256(lock)
    digest.update(repr((python.version, python.system, python.machine, wanted)).encode())
    return digest.hexdigest()


def is_ready(folder, stamp):
    """Tell whether `folder` holds a finished environment with this fingerprint."""
    try:
        with open(os.path.join(folder, "ganlab-stamp")) as file:
            return file.read() == stamp and os.path.exists(python_in(folder))
    except OSError:
        return False


def has_module(name):
    try:
        __import__(name)
        return True
    except ImportError:
        return False


def clean_variables():
    """Return the variables of this process less those that change what Python loads or draws."""
    variables = dict(os.environ)
    for name in ("PYTHONPATH", "PYTHONHOME", "PIP_USER", "PIP_TARGET", "PIP_PREFIX", "MPLBACKEND"):
        variables.pop(name, None)
    variables["PYTHONUTF8"] = "1"
    return variables


def offline_variables():
    """Return variables under which no setting of pip and uv adds a place to take packages from."""
    variables = clean_variables()
    for name in list(variables):
        if name.startswith(("PIP_", "UV_")):
            del variables[name]
    variables.update(PIP_CONFIG_FILE=os.devnull, UV_NO_CONFIG="1")
    return variables


def install(command, label, variables=None):
    """Run an installer with its last line shown, and raise Stop with the cause when it fails."""
    lines = []
    process = subprocess.Popen(
        command,
        cwd=ROOT,
        env=variables or clean_variables(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    try:
        with Ticker(label) as ticker:
            with io.TextIOWrapper(process.stdout, encoding="utf-8", errors="replace") as output:
                for line in output:
                    lines.append(line.rstrip())
                    ticker.text = line.strip()
            status = process.wait()
    except KeyboardInterrupt:
        process.kill()
        process.wait()
        raise
    if status == 0:
        return
    words = "\n".join(lines).lower()
    if any(cause in words for cause in NO_ROOM):
        raise Stop(no_room())
    if any(cause in words for cause in NO_NETWORK):
        raise Stop(
            "The packages could not be downloaded because the network does not answer: the first "
            "set-up fetches about 700 MB, so connect and type the command again (later commands "
            "need no network)."
        )
    say("\n".join(lines[-20:]))
    raise Stop(
        "The set-up stopped because the installer failed (exit status {0}); its last words stand "
        "above.".format(status)
    )


def no_room():
    return (
        "There is too little room on the disk: the environment needs about {0:.1f} GB in {1} "
        "(and the downloads some in {2}), so free some and type the command again."
    ).format(ROOM / 1e9, ROOT, tempfile.gettempdir())


def build(folder):
    """Make a complete environment in `folder`, which does not exist yet."""
    lock, packed = os.path.join(ROOT, "requirements.lock"), os.path.join(ROOT, "wheels")
    variables = None
    wanted = ["-r", lock]
    if os.path.isdir(packed):  # an archive for machines without a network has its packages here
        variables = offline_variables()
        wanted = ["--no-index", "--only-binary", ":all:", "--require-hashes"]
        wanted += ["-r", os.path.join(packed, HASHES)]
        if not os.path.isfile(wanted[-1]):
            raise Stop(
                "The folder wheels lacks {0}, which says what its packages are: unpack the archive "
                "again, or remove the folder to set up from the network.".format(HASHES)
            )
    # In an activated environment: the Python it was made from, for that environment may go.
    base = getattr(sys, "_base_executable", None) or sys.executable
    uv = shutil.which("uv")
    if uv:
        venv = [uv, "venv", "--quiet", "--prompt", "ganlab", "--python", base, folder]
        install(venv, "making .venv", variables)
        # pip compiles what it installs; without it, every start of TensorFlow takes twice as long
        # where PYTHONDONTWRITEBYTECODE is set.
        pip = [uv, "pip", "install", "--compile-bytecode", "--python", python_in(folder)]
    else:
        missing = [name for name in ("venv", "ensurepip") if not has_module(name)]
        if missing:
            raise Stop(
                "This Python lacks its module {0}, without which no environment can be made: "
                "install it (on Debian and Ubuntu `sudo apt install python{1}.{2}-venv`), or "
                "install uv.".format(" and ".join(missing), *sys.version_info[:2])
            )
        install([base, "-m", "venv", "--prompt", "ganlab", folder], "making .venv", variables)
        pip = [python_in(folder), "-m", "pip", "install", "--progress-bar=off", "--no-input"]
        pip += ["--disable-pip-version-check"]
    # The lock is complete: nothing else may come in.
    install(pip + ["--no-deps"] + wanted, "installing packages", variables)
    own = ["--no-deps", "--no-index", "--no-build-isolation", "-e", "."]
    install(pip + own, "installing ganlab", variables)


def move(old, new):
    """Rename an environment and the paths it keeps of itself.

    The interpreter works anywhere; the first lines of scripts and `activate` hold the path.
    (On Windows the scripts are programs: there, use `.venv\\Scripts\\python -m NAME`.)
    """
    os.rename(old, new)
    scripts = os.path.dirname(python_in(new))
    files = [os.path.join(scripts, name) for name in os.listdir(scripts)]
    for path in files + [os.path.join(new, "pyvenv.cfg")]:
        if os.path.islink(path) or not os.path.isfile(path) or path.endswith(".exe"):
            continue
        with open(path, "rb") as file:
            text = file.read()
        renamed = text.replace(os.fsencode(old), os.fsencode(new))
        if renamed != text:
            with open(path, "wb") as file:
                file.write(renamed)


def set_up():
    """Make .venv unless it stands there already, and return the path of its Python."""
    problem = what_is_wrong_with(this_python())
    if problem:
        raise Stop(problem)
    target = os.path.join(ROOT, ".venv")
    stamp = fingerprint()
    if is_ready(target, stamp):
        return python_in(target)
    if shutil.disk_usage(ROOT).free < ROOM:
        raise Stop(no_room())

    say("Setting up .venv (once; a few minutes and about 700 MB to download):")
    start = time.time()
    # Beside the target and renamed at the end, so that no half environment is ever used.
    new = "{0}-new-{1}".format(target, os.getpid())
    old = "{0}-old-{1}".format(target, os.getpid())
    try:
        build(new)
        with open(os.path.join(new, "ganlab-stamp"), "w") as file:
            file.write(stamp)
        if is_ready(target, stamp):
            return python_in(target)  # another command was faster
        try:
            if os.path.exists(target):
                os.rename(target, old)
            move(new, target)
        except OSError:
            raise Stop(
                "The new environment is complete but the old .venv cannot be replaced while it "
                "is in use: close JupyterLab and every other program that runs from it, then "
                "type the command again."
            )
    finally:
        for folder in (new, old):
            shutil.rmtree(folder, ignore_errors=True)
    say("  ready after {0:.0f} s".format(time.time() - start))
    return python_in(target)


# --------------------------------------------------------------------------------- the commands


def call(python, arguments, computing=True):
    """Run `python arguments` in the project folder and return its exit status."""
    variables = clean_variables()
    variables["PYTHONUNBUFFERED"] = "1"
    if computing:
        for name, value in COMPUTING.items():
            variables.setdefault(name, value)
    process = subprocess.Popen([python] + arguments, cwd=ROOT, env=variables)
    interrupted = False
    while True:
        try:
            status = process.wait()
            return 130 if interrupted else status
        except KeyboardInterrupt:
            # A terminal sends Ctrl-C to the child too: let it stop its kernels. Twice means now.
            if interrupted:
                process.kill()
            interrupted = True


def run(python, options, rest):
    return call(python, ["-m", "tools.series", "run"])


def paths_of(names):
    return [os.path.abspath(name) if os.path.exists(name) else name for name in names]


def execute(python, options, rest):
    return call(python, ["-m", "tools.series", "execute"] + paths_of(options.notebooks))


def shake(python, options, rest):
    return call(python, ["-m", "tools.shake"] + paths_of(options.notebooks))


def plans(python, options, rest):
    return call(python, ["-m", "tools.plans"] + paths_of(options.notebooks))


def site(python, options, rest):
    return call(python, ["-m", "tools.series", "site"])


def kit(python, options, rest):
    return call(python, ["-m", "tools.kit"])


def archive(python, options, rest):
    return call(python, ["-m", "tools.kit", "archive"])


def progress(python, options, rest):
    arguments = ["-m", "tools.progress"] + paths_of([options.folder])
    if options.csv:
        arguments += ["--csv=" + os.path.abspath(options.csv)]
    return call(python, arguments)


def slides(python, options, rest):
    plan = ["--plan", options.plan] if options.plan else []
    return call(python, ["-m", "tools.slides"] + plan + paths_of(options.notebooks))


def browser(python, options, rest):
    return call(python, ["-m", "pytest", "tests/browser"] + rest)


def style(python):
    """Run the linters of Python, of scripts and of spelling; the first complaint counts."""
    oxlint = os.path.join(os.path.dirname(python), "oxlint" + (".exe" if os.name == "nt" else ""))
    return (
        call(python, ["-m", "ruff", "check"])
        or call(oxlint, ["classroom", "docs", "tools"])
        or call(python, ["-m", "codespell_lib"])
    )


def test(python, options, rest):
    complaint = style(python)
    if complaint == 130:
        return complaint
    # One notebook is one kernel: two of them at a time, each on one worker from first cell to last.
    tests = call(python, ["-m", "pytest", "--nbval", "-n", "2", "--dist", "loadfile"] + rest)
    if complaint and not tests:
        say("The tests passed; the style check above did not.")
    return tests or complaint


def check(python, options, rest):
    tests = ["-m", "pytest", "-m", "not slow", "-n", "2", "--dist", "loadfile"]
    return style(python) or call(python, tests + rest)


def lab(python, options, rest):
    arguments = ["-m", "jupyterlab", "--ServerApp.root_dir=" + ROOT]
    arguments += ["--LabApp.default_url=/lab/tree/notebooks"]
    # It would ask the network for news and for a newer version of itself.
    arguments += ["--LabApp.news_url=None"]
    arguments += ["--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate"]
    return call(python, arguments + rest, computing=False)


COMMANDS = collections.OrderedDict(
    [
        ("run", (run, "execute every notebook in order, build the site from them")),
        ("test", (test, "run all tests and compare every notebook with its stored outputs")),
        ("lab", (lab, "open the notebooks in JupyterLab")),
        ("site", (site, "build the site in site/ from the stored outputs")),
        ("slides", (slides, "build a deck of slides from every notebook in slides/")),
        ("kit", (kit, "build what students and teachers get in dist/")),
        ("archive", (archive, "pack the student build with all packages, for no network")),
        ("progress", (progress, "collect the progress of a class into one table")),
        ("browser", (browser, "try the widgets in a real browser")),
        ("execute", (execute, "execute notebooks again and store their outputs in them")),
        ("shake", (shake, "execute notebooks as other processors would, and compare")),
        ("plans", (plans, "execute the cells of each lesson plan that changed")),
        ("check", (check, "run the style check and the fast tests, under two minutes")),
    ]
)
NOT_FOR_STUDENTS = (
    "test", "check", "browser", "kit", "archive", "plans", "progress", "shake",
)  # fmt: skip


def parser():
    top = argparse.ArgumentParser(
        prog="tasks.py",
        description="The commands of ganlab. Each sets up the environment .venv where needed.",
        epilog="What follows test, check, browser or lab goes on to pytest or JupyterLab.",
    )
    commands = top.add_subparsers(dest="command", metavar="COMMAND")
    for name, (_, purpose) in COMMANDS.items():
        command = commands.add_parser(name, help=purpose, description=purpose + ".")
        if name == "slides":
            text = "a lesson of so many minutes: only what its plan in docs/teaching names"
            command.add_argument("--plan", choices=("45", "90"), help=text)
        if name in ("execute", "shake", "plans", "slides"):
            command.add_argument(
                "notebooks",
                nargs="*",
                metavar="NOTEBOOK",
                help="a path, a name or a number such as 02; every notebook if there is none",
            )
        if name == "progress":
            command.add_argument(
                "folder", metavar="FOLDER", help="holds a folder for each learner, named for them"
            )
            command.add_argument(
                "--csv", metavar="FILE", help="write a row for each learner and exercise as well"
            )
    return top


def main(arguments):
    top = parser()
    options, rest = top.parse_known_args(arguments)
    if options.command is None:
        if rest:
            top.error("expected a command before {0}".format(rest[0]))
        top.print_help()
        return 0
    if rest and options.command not in ("test", "check", "browser", "lab"):
        top.error("unknown arguments of {0}: {1}".format(options.command, " ".join(rest)))

    def work():
        whole = os.path.isdir(os.path.join(ROOT, "tests"))
        if options.command in NOT_FOR_STUDENTS and not whole:
            text = "This is the student build: the command {0} needs the whole project."
            raise Stop(text.format(options.command))
        return COMMANDS[options.command][0](set_up(), options, rest)

    return status_of(work)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
