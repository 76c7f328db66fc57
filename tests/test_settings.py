"""Settings from deck.toml, front matter and comments: what holds, and where a fault stands."""

from __future__ import annotations

import dataclasses
import re
import tomllib
from pathlib import Path

import pytest
from build_notes import build_in, table
from hypothesis import example, given
from hypothesis import settings as limits
from hypothesis import strategies as st

from generator.core.diagnostics import (
    BROKEN_FRONT_MATTER,
    BROKEN_SETTINGS,
    NEARLY_KEY,
    UNKNOWN_DIRECTIVE,
    UNKNOWN_KEY,
    UNUSED_VALUE,
    WRONG_TYPE,
    Diagnostic,
)
from generator.core.model import Cell, FrontMatter
from generator.forms.comment_words import unknown_words
from generator.settings.front_matter_keys import KNOWN_KEYS
from generator.settings.values import (
    _KEYS,
    _RULE_KEYS,
    PAGE_KEYS,
    Settings,
    TableRule,
    _is_one_slip,
    read_comments,
    read_deck_toml,
    read_front_matter,
    suggestion,
)
from generator.sources.properties import tags_in

BASE = Settings()


def toml(text: str, base: Settings = BASE) -> tuple[Settings, list[Diagnostic]]:
    return read_deck_toml(text, "a/deck.toml", base)


def yaml(text: str, base: Settings = BASE) -> tuple[Settings, list[Diagnostic]]:
    return read_front_matter(FrontMatter(text), "a/page.md", base)


def places(found: list[Diagnostic]) -> list[tuple[str, int, int]]:
    return [(d.code, d.position.line, d.position.column) for d in found]


# --- what holds ---------------------------------------------------------------------------------


def test_a_deck_toml_sets_what_a_folder_has() -> None:
    text = """
id = "3f1c"
deck = "Biology::Cells"
tags = ["exam", "week 1"]
url = "https://example.org/course?a=1&b=2"
lang = "pt-BR"
topic = "Cells"
compress = true
exclude = ["drafts/**", "*.old.md"]
include = "README.md"
package = "vault"

[labels]
whole_table = "All rows"
question = "{} …?"
"""
    assert toml(text) == (
        Settings(
            id="3f1c",
            deck="Biology::Cells",
            tags=("exam", "week 1"),
            url="https://example.org/course?a=1&b=2",
            lang="pt-BR",
            topic="Cells",
            compress=True,
            exclude=("drafts/**", "*.old.md"),
            include=("README.md",),
            package="vault",
            labels=(("whole_table", "All rows"), ("question", "{} …?")),
        ),
        [],
    )


def test_front_matter_sets_what_a_page_has() -> None:
    text = "title: 'Cells: a start'\ndeck: Bio\ntags: [exam, week-1]\nlang: de\ntopic: Cells\n"
    assert yaml(text) == (
        Settings(
            title="Cells: a start", deck="Bio", tags=("exam", "week-1"), lang="de", topic="Cells"
        ),
        [],
    )


@pytest.mark.parametrize("text", ["", "\n", "# a comment only\n"])
def test_nothing_set_changes_nothing(text: str) -> None:
    base = Settings(deck="Bio", tags=("a",), id="1")
    assert toml(text, base) == (base, [])
    assert yaml(text, base) == (base, [])


def test_the_nearest_wins_but_tags_and_labels_add_up() -> None:
    base, _ = toml(
        'deck = "A"\ntags = ["a"]\ntopic = "T"\n[labels]\nquestion = "1"\nnearby_rows = "4"'
    )
    inner, _ = toml('deck = "B"\ntags = "b, c"\n[labels]\nquestion = "2"\nbetter_rule = "3"', base)
    page, _ = yaml("tags: d e\n", inner)
    assert page == Settings(
        deck="B",
        tags=("a", "b", "c", "d", "e"),
        topic="T",
        labels=(("question", "2"), ("nearby_rows", "4"), ("better_rule", "3")),
    )


def test_an_empty_value_leaves_what_stands_above() -> None:
    base = Settings(title="t", deck="D", lang="de", url="https://x.org", topic="T", tags=("a",))
    assert yaml("title: null\ndeck: ~\nlang: Null\nurl: []\ntopic: {}\ntags: NULL\n", base) == (
        base,
        [],
    )
    assert yaml("title: 'null'\n", base)[0].title == "null"
    assert yaml("title:\ndeck: ''\nlang:\nurl: \"\"\ntopic:\ntags:\n", base) == (base, [])
    assert toml('deck = ""\nlang = ""\ntags = []\n', base) == (base, [])


