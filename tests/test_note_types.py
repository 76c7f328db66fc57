"""The note types stay what they were at their first release, and Anki makes the cards they say."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import fields as dataclass_fields
from importlib.resources import files
from pathlib import Path

import pytest
from anki.collection import Collection
from anki.consts import MODEL_CLOZE
from anki.notes import Note

from generator.anki.note_types import NoteType, Template, card_ordinals, fingerprint, note_types
from generator.core.model import Kind
from generator.core.note_fields import FIELDS_OF, ClozeFields, Fields

PINS = Path(__file__).parent / "cases" / "note_types.json"
TEMPLATES = files("generator.anki") / "templates"
STYLE = (TEMPLATES / "style.css").read_text(encoding="utf-8")
SCRIPTS = [(TEMPLATES / f"{n}.js").read_text(encoding="utf-8") for n in ("quiz", "page")]

TEXT_TOKENS = ("ink", "soft", "ask", "good", "trap", "key")
GROUND_TOKENS = ("paper", "sheet", "ask-tint", "good-tint", "trap-tint", "code-tint", "mark-tint")
EDGE_TOKENS = ("edge", "ask-edge", "good-edge", "trap-edge")


def add_note_type(col: Collection, note_type: NoteType) -> None:
    """Add a note type to a collection the way a person would, through Anki's own functions."""
    made = col.models.new(note_type.name)
    made["css"] = note_type.css
    if note_type.is_cloze:
        made["type"] = MODEL_CLOZE
    for name in note_type.field_names:
        col.models.add_field(made, col.models.new_field(name))
    for template in note_type.templates:
        card = col.models.new_template(template.name)
        card |= {"qfmt": template.front, "afmt": template.back}
        card |= {"bqfmt": template.browser_front, "bafmt": template.browser_back}
        col.models.add_template(made, card)
    col.models.add(made)


def add_note(col: Collection, note_type: NoteType, fields: Sequence[str]) -> Note:
    """Add a note with these fields; Anki makes its cards."""
    made = col.models.by_name(note_type.name)
    assert made is not None
    note = col.new_note(made)
    note.fields = list(fields)
    col.add_note(note, col.decks.id("Default") or 1)
    return note


@pytest.fixture(scope="module")
def collection(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Collection]:
    col = Collection(str(tmp_path_factory.mktemp("anki") / "collection.anki2"))
    for note_type in note_types().values():
        add_note_type(col, note_type)
    yield col
    col.close()


# --- frozen -----------------------------------------------------------------------------------


def pin(note_type: NoteType) -> dict[str, object]:
    return {
        "id": note_type.id,
        "name": note_type.name,
        "fields": {field.name: field.id for field in note_type.fields},
        "templates": {template.name: template.id for template in note_type.templates},
        "fingerprint": fingerprint(note_type),
        "modified": note_type.modified,
    }


@pytest.mark.parametrize("kind", Kind)
def test_ids_and_names_are_those_of_the_first_release(kind: Kind) -> None:
    pinned = json.loads(PINS.read_text(encoding="utf-8"))[kind]
    made = pin(note_types()[kind])
    for part in ("id", "fields", "templates"):
        # Compared as text: the order of fields and templates is frozen as well.
        assert json.dumps(made[part]) == json.dumps(pinned[part]), (
            f"{kind}: {part} changed. They are frozen: Anki would silently skip every note that "
            "people already have. Put them back."
        )


@pytest.mark.parametrize("kind", Kind)
def test_a_changed_template_has_a_newer_modification_time(kind: Kind) -> None:
    pinned = json.loads(PINS.read_text(encoding="utf-8"))[kind]
    made = pin(note_types()[kind])
    if made["fingerprint"] != pinned["fingerprint"]:
        assert note_types()[kind].modified > pinned["modified"], (
            f"{kind}: name, templates or style changed but `modified` did not, so Anki would keep "
            "the old ones: bump modified in the same commit (note_types.toml)."
        )
    assert made == pinned, (
        f"{kind}: bump modified in the same commit and pin the new state in {PINS.name}:\n"
        + json.dumps(made, indent=2)
    )


@pytest.mark.parametrize("kind", Kind)
def test_fields_are_the_fields_of_the_model_in_order(kind: Kind) -> None:
    attributes = FIELDS_OF[kind]._fields
    names = tuple("".join(word.capitalize() for word in a.split("_")) for a in attributes)
    assert note_types()[kind].field_names == names


