"""Training a tagger on files and on layers of projects, and how good it is on a gold file."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import Any, Literal

from projner_core import taggers
from projner_core.corpus import Sentence, Span, without_scores
from projner_core.errors import InputError, ProjnerError
from projner_core.evaluation.entities import Scores, score
from projner_core.evaluation.unmarked import marked_only, unmarked_labels
from projner_core.formats import conll
from projner_core.inference.interruption import interruptible
from projner_core.pipeline.exporting import spans_of
from projner_core.pipeline.lineage import Side, named
from projner_core.pipeline.progress import Watch
from projner_core.pipeline.standards import ENTITIES
from projner_core.schemes import Scheme, SchemeError, decode, encode
from projner_core.store import Layer, Project
from projner_core.taggers.base import Tagger
from projner_core.training import (
    Corpus,
    Step,
    Trained,
    TrainingConfig,
    corpus,
    learnt_from,
    train,
    train_seeds,
)

CHUNK = 1000  # pairs read at a time, sentences tagged at a time

OnEpoch = Callable[[Step], None]


@dataclass(frozen=True, slots=True)
class Reading:
    """How the tags of a file become those of a corpus.

    Attributes:
        labels: other names of labels; `O` for those that are to be no entities.
        unmarked: labels that nobody marked in it, beside MISC, which is seen.
        licence: for the model card.
    """

    labels: Mapping[str, str] | None = None
    unmarked: tuple[str, ...] = ()
    licence: str = ""

    def corpus(
        self, name: str, sentences: Iterable[tuple[Sequence[str], Sequence[str]]], about: Mapping[str, Any]
    ) -> Corpus:
        """A corpus of sentences with IOB2 tags; `ProjnerError` where they are not."""
        renamed = dict(self.labels or {})
        told = ({"licence": self.licence} if self.licence else {}) | dict(about)
        if renamed:
            told["renamed"] = renamed
        return corpus(name, sentences, labels=renamed, unmarked=self.unmarked, about=told)


AS_IT_IS = Reading()


def corpus_of_file(path: Path, reading: Reading = AS_IT_IS) -> Corpus:
    """The sentences of a CoNLL file with tags of any scheme.

    Raises:
        InputError: the file can't be read, has no tags, or has tags that its scheme does not allow: nothing
            is mended, as what is learnt from it would be wrong too.
    """
    return reading.corpus(path.name, _rows(path), {"file": path.name})


def corpus_of_layer(
    project: Project,
    layer: str,
    *,
    side: Side = "target",
    only_judged: bool = False,
    reading: Reading = AS_IT_IS,
) -> Corpus:
    """The sentences of a project with the entities of a layer.

    Args:
        project: where they are.
        layer: name or number of a layer of entities, or `reviewed`: the projection under review with every
            correction laid over it.
        side: whose sentences.
        only_judged: take only pairs that a reviewer corrected or gave a verdict on.
        reading: other labels.

    Raises:
        ProjnerError: there is no such layer, or no pair is left.
    """
    chosen: int | Literal["reviewed"] = "reviewed"
    if layer == "reviewed":
        at = project.current_projection
        about = _of_layer(project.layer(at)) if at is not None else {}
        about["corrections"] = "those of the review, laid over it"
    else:
        found = named(_layers(project, side), layer, also=["reviewed"])
        chosen, about = found.id, _of_layer(found)
    rows = list(_pairs(project, chosen, side, only_judged))
    if not rows:
        wanted = "that a reviewer judged" if only_judged else "with tokens"
        raise ProjnerError(f"the project {project.name!r} has no pair {wanted}: there is nothing to train on")
    language = project.target_lang if side == "target" else project.source_lang
    about = {"project": project.name, "side": side, "language": language, **about}
    if only_judged:
        about["pairs"] = "those that a reviewer judged"
    return reading.corpus(f"{project.name}: {layer}", rows, about)


def set_aside(corpora: Sequence[Corpus], share: float, seed: int = 0) -> tuple[list[Corpus], list[Corpus]]:
    """A share of each corpus for choosing the best epoch, drawn by `seed`; what is left is learnt from.

    What is drawn are sentences that differ: one that is there several times, in one corpus or in two, is on
    one side alone.

    Raises:
        ProjnerError: the share is none, or leaves nothing on one of the two sides.
    """
    if not 0 < share < 1:
        raise ProjnerError(f"{share} of the sentences cannot be set aside: give a share between 0 and 1")
    train, dev = [], []
    side: dict[tuple[str, ...], bool] = {}
    for one in corpora:
        new = [tokens for tokens in dict.fromkeys(e.tokens for e in one.examples) if tokens not in side]
        drawn = set(random.Random(seed).sample(range(len(new)), round(share * len(new))))
        side |= {tokens: at in drawn for at, tokens in enumerate(new)}
        parts = [
            tuple(example for example in one.examples if side[example.tokens] is aside)
            for aside in (False, True)
        ]
        about = dict(one.about) | {"drawn": f"{share:g} of it was set aside, seed {seed}"}
        train.append(replace(one, examples=parts[0], about=about))
        dev.append(replace(one, examples=parts[1], about=about, weight=1.0))
    if not any(one.examples for one in train) or not any(one.examples for one in dev):
        raise ProjnerError(f"{share:g} of these sentences leaves nothing to train on, or nothing set aside")
    return train, dev


def learnt_of(corpora: Sequence[Corpus], gold: Path, reading: Reading = AS_IT_IS) -> tuple[int, int]:
    """How many sentences of a gold file are learnt from, and how many it has.

    Raises:
        ProjnerError: all of them are: a score on them would say nothing. Or as `corpus_of_file`.
    """
    known, every = learnt_from(corpora, [corpus_of_file(gold, reading)])
    if known and known == every:
        raise ProjnerError(
            f"every sentence of {gold} is trained on, so its score would say nothing: give gold sentences "
            "that have no part in the training"
        )
    return known, every


def train_tagger(
    config: TrainingConfig,
    corpora: Sequence[Corpus],
    dev: Sequence[Corpus],
    out: Path,
    watch: Watch,
    *,
    seeds: int = 1,
    on_epoch: OnEpoch = lambda step: None,
) -> list[Trained]:
    """Train, with one seed into `out` itself, with several into folders `seed-N` of it.

    What was killed or stopped goes on after its last whole epoch; what is done is not done again.

    Args:
        config, corpora, dev, out: as of `training.train`.
        watch: told the steps; stops the training.
        seeds: how many, from the seed of `config` on.
        on_epoch: told the end of each epoch.

    Raises:
        Cancelled: `watch` said so.
        ProjnerError: as `training.train`.
    """
    begun: list[int] = []

    def on_step(step: Step) -> None:
        if not begun or step.step < begun[-1]:  # another seed
            watch.begin("train", max(step.step - 1, 0), step.steps)
        begun[:] = [step.step]
        watch.advance(step.step)
        if step.ends_epoch:
            on_epoch(step)

    with interruptible(watch.check):
        watch.check()
        if seeds == 1:
            return [train(config, corpora, dev, out, on_step=on_step)]
        return train_seeds(config, corpora, dev, out, seeds, on_step=on_step)


def scores_on(
    trained: Trained, gold: Path, watch: Watch, *, reading: Reading = AS_IT_IS, device: str = "auto"
) -> Scores:
    """Strict scores of a trained tagger on a gold file: the extrinsic evaluation of a projection.

    Predicted MISC is left out where the gold file never has it: it says nothing of such entities.

    Raises:
        Cancelled: `watch` said so.
        ProjnerError: the file cannot be read, or the tagger cannot be loaded.
    """
    against = corpus_of_file(gold, reading)
    found: list[tuple[Span, ...]] = []
    tagger = tagger_of(trained, device)
    watch.begin("test", 0, len(against.examples))
    with interruptible(watch.check):
        for start in range(0, len(against.examples), CHUNK):
            some = against.examples[start : start + CHUNK]
            found += tagger.tag([Sentence(example.tokens) for example in some])
            watch.advance(start + len(some))
    right = [decode(example.tags, Scheme.IOB2) for example in against.examples]
    unmarked = unmarked_labels(right)
    return score(right, [marked_only(without_scores(spans), unmarked) for spans in found])


def tagger_of(trained: Trained, device: str = "auto") -> Tagger:
    """The tagger that was trained, with its labels as they are."""
    folder = str(trained.folder)
    if trained.record.settings["kind"] == "spacy":
        return taggers.create("spacy", model=folder, labels="keep")
    return taggers.create("token-classifier", model=folder, labels="keep", device=device)


def _rows(path: Path) -> Iterable[tuple[Sequence[str], Sequence[str]]]:
    layout = conll.detect_layout(path)
    if layout.scheme is None:
        raise InputError(
            path, None, "no column of tags", "a tag behind each token: O, B-PER and so on",
            "Give a file with tags; a sentence without entities has O at each token.",
        )  # fmt: skip
    for sentence in conll.read(path, layout):
        tags = sentence.tags or ()
        try:
            spans = decode(tags, layout.scheme)
        except SchemeError as error:
            line = conll.line_of(sentence, error.position, layout)
            raise InputError(
                path,
                line,
                f"the tag {error.tag}",
                f"tags in {layout.scheme}: {error}",
                "Correct it: what is learnt from wrong tags is wrong.",
            ) from error
        yield sentence.tokens, encode(spans, len(tags), Scheme.IOB2)


def _pairs(
    project: Project, layer: int | Literal["reviewed"], side: Side, only_judged: bool
) -> Iterable[tuple[Sequence[str], Sequence[str]]]:
    spans = spans_of(project, layer, side)
    total = project.count()
    for start in range(0, total, CHUNK):
        stop = min(start + CHUNK, total)
        states = project.states(start, stop) if only_judged else {}
        rows = zip(project.pairs(start, stop), islice(spans, stop - start), strict=True)
        for position, (pair, found) in enumerate(rows, start):
            state = states.get(position)
            marked = None if state is None else state.spans if side == "target" else state.source_spans
            if only_judged and (state is None or (state.verdict is None and marked is None)):
                continue
            sentence = pair.target if side == "target" else pair.source
            if sentence is not None and sentence.tokens:
                yield sentence.tokens, encode(found, len(sentence), Scheme.IOB2)


def _layers(project: Project, side: Side) -> list[Layer]:
    return [layer for kind in ENTITIES for layer in project.layers(kind=kind, side=side)]


def _of_layer(layer: Layer) -> dict[str, Any]:
    return {"layer": layer.name, "layer_fingerprint": layer.fingerprint, "provenance": layer.provenance}
