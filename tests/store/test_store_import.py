from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from projner_core.corpus import Pair, Sentence, Span
from projner_core.errors import ProjnerError
from projner_core.store import LayerKind, Project


def test_pairs_come_back_as_they_were(project, corpus):
    assert project.count() == len(corpus)
    assert project.pairs(0, 99) == [Pair(r.id, r.source, r.target) for r in corpus]
    assert project.pair(4) == Pair("zh-1", corpus[4].source, corpus[4].target)
    assert project.pairs(2, 4) == project.pairs(0, 99)[2:4]
    assert project.pairs(99, 100) == []


def test_language_and_text_of_a_sentence_are_kept(make, rec):
    other = replace(rec("x", "a", "b"), target=Sentence(("b",), "yor_Latn", "b\n"))
    pair = make([other]).pair(0)
    assert pair.target == other.target
    assert pair.source == other.source


def test_raw_text_comes_back_byte_for_byte(project, corpus):
    assert project.raw("target", 0, 99) == [r.target_raw for r in corpus]
    assert project.raw("source", 0, 99) == [r.source_raw for r in corpus]
    assert project.raw("target", 4, 5) == ["他\n"]


def test_ids_and_positions(project):
    assert project.position_of("zh-1") == 4
    assert project.position_of("ZH-1") is None
    assert project.id_of(2) == "ar-1"
    for asked in (project.pair, project.id_of):
        with pytest.raises(ProjnerError, match="holds 6 pairs"):
            asked(6)
        with pytest.raises(ProjnerError):
            asked(-1)


def test_entities_of_the_file_are_layers_over_all_pairs(project, corpus):
    layers = project.layers()
    assert [(layer.name, layer.kind, layer.side) for layer in layers] == [
        ("source", LayerKind.SPANS, "source"),
        ("gold", LayerKind.SPANS, "target"),
    ]
    assert all(layer.complete and layer.done == 6 for layer in layers)
    assert project.annotations(layers[0].id, 0, 9) == [r.source_spans or () for r in corpus]
    assert project.annotations(layers[1].id, 0, 9) == [r.target_spans or () for r in corpus]


def test_a_layer_that_begins_late_covers_the_pairs_before_it(make, rec):
    late = 2500  # chunks later
    records = (
        rec(f"p{i}", "a b", "c d", target_spans=(Span(0, 1, "PER"),) if i == late else None)
        for i in range(3000)
    )
    project = make(records)
    (gold,) = project.layers()
    values = project.annotations(gold.id, 0, 3000)
    assert len(values) == 3000
    assert [i for i, spans in enumerate(values) if spans] == [late]


def test_no_word_of_entities_means_no_layer(make, rec):
    assert make([rec("p", "a", "b")]).layers() == []


def test_entities_that_are_said_to_be_none_make_a_layer(make, rec):
    (gold,) = make([rec("p", "a", "b", target_spans=())]).layers()
    assert gold.name == "gold"


def test_records_may_come_in_parts_and_are_never_loaded_whole(make, rec):
    seen = []

    def stream(name):
        for i in range(2500):
            seen.append(i)
            yield rec(f"{name}{i}", None, "t")

    project = make([])
    with project.importing() as importer:
        assert importer.add(stream("a")) == 2500
        assert len(seen) == 2500
        assert importer.add(stream("b")) == 5000
    assert project.count() == 5000
    assert project.id_of(2500) == "b0"


@pytest.mark.parametrize("fails_at", [0, 1, 999, 1000, 2345])
def test_an_import_that_fails_leaves_nothing_and_can_be_repeated(make, rec, fails_at):
    def stream():
        for i in range(fails_at):
            yield rec(f"p{i}", "a", "b", source_spans=(Span(0, 1, "PER"),))
        raise RuntimeError("the file ends here")

    project = make([])
    with pytest.raises(RuntimeError, match="ends here"), project.importing() as importer:
        importer.add(stream())
    assert project.count() == 0
    assert project.layers(incomplete=True) == []
    assert project.fingerprint() == ""
    with project.importing() as importer:
        importer.add([rec("p0", "a", "b")])
    assert project.count() == 1


