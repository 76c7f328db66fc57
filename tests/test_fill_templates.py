"""The preview's HTML is Anki's own, letter for letter; Anki's renderer is asked every time."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest
from anki.collection import Collection
from anki.consts import MODEL_CLOZE
from build_notes import NOW, build_in, table
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from made_notes import package_of
from rendering import rendered_cards

from generator.anki.compile import compile_package
from generator.anki.note_types import card_ordinals, note_types
from generator.core.model import (
    DeckName,
    Guid,
    Kind,
    Note,
    NoteRow,
    Origin,
    Package,
    Position,
    StampedNote,
    Tag,
)
from generator.core.note_fields import (
    ClozeFields,
    ClueFields,
    CompareFields,
    Fields,
    QuizFields,
    TrapFields,
    join_fields,
)
from generator.pipeline.build import run
from generator.preview.fill_templates import render_note, render_template

SOURCE_NOTES = Path(__file__).parents[1] / "source_notes"

HOSTILE = (
    "a & b &amp; &nbsp;\u00a0 &copy &#39; <b>x</b> <i", "</script><script>alert(1)</script>",
    "{{Answer}} {{#Prompt}} {{/Extra}} {{c1::x}} }}", r"\(a < b &lt; <b>c</b>\) \[x\] \(",
    "{{{x}}}", "<!-- {{Prompt}} --> %n% %include head.html%", "é日本\U0001f600\u200f\u2028",
    "\n\t 'q' \"r\" `",
    "<style>.card { display: none }</style>", "<table><tr><td>1</td></tr></table>", "$1 \\1 \\g<0>",
)  # fmt: skip
NEARLY_EMPTY = ("", " ", "\n", "<br>", "<BR/>", "<div></div>", "&nbsp;", "\u00a0", "<p></p>")
CLOZES = (
    "{{c1::one}}",
    "{{c1::one}} and {{c2::two::hint}} and {{c1::three}}",
    "{{c1,3::both}}, {{c2::two}}, {{c3::three::<b>h</b>}}",
    "{{c1::out {{c2::in &lt;b&gt; \"q\" 'a' — é}} side::hint}} {{c3::z}}",
    "{{c1::a {{c1::b {{c1::c}} d}} e}}",
    r"\({{c1::x<sup>2</sup> &lt; <b>y</b>}}\) \[ {{c2::z}} <i>w</i> \) {{c1::\(u}} <u>v</u>\)",
    "}} {{c1::a}} {{ c2::no}} {{C2::no}} {{c2:no}} }}",
    "{{c1::a::h::i}}{{c1::}}{{c2::::h}}{{c2:::a}}{{c4::a::}}",
    "{{c1::a}} {{c1::dropped, for it is never closed",
    "{{c1::a &#123;{c2::b}&#125; &#58;: c}}",
    "{{c1::" * 3 + "deep {{c2::x}}" + "}}" * 4,
    "{{c500::last}}",
)
# As many deletions in each other as Anki keeps, and more.
NESTED = "".join(f"{{{{c{n % 3 + 1}::{n} " for n in range(13)) + "x" + "}}" * 13


# --- packages ---------------------------------------------------------------------------------


def stamped(number: int, fields: Fields, deck: str = "Deck::Sub") -> StampedNote:
    """A note that is only its fields."""
    (kind,) = (kind for kind in Kind if note_types()[kind].field_names == names_of(fields))
    origin = Origin(kind, "p", "p.md", "", "", "", "", "")
    tags = (Tag("kind::x"), Tag("zebra"))
    note = Note(origin, tags, DeckName(deck), Position("p.md", number, 1))
    row = NoteRow(
        Guid(f"guid {number}"),
        NOW * 1000 + number * 1000,
        note_types()[kind].id,
        NOW,
        tags,
        join_fields(fields),
        note.deck,
        card_ordinals(note_types()[kind], fields),
        number,
    )
    return StampedNote(note, row)


def names_of(fields: Fields) -> tuple[str, ...]:
    return tuple("".join(word.capitalize() for word in name.split("_")) for name in fields._fields)


def filled(kind: type[Fields], value: Callable[[int], str]) -> Fields:
    return kind(*(value(i) for i in range(len(kind._fields))))


def notes_of_every_type() -> Iterator[Fields]:
    for kind in (ClueFields, TrapFields, CompareFields, QuizFields):
        yield filled(kind, lambda i: f"<b>field {i}</b>")
        for text in HOSTILE:
            yield filled(kind, lambda i, text=text: text)  # type: ignore[misc]
        for shift in range(len(HOSTILE)):
            yield filled(kind, lambda i, shift=shift: HOSTILE[(i + shift) % len(HOSTILE)])  # type: ignore[misc]
        for text in NEARLY_EMPTY:
            for i in range(len(kind._fields)):
                yield filled(kind, lambda j, i=i, text=text: text if i == j else "x")  # type: ignore[misc]
    for text in (*CLOZES, NESTED):
        yield filled(ClozeFields, lambda i, text=text: HOSTILE[-i % len(HOSTILE)] if i else text)  # type: ignore[misc]
    for text in NEARLY_EMPTY:
        yield filled(ClozeFields, lambda i, text=text: text if i else "{{c1::x}}")  # type: ignore[misc]


def differences(package: Package, path: Path) -> list[tuple[str, str, str]]:
    """Our HTML and Anki's, of every card and side where they are not the same."""
    ours = {
        (note.guid, card.ordinal): card
        for note in package.stamped()
        for card in render_note(note.note, note.fields)
    }
    theirs = {(card.guid, card.ordinal): card for card in rendered_cards(path)}
    assert ours.keys() == theirs.keys()
    found = []
    for key, card in theirs.items():
        mine = ours[key]
        assert mine.template == card.template
        for html, anki_html in ((mine.question, card.question), (mine.answer, card.answer)):
            if html != anki_html:
                found.append((str(key), html, anki_html))
    return found


