"""How likely each tag is at each word: token classifiers of transformers, and our own tagger network.

A network reads pieces of words; a word's probabilities are those of its first piece, or the mean over its
pieces. Sentences that are too long are read in windows (`subwords.windows`).
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import nullcontext
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import NDArray

from projner_core.bundled import MODELS
from projner_core.errors import ProjnerError
from projner_core.inference import devices
from projner_core.inference.batching import Budget
from projner_core.inference.checkpoints import locate, revision
from projner_core.inference.encoders import most_pieces, moved, on_cpu
from projner_core.inference.heads import check_architecture, outside
from projner_core.inference.interruption import interruptible_layers
from projner_core.inference.keeping import share
from projner_core.inference.loading import load_network, load_tokenizer, tokenizer_in
from projner_core.inference.sharing import across, load_all
from projner_core.inference.subwords import Subwords, split_composed, windows
from projner_core.inference.word_shapes import shape

if TYPE_CHECKING:
    from pathlib import Path

    import torch

Pooling = Literal["first", "mean"]
POOLINGS: tuple[Pooling, ...] = ("first", "mean")

Rows = NDArray[np.float32]
_Integers = NDArray[np.int64]


class Classifier:
    """A tokenizer and a network that scores the tags of every piece, on a device. `load_classifier` makes it.

    Attributes:
        model: its name, as the user gave it.
        labels: the tags of its head, as the model calls them, in the order of its scores.
        outside: the position in `labels` of the tag that says: no entity.
        device: `cpu`, `cuda`, `cuda:1`, `mps`.
        dtype: the numbers it computes in; probabilities are float32 in any case.
        limit: how many pieces it reads at once, with those that the tokenizer puts around a sentence.
        budget: pieces that a batch may hold.
        others: the same classifier on the other devices that share the work (`sharing.across`); mostly none.
    """

    others: tuple[Classifier, ...] = ()

    def __init__(
        self,
        model: str,
        tokenizer: Any,
        network: Any,
        labels: Sequence[str],
        device: str,
        dtype: str,
        *,
        encoder: Any,
        shapes: bool,
    ) -> None:
        self.model = model
        self.labels = tuple(labels)
        self.outside = outside(model, self.labels)
        self.device = device
        self.dtype = dtype
        self.limit = most_pieces(tokenizer, encoder)
        self._tokenizer = tokenizer
        self._network = on_cpu(network, dtype) if device == "cpu" else moved(model, network, device)
        self._shapes = shapes
        self._own = encoder is not network
        pad = tokenizer.pad_token_id
        self._pad: int = pad if pad is not None else getattr(encoder.config, "pad_token_id", None) or 0
        table = encoder.get_input_embeddings()
        self._known: int = getattr(table, "num_embeddings", len(tokenizer))  # pieces
        self.budget = Budget.on(device, cpu=1024, mps=8192, cuda=32768)
        interruptible_layers(self._network)

    def probabilities(
        self, sentences: Sequence[Sequence[str]], *, pooling: Pooling = "first"
    ) -> list[NDArray[np.float32]]:
        """The probabilities of every tag at every word.

        Args:
            sentences: the words of each.
            pooling: `first`: a word has the probabilities of its first piece; `mean`: their mean over its
                pieces.

        Returns:
            For each sentence float32 (words, labels), rows that add up to 1. A word that the tokenizer finds
            nothing in (zero-width characters alone) is certainly outside.

        Raises:
            ProjnerError: the network computes what is no number, or does not know a piece; or the memory does
                not suffice for one sentence.
        """
        pieces = split_composed(self._tokenizer, sentences)
        most = max((max(found.ids) for found in pieces if found.ids), default=0)
        if most >= self._known:
            raise ProjnerError(
                f"the tokenizer of {self.model!r} is not this model's: it makes pieces that the model, which "
                f"knows {self._known}, does not. Fetch both anew"
            )
        wanted = [_wanted(found, pooling) for found in pieces]
        begin = np.concatenate(([0], np.cumsum([len(places) for places in wanted], dtype=np.int64)))
        found = self._of_pieces(sentences, pieces, wanted, begin)
        return [
            self._of_words(len(sentence), cut, places, found[start:stop])
            for sentence, cut, places, start, stop in zip(
                sentences, pieces, wanted, begin[:-1].tolist(), begin[1:].tolist(), strict=True
            )
        ]

    def _of_words(self, length: int, pieces: Subwords, places: _Integers, found: Rows) -> Rows:
        """(words, labels), of the probabilities of the wanted pieces of one sentence."""
        rows = np.zeros((length, len(self.labels)), dtype=np.float32)
        rows[:, self.outside] = 1.0
        if len(places) == 0:
            return rows
        words = np.array(pieces.words, dtype=np.int64)[places]
        first = np.flatnonzero(np.diff(words, prepend=-1))
        if len(first) == len(words):  # one piece a word
            rows[words] = found
        else:
            counts = np.diff(first, append=len(words))
            rows[words[first]] = np.add.reduceat(found, first, axis=0) / counts[:, None].astype(np.float32)
        return rows

    def _of_pieces(
        self,
        sentences: Sequence[Sequence[str]],
        pieces: Sequence[Subwords],
        wanted: Sequence[_Integers],
        begin: _Integers,
    ) -> Rows:
        """The probabilities of all wanted pieces, sentence after sentence, (pieces, labels)."""
        ids: list[_Integers] = []  # what the network reads, one a window
        shapes: list[_Integers] = []
        columns: list[_Integers] = []  # where in it the pieces are that are taken from it
        places: list[_Integers] = []  # and where they belong
        for sentence, cut, own, at in zip(sentences, pieces, wanted, begin.tolist(), strict=False):
            room = self.limit - len(cut.before) - len(cut.after)
            all_ids = np.array((*cut.before, *cut.ids, *cut.after), dtype=np.int64)
            all_shapes = self._shapes_of(sentence, cut)
            head, tail = len(cut.before), len(cut.after)
            for window in windows(len(cut), room):
                if window.start == 0 and window.end == len(cut):
                    ids.append(all_ids)
                    shapes.append(all_shapes)
                    columns.append(own + head)
                    places.append(np.arange(at, at + len(own)))
                    continue
                taken = np.flatnonzero((own >= window.first) & (own < window.last))
                inside = np.r_[
                    0:head, head + window.start : head + window.end, len(all_ids) - tail : len(all_ids)
                ]
                ids.append(all_ids[inside])
                shapes.append(all_shapes[inside])
                columns.append(own[taken] - window.start + head)
                places.append(at + taken)

        def compute(there: Classifier, chosen: list[int]) -> Rows:
            return there._run(
                [ids[job] for job in chosen],
                [shapes[job] for job in chosen],
                [columns[job] for job in chosen],
            )

        found = np.zeros((int(begin[-1]), len(self.labels)), dtype=np.float32)
        models = [self, *self.others]
        lengths = [len(job) for job in ids]
        for chosen, probabilities in across(lengths, models, compute, budget=lambda there: there.budget):
            found[np.concatenate([places[job] for job in chosen])] = probabilities
        return found

    def _shapes_of(self, sentence: Sequence[str], pieces: Subwords) -> _Integers:
        """The shape of every piece's word, with 0 for what stands around; all 0 where nobody asks."""
        found = np.zeros(len(pieces.before) + len(pieces) + len(pieces.after), dtype=np.int64)
        if self._shapes and pieces.ids:
            own = np.array([shape(word) for word in sentence], dtype=np.int64)
            found[len(pieces.before) : len(pieces.before) + len(pieces)] = own[list(pieces.words)]
        return found

    def _run(
        self, ids: Sequence[_Integers], shapes: Sequence[_Integers], columns: Sequence[_Integers]
    ) -> Rows:
        """The probabilities of some pieces of one batch, row after row, (pieces, labels)."""
        import torch

        lengths = np.array([len(row) for row in ids])
        even = bool((lengths == lengths[0]).all())
        rows = np.repeat(np.arange(len(ids)), [len(taken) for taken in columns])
        with torch.inference_mode():
            read = self._there(_padded(ids, self._pad))
            mask = (
                None if even else self._there((np.arange(lengths.max()) < lengths[:, None]).astype(np.int64))
            )
            told = self._there(_padded(shapes, 0)) if self._shapes else None
            scores = self._forward(read, mask, told)
            chosen = scores[self._there(rows), self._there(np.concatenate(columns))]
            found: Rows = chosen.float().softmax(dim=-1).cpu().numpy()
        if not np.isfinite(found).all():
            raise ProjnerError(
                f"the model {self.model!r} computes no numbers (NaN or infinite) in {self.dtype}: "
                + (
                    "its weights are damaged; fetch it again"
                    if self.dtype == "float32"
                    else "try dtype 'float32'; if that does not help, its weights are damaged"
                )
            )
        return found

    def _forward(
        self, ids: torch.Tensor, mask: torch.Tensor | None, shapes: torch.Tensor | None
    ) -> torch.Tensor:
        import torch

        # On a CPU the sums between the layers stay float32, which keeps most tags those of float32.
        half = self.device == "cpu" and self.dtype != "float32"
        with torch.autocast("cpu", getattr(torch, self.dtype)) if half else nullcontext():
            scores: torch.Tensor = (
                self._network(ids, mask, shapes)
                if self._own
                else self._network(input_ids=ids, attention_mask=mask).logits
            )
        return scores

    def _there(self, array: NDArray[Any]) -> torch.Tensor:
        import torch

        return torch.from_numpy(array).to(self.device)


