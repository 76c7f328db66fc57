"""The client of AnkiConnect: what it refuses, and what it says when Anki does not answer."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from anki_connect import Window, running

from generator.anki import connect
from generator.anki.connect import ActionError, AnkiConnect, AnkiError
from generator.anki.verify import temporary_collection


@contextmanager
def answering(body: bytes, code: int = 200) -> Iterator[str]:
    """A server that gives one answer to everything."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.send_response(code)
            self.send_header("Location", "http://192.0.2.1/")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"<html>hello</html>", "otherwise than AnkiConnect"),
        (b"{}", "is no AnkiConnect"),
        (b"[]", "is no AnkiConnect"),
        (b'{"result": 7, "error": null}', "version 7 of its protocol"),
        (b'{"result": null, "error": "valid api key must be provided"}', "--key-env"),
        (b'{"result": null, "error": "unsupported action"}', "refuses 'version'"),
    ],
)
def test_another_server_is_not_taken_for_anki(body: bytes, words: str) -> None:
    with answering(body) as address, pytest.raises(AnkiError, match=words):
        AnkiConnect(address).missing(["findNotes"])


def test_no_redirect_is_followed() -> None:
    with answering(b"", 302) as address, pytest.raises(AnkiError, match="otherwise than"):
        AnkiConnect(address).call("version")


def test_no_proxy_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", "http://192.0.2.1:1")
    with answering(b'{"result": 6, "error": null}') as address:
        assert AnkiConnect(address).call("version") == 6


@pytest.mark.parametrize("host", ["127.0.0.1", "127.9.9.9", "localhost", "[::1]"])
def test_this_computer_has_several_names(host: str) -> None:
    assert AnkiConnect(f"http://{host}:8765").is_local


@pytest.mark.parametrize("host", ["192.168.0.2", "localhost.example.org", "anki", "[2001:db8::1]"])
def test_another_computer_must_be_meant(host: str) -> None:
    with pytest.raises(AnkiError, match="another computer"):
        AnkiConnect(f"http://{host}:8765")
    assert not AnkiConnect(f"http://{host}:8765", remote=True).is_local


def test_an_anki_that_is_busy_is_asked_whether_a_dialog_is_open(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(connect, "_SECONDS", 0.05)
    window = Window(None)
    with running(window) as address:
        window.busy.set()
        with pytest.raises(AnkiError, match="a dialog open"):
            AnkiConnect(address).call("version")
        window.busy.clear()


def test_several_actions_go_in_blocks_and_the_first_error_is_said(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(connect, "_BLOCK", 2)
    with temporary_collection() as col, running(Window(col)) as address:
        anki = AnkiConnect(address)
        names = ["a", "b", "c", "d", "e"]
        assert len(anki.each([("createDeck", {"deck": name}) for name in names])) == 5
        assert sorted(anki.call("deckNames")) == sorted(["Default", *names])
        with pytest.raises(ActionError, match="refuses 'noSuch'"):
            anki.each([("version", {}), ("noSuch", {}), ("version", {})])
