"""The embedding aligners: links as the simalign package and the papers have them, and odd input."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from projner_core import aligners, inference
from projner_core.aligners._embedding import exactly, matching, reading
from projner_core.aligners._embedding.matching import Argmax, Shapes
from projner_core.corpus import Alignment, Pair, Sentence
from projner_core.errors import ProjnerError
from tests import models

METHODS = ("inter", "itermax", "mwmf")
LETTER = {"inter": "a", "itermax": "i", "mwmf": "m"}
UNITS = {"subword": "bpe", "word": "word"}


def pair(
    source: str, target: str, source_lang: str = "eng_Latn", target_lang: str = "deu_Latn", name: str = "p"
) -> Pair:
    return Pair(
        name, Sentence(tuple(source.split()), source_lang), Sentence(tuple(target.split()), target_lang)
    )


TEXTS = models.TEXTS
PAIRS = [
    *(pair(one, other, name=f"{i}-{j}") for i, one in enumerate(TEXTS) for j, other in enumerate(TEXTS)),
    pair("Merkel", "Angela"),
    pair("Berlin", "Die Präsidentin der Europäischen Union"),
    pair("the the the the the", "der der der"),
]


def offsets(alignment: Alignment) -> list[tuple[int, int]]:
    return [(link.source, link.target) for link in alignment.links]


def whole(alignment: Alignment) -> dict[tuple[int, int], float]:
    return {(link.source, link.target): link.score for link in (*alignment.links, *alignment.weak)}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("models")


@pytest.fixture(scope="module")
def bert(folder):
    return models.bert(folder / "bert", layers=4)


def simalign(model, **settings):
    return aligners.create("simalign", model=str(model), device="cpu", **({"dtype": "float32"} | settings))


def package(model, pairs, *, method, units, layer, distortion=0.0):
    """The links of the simalign package."""
    from simalign import SentenceAligner

    theirs = SentenceAligner(
        model=str(model),
        token_type=UNITS[units],
        matching_methods=LETTER[method],
        layer=layer,
        distortion=distortion,
    )
    return [
        theirs.get_word_aligns(list(one.tokens), list(other.tokens))[method]
        for one, other in (pair.both() for pair in pairs)
    ]


# The same links


@pytest.mark.parametrize("units", UNITS)
@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("maker", [models.bert, models.xlm_roberta], ids=["bert", "xlm-r"])
def test_links_are_those_of_the_simalign_package(folder, maker, method, units):
    model = maker(folder / maker.__name__, layers=4)
    mine = simalign(model, method=method, units=units, layer=2).align(PAIRS)
    theirs = package(model, PAIRS, method=method, units=units, layer=2)
    assert [offsets(alignment) for alignment in mine] == theirs


@pytest.mark.parametrize("method", METHODS)
def test_distortion_is_that_of_the_simalign_package(bert, method):
    mine = simalign(bert, method=method, layer=3, distortion=0.7).align(PAIRS)
    theirs = package(bert, PAIRS, method=method, units="subword", layer=3, distortion=0.7)
    assert [offsets(alignment) for alignment in mine] == theirs
    plain = simalign(bert, method=method, layer=3).align(PAIRS)
    assert [offsets(alignment) for alignment in plain] != theirs


def test_ties_are_settled_as_the_package_settles_them(folder, monkeypatch):
    """A model without positions reads equal words alike: every such similarity is tied."""
    from safetensors.torch import load_file, save_file

    model = models.bert(folder / "no-positions", layers=2)
    weights = load_file(model / "model.safetensors")
    weights["embeddings.position_embeddings.weight"].zero_()
    save_file(weights, model / "model.safetensors", metadata={"format": "pt"})
    pairs = [
        pair("the Union of the Union of the Union", "der Union der Union in Berlin"),
        pair("Berlin Berlin Berlin Angela", "Berlin Angela Berlin Angela Berlin Merkel"),
        *PAIRS[:10],
    ]
    settled = []
    original = exactly.cosines
    monkeypatch.setattr(exactly, "cosines", lambda *a, **k: settled.append(1) or original(*a, **k))
    for method in ("inter", "itermax"):
        for units in UNITS:
            mine = simalign(model, method=method, units=units, layer=2).align(pairs)
            theirs = package(model, pairs, method=method, units=units, layer=2)
            assert [offsets(alignment) for alignment in mine] == theirs
    assert len(settled) >= 8


@pytest.mark.realdata
@pytest.mark.parametrize("units", UNITS)
def test_links_are_those_of_the_simalign_package_on_real_pairs(realdata, tmp_path, units):
    """itermax contains inter's links; all three methods and 500 pairs: `python -m benchmarks.aligners`."""
    from benchmarks.statistical import load

    pairs = [*load("europarl en-de")[0][:60], *load("ugarit grc-en")[0][:60]]
    texts = [" ".join(side.tokens) for pair in pairs for side in pair.both()]
    model = models.bert(tmp_path / "bert", texts, layers=9, positions=512)
    mine = simalign(model, method="itermax", units=units).align(pairs)
    theirs = package(model, pairs, method="itermax", units=units, layer=8)
    assert [offsets(alignment) for alignment in mine] == theirs


