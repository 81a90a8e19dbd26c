"""Pipelines of spaCy: given tokens in, entities out."""

from __future__ import annotations

import pytest
import spacy
from spacy.tokens import Doc
from spacy.training import Example

from projner_core import taggers
from projner_core.corpus import Sentence, Span
from projner_core.errors import ProjnerError
from projner_core.inference import free

TAGGED = [
    ("Angela Merkel met Juma in Berlin on Monday .",
     [(0, 2, "PERSON"), (3, 4, "PERSON"), (5, 6, "GPE"), (7, 8, "DATE")]),
    ("Asha Mwangi lives in Nairobi .", [(0, 2, "PERSON"), (4, 5, "GPE")]),
    ("On Monday the Kenyan mayor of Nairobi spoke .", [(1, 2, "DATE"), (3, 4, "NORP"), (6, 7, "GPE")]),
    ("It rained .", []),
]  # fmt: skip
SENTENCES = [Sentence(tuple(text.split()), "en") for text, _ in TAGGED]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A pipeline that knows four sentences by heart, with parts that a tagger needs not run."""
    nlp = spacy.blank("en")
    nlp.add_pipe("ner")
    examples = [
        Example.from_dict(
            Doc(nlp.vocab, words=text.split()),
            {"entities": [_characters(text, *entity) for entity in entities]},
        )
        for text, entities in TAGGED
    ]
    spacy.util.fix_random_seed(0)
    optimizer = nlp.initialize(lambda: examples)
    for _ in range(60):
        nlp.update(examples, sgd=optimizer)
    nlp.add_pipe("sentencizer", first=True)
    path = tmp_path_factory.mktemp("spacy") / "pipeline"
    nlp.to_disk(path)
    return path


def _characters(text: str, start: int, end: int, label: str) -> tuple[int, int, str]:
    words = text.split()
    begin = len(" ".join(words[:start])) + (start > 0)
    return begin, begin + len(" ".join(words[start:end])), label


@pytest.fixture(autouse=True)
def _nothing_kept():
    yield
    free()


def test_what_it_learned_is_found_by_conlls_names(folder):
    found = taggers.create("spacy", model=str(folder)).tag(SENTENCES)
    assert found == [
        (Span(0, 2, "PER"), Span(3, 4, "PER"), Span(5, 6, "LOC")),
        (Span(0, 2, "PER"), Span(4, 5, "LOC")),
        (Span(3, 4, "MISC"), Span(6, 7, "LOC")),
        (),
    ]


def test_labels_can_be_kept(folder):
    found = taggers.create("spacy", model=str(folder), labels="keep").tag(SENTENCES)
    assert [[(s.start, s.end, s.label) for s in spans] for spans in found] == [spans for _, spans in TAGGED]
    told = taggers.create("spacy", model=str(folder), labels="GPE=LOC").tag(SENTENCES)
    assert [[s.label for s in spans] for spans in told] == [["LOC"], ["LOC"], ["LOC"], []]


def test_tokens_are_never_cut_again(folder):
    """Its own tokenizer would cut all of these; empty sentences and odd tokens are no errors."""
    given = [
        Sentence(("Dr.Angela-Merkel's", "don't", "U.S.A.", "e\u0301\u200bX", "🦁🦁", "ኢትዮጵያ፡አዲስ")),
        Sentence(()),
        Sentence(("\u200b",)),
        Sentence((" ", "two words", "\n")),
    ]
    tagger = taggers.create("spacy", model=str(folder), labels="keep")
    assert tagger.tag([]) == []
    found = tagger.tag(given)
    assert len(found) == 4
    docs = list(tagger._pipeline.read([sentence.tokens for sentence in given if sentence.tokens]))
    assert [tuple(token.text for token in doc) for doc in docs] == [s.tokens for s in given if s.tokens]


def test_one_sentence_or_many_are_tagged_alike(folder):
    tagger = taggers.create("spacy", model=str(folder))
    many = SENTENCES * 80
    assert tagger.tag(many) == tagger.tag(SENTENCES) * 80


def test_only_what_finds_entities_is_run(folder):
    tagger = taggers.create("spacy", model=str(folder))
    tagger.tag(SENTENCES[:1])
    assert tagger._pipeline.idle == ("sentencizer",)


def test_a_component_that_listens_keeps_what_it_listens_to(tmp_path):
    nlp = spacy.blank("xx")
    nlp.add_pipe("tok2vec")
    nlp.add_pipe("tagger").add_label("NOUN")
    config = {"model": {"tok2vec": {"@architectures": "spacy.Tok2VecListener.v1", "width": 96}}}
    nlp.add_pipe("ner", config=config).add_label("PER")
    nlp.initialize()
    nlp.to_disk(tmp_path / "listening")
    tagger = taggers.create("spacy", model=str(tmp_path / "listening"))
    assert len(tagger.tag(SENTENCES)) == 4
    assert tagger._pipeline.idle == ("tagger",)


def test_rules_find_entities_too(tmp_path):
    nlp = spacy.blank("xx")
    nlp.add_pipe("entity_ruler").add_patterns([{"label": "GPE", "pattern": "Èkó"}])
    nlp.to_disk(tmp_path / "rules")
    found = taggers.create("spacy", model=str(tmp_path / "rules")).tag([Sentence(("lọ", "sí", "Èkó", "."))])
    assert found == [(Span(2, 3, "LOC"),)]


def test_its_revision_is_that_of_its_files(folder, tmp_path):
    tagger = taggers.create("spacy", model=str(folder))
    before = tagger.revision
    assert before.startswith("folder-")
    spacy.blank("en").to_disk(tmp_path / "other")
    assert taggers.create("spacy", model=str(tmp_path / "other")).revision != before


def test_a_pipeline_that_is_not_here_is_a_sentence():
    tagger = taggers.create("spacy", model="en_core_web_enormous")
    for ask in (lambda: tagger.tag(SENTENCES), lambda: tagger.revision):
        with pytest.raises(ProjnerError, match="python -m spacy download en_core_web_enormous"):
            ask()


def test_a_pipeline_that_finds_no_entities_is_a_sentence(tmp_path):
    nlp = spacy.blank("en")
    nlp.add_pipe("sentencizer")
    nlp.to_disk(tmp_path / "none")
    with pytest.raises(ProjnerError, match=r"nothing in the spaCy pipeline .* finds entities.*sentencizer"):
        taggers.create("spacy", model=str(tmp_path / "none")).tag(SENTENCES)


def test_a_damaged_pipeline_is_a_sentence(folder, tmp_path):
    broken = tmp_path / "broken"
    broken.mkdir()
    (broken / "config.cfg").write_text((folder / "config.cfg").read_text(encoding="utf-8"), encoding="utf-8")
    with pytest.raises(ProjnerError, match="cannot be loaded"):
        taggers.create("spacy", model=str(broken)).tag(SENTENCES)


def test_a_label_set_that_is_none_is_refused_at_once():
    with pytest.raises(ProjnerError, match="no label set 'onto'"):
        taggers.create("spacy", labels="onto")
