"""From target text alone: what is translated, what the project keeps of it, and what it refuses."""

from __future__ import annotations

import pytest

from projner_core.corpus import Sentence
from projner_core.errors import ProjnerError
from projner_core.pipeline import translating
from projner_core.pipeline.config import RunConfig, StageConfig
from projner_core.pipeline.importing import import_pair
from projner_core.pipeline.progress import Cancelled, Watch
from projner_core.pipeline.run import run
from projner_core.pipeline.translating import translate
from projner_core.store import LayerKind, catalogue
from tests.pipeline import fakes

WATCH = Watch(None, None)
MIRROR = StageConfig(name="mirror")
TARGET = """\
# id = yo
Adé\tB-PER
lọ\tO
sí\tO
Èkó\tB-LOC

# id = am
አበበ\tB-PER
መጣ\tO
።\tO

# id = zero
\u200b\tO
Asha\tB-PER

# id = zh
他\tO
在\tO
北京\tB-LOC

# id = emoji
👩‍👩‍👧\tO
Juma\tB-PER
"""


@pytest.fixture(autouse=True)
def systems(monkeypatch):
    fakes.installed(monkeypatch)


def made(tmp_path, name="alone", *, source_lang="und", target_lang="yo", text=TARGET):
    path = tmp_path / f"{name}.conll"
    path.write_text(text, encoding="utf-8")
    import_pair(name, source=None, target=path, source_lang=source_lang, target_lang=target_lang)
    return catalogue.open_project(name)


@pytest.fixture
def alone(tmp_path):
    """Five target sentences in as many scripts, with gold and no source."""
    with made(tmp_path) as project:
        yield project


@pytest.fixture
def partly(tmp_path):
    """Three pairs, the second of which came with its source."""
    path = tmp_path / "partly.jsonl"
    path.write_text(
        '{"id": "1", "target": "Asha alifika"}\n'
        '{"id": "2", "source": "Juma left .", "target": "Juma aliondoka ."}\n'
        '{"id": "3", "target": "Mvua ilinyesha"}\n',
        encoding="utf-8",
    )
    import_pair("partly", source=None, target=path, source_lang="en", target_lang="sw")
    with catalogue.open_project("partly") as project:
        yield project


def test_every_pair_has_its_translation_as_the_model_wrote_it(alone):
    layer = translate(alone, MIRROR, WATCH)
    texts = alone.annotations(layer.id, 0, 9)
    assert texts[0] == "édA ọl ís ókÈ"
    pairs = alone.pairs(0, 9)
    assert [pair.source.text for pair in pairs] == texts
    assert pairs[0].source == Sentence(("édA", "ọl", "ís", "ókÈ"), "en", texts[0])
    assert pairs[2].source.tokens == ("ahsA",)  # the zero-width space parts words and is none
    assert pairs[3].source.tokens == ("他", "在", "京", "北")
    assert [pair.target.tokens for pair in pairs][4] == ("👩‍👩‍👧", "Juma")
    assert (layer.kind, layer.side, layer.complete) == (LayerKind.TEXTS, "source", True)
    assert alone.translation == layer.id


def test_its_provenance_says_how_it_was_made(alone):
    about = translate(alone, StageConfig(name="mirror", chunk=3), WATCH).provenance
    assert about["stage"] == "translate"
    assert about["settings"] == {"chunk": 3, "source_lang": "en"}
    assert about["revision"] == "revision of mirror"
    assert (about["lang"], about["tokenised"]) == ("en", "words")
    assert about["detokenised"] == "words joined by spaces"


def test_an_unknown_source_language_becomes_english_for_every_stage(alone):
    assert alone.source_lang == "und"
    translate(alone, MIRROR, WATCH)
    assert alone.source_lang == "en"
    with catalogue.open_project("alone") as again:
        assert again.source_lang == "en"


def test_the_language_of_the_project_and_one_set_by_hand(tmp_path):
    with made(tmp_path, "french", source_lang="fr") as project:
        translate(project, MIRROR, WATCH)
        assert project.pair(0).source.lang == project.source_lang == "fr"
    with made(tmp_path, "spanish") as project:
        layer = translate(project, StageConfig(name="mirror", source_lang="es"), WATCH)
        assert project.pair(0).source.lang == project.source_lang == "es"
        assert translate(project, StageConfig(name="mirror", source_lang="es"), WATCH) == layer


def test_only_the_rest_is_translated(partly):
    layer = translate(partly, MIRROR, WATCH)
    assert fakes.ASKED["translate"] == 2
    assert partly.annotations(layer.id, 0, 3) == ["ahsA akifila", "", "auvM ahseynili"]
    assert partly.pair(1).source.tokens == ("Juma", "left", ".")


def test_where_all_came_with_a_source_nothing_is_translated(project):
    assert translate(project, MIRROR, WATCH) is None
    assert project.translation is None
    assert fakes.ASKED["translate"] == 0


def test_the_same_again_is_found_and_nothing_computed(alone):
    layer = translate(alone, MIRROR, WATCH)
    asked = fakes.ASKED["translate"]
    assert translate(alone, MIRROR, WATCH) == layer
    assert translate(alone, StageConfig(name="given"), WATCH) == layer
    elsewhere = StageConfig(name="mirror", device="cuda")  # the same translation, made by another machine
    assert translate(alone, elsewhere, WATCH) == layer
    fakes.GONE.add("mirror")
    assert translate(alone, MIRROR, WATCH) == layer
    assert fakes.ASKED["translate"] == asked == 5


