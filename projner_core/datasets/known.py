"""The data sets, as data: their languages, labels, licences, and where they are.

The facts are of the papers: MasakhaNER 2.0 (Adelani et al. 2022), WikiANN (Pan et al. 2017) in the balanced
splits of Rahimi et al. (2019) and the languages of XTREME (Hu et al. 2020), Europarl-NER (Agerri et al.
2018), Universal NER (Mayhew et al. 2024).
"""

from __future__ import annotations

from dataclasses import dataclass

from projner_core.errors import ProjnerError

FOLDER = "folder"  # the name of what is in any folder of the user's


@dataclass(frozen=True, slots=True)
class Hub:
    """Where a data set is on the Hugging Face hub.

    Attributes:
        repository: its name there.
        revision: the branch whose files are tables (parquet): scripts are not run.
        files: which of its files, with `{config}` and `{split}`.
    """

    repository: str
    revision: str
    files: str


@dataclass(frozen=True, slots=True)
class DataSet:
    """What is known of a data set.

    Attributes:
        name, title: what commands and what people call it.
        labels: the entity types that are scored; empty: all that its files have.
        ignored: types that its files have and that are left out (METHOD: DATE).
        languages: the codes that it has for its languages.
        open_ended: whether it has more languages than these.
        licence: in a few words, as its page says it.
        page: where to read about it, and get it.
        splits: the parts that it has.
        parallel: whether it has the same sentences in English, with gold entities.
        paired: of a parallel set, the languages that have them; empty: all.
        own_splits: language -> the parts that it has, where it has not all of `splits`.
        aliases: folders that people keep it in, beside `name`.
        clones: patterns of folders of its own, one a treebank, as its repositories are called.
        configs: language -> what the hub calls that part of it, where it is not the language's code.
        hub: where it is on the Hugging Face hub, or None.
        url: where else one file of it is, with `{lang}`; or "".
    """

    name: str
    title: str
    labels: tuple[str, ...]
    ignored: tuple[str, ...]
    languages: tuple[str, ...]
    licence: str
    page: str
    splits: tuple[str, ...] = ("train", "dev", "test")
    open_ended: bool = False
    parallel: bool = False
    paired: tuple[str, ...] = ()
    own_splits: tuple[tuple[str, tuple[str, ...]], ...] = ()
    aliases: tuple[str, ...] = ()
    clones: tuple[str, ...] = ()
    configs: tuple[tuple[str, str], ...] = ()
    hub: Hub | None = None
    url: str = ""

    def splits_of(self, code: str) -> tuple[str, ...]:
        """The parts that it has of a language."""
        return dict(self.own_splits).get(code, self.splits)

    def is_parallel(self, code: str) -> bool:
        """Whether it has the sentences of a language in English, too, with gold entities."""
        return self.parallel and (not self.paired or code in self.paired)


_PUD = ("de", "pt", "ru", "sv", "zh")  # one text in every language, for testing alone
_CONVERTED = "refs/convert/parquet"  # the hub's own conversion of what a script made

_SETS = (
    DataSet(
        name="demo",
        title="bundled demo corpora",
        labels=("PER", "LOC", "ORG"),
        ignored=("DATE",),
        languages=("sw", "yo", "de", "ar", "zh"),
        licence="Apache-2.0",
        page="projner_core/bundled/demo",
        splits=("test",),
        parallel=True,
    ),
    DataSet(
        name="europarl-ner",
        title="Europarl-NER",
        labels=("PER", "LOC", "ORG", "MISC"),
        ignored=(),
        languages=("en", "de", "es", "it"),
        licence='no licence file; "not aware of any copyright restrictions", its page says',
        page="https://github.com/ixa-ehu/ner-evaluation-corpus-europarl",
        splits=("test",),
        parallel=True,
        aliases=("ner-evaluation-corpus-europarl",),
        url="https://raw.githubusercontent.com/ixa-ehu/ner-evaluation-corpus-europarl/"
        "40e84e215a35c7e46c1b169ad88ab55108a8b0de/{lang}-europarl.test.conll02",
    ),
    DataSet(
        name="masakhaner2",
        title="MasakhaNER 2.0",
        labels=("PER", "LOC", "ORG"),
        ignored=("DATE",),
        languages=(
            *("bam", "bbj", "ewe", "fon", "hau", "ibo", "kin", "lug", "luo", "mos"),
            *("nya", "pcm", "sna", "swa", "tsn", "twi", "wol", "xho", "yor", "zul"),
        ),
        licence="AFL-3.0, as its page on the hub says",
        page="https://huggingface.co/datasets/masakhane/masakhaner2",
        aliases=("MasakhaNER2.0/data", "MasakhaNER2.0", "masakhane-ner/MasakhaNER2.0/data"),
        hub=Hub("masakhane/masakhaner2", _CONVERTED, "{config}/{split}/*.parquet"),
    ),
    DataSet(
        name="uner",
        title="Universal NER",
        labels=("PER", "LOC", "ORG"),
        ignored=("OTH",),
        languages=("ceb", "da", "de", "en", "hr", "pt", "ru", "sk", "sr", "sv", "tl", "zh"),
        licence="see its page: a Creative Commons licence that differs between treebanks",
        page="https://www.universalner.org",
        parallel=True,
        paired=_PUD,
        own_splits=tuple((code, ("test",)) for code in ("en", *_PUD)),
        aliases=("uner-pud", "universal_ner"),
        clones=("UNER_*",),
        # of several treebanks, the parallel one (PUD)
        configs=(
            *(("ceb", "ceb_gja"), ("da", "da_ddt"), ("de", "de_pud"), ("en", "en_pud"), ("hr", "hr_set")),
            *(("pt", "pt_pud"), ("ru", "ru_pud"), ("sk", "sk_snk"), ("sr", "sr_set"), ("sv", "sv_pud")),
            *(("tl", "tl_trg"), ("zh", "zh_pud")),
        ),
        hub=Hub("universalner/universal_ner", _CONVERTED, "{config}/{split}/*.parquet"),
    ),
    DataSet(
        name="wikiann",
        title="WikiANN (PAN-X)",
        labels=("PER", "LOC", "ORG"),
        ignored=(),
        languages=(
            *("af", "ar", "bg", "bn", "de", "el", "en", "es", "et", "eu", "fa", "fi", "fr", "he"),
            *("hi", "hu", "id", "it", "ja", "jv", "ka", "kk", "ko", "ml", "mr", "ms", "my", "nl"),
            *("pt", "ru", "sw", "ta", "te", "th", "tl", "tr", "ur", "vi", "yo", "zh"),
        ),
        licence="not said; see its page",
        page="https://huggingface.co/datasets/unimelb-nlp/wikiann",
        open_ended=True,
        aliases=("panx", "panx_dataset", "xtreme"),
        hub=Hub("unimelb-nlp/wikiann", "main", "{config}/{split}-*.parquet"),
    ),
    DataSet(
        name=FOLDER,
        title="a folder of CoNLL files",
        labels=(),
        ignored=(),
        languages=(),
        licence="not said",
        page="",
        open_ended=True,
        parallel=True,
    ),
)
_BY_NAME = {data_set.name: data_set for data_set in _SETS}


def names() -> list[str]:
    """Every known data set, sorted."""
    return sorted(_BY_NAME)


def known(name: str) -> DataSet:
    """What is known of the data set `name`.

    Raises:
        ProjnerError: there is none of this name.
    """
    if name not in _BY_NAME:
        raise ProjnerError(f"there is no data set {name!r}; there are: {', '.join(names())}")
    return _BY_NAME[name]
