"""Texts translated by a translation model: from texts to pieces, and from pieces to texts.

    generator = load_generator("facebook/nllb-200-distilled-600M")
    generator.translate(["Mkutano ulifanyika Berlin."], source_lang="sw", target_lang="en")

Here, as everywhere in `inference`, the source is what a model reads and the target what it writes. To a
project it is the other way round: its target sentences are read, and their translation is its source.

What computes is a `Network`: of transformers (`generation_network`) or CTranslate2 (`converted`). Each text
is computed once however often it is given, and what comes of it depends on no other text.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from threading import RLock
from typing import Protocol

from projner_core.errors import ProjnerError
from projner_core.inference import devices
from projner_core.inference.checkpoints import revision
from projner_core.inference.keeping import share
from projner_core.inference.loading import load_config, load_network, load_tokenizer
from projner_core.inference.sharing import load_all
from projner_core.inference.text_parts import cut, is_blank, join
from projner_core.inference.translation_pieces import Writer, writer_of

BEAMS = 4
"""How many translations are followed at once: what OPUS-MT was published with, and NLLB and CTranslate2 gain
little beyond. One default on every machine, so that one configuration means one translation; 1 is faster, and
good enough for a first look."""

MAX_LENGTH = 256
"""Pieces of a text read at once. Translation models saw single sentences when they were trained; NLLB's card
warns of more than 512 pieces."""


class Network(Protocol):
    """Writes the pieces of translations."""

    def write(
        self, sources: Sequence[list[int]], opening: Sequence[int], most: Sequence[int], beams: int
    ) -> Iterator[tuple[int, list[int]]]:
        """The place of each source, in any order, and the pieces of its translation, bare of all marks.

        Args:
            sources: what the encoder reads.
            opening: what stands before each translation in the decoder.
            most: pieces that each translation may have.
            beams: how many translations are followed at once.

        Raises:
            ProjnerError: a piece is not the model's, it computes what is no number, or the memory does not
                suffice for one source.
        """
        ...


class Generator:
    """A translation model that translates. `load_generator` makes it.

    Attributes:
        model: its name, as the user gave it.
        writer: what knows its pieces and languages.
        network: what computes.
    """

    def __init__(self, model: str, writer: Writer, network: Network) -> None:
        self.model = model
        self.writer = writer
        self.network = network
        self._lock = RLock()  # a tokenizer is told a language before it reads

    def translate(
        self,
        texts: Sequence[str],
        *,
        source_lang: str,
        target_lang: str,
        beams: int = BEAMS,
        max_length: int = MAX_LENGTH,
    ) -> list[str]:
        """The translation of each text, in the same order; of one without anything to read, "".

        A text of more than `max_length` pieces, or more than the model reads, is cut into parts
        (`text_parts`), and their translations are joined: nothing is left out. A translation may have three
        times as many pieces as what is translated, and 16 more: a model that repeats itself without end is
        stopped there.

        Args:
            texts: in `source_lang`.
            source_lang: what is read: a BCP 47, ISO 639 or FLORES code, or the model's own.
            target_lang: what is written: likewise.
            beams: how many translations are followed at once; 1 takes the likeliest piece at each step.
            max_length: pieces read at once.

        Raises:
            ProjnerError: a number is below one, the model does not translate from the one language to the
                other, or as `Network.write`.
        """
        if beams < 1 or max_length < 1:
            raise ProjnerError(
                f"beams and max_length must be at least 1, but are {beams} and {max_length}; "
                f"usual are {BEAMS} and {MAX_LENGTH}"
            )
        languages = source_lang, target_lang
        with self._lock:
            self.writer.check(*languages)
            limit = min(self.writer.limit, max_length + self.writer.marks)
            parts = self._parts(dict.fromkeys(texts), languages, limit)
            distinct = list(dict.fromkeys(part for some in parts.values() for part in some))
            written = self._written(distinct, languages, beams)
        return [join([written[part] for part in parts[text]], target_lang) for text in texts]

    def _parts(self, texts: Iterable[str], languages: tuple[str, str], limit: int) -> dict[str, list[str]]:
        """What is translated at once of each text, trimmed."""

        def length(*some: str) -> list[int]:
            return [len(pieces) for pieces in self.writer.sources(some, *languages, whole=True)]

        readable = {text: "" if is_blank(text) else _readable(text).strip() for text in texts}
        full = [text for text in readable if readable[text]]
        lengths = dict(zip(full, length(*(readable[text] for text in full)) if full else [], strict=True))
        found = {}
        for text, trimmed in readable.items():
            parts = [trimmed]
            if lengths.get(text, 0) > limit:
                parts = cut(trimmed, lambda part: length(part.strip())[0] <= limit)
            found[text] = [part.strip() for part in parts if not is_blank(part)]
        return found

    def _written(self, texts: Sequence[str], languages: tuple[str, str], beams: int) -> dict[str, str]:
        if not texts:
            return {}
        sources = self.writer.sources(texts, *languages)
        most = [min(3 * len(source) + 16, self.writer.limit) for source in sources]
        opening = self.writer.opening(languages[1])
        found = {}
        for place, pieces in self.network.write(sources, opening, most, beams):
            found[texts[place]] = self.writer.text(pieces)
        return found


def load_generator(
    model: str, *, tokenizer: str | None = None, device: str = "auto", dtype: str = "auto"
) -> Generator:
    """The generator of a checkpoint: NLLB, M2M100, MADLAD (T5) or OPUS-MT (Marian).

    Two that ask for one checkpoint, tokenizer, device and dtype share it; how long it stays in memory says
    `keeping`.

    Args:
        model: a folder, or a hub name that was fetched before.
        tokenizer: the checkpoint whose tokenizer is used; None: the model's own.
        device: as of `devices.places`.
        dtype: as of `devices.dtype`, but that `auto` is float32 on a CPU: a step of decoding multiplies a few
            rows by large matrices, which is slower there in bfloat16 (`benchmarks.models`).

    Raises:
        ProjnerError: there is no such model on this machine, it cannot be loaded or is no translation model
            that is known here, or there is no such device.
    """
    places = devices.places(device)
    wanted = "float32" if dtype == "auto" and places == ("cpu",) else dtype
    numbers = devices.dtype(wanted, ",".join(places))
    pieces_of = tokenizer or model

    def load() -> Generator:
        from projner_core.inference.generation_network import GenerationNetwork

        write = writer_of(model)
        pieces = load_tokenizer(pieces_of)
        writer = write(model, pieces, load_config(model))

        def network(place: str) -> GenerationNetwork:
            loaded = load_network(
                model, dtype="float32" if place == "cpu" else numbers, auto="AutoModelForSeq2SeqLM"
            )
            return GenerationNetwork(model, loaded, writer, place, numbers)

        return Generator(model, writer, load_all(network, places))

    versions = revision(model), revision(pieces_of, weights=pieces_of == model)
    key = (Generator, model, pieces_of, versions, places, numbers)
    return share(key, load)


def _readable(text: str) -> str:
    """The text, with halves of surrogate pairs replaced: tokenizers take no others."""
    return text if text.isascii() else text.encode("utf-8", "replace").decode("utf-8")
