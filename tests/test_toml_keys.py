"""Where the keys of a deck.toml stand, and that reading one takes work that grows with it."""

from __future__ import annotations

import tomllib

import pytest
from build_notes import work_of

from generator.core.diagnostics import BROKEN_SETTINGS, UNKNOWN_CODE, UNKNOWN_KEY, WRONG_TYPE
from generator.core.model import FrontMatter
from generator.settings.toml_keys import Path, load_toml
from generator.settings.values import PAGE_KEYS, Settings, read_deck_toml, read_front_matter

TEXT = '''# deck = "x"
deck = """
tags = 1
  ask = "q" """
"tags" = ['a', "b=c", # ask = 1
  "ignore = 3"]
topic.x.y = 1
labels = { quiz = "x", "h\\u0069nt" = "y" }
[more]
why = "w"
[[tables]]
left = "a"
kind = "b"
[[ tables ]]
left = ["c", "kind"]
  right="x=y"
'''


@pytest.mark.parametrize(
    ("path", "line", "column"),
    [
        (("deck",), 2, 1),
        (("tags",), 5, 2),
        (("ask",), 0, 0),
        (("ignore",), 0, 0),
        (("topic", "x", "y"), 7, 9),
        (("labels", "quiz"), 8, 12),
        (("labels", "hint"), 8, 25),
        (("more",), 9, 2),
        (("more", "why"), 10, 1),
        (("tables",), 11, 3),
        (("tables", 0), 11, 3),
        (("tables", 0, "kind"), 13, 1),
        (("tables", 1), 14, 4),
        (("tables", 1, "left"), 15, 1),
        (("tables", 1, "right"), 16, 3),
        (("tables", 1, "kind"), 0, 0),
    ],
)
def test_a_key_is_found_where_it_stands_and_not_in_texts(
    path: Path, line: int, column: int
) -> None:
    values, offsets = load_toml(TEXT)
    assert values == tomllib.loads(TEXT)
    assert (path in offsets) == bool(line)
    if line:
        above = TEXT[: offsets[path]]
        assert (above.count("\n") + 1, len(above) - above.rfind("\n")) == (line, column)


def test_tables_in_an_array_are_found_one_by_one() -> None:
    text = 'tables = [ {left = "a", kind = 1},\n {right = ["x", "{"], kind = 2} ]\nask = 2\n'
    offsets = load_toml(text)[1]
    assert text[offsets["tables", 1, "kind"] :].startswith("kind = 2")
    assert text[offsets[("ask",)] :] == "ask = 2\n"


def _found(text: str) -> list[tuple[str, int, int]]:
    found = read_deck_toml(text, "deck.toml", Settings())[1]
    return [(each.code, each.position.line, each.position.column) for each in found]


def test_a_finding_points_at_its_key_and_at_no_text_that_looks_like_it() -> None:
    text = 'deck = """\ntag = 1\n"""\n[labels]\nquiz = 3\n[[tables]]\nleft = "a"\nkind = "no"\n'
    assert _found(f"{text}[other]\n") == [
        (WRONG_TYPE.code, 5, 1),
        (WRONG_TYPE.code, 8, 1),
        (UNKNOWN_KEY.code, 9, 2),
    ]


_CLOSED = 'close the bracket or brace, with commas in it: tags = ["exam", "week-1"]'


@pytest.mark.parametrize(
    ("line", "advice"),
    [
        ("deck = Biology", 'write deck = "Biology"'),
        ("deck = Cell biology # mine", 'write deck = "Cell biology"'),
        ("deck: Biology", 'write deck = "Biology"'),
        ('deck: "Biology"', 'write deck = "Biology"'),
        ("deck = it's nice", 'write deck = "it\'s nice"'),
        ("deck = it's Bob's # isn't it", "write deck = \"it's Bob's\""),
        ("deck = the cells'", 'write deck = "the cells\'"'),
        ("deck: it's nice", 'write deck = "it\'s nice"'),
        ("deck: the cells'", 'write deck = "the cells\'"'),
        ("deck: 'Biology", 'write deck = "Biology"'),
        ("it's nice", 'write = between the key and its value: deck = "Biology"'),
        ("deck = 'Biology", "close the quote that begins here"),
        ("tags = ['a', 'b]", "close the quote that begins here"),
        ("'tags = 3", "close the quote that begins here"),
        ("labels = {'question = 3}", "close the quote that begins here"),
        ("tags = [it's]", 'put what is text in quotes, deck = "Biology", or delete the line'),
        ('deck = "Biology', "close the quote that begins here"),
        ('deck = """Biology\ntags = 1', "close the quote that begins here"),
        ("deck", 'write = between the key and its value: deck = "Biology"'),
        ("quiz = True", "write quiz = true"),
        ("quiz: no", "write quiz = false"),
        ('tags = ["a" "b"]', _CLOSED),
        ('labels = {question = "a"', _CLOSED),
        ("[labels", "close the bracket"),
        ("[[tables]", "close both brackets"),
        ("lang = 'en'", "delete it here or where it stood first: a key stands once"),
        ('deck = "a\\q"', "write two backslashes for one, or ' in the place of each \""),
        ("= 3", 'put what is text in quotes, deck = "Biology", or delete the line'),
    ],
)
def test_a_line_that_is_no_toml_is_written_out(line: str, advice: str) -> None:
    (found,) = read_deck_toml(f"lang = 'de'\n{line}\n", "deck.toml", Settings())[1]
    assert (found.code, found.help, found.position.line) == (BROKEN_SETTINGS.code, advice, 2)
    assert found.exit_code == 2


