"""What is asked of AnkiConnect, action by action and refusal by refusal, and its answers as lines.

A scene is played to the add-on in Anki's own window (`record_anki_connect.py`) and to the server
of the tests (`test_anki_connect.py`); both must give the same lines.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
import sqlite3
import time
import urllib.request
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from build_notes import NOW, build_only
from edited_package import edit_package
from media_files import png

KEY = "a key of the test"
PAGE = """# Terms

<!-- cards: reverse -->

| Term | Meaning |
| --- | --- |
| drift | ![two boxes](boxes.png) inputs change |
| lag | it comes late |
"""
# A day later: an answer reworded, a row added.
LATER_PAGE = PAGE.replace("it comes late", "it comes too late") + "| skew | two paths |\n"
# Anki promises no order of what is found.
_UNORDERED = {"findNotes", "findCards", "getMediaFilesNames"}
_LONGEST_TEXT = 60
_MOST_VALUES = 8
_FIRST_ID = 10**11  # ids are milliseconds since 1970, times are seconds
_FIRST_TIME = 10**9
_ID_IN_TEXT = re.compile(r"\b1\d{12}\b")

Answer = Any
Scene = Callable[["Talk", Path], None]


class Talk:
    """Requests and their answers, as lines that are the same wherever the scene is played."""

    def __init__(self, address: str, folders: Mapping[str, str]) -> None:
        self.lines: list[str] = []
        self._address = address
        self._folders = dict(folders)
        self._ids: dict[str, str] = {}

    def ask(self, action: str, /, **params: Any) -> Any:
        """The result of an action with these parameters; None where it is refused."""
        request = {"action": action, "version": 6, "params": params}
        return self.ask_with({name: part for name, part in request.items() if part != {}})["result"]

    def ask_with(self, request: dict[str, Any]) -> Any:
        """The whole answer to a request."""
        response = self.send(json.dumps(request))
        if request["action"] in _UNORDERED and response["result"]:
            response["result"].sort()
        if request["action"] == "getMediaDirPath" and response["result"]:
            self._folders[response["result"]] = "MEDIA"
        self._write(request, response)
        return response

    def ask_in_words(self, body: str) -> None:
        """Ask with a body that is no request."""
        self._write(body, self.send(body))

    def send(self, body: str) -> Any:
        """The answer to this body, which is written nowhere."""
        request = urllib.request.Request(self._address, body.encode())
        with urllib.request.urlopen(request) as answer:
            return json.load(answer)

    def _write(self, request: Any, response: Any) -> None:
        entry = {"request": self._plain(request), "response": self._plain(response)}
        self.lines.append(json.dumps(entry))

    def _plain(self, value: Any, name: str = "") -> Any:
        """A value without what differs from one day, machine and design of cards to the next."""
        if isinstance(value, dict):
            plain = {self._plain(key): self._plain(part, key) for key, part in value.items()}
            kept = {key: part for key, part in plain.items() if not _is_empty_field(part)}
            return dict(list(kept.items())[:_MOST_VALUES]) if name.endswith("Ids") else kept
        if isinstance(value, list):
            shown = [self._plain(part) for part in value[:_MOST_VALUES]]
            return shown + ["…"] * (len(value) > _MOST_VALUES)
        if isinstance(value, str):
            for folder, word in self._folders.items():
                value = value.replace(folder, word)
            value = _ID_IN_TEXT.sub(lambda found: self._id(found[0]), value)
            is_long = "\n" in value or len(value) > _LONGEST_TEXT
            return "…" if is_long and name != "error" else value
        if not isinstance(value, int) or value < _FIRST_TIME:
            return "<milliseconds>" if name == "time" else value
        return self._id(str(value)) if value >= _FIRST_ID else "<time>"

    def _id(self, digits: str) -> str:
        return self._ids.setdefault(digits, f"<id {len(self._ids) + 1}>")


def _is_empty_field(value: Any) -> bool:
    return isinstance(value, dict) and value.get("value") == "" and "order" in value


def play(scene: str, address: str, folder: Path) -> list[str]:
    """The lines of a scene; `folder` takes the packages that it imports, and is empty."""
    talk = Talk(address, {str(folder): "FOLDER"})
    SCENES[scene](talk, folder)
    return talk.lines


def _packages(folder: Path) -> list[Path]:
    """The package of the page, and that of the page a day later."""
    files = {"terms.md": PAGE}
    (folder / "notes").mkdir(parents=True)
    (folder / "notes" / "boxes.png").write_bytes(png())
    packages = []
    for number, text in enumerate((PAGE, LATER_PAGE)):
        files["terms.md"] = text
        build_only(folder, files, NOW + number * 86400)
        package = folder / f"terms-{number}.apkg"
        package.write_bytes((folder / "decks" / "terms.apkg").read_bytes())
        packages.append(package)
    return packages


def _restyle(note_types: dict[str, Any], _: object) -> None:
    for note_type in note_types.values():
        note_type["css"] = ".card { color: blue }"
        note_type["mod"] = _soon()


def _renew(_: object, package: sqlite3.Connection) -> None:
    package.execute("update notes set mod = ?", (_soon(),))


def _soon() -> int:
    """A time that is newer than all that a scene writes."""
    return int(time.time()) + 1000


def _opened(talk: Talk, folder: Path) -> None:
    """A new profile is open, the add-on has no key."""
    ask = talk.ask
    first, later = _packages(folder)
    _about_itself(talk)
    _import(talk, folder, first)
    ask("importPackage", path=str(first))

    ask("deckNames")
    ask("deckNamesAndIds")
    ask("modelNames")
    ask("modelNamesAndIds")
    (note_type,) = [each for each in ask("modelNames") if each == "build-decks Clue"]
    for action in ("modelFieldNames", "modelTemplates", "modelStyling"):
        ask(action, modelName=note_type)
        ask(action, modelName="no such type")

    notes = ask("findNotes", query="deck:terms")
    cards = ask("findCards", query=f"nid:{notes[0]}")
    _look(talk, notes, cards)
    _edit_note(talk, notes)
    _suspend(talk, cards)
    _move(talk, cards)
    _media(talk, folder)
    _note_type(talk, note_type)
    _review(talk, cards)

    # What an import does to notes that were edited here, and to a style of the person's own.
    ask("importPackage", path=str(later))
    ask("notesInfo", notes=notes)
    ask("modelStyling", modelName=note_type)
    ask("findNotes", query="deck:terms")
    ask("cardsInfo", cards=cards[:1])
    restyled = edit_package(later, folder / "restyled.apkg", _restyle)
    ask("importPackage", path=str(restyled))
    ask("modelStyling", modelName=note_type)
    ask("getMediaFilesNames")
    ask("sync")


def _about_itself(talk: Talk) -> None:
    ask = talk.ask
    ask("version")
    ask("requestPermission")
    ask("apiReflect", scopes=["actions"], actions=["findNotes", "noSuchAction"])
    ask("apiReflect", scopes=["other"])
    ask("apiReflect", scopes="actions")
    ask("getProfiles")
    ask("getActiveProfile")
    ask("noSuchAction")
    ask("findNotes", words="x")
    ask("addTags", tags="x")
    talk.ask_in_words("")
    talk.ask_in_words("no request")
    talk.ask_with({"action": "version"})
    talk.ask_with({"action": "version", "version": 5})
    talk.ask_with({"action": "noSuchAction", "version": 4})
    talk.ask_with({"action": "version", "version": 6, "key": KEY})
    # Each action of several has its own version, and gives a bare result without one.
    inner = [
        {"action": "version"},
        {"action": "version", "version": 6},
        {"action": "noSuchAction"},
        {"action": "multi", "version": 6, "params": {"actions": [{"action": "version"}]}},
    ]
    ask("multi", actions=inner)
    ask("multi", actions=[])
    ask("multi")


def _import(talk: Talk, folder: Path, first: Path) -> None:
    (folder / "damaged.apkg").write_bytes(b"no package")
    talk.ask("importPackage", path=str(folder / "nowhere.apkg"))
    talk.ask("importPackage", path=str(folder / "damaged.apkg"))
    talk.ask("importPackage", path=str(first))


def _look(talk: Talk, notes: list[int], cards: list[int]) -> None:
    ask = talk.ask
    ask("findNotes")
    ask("findNotes", query="(")
    ask("findNotes", query="Key:*")
    ask("findNotes", query="deck:nowhere")
    ask("findCards")
    ask("findCards", query="nid:x")
    ask("notesInfo", notes=[*notes, 1])
    ask("notesInfo", query=f"nid:{notes[1]}")
    ask("notesInfo")
    ask("notesModTime", notes=[*notes, 1])
    ask("cardsInfo", cards=[*cards, 1])
    ask("cardsModTime", cards=[*cards, 1])
    ask("cardsToNotes", cards=[*cards, 1])


def _edit_note(talk: Talk, notes: list[int]) -> None:
    ask = talk.ask
    fields = {"Answer": "it is <b>late</b>", "answer": "x", "No such field": "x"}
    ask("updateNoteFields", note={"id": notes[1], "fields": fields})
    ask("updateNoteFields", note={"id": notes[1], "fields": {}})
    ask("updateNoteFields", note={"id": notes[1]})
    ask("updateNoteFields", note={"id": notes[1], "fields": {"Answer": None}})
    ask("updateNoteFields", note={"id": 1, "fields": {}})
    ask("addTags", notes=[*notes, 1], tags="own other::own")
    ask("removeTags", notes=[notes[1], 1], tags="OTHER::own none")
    ask("getNoteTags", note=notes[0])
    ask("getNoteTags", note=1)
    ask("notesInfo", notes=notes)


def _suspend(talk: Talk, cards: list[int]) -> None:
    ask = talk.ask
    ask("areSuspended", cards=[*cards, 1])
    ask("suspend", cards=cards[:1])
    ask("suspend", cards=cards[:1])
    ask("suspend", cards=cards)
    ask("suspend", cards=cards)
    ask("areSuspended", cards=cards)
    ask("suspend", cards=[])
    ask("suspend", cards=[1])
    ask("unsuspend", cards=cards)
    ask("unsuspend", cards=cards)
    ask("areSuspended", cards=cards)


def _move(talk: Talk, cards: list[int]) -> None:
    ask = talk.ask
    ask("createDeck", deck="own")
    ask("createDeck", deck="own")
    ask("createDeck", deck=" a:: ::b ")
    ask("changeDeck", cards=[*cards[:1], 1], deck="own")
    ask("changeDeck", cards=cards[1:], deck="new::deck")
    ask("deckNames")
    ask("cardsInfo", cards=cards)
    ask("changeDeck", cards=cards, deck="terms")


def _media(talk: Talk, folder: Path) -> None:
    ask = talk.ask
    picture, other = png(1), png(2)
    data, other_data = (base64.b64encode(each).decode() for each in (picture, other))
    (folder / "box.png").write_bytes(picture)
    ask("getMediaDirPath")
    ask("storeMediaFile", filename="a.png", data=data)
    ask("storeMediaFile", filename="a.png", data=other_data)
    ask("retrieveMediaFile", filename="a.png")
    ask("storeMediaFile", filename="a.png", data=data, deleteExisting=False)
    ask("storeMediaFile", filename="a.png", data=data, skipHash=hashlib.md5(picture).hexdigest())
    ask("storeMediaFile", filename="b.png", path=str(folder / "box.png"))
    ask("storeMediaFile", filename="c.png", path=str(folder / "nowhere.png"))
    ask("storeMediaFile", filename="d/e: f.png", data=data)
    ask("storeMediaFile", filename="a.png", data="")
    ask("storeMediaFile", filename="a.png")
    ask("storeMediaFile", filename="a.png", data="no base64")
    ask("retrieveMediaFile", filename="d/b.png")
    ask("retrieveMediaFile", filename="nowhere.png")
    ask("getMediaFilesNames", pattern="b.*")
    ask("getMediaFilesNames", pattern="nowhere*")


def _note_type(talk: Talk, note_type: str) -> None:
    ask = talk.ask
    ask("updateModelStyling", model={"name": note_type, "css": ".card { color: red }"})
    ask("modelStyling", modelName=note_type)
    sides = {"Recall": {"Front": "{{Prompt}}?", "Back": ""}, "No such template": {"Front": "x"}}
    ask("updateModelTemplates", model={"name": note_type, "templates": sides})
    ask("modelTemplates", modelName=note_type)
    sides = {"Recall": {"Front": "{{Prompt"}}
    ask("updateModelTemplates", model={"name": note_type, "templates": sides})
    ask("modelTemplates", modelName=note_type)
    ask("updateModelStyling", model={"name": "no such type", "css": ""})
    ask("updateModelTemplates", model={"name": "no such type", "templates": {}})


def _review(talk: Talk, cards: list[int]) -> None:
    ask = talk.ask
    ask("getLatestReviewID", deck="terms")
    ask("getNumCardsReviewedToday")
    answers = [{"cardId": cards[0], "ease": 1}, {"cardId": cards[1], "ease": 4}]
    ask("answerCards", answers=[*answers, {"cardId": 1, "ease": 3}])
    ask("getReviewsOfCards", cards=[*cards, 1])
    ask("getLatestReviewID", deck="terms")
    ask("getNumCardsReviewedToday")
    ask("cardsInfo", cards=cards)


def _merged(talk: Talk, folder: Path) -> None:
    """A new profile is open; the person adds to our note type, and packages are still imported."""
    ask = talk.ask
    first, later = _packages(folder)
    ask("importPackage", path=str(first))
    note_type = {"modelName": "build-decks Clue"}
    ask("modelFieldAdd", **note_type, fieldName="Own")
    ask("modelFieldAdd", modelName="no such type", fieldName="Own")
    notes = ask("findNotes", query="deck:terms")
    for note in notes:
        ask("updateNoteFields", note={"id": note, "fields": {"Own": "my words"}})
    ask("addTags", notes=notes, tags="own")
    ask("notesInfo", notes=notes)
    # A package with other notes only leaves these as they are; one that is newer empties them.
    ask("importPackage", path=str(edit_package(later, folder / "others.apkg", _other_notes)))
    ask("modelNames")
    ask("findNotes", query="Own:my*")
    ask("notesInfo", notes=notes)
    ask("importPackage", path=str(edit_package(later, folder / "newer.apkg", _renew)))
    ask("modelNames")
    ask("findNotes", query="Own:my*")
    ask("notesInfo", notes=notes)


def _other_notes(_: object, package: sqlite3.Connection) -> None:
    """Leave the notes that only the later package has."""
    known = "select id from notes where flds like 'drift%' or flds like 'lag%'"
    package.execute(f"delete from cards where nid in ({known})")
    package.execute(f"delete from notes where id in ({known})")


def _keyed(talk: Talk, folder: Path) -> None:
    """The add-on has the key `KEY`."""
    request = {"action": "deckNames", "version": 6}
    talk.ask_with(request)
    talk.ask_with({**request, "key": "another key"})
    talk.ask_with({**request, "key": KEY})
    talk.ask_with({"action": "noSuchAction", "version": 6})
    talk.ask_with({"action": "requestPermission", "version": 6})
    actions = [request, {**request, "key": KEY}]
    talk.ask_with({"action": "multi", "version": 6, "params": {"actions": actions}, "key": KEY})


def _closed(talk: Talk, folder: Path) -> None:
    """There are two profiles, and none is open."""
    ask = talk.ask
    ask("version")
    ask("requestPermission")
    ask("getProfiles")
    ask("getActiveProfile")
    ask("findNotes")
    ask("findNotes", query="x")
    ask("importPackage", path=str(folder / "nowhere.apkg"))
    ask("deckNames")
    ask("modelNames")
    ask("modelStyling", modelName="Basic")
    ask("updateModelStyling", model={"name": "Basic", "css": ""})
    ask("notesInfo", notes=[1])
    ask("cardsInfo", cards=[1])
    ask("updateNoteFields", note={"id": 1, "fields": {}})
    ask("addTags", notes=[1], tags="x")
    ask("areSuspended", cards=[1])
    ask("suspend", cards=[1])
    ask("changeDeck", cards=[1], deck="x")
    ask("storeMediaFile", filename="x.png", data="eA==")
    ask("getMediaDirPath")
    ask("getReviewsOfCards", cards=[1])
    ask("sync")


SCENES: dict[str, Scene] = {
    "opened": _opened,
    "merged": _merged,
    "keyed": _keyed,
    "closed": _closed,
}
