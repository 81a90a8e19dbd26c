from __future__ import annotations

from projner_core.pipeline.recent import Recent


def test_what_was_asked_for_last_is_kept_and_made_once():
    made = []

    def ask(recent, key):
        return recent.get(key, lambda: made.append(key) or key.upper())

    recent = Recent(2)
    assert [ask(recent, key) for key in "abacab"] == list("ABACAB")
    assert made == ["a", "b", "c", "b"]  # "b" gave way to "c": "a" had been asked for since


def test_what_fails_is_not_kept():
    recent = Recent(2)
    for _ in range(2):
        try:
            recent.get("a", lambda: 1 // 0)
        except ZeroDivisionError:
            continue
        raise AssertionError("it did not fail")
    assert recent.get("a", lambda: 1) == 1
