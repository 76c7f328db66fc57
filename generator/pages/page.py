"""Reads one page: settings obeyed, pictures looked up, cells rendered; a function of its input.

It depends on nothing but the page's text, the settings of its folder and the files that it names:
not on other pages, not on the ledger, nor on how the notes in use of a table were read.
"""

from __future__ import annotations

from collections.abc import Sequence, Set
from dataclasses import replace
from typing import NamedTuple

from generator.core.diagnostics import NOT_A_PICTURE, REMOTE_BESIDE_TEXT, Diagnostic, excerpt
from generator.core.model import (
    Block,
    Cell,
    Media,
    MediaReference,
    Page,
    Position,
    Prose,
    Quiz,
    Source,
    Table,
    page_name,
)
from generator.forms import FORMS
from generator.forms.comment_words import SKIP, unknown_words, unused_words
from generator.forms.walk import open_page, read_blocks
from generator.markup.inline import (
    linked_sounds,
    may_name_files,
    media_targets,
    nearly_pictures,
    plain_heading,
    read_cell,
)
from generator.notes.choose_reading import lay_out
from generator.notes.page_notes import BlockNotes, PageNotes
from generator.notes.surroundings import Frame, PageFrame
from generator.settings.values import Settings, check_codes, read_front_matter, tag_of
from generator.sources.media import MediaFolder, is_remote
from generator.sources.properties import tags_in


def page_notes(source: Source, folder: Settings, media: MediaFolder) -> PageNotes:
    """The page, with ``folder`` its folder's settings; ``media`` knows the files beside it."""
    page, settings, found, named, references, faults = _read(source, folder, media)
    told = [*found, *check_codes(dict.fromkeys((s.code, s.position) for s in page.suppressions))]
    files = {each.target: page.media.get(each.target) for each in references}
    around = PageFrame(page.path, _title(page, settings), settings)
    blocks = []
    prose = page.rest.prose
    for block, (own, near, _) in zip(page.blocks, named, strict=True):
        frame = Frame(around, tuple(plain_heading(text, page.references) for text in block.section))
        notes = _laid_out(_read_block(page, block, frame), settings)
        prose += notes.paragraphs
        if own or near:
            skipped = _skipped(page.path, block, notes)
            near, own_faults = (
                [each for each in found if each.position not in skipped] for found in (near, faults)
            )
            notes = _with_media(notes, own, near, files, own_faults)
        blocks.append(notes)
    return PageNotes(
        page.path,
        around.title,
        settings,
        tuple(blocks),
        page.rest._replace(prose=prose),
        page.suppressions,
        tuple(told),
        references,
        files,
        tuple(faults),
    )


class _ReadPage(NamedTuple):
    """A page with the files that its cells name, and by block what `_named` says."""

    page: Page
    settings: Settings
    found: list[Diagnostic]
    named: list[tuple[list[MediaReference], list[Diagnostic], list[str]]]
    references: tuple[MediaReference, ...]
    faults: list[Diagnostic]


def _read(source: Source, folder: Settings, media: MediaFolder) -> _ReadPage:
    opened = open_page(source)
    settings, found = read_front_matter(opened.front_matter, opened.path, folder)
    page, told = read_blocks(opened, settings)
    told += found
    if settings.page_tags:
        more = tuple(tag_of(tag) for tag in tags_in(source.text))
        settings = replace(settings, tags=(*settings.tags, *more))
    if settings.cloze == "off":
        page = _without_gaps(page)
    named = [_named(page, block) for block in page.blocks]
    references = tuple(reference for own, _, _ in named for reference in own)
    remote = dict.fromkeys(target for _, _, targets in named for target in targets)
    files, faults = media.look_up(references)
    page = page._replace(media=remote | files, is_coloured=bool(settings.code))
    return _ReadPage(page, settings, told, named, references, faults)


def page_with_cells(source: Source, folder: Settings, media: MediaFolder) -> Page:
    """The page's blocks with their cells and the files that they name, for `render_cells`."""
    return _read(source, folder, media).page


