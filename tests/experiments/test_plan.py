"""Plans: what may stand in them, what is said of what may not, and which cells come of them."""

from __future__ import annotations

from pathlib import Path

import pytest

from projner_core.errors import InputError, ProjnerError
from projner_core.experiments import Plan, cells_of
from projner_core.experiments.models import models_of
from projner_core.experiments.published import TABLES

PLANS = Path(__file__).resolve().parents[2] / "plans"


def plan(text: str, tmp_path: Path) -> Plan:
    path = tmp_path / "plan.toml"
    path.write_text(text, encoding="utf-8")
    return Plan.from_toml(path)


HEAD = 'title = "t"\nsource = "gold"\n[[data]]\nname = "demo"\nlanguages = ["yo", "zh"]\n'


def methods(text: str, tmp_path: Path) -> list[str]:
    return list(dict.fromkeys(cell.method for cell in cells_of(plan(HEAD + text, tmp_path))))


def test_a_grid_is_every_combination_and_rows_say_what_differs(tmp_path):
    assert methods(
        '[[pipelines]]\naligners = ["statistical", "identity"]\nprojectors = ["matching"]', tmp_path
    ) == [
        "statistical",
        "identity",
    ]
    grid = '[[pipelines]]\naligners = ["statistical", "identity"]\nprojectors = ["matching", "heuristic"]'
    assert methods(grid, tmp_path) == [
        "matching, statistical",
        "matching, identity",
        "heuristic, statistical",
        "heuristic, identity",
    ]
    assert methods("[[pipelines]]", tmp_path) == ["matching"]


def test_labels_are_the_plans(tmp_path):
    text = """
[[pipelines]]
label = "{aligner} › {projector}"
aligners = [{ name = "statistical", label = "unser", lexicon = 0.0 }, "identity"]
"""
    assert methods(text, tmp_path) == ["unser › matching", "identity › matching"]
    (first, *_) = cells_of(plan(HEAD + text, tmp_path))
    assert first.config.aligner.settings == {"lexicon": 0.0}
    assert first.name == "demo/yo/unser › matching"


def test_without_languages_it_is_all_of_the_data_set_but_the_source(tmp_path):
    text = 'title = "t"\nsource = "gold"\n[[data]]\nname = "europarl-ner"\n[[pipelines]]\n'
    assert [cell.lang for cell in cells_of(plan(text, tmp_path))] == ["de", "es", "it"]


def test_of_universal_ner_a_plan_over_gold_sentences_takes_what_is_parallel(tmp_path):
    text = 'title = "t"\nsource = "gold"\n[[data]]\nname = "uner"\n[[pipelines]]\n'
    assert [cell.lang for cell in cells_of(plan(text, tmp_path))] == ["de", "pt", "ru", "sv", "zh"]


def test_n_grams_are_short_only_where_tokens_are_characters():
    """METHOD: 30 words for ja, th, zh; of any length elsewhere."""
    for name in ("xtreme", "masakhaner2"):
        cells = cells_of(Plan.from_toml(PLANS / f"{name}.toml"), beside=PLANS)
        own = [cell for cell in cells if cell.method.startswith("n-gram")]
        lengths = {cell.lang: cell.config.projector.settings.get("max_length", 0) for cell in own}
        assert {lang for lang, length in lengths.items() if length} == (
            {"ja", "th", "zh"} if name == "xtreme" else set()
        )
        assert set(lengths.values()) <= {0, 30}
        assert len(own) == 2 * len({cell.lang for cell in cells})


def test_only_names_data_languages_and_methods(tmp_path):
    made = plan(HEAD + '[[pipelines]]\nprojectors = ["matching", "heuristic"]', tmp_path)
    for only, expected in (
        (["demo"], 4),
        (["demo/zh"], 2),
        (["demo/zh/heuristic"], 1),
        (["demo/zh", "demo/yo/matching"], 3),
    ):
        assert len(cells_of(made, only=only)) == expected
    for wrong in ("dem", "demo/z", "demo/zh/heur"):
        with pytest.raises(ProjnerError, match=r"there is no such cell; there are: demo/yo, demo/zh"):
            cells_of(made, only=[wrong])


