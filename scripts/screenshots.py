"""Take pictures of every page, light and dark, wide and narrow, on fresh demo projects.

    python -m scripts.screenshots FOLDER     # all of them, to look at
    python -m scripts.screenshots --readme   # the two of the README, into docs/images

Needs a Chromium, and fonts for every script (Debian: fonts-noto-core, fonts-noto-cjk).
"""

from __future__ import annotations

import argparse
import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.page import CHROMIUM, ROOT, app

if TYPE_CHECKING:
    from playwright.sync_api import Page

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
    "import-alone": "/project?project=demo-swahili&new=1",
    "project-alone": "/project?project=twi",
    "project-nllb": "/project?project=twi",
    "project-fetch": "/project?project=twi",
    "project-transfer": "/project?project=demo-arabic",
    "inspect-alone": "/?project=twi",
    "project-translated": "/project?project=twi-english",
    "inspect-translated": "/?project=twi-english&pair=1",
    "export": "/export?project=demo-swahili",
    **{lang: f"/?project=demo-{lang}" for lang in ("yoruba", "german", "arabic", "chinese")},
}
TWI = """\
Kofi Annan kɔɔ Kumase ne Accra .
Ama te Nkran , na ɔyɛ adwuma wɔ Ghana Water Company .
Ɛnnɛ osu atɔ wɔ Tamale .
"""  # a text that came alone


ENGLISH = """\
Kofi Annan went to Kumasi and Accra .
Ama lives in Accra , and works at the Ghana Water Company .
It has rained in Tamale today .
"""


def _alone(page: Page) -> None:
    page.get_by_text("Only the text to label").click()
    page.get_by_label("Translate it into").wait_for()
    page.locator("input[type=file]").first.set_input_files(
        {"name": "twi.txt", "mimeType": "text/plain", "buffer": TWI.encode()}
    )
    page.get_by_text("3 sentences").wait_for()
    language = page.get_by_label("The language that needs labels")
    language.click()
    language.fill("twi_Latn")
    page.get_by_role("option").first.wait_for()


def _choose(page: Page, label: str, option: str) -> None:
    box = page.get_by_label(label, exact=True)
    box.scroll_into_view_if_needed()
    box.click()
    box.fill(option)
    page.get_by_role("option", name=option).click()
    page.get_by_text("is not on this machine").first.wait_for()


def _nllb(page: Page) -> None:
    _choose(page, "Source sentences", "NLLB")


def _fetch(page: Page) -> None:
    _nllb(page)
    page.get_by_role("button", name="Fetch").click()
    page.get_by_role("dialog").wait_for()


def _transfer(page: Page) -> None:
    _choose(page, "Tag the target directly too (model transfer)", "token classifier")


STEPS: dict[str, Callable[[Page], None]] = {
    "import-alone": _alone,
    "project-nllb": _nllb,
    "project-fetch": _fetch,
    "project-transfer": _transfer,
}
"""What is done on a page before its picture is taken."""

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
                    if name in STEPS:
                        STEPS[name](page)
                    page.wait_for_timeout(1500)  # fonts, and the view's own layout
                    page.screenshot(path=folder / f"{name}-{width}-{scheme}.png")
                page.close()
        browser.close()


def main() -> None:
    """Make the demos in a home of their own, and take the pictures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("folder", nargs="?", type=Path, help="where to put them")
    parser.add_argument("--readme", action="store_true", help="only those of the README")
    parser.add_argument("--only", nargs="+", choices=PAGES, metavar="PAGE", help="only these pages")
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
            _import_twi(Path(home))
            wanted = {name: PAGES[name] for name in options.only or PAGES}
            take(options.folder, wanted, WIDTHS, 800)


def _import_twi(folder: Path) -> None:
    """The text that came alone, as it came; and once more, translated by a file and tagged by the program."""
    from projner_core.pipeline.config import RunConfig, StageConfig
    from projner_core.pipeline.importing import import_pair
    from projner_core.pipeline.run import run
    from projner_core.store import catalogue

    text, translation = folder / "twi.txt", folder / "english.txt"
    text.write_text(TWI, encoding="utf-8")
    translation.write_text(ENGLISH, encoding="utf-8")
    for name in ("twi", "twi-english"):
        import_pair(name, source=None, target=text, source_lang="en", target_lang="tw")
    config = RunConfig(
        translator=StageConfig.model_validate({"name": "file", "path": str(translation)}),
        tagger=StageConfig(name="bundled"),
    )
    with catalogue.open_project("twi-english") as project:
        run(project, config)
        project.set_meta("run_config", config.model_dump())


if __name__ == "__main__":
    main()
