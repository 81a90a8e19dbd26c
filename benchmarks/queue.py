"""How many errors are in the first part of the queue: the doubt of pairs, held against gold.

    PROJNER_DATA=... python -m benchmarks queue
    PROJNER_DATA=... python -m benchmarks.queue --fit
    python -m benchmarks.queue --seconds 100000

Gold source entities, aligner `statistical`, projector `matching`. The weights are fitted on development data
(`--fit` prints them): xSID valid and the first halves of Europarl de, es and PUD de, pt, each as it is and
degraded, with and without second opinions. Three tables follow: the weights as shipped, on sentences that
were not fitted on (Europarl and PUD from the middle on, xSID test); fitted without any Europarl, on Europarl,
and without any PUD, on PUD; and what second opinions and signs are worth.
"""

from __future__ import annotations

import argparse
import os
import tempfile
import time
from collections.abc import Callable, Sequence
from functools import partial
from itertools import pairwise
from pathlib import Path

import numpy as np

from benchmarks._doubts import SIGNS, Floats, Weighed, degraded, fit, weighed
from benchmarks.projection import Corpus, corpora
from projner_core.review.queue import LEAK, WEIGHTS

SHARES = (0.10, 0.25)
HALVED = ("europarl de", "europarl es", "uner-pud de", "uner-pud pt")
SHIPPED = np.array([*(WEIGHTS[sign] for sign in SIGNS), LEAK])
_SHUFFLES = 2000

Group = tuple[str, list[Weighed], Floats]  # a corpus or several, and the weights of the doubt


def found(doubts: Floats, wrong: Floats, share: float) -> float:
    """The share of wrong entities that are in the first `share` of the pairs, most doubtful first."""
    first = np.argsort(-doubts, kind="stable")[: round(share * len(doubts))]
    return float(wrong[first].sum() / wrong.sum())


def area(doubts: Floats, wrong: Floats) -> float:
    """The chance that a wrong pair is more doubtful than a right one: the area under the ROC curve."""
    from scipy.stats import rankdata

    bad = wrong > 0
    ranks, n = rankdata(doubts), int(bad.sum())
    return float((ranks[bad].sum() - n * (n + 1) / 2) / (n * (len(bad) - n)))


def by_chance(queues: Sequence[Weighed], share: float) -> tuple[float, float]:
    """Within what a random order finds 95 times of 100, on the mean; it finds `share` on average."""
    rng = np.random.default_rng(0)
    drawn = np.zeros(_SHUFFLES)
    for data in queues:
        first, total = round(share * len(data.wrong)), data.wrong.sum()
        drawn += [rng.permutation(data.wrong)[:first].sum() / total for _ in range(_SHUFFLES)]
    low, high = np.quantile(drawn / len(queues), [0.025, 0.975])
    return float(low), float(high)


def chance(data: Weighed, weights: Floats) -> Floats:
    """The doubt of each pair, as `review.queue.doubt` gives it."""
    doubts: Floats = 1.0 - np.exp(-data.table @ weights)
    return doubts


def ranking(groups: Sequence[Group]) -> None:
    """Print what each corpus's queue finds, beside chance, the doubt before, and gold itself; of a group of
    corpora, the mean of their queues."""
    print("| corpus | pairs, wrong | order | first 10 % | first 25 % | wrong pairs, first 10 % | ROC AUC |")
    print("|---|---|---|---|---|---|---|")
    for name, queues, weights in groups:
        orders: dict[str, Callable[[Weighed], Floats]] = {
            "the doubt": partial(chance, weights=weights),
            "the doubt before": lambda data: data.before,
            "gold (the most there is)": lambda data: data.wrong,
        }
        spans = [by_chance(queues, share) for share in SHARES]
        cells = [f"{s:.2f} [{low:.2f}, {high:.2f}]" for s, (low, high) in zip(SHARES, spans, strict=True)]
        pairs, bad = sum(len(q.wrong) for q in queues), sum(int((q.wrong > 0).sum()) for q in queues)
        print(f"| {name} | {pairs}, {bad} | random | {' | '.join(cells)} | .10 | .500 |")
        for order, doubts in orders.items():
            rows = [
                [
                    *(found(doubts(q), q.wrong, share) for share in SHARES),
                    found(doubts(q), (q.wrong > 0).astype(np.float64), SHARES[0]),
                    area(doubts(q), q.wrong),
                ]
                for q in queues
            ]
            *shares, auc = np.mean(rows, axis=0)
            print(f"| | | {order} | {' | '.join(f'{share:.2f}' for share in shares)} | {auc:.3f} |")
    print(flush=True)


