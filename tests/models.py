"""Small models of real architectures with random weights, made on the spot: nothing is downloaded.

Each maker writes a folder that the Auto classes of transformers load offline, and returns it. Tokenizers are
trained on the given texts; the same texts and seed give the same model.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable
from itertools import pairwise
from pathlib import Path
from typing import Any, cast

TEXTS = (
    "The president of the European Union met Angela Merkel in Berlin .",
    "Die Präsidentin der Europäischen Union traf Angela Merkel in Berlin .",
    "Ààrẹ orílẹ̀-èdè Nàìjíríà lọ sí Èkó .",
    "التقى الرئيس المستشارة ميركل في برلين .",
    "主 席 在 柏 林 会 见 了 默 克 尔 。",
    "ፕሬዝዳንቱ በርሊን ውስጥ ሜርክልን አገኙ ።",
)

CONLL_TAGS = ("O", *(f"{prefix}-{label}" for label in ("PER", "LOC", "ORG", "MISC") for prefix in "BI"))


def bert(
    folder: Path,
    texts: Iterable[str] = TEXTS,
    *,
    layers: int = 3,
    hidden: int = 32,
    heads: int = 2,
    positions: int = 64,
    seed: int = 0,
    **config: Any,
) -> Path:
    """A BertModel with a WordPiece tokenizer: whole words that are frequent, else letters."""
    from transformers import BertConfig, BertModel, BertTokenizer

    vocab = {piece: index for index, piece in enumerate(word_pieces(texts))}
    BertTokenizer(vocab=vocab, do_lower_case=False, model_max_length=positions).save_pretrained(folder)
    settings = {"vocab_size": len(vocab), "intermediate_size": 2 * hidden} | config
    _save(
        BertModel,
        BertConfig(
            hidden_size=hidden,
            num_hidden_layers=layers,
            num_attention_heads=heads,
            max_position_embeddings=positions,
            **settings,
        ),
        folder,
        seed,
    )
    return folder


def mbert_sized(folder: Path, texts: Iterable[str]) -> Path:
    """A BertModel as large as bert-base-multilingual-cased, with random weights (0.7 GB)."""
    return bert(
        folder,
        texts,
        layers=12,
        hidden=768,
        heads=12,
        positions=512,
        vocab_size=119547,
        intermediate_size=3072,
    )


def xlm_roberta(folder: Path, texts: Iterable[str] = TEXTS, *, layers: int = 3, seed: int = 0) -> Path:
    """An XLMRobertaModel with a unigram tokenizer of pieces."""
    from transformers import XLMRobertaConfig, XLMRobertaModel, XLMRobertaTokenizer

    special = ["<s>", "<pad>", "</s>", "<unk>"]
    vocab = [(piece, 0.0) for piece in special]
    vocab += [(piece, -2.0 - len(vocab) / 1000) for piece in _sentence_pieces(texts)]
    vocab.append(("<mask>", 0.0))
    XLMRobertaTokenizer(vocab=vocab, model_max_length=64).save_pretrained(folder)
    config = XLMRobertaConfig(
        vocab_size=len(vocab),
        hidden_size=32,
        num_hidden_layers=layers,
        num_attention_heads=2,
        intermediate_size=64,
        max_position_embeddings=66,
        pad_token_id=1,
        bos_token_id=0,
        eos_token_id=2,
    )
    _save(XLMRobertaModel, config, folder, seed)
    return folder


def nllb(
    folder: Path,
    texts: Iterable[str] = TEXTS,
    *,
    codes: tuple[str, ...] = ("eng_Latn", "deu_Latn", "yor_Latn", "arb_Arab", "zho_Hans"),
    layers: int = 3,
    seed: int = 0,
) -> Path:
    """An M2M100ForConditionalGeneration with NLLB's tokenizer and a few of its language codes."""
    from transformers import M2M100Config, M2M100ForConditionalGeneration, NllbTokenizer

    letters = sorted({letter for text in texts for letter in text if letter != " "} | {"▁"})
    words = [word for word, _ in Counter(" ".join(texts).split()).most_common(40)]
    vocab = dict.fromkeys(["<s>", "<pad>", "</s>", "<unk>", *letters])
    merges: list[tuple[str, str]] = []
    for word in words:
        piece = "▁"
        for letter in word:
            if (piece, letter) not in merges:
                merges.append((piece, letter))
            piece += letter
            vocab[piece] = None
    numbered = {piece: index for index, piece in enumerate(vocab)}
    tokenizer = NllbTokenizer(
        vocab=numbered, merges=cast("Any", merges), extra_special_tokens=list(codes), model_max_length=64
    )
    tokenizer.save_pretrained(folder)
    config = M2M100Config(
        vocab_size=len(tokenizer),
        d_model=32,
        encoder_layers=layers,
        decoder_layers=1,
        encoder_attention_heads=2,
        decoder_attention_heads=2,
        encoder_ffn_dim=64,
        decoder_ffn_dim=64,
        max_position_embeddings=64,
        pad_token_id=1,
        bos_token_id=0,
        eos_token_id=2,
    )
    _save(M2M100ForConditionalGeneration, config, folder, seed)
    return folder


