"""The commands about links, as a researcher uses them."""

from __future__ import annotations

import json

import pytest

from projner_core import aligners
from projner_core.cli import LINK_FORMATS, main
from projner_core.formats import links, pharaoh
from projner_core.formats.links import LinkFormat
from projner_core.pipeline.linking import gold_layer
from projner_core.store import LayerKind, catalogue
from tests.pipeline.conftest import SOURCE, TARGET

ENGLISH = "Asha visited Arusha .\nThe mayor met Juma .\n\nRain fell .\n"
SWAHILI = "Asha alitembelea Arusha .\nMeya alikutana na Juma .\n\nMvua ilinyesha .\n"
GOLD = "0-0 1-1 2-2 3-3\n0?0 1-0 2-1 2?2 3-3 4-4\n\n0-0 1-1 2-2\n"


@pytest.fixture
def files(tmp_path):
    source, target, gold = (tmp_path / name for name in ("en.txt", "sw.txt", "gold.txt"))
    for path, text in ((source, ENGLISH), (target, SWAHILI), (gold, GOLD)):
        path.write_text(text, encoding="utf-8")
    return source, target, gold


@pytest.fixture
def project(tmp_path):
    """The name of a project of three pairs."""
    source, target = tmp_path / "en.conll", tmp_path / "sw.conll"
    source.write_text(SOURCE, encoding="utf-8")
    target.write_text(TARGET, encoding="utf-8")
    assert run("import", "--source", source, "--target", target, *languages(), "--project", "small") == 0
    return "small"


def run(*arguments) -> int:
    return main([str(argument) for argument in arguments])


def languages() -> list[str]:
    return ["--source-lang", "en", "--target-lang", "sw"]


def test_formats_are_those_that_can_be_read():
    assert set(LINK_FORMATS) == set(LinkFormat)


def test_align_two_files_and_evaluate(files, tmp_path, capsys):
    out = tmp_path / "links.txt"
    assert run("align", "--source", files[0], "--target", files[1], *languages(), "--out", out) == 0
    written = out.read_text(encoding="utf-8")
    assert written.count("\n") == 4
    assert written.splitlines()[2] == ""
    number = sum(len(pharaoh.parse(line).links) for line in written.splitlines())
    assert f"4 pairs aligned, {number} links" in capsys.readouterr().out
    assert catalogue.projects() == []

    assert run("evaluate-alignments", "--gold", files[2], "--predicted", out, "--json") == 0
    told = json.loads(capsys.readouterr().out)
    (scores,) = told["files"]
    assert scores["pairs"] == 3  # the empty line of the gold file is a pair that nobody drew
    assert scores["found"] == number
    assert (scores["sure"], scores["possible"]) == (11, 13)
    assert 0 <= scores["interval"]["aer"][0] <= scores["aer"] <= scores["interval"]["aer"][1]
    assert scores["recall"] > 0.5
    assert "agreement" not in told


@pytest.mark.parametrize("kind", LINK_FORMATS)
def test_align_writes_every_format_and_evaluate_finds_it_out(kind, files, tmp_path, capsys):
    aligned = ["align", "--source", files[0], "--target", files[1], *languages()]
    out, plain = tmp_path / "links", tmp_path / "plain"
    assert run(*aligned, "--out", out, "--format", kind, "--json") == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["pairs"], told["aligner"], told["out"]) == (4, "statistical", str(out))
    assert run(*aligned, "--out", plain) == 0
    wanted = list(links.read_links(plain))
    assert list(links.read_links(out, format=kind, count=4)) == wanted
    # TALP without possible links cannot be told from Pharaoh
    named = ["--format", kind] if kind == "talp" else []
    gold = ["--gold", out if kind == "talp" else files[2]]
    assert run("evaluate-alignments", *gold, "--predicted", out, *named) == 0


def test_scores_of_links_are_written_where_asked_for(files, tmp_path):
    out = tmp_path / "links"
    aligned = ["align", "--source", files[0], "--target", files[1], *languages(), "--out", out]
    assert run(*aligned, "--scores") == 0
    scores = [link.score for alignment in pharaoh.read(out) for link in alignment.links]
    assert 0 < min(scores) < 1
    assert run(*aligned, "--format", "giza", "--scores") == 1