def test_two_rows_of_one_name_are_refused(tmp_path):
    text = '[[pipelines]]\nlabel = "ours"\nprojectors = ["matching", "heuristic"]'
    with pytest.raises(ProjnerError, match=r"two cells are called 'demo/yo/ours'"):
        methods(text, tmp_path)
    with pytest.raises(ProjnerError, match=r"they have: \{projector\}, \{aligner\}"):
        methods('[[pipelines]]\nlabel = "{predictor}"', tmp_path)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("title = ", "a TOML file"),
        ('title = "t"', "source: Field required"),
        (HEAD + "colour = 3\n[[pipelines]]", r"data\.0\.colour: Extra inputs"),
        (HEAD + "[[pipelines]]\naligners = []", "aligners is empty"),
        (
            HEAD + '[[pipelines]]\naligners = [{ label = "nameless" }]',
            r"pipelines\.0\.aligners\.0\.stage\.name",
        ),
        (HEAD + "[[pipelines]]\ntransfer = true", "model transfer needs predictors"),
        (
            HEAD + '[[pipelines]]\ntranslators = ["nllb"]',
            "nothing is translated, but a translator is named: nllb",
        ),
        (HEAD.replace("gold", "translate") + "[[pipelines]]", "needs its translators"),
        (
            HEAD.replace("gold", "translate") + '[[pipelines]]\ntranslators = ["nllb"]',
            "no source entities are given: each group of pipelines needs its taggers",
        ),
        (HEAD + 'label = "a/b"\n[[pipelines]]', r"has a /, which parts"),
        (HEAD + 'labels = ["PER"]\nignored = ["PER"]\n[[pipelines]]', "PER cannot be scored and ignored"),
        (HEAD.replace("gold", "silver") + "[[pipelines]]", "'gold' or 'translate'"),
        ('published = "mine"\n' + HEAD + "[[pipelines]]", r"there are: europarl-ner, masakhaner2, xtreme"),
        ("limit = -1\n" + HEAD + "[[pipelines]]", "greater than or equal to 0"),
        (HEAD.replace('["yo", "zh"]', "3") + "[[pipelines]]", r"data\.0\.languages"),
    ],
)
def test_what_is_wrong_is_said_with_its_key(tmp_path, text, said):
    with pytest.raises(InputError, match=said):
        plan(text, tmp_path)


def test_unknown_data_sets_and_languages_of_folders_are_said(tmp_path):
    with pytest.raises(ProjnerError, match="no data set 'conll'"):
        cells_of(plan(HEAD.replace("demo", "conll").partition("languages")[0] + "[[pipelines]]", tmp_path))
    with pytest.raises(ProjnerError, match="must name the languages"):
        cells_of(plan(HEAD.replace("demo", "folder").partition("languages")[0] + "[[pipelines]]", tmp_path))


@pytest.mark.parametrize("path", sorted(PLANS.glob("*.toml")), ids=lambda path: path.stem)
def test_the_plans_of_the_repository_hold(path):
    """Every system that they name exists and takes the settings that it is given."""
    from projner_core.experiments.models import _REGISTRIES, stages_of

    made = Plan.from_toml(path)
    for cell in cells_of(made, beside=path.parent):
        for stage, config in stages_of(cell):
            _REGISTRIES[stage].create(config.name, **config.settings)


@pytest.mark.parametrize(
    ("name", "languages", "models"),
    [
        ("offline", 5, {"bundled/english-ner"}),
        (
            "europarl",
            3,
            {"bert-base-multilingual-cased", "FacebookAI/xlm-roberta-large-finetuned-conll03-english"},
        ),
        (
            "masakhaner2",
            18,
            {
                "facebook/nllb-200-3.3B",
                "facebook/nllb-200-distilled-600M",
                "ychenNLP/nllb-200-3.3B-easyproject",
                "bert-base-multilingual-cased",
                "FacebookAI/xlm-roberta-large-finetuned-conll03-english",
            },
        ),
        ("xtreme", 39, None),
    ],
)
def test_the_papers_tables_have_their_languages_and_models(name, languages, models):
    made = Plan.from_toml(PLANS / f"{name}.toml")
    cells = cells_of(made, beside=PLANS)
    assert len({cell.lang for cell in cells}) == languages
    if made.published:
        assert TABLES[made.published].languages == languages
    if models is not None:
        assert {model.name for model in models_of(cells)} == models


def test_the_published_numbers_are_the_methods():
    """Strict micro F1 as METHOD.md has it, row by row: de, es, it, mean."""
    europarl = {name: list(row.values()) for name, row in TABLES["europarl-ner"].rows.items()}
    assert europarl == {
        "heuristic, AWESoME": [81.9, 90.3, 87.3, 86.5],
        "heuristic, SimAlign": [80.1, 90.7, 87.0, 85.9],
        "n-gram candidates, AWESoME": [92.0, 88.6, 87.2, 89.3],
        "n-gram candidates, SimAlign": [89.8, 89.2, 87.8, 88.9],
        "NER candidates, AWESoME": [74.7, 80.0, 72.0, 75.6],
        "model transfer": [67.5, 74.1, 69.6, 70.4],
        "thesis best (score per language)": [92.1, 91.6, 87.9],
    }
    masakhaner = {name: row["mean"] for name, row in TABLES["masakhaner2"].rows.items()}
    assert masakhaner == {
        "heuristic": 67.3,
        "n-gram candidates": 66.7,
        "NER candidates": 63.0,
        "back-translation (lower of two)": 42.0,
        "back-translation (higher of two)": 44.0,
        "model transfer": 52.1,
        "thesis fusion": 68.7,
        "EasyProject": 64.9,
        "CODEC": 67.1,
    }
    xtreme = {name: row["mean"] for name, row in TABLES["xtreme"].rows.items()}
    assert xtreme == {
        "heuristic": 41.8,
        "n-gram candidates": 43.3,
        "NER candidates": 46.4,
        "model transfer": 50.9,
    }


def test_published_means_are_those_of_their_rows():
    """Where a row has its languages, its mean is theirs, to what rounding allows."""
    for row in TABLES["europarl-ner"].rows.values():
        if "mean" in row:
            own = [figure for lang, figure in row.items() if lang != "mean"]
            assert row["mean"] == pytest.approx(sum(own) / len(own), abs=0.1)
