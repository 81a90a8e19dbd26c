"""eflomal: a Bayesian aligner by Gibbs sampling (Östling and Tiedemann 2016), where it is installed.

It is GPL-3 and needs a C compiler, so it is an extra: `pip install "projner[eflomal]"`. It is called as a
package and nothing else. It says which links, not how probable: each direction gives every word at most one
link. So a link scores 1 where both directions have it and ½ where one has, and says so in `forward` and
`backward`. eflomal draws at random and takes no seed: two runs differ in some links.

It learns from what it is given at once and keeps nothing. `chunk` asks the pipeline for up to 100,000 pairs
at a time; a run that is killed starts the chunk anew.
"""

from __future__ import annotations

import os
import signal
import tempfile
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import suppress
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path

from projner_core.aligners._statistical.cutting import Piece, cut
from projner_core.aligners.symmetrisation import METHODS, Method, Offsets
from projner_core.corpus import Alignment, Link, Pair, Sentence
from projner_core.errors import ProjnerError
from projner_core.inference.interruption import asking, checkpoint
from projner_core.similarity.spelling import normalise

_LONGEST = 1023  # tokens; eflomal leaves longer sentences without a link
_LEXICON, _SIMILARITY = 0.7, 12.0  # as in the default aligner
_ASK = 0.2  # seconds between two questions whether anyone still wants the links
_BLOCK = 1000  # pairs whose words are compared at once: bounds memory
_BLANK = "\N{LOWER ONE EIGHTH BLOCK}"  # stands for a space inside a token, and for a token without letters