def marian(folder: Path, texts: Iterable[str] = TEXTS, *, layers: int = 2, seed: int = 0) -> Path:
    """A MarianMTModel with its tokenizer, one of those that are written in Python ("slow")."""
    import json

    import sentencepiece
    from transformers import MarianConfig, MarianMTModel, MarianTokenizer

    folder.mkdir(parents=True, exist_ok=True)
    corpus = folder / "corpus.txt"
    corpus.write_text("\n".join(texts), encoding="utf-8")
    sentencepiece.SentencePieceTrainer.train(
        input=str(corpus),
        model_prefix=str(folder / "source"),
        vocab_size=200,
        hard_vocab_limit=False,
        character_coverage=1.0,
        minloglevel=2,
    )
    pieces = sentencepiece.SentencePieceProcessor(model_file=str(folder / "source.model"))
    known = ["</s>", "<unk>", *(pieces.id_to_piece(index) for index in range(3, len(pieces))), "<pad>"]
    vocab = {piece: index for index, piece in enumerate(dict.fromkeys(known))}
    (folder / "source.model").rename(folder / "source.spm")
    (folder / "target.spm").write_bytes((folder / "source.spm").read_bytes())
    (folder / "vocab.json").write_text(json.dumps(vocab), encoding="utf-8")
    for rest in (corpus, folder / "source.vocab"):
        rest.unlink()
    MarianTokenizer(
        source_spm=str(folder / "source.spm"),
        target_spm=str(folder / "target.spm"),
        vocab=str(folder / "vocab.json"),
        model_max_length=64,
    ).save_pretrained(folder)
    config = MarianConfig(
        vocab_size=len(vocab),
        d_model=32,
        encoder_layers=layers,
        decoder_layers=1,
        encoder_attention_heads=2,
        decoder_attention_heads=2,
        encoder_ffn_dim=64,
        decoder_ffn_dim=64,
        max_position_embeddings=64,
        pad_token_id=vocab["<pad>"],
        eos_token_id=0,
        decoder_start_token_id=vocab["<pad>"],
        forced_eos_token_id=0,
    )
    _save(MarianMTModel, config, folder, seed)
    return folder


def albert(folder: Path, texts: Iterable[str] = TEXTS, *, layers: int = 3, seed: int = 0) -> Path:
    """An AlbertModel, whose layers are one layer used again and again: it cannot be cut in a list."""
    from transformers import AlbertConfig, AlbertModel, BertTokenizer

    vocab = {piece: index for index, piece in enumerate(word_pieces(texts))}
    BertTokenizer(vocab=vocab, do_lower_case=False, model_max_length=64).save_pretrained(folder)
    config = AlbertConfig(
        vocab_size=len(vocab),
        embedding_size=16,
        hidden_size=32,
        num_hidden_layers=layers,
        num_attention_heads=2,
        intermediate_size=64,
        max_position_embeddings=64,
    )
    _save(AlbertModel, config, folder, seed)
    return folder


def token_classifier(
    folder: Path,
    texts: Iterable[str] = TEXTS,
    *,
    kind: str = "bert",
    labels: Iterable[str] = CONLL_TAGS,
    layers: int = 2,
    positions: int = 64,
    seed: int = 0,
) -> Path:
    """A token classifier of a real architecture whose tags differ from word to word.

    Args:
        kind: `bert`, `bert-uncased`, `electra`, `deberta`, `xlm-roberta`, or `roberta` with
            byte-level pieces.
        labels: the tags, in the order of its head.
    """
    import torch
    import transformers

    texts = list(texts)
    named = dict(enumerate(labels))
    shape: dict[str, Any] = {
        "hidden_size": 32,
        "num_hidden_layers": layers,
        "num_attention_heads": 2,
        "intermediate_size": 64,
        "max_position_embeddings": positions,
        "id2label": named,
        "label2id": {label: index for index, label in named.items()},
    }
    family = {
        "xlm-roberta": "XLMRoberta",
        "roberta": "Roberta",
        "electra": "Electra",
        "deberta": "DebertaV2",
    }.get(kind, "Bert")
    if kind == "xlm-roberta":
        pieces = [("<s>", 0.0), ("<pad>", 0.0), ("</s>", 0.0), ("<unk>", 0.0)]
        pieces += [(piece, -2.0 - index / 1000) for index, piece in enumerate(_sentence_pieces(texts))]
        pieces.append(("<mask>", 0.0))
        tokenizer: Any = transformers.XLMRobertaTokenizer(vocab=pieces, model_max_length=positions)
        size = len(pieces)
    elif kind == "roberta":
        tokenizer, size = _byte_level(texts, positions)
    else:
        uncased = kind in ("bert-uncased", "electra")
        # An uncased vocabulary is lower case, without accents, as its tokenizer makes the words.
        plain = [unicodedata.normalize("NFD", text.lower()) for text in texts] if uncased else texts
        vocab = {piece: index for index, piece in enumerate(word_pieces(plain))}
        tokenizer = transformers.BertTokenizer(vocab=vocab, do_lower_case=uncased, model_max_length=positions)
        size = len(vocab)
    if family in ("XLMRoberta", "Roberta"):  # they count positions from behind the padding
        shape |= {
            "max_position_embeddings": positions + 2,
            "pad_token_id": 1,
            "bos_token_id": 0,
            "eos_token_id": 2,
        }
    if kind == "deberta":
        shape |= {"relative_attention": True, "pos_att_type": "p2c|c2p", "position_biased_input": False}
    tokenizer.save_pretrained(folder)
    config = getattr(transformers, f"{family}Config")(vocab_size=size, **shape)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        made = getattr(transformers, f"{family}ForTokenClassification")(config)
        torch.nn.init.normal_(made.classifier.weight, std=1.0)  # else all tags are about as likely
    made.save_pretrained(folder)
    return folder


