"""Evaluations of a project: what is found, kept, found again, and gone on with."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from projner_core.corpus import Span, projected_spans
from projner_core.errors import ConflictError, ProjnerError
from projner_core.evaluation.entities import score
from projner_core.evaluation.findings import Cause, Outcome
from projner_core.evaluation.summary import key
from projner_core.pipeline import evaluating, judging, running
from projner_core.pipeline.config import RunConfig, StageConfig
from projner_core.pipeline.evaluating import EvaluateConfig, evaluate, find
from projner_core.pipeline.glancing import sign_key
from projner_core.pipeline.importing import import_pair
from projner_core.pipeline.lineage import imported_spans, links_behind
from projner_core.pipeline.predictions import import_marked
from projner_core.pipeline.progress import Cancelled, Watch
from projner_core.pipeline.run import run
from projner_core.review.actions import Kind, draft
from projner_core.store import LayerKind, Project, catalogue
from tests.store.test_store_disk_full import free, no_more_than

WATCH = Watch(None, None)


def decide(project, position, kind, now) -> None:
    project.append(draft(project.state(position), position=position, kind=kind, now=now))


def predictions(project, name: str, spans: list[tuple[Span, ...]], **about) -> int:
    """Target entities as an import of a model's predictions would leave them."""
    layer = project.open_layer(
        name=name, kind=LayerKind.SPANS, side="target", fingerprint=name, provenance={"stage": "x"} | about
    )
    project.write(layer, 0, spans)
    return project.complete(layer).id


def evaluated(project, *layers: int, against="gold"):
    return evaluate(project, EvaluateConfig(layers=layers, against=against), WATCH)


def outcomes(evaluation) -> dict[str, int]:
    return {outcome.value: count for outcome, count in evaluation.summary.outcomes.items() if count}


PREDICTED = [
    (Span(0, 1, "PER"), Span(3, 4, "LOC")),  # Asha for Asha Mwangi
    (Span(5, 6, "LOC"), Span(0, 1, "PER")),  # Juma is a person; the mayor is no name
    (),
]


def test_what_a_linguist_would_see(project):
    layer = predictions(project, "xlm-r", PREDICTED)
    (evaluation,) = evaluated(project, layer)
    assert outcomes(evaluation) == {"correct": 1, "type": 1, "boundary": 1, "spurious": 1}
    assert evaluation.pairs == 3
    assert evaluation.layer.name == "xlm-r"
    assert not evaluation.outdated
    assert evaluation.summary.projected is None
    assert evaluation.summary.causes == {}  # a model that read the target: no layer stands behind it
    for asked, positions in {
        key(outcome="type"): [1],
        key(outcome="boundary"): [0],
        key(gold="PER", predicted="LOC"): [1],
        key(label="PER", outcome="spurious"): [1],
        key(exact=""): [2],
        key(wrong=""): [0, 1],
        key(outcome="missing"): [],
    }.items():
        assert evaluating.examples(project, evaluation, asked) == len(positions), asked
        listed = project.queue(None, examples=(evaluation.findings.id, asked))
        assert [item.position for item in listed] == positions, asked


def test_a_projection_says_why_and_what_it_was_made_from(project):
    projection = run(project, RunConfig()).projection
    (evaluation,) = evaluated(project, projection.id)
    assert outcomes(evaluation) == {"correct": 3, "spurious": 1}  # gold leaves Nairobi out
    assert {cause.value for cause in evaluation.summary.causes} == {"gold-disagrees"}
    assert evaluation.summary.projected == (4, 4)
    gold, (source, links) = imported_spans(project, "target"), projection.parents
    assert set(evaluation.findings.parents) == {projection.id, gold, source, links}
    with pytest.raises(ProjnerError, match="was made from it"):
        project.delete_layer(projection)


@pytest.mark.parametrize("system", ["markers", "back-translation"])
def test_where_marks_placed_the_entities_links_are_not_to_blame(project, tmp_path, system):
    path = tmp_path / "marked.txt"
    path.write_text("[Asha] Mwangi alitembelea [Arusha] .\nMeya .\nMvua .\n", encoding="utf-8")
    import_marked(project, path)
    projection = run(project, RunConfig(projector=StageConfig(name=system))).projection
    links = links_behind(project, projection.id)
    assert judging.context_of(project, projection, 0).alignment is None
    (evaluation,) = evaluated(project, projection.id)
    assert outcomes(evaluation)["boundary"] == 1
    assert not {Cause.NOT_ALIGNED, Cause.ALIGNED_ELSEWHERE} & set(evaluation.summary.causes)
    assert links.id in projection.parents
    assert links.id not in evaluation.findings.parents
    matched = run(project, RunConfig()).projection
    assert judging.context_of(project, matched, 0).alignment == project.annotation(links.id, 0)


