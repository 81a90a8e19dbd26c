"""Giving the files back: only what was corrected differs."""

from __future__ import annotations

import json

import pytest

from projner_core.corpus import Span
from projner_core.errors import ProjnerError
from projner_core.pipeline import exporting
from projner_core.pipeline.config import RunConfig
from projner_core.pipeline.importing import import_pair
from projner_core.pipeline.linking import import_links
from projner_core.pipeline.run import run
from projner_core.review.actions import Kind, draft, inverse, spans_to_json
from projner_core.schemes import Scheme
from projner_core.store import Project, catalogue
from tests.pipeline.conftest import SOURCE, TARGET
from tests.store.conftest import record


def correct(project, position: int, *spans: Span, kind: Kind = Kind.SPANS) -> None:
    state = project.state(position, "review")
    project.append(
        draft(state, position=position, kind=kind, now=spans_to_json(spans), who="asha", review="review")
    )


def text(project, *rest, **more) -> str:
    return "".join(exporting.conll_text(project, *rest, **more))


def test_every_imported_layer_comes_back_byte_for_byte(project):
    gold = next(layer for layer in project.layers() if layer.name == "gold")
    source = next(layer for layer in project.layers() if layer.name == "source")
    assert text(project, gold.id) == TARGET
    assert text(project, source.id, "source") == SOURCE
    assert text(project, side="source") == SOURCE


def test_only_corrected_tags_differ(project):
    run(project, RunConfig())
    before = text(project)
    correct(project, 2, Span(0, 1, "MISC"))
    after = text(project)
    assert after == before.replace("Mvua\tNN\tO", "Mvua\tNN\tB-MISC")
    correct(project, 2)
    assert text(project) == before


def test_a_correction_outlives_another_run(project):
    run(project, RunConfig())
    correct(project, 0, Span(0, 1, "PER"))
    corrected = text(project)
    from projner_core.pipeline.config import StageConfig

    run(project, RunConfig(projector=StageConfig(name="matching", minimum=0.9)))
    assert text(project).splitlines()[:6] == corrected.splitlines()[:6]
    assert "Mwangi\tNN\tO" in text(project)


def test_entities_corrected_in_the_source_are_carried_over(project):
    run(project, RunConfig())
    correct(project, 2, Span(0, 1, "MISC"), kind=Kind.SOURCE_SPANS)
    assert "Rain\tB-MISC" in text(project, side="source")
    assert "Mvua\tNN\tO" in text(project)
    result = run(project, RunConfig())
    assert result.entities.provenance["corrected_pairs"] == 1
    assert "Mvua\tNN\tB-MISC" in text(project)


def test_another_scheme_on_request(project):
    gold = next(layer for layer in project.layers() if layer.name == "gold")
    written = text(project, gold.id, scheme=Scheme.BILOU)
    assert "Mwangi\tNN\tL-PER" in written
    assert "Arusha\tNN\tU-LOC" in written


def test_a_scheme_that_would_merge_two_names_is_refused(project):
    run(project, RunConfig())
    correct(project, 0, Span(0, 1, "PER"), Span(1, 2, "PER"))
    with pytest.raises(ProjnerError, match=r"'one' can't be written in IO.*Choose another scheme"):
        text(project, scheme=Scheme.IO)


def test_a_byte_order_mark_comes_back(tmp_path):
    source, target = tmp_path / "en.conll", tmp_path / "sw.conll"
    source.write_text(SOURCE, encoding="utf-8")
    target.write_bytes(b"\xef\xbb\xbf" + TARGET.replace("\n", "\r\n").encode())
    import_pair("marked", source=source, target=target, source_lang="en", target_lang="sw")
    with catalogue.open_project("marked") as project:
        gold = next(layer for layer in project.layers() if layer.name == "gold")
        assert text(project, gold.id).encode() == target.read_bytes()


def test_plain_text_becomes_conll(tmp_path):
    (tmp_path / "pairs.tsv").write_text("Juma left\tJuma aliondoka\n", encoding="utf-8")
    import_pair("plain", source=None, target=tmp_path / "pairs.tsv", source_lang="en", target_lang="sw")
    with catalogue.open_project("plain") as project:
        correct(project, 0, Span(0, 1, "PER"), kind=Kind.SOURCE_SPANS)
        run(project, RunConfig())
        assert text(project) == "# id = 1\nJuma\tB-PER\naliondoka\tO\n\n"