class Eflomal:
    """Aligns words by eflomal, in both directions, from the pairs themselves; takes large corpora at once.

    Args:
        model: 1 is IBM model 1, 2 adds positions (a hidden Markov model), 3 fertilities too.
        samplers: how many independent samplers are averaged.
        iterations: how long to sample, relative to what eflomal finds right for the size of the corpus.
        method: how the directions are joined: intersection, union, grow-diag, grow-diag-final or
            grow-diag-final-and.
        priors: the weight of what the default aligner knows beforehand (lexicons, names, similar words), as
            pseudo-counts; 0 does without.

    Raises:
        ProjnerError: eflomal is not installed, or a setting is out of its range.
    """

    chunk = 100_000  # pairs at a time

    def __init__(
        self,
        *,
        model: int = 3,
        samplers: int = 3,
        iterations: float = 1.0,
        method: Method = "grow-diag-final-and",
        priors: float = 1.0,
    ) -> None:
        if model not in (1, 2, 3):
            raise ProjnerError(f"eflomal's model must be 1, 2 or 3, but is {model}")
        if samplers < 1:
            raise ProjnerError(f"eflomal's samplers must be 1 or more, but are {samplers}")
        if not iterations > 0:
            raise ProjnerError(f"eflomal's iterations must be more than 0, but are {iterations}")
        if method not in METHODS:
            raise ProjnerError(
                f"eflomal's directions cannot be joined by {method!r}; there are: {', '.join(METHODS)}"
            )
        if not priors >= 0:
            raise ProjnerError(f"eflomal's priors must be 0 or more, but are {priors}")
        _require()
        self._settings = {"model": model, "n_samplers": samplers, "rel_iterations": iterations}
        self._method = method
        self._priors = priors

    def align(self, pairs: Sequence[Pair]) -> list[Alignment]:
        """One alignment a pair, in the same order; all pairs of the same two languages are learned from.

        What one direction has and the joining leaves out is weak. Sides of more than 400 tokens are cut in
        proportion and aligned piece by piece.

        Raises:
            ProjnerError: eflomal is not installed, or fails.
            ValueError: a pair has no source sentence.
        """
        bitexts: dict[tuple[str, str], _Bitext] = {}
        for number, pair in enumerate(asking(pairs)):
            source, target = pair.both()
            bitexts.setdefault((source.lang, target.lang), _Bitext()).add(
                number, source.tokens, target.tokens
            )
        forward: defaultdict[int, set[Offsets]] = defaultdict(set)
        backward: defaultdict[int, set[Offsets]] = defaultdict(set)
        for languages, bitext in bitexts.items():
            if not bitext.pieces:
                continue
            for (number, piece), *lines in zip(bitext.pieces, *self._run(languages, bitext), strict=True):
                for direction, line in zip((forward, backward), lines, strict=True):
                    direction[number].update(_parse(line, piece))
        return [self._joined(forward[number], backward[number]) for number in range(len(pairs))]

    def _run(self, languages: tuple[str, str], bitext: _Bitext) -> tuple[list[str], list[str]]:
        """The lines that eflomal writes for each direction, one a piece."""
        _require()
        from eflomal import Aligner

        priors = list(_priors(languages, bitext, self._priors)) if self._priors else None
        with tempfile.TemporaryDirectory(prefix="projner-") as folder:
            written = Path(folder, "forward"), Path(folder, "backward")
            try:
                _sample(
                    lambda: Aligner(**self._settings).align(
                        bitext.sources,
                        bitext.targets,
                        links_filename_fwd=str(written[0]),
                        links_filename_rev=str(written[1]),
                        priors_input=priors,
                        quiet=True,
                    ),
                    folder,
                )
                forward, backward = (path.read_text(encoding="ascii").splitlines() for path in written)
            except (OSError, ValueError, SystemExit) as error:  # it leaves where its binary is not found
                raise ProjnerError(f"eflomal failed: {error}. Is its binary installed with it?") from error
        if not len(forward) == len(backward) == len(bitext.pieces):
            raise ProjnerError(
                f"eflomal failed: of {len(bitext.pieces)} sentence pairs it aligned "
                f"{len(forward)} in one direction and {len(backward)} in the other"
            )
        return forward, backward

    def _joined(self, forward: set[Offsets], backward: set[Offsets]) -> Alignment:
        chosen = METHODS[self._method]([forward, backward])
        known = [
            Link(*offsets, score=(a + b) / 2, forward=a, backward=b)
            for offsets in sorted(forward | backward)
            for a, b in [(float(offsets in forward), float(offsets in backward))]
        ]
        return Alignment(
            tuple(link for link in known if (link.source, link.target) in chosen),
            tuple(link for link in known if (link.source, link.target) not in chosen),
        )


@dataclass
class _Bitext:
    """Sentences as eflomal takes them: a line a piece, words parted by spaces, no line empty."""

    sources: list[str] = field(default_factory=list)
    targets: list[str] = field(default_factory=list)
    pieces: list[tuple[int, Piece]] = field(default_factory=list)  # each with its pair's number

    def add(self, number: int, source: Sequence[str], target: Sequence[str]) -> None:
        for piece in cut(source, target):
            if max(piece.source_end - piece.source_start, piece.target_end - piece.target_start) > _LONGEST:
                continue  # a few words against a thousand
            self.sources.append(_line(source[piece.of_source]))
            self.targets.append(_line(target[piece.of_target]))
            self.pieces.append((number, piece))


def _sample(align: Callable[[], None], folder: str) -> None:
    """Have eflomal sample, and ask meanwhile whether anyone still wants it; if not, its program is stopped.

    Args:
        align: calls it. It waits for a program that it starts, with paths in `folder` as arguments.
        folder: nobody else's.
    """
    with ThreadPoolExecutor(max_workers=1) as pool:
        sampling = pool.submit(align)
        try:
            while not wait([sampling], timeout=_ASK).done:
                checkpoint()
        except BaseException:
            while not wait([sampling], timeout=_ASK).done:  # it may only now be starting its program
                _stop(folder)
            raise
        sampling.result()


