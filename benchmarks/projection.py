"""Strict F1 of the offline pipeline: aligner `statistical`, projector `matching`, gold source entities.

    PROJNER_DATA=... python -m benchmarks.projection [--only europarl] [--samples 1000] [--bare]
    PROJNER_DATA=... python -m benchmarks.projection --ablate [--bare]
    PROJNER_DATA=... python -m benchmarks.projection --lost

`--bare` takes away all that the aligner believes beforehand (lexicon, names, similarity): weaker links, to
see that a change doesn't depend on good ones.

German and Spanish of Europarl-NER were used for tuning, with UNER-PUD and xSID (valid) to see that a
change pays elsewhere too: read all but xSID (test) as optimistic. UNER-PUD is annotated by other people
in each language, which caps its scores.
"""

from __future__ import annotations

import argparse
import os
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from unittest import mock

from projner_core import aligners, projectors
from projner_core.corpus import Pair, Sentence, Span, projected_spans
from projner_core.evaluation.entities import Score, score
from projner_core.formats import conll
from projner_core.projectors import candidates, kinds
from projner_core.schemes import decode, repair

XSID = [
    "de-ba",
    "de-muc",
    "de-st",
    "gsw",
    "nap",
    "nl",
    "da",
    "de",
    "it",
    "lt",
    "id",
    "tr",
    "kk",
    "sr",
    "ar",
    "ja",
    "zh",
]


@dataclass(frozen=True, slots=True)
class Corpus:
    """A parallel corpus with gold entities on both sides, pair by pair."""

    name: str
    pairs: list[Pair]
    source: list[tuple[Span, ...]]
    gold: list[tuple[Span, ...]]

    def first(self, count: int) -> Corpus:
        """Its first pairs, as a corpus of its own."""
        return Corpus(
            f"{self.name}, first {count}", self.pairs[:count], self.source[:count], self.gold[:count]
        )


def read(path: Path) -> dict[str, tuple[tuple[str, ...], tuple[Span, ...]]]:
    """Tokens and entities of a CoNLL file by sentence id."""
    layout = conll.detect_layout(path)
    found = {}
    for number, sentence in enumerate(conll.read(path, layout)):
        spans: tuple[Span, ...] = ()
        if sentence.tags is not None and layout.scheme is not None:
            spans = decode(repair(sentence.tags, layout.scheme).tags, layout.scheme)
        found[sentence.id or str(number)] = (sentence.tokens, spans)
    return found


def load(name: str, source: Path, target: Path, lang: str) -> Corpus:
    """The sentences that both files have, by id, in the order of the source."""
    ours, theirs = read(source), read(target)
    ids = [i for i in ours if i in theirs]
    return Corpus(
        name,
        [Pair(i, Sentence(ours[i][0], "en"), Sentence(theirs[i][0], lang)) for i in ids],
        [ours[i][1] for i in ids],
        [theirs[i][1] for i in ids],
    )


def corpora(data: Path, xsid_part: str = "test") -> Iterator[Corpus]:
    """Everything that is measured; xSID comes in two parts, `valid` and `test`."""
    for lang in ("de", "es"):
        europarl = data / "europarl-ner"
        whole = load(f"europarl {lang}", europarl / "en.conll", europarl / f"{lang}.conll", lang)
        yield whole
        yield whole.first(100)
    for lang in ("de", "pt"):
        pud = data / "uner-pud"
        yield load(f"uner-pud {lang}", pud / "en.conll", pud / f"{lang}.conll", lang)
    for lang in XSID:
        xsid = data / "xsid"
        yield load(f"xsid {lang}", xsid / f"en.{xsid_part}.conll", xsid / f"{lang}.{xsid_part}.conll", lang)


def shown(measured: Score) -> str:
    """A score with its interval."""
    if measured.interval is None:
        return f"{measured.value:.3f}"
    return f"{measured.value:.3f} [{measured.interval.low:.3f}, {measured.interval.high:.3f}]"


