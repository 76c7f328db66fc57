"""The ledger file: what is written is read again, and damage is named with its line."""

from __future__ import annotations

import json
import unicodedata

import pytest
from build_notes import format_ledger
from hypothesis import given, settings
from hypothesis import strategies as st

from generator.core.model import DeckName, Guid, Kind, Origin, Reading
from generator.core.note_fields import FIELDS_OF
from generator.identity.entry import _OPTIONAL, LedgerEntry, format_entry
from generator.identity.ledger import LedgerText, parse_ledger
from generator.identity.slots import Slot

AWKWARD = ('"', "\\", '", "package": "p"', '", "retired": 5', "\n", "京")
texts = st.text(st.characters(codec="utf-8"), max_size=12) | st.sampled_from(AWKWARD)
names = texts.map(lambda text: unicodedata.normalize("NFC", text))
entries = st.builds(
    LedgerEntry,
    guid=st.text("abcdefgh234567", min_size=1, max_size=16).map(Guid),
    origin=st.builds(
        Origin, st.sampled_from(Kind), names, names, texts, texts, texts, texts, texts
    ),
    deck=names,
    after=texts,
    fingerprint=texts,
    note_id=st.integers(1, 2**45),
    added=st.integers(1, 2**33),
    modified=st.integers(1, 2**33),
    retired=st.integers(0, 2**33),
    tags=st.lists(texts, max_size=2).map(tuple),
    fields=st.just(()),
    table=texts,
    cards=st.lists(st.integers(0, 499), max_size=3).map(tuple),
    slots=st.dictionaries(st.integers(1, 8), st.tuples(texts, texts)).map(
        lambda found: tuple(Slot(number, *words) for number, words in found.items())
    ),
    reading=st.builds(Reading, *[st.lists(texts, max_size=2).map(tuple)] * 3),
    is_new=st.booleans(),
    gaps=st.dictionaries(st.integers(1, 499), texts, max_size=2).map(lambda d: tuple(d.items())),
)
entries |= st.tuples(entries, texts.filter(lambda text: "\x1f" not in text)).map(
    lambda found: found[0]._replace(
        fields=(found[1],) * len(FIELDS_OF[found[0].origin.kind]._fields)
    )
)
ledgers = st.lists(entries, max_size=6).map(
    lambda found: list({e.note_id: e for e in {e.guid: e for e in found}.values()}.values())
)


@settings(deadline=None)
@given(ledgers)
def test_what_is_written_is_read_again(found: list[LedgerEntry]) -> None:
    ledger, diagnostics = parse_ledger(format_ledger(found).encode())
    assert (ledger.entries, diagnostics) == ({e.guid: e for e in found}, [])


@settings(deadline=None)
@given(ledgers)
def test_the_order_of_entries_does_not_show(found: list[LedgerEntry]) -> None:
    assert format_ledger(reversed(found)) == format_ledger(found)


@settings(deadline=None)
@given(ledgers, ledgers, st.sets(texts, max_size=2))
def test_lines_stand_and_others_are_put_in(
    found: list[LedgerEntry], new: list[LedgerEntry], names: set[str]
) -> None:
    packages = names | {entry.origin.package for entry in found[:2]}
    stand = {e.guid for e in found if e.origin.package in packages and not e.retired}
    text = format_ledger(found).encode()
    ledger, _ = parse_ledger(text, is_ours=True, untouched=packages)
    assert ledger.entries == {e.guid: e for e in found if e.guid not in stand}
    assert ledger.note_ids() == {e.note_id for e in found}
    assert [ledger.has_guid(e.guid) for e in found] == [True] * len(found)
    new = [e for e in new if e.guid not in stand]
    after = {e.guid: e for e in found} | {e.guid: e for e in new}
    written = ledger.written([[format_entry(e)] for e in {e.guid: e for e in new}.values()], {})
    assert b"".join(written).decode() == format_ledger(after.values())


