"""What was learnt from does not judge; labels stay what they are; cards say what O was."""

from __future__ import annotations

import json

import pytest

from projner_core import taggers
from projner_core.cli import main
from projner_core.corpus import Sentence, Span
from projner_core.errors import ProjnerError
from projner_core.pipeline.progress import Watch
from projner_core.pipeline.training import Reading, corpus_of_file, scores_on, set_aside
from projner_core.training import TrainingConfig, corpus, train
from projner_core.training.scoring import count
from tests.training.test_train_command import settings, write
from tests.training.toy import quick, sentences

SPACY = TrainingConfig(kind="spacy", epochs=1)


def test_a_test_file_that_is_trained_on_is_refused_and_a_part_of_it_is_said(cased, tmp_path, capsys):
    rows = [row for row in sentences(200, 0) if "\u200b" not in row[0]]
    rows = list({tuple(words): (words, tags) for words, tags in rows}.values())
    learnt = write(tmp_path / "train.conll", rows[:40])
    config = settings(tmp_path, quick(cased, epochs=1))
    usual = ["train", "--train", str(learnt), "--config", config]
    assert main([*usual, "--test", str(learnt), "--out", str(tmp_path / "a")]) == 1
    assert "every sentence of" in capsys.readouterr().err
    assert not (tmp_path / "a").exists()
    mixed = write(tmp_path / "test.conll", rows[35:50])
    asked = [*usual, "--test", str(mixed), "--out", str(tmp_path / "b"), "--json"]
    assert main([*asked, "--dev", str(mixed)]) == 0
    said = capsys.readouterr()
    assert "5 of 15 test sentences were learnt from, so the test scores are too good" in said.err
    (told,) = json.loads(said.out)["taggers"]
    assert told["test_learnt_from"] == {"sentences": 5, "of": 15}
    assert told["notes"] == ["5 of 15 dev sentences were learnt from, so the dev scores are too good."]


def test_what_is_set_aside_is_not_learnt_from():
    """Projected corpora say the same sentence again and again, and two files may share some."""
    rows = [([word, "ran"], ["B-PER", "O"]) for word in "abcdefghij"]
    corpora = [corpus("one", rows * 3), corpus("two", [*rows[:5], (["k", "ran"], ["B-PER", "O"])])]
    train_, dev = set_aside(corpora, 0.3)
    sides = [{example.tokens for one in some for example in one.examples} for some in (train_, dev)]
    assert not sides[0] & sides[1]
    assert len(dev[0].examples) == 9
    assert sum(len(one.examples) for one in (*train_, *dev)) == 36


def test_a_label_that_is_dropped_leaves_its_name_to_another(tmp_path):
    path = write(tmp_path / "a.conll", [(["iPhone", "French"], ["B-PRODUCT", "B-MISC"])])
    read = corpus_of_file(path, Reading({"MISC": "O", "PRODUCT": "MISC"}))
    assert read.examples[0].tags == ("B-MISC", "O")


@pytest.mark.parametrize("kind", ["token-classifier", "spacy"])
def test_labels_of_ones_own_stay_in_the_command_that_is_printed(kind, cased, tmp_path):
    """EVENT and DATE were wanted: `auto` would make MISC of the one and nothing of the other."""
    rows = [(["Odunde", "in", "May"], ["B-EVENT", "O", "B-DATE"]), (["who", "?"], ["O", "O"])] * 30
    config = quick(cased) if kind == "token-classifier" else SPACY.changed(epochs=20)
    trained = train(config, [corpus("own", rows)], [], tmp_path / "tagger")
    tagger = taggers.create(kind, model=str(trained.folder))
    (found,) = tagger.tag([Sentence(("Odunde", "in", "May"))])
    assert [span.label for span in found] == ["EVENT", "DATE"]
    (trained.folder / "training.json").rename(trained.folder / "training.txt")  # a stranger's
    (found,) = taggers.create(kind, model=str(trained.folder)).tag([Sentence(("Odunde", "in", "May"))])
    assert [span.label for span in found] == ["MISC"]


def test_the_card_of_a_spacy_pipeline_says_that_o_was_o(tmp_path):
    has = corpus("has", [(["Anna", "is", "French"], ["B-PER", "O", "B-MISC"])] * 4)
    lacks = corpus("lacks", [(["Bob", "is", "French"], ["B-PER", "O", "O"])] * 4)
    trained = train(SPACY, [has, lacks], [], tmp_path / "tagger")
    card = (trained.folder / "README.md").read_text(encoding="utf-8")
    assert "says nothing" not in card
    assert "Nobody marked MISC in lacks: this pipeline learnt from it that there is none" in card


def test_two_dev_files_of_one_name_are_two_rows():
    right, wrong = (corpus("dev.conll", [(["a"], [tag])]) for tag in ("B-PER", "B-LOC"))
    scores = count([right, wrong], [[Span(0, 1, "PER")], []]).to_dict()
    assert scores["by_corpus"] == {"dev.conll": 1.0, "dev.conll (2)": 0.0}


def test_a_label_that_a_small_gold_file_lacks_is_wrong_but_misc(tmp_path, monkeypatch):
    class Fixed:
        def tag(self, some):
            return [(Span(0, 1, "ORG"), Span(1, 2, "MISC"), Span(2, 3, "PER")) for _ in some]

    monkeypatch.setattr("projner_core.pipeline.training.tagger_of", lambda trained, device: Fixed())
    gold = write(tmp_path / "gold.conll", [(["in", "May", "Asha"], ["O", "O", "B-PER"])])
    scores = scores_on(None, gold, Watch(lambda progress: None, None))
    assert (scores.micro.predicted, scores.micro.correct) == (2, 1)


def test_shares_of_case_are_no_more_than_all():
    with pytest.raises(ProjnerError, match=r"0\.8 and upper_case_share 0\.8 are more than all sentences"):
        TrainingConfig().changed(lower_case_share=0.8, upper_case_share=0.8)
    assert TrainingConfig(lower_case_share=0.9, upper_case_share=0.1).lower_case_share == 0.9


@pytest.mark.parametrize("option", [["--layer", "gold"], ["--side", "source"], ["--only-judged"]])
def test_what_is_said_of_a_project_wants_one(option, tmp_path, capsys):
    path = write(tmp_path / "a.conll", sentences(5, 0))
    assert main(["train", "--train", str(path), *option, "--out", str(tmp_path / "t")]) == 1
    assert f"{option[0]}: of which project?" in capsys.readouterr().err
