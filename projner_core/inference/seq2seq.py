"""How probable one text is as the translation of another, to a translation model.

p(y|x) is the geometric mean of the probabilities of y's pieces, its end among them, given x and what of y
stands before each. The direct NMTScore of two texts (Vamvas and Sennrich 2022, arXiv 2204.13692) divides it
by p(y|y), so that a rare name is not held to be a bad translation, and takes the mean of both directions.

    scorer = load_scorer("facebook/nllb-200-distilled-600M")
    scorer.similarity(["Berlin"], ["በርሊን"], left_lang="en", right_lang="am")

Many candidates are scored against one entity: a text is encoded once, however often it is a source.
"""

from __future__ import annotations

import math
from collections.abc import Hashable, Iterator, Sequence
from threading import RLock
from typing import Any, NamedTuple

from projner_core.errors import ProjnerError
from projner_core.inference import devices
from projner_core.inference.checkpoints import revision
from projner_core.inference.keeping import share
from projner_core.inference.loading import load_network, load_tokenizer
from projner_core.inference.translation_network import Target, TranslationNetwork
from projner_core.inference.translation_pieces import Writer, writer_of

_STATES = 16_384  # pieces of sources whose vectors are kept at once


class _Question(NamedTuple):
    """p(target|source)."""

    source: str
    source_lang: str
    target: str
    target_lang: str

    def itself(self) -> _Question:
        """p(target|target)."""
        return _Question(self.target, self.target_lang, self.target, self.target_lang)


