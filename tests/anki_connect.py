"""A running Anki with the add-on AnkiConnect, for tests: its actions over Anki's own backend.

It answers as protocol version 6 of the add-on (2055492159) does in Anki's window: the same
results, the same words of errors. `cases/anki_connect.jsonl` has what the add-on answered, and
`test_anki_connect.py` holds this server to it. Everything that a test wants otherwise is in
`Window`, and may be changed between two requests.
"""

# ruff: noqa: N802, N803, N815 (actions and parameters have the names of the protocol)

from __future__ import annotations

import base64
import contextlib
import hashlib
import io
import json
import re
import threading
import unicodedata
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import anki.collection  # the first of Anki's modules: releases before 24 import in a circle
from anki import importing, lang
from anki.errors import NotFoundError
from anki.utils import ids2str, int_time

VERSION = 6
# Characters that the add-on drops from the name of a file that is asked for.
_NOT_IN_FILE_NAMES = re.compile(r'[\]\[><:"/?*^\\|\0\r\n]')
_REVIEW = ("id", "usn", "ease", "ivl", "lastIvl", "factor", "time", "type")


class HungUpError(Exception):
    """Anki is gone in the middle of a request: nothing more is answered."""


@dataclass
class Window:
    """What stands open on the person's screen, and how it is to go wrong."""

    col: anki.collection.Collection | None  # None: no profile is open, or Anki is synchronising
    key: str | None = None  # that the person set in the add-on
    profile: str = "User 1"  # that is open; without one, that is chosen in the list
    profiles: tuple[str, ...] = ("User 1",)
    unsupported: frozenset[str] = frozenset()  # actions that an old add-on does not have
    unsaid: frozenset[str] = frozenset()  # what an old add-on says of no note
    hangs_up_after: int | None = None  # so many actions are done, the last of them unanswered
    done: list[str] = field(default_factory=list)  # names of the actions, in order
    busy: threading.Event = field(default_factory=threading.Event)  # set: nothing is answered


