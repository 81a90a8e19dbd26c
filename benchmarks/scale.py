"""A project of 100,000 pairs: time and peak memory of import, run, open, one page's reads, of evaluating, and
of comparing four aligners.

    python -m benchmarks.scale [--pairs 100000]

The pairs are synthetic: sentences of 8 to 30 words over a Zipf-like vocabulary, the target a reordered
word-by-word code of the source, so that an aligner has something to find. Each step runs in a process
of its own, so that its peak memory is its own.
"""

from __future__ import annotations

import argparse
import os
import random
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from projner_core.store import Project

# Four settings of one aligner, to stand for four aligners.
FOUR = (
    {"name": "statistical"},
    {"name": "statistical", "lexicon": 0.0, "names": 0.0, "similarity": 0.0},
    {"name": "statistical", "threshold": 0.6},
    {"name": "statistical", "threshold": 0.1},
)
SYLLABLES = [c + v for c in "bdfgjklmnprstwyz" for v in "aeiou"]


def generate(folder: Path, pairs: int) -> tuple[Path, Path]:
    """Write source.conll and target.conll of `pairs` sentences each."""
    rng = random.Random(7)
    vocabulary = [[_word(rng), _word(rng)] for _ in range(20_000)]
    names = [[_word(rng).capitalize()] * 2 for _ in range(4_000)]
    source, target = folder / "source.conll", folder / "target.conll"
    with source.open("w") as left, target.open("w") as right:
        for number in range(pairs):
            length = rng.randint(8, 30)
            words = [(*vocabulary[int(20_000 * rng.random() ** 3)], "O") for _ in range(length)]
            for label in rng.sample(["PER", "LOC", "ORG"], rng.randint(0, 3)):
                words[rng.randrange(length)] = (*rng.choice(names), f"B-{label}")
            moved = list(range(length))
            for place in range(0, length - 2, 5):
                moved[place], moved[place + 2] = moved[place + 2], moved[place]
            left.write(f"# id = s{number}\n" + "".join(f"{s}\t{tag}\n" for s, _, tag in words) + "\n")
            right.write(
                f"# id = s{number}\n" + "".join(f"{words[i][1]}\t{words[i][2]}\n" for i in moved) + "\n"
            )
    return source, target


def _word(rng: random.Random) -> str:
    return "".join(rng.choice(SYLLABLES) for _ in range(rng.randint(2, 4)))


