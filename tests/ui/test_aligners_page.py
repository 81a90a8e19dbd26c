"""The Aligners page as Streamlit runs it, without a browser."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Literal

import pytest
from streamlit.testing.v1 import AppTest

from projner_core.corpus import Alignment, GoldLinks, Link
from projner_core.pipeline import comparing, running
from projner_core.pipeline.available import obstacle
from projner_core.pipeline.comparing import CompareConfig, Estimate
from projner_core.pipeline.config import StageConfig
from projner_core.pipeline.progress import Watch
from projner_core.review.actions import UNTOUCHED, Kind, draft, links_to_json
from projner_core.store import LayerKind
from projner_ui import (
    aligner_choice,
    aligner_drawings,
    aligner_marks,
    aligner_pair,
    aligner_plots,
    aligner_verdict,
    matrix,
    session,
    settings,
)
from projner_ui.aligner_marks import Mark, Marked
from projner_ui.aligner_pair import OWN, ordinal
from projner_ui.stages import named

APP = str(Path(__file__).parents[2] / "app.py")
TRAP = "<img src=x onerror=alert(1)>"
OTHER = [
    Alignment(links=(Link(0, 1, 0.8), Link(1, 1, 0.6), Link(10, 10, 0.9)), weak=(Link(4, 3, 0.3),)),
    Alignment(links=(Link(0, 0, 0.9), Link(2, 3, 0.7))),
    Alignment(),
    Alignment(links=(Link(1, 0, 0.5),)),
]


def open_page(**url):
    at = AppTest.from_file(APP, default_timeout=120)
    at.query_params["project"] = url["project"]
    at.run()  # Inspect, which the app opens on; it puts its own pair into the URL
    at.query_params.clear()
    for name, value in url.items():
        at.query_params[name] = value
    at.switch_page("pages/aligners.py").run()
    assert not at.exception, at.exception
    return at


def text(at):
    shown = (*at.markdown, *at.caption, *at.subheader, *at.error, *at.warning, *at.info, *at.success)
    html = (element.proto.body for element in at.get("html"))
    return "\n".join([*(str(element.value) for element in shown), *html])


def url(at, name):
    value = at.query_params.get(name)
    return value[0] if isinstance(value, list) else value


def views(at):
    """The data of every link view on the page, in order."""
    found = at.get("bidi_component")
    return [json.loads(e.proto.json) for e in found if e.proto.component_name == "projner_link_view"]


def charts(at):
    return [json.loads(element.proto.spec) for element in at.get("plotly_chart")]


def add_links(project, name="other", alignments=OTHER, **provenance):
    layer = project.open_layer(
        name=name, kind=LayerKind.LINKS, side="both", fingerprint=f"links {name}",
        provenance={"stage": "align", "system": name, "settings": {}} | provenance,
    )  # fmt: skip
    layer = project.write(layer, 0, alignments)
    return project.complete(layer)


@pytest.fixture
def two(project):
    """A project with two aligners."""
    add_links(project)
    return project


@pytest.fixture
def compared(two):
    """The same, and they are compared."""
    layers = tuple(layer.id for layer in comparing.link_layers(two))
    comparing.compare(two, CompareConfig(layers=layers), Watch(None, None))
    return two


@pytest.fixture
def started(monkeypatch):
    jobs = []
    monkeypatch.setattr(running, "start", lambda name, config: jobs.append((name, config)) or 1)
    return jobs


def draw_links(project, position, *links):
    now = links_to_json(GoldLinks(frozenset(links), frozenset(links)))
    state = project.state(position) or UNTOUCHED
    return project.append(draft(state, position=position, kind=Kind.LINKS, now=now, who="asha"))


def test_the_page_opens_on_the_most_disputed_pair_with_all_links_over_each_other(compared):
    at = open_page(project="habari")
    [view] = views(at)
    assert url(at, "pair") == view["pair"] == "n-0"
    assert "most disputed of 4" in text(at)
    assert [(a["glyph"], a["hue"]) for a in view["aligners"]] == [("circle", 0), ("square", 1)]
    assert [1, 1, 0.7, 3] in view["links"], "both have it"
    assert [0, 0, 0.99, 1] in view["links"]
    assert [0, 1, 0.8, 2] in view["links"]
    assert view["quiet"]
    assert view["downloads"]
    assert len(charts(at)) == 1, "the matrix, and nothing of the other view"


def test_the_matrix_is_of_the_open_pair(compared):
    at = open_page(project="habari", pair="n-1")
    [chart] = charts(at)
    labels = [label.strip("\u2068\u2069<b>/") for label in chart["layout"]["xaxis"]["ticktext"]]
    assert labels[0] == "Adé"


def test_previous_and_next_walk_by_dispute(compared):
    at = open_page(project="habari")
    assert at.button(key="move_previous").disabled
    seen = [url(at, "pair")]
    while not at.button(key="move_next").disabled:
        at.button(key="move_next").click().run()
        seen.append(url(at, "pair"))
    assert sorted(seen) == ["n-0", "n-1", "n-2", "n-3"]
    layer = comparing.find(compared, [layer.id for layer in comparing.link_layers(compared)]).layer
    queue = [item.id for item in compared.queue(layer.id, limit=10)]
    assert seen == queue


def test_a_pair_is_found_by_its_id_and_by_its_number(compared):
    at = open_page(project="habari")
    at.text_input(key="go_to").set_value("n-3").run()
    assert url(at, "pair") == "n-3"
    at.text_input(key="go_to").set_value("2").run()
    assert url(at, "pair") == "n-1"
    at.text_input(key="go_to").set_value("nobody").run()
    assert url(at, "pair") == "n-1"
    assert "nobody" in str(at.toast[0].value)


def test_side_by_side_each_aligner_shows_what_it_makes_of_the_projection(compared):
    at = open_page(project="habari", pair="n-1", drawn="beside")
    first, second = views(at)
    assert [0, 0, 0.9] in first["links"]
    assert [2, 3, 0.7] in second["links"]
    assert [span["label"] for span in first["target"]["spans"]] == ["PER"]
    assert [span["label"] for span in second["target"]["spans"]] == ["PER", "LOC"]
    assert not first["target"]["editable"]


def test_the_threshold_decides_again_and_is_in_the_url(compared):
    at = open_page(project="habari", pair="n-0")
    at.select_slider(key="at").set_value("0.85").run()
    assert url(at, "at") == "0.85"
    assert [link[:2] for link in views(at)[0]["links"]] == [[0, 0], [10, 10]]
    at.select_slider(key="at").set_value("0.15").run()
    assert [4, 3] in [link[:2] for link in views(at)[0]["links"]], "what was only considered is a link now"
    at.select_slider(key="at").set_value(OWN).run()
    assert "at" not in at.query_params


def test_a_wrong_url_is_read_as_nothing_said(compared):
    at = open_page(project="habari", aligners="99,x", at="7", view="z", drawn="q", pair="nobody")
    [view] = views(at)
    assert (view["pair"], len(view["aligners"])) == ("n-0", 2)
    assert "There is no project" in text(open_page(project="nowhere"))


def test_what_is_picked_is_in_the_url_and_one_alone_is_told_what_to_do(compared, started):
    at = open_page(project="habari")
    _, second = [layer.id for layer in comparing.link_layers(compared)]
    at.button_group(key="aligners_habari").set_value([second]).run()
    assert url(at, "aligners") == str(second)
    assert "Pick a second aligner" in text(at)
    assert len(views(at)) == 1


def test_aligners_that_were_not_compared_are_compared_at_a_click(two, started):
    at = open_page(project="habari")
    assert "have not been compared yet" in text(at)
    assert "pair 1 of 4" in text(at), "in the order of the file until then"
    at.button(key="compare").click().run()
    [(name, config)] = started
    assert name == "habari"
    assert config.layers == tuple(layer.id for layer in comparing.link_layers(two))
    assert config.projector.name == "matching"


def test_one_aligner_alone_can_be_compared_with_itself_without_prior_knowledge(project, started):
    at = open_page(project="habari")
    assert "is the only aligner so far" in text(at)
    at.button(key="compare_bare").click().run()
    [(_, config)] = started
    assert config.aligners == (aligner_choice.BARE,)
    assert config.aligners[0].settings == {"similarity": 0.0, "lexicon": 0.0, "names": 0.0}


def test_links_from_a_file_alone_can_be_compared_with_the_default(imported, started):
    layer = add_links(imported)
    at = open_page(project="habari")
    at.button(key="compare_bare").click().run()
    [(_, config)] = started
    assert (config.layers, config.aligners) == ((layer.id,), (StageConfig(name="statistical"),))


def test_a_project_without_links_is_linked_in_two_ways_at_a_click(imported, started):
    at = open_page(project="habari")
    assert "No words are linked yet" in text(at)
    at.button(key="compare_first").click().run()
    assert len(started[0][1].aligners) == 2


def test_corrected_source_entities_ask_to_compare_again(compared):
    state = compared.state(0) or UNTOUCHED
    compared.append(draft(state, position=0, kind=Kind.SOURCE_SPANS, now=[[0, 1, "PER"]], who="asha"))
    assert "Source entities were corrected since" in text(open_page(project="habari"))


def test_the_corpus_says_what_each_aligner_has_and_what_comes_of_it(compared):
    at = open_page(project="habari", view="corpus")
    said = text(at)
    assert "entities carried over" in said
    assert "F1" in said
    assert "link precision" not in said, "no gold links, no such column"
    assert not views(at)
    assert len(charts(at)) == 3
    assert "where they disagree about an entity" in said


def test_a_disputed_pair_opens_here_and_in_inspect(compared):
    at = open_page(project="habari", view="corpus")
    links = {link.proto.query_string for link in at.get("page_link")}
    assert any("pair=n-1" in link for link in links)
    at.button(key="here_1").click().run()
    assert (url(at, "pair"), url(at, "view")) == ("n-1", None)
    assert views(at)[0]["pair"] == "n-1"


def test_by_hand_starts_from_the_first_aligner_and_goes_on_from_what_was_drawn(compared):
    at = open_page(project="habari", pair="n-1", hand="1")
    [view] = views(at)
    assert view["link_editing"]
    assert not view["corrected_links"]
    assert "standing" not in view
    assert [0, 0, 0.9] in view["links"]
    draw_links(compared, 1, (0, 0), (2, 3))
    at = open_page(project="habari", pair="n-1", hand="1")
    [view] = views(at)
    assert view["corrected_links"]
    assert view["standing"] == [[0, 0, "sure"], [2, 3, "sure"]]
    assert "Gold links for 1 pair" in text(at)


def test_what_was_drawn_by_hand_is_gold_in_the_matrix_and_in_the_figures(compared):
    draw_links(compared, 1, (0, 0), (2, 3))
    at = open_page(project="habari", pair="n-1")
    assert views(at)[0]["gold"] == [[0, 0, "sure"], [2, 3, "sure"]]
    assert "gold, sure" in charts(at)[0]["data"][0]["name"]
    said = text(open_page(project="habari", view="corpus"))
    assert "gold links for 1 pair, 1 of them yours" in said
    assert "link precision" in said
    assert "link AER" in said
    assert "less is better" in said, "the heads are explained to who has no mouse"


def test_a_comparison_at_work_says_how_fast_and_how_long(compared):
    job = compared.start_job("compare", {})
    compared.update_job(job, stage="compare", done=200, total=1000, eta_s=4.0)
    said = text(open_page(project="habari"))
    assert "Comparing the aligners" in said
    assert "200 of 1,000 pairs · 200 pairs a second · about 4 seconds left" in said


def test_how_a_comparison_ended_is_said_here(compared):
    job = compared.start_job("compare", {})
    compared.finish_job(job, "failed", f"the model {TRAP} is not here")
    said = text(open_page(project="habari"))
    assert "The comparison failed" in said
    assert "\\<img" in said


def test_names_of_layers_are_text(project):
    layer = add_links(project, name=TRAP)
    layers = tuple(one.id for one in comparing.link_layers(project))
    assert layer.id in layers
    comparing.compare(project, CompareConfig(layers=layers), Watch(None, None))
    for view in ("pair", "corpus"):
        at = open_page(project="habari", view=view)
        html = "".join(element.proto.body for element in at.get("html"))
        assert TRAP not in html
        assert "&lt;img" in html
        assert all(TRAP not in json.dumps(chart) for chart in charts(at))


@pytest.mark.parametrize("there_before", [False, True])
def test_an_aligner_that_just_ran_is_picked_whether_it_had_to_run_or_not(two, there_before):
    first, other = comparing.link_layers(two)
    config = CompareConfig(layers=(first.id,), aligners=(StageConfig(name="other"),))
    if not there_before:
        config = CompareConfig(layers=(first.id,), aligners=(StageConfig(name="third"),))
    job = two.start_job("compare", config.model_dump())
    new = other if there_before else add_links(two, name="third")
    two.finish_job(job, "done")
    at = open_page(project="habari", aligners=str(first.id), job=str(job))
    assert url(at, "aligners") == f"{first.id},{new.id}"
    assert "job" not in at.query_params


@pytest.mark.parametrize("state", ["failed", "cancelled"])
def test_an_aligner_that_did_not_finish_is_not_picked(two, state):
    first, _ = comparing.link_layers(two)
    config = CompareConfig(layers=(first.id,), aligners=(StageConfig(name="other"),))
    job = two.start_job("compare", config.model_dump())
    two.finish_job(job, state)
    at = open_page(project="habari", aligners=str(first.id), job=str(job))
    assert url(at, "aligners") == str(first.id)


def test_a_fifth_aligner_makes_the_first_one_give_way(two):
    for name in ("third", "fourth", "fifth"):
        add_links(two, name=name)
    ids = [layer.id for layer in comparing.link_layers(two)]
    at = open_page(project="habari", aligners=",".join(map(str, ids[:4])))
    at.button_group(key="aligners_habari").set_value(ids).run()
    assert url(at, "aligners") == ",".join(map(str, ids[1:]))
    glyphs = [aligner["glyph"] for aligner in views(at)[0]["aligners"]]
    assert len(set(glyphs)) == 4


@pytest.mark.parametrize(
    ("number", "said"),
    [(1, "1st"), (2, "2nd"), (3, "3rd"), (4, "4th"), (11, "11th"), (112, "112th"), (1021, "1,021st")],
)
def test_ordinals(number, said):
    assert ordinal(number) == said


def test_what_cannot_run_here_says_so_before_it_is_run(home):
    assert obstacle(StageConfig(name="statistical")) is None
    wrong = StageConfig.model_validate({"name": "statistical", "threshold": 7.0})
    assert "threshold" in obstacle(wrong)
    missing = StageConfig.model_validate({"name": "awesome", "model": "nobody/has-this-model"})
    assert "nobody/has-this-model" in obstacle(missing)
    member = StageConfig.model_validate({"name": "combination", "of": "statistical, nothing-like-it"})
    assert "nothing-like-it" in obstacle(member)


def test_every_aligner_has_a_name_for_people():
    from projner_core.aligners import registry

    for system in registry.names():
        assert named("aligner", system) != system


def test_links_are_drawn_as_decided_even_where_the_score_says_otherwise():
    links, threshold = aligner_drawings.decided(
        Alignment((Link(0, 0, 0.4), Link(1, 1, 0.9)), (Link(0, 1, 0.8), Link(1, 0, 0.01)))
    )
    solid = {(s, t) for s, t, score in links if score >= threshold}
    assert solid == {(0, 0), (1, 1)}
    assert (0, 1) in {(s, t) for s, t, _ in links}
    assert aligner_drawings.decided(Alignment()) == ([], pytest.approx(0.999))


def test_the_mean_line_leaves_out_stretches_with_few_points():
    points = [(0.05, 1.0), (0.05, 0.5), (0.05, 0.0), (0.95, 0.2)]
    assert aligner_plots.means(points) == [(pytest.approx(0.05), pytest.approx(0.5))]
    assert aligner_plots.means([(1.0, 0.5)] * 3) == [(1.0, 0.5)]


def test_shares_of_links():
    assert aligner_plots.shared_shares([[4, 2], [2, 4]]) == [[1.0, 2 / 6], [2 / 6, 1.0]]
    assert aligner_plots.shared_shares([[0, 0], [0, 0]]) == [[1.0, 1.0], [1.0, 1.0]]


class Chooser:
    """A system.

    Args:
        units: pieces of words, or words.
        layer: a number.
    """

    def __init__(self, *, units: Literal["word", "subword"] = "subword", layer: int = 8) -> None:
        pass


def test_a_setting_whose_type_names_its_values_is_chosen_from_them():
    units, layer = settings.settings_of(Chooser)
    assert units.values == ("word", "subword")
    assert (units.default, units.help) == ("subword", "pieces of words, or words.")
    assert layer.values == ()


def unknown_type(*, size: Nowhere = 1):  # noqa: F821 - a name that only a type checker would know
    pass


def test_a_type_that_is_not_known_here_does_no_harm():
    [size] = settings.settings_of(unknown_type)
    assert (size.name, size.default, size.values) == ("size", 1, ())


# ------------------------------------------------------------------ the answer in one line


def estimated(comparison, **figures):
    """The comparison with these figures in place of what was measured, one an aligner."""
    aligners = [
        replace(compared, **{name: values[number] for name, values in figures.items()})
        for number, compared in enumerate(comparison.aligners)
    ]
    return replace(comparison, aligners=tuple(aligners))


def verdict(project, gold_pairs=0, **figures):
    layers = comparing.link_layers(project)
    comparison = comparing.find(project, [layer.id for layer in layers])
    given = {"f1": (None, None), "aer": (None, None)} | figures
    comparison = replace(estimated(comparison, **given), gold_pairs=gold_pairs)
    aligners = [Marked("one", Mark(0)), Marked(TRAP, Mark(1))]
    return re.sub(r"<[^>]*>", "", aligner_verdict.html(comparison, aligners))


def test_the_verdict_names_who_is_right_most_often(compared):
    far = (Estimate(0.72, 0.70, 0.74), Estimate(0.839, 0.82, 0.86))
    said = verdict(compared, f1=far)
    assert said.startswith("Trust ■ &lt;img")
    assert said.endswith("its projection is right most often (entity F1 .839; next .720).")
    near = (Estimate(0.8, 0.7, 0.9), Estimate(0.839, 0.75, 0.86))
    assert verdict(compared, f1=near).endswith("Their intervals overlap: more gold would settle it.")
    same = verdict(compared, f1=(Estimate(0.8, 0.7, 0.9),) * 2)
    assert same.endswith("are equally good (entity F1 .800): more gold may tell them apart.")


def test_without_gold_entities_the_links_decide_and_without_both_nobody_does(compared):
    far = (Estimate(0.1, 0.08, 0.12), Estimate(0.3, 0.2, 0.4))
    said = verdict(compared, gold_pairs=20, aer=far)
    assert said == "Trust ● one: its links are nearest to the gold of 20 pairs (link AER .100; next .300)."
    one_pair = (Estimate(0.1, 0.1, 0.1), Estimate(0.3, 0.3, 0.3))
    assert "One pair says little" in verdict(compared, gold_pairs=1, aer=one_pair)
    nobody = verdict(compared)
    assert nobody.startswith("There is no gold, so nobody can say which is right. They part about an entity")


@pytest.mark.parametrize("view", ["pair", "corpus"])
def test_the_verdict_stands_above_both_views(compared, view):
    said = text(open_page(project="habari", view=view))
    assert 'class="verdict"' in said


# ------------------------------------------------------------------ gold


def test_by_hand_starts_from_imported_gold(compared):
    add_links(compared, name="people", alignments=[Alignment(links=(Link(1, 1, 1.0),))] * 4, gold=True)
    at = open_page(project="habari", pair="n-1", hand="1")
    [view] = views(at)
    assert view["standing"] == [[1, 1, "sure"]]
    assert not view["corrected_links"]
    assert "These are the imported gold links; what you change is yours." in text(at)
    assert not [button for button in at.button if button.key == "keep_as_gold"]
    assert aligner_pair._decided(compared, comparing.link_layers(compared)[0].id, 1, None).sure == {(1, 1)}


def test_links_that_are_right_become_gold_at_a_click(compared):
    at = open_page(project="habari", pair="n-1", hand="1")
    at.button(key="keep_as_gold").click().run()
    assert not at.exception
    assert links_to_json(compared.state(1).links) == [[0, 0, "sure"]]
    assert "These links are yours." in text(at)
    assert url(at, "pair") == "n-1"
    assert not [button for button in at.button if button.key == "keep_as_gold"]


# ------------------------------------------------------------------ what the address says


def test_controls_follow_the_address(compared):
    at = open_page(project="habari", view="corpus")
    at.button(key="here_1").click().run()
    assert at.button_group(key="view").value in ("pair", ["pair"])
    at.toggle(key="hand").set_value(True).run()
    at.query_params.pop("hand")  # browser Back
    at.query_params["at"] = "0.85"
    at.run()
    assert not at.toggle(key="hand").value
    assert at.select_slider(key="at").value == "0.85"


def test_what_was_compared_last_is_picked_where_the_address_says_nothing(two):
    for name in ("third", "fourth", "fifth"):
        add_links(two, name=name)
    known = [layer.id for layer in comparing.link_layers(two)]
    comparing.compare(two, CompareConfig(layers=(known[1], known[3])), Watch(None, None))
    at = open_page(project="habari")
    assert url(at, "aligners") == f"{known[1]},{known[3]}"


def test_another_project_starts_from_its_own_choice(compared, make):
    make("lugha")
    at = open_page(project="habari", hand="1", at="0.85")
    assert url(at, "aligners")
    at.query_params["project"] = "lugha"
    at.run()
    for name in ("aligners", "hand", "at", "beside", "job"):
        assert name not in at.query_params


def test_the_open_pair_is_one_click_from_inspect_with_the_projections_beside_it(compared):
    at = open_page(project="habari", pair="n-1")
    [link] = [link for link in at.get("page_link") if "pair=" in link.proto.query_string]
    comparison = comparing.find(compared, [layer.id for layer in comparing.link_layers(compared)])
    beside = "%2C".join(str(own.projection.id) for own in comparison.aligners)
    assert link.proto.query_string == f"project=habari&pair=n-1&beside={beside}"


@pytest.mark.parametrize(("shown", "opened"), [("n-0", "n-0"), ("n-3", "n-3")])
def test_a_late_answer_does_not_throw_the_reader_back(monkeypatch, compared, shown, opened):
    parameters = {"pair": shown}
    monkeypatch.setattr(aligner_pair.session, "set_url", parameters.update)
    monkeypatch.setattr(aligner_pair.session.Filter, "from_url", lambda: session.Filter())
    monkeypatch.setattr(aligner_pair.st, "session_state", {})
    layer = comparing.link_layers(compared)[0].id
    trigger = {"pair": "n-0", "position": 0, "kind": "links", "was": None, "now": []}
    monkeypatch.setattr(aligner_pair.session, "reviewer", lambda: "asha")
    aligner_pair._act(compared, None, layer, None, trigger)
    assert links_to_json(compared.state(0).links) == []
    assert parameters["pair"] == opened


# ------------------------------------------------------------------ names and figures


def named_layers(project, *told):
    for number, (system, given) in enumerate(told):
        add_links(project, name=f"{system} {number}", system=system, settings=given)
    known = comparing.link_layers(project)
    return [aligner_choice.name(known, layer) for layer in known]


def test_names_say_only_what_differs_and_the_model_last(imported):
    path = "/home/asha/models/bert-base"
    names = named_layers(
        imported,
        ("simalign", {"model": path, "layer": 8, "device": "cpu"}),
        ("simalign", {"model": "org/xlm-r", "layer": 7, "device": "cpu"}),
        ("awesome", {"model": path}),
        ("statistical", {"threshold": 0.6}),
        ("statistical", {**aligner_choice.BARE.settings, "threshold": 0.6}),
    )
    assert names == [
        "simalign, layer 8, bert-base", "simalign, layer 7, xlm-r", "awesome",
        "statistical", "statistical, no prior knowledge",
    ]  # fmt: skip


def test_two_of_one_name_are_told_apart_by_their_number(imported):
    first, second = named_layers(imported, ("x", {"a": 1}), ("x", {"a": 1}))
    assert first != second
    assert "#" in first


def test_no_weak_link_is_drawn_as_a_decided_one():
    links, threshold = aligner_drawings.decided(Alignment((Link(0, 0, 0.0),), (Link(0, 1, 0.8),)))
    assert [link[:2] for link in links if link[2] >= threshold] == [[0, 0]]


def test_of_a_very_long_pair_there_is_no_matrix(compared, monkeypatch):
    monkeypatch.setattr(matrix, "MOST", 10)
    at = open_page(project="habari", pair="n-0")
    assert not charts(at)
    assert "No matrix: this pair has 11 and 11 words, and one of more than 10 a side" in text(at)
    assert charts(open_page(project="habari", pair="n-1"))


def test_a_theme_that_is_known_has_one_set_of_rules():
    assert "prefers-color-scheme" in aligner_marks.style(None)
    for theme in ("light", "dark"):
        rules = aligner_marks.style(theme)
        assert "@media" not in rules
        assert Mark(0).colour(theme) in rules


def test_charts_are_said_in_figures(compared):
    at = open_page(project="habari", view="corpus")
    alts = [chart.proto.alt for chart in at.get("plotly_chart")]
    assert all(any(character.isdigit() for character in alt) for alt in alts), alts
    [alt] = [chart.proto.alt for chart in open_page(project="habari", pair="n-0").get("plotly_chart")]
    assert alt.startswith("The alignment matrix of this pair: statistical has 2 links")


def test_a_fifth_aligner_says_whose_place_it_takes(two):
    for name in ("third", "fourth"):
        add_links(two, name=name)
    at = open_page(project="habari")
    at.session_state["add_aligner"] = True
    at.run()
    labels = [button.label for button in at.button if button.key == "add_run"]
    assert labels == ["Run it on 4 pairs in place of fourth"]


@pytest.mark.parametrize(("projected", "written"), [((148, 150), ".1%"), ((50, 150), ".0%")])
def test_ticks_that_are_close_together_are_told_apart(compared, projected, written):
    comparison = comparing.find(compared, [layer.id for layer in comparing.link_layers(compared)])
    comparison = estimated(comparison, f1=(None, None), projected=projected, entities=(150, 150))
    made = aligner_plots.outcome(comparison, [Marked("a", Mark(0)), Marked("b", Mark(1))], theme="light")
    assert made["layout"]["xaxis"]["tickformat"] == written
    said = aligner_plots.outcome_said(comparison, [Marked("a", Mark(0)), Marked("b", Mark(1))])
    assert f"a {projected[0]} of 150; b {projected[1]} of 150" in said


def test_an_aligner_runs_with_the_settings_that_its_button_is_pressed_with(two, monkeypatch):
    started = []
    monkeypatch.setattr(running, "start", lambda name, config: started.append(config) or 1)
    at = open_page(project="habari")
    at.session_state["add_aligner"] = True
    at.run()
    at.number_input(key="add_statistical_threshold").set_value(0.6)
    at.button(key="add_run").click().run()
    assert [aligner.settings for aligner in started[0].aligners] == [{"threshold": 0.6}]
