"""Quiz options: which wrong answers are fair, and how few cards a new row changes."""

from __future__ import annotations

import random
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction
from hashlib import blake2b

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from made_notes import MadeNote, made, made_of

from generator.core.model import Quiz, Source
from generator.core.note_fields import ClueFields
from generator.forms.walk import read_page
from generator.notes import options as options_module
from generator.notes.kept_options import changed_places
from generator.notes.plain_numbers import plain_stems, with_plain_numbers
from generator.notes.words import word_stems
from generator.notes.wrong_options import (
    Answer,
    PackedAnswer,
    Ring,
    RingPart,
    Span,
    choose_distractors,
    shuffled,
)
from generator.settings.values import Settings

LOOKED_AT = 24  # answers of a ring, for one card


def answers(*texts: str) -> list[Answer]:
    return [Answer(text, f"<b>{text}</b>") for text in texts]


def on_card(clue: str, right: Sequence[Answer], rings: Sequence[Ring]) -> list[Answer]:
    """The wrong options on a card that nobody has yet."""
    return choose_distractors(clue, right, rings).on_card()


def chosen(clue: str, right: str, *rings: Sequence[str]) -> list[str]:
    """The wrong options beside the one right answer, each ring given by its texts."""
    found = on_card(clue, answers(right), [Ring(answers(*ring)) for ring in rings])
    return [answer.text for answer in found]


def are_fair(options: Sequence[Answer]) -> bool:
    """Whether none of them says all that another says."""
    return not any(
        one is not other and one.words <= other.words for one in options for other in options
    )


# --- which are chosen -------------------------------------------------------------------------


def test_three_wrong_options_are_chosen_where_there_are_three() -> None:
    pool = ["batch", "stream", "real-time", "pandas", "spark"]
    found = chosen("a timer", "batch", pool)
    assert len(set(found)) == 3
    assert set(found) < set(pool) - {"batch"}


def test_two_wrong_options_will_do_and_one_will_not() -> None:
    assert sorted(chosen("a timer", "batch", ["batch", "stream", "cron"])) == ["cron", "stream"]
    assert chosen("a timer", "batch", ["batch", "stream"]) == []
    assert chosen("a timer", "batch", ["batch"]) == []


@pytest.mark.parametrize(
    "unfair",
    [
        "batch inference",
        "Batch inference.",
        "“batch  inference”",
        "the batch inferences",
        "batch",
        "inference",
        "batch inference in pandas",
        "inference by batch",
        "",
    ],
)
def test_what_is_right_too_or_told_by_its_form_is_no_wrong_option(unfair: str) -> None:
    found = chosen("a timer", "batch inference", [unfair, "stream", "real-time"])
    assert sorted(found) == ["real-time", "stream"]


@pytest.mark.parametrize(
    ("right", "unfair", "fair"),
    [
        ("0.5", ("50 %", "1/2", "½", "0,5", "50%", "50 percent"), ("0.05", "5", "6 %")),
        ("four", ("4", "vier", "four"), ("five", "14", "40")),
        ("4 bits", ("four bits", "4"), ("8 bits", "4 bytes")),
        ("1 km", ("1,000 m", "1000 m", "1 km"), ("10 m", "1 mm")),
        ("90 min", ("1.5 h", "5400 s", "5,400 s"), ("9 min", "15 h")),
        ("two of three", ("2 of 3",), ("two of four", "3 of 5")),
        ("8080", ("8,080", "port 8080"), ("80", "808")),
        ("90 minutes", ("1.5 hours", "90 min", "1½ h"), ("15 minutes", "36 hours", "9 minutes")),
        ("500 ml", ("0.5 l", "½ L"), ("5 ml", "50 l")),
        ("10 000", ("10,000", "10000"), ("1000", "10")),
        ("100 mcg", ("0.1 mg",), ("0.2 g", "100 mg")),
        ("1 kB", ("1000 bytes", "1,000 B"), ("10 kB", "1 MB")),
        ("24 h", ("1 day", "24 hours"), ("2 days", "42 h")),
        ("50 per cent", ("50%", ".5"), ("15 %", "0.05")),
        ("thirteen", ("13",), ("three", "31")),
        ("100 ms", ("0.1 s", "0,1 s"), ("100 s", "0.01 s")),
        ("2024-05-06", ("2024-05-06",), ("2024-05-16", "2024-07-06")),
        ("v1.5", ("V1.5",), ("v1.50", "v3/2")),
    ],
)
def test_one_number_may_be_written_in_several_ways(
    right: str, unfair: Sequence[str], fair: Sequence[str]
) -> None:
    assert sorted(chosen("a timer", right, [*unfair, *fair])) == sorted(fair)


