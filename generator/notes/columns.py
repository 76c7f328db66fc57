"""What each column of a table does, by its header and by its cells; it knows no ledger.

The first column that is no numbering holds the clues; those beside it are asked, but for the ones
that explain or only link.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Container, Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

from generator.core.header_name import bare, is_headed, undecorated
from generator.core.lazy_regex import lazy_regex
from generator.notes.header_words import ANSWERS, COUNTING, EXPLAINING, HINTS, PAGES, QUESTIONS
from generator.notes.remarks import may_stand_ahead, stands_ahead

Headers = tuple[str, ...]
Texts = Sequence[str]  # of a row, by column


class Columns(NamedTuple):
    """The columns of a table by what they do, counted from 0.

    The ``clue`` of a note stands in one of them, or in several together. Those that are ``carried``
    stand below the answer, those ``left_out`` in the table on the back alone. What the columns
    ``hint`` and ``why`` say has a place of its own on the cards.
    """

    clue: tuple[int, ...]
    asking: tuple[int, ...]
    carried: tuple[int, ...] = ()
    left_out: tuple[int, ...] = ()
    tags: int | None = None
    id: int | None = None
    hint: int | None = None
    why: int | None = None


# --- by header --------------------------------------------------------------------------------

_WHY = lazy_regex("why|warum|weshalb|pourquoi|por ?qu[eéê]|perch[eé]", re.IGNORECASE)
_FIRST_SERVICE = 2  # further left Tags, ID, Source … are what a table is about


@lru_cache(maxsize=256)  # many tables have the same headers
def by_header(
    headers: Headers,
    clue: tuple[int, ...] = (),
    asked: tuple[int, ...] = (),
    left_out: tuple[int, ...] = (),
    beside: tuple[int, ...] = (),
    has_ids: bool = True,
    has_cards: tuple[int, ...] = (),
) -> Columns:
    """The columns of a table whose clues stand in the columns ``clue``, else in the first that is
    neither ``left_out`` nor ``asked``. Those ``beside`` explain; where columns are ``asked`` no
    others are. Without ``has_ids`` a column headed ID is like any other, and so are those that
    ``has_cards`` names, whatever heads them."""
    tags, key, columns = _service_columns(headers, left_out, has_ids, has_cards)
    clue = clue if set(clue) <= set(columns) else ()
    clue = clue or tuple([column for column in columns if column not in asked][:1] or columns[:1])
    columns = [*clue, *(column for column in columns if column not in clue)]
    further = [column for column in columns[2:] if column not in (*clue, *asked, *has_cards)]
    why = next((c for c in further if _WHY.fullmatch(bare(headers[c]))), None)
    hint = next((c for c in further if is_headed(headers[c], HINTS)), None)
    carried = [
        column
        for column in columns
        if column not in (*clue, *asked, why, hint)
        and (column in beside or (column in further and is_headed(headers[column], EXPLAINING)))
    ]
    asking = [column for column in columns if column not in (*clue, *carried, why, hint)]
    if not asking:
        # Two columns are the clue or explain, and this is all that is left to ask.
        if spare := [column for column in carried if column not in beside][:1]:
            asking = spare
            carried.remove(*spare)
        elif why is not None and not set(columns) & set(beside):
            asking, why = [why], None
    # A column without a name would ask nothing: it stands in the table on the backs.
    asking = [column for column in asking if headers[column]] or asking
    if asked:
        left_out = tuple(sorted({*left_out, *asking} - {*asked}))
        asking = [column for column in asked if column not in clue]
    return Columns(clue or (0,), tuple(asking), tuple(carried), left_out, tags, key, hint, why)


def _service_columns(
    headers: Headers, left_out: Collection[int], has_ids: bool, has_cards: Collection[int]
) -> tuple[int | None, int | None, list[int]]:
    """Where ``Tags`` and ``ID`` stand, from the third column on, and the other columns.

    They are ordinary columns where nothing else would be left to ask, the ID first: ``Country |
    ID`` asks for the ID, and so does ``Country | ID | Tags``.
    """
    lowered = [
        "" if column in has_cards else bare(header).lower() for column, header in enumerate(headers)
    ]
    found = {
        name: lowered.index(name, _FIRST_SERVICE)
        for name in ("tags", "id")
        if name in lowered[_FIRST_SERVICE:]
    }
    tags, key = found.get("tags"), found.get("id") if has_ids else None
    for service in ((tags, key), (tags, None), (None, None)):
        others = (*service, *left_out)
        columns = [column for column in range(len(headers)) if column not in others]
        if len(columns) > 1:
            return *service, columns
    return None, None, [column for column in range(len(headers)) if column not in left_out]


def comparable(text: str) -> str:
    """A header as it is compared with what a person wrote elsewhere."""
    return unicodedata.normalize("NFC", " ".join(text.split())).rstrip(" .:?!…").casefold()


def named(names: str, headers: Sequence[str]) -> tuple[int, ...]:
    """The columns that a list of headers such as ``Meaning, Plural`` names."""
    known = _by_name(headers)
    found = (known.get(comparable(name)) for name in _split(names, known))
    return tuple(dict.fromkeys(column for column in found if column is not None))


def _by_name(headers: Sequence[str]) -> dict[str, int]:
    """The columns by their headers, as they are written and without a picture before the words; the
    first of two counts."""
    names = list(enumerate(headers))[::-1]
    plain = {comparable(undecorated(header)): column for column, header in names}
    return plain | {comparable(header): column for column, header in names}


def unknown_headers(names: str, headers: Sequence[str]) -> list[str]:
    """Those of a list of headers that the table does not have."""
    known = _by_name(headers)
    return [name for name in _split(names, known) if comparable(name) not in known]


def _split(names: str, known: Container[str]) -> list[str]:
    """The headers of a list; one may hold a comma itself."""
    if comparable(names) in known:
        return [names]
    return [name.strip() for name in names.split(",")]


# --- by cell ----------------------------------------------------------------------------------

_NUMBERING = lazy_regex(
    r"|#|n[ro]\.?|num\.?|n[º°o]\.?|№|[sq]\.? ?no\.?|s[lr]\.? ?no\.?|serial( no\.?)?|q|q ?#|id"
    r"|steps?|schritte?|étapes?|pasos?|passi?|шаг|步骤|步驟|手順|ステップ|단계|순서"
    r"|stt|lp\.?|№ ?п/п|п/п|номер|lfd\.? ?nr\.?"
    r"|序号|编号|序號|編號|番号|题号|題號|題号|問題番号"
    r"|번호|문제 ?번호|순번|رقم|م|ر|ردیف|מס['׳]?|מספר",
    re.IGNORECASE,
)
_COUNTED = lazy_regex(r"[#№]?(\d{1,6})[.):]?")
_MOST_COUNT_UP = 0.8  # of the numbers follow on the one before: one may be out of order


def numbering(headers: Headers, rows: Sequence[Texts]) -> tuple[int, ...]:
    """The columns that only count their rows, where two others are left. Further left than what a
    row is about, so are those that give it a record's name or a place in a source."""
    if not _may_be_numbered(headers):
        return ()  # as nearly always
    found: list[int] = []
    for column, header in enumerate(headers):
        is_ahead = len(found) == column
        asks_next = is_ahead and _are_question_and_answer(headers[column + 1 :])
        if not (may_number(header) or asks_next or (is_ahead and _may_be_place(header))):
            continue
        if is_ahead and not header and any(map(_COUNTED.fullmatch, headers)):
            continue  # numbers on both axes: a matrix
        cells = [*_beside_others(rows, column)]
        if (
            is_numbering(header, cells, is_first=not column)
            or (asks_next and _counts_from_one(cells))
            or (is_ahead and _name_records(header, cells))
            or (is_ahead and (_are_places(header, cells) or stands_ahead(header, cells)))
        ):
            found.append(column)
    return tuple(found) if found and len(headers) - len(found) > 1 else ()


