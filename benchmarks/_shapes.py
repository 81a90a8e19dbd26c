"""Networks as large as the real ones, with random weights: their speed and memory, with no download.

The tokenizer is made of the texts that are given; the tables of the network have their real size. What such a
model says means nothing, and how long it says it is for the measuring program to fix.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any, NamedTuple

from tests import models


class Shape(NamedTuple):
    """How large a network is."""

    layers: int  # of the encoder; a translation model's decoder has as many
    hidden: int
    heads: int
    inner: int  # of the feed-forward layers
    pieces: int


XLM_R_LARGE = Shape(24, 1024, 16, 4096, 250_002)
MBERT = Shape(12, 768, 12, 3072, 119_547)
NLLB_600M = Shape(12, 1024, 16, 4096, 256_206)
NLLB_3_3B = Shape(24, 2048, 16, 8192, 256_206)
MINILM = Shape(6, 384, 12, 1536, 30_522)


def xlm_roberta_tagger(folder: Path, texts: Iterable[str], shape: Shape, dtype: str = "float32") -> Path:
    """An XLMRobertaForTokenClassification with the nine tags of CoNLL-2003."""
    from transformers import XLMRobertaConfig, XLMRobertaForTokenClassification

    models.xlm_roberta(folder, texts)
    tags = ["O", *(f"{prefix}-{label}" for label in ("PER", "ORG", "LOC", "MISC") for prefix in "BI")]
    config = XLMRobertaConfig(
        vocab_size=shape.pieces,
        hidden_size=shape.hidden,
        num_hidden_layers=shape.layers,
        num_attention_heads=shape.heads,
        intermediate_size=shape.inner,
        max_position_embeddings=514,
        pad_token_id=1,
        bos_token_id=0,
        eos_token_id=2,
        id2label=dict(enumerate(tags)),
        label2id={tag: index for index, tag in enumerate(tags)},
    )
    return _made(XLMRobertaForTokenClassification, config, folder, dtype)


def bert_encoder(folder: Path, texts: Iterable[str], shape: Shape, dtype: str = "float32") -> Path:
    """A BertModel."""
    from transformers import BertConfig, BertModel

    models.bert(folder, texts, layers=1)
    config = BertConfig(
        vocab_size=shape.pieces,
        hidden_size=shape.hidden,
        num_hidden_layers=shape.layers,
        num_attention_heads=shape.heads,
        intermediate_size=shape.inner,
    )
    return _made(BertModel, config, folder, dtype)


def nllb(folder: Path, texts: Iterable[str], shape: Shape, dtype: str = "float32") -> Path:
    """An M2M100ForConditionalGeneration with NLLB's kind of tokenizer and five of its languages."""
    from transformers import M2M100Config, M2M100ForConditionalGeneration

    models.nllb(folder, texts, layers=1)
    config = M2M100Config(
        vocab_size=shape.pieces,
        d_model=shape.hidden,
        encoder_layers=shape.layers,
        decoder_layers=shape.layers,
        encoder_attention_heads=shape.heads,
        decoder_attention_heads=shape.heads,
        encoder_ffn_dim=shape.inner,
        decoder_ffn_dim=shape.inner,
        max_position_embeddings=1024,
        pad_token_id=1,
        bos_token_id=0,
        eos_token_id=2,
    )
    return _made(M2M100ForConditionalGeneration, config, folder, dtype)


def _made(network: Any, config: Any, folder: Path, dtype: str) -> Path:
    """The network, written over the small one that came with the tokenizer."""
    import torch

    for old in folder.glob("*.safetensors"):
        old.unlink()
    before = torch.get_default_dtype()
    torch.set_default_dtype(getattr(torch, dtype))
    try:
        # Made where it is quickest: drawing a billion random numbers takes a minute on a CPU.
        with torch.device("cuda" if torch.cuda.is_available() else "cpu"), torch.random.fork_rng():
            torch.manual_seed(0)
            made = network(config)
    finally:
        torch.set_default_dtype(before)
    made.to("cpu").save_pretrained(folder)
    settings = folder / "tokenizer_config.json"
    told = json.loads(settings.read_text(encoding="utf-8")) | {"model_max_length": 512}
    settings.write_text(json.dumps(told, ensure_ascii=False), encoding="utf-8")
    return folder
