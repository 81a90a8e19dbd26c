"""Data sets from local folders, in the layouts that people have them in; what is said where there is none."""

from __future__ import annotations

import hashlib

import pytest

from projner_core import datasets
from projner_core.errors import ProjnerError
from projner_core.formats import conll

YORUBA = "Gómìnà\tO\nÌpínlẹ̀\tB-LOC\nỌ̀yọ́\tI-LOC\nlánàá\tB-DATE\n\n"  # in NFD
ENGLISH = "Oyo\tB-LOC\nState\tI-LOC\n\n"


def put(path, text=YORUBA):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text.encode())
    return path


@pytest.mark.parametrize(
    ("name", "lang", "layout"),
    [
        ("masakhaner2", "yor", "masakhaner2/yor/test.txt"),
        ("masakhaner2", "yor", "MasakhaNER2.0/data/yor/test.txt"),
        ("masakhaner2", "yor", "masakhane-ner/MasakhaNER2.0/data/yor/test.txt"),
        ("masakhaner2", "yo", "yor/test.txt"),
        ("europarl-ner", "de", "europarl-ner/de.conll"),
        ("europarl-ner", "de", "ner-evaluation-corpus-europarl/de-europarl.test.conll02"),
        ("uner", "de", "uner-pud/de.conll"),
        ("uner", "de", "uner/de_pud-ud-test.iob2"),
        ("uner", "de", "UNER_German-PUD/de_pud-ud-test.iob2"),
        ("uner", "sv", "uner/UNER_Swedish-PUD/sv_pud-ud-test.iob2"),
        ("wikiann", "yo", "panx/yo/test"),
        ("wikiann", "yo", "panx/test-yo.tsv"),
        ("folder", "yo", "yo.test.conll"),
        ("folder", "yo", "yo/test.bio"),
    ],
)
def test_the_usual_layouts_are_found(tmp_path, name, lang, layout):
    path = put(tmp_path / layout)
    found = datasets.find(name, lang, folder=tmp_path)
    assert found.path == path
    assert found.fingerprint == hashlib.sha256(YORUBA.encode()).hexdigest()
    assert found.revision == ""
    assert found.licence


def test_the_folder_of_the_data_set_goes_before_files_that_lie_beside_it(tmp_path):
    put(tmp_path / "de.conll", "Anybody\tO\n\n")
    path = put(tmp_path / "europarl-ner" / "de.conll")
    assert datasets.find("europarl-ner", "de", folder=tmp_path).path == path


def test_splits_are_told_apart(tmp_path):
    for split, file in (("train", "train"), ("dev", "dev"), ("test", "test")):
        put(tmp_path / "yor" / f"{file}.txt", f"{split}\tO\n\n")
    for split in ("train", "dev", "test"):
        found = datasets.find("masakhaner2", "yor", split, tmp_path)
        assert found.path.read_text() == f"{split}\tO\n\n"
    with pytest.raises(ProjnerError, match="has no split 'train'; it has: test"):
        datasets.find("europarl-ner", "de", "train", tmp_path)


def test_a_file_with_no_split_in_its_name_is_no_training_data(tmp_path):
    put(tmp_path / "yor.conll")
    assert datasets.find("masakhaner2", "yor", "test", tmp_path).path.name == "yor.conll"
    with pytest.raises(ProjnerError, match="not on this machine"):
        datasets.find("masakhaner2", "yor", "train", tmp_path, fetch=False)


def test_the_environment_names_the_folder_where_nothing_else_does(tmp_path, monkeypatch):
    put(tmp_path / "a" / "masakhaner2" / "yor" / "test.txt")
    other = put(tmp_path / "b" / "yor" / "test.txt")
    monkeypatch.setenv("PROJNER_DATASETS", str(tmp_path / "a"))
    assert "masakhaner2" in datasets.find("masakhaner2", "yor").path.parts
    assert datasets.find("masakhaner2", "yor", folder=tmp_path / "b").path == other


@pytest.mark.parametrize(("code", "own"), [("yo", "yor"), ("yor", "yor"), ("swh_Latn", "swa"), ("tw", "twi")])
def test_languages_go_by_any_usual_code(tmp_path, code, own):
    put(tmp_path / own / "test.txt")
    assert datasets.find("masakhaner2", code, folder=tmp_path).lang == own


@pytest.mark.parametrize("code", ["zh-yue", "zh-min-nan", "zh-classical", "zh_yue"])
def test_wikipedias_of_other_languages_are_not_chinese(tmp_path, code):
    """Cantonese, Southern Min and Classical Chinese have files of their own in WikiANN."""
    put(tmp_path / "zh" / "test")
    with pytest.raises(ProjnerError, match=f"'{code}', test, is not on this machine"):
        datasets.find("wikiann", code, folder=tmp_path, fetch=False)
    own = put(tmp_path / code / "test", "廣州\tB-LOC\n\n")
    assert datasets.find("wikiann", code, folder=tmp_path).path == own
    for chinese in ("zh-Hant", "zh_TW", "cmn", "zho_Hans"):
        assert datasets.find("wikiann", chinese, folder=tmp_path).lang == "zh"


