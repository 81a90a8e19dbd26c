"""`projner train`: from files and from projects."""

from __future__ import annotations

import json

import pytest

from projner_core import taggers
from projner_core.cli import main
from projner_core.corpus import Sentence, Span
from projner_core.errors import InputError, ProjnerError
from projner_core.formats import conll
from projner_core.pipeline.importing import import_pair
from projner_core.pipeline.progress import Cancelled, Watch
from projner_core.pipeline.training import (
    Reading,
    corpus_of_file,
    corpus_of_layer,
    set_aside,
    train_tagger,
)
from projner_core.review.actions import Kind, Verdict, draft, spans_to_json
from projner_core.schemes import Scheme, encode
from projner_core.store import catalogue
from tests.training.toy import quick, sentences, toy


def write(path, rows, scheme=Scheme.IOB2):
    texts = []
    for words, tags in rows:
        words = [word if word != "\u200b" else "hm" for word in words]
        if scheme is not Scheme.IOB2:
            from projner_core.schemes import decode

            tags = encode(decode(tags, Scheme.IOB2), len(tags), scheme)
        texts.append(conll.sentence_from_tokens(words, tags))
    path.write_text("".join(texts), encoding="utf-8")
    return path


@pytest.fixture
def files(tmp_path):
    return {
        name: write(tmp_path / f"{name}.conll", sentences(count, seed))
        for name, count, seed in [("train", 120, 0), ("dev", 40, 1), ("test", 60, 2)]
    }


def settings(tmp_path, config):
    path = tmp_path / "training.toml"
    told = {key: value for key, value in config.model_dump().items() if value is not None}
    path.write_text(
        "".join(f"{key} = {json.dumps(value)}\n" for key, value in told.items()), encoding="utf-8"
    )
    return str(path)


def test_train_says_dev_and_test_scores_and_the_tagger_tags(files, cased, tmp_path, capsys):
    out = tmp_path / "tagger"
    named = [text for name in ("train", "dev", "test") for text in (f"--{name}", str(files[name]))]
    config = settings(tmp_path, quick(cased))
    how = ["--config", config, "--set", "epochs=10", "--licence", "CC0"]
    code = main(["train", *named, *how, "--out", str(out), "--json"])
    assert code == 0
    said = capsys.readouterr()
    (told,) = json.loads(said.out)["taggers"]
    assert told["folder"] == str(out)
    assert told["dev_f1"] > 0.9
    assert told["test"]["micro"]["f1"] > 0.9
    assert told["test"]["micro"]["interval"]["f1"]
    assert said.err.count("strict dev F1") == 10
    assert "Licences of these: CC0" in (out / "README.md").read_text(encoding="utf-8")
    tagger = taggers.create("token-classifier", model=str(out))
    found = tagger.tag([Sentence(("Angela", "Merkel", "lives", "in", "Berlin", "😀"))])[0]
    assert [(span.start, span.end, span.label) for span in found] == [(0, 2, "PER"), (4, 5, "LOC")]


def test_train_for_people_with_seeds_and_spacy(files, tmp_path, capsys):
    out = tmp_path / "taggers"
    named = ["--train", str(files["train"]), "--dev-share", "0.25", "--test", str(files["test"])]
    how = ["--kind", "spacy", "--set", "epochs=3", "--set", "batch_size=16", "--seeds", "2"]
    code = main(["train", *named, *how, "--out", str(out)])
    assert code == 0
    said = capsys.readouterr().out
    assert "2 seeds, strict test F1: mean" in said
    assert f"{out}/seed-1: strict dev F1" in said
    assert f"--tagger spacy --set tagger.model={out}/seed-0" in said


@pytest.mark.parametrize("scheme", [Scheme.BIOES, Scheme.IOB1, Scheme.BILOU])
def test_files_of_any_scheme_teach_the_same(scheme, tmp_path):
    rows = sentences(40, 0)
    usual = corpus_of_file(write(tmp_path / "same.conll", rows))
    other = corpus_of_file(write(tmp_path / "other.conll", rows, scheme))
    assert other.examples == usual.examples


