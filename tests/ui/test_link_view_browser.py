"""The link view in a real browser: what a reviewer sees, and what her mouse and keys do."""

from __future__ import annotations

import json
import socket
import struct
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path
from xml.etree import ElementTree

import pytest

from tests.browser import CHROMIUM, needs_chromium

HARNESS = Path(__file__).parent / "harness" / "link_view_app.py"


@pytest.fixture(scope="module")
def server():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    address = f"http://127.0.0.1:{port}"
    command = [
        sys.executable, "-m", "streamlit", "run", str(HARNESS), "--server.port", str(port),
        "--server.address", "127.0.0.1", "--server.headless", "true", "--server.fileWatcherType", "none",
        "--browser.gatherUsageStats", "false",
    ]  # fmt: skip
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            for _ in range(200):
                try:
                    urllib.request.urlopen(f"{address}/_stcore/health", timeout=1)
                    break
                except (urllib.error.URLError, OSError):
                    time.sleep(0.1)
            yield address
        finally:
            process.terminate()


@pytest.fixture(scope="module")
def chromium(playwright):
    browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
    yield browser
    browser.close()


class Shown:
    """The link view on a page, and what Python has of it."""

    def __init__(self, page):
        self.page = page

    def token(self, side: str, index: int):
        return self.page.locator(f'.lv-tok[data-side="{side}"][data-index="{index}"]')

    def press(self, *names: str) -> Shown:
        for name in names:
            self.page.keyboard.press(name)
        return self

    def saved(self) -> Shown:
        self.page.wait_for_selector('.lv-status [data-saved="true"]')
        return self

    def _json(self, place: int):
        self.saved()
        self.page.wait_for_selector('[data-testid=stApp][data-test-script-state="notRunning"]')
        return json.loads(self.page.locator("[data-testid=stCode] code").nth(place).inner_text())

    @property
    def actions(self) -> list[dict]:
        return self._json(0)

    @property
    def target(self) -> list[list]:
        return self._json(1)["target"]

    @property
    def state(self) -> dict:
        return self._json(1)

    def ribbons(self, side: str) -> list[str]:
        return self.page.locator(f'.lv-tag[data-side="{side}"]').all_inner_texts()

    def at(self) -> tuple[str, int]:
        node = self.page.locator(".lv-tok.at")
        return node.get_attribute("data-side"), int(node.get_attribute("data-index"))

    def drag(self, start, end) -> None:
        a, b = start.bounding_box(), end.bounding_box()
        self.page.mouse.move(a["x"] + a["width"] / 2, a["y"] + a["height"] / 2)
        self.page.mouse.down()
        self.page.mouse.move(b["x"] + b["width"] / 2, b["y"] + b["height"] / 2, steps=6)
        self.page.mouse.up()


@pytest.fixture
def show(server, chromium):
    pages = []

    def open_page(case: str, width: int = 1280, **query: str) -> Shown:
        page = chromium.new_page(
            viewport={"width": width, "height": 900}, color_scheme=query.pop("scheme", "light")
        )
        pages.append(page)
        page.failures = []
        page.on("pageerror", lambda error: page.failures.append(str(error)))
        page.goto(f"{server}/?" + "&".join(f"{k}={v}" for k, v in {"case": case, **query}.items()))
        # a quiet view takes no focus
        page.wait_for_selector('.lv-tok[tabindex="0"]' if "quiet" in query else ".lv-tok.at", timeout=30_000)
        return Shown(page)

    yield open_page
    failures = [failure for page in pages for failure in page.failures]
    for page in pages:
        page.close()
    assert failures == []


browser = [pytest.mark.browser, needs_chromium]