def calibration(groups: Sequence[Group]) -> None:
    """Print how many pairs were wrong beside how many the doubt said would be."""
    edges = (0.0, 0.05, 0.1, 0.2, 0.4, 1.01)
    heads = [f"doubt {low:.2f}–{min(high, 1):.2f}" for low, high in pairwise(edges)]
    print(
        "| corpus | "
        + " | ".join(heads)
        + " | all | Brier | of the mean |\n"
        + "|---" * (len(heads) + 4)
        + "|"
    )
    for name, queues, weights in groups:
        doubts = np.concatenate([chance(data, weights) for data in queues])
        bad = np.concatenate([data.wrong > 0 for data in queues])
        cells = []
        for low, high in [*pairwise(edges), (0.0, 1.01)]:
            inside = (doubts >= low) & (doubts < high)
            cells.append(f"{doubts[inside].mean():.2f} → {bad[inside].mean():.2f}" if inside.any() else "–")
        brier = float(np.mean((doubts - bad) ** 2))
        print(f"| {name} | {' | '.join(cells)} | {brier:.3f} | {bad.mean() * (1 - bad.mean()):.3f} |")
    print(flush=True)


def variants(corpus: Corpus) -> list[Weighed]:
    """A corpus in every way that weights are fitted on: as it is and degraded, with and without opinions."""
    return [
        weighed(given, second=second, tagger=tagger)
        for given in (corpus, degraded(corpus))
        for second, tagger in ((False, False), (True, False), (True, True))
    ]


def worth(train: Callable[[str], list[Weighed]], test: dict[str, list[Weighed]]) -> None:
    """Print what leaving out each sign costs: the mean over Europarl and PUD, cross-fitted."""

    def mean(kept: Floats) -> str:
        rows = []
        for name, (data, *_) in test.items():
            weights = fit([_only(t, kept) for t in train(name)]) * kept
            doubts = chance(data, weights)
            rows.append([*(found(doubts, data.wrong, share) for share in SHARES), area(doubts, data.wrong)])
        return " | ".join(f"{value:.3f}" for value in np.mean(rows, axis=0))

    print("| mean of Europarl and PUD | first 10 % | first 25 % | ROC AUC |\n|---|---|---|---|")
    every = np.ones(len(SIGNS) + 1)
    print(f"| all signs | {mean(every)} |")
    for number, sign in enumerate(SIGNS):
        kept = every.copy()
        kept[number] = 0.0
        print(f"| without {sign} | {mean(kept)} |", flush=True)


def _only(data: Weighed, kept: Floats) -> Weighed:
    return Weighed(data.name, data.table * kept, data.wrong, data.before)


def seconds(pairs: int) -> None:
    """Print how long so many synthetic pairs take to align, to project and to weigh; and to weigh again."""
    from benchmarks.scale import generate
    from projner_core.pipeline.aligning import align
    from projner_core.pipeline.config import RunConfig
    from projner_core.pipeline.doubting import weigh
    from projner_core.pipeline.importing import import_pair
    from projner_core.pipeline.progress import Watch
    from projner_core.pipeline.projecting import carry_over
    from projner_core.pipeline.tagging import tag
    from projner_core.store import catalogue

    with tempfile.TemporaryDirectory() as folder:
        os.environ["PROJNER_HOME"] = folder
        source, target = generate(Path(folder), pairs)
        import_pair("scale", source=source, target=target, source_lang="en", target_lang="und")
        watch, config = Watch(None, None), RunConfig()
        with catalogue.open_project("scale") as project:
            entities = tag(project, config.tagger, watch)
            began = [time.perf_counter()]
            links = align(project, config.aligner, watch)
            began.append(time.perf_counter())
            projection = carry_over(project, config.projector, entities, links, watch)
            began.append(time.perf_counter())
            for _ in range(2):
                weigh(project, projection, links, watch)
                began.append(time.perf_counter())
        spent = [after - before for before, after in pairwise(began)]
    for name, took in zip(("align", "project", "weigh", "weigh again"), spent, strict=True):
        print(f"{name:12} {took:8.2f} s")
    print(f"weighing takes {spent[2] / spent[1]:.1f} times as long as projecting")