class AnkiConnect:
    """The actions: a method each, with the names and parameters of the protocol.

    A method raises what the add-on raises; the text of an exception is the error of its answer.
    """

    def __init__(self, window: Window) -> None:
        self._window = window

    # --- the add-on itself ---

    def version(self) -> int:
        return VERSION

    def requestPermission(self, origin: str = "", allowed: bool = True) -> dict[str, Any]:
        needs_key = self._window.key is not None
        return {"permission": "granted", "requireApikey": needs_key, "version": VERSION}

    def apiReflect(self, scopes: Any = None, actions: Any = None) -> dict[str, Any]:
        if not isinstance(scopes, list):
            raise ValueError("scopes has invalid value")
        if not (actions is None or isinstance(actions, list)):
            raise ValueError("actions has invalid value")
        if "actions" not in scopes:
            return {"scopes": []}
        asked = sorted(action_names()) if actions is None else actions
        known = action_names() - self._window.unsupported
        return {"scopes": ["actions"], "actions": [name for name in asked if name in known]}

    def multi(self, actions: list[dict[str, Any]]) -> list[Any]:
        return [answer(self._window, action) for action in actions]

    def getProfiles(self) -> list[str]:
        return list(self._window.profiles)

    def getActiveProfile(self) -> str:
        return self._window.profile

    def sync(self) -> None:
        raise RuntimeError("sync: auth not configured")

    def importPackage(self, path: str) -> bool:
        col = self._edited
        if lang.current_i18n is None:  # what Anki's window sets; releases before 25 need it
            lang.set_lang("en")
        with contextlib.redirect_stdout(io.StringIO()):  # it prints that it is deprecated
            importing.AnkiPackageImporter(col, path).run()
        return True

    # --- decks ---

    def deckNames(self) -> list[str]:
        return [deck.name for deck in self._col.decks.all_names_and_ids()]

    def deckNamesAndIds(self) -> dict[str, int]:
        return {deck.name: deck.id for deck in self._col.decks.all_names_and_ids()}

    def createDeck(self, deck: str) -> int | None:
        return self._edited.decks.id(deck)

    def changeDeck(self, cards: list[int], deck: str) -> None:
        col = self._edited
        deck_id = col.decks.id(deck)
        col.sched.remFromDyn(cards)  # out of filtered decks
        self._db.execute(
            f"update cards set usn = ?, mod = ?, did = ? where id in {ids2str(cards)}",
            *(col.usn(), int_time(), deck_id),
        )

    # --- note types ---

    def modelNames(self) -> list[str]:
        return [each.name for each in self._col.models.all_names_and_ids()]

    def modelNamesAndIds(self) -> dict[str, int]:
        return {each.name: each.id for each in self._col.models.all_names_and_ids()}

    def modelFieldNames(self, modelName: str) -> list[str]:
        return [each["name"] for each in self._note_type(modelName)["flds"]]

    def modelTemplates(self, modelName: str) -> dict[str, dict[str, str]]:
        templates = self._note_type(modelName)["tmpls"]
        return {each["name"]: {"Front": each["qfmt"], "Back": each["afmt"]} for each in templates}

    def modelStyling(self, modelName: str) -> dict[str, str]:
        return {"css": self._note_type(modelName)["css"]}

    def updateModelTemplates(self, model: dict[str, Any]) -> None:
        note_type = self._note_type(model["name"])
        for template in note_type["tmpls"]:
            sides = model["templates"].get(template["name"]) or {}
            template["qfmt"] = sides.get("Front") or template["qfmt"]
            template["afmt"] = sides.get("Back") or template["afmt"]
        self._col.models.update_dict(note_type)

    def updateModelStyling(self, model: dict[str, Any]) -> None:
        note_type = self._note_type(model["name"])
        note_type["css"] = model["css"]
        self._col.models.update_dict(note_type)

    def modelFieldAdd(self, modelName: str, fieldName: str) -> None:
        """Add a field at the end."""
        models, note_type = self._col.models, self._note_type(modelName)
        models.add_field(note_type, models.new_field(fieldName))
        models.update_dict(note_type)

    # --- notes ---

    def findNotes(self, query: str | None = None) -> list[int]:
        return [] if query is None else list(self._col.find_notes(query))

    def notesInfo(
        self, notes: list[int] | None = None, query: str | None = None
    ) -> list[dict[str, Any]]:
        if notes is None and query is None:
            raise ValueError('Must provide either "notes" or a "query"')
        ids = self.findNotes(query) if query is not None else notes or []
        search = f"select nid, id from cards where nid in {ids2str(ids)} order by ord"
        cards: dict[int, list[int]] = {}
        for note_id, card_id in self._db.all(search):
            cards.setdefault(note_id, []).append(card_id)

        def of(note: Any) -> dict[str, Any]:
            said = {
                "noteId": note.id,
                "profile": self._window.profile,
                "tags": note.tags,
                "fields": _fields(note),
                "modelName": note.note_type()["name"],
                "mod": note.mod,
                "cards": cards[note.id],
            }
            return {name: said[name] for name in said if name not in self._window.unsaid}

        return [self._note_or_nothing(note_id, of) for note_id in ids]

    def notesModTime(self, notes: list[int]) -> list[dict[str, int]]:
        def of(note: Any) -> dict[str, int]:
            return {"noteId": note.id, "mod": note.mod}

        return [self._note_or_nothing(note_id, of) for note_id in notes]

    def updateNoteFields(self, note: dict[str, Any]) -> None:
        stored = self._note(note["id"])
        col = self._edited
        for name, value in note["fields"].items():
            if name in stored:
                stored[name] = value
        col.update_note(stored, skip_undo_entry=True)

    def getNoteTags(self, note: int) -> list[str]:
        return self._note(note).tags

    def addTags(self, notes: list[int], tags: str, add: bool = True) -> None:
        change = self._edited.tags.bulk_add if add else self._edited.tags.bulk_remove
        change(notes, tags)

    def removeTags(self, notes: list[int], tags: str) -> None:
        self.addTags(notes, tags, False)

    # --- cards ---

    def findCards(self, query: str | None = None) -> list[int]:
        return [] if query is None else list(self._col.find_cards(query))

    def cardsToNotes(self, cards: list[int]) -> list[int]:
        return self._db.list(f"select distinct nid from cards where id in {ids2str(cards)}")

    def cardsInfo(self, cards: list[int]) -> list[dict[str, Any]]:
        return [self._card_or_nothing(card_id, self._card_info) for card_id in cards]

    def cardsModTime(self, cards: list[int]) -> list[dict[str, int]]:
        def of(card: Any) -> dict[str, int]:
            return {"cardId": card.id, "mod": card.mod}

        return [self._card_or_nothing(card_id, of) for card_id in cards]

    def suspend(self, cards: list[int], suspend: bool = True) -> bool:
        # The add-on takes cards out of the list that it walks along, and so passes over the next.
        place = 0
        while place < len(cards):
            if (self._card(cards[place]).queue == -1) == suspend:
                cards.remove(cards[place])
            place += 1
        if not cards:
            return False
        scheduler = self._edited.sched
        (scheduler.suspend_cards if suspend else scheduler.unsuspend_cards)(cards)
        return True

    def unsuspend(self, cards: list[int]) -> None:
        self.suspend(cards, False)

    def areSuspended(self, cards: list[int]) -> list[bool | None]:
        def of(card: Any) -> bool:
            return card.queue == -1

        states = [self._card_or_nothing(card_id, of) for card_id in cards]
        return [None if state == {} else state for state in states]

    # --- reviews ---

    def answerCards(self, answers: list[dict[str, int]]) -> list[bool]:
        done = []
        for each in answers:
            card = self._card_or_nothing(each["cardId"], lambda card: card)
            if card:
                card.start_timer()
                self._col.sched.answerCard(card, each["ease"])
            done.append(bool(card))
        return done

    def getReviewsOfCards(self, cards: list[int]) -> dict[int, list[dict[str, int]]]:
        query = f"select {', '.join(_REVIEW)} from revlog where cid = ?"
        return {
            card: [dict(zip(_REVIEW, row, strict=True)) for row in self._db.all(query, card)]
            for card in cards
        }

    def getLatestReviewID(self, deck: str) -> int:
        query = "select max(id) from revlog where cid in (select id from cards where did = ?)"
        return self._db.scalar(query, self._col.decks.id(deck)) or 0

    def getNumCardsReviewedToday(self) -> int:
        start = (self._col.sched.day_cutoff - 86400) * 1000
        return self._db.scalar("select count() from revlog where id > ?", start)

    # --- media ---

    def storeMediaFile(
        self,
        filename: str,
        data: str | None = None,
        path: str | None = None,
        url: str | None = None,
        skipHash: str | None = None,
        deleteExisting: bool = True,
    ) -> str | None:
        if not (data or path or url):
            raise ValueError('You must provide a "data", "path", or "url" field.')
        # A test gives no address: nothing is fetched.
        content = base64.b64decode(data) if data else Path(path or "").read_bytes()
        if skipHash is not None and hashlib.md5(content).hexdigest() == skipHash:
            return None
        if deleteExisting:
            self._col.media.trash_files([filename])
        return self._col.media.write_data(Path(filename).name, content)

    def retrieveMediaFile(self, filename: str) -> str | bool:
        name = unicodedata.normalize("NFC", Path(filename).name)
        found = Path(self._col.media.dir(), _NOT_IN_FILE_NAMES.sub("", name))
        return base64.b64encode(found.read_bytes()).decode("ascii") if found.exists() else False

    def getMediaFilesNames(self, pattern: str = "*") -> list[str]:
        return [each.name for each in Path(self._col.media.dir()).glob(pattern)]

    def getMediaDirPath(self) -> str:
        return str(Path(self._col.media.dir()).absolute())

    # --- what the actions share ---

    @property
    def _col(self) -> anki.collection.Collection:
        if self._window.col is None:
            raise RuntimeError("collection is not available")
        return self._window.col

    @property
    def _edited(self) -> anki.collection.Collection:
        """The collection, about to be changed: the window first reads all note types anew."""
        self._col.models._clear_cache()
        return self._col

    @property
    def _db(self) -> Any:
        return self._col.db  # None during a full sync, which some actions then stumble over

    def _note_type(self, name: str) -> Any:
        note_type = self._col.models.by_name(name)
        if note_type is None:
            raise LookupError(f"model was not found: {name}")
        return note_type

    def _note(self, note_id: int) -> Any:
        try:
            return self._col.get_note(note_id)
        except NotFoundError:
            raise NotFoundError(f"Note was not found: {note_id}", None, None, None) from None

    def _card(self, card_id: int) -> Any:
        try:
            return self._col.get_card(card_id)
        except NotFoundError:
            raise NotFoundError(f"Card was not found: {card_id}", None, None, None) from None

    def _note_or_nothing(self, note_id: int, of: Callable[[Any], Any]) -> Any:
        try:
            return of(self._note(note_id))
        except NotFoundError:
            return {}

    def _card_or_nothing(self, card_id: int, of: Callable[[Any], Any]) -> Any:
        try:
            return of(self._card(card_id))
        except NotFoundError:
            return {}

    def _card_info(self, card: Any) -> dict[str, Any]:
        deck = self._col.decks.get(card.did)
        backend = self._col._backend
        return {
            "cardId": card.id,
            "fields": _fields(card.note()),
            "fieldOrder": card.ord,
            "question": card.question(),
            "answer": card.answer(),
            "modelName": card.note_type()["name"],
            "ord": card.ord,
            "deckName": deck["name"] if deck else "",
            "css": card.note_type()["css"],
            "factor": card.factor,
            "interval": card.ivl,
            "note": card.nid,
            "type": card.type,
            "queue": card.queue,
            "due": card.due,
            "reps": card.reps,
            "lapses": card.lapses,
            "left": card.left,
            "mod": card.mod,
            "nextReviews": list(
                backend.describe_next_states(backend.get_scheduling_states(card.id))
            ),
            "flags": card.flags,
        }


