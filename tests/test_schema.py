"""The JSON of every command is what its schema says: no key more, and none that never comes."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from anki import import_export_pb2 as messages
from build_notes import table, write_notes
from command_line import build_decks
from jsonschema import Draft202012Validator
from media_files import png
from person import ROWS, Person, edited

from generator.cli import COMMANDS as ALL_COMMANDS
from generator.report.schema import _PARTS, COMMANDS, schema

ROOT = Path(__file__).parents[1]
WHOLE = json.loads(schema())
TEXT_ONLY = {"draft", "init", "preview", "schema", "serve"}  # have nothing for programs


def keys_of(value: object, prefix: str = "") -> Iterator[str]:
    """The paths of all keys in a report; of a list, those of its items."""
    if isinstance(value, list):
        for each in value:
            yield from keys_of(each, prefix)
    elif isinstance(value, dict):
        for name, each in value.items():
            yield f"{prefix}{name}"
            yield from keys_of(each, f"{prefix}{name}.")


def described(part: Mapping[str, Any], prefix: str = "") -> Iterator[str]:
    """The paths of all keys that a schema describes."""
    if "$ref" in part:
        part = WHOLE["$defs"][part["$ref"].rpartition("/")[2]]
    if "items" in part:
        yield from described(part["items"], prefix)
    for name, each in part.get("properties", {}).items():
        yield f"{prefix}{name}"
        yield from described(each, f"{prefix}{name}.")


def held_to_the_schema(name: str, *outputs: str) -> None:
    """Fails where an output is not what the schema says, or a key of it is in none of them."""
    part = json.loads(schema(name))
    seen: set[str] = set()
    for output in outputs:
        report = json.loads(output)
        for judge in (part, WHOLE):
            faults = Draft202012Validator(judge).iter_errors(report)
            assert [f"{each.json_path}: {each.message}" for each in faults] == []
        seen |= set(keys_of(report))
    own = {each for each in seen if not each.startswith("summary.held_by_code.")}
    assert own == set(described(WHOLE["$defs"][name]))


def test_the_schema_is_one_and_strict() -> None:
    Draft202012Validator.check_schema(WHOLE)
    assert set(WHOLE["$defs"]) == {*COMMANDS, *_PARTS}
    assert {each["$ref"] for each in WHOLE["anyOf"]} == {f"#/$defs/{name}" for name in COMMANDS}

    def check(part: object) -> None:
        if isinstance(part, list):
            for each in part:
                check(each)
        elif isinstance(part, dict):
            if "properties" in part:
                assert part["additionalProperties"] is False
                for name, each in part["properties"].items():
                    is_told = "description" in each or "properties" in each or "$ref" in each
                    assert is_told, name
            for each in part.values():
                check(each)

    check(WHOLE)


def test_every_command_has_a_schema_or_no_json() -> None:
    assert {*ALL_COMMANDS} == ({*COMMANDS} - {"build", "only", "nothing"}) | TEXT_ONLY


def test_the_command_prints_what_the_file_holds(tmp_path: Path) -> None:
    held = json.loads((ROOT / "generator/report/schema.json").read_text("utf-8"))
    assert json.loads(build_decks(tmp_path, "schema").stdout) == held
    for name in COMMANDS:
        done = build_decks(tmp_path, "schema", name)
        assert (done.returncode, done.stderr) == (0, "")
        own = json.loads(done.stdout)
        Draft202012Validator.check_schema(own)
        assert own["$defs"][name] == held["$defs"][name]
    done = build_decks(tmp_path, "schema", "serve")
    assert (done.returncode, done.stdout) == (2, "")
    assert "'serve' has no JSON; name one of build, changes, diff" in done.stderr


def test_a_key_that_is_not_described_is_found(tmp_path: Path) -> None:
    write_notes(tmp_path / "source_notes", {"a.md": table(("a", "b"))})
    report = json.loads(build_decks(tmp_path, "--format", "json").stdout)
    judge = Draft202012Validator(json.loads(schema("build")))
    assert judge.is_valid(report)
    report["summary"]["more"] = 1
    assert not judge.is_valid(report)
    del report["summary"]["more"], report["summary"]["new"]
    assert not judge.is_valid(report)


def test_a_build(tmp_path: Path) -> None:
    write_notes(
        tmp_path / "source_notes",
        {
            "bio/a.md": table(*ROWS, ("broken", "x", "y"), ("unfinished", "?")) + "\nText.\n",
            "bio/b.md": table(("1", "x"), header=("Week", "Do")) + "\n- [x] a\n- [ ] b\n\n- c\n",
            "bio/c.md": "Blood is ==red==.\n\nterm\n: meaning\n\nQ: what\nA: that\n",
            "bio/CHANGELOG.md": "No notes.\n",
            "bio/out/x.md": "No notes.\n",
            "bio/deck.toml": 'exclude = ["out/**"]\n',
            "bad.md": table(*ROWS),
            "bad/deck.toml": "tags = 1\n",
        },
    )
    outputs = [
        build_decks(tmp_path, "--format", "json", *arguments).stdout
        for arguments in ([], ["--check"], ["-n"], ["--strict"])
    ]
    (tmp_path / "source_notes/bad/deck.toml").unlink()
    outputs.append(build_decks(tmp_path, "--format", "json").stdout)
    (tmp_path / "source_notes/bad.md").write_bytes(b"\xff")
    outputs.append(build_decks(tmp_path, "--format", "json").stdout)
    (tmp_path / "empty").mkdir()
    outputs.append(build_decks(tmp_path, "-s", "empty", "--format", "json").stdout)
    only = build_decks(tmp_path, "--format", "json", "--only", "deck:bio")
    held_to_the_schema("only", only.stdout)
    held_to_the_schema("build", *outputs)
    statuses = {deck["status"] for output in outputs for deck in json.loads(output)["decks"]}
    assert statuses >= {"written", "up to date", "errors"}


def test_what_cannot_be_done_is_json_too(tmp_path: Path) -> None:
    write_notes(tmp_path / "source_notes", {"a.md": "# No table\n"})
    collection = tmp_path / "deck.apkg"
    write_notes(tmp_path / "other/source_notes", {"b.md": table(*ROWS)})
    build_decks(tmp_path / "other", "-o", str(tmp_path))
    (tmp_path / "b.apkg").rename(collection)
    outputs = [
        build_decks(tmp_path, "--format", "json", *arguments).stdout
        for arguments in (
            ["diff"],
            ["changes", "-o", "text"],
            ["pull", "--from", str(collection)],
            ["weak", "--from", str(collection)],
            ["recover"],
        )
    ]
    assert all(map(str.strip, outputs))
    (tmp_path / "source_notes/ledger.jsonl").write_text("damaged\n")
    outputs.append(build_decks(tmp_path, "--format", "json", "retired").stdout)
    held_to_the_schema("nothing", *outputs)
    for name, output in zip(("diff", "changes", "pull", "weak"), outputs, strict=False):
        assert Draft202012Validator(json.loads(schema(name))).is_valid(json.loads(output))


def test_a_package_tried_in_anki(tmp_path: Path) -> None:
    write_notes(tmp_path / "source_notes", {"a.md": table(*ROWS)})
    build_decks(tmp_path)
    done = build_decks(tmp_path, "--format", "json", "verify")
    held_to_the_schema("verify", done.stdout)
    (package,) = json.loads(done.stdout)["packages"]
    assert (package["path"], package["notes"], package["faults"]) == ("decks/a.apkg", len(ROWS), [])


def test_what_is_done_with_a_package(tmp_path: Path) -> None:
    """`diff`, `changes`, `retired` and `recover`."""
    notes = tmp_path / "source_notes"
    compared = table(("A", "none", "B"), ("O", "both", "none"), header=("Group", "Has", "Lacks"))
    write_notes(notes, {"a.md": table(*ROWS), "b.md": compared})
    build_decks(tmp_path)
    gone = table(*ROWS[1:], ("new", "one ![x](x.png)")).replace("meaning 1", "another")
    write_notes(notes, {"a.md": f"---\ntags: t\ndeck: D\n---\n{gone}"})
    write_notes(notes, {"b.md": compared.replace("both", "all")})
    (notes / "x.png").write_bytes(png())

    def said(*arguments: str) -> str:
        done = build_decks(tmp_path, "--format", "json", *arguments, SOURCE_DATE_EPOCH="1790000099")
        assert (done.returncode, done.stderr) == (0, "")
        return done.stdout

    held_to_the_schema("diff", said("diff"), said("diff", "--stat"))
    held_to_the_schema("changes", said("changes", "-o", "text"))
    retired = said("retired")
    (notes / "ledger.jsonl").unlink()
    write_notes(notes, {"b.md": compared.replace("both", "each")})
    held_to_the_schema("recover", said("recover", "-n"), said("recover"))
    held_to_the_schema("retired", retired, said("retired"))


@pytest.mark.skipif(
    not hasattr(messages, "ImportAnkiPackageUpdateCondition"),
    reason="the add-on asks for Anki 23.10 or newer",
)
def test_a_push_and_a_diff_with_anki(person: Person) -> None:
    person.write(table(*ROWS))
    outputs = [person.push("--format", "json", "-n").stdout, person.push("--format", "json").stdout]
    person.edit("word 1", Answer="corrected")
    person.edit("word 2", Answer="mine")
    person.tag("word 3", "mine")
    person.write(
        "---\ntags: [t]\ndeck: Other\n---\n"
        + edited(_0="another", _2="ours").replace("| word 5 | meaning 5 |", "| word 9 | x |")
    )
    diffs = [
        person.run("diff", "--against", "anki", "--url", person.address, "--format", "json").stdout
    ]
    diffs.append(person.run("diff", "--format", "json").stdout)
    outputs.append(person.push("--format", "json", code=1).stdout)
    person.add_own_field()
    person.write(edited(_0="another", _2="ours") + table(("more", "rows")))
    outputs.append(person.push("--format", "json", code=1).stdout)
    held_to_the_schema("push", *outputs)
    held_to_the_schema("diff", *diffs)


def test_weak_rows(person: Person) -> None:
    person.write(
        table(
            ("portal vein", "carries blood to the liver; collects it from the gut"),
            ("afferent vessel", "leads to it"),
            ("efferent vessel", "leads away"),
        )
        + "\n"
        + table(("A", "none", "B"), ("O", "both", "none"), header=("Group", "Has", "Lacks"))
    )
    person.take()
    for number, card_id in enumerate(person.col.db.list("select id from cards")):
        for days, grade in ((9, 3), (8, 1)):
            moment = (person.now - days * 86_400) * 1000 + number
            person.col.db.execute(
                "insert into revlog values (?, ?, -1, ?, 10, 5, 2500, 9000, 1)",
                *(moment, card_id, grade),
            )
    person.col.db.execute("update cards set lapses = 1, reps = 2")
    if hasattr(person.col.db, "commit"):
        person.col.save()
    outputs = [
        person.run("weak", "--from", person.col.path, "--format", "json", *more).stdout
        for more in ([], ["--since", "30d"], ["--by", "time"])
    ]
    held_to_the_schema("weak", *outputs)


def test_corrections_from_anki(person: Person) -> None:
    person.write(table(*ROWS))
    person.take()
    person.edit("word 1", Answer="corrected")
    person.edit("word 2", Answer="<table><tr><td>mine</td></tr></table>")
    shown = [
        person.run("pull", "--from", person.col.path, "--format", "json", *more).stdout
        for more in ([], ["--apply"])
    ]
    held_to_the_schema("pull", *shown)
