"""The numbers of the model, in one place."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Model:
    """The numbers of the model; docs/aligner.md says how they were chosen.

    Attributes:
        model1_iterations, hmm_iterations: rounds of EM.
        null: the probability of the null word in the first round.
        null_strength: how many tokens it is worth in later rounds, beside those of the corpus.
        sharpness: model 1's preference for the diagonal in the first round.
        sharpness_share: in later rounds it is this share of its maximum-likelihood estimate.
        top: pseudo-count of the symmetric Dirichlet over the shortest stems.
        back_off: κ, the weight of a stem's translations for its words.
        shape_strength: how much the shapes of tokens count; 0 is not at all.
        shape_smoothing: expected links that do not mind shapes.
        jump_smoothing: pseudo-count of every jump.
        null_smoothing: pseudo-counts that hold the null word's translations to the word frequencies.
        compounds: pseudo-count of a word's translations by the known word that it ends in; 0 does without.
        acronyms: whether the initials of countries are names too.
        clitics: whether stems are without the clitics of Arabic and Hebrew.
        segmentation: whether tokens of scripts without spaces are joined to words.
    """

    model1_iterations: int = 3
    hmm_iterations: int = 2
    null: float = 0.2
    null_strength: float = 3000.0
    sharpness: float = 1.0
    sharpness_share: float = 0.5
    top: float = 0.01
    back_off: float = 6.0
    shape_strength: float = 0.6
    shape_smoothing: float = 20.0
    jump_smoothing: float = 1.0
    null_smoothing: float = 100.0
    compounds: float = 6.0
    acronyms: bool = True
    clitics: bool = True
    segmentation: bool = True
