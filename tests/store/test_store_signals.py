"""Signs of trouble as bytes."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from projner_core.review.signals import Sign, Signal
from projner_core.store.payload import LayerKind, decode, encode

SIGNALS = st.lists(
    st.builds(
        Signal,
        sign=st.sampled_from(Sign),
        value=st.floats(0, 1),
        entity=st.one_of(st.none(), st.integers(0, 30)),
        details=st.lists(st.text(), max_size=3).map(tuple),
    ),
    max_size=6,
).map(tuple)


@given(SIGNALS)
def test_signals_come_back_as_they_were(signals):
    assert decode(LayerKind.SIGNALS, encode(LayerKind.SIGNALS, signals)) == signals


def test_half_a_surrogate_pair_in_a_word_is_kept():
    odd = (Signal(Sign.KNOWN_NAME, 0.5, None, ("\ud83d",)),)
    assert decode(LayerKind.SIGNALS, encode(LayerKind.SIGNALS, odd)) == odd
