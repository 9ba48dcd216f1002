from __future__ import annotations

import socket
from contextlib import closing
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from typing import TYPE_CHECKING

import pytest
from huggingface_hub import constants

from audition.checkup.hub import check_cache, check_hub, why_not

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


class Answers(BaseHTTPRequestHandler):
    def do_HEAD(self) -> None:
        self.send_response(int(self.path.strip("/") or 200))
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Keep quiet."""


@pytest.fixture
def endpoint(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    server = HTTPServer(("127.0.0.1", 0), Answers)
    thread = Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def test_a_hub_that_answers_is_ok(endpoint: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", False)
    monkeypatch.setattr(constants, "ENDPOINT", endpoint)
    check = check_hub(5)
    assert (check.verdict, check.facts["answers"]) == ("ok", True)


def test_no_hub_is_a_warning_that_says_what_works(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", False)
    monkeypatch.setattr(constants, "ENDPOINT", "http://127.0.0.1:1")  # a port where nobody listens
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    check = check_hub(5)
    assert check.verdict == "warning"
    assert check.found.startswith("no hub: local and cached models only (http://127.0.0.1:1: ")


def test_who_wants_to_be_offline_is_not_warned(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)
    monkeypatch.setattr(constants, "ENDPOINT", "http://127.0.0.1:1")
    check = check_hub(5)
    assert (check.verdict, check.found) == (
        "ok",
        "no hub: local and cached models only (HF_HUB_OFFLINE is set)",
    )


@pytest.mark.parametrize(("status", "reason"), [(404, ""), (403, "HTTP status 403"), (503, "HTTP status 503")])
def test_a_proxy_that_refuses_is_no_hub(endpoint: str, status: int, reason: str) -> None:
    assert why_not(f"{endpoint}/{status}", 5) == reason


def test_a_hub_that_never_answers_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with closing(socket.create_server(("127.0.0.1", 0))) as silent:
        assert why_not(f"http://127.0.0.1:{silent.getsockname()[1]}", 0.2) == "no answer within 0.2 s"


def test_the_cache_is_counted_by_its_blobs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path / "hub"))
    assert check_cache().found == f"{tmp_path / 'hub'}: empty so far"
    blobs = tmp_path / "hub" / "models--a--b" / "blobs"
    blobs.mkdir(parents=True)
    (blobs / "123").write_bytes(bytes(3 * 2**20))
    (tmp_path / "hub" / "version.txt").write_text("1")
    check = check_cache()
    assert (check.facts["bytes"], check.facts["n_repositories"]) == (3 * 2**20, 1)
