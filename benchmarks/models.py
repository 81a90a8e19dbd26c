"""Words a second of tagging and translating, beside a plain one-by-one loop and beside transformers' own
means, with the same weights, in one run.

    python -m benchmarks.models [--only tagging] [--sentences 300] [--rounds 3] [--device cpu] [--threads 2]
    python -m benchmarks.models --only translating [--translations 32] [--layers 12] [--beams 1] [--pieces 32]

The sentences are those of UNER-PUD in English where PROJNER_DATA says where it is. The figures mean something
on a machine that does nothing else; the ratios are less touched by what it does beside.
"""

from __future__ import annotations

import argparse

import torch

from benchmarks import _tagging, _translating
from benchmarks.pipeline import sentences


def main() -> None:
    """Print one table a stage."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--only", choices=["tagging", "translating"])
    parser.add_argument("--sentences", type=int, default=300, help="to tag")
    parser.add_argument("--translations", type=int, default=32)
    parser.add_argument("--layers", type=int, default=12, help="of the translating network's halves")
    parser.add_argument("--beams", type=int, default=1)
    parser.add_argument("--pieces", type=int, default=32, help="of each translation")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--threads", type=int, default=torch.get_num_threads())
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    if arguments.only != "translating":
        chosen = sentences(arguments.sentences)
        words = sum(map(len, chosen))
        print(f"{len(chosen)} sentences, {words:,} words, {arguments.threads} threads, {arguments.device}\n")
        rows = _tagging.compare(chosen, rounds=arguments.rounds, device=arguments.device)
        print(_tagging.table(rows), "\n", flush=True)
    if arguments.only != "tagging":
        print(
            _translating.measured(
                arguments.translations,
                layers=arguments.layers,
                beams=arguments.beams,
                pieces=arguments.pieces,
                rounds=min(arguments.rounds, 2),
                device=arguments.device,
            )
        )


if __name__ == "__main__":
    main()