def action_names() -> set[str]:
    """The actions that the server has; an add-on in a window has more."""
    return {name for name in vars(AnkiConnect) if not name.startswith("_")}


def answer(window: Window, request: dict[str, Any]) -> Any:
    """The answer to one action, in the form of the version that it asks for (4 by default)."""
    if window.hangs_up_after is not None and len(window.done) >= window.hangs_up_after:
        raise HungUpError
    name = request.get("action", "")
    try:
        if request.get("key") != window.key and name != "requestPermission":
            raise PermissionError("valid api key must be provided")
        if name not in action_names() - window.unsupported:
            raise LookupError("unsupported action")
        result = getattr(AnkiConnect(window), name)(**request.get("params", {}))
    except HungUpError:
        raise
    except Exception as error:
        return {"result": None, "error": str(error)}
    if name != "multi":
        window.done.append(name)
        if window.hangs_up_after is not None and len(window.done) >= window.hangs_up_after:
            raise HungUpError
    return {"result": result, "error": None} if request.get("version", 4) > 4 else result


def _fields(note: Any) -> dict[str, dict[str, Any]]:
    return {
        each["name"]: {"value": note.fields[each["ord"]], "order": each["ord"]}
        for each in note.note_type()["flds"]
    }


class _Handler(BaseHTTPRequestHandler):
    """One request a connection, as the add-on has it."""

    protocol_version = "HTTP/1.1"
    server: _Server

    def do_POST(self) -> None:
        self.close_connection = True
        window = self.server.window
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        while window.busy.is_set() and not self.server.stopping.wait(0.01):
            pass
        try:
            reply = self._reply(body)
        except HungUpError:
            return
        text = json.dumps(reply).encode()
        self.send_response_only(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Access-Control-Allow-Origin", "http://localhost")
        self.send_header("Access-Control-Allow-Headers", "*")
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    do_GET = do_POST

    def _reply(self, body: bytes) -> Any:
        if not body:
            return {"apiVersion": f"AnkiConnect v.{VERSION}"}
        try:
            request = json.loads(body)
        except ValueError as error:
            return {"result": None, "error": str(error)}
        return answer(self.server.window, request)

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


class _Server(HTTPServer):
    window: Window
    stopping: threading.Event


@contextmanager
def running(window: Window) -> Iterator[str]:
    """The address, `http://127.0.0.1:port`, at which `window` answers."""
    with _Server(("127.0.0.1", 0), _Handler) as server:
        server.window = window
        server.stopping = threading.Event()
        thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.stopping.set()
            server.shutdown()
            thread.join()
