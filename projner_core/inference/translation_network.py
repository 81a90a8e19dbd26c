"""The network of a translation model, asked what it thinks of given translations.

The target is given whole: one pass tells what the network expected at each place of it. The head, which has
hundreds of thousands of pieces to choose from and takes most of the time, is asked only for the places that
count: not for padding, nor for the code of a language.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import TYPE_CHECKING, Any, NamedTuple

from projner_core.errors import ProjnerError
from projner_core.inference.batching import Budget, in_batches
from projner_core.inference.encoders import moved, on_cpu
from projner_core.inference.interruption import interruptible_layers

if TYPE_CHECKING:
    import torch

_LOGITS = 2**26  # numbers that the head gives at once: 256 MiB


class Target(NamedTuple):
    """One side of a translation as pieces."""

    read: list[int]  # by the decoder: what stands before the text, and its pieces
    answers: list[int]  # that the last places should give: the pieces, and the end


class TranslationNetwork:
    """An encoder, a decoder and a head, on a device.

    Args:
        model: its name, as the user gave it.
        network: a sequence-to-sequence model of transformers, on the CPU, in evaluation mode.
        device: `cpu`, `cuda`, `cuda:1`, `mps`.
        dtype: the numbers to compute in; the head, whose small differences are what is wanted, computes in
            float32 always.
        pad: the piece to pad with.
    """

    def __init__(self, model: str, network: Any, device: str, dtype: str, pad: int) -> None:
        import torch

        self.model = model
        self.device = device
        self.dtype = dtype
        self._pad = pad
        self._head = network.get_output_embeddings()
        if device == "cpu":
            halves = [network.get_encoder(), network.get_decoder()]
            for part in [network] if dtype == "float32" else halves:
                on_cpu(part, dtype)
        else:
            network = moved(model, network, device)
            if dtype != "float32":
                self._head = torch.nn.Linear(1, 1, bias=False)
                weight = network.get_output_embeddings().weight.float()
                self._head.weight = torch.nn.Parameter(weight, requires_grad=False)
        self.network = network
        interruptible_layers(network)
        self._encoding, self._decoding = (  # a piece takes more of a decoder's memory than of an encoder's
            Budget.on(device, cpu=1024, cuda=8192, mps=2048) for _ in range(2)
        )
        self._reads: int = network.get_input_embeddings().num_embeddings  # pieces
        self._writes: int = self._head.weight.shape[0]

    def states(self, sources: Sequence[list[int]]) -> list[torch.Tensor]:
        """The vectors that the encoder makes of each source, (pieces, size).

        Raises:
            ProjnerError: the network does not know a piece, or the memory does not suffice for one source.
        """
        self._check(sources, self._reads)
        found: list[Any] = [None] * len(sources)

        def compute(now: list[int]) -> torch.Tensor:
            ids, mask = self._padded([sources[at] for at in now])
            with self._numbers():
                states: torch.Tensor = self.network.get_encoder()(
                    input_ids=ids, attention_mask=mask
                ).last_hidden_state
            return states

        lengths = [len(pieces) for pieces in sources]
        for now, states in in_batches(lengths, compute, budget=self._encoding):
            for at, state in zip(now, states, strict=True):
                found[at] = state[: lengths[at]].clone()  # a view would hold the whole batch
        return found

    def scores(self, states: Sequence[torch.Tensor], targets: Sequence[Target]) -> list[float]:
        """The mean log-probability of each target, given the vectors of its source.

        Raises:
            ProjnerError: as `states`; or the network computes what is no number.
        """
        self._check([target.answers for target in targets], self._writes)
        lengths = [max(len(state), len(target.read)) for state, target in zip(states, targets, strict=True)]

        def compute(now: list[int]) -> list[float]:
            return self._decoded([states[at] for at in now], [targets[at] for at in now])

        found = [0.0] * len(targets)
        for now, scores in in_batches(lengths, compute, budget=self._decoding):
            for at, score in zip(now, scores, strict=True):
                found[at] = score
        return found

    def _decoded(self, states: Sequence[torch.Tensor], targets: Sequence[Target]) -> list[float]:
        """The mean log-probability of each target, given the vectors of its source."""
        import torch
        from transformers.modeling_outputs import BaseModelOutput

        encoded = torch.nn.utils.rnn.pad_sequence(list(states), batch_first=True)
        mask = _mask([len(state) for state in states], self.device)
        ids, _ = self._padded([target.read for target in targets])
        # No mask over the targets: what is padded stands behind, where no piece looks.
        handle = self.network.get_output_embeddings().register_forward_pre_hook(_stop)
        try:
            with self._numbers():
                self.network(
                    encoder_outputs=BaseModelOutput(last_hidden_state=encoded),
                    attention_mask=mask,
                    decoder_input_ids=ids,
                    use_cache=False,
                )
            raise AssertionError(f"the network of {self.model!r} never asked its head")
        except _Reached as reached:
            hidden = reached.hidden
        finally:
            handle.remove()
        rows = torch.cat(
            [
                vectors[len(target.read) - len(target.answers) : len(target.read)]
                for vectors, target in zip(hidden, targets, strict=True)
            ]
        )
        answers = torch.tensor([piece for target in targets for piece in target.answers], device=self.device)
        logs = self._logs(rows, answers)
        parts = torch.split(logs, [len(target.answers) for target in targets])
        return [float(part.mean()) for part in parts]

    def _logs(self, rows: torch.Tensor, answers: torch.Tensor) -> torch.Tensor:
        """The log-probability of each answer given its row (rows, size): float64 (rows,), on the CPU."""
        import torch

        bias = getattr(self.network, "final_logits_bias", None)  # Marian's
        at_once = max(_LOGITS // self._head.weight.shape[0], 1)
        found = []
        for some, right in zip(torch.split(rows, at_once), torch.split(answers, at_once), strict=True):
            logits = self._head(some.float())
            if bias is not None:
                logits = logits + bias.float()
            chosen = logits.gather(1, right[:, None])[:, 0]
            found.append((chosen - logits.logsumexp(dim=1)).double().cpu())
        logs = torch.cat(found)
        if not bool(torch.isfinite(logs).all()):
            raise ProjnerError(
                f"the model {self.model!r} computes no numbers (NaN or infinite) in {self.dtype}: "
                + ("its weights are damaged; fetch it again" if self.dtype == "float32" else "try 'float32'")
            )
        return logs

    def _padded(self, sentences: Sequence[Sequence[int]]) -> tuple[torch.Tensor, torch.Tensor]:
        """Pieces and their mask, (sentences, longest)."""
        import torch

        longest = max(map(len, sentences))
        padded = [[*sentence, *[self._pad] * (longest - len(sentence))] for sentence in sentences]
        ids = torch.tensor(padded, device=self.device)
        return ids, _mask([len(sentence) for sentence in sentences], self.device)

    def _numbers(self) -> AbstractContextManager[Any]:
        """As the encoder does: on a CPU the sums between the layers stay float32."""
        import torch

        half = self.device == "cpu" and self.dtype != "float32"
        return torch.autocast("cpu", getattr(torch, self.dtype)) if half else nullcontext()

    def _check(self, sentences: Sequence[Sequence[int]], known: int) -> None:
        if max((max(sentence, default=0) for sentence in sentences), default=0) >= known:
            raise ProjnerError(
                f"the tokenizer of {self.model!r} is not this model's: it makes pieces that the model, which "
                f"knows {known}, does not. Fetch both anew"
            )


def _mask(lengths: Sequence[int], device: str) -> torch.Tensor:
    import torch

    places = torch.arange(max(lengths), device=device)
    return (places < torch.tensor(lengths, device=device)[:, None]).to(torch.long)


class _Reached(Exception):
    """What the head would have read: it is asked for less, and apart."""

    def __init__(self, hidden: torch.Tensor) -> None:
        super().__init__()
        self.hidden = hidden


def _stop(module: Any, given: Any) -> None:
    raise _Reached(given[0])