def test_ids_are_unique_and_exact_in_javascript() -> None:
    ids: list[int] = []
    for note_type in note_types().values():
        ids += [note_type.id, *(f.id for f in note_type.fields)]
        ids += [t.id for t in note_type.templates]
        assert len(str(note_type.id)) == 13
    assert len(set(ids)) == len(ids)
    assert all(0 < number < 2**53 for number in ids)


def test_nobody_deletes_a_field_by_mistake_and_searches_find_the_row_alone() -> None:
    for kind, note_type in note_types().items():
        by_name = {field.name: field for field in note_type.fields}
        spares = [field for name, field in by_name.items() if name.startswith("Spare")]
        assert len(spares) == 8
        assert list(by_name)[-8:] == [field.name for field in spares]
        assert all(field.is_collapsed and not field.is_searched for field in spares)
        assert not by_name[note_type.field_names[0]].is_collapsed
        unsearched = {"Table", "TableLabel", "Options", "Options3", "Lang", "Labels"}
        for name in unsearched & by_name.keys():
            assert not by_name[name].is_searched, f"{kind}: {name}"
        assert len(by_name) < 50  # more strain the phone's editor
        assert all(field.description for field in note_type.fields)


def test_no_two_quiz_cards_have_one_name() -> None:
    names = [template.name for each in note_types().values() for template in each.templates]
    quizzes = [name for name in names if "quiz" in name.lower()]
    assert len(quizzes) == len(set(quizzes))


def test_every_template_file_is_used() -> None:
    listing = (TEMPLATES / "note_types.toml").read_text(encoding="utf-8")
    texts = [listing] + [f.read_text(encoding="utf-8") for f in TEMPLATES.iterdir()]
    for file in TEMPLATES.iterdir():
        stem, _, rest = file.name.partition(".")
        if file.name not in ("note_types.toml", "style.css", "cell.html"):
            side = rest in ("front.html", "back.html")
            uses = (f'shape = "{stem}"',) if side else (f"%{file.name}%", f"%{stem}%")
            assert any(use in text for text in texts for use in uses), file.name


def test_fingerprint_follows_everything_but_the_modification_time() -> None:
    clue = note_types()[Kind.CLUE]
    values = {f.name: getattr(clue, f.name) for f in dataclass_fields(clue)}
    assert fingerprint(NoteType(**values | {"modified": 1})) == fingerprint(clue)
    for name in values.keys() - {"modified", "kind", "gap_apart"}:
        changed = not values[name] if name == "is_cloze" else values[name] * 2
        assert fingerprint(NoteType(**values | {name: changed})) != fingerprint(clue), name


# --- cards ------------------------------------------------------------------------------------


def filled(kind: Kind, **fields: str) -> Fields:
    names = FIELDS_OF[kind]._fields
    return FIELDS_OF[kind](*(fields.get(name, "") for name in names))


def every_field_but(kind: Kind, *empty: str) -> Fields:
    names = FIELDS_OF[kind]._fields
    return filled(kind, **{name: "x" for name in names if name not in empty})


def card_cases() -> Iterator[tuple[Kind, Fields]]:
    for kind in (Kind.CLUE, Kind.TRAP, Kind.COMPARE, Kind.QUIZ):
        yield kind, every_field_but(kind)
        for name in FIELDS_OF[kind]._fields:
            yield kind, every_field_but(kind, name)
            yield kind, filled(kind, **{name: "x"})
    for nearly_empty in (" ", "\n", "<br>", "<BR/>", "<br  />", "<div></div>", "&nbsp;", "\u00a0"):
        yield Kind.CLUE, filled(Kind.CLUE, prompt="p", answer="a", options=nearly_empty)
        yield Kind.COMPARE, filled(Kind.COMPARE, prompt="p", a1="a", a3=nearly_empty)
    for text in ("{{c1::a}}", "{{c2::a}} {{c5::b::hint}}", "{{c3::a {{c2::b}} c}}", "{{c600::a}}"):
        yield Kind.CLOZE, filled(Kind.CLOZE, text=text)
    yield Kind.CLOZE, filled(Kind.CLOZE, text="{{c1::a}}", extra="{{c2::b}}")


def test_anki_makes_exactly_the_cards_that_needs_says(collection: Collection) -> None:
    for kind, fields in card_cases():
        note_type = note_types()[kind]
        note = add_note(collection, note_type, fields)
        # Anki gives a note that has no card its first one, so that it can be seen at all.
        expected = card_ordinals(note_type, fields) or (0,)
        assert tuple(sorted(card.ord for card in note.cards())) == expected, fields