class TestInABrowser:
    pytestmark = browser

    def test_the_doubtful_entity_is_in_focus_and_explained(self, show):
        shown = show("swahili")
        assert shown.at() == ("target", 3)
        why = shown.page.locator(".lv-why").inner_text()
        assert "East African Court of Justice" in why
        assert "Mashariki is linked, but weakly" in why
        hot = shown.page.locator(".lv-tok.hot").all_inner_texts()
        assert hot[:5] == ["East", "African", "Court", "of", "Justice"]
        assert "told" not in hot
        weak = shown.page.locator('.lv-link[data-link="4-8"]')
        assert weak.evaluate("node => getComputedStyle(node).strokeDasharray") != "none"

    def test_focus_that_comes_from_elsewhere_is_followed(self, show):
        """A screen reader or the Tab key moves the browser's focus, not the view's own."""
        shown = show("swahili")
        shown.token("target", 10).evaluate("node => node.focus()")
        assert shown.at() == ("target", 10)
        assert "Arusha" in shown.page.locator(".lv-tok.hot").all_inner_texts()

    def test_a_label_key_relabels_delete_removes_undo_and_redo_bring_back(self, show):
        shown = show("swahili")
        shown.press("m")
        assert shown.ribbons("target") == ["PER", "MISC", "LOC", "LOC"]  # at once
        assert shown.target[1] == [3, 8, "MISC"]
        shown.press("Delete")
        assert len(shown.target) == 3
        shown.press("z", "z")
        assert shown.target[1] == [3, 8, "ORG"]
        shown.press("Shift+Z")
        assert shown.target[1] == [3, 8, "MISC"]

    def test_shift_arrows_grow_a_span_and_alt_arrows_shrink_it(self, show):
        shown = show("swahili")
        shown.press("Shift+ArrowRight")
        assert shown.target[1] == [3, 9, "ORG"]
        shown.press("Alt+ArrowLeft", "Alt+ArrowRight")
        assert shown.target[1] == [4, 8, "ORG"]

    def test_shift_arrows_select_and_a_label_key_makes_a_span(self, show):
        shown = show("swahili")
        shown.press("End", "ArrowLeft", "ArrowLeft", "Shift+ArrowLeft", "d")
        assert shown.target[-1] == [14, 16, "DATE"]

    def test_right_to_left_arrows_and_edges_follow_the_eye(self, show):
        shown = show("arabic")
        assert shown.at() == ("target", 9)
        shown.press("ArrowLeft")
        assert shown.at() == ("target", 10)
        shown.press("Shift+ArrowLeft")
        assert shown.target[-1] == [9, 12, "DATE"]
        boxes = [shown.token("target", i).bounding_box()["x"] for i in (9, 10, 11)]
        assert boxes == sorted(boxes, reverse=True)

    def test_up_and_down_jump_along_the_link(self, show):
        shown = show("german")
        assert shown.at() == ("source", 8)  # Monday, which was not projected
        shown.press("ArrowDown")
        assert shown.at() == ("target", 1)
        shown.press("d")
        assert shown.target[0] == [1, 2, "DATE"]
        assert "DATE" in shown.ribbons("source")  # no longer "not projected"

    def test_dragging_over_words_and_choosing_a_label(self, show):
        shown = show("swahili")
        shown.drag(shown.token("target", 15), shown.token("target", 16))
        shown.page.locator('.lv-choice[data-label="MISC"]').click()
        assert shown.target[-1] == [15, 17, "MISC"]
        assert shown.page.locator(".lv-pop").is_hidden()

    def test_dragging_an_edge_moves_it(self, show):
        shown = show("swahili")
        edge = shown.page.locator('.lv-edge[data-side="target"][data-start="3"][data-edge="end"]')
        shown.drag(edge, shown.token("target", 8))
        assert shown.target[1] == [3, 9, "ORG"]
        assert shown.actions[-1]["was"] is None

    def test_source_entities_are_edited_as_well(self, show):
        shown = show("swahili")
        shown.token("source", 2).click()
        shown.press("m")
        assert shown.actions[-1]["kind"] == "source_spans"
        assert [2, 3, "MISC"] in shown.actions[-1]["now"]

    def test_a_candidate_is_taken_by_a_click(self, show):
        shown = show("swahili")
        shown.page.locator('.lv-cand[data-candidate="1"]').click()
        assert shown.target[1] == [3, 9, "ORG"]
        assert shown.page.locator('.lv-cand[data-candidate="1"]').get_attribute("aria-pressed") == "true"
        shown.press("z")  # the keys go on
        assert shown.target[1] == [3, 8, "ORG"]

    def test_a_layer_is_copied_by_its_number(self, show):
        shown = show("swahili")
        shown.press("2")
        assert shown.target == [[0, 2, "PER"], [3, 9, "ORG"], [10, 11, "LOC"], [13, 14, "PER"]]

    def test_enter_says_right_and_goes_on_and_the_keys_stay(self, show):
        shown = show("swahili")
        shown.press("Enter")
        shown.page.wait_for_selector('.lv-tok >> text="Montag"')
        assert {"kind": "verdict", "now": "right", "then": "next"}.items() <= shown.actions[-1].items()
        shown.press("k")
        shown.page.wait_for_selector('.lv-tok >> text="Mahakama"')
        assert shown.actions[-1]["kind"] == "move"

    def test_no_entity_clears_and_goes_on(self, show):
        shown = show("german")
        shown.press("0")
        shown.page.wait_for_selector('.lv-tok >> text="حداد"')
        assert shown.actions[-1]["now"] == "no-entity"

    def test_fast_typing_loses_nothing(self, show):
        shown = show("swahili", slow="0.3")
        shown.press("p", "ArrowLeft", "m", "ArrowLeft", "l", "Home", "o")
        assert shown.page.locator(".lv-saving").count() == 1
        assert shown.ribbons("target")[:3] == ["ORG", "MISC", "PER"]
        expected = [[0, 2, "ORG"], [2, 3, "MISC"], [3, 8, "PER"], [10, 11, "LOC"], [12, 14, "LOC"]]
        assert shown.target == expected
        assert [action["seq"] for action in shown.actions] == [1, 2, 3, 4]
        was, now = [a["was"] for a in shown.actions[1:]], [a["now"] for a in shown.actions[:-1]]
        assert was == now

    def test_a_refused_edit_is_said_and_taken_back(self, show):
        shown = show("swahili", refuse="MISC")
        shown.press("m")
        shown.page.locator(".lv-error", has_text="Someone else changed this pair").wait_for()
        assert shown.ribbons("target") == ["PER", "ORG", "LOC", "LOC"]
        shown.press("p")
        assert shown.target[1] == [3, 8, "PER"]
        assert shown.page.locator(".lv-error").is_hidden()

    def test_notes_are_typed_without_keys_firing(self, show):
        shown = show("swahili")
        shown.press("n")
        shown.page.keyboard.type("zp mjk 1 ?")
        shown.press("Enter")
        assert shown.state["note"] == "zp mjk 1 ?"
        assert [action["kind"] for action in shown.actions] == ["note"]
        assert shown.at() == ("target", 3)

    def test_keys_elsewhere_on_the_page_are_not_taken(self, show):
        shown = show("swahili")
        shown.page.get_by_label("elsewhere").fill("")
        shown.page.get_by_label("elsewhere").type("zpmlo")
        assert shown.actions == []

    def test_streamlit_does_not_hear_the_keys(self, show):
        shown = show("swahili")
        shown.page.evaluate("document.addEventListener('keydown', (e) => (window.heard = e.key))")
        shown.press("c", "r", "p")
        assert shown.page.evaluate("window.heard") is None
        shown.press("Control+b")
        assert shown.page.evaluate("window.heard") == "b"

    def test_of_a_quiet_view_streamlit_hears_the_keys_that_it_has_no_use_for(self, show):
        shown = show("swahili", quiet="1")
        hear = """(name) => {
          window[name] = "";
          document.addEventListener(name, (event) => (window[name] += event.key));
        }"""
        for event in ("keydown", "keyup"):
            shown.page.evaluate(hear, event)
        shown.token("target", 0).click()
        shown.press("j", "ArrowRight", "k")
        assert shown.page.evaluate("[window.keydown, window.keyup]") == ["jk", "jk"]

    def test_markup_in_tokens_stays_text(self, show):
        shown = show("odd")
        text = "<img src=x onerror=window.hacked=1>"
        assert shown.token("target", 0).inner_text() == text
        assert "<b>why</b>" in shown.page.locator(".lv-why").inner_text()
        doubts = shown.page.locator(".lv-doubts li").all_inner_texts()
        assert doubts == ["<u>a tagger</u> finds no entity here", "<b>pair</b> of odd lengths"]
        shown.press("p", "Shift+ArrowRight", "?")
        shown.token("target", 5).click()
        shown.saved()
        assert shown.page.evaluate("window.hacked") is None
        inside = "document.querySelector('[data-testid=stBidiComponentIsolated]').shadowRoot"
        assert shown.page.evaluate(f"{inside}.querySelectorAll('img, script, b, u').length") == 0

    def test_invisible_tokens_have_a_box_of_their_own(self, show):
        shown = show("odd")
        assert shown.token("target", 1).inner_text() == "U+200B"
        assert shown.token("target", 1).bounding_box()["width"] > 30
        assert "contains U+202E" in shown.token("target", 9).get_attribute("title")

    def test_roles_and_names(self, show):
        shown = show("swahili")
        row = shown.page.get_by_role("listbox", name="Kiswahili, target sentence")
        assert row.get_by_role("option").count() == 18
        name = shown.token("target", 3).get_attribute("aria-label")
        assert name == "Mahakama, ORG entity, word 1 of 5, linked to Court"
        assert shown.page.locator('.lv-tok[tabindex="0"]').count() == 1

    def test_one_can_walk_in_and_out_by_tab_alone(self, show):
        shown = show("swahili")
        shown.page.get_by_label("elsewhere").focus()
        for _ in range(40):
            shown.press("Shift+Tab")
            if shown.page.locator(".lv-tok:focus").count():
                break
        assert shown.page.locator(".lv-tok:focus").count() == 1
        shown.press("o")
        assert shown.saved().page.locator(".lv-tok.at").count() == 1

    @pytest.mark.parametrize("width", [1280, 700])
    @pytest.mark.parametrize("case", ["swahili", "arabic", "chinese", "long", "odd"])
    def test_nothing_overlaps_or_runs_out_of_sight(self, show, case, width):
        shown = show(case, width)
        found = shown.page.evaluate(
            """() => {
              const root = document.querySelector('[data-testid=stBidiComponentIsolated]').shadowRoot;
              const boxes = [...root.querySelectorAll('.lv-tok')].map((n) => n.getBoundingClientRect());
              const card = root.querySelector('.lv-card').getBoundingClientRect();
              const beside = (a, b) => a.right <= b.left + .6 || b.right <= a.left + .6;
              const over = (a, b) => a.bottom <= b.top || b.bottom <= a.top;
              const within = (a) => a.left >= card.left && a.right <= card.right && a.bottom <= card.bottom;
              let clashes = 0;
              boxes.forEach((a, i) => boxes.slice(i + 1).forEach((b) => {
                if (!beside(a, b) && !over(a, b)) clashes += 1;
              }));
              const outside = boxes.filter((a) => !within(a)).length;
              const wide = document.documentElement.scrollWidth - innerWidth;
              return { clashes, outside, tokens: boxes.length, wide };
            }"""
        )
        assert found["tokens"] > 15
        assert (found["clashes"], found["outside"]) == (0, 0)
        assert found["wide"] <= 0

    @pytest.mark.parametrize("scheme", ["light", "dark"])
    def test_it_follows_the_theme(self, show, scheme):
        assert show("german", scheme=scheme).page.locator(f'.lv[data-theme="{scheme}"]').count() == 1


