"""How long a project takes to adopt a translation: all of its pairs in one transaction.

    python -m benchmarks.adoption [--pairs 100000]

The sentences are those of `benchmarks.scale`; the translation is there already, as a layer of texts. Elapsed
and processor time are both shown: on a busy machine they differ.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from pathlib import Path

from benchmarks.scale import generate
from projner_core.pipeline.importing import import_pair
from projner_core.pipeline.translating import sentences_of
from projner_core.store import LayerKind, Project

CHUNK = 1000


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--pairs", type=int, default=100_000)
    pairs = parser.parse_args().pairs
    with tempfile.TemporaryDirectory() as folder:
        source, target = generate(Path(folder), pairs)
        path = Path(folder) / "adoption.sqlite"
        import_pair(path, source=None, target=target, source_lang="en", target_lang="und")
        texts = [
            " ".join(line.split("\t")[0] for line in block.split("\n")[1:])
            for block in source.read_text(encoding="utf-8").strip().split("\n\n")
        ]
        with Project.open(path) as project:
            layer = project.open_layer(
                name="translation",
                kind=LayerKind.TEXTS,
                side="source",
                fingerprint="benchmark",
                provenance={"stage": "translate", "lang": "en", "tokenised": "words"},
            )
            for start in range(0, pairs, CHUNK):
                layer = project.write(layer, start, texts[start : start + CHUNK])
            layer = project.complete(layer)
            elapsed, spent = time.perf_counter(), time.process_time()
            project.adopt_translation(layer, sentences_of(project, layer), source_lang="en")
            print(
                f"{pairs} translations adopted: {time.perf_counter() - elapsed:.1f} s elapsed, "
                f"{time.process_time() - spent:.1f} s of one processor"
            )


if __name__ == "__main__":
    main()