@pytest.mark.parametrize("value", ["2024", "no", "2024-01-31", "1:30", "1e3", "0x1F", "!!int x"])
def test_a_title_is_what_stands_there(value: str) -> None:
    settings, found = yaml(f"title: {value}\n")
    assert (settings.title, found) == (value.removeprefix("!!int "), [])


def test_norwegian_is_a_language() -> None:
    assert yaml("lang: no\n") == (Settings(lang="no"), [])


def test_white_space_in_a_text_is_one_space() -> None:
    assert yaml("title: >\n  Long\n  title\n\ntopic: |\n  a\n  b\n") == (
        Settings(title="Long title", topic="a b"),
        [],
    )
    assert toml('topic = """\na\n  b\n"""') == (Settings(topic="a b"), [])


# --- unknown keys -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "key", "line", "column", "advice"),
    [
        ('deck = "A"\ntag = ["x"]\n', "tag", 2, 1, "did you mean 'tags'?"),
        ('"Topic" = "x"\n', "Topic", 1, 2, "did you mean 'topic'?"),
        ("[label]\nquestion = 'x'\n", "label", 1, 2, "did you mean 'labels'?"),
        ("# tag = 1\n\n  tag = 2\n", "tag", 3, 3, "did you mean 'tags'?"),
        ("tag-x = 1\ntag = 2\n", "tag", 2, 1, "did you mean 'tags'?"),
        ('"odd key!" = 1\n', "odd key!", 1, 2, "known here: "),
        ("[labels]\nqestion = 'x'\n", "qestion", 2, 1, "did you mean 'question'?"),
        ("labels.qestion = 'x'\n", "qestion", 1, 8, "did you mean 'question'?"),
        ("labels = { qestion = 'x' }\n", "qestion", 1, 12, "did you mean 'question'?"),
        # A title belongs to a page.
        ("title = 'x'\n", "title", 1, 1, "known here: "),
    ],
)
def test_an_unknown_key_in_deck_toml(
    text: str, key: str, line: int, column: int, advice: str
) -> None:
    found = toml(text)[1]
    assert (UNKNOWN_KEY.code, line, column) in places(found)
    (own,) = [d for d in found if d.message == f"unknown key '{key}'"]
    assert own.position.file == "a/deck.toml"
    assert own.help.startswith(advice)


# Keys that people's other tools read, or that people made up; none of them is said anything about.
FOREIGN = """
tag: x
topics: [a, b]
type: note
types: a
date: 2024-01-31
link: https://example.org
links: [a]
urls: [https://example.org]
uri: https://example.org
curl: x
language: en
long: 8.5
aliases: [a]
alias: b
category: x
description: a page
cssclass: wide
publish: false
draft: true
layout: post
permalink: /a/b/
weight: 3
slug: cells
sidebar_position: 2
sr-due: 2024-01-31
sr-interval: 3
cards-deck: Bio
id: 7
labels: {a: b}
compress: true
tables: 3
package: x
exclude: a
card: {a: b}
subtitle: A start
title2: x
tags-note: x
deckchair: x
tracks: x
check: x
ignores_me: x
tabs: x
land: x
标签: 生物
标题: 细胞
<<: x
'odd key!': x
1: x
"""


def test_a_key_of_another_tool_is_nothing_to_say() -> None:
    assert yaml(FOREIGN) == (BASE, [])
    for line in FOREIGN.splitlines():
        assert yaml(f"deck: A\n{line}\n") == (Settings(deck="A"), [])


def test_the_keys_of_other_tools_are_listed_once_and_none_is_ours() -> None:
    assert len(KNOWN_KEYS) > 100
    assert KNOWN_KEYS.isdisjoint(PAGE_KEYS)
    nearly = {key for key in KNOWN_KEYS if any(_is_one_slip(key, ours) for ours in PAGE_KEYS)}
    assert {"tag", "topics", "card"} <= nearly


