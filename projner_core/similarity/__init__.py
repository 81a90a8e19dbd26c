"""How alike words and names are spelt, and how alike they sound, whatever script they are in.

`spelling` writes a word in a form in which it can be compared, in the end in ASCII letters; `sound` leaves
its consonants; `letters` finds quickly which pairs of words are worth a comparison; `names` compares names of
one or several words. All of it works on copies: no token is changed.
"""

from __future__ import annotations

from projner_core.similarity.names import likeness

__all__ = ["likeness"]
