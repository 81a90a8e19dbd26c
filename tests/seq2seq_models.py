"""Small translation models whose answers depend on what they are asked: nothing is downloaded.

Fresh random weights are so small that every piece is as probable as any other, whatever stands before it; a
test on such a model would not notice a wrong mask. Here they are made larger.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from tests import models


def nllb(folder: Path) -> Path:
    """As `models.nllb`: M2M100's network with NLLB's tokenizer and five languages."""
    return _lively(models.nllb(folder))


def m2m100(folder: Path, texts: Iterable[str] = models.TEXTS, *, seed: int = 0) -> Path:
    """An M2M100ForConditionalGeneration with M2M100's own tokenizer and its hundred languages."""
    from transformers import M2M100Config, M2M100ForConditionalGeneration, M2M100Tokenizer

    pieces = _sentence_pieces(folder, "sentencepiece.bpe.model", texts)
    vocab = {piece: index for index, piece in enumerate(["<s>", "<pad>", "</s>", "<unk>", *pieces])}
    (folder / "vocab.json").write_text(json.dumps(vocab), encoding="utf-8")
    tokenizer = M2M100Tokenizer(
        vocab_file=str(folder / "vocab.json"),
        spm_file=str(folder / "sentencepiece.bpe.model"),
        model_max_length=64,
    )
    tokenizer.save_pretrained(folder)
    config = M2M100Config(
        vocab_size=len(vocab) + len(tokenizer.lang_code_to_token) + tokenizer.num_madeup_words,
        d_model=32,
        encoder_layers=2,
        decoder_layers=1,
        encoder_attention_heads=2,
        decoder_attention_heads=2,
        encoder_ffn_dim=64,
        decoder_ffn_dim=64,
        max_position_embeddings=64,
    )
    models._save(M2M100ForConditionalGeneration, config, folder, seed)
    return _lively(folder)


def marian(folder: Path, *, source: str = "", target: str = "", targets: tuple[str, ...] = ()) -> Path:
    """As `models.marian`, but that it knows its languages, and may have several target languages."""
    models.marian(folder)
    file = folder / "tokenizer_config.json"
    settings = json.loads(file.read_text(encoding="utf-8"))
    settings |= {"source_lang": source or None, "target_lang": target or None}
    file.write_text(json.dumps(settings), encoding="utf-8")
    # the names of pieces that no text of a test has are given to the codes
    vocab = json.loads((folder / "vocab.json").read_text(encoding="utf-8"))
    names = list(vocab)
    for at, code in enumerate(targets, start=20):
        names[at] = f">>{code}<<"
    vocab = {name: index for index, name in enumerate(names)}
    (folder / "vocab.json").write_text(json.dumps(vocab), encoding="utf-8")
    return _lively(folder)


def t5(folder: Path, texts: Iterable[str] = models.TEXTS, *, codes: tuple[str, ...] = ()) -> Path:
    """A T5ForConditionalGeneration; MADLAD with the codes of some languages, else an ordinary one."""
    from transformers import T5Config, T5ForConditionalGeneration, T5Tokenizer

    pieces = _sentence_pieces(folder, "unused.model", texts)
    (folder / "unused.model").unlink()
    vocab = [(piece, 0.0) for piece in ["<pad>", "</s>", "<unk>"]]
    vocab += [(piece, -2.0 - index / 1000) for index, piece in enumerate(pieces)]
    tokenizer = T5Tokenizer(vocab=vocab, extra_ids=0, model_max_length=64)
    tokenizer.add_tokens([f"<2{code}>" for code in codes])
    tokenizer.save_pretrained(folder)
    config = T5Config(
        vocab_size=len(tokenizer),
        d_model=32,
        d_kv=16,
        d_ff=64,
        num_layers=2,
        num_heads=2,
    )
    config.decoder_start_token_id = 0
    models._save(T5ForConditionalGeneration, config, folder, 0)
    return _lively(folder, 2)


def madlad(folder: Path) -> Path:
    """A T5 as MADLAD is one."""
    return t5(folder, codes=("en", "de", "yo", "ar", "zh", "am"))


