"""The main job in a real browser: from the user's own files to her own files with corrected tags."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest

from projner_core.pipeline.importing import import_pair
from projner_core.store import LayerKind, catalogue
from tests.browser import CHROMIUM, needs_chromium

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240), needs_chromium]

ROOT = Path(__file__).parents[2]
TRAP = "<img src=x onerror=window.trapped=1>"

SOURCE = f"""\
Asha\tB-PER
Mwangi\tI-PER
lives\tO
in\tO
Arusha\tB-LOC
.\tO

Kofi\tB-PER
Annan\tI-PER
visited\tO
Nairobi\tB-LOC
.\tO

{TRAP}\tB-MISC
reached\tO
Arusha\tB-LOC
.\tO

Juma\tB-PER
Ali\tI-PER
left\tO
Nairobi\tB-LOC
.\tO
"""

# Three columns, Windows line endings, comments, a document mark, no final newline: all of it must come back.
TARGET = f"""\
-DOCSTART-\t-X-\tO

# sent_id = habari-1
Asha\tPROPN\tO
Mwangi\tPROPN\tO
anaishi\tVERB\tO
Arusha\tPROPN\tO
.\tPUNCT\tO

# sent_id = habari-2
# a comment of hers
Kofi\tPROPN\tO
Annan\tPROPN\tO
alitembelea\tVERB\tO
Nairobi\tPROPN\tO
.\tPUNCT\tO

# sent_id = habari-3
{TRAP}\tX\tO
ilifika\tVERB\tO
Arusha\tPROPN\tO
.\tPUNCT\tO

# sent_id = habari-4
Juma\tPROPN\tO
Ali\tPROPN\tO
aliondoka\tVERB\tO
Nairobi\tPROPN\tO
.\tPUNCT\tO""".replace("\n", "\r\n")

PAIRS = 12_000  # of long sentences: a run that one has time to cancel

PROJECTED = (
    TARGET.replace("Asha\tPROPN\tO", "Asha\tPROPN\tB-PER")
    .replace("Mwangi\tPROPN\tO", "Mwangi\tPROPN\tI-PER")
    .replace("Arusha\tPROPN\tO", "Arusha\tPROPN\tB-LOC")
    .replace("Kofi\tPROPN\tO", "Kofi\tPROPN\tB-PER")
    .replace("Annan\tPROPN\tO", "Annan\tPROPN\tI-PER")
    .replace("Nairobi\tPROPN\tO", "Nairobi\tPROPN\tB-LOC")
    .replace(f"{TRAP}\tX\tO", f"{TRAP}\tX\tB-MISC")
    .replace("Juma\tPROPN\tO", "Juma\tPROPN\tB-PER")
    .replace("Ali\tPROPN\tO", "Ali\tPROPN\tI-PER")
)


@pytest.fixture(scope="module")
def browser(playwright):
    running = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
    yield running
    running.close()


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    """Where this app keeps its projects; stands in for the home that each other test has of its own."""
    return tmp_path_factory.mktemp("app") / "home"


@pytest.fixture(scope="module")
def app(home):
    """The address of the app, on a free port, with a home of its own."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    log = (home.parent / "app.log").open("w")
    command = ["-m", "streamlit", "run", "app.py", "--server.headless=true", f"--server.port={port}"]
    server = subprocess.Popen(
        [sys.executable, *command],
        cwd=ROOT,
        env=os.environ | {"PROJNER_HOME": str(home)},
        stdout=log,
        stderr=log,
    )
    try:
        _wait_for(f"http://localhost:{port}/_stcore/health")
        yield f"http://localhost:{port}"
    finally:
        server.terminate()
        server.wait(timeout=20)
        log.close()


@pytest.fixture
def page(browser):
    context = browser.new_context(viewport={"width": 1280, "height": 900}, accept_downloads=True)
    context.set_default_timeout(30_000)
    opened = context.new_page()
    opened.on("dialog", lambda dialog: pytest.fail(f"a script ran: {dialog.message}"))
    yield opened
    context.close()


def _files(folder: Path, name: str) -> tuple[Path, Path]:
    """Her two files; the project takes its name from the second."""
    (folder / "english.conll").write_bytes(SOURCE.encode())
    (folder / f"{name}.conll").write_bytes(TARGET.encode())
    return folder / "english.conll", folder / f"{name}.conll"


def test_a_server_just_started_shows_the_page_that_was_asked_for(app, page):
    page.goto(f"{app}/project?new=1")  # first of all tests here: Streamlit knows of no page yet
    page.wait_for_function("document.title === 'Project · ProjNER'")
    _expect(page.get_by_text("The language that needs labels"))
    assert "new=1" in page.url
    assert page.get_by_test_id("stSidebarNav").count() == 0