def softmax_links(encoder, one: Sentence, other: Sentence, layer: int, threshold: float):
    """Dou and Neubig's formula, in float64, for one pair."""
    sides = inference.split(encoder.tokenizer, [one.tokens, other.tokens])
    vectors = []
    for side in sides:
        hidden = encoder.hidden([[*side.before, *side.ids, *side.after]], layer)[0].double().numpy()
        vectors.append(hidden[len(side.before) : len(side.before) + len(side)])
    products = vectors[0] @ vectors[1].T

    def softmax(values, axis):
        powers = np.exp(values - values.max(axis, keepdims=True))
        return powers / powers.sum(axis, keepdims=True)

    kept = (softmax(products, 0) > threshold) & (softmax(products, 1) > threshold)
    return sorted({(sides[0].words[i], sides[1].words[j]) for i, j in np.argwhere(kept)})


@pytest.mark.parametrize("threshold", [0.001, 0.1])
def test_awesome_is_the_formula_of_its_paper(bert, threshold):
    awesome = aligners.create(
        "awesome", model=str(bert), layer=3, threshold=threshold, device="cpu", dtype="float32"
    )
    encoder = inference.load_encoder(str(bert), device="cpu", dtype="float32")
    found = [offsets(alignment) for alignment in awesome.align(PAIRS)]
    assert found == [softmax_links(encoder, *pair.both(), 3, threshold) for pair in PAIRS]


@pytest.mark.parametrize("dtype", ["bfloat16", "float16"])
def test_half_as_wide_numbers_find_nearly_the_same_links(bert, dtype):
    one = [set(offsets(a)) for a in simalign(bert, layer=3).align(PAIRS)]
    other = [set(offsets(a)) for a in simalign(bert, layer=3, dtype=dtype).align(PAIRS)]
    shared = sum(len(a & b) for a, b in zip(one, other, strict=True))
    assert 2 * shared / sum(len(a) + len(b) for a, b in zip(one, other, strict=True)) > 0.95


# The parts, against what they are defined as

MATRICES = st.integers(1, 7).flatmap(
    lambda rows: st.integers(1, 7).flatmap(
        lambda columns: st.lists(
            st.lists(st.integers(1, 64).map(lambda n: n / 64), min_size=columns, max_size=columns),
            min_size=rows,
            max_size=rows,
        )
    )
)


