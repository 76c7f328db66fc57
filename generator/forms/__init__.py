"""The forms: how what makes notes is written down. A new one is a file here, a line below and a
member of `model.Form`.

Where several could take the same block of a page, the first one does.
"""

from __future__ import annotations

from typing import Any

from generator.forms.cloze import CLOZE
from generator.forms.definitions import DEFINITIONS
from generator.forms.form import FormRule
from generator.forms.order import ORDER
from generator.forms.question_answer import QUESTION
from generator.forms.quiz import QUIZ
from generator.forms.table import TABLE

FORMS: tuple[FormRule[Any], ...] = (
    TABLE,  # | Term | Meaning | and its rows; also what a person clearly meant as a table
    QUIZ,  # a question above boxes, - [x] right, - [ ] wrong, or above A) to J) (`lettered/`)
    ORDER,  # a numbered list with <!-- cards: order -->: what comes next?
    DEFINITIONS,  # terms and their meanings: a definition list, - term: meaning, - **term** – …
    QUESTION,  # Q: … and A: … in text or in a list; headings, callouts and folds that ask
    CLOZE,  # ==marked== text in paragraphs and lists: fill the gap (`Form.PASSAGE`)
)
