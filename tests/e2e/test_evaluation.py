"""How good is it, in a real browser: click a bar, land on the pairs that it counts, and go back."""

from __future__ import annotations

import re

import pytest

from projner_core.evaluation.summary import key
from projner_core.pipeline import evaluating
from projner_core.pipeline.evaluating import EvaluateConfig
from projner_core.pipeline.progress import Watch
from projner_core.store import catalogue
from tests.browser import needs_chromium

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240), needs_chromium]

PROJECT = "demo-swahili"


@pytest.fixture
def project(app, home, monkeypatch):
    """The project, read beside the app."""
    monkeypatch.setenv("PROJNER_HOME", str(home))
    with catalogue.open_project(PROJECT) as project:
        yield project


def behind(project, examples):
    """The pairs that an address of the queue lists, in its order: ids."""
    layer, _, found = examples.partition("~")
    return [
        item.id
        for item in project.queue(project.current_projection, limit=1000, examples=(int(layer), found))
    ]


def evaluation(project):
    layers = (project.current_projection,)
    return evaluating.evaluate(project, EvaluateConfig(layers=layers), Watch(None, None))[0]


def test_from_a_bar_to_the_pairs_that_it_counts_and_back(app, page, project):
    page.goto(f"{app}/?project={PROJECT}")
    page.get_by_role("link", name="Evaluation").click()
    page.get_by_text("entities exactly as gold has them").wait_for()
    bars = marks(page, "outcomes", ".barlayer .point path")
    page.locator(".st-key-figures, .figures").first.wait_for()

    # Pointing at the bar says what a click opens.
    point(page, bars.first)
    said = hover(page)
    entities, pairs = map(int, re.findall(r"(\d+) entit(?:y|ies) in (\d+) pairs?", said)[-1])
    outcomes = evaluation(project).summary.outcomes
    assert entities in outcomes.values()

    click(page, bars.first)
    page.wait_for_function("() => location.search.includes('examples=')")
    page.get_by_text("What the evaluation found").wait_for()
    ids = behind(project, examples(page))
    assert len(ids) == pairs
    assert page.locator(".st-key-chip_remove").inner_text().count(f"{pairs} pair") == 1
    assert page.locator(".queue button, .queue [role=button]").count() >= pairs

    # The first of them is open; next and previous stay inside.
    assert opened(page) == ids[0]
    for pressed, expected in (("j", ids[1]), ("k", ids[0])):
        page.locator(".lv-tok.at").wait_for()
        quiet(page)
        page.keyboard.press(pressed)
        page.wait_for_function("(id) => location.search.includes('pair=' + id)", arg=expected)

    # What was found leads to its words.
    page.locator(".lv-finding").first.click()
    assert page.locator(".lv-tok:focus").count() == 1

    # All pairs again, and back to the evaluation, where nothing is chosen any more.
    page.get_by_role("link", name="Back to the evaluation").click()
    page.get_by_text("entities exactly as gold has them").wait_for()
    marks(page, "outcomes", ".barlayer .point path")
    assert "/evaluation" in page.url, "the page can be read again"


@pytest.mark.parametrize(
    ("drawing", "mark"),
    [
        ("causes", ".barlayer .point path"),
        ("causes", ".scatterlayer .points path"),
        ("confusion", ".scatterlayer .points path"),
        ("scores_label", ".scatterlayer .points path"),
        ("scores_length", ".scatterlayer .points path"),
    ],
)
def test_every_kind_of_mark_opens_its_pairs(app, page, project, drawing, mark):
    page.goto(f"{app}/evaluation?project={PROJECT}")
    found = marks(page, drawing, mark)
    point(page, found.first)
    said = hover(page)
    pairs = int(re.findall(r"in (\d+) pairs?", said)[-1])
    click(page, found.first)
    page.wait_for_function("() => location.search.includes('examples=')")
    page.locator(".lv-tok").first.wait_for()
    assert len(behind(project, examples(page))) == pairs
    chip(page).click()
    page.wait_for_function("() => !location.search.includes('examples=')")


def test_the_same_as_a_list_of_links_by_keyboard(app, page, project):
    page.goto(f"{app}/evaluation?project={PROJECT}")
    marks(page, "outcomes", ".barlayer .point path")
    button = page.locator(".st-key-list_outcomes button").first
    button.focus()
    page.keyboard.press("Enter")
    link = page.get_by_role("link", name=re.compile("^wrong boundary"))
    link.focus()
    page.keyboard.press("Enter")
    page.wait_for_function("() => location.search.includes('examples=')")
    chip(page, "wrong boundary").wait_for()
    findings = evaluation(project).findings
    assert examples(page) == f"{findings.id}~{key(outcome='boundary')}"


