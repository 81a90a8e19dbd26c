"""What links say of the words in which gold and prediction differ, where the two meet."""

from __future__ import annotations

from projner_core.evaluation.cases import Case
from projner_core.evaluation.links import is_word


def lack_is_unlinked(case: Case) -> bool:
    """Whether words of gold are missing and the first or last of gold's words, being among them, has no
    link to the source entity."""
    assert case.entity is not None
    assert case.gold is not None
    lacking = case.lacking()
    words = [t for t in range(case.gold.start, case.gold.end) if is_word(case.target.tokens[t])]
    edges = [token for token in lacking if token in (words[0], words[-1])]
    return any(not case.links.between(case.entity, [token]) for token in edges)


def lack_translates_other_words(case: Case) -> bool:
    """Whether gold is wider than the entity: its missing words are firmly linked, all that have a link, to
    source words outside the entity that end or begin right beside it."""
    assert case.entity is not None
    links = case.links.of_target(case.lacking())
    inside = set(range(case.entity.start, case.entity.end))
    words = {link.source for link in links}
    reach = max(words | inside) - min(words | inside) + 1
    return (
        bool(words)
        and not words & inside
        and reach == len(words | inside)
        and all(case.links.firm(link) for link in links)
    )


def lack_is_in_an_acronym(case: Case) -> bool:
    """Whether a missing word of gold begins with a letter of an acronym among the words of the entity."""
    initials = {case.target.tokens[token][0].casefold() for token in case.lacking()}
    return any(
        word.isalpha() and word.isupper() and len(word) >= 2 and initials & set(word.casefold())
        for word in (case.source.tokens[token] for token in case.source_words())
    )


def whole_entity_was_taken(case: Case) -> bool:
    """Whether words of gold are missing that have no link to the entity, all of whose words are linked to
    other words; or that firmly translate words outside the entity."""
    assert case.entity is not None
    lacking = case.lacking()
    if not lacking:
        return False
    unrelated = not case.links.between(case.entity, lacking)
    return lack_translates_other_words(case) or (
        unrelated and all(case.links.of_source([token]) for token in case.source_words())
    )


def surplus_words(case: Case) -> tuple[int, int]:
    """How many of the words beyond gold are linked to the entity firmly, and how many only doubtfully."""
    assert case.entity is not None
    edges = (case.entity.start, case.entity.end - 1)  # an article amid it is no reason for one before
    firm = doubtful = 0
    for token in case.surplus():
        links = case.links.between(case.entity, [token])
        if any(case.links.firm(link, lenient=link.source in edges) for link in links):
            firm += 1
        elif links:
            doubtful += 1
    return firm, doubtful