def load_classifier(model: str, *, device: str = "auto", dtype: str = "auto") -> Classifier:
    """The token classifier of a checkpoint: any of transformers, or a folder with our own tagger network.

    Two that ask for one checkpoint, device and dtype share it. It is in memory as long as someone holds it;
    the one asked for last stays until another is loaded or `free` is called.

    Args:
        model: a folder, or a hub name that was fetched before.
        device: as of `devices.places`: with several, the classifier on the first has `others`.
        dtype: as of `devices.dtype`.

    Raises:
        ProjnerError: there is no such model on this machine, it is no token classifier, it does not say what
            its tags are, it cannot be loaded, or there is no such device.
    """
    places = devices.places(device)
    numbers = devices.dtype(dtype, ",".join(places))

    def load(place: str) -> Classifier:
        from projner_core.inference.networks.tagger import is_tagger

        folder = locate(model)
        made = _own if is_tagger(folder) else _of_transformers
        return made(model, folder, place, numbers)

    return share((Classifier, model, revision(model), places, numbers), lambda: load_all(load, places))


def _of_transformers(model: str, folder: Path, device: str, dtype: str) -> Classifier:
    check_architecture(model, folder)
    tokenizer = load_tokenizer(model)
    part_words(tokenizer)
    network = load_network(
        model, dtype="float32" if device == "cpu" else dtype, auto="AutoModelForTokenClassification"
    )
    named = network.config.id2label
    labels = [str(named.get(index, f"LABEL_{index}")) for index in range(network.config.num_labels)]
    return Classifier(model, tokenizer, network, labels, device, dtype, encoder=network, shapes=False)