def main() -> int:
    """Print the tables, or with `--fit` the weights; the exit code is 0."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--fit", action="store_true", help="print the weights for review/queue.py, and stop")
    parser.add_argument("--signs", action="store_true", help="print what leaving out each sign costs, too")
    parser.add_argument("--seconds", type=int, metavar="PAIRS", help="measure how long it takes, and stop")
    options = parser.parse_args()
    if options.seconds:
        seconds(options.seconds)
        return 0
    folder = os.environ.get("PROJNER_DATA")
    if not folder:
        print("PROJNER_DATA names no folder of corpora: nothing to measure")
        return 0

    began = time.perf_counter()
    halved = {c.name: variants(c) for c in corpora(Path(folder), "valid") if c.name in HALVED}
    valid = [
        table for c in corpora(Path(folder), "valid") if c.name.startswith("xsid") for table in variants(c)
    ]
    print(f"weighed in {time.perf_counter() - began:.0f} s\n", flush=True)
    if options.fit:
        halves = [t.part(0, len(t.wrong) // 2) for tables in halved.values() for t in tables]
        weights = fit([*valid, *halves])
        for sign, weight in zip(SIGNS, weights, strict=False):
            print(f"        Sign.{sign.name}: {weight:.2f},")
        print(f"LEAK = {weights[-1]:.3f}")
        return 0

    def others(name: str) -> list[Weighed]:
        """Development data without the corpus, in any language, that is measured."""
        family = name.split()[0]
        return [*valid, *(t for n, ts in halved.items() if not n.startswith(family) for t in ts)]

    crossed = {family: fit(others(family)) for family in ("europarl", "uner-pud")}
    groups: list[Group] = [(name, [ts[0]], crossed[name.split()[0]]) for name, ts in halved.items()]
    print("### Fitted without Europarl, on Europarl; fitted without PUD, on PUD\n")
    ranking(groups)
    calibration(groups)

    print("### The weights as shipped, on sentences that were not fitted on\n")
    unseen: list[Group] = [
        (name, [ts[0].part(len(ts[0].wrong) // 2, len(ts[0].wrong))], SHIPPED) for name, ts in halved.items()
    ]
    test = [weighed(c) for c in corpora(Path(folder), "test") if c.name.startswith("xsid")]
    unseen.append((f"xsid test, mean of {len(test)}", test, SHIPPED))
    ranking(unseen)
    calibration(unseen)

    print("### Other opinions, and source entities as a tagger leaves them (cross-fitted)\n")
    told = (
        "alone",
        "second aligner",
        "and a tagger",
        "degraded",
        "degraded, second",
        "degraded, and a tagger",
    )
    for name, ts in halved.items():
        for what, t in zip(told, ts, strict=True):
            doubts = chance(t, crossed[name.split()[0]])
            now = " ".join(f"{found(doubts, t.wrong, s):.2f}" for s in SHARES)
            before = " ".join(f"{found(t.before, t.wrong, s):.2f}" for s in SHARES)
            print(
                f"{name:14}{what:24}{now}  AUC {area(doubts, t.wrong):.3f}   "
                f"before: {before}  AUC {area(t.before, t.wrong):.3f}",
                flush=True,
            )
    if options.signs:
        print("\n### What each sign is worth\n")
        worth(others, halved)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
