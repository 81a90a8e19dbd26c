"""What the browser gets of a pair."""

from __future__ import annotations

import json

from projner_core.corpus import Pair, Sentence
from projner_core.pipeline.config import StageConfig
from projner_core.pipeline.progress import Watch
from projner_core.pipeline.projecting import carry_over
from projner_core.review.actions import Kind, draft
from projner_core.store import LayerKind
from projner_ui import labels, languages
from projner_ui.text import count, duration, isolated, plain
from projner_ui.view_model import build


def decide(project, position, kind, now, who="asha"):
    return project.append(draft(project.state(position), position=position, kind=kind, now=now, who=who))


def test_a_pair_as_the_machine_left_it(project):
    view = build(project, 0).data
    assert view["pair"] == "n-0"
    assert view["source"]["tokens"][4:9] == ["East", "African", "Court", "of", "Justice"]
    assert view["source"]["spans"][1] == {"start": 4, "end": 9, "label": "ORG"}
    assert view["target"]["spans"][1] == {"start": 3, "end": 8, "label": "ORG"}
    assert (view["source"]["corrected"], view["target"]["corrected"]) == (False, False)
    assert (view["source"]["name"], view["target"]["name"]) == ("English", "Kiswahili")
    assert (view["verdict"], view["note"], view["error"], view["revision"]) == (None, "", None, 0)


def test_links_with_their_scores_the_faintest_left_out(project):
    view = build(project, 0).data
    assert view["links"] == [[0, 0, 0.99], [1, 0, 0.2], [1, 1, 0.7]]
    assert view["threshold"] == 0.3


def test_links_drawn_by_hand_stand_instead_of_the_aligners_and_explain_nothing_away(project):
    before = build(project, 0).data
    decide(project, 0, Kind.LINKS, [[0, 0, "sure"], [1, 2, "possible"]])
    view = build(project, 0).data
    assert view["links"] == [[0, 0, 1.0], [1, 2, 0.5]]
    assert 0.5 < view["threshold"] < 1.0  # so that the possible link is dashed
    assert view["projections"] == before["projections"]  # they were made from the aligner's links


def test_each_projection_is_explained(project):
    first, second, _ = build(project, 0).data["projections"]
    assert first["entity"] == {"start": 0, "end": 2, "label": "PER"}
    assert second["target"] == {"start": 3, "end": 8, "label": "ORG"}
    assert second["candidates"][0]["end"] == 8
    assert second["text"]
    lost = build(project, 3).data["projections"][0]
    assert (lost["target"], lost["reason"], lost["score"]) == (None, "not-aligned", 0.0)
    assert lost["text"]


def test_gold_is_a_layer_to_compare_with(project):
    [gold] = build(project, 0).data["layers"]
    assert (gold["name"], gold["key"]) == ("gold", "1")
    assert gold["spans"][1] == {"start": 3, "end": 9, "label": "ORG"}


def test_a_correction_stands_and_the_machine_can_be_copied_back(project):
    action = decide(project, 0, Kind.SPANS, [[0, 2, "PER"]])
    view = build(project, 0)
    assert view.revision == view.data["revision"] == action.id
    assert view.data["target"]["spans"] == [{"start": 0, "end": 2, "label": "PER"}]
    assert view.data["target"]["corrected"]
    assert [layer["name"] for layer in view.data["layers"]] == ["projected", "gold"]
    assert len(view.data["layers"][0]["spans"]) == 3


def test_no_entity_shows_none(project):
    decide(project, 0, Kind.VERDICT, "no-entity")
    view = build(project, 0).data
    assert (view["target"]["spans"], view["verdict"]) == ([], "no-entity")


def test_source_entities_corrected_by_hand(project):
    decide(project, 1, Kind.SOURCE_SPANS, [[0, 1, "ORG"]])
    side = build(project, 1).data["source"]
    assert (side["spans"], side["corrected"]) == ([{"start": 0, "end": 1, "label": "ORG"}], True)


def test_a_project_that_was_only_imported(imported):
    view = build(imported, 0).data
    assert (view["links"], view["projections"], view["target"]["spans"]) == ([], [], [])
    assert len(view["source"]["spans"]) == 3


