"""Training: sentences with entities in, the folder of a tagger out.

To read it: `config` (the settings) → `corpora` (what is learnt from) → `encoding` (how a network reads it) →
`networks` (what is trained) → `losses`, `loop` (how) → `scoring`, `states` (how good it is, how far it is) →
`records`, `saving` (what is left in the end) → `run` (all of it); `spacy_pipeline` for a small pipeline.
"""

from __future__ import annotations

from projner_core.training.config import TrainingConfig
from projner_core.training.corpora import Corpus, Example, corpus, learnt_from
from projner_core.training.progress import Step
from projner_core.training.records import Record
from projner_core.training.run import Spread, Trained, spread, train, train_seeds

__all__ = [
    "Corpus",
    "Example",
    "Record",
    "Spread",
    "Step",
    "Trained",
    "TrainingConfig",
    "corpus",
    "learnt_from",
    "spread",
    "train",
    "train_seeds",
]