class TestLinksByHand:
    pytestmark = browser

    @staticmethod
    def links(shown) -> list[str]:
        drawn = shown.page.locator(".lv-links .lv-link.edited")
        looks = drawn.evaluate_all(
            "list => list.map((n) => [n.dataset.link, n.classList.contains('possible') ? '?' : ''])"
        )
        return sorted("".join(look) for look in looks)

    def test_a_click_on_a_word_and_on_its_counterpart_links_them(self, show):
        shown = show("german", linking="1")
        before = self.links(shown)
        assert "0-3" in before
        assert "8-1" not in before, "under the threshold: there to compare with"
        shown.token("source", 8).click()
        assert "Monday is marked" in shown.page.locator(".lv-hint").inner_text()
        assert shown.page.locator(".lv-tok.marked").inner_text() == "Monday"
        shown.token("target", 1).hover()
        assert shown.page.locator(".lv-preview").count() == 1
        shown.token("target", 1).click()
        assert self.links(shown) == sorted([*before, "8-1"])
        assert shown.page.locator(".lv-tok.marked, .lv-preview").count() == 0
        [action] = shown.actions
        assert (action["kind"], action["was"]) == ("links", None)
        assert [8, 1, "sure"] in action["now"]
        assert shown.state["links"] == action["now"]

    def test_with_shift_the_link_is_possible_and_the_same_again_takes_it_away(self, show):
        shown = show("german", linking="1")
        for expected in (["8-1?"], []):
            shown.token("target", 1).click()
            shown.token("source", 8).click(modifiers=["Shift"])
            assert [link for link in self.links(shown) if link.startswith("8-")] == expected
        first, second = shown.actions
        assert second["was"] == first["now"]

    def test_a_click_on_a_line_removes_it_and_z_brings_it_back(self, show):
        shown = show("german", linking="1")
        before = self.links(shown)
        middle = shown.page.locator('.lv-hit[data-link="2-2"]').evaluate(
            """node => {
              const { x, y } = node.getPointAtLength(node.getTotalLength() * 0.8);
              const box = node.ownerSVGElement.getBoundingClientRect();
              return [x + box.x + 3, y + box.y];
            }"""
        )
        shown.page.mouse.move(*middle)
        assert shown.page.locator(".lv-link.aim").get_attribute("data-link") == "2-2"
        shown.page.mouse.click(*middle)
        assert self.links(shown) == [link for link in before if link != "2-2"]
        shown.saved().press("z")
        assert self.links(shown) == before
        assert [action["kind"] for action in shown.actions] == ["links", "undo"]
        shown.press("Shift+Z")
        assert "2-2" not in self.links(shown)

    def test_by_keys_alone(self, show):
        shown = show("german", linking="1")
        assert shown.at() == ("source", 8)
        shown.press("Enter", "ArrowDown")
        assert shown.at()[0] == "target"
        shown.press("Home", "ArrowRight", "?")
        assert "8-1?" in self.links(shown)
        shown.press("Enter", "ArrowUp", "Escape", "ArrowUp", "Enter")
        assert shown.page.locator(".lv-tok.marked").get_attribute("data-side") == "source"
        assert len(shown.actions) == 1, "Esc let go of the first word"
        name = shown.token("source", 8).get_attribute("aria-label")
        assert name.endswith("linked to possibly Montag")

    def test_spans_are_shown_and_not_edited(self, show):
        shown = show("swahili", linking="1")
        assert shown.ribbons("target") == ["PER", "ORG", "LOC", "LOC"]
        shown.press("m", "Delete", "0", "Shift+ArrowRight", "n", "1")
        shown.drag(shown.token("target", 15), shown.token("target", 16))
        assert shown.page.locator(".lv-pop, .lv-edge").filter(visible=True).count() == 0
        assert shown.actions == []

    def test_what_is_refused_goes_back(self, show):
        shown = show("german", linking="1", refuse="links")
        before = self.links(shown)
        shown.token("source", 8).click()
        shown.token("target", 1).click()
        shown.page.locator(".lv-error", has_text="Someone else changed this pair").wait_for()
        assert self.links(shown) == before

    def test_fast_clicks_lose_nothing(self, show):
        shown = show("german", linking="1", slow="0.3")
        for source, target in ((8, 1), (9, 2), (10, 8), (8, 1)):
            shown.token("source", source).click()
            shown.token("target", target).click()
        assert [link for link in self.links(shown) if link in ("8-1", "9-2", "10-8")] == ["10-8", "9-2"]
        actions = shown.actions
        assert [action["seq"] for action in actions] == [1, 2, 3, 4]
        assert [a["was"] for a in actions[1:]] == [a["now"] for a in actions[:-1]]