def test_from_her_files_to_her_corrected_file(app, page, tmp_path):
    page.goto(app)
    _expect(page.get_by_text("demo-swahili").first)  # a fresh machine opens on the demo, projected
    _expect(_token(page, "target", 0))

    _import(page, *_files(tmp_path, "habari"))
    page.get_by_role("button", name="Run", exact=True).click()
    page.get_by_role("link", name="Inspect the result").click()

    _open_pair(page, app, "habari", "habari-1")
    assert _tagged(page) == [(0, 1, "PER"), (3, 3, "LOC")]

    # By mouse: the left edge of Arusha is drawn over "anaishi".
    edge = page.locator('.lv-edge[data-side="target"][data-edge="start"][data-start="3"]')
    _drag(page, edge, _token(page, "target", 2))
    _shows(page, [(0, 1, "PER"), (2, 3, "LOC")])

    # By keyboard: another label, then one that is taken back.
    _token(page, "target", 0).click()
    page.keyboard.press("l")
    _shows(page, [(0, 1, "LOC"), (2, 3, "LOC")])
    page.keyboard.press("Delete")
    _shows(page, [(2, 3, "LOC")])
    page.keyboard.press("z")
    _shows(page, [(0, 1, "LOC"), (2, 3, "LOC")])

    page.reload()
    _expect(_token(page, "target", 0))
    assert "pair=habari-1" in page.url
    assert _tagged(page) == [(0, 1, "LOC"), (2, 3, "LOC")]

    # Right, next: the verdict is counted, another pair is open.
    _token(page, "target", 0).click()
    page.keyboard.press("Enter")
    _expect(page.get_by_text("1 of 4 reviewed"))
    page.wait_for_function("!location.search.includes('pair=habari-1')")

    # What a file holds is text, whatever it looks like.
    _open_pair(page, app, "habari", "habari-3")
    assert _token(page, "target", 0).inner_text().strip() == TRAP
    assert page.evaluate("window.trapped") is None

    page.get_by_role("link", name="Export").click()
    _expect(page.get_by_text("[LOC Asha Mwangi]").first)
    with page.expect_download() as downloading:
        page.get_by_role("button", name="Download CoNLL").click()
    downloading.value.save_as(tmp_path / "exported.conll")
    corrected = (
        PROJECTED.replace("Asha\tPROPN\tB-PER", "Asha\tPROPN\tB-LOC")
        .replace("Mwangi\tPROPN\tI-PER", "Mwangi\tPROPN\tI-LOC")
        .replace("anaishi\tVERB\tO", "anaishi\tVERB\tB-LOC", 1)
        .replace("Arusha\tPROPN\tB-LOC", "Arusha\tPROPN\tI-LOC", 1)
    )
    assert (tmp_path / "exported.conll").read_bytes() == corrected.encode()
    assert page.evaluate("window.trapped") is None


def test_a_file_that_is_not_right_says_what_to_do(app, page, home, tmp_path):
    short = tmp_path / "short.conll"
    short.write_bytes(SOURCE.split("\n\n")[0].encode() + b"\n")
    page.goto(f"{app}/project?new=1")
    _import(page, short, _files(tmp_path, "too long")[1], arrive=False)
    said = page.get_by_text("Nothing was imported.")
    _expect(said)
    assert "short.conll" in said.inner_text() or "too long.conll" in said.inner_text()
    assert "/tmp" not in said.inner_text()
    assert not (home / "projects" / "too long.sqlite").exists()


def test_a_run_is_watched_cancelled_and_gone_on_with(app, home, page, tmp_path, monkeypatch):
    monkeypatch.setenv("PROJNER_HOME", str(home))
    for side, text in (("en", SOURCE), ("sw", TARGET.replace("\r\n", "\n").partition("\n\n")[2] + "\n\n")):
        tokens = "".join(line + "\n" for line in text.splitlines() if line and not line.startswith("# "))
        (tmp_path / f"{side}.conll").write_text((tokens * 2 + "\n") * PAIRS, encoding="utf-8")
    source, target = tmp_path / "en.conll", tmp_path / "sw.conll"
    import_pair("large", source=source, target=target, source_lang="en", target_lang="sw")

    page.goto(f"{app}/project?project=large")
    page.get_by_role("button", name="Run", exact=True).click()
    progress = page.get_by_text(re.compile(r"^[1-9][\d,]* of 12,000 pairs"))
    _expect(progress)  # a first block is done
    page.get_by_role("button", name="Cancel").click()
    _expect(page.get_by_text("was cancelled"))
    with catalogue.open_project("large") as project:
        (links,) = project.layers(kind=LayerKind.LINKS, incomplete=True)
        assert 0 < links.done < PAIRS
        kept = project.annotations(links.id, 0, links.done)

    page.get_by_role("button", name="Run", exact=True).click()
    page.get_by_role("link", name="Inspect the result").wait_for(timeout=120_000)
    with catalogue.open_project("large") as project:
        (again,) = project.layers(kind=LayerKind.LINKS)
        assert again.id == links.id  # gone on with, not begun anew
        assert project.annotations(again.id, 0, links.done) == kept
        assert project.layer(project.current_projection).done == PAIRS


