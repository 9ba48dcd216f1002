"""A hub on this machine: the few routes of the real one that a download needs, over HTTP."""

from __future__ import annotations

import json
import re
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import sha1
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

COMMIT = "0123456789abcdef0123456789abcdef01234567"


@dataclass
class Repository:
    folder: Path
    is_gated: bool = False
    branches: tuple[str, ...] = ("main",)


@dataclass
class LocalHub:
    """Serves folders as models; `fetched` lists the files that were downloaded."""

    models: dict[str, Repository]
    endpoint: str = ""
    fetched: list[str] = field(default_factory=list)
    tokens: set[str] = field(default_factory=set)


@contextmanager
def local_hub(**folders: Repository) -> Iterator[LocalHub]:
    """Serve `{org__name: repository}` as `org/name`."""
    hub = LocalHub({name.replace("__", "/"): repository for name, repository in folders.items()})

    class Handler(_Handler):
        pass

    Handler.hub = hub
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    hub.endpoint = f"http://127.0.0.1:{server.server_address[1]}"
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield hub
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class _Handler(BaseHTTPRequestHandler):
    hub: LocalHub

    def do_HEAD(self) -> None:
        self._answer(with_body=False)

    def do_GET(self) -> None:
        self._answer(with_body=True)

    def log_message(self, *_: object) -> None:
        """Keep quiet."""

    def _answer(self, *, with_body: bool) -> None:
        path = urlsplit(self.path).path
        info = re.fullmatch(r"/api/models/([^/]+/[^/]+)(?:/(revision|tree)/([^/]+))?", path)
        file = re.fullmatch(r"/([^/]+/[^/]+)/resolve/([^/]+)/(.+)", path)
        model = (info or file or [None, None])[1]
        repository = self.hub.models.get(str(model))
        if repository is None:
            self._send(404, b"", with_body, {"X-Error-Code": "RepoNotFound"})
        elif info and info[3] not in (None, COMMIT, *repository.branches):
            self._send(404, b"", with_body, {"X-Error-Code": "RevisionNotFound"})
        elif info:
            body = self._tree(repository) if info[2] == "tree" else self._info(str(model), repository)
            self._send(200, json.dumps(body).encode(), with_body)
        elif file:
            self._file(repository, file[3], with_body)

    def _info(self, model: str, repository: Repository) -> object:
        siblings = [{"rfilename": file["path"], **file} for file in self._tree(repository)]
        gated = "manual" if repository.is_gated else False
        return {"id": model, "modelId": model, "sha": COMMIT, "siblings": siblings, "gated": gated, "tags": []}

    def _tree(self, repository: Repository) -> list[dict[str, object]]:
        files = sorted(path for path in repository.folder.rglob("*") if path.is_file())
        return [
            {
                "type": "file",
                "path": path.relative_to(repository.folder).as_posix(),
                "size": path.stat().st_size,
                "oid": sha1(path.read_bytes(), usedforsecurity=False).hexdigest(),
            }
            for path in files
        ]

    def _file(self, repository: Repository, name: str, with_body: bool) -> None:
        token = self.headers.get("Authorization", "").removeprefix("Bearer ")
        if repository.is_gated and token not in self.hub.tokens:
            self._send(401, b"", with_body, {"X-Error-Code": "GatedRepo"})
            return
        body = (repository.folder / name).read_bytes()
        if with_body:
            self.hub.fetched.append(name)
        etag = f'"{sha1(body, usedforsecurity=False).hexdigest()}"'
        self._send(200, body, with_body, {"ETag": etag, "X-Repo-Commit": COMMIT})

    def _send(self, status: int, body: bytes, with_body: bool, headers: dict[str, str] | None = None) -> None:
        self.send_response(status)
        for name, value in {"Content-Length": str(len(body)), **(headers or {})}.items():
            self.send_header(name, value)
        self.end_headers()
        if with_body:
            self.wfile.write(body)