def test_a_note_without_what_its_templates_need_has_no_card() -> None:
    assert card_ordinals(note_types()[Kind.CLUE], filled(Kind.CLUE, prompt="p")) == ()
    assert card_ordinals(note_types()[Kind.CLOZE], filled(Kind.CLOZE, text="no deletion")) == ()


def sides(template: Template) -> tuple[str, ...]:
    return (template.front, template.back, template.browser_front, template.browser_back)


@pytest.mark.parametrize("kind", Kind)
def test_templates_name_only_fields_that_exist(kind: Kind, collection: Collection) -> None:
    note_type = note_types()[kind]
    for template in note_type.templates:
        for side in sides(template):
            assert not re.search(r"%\w+%", side)
            for name in re.findall(r"\{\{[#^/]?(?:cloze:|type:)?(.*?)\}\}", side):
                assert name in note_type.field_names
        assert set(template.needs) <= set(note_type.field_names)
    fields = every_field_but(kind)
    if isinstance(fields, ClozeFields):
        fields = fields._replace(text="{{c1::x}}")
    for card in add_note(collection, note_type, fields).cards():
        output = card.render_output()
        assert "{{" not in output.question_text + output.answer_text
        for browser in (False, True):
            assert "x" in card.render_output(reload=True, browser=browser).question_text


# --- style and script -------------------------------------------------------------------------


def tokens(selector: str) -> dict[str, str]:
    """Return the colours that the first rule with this selector sets, by token."""
    start = STYLE.index(f"\n{selector} {{")
    return dict(
        re.findall(r"--bd-([\w-]+): (#[0-9a-f]{6});", STYLE[start : STYLE.index("}", start)])
    )


def luminance(colour: str) -> float:
    channels = (int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5))
    linear = [c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


NIGHT = ".card.nightMode, .card.night_mode, .nightMode .card, .night_mode .card"


@pytest.mark.parametrize("theme", [".card", NIGHT], ids=["light", "dark"])
def test_text_can_be_read_on_every_ground(theme: str) -> None:
    colours = tokens(theme)
    assert colours.keys() == {*TEXT_TOKENS, *GROUND_TOKENS, *EDGE_TOKENS, "rule"}
    for text in TEXT_TOKENS:
        for ground in GROUND_TOKENS:
            ratio = contrast(colours[text], colours[ground])
            assert ratio >= 4.5, f"{text} on {ground}: {ratio:.2f}"
    for edge in EDGE_TOKENS:
        ratio = contrast(colours[edge], colours["paper"])
        assert ratio >= 3, f"{edge} on paper: {ratio:.2f}"


def test_colours_of_text_and_ground_come_from_the_tokens() -> None:
    rules = STYLE[STYLE.index("/* ---- page") :]
    for name, value in re.findall(r"[;{\s](color|background(?:-color)?): ([^;]+);", rules):
        assert re.fullmatch(r"var\(--bd-[\w-]+\)|none|inherit|#fff", value), f"{name}: {value}"


@pytest.mark.parametrize(
    "word",
    ["url(", "http", "@import", "@font-face", ":is(", ":where(", ":has(", "clamp(", "inset",
     "animation", "@keyframes", "@layer", "@container", "&", "aspect-ratio", "color-mix"],
)  # fmt: skip
def test_style_fetches_nothing_moves_nothing_and_suits_old_web_views(word: str) -> None:
    # A person's own style is a file of theirs beside the media; it must stand first.
    first, _, rest = STYLE.partition("\n")
    assert first == '@import url("_build-decks.css");'
    assert word not in rest
    assert re.findall(r"transition: (?!none)", STYLE) == []


@pytest.mark.parametrize(
    "newer",
    ["=>", r"\blet\b", r"\bconst\b", "`", r"\?\.", r"\?\?", r"\.\.\.", r"\bclass\s+\w+\s*\{",
     r"\bfor\s*\(\s*var\s+\w+\s+of\b", r"\*\*", r"Math\.imul", r"catch\s*\{", r"\bSymbol\b",
     r"\bPromise\b", r"\.(?:includes|closest|matches|remove|append|forEach\.call\(.*NodeList)\(",
     r"\{\{", r"\}\}", "//", r"</"],
)  # fmt: skip
def test_scripts_are_es5_and_safe_inside_a_template(newer: str) -> None:
    assert [re.findall(newer, script) for script in SCRIPTS] == [[], []]


def test_templates_and_script_fetch_nothing() -> None:
    for note_type in note_types().values():
        for template in note_type.templates:
            for side in sides(template):
                assert not re.search(r"https?:|//\w|src=|href=|@import|<link|fetch\(|XMLHttp", side)