@pytest.mark.parametrize(
    ("text", "line", "column", "nearest"),
    [
        ("deck: A\ntitel: x\n", 3, 1, "title"),
        ("deck: A\ntilte: x\n", 3, 1, "title"),
        ("deck: A\ntitl: x\n", 3, 1, "title"),
        ("deck: A\ntitle_: x\ntittle: y\n", 4, 1, "title"),
        ("deck: A\nlnag: de\n", 3, 1, "lang"),
        ("deck: A\nlanf: de\n", 3, 1, "lang"),
        ("\ndekc: A\n", 3, 1, "deck"),
        ("decks: A\n", 2, 1, "deck"),
        ("deck: A\ntpoic: x\n", 3, 1, "topic"),
        ("deck: A\ntopik: x\n", 3, 1, "topic"),
        ("deck: A\nulr: https://example.org\n", 3, 1, "url"),
        ("deck: A\nURL: https://example.org\n", 3, 1, "url"),
        ("deck: A\nignroe: BD302\n", 3, 1, "ignore"),
        ("'Title': x\n", 2, 1, "title"),
        ("TAGS: [x]\n", 2, 1, "tags"),
        ("{deck: A, tgas: [x]}\n", 2, 11, "tags"),
        ("open-quiz: true\n", 2, 1, "open_quiz"),
        ("deck: A\nOpenQuiz: true\n", 3, 1, "open_quiz"),
        ("page-tags: true\n", 2, 1, "page_tags"),
        ("'page tags': true\n", 2, 1, "page_tags"),
    ],
)
def test_a_slip_in_a_key_of_ours_is_a_warning(
    text: str, line: int, column: int, nearest: str
) -> None:
    settings, (found,) = yaml(text)
    assert places([found]) == [(NEARLY_KEY.code, line, column)]
    assert (found.severity, found.exit_code) == ("warning", 0)
    assert found.position.file == "a/page.md"
    assert found.help == f"did you mean '{nearest}'?"
    assert settings in (BASE, Settings(deck="A"))


@pytest.mark.parametrize(
    "text",
    [
        "title: a\ntitles: b\n",  # the page has its title
        "tags: [a]\nTags: [b]\n",
        "titel:\n",  # says nothing, whatever it was meant to be
        "Tags: []\n",
        "decks: [a, b]\n",  # no value for a deck
        "ignored: true\n",
    ],
)
def test_what_is_near_to_a_key_and_cannot_be_meant_is_nothing_to_say(text: str) -> None:
    assert yaml(text)[1] == []


def test_what_is_known_holds_beside_an_unknown_key() -> None:
    assert toml('deck = "A"\ntag = "x"\n')[0] == Settings(deck="A")
    assert yaml("deck: A\ntagz: x\n")[0] == Settings(deck="A")


def test_a_suggestion_is_near_or_lists_what_is_known() -> None:
    assert suggestion("TAGS", ["tags", "deck"]) == "did you mean 'tags'?"
    assert suggestion("zzz", ["tags", "deck"]) == "known here: deck, tags"
    assert suggestion("zzz", ["Ca", "CA"]) == "known here: CA, Ca"
    for slip in ("Trm", "trem", "TREM"):
        assert suggestion(slip, ["Term", "Meaning"]) == "did you mean 'Term'?"


# --- wrong types --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "line", "column", "message"),
    [
        ("\nid = 3\n", 2, 1, "'id' must be text, not 3"),
        ("deck = ['A']\n", 1, 1, "'deck' must be a deck's name, not ['A']"),
        ("topic = 1979-05-27\n", 1, 1, "'topic' must be text, not a date or time"),
        ("[topic]\nx = 1\n", 1, 2, "'topic' must be text, not a table"),
        ("tags = ['a', 1]\n", 1, 1, "'tags' must be a list of words, not ['a', 1]"),
        ("tags = true\n", 1, 1, "'tags' must be a list of words, not true"),
        ("lang = 'english'\n", 1, 1, "'lang' must be a language code, not 'english'"),
        ("url = 'example.org'\n", 1, 1, "'url' must be a web address, not 'example.org'"),
        ("compress = 'yes'\n", 1, 1, "'compress' must be true or false, not 'yes'"),
        ("compress = 1\n", 1, 1, "'compress' must be true or false, not 1"),
        ("exclude = 3\n", 1, 1, "'exclude' must be a list of paths below this folder, not 3"),
        (
            "include = '../x'\n",
            1,
            1,
            "'include' must be a list of paths below this folder, not '../x'",
        ),
        (
            "package = 'a/b'\n",
            1,
            1,
            "'package' must be the name of a file without its ending, not 'a/b'",
        ),
        ("labels = 'x'\n", 1, 1, "'labels' must be a table of texts, not 'x'"),
        ("[labels]\nquestion = 1\n", 2, 1, "'question' must be text, not 1"),
        ("topic = 'a\\u0001'\n".replace("'", '"'), 1, 1, r"'topic' must be text, not 'a\x01'"),
    ],
)
def test_a_wrong_type_in_deck_toml(text: str, line: int, column: int, message: str) -> None:
    settings, (found,) = toml(text)
    assert places([found]) == [(WRONG_TYPE.code, line, column)]
    assert found.message == message
    assert found.help.startswith("write ")
    assert settings == BASE


