"""Pairs that show the link view at work, as the data that a page would send it."""

from __future__ import annotations

import random
from typing import Any

from projner_ui import palette

LABELS = palette.entries(["PER", "LOC", "ORG", "MISC", "DATE"])

View = dict[str, Any]


def span(start: int, end: int, label: str, score: float | None = None) -> dict[str, Any]:
    found: dict[str, Any] = {"start": start, "end": end, "label": label}
    return found if score is None else found | {"score": score}


def spans(text: str) -> list[View]:
    """`"0 2 PER, 4 5 LOC 0.8"`: two spans, the second with a score."""
    found = []
    for item in text.split(", "):
        start, end, label, *score = item.split()
        found.append(span(int(start), int(end), label, *map(float, score)))
    return found


def side(text: str | list[str], spans: list[dict[str, Any]], lang: str, name: str, dir: str = "ltr") -> View:
    tokens = text.split() if isinstance(text, str) else text
    return {
        "tokens": tokens,
        "lang": lang,
        "name": name,
        "dir": dir,
        "spans": spans,
        "editable": True,
        "corrected": False,
    }


def view(pair: str, source: View | None, target: View, **rest: Any) -> View:
    blank: View = {
        "pair": pair,
        "position": 0,
        "revision": 0,
        "source": source,
        "target": target,
        "links": [],
        "threshold": 0.3,
        "layers": [],
        "labels": LABELS,
        "projections": [],
        "verdict": None,
        "note": "",
        "error": None,
    }
    return blank | rest


def projection(
    entity: View, target: View | None, text: str, candidates: list[View], margin: float | None
) -> View:
    bare = None if target is None else {"start": target["start"], "end": target["end"]}
    score = 0.0 if target is None else target["score"]
    reason = "not-aligned" if target is None else "projected"
    return {
        "entity": entity,
        "target": bare,
        "score": score,
        "reason": reason,
        "text": text,
        "candidates": candidates,
        "margin": margin,
    }


def swahili() -> View:
    entities = spans("0 2 PER, 4 9 ORG, 10 11 LOC, 12 14 LOC")
    source = side(
        "Asha Mwangi told the East African Court of Justice in Arusha that Lake Victoria is losing its "
        "fish .",
        entities,
        "en",
        "English",
    )
    target = side(
        "Asha Mwangi aliiambia Mahakama ya Haki ya Afrika Mashariki mjini Arusha kwamba Ziwa Victoria "
        "linapoteza samaki wake .",
        spans("0 2 PER, 3 8 ORG, 10 11 LOC, 12 14 LOC"),
        "sw",
        "Kiswahili",
    )
    links = [
        [0, 0, 0.99],
        [1, 1, 0.99],
        [2, 2, 0.9],
        [4, 8, 0.25],
        [5, 7, 0.8],
        [6, 3, 0.93],
        [7, 4, 0.5],
        [8, 5, 0.9],
        [9, 9, 0.7],
        [10, 10, 0.99],
        [11, 11, 0.9],
        [12, 12, 0.95],
        [13, 13, 0.99],
        [14, 14, 0.2],
        [15, 14, 0.85],
        [16, 16, 0.7],
        [17, 15, 0.95],
        [18, 17, 0.99],
    ]
    court = spans("3 8 ORG 0.86, 3 9 ORG 0.84, 5 8 ORG 0.55")
    why = "Most of the words that are linked to the entity lie here; Mashariki is linked, but weakly."
    sure = "Every word of the entity is linked here."
    return view(
        "sw-12",
        source,
        target,
        position=11,
        links=links,
        layers=[
            {"name": "gold", "key": "1", "spans": spans("0 2 PER, 3 9 ORG, 10 11 LOC, 12 14 LOC")},
            {"name": "text-only", "key": "2", "spans": spans("0 2 PER, 3 9 ORG, 10 11 LOC, 13 14 PER")},
            {"name": "CLIP-based", "key": "3", "spans": spans("0 2 PER, 10 11 LOC, 12 14 LOC")},
        ],
        projections=[
            projection(entities[0], span(0, 2, "PER", 0.99), sure, spans("0 2 PER 0.99, 0 1 PER 0.66"), 0.33),
            projection(entities[1], court[0], why, court, 0.02),
            projection(entities[2], span(10, 11, "LOC", 0.99), sure, spans("10 11 LOC 0.99"), None),
            projection(
                entities[3], span(12, 14, "LOC", 0.97), sure, spans("12 14 LOC 0.97, 13 14 LOC 0.66"), 0.31
            ),
        ],
    )


