"""From the tags that a model was trained with to PER, LOC, ORG and MISC in IOB2.

Label sets are tables; `readings` finds out how a model writes its tags (IO, IOB1, IOB2, BIOES, BILOU, or bare
labels) and what becomes of each. Probabilities are added up: what becomes of several tags one tag has the sum
of their probabilities, and what is dropped goes to `O`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from projner_core.errors import ProjnerError
from projner_core.schemes import OUTSIDE, Scheme

if TYPE_CHECKING:
    from numpy.typing import NDArray

AUTO, KEEP = "auto", "keep"
_RECORD = "training.json"  # what `projner train` writes into a tagger's folder

_O = OUTSIDE
_CLASSES = ("PER", "LOC", "ORG", "MISC")

LABEL_SETS: dict[str, dict[str, str]] = {
    "conll": {"PER": "PER", "LOC": "LOC", "ORG": "ORG", "MISC": "MISC"},
    "wikiann": {"PER": "PER", "LOC": "LOC", "ORG": "ORG"},
    "masakhaner": {"PER": "PER", "LOC": "LOC", "ORG": "ORG", "DATE": _O},
    "universal-ner": {"PER": "PER", "LOC": "LOC", "ORG": "ORG", "OTH": "MISC"},
    "ontonotes": {
        "PERSON": "PER", "GPE": "LOC", "LOC": "LOC", "FAC": "LOC", "ORG": "ORG",
        "NORP": "MISC", "PRODUCT": "MISC", "EVENT": "MISC", "WORK_OF_ART": "MISC", "LAW": "MISC",
        "LANGUAGE": "MISC",
        "DATE": _O, "TIME": _O, "PERCENT": _O, "MONEY": _O, "QUANTITY": _O, "ORDINAL": _O, "CARDINAL": _O,
    },
    "wnut17": {
        "PERSON": "PER", "LOCATION": "LOC", "CORPORATION": "ORG", "GROUP": "ORG", "PRODUCT": "MISC",
        "CREATIVE-WORK": "MISC",
    },
    "few-nerd": {
        "PERSON": "PER", "LOCATION": "LOC", "BUILDING": "LOC", "ORGANIZATION": "ORG", "ART": "MISC",
        "EVENT": "MISC", "PRODUCT": "MISC", "OTHER": "MISC",
    },
    "norne": {
        "PER": "PER", "LOC": "LOC", "GPE_LOC": "LOC", "ORG": "ORG", "GPE_ORG": "ORG", "PROD": "MISC",
        "EVT": "MISC", "DRV": "MISC", "MISC": "MISC",
    },
    "nkjp": {
        "PERSNAME": "PER", "PLACENAME": "LOC", "GEOGNAME": "LOC", "ORGNAME": "ORG", "DATE": _O, "TIME": _O,
    },
    "suc": {
        "PRS": "PER", "LOC": "LOC", "ORG": "ORG", "OBJ": "MISC", "EVN": "MISC", "WRK": "MISC", "TME": _O,
        "MSR": _O,
    },
    "klue": {"PS": "PER", "LC": "LOC", "OG": "ORG", "DT": _O, "TI": _O, "QT": _O},
}  # fmt: skip
"""What the labels of each set become; labels in upper case. MISC stays: it takes part in the matching and is
dropped later, where the data set has none."""

# Other names of the same, for models whose labels are of no set above.
_NAMES = {
    "PERS": "PER", "LOCATION": "LOC", "ORGANIZATION": "ORG", "ORGANISATION": "ORG", "FACILITY": "LOC",
    "MISCELLANEOUS": "MISC", "GEO": "LOC", "GEOPOLITICAL": "LOC", "NUMBER": _O, "NUM": _O,
    "DATETIME": _O, "PERIOD": _O, "NUMERIC": _O, "NUMERIC_VALUE": _O, "TIM": _O, "PHONE": _O,
    "TITLE_AFFIX": _O, "NAT_REL_POL": "MISC", "CREATIVE_WORK": "MISC", "MOVEMENT": "MISC",
    "DERIV_PER": "MISC",
    # GermEval: what is derived from a name, or holds one
    "LOCDERIV": "MISC", "ORGDERIV": "MISC", "PERDERIV": "MISC", "OTHDERIV": "MISC",
    "LOCPART": _O, "ORGPART": _O, "PERPART": _O, "OTHPART": _O,
}  # fmt: skip

_PREFIXED = re.compile(r"([BIESLUM])[-_](.+)", re.DOTALL)
_BEGINS = frozenset("BSU")
# Rows of a head for what is no word; some training scripts leave them there.
_NO_WORD = frozenset({"[CLS]", "[SEP]", "[PAD]", "<s>", "</s>", "<pad>", "PAD", "X"})
_BARE = "I"  # the prefix that a label without one stands for: the words of a run are one entity


@dataclass(frozen=True, slots=True)
class Reading:
    """How the tags of a model are read.

    Attributes:
        scheme: what its prefixes mean.
        label_set: the name of the set its labels are of; "" where they are of none.
        labels: what each label of the model becomes, `O` where it is dropped.
        tags: IOB2 tags, `O` first.
        table: which tag each tag of the model becomes, (tags of the model, tags), ones and zeros; of IO and
            IOB1 `I-X` stays `I-X` until `read` sees what stands before.
    """

    scheme: Scheme
    label_set: str
    labels: Mapping[str, str]
    tags: tuple[str, ...]
    table: NDArray[np.float32]

    def read(self, rows: NDArray[np.float32]) -> NDArray[np.float32]:
        """The probabilities of `tags` at every token of one sentence.

        Args:
            rows: of the tags of the model, (tokens, tags of the model).

        Returns:
            (tokens, tags).
        """
        found: NDArray[np.float32] = rows @ self.table
        return _beginnings_told(found) if self.scheme in (Scheme.IO, Scheme.IOB1) else found


def reading(
    tags: Sequence[str], labels: str | Mapping[str, str] = AUTO, scheme: str = AUTO, *, model: str = ""
) -> Reading:
    """How to read the tags of a model.

    Args:
        tags: of the model, as it calls them.
        labels: `auto`: known labels become PER, LOC, ORG and MISC, dates and amounts are dropped, and what is
            no label of any known set stays what it is; `keep`: all stay what they are; the name of a label
            set; or a table: what each label becomes, those it does not name being dropped. A table may be
            written as a text, `PERSON=PER GPE=LOC`.
        scheme: `auto`, or the name of a scheme where the tags alone do not tell.
        model: its name, for errors.

    Raises:
        ProjnerError: there is no such label set or scheme, or a table names a label that the model has not.
    """
    parted = _parted(tags)
    raw = list(dict.fromkeys(label for prefix, label in parted if prefix != OUTSIDE))
    kept = label_set_of(raw)
    becomes = _becoming(raw, labels, model)
    decided = _scheme(parted, scheme)
    classes = [label for label in becomes.values() if label != OUTSIDE]
    ordered = sorted(
        dict.fromkeys(classes), key=lambda one: (_CLASSES.index(one) if one in _CLASSES else 9, one)
    )
    written = (OUTSIDE, *(f"{prefix}-{label}" for label in ordered for prefix in "BI"))
    table = np.zeros((len(tags), len(written)), dtype=np.float32)
    for row, (prefix, label) in enumerate(parted):
        target = OUTSIDE if prefix == OUTSIDE else becomes[label]
        if target != OUTSIDE:
            target = f"{'B' if prefix in _BEGINS else 'I'}-{target}"
        table[row, written.index(target)] = 1.0
    return Reading(decided, kept, becomes, written, table)


PROBE = ("Angela", "Merkel", "met", "Barack", "Obama", "in", "Berlin", ".")
"""A sentence whose entities any tagger of English knows, and most of other languages."""
_PROBED = (0, 3, 6)  # where they begin


def writes_iob1(tags: Sequence[str], rows: NDArray[np.float32]) -> bool:
    """Whether a model that has every `B-X` writes IOB1 all the same: its entities begin with `I-X`.

    Checkpoints that were trained on CoNLL-2003 as it was published do, for example dbmdz's BERT.

    Args:
        tags: of the model.
        rows: its probabilities at every word of `PROBE`, (words, tags).
    """
    parted = _parted(tags)
    begins = {label: at for at, (prefix, label) in enumerate(parted) if prefix == "B"}
    inside = 0
    for word in _PROBED:
        best = int(rows[word].argmax())
        prefix, label = parted[best]
        if prefix == "I" and label in begins and rows[word, best] > 10 * rows[word, begins[label]]:
            inside += 1
    return inside >= 2


def asked(labels: str | Mapping[str, str], model: str) -> str | Mapping[str, str]:
    """What `labels` asks of a model: of one that `projner train` wrote, `auto` means `keep`.

    Its labels are those that were wanted when it was trained, by their names: EVENT is no MISC there.
    """
    if labels != AUTO:
        return labels
    try:
        return KEEP if (Path(model).expanduser() / _RECORD).is_file() else AUTO
    except (OSError, RuntimeError, ValueError):  # a name that is too long; the home of no user
        return AUTO


def label_set_of(labels: Sequence[str]) -> str:
    """The label set that has all these labels; of several the smallest. "" where none has."""
    own = {label.upper() for label in labels}
    fitting = [name for name, known in LABEL_SETS.items() if own and own <= known.keys()]
    return min(fitting, key=lambda name: len(LABEL_SETS[name]), default="")


def becoming(label: str) -> str:
    """What `auto` makes of a label that stands alone."""
    name = label.upper()
    for known in (*LABEL_SETS.values(), _NAMES):
        if name in known:
            return known[name]
    return label


def mapped(
    labels: Sequence[str], wanted: str | Mapping[str, str] = AUTO, *, model: str = ""
) -> dict[str, str]:
    """What each label of a model becomes, `O` where it is dropped; `wanted` as `labels` of `reading`."""
    return _becoming(list(dict.fromkeys(labels)), wanted, model)


def _becoming(raw: Sequence[str], labels: str | Mapping[str, str], model: str) -> dict[str, str]:
    if isinstance(labels, str) and "=" in labels:
        labels = _table(labels)
    if isinstance(labels, Mapping):
        unknown = sorted(set(labels) - set(raw))
        if unknown:
            raise ProjnerError(
                f"the labels {', '.join(unknown)} are no labels of {model or 'this model'}, which has "
                f"{', '.join(sorted(raw))}"
            )
        return {label: str(labels.get(label, OUTSIDE)) or OUTSIDE for label in raw}
    if labels == KEEP:
        return {label: label for label in raw}
    if labels == AUTO:
        known = LABEL_SETS.get(label_set_of(raw), {})
        return {label: known.get(label.upper()) or becoming(label) for label in raw}
    if labels in LABEL_SETS:
        return {label: LABEL_SETS[labels].get(label.upper(), OUTSIDE) for label in raw}
    raise ProjnerError(
        f"there is no label set {labels!r}; there are: {', '.join((AUTO, KEEP, *LABEL_SETS))}. Or say what "
        "each label becomes, as in 'PERSON=PER GPE=LOC'"
    )


def _table(text: str) -> dict[str, str]:
    """`PERSON=PER GPE=LOC`."""
    found = {}
    for part in text.replace(",", " ").split():
        name, equals, target = part.partition("=")
        if not name or not equals:
            raise ProjnerError(f"labels {text!r}: expected LABEL=CLASS, as in PERSON=PER, but found {part!r}")
        found[name] = target
    return found


def _parted(tags: Sequence[str]) -> list[tuple[str, str]]:
    """The prefix and label of each tag; the prefix is `O` for what is no entity.

    Prefixes are read only where every tag has one: of a model without them, `E-MAIL` is a label.
    """
    outside = [tag in _NO_WORD or tag.upper() == OUTSIDE for tag in tags]
    parts = [None if out else _PREFIXED.fullmatch(tag) for tag, out in zip(tags, outside, strict=True)]
    bare = any(part is None and not out for part, out in zip(parts, outside, strict=True))
    found = []
    for tag, part, out in zip(tags, parts, outside, strict=True):
        if out:
            found.append((OUTSIDE, ""))
        elif bare or part is None:
            found.append((_BARE, tag))
        else:
            found.append((part[1], part[2]))
    return found


def _scheme(parted: Sequence[tuple[str, str]], scheme: str) -> Scheme:
    """The scheme of a model's tags.

    IOB1 writes `B-X` only where two entities of one class touch, so a model that never saw two people in a
    row has `I-PER` and no `B-PER`: that tells it from IOB2.
    """
    if scheme != AUTO:
        try:
            return Scheme(scheme.upper())
        except ValueError as error:
            raise ProjnerError(
                f"there is no scheme {scheme!r}; there are: {', '.join((AUTO, *Scheme))}"
            ) from error
    prefixes = {prefix for prefix, _ in parted} - {OUTSIDE}
    if prefixes <= {"I"}:
        return Scheme.IO
    if prefixes & set("ESM"):
        return Scheme.BIOES
    if prefixes & set("LU"):
        return Scheme.BILOU
    begun = {label for prefix, label in parted if prefix == "B"}
    return Scheme.IOB1 if any(p == "I" and label not in begun for p, label in parted) else Scheme.IOB2


def _beginnings_told(rows: NDArray[np.float32]) -> NDArray[np.float32]:
    """Probabilities in which `I-X` may begin an entity, as IOB2: it does where the most probable tag of the
    token before is none of X. The most probable tags then mark what they marked before.

    Args:
        rows: `O` first, then `B-X` and `I-X` of each class in turn, (tokens, tags).
    """
    if len(rows) == 0:
        return rows
    told = rows.copy()
    best = rows.argmax(axis=1)
    before = np.concatenate(([-1], np.where(best[:-1] > 0, (best[:-1] - 1) // 2, -1)))
    classes = (rows.shape[1] - 1) // 2
    moves = before[:, None] != np.arange(classes)  # (tokens, classes)
    begins, inside = told[:, 1::2], told[:, 2::2]  # views
    begins += np.where(moves, inside, 0.0).astype(np.float32)
    inside[moves] = 0.0
    return told
