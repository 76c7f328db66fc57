"""Compares what two trees of this project make of the same histories of notes.

    python tests/oracle.py BEFORE [AFTER] [--histories N] [--seed S] [--rounds R] [--only KIND]

BEFORE and AFTER are checkouts; AFTER is the one that this script stands in, if none is named. A
history is a folder of notes that is edited from round to round: golden (the cases of tests/cases),
lessons (this project's own notes), corpus (made-up notes of some size) or random (small folders
with a bit of everything). Each tree builds each round in a process of its own, with the ledger, the
packages and the cache of the round before, and both have to agree in every byte that they write and
in every line that they say. AFTER also builds each round without a cache, and some without the old
packages, which must change nothing. A history ends with its first round that differs; its folder is
kept, with what each tree made of it in `before` and `after`. Files are written a lot: with TMPDIR
in memory it takes half the time.
"""

from __future__ import annotations

import argparse
import difflib
import io
import json
import os
import random
import re
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
import zipfile
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress
from dataclasses import dataclass
from hashlib import sha256
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

from cases import FOLDER, read_cases
from media_files import MP3, png, svg

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))
from benchmarks.corpus import WORDS, pages  # noqa: E402 (it is not installed)

# Patterns for messages such as "error[BD201]: row has 3 cells, header has 2" that are left out on
# both sides: faults that were found and are named in the changelog, so that a tree that still has
# them can be held against one that has them no more.
EXPECTED: tuple[str, ...] = ()
# Said once, by the build that a note begins with; with a cache, while nothing changes.
ONCE = (r"warning\[BD40[78]\]",)
NOW = 1_790_000_000  # of the first round; each takes place a thousand seconds after the one before
PATIENCE = 300  # seconds for a command line
MOST_SHOWN, WIDEST = 12, 200  # lines of a difference, and columns

# --- running the command lines of a tree ------------------------------------------------------

# A JSON object a line in and one out; everything is loaded at once, so that a tree may be edited.
DRIVER = """
import contextlib, gc, importlib, io, json, os, pkgutil, sys
from pathlib import Path
import generator
if not Path(generator.__file__).resolve().is_relative_to(sys.argv[1]):
    sys.exit(f"{generator.__file__} is not in {sys.argv[1]}")
for module in pkgutil.walk_packages(generator.__path__, "generator."):
    with contextlib.suppress(ImportError):  # of an extra
        importlib.import_module(module.name)
answers = sys.stdout
for line in sys.stdin:
    command = json.loads(line)
    os.chdir(command["cwd"])
    os.environ.update(command["env"])
    sys.argv = ["build-decks", *command["args"].split()]
    out, err = (io.TextIOWrapper(io.BytesIO(), "utf-8", how) for how in ("strict", "replace"))
    try:
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            generator.cli.main()
    except SystemExit as end:
        code = str(end.code or 0)
    except Exception as error:
        code = f"crash: {error!r}"
    for stream in (out, err):
        stream.flush()
    said = [stream.buffer.getvalue().decode() for stream in (out, err)]
    print(json.dumps([code, *said]), file=answers, flush=True)
    gc.enable()  # a build leaves it off, since its process is to end soon
"""


class Answer(NamedTuple):
    """What one command line said."""

    args: str
    exit: str
    stdout: str
    stderr: str


class Made(NamedTuple):
    """What a round came to: what was said, and all that is written, by path."""

    answers: Sequence[Answer]
    files: Mapping[str, bytes]


class Driver:
    """A process that runs command lines of one tree, one after the other."""

    def __init__(self, tree: Path) -> None:
        self.tree = tree
        own = {"PYTHONPATH": str(tree), "PYTHONDONTWRITEBYTECODE": "1", "COLUMNS": "100"}
        self.process = subprocess.Popen(
            [sys.executable, "-P", "-c", DRIVER, str(tree)],
            env={**os.environ, **own, "NO_COLOR": "", "FORCE_COLOR": ""},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            encoding="utf-8",
        )

    def run(self, folder: Path, now: int, commands: Sequence[str]) -> Made:
        """Run them in ``folder``, with a cache beside it."""
        env = {"SOURCE_DATE_EPOCH": str(now), "XDG_CACHE_HOME": f"{folder}-cache"}
        answers = []
        for args in commands:
            command = json.dumps({"cwd": str(folder), "args": args, "env": env})
            print(command, file=self.process.stdin, flush=True)
            too_late = threading.Timer(PATIENCE, self.process.kill)
            too_late.start()
            line = self.process.stdout.readline()
            too_late.cancel()
            if not line:
                raise ChildProcessError(
                    f"{self.tree}: no answer to 'build-decks {args}' in {folder}"
                )
            answers.append(Answer(args, *json.loads(line)))
        paths = [folder / "source_notes/ledger.jsonl", *folder.glob("decks/*"), *folder.glob("*.*")]
        found = {str(path.relative_to(folder)): path for path in paths if path.is_file()}
        return Made(answers, {name: path.read_bytes() for name, path in found.items()})


# --- differences ------------------------------------------------------------------------------

Records = Mapping[str, Mapping[str, object]]  # by name, the values of a note, of a ledger's line, …


