"""Two people, one repository: what git makes of pages and ledger, and what the next build makes."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import permutations
from pathlib import Path
from typing import Any

import pytest
from anki.collection import Collection
from build_notes import NOW, build_only, codes, table

from generator.anki.verify import (
    answer_cards,
    history,
    import_package,
    lost_history,
    temporary_collection,
)
from generator.core.diagnostics import GIVEN_TWICE
from generator.core.model import Guid
from generator.identity.ledger import parse_ledger
from generator.pipeline.build import Outcome, read_ledger

GIT = ("git", "-c", "user.name=A", "-c", "user.email=a@example.org", "-c", "commit.gpgsign=false")
ATTRIBUTES = "ledger.jsonl text eol=lf merge=union\n*.apkg binary\n"
Pages = dict[str, str]


def git(folder: Path, *arguments: str, fails: bool = False) -> str:
    nobody = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull}
    command = [*GIT, *arguments]
    done = subprocess.run(command, cwd=folder, capture_output=True, env={**os.environ, **nobody})
    assert fails or done.returncode == 0, done.stderr.decode() + done.stdout.decode()
    return done.stdout.decode()


@dataclass
class Repository:
    """A folder with notes and decks under version control, and what each branch was built as."""

    folder: Path
    outcomes: dict[str, Outcome] = field(default_factory=dict)
    packages: dict[str, list[Path]] = field(default_factory=dict)

    def begin(self, pages: Pages, attributes: str, style: str) -> None:
        git(self.folder, "init", "--quiet", "--initial-branch=base")
        git(self.folder, "config", "merge.conflictStyle", style)
        if attributes:
            (self.folder / ".gitattributes").write_text(attributes)
        self.commit("base", pages, NOW)

    def commit(self, branch: str, pages: Pages, now: int) -> None:
        self.build(branch, pages, now)
        git(self.folder, "add", "--all", "notes", "decks", ".")
        git(self.folder, "commit", "--quiet", "--message", branch)

    def branch(self, branch: str, pages: Pages, now: int) -> None:
        git(self.folder, "checkout", "--quiet", "-b", branch, "base")
        self.commit(branch, pages, now)

    def build(self, name: str, pages: Pages, now: int) -> Outcome:
        outcome = self.outcomes[name] = build_only(self.folder, pages, now)
        self.packages[name] = []
        for built in outcome.result.packages:
            kept = self.folder / ".git" / f"{name}-{built.file_name}"
            kept.write_bytes((self.folder / "decks" / built.file_name).read_bytes())
            self.packages[name].append(kept)
        return outcome

    def guids(self, name: str) -> dict[str, Guid]:
        """By clue and answer."""
        notes = self.outcomes[name].result.notes
        return {f"{n.note.origin.clue} | {n.note.origin.answer}": n.guid for n in notes}


def page(*rows: tuple[str, ...], header: tuple[str, ...] = ("Need", "First move")) -> str:
    return "# P\n\n" + table(*rows, header=header)


@dataclass(frozen=True)
class Case:
    """Pages before, on both sides, and as a person merges them; and by row whose note it is to be:
    ``base``, ``ours``, ``theirs`` with a row there, or ``new``."""

    ours: Pages
    theirs: Pages
    merged: Pages
    expected: Mapping[str, str]
    base: Pages = field(default_factory=lambda: dict(BASE))
    said: Sequence[str] = ("BD402",)
    ours_at: int = NOW + 1000
    theirs_at: int = NOW + 2000


ROWS = (("sap", "feeds"), ("root", "holds"), ("bud", "opens"))
BASE = {"a.md": page(*ROWS)}
ALL = {f"{clue} | {answer}": f"base {clue} | {answer}" for clue, answer in ROWS}
COMPARED = ("Part", "Cost", "Size")
PARTS = (("sap", "1", "small"), ("root", "2", "big"))
TREE = "Below the bark of a tree its sap goes up in spring, and in a wound there is soon resin."


def marked(*words: str) -> str:
    """A passage with these words marked."""
    text = TREE
    for word in words:
        text = text.replace(word, f"=={word}==")
    return f"# P\n\n{text}\n"


BEHIND = {f"x{n}.md": page((f"word {n}", f"what it says {n}")) for n in range(3)}
CASES = {
    "a row each": Case(
        {"a.md": page(*ROWS, ("leaf", "breathes"))},
        {"a.md": page(("seed", "waits"), *ROWS)},
        {"a.md": page(("seed", "waits"), *ROWS, ("leaf", "breathes"))},
        {**ALL, "leaf | breathes": "ours leaf | breathes", "seed | waits": "theirs seed | waits"},
    ),
    "the same row reworded twice, ours kept": Case(
        {"a.md": page(("the sap", "feeds"), *ROWS[1:])},
        {"a.md": page(("saps", "feeds"), *ROWS[1:])},
        {"a.md": page(("the sap", "feeds"), *ROWS[1:])},
        {**dict(list(ALL.items())[1:]), "the sap | feeds": "base sap | feeds"},
    ),
    "the same row reworded twice, theirs kept": Case(
        {"a.md": page(("sap", "feeds a tree"), *ROWS[1:])},
        {"a.md": page(("sap", "feeds the leaf"), *ROWS[1:])},
        {"a.md": page(("sap", "feeds the leaf"), *ROWS[1:])},
        {**dict(list(ALL.items())[1:]), "sap | feeds the leaf": "base sap | feeds"},
    ),
    "the same row reworded twice, both in one": Case(
        {"a.md": page(("the sap", "feeds"), *ROWS[1:])},
        {"a.md": page(("sap", "feeds the leaf"), *ROWS[1:])},
        {"a.md": page(("the sap", "feeds the leaf"), *ROWS[1:])},
        {**dict(list(ALL.items())[1:]), "the sap | feeds the leaf": "base sap | feeds"},
    ),
    "one retires the line beside the one that the other edits": Case(
        {"a.md": page(*ROWS[1:])},
        {"a.md": page(ROWS[0], ("root", "holds the tree"), ROWS[2])},
        {"a.md": page(("root", "holds the tree"), ROWS[2])},
        {"root | holds the tree": "base root | holds", "bud | opens": "base bud | opens"},
    ),
    "one retires what the other edits, and it stays": Case(
        {"a.md": page(*ROWS[1:])},
        {"a.md": page(("sap", "feeds the leaf"), *ROWS[1:])},
        {"a.md": page(("sap", "feeds the leaf"), *ROWS[1:])},
        {**dict(list(ALL.items())[1:]), "sap | feeds the leaf": "base sap | feeds"},
    ),
    "the same new row in both": Case(
        {"a.md": page(*ROWS, ("leaf", "breathes"))},
        {"a.md": page(*ROWS, ("leaf", "breathes"))},
        {"a.md": page(*ROWS, ("leaf", "breathes"))},
        {**ALL, "leaf | breathes": "ours leaf | breathes"},
    ),
    "one GUID for two facts": Case(
        {"p/a.md": page(("tin", "Sn")), "p/b.md": page(("Bank", "bench"))},
        {"p/a.md": page(("tin", "Sn")), "p/c.md": page(("Bank", "bank for money"))},
        {
            "p/a.md": page(("tin", "Sn")),
            "p/b.md": page(("Bank", "bench")),
            "p/c.md": page(("Bank", "bank for money")),
        },
        {"tin | Sn": "base tin | Sn", "Bank | bench": "ours Bank | bench",
         "Bank | bank for money": "new"},
        base={"p/a.md": page(("tin", "Sn"))},
        said=("BD402", "BD412", "BD302"),
    ),
    "equal times": Case(
        {"a.md": page(("sap", "feeds a tree"), *ROWS[1:])},
        {"a.md": page(("sap", "feeds the leaf"), *ROWS[1:])},
        {"a.md": page(("sap", "feeds the leaf"), *ROWS[1:])},
        {**dict(list(ALL.items())[1:]), "sap | feeds the leaf": "base sap | feeds"},
        theirs_at=NOW + 1000,
    ),
    "a new column each": Case(
        {"a.md": page(*((*row, "x") for row in PARTS), header=(*COMPARED, "Risk"))},
        {"a.md": page(*((*row, "y") for row in PARTS), header=(*COMPARED, "Owner"))},
        {"a.md": page(*((*row, "x", "y") for row in PARTS), header=(*COMPARED, "Risk", "Owner"))},
        {"sap | 1 | small | x | y": "base sap | 1 | small",
         "root | 2 | big | x | y": "base root | 2 | big"},
        base={"a.md": page(*PARTS, header=COMPARED)},
        said=("BD402", "BD424"),
    ),
    "a mark each": Case(
        {"a.md": marked("bark", "sap")},
        {"a.md": marked("bark", "resin")},
        {"a.md": marked("bark", "sap", "resin")},
        {f"{TREE} | bark | sap | resin": f"base {TREE} | bark"},
        base={"a.md": marked("bark")},
        said=("BD402", "BD424"),
    ),
    "a renamed page against an edited one": Case(
        {"b.md": page(*ROWS)},
        {"a.md": page(("sap", "feeds the leaf"), *ROWS[1:])},
        {"b.md": page(("sap", "feeds the leaf"), *ROWS[1:])},
        {**dict(list(ALL.items())[1:]), "sap | feeds the leaf": "base sap | feeds"},
        said=("BD402", "BD109"),
    ),
    "a page each": Case(
        {**BEHIND, "x0.md": page(("word 0", "what it means"))},
        {**BEHIND, "x2.md": page(("word 2", "what it means, too"))},
        {**BEHIND, "x0.md": page(("word 0", "what it means")),
         "x2.md": page(("word 2", "what it means, too"))},
        {"word 0 | what it means": "base word 0 | what it says 0",
         "word 1 | what it says 1": "base word 1 | what it says 1",
         "word 2 | what it means, too": "base word 2 | what it says 2"},
        base=BEHIND,
    ),
}  # fmt: skip

MODES = {"union": (ATTRIBUTES, "merge"), "markers": ("", "merge"), "diff3": ("", "diff3")}


def merge(case: Case, folder: Path, mode: str, how: str = "merge") -> Repository:
    """Both branches, and what comes of them when ``theirs`` is brought to ``ours``."""
    attributes, style = MODES[mode]
    repository = Repository(folder)
    repository.begin(case.base, attributes, style)
    repository.branch("ours", case.ours, case.ours_at)
    repository.branch("theirs", case.theirs, case.theirs_at)
    if how == "rebase":
        git(folder, "rebase", "ours", fails=True)
    elif how == "stash":
        git(folder, "reset", "--quiet", "--soft", "base")
        git(folder, "stash", "--quiet")
        git(folder, "checkout", "--quiet", "ours")
        git(folder, "stash", "pop", fails=True)
    else:
        git(folder, "checkout", "--quiet", "ours")
        git(
            folder,
            *(("merge", "--no-edit") if how == "merge" else ("cherry-pick",)),
            "theirs",
            fails=True,
        )
    repository.build("merged", case.merged, NOW + 9000)
    return repository


@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize("mode", MODES)
def test_notes_stay_who_they_are(name: str, mode: str, tmp_path: Path) -> None:
    case = CASES[name]
    repository = merge(case, tmp_path, mode)
    outcome = repository.outcomes["merged"]
    known = {
        f"{branch} {row}": guid
        for branch in ("base", "ours", "theirs")
        for row, guid in repository.guids(branch).items()
    }
    found = repository.guids("merged")
    assert found.keys() == case.expected.keys()
    for row, whose in case.expected.items():
        if whose == "new":
            assert found[row] not in known.values(), row
        else:
            assert found[row] == known[whose], row
    assert set(codes(outcome)) <= set(case.said), codes(outcome)
    ids = [entry.note_id for entry in read_ledger(tmp_path / "notes")[0].values()]
    assert len(ids) == len(set(ids))
    again = repository.build("again", case.merged, NOW + 9500)
    assert again.changed_files == ()
    assert "BD402" not in codes(again)


@pytest.mark.parametrize("how", ["rebase", "cherry-pick", "stash"])
@pytest.mark.parametrize("name", ["a row each", "the same row reworded twice, both in one"])
def test_other_ways_of_git(name: str, how: str, tmp_path: Path) -> None:
    case = CASES[name]
    repository = merge(case, tmp_path, "union", how)
    known = {row: guid for b in ("theirs", "ours") for row, guid in repository.guids(b).items()}
    known |= {f"base {row}": guid for row, guid in repository.guids("base").items()}
    for row, whose in case.expected.items():
        assert repository.guids("merged")[row] == known.get(whose, known.get(row)), row


@pytest.mark.parametrize("name", CASES)
def test_anki_takes_both_sides_in_either_order(name: str, tmp_path: Path) -> None:
    case = CASES[name]
    repository = merge(case, tmp_path, "union")
    result = repository.outcomes["merged"].result
    for order in permutations(("ours", "theirs")):
        with temporary_collection() as col:
            for branch in ("base", *order):
                for path in repository.packages[branch]:
                    import_package(col, path)
                answer_cards(col)
            before = history(col)
            for path in repository.packages["merged"]:
                import_package(col, path)
            assert list(lost_history(before, history(col))) == []
            assert col.db is not None
            theirs = dict(col.db.all("select guid, flds from notes"))
            for stamped in result.notes:
                shown = theirs[stamped.guid].split("\x1f")[:2]
                assert shown == list(stamped.row.values[:2]), (order, stamped.note.origin)


# --- numbers of cards that both sides gave ------------------------------------------------------

SIZES = (*PARTS, ("bud", "3", "tiny"))


def columns(*added: str, rows: Sequence[tuple[str, ...]] = SIZES, last: str = "Size") -> Pages:
    """A comparison with columns added, whose cells have a number for each row."""
    cells = [(*row, *(f"{header} {n}" for header in added)) for n, row in enumerate(rows)]
    return {"a.md": page(*cells, header=("Part", "Cost", last, *added))}


def marks(*words: str) -> Pages:
    return {"a.md": marked(*words)}


EDITED = (PARTS[0], ("root", "2", "very big"), SIZES[2])
# Ours, theirs, merged, the base; and what the warnings say of numbers.
SHARED = {
    "two columns": (columns("Use"), columns("Risk"), columns("Use", "Risk"), columns(),
        ["card 3 of 3 notes to 'Risk' and 'Use'; now none of them has it"]),
    "of two columns one is kept": (columns("Use"), columns("Risk"), columns("Risk"), columns(),
        ["card 3 of 3 notes to 'Risk' and 'Use'; now none of them has it"]),
    "two columns and one of them": (
        columns("Use", "Risk"), columns("Risk"), columns("Use", "Risk"), columns(),
        ["card 3 of 3 notes to 'Risk' and 'Use'; now none of them has it"]),
    "in turns": (
        columns("Use", "Risk"), columns("Risk", "Use"), columns("Risk", "Use"), columns(),
        ["card 3 of 3 notes to 'Risk' and 'Use'; now none of them has it",
         "card 4 of 3 notes to 'Risk' and 'Use'; now none of them has it"]),
    "one column": (columns("Use"), columns("Use"), columns("Use"), columns(), []),
    "a new name and a new cell": (
        columns(last="Height"), columns(rows=EDITED), columns(rows=EDITED, last="Height"),
        columns(), []),
    "two marks": (marks("bark", "sap"), marks("bark", "resin"), marks("bark", "resin", "sap"),
        marks("bark"), ["card 2 of 1 note to 'resin' and 'sap'; now none of them has it"]),
    "two marks and one of them": (
        marks("bark", "sap", "resin"), marks("bark", "resin"), marks("bark", "sap", "resin"),
        marks("bark"), ["card 2 of 1 note to 'resin' and 'sap'; now none of them has it"]),
    "one mark": (marks("bark", "sap"), marks("bark", "sap"), marks("bark", "sap"), marks("bark"),
        []),
    "a mark in other words": (
        {"a.md": marked("bark").replace("bark", "skin")}, marks("bark", "sap"),
        {"a.md": marked("bark", "sap").replace("bark", "skin")}, marks("bark"), []),
    "a number by hand": (
        marks("bark", "sap"), {"a.md": marked("bark", "resin").replace("==r", "==2::r")},
        {"a.md": marked("bark", "sap", "resin").replace("==r", "==2::r")}, marks("bark"),
        ["card 2 of 1 note to 'resin' and 'sap'; now 'resin' has it"]),
}  # fmt: skip


def asked(col: Collection) -> dict[int, str]:
    """What each card asks for, by its id; nothing where it is empty."""
    found: dict[int, str] = {}
    for card_id in col.find_cards(""):
        card: Any = col.get_card(card_id)
        note, number = card.note(), card.ord + 1
        if "Prompt" in note:
            found[card_id] = note[f"H{number}"] and f"{note[f'H{number}']} {note['Prompt']}"
        else:
            found[card_id] = " ".join(re.findall(rf"{{{{c{number}::(.*?)}}}}", note["Text"]))
    return found


@pytest.mark.parametrize("name", SHARED)
def test_no_card_gets_the_reviews_of_another(name: str, tmp_path: Path) -> None:
    ours, theirs, merged, base, said = SHARED[name]
    repository = merge(Case(ours, theirs, merged, {}, base), tmp_path, "union")
    found = repository.outcomes["merged"].result.diagnostics
    shared = [each.message for each in found if each.code == GIVEN_TWICE.code]
    assert shared == [f"two sides of the ledger gave {what}" for what in said]
    for branch in ("ours", "theirs"):
        with temporary_collection() as col:
            for path in repository.packages["base"]:
                import_package(col, path)
            asks_of_base = len(asked(col))
            for path in repository.packages[branch]:
                import_package(col, path)
            before = asked(col)
            for path in repository.packages["merged"]:
                import_package(col, path)
            after = asked(col)
            now = {card: text for card, text in after.items() if card in before}
            is_kept = [_is_same(before[card], text) for card, text in now.items()]
            assert len(is_kept) == len(before)
            if "hand" not in name:
                assert all(is_kept), (branch, before, now)
            # What was there before the sides parted is never lost.
            assert sum(map(bool, now.values())) >= asks_of_base


def _is_same(before: str, now: str) -> bool:
    new_names = {"bark": "skin", "Size": "Height"}
    for old, new in new_names.items():
        before, now = before.replace(old, new), now.replace(old, new)
    return now in ("", before)


def test_a_number_that_was_given_twice_is_nobodys_for_good(tmp_path: Path) -> None:
    repository = merge(
        Case(columns("Use"), columns("Risk"), columns("Use", "Risk"), {}, columns()),
        tmp_path,
        "union",
    )
    ledger = tmp_path / "notes/ledger.jsonl"
    merged = ledger.read_bytes()
    # One side goes on from before the merge, and the other from after it.
    git(tmp_path, "checkout", "--quiet", "--force", "theirs")
    repository.build("later", columns("Risk", rows=EDITED), NOW + 9600)
    ledger.write_bytes(merged + ledger.read_bytes())
    both = columns("New", "Use", "Risk", rows=EDITED)
    outcome = repository.build("both", both, NOW + 9700)
    numbers = {
        tuple(header for header in ("Use", "Risk", "New") if f"{header} " in answer)
        for note in outcome.result.notes
        for answer in [note.note.origin.answer]
    }
    assert numbers == {("Use", "Risk", "New")}
    for entry in read_ledger(tmp_path / "notes")[0].values():
        known = {slot.header: slot.number for slot in entry.slots}
        assert [known[header] for header in ("Cost", "Size", "Use", "Risk", "New")] == [
            1, 2, 4, 5, 6,
        ]  # fmt: skip
        assert entry.cards == (0, 1, 3, 4, 5)


@pytest.mark.parametrize(
    "text",
    [
        b"\xef\xbb\xbf{0}\n{1}\n{2}\n",
        b"{0}\n\n{1}\n  \n{2}\n\n",
        b"{1}\n{0}\n{2}\n",
        b"{1}\n{2}\n{0}\n{0}\n",
        b"{0}\n{1}\n{1}\n{2}\n",
        b"<<<<<<< HEAD\n{0}\n{1}\n=======\n{0}\n{2}\n>>>>>>> theirs\n",
        b"{0}\n<<<<<<< HEAD\n{1}\n||||||| base\n{nonsense\n=======\n{2}\n>>>>>>> theirs\n",
    ],
    ids=["BOM", "blank", "middle", "two", "twice", "both headers", "base"],
)
def test_lines_may_stand_anyhow(text: bytes, tmp_path: Path) -> None:
    outcome = build_only(tmp_path, {"a.md": page(*ROWS[:2])})
    ledger = tmp_path / "notes/ledger.jsonl"
    was = ledger.read_bytes()
    for number, line in enumerate(was.splitlines()):
        text = text.replace(b"{%d}" % number, line)
    ledger.write_bytes(text)
    again = build_only(tmp_path, {"a.md": page(*ROWS[:2])}, NOW + 1000)
    assert ledger.read_bytes() == was
    assert [n.row for n in again.result.notes] == [n.row for n in outcome.result.notes]
    assert not again.result.changes.changed


def test_other_line_ends_are_no_change(tmp_path: Path) -> None:
    build_only(tmp_path, {"a.md": page(*ROWS[:2])})
    ledger = tmp_path / "notes/ledger.jsonl"
    ledger.write_bytes(ledger.read_bytes().replace(b"\n", b"\r\n"))
    assert build_only(tmp_path, {"a.md": page(*ROWS[:2])}, NOW + 1000).changed_files == ()


def test_the_highest_version_counts() -> None:
    text = b'{"ledger": 1}\n<<<<<<< a\n{"ledger": 1}\n=======\n{"ledger": 2}\n>>>>>>> b\n'
    found = parse_ledger(text)[1]
    assert [(d.code, d.position.line) for d in found] == [("BD403", 5)]


def test_one_note_id_for_two_notes_gets_apart(tmp_path: Path) -> None:
    build_only(tmp_path, {"a.md": page(*ROWS[:2])})
    ledger = tmp_path / "notes/ledger.jsonl"
    entries = read_ledger(tmp_path / "notes")[0].values()
    one, other = sorted(entries, key=lambda entry: entry.guid)
    text = ledger.read_text().replace(str(other.note_id), str(one.note_id))
    ledger.write_text(text.replace(f'"added": {other.added}', f'"added": {other.added}'))
    build_only(tmp_path, {"a.md": page(*ROWS[:2])}, NOW + 1000)
    after = read_ledger(tmp_path / "notes")[0]
    assert after[one.guid].note_id == one.note_id
    assert after[other.guid].note_id == one.note_id + 64


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("# P\n\n<<<<<<< HEAD\n{0}=======\n{1}>>>>>>> theirs\n", 3),
        ("# P\n\n{0}\n<<<<<<< HEAD\none\n||||||| base\nno\n=======\ntwo\n>>>>>>> theirs\n", 8),
        ("# P\n\n{0}>>>>>>> theirs\n", 6),
        ("# P\n\n<<<<<<< HEAD\n\n{0}", 3),
        ("```a``` is code\n\n<<<<<<< HEAD\n{0}=======\n{1}>>>>>>> theirs\n", 3),
        ("````\n```\n````\n\n<<<<<<< HEAD\n{0}=======\n{1}>>>>>>> theirs\n", 5),
        ("- ```\n<<<<<<< HEAD\n{0}=======\n{1}>>>>>>> theirs\n  ```\n", 2),
        ("a\n\n    ```\n\n<<<<<<< HEAD\n{0}=======\n{1}>>>>>>> theirs\n", 5),
        ("---\n<<<<<<< HEAD\ntitle: A\n=======\ntitle: B\n>>>>>>> theirs\n---\n\n{0}", 2),
    ],
)
def test_an_unfinished_merge_holds_its_page(text: str, line: int, tmp_path: Path) -> None:
    rows = [table(row) for row in ROWS]
    build_only(tmp_path, {"p/a.md": page(*ROWS), "p/b.md": page(("sun", "star"))})
    text = text.replace("{0}", rows[0] if line != 8 else table(*ROWS[:2])).replace("{1}", rows[1])
    outcome = build_only(tmp_path, {"p/a.md": text, "p/b.md": page(("sun", "star"))}, NOW + 1000)
    (conflict,) = [d for d in outcome.result.diagnostics if d.code == "BD129"]
    assert (conflict.position.file, conflict.position.line) == ("p/a.md", line)
    assert [n.note.origin.clue for n in outcome.result.notes] == ["sun"]
    assert not outcome.result.changes.retired
    mended = build_only(
        tmp_path, {"p/a.md": page(*ROWS), "p/b.md": page(("sun", "star"))}, NOW + 2000
    )
    assert not mended.result.changes.new


@pytest.mark.parametrize(
    "text",
    [
        "```\n<<<<<<< HEAD\na\n=======\nb\n>>>>>>> theirs\n```\n\n{0}",
        "```\n```python\n<<<<<<< HEAD\na\n=======\nb\n>>>>>>> theirs\n```\n\n{0}",
        "````\n```\n<<<<<<< HEAD\n- ````\n>>>>>>> theirs\n````\n\n{0}",
        "~~~ a ` b\n<<<<<<< HEAD\n    ~~~\n>>>>>>> theirs\n ~~~~\n\n{0}",
        "a title\n=======\n\n{0}",
        "> > > > > > > deep quote\n\n{0}",
        "a <<<<<<< b\n\n{0}",
        "<<<<<<<< arrows\n\n{0}",
    ],
)
def test_what_only_looks_like_an_unfinished_merge(text: str, tmp_path: Path) -> None:
    outcome = build_only(tmp_path, {"a.md": text.replace("{0}", table(("sun", "star")))})
    assert "BD129" not in codes(outcome)
    assert len(outcome.result.notes) == 1
