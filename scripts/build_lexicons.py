"""Learn the bundled lexicons anew from NTREX-128, with the statistical aligner itself.

    python scripts/build_lexicons.py --ntrex ../shared/data/ntrex [--only de sw] [--out FOLDER]

The folder holds one `<code>.txt.gz` a language, 1,997 sentences each, line by line the same. English is
aligned with each language, with no lexicon but with string similarity and CLDR's names; each language's
expected links are thresholded, and the file is kept under 62 KB by leaving out the rarest. Variants by
country (Spanish of Mexico, Portuguese of Brazil …) are learned together with the language. Takes about
five minutes.
"""

from __future__ import annotations

import argparse
import gzip
import sys
import time
from collections import Counter, defaultdict
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

from projner_core.aligners._statistical.units import WITHOUT_SPACES, Joiner
from projner_core.aligners.statistical import StatisticalAligner
from projner_core.bundled import lexicons
from projner_core.corpus import Alignment, Pair, Sentence
from projner_core.languages import parse
from projner_core.similarity.spelling import normalise
from projner_core.tokenisation import tokenise

ENGLISH = "eng"
LEAST_LINKS = 0.3  # expected links, for an entry to be kept
MOST_BYTES = 62_000
JOINING_ROUNDS = 2
LEAST_COLLOCATION = 5
HANG_TOGETHER = 0.5
NOT_EVERYDAY = 0.02
CERTAIN = 0.4  # P(English token | token), for a token to translate it

# NTREX codes whose lexicon is not simply that of their language: two scripts, or Dari beside Persian.
APART = {
    "zho-CN": "zh-Hans",
    "zho-TW": "zh-Hant",
    "srp-Cyrl": "sr-Cyrl",
    "srp-Latn": "sr-Latn",
    "prs": "fa-AF",
}


