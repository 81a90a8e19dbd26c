"""The network of a translation model of transformers, writing translations in batches of like length."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import TYPE_CHECKING, Any

from projner_core.errors import ProjnerError
from projner_core.inference.batching import Budget
from projner_core.inference.encoders import moved, on_cpu
from projner_core.inference.interruption import checkpoint, interruptible_layers
from projner_core.inference.sharing import across

if TYPE_CHECKING:
    import torch

    from projner_core.inference.translation_pieces import Writer

_LEAST = 32  # pieces that a short source counts: the head's answers are as large for it as for a long one


class GenerationNetwork:
    """An encoder and a decoder on a device.

    Args:
        model: its name, as the user gave it.
        network: a sequence-to-sequence model of transformers, on the CPU, in evaluation mode.
        writer: what knows the model's pieces.
        device: `cpu`, `cuda`, `cuda:1`, `mps`.
        dtype: the numbers to compute in.

    Attributes:
        budget: pieces of sources times beams that a batch may hold, padding included.
        others: the same on the other devices that share the work (`sharing.across`).
    """

    others: tuple[GenerationNetwork, ...] = ()

    def __init__(self, model: str, network: Any, writer: Writer, device: str, dtype: str) -> None:
        from transformers import GenerationConfig

        self.model = model
        self.device = device
        self.dtype = dtype
        self._writer = writer
        if device == "cpu":
            halves = [network.get_encoder(), network.get_decoder()]
            for part in [network] if dtype == "float32" else halves:
                on_cpu(part, dtype)
        else:
            network = moved(model, network, device)
        self.network = network
        self._known: int = network.get_input_embeddings().num_embeddings  # pieces
        interruptible_layers(network)
        # what the checkpoint's own settings would add is said here, the same for every model
        network.generation_config = GenerationConfig()  # type: ignore[no-untyped-call]
        self.budget = Budget.on(device, cpu=1024, cuda=16_384, mps=2048)

    def write(
        self, sources: Sequence[list[int]], opening: Sequence[int], most: Sequence[int], beams: int
    ) -> Iterator[tuple[int, list[int]]]:
        """As `generation.Network.write`."""
        self._check([*sources, list(opening)])

        def compute(network: GenerationNetwork, now: list[int]) -> list[list[int]]:
            return network._write([sources[at] for at in now], opening, [most[at] for at in now], beams)

        lengths = [max(len(source), _LEAST) * beams for source in sources]
        models = [self, *self.others]
        for now, written in across(lengths, models, compute, budget=lambda network: network.budget):
            yield from zip(now, written, strict=True)

    def _write(
        self, sources: Sequence[list[int]], opening: Sequence[int], most: Sequence[int], beams: int
    ) -> list[list[int]]:
        import torch
        from transformers import GenerationConfig

        start, *told = opening
        ids, mask = self._padded(sources)
        settings = GenerationConfig(  # type: ignore[no-untyped-call]
            num_beams=beams,
            do_sample=False,
            early_stopping=beams > 1,
            # What is never written takes no share: a beam of Marian's would pay for its padding at each step.
            renormalize_logits=True,
            max_new_tokens=len(told) + max(most) + 1,
            decoder_start_token_id=start,
            forced_bos_token_id=told[0] if told else None,
            eos_token_id=self._writer.end,
            pad_token_id=self._writer.pad,
        )
        step = _Step(self, len(opening), most, beams)
        with torch.inference_mode(), self._numbers():
            found = self.network.generate(
                input_ids=ids, attention_mask=mask, generation_config=settings, logits_processor=[step]
            )
        return [self._bare(row, len(opening)) for row in found.tolist()]

    def _bare(self, row: Sequence[int], opening: int) -> list[int]:
        """What was written, without what stands before it and behind its end."""
        pieces = list(row[opening:])
        return pieces[: pieces.index(self._writer.end)] if self._writer.end in pieces else pieces

    def _padded(self, sentences: Sequence[Sequence[int]]) -> tuple[torch.Tensor, torch.Tensor]:
        """Pieces and their mask, (sentences, longest)."""
        import torch

        longest = max(map(len, sentences))
        pad = self._writer.pad
        ids = [[*sentence, *[pad] * (longest - len(sentence))] for sentence in sentences]
        mask = [[1] * len(sentence) + [0] * (longest - len(sentence)) for sentence in sentences]
        return torch.tensor(ids, device=self.device), torch.tensor(mask, device=self.device)

    def _numbers(self) -> AbstractContextManager[Any]:
        """As the encoder does: on a CPU the sums between the layers stay float32."""
        import torch

        half = self.device == "cpu" and self.dtype != "float32"
        return torch.autocast("cpu", getattr(torch, self.dtype)) if half else nullcontext()

    def _check(self, sentences: Sequence[Sequence[int]]) -> None:
        if max((max(sentence, default=0) for sentence in sentences), default=0) >= self._known:
            raise ProjnerError(
                f"the tokenizer that {self.model!r} is used with is not this model's: it makes pieces that "
                f"the model, which knows {self._known}, does not. Fetch both anew, or name the right one"
            )


class _Step:
    """What is asked and forbidden before each piece is chosen, in every row of a batch.

    Padding, and pieces that the tokenizer has no text for, are never written; a translation is not empty; and
    where one has as many pieces as it may, it ends.
    """

    def __init__(self, network: GenerationNetwork, opening: int, most: Sequence[int], beams: int) -> None:
        import torch

        self._network = network
        self._writer = network._writer
        self._opening = opening
        rows = [most[at] for at in range(len(most)) for _ in range(beams)]
        self._most = torch.tensor(rows, device=network.device)
        self._least = min(most)

    def __call__(self, pieces: torch.Tensor, scores: torch.Tensor) -> torch.Tensor:
        """Scores (rows, vocabulary) after pieces (rows, so far): a LogitsProcessor of transformers."""
        import torch

        checkpoint()
        if not bool(torch.isfinite(scores.amax(dim=-1)).all()):
            numbers = self._network.dtype
            raise ProjnerError(
                f"the model {self._network.model!r} computes no numbers (NaN or infinite) in {numbers}: "
                + ("its weights are damaged; fetch it again" if numbers == "float32" else "try 'float32'")
            )
        written = pieces.shape[1] - self._opening
        if written < 0:  # the language is told
            return scores
        end = self._writer.end
        scores[:, self._writer.never] = -torch.inf
        scores[:, self._writer.pieces :] = -torch.inf
        if written == 0:
            scores[:, end] = -torch.inf
        if written >= self._least:
            full = written >= self._most
            scores[full] = -torch.inf
            scores[full, end] = 0.0
        return scores
