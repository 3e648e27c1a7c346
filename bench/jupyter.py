"""Answer an exercise in JupyterLab, in a real browser, as a student does.

    python -m bench.jupyter [FOLDER]

Needs Debian's package `chromium`. The notebook is nbgrader's release, the code the
handout's. Leaves screenshots of the topic's picture, of a failing answer with a hint,
and of a passing one with its reference and the progress, in FOLDER (default:
screenshots/).
"""

from __future__ import annotations

import io
import os
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.request
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Locator, Page, expect, sync_playwright

from bench.postgres import free_port
from grader.files import pack_files
from grader.layout import KIT
from grader.release import handout

TOPIC, ASSIGNMENT = "model_construction", "ps1"
CONFIG = """
from grader.nbgrader.config import configure

configure(get_config())
"""
FLAGS = (
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update"),
    "--disable-sync",
)
START_SECONDS = 60
DESK, GIVEN, ANSWER, CHECK, OWN = range(5)
"""The first cells of code; the last one is the student's."""
WRONG = """\
class MLP(nn.Module):
    def __init__(self, in_features, hidden, out_features):
        super().__init__()
        self.layers = [nn.Linear(in_features, hidden), nn.Linear(hidden, out_features)]

    def forward(self, x):
        return self.layers[1](torch.relu(self.layers[0](x)))
"""
RIGHT = WRONG.replace("= [", "= nn.ModuleList([").replace(
    "out_features)]", "out_features)])"
)

HINT, SOLUTION, PROGRESS = 'hint("MLP")', 'solution("MLP")', "progress()"
SCENES = (
    ("wrong", WRONG, [("", "✗ MLP"), (HINT, "One more"), (SOLUTION, "opens")]),
    ("right", RIGHT, [("", "✓ MLP"), (SOLUTION, "made once"), (PROGRESS, "Next")]),
)
"""Answers, and for each what is run then: the check, or a cell; and what is shown."""
OUTPUT = ".jp-OutputArea-output"
LOADED = "selector => document.querySelector(selector)?.naturalWidth > 0"


def main() -> None:
    """Open the notebook, answer wrong and right, ask for help; show what is seen."""
    target = Path(*sys.argv[1:2] or ["screenshots"])
    target.mkdir(exist_ok=True)
    with (
        tempfile.TemporaryDirectory() as folder,
        running_lab(make_desk(Path(folder))) as address,
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=list(FLAGS)
        )
        page = browser.new_page(viewport={"width": 1200, "height": 2200})
        page.goto(f"{address}/lab/tree/{TOPIC}.ipynb")
        expect(cell(page, CHECK)).to_be_visible(timeout=START_SECONDS * 1000)
        page.wait_for_function(LOADED, arg=f"img[src*='{TOPIC}.svg']")
        page.screenshot(path=target / "picture.png")
        run(page, DESK)
        run(page, GIVEN)
        add_cell(page, CHECK)
        for name, code, steps in SCENES:
            answer(page, ANSWER, code)
            for number, (own, said) in enumerate(steps):
                if own:
                    answer(page, OWN, own)
                else:
                    run(page, CHECK)
                output = cell(page, OWN if own else CHECK).locator(OUTPUT)
                expect(output).to_contain_text(said, timeout=START_SECONDS * 1000)
                path = target / f"{name}-{number}.png"
                page.screenshot(path=path)
                print(f"{path}:\n{output.inner_text()}\n")
        browser.close()


def cell(page: Page, number: int) -> Locator:
    """Return a cell of code."""
    return page.locator(".jp-CodeCell").nth(number)


def add_cell(page: Page, below: int) -> None:
    """Add a cell of code below another one."""
    cell(page, below).locator(".jp-InputPrompt").click()
    page.keyboard.press("b")
    expect(cell(page, below + 1).locator(".cm-content")).to_have_text("")


def run(page: Page, number: int) -> None:
    """Run a cell of code."""
    cell(page, number).locator(".cm-content").click()
    page.keyboard.press("Control+Enter")


def answer(page: Page, number: int, code: str) -> None:
    """Replace a cell's code and run it."""
    cell(page, number).locator(".cm-content").click()
    page.keyboard.press("Control+A")
    page.keyboard.insert_text(code)
    page.keyboard.press("Control+Enter")


def make_desk(folder: Path) -> Path:
    """Return the handout's folder, with nbgrader's release of a notebook in it."""
    (folder / "nbgrader_config.py").write_text(CONFIG, encoding="utf-8")
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    for command in (
        ("grader", "notebooks", "--only", TOPIC, "--out", f"source/{ASSIGNMENT}"),
        ("nbgrader", "generate_assignment", ASSIGNMENT),
    ):
        subprocess.run(
            [sys.executable, "-m", *command],
            cwd=folder,
            env={**os.environ, "PATH": path},
            check=True,
        )
    data = pack_files(handout.collect(KIT), "unpacked")
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        archive.extractall(folder)
    unpacked = folder / "unpacked"
    shutil.copytree(folder / "release" / ASSIGNMENT, unpacked, dirs_exist_ok=True)
    return unpacked


@contextmanager
def running_lab(unpacked: Path) -> Iterator[str]:
    """Give the address of a JupyterLab on loopback; end it in the end."""
    port = free_port()
    command = [
        *(sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root"),
        *("--ip=127.0.0.1", f"--port={port}", "--IdentityProvider.token="),
        *("--LabApp.news_url=None", f"--ServerApp.root_dir={unpacked}"),
        "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
    ]
    environment = {**os.environ, "PYTHONPATH": str(unpacked)}
    log = subprocess.DEVNULL
    lab = subprocess.Popen(
        command, cwd=unpacked, env=environment, stdout=log, stderr=log
    )
    address = f"http://127.0.0.1:{port}"
    try:
        wait_for(f"{address}/api", lab)
        yield address
    finally:
        lab.terminate()
        lab.wait()


def wait_for(address: str, server: subprocess.Popen[bytes]) -> None:
    """Wait until a server answers."""
    deadline = time.monotonic() + START_SECONDS
    while True:
        try:
            urllib.request.urlopen(address, timeout=1).close()
        except OSError:
            if server.poll() is not None or time.monotonic() > deadline:
                sys.exit("JupyterLab does not start: run `jupyter lab` to see why")
            time.sleep(0.2)
        else:
            return


if __name__ == "__main__":
    main()
