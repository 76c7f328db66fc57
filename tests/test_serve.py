"""``serve`` as a person uses it: a process, a phone-sized browser on the loopback address, Anki."""

from __future__ import annotations

import http.client
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import segno
import zxingcpp
from build_notes import table, write_notes
from chromium import CHROMIUM
from playwright.sync_api import Browser, Error, Page

from generator.anki.verify import import_package, temporary_collection
from generator.commands.serve import format_qr
from generator.serve.page import Offer, format_page
from generator.serve.server import Answer, Site, address_in_network, serving

needs_chromium = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine")
COMMAND = [sys.executable, "-c", "from generator.cli import main; main()", "serve"]
_PATIENCE = 60  # seconds; a busy machine is slow
ROWS = (("a fast answer", "cache"), ("a safe answer", "log"))
ODD = "größe & <b>.md"  # a file, and so a deck


class Serving:
    """A running ``build-decks serve``."""

    def __init__(self, folder: Path, *arguments: str) -> None:
        self.folder = folder
        self.log = folder / "log"
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                [*COMMAND, *arguments],
                cwd=folder,
                env={**os.environ, "SOURCE_DATE_EPOCH": "1790000000"},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        self.wait_until(lambda: len(re.findall(r"^\d\d:\d\d:\d\d ", self.said, re.MULTILINE)) > 0)
        self.address = re.search("^http.*$", self.said, re.MULTILINE)[0]  # type: ignore[index]

    @property
    def said(self) -> str:
        return self.log.read_text("utf-8")

    def wait_until(self, is_so: Callable[[], bool]) -> None:
        end = time.monotonic() + _PATIENCE
        while not is_so():
            assert self.process.poll() is None, self.said
            assert time.monotonic() < end, self.said
            time.sleep(0.02)

    def stop(self) -> int:
        """Ctrl-C."""
        self.process.send_signal(signal.SIGINT)
        return self.process.wait(_PATIENCE)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    pages = {"bio/cells.md": f"# Cells\n\n{table(*ROWS)}", ODD: f"# T\n\n{table(*ROWS)}"}
    write_notes(tmp_path / "source_notes", pages)
    return tmp_path


@pytest.fixture
def served(folder: Path) -> Iterator[Serving]:
    running = Serving(folder)
    yield running
    with suppress(ProcessLookupError):
        running.process.kill()
    running.process.wait()


@pytest.fixture
def phone(browser: Browser) -> Iterator[Page]:
    """A page of a phone in the dark; what goes wrong in it is collected."""
    context = browser.new_context(
        viewport={"width": 360, "height": 640}, color_scheme="dark", accept_downloads=True
    )
    page = context.new_page()
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("console", lambda line: faults.append(line.text) if line.type == "error" else None)
    yield page
    context.close()
    assert faults == []


# --- on the phone -----------------------------------------------------------------------------


@needs_chromium
def test_the_code_is_scanned_and_the_deck_is_imported(served: Serving, phone: Page) -> None:
    phone.goto(served.address)
    pixels = phone.evaluate(
        """async () => {
          const image = document.querySelector(".qr"), canvas = document.createElement("canvas");
          await image.decode();
          const size = canvas.width = canvas.height = 300, context = canvas.getContext("2d");
          context.drawImage(image, 0, 0, size, size);
          const { data } = context.getImageData(0, 0, size, size);
          return Array.from(data.filter((_, place) => place % 4 === 0));
        }"""
    )
    scanned = zxingcpp.read_barcode(memoryview(bytes(pixels)).cast("B", (300, 300)))
    assert scanned is not None
    assert scanned.text == served.address
    phone.goto(scanned.text)
    buttons = phone.locator(".deck")
    assert buttons.count() == 2
    for place in range(2):
        box = buttons.nth(place).bounding_box()
        assert box is not None
        assert box["height"] >= 56
        assert box["width"] > 300
    assert phone.evaluate("document.documentElement.scrollWidth <= innerWidth")
    names = set()
    for place in range(2):
        with phone.expect_download() as waiting:
            buttons.nth(place).click()
        name = waiting.value.suggested_filename
        names.add(name)
        taken = served.folder / "taken.apkg"
        waiting.value.save_as(taken)
        with temporary_collection() as col:
            assert len(import_package(col, taken).new) == len(ROWS)
    assert "bio.apkg" in names
    assert all(name.endswith(".apkg") for name in names)


@needs_chromium
def test_the_page_and_the_preview_follow_each_save(served: Serving, phone: Page) -> None:
    phone.goto(served.address)
    assert "2 cards" in phone.locator(".deck").first.inner_text()
    preview = phone.context.new_page()
    preview.goto(f"{served.address}cards")
    preview.frame_locator("iframe").locator("body").wait_for()
    cells = served.folder / "source_notes/bio/cells.md"
    cells.write_text(cells.read_text("utf-8") + "| a cheap answer | disk |\n", "utf-8")
    phone.locator(".deck", has_text="6 cards").wait_for(timeout=_PATIENCE * 1000)

    def shown() -> str:
        with suppress(Error, IndexError):  # while it loads anew
            return preview.frames[1].content()
        return ""

    # Asked again and again from here: the page's own policy forbids what is evaluated later in it.
    served.wait_until(lambda: "a cheap answer" in shown())


def test_rows_with_errors_are_counted_and_names_are_text() -> None:
    offers = [Offer("a <b>.apkg", "A </a><script>alert(1)</script>", 2, 1_500_000)]
    page = format_page(offers, 3, "data:,", 7)
    assert "3 rows wait" in page
    assert 'href="a%20%3Cb%3E.apkg"' in page
    assert "A &lt;/a&gt;&lt;script&gt;" in page
    assert "2 cards, 1.5 MB" in page
    assert "There is no deck yet." in format_page([], 0, "data:,", 1)


