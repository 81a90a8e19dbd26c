"""The source sentences of pairs that came without one: translated, kept, adopted by the project."""

from __future__ import annotations

from collections.abc import Iterator
from inspect import signature
from typing import Any

from projner_core import translators
from projner_core.corpus import Pair, Sentence
from projner_core.errors import ConflictError, ProjnerError
from projner_core.inference.interruption import checkpoint, interruptible
from projner_core.pipeline.config import StageConfig
from projner_core.pipeline.engines import LOCAL, Engine, Work
from projner_core.pipeline.filling import CHUNK, called, fill_with
from projner_core.pipeline.lineage import Side
from projner_core.pipeline.progress import Watch
from projner_core.pipeline.starting import Ready, look
from projner_core.store import Layer, LayerKind, Project
from projner_core.tokenisation import tokenise

USUAL_LANG = "en"  # what is translated into where the project does not say it
_UNKNOWN = frozenset({"", "und"})
_HOW_ONLY = frozenset({"device", "dtype"})  # settings that say where a translation is made, not which


def translate(project: Project, config: StageConfig, watch: Watch, engine: Engine = LOCAL) -> Layer | None:
    """See to it that every pair has a source sentence; one that came with its pair stays.

    The translation is a layer of texts as the model wrote them, "" for pairs that came with a source
    sentence. When it is complete, the project adopts it: its tokens are the source tokens of these pairs.

    Returns:
        The translation that the project has adopted; None where every pair came with a source sentence.

    Raises:
        Cancelled: `watch` said so between two chunks, or within one.
        ConflictError: another run translated the project meanwhile.
        ProjnerError: as `check_can_start`.
    """
    found = check_can_start(project, config)
    if found is None:
        return None
    if isinstance(found, Ready):
        layer = _written(project, resolved(project, config), called(config), found, watch, engine)
    else:
        layer = found
        watch.begin("translate", layer.done, layer.done)
    if project.translation != layer.id:
        lang = layer.provenance["lang"]
        with interruptible(watch.check):
            project.adopt_translation(layer, sentences_of(project, layer), source_lang=lang)
    return layer


def check_can_start(project: Project, config: StageConfig) -> Layer | Ready | None:
    """Ask now what `translate` will ask, so that nothing is loaded or computed in vain.

    Returns:
        The finished translation, the translator that would make it, or None where there is nothing to do.

    Raises:
        ProjnerError: with the given translator, a pair has no source sentence; with another, there is no such
            translator, it refuses its settings or the language, its model is not here, or the project has a
            translation by another, or of another state of what it reads.
    """
    adopted = project.translation
    if config.name == "given":
        check_translated(project)
        return None if adopted is None else project.layer(adopted)
    told = resolved(project, config)
    if adopted is not None:
        return _same(project, told, project.layer(adopted), called(config))
    if project.first_without_source() is None:
        return None

    def make() -> Any:
        return translators.create(told.name, **told.settings)

    found = look(project, "translate", told, make, [project.imported_fingerprint()], kind=LayerKind.TEXTS)
    if isinstance(found, Ready):
        check_languages(project, found.system, reads="target")
    return found


def check_translated(project: Project) -> None:
    """Every pair must have a source sentence.

    Raises:
        ProjnerError: the first pair that has none is named.
    """
    missing = project.first_without_source()
    if missing is not None:
        raise ProjnerError(
            f"pair {missing!r} has no source sentence. Import the source sentences together with the "
            "target sentences, or choose a translator, for example --translator nllb; then run again."
        )


def resolved(project: Project, config: StageConfig) -> StageConfig:
    """The translator with the language that it translates into, where it can be told one."""
    known = signature(translators.registry.factory(config.name)).parameters
    if "source_lang" not in known or "source_lang" in config.settings:
        return config
    return StageConfig.model_validate(config.model_dump() | {"source_lang": source_lang(project)})


def source_lang(project: Project) -> str:
    """The language of the project's source sentences; English where it does not say."""
    return USUAL_LANG if project.source_lang in _UNKNOWN else project.source_lang


