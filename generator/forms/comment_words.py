"""The words of cards comments: those of each form, and what of a comment says nothing."""

from __future__ import annotations

from collections.abc import Iterable

from generator.core.diagnostics import IDLE_DIRECTIVE, UNKNOWN_DIRECTIVE, Diagnostic
from generator.core.model import Cell, Form, Kind, Position
from generator.forms import FORMS
from generator.forms.form import name_of
from generator.settings.values import suggestion

SKIP = "skip"
_WORDS = {word.text: word for rule in FORMS for word in rule.words}
WORDS = (SKIP, *_WORDS)
# Those that say what a list is, and those that a heading may say of all lists below it.
LIST_WORDS = frozenset((SKIP, *(word.text for word in _WORDS.values() if word.names_form)))
SECTION_WORDS = frozenset(word.text for word in _WORDS.values() if word.is_for_sections)
_RULES = {rule.form: rule for rule in FORMS}


def unknown_words(words: Iterable[Cell], file: str) -> list[Diagnostic]:
    """A diagnostic for each word that a cards comment does not know."""
    return [
        UNKNOWN_DIRECTIVE.at(
            Position(file, word.line, word.column),
            word=word.text,
            help=suggestion(word.text, WORDS),
        )
        for word in words
        if name_of(word.text) not in WORDS
    ]


def put_right(words: Iterable[str]) -> str:
    """The words with those that are nearly known put right; an empty text where all are known, or
    one is like none that is."""
    from difflib import get_close_matches  # only what is misspelt pays for it

    written = list(words)
    known = [next(iter(get_close_matches(word, WORDS, 1)), "") for word in written]
    return " ".join(known) if known != written and all(known) else ""


def unused_words(words: Iterable[Cell], form: Form, kind: Kind, file: str) -> list[Diagnostic]:
    """A diagnostic for each word that says nothing about this form and kind."""
    rule, found = _RULES[form], []
    for word in words:
        known = _WORDS.get(name_of(word.text))
        if known and not (known in rule.words and kind in known.kinds):
            what = rule.name if rule.kind else f"a {kind} table"
            where = Position(file, word.line, word.column)
            found.append(IDLE_DIRECTIVE.at(where, word=known.text, what=what, use=known.use))
    return found
