"""Two files aligned with no project: a line of links a line, however odd the lines are."""

from __future__ import annotations

import unicodedata
from typing import ClassVar

import pytest

from projner_core import aligners
from projner_core.corpus import Alignment, Link
from projner_core.errors import InputError, ProjnerError
from projner_core.pipeline.align_files import align_pairs, read_pairs
from projner_core.pipeline.config import StageConfig
from projner_core.pipeline.progress import Cancelled, Watch


@pytest.fixture
def write(tmp_path):
    def written(name, text):
        path = tmp_path / name
        path.write_text(text, encoding="utf-8")
        return path

    return written


class Diagonal:
    """Links the words at the same place, and remembers how many pairs it was given at a time."""

    seen: ClassVar[list[int]] = []

    def __init__(self, *, chunk: int = 7) -> None:
        self.chunk = chunk

    def align(self, pairs):
        self.seen.append(len(pairs))
        return [Alignment(tuple(Link(i, i) for i in range(min(map(len, pair.both()))))) for pair in pairs]


@pytest.fixture
def diagonal(monkeypatch):
    monkeypatch.setattr(Diagonal, "seen", [])
    monkeypatch.setattr(aligners, "create", lambda name, **settings: Diagonal(**settings))
    return StageConfig(name="diagonal")


def aligned(read, config, watch=None) -> list[Alignment]:
    return list(align_pairs(read, config, watch or Watch(None, None)))


def test_tokens_of_many_scripts_come_through(write):
    yoruba = unicodedata.normalize("NFD", "Ọbáfẹ́mi bí ní Ìkẹ́nnẹ́")
    lines = [yoruba, "አዲስ አበባ ያድጋል", "القاهرة في مصر", "👩‍👩‍👧 a\u200bb \u200b"]
    source = write("en.txt", "one\ntwo\nthree\nfour\n")
    target = write("x.txt", "\n".join(lines))
    pairs = list(read_pairs(source, target, source_lang="en", target_lang="x", tokenise="spaces"))
    assert [pair.target.tokens for pair in pairs] == [tuple(line.split(" ")) for line in lines]
    assert [pair.id for pair in pairs] == ["1", "2", "3", "4"]
    assert {pair.target.lang for pair in pairs} == {"x"}


def test_an_empty_line_is_a_sentence_without_words(write):
    source = write("en.txt", "Asha left\n\n\nRain fell\n")
    target = write("sw.txt", "Asha aliondoka\n\nMvua\nMvua ilinyesha\n")
    pairs = list(read_pairs(source, target))
    assert [len(pair.source) for pair in pairs] == [2, 0, 0, 2]
    assert [len(pair.target) for pair in pairs] == [2, 0, 1, 2]
    links = aligned(lambda: read_pairs(source, target), StageConfig(name="statistical"))
    assert links[1:3] == [Alignment(), Alignment()]
    assert (0, 0) in {(link.source, link.target) for link in links[0].links}


def test_conll_beside_text_and_both_sides_in_one(write):
    conll = write("en.conll", "Asha\tB-PER\nleft\tO\n\nRain\tO\n")
    text = write("sw.txt", "Asha aliondoka\nMvua\n")
    assert [pair.source.tokens for pair in read_pairs(conll, text)] == [("Asha", "left"), ("Rain",)]
    tsv = write("both.tsv", "Asha left\tAsha aliondoka\nRain\tMvua\n")
    assert [pair.target.tokens for pair in read_pairs(None, tsv)] == [("Asha", "aliondoka"), ("Mvua",)]


@pytest.mark.parametrize(
    ("source", "target", "says"),
    [
        ("a\nb\nc\n", "a\nb\n", "3 sentences here and 2 in"),
        ("a\n", "a\nb\nc\n", "1 sentence here and 3 in"),
        ("", "a\n", "empty file"),
    ],
)
def test_files_that_do_not_belong_together(write, source, target, says):
    paths = write("s.txt", source), write("t.txt", target)
    with pytest.raises(InputError, match=says):
        list(read_pairs(*paths))