@lru_cache(maxsize=256)  # many tables have the same headers
def _may_be_numbered(headers: Headers) -> bool:
    """Whether any of the headers may be that of such a column."""
    return any(may_number(each) or _may_be_place(each) for each in headers) or (
        _are_question_and_answer(headers[1:])
    )


def _are_question_and_answer(headers: Sequence[str]) -> bool:
    """Whether the next two columns are a question and its answer, whatever counts them."""
    return len(headers) > 1 and is_headed(headers[0], QUESTIONS) and is_headed(headers[1], ANSWERS)


def _counts_from_one(cells: Iterable[str]) -> bool:
    """Whether the cells are 1, 2, 3 …, with a label before each or without one."""
    numbers = _without_label([*cells], fewest=1)
    return numbers[:1] in (["1"], ["1."]) and counts(numbers, by_one=True)


def _may_be_place(header: str) -> bool:
    """Whether a column with this header may stand before what its rows are about."""
    return _PLACE_HEADER.fullmatch(bare(header)) is not None or may_stand_ahead(header)


def _beside_others(rows: Sequence[Texts], column: int) -> Iterator[str]:
    """The cells of a column, but for those that stand alone in their row, as titles do."""
    return (row[column] for row in rows if any(row[:column]) or any(row[column + 1 :]))


