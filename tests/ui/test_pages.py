"""The pages as Streamlit runs them, without a browser."""

from __future__ import annotations

import json
import runpy
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from projner_core.errors import ProjnerError
from projner_core.pipeline import demo, running
from projner_core.review.actions import Kind, draft
from projner_core.store import catalogue
from projner_ui import frame, session

APP = str(Path(__file__).parents[2] / "app.py")
TRAP = "<img src=x onerror=alert(1)>"


def open_page(page="inspect", **url):
    at = AppTest.from_file(APP, default_timeout=120)
    for name, value in url.items():
        at.query_params[name] = value
    at.run()
    if page != "inspect":
        at.switch_page(f"pages/{page}.py").run()
    assert not at.exception, at.exception
    return at


def text(at):
    shown = (*at.markdown, *at.caption, *at.subheader, *at.error, *at.warning, *at.info)
    return "\n".join(str(element.value) for element in shown)


def components(at):
    """The data of the queue and of the link view, as the browser gets it."""
    found = {}
    for element in at.get("bidi_component"):
        found[element.proto.component_name] = json.loads(element.proto.json)
    return found


def decide(project, position, kind, now):
    return project.append(draft(project.state(position), position=position, kind=kind, now=now, who="asha"))


def url(at, name):
    value = at.query_params.get(name)
    return value[0] if isinstance(value, list) else value


def test_inspect_opens_on_the_most_doubtful_pair(project):
    at = open_page(project="habari")
    shown = components(at)
    assert shown["projner_link_view"]["pair"] == "n-3"
    assert [item["position"] for item in shown["projner_queue_list"]["items"]] == [3, 0, 1, 2]
    assert url(at, "pair") == "n-3"
    assert "0 of 4 reviewed" in text(at)
    assert "pair 4 · doubt 0.90" in text(at)


def test_the_url_names_project_pair_and_filter(project):
    decide(project, 3, Kind.VERDICT, "right")
    at = open_page(project="habari", pair="n-2", show="open", order="file")
    shown = components(at)
    assert shown["projner_link_view"]["pair"] == "n-2"
    assert shown["projner_queue_list"]["current"] == 2
    assert [item["position"] for item in shown["projner_queue_list"]["items"]] == [0, 1, 2]


def test_a_filter_that_is_chosen_goes_into_the_url_and_the_pair_stays(project):
    at = open_page(project="habari", pair="n-0")
    at.text_input(key="filter_find").set_value("Hakuna").run()
    assert url(at, "find") == "Hakuna"
    shown = components(at)
    assert [item["position"] for item in shown["projner_queue_list"]["items"]] == [2]
    assert shown["projner_link_view"]["pair"] == "n-0"
    at.text_input(key="filter_find").set_value("").run()
    assert "find" not in at.query_params


def test_nothing_found_is_a_sentence_not_an_error(project):
    at = open_page(project="habari", find="zzz")
    assert "No pair matches" in text(at)
    assert "projner_link_view" not in components(at)


def test_every_pair_reviewed_points_to_the_export(project):
    for position in range(4):
        decide(project, position, Kind.VERDICT, "right")
    at = open_page(project="habari", show="open")
    assert "Every pair is reviewed" in text(at)


def test_a_wrong_url_is_met_with_a_sentence(project):
    assert "There is no project" in text(open_page(project="nowhere"))
    assert "can" in text(open_page(project="../../etc/passwd"))
    assert components(open_page(project="habari", pair="nobody"))["projner_link_view"]["pair"] == "n-3"
    assert components(open_page(project="habari", show="x", order="y"))["projner_link_view"]["pair"] == "n-3"


def test_only_the_open_pair_is_sent(project):
    sent = json.dumps(components(open_page(project="habari"))["projner_link_view"])
    assert "Mwangi" not in sent


def test_an_imported_project_offers_to_project(imported):
    at = open_page(project="habari")
    assert "Nothing was carried over to Kiswahili yet" in text(at)
    assert components(at)["projner_link_view"]["links"] == []


def test_source_entities_marked_by_hand_offer_to_project_again(project):
    at = open_page(project="habari")
    assert "changed since" not in text(at)
    project.set_meta("source_edits", 1)
    at.run()
    assert "Source entities changed since they were projected" in text(at)


def test_a_run_that_failed_says_why(project):
    job = project.start_job("run", {})
    project.finish_job(job, "failed", f"the model {TRAP} is not here")
    said = text(open_page("project", project="habari"))
    assert "The run failed" in said
    assert "\\<img src" in said, "it is text, not markup"
    assert "The run failed" not in text(open_page(project="habari")), "there is a projection to look at"


def test_a_run_at_work_shows_how_far_it_is(project):
    job = project.start_job("run", {})
    project.update_job(job, stage="align", done=300, total=1200, eta_s=150.0)
    at = open_page(project="habari")
    assert "Linking words" in text(at)
    assert "300 of 1,200 pairs · about 2 minutes left" in text(at)
    at.button(key="cancel_run").click().run()
    assert project.cancel_requested(job)


