"""The plan of MasakhaNER 2.0 as it stands, its models replaced by tiny ones of the same architectures."""

from __future__ import annotations

from pathlib import Path

import pytest

from projner_core.experiments import Plan, run_plan
from projner_core.experiments.models import models_of
from tests import models, seq2seq_models
from tests.experiments.conftest import TARGETS, conll

PLAN = Path(__file__).resolve().parents[2] / "plans" / "masakhaner2.toml"


@pytest.fixture(scope="module")
def text(tmp_path_factory) -> str:
    """The plan with local models, in two languages that the tiny translators know."""
    folder = tmp_path_factory.mktemp("models")
    nllb = seq2seq_models.nllb(folder / "nllb")
    tiny = {
        "facebook/nllb-200-3.3B": nllb,
        "facebook/nllb-200-distilled-600M": nllb,
        "ychenNLP/nllb-200-3.3B-easyproject": nllb,
        "FacebookAI/xlm-roberta-large-finetuned-conll03-english": models.token_classifier(
            folder / "tagger", kind="xlm-roberta"
        ),
    }
    mbert = models.bert(folder / "mbert")
    text = PLAN.read_text(encoding="utf-8")
    for name, path in tiny.items():
        assert f'"{name}"' in text
        text = text.replace(f'"{name}"', f'"{path}"')
    for aligner in ("awesome", "simalign"):
        text = text.replace(f'name = "{aligner}",', f'name = "{aligner}", model = "{mbert}",')
    start, end = text.index("languages = ["), text.index("]\n\n[[pipelines]]")
    return f'{text[:start]}languages = ["yor"{text[end:]}'.replace("source =", "samples = 0\nsource =", 1)


def test_every_method_runs_from_the_target_alone(text, tmp_path, monkeypatch):
    (tmp_path / "yor").mkdir()
    (tmp_path / "yor" / "test.txt").write_text(conll(TARGETS["yo"]), encoding="utf-8")
    monkeypatch.setenv("PROJNER_DATASETS", str(tmp_path))
    path = tmp_path / "plan.toml"
    path.write_text(text, encoding="utf-8")
    plan = Plan.from_toml(path)
    results = run_plan(plan, tmp_path / "out")
    assert {result.method: result.error for result in results} == {
        "heuristic, AWESoME": "",
        "heuristic, SimAlign": "",
        "n-gram candidates, AWESoME": "",
        "n-gram candidates, SimAlign": "",
        "matching, AWESoME": "",
        "matching, SimAlign": "",
        "NER candidates, AWESoME": "",
        "back-translation, aligned": "",
        "back-translation, marks alone": "",
        "fusion, AWESoME": "",
        "model transfer": "",
    }
    for result in results:
        assert result.scores is not None
        assert result.scores.micro.gold == 3  # without the date
        assert all(revision.startswith("folder-") for revision in result.about["models"].values())
        assert result.about["models"]
    assert len(list((tmp_path / "out" / "projects").glob("*.sqlite"))) == 1

    from projner_core.experiments import cells_of

    assert all(model.revision for model in models_of(cells_of(plan)))
    assert run_plan(plan, tmp_path / "out") == results