@given(st.fractions(min_value=0, max_value=9999, max_denominator=999))
def test_a_fraction_is_one_word(value: Fraction) -> None:
    plain = with_plain_numbers(f"{value.numerator}/{value.denominator}")
    assert plain == str(value).replace("/", "o")
    assert with_plain_numbers(f"{value.numerator * 100}/{value.denominator} %") == plain


@given(
    st.lists(st.sampled_from([*"four Zwölf sei's six_ ten- dos a 7 ½ é ' b + ' '".split(), " "]))
)
def test_numbers_are_found_by_a_quick_look_as_without_it(parts: list[str]) -> None:
    text = "".join(parts)
    assert with_plain_numbers(text) == with_plain_numbers(f"{text} é").removesuffix(" é")
    assert plain_stems(text) == word_stems(with_plain_numbers(text))


@pytest.mark.parametrize("clue", [f"clue {number}" for number in range(20)])
def test_wrong_options_are_fair_to_each_other(clue: str) -> None:
    pool = ["stream", "a stream", "stream of events", "Streams", "cron", "cron job"]
    found = chosen(clue, "batch", pool)
    assert len(found) == 2
    assert are_fair(answers(*found))


@pytest.mark.parametrize(
    ("clue", "right", "wrong"),
    [
        ("window of features", "feature store", ["a queue", "one model", "two logs"]),
        ("prescribing rule", "as prescribed", ["twice", "never", "at night"]),
        ("policy for keys", "security policies", ["a list", "two roles", "one group"]),
        ("Klappe links", "Herzklappe", ["Milz", "Niere", "Leber"]),
        ("Vorhöfe", "rechter Vorhof", ["Milz", "Niere", "Leber"]),
        ("Funktion der Kammern", "eine Kammer pumpt", ["Milz", "Niere", "Leber"]),
        ("crisis cardíaca", "corazón cardíaco", ["hígado", "bazo", "riñón"]),
        ("les modèles", "un modèle appris", ["la rate", "le foie", "un rein"]),
        ("обучение модели", "выбор моделей", ["печень", "почка", "сердце"]),
        ("دور كتاب", "الكتاب الجديد", ["قلب", "كبد", "رئة"]),
        ("판막 위치", "판막은 심장에", ["간", "폐", "신장은"]),
        ("データ形式", "データベース", ["肝臓", "腎臓", "心臓"]),
        ("section of a road", "an intersection", ["a bridge", "one tunnel", "two lanes"]),
    ],
)
def test_no_quiz_tells_its_answer_by_a_word_of_the_clue(
    clue: str, right: str, wrong: list[str]
) -> None:
    assert chosen(clue, right, [right, *wrong]) == []
    # One more that repeats it, and nobody is told.
    assert len(chosen(clue, right, [right, *wrong, f"{clue} {wrong[0]}"])) == 3


@pytest.mark.parametrize(
    ("clue", "right"),
    [
        ("the cat", "a catalogue"),
        ("port of a ship", "a porch"),
        ("the station", "a statue"),
        ("ion", "a transaction"),
        ("art of war", "heart"),
        ("心", "中心"),
    ],
)
def test_a_few_letters_in_common_are_no_word_of_the_clue(clue: str, right: str) -> None:
    assert len(chosen(clue, right, [right, "batch", "stream", "cron"])) == 3