# --- what is served, and what is not ----------------------------------------------------------


def asked(address: str, path: str, method: str = "GET") -> tuple[int, str, bytes]:
    """The status, type and body of what is at a path, sent as it is written."""
    there = urlsplit(address)
    with socket.create_connection((there.hostname, there.port), timeout=_PATIENCE) as connection:
        connection.sendall(f"{method} {path} HTTP/1.1\r\nHost: {there.netloc}\r\n\r\n".encode())
        answer = http.client.HTTPResponse(connection, method=method)
        answer.begin()
        return answer.status, answer.getheader("Content-Type") or "", answer.read()


def test_a_package_has_its_type_and_its_bytes(served: Serving) -> None:
    path = urlsplit(served.address).path
    package = served.folder / "decks/bio.apkg"
    assert asked(served.address, f"{path}bio.apkg") == (
        200,
        "application/vnd.anki",
        package.read_bytes(),
    )
    package.unlink()
    assert asked(served.address, f"{path}bio.apkg")[0] == 404


@pytest.mark.parametrize(
    "path",
    [
        "{key}../source_notes/bio/cells.md",
        "{key}%2e%2e/source_notes/bio/cells.md",
        "{key}..%2fsource_notes%2fbio%2fcells.md",
        "{key}/etc/passwd",
        "{key}//etc/passwd",
        "{key}decks/bio.apkg",
        "{key}bio.apkg%00",
        "{key}ledger.jsonl",
        "{key}secret.txt",
        "{key}bio.apkg/",
        "/",
        "/bio.apkg",
        "//bio.apkg",
        "/wrong/bio.apkg",
        "/{short}/bio.apkg",
        "/é/bio.apkg",
        "http://elsewhere.example/bio.apkg",
        "*",
        "x" * 5000,
    ],
)
def test_nothing_else_is_there(served: Serving, path: str) -> None:
    key = urlsplit(served.address).path
    (served.folder / "decks/secret.txt").write_bytes(b"not ours")
    assert asked(served.address, path.format(key=key, short=key[1:-2]))[0] == 404


@pytest.mark.parametrize("method", ["HEAD", "POST", "PUT", "DELETE", "OPTIONS", "CONNECT", "GOT"])
def test_only_get_is_answered(served: Serving, method: str) -> None:
    status, _, _ = asked(served.address, f"{urlsplit(served.address).path}bio.apkg", method)
    assert status == 501


def test_a_link_in_the_place_of_a_package_is_not_followed(served: Serving) -> None:
    secret = served.folder / "secret"
    secret.write_text("secret")
    package = served.folder / "decks/bio.apkg"
    package.unlink()
    package.symlink_to(secret)
    assert asked(served.address, f"{urlsplit(served.address).path}bio.apkg")[0] == 404
    package.unlink()


def test_the_key_is_another_one_each_time_and_this_machine_alone_is_served(folder: Path) -> None:
    first = Serving(folder)
    assert urlsplit(first.address).hostname == "127.0.0.1"
    assert "--lan" in first.said
    assert first.stop() == 0
    assert first.said.endswith("stopped serving\n")
    second = Serving(folder)
    assert second.stop() == 0
    keys = [urlsplit(each.address).path.strip("/") for each in (first, second)]
    assert keys[0] != keys[1]
    assert all(len(key) >= 16 for key in keys)


def test_a_phone_that_goes_away_stops_nobody() -> None:
    site = Site("key")
    site.publish({"": Answer("text/plain", lambda: b"x" * 5_000_000)})
    with serving(site, "127.0.0.1", 0) as address:
        there = urlsplit(address)
        for _ in range(3):
            with socket.create_connection((there.hostname, there.port)) as connection:
                connection.sendall(b"GET /key/ HTTP/1.0\r\n\r\n")
                connection.recv(10)
        assert asked(address, "/key/")[0] == 200
        assert asked(address, "/key/version")[2] == b"1"


# --- the command ------------------------------------------------------------------------------


def refused(folder: Path, *arguments: str) -> str:
    done = subprocess.run(
        [*COMMAND, *arguments], cwd=folder, capture_output=True, text=True, timeout=_PATIENCE
    )
    assert done.returncode == 2, done.stderr
    return done.stderr


def test_a_port_that_is_taken_and_a_folder_that_is_not_there(folder: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        assert f"cannot serve at port {port} of 127.0.0.1" in refused(folder, "--port", port)
    assert "there is no folder 'nowhere'" in refused(folder, "-s", "nowhere")


def test_the_code_on_a_terminal_is_that_of_the_address() -> None:
    address = "http://192.0.2.7:43211/abcdefghijklmnop/"
    plain = format_qr(address, in_color=False).split("\n")
    # Each character is two modules, one above the other; a block is a light one.
    halves = {"█": (0, 0), "▀": (0, 1), "▄": (1, 0), " ": (1, 1)}
    rows = [[halves[c][half] for c in line] for line in plain for half in (0, 1)]
    matrix = [list(row) for row in segno.make_qr(address).matrix_iter(border=2)]
    assert rows[: len(matrix)] == matrix
    colored = format_qr(address, in_color=True)
    assert re.sub(r"\x1b\[[\d;]*m", "", colored).split("\n") == plain


def test_the_address_in_the_network_is_no_loopback() -> None:
    address = address_in_network()
    assert address is None or not address.startswith("127.")
