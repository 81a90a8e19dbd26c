"""Languages by whatever they are usually called."""

from __future__ import annotations

import pytest

from projner_core.errors import ProjnerError
from projner_core.inference.flores import CODES
from projner_core.inference.language_codes import resolve
from projner_core.translators.nllb import languages


def test_the_list_has_every_language_of_nllb_once():
    from transformers.models.nllb.tokenization_nllb import FAIRSEQ_LANGUAGE_CODES

    assert set(languages()) == set(CODES) == set(FAIRSEQ_LANGUAGE_CODES)
    assert len(CODES) == 202
    assert len(set(languages().values())) == 202, "two languages of one name cannot be told apart in a list"
    assert list(languages().values()) == sorted(languages().values(), key=str.casefold)


@pytest.mark.parametrize(
    ("code", "name"),
    [
        ("swh_Latn", "Swahili"),
        ("yor_Latn", "Yoruba"),
        ("twi_Latn", "Twi"),
        ("aka_Latn", "Akan"),
        ("zho_Hans", "Chinese (Simplified)"),
        ("kas_Deva", "Kashmiri (Devanagari)"),
        ("apc_Arab", "North Levantine Arabic"),
        ("prs_Arab", "Dari"),
    ],
)
def test_what_languages_are_called(code, name):
    assert languages()[code] == name


@pytest.mark.parametrize("code", CODES)
def test_every_language_is_found_by_its_code_and_its_name(code):
    assert resolve(code, CODES, "nllb") == code
    assert resolve(code.replace("_", "-"), CODES, "nllb") == code
    assert resolve(languages()[code], CODES, "nllb") == code


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("sw", "swh_Latn"),
        ("swa", "swh_Latn"),
        ("Swahili", "swh_Latn"),
        ("swahili", "swh_Latn"),
        (" Yoruba ", "yor_Latn"),
        ("tw", "twi_Latn"),
        ("Twi", "twi_Latn"),
        ("bam", "bam_Latn"),
        ("Bambara", "bam_Latn"),
        ("zh-TW", "zho_Hant"),
        ("Traditional Chinese", "zho_Hant"),
        ("Chinese", "zho_Hans"),
        ("fa", "pes_Arab"),
        ("Persian", "pes_Arab"),
        ("ny", "nya_Latn"),
        ("Norwegian Bokmål", "nob_Latn"),
        ("sr-Latn", "srp_Cyrl"),
        ("pt-BR", "por_Latn"),
        ("en_Latn", "eng_Latn"),
    ],
)
def test_usual_names(said, meant):
    assert resolve(said, CODES, "nllb") == meant


def test_a_name_serves_models_with_other_codes():
    assert resolve("Swahili", ("en", "sw"), "m2m100") == "sw"
    assert resolve("Twi", ("en", "tw"), "madlad") == "tw"


@pytest.mark.parametrize("said", ["Klingon", "Middle Earth", "", "und", "mul", "xx"])
def test_what_is_no_language_of_the_model_is_named_as_it_was_said(said):
    with pytest.raises(ProjnerError, match=f"has no language '{said}'"):
        resolve(said, CODES, "nllb")