def test_a_run_whose_process_died_can_be_gone_on_with(project, monkeypatch):
    job = project.start_job("run", {})
    project.update_job(job, stage="align", done=2, total=4, heartbeat=0.0)
    assert running.status(project).state == "stopped"
    assert "Run again and it goes on" in text(open_page("project", project="habari"))


def test_the_project_page_lists_projects_and_says_what_is_in_the_open_one(project):
    catalogue.create_project("Yorùbá 2", "en", "yo").close()
    at = open_page("project", project="habari")
    labels = [button.label for button in at.button]
    assert any("habari" in label and "4 pairs" in label for label in labels)
    assert any("Yorùbá 2" in label for label in labels)
    assert {metric.label: metric.value for metric in at.metric}["Source entities"] == "in your file"
    at.button(key="open_Yorùbá 2").click().run()
    assert url(at, "project") == "Yorùbá 2"
    assert not at.exception


def test_run_starts_a_worker_with_what_was_chosen(imported, monkeypatch):
    started = []
    monkeypatch.setattr(running, "start", lambda name, config: started.append((name, config)) or 1)
    at = open_page("project", project="habari")
    at.button(key="run").click().run()
    [(name, config)] = started
    assert (name, config.aligner.name, config.projector.name) == ("habari", "statistical", "matching")


def test_settings_are_read_off_the_system_and_only_changed_ones_are_kept(imported, monkeypatch):
    started = []
    monkeypatch.setattr(running, "start", lambda name, config: started.append(config) or 1)
    at = open_page("project", project="habari")
    at.toggle(key="all_settings").set_value(True).run()
    # Both at once, as of someone who presses the button while the field has not left her hands.
    at.number_input(key="aligner_habari_statistical_threshold").set_value(0.25)
    at.button(key="run").click().run()
    assert started[0].aligner.settings == {"threshold": 0.25}
    assert started[0].projector.settings == {}


def test_a_deleted_project_is_in_the_trash_and_the_page_goes_on(project, home):
    at = open_page("project", project="habari")
    at.button(key="delete").click().run()
    assert not at.exception
    assert catalogue.projects() == []
    assert list((home / "trash").glob("habari*"))


def test_the_import_form_asks_for_files_and_languages(home):
    catalogue.create_project("other", "en", "sw").close()
    at = open_page("project", new="1")
    assert [s.label for s in at.selectbox][:2] == ["The language you know", "The language that needs labels"]
    assert "marked by hand" in text(at) or "mark them by hand" in text(at)


def test_export_offers_what_there_is_and_shows_what_was_corrected(project):
    decide(project, 0, Kind.SPANS, [[0, 2, "PER"], [3, 9, "ORG"], [10, 11, "LOC"]])
    at = open_page("export", project="habari")
    assert at.radio(key="export_tags").options == [
        "Kiswahili, reviewed",
        "Kiswahili, projected",
        "Kiswahili, gold",
        "English",
    ]
    shown = "\n".join(code.value for code in at.code)
    assert "- [PER Asha Mwangi] aliiambia [ORG Mahakama ya Haki ya Afrika] Mashariki" in shown
    assert "+ [PER Asha Mwangi] aliiambia [ORG Mahakama ya Haki ya Afrika Mashariki]" in shown
    assert "onerror=alert(1)>" in shown, "a token is text"


def test_projects_of_one_corpus_keep_their_corrections_apart(make):
    for name, entity in (("first", [0, 1, "PER"]), ("second", [1, 2, "LOC"])):
        project = make(name)
        decide(project, 0, Kind.SPANS, [entity])
    for name, shown in (("first", "[PER Asha] Mwangi"), ("second", "Asha [LOC Mwangi]")):
        at = open_page("export", project=name)
        assert any(shown in code.value for code in at.code)


def test_export_with_nothing_to_give_says_what_to_do(home):
    with catalogue.create_project("empty", "en", "sw"):
        at = open_page("export", project="empty")
    assert "Nothing is tagged yet" in text(at)


def test_the_reviewer_is_remembered_on_this_machine(project, home):
    at = open_page("project", project="habari")
    at.text_input(key="reviewer_name").set_value("  Asha   Mwangi ").run()
    again = open_page("project", project="habari")
    assert again.text_input(key="reviewer_name").value == "Asha Mwangi"


def test_a_failing_disk_is_a_sentence(project, monkeypatch):
    def fail(self, review="review"):
        raise ProjnerError("The disk failed while p_1 was in use.")

    monkeypatch.setattr(type(project), "review_counts", fail)
    at = open_page(project="habari")  # any page: `app.py` runs them all in one way
    assert any("The disk failed" in str(error.value) for error in at.error)


def test_the_next_start_opens_what_was_open_last(make):
    make("first")
    make("second")
    open_page(project="first")
    assert url(open_page(), "project") == "first"
    open_page(project="second")
    assert url(open_page(), "project") == "second"


