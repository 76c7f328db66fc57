"""Silencing warnings, and --strict: what is said, what is written."""

from __future__ import annotations

from pathlib import Path

import pytest
from build_notes import NOW, build_in, codes, table, write_notes

from generator.pipeline.build import Outcome, read_ledger, run

# One row for each warning: of reading (204), of composing (302) and of identity (407).
# The pages have one name, so that no place tells their fronts apart.
TWICE = {"a/one.md": table(("x", "first")), "a/zz/one.md": table(("x", "two"), ("u", "v"))}
PACKAGE = "a.apkg"


def places(outcome: Outcome) -> list[tuple[str, int, int]]:
    return [(d.code, d.position.line, d.position.column) for d in outcome.result.diagnostics]


def test_the_warning_is_there(tmp_path: Path) -> None:
    assert codes(build_in(tmp_path, TWICE)) == ["BD302"]


@pytest.mark.parametrize(
    "files",
    [
        {"deck.toml": 'ignore = ["BD302"]'},
        {"a/deck.toml": 'ignore = ["BD108", "BD302"]'},
        {"deck.toml": 'ignore = ["BD302"]', "a/deck.toml": 'ignore = ["BD108"]'},
        {"a/zz/one.md": "---\nignore: BD302\n---\n\n" + TWICE["a/zz/one.md"]},
        {"a/zz/one.md": "---\nignore: [BD302, BD108]\n---\n\n" + TWICE["a/zz/one.md"]},
        {"a/zz/one.md": "<!-- ignore: BD302 -->\n" + TWICE["a/zz/one.md"]},
        {"a/zz/one.md": "<!--ignore : BD302-->\n\n<!-- note -->\n\n" + TWICE["a/zz/one.md"]},
        {"a/zz/one.md": "<!-- ignore: BD302 -->\n<!-- cards: reverse -->\n" + TWICE["a/zz/one.md"]},
        {
            "a/zz/one.md": "> <!-- ignore: BD302 -->\n>\n> | Need | First move |\n> |-|-|\n"
            "> | x | two |"
        },
        {"a/zz/one.md": TWICE["a/zz/one.md"].replace("two", "two <!-- ignore: BD302 -->")},
        {"a/zz/one.md": TWICE["a/zz/one.md"].replace("| x", "| <!-- ignore: BD302 --> x")},
    ],
)
def test_a_warning_can_be_silenced(tmp_path: Path, files: dict[str, str]) -> None:
    assert codes(build_in(tmp_path, {**TWICE, **files})) == []
    assert (tmp_path / "decks" / PACKAGE).is_file()


@pytest.mark.parametrize(
    "files",
    [
        {"a/one.md": "---\nignore: BD302\n---\n\n" + TWICE["a/one.md"]},
        {"b/deck.toml": 'ignore = ["BD302"]', "b/b.md": table(("q", "r"))},
        {"a/zz/one.md": TWICE["a/zz/one.md"].replace("two", "two `<!-- ignore: BD302 -->`")},
        {"a/zz/one.md": "```\n<!-- ignore: BD302 -->\n```\n\n" + TWICE["a/zz/one.md"]},
    ],
)
def test_a_silence_is_for_its_own_place(tmp_path: Path, files: dict[str, str]) -> None:
    assert codes(build_in(tmp_path, {**TWICE, **files})) == ["BD302"]


def test_a_comment_that_silences_nothing_is_said(tmp_path: Path) -> None:
    two = TWICE["a/zz/one.md"]
    above_text = "<!-- ignore: BD302 -->\n\nBut.\n\n"
    other_row = two.replace("u", "u <!-- ignore: BD302, BD108 -->")
    assert places(build_in(tmp_path, {**TWICE, "a/zz/one.md": above_text + two})) == [
        ("BD134", 1, 14),
        ("BD302", 7, 1),
    ]
    assert places(build_in(tmp_path, {"a/zz/one.md": other_row})) == [
        ("BD302", 3, 1),
        ("BD134", 4, 18),
        ("BD134", 4, 25),
    ]
    assert places(build_in(tmp_path, {"a/zz/one.md": two + "\n<!-- ignore: BD302 -->\n"})) == [
        ("BD302", 3, 1),
        ("BD134", 6, 14),
    ]


def test_what_silences_nothing_in_the_settings_is_no_finding(tmp_path: Path) -> None:
    files = {"a/one.md": table(("x", "y")), "a/deck.toml": 'ignore = "BD302"'}
    assert codes(build_in(tmp_path, files)) == []


def test_of_an_idle_silence_nothing_is_said_while_there_are_errors(tmp_path: Path) -> None:
    text = "<!-- ignore: BD407 -->\n" + table(("x", "y")) + "| u | v | w |\n"
    assert codes(build_in(tmp_path, {"a.md": text})) == ["BD201"]