def differences(before: Made, after: Made, expected: Sequence[str] = EXPECTED) -> Iterator[str]:
    """All that differs, files first: what is said often follows from them."""
    for path in sorted(before.files.keys() | after.files.keys()):
        old, new = before.files.get(path), after.files.get(path)
        if old is None or new is None:
            yield f"{path}: there is one only {'after' if old is None else 'before'}"
        elif old != new:
            yield from (f"{path}: {each}" for each in file_differences(path, old, new))
    for one, other in zip(before.answers, after.answers, strict=True):
        if one.exit != other.exit:
            yield f"build-decks {one.args}: exit {one.exit} → {other.exit}"
        for stream in ("stdout", "stderr"):
            old, new = (without(getattr(answer, stream), expected) for answer in (one, other))
            if old != new:
                yield f"build-decks {one.args}: {stream}\n{text_difference(old, new)}"


def without(text: str, expected: Sequence[str]) -> str:
    """What is said, but for the messages that are expected to differ."""

    def is_left(message: str) -> bool:
        line = re.sub(r"^::(\w+) .*title=(BD\d+)::", r"\1[\2]: ", message.partition("\n")[0])
        return not any(re.search(pattern, line) for pattern in expected)

    if not text.startswith("{") or not expected:  # a message goes on in lines that are indented
        return "".join(filter(is_left, re.split(r"(?<=\n)(?! )", text)))
    report = json.loads(text)
    for count in ("errors", "warnings"):
        report.get("summary", {}).pop(count, None)
    report["diagnostics"] = [
        each
        for each in report.get("diagnostics", ())
        if is_left(f"{each['severity']}[{each['code']}]: {each['message']}")
    ]
    return json.dumps(report, ensure_ascii=False, indent=2)


def text_difference(old: str, new: str) -> str:
    lines = list(difflib.unified_diff(old.splitlines(), new.splitlines(), n=1, lineterm=""))[2:]
    return "\n".join(f"    {line[:WIDEST]}" for line in lines[:MOST_SHOWN])


def file_differences(path: str, old: bytes, new: bytes) -> list[str]:
    if path.endswith(".html"):
        return ["\n" + text_difference(old.decode(), new.decode())]
    records = package_records if path.endswith(".apkg") else ledger_records
    try:
        found = list(record_differences(records(old), records(new)))
    except (zipfile.BadZipFile, ValueError) as error:
        return [f"the bytes differ, and one is damaged: {error}"]
    return found[:MOST_SHOWN] or ["the rows are equal, but the bytes differ"]


def record_differences(old: Records, new: Records) -> Iterator[str]:
    for name in sorted(old.keys() | new.keys()):
        if name not in old or name not in new:
            values = " | ".join(map(str, {**old, **new}[name].values()))
            yield f"{name}: only {'after' if name in new else 'before'}: {values[:WIDEST]}"
            continue
        for key in {**old[name], **new[name]}:
            one, other = (str(each[name].get(key, "")) for each in (old, new))
            if one != other:
                pairs = enumerate(zip(one, other, strict=False))
                start = max(next((at for at, (a, b) in pairs if a != b), 0) - 30, 0)
                yield f"{name}: {key} {one[start:][:90]!r} → {other[start:][:90]!r}"


def ledger_records(data: bytes) -> Records:
    lines = data.decode(errors="replace").splitlines()
    entries = (json.loads(line) if line.startswith('{"guid"') else {"guid": line} for line in lines)
    return {entry["guid"]: entry for entry in entries}


def package_records(data: bytes) -> Records:
    """What a package holds: notes and cards by GUID, the row of the collection, the media."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive, tempfile.TemporaryDirectory() as folder:
        members = {name: archive.read(name) for name in archive.namelist()}
        archive.extract("collection.anki2", folder)
        with closing(sqlite3.connect(f"{folder}/collection.anki2")) as connection:
            connection.row_factory = sqlite3.Row
            (collection,), notes, cards = (
                [dict(row) for row in connection.execute(f"SELECT * FROM {table}")]
                for table in ("col", "notes", "cards")
            )
    found: dict[str, Mapping[str, object]] = {"collection": collection}
    for name in members.keys() - {"collection.anki2"}:
        found[f"member {name}"] = {"digest": sha256(members[name]).hexdigest()}
    types, guids = json.loads(collection["models"]), {note["id"]: note["guid"] for note in notes}
    for note in notes:
        names = [each["name"] for each in types[str(note["mid"])]["flds"]]
        fields = zip(names, note.pop("flds").split("\x1f"), strict=True)
        found[f"note {note['guid']}"] = dict(fields) | note
    for card in cards:
        found[f"card {guids[card['nid']]} {card['ord']}"] = card
    return found


# --- made-up notes ----------------------------------------------------------------------------

# Names, and the texts that may stand for them in braces; ⏎ is the end of a line, and "3*" makes a
# text three times as likely.
GRAMMAR = r"""
page      9*{front}# {title}⏎⏎{sections}{links} // {front}{sections}
sections  {section}{section} // 3*{section}{sections}
section   3*## {title}⏎⏎{prose}{block}⏎ // ### {title}⏎⏎{block}⏎ // 2*{block}⏎
front     2* // ---⏎{key}---⏎⏎ // ---⏎title: {few}⏎{key}---⏎⏎
key       lang: de⏎tags: [{one}, {one}]⏎ // topic: {few}⏎ // ignore: [BD302, BD602]⏎ // lang: fr⏎
          // url: https://example.org/{one}⏎ // deck: {one}::{few}⏎
