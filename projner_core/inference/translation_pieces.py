"""How translation models are told languages, and how the two sides of a translation become pieces.

Each kind was trained on texts with marks around them; a probability means nothing without them:

- NLLB and M2M100: both sides begin with the code of their language (`[deu_Latn] … </s>`; older tokenizers of
  NLLB write the source's at its end), and the decoder starts from `</s>`, then the target's code;
- SMaLL-100, which calls itself an M2M100: the source begins with the target's code, and the target with none;
- Marian (OPUS-MT): one direction and no codes, except that a source for a model of several target languages
  begins with `>>deu<<`;
- MADLAD, a T5: the source begins with the target's code (`<2de> …`), and its own language is not told.
"""

from __future__ import annotations

import json
import re
from abc import ABC, abstractmethod
from collections.abc import Hashable, Sequence
from pathlib import Path
from typing import Any

from projner_core.errors import ProjnerError
from projner_core.inference.checkpoints import locate
from projner_core.inference.language_codes import codes, is_language, resolve, same_language

_OPUS_NAME = re.compile(r"opus-mt(?:-tc-\w+|_tiny)?-(?P<source>[A-Za-z_]+)-(?P<target>[A-Za-z_]+)/?$")
_USUAL_LIMIT = 512


class Writer(ABC):
    """Writes texts as a translation model reads and writes them.

    Attributes:
        both_ways: whether the model translates between any two of its languages, and from one to itself.
        limit: how many pieces of a text it takes, those around it counted; what is behind is cut off.
        marks: how many pieces stand around a text at most.
        start: the piece that a translation begins with in the decoder, before the code of a language.
        end: the piece that ends one.
        pad: the piece to pad with.
        pieces: numbers from this one on are no pieces: a network may have places for more.
        never: pieces that no translation holds: padding, and what stands for unknown pieces.
    """

    both_ways = True
    marks = 2

    def __init__(self, model: str, tokenizer: Any, config: Any) -> None:
        self.model = model
        self.tokenizer = tokenizer
        start = getattr(config, "decoder_start_token_id", None)
        self.start: int = tokenizer.pad_token_id if start is None else start
        self.end: int = tokenizer.eos_token_id
        self.pad: int = tokenizer.pad_token_id
        self.pieces: int = max(tokenizer.get_vocab().values()) + 1
        unwanted = {tokenizer.pad_token_id, tokenizer.unk_token_id, tokenizer.bos_token_id}
        self.never = sorted(piece for piece in unwanted if piece is not None and piece != self.end)
        stated = getattr(config, "max_position_embeddings", None) or _USUAL_LIMIT
        self.limit = max(min(stated, tokenizer.model_max_length, 1024) - 3, 1)  # a code, a start and an end

    def check(self, source_lang: str, target_lang: str) -> None:
        """Raise `ProjnerError` where the model does not translate from the one to the other."""
        self.told(source_lang, target_lang)

    @abstractmethod
    def told(self, source_lang: str, target_lang: str) -> Hashable:
        """What a source text says of languages: texts of which this differs are read differently.

        Raises:
            ProjnerError: the model has no such language.
        """

    @abstractmethod
    def sources(
        self, texts: Sequence[str], source_lang: str, target_lang: str, *, whole: bool = False
    ) -> list[list[int]]:
        """The pieces that the encoder reads, marks included; `whole`: also those beyond the limit."""

    def opening(self, target_lang: str) -> list[int]:
        """The pieces that stand before the target text in the decoder, and are not scored."""
        return [self.start]

    def targets(self, texts: Sequence[str]) -> list[list[int]]:
        """The pieces of target texts, without any mark."""
        found = self.tokenizer(list(texts), add_special_tokens=False)["input_ids"]
        return [pieces[: self.limit] for pieces in found]

    def text(self, pieces: Sequence[int]) -> str:
        """The text of pieces that the model wrote, without any mark."""
        text: str = self.tokenizer.decode(
            list(pieces), skip_special_tokens=True, clean_up_tokenization_spaces=False
        )
        return " ".join(text.split())

    def _read(self, texts: Sequence[str], whole: bool) -> list[list[int]]:
        cut = {} if whole else {"truncation": True, "max_length": self.limit}
        found: list[list[int]] = self.tokenizer(list(texts), verbose=False, **cut)["input_ids"]
        return found


class CodeWriter(Writer):
    """NLLB and M2M100."""

    def __init__(self, model: str, tokenizer: Any, config: Any) -> None:
        super().__init__(model, tokenizer, config)
        self.codes = codes(tokenizer)
        if not self.codes:
            raise ProjnerError(
                f"the tokenizer of {model!r} has no language codes, and its network is one of NLLB or "
                "M2M100, which wants them: fetch the model again"
            )

    def check(self, source_lang: str, target_lang: str) -> None:
        """As `Writer.check`."""
        for code in (source_lang, target_lang):
            resolve(code, self.codes, self.model)

    def told(self, source_lang: str, target_lang: str) -> Hashable:
        """As `Writer.told`."""
        return resolve(source_lang, self.codes, self.model)

    def sources(
        self, texts: Sequence[str], source_lang: str, target_lang: str, *, whole: bool = False
    ) -> list[list[int]]:
        """As `Writer.sources`."""
        self.tokenizer.src_lang = resolve(source_lang, self.codes, self.model)
        return self._read(texts, whole)

    def opening(self, target_lang: str) -> list[int]:
        """As `Writer.opening`."""
        code = resolve(target_lang, self.codes, self.model)
        if hasattr(self.tokenizer, "get_lang_id"):  # M2M100, whose pieces are called `__de__`
            return [self.start, self.tokenizer.get_lang_id(code)]
        return [self.start, self.tokenizer.convert_tokens_to_ids(code)]