Settings = dict[str, float | str | bool]
BARE: Settings = {"lexicon": 0.0, "names": 0.0, "similarity": 0.0}
EARLIER: Settings = {
    "leave_articles": False,
    "end_on_nouns": False,
    "edge_minimum": 0.0,
    "derived_label": "",
}
OUTCOMES = (
    "gold entities",
    "label alone",
    "too long",
    "too short",
    "shifted",
    "boundary and label",
    "missed",
    "of no gold entity",
)
BY_TOKEN = "punctuation read token by token"

ABLATIONS: dict[str, Settings] = {
    "as it is": {},
    "words derived from names keep its label": {"derived_label": ""},
    "words derived from names are dropped": {"derived_label": "O"},
    "articles like other words": {"leave_articles": False},
    "no rule for languages with capital nouns": {"end_on_nouns": False},
    "any linked token may be an edge": {"edge_minimum": 0.0},
    BY_TOKEN: {},
    "none of these": EARLIER,
    "every target token counts one": {"unaligned_discount": 0.0},
    "no case penalty": {"lower_case_edge": 1.0},
    "case penalty .85": {"lower_case_edge": 0.85},
    "no minimum": {"minimum": 1e-6},
    "only P(source given target)": {"forward_share": 1.0},
    "only P(target given source)": {"forward_share": 0.0},
}


def markdown_table(rows: dict[str, dict[str, list[float]]]) -> str:
    """A row for each name, a column for each corpus, the mean of its figures in each cell."""
    heads = next(iter(rows.values()))
    lines = ["| | " + " | ".join(heads) + " |", "|---" * (len(heads) + 1) + "|"]
    for name, row in rows.items():
        lines.append(f"| {name} | " + " | ".join(f"{sum(f1) / len(f1):.3f}" for f1 in row.values()) + " |")
    return "\n".join(lines)


def by_token() -> AbstractContextManager[object]:
    """Read punctuation as before: whole tokens, wherever they stand."""
    return mock.patch.multiple(
        candidates,
        kinds_of=lambda tokens: [kinds.KINDS[token] for token in tokens],
        holds_mark=lambda token: kinds.KINDS[token] == kinds.MARK,
    )


def ablate(data: Path, aligner: Settings) -> None:
    """Print what each setting of the projector is worth: strict F1 with the same links."""
    columns: dict[str, dict[str, list[float]]] = {name: {} for name in ABLATIONS}
    for corpus in corpora(data, "valid"):
        alignments = aligners.create("statistical", **aligner).align(corpus.pairs)
        column = "xsid" if corpus.name.startswith("xsid") else corpus.name
        for name, settings in ABLATIONS.items():
            with by_token() if name in (BY_TOKEN, "none of these") else nullcontext():
                result = projectors.create("matching", **settings).project(
                    corpus.pairs, corpus.source, alignments
                )
            scores = score(corpus.gold, [projected_spans(p) for p in result], samples=0)
            columns[name].setdefault(column, []).append(scores.micro.f1.value)
    print(markdown_table(columns))


def outcome(span: Span, others: Sequence[Span]) -> str:
    """What a gold entity got that none of the projected ones matches."""
    near = [other for other in others if other.overlaps(span)]
    if any((other.start, other.end) == (span.start, span.end) for other in near):
        return "label alone"
    same = next((other for other in near if other.label == span.label), None)
    if same is None:
        return "boundary and label" if near else "missed"
    if same.start <= span.start and span.end <= same.end:
        return "too long"
    return "too short" if span.start <= same.start and same.end <= span.end else "shifted"


