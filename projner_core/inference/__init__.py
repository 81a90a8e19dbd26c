"""What every stage that runs a model needs: a device, batches, and a checkpoint that is on this machine.

Nothing here reaches for the network: a model is a local folder, or a name on the Hugging Face hub that was
fetched before. Loading imports torch and transformers; importing this package imports neither.

To read it: `devices` (where and in which numbers) → `batching` (how much at once) → `checkpoints` (which
files) → `loading` (from files to networks) → `subwords` (what a network reads) → `products` (how a CPU
multiplies) → `encoders` (its vectors) or `classifiers` (the tags of words). Of translation models:
`language_codes` and `translation_pieces` (what they read); then for how probable a translation is
`translation_network` → `seq2seq`, and for translating `text_parts` → `generation`, whose network is in
`generation_network` or `converted` (CTranslate2). `keeping` has what is in memory.
"""

from __future__ import annotations

from projner_core.inference.batching import Budget, batches, in_batches
from projner_core.inference.checkpoints import locate, revision
from projner_core.inference.devices import DEVICES, DTYPES, device, dtype, places
from projner_core.inference.encoders import Encoder, load_encoder
from projner_core.inference.generation import Generator, load_generator
from projner_core.inference.keeping import free
from projner_core.inference.loading import load_network, load_tokenizer
from projner_core.inference.seq2seq import TranslationScorer, load_scorer
from projner_core.inference.sharing import across, load_all
from projner_core.inference.subwords import Subwords, Window, split, windows

__all__ = [
    "DEVICES",
    "DTYPES",
    "Budget",
    "Encoder",
    "Generator",
    "Subwords",
    "TranslationScorer",
    "Window",
    "across",
    "batches",
    "device",
    "dtype",
    "free",
    "in_batches",
    "load_all",
    "load_encoder",
    "load_generator",
    "load_network",
    "load_scorer",
    "load_tokenizer",
    "locate",
    "places",
    "revision",
    "split",
    "windows",
]
