"""The network that is trained: an encoder with a new head, and where case is lost the shapes of words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from projner_core.bundled import MODELS
from projner_core.errors import ProjnerError
from projner_core.inference.checkpoints import locate
from projner_core.inference.classifiers import part_words
from projner_core.inference.encoders import most_pieces
from projner_core.inference.interruption import interruptible_layers
from projner_core.inference.loading import load_network, load_tokenizer, tokenizer_in
from projner_core.training.config import TrainingConfig

if TYPE_CHECKING:
    import torch

_BUNDLED = "english-ner"
_PROBE = "AbÉЖΩ"  # letters with case: of a tokenizer that throws case away, none stays upper


@dataclass(frozen=True, slots=True)
class Trainable:
    """A network to train.

    Attributes:
        network: a torch module, float32.
        tokenizer: of transformers.
        shapes: whether the network is a `TaggerNetwork`, else one of transformers' token classifiers.
        limit: the most pieces that it reads.
    """

    network: Any
    tokenizer: Any
    shapes: bool
    limit: int

    def scores(
        self, ids: torch.Tensor, mask: torch.Tensor | None, shapes: torch.Tensor | None
    ) -> torch.Tensor:
        """The scores of every piece, (sentences, pieces, tags)."""
        if self.shapes:
            told: torch.Tensor = self.network(ids, mask, shapes)
            return told
        logits: torch.Tensor = self.network(input_ids=ids, attention_mask=mask).logits
        return logits

    def is_new(self, parameter: str) -> bool:
        """Whether a parameter is of a part that was not trained before."""
        if self.shapes:
            return not parameter.startswith("encoder.")
        return not parameter.startswith(f"{self.network.base_model_prefix}.")

    def embeddings(self) -> Any:
        """The vectors of the pieces, a module."""
        network = self.network.encoder if self.shapes else self.network
        return network.get_input_embeddings()


def place_of(model: str) -> str:
    """A model as `inference` knows it: 'bundled' is the folder of the bundled English tagger."""
    return str(MODELS / _BUNDLED) if model == "bundled" else model


def build(config: TrainingConfig, tags: Sequence[str]) -> Trainable:
    """The network that a training starts from. New parts are drawn: seed torch before.

    Raises:
        ProjnerError: the model is not on this machine, can't be loaded, or is no encoder that words can be
            tagged with.
    """
    from projner_core.inference.networks.tagger import is_tagger

    model = place_of(config.model)
    if is_tagger(locate(model)):
        tokenizer, encoder, vectors = _of_tagger(locate(model), config.model)
    else:
        tokenizer, encoder, vectors = load_tokenizer(model), load_network(model), None
    part_words(tokenizer)
    if tokenizer.pad_token_id is None:
        tokenizer.pad_token = tokenizer.eos_token or tokenizer.unk_token
    if getattr(encoder.config, "is_encoder_decoder", False):
        raise ProjnerError(
            f"{config.model!r} writes text and tags no words: give an encoder (BERT, XLM-R, …)"
        )
    shapes = config.shapes == "yes" or (config.shapes == "auto" and lower_cases(tokenizer))
    network = _with_shapes(encoder, tags, config, vectors) if shapes else _plain(encoder, tags, config)
    interruptible_layers(network)
    made = Trainable(network.float(), tokenizer, shapes, most_pieces(tokenizer, encoder))
    if config.freeze_embeddings:
        made.embeddings().requires_grad_(False)
    return made


def lower_cases(tokenizer: Any) -> bool:
    """Whether a tokenizer throws away the case of letters."""
    if tokenizer.is_fast and tokenizer.backend_tokenizer.normalizer is not None:
        left = tokenizer.backend_tokenizer.normalizer.normalize_str(_PROBE)
        return not any(letter.isupper() for letter in left)
    return bool(getattr(tokenizer, "do_lower_case", False))


def _with_shapes(encoder: Any, tags: Sequence[str], config: TrainingConfig, vectors: Any) -> Any:
    import torch

    from projner_core.inference.networks.tagger import TaggerNetwork

    _without_pooler(encoder)
    network = TaggerNetwork(encoder, len(tags), shapes=True, dropout=config.dropout)
    if vectors is not None and network.shapes is not None:
        with torch.no_grad():
            network.shapes.weight.copy_(vectors)
    return network


def _plain(encoder: Any, tags: Sequence[str], config: TrainingConfig) -> Any:
    """One of transformers' own token classifiers around the encoder."""
    from transformers import AutoModelForTokenClassification

    about = encoder.config
    about.num_labels = len(tags)
    about.id2label = dict(enumerate(tags))
    about.label2id = {tag: number for number, tag in enumerate(tags)}
    if hasattr(about, "classifier_dropout"):
        about.classifier_dropout = config.dropout
    try:
        network: Any = AutoModelForTokenClassification.from_config(about)  # type: ignore[no-untyped-call]
    except ValueError as error:
        raise ProjnerError(
            f"{config.model!r} is of the kind {about.model_type!r}, with which transformers tags no words: "
            "give an encoder (BERT, XLM-R, DeBERTa, …)"
        ) from error
    if getattr(getattr(network, network.base_model_prefix), "pooler", None) is None:
        _without_pooler(encoder)
    setattr(network, network.base_model_prefix, encoder)
    return network


def _without_pooler(encoder: Any) -> None:
    """Without what makes one vector of a sentence, which tags no words and would be saved."""
    if getattr(encoder, "pooler", None) is not None:
        encoder.pooler = None


def _of_tagger(folder: Path, model: str) -> tuple[Any, Any, Any]:
    """Tokenizer, encoder and vectors of shapes of a network of our own."""
    from projner_core.inference.networks.tagger import load

    network, about = load(folder, MODELS)
    whole = (folder / "tokenizer.json").is_file() or not about.base
    vectors = None if network.shapes is None else network.shapes.weight.detach()
    return tokenizer_in(folder if whole else MODELS / about.base, model), network.encoder, vectors