@settings(deadline=None)
@given(ledgers, st.integers(0, 5000))
def test_a_ledger_of_ours_reads_as_any_other(found: list[LedgerEntry], end: int) -> None:
    text = format_ledger(found).encode()
    ours, _ = parse_ledger(text, is_ours=True)
    assert ours.lines == {e.guid: format_entry(e) for e in found}
    assert ours._replace(lines={}) == parse_ledger(text)[0]
    # The disk may be damaged where its times say nothing of it.
    if (cut := text[: len(text) * end // 5000]) and not cut.endswith(b"\n"):
        assert parse_ledger(cut, is_ours=True)[1] == parse_ledger(cut)[1]


@settings(deadline=None)
@given(ledgers)
def test_lines_that_somebody_else_wrote_are_written_anew(found: list[LedgerEntry]) -> None:
    ledger, _ = parse_ledger(format_ledger(found).encode())
    assert ledger.lines == {}


def _lines(*guids: str) -> list[str]:
    origin = Origin(Kind.CLUE, "p", "p/a.md", "", "Ask", "clue", "answer", "")
    found = [
        LedgerEntry(Guid(guid), origin, DeckName("P"), "", "f" * 16, 1000 + place, 5, 6, 0)
        for place, guid in enumerate(guids)
    ]
    return format_ledger(found).splitlines()


def test_an_entry_is_one_readable_line() -> None:
    assert _lines("aaaa")[1] == (
        '{"guid": "aaaa", "kind": "clue", "package": "p", "page": "p/a.md", "question": "Ask", '
        '"clue": "clue", "answer": "answer", "deck": "P", "fingerprint": "ffffffffffffffff", '
        '"note_id": 1000, "added": 5, "modified": 6}'
    )


def test_a_line_that_is_not_utf8_is_damage() -> None:
    found, diagnostics = parse_ledger("\n".join(_lines("aaaa")).encode() + b"\n\xff\n")
    assert found == LedgerText()
    assert [(d.code, d.position.line) for d in diagnostics] == [("BD401", 3)]
    assert "not UTF-8" in diagnostics[0].message


def test_an_empty_file_is_a_damaged_ledger() -> None:
    assert [d.code for d in parse_ledger(b"")[1]] == ["BD401"]


def _changed(line: str, **changes: object) -> str:
    values = json.loads(line) | changes
    return json.dumps({name: value for name, value in values.items() if value is not None})


@pytest.mark.parametrize(
    ("damage", "line", "words"),
    [
        (lambda x: [x[0], x[1][:40], x[2]], 2, "not a JSON object"),
        (lambda x: [x[0], "[]", x[2]], 2, "not a JSON object"),
        (lambda x: x[1:], 1, "the first line must be"),
        (lambda x: [x[0], x[1], _changed(x[2], clue=None)], 3, "'clue' is missing"),
        (lambda x: [x[0], x[1], _changed(x[2], clue=7)], 3, "'clue' must be text"),
        (lambda x: [x[0], x[1], _changed(x[2], note_id="7")], 3, "'note_id' must be a whole"),
        (lambda x: [x[0], x[1], _changed(x[2], note_id=True)], 3, "'note_id' must be a whole"),
        (lambda x: [x[0], x[1], _changed(x[2], modified=0)], 3, "'modified' must be positive"),
        (lambda x: [x[0], x[1], _changed(x[2], kind="riddle")], 3, "'riddle' is not a kind"),
        (lambda x: [x[0], x[1], _changed(x[2], fields=[1])], 3, "'fields' must be a list of texts"),
        (lambda x: [x[0], x[1], _changed(x[2], tags="a")], 3, "'tags' must be a list of texts"),
        (lambda x: [x[0], x[1], _changed(x[2], reading={"clue": "a"})], 3, "'reading' must be an"),
        (lambda x: [x[0], x[1], _changed(x[2], reading={"clue": [1]})], 3, "'reading' must be an"),
        (
            lambda x: [x[0], x[1], _changed(x[2], reading={"carry": True})],
            3,
            "'reading' must be an",
        ),
        (lambda x: [x[0], x[1], _changed(x[2], reading={"kind": []})], 3, "'reading' must be an"),
        (lambda x: [x[0], x[1], _changed(x[2], reading=["a"])], 3, "'reading' must be an object"),
        (lambda x: [x[0], x[1], _changed(x[2], gaps={"0": "a"})], 3, "'gaps' must be an object"),
        (lambda x: [x[0], x[1], _changed(x[2], gaps={"1": 1})], 3, "'gaps' must be an object"),
        (lambda x: [x[0], x[1], _changed(x[2], colour="red")], 3, "'colour' is not known"),
        (lambda x: [x[0], x[1], _changed(x[2], guid="")], 3, "'guid' must be"),
        (lambda x: [x[0], x[1], _changed(x[2], guid="a b")], 3, "'guid' must be"),
        (lambda x: [x[0], x[1], _changed(x[2], guid="a\x1fb")], 3, "'guid' must be"),
        (lambda x: [x[0], x[1], _changed(x[2], guid="a" * 1000)], 3, "'guid' must be"),
        (lambda x: [x[0], x[1], _changed(x[2], note_id=10**30)], 3, "'note_id' must be positive"),
        (lambda x: [x[0], x[1], _changed(x[2], note_id=2**63)], 3, "'note_id' must be positive"),
        (lambda x: [x[0], x[1], _changed(x[2], note_id=-5)], 3, "'note_id' must be positive"),
        (lambda x: [x[0], x[1], _changed(x[2], added=10**30)], 3, "'added' must be positive"),
        (lambda x: [x[0], x[1], _changed(x[2], modified=2**63)], 3, "'modified' must be positive"),
        (lambda x: [x[0], x[1], _changed(x[2], retired=10**30)], 3, "'retired' must be positive"),
        (lambda x: [x[0], x[1], _changed(x[2], retired=-1)], 3, "'retired' must be positive"),
        (lambda x: [x[0], x[1], _changed(x[2], retired=10**30, tags=[])], 3, "'retired' must be"),
        (lambda x: [x[0], x[1], _changed(x[2], note_id=float("nan"))], 3, "'note_id' must be a wh"),
        (lambda x: [x[0], x[1], _changed(x[2], modified=1e400)], 3, "'modified' must be a whole"),
        (lambda x: [x[0], x[1], _changed(x[2], modified=5.0)], 3, "'modified' must be a whole"),
        (lambda x: [x[0], x[1], _changed(x[2], clue="\ud800")], 3, "not a JSON object"),
        (lambda x: [x[0], x[1], _changed(x[2], tags=["\udfff"])], 3, "not a JSON object"),
        (lambda x: [x[0], x[1], _changed(x[2], gaps={"1": "\ud83c"})], 3, "not a JSON object"),
        (lambda x: ['{"ledger": 1, "waiting": {"\\ud800": {}}}', *x[1:]], 1, "not a JSON object"),
        (lambda x: [x[0], x[1].replace("1000", "9" * 5000), x[2]], 2, "not a JSON object"),
        (lambda x: [x[0], "[" * 200_000, x[2]], 2, "not a JSON object"),
        (lambda x: [x[0], '{"a":' * 200_000, x[2]], 2, "not a JSON object"),
        (
            lambda x: [x[0], x[1], _changed(x[2], cards=[10**30])],
            3,
            "'cards' must be a list of ord",
        ),
        (lambda x: [x[0], x[1], _changed(x[2], slots={"0": ["a", "b"]})], 3, "'slots' must be an"),
        (lambda x: [x[0], x[1], _changed(x[2], slots={"9": ["a", "b"]})], 3, "'slots' must be an"),
        (
            lambda x: [x[0], x[1], _changed(x[2], slots={"9" * 5000: ["", ""]})],
            3,
            "'slots' must be",
        ),
        (lambda x: [x[0], x[1], _changed(x[2], gaps={"1000": "a"})], 3, "'gaps' must be an object"),
        (
            lambda x: [x[0], x[1], _changed(x[2], reading={"left_out": 10**30})],
            3,
            "'reading' must be",
        ),
        (lambda x: [x[0], x[1], _changed(x[2], fields=["one"])], 3, "'fields' must be those of"),
        (lambda x: [x[0], x[1], _changed(x[2], fields=["\x1f"] * 23)], 3, "'fields' must be those"),
    ],
)
def test_damage_is_named_with_its_line(damage, line: int, words: str) -> None:
    text = "\n".join(damage(_lines("aaaa", "bbbb"))) + "\n"
    found, diagnostics = parse_ledger(text.encode())
    assert found == LedgerText()
    assert [(d.code, d.position.line) for d in diagnostics] == [("BD401", line)]
    assert words in diagnostics[0].message


def test_a_newer_ledger_is_not_touched() -> None:
    found, diagnostics = parse_ledger(b'{"ledger": 2}\n{"anything": "goes"}\n')
    assert found == LedgerText()
    assert [d.code for d in diagnostics] == ["BD403"]
    assert "version 2" in diagnostics[0].message


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters()),
    lambda inside: (
        st.lists(inside, max_size=3) | st.dictionaries(st.text(max_size=3), inside, max_size=3)
    ),
    max_leaves=5,
)


@settings(deadline=None, max_examples=300)
@given(entries, st.sampled_from(sorted(json.loads(_lines("a")[1]).keys() | _OPTIONAL)), anything)
def test_whatever_stands_in_a_line_is_an_error_or_can_be_written_again(
    entry: LedgerEntry, name: str, value: object
) -> None:
    first, line, _ = format_ledger([entry]).split("\n")
    text = "\n".join([first, json.dumps(json.loads(line) | {name: value})])
    found, diagnostics = parse_ledger(text.encode())
    assert [d.position.line for d in diagnostics] == ([] if found.entries else [2])
    again = format_ledger(found.entries.values())
    assert parse_ledger(again.encode())[0].entries == found.entries