def _stop(folder: str) -> None:
    """Stop this process's own child that was given paths in `folder`, where the system says which that is."""
    for status in Path("/proc").glob("[0-9]*/cmdline"):
        with suppress(OSError):  # gone meanwhile, or another user's
            parent = (status.parent / "stat").read_text(errors="replace").rpartition(")")[2].split()[1]
            if folder.encode() in status.read_bytes() and int(parent) == os.getpid():
                os.kill(int(status.parent.name), signal.SIGTERM)


def _line(tokens: Iterable[str]) -> str:
    """Tokens as one line: normalised, and no space but between them."""
    return " ".join(_BLANK.join(normalise(token).split()) or _BLANK for token in tokens)


def _parse(line: str, piece: Piece) -> Iterator[Offsets]:
    for link in line.split():
        source, _, target = link.partition("-")
        yield int(source) + piece.source_start, int(target) + piece.target_start


def _priors(languages: tuple[str, str], bitext: _Bitext, weight: float) -> Iterator[str]:
    """What eflomal reads: `LEX`, source word, target word, pseudo-count, parted by tabs."""
    from projner_core.aligners._statistical import known

    sources = {word for line in bitext.sources for word in line.split(" ")}
    targets = {word for line in bitext.targets for word in line.split(" ")}
    counts: defaultdict[tuple[str, str], float] = defaultdict(float)
    for (source, target), count in known.lexicon(*languages).items():
        counts[source, target] += _LEXICON * count
    for (source, target), count in _names(languages):
        counts[source, target] += count
    for (source, target), count in _similar(bitext):
        counts[source, target] += count
    for (source, target), count in counts.items():
        if source in sources and target in targets:
            yield f"LEX\t{source}\t{target}\t{weight * count:g}"


def _names(languages: tuple[str, str]) -> Iterator[tuple[tuple[str, str], float]]:
    """The words of CLDR's names that the default aligner links, with how many links it expects."""
    from projner_core.aligners._statistical import known
    from projner_core.aligners.statistical import StatisticalAligner

    source_lang, target_lang = languages
    pairs = [
        Pair(str(number), Sentence(source, source_lang), Sentence(target, target_lang))
        for number, (source, target) in enumerate(known.names(source_lang, target_lang))
    ]
    for pair, alignment in zip(pairs, StatisticalAligner(names=0).align(pairs), strict=True):
        for link in alignment.links:
            words = pair.both()[0].tokens[link.source], pair.target.tokens[link.target]
            yield words, (link.forward or 0.0) * (link.backward or 0.0)


def _similar(bitext: _Bitext) -> Iterator[tuple[tuple[str, str], float]]:
    """Words that meet and look alike; each pair once."""
    from projner_core.aligners._statistical.shapes import shapes
    from projner_core.aligners._statistical.similarity import similar_pairs
    from projner_core.aligners._statistical.tables import Text, build_block
    from projner_core.aligners._statistical.words import Vocabulary

    seen: set[tuple[str, str]] = set()
    for start in range(0, len(bitext.pieces), _BLOCK):
        texts, words = [], []
        for lines in (bitext.sources, bitext.targets):
            vocabulary = Vocabulary()
            text = Text(vocabulary, [], [])
            for line in lines[start : start + _BLOCK]:
                tokens = line.split(" ")
                text.add(vocabulary.ids(tokens), shapes(tokens))
            texts.append(text)
            words.append(vocabulary.words)
        block = build_block(*texts)
        count = similar_pairs(block, *words, weight=_SIMILARITY, threads=1)[0].pair
        table = block.tables[0]
        for place in count.nonzero()[0].tolist():
            pair = words[0][table.source[place]], words[1][table.target[place]]
            if pair not in seen:
                seen.add(pair)
                yield pair, float(count[place])


def _require() -> None:
    if find_spec("eflomal") is None:
        raise ProjnerError(
            'eflomal is not installed. Install it with: pip install "projner[eflomal]" (it is compiled as it '
            "is installed, so a C compiler is needed; on Debian and Ubuntu: apt-get install build-essential)."
        )
