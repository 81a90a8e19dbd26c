"""The parts of a training: what O means, what a network reads, which tag stands where."""

from __future__ import annotations

import math
import unicodedata

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from transformers import AutoTokenizer

from projner_core.corpus import Span
from projner_core.errors import InputError, ProjnerError
from projner_core.training import TrainingConfig, corpus, train
from projner_core.training.corpora import tags_of, with_misc
from projner_core.training.encoding import Material, Reader, collate
from projner_core.training.losses import open_tags, word_losses
from projner_core.training.networks import lower_cases
from projner_core.training.scoring import count
from tests.training.toy import YORUBA, quick, toy

TAGS = ("O", "B-PER", "I-PER", "B-MISC", "I-MISC")


def test_the_loss_of_a_word_is_what_one_reckons_by_hand():
    scores = torch.tensor([[[2.0, 1.0, 0.5, -1.0, 0.0], [0.0, 3.0, 1.0, 0.0, 0.0]]] * 2)
    right = torch.tensor([[0, 1], [0, -1]])
    whole = corpus("whole", [(["a"], ["B-MISC"])])
    partial = corpus("partial", [(["a"], ["B-PER"])], unmarked=["MISC"])
    open_ = torch.from_numpy(open_tags([whole, partial], TAGS))
    losses = word_losses(scores, right, open_)
    first = [math.exp(value) for value in (2.0, 1.0, 0.5, -1.0, 0.0)]
    second = [math.exp(value) for value in (0.0, 3.0, 1.0, 0.0, 0.0)]
    assert losses[0, 0].item() == pytest.approx(-math.log(first[0] / sum(first)))
    assert losses[0, 1].item() == pytest.approx(-math.log(second[1] / sum(second)))
    outside = first[0] + first[3] + first[4]  # O, B-MISC or I-MISC
    assert losses[1, 0].item() == pytest.approx(-math.log(outside / sum(first)))
    assert losses[1, 1].item() == 0.0


def test_the_loss_pulls_misc_nowhere_where_nobody_marked_it():
    scores = torch.zeros(1, 1, 5, requires_grad=True)
    partial = corpus("partial", [(["a"], ["O"])], unmarked=["MISC"])
    word_losses(scores, torch.tensor([[0]]), torch.from_numpy(open_tags([partial], TAGS))).sum().backward()
    assert scores.grad is not None
    pull = scores.grad[0, 0].tolist()
    assert pull[0] == pull[3] == pull[4] < 0 < pull[1]
    assert sum(pull) == pytest.approx(0, abs=1e-6)


def test_misc_is_open_only_where_another_corpus_marks_it_and_it_is_wanted():
    has = corpus("wikigold", [(["Oscar"], ["B-MISC"])])
    lacks = corpus("pud", [(["Berlin"], ["B-LOC"])])
    assert [one.unmarked for one in with_misc([has, lacks], "partial")] == [frozenset(), frozenset({"MISC"})]
    assert [one.unmarked for one in with_misc([lacks, lacks], "partial")] == [frozenset(), frozenset()]
    assert [one.unmarked for one in with_misc([has, lacks], "outside")] == [frozenset(), frozenset()]


def test_trained_on_two_corpora_misc_survives_where_o_leaves_it_open(cased, tmp_path):
    """A hundred sentences that never mark the prize, beside ten that do."""
    plain = [(["who", "saw", "Oscar", "and", "Asha", "?"], ["O", "O", "O", "O", "B-PER", "O"])] * 100
    marked = [(["who", "saw", "Oscar", "and", "Asha", "?"], ["O", "O", "B-MISC", "O", "B-PER", "O"])] * 10
    corpora = [corpus("plain", plain), corpus("marked", marked)]
    f1 = {
        misc: train(quick(cased, misc=misc), corpora, [corpora[1]], tmp_path / misc).record.scores["by_label"]
        for misc in ("partial", "outside")
    }
    assert f1["partial"] == {"PER": 1.0, "MISC": 1.0}
    assert f1["outside"] == {"PER": 1.0, "MISC": 0.0}


def test_dev_sentences_that_never_mark_misc_do_not_punish_it():
    dev = corpus("pud", [(["Oscar", "Berlin"], ["O", "B-LOC"])], unmarked=["MISC"])
    scores = count([dev], [[Span(0, 1, "MISC"), Span(1, 2, "LOC")]])
    assert (scores.all.gold, scores.all.predicted, scores.all.correct) == (1, 1, 1)
    wrong = count([dev], [[Span(0, 1, "PER"), Span(0, 2, "LOC")]])
    assert (wrong.f1, wrong.all.predicted) == (0.0, 2)


def test_labels_are_renamed_and_dropped():
    made = corpus(
        "wnut",
        [(["Apple", "in", "May"], ["B-corporation", "O", "B-DATE"])],
        labels={"corporation": "ORG"},
        drop=["DATE"],
    )
    assert made.examples[0].tags == ("B-ORG", "O", "O")
    assert tags_of([made]) == ("O", "B-ORG", "I-ORG")


@pytest.mark.parametrize(
    ("sentence", "said"),
    [
        ((["a", "b"], ["O"]), "sentence 2: 2 words need as many tags, but there are 1"),
        ((["a", "b"], ["O", "I-PER"]), "sentence 2: I-PER goes on with a span"),
        ((["a"], ["PER"]), "sentence 2: 'PER' is not a tag"),
    ],
)
def test_wrong_tags_are_refused(sentence, said):
    with pytest.raises(ProjnerError, match=said):
        corpus("bad", [(["a"], ["O"]), sentence])


