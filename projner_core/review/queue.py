"""How doubtful a pair is: one number that orders the queue, the chance that the pair is wrong.

Every sign of trouble (`signals.py`) may on its own be the mark of an error, with a chance that grows with
its value, and the pair is wrong where any of them is: a noisy or (Pearl 1988),

    doubt = 1 - exp(-Σ weight · value - leak · entities)

which is 1 - Π (1 - p)^value for signs that say, at full value, that something is wrong with the chance
p = 1 - exp(-weight). A sign that is not there counts nothing, and no sign ever makes a pair less doubtful.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from math import exp
from types import MappingProxyType

from projner_core.corpus import Projection, Reason
from projner_core.review.signals import Sign, Signal

# Fitted by `python -m benchmarks.queue --fit` on development data (docs/queue.md says which), never on test
# data: maximum likelihood of which pairs were wrong, weights of 0 or more.
WEIGHTS: Mapping[Sign, float] = MappingProxyType(
    {
        Sign.UNPROJECTED: 0.61,
        Sign.LOW_SCORE: 0.28,
        Sign.CLOSE_RUNNER_UP: 0.19,
        Sign.ALIGNERS_DISAGREE: 0.18,
        Sign.MODELS_DISAGREE: 0.44,
        Sign.LINKS_LEAD_OUT: 0.19,
        Sign.ODD_LENGTH: 0.37,
        Sign.LABEL_VARIES: 0.54,
        Sign.FORM_VARIES: 0.06,
        Sign.REPEATED: 0.37,
        Sign.KNOWN_NAME: 1.36,
        Sign.CAPITALS: 0.32,
        # Set by hand: the fit gives 0. A pair that is no translation often has nothing to count as wrong.
        Sign.ODD_SENTENCES: 0.10,
        Sign.UNLINKED: 0.18,
    }
)
_WORTH_TELLING = 0.05  # a sign that adds less to a chance is not worth a reader's time
LEAK = 0.027  # of an entity that shows no sign at all


def doubt(
    projections: Sequence[Projection],
    signals: Iterable[Signal],
    *,
    weights: Mapping[Sign, float] = WEIGHTS,
    leak: float = LEAK,
) -> float:
    """The chance that the projection of a pair is wrong, in [0, 1], from its signs of trouble."""
    entities = sum(projection.reason is not Reason.DROPPED for projection in projections)
    return 1.0 - exp(-leak * entities - sum(weights.get(s.sign, 0.0) * s.value for s in signals))


def telling(signals: Iterable[Signal], weights: Mapping[Sign, float] = WEIGHTS) -> list[Signal]:
    """The signs of a pair that are worth telling, those first that count most; equal ones stay in order."""
    counted = [(weights.get(signal.sign, 0.0) * signal.value, signal) for signal in signals]
    return [s for counts, s in sorted(counted, key=lambda one: -one[0]) if counts >= _WORTH_TELLING]
