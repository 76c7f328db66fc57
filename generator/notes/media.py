"""Finds the pictures and sounds that a page's cells name; it reads none of them."""

from __future__ import annotations

from collections.abc import Sequence

from generator.diagnostics import NOT_A_PICTURE, Diagnostic
from generator.model import Block, Cell, MediaReference, Page, Position, Prose, Quiz, Table
from generator.notes.cells import marks_in
from generator.notes.inline import media_targets, nearly_pictures
from generator.notes.kinds import lay_out
from generator.settings import TableRule


def find_media(
    page: Page, rules: Sequence[TableRule] = ()
) -> tuple[list[MediaReference], list[Diagnostic]]:
    """What the cells of all that makes notes name, in the order of the page.

    ``rules`` are the folder's, which say what its tables are.
    """
    references = []
    diagnostics = []
    for block in page.blocks:
        for cell in _cells_with_media(page, block, rules):
            where = Position(page.path, cell.line, cell.column)
            for target in media_targets(cell.text, page.references):
                references.append(MediaReference(target, where))
            for text, example in nearly_pictures(cell.text, page.references):
                diagnostics.append(NOT_A_PICTURE.at(where, text=text, example=example))
    return references, diagnostics


def _cells_with_media(page: Page, block: Block, rules: Sequence[TableRule]) -> list[Cell]:
    if isinstance(block, Quiz):
        options = (cell for option in block.options for cell in (option.text, *option.below))
        cells = [block.question, *options, *block.explanation]
    elif isinstance(block, Prose):
        is_skipped = any(word.text == "skip" for word in block.directives)
        cells = [] if is_skipped else [cell for cell in block.passages if marks_in(page, cell)]
    else:
        cells = [cell for row in block.rows for cell in row.cells]
    found = [cell for cell in cells if "![" in cell.text]
    is_skipped_table = isinstance(block, Table) and found and lay_out(block, rules).kind is None
    return [] if is_skipped_table else found
