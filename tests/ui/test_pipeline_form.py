"""The pipeline as people choose it: what is proposed, what a model needs before it runs, what is said."""

from __future__ import annotations

import re

import pytest
from streamlit.testing.v1 import AppTest

from projner_core import projectors, taggers, translators
from projner_core.inference import checkpoints
from projner_core.pipeline import running
from projner_core.pipeline.fetching import FetchConfig
from projner_core.pipeline.importing import import_pair
from projner_core.store import catalogue
from tests.ui.test_pages import open_page, text

NLLB = "facebook/nllb-200-distilled-600M"
HERE = "tests.ui.test_pipeline_form"


class Glossary:
    """A translator without a model, and one setting."""

    def __init__(self, *, politeness: str = "high") -> None:
        self.politeness = politeness

    def translate(self, pairs):
        return []


class Finder:
    """A tagger that takes any folder for a model."""

    def __init__(self, *, model: str = "") -> None:
        self.model = model

    def tag(self, sentences):
        return []


@pytest.fixture(autouse=True)
def systems(monkeypatch, tmp_path):
    """A translator and a tagger that are light, one that can't be imported, and an empty cache of models."""
    for registry in (translators.registry, translators.back_translators, taggers.registry):
        monkeypatch.setattr(registry, "_targets", dict(registry._targets))  # as it is without these
    translators.registry._targets["glossary"] = f"{HERE}:Glossary"
    taggers.registry._targets["finder"] = f"{HERE}:Finder"
    taggers.registry._targets["broken"] = "projner_core.taggers.nowhere:Nobody"
    cache = tmp_path / "hub"
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(cache))
    return cache


@pytest.fixture
def started(monkeypatch):
    """What was started, without a worker."""
    found = []
    monkeypatch.setattr(running, "start", lambda name, config: found.append(config) or 1)
    return found


def alone(tmp_path, name="habari", *, source_lang="en", target_lang="sw"):
    """A project of a text that came alone."""
    (tmp_path / "sw.txt").write_text("Asha anaishi Arusha.\nMvua.\n", encoding="utf-8")
    import_pair(
        name, source=None, target=tmp_path / "sw.txt", source_lang=source_lang, target_lang=target_lang
    )


def untagged(tmp_path, *, source_lang="en"):
    """A project with a translation and no entities."""
    alone_text = tmp_path / "sw.txt"
    alone_text.write_text("Asha anaishi Arusha.\n", encoding="utf-8")
    (tmp_path / "en.txt").write_text("Asha lives in Arusha.\n", encoding="utf-8")
    import_pair(
        "habari", source=tmp_path / "en.txt", target=alone_text, source_lang=source_lang, target_lang="sw"
    )


def stages(at):
    return {s.key.removesuffix("_habari").removeprefix("stage_"): s.value for s in at.selectbox if s.key}


def said(at):
    return text(at).replace("\\", "")


def test_a_file_with_everything_asks_for_no_translator_and_no_download(imported):
    at = open_page("project", project="habari")
    assert stages(at) == {
        "tagger": "given", "aligner": "statistical", "projector": "matching", "predictor": "no",
    }  # fmt: skip
    assert not at.button(key="run").disabled


def test_a_text_alone_must_be_told_what_translates(home, tmp_path, started):
    alone(tmp_path)
    at = open_page("project", project="habari")
    assert stages(at)["translator"] is None
    assert stages(at)["tagger"] == "bundled"
    assert at.button(key="run").disabled
    assert "came without a translation" in said(at)
    assert "To run it, choose what translates" in said(at)
    at.selectbox(key="stage_translator_habari").set_value("glossary").run()
    at.selectbox(key="stage_tagger_habari").set_value("given").run()
    at.button(key="run").click().run()
    assert (started[0].translator.name, started[0].tagger.name) == ("glossary", "given")
    assert (started[0].predictor, started[0].back_translator) == (None, None)


def chosen_before(**stages):
    """Choose something as an earlier run did: nobody can type into a list without a browser."""
    with catalogue.open_project("habari") as project:
        project.set_meta("run_config", stages)


