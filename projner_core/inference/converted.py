"""Translation models as CTranslate2 computes them: converted once, in int8 on a CPU, in float16 on a GPU.

    generator = load_converted("facebook/nllb-200-distilled-600M")

A checkpoint is converted into the user's cache, under its name, its revision and its numbers, and found there
again. The pieces are the same as for transformers, written by the same `Writer`.
"""

from __future__ import annotations

import json
import re
import shutil
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from projner_core.errors import ProjnerError
from projner_core.inference import devices
from projner_core.inference.batching import Budget
from projner_core.inference.checkpoints import locate, revision
from projner_core.inference.generation import Generator
from projner_core.inference.interruption import checkpoint
from projner_core.inference.keeping import share
from projner_core.inference.loading import load_config, load_network, load_tokenizer
from projner_core.inference.sharing import across, load_all
from projner_core.inference.translation_pieces import Writer, writer_of

QUANTIZATIONS = ("auto", "int8", "int8_float32", "int8_float16", "float16", "bfloat16", "float32")
_VOCABULARIES = ("shared_vocabulary", "target_vocabulary")
_POLL = 0.005  # seconds between two looks at whether a batch is done
_STEP = 32  # translations may be this much longer than need be, so that enough of them share a batch
_LEAST = 32  # pieces that a short source counts