def german() -> View:
    entities = spans("0 2 PER, 4 6 LOC, 8 9 DATE")
    source = side("Angela Merkel flew to New York on a Monday in May .", entities, "en", "English")
    target = side(
        "Am Montag flog Angela Merkel nach New York .",
        spans("3 5 PER, 6 8 LOC"),
        "de",
        "Deutsch",
    )
    links = [
        [0, 3, 0.99],
        [1, 4, 0.98],
        [2, 2, 0.9],
        [3, 5, 0.92],
        [4, 6, 0.97],
        [5, 7, 0.97],
        [6, 0, 0.6],
        [8, 1, 0.22],
        [11, 8, 0.99],
    ]
    return view(
        "de-3",
        source,
        target,
        position=2,
        links=links,
        projections=[
            projection(
                entities[0],
                span(3, 5, "PER", 0.98),
                "Every word is linked here.",
                spans("3 5 PER 0.98"),
                None,
            ),
            projection(
                entities[1],
                span(6, 8, "LOC", 0.97),
                "Every word is linked here.",
                spans("6 8 LOC 0.97"),
                None,
            ),
            projection(
                entities[2],
                None,
                "No target word is linked to it strongly enough; the best guess is Montag.",
                spans("1 2 DATE 0.22"),
                None,
            ),
        ],
    )


def arabic() -> View:
    entities = spans("0 2 PER, 5 8 ORG, 9 10 LOC, 11 12 DATE")
    source = side(
        "Layla Haddad spoke at the Arab League Council in Cairo on Sunday about the drought .",
        entities,
        "en",
        "English",
    )
    target = side(
        "تحدثت ليلى حداد في مجلس جامعة الدول العربية بالقاهرة يوم الأحد عن الجفاف .",
        spans("1 3 PER, 4 8 ORG, 8 9 LOC, 9 11 DATE"),
        "ar",
        "العربية",
        "rtl",
    )
    links = [
        [0, 1, 0.97],
        [1, 2, 0.95],
        [2, 0, 0.9],
        [3, 3, 0.7],
        [5, 7, 0.8],
        [6, 5, 0.75],
        [6, 6, 0.4],
        [7, 4, 0.93],
        [9, 8, 0.85],
        [10, 9, 0.28],
        [11, 10, 0.96],
        [12, 11, 0.8],
        [14, 12, 0.96],
        [15, 13, 0.99],
    ]
    council = spans("4 8 ORG 0.83, 5 8 ORG 0.7, 4 6 ORG 0.41")
    return view(
        "ar-7",
        source,
        target,
        position=6,
        links=links,
        layers=[{"name": "gold", "key": "1", "spans": spans("1 3 PER, 4 8 ORG, 8 9 LOC, 10 11 DATE")}],
        projections=[
            projection(
                entities[0],
                span(1, 3, "PER", 0.96),
                "Every word is linked here.",
                spans("1 3 PER 0.96"),
                None,
            ),
            projection(entities[1], council[0], "All its words are linked into this span.", council, 0.13),
            projection(
                entities[2],
                span(8, 9, "LOC", 0.85),
                "Every word is linked here.",
                spans("8 9 LOC 0.85"),
                None,
            ),
            projection(
                entities[3],
                span(9, 11, "DATE", 0.74),
                "يوم is linked weakly.",
                spans("9 11 DATE 0.74, 10 11 DATE 0.72"),
                0.02,
            ),
        ],
        note="بالقاهرة keeps its preposition",
    )