def test_two_readers_one_pair(app, page, browser, tmp_path):
    page.goto(app)
    _import(page, *_files(tmp_path, "two readers"))
    page.get_by_role("button", name="Run", exact=True).click()
    page.get_by_role("link", name="Inspect the result").click()
    _open_pair(page, app, "two readers", "habari-2")
    other = browser.new_context().new_page()
    _open_pair(other, app, "two readers", "habari-2")

    _token(page, "target", 3).click()
    page.keyboard.press("Delete")
    _shows(page, [(0, 1, "PER")])

    _token(other, "target", 0).click()
    other.keyboard.press("Delete")
    _expect(other.get_by_text("Someone else changed this pair").first)
    assert _tagged(other) == [(0, 1, "PER")], "the second sees how it stands, and hers was not written over"
    other.context.close()


def test_entities_marked_by_hand_are_projected(app, page, tmp_path):
    english, swahili = tmp_path / "english.txt", tmp_path / "by hand.txt"
    english.write_text("Asha Mwangi lives in Arusha.\nJuma Ali left Nairobi.\n", encoding="utf-8")
    swahili.write_text("Asha Mwangi anaishi Arusha.\nJuma Ali aliondoka Nairobi.\n", encoding="utf-8")
    page.goto(f"{app}/project?new=1")
    _import(page, english, swahili, found="2 sentences · a sentence on each line")
    page.get_by_role("link", name="No source entities yet: mark them by hand").click()
    _expect(page.get_by_role("button", name="Project what I marked"))

    _drag(page, _token(page, "source", 0), _token(page, "source", 1))
    page.keyboard.press("p")
    page.get_by_role("button", name="Link the words and project").click()
    _shows(page, [(0, 1, "PER")])


def _import(
    page, source: Path, target: Path, *, found: str = "columns by tabs · tags in IOB2", arrive: bool = True
) -> None:
    if "new=1" not in page.url:
        page.get_by_role("link", name="Project").click()
        page.get_by_role("button", name="Import your files").click()
    chosen = page.locator('input[type="file"]')
    _expect(page.get_by_label("The language that needs labels"))
    chosen.nth(0).set_input_files(source)
    _expect(page.get_by_text(found).first)
    chosen.nth(1).set_input_files(target)
    _expect(page.get_by_text(found).nth(1))
    language = page.get_by_label("The language that needs labels")
    language.click()
    language.fill("kiswah")
    page.get_by_role("option", name="Swahili · Kiswahili (sw, ").click()
    button = page.get_by_role("button", name="Import", exact=True)
    page.wait_for_function("e => !e.disabled", arg=button.element_handle())
    button.click()
    if arrive:
        _expect(page.get_by_role("button", name="Run", exact=True))


def _open_pair(page, app: str, project: str, pair: str) -> None:
    page.goto(f"{app}/?project={project}&pair={pair}")
    _expect(_token(page, "target", 0))


def _token(page, side: str, index: int):
    return page.locator(f'.lv-tok[data-side="{side}"][data-index="{index}"]')


def _tagged(page) -> list[tuple[int, int, str]]:
    """The target's entities as (first token, last token, label), from what a screen reader is told."""
    tokens = page.locator('.lv-tok[data-side="target"]')
    said = tokens.evaluate_all("nodes => nodes.map((node) => node.getAttribute('aria-label'))")
    found = []
    for index, words in enumerate(said):
        if first := re.search(r", (\S+) entity, word 1 of (\d+)", words):
            found.append((index, index + int(first[2]) - 1, first[1]))
    return found


def _drag(page, handle, goal) -> None:
    start, end = handle.bounding_box(), goal.bounding_box()
    page.mouse.move(start["x"] + start["width"] / 2, start["y"] + start["height"] / 2)
    page.mouse.down()
    page.mouse.move(end["x"] + end["width"] / 2, end["y"] + end["height"] / 2, steps=8)
    page.mouse.up()


def _shows(page, entities: list[tuple[int, int, str]]) -> None:
    """Wait until the view shows these entities and says that the database has them."""
    until = time.monotonic() + 15
    while (found := _tagged(page)) != entities and time.monotonic() < until:
        page.wait_for_timeout(50)
    assert found == entities
    page.get_by_text("saved", exact=True).wait_for()


def _expect(locator) -> None:
    locator.wait_for(state="visible")


def _wait_for(address: str, seconds: float = 60) -> None:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        try:
            with urllib.request.urlopen(address, timeout=2):
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.2)
    pytest.fail(f"{address} never answered")
