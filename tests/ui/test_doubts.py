"""Why a pair is doubtful, as Inspect tells it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from projner_core.corpus import Span
from projner_core.pipeline.doubting import reweigh
from projner_core.pipeline.progress import Watch
from projner_core.store import LayerKind
from projner_ui.view_model import MOST_DOUBTS, build

APP = str(Path(__file__).parents[2] / "app.py")
TRAP = "<img src=x onerror=alert(1)>"


def hear(project, name, spans):
    """Add a tagger on the target, and weigh again."""
    layer = project.open_layer(
        name=name, kind=LayerKind.SPANS, side="target", fingerprint=name, provenance={"stage": "predict"}
    )
    project.write(layer, 0, spans)
    project.complete(layer)
    reweigh(project, Watch(None, None))


@pytest.fixture
def heard(project):
    """A tagger whose name is a trap finds a person in the first sentence, and nothing else anywhere."""
    hear(project, TRAP, [(Span(0, 1, "PER"),), (), (), ()])
    return project


def components(at):
    return {e.proto.component_name: json.loads(e.proto.json) for e in at.get("bidi_component")}


def opened(**url):
    at = AppTest.from_file(APP, default_timeout=120)
    for name, value in url.items():
        at.query_params[name] = value
    at.run()
    assert not at.exception, at.exception
    return at


def test_nothing_is_told_before_anything_was_weighed(project):
    assert build(project, 0).data["doubts"] == []


def test_what_a_tagger_says_is_told_of_its_entity_and_as_plain_text(heard):
    data = build(heard, 0).data
    told = [doubt["text"] for doubt in data["doubts"] if doubt["entity"] == 1]
    assert f"{TRAP} finds no entity here" in told
    assert json.dumps(data)


def test_what_reason_score_and_margin_tell_is_not_told_twice(heard):
    lost = build(heard, 3).data
    assert lost["projections"][0]["reason"] == "not-aligned"
    assert all("not carried over" not in doubt["text"] for doubt in lost["doubts"])


def test_no_entity_is_buried_in_doubts(heard):
    for position in range(4):
        told = [doubt["entity"] for doubt in build(heard, position).data["doubts"]]
        assert all(told.count(entity) <= MOST_DOUBTS for entity in told)


def test_the_headline_and_the_queue_say_it_in_a_word(heard):
    at = opened(project="habari", pair="n-3")
    headline = "\n".join(str(element.value) for element in at.markdown)
    assert ": not projected" in headline
    items = components(at)["projner_queue_list"]["items"]
    assert {item["position"]: item["why"] for item in items}[3] == "not projected"
    assert all(isinstance(item["why"], str) for item in items)
