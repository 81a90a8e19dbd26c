"""From a figure to its pairs and back, whatever was corrected, deleted or typed into the address."""

from __future__ import annotations

from urllib.parse import parse_qs

import pytest

from projner_core.corpus import Span
from projner_core.pipeline import evaluating
from projner_core.pipeline.evaluating import EvaluateConfig
from projner_core.pipeline.progress import Watch
from projner_core.review.actions import UNTOUCHED, Kind, draft, spans_to_json
from projner_core.store import LayerKind
from projner_ui import evaluation_boundaries, evaluation_finding, session
from tests.ui.test_evaluation_page import (
    add_projection,
    evaluated,
    judge,
    link_view,
    open_page,
    text,
    url,
)


@pytest.fixture
def second(project):
    """A second projection, which finds the Nile, and nothing in the first pair."""
    targets = [
        (None, None, None),
        (Span(0, 1, "PER", 0.9), Span(3, 4, "LOC", 0.9)),
        (),
        (Span(0, 1, "LOC", 0.9),),
    ]
    return add_projection(project, "other › matching", targets)


def links(at, said=""):
    """What the links of a page say and ask for: the label, the query."""
    found = (element.proto for element in at.get("page_link"))
    return [(link.label, parse_qs(link.query_string)) for link in found if said in link.label]


def correct(project, position, spans):
    state = project.state(position) or UNTOUCHED
    project.append(draft(state, position=position, kind=Kind.SPANS, now=spans_to_json(spans), who="asha"))


HUGE = "9" * 4400


@pytest.mark.parametrize(
    "asked",
    [
        {"examples": "1~versus=99999999999999999999999 cell=both-right"},
        {"examples": "1~versus=-1 cell=nonsense"},
        {"examples": "1~label=%D800"},
        {"examples": f"{HUGE}~wrong"},
        {"beside": f"{HUGE},1,x,99999999999999999999999"},
        {"examples": "1~foo=bar baz"},
    ],
)
def test_no_address_breaks_inspect(project, asked):
    at = open_page("inspect", project="habari", **asked)
    assert not at.error
    assert at.text_input(key="filter_find"), "the page goes on to its end"
    assert ": 0 pairs" not in "".join(button.label for button in at.button)


@pytest.mark.parametrize("name", ["layer", "versus", "against", "dimension"])
@pytest.mark.parametrize("said", [HUGE, "99999999999999999999999", "-1", "", "٣"])
def test_no_address_breaks_the_evaluation(project, name, said):
    assert "<b>4 of 6</b>" in text(open_page(project="habari", **{name: said}))


@pytest.mark.parametrize(
    ("said", "number"), [("7", 7), ("٣", 3), ("", None), ("-1", None), ("1e3", None), ("9" * 12, None)]
)
def test_the_number_of_a_layer(said, number):
    assert session.layer_number(said) == number


def test_half_a_character_is_no_label():
    assert session.examples_from_url("7~label=%D83D") is None
    assert session.examples_from_url("7~label=\ud83d") is None
    assert session.examples_from_url("7~label=👩‍👩‍👧") == (7, "label=👩‍👩‍👧")


def test_inspect_keeps_what_the_evaluation_page_was_asked(project, second):
    at = open_page(project="habari", layer=str(second.id), versus=str(project.current_projection))
    found = [query for _, query in links(at) if "examples" in query]
    assert found, "the cells of the table of two by two"
    for query in found:
        assert query["layer"] == [str(second.id)]
        assert query["versus"] == [str(project.current_projection)]
        [pair] = query["pair"]
        listed = session.examples_from_url(query["examples"][0])
        assert pair in [item.id for item in project.queue(project.current_projection, examples=listed)]


def test_the_way_back_survives_that_the_findings_are_gone(project):
    judge(project, 0)
    findings = evaluated(project, "review").findings
    judge(project, 3)
    evaluated(project, "review")
    asked = {"examples": f"{findings.id}~wrong", "against": "review", "dimension": "length"}
    at = open_page("inspect", project="habari", **asked)
    assert at.button(key="chip_remove").label == "Nothing is known of these examples"
    [(_, query)] = links(at, "Back")
    assert query == {"project": ["habari"], "against": ["review"], "dimension": ["length"]}
    at = at.button(key="chip_remove").click().run()
    assert url(at, "against") is None, "no way back is asked for any more"


@pytest.mark.parametrize("examples", ["999~wrong", "{links}~wrong"])
def test_there_is_no_way_back_to_what_can_not_be_evaluated(project, examples):
    [made] = project.layers(kind=LayerKind.LINKS)
    at = open_page("inspect", project="habari", examples=examples.format(links=made.id))
    [(_, query)] = links(at, "Back")
    assert query == {"project": ["habari"]}


def test_the_header_leads_back_to_the_evaluation_as_it_was_left(project, second, make):
    at = open_page(project="habari", layer=str(second.id), against="nothing")
    at.query_params.clear()
    at.query_params["project"] = "habari"
    at.switch_page("pages/inspect.py").run()
    asked = [query for _, query in links(at) if query.get("layer")]
    assert asked == [{"project": ["habari"], "layer": [str(second.id)], "against": ["nothing"]}]


