"""Layers of links: what makes a layer this layer, combinations, chunks, and how fast it went."""

from __future__ import annotations

import pytest

from projner_core import aligners
from projner_core.aligners.combination import Combination
from projner_core.corpus import Alignment, Link
from projner_core.errors import ProjnerError
from projner_core.pipeline import aligning, filling
from projner_core.pipeline.aligning import align, check_can_start, pairs_per_second
from projner_core.pipeline.config import StageConfig, fingerprint
from projner_core.pipeline.progress import Cancelled, Watch
from projner_core.store import LayerKind
from projner_core.store.payload import decode_links, encode_links

WATCH = Watch(None, None)
PLAIN = StageConfig(name="statistical")
STRICT = {"name": "statistical", "threshold": 0.8}
VOTE = StageConfig.model_validate({"name": "combination", "of": ["statistical", STRICT], "threshold": 0.6})


class Diagonal:
    """Links the i-th token to the i-th; as a model behind a name would."""

    def __init__(self, *, model: str = "m", chunk: int = 0) -> None:
        self.model = model
        self.asked: list[int] = []
        if chunk:
            self.chunk = chunk

    def align(self, pairs):
        self.asked.append(len(pairs))
        lengths = [min(map(len, pair.both())) for pair in pairs]
        return [Alignment(tuple(Link(i, i) for i in range(length))) for length in lengths]


@pytest.fixture
def diagonal(monkeypatch):
    """Make `aligners.create` give this aligner; returns those that were made."""
    made = []

    def create(name, **settings):
        made.append(Diagonal(**settings))
        return made[-1]

    monkeypatch.setattr(aligners, "create", create)
    monkeypatch.setattr(aligning, "revision", lambda model: f"revision of {model}")
    return made


def test_what_has_no_model_is_known_as_it_always_was(project):
    layer = align(project, PLAIN, WATCH)
    assert layer.fingerprint == fingerprint("align", PLAIN, project.fingerprint())
    assert "revision" not in layer.provenance
    assert layer.parents == ()


def test_a_model_of_another_revision_is_another_layer(project, diagonal, monkeypatch):
    config = StageConfig.model_validate({"name": "diagonal", "model": "some/encoder"})
    first = align(project, config, WATCH)
    assert first.provenance["revision"] == "revision of some/encoder"
    assert align(project, config, WATCH).id == first.id
    assert [aligner.asked for aligner in diagonal if aligner.asked] == [[3]]
    monkeypatch.setattr(aligning, "revision", lambda model: "a newer one")
    second = align(project, config, WATCH)
    assert second.id != first.id
    assert project.annotations(second.id, 0, 3) == project.annotations(first.id, 0, 3)


def test_a_finished_layer_is_found_without_its_model(project, diagonal, monkeypatch):
    config = StageConfig.model_validate({"name": "diagonal", "model": "some/encoder"})
    first = align(project, config, WATCH)
    monkeypatch.setattr(aligning, "revision", lambda model: "a newer one")
    newest = align(project, config, WATCH)
    assert newest.id > first.id

    def gone(model):
        raise ProjnerError(f"the model {model!r} is not on this machine")

    monkeypatch.setattr(aligning, "revision", gone)
    assert align(project, config, WATCH) == newest
    assert check_can_start(project, config) == newest
    assert sum(map(len, (aligner.asked for aligner in diagonal))) == 2
    for other in ({"chunk": 2}, {"model": "another/encoder"}):
        with pytest.raises(ProjnerError, match="not on this machine"):
            align(project, StageConfig.model_validate(config.model_dump() | other), WATCH)
    monkeypatch.setattr(filling, "__version__", "another version of the program")
    with pytest.raises(ProjnerError, match="not on this machine"):
        check_can_start(project, config)


def test_an_unfinished_layer_is_not_gone_on_with_without_its_model(long_project, diagonal, monkeypatch):
    config = StageConfig.model_validate({"name": "diagonal"})
    reports = []
    with pytest.raises(Cancelled):
        align(long_project, config, Watch(reports.append, lambda: any(r.done for r in reports)))

    def gone(model):
        raise ProjnerError("not on this machine")

    monkeypatch.setattr(aligning, "revision", gone)
    with pytest.raises(ProjnerError, match="not on this machine"):
        align(long_project, config, WATCH)


def test_what_is_there_is_told_without_running_anything(project):
    both, alone = VOTE, StageConfig.model_validate(STRICT)
    assert check_can_start(project, both) is None
    layer = align(project, alone, WATCH)
    assert check_can_start(project, alone) == layer
    assert check_can_start(project, both) is None
    combined = align(project, both, WATCH)
    assert check_can_start(project, both) == combined


def test_no_member_runs_before_each_was_asked_whether_it_can(project, tmp_path):
    missing = {"name": "simalign", "model": str(tmp_path / "nothing here")}
    config = StageConfig.model_validate({"name": "combination", "of": ["statistical", missing]})
    with pytest.raises(ProjnerError, match="nothing here"):
        align(project, config, WATCH)
    assert project.layers(kind=LayerKind.LINKS, incomplete=True) == []


def test_a_model_that_is_not_there_is_a_sentence_and_leaves_no_layer(project, tmp_path):
    config = StageConfig.model_validate({"name": "simalign", "model": str(tmp_path / "nothing here")})
    with pytest.raises(ProjnerError, match="nothing here"):
        align(project, config, WATCH)
    assert project.layers(kind=LayerKind.LINKS, incomplete=True) == []


