"""From a model's tags to PER, LOC, ORG and MISC in IOB2."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from projner_core.corpus import Span
from projner_core.errors import ProjnerError
from projner_core.schemes import Scheme, decode, encode
from projner_core.taggers.label_sets import LABEL_SETS, label_set_of, mapped, reading, writes_iob1
from projner_core.tagging import best_entities
from tests.models import CONLL_TAGS

# Of dbmdz/bert-large-cased-finetuned-conll03-english and xlm-roberta-large-finetuned-conll03-english: CoNLL's
# first scheme, in which no person ever stood right behind another.
CONLL_03 = ("B-LOC", "B-MISC", "B-ORG", "I-LOC", "I-MISC", "I-ORG", "I-PER", "O")


def tagged(tags, *chosen: str, how=None, sure: float = 0.9) -> set[tuple[int, int, str]]:
    """The entities read from a model that gives these tags, fairly surely."""
    how = how or reading(tags)
    rows = np.full((len(chosen), len(tags)), (1 - sure) / max(len(tags) - 1, 1), dtype=np.float32)
    for row, tag in enumerate(chosen):
        rows[row, tags.index(tag)] = sure
    read = how.read(rows)
    assert read.sum(axis=1) == pytest.approx(np.ones(len(chosen)), abs=1e-5)
    return {(span.start, span.end, span.label) for span in best_entities(read, how.tags)}


def prefixed(labels, prefixes: str = "BI") -> tuple[str, ...]:
    return ("O", *(f"{prefix}-{label}" for label in labels for prefix in prefixes))


@pytest.mark.parametrize(
    ("labels", "name"),
    [
        (["PER", "LOC", "ORG", "MISC"], "conll"),
        (["PER", "LOC", "ORG"], "wikiann"),
        (["PER", "LOC", "ORG", "DATE"], "masakhaner"),
        (["PER", "LOC", "ORG", "OTH"], "universal-ner"),
        (["PERSON", "GPE", "NORP", "CARDINAL", "WORK_OF_ART"], "ontonotes"),
        (["corporation", "creative-work", "group", "location", "person", "product"], "wnut17"),
        (["art", "building", "event", "location", "organization", "other", "person", "product"], "few-nerd"),
        (["DISEASE", "GENE"], ""),
    ],
)
def test_a_label_set_is_known_by_its_labels(labels, name):
    assert label_set_of(labels) == name
    assert reading(prefixed(labels)).label_set == name


@pytest.mark.parametrize("name", sorted(LABEL_SETS))
def test_every_label_set_becomes_conlls_classes_and_nothing_else(name):
    assert set(LABEL_SETS[name].values()) <= {"PER", "LOC", "ORG", "MISC", "O"}
    assert {"PER", "LOC", "ORG"} <= set(LABEL_SETS[name].values())
    how = reading(prefixed(LABEL_SETS[name]))
    assert how.tags[0] == "O"
    assert set(how.tags) <= {"O", *CONLL_TAGS}


def test_ontonotes_places_are_places_and_numbers_are_nothing():
    tags = prefixed(LABEL_SETS["ontonotes"])
    chosen = ("B-NORP", "B-PERSON", "I-PERSON", "B-CARDINAL", "B-GPE", "B-FAC", "I-FAC", "B-DATE", "I-DATE")
    assert tagged(tags, *chosen) == {(0, 1, "MISC"), (1, 3, "PER"), (4, 5, "LOC"), (5, 7, "LOC")}


def test_what_is_dropped_is_added_to_o():
    tags = prefixed(["PER", "LOC", "ORG", "DATE"])
    row = np.array([[0.1, 0.0, 0.0, 0.3, 0.0, 0.0, 0.0, 0.35, 0.25]], dtype=np.float32)
    how = reading(tags)
    assert how.tags == ("O", "B-PER", "I-PER", "B-LOC", "I-LOC", "B-ORG", "I-ORG")
    assert how.read(row)[0] == pytest.approx([0.7, 0, 0, 0.3, 0, 0, 0])


def test_two_classes_that_become_one_are_added_up():
    tags = prefixed(["GPE", "LOC", "PERSON"])
    row = np.array([[0.4, 0.35, 0.0, 0.25, 0.0, 0.0, 0.0]], dtype=np.float32)
    assert best_entities(reading(tags).read(row), reading(tags).tags)[0].label == "LOC"


def test_misc_stays():
    assert tagged(CONLL_TAGS, "B-MISC", "I-MISC", "O") == {(0, 2, "MISC")}


@pytest.mark.parametrize(
    ("tags", "chosen", "scheme"),
    [
        (prefixed(["PER", "LOC"]), "B-PER I-PER B-PER O B-LOC", Scheme.IOB2),
        (prefixed(["PER", "LOC"], "BIES"), "B-PER E-PER S-PER O S-LOC", Scheme.BIOES),
        (prefixed(["PER", "LOC"], "BILU"), "B-PER L-PER U-PER O U-LOC", Scheme.BILOU),
        (prefixed(["per", "loc"]), "B-per I-per B-per O B-loc", Scheme.IOB2),
        (("o", "B_PERS", "I_PERS", "B_LOC", "I_LOC"), "B_PERS I_PERS B_PERS o B_LOC", Scheme.IOB2),
        (("O", "I-PER", "B-LOC", "I-LOC"), "I-PER I-PER O O I-LOC", Scheme.IOB1),
        (("O", "PER", "LOC", "MISC"), "PER PER O O LOC", Scheme.IO),
        (("[PAD]", "O", "I-PER", "I-LOC", "[CLS]"), "I-PER I-PER [CLS] O I-LOC", Scheme.IO),
    ],
)
def test_every_way_of_writing_tags(tags, chosen, scheme):
    assert reading(tags).scheme is scheme
    two = {(0, 2, "PER"), (2, 3, "PER"), (4, 5, "LOC")}
    one = {(0, 2, "PER"), (4, 5, "LOC")}
    assert tagged(tags, *chosen.split()) == (one if scheme in (Scheme.IO, Scheme.IOB1) else two)


def test_labels_with_a_hyphen_are_labels_where_no_tag_has_a_prefix():
    tags = ("O", "E-MAIL", "PER")
    assert tagged(tags, "E-MAIL", "E-MAIL", "O", "PER") == {(0, 2, "E-MAIL"), (3, 4, "PER")}


def test_a_checkpoint_of_conll_2003_begins_entities_with_i():
    assert reading(CONLL_03).scheme is Scheme.IOB1
    found = tagged(CONLL_03, "I-ORG", "O", "I-PER", "I-PER", "O", "I-LOC", "B-LOC", "I-LOC")
    assert found == {(0, 1, "ORG"), (2, 4, "PER"), (5, 6, "LOC"), (6, 8, "LOC")}


@given(st.lists(st.sampled_from(CONLL_03), min_size=1, max_size=12))
def test_iob1_is_read_as_iob1_whatever_the_tags(chosen):
    valid = encode(decode_loosely(chosen), len(chosen), Scheme.IOB1)
    expected = {(s.start, s.end, s.label) for s in decode(valid, Scheme.IOB1)}
    if set(valid) <= set(CONLL_03):
        assert tagged(CONLL_03, *valid) == expected


def decode_loosely(tags) -> list[Span]:
    """Runs of one class, a `B` beginning a new one."""
    spans: list[Span] = []
    for position, tag in enumerate(tags):
        if tag == "O":
            continue
        last = spans[-1] if spans else None
        if last is not None and last.end == position and last.label == tag[2:] and tag[0] == "I":
            spans[-1] = Span(last.start, position + 1, last.label)
        else:
            spans.append(Span(position, position + 1, tag[2:]))
    return spans


@given(st.data())
def test_no_probability_is_lost(data):
    tags = data.draw(
        st.sampled_from([CONLL_TAGS, CONLL_03, ("O", "I-PER", "I-LOC"), prefixed(["GPE"], "BILU")])
    )
    width = len(tags)
    weights = data.draw(
        st.lists(st.lists(st.floats(0.01, 1.0), min_size=width, max_size=width), min_size=0, max_size=6)
    )
    rows = np.array(weights, dtype=np.float32).reshape(-1, width)
    rows /= rows.sum(axis=1, keepdims=True)
    before = rows.copy()
    read = reading(tags).read(rows)
    assert read.shape == (len(rows), len(reading(tags).tags))
    assert (read >= 0).all()
    assert np.allclose(read.sum(axis=1), 1.0, atol=1e-5)
    assert np.array_equal(rows, before), "what was given is not changed"


def test_a_scheme_that_tags_do_not_show_can_be_said():
    how = reading(CONLL_TAGS, scheme="iob1")
    assert tagged(CONLL_TAGS, "I-PER", "I-PER", "B-PER", how=how) == {(0, 2, "PER"), (2, 3, "PER")}
    with pytest.raises(ProjnerError, match="no scheme 'IOB3'"):
        reading(CONLL_TAGS, scheme="IOB3")


def test_labels_can_be_kept_named_or_told():
    tags = prefixed(["PERSON", "GPE", "DATE"])
    chosen = ("B-PERSON", "B-GPE", "B-DATE")
    assert tagged(tags, *chosen, how=reading(tags, "keep")) == {
        (0, 1, "PERSON"),
        (1, 2, "GPE"),
        (2, 3, "DATE"),
    }
    for told in ("PERSON=PER, DATE=DATE", {"PERSON": "PER", "DATE": "DATE"}):
        assert tagged(tags, *chosen, how=reading(tags, told)) == {(0, 1, "PER"), (2, 3, "DATE")}
    assert tagged(tags, *chosen, how=reading(tags, "wnut17")) == {(0, 1, "PER")}


def test_labels_of_no_known_set_stay_and_known_names_among_them_are_understood():
    assert mapped(["DISEASE", "Organization", "DATE", "pers"]) == {
        "DISEASE": "DISEASE",
        "Organization": "ORG",
        "DATE": "O",
        "pers": "PER",
    }


@pytest.mark.parametrize(
    ("wanted", "said"),
    [
        ("onto", "no label set 'onto'.*ontonotes"),
        ("PERSON=PER GPE", "expected LABEL=CLASS.*'GPE'"),
        ({"PRESON": "PER"}, "PRESON.*which has.*PERSON"),
    ],
)
def test_what_cannot_be_meant_is_said(wanted, said):
    with pytest.raises(ProjnerError, match=said):
        reading(prefixed(["PERSON"]), wanted)


CONLL = ("O", "B-MISC", "I-MISC", "B-PER", "I-PER", "B-ORG", "I-ORG", "B-LOC", "I-LOC")


def believing(*tags):
    rows = np.full((len(tags), len(CONLL)), 0.001, dtype=np.float32)
    for word, tag in enumerate(tags):
        rows[word, CONLL.index(tag)] = 0.992
    return rows


def test_a_checkpoint_that_begins_entities_with_i_writes_iob1_though_it_has_every_b():
    old = believing("I-PER", "I-PER", "O", "I-PER", "I-PER", "O", "I-LOC", "O")
    new = believing("B-PER", "I-PER", "O", "B-PER", "I-PER", "O", "B-LOC", "O")
    torn = believing("O", "I-PER", "O", "I-PER", "I-PER", "O", "B-LOC", "O")
    assert writes_iob1(CONLL, old)
    assert not writes_iob1(CONLL, new)
    assert not writes_iob1(CONLL, torn)


@pytest.mark.parametrize(
    ("label", "becomes"), [("NAT_REL_POL", "MISC"), ("DATETIME", "O"), ("LOCderiv", "MISC"), ("PERpart", "O")]
)
def test_labels_of_further_corpora_are_known(label, becomes):
    assert mapped(["PER", label])[label] == becomes
