"""What a line says about the options of a question: their letters, and which of them is right.

It reads single lines and knows no page. The words are a list: a language more is a line more.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

from generator.core.lazy_regex import lazy_regex
from generator.forms.lettered.sign import ALPHABETS

CIRCLED = ALPHABETS[-1]
_LETTER = "".join(ALPHABETS)
# Lines of which it is kept what they begin with: a page is gone through several times, from top to
# bottom, and what is asked of a line does not depend on the page.
_MOST_KEPT = 1 << 15
_MOST_NEAR = 1 << 9  # lines around a question, which several readers ask the same
DIGITS = "123456789"  # what counts options where an answer names one of them

ROMANS = {
    roman: number for number, roman in enumerate("i ii iii iv v vi vii viii ix x xi xii".split(), 1)
}
# In Greek a semicolon asks. Where a pattern begins with one of a few characters, a search passes
# over all others in a third of the time; so does MARKUP.
ASKS = lazy_regex("[?？؟\u037e;](?:(?<!;)|(?<=[\u0370-\u03ff\u1f00-\u1fff];))")

# What announces an answer, in the languages of study guides; each may stand in the plural.
# In these a title that says whose the answers are is known as well.
KNOWN_ANSWERS = (
    r"answers?|ans|correct(?:[ ](?:answers?|options?|choices?|responses?))?|solutions?"
    r"|antwort(?:en)?|richtig(?:e[nr]?[ ](?:antwort(?:en)?|option(?:en)?))?|lösung(?:en)?"
    r"|korrekte?[ ]antwort(?:en)?"
    r"|respuestas?(?:[ ]correctas?)?|opci[oó]n(?:es)?[ ]correctas?|soluci[oó]n(?:es)?|correctas?"
    r"|(?:bonnes?[ ])?réponses?(?:[ ](?:correctes?|exactes?|justes?))?|corrigés?|correction"
    r"|rispost[ae](?:[ ](?:corrett[ae]|esatt[ae]))?|soluzion[ei]"
    r"|respostas?(?:[ ](?:corretas?|certas?))?|gabarito|alternativas?[ ]corretas?"
    r"|(?:juiste?[ ])?antwoord(?:en)?"
)
ANSWER_WORDS = (
    rf"{KNOWN_ANSWERS}"
    r"|răspuns(?:uri)?(?:[ ]corect)?|përgjigj(?:a|ja|et)?|(?:tačan[ ]|točan[ ])?odgovori?"
    r"|คำตอบ|απάντηση"
    r"|(?:helyes[ ])?válasz|(?:správna[ ])?odpoveď|(?:верен[ ])?отговор|إجابة"
    r"|(?:rätt[ ]|riktigt[ ]|korrekt[ ])?svar|vastau(?:s|kset)"
    r"|(?:poprawn[ae][ ])?odpowied(?:ź|zi)|(?:správn[áé][ ])?odpověď"
    r"|(?:правильны[йе][ ])?ответы?|(?:правильн[аі][ ])?відпові(?:дь|ді)"
    r"|(?:doğru[ ])?(?:cevap|yanıt)(?:lar)?|(?:kunci[ ])?jawaban|đáp[ ]án(?:[ ]đúng)?"
    r"|(?:正确|正確|参考|參考|标准|標準)?答案|正解|正答|答え|解答|(?:정)?답"
    r"|(?:الإجابة|الاجابة|الجواب)(?:[ ]الصحيحة|[ ]الصحيح)?|(?:ה?תשובה)(?:[ ]ה?נכונה)?|پاسخ|उत्तर"
)
_WHICH = (
    r"(?:(?:the|best|right|correct|suggested|official|final|expected|model"
    r"|die|l[ae]s?|il|het|as?(?=[ ]resposta))[ ]){0,2}"
)
_SEVERAL = r"scenario|case|problem|exercise|szenario|escenario|cenário|scénario|aufgabe"
_NUMBER_WORDS = (
    rf"{_SEVERAL}|q|question|ques|frage|pregunta|question|domanda|quest[aã]o|pergunta|vraag|fråga"
    r"|pytanie|otázka|вопрос|питання|soru|soal|câu(?:[ ]hỏi)?|问题|問題|题目|題目|题|題|問|設問"
    r"|문제|문항|سؤال|السؤال|שאלה|प्रश्न"
)

_OPTION = lazy_regex(
    r"(?:\[(?P<box>[ xX])\][ ]+|(?P<sign>[☑✅✔✓☐❌✖✗✘])\ufe0f?[ ]*)?"
    rf"(?P<bold>\*\*|__|==)?(?P<open>[(（\[])?(?P<letter>[{_LETTER}])"
    r"ـ?(?:\\?(?P<close>[)）\]](?!\())|\\?(?P<dot>[.．、]-?|:(?!//)|：)"
    r"|(?P<dash>(?<=[أبجدهوزحאבגדהוזח])[ ]?[-–—](?=\s))"
    r"|(?<=[①-⑩])(?=\s|[^①-⑩])|(?<=[ア-ク])(?=[ \u3000]))"
    r"(?P<end>\*\*|__)?(?:[:：](?P=bold))?(?P<gap>\s*)"
)
_NUMBER = lazy_regex(
    rf"""(?:<a\b[^<>]*>(?:</a>)?\s*)?
    (?:[^\w\s*_`(\[<>#$"'“«¿-]{{1,4}}\s*)? (?P<bold>\*\*|__|\*)? [【\[(]?
    (?: (?:{_NUMBER_WORDS})(?:[ ]?(?:no\.?|nr\.?|n[º°]|\#))?\s?(?P<named>\d{{1,4}})[】\])]?
        (?: \s*[.,:)：．、。|–—-]+ | \s\([^()]{{1,40}}\)[.:]?(?=\s|$) | (?=\s|\*\*|__|$) )
      | (?:第\s?)(?P<counted>\d{{1,4}})\s?[题題問问][.:：．、]?
      | (?-i:NO)\.(?P<no>\d{{1,4}})(?=\s) | new\squestion\s(?P<new>\d{{1,4}})(?=\s|$)
      | (?-i:[DFPВПЗ])(?P<initial>\d{{1,3}})[.。](?!\d)
      | (?P<bare>(?!(?:1\d|20)\d\d\s*[:：–—-])\d{{1,4}}) [】\])]?
        (?: \\?[.:)：．、]+ (?!\d) | \s*[–—-]\s(?!\s*\d) | \s\([^()]{{1,40}}\)[.:](?=\s) )
      | (?:{_NUMBER_WORDS})\s?[:：] | q\.(?=\s) )
    (?P<end>\*\*|__|\*)? \s* (?:[:：|–—-]\s+)?""",
    re.VERBOSE | re.IGNORECASE,
)
_SAYS = lazy_regex(
    rf"(?:【(?:{ANSWER_WORDS})】[:：]?\s*"
    rf"|{_WHICH}(?P<word>{ANSWER_WORDS}|(?:answer[ ])?key)(?:[ ]?\([^()]{{0,20}}\))?"
    # "Ans. B" and "Answer B" are whole lines.
    rf"(?:\.?(?=\s\(?[{_LETTER}]\)?\W*$)\s"
    rf"|\s*(?:::?|[：=]|[–—-]+(?=\s)|(?:is|are|ist|sind|es|son|est|è|é|是|は)\b[ ]?[:：]?)\s*))"
    r"(?:(?:the[ ])?(?:options?|choices?|letters?|opci[oó]n|réponse|antwort|选项|選項)[ ])?",
    re.IGNORECASE,
)
_IS_RIGHT = lazy_regex(
    rf"(?:option|choice|answer|选项|選項|الخيار)?[ ]?\(?(?P<letter>[{_LETTER}])\)?[ ]?"
    r"(?:is|ist|es|est|è|é)[ ](?:the[ ])?(?:correct|right|best|richtig|correcta?|juste)\b",
    re.IGNORECASE,
)
_SEPARATOR = lazy_regex(
    r"[)）]?\s*(?:[,;/&+·・、，]|(?:,\s*)?(?:and|und|y|et|e|и|та|i|en|och|og|ve|dan|và|和|と|및|و)(?=[\s(*]))\s*"
    r"(?:(?:option|choice)[ ])?",
    re.IGNORECASE,
)
_WORD = lazy_regex(r"\s+\w")
_NAME = lazy_regex(r"\.\w")  # "H.264"
_ARTICLE = lazy_regex(r"\s[a-z]")
MARKUP = lazy_regex(r"[*_`\u200b\ufe0f<](?:(?<!<)[*_`\u200b\ufe0f]*|(?<=<)[^<>]*>)")
_RIGHT_SIGN = lazy_regex(
    r"\s*(?:✅|✔️?|✓|☑️?|🟢|👈|[(\[（*_]{1,3}(?:the\s)?(?:correct(?:\sanswer)?|right(?:\sanswer)?|richtig"
    r"|correcta|correcto|correct[ae]|bonne\sréponse|正解|正确答案|正确|정답|верно|صحيح)[)\]）*_.!]{1,3}"
    r"|(?:←|<-{1,2}|⇐|◀)\s*(?:correct|right|answer|richtig|this)\b[^\n]{0,20})(?:\s*\*\*)?\s*$",
    re.IGNORECASE,
)
_RIGHT_START = lazy_regex(r"^(?:✅|✔️?|✓|☑️?|🟢)\s*")
_WRONG_SIGN = lazy_regex(
    r"\s*(?:❌|✖️?|✗|✘|🔴|[(\[（]\s?(?:incorrect|wrong|falsch|incorrecta|faux)\s?[)\]）])\s*$",
    re.IGNORECASE,
)
_CHOOSE = lazy_regex(
    r"\b(?:choose|select|pick|mark|wählen\ssie|wählt?e?|kreuzen?\ssie|eli[jg]a?e?|escoj?g?[ae]|selecciona"
    r"|seleccione|marque|marca|choisis(?:sez)?|sélectionne[zr]?|cochez|scegli(?:ere|ete)?"
    r"|seleziona(?:re|te)?|escolha|selecione|assinale|выберите|отметьте|оберіть|wybierz|kies)\s"
    r"(?:the\s|any\s)?(?:best\s)?"
    r"(two|three|four|zwei|drei|vier|dos|tres|cuatro|deux|trois|quatre|due|tre|quattro|duas|dois|três"
    r"|два|две|три|четыре|дві|dwie|dwa|trzy|twee|drie|[2-4])\b"
    r"|\b(zwei|drei)\s(?:antworten\s)?(?:sind\srichtig|auswählen|wählen)"
    r"|[(（\[]\s?(two|three|four|zwei|drei|vier|dos|tres|cuatro|deux|trois|quatre|due|tre|quattro|duas|dois"
    r"|três|два|три|четыре|dwie|trzy|twee|drie|[2-4])\s(?:correct\s|right\s|richtige\s|bonnes\s)?"
    r"(?:answers|antworten|richtige|respuestas|réponses|risposte|respostas|ответа|odpowiedzi|antwoorden)"
    r"[^()（）\[\]]{0,20}[)）\]]"
    r"|[选選][择擇出]?\s?([两兩二三四2-4])|([2二3三4四])\s?つ選|(두|세|네)\s?(?:가지|개)를?\s?(?:고르|선택)",
    re.IGNORECASE,
)
_COUNTS = {
    word: count
    for count, words in {
        2: "two zwei dos deux due duas dois два две дві dwie dwa twee 2 两 兩 二 두",
        3: "three drei tres trois tre três три trzy drie 3 三 세",
        4: "four vier cuatro quatre quattro четыре 4 四 네",
    }.items()
    for word in words.split()
}
_ABOVE = lazy_regex(
    r"\b(?:above|anterior(?:es)?|précédent\w*|ci-dessus|genannten|oben|precedenti|acima|bovenstaande"
    r"|powyższ\w+|перечисленн\w+|выше\w*)\b|\b(?:all|none|both)\sof\s(?:these|them)\b"
    r"|以上|上記|上述|すべて|위의|ما سبق",
    re.IGNORECASE,
)


class OptionMark(NamedTuple):
    """The beginning of an option's line: which letter, by its place in its alphabet; how it is
    written; where the text begins; whether a box in front of it is ticked."""

    alphabet: str
    place: int
    style: str
    end: int
    bold: str
    is_ticked: bool = False


# By letter the alphabet that it counts in, and its place there; none stands in two.
_PLACES = {
    letter: (alphabet, place) for alphabet in ALPHABETS for place, letter in enumerate(alphabet)
}


@lru_cache(_MOST_KEPT)
def option_mark(text: str) -> OptionMark | None:
    """The letter that a line begins with, if one marks it as an option."""
    found = _OPTION.match(text)
    if not found or (found["open"] and not found["close"]):
        return None
    rest = text[found.end() :]
    # "A.b" may be a name, "A.allow_reuse" is an option of some guides; a dot alone is not enough.
    if not found["gap"] and not found["end"] and (not rest or not _begins_tight(rest, found)):
        return None
    alphabet, place = _PLACES[found["letter"]]
    sign = found["dot"] or found["dash"] or ""
    style = found["close"] or ("." if sign in tuple(".．、") else sign[-1:] and ":")
    is_open = found["bold"] and not found["end"]
    bold = found["bold"] if is_open else ""
    is_ticked = (found["box"] or found["sign"] or " ") in "xX☑✅✔✓"
    return OptionMark(alphabet, place, style, found.end(), bold or "", is_ticked)


_FEWEST_IN_ROW = 3  # options; of two a sentence may speak
_WORD_BEGINS = lazy_regex(r"[ \t\u3000]+")


def options_in_row(text: str) -> list[int]:
    """Where the options begin that stand one behind the other, "A. one  B. two  C. three"; nothing
    where the text is no such line."""
    first = option_mark(text)
    if first is None or first.place:
        return []
    if not _may_be_row(text, first.alphabet):
        return []
    starts = [0]
    for gap in _WORD_BEGINS.finditer(text):
        mark = option_mark(text[gap.end() : gap.end() + _MOST_MARK])
        is_next = mark is not None and mark.place == len(starts)
        if mark and is_next and (mark.alphabet, mark.style) == (first.alphabet, first.style):
            starts.append(gap.end())
    return starts if len(starts) >= _FEWEST_IN_ROW else []


def _may_be_row(text: str, alphabet: str) -> bool:
    """Whether the letters of the fewest options of a row are in a text."""
    return all(letter in text for letter in alphabet[1:_FEWEST_IN_ROW])


_MOST_MARK = 12  # characters, with what begins behind it


def _begins_tight(rest: str, found: re.Match[str]) -> bool:
    return (
        found["close"] is not None
        or found["dot"] in (None, "．", "、", "：")
        or rest[0] in "`*"
        or rest[1:2].isalpha()
    )


_NUMBERED = lazy_regex(r"[(（]([1-9])[)）]\s*(?=\S)|([1-9])[.．、)）]\s+(?=\S)")


def numbered_option(text: str) -> OptionMark | None:
    """The number that a line begins with, if it may count an option."""
    found = _NUMBERED.match(text)
    if not found:
        return None
    place = DIGITS.index(found[1] or found[2])
    return OptionMark(DIGITS, place, text[0] if found[1] else text[1], found.end(), "")


def asks_for_number(text: str) -> bool:
    """Whether a question asks how many there are."""
    return _HOW_MANY.search(text) is not None


_HOW_MANY = lazy_regex(
    r"\b(?:how (?:many|often|much)|number|wie ?viele?|anzahl|combien|cu[aá]nt[oa]s?|quant[eio]s?"
    r"|сколько)\b|几|幾|多少|いくつ|몇|كم|כמה",
    re.IGNORECASE,
)


class Number(NamedTuple):
    """The number that a question begins with: None where only a word says that it is one; its
    text begins at ``end``, with the ``bold`` that did not end with the number. One that is
    ``named`` has a word, such as "Question 5"."""

    number: int | None
    end: int
    bold: str
    named: bool


@lru_cache(_MOST_KEPT)
def question_number(text: str) -> Number | None:
    """The number that a line begins with, if it is one of a question."""
    found = _NUMBER.match(text)
    if not found:
        return None
    digits = found["named"] or found["counted"] or found["initial"] or found["bare"]
    digits = digits or found["no"] or found["new"]
    bold = found["bold"] if found["bold"] and not found["end"] else ""
    if found["end"] and not found["bold"]:  # the bold begins behind the number
        return Number(int(digits) if digits else None, found.start("end"), "", not found["bare"])
    return Number(int(digits) if digits else None, found.end(), bold or "", not found["bare"])


def counts_several(text: str) -> bool:
    """Whether a heading counts what may have several questions: "Exercise 2"."""
    return re.match(rf"\W*(?:{_SEVERAL})\b", text, re.IGNORECASE) is not None


class Statement(NamedTuple):
    """What a line says: the places of the right letters, none where it says something else; and
    what stands behind that.

    With ``alone`` no word says that it is an answer; ``partly`` there may be more, "B is correct".
    Where the letters behind the first may belong to what follows, "B, D is wrong", ``instead`` is
    what it says without them.
    """

    letters: tuple[int, ...]
    rest: str
    alone: bool = False
    partly: bool = False
    instead: Statement | None = None


@lru_cache(_MOST_NEAR)
def statement(text: str, alphabet: str, count: int, in_answer: bool) -> Statement | None:
    """What a line says about which of ``count`` options is right, None where it says nothing.

    What is ``in_answer`` stands where only an answer can stand, and needs no word for it.
    """
    text, plain, at, has_word, right_letter, is_signed = _beginning(text)
    if right_letter:
        place = alphabet.upper().find(right_letter.upper())
        return Statement((place,), text, partly=True) if 0 <= place < count else None
    if not (has_word or in_answer or is_signed):
        return None
    read = _letters(plain, at, alphabet, count)
    if read is None and not has_word:
        return None
    offsets = range(len(text)) if len(plain) == len(text) else _offsets(text)
    if read is None:
        rest = text[offsets[at] :] if at < len(offsets) else ""
        return Statement((), balanced(rest)) if has_word else None
    letters, ends = read
    end = ends[-1]
    if not has_word and not _is_alone(plain, end, text, offsets):
        return None
    instead = None
    if len(ends) > 1 and _WORD.match(plain, end) and text[offsets[end] - 1] not in "*_":
        first = _letters(plain[: ends[0]], at, alphabet, count)
        instead = (
            Statement(first[0], _rest(text, offsets, ends[0]), not has_word) if first else None
        )
    return Statement(letters, _rest(text, offsets, end), not has_word, instead=instead)


class _Beginning(NamedTuple):
    """A line without links around letters, and without markup; where in the latter letters may
    begin, whether a word for an answer stands in front, the letter that is called right, and
    whether a sign alone says so."""

    text: str
    plain: str
    at: int
    has_word: bool
    right_letter: str
    is_signed: bool


@lru_cache(_MOST_KEPT)
def _beginning(text: str) -> _Beginning:
    if "[" in text or "<sup" in text or "==" in text:
        text = _LINKED.sub(lambda found: found[found.lastgroup] if found.lastgroup else "", text)
    if "\\" in text:
        head, opens, tail = text.partition("\\(")
        text = _ESCAPED.sub("", head) + opens + tail
    plain = MARKUP.sub("", text)
    lead = len(plain) - len(plain.lstrip(_LEADS))
    if not _is_lettered(plain, lead):
        if number := question_number(plain[lead:]):
            lead += number.end
        if said := _SAYS.match(plain, lead):
            return _Beginning(text, plain, said.end(), True, "", False)
    right = _IS_RIGHT.match(plain, lead)
    is_signed = right is None and _SIGNED.match(plain) is not None
    return _Beginning(text, plain, lead, False, right["letter"] if right else "", is_signed)


def _is_lettered(plain: str, at: int) -> bool:
    """Whether a text begins as most options do, and so with no number and no word for an answer."""
    return plain[at + 1 : at + 2] in (".", ")") and plain[at] in _PLAIN_LETTERS


_PLAIN_LETTERS = "ABCDEFGHabcdefgh"

# "b\)" and "B\.", as word processors write them; behind "\(" it may end a formula.
_ESCAPED = lazy_regex(rf"(?<=(?<!\w)[{_LETTER}])\\(?=[).:])")

# A letter that is a link or marked, or that a note is referred to behind: "[C](x.md)", "[[C]]",
# "==C==", "C<sup>1</sup>", "C[^1]".
_LINKED = lazy_regex(
    rf"\[\[(?P<page>[{_LETTER}])\]\]|==(?P<marked>[{_LETTER}])=="
    rf"|\[(?P<link>[*_]{{0,2}}[{_LETTER}](?:[*_]{{0,2}}|[.):：]\s[^\[\]\n]*))\]"
    r"(?:\((?:[^()\n]|\([^()\n]*\))*\)|\[[^\[\]\n]*\])"
    rf"|(?<=[{_LETTER}*_])(?:<sup>[^<>\n]{{1,20}}</sup>|\[\^?\w{{1,20}}\])"
)
_LINK = lazy_regex(r"\[([^\[\]\n]+)\]\([^()\n]*\)")


class AnswerMark(NamedTuple):
    """``A:`` or ``A13.`` at the beginning of a line: its number, and where the text begins."""

    number: int | None
    end: int


_A_MARK = lazy_regex(
    rf"[*_]{{0,2}}A(?:[ ]?(?P<number>\d{{1,4}})[*_]{{0,2}}\s?[.:：)]|[*_]{{0,2}}[:：]"
    rf"|[*_]{{0,2}}\.(?=[*_]{{0,2}}\s+[(*_]{{0,3}}[{_LETTER}][)*_.]{{0,4}}\s*$))[*_]{{0,2}}\s*"
)
_Q_MARK = lazy_regex(r"[*_]{0,2}(?:Q|Question)[ ]?\d{0,4}[*_]{0,2}[.:：)]", re.IGNORECASE)


def answer_mark(text: str) -> AnswerMark | None:
    """The sign of an answer that a line begins with, where the question has ``Q:`` or ``Q13.``."""
    found = _A_MARK.match(text)
    return (
        AnswerMark(int(found["number"]) if found["number"] else None, found.end())
        if found
        else None
    )


def has_question_mark(text: str) -> bool:
    """Whether a line begins with ``Q:``, ``Q.`` or ``Q13.``."""
    return _Q_MARK.match(text) is not None


_LEADS = " \t•-–—→➡👉✅✔✓☑🎯💡🔑📌>#:：️[(!"
_SIGNED = lazy_regex(rf"\s*(?:✅|✔️?|✓|☑️?|→|➡️?|👉|🔑)\s*\(?[{_LETTER}][).]*\s*$")
_BETWEEN = lazy_regex(r"[\s.,:;)\]）：、，。|=→]*(?:[–—-]+(?:\s+|$))?")


def _rest(text: str, offsets: Sequence[int], end: int) -> str:
    rest = balanced(_behind(text[offsets[end] :])) if end < len(offsets) else ""
    return "" if rest == "\\" else rest  # that breaks the line


def _behind(rest: str) -> str:
    """What follows letters, without what parts it from them; half of an emphasis may be left."""
    marks = rest[: len(rest) - len(rest.lstrip("*_"))]
    bare = rest[len(marks) :]
    found = _BETWEEN.match(bare)
    return marks + bare[found.end() :] if found else rest


def _is_alone(plain: str, end: int, text: str, offsets: Sequence[int]) -> bool:
    """Whether what stands behind a letter without any word says that it is no word itself."""
    if end >= len(plain) or plain[end] in ".,:;)）。：、，-–—":
        return True
    behind = plain[end:].lstrip()
    if not behind or behind[0] in "-–—(（→=:|" or plain[end : end + 2] == "  ":
        return True
    return text[offsets[end] - 1] in "*_>"  # bold ends behind the letter


def _offsets(text: str) -> list[int]:
    """Where each character of a text without emphasis and tags stands in the text."""
    offsets: list[int] = []
    done = 0
    for found in MARKUP.finditer(text):
        offsets += range(done, found.start())
        done = found.end()
    return [*offsets, *range(done, len(text))]


_MOST_JOINED = 10  # options whose letters may stand one behind the other, "BD"


def _letters(
    plain: str, at: int, alphabet: str, count: int
) -> tuple[tuple[int, ...], list[int]] | None:
    """The letters at a place of a text, and where each ends; None where there are none."""
    known, other = _both_cases(alphabet, count)
    places: list[int] = []
    ends: list[int] = []
    while len(places) <= count and (read := _letter(plain, at, known, other)):
        if ends and _NAME.match(plain, read[1]):
            break
        places += read[0]
        ends.append(read[1])
        separator = _SEPARATOR.match(plain, read[1])
        if separator is None or not separator[0].strip():
            break
        at = separator.end()
    return (tuple(sorted(set(places))), ends) if places else None


@lru_cache(_MOST_NEAR)
def _both_cases(alphabet: str, count: int) -> tuple[str, str]:
    """The first letters of an alphabet, and the same ones in the other case if there is one."""
    known = alphabet[:count]
    return known, {known.upper(): known.lower(), known.lower(): known.upper()}.get(known, "")


def _letter(plain: str, at: int, known: str, other: str) -> tuple[list[int], int] | None:
    """A letter, or some without anything between them; not what is the beginning of a word."""
    is_open = at < len(plain) and plain[at] in "(（["
    end = start = at + is_open
    while end < len(plain) and plain[end] in known:
        end += 1
    letters = known
    if end == start:
        while end < len(plain) and plain[end] in other:
            end += 1
        letters = other
    if end == start or end - start > len(known):
        return None
    places = [letters.index(letter) for letter in plain[start:end]]
    if end - start > 1 and places[-1] >= _MOST_JOINED:
        return None  # "AM" is a word
    if places != sorted(set(places)) or (end - start > 1 and letters.islower()):
        return None
    if is_open and end < len(plain) and plain[end] in ")）]":
        return places, end + 1
    behind = plain[end : end + 1]
    is_far = behind > "\u2e80" and plain[start] < "\u2e80"  # a word of another script
    if behind and not is_far and (behind.isalnum() or behind in "'’#"):
        return None
    if behind == "+" and not plain[end + 1 : end + 2].strip("+"):  # a mark, or a language
        return None
    # "A" and "a" are words, too; so is what a lower-case word follows behind a comma.
    may_be_word = end - start == 1 and (plain[start] in "AaIi" or letters.islower())
    if may_be_word and _ARTICLE.match(plain, end) and not _SEPARATOR.match(plain, end):
        return None
    return places, end


def names_option(text: str, in_answer: bool = False) -> bool:
    """Whether an answer is the letter of an option, or another sign for one, and no more."""
    beginning = _beginning(text)
    may_say = beginning.has_word or beginning.is_signed or in_answer
    for alphabet in ALPHABETS if may_say else ():
        said = statement(text, alphabet, len(alphabet), in_answer)
        if said and said.letters and not said.partly:
            return (not said.alone or in_answer) and not _WORD.match(f" {said.rest}")
    # Nearly no line has such a sign, and to look for a word takes longer.
    has_sign = _OTHER_SIGN.search(text) is not None
    return has_sign and _SAYS.match(text.lstrip(_LEADS + "*_")) is not None


_OTHER_SIGN = lazy_regex(
    r"[:：][\s*_(]*(?:[①-⑩🅰🅱]|[1-9]\ufe0f?\u20e3|(?:i{1,3}|iv|vi{0,3}|ix|I{2,3}|IV|VI{0,3}|IX)\b)\ufe0f?[\s*_).]*$"
)


def balanced(text: str) -> str:
    """A part of a text without the half of an emphasis that the cut left."""
    text = text.strip()
    for mark in ("**", "__"):
        if text.count(mark) % 2:
            text = text[2:].lstrip() if text.startswith(mark) else mark + text
    return text.strip()


# How often others chose it, which tells the answer without being it.
_VOTED = lazy_regex(r"(?:\s|\*\*|[(\[])*\bmost voted\b(?:\*\*|[)\]])*\s*$", re.IGNORECASE)


def _may_be_voted(text: str) -> bool:
    return "voted" in text[-_SIGN_LENGTH:].lower()


# What every sign that an option is right or wrong has in it.
_OF_SIGN = lazy_regex(r"[✅✔✓☑🟢👈❌✖✗✘🔴(\[（*_←⇐◀<]")
_SIGN_LENGTH = 60  # characters at an option's end, where a sign may stand


def marked_option(text: str) -> tuple[str, bool | None]:
    """An option without the sign that says it is right, or wrong; and which."""
    if _may_be_voted(text) and (found := _VOTED.search(text, max(len(text) - _SIGN_LENGTH, 0))):
        text = text[: found.start()]
    tail = max(len(text) - _SIGN_LENGTH, 0)
    if not _OF_SIGN.search(text, tail):
        found = _RIGHT_START.match(text)
        return (text[found.end() :], True) if found else (text, None)
    if found := _RIGHT_SIGN.search(text, tail):
        return balanced(text[: found.start()]), True
    if found := _RIGHT_START.match(text):
        return text[found.end() :], True
    if found := _WRONG_SIGN.search(text, tail):
        return balanced(text[: found.start()]), False
    return text, None


@lru_cache(_MOST_KEPT)
def key_of(text: str) -> str:
    """What two spellings of an option's text have in common."""
    text = _LINK.sub(r"\1", text) if "](" in text else text
    plain = unicodedata.normalize("NFKC", MARKUP.sub("", text)).casefold()
    return " ".join(plain.split()).strip(" .。;,:!\"'“”")


def wanted_count(question: str) -> int | None:
    """How many options a question says to choose."""
    folded = question.casefold()
    if not any(word in folded for word in _COUNTS):
        return None
    found = _CHOOSE.search(question)
    # A small i has more capitals for a pattern than for a word: "DREİ" is none.
    return _COUNTS.get(next(filter(None, found.groups())).casefold()) if found else None


def speaks_of_above(text: str) -> bool:
    """Whether an option is about those above it."""
    return len(text) <= 80 and _ABOVE.search(text) is not None


def names_letters(text: str, count: int, fewest: int = 1, alphabet: str = ALPHABETS[0]) -> bool:
    """Whether a text speaks of options by their capital letters, or by their numbers."""
    if alphabet == DIGITS:
        numbers = set(map(int, _LONE_NUMBER.findall(MARKUP.sub("", text))))
        return sum(0 < number <= count for number in numbers) >= fewest
    if alphabet == CIRCLED:
        return len(set(alphabet[:count]).intersection(text)) >= fewest
    found = set()
    for match in _LONE.finditer(MARKUP.sub("", text)):
        place = ord(match[0]) - ord("A")
        is_word = match[0] == "A" and _ARTICLE.match(match.string, match.end())
        if place < count and (not is_word or _VERB.match(match.string, match.end())):
            found.add(place)
    return len(found) >= fewest


_VERB = lazy_regex(
    r"\s(?:is|was|would|does|and|or|nor|alone|also|has|can(?:not)?|ist|und|es|y|est|et|è|e|\w+s)\b"
)
_LONE_NUMBER = lazy_regex(r"(?<![\w.,-])[1-9](?![\w%°]|[.,]\d)")
_LONE = lazy_regex(r"(?<![\w'’&+.-])[A-Z](?![\w'’&+#-])")
