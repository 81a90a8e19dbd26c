"""The engine of every aligner that compares vectors in context: batched, and one for any encoder.

To read it, read in `_embedding`: `reading` (sentences into vectors) → `matching` (vectors into links of
units) → `words` (links of units into links of words); `exactly` settles ties. The named systems are
`simalign`, `awesome` and `nmt_encoder`; docs/embedding.md has the formulas and what was measured.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from projner_core.aligners._embedding import exactly
from projner_core.aligners._embedding.matching import Matcher, Shapes
from projner_core.aligners._embedding.reading import Reading, code_for, read
from projner_core.aligners._embedding.words import Groups, word_alignments
from projner_core.aligners._statistical.cutting import cut
from projner_core.corpus import Alignment, Pair, Sentence
from projner_core.errors import ProjnerError
from projner_core.inference import Budget, Encoder, device, in_batches, load_encoder
from projner_core.inference.devices import check_device, check_dtype

if TYPE_CHECKING:
    import torch

USUAL_LAYER = 8  # of mBERT's 12: the best in both papers
UNITS = ("subword", "word")
_WORDS_AT_ONCE = 16_000  # of both sides: bounds the memory for vectors, to some 200 MB
_MOST_CELLS = 16_000_000  # of one pair; a larger one is cut


class _Part(NamedTuple):
    """A pair, or a part of one that is too large: source units against target units of a `Reading`."""

    pair: int
    source: slice
    target: slice
    whole: bool  # neither cut nor read in windows


class EmbeddingAligner:
    """Aligns words whose vectors in context are alike.

    Args:
        name: of the system, for messages.
        model: a folder, or a hub name that was fetched before.
        layer: whose vectors, 0 (the embeddings) to the model's last; -1 is the last, -2 the one before.
        units: what is compared, `subword` or `word`.
        matcher: how links come of vectors.
        weak: two words that are not linked are kept as a weak link when they score at least this.
        device: `auto`, `cpu`, `cuda`, `mps`.
        dtype: `auto`, `float32`, `bfloat16`, `float16`.
        codes: the tokenizer's codes of both languages; where empty, that of each sentence's own.

    Raises:
        ProjnerError: a setting is out of its range.
    """

    def __init__(
        self,
        *,
        name: str,
        model: str,
        layer: int,
        units: str,
        matcher: Matcher,
        weak: float,
        device: str,
        dtype: str,
        codes: tuple[str, str] = ("", ""),
    ) -> None:
        if not model.strip():
            raise ProjnerError(
                f"the aligner {name!r} needs a model: a folder, or a name on the Hugging Face hub"
            )
        if units not in UNITS:
            raise ProjnerError(
                f"the aligner {name!r}: units must be one of {', '.join(UNITS)}, not {units!r}"
            )
        if not 0.0 < weak <= 1.0:
            raise ProjnerError(f"the aligner {name!r}: weak must be in (0, 1], but is {weak}")
        check_device(device)
        check_dtype(dtype)
        self.name = name
        self.model = model
        self.layer = layer
        self.by_word = units == "word"
        self.matcher = matcher
        self.weak = weak
        self.device = device
        self.dtype = dtype
        self.codes = codes
        self._encoder: Encoder | None = None
        self._cells = Budget(1)  # of similarity matrices that a batch may hold

    @property
    def chunk(self) -> int:
        """How many pairs to give at once, for a caller who wants to say every few seconds how far it is."""
        return 1000 if device(self.device).startswith("cuda") else 256

    def align(self, pairs: Sequence[Pair]) -> list[Alignment]:
        """One alignment a pair, in the same order; an empty side is aligned to nothing.

        The model is loaded by the first pair that needs it.

        Raises:
            ProjnerError: the model is not on this machine or is broken, the layer is not in it, or the memory
                does not suffice for a single sentence.
            ValueError: a pair has no source sentence.
        """
        import torch

        alignments = [Alignment()] * len(pairs)
        for positions in _slices(pairs):
            sides = [pairs[position].both() for position in positions]
            with torch.inference_mode():
                found = self._align(sides)
            for position, alignment in zip(positions, found, strict=True):
                alignments[position] = alignment
        return alignments

    def _align(self, sides: Sequence[tuple[Sentence, Sentence]]) -> list[Alignment]:
        """Align pairs of which no side is empty, all at once."""
        import torch

        encoder = self._loaded()
        layer = self._layer_of(encoder)
        given = self._codes_of(encoder)
        distinct: dict[tuple[tuple[str, ...], str], int] = {}
        numbers = []  # of both sentences of each pair
        for pair in sides:
            keys = [
                (side.tokens, code or code_for(side.lang, encoder))
                for side, code in zip(pair, given, strict=True)
            ]
            numbers.append(tuple(distinct.setdefault(key, len(distinct)) for key in keys))
        reading = read(
            encoder,
            [Sentence(tokens) for tokens, _ in distinct],
            [code for _, code in distinct],
            layer,
            by_word=self.by_word,
        )
        if self.matcher.unit_length:
            torch.nn.functional.normalize(reading.vectors, dim=1, out=reading.vectors)

        parts = list(_parts(sides, numbers, reading))
        sizes = [
            (part.source.stop - part.source.start, part.target.stop - part.target.start) for part in parts
        ]

        def compute(chosen: list[int]) -> list[Alignment]:
            return self._match(encoder, layer, reading, [parts[i] for i in chosen], numbers)

        found: list[list[Alignment]] = [[] for _ in sides]
        by_part = [Alignment()] * len(parts)
        squares = [max(size) ** 2 for size in sizes]
        for chosen, alignments in in_batches(squares, compute, budget=self._cells):
            for position, alignment in zip(chosen, alignments, strict=True):
                by_part[position] = alignment
        for part, alignment in zip(parts, by_part, strict=True):
            found[part.pair].append(alignment)
        return [_joined(alignments) for alignments in found]

    def _match(
        self,
        encoder: Encoder,
        layer: int,
        reading: Reading,
        parts: Sequence[_Part],
        numbers: Sequence[tuple[int, ...]],
    ) -> list[Alignment]:
        import torch

        source, source_index = _gathered(reading, [part.source for part in parts])
        target, target_index = _gathered(reading, [part.target for part in parts])
        shapes = Shapes.of((source.of >= 0).sum(1), (target.of >= 0).sum(1))
        products = reading.vectors[source_index] @ reading.vectors[target_index].transpose(1, 2)
        similarity = self.matcher.similarity(products, shapes)
        links = self.matcher.links(similarity, shapes)
        forward, backward = self.matcher.directions(similarity, shapes)
        exact = [index for index, part in enumerate(parts) if part.whole and encoder.dtype == "float32"]
        if self.matcher.can_tie and exact:
            tied = self.matcher.tied(similarity, shapes, links).tolist()
            for index in (index for index in exact if tied[index]):
                one, other = (reading.pieces[number] for number in numbers[parts[index].pair])
                cosines = exactly.cosines(encoder, one, other, layer, by_word=self.by_word)
                size = Shapes.of(*(torch.tensor([length]) for length in cosines.shape))
                again = self.matcher.similarity(torch.from_numpy(cosines)[None], size)
                decided = self.matcher.links(again.double(), size)[0].to(links.device)
                links[index, : decided.shape[0], : decided.shape[1]] = decided
        return word_alignments(links, forward.float(), backward.float(), source, target, self.weak)

    def _loaded(self) -> Encoder:
        if self._encoder is None:
            self._encoder = load_encoder(self.model, device=self.device, dtype=self.dtype)
            self._cells = Budget.on(self._encoder.device, cpu=400_000, mps=4_000_000, cuda=32_000_000)
        return self._encoder

    def _layer_of(self, encoder: Encoder) -> int:
        if -encoder.layers <= self.layer < 0:
            return encoder.layers + 1 + self.layer
        if 0 <= self.layer <= encoder.layers:
            return self.layer
        if self.layer == USUAL_LAYER:  # not asked for, as far as one can tell
            logging.getLogger(__name__).warning(
                "The model %r has %d layers, not %d: its last one is used.",
                self.model, encoder.layers, USUAL_LAYER,
            )  # fmt: skip
            self.layer = encoder.layers
            return self.layer
        raise ProjnerError(
            f"the aligner {self.name!r} was to use layer {self.layer}, but the model {self.model!r} has "
            f"{encoder.layers}: choose 0 to {encoder.layers}, or -1 for the last"
        )

    def _codes_of(self, encoder: Encoder) -> tuple[str, str]:
        """The codes that were set; empty where the sentences say it, or the model wants none."""
        if not encoder.codes:
            return "", ""
        for code in self.codes:
            if code and code not in encoder.codes:
                known = ", ".join(encoder.codes)
                raise ProjnerError(f"the model {self.model!r} has no language code {code!r}; it has: {known}")
        return self.codes


def _slices(pairs: Sequence[Pair]) -> Iterator[list[int]]:
    """The positions of pairs that have words on both sides, as many at once as memory may hold."""
    now: list[int] = []
    words = 0
    for position, pair in enumerate(pairs):
        source, target = pair.both()
        if not len(source) or not len(target):
            continue
        now.append(position)
        words += len(source) + len(target)
        if words >= _WORDS_AT_ONCE:
            yield now
            now, words = [], 0
    if now:
        yield now


def _parts(
    sides: Sequence[tuple[Sentence, Sentence]], numbers: Sequence[tuple[int, ...]], reading: Reading
) -> Iterator[_Part]:
    """Each pair as one part, unless it is too large or has a side without units."""
    for index, ((source, target), (one, other)) in enumerate(zip(sides, numbers, strict=True)):
        rows, columns = reading.of(one), reading.of(other)
        cells = (rows.stop - rows.start) * (columns.stop - columns.start)
        if 0 < cells <= _MOST_CELLS:
            yield _Part(index, rows, columns, reading.whole[one] and reading.whole[other])
        elif cells:
            for piece in cut(source.tokens, target.tokens):
                part = _Part(
                    index,
                    _units(reading, rows, piece.source_start, piece.source_end),
                    _units(reading, columns, piece.target_start, piece.target_end),
                    False,
                )
                if part.source.start < part.source.stop and part.target.start < part.target.stop:
                    yield part


def _units(reading: Reading, units: slice, start: int, end: int) -> slice:
    """The units of the words `[start, end)` of a sentence."""
    first, last = np.searchsorted(reading.words[units], [start, end])
    return slice(units.start + int(first), units.start + int(last))


def _gathered(reading: Reading, units: Sequence[slice]) -> tuple[Groups, torch.Tensor]:
    """The words of some runs of units, and where their vectors are, int64 (runs, most units)."""
    import torch

    most = max(run.stop - run.start for run in units)
    shape = (len(units), most)
    index = np.full(shape, len(reading.words))  # the row of zeros
    of, offsets = np.full(shape, -1), np.zeros(shape, dtype=np.int64)
    for row, run in enumerate(units):
        length = run.stop - run.start
        words = reading.words[run]
        index[row, :length] = np.arange(run.start, run.stop)
        begins = np.concatenate(([True], words[1:] != words[:-1]))
        of[row, :length] = np.cumsum(begins) - 1
        offsets[row, : int(begins.sum())] = words[begins]
    device = reading.vectors.device
    most_words = int(of.max()) + 1
    groups = Groups(torch.from_numpy(of).to(device), torch.from_numpy(offsets[:, :most_words]).to(device))
    return groups, torch.from_numpy(index).to(device)


def _joined(alignments: Sequence[Alignment]) -> Alignment:
    """What the parts of one pair have found, in the order of its words."""
    if len(alignments) == 1:
        return alignments[0]
    return Alignment(
        tuple(link for alignment in alignments for link in alignment.links),
        tuple(link for alignment in alignments for link in alignment.weak),
    )
