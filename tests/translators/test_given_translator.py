from __future__ import annotations

import pytest

from projner_core import translators
from projner_core.corpus import Pair, Sentence
from projner_core.errors import ProjnerError


def pair(name: str, source: str | None, target: str) -> Pair:
    return Pair(
        name,
        None if source is None else Sentence(tuple(source.split()), "en"),
        Sentence(tuple(target.split()), "swa"),
    )


def test_each_pair_gives_its_own_source_in_order():
    pairs = [
        pair("1", "Asha lives in Mombasa", "Asha anaishi Mombasa"),
        pair("2", "She works", "Anafanya kazi"),
    ]
    assert translators.create("given").translate(pairs) == [pairs[0].source, pairs[1].source]


def test_no_pairs_no_sentences():
    assert translators.create("given").translate([]) == []


def test_a_pair_without_source_is_named():
    pairs = [pair("1", "Hello", "Habari"), pair("swa-17", None, "Asha anaishi Mombasa")]
    with pytest.raises(ProjnerError, match="swa-17"):
        translators.create("given").translate(pairs)


def test_it_takes_no_settings():
    with pytest.raises(ProjnerError, match="given"):
        translators.create("given", model="big")


def test_unknown_names_list_the_known():
    with pytest.raises(ProjnerError, match=r"'telepathy'.*given"):
        translators.create("telepathy")
