"""Files as users name them: which format they are, and the pairs that two of them make."""

from __future__ import annotations

import pytest

from projner_core.corpus import Span
from projner_core.errors import InputError
from projner_core.formats import conll
from projner_core.formats.files import FileKind, kind_of, read_pair
from projner_core.schemes import Scheme

EN = "# id = a\nObama\tB-PER\nleft\tO\n\n# id = b\nHello\tO\n"
YO = "# id = a\nỌbama\tO\nlọ\tO\n\n# id = b\nẸ\tO\nnlẹ́\tO\n"


@pytest.fixture
def put(tmp_path):
    def write(name, text):
        path = tmp_path / name
        path.write_bytes(text.encode())
        return path

    return write


@pytest.mark.parametrize(
    ("name", "text", "alone", "kind"),
    [
        ("a.conll", "Ann\nleft\n", False, FileKind.CONLL),
        ("a.bio", EN, False, FileKind.CONLL),
        ("train.txt", EN, False, FileKind.CONLL),
        ("train.txt", "EU NNP I-NP I-ORG\nrejects VBZ I-VP O\n\nPeter NNP I-NP\n", False, FileKind.CONLL),
        ("a.tsv", EN, True, FileKind.CONLL),
        ("a.tsv", "Vitamin C\tVitamin D\nOrange\tO\nApple\tKwàálà\n", True, FileKind.TSV),
        ("a.tsv", "He left.\tÓ lọ.\n", False, FileKind.TEXT),
        ("a.txt", "He left.\n\nVitamin O\nShe stayed.\n", True, FileKind.TEXT),
        ("a.jsonl", "{}", False, FileKind.JSONL),
        ("pairs", '{"target": "a"}\n', True, FileKind.JSONL),
    ],
)
def test_what_a_file_is(put, name, text, alone, kind):
    assert kind_of(put(name, text), alone=alone) is kind


def test_two_conll_files_make_pairs_with_spans_and_raws(put):
    reading = read_pair(put("en.conll", EN), put("yo.conll", YO), source_lang="en", target_lang="yo")
    first, second = reading.records
    assert (first.id, first.source.lang, first.target.lang) == ("a", "en", "yo")
    assert (first.source_spans, first.target_spans) == ((Span(0, 1, "PER"),), ())
    assert (first.source_raw + second.source_raw, first.target_raw + second.target_raw) == (EN, YO)
    assert reading.report == []
    assert (reading.source.layout.scheme, reading.target.kind) == (Scheme.IOB2, FileKind.CONLL)


def test_text_beside_conll(put):
    source = put("en.txt", "Obama left.\nHello!\n")
    reading = read_pair(source, put("yo.conll", YO), source_lang="en")
    first, _ = reading.records
    assert (first.source.tokens, first.source.text, first.source_spans) == (
        ("Obama", "left", "."),
        "Obama left.",
        None,
    )
    assert (first.source_raw, reading.source.layout) == (None, None)


def test_target_alone(put):
    records = list(read_pair(None, put("yo.conll", YO)).records)
    assert [(record.id, record.source) for record in records] == [("a", None), ("b", None)]


def test_bitexts_in_one_file(put):
    (tsv,) = read_pair(None, put("p.tsv", "He left.\tÓ lọ.\n"), source_lang="en", target_lang="yo").records
    assert (tsv.source.tokens, tsv.target.lang) == (("He", "left", "."), "yo")
    reading = read_pair(None, put("p.jsonl", '{"source": ["He"], "target": ["Ó"]}'), source_lang="en")
    (record,) = reading.records
    assert (record.source.lang, reading.source.path, reading.source.kind) == (
        "en",
        reading.target.path,
        FileKind.JSONL,
    )


@pytest.mark.parametrize("swap", [False, True])
def test_a_bitext_beside_another_file_is_refused(put, swap):
    paths = (put("p.jsonl", "{}"), put("yo.conll", YO))
    with pytest.raises(InputError, match="both sides of a bitext"):
        read_pair(*(reversed(paths) if swap else paths))


@pytest.mark.parametrize(
    ("times", "found"), [(3, "6 sentences here and 2 in"), (0, "1 sentence here and 2 in")]
)
def test_files_of_different_length_name_both_counts(put, times, found):
    source = put("s.conll", (EN + "\n") * times or "Obama\tO\n")
    with pytest.raises(InputError) as caught:
        list(read_pair(source, put("t.conll", YO)).records)
    assert found in caught.value.found
    assert (caught.value.path, caught.value.line) == (source, None)


