"""Vectors in context from any encoder of transformers, or the encoder half of a translation model.

The network is run no farther than the layer that is asked for. `hidden_states[n]` of transformers is what
layer n gives here: 0 are the embeddings, 1 what the first layer makes of them, and the last one comes after
the final normalisation where a model has one.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import nullcontext
from threading import RLock
from typing import TYPE_CHECKING, Any

from projner_core.errors import ProjnerError
from projner_core.inference import devices
from projner_core.inference.batching import Budget, is_out_of_memory
from projner_core.inference.checkpoints import revision
from projner_core.inference.interruption import interruptible_layers
from projner_core.inference.keeping import share
from projner_core.inference.language_codes import codes
from projner_core.inference.loading import load_network, load_tokenizer
from projner_core.inference.products import as_packages_do, quicken
from projner_core.inference.sharing import load_all

if TYPE_CHECKING:
    import torch

_LONGEST = 1024  # pieces: the memory of attention grows with the square
_USUAL = 512  # where neither the model nor its tokenizer says how much it reads


class Encoder:
    """A tokenizer and an encoder, on a device. `load_encoder` makes it.

    Attributes:
        model: its name, as the user gave it.
        tokenizer: of transformers.
        network: the encoder, a torch module in evaluation mode.
        device: `cpu`, `cuda`, `cuda:1`, `mps`.
        dtype: the numbers it computes in; vectors are float32 in any case.
        layers: how many layers it has.
        limit: how many pieces it reads at once, with those that the tokenizer puts around a sentence.
        codes: the language codes that its tokenizer wants to be told; none for most models.
        lock: held by who sets the tokenizer's language and uses it.
        budget: pieces that a batch may hold.
        others: the same encoder on the other devices that share the work (`sharing.across`); mostly none.
    """

    others: tuple[Encoder, ...] = ()

    def __init__(self, model: str, tokenizer: Any, network: Any, device: str, dtype: str) -> None:
        self.model = model
        self.tokenizer = tokenizer
        self.network = on_cpu(network, dtype) if device == "cpu" else moved(model, network, device)
        interruptible_layers(self.network)
        self.budget = Budget.on(device, cpu=512, mps=4096, cuda=16384)
        self.device = device
        self.dtype = dtype
        self.limit = most_pieces(tokenizer, network)
        self.codes = codes(tokenizer)
        self.default_code: str = tokenizer.src_lang if self.codes else ""
        self.lock = RLock()
        pad = tokenizer.pad_token_id
        self.pad: int = pad if pad is not None else getattr(network.config, "pad_token_id", None) or 0
        table = network.get_input_embeddings()
        self._known: int = getattr(table, "num_embeddings", len(tokenizer))  # pieces
        self._cuts: dict[int, Any] = {}  # layer -> the module that computes it, or None
        try:
            self.layers = len(self._states(*self._batch([self._sample()], masked=False))) - 1
        except (TypeError, ValueError, AttributeError, KeyError) as error:
            raise ProjnerError(
                f"the model {model!r} ({type(network).__name__}) does not read text into vectors: choose an "
                "encoder, such as BERT or XLM-R, or a translation model"
            ) from error

    def hidden(self, sentences: Sequence[Sequence[int]], layer: int, *, alone: bool = False) -> torch.Tensor:
        """What layer `layer` makes of some sentences.

        Args:
            sentences: the numbers of the pieces of each, with those that stand around it; none is empty or
                longer than `limit`.
            layer: 0 to `layers`.
            alone: compute as a program does that reads two sentences at a time: with a mask even where they
                are of one length, and by torch's own products.

        Returns:
            float32 (sentences, longest, size), on the device; what is behind a sentence's end means nothing.

        Raises:
            ProjnerError: the network computes what is no number, or does not know a piece.
        """
        import torch

        if max(map(max, sentences)) >= self._known:
            raise ProjnerError(
                f"the tokenizer of {self.model!r} is not this model's: it makes pieces that the model, which "
                f"knows {self._known}, does not. Fetch both anew"
            )
        with self.lock, torch.inference_mode(), as_packages_do() if alone else nullcontext():
            ids, mask = self._batch(sentences, masked=alone)
            hidden = self._run(ids, mask, layer)
            if not bool(torch.isfinite(hidden).all()):
                raise ProjnerError(
                    f"the model {self.model!r} computes no numbers (NaN or infinite) in {self.dtype}: "
                    + (
                        "its weights are damaged; fetch it again"
                        if self.dtype == "float32"
                        else "try dtype 'float32'; if that does not help, its weights are damaged"
                    )
                )
            return hidden

    def _batch(
        self, sentences: Sequence[Sequence[int]], *, masked: bool
    ) -> tuple[torch.Tensor, torch.Tensor | None]:
        import torch

        longest = max(len(sentence) for sentence in sentences)
        padded = [[*sentence, *[self.pad] * (longest - len(sentence))] for sentence in sentences]
        ids = torch.tensor(padded, device=self.device)
        if not masked and all(len(sentence) == longest for sentence in sentences):
            return ids, None
        lengths = torch.tensor([len(sentence) for sentence in sentences], device=self.device)
        places = torch.arange(longest, device=self.device)
        return ids, (places < lengths[:, None]).to(torch.long)

    def _run(self, ids: torch.Tensor, mask: torch.Tensor | None, layer: int) -> torch.Tensor:
        if layer not in self._cuts:
            self._cuts[layer] = self._cut(layer)
        module = self._cuts[layer]
        if module is None:
            return self._states(ids, mask)[layer].float()
        hidden = self._until(module, ids, mask)
        assert hidden is not None, f"layer {layer} was never computed, though `_cut` saw it"
        return hidden.float()

    def _states(self, ids: torch.Tensor, mask: torch.Tensor | None) -> Sequence[torch.Tensor]:
        import torch

        with torch.inference_mode():
            states: Sequence[torch.Tensor] = self._forward(ids, mask, output_hidden_states=True).hidden_states
        return states

    def _forward(self, ids: torch.Tensor, mask: torch.Tensor | None, **wanted: bool) -> Any:
        import torch

        # On a CPU the sums between the layers stay float32, which keeps most links those of float32.
        half = self.device == "cpu" and self.dtype != "float32"
        with torch.autocast("cpu", getattr(torch, self.dtype)) if half else nullcontext():
            return self.network(input_ids=ids, attention_mask=mask, **wanted)

    def _cut(self, layer: int) -> Any:
        """The module whose output is `hidden_states[layer]`, or None where there is no such module.

        Found by looking and then trying: whether it gives what the whole network says.
        """
        import torch

        stacks = [
            module
            for module in self.network.modules()
            if isinstance(module, torch.nn.ModuleList) and len(module) == self.layers
        ]
        if layer == 0 or len(stacks) != 1:
            return None
        ids, mask = self._batch([self._sample()], masked=False)
        expected = self._states(ids, mask)[layer]
        # A final normalisation comes after the last layer: then the whole network is the module.
        for module in [stacks[0][layer - 1], self.network]:
            hidden = self._until(module, ids, mask)
            if hidden is None or hidden.shape != expected.shape:
                continue
            if torch.allclose(hidden.float(), expected.float(), equal_nan=True):
                return module
        return None

    def _sample(self) -> list[int]:
        """A few pieces to try the network on; not padding, whose vectors may be all alike."""
        return [piece for piece in range(min(len(self.tokenizer), 12)) if piece != self.pad]

    def _until(self, module: Any, ids: torch.Tensor, mask: torch.Tensor | None) -> torch.Tensor | None:
        """Run the network until `module` has answered; None where it is never asked."""
        handle = module.register_forward_hook(_stop)
        try:
            self._forward(ids, mask)
        except _Reached as reached:
            return reached.hidden
        finally:
            handle.remove()
        return None


def moved(model: str, network: Any, device: str) -> Any:
    """The network on another device than the CPU."""
    try:
        return network.to(device)
    except RuntimeError as error:
        if not is_out_of_memory(error):
            raise
        raise ProjnerError(
            f"the model {model!r} does not fit into the memory of {device}: say device 'cpu', or choose "
            "a smaller model"
        ) from error


def on_cpu(network: Any, dtype: str) -> Any:
    """The network as a CPU computes it soonest: the weights of its matrices in `dtype`, else they would be
    converted for every batch; in float32, with quicker products."""
    import torch

    if dtype == "float32":
        quicken(network)
        return network
    for module in network.modules():
        if isinstance(module, torch.nn.Linear):
            module.to(getattr(torch, dtype))
    return network


class _Reached(Exception):
    """The layer that was asked for is computed: what follows need not be."""

    def __init__(self, hidden: torch.Tensor) -> None:
        super().__init__()
        self.hidden = hidden


def _stop(module: Any, given: Any, output: Any) -> None:
    if hasattr(output, "last_hidden_state"):
        output = output.last_hidden_state
    raise _Reached(output[0] if isinstance(output, tuple) else output)


def load_encoder(model: str, *, device: str = "auto", dtype: str = "auto") -> Encoder:
    """The encoder of a checkpoint; of a sequence-to-sequence model the first half, and only that is kept.

    Two that ask for one checkpoint, device and dtype share it. It is in memory as long as someone holds it;
    the one asked for last stays until another is loaded or `free` is called.

    Args:
        model: a folder, or a hub name that was fetched before.
        device: as of `devices.places`: with several, the encoder on the first has `others`.
        dtype: as of `devices.dtype`.

    Raises:
        ProjnerError: there is no such model on this machine, or it cannot be loaded, or no such device.
    """
    places = devices.places(device)
    numbers = devices.dtype(dtype, ",".join(places))

    def load(place: str) -> Encoder:
        tokenizer = load_tokenizer(model)
        network = load_network(model, dtype="float32" if place == "cpu" else numbers)
        if getattr(network.config, "is_encoder_decoder", False):
            network = network.get_encoder()
        return Encoder(model, tokenizer, network, place, numbers)

    return share((Encoder, model, revision(model), places, numbers), lambda: load_all(load, places))


def most_pieces(tokenizer: Any, network: Any) -> int:
    """How many pieces the model reads at once."""
    import torch

    config = network.config
    found = [_LONGEST]
    if 0 < tokenizer.model_max_length <= 1_000_000:  # more means: not known
        found.append(tokenizer.model_max_length)
    if isinstance(stated := getattr(config, "max_position_embeddings", None), int) and stated > 0:
        found.append(stated)
    for name, module in network.named_modules():
        # RoBERTa and its kin begin to count positions behind the padding.
        if name.endswith("position_embeddings") and isinstance(module, torch.nn.Embedding):
            skipped = 0 if module.padding_idx is None else module.padding_idx + 1
            found.append(module.num_embeddings - skipped)
    return min(found) if len(found) > 1 else _USUAL
