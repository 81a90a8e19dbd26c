"""An encoder, the shapes of the words beside their pieces, and a head that gives each piece its tag.

What is saved is a folder of its own kind: `config.json` with the encoder's own configuration in it,
`tokenizer.json`, and `model.safetensors`, whose matrices may be packed to a byte a number. A folder that says
`base` holds only what was trained; the rest is in the bundled folder of that name.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import torch
from torch import nn

from projner_core.errors import ProjnerError
from projner_core.inference.networks.packing import load_tensors, save_tensors
from projner_core.inference.word_shapes import SHAPES

MODEL_TYPE = "projner-tagger"


@dataclass(frozen=True, slots=True)
class TaggerConfig:
    """What `config.json` says.

    Attributes:
        encoder: the configuration of the encoder, as transformers writes it.
        labels: the tags, in the order of the head's rows.
        shapes: whether the network is told the shapes of words.
        base: the bundled folder with tokenizer and frozen weights; "" where the folder is whole.
        trained: what it was trained on and how: data sets, seeds, scores.
    """

    encoder: dict[str, Any]
    labels: tuple[str, ...]
    shapes: bool
    base: str = ""
    trained: dict[str, Any] = field(default_factory=dict)


class TaggerNetwork(nn.Module):
    """Pieces and shapes in, a score a tag out.

    Args:
        encoder: of transformers, one that takes `inputs_embeds`, its pooler left out.
        labels: how many tags.
        shapes: whether it is told the shapes of words.
        dropout: before the head, in training.
    """

    def __init__(self, encoder: Any, labels: int, *, shapes: bool, dropout: float = 0.1) -> None:
        super().__init__()
        self.encoder = encoder
        size = encoder.config.hidden_size
        self.shapes = nn.Embedding(len(SHAPES), size) if shapes else None
        self.dropout = nn.Dropout(dropout)
        self.head = nn.Linear(size, labels)
        deviation = getattr(encoder.config, "initializer_range", 0.02)
        nn.init.normal_(self.head.weight, std=deviation)
        nn.init.zeros_(self.head.bias)
        if self.shapes is not None:
            nn.init.normal_(self.shapes.weight, std=deviation)

    def forward(
        self, input_ids: torch.Tensor, attention_mask: torch.Tensor | None, shapes: torch.Tensor | None
    ) -> torch.Tensor:
        """The scores (logits) of every piece.

        Args:
            input_ids: the numbers of the pieces, (sentences, pieces).
            attention_mask: 1 where a piece is, (sentences, pieces); None where all are of one length.
            shapes: the shape of each piece's word, (sentences, pieces); left out where it is told none.

        Returns:
            (sentences, pieces, labels).
        """
        vectors = self.encoder.get_input_embeddings()(input_ids)
        if self.shapes is not None:
            assert shapes is not None, "this network is to be told the shapes of words"
            vectors = vectors + self.shapes(shapes)
        hidden = self.encoder(inputs_embeds=vectors, attention_mask=attention_mask).last_hidden_state
        scores: torch.Tensor = self.head(self.dropout(hidden))
        return scores


def is_tagger(folder: Path) -> bool:
    """Whether a model's folder holds such a network."""
    try:
        return bool(json.loads((folder / "config.json").read_bytes()).get("model_type") == MODEL_TYPE)
    except (OSError, ValueError, AttributeError):
        return False


def save(
    folder: Path,
    network: TaggerNetwork,
    config: TaggerConfig,
    *,
    packed: bool = False,
    without: tuple[str, ...] = (),
) -> None:
    """Write `config.json` and `model.safetensors` into `folder`; the tokenizer is written beside them.

    Args:
        packed: a byte a number, a scale a row: a quarter of the size.
        without: names of weights that are in the base.
    """
    folder.mkdir(parents=True, exist_ok=True)
    said = {"model_type": MODEL_TYPE} | asdict(config)
    (folder / "config.json").write_text(json.dumps(said, ensure_ascii=False, indent=1), encoding="utf-8")
    weights = {name: tensor for name, tensor in network.state_dict().items() if name not in without}
    save_tensors(folder / "model.safetensors", weights, packed=packed)


def load(folder: Path, bases: Path) -> tuple[TaggerNetwork, TaggerConfig]:
    """The network of a folder, float32, on the CPU, in evaluation mode.

    Args:
        folder: that `save` wrote.
        bases: where bundled folders are, for one that says `base`.

    Raises:
        ProjnerError: the files are not what they should be.
    """
    from transformers import AutoConfig, AutoModel

    try:
        said = json.loads((folder / "config.json").read_bytes())
        config = TaggerConfig(
            encoder=said["encoder"],
            labels=tuple(said["labels"]),
            shapes=said["shapes"],
            base=said.get("base", ""),
            trained=said.get("trained", {}),
        )
        about = dict(config.encoder)
        encoder_config = AutoConfig.for_model(about.pop("model_type"), **about)
        kept = {"add_pooling_layer": False} if encoder_config.model_type in {"bert", "xlm-roberta"} else {}
        encoder: Any = AutoModel.from_config(encoder_config, **kept)  # type: ignore[no-untyped-call]
        network = TaggerNetwork(encoder, len(config.labels), shapes=config.shapes)
        weights: dict[str, torch.Tensor] = {}
        if config.base:
            if Path(config.base).name != config.base:
                raise ValueError(f"{config.base!r} is no name of a bundled folder")
            weights |= load_tensors(bases / config.base / "model.safetensors")
        weights |= load_tensors(folder / "model.safetensors")
        network.load_state_dict(weights)
    except (OSError, ValueError, LookupError, TypeError, RuntimeError) as error:
        first = (str(error).strip().splitlines() or [type(error).__name__])[0]
        raise ProjnerError(
            f"the model in {folder} cannot be loaded: {first}. Make or fetch it again"
        ) from error
    return network.eval(), config