def own_tagger(
    folder: Path,
    texts: Iterable[str] = TEXTS,
    *,
    labels: Iterable[str] = CONLL_TAGS,
    shapes: bool = True,
    positions: int = 64,
    seed: int = 0,
) -> Path:
    """A folder of the project's own tagger network, uncased, with its tokenizer."""
    import torch
    from transformers import BertConfig, BertModel, BertTokenizer

    from projner_core.inference.networks import tagger

    vocab = {piece: index for index, piece in enumerate(word_pieces(text.lower() for text in texts))}
    config = BertConfig(
        vocab_size=len(vocab),
        hidden_size=32,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=64,
        max_position_embeddings=positions,
    )
    tags = tuple(labels)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        network = tagger.TaggerNetwork(BertModel(config, add_pooling_layer=False), len(tags), shapes=shapes)
        torch.nn.init.normal_(network.head.weight, std=1.0)
        if network.shapes is not None:
            torch.nn.init.normal_(network.shapes.weight, std=1.0)
    tagger.save(
        folder, network, tagger.TaggerConfig(encoder=config.to_diff_dict(), labels=tags, shapes=shapes)
    )
    BertTokenizer(vocab=vocab, do_lower_case=True, model_max_length=positions).save_pretrained(folder)
    return folder


def _byte_level(texts: Iterable[str], positions: int) -> tuple[Any, int]:
    """RoBERTa's tokenizer, as its checkpoints have it: a word's first piece holds the space before it."""
    from tokenizers import ByteLevelBPETokenizer
    from transformers import RobertaTokenizer

    trained = ByteLevelBPETokenizer()
    special = ["<s>", "<pad>", "</s>", "<unk>", "<mask>"]
    trained.train_from_iterator(texts, vocab_size=400, special_tokens=special, show_progress=False)
    said = json.loads(trained._tokenizer.to_str())["model"]
    merges = [
        tuple(merge) if isinstance(merge, list) else tuple(merge.split(" ")) for merge in said["merges"]
    ]
    made = RobertaTokenizer(vocab=said["vocab"], merges=cast("Any", merges), model_max_length=positions)
    return made, len(said["vocab"])


def word_pieces(texts: Iterable[str], most: int = 30000) -> list[str]:
    """A WordPiece vocabulary: special tokens, every letter, and words and ends of words seen twice."""
    special = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
    counts = Counter(word for text in texts for word in re.findall(r"\w+|[^\w\s]", text))
    letters = sorted({letter for word in counts for letter in word})
    parts: Counter[str] = Counter()
    for word, count in counts.items():
        parts[word] += count
        for length in (2, 3, 4):
            if len(word) > length + 2:
                parts[word[:-length]] += count
                parts[f"##{word[-length:]}"] += count
    frequent = [part for part, count in parts.most_common(most) if count > 1]
    return list(dict.fromkeys([*special, *letters, *(f"##{letter}" for letter in letters), *frequent]))


def _sentence_pieces(texts: Iterable[str]) -> list[str]:
    """Pieces for a unigram tokenizer: letters, pairs of letters, and words with their space."""
    counts: Counter[str] = Counter()
    for word in " ".join(texts).split():
        counts.update([f"▁{word}", *word, *(left + right for left, right in pairwise(word))])
    return list(dict.fromkeys(["▁", *(piece for piece, _ in counts.most_common())]))


def _save(network: Any, config: Any, folder: Path, seed: int) -> None:
    import torch

    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        made = network(config)
    made.save_pretrained(folder)
