"""Questions with lettered options, written in random ways: the right option or none, never another.

What single pages come to is in `cases/lettered.md`.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from unittest.mock import patch

import pytest
from build_notes import build_in, codes
from hypothesis import example, given, settings
from hypothesis import strategies as st

from generator.core.lazy_regex import lazy_regex
from generator.core.model import Cell, Quiz, Source
from generator.forms.lettered import entries, joined, lines, options, sign, titles, words
from generator.forms.lettered.sections import Section, relation
from generator.forms.lettered.words import names_letters, question_number, statement
from generator.forms.walk import read_page
from generator.sources.block_tree import Node

WORDS = st.lists(
    st.sampled_from(
        "a an the A B C I is not and water Water stone 1. (b) D. e.g. `x` **q**".split()
    ),
    min_size=1,
    max_size=5,
).map(" ".join)
OPTIONS = st.lists(WORDS.map("rock {}".format), min_size=2, max_size=5, unique=True)
MARKS = st.sampled_from(
    [
        "{}. {}",
        "{}) {}",
        "({}) {}",
        "- {}) {}",
        "- {}. {}",
        "**{}.** {}",
        "- **{})** {}",
        "- [ ] {}) {}",
    ]
)
NUMBERS = st.sampled_from(
    ["{}. ", "Q{}. ", "### Q{}. ", "### Question {}\n\n", "**{}.** ", "**Q{}:** "]
)
ANSWERS = st.sampled_from(
    [
        "Answer: {}",
        "**Answer: {}**",
        "**Correct Answer:** {}",
        "Richtige Antwort: {}",
        "答案：{}",
        "> [!success]- Answer\n> **{}**",
        "<details>\n<summary>Answer</summary>\n\n**Correct: {}**\n\n{why}\n\n</details>",
        "<details><summary>Show</summary>Answer: {}<br>{why}</details>",
        "#### Answer: {}\n\n{why}",
    ]
)


@st.composite
def pages(draw: st.DrawFn) -> tuple[str, list[str]]:
    """A page, and the right option of each of its questions."""
    number, mark = draw(NUMBERS), draw(MARKS)
    in_key = draw(st.booleans())
    blocks, key, right = [], [], []
    for place in range(1, draw(st.integers(1, 4)) + 1):
        options = draw(OPTIONS)
        chosen = draw(st.integers(0, len(options) - 1))
        letter = "ABCDE"[chosen]
        lines = [mark.format("ABCDE"[n], text) for n, text in enumerate(options)]
        asks = f"{number.format(place)}Which of them is {draw(WORDS)}?"
        gap = "\n\n" if mark.startswith("-") else draw(st.sampled_from(["\n", "\n\n"]))
        blocks.append(f"{asks}{gap}" + "\n".join(lines))
        why = draw(WORDS)
        if in_key:
            key.append(f"{place}. {letter} — {why}")
        else:
            blocks.append(draw(ANSWERS).format(letter, why=why))
        if draw(st.booleans()):
            blocks.append("---")
        right.append(options[chosen])
    if in_key:
        blocks += ["## Answer key", "\n".join(key)]
    return "\n\n".join(blocks) + "\n", right


def quizzes(text: str) -> list[Quiz]:
    page, _ = read_page(Source("p.md", text))
    return [block for block in page.blocks if isinstance(block, Quiz)]


@settings(deadline=None, max_examples=400)
@given(pages())
@example(("1. Which is a?\n\n- A) rock\n- B) iron\n\n#### Answer: A\n\n1. B\n", ["rock"]))
def test_the_right_option_is_found_or_none(made: tuple[str, list[str]]) -> None:
    text, right = made
    found = quizzes(text)
    assert len(found) == len(right)
    for quiz, option in zip(found, right, strict=True):
        chosen = [each.text.text for each in quiz.options if each.is_right]
        assert chosen == [option] or (not chosen and quiz.is_held)


@settings(deadline=None, max_examples=400)
@given(
    st.lists(
        st.one_of(
            WORDS,
            MARKS,
            ANSWERS,
            NUMBERS,
            st.sampled_from(
                [
                    "",
                    "---",
                    "# T",
                    "<details>",
                    "</details>",
                    "> x",
                    "A. a",
                    "B. b",
                    "C. c",
                    "Which?",
                    "1. B",
                    "- x",
                ]
            ),
        ),
        max_size=14,
    ).map("\n".join)
)
@example("A. a\nB. b\n<details>\n<summary>\nAnswer: B")
@example("Wählen Sie DREİ?\nA. a\nB. b\nC. c\nAnswer: B")
@example("Which?\nA. a\nB. b\n\nAnswers\n\n1. " + "9" * 5000)
@example("Which?\nA. a\nB. b\n\n# " + "9" * 5000)
@example("Which?\nA. a\nB. b\nAnswer: " + "B, " * 50)
def test_any_page_is_read(text: str) -> None:
    for quiz in quizzes(text):
        assert len(quiz.options) > 1
        assert not (quiz.is_held and any(option.is_right for option in quiz.options))


PIECES = st.sampled_from(
    [*"ABCDEQabcdq12❌✅←([)].:：,;|-–*_\\ ٣，、", "✓", "\n", "<br>", "<-", " is right",
     "Answer", "Ans ", "答案", "correct", "wrong", "(correct)", "most voted", "Q", "Question 5",
     "12", "rock", "\u3000", "\t", "\x1c", "?",
     ";", "α;", "<b>", "`", "\ufe0f", "_"]
)  # fmt: skip


@settings(deadline=None, max_examples=1500)
@given(st.lists(PIECES, max_size=9).map("".join))
@example("1-B, 2-C,")
@example("(1) B | 2 C |")
@example("1-5 BBADC")
@example("1-3, 2-1")
@example("A) is right")
@example("A. rock (correct)")
@example("A. rock <- this one")
@example("A. rock  B. stone  C. sand")
def test_what_is_left_out_would_find_nothing(text: str) -> None:
    node = Node("paragraph", 1, 1, text)
    line = lines.TextLine("text", text, node, Cell(text, 1, 1))
    found = (
        entries._pairs_in_line(text),
        options.numbers_answered(line),
        words._beginning.__wrapped__(text),
        words.marked_option(text),
        lines.without_last_break(text),
        words.options_in_row(text),
    )
    with (
        patch.object(entries, "may_be_pairs", return_value=True),
        patch.object(options, "may_be_pairs", return_value=True),
        patch.object(words, "_is_lettered", return_value=False),
        patch.object(words, "_OF_SIGN", lazy_regex("")),
        patch.object(words, "_may_be_row", return_value=True),
        patch.object(words, "_may_be_voted", return_value=True),
    ):
        asks = re.search("[?？؟\u037e]|(?<=[\u0370-\u03ff\u1f00-\u1fff]);", text)
        assert (words.ASKS.search(text) is None) == (asks is None)
        assert words.MARKUP.sub("", text) == re.sub(r"[*_`]+|<[^<>]*>|[\u200b\ufe0f]", "", text)
        assert found == (
            entries._pairs_in_line(text),
            options.numbers_answered(line),
            words._beginning.__wrapped__(text),
            words.marked_option(text),
            re.sub(r"(?i)\s*(?:(?:\\|<br[ ]?/?>)\s*)+\Z", "", text),
            words.options_in_row(text),
        )


@pytest.mark.parametrize(
    ("line", "letters", "rest"),
    [
        ("Answer: B", (1,), ""),
        ("**Answer: B.** because", (1,), "because"),
        ("Answer: B and D", (1, 3), ""),
        ("**Correct: B, D** both", (1, 3), "both"),
        ("Correct Answer: DE", (3, 4), ""),
        ("Answer: (c) – it is", (2,), "it is"),
        ("The correct answer is B", (1,), ""),
        ("The answer is option C.", (2,), ""),
        ("Respuesta correcta: B) 7", (1,), "7"),
        ("正解：A・D", (0, 3), ""),
        ("정답: B", (1,), ""),
        ("**Bonne réponse : b.** Un", (1,), "Un"),
        ("Answer: A stone", (), "A stone"),
        ("Answer: Paris", (), "Paris"),
        ("Answer: CAB", (), "CAB"),
        ("Answer: B+", (), "B+"),
        ("Answer: A or B", (), "A or B"),
    ],
)
def test_what_a_line_says(line: str, letters: tuple[int, ...], rest: str) -> None:
    said = statement(line, "ABCDEFGHIJ", 5, in_answer=False)
    assert said is not None
    assert (said.letters, said.rest) == (letters, rest)


@pytest.mark.parametrize(
    "line",
    ["Answers vary", "Wrong answer: B", "Your answer: B", "B", "Not B", "Incorrect: B", "Ant: B"],
)
def test_what_says_nothing_about_options(line: str) -> None:
    assert statement(line, "ABCDEFGHIJ", 5, in_answer=False) is None


@pytest.mark.parametrize(
    ("line", "number"),
    [
        ("1. What?", 1),
        ("Q12. What?", 12),
        ("**Question 5:** What?", 5),
        ("Frage 3) Was?", 3),
        ("第7题 什么", 7),
        ("問8 何か", 8),
        ("84 (Scenario). What?", 84),
        ("3.5 litres", None),
        ("5 apples", None),
        ("2 – 1 is what?", None),
        ("2 – Which one?", 2),
        ("1984: who wrote it?", None),
        ("1984. Which one?", 1984),
        ("Version 2: what?", None),
    ],
)
def test_the_number_of_a_question(line: str, number: int | None) -> None:
    found = question_number(line)
    assert (found.number if found else None) == number


RIGHT_TITLES = """
    Answers|Answer Key|Rock answers|Check your answers|Answers to your questions|Quiz 2 answers
    |Teacher's answers|Answers and explanations|Lösungen zu Kapitel 4|Réponses|Ответы к тесту
    |Показать ответ|Klucz odpowiedzi|Visa svar|Quiz 3 – svar|Näytä vastaus|Lihat jawaban|Xem đáp án
    |Doğru cevap|参考答案|点击查看答案|第一章答案|問1の答え|クイズの解答|정답 보기|الإجابات الصحيحة