def test_tokens_are_data_and_directions_come_from_the_text(project):
    view = build(project, 3).data
    assert view["target"]["tokens"][1:] == ["<img", "src=x", "onerror=alert(1)>"]
    assert view["source"]["dir"] == "ltr"
    assert languages.direction(["النيل", "الأزرق", "و", "PDF"]) == "rtl"
    assert languages.direction(["12", "—"]) == "ltr"


def test_json_can_hold_it_and_it_is_small(project):
    assert len(json.dumps(build(project, 0).data)) < 6000


def test_labels_in_use_with_keys_and_colours(project):
    entries = {entry["name"]: entry for entry in build(project, 0).data["labels"]}
    assert list(entries) == ["PER", "LOC", "ORG"]
    assert [entries[name]["key"] for name in entries] == ["p", "l", "o"]


def test_labels_that_the_user_named_and_one_that_only_this_pair_has(project):
    labels.set_labels(project, ["PER", " BÙGBÀJÀ ", "PER", ""])
    assert labels.labels(project) == ["PER", "BÙGBÀJÀ"]
    decide(project, 0, Kind.SPANS, [[0, 1, "WEATHER/NOUN"]])
    names = [entry["name"] for entry in build(project, 0).data["labels"]]
    assert names[:2] == ["PER", "BÙGBÀJÀ"]
    assert "WEATHER/NOUN" in names
    labels.set_labels(project, [])
    assert labels.labels(project) == ["PER", "LOC", "ORG"]


def test_a_pair_without_a_source(home):
    from projner_core.store import catalogue

    with catalogue.create_project("half", "en", "tw") as project:
        with project.importing() as importer:
            importer.add([_Bare(Pair("1", None, Sentence(("Akwaaba",), "tw")))])
        view = build(project, 0).data
    assert view["source"] is None
    assert view["target"]["name"] == "Twi"


class _Bare:
    def __init__(self, pair):
        self.id, self.source, self.target = pair.id, pair.source, pair.target
        self.source_spans = self.target_spans = self.source_raw = self.target_raw = None


def test_languages_by_name_own_name_and_code():
    known = languages.known()
    assert known["sw"].startswith("Swahili · Kiswahili (sw, ")
    assert known["en"].startswith("English (en, ")
    assert next(iter(known)) == "en"
    assert languages.own_name("swh_Latn") == languages.own_name("swa") == "Kiswahili"
    assert languages.own_name("pt-BR") == "Português"
    assert languages.own_name("not/a code") == "not/a code"


def test_text_of_users_is_never_markup():
    assert plain("a*b*_c_ [x](y) :red[z] $1$ <b>") == (
        "a\\*b\\*\\_c\\_ \\[x\\]\\(y\\) \\:red\\[z\\] \\$1\\$ \\<b\\>"
    )
    assert plain("# one\n- two") == "\\# one \\- two"
    assert plain("Ìbàdàn 中文") == "Ìbàdàn 中文"
    assert isolated("العربية") == "\u2068العربية\u2069"


def test_words_for_numbers_and_times():
    assert (count(1, "pair"), count(1200, "pair"), count(0, "pair")) == ("1 pair", "1,200 pairs", "0 pairs")
    assert [duration(s) for s in (0.5, 40, 150, 9000)] == [
        "a moment",
        "about 40 seconds",
        "about 2 minutes",
        "about 2 hours",
    ]


def test_only_a_few_layers_stand_beside_the_pair_the_latest_first(project):
    current = project.current_projection
    for number in range(6):
        layer = project.open_layer(
            name=f"other {number}",
            kind=LayerKind.PROJECTIONS,
            side="target",
            fingerprint=f"other {number}",
            provenance={},
        )
        project.write(layer, 0, [()] * project.count())
        project.complete(layer)
    assert project.current_projection == current
    names = [ribbon["name"] for ribbon in build(project, 0).data["layers"]]
    assert names == ["gold", "other 5", "other 4", "other 3"]


def test_a_projection_made_to_compare_aligners_is_there_when_it_is_asked_for(project):
    entities = next(layer for layer in project.layers(kind=LayerKind.SPANS, side="source"))
    links = next(layer for layer in project.layers(kind=LayerKind.LINKS))
    layer = carry_over(
        project, StageConfig(name="matching", minimum=0.5), entities, links, Watch(None, None), compared=True
    )
    assert [named["name"] for named in build(project, 0).data["layers"]] == ["gold"]
    assert [named["name"] for named in build(project, 0, beside=[layer.id]).data["layers"]] == [
        "gold",
        layer.name,
    ]
