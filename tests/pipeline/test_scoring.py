"""CoNLL files are scored strictly by their scheme, and what it does not allow is said."""

from __future__ import annotations

import json

import pytest

from projner_core.cli import main
from projner_core.errors import InputError
from projner_core.pipeline.scoring import compare_files, not_allowed, score_files, summarise_files

GOLD = """\
# text = Adé dé Èkó
Adé\tB-PER
dé\tO
Èkó\tB-LOC

# text = أحمد في بنغازي
أحمد\tB-PER
في\tO
بنغازي\tB-LOC
"""
# Èkó and بنغازي are found, but no B- begins them
WRONG = GOLD.replace("B-LOC", "I-LOC")


@pytest.fixture
def write(tmp_path):
    def written(text: str, name: str = "out.conll"):
        path = tmp_path / name
        path.write_text(text, encoding="utf-8")
        return path

    return written


@pytest.fixture
def gold(write):
    return write(GOLD, "gold.conll")


def test_what_the_scheme_does_not_allow_marks_no_entity(gold, write):
    """As seqeval's strict mode counts: two of two predicted are right, of four."""
    out = write(WRONG)
    scores = score_files(gold, out, samples=0)
    assert (scores.micro.gold, scores.micro.predicted, scores.micro.correct) == (4, 2, 2)
    assert summarise_files(gold, out, samples=0).scores == scores
    compared = compare_files(gold, gold, out, samples=0)
    assert compared.second.scores == scores
    assert compared.difference.f1.difference.value == pytest.approx(1 - 4 / 6)


@pytest.mark.parametrize("which", ["gold", "predicted"])
def test_a_file_without_tags_is_refused(gold, write, which):
    bare = write("\n".join(line.partition("\t")[0] for line in GOLD.splitlines()) + "\n")
    files = (bare, gold) if which == "gold" else (gold, bare)
    for asked in (score_files, summarise_files):
        with pytest.raises(InputError, match="no column of tags") as caught:
            asked(*files, samples=0)
        assert str(caught.value.path) == str(bare)


def test_how_many_tags_are_not_allowed_and_where_the_first_is(gold, write):
    assert not_allowed(gold) is None
    assert str(not_allowed(write(WRONG))).endswith(
        "out.conll: read as IOB2; 2 tags that IOB2 does not allow mark no entity, the first in line 4"
    )
    one = write(GOLD.replace("بنغازي\tB-LOC", "بنغازي\tI-LOC"), "one.conll")
    assert str(not_allowed(one)).endswith(
        "one.conll: read as IOB2; 1 tag that IOB2 does not allow marks no entity, in line 9"
    )
    # an inner tag alone is one tag, though it is wrong on both of its sides
    open_ended = write("a\tI-PER\nb\tO\n\nc\tB-PER\nd\tE-PER\ne\tS-LOC\n", "ended.conll")
    found = not_allowed(open_ended)
    assert found is not None
    assert (found.scheme, found.number, found.line) == ("BIOES", 1, 1)


def test_the_commands_say_so_beside_the_figures(gold, write, capsys):
    out = write(WRONG)
    said = f"projner: {out}: read as IOB2; 2 tags"
    for more in ([], ["--json"], ["--full"]):
        assert main(["evaluate", "--gold", str(gold), "--predicted", str(out), "--samples", "0", *more]) == 0
        told = capsys.readouterr()
        assert told.err.startswith(said)
        assert "does not allow" not in told.out
        if more == ["--json"]:
            assert json.loads(told.out)["micro"]["predicted"] == 2
    files = ["--gold", str(gold), "--predicted", str(out), str(out)]
    assert main(["compare", *files, "--samples", "0", "--json"]) == 0
    assert capsys.readouterr().err.count(said) == 1  # the same file is told of once
    assert main(["evaluate", "--gold", str(gold), "--predicted", str(gold), "--samples", "0"]) == 0
    assert capsys.readouterr().err == ""
