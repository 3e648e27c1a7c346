"""Look at the pages of a class in a real browser, as `make pages-check` does.

    python -m bench.pages REPORT [FOLDER]

Needs Debian's package `chromium`. Opens the class page, the first page of the grid and
the first exercise's and student's from `file://`, by day and night and at three widths.
Exits with 1 where a page asks for anything beyond itself, says something on the
console, is wider than the window, or axe finds a barrier. Leaves screenshots, and the
student's page as printed on A4, in FOLDER (default: screenshots/).
"""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, sync_playwright

from bench.jupyter import FLAGS
from grader.report.site import INDEX

WIDTHS = (360, 1024, 1600)
SCHEMES = ("light", "dark")


def main() -> int:
    """Open the pages, look, and print what is amiss."""
    report = Path(sys.argv[1]).resolve()
    target = Path(*sys.argv[2:3] or ["screenshots"])
    target.mkdir(exist_ok=True)
    pages = [report / INDEX, report / "students-1.html"]
    pages += [min((report / kind).glob("*.html")) for kind in ("exercise", "student")]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=list(FLAGS)
        )
        faults = list(look_at_all(browser, pages, target))
        browser.close()
    print(*faults, f"{len(pages)} pages, {len(faults)} faults", sep="\n")
    return bool(faults)


def look_at_all(browser: Browser, pages: list[Path], target: Path) -> Iterator[str]:
    """Yield what is amiss in any page, width and scheme."""
    for scheme in SCHEMES:
        for width in WIDTHS:
            context = browser.new_context(
                color_scheme=scheme,
                viewport={"width": width, "height": 900},
                bypass_csp=True,  # axe is a script, which the pages allow nobody
            )
            for path in pages:
                page = context.new_page()
                name = f"{path.parent.name}-{path.stem}"
                for fault in look_at(page, path):
                    yield f"{path.name}, {width} px, {scheme}: {fault}"
                page.screenshot(
                    path=target / f"{name}-{width}-{scheme}.png", full_page=True
                )
                if path == pages[-1] and width == WIDTHS[0]:
                    page.pdf(path=target / f"{name}.pdf", prefer_css_page_size=True)
                page.close()
            context.close()


def look_at(page: Page, path: Path) -> Iterator[str]:
    """Yield what is amiss in a page."""
    said: list[str] = []
    page.on("console", lambda message: said.append(f"console: {message.text}"))
    page.on("request", lambda request: said.append(f"request: {request.url}"))
    page.goto(path.as_uri())
    yield from (line for line in said if line != f"request: {path.as_uri()}")
    width = page.evaluate("document.documentElement.scrollWidth - innerWidth")
    if width > 0:
        yield f"{width} px wider than the window"
    for found in Axe().run(page).response["violations"]:
        yield f"{found['id']}: {found['help']}: {found['nodes'][0]['html']}"


if __name__ == "__main__":
    sys.exit(main())