class TestSeveralAligners:
    pytestmark = browser

    def test_disputed_links_have_hue_dash_and_glyph_and_shared_ones_none(self, show):
        shown = show("swahili", overlay="4")
        look = """node => {
          const [strand, glyph] = [node.querySelector('.lv-strand'), node.querySelector('.lv-glyph')];
          const style = getComputedStyle(strand || node);
          return [style.stroke, style.strokeDasharray, glyph && glyph.getAttribute('d')];
        }"""
        legend = shown.page.locator(".lv-mark.aligner")
        looks = [legend.nth(k).evaluate(look) for k in range(4)]
        for aspect in range(3):
            assert len({each[aspect] for each in looks}) == 4
        shared = shown.page.locator(".lv-links .lv-link.shared").first.evaluate(look)
        assert shared[1:] == ["none", None]
        assert shared[0] not in [each[0] for each in looks]
        count = "(n, name) => n.querySelectorAll(name).length"
        drawn = shown.page.locator(".lv-strands").evaluate_all(
            f"list => list.map((n) => ['.lv-strand', '.lv-glyph'].map((name) => ({count})(n, name)))"
        )
        assert drawn
        assert all(strands == glyphs > 0 for strands, glyphs in drawn)
        assert max(drawn)[0] < 4

    def test_an_aligner_is_hidden_by_its_name_and_lit_by_pointing(self, show):
        shown = show("swahili", overlay="2")
        disputed = shown.page.locator(".lv-strands")
        count = disputed.count()
        first = shown.page.locator(".lv-mark.aligner").first
        first.focus()
        assert shown.page.locator(".lv-strands.hot").count() < count
        first.press("Enter")
        assert first.get_attribute("aria-pressed") == "false"
        strands = shown.page.locator(".lv-links .lv-strand")
        colours = strands.evaluate_all("list => [...new Set(list.map((n) => getComputedStyle(n).stroke))]")
        assert len(colours) == 1
        assert first.evaluate("node => node.matches(':focus')"), "the keys stay on the name"
        first.press("Enter")
        assert disputed.count() == count
        assert shown.actions == []

    def test_without_the_optional_keys_nothing_of_them_is_there(self, show):
        shown = show("swahili")
        extra = ".lv-legend, .lv-downloads, .lv-hint, .lv-mark, .lv-strands, .lv-hit, .lv-gold, .lv-preview"
        assert shown.page.locator(extra).filter(visible=True).count() == 0
        assert shown.page.locator(".lv-head").bounding_box()["height"] == 0
        assert shown.page.locator(".lv-shade").evaluate("node => node.children.length") == 0

    def test_gold_is_shaded_full_or_hatched(self, show):
        shown = show("swahili", gold="1")
        for word, hatched in (("sure", False), ("possible", True)):
            band = shown.page.locator(f".lv-shade .lv-gold.{word}").first
            assert (band.evaluate("n => getComputedStyle(n).strokeDasharray") != "none") == hatched


