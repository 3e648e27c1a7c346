"""Answer an exercise in JupyterLab, in a real browser, as a student does.

    python -m bench.jupyter [FOLDER]

Needs Debian's package `chromium`. The notebook is nbgrader's release, the code the
handout's. Leaves screenshots of a failing and of a passing answer in FOLDER (default:
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

from playwright.sync_api import Page, expect, sync_playwright

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


def main() -> None:
    """Open the notebook, give a wrong and a right answer, look at what is shown."""
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
        page = browser.new_page(viewport={"width": 1200, "height": 1400})
        page.goto(f"{address}/lab/tree/{TOPIC}.ipynb")
        cells = page.locator(".jp-CodeCell")
        expect(cells.nth(2)).to_be_visible(timeout=START_SECONDS * 1000)
        run(page, 0)
        for name, code, said in (("wrong", WRONG, "✗ MLP"), ("right", RIGHT, "✓ MLP")):
            answer(page, 1, code)
            run(page, 2)
            output = cells.nth(2).locator(".jp-OutputArea-output")
            expect(output).to_contain_text(said, timeout=START_SECONDS * 1000)
            page.screenshot(path=target / f"{name}.png")
            print(f"{target / name}.png:\n{output.inner_text()}\n")
        browser.close()


def run(page: Page, cell: int) -> None:
    """Run a cell of code, by its number."""
    page.locator(".jp-CodeCell").nth(cell).locator(".cm-content").click()
    page.keyboard.press("Control+Enter")


def answer(page: Page, cell: int, code: str) -> None:
    """Replace a cell's code and run it."""
    page.locator(".jp-CodeCell").nth(cell).locator(".cm-content").click()
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
    shutil.copy(folder / "release" / ASSIGNMENT / f"{TOPIC}.ipynb", unpacked)
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