def may_number(header: str) -> bool:
    """Whether a column with this header may only count its rows."""
    name = undecorated(header)
    return _NUMBERING.fullmatch(name) is not None or is_headed(name, COUNTING)


def is_numbering(header: str, cells: Iterable[str], is_first: bool) -> bool:
    """Whether a column of these cells only counts its rows; the first one may do so with a label
    before each number, ``Q1``, while an ID further right tells rows apart."""
    if not may_number(header):
        return False
    cells = tuple(cells)
    is_id = bare(header).lower() == "id"
    return counts(cells, by_one=is_id) or (
        is_first and counts(_without_label(cells, _FEWEST_LABELS), by_one=False)
    )


_LABELLED = lazy_regex(r"(?P<label>(?:[^\W\d_]{1,10}|[^\w\s#+−–-]{1,2})[-–_.: ]?#?)\d{1,6}[.):]?")


def _without_label(cells: Sequence[str], fewest: int) -> list[str]:
    """The cells without the label that all of them begin with, if it is followed by numbers and
    there are so many."""
    found = [_LABELLED.fullmatch(cell) for cell in cells if cell]
    labels = {match["label"] if match else "" for match in found}
    if len(labels) != 1 or len(found) < fewest:
        return [*cells]
    (label,) = labels
    return [cell.removeprefix(label) for cell in cells]


_FEWEST_LABELS = 3  # of two an order is no sign

# HK-56, SE008-2, SG-MO-025; but port numbers and codes are worth knowing.
_RECORD = lazy_regex(r"(?:[^\W\d_]{1,6}[-–_.:/ ]?){1,3}\d{1,6}(?:[-.]\d{1,4})*[a-z]?")
_RECORD_HEADER = lazy_regex(r"#|id|n[ro]\.?|№", re.IGNORECASE)


def _name_records(header: str, cells: Sequence[str]) -> bool:
    """Whether a column names each row by a label and a number of its own, in any order."""
    return (
        len(cells) >= _FEWEST_LABELS
        and _RECORD_HEADER.fullmatch(undecorated(header)) is not None
        and len(set(cells)) == len(cells)
        and all(map(_RECORD.fullmatch, cells))
    )


_PLACE_HEADER = lazy_regex(
    r"location|place|where|lines?|pages?|refs?|reference|source|loc(us|ator)?"
    r"|seite|stelle|fundstelle|página|pagina|строка|место|локус|источник|страница|页码",
    re.IGNORECASE,
)
# § 74, line 978, p. 12, Nr. 1 (…), item 3, notes:27
_PLACE = lazy_regex(
    r"(?:§§?|lines?|ll?\.|pp?\.|pages?|nr\.?|no\.|item|s\.|стр\.?|с\.)[  ]?\d.*|.*[^\d:]:\d+"
    r"|.*[/,(][  ]?(?:§|[\w ]{0,9}\bline\b).*",
    re.IGNORECASE,
)


def _are_places(header: str, cells: Sequence[str]) -> bool:
    """Whether a column says where in a source its rows stand."""
    if not _PLACE_HEADER.fullmatch(bare(header)):
        return False
    are_pages = is_headed(header, PAGES)
    places = (_PLACE.fullmatch(cell) or (are_pages and cell.isdigit()) for cell in cells)
    return bool(cells) and sum(map(bool, places)) >= _MOST_COUNT_UP * len(cells)


def counts(cells: Iterable[str], by_one: bool) -> bool:
    """Whether these are numbers of which nearly each is more than the one before, or one more."""
    numbers = []
    for cell in filter(None, cells):
        counted = _COUNTED.fullmatch(cell)
        if not counted:
            return False
        numbers.append(int(counted[1]))
    steps = [after - before for before, after in pairwise(numbers)]
    following = steps.count(1) if by_one else sum(step > 0 for step in steps)
    return bool(numbers) and following >= _MOST_COUNT_UP * len(steps)