class TestQuiet:
    pytestmark = browser

    @pytest.mark.parametrize("case", ["swahili", "arabic", "chinese", "long", "odd"])
    @pytest.mark.parametrize("width", [700, 1400])
    def test_views_beside_each_other_wrap_and_nothing_overlaps(self, show, case, width):
        """Two on 700 pixels, where Streamlit puts one under the other, and four on 1,400: 300 pixels each."""
        shown = show(case, width, quiet="1", overlay="2", beside="2" if width < 1000 else "4")
        found = shown.page.evaluate(
            """() => [...document.querySelectorAll('[data-testid=stBidiComponentIsolated]')].map((host) => {
              const root = host.shadowRoot;
              const boxes = [...root.querySelectorAll('.lv-tok')].map((n) => n.getBoundingClientRect());
              const card = root.querySelector('.lv-card').getBoundingClientRect();
              let clashes = 0;
              boxes.forEach((a, i) => boxes.slice(i + 1).forEach((b) => {
                const apart = a.right <= b.left + .6 || b.right <= a.left + .6;
                if (!apart && a.bottom > b.top && b.bottom > a.top) clashes += 1;
              }));
              const within = (a) => a.left >= card.left && a.right <= card.right && a.bottom <= card.bottom;
              const out = boxes.filter((a) => !within(a));
              const seen = [...root.querySelectorAll('.lv-why, .lv-keys, .lv-note, .lv-help, .lv-name')]
                .filter((n) => n.offsetParent !== null && n.getBoundingClientRect().height > 0);
              return [boxes.length > 10, clashes, out.length, seen.length];
            })"""
        )
        assert found == [[True, 0, 0, 0]] * (2 if width < 1000 else 4)
        assert shown.page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0

    def test_it_takes_no_focus_and_edits_nothing(self, show):
        shown = show("swahili", quiet="1")
        assert shown.page.locator(".lv-tok.at").count() == 0
        shown.token("target", 3).click()
        assert shown.at() == ("target", 3)
        assert "Court" in shown.page.locator(".lv-tok.hot").all_inner_texts()
        shown.press("p", "Delete", "0", "Enter", "n", "j", "z", "?", "Shift+ArrowRight")
        assert shown.at() == ("target", 4)
        assert shown.page.locator(".lv-pop").is_hidden()
        assert json.loads(shown.page.locator("[data-testid=stCode] code").first.inner_text()) == []

    def test_a_word_pointed_at_lights_up_in_every_view_of_the_pair(self, show):
        shown = show("swahili", 1400, quiet="1", beside="2")
        views = [shown.page.locator(".lv").nth(k) for k in range(2)]
        views[0].locator('.lv-tok[data-side="source"][data-index="2"]').hover()
        for view in views:
            assert view.locator(".lv-tok.hot").all_inner_texts() == ["told", "aliiambia"]
        shown.page.mouse.move(2, 2)
        assert shown.page.locator(".lv-tok.hot").count() == 0