@pytest.mark.parametrize(("chunk", "asked"), [(0, [1000] * 3), (700, [700] * 4 + [200]), (5000, [3000])])
def test_an_aligner_says_how_many_pairs_it_takes_at_once(long_project, diagonal, chunk, asked):
    align(long_project, StageConfig.model_validate({"name": "diagonal", "chunk": chunk}), WATCH)
    assert [aligner.asked for aligner in diagonal if aligner.asked] == [asked]


def test_gone_on_with_in_other_chunks_than_it_began(long_project, diagonal):
    config = StageConfig.model_validate({"name": "diagonal"})
    reports = []
    with pytest.raises(Cancelled):
        align(long_project, config, Watch(reports.append, lambda: any(r.done for r in reports)))
    Diagonal.chunk = 700  # the machine has less memory now
    try:
        layer = align(long_project, config, WATCH)
    finally:
        del Diagonal.chunk
    assert [aligner.asked for aligner in diagonal if aligner.asked][1] == [400, 700, 700, 200]
    assert layer.done == 3000
    other = align(long_project, StageConfig.model_validate({"name": "diagonal", "model": "n"}), WATCH)
    assert project_links(long_project, layer) == project_links(long_project, other)


def project_links(project, layer):
    return project.annotations(layer.id, 0, project.count())


def kept(alignments):
    """As a store gives them back: scores in single precision."""
    return [decode_links(encode_links(alignment)) for alignment in alignments]


def test_a_combination_is_made_of_its_members_layers(project):
    alone = align(project, PLAIN, WATCH)
    both = align(project, VOTE, WATCH)
    strict = align(project, StageConfig.model_validate(STRICT), WATCH)
    assert both.parents == (alone.id, strict.id)
    assert both.name == "combination (of statistical + statistical (threshold 0.8), threshold 0.6)"
    assert len(project.layers(kind=LayerKind.LINKS)) == 3
    settings = {"of": ["statistical", STRICT], "threshold": 0.6}
    members = [project_links(project, alone), project_links(project, strict)]
    assert project_links(project, both) == kept(Combination(**settings).combine(members))


def test_another_threshold_of_a_combination_runs_no_aligner_again(project, monkeypatch):
    first = align(project, VOTE, WATCH)
    align_ = aligners.create("statistical").__class__
    monkeypatch.setattr(align_, "start", lambda self: pytest.fail("aligned again"))
    other = StageConfig.model_validate(VOTE.model_dump() | {"threshold": 0.2})
    second = align(project, other, WATCH)
    assert second.id != first.id
    assert second.parents == first.parents


def test_a_cancelled_combination_ends_as_one_that_was_not(long_project):
    reports = []

    def in_the_combination() -> bool:
        begun = [report for report in reports if report.done == 0]
        return len(begun) == 3 and reports[-1].done > 0

    with pytest.raises(Cancelled):
        align(long_project, VOTE, Watch(reports.append, in_the_combination))
    (unfinished,) = (
        layer for layer in long_project.layers(LayerKind.LINKS, incomplete=True) if not layer.complete
    )
    assert len(unfinished.parents) == 2
    assert 0 < unfinished.done < 3000
    layer = align(long_project, VOTE, WATCH)
    assert layer.id == unfinished.id
    members = [long_project.annotations(parent, 0, 3000) for parent in layer.parents]
    settings = {"of": ["statistical", STRICT], "threshold": 0.6}
    assert project_links(long_project, layer) == kept(Combination(**settings).combine(members))


def test_speed_is_added_up_over_runs_and_leaves_out_their_beginnings(long_project, diagonal, monkeypatch):
    clock = iter([0.0, 60.0, 100.0, 101.0, 200.0, 250.0, 300.0, 303.0])
    monkeypatch.setattr(aligning.time, "perf_counter", lambda: next(clock))
    config = StageConfig.model_validate({"name": "diagonal", "chunk": 750})
    reports = []
    with pytest.raises(Cancelled):  # chunks of 60 s (loading the model) and of 1 s
        align(long_project, config, Watch(reports.append, lambda: any(r.done == 1500 for r in reports)))
    layer = align(long_project, config, WATCH)  # of 50 s and of 3 s
    assert pairs_per_second(long_project, layer) == pytest.approx(1500 / 4)


@pytest.mark.parametrize(("seconds", "speed"), [(20.0, 3 / 20), (2.0, None)])
def test_one_chunk_has_a_speed_where_its_start_hardly_counts(project, diagonal, monkeypatch, seconds, speed):
    clock = iter([0.0, seconds])
    monkeypatch.setattr(aligning.time, "perf_counter", lambda: next(clock))
    layer = align(project, StageConfig.model_validate({"name": "diagonal"}), WATCH)
    assert pairs_per_second(project, layer) == (None if speed is None else pytest.approx(speed))


def test_a_combination_is_as_slow_as_its_members_together(project, monkeypatch):
    monkeypatch.setattr(aligning, "_START_UP", 0.0)
    both = align(project, VOTE, WATCH)
    members = [pairs_per_second(project, project.layer(parent)) for parent in both.parents]
    assert 1 / pairs_per_second(project, both) > sum(1 / speed for speed in members)
    imported = project.open_layer(
        name="x", kind=LayerKind.LINKS, side="both", fingerprint="x", provenance={}, parents=[]
    )
    assert pairs_per_second(project, imported) is None