# A link, or the bare address of a site; that of a machine is worth knowing.
_LINK = lazy_regex(r"<a\b[^>]*>(?:(?!</a>).)*</a>|(?:https?://|www\.)[\w-]+\.[\w.-]*[a-z][^\s<]*")
_LINK_HEADER = lazy_regex(
    "links?|urls?|websites?|docs?|documentation|videos?|references?|refs?|articles?|resources?|more"
    "|paths?|files?|pages?|read more|solutions?|enlaces?|liens?|collegament[oi]|ссылк[аи]|链接"
    "|リンク|링크|رابط|קישור",
    re.IGNORECASE,
)


def links(headers: Headers, html: Sequence[Texts], text: Sequence[Texts]) -> tuple[int, ...]:
    """The columns, from the second on, whose cells are links and nothing else: because of their
    header, or where the words of the links are no answers."""
    return tuple(
        column
        for column in range(1, len(headers))
        if _are_all(_LINK, html, column)
        and (_LINK_HEADER.fullmatch(bare(headers[column])) or _say_nothing(text, column))
    )


def _are_all(whole: re.Pattern[str], rows: Sequence[Texts], column: int) -> bool:
    """Whether the pattern is all of each cell of a column that is filled, and one is."""
    filled = False
    for row in rows:
        if cell := row[column]:
            if not whole.fullmatch(cell):
                return False  # most columns end here, at their first cell
            filled = True
    return filled


# Headers of columns that are heard or looked at, beside what is asked. Below others, and with words
# in a cell, a sound may be an answer.
_SOUND_HEADER = lazy_regex(
    "(sound|audio)( ?(files?|clips?|recordings?))?|sounds|audios|recordings?|listen|pronunciations?"
    "|ton|tonaufnahmen?|klang|hören|anhören|hörprobe|aussprache|sons?|écouter|écoute|prononciation"
    "|sonidos?|escuchar?|pronunciación|suon[oi]|ascolt[ao]|ascoltare|pronunci?a|som|ouvir|pronúncia"
    "|звук|аудио|озвучка|произношение|声音|聲音|音频|音頻|发音|發音|読み上げ|音声|音|発音"
    "|소리|음성|발음|오디오",
    re.IGNORECASE,
)
_PICTURE_HEADER = lazy_regex(
    "pictures?|pics?|photos?|bild(er)?|fotos?|imagen|imágenes|imagem|imagens|immagin[ei]|dibujos?"
    "|фото|картинк[аи]|изображени[ея]|图片|圖片|图|照片|写真|画像|絵|그림|사진",
    re.IGNORECASE,
)
# Each with signs that say that one is missing, and sounds of which there is no file yet.
_SOUNDS = lazy_regex(r"((\[|&#91;)sound:[^\[\]]*\]|<br>|[^\w<>\[&])+")
_PICTURES = lazy_regex(r"(<img [^<>]*>|<br>|[^\w<>\[&])+")
_IS_MEDIA = lazy_regex(r"sound:|<img ")


def media_beside(headers: Headers, html: Sequence[Texts]) -> tuple[int, ...]:
    """The columns that are only heard or looked at: of sounds from the second on, of pictures from
    the third on, by their headers and all of their cells."""
    found = _media_columns(headers)
    if not found:
        return ()  # as nearly always
    return tuple(
        column
        for column, whole in found
        if any(_IS_MEDIA.search(row[column]) for row in html) and _are_all(whole, html, column)
    )


@lru_cache(maxsize=256)  # many tables have the same headers
def _media_columns(headers: Headers) -> Sequence[tuple[int, re.Pattern[str]]]:
    """Those whose headers say so, and what all their cells are to be."""
    return [
        (column, whole)
        for header, whole, first in ((_SOUND_HEADER, _SOUNDS, 1), (_PICTURE_HEADER, _PICTURES, 2))
        for column in range(first, len(headers))
        if header.fullmatch(bare(headers[column]))
    ]


_NO_ANSWER = lazy_regex(
    r"https?://\S+|www\.\S+|link|here|video|pdf|url|docs?|source", re.IGNORECASE
)


def _say_nothing(rows: Sequence[Texts], column: int) -> bool:
    """Whether nearly all links have the same words, or words that stand for any link."""
    words = [row[column] for row in rows if row[column]]
    plain = sum(bool(_NO_ANSWER.fullmatch(word)) for word in words)
    return 2 * plain > len(words) or (len(words) > 2 and 2 * len(set(words)) <= len(words))


