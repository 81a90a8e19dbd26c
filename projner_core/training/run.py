"""A whole training: from sentences to the folder of a tagger."""

from __future__ import annotations

import hashlib
import json
import statistics
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from projner_core import __version__, alone
from projner_core.errors import ProjnerError
from projner_core.inference import revision
from projner_core.training import loop, saving
from projner_core.training.config import TrainingConfig
from projner_core.training.corpora import Corpus, learnt_from, ordered, with_misc
from projner_core.training.networks import place_of
from projner_core.training.progress import OnStep
from projner_core.training.records import RECORD, Record, versions
from projner_core.training.states import States


@dataclass(frozen=True, slots=True)
class Trained:
    """A tagger that was trained: its folder and what is known of it."""

    folder: Path
    record: Record


@dataclass(frozen=True, slots=True)
class Spread:
    """Strict dev F1 over several seeds, in [0, 1]: mean, standard deviation of a sample, lowest, highest."""

    mean: float
    deviation: float
    low: float
    high: float


def train(
    config: TrainingConfig,
    corpora: Sequence[Corpus],
    dev: Sequence[Corpus],
    out: Path,
    *,
    on_step: OnStep = lambda step: None,
) -> Trained:
    """Train a tagger and write its folder.

    A training that was killed or stopped goes on after its last whole epoch: what it needs for that is in
    the folder `out` with `.training` behind its name until it is done.

    Args:
        config: the settings.
        corpora: what is learnt from.
        dev: what the best epoch is chosen by; without any, the last one is kept.
        out: the folder to write; where it holds the tagger of this very training, nothing is done.
        on_step: told after every step.

    Raises:
        ProjnerError: `out` holds something else, another process is training into it, or the training was
            begun on another kind of machine; as `loop.learn`.
    """
    corpora, dev = with_misc(corpora, config.misc), _as_dev(corpora, dev)
    notes = _of_dev(corpora, dev)
    if config.kind == "spacy":  # O is O to it
        notes += _of_outside(corpora)
        corpora = [replace(one, unmarked=frozenset()) for one in corpora]
    base = _base(config)
    mark = _fingerprint(config, corpora, dev, base)
    states = States(out.with_name(f"{out.name}.training"), mark)
    if (done := _done(out, mark)) is not None:
        states.forget()  # where it was killed between its last two steps
        return done
    saving.check_free(out)
    with alone.alone(states.folder, _TAKEN.format(out=out)):
        try:
            if (done := _done(out, mark)) is not None:  # by the process that was at it a moment ago
                return done
            saving.check_free(out)
            if config.kind == "spacy":
                from projner_core.training import spacy_pipeline

                return Trained(out, spacy_pipeline.train(config, corpora, dev, out, mark, on_step, notes))
            learnt = loop.learn(config, corpora, dev, states, on_step)
            record = _record(config, corpora, dev, learnt, mark, base, notes)
            saving.write_folder(out, record, saving.fill_with(learnt, record))
            return Trained(out, record)
        finally:
            states.tidy(is_done=(out / RECORD).is_file())


_TAKEN = (
    "another process is training into {out}: wait until it is done, or choose another folder. If there is "
    "none, the folder is on a disk that cannot lock files"
)


def train_seeds(
    config: TrainingConfig,
    corpora: Sequence[Corpus],
    dev: Sequence[Corpus],
    out: Path,
    seeds: int,
    *,
    on_step: OnStep = lambda step: None,
) -> list[Trained]:
    """As `train`, with several seeds from `config.seed` on, each into a folder `seed-N` of `out`.

    What is there of a seed is not trained again.

    Raises:
        ProjnerError: the folder cannot be made; or as `train`.
    """
    if seeds < 1:
        raise ProjnerError(f"{seeds} seeds: at least one is needed")
    saving.make_folder(out)
    return [
        train(config.changed(seed=seed), corpora, dev, out / f"seed-{seed}", on_step=on_step)
        for seed in range(config.seed, config.seed + seeds)
    ]


def spread(f1s: Sequence[float]) -> Spread:
    """Mean and spread of the F1 of several seeds."""
    return Spread(statistics.fmean(f1s), statistics.stdev(f1s) if len(f1s) > 1 else 0.0, min(f1s), max(f1s))


def _as_dev(corpora: Sequence[Corpus], dev: Sequence[Corpus]) -> list[Corpus]:
    """The dev corpora: labels that the tagger learns and one of them never marks are not judged there."""
    learnt = frozenset(label for one in corpora for label in one.labels())
    if "MISC" not in learnt:
        return list(dev)
    return [one if "MISC" in one.labels() else replace(one, unmarked=one.unmarked | {"MISC"}) for one in dev]


def _base(config: TrainingConfig) -> str:
    """The version of the weights that are started from."""
    return "" if config.kind == "spacy" else revision(place_of(config.model))


def _fingerprint(config: TrainingConfig, corpora: Sequence[Corpus], dev: Sequence[Corpus], base: str) -> str:
    marks = [[one.fingerprint() for one in some] for some in (corpora, dev)]
    identity = [__version__, config.told(), base, *marks]
    return hashlib.sha256(json.dumps(identity, sort_keys=True).encode()).hexdigest()[:32]


def _done(out: Path, mark: str) -> Trained | None:
    if not (out / RECORD).is_file():
        return None
    record = Record.read(out)
    return Trained(out, record) if record.fingerprint == mark else None


def _record(
    config: TrainingConfig,
    corpora: Sequence[Corpus],
    dev: Sequence[Corpus],
    learnt: loop.Learnt,
    mark: str,
    base: str,
    notes: list[str],
) -> Record:
    scores = learnt.history[learnt.best - 1].get("dev", {})
    return Record(
        fingerprint=mark,
        settings=config.told(),
        train=[one.to_dict() for one in corpora],
        dev=[one.to_dict() for one in dev],
        tags=list(learnt.tags),
        shapes=learnt.trainable.shapes,
        best=learnt.best,
        f1=scores.get("f1"),
        scores=scores,
        history=learnt.history,
        base=base,
        notes=[*_notes(learnt), *notes],
        versions=versions("torch", "transformers"),
        computed={"device": learnt.device, "dtype": learnt.dtype},
    )


def _of_dev(corpora: Sequence[Corpus], dev: Sequence[Corpus]) -> list[str]:
    known, every = learnt_from(corpora, dev)
    if not known:
        return []
    return [f"{known:,} of {every:,} dev sentences were learnt from, so the dev scores are too good."]


def _of_outside(corpora: Sequence[Corpus]) -> list[str]:
    """Of which corpora a spaCy pipeline learns that there is nothing of what nobody marked in them."""
    return [
        f"Nobody marked {' or '.join(ordered(one.unmarked))} in {one.name}: this pipeline learnt from it "
        "that there is none, as O is O to it."
        for one in corpora
        if one.unmarked
    ]


def _notes(learnt: loop.Learnt) -> list[str]:
    notes = []
    if learnt.cut:
        notes.append(f"{learnt.cut:,} sentences were too long for one reading, and were read in windows.")
    return notes
