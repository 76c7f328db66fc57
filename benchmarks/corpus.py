"""Writes made-up notes of any size, the same for the same seed: `python -m benchmarks.corpus -h`.

Pages of prose and about six small tables, as people keep them; every row is one note.
"""

from __future__ import annotations

import argparse
import random
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count
from pathlib import Path

PAGES_A_PACKAGE = 200
TABLES_A_PAGE = 6
HEADER = "| Question | Answer |\n|----------|--------|\n"

# Of a hundred cells: how many look like this. The shapes below 45 are what inline parsers are for.
CELLS = (
    (45, "{text}"),
    (15, "{text} `{code}` {few}"),
    (10, "{few} **{few}** {text}"),
    (6, "{one} *{few}* or _{one}_ {text}"),
    (6, '{text} "{few}" isn\'t {few}'),
    (6, "{text} [{few}](https://example.org/{one}?page={number}&part=2)"),
    (2, "{text} left \\| right"),
    (2, "{text}<br>{few}"),
    (2, "{text} {one} < {one} & {one} > {one}"),
    (2, "{text} {foreign} {foreign}"),
    (1, "{text} &rarr; &deg; {one}_{one}_{one}"),
    (1, "{text} $a_{number}^2 + b_{{i}}$"),
    (1, "**`{code}`**: {text}"),
    (1, "{text} - {few}: {number}% #{number}!"),
)

# A page's prose: what is not to become a card, lists and code with pipes among it.
PROSE = (
    (14, "{sentence} {sentence}\n"),
    (3, "- {text} `{code}`\n- {text}\n- **{few}** {text}\n"),
    (2, "```sh\n$ {code} | sort | uniq\n```\n"),
    (1, "> {sentence} **{few}**\n"),
)

WORDS = (
    "anchor apple atlas autumn bamboo barley basin bay beacon birch bloom boat bridge brook candle "
    "canyon cedar chalk channel chart clay cliff cloud coast comet copper coral cotton crater "
    "creek current delta desert dew dune dust dusk east echo elm ember estuary falcon fern ferry "
    "field fjord flint flood foam fog forest frost garden geyser glacier grain granite grove gulf "
    "gust harbour harvest hazel heath hill horizon island ivory jasmine juniper kelp lagoon lake "
    "lantern lava leaf ledge lichen lighthouse lime linen maple marble marsh meadow mist moon moss "
    "mountain north oak oasis ocean olive orbit orchard otter palm path peak pebble pine plain "
    "planet pollen pond poplar quarry quartz rain rapids raven reed reef ridge river root salt "
    "sand shore silk slate snow south spring spruce star stone storm straw stream summer swamp "
    "thaw thistle thunder tide timber tundra valley vapour vine volcano walnut wave west wheat "
    "willow wind winter wool"
).split()
FOREIGN = "Übergröße crème jalapeño северный река 東京 毎日 ελιά smörgås łódź 25°C ½→¼".split()
CODE = (
    "cp -r notes/ backup/", "git log --oneline", "total -= 1", "SELECT name FROM rivers",
    "dry || wet", "list[tuple[str, int]]", "<span>", "O(log n)", 'echo "tide\\t7"',
    "low_water_mark", "*args", "depth->next", "x & ~mask",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Page:
    """A page's path below the notes' folder, its Markdown, and its rows: clue and answer."""

    path: str
    text: str
    rows: tuple[tuple[str, str], ...]


class _Author(dict[str, str]):
    """What stands in the braces of a shape, made up anew each time that it is asked for."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)

    def __missing__(self, name: str) -> str:
        match name:
            case "text":
                return self.words(4, 9)
            case "few":
                return self.words(1, 3)
            case "one":
                return self.words(1, 1)
            case "sentence":
                return self.words(9, 15).capitalize() + "."
            case "number":
                return str(self.random.randint(2, 99))
            case "code":
                # A pipe within a cell is escaped, in code too; outside of tables it does no harm.
                return self.random.choice(CODE).replace("|", "\\|")
            case "foreign":
                return self.random.choice(FOREIGN)
        raise KeyError(name)

    def words(self, least: int, most: int) -> str:
        return " ".join(self.random.choices(WORDS, k=self.random.randint(least, most)))

    def one_of(self, shapes: tuple[tuple[int, str], ...]) -> str:
        weights = [weight for weight, _ in shapes]
        [(_, shape)] = self.random.choices(shapes, weights)
        return shape.format_map(self)

    def prose(self) -> str:
        return "\n".join(self.one_of(PROSE) for _ in range(self.random.randint(1, 2)))


def pages(rows: int, seed: int = 1, decks: int = 0, one_table: bool = False) -> Iterator[Page]:
    """Pages with ``rows`` rows in all, no clue twice; the same ones for the same arguments.

    200 pages are one package; with ``decks`` all pages are one package, dealt out to that many
    sub-folders. With ``one_table`` there is one page with one table.
    """
    author = _Author(seed)
    written = 0
    for number in count():
        if written == rows:
            return
        text = [f"# {author.words(2, 4).title()} {number}\n", author.prose()]
        found: list[tuple[str, str]] = []
        for _ in range(1 if one_table else TABLES_A_PAGE):
            left = rows - written - len(found)
            size = left if one_table else min(left, author.random.randint(4, 6))
            if not size:
                break
            # The number keeps clues apart, as real ones are.
            first = written + len(found) + 1
            table = [
                (f"{author.one_of(CELLS)} {serial}", author.one_of(CELLS))
                for serial in range(first, first + size)
            ]
            found += table
            marks = "###" if author.random.random() < 0.3 else "##"
            body = "".join(f"| {clue} | {answer} |\n" for clue, answer in table)
            text += [f"{marks} {author.words(1, 4).title()}\n", author.prose(), HEADER + body]
        written += len(found)
        folder = f"package{number // PAGES_A_PACKAGE:03}"
        if decks:
            folder = f"package/deck{number % decks:05}"
        yield Page(f"{folder}/page{number:06}.md", "\n".join(text), tuple(found))


def write_corpus(folder: Path, made: Iterator[Page], one_file: bool = False) -> None:
    """Write the pages below ``folder``, or all of them into its one file ``all.md``."""
    folder.mkdir(parents=True, exist_ok=True)
    if one_file:
        with (folder / "all.md").open("w", encoding="utf-8", newline="\n") as file:
            file.writelines(f"{page.text}\n" for page in made)
        return
    for page in made:
        path = folder / page.path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(page.text, encoding="utf-8", newline="\n")


def main(arguments: list[str] | None = None) -> None:
    """Write a corpus as the command line says."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.corpus", description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("rows", type=int)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--decks", type=int, default=0, help="one package, N sub-folders")
    parser.add_argument("--one-file", action="store_true", help="all pages in one file")
    parser.add_argument("--one-table", action="store_true", help="one file with one table")
    given = parser.parse_args(arguments)
    made = pages(given.rows, given.seed, given.decks, given.one_table)
    write_corpus(given.folder, made, given.one_file or given.one_table)


if __name__ == "__main__":
    main()