def padded(matrices):
    """A batch of matrices, with nonsense in the padding."""
    rows, columns = (torch.tensor([np.shape(matrix)[axis] for matrix in matrices]) for axis in (0, 1))
    batch = torch.full((len(matrices), int(rows.max()), int(columns.max())), 0.99, dtype=torch.float64)
    for index, matrix in enumerate(matrices):
        batch[index, : rows[index], : columns[index]] = torch.tensor(matrix, dtype=torch.float64)
    return batch, Shapes.of(rows, columns)


@settings(deadline=None)
@given(st.lists(MATRICES, min_size=1, max_size=4))
def test_a_batch_of_matrices_is_matched_as_the_package_matches_each(matrices):
    """Full of ties: similarities are few."""
    from simalign import SentenceAligner

    batch, shapes = padded(matrices)
    inter = Argmax("inter").links(batch, shapes)
    itermax = Argmax("itermax").links(batch, shapes)
    for index, matrix in enumerate(matrices):
        values = np.array(matrix)
        forward, backward = SentenceAligner.get_alignment_matrix(values)
        rows, columns = values.shape
        assert (inter[index, :rows, :columns].numpy() == (forward * backward > 0)).all()
        assert (itermax[index, :rows, :columns].numpy() == (SentenceAligner.iter_max(values) > 0)).all()
        for found in (inter, itermax):
            assert not (found[index] & ~shapes.inside[index]).any()


@settings(deadline=None)
@given(st.lists(MATRICES, min_size=1, max_size=3))
def test_mwmf_links_as_many_as_it_can_at_the_sum_of_the_package(matrices):
    from simalign import SentenceAligner

    batch, shapes = padded(matrices)
    found = Argmax("mwmf").links(batch, shapes)
    for index, matrix in enumerate(matrices):
        values = np.array(matrix)
        mine = found[index, : values.shape[0], : values.shape[1]].numpy()
        assert mine.sum() == min(values.shape)
        assert mine.sum(0).max() <= 1
        assert mine.sum(1).max() <= 1
        theirs = SentenceAligner.get_max_weight_match(values) > 0
        assert values[mine].sum() == pytest.approx(values[theirs].sum())


@settings(deadline=None)
@given(MATRICES, MATRICES)
def test_ties_are_noticed(one, other):
    """Wherever a change of the last digit changes the links, it was said that it might."""
    batch, shapes = padded([one, other])
    noise = torch.from_numpy(np.random.default_rng(0).uniform(-4e-7, 4e-7, batch.shape))
    for method in METHODS:
        matcher = Argmax(method)
        links = matcher.links(batch, shapes)
        changed = (links != matcher.links(batch + noise, shapes)).flatten(1).any(1)
        assert (matcher.tied(batch, shapes, links) | ~changed).all()


def test_null_drops_links_of_words_that_are_like_everything():
    """Entropy over the logarithm of the length, of similarities that sum to 1 (Jalili Sabet et al., 2.3)."""
    matrix = np.array([[0.9, 0.1, 0.5], [0.1, 0.9, 0.5], [0.5, 0.5, 0.6]])

    def normalised(values):
        shares = values / values.sum()
        return float(-(shares * np.log(shares)).sum() / np.log(len(values)))

    expected = np.array([[min(normalised(row), normalised(column)) for column in matrix.T] for row in matrix])
    batch, shapes = padded([matrix, np.ones((5, 2))])
    np.testing.assert_allclose(matching.entropy(batch, shapes)[0, :3, :3].numpy(), expected)
    kept = Argmax("inter", null=0.9).links(batch, shapes)[0, :3, :3]
    assert kept.nonzero().tolist() == [[0, 0], [1, 1]]


# Scores


@pytest.mark.parametrize("units", UNITS)
@pytest.mark.parametrize("name", ["simalign", "awesome"])
def test_every_link_has_a_score_and_two_directions(bert, name, units):
    made = aligners.create(name, model=str(bert), layer=2, units=units, device="cpu", weak=0.02)
    for given_pair, alignment in zip(PAIRS, made.align(PAIRS), strict=True):
        alignment.check(*(len(side) for side in given_pair.both()))
        assert offsets(alignment) == sorted(set(offsets(alignment)))
        assert not set(offsets(alignment)) & {(link.source, link.target) for link in alignment.weak}
        for link in (*alignment.links, *alignment.weak):
            assert 0.0 <= link.score <= 1.0
            assert link.score == pytest.approx((link.forward * link.backward) ** 0.5, abs=1e-6)
        assert all(link.score >= 0.02 for link in alignment.weak)