class TestDownloads:
    pytestmark = browser

    @staticmethod
    def fetch(shown, name: str):
        with shown.page.expect_download() as download:
            shown.page.get_by_role("button", name=f"Download as {name}").click()
        return download.value

    @pytest.mark.parametrize("case", ["swahili", "arabic", "odd", "hostile"])
    def test_both_files_hold_the_pair(self, show, case):
        shown = show(case, downloads="my pair/1", gold="1", overlay="3")
        svg, png = (self.fetch(shown, name) for name in ("SVG", "PNG"))
        assert (svg.suggested_filename, png.suggested_filename) == ("my-pair-1.svg", "my-pair-1.png")
        root = ElementTree.parse(svg.path()).getroot()
        texts = [node.text or "" for node in root.iter("{http://www.w3.org/2000/svg}text")]
        for token in shown.page.locator(".lv-tok").all():
            assert token.evaluate("node => node.textContent").replace("\x01", "\ufffd") in texts
        for label in shown.ribbons("target"):
            assert label in texts
        assert {"statistical", "simalign itermax", "awesome", "gold, sure"} <= set(texts)
        names = {node.tag.rsplit("}")[-1] for node in root.iter()}
        assert names <= {"svg", "title", "rect", "g", "path", "text"}
        if case == "arabic":
            rtl = [node.text for node in root.iter() if node.get("direction") == "rtl"]
            assert "الجفاف" in rtl
        width, height = (int(root.get(name)) for name in ("width", "height"))
        data = Path(png.path()).read_bytes()
        assert data[:8] == b"\x89PNG\r\n\x1a\n"
        assert struct.unpack(">II", data[16:24]) == (3 * width, 3 * height)
        assert len(data) > 20_000, "something is drawn"

    def test_a_figure_shows_nothing_lit_and_no_hidden_aligner(self, show):
        shown = show("swahili", downloads="x", overlay="2")
        shown.page.locator(".lv-mark.aligner").nth(1).press("Enter")
        root = ElementTree.parse(self.fetch(shown, "SVG").path()).getroot()
        texts = [node.text for node in root.iter("{http://www.w3.org/2000/svg}text")]
        assert "statistical" in texts
        assert "simalign itermax" not in texts
        assert "told" in texts
        faded = [node for node in root.iter() if float(node.get("fill-opacity", "1")) < 0.1]
        assert faded == []
        assert shown.page.locator(".lv.still").count() == 0

    def test_a_long_name_is_whole_in_the_file_and_a_failure_is_said(self, show):
        shown = show("swahili", downloads="x", overlay="2")
        name = shown.page.locator(".lv-mark.aligner span").first
        long = "statistical, no prior knowledge, and a model with a very long name indeed"
        name.evaluate("(node, text) => (node.textContent = text)", long)
        root = ElementTree.parse(self.fetch(shown, "SVG").path()).getroot()
        [node] = [n for n in root.iter("{http://www.w3.org/2000/svg}text") if n.text == long]
        assert node.get("textLength") is None
        shown.page.evaluate("() => { HTMLCanvasElement.prototype.toBlob = (done) => done(null); }")
        shown.page.get_by_role("button", name="Download as PNG").click()
        shown.page.get_by_text("PNG: this browser can't make it").first.wait_for()
