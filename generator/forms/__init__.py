"""The forms: how what makes notes is written down. A new one is a file here and a line below.

Where several could take the same block of a page, the first one does.
"""

from __future__ import annotations

from typing import Any

from generator.forms.cloze import CLOZE
from generator.forms.definitions import DEFINITIONS
from generator.forms.form import FormRule
from generator.forms.order import ORDER
from generator.forms.question import QUESTION
from generator.forms.quiz import QUIZ
from generator.forms.table import TABLE

FORMS: tuple[FormRule[Any], ...] = (
    TABLE,
    QUIZ,
    ORDER,
    DEFINITIONS,
    QUESTION,
    CLOZE,
)