def lost(data: Path) -> None:
    """Print how many gold entities of each corpus were lost and how, and how many projections are of none."""
    counts: dict[str, Counter[str]] = {}
    for corpus in corpora(data, "valid"):
        if "first" in corpus.name:
            continue
        count = counts.setdefault("xsid" if corpus.name.startswith("xsid") else corpus.name, Counter())
        alignments = aligners.create("statistical").align(corpus.pairs)
        result = projectors.create("matching").project(corpus.pairs, corpus.source, alignments)
        for gold, projections in zip(corpus.gold, result, strict=True):
            found = projected_spans(projections)
            count["gold entities"] += len(gold)
            for span in gold:
                if not any(other.same_entity(span) for other in found):
                    count[outcome(span, found)] += 1
            count["of no gold entity"] += sum(not any(o.overlaps(s) for s in gold) for o in found)
    print("| | " + " | ".join(counts) + " |\n" + "|---" * (len(counts) + 1) + "|")
    for kind in OUTCOMES:
        print(f"| {kind} | " + " | ".join(str(count[kind]) for count in counts.values()) + " |")


def many(data: Path, pairs: int) -> None:
    """Print how long the default projector and the heuristic take for so many pairs, links given."""
    corpus = load("europarl de", data / "europarl-ner/en.conll", data / "europarl-ner/de.conll", "de")
    alignments = aligners.create("statistical").align(corpus.pairs)
    times = -(-pairs // len(corpus.pairs))
    given = (corpus.pairs * times, corpus.source * times, alignments * times)
    for name in ("matching", "published", "heuristic"):
        projector = projectors.create(name)
        projector.project(corpus.pairs, corpus.source, alignments)  # compile, or load what was compiled
        begin = time.perf_counter()
        projector.project(*given)
        print(f"{name}: {len(given[0]):,} pairs in {time.perf_counter() - begin:.1f} s", flush=True)


def main() -> None:
    """Print one line a corpus."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--only", default="", help="corpora whose name begins so")
    parser.add_argument("--samples", type=int, default=1000, help="bootstrap samples")
    parser.add_argument("--ablate", action="store_true", help="what each setting is worth, instead")
    parser.add_argument("--lost", action="store_true", help="how entities were lost, instead")
    parser.add_argument("--bare", action="store_true", help="the aligner knows nothing beforehand")
    parser.add_argument("--many", type=int, default=0, metavar="N", help="project N pairs, instead")
    options = parser.parse_args()
    folder = os.environ.get("PROJNER_DATA")
    if not folder:
        print("PROJNER_DATA names no folder of corpora: nothing to measure")
        return
    if options.ablate:
        ablate(Path(folder), BARE if options.bare else {})
        return
    if options.lost:
        lost(Path(folder))
        return
    if options.many:
        many(Path(folder), options.many)
        return

    print(
        f"{'corpus':24}{'pairs':>6}  {'strict F1, 95 %':24}{'P':>6}{'R':>7}{'exact':>7}"
        f"{'align':>9}{'project':>9}"
    )
    by_group: dict[str, list[float]] = {}
    for corpus in corpora(Path(folder)):
        if not corpus.name.startswith(options.only):
            continue
        begin = time.perf_counter()
        alignments = aligners.create("statistical", **(BARE if options.bare else {})).align(corpus.pairs)
        aligned = time.perf_counter()
        projections = projectors.create("matching").project(corpus.pairs, corpus.source, alignments)
        projected = time.perf_counter()
        scores = score(corpus.gold, [projected_spans(p) for p in projections], samples=options.samples)
        micro = scores.micro
        print(
            f"{corpus.name:24}{len(corpus.pairs):6}  {shown(micro.f1):24}{micro.precision.value:6.3f}"
            f"{micro.recall.value:7.3f}{scores.exact_match.sentence.value:7.3f}"
            f"{aligned - begin:8.2f}s{projected - aligned:8.3f}s",
            flush=True,
        )
        by_group.setdefault(corpus.name.split()[0], []).append(micro.f1.value)
    if len(xsid := by_group.get("xsid", [])) > 1:
        print(f"{f'xsid, mean of {len(xsid)}':32}{sum(xsid) / len(xsid):.3f}")


if __name__ == "__main__":
    main()
