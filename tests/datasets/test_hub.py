"""What is fetched becomes a CoNLL file, byte for byte, once, whole or not at all. The network is a fake."""

from __future__ import annotations

import http.client
import json
import sys
import unicodedata
from types import ModuleType, SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from projner_core import datasets
from projner_core.datasets import hub
from projner_core.errors import ProjnerError
from projner_core.formats import conll

TAGS = ["O", "B-PER", "I-PER", "B-ORG", "I-ORG", "B-LOC", "I-LOC", "B-DATE", "I-DATE"]
NFD = unicodedata.normalize("NFD", "Ọ̀yọ́")
ROWS = [
    {"tokens": ["Gómìnà", NFD, "5 000", "#", "\u200b"], "ner_tags": [0, 5, 0, 0, 0]},
    {"tokens": [], "ner_tags": []},
    {"tokens": ["አዲስ", "አበባ", "北京", "🎉", "محمد"], "ner_tags": [5, 6, 5, 0, 1]},
]


class Table(list):
    """What `load_dataset` gives: rows, and what their columns are."""

    def __init__(self, rows, tags):
        super().__init__(rows)
        self.features = {"id": object(), "tokens": object(), "ner_tags": tags}


def numbered(names=TAGS):
    return SimpleNamespace(feature=SimpleNamespace(names=names, dtype="int64"))


@pytest.fixture
def network(monkeypatch):
    """A hub that gives `network.table`, or raises `network.error`, and remembers what it was asked."""
    fake = SimpleNamespace(table=Table(ROWS, numbered()), error=None, asked=[])

    def load_dataset(kind, *, data_files, split, cache_dir, keep_in_memory):
        fake.asked.append((kind, data_files, split))
        if fake.error is not None:
            raise fake.error
        return fake.table

    module, exceptions = ModuleType("datasets"), ModuleType("datasets.exceptions")
    module.load_dataset = load_dataset
    exceptions.DatasetsError = type("DatasetsError", (Exception,), {})
    monkeypatch.setitem(sys.modules, "datasets", module)
    monkeypatch.setitem(sys.modules, "datasets.exceptions", exceptions)
    monkeypatch.setattr(hub, "_commit", lambda where: "0123abc")
    fake.DatasetsError = exceptions.DatasetsError
    return fake


def sentences(found):
    return [(one.tokens, one.tags) for one in conll.read(found.path, conll.detect_layout(found.path))]


def test_numbers_become_iob2_tags_and_tokens_stay_what_they_are(network):
    found = datasets.find("masakhaner2", "yo")
    assert sentences(found) == [
        (tuple(ROWS[0]["tokens"]), ("O", "B-LOC", "O", "O", "O")),
        (tuple(ROWS[2]["tokens"]), ("B-LOC", "I-LOC", "B-LOC", "O", "B-PER")),
    ]
    assert NFD.encode() in found.path.read_bytes()
    place = "hf://datasets/masakhane/masakhaner2@0123abc/yor/test/*.parquet"
    assert network.asked == [("parquet", {"test": place}, "test")]


def test_the_real_library_reads_the_hubs_tables(tmp_path, monkeypatch):
    """A table as the hub's conversion writes it, read from a folder instead of the network."""
    import datasets as library

    features = library.Features(
        {
            "tokens": library.List(library.Value("string")),
            "ner_tags": library.List(library.ClassLabel(names=TAGS)),
        }
    )
    table = library.Dataset.from_list(ROWS, features=features)
    (tmp_path / "yor" / "test").mkdir(parents=True)
    table.to_parquet(tmp_path / "yor" / "test" / "0000.parquet")
    load = library.load_dataset

    def local(kind, *, data_files, **settings):
        hub_place = "hf://datasets/masakhane/masakhaner2@0123abc"
        files = {part: place.replace(hub_place, str(tmp_path)) for part, place in data_files.items()}
        return load(kind, data_files=files, **settings)

    monkeypatch.setattr(library, "load_dataset", local)
    monkeypatch.setattr(hub, "_commit", lambda where: "0123abc")
    assert sentences(datasets.find("masakhaner2", "yo")) == [
        (tuple(row["tokens"]), tuple(TAGS[tag] for tag in row["ner_tags"])) for row in ROWS if row["tokens"]
    ]


def test_tags_may_be_texts(network):
    rows = [{"tokens": ["Èkó"], "ner_tags": ["B-LOC"]}]
    network.table = Table(rows, SimpleNamespace(feature=SimpleNamespace(dtype="string")))
    assert sentences(datasets.find("masakhaner2", "yo")) == [(("Èkó",), ("B-LOC",))]


def test_what_was_fetched_is_not_fetched_again_and_says_its_version(network):
    first = datasets.find("wikiann", "de", "dev")
    network.error = ConnectionError("gone")
    assert datasets.find("wikiann", "de", "dev", fetch=False) == first
    assert first.revision == "0123abc"
    note = json.loads(first.path.with_suffix(".json").read_text())
    assert note["from"] == "unimelb-nlp/wikiann"
    assert note["licence"] == first.licence
    ((_, files, _),) = network.asked
    assert files == {"validation": "hf://datasets/unimelb-nlp/wikiann@0123abc/de/validation-*.parquet"}


def test_of_universal_ner_the_parallel_treebank_is_taken(network):
    datasets.find("uner", "pt")
    assert "/pt_pud/test/" in network.asked[0][1]["test"]