def test_a_warning_of_reading_can_be_silenced(tmp_path: Path) -> None:
    text = "<!-- ignore: BD204 -->\n" + table(("x", "y")) + "no pipe here\n"
    assert codes(build_in(tmp_path, {"a.md": text})) == []


def test_a_warning_of_identity_can_be_silenced(tmp_path: Path) -> None:
    before = table(("cell wall", "cellulose"), ("nucleus", "holds the genes"))
    after = before.replace("cell wall", "ribosome").replace("cellulose", "protein")
    build_in(tmp_path, {"a.md": before})
    assert codes(build_in(tmp_path, {"a.md": after})) == ["BD407"]
    other = tmp_path / "other"
    other.mkdir()
    build_in(other, {"a.md": before})
    silent = after.replace("ribosome", "ribosome <!-- ignore: BD407 -->")
    assert codes(build_in(other, {"a.md": silent})) == []


def test_errors_and_unknown_codes_cannot_be_ignored(tmp_path: Path) -> None:
    clash = table(("x", "y", "1"), ("x", "y", "2"), header=("Word", "Meaning", "Age"))
    outcome = build_in(
        tmp_path,
        {
            "a.md": "<!-- ignore: BD301 bd302 -->\n" + clash,
            "b/deck.toml": '\nignore = ["BD939", "nonsense"]',
            "b/b.md": "---\nignore: BD201\n---\n" + table(("u", "v")),
        },
    )
    told = [(d.code, d.position.file, d.message) for d in outcome.result.diagnostics]
    assert told == [
        ("BD133", "a.md", "BD301 is an error, which cannot be ignored"),
        ("BD132", "a.md", "'bd302' is no code of a finding"),
        ("BD301", "a.md", "'x' has another answer in line 4 of this table"),
        ("BD133", "b/b.md", "BD201 is an error, which cannot be ignored"),
        ("BD132", "b/deck.toml", "'BD939' is no code of a finding"),
        ("BD132", "b/deck.toml", "'nonsense' is no code of a finding"),
    ]
    helps = [d.help for d in outcome.result.diagnostics if d.code == "BD132"]
    assert helps[0] == "did you mean 'BD302'?"
    assert helps[2] == "a code is written like BD302"
    assert {d.exit_code for d in outcome.result.diagnostics} == {1, 2}


@pytest.mark.parametrize(
    "words",
    ["the typo below", "see chapter 3", "E501", "line 3, it is old", "all", "-", "abd1", "b d 302"],
)
def test_a_comment_without_a_code_is_for_people(tmp_path: Path, words: str) -> None:
    text = f"<!-- ignore: {words} -->\n{table(('x', f'y <!-- Ignore: {words} -->'))}"
    assert codes(build_in(tmp_path, {"a.md": text})) == []


@pytest.mark.parametrize("words", ["BD1", "bd302", "see BD302", "BD999, E501"])
def test_a_comment_with_a_wrong_code_is_named(tmp_path: Path, words: str) -> None:
    outcome = build_in(tmp_path, {"a.md": f"<!-- ignore: {words} -->\n{table(('x', 'y'))}"})
    assert "BD132" in codes(outcome)


def test_a_warning_about_no_page_can_be_silenced(tmp_path: Path) -> None:
    files = {"a/a.md": table(("x", "y")), "b.md": table(("u", "v"))}
    build_in(tmp_path, files)
    (tmp_path / "notes" / "b.md").unlink()
    (tmp_path / "notes" / "link.md").symlink_to("a/a.md")
    (tmp_path / "notes" / "a" / "link.md").symlink_to("a.md")
    assert sorted(codes(build_in(tmp_path))) == ["BD106", "BD106", "BD109"]
    assert codes(build_in(tmp_path, {"deck.toml": 'ignore = ["BD106", "BD109"]'})) == []


def test_strict_makes_errors_of_warnings(tmp_path: Path) -> None:
    write_notes(tmp_path / "notes", {**TWICE, "b.md": table(("q", "r"))})
    outcome = run(tmp_path / "notes", tmp_path / "decks", NOW, strict=True)
    assert [(d.code, d.severity, d.exit_code) for d in outcome.result.diagnostics] == [
        ("BD302", "error", 1)
    ]
    assert [path.name for path in sorted((tmp_path / "decks").iterdir())] == ["b.apkg"]