def test_universal_ner_is_parallel_only_in_its_pud_treebanks(tmp_path):
    """The Danish sentences are of another text than the English ones; PUD is for testing alone."""
    for code in ("da", "de", "en"):
        put(tmp_path / "uner" / f"{code}.conll")
        put(tmp_path / "uner" / f"{code}.train.conll")
    assert datasets.find_source("uner", "de", folder=tmp_path).lang == "en"
    with pytest.raises(ProjnerError, match=r"of 'da', which are another text; it has them of: de, pt"):
        datasets.find_source("uner", "da", folder=tmp_path)
    assert datasets.find("uner", "da", "train", tmp_path).split == "train"
    for code in ("de", "en"):
        with pytest.raises(ProjnerError, match=f"of '{code}' has no split 'train'; it has: test"):
            datasets.find("uner", code, "train", tmp_path)


def test_what_wikiann_writes_before_each_token_is_no_part_of_it(tmp_path):
    """Rahimi's files say the language at each token; a colon within a token stays."""
    put(tmp_path / "yo" / "test", "yo:Ọ̀yọ́\tB-LOC\nyo:\u200b\tO\n\nyo:yo:\tO\n\n")
    found = datasets.find("wikiann", "yo", folder=tmp_path)
    assert found.path.read_text() == "Ọ̀yọ́\tB-LOC\n\u200b\tO\n\nyo:\tO\n\n"
    assert datasets.find("wikiann", "yo", folder=tmp_path) == found
    plain = put(tmp_path / "de" / "test", "de:x\tO\ny\tO\n\n")  # one token has none: it is a token
    assert datasets.find("wikiann", "de", folder=tmp_path).path == plain


def test_the_source_of_a_parallel_set_is_its_english(tmp_path):
    put(tmp_path / "europarl-ner" / "de.conll")
    english = put(tmp_path / "europarl-ner" / "en.conll", ENGLISH)
    source = datasets.find_source("europarl-ner", "de", folder=tmp_path)
    assert (source.path, source.lang) == (english, "en")
    with pytest.raises(ProjnerError, match="no parallel sentences"):
        datasets.find_source("masakhaner2", "yor", folder=tmp_path)


def test_the_demo_has_a_source_for_each_language():
    for lang in datasets.known("demo").languages:
        files = datasets.find("demo", lang), datasets.find_source("demo", lang)
        ids = [[one.id for one in conll.read(f.path, conll.detect_layout(f.path))] for f in files]
        assert ids[0] == ids[1]
        assert files[0].fingerprint != files[1].fingerprint


def test_what_is_not_here_is_said_with_where_to_get_it(tmp_path):
    with pytest.raises(ProjnerError) as said:
        datasets.find("masakhaner2", "yor", folder=tmp_path, fetch=False)
    for part in (
        "MasakhaNER 2.0",
        "'yor'",
        "huggingface.co",
        "AFL-3.0",
        "masakhaner2/yor/test.txt",
        "--fetch",
    ):
        assert part in str(said.value)
    put(tmp_path / "sw.conll")
    put(tmp_path / "zh-Hant" / "test.tsv")
    with pytest.raises(ProjnerError, match=r"It has: sw, zh-Hant\. Expected, for example, yo\.conll"):
        datasets.find("folder", "yo", folder=tmp_path)


@pytest.mark.parametrize(
    ("name", "lang", "said"),
    [
        ("conll2003", "en", "there is no data set 'conll2003'; there are: demo, europarl-ner"),
        ("masakhaner2", "de", "MasakhaNER 2.0 has no language 'de'; it has: bam"),
        ("wikiann", "../../etc", "is no code of a language"),
        ("wikiann", "", "is no code of a language"),
    ],
)
def test_unknown_names_are_said(tmp_path, name, lang, said):
    with pytest.raises(ProjnerError, match=said.replace(".", r"\.")):
        datasets.find(name, lang, folder=tmp_path, fetch=False)


def test_a_folder_that_is_not_there_is_said(tmp_path):
    with pytest.raises(ProjnerError, match="there is no folder"):
        datasets.find("folder", "yo", folder=tmp_path / "nowhere")


def test_the_tables_hold_what_the_papers_say():
    assert len(datasets.known("masakhaner2").languages) == 20
    assert datasets.known("masakhaner2").ignored == ("DATE",)
    assert "MISC" not in datasets.known("masakhaner2").labels
    xtreme = datasets.known("wikiann").languages
    assert len(xtreme) == len(set(xtreme)) == 40
    assert "en" in xtreme
    assert datasets.known("europarl-ner").labels == ("PER", "LOC", "ORG", "MISC")
    assert datasets.known("uner").ignored == ("OTH",)


@pytest.mark.realdata
@pytest.mark.parametrize(
    ("name", "lang", "sentences"), [("europarl-ner", "es", 799), ("uner", "pt", 1000), ("uner", "en", 1000)]
)
def test_real_folders_work_as_they_are(realdata, name, lang, sentences):
    found = datasets.find(name, lang, folder=realdata, fetch=False)
    read = list(conll.read(found.path, conll.detect_layout(found.path)))
    assert len(read) == sentences
    assert {tag[2:] for one in read for tag in one.tags or () if tag != "O"} <= set(found.labels)
