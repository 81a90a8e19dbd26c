"""Tiny encoders that a training starts from, made once."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests import models
from tests.training.toy import texts


@pytest.fixture(scope="session")
def cased(tmp_path_factory) -> Path:
    return models.bert(tmp_path_factory.mktemp("cased") / "bert", texts(), layers=2)


@pytest.fixture(scope="session")
def uncased(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("uncased") / "bert"
    return models.token_classifier(folder, texts(), kind="bert-uncased")


@pytest.fixture(scope="session")
def pieces(tmp_path_factory) -> Path:
    return models.xlm_roberta(tmp_path_factory.mktemp("pieces") / "xlmr", texts(), layers=2)


@pytest.fixture(scope="session")
def byte_level(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("byte_level") / "roberta"
    return models.token_classifier(folder, texts(), kind="roberta")