def _model(tmp_path):
    folder = tmp_path / "mine"
    folder.mkdir()
    (folder / "config.json").write_text("{}")
    return folder


def test_english_without_entities_gets_the_bundled_tagger(home, tmp_path):
    untagged(tmp_path)
    assert stages(open_page("project", project="habari"))["tagger"] == "bundled"


def test_another_language_does_not_get_the_english_tagger(home, tmp_path):
    untagged(tmp_path, source_lang="fra_Latn")
    at = open_page("project", project="habari")
    assert stages(at)["tagger"] == "given"
    assert "None came with the file" in said(at)
    at.selectbox(key="stage_tagger_habari").set_value("bundled").run()
    assert "It knows English; this project has French." in said(at)


def test_a_model_that_is_not_here_says_what_it_is_and_asks_before_it_is_fetched(
    home, tmp_path, started, systems
):
    alone(tmp_path)
    at = open_page("project", project="habari")
    at.selectbox(key="stage_translator_habari").set_value("nllb").run()
    shown = said(at)
    assert "NLLB-200 600M (distilled)** is not on this machine" in shown
    assert "2.5 GB" in shown
    assert "not for commercial use" in shown
    assert str(systems) in shown
    assert at.button(key="run").disabled
    at.button(key="fetch_button_translator").click().run()
    assert f"https://huggingface.co/{NLLB}" in said(at)
    assert at.button(key="fetch_yes")
    assert started == [], "nothing is fetched by asking"


@pytest.mark.parametrize(("answer", "fetched"), [("fetch_yes", [FetchConfig(model=NLLB)]), ("fetch_no", [])])
def test_it_is_fetched_where_the_answer_is_yes(imported, started, answer, fetched):
    """The question alone: in a test without a browser a dialog does not stay open."""

    def asking():
        from projner_core.pipeline.fetching import FetchConfig
        from projner_ui import model_choice, session

        wanted = FetchConfig(model="facebook/nllb-200-distilled-600M")
        model_choice._ask(session.open_project("habari"), wanted)

    at = AppTest.from_function(asking, default_timeout=60).run()
    at.button(key=answer).click().run()
    assert started == fetched


def test_a_model_that_is_here_can_be_run_with(home, tmp_path, started, monkeypatch):
    alone(tmp_path)
    monkeypatch.setattr("projner_core.inference.fetching.locate", lambda model: tmp_path)
    at = open_page("project", project="habari")
    at.selectbox(key="stage_translator_habari").set_value("nllb").run()
    assert "on this machine · about 2.5 GB" in said(at)
    at.selectbox(key="stage_tagger_habari").set_value("given").run()
    at.button(key="run").click().run()
    assert started[0].translator.settings == {}


def test_the_size_chosen_is_the_model_that_runs(home, tmp_path, started, monkeypatch):
    alone(tmp_path)
    monkeypatch.setattr("projner_core.inference.fetching.locate", lambda model: tmp_path)
    at = open_page("project", project="habari")
    at.selectbox(key="stage_translator_habari").set_value("nllb").run()
    at.selectbox(key="stage_tagger_habari").set_value("given").run()
    at.selectbox(key="model_translator_nllb_habari").set_value("facebook/nllb-200-3.3B").run()
    at.button(key="run").click().run()
    assert started[0].translator.settings == {"model": "facebook/nllb-200-3.3B"}


def test_a_language_that_nllb_lacks_is_said_at_once(home, tmp_path):
    alone(tmp_path, target_lang="tlh")
    at = open_page("project", project="habari")
    at.selectbox(key="stage_translator_habari").set_value("nllb").run()
    assert "NLLB-200 does not know Klingon (tlh)" in said(at)
    assert at.button(key="run").disabled


def test_a_system_that_cannot_be_imported_says_why(imported):
    at = open_page("project", project="habari")
    at.selectbox(key="stage_tagger_habari").set_value("broken").run()
    assert "“broken” can't be used on this machine" in said(at)
    assert "projner_core.taggers.nowhere" in said(at)
    assert at.button(key="run").disabled


