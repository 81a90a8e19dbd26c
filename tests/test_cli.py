"""The command line, as a researcher uses it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time

import pytest

from projner_core.cli import main
from projner_core.store import catalogue
from tests.pipeline.conftest import SOURCE, TARGET


@pytest.fixture
def files(tmp_path):
    source, target = tmp_path / "en.conll", tmp_path / "sw.conll"
    source.write_text(SOURCE, encoding="utf-8")
    target.write_text(TARGET, encoding="utf-8")
    return source, target


def run(*arguments) -> int:
    return main([str(argument) for argument in arguments])


def languages() -> list[str]:
    return ["--source-lang", "en", "--target-lang", "sw"]


def test_the_two_commands_of_the_readme(files, tmp_path, capsys):
    out = tmp_path / "sw.projected.conll"
    assert run("run", "--source", files[0], "--target", files[1], *languages(), "--out", out) == 0
    assert "3 pairs, 4 of 4 source entities projected" in capsys.readouterr().out
    expected = TARGET.replace("Nairobi\tNN\tO", "Nairobi\tNN\tB-LOC")
    assert out.read_bytes() == expected.encode()

    assert run("evaluate", "--gold", files[1], "--predicted", out, "--json") == 0
    scores = json.loads(capsys.readouterr().out)
    assert scores["micro"]["precision"] == pytest.approx(3 / 4)
    assert scores["micro"]["recall"] == 1.0
    assert scores["micro"]["f1"] == pytest.approx(6 / 7)
    assert scores["exact_match"]["sentence"] == pytest.approx(2 / 3)
    assert scores["exact_match"]["entity"] == 1.0
    assert catalogue.projects() == []  # without --project nothing is kept


def test_evaluate_for_people(files, capsys):
    assert run("evaluate", "--gold", files[1], "--predicted", files[1]) == 0
    shown = capsys.readouterr().out
    assert "100.0" in shown
    assert "exact match, sentences: 100.0" in shown


def test_a_named_project_is_kept_and_reused(files, tmp_path, capsys):
    command = ["run", "--source", files[0], "--target", files[1], *languages(), "--project", "kept", "--json"]
    assert run(*command) == 0
    first = json.loads(capsys.readouterr().out)
    with catalogue.open_project("kept") as project:
        layers = project.layers()
    assert run(*command) == 0
    assert json.loads(capsys.readouterr().out) == first
    with catalogue.open_project("kept") as project:
        assert project.layers() == layers

    files[0].write_text(SOURCE.replace("Rain", "Snow"), encoding="utf-8")
    assert run(*command) == 1
    assert "made of other files" in capsys.readouterr().err


def test_import_run_export_in_steps(files, tmp_path, capsys):
    assert run("import", "--source", files[0], "--target", files[1], *languages(), "--project", "steps") == 0
    shown = capsys.readouterr().out
    assert "3 pairs imported into 'steps'" in shown
    assert "target entities: tags in IOB2" in shown
    assert run("export", "--project", "steps", "--layer", "gold", "--out", tmp_path / "gold.conll") == 0
    assert (tmp_path / "gold.conll").read_bytes() == files[1].read_bytes()
    assert run("run", "--project", "steps", "--set", "projector.minimum=0.2") == 0
    assert run("export", "--project", "steps", "--scheme", "BIOES", "--out", tmp_path / "a.conll") == 0
    assert "Nairobi\tNN\tS-LOC" in (tmp_path / "a.conll").read_text(encoding="utf-8")
    assert run("export", "--project", "steps", "--format", "pharaoh", "--out", tmp_path / "links") == 0
    assert (tmp_path / "links").read_text().splitlines()[0].startswith("0-0 1-1")
    assert run("export", "--project", "steps", "--format", "jsonl", "--out", tmp_path / "all.jsonl") == 0
    rows = [json.loads(line) for line in (tmp_path / "all.jsonl").read_text(encoding="utf-8").splitlines()]
    assert [row["id"] for row in rows] == ["one", "two", "three"]
    assert rows[0]["target_entities"] == [[0, 2, "PER"], [3, 4, "LOC"]]
    assert rows[0]["projections"][0]["reason"] == "projected"
    assert run("projects", "--json") == 0
    listed = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert (listed[0]["name"], listed[0]["pairs"]) == ("steps", 3)


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["export", "--project", "none", "--out", "x"], "no project 'none'"),
        (["run"], "say what to run on"),
        (["run", "--project", "none"], "no project 'none'"),
        (["import", "--target", "none.conll", "--project", "p"], "none.conll"),
        (["import", "--target", "none.conll", "--project", "../p"], "cannot be the name"),
        (["evaluate", "--gold", "none.conll", "--predicted", "none.conll"], "none.conll"),
        (["run", "--project", "p", "--config", "none.toml"], "none.toml"),
        (["demo", "tlh"], "no demo corpus in 'tlh'"),
        (["run", "--project", "p", "--set", "aligner"], "STAGE.KEY=VALUE"),
    ],
)
def test_what_the_user_can_put_right_is_a_sentence_and_code_1(arguments, says, capsys):
    assert run(*arguments) == 1
    error = capsys.readouterr().err
    assert error.startswith("projner: ")
    assert says in error
    assert catalogue.projects() == []


def test_wrong_usage_is_code_2(capsys):
    with pytest.raises(SystemExit) as stop:
        run("export", "--project", "p")
    assert stop.value.code == 2
    assert "--out" in capsys.readouterr().err


def test_a_bad_file_names_its_line_and_leaves_nothing(files, capsys, home):
    files[1].write_text(TARGET.replace("Juma\tNN\tB-PER", "Juma\tNN"), encoding="utf-8")
    assert run("import", "--source", files[0], "--target", files[1], *languages(), "--project", "bad") == 1
    assert "sw.conll, line 14" in capsys.readouterr().err
    assert catalogue.projects() == []
    assert [path for path in home.rglob("*") if path.is_file()] == []


def test_files_of_different_length_leave_nothing(files, capsys, home):
    files[1].write_text(TARGET + "\nZiada\tNN\tO\n", encoding="utf-8")
    assert run("import", "--source", files[0], "--target", files[1], *languages(), "--project", "bad") == 1
    error = capsys.readouterr().err
    assert "3 sentences" in error
    assert "4" in error
    assert [path for path in home.rglob("*") if path.is_file()] == []


def test_evaluate_names_the_first_difference(files, tmp_path, capsys):
    other = tmp_path / "other.conll"
    other.write_text(TARGET.replace("Juma", "Jumaa"), encoding="utf-8")
    assert run("evaluate", "--gold", files[1], "--predicted", other) == 1
    assert "other.conll, line 9" in capsys.readouterr().err
    other.write_text(TARGET + "\nZiada\tNN\tO\n", encoding="utf-8")
    assert run("evaluate", "--gold", files[1], "--predicted", other) == 1
    assert "a sentence that" in capsys.readouterr().err


def test_invalid_tags_are_reported_and_kept(files, tmp_path, capsys):
    broken = TARGET.replace("Mwangi\tNN\tI-PER", "Mwangi\tNN\tI-LOC")
    files[1].write_text(broken, encoding="utf-8")
    arguments = ["--source", files[0], "--target", files[1], *languages()]
    assert run("import", *arguments, "--project", "strict", "--strict") == 1
    assert "line 3" in capsys.readouterr().err
    assert run("import", *arguments, "--project", "lenient") == 0
    assert "line 3" in capsys.readouterr().err
    assert run("export", "--project", "lenient", "--layer", "gold", "--out", tmp_path / "same.conll") == 0
    assert (tmp_path / "same.conll").read_bytes() == broken.encode()


def test_one_file_with_both_sides(tmp_path, capsys):
    bitext = tmp_path / "pairs.jsonl"
    rows = [
        {"source": ["Juma", "left"], "target": ["Juma", "aliondoka"], "source_entities": [[0, 1, "PER"]]},
        {"source": ["Rain", "fell"], "target": ["Mvua", "ilinyesha"], "source_entities": []},
    ]
    bitext.write_text("\n".join(json.dumps(row) for row in rows), encoding="utf-8")
    out = tmp_path / "out.conll"
    assert run("run", "--target", bitext, *languages(), "--out", out) == 0
    assert (
        out.read_text(encoding="utf-8")
        == "# id = 1\nJuma\tB-PER\naliondoka\tO\n\n# id = 2\nMvua\tO\nilinyesha\tO\n\n"
    )


@pytest.mark.skipif(os.name != "posix", reason="signals are POSIX")
def test_ctrl_c_is_code_130_and_keeps_finished_chunks(tmp_path, home):
    source, target = tmp_path / "en.conll", tmp_path / "sw.conll"
    source.write_text("\n".join([SOURCE] * 20_000), encoding="utf-8")
    target.write_text("\n".join([TARGET] * 20_000), encoding="utf-8")
    command = [sys.executable, "-m", "projner_core", "run", "--source", source, "--target", target]
    command += [*languages(), "--project", "long"]
    started = subprocess.Popen(
        command,
        stderr=subprocess.PIPE,
        text=True,
        env=os.environ | {"PROJNER_HOME": str(home)},
        # A shell ignores Ctrl-C in what it starts in the background, and a child would inherit that.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    try:
        deadline = time.monotonic() + 120
        done = 0
        while not done and time.monotonic() < deadline:
            time.sleep(0.1)
            if catalogue.path_of("long").exists():
                with catalogue.open_project("long") as project:
                    links = [layer for layer in project.layers(incomplete=True) if layer.kind == "links"]
                    done = links[0].done if links else 0
        assert done
        started.send_signal(signal.SIGINT)
        _, error = started.communicate(timeout=60)
    finally:
        started.kill()
    assert started.returncode == 130
    assert "stopped" in error
    with catalogue.open_project("long") as project:
        layer = next(layer for layer in project.layers(incomplete=True) if layer.kind == "links")
        assert layer.done >= done
        assert not layer.complete