def test_no_other_answer_of_the_same_clue_is_a_wrong_option() -> None:
    ring = Ring(answers("Paris", "Lyon", "Oslo", "Rome"))
    found = on_card("a city in France", answers("Paris", "Lyon"), [ring])
    assert sorted(answer.text for answer in found) == ["Oslo", "Rome"]


def test_answers_of_signs_are_told_apart() -> None:
    assert sorted(chosen("at most", "<=", ["<=", ">=", "<", "=="])) == ["<", "==", ">="]


def test_the_table_comes_first_and_the_package_fills_up() -> None:
    table, package = ["batch", "stream", "cron"], [f"tool {name}" for name in "vwxyz"]
    found = chosen("a timer", "batch", table, [*table, *package])
    assert sorted(found[:2]) == ["cron", "stream"]
    assert found[2] in package
    # One of the table alone is not enough, and with the package it is.
    assert chosen("a timer", "batch", ["batch", "stream"]) == []
    assert chosen("a timer", "batch", ["batch", "stream"], package)[0] == "stream"


def test_one_answer_in_two_markups_is_one_option_whatever_their_order() -> None:
    pool = [Answer("cron", "<code>cron</code>"), Answer("cron", "cron"), *answers("stream", "x")]
    straight = on_card("a timer", answers("batch"), [Ring(pool)])
    assert straight == on_card("a timer", answers("batch"), [Ring(reversed(pool))])
    assert [answer.text for answer in straight].count("cron") == 1


def plain_hash(text: str) -> int:
    return int.from_bytes(blake2b(text.encode(), digest_size=8).digest(), "big")


FORMS = [{"batch", "batched", "batching"}, {"stream", "upstream"}, {"한국", "한국은"}]


def is_said(word: str, others: Iterable[str]) -> bool:
    """Whether a word is one of the others or another form of one, of the words of `OPTIONS`; in
    scripts without spaces that is any part of two letters."""
    if word >= "\u2e80" and any(
        min(len(word), len(other)) > 1 and (word in other or other in word) for other in others
    ):
        return True
    return word in others or any(word in forms and forms & set(others) for forms in FORMS)


def plainly_chosen(clue: str, right: Sequence[str], rings: Sequence[Sequence[str]]) -> list[str]:
    """What `choose_distractors` is to choose, each answer held against all others anew."""
    found: list[str] = []
    echo = set[str]()
    if right:
        said = word_stems(right[0])
        echo = {word for word in word_stems(clue) if is_said(word, said) and not word.isdecimal()}
    for ring in rings:
        around = sorted(set(ring), key=lambda text: (plain_hash(text), text))
        start = sum(plain_hash(text) <= plain_hash(clue) for text in around)
        near = (around[start:] + around[:start])[:LOOKED_AT]
        echoing = [text for text in near if any(is_said(it, word_stems(text)) for it in echo)]
        for text in [*echoing, *(text for text in near if text not in echoing)]:
            words = word_stems(text)
            others = [word_stems(other) for other in (*right, *found)]
            if len(found) < 3 and not any(words <= it or it <= words for it in others):
                found.append(text)
    said_wrong = frozenset[str]().union(*map(word_stems, found))
    tells = echo and not any(is_said(word, said_wrong) for word in echo)
    return found if len(found) >= 2 and not tells else []


OPTIONS = st.lists(
    st.sampled_from(
        "batch batched batching stream upstream cron job jobs é 日本 한국 한국은 + a".split()
    ),
    max_size=3,
)
POOLS = st.lists(OPTIONS.map(" ".join), max_size=40)
CLUES = st.text(max_size=4) | OPTIONS.map(" ".join)


