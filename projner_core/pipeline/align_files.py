"""Aligning two files with no project: pairs are read, aligned and forgotten, a block at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import chain, islice, zip_longest
from pathlib import Path

from projner_core import aligners
from projner_core.aligners.base import Aligner, LearningAligner
from projner_core.corpus import Alignment, Pair, Sentence
from projner_core.errors import InputError
from projner_core.formats import bitext, conll, files
from projner_core.pipeline.aligning import CombinedAligner
from projner_core.pipeline.config import StageConfig
from projner_core.pipeline.progress import Watch
from projner_core.tokenisation import How

CHUNK = 1000  # pairs at a time, for an aligner that asks for nothing else


def align_pairs(read: Callable[[], Iterator[Pair]], config: StageConfig, watch: Watch) -> Iterator[Alignment]:
    """Align pairs that are in no project, one alignment a pair, with one block of them in memory.

    The pairs are counted first, and with that every line of their files is checked before any is aligned.

    Args:
        read: begins to read the pairs; called once to count them, and once for every aligner at work.
        config: the aligner; of a combination, each member sees the pairs as if it were alone.
        watch: told of progress.

    Raises:
        InputError: as reading the pairs.
        ProjnerError: there is no such aligner, or it cannot run here.
        Cancelled: `watch` said so between two blocks.
    """
    blocks = _blocks(read, config)
    total = sum(1 for _ in read())
    watch.begin("align", 0, total)
    done = 0
    while True:
        watch.check()
        block = next(blocks, None)
        if block is None:
            return
        yield from block
        done += len(block)
        watch.advance(done)


def read_pairs(
    source: Path | None,
    target: Path,
    *,
    source_lang: str = "und",
    target_lang: str = "und",
    tokenise: How | None = None,
) -> Iterator[Pair]:
    """The pairs of two parallel files (CoNLL or text), or of one that holds both sides (TSV, JSON lines).

    Unlike `formats.files.read_pair`, an empty line is a sentence without words, whatever stands on the
    other side: the n-th pair is that of the n-th lines. Blank lines at the end of a file do not count.

    Raises:
        InputError: a file cannot be read, or one has more sentences than the other.
    """
    if source is None:
        records = files.read_pair(
            None, target, source_lang=source_lang, target_lang=target_lang, target_how=tokenise
        ).records
        for record in records:
            if record.source is None:
                raise InputError(
                    target,
                    None,
                    "one side alone",
                    "source and target: two files, or one of tab-separated or JSON lines",
                    "Name the other file too (--source).",
                )
            yield Pair(record.id, record.source, record.target)
        return
    sides = zip_longest(_sentences(source, source_lang, tokenise), _sentences(target, target_lang, tokenise))
    for number, (left, right) in enumerate(sides, start=1):
        if left is None or right is None:
            longest = number + sum(1 for _ in sides)
            counts = (number - 1, longest) if left is None else (longest, number - 1)
            raise InputError(
                source,
                None,
                f"{counts[0]:,} sentence{'s' if counts[0] != 1 else ''} here and {counts[1]:,} in {target}",
                "as many on both sides, each the translation of the one in its place",
                "Check that both files are whole and belong together; an extra blank line can be the cause.",
            )
        yield Pair(str(number), left, right)


def _sentences(path: Path, lang: str, how: How | None) -> Iterator[Sentence]:
    kind = files.kind_of(path)
    if kind is files.FileKind.CONLL:
        for sentence in conll.read(path, conll.detect_layout(path)):
            yield Sentence(sentence.tokens, lang, sentence.text)
    elif kind is files.FileKind.TEXT:
        for located in bitext.read_text(path, lang, how):
            yield located.sentence
    else:
        raise InputError(
            path,
            None,
            "a file with both sides of a bitext, beside another file",
            "one such file alone, or a source and a target file",
            "Leave out the other file.",
        )


def _blocks(read: Callable[[], Iterator[Pair]], config: StageConfig) -> Iterator[list[Alignment]]:
    """What an aligner says, in stretches of the length that it asks for; it is made before the first."""
    aligner = aligners.create(config.name, **config.settings)
    if isinstance(aligner, CombinedAligner):
        # Each member goes through the files by itself, in stretches of its own, all of them side by side.
        members = [_blocks(read, StageConfig.model_validate(member)) for member in aligner.members]
        return _combined(aligner, [chain.from_iterable(member) for member in members])
    return _aligned(aligner, read)


def _combined(aligner: CombinedAligner, members: Sequence[Iterator[Alignment]]) -> Iterator[list[Alignment]]:
    while (stretches := [list(islice(member, CHUNK)) for member in members])[0]:
        yield aligner.combine(stretches)


def _aligned(aligner: Aligner, read: Callable[[], Iterator[Pair]]) -> Iterator[list[Alignment]]:
    # A learning aligner sees the corpus once, in order, in blocks of its own size.
    learner = aligner.start() if isinstance(aligner, LearningAligner) else None
    chunk: int = aligner.block if isinstance(aligner, LearningAligner) else getattr(aligner, "chunk", CHUNK)
    pairs = read()
    while block := list(islice(pairs, chunk)):
        yield (learner or aligner).align(block)
