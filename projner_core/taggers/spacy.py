"""Pipelines of spaCy that are on this machine: installed ones by name, others by their folder."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any

from projner_core.corpus import Sentence, Span
from projner_core.errors import ProjnerError
from projner_core.inference.interruption import checkpoint
from projner_core.inference.keeping import share
from projner_core.schemes import OUTSIDE
from projner_core.taggers.label_sets import AUTO, asked, mapped

if TYPE_CHECKING:
    from spacy.language import Language
    from spacy.tokens import Doc

_BATCH = 128  # sentences: a pipeline answers for that many at once
# What loading raises for a pipeline that is damaged, of another version, or needs another package.
_BROKEN = (OSError, ValueError, ImportError, LookupError, TypeError, AttributeError)


class SpacyTagger:
    """Tags with a pipeline of spaCy. Its tokenizer is never asked: the tokens are those of the sentence.

    Of the pipeline only what finds entities is run, and what that reads from. Its entities have no scores.

    Loading an installed pipeline runs its package, as any import does: install what you trust. Loading a
    folder runs no code of that folder; its configuration can only name functions that installed packages
    offer.

    Args:
        model: the name of an installed pipeline, or a folder that spaCy or `projner train` wrote.
        labels: `auto`: labels become PER, LOC, ORG and MISC, and dates and amounts are dropped, but those of
            a folder that `projner train` wrote stay what they are; `keep`: they stay what they are; the name
            of a label set; or what each becomes, `PERSON=PER GPE=LOC`, those not named being dropped.
    """

    chunk = 1000

    def __init__(self, *, model: str = "en_core_web_sm", labels: str | Mapping[str, str] = AUTO) -> None:
        if not isinstance(labels, Mapping) and "=" not in labels:
            mapped((), labels)  # refuses what is no label set
        self.model = model
        self.labels = labels
        self._pipeline: _Pipeline | None = None

    @property
    def revision(self) -> str:
        """Which version of the pipeline is on this machine: of a folder, a digest of its files.

        Raises:
            ProjnerError: there is none of that name.
        """
        return _revision(self.model)

    def tag(self, sentences: Sequence[Sentence]) -> list[tuple[Span, ...]]:
        """The entities of each sentence; an empty one has none. The pipeline is loaded by the first call.

        Raises:
            ProjnerError: there is no such pipeline on this machine, it cannot be loaded, or nothing in it
                finds entities.
        """
        if self._pipeline is None:
            self._pipeline = share(
                (SpacyTagger, self.model, self.revision), lambda: _Pipeline(self.model, _load(self.model))
            )
        pipeline = self._pipeline
        filled = [index for index, sentence in enumerate(sentences) if sentence.tokens]
        raw: dict[int, list[Span]] = {}
        for index, doc in zip(filled, pipeline.read([sentences[i].tokens for i in filled]), strict=True):
            checkpoint()
            raw[index] = [Span(ent.start, ent.end, ent.label_) for ent in doc.ents if ent.label_]
        # Rules may give labels that no component lists.
        labels = [*pipeline.labels, *(span.label for own in raw.values() for span in own)]
        becomes = mapped(labels, asked(self.labels, self.model), model=repr(self.model))
        return [
            tuple(
                Span(span.start, span.end, becomes[span.label])
                for span in raw.get(index, ())
                if becomes[span.label] != OUTSIDE
            )
            for index in range(len(sentences))
        ]


class _Pipeline:
    """A loaded pipeline: what of it is run, and the labels that it may give."""

    def __init__(self, model: str, nlp: Language) -> None:
        assigning = [name for name in nlp.pipe_names if "doc.ents" in nlp.get_pipe_meta(name).assigns]
        if not assigning:
            raise ProjnerError(
                f"nothing in the spaCy pipeline {model!r} finds entities: it has "
                f"{', '.join(nlp.pipe_names) or 'no components'}. Choose one with an 'ner' component"
            )
        self.nlp = nlp
        labels = [nlp.pipe_labels[name] for name in assigning if name in nlp.pipe_labels]
        self.labels = tuple(dict.fromkeys(label for own in labels for label in own))
        self.idle = _idle(nlp, assigning)

    def read(self, sentences: Sequence[Sequence[str]]) -> Iterator[Doc]:
        from spacy.tokens import Doc

        docs = (Doc(self.nlp.vocab, words=list(tokens)) for tokens in sentences)
        return self.nlp.pipe(docs, batch_size=_BATCH, disable=list(self.idle))


def _idle(nlp: Language, assigning: Sequence[str]) -> tuple[str, ...]:
    """The components that need not run: none where rules may ask for what any of them says."""
    statistical = all(nlp.get_pipe_meta(name).factory in ("ner", "beam_ner") for name in assigning)
    if not statistical:
        return ()
    models: list[Any] = [getattr(nlp.get_pipe(name), "model", None) for name in assigning]
    # A component that reads vectors made by another has a layer that listens to it.
    listens = any("listener" in layer.name for model in models if model is not None for layer in model.walk())
    kept = {*assigning, *(name for name in nlp.pipe_names if listens and _makes_vectors(nlp, name))}
    return tuple(name for name in nlp.pipe_names if name not in kept)


def _makes_vectors(nlp: Language, name: str) -> bool:
    factory = nlp.get_pipe_meta(name).factory
    return "tok2vec" in factory or "transformer" in factory


def _load(model: str) -> Language:
    import spacy

    try:
        return spacy.load(_folder(model) or model)
    except _BROKEN as error:
        first = (str(error).strip().splitlines() or [type(error).__name__])[0]
        raise ProjnerError(
            f"the spaCy pipeline {model!r} cannot be loaded: {first}. It may be made for another version of "
            f"spaCy (this is {metadata.version('spacy')}) or need another package"
        ) from error


def _revision(model: str) -> str:
    folder = _folder(model)
    if folder is None:
        try:
            return f"{model} {metadata.version(model)}"
        except (metadata.PackageNotFoundError, ValueError) as error:
            raise ProjnerError(
                f"the spaCy pipeline {model!r} is not on this machine: no package of that name is installed, "
                "and there is no folder with a config.cfg. Install it once, where there is a network, with: "
                f"python -m spacy download {model}"
            ) from error
    digest = hashlib.sha256()
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        digest.update(f"{path.relative_to(folder).as_posix()}\0{path.stat().st_size}\0".encode())
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return f"folder-{digest.hexdigest()[:32]}"


def _folder(model: str) -> Path | None:
    """The pipeline's folder, where `model` is one."""
    try:
        folder = Path(model).expanduser()
        return folder if (folder / "config.cfg").is_file() else None
    except (OSError, RuntimeError, ValueError):  # a name that is too long; the home of no user
        return None
