"""Where names end: articles, verbs, punctuation. Each sentence was once projected otherwise, unless said."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from projner_core import projectors
from projner_core.corpus import Alignment, Link, Pair, Projection, Reason, Sentence, Span
from projner_core.projectors.conventions import articles, language, without_article
from projner_core.projectors.kinds import KINDS, MARK, holds_mark, kinds_of


def project(
    source: str,
    target: str,
    lang: str,
    entity: Span,
    links: str,
    *,
    source_lang: str = "en",
    **settings: object,
) -> Projection:
    """The projection of one entity along `"0-1 2-2:.5"`: links with their probabilities."""
    found = []
    for part in links.split():
        ends, _, score = part.partition(":")
        one, other = ends.split("-")
        found.append(Link(int(one), int(other), float(score or 1)))
    pair = Pair("p", Sentence(tuple(source.split()), source_lang), Sentence(tuple(target.split()), lang))
    projector = projectors.create("matching", **settings)
    ((projection,),) = projector.project([pair], [[entity]], [Alignment(tuple(found))])
    return projection


def words(target: str, projection: Projection) -> str | None:
    span = projection.target
    return None if span is None else " ".join(target.split()[span.start : span.end])


# Articles


@pytest.mark.parametrize(
    ("target", "lang", "links", "expected"),
    [
        ("Sie verließen die Niederlande", "de", "0-0 1-1 2-2 3-3", "Niederlande"),
        ("Dejaron los Países Bajos", "es", "0-0 1-0 2-1 3-2 3-3", "Países Bajos"),
        ("Eles deixaram os Países Baixos", "por_Latn", "0-0 1-1 2-2 3-3 3-4", "Países Baixos"),
        ("Ils ont quitté les Pays-Bas", "fr-CA", "0-0 1-1 1-2 2-3 3-4", "Pays-Bas"),
        ("Hanno lasciato i Paesi Bassi", "it", "0-0 1-1 2-2 3-3 3-4", "Paesi Bassi"),
        ("Εγκατέλειψαν τις Κάτω Χώρες", "el", "0-0 1-0 2-1 3-2 3-3", "Κάτω Χώρες"),
        ("Elhagyták a Hollandiát .", "hu", "0-0 1-0 2-1 3-2", "Hollandiát"),
    ],
    ids=["german", "spanish", "portuguese", "french", "italian", "greek", "hungarian"],
)
def test_the_article_in_an_english_name_is_left_outside(target, lang, links, expected):
    entity = Span(2, 4, "LOC")
    assert words(target, project("They left the Netherlands", target, lang, entity, links)) == expected
    kept = project("They left the Netherlands", target, lang, entity, links, leave_articles=False)
    assert words(target, kept) != expected


@pytest.mark.parametrize(
    ("source", "target", "lang", "entity", "links", "expected"),
    [
        (
            "on behalf of the Group of the Liberals",
            "en nombre del Grupo Liberal",
            "es",
            Span(4, 8, "ORG"),
            "0-0 1-1 2-2:.2 3-2:.2 5-2 6-2 4-3 7-4",
            "Grupo Liberal",
        ),
        (
            "a loan of Bank of Italy",
            "un prestito della Banca d'Italia",
            "it",
            Span(3, 6, "ORG"),
            "0-0 1-1 4-2 3-3 5-4 4-4:.4",
            "Banca d'Italia",
        ),
        (
            "speaks for Ministry of Defence",
            "spricht für das Verteidigungsministerium",
            "deu",
            Span(2, 5, "ORG"),
            "0-0 1-1 3-2 2-3 4-3",
            "Verteidigungsministerium",
        ),
    ],
    ids=["spanish", "italian", "german"],
)
def test_a_name_does_not_begin_with_an_article_that_its_source_has_inside(
    source, target, lang, entity, links, expected
):
    assert words(target, project(source, target, lang, entity, links)) == expected


@pytest.mark.parametrize(
    ("source", "target", "lang", "source_lang", "entity", "links", "expected"),
    [  # all of these were right before, and stay so
        ("The Hague decided", "La Haya decidió", "es", "en", Span(0, 2, "LOC"), "0-0 1-1 2-2", "La Haya"),
        ("De heer de Vries", "Mr de Vries", "en", "nl", Span(2, 4, "PER"), "1-0 2-1 3-2", "de Vries"),
        ("the next day", "die Tage danach", "de", "en", Span(0, 3, "DATE"), "0-0 1-2 2-1", "die Tage danach"),
        ("the Niger rose", "Ọya kún sókè", "yo", "en", Span(0, 2, "LOC"), "0-0 1-0 2-1 2-2", "Ọya"),
    ],
    ids=["capital", "particle", "no-name", "no-articles"],
)  # fmt: skip
def test_what_belongs_to_a_name_or_is_no_name_keeps_its_article(
    source, target, lang, source_lang, entity, links, expected
):
    source, target, expected = (unicodedata.normalize("NFD", text) for text in (source, target, expected))
    projection = project(source, target, lang, entity, links, source_lang=source_lang)
    assert words(target, projection) == expected


def test_an_article_alone_is_no_name():
    projection = project("We thank Ghana", "Wir danken den Leuten", "de", Span(2, 3, "LOC"), "0-0 1-1 2-2")
    assert (projection.target, projection.reason) == (None, Reason.EXCLUDED)


def test_the_projection_names_the_entity_as_it_was_given():
    entity = Span(2, 4, "LOC")
    projection = project(
        "They left the Netherlands", "Sie verließen die Niederlande", "de", entity, "2-2 3-3"
    )
    assert projection.entity == entity


# Verbs after German names


@pytest.mark.parametrize(
    ("source", "target", "lang", "entity", "links", "expected"),
    [
        (
            "thanked the Trade and Industry Bank",
            "hat der Handelsbank gedankt",
            "de",
            Span(2, 6, "ORG"),
            "1-1 2-2 5-2 4-3",
            "Handelsbank",
        ),
        (
            "built by the Development Fund",
            "mam Entwécklungsfong gebaut",
            "lb",
            Span(3, 5, "ORG"),
            "1-0 3-1 4-2",
            "Entwécklungsfong",
        ),
        (
            "paid by the Development Fund",
            "vom Entwicklungsfonds zalt",
            "de-AT",
            Span(3, 5, "ORG"),
            "1-0 3-1 4-2",
            "Entwicklungsfonds",
        ),
    ],
    ids=["german", "luxembourgish", "austrian"],
)
def test_no_verb_is_swallowed_at_the_end_of_a_german_name(source, target, lang, entity, links, expected):
    assert words(target, project(source, target, lang, entity, links)) == expected
    assert words(target, project(source, target, lang, entity, links, end_on_nouns=False)) != expected


@pytest.mark.parametrize(
    ("target", "lang", "expected"),
    [  # right before
        ("Fondos estructurales", "es", "Fondos estructurales"),  # an adjective after its noun
        ("strukturellen Fonds", "de", "strukturellen Fonds"),  # and before it
        ("strukturell angelegt", "de", "strukturell angelegt"),  # no noun at all
    ],
)
def test_adjectives_stay_where_a_language_has_them(target, lang, expected):
    projection = project("Structural Funds", target, lang, Span(0, 2, "ORG"), "0-0 1-1")
    assert words(target, projection) == expected


# Words that are hardly linked


def test_a_name_does_not_reach_over_small_words_to_a_word_that_is_hardly_linked():
    source, target = "proposals by Party of the Greens", "Vorschläge der Grünen Partei"
    given = (source, target, "de", Span(2, 6, "ORG"), "0-0 2-0:.05 3-1 4-1 5-2 2-3")
    assert words(target, project(*given)) == "Grünen Partei"
    assert words(target, project(*given, edge_minimum=0)) == target


def test_weak_links_are_better_than_none():  # right before
    projection = project("Ghana won", "غانا فازت", "ar", Span(0, 1, "LOC"), "0-0:.15 1-1")
    assert words("غانا فازت", projection) == "غانا"


# Punctuation


@pytest.mark.parametrize(
    ("source", "target", "lang", "entity", "links", "expected"),
    [
        (
            "invite Awa, Binta and Chidi",
            "lade Awa , Binta und Chidi ein",
            "de",
            Span(1, 5, "guests"),
            "0-0 1-1 2-3 3-4 4-5",
            "Awa , Binta und Chidi",
        ),
        (
            "invite Awa, Binta and Chidi",
            "ادعُ أوا ، بينتا و تشيدي",
            "ar",
            Span(1, 5, "guests"),
            "0-0 1-1 2-3 3-4 4-5",
            "أوا ، بينتا و تشيدي",
        ),
        (
            "invite Awa, Binta and Chidi",
            "አዋ ፣ ቢንታ እና ቺዲ ጋብዝ",
            "am",
            Span(1, 5, "guests"),
            "0-5 1-0 2-2 3-3 4-4",
            "አዋ ፣ ቢንታ እና ቺዲ",
        ),
        ("watch Film 2.0 now", "看 电影 2 . 0", "zh", Span(1, 3, "title"), "0-0 1-1 2-2 2-4", "电影 2 . 0"),
        ("on October 3", "am 3 . Oktober", "de", Span(1, 3, "date"), "0-0 1-3 2-1", "3 . Oktober"),
        ("by John XXIII the Good", "von Johannes XXIII . dem Guten", "de", Span(1, 5, "PER"),
         "0-0 1-1 2-2 3-4 4-5", "Johannes XXIII . dem Guten"),
        ("by JRR Tolkien", "від Дж . Р . Р . Толкіна", "uk", Span(1, 3, "PER"), "0-0 1-3:.9 1-5:.9 2-7",
         "Р . Р . Толкіна"),
    ],
    ids=["german", "arabic", "amharic", "chinese", "ordinal", "roman", "initials"],
)  # fmt: skip
def test_punctuation_that_is_part_of_a_name(source, target, lang, entity, links, expected):
    assert words(target, project(source, target, lang, entity, links)) == expected


@pytest.mark.parametrize(
    ("target", "expected"),
    [("in Lagos . Abuja schwieg", "Lagos"), ("im Jahr 2004 , Abuja", "Abuja"), ("Abuja 3 .", "Abuja 3")],
)
def test_a_name_does_not_cross_the_end_of_a_sentence(target, expected):  # right before
    tokens = target.split()
    names = [place for place, token in enumerate(tokens) if token in ("Lagos", "Abuja", "3")]
    links = " ".join(f"{min(number, 1)}-{place}" for number, place in enumerate(names))
    assert words(target, project("Lagos State", target, "de", Span(0, 2, "LOC"), links)) == expected


# What the data and the kinds of tokens say


def test_languages_are_known_by_any_of_their_codes():
    assert {language(code) for code in ("de", "deu", "deu_Latn", "de-AT", "de_DE")} == {"de"}
    assert articles("spa_Latn") == articles("es") != frozenset()
    assert articles("yo") == articles("") == articles("und") == frozenset()


def test_articles_are_written_small():
    for code in ("de", "en", "fr", "hu", "el"):
        assert all(article == article.lower() for article in articles(code))


@given(
    st.lists(st.sampled_from(["3", "Oktober", ".", "XIV", "J", "،", "de", "", "A\u200b", "2."]), max_size=8)
)
def test_only_full_stops_inside_a_sentence_are_read_by_their_place(tokens):
    kinds = kinds_of(tokens)
    alone = [KINDS[token] for token in tokens]
    for place, (kind, other) in enumerate(zip(kinds, alone, strict=True)):
        if kind != other:
            assert (tokens[place], other, kind) == (".", MARK, 0)
            assert tokens[place - 1] in ("3", "XIV", "J")
            assert 0 < place < len(tokens) - 1


@pytest.mark.parametrize(
    ("token", "holds"),
    [
        ("Awa,", True),
        ("2.0", True),
        ("U.S.", True),
        ("،", True),
        ("O'Neill", False),
        ("EU-Recht", False),
        ("AT&T", False),
        ("Ààrẹ", False),
        ("", False),
    ],
)
def test_marks_written_onto_a_token(token, holds):
    assert holds_mark(unicodedata.normalize("NFD", token)) is holds


def test_an_entity_that_is_nothing_but_its_article_stays():
    pair = Pair("p", Sentence(("the",), "en"), Sentence(("die",), "de"))
    assert without_article(pair, Span(0, 1, "ORG")) == Span(0, 1, "ORG")
