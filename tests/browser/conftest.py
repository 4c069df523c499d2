"""Widgets in a real JupyterLab, pages of the site from the disk: `python3 tasks.py browser`.

One JupyterLab, one kernel per notebook, headless Chromium driven by Playwright; skipped where
there is no browser. A notebook or a page fails its test when it logs an error or asks for
anything that is not on this machine.
"""

import asyncio
import contextlib
import json
import os
import secrets
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import nbformat
import pytest
from jupyter_client import AsyncKernelClient

from tools import pages, series

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
THEMES = {"light": "JupyterLab Light", "dark": "JupyterLab Dark"}
SECONDS = 60  # for anything that should take a few; the processor may be busy

# Nothing that JupyterLab would fetch or ask about, and every cell on the page.
LAB_SETTINGS = {
    "@jupyterlab/apputils-extension:notification": {
        "fetchNews": "false",
        "checkForUpdates": False,
    },
    "@jupyterlab/notebook-extension:tracker": {"windowingMode": "none"},
}
LAB_OPTIONS = (
    "--ServerApp.ip=127.0.0.1",
    "--ServerApp.open_browser=False",
    "--ServerApp.allow_root=True",
    "--ServerApp.port_retries=0",
    "--LabApp.news_url=None",
    "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
    "--LabApp.extension_manager=readonly",
    "--LabApp.expose_app_in_browser=True",
)
# The notebook in front, in the scripts below.
NOTEBOOK = "window.jupyterapp.shell.currentWidget"


def pytest_addoption(parser):
    parser.addoption("--screenshots", metavar="DIR", help="where pictures of the widgets go")


def pytest_collection_modifyitems(items):
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.browser)


