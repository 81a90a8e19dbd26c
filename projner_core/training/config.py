"""How a tagger is trained: everything that decides what comes of it, but the sentences.

model = "FacebookAI/xlm-roberta-base"
epochs = 5
learning_rate = 3e-5
"""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from projner_core.errors import InputError, ProjnerError

Kind = Literal["transformer", "spacy"]

_ROUNDING = 1e-9  # 0.9 + 0.1 is a little more than 1 to a computer
_SPACY = {"kind", "lang", "epochs", "batch_size", "learning_rate", "dropout", "seed", "patience"}


class TrainingConfig(BaseModel):
    """The settings of a training. The same settings, sentences and machine give the same weights."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    kind: Kind = Field(
        default="transformer", description="a network of transformers, or a spaCy pipeline, which is small"
    )
    model: str = Field(
        default="bundled",
        description="the encoder to start from: a folder, a hub name fetched before, or 'bundled', the "
        "encoder of the English tagger that comes with the program (transformer only)",
    )
    lang: str = Field(default="xx", description="the language of a spaCy pipeline; xx: any (spacy only)")
    epochs: float | None = Field(
        default=None,
        gt=0,
        le=1000,
        description="how often each sentence is seen; left out: 5, of a spaCy pipeline 20",
    )
    batch_size: int = Field(default=32, ge=1, le=100_000, description="sentences a step")
    learning_rate: float | None = Field(
        default=None,
        gt=0,
        lt=1,
        description="at its highest, of what was trained before; left out: 5e-5, of a spaCy pipeline 1e-3",
    )
    new_parts_rate: float = Field(
        default=5, gt=0, le=1000, description="how much faster the new parts (the head, the shapes) learn"
    )
    warm_up: float = Field(
        default=0.06, ge=0, lt=1, description="share of the steps in which the rate rises; then it falls to 0"
    )
    weight_decay: float = Field(default=0.01, ge=0, lt=1, description="of AdamW")
    dropout: float = Field(default=0.1, ge=0, lt=1, description="before the head")
    freeze_embeddings: bool = Field(
        default=False, description="leave the vectors of the pieces as they are, which is faster"
    )
    shapes: Literal["auto", "yes", "no"] = Field(
        default="auto",
        description="whether the network is told the case of words; auto: where the tokenizer throws it away",
    )
    lower_case_share: float = Field(
        default=0, ge=0, le=1, description="share of the sentences that are seen in lower case"
    )
    upper_case_share: float = Field(
        default=0, ge=0, le=1, description="share of the sentences that are seen in upper case"
    )
    mask_share: float = Field(
        default=0, ge=0, lt=1, description="share of the pieces that the network does not see"
    )
    misc: Literal["partial", "outside"] = Field(
        default="partial",
        description="what O means in a corpus that marks no MISC, where another does: partial: O or MISC",
    )
    max_pieces: int = Field(
        default=256, ge=8, le=100_000, description="longer sentences are read in overlapping windows"
    )
    seed: int = Field(default=0, ge=0, lt=1 << 31, description="of whatever is drawn")
    patience: int = Field(
        default=0, ge=0, description="stop after so many epochs without a better dev F1; 0: never"
    )
    device: str = Field(default="auto", description="auto, cpu, cuda, cuda:1, mps")
    dtype: Literal["auto", "float32", "bfloat16"] = Field(
        default="auto", description="what products are computed in; the weights are float32 in any case"
    )

    @model_validator(mode="after")
    def _shares_fit(self) -> Self:
        if self.lower_case_share + self.upper_case_share > 1 + _ROUNDING:
            raise ValueError(
                f"lower_case_share {self.lower_case_share:g} and upper_case_share {self.upper_case_share:g} "
                "are more than all sentences: together they may be 1"
            )
        return self

    @property
    def rounds(self) -> float:
        """How often each sentence is seen."""
        return self.epochs or (5.0 if self.kind == "transformer" else 20.0)

    @property
    def rate(self) -> float:
        """The learning rate at its highest."""
        return self.learning_rate or (5e-5 if self.kind == "transformer" else 1e-3)

    def told(self) -> dict[str, Any]:
        """Every setting that this kind of training reads, with what it was."""
        every = self.model_dump() | {"epochs": self.rounds, "learning_rate": self.rate}
        read = _SPACY if self.kind == "spacy" else type(self).model_fields.keys() - {"lang"}
        return {key: value for key, value in every.items() if key in read}

    @classmethod
    def from_toml(cls, path: Path) -> TrainingConfig:
        """Read the settings of a file.

        Raises:
            InputError, ProjnerError: the file can't be read, or a setting is unknown or out of bounds.
        """
        try:
            return cls.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
        except OSError as error:
            raise ProjnerError(f"{path} can't be read: {error.strerror}.") from error
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise InputError(path, None, str(error), "a TOML file", "Correct it and train again.") from error
        except ValidationError as error:
            raise InputError(
                path,
                None,
                _told(error),
                f"settings of a training: {', '.join(cls.model_fields)}",
                "Correct it and train again.",
            ) from error

    def with_setting(self, assignment: str) -> TrainingConfig:
        """Apply `key=value` (the command line's `--set`); the value is read as TOML, else as text."""
        key, separator, value = assignment.partition("=")
        if not separator:
            raise ProjnerError(f"--set {assignment}: expected KEY=VALUE, for example --set epochs=3")
        try:
            parsed = tomllib.loads(f"value = {value.strip()}")["value"]
        except tomllib.TOMLDecodeError:
            parsed = value.strip()
        return self.changed(**{key.strip(): parsed})

    def changed(self, **settings: Any) -> TrainingConfig:
        """The same with other settings; `ProjnerError` where one is unknown or out of bounds."""
        try:
            return type(self).model_validate(self.model_dump() | settings)
        except ValidationError as error:
            known = ", ".join(type(self).model_fields)
            raise ProjnerError(f"the training cannot be set so: {_told(error)}; it knows {known}") from error


def _told(error: ValidationError) -> str:
    return "; ".join(
        f"{'.'.join(map(str, e['loc'])) or 'training'}: {e['msg'].removeprefix('Value error, ')}"
        for e in error.errors()
    )