@pytest.mark.parametrize(
    "name",
    ["a::::b", "::a", "a::", " :: ", "a::" * 100 + "b", "d" * 1001],
    ids=lambda name: name[:9],
)
def test_a_deck_has_a_name_in_each_of_its_parts_and_not_too_many(name: str) -> None:
    settings, (found,) = toml(f'deck = "{name}"')
    assert (found.code, settings) == (WRONG_TYPE.code, BASE)
    assert toml(f'deck = "{"a::" * 99}b"') == (dataclasses.replace(BASE, deck="a::" * 99 + "b"), [])


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("deck: A\ntitle: [x]\n", 3, "'title' must be text, not ['x']"),
        ("deck: A\ntitle:\n  x: y\n", 3, "'title' must be text, not a table"),
        ("deck: A\ncards: 5\n", 3, "'cards' must be true or false, not '5'"),
        ("deck: A\ntopic: [[Cells]]\n", 3, "'topic' must be text, not [a list]"),
        ("deck: A\nurl: ./x\n", 3, "'url' must be a web address, not './x'"),
        ("deck: A\nlang: python3 code\n", 3, "'lang' must be a language code, not 'python3 code'"),
        ("deck: A\nignore: true\n", 3, "'ignore' must be a list of codes, not 'true'"),
        ("deck: A\nignore: [drafts]\n", 3, "'ignore' must be a list of codes, not ['drafts']"),
        ("deck: A\n\ntags: {a: b}\n", 4, "'tags' must be a list of words, not a table"),
        ("deck: A\ntags: [[a]]\n", 3, "'tags' must be a list of words, not [a list]"),
        ("deck: A\nlang: German\n", 3, "'lang' must be a language code, not 'German'"),
        ('deck: A\ntitle: "\\uD800"\n', 3, r"'title' must be text, not '\ud800'"),
        ('deck: A\ntopic: "a\\x1fb"\n', 3, r"'topic' must be text, not 'a\x1fb'"),
    ],
)
def test_a_wrong_type_in_front_matter(text: str, line: int, message: str) -> None:
    settings, (found,) = yaml(text)
    assert places([found]) == [(UNUSED_VALUE.code, line, 1)]
    assert found.message == f"{message}; it is not used"
    assert found.severity == "warning"
    assert settings == Settings(deck="A")


@pytest.mark.parametrize(
    "text",
    [
        "deck: a::",
        "deck: [a]",
        "title: A\ndeck: {a: b}",
        "a: &a [x, x]\nb: &b [*a, *a]\ndeck: *b",
    ],
)
def test_a_deck_that_is_none_is_a_warning(text: str) -> None:
    settings, (found,) = yaml(text + "\n", Settings(deck="above"))
    assert (found.code, settings.deck) == (UNUSED_VALUE.code, "above")


@pytest.mark.parametrize(
    ("value", "tags"),
    [
        (" [a, b]", ("a", "b")),
        ("\n  - a\n  - b c\n  -\n", ("a", "b c")),
        ("\n- a\n- 2024\n", ("a", "2024")),
        (" a b", ("a", "b")),
        (" a, b", ("a", "b")),
        (" a", ("a",)),
        (" #a #b", ()),  # a comment to YAML, and so to every tool
        (" '#a #b'", ("a", "b")),
        (" [#a, b]", ()),
        (" null", ()),
        (" ~", ()),
        (" []", ()),
        (" {}", ()),
        ("", ()),
    ],
)
def test_tags_as_people_write_them(value: str, tags: tuple[str, ...]) -> None:
    settings, found = yaml(f"tags:{value}\n")
    if "[#" in value:
        assert places(found) == [(BROKEN_FRONT_MATTER.code, 3, 1)]
    else:
        assert (settings.tags, found) == (tags, [])


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        "ftp://example.org",
        "https://example.org/[sound:x.mp3]",
        "https://example.org/{{Answer}}",
        "https://example.org/\\(x\\)",
        "https://example.org/'onclick='x",
        "https://example.org/a b",
        "https://",
    ],
)
def test_an_address_that_anki_or_a_browser_would_act_on_is_refused(url: str) -> None:
    settings, (found,) = yaml(f"url: {url!r}\n" if "'" not in url else f'url: "{url}"\n')
    assert (found.code, settings) == (UNUSED_VALUE.code, BASE)


def test_a_long_value_is_not_repeated_in_full() -> None:
    (found,) = yaml(f"lang: {'x' * 5000}\n")[1]
    assert len(found.message) < 120