def test_settings_reach_the_aligner(files, tmp_path):
    counts = []
    for threshold in ("0.05", "0.9"):
        out = tmp_path / "links"
        aligned = ["align", "--source", files[0], "--target", files[1], *languages(), "--out", out]
        assert run(*aligned, "--set", f"aligner.threshold={threshold}") == 0
        counts.append(sum(len(alignment.links) for alignment in pharaoh.read(out)))
    assert counts[0] > counts[1]


def test_a_combination_by_settings(files, tmp_path, capsys):
    out = tmp_path / "links"
    aligned = ["align", "--source", files[0], "--target", files[1], *languages(), "--out", out]
    combined = ["--aligner", "combination", "--set", 'aligner.of=["statistical", "identity"]']
    counts = {}
    for method in ("intersection", "union"):
        assert run(*aligned, *combined, "--set", f"aligner.method={method}", "--json") == 0
        counts[method] = json.loads(capsys.readouterr().out)["links"]
    assert 0 < counts["intersection"] < counts["union"]


def test_run_with_a_combination_makes_a_layer_of_each_aligner(project, capsys):
    combined = ["--aligner", "combination", "--set", 'aligner.of=["statistical", "identity"]']
    assert run("run", "--project", project, *combined, "--json") == 0
    with catalogue.open_project(project) as opened:
        layers = opened.layers(kind=LayerKind.LINKS)
        assert [layer.provenance["system"] for layer in layers] == ["statistical", "identity", "combination"]
        assert layers[2].parents == (layers[0].id, layers[1].id)
    assert run("run", "--project", project, "--aligner", "combination", "--set", "aligner.of=fast") == 1
    assert "'fast'" in capsys.readouterr().err


def test_align_a_project_adds_a_layer_once(project, tmp_path, capsys):
    out = tmp_path / "links"
    command = ["align", "--project", project, "--set", "aligner.threshold=0.4", "--out", out, "--json"]
    capsys.readouterr()
    assert run(*command) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["pairs"] == 3
    assert told["layer"] == "statistical (threshold 0.4)"
    assert run(*command) == 0
    with catalogue.open_project(project) as opened:
        (layer,) = opened.layers(kind=LayerKind.LINKS)
        found = opened.annotations(layer.id, 0, 3)
        assert opened.current_projection is None
    assert out.read_text().splitlines() == [pharaoh.format(alignment) for alignment in found]


def test_align_a_project_without_source_sentences_is_a_sentence(tmp_path, capsys):
    target = tmp_path / "sw.conll"
    target.write_text(TARGET, encoding="utf-8")
    assert run("import", "--target", target, *languages(), "--project", "half") == 0
    assert run("align", "--project", "half") == 1
    assert "no source sentence" in capsys.readouterr().err
    with catalogue.open_project("half") as opened:
        assert opened.layers(kind=LayerKind.LINKS, incomplete=True) == []


def test_layers_that_do_not_fit_an_export_are_refused(project, tmp_path, capsys):
    from projner_core.pipeline.comparing import CompareConfig, compare
    from projner_core.pipeline.progress import Watch

    with catalogue.open_project(project) as opened:
        pair = ({"name": "statistical"}, {"name": "identity"})
        compared = compare(opened, CompareConfig.model_validate({"aligners": pair}), Watch(None, None))
        numbers = str(compared.layer.id)
    out = tmp_path / "out"
    exported = ["export", "--project", project, "--out", out]
    for arguments, says in [
        (["--layer", "source"], "holds entities of the source side"),
        (["--layer", "gold", "--side", "source"], "entities of the target side"),
        (["--layer", "statistical"], "holds links of both sides"),
        (["--layer", numbers], "numbers of a comparison"),
        (["--format", "pharaoh", "--layer", numbers], "holds no links"),
        (["--format", "pharaoh", "--layer", "gold"], "holds no links"),
    ]:
        capsys.readouterr()
        assert run(*exported, *arguments) == 1, arguments
        assert says in capsys.readouterr().err
        assert not out.exists()
    assert run(*exported, "--layer", "source", "--side", "source") == 0
    assert out.read_text(encoding="utf-8") == SOURCE