def test_what_is_wrong_in_the_second_layer_is_told_too(project, second):
    one, other = evaluated(project), evaluating.evaluate(project, _config(second), Watch(None, None))[0]
    evaluating.difference(project, one, other, samples=20)
    both = f"{one.findings.id}~{evaluating.cell_key(other, 'both-wrong')}"
    found = evaluation_finding.of_pair(project, 0, session.examples_from_url(both))
    said = [entry["name"].partition(": ")[0] for entry in found.entries]
    assert said == ["statistical › matching"] + ["other › matching"] * 3
    # Where only the first is right, all that is wrong is in the second.
    back = evaluating.evaluate(
        project, _config(project.layer(project.current_projection)), Watch(None, None)
    )[0]
    evaluating.difference(project, other, back, samples=20)
    only = f"{other.findings.id}~{evaluating.cell_key(back, 'only-first')}"
    at = open_page("inspect", project="habari", examples=only, beside=str(second.id))
    [finding] = link_view(at)["findings"]
    assert finding["name"].startswith("statistical › matching: missing")
    assert "only “other › matching” is right" in at.button(key="chip_remove").label


def test_a_finding_says_of_what_it_is_and_that_the_pair_was_changed(project):
    findings = evaluated(project).findings
    asked = (findings.id, "wrong")
    assert evaluation_finding.of_pair(project, 3, asked).layer == "statistical › matching"
    assert not evaluation_finding.of_pair(project, 3, asked).changed
    correct(project, 3, (Span(0, 1, "LOC"),))
    assert evaluation_finding.of_pair(project, 3, asked).changed
    data = link_view(open_page("inspect", project="habari", examples=f"{findings.id}~wrong", pair="n-3"))
    assert data["evaluated"] == {"layer": "statistical › matching", "changed": True}
    correct(project, 3, ())
    assert not evaluation_finding.of_pair(project, 3, asked).changed, "as the machine left it again"


def test_against_a_review_a_pair_is_changed_when_its_verdict_was(project, second):
    correct(project, 0, (Span(0, 2, "PER"),))
    judge(project, 0)
    findings = evaluating.evaluate(project, _config(second, "review"), Watch(None, None))[0].findings
    assert not evaluation_finding.of_pair(project, 0, (findings.id, "wrong")).changed
    correct(project, 0, (Span(0, 1, "PER"),))
    assert evaluation_finding.of_pair(project, 0, (findings.id, "wrong")).changed


def test_against_a_review_nothing_is_called_gold(project):
    correct(project, 0, ())
    judge(project, 0)
    at = open_page(project="habari", against="review")
    said = text(at)
    assert "favours it" in said
    assert "If you took them" in said
    shown = "\n".join(line for line in said.split("\n") if "{" not in line)
    shown += "".join(element.proto.spec for element in at.get("plotly_chart"))
    for key_of_a_mark in ("gold-disagrees", "gold="):
        shown = shown.replace(key_of_a_mark, "")
    found = shown.find("gold")
    assert "gold" not in shown, shown[found - 80 : found + 40]
    assert "your review" in shown


def test_two_of_different_moments_are_not_compared(project, second, monkeypatch):
    from projner_ui import run_panel

    judge(project, 1)
    evaluating.evaluate(project, _config(second, "review"), Watch(None, None))
    judge(project, 0)
    evaluated(project, "review")
    monkeypatch.setattr(run_panel, "at_work", lambda project: True)
    at = open_page(project="habari", against="review", versus=str(second.id))
    assert not at.error
    said = text(at)
    assert "compared once both are evaluated again" in said
    assert "other › matching".replace("›", "›") in said
    assert "corrections were made since this was evaluated, and a run is at work" in said
    assert "Is one of them better?" not in said
    assert "What went wrong" in said or "Nothing is wrong" in said, "the first is shown all the same"


def test_drawings_of_two_are_headed_by_whose_they_are(project, second):
    at = open_page(project="habari", versus=str(second.id))
    assert [header.value for header in at.header] == [
        "Errors of the first: \u2068statistical › matching\u2069"
    ]
    assert not open_page(project="habari").header


def test_wrong_boundaries_are_too_short_too_long_or_shifted(project):
    assert evaluation_boundaries.said(project, evaluated(project)) == "1 too short"
    assert "Of those with a wrong boundary: 1 too short." in text(open_page(project="habari"))
    gold = Span(3, 6, "PER")
    kinds = [evaluation_boundaries.kind(gold, Span(*place, "PER")) for place in ((3, 5), (2, 6), (2, 5))]
    assert kinds == ["too short", "too long", "shifted"]


def test_layers_found_on_the_target_are_no_projection(project):
    layer = project.open_layer(
        name="tagger", kind=LayerKind.SPANS, side="target", fingerprint="tagger", provenance={}, parents=[]
    )
    layer = project.complete(project.write(layer, 0, [(), (), (), (Span(0, 1, "LOC"),)]))
    said = text(open_page(project="habari", layer=str(layer.id), against="nothing"))
    assert "its entities were found on the target itself. How many of them are right" in said


def _config(layer, against="gold"):
    return EvaluateConfig(layers=(layer.id,), against=against)