"""
OWN_TITLES = """
    My answers|Your answer|Anna's answers|Answers (mine)|The answers I gave|Die eigenen Antworten
    |As minhas respostas|Le mie risposte|Tes réponses|Mina svar|Annas svar|Omat vastaukset
    |Mé odpověď|Jans odpowiedzi|Jawaban saya|Đáp án của tôi|Benim cevaplar|小明的答案|自分の解答
    |나의 정답|إجاباتي
"""


@pytest.mark.parametrize("title", [*map(str.strip, RIGHT_TITLES.split("|"))])
def test_titles_of_right_answers(title: str) -> None:
    assert titles.is_answer_title(title)


@pytest.mark.parametrize("title", [*map(str.strip, OWN_TITLES.split("|"))])
def test_titles_of_answers_that_may_be_wrong(title: str) -> None:
    assert not titles.is_answer_title(title)


@pytest.mark.parametrize(
    ("text", "are_named"),
    [
        ("B is wrong", True),
        ("A is wrong", True),
        ("(C) and others", True),
        ("A/C/D are no stones", True),
        ("A stone", False),
        ("vitamin", False),
        ("It's plan-B", False),
    ],
)
def test_whether_a_text_names_letters(text: str, are_named: bool) -> None:
    assert names_letters(text, 4) is are_named


def work(text: str) -> int:
    """How many lines are looked at for a letter, an answer or a name while a page is read."""
    with (
        patch.object(options, "statement", wraps=statement) as below,
        patch.object(entries, "statement", wraps=statement) as in_keys,
        patch.object(options, "option_mark", wraps=words.option_mark) as marks,
        patch.object(joined, "relation", wraps=relation) as names,
    ):
        read_page(Source("p.md", text))
    return sum(mock.call_count for mock in (below, in_keys, marks, names))


HOSTILE: dict[str, Callable[[int], str]] = {
    "options": lambda n: "Which?\n" + "".join(f"{'ABCDEFGHIJ'[i % 10]}. {i}\n" for i in range(n)),
    "questions": lambda n: "".join(f"{i}. Which?\nA. a\nB. b\nAnswer: B\n" for i in range(n)),
    "a list": lambda n: "".join(f"- {i}. Which?\n- A) a\n- B) b\n- Answer: B\n" for i in range(n)),
    "folds": lambda n: "Which?\n\nA. a\nB. b\n\n" + "<details><summary>Answer</summary>\n\n" * n,
    "keys": lambda n: "Which?\n\nA. a\nB. b\n\n" + "## Answers\n\n1. B\n\n" * n,
    "numbers": lambda n: "Which?\n\nA. a\nB. b\n\n## Answers\n\n" + "1.B " * n,
    "names": lambda n: (
        "".join(f"## Quiz {i}\n\n1. Which?\nA. a\nB. b\n\n" for i in range(n))
        + "".join(f"## Answers: Quiz {i}\n\n1. B\n\n" for i in range(n))
    ),
    "numbered": lambda n: "Which?\n\n" + "1. a\n   1. b\n   2. c\n\n   Answer: 2\n\n" * n,
    "groups": lambda n: (
        "".join(f"## Rock {i}\n\n1. Which?\nA. a\nB. b\n\n" for i in range(n))
        + "## Answers\n\n"
        + "".join(f"**Rock {i}**\n\n1. B\n\n" for i in range(n))
    ),
    "labels": lambda n: "1. Which?\nA. a\nB. b\n\n## Answers\n\n" + "Rock:\n\n1. B\n\n" * n,
    "open folds": lambda n: (
        "1. Which?\nA. a\nB. b\n\n## Answers\n\n" + "<details><summary>Rock</summary>\n\n" * n
    ),
    "containers": lambda n: ":::details Answer\n" * n + "Which?\n\nA. a\nB. b\n\n" + ":::\n" * n,
    "statements": lambda n: "Which?\n\n" + "1. a\n" * n + "\nA. 1 only\nB. both\n\nAnswer: B\n",
    "no options": lambda n: "Which?\n\nAnswer: B\n\n" * n,
    "no question": lambda n: "---\n\nA. a\n\nB. b\n\n" * n,
}


@pytest.mark.parametrize(
    ("name", "headings", "said"),
    [
        ("Answers: Quiz 2", ("Rocks", "Quiz 2"), "OWN"),
        ("Answers: Quiz 2", ("Rocks", "Quiz 1"), "OTHER"),
        ("Answers: Quiz 2", ("Rocks", "Quiz 02 – lava"), "OWN"),
        ("Answers: Quiz 2", ("Quiz 2", "Part 1"), "OWN"),
        ("Answers 2", ("Rocks", "Test 2"), "OWN"),
        ("Answers, part II", ("Rocks", "Part 2"), "OWN"),
        ("Answers, set B", ("Rocks", "Set A"), "OTHER"),
        ("Week 3 solutions", ("Week 3", "Quiz"), "OWN"),
        ("Week 3 solutions", ("Week 3", "Quiz 1"), "OWN"),
        ("Chapter 2, quiz 1: answers", ("Chapter 3", "Quiz 1"), "OTHER"),
        ("Lösungen zu Kapitel 4", ("Buch", "Kapitel 4"), "OWN"),
        ("Lösungen zu Kapitel 4", ("Buch", "Kapitel 5"), "OTHER"),
        ("Answers", ("Rocks", "Quiz 1"), "UNNAMED"),
        ("Answers and explanations", ("Rocks", "Quiz 1"), "UNNAMED"),
        ("Answers to all questions above", ("Rocks", "Lava"), "UNNAMED"),
        ("Answer key for the rock quiz", ("Page", "Rocks"), "OWN"),
        ("Volcano answers", ("Page", "Rivers"), "OTHER"),
        ("Volcano answers", ("Volcanoes", "Questions"), "UNNAMED"),
        ("Answers", (), "UNNAMED"),
    ],
)
def test_whether_a_key_names_the_quiz(name: str, headings: tuple[str, ...], said: str) -> None:
    section = Section(headings, tuple(range(len(headings))), has_title=True)
    assert relation(name, section).name == said


@pytest.mark.parametrize("name", HOSTILE)
def test_the_work_is_in_proportion_to_the_page(name: str) -> None:
    few, many = work(HOSTILE[name](100)), work(HOSTILE[name](400))
    assert few
    assert many <= 4.2 * few + 100


def test_no_pattern_takes_long_on_blanks_and_marks() -> None:
    """A pattern that backtracks would not come back from these."""
    for filler in (" ", "*", "<", "(", "\t", "✅ ", "1.", "B, ", "A. "):
        text = filler * 20_000
        for line in (f"Answer:{text}B", f"A. x{text}x", f"1{text}x", text, f"B{text}"):
            statement(line, "ABCDEFGHIJ", 4, in_answer=True)
            question_number(line)
            words.marked_option(line)
            words.option_mark(line)
            titles.is_answer_title(line)
            lines.without_last_break(line)


def test_a_picture_on_the_web_that_explains_holds_no_question(tmp_path: Path) -> None:
    picture = '<img src="https://example.org/pumice.png" width="200">'
    text = f"Which rock floats?\n\nA. granite\nB. pumice\n\nAnswer: B\n\n{picture}\n"
    outcome = build_in(tmp_path, {"a.md": text})
    assert codes(outcome) == ["BD323"]
    assert (tmp_path / "decks" / "a.apkg").exists()


# What options are written with, and what may stand around them.
_OF_OPTIONS = st.sampled_from(
    [
        *("A", "B", "b", "x", "Б", "ア", "イ", "①", "②", "가", "나", "1. ", "word"),
        *(")", ".", ":", "—", "：", "\\", "ـ", "_", "**", "==", "(", "[x] ", "☑", "\ufe0f"),
        *("\n", "\n", " ", " ", "\t", "\u3000", "- ", "> ", "<br>", "<br/>"),
    ]
)


@settings(deadline=None, max_examples=1500)
@given(st.lists(_OF_OPTIONS, max_size=12).map("".join))
@example("A) one (B) two")
def test_where_there_are_options_the_second_letter_stands_alone(text: str) -> None:
    if sign._OPTIONS.search(f"\n{text}"):
        assert sign._has_second_letter(f"\n{text}")


@pytest.mark.parametrize(
    ("options", "answer", "letters"),
    [
        ("A. one\nB. two\n", "Answer: D", "A and B"),
        ("A. one\nB. two\nC. three\n", "Answer: E", "A to C"),
        ("a) one\nb) two\nc) three\n", "Answer: x", "a to c"),
        ("А. раз\nБ. два\nВ. три\n", "Ответ: Д", "А to В"),
    ],
)
def test_what_to_write_in_place_of_an_unclear_answer_is_read(
    options: str, answer: str, letters: str
) -> None:
    page = f"What is it?\n\n{options}\n"
    (found,) = read_page(Source("a.md", f"{page}{answer}\n"))[1]
    assert f"which of the options {letters} is right" in found.message
    one, several = re.findall(r"'(Answer: [^']+)'", found.help)
    for line, count in ((one, 1), (several, 2)):
        mended, faults = read_page(Source("a.md", f"{page}{line}\n"))
        (quiz,) = mended.blocks
        assert isinstance(quiz, Quiz)
        assert (faults, sum(option.is_right for option in quiz.options)) == ([], count)


@pytest.mark.parametrize(("wanted", "word"), [(2, "two"), (3, "three")])
def test_an_answer_with_another_number_of_options_is_told_how_many_to_write(
    wanted: int, word: str
) -> None:
    page = f"Choose {word} options that split.\n\na) one\nb) two\nc) three\nd) four\n\n"
    (found,) = read_page(Source("a.md", f"{page}Answer: a\n"))[1]
    assert found.message == f"the question asks for {wanted} options, this answer names 1"
    (line,) = re.findall(r"'(Answer: [^']+)'", found.help)
    mended, faults = read_page(Source("a.md", f"{page}{line}\n"))
    (quiz,) = mended.blocks
    assert isinstance(quiz, Quiz)
    assert (faults, sum(option.is_right for option in quiz.options)) == ([], wanted)


def test_an_answer_whose_text_is_that_of_another_letter_disagrees_with_its_letter() -> None:
    page = "What is it?\n\nA. one\nB. two\n\nAnswer: A. two\n"
    (found,) = read_page(Source("a.md", page))[1]
    assert found.message == "this says another option is right than its letter does"
