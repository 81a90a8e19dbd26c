"""Languages as people look for them, and what NLLB knows of them."""

from __future__ import annotations

import pytest

from projner_core.inference import flores
from projner_core.inference.language_codes import resolve
from projner_ui import languages, translating


@pytest.mark.parametrize(
    ("code", "shown"),
    [
        ("sw", "Swahili · Kiswahili (sw, swa, swh_Latn)"),
        ("am", "Amharic · አማርኛ (am, amh, amh_Ethi)"),
        ("yo", "Yoruba · Èdè Yorùbá (yo, yor, yor_Latn)"),
        ("ar", "Arabic · العربية (ar, ara, arb_Arab)"),
        ("zh", "Chinese · 中文 (zh, zho, zho_Hans)"),
        ("tw", "Twi (tw, twi_Latn)"),
        ("mk", "Macedonian · Македонски (mk, mkd, mkd_Cyrl)"),
        ("tlh", "Klingon (tlh)"),
    ],
)
def test_a_language_is_found_by_name_own_name_and_every_code(code, shown):
    assert languages.known()[code] == shown


def test_a_second_script_stands_under_its_own_code():
    assert "Traditional" in languages.known()["zho_Hant"]
    assert "zho_Hans" not in languages.known(), "that is what zh means"


def test_every_language_of_nllb_can_be_chosen():
    shown = languages.known()
    for code in flores.CODES:
        assert code in shown or any(code in label for label in shown.values()), code


def test_what_is_shown_beside_a_language_is_what_nllb_takes_it_for():
    for code in ("sw", "am", "ar", "zh", "tw", "fa", "ms", "sr", "uz"):
        assert resolve(code, flores.CODES, "NLLB-200") in languages.known()[code]


def test_nothing_is_there_twice():
    shown = list(languages.known().values())
    assert len(shown) == len(set(shown))


def test_what_nllb_lacks_is_told():
    assert translating.obstacle("nllb", {}, "en", "swh_Latn") is None
    assert translating.obstacle("nllb", {}, "en", "tlh") == "NLLB-200 does not know Klingon (tlh)."
    assert "Klingon (tlh) and “xx-mine”" in (translating.obstacle("nllb", {}, "tlh", "xx-mine") or "")
    assert "must be told the language" in (translating.obstacle("nllb", {}, "en", "und") or "")
    assert translating.obstacle("nllb", {"target_lang": "sw"}, "en", "tlh") is None, "a relative was named"
    assert translating.obstacle("ctranslate2", {}, "en", "tlh") is not None, "NLLB is its usual model"
    sizes = {"model": "facebook/nllb-200-3.3B"}
    assert translating.obstacle("seq2seq", sizes, "en", "tlh") is not None
    assert translating.obstacle("seq2seq", {"model": "facebook/m2m100_418M"}, "en", "tlh") is None
    assert translating.obstacle("nllb", {"model": "/models/mine"}, "en", "tlh") is None, "it may know more"
    assert translating.obstacle("file", {}, "en", "tlh") is None