title     6*{few} // The {one} // *{one}* and `{one}` // [{few}][guide]
prose     2* // {text}, and {text}.⏎⏎ // - {text}⏎- {text}⏎⏎ // ```⏎{few} | {one}⏎```⏎⏎
links     ⏎[guide]: https://example.org/guide⏎[own]: /media/one.png⏎⏎[^1]: {text}⏎
block     5*{clues} // 2*{cards}{clues} // 2*{traps} // 3*{compare} // {noted} // {keyed} // {terms}
          // {listed} // {order} // 2*{quiz} // {asked} // 2*{gaps} // {idle} // {poor} // {near}
          // {other} // {ignored} // 2*{pictures}
clues     | {left} | {right} |⏎|---|---|⏎{rows}
rows      {row}{row} // 2*{row}{rows}
row       20*| {cell} | {cell} |⏎ // 2*| {same} | {few} |⏎ // | {text} | low water |⏎
same      the {one} // the tide // a lantern // *salt* // low water // the quay
left      Part // Sign // Need // Word // Pair // Pitfall // **Part**
right     4*Task // 3*Meaning // First move // Why it helps // What to do? // Better rule
cards     <!-- cards: {word} -->⏎ // <!-- cards: {word} {word} -->⏎⏎
word      3*reverse // 3*no-quiz // 3*clue // 3*trap // 3*compare // skip // order
traps     | {trap} | Better rule |⏎|---|---|⏎{rows} // {trap} | Do⏎---|---⏎{cell} | {cell}⏎
trap      Trap // Traps // Falle // Piège
compare   | {left} | Cost | Speed |⏎|---|---|---|⏎{row3}{row3}{row3}
          // | {left} | A | B | C | D | E | F |⏎|-|-|-|-|-|-|-|⏎{row7}{row7}{row7}
row3      3*| {cell} | {few} | {cell} |⏎ // | {cell} | | {few} |⏎
row7      | {cell} | {few} | | {few} | {few} | {text} | {one} |⏎
noted     | {left} | {right} | Why | Tags |⏎|---|---|---|---|⏎{row4}{row4}{row4}
          // | {left} | {right} | Note | Example |⏎|---|---|---|---|⏎{row4}{row4}
row4      | {cell} | {cell} | {text} | {one} {one} |⏎ // | {cell} | {cell} | | {one} |⏎
keyed     | {left} | {right} | ID |⏎|---|---|---|⏎{row_id}{row_id}{row_id}{row_id}
row_id    3*| {cell} | {cell} | {serial} |⏎ // | {cell} | {cell} | |⏎
terms     {few}⏎: {text}⏎⏎{few}⏎: {text}⏎: {text}⏎⏎{few}⏎: {text}⏎
listed    <!-- cards: definitions {also} -->⏎⏎- {few}: {text}⏎- **{few}** – {text}⏎- {one}: {cell}⏎
also      6* // 3*reverse // 3*no-quiz // order
order     <!-- cards: order -->⏎⏎1. {text}⏎2. {text}⏎3. {few}⏎4. {cell}⏎
quiz      What is {few}?⏎⏎- [x] {few}⏎- [ ] {few}⏎⏎  Since {text}.⏎- [ ] {cell}⏎⏎{text}⏎
          // 1. Is it {few}?⏎   - [x] {few}⏎   - [ ] {few}⏎2. {few}⏎   - [x] {few}⏎   - [ ] {few}⏎
          // <!-- cards: quiz -->⏎{text}⏎⏎- [x] {few}⏎- [x] {text}⏎- [ ] {one}⏎
asked     Q: {few}?⏎A: {text}⏎ // **Q:** {text}?⏎⏎**A:** {few}⏎
          // - Q: {few}?⏎  A: {cell}⏎- Q: {few}⏎
gaps      {few} =={few}== and =={one}== of {few}.⏎ // {text}:⏎⏎- {few} =={one}==⏎- =={few}== {few}⏎
          // {few} ==1::{one}== {few} ==1::{one}== and ==2::{one}::{few}==.⏎
idle      | Lesson | Focus |⏎|---|---|⏎{rows} // | Week | {right} |⏎|---|---|⏎{row}
          // | {left} | Where |⏎|---|---|⏎| {few} | 3.1 Tides |⏎ // <!-- cards: skip -->⏎{clues}
near      | {left} | {right} |⏎|---|⏎{rows} // | {left} | {right} |⏎{rows}
          // | {left} | {right} |⏎|---|---|⏎{row}⏎{row} // | {left} | {right} |⏎|===|===|⏎{rows}
poor      | Item | Value |⏎|---|---|⏎| {one} | high |⏎| {one} | high |⏎| {one} pier | {few} |⏎
          // | Trap | Rule |⏎|---|---|⏎| never {text} | {few} |⏎| {text} of kelp | the kelp |⏎
          // {clues}| {long} | {few} |⏎ // {clues}{twins}{twins} // Was this page helpful?⏎
          // Sign Meaning⏎{few} {few}⏎{text}⏎
long      {text} {text} {text} {text} {text} {text} {text} {text} {text} {text} {text} {text} {text}
twins     | the light turns {one} at night and wakes {one} | {few} |⏎
other     <table><tr><td>{few}</td></tr></table>⏎
          // > | {left} | Task |⏎> |---|---|⏎> | {few} | a |⏎
          // {left}  {right}⏎{few}  {few}⏎{few}  {few}⏎ // - [ ] {few}⏎- [x] {few}⏎
ignored   <!-- ignore: BD{code} -->⏎{clues} // {clues}| {same} <!-- ignore: BD302 --> | {few} |⏎
code      302 // 303 // 601 // 602 // 605 // 139
pictures  {clues}| {few} ![{one}](/media/{file}) | {few} |⏎| {few} | ![][own] {few} |⏎
          // <!-- cards: skip -->⏎{clues}| ![](/media/none.png) | {few} |⏎