def _own(model: str, folder: Path, device: str, dtype: str) -> Classifier:
    import torch

    from projner_core.inference.networks.tagger import load

    network, config = load(folder, MODELS)
    whole = (folder / "tokenizer.json").is_file() or not config.base
    tokenizer = tokenizer_in(folder if whole else MODELS / config.base, model)
    part_words(tokenizer)
    if device != "cpu":
        network.to(getattr(torch, dtype))
    return Classifier(
        model, tokenizer, network, config.labels, device, dtype, encoder=network.encoder, shapes=config.shapes
    )


def part_words(tokenizer: Any) -> None:
    """See to it that every word begins as behind a space: the byte-level tokenizers of RoBERTa and its kin
    take a word without one for the rest of the word before."""
    cutter: Any = getattr(getattr(tokenizer, "backend_tokenizer", None), "pre_tokenizer", None)
    if getattr(cutter, "add_prefix_space", None) is False:
        cutter.add_prefix_space = True
        tokenizer.add_prefix_space = True


def _wanted(pieces: Subwords, pooling: Pooling) -> _Integers:
    """The pieces of a sentence whose probabilities are asked for."""
    if pooling == "mean":
        return np.arange(len(pieces))
    return np.flatnonzero(np.diff(np.array(pieces.words, dtype=np.int64), prepend=-1))


def _padded(rows: Sequence[_Integers], value: int) -> _Integers:
    table = np.full((len(rows), max(map(len, rows))), value, dtype=np.int64)
    for index, row in enumerate(rows):
        table[index, : len(row)] = row
    return table
