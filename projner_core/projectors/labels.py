"""Labels of different annotation schemes that mean one class: what a tagger calls a person is a person.

CoNLL's classes under the names that OntoNotes, WikiANN, MasakhaNER and common taggers give them. A label
that is none of these is a class of its own.
"""

from __future__ import annotations

_CLASSES = {
    "PER": "PER PERS PERSON",
    "LOC": "LOC LOCATION GPE FAC FACILITY",
    "ORG": "ORG ORGANIZATION ORGANISATION",
    "MISC": "MISC MISCELLANEOUS NORP EVENT PRODUCT WORK_OF_ART LAW LANGUAGE",
    "DATE": "DATE TIME",
}
_CLASS = {name: label for label, names in _CLASSES.items() for name in names.split()}


def class_of(label: str) -> str:
    """The class of a label: `PERSON` is `PER`."""
    name = label.strip().upper().replace("-", "_")
    return _CLASS.get(name, name)


def same_class(one: str, other: str) -> bool:
    """Whether two labels mean one class."""
    return class_of(one) == class_of(other)


def listed(text: str) -> frozenset[str]:
    """The labels of a setting: `"DATE, MISC"`."""
    return frozenset(label.strip() for label in text.replace(",", " ").split())
