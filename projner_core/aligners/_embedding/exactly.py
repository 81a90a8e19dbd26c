"""The similarities of one pair in the very arithmetic of the simalign package.

Floats that are summed in another order differ in the last digit, and where two similarities are nearly equal
that decides a link. Such pairs are read again alone: two sentences, padded to one length, and numpy's
products. So links do not depend on which other pairs were in a batch either.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from projner_core.inference import Encoder, Subwords

Floats = NDArray[np.float32]


def cosines(encoder: Encoder, source: Subwords, target: Subwords, layer: int, *, by_word: bool) -> Floats:
    """The cosines of the units of two sentences, float32 (source units, target units).

    Both sentences have pieces, and are short enough to be read at once.
    """
    hidden = encoder.hidden(
        [(*side.before, *side.ids, *side.after) for side in (source, target)], layer, alone=True
    )
    states = hidden.cpu().numpy()
    vectors = []
    for row, side in enumerate((source, target)):
        found: Floats = states[row, len(side.before) : len(side.before) + len(side)]
        if by_word:
            words = np.array(side.words)
            found = np.array([found[words == word].mean(0) for word in np.unique(words)])
        lengths = np.sqrt(np.einsum("ij,ij->i", found, found))
        lengths[lengths == 0.0] = 1.0
        vectors.append(found / lengths[:, np.newaxis])
    products: Floats = vectors[0] @ vectors[1].T
    return products
