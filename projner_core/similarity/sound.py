"""What a word sounds of: a rough key in any language, for names that are spelt by ear.

It is no phonetic transcription: nothing here knows how a language is read aloud. Vowels, which writers of
different scripts hear differently or do not write, are left out, and consonants that are heard as one
another (p and b, d and t, k, g, c and q, f, v and ph, r and l, s and z) are one. So `merkel` and `меркель` are
`mlkl`, and Arabic's spelling is too; but `wien` is `n` and `vienna` is `fnn`, and words that only share their
consonants are taken for one.
"""

from __future__ import annotations

from functools import lru_cache

from projner_core.similarity.spelling import romanise

_SOUNDS = (("ph", "f"), ("ch", "k"), ("kh", "k"), ("gh", "g"), ("dh", "d"), ("th", "t"), ("x", "ks"))
_NEAR_SOUNDS = str.maketrans(
    {
        "c": "k",
        "q": "k",
        "g": "k",
        "v": "f",
        "p": "b",
        "d": "t",
        "r": "l",
        "z": "s",
        **dict.fromkeys("aeiouyw", ""),
    }
)
_VAV = "\u05d5"  # mostly a vowel, in names


@lru_cache(maxsize=200_000)
def consonants(word: str) -> str:
    """The consonants that a word sounds of, the near ones as one: `merkel` and `ميركل` are both `mlkl`."""
    sounds = "".join(c for c in romanise(word.replace(_VAV, "")) if c.isalnum())
    for letters, sound in _SOUNDS:
        sounds = sounds.replace(letters, sound)
    return sounds.translate(_NEAR_SOUNDS)
