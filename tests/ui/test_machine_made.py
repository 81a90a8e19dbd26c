"""What is said of machines: who translated, who found the entities, what computes."""

from __future__ import annotations

import pytest

from projner_core import taggers, translators
from projner_core.corpus import Sentence, Span
from projner_core.formats.base import Record
from projner_core.pipeline import running
from projner_core.pipeline.config import RunConfig, StageConfig
from projner_core.pipeline.importing import import_pair
from projner_core.pipeline.run import run
from projner_core.store import catalogue
from projner_ui import machine_made, run_panel
from projner_ui.stages import TAGGER, TRANSLATOR
from projner_ui.text import of_memory, size
from tests.ui.test_pages import decide, open_page, text

HERE = "tests.ui.test_machine_made"


WORDS = {"anaishi": "lives in", "aliondoka": "left", "Mvua": "Rain"}


class Glossary:
    """Translates word by word."""

    model = "facebook/nllb-200-3.3B"

    def revision(self):
        return "1"

    def translate(self, pairs):
        texts = (" ".join(WORDS.get(t, t) for t in pair.target.tokens) for pair in pairs)
        return [Sentence(tuple(t.split()), "en", t) for t in texts]


class Capitals:
    """Finds the first word of a sentence, if it is a name."""

    def tag(self, sentences):
        return [(Span(0, 1, "PER"),) if s.tokens[:1] in {("Asha",), ("Juma",)} else () for s in sentences]


@pytest.fixture(autouse=True)
def systems(monkeypatch):
    for registry, name, kind in (
        (translators.registry, "glossary", "Glossary"),
        (taggers.registry, "capitals", "Capitals"),
    ):
        monkeypatch.setattr(registry, "_targets", {**registry._targets, name: f"{HERE}:{kind}"})


@pytest.fixture
def translated(home, tmp_path):
    """A text that came alone, translated, tagged and projected."""
    (tmp_path / "sw.txt").write_text("Asha anaishi Arusha\nMvua\nJuma aliondoka Nairobi\n", encoding="utf-8")
    import_pair("habari", source=None, target=tmp_path / "sw.txt", source_lang="en", target_lang="sw")
    with catalogue.open_project("habari") as project:
        run(
            project,
            RunConfig(translator=StageConfig(name="glossary"), tagger=StageConfig(name="capitals")),
        )
        yield project


def facts(at):
    return {metric.label: metric.value.replace("\\", "") for metric in at.metric}


def test_what_came_with_the_file_is_nobodys_work(project):
    found = machine_made.origin(project)
    assert (found.sentences, found.entities) == ("in your file", "in your file")
    assert (found.translator, found.tagger) == ("", "")
    assert machine_made.line(project, 0, entities_corrected=False) == ""


def test_a_text_alone_has_nothing_yet(home, tmp_path):
    (tmp_path / "sw.txt").write_text("Mvua\n", encoding="utf-8")
    import_pair("habari", source=None, target=tmp_path / "sw.txt", source_lang="en", target_lang="sw")
    with catalogue.open_project("habari") as project:
        found = machine_made.origin(project)
    assert (found.sentences, found.entities) == ("none yet", "none yet")


def test_entities_marked_by_hand_are_said_to_be(home, tmp_path):
    for lang in ("en", "sw"):
        (tmp_path / f"{lang}.txt").write_text("Asha\n", encoding="utf-8")
    import_pair(
        "habari", source=tmp_path / "en.txt", target=tmp_path / "sw.txt", source_lang="en", target_lang="sw"
    )
    with catalogue.open_project("habari") as project:
        project.set_meta("source_edits", 1)
        assert machine_made.origin(project).entities == "marked by hand"


def test_a_translated_project_says_by_what(translated):
    at = open_page("project", project="habari")
    assert facts(at)["Source sentences"] == "translated by glossary"
    assert facts(at)["Source entities"] == "by capitals"
    assert at.selectbox(key="stage_translator_habari").disabled
    assert "A project keeps its translation" in text(at)
    assert not at.button(key="run").disabled


def test_what_the_command_line_ran_is_what_runs_again(translated):
    """Else the entities that its tagger found were gone when somebody corrects one and projects again."""
    config = run_panel.last_config(translated)
    assert (config.translator.name, config.tagger.name) == ("glossary", "capitals")
    assert run(translated, config).projection.id == translated.current_projection
    translated.set_meta("run_config", RunConfig().model_dump())
    assert run_panel.last_config(translated) == RunConfig(), "what was chosen here last counts more"


def test_inspect_says_quietly_what_a_machine_made(translated):
    at = open_page(project="habari", pair=translated.id_of(0))
    assert "English side: translated by glossary, entities found by capitals" in text(at).replace("\\", "")