def _same(project: Project, config: StageConfig, adopted: Layer, name: str) -> Layer:
    """The adopted translation, if it is by this translator."""
    about = adopted.provenance

    def what(settings: dict[str, Any]) -> dict[str, Any]:
        return {key: value for key, value in settings.items() if key not in _HOW_ONLY}

    if (about["system"], what(about["settings"])) == (config.name, what(config.settings)):
        if _has_changed(config, about.get("revision")):
            raise ProjnerError(
                f"what {name!r} reads has changed since the project {project.name!r} was translated with it, "
                "and everything in the project counts the tokens of that translation. To use what it reads "
                "now, make another project of the same file; to go on with the translation that is there, "
                "choose the translator 'given'."
            )
        return adopted
    raise ProjnerError(
        f"the project {project.name!r} is translated already, by {adopted.name!r}, and everything in it "
        f"counts the tokens of that translation. To translate with {name!r}, make another project "
        "of the same file; to go on with this translation, leave the translator as it was, or choose 'given'."
    )


def _has_changed(config: StageConfig, revision: Any) -> bool:
    """Whether a translator that keeps account of what it reads would read something else today.

    What is not on this machine any more has not changed.
    """
    try:
        told = getattr(translators.create(config.name, **config.settings), "revision", None)
        return callable(told) and str(told()) != revision
    except ProjnerError:
        return False


def check_languages(project: Project, system: Any, *, reads: Side) -> None:
    """A translator that takes each sentence's own language needs to know it.

    Such a one has an attribute `target_lang` (of a back-translator, `source_lang` too) that is empty.

    Args:
        project: where the sentences are.
        system: a translator, which reads the target side, or a back-translator, which reads the source.
        reads: the side that it reads.

    Raises:
        ProjnerError: nobody said which language the sentences are in.
    """
    sides: list[Side] = ["target"] if reads == "target" else ["source", "target"]
    for side in sides:
        if getattr(system, f"{side}_lang", None) == "" and not _UNKNOWN.isdisjoint(project.languages(side)):
            raise ProjnerError(
                "a translation model must know both languages, and nobody said which one the "
                f"{side} sentences are in: name it where they are imported (--{side}-lang), or in the "
                f"settings of the stage ({side}_lang)"
            )


def _written(
    project: Project, config: StageConfig, name: str, ready: Ready, watch: Watch, engine: Engine
) -> Layer:
    how = getattr(ready.system, "tokenises", "words")
    lang = str(config.settings.get("source_lang") or source_lang(project))
    about = ready.about | {"lang": lang, "tokenised": how}
    if isinstance(detokenised := getattr(ready.system, "detokenises", None), str):
        about["detokenised"] = detokenised
    layer = project.open_layer(
        name=name, kind=LayerKind.TEXTS, side="source", fingerprint=ready.mark, provenance=about
    )

    every = bool(getattr(ready.system, "reads_every_pair", False))

    def pairs(start: int, stop: int) -> list[Pair]:
        """As they were before any translation: to be checked after reading, as an engine may read ahead."""
        found = project.pairs(start, stop)
        if project.translation is not None:
            raise ConflictError(
                f"the project {project.name!r} was translated meanwhile by another run: run again, and it "
                "goes on with that translation"
            )
        return found

    def wanting(start: int, stop: int) -> list[Pair]:
        return [pair for pair in pairs(start, stop) if every or pair.source is None]

    def texts(start: int, stop: int, found: list[Any]) -> list[str]:
        here = pairs(start, stop)
        given = [pair.id for pair in here if every or pair.source is None]
        made = dict(zip(given, found, strict=True))
        return [_text(made[pair.id], pair, lang, how) if pair.source is None else "" for pair in here]

    work = Work("translate", config)
    return fill_with(engine, work, wanting, project, layer, ready.chunk, watch, ready=texts)


def _text(sentence: Sentence, pair: Pair, lang: str, how: Any) -> str:
    """The text of a translation, which must come apart into its tokens again when it is adopted."""
    text = " ".join(sentence.tokens) if sentence.text is None else sentence.text
    if tokenise(text, lang, how) != sentence.tokens:
        raise ProjnerError(
            f"the translation of pair {pair.id!r} does not come apart into its tokens by {how!r}: its "
            "translator must say in its attribute 'tokenises' whether that is done by 'words' or by 'spaces'"
        )
    return text


def sentences_of(project: Project, layer: Layer) -> Iterator[Sentence]:
    """The translation of every pair, tokenised as when it was made."""
    lang, how = layer.provenance["lang"], layer.provenance["tokenised"]
    for start in range(0, project.count(), CHUNK):
        checkpoint()
        for text in project.annotations(layer.id, start, start + CHUNK):
            yield Sentence(tokenise(text, lang, how), lang, text)