def test_wrong_tags_name_file_and_line(tmp_path):
    path = tmp_path / "bad.conll"
    path.write_text("Asha\tB-PER\nlaughed\tO\n\nin\tO\nArusha\tI-LOC\n", encoding="utf-8")
    with pytest.raises(InputError, match=r"bad.conll, line 5: found the tag I-LOC; expected tags in IOB2"):
        corpus_of_file(path)
    path.write_text("Asha\nlaughed\n", encoding="utf-8")
    with pytest.raises(InputError, match="no column of tags"):
        corpus_of_file(path)


def test_labels_are_renamed_or_dropped_and_the_card_says_so(tmp_path):
    path = write(tmp_path / "a.conll", [(["Apple", "in", "May"], ["B-corporation", "O", "B-DATE"])])
    read = corpus_of_file(path, Reading({"corporation": "ORG", "DATE": "O"}))
    assert read.examples[0].tags == ("B-ORG", "O", "O")
    assert read.to_dict()["renamed"] == {"corporation": "ORG", "DATE": "O"}


@pytest.fixture
def project(tmp_path):
    """Three pairs: the first corrected, the second accepted, the third untouched."""
    source = write(tmp_path / "en.conll", [(["Asha", "laughed"], ["B-PER", "O"])] * 3)
    target = write(tmp_path / "sw.conll", [(["Asha", "Mwangi", "alicheka"], ["B-PER", "O", "O"])] * 3)
    import_pair("small", source=source, target=target, source_lang="en", target_lang="sw")
    with catalogue.open_project("small") as opened:
        (gold,) = [layer for layer in opened.layers(side="target") if layer.name == "gold"]
        opened.set_current(gold)
        corrected = spans_to_json([Span(0, 2, "PER")])
        opened.append(draft(None, position=0, kind=Kind.SPANS, now=corrected))
        opened.append(draft(None, position=1, kind=Kind.VERDICT, now=Verdict.RIGHT))
        yield opened


def test_what_the_review_says_is_learnt(project):
    reviewed = corpus_of_layer(project, "reviewed")
    first = ("B-PER", "I-PER", "O")
    machine = ("B-PER", "O", "O")
    assert [example.tags for example in reviewed.examples] == [first, machine, machine]
    judged = corpus_of_layer(project, "reviewed", only_judged=True)
    assert [example.tags for example in judged.examples] == [first, machine]
    projected = corpus_of_layer(project, "gold")
    assert [example.tags for example in projected.examples] == [machine] * 3
    about = reviewed.to_dict()
    assert (about["project"], about["layer"], about["language"]) == ("small", "gold", "sw")
    assert about["provenance"]["stage"] == "import"
    english = corpus_of_layer(project, "source", side="source")
    assert english.examples[0].tokens == ("Asha", "laughed")
    with pytest.raises(ProjnerError, match=r"there is no layer 'nonsense'; there are: reviewed, gold"):
        corpus_of_layer(project, "nonsense")


