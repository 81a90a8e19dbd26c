"""Projects of which some pairs came with a source: what others do meanwhile, and what is left to people."""

from __future__ import annotations

import pytest

from projner_core.errors import ConflictError, ProjnerError
from projner_core.pipeline import exporting
from projner_core.pipeline.config import RunConfig, StageConfig
from projner_core.pipeline.evaluating import EvaluateConfig, evaluate
from projner_core.pipeline.importing import import_pair
from projner_core.pipeline.judging import context_of
from projner_core.pipeline.progress import Cancelled, Watch
from projner_core.pipeline.run import run
from projner_core.pipeline.tagging import entities_mark, tag
from projner_core.pipeline.translating import translate
from projner_core.review.actions import Kind, draft
from projner_core.store import catalogue
from tests.pipeline import fakes

WATCH = Watch(None, None)
GIVEN = StageConfig(name="given")
MIRROR = StageConfig(name="mirror")
ALONE = "\n\n".join(f"# id = p{number}\nAsha\tB-PER\nalifika\tO" for number in range(6)) + "\n"
PARTLY = (
    '{"id": "1", "target": ["Asha", "alifika"], "target_entities": [[0, 1, "PER"]]}\n'
    '{"id": "2", "source": ["Juma", "left"], "target": ["Juma", "aliondoka"],'
    ' "source_entities": [[0, 1, "PER"]], "target_entities": [[0, 1, "PER"]]}\n'
    '{"id": "3", "target": ["Mvua", "ilinyesha"], "target_entities": []}\n'
)


@pytest.fixture(autouse=True)
def systems(monkeypatch):
    fakes.installed(monkeypatch)


def made(tmp_path, name, text, suffix):
    path = tmp_path / f"{name}.{suffix}"
    path.write_text(text, encoding="utf-8")
    import_pair(name, source=None, target=path, source_lang="en", target_lang="sw")
    return catalogue.open_project(name)


@pytest.fixture
def alone(tmp_path):
    with made(tmp_path, "alone", ALONE, "conll") as project:
        yield project


@pytest.fixture
def partly(tmp_path):
    with made(tmp_path, "partly", PARTLY, "jsonl") as project:
        yield project


def file_of(tmp_path, *lines, name="en.txt"):
    path = tmp_path / name
    path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    return StageConfig.model_validate({"name": "file", "path": str(path)})


@pytest.mark.parametrize("other", ["file", "mirror"])
def test_another_run_adopts_a_translation_while_this_one_computes(alone, tmp_path, monkeypatch, other):
    faster = file_of(tmp_path, *(f"Asha came {n}" for n in range(6))) if other == "file" else MIRROR
    compute, begun = fakes.Mirror.translate, []

    def slow(self, pairs):
        found = compute(self, pairs)
        if not begun:
            begun.append(True)
            with catalogue.open_project("alone") as elsewhere:
                translate(elsewhere, faster, WATCH)
        return found

    monkeypatch.setattr(fakes.Mirror, "translate", slow)
    with pytest.raises(ConflictError, match="was translated meanwhile by another run: run again"):
        translate(alone, MIRROR, WATCH)
    assert alone.layer(alone.translation).complete
    assert all(pair.source.tokens for pair in alone.pairs(0, 6))


def test_another_run_adopts_a_translation_between_two_chunks(alone, tmp_path):
    faster, begun = file_of(tmp_path, *(f"Asha came {n}" for n in range(6))), []

    def between(progress):
        if progress.done == 2 and not begun:
            begun.append(True)
            with catalogue.open_project("alone") as elsewhere:
                translate(elsewhere, faster, WATCH)

    with pytest.raises(ConflictError, match="was translated meanwhile by another run"):
        translate(alone, MIRROR, Watch(between, None))
    (half,) = [layer for layer in alone.layers(incomplete=True) if layer.name == "mirror"]
    assert (half.complete, half.done) == (False, 2)


def test_adoption_can_be_cancelled_and_comes_later(alone, monkeypatch):
    adopting = []
    adopt = type(alone).adopt_translation
    monkeypatch.setattr(
        type(alone), "adopt_translation", lambda *rest, **more: adopting.append(1) or adopt(*rest, **more)
    )
    with pytest.raises(Cancelled):
        translate(alone, MIRROR, Watch(None, lambda: bool(adopting)))
    assert alone.translation is None
    assert alone.pair(0).source is None
    assert translate(alone, MIRROR, WATCH).id == alone.translation
    assert fakes.ASKED["translate"] == 6


def test_a_layer_that_another_run_finished_is_not_waited_for(partly, monkeypatch):
    translate(partly, MIRROR, WATCH)
    compute, begun = fakes.Capitals.tag, []

    def slow(self, sentences):
        found = compute(self, sentences)
        if not begun:
            begun.append(True)
            with catalogue.open_project("partly") as elsewhere:
                tag(elsewhere, StageConfig(name="capitals"), WATCH)
        return found

    monkeypatch.setattr(fakes.Capitals, "tag", slow)
    with pytest.raises(ConflictError, match="was finished meanwhile by another run: run again"):
        tag(partly, StageConfig(name="capitals"), WATCH)


