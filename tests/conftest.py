"""Fixtures that every room of the tests may use."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.browser import CHROMIUM


def pytest_report_header() -> list[str]:
    """Say at once what will be left out on this machine, and what to do about it."""
    return [
        f"browser tests: with {CHROMIUM}"
        if CHROMIUM
        else "browser tests: SKIPPED, no Chromium found (Debian: apt-get install chromium fonts-noto-core)",
        f"real corpora: {os.environ['PROJNER_DATA']}"
        if os.environ.get("PROJNER_DATA")
        else "real corpora: skipped, PROJNER_DATA names no folder",
    ]


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch) -> Path:
    """A home for projects of this test alone: no test touches the user's own."""
    folder = tmp_path / "home"
    monkeypatch.setenv("PROJNER_HOME", str(folder))
    return folder


@pytest.fixture(scope="session")
def realdata() -> Path:
    """The folder of real corpora, or a skip where there is none."""
    folder = os.environ.get("PROJNER_DATA")
    if not folder or not Path(folder).is_dir():
        pytest.skip("PROJNER_DATA names no folder: real corpora are not here")
    return Path(folder)