file      one.png // two.jpg // three.svg // word.mp3
cell      16*{text} // {few} **{one}** // `{one}.{one}()` {few} // {few}<br>{few}
          // <div>{few}</div> // H<sub>2</sub>O {few} // {few} \| {one} // [{few}][guide]
          // {few}[^1] // $a_1$ {few} // {few} {{c1::{one}}} // [sound:x] {few} // =={one}== {few}
          // {few} &rarr; {one} // {text}, {text} until {text} of {text} // {few} (control)
          // {few} & {one} < {one} // [{one}](https://example.org/{one}?a=1&b=2) {few}
          // {few} → 東京 // ~~{one}~~ "{few}"
few       {one} {one} // {one} {one} {one} // {one}
text      the {one} by the {few} // {one} {few} of {few} // {few}, {few} // {few} {few} {one}
name      2*{one} // {one} {one} // über {one} // week-{one} // a&b {one}
settings  {id}{deck}{more}{labels}{tables}
id        2* // id = "shared"⏎ // id = "{one}"⏎
deck      2* // deck = "{one}::{few}"⏎ // compress = true⏎ // tags = ["{one}", "{one}"]⏎
more      3* // topic = "{few}"⏎ // lang = "es"⏎ // ignore = ["BD302", "BD601"]⏎
labels    2* // [labels]⏎whole_table = "{few}"⏎question = "{} – {one}?"⏎
tables    2* // [[tables]]⏎left = "Pitfall*"⏎kind = "trap"⏎
          // [[tables]]⏎right = "Task"⏎reverse = true⏎
          // [[tables]]⏎left = ["Sign", "Need"]⏎kind = "skip"⏎
slip      {clues}{wrong}⏎ // ⏎<!-- cards: traps -->⏎{clues} // ⏎Is it {few}?⏎⏎- [x] {few}⏎
          // ⏎Is it {few}?⏎⏎- [x] {few}⏎- [x] {one}⏎ // ⏎{few} ==900::{one}== {few}⏎
          // ⏎Is it {few}?⏎⏎- [x] a⏎- [ ] b⏎- [ ] b⏎ // ⏎<!-- cards: order -->⏎⏎- {few}⏎
          // ⏎<!-- cards: order -->⏎⏎1. {few}⏎2. same⏎3. same⏎ // ⏎<!-- ignore: BD201 -->⏎{clues}
          // | A | B | ID |⏎|---|---|---|⏎| {few} | {few} | x |⏎| {few} | {few} | x |⏎
          // | A | B | C | D | E | F | G | H |⏎|-|-|-|-|-|-|-|-|⏎| a | b | c | d | e | f | g | h |⏎
wrong     | {few} | // | {few} | | // | {few} | {few} | {few} | // | {few} | (byte) |
          // | ![](/media/none.png) | {few} | // | ![](https://example.org/x.png) | {few} |
          // | {few} | {few} <!-- same-as: zz --> | // | {few} | {few} <!-- review: which? --> |
          // | ebb | {few} |⏎| ebb | {one} | // | {few} | ![](../../out.png) |
