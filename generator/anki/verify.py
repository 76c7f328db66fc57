"""Judges packages with Anki's own backend in a temporary collection; it knows no notes, no ledger.

The backend is the optional package `anki`, any release from 2.1.66 on, and is imported only inside
functions: without it this module imports, and its functions raise ModuleNotFoundError.
"""

from __future__ import annotations

import html
import json
import re
import tempfile
import zipfile
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence, Set
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import cycle
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal, TypeVar

from generator.core.note_fields import OF_OTHER_ROWS, field_names

if TYPE_CHECKING:
    from anki.cards import CardId
    from anki.collection import Collection
    from anki.import_export_pb2 import ImportResponse

T = TypeVar("T")
# A look at a collection, which gives findings in words.
Check = Callable[["Collection"], "Iterator[str]"]

# What Anki's import says about notes, in words that follow "12 notes"; see `ImportResponse.Log`.
_OUTCOMES: Final = {
    "new": "that Anki adds",
    "updated": "that Anki updates",
    "duplicate": "that Anki already has",
    "conflicting": "with a conflict: their note type differs from the one that Anki has",
    "first_field_match": "with the first field of another note",
    "missing_notetype": "without a note type",
    "missing_deck": "without a deck",
    "empty_first_field": "with an empty first field",
}

# Grades (again 1, hard 2, good 3, easy 4) that leave cards new, in learning, in review and lapsed.
_GRADES: Final[tuple[tuple[Literal[1, 2, 3, 4], ...], ...]] = (
    (4,),
    (1,),
    (4, 1),
    (3, 3),
    (),
    (2,),
)
_MOST_ANSWERED: Final = 300
# Fields that change with the rows around a note, and alone are no update.
_OF_OTHER_ROWS: Final = {
    field_names(kind)[place] for kind, places in OF_OTHER_ROWS.items() for place in places
}

# Everything but `mod` and `usn`, which Anki may touch.
_SCHEDULING: Final = (
    "id, nid, did, ord, type, queue, due, ivl, factor, reps, lapses, left, odue, odid, flags, data"
)
_REVIEW: Final = "id, cid, ease, ivl, lastIvl, factor, time, type"

_CARD_LABELS: Final = (
    "select c.id, n.guid || ' card ' || (c.ord + 1)"
    " from cards c join notes n on n.id = c.nid order by n.id, c.ord"
)


@dataclass(frozen=True, slots=True)
class RenderedCard:
    """A card as Anki shows it: HTML of both sides without the style, which is `css`."""

    guid: str
    ordinal: int
    template: str
    question: str
    answer: str
    css: str


@dataclass(frozen=True, slots=True)
class History:
    """A person's progress: scheduling columns by card id, and the rows of the review log."""

    cards: dict[int, tuple[Any, ...]]
    reviews: tuple[tuple[Any, ...], ...]


def verify_package(
    package: Path, *, onto: Path | None = None, more: Sequence[Check] = ()
) -> tuple[str, ...]:
    """What Anki finds wrong with `package`, in words; empty when it is sound.

    With `onto`, an older package, also what goes wrong when that one has been imported and
    reviewed before. `more` are further checks of the collection that has the package. Raises
    ModuleNotFoundError without the package `anki`; writes only to a temporary folder, which it
    removes.
    """

    def judge() -> tuple[str, ...]:
        findings = tuple(_until_error(_import_twice(package, more)))
        if onto is not None:
            findings += tuple(_until_error(_update(onto, package)))
        return findings

    return _off_main_thread(judge)


def cards_of(col: Collection) -> list[RenderedCard]:
    """The cards of a collection as Anki renders them, by note id and ordinal; an error in a
    template as its message."""
    return [_rendered(col, card_id) for card_id in _card_labels(col)]


# --- the collection ---------------------------------------------------------------------------


@contextmanager
def temporary_collection() -> Iterator[Collection]:
    """An empty collection that is closed and removed at the end."""
    from anki.collection import Collection

    with tempfile.TemporaryDirectory(prefix="build-decks-") as folder:
        col = Collection(str(Path(folder) / "collection.anki2"))
        try:
            yield col
        finally:
            col.close()


def import_package(col: Collection, package: Path) -> ImportResponse.Log:
    """Import `package` with Anki's default options; raises `anki.errors.BackendError`."""
    from anki.import_export_pb2 import ImportAnkiPackageRequest, ImportResponse

    # `Collection.import_anki_package` takes a path up to 2.1.66 and a request since 23.10; the
    # message below both is the same.
    request = ImportAnkiPackageRequest(package_path=str(package.resolve()))
    reply = col._backend.import_anki_package_raw(request.SerializeToString())
    # The note types that the Python side remembers are those from before the import.
    col.models._clear_cache()
    log: ImportResponse.Log = ImportResponse.FromString(reply).log
    return log


