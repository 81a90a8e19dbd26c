"""Why entities are wrong: outcome and cause of every error on Europarl-NER, and a sample to check by hand.

    PROJNER_DATA=... python -m benchmarks causes
    PROJNER_DATA=... python -m benchmarks.causes --only "europarl de" --sample 40 --seed 0

Aligner `statistical`, projector `matching`, gold source entities. `--sample` prints the errors drawn, each
with its sentences, links, source entity and the cause found, to be judged right or wrong.
"""

from __future__ import annotations

import argparse
import os
import random
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from benchmarks.projection import Corpus, corpora, load
from projner_core import aligners, projectors
from projner_core.corpus import Alignment, Pair, Projection, Span, projected_spans
from projner_core.evaluation.errors import Context, explain, find
from projner_core.evaluation.findings import Cause, Finding, Outcome

DEFAULT = ("europarl de", "europarl es")
Found = tuple[Pair, Context, Finding]


def europarl(data: Path, source: str) -> Iterator[Corpus]:
    """Europarl projected from a language other than English, to the others."""
    folder = data / "europarl-ner"
    for lang in ("de", "en", "es"):
        if lang != source:
            yield load(f"europarl {lang}", folder / f"{source}.conll", folder / f"{lang}.conll", lang)


def errors(corpus: Corpus, *, aligner: str = "statistical", projector: str = "matching") -> list[Found]:
    """Every wrong finding of a corpus, with the pair and what is known of it."""
    alignments: list[Alignment] = aligners.create(aligner).align(corpus.pairs)
    decided: list[tuple[Projection, ...]] = projectors.create(projector).project(
        corpus.pairs, corpus.source, alignments
    )
    found = []
    for pair, source, gold, alignment, projections in zip(
        corpus.pairs, corpus.source, corpus.gold, alignments, decided, strict=True
    ):
        context = Context(source, alignment, projections, source)
        for finding in find(pair, gold, projected_spans(projections), context=context):
            if finding.wrong:
                found.append((pair, context, finding))
    return found


def table(findings: list[Finding]) -> str:
    """Outcome by cause, as a Markdown table."""
    counts = Counter((finding.cause, finding.outcome) for finding in findings)
    outcomes = [outcome for outcome in Outcome if outcome is not Outcome.CORRECT]
    lines = [
        "| cause | " + " | ".join(outcomes) + " | all |",
        "|---|" + "---:|" * (len(outcomes) + 1),
    ]
    for cause in Cause:
        row = [counts[cause, outcome] for outcome in outcomes]
        if any(row):
            lines.append(f"| {cause} | " + " | ".join(str(n or "") for n in row) + f" | {sum(row)} |")
    totals = [sum(counts[cause, outcome] for cause in Cause) for outcome in outcomes]
    lines.append("| all | " + " | ".join(map(str, totals)) + f" | {sum(totals)} |")
    return "\n".join(lines)


def draw(errors: int, wanted: int, seed: int, unlike: int | None) -> list[int]:
    """The numbers of the errors that a seed draws, sorted; none of those that the seed `unlike` draws."""
    left = list(range(errors))
    if unlike is not None:
        seen = set(draw(errors, wanted, unlike, None))
        left = [number for number in left if number not in seen]
    return sorted(random.Random(seed).sample(left, min(wanted, len(left))))


def shown(number: int, pair: Pair, context: Context, finding: Finding) -> str:
    """One error with all that is needed to judge its cause."""
    source, target = pair.both()
    alignment = context.alignment or Alignment()

    def words(tokens: tuple[str, ...], span: Span | None) -> str:
        return "–" if span is None else f"{' '.join(tokens[span.start : span.end])}/{span.label}"

    lines = [
        f"{number}. {pair.id}",
        f"   source  {' '.join(source.tokens)}",
        f"   target  {' '.join(target.tokens)}",
    ]
    for projection in context.projections or ():
        links = " ".join(
            f"{source.tokens[link.source]}-{target.tokens[link.target]}:{link.score:.2f}"
            for link in alignment.links
            if projection.entity.start <= link.source < projection.entity.end
        )
        lines.append(
            f"     {words(source.tokens, projection.entity)} → {words(target.tokens, projection.target)} "
            f"({projection.reason}, {projection.score:.2f})  {links}"
        )
    lines += [
        f"   gold {words(target.tokens, finding.gold)} · "
        f"predicted {words(target.tokens, finding.predicted)} · "
        f"behind it {words(source.tokens, finding.entity)}",
        f"   {finding.outcome}: {finding.cause}",
        f"   {explain(finding, pair, context)}",
    ]
    return "\n".join(lines)


def main() -> int:
    """Print a table a corpus, or a sample of its errors."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--only", default="", help="the corpora whose name begins so")
    parser.add_argument("--source", default="en", help="of Europarl: the language to project from")
    parser.add_argument("--sample", type=int, default=0, help="how many errors to print")
    parser.add_argument("--seed", type=int, default=0, help="of the sample")
    parser.add_argument("--unlike", type=int, help="draw none of the errors that this seed draws")
    options = parser.parse_args()
    folder = os.environ.get("PROJNER_DATA")
    if not folder:
        print("PROJNER_DATA names no folder of corpora: nothing to measure")
        return 0
    for corpus in europarl(Path(folder), options.source) if options.source != "en" else corpora(Path(folder)):
        wanted = corpus.name.startswith(options.only) if options.only else corpus.name in DEFAULT
        if not wanted or ", first" in corpus.name:
            continue
        found = errors(corpus)
        print(f"## {corpus.name}: {len(found)} errors\n\n{table([finding for *_, finding in found])}\n")
        if options.sample:
            for number, place in enumerate(draw(len(found), options.sample, options.seed, options.unlike), 1):
                print(shown(number, *found[place]) + "\n", flush=True)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