class TargetCodeWriter(CodeWriter):
    """SMaLL-100: an M2M100 whose source begins with the target's code, and whose target with none."""

    def told(self, source_lang: str, target_lang: str) -> Hashable:
        """As `Writer.told`."""
        return resolve(target_lang, self.codes, self.model)

    def sources(
        self, texts: Sequence[str], source_lang: str, target_lang: str, *, whole: bool = False
    ) -> list[list[int]]:
        """As `Writer.sources`."""
        return super().sources(texts, target_lang, source_lang, whole=whole)

    def opening(self, target_lang: str) -> list[int]:
        """As `Writer.opening`."""
        return [self.start]


class MarianWriter(Writer):
    """OPUS-MT."""

    both_ways = False

    def __init__(self, model: str, tokenizer: Any, config: Any) -> None:
        super().__init__(model, tokenizer, config)
        name = _OPUS_NAME.search(model)
        self.source_lang = tokenizer.source_lang or (name["source"] if name else "")
        self.target_lang = tokenizer.target_lang or (name["target"] if name else "")
        self.codes = tuple(code[2:-2] for code in tokenizer.supported_language_codes)

    def check(self, source_lang: str, target_lang: str) -> None:
        """As `Writer.check`."""
        if not _covers(self.source_lang, source_lang) or not _covers(self.target_lang, target_lang):
            raise ProjnerError(
                f"the model {self.model!r} translates from {self.source_lang or 'any language'!r} to "
                f"{self.target_lang or 'any language'!r}, not from {source_lang!r} to {target_lang!r}: "
                "choose one for these languages, or one for many, such as facebook/nllb-200-distilled-600M"
            )
        self.told(source_lang, target_lang)

    def told(self, source_lang: str, target_lang: str) -> Hashable:
        """As `Writer.told`."""
        return resolve(target_lang, self.codes, self.model) if self.codes else ""

    def sources(
        self, texts: Sequence[str], source_lang: str, target_lang: str, *, whole: bool = False
    ) -> list[list[int]]:
        """As `Writer.sources`."""
        code = self.told(source_lang, target_lang)
        return self._read([f">>{code}<< {text}" if code else text for text in texts], whole)

    def targets(self, texts: Sequence[str]) -> list[list[int]]:
        """As `Writer.targets`: each side has pieces of its own."""
        found = self.tokenizer(text_target=list(texts), add_special_tokens=False)["input_ids"]
        return [pieces[: self.limit] for pieces in found]


class PrefixWriter(Writer):
    """MADLAD."""

    def __init__(self, model: str, tokenizer: Any, config: Any) -> None:
        super().__init__(model, tokenizer, config)
        marks = (re.fullmatch(r"<2([A-Za-z_]+)>", piece) for piece in tokenizer.get_vocab())
        self.codes = tuple(sorted(mark[1] for mark in marks if mark))
        if not self.codes:
            raise ProjnerError(
                f"the model {model!r} is a T5 that knows no target languages (its tokenizer has no <2de> or "
                "the like), so it translates between none: choose MADLAD, NLLB or M2M100"
            )

    def told(self, source_lang: str, target_lang: str) -> Hashable:
        """As `Writer.told`."""
        return resolve(target_lang, self.codes, self.model)

    def sources(
        self, texts: Sequence[str], source_lang: str, target_lang: str, *, whole: bool = False
    ) -> list[list[int]]:
        """As `Writer.sources`."""
        code = self.told(source_lang, target_lang)
        return self._read([f"<2{code}> {text}" for text in texts], whole)


WRITERS: dict[str, type[Writer]] = {
    "m2m_100": CodeWriter,
    "nllb-moe": CodeWriter,
    "marian": MarianWriter,
    "t5": PrefixWriter,
}
"""By what config.json calls the kind of network."""


def writer_of(model: str) -> type[Writer]:
    """What writes for a checkpoint (a folder, or a hub name fetched before).

    Raises:
        ProjnerError: as `locate`; its config.json is damaged, or it is no translation model known here.
    """
    file = locate(model, weights=False) / "config.json"
    try:
        config = json.loads(file.read_bytes())
    except (OSError, ValueError) as error:
        raise ProjnerError(
            f"the model {model!r} cannot be loaded: its config.json is damaged: {error}"
        ) from error
    kind = config.get("model_type") if isinstance(config, dict) else None
    if kind not in WRITERS:
        raise ProjnerError(
            f"the model {model!r} is no translation model that is known here: its config.json calls it "
            f"{kind!r}. Choose NLLB, M2M100, MADLAD or OPUS-MT, such as facebook/nllb-200-distilled-600M"
        )
    if kind == "m2m_100" and _is_small100(model, file.parent, config):
        return TargetCodeWriter
    return WRITERS[kind]


def _is_small100(model: str, folder: Path, config: dict[str, Any]) -> bool:
    """Whether an M2M100 is SMaLL-100: by its name, by the code that comes with it, or by its few layers."""
    if (
        re.search(r"small-?100", Path(model).name, re.IGNORECASE)
        or (folder / "tokenization_small100.py").is_file()
    ):
        return True
    return (config.get("encoder_layers"), config.get("decoder_layers")) == (12, 3)


def _covers(own: str, asked: str) -> bool:
    """Whether a model's language is the one that is asked for, or may be: nobody said, or it is a family."""
    return not own or not is_language(own) or same_language(own, asked)