def test_cards_of_the_notes_in_this_repository(tmp_path: Path) -> None:
    notes = shutil.copytree(SOURCE_NOTES, tmp_path / "notes")
    built = run(notes, tmp_path / "decks", NOW, keep_notes=True).result.packages
    assert built
    for each in built:
        assert differences(each.package, tmp_path / "decks" / each.file_name) == []


def test_cards_of_notes_with_everything_in_a_cell(tmp_path: Path) -> None:
    cells = [
        "`code_of.more_than_16`", "**b** *i* ~~s~~", "$x_1 < y$", "<kbd>K</kbd><br>x<sub>2</sub>",
        "[link](https://example.org/a?b=c&d)", "{{c1::x}} [sound:a.mp3] [latex]x[/latex]",
        "<script>alert(1)</script> &nbsp; &amp;", r"\\(x\\) \| \[$]", "日本 — “q” 😀",
    ]  # fmt: skip
    rows = [(cell, f"answer {cell}") for cell in cells]
    wide = [(cell, "one", f"two {cell}", "") for cell in cells]
    notes = "# Page & more\n\n## Section `x`\n\n" + table(*rows, header=("Need & <b>", "Use"))
    notes += "\n" + table(*rows[:3], header=("Trap", "Better rule"))
    notes += "\n" + table(*wide, header=("Mode", "Good for", "Bad for", "Why"))
    notes += "\n<!-- cards: reverse -->\n" + table(("a", "b"), ("c", "d"), ("e", "f"))
    outcome = build_in(tmp_path, {"bio/a.md": notes})
    # Tags as text, and a sound that is not there.
    assert {found.code for found in outcome.result.diagnostics} == {"BD139", "BD240", "BD326"}
    (built,) = outcome.result.packages
    cards = [render_note(each.note, each.fields) for each in built.package.stamped()]
    assert {card.template for own in cards for card in own} >= {
        "Recall", "Clue quiz", "Reverse", "Trap", "Attribute 1", "Attribute 2",
    }  # fmt: skip
    assert differences(built.package, tmp_path / "decks" / "bio.apkg") == []


def test_cards_of_every_note_type_whatever_the_fields_hold(tmp_path: Path) -> None:
    notes = tuple(stamped(i, fields) for i, fields in enumerate(notes_of_every_type(), 1))
    package = package_of("strange", notes)
    path = tmp_path / "strange.apkg"
    compile_package(package, path)
    assert {note.note.origin.kind for note in notes} == set(Kind)
    assert differences(package, path) == []


# --- templates --------------------------------------------------------------------------------

Render = Callable[[str, str, Sequence[str]], list[tuple[int, str, str]]]


@pytest.fixture(scope="module")
def anki_renders(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Render]:
    """A function from templates and the fields A and B to what Anki makes of each card."""
    col = Collection(str(tmp_path_factory.mktemp("anki") / "collection.anki2"))

    def render(front: str, back: str, fields: Sequence[str]) -> list[tuple[int, str, str]]:
        name = f"{front}|{back}".replace("{", "(").replace("}", ")").replace('"', "'")
        note_type = col.models.by_name(name)
        if note_type is None:
            made = col.models.new(name)
            made["type"] = MODEL_CLOZE if "cloze:" in front else 0
            for field_name in ("A", "B"):
                col.models.add_field(made, col.models.new_field(field_name))
            template = col.models.new_template("Template") | {"qfmt": front, "afmt": back}
            col.models.add_template(made, template)
            col.models.add(made)
            note_type = col.models.by_name(name)
            assert note_type is not None
        note = col.new_note(note_type)
        note.fields = list(fields)
        note.tags = ["one", "two"]
        deck = col.decks.id("Deck::Sub")
        assert deck is not None
        col.add_note(note, deck)
        cards = [(card.ord, card.render_output()) for card in note.cards()]
        col.remove_notes([note.id])
        return [(ordinal, out.question_text, out.answer_text) for ordinal, out in cards]

    yield render
    col.close()