# --- broken files -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "line", "column"),
    [
        ('deck = "A"\ntopic = \n', 2, 9),
        ('deck = "A"\ndeck = "B"\n', 2, 11),
        ("deck = A\n", 1, 8),
        ('deck = "A\n', 1, 8),
        ('deck = "A"\nx = """\n', 2, 5),
        ("deck: A\n", 1, 5),
        ("x = " + "[" * 20_000, 1, 1),
        ("x = " + "9" * 20_000, 1, 1),
    ],
)
def test_a_broken_deck_toml_sets_nothing(text: str, line: int, column: int) -> None:
    base = Settings(deck="above")
    settings, found = toml(text, base)
    assert settings == base
    assert places(found) == [(BROKEN_SETTINGS.code, line, column)]
    assert "(at " not in found[0].message


QUOTES = "put the value in quotes: "
GENERIC = "write 'key: value' there, or delete the line"


@pytest.mark.parametrize(
    ("text", "line", "column", "advice"),
    [
        ("deck: A\ntitle: [x\n", 3, 8, "close the bracket: title: [x]"),
        ("deck: A\ntags: [x, y,\ntitle: z\n", 3, 7, "close the bracket: tags: [x, y]"),
        ("deck: A\ntitle: 'x\n", 3, 8, "close the quote: title: 'x'"),
        ('deck: A\ntitle: "x\nurl: y\n', 3, 8, 'close the quote: title: "x"'),
        ("deck: A\ntitle: it's: x\n", 3, 12, QUOTES + 'title: "it\'s: x"'),
        ("deck: A\ntitle: a: b\n", 3, 9, QUOTES + 'title: "a: b"'),
        ('deck: A\ntitle: "a": b\n', 3, 11, QUOTES + "title: '\"a\": b'"),
        ("deck: A\ntitle: 'a' or 'b'\n", 3, 12, QUOTES + "title: \"'a' or 'b'\""),
        ("title: {{title}}\ndate: {{date}}\n", 2, 9, QUOTES + 'title: "{{title}}"'),
        ("deck: A\ntitle: {{title}}\n", 3, 9, QUOTES + 'title: "{{title}}"'),
        ("created: {{date}} {{time}}\n", 2, 19, QUOTES + 'created: "{{date}} {{time}}"'),
        ("title: <% tp.file.title %>\nx: %a\n", 3, 4, QUOTES + 'x: "%a"'),
        ("title: @cells\n", 2, 8, QUOTES + 'title: "@cells"'),
        ("title: `cells`\n", 2, 8, QUOTES + 'title: "`cells`"'),
        ("deck: A\n\ttitle: b\n", 3, 1, "write spaces instead of the tab: title: b"),
        ("deck: A\ntitle: *x\n", 3, 8, QUOTES + 'title: "*x"'),
        ("author: *Anna*\n", 2, 14, QUOTES + 'author: "*Anna*"'),
        ("title: *a*: b\n", 2, 10, QUOTES + 'title: "*a*: b"'),
        ("tags:\n  - a: b: c\n", 3, 9, QUOTES + '- a: "b: c"'),
        ("deck: A\ntitle: 'it's'\n", 3, 12, QUOTES + 'title: "it\'s"'),
        ('deck: A\ntitle: "a "b" c"\n', 3, 12, QUOTES + "title: 'a \"b\" c'"),
        ("deck: A\ntitle: [a] b\n", 3, 12, QUOTES + 'title: "[a] b"'),
        ("tags: [#a, b]\ndeck: A\n", 2, 7, "write tags without #: tags: [a, b]"),
        ("title:foo\ndeck: A\n", 3, 5, "write a space after the colon: title: foo"),
        ("deck: A\ntitle:foo\n", 3, 1, "write a space after the colon: title: foo"),
        ("deck: A\n? [x]\n: y\n", 3, 3, GENERIC),
        ("deck: A\ntitle: a\ndeck: B\n", 4, 1, "delete one of the two lines"),
        ("deck: A\ntitle: a\x01b\n", 3, 9, GENERIC),
        ("- a\n- b\n", 2, 1, GENERIC),
        ("just text\n", 2, 1, GENERIC),
        ("deck: A\n--- \ndeck: B\n", 3, 1, GENERIC),
        ("[" * 20_000, 2, 1, GENERIC),
        ("x: " + "{a: " * 20_000, 2, 1, GENERIC),
    ],
)
def test_broken_front_matter_sets_nothing_and_says_what_to_type(
    text: str, line: int, column: int, advice: str
) -> None:
    base = Settings(deck="above")
    settings, (found,) = yaml(text, base)
    assert settings == base
    assert places([found]) == [(BROKEN_FRONT_MATTER.code, line, column)]
    assert (found.severity, found.exit_code) == ("error", 1)
    assert "\n" not in found.message
    assert found.help == advice