def test_entities_that_a_reviewer_corrected_are_hers(translated):
    from projner_core.review.actions import Kind

    decide(translated, 0, Kind.SOURCE_SPANS, [[0, 1, "LOC"]])
    said = text(open_page(project="habari", pair=translated.id_of(0))).replace("\\", "")
    assert "translated by glossary" in said
    assert "found by capitals" not in said


def test_a_pair_that_came_with_a_translation_is_not_the_machines(home):
    with catalogue.create_project("half", "en", "sw") as project:
        with project.importing() as importer:
            asha, rain = Sentence(("Asha",), "sw"), Sentence(("Mvua",), "sw")
            importer.add([Record("1", Sentence(("Asha",), "en"), asha), Record("2", None, rain)])
        systems = {"translator": StageConfig(name="glossary"), "tagger": StageConfig(name="capitals")}
        run(project, RunConfig(**systems))
        lines = [machine_made.line(project, position, entities_corrected=True) for position in (0, 1)]
    assert lines == ["", "translated by glossary"]


@pytest.mark.parametrize(
    ("stage", "about", "said"),
    [
        (TRANSLATOR, {"system": "nllb", "settings": {}}, "NLLB-200 600M (distilled)"),
        (TRANSLATOR, {"system": "nllb", "settings": {"model": "facebook/nllb-200-3.3B"}}, "NLLB-200 3.3B"),
        (TRANSLATOR, {"system": "seq2seq", "settings": {"model": "/models/mine"}}, "mine"),
        (TRANSLATOR, {"system": "file", "settings": {"path": "x.txt"}}, ""),
        (TRANSLATOR, {"system": "uninstalled", "settings": {}}, "uninstalled"),
        (TAGGER, {"system": "bundled", "settings": {}}, "the bundled English tagger"),
        (TAGGER, {"system": "spacy", "settings": {"model": "sw_core_news_sm"}}, "spaCy sw_core_news_sm"),
        (TAGGER, {"system": "given", "settings": {}}, ""),
    ],
)
def test_systems_are_called_by_their_models(stage, about, said):
    assert machine_made.system_of(stage, about) == said


def test_the_licence_of_a_data_set_is_a_fact(project):
    project.set_meta("dataset", {"name": "MasakhaNER 2.0", "licence": "CC-BY-NC-4.0"})
    found = facts(open_page("project", project="habari"))
    assert (found["Data set"], found["Its licence"]) == ("MasakhaNER 2.0", "CC-BY-NC-4.0")


@pytest.mark.parametrize(
    ("facts", "said"),
    [
        (
            {"name": "NVIDIA H200", "kind": "cuda", "dtype": "bfloat16", "memory_total": 140_000_000_000,
             "memory_used": 12_000_000_000},
            "on NVIDIA H200 · bfloat16 · 12 of 140 GB",
        ),
        (
            {"name": "Some Processor", "kind": "cpu", "dtype": "float32", "memory_total": 16_000_000_000,
             "memory_used": 2_100_000_000},
            "on CPU · float32 · 2.1 GB",
        ),
        (
            {"name": "Apple M2 (GPU)", "kind": "mps", "dtype": "float32", "memory_total": None,
             "memory_used": None},
            "on Apple M2 (GPU) · float32",
        ),
        (None, ""),
    ],
)  # fmt: skip
def test_a_run_at_work_says_what_computes(project, facts, said):
    job = project.start_job("run", {})
    project.update_job(job, stage="translate", done=1, total=4)
    project.set_meta(running.DEVICE, facts)
    shown = text(open_page("project", project="habari")).replace("\\", "")
    assert "**Translating…**" in shown
    assert f":gray[{said}]" in shown


def test_a_download_is_counted_in_bytes(project):
    job = project.start_job("fetch", {"model": "facebook/nllb-200-distilled-600M"})
    project.update_job(job, stage="fetch", done=1_200_000_000, total=2_500_000_000, eta_s=90.0)
    shown = text(open_page("project", project="habari")).replace("\\", "")
    assert "Fetching a model…** :gray[facebook/nllb-200-distilled-600M]" in shown
    assert "1.2 of 2.5 GB · about 2 minutes left" in shown
    project.finish_job(job, "failed", "There is no network.")
    assert "The download failed. There is no network" in text(open_page("project", project="habari"))


def test_bytes_in_words():
    assert [size(n) for n in (0, 512, 4_200_000, 999_600_000, 2_500_000_000, 140e9)] == [
        "0 bytes", "512 bytes", "4.2 MB", "1.0 GB", "2.5 GB", "140 GB",
    ]  # fmt: skip
    assert of_memory(90_000_000, 2_500_000_000) == "90 MB of 2.5 GB"
    assert of_memory(0, 2_500_000_000) == "0 bytes of 2.5 GB"
