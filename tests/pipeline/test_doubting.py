"""Doubts: what they are made from, when they are made anew, and that a killed weighing goes on."""

from __future__ import annotations

import pytest

from projner_core.corpus import Alignment, Link, Projection, Reason, Span, TagProbabilities
from projner_core.pipeline import doubting
from projner_core.pipeline.comparing import CompareConfig, compare
from projner_core.pipeline.config import RunConfig
from projner_core.pipeline.doubting import reweigh, signals_at, weigh
from projner_core.pipeline.glancing import sign_key
from projner_core.pipeline.lineage import links_behind
from projner_core.pipeline.progress import Cancelled, Watch
from projner_core.pipeline.run import run
from projner_core.review.queue import doubt
from projner_core.review.signals import Sign
from projner_core.store import LayerKind

QUIET = Watch(None, None)


def doubts_of(project, layer=None):
    """Position -> doubt of every pair."""
    layer = project.current_projection if layer is None else layer
    return project.doubts_at(layer, range(project.count()))


def signs_of(project, layer=None):
    layer = project.current_projection if layer is None else layer
    return signals_at(project, layer, range(project.count()))


def weighings(project):
    return project.layers(kind=LayerKind.SIGNALS, incomplete=True)


def add_spans(project, name, spans):
    """A layer of what a tagger found in the target sentences."""
    layer = project.open_layer(
        name=name, kind=LayerKind.SPANS, side="target", fingerprint=name, provenance={"stage": "predict"}
    )
    project.write(layer, 0, spans)
    return project.complete(layer)


def by_hand(project, *, fingerprint, targets):
    """A projection of everything in these pairs as `targets` says, over the links of the current one."""
    current = project.layer(project.current_projection)
    rows = project.annotations(current.id, 0, project.count())
    layer = project.open_layer(
        name=fingerprint,
        kind=LayerKind.PROJECTIONS,
        side="target",
        fingerprint=fingerprint,
        provenance={"stage": "project"},
        parents=current.parents,
    )
    project.write(layer, 0, [targets(position, row) for position, row in enumerate(rows)])
    return project.complete(layer)


def test_a_run_leaves_a_doubt_and_its_signs_for_every_pair(project):
    run(project, RunConfig())
    doubts, signs = doubts_of(project), signs_of(project)
    assert sorted(doubts) == sorted(signs) == [0, 1, 2]
    projections = project.annotations(project.current_projection, 0, 3)
    for position, found in signs.items():
        assert doubts[position] == pytest.approx(doubt(projections[position], found))


def test_the_doubts_are_those_of_the_projection_itself_so_that_its_queue_is_ordered(project):
    projection = run(project, RunConfig()).projection
    assert projection.signals_done == 3
    listed = [item.doubt for item in project.queue(projection.id)]
    assert listed == sorted(listed, reverse=True)
    assert len(listed) == 3


def test_weighing_again_with_the_same_evidence_does_nothing(project, monkeypatch):
    result = run(project, RunConfig())
    before, layers = doubts_of(project), [layer.id for layer in project.layers()]
    monkeypatch.setattr(type(project), "take_doubts", None)  # whoever took doubts would stumble
    weigh(project, result.projection, result.links, QUIET)
    reweigh(project, QUIET)
    assert doubts_of(project) == before
    assert [layer.id for layer in project.layers()] == layers


def test_a_project_that_was_not_projected_has_nothing_to_weigh(project):
    assert reweigh(project, QUIET) is None
    assert signals_at(project, None, [0]) == {}
    assert signals_at(project, 1, [0]) == {}