def test_with_every_demo_there_the_first_one_is_opened(make):
    for name in ("demo-swahili", "demo-chinese"):
        make(name)
    assert url(open_page(), "project") == "demo-swahili"


def test_a_fresh_machine_opens_on_the_swahili_demo(make, monkeypatch):
    made = []
    monkeypatch.setattr(session.demo, "ensure", lambda lang: made.append(lang) or make("demo").name)
    at = open_page()
    assert made == ["sw"]
    assert url(at, "project") == "demo"
    assert components(at)["projner_link_view"]["pair"] == "n-0"


def test_a_demo_that_cannot_be_made_is_a_sentence(home, monkeypatch):
    def full(lang):
        raise ProjnerError("The disk is full.")

    monkeypatch.setattr(session.demo, "ensure", full)
    assert "The disk is full" in text(open_page())


@pytest.mark.parametrize("page", ["inspect", "project", "export"])
def test_no_page_shows_a_name_as_markup(page, make):
    make("a_b_ - c", target_lang="<b>x</b>")
    at = open_page(page, project="a_b_ - c")
    assert "\\<b\\>x\\<\\/b\\>" in text(at)
    assert "<b>x</b>" not in text(at)


def many(home, pairs):
    """A project of so many pairs, the later the more doubtful."""
    from projner_core.corpus import Projection, Sentence
    from projner_core.formats.base import Record
    from projner_core.store import LayerKind

    project = catalogue.create_project("many", "en", "sw")
    with project.importing() as importer:
        importer.add(Record(f"m-{n}", Sentence(("one",)), Sentence((f"moja{n}",)), ()) for n in range(pairs))
    layer = project.open_layer(
        name="x", kind=LayerKind.PROJECTIONS, side="target", fingerprint="x", provenance={}
    )
    project.write_signals(layer, 0, [n / pairs for n in range(pairs)])
    nothing: tuple[Projection, ...] = ()
    project.complete(project.write(layer, 0, [nothing] * pairs))
    project.set_current(layer.id)
    return project


def listed(at):
    return [item["position"] for item in components(at)["projner_queue_list"]["items"]]


def test_a_long_queue_is_read_and_sent_a_page_at_a_time(home):
    with many(home, 130):
        at = open_page(project="many")
        assert listed(at) == list(range(129, 79, -1))
        assert "1–50 of 130" in text(at)


def test_a_link_to_a_pair_far_down_opens_the_page_that_lists_it(home):
    with many(home, 130):
        at = open_page(project="many", pair="m-10")
        assert 10 in listed(at)
        assert "101–130 of 130" in text(at)


def test_a_filter_starts_the_list_again(home):
    with many(home, 130) as project:
        at = open_page(project="many", pair="m-10")
        at.text_input(key="filter_find").set_value("MOJA12").run()
        assert listed(at) == [129, 128, 127, 126, 125, 124, 123, 122, 121, 120, 12]
        decide(project, 129, Kind.VERDICT, "right")
        at.segmented_control(key="filter_show").set_value("open").run()
        assert 129 not in listed(at)
        assert (url(at, "show"), url(at, "find")) == ("open", "MOJA12")


def test_only_one_demo_is_made_at_a_time(home, monkeypatch):
    held = []
    monkeypatch.setattr(demo, "ensure", lambda lang: held.append((lang, session._MAKING.locked())) or "x")
    assert session.make_demo("ar") == "x"
    at = open_page("project", new="1")
    at.button(key="demo_yo").click().run()
    assert ("yo", True) in held
    assert all(locked for _, locked in held)


def test_what_was_done_on_either_page_is_taken_back_there(project):
    spans, links = (session.trail(project, links=links) for links in (False, True))
    assert (spans.links, links.links) == (False, True)
    assert session.trail(project) is not links


@pytest.mark.parametrize(
    ("trigger", "opened"),
    [
        ({"kind": "note", "now": "ask"}, []),
        ({"kind": "move", "to": "next"}, [1]),
        ({"kind": "nonsense"}, [0]),
    ],
)
def test_a_late_answer_does_not_throw_the_reader_back(project, monkeypatch, trigger, opened):
    monkeypatch.setattr(frame, "enter", lambda: None)
    monkeypatch.setattr(frame, "nothing_here", lambda *said: None)
    monkeypatch.setattr(session, "project_name", lambda: "nowhere")
    on_action = runpy.run_path(str(Path(APP).parent / "pages" / "inspect.py"))["_on_action"]
    sent = {"pair": "n-0", "position": 0} | trigger
    monkeypatch.setitem(on_action.__globals__, "pending_action", lambda key: sent)
    shown = []
    monkeypatch.setattr(session, "show_pair", lambda project, position: shown.append(position))
    monkeypatch.setattr(session, "reviewer", lambda: "asha")
    on_action(project, session.Filter())
    assert shown == opened
