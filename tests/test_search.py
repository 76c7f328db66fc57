"""The search that names notes by their GUIDs, tried in Anki itself."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import closing

import pytest
from anki.collection import AddNoteRequest, Collection
from anki.decks import DeckId

from generator.anki.search import key_search
from generator.core.model import Guid
from generator.identity.identify import guid_of

MANY = [guid_of("deck", str(number)) for number in range(9000)]
# What is special in a regular expression, in Anki's searches, or in HTML.
ODD = [
    'a"b',
    "a\\b",
    "a:b",
    "a*b",
    "a_b",
    "a b",
    "(x)",
    "x|y",
    "x",
    "y",
    "<b>",
    "-",
    "é",
    "a\nb",
    ".",
]


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Collection]:
    """A collection with a note for each of these GUIDs, in its field Key."""
    with closing(Collection(str(tmp_path_factory.mktemp("anki") / "user.anki2"))) as collection:
        models = collection.models
        note_type = models.new("Note type")
        for name in ("Prompt", "Key"):
            models.add_field(note_type, models.new_field(name))
        template = models.new_template("Card") | {"qfmt": "{{Prompt}}"}
        models.add_template(note_type, template)
        models.add(note_type)
        requests = []
        for guid in [*MANY, *ODD]:
            note = collection.new_note(note_type)
            note["Prompt"], note["Key"] = "words", guid
            requests.append(AddNoteRequest(note, DeckId(1)))
        collection.add_notes(requests)
        yield collection


def found(collection: Collection, guids: Sequence[str]) -> list[str]:
    notes = collection.find_notes(key_search(map(Guid, guids)))
    return sorted(collection.get_note(note)["Key"] for note in notes)


@pytest.mark.parametrize("count", [1, 2, 2000, 4500])
def test_anki_finds_exactly_these_notes(keys: Collection, count: int) -> None:
    assert found(keys, MANY[:count]) == sorted(MANY[:count])


@pytest.mark.parametrize("guid", ODD)
def test_nothing_in_a_guid_is_special(keys: Collection, guid: str) -> None:
    assert found(keys, [guid]) == [guid]
    assert found(keys, [guid, MANY[0]]) == sorted([guid, MANY[0]])


def test_it_is_one_term() -> None:
    assert key_search([Guid("b"), Guid("a")]) == '"Key:re:^(a|b)$"'
    assert key_search(MANY[:2000]).count("Key:") == 1
    assert key_search([]) == ""