class Lab:
    """A JupyterLab of its own: a free port, a token, and no setting of the user's."""

    def __init__(self, folder):
        self.notebooks = folder / "notebooks"
        self.runtime = folder / "runtime"
        settings = folder / "config" / "labconfig" / "default_setting_overrides.json"
        settings.parent.mkdir(parents=True)
        settings.write_text(json.dumps(LAB_SETTINGS), encoding="utf-8")
        self.notebooks.mkdir()
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
        self.address = f"http://127.0.0.1:{port}/"
        self.token = secrets.token_hex()
        variables = {
            **os.environ,
            "JUPYTER_CONFIG_DIR": str(folder / "config"),
            "JUPYTER_DATA_DIR": str(folder / "data"),
            "JUPYTER_RUNTIME_DIR": str(self.runtime),
            "JUPYTER_NO_CONFIG": "",
            "IPYTHONDIR": str(folder / "ipython"),
            "CUDA_VISIBLE_DEVICES": "-1",
        }
        # A kernel takes a running test for nbval and would draw no figures.
        variables.pop("PYTEST_CURRENT_TEST", None)
        self.log = folder / "jupyterlab.log"
        with self.log.open("w") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "jupyterlab", *LAB_OPTIONS]
                + [f"--ServerApp.port={port}", f"--IdentityProvider.token={self.token}"]
                + [f"--ServerApp.root_dir={self.notebooks}"],
                env=variables,
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        self._wait()

    def _wait(self):
        end = time.monotonic() + SECONDS
        while time.monotonic() < end and self.process.poll() is None:
            with contextlib.suppress(OSError):
                return self.ask("api/status")
            time.sleep(0.1)
        self.stop()
        raise RuntimeError(f"JupyterLab did not start:\n{self.log.read_text()}")

    def ask(self, path, method="GET"):
        """Returns what the server's REST interface answers."""
        request = urllib.request.Request(self.address + path, method=method)
        request.add_header("Authorization", f"token {self.token}")
        with urllib.request.urlopen(request, timeout=SECONDS) as answer:
            return json.loads(answer.read() or "null")

    def stop(self):
        self.process.terminate()
        try:
            self.process.wait(SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    @contextlib.contextmanager
    def notebook(self, browser, cells, *, width, theme, screenshots):
        """A notebook of code cells, open in a page of its own and not yet run."""
        name = secrets.token_hex(4)
        path = f"{name}.ipynb"
        notebook = nbformat.v4.new_notebook(
            cells=[nbformat.v4.new_code_cell(source) for source in cells],
            metadata={"kernelspec": {"name": "python3", "display_name": "Python 3"}},
        )
        nbformat.write(notebook, self.notebooks / path)
        context = browser.new_context(
            viewport={"width": width, "height": 1000}, service_workers="block"
        )
        try:
            page = context.new_page()
            opened = Notebook(self, page, screenshots)
            # A workspace of its own, or the page would bring back the notebook before.
            page.goto(f"{self.address}lab/workspaces/{name}/tree/{path}?token={self.token}")
            opened.prepare(path, theme)
            yield opened
            opened.check()
        finally:
            context.close()
            for session in self.ask("api/sessions"):
                if session["path"] == path:
                    self.ask(f"api/sessions/{session['id']}", "DELETE")


class Notebook:
    """A notebook open in JupyterLab; `page` is Playwright's."""

    def __init__(self, lab, page, screenshots):
        self.lab, self.page, self._screenshots = lab, page, screenshots
        self._problems = []
        page.set_default_timeout(1000 * SECONDS)
        page.on("console", self._console)
        page.on("pageerror", lambda error: self._problems.append(f"page error: {error}"))
        page.on("request", lambda request: self._request(request.url))
        page.on("websocket", lambda websocket: self._request(websocket.url))

    def _console(self, message):
        if message.type == "error":
            place = message.location.get("url", "")
            self._problems.append(f"console: {message.text} ({place})")

    def _request(self, url):
        inside = (self.lab.address, self.lab.address.replace("http", "ws", 1), "data:", "blob:")
        if not url.startswith(inside):
            self._problems.append(f"left this machine: {url}")

    def prepare(self, path, theme):
        self.page.wait_for_function(
            # Of the application too: a busy machine gets here before the page has made it.
            f"path => window.jupyterapp?.shell && {NOTEBOOK}?.context?.path === path"
            f" && {NOTEBOOK}.context.isReady"
            f" && {NOTEBOOK}.sessionContext.session?.kernel?.status === 'idle'",
            arg=path,
        )
        self.page.evaluate(
            """theme => {
                window.jupyterapp.shell.collapseLeft();
                window.jupyterapp.shell.collapseRight();
                return window.jupyterapp.commands.execute('apputils:change-theme', {theme});
            }""",
            THEMES[theme],
        )
        self.page.wait_for_function(
            "theme => document.body.dataset.jpThemeName === theme", arg=THEMES[theme]
        )
        (session,) = [s for s in self.lab.ask("api/sessions") if s["path"] == path]
        self._connection = self.lab.runtime / f"kernel-{session['kernel']['id']}.json"

    def run(self, *, wait=True, seconds=120):
        """Runs all cells and waits until they are done, or not (`wait=False`).

        Raises AssertionError with the traceback if a cell fails.
        """
        self.page.evaluate(
            """() => {
                window.cellsDone = false;
                window.jupyterapp.commands.execute('notebook:run-all-cells')
                    .finally(() => { window.cellsDone = true; });
            }"""
        )
        if wait:
            self.wait(seconds=seconds)

    def wait(self, *, seconds=120):
        """Waits until the cells that run are done and the kernel is idle."""
        self.page.wait_for_function("window.cellsDone", timeout=1000 * seconds)
        self.settle(seconds=seconds)
        for output in self.outputs():
            if output["output_type"] == "error":
                raise AssertionError("\n".join(output["traceback"]))

    def settle(self, *, seconds=SECONDS):
        """Waits until the kernel has answered everything and the page has drawn it."""
        for _ in range(2):  # an answer may make a widget ask once more
            self.evaluate("0", seconds=seconds)
            self.page.wait_for_function(
                f"{NOTEBOOK}.sessionContext.session.kernel.status === 'idle'",
                timeout=1000 * seconds,
            )
            self.page.wait_for_timeout(150)

    def outputs(self):
        """Returns the outputs of all cells, as the notebook format has them."""
        cells = self.page.evaluate(f"{NOTEBOOK}.model.toJSON().cells")
        return [output for cell in cells for output in cell["outputs"]]

    def evaluate(self, expression, *, seconds=SECONDS):
        """Returns the repr of an expression in the kernel, after what the kernel is doing.

        Raises AssertionError if the expression fails.
        """
        # In a thread, since Playwright keeps an event loop in this one.
        with ThreadPoolExecutor(1) as thread:
            return thread.submit(asyncio.run, self._evaluate(expression, seconds)).result()

    async def _evaluate(self, expression, seconds):
        client = AsyncKernelClient(connection_file=str(self._connection))
        client.load_connection_file()
        client.start_channels(iopub=False, stdin=False, hb=False)
        try:
            reply = await client.execute(
                "",
                store_history=False,
                user_expressions={"value": expression},
                reply=True,
                timeout=seconds,
            )
        finally:
            client.stop_channels()
        value = reply["content"]["user_expressions"]["value"]
        if value["status"] != "ok":
            raise AssertionError(f"{expression}: {value['ename']}: {value['evalue']}")
        return value["data"]["text/plain"]

    def locator(self, selector, **options):
        """Finds elements in the outputs of the cells."""
        return self.page.locator(".jp-Notebook .jp-OutputArea").locator(selector, **options)

    def output(self, cell):
        """The area under a cell; the first cell is 0."""
        return self.page.locator(".jp-Notebook .jp-CodeCell").nth(cell).locator(".jp-OutputArea")

    def screenshot(self, name, locator=None):
        """Draws the page, or one element, into the folder of --screenshots; returns the path."""
        self.settle()
        path = self._screenshots / f"{name}.png"
        (locator or self.page).screenshot(path=path)
        return path

    def interrupt(self):
        """Kernel > Interrupt Kernel, by the mouse."""
        menu = self.page.locator("#jp-MainMenu, .lm-MenuBar").first
        menu.get_by_text("Kernel", exact=True).click()
        self.page.locator(".lm-Menu-itemLabel", has_text="Interrupt Kernel").first.click()

    def check(self):
        """Raises AssertionError with everything that went wrong on the page until now."""
        problems, self._problems = self._problems, []
        assert not problems, "\n".join(problems)


@pytest.fixture(scope="session")
def browser():
    sync_api = pytest.importorskip("playwright.sync_api", reason="Playwright is not installed")
    program = next(filter(None, map(shutil.which, BROWSERS)), None)
    if program is None:
        pytest.skip(f"no browser: none of {', '.join(BROWSERS)} is installed")
    with sync_api.sync_playwright() as playwright:
        # Names outside this machine do not even resolve.
        rules = "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox", rules])
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def lab(browser, tmp_path_factory):
    lab = Lab(tmp_path_factory.mktemp("lab"))
    yield lab
    lab.stop()