def test_what_is_to_be_typed_can_be_read() -> None:
    for text in (
        "title: a: b",
        "title: 'a' or \"b\\",
        "title: @x",
        "url: `a`: 'b'",
    ):
        (found,) = yaml(f"deck: A\n{text}\n")[1]
        typed = found.help.partition(": ")[2]
        assert yaml(f"deck: A\n{typed}\n")[1] == [] or "url" in typed


def test_a_key_of_another_tool_may_stand_twice() -> None:
    assert yaml("created: a\ntitle: T\ncreated: b\n") == (Settings(title="T"), [])


def test_toml_sets_what_yaml_sets() -> None:
    text = """title = 2024
deck = "Bio"
tags = ["a", 1]
date = 2024-01-31T10:00:00Z
draft = true
weight = 3
topic = ""
[taxonomies]
tags = ["b"]
"""
    assert read_front_matter(FrontMatter(text, 2, True), "a/page.md", BASE) == (
        Settings(title="2024", deck="Bio", tags=("a", "1")),
        [],
    )


@pytest.mark.parametrize(
    ("text", "line", "column", "code"),
    [
        ('deck = "A"\ntitle = a\n', 5, 9, BROKEN_FRONT_MATTER.code),
        ('deck = "A"\ndeck = "B"\n', 5, 11, BROKEN_FRONT_MATTER.code),
        ('deck = "A"\n"titel" = "B"\n', 5, 2, NEARLY_KEY.code),
        ('deck = "A"\nlang = ["B"]\n', 5, 1, UNUSED_VALUE.code),
    ],
)
def test_a_fault_in_toml_front_matter_is_pointed_at(
    text: str, line: int, column: int, code: str
) -> None:
    _, (found,) = read_front_matter(FrontMatter(text, 4, True), "a/page.md", BASE)
    assert places([found]) == [(code, line, column)]


def test_a_line_break_that_only_yaml_knows_shifts_no_position() -> None:
    found = yaml("title: 'a\u2028b'\ndekc: x\n")[1]
    assert places(found) == [(NEARLY_KEY.code, 3, 1)]


def test_front_matter_that_would_grow_without_bounds_is_nothing_or_a_wrong_type() -> None:
    laughs = "a0: &a0 [x, x]\n" + "".join(
        f"a{n}: &a{n} [*a{n - 1}, *a{n - 1}]\n" for n in range(1, 60)
    )
    assert yaml(laughs)[1] == []
    for key in ("title", "deck", "tags", "topic", "url", "lang", "ignore"):
        assert [d.code for d in yaml(f"{laughs}{key}: *a59\n")[1]] == [UNUSED_VALUE.code]
    assert yaml(f"{laughs}dekc: *a59\n")[1] == []
    merges = "a0: &a0 {x: y}\n" + "".join(
        f"a{n}: &a{n} {{<<: [*a{n - 1}, *a{n - 1}]}}\n" for n in range(1, 60)
    )
    assert yaml(f"{merges}<<: *a59\n")[1] == []


def test_a_value_that_holds_itself_is_refused() -> None:
    assert places(yaml("tags: &a [*a]\n")[1]) == [(BROKEN_FRONT_MATTER.code, 2, 7)]


@pytest.mark.parametrize(
    "value", ["!!timestamp x", '!!int ""', "!!bool x", "!!python/object/apply:os.system [x]"]
)
def test_a_yaml_tag_is_not_obeyed(value: str) -> None:
    settings, found = yaml(f"topic: {value}\n")
    if "python" in value:
        assert places(found) == [(UNUSED_VALUE.code, 2, 1)]
    else:
        assert (settings.topic, found) == (value.split()[1].strip('"'), [])


SNIPPETS = st.sampled_from(
    [
        "title", "tags", "labels", "lang", "x", ": ", " = ", "[", "]", "{", "}", "- ", "\n", "  ",
        '"', "'", "|", ">", "&a ", "*a", "!!int ", "<<", "? ", "# c", "1", "2024-13-45", "true",
        "\\ud800", "\x01", "\u2028", "\ufeff", "---", "...", "%", "@", ",", "\t", "é", "\\",
    ]
)  # fmt: skip