@pytest.mark.parametrize("apart", [1, 1500])
def test_an_id_that_comes_twice_is_named(make, rec, apart):
    ids = [f"p{i}" for i in range(apart)] + ["p0"]
    project = make([])
    with pytest.raises(ProjnerError, match="'p0' stands for two pairs"), project.importing() as importer:
        importer.add(rec(pair_id, "a", "b") for pair_id in ids)
    assert project.count() == 0


@pytest.mark.parametrize(
    "spans", [(Span(0, 3, "PER"),), (Span(0, 2, "PER"), Span(1, 2, "LOC"))], ids=["outside", "overlap"]
)
def test_entities_that_do_not_fit_are_refused_with_the_pair(make, rec, spans):
    project = make([])
    with pytest.raises(ProjnerError, match="'bad'"), project.importing() as importer:
        importer.add([rec("good", "a b", "c d"), rec("bad", "a b", "c d", target_spans=spans)])
    assert project.count() == 0


def test_half_a_character_is_refused_with_the_pair(make, rec):
    project = make([])
    with pytest.raises(ProjnerError, match="'bad' holds half a character"), project.importing() as importer:
        importer.add([rec("good", "a", "b"), rec("bad", "a", "b\ud800")])
    assert project.count() == 0


def test_nothing_to_import_is_an_error(make):
    project = make([])
    with pytest.raises(ProjnerError, match="no sentence"), project.importing() as importer:
        importer.add([])


def test_a_project_holds_one_corpus(project, rec):
    with pytest.raises(ProjnerError, match="holds a corpus already"), project.importing() as importer:
        importer.add([rec("new", "a", "b")])
    assert project.count() == 6


def test_the_fingerprint_tells_corpora_apart(make, corpus):
    first = make(corpus, "a").fingerprint()
    assert make(corpus, "b").fingerprint() == first
    assert make(corpus[::-1], "c").fingerprint() != first
    assert make((*corpus[:-1], replace(corpus[-1], id="other")), "d").fingerprint() != first
    # the same text cut into other tokens is another corpus
    whole = replace(corpus[0], target=Sentence(("Mahakama Kuu", *corpus[0].target.tokens[2:])))
    assert make((replace(whole, target_spans=None), *corpus[1:]), "e").fingerprint() != first


def test_layers_of_the_file_have_the_same_fingerprint_in_every_project_of_it(make, corpus):
    def prints(project: Project) -> list[str]:
        return [layer.fingerprint for layer in project.layers()]

    assert prints(make(corpus, "a")) == prints(make(corpus, "b"))
    changed = (replace(corpus[0], target_spans=()), *corpus[1:])
    (source, gold), (source_2, gold_2) = prints(make(corpus, "c")), prints(make(changed, "d"))
    assert source == source_2
    assert gold != gold_2


def test_writing_inside_an_import_is_refused_at_once_instead_of_waiting_for_itself(make, rec):
    project = make([])

    def stream():
        yield rec("p", "a", "b")
        project.set_meta("progress", 1)

    with pytest.raises(RuntimeError, match="wait for itself"), project.importing() as importer:
        importer.add(stream())
    assert project.count() == 0
    project.set_meta("progress", 2)
    assert project.get_meta("progress") == 2


TOKENS = st.lists(st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=6), max_size=5).map(
    tuple
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=25, deadline=None)
@given(st.lists(st.tuples(st.one_of(st.none(), TOKENS), TOKENS), min_size=1, max_size=5))
def test_any_tokens_come_back_as_they_were(tmp_path_factory, rec, sentences):
    records = [
        replace(
            rec(f"p{i}", None, "x"),
            source=None if source is None else Sentence(source, "eng"),
            target=Sentence(target, "swh"),
        )
        for i, (source, target) in enumerate(sentences)
    ]
    path = tmp_path_factory.mktemp("any") / "p.sqlite"
    with Project.create(path, name="any", source_lang="eng", target_lang="swh") as project:
        with project.importing() as importer:
            importer.add(records)
        assert project.pairs(0, 9) == [Pair(r.id, r.source, r.target) for r in records]


def test_the_first_pair_that_wants_a_translation_is_named(project, make, rec):
    assert project.first_without_source() == "odd-1"
    assert make([rec("p", "a", "b")], "all").first_without_source() is None