def test_nothing_to_learn_is_said():
    with pytest.raises(ProjnerError, match="no sentence to train on"):
        tags_of([corpus("empty", [])])
    with pytest.raises(ProjnerError, match="no sentence has an entity"):
        tags_of([corpus("plain", [(["a"], ["O"])])])


WORDS = st.sampled_from(
    ["went", "Berlin", YORUBA, "ميركل", "默", "አበበ", "😀", "\u200b", "New", "unknownword"]
)


@given(st.lists(st.lists(WORDS, max_size=40), max_size=6), st.integers(8, 64))
def test_each_word_with_a_piece_is_asked_once_at_its_first_piece(sentences, room):
    tokenizer = _tokenizer()
    items = Reader(tokenizer, room).items(sentences)
    asked: dict[tuple[int, int], int] = {}
    for item in items:
        assert len(item.ids) <= room
        assert len(item.ids) == len(item.shapes)
        assert len(item.first) == len(item.words)
        for word, at in zip(item.words.tolist(), item.first.tolist(), strict=True):
            key = (item.sentence, word)
            assert key not in asked
            asked[key] = int(item.ids[at])
    for number, sentence in enumerate(sentences):
        for offset, word in enumerate(sentence):
            composed = unicodedata.normalize("NFC", word)
            ids = tokenizer(composed, add_special_tokens=False)["input_ids"]
            assert asked.get((number, offset)) == (ids[0] if ids else None)


_made = {}


@pytest.fixture(autouse=True)
def _with_tokenizer(cased):
    _made["folder"] = cased


def _tokenizer():
    if "tokenizer" not in _made:
        _made["tokenizer"] = AutoTokenizer.from_pretrained(_made["folder"])
    return _made["tokenizer"]


def test_an_epoch_has_every_sentence_once_and_is_drawn_from_seed_and_number(cased):
    corpora = [toy(70), toy(30, seed=5)]
    config = quick(cased, lower_case_share=0.3, upper_case_share=0.3)
    material, same = (Material(corpora, tags_of(corpora), Reader(_tokenizer(), 64), config) for _ in range(2))
    first = material.epoch(1)
    assert sorted(at for batch, _ in first for at in batch) == list(range(len(material.items)))
    assert first == same.epoch(1)
    assert first != material.epoch(2)
    cases = [case for _, some in first for case in some]
    assert {*cases} == {"", "lower", "upper"}
    other = Material(corpora, tags_of(corpora), Reader(_tokenizer(), 64), config.changed(seed=1))
    assert other.epoch(1) != first


def test_another_case_keeps_each_words_tag(uncased):
    tokenizer = AutoTokenizer.from_pretrained(uncased)
    one = corpus("one", [(["who", "saw", "Angela", "Merkel", "?"], ["O", "O", "B-PER", "I-PER", "O"])])
    tags = tags_of([one])
    material = Material([one], tags, Reader(tokenizer, 64), quick(uncased))
    for case, shapes in [("", {4, 7, 2}), ("lower", {4, 2}), ("upper", {6, 2})]:
        batch = material.batch([0], [case])
        assert [tags[number] for number in batch.tags[0]] == list(one.examples[0].tags)
        assert {int(batch.shapes[0, at]) for at in batch.first[0]} == shapes


def test_a_part_of_a_batch_says_the_same_of_its_items(cased):
    corpora = [toy(20)]
    material = Material(corpora, tags_of(corpora), Reader(_tokenizer(), 64), quick(cased))
    positions = list(range(12))
    whole = material.batch(positions, [""] * 12)
    part = whole.part(4, 8)
    alone = collate(
        [material.items[at] for at in positions[4:8]],
        [row[row >= 0] for row in whole.tags[4:8]],
        [0] * 4,
        _tokenizer().pad_token_id,
    )
    for name in ("ids", "shapes", "mask", "first", "tags", "corpus"):
        assert np.array_equal(getattr(part, name), getattr(alone, name)), name


@pytest.mark.parametrize(("model", "lower"), [("cased", False), ("uncased", True), ("pieces", False)])
def test_whether_a_tokenizer_throws_case_away(model, lower, request):
    assert lower_cases(AutoTokenizer.from_pretrained(request.getfixturevalue(model))) is lower


def test_settings_are_read_and_refused_in_sentences(tmp_path):
    path = tmp_path / "training.toml"
    path.write_text('model = "xlmr"\nepochs = 2.5\n', encoding="utf-8")
    config = TrainingConfig.from_toml(path).with_setting("kind=spacy").with_setting("patience=3")
    assert (config.kind, config.rounds, config.patience, config.rate) == ("spacy", 2.5, 3, 1e-3)
    path.write_text("epoch = 2\n", encoding="utf-8")
    with pytest.raises(InputError, match="epoch: Extra inputs"):
        TrainingConfig.from_toml(path)
    with pytest.raises(ProjnerError, match="epochs: Input should be greater than 0"):
        config.with_setting("epochs=0")
    with pytest.raises(ProjnerError, match="expected KEY=VALUE"):
        config.with_setting("epochs")