@limits(deadline=None, max_examples=500)
@given(st.lists(SNIPPETS, max_size=16).map("".join) | st.text(st.characters(codec="utf-8")))
@example("title: !!timestamp x")
@example('lang = "en"\n[labels]\nx = 1')
def test_settings_never_raise_and_point_into_their_text(text: str) -> None:
    for read, first in ((toml, 1), (yaml, 2)):
        settings, found = read(text)
        lines = text.replace("\r\n", "\n").split("\n")
        for line in (d.position.line - first for d in found):
            assert 0 <= line <= len(lines)
        for value in (settings.title, settings.deck, settings.topic, *settings.tags):
            value.encode()


# --- comments -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("<!-- cards: trap -->", [("trap", 7, 13)]),
        ("<!--cards:trap-->", [("trap", 7, 11)]),
        ("<!-- CARDS: Trap NO-quiz -->", [("trap", 7, 13), ("no-quiz", 7, 18)]),
        ("  <!-- Cards : trap,reverse -->", [("trap", 7, 16), ("reverse", 7, 21)]),
        ("<!-- cards:\n  skip\n-->", [("skip", 8, 3)]),
        ("<!-- a --> <!-- cards: a --><!-- cards: b -->", [("a", 7, 24), ("b", 7, 41)]),
        ("<!-- cards: -->", []),
        ("<!-- discards: trap -->", []),
        ("<!-- see cards: trap -->", []),
        ("<!-- cards: trap", []),
        ("<!-- write <!-- cards: trap -->", []),
        ("cards: trap", []),
    ],
)  # fmt: skip
def test_the_words_of_a_comment(text: str, words: list[tuple[str, int, int]]) -> None:
    assert read_comments(text, 7) == tuple(Cell(*word) for word in words)


def test_an_unknown_word_in_a_comment() -> None:
    words = [Cell("trap", 3, 13), Cell("revers", 3, 18), Cell("Skip", 4, 1), Cell("zzz", 5, 2)]
    found = unknown_words(words, "a/page.md")
    assert [(d.code, d.position, d.help.split(":")[0]) for d in found] == [
        (UNKNOWN_DIRECTIVE.code, ("a/page.md", 3, 18), "did you mean 'reverse'?"),
        (UNKNOWN_DIRECTIVE.code, ("a/page.md", 4, 1), "did you mean 'skip'?"),
        (UNKNOWN_DIRECTIVE.code, ("a/page.md", 5, 2), "known here"),
    ]
    assert "'revers'" in found[0].message


@pytest.mark.parametrize("name", _KEYS)
def test_each_example_can_be_typed_as_it_stands(name: str) -> None:
    key = _KEYS[name]
    if key.folder:
        settings, found = toml(f"{name} = {key.example}\n")
        assert (found, settings != BASE) == ([], True)
    if key.page:
        settings, found = yaml(f"{name}: {key.example}\n")
        assert (found, settings != BASE) == ([], True)


def test_a_label_of_the_wrong_type_says_how_it_is_written() -> None:
    (found,) = toml("[labels]\nquestion = 3\n")[1]
    assert (found.message, found.help) == (
        "'question' must be text, not 3",
        'write question = "…"',
    )


# --- rules for tables -----------------------------------------------------------------------------


def test_rules_for_tables_are_read_and_the_nearest_come_first() -> None:
    above, found = toml('[[tables]]\nleft = "Falle*"\nkind = "trap"\n')
    assert found == []
    inner, found = toml(
        '[[tables]]\nleft = ["A", "B"]\nright = "C"\nreverse = true\nquiz = false\n', above
    )
    assert found == []
    assert inner.tables == (
        TableRule(("A", "B"), ("C",), ("no-quiz", "reverse")),
        TableRule(("Falle*",), (), ("trap",)),
    )


@pytest.mark.parametrize(
    ("rule", "place", "words"),
    [
        ('kind = "trap"', (4, 3), "which headers"),
        ('left = "x"', (4, 3), "what such tables are"),
        ('left = "x"\nkind = "trap"\nreverse = true', (4, 3), "not for traps"),
        ('left = "x"\nkind = "skip"\nquiz = false', (4, 3), "skipped"),
        ('left = "x"\nkind = "trapp"', (6, 1), "must be clue, trap, compare or skip, not 'trapp'"),
        ('left = "x"\nkind = ["trap"]', (6, 1), "not ['trap']"),
        ('left = 3\nkind = "trap"', (5, 1), "must be a header or a list of headers, not 3"),
        ('left = ""\nkind = "trap"', (5, 1), "must be a header"),
        ('left = []\nkind = "trap"', (5, 1), "must be a header"),
        ('left = ["a", 1]\nkind = "trap"', (5, 1), "must be a header"),
        ('lefft = "x"\nkind = "trap"', (5, 1), "unknown key 'lefft'"),
        ('left = "x"\nreverse = "yes"', (6, 1), "'reverse' must be true or false, not 'yes'"),
    ],
)
def test_a_broken_rule_is_pointed_at(rule: str, place: tuple[int, int], words: str) -> None:
    sound = '[[tables]]\nleft = "a"\nkind = "clue"\n'
    settings, (found,) = toml(f"{sound}[[tables]]\n{rule}\n{sound}")
    assert (found.position.line, found.position.column) == place
    assert words in found.message
    assert found.exit_code == 2
    assert len(settings.tables) == 2