@pytest.mark.parametrize("units", UNITS)
def test_both_directions_are_probabilities(bert, units):
    """With every cell kept, P(source | target) sums to 1 over the source, the other over the target."""
    made = simalign(bert, layer=2, units=units, weak=1e-30, temperature=0.5)
    for given_pair, alignment in zip(PAIRS, made.align(PAIRS), strict=True):
        sides = [len(side) for side in given_pair.both()]
        forward, backward = np.zeros(sides), np.zeros(sides)
        for link in (*alignment.links, *alignment.weak):
            forward[link.source, link.target] = link.forward
            backward[link.source, link.target] = link.backward
        np.testing.assert_allclose(forward.sum(0), 1.0, atol=1e-5)
        np.testing.assert_allclose(backward.sum(1), 1.0, atol=1e-5)


def test_a_word_is_most_likely_its_own_translation(bert):
    """A sentence with itself: the strongest links are the diagonal, and weak ones are weaker."""
    made = simalign(bert, layer=2, method="inter", units="word", weak=1e-6)
    (alignment,) = made.align([pair(TEXTS[0], TEXTS[0])])
    assert offsets(alignment) == [(i, i) for i in range(len(TEXTS[0].split()))]
    assert min(link.score for link in alignment.links) > max(link.score for link in alignment.weak)


# Batches


@pytest.mark.parametrize("name", ["simalign", "awesome"])
def test_what_a_pair_is_aligned_with_does_not_depend_on_its_neighbours(bert, name):
    made = aligners.create(name, model=str(bert), layer=2, device="cpu", dtype="float32")
    together = made.align(PAIRS)
    backwards = made.align(PAIRS[::-1])[::-1]
    for one, other, given_pair in zip(together, backwards, PAIRS, strict=True):
        (alone,) = made.align([given_pair])
        assert offsets(one) == offsets(other) == offsets(alone)
        assert whole(one) == pytest.approx(whole(alone), abs=1e-4)


def test_memory_that_runs_out_halves_batches_and_changes_nothing(bert, monkeypatch):
    made = simalign(bert, layer=2)
    expected = [offsets(alignment) for alignment in made.align(PAIRS)]
    failed = []

    def scarce(function, size_of):
        def run(self, *given, **named):
            if size_of(*given) > 4:
                failed.append(function.__name__)
                raise torch.OutOfMemoryError("CUDA out of memory.")
            return function(self, *given, **named)

        return run

    encoder = inference.Encoder
    monkeypatch.setattr(encoder, "hidden", scarce(encoder.hidden, lambda sentences, layer: len(sentences)))
    kind = type(made)
    monkeypatch.setattr(kind, "_match", scarce(kind._match, lambda e, l, r, parts, n: len(parts)))  # noqa: E741
    assert [offsets(alignment) for alignment in made.align(PAIRS)] == expected
    assert set(failed) == {"hidden", "_match"}


def test_each_sentence_is_read_once(bert, monkeypatch):
    read = []
    original = inference.Encoder.hidden
    monkeypatch.setattr(
        inference.Encoder,
        "hidden",
        lambda self, sentences, layer, **k: read.extend(sentences) or original(self, sentences, layer, **k),
    )
    simalign(bert, layer=2, dtype="bfloat16").align(PAIRS)
    assert len(read) == len(set(read))


# Odd input