# What stands in a cell that waits for its answer, or says that there is none.
_DASHES = frozenset("- -- – — ― − ‐".split())
_PLACEHOLDERS = _DASHES | {
    *"--- ー ? ?? ??? ？ … ... .. . _ __ ___ / n/a N/A n.a. N.A. n/d k.A. tbd TBD tba TBA".split(),
    *"tbc TBC TODO WIP XXX , ; : [] ☐ ☑ ⬜ 🔲 □ 待补充 未定".split(),
    *("[ ]", "[x]", "[X]"),
}
_SIGN_HEADER = lazy_regex(
    "(.* )?(symbols?|signs?|operators?|characters?|chars?|punctuation|marks?|keys?|glyphs?|codes?"
    "|symbole?s?|zeichen|s[ií]mbolos?|simbol[oi]|opérateurs?|знак|символ|符号|記号|기호|رمز)",
    re.IGNORECASE,
)
_MARK = lazy_regex(
    r"[^\w\s]{1,2}|[xXyYnN✓✔✗✘✅❌●○]|yes|no|ja|nein|oui|non|sì?|да|нет|是|否", re.IGNORECASE
)


def is_placeholder(text: str) -> bool:
    """Whether a cell says that its answer is missing."""
    return text in _PLACEHOLDERS


# + and 2−, as charges, reactions and slopes have; beside them a minus is one of them.
_SIGNED = lazy_regex(r"\(?(?:\d{0,2}[+±⁺]{1,4}|\+/[-−–]|\d{1,2}[-−–]|[⁰¹²³⁴-⁹]?[⁺⁻])\)?")
_MINUS = frozenset("-−")


def _are_signs(dash: str, others: Collection[str]) -> bool:
    """Whether a dash stands among marks alone, or is a minus among other signs, or one of the
    dashes that charges have."""
    if others and all(map(_MARK.fullmatch, others)):
        return dash in _DASHES
    signed = [other for other in others if _SIGNED.fullmatch(other)]
    return bool(signed) and (dash in _MINUS or (dash in _DASHES and dash in "".join(signed)))


def placeholders(
    headers: Headers, asking: Iterable[int], html: Sequence[Texts], text: Sequence[Texts]
) -> set[tuple[int, int]]:
    """The row and the column of each answer that is none.

    Where a column is of signs, or has marks such as + and ✓ beside or charges such as 2-, a dash is
    an answer like any other; so is what stands there as code.
    """
    found: set[tuple[int, int]] = set()
    for column in asking:
        rows = [row for row, cells in enumerate(text) if is_placeholder(cells[column])]
        if rows and _SIGN_HEADER.fullmatch(bare(headers[column])):
            rows = [row for row in rows if text[row][column].isalpha()]  # TBD is no sign
        if not rows:
            continue
        others = {cells[column] for cells in text} - {text[row][column] for row in rows} - {""}
        found.update(
            (row, column)
            for row in rows
            if "<code>" not in html[row][column] and not _are_signs(text[row][column], others)
        )
    return found


# What a template of Obsidian or one of its plugins puts something in the place of: {{title}},
# {{date:YYYY-MM-DD}}, <% tp.file.title %>. Templates of programs, {{ name }}, have blanks inside.
_FILLED_IN = (
    r"(?:\{\{(?!c\d+::)\w[\w:., /-]{0,60}(?<! )\}\}|<%[-_*+~]{0,2}\s*tp\b(?:(?!%>).){0,200}%>)"
)
_IS_FILLED_IN = lazy_regex(rf"{_FILLED_IN}(?:[\s,;:·/–-]*{_FILLED_IN})*")


def filled_in(
    clue: Iterable[int], asking: Collection[int], html: Sequence[Texts], text: Sequence[Texts]
) -> set[tuple[int, int]]:
    """The row and the column of each answer that a template is to fill in, also where it is to fill
    in the clue with a program of its own; what stands as code is none."""
    found: set[tuple[int, int]] = set()
    clues = tuple(clue)
    for row, cells in enumerate(text):
        whole = "\x1f".join(cells)
        if "{{" not in whole and "<%" not in whole:
            continue  # as nearly always
        found.update(
            (row, column)
            for column in asking
            if _IS_FILLED_IN.fullmatch(cells[column]) and "<code>" not in html[row][column]
        )
        if any("<%" in cells[c] and _IS_FILLED_IN.fullmatch(cells[c]) for c in clues):
            found.update((row, column) for column in asking if "<code>" not in html[row][clues[0]])
    return found