@pytest.mark.parametrize("text", ["tables = 3", "tables = [1]", "[tables]\nleft = 'x'"])
def test_rules_that_are_no_list_of_tables(text: str) -> None:
    (found,) = toml(text)[1]
    assert found.code == WRONG_TYPE.code
    assert "'tables' must be a list of [[tables]]" in found.message


def test_rules_in_one_line_have_their_place_too() -> None:
    text = 'tables = [{ left = "a", kind = "b" }]'
    assert places(toml(text)[1]) == [("BD123", 1, 25)]


DOCS = (Path(__file__).parents[1] / "docs" / "settings.md").read_text("utf-8")


def test_the_examples_of_the_reference_are_sound_and_whole() -> None:
    (text,) = re.findall(r"^```toml\n(.*?)^```", DOCS, re.MULTILINE | re.DOTALL)
    settings, found = toml(text)
    assert found == []
    assert len(settings.tables) == 4
    assert tomllib.loads(text).keys() == {name for name, key in _KEYS.items() if key.folder}
    (text,) = re.findall(r"^```yaml\n(.*?)^```", DOCS, re.MULTILINE | re.DOTALL)
    assert yaml(text)[1] == []
    named = {line.partition(":")[0] for line in text.splitlines()}
    assert named == {name for name, key in _KEYS.items() if key.page}
    for name in _RULE_KEYS:
        assert f"| `{name}` |" in DOCS


def test_another_tools_questions_are_nothing_to_say() -> None:
    lesson = 'questions:\n- "What is a cell?"\n- "Why so?"\ndefinitions: terms.md\n'
    assert yaml(lesson) == (Settings(), [])
    assert [d.code for d in yaml("questions: heading\n")[1]] == ["BD155"]
    assert yaml("questions: [callouts, headings]\n")[0].questions == ("headings", "callouts")
    assert yaml("questions: off\n")[0].questions == ()


@pytest.mark.parametrize("text", ["definitions = true", 'questions = ["heading"]', "questions = 1"])
def test_another_value_of_definitions_and_questions_is_an_error(text: str) -> None:
    assert [d.code for d in toml(text)[1]] == ["BD123"]


# --- tags of other programs -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("front", "tags"),
    [
        ("tags: [plant/leaf, '#root']", ("plant::leaf", "root")),
        ("tags:\n  - '#a/b/c'\n  - /d/", ("a::b::c", "d")),
        ("tags: '#a/b c::d'", ("a::b", "c::d")),
        ("aliases: [x/y]", ()),
    ],
)
def test_a_slash_in_a_tag_is_a_level(front: str, tags: tuple[str, ...]) -> None:
    found, _ = read_front_matter(FrontMatter(front, 2), "a.md", Settings())
    assert found.tags == tags


@pytest.mark.parametrize(
    ("text", "tags"),
    [
        ("a #plant/leaf and #root.\n#first", ("plant/leaf", "root", "first")),
        ("#twice #twice", ("twice",)),
        ("| a | #in-a-row |", ("in-a-row",)),
        ("# Heading\n## Other", ()),
        ("#1 #2024/05 C# a#b https://x.org/#c [[d#e]] (#f) [g](#h)", ()),
        ("#1st #y1 #日本/語", ("1st", "y1", "日本/語")),
        ("`#a` ```#b``` <!-- #c --> %% #d %%", ()),
        ("```sh\n#comment\n```\n#tag", ("tag",)),
        ("- ```\n  #comment\n  ```", ()),
    ],
)
def test_tags_in_the_text_of_a_page(text: str, tags: tuple[str, ...]) -> None:
    assert tags_in(text) == tags


def test_tags_in_the_text_are_on_notes_only_where_asked_for(tmp_path: Path) -> None:
    page = "# Cells\n\nOf #plant/leaf.\n\n" + table(("wall", "holds"))
    (note,) = build_in(tmp_path, {"a.md": page}).result.notes
    assert "plant::leaf" not in note.row.tags
    (note,) = build_in(tmp_path, {"a.md": f"---\npage_tags: true\n---\n{page}"}).result.notes
    assert "plant::leaf" in note.row.tags
