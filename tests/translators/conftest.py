from __future__ import annotations

from pathlib import Path

import pytest

from tests import seq2seq_models

MAKERS = {
    "nllb": seq2seq_models.nllb,
    "m2m100": seq2seq_models.m2m100,
    "marian": seq2seq_models.marian,
    "madlad": seq2seq_models.madlad,
}


@pytest.fixture(scope="session", params=list(MAKERS))
def lively(request, tmp_path_factory) -> Path:
    """A model of each kind whose answers depend on what it is asked."""
    return MAKERS[request.param](tmp_path_factory.mktemp("lively") / request.param)


@pytest.fixture(scope="session")
def taught(tmp_path_factory) -> Path:
    """An NLLB that has learnt a few sentences by heart."""
    return seq2seq_models.taught_nllb(tmp_path_factory.mktemp("taught") / "nllb")


@pytest.fixture(autouse=True)
def own_cache(tmp_path_factory, monkeypatch) -> Path:
    """Conversions go to a folder of the test session's."""
    place = tmp_path_factory.getbasetemp() / "cache"
    monkeypatch.setattr("platformdirs.user_cache_dir", lambda *_, **__: str(place))
    return place
