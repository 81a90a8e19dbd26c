"""The whole pipeline with small models of the real architectures, offline, from target text alone."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import unicodedata
from contextlib import contextmanager
from dataclasses import fields, is_dataclass
from pathlib import Path

import pytest
from sqlalchemy import text

from projner_core.cli import main
from projner_core.inference import free
from projner_core.inference.batching import Budget
from projner_core.pipeline.config import RunConfig
from projner_core.pipeline.importing import import_pair
from projner_core.pipeline.progress import Cancelled
from projner_core.pipeline.run import run
from projner_core.store import LayerKind, catalogue
from tests import models, seq2seq_models

pytest.importorskip("torch")

LONG = " ".join(["Ààrẹ orílẹ̀-èdè Nàìjíríà lọ sí Èkó ."] * 6)  # past the 64 pieces of every model
SENTENCES = (
    "Ààrẹ/O orílẹ̀-èdè/O Nàìjíríà/B-LOC lọ/O sí/O Èkó/B-LOC ./O",
    "Angela/B-PER Merkel/I-PER traf/O \u200b/O die/O Präsidentin/O in/O Berlin/B-LOC ./O",
    "主/O 席/O 在/O 柏/B-LOC 林/I-LOC 会/O 见/O 了/O 默/B-PER 克/I-PER 尔/I-PER 。/O",
    "\u200b/O",
    " ".join(f"{token}/O" for token in LONG.split()),
    "ፕሬዝዳንቱ/O በርሊን/B-LOC ውስጥ/O ሜርክልን/B-PER አገኙ/O ።/O",
    "👩‍👩‍👧/O Merkel/B-PER",
    "التقى/O الرئيس/O المستشارة/O ميركل/B-PER في/O برلين/B-LOC ./O",
)


@pytest.fixture(scope="module")
def folders(tmp_path_factory) -> dict[str, str]:
    """One small model of each architecture."""
    root = tmp_path_factory.mktemp("models")
    made = {
        "nllb": seq2seq_models.nllb(root / "nllb"),
        "m2m100": seq2seq_models.m2m100(root / "m2m100"),
        "marian": seq2seq_models.marian(root / "marian", source="yo", target="en"),
        "xlm-r": models.token_classifier(root / "xlm-r", kind="xlm-roberta"),
        "bert": models.token_classifier(root / "bert", kind="bert"),
        "mbert": models.bert(root / "mbert"),
    }
    return {name: str(folder) for name, folder in made.items()}


@pytest.fixture
def target(tmp_path) -> Path:
    lines = ["\n".join(token.replace("/", "\t") for token in sentence.split(" ")) for sentence in SENTENCES]
    path = tmp_path / "target.conll"
    path.write_text(unicodedata.normalize("NFD", "\n\n".join(lines)) + "\n\n", encoding="utf-8")
    return path


def system(name, **settings):
    return {"name": name, **settings}


def everything(folders) -> RunConfig:
    """A model in every stage; in float32, as half numbers depend on what else is in a batch."""
    exact = {"dtype": "float32"}
    return RunConfig.model_validate(
        {
            "translator": system("nllb", model=folders["nllb"], beams=2, max_length=24, **exact),
            "tagger": system("token-classifier", model=folders["xlm-r"], **exact),
            "predictor": system("token-classifier", model=folders["bert"], pooling="mean", **exact),
            "aligner": system("simalign", model=folders["mbert"], layer=2, **exact),
            "back_translator": system(
                "easyproject",
                model=folders["nllb"],
                tokenizer=folders["nllb"],
                beams=1,
                max_length=24,
                **exact,
            ),
            "projector": system("matching", candidates="tagger"),
        }
    )


def imported(target, name):
    import_pair(name, source=None, target=target, source_lang="und", target_lang="yor_Latn")
    return catalogue.open_project(name)


def contents(project):
    """Every layer to the byte, by its fingerprint; and the corpus."""
    with project.engine.connect() as connection:
        rows = connection.execute(
            text(
                "SELECT l.name, l.fingerprint, a.position, a.payload FROM layers l "
                "JOIN annotations a ON a.layer_id = l.id WHERE l.complete ORDER BY l.fingerprint, a.position"
            )
        ).all()
    return [tuple(row) for row in rows], project.pairs(0, 99), project.fingerprint()


def decided(project):
    """What every layer holds, by its name and fingerprint, as plain values."""
    count = project.count()
    return {
        (layer.name, layer.fingerprint): [plain(one) for one in project.annotations(layer.id, 0, count)]
        for layer in project.layers()
    }


def plain(value):
    if is_dataclass(value):
        return [plain(getattr(value, field.name)) for field in fields(value)]
    return [plain(one) for one in value] if isinstance(value, tuple | list) else value


def without_floats(value):
    if isinstance(value, list):
        return [without_floats(one) for one in value]
    return "a number" if isinstance(value, float) else value


def floats(value):
    if isinstance(value, list):
        return [number for one in value for number in floats(one)]
    return [value] if isinstance(value, float) else []


@pytest.mark.parametrize(
    ("translator", "tagger", "aligner"),
    [
        (("nllb", "nllb"), "xlm-r", "simalign"),
        (("seq2seq", "m2m100"), "bert", "awesome"),
        (("seq2seq", "marian"), "xlm-r", "simalign"),
    ],
    ids=["NLLB, XLM-R, SimAlign", "M2M100, BERT, AWESoME", "Marian, XLM-R, SimAlign"],
)
def test_from_target_text_to_an_evaluated_projection(
    folders, target, tmp_path, capsys, translator, tagger, aligner
):
    out = tmp_path / "projected.conll"
    command = [
        *("run", "--target", str(target), "--target-lang", "yo", "--source-lang", "en", "--out", str(out)),
        *("--translator", translator[0], "--set", f"translator.model={folders[translator[1]]}"),
        *("--set", "translator.max_length=24", "--set", "translator.beams=1"),
        *("--tagger", "token-classifier", "--set", f"tagger.model={folders[tagger]}"),
        *("--aligner", aligner, "--set", f"aligner.model={folders['mbert']}", "--set", "aligner.layer=2"),
        "--json",
    ]
    assert main(command) == 0
    summary = json.loads(capsys.readouterr().out)
    assert summary["pairs"] == len(SENTENCES)
    assert summary["entities"] > 0
    assert translator[1] in summary["translation"]
    lines = target.read_text(encoding="utf-8").split("\n")
    tokens = [line.split("\t")[0] for line in lines]
    assert [line.split("\t")[0] for line in out.read_text(encoding="utf-8").split("\n")] == tokens
    assert main(["evaluate", "--gold", str(target), "--predicted", str(out), "--json"]) == 0
    assert 0 <= json.loads(capsys.readouterr().out)["micro"]["f1"] <= 1


def test_one_sentence_at_a_time_and_many_give_the_same_layers(folders, target, monkeypatch):
    """The same decisions; scores may differ by what float32 loses, which depends on what a batch holds."""
    found = []
    for pieces in (1, 32 * 64):
        monkeypatch.setattr(
            Budget, "on", classmethod(lambda cls, device, pieces=pieces, **more: cls(pieces, device=device))
        )
        free()
        with imported(target, f"budget {pieces}") as project:
            run(project, everything(folders))
            found.append((project.pairs(0, 99), decided(project)))
    (pairs, one), (others, many) = found
    assert pairs == others
    assert one.keys() == many.keys()
    for name in one:
        assert without_floats(one[name]) == without_floats(many[name]), name
        assert floats(one[name]) == pytest.approx(floats(many[name]), abs=5e-4), name


def test_every_stage_leaves_its_layer(folders, target):
    with imported(target, "all") as project:
        result = run(project, everything(folders))
        assert (result.translation.kind, result.translation.side) == (LayerKind.TEXTS, "source")
        assert (result.predictions.kind, result.predictions.side) == (LayerKind.TAGS, "target")
        assert (result.marked.kind, result.marked.side) == (LayerKind.TEXTS, "target")
        assert result.predictions.id in result.projection.parents
        made = [result.translation, result.entities, result.predictions, result.links, result.marked]
        assert all(layer.provenance["revision"].startswith("folder-") for layer in made)
        assert result.marked.provenance["tokenizer_revision"].startswith("folder-")
        assert project.source_lang == "en"
        assert project.pair(3).source.tokens == ()  # nothing but a zero-width space


def test_a_second_run_loads_no_model(folders, target, monkeypatch):
    import torch

    with imported(target, "again") as project:
        first = run(project, everything(folders))
        before = contents(project)
        free()

        def refuse(*rest, **more):
            raise AssertionError("a model is made, or computes")

        with monkeypatch.context() as patch:
            patch.setattr(torch.nn.Module, "__init__", refuse)
            patch.setattr(torch.nn.Module, "__call__", refuse)
            assert run(project, everything(folders)) == first
        assert contents(project) == before


def test_a_finished_run_is_found_where_the_models_are_gone(folders, target, monkeypatch):
    from projner_core.errors import ProjnerError
    from projner_core.pipeline import aligning, projecting, starting

    with imported(target, "gone") as project:
        first = run(project, everything(folders))

        def gone(model, **_):
            raise ProjnerError(f"the model {model!r} is not on this machine")

        for module in (aligning, projecting, starting):
            monkeypatch.setattr(module, "revision", gone)
        assert run(project, everything(folders)) == first


@contextmanager
def one_thread():
    """As the processes below compute: sums of several threads differ in the last digit, and so may a beam."""
    import torch

    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


DIES = """
import os, signal, sys
from pathlib import Path
from projner_core.pipeline.config import RunConfig
from projner_core.pipeline.run import run
from projner_core.store import catalogue
left = int(sys.argv[2])
def count():
    global left
    left -= 1
    if left == 0:
        os.kill(os.getpid(), signal.SIGKILL)
    return False
