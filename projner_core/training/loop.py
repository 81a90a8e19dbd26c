"""The training of a network: batches in, weights out.

AdamW (Loshchilov and Hutter 2019) with a rate for what was trained before and a higher one for the new
parts, which rise linearly and fall linearly to 0; gradients are cut to a norm of 1. Products are computed in
bfloat16 where the processor is faster at them, sums and weights are float32.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from projner_core.errors import ProjnerError
from projner_core.inference import devices
from projner_core.inference.batching import is_out_of_memory
from projner_core.inference.interruption import checkpoint
from projner_core.tagging import best_entities
from projner_core.training.config import TrainingConfig
from projner_core.training.corpora import Corpus, tags_of
from projner_core.training.encoding import Batch, Material, Reader, collate
from projner_core.training.losses import open_tags, word_losses
from projner_core.training.networks import Trainable, build
from projner_core.training.progress import Clock, OnStep
from projner_core.training.scoring import DevScores, count
from projner_core.training.states import Standing, States

if TYPE_CHECKING:
    import torch

    from projner_core.corpus import Span

_LARGEST_GRADIENT = 1.0
_DEV_BATCH = 64


@dataclass(frozen=True, slots=True)
class Learnt:
    """A trained network and how it came about.

    Attributes:
        trainable: with the best weights, on the CPU, in evaluation mode.
        tags: in the order of the head's rows.
        history: of each epoch its loss and its dev scores.
        best: the epoch whose weights these are, from 1.
        cut: how many training sentences were read in windows.
        device, dtype: that it was computed on and in.
    """

    trainable: Trainable
    tags: tuple[str, ...]
    history: list[dict[str, Any]]
    best: int
    cut: int
    device: str
    dtype: str


def learn(
    config: TrainingConfig,
    train: Sequence[Corpus],
    dev: Sequence[Corpus],
    states: States,
    on_step: OnStep = lambda step: None,
) -> Learnt:
    """Train a network, going on where a killed training of the same settings and sentences stopped.

    Between steps it may be stopped (`inference.interruption`): what the last whole epoch gave is kept.

    Raises:
        ProjnerError: as `networks.build` and `corpora.tags_of`; the memory does not suffice; the loss is no
            number.
    """
    import torch

    place = devices.device(config.device)
    on_cuda = [torch.device(place)] if place.startswith("cuda") else []
    with torch.random.fork_rng(devices=on_cuda):
        torch.manual_seed(config.seed)
        return _Training(config, train, dev, place).run(states, on_step)


class _Training:
    """What one training holds while it goes on."""

    def __init__(
        self, config: TrainingConfig, train: Sequence[Corpus], dev: Sequence[Corpus], place: str
    ) -> None:
        import torch

        self.config, self.dev, self.place = config, dev, place
        self.dtype = devices.dtype(config.dtype, place)
        kind = place.partition(":")[0]  # which of several like it does not matter
        self.machine = {"device": kind, "dtype": self.dtype, "torch": str(torch.__version__)}
        self.tags = tags_of(train)
        self.trainable = build(config, self.tags)
        room = min(config.max_pieces, self.trainable.limit)
        self.reader = Reader(self.trainable.tokenizer, room)
        self.material = Material(train, self.tags, self.reader, config)
        if not self.material.items:
            raise ProjnerError("there is no word to train on that the model's tokenizer can read")
        self.steps = max(int(len(self.material) * config.rounds), 1)
        self.network = self.trainable.network.to(place)
        self.open = torch.from_numpy(open_tags(train, self.tags)).to(place)
        self.weights = torch.tensor([one.weight for one in train], dtype=torch.float32, device=place)
        self.learning = {
            name: parameter for name, parameter in self.network.named_parameters() if parameter.requires_grad
        }
        self.optimiser, self.schedule = self._optimiser()

    def run(self, states: States, on_step: OnStep) -> Learnt:
        """All epochs that are missing."""
        standing = Standing(states.fingerprint)
        kept = states.read(self.machine)
        if kept is not None:
            standing = self._take(*kept)
        epochs = math.ceil(self.steps / len(self.material))
        clock = Clock(standing.epochs * len(self.material), self.steps)
        for number in range(standing.epochs + 1, epochs + 1):
            if self._is_enough(standing):
                break
            loss = self._epoch(number, clock, on_step)
            scores = self.score() if self.dev else None
            history = [*standing.history, {"epoch": number, "loss": round(loss, 5)}]
            if scores is not None:
                history[-1]["dev"] = scores.to_dict()
            f1 = [epoch["dev"]["f1"] for epoch in history if "dev" in epoch]
            is_best = scores is None or f1[-1] > max(f1[:-1], default=-1.0)
            best = number if is_best else standing.best
            standing = Standing(states.fingerprint, number, best, history, self.machine)
            states.write(standing, self._learnt(), self._of_optimiser(), is_best=is_best)
            on_step(clock.report(number, number * len(self.material), loss, scores, ends_epoch=True))
        self._put(states.best_weights(standing))
        self.trainable.network.to("cpu").eval()
        return Learnt(
            self.trainable,
            self.tags,
            standing.history,
            standing.best,
            self.material.cut,
            self.place,
            self.dtype,
        )

    def score(self) -> DevScores:
        """The scores of the network as it is, on the dev sentences."""
        sentences = [example.tokens for one in self.dev for example in one.examples]
        return count(self.dev, self.entities(sentences))

    def entities(self, sentences: Sequence[Sequence[str]]) -> list[tuple[Span, ...]]:
        """What the network finds in sentences."""
        import torch

        rows = [np.zeros((len(words), len(self.tags))) for words in sentences]
        for row in rows:
            row[:, 0] = 1.0  # a word that has no piece is outside
        items = self.reader.items(sentences)
        order = sorted(range(len(items)), key=lambda at: len(items[at].ids))
        none = np.zeros(0, dtype=np.int32)
        pad = self.trainable.tokenizer.pad_token_id or 0
        self.network.eval()
        for start in range(0, len(order), _DEV_BATCH):
            checkpoint()
            some = [items[at] for at in order[start : start + _DEV_BATCH]]
            batch = collate(some, [none] * len(some), [0] * len(some), pad)
            with torch.inference_mode():
                found = self._scores(batch).softmax(dim=-1).cpu().numpy()
            for item, probabilities in zip(some, found, strict=True):
                rows[item.sentence][item.words] = probabilities[: len(item.words)]
        return [best_entities(row, self.tags) for row in rows]

    def _epoch(self, number: int, clock: Clock, on_step: OnStep) -> float:
        """One epoch; the mean loss of its steps."""
        import torch

        torch.manual_seed(self.config.seed * 1_000_003 + number)
        self.network.train()
        losses: list[float] = []
        done = (number - 1) * len(self.material)
        for step, (positions, cases) in enumerate(self.material.epoch(number), done + 1):
            if step > self.steps:
                break
            checkpoint()
            losses.append(self._step(self.material.batch(positions, cases)))
            if not math.isfinite(losses[-1]):
                raise ProjnerError(
                    f"the loss is no number any more in epoch {number}: choose a smaller learning_rate than "
                    f"{self.config.rate:g}, or dtype float32"
                )
            on_step(clock.report(number, step, losses[-1]))
        return sum(losses) / len(losses)

    def _step(self, batch: Batch) -> float:
        """Learn from one batch; in parts, where the memory does not suffice for the whole."""
        import torch

        words = torch.from_numpy(batch.tags >= 0).sum(dim=1).to(self.place)
        weight = (words * self.weights[torch.from_numpy(batch.corpus).to(self.place)]).sum()
        size = len(batch)
        while True:
            self.optimiser.zero_grad(set_to_none=True)
            try:
                total = sum(
                    self._backward(batch.part(start, start + size), weight)
                    for start in range(0, len(batch), size)
                )
                break
            except (MemoryError, RuntimeError) as error:
                if not is_out_of_memory(error):
                    raise
                if size == 1:
                    raise ProjnerError(
                        f"the memory does not suffice for one sentence of {batch.ids.shape[1]} pieces: "
                        "choose a smaller model or fewer max_pieces, another device, or close other programs"
                    ) from error
            size = -(-size // 2)
        torch.nn.utils.clip_grad_norm_(self.learning.values(), _LARGEST_GRADIENT)
        self.optimiser.step()
        self.schedule.step()
        return total

    def _backward(self, batch: Batch, weight: torch.Tensor) -> float:
        import torch

        corpus = torch.from_numpy(batch.corpus).to(self.place)
        tags = torch.from_numpy(batch.tags).to(self.place)
        losses = word_losses(self._scores(batch), tags, self.open[corpus])
        loss: torch.Tensor = (losses * self.weights[corpus][:, None]).sum() / weight
        loss.backward()  # type: ignore[no-untyped-call]
        return loss.item()

    def _scores(self, batch: Batch) -> torch.Tensor:
        """The scores of the asked words, float32 (items, words, tags)."""
        import torch

        ids = torch.from_numpy(batch.ids).to(self.place)
        shapes = torch.from_numpy(batch.shapes).to(self.place) if self.trainable.shapes else None
        mask = None if batch.mask.all() else torch.from_numpy(batch.mask).to(self.place)
        if self.network.training and self.config.mask_share:
            ids = self._hidden_from(ids)
        kind = self.place.partition(":")[0]
        half = self.dtype != "float32"
        with torch.autocast(kind, getattr(torch, self.dtype) if half else None, enabled=half):
            scores = self.trainable.scores(ids, mask, shapes)
        first = torch.from_numpy(batch.first).to(self.place)
        return scores.gather(1, first[..., None].expand(-1, -1, scores.shape[-1])).float()

    def _hidden_from(self, ids: torch.Tensor) -> torch.Tensor:
        """The pieces, some of them hidden behind the tokenizer's mask."""
        import torch

        tokenizer = self.trainable.tokenizer
        mask = tokenizer.mask_token_id if tokenizer.mask_token_id is not None else tokenizer.unk_token_id
        special = torch.tensor(tokenizer.all_special_ids, device=ids.device)
        drawn = torch.rand(ids.shape).to(ids.device) < self.config.mask_share
        return ids.masked_fill(drawn & ~torch.isin(ids, special), mask)

    def _optimiser(self) -> tuple[Any, Any]:
        import torch

        config = self.config
        new = [p for name, p in self.learning.items() if self.trainable.is_new(name)]
        old = [p for name, p in self.learning.items() if not self.trainable.is_new(name)]
        groups = [
            {"params": old, "lr": config.rate},
            {"params": new, "lr": config.rate * config.new_parts_rate},
        ]
        fused = self.place == "cpu" or self.place.startswith("cuda")
        optimiser = torch.optim.AdamW(
            [group for group in groups if group["params"]], weight_decay=config.weight_decay, fused=fused
        )
        rise = config.warm_up * self.steps

        def rate(step: int) -> float:
            falling = (self.steps - step) / max(self.steps - rise, 1)
            return max(min((step + 1) / rise if rise else 1.0, falling), 0.0)

        return optimiser, torch.optim.lr_scheduler.LambdaLR(optimiser, rate)

    def _learnt(self) -> dict[str, torch.Tensor]:
        return {name: parameter.detach().cpu() for name, parameter in self.learning.items()}

    def _put(self, weights: dict[str, torch.Tensor]) -> None:
        import torch

        with torch.no_grad():
            for name, parameter in self.learning.items():
                parameter.copy_(weights[name])

    def _of_optimiser(self) -> dict[str, Any]:
        schedule = {"last_epoch": self.schedule.last_epoch}
        return {"optimiser": self.optimiser.state_dict(), "schedule": schedule}

    def _take(
        self, standing: Standing, weights: dict[str, torch.Tensor], optimiser: dict[str, Any]
    ) -> Standing:
        self._put(weights)
        self.optimiser.load_state_dict(optimiser["optimiser"])
        self.schedule.last_epoch = optimiser["schedule"]["last_epoch"]
        return standing

    def _is_enough(self, standing: Standing) -> bool:
        """Whether so many epochs were no better that another one is not worth it."""
        if not self.config.patience or not self.dev:
            return False
        return standing.epochs - standing.best >= self.config.patience