def answer_cards(col: Collection) -> None:
    """Leave cards in every state that a review can: the same cards, the same grades every time."""
    every_card = list(_card_labels(col))
    cards = every_card[:: len(every_card) // _MOST_ANSWERED + 1]
    for card_id, grades in zip(cards, cycle(_GRADES), strict=False):
        card = col.get_card(card_id)
        for grade in grades:
            card.start_timer()
            col.sched.answerCard(card, grade)
    col.sched.suspend_cards(cards[::7])
    col.set_user_flag_for_cards(3, cards[::5])


def history(col: Collection) -> History:
    """The progress that an import must not touch."""
    cards = {row[0]: tuple(row) for row in _rows(col, f"select {_SCHEDULING} from cards")}
    reviews = _rows(col, f"select {_REVIEW} from revlog order by id")
    return History(cards, tuple(map(tuple, reviews)))


def _off_main_thread(work: Callable[[], T]) -> T:
    """Do `work` in another thread; Anki prints a complaint where it blocks the main one."""
    with ThreadPoolExecutor(max_workers=1) as executor:
        return executor.submit(work).result()


def _rows(col: Collection, sql: str) -> list[Any]:
    assert col.db is not None, "the collection is open"
    return col.db.all(sql)


def _card_labels(col: Collection) -> dict[CardId, str]:
    return dict(_rows(col, _CARD_LABELS))


def _rendered(col: Collection, card_id: CardId) -> RenderedCard:
    card = col.get_card(card_id)
    output = card.render_output()
    return RenderedCard(
        guid=card.note().guid,
        ordinal=card.ord,
        template=str(card.template()["name"]),
        question=output.question_text,
        answer=output.answer_text,
        css=output.css,
    )


# --- the checks -------------------------------------------------------------------------------


def _until_error(findings: Iterator[str]) -> Iterator[str]:
    """The findings; an error of the backend is the last of them."""
    from anki.errors import BackendError

    try:
        yield from findings
    except BackendError as error:
        yield f"Anki stops with an error: {_plain(error)}"


def _import_twice(package: Path, more: Sequence[Check]) -> Iterator[str]:
    """Import into an empty collection, look at everything, import again."""
    with temporary_collection() as col:
        yield from import_faults(import_package(col, package), "the first import", {"new"})
        bad_ids = list(_bad_ids(col))
        if bad_ids:
            yield from bad_ids
            return  # Most of the backend panics on such an id, and cannot be closed then.
        yield from _dropped_media(col, package)
        for check in (*more, *_CHECKS):
            yield from check(col)
        yield from import_faults(import_package(col, package), "the second import", {"duplicate"})


def _update(old: Path, new: Path) -> Iterator[str]:
    """Import `old`, review, import `new`: the history stays, and what is new arrives."""
    with temporary_collection() as col:
        import_package(col, old)
        bad_ids = list(_bad_ids(col))
        if bad_ids:
            yield from (f"in the older package, {finding}" for finding in bad_ids)
            return
        answer_cards(col)
        before, asked, columns = history(col), _questions(col), _columns(col)
        log = import_package(col, new)
        yield from import_faults(log, "the update", {"new", "updated", "duplicate"})
        yield from lost_history(before, history(col))
        yield from _moved_questions(asked, _questions(col))
        yield from _replaced_questions(columns, _columns(col))
        updated, own = _contents(col), _contents(col, of_other_rows=False)
    with temporary_collection() as col:
        import_package(col, new)
        intended = _contents(col)
        newer = _contents(col, of_other_rows=False)
    late = defaultdict(list)
    for (what, label), content in intended.items():
        # What other rows make of a note is not sent anew: see `stamp`.
        is_sent = (
            updated.get((what, label)) == content or own.get((what, label)) == newer[what, label]
        )
        if not is_sent:
            late[what].append(label)
    for what, labels in late.items():
        yield from _finding(labels, what, "that the update does not bring (is their time newer?)")


def lost_history(before: History, after: History) -> Iterator[str]:
    """Findings for the progress in `before` that is no longer the same in `after`."""
    changed = [str(key) for key, row in before.cards.items() if after.cards.get(key) != row]
    yield from _finding(changed, "card", "with other scheduling after the update")
    if before.reviews != after.reviews:
        counts = f"{len(before.reviews)} reviews before, {len(after.reviews)} after"
        yield f"a review log that the update changes: {counts}"


# What each card of a note asks, as HTML by GUID and ordinal.
_Questions = dict[str, dict[int, str]]


def _questions(col: Collection) -> _Questions:
    """The fronts of notes with several cards, without those that are empty."""
    several = "select nid from cards group by nid having count() > 1"
    empty = {card_id for note in col.get_empty_cards().notes for card_id in note.card_ids}
    asked: _Questions = defaultdict(dict)
    for (card_id,) in _rows(col, f"select id from cards where nid in ({several}) order by id"):
        if card_id not in empty:
            card = _rendered(col, card_id)
            asked[card.guid][card.ordinal] = card.question
    return asked


def _moved_questions(before: _Questions, after: _Questions) -> Iterator[str]:
    """Findings for the cards that ask now what another card of their note asked before."""
    moved = [
        f"{guid} card {ordinal + 1}"
        for guid, asked in after.items()
        for ordinal, question in asked.items()
        if question in {**before.get(guid, {}), ordinal: None}.values()
        and question != before[guid].get(ordinal)
    ]
    yield from _finding(moved, "card", "with the question that another card of the note had")


# The header and the cell of each attribute of a comparison, by GUID and number.
_Columns = dict[tuple[str, int], tuple[str, str]]


def _columns(col: Collection) -> _Columns:
    """The attributes of all notes whose note type has fields ``H1``, ``A1``, ``H2`` …"""
    found: _Columns = {}
    for note_type in col.models.all():
        names = {field["name"]: place for place, field in enumerate(note_type["flds"])}
        numbers = [int(name[1:]) for name in names if re.fullmatch("H[0-9]+", name)]
        notes = f"select guid, flds from notes where mid = {note_type['id']} order by id"
        for guid, joined in _rows(col, notes) if numbers else ():
            fields = joined.split("\x1f")
            for number in numbers:
                if cell := fields[names[f"A{number}"]]:
                    found[guid, number] = fields[names[f"H{number}"]], cell
    return found


def _replaced_questions(before: _Columns, after: _Columns) -> Iterator[str]:
    """Findings for cards that ask for another column than before, and not for one of a new name.

    It is a new name where half of the cells that stand once in the column are as they were, or all
    of a column of repeats. One note alone does not tell.
    """
    renamed: dict[tuple[int, str, str], list[str]] = defaultdict(list)
    for key in before.keys() & after.keys():
        (old, _), (new, _) = before[key], after[key]
        if old != new:
            renamed[key[1], old, new].append(key[0])
    replaced = []
    for (number, _, _), guids in renamed.items():
        cells = [(before[guid, number][1], after[guid, number][1]) for guid in guids]
        counts = Counter(cell for cell, _ in cells)
        alone = [pair for pair in cells if counts[pair[0]] == 1]
        same = sum(old == new for old, new in alone or cells)
        if len(guids) > 1 and same < (len(alone) / 2 if alone else len(cells)):
            replaced += [f"{guid} card {number}" for guid in sorted(guids)]
    yield from _finding(replaced, "card", "whose column was replaced by another")


def import_faults(log: ImportResponse.Log, event: str, expected: Set[str]) -> Iterator[str]:
    """Findings for the notes of whose import Anki says anything but what is ``expected``.

    ``expected`` are names of its log: ``new``, ``updated``, ``duplicate``.
    """
    for outcome, words in _OUTCOMES.items():
        if outcome not in expected:
            first_fields = [note.fields[0] for note in getattr(log, outcome)]
            yield from _finding(first_fields, "note", f"in {event} {words}")


def _dropped_media(col: Collection, package: Path) -> Iterator[str]:
    with zipfile.ZipFile(package) as archive:
        if "collection.anki21b" in archive.namelist():
            return  # Its list of media is not JSON, and our packages have none.
        names = set(json.loads(archive.read("media")).values())
    dropped = names - {path.name for path in Path(col.media.dir()).iterdir()}
    yield from _finding(sorted(dropped), "media file", "that no field uses, so that Anki drops it")


def _bad_ids(col: Collection) -> Iterator[str]:
    for table in ("note", "card"):
        rows = _rows(col, f"select id from {table}s where id <= 0 order by id")
        yield from _finding([str(row_id) for (row_id,) in rows], f"{table} id", "not above 0")


def _duplicate_guids(col: Collection) -> Iterator[str]:
    rows = _rows(col, "select guid from notes group by guid having count() > 1 order by guid")
    yield from _finding([guid for (guid,) in rows], "GUID", "that several notes share")


def _notes_without_card(col: Collection) -> Iterator[str]:
    rows = _rows(col, "select guid from notes where id not in (select nid from cards) order by id")
    yield from _finding([guid for (guid,) in rows], "note", "without a card")


def _empty_cards(col: Collection) -> Iterator[str]:
    empty = {card_id for note in col.get_empty_cards().notes for card_id in note.card_ids}
    labels = [label for card_id, label in _card_labels(col).items() if card_id in empty]
    yield from _finding(labels, "card", "with an empty front")


def _missing_cards(col: Collection) -> Iterator[str]:
    before = _card_labels(col)
    note_ids = [note_id for (note_id,) in _rows(col, "select id from notes")]
    col.after_note_updates(note_ids, mark_modified=False, generate_cards=True)
    added = [label for card_id, label in _card_labels(col).items() if card_id not in before]
    yield from _finding(added, "card", "that the package lacks and Anki adds")


def _media(col: Collection) -> Iterator[str]:
    report = col.media.check()
    yield from _finding(report.missing, "media file", "that is missing")
    yield from _finding(report.unused, "media file", "that is unused")


def _templates(col: Collection) -> Iterator[str]:
    from anki.errors import TemplateError
    from anki.template import TemplateRenderContext

    faults = defaultdict(list)
    for card_id, label in _card_labels(col).items():
        context = TemplateRenderContext.from_existing_card(col.get_card(card_id), browser=False)
        try:
            # `render_output` starts with this call, and turns the error into text on the card.
            rendered = context._partially_render()
        except TemplateError as error:
            faults[_plain(error)].append(label)
            continue
        for node in (*rendered.qnodes, *rendered.anodes):
            # What the backend left open is for add-ons.
            if not isinstance(node, str) and node.filters:
                faults[f"unknown filter {':'.join(node.filters)}"].append(label)
    for fault, labels in faults.items():
        yield from _finding(labels, "card", f"with a template error ({fault})")


def _integrity(col: Collection) -> Iterator[str]:
    report, is_sound = col.fix_integrity()
    if not is_sound:
        yield f"a collection that Check Database has to repair: {_plain(report)}"


_CHECKS: Final[tuple[Check, ...]] = (
    _duplicate_guids,
    _notes_without_card,
    _empty_cards,
    _missing_cards,
    _media,
    _templates,
    _integrity,
)


def _contents(col: Collection, of_other_rows: bool = True) -> dict[tuple[str, str], object]:
    """What a package brings, by what it is and its name: notes, cards and their note types. Notes
    without ``of_other_rows`` are so without their tables and the options of their quizzes."""
    notes = _rows(col, "select guid, mid, flds, tags from notes order by id")
    if not of_other_rows:
        notes = [(guid, mid, _own_fields(col, mid, flds), tags) for guid, mid, flds, tags in notes]
    contents: dict[tuple[str, str], object] = {
        ("note", guid): (fields, tags) for guid, _, fields, tags in notes
    }
    contents |= {("card", label): None for label in _card_labels(col).values()}
    for mid in dict.fromkeys(mid for _, mid, _, _ in notes):
        note_type = col.models.get(mid)
        assert note_type is not None, "the collection has the note types of its notes"
        templates = [(each["name"], each["qfmt"], each["afmt"]) for each in note_type["tmpls"]]
        contents["note type", note_type["name"]] = (note_type["css"], templates)
    return contents


def _own_fields(col: Collection, mid: int, fields: str) -> tuple[str, ...]:
    note_type = col.models.get(mid)  # type: ignore[arg-type]
    assert note_type is not None, "the collection has the note types of its notes"
    names = [field["name"] for field in note_type["flds"]]
    pairs = zip(names, fields.split("\x1f"), strict=True)
    return tuple(field for name, field in pairs if name not in _OF_OTHER_ROWS)


# --- words ------------------------------------------------------------------------------------


def _finding(labels: Sequence[str], what: str, words: str) -> Iterator[str]:
    """One finding for all `labels`, such as "2 cards with an empty front: a card 1, b card 1"."""
    if labels:
        shown = [_plain(label)[:60] for label in labels][:3]
        more = f" and {len(labels) - 3} more" if len(labels) > 3 else ""
        plural = "s" if len(labels) > 1 else ""
        yield f"{len(labels)} {what}{plural} {words}: {', '.join(shown)}{more}"


def _plain(text: object) -> str:
    """One line without tags, entities and the marks that Anki sets around names."""
    without_marks = re.sub(r"[\u2066-\u2069]", "", str(text))
    without_tags = re.sub(r"<a .*?</a>|<[^>]*>", " ", without_marks, flags=re.DOTALL)
    return " ".join(html.unescape(without_tags).split())