def test_an_entity_marked_by_hand_and_taken_back_is_not_carried_over_again(tmp_path):
    (tmp_path / "pairs.tsv").write_text("Juma left\tJuma aliondoka\nAsha left\tAsha aliondoka\n")
    import_pair("hand", source=None, target=tmp_path / "pairs.tsv", source_lang="en", target_lang="sw")
    with catalogue.open_project("hand") as project:
        correct(project, 0, Span(0, 1, "PER"), kind=Kind.SOURCE_SPANS)
        run(project, RunConfig())
        assert "Juma\tB-PER" in text(project)
        project.append(inverse(project.actions(0)[-1], who="asha"))
        correct(project, 1, Span(0, 1, "PER"), kind=Kind.SOURCE_SPANS)
        run(project, RunConfig())
        assert text(project) == "# id = 1\nJuma\tO\naliondoka\tO\n\n# id = 2\nAsha\tB-PER\naliondoka\tO\n\n"


def test_everything_as_json(project):
    run(project, RunConfig())
    correct(project, 0, Span(3, 4, "LOC"))
    rows = [json.loads(line) for line in exporting.jsonl_text(project)]
    assert rows[0]["target_entities"] == [[3, 4, "LOC"]]
    assert rows[0]["source_entities"] == [[0, 2, "PER"], [3, 4, "LOC"]]
    assert [0, 0] in [link[:2] for link in rows[0]["links"]]
    assert rows[0]["projections"][0]["candidates"]


def test_an_empty_source_sentence_is_there_and_one_that_is_missing_is_not(tmp_path):
    with Project.create(tmp_path / "odd.sqlite", name="odd", source_lang="en", target_lang="sw") as project:
        with project.importing() as importer:
            importer.add([record("a", "", "Mvua"), record("b", None, "Mvua")])
        rows = [json.loads(line) for line in exporting.jsonl_text(project)]
    assert [row["source"] for row in rows] == [[], None]


def test_layers_that_hold_no_entities_of_the_side_are_refused(project):
    result = run(project, RunConfig())
    source, gold = (next(x.id for x in project.layers() if x.name == name) for name in ("source", "gold"))
    for layer, side in [(source, "target"), (gold, "source"), (result.links.id, "target")]:
        with pytest.raises(ProjnerError, match=r"of the (source|target) side there are: reviewed"):
            text(project, layer, side)
    with pytest.raises(ProjnerError, match="of the source side"):
        text(project, result.projection.id, "source")
    for layer in (source, result.projection.id):
        with pytest.raises(ProjnerError, match="no links"):
            list(exporting.pharaoh_text(project, layer))


def draw(project, position: int, *links: tuple[int, int, str]) -> None:
    state = project.state(position)
    project.append(draft(state, position=position, kind=Kind.LINKS, now=[list(link) for link in links]))


def test_links_drawn_by_hand_replace_the_machines(project):
    result = run(project, RunConfig())
    machine = list(exporting.pharaoh_text(project, result.links.id))
    assert list(exporting.pharaoh_text(project, "reviewed")) == machine
    draw(project, 1, (3, 2, "sure"), (1, 0, "sure"), (2, 1, "possible"))
    assert list(exporting.pharaoh_text(project, "reviewed")) == [machine[0], "1-0 3-2\n", machine[2]]
    assert list(exporting.pharaoh_text(project, result.links.id)) == machine
    project.append(inverse(project.actions(1)[-1]))
    assert list(exporting.pharaoh_text(project, "reviewed")) == machine


def test_links_drawn_by_hand_are_given_back_before_any_run(project):
    with pytest.raises(ProjnerError, match="no links yet"):
        list(exporting.pharaoh_text(project, "reviewed"))
    draw(project, 2, (0, 0, "sure"))
    assert list(exporting.pharaoh_text(project, "reviewed")) == ["\n", "\n", "0-0\n"]


def test_gold_links_say_which_are_only_possible_and_come_back_as_they_were(project, tmp_path):
    file = tmp_path / "gold.txt"
    file.write_text("0-0 1?1\n\n2-2\n", encoding="utf-8")
    gold = import_links(project, file, gold=True)
    assert "".join(exporting.pharaoh_text(project, gold.id)) == file.read_text()
    assert "".join(exporting.gold_links_text(project)) == file.read_text()
    draw(project, 1, (2, 1, "possible"), (1, 0, "sure"))
    assert list(exporting.gold_links_text(project)) == ["0-0 1?1\n", "1-0 2?1\n", "2-2\n"]
    assert "".join(exporting.pharaoh_text(project, gold.id)) == file.read_text()


def test_pairs_without_gold_links_have_an_empty_line(project):
    draw(project, 1, (1, 0, "sure"))
    draw(project, 2)
    assert list(exporting.gold_links_text(project)) == ["\n", "1-0\n", "\n"]


def test_json_has_links_drawn_by_hand_beside_the_machines(project):
    run(project, RunConfig())
    draw(project, 0, (0, 1, "possible"), (0, 0, "sure"))
    draw(project, 1)
    rows = [json.loads(line) for line in exporting.jsonl_text(project)]
    assert [row["links_by_hand"] for row in rows] == [[[0, 0, "sure"], [0, 1, "possible"]], [], None]
    assert all(row["links"] for row in rows)