def step(name: str, folder: Path) -> None:
    """One measured step, in this process."""
    from projner_core.pipeline.config import RunConfig
    from projner_core.store import catalogue

    began = time.perf_counter()
    detail = ""
    if name == "import":
        from projner_core.pipeline.importing import import_pair

        import_pair(
            "scale",
            source=folder / "source.conll",
            target=folder / "target.conll",
            source_lang="en",
            target_lang="und",
        )
    elif name in {"run", "run again"}:
        from projner_core.pipeline.run import run

        with catalogue.open_project("scale") as project:
            run(project, RunConfig())
    elif name == "open":
        with catalogue.open_project("scale") as project:
            layer = project.current_projection
            samples = []
            for position in range(0, project.count(), max(1, project.count() // 50)):
                start = time.perf_counter()
                item = project.queue(layer, offset=position, limit=20)[0]
                project.pair(item.position)
                for known in project.layers():
                    project.annotation(known.id, item.position)
                project.states(item.position, item.position + 1)
                project.review_counts()
                samples.append(1000 * (time.perf_counter() - start))
            detail = f"; a page's reads: median {statistics.median(samples):.1f}, most {max(samples):.1f} ms"
    elif name == "evaluate":
        from projner_core.pipeline.evaluating import EvaluateConfig, evaluate
        from projner_core.pipeline.progress import Watch

        with catalogue.open_project("scale") as project:
            assert project.current_projection is not None
            ends: dict[str, float] = {}
            watch = Watch(lambda report: _add(ends, report.stage, began), None)
            evaluate(project, EvaluateConfig(layers=(project.current_projection,)), watch)
            detail = "; until the end of " + ", ".join(f"{stage} {s:.0f} s" for stage, s in ends.items())
    elif name == "examples":
        detail = _examples()
    elif name == "compare":
        from projner_core.pipeline.comparing import CompareConfig, compare
        from projner_core.pipeline.progress import Watch

        with catalogue.open_project("scale") as project:
            spent: dict[str, float] = {}
            watch = Watch(lambda report: _add(spent, report.stage, began), None)
            compare(project, CompareConfig.model_validate({"aligners": FOUR}), watch)
            detail = "; until the end of " + ", ".join(f"{stage} {s:.0f} s" for stage, s in spent.items())
    elif name == "look":
        from projner_core.pipeline.comparing import disputed, find, link_layers

        with catalogue.open_project("scale") as project:
            layers = [layer.id for layer in link_layers(project)]
            first = _milliseconds(lambda: find(project, layers))
            comparison = find(project, layers)
            assert comparison is not None
            again = [_milliseconds(lambda: find(project, layers)) for _ in range(20)]
            offsets = range(0, project.count(), max(1, project.count() // 50))
            pages = [_milliseconds(partial(disputed, project, comparison, offset=o)) for o in offsets]
            _draw_by_hand(project, min(1000, project.count()))
            gold_first = _milliseconds(lambda: find(project, layers))
            gold_again = _milliseconds(lambda: find(project, layers))
            detail = (
                f"; find: first {first:.0f} ms, then {statistics.median(again):.1f}; 20 disputed pairs: "
                f"median {statistics.median(pages):.1f}, most {max(pages):.1f} ms; find with links of "
                f"1,000 pairs drawn by hand: first {gold_first:.0f} ms, then {gold_again:.1f}"
            )
    seconds = time.perf_counter() - began
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024  # the starting process is small
    print(f"{name:>10}: {seconds:7.1f} s, peak {peak:5.0f} MB{detail}", flush=True)


def _examples() -> str:
    """What the page Evaluation reads, and what Inspect does with examples: of a key that nearly every pair
    has, of one that half of them have, and of few."""
    from projner_core.pipeline.evaluating import find, glance
    from projner_core.store import catalogue

    with catalogue.open_project("scale") as project:
        layer = project.current_projection
        assert layer is not None
        told = [f"find: first {_milliseconds(partial(find, project, layer)):.1f} ms"]
        told.append(f"then {_milliseconds(partial(find, project, layer)):.1f}")
        told.append(f"glance: first {_milliseconds(lambda: glance(project, project.layer(layer))):.0f} ms")
        told.append(f"then {_milliseconds(lambda: glance(project, project.layer(layer))):.0f}")
        evaluation = find(project, layer)
        assert evaluation is not None
        counts = project.example_counts(evaluation.findings.id)
        told.append(f"{len(counts)} keys with {sum(counts.values()):,} examples")
        for wanted in (project.count(), project.count() // 2, 1000, 20):
            key = min(counts, key=lambda key: abs(counts[key] - wanted))
            spent: dict[str, float] = {}
            for order in ("doubt", "file"):
                view: dict[str, Any] = {"order": order, "examples": (evaluation.findings.id, key)}
                middle, last = project.count() // 2, max(0, counts[key] - 20)
                asked: dict[str, Callable[[], object]] = {
                    "first": partial(project.queue, layer, limit=20, **view),
                    "last": partial(project.queue, layer, limit=20, offset=last, **view),
                    "size": partial(project.queue_size, layer, **view),
                    "position": partial(project.queue_position, middle, layer, **view),
                    "next": partial(project.next_in_queue, middle, layer, **view),
                    "search": partial(project.queue, layer, limit=20, search="nowhere", **view),
                }
                for what, ask in asked.items():
                    spent[f"{what} by {order}"] = _milliseconds(ask)
            most = max(spent, key=lambda what: spent[what])
            told.append(
                f"{counts[key]:,} examples: median {statistics.median(spent.values()):.1f} ms, "
                f"most {spent[most]:.0f} ({most})"
            )
    return "; " + "; ".join(told)


def _add(spent: dict[str, float], stage: str, began: float) -> None:
    """Note when a stage was last heard of, in seconds after `began`; the stages take turns."""
    spent[stage] = time.perf_counter() - began


def _milliseconds(read: Callable[[], object]) -> float:
    start = time.perf_counter()
    read()
    return 1000 * (time.perf_counter() - start)


def _draw_by_hand(project: Project, pairs: int) -> None:
    """Links drawn by hand in so many pairs: those of the first layer, a few of them only possible."""
    from projner_core.pipeline.comparing import link_layers
    from projner_core.review.actions import Kind, draft

    layer = link_layers(project)[0]
    drafts = []
    for position, alignment in enumerate(project.annotations(layer.id, 0, pairs)):
        links = [[k.source, k.target, "sure" if k.source % 5 else "possible"] for k in alignment.links]
        drafts.append(draft(None, position=position, kind=Kind.LINKS, now=links))
    project.append_all(drafts)


def main() -> None:
    """Generate, then measure each step."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pairs", type=int, default=100_000)
    parser.add_argument("--no-compare", action="store_true", help="leave out the comparison of four aligners")
    parser.add_argument("--step", nargs=2, metavar=("NAME", "FOLDER"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.step:
        step(options.step[0], Path(options.step[1]))
        return
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        files = generate(folder, options.pairs)
        size = sum(path.stat().st_size for path in files) / 1e6
        print(f"{options.pairs} pairs, {size:.0f} MB of CoNLL")
        compared = [] if options.no_compare else ["compare", "look"]
        for name in ["import", "run", "run again", "open", "evaluate", "examples", *compared]:
            subprocess.run(
                [sys.executable, "-m", "benchmarks.scale", "--step", name, str(folder)],
                env=os.environ | {"PROJNER_HOME": str(folder / "home")},
                check=True,
            )
        database = sum(path.stat().st_size for path in (folder / "home").rglob("*") if path.is_file()) / 1e6
        print(f"the project takes {database:.0f} MB of disk")


if __name__ == "__main__":
    main()