def test_a_project_is_trained_on_from_the_command_line(project, cased, tmp_path, capsys):
    out = tmp_path / "tagger"
    config = settings(tmp_path, quick(cased, epochs=12))
    asked = ["train", "--project", "small", "--config", config, "--out", str(out)]
    assert main(asked) == 0
    assert "no dev sentences, so its quality is not known" in capsys.readouterr().out
    record = json.loads((out / "training.json").read_text(encoding="utf-8"))
    assert record["train"][0]["project"] == "small"
    assert main(asked) == 0  # it is there: nothing is done
    (out / "training.json").unlink()
    assert main(asked) == 1
    assert "tagger is there already" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], "say what to train on"),
        (
            ["--train", "{train}", "--dev", "{dev}", "--dev-share", "0.1"],
            "--dev-share does not go with --dev",
        ),
        (["--train", "{train}", "--dev-share", "1.5"], "1.5 of the sentences cannot be set aside"),
        (["--train", "{train}", "--set", "epoch=3"], "epoch: Extra inputs are not permitted"),
        (["--train", "{train}", "--label", "PER"], "--label PER: expected OLD=NEW"),
        (["--train", "{train}", "--seeds", "0"], "--seeds 0: expected 1 or more"),
        (["--train", "no.conll"], "no.conll: found no such file"),
        (["--project", "nobody"], "nobody"),
        (["--train", "{train}", "--model", "gone/model"], "'gone/model' is not on this machine"),
    ],
)
def test_what_cannot_be_trained_is_said_in_a_sentence(arguments, said, files, tmp_path, capsys):
    named = [argument.format(**files) for argument in arguments]
    assert main(["train", *named, "--out", str(tmp_path / "tagger")]) == 1
    assert said in capsys.readouterr().err


def test_a_share_is_set_aside_and_nothing_is_learnt_from_it():
    corpora = [toy(100), toy(50, seed=1)]
    train, dev = set_aside(corpora, 0.1)
    differing = [{example.tokens for example in one.examples} for one in corpora]
    drawn = {example.tokens for one in dev for example in one.examples}
    assert len(drawn) == round(0.1 * len(differing[0])) + round(0.1 * len(differing[1] - differing[0]))
    assert not drawn & {example.tokens for one in train for example in one.examples}
    for whole, kept, aside in zip(corpora, train, dev, strict=True):
        assert sorted([*kept.examples, *aside.examples], key=repr) == sorted(whole.examples, key=repr)
    assert set_aside(corpora, 0.1) == (train, dev)


def test_a_watch_sees_steps_and_stops_the_training(cased, tmp_path):
    seen = []
    config = quick(cased, epochs=4)
    watch = Watch(seen.append, lambda: len(seen) > 4)
    with pytest.raises(Cancelled):
        train_tagger(config, [toy()], [], tmp_path / "tagger", watch)
    assert not (tmp_path / "tagger").exists()
    assert seen[0].total == 4 * 10
    assert len(seen) <= 6
    epochs = []
    watch = Watch(None, None)
    train_tagger(config, [toy()], [], tmp_path / "tagger", watch, on_epoch=epochs.append)
    assert [step.epoch for step in epochs] == [1, 2, 3, 4]


def test_the_bundled_tagger_is_where_one_starts_with_no_network(tmp_path):
    from projner_core.bundled import MODELS

    if not (MODELS / "english-ner" / "model.safetensors").is_file():
        pytest.skip("the bundled tagger is not here")
    config = quick("bundled", epochs=1, learning_rate=1e-4, freeze_embeddings=True)
    trained = train_tagger(config, [toy(30)], [], tmp_path / "tagger", Watch(None, None))
    assert trained[0].record.shapes
    tagger = taggers.create("token-classifier", model=str(trained[0].folder))
    assert len(tagger.tag([Sentence(("Angela", "Merkel"))])) == 1


@pytest.mark.parametrize(("kind", "tagger"), [("transformer", "token-classifier"), ("spacy", "spacy")])
def test_a_layer_says_what_its_tagger_was_trained_on(kind, tagger, cased, project, tmp_path):
    config = quick(cased, epochs=2).changed(kind=kind)
    (trained,) = train_tagger(config, [toy(40)], [], tmp_path / "tagger", Watch(None, None))
    asked = ["--set", f"tagger.model={trained.folder}", "--set", "tagger.labels=keep"]
    assert main(["run", "--project", "small", "--tagger", tagger, *asked]) == 0
    found = [layer for layer in project.layers(side="source") if layer.provenance.get("system") == tagger]
    assert found
    assert found[0].provenance["trained"]["fingerprint"] == trained.record.fingerprint
    assert found[0].provenance["trained"]["on"][0]["name"] == "toy-0"