toml_slip colour = "red"⏎ // tags = 7⏎ // deck = [⏎ // ignore = ["BD201"]⏎
"""
# What a person does, and how often. Pieces are rows, headers and headings, other lines, and blocks,
# which stand between blank lines; for the rest Notes has a method each.
PIECES = {"row": 3, "head": 1, "line": 1, "block": 1}
PIECE_EDITS = {
    "reword": 5, "renew": 3, "insert": 3, "repeat": 1, "merge": 2, "swap": 2, "move": 2,
    "delete": 3,
}  # fmt: skip
EDITS = {f"{edit} {piece}": n * k for edit, n in PIECE_EDITS.items() for piece, k in PIECES.items()}
EDITS |= {
    "restore": 12, "rename": 15, "split": 5, "join": 4, "recode": 3, "add_package": 4, "claim": 8,
    "delete_pages": 7, "restore_pages": 10, "comment": 6, "settings": 15, "slip": 6, "picture": 12,
    "act": 6, "gather": 6,
}  # fmt: skip
ACTS = "touch/clock/lose cache/lose ledger/break ledger/lose package/break package".split("/")
PIPE = re.compile(r"(?<!\\)\|")
SEPARATOR = re.compile(r"(?=.*\|)[ >]*\|?[ :]*-[-| :]*\r?")
Lines = list[str]


def read_grammar() -> dict[str, list[str]]:
    grammar: dict[str, list[str]] = {}
    for name, listed in re.findall(r"^(\w+) +(.*\n(?: +.*\n)*)", GRAMMAR, re.MULTILINE):
        for text in re.split(r"\s+//\s+", listed.strip()):
            times = re.match(r"(\d+)\*|", text)
            grammar.setdefault(name, []).extend([text[times.end() :]] * int(times[1] or 1))
    return grammar


class Notes:
    """A folder of notes, and a person who edits it. Where there is nothing to choose from, an edit
    raises IndexError and is left out."""

    def __init__(self, seed: str, files: Mapping[str, str] | None = None) -> None:
        self.chance = random.Random(seed)
        self.choose = self.chance.choice
        self.grammar = read_grammar() | {"one": self.chance.sample(WORDS, 50)}
        self.serial = 0
        self.media = {"one.png": png(), "two.jpg": png(7), "three.svg": svg(), "word.mp3": MP3}
        self.texts = {path: text.split("\n") for path, text in (files or {}).items()}
        self.gone: list[tuple[str, Lines]] = []  # pieces, with their kind
        self.texts_gone: list[dict[str, Lines]] = []
        self.slips: list[tuple[Lines, Lines]] = []
        self.guids: list[str] = []  # of the ledger, those of retired notes last
        self.acts: list[str] = []  # what happens to other files in this round
        for _ in range(0 if files else self.chance.randint(1, 4)):
            self.add_package()

    def files(self) -> dict[str, bytes]:
        files = {f"media/{name}": data for name, data in self.media.items()}
        for path, lines in self.texts.items():
            files[path] = "\n".join(lines).encode(errors="surrogateescape")
        return files

    def edit(self, edits: Sequence[str], size: int) -> str:
        """Make these edits, or else some by chance, or none; returns what was done."""
        self.acts.clear()
        for lines, slip in self.slips if self.chance.random() < 0.7 else ():
            for at in range(len(lines) - len(slip), -1, -1):
                if lines[at : at + len(slip)] == slip:
                    del lines[at : at + len(slip)]
        if not edits and self.chance.random() < 0.85:
            many = self.choose([size, size, 2 * size, 4 * size])
            edits = self.chance.choices(list(EDITS), list(EDITS.values()), k=many)
        for edit in edits or self.choose([["act"], []]):
            name, _, piece = edit.partition(" ")
            with suppress(IndexError):
                self.edit_piece(name, piece) if piece else getattr(self, name)()
        counts = Counter([*edits, *self.acts]).items()
        return ", ".join(f"{count} {name}" for name, count in counts) or "nothing"

    def write(self, name: str) -> str:
        """A text for a name of the grammar."""
        self.serial += name == "serial"
        text = f"n{self.serial}" if name == "serial" else self.choose(self.grammar[name])
        return self.fill(text)

    def fill(self, text: str) -> str:
        text = re.sub(r"\{(\w+)\}", lambda found: self.write(found[1]), text)
        return text.replace("⏎", "\n").replace("(control)", "\x02").replace("(byte)", "\udcff")

    # Rows, headers, lines and blocks: a page's lines, the first one's number, that behind the last.

    def pieces(self, kind: str) -> Iterator[tuple[Lines, int, int]]:
        for lines in (lines for path, lines in self.texts.items() if path.endswith(".md")):
            begins = True
            for at, (line, below) in enumerate(pairwise([*lines, ""])):
                if not line.strip() or (kind != "block" and SEPARATOR.fullmatch(line)):
                    found = ""
                elif kind == "block":
                    found = "block" if begins else ""
                elif line.startswith("#") or SEPARATOR.fullmatch(below):
                    found = "head"
                else:
                    found = "row" if "|" in line else "line"
                begins = not line.strip()
                if found == kind:
                    ends = (end for end in range(at + 1, len(lines)) if not lines[end].strip())
                    yield lines, at, next(ends, len(lines)) if kind == "block" else at + 1

    def edit_piece(self, edit: str, kind: str) -> None:
        lines, start, end = self.choose(list(self.pieces(kind)))
        piece = lines[start:end]
        if edit == "reword":
            at = self.chance.randrange(start, end)
            lines[at] = self.reworded(lines[at])
        elif edit == "renew":
            lines[start:end] = self.new_piece(kind, piece)
        elif edit == "swap":
            lines[start : end + 1] = [*lines[end : end + 1], *piece]
        elif edit == "merge":  # with the line below
            lines[start : end + 1] = ["|".join(map(self.reworded, PIPE.split(piece[0])))]
        elif edit == "insert":
            self.put_piece(kind, self.new_piece(kind, piece))
        elif edit == "repeat":
            self.put_piece(kind, [self.reworded(piece[0]), *piece[1:]])
        else:
            del lines[start:end]
            self.gone.append((kind, piece))
            if edit == "move":
                self.put_piece(*self.gone.pop())

    def reworded(self, line: str) -> str:
        if not (words := list(re.finditer(r"[^\W\d_]{3,}", line))):
            return line
        word = self.choose(words)
        texts = ["{one}", f"{word[0]} {{one}}", word[0].upper()]
        texts += [f"=={word[0]}=="] * ("==" in line)
        new = self.fill(self.choose(texts))
        return line[: word.start()] + new + line[word.end() :]

    def new_piece(self, kind: str, old: Lines) -> Lines:
        if kind == "block":
            return self.write("block").split("\n")
        if "|" not in old[0]:
            return [re.match(r"[\W\d]*", old[0])[0] + self.write("text")]
        cells = PIPE.split(old[0])
        filled = [number for number, cell in enumerate(cells) if cell.strip()]
        for number in filled if kind == "row" else [self.choose(filled)]:
            name = "cell" if kind == "row" else "left" if number == filled[0] else "right"
            cells[number] = f" {self.write(name)} "
        return ["|".join(cells)]

    def put_piece(self, kind: str, piece: Lines) -> None:
        """Put it before or behind another one of its kind; a row, where there are as many cells."""
        pipes = len(PIPE.findall(piece[0]))
        lines, *places = self.choose(
            [
                (lines, start, end)
                for lines, start, end in self.pieces(kind)
                if kind != "row" or len(PIPE.findall(lines[start])) == pipes
            ]
        )
        at = self.choose(places)
        lines[at:at] = ["", *piece, ""] if kind == "block" else piece

    def restore(self) -> None:
        self.put_piece(*self.gone.pop(self.choose(range(len(self.gone)))))

    def gather(self) -> None:
        """Of the rows with a clue that stands more than once leave one, with another answer."""
        rows = [(lines, at, str(PIPE.split(lines[at])[1:2])) for lines, at, _ in self.pieces("row")]
        counts = Counter(clue for _, _, clue in rows)
        clue = self.choose([clue for clue, count in counts.items() if count > 1])
        places = [(lines, at) for lines, at, found in rows if found == clue]
        cells = PIPE.split(self.choose([lines[at] for lines, at in places]))
        row = "|".join([*cells[:2], *map(self.reworded, cells[2:])])
        for lines, at in reversed(places):
            del lines[at]
        self.put_piece("row", [row])

    def claim(self) -> None:
        """Say that a row is a note of the ledger, most often one that is retired."""
        lines, at, _ = self.choose(list(self.pieces("row")))
        cells = PIPE.split(self.new_piece("row", [lines[at]])[0])
        guid = self.choose([*self.guids[-5:], self.choose(self.guids)])
        number = self.choose([number for number, cell in enumerate(cells) if cell.strip()])
        cells[number] += f"<!-- same-as: {self.choose([guid[:6], guid, 'new'])} --> "
        lines[at] = "|".join(cells)

    def comment(self) -> None:
        """Say something above a block, or take all such comments from a page."""
        lines, at, _ = self.choose(list(self.pieces("block")))
        said = self.choose(["{cards}", "<!-- ignore: BD{code} -->", ""])
        lines[at:at] = self.fill(said).split("\n")
        if not said:
            lines[:] = [line for line in lines if not line.startswith("<!--")]

    def slip(self) -> None:
        """Make an error, to be mended in a later round."""
        path = self.path(self.choose([".md", ".md", ".md", ".toml"]))
        slip = self.write("slip" if path.endswith(".md") else "toml_slip").split("\n")
        lines = self.texts[path]
        lines[:] = [*lines, *slip] if path.endswith(".md") else [*slip, *lines]
        self.slips.append((lines, slip))

    # Pages, packages and other files.

    def path(self, suffix: str = ".md") -> str:
        return self.choose([path for path in self.texts if path.endswith(suffix)])

    def new_path(self, folder: str) -> str:
        return f"{folder}/{self.write('name')}.md".removeprefix("/")

    def below(self, top: str) -> list[str]:
        return [path for path in self.texts if path == top or path.startswith(f"{top}/")]

    def add_package(self) -> None:
        folder = self.choose([self.write("name"), self.write("name"), ""])
        for _ in range(self.chance.randint(1, 3) if folder else 1):
            deeper = f"{folder}/{self.write('name')}"
            path = self.new_path(self.choose([folder, deeper]) if folder else "")
            self.texts[path] = self.write("page").split("\n")
        if folder and self.chance.random() < 0.5:
            self.texts[f"{folder}/deck.toml"] = self.write("settings").split("\n")

    def rename(self) -> None:
        """Another name for a page or for a package, or another folder for a page."""
        path, other = self.path(), self.path()
        (folder, _, name), (top, slash, _) = path.rpartition("/"), path.partition("/")
        moved = f"{other.rpartition('/')[0]}/{name}".removeprefix("/")
        names = [(path, self.new_path(folder)), (path, moved), (top, self.write("name"))]
        names += [(top, other.partition("/")[0])] * (2 * ("/" in other))
        old, new = self.choose(names if slash else names[:2])
        for each in self.below(old):
            self.texts[new + each.removeprefix(old)] = self.texts.pop(each)

    def split(self) -> None:
        path = self.path()
        lines = self.texts[path]
        at = self.choose([at for at, line in enumerate(lines) if not line])
        new = self.new_path(path.rpartition("/")[0])
        self.texts[new], lines[at:] = [f"# {self.write('title')}", *lines[at:]], []

    def join(self) -> None:
        path, other = self.path(), self.path()
        if path != other:
            self.texts[path] += ["", *self.texts.pop(other)]

    def recode(self) -> None:
        """Other ends of lines, and a mark at the beginning."""
        lines = self.texts[self.path()]
        lines[:] = [line.removesuffix("\r") + "\r" * (not line.endswith("\r")) for line in lines]
        lines[0] = f"\ufeff{lines[0]}" if lines[0].endswith("\r") else lines[0].lstrip("\ufeff")

    def delete_pages(self) -> None:
        path = self.path()
        top = self.choose([path, path, path.partition("/")[0]])
        self.texts_gone.append({each: self.texts.pop(each) for each in self.below(top)})

    def restore_pages(self) -> None:
        self.texts |= self.texts_gone.pop(self.choose(range(len(self.texts_gone))))

    def settings(self) -> None:
        """Other settings for a page, its folder or all notes."""
        path = self.path()
        above = [path[: slash.end()] for slash in re.finditer("/", path)]
        folder = self.choose(["", path, path, *above, *above])
        if folder != path:
            self.texts[f"{folder}deck.toml"] = self.write("settings").split("\n")
        else:
            lines = self.texts[path]
            has_some = lines[0] == "---" and "---" in lines[1:]
            lines[: lines.index("---", 1) + 1 if has_some else 0] = self.write("front").split("\n")

    def picture(self) -> None:
        """Another picture in a file, or no file."""
        name = self.choose(["one.png", "two.jpg", "three.svg", "word.mp3"])
        self.media[name] = png(self.chance.randrange(250))
        if self.chance.random() < 0.2:
            del self.media[name]

    def act(self) -> None:
        self.acts.append(self.choose(ACTS))


# --- histories --------------------------------------------------------------------------------


@dataclass
class History:
    """Notes, and the edits of each round after the first; where they are empty, some by chance."""

    name: str
    notes: Notes
    edits: Sequence[Sequence[str]]
    size: int = 1  # of a round's edits
    start: Path | None = None  # whose ledger and packages are there to begin with


def golden_packages() -> dict[str, dict[str, str]]:
    """Each golden case as a package by its file and title: its texts by path."""
    found = {}
    for file in "compose forms page near_tables inline fuzz".split():
        for case in read_cases(FOLDER / f"{file}.md"):
            title = re.sub("[^a-z0-9]+", "-", case.title.lower()).strip("-")
            pieces = ["lesson.md", *re.split(r"^=== (.+)\n", f"{case.input}\n", flags=re.MULTILINE)]
            if file == "inline":  # its lines are cells
                cells = enumerate(PIPE.sub(r"\|", case.input).split("\n"))
                rows = "".join(f"| {title} {number} | {cell} |\n" for number, cell in cells)
                pieces[1] = f"| Cell | Text |\n|---|---|\n{rows}\n[docs]: https://example.org\n"
            texts = zip(pieces[::2], pieces[1::2], strict=True)
            found[f"{file}-{title}"] = {f"{file}-{title}/{name}": text for name, text in texts}
    return found


def golden(seed: int, _: int, rounds: int) -> Iterator[History]:
    packages = list(golden_packages().values())
    rounds = rounds or 3
    edits = [["reword row", "renew row"] * 20, ["delete row"] * 30, *[()] * rounds][: rounds - 1]
    for at in range(0, len(packages), 40):
        files = {path: text for each in packages[at : at + 40] for path, text in each.items()}
        yield History(f"golden-{at // 40}", Notes(f"golden {seed} {at}", files), edits, 10)


def lessons(seed: int, count: int, rounds: int) -> Iterator[History]:
    source = ROOT / "source_notes"
    paths = sorted([*source.rglob("*.md"), *source.rglob("deck.toml")])
    files = {str(path.relative_to(source)): path.read_text(encoding="utf-8") for path in paths}
    for number in range(count):
        notes = Notes(f"lessons {seed} {number}", files)
        yield History(f"lessons-{number}", notes, [()] * ((rounds or 6) - 1), 2, ROOT)


def corpus(seed: int, count: int, rounds: int) -> Iterator[History]:
    for number in range(count):
        shape = number % 5  # many files, many decks, one table, one file, several large packages
        size, decks, one_table = ((900, 0, False), (600, 7, False), (500, 0, True))[shape % 3]
        made = list(pages(3000 if shape == 4 else size, seed + number, decks, one_table))
        files = {page.path: page.text for page in made}
        if shape == 3:
            files = {"all.md": "\n".join(files.values())}
        if shape == 4:  # so many characters that other processes help
            pad = "\n" + "The tide comes in, and it goes out again.\n" * 150
            files = {f"part {at % 4}/{at}.md": page.text + pad for at, page in enumerate(made)}
        notes = Notes(f"corpus {seed} {number}", files)
        yield History(f"corpus-{number}", notes, [()] * ((rounds or 4) - 1), 4)


def small(seed: int, count: int, rounds: int) -> Iterator[History]:
    for number in range(count):
        notes = Notes(f"random {seed} {number}")
        edits = [()] * ((rounds or notes.chance.randint(3, 6)) - 1)
        yield History(f"random-{number}", notes, edits)


MANY = {"golden": 0, "lessons": 3, "corpus": 5, "random": 60}  # golden ones are as many as it takes
# The command lines of a round: some before the build, one that builds, some after it.
FIRST = ("diff", "--format json diff", "-n --format json")
BUILDS = ("-v", "-v", "-v", "--format json", "-v --format github", "-q")
THEN = "-v", "--strict --check", "retired", "diff", "retired --package x.apkg", "preview -o x.html"

# --- the comparison ---------------------------------------------------------------------------


class Oracle:
    """Plays histories, with a process for BEFORE, one for AFTER, and one for AFTER's other ways."""

    def __init__(self, before: Path, after: Path, folder: Path) -> None:
        self.drivers = [Driver(before), Driver(after), Driver(after)]
        self.threads = ThreadPoolExecutor(len(self.drivers))
        self.folder = folder
        self.counts: Counter[str] = Counter()
        self.codes: set[str] = set()

    def play(self, history: History) -> list[str]:
        """What differs in the first round in which anything does."""
        folders = [self.folder / history.name / name for name in "before after cold bare".split()]
        for folder in folders[:2]:
            (folder / "source_notes").mkdir(parents=True)
            if history.start:
                shutil.copytree(history.start / "decks", folder / "decks")
                shutil.copy(history.start / "source_notes/ledger.jsonl", folder / "source_notes")
        done = "first build"
        for number, edits in enumerate([(), *history.edits]):
            if number:
                history.notes.guids = read_guids(folders[0])
                done = history.notes.edit(edits, history.size)
            luck = history.notes.chance.random()
            for folder in folders[:2]:
                prepare(folder, history.notes, luck)
            for folder in folders[2:]:
                for old in (folder, Path(f"{folder}-cache")):
                    shutil.rmtree(old, ignore_errors=True)
                shutil.copytree(folders[1], folder, ignore=shutil.ignore_patterns("x.*"))
            shutil.rmtree(folders[3] / "decks", ignore_errors=True)
            if luck < 0.5:
                time.sleep(0.06)  # what was touched just now is read, and not taken for known
            is_last = number == len(history.edits)
            # A clock may have been wrong.
            now = NOW - number if "clock" in history.notes.acts else NOW + 1000 * number
            if found := self.round(folders, now, history.notes, is_last):
                kept = f"  kept: {self.folder / history.name}"
                return [f"{history.name}, round {number} ({done}):", *found, kept]
        shutil.rmtree(self.folder / history.name)
        return []

    def round(self, folders: list[Path], now: int, notes: Notes, is_last: bool) -> list[str]:
        first = [args for args in FIRST if notes.chance.random() < 0.25]
        build = notes.choose(BUILDS)
        then = [args for args in THEN if is_last or notes.chance.random() < 0.2]
        commands = [*first, build, "--format json --check", *then]
        todo = [commands, commands, [build]]
        made = self.threads.map(Driver.run, self.drivers, folders, [now] * 3, todo)
        before, after, cold = made
        self.counts["rounds"] += 1
        self.counts["command lines"] += len(commands)
        self.counts["packages"] += sum(path.startswith("decks/") for path in after.files)
        for answer in after.answers:
            self.counts["crashes"] += answer.exit.startswith("crash")
            self.codes.update(re.findall(r"\[(BD\d+)\]", answer.stderr))
        if found := list(differences(before, after)):
            return found
        built, checked = after.answers[len(first) : len(first) + 2]
        if built.exit == "0" != checked.exit:
            found.append(f"build-decks {checked.args}: exit {checked.exit} after a build")
        warm = Made([built], {path: data for path, data in after.files.items() if path[:2] != "x."})
        found += [f"with and without the cache: {each}" for each in differences(warm, cold, ONCE)]
        if not notes.acts and notes.chance.random() < 0.3:
            bare = self.drivers[2].run(folders[3], now, [build]).files
            # A package with errors is not made, and what retired notes were stands in packages.
            old = {path: warm.files[path] for path in warm.files.keys() & bare.keys()}
            told = differences(*(Made([], without_retired(files)) for files in (old, bare)))
            found += [f"with and without the old packages: {each}" for each in told]
        return found


