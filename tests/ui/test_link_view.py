"""The link view's pure parts, under node, and its Python side."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from functools import partial
from itertools import pairwise
from pathlib import Path
from types import SimpleNamespace

import pytest

from projner_ui import link_view as package

FOLDER = Path(package.__file__).parent
NODE = shutil.which("node")

needs_node = pytest.mark.skipif(NODE is None, reason="node is not on this machine")


# ------------------------------------------------------------------ the parts and their sum


def test_every_part_is_joined_and_nothing_is_left_to_import():
    assert set(package.MODULES) == {path.name for path in FOLDER.glob("*.js")}
    text = package.script()
    assert not re.search(r"^import ", text, re.MULTILINE)
    assert re.findall(r"^export .*", text, re.MULTILINE) == [
        "export default function ({ data, parentElement, setTriggerValue }) {"
    ]


def test_parts_come_before_those_that_use_them():
    for place, name in enumerate(package.MODULES):
        used = re.findall(r'from "\./(\w+\.js)"', (FOLDER / name).read_text(encoding="utf-8"))
        assert all(package.MODULES.index(other) < place for other in used), name


def test_no_text_of_a_user_can_become_markup():
    for name in package.MODULES:
        text = (FOLDER / name).read_text(encoding="utf-8")
        assert not re.search(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval\(", text), name


@pytest.fixture
def mounted(monkeypatch):
    """Stand-ins for Streamlit's session and for the browser: what was mounted, and the session's state."""
    found: dict = {"session": {}}
    monkeypatch.setattr(package, "st", SimpleNamespace(session_state=found["session"]))
    monkeypatch.setattr(package, "_component", lambda **given: found.update(given))
    return found


def test_an_action_that_arrives_twice_is_handed_on_once_and_answered(mounted):
    handled = []

    def on_action() -> None:
        handled.append(package.pending_action("k"))

    draw = partial(package.link_view, {"pair": "a"}, key="k", on_action=on_action)
    draw()
    assert mounted["data"] == {"pair": "a", "answered": None}
    mounted["session"]["k"] = {"action": {"seq": 1, "client": "tab", "kind": "undo"}}
    mounted["on_action_change"]()
    mounted["on_action_change"]()
    assert [action["kind"] for action in handled] == ["undo"]
    draw()
    assert mounted["data"]["answered"] == {"client": "tab", "seq": 1}
    mounted["session"]["k"] = {"action": {"seq": 1, "client": "another tab", "kind": "redo"}}
    mounted["on_action_change"]()
    assert len(handled) == 2


def test_the_browser_is_answered_even_where_the_page_fails(mounted):
    def fail() -> None:
        raise RuntimeError("disk full")

    package.link_view({}, key="k", on_action=fail)
    mounted["session"]["k"] = {"action": {"seq": 3, "client": "tab", "kind": "undo"}}
    with pytest.raises(RuntimeError, match="disk full"):
        mounted["on_action_change"]()
    package.link_view({}, key="k", on_action=fail)
    assert mounted["data"]["answered"]["seq"] == 3


def test_there_is_no_action_before_one_was_sent(mounted):
    assert package.pending_action("k") is None
    mounted["session"]["k"] = {"action": None}
    assert package.pending_action("k") is None


# ------------------------------------------------------------------ under node


@pytest.fixture(scope="session")
def modules(tmp_path_factory) -> Path:
    """The parts as ES modules that node can import."""
    folder = tmp_path_factory.mktemp("link_view")
    for name in package.MODULES:
        shutil.copy(FOLDER / name, folder / name)
    (folder / "package.json").write_text('{"type": "module"}')
    return folder


@pytest.fixture(scope="session")
def js(modules):
    """Run a function body with some module's exports in scope on `value`; what it returns."""

    def run(module: str, body: str, value=None):
        code = (
            f"import * as m from './{module}';\n"
            "let text = ''; for await (const part of process.stdin) text += part;\n"
            f"const value = JSON.parse(text);\nconst result = (() => {{ {body} }})();\n"
            "console.log(JSON.stringify(result ?? null));"
        )
        done = subprocess.run(
            [NODE, "--input-type=module", "-e", code],
            cwd=modules, input=json.dumps(value), capture_output=True, text=True, timeout=60,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    return run


@needs_node
def test_the_joined_script_is_valid(tmp_path):
    path = tmp_path / "joined.mjs"
    path.write_text(package.script(), encoding="utf-8")
    subprocess.run([NODE, "--check", str(path)], check=True)


PAIRS = """
let seed = 7;
const random = () => (seed = (seed * 16807) % 2147483647) / 2147483647;
const some = (least, most) => least + Math.floor(random() * (most - least + 1));
const pairs = Array.from({ length: 150 }, () => {
  const n = some(1, 60), m = some(0, 60);
  const widths = (count) => Array.from({ length: count }, () => some(10, 120));
  const links = m ? Array.from({ length: n }, (_, i) => {
    const near = Math.round((i * m) / n) + some(-3, 3);
    return [i, Math.max(0, Math.min(m - 1, random() < 0.1 ? some(0, m - 1) : near)), random()];
  }) : [];
  const sides = { source: { widths: widths(n) }, target: { widths: widths(m) } };
  return { ...sides, links, space: 3, room: some(150, 700) };
});
"""


@needs_node
def test_bands_cover_both_sentences_in_order_and_lines_fit(js):
    for pair, bands in js("geometry.js", PAIRS + "return pairs.map((p) => [p, m.cutBands(p)]);"):
        for side in ("source", "target"):
            edges = [band[side] for band in bands]
            assert edges[0][0] == 0
            assert edges[-1][1] == len(pair[side]["widths"])
            assert all(left[1] == right[0] for left, right in pairwise(edges))
            for start, end in edges:
                widths = pair[side]["widths"][start:end]
                assert len(widths) < 2 or sum(widths) + 3 * (len(widths) - 1) <= pair["room"]


@needs_node
def test_a_short_pair_has_one_band_and_a_monotone_one_keeps_its_links_within_bands(js):
    def pair(count: int) -> dict:
        side = {"widths": [40] * count}
        return {
            "source": side,
            "target": side,
            "links": [[i, i, 1] for i in range(count)],
            "space": 3,
            "room": 600,
        }

    cut = "return m.cutBands(value);"
    assert js("geometry.js", cut, pair(12)) == [{"source": [0, 12], "target": [0, 12]}]
    bands = js("geometry.js", cut, pair(90))
    assert len(bands) == 7  # 14 of 43 px on a line
    assert all(band["source"] == band["target"] for band in bands)


@needs_node
def test_ninety_tokens_are_cut_at_once_and_thousands_without_a_search(js):
    body = """
      const side = (count) => ({ widths: Array.from({ length: count }, (_, i) => 20 + (i * 37) % 90) });
      const links = Array.from({ length: value }, (_, i) => [i, i, 0.8]);
      const began = performance.now();
      m.cutBands({ source: side(value), target: side(value), links, space: 3, room: 560 });
      return performance.now() - began;
    """
    assert js("geometry.js", body, 90) < 500
    assert js("geometry.js", body, 5000) < 2000


CROSSINGS = (
    PAIRS
    + """
const points = (path) => {
  const found = []; let at = [0, 0];
  for (const [, letter, rest] of path.matchAll(/([MLCQ])([^MLCQ]*)/g)) {
    const numbers = rest.trim().split(/[ ,]+/).map(Number);
    const knots = [at]; for (let i = 0; i < numbers.length; i += 2) knots.push([numbers[i], numbers[i + 1]]);
    const bezier = (t, list) => list.length === 1 ? list[0] : bezier(t, list.slice(1).map((p, i) =>
      [list[i][0] + (p[0] - list[i][0]) * t, list[i][1] + (p[1] - list[i][1]) * t]));
    if (letter !== "M") for (let t = 0; t <= 1; t += 0.02) found.push(bezier(t, knots));
    at = knots[knots.length - 1];
  }
  return found;
};
let drawn = 0; const through = [];
pairs.forEach((pair, k) => {
  const cuts = m.cutBands(pair);
  const dirs = [["ltr", "ltr"], ["ltr", "rtl"], ["rtl", "rtl"]][k % 3];
  const frame = { left: 120, room: pair.room, space: 3 };
  const layout = m.place({
    cuts, frame, layerRows: () => 2, heights: { tag: 16, gap: 60, between: 12, layer: 18 },
    source: { ...pair.source, height: 30, dir: dirs[0] },
    target: { ...pair.target, height: 30, dir: dirs[1] },
  });
  const boxes = [...layout.tokens.source, ...layout.tokens.target];
  const gutters = { left: frame.left - 6, right: frame.left + frame.room + 6 };
  pair.links.forEach(([i, j], lane) => {
    drawn += 1;
    const path = m.linkPath(layout.tokens.source[i], layout.tokens.target[j], layout.bands, gutters, lane);
    for (const [x, y] of points(path)) {
      const hit = boxes.find((b) => b.x < x && x < b.x + b.w && b.y < y && y < b.y + b.h);
      if (hit) through.push([k, i, j, x, y]);
    }
  });
});
return { drawn, through };
"""
)


@needs_node
def test_no_link_ever_runs_through_a_word(js):
    found = js("geometry.js", CROSSINGS)
    assert found["drawn"] > 3000
    assert found["through"] == []


@needs_node
def test_a_span_over_two_lines_has_a_piece_on_each(js):
    boxes = [{"x": 50 * (i % 3), "y": 90 * (i // 3), "w": 47, "h": 30, "band": i // 3} for i in range(6)]
    span = {"start": 1, "end": 5}
    pieces = js("geometry.js", "return m.spanBoxes(...value);", [span, boxes])
    assert [(p["x"], p["w"], p["band"], p["first"], p["last"]) for p in pieces] == [
        (50, 97, 0, True, False), (0, 97, 1, False, True),
    ]  # fmt: skip


@needs_node
@pytest.mark.parametrize(
    ("arrow", "dir", "step"),
    [("ArrowRight", "ltr", 1), ("ArrowLeft", "ltr", -1), ("ArrowRight", "rtl", -1), ("ArrowLeft", "rtl", 1)],
)
def test_arrows_follow_the_eye(js, arrow, dir, step):
    assert js("geometry.js", "return m.stepOf(...value);", [arrow, dir]) == step


def s(start: int, end: int, label: str) -> dict:
    return {"start": start, "end": end, "label": label}


@needs_node
@pytest.mark.parametrize(
    ("before", "new", "after"),
    [
        ([], s(1, 3, "PER"), [s(1, 3, "PER")]),
        ([s(1, 3, "LOC")], s(1, 3, "PER"), [s(1, 3, "PER")]),  # another label
        ([s(0, 5, "ORG")], s(0, 3, "ORG"), [s(0, 3, "ORG")]),  # marked again, shorter
        ([s(1, 2, "PER")], s(0, 5, "ORG"), [s(0, 5, "ORG")]),  # swallowed
        ([s(0, 3, "PER")], s(2, 5, "ORG"), [s(0, 2, "PER"), s(2, 5, "ORG")]),  # crossed on its right
        ([s(2, 5, "PER")], s(0, 3, "ORG"), [s(0, 3, "ORG"), s(3, 5, "PER")]),  # crossed on its left
    ],
)
def test_a_new_span_makes_room_for_itself(js, before, new, after):
    assert (
        js("model.js", "return m.put(value[0], value[1].start, value[1].end, value[1].label);", [before, new])
        == after
    )


@needs_node
def test_whatever_is_done_spans_stay_sorted_apart_and_inside(js):
    body = """
      let seed = 3; const some = (most) => (seed = (seed * 16807) % 2147483647) % most;
      const length = 12, labels = ["PER", "LOC", "ORG"], states = [];
      let state = m.stateOf({ source: null, target: { tokens: Array(length).fill("x"), spans: [] } });
      for (let i = 0; i < 3000; i++) {
        const start = some(length), end = start + 1 + some(length - start), label = labels[some(3)];
        const spans = state.target, from = spans[some(Math.max(1, spans.length))];
        const ops = [
          { op: "put", side: "target", start, end, label }, { op: "drop", side: "target", start, end },
          { op: "resize", side: "target", from: from || { start, end }, start, end },
          { op: "candidate", side: "target", from: from || null, start, end, label },
          { op: "undo" }, { op: "redo" }, { op: "verdict", now: some(2) ? "right" : "no-entity" },
        ];
        const before = JSON.stringify(state); const kept = state;
        state = m.apply(state, ops[some(ops.length)]);
        if (JSON.stringify(kept) !== before) throw new Error("changed in place");
        states.push(state.target);
      }
      return states;
    """
    states = js("model.js", body)
    assert max(map(len, states)) >= 3
    for spans in states:
        edges = [(span["start"], span["end"]) for span in spans]
        assert edges == sorted(edges)
        assert all(0 <= start < end <= 12 for start, end in edges)
        assert all(left[1] <= right[0] for left, right in pairwise(edges))


@needs_node
def test_undo_and_redo_are_foreseen(js):
    body = """
      const put = (start, label) => ({ op: "put", side: "target", start, end: start + 1, label });
      let state = m.stateOf({ source: null, target: { tokens: ["a", "b", "c"], spans: [] } });
      const undo = { op: "undo" }, redo = { op: "redo" };
      const steps = [put(0, "PER"), put(1, "LOC"), undo, undo, redo, put(2, "ORG"), redo];
      return steps.map((op) => (state = m.apply(state, op)).target.map((span) => span.label).join());
    """
    assert js("model.js", body) == ["PER", "PER,LOC", "PER", "", "PER", "PER,ORG", "PER,ORG"]


@needs_node
def test_focus_lights_the_entity_its_links_and_its_counterpart(js):
    body = """
      const org = (start, end) => [{ start, end, label: "ORG" }];
      const state = { source: org(4, 9), target: org(3, 8) };
      const links = [[2, 2, .9], [4, 8, .25], [5, 7, .8], [6, 3, .93], [8, 5, .9], [9, 9, .7], [6, 0, .05]];
      const found = m.lit(state, links, value, 0.3);
      const sorted = (set) => [...set].sort((a, b) => a - b);
      return Object.fromEntries(Object.entries(found).map(([name, set]) => [name, sorted(set)]));
    """
    entity = js("model.js", body, {"side": "target", "index": 3})
    assert entity["source"] == [4, 5, 6, 7, 8]
    assert entity["target"] == [3, 4, 5, 6, 7, 8]  # with the word outside to which East is weakly linked
    assert entity["links"] == [1, 2, 3, 4]
    assert js("model.js", body, {"side": "source", "index": 9}) == {
        "source": [9],
        "target": [9],
        "links": [5],
    }


OUTBOX = """
const sent = []; const box = new m.Outbox("me", (action) => sent.push(action));
const data = (rest) => ({
  pair: "a", position: 0, target: { tokens: ["a", "b", "c", "d"], spans: [], corrected: false }, ...rest,
});
const put = (start, label) => ({ op: "put", side: "target", start, end: start + 1, label });
const spans = (...list) => ({
  tokens: ["a", "b", "c", "d"], spans: list.map(([start, end, label]) => ({ start, end, label })),
});
const answered = (seq) => ({ answered: { client: "me", seq } });
const shown = () => box.shown.target.map((span) => span.label).join();
box.receive(data({}));
"""


@needs_node
def test_edits_are_drawn_at_once_and_sent_one_by_one(js):
    body = (
        OUTBOX
        + """
      box.push(put(0, "PER")); box.push(put(1, "LOC")); box.push(put(2, "ORG"));
      const first = [shown(), sent.length];
      box.receive(data({ ...answered(1), target: spans([0, 1, "PER"]) })); box.pump();
      const second = [shown(), sent.length];
      box.receive(data({ target: spans([0, 1, "PER"]) })); box.pump(); // a rerun that answers nothing
      const still = [shown(), sent.length];
      const two = [[0, 1, "PER"], [1, 2, "LOC"]];
      box.receive(data({ ...answered(2), target: spans(...two) })); box.pump();
      box.receive(data({ ...answered(3), target: spans(...two, [2, 3, "ORG"]) })); box.pump();
      return { first, second, still, last: [shown(), sent.length, box.busy], sent };
    """
    )
    found = js("outbox.js", body)
    assert found["first"] == ["PER,LOC,ORG", 1]
    assert found["second"] == found["still"] == ["PER,LOC,ORG", 2]
    assert found["last"] == ["PER,LOC,ORG", 3, False]
    assert [action["was"] for action in found["sent"]] == [
        None, [[0, 1, "PER"]], [[0, 1, "PER"], [1, 2, "LOC"]],
    ]  # fmt: skip
    assert found["sent"][2]["now"] == [[0, 1, "PER"], [1, 2, "LOC"], [2, 3, "ORG"]]
    assert [(a["seq"], a["pair"], a["position"], a["kind"]) for a in found["sent"]] == [
        (1, "a", 0, "spans"), (2, "a", 0, "spans"), (3, "a", 0, "spans"),
    ]  # fmt: skip


@needs_node
def test_a_refused_edit_goes_back_to_what_python_says_with_all_that_stood_upon_it(js):
    body = (
        OUTBOX
        + """
      box.push(put(0, "PER")); box.push(put(1, "LOC"));
      const answer = box.receive(data({ ...answered(1), error: "No.", target: spans([3, 4, "DATE"]) }));
      box.pump();
      return { answer, shown: shown(), busy: box.busy, sent: sent.length };
    """
    )
    assert js("outbox.js", body) == {
        "answer": {"fresh": False, "failed": True}, "shown": "DATE", "busy": False, "sent": 1,
    }  # fmt: skip


@needs_node
def test_an_edit_after_undo_is_worked_out_upon_the_answer(js):
    body = (
        OUTBOX
        + """
      box.receive(data({ target: spans([0, 1, "PER"], [1, 2, "LOC"]) }));
      box.push({ op: "undo" }); box.push(put(2, "ORG"));
      box.receive(data({ ...answered(1), target: spans([0, 1, "PER"]) })); box.pump();
      return sent;
    """
    )
    undo, edit = js("outbox.js", body)
    assert undo["kind"] == "undo"
    assert edit["was"] == [[0, 1, "PER"]]
    assert edit["now"] == [[0, 1, "PER"], [2, 3, "ORG"]]


@needs_node
def test_nothing_falls_on_a_pair_that_nobody_has_seen(js):
    body = (
        OUTBOX
        + """
      const right = { op: "verdict", now: "right", then: "next" };
      const taken = [right, put(0, "PER"), right].map((op) => box.push(op));
      box.receive({ ...data(answered(1)), pair: "b", position: 1 });
      taken.push(box.push(put(0, "PER")));
      return { taken, sent: sent.map((a) => [a.kind, a.pair]) };
    """
    )
    assert js("outbox.js", body) == {
        "taken": [True, False, False, True], "sent": [["verdict", "a"], ["spans", "b"]],
    }  # fmt: skip


@needs_node
def test_edits_that_wait_while_the_pair_is_changed_from_outside_still_reach_their_pair(js):
    body = (
        OUTBOX
        + """
      box.push(put(0, "PER")); box.push(put(1, "LOC")); box.push({ op: "undo" });
      box.receive({ ...data({}), pair: "b", position: 1 }); box.pump();
      const shownThere = shown();
      box.receive({ ...data(answered(1)), pair: "b", position: 1 }); box.pump();
      box.receive({ ...data(answered(2)), pair: "b", position: 1 }); box.pump();
      return { shownThere, busy: box.busy, sent: sent.map((a) => [a.seq, a.pair, a.position, a.now]) };
    """
    )
    assert js("outbox.js", body) == {
        "shownThere": "", "busy": False,
        "sent": [[1, "a", 0, [[0, 1, "PER"]]], [2, "a", 0, [[0, 1, "PER"], [1, 2, "LOC"]]]],
    }  # fmt: skip


@needs_node
@pytest.mark.parametrize(
    ("token", "text", "stands"),
    [
        ("Adé", "Adé", False), ("o\u0323\u0301", "o\u0323\u0301", False), ("👩🏽‍🚀", "👩🏽‍🚀", False),
        ("می‌خواهم", "می‌خواهم", False), ("\u200b", "U+200B", True), ("\u3000", "U+3000", True),
        ("\u200d\u200c\ufeff", "U+200D U+200C …", True), ("\u3164", "U+3164", True),
        ("\u0301", "◌\u0301", False), ("", "∅", True), ("<b>", "<b>", False),
    ],
)  # fmt: skip
def test_every_token_can_be_seen(js, token, text, stands):
    assert js("text.js", "return m.glyphs(value);", token) == {"text": text, "stand": stands}


@needs_node
@pytest.mark.parametrize(
    ("key", "code", "shift", "found"),
    [
        ("p", "KeyP", False, "p"), ("P", "KeyP", True, "p"), ("з", "KeyP", False, "p"),
        ("ح", "KeyP", False, "p"),
        ("&", "Digit1", False, "1"), ("!", "Digit1", True, "!"), ("Enter", "Enter", False, "Enter"),
        ("?", "Slash", True, "?"), ("z", "KeyY", False, "z"), (",", "KeyM", False, ","),
    ],
)  # fmt: skip
def test_keys_are_the_same_on_every_layout(js, key, code, shift, found):
    event = {"key": key, "code": code, "shiftKey": shift}
    assert js("text.js", "return m.keyOf(value);", event) == found


@needs_node
def test_text_of_scripts_without_spaces_has_none(js):
    body = "return m.phrase(value, 0, 2);"
    assert js("text.js", body, {"lang": "zh-Hans", "tokens": ["北", "京"]}) == "北京"
    assert js("text.js", body, {"lang": "sw", "tokens": ["Ziwa", "Victoria"]}) == "Ziwa Victoria"


# ------------------------------------------------------------------ links by hand, several aligners, gold

ABC = {"tokens": ["a", "b", "c"], "spans": []}
LINKING = {"source": ABC, "target": ABC, "threshold": 0.3, "link_editing": True, "corrected_links": False}


@needs_node
@pytest.mark.parametrize(
    ("given", "links"),
    [
        ({"links": [[2, 0, 0.9], [0, 0, 0.3], [1, 1, 0.2]]}, [[0, 0, "sure"], [2, 0, "sure"]]),
        ({"links": [[0, 0, 0.9]], "standing": [[1, 2, "possible"]]}, [[1, 2, "possible"]]),
        ({"links": [[0, 0, 0.9]], "standing": []}, []),
        ({"links": [[0, 3, 0.9], [3, 0, 1], [-1, 0, 1]]}, []),  # outside the pair
        ({"links": [[0, 0, 0.9, 3], [1, 1, 0.9, 1]], "aligners": [{}, {}]}, [[0, 0, "sure"]]),
        ({"links": [[0, 0, 0.9]], "link_editing": False}, None),
        ({"links": [[0, 0, 0.9]], "source": None}, None),
    ],
)  # fmt: skip
def test_the_links_that_are_edited(js, given, links):
    assert js("links.js", "return m.linksOf(value);", LINKING | given) == links


@needs_node
def test_a_link_is_made_made_possible_and_taken_away(js):
    body = """
      const kept = JSON.stringify(value);
      let links = value.links;
      const words = ["sure", "possible", "possible", "sure", "sure"];
      const steps = words.map((word) => (links = m.toggled(links, 0, 1, word)));
      if (JSON.stringify(value) !== kept) throw new Error("changed in place");
      return steps;
    """
    start = [[0, 0, "sure"], [1, 1, "sure"]]
    sure, possible = ([start[0], [0, 1, word], start[1]] for word in ("sure", "possible"))
    assert js("links.js", body, {"links": start}) == [sure, possible, start, sure, start]


@needs_node
def test_whatever_is_clicked_links_stay_sorted_and_single_and_undo_brings_back_every_step(js):
    body = """
      let seed = 5; const some = (most) => (seed = (seed * 16807) % 2147483647) % most;
      const tokens = Array(6).fill("x");
      let state = m.stateOf({
        source: { tokens, spans: [] }, target: { tokens, spans: [] }, links: [[0, 0, 1]], threshold: 0.3,
        link_editing: true,
      });
      const states = [state.links];
      for (let i = 0; i < 150; i++) {
        const ops = [
          { op: "link", source: some(6), target: some(6), strength: ["sure", "possible"][some(2)] },
          { op: "unlink", source: some(6), target: some(6) },
        ];
        const before = JSON.stringify(state.links); const kept = state.links;
        const next = m.apply(state, { ...ops[some(5) ? 0 : 1], side: "links" });
        if (JSON.stringify(kept) !== before) throw new Error("changed in place");
        if (next !== state) states.push(next.links);
        state = next;
      }
      const back = [];
      for (let i = 0; i < states.length; i++) {
        back.push(state.links);
        state = m.apply(state, { op: "undo" });
      }
      return { states, back: back.reverse() };
    """
    found = js("model.js", body)
    assert len(found["states"]) > 100
    assert found["back"] == found["states"]
    for links in found["states"]:
        offsets = [(i, j) for i, j, _ in links]
        assert offsets == sorted(set(offsets))
        assert all(word in ("sure", "possible") for *_, word in links)


LINK_BOX = """
const sent = []; const box = new m.Outbox("me", (action) => sent.push(action));
const link = (source, target, strength = "sure") => ({ op: "link", side: "links", source, target, strength });
const data = (rest) => ({ ...value, links: [[0, 0, 0.9]], pair: "a", position: 0, ...rest });
const answered = (seq) => ({ answered: { client: "me", seq } });
box.receive(data({}));
"""


@needs_node
def test_links_are_drawn_at_once_sent_one_by_one_and_the_first_was_is_null(js):
    body = (
        LINK_BOX
        + """
      box.push(link(1, 1)); box.push(link(2, 2, "possible"));
      box.push({ op: "unlink", side: "links", source: 0, target: 0 });
      const atOnce = [box.shown.links, sent.length];
      const standing = [[0, 0, "sure"], [1, 1, "sure"]];
      box.receive(data({ ...answered(1), standing, corrected_links: true })); box.pump();
      return { atOnce, still: box.shown.links, sent };
    """
    )
    found = js("outbox.js", body, LINKING)
    assert found["atOnce"] == [[[1, 1, "sure"], [2, 2, "possible"]], 1]
    assert found["still"] == [[1, 1, "sure"], [2, 2, "possible"]]
    first, second = found["sent"]
    assert (first["kind"], first["was"], first["now"]) == ("links", None, [[0, 0, "sure"], [1, 1, "sure"]])
    assert second["was"] == first["now"]
    assert second["now"] == [*first["now"], [2, 2, "possible"]]


@needs_node
def test_refused_links_go_back_to_what_python_says(js):
    body = (
        LINK_BOX
        + """
      box.push(link(1, 1)); box.push({ op: "undo" }); box.push(link(2, 2));
      const answer = box.receive(data({ ...answered(1), error: "No.", standing: [[2, 1, "sure"]] }));
      return { answer, links: box.shown.links, busy: box.busy };
    """
    )
    found = js("outbox.js", body, LINKING)
    assert found == {"answer": {"fresh": False, "failed": True}, "links": [[2, 1, "sure"]], "busy": False}


@needs_node
def test_links_that_wait_still_reach_the_pair_they_were_drawn_on(js):
    body = (
        LINK_BOX
        + """
      box.push(link(1, 1)); box.push(link(2, 2));
      box.receive({ ...data({}), pair: "b", position: 1 }); box.pump();
      box.receive({ ...data(answered(1)), pair: "b", position: 1 }); box.pump();
      return sent.map((a) => [a.pair, a.kind, a.was, a.now.length]);
    """
    )
    was = [[0, 0, "sure"], [1, 1, "sure"]]
    assert js("outbox.js", body, LINKING) == [["a", "links", None, 2], ["a", "links", was, 3]]


@needs_node
def test_links_of_aligners_are_shared_or_somebodys_and_hidden_aligners_do_not_count(js):
    body = """
      const aligners = ["x", "y", "z"].map((name) => ({ name }));
      const links = [[0, 0, 0.9, 7], [1, 1, 0.1, 3], [2, 2, 0.8, 4], [2, 1, 0.8, 0]];
      const shown = (...off) => m.linksShown({ aligners, links, threshold: 0.3 }, null, new Set(off));
      return { all: shown(), two: shown("z"), one: shown("y", "z"), none: shown("x", "y", "z") };
    """
    found = js("links.js", body)
    assert found["all"] == [
        [0, 0, 0.9, {"by": [0, 1, 2], "shared": True}],
        [1, 1, 0.3, {"by": [0, 1], "shared": False}],
        [2, 2, 0.8, {"by": [2], "shared": False}],
    ]
    assert [link[3]["shared"] for link in found["two"]] == [True, True]
    assert [link[3]["shared"] for link in found["one"]] == [False, False], "one alone keeps its own look"
    assert found["none"] == []


@needs_node
def test_without_new_keys_the_links_are_drawn_as_they_came(js):
    links = [[0, 0, 0.9], [1, 1, 0.1]]
    body = "const data = { links: value, threshold: 0.3 }; return m.linksShown(data, null) === data.links;"
    assert js("links.js", body, links) is True


@needs_node
def test_what_is_said_of_a_link(js):
    body = "return value.map((look) => m.linkedTo([0, 0, 1, look], 'Court', [{ name: 'x' }, { name: 'y' }]));"
    looks = [None, {"strength": "possible"}, {"by": [1], "shared": False}, {"by": [0, 1], "shared": True}]
    assert js("links.js", body, looks) == ["Court", "possibly Court", "Court (y)", "Court"]


@needs_node
def test_glyphs_lie_on_their_link_and_each_aligner_has_its_height(js):
    body = CROSSINGS.replace("let drawn", "const off = []; const heights = new Set(); let drawn").replace(
        "for (const [x, y] of points(path)) {",
        """
        for (const k of [0, 1, 2, 3]) {
          const [from, to] = [layout.tokens.source[i], layout.tokens.target[j]];
          const [x, y] = m.linkMiddle(from, to, layout.bands, gutters, lane, k, 4);
          const near = Math.min(...points(path).map(([a, b]) => Math.hypot(a - x, b - y)));
          const straight = from.band !== to.band;
          if (!straight && near > 12) off.push([i, j, k, near]); // points are steps of 1/50 of the link
          const band = layout.bands[from.band];
          if (!straight) heights.add(`${k} ${Math.round(y - band.gapTop)}`);
          const over = (b) => b.x < x && x < b.x + b.w && b.y < y && y < b.y + b.h;
          if (boxes.some(over)) through.push([i, j, k]);
        }
        for (const [x, y] of points(path)) {""",
    )
    found = js(
        "geometry.js",
        body.replace("return { drawn, through };", "return { drawn, through, off, heights: [...heights] };"),
    )
    assert found["drawn"] > 3000
    assert found["off"] == []
    assert found["through"] == []
    assert len(found["heights"]) == 4


# ------------------------------------------------------------------ figures


@needs_node
@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("</text><script>", "</text><script>"), ("Ẹ̀kọ́ 👩🏽‍🚀 العربية", "Ẹ̀kọ́ 👩🏽‍🚀 العربية"),
        ("a\x00b\x0bc\x1fd", "a\ufffdb\ufffdc\ufffdd"), ("a\tb\nc", "a\tb\nc"),
        ("\ufffe\uffff", "\ufffd\ufffd"),
    ],
)  # fmt: skip
def test_text_that_xml_cannot_hold_is_replaced(js, text, kept):
    assert js("figure.js", "return m.xmlText(value);", text) == kept


@needs_node
def test_half_a_character_is_replaced_and_a_whole_one_kept(js):
    body = "return m.xmlText('a\\ud800b\\udc00' + value);"
    assert js("figure.js", body, "𞄀") == "a\ufffdb\ufffd𞄀"


@needs_node
@pytest.mark.parametrize(
    ("stem", "name"),
    [
        ("sw-12 aligners", "sw-12-aligners.svg"), ("../../etc/passwd", "etc-passwd.svg"), ("", "pair.svg"),
        ('a<b>:"c"|?*', "a-b-c.svg"), ("Ìbàdàn العربية", "Ìbàdàn-العربية.svg"), ("...", "pair.svg"),
        ("x" * 300, "x" * 100 + ".svg"),
    ],
)  # fmt: skip
def test_files_are_called_what_any_system_takes(js, stem, name):
    assert js("figure.js", "return m.fileName(value, 'svg');", stem) == name


@needs_node
def test_a_figure_is_a_tree_of_marks_and_then_words(js):
    word = {
        "text": "</text><script>", "x": 10, "y": 20, "anchor": "middle", "size": 17, "weight": "400",
        "family": "Noto Sans", "fill": "#000000", "opacity": 1, "fit": None,
    }  # fmt: skip
    rtl = word | {"text": "ليلى", "lang": "ar", "dir": "rtl", "opacity": 0.5, "fit": 40}
    mark = {"tag": "path", "attributes": {"d": "M0 0L1 1"}, "children": [], "text": None}
    drawn = {
        "width": 100.2,
        "height": 50,
        "ground": "#ffffff",
        "title": "<b>",
        "marks": [mark],
        "words": [word, rtl],
    }
    tree = js("figure.js", "return m.figureTree(value);", drawn)
    assert (tree["tag"], tree["attributes"]["viewBox"]) == ("svg", "0 0 133 82")
    title, ground, content = tree["children"]
    assert (title["text"], ground["attributes"]["fill"]) == ("<b>", "#ffffff")
    path, first, second = content["children"]
    assert path == mark
    assert (first["tag"], first["text"], first["attributes"]["text-anchor"]) == (
        "text",
        "</text><script>",
        "middle",
    )
    assert {"direction", "textLength", "fill-opacity", "xml:lang"}.isdisjoint(first["attributes"])
    found = {
        key: second["attributes"][key] for key in ("direction", "xml:lang", "fill-opacity", "textLength")
    }
    assert found == {"direction": "rtl", "xml:lang": "ar", "fill-opacity": 0.5, "textLength": 40}
