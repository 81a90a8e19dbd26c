"""The links of a pair looked up by word, and which of them are to be believed."""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Sequence
from functools import cached_property

from projner_core.corpus import Alignment, Link, Sentence, Span

FIRM = 0.95  # a link that scores as much is believed,
_FIRM_LESS = 0.5  # or as much as this, where the two words are the same, or the source word is
_SMALL = 3  # lower-case letters long, as articles and prepositions are: aligners are less sure of them
_MANY_CAPITALS = 0.2  # the share of words with a capital above which capitals say little of names
_ALIKE = 3  # letters that two words begin with to be held for kin


class Links:
    """The links of a pair by token. Weak ones, which the aligner did not decide for, are left out."""

    def __init__(
        self,
        alignment: Alignment | None,
        source: Sentence,
        target: Sentence,
        entities: Sequence[Span] = (),
    ) -> None:
        self._of_source: defaultdict[int, list[Link]] = defaultdict(list)
        self._of_target: defaultdict[int, list[Link]] = defaultdict(list)
        self._source, self._target = source, target
        self._entities = entities
        for link in alignment.links if alignment is not None else ():
            if link.source < len(source) and link.target < len(target):
                self._of_source[link.source].append(link)
                self._of_target[link.target].append(link)

    @cached_property
    def _capitals_are_names(self) -> bool:
        return _capitals_are_names(self._source, self._entities)

    def of_source(self, tokens: Iterable[int]) -> list[Link]:
        """The links of these source tokens."""
        return [link for token in tokens for link in self._of_source.get(token, ())]

    def of_target(self, tokens: Iterable[int]) -> list[Link]:
        """The links of these target tokens."""
        return [link for token in tokens for link in self._of_target.get(token, ())]

    def between(self, entity: Span, target: Iterable[int]) -> list[Link]:
        """The links of a source entity that lead to these target tokens."""
        return [link for link in self.of_target(target) if entity.start <= link.source < entity.end]

    def strength(self, entity: Span, span: Span) -> float:
        """The summed scores of the links between a source entity and a target span."""
        return sum(link.score for link in self.between(entity, range(span.start, span.end)))

    def firm(self, link: Link, *, lenient: bool = True) -> bool:
        """Whether a link is to be believed: it scores high, is the only one of its source word, and does
        not lead from a word with a capital to one without, unless the two begin alike or the source gives
        capitals to more than names. Where `lenient`, a link of an article or a preposition, or of two
        words that are the same, may score less."""
        one, other = self._source.tokens[link.source], self._target.tokens[link.target]
        less = lenient and (is_small(one) or one.casefold() == other.casefold())
        enough = _FIRM_LESS if less else FIRM
        if link.score < enough or len(self._of_source.get(link.source, ())) > 1:
            return False
        loses_capital = self._capitals_are_names and _capital(one) and _small(other)
        return not loses_capital or _begin_alike(one, other)

    def is_sure(self, entity: Span) -> bool:
        """Whether a word of the entity is firmly linked to one that begins alike: a name found again."""
        return any(self.sure(link) for link in self.of_source(range(entity.start, entity.end)))

    def sure(self, link: Link) -> bool:
        """Whether a link is firm, and its words begin alike."""
        return self.firm(link) and _begin_alike(
            self._source.tokens[link.source], self._target.tokens[link.target]
        )


def is_word(token: str) -> bool:
    """Whether a token has a letter, a digit or a symbol (an emoji, say): all but punctuation has."""
    return any(unicodedata.category(character)[0] in "LNS" for character in token)


def is_small(token: str) -> bool:
    """Whether a token has the looks of an article or a preposition: a few letters, the first no capital."""
    return _small(token) and len(token) <= _SMALL


def _capitals_are_names(source: Sentence, entities: Sequence[Span]) -> bool:
    """Whether few words outside entities begin with a capital: in German, all nouns do."""
    names = {token for span in entities for token in range(span.start, span.end)}
    others = [
        token
        for number, token in enumerate(source.tokens)
        if number and number not in names and (_capital(token) or _small(token))
    ]
    return sum(map(_capital, others)) <= _MANY_CAPITALS * len(others)


def _begin_alike(one: str, other: str) -> bool:
    return one[:_ALIKE].casefold() == other[:_ALIKE].casefold()


def _capital(token: str) -> bool:
    letter = next((c for c in token if c.isalpha()), "")
    return letter.isupper() or letter.istitle()


def _small(token: str) -> bool:
    letter = next((c for c in token if c.isalpha()), "")
    return letter.islower()