def test_the_figures_are_those_of_the_plain_scores(long_project):
    projection = run(long_project, RunConfig()).projection
    (evaluation,) = evaluated(long_project, projection.id)
    total = long_project.count()
    gold = long_project.annotations(imported_spans(long_project, "target"), 0, total)
    found = [projected_spans(its) for its in long_project.annotations(projection.id, 0, total)]
    expected = score(gold, found)
    assert evaluation.summary.scores.micro.f1 == expected.micro.f1
    assert evaluation.summary.scores.exact_match == expected.exact_match
    findings = long_project.annotations(evaluation.findings.id, 0, total)
    assert [tuple(sorted(f.gold for f in its if f.gold)) for its in findings] == gold
    assert [tuple(sorted(f.predicted for f in its if f.predicted)) for its in findings] == found
    wrong = [p for p, its in enumerate(findings) if any(f.wrong for f in its)]
    assert long_project.example_positions(evaluation.findings.id, key(wrong="")) == wrong
    assert find(long_project, projection.id) == evaluation


def test_nothing_is_made_twice(project):
    layer = run(project, RunConfig()).projection.id
    assert find(project, layer) is None
    first = evaluated(project, layer)
    assert [find(project, layer)] == first
    before = project.layers(incomplete=True)
    assert evaluated(project, layer, layer) == first
    assert project.layers(incomplete=True) == before
    assert find(project, 99) is find(project, layer, "review") is None


def test_what_can_be_evaluated_and_against_what(project):
    assert evaluating.evaluable(project) == []
    assert evaluating.standards(project) == ["gold"]
    projection = run(project, RunConfig()).projection
    model = predictions(project, "xlm-r", PREDICTED)
    assert [layer.id for layer in evaluating.evaluable(project)] == [projection.id, model]
    project.set_current(None)
    assert [layer.id for layer in evaluating.evaluable(project)] == [model, projection.id]
    decide(project, 0, Kind.VERDICT, "right")
    assert evaluating.standards(project) == ["gold", "review"]
    gold, (_, links) = imported_spans(project, "target"), projection.parents
    for wrong, says in ((gold, "held against"), (links, "no finished entities"), (99, "no layer 99")):
        with pytest.raises(ProjnerError, match=says):
            evaluated(project, wrong)
    with pytest.raises(ProjnerError, match="say which layer"):
        evaluated(project)


def test_layers_are_called_by_number_or_name(project):
    model = predictions(project, "xlm-r", PREDICTED)
    newer = predictions(project, "7", PREDICTED)
    assert [layer.id for layer in evaluating.by_text(project, [str(model), "xlm-r"])] == [model, model]
    assert [layer.id for layer in evaluating.by_text(project, ["7"])] == [newer]
    with pytest.raises(ProjnerError, match=rf"no layer to evaluate 'gold'; there are: .*xlm-r \({model}\)"):
        evaluating.by_text(project, ["gold"])


def test_of_a_review_only_pairs_with_a_verdict_count(project):
    projection = run(project, RunConfig()).projection
    model = predictions(project, "xlm-r", PREDICTED)
    with pytest.raises(ProjnerError, match="no pair has a verdict"):
        evaluated(project, projection.id, against="review")
    decide(project, 0, Kind.SPANS, [[0, 2, "PER"]])  # Arusha is no entity here
    decide(project, 0, Kind.VERDICT, "right")
    decide(project, 1, Kind.SPANS, [])  # corrected, but nobody said that it is right now
    decide(project, 2, Kind.VERDICT, "no-entity")
    ours, theirs = evaluated(project, projection.id, model, against="review")
    assert (ours.pairs, outcomes(ours)) == (2, {"correct": 1, "spurious": 1})
    assert outcomes(theirs) == {"boundary": 1, "spurious": 1}
    assert ours.summary.projected == (2, 2)
    assert project.annotation(ours.findings.id, 1) == ()
    assert project.example_positions(ours.findings.id, judging.JUDGED) == [0, 2]
    assert find(project, projection.id, "review") == ours
    assert find(project, projection.id) is None  # against gold: not made

    decide(project, 1, Kind.NOTE, "a note changes nothing")
    assert not find(project, projection.id, "review").outdated
    decide(project, 1, Kind.VERDICT, "right")
    assert find(project, projection.id, "review").outdated
    (again,) = evaluated(project, projection.id, against="review")
    assert (again.pairs, again.outdated) == (3, False)
    assert outcomes(again) == {"correct": 1, "spurious": 3}
    kept = [layer.id for layer in project.layers(kind=LayerKind.FINDINGS)]
    assert kept == [theirs.findings.id, again.findings.id]  # the older look is gone


