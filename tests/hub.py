"""A hub of models on this machine: as much of the Hugging Face hub's routes as its library asks for."""

from __future__ import annotations

import hashlib
import json
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import unquote, urlsplit

COMMIT = "0123456789abcdef0123456789abcdef01234567"


class Hub:
    """Its models are dicts of files; `asked` are the files whose content was asked for."""

    def __init__(self):
        self.models = {}
        self.licences = {}
        self.gated = set()
        self.broken_off = set()  # files of which half is sent, always
        self.asked = []
        self.stalled = set()  # files of which half is sent, and then nothing, until `released`
        self.released = threading.Event()
        self.commit = COMMIT

    def info(self, name):
        files = self.models[name]
        return {
            "id": name,
            "sha": self.commit,
            "siblings": [{"rfilename": file, "size": len(content)} for file, content in files.items()],
            "cardData": {"license": self.licences.get(name, "")},
        }

    def tree(self, name):
        return [
            {"type": "file", "path": file, "size": len(content), "oid": hashlib.sha1(content).hexdigest()}
            for file, content in self.models[name].items()
        ]


@contextmanager
def serving(monkeypatch, cache):
    """A hub that `huggingface_hub` asks from now on, and an empty cache."""
    from huggingface_hub import constants

    hub = Hub()
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(hub))
    address = f"http://127.0.0.1:{server.server_port}"
    monkeypatch.setattr(constants, "ENDPOINT", address)
    monkeypatch.setattr(
        constants, "HUGGINGFACE_CO_URL_TEMPLATE", address + "/{repo_id}/resolve/{revision}/{filename}"
    )
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(cache))
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", False)
    monkeypatch.setattr(constants, "DOWNLOAD_CHUNK_SIZE", 1000)
    monkeypatch.setattr("time.sleep", lambda seconds: None)  # between its attempts
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield hub
    finally:
        hub.released.set()
        server.shutdown()
        thread.join()
        server.server_close()


def _handler(hub):
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, *_):
            pass

        def do_HEAD(self):
            self.answer(body=False)

        def do_GET(self):
            self.answer(body=True)

        def answer(self, *, body):
            path = unquote(urlsplit(self.path).path).strip("/")
            kind, _, rest = path.partition("/models/")
            if kind == "api":
                self.answer_about(rest)
            else:
                self.answer_file(path, body=body)

        def answer_about(self, path):
            name, _, revision = path.partition("/revision/")
            tree = "/tree/" in name
            name = name.partition("/tree/")[0]
            if name not in hub.models:
                self.send_error_code(404, "RepoNotFound")
            elif revision not in {"", "main", hub.commit}:
                self.send_error_code(404, "RevisionNotFound")
            else:
                self.send_content(json.dumps(hub.tree(name) if tree else hub.info(name)).encode(), {})

        def answer_file(self, path, *, body):
            name, _, place = path.partition("/resolve/")
            file = place.partition("/")[2]
            if name in hub.gated:
                self.send_error_code(403, "GatedRepo")
                return
            content = hub.models.get(name, {}).get(file)
            if content is None:
                self.send_error_code(404, "EntryNotFound")
                return
            if body:
                hub.asked.append(file)
            about = {"X-Repo-Commit": hub.commit, "ETag": f'"{hashlib.sha1(content).hexdigest()}"'}
            begin = int(self.headers.get("Range", "bytes=0-")[6:].partition("-")[0])
            self.send_content(
                content[begin:], about, body=body, half=file in hub.broken_off, stalled=file in hub.stalled
            )

        def send_error_code(self, status, code):
            self.send_response(status)
            self.send_header("X-Error-Code", code)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def send_content(self, content, headers, *, body=True, half=False, stalled=False):
            self.send_response(206 if "Range" in self.headers else 200)
            for key, value in headers.items():
                self.send_header(key, value)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            if body and half:
                self.close_connection = True
            elif body and stalled:
                self.wfile.write(content[: len(content) // 2])
                hub.released.wait(60)
                self.close_connection = True
            elif body:
                self.wfile.write(content)

    return Handler