ODD = [
    ("an empty side", Pair("a", Sentence(()), Sentence(("Berlin",)))),
    ("two empty sides", Pair("b", Sentence(()), Sentence(()))),
    ("a word of zero width", pair("Merkel \u200b met", "\u200b Merkel traf")),
    ("nothing but zero width", pair("\u200b \u200b", "Merkel traf")),
    ("an empty token", Pair("c", Sentence(("Angela", "", "Merkel")), Sentence(("", "Merkel")))),
    ("one token each", pair("Merkel", "Merkel")),
    ("half a surrogate pair", pair("Merkel \ud800", "Merkel traf")),
    ("a token with a space", Pair("d", Sentence(("New York", "met")), Sentence(("New York",)))),
    ("emoji and marks", pair("🧑🏽‍🚀 Èkó E\u0300ko\u0301", "ፕሬዝዳንቱ 主 席 🏳️‍🌈")),
    ("nothing that the model knows", pair("𓀀 𓀁 𓀂", "𓀃 𓀄")),
    ("one long word", pair("x" * 400 + " Merkel", "Merkel " + "y" * 150)),
    ("a long sentence", pair(" ".join(["the", "Merkel"] * 120), " ".join(["der", "Angela"] * 100))),
]


@pytest.mark.parametrize(
    "maker", [models.bert, models.xlm_roberta, models.nllb, models.marian, models.albert]
)
@pytest.mark.parametrize("units", UNITS)
def test_odd_pairs_are_aligned_and_so_are_the_others(folder, maker, units):
    model = maker(folder / f"{maker.__name__}-odd")
    good = pair(TEXTS[0], TEXTS[1])
    pairs = [given_pair for _, odd in ODD for given_pair in (odd, good)]
    for method in METHODS:
        made = simalign(model, method=method, units=units, layer=1)
        (expected,) = made.align([good])
        assert expected.links
        found = made.align(pairs)
        for (name, odd), alignment, other in zip(ODD, found[::2], found[1::2], strict=True):
            alignment.check(*(len(side) for side in odd.both()))
            assert offsets(other) == offsets(expected), name
            if not all(any(token.strip("\u200b") for token in side.tokens) for side in odd.both()):
                assert not alignment.links or maker is not models.bert, name


def test_a_word_of_zero_width_takes_no_other_words_place(bert):
    """The simalign package fails on it; the words around it are linked as if it were not there."""
    for units in UNITS:
        made = simalign(bert, layer=2, units=units)
        plain, odd = made.align(
            [pair("Merkel met Angela", "Merkel traf"), pair("Merkel \u200b met Angela", "Merkel traf")]
        )
        assert [(source + (source > 0), target) for source, target in offsets(plain)] == offsets(odd)


@pytest.mark.parametrize("method", METHODS)
def test_a_sentence_of_5000_tokens_is_aligned_in_windows(bert, method):
    words = " ".join(TEXTS).split()
    long = Sentence(tuple(words[i % len(words)] for i in range(5000)))
    short = pair(TEXTS[0], TEXTS[1])
    made = simalign(bert, layer=1, method=method, units="word", weak=0.9)
    one, other = made.align([Pair("long", long, Sentence(tuple(reversed(long.tokens)))), short])
    one.check(5000, 5000)
    assert len(one.links) > 100
    assert offsets(other) == offsets(made.align([short])[0])


def test_in_windows_a_piece_is_read_with_context_on_both_sides(bert, monkeypatch):
    """What stands in the middle of a window is read as in a sentence that fits."""
    encoder = inference.load_encoder(str(bert), device="cpu", dtype="float32")
    sentence = Sentence(("Merkel",) * 100 + ("Berlin",) + ("Merkel",) * 100)
    found = reading.read(encoder, [sentence], [""], 2, by_word=False)
    assert not found.whole[0]
    window = next(w for w in inference.windows(201, 62) if w.first <= 100 < w.last)
    (pieces,) = inference.split(encoder.tokenizer, [sentence.tokens[window.start : window.end]])
    alone = encoder.hidden([[*pieces.before, *pieces.ids, *pieces.after]], 2)[0]
    torch.testing.assert_close(found.vectors[100], alone[1 + 100 - window.start])