class TranslationScorer:
    """A translation model that is asked for probabilities. `load_scorer` makes it.

    Attributes:
        model: its name, as the user gave it.
        device: `cpu`, `cuda`, `cuda:1`, `mps`.
        dtype: the numbers it computes in; the last step, from vectors to probabilities, is float32 always.
        both_ways: whether it translates between any two of its languages. An OPUS-MT model does not.
    """

    def __init__(self, model: str, writer: Writer, network: Any, device: str, dtype: str) -> None:
        self.model = model
        self.writer = writer
        self.device = device
        self.dtype = dtype
        self.both_ways = writer.both_ways
        self.lock = RLock()
        self._network = TranslationNetwork(model, network, device, dtype, writer.tokenizer.pad_token_id)

    def similarity(
        self, left: Sequence[str], right: Sequence[str], *, left_lang: str, right_lang: str
    ) -> list[float]:
        """The direct NMTScore of each text on the left with the one beside it on the right, 0 to 1.

        The mean of p(right|left) / p(right|right) and p(left|right) / p(left|left), at most 1. A model that
        translates one way only, as OPUS-MT, has no p(y|y): there it is p(y|x) alone, not normalised, in the
        direction that the model has, so its values are lower and not to be compared. A text without
        anything but space is similar to none: 0.

        Args:
            left: texts in `left_lang`.
            right: texts in `right_lang`, as many.
            left_lang: a BCP 47, ISO 639 or FLORES code, or the model's own.
            right_lang: likewise.

        Raises:
            ProjnerError: the model does not know one of the languages or does not translate between them, or
                computes what is no number, or the memory does not suffice.
        """
        pairs = list(zip(left, right, strict=True))
        full = [(one, other) for one, other in pairs if one.strip() and other.strip()]
        forth = [_Question(one, left_lang, other, right_lang) for one, other in full]
        back = [_Question(other, right_lang, one, left_lang) for one, other in full]
        if not self.both_ways:
            questions = forth if self._goes_forth(left_lang, right_lang) else back
            answers = self._answers(questions)
            found = {
                pair: math.exp(answers[question]) for pair, question in zip(full, questions, strict=True)
            }
        else:
            self.writer.check(left_lang, right_lang)
            themselves = {question: question.itself() for question in (*forth, *back)}
            answers = self._answers([*forth, *back, *themselves.values()])
            found = {}
            for pair, one, other in zip(full, forth, back, strict=True):
                gains = (answers[question] - answers[themselves[question]] for question in (one, other))
                found[pair] = math.fsum(math.exp(min(gain, 1.0)) for gain in gains) / 2
        return [min(found.get(pair, 0.0), 1.0) for pair in pairs]

    def log_probabilities(
        self, sources: Sequence[str], targets: Sequence[str], *, source_lang: str, target_lang: str
    ) -> list[float]:
        """The mean natural logarithm of the probabilities of each target's pieces, its end among them.

        The code of the target's language is given, not scored. Of a text that is longer than the model
        reads, the beginning counts; of an empty target, its end alone.

        Raises:
            ProjnerError: as `similarity`.
        """
        self.writer.check(source_lang, target_lang)
        questions = [
            _Question(source, source_lang, target, target_lang)
            for source, target in zip(sources, targets, strict=True)
        ]
        answers = self._answers(questions)
        return [answers[question] for question in questions]

    def _goes_forth(self, left_lang: str, right_lang: str) -> bool:
        """Whether a model of one direction translates from left to right, not from right to left."""
        try:
            self.writer.check(left_lang, right_lang)
        except ProjnerError:
            try:
                self.writer.check(right_lang, left_lang)
            except ProjnerError:
                pass
            else:
                return False
            raise
        return True

    def _answers(self, questions: Sequence[_Question]) -> dict[_Question, float]:
        """Every distinct question's answer, each computed once."""
        import torch

        with self.lock, torch.inference_mode():
            distinct = list(dict.fromkeys(questions))
            grouped = self._by_source(distinct)
            sources = self._read_sources([same[0] for same in grouped])
            targets = self._read_targets(distinct)
            answers: dict[_Question, float] = {}
            for part in _parts(sources):
                states = self._network.states(sources[part])
                asked = [
                    (question, state)
                    for same, state in zip(grouped[part], states, strict=True)
                    for question in same
                ]
                scores = self._network.scores(
                    [state for _, state in asked], [targets[question] for question, _ in asked]
                )
                answers.update(zip((question for question, _ in asked), scores, strict=True))
            return answers

    def _by_source(self, questions: Sequence[_Question]) -> list[list[_Question]]:
        """Those together of which the encoder reads the same."""
        languages = {(question.source_lang, question.target_lang) for question in questions}
        told = {pair: self.writer.told(*pair) for pair in languages}
        groups: dict[tuple[Hashable, str], list[_Question]] = {}
        for question in questions:
            key = told[question.source_lang, question.target_lang], question.source
            groups.setdefault(key, []).append(question)
        return list(groups.values())

    def _read_sources(self, questions: Sequence[_Question]) -> list[list[int]]:
        """The pieces of each question's source."""
        by_languages: dict[tuple[str, str], list[int]] = {}
        for at, question in enumerate(questions):
            by_languages.setdefault((question.source_lang, question.target_lang), []).append(at)
        sources: list[list[int]] = [[] for _ in questions]
        for languages, places in by_languages.items():
            read = self.writer.sources([questions[at].source for at in places], *languages)
            for at, pieces in zip(places, read, strict=True):
                sources[at] = pieces
        return sources

    def _read_targets(self, questions: Sequence[_Question]) -> dict[_Question, Target]:
        """What the decoder reads for each question, and what it should answer."""
        texts = list(dict.fromkeys(question.target for question in questions))
        pieces = dict(zip(texts, self.writer.targets(texts) if texts else [], strict=True))
        openings = {
            code: self.writer.opening(code) for code in {question.target_lang for question in questions}
        }
        return {
            question: Target(
                [*openings[question.target_lang], *pieces[question.target]],
                [*pieces[question.target], self.writer.end],
            )
            for question in questions
        }


def load_scorer(model: str, *, device: str = "auto", dtype: str = "auto") -> TranslationScorer:
    """The scorer of a checkpoint: NLLB, M2M100, MADLAD (T5) or OPUS-MT (Marian).

    Two that ask for one checkpoint, device and dtype share it; how long it stays in memory says `keeping`.

    Args:
        model: a folder, or a hub name that was fetched before.
        device: as of `devices.device`.
        dtype: as of `devices.dtype`.

    Raises:
        ProjnerError: there is no such model on this machine, it cannot be loaded or is no translation model,
            or there is no such device.
    """
    place = devices.device(device)
    numbers = devices.dtype(dtype, place)

    def load() -> TranslationScorer:
        write = writer_of(model)
        tokenizer = load_tokenizer(model)
        network = load_network(
            model, dtype="float32" if place == "cpu" else numbers, auto="AutoModelForSeq2SeqLM"
        )
        return TranslationScorer(model, write(model, tokenizer, network.config), network, place, numbers)

    return share((TranslationScorer, model, revision(model), place, numbers), load)


def _parts(sources: Sequence[Sequence[int]]) -> Iterator[slice]:
    """Sources, as many at once as their vectors may be kept."""
    start = pieces = 0
    for at, source in enumerate(sources):
        if at > start and pieces + len(source) > _STATES:
            yield slice(start, at)
            start, pieces = at, 0
        pieces += len(source)
    if start < len(sources):
        yield slice(start, len(sources))
