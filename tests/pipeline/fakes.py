"""Systems that stand in for models: they count what they are asked, and answer at once.

`installed` makes them known to the registries, as an entry point of another package would.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from projner_core import aligners, projectors, taggers, translators
from projner_core.corpus import Alignment, Link, Pair, Sentence, Span, TagProbabilities
from projner_core.errors import ProjnerError
from projner_core.inference.interruption import checkpoint
from projner_core.tokenisation import tokenise

ASKED: Counter[str] = Counter()  # stage -> sentences that its system was given
GONE: set[str] = set()  # models that are not on this machine any more


class WithModel:
    """What has a revision, as a model in a folder has."""

    model: str

    def revision(self) -> str:
        if self.model in GONE:
            raise ProjnerError(f"the model {self.model!r} is not on this machine")
        return f"revision of {self.model}"


class Mirror(WithModel):
    """Translates by turning every word around, so that one sees what became of it."""

    detokenises = "words joined by spaces"

    def __init__(
        self,
        *,
        model: str = "mirror",
        source_lang: str = "en",
        target_lang: str = "",
        device: str = "auto",
        chunk: int = 2,
    ) -> None:
        self.model, self.source_lang, self.target_lang, self.chunk = model, source_lang, target_lang, chunk

    def translate(self, pairs: Sequence[Pair]) -> list[Sentence]:
        found = []
        for pair in pairs:
            checkpoint()
            ASKED["translate"] += 1
            text = " ".join(token[::-1] for token in pair.target.tokens)
            found.append(Sentence(tokenise(text, self.source_lang), self.source_lang, text))
        return found


class Clumsy(Mirror):
    """Gives tokens that its text does not come apart into."""

    def translate(self, pairs: Sequence[Pair]) -> list[Sentence]:
        return [Sentence(("not", "these"), "en", "something else") for _ in pairs]


class Capitals(WithModel):
    """Finds words with a capital letter anywhere."""

    def __init__(self, *, model: str = "capitals", chunk: int = 2) -> None:
        self.model, self.chunk = model, chunk

    def tag(self, sentences: Sequence[Sentence]) -> list[tuple[Span, ...]]:
        found = []
        for sentence in sentences:
            checkpoint()
            ASKED["tag"] += 1
            named = [place for place, token in enumerate(sentence.tokens) if token.lower() != token]
            found.append(tuple(Span(place, place + 1, "PER", 0.9) for place in named))
        return found


class Believing(Capitals):
    """The same, with probabilities."""

    def probabilities(self, sentences: Sequence[Sentence]) -> list[TagProbabilities]:
        found = self.tag(sentences)
        return [
            _believed(len(sentence), {span.start for span in spans})
            for sentence, spans in zip(sentences, found, strict=True)
        ]


def _believed(length: int, named: set[int]) -> TagProbabilities:
    rows = [(0.25, 0.5, 0.25) if place in named else (0.75, 0.125, 0.125) for place in range(length)]
    return TagProbabilities(("O", "B-PER", "I-PER"), tuple(rows))


class Diagonal:
    """Links the i-th token to the i-th."""

    def __init__(self, *, chunk: int = 2) -> None:
        self.chunk = chunk

    def align(self, pairs: Sequence[Pair]) -> list[Alignment]:
        found = []
        for pair in pairs:
            checkpoint()
            ASKED["align"] += 1
            length = min(map(len, pair.both()))
            found.append(Alignment(tuple(Link(i, i) for i in range(length))))
        return found


class Bracketing(WithModel):
    """Gives the target sentence with brackets where the source has entities."""

    def __init__(self, *, model: str = "brackets", chunk: int = 2) -> None:
        self.model, self.chunk = model, chunk

    def back_translate(self, pairs: Sequence[Pair], entities: Sequence[Sequence[Span]]) -> list[str]:
        found = []
        for pair, spans in zip(pairs, entities, strict=True):
            checkpoint()
            ASKED["back-translate"] += 1
            starts = {span.start for span in spans}
            words = [f"[{token}]" if i in starts else token for i, token in enumerate(pair.target.tokens)]
            found.append(" ".join(words) if spans else "")
        return found


def installed(monkeypatch) -> None:
    """Make them known, and forget what was counted."""
    ASKED.clear()
    GONE.clear()
    known = {
        translators.registry: {"mirror": "Mirror", "clumsy": "Clumsy"},
        translators.back_translators: {"bracketing": "Bracketing"},
        taggers.registry: {"capitals": "Capitals", "believing": "Believing"},
        aligners.registry: {"diagonal": "Diagonal"},
        projectors.registry: {},
    }
    for registry, systems in known.items():
        ours = {name: f"{__name__}:{attribute}" for name, attribute in systems.items()}
        monkeypatch.setattr(registry, "_targets", registry._targets | ours, raising=False)