def test_no_pairs_and_a_pair_without_source(bert):
    made = simalign(bert)
    assert made.align([]) == []
    with pytest.raises(ValueError, match="no source sentence"):
        made.align([Pair("a", None, Sentence(("Berlin",)))])


def test_nothing_given_is_changed(bert):
    given_pair = pair(TEXTS[2], TEXTS[3])
    before = repr(given_pair)
    simalign(bert, layer=2).align([given_pair])
    assert repr(given_pair) == before


@settings(deadline=None, max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(
        st.tuples(st.lists(st.text(max_size=6), max_size=8), st.lists(st.text(max_size=6), max_size=8)),
        max_size=4,
    )
)
def test_any_tokens_are_aligned(bert, sides):
    pairs = [Pair("p", Sentence(tuple(one)), Sentence(tuple(other))) for one, other in sides]
    found = simalign(bert, layer=1).align(pairs)
    assert len(found) == len(pairs)
    for given_pair, alignment in zip(pairs, found, strict=True):
        alignment.check(*(len(side) for side in given_pair.both()))


# Layers, languages, models


def test_a_model_with_few_layers_gives_its_last_unless_another_was_asked_for(bert, caplog):
    usual = simalign(bert).align(PAIRS[:5])
    assert "has 4 layers, not 8: its last one is used" in caplog.text
    for same in (simalign(bert, layer=4), simalign(bert, layer=-1)):
        assert same.align(PAIRS[:5]) == usual
    assert simalign(bert, layer=-2).align(PAIRS[:5]) == simalign(bert, layer=3).align(PAIRS[:5])
    for layer in (5, 9, -6):
        with pytest.raises(ProjnerError, match=rf"layer {layer}, but the model .* has 4: choose 0 to 4"):
            simalign(bert, layer=layer).align(PAIRS[:1])


def test_a_translation_model_is_told_each_sides_language(folder, monkeypatch):
    model = models.nllb(folder / "nllb")
    read = []
    original = inference.Encoder.hidden
    monkeypatch.setattr(
        inference.Encoder,
        "hidden",
        lambda self, sentences, layer, **k: read.extend(sentences) or original(self, sentences, layer, **k),
    )
    tokenizer = inference.load_tokenizer(str(model))
    number = {code: tokenizer.convert_tokens_to_ids(code) for code in ("eng_Latn", "deu_Latn", "zho_Hans")}

    def told(source_lang, target_lang, **codes):
        read.clear()
        made = aligners.create("nmt-encoder", model=str(model), device="cpu", dtype="float32", **codes)
        (alignment,) = made.align([pair(TEXTS[0], TEXTS[1], source_lang, target_lang)])
        assert alignment.links
        return sorted(sentence[0] for sentence in read)

    english, german, chinese = (number[code] for code in ("eng_Latn", "deu_Latn", "zho_Hans"))
    assert told("eng_Latn", "deu_Latn") == sorted([english, german])
    assert told("en", "de-AT") == sorted([english, german])
    assert told("en", "zh") == sorted([english, chinese])
    assert told("en", "und") == [english, english], "a language it does not know: its usual one"
    assert told("en", "gsw", target_code="deu_Latn") == sorted([english, german])
    with pytest.raises(ProjnerError, match=r"no language code 'de'; it has: arb_Arab, deu_Latn"):
        told("en", "de", target_code="de")


def test_one_sentence_in_two_languages_is_read_as_both(folder):
    model = models.nllb(folder / "nllb-two")
    made = aligners.create("nmt-encoder", model=str(model), device="cpu", dtype="float32", weak=0.001)
    same, different = made.align([pair(TEXTS[0], TEXTS[0], "en", "en"), pair(TEXTS[0], TEXTS[0], "en", "de")])
    assert whole(same) != whole(different)


