"""The command that trains a tagger."""

from __future__ import annotations

import argparse
import json
import shlex
import sys
from typing import TYPE_CHECKING, Any

from projner_core.errors import ProjnerError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from projner_core.evaluation.entities import Scores
    from projner_core.pipeline.training import Reading
    from projner_core.training import Corpus, Step, Trained, TrainingConfig


def train_(options: argparse.Namespace) -> int:
    """`projner train`."""
    from projner_core.pipeline.progress import Watch
    from projner_core.pipeline.training import learnt_of, scores_on, set_aside, train_tagger
    from projner_core.terminal import bars

    if not options.train and not options.project:
        raise ProjnerError("say what to train on: --train with files, or --project and --layer")
    _check_goes_together(options)
    if options.seeds < 1:
        raise ProjnerError("--seeds 0: expected 1 or more")
    config, reading = _config(options), _reading(options)
    corpora, dev = _corpora(options, reading), _dev(options, reading)
    if options.dev_share is not None:
        if dev:
            raise ProjnerError("--dev-share does not go with --dev: leave one of them out")
        corpora, dev = set_aside(corpora, options.dev_share)
    # said before hours of training, and again beside the scores
    known = learnt_of(corpora, options.test, reading) if options.test is not None else (0, 0)
    if known[0]:
        print(f"projner: {_too_good(known)}", file=sys.stderr)
    with bars() as on_progress:
        watch = Watch(on_progress, None)
        trained = train_tagger(
            config, corpora, dev, options.out, watch, seeds=options.seeds, on_epoch=_say_epoch
        )
        tests = (
            [scores_on(one, options.test, watch, reading=reading, device=config.device) for one in trained]
            if options.test is not None
            else []
        )
    if options.json:
        print(json.dumps(_told(trained, tests, known), ensure_ascii=False, indent=2))
    else:
        _show(trained, tests, known, options)
    return 0


def _check_goes_together(options: argparse.Namespace) -> None:
    given = {"--layer": options.layer, "--side": options.side, "--only-judged": options.only_judged}
    if not options.project and (named := [option for option, value in given.items() if value]):
        raise ProjnerError(
            f"{', '.join(named)}: of which project? Name it with --project, or leave that out for files"
        )


def _too_good(known: tuple[int, int]) -> str:
    return f"{known[0]:,} of {known[1]:,} test sentences were learnt from, so the test scores are too good"


def _config(options: argparse.Namespace) -> TrainingConfig:
    from projner_core.training import TrainingConfig

    config = TrainingConfig() if options.config is None else TrainingConfig.from_toml(options.config)
    given = {key: getattr(options, key) for key in ("kind", "model") if getattr(options, key) is not None}
    config = config.changed(**given)
    for assignment in options.set:
        config = config.with_setting(assignment)
    return config


def _reading(options: argparse.Namespace) -> Reading:
    from projner_core.pipeline.training import Reading

    labels = {}
    for assignment in options.label:
        old, separator, new = assignment.partition("=")
        if not separator or not old or not new:
            raise ProjnerError(f"--label {assignment}: expected OLD=NEW, or OLD=O for what is no entity")
        labels[old] = new
    return Reading(labels, licence=options.licence or "")


def _corpora(options: argparse.Namespace, reading: Reading) -> list[Corpus]:
    from projner_core.pipeline.training import corpus_of_file, corpus_of_layer
    from projner_core.store import catalogue

    corpora = [corpus_of_file(path, reading) for path in options.train]
    if options.project:
        with catalogue.open_project(options.project) as project:
            corpora.append(
                corpus_of_layer(
                    project,
                    options.layer or "reviewed",
                    side=options.side or "target",
                    only_judged=options.only_judged,
                    reading=reading,
                )
            )
    return corpora


def _dev(options: argparse.Namespace, reading: Reading) -> list[Corpus]:
    from projner_core.pipeline.training import corpus_of_file

    return [corpus_of_file(path, reading) for path in options.dev]


def _say_epoch(step: Step) -> None:
    scores = "" if step.scores is None else f", strict dev F1 {100 * step.scores.f1:.1f}"
    print(f"epoch {step.epoch}: loss {step.loss:.4f}{scores}", file=sys.stderr)


def _told(trained: Sequence[Trained], tests: Sequence[Scores], known: tuple[int, int]) -> dict[str, Any]:
    from dataclasses import asdict

    from projner_core.training import spread

    every: list[dict[str, Any]] = []
    for number, one in enumerate(trained):
        record = one.record
        told = {"folder": str(one.folder), "seed": record.settings["seed"], "dev_f1": record.f1}
        told |= {"best_epoch": record.best, "dev": record.scores, "notes": record.notes}
        if tests:
            told["test"] = tests[number].to_dict()
            told["test_learnt_from"] = {"sentences": known[0], "of": known[1]}
        every.append(told)
    told = {"taggers": every}
    f1s = [one.record.f1 for one in trained if one.record.f1 is not None]
    if len(f1s) > 1:
        told["dev_f1"] = asdict(spread(f1s))
    if len(tests) > 1:
        told["test_f1"] = asdict(spread([scores.micro.f1.value for scores in tests]))
    return told


def _show(
    trained: Sequence[Trained], tests: Sequence[Scores], known: tuple[int, int], options: argparse.Namespace
) -> None:
    from rich.console import Console

    from projner_core.terminal import scores_report
    from projner_core.training import spread

    for one in trained:
        for note in one.record.notes:
            print(note)
        f1 = one.record.f1
        how = (
            "no dev sentences, so its quality is not known" if f1 is None else f"strict dev F1 {100 * f1:.1f}"
        )
        print(f"{one.folder}: {how}, epoch {one.record.best} of {len(one.record.history)}")
    for one, scores in zip(trained, tests, strict=False):
        print(f"\n{one.folder} on {options.test}, strict:")
        Console().print(scores_report(scores))
    if known[0]:
        print(_too_good(known))
    f1s = [scores.micro.f1.value for scores in tests] or [
        one.record.f1 for one in trained if one.record.f1 is not None
    ]
    if len(f1s) > 1:
        over = spread(f1s)
        print(
            f"\n{len(f1s)} seeds, strict {'test' if tests else 'dev'} F1: mean {100 * over.mean:.1f}, "
            f"standard deviation {100 * over.deviation:.1f}, lowest {100 * over.low:.1f}, "
            f"highest {100 * over.high:.1f}"
        )
    kind = "spacy" if trained[0].record.settings["kind"] == "spacy" else "token-classifier"
    it = f"--tagger {kind} --set tagger.model={shlex.quote(str(trained[0].folder))}"
    print("\nUse it:")
    if options.project is None or options.side != "source":  # it reads the target language
        print(f"  projner predict --project {shlex.quote(options.project or 'NAME')} {it}")
    if options.project is None or options.side == "source":  # it reads what entities are carried over from
        print(f"  projner run {it} …")
