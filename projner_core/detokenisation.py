"""Tokens to running text, by small rules: what a translation model is given, as it was trained on texts.

A space goes between any two tokens, but

- before closing punctuation and behind opening, of any script; straight quotes open and close in turn, and
  the quotes of German (`„…“`, `»…«`) and Swedish (`”…”`) are told apart by what else is in the sentence;
- between two tokens of scripts that are written without: Han, Kana, Thai, Lao, Khmer, Myanmar, Tibetan;
  and beside full-width punctuation;
- before English `'s`, `n't` and the like, behind elided articles (`l'`, `dell'`), between a currency's sign
  and its number.

No character is changed, and none is lost but space: without white space, text and tokens are the same. What a
tokeniser has taken apart some other way (`10 : 30`, `km / h`) stays apart, and French has no space before its
`!`: a translation model reads both.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from projner_core.corpus import Sentence
from projner_core.tokenisation import elides, unspaced

HOW = "the text that came with a sentence; where none did, its tokens joined by small rules (detokenisation)"
"""How the text of a sentence is come by, for provenance."""

_CLOSING = frozenset(".,;:!?…%‰)]}’”›" + "،؛؟۔٪" + "।॥" + "።፣፤፥፦፧፨" + "՝՞՜։" + "་།༎" + "၊။" + "។៕ៗ" + "‐")
_OPENING = frozenset("([{‘‚„‹¿¡")
_QUOTES = frozenset("\"'«»“”‘’")  # open or close by what else there is
_CURRENCIES = frozenset("$£€¥₦₵₹₽₩")
_ENGLISH_ENDS = frozenset({"'s", "'re", "'ve", "'ll", "'d", "'m", "n't"})


class RunningText(NamedTuple):
    """A text, and where each token of its sentence stands in it: `[start, end)` in characters."""

    text: str
    places: tuple[tuple[int, int], ...]


def detokenise(tokens: Sequence[str], lang: str = "und") -> str:
    """The tokens as running text.

    Args:
        tokens: of one sentence.
        lang: BCP 47, ISO 639 or FLORES code; only the rules for apostrophes look at it.
    """
    return _joined(tokens, lang).text


def running_text(sentence: Sentence) -> RunningText:
    """The text that came with a sentence, if its tokens are found in it in order; else `detokenise`."""
    places = _found(sentence.tokens, sentence.text or "")
    if places is None or sentence.text is None:
        return _joined(sentence.tokens, sentence.lang)
    return RunningText(sentence.text, places)


def _found(tokens: Sequence[str], text: str) -> tuple[tuple[int, int], ...] | None:
    """Where the tokens stand in a text; None where it has other words, or more than they are."""
    places = []
    end = 0
    for token in tokens:
        start = text.find(token, end)
        if start < 0 or text[end:start].strip(" \t\n\r\xa0\u200b"):
            return None
        end = start + len(token)
        places.append((start, end))
    return None if text[end:].strip() or not places else tuple(places)


def _joined(tokens: Sequence[str], lang: str) -> RunningText:
    roles = _roles(tokens)
    text = ""
    places = []
    for at, token in enumerate(tokens):
        if at and _apart(tokens[at - 1], token, roles[at - 1], roles[at], lang):
            text += " "
        places.append((len(text), len(text) + len(token)))
        text += token
    return RunningText(text, tuple(places))


def _apart(left: str, right: str, left_role: str, right_role: str, lang: str) -> bool:
    """Whether there is a space between two neighbours."""
    if not left or not right or left_role == "opens" or right_role == "closes":
        return False
    if _full_width(left[-1]) or _full_width(right[0]):
        return False
    if unspaced(left[-1]) and unspaced(right[0]):
        return False
    if (_is_han(left[-1]) and right[0].isdecimal()) or (left[-1].isdecimal() and _is_han(right[0])):
        return False
    if left in _CURRENCIES and right[0].isdecimal():
        return False
    language = lang.replace("_", "-").split("-")[0].lower()
    if language in ("en", "eng") and right.lower().replace("’", "'") in _ENGLISH_ENDS:
        return False
    return not (len(left) > 1 and left[-1] in "'’" and elides(language))


def _roles(tokens: Sequence[str]) -> list[str]:
    """What each token is: "opens", "closes", or "" for a word."""
    roles = []
    for token in tokens:
        if token and all(character in _CLOSING for character in token):
            roles.append("closes")
        elif token and all(character in _OPENING for character in token):
            roles.append("opens")
        else:
            roles.append({"``": "opens", "''": "closes"}.get(token, ""))
    for at, role in _quotes(tokens).items():
        roles[at] = role
    return roles


def _quotes(tokens: Sequence[str]) -> dict[int, str]:
    """Which quotes open and which close."""
    # What an export to CSV made of a quote, as in files of MasakhaNER, is one still.
    bare = ['"' if token and set(token) == {'"'} else token for token in tokens]
    there = {quote: [at for at, token in enumerate(bare) if token == quote] for quote in _QUOTES}
    found: dict[int, str] = {}
    for one in ('"', "'"):
        found |= _in_turn(there[one])
    if len(there['"']) % 2:
        found[there['"'][-1]] = _left_over(tokens, there['"'][-1])
    if there["”"] and not there["“"] and "„" not in tokens:
        found |= _in_turn(there["”"])
    if there["’"] and not there["‘"] and "‚" not in tokens and len(there["’"]) > 1:
        found |= _in_turn(there["’"])
    if "``" not in tokens:  # as in WikiANN, where both halves are alike
        found |= _in_turn([at for at in range(len(tokens)) if tokens[at] == "''"])
    for opening, both, closing in (("„", "“", "”"), ("‚", "‘", "’")):
        closes = opening in tokens and closing not in tokens  # „so“, but “so”
        found |= dict.fromkeys(there[both], "closes" if closes else "opens")
    guillemets = sorted(there["«"] + there["»"])
    if guillemets:
        first = tokens[guillemets[0]]
        found |= {at: "opens" if tokens[at] == first else "closes" for at in guillemets}
        if len(guillemets) == 1:
            found[guillemets[0]] = "opens" if first == "«" else "closes"
        elif len({tokens[at] for at in guillemets}) == 1:  # »så», in Swedish and Finnish
            found |= _in_turn(guillemets)
    return found


def _in_turn(places: Sequence[int]) -> dict[int, str]:
    """Open, close, open, close; one that is left over closes, as an apostrophe does."""
    paired = len(places) // 2 * 2
    return {at: "opens" if n < paired and n % 2 == 0 else "closes" for n, at in enumerate(places)}


def _left_over(tokens: Sequence[str], at: int) -> str:
    """What a quotation mark is whose other half is in another sentence."""
    begins = at + 1 < len(tokens) and tokens[at + 1][:1].isalnum()
    ended = at > 0 and all(character in _CLOSING for character in tokens[at - 1])
    return "opens" if begins and not ended else "closes"


def _full_width(character: str) -> bool:
    code = ord(character)
    return 0x3001 <= code <= 0x3004 or 0x3008 <= code <= 0x301F or code == 0x30FB or 0xFF01 <= code <= 0xFF65


def _is_han(character: str) -> bool:
    return unspaced(character) and ord(character) >= 0x2E80