def chinese() -> View:
    entities = spans("0 2 PER, 6 8 ORG, 9 10 LOC, 14 16 LOC")
    source = side(
        "Wang Fang will visit the Peking University in Beijing next week before going to Hong Kong .",
        spans("0 2 PER, 5 7 ORG, 8 9 LOC, 14 16 LOC"),
        "en",
        "English",
    )
    entities = source["spans"]
    target = side(
        list("王芳下周将先访问位于北京的北京大学然后前往香港。"),
        spans("0 2 PER, 10 12 LOC, 13 17 ORG, 21 23 LOC"),
        "zh",
        "中文",
    )
    links = [
        [0, 0, 0.9],
        [1, 1, 0.92],
        [9, 2, 0.8],
        [10, 3, 0.9],
        [2, 4, 0.7],
        [3, 6, 0.8],
        [3, 7, 0.8],
        [7, 8, 0.5],
        [7, 9, 0.4],
        [8, 10, 0.97],
        [8, 11, 0.97],
        [5, 13, 0.6],
        [5, 14, 0.6],
        [6, 15, 0.9],
        [6, 16, 0.9],
        [11, 17, 0.5],
        [12, 19, 0.7],
        [13, 20, 0.5],
        [14, 21, 0.95],
        [15, 22, 0.95],
        [16, 23, 0.99],
    ]
    places = spans("21 23 LOC, 0 2 PER, 13 17 ORG, 10 12 LOC")
    by = {0: places[1], 1: places[2], 2: places[3], 3: places[0]}
    return view(
        "zh-4",
        source,
        target,
        position=3,
        links=links,
        layers=[{"name": "gold", "key": "1", "spans": target["spans"]}],
        projections=[
            projection(
                e, by[n] | {"score": 0.9}, "Every word is linked here.", [by[n] | {"score": 0.9}], None
            )
            for n, e in enumerate(entities)
        ],
    )


def odd() -> View:
    source = side(
        ["<img src=x onerror=window.hacked=1>", "said", "<b>hello</b>", "to", "Adé", "👩🏽‍🚀", "&amp;", "."],
        spans("0 1 PER, 4 5 PER"),
        "en",
        "English",
    )
    target = side(
        [
            "<img src=x onerror=window.hacked=1>",
            "\u200b",
            "kí",
            "o\u0323\u0301lo\u0301pa\u0300",
            "\u200d\u200c",
            "Adé",
            "👩🏽‍🚀",
            "🇳🇬",
            "\u3000",
            "\u202eabc",
            "\u0301",
            "“</span>”",
            ".",
        ],
        spans("0 1 PER, 5 6 PER"),
        "yo",
        "Yorùbá",
    )
    links = [[0, 0, 0.9], [1, 2, 0.6], [4, 5, 0.95], [5, 6, 0.9], [7, 12, 0.99], [2, 3, 0.1]]
    return view(
        "<script>window.hacked=1</script>",
        source,
        target,
        links=links,
        note="<i>note</i>",
        layers=[{"name": "<u>gold</u>", "key": "1", "spans": spans("5 7 PER")}],
        projections=[
            projection(span(0, 1, "PER"), span(0, 1, "PER", 0.9), "<b>why</b>", spans("0 1 PER 0.9"), None)
        ],
        doubts=[
            {"entity": 0, "text": "<u>a tagger</u> finds no entity here"},
            {"entity": None, "text": "<b>pair</b> of odd lengths"},
        ],
    )


_ENGLISH = """
the council of ministers has agreed that our common fisheries policy must not be decided without those who
live from the sea and their families along coasts in which ports are closing year after year , while
prices rise
"""
_GERMAN = """
der Rat hat sich darauf geeinigt dass unsere gemeinsame Fischereipolitik nicht ohne jene beschlossen werden
darf die vom Meer leben , und ihre Familien entlang den Küsten wo Häfen Jahr um Jahr schließen während Preise
"""


def long() -> View:
    """90 source and 86 target tokens, mostly monotone with local reordering and a few far links."""
    chance = random.Random(5)
    source = (_ENGLISH.split() * 3)[:90]
    target = (_GERMAN.split() * 3)[:86]
    entities, places, projections = [], [], []
    starts = [(4, "PER"), (17, "ORG"), (33, "LOC"), (46, "ORG"), (61, "MISC"), (70, "DATE"), (82, "LOC")]
    names = {
        "PER": ["Ilda", "Figueiredo"],
        "ORG": ["European", "Maritime", "Safety", "Agency"],
        "LOC": ["Azores"],
        "MISC": ["Lisbon", "Treaty"],
        "DATE": ["12", "May", "2004"],
    }
    for start, label in starts:
        words = names[label]
        source[start : start + len(words)] = words
        entities.append(span(start, start + len(words), label))
        to = min(80, start - 1)
        target[to : to + len(words)] = words
        places.append(span(to, to + len(words), label))
    links = []
    for i in range(90):
        j = min(85, max(0, i - 1 + chance.choice([0, 0, 0, 1, -1, 2, -3])))
        links.append([i, j, round(chance.uniform(0.2, 1), 2)])
    for entity, place in zip(entities, places, strict=True):
        links = [link for link in links if not entity["start"] <= link[0] < entity["end"]]
        links += [
            [entity["start"] + k, place["start"] + k, 0.9] for k in range(entity["end"] - entity["start"])
        ]
        candidates = [span(place["start"], place["end"], entity["label"], 0.9)]
        projections.append(
            projection(entity, place | {"score": 0.9}, "Every word is linked here.", candidates, None)
        )
    links += [[2, 60, 0.35], [75, 20, 0.5]]
    return view(
        "long-1",
        side(source, entities, "en", "English"),
        side(target, places, "de", "Deutsch"),
        links=links,
        projections=projections,
        layers=[
            {"name": "gold", "key": "1", "spans": [*places[:-1], span(81, 84, "ORG")]},
            {"name": "heuristic", "key": "2", "spans": places[::2]},
        ],
    )