def test_two_evaluations_are_compared_once(project, monkeypatch):
    ours = predictions(project, "ours", project.annotations(imported_spans(project, "target"), 0, 3))
    theirs = predictions(project, "theirs", PREDICTED)
    one, other = evaluated(project, ours, theirs)
    made = evaluating.difference(project, one, other)
    assert (made.f1.first, made.f1.second) == (1.0, pytest.approx(2 * 1 / 7))
    assert (made.table.both_right, made.table.only_first) == (1, 2)
    for cell, positions in (("both-right", [2]), ("only-first", [0, 1]), ("only-second", [])):
        asked = evaluating.cell_key(other, cell)
        assert project.example_positions(one.findings.id, asked) == positions
    monkeypatch.setattr("projner_core.evaluation.significance.difference", None)  # not asked again
    assert evaluating.difference(project, one, other) == made
    decide(project, 0, Kind.VERDICT, "right")
    (reviewed,) = evaluated(project, theirs, against="review")
    with pytest.raises(ProjnerError, match="not held against the same"):
        evaluating.difference(project, one, reviewed)


def test_figures_of_what_was_tuned_here_are_optimistic(project):
    plain, tuned = StageConfig(name="statistical"), {"name": "statistical", "threshold": 0.3}
    elsewhere = StageConfig.model_validate(tuned | {"tuned_on": "another corpus"})
    here = StageConfig.model_validate(tuned | {"tuned_on": project.fingerprint()})
    for aligner, expected in ((plain, False), (elsewhere, False), (here, True)):
        projection = run(project, RunConfig(aligner=aligner)).projection
        (evaluation,) = evaluated(project, projection.id)
        assert evaluation.tuned_here is expected


def test_a_glance_without_gold(project):
    projection = run(project, RunConfig()).projection
    model = predictions(project, "xlm-r", PREDICTED)
    glance = evaluating.glance(project, projection)
    assert (glance.entities, glance.projected) == ({"LOC": 2, "PER": 2}, {"LOC": 2, "PER": 2})
    assert glance.reasons == {}
    assert sum(glance.doubts) == 3
    signs = {sign_key("low-score"): [1], sign_key("repeated"): [0, 2], sign_key("capitals"): []}
    project.write_examples(projection, signs)
    assert [
        sign
        for sign in evaluating.glance(project, projection).signals
        if sign[0] in ("repeated", "low-score", "capitals")
    ] == [("repeated", 2), ("low-score", 1)]
    assert [(layer.id, f1) for layer, f1 in glance.agreement] == [(model, 2 * 1 / 8)]
    strict = StageConfig.model_validate({"name": "matching", "minimum": 1.01})
    none = run(project, RunConfig(projector=strict)).projection
    glance = evaluating.glance(project, none)
    assert sum(glance.projected.values()) == 0
    assert sum(glance.reasons.values()) == 4
    assert [(layer.id, f1) for layer, f1 in glance.agreement] == [(projection.id, 0.0), (model, 0.0)]
    assert evaluating.glance(project, project.layer(model)).entities == {}


def test_without_gold_there_is_a_sentence(files):
    plain = files[1].with_name("sw.txt")
    plain.write_text("Asha Mwangi alitembelea Arusha .\n", encoding="utf-8")
    source = files[0].with_name("en.txt")
    source.write_text("Asha Mwangi visited Arusha .\n", encoding="utf-8")
    import_pair("plain", source=source, target=plain, source_lang="en", target_lang="sw")
    with catalogue.open_project("plain") as project:
        model = predictions(project, "xlm-r", [(Span(0, 2, "PER"),)])
        assert evaluating.standards(project) == []
        with pytest.raises(ProjnerError, match="no gold here"):
            evaluated(project, model)
        assert find(project, model) is None


# going on


def cancelled_after(reports: int) -> Watch:
    seen: list[object] = []
    return Watch(seen.append, lambda: len(seen) > reports)