# An answer that only says where it stands, without blanks. Arrows are answers of their own: one up
# counts where another sign of these stands in its column.
_ARROWS = frozenset("↑ ⬆ ⬆\ufe0f ☝ ☝\ufe0f ^".split())
_DITTOS = _ARROWS | {
    *"\" '' “ ” „ ″ 〃 -\"- –\"– —\"— -''- -“- -”- -″- -〃- ―〃― -//- –//– —//—".split(),
    *"ditto dito dto. ídem idem s.o. sieheoben wieoben sameasabove thesameasabove".split(),
    *"sameasbefore sameasprevious seeabove asabove voirci-dessus igualquearriba".split(),
    *"verarriba véasearriba veracima comesopra vedisopra zieboven yukarıdakigibi".split(),
    *"тоже тожесамое см.выше каквыше див.вище jw. j.w. jakwyżej".split(),
    *"同上 同前 见上 見上 上と同じ 위와같음 상동".split(),
}
_LONGEST_DITTO = 20  # characters
# A quotation mark below a single letter may be what its key writes.
_SAYS = lazy_regex(r"\d|\w.*\w")


def dittos(
    headers: Headers, asking: Iterable[int], html: Sequence[Texts], text: Sequence[Texts]
) -> set[tuple[int, int]]:
    """The row and the column of each answer that only points at the one above it.

    Below a header such as ``Symbol`` a quotation mark is an answer, and so is what stands as code.
    """
    found: set[tuple[int, int]] = set()
    for column in asking:
        signs: set[int] = set()
        above = ""
        for row, cells in enumerate(text):
            cell = cells[column]
            if len(cell) > _LONGEST_DITTO or cell.casefold().replace(" ", "") not in _DITTOS:
                above = cell
            elif _SAYS.search(above) and "<code>" not in html[row][column]:
                signs.add(row)
        if signs and _SIGN_HEADER.fullmatch(bare(headers[column])):
            signs = {row for row in signs if _SAYS.search(text[row][column])}
        if any(text[row][column] not in _ARROWS for row in signs):
            found.update((row, column) for row in signs)
    return found


_TOTAL = lazy_regex(
    r"(?:grand |sub-?|overall )?totals?|sum(?: total)?|Σ|all together|(?:gesamt|end|zwischen)?summe"
    r"|(?:ins)?gesamt|somme|total(?:e|es|i)? ?(?:général|generale?)?|suma(?: total)?|soma|totaal"
    r"|итого|всего|сумма|разом|всього|усього|razem|ogółem|łącznie|toplam|合計|合计|總計|总计|总和"
    r"|総計|小計|小计|합계|총계|소계|المجموع|الإجمالي|סה\"כ",
    re.IGNORECASE,
)
_HAS_NUMBER = lazy_regex(r"\d")
_FEWEST_ADDED = 2  # rows above a row of totals


def total_row(clue: Sequence[int], asking: Sequence[int], text: Sequence[Texts]) -> int | None:
    """The last row, where it adds up the numbers of those above."""
    if len(text) <= _FEWEST_ADDED or not asking:
        return None
    *rows, last = text
    if not _TOTAL.fullmatch(" ".join(last[column] for column in clue).rstrip(" .:")):
        return None  # as nearly always
    told = [column for column in asking if last[column]]
    above = [row[column] for row in rows for column in told if row[column]]
    is_sum = bool(told) and all(_HAS_NUMBER.search(last[column]) for column in told)
    are_numbers = 2 * sum(map(bool, map(_HAS_NUMBER.search, above))) > len(above)
    return len(rows) if is_sum and are_numbers else None


_WORDS = lazy_regex(r"[^\W\d_]{2}|[\u3040-\u9fff\uac00-\ud7af]")


def missing_clues(
    headers: Headers, clue: Sequence[int], html: Sequence[Texts], text: Sequence[Texts]
) -> set[int]:
    """The rows whose clue is a dash or the like: among words, or in several rows.

    One sign alone among others, as code, or below a header such as ``Symbol`` is a clue.
    """
    found = placeholders(headers, clue, html, text)
    if not found:
        return set()  # as nearly always
    rows = {row for row, _ in found if all((row, column) in found for column in clue)}
    others = {text[row][clue[0]] for row in range(len(text)) if row not in rows} - {""}
    are_words = 2 * sum(bool(_WORDS.search(cell)) for cell in others) > len(others)
    return rows if are_words or len(rows) > 1 else set()