def test_a_folder_goes_before_the_network(network, tmp_path):
    (tmp_path / "yor").mkdir()
    (tmp_path / "yor" / "test.txt").write_text("Èkó B-LOC\n\n")
    assert datasets.find("masakhaner2", "yo", folder=tmp_path).path.is_relative_to(tmp_path / "yor")
    assert network.asked == []


@pytest.mark.parametrize(
    "error", [ConnectionError("no route"), ValueError("nothing there"), OSError(28, "full")]
)
def test_without_a_network_there_is_a_sentence_and_no_file(network, error):
    network.error = error
    with pytest.raises(ProjnerError) as said:
        datasets.find("masakhaner2", "yo")
    for part in ("can't be fetched", "huggingface.co", "AFL-3.0", "masakhaner2/yor/test.txt"):
        assert part in str(said.value)
    assert not list(datasets.cache().rglob("*.conll"))


def test_the_libraries_own_errors_are_sentences_too(network):
    from httpx2 import ConnectError

    for error in (ConnectError("Name or service not known"), network.DatasetsError("no split")):
        network.error = error
        with pytest.raises(ProjnerError, match="can't be fetched"):
            datasets.find("masakhaner2", "yo")


@pytest.mark.parametrize("token", ["", "a\tb", "a\nb", "a\r", "a\0"])
def test_a_sentence_that_no_conll_file_can_hold_is_left_out_and_counted(network, token):
    """One empty token of 10,000 sentences does not cost the language; nothing is changed in silence."""
    network.table = Table([{"tokens": ["ok", token], "ner_tags": [0, 5]}, *ROWS], numbered())
    found = datasets.find("masakhaner2", "yor")
    read = list(conll.read(found.path, conll.detect_layout(found.path)))
    assert [one.id for one in read] == ["masakhaner2-yor-test-00002", "masakhaner2-yor-test-00004"]
    assert found.left_out == found.to_dict()["left_out"] == 1
    note = json.loads(hub.note_of(found.path).read_text(encoding="utf-8"))
    assert note["left_out_sentences"] == [1]
    assert datasets.find("masakhaner2", "yor", fetch=False) == found


def test_of_a_parallel_set_no_sentence_is_left_out(network):
    """Its like in the other language would stand beside another sentence."""
    network.table = Table([*ROWS, {"tokens": ["ok", ""], "ner_tags": [0, 0]}], numbered())
    with pytest.raises(ProjnerError, match=r"sentence 4 of uner-de-test: token 2 .* never changed"):
        datasets.find("uner", "de")
    assert not list(datasets.cache().rglob("*.conll"))


@pytest.mark.parametrize("error", [EOFError("half a row"), http.client.IncompleteRead(b"half")])
def test_a_connection_that_breaks_off_is_a_sentence(network, monkeypatch, error):
    network.error = error
    with pytest.raises(ProjnerError, match=r"can't be fetched: .*(half|4 bytes)"):
        datasets.find("wikiann", "yo")

    def broken(url, timeout):
        raise error

    monkeypatch.setattr(hub.urllib.request, "urlopen", broken)
    with pytest.raises(ProjnerError, match=r"can't be fetched: .*(half|4 bytes)"):
        datasets.find("europarl-ner", "de")


def test_numbers_without_names_are_not_guessed(network):
    network.table = Table(ROWS, SimpleNamespace(feature=SimpleNamespace(dtype="int64")))
    with pytest.raises(ProjnerError, match="does not say on the hub which tag"):
        datasets.find("masakhaner2", "yo")


def test_other_columns_are_said(network):
    network.table.features = {"words": object(), "ner_tags": numbered()}
    with pytest.raises(ProjnerError, match=r"no column tokens on the hub any more; it has: words, ner_tags"):
        datasets.find("masakhaner2", "yo")


def test_tokens_and_tags_must_be_as_many(network):
    network.table = Table([{"tokens": ["a", "b"], "ner_tags": [0]}], numbered())
    with pytest.raises(ProjnerError, match="2 tokens and 1 tags"):
        datasets.find("masakhaner2", "yo")


def test_europarl_is_downloaded_as_it_is(monkeypatch):
    asked = []

    class Answer:
        def __enter__(self):
            return self

        def __exit__(self, *error):
            return None

        def read(self):
            return "Straßburg B-LOC\r\n\r\n".encode()

    def urlopen(url, timeout):
        asked.append(url)
        return Answer()

    monkeypatch.setattr(hub.urllib.request, "urlopen", urlopen)
    found = datasets.find("europarl-ner", "de")
    assert found.path.read_bytes() == "Straßburg B-LOC\r\n\r\n".encode()
    assert asked[0].startswith("https://")
    assert asked[0].endswith(f"/{found.revision}/de-europarl.test.conll02")
    assert len(found.revision) == 40


tokens = st.text(
    st.characters(exclude_characters="\t\r\n\0", exclude_categories=["Cs"]), min_size=1, max_size=6
)


@given(st.lists(st.lists(tokens, min_size=1, max_size=5), min_size=1, max_size=5))
def test_any_tokens_come_back(tmp_path_factory, corpus):
    """Read by the program's own reader, whatever the script: "#", marks of direction, U+0085, U+2028."""
    path = tmp_path_factory.mktemp("corpus") / "x.conll"
    rows = ((own, ["B-LOC"] + ["O"] * (len(own) - 1)) for own in corpus)
    path.write_text("".join(hub.conll(rows, "x")), encoding="utf-8", newline="")
    layout = conll.detect_layout(path)
    assert [list(one.tokens) for one in conll.read(path, layout)] == corpus