class ConvertedNetwork:
    """A converted model on a device: a `generation.Network`.

    Attributes:
        budget: pieces of sources times beams that a batch may hold, padding included.
        others: the same on the other devices that share the work.
    """

    others: tuple[ConvertedNetwork, ...] = ()

    def __init__(self, model: str, folder: Path, writer: Writer, device: str, quantization: str) -> None:
        import ctranslate2
        import torch

        self.model = model
        self.device = device
        self._writer = writer
        self._names = vocabulary(folder, model)
        self._numbers = {name: number for number, name in enumerate(self._names)}
        kind, _, number = device.partition(":")
        try:
            self._translator = ctranslate2.Translator(
                str(folder),
                device=kind,
                device_index=int(number or 0),
                compute_type=quantization,
                intra_threads=torch.get_num_threads(),
            )
        except (RuntimeError, ValueError) as error:
            raise ProjnerError(
                f"the converted model {model!r} cannot be used in {quantization} on {device}: {error}"
            ) from error
        # it never grows: what CTranslate2 takes of a device's memory, torch cannot say
        self.budget = Budget(Budget.on(device, cpu=1024, cuda=16_384).pieces)
        unwanted = [*writer.never, *range(writer.pieces, len(self._names))]
        self._never = [[self._names[piece]] for piece in unwanted if piece < len(self._names)]

    def write(
        self, sources: Sequence[list[int]], opening: Sequence[int], most: Sequence[int], beams: int
    ) -> Iterator[tuple[int, list[int]]]:
        """As `generation.Network.write`; a translation may be up to 31 pieces longer than `most` says."""
        self._check(sources, opening)
        groups: dict[int, list[int]] = {}
        for place, length in enumerate(most):  # CTranslate2 has one limit a batch
            limit = min(-(-length // _STEP) * _STEP, self._writer.limit)
            groups.setdefault(limit, []).append(place)
        for limit, places in sorted(groups.items(), reverse=True):
            lengths = [max(len(sources[place]), _LEAST) * beams for place in places]

            def compute(
                network: ConvertedNetwork, now: list[int], *, places: list[int] = places, limit: int = limit
            ) -> list[list[int]]:
                return network._write([sources[places[at]] for at in now], opening[1:], limit, beams)

            models = [self, *self.others]
            for now, written in across(lengths, models, compute, budget=lambda network: network.budget):
                yield from zip((places[at] for at in now), written, strict=True)

    def _write(
        self, sources: Sequence[list[int]], told: Sequence[int], limit: int, beams: int
    ) -> list[list[int]]:
        prefix = [self._names[piece] for piece in told]
        running = self._translator.translate_batch(
            [[self._names[piece] for piece in source] for source in sources],
            target_prefix=[prefix] * len(sources) if prefix else None,
            asynchronous=True,
            beam_size=beams,
            max_decoding_length=limit + len(prefix),
            min_decoding_length=1 + len(prefix),
            max_input_length=0,  # the writer has seen to it
            disable_unk=True,
            suppress_sequences=self._never,
            return_scores=True,
        )
        while not all(one.done() for one in running):
            checkpoint()
            time.sleep(_POLL)
        found = []
        for one in running:
            result = one.result()
            if result.scores[0] != result.scores[0]:
                raise ProjnerError(
                    f"the converted model {self.model!r} computes no numbers (NaN): try the quantization "
                    "'float32', or fetch the model again"
                )
            found.append([self._numbers[name] for name in result.hypotheses[0][len(prefix) :]])
        return found

    def _check(self, sources: Sequence[list[int]], opening: Sequence[int]) -> None:
        known = len(self._names)
        if max((max(source, default=0) for source in (*sources, opening[1:])), default=0) >= known:
            raise ProjnerError(
                f"the tokenizer that {self.model!r} is used with is not this model's: it makes pieces that "
                f"the model, which knows {known}, does not. Name the checkpoint that it was made of"
            )


def load_converted(
    model: str, *, tokenizer: str = "", device: str = "auto", quantization: str = "auto"
) -> Generator:
    """The generator of a converted model, or of a checkpoint, which is then converted once.

    Args:
        model: a folder that a converter of CTranslate2 wrote; or a checkpoint: a folder, or a hub name that
            was fetched before.
        tokenizer: the checkpoint that a converted model was made of; empty for a checkpoint.
        device: as of `devices.places`; CTranslate2 does not know mps.
        quantization: the numbers of the weights, of `QUANTIZATIONS`; `auto`: int8 on cpu, float16 on cuda.

    Raises:
        ProjnerError: there is no such model on this machine, it cannot be converted, CTranslate2 is not
            installed, or there is no such device.
    """
    _check_installed()
    check_quantization(quantization)
    places = devices.places(device)
    if device == "auto" and places[0] == "mps":
        places = ("cpu",)
    if places[0] == "mps":
        raise ProjnerError("CTranslate2 does not compute on mps; say device 'cpu', or choose 'seq2seq'")
    if quantization == "auto":
        quantization = "int8" if places[0] == "cpu" else "float16"
    folder = locate(model, weights=False)
    whole = tokenizer or model
    if is_converted(folder) and not tokenizer:
        raise ProjnerError(
            f"{model!r} is a converted model, which has no tokenizer that can be relied on: name the "
            "checkpoint that it was made of as `tokenizer`, such as facebook/nllb-200-distilled-600M"
        )

    def load() -> Generator:
        writer = writer_of(whole)(model, load_tokenizer(whole), load_config(whole))
        there = folder if is_converted(folder) else converted(model, quantization)
        network = load_all(lambda place: ConvertedNetwork(model, there, writer, place, quantization), places)
        return Generator(model, writer, network)

    versions = revision(model, weights=not is_converted(folder)), revision(whole, weights=whole == model)
    key = (ConvertedNetwork, model, whole, versions, places, quantization)
    return share(key, load)


def check_quantization(quantization: str) -> None:
    """Raise `ProjnerError` where this names no numbers; loads nothing."""
    if quantization not in QUANTIZATIONS:
        raise ProjnerError(
            f"there is no quantization {quantization!r}; there are: {', '.join(QUANTIZATIONS)}"
        )


def is_converted(folder: Path) -> bool:
    """Whether a folder holds a model that was converted already."""
    return (folder / "model.bin").is_file() and any(
        (folder / f"{name}{end}").is_file() for name in _VOCABULARIES for end in (".json", ".txt")
    )


def converted(model: str, quantization: str) -> Path:
    """The folder of a checkpoint's conversion, which is made where it is not there; it is there whole or not.

    Raises:
        ProjnerError: as `locate`; the model cannot be converted, or the folder cannot be written.
    """
    import platformdirs

    name = re.sub(r"[^\w.-]+", "--", model.strip("/\\.~"))[-80:]
    cache = Path(platformdirs.user_cache_dir("projner", appauthor=False)) / "ctranslate2"
    folder = cache / f"{name}-{revision(model)}-{quantization}"
    if is_converted(folder):
        return folder
    try:
        cache.mkdir(parents=True, exist_ok=True)
        made = Path(tempfile.mkdtemp(prefix=".unfinished-", dir=cache))
        try:
            _convert(model, made / "model", quantization)
            _put(made / "model", folder)
        finally:
            shutil.rmtree(made, ignore_errors=True)
    except OSError as error:
        raise ProjnerError(
            f"the model {model!r} was not converted: {folder} can't be written: {error.strerror or error}"
        ) from error
    return folder


def vocabulary(folder: Path, model: str) -> list[str]:
    """The pieces of a converted model, by number.

    Raises:
        ProjnerError: there are none, or they cannot be read.
    """
    for name in _VOCABULARIES:
        try:
            if (folder / f"{name}.json").is_file():
                found = json.loads((folder / f"{name}.json").read_bytes())
            elif (folder / f"{name}.txt").is_file():
                found = (folder / f"{name}.txt").read_text(encoding="utf-8").split("\n")
                found = found[:-1] if found[-1] == "" else found
            else:
                continue
        except (OSError, ValueError) as error:
            raise ProjnerError(f"the pieces of {model!r} cannot be read: {error}") from error
        if isinstance(found, list) and found and all(isinstance(piece, str) for piece in found):
            return found
    raise ProjnerError(f"the converted model {model!r} has no shared_vocabulary.json: convert it again")


def _put(made: Path, folder: Path) -> None:
    """Move a finished conversion to its place, unless another process was sooner."""
    try:
        made.rename(folder)
    except OSError:
        if not is_converted(folder):
            raise


def _convert(model: str, folder: Path, quantization: str) -> None:
    from ctranslate2.converters import TransformersConverter

    class Converter(TransformersConverter):  # type: ignore[misc,unused-ignore]
        """Loads as we load: nothing from the network, no code, no pickles; and names every piece."""

        def load_model(self, *_: Any, **__: Any) -> Any:
            return load_network(model, auto="AutoModelForSeq2SeqLM")

        def load_tokenizer(self, *_: Any, **__: Any) -> Any:
            tokenizer = load_tokenizer(model)
            return _Named(tokenizer, load_config(model).vocab_size)

    try:
        Converter(str(locate(model))).convert(str(folder), quantization=quantization)
    except (ValueError, NotImplementedError, RuntimeError, KeyError, AttributeError) as error:
        raise ProjnerError(
            f"CTranslate2 cannot convert {model!r}: {error}. Choose the translator 'seq2seq', which needs no "
            "conversion"
        ) from error


class _Named:
    """A tokenizer that has a name for every number of a network.

    Under transformers 5 the codes of M2M100's languages are not where CTranslate2's converter looks for them.
    """

    num_madeup_words = 0

    def __init__(self, tokenizer: Any, size: int) -> None:
        self._tokenizer = tokenizer
        names = {number: name for name, number in tokenizer.get_vocab().items()}
        for code, number in getattr(tokenizer, "lang_code_to_id", {}).items():
            names.setdefault(number, f"__{code}__")
        self._vocab = {names.get(number, f"unused{number}"): number for number in range(size)}

    def __getattr__(self, name: str) -> Any:
        return getattr(self._tokenizer, name)

    def get_vocab(self) -> dict[str, int]:
        """Every piece's number."""
        return dict(self._vocab)


def _check_installed() -> None:
    try:
        import ctranslate2  # noqa: F401
    except ImportError as error:
        raise ProjnerError(
            "the package ctranslate2 is not installed: 'pip install ctranslate2', or choose the translator "
            "'nllb' or 'seq2seq'"
        ) from error