def hostile() -> View:
    """Tokens that would break out of a file that is made of pieces of markup."""
    words = [
        "</text><script>alert(1)</script>",
        "]]>",
        "<!--",
        "&lt;",
        '"quoted"',
        "\x01control",
        "Adé",
        "--!>",
    ]
    target = ["</svg>", "<title>", "&#0;", "o\u0323\u0301la\u0301", "\u202eabc", "x" * 200, "</text><script>"]
    links = [[i, i, 0.9] for i in range(7)]
    source = side(words, spans("0 1 PER, 6 7 LOC"), "en", "</text>")
    return view("<x>", source, side(target, spans("0 2 PER"), "yo", "Yorùbá"), links=links)


def alone() -> View:
    """No source yet, and a label set of slots."""
    target = side("what will the weather be in Kampala tomorrow", [], "en", "English")
    labels = palette.entries(["weather/attribute", "weather/noun", "location", "datetime", "reminder/todo"])
    return view("alone", None, target, labels=labels)


ALIGNERS = [
    {"name": "statistical", "glyph": "circle", "hue": 0},
    {"name": "simalign itermax", "glyph": "square", "hue": 1},
    {"name": "awesome", "glyph": "diamond", "hue": 2},
    {"name": "eflomal", "glyph": "triangle", "hue": 3},
]


def overlaid(view: View, count: int) -> View:
    """The same pair as `count` aligners see it: three links in four are shared, the others some have."""
    chance = random.Random(9)
    everyone = (1 << count) - 1
    n, m = len(view["source"]["tokens"]), len(view["target"]["tokens"])
    links = {}
    for i, j, score in view["links"]:
        if score >= 0.5 and chance.random() < 0.75:
            links[i, j] = [i, j, score, everyone]
            continue
        links[i, j] = [i, j, score, chance.randrange(1, everyone)]
        beside = (i, min(m - 1, j + chance.choice([1, 2])))
        links.setdefault(beside, [*beside, 0.6, 1 << chance.randrange(count)])
    links.setdefault((n - 2, 0), [n - 2, 0, 0.4, 1])
    return view | {"aligners": ALIGNERS[:count], "links": sorted(links.values())}


def with_gold(view: View) -> View:
    """Gold links: what is linked strongly is sure, the rest is possible, one link in eight nobody found."""
    m = len(view["target"]["tokens"])
    gold = {
        (i, min(m - 1, j + (k % 8 == 7))): "sure" if score > 0.7 else "possible"
        for k, (i, j, score) in enumerate(link[:3] for link in view["links"])
        if k % 6 != 5
    }
    return view | {"gold": [[*offsets, word] for offsets, word in sorted(gold.items())]}


def dressed(view: View, query: Any) -> View:
    """A case with what the query of the address asks for, as link_view_app.py says."""
    if "gold" in query:
        view = with_gold(view)
    if "overlay" in query:
        view = overlaid(view, int(query["overlay"]))
    if "linking" in query:
        view = view | {"link_editing": True, "corrected_links": False}
    if "quiet" in query:
        view = view | {"quiet": True}
    if "downloads" in query:
        view = view | {"downloads": query["downloads"]}
    return view


CASES = {
    "swahili": swahili,
    "german": german,
    "arabic": arabic,
    "chinese": chinese,
    "odd": odd,
    "long": long,
    "alone": alone,
    "hostile": hostile,
}