with catalogue.open_project("killed") as project:
    run(project, RunConfig.from_toml(Path(sys.argv[1])), is_cancelled=count)
"""


def test_killed_at_three_random_moments_it_ends_in_the_same_layers(folders, target, tmp_path, home):
    """A run asks hundreds of times whether to go on: at three of these moments it is killed, unasked."""
    path = tmp_path / "run.toml"
    path.write_text(everything(folders).to_toml(), encoding="utf-8")
    asked = 0

    def count():
        nonlocal asked
        asked += 1
        return False

    with imported(target, "whole") as whole, one_thread():
        run(whole, everything(folders), is_cancelled=count)
        expected = contents(whole)
    assert asked > 100
    imported(target, "killed").close()
    moments = random.Random(5).sample(range(1, asked // 2), 3)
    environment = os.environ | {"PROJNER_HOME": str(home), "OMP_NUM_THREADS": "1"}
    codes = []
    for moment in (*moments, 10**9):
        command = [sys.executable, "-c", DIES, str(path), str(moment)]
        done = subprocess.run(command, env=environment, check=False, cwd=Path(__file__).parents[2])
        codes.append(done.returncode)
    assert codes == [-signal.SIGKILL] * 3 + [0]
    with catalogue.open_project("killed") as killed:
        assert contents(killed) == expected


def test_a_long_batch_is_left_before_it_ends(folders, target):
    """One batch holds all sentences; the run is asked many times while it is computed, and stops at once."""
    asked = []
    chunks = []

    def enough():
        asked.append(True)
        return len(asked) > 20

    with imported(target, "long") as project:
        with pytest.raises(Cancelled):
            run(
                project,
                everything(folders),
                on_progress=lambda progress: chunks.append(progress.done),
                is_cancelled=enough,
            )
        assert len(asked) == 21
        assert set(chunks) == {0}  # not one chunk of the translation was finished
        assert project.translation is None
