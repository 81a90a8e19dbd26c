"""What every stage that runs a model needs: a device, batches, and a checkpoint that is on this machine.

Nothing here reaches for the network: a model is a local folder, or a name on the Hugging Face hub that was
fetched before. Loading imports torch and transformers; importing this package imports neither.

To read it: `devices` (where and in which numbers) → `batching` (how much at once) → `checkpoints` (which
files) → `loading` (from files to networks) → `subwords` (what a network reads) → `products` (how a CPU
multiplies) → `encoders` (its vectors); and for how probable a translation is, `language_codes` and
`translation_pieces` (what a translation model reads) → `translation_network` → `seq2seq`. `keeping` has what
is in memory.
"""

from __future__ import annotations

from projner_core.inference.batching import batches, in_batches
from projner_core.inference.checkpoints import locate, revision
from projner_core.inference.devices import DEVICES, DTYPES, device, dtype
from projner_core.inference.encoders import Encoder, load_encoder
from projner_core.inference.keeping import free
from projner_core.inference.loading import load_network, load_tokenizer
from projner_core.inference.seq2seq import TranslationScorer, load_scorer
from projner_core.inference.subwords import Subwords, Window, split, windows

__all__ = [
    "DEVICES",
    "DTYPES",
    "Encoder",
    "Subwords",
    "TranslationScorer",
    "Window",
    "batches",
    "device",
    "dtype",
    "free",
    "in_batches",
    "load_encoder",
    "load_network",
    "load_scorer",
    "load_tokenizer",
    "locate",
    "revision",
    "split",
    "windows",
]
