"""Titles that announce answers, and whose answers these are.

Somebody's own answers may be wrong. Of some languages all words are known that say so. In others
a word in front of the one for answers has to be known, or one has to say that they are right.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from functools import lru_cache

from generator.core.lazy_regex import lazy_regex
from generator.forms.lettered.words import ANSWER_WORDS, KNOWN_ANSWERS, MARKUP

# What counts quizzes, and what counts parts of a page: "Quiz 2", "Chapter 2".
QUIZZES = frozenset(
    """
    quiz quizze test exam set mock assignment worksheet exercise problem paper practice
    übung aufgabe klausur prüfung prueba examen cuestionario ejercicio interrogation exercice
    esame prova simulado тест экзамен
    """.split()
)
PARTS = frozenset(
    """
    part section chapter unit week module lesson lecture day topic domain form version group block
    kapitel teil abschnitt einheit woche lektion capítulo capitulo parte sección unidad tema
    partie chapitre unité capitolo sezione unidade глава часть раздел
    """.split()
)
# Words that name no quiz.
PLAIN = frozenset(
    """
    question multiple choice option review sample check self knowledge assessment above below with
    expand reveal spoiler toggle open press the of to and
    from this that these those your here show click full short long detailed complete official
    suggested model expected final summary quick reference list table hint comment note rationale
    reason discussion feedback marking grading scheme score guide letter only true false fill blank
    teacher student instructor back appendix introduction overview objective fragen frage oder alle
    para preguntas pregunta todas réponses avec pour domande domanda perguntas pergunta
    вопрос вопросы
    """.split()
)
# What else may stand in front of the word for answers.
_FRONT = frozenset(
    """
    a an answer answers in on for back page pages end see view check compare verify
    visa vis näytä pokaż pokaz zobrazit zobraziť zobraz ukáž ukaž mostra afișează prikaži pokaži
    показать показати покажи посмотреть göster lihat tunjukkan buka xem hiện mutasd δείτε دیدن
    wszystkie všechny alla alle kaikki все всі tüm semua tất cả oikea oikeat rätta riktiga rigtige
    riktige rigtigt klucz klíč facit nyckel avain ключ ključ anahtar kunci مفتاح exempel
    och og ja ve dan và și и та i a den det de
    """.split()
)
_FRONT_CHARACTERS = lazy_regex(
    r"[第問]?[\d一二三四五六七八九十]+[章节節课課回问問题題单单元單元部页頁]?|查看|点击|點擊|显示|顯示|展开|展開|全部|所有|参考|參考"
    r"|本[章节節课課]|练习|練習|习题|習題|测验|測驗|测试|測試|试题|試題|试卷|考试|模拟|模擬|真题|題目|题目|题|題|作业|課後|课后|期[中末]"
    r"|选择|選擇|单选|單選|多选|多選|判断|判斷|填空|正确|正確|标准|標準|的|及|与|與|和|问题|問題?|クイズ|テスト|演習|確認|過去問|試験|章末?"
    r"|の|と|문제|퀴즈|연습|시험|모의|정답|장|의|와|및|[\W\d_]"
)
_KNOWN = lazy_regex(rf"(?<!\w)(?:{KNOWN_ANSWERS})(?!\w)|\b(?:key|explanations?)\b", re.IGNORECASE)
_TITLE_WORD = lazy_regex(
    rf"(?<!\w)(?:{ANSWER_WORDS}|key|reveal|explanations?|rationales?|erklärung|explicación|解説|解析|解答)(?!\w)"
    rf"|答案|正解|正答|解答|答え|정답|解析|الإجاب|إجاب",
    re.IGNORECASE,
)
_OWN_WORDS = (
    r"your|my|our|his|her|their|given|chosen|selected|submitted|(?:user|student|learner)(?:['’]?s)?"
    r"|ich|meine?|deine?|ihre?|eigene[nrs]?|mis?|tus?|sus?|mes|vos|votre|ma|ta|tua|mia|minhas?|suas?"
    r"|mijn|jouw|moj[ae]|моя?|мой|мои|ваш\w*|내|나의"
    r"|mie|tue|tes|ses|leurs?|nos|notre|nuestras?|mías?|teus?|uw|je"
    r"|min|mina|mitt|dina?|ditt|mine|sin[ae]?|omat|oma|minun|sinun|benim|senin|sizin|kendi"
    r"|mé|můj|vaše|tvoj[ea]|twoj[ea]|twój|твои|твой|його|його|мої|мій|मेरे|मेरा|आपका"
)
_OWN = lazy_regex(
    rf"\W*(?:(?:{_OWN_WORDS})\b"
    r"|我的|你的|您的|自分の|私の|あなたの)[^:：]*$",  # these run on without a space
    re.IGNORECASE,
)
# Genitives in front of answers that are the right ones.
_NOBODYS = (
    r"today|tomorrow|yesterday|teacher|instructor|author|editor|book|chapter|quiz|test|exam|week|month|lesson"
    r"|unit|section|it|that|what|here|let|there|who|question|examiner|publisher|expert|lecturer|professor"
)
# "As minhas respostas", "Answers (mine)", "Jawaban saya", "The answers I gave", "Anna's answers".
_OWN_NEAR = lazy_regex(
    r"(?<!\w)(?<!check )(?<!compare )(?<!mark )(?<!verify )(?<!to )"
    rf"(?:{_OWN_WORDS})\W+(?:{ANSWER_WORDS})(?!\w)"
    rf"|(?<!\w)(?:{ANSWER_WORDS})[\W_]+(?:(?:of|von|van|av|fra|från|de|di|da|của|à|by)[ ])?"
    r"(?:mine|yours|hers|ours|mir|dir|mij|mig|meg|moi|toi|mías?|míos?|tuyas?|meine?|minhas?|mie|saya|aku|anda"
    r"|kamu|tôi|bạn|em|من|شما|שלי|moje|мои|мой|i[ ](?:gave|chose|picked|had|put|wrote|got)"
    r"|(?:you|we|he|she|they)[ ](?:gave|chose|picked|put|wrote))(?!\w)"
    rf"|(?<!\w)(?!(?:{_NOBODYS})['’])[^\W\d_]+(?:['’]s|s['’])\W+(?:[^\W\d_]+\W+)?(?:{ANSWER_WORDS})(?!\w)"
    r"|(?:إجاب|اجاب|جواب)[^\W\d_]*(?:ي|ك|هم?|ها)(?!\w)",
    re.IGNORECASE,
)
_RIGHT = lazy_regex(
    r"correct|right|richtig|korrekt|juste|bonne|esatt|corrett|cert[oa]|правильн|верн|正|صحيح|poprawn|správn"
    r"|doğru|rätt|juist",
    re.IGNORECASE,
)


_MOST_KEPT = 1 << 9  # titles: one above each answer may be the same all over a page


def is_answer_title(text: str, known: Collection[str] = ()) -> bool:
    """Whether a heading, or the title of what is folded, announces answers that are right; words
    that are ``known`` name quizzes."""
    return announces_answers(text) and not is_own_title(text) and not _is_unsure(text, known)


def is_own_answer_title(text: str, known: Collection[str] = ()) -> bool:
    """Whether a title announces what somebody answered, right or wrong, or may do so."""
    return announces_answers(text) and (is_own_title(text) or _is_unsure(text, known))


@lru_cache(_MOST_KEPT)
def announces_answers(text: str) -> bool:
    """Whether a title announces answers, whosever they are."""
    return (
        len(text) <= 80
        and "?" not in text
        and _TITLE_WORD.search(MARKUP.sub("", text)) is not None
        and _NOT_RIGHT.search(text) is None
    )


# Of answers that somebody gave, or that are none yet.
_NOT_RIGHT = lazy_regex(
    r"\b(?:wrong|incorrect|not (?:the|correct|right)|typical|previous|partial|format|students?"
    r"|people|falsche?[nrs]?|nicht|mauvaises?|fausses?|incorrectos?|incorrectas?|errat[aeio]|sbagliat[aeio]"
    r"|incorret[ao]s?)\b|\(old\)",
    re.IGNORECASE,
)


@lru_cache(_MOST_KEPT)
def is_own_title(text: str) -> bool:
    """Whether a title says whose the answers are: "Your answer", "Chosen", "Anna's answers"."""
    plain = MARKUP.sub("", text)
    return _OWN.match(plain) is not None or _OWN_NEAR.search(plain) is not None


def _is_unsure(text: str, known: Collection[str]) -> bool:
    """Whether a word in front of the one for answers may say whose they are."""
    plain = MARKUP.sub("", text)
    found = _TITLE_WORD.search(plain)
    if found is None or _KNOWN.search(plain) or _RIGHT.search(plain):
        return False
    front = plain[: found.start()].casefold()
    if found[0][0] > "\u2e80":  # a script without spaces
        return bool(_FRONT_CHARACTERS.sub("", front)) and front.strip("の的 ") not in known
    return any(
        word not in known and word not in _FRONT and word.removesuffix("s") not in _COUNTING
        for word in words_of(front)
        if len(word) > 1 and not word.isdecimal()
    )


_WORD = lazy_regex(r"[^\W_]+")
_COUNTING = QUIZZES | PARTS | PLAIN


def words_of(text: str) -> Iterator[str]:
    """The words of a title, folded."""
    return map(str.casefold, _WORD.findall(MARKUP.sub("", text)))


def without_answer_words(text: str) -> str:
    """A title without the words that announce answers."""
    return _TITLE_WORD.sub(" ", MARKUP.sub("", text))


def is_right_title(text: str) -> bool:
    """Whether a title announces the right answers."""
    return is_answer_title(text) and _RIGHT.search(text) is not None
