"""Choosing between aligners in a real browser: compare, look, correct a link, take it home, add another."""

from __future__ import annotations

import re

import pytest

from projner_core.pipeline import comparing
from projner_core.store import catalogue
from tests.browser import needs_chromium

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240), needs_chromium]

PROJECT = "demo-swahili"


def test_which_aligner_to_trust(app, home, page, tmp_path, monkeypatch):
    monkeypatch.setenv("PROJNER_HOME", str(home))
    page.goto(f"{app}/?project={PROJECT}")
    page.get_by_role("link", name="Aligners").click()

    # The demo is compared already: the most disputed pair is open.
    page.get_by_text("most disputed of 64").wait_for()
    page.get_by_text("Trust", exact=False).first.wait_for()
    page.locator(".lv-tok").first.wait_for()
    page.locator(".st-key-pills button").first.wait_for()
    assert len(_pills(page)) == 2
    assert page.locator(".lv").count() == 1
    page.locator(".js-plotly-plot").wait_for()

    # Each in a drawing of its own, and back.
    page.get_by_text("Side by side", exact=True).click()
    page.locator(".lv").nth(1).wait_for()
    assert "drawn=beside" in page.url
    page.get_by_text("Overlaid", exact=True).click()
    page.wait_for_function("() => !location.search.includes('drawn=')")

    # The next one by its key, also where a word was clicked before.
    _words(page, "source").first.click()
    page.keyboard.press("j")
    page.get_by_text("2nd most disputed of 64").wait_for()
    pair = re.search(r"pair=([^&]+)", page.url)[1]

    # A link drawn by hand is saved at once, and is there after a reload.
    page.get_by_text("Correct by hand").click()
    page.get_by_text("Click a word, then its counterpart").wait_for()
    source, target = _words(page, "source"), _words(page, "target")
    first, last = source.first.inner_text().strip(), target.last.inner_text().strip()
    source.first.click()
    target.last.click()
    page.get_by_text("saved", exact=True).wait_for()
    page.get_by_text("These links are yours.").wait_for()
    with catalogue.open_project(PROJECT) as project:
        [(position, drawn)] = project.links_by_hand().items()
        assert project.id_of(position) == pair
        assert (0, target.count() - 1) in drawn.sure
    page.reload()
    page.get_by_text("These links are yours.").wait_for()
    said = _words(page, "source").first.get_attribute("aria-label")
    assert first in said
    assert last in said, "a screen reader is told of the link"
    page.get_by_text("Gold links for 1 pair, all of them yours.").wait_for()

    # Taken home.
    with page.expect_download() as downloading:
        page.get_by_role("button", name="Gold links alone, Pharaoh").click()
    downloading.value.save_as(tmp_path / "gold.txt")
    lines = (tmp_path / "gold.txt").read_text(encoding="utf-8").splitlines()
    assert len(lines) == 64
    assert [number for number, line in enumerate(lines) if line] == [position]
    assert f"0-{target.count() - 1}" in lines[position].split()

    # They judge the aligners.
    page.get_by_text("The whole corpus", exact=True).click()
    page.get_by_role("columnheader", name="link AER").wait_for()

    # Another one is added, with a setting of its own, and is picked once it is there.
    page.get_by_role("button", name="Add an aligner").click()
    threshold = page.get_by_label("Threshold", exact=True)
    threshold.fill("0.6")
    threshold.press("Enter")
    page.get_by_role("button", name="Run it on 64 pairs").click()
    page.get_by_text("statistical, threshold 0.6").first.wait_for(timeout=90_000)
    page.get_by_role("row", name=re.compile("threshold 0.6")).first.wait_for(timeout=60_000)
    with catalogue.open_project(PROJECT) as project:
        ids = [layer.id for layer in comparing.link_layers(project)]
        assert len(ids) == 3
        assert comparing.find(project, ids) is not None

    # A pair that they dispute opens in Inspect.
    disputed = page.get_by_role("link", name="in Inspect").first
    name = disputed.inner_text().split()[-3].strip("\u2068\u2069")
    disputed.click()
    page.wait_for_function("(name) => location.search.includes('pair=' + name)", arg=name)
    page.get_by_text("Why this span?", exact=False).first.wait_for()


def test_links_that_are_right_are_kept_as_gold_and_given_up_again(app, page):
    page.goto(f"{app}/aligners?project={PROJECT}&pair=demo-sw-003&hand=1")
    page.get_by_role("button", name="These are right: keep them as gold").click()
    page.get_by_text("These links are yours.").wait_for()
    assert "pair=demo-sw-003" in page.url
    _words(page, "source").first.focus()
    page.keyboard.press("z")
    page.get_by_role("button", name="These are right: keep them as gold").wait_for()
    page.get_by_text("Correct by hand").click()
    page.wait_for_function("() => !location.search.includes('hand=')")
    page.get_by_text("The whole corpus", exact=True).click()
    page.get_by_role("button", name="Compare here").first.click()
    page.get_by_text("The entities of the lower sentence").wait_for()
    assert page.get_by_role("radio", name="One pair").is_checked(), "the control says what is shown"


def test_gold_from_a_file_and_a_file_that_does_not_fit(app, home, page, tmp_path, monkeypatch):
    monkeypatch.setenv("PROJNER_HOME", str(home))
    (tmp_path / "short.txt").write_text("0-0\n1-1\n", encoding="utf-8")
    (tmp_path / "people.txt").write_text("0-0\n" * 64, encoding="utf-8")
    page.goto(f"{app}/aligners?project={PROJECT}")
    page.get_by_role("button", name="Gold and files").click()
    upload = page.locator('input[type="file"]').first
    upload.set_input_files(tmp_path / "short.txt")
    error = page.locator("[data-testid=stAlert]", has_text="short.txt")
    error.wait_for()
    assert "64" in error.inner_text(), "how many pairs there are"
    assert "/tmp" not in error.inner_text()
    page.locator('input[type="file"]').first.set_input_files(tmp_path / "people.txt")
    page.get_by_text(re.compile("Gold links from the file .people")).first.wait_for()


def _pills(page):
    return page.locator(".st-key-pills button").all_inner_texts()


def _words(page, side):
    return page.locator(f'.lv-tok[data-side="{side}"]')