@settings(deadline=None, max_examples=300)
@given(
    CLUES,
    POOLS.filter(lambda pool: len(pool) < 6),
    st.lists(POOLS, max_size=2),
)
@example("upstream", ["upstream"], [["batch", "stream"]])
@example("한국은", ["한국은"], [["batch", "한국"]])
@example("국은", ["한국은"], [["batch", "batched"]])
def test_options_and_their_order_are_those_of_the_plainest_way(
    clue: str, right: list[str], rings: list[list[str]]
) -> None:
    found = on_card(clue, answers(*right), [Ring(answers(*ring)) for ring in rings])
    assert [answer.text for answer in found] == plainly_chosen(clue, right, rings)
    options = [answer.text for answer in shuffled(clue, [*answers(*right[:1]), *found])]
    assert options == sorted(
        [*right[:1], *(answer.text for answer in found)],
        key=lambda text: plain_hash(f"{clue}\0{text}"),
    )


@given(POOLS, st.text("abc é", max_size=4))
def test_packed_answers_are_chosen_as_others_are(pool: list[str], clue: str) -> None:
    plain = answers(*pool)
    packed = [PackedAnswer(answer.text, answer.html) for answer in plain]
    for _ in range(2):  # the second time from what was packed
        assert [answer.words for answer in packed] == [answer.words for answer in plain]
    found = on_card(clue, answers("batch"), [Ring(packed)])
    assert found == on_card(clue, answers("batch"), [Ring(plain)])


@given(POOLS, POOLS, CLUES)
def test_what_changes_beyond_its_span_of_a_ring_is_nothing_to_a_clue(
    pool: list[str], others: list[str], clue: str
) -> None:
    pool = [f"{text} {number}" for text in pool for number in range(5)]
    ring, changed = Ring(answers(*pool)), Ring(answers(*pool[7:], *others))
    parts = [RingPart.of("Tool", answers(*pool[:7], *others)), RingPart.of("Job", answers(*pool))]
    span = ring.span(clue)
    if not span.meets(changed_places(parts)["Tool"]):
        place = Answer(clue, "").place
        assert changed.walk(place) == ring.walk(place)
        assert changed.span(clue) == span


def test_a_span_may_go_round_its_ring() -> None:
    span = Span(65_000, 65_540)
    assert [span.meets([place]) for place in (64_999, 65_000, 0, 4, 5)] == [
        False, True, True, True, False,
    ]  # fmt: skip
    assert not span.meets([])


def test_a_large_package_has_the_options_of_a_small_one(monkeypatch: pytest.MonkeyPatch) -> None:
    text = "Need | First move\n--- | ---\n" + "".join(f"n{n} | move {n}\n" for n in range(9))

    def options() -> list[str]:
        notes = made(text, deck="p").notes
        return [note.fields.options for note in notes if isinstance(note.fields, ClueFields)]

    small = options()
    monkeypatch.setattr(options_module, "_MOST_ROWS_WITH_SETS", 8)
    assert options() == small
    assert any(small)


def test_the_right_option_stands_in_every_place_about_as_often() -> None:
    right, *wrong = answers("batch", "stream", "cron", "spark")
    places = Counter(
        shuffled(f"clue {number}", [right, *wrong]).index(right) for number in range(2000)
    )
    assert set(places) == {0, 1, 2, 3}
    assert all(400 < count < 600 for count in places.values())


# --- how much is looked at --------------------------------------------------------------------


class CountingRing(Ring):
    """A ring that counts how many of its answers were looked at."""

    looked_at = 0

    def walk(self, place: bytes) -> Iterator[Answer]:
        for answer in super().walk(place):
            self.looked_at += 1
            yield answer


@pytest.mark.parametrize("size", [10, 100, 5000])
def test_a_card_looks_at_a_bounded_number_of_answers(size: int) -> None:
    # None of them fits, so each is looked at that ever would be.
    ring = CountingRing(answers(*(f"batch {number}" for number in range(size))))
    assert on_card("a timer", answers("batch"), [ring, ring]) == []
    assert ring.looked_at == 2 * min(size, LOOKED_AT)