def we_render(
    front: str, back: str, fields: Sequence[str], ordinals: Sequence[int]
) -> list[tuple[int, str, str]]:
    values = {"A": fields[0], "B": fields[1], "Tags": "one two", "Deck": "Deck::Sub"}
    values |= {"Subdeck": "Sub", "Card": "Template"}
    sides = []
    for ordinal in ordinals:
        question = render_template(front, values, ordinal)
        sides.append((ordinal, question, render_template(back, values, ordinal, question)))
    return sides


TEMPLATES = [
    ("{{A}}", "{{FrontSide}}<hr>{{B}}"),
    ("{{A}}{{FrontSide}}", "{{FrontSide}}{{FrontSide}}"),
    (
        "{{A}} { {{ # B }}yes{{/ B}}{{ ^B }}no{{ / B }} }",
        "{{#A}}1{{^B}}2{{/B}}{{#B}}3{{/B}}{{/A}}4",
    ),
    ("{{A}}{{Tags}}/{{Deck}}/{{Subdeck}}/{{Card}}", "{{#Tags}}tags{{/Tags}}{{^Deck}}none{{/Deck}}"),
    ("{{A}}|{{text:A}}|{{text::A}}|{{:A}}", "{{text:B}}"),
    ("{{A}}<!-- {{A}} {{#B}} -->", "<!-- {{/B}}{{Nope}} -->{{A}}"),
    ("{{A}}<!-- {{B}}", "{{A}}-->\n}} }\n"),
    ("{{cloze:A}}", "{{FrontSide}}|{{cloze:A}}|{{text:cloze:A}}"),
    (
        "{{cloze:A}}{{cloze:B}}",
        "{{cloze:B}}{{#c1}}first{{/c1}}{{#c2}}second{{/c2}}{{^c3}}not third{{/c3}}",
    ),
]


@pytest.mark.parametrize(("front", "back"), TEMPLATES)
def test_the_template_language_is_ankis(front: str, back: str, anki_renders: Render) -> None:
    firsts = CLOZES if "cloze:" in front else ("text", *HOSTILE)
    for first in firsts:
        for second in (*NEARLY_EMPTY, "<b>filled</b>"):
            theirs = anki_renders(front, back, (first, second))
            ordinals = [ordinal for ordinal, _, _ in theirs]
            assert ordinals
            assert we_render(front, back, (first, second), ordinals) == theirs


@pytest.mark.parametrize(
    "template", ["{{#A}}x", "x{{/A}}", "{{#A}}{{#B}}{{/A}}{{/B}}", "{{#A}}{{/B}}", "{{^A}}"]
)
def test_sections_that_do_not_nest_are_a_mistake_of_ours(template: str) -> None:
    with pytest.raises(ValueError, match=r"section|closed"):
        render_template(template, {"A": "a", "B": "b"}, 0)


def test_a_field_that_does_not_exist_is_a_mistake_of_ours() -> None:
    with pytest.raises(KeyError):
        render_template("{{Nowhere}}", {"A": "a"}, 0)


PIECES = st.sampled_from(
    ["{{c1::", "{{c2::", "{{c1,2::", "{{c,3::", "{{c0::", "{{c70000::", "{{c", "{{", "}}", "}", ":",
     "::", "x", " ", "\n", "é", "Ā", "\xa0", "'", '"', "`", "_", "<b>", "</b>", "<br>", "<", ">",
     "<!--", "-->", "<style>", "</style>", "<script", "</script>", "\\(", "\\)", "\\[", "\\]", "\\",
     "&", "&amp;", "&lt;", "&nbsp;", "&#39;", "&#x1F600;", "&#xD800;", "&bogus;", "&hearts;", ";"]
)  # fmt: skip
TEXTS = st.lists(PIECES, max_size=14).map("".join)
QUICK = settings(
    max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@QUICK
@given(first=TEXTS, second=TEXTS)
@example(first="{{c1::a::b {{cx::c::d}}", second="x")
@example(first="", second="{{c2::b}}")
def test_any_text_with_deletions(first: str, second: str, anki_renders: Render) -> None:
    front, back = "{{cloze:A}}|{{B}}", "{{cloze:A}}|{{text:cloze:A}}|{{text:B}}"
    theirs = anki_renders(front, back, ("{{c1::s}}" + first, second))
    # A card without a deletion of its own in any field is not ours: Anki writes a message on it.
    theirs = [sides for sides in theirs if "docs.ankiweb.net" not in sides[1]]
    ordinals = [ordinal for ordinal, _, _ in theirs]
    assert we_render(front, back, ("{{c1::s}}" + first, second), ordinals) == theirs


@QUICK
@given(first=TEXTS, second=TEXTS)
def test_any_text_with_sections(first: str, second: str, anki_renders: Render) -> None:
    front, back = "x{{A}}{{#B}}{{B}}{{/B}}y", "{{FrontSide}}{{text:A}}{{^B}}none{{/B}}"
    theirs = anki_renders(front, back, ("s" + first, second))
    assert we_render(front, back, ("s" + first, second), [0]) == theirs
