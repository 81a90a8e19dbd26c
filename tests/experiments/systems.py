"""Systems that fail, count and stop, for plans of tests; `join` puts them into the registries."""

from __future__ import annotations

import os
import signal
from collections.abc import Sequence

from projner_core import aligners, taggers, translators
from projner_core.aligners.identity import Identity
from projner_core.corpus import Alignment, Pair, Sentence, Span
from projner_core.errors import ProjnerError

calls: list[tuple[str, str, int]] = []  # system, language, sentences


class Counting:
    """Links what is spelt alike; may fail, or stop the process, in one language.

    Args:
        fails_in: raise there.
        how: what is raised: `sentence`, `fault`, `interrupt`, `kill`.
    """

    def __init__(self, *, fails_in: str = "", how: str = "sentence") -> None:
        self.fails_in, self.how = fails_in, how

    def align(self, pairs: Sequence[Pair]) -> list[Alignment]:
        lang = pairs[0].target.lang if pairs else ""
        calls.append(("counting", lang, len(pairs)))
        if lang == self.fails_in:
            match self.how:
                case "sentence":
                    raise ProjnerError(f"no links in {lang}, for a reason")
                case "fault":
                    raise RuntimeError("tensor of 5 against 6")
                case "interrupt":
                    raise KeyboardInterrupt
                case "kill":
                    os.kill(os.getpid(), signal.SIGKILL)
        return Identity().align(pairs)


class Capitals:
    """Takes every word in capitals for a place; where `misc` is set, every word with a digit for MISC."""

    def __init__(self, *, misc: bool = False, model: str = "") -> None:
        self.misc, self.model = misc, model

    def tag(self, sentences: Sequence[Sentence]) -> list[tuple[Span, ...]]:
        calls.append(("capitals", sentences[0].lang if sentences else "", len(sentences)))
        return [
            tuple(
                Span(place, place + 1, "LOC" if token[0].isupper() else "MISC", 0.9)
                for place, token in enumerate(sentence.tokens)
                if token[0].isupper() or (self.misc and token[0].isdigit())
            )
            for sentence in sentences
        ]


class Copying:
    """A translator that gives the words back as they are."""

    chunk, tokenises = 100, "spaces"

    def __init__(self, *, source_lang: str = "en", detokenises: str = "spaces", model: str = "") -> None:
        self.source_lang, self.detokenises, self.model = source_lang, detokenises, model

    def translate(self, pairs: Sequence[Pair]) -> list[Sentence]:
        calls.append(("copying", pairs[0].target.lang if pairs else "", len(pairs)))
        return [
            Sentence(pair.target.tokens, self.source_lang, " ".join(pair.target.tokens)) for pair in pairs
        ]


def join() -> None:
    """Have `create` know them."""
    for package, name, system in (
        (aligners, "counting", "Counting"),
        (taggers, "capitals", "Capitals"),
        (translators, "copying", "Copying"),
    ):
        package.registry._targets[name] = f"{__name__}:{system}"
    calls.clear()


def leave() -> None:
    """Have it forget them."""
    for package, name in ((aligners, "counting"), (taggers, "capitals"), (translators, "copying")):
        package.registry._targets.pop(name, None)
