"""What it costs to be stoppable between layers, and how soon a batch stops.

python -m benchmarks.interruption

Random weights: a tiny encoder, in which the asking weighs most, and one of mBERT's shape, of which a layer
takes longest. Said of each: the time of a batch with and without the hooks (the quickest of many, in turns),
and the longest time between two checkpoints, which is the longest time from a cancel to the stop.
"""

from __future__ import annotations

import argparse
import time
from itertools import pairwise
from typing import Any

import torch
from transformers import BertConfig, BertModel

from projner_core.inference.interruption import interruptible, interruptible_layers


def main() -> None:
    """Print one line a model."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--pairs", type=int, default=30, help="of timed batches, with hooks and without")
    options = parser.parse_args()
    tiny = BertConfig(hidden_size=32, num_hidden_layers=12, num_attention_heads=2, intermediate_size=64)
    large = BertConfig(vocab_size=119_547)
    print(f"{'model':12} {'batch':>10} {'without':>10} {'with':>10} {'a layer':>10} {'to stop':>10}")
    for name, config, shape, pairs in [
        ("tiny", tiny, (1, 8), 10 * options.pairs),
        ("mBERT-sized", large, (16, 32), options.pairs),
        ("mBERT-sized", large, (1, 512), options.pairs),
    ]:
        network = BertModel(config).train(mode=False)
        ids = torch.randint(0, 1000, shape)
        without, with_hooks = _compared(network, ids, pairs)
        cost = (with_hooks - without) / config.num_hidden_layers
        print(
            f"{name:12} {shape[0]:>4} × {shape[1]:<3} {without:>8.2f}ms {with_hooks:>8.2f}ms "
            f"{1000 * cost:>8.1f}µs {_longest(network, ids):>8.1f}ms"
        )


def _compared(network: Any, ids: torch.Tensor, pairs: int) -> tuple[float, float]:
    """Milliseconds of the quickest batch without the hooks and with them."""
    hooked = _hooks(network)
    times: tuple[list[float], list[float]] = ([], [])
    with torch.inference_mode(), interruptible(lambda: None):
        for number in range(2 * pairs + 2):
            on = number % 2
            for layer, hooks in hooked:
                layer._forward_pre_hooks.clear()
                if on:
                    layer._forward_pre_hooks.update(hooks)
            begin = time.perf_counter()
            network(input_ids=ids)
            if number >= 2:
                times[on].append(1000 * (time.perf_counter() - begin))
    return min(times[0]), min(times[1])


def _hooks(network: Any) -> list[tuple[Any, dict[int, Any]]]:
    interruptible_layers(network)
    return [
        (module, dict(module._forward_pre_hooks)) for module in network.modules() if module._forward_pre_hooks
    ]


def _longest(network: Any, ids: torch.Tensor) -> float:
    """The most milliseconds between two checkpoints of a batch."""
    moments: list[float] = []
    with torch.inference_mode(), interruptible(lambda: moments.append(time.perf_counter())):
        network(input_ids=ids)
    moments.append(time.perf_counter())
    return 1000 * max(later - sooner for sooner, later in pairwise(moments))


if __name__ == "__main__":
    main()
