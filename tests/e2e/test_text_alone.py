"""From a text alone to its drawing in Inspect, in a real browser; models that are not here; languages."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from benchmarks.page import app as running_app
from projner_core.pipeline.importing import import_pair
from projner_core.store import catalogue
from tests.browser import CHROMIUM, needs_chromium

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240), needs_chromium]

# Two systems of another package: the app finds them as it would find anybody's, by their entry points.
SYSTEMS = '''
from projner_core.corpus import Sentence, Span

WORDS = {"anaishi": "lives in", "alitembelea": "visited", "na": "and"}
NAMES = {"Asha": "PER", "Kofi": "PER", "Arusha": "LOC", "Nairobi": "LOC"}


class Glossary:
    """Translates word by word."""

    def translate(self, pairs):
        texts = [" ".join(WORDS.get(t, t) for t in pair.target.tokens) for pair in pairs]
        return [Sentence(tuple(text.split()), "en", text) for text in texts]


class Gazetteer:
    """Finds the names that it knows."""

    def tag(self, sentences):
        return [
            tuple(Span(i, i + 1, NAMES[t]) for i, t in enumerate(s.tokens) if t in NAMES) for s in sentences
        ]
'''
ENTRY_POINTS = """\
[projner.translators]
glossary = their_systems:Glossary
[projner.taggers]
gazetteer = their_systems:Gazetteer
"""
SWAHILI = "Asha anaishi Arusha .\nKofi alitembelea Nairobi .\nAsha na Kofi .\n"
ARABIC = "تعيش آشا في أروشا .\nزار كوفي نيروبي .\n"


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    """Where this app keeps its projects; stands in for the home that each other test has of its own."""
    return tmp_path_factory.mktemp("alone") / "home"


@pytest.fixture(scope="module")
def app(home, tmp_path_factory):
    """The app with the two systems installed, no network and no model."""
    packages = tmp_path_factory.mktemp("packages")
    (packages / "their_systems.py").write_text(SYSTEMS)
    about = packages / "their_systems-1.0.dist-info"
    about.mkdir()
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: their-systems\nVersion: 1.0\n")
    (about / "entry_points.txt").write_text(ENTRY_POINTS)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", os.pathsep.join([str(packages), os.environ.get("PYTHONPATH", "")]))
        patch.setenv("PROJNER_HOME", str(home))
        patch.setenv("HF_HOME", str(packages / "hub"))
        patch.setenv("HF_HUB_OFFLINE", "1")
        with running_app() as address:
            yield address


@pytest.fixture
def window(playwright):
    """Opens a page of a width, in a theme."""
    browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])

    def opened(width=1280, theme="light"):
        page = browser.new_page(viewport={"width": width, "height": 1000}, color_scheme=theme)
        page.set_default_timeout(30_000)
        return page

    yield opened
    browser.close()


@pytest.fixture
def page(window):
    return window()


def _import_alone(page, app, path: Path, search: str, option: str) -> None:
    page.goto(f"{app}/project?new=1")
    page.get_by_role("radio", name="Only the text to label").click()
    page.get_by_label("Translate it into").wait_for()
    page.locator('input[type="file"]').first.set_input_files(path)
    page.get_by_text("sentences · a sentence on each line").wait_for()
    _language(page, search, option)


def _language(page, search: str, option: str) -> None:
    """Choose by the keyboard alone what is found by `search`."""
    box = page.get_by_label("The language that needs labels")
    box.click()
    box.fill(search)
    page.get_by_role("option", name=option).wait_for()
    box.press("ArrowDown")  # past “Add: …”
    box.press("Enter")
    page.get_by_text("NLLB-200 can translate").wait_for()


def _choose(page, label: str, option: str) -> None:
    box = page.get_by_label(label, exact=True)
    box.click()
    box.fill(option)
    page.get_by_role("option", name=option).first.click()


def _alone(home, name: str, text: str, lang: str, folder: Path) -> None:
    """A project of a text that came alone, where it is not there yet."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PROJNER_HOME", str(home))
        (folder / "text.txt").write_text(text, encoding="utf-8")
        if not catalogue.path_of(name).exists():
            import_pair(name, source=None, target=folder / "text.txt", source_lang="en", target_lang=lang)


def test_a_text_alone_is_translated_tagged_projected_and_drawn(app, page, tmp_path):
    (tmp_path / "habari.txt").write_text(SWAHILI, encoding="utf-8")
    _import_alone(page, app, tmp_path / "habari.txt", "kiswah", "Swahili · Kiswahili")
    page.get_by_text("NLLB-200 can translate Swahili to English").wait_for()
    page.get_by_role("button", name="Import", exact=True).click()

    run = page.get_by_role("button", name="Run", exact=True)
    page.get_by_text("To run it, choose what translates").wait_for()
    assert run.is_disabled()
    _choose(page, "Source sentences", "glossary")
    _choose(page, "Source entities", "gazetteer")
    page.wait_for_function("e => !e.disabled", arg=run.element_handle())
    run.click()
    page.get_by_role("link", name="Inspect the result").wait_for(timeout=60_000)
    page.get_by_text("translated by glossary").wait_for()
    page.get_by_role("link", name="Inspect the result").click()

    page.goto(f"{app}/?project=habari&pair=1")
    page.locator('.lv-tok[data-side="source"]').first.wait_for()
    words = page.locator('.lv-tok[data-side="source"]').all_inner_texts()
    assert [word.strip() for word in words] == ["Asha", "lives", "in", "Arusha", "."]
    said = page.locator('.lv-tok[data-side="target"]').evaluate_all(
        "nodes => nodes.map((node) => node.getAttribute('aria-label'))"
    )
    assert [re.findall(r", (\S+) entity", words) for words in said] == [["PER"], [], ["LOC"], []]
    page.get_by_text("English side: translated by glossary, entities found by gazetteer").wait_for()