def main() -> int:
    """Build the lexicons; the exit code is 0 when all were built."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--ntrex", type=Path, required=True, help="folder of <code>.txt.gz")
    parser.add_argument("--out", type=Path, default=Path(lexicons.__file__).parent)
    parser.add_argument("--only", nargs="*", help="lexicons to build (BCP 47), all by default")
    parser.add_argument("--least", type=float, default=LEAST_LINKS)
    arguments = parser.parse_args()

    texts: defaultdict[str, list[Path]] = defaultdict(list)
    for path in sorted(arguments.ntrex.glob("*.txt.gz")):
        code = path.name.removesuffix(".txt.gz")
        if not code.startswith(ENGLISH):
            texts[APART.get(code) or parse(code).language].append(path)
    english = read(arguments.ntrex / f"{ENGLISH}.txt.gz", "en")
    words = sorted(
        {normalise(token) for sentence in english for token in sentence.tokens if has_letter(token)}
    )
    data = lexicons.pack_words(words)
    (arguments.out / lexicons.ENGLISH).write_bytes(data)
    total = len(data)
    for name, paths in sorted(texts.items()):
        if arguments.only and name not in arguments.only:
            continue
        began = time.perf_counter()
        entries = learn(name, english, [read(path, name) for path in paths])
        entries = [entry for entry in entries if entry.links >= arguments.least]
        data = fit(entries, words)
        (arguments.out / f"{name}{lexicons.SUFFIX}").write_bytes(data)
        total += len(data)
        kept = sum(1 for _ in lexicons.unpack(data, words))
        print(
            f"{name:8} {kept:6} of {len(entries):6} entries {len(data):6} bytes "
            f"{time.perf_counter() - began:5.1f} s",
            flush=True,
        )
    print(f"{total:,} bytes in all")
    return 0


def read(path: Path, lang: str) -> list[Sentence]:
    """A text of NTREX, one sentence a line."""
    lines = gzip.decompress(path.read_bytes()).decode().removesuffix("\n").split("\n")
    return [Sentence(tokenise(line, lang), lang) for line in lines]


def learn(name: str, english: list[Sentence], translations: list[list[Sentence]]) -> list[lexicons.Entry]:
    """The expected links between English and the other language's texts, all of them one corpus.

    Where a script has no spaces, the tokens are characters: those that translate one English word together
    are joined, round by round, so that the lexicon comes to hold words.
    """
    pairs = []
    for text in translations:
        if len(text) != len(english):
            sys.exit(f"{name}: {len(text)} lines, but English has {len(english)}")
        pairs += [Pair("", source, target) for source, target in zip(english, text, strict=True)]
    spaced = not any(WITHOUT_SPACES.search(token) for pair in pairs[:20] for token in pair.target.tokens)
    if not spaced:
        pairs = join(pairs, name, collocations([list(pair.target.tokens) for pair in pairs]))
        for _ in range(JOINING_ROUNDS):
            found = StatisticalAligner(lexicon=0, block=len(pairs)).align(pairs)
            pairs = join(pairs, name, joined_words(pairs, found))
    learner = StatisticalAligner(lexicon=0, block=len(pairs)).start()
    learner.align(pairs)
    return [lexicons.Entry(*lesson) for lesson in learner.lessons() if tells_something(*lesson[:2])]


def join(pairs: list[Pair], name: str, words: set[str]) -> list[Pair]:
    """The same pairs, with the target tokens joined that make one of the words."""
    joiner = Joiner(words)
    return [
        replace(pair, target=Sentence(joiner.units(pair.target.tokens, ()).words, name)) for pair in pairs
    ]


def collocations(sentences: list[list[str]]) -> set[str]:
    """Tokens that hang together: one of two seldom stands without the other, which is no everyday token."""
    words: set[str] = set()
    while True:
        single = Counter(token for sentence in sentences for token in sentence)
        double = Counter(both for sentence in sentences for both in pairwise(sentence))
        close = {
            both
            for both, count in double.items()
            if count >= LEAST_COLLOCATION
            and count >= HANG_TOGETHER * min(single[both[0]], single[both[1]])
            and count >= NOT_EVERYDAY * max(single[both[0]], single[both[1]])
            and all(WITHOUT_SPACES.match(token) for token in both)
        }
        if not close:
            return words
        words |= {"".join(map(normalise, both)) for both in close}
        sentences = [joined(sentence, close) for sentence in sentences]


def joined(sentence: list[str], close: set[tuple[str, str]]) -> list[str]:
    """The sentence with those neighbours joined, from left to right."""
    result: list[str] = []
    at = 0
    while at < len(sentence):
        both = tuple(sentence[at : at + 2])
        result.append("".join(both) if both in close else sentence[at])
        at += 2 if both in close else 1
    return result


def joined_words(pairs: list[Pair], alignments: list[Alignment]) -> set[str]:
    """Runs of tokens that translate one English word, twice or more and in half of the places they stand."""
    joined: Counter[tuple[str, ...]] = Counter()
    for pair, alignment in zip(pairs, alignments, strict=True):
        best = [(0.0, -1)] * len(pair.target)
        for link in (*alignment.links, *alignment.weak):
            best[link.target] = max(best[link.target], (link.forward or 0.0, link.source))
        sources = [source if certain >= CERTAIN else -1 - at for at, (certain, source) in enumerate(best)]
        start = 0
        for end in range(1, len(sources) + 1):
            if end == len(sources) or sources[end] != sources[start]:
                run = pair.target.tokens[start:end]
                if len(run) > 1 and all(WITHOUT_SPACES.match(token) for token in run):
                    joined[run] += 1
                start = end
    candidates = {run for run, count in joined.items() if count >= 2}
    longest = max(map(len, candidates), default=0)
    stands: Counter[tuple[str, ...]] = Counter()
    for pair in pairs:
        tokens = pair.target.tokens
        for start in range(len(tokens)):
            for end in range(start + 2, min(start + longest, len(tokens)) + 1):
                if tokens[start:end] in candidates:
                    stands[tokens[start:end]] += 1
    return {"".join(map(normalise, run)) for run in candidates if joined[run] * 2 >= stands[run]}


def tells_something(english: str, word: str) -> bool:
    """Whether an entry says more than string similarity does: numbers and punctuation are themselves."""
    return has_letter(english) and any(c.isalnum() for c in word) and word != "="


def has_letter(token: str) -> bool:
    """Whether there is a letter in it."""
    return any(c.isalpha() for c in token)


def fit(entries: list[lexicons.Entry], words: list[str]) -> bytes:
    """The lexicon file of all entries, or of the most frequent that fit."""
    entries = sorted(entries, key=lambda entry: (-entry.links, entry))
    data = lexicons.pack(entries, words)
    while len(data) > MOST_BYTES:
        entries = entries[: int(len(entries) * min(0.98, MOST_BYTES / len(data)))]
        data = lexicons.pack(entries, words)
    return data


if __name__ == "__main__":
    sys.exit(main())