def test_invalid_tags_are_repaired_in_the_spans_alone_and_reported(put):
    text = "# id = a\nBarack\tB-PER\n# note\nObama\tI-LOC\n\nLagos\tPER\n\nEko\tB-LOC\n"
    path = put("t.conll", text)
    reading = read_pair(None, path)
    records = list(reading.records)
    assert records[0].target_spans == (Span(0, 1, "PER"), Span(1, 2, "LOC"))
    assert records[1].target_spans == ()
    assert "".join(record.target_raw for record in records) == text
    assert [(notice.path, notice.line) for notice in reading.report] == [(str(path), 4), (str(path), 6)]
    assert "'I-LOC' was read as 'B-LOC'" in reading.report[0].what

    with pytest.raises(InputError) as caught:
        list(read_pair(None, path, strict=True).records)
    assert caught.value.line == 4


def test_ids_come_from_the_target_then_the_source_then_the_place(put):
    bare = YO.replace("# id = b\n", "")
    assert [r.id for r in read_pair(put("en.conll", EN), put("yo.conll", bare)).records] == ["a", "b"]
    assert [r.id for r in read_pair(put("en.txt", "x\ny\n"), put("yo.conll", bare)).records] == ["a", "2"]


def test_ids_that_come_twice_or_differ_are_reported_or_refused(put):
    twice = put("yo.conll", YO.replace("id = b", "id = a"))
    reading = read_pair(None, twice)
    assert [record.id for record in reading.records] == ["a", "a-2"]
    assert [notice.line for notice in reading.report] == [6]
    with pytest.raises(InputError, match="the id 'a' again"):
        list(read_pair(None, twice, strict=True).records)

    source = put("en.conll", EN.replace("id = ", "id = en-"))
    reading = read_pair(source, put("yo.conll", YO))
    assert [record.id for record in reading.records] == ["a", "b"]
    assert len(reading.report) == 1
    assert "'en-a'" in reading.report[0].what
    with pytest.raises(InputError, match="'en-a', the id of its pair"):
        list(read_pair(source, put("yo.conll", YO), strict=True).records)


def test_a_layout_that_the_user_chose_is_kept(put):
    path = put("t.conll", "a\tB-PER\tO\nb\tI-PER\tB-LOC\n")
    layout = conll.detect_layout(path, tag_column=1)
    reading = read_pair(None, path, target_layout=layout)
    assert next(reading.records).target_spans == (Span(0, 2, "PER"),)
    assert reading.target.layout == layout


def test_a_file_without_tags_says_nothing_of_entities(put):
    reading = read_pair(None, put("t.conll", "a\nb\n"))
    assert next(reading.records).target_spans is None
    assert reading.target.layout.scheme is None


def test_errors_come_at_once_where_a_file_is_not_what_it_is_named(put):
    with pytest.raises(InputError, match="no such file"):
        read_pair(None, put("t.conll", "a\tO\n").with_name("nowhere.txt"))
    with pytest.raises(InputError, match="line 2"):
        read_pair(put("s.conll", "a\tO\nb\nc\tO\n"), put("t.conll", YO))


def test_blank_text_holds_no_sentence(put):
    with pytest.raises(InputError, match="no sentence"):
        list(read_pair(None, put("t.txt", " \n\n")).records)


def test_progress_grows_to_the_end(put):
    told = []
    source, target = put("en.txt", "x\ny\n" * 500), put("yo.conll", (YO + "\n") * 500)
    list(read_pair(source, target, progress=lambda done, total: told.append((done, total))).records)
    total = 2 * (source.stat().st_size + target.stat().st_size)
    assert told == sorted(told)
    assert told[-1] == (total, total)


@pytest.mark.realdata
def test_real_parallel_corpora(realdata):
    folder = realdata / "europarl-ner"
    reading = read_pair(
        folder / "en.conll", folder / "de.conll", source_lang="en", target_lang="de", strict=True
    )
    records = list(reading.records)
    assert len(records) == 799
    assert reading.report == []
    assert "".join(record.target_raw for record in records).encode() == (folder / "de.conll").read_bytes()
    assert sum(len(record.source_spans) for record in records) == 702

    folder = realdata / "wa-alibi" / "en-fr"
    reading = read_pair(folder / "src.txt", folder / "tgt.txt", source_lang="en", target_lang="fr")
    for record, line in zip(
        reading.records, (folder / "tgt.txt").read_text(encoding="utf-8").splitlines(), strict=True
    ):
        assert record.target.tokens == tuple(line.split())
