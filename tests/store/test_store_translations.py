"""A translation becomes the source sentences of pairs that came without one: of all of them, or of none."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import event

from projner_core.corpus import Sentence, Span
from projner_core.errors import ConflictError, ProjnerError
from projner_core.store import LayerKind, Project

ENGLISH = ("Ade left .", "He saw Lagos .", "", "It's 5 o'clock .")


@pytest.fixture
def untranslated(make, rec):
    """Four pairs in Yorùbá, the second of which came with its source."""
    sources = (None, "Given as it was .", None, None)
    texts = ("Adé lọ .", "Ó rí Èkó .", "\u200b", "Agogo márùn-ún ni .")
    both = enumerate(zip(sources, texts, strict=True))
    return make([rec(f"y{number}", source, text) for number, (source, text) in both], name="untranslated")


def translation(project, mark="t", texts=ENGLISH):
    layer = project.open_layer(
        name="translation",
        kind=LayerKind.TEXTS,
        side="source",
        fingerprint=mark,
        provenance={"stage": "translate", "system": "fake", "settings": {}},
    )
    project.write(layer, layer.done, list(texts)[layer.done :])
    return project.complete(layer)


def sentences(texts=ENGLISH):
    return [Sentence(tuple(text.split()), "eng", text) for text in texts]


def state(project):
    return (
        project.pairs(0, 99),
        project.fingerprint(),
        project.translation,
        project.source_lang,
        [item.position for item in project.queue(None, search="lagos")],
    )


def test_pairs_without_a_source_take_the_translation_and_the_others_stay(untranslated):
    before = untranslated.pairs(0, 9)
    layer = translation(untranslated)
    untranslated.adopt_translation(layer, sentences(), source_lang="eng")
    after = untranslated.pairs(0, 9)
    assert [pair.target for pair in after] == [pair.target for pair in before]
    assert after[1] == before[1]
    assert after[0].source == Sentence(("Ade", "left", "."), "eng", "Ade left .")
    assert after[2].source == Sentence((), "eng", "")
    assert untranslated.first_without_source() is None
    assert untranslated.translation == layer.id


def test_what_was_translated_is_found_by_a_search(untranslated):
    assert [item.position for item in untranslated.queue(None, search="O'CLOCK")] == []
    untranslated.adopt_translation(translation(untranslated), sentences(), source_lang="eng")
    assert [item.position for item in untranslated.queue(None, search="O'CLOCK")] == [3]
    assert [item.position for item in untranslated.queue(None, search="given as")] == [1]
    assert [item.position for item in untranslated.queue(None, search="Èkó")] == [1]


def test_later_layers_count_its_tokens(untranslated):
    untranslated.adopt_translation(translation(untranslated), sentences(), source_lang="eng")
    layer = untranslated.open_layer(
        name="tags", kind=LayerKind.SPANS, side="source", fingerprint="x", provenance={}
    )
    with pytest.raises(ProjnerError, match="does not fit"):
        untranslated.write(layer, 0, [(Span(0, 4, "PER"),)])
    assert untranslated.write(layer, 0, [(Span(0, 1, "PER"),)]).done == 1


def test_the_fingerprint_follows_from_the_corpus_and_the_translation(make, rec):
    prints, imported = [], []
    for name, mark in (("a", "one"), ("b", "one"), ("c", "two")):
        project = make([rec("y", None, "Adé lọ .")], name=name)
        was = project.fingerprint()
        assert project.imported_fingerprint() == was
        project.adopt_translation(
            translation(project, mark, ENGLISH[:1]), sentences(ENGLISH[:1]), source_lang="eng"
        )
        assert project.imported_fingerprint() == was != project.fingerprint()
        prints.append(project.fingerprint())
        imported.append(was)
    assert prints[0] == prints[1] != prints[2]
    assert len(set(imported)) == 1


def test_adopted_once_more_is_as_it_was(untranslated):
    layer = translation(untranslated)
    untranslated.adopt_translation(layer, sentences(), source_lang="eng")
    before = state(untranslated)
    untranslated.adopt_translation(layer, iter(()), source_lang="deu")
    assert state(untranslated) == before


def test_a_second_translation_is_refused(untranslated):
    untranslated.adopt_translation(translation(untranslated), sentences(), source_lang="eng")
    before = state(untranslated)
    with pytest.raises(ConflictError, match="has a translation already"):
        untranslated.adopt_translation(translation(untranslated, "u"), sentences(), source_lang="eng")
    assert state(untranslated) == before


def test_an_adopted_layer_stays(untranslated):
    layer = translation(untranslated)
    untranslated.adopt_translation(layer, sentences(), source_lang="eng")
    with pytest.raises(ProjnerError, match="are the source sentences"):
        untranslated.delete_layer(layer)
    untranslated.delete_layer(translation(untranslated, "other"))


def test_an_unfinished_layer_and_one_of_the_target_are_none(untranslated):
    layer = untranslated.open_layer(
        name="half", kind=LayerKind.TEXTS, side="source", fingerprint="half", provenance={}
    )
    marked = untranslated.open_layer(
        name="marked", kind=LayerKind.TEXTS, side="target", fingerprint="marked", provenance={}
    )
    marked = untranslated.complete(untranslated.write(marked, 0, list(ENGLISH)))
    before = state(untranslated)
    for wrong in (layer, marked):
        with pytest.raises(ProjnerError, match="no finished translation"):
            untranslated.adopt_translation(wrong, sentences(), source_lang="eng")
    assert state(untranslated) == before


def test_too_few_sentences_leave_everything_as_it_was(untranslated):
    layer = translation(untranslated)
    before = state(untranslated)
    with pytest.raises(ProjnerError, match="ends at pair 3"):
        untranslated.adopt_translation(layer, sentences()[:3], source_lang="eng")
    assert state(untranslated) == before


def test_half_a_character_leaves_everything_as_it_was(untranslated):
    layer = translation(untranslated)
    before = state(untranslated)
    broken = [*sentences()[:3], Sentence(("\ud800",), "eng", "\ud800")]
    with pytest.raises(ProjnerError, match="half a character"):
        untranslated.adopt_translation(layer, broken, source_lang="eng")
    assert state(untranslated) == before


def test_an_unknown_language_becomes_that_of_the_translation(tmp_path, rec):
    path = tmp_path / "u.sqlite"
    with Project.create(path, name="u", source_lang="und", target_lang="yor") as project:
        with project.importing() as importer:
            importer.add([rec("1", None, "Adé lọ .")])
        with Project.open(path) as other:  # a page that is open meanwhile
            assert other.source_lang == "und"
            layer = translation(project, texts=ENGLISH[:1])
            project.adopt_translation(layer, sentences(ENGLISH[:1]), source_lang="eng")
            assert project.source_lang == other.source_lang == "eng"
            assert other.pair(0).source.lang == "eng"


def test_given_sentences_of_an_unknown_language_do_not_take_that_of_the_translation(tmp_path, rec):
    with Project.create(tmp_path / "p.sqlite", name="p", source_lang="und", target_lang="yor") as project:
        with project.importing() as importer:
            given = replace(rec("2", None, "Juma lọ ."), source=Sentence(("Juma", "left"), "und"))
            importer.add([rec("1", None, "Adé lọ ."), given])
        assert project.without_source() == 1
        before = project.pair(1).source
        assert before.lang == "und"
        layer = translation(project, texts=("Ade salió .", ""))
        project.adopt_translation(layer, sentences(("Ade salió .", "")), source_lang="spa")
        assert project.pair(1).source == before
        assert project.without_source() == 0
    with Project.open(tmp_path / "p.sqlite") as again:
        assert again.pair(1).source == before


def test_a_known_language_stays_and_the_pair_says_its_own(tmp_path, rec):
    with Project.create(tmp_path / "k.sqlite", name="k", source_lang="deu", target_lang="yor") as project:
        with project.importing() as importer:
            importer.add([rec("1", None, "Adé lọ .")])
        layer = translation(project, texts=ENGLISH[:1])
        project.adopt_translation(layer, sentences(ENGLISH[:1]), source_lang="eng")
        assert project.source_lang == "deu"
        assert project.pair(0).source.lang == "eng"


def test_languages_of_a_side(project, untranslated):
    assert untranslated.languages("target") == {"swh"}
    assert untranslated.languages("source") == {"eng"}
    assert project.languages("target") == {"swh"}


def test_adopting_writes_each_row_once(make, rec):
    """As many rows are written as there are pairs, in statements for a thousand at a time."""
    project = make([rec(f"y{i}", None, "Adé lọ .") for i in range(2500)])
    layer = translation(project, texts=["Ade left ."] * 2500)
    asked = []
    event.listen(
        project.engine,
        "before_cursor_execute",
        lambda connection, cursor, statement, parameters, context, many: asked.append(
            (statement, len(parameters) if many else 1)
        ),
    )
    project.adopt_translation(layer, (s for s in sentences(["Ade left ."] * 2500)), source_lang="eng")
    updates = [rows for statement, rows in asked if statement.startswith("UPDATE pairs")]
    assert updates == [1000, 1000, 500]
    assert len(asked) < 40
    assert project.pair(2499).source.tokens == ("Ade", "left", ".")
