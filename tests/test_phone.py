"""Desktop, phone and Anki's own sync server between them: what is learned on the phone stays."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from anki.collection import Collection
from anki.sync import SyncAuth, SyncOutput
from build_notes import table
from learner import Learner, learner_in, snapshot
from test_spares import packaged, with_spare_in_use

from generator.anki.verify import (
    answer_cards,
    history,
    import_package,
    lost_history,
    temporary_collection,
)
from generator.commands.weak import Weak, weak
from generator.core.model import Kind
from generator.weak.weak_rows import Measure

USER, PASSWORD = "learner", "a password of the test"
PATIENCE = 30  # seconds

Login = Callable[[Collection], SyncAuth]

NEEDS = (
    ("scores a table each night", "batch"),
    ("replies while the caller waits", "online"),
    ("follows events without a pause", "stream"),
    ("reads a file once a week", "bulk"),
)
TERMS = table(("drift", "inputs change"), ("lag", "it comes too late"), header=("Term", "Meaning"))
RULES = table(("testing live", "shadow first"), header=("Trap", "Better rule"))
REWORDED = "scores a whole table each night"

FIRST = {"ml/modes.md": "# Modes\n\n" + table(*NEEDS), "ml/terms.md": "# Terms\n\n" + TERMS}
# A clue reworded, a row deleted, one added, cards added to known notes, a note type that is new.
SECOND = {
    "ml/modes.md": "# Modes\n\n"
    + table((REWORDED, "batch"), NEEDS[2], ("waits for a signal", "event"), NEEDS[1]),
    "ml/terms.md": "# Terms\n\n<!-- cards: reverse -->\n\n" + TERMS,
    "ml/rules.md": "# Rules\n\n" + RULES,
}


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@pytest.fixture
def login(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Login]:
    """A function that logs a collection in to a sync server of this test's own."""
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    port = free_port()
    environment = {
        **os.environ,
        "SYNC_USER1": f"{USER}:{PASSWORD}",
        "SYNC_BASE": str(tmp_path / "server"),
        "SYNC_HOST": "127.0.0.1",
        "SYNC_PORT": str(port),
    }
    log = tmp_path / "server.log"
    with log.open("wb") as output:
        server = subprocess.Popen(
            [sys.executable, "-m", "anki.syncserver"],
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    # Anki's client waits for as long as the server lives.
    watchdog = threading.Timer(4 * PATIENCE, server.kill)
    watchdog.start()
    try:
        wait_for(server, port, log)
        yield lambda col: col.sync_login(USER, PASSWORD, f"http://127.0.0.1:{port}/")
    finally:
        watchdog.cancel()
        server.kill()
        server.wait(PATIENCE)


def wait_for(server: subprocess.Popen[bytes], port: int, log: Path) -> None:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline and server.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    pytest.fail(f"the sync server does not answer:\n{log.read_text('utf-8', 'replace')}")


def sync(col: Collection, auth: SyncAuth) -> str:
    """Sync as Anki's main window does; gives what the server wanted."""
    output = col.sync_collection(auth, sync_media=False)
    required = SyncOutput.ChangesRequired.Name(output.required)
    if required in {"FULL_UPLOAD", "FULL_DOWNLOAD"}:
        col.close_for_full_sync()
        upload = required == "FULL_UPLOAD"
        col.full_upload_or_download(auth=auth, server_usn=None, upload=upload)
        col.reopen(after_full_sync=True)
        return required
    # An ordinary sync is done by now; a full one would have the person choose a side.
    assert required in {"NO_CHANGES", "NORMAL_SYNC"}
    return "ordinary"


def learn_on(phone: Collection) -> None:
    answer_cards(phone)
    phone.sched.bury_cards(phone.find_cards("")[1::6])


@pytest.mark.parametrize("syncs_first", [True, False], ids=["sync-import", "import-sync"])
def test_what_was_learned_on_the_phone_stays(
    tmp_path: Path, login: Login, syncs_first: bool
) -> None:
    with learner_in(tmp_path, real=True) as learner, temporary_collection() as phone:
        desktop = learner.col
        desktop_auth, phone_auth = login(desktop), login(phone)
        learner.update(FIRST)
        assert sync(desktop, desktop_auth) == "FULL_UPLOAD"
        assert sync(phone, phone_auth) == "FULL_DOWNLOAD"
        first = snapshot(phone)
        assert first == snapshot(desktop)

        learn_on(phone)
        learned = history(phone)
        assert len(learned.reviews) > 0
        assert sync(phone, phone_auth) == "ordinary"

        if syncs_first:
            assert sync(desktop, desktop_auth) == "ordinary"
            assert history(desktop) == learned
        learner.update(SECOND)
        for col, auth in ((desktop, desktop_auth), (phone, phone_auth)):
            assert sync(col, auth) == "ordinary"
            assert list(lost_history(learned, history(col))) == []

        assert_arrived(learner, phone)
        assert snapshot(phone) == snapshot(desktop)
        # Learning goes on, and nothing is left to tell.
        learn_on(phone)
        for col, auth in ((phone, phone_auth), (desktop, desktop_auth)):
            assert sync(col, auth) == "ordinary"
        assert snapshot(phone) == snapshot(desktop)


def test_a_spare_card_that_comes_to_use_needs_no_full_sync(tmp_path: Path, login: Login) -> None:
    first = packaged(tmp_path, Kind.CLUE)
    second = with_spare_in_use(first, tmp_path / "second.apkg", Kind.CLUE)
    with temporary_collection() as desktop, temporary_collection() as phone:
        desktop_auth, phone_auth = login(desktop), login(phone)
        import_package(desktop, first)
        assert sync(desktop, desktop_auth) == "FULL_UPLOAD"
        assert sync(phone, phone_auth) == "FULL_DOWNLOAD"
        learn_on(phone)
        learned = history(phone)
        assert sync(phone, phone_auth) == "ordinary"
        time.sleep(1.01)  # the server knows what is new by its time
        import_package(desktop, second)
        for col, auth in ((desktop, desktop_auth), (phone, phone_auth)):
            assert sync(col, auth) == "ordinary"
            assert list(lost_history(learned, history(col))) == []
            assert len(col.find_cards("card:Mnemonic")) == 1
        assert snapshot(phone) == snapshot(desktop)


def assert_arrived(learner: Learner, phone: Collection) -> None:
    """The phone has the notes of the second version, and the retired one."""
    clues = [note["Prompt"] for note in map(phone.get_note, phone.find_notes(""))]
    waiting = "waits for a signal"
    rows = [REWORDED, *(clue for clue, _ in NEEDS[1:]), waiting, "drift", "lag", "testing live"]
    assert sorted(clues) == sorted(rows)
    assert len(phone.find_cards("card:Reverse")) == 2
    assert learner.guids[REWORDED] == learner.guids[NEEDS[0][0]]


def test_what_was_forgotten_on_the_phone_is_said_at_its_line(tmp_path: Path, login: Login) -> None:
    with learner_in(tmp_path, real=True) as learner, temporary_collection() as phone:
        desktop = learner.col
        desktop_auth, phone_auth = login(desktop), login(phone)
        learner.update(FIRST)
        assert sync(desktop, desktop_auth) == "FULL_UPLOAD"
        assert sync(phone, phone_auth) == "FULL_DOWNLOAD"

        (card_id,) = phone.find_cards('"Prompt:replies while the caller waits" card:Recall')
        card = phone.get_card(card_id)
        for grade in (4, 1):  # learned, and then forgotten
            card.start_timer()
            phone.sched.answerCard(card, grade)
        assert sync(phone, phone_auth) == "ordinary"
        assert weak_lines(learner) == []
        assert sync(desktop, desktop_auth) == "ordinary"
        assert weak_lines(learner) == [("ml/modes.md", 6, "recall", 2, 1)]
        # Looking has written nothing that a sync would bring.
        assert sync(desktop, desktop_auth) == "ordinary"
        assert snapshot(phone) == snapshot(desktop)


def weak_lines(learner: Learner) -> list[tuple[str, int, str, int, int]]:
    """File, line, card, reviews and lapses of the rows that do not stick on the desktop."""
    found = weak(
        learner.folder / "notes",
        learner.folder / "decks",
        Path(learner.col.path),
        Measure.LAPSES,
        9,
    )
    assert isinstance(found, Weak)
    return [
        (*row.note.position[:2], card.name, card.history.reviews, card.history.lapses)
        for row in found.report.rows
        for card in row.cards
    ]