def test_strict_hears_the_warnings_of_identity_and_idle_silences(tmp_path: Path) -> None:
    before = table(("cell wall", "cellulose"), ("nucleus", "holds the genes"))
    build_in(tmp_path, {"a.md": before, "b.md": table(("q", "r"))})
    after = before.replace("cell wall", "ribosome").replace("cellulose", "protein")
    ledger = (tmp_path / "notes" / "ledger.jsonl").read_bytes()
    idle = "<!-- ignore: BD302 -->\n" + table(("q", "r"))
    write_notes(tmp_path / "notes", {"a.md": after, "b.md": idle})
    outcome = run(tmp_path / "notes", tmp_path / "decks", NOW, strict=True)
    assert codes(outcome) == ["BD407", "BD134"]
    assert outcome.written == ()
    assert (tmp_path / "notes" / "ledger.jsonl").read_bytes() == ledger


def test_strict_is_fine_with_what_is_silenced(tmp_path: Path) -> None:
    write_notes(tmp_path / "notes", {**TWICE, "deck.toml": 'ignore = ["BD302"]'})
    outcome = run(tmp_path / "notes", tmp_path / "decks", NOW, strict=True)
    assert codes(outcome) == []
    assert (tmp_path / "decks" / PACKAGE).is_file()


def test_many_comments_and_many_findings_take_no_time(tmp_path: Path) -> None:
    rows = [(f"x{n}\x01 <!-- ignore: BD108 -->", f"answer {n}") for n in range(20_000)]
    write_notes(tmp_path / "notes", {"a.md": table(*rows)})
    assert codes(run(tmp_path / "notes", tmp_path / "decks", NOW, dry=True)) == []


# --- what else is said ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cell", "tag"),
    [
        ("a <b>bold</b> word", "<b>"),
        ('<div class="x">y</div>', '<div class="x">'),
        ("<span>y", "<span>"),
        ("H<sub>2", "<sub>"),
        ("2</sup>", "</sup>"),
        ("`code` and <I>", "<I>"),
        ("<figure>a heart</figure>", "<figure>"),
        ('<svg viewBox="0 0 9 9"><circle r="3"/></svg> y', '<svg viewBox="0 0 9 9">'),
        ('the <abbr title="x">WHO</abbr>', '<abbr title="x">'),
    ],
)
def test_a_tag_that_stands_on_the_card_as_text_is_said(tmp_path: Path, cell: str, tag: str) -> None:
    (found,) = build_in(tmp_path, {"a.md": table(("x", cell))}).result.diagnostics
    assert (found.code, found.position) == ("BD139", ("a.md", 3, 7))
    assert found.message == f"{tag} stands on the card as text"


@pytest.mark.parametrize(
    "cell",
    [
        "`<b>`",
        '<span class="x">y</span>',
        "H<sub>2</sub>O<br>and",
        "List<String>",
        "<your name>",
        "1 < 2 > 0",
        "\\<b>",
        "see <https://example.org>",
        "<!-- <b> --> y",
        "$a<b>c$",
    ],
)
def test_what_is_meant_as_text_is_not_said(tmp_path: Path, cell: str) -> None:
    assert codes(build_in(tmp_path, {"a.md": table(("x", cell))})) == []


def test_an_emptied_package_is_named_at_each_build(tmp_path: Path) -> None:
    files = {"a.md": table(("x", "y")), "b.md": table(("u", "v"))}
    build_in(tmp_path, files)
    for _ in range(2):
        outcome = build_in(tmp_path, {"b.md": "Nothing any more."})
        assert codes(outcome) == ["BD103", "BD109"]
        assert str(tmp_path / "decks" / "b.apkg") in outcome.result.diagnostics[1].message
    (tmp_path / "decks" / "b.apkg").unlink()
    assert codes(build_in(tmp_path)) == ["BD103"]
    assert codes(build_in(tmp_path, files)) == []


def test_a_package_with_errors_is_not_called_left_over(tmp_path: Path) -> None:
    build_in(tmp_path, {"a.md": table(("x", "y")), "b.md": table(("u", "v"))})
    outcome = build_in(tmp_path, {"b.md": table(("u", "v", "w"))})
    assert codes(outcome) == ["BD201"]
    assert outcome.result.failed == ("b",)


def test_same_as_outlives_the_row_that_was_there_already(tmp_path: Path) -> None:
    old = "a thing that nobody knows any more"
    build_in(tmp_path, {"a.md": table((old, "first answer"), ("x", "y"))})
    (guid,) = (
        entry.guid
        for entry in read_ledger(tmp_path / "notes")[0].values()
        if entry.origin.clue == old
    )
    new = ("quite another clue", "another answer")
    said = (f"{new[0]} <!-- same-as: {guid} -->", new[1])
    outcome = build_in(tmp_path, {"a.md": table(new, said, ("x", "y"))})
    assert codes(outcome) == ["BD303"]
    assert guid in {e.guid for e in read_ledger(tmp_path / "notes")[0].values() if not e.retired}