def test_model_transfer_is_asked_for_by_choosing_a_tagger(imported, started, tmp_path):
    at = open_page("project", project="habari")
    at.selectbox(key="stage_predictor_habari").set_value("finder").run()
    assert "choose a model for “Tag the target directly too" in said(at)
    chosen_before(predictor={"name": "finder", "model": str(_model(tmp_path))})
    at = open_page("project", project="habari")
    at.button(key="run").click().run()
    assert started[0].predictor.name == "finder"
    assert "bundled" not in at.selectbox(key="stage_predictor_habari").options, "it knows English alone"


def test_the_back_translator_is_shown_where_marked_text_is_read(imported):
    at = open_page("project", project="habari")
    assert "back_translator" not in stages(at)
    for name in projectors.registry.names():
        at.selectbox(key="stage_projector_habari").set_value(name).run()
        assert ("back_translator" in stages(at)) == (name in ("markers", "back-translation")), name
    at.selectbox(key="stage_projector_habari").set_value("markers").run()
    assert not at.button(key="run").disabled, "a file of marked text does as well"
    at.selectbox(key="stage_back_translator_habari").set_value("easyproject").run()
    assert "tokenizer of facebook/nllb-200-3.3B" in said(at)


def test_what_a_model_is_called_is_never_markup(home, tmp_path):
    alone(tmp_path)
    chosen_before(translator={"name": "seq2seq", "model": "<img src=x>/:red[y]"})
    at = open_page("project", project="habari")
    assert "\\<img src\\=x\\>" in text(at)
    assert not re.search(r"(?<!\\)<img", text(at))
    assert at.button(key="run").disabled


def test_a_hub_name_of_which_nothing_is_known_can_be_fetched(home, tmp_path):
    alone(tmp_path)
    chosen_before(translator={"name": "seq2seq", "model": "someone/her-model"})
    at = open_page("project", project="habari")
    at.button(key="fetch_button_translator").click().run()
    assert "not known here: see its page" in said(at)
    assert "https://huggingface.co/someone/her-model" in said(at)


def test_settings_leave_the_model_to_its_own_list(home, tmp_path, started):
    alone(tmp_path)
    model = str(_model(tmp_path))
    chosen_before(translator={"name": "glossary"}, tagger={"name": "finder", "model": model})
    at = open_page("project", project="habari")
    at.toggle(key="all_settings").set_value(True).run()
    assert not [field for field in at.text_input if field.key == "tagger_habari_finder_model"]
    at.text_input(key="translator_habari_glossary_politeness").set_value("low")
    at.button(key="run").click().run()
    assert started[0].translator.settings == {"politeness": "low"}
    assert started[0].tagger.settings == {"model": model}


def test_no_model_library_is_loaded_by_the_page(home, tmp_path):
    """What the app does to draw NLLB's choice, in a process of its own."""
    import subprocess
    import sys

    alone(tmp_path)
    code = (
        "import sys; sys.path.insert(0, '.')\n"
        "from tests.ui.test_pages import open_page\n"
        "at = open_page('project', project='habari')\n"
        "at.selectbox(key='stage_translator_habari').set_value('nllb').run()\n"
        "assert at.button(key='fetch_button_translator')\n"
        "print([m for m in ('torch', 'transformers', 'spacy', 'ctranslate2') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"


def test_the_models_of_the_list_are_names_that_the_hub_can_have(home):
    from projner_ui import known_models

    for system in ("nllb", "seq2seq", "ctranslate2", "token-classifier", "simalign", "nmt-encoder"):
        names = known_models.of(system, "eng_Latn", "swh_Latn")
        assert names, system
        assert all(map(checkpoints.is_hub_name, names)), names
    assert "Helsinki-NLP/opus-mt-sw-en" in known_models.of("seq2seq", "eng_Latn", "swh_Latn")
    assert known_models.title("Helsinki-NLP/opus-mt-sw-en") == "OPUS-MT sw-en"
    assert known_models.title("/models/mine/") == "mine"


def test_a_project_can_be_opened_whose_translator_is_gone(home, tmp_path):
    alone(tmp_path)
    with catalogue.open_project("habari") as project:
        project.set_meta("run_config", {"translator": {"name": "uninstalled"}})
    at = open_page("project", project="habari")
    assert stages(at)["translator"] is None
