"""The Evaluation page as Streamlit runs it, without a browser: from a mark to the pairs that it counts."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from projner_core.corpus import Projection, Reason, Span
from projner_core.evaluation.summary import key
from projner_core.pipeline import evaluating, running
from projner_core.pipeline.evaluating import EvaluateConfig
from projner_core.pipeline.progress import Watch
from projner_core.review.actions import UNTOUCHED, Kind, Verdict, draft
from projner_core.store import LayerKind
from projner_ui import evaluation_finding, evaluation_making, evaluation_report, session
from projner_ui.actions import Trail, act
from tests.ui.conftest import SOURCE_SPANS

APP = str(Path(__file__).parents[2] / "app.py")


def open_page(page="evaluation", **url):
    at = AppTest.from_file(APP, default_timeout=120)
    at.query_params["project"] = url["project"]
    at.run()  # Inspect, which the app opens on
    at.query_params.clear()
    for name, value in url.items():
        at.query_params[name] = value
    if page != "inspect":
        at.switch_page(f"pages/{page}.py")
    at.run()
    assert not at.exception, at.exception
    return at


def text(at):
    shown = (*at.markdown, *at.caption, *at.subheader, *at.error, *at.warning, *at.info, *at.success)
    html = (element.proto.body for element in at.get("html"))
    links = (element.proto.label for element in at.get("page_link"))
    return "\n".join([*(str(element.value) for element in shown), *html, *links])


def url(at, name):
    value = at.query_params.get(name)
    return value[0] if isinstance(value, list) else value


def charts(at):
    return [json.loads(element.proto.spec) for element in at.get("plotly_chart")]


def marks(at):
    """Key and what is said of every mark that opens something, of every drawing."""
    for chart in charts(at):
        for trace in chart["data"]:
            yield from (
                (where, said)
                for where, said in zip(trace.get("customdata", ()), trace.get("hovertext", ()), strict=True)
                if where
            )


def queue_list(at):
    [found] = [e for e in at.get("bidi_component") if e.proto.component_name == "projner_queue_list"]
    return json.loads(found.proto.json)


def link_view(at):
    [found] = [e for e in at.get("bidi_component") if e.proto.component_name == "projner_link_view"]
    return json.loads(found.proto.json)


def evaluated(project, against="gold"):
    layer = project.current_projection
    config = EvaluateConfig(layers=(layer,), against=against)
    return evaluating.evaluate(project, config, Watch(None, None))[0]


def add_projection(project, name, targets):
    """Another projection of the same entities: for each pair, where each of them goes."""
    layer = project.open_layer(
        name=name, kind=LayerKind.PROJECTIONS, side="target", fingerprint=name, provenance={},
        parents=list(project.layer(project.current_projection).parents),
    )  # fmt: skip
    rows = [
        tuple(
            Projection(entity, target, Reason.PROJECTED if target else Reason.NOT_ALIGNED)
            for entity, target in zip(entities, found, strict=True)
        )
        for entities, found in zip(SOURCE_SPANS, targets, strict=True)
    ]
    return project.complete(project.write(layer, 0, rows))


def judge(project, position, verdict=Verdict.RIGHT):
    state = project.state(position) or UNTOUCHED
    project.append(draft(state, position=position, kind=Kind.VERDICT, now=verdict, who="asha"))


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


def test_the_page_answers_how_good_it_is_at_once(project):
    at = open_page(project="habari")
    said = text(at)
    assert "<b>4 of 6</b>" in said
    assert "Of 2 errors" in said
    assert ".727" in said, "F1 = 2 * 4 / (6 + 5)"
    assert "2 of 4" in said, "sentences that are exactly right"
    assert [subheader.value for subheader in at.subheader][:2] == ["What went wrong", "Why"]


def test_every_mark_opens_as_many_pairs_as_it_says(project):
    at = open_page(project="habari")
    findings = evaluated(project).findings
    seen = 0
    for where, said in marks(at):
        [entities, pairs] = map(int, re.findall(r"(\d+) entit(?:y|ies) in (\d+) pairs?", said)[-1])
        listed = project.queue(project.current_projection, examples=(findings.id, where))
        assert len(listed) == pairs <= entities, (where, said)
        seen += 1
    assert seen > 10


def test_from_a_bar_to_the_pair_that_it_counts(project):
    at = open_page(project="habari")
    bars = charts(at)[0]["data"][0]
    assert dict(zip(bars["y"], bars["text"], strict=True)) == {"missing": "1", "wrong boundary": "1"}
    findings = evaluated(project).findings
    where = bars["customdata"][bars["y"].index("missing")]
    at = open_page("inspect", project="habari", examples=session.examples_to_url((findings.id, where)))
    assert [item["position"] for item in queue_list(at)["items"]] == [3], "the Nile, which was lost"
    assert url(at, "pair") == "n-3"
    [finding] = link_view(at)["findings"]
    assert finding["name"].startswith("missing")
    assert "النيل" in finding["text"]
    assert finding["index"] == 0
    gold = [layer for layer in link_view(at)["layers"] if layer["name"] == "gold"]
    assert gold[0]["spans"] == [{"start": 0, "end": 1, "label": "LOC"}]


def test_the_chip_says_what_is_listed_and_removes_it(project):
    findings = evaluated(project).findings
    at = open_page("inspect", project="habari", examples=f"{findings.id}~outcome=boundary")
    chip = at.button(key="chip_remove")
    assert "wrong boundary" in chip.label
    assert chip.label.endswith("1 pair")
    at = chip.click().run()
    assert not at.exception
    assert url(at, "examples") is None
    assert len(queue_list(at)["items"]) == 4
    assert url(at, "pair") == "n-0", "the pair that was open stays open"


def test_next_and_previous_stay_inside_the_examples(project):
    findings = evaluated(project).findings
    queue = session.Filter(order="file", examples=(findings.id, key(wrong="")))

    def move(position, to):
        trigger = {"kind": "move", "pair": f"n-{position}", "position": position, "to": to}
        return act(project, trigger, who="asha", queue=queue, trail=Trail())

    assert move(0, "next").position == 3
    assert move(3, "next").at_end
    assert move(3, "previous").position == 0


def test_the_filters_keep_the_examples(project):
    findings = evaluated(project).findings
    at = open_page("inspect", project="habari", examples=f"{findings.id}~wrong")
    at = at.segmented_control(key="filter_show").set_value("open").run()
    assert url(at, "examples") == f"{findings.id}~wrong"
    assert url(at, "show") == "open"
    assert {item["position"] for item in queue_list(at)["items"]} == {0, 3}


@pytest.mark.parametrize("examples", ["999~outcome=missing", "~", "x~y", "1", "9" * 40 + "~wrong", "1~<b>"])
def test_an_address_of_nothing_lists_nothing_or_everything(project, examples):
    at = open_page("inspect", project="habari", examples=examples)
    assert not at.exception


@pytest.mark.parametrize(
    ("said", "read"),
    [
        ("7~label=a%0020b wrong", (7, "label=a%0020b wrong")),
        ("7~a~b", (7, "a~b")),
        ("~a", None),
        ("seven~a", None),
        ("7~", None),
        ("", None),
    ],
)
def test_examples_in_the_address(said, read):
    assert session.examples_from_url(said) == read
    if read is not None:
        assert session.examples_to_url(read) == said


def test_two_layers_are_compared_and_each_cell_opens_its_pairs(project, second):
    at = open_page(project="habari", versus=str(second.id))
    assert "The first" in text(at)
    one, other = evaluated(project), evaluating.find(project, second.id)
    counts = {
        cell: len(
            project.queue(None, order="file", examples=(one.findings.id, evaluating.cell_key(other, cell)))
        )
        for cell in ("both-right", "only-first", "only-second", "both-wrong")
    }
    assert counts == {"both-right": 2, "only-first": 0, "only-second": 1, "both-wrong": 1}
    links = [link.proto for link in at.get("page_link") if "cell%3Donly-second" in link.proto.query_string]
    assert len(links) == 1
    at = open_page(
        "inspect", project="habari", beside=str(second.id),
        examples=f"{one.findings.id}~{evaluating.cell_key(other, 'only-second')}",
    )  # fmt: skip
    assert [item["position"] for item in queue_list(at)["items"]] == [3]
    assert "only “other › matching” is right" in at.button(key="chip_remove").label
    assert "other › matching" in [layer["name"] for layer in link_view(at)["layers"]]
    back = next(link.proto for link in at.get("page_link") if "Back" in link.proto.label)
    assert f"versus={second.id}" in back.query_string


def test_without_gold_it_says_what_can_be_said_and_opens_what_was_not_carried_over(project):
    at = open_page(project="habari", against="nothing")
    assert "carried over **5 of 6 source entities**" in text(at)
    assert "nobody can say" in text(at)
    reasons = next(chart for chart in charts(at) if "reason=not-aligned" in chart["data"][0]["customdata"])
    assert reasons["data"][0]["text"] == ["1"]
    from projner_core.pipeline import unprojected

    layer = project.layer(project.current_projection)
    unprojected.keep(project, layer)
    at = open_page(
        "inspect", project="habari", examples=f"{layer.id}~{unprojected.reason_key('not-aligned')}"
    )
    assert [item["position"] for item in queue_list(at)["items"]] == [3]
    assert "not projected · not aligned" in at.button(key="chip_remove").label.replace("\\", "")
    assert link_view(at)["findings"] == [], "a projection is no evaluation"


def test_what_was_reviewed_is_something_to_measure_against(project):
    judge(project, 0)
    at = open_page(project="habari", against="nothing")
    at = at.button(key="against_review").click().run()
    assert url(at, "against") == "review"
    assert "<b>3 of 3</b>" in text(at), "the pair was called right as it stood"
    assert "Only the 1 pair" in text(at)
    judge(project, 3, Verdict.NO_ENTITY)
    at.run()
    assert "Only the 2 pairs" in text(at), "a small project is evaluated again by itself"


def test_a_large_project_is_evaluated_when_asked(project, monkeypatch):
    jobs = []
    monkeypatch.setattr(running, "start", lambda name, config: jobs.append((name, config)) or 1)
    monkeypatch.setattr(evaluation_making, "SMALL", 1)
    at = open_page(project="habari")
    assert "is not evaluated yet: 4 pairs" in text(at)
    assert not charts(at)
    at.button(key=f"evaluate_{project.current_projection}").click().run()
    [(name, config)] = jobs
    assert (name, config.layers, config.against) == ("habari", (project.current_projection,), "gold")


def test_nothing_was_projected_yet(imported):
    at = open_page(project="habari")
    assert "nothing to evaluate" in text(at)


def test_the_diagonal_hides_on_request(project):
    at = open_page(project="habari")
    squares = charts(at)[2]["data"][0]
    assert key(gold="LOC", predicted="LOC") in squares["customdata"]
    at = at.toggle(key="hide_diagonal").set_value(True).run()
    squares = charts(at)[2]["data"][0]
    assert squares["customdata"] == [key(gold="LOC", predicted="")]


def test_the_dimension_is_in_the_address(project):
    at = open_page(project="habari", dimension="position")
    assert at.selectbox(key="evaluation_dimension").value == "position"
    at = at.selectbox(key="evaluation_dimension").set_value("length").run()
    assert url(at, "dimension") == "length"
    at = open_page(project="habari", dimension="nonsense", layer="-1", versus="x", against="?")
    assert "<b>4 of 6</b>" in text(at)


@pytest.mark.parametrize("kind", ["html", "md", "csv", "tex"])
def test_the_report_holds_what_the_page_shows(project, second, kind):
    one = evaluated(project)
    evaluating.evaluate(project, EvaluateConfig(layers=(second.id,)), Watch(None, None))
    written = evaluation_report.file(project, (one, evaluating.find(project, second.id)), kind).decode()
    assert "other › matching" in written
    assert "72.7" in written or ".727" in written


def test_a_finding_is_one_of_those_that_a_figure_counts(project):
    findings = [
        f for row in project.annotations(evaluated(project).findings.id, 0, 4) for f in row if f.wrong
    ]
    boundary, missing = findings
    assert evaluation_finding.fits(boundary, {"outcome": "boundary"})
    assert not evaluation_finding.fits(missing, {"outcome": "boundary"})
    assert evaluation_finding.fits(missing, {"gold": "LOC", "predicted": ""})
    assert not evaluation_finding.fits(boundary, {"label": "LOC", "wrong": ""})