def test_import_links_and_gold(project, tmp_path, capsys):
    machine, gold = tmp_path / "fast.links", tmp_path / "people.naacl"
    machine.write_text("0-0 1-1\n\n0-0\n", encoding="utf-8")
    gold.write_text("1 1 1 S\n1 2 2 P\n3 1 1\n", encoding="utf-8")
    capsys.readouterr()
    assert run("import-links", "--project", project, "--links", machine) == 0
    assert "links of 3 pairs: layer 'fast'" in capsys.readouterr().out
    command = ["import-links", "--project", project, "--links", gold, "--name", "Asha", "--gold", "--json"]
    assert run(*command) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["layer"], told["pairs"], told["gold"], told["format"]) == ("Asha", 3, True, "naacl")
    with catalogue.open_project(project) as opened:
        assert gold_layer(opened).name == "Asha"
        assert [layer.name for layer in opened.layers(kind=LayerKind.LINKS)] == ["fast", "Asha"]
    out = tmp_path / "out"
    exported = ["export", "--project", project, "--format", "pharaoh", "--layer", "fast", "--out", out]
    assert run(*exported) == 0
    assert out.read_text() == machine.read_text()


def test_several_files_are_compared(files, tmp_path, capsys):
    good, bad, other = (tmp_path / name for name in ("good.txt", "bad.txt", "other.naacl"))
    good.write_text("0-0 1-1 2-2 3-3\n1-0 2-1 2-2 3-3 4-4\n\n0-0 1-1 2-2\n" * 20, encoding="utf-8")
    bad.write_text("0-1 1-0 2-2 3-3\n1-0\n0-0\n2-2\n" * 20, encoding="utf-8")
    links.write_links(other, pharaoh.read(good), format="naacl")
    files[2].write_text(GOLD * 20, encoding="utf-8")
    command = ["evaluate-alignments", "--gold", files[2], "--predicted", good, bad, other]
    assert run(*command, "--json", "--worst", "2") == 0
    told = json.loads(capsys.readouterr().out)
    first, second, third = told["files"]
    assert first["aer"] == 0
    assert "difference" not in first
    assert second["difference"]["aer"] == pytest.approx(-second["aer"])
    assert second["difference"]["p"] < 0.01
    assert (third["aer"], third["difference"]["aer"], third["difference"]["p"]) == (0, 0, 1)
    assert told["agreement"]["f1"][0][2] == 1
    assert told["agreement"]["only"] == [0, 60, 0]
    assert first["worst"] == []
    assert second["pairs"] == 60
    assert [pair["position"] for pair in second["worst"]] == [1, 5]  # and none in a pair that nobody drew

    assert run(*command, "--worst", "2") == 0
    shown = capsys.readouterr().out
    for text in ("good.txt", "AER", "< .001", "100.0", "agreement", "only here", "pairs counted from 1"):
        assert text in shown.replace("\n", "") or text in shown, text
    assert max(map(len, shown.splitlines())) <= 80


def test_a_pair_without_a_gold_link_is_not_drawn(files, tmp_path, capsys):
    """Gold of some pairs of a corpus: what an aligner links in the others is no error."""
    found, gold = tmp_path / "found", tmp_path / "gold.naacl"
    found.write_text("0-0 1-1\n0-0\n0-0 1-0\n2-2\n", encoding="utf-8")
    gold.write_text("1 1 1 S\n1 2 2 S\n3 1 1 P\n", encoding="utf-8")
    assert (
        run("evaluate-alignments", "--gold", gold, "--predicted", found, found, "--json", "--worst", "9") == 0
    )
    told = json.loads(capsys.readouterr().out)
    for scores in told["files"]:
        assert (scores["pairs"], scores["found"], scores["found_in_possible"]) == (2, 4, 3)
        assert [pair["position"] for pair in scores["worst"]] == [2]
    assert told["agreement"]["pairs"] == 4


def test_gold_without_any_link_scores_no_pair(files, tmp_path, capsys):
    found, gold = tmp_path / "found", tmp_path / "gold"
    found.write_text("0-0 1-1\n0-0\n", encoding="utf-8")
    gold.write_text("\n\n", encoding="utf-8")
    assert run("evaluate-alignments", "--gold", gold, "--predicted", found, found, "--json") == 0
    assert [scores["pairs"] for scores in json.loads(capsys.readouterr().out)["files"]] == [0, 0]


def test_without_samples_there_are_no_intervals(files, tmp_path, capsys):
    command = ["evaluate-alignments", "--gold", files[2], "--predicted", tmp_path / "p", tmp_path / "p"]
    (tmp_path / "p").write_text("0-0\n\n\n\n", encoding="utf-8")
    assert run(*command, "--samples", "0", "--json") == 0
    told = json.loads(capsys.readouterr().out)
    assert "interval" not in told["files"][0]
    assert told["files"][1]["difference"] == {"aer": 0.0}
    assert run(*command, "--samples", "0") == 0
    assert "–" not in capsys.readouterr().out


