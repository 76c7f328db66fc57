"""Finds the pictures and sounds that a page's cells name; it reads none of them."""

from __future__ import annotations

from generator.diagnostics import NOT_A_PICTURE, Diagnostic
from generator.model import MediaReference, Page, Position
from generator.notes.inline import media_targets, nearly_pictures
from generator.notes.kinds import lay_out


def find_media(page: Page) -> tuple[list[MediaReference], list[Diagnostic]]:
    """What the cells of the tables that make notes name, in the order of the page."""
    references = []
    diagnostics = []
    for table in page.blocks:
        cells = [cell for row in table.rows for cell in row.cells if "![" in cell.text]
        if not cells or lay_out(table).kind is None:
            continue
        for cell in cells:
            where = Position(page.path, cell.line, cell.column)
            for target in media_targets(cell.text, page.references):
                references.append(MediaReference(target, where))
            for text, example in nearly_pictures(cell.text, page.references):
                diagnostics.append(NOT_A_PICTURE.at(where, text=text, example=example))
    return references, diagnostics