def test_a_model_that_is_not_here_is_asked_for_and_offline_is_a_sentence(app, home, page, tmp_path):
    _alone(home, "no model", SWAHILI, "sw", tmp_path)
    page.goto(f"{app}/project?project=no+model")
    _choose(page, "Source sentences", "NLLB")
    page.get_by_text("NLLB-200 600M (distilled) is not on this machine").wait_for()
    page.get_by_text("not for commercial use").wait_for()
    fetch = page.get_by_role("button", name="Fetch 2.5 GB…")

    fetch.click()
    question = page.get_by_role("dialog")
    question.get_by_text("facebook/nllb-200-distilled-600M").first.wait_for()
    question.get_by_role("button", name="Not now").click()
    question.wait_for(state="detached")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PROJNER_HOME", str(home))
        with catalogue.open_project("no model") as project:
            assert project.latest_job() is None, "nothing is fetched unasked"

    fetch.click()
    page.get_by_role("dialog").get_by_role("button", name="Fetch it").click()
    failed = page.get_by_text("The download failed.")
    failed.wait_for(timeout=60_000)
    assert "Traceback" not in failed.inner_text()
    assert page.get_by_role("button", name="Run", exact=True).is_disabled()


@pytest.mark.parametrize(
    ("search", "option"),
    [("አማርኛ", "Amharic · አማርኛ"), ("yor_Latn", "Yoruba · Èdè Yorùbá"), ("Twi", "Twi (tw")],
)
def test_languages_are_found_by_their_own_name_and_by_code(app, page, tmp_path, search, option):
    (tmp_path / "text.txt").write_text(SWAHILI, encoding="utf-8")
    _import_alone(page, app, tmp_path / "text.txt", search, option)


def test_a_language_of_her_own_is_kept_and_what_nllb_lacks_is_said(app, page, tmp_path):
    (tmp_path / "her own.txt").write_text(SWAHILI, encoding="utf-8")
    page.goto(f"{app}/project?new=1")
    page.get_by_role("radio", name="Only the text to label").click()
    page.get_by_label("Translate it into").wait_for()
    page.locator('input[type="file"]').first.set_input_files(tmp_path / "her own.txt")
    page.get_by_text("sentences · a sentence on each line").wait_for()
    box = page.get_by_label("The language that needs labels")
    box.click()
    box.fill("qxx-mine")
    page.get_by_role("option", name="Add: qxx-mine").click()
    page.get_by_text("No language is known by the code qxx-mine").wait_for()
    page.get_by_text("NLLB-200 does not know “qxx-mine”").wait_for()
    page.get_by_role("button", name="Import", exact=True).click()  # and yet it is no dead end
    page.get_by_role("button", name="Run", exact=True).wait_for()


def test_a_file_of_translations_does_as_well(app, home, page, tmp_path):
    _alone(home, "by file", SWAHILI, "sw", tmp_path)
    page.goto(f"{app}/project?project=by+file")
    _choose(page, "Source sentences", "a file of translations")
    page.get_by_text("Add the file, or choose a translation model").wait_for()
    lines = "Asha lives in Arusha .\nKofi visited Nairobi .\nAsha and Kofi .\n"
    upload = {"name": "<b>en</b>.txt", "mimeType": "text/plain", "buffer": lines.encode()}
    page.locator('input[type="file"]').first.set_input_files(upload)
    page.get_by_text("<b>en</b>.txt").last.wait_for()
    _choose(page, "Source entities", "gazetteer")
    run = page.get_by_role("button", name="Run", exact=True)
    page.wait_for_function("e => !e.disabled", arg=run.element_handle())
    run.click()
    page.get_by_text("read from a file").wait_for(timeout=60_000)
    page.goto(f"{app}/?project=by+file&pair=2")
    page.locator('.lv-tok[data-side="source"]').first.wait_for()
    assert "visited" in page.locator('.lv-tok[data-side="source"]').all_inner_texts()[1]


@pytest.mark.parametrize(("width", "theme"), [(700, "dark"), (700, "light"), (1280, "dark")])
def test_nothing_is_wider_than_the_page(app, home, window, tmp_path, width, theme):
    _alone(home, "عربي", ARABIC, "ar", tmp_path)
    page = window(width, theme)
    page.goto(f"{app}/project?project=عربي")
    _choose(page, "Source sentences", "NLLB")
    page.get_by_text("is not on this machine").first.wait_for()
    assert page.evaluate("document.scrollingElement.scrollWidth - innerWidth") <= 0
    inside = page.locator(".st-key-fetch_translator").evaluate("e => e.scrollWidth - e.clientWidth")
    assert inside <= 0
    page.get_by_role("button", name="Fetch 2.5 GB…").click()
    box = page.get_by_role("dialog").bounding_box()
    assert box is not None
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= width
