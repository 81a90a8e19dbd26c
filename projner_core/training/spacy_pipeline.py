"""A small spaCy pipeline that finds entities: quick to train and to run on a CPU, and a few megabytes.

It starts from nothing: vectors of hashed words and their affixes, four convolutions, a transition-based
parser (Lample et al. 2016). What it learns, it learns from these sentences alone: it needs more of them than
a network that was trained before. A word that is O is O: of corpora that mark fewer labels than others, it
learns that there are no others.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from projner_core.corpus import Span
from projner_core.inference.interruption import checkpoint
from projner_core.training import saving
from projner_core.training.config import TrainingConfig
from projner_core.training.corpora import Corpus, Example, spans_of, tags_of
from projner_core.training.progress import Clock, OnStep
from projner_core.training.records import Record, versions
from projner_core.training.scoring import DevScores, count

if TYPE_CHECKING:
    from spacy.language import Language

_LARGEST_SEED = 1 << 32


def train(
    config: TrainingConfig,
    corpora: Sequence[Corpus],
    dev: Sequence[Corpus],
    out: Path,
    mark: str,
    on_step: OnStep,
    told: Sequence[str] = (),
) -> Record:
    """Train a pipeline and write its folder, which `spacy.load` reads.

    Args:
        config, corpora, dev, out, on_step: as of `run.train`.
        mark: the fingerprint of the training.
        told: what the record notes beside what is found here.

    Raises:
        ProjnerError: there is nothing to learn from, or the folder cannot be written.
    """
    tags = tags_of(corpora)
    examples = [example for one in corpora for example in one.examples]
    usable = [example for example in examples if not _spaced(example)]
    notes = [*told]
    if len(usable) < len(examples):
        notes.append(
            f"{len(examples) - len(usable):,} sentences with white space for a word of an entity were left "
            "out: spaCy learns from none such."
        )
    with _seeded(config.seed):
        nlp, lang = _blank(config.lang)
        if lang != config.lang:
            notes.append(f"spaCy has no rules for {config.lang!r}: the pipeline is of any language (xx).")
        best, history, kept = _learn(nlp, config, usable, dev, on_step)
    nlp.from_bytes(kept)
    scores = history[best - 1].get("dev", {})
    record = Record(
        fingerprint=mark,
        settings=config.told(),
        train=[one.to_dict() for one in corpora],
        dev=[one.to_dict() for one in dev],
        tags=list(tags),
        shapes=False,
        best=best,
        f1=scores.get("f1"),
        scores=scores,
        history=history,
        notes=notes,
        versions=versions("spacy"),
        computed={"device": "cpu", "dtype": "float32"},
    )
    nlp.meta["description"] = "Named entities, trained by ProjNER; README.md and training.json say on what."
    saving.write_folder(out, record, nlp.to_disk)
    return record


def _learn(
    nlp: Language, config: TrainingConfig, examples: Sequence[Example], dev: Sequence[Corpus], on_step: OnStep
) -> tuple[int, list[dict[str, Any]], bytes]:
    """The best epoch, what was said of each, and the pipeline at the best."""
    docs = [_example(nlp, example) for example in examples]
    optimiser = nlp.initialize(lambda: docs)
    optimiser.learn_rate = config.rate
    size = config.batch_size
    steps = max(int(-(-len(docs) // size) * config.rounds), 1)
    clock = Clock(0, steps)
    draw = random.Random(config.seed)
    step, best, highest, kept = 0, 0, -1.0, b""
    history: list[dict[str, Any]] = []
    while step < steps and not _is_enough(config, dev, len(history), best):
        draw.shuffle(docs)
        total, number, words = 0.0, len(history) + 1, 0
        for start in range(0, len(docs), size):
            if step == steps:
                break
            checkpoint()
            losses: dict[str, float] = {}
            some = docs[start : start + size]
            nlp.update(some, drop=config.dropout, sgd=optimiser, losses=losses)
            step += 1
            seen = sum(len(doc.reference) for doc in some)
            total, words = total + float(losses["ner"]), words + seen
            on_step(clock.report(number, step, float(losses["ner"]) / max(seen, 1)))
        history.append({"epoch": number, "loss": round(total / max(words, 1), 5)})
        with nlp.use_params(optimiser.averages):
            scores = _score(nlp, dev) if dev else None
            f1 = 0.0 if scores is None else scores.f1
            if scores is None or f1 > highest:
                best, highest, kept = number, f1, nlp.to_bytes()
        if scores is not None:
            history[-1]["dev"] = scores.to_dict()
        on_step(clock.report(number, step, history[-1]["loss"], scores, ends_epoch=True))
    return best, history, kept


def _is_enough(config: TrainingConfig, dev: Sequence[Corpus], epochs: int, best: int) -> bool:
    return bool(config.patience and dev and epochs - best >= config.patience)


def _score(nlp: Language, dev: Sequence[Corpus]) -> DevScores:
    from spacy.tokens import Doc

    texts = [example.tokens for one in dev for example in one.examples]
    found: list[list[Span]] = []
    for doc in nlp.pipe(Doc(nlp.vocab, words=list(tokens)) for tokens in texts):
        checkpoint()
        found.append([Span(entity.start, entity.end, entity.label_) for entity in doc.ents])
    return count(dev, found)


def _blank(lang: str) -> tuple[Language, str]:
    """An empty pipeline of a language, or of any where spaCy has no rules for it."""
    import spacy

    try:
        nlp = spacy.blank(lang)
    except ImportError:  # of a language that it does not know, or whose own tokenizer is not installed
        nlp, lang = spacy.blank("xx"), "xx"
    nlp.add_pipe("ner")
    return nlp, lang


def _example(nlp: Language, example: Example) -> Any:
    from spacy.tokens import Doc
    from spacy.training import Example as Pair

    words = list(example.tokens)
    return Pair(Doc(nlp.vocab, words=words), Doc(nlp.vocab, words=words, ents=list(example.tags)))


def _spaced(example: Example) -> bool:
    return any(word.isspace() for span in spans_of(example) for word in example.tokens[span.start : span.end])


@contextmanager
def _seeded(seed: int) -> Iterator[None]:
    """With every generator that spaCy draws from seeded, and put back behind it."""
    ours, arrays = random.getstate(), np.random.get_state()
    random.seed(seed)
    np.random.seed(seed % _LARGEST_SEED)
    try:
        yield
    finally:
        random.setstate(ours)
        np.random.set_state(arrays)