def figures(evaluation) -> tuple:
    return evaluation.pairs, evaluation.summary, evaluation.tuned_here


@pytest.mark.parametrize("reports", [1, 2, 4, 6])
def test_a_cancelled_evaluation_goes_on(long_project, tmp_path, reports):
    projection = run(long_project, RunConfig()).projection
    config = EvaluateConfig(layers=(projection.id,))
    with pytest.raises(Cancelled):
        evaluate(long_project, config, cancelled_after(reports))
    assert find(long_project, projection.id) is None
    (evaluation,) = evaluate(long_project, config, WATCH)
    (layer,) = long_project.layers(kind=LayerKind.FINDINGS, incomplete=True)
    assert evaluation.findings == layer
    assert evaluation.summary.outcomes[Outcome.CORRECT] == 3000
    assert long_project.examples(layer.id, key(outcome="correct")) == 2000


def test_of_two_who_evaluate_at_once_both_end_with_the_same(long_project):
    projection = run(long_project, RunConfig()).projection

    def attempt(_: int) -> bool:
        with Project.open(long_project.path) as other:
            try:
                evaluated(other, projection.id)
            except ConflictError:  # the other one was quicker: said in a sentence
                return False
            return True

    with ThreadPoolExecutor(2) as threads:
        assert any(threads.map(attempt, range(2)))
    (evaluation,) = evaluated(long_project, projection.id)
    assert long_project.layers(kind=LayerKind.FINDINGS, incomplete=True) == [evaluation.findings]
    assert long_project.examples(evaluation.findings.id, key(outcome="correct")) == 2000


EVALUATE = """
import sys
from projner_core.pipeline.evaluating import EvaluateConfig, evaluate
from projner_core.pipeline.progress import Watch
from projner_core.store import Project

with Project.open(sys.argv[1]) as project:
    print("ready", flush=True)
    evaluate(project, EvaluateConfig(layers=(int(sys.argv[2]),)), Watch(None, None))
"""


def test_a_killed_evaluation_ends_in_the_same_layers(long_project):
    projection = run(long_project, RunConfig()).projection
    interrupted = 0
    for _ in range(3):
        command = [sys.executable, "-c", EVALUATE, str(long_project.path), str(projection.id)]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        deadline = time.monotonic() + 60  # until a chunk is there, or all of them
        while time.monotonic() < deadline and process.poll() is None:
            if any(layer.done > 0 for layer in long_project.layers(LayerKind.FINDINGS, incomplete=True)):
                break
            time.sleep(0.005)
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
        process.stdout.close()
        for layer in long_project.layers(LayerKind.FINDINGS, incomplete=True):
            assert layer.done % 1000 == 0
        found = find(long_project, projection.id)
        assert found is None or found.summary.outcomes[Outcome.CORRECT] == 3000
        interrupted += found is None
    assert interrupted, "no kill came in the middle: the test shows nothing"
    (evaluation,) = evaluated(long_project, projection.id)
    assert evaluation.summary.outcomes[Outcome.CORRECT] == 3000
    assert long_project.layers(LayerKind.FINDINGS, incomplete=True) == [evaluation.findings]


def test_the_app_starts_it_in_a_process_of_its_own(project):
    layer = predictions(project, "xlm-r", PREDICTED)
    job = running.start(project.name, EvaluateConfig(layers=(layer,)))
    deadline = time.monotonic() + 60
    while (status := running.status(project)).active and time.monotonic() < deadline:
        time.sleep(0.05)
    assert (status.state, status.kind, status.job_id) == ("done", "evaluate", job)
    assert outcomes(find(project, layer))["correct"] == 1


@pytest.mark.parametrize("more", [0, 30, 120])
def test_a_full_disk_leaves_no_half_an_evaluation(long_project, more):
    projection = run(long_project, RunConfig()).projection
    no_more_than(long_project, more)
    with pytest.raises(ProjnerError, match="no space left"):
        evaluated(long_project, projection.id)
    assert find(long_project, projection.id) is None
    assert all(layer.done % 1000 == 0 for layer in long_project.layers(LayerKind.FINDINGS, incomplete=True))
    free(long_project)
    (evaluation,) = evaluated(long_project, projection.id)
    assert evaluation.summary.outcomes[Outcome.CORRECT] == 3000
    assert long_project.examples(evaluation.findings.id, key(outcome="correct")) == 2000