def test_two_layers_and_the_report(app, page, project, tmp_path):
    page.goto(f"{app}/evaluation?project={PROJECT}")
    page.get_by_label("Compared with").click()
    page.get_by_role("option").first.click()
    page.get_by_text("Is one of them better?").wait_for()
    assert "versus=" in page.url
    page.get_by_role("button", name="Report").click()
    with page.expect_download() as downloading:
        page.get_by_role("button", name="Markdown").click()
    downloading.value.save_as(tmp_path / "report.md")
    assert "McNemar" in (tmp_path / "report.md").read_text(encoding="utf-8")
    page.keyboard.press("Escape")
    cell = page.locator(".st-key-fourway a").nth(1)
    pairs = int(cell.inner_text().split()[0])
    cell.click()
    page.wait_for_function("() => location.search.includes('examples=')")
    chip(page, re.compile("only “.+” is right")).wait_for()
    assert len(behind(project, examples(page))) == pairs


def test_the_browsers_back_keeps_the_comparison(app, page, project):
    asked = evaluating.evaluable(project)[1].id
    page.goto(f"{app}/evaluation?project={PROJECT}&versus={asked}&dimension=position")
    page.get_by_text("Is one of them better?").wait_for()
    click(page, marks(page, "outcomes", ".barlayer .point path").first)
    page.locator(".lv-tok").first.wait_for()
    quiet(page)
    page.go_back()
    page.get_by_text("Is one of them better?").wait_for()
    assert f"versus={asked}" in page.url
    assert "dimension=position" in page.url
    # And from the list of links, in one step.
    page.locator(".st-key-fourway a").first.click()
    page.locator(".lv-tok").first.wait_for()
    quiet(page)
    page.go_back()
    page.get_by_text("Is one of them better?").wait_for()
    assert "/evaluation" in page.url


@pytest.mark.parametrize(
    ("asked", "drawing", "mark", "cursor"),
    [
        ("", "outcomes", ".barlayer .point path", "pointer"),
        ("", "confusion", ".scatterlayer .points path", "pointer"),
        ("&against=nothing", "reasons", ".barlayer .point path", "pointer"),
        ("&against=nothing", "carried", ".barlayer .trace:nth-child(1) .point path", "default"),
        ("&against=nothing", "carried", ".scatterlayer .points path", "pointer"),
    ],
)
def test_what_can_be_clicked_has_the_pointer(app, page, asked, drawing, mark, cursor):
    page.goto(f"{app}/evaluation?project={PROJECT}{asked}")
    found = marks(page, drawing, mark).first
    point(page, found)
    x, y = middle(found)
    seen = page.evaluate("([x, y]) => getComputedStyle(document.elementFromPoint(x, y)).cursor", [x, y])
    assert seen == cursor
    page.mouse.move(640, 8)  # the headline
    page.wait_for_function("() => !document.querySelector('.hoverlayer .hovertext')")
    bare = page.evaluate("getComputedStyle(document.querySelector('.nsewdrag')).cursor")
    assert bare == "default", "beside the marks"


@pytest.mark.parametrize(("drawing", "listed"), [("reasons", "not projected"), ("signs", "")])
def test_without_gold_marks_open_their_pairs_too(app, page, project, drawing, listed):
    page.goto(f"{app}/evaluation?project={PROJECT}&against=nothing")
    page.get_by_text("nobody can say").wait_for()
    click(page, marks(page, drawing, ".barlayer .point path").first)
    page.wait_for_function("() => location.search.includes('examples=')")
    chip(page, listed).wait_for()
    assert opened(page) in behind(project, examples(page))


def test_a_bar_of_doubts_opens_the_queue_there(app, page, project):
    page.goto(f"{app}/evaluation?project={PROJECT}&against=nothing")
    bars = marks(page, "doubts", ".barlayer .point path")
    point(page, bars.nth(2))
    said = hover(page)
    click(page, bars.nth(2))
    page.wait_for_function("() => !location.pathname.includes('evaluation')")
    doubts = {item.id: item.doubt for item in project.queue(project.current_projection, limit=1000)}
    tenth = [name for name, doubt in doubts.items() if 0.2 <= doubt < 0.3]
    assert f"0.2 and 0.3{len(tenth)} pair" in said, "two lines of one label"
    assert opened(page) == tenth[0]


def marks(page, drawing, mark):
    found = page.locator(f"[class*='st-key-{drawing} '] {mark}, [class*='st-key-{drawing}-'] {mark}")
    found.first.wait_for()
    quiet(page)
    return found


def chip(page, said=None):
    """What the queue lists; a button with a tooltip is there twice, and seen once."""
    return page.locator(".st-key-chip_remove button", has_text=said).first


def quiet(page):
    page.locator("[data-testid=stApp][data-test-script-state=notRunning]").wait_for()
    page.wait_for_timeout(500)  # plotly lays itself out anew when its column has its width


def middle(mark):
    mark.scroll_into_view_if_needed()
    box = mark.bounding_box()
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def point(page, mark):
    page.mouse.move(*middle(mark))
    page.locator(".hoverlayer text").first.wait_for()


def hover(page):
    return " ".join(page.locator(".hoverlayer .hovertext").all_text_contents())


def click(page, mark):
    page.mouse.click(*middle(mark))


def examples(page):
    return page.evaluate("() => new URLSearchParams(location.search).get('examples')")


def opened(page):
    page.wait_for_function("() => location.search.includes('pair=')")
    return page.evaluate("() => new URLSearchParams(location.search).get('pair')")