def _without_gaps(page: Page) -> Page:
    """The page with its marked text as ordinary paragraphs."""
    passages = [len(block.passages) for block in page.blocks if isinstance(block, Prose)]
    blocks = tuple(block for block in page.blocks if not isinstance(block, Prose))
    rest = page.rest._replace(prose=page.rest.prose + sum(passages))
    return page._replace(blocks=blocks, rest=rest)


def is_still(page: PageNotes, media: MediaFolder) -> bool:
    """Whether the files that a page names are what they were when it was read."""
    if not page.references:
        return True
    files, faults = media.look_up(page.references)
    return files == page.files and tuple(faults) == page.faults


def _title(page: Page, settings: Settings) -> str:
    title = plain_heading(page.title, page.references) if page.title else ""
    name = page_name(page.path).rpartition("/")[2]
    return settings.title or title or name.replace("-", " ")


def _read_block(page: Page, block: Block, frame: Frame) -> BlockNotes:
    """What a block comes to, and what its comment says in vain."""
    rule = _RULES[block.form]
    notes = rule.read(page, block, frame)
    words = block.directives
    if not words:
        return notes
    found = unknown_words(words, page.path)
    if rule.kind and notes.report and all(word.text != SKIP for word in words):
        found += unused_words(words, block.form, rule.kind, page.path)
    return notes._replace(diagnostics=(*found, *notes.diagnostics))


_RULES = {rule.form: rule for rule in FORMS}


def _laid_out(notes: BlockNotes, settings: Settings) -> BlockNotes:
    """The block with the layouts of its tables."""
    if not notes.tables or notes.report is None:
        return notes
    rows = notes.report.rows
    tables = [table._replace(layout=lay_out(table, rows, settings)) for table in notes.tables]
    return notes._replace(tables=tuple(tables))


# --- pictures and sounds ----------------------------------------------------------------------


def _named(page: Page, block: Block) -> tuple[list[MediaReference], list[Diagnostic], list[str]]:
    """What the cells of a block name, what is nearly a picture in them, and pictures on the web
    that have text beside them: of these their own text stands there."""
    references: list[MediaReference] = []
    near: list[Diagnostic] = []
    remote: list[str] = []
    cells = _RULES[block.form].shown_cells(page, block)
    if not may_name_files("\n".join([cell.text for cell in cells])):
        return references, near, remote  # as nearly always
    explaining = _explaining(block)
    for cell in cells:
        if not may_name_files(cell.text):
            continue
        where = Position(page.path, cell.line, cell.column)
        linked = linked_sounds(cell.text, page.references)
        for target in media_targets(cell.text, page.references):
            if is_remote(target) and (cell in explaining or _says_more(page, cell.text)):
                near.append(REMOTE_BESIDE_TEXT.at(where, target=excerpt(target)))
                remote.append(target)
            else:
                references.append(MediaReference(target, where, target in linked))
        for text, example in nearly_pictures(cell.text, page.references):
            near.append(NOT_A_PICTURE.at(where, text=text, example=example))
    return references, near, remote


def _explaining(block: Block) -> Set[Cell]:
    """The cells that a card can do without: what explains a quiz."""
    if not isinstance(block, Quiz):
        return frozenset()
    below = (cell for option in block.options for cell in option.below)
    return {*block.explanation, *below}


def _says_more(page: Page, text: str) -> bool:
    """Whether a cell has anything but pictures on the web."""
    html = read_cell(text, page.references).html.replace("<br>", "").strip()
    return bool(html) or not all(map(is_remote, media_targets(text, page.references)))


def _skipped(path: str, block: Block, notes: BlockNotes) -> set[Position]:
    """Where the cells of rows stand that a comment makes no notes of."""
    if not isinstance(block, Table):
        return set()
    rows = (block.rows[row] for table in notes.tables for row in table.skipped)
    return {Position(path, cell.line, cell.column) for row in rows for cell in row.cells}


def _with_media(
    notes: BlockNotes,
    references: Sequence[MediaReference],
    near: Sequence[Diagnostic],
    files: dict[str, Media | None],
    faults: Sequence[Diagnostic],
) -> BlockNotes:
    places = {reference.position for reference in references}
    shown = ((files.get(each.target), each.position) for each in references)
    return notes._replace(
        media=tuple((file, position) for file, position in shown if file),
        media_faults=(*near, *(fault for fault in faults if fault.position in places)),
    )