def without_retired(files: Mapping[str, bytes]) -> dict[str, bytes]:
    return {path: re.sub(rb'(?<=, "retired": )\d+.*', b"", data) for path, data in files.items()}


def read_guids(folder: Path) -> list[str]:
    """The GUIDs in a ledger, those of retired notes last."""
    ledger = folder / "source_notes/ledger.jsonl"
    entries = ledger_records(ledger.read_bytes()) if ledger.exists() else {}
    guids = (guid for guid, entry in entries.items() if "kind" in entry)
    return sorted(guids, key=lambda guid: entries[guid].get("retired", 0))


def prepare(folder: Path, notes: Notes, luck: float) -> None:
    """Write the notes, and do what else happens in this round."""
    source, kept = folder / "source_notes", folder / "ledger"
    ledger, files = source / "ledger.jsonl", notes.files()
    for path in sorted(source.rglob("*"), reverse=True):  # a folder comes after what is in it
        if path.is_dir() and not any(path.iterdir()):
            path.rmdir()
        elif path.is_file() and path != ledger and str(path.relative_to(source)) not in files:
            path.unlink()
    for name, data in files.items():
        path = source / name
        if "touch" in notes.acts or not path.is_file() or path.read_bytes() != data:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
    if kept.exists():
        kept.replace(ledger)
    packages = sorted(folder.glob("decks/*.apkg"))
    for act in notes.acts:
        if act == "lose cache":
            shutil.rmtree(f"{folder}-cache", ignore_errors=True)
        elif "ledger" in act and ledger.exists() and not kept.exists():
            ledger.rename(kept)
            if act == "break ledger":
                line = (b'{"guid": 1}\n', b"<<<<<<< ours\n", b"\xff\n")[int(3 * luck)]
                ledger.write_bytes(kept.read_bytes() + line)
        elif "package" in act and packages:
            package = packages.pop(int(luck * len(packages)))
            if act == "lose package":
                package.unlink()
            else:
                package.write_bytes(package.read_bytes()[:-9])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("before", type=Path, help="a checkout")
    parser.add_argument("after", type=Path, nargs="?", default=ROOT, help="else this one")
    parser.add_argument("--histories", type=int, help="how many random ones, or of --only")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--rounds", type=int, default=0, help="of each history")
    parser.add_argument("--only", choices=MANY)
    given = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="oracle-"))
    oracle = Oracle(given.before.resolve(), given.after.resolve(), folder)
    many = MANY | ({given.only or "random": given.histories} if given.histories else {})
    kinds = {"golden": golden, "lessons": lessons, "corpus": corpus, "random": small}
    for kind in [given.only] if given.only else kinds:
        started = time.monotonic()
        oracle.counts.clear()
        for history in kinds[kind](given.seed, many[kind], given.rounds):
            oracle.counts["histories"] += 1
            if found := oracle.play(history):
                oracle.counts["that differ"] += 1
                print("\n  ".join(found), flush=True)
        counts = ", ".join(f"{count} {what}" for what, count in oracle.counts.items() if count)
        print(f"{kind}: {counts}; {time.monotonic() - started:.0f} s", flush=True)
    print(f"messages of {len(oracle.codes)} codes: {' '.join(sorted(oracle.codes))}")
    differ = any(folder.iterdir())
    if not differ:
        folder.rmdir()
    sys.exit(differ)


if __name__ == "__main__":
    main()
