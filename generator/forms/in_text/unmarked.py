"""Questions without a mark that `Answer: …` follows: in their paragraph, or right below it."""

from __future__ import annotations

from collections.abc import Sequence

from generator.core.lazy_regex import lazy_regex
from generator.core.model import Cell
from generator.forms.form import BlockContext
from generator.forms.in_text.answers import answered_paragraph, question_above, says_answer
from generator.forms.in_text.choices import CHOICE, CHOOSES
from generator.forms.in_text.marks import marks_in, without_answer_mark
from generator.sources.block_tree import Lines, Node
from generator.sources.cells import part_of
from generator.sources.lists import LISTS, first_text, joined, text_cell
from generator.sources.questions import without_number