def test_a_tagger_on_the_target_is_heard_once_it_is_there(project):
    run(project, RunConfig())
    before = doubts_of(project)
    (old,) = weighings(project)
    add_spans(project, "tagger", [(Span(0, 2, "ORG"),), (Span(2, 3, "LOC"), Span(5, 6, "PER")), ()])
    assert doubts_of(project) == before  # nothing moves while someone reviews
    reweigh(project, QUIET)
    after = doubts_of(project)
    assert after[0] > before[0]  # a company, says the tagger, and no place at all
    assert after[1] == pytest.approx(before[1])  # the same, says the tagger
    said = [s for s in signs_of(project)[0] if s.sign is Sign.MODELS_DISAGREE]
    assert [s.details for s in said] == [("tagger", "Asha Mwangi", "ORG"), ("tagger",)]
    assert [layer.id for layer in weighings(project)] != [old.id]
    assert len(weighings(project)) == 1  # the weighing with less evidence is gone


def test_a_tagger_that_gives_probabilities_is_heard_too(project):
    run(project, RunConfig())
    layer = project.open_layer(
        name="tags", kind=LayerKind.TAGS, side="target", fingerprint="tags", provenance={"stage": "predict"}
    )
    names = ("O", "B-LOC", "B-PER", "I-PER")

    def tags(*best):
        return TagProbabilities(names, tuple(tuple(0.9 if n == b else 0.02 for n in names) for b in best))

    project.write(
        layer,
        0,
        [
            tags("B-PER", "I-PER", "O", "B-LOC", "O"),
            tags("O", "O", "B-PER", "O", "O", "B-PER", "O"),
            tags("O", "O", "O"),
        ],
    )
    project.complete(layer)
    reweigh(project, QUIET)
    said = {
        position: [s.details for s in found if s.sign is Sign.MODELS_DISAGREE]
        for position, found in signs_of(project).items()
    }
    assert said == {0: [], 1: [("tags", "Nairobi", "PER")], 2: []}


def test_gold_is_no_evidence(project):
    gold = next(layer for layer in project.layers() if layer.name == "gold")
    result = run(project, RunConfig())
    (weighing,) = weighings(project)
    assert gold.id not in weighing.parents
    assert {result.projection.id, result.links.id} <= set(weighing.parents)


def test_a_comparison_is_evidence_for_what_is_under_review(project):
    first = run(project, RunConfig())
    wrong = project.open_layer(
        name="astray",
        kind=LayerKind.LINKS,
        side="both",
        fingerprint="astray",
        provenance={"stage": "align"},
    )
    # Nairobi goes to "alikutana" (met); everything else, where the statistical aligner has it
    right = Alignment((Link(0, 0), Link(1, 1), Link(2, 2), Link(3, 3), Link(4, 4)))
    project.write(wrong, 0, [right, Alignment((Link(3, 3), Link(5, 5))), Alignment()])
    project.complete(wrong)
    compare(project, CompareConfig(layers=(first.links.id, wrong.id)), QUIET)
    (weighing,) = [w for w in weighings(project) if w.provenance["weighs"] == first.projection.id]
    other = next(p for p in project.layers(kind=LayerKind.PROJECTIONS) if wrong.id in p.parents)
    assert other.id in weighing.parents
    (said,) = [s for s in signs_of(project)[1] if s.sign is Sign.ALIGNERS_DISAGREE]
    assert (said.value, said.details) == (1.0, ("astray", "alikutana"))
    assert all(s.sign is not Sign.ALIGNERS_DISAGREE for p in (0, 2) for s in signs_of(project)[p])


def test_another_projector_over_the_same_links_is_no_second_aligner(project):
    first = run(project, RunConfig())
    by_hand(project, fingerprint="elsewhere", targets=lambda position, row: ())
    reweigh(project, QUIET)
    (weighing,) = weighings(project)
    assert set(weighing.parents) == {first.projection.id, first.links.id}


def test_what_shows_a_sign_clearly_is_kept_as_its_examples(project):
    run(project, RunConfig())

    def nowhere(position, row):
        return tuple(Projection(p.entity, None, Reason.NOT_ALIGNED) for p in row)

    lost = by_hand(project, fingerprint="lost", targets=nowhere)
    weigh(project, lost, links_behind(project, lost.id), QUIET)
    key = sign_key(Sign.UNPROJECTED)
    assert project.example_positions(lost.id, key) == [0, 1]
    assert project.example_counts(lost.id)[sign_key(Sign.FORM_VARIES)] == 0
    assert [item.position for item in project.queue(lost.id, order="file", examples=(lost.id, key))] == [0, 1]


