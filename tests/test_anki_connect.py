"""The Anki of the tests answers as AnkiConnect does in Anki's own window, and breaks when asked."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from collections.abc import Iterator
from http.client import RemoteDisconnected
from pathlib import Path
from typing import Any

import pytest
from anki import import_export_pb2 as messages
from anki.buildinfo import version
from anki_connect import Window, action_names, running
from anki_connect_scenes import KEY, SCENES, play
from record_anki_connect import RECORDED_WITH, TRANSCRIPT, read_transcript

from generator.anki.verify import temporary_collection

pytestmark = pytest.mark.skipif(
    not hasattr(messages, "ImportAnkiPackageUpdateCondition"),
    reason="the add-on asks for Anki 23.10 or newer",
)


@pytest.fixture
def window() -> Iterator[Window]:
    with temporary_collection() as col:
        yield Window(col)


def ask(address: str, action: str, patience: float = 30, **params: Any) -> Any:
    body = json.dumps({"action": action, "version": 6, "params": params}).encode()
    request = urllib.request.Request(address, body)
    with urllib.request.urlopen(request, timeout=patience) as answer:
        return json.load(answer)


def without_words(line: str) -> str:
    """An error as "there is one": its words are often Anki's own, and differ by release."""
    entry = json.loads(line)
    response = entry["response"]
    if isinstance(response, dict) and response.get("error"):
        response["error"] = "…"
    return json.dumps(entry)


@pytest.mark.parametrize("scene", SCENES)
def test_every_answer_is_the_one_that_the_add_on_gave(
    scene: str, window: Window, tmp_path: Path
) -> None:
    is_as_recorded = version.startswith(RECORDED_WITH)
    if scene == "merged" and not is_as_recorded:
        pytest.skip("older releases do not merge note types")
    if scene == "keyed":
        window.key = KEY
    if scene == "closed":
        window = Window(None, profile="Other", profiles=("Other", "User 1"))
    with running(window) as address:
        answers = play(scene, address, tmp_path / "folder")
    recorded = read_transcript()[scene]
    if not is_as_recorded:
        answers, recorded = ([without_words(line) for line in each] for each in (answers, recorded))
    assert answers == recorded


def test_every_action_is_in_the_transcript() -> None:
    words = TRANSCRIPT.read_text("utf-8")
    missing = [name for name in sorted(action_names()) if f'"action": "{name}"' not in words]
    assert missing == []


def test_an_old_add_on_lacks_actions(window: Window) -> None:
    window.unsupported = frozenset({"getActiveProfile"})
    with running(window) as address:
        error = ask(address, "getActiveProfile")["error"]
        found = ask(address, "apiReflect", scopes=["actions"])["result"]["actions"]
    assert error == "unsupported action"
    assert set(found) == action_names() - {"getActiveProfile"}


@pytest.mark.parametrize("number", range(5))
def test_anki_breaks_off_after_so_many_actions(window: Window, number: int) -> None:
    window.hangs_up_after = number
    names = ["a", "b", "c"]
    actions = [{"action": "createDeck", "params": {"deck": name}} for name in names]
    with running(window) as address:
        if number <= len(names):
            with pytest.raises(RemoteDisconnected):
                ask(address, "multi", actions=actions)
            with pytest.raises(RemoteDisconnected):
                ask(address, "version")
        else:
            assert ask(address, "multi", actions=actions)["error"] is None
        window.hangs_up_after = None
        decks = ask(address, "deckNames")["result"]
    assert decks == [*names[:number], "Default"]
    assert window.done == ["createDeck"] * min(number, len(names)) + ["deckNames"]


def test_a_busy_anki_answers_later(window: Window) -> None:
    with running(window) as address:
        window.busy.set()
        with pytest.raises(TimeoutError):
            ask(address, "version", patience=0.05)
        window.busy.clear()
        assert ask(address, "version")["result"] == 6


def test_in_a_full_sync_some_actions_fail(window: Window) -> None:
    assert window.col is not None
    with running(window) as address:
        window.col.close_for_full_sync()
        assert ask(address, "findNotes", query="x") == {"result": [], "error": None}
        error = ask(address, "notesInfo", notes=[1])["error"]
        assert error == "'NoneType' object has no attribute 'all'"
        window.col.reopen(after_full_sync=True)
        assert ask(address, "notesInfo", notes=[1]) == {"result": [{}], "error": None}


def test_anki_is_closed(window: Window) -> None:
    with running(window) as address:
        pass
    with pytest.raises(urllib.error.URLError):
        ask(address, "version")