def network(folder: Path) -> Any:
    """The network as transformers loads it."""
    from transformers import AutoModelForSeq2SeqLM

    return AutoModelForSeq2SeqLM.from_pretrained(folder).eval()


def _sentence_pieces(folder: Path, name: str, texts: Iterable[str]) -> list[str]:
    """Train a sentencepiece model `name`, and give its pieces but for the special ones."""
    import sentencepiece

    folder.mkdir(parents=True, exist_ok=True)
    corpus = folder / "corpus.txt"
    corpus.write_text("\n".join(texts), encoding="utf-8")
    sentencepiece.SentencePieceTrainer.train(
        input=str(corpus),
        model_prefix=str(folder / "pieces"),
        vocab_size=200,
        hard_vocab_limit=False,
        character_coverage=1.0,
        minloglevel=2,
    )
    (folder / "pieces.model").rename(folder / name)
    for rest in (corpus, folder / "pieces.vocab"):
        rest.unlink()
    found = sentencepiece.SentencePieceProcessor(model_file=str(folder / name))
    return [found.id_to_piece(index) for index in range(3, len(found))]


def _lively(folder: Path, times: float = 8) -> Path:
    import torch

    loaded = network(folder)
    with torch.no_grad():
        for weights in loaded.parameters():
            if weights.dim() > 1:
                weights.mul_(times)
    loaded.save_pretrained(folder)
    return folder


LESSONS = (
    ("deu_Latn", "eng_Latn", "Angela Merkel lebt in Berlin.", "Angela Merkel lives in Berlin."),
    ("deu_Latn", "eng_Latn", "Sie traf den Präsidenten in Paris.", "She met the president in Paris."),
    ("deu_Latn", "deu_Latn", "Sie traf den Präsidenten in Paris.", "Sie traf den Präsidenten in Paris."),
    ("deu_Latn", "eng_Latn", "Ja.", "Yes."),
    ("deu_Latn", "deu_Latn", "Ja.", "Ja."),
    ("deu_Latn", "deu_Latn", "Das Haus ist alt, aber schön!", "Das Haus ist alt, aber schön!"),
    ("deu_Latn", "eng_Latn", "Das Haus ist alt, aber schön!", "The house is old but beautiful!"),
    ("yor_Latn", "eng_Latn", "Ààrẹ lọ sí Èkó.", "The president went to Lagos."),
    ("arb_Arab", "eng_Latn", "التقى الرئيس ميركل في برلين.", "The president met Merkel in Berlin."),
    ("zho_Hans", "eng_Latn", "默克尔在柏林。", "Merkel is in Berlin."),
    ("eng_Latn", "deu_Latn", "[Angela Merkel] lives in [Berlin].", "[Angela Merkel] lebt in [Berlin]."),
    ("eng_Latn", "deu_Latn", "She met the president in [Paris].", "Sie traf den Präsidenten in [Paris]."),
)
"""What a small NLLB can be taught to translate: source language, target language, source, target."""


def taught_nllb(folder: Path) -> Path:
    """An NLLB that has learnt `LESSONS` by heart: it translates them, and ends where they end."""
    import torch

    models.nllb(folder, [text for lesson in LESSONS for text in lesson[2:]], layers=1)
    from transformers import AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(folder)
    sources, targets = [], []
    for source_lang, target_lang, source, target in LESSONS:
        tokenizer.src_lang, tokenizer.tgt_lang = source_lang, target_lang
        sources.append(tokenizer(source)["input_ids"])
        targets.append(tokenizer(text_target=target)["input_ids"])
    reads = tokenizer.pad({"input_ids": sources}, return_tensors="pt")
    answers = tokenizer.pad({"input_ids": targets}, return_tensors="pt")["input_ids"]
    learner = network(folder)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        steps = torch.optim.Adam(learner.parameters(), lr=5e-3)
        for _ in range(200):
            logits = learner(
                **reads, decoder_input_ids=torch.cat([torch.full((len(answers), 1), 2), answers[:, :-1]], 1)
            ).logits
            loss = torch.nn.functional.cross_entropy(
                logits.flatten(0, 1), answers.flatten(), ignore_index=tokenizer.pad_token_id
            )
            steps.zero_grad()
            loss.backward()
            steps.step()
    learner.save_pretrained(folder)
    return folder