def test_a_clue_with_more_right_answers_than_that_has_no_options() -> None:
    ring = CountingRing(answers(*(f"name{number}" for number in range(100))))
    right = answers(*(f"right{number}" for number in range(LOOKED_AT + 1)))
    assert on_card("a timer", right, [ring]) == []
    assert ring.looked_at == 0
    assert len(on_card("a timer", right[1:], [ring])) == 3


def test_where_answers_fit_few_are_looked_at() -> None:
    names = [f"name{number}" for number in range(5000)]
    ring = CountingRing(answers(*names))
    for place, name in enumerate(names[:500]):
        assert len(on_card(f"clue {place}", answers(name), [ring])) == 3
    assert ring.looked_at / 500 < 5


# --- how few cards change ---------------------------------------------------------------------


def cards(rows: Sequence[tuple[str, str]]) -> dict[str, list[Answer]]:
    """The options of each clue, as one table makes them."""
    ring = Ring(answers(*(answer for _, answer in rows)))
    return {clue: on_card(clue, answers(answer), [ring, ring]) for clue, answer in rows}


WORDS = st.text("abcdefghijklmnopqrstuvwxyz", min_size=5, max_size=9)
ROWS = st.lists(
    st.tuples(WORDS, WORDS),
    min_size=1,
    max_size=40,
    unique_by=(lambda row: row[0], lambda row: row[1]),
)


@settings(deadline=None)
@given(ROWS, st.randoms(use_true_random=False))
def test_the_order_of_rows_changes_no_options(
    rows: list[tuple[str, str]], source: random.Random
) -> None:
    mixed = rows.copy()
    source.shuffle(mixed)
    assert cards(mixed) == cards(rows)


@settings(deadline=None)
@given(ROWS)
def test_options_are_fair_and_enough_whatever_the_table(rows: list[tuple[str, str]]) -> None:
    for (_, answer), found in zip(rows, cards(rows).values(), strict=True):
        assert len(found) in (0, 2, 3)
        assert are_fair([*answers(answer), *found])


@settings(deadline=None)
@given(ROWS, st.tuples(WORDS, WORDS))
def test_a_row_more_changes_only_cards_that_take_its_answer(
    rows: list[tuple[str, str]], row: tuple[str, str]
) -> None:
    clues, texts = zip(*rows, strict=True)
    if row[0] in clues or row[1] in texts:
        return
    before, after = cards(rows), cards([*rows, row])
    for clue in clues:
        if before[clue] and before[clue] != after[clue]:
            taken = {answer.text for answer in after[clue]}
            assert row[1] in taken
            # One option makes room for it, the others stay.
            assert len(taken - {answer.text for answer in before[clue]}) == 1


@pytest.mark.parametrize("size", [50, 400, 2000])
def test_a_row_more_changes_four_cards_on_average_whatever_the_size(size: int) -> None:
    # A card takes the three answers that follow its clue on the ring, or four where one of them is
    # its own. A new answer lies in the reach of about as many clues: of 3 to 4, not of a share.
    rows = [(f"clue {number}", f"answer{number}") for number in range(size)]
    before = cards(rows)
    changed = []
    for number in range(12):
        after = cards([*rows, (f"new clue {number}", f"novelty{number}")])
        changed.append(sum(after[clue] != options for clue, options in before.items()))
    assert 0 < sum(changed) / len(changed) <= 5


# --- on notes ---------------------------------------------------------------------------------


def options_of(*pages: str) -> dict[str, list[tuple[str, bool]]]:
    """By prompt, the options of each note of ``pages`` as (HTML, whether it is marked as right)."""
    return {clue_fields(note).prompt: parse(note) for note in notes_of(*pages)}


def notes_of(*pages: str) -> tuple[MadeNote, ...]:
    """The notes of pages that are one package."""
    sources = [
        (Source(f"deck/{number}.md", text), Settings(deck="deck"))
        for number, text in enumerate(pages)
    ]
    return made_of("deck", sources).notes


def clue_fields(note: MadeNote) -> ClueFields:
    assert isinstance(note.fields, ClueFields)
    return note.fields


