"""Every form and every kind is handled wherever one is; none is left out in silence."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from build_notes import NOW, build_only
from made_notes import made

from generator.anki.note_types import note_types
from generator.core.model import TABLE_KINDS, Form, Kind
from generator.core.note_fields import FIELDS_OF
from generator.forms import FORMS
from generator.forms.comment_words import WORDS
from generator.notes.choose_reading import RULES
from generator.notes.kinds import KINDS

ROOT = Path(__file__).parents[1]
# A page of each form; what it says is in the tests of the form.
PAGES = {
    Form.TABLE: "| Part | Role |\n|---|---|\n| wall | holds |\n",
    Form.DEFINITIONS: "wall\n: holds\n",
    Form.ORDER: "# Order\n\n<!-- cards: order -->\n\n1. wash\n2. dry\n",
    Form.QUIZ: "Which holds?\n\n- [x] wall\n- [ ] sap\n",
    Form.QUESTION: "Q: Which holds?\nA: the wall\n",
    Form.PASSAGE: "The ==wall== holds the cell.\n",
}
EXAMPLES = [pytest.param(form, id=form.value) for form in Form]


def test_each_form_has_one_rule() -> None:
    assert sorted(rule.form for rule in FORMS) == sorted(Form)
    assert {rule.name for rule in FORMS if rule.kind}.isdisjoint({""})
    assert len({rule.name for rule in FORMS}) == len(Form)


@pytest.mark.parametrize("form", EXAMPLES)
def test_each_form_is_found_made_counted_and_skipped(form: Form) -> None:
    text = PAGES[form]
    found = made(text, "p/page.md")
    assert [table.form for table in found.tables] == [form]
    assert found.tables[0].notes == len(found.notes) > 0
    assert found.tables[0].kind == found.notes[0].origin.kind
    if form is not Form.ORDER:
        skipped = made(f"<!-- cards: skip -->\n{text}", "p/page.md")
        # A definition list's comment stands on a line of its own.
        assert [table.skipped for table in skipped.tables] in (["skipped by a comment"], [])
        assert not skipped.notes


@pytest.mark.parametrize("form", EXAMPLES)
def test_each_form_keeps_its_guids_and_its_files_when_built_again(
    form: Form, tmp_path: Path, judge
) -> None:
    build_only(tmp_path, {"p.md": PAGES[form]})
    package = tmp_path / "decks/p.apkg"
    first = package.read_bytes(), (tmp_path / "notes/ledger.jsonl").read_bytes()
    (tmp_path / "notes/ledger.jsonl").touch()
    build_only(tmp_path, {"p.md": PAGES[form] + "\n## More\n\nA paragraph.\n"}, NOW + 1000)
    assert (package.read_bytes(), (tmp_path / "notes/ledger.jsonl").read_bytes()) == first
    judge(package)


@pytest.mark.parametrize("form", EXAMPLES)
def test_each_form_stands_in_the_page_of_forms(form: Form) -> None:
    examples = re.findall(r"^```markdown\n(.*?)^```", FORMS_PAGE, re.M | re.S)
    shown = {table.form for text in examples for table in made(text, "p/page.md").tables}
    assert form in shown


FORMS_PAGE = (ROOT / "docs" / "forms.md").read_text("utf-8")


def test_each_word_of_a_comment_belongs_to_a_form() -> None:
    assert len(WORDS) == len(set(WORDS))
    assert {word.text for rule in FORMS for word in rule.words} | {"skip"} == set(WORDS)


def test_each_kind_has_fields_a_note_type_and_where_it_is_a_tables_all_of_that() -> None:
    assert set(FIELDS_OF) == set(Kind) == set(note_types())
    assert tuple(KINDS) == TABLE_KINDS
    assert {kind: row.fields for kind, row in KINDS.items()}.items() <= FIELDS_OF.items()
    assert {word for row in KINDS.values() for word in row.words} <= set(WORDS)
    assert {rule.kind for rule in RULES} - {None} <= set(TABLE_KINDS)
    assert {rule.kind for rule in FORMS} - {None} | set(TABLE_KINDS) == set(Kind)