@pytest.fixture(scope="session")
def screenshots(request, tmp_path_factory):
    """The folder of --screenshots, or a temporary one."""
    chosen = request.config.getoption("screenshots")
    folder = Path(chosen).resolve() if chosen else tmp_path_factory.mktemp("screenshots")
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@pytest.fixture(scope="session")
def site(tmp_path_factory):
    """The folder of the site of this project, built as `tasks.py site` builds it."""
    folder = tmp_path_factory.mktemp("site").resolve() / "site"
    pages.build(folder, {series.within(path): series.read(path) for path in series.notebooks()})
    return folder


class SitePage:
    """A page of the site, opened from the disk without a network.

    Attributes
    ----------
    page : playwright.sync_api.Page
    """

    def __init__(self, page, site, screenshots):
        self.page, self._site, self._screenshots = page, site, screenshots
        self._problems = []
        page.on("pageerror", lambda error: self._problems.append(f"error: {error}"))
        page.on("console", self._heard)
        page.on("request", self._requested)

    def _heard(self, message):
        if message.type in ("error", "warning"):
            self._problems.append(f"{message.type}: {message.text}")

    def _requested(self, request):
        inside = request.url.startswith((self._site.as_uri() + "/", "data:", "blob:"))
        if not inside:
            self._problems.append(f"request: {request.url}")

    def screenshot(self, name, locator=None):
        """Draws what is in view, or one element, into the folder of --screenshots."""
        path = self._screenshots / f"{name}.png"
        (locator or self.page).screenshot(path=path)
        return path

    def barriers(self, selector="body"):
        """Lists what axe-core finds within an element: WCAG 2.1, levels A and AA."""
        from axe_playwright_python.sync_playwright import Axe

        levels = {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]}
        # Its preload would read the style sheets again, which browsers refuse to pages from a disk.
        options = {"runOnly": levels, "preload": False}
        found = Axe().run(self.page, context=selector, options=options)
        return [
            f"{rule['id']}: {node['html'][:200]} {node['failureSummary']}"
            for rule in found.response["violations"]
            for node in rule["nodes"]
        ]

    def check(self):
        """Raises AssertionError with everything that went wrong on the page until now."""
        problems, self._problems = self._problems, []
        assert not problems, "\n".join(problems)


@pytest.fixture
def open_page(site, browser, screenshots):
    """Opens pages: ``open_page("index.html", width=1000, theme="light", touch=False)``."""
    with contextlib.ExitStack() as stack:

        @contextlib.contextmanager
        def opened(name, *, width, theme, touch, scripts, motion):
            context = browser.new_context(
                viewport={"width": width, "height": 900},
                color_scheme=theme,
                has_touch=touch,
                offline=True,
                java_script_enabled=scripts,
                reduced_motion=motion,
            )
            page = SitePage(context.new_page(), site, screenshots)
            page.page.goto((site / name).as_uri())
            yield page
            context.close()
            page.check()

        def open_one(name, *, width=1000, theme="light", touch=False, scripts=True, motion=None):
            return stack.enter_context(
                opened(name, width=width, theme=theme, touch=touch, scripts=scripts, motion=motion)
            )

        yield open_one


@pytest.fixture
def swipe():
    """Moves a finger over a page, from place to place in pixels: ``swipe(page, [(x, y), ...])``.

    A second finger, where given, comes down beside the first one and moves as it does.
    """

    def move(page, places, *, beside=None):
        session = page.context.new_cdp_session(page)
        for number, (x, y) in enumerate(places):
            fingers = [{"x": x, "y": y, "id": 0}]
            if beside is not None and number:
                fingers.append({"x": x + beside[0], "y": y + beside[1], "id": 1})
            kind = "touchStart" if number < (1 if beside is None else 2) else "touchMove"
            session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": fingers})
            page.wait_for_timeout(20)
        session.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})

    return move


@pytest.fixture
def open_notebook(lab, browser, screenshots):
    """Opens notebooks of code cells: ``open_notebook(cells, width=1000, theme="light")``."""
    with contextlib.ExitStack() as stack:

        def open_one(cells, *, width=1000, theme="light"):
            notebook = lab.notebook(
                browser, cells, width=width, theme=theme, screenshots=screenshots
            )
            return stack.enter_context(notebook)

        yield open_one
