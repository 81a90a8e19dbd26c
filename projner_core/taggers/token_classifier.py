"""A token classifier: a model that gives every word a tag, from a folder or from the Hugging Face hub."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from projner_core.corpus import Sentence, Span, TagProbabilities
from projner_core.errors import ProjnerError
from projner_core.inference.classifiers import POOLINGS, load_classifier
from projner_core.inference.devices import check_device, check_dtype, places
from projner_core.schemes import Scheme
from projner_core.taggers.label_sets import AUTO, PROBE, Reading, asked, reading, writes_iob1
from projner_core.tagging import best_entities

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from projner_core.inference.classifiers import Classifier, Pooling


class TokenClassifier:
    """Tags source sentences, or, as model transfer, target sentences.

    One prediction a word, whatever pieces the model cuts words into. Entities are those of the most probable
    valid tags (`tagging.entities`).

    Args:
        model: a folder, or a hub name that was fetched before. What was made by `projner train` is a folder,
            too.
        pooling: `first`: a word has the probabilities of its first piece, as most models were trained;
            `mean`: their mean over its pieces.
        labels: `auto`: labels become PER, LOC, ORG and MISC, and dates and amounts are dropped, but those of
            a folder that `projner train` wrote stay what they are; `keep`: they stay what they are; the name
            of a label set; or what each becomes, `PERSON=PER GPE=LOC`, those not named being dropped.
        scheme: `auto`, or how the model writes its tags (IO, IOB1, IOB2, BIOES, BILOU) where that is not seen
            from its tags.
        device: `auto`, `cpu`, `cuda`, `cuda:1`, `mps`.
        dtype: `auto`, `float32`, `bfloat16`, `float16`.

    Raises:
        ProjnerError: a setting has a value that it cannot have.
    """

    def __init__(
        self,
        *,
        model: str = "FacebookAI/xlm-roberta-large-finetuned-conll03-english",
        pooling: str = "first",
        labels: str | Mapping[str, str] = AUTO,
        scheme: str = AUTO,
        device: str = "auto",
        dtype: str = "auto",
    ) -> None:
        if pooling not in POOLINGS:
            raise ProjnerError(f"there is no pooling {pooling!r}; there are: {', '.join(POOLINGS)}")
        reading(("O",), labels if isinstance(labels, str) and "=" not in labels else AUTO, scheme)
        check_device(device)
        check_dtype(dtype)
        self.model = model
        self.pooling: Pooling = "mean" if pooling == "mean" else "first"
        self.labels = labels
        self.scheme = scheme
        self.device = device
        self.dtype = dtype
        self._loaded: tuple[Classifier, Reading] | None = None

    @property
    def chunk(self) -> int:
        """How many sentences to give at once, for who wants to say every few seconds how far it is."""
        return 2048 if places(self.device)[0].startswith("cuda") else 256

    def tag(self, sentences: Sequence[Sentence]) -> list[tuple[Span, ...]]:
        """The entities of each sentence; an empty one has none.

        The model is loaded by the first call.

        Raises:
            ProjnerError: the model is not on this machine, is broken or is no token classifier, or the memory
                does not suffice for a single sentence.
        """
        rows, tags = self._rows(sentences)
        return [best_entities(found.astype(np.float64), tags) for found in rows]

    def probabilities(self, sentences: Sequence[Sentence]) -> list[TagProbabilities]:
        """The probabilities of the IOB2 tags at each token.

        Raises:
            ProjnerError: as `tag`.
        """
        rows, tags = self._rows(sentences)
        return [TagProbabilities(tags, tuple(map(tuple, found.tolist()))) for found in rows]

    def _rows(self, sentences: Sequence[Sentence]) -> tuple[list[NDArray[np.float32]], tuple[str, ...]]:
        classifier, how = self._load()
        found = classifier.probabilities([sentence.tokens for sentence in sentences], pooling=self.pooling)
        return [how.read(rows) for rows in found], how.tags

    def _load(self) -> tuple[Classifier, Reading]:
        if self._loaded is None:
            classifier = load_classifier(self.model, device=self.device, dtype=self.dtype)
            wanted = asked(self.labels, self.model)
            how = reading(classifier.labels, wanted, self.scheme, model=repr(self.model))
            if self.scheme == AUTO and how.scheme is Scheme.IOB2:
                (rows,) = classifier.probabilities([PROBE])
                if writes_iob1(classifier.labels, rows):
                    how = reading(classifier.labels, wanted, Scheme.IOB1, model=repr(self.model))
            self._loaded = classifier, how
        return self._loaded