def test_a_file_that_changed_since_is_not_passed_over(alone, tmp_path):
    config = file_of(tmp_path, *(f"Asha came {n}" for n in range(6)))
    layer = translate(alone, config, WATCH)
    assert translate(alone, config, WATCH) == layer
    file_of(tmp_path, *(f"Ashura left {n}" for n in range(6)))
    with pytest.raises(ProjnerError, match=r"has changed since .* make another project .* 'given'"):
        translate(alone, config, WATCH)
    assert translate(alone, GIVEN, WATCH) == layer
    (tmp_path / "en.txt").unlink()
    assert translate(alone, config, WATCH) == layer


@pytest.mark.parametrize(
    ("name", "lines"),
    [
        ("all.txt", ["Asha came", "not read", "Rain fell"]),
        ("rest.txt", ["Asha came", "Rain fell"]),
        ("all.tsv", ["3\tRain fell", "2\tnot read", "1\tAsha came"]),
        ("rest.tsv", ["1\tAsha came", "3\tRain fell"]),
    ],
)
def test_a_file_has_every_pair_or_those_without_a_source(partly, tmp_path, name, lines):
    layer = translate(partly, file_of(tmp_path, *lines, name=name), WATCH)
    assert partly.annotations(layer.id, 0, 3) == ["Asha came", "", "Rain fell"]
    assert partly.pair(1).source.tokens == ("Juma", "left")


def test_the_given_tagger_does_not_leave_translated_pairs_without_entities(partly):
    config = RunConfig(translator=MIRROR, aligner=StageConfig(name="diagonal"))
    says = "have a translation as their source sentence, and nobody marked entities in it.*--tagger bundled"
    with pytest.raises(ProjnerError, match=says):
        run(partly, config)
    assert not fakes.ASKED
    translate(partly, MIRROR, WATCH)
    with pytest.raises(ProjnerError, match=says):
        tag(partly, GIVEN, WATCH)
    assert entities_mark(partly, GIVEN) is None
    correct(partly, 1, [[0, 1, "LOC"]])  # of a pair that came with its source: nothing new of the others
    with pytest.raises(ProjnerError, match=says):
        tag(partly, GIVEN, WATCH)
    correct(partly, 0, [[0, 1, "PER"]])
    found = partly.annotations(tag(partly, GIVEN, WATCH).id, 0, 3)
    assert [[(span.start, span.label) for span in spans] for spans in found] == [
        [(0, "PER")],
        [(0, "LOC")],
        [],
    ]


def correct(project, position, now):
    project.append(
        draft(project.state(position), position=position, kind=Kind.SOURCE_SPANS, now=now, who="Ada")
    )


def test_nobody_marked_that_a_translation_has_no_entities(partly):
    config = RunConfig(
        translator=MIRROR, tagger=StageConfig(name="capitals"), aligner=StageConfig(name="diagonal")
    )
    projection = run(partly, config).projection
    assert [
        None if (gold := context_of(partly, projection, position).source_gold) is None else len(gold)
        for position in range(3)
    ] == [None, 1, None]
    (evaluation,) = evaluate(partly, EvaluateConfig(layers=(projection.id,)), WATCH)
    assert evaluation.pairs == 3


def test_an_empty_translation_can_be_exported_and_come_back(tmp_path):
    text = (
        '{"id": "a", "target": ["Asha"], "target_entities": [[0, 1, "PER"]]}\n{"id": "z", "target": ["…"]}\n'
    )
    with made(tmp_path, "empty", text, "jsonl") as project:
        translate(project, file_of(tmp_path, "Asha", ""), WATCH)
        tag(project, StageConfig(name="capitals"), WATCH)
        spans = [layer for layer in project.layers(side="source") if layer.name == "capitals"]
        with pytest.raises(ProjnerError, match=r"pair 'z' has an empty source sentence.*JSON lines"):
            list(exporting.conll_text(project, spans[0].id, "source"))
        with pytest.raises(ProjnerError, match="holds a translation of the source side"):
            list(exporting.conll_text(project, project.translation, "source"))
        exported = tmp_path / "back.jsonl"
        exported.write_text("".join(exporting.jsonl_text(project)), encoding="utf-8")
    import_pair("back", source=None, target=exported, source_lang="en", target_lang="sw")
    with catalogue.open_project("back") as again:
        assert [pair.source.tokens for pair in again.pairs(0, 2)] == [("Asha",), ()]


def test_a_training_record_in_the_working_directory_is_nobodys(alone, tmp_path, monkeypatch):
    from projner_core.pipeline import starting

    asked = []
    monkeypatch.setattr(starting, "trained_on", lambda folder: asked.append(folder) or {})
    translate(alone, file_of(tmp_path, *"abcdef"), WATCH)
    assert asked == []