def test_another_translator_is_refused_and_says_what_to_do(alone):
    translate(alone, MIRROR, WATCH)
    before = alone.pairs(0, 9)
    for other in ({"name": "mirror", "model": "another"}, {"name": "nllb"}):
        with pytest.raises(ProjnerError, match=r"translated already, by 'mirror'.*make another project"):
            translate(alone, StageConfig.model_validate(other), WATCH)
    assert alone.pairs(0, 9) == before


def test_cancelled_after_every_chunk_it_ends_in_the_same_layer(alone, tmp_path):
    for done in (2, 4):
        reports = []
        watch = Watch(reports.append, lambda reports=reports, done=done: any(r.done == done for r in reports))
        with pytest.raises(Cancelled):
            translate(alone, MIRROR, watch)
        assert fakes.ASKED["translate"] == done
        assert alone.pair(0).source is None
        assert alone.translation is None
    layer = translate(alone, MIRROR, WATCH)
    assert fakes.ASKED["translate"] == 5
    with made(tmp_path, "whole") as whole:
        other = translate(whole, MIRROR, WATCH)
        assert other.fingerprint == layer.fingerprint
        assert whole.annotations(other.id, 0, 9) == alone.annotations(layer.id, 0, 9)
        assert whole.pairs(0, 9) == alone.pairs(0, 9)
        assert whole.fingerprint() == alone.fingerprint()


def test_killed_between_the_translation_and_its_adoption(alone, monkeypatch):
    class Killed(BaseException):
        pass

    def die(*rest, **more):
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(type(alone), "adopt_translation", die)
        with pytest.raises(Killed):
            translate(alone, MIRROR, WATCH)
    assert alone.first_without_source() == "yo"
    fakes.GONE.add("mirror")  # and the model with it
    layer = translate(alone, MIRROR, WATCH)
    assert fakes.ASKED["translate"] == 5
    assert alone.translation == layer.id
    assert alone.first_without_source() is None


def test_cancelled_within_a_chunk_it_stops_at_once(alone):
    """The translator asks before each sentence; the second answer is no."""
    with pytest.raises(Cancelled):
        translate(
            alone,
            StageConfig(name="mirror", chunk=5),
            Watch(None, lambda: fakes.ASKED["translate"] >= 2),
        )
    assert fakes.ASKED["translate"] == 2


def test_nobody_said_which_language_is_translated(tmp_path):
    with made(tmp_path, "unknown", target_lang="und") as project:
        with pytest.raises(ProjnerError, match=r"--target-lang.*target_lang"):
            translate(project, MIRROR, WATCH)
        assert translate(project, StageConfig(name="mirror", target_lang="yo"), WATCH) is not None


def test_tokens_that_could_not_be_made_again_are_refused(alone):
    with pytest.raises(ProjnerError, match="does not come apart"):
        translate(alone, StageConfig(name="clumsy"), WATCH)
    assert alone.translation is None


def test_texts_of_a_file_that_stand_between_spaces(alone, tmp_path):
    lines = ["U.S.-based Ade left", "A b-c", "x", "y", "'t is"]
    path = tmp_path / "en.txt"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    config = StageConfig.model_validate({"name": "file", "path": str(path), "tokenise": "spaces"})
    layer = translate(alone, config, WATCH)
    assert [pair.source.tokens for pair in alone.pairs(0, 5)] == [tuple(line.split()) for line in lines]
    assert layer.provenance["tokenised"] == "spaces"
    assert layer.provenance["revision"].startswith("file-")


def test_everything_that_cannot_start_is_said_before_anything_runs(alone, tmp_path, monkeypatch):
    monkeypatch.setattr(translating, "fill_with", lambda *rest, **more: pytest.fail("translated first"))
    gone = str(tmp_path / "nothing here")
    good = {
        "translator": MIRROR,
        "tagger": StageConfig(name="capitals"),
        "aligner": StageConfig(name="diagonal"),
    }
    for stage, config, says in [
        ("translator", {"name": "given"}, "'yo' has no source sentence.*choose a translator"),
        ("translator", {"name": "mirorr"}, "no translators system 'mirorr'"),
        ("translator", {"name": "nllb", "model": gone}, "nothing here"),
        ("tagger", {"name": "given"}, "no source entity is known"),
        ("tagger", {"name": "token-classifier", "model": gone}, "nothing here"),
        ("tagger", {"name": "capitals", "threshold": 0.5}, "no setting 'threshold'"),
        ("aligner", {"name": "simalign", "model": gone}, "nothing here"),
        ("predictor", {"name": "given"}, "predicts nothing"),
        ("predictor", {"name": "token-classifier", "model": gone}, "nothing here"),
        ("back_translator", {"name": "easyproject", "model": gone}, "nothing here"),
        ("projector", {"name": "markers"}, "needs marked text.*back-translator"),
        ("projector", {"name": "matching", "candidates": "tagger"}, "needs entities.*predictor"),
        ("projector", {"name": "matching", "minimum": "high"}, "minimum must be a number"),
    ]:
        chosen = good | {stage: StageConfig.model_validate(config)}
        with pytest.raises(ProjnerError, match=says):
            run(alone, RunConfig(**chosen))
    assert [layer.name for layer in alone.layers(incomplete=True)] == ["gold"]
    assert not fakes.ASKED
