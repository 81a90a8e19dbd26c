"""The app in a real browser, on a home with one demo."""

from __future__ import annotations

import pytest

from benchmarks.page import app as running_app
from projner_core.pipeline import demo
from tests.browser import CHROMIUM


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    """Where this app keeps its projects; stands in for the home that each other test has of its own."""
    return tmp_path_factory.mktemp("app") / "home"


@pytest.fixture(scope="module")
def app(home):
    """The address of the app, on a home with one demo."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PROJNER_HOME", str(home))
        demo.ensure("sw")
        with running_app() as address:
            yield address


@pytest.fixture
def page(app, playwright):
    browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
    page = browser.new_context(viewport={"width": 1280, "height": 1100}, accept_downloads=True).new_page()
    page.set_default_timeout(30_000)
    yield page
    browser.close()
