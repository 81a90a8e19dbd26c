"""Files from the browser become layers of the open project, once."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import pytest
from streamlit.testing.v1 import AppTest

from projner_core.pipeline.importing import import_pair
from projner_core.store import LayerKind, catalogue
from projner_ui import layer_uploads

APP = str(Path(__file__).resolve().parents[2] / "app.py")
FOUND = b'{"entities": [[0, 1, "PER"]]}\n{"entities": []}\n'
MARKED = b"[Asha] anaishi Nairobi .\nMvua .\n"


class Upload(SimpleNamespace):
    def __init__(self, name: str, data: bytes, file_id: str = "f1") -> None:
        super().__init__(name=name, file_id=file_id, data=data)

    def getbuffer(self) -> bytes:
        return self.data


@pytest.fixture
def project(tmp_path):
    source, target = tmp_path / "en.conll", tmp_path / "sw.txt"
    source.write_text("Asha\tB-PER\nlives\tO\n\nRain\tO\n", encoding="utf-8")
    target.write_text("Asha anaishi Nairobi .\nMvua .\n", encoding="utf-8")
    import_pair("habari", source=source, target=target, source_lang="en", target_lang="sw")
    with catalogue.open_project("habari") as opened:
        yield opened


@pytest.fixture
def shown(monkeypatch, tmp_path):
    """What the page would say, without a page."""
    said = []
    monkeypatch.setattr(layer_uploads.st, "session_state", {})
    monkeypatch.setattr(layer_uploads.st, "rerun", lambda: said.append("rerun"))
    for kind in ("error", "success"):
        monkeypatch.setattr(
            layer_uploads.st, kind, lambda text, kind=kind, **_: said.append(f"{kind}: {text}")
        )

    def keep(upload, stem):
        path = tmp_path / f"{stem}-{upload.file_id}.txt"
        path.write_bytes(upload.getbuffer())
        return path

    monkeypatch.setattr(layer_uploads.uploads, "keep", keep)
    return said


def test_a_file_is_read_once_however_often_the_page_runs(project, shown):
    read = []

    def reader(path, name):
        read.append(name)
        return layer_uploads._predictions(project, path, name)

    for how in ("predictions", "predictions", "predictions otherwise", "predictions"):
        layer_uploads.take(project, Upload("xlm-r.base.jsonl", FOUND), how, reader)
    assert read == ["xlm-r.base", "xlm-r.base"]
    assert shown.count("rerun") == 2
    layer_uploads.take(project, Upload("xlm-r.base.jsonl", FOUND, "f2"), "predictions", reader)
    assert len(read) == 3
    assert [layer.name for layer in project.layers(kind=LayerKind.SPANS, side="target")] == ["xlm-r.base"]


def test_a_file_that_is_refused_is_said_under_its_own_name(project, shown):
    upload = Upload("<b>übel.jsonl", FOUND.splitlines()[0])
    layer_uploads.take(project, upload, "predictions", lambda p, n: layer_uploads._predictions(project, p, n))
    (said,) = shown
    assert said.startswith("error: ")
    assert "übel" in said
    assert "\\<b\\>" in said, "a file's name is text, never markup"
    assert "predictions-f1" not in said
    assert not project.layers(kind=LayerKind.SPANS, side="target", incomplete=True)


def test_marked_text_becomes_a_layer(project, shown):
    upload = Upload("marked.txt", MARKED)
    layer_uploads.take(project, upload, "marked", lambda p, n: layer_uploads._marked(project, p, n))
    assert shown[-1].replace("\\", "") == "success: marked: read for 2 pairs."
    (layer,) = project.layers(kind=LayerKind.TEXTS)
    assert project.annotation(layer.id, 0) == "[Asha] anaishi Nairobi ."


def test_the_project_page_lists_what_was_brought(project, tmp_path):
    path = tmp_path / "xlm-r.jsonl"
    path.write_bytes(FOUND)
    layer_uploads._predictions(project, path, "XLM-R *base*")
    at = AppTest.from_file(APP, default_timeout=120)
    at.query_params["project"] = "habari"
    at.run()
    at.switch_page("pages/project.py").run()
    assert not at.get("file_uploader"), "drawn when it is opened"
    at.session_state["others"] = True
    at.run()
    assert not at.exception, at.exception
    assert any("XLM" in m.value and "predictions for 2 pairs" in m.value for m in at.markdown)