def test_the_nmt_encoder_is_awesomes_formula_on_the_encoders_last_layer(folder):
    model = models.marian(folder / "marian")
    made = aligners.create("nmt-encoder", model=str(model), device="cpu", dtype="float32", threshold=0.05)
    encoder = inference.load_encoder(str(model), device="cpu", dtype="float32")
    assert type(encoder.network).__name__ == "MarianEncoder"
    found = [offsets(alignment) for alignment in made.align(PAIRS)]
    assert found == [softmax_links(encoder, *pair.both(), 2, 0.05) for pair in PAIRS]


@pytest.mark.parametrize("name", ["simalign", "awesome", "nmt-encoder"])
def test_making_one_loads_nothing_and_says_at_once_what_is_wrong(name):
    made = aligners.create(name, model="a-name-that-is-nowhere")
    assert made.model == "a-name-that-is-nowhere"
    with pytest.raises(ProjnerError, match="projner models fetch a-name-that-is-nowhere"):
        made.align([pair("Merkel", "Merkel")])
    for setting, value in [
        ("model", " "),
        ("units", "letter"),
        ("weak", 0.0),
        ("device", "abacus"),
        ("dtype", "int3"),
        ("threshold" if name != "simalign" else "method", 1.0 if name != "simalign" else "grow"),
    ]:
        with pytest.raises(ProjnerError, match=setting):
            aligners.create(name, **{setting: value})
    if name == "simalign":
        for setting in ("distortion", "null"):
            with pytest.raises(ProjnerError, match=rf"{setting} must be in \[0, 1\]"):
                aligners.create(name, **{setting: 1.5})
        with pytest.raises(ProjnerError, match="temperature"):
            aligners.create(name, temperature=0.0)


def test_two_aligners_over_one_checkpoint_load_it_once(bert, monkeypatch):
    from projner_core.inference import encoders

    inference.free()
    loads = []
    original = encoders.load_network
    monkeypatch.setattr(encoders, "load_network", lambda *a, **k: loads.append(a) or original(*a, **k))
    one = simalign(bert, layer=1)
    one.align(PAIRS[:2])
    other = aligners.create("awesome", model=str(bert), layer=2, device="cpu", dtype="float32")
    other.align(PAIRS[:2])
    one.align(PAIRS[2:4])
    assert len(loads) == 1


def test_a_caller_is_told_how_many_pairs_to_give_at_once(bert):
    assert simalign(bert).chunk == 256


def test_settings_are_documented_with_their_defaults():
    import inspect
    import re
    from pathlib import Path

    text = (Path(__file__).parents[2] / "docs" / "embedding.md").read_text(encoding="utf-8")
    table = text.partition("## Settings")[2].partition("\n## ")[0]
    rows = re.findall(r"^\| (.+?) \| (.+?) \| (.+?) \|", table, re.MULTILINE)
    documented = {
        (name, setting): default
        for settings, owners, default in rows
        for setting in re.findall(r"`(\w+)`", settings)
        for name in (re.findall(r"`([\w-]+)`", owners) or ["simalign", "awesome", "nmt-encoder"])
    }
    modules = {"simalign": "SimAlign", "awesome": "Awesome", "nmt_encoder": "NmtEncoder"}
    for module, attribute in modules.items():
        made = getattr(__import__(f"projner_core.aligners.{module}", fromlist=[attribute]), attribute)
        name = module.replace("_", "-")
        settings = {key: value.default for key, value in inspect.signature(made).parameters.items()}
        assert {setting for owner, setting in documented if owner == name} == set(settings)
        for setting, default in settings.items():
            said = documented[name, setting].replace("−", "-")
            number = f"{default:g}" if isinstance(default, int | float) else f"`{default}`"
            shown = {default or "empty", number}
            assert shown & set(re.split(r"[ ,;]+", said)), (name, setting)
