"""Take pictures of every page, light and dark, wide and narrow, on fresh demo projects.

    python -m scripts.screenshots FOLDER     # all of them, to look at
    python -m scripts.screenshots --readme   # the two of the README, into docs/images

Needs a Chromium, and fonts for every script (Debian: fonts-noto-core, fonts-noto-cjk).
"""

from __future__ import annotations

import argparse
import os
import tempfile
from pathlib import Path

from benchmarks.page import CHROMIUM, ROOT, app

PAGES = {
    "inspect": "/?project=demo-swahili&pair=demo-sw-002",
    "aligners": "/aligners?project=demo-swahili",
    "aligners-beside": "/aligners?project=demo-swahili&drawn=beside",
    "aligners-by-hand": "/aligners?project=demo-swahili&hand=1",
    "aligners-corpus": "/aligners?project=demo-swahili&view=corpus",
    "aligners-arabic": "/aligners?project=demo-arabic",
    "aligners-chinese": "/aligners?project=demo-chinese",
    "evaluation": "/evaluation?project=demo-swahili",
    "evaluation-without-gold": "/evaluation?project=demo-swahili&against=nothing",
    "evaluation-arabic": "/evaluation?project=demo-arabic",
    "project": "/project?project=demo-swahili",
    "import": "/project?project=demo-swahili&new=1",
    "export": "/export?project=demo-swahili",
    **{lang: f"/?project=demo-{lang}" for lang in ("yoruba", "german", "arabic", "chinese")},
}
SCHEMES = ("light", "dark")
WIDTHS = (1280, 700)


def take(folder: Path, pages: dict[str, str], widths: tuple[int, ...], height: int) -> None:
    """Write `<page>-<width>-<scheme>.png` for each page, width and scheme."""
    from playwright.sync_api import sync_playwright

    folder.mkdir(parents=True, exist_ok=True)
    with app() as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        for scheme in SCHEMES:
            for width in widths:
                page = browser.new_page(
                    viewport={"width": width, "height": height},
                    color_scheme="dark" if scheme == "dark" else "light",
                )
                page.goto(address)  # a server that has just started takes its time over the first page
                page.locator("[data-testid=stProgress]").first.wait_for()
                for name, path in pages.items():
                    page.goto(address + path)
                    page.locator("[data-testid=stApp][data-test-script-state=notRunning]").wait_for()
                    page.wait_for_timeout(1500)  # fonts, and the view's own layout
                    page.screenshot(path=folder / f"{name}-{width}-{scheme}.png")
                page.close()
        browser.close()


def main() -> None:
    """Make the demos in a home of their own, and take the pictures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("folder", nargs="?", type=Path, help="where to put them")
    parser.add_argument("--readme", action="store_true", help="only those of the README")
    options = parser.parse_args()
    if CHROMIUM is None:
        parser.error("no Chromium found")
    if options.folder is None and not options.readme:
        parser.error("name a folder, or --readme")
    with tempfile.TemporaryDirectory() as home:
        os.environ["PROJNER_HOME"] = home
        from projner_core.pipeline import demo

        for corpus in demo.languages():
            demo.ensure(corpus.lang)
        if options.readme:
            take(ROOT / "docs" / "images", {"inspect": PAGES["inspect"]}, (1280,), 770)
        else:
            take(options.folder, PAGES, WIDTHS, 800)


if __name__ == "__main__":
    main()