@pytest.mark.parametrize("text", ["tags = [\n", 'tags = ["a",\n\n'])
def test_a_bracket_that_is_open_at_the_end_is_to_be_closed(text: str) -> None:
    (found,) = read_deck_toml(text, "deck.toml", Settings())[1]
    assert (found.code, found.help) == (BROKEN_SETTINGS.code, _CLOSED)


@pytest.mark.parametrize(
    ("code", "advice"),
    [
        ("302", "did you mean 'BD302'?"),
        ("bd302", "did you mean 'BD302'?"),
        ("BD 302", "did you mean 'BD302'?"),
        ("BD0302", "did you mean 'BD302'?"),
        ("BD999", "a code is written like BD302"),
        ("repeats", "a code is written like BD302"),
        ("BD" * 1000, "a code is written like BD302"),
    ],
)
def test_only_codes_that_can_be_ignored_are_proposed(code: str, advice: str) -> None:
    (first, *_) = read_deck_toml(f'ignore = ["{code}"]\n', "deck.toml", Settings())[1]
    assert (first.code, first.help) == (UNKNOWN_CODE.code, advice)


# Each as long as it is told, in items.
GROWING = {
    "unknown keys": lambda n: "".join(f"dec{i} = 1\n" for i in range(n)),
    "labels": lambda n: "[labels]\n" + "".join(f"qiz{i} = 'x'\n" for i in range(n)),
    "codes": lambda n: "ignore = '" + " ".join(f"BD{i}" for i in range(n)) + "'",
    "tags": lambda n: "tags = [" + ", ".join(f"'t{i}'" for i in range(n)) + "]",
    "rules": lambda n: "".join(f"[[tables]]\nlft = 'a{i}'\n" for i in range(n)),
    "parts of a key": lambda n: "a." * n + "b = 1",
    "parts of a table": lambda n: f"[{'a.' * n}b]",
    "brackets": lambda n: "a = " + "[" * n,
    "tables": lambda n: "".join(f"[a.b{i}.c]\n" for i in range(n)),
    "lines of a text": lambda n: 'deck = """' + "tags = 1\n" * n + '"""',
    "quotes": lambda n: '"' * n,
    "comments": lambda n: "# x\n" * n,
}


@pytest.mark.parametrize("make", GROWING.values(), ids=GROWING.keys())
def test_work_grows_with_the_file(make) -> None:
    """Twice as much takes no more than twice the calls, and some for what there is at all."""
    once, twice = (
        work_of(lambda n=n: read_deck_toml(make(n), "deck.toml", Settings())).total()
        for n in (2000, 4000)
    )
    assert twice < 2.1 * once + 2000


def test_very_many_findings_are_cut_off() -> None:
    assert len(_found(GROWING["unknown keys"](5000))) == 100


@pytest.mark.parametrize("key", PAGE_KEYS)
def test_a_value_that_repeats_itself_without_end_is_not_written_out(key: str) -> None:
    """Each level is the one below it, twice: a thousand bytes stand for as many as there are."""
    levels = "".join(f"a{n + 1}: &a{n + 1} [*a{n}, *a{n}]\n" for n in range(60))
    front = FrontMatter(f"a0: &a0 [x, x]\n{levels}{key}: *a60\n", 2)
    assert read_front_matter(front, "a.md", Settings())[0] == Settings()


@pytest.mark.parametrize("opened", ["[", "{", "{a: ", "[{a: ["])
def test_front_matter_that_is_nested_too_deep_is_not_read(opened: str) -> None:
    """At each of its words YAML looks at each bracket that is open."""
    front = FrontMatter(f"a: {opened * 200}{'x, ' * 30_000}\n", 2)
    (found,) = read_front_matter(front, "a.md", Settings())[1]
    assert "it is nested too deep" in found.message


@pytest.mark.parametrize("number", ["0x" + "f" * 5000, "1" * 5000, "1e999", "-0x1"])
def test_a_number_of_any_length_is_refused_and_not_written_out(number: str) -> None:
    assert _found(f"title = {number}\ndeck = {number}\n")
    for key in ("deck", "tags", "other"):
        read_front_matter(FrontMatter(f"{key} = {number}\n", 2, True), "a.md", Settings())