def test_different_numbers_of_pairs_name_both_files(files, tmp_path, capsys):
    short = tmp_path / "short.txt"
    short.write_text("0-0\n1-1\n", encoding="utf-8")
    assert run("evaluate-alignments", "--gold", files[2], "--predicted", short) == 1
    error = capsys.readouterr().err
    assert "short.txt: found links of 2 sentence pairs; expected links of 4, as " in error
    assert "gold.txt has" in error
    long = tmp_path / "long.txt"
    long.write_text("0-0\n" * 2000, encoding="utf-8")
    assert run("evaluate-alignments", "--gold", short, "--predicted", long, short) == 1
    error = capsys.readouterr().err
    assert "short.txt: found links of 2 sentence pairs; expected links of 2,000, as " in error
    assert "long.txt has" in error


def test_aligners_are_listed(capsys):
    assert run("aligners", "--json") == 0
    listed = {one["name"]: one for one in json.loads(capsys.readouterr().out)}
    assert set(listed) == set(aligners.registry.names())
    assert listed["statistical"]["obstacle"] == ""
    assert "\n" not in listed["statistical"]["about"]
    assert run("aligners") == 0
    assert "statistical: Aligns words" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["align"], "say what to align"),
        (["align", "--target", "none.txt"], "--out"),
        (["align", "--project", "p", "--target", "none.txt", "--out", "x"], "leave out"),
        (["align", "--project", "none"], "no project 'none'"),
        (["align", "--source", "none.txt", "--target", "none.txt", "--out", "x"], "none.txt"),
        (["align", "--target", "t", "--out", "x", "--aligner", "fast"], "no aligners system 'fast'"),
        (["align", "--target", "t", "--out", "x", "--set", "projector.minimum=1"], "only the aligner"),
        (["align", "--target", "t", "--out", "x", "--set", "aligner.speed=1"], "no setting 'speed'"),
        (["import-links", "--project", "none", "--links", "x"], "no project 'none'"),
        (["evaluate-alignments", "--gold", "none.txt", "--predicted", "none.txt"], "none.txt"),
    ],
)
def test_what_the_user_can_put_right_is_a_sentence_and_code_1(arguments, says, capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert run(*arguments) == 1
    error = capsys.readouterr().err
    assert error.startswith("projner: ")
    assert says in error
    assert list(tmp_path.iterdir()) == []


def test_links_that_do_not_fit_leave_the_project_as_it_was(project, tmp_path, capsys):
    path = tmp_path / "links"
    path.write_text("0-0\n0-9\n\n", encoding="utf-8")
    assert run("import-links", "--project", project, "--links", path) == 1
    assert "line 2" in capsys.readouterr().err
    with catalogue.open_project(project) as opened:
        assert opened.layers(kind=LayerKind.LINKS, incomplete=True) == []


def test_wrong_usage_is_code_2(capsys):
    for arguments in (["import-links", "--project", "p"], ["evaluate-alignments", "--gold", "g"]):
        with pytest.raises(SystemExit) as stop:
            run(*arguments)
        assert stop.value.code == 2
    scored = ["evaluate-alignments", "--gold", "g", "--predicted", "p"]
    for arguments in (
        ["align", "--format", "docx"],
        [*scored, "--seed", "-1"],
        [*scored, "--samples", "all"],
    ):
        with pytest.raises(SystemExit) as stop:
            run(*arguments)
        assert stop.value.code == 2
    assert "0 or more" in capsys.readouterr().err


@pytest.mark.realdata
def test_english_french_from_the_command_line(realdata, tmp_path, capsys):
    folder, out = realdata / "wa-alibi" / "en-fr", tmp_path / "links"
    files = ["--source", folder / "src.txt", "--target", folder / "tgt.txt", "--tokenise", "spaces"]
    assert run("align", *files, "--source-lang", "en", "--target-lang", "fr", "--out", out) == 0
    capsys.readouterr()
    assert run("evaluate-alignments", "--gold", folder / "gold.txt", "--predicted", out, "--json") == 0
    (scores,) = json.loads(capsys.readouterr().out)["files"]
    assert scores["aer"] < 0.12