def parse(note: MadeNote) -> list[tuple[str, bool]]:
    items = re.findall(r"<li([^>]*)>(.*?)</li>", clue_fields(note).options)
    return [(html, "data-ok" in attributes) for attributes, html in items]


def page(*rows: tuple[str, str], header: str = "Clue | Answer") -> str:
    return "\n".join([header, "--- | ---", *(" | ".join(row) for row in rows)]) + "\n"


@settings(deadline=None)
@given(ROWS)
def test_the_right_option_is_there_exactly_once(rows: list[tuple[str, str]]) -> None:
    found = options_of(page(*rows))
    for clue, answer in rows:
        if found.get(clue):  # a dash, or a second answer of a clue, is no note
            assert len(found[clue]) in (3, 4)
            assert [html for html, is_right in found[clue] if is_right] == [answer]
            assert len({html for html, _ in found[clue]}) == len(found[clue])


def test_another_table_helps_only_under_the_same_header() -> None:
    short = page(("a timer", "batch"), ("a click", "real-time"), header="Trigger | Mode")
    same = page(("no end", "stream"), header="Load | Mode")
    other = page(("no end", "stream"), header="Load | Tool")
    assert options_of(short, other)["a timer"] == []
    assert sorted(html for html, _ in options_of(short, same)["a timer"]) == [
        "batch", "real-time", "stream",
    ]  # fmt: skip


def test_a_trap_lends_no_option() -> None:
    short = page(("a timer", "batch"), ("a click", "real-time"), header="Trigger | Better rule")
    trap = page(("guessing", "measure first"), header="Trap | Better rule")
    notes = notes_of(short, trap)
    assert [note.fields.options for note in notes if isinstance(note.fields, ClueFields)] == [
        "",
        "",
    ]


def test_an_option_is_no_place_for_a_link() -> None:
    rows = [("one", "[docs](https://example.org)"), ("two", "`code`"), ("three", "**bold**")]
    found = {html for html, _ in options_of(page(*rows))["one"]}
    assert found == {"docs", "<code>code</code>", "<strong>bold</strong>"}


def test_the_answers_of_one_clue_never_stand_against_each_other() -> None:
    first = page(("a city in France", "Paris"), ("a city in Italy", "Rome"))
    second = page(("a city in France", "Lyon"), ("a city in Norway", "Oslo"))
    for note in notes_of(first, second):
        if clue_fields(note).prompt == "a city in France":
            cities = {html for html, _ in parse(note)}
            assert cities == {clue_fields(note).answer, "Rome", "Oslo"}


def test_lettered_options_with_ticks_are_a_task_list() -> None:
    ticks = "xx  ", " x x", "   x", "x   "
    lists = (
        "\n".join(f"- [{t}] {n}. {t}{n} one" for t, n in zip(own, "ABCD", strict=True))
        for own in ticks
    )
    text = "\n\n".join(f"**{n}. Which of these?**\n{each}" for n, each in enumerate(lists, 1))
    page, found = read_page(Source("a.md", f"### Exam\n\n{text}\n"))
    quizzes = [block for block in page.blocks if isinstance(block, Quiz)]
    assert [len(quiz.options) for quiz in quizzes] == [4] * 4
    assert ["".join("x" if o.is_right else " " for o in quiz.options) for quiz in quizzes] == [
        *ticks
    ]
    assert found == []


def test_the_options_of_a_step_are_steps_of_its_own_list() -> None:
    tea = (
        "<!-- cards: order -->\n\n1. boil water\n2. warm the pot\n3. add leaves\n4. pour\n5. sip\n"
    )
    bread = tea.replace("boil water", "sift flour").replace("pour", "knead").replace("sip", "bake")
    for note in notes_of(tea, bread):
        fields = clue_fields(note)
        others = ("knead", "bake", "flour") if "water" in fields.table else ("pour", "sip")
        assert not any(word in fields.options for word in others)
