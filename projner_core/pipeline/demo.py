"""The bundled demo corpora as projects: small news-like texts with the traps that make projection hard."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.resources import as_file, files

from projner_core.errors import ProjnerError
from projner_core.pipeline import importing
from projner_core.pipeline.comparing import CompareConfig, compare
from projner_core.pipeline.config import RunConfig, StageConfig
from projner_core.pipeline.progress import Watch
from projner_core.pipeline.run import run
from projner_core.store import catalogue


@dataclass(frozen=True, slots=True)
class DemoCorpus:
    """One bundled corpus: its target language, that language's name, and the project it becomes."""

    lang: str
    name: str
    project: str


CORPORA = (
    DemoCorpus("sw", "Swahili", "demo-swahili"),
    DemoCorpus("yo", "Yorùbá", "demo-yoruba"),
    DemoCorpus("de", "German", "demo-german"),
    DemoCorpus("ar", "Arabic", "demo-arabic"),
    DemoCorpus("zh", "Chinese", "demo-chinese"),
)


# The default aligner beside itself without what it knows before it has seen a sentence: something to look at
# on the page of aligners, with no download.
COMPARED = CompareConfig(
    aligners=(
        StageConfig(name="statistical"),
        StageConfig.model_validate({"name": "statistical", "lexicon": 0.0, "names": 0.0, "similarity": 0.0}),
    )
)
_COMPARED = "demo_compared"


def languages() -> tuple[DemoCorpus, ...]:
    """The bundled corpora, in the order in which they are offered."""
    return CORPORA


def ensure(lang: str, *, reset: bool = False) -> str:
    """Make the demo project of a language where it is missing, projected and ready; return its name.

    With `reset` it is made anew: what was corrected in it goes to the trash with it.
    """
    corpus = next((c for c in CORPORA if c.lang == lang), None)
    if corpus is None:
        known = ", ".join(c.lang for c in CORPORA)
        raise ProjnerError(f"there is no demo corpus in {lang!r}; there are: {known}")
    if catalogue.path_of(corpus.project).exists():
        if not reset:
            return _finished(corpus)
        catalogue.delete_project(corpus.project)
    folder = files("projner_core.bundled") / "demo" / lang
    with as_file(folder / "source.conll") as source, as_file(folder / "target.conll") as target:
        importing.import_pair(
            corpus.project, source=source, target=target, source_lang="en", target_lang=lang
        )
    return _finished(corpus)


def _finished(corpus: DemoCorpus) -> str:
    """Project it and compare its aligner, or find that done: a start-up that was cut short is gone on with.

    A comparison that was made once is not made again, whatever was corrected or deleted since.
    """
    with catalogue.open_project(corpus.project) as project:
        if project.current_projection is None:
            run(project, RunConfig())
        if not project.get_meta(_COMPARED, False):
            compare(project, COMPARED, Watch(None, None))
            project.set_meta(_COMPARED, True)
    return corpus.project