def test_the_pass_over_how_names_are_used_says_how_far_it_is(long_project):
    reports = []
    run(long_project, RunConfig(), on_progress=reports.append)
    done = [report.done for report in reports if report.stage == "doubt"]
    assert done == [0, 1000, 2000, 3000] * 2  # the pass, then the weighing


def killed_after(chunks):
    """A watch that cancels once so many chunks were weighed: after the pass over how names are used."""
    begun, seen = [], []

    def on_progress(progress):
        if progress.stage == "doubt":
            (begun if progress.seconds_left is None else seen).append(progress.done)
            if len(begun) == 1:
                seen.clear()

    return Watch(on_progress, lambda: len(seen) >= chunks)


@pytest.mark.parametrize("chunks", [1, 2])
def test_a_killed_weighing_goes_on_and_ends_as_an_uninterrupted_one(long_project, chunks):
    project = long_project
    add_spans(project, "silent tagger", [()] * project.count())
    result = run(project, RunConfig())
    whole, signs = doubts_of(project), signs_of(project)
    examples = project.example_counts(result.projection.id)
    assert any(examples.values())
    project.delete_layer(weighings(project)[0])
    project.set_meta(doubting._key(result.projection.id), None)

    with pytest.raises(Cancelled):
        weigh(project, result.projection, result.links, killed_after(chunks))
    (partial,) = weighings(project)
    assert 0 < partial.done < project.count()
    assert doubts_of(project) == whole  # those from before stand
    assert signs_of(project) == {}

    weigh(project, result.projection, result.links, QUIET)
    assert weighings(project)[0].id == partial.id
    assert (doubts_of(project), signs_of(project)) == (whole, signs)
    assert project.example_counts(result.projection.id) == examples


def test_a_weighing_killed_before_its_doubts_were_taken_is_finished(long_project, monkeypatch):
    project = long_project
    result = run(project, RunConfig())
    whole, examples = doubts_of(project), project.example_counts(result.projection.id)
    add_spans(project, "silent tagger", [()] * project.count())
    with monkeypatch.context() as patched:
        patched.setattr(type(project), "take_doubts", None)
        with pytest.raises(TypeError):
            reweigh(project, QUIET)
    assert doubts_of(project) == whole
    reweigh(project, QUIET)
    now = project.example_counts(result.projection.id)
    assert now[sign_key(Sign.MODELS_DISAGREE)] == 2000  # all but the pairs without a name
    assert {**now, sign_key(Sign.MODELS_DISAGREE): 0} == examples
    assert all(doubts_of(project)[p] > whole[p] for p in (0, 1))


@pytest.mark.parametrize("chunk", [97, 999, 5000])
def test_chunks_change_nothing(long_project, monkeypatch, chunk):
    project = long_project
    result = run(project, RunConfig())
    whole, signs = doubts_of(project), signs_of(project)
    project.delete_layer(weighings(project)[0])
    project.set_meta(doubting._key(result.projection.id), None)
    monkeypatch.setattr(doubting, "CHUNK", chunk)
    weigh(project, result.projection, result.links, QUIET)
    assert (doubts_of(project), signs_of(project)) == (whole, signs)


def test_doubts_are_replaced_whole_or_not_at_all(project):
    result = run(project, RunConfig())
    before = doubts_of(project)
    (weighing,) = weighings(project)
    half = project.open_layer(
        name="half", kind=LayerKind.SIGNALS, side="both", fingerprint="half", provenance={}
    )
    project.write(half, 0, [()], doubts=[0.5])
    with pytest.raises(Exception, match="cover 1 of 3 pairs"):
        project.take_doubts(result.projection, half)
    with pytest.raises(Exception, match="There is no layer 999"):
        project.take_doubts(result.projection, 999)
    assert doubts_of(project) == before
    assert doubts_of(project, weighing.id) == before
