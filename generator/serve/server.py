"""Answers a phone in the local network: a page, its preview, and packages; nothing else is there.

Whoever does not know the key in the address gets nothing. What is served is a table of names, which
a build fills: no path that somebody asks for ever reaches the disk.
"""

from __future__ import annotations

import hmac
import json
import socket
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import MappingProxyType
from urllib.parse import quote, unquote

PACKAGE = "application/vnd.anki"  # as it is registered with IANA
HTML = "text/html; charset=utf-8"
_JSON = "application/json"
_WAIT = 30.0  # seconds for a request; a phone that went to sleep holds no thread


@dataclass(frozen=True, slots=True)
class Answer:
    """What is at an address: its type, and its bytes when somebody asks; OSError where they are
    gone. One with a ``name`` is for keeping."""

    type: str
    read: Callable[[], bytes]
    name: str = ""
    policy: str = "default-src 'none'"


@dataclass
class Site:
    """What is served, by its path behind the key; ``version`` grows with each build."""

    key: str
    answers: Mapping[str, Answer] = field(default_factory=lambda: MappingProxyType({}))
    version: int = 0

    def publish(self, answers: Mapping[str, Answer]) -> None:
        """Serve these from now on."""
        self.answers = {**answers, "version": Answer(_JSON, self._version)}
        self.version += 1

    def _version(self) -> bytes:
        return json.dumps(self.version).encode()

    def at(self, path: str) -> Answer | None:
        """What is at a path as it was asked for: ``/key/…``; None where there is nothing."""
        slash, _, rest = path.partition("/")
        key, is_inside, name = rest.partition("/")
        is_ours = not slash and is_inside and hmac.compare_digest(key.encode(), self.key.encode())
        return self.answers.get(unquote(name)) if is_ours else None


@contextmanager
def serving(site: Site, host: str, port: int) -> Iterator[str]:
    """Serve at this address of the machine until the end of the block; gives the site's address.

    ``port`` 0 is any free one. OSError where it cannot be had.
    """
    server = _Server((host, port), _handler_of(site))
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.1})
    thread.daemon = True
    thread.start()
    try:
        yield f"http://{host}:{server.server_address[1]}/{quote(site.key)}/"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def address_in_network() -> str | None:
    """This machine's address in the local network; None where it is in none. Nothing is sent: the
    system only says which way it would go."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))  # an address that is kept for documents (RFC 5737)
        except OSError:
            return None
        address = str(probe.getsockname()[0])
    return None if address.startswith(("127.", "0.")) else address


class _Server(ThreadingHTTPServer):
    daemon_threads = True


def _handler_of(site: Site) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        """Answers GET; the base class refuses all else, of which it knows nothing."""

        timeout = _WAIT
        server_version, sys_version = "build-decks", ""

        def do_GET(self) -> None:
            """Send what is there."""
            path = self.path.partition("?")[0]
            answer = site.at(path)
            if answer is None:
                self.send_error(HTTPStatus.NOT_FOUND)
                return
            try:
                content = answer.read()
            except OSError:
                self.send_error(HTTPStatus.NOT_FOUND)
                return
            self.send_response(HTTPStatus.OK)
            for name, value in _headers(answer, len(content)).items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(content)

        def handle_one_request(self) -> None:
            """A phone may go away at any time: that is nobody's mistake."""
            try:
                super().handle_one_request()
            except (ConnectionError, TimeoutError):
                self.close_connection = True

        def log_message(self, format: str, *args: object) -> None:
            """Says nothing: the key is in each line."""

    return Handler


def _headers(answer: Answer, length: int) -> dict[str, str]:
    headers = {
        "Content-Type": answer.type,
        "Content-Length": str(length),
        "Cache-Control": "no-store",
        "Content-Security-Policy": answer.policy,
        "Referrer-Policy": "no-referrer",
        "X-Content-Type-Options": "nosniff",
    }
    if answer.name:
        plain = answer.name.encode("ascii", "replace").decode().replace("?", "_")
        plain = plain.replace('"', "_").replace("\\", "_")
        name = quote(answer.name, safe="")
        headers["Content-Disposition"] = (
            f"attachment; filename=\"{plain}\"; filename*=UTF-8''{name}"
        )
    return headers