def test_one_side_alone_or_too_many(write):
    text = write("sw.txt", "Asha aliondoka\n")
    with pytest.raises(InputError, match="one side alone"):
        list(read_pairs(None, text))
    jsonl = write("both.jsonl", '{"source": "Rain", "target": "Mvua"}\n')
    with pytest.raises(InputError, match="both sides"):
        list(read_pairs(text, jsonl))


def test_an_aligner_gets_chunks_of_its_size_and_the_bar_follows(write, diagonal):
    path = write("s.txt", "a b\n" * 20)
    seen = []
    links = aligned(lambda: read_pairs(path, path), diagonal, Watch(seen.append, None))
    assert links == [Alignment((Link(0, 0), Link(1, 1)))] * 20
    assert Diagonal.seen == [7, 7, 6]
    assert [(report.done, report.total) for report in seen] == [(0, 20), (7, 20), (14, 20), (20, 20)]


def test_every_line_is_read_before_the_first_is_aligned(write, diagonal):
    source, target = write("s.txt", "a\n" * 20), write("t.txt", "a\n" * 19)
    with pytest.raises(InputError, match="20 sentences here and 19"):
        aligned(lambda: read_pairs(source, target), diagonal)
    assert Diagonal.seen == []


def test_a_learning_aligner_learns_from_block_to_block(write):
    source = write("s.txt", "the red house\na red car\nthe car\na house\n" * 5)
    target = write("t.txt", "nyumba nyekundu\ngari nyekundu\ngari\nnyumba\n" * 5)
    config = StageConfig.model_validate({"name": "statistical", "block": 4})
    learner = aligners.create("statistical", block=4).start()
    pairs = list(read_pairs(source, target))
    wanted = [links for start in range(0, 20, 4) for links in learner.align(pairs[start : start + 4])]
    assert aligned(lambda: read_pairs(source, target), config) == wanted


def test_cancelled_between_chunks(write, diagonal):
    path = write("s.txt", "a b\n" * 20)
    watch = Watch(None, lambda: len(Diagonal.seen) == 2)
    with pytest.raises(Cancelled):
        aligned(lambda: read_pairs(path, path), diagonal, watch)
    assert Diagonal.seen == [7, 7]


def test_an_unknown_aligner_is_said_before_files_are_read(write, tmp_path):
    with pytest.raises(ProjnerError, match="no aligners system 'fast'"):
        aligned(lambda: read_pairs(tmp_path / "none", tmp_path / "none"), StageConfig(name="fast"))


def test_members_of_a_combination_see_the_corpus_as_if_alone(write):
    """The default aligner learns on through the whole file, not through one chunk of the combination."""
    source = write("s.txt", "the red house\na red car\nthe car\na house\n" * 600)
    target = write("t.txt", "nyumba nyekundu\ngari nyekundu\ngari\nnyumba\n" * 600)
    members = [
        {"name": "statistical", "block": 1100},
        {"name": "statistical", "block": 1700, "lexicon": 0.0},
    ]
    config = StageConfig.model_validate({"name": "combination", "of": members, "method": "intersection"})
    each = [
        aligned(lambda: read_pairs(source, target), StageConfig.model_validate(member)) for member in members
    ]
    wanted = aligners.create("combination", of=members, method="intersection").combine(each)
    seen = []
    assert aligned(lambda: read_pairs(source, target), config, Watch(seen.append, None)) == wanted
    assert [report.done for report in seen] == [0, 1000, 2000, 2400]


def test_a_wrong_setting_of_a_member_is_said_before_files_are_read(tmp_path):
    config = StageConfig.model_validate({"name": "combination", "of": "statistical, fast"})
    with pytest.raises(ProjnerError, match="'fast'"):
        aligned(lambda: read_pairs(tmp_path / "none", tmp_path / "none"), config)
