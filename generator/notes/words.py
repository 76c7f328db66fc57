"""The words of a text, and whether one text gives a word of another away."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache
from itertools import filterfalse
from typing import NamedTuple, TypeVar

from generator.core.lazy_regex import lazy_regex
from generator.core.likeness import bare

# Chinese and Japanese put no spaces between words: a run of one script is the nearest thing.
_HAN = "\u3005\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_HIRAGANA = "\u3041-\u309f"
_KATAKANA = "\u30a1-\u30ff"
# For bytes, which are translated in half the time of a text.
_ASCII_WORDS = bytes(
    ord(chr(code).lower()) if chr(code).isalnum() else ord(" ") for code in range(128)
).ljust(256)
_WORD = lazy_regex(rf"[{_HAN}]+|[{_HIRAGANA}]+|[{_KATAKANA}]+|[^\W_{_HAN}{_HIRAGANA}{_KATAKANA}]+")
_FIRST_HAN = _HAN[0]
_IS_HAN = lazy_regex(f"[{_HAN}]+")
_IS_HIRAGANA = lazy_regex(f"[{_HIRAGANA}]+")
# Thai, Lao, Myanmar, Khmer and katakana: a "word" may be a whole phrase.
_IS_UNSPACED = lazy_regex(f"[{_HAN}{_KATAKANA}\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff]+")
# What stands between words, most of it in texts that are in ASCII else: "›" between a page and its
# section. No sign that is another one without accents and width.
_SIGNS = lazy_regex("[›–—→←⇒“”„«»•·…°×≤≥]")
# What hangs on a word by an apostrophe: the endpoint’s, l’inférence, dell’acqua.
_CLITIC = lazy_regex(
    r"(?<=\w)['’](?:s|t|d|m|re|ve|ll)\b|\b(?:[cdjlmnst]|qu|un|(?:d|n|s)?(?:a|e|u)ll)['’](?=\w)"
)
# In "vitamin A" and "logical OR" the capitals tell a name from a function word.
_CAPITALS = lazy_regex(r"[A-Z](?<=\w[ -][A-Z])[A-Z]*\b")

# Words that say nothing about an answer, in the languages most notes are written in.
_FUNCTION_WORDS = frozenset(
    """
    a an and are as at be been but by can could did do does for from had has have he her his how i
    if in into is it its may might must my of on or our shall she should so such than that the
    their them then there these they this those to was we were what when where which who why will
    with would you your
    der die das den dem des ein eine einen einem einer eines und oder für im in mit von zu zum zur
    auf aus als auch bei beim durch ist sind sich wie wird
    el la los las un una unos unas y o de del en con para por que se su sus como es son al
    le les et ou du des au aux sur dans pour une par qui est sont ce cette ces
    il lo gli i di da che per dei delle della nel nella e ed è sono
    os um uma do da dos das em ao à com
    من في على إلى عن أو و ما هو هي هذا هذه التي الذي ثم مع
    и в на с по к от для из что как это или
    """.split()
)
_UNSPACED_CHARACTERS = 2  # of a word, on the average of Chinese
_SHORTEST_STEM = 4  # letters; "batch" and "batches" are one word, "go" and "goal" are not
# What two forms of one word end in, after the letters that they share: polic-y, polic-ies.
_ENDINGS = frozenset("a as e ed en er es ing ion n o os i ies s y".split()) | {""}
_MOST_PAIRS = 500  # of words whose forms are compared: of a clue of 20 and an answer of 25
_FAR_EAST = "\u2e80"  # from here on a letter says as much as several
_SHORTEST_END = 5  # letters of a compound's last word: Klappe in Herzklappe
_LONGEST_ENDING = 2  # letters, in scripts whose endings are not listed: модел-ь, модел-ей

_Value = TypeVar("_Value")


class ByWord(dict[str, _Value]):
    """What a function gives for words, each worked out once: the words of one subject meet again
    and again, and `map` finds an item in less time than `lru_cache` takes. Emptied when full."""

    _MOST = 8192  # words

    def __init__(self, function: Callable[[str], _Value]) -> None:
        super().__init__()
        self._function = function

    def __missing__(self, word: str) -> _Value:
        if len(self) >= self._MOST:
            self.clear()
        value = self[word] = self._function(word)
        return value


def word_stems(text: str) -> frozenset[str]:
    """The words that carry meaning, in a form in which "Batches" and "batch" are equal.

    All words where no other is left, and the text itself where it has none ("<=", "+").
    """
    return frozenset(map(_STEMS.__getitem__, telling_words(text)))


def is_content(word: str) -> bool:
    """Whether a word, in lower case and without accents, carries meaning."""
    return word not in _BARE_FUNCTION_WORDS and not _IS_HIRAGANA.match(word)


def content_in_order(text: str) -> tuple[str, ...]:
    """The words that carry meaning as they follow each other, each without a plural's ending."""
    words = _words_in_order(text)
    return tuple([_STEMS[word] for word in words if word not in _BARE_FUNCTION_WORDS])


def repeated(text: str, others: frozenset[str]) -> frozenset[str]:
    """What the `word_stems` of a text have in common with others: those that stand among both, and
    the start of two forms of one word, or the word that ends a compound. In long texts only those
    that stand among both."""
    if not _may_repeat(text, others):
        return frozenset()  # as mostly
    words = word_stems(text)
    same = words & others
    if len(words) * len(others) > _MOST_PAIRS:
        return same
    joined = " ".join(others)
    # Two forms have their first letters in common, or the last.
    near = [
        word
        for word in words
        if word[:_SHORTEST_STEM] in joined
        or (len(word) > _SHORTEST_STEM and word[-_SHORTEST_STEM:] in joined)
        or word >= _FAR_EAST
    ]
    if len(near) == len(same):
        return same
    found = set(same)
    for word in near:
        if word in same:
            continue
        if word >= _FAR_EAST:
            found.update(min(word, other, key=len) for other in others if _holds(word, other))
        else:
            found.update(filter(None, (_common_stem(word, other) for other in others)))
    return frozenset(found)


def _may_repeat(text: str, others: Iterable[str]) -> bool:
    """Whether a text has the start or the end of one of these words, or may have it."""
    letters = _letters(text)
    if not letters.isascii():
        return True
    for word in others:
        start, end = _TRACES[word]
        if start in letters or end in letters:
            return True
    return False


def says_again(text: str, words: frozenset[str], repeats: frozenset[str]) -> bool:
    """Whether a text, with these words, has one of those that `repeated` found, in whatever
    form."""
    if not repeats.isdisjoint(words):
        return True
    letters = bare(text)
    return any(_is_said(repeat, letters, words) for repeat in repeats)


def _is_said(repeat: str, letters: str, words: frozenset[str]) -> bool:
    if repeat >= _FAR_EAST:
        return repeat in letters or any(_holds(repeat, word) for word in words)
    start, end = repeat[:_SHORTEST_STEM], repeat[-_SHORTEST_STEM:]
    if len(repeat) < _SHORTEST_STEM or not (start in letters or end in letters):
        return False
    return repeat in letters or any(_common_stem(repeat, word) for word in words)


def _holds(one: str, other: str) -> bool:
    return min(len(one), len(other)) > 1 and (one in other or other in one)


def _common_stem(one: str, other: str) -> str:
    """The letters of a word that another form of it or a compound has too, else none."""
    short, long = (one, other) if len(one) <= len(other) else (other, one)
    if len(short) < _SHORTEST_STEM:
        return ""
    if len(short) >= _SHORTEST_END and long.endswith(short):
        return short
    if not _same_word(short, long):
        return ""
    return short if short in long else short[: _shared_start(short, long)]


def count_words(text: str, *, of_content: bool = False) -> int:
    """How many words a text has, or how many that carry meaning. Scripts without spaces are
    counted by their characters."""
    words = _words_in_order(text)
    if of_content:
        words = [word for word in words if word not in _BARE_FUNCTION_WORDS]
    return sum(
        -(-len(word) // _UNSPACED_CHARACTERS) if _IS_UNSPACED.fullmatch(word) else 1
        for word in words
    )


def longest_harmless(candidates: Iterable[str], secrets: Sequence[str], shown: str = "") -> str:
    """The first candidate that gives none of the secrets away, else an empty text.

    It would, with half of a secret's words or more; those that are ``shown`` beside it are none.
    A question that says too little costs more than one word of a long answer.
    """
    for candidate in candidates:
        for secret in secrets:
            if _gives_away(candidate, secret, shown):
                break
        else:
            return candidate
    return ""


def _gives_away(candidate: str, secret: str, shown: str) -> bool:
    letters = _letters(secret)
    traces = _words_to_compare(candidate).by_trace
    if letters.isascii() and not [trace for trace in traces if trace in letters]:
        return False  # as mostly
    hidden = telling_words(secret)
    shared = _shared(candidate, hidden)
    if not shared:
        return False
    if shown:
        also_shown = _letters(shown)
        if letters.isascii() and also_shown.isascii():
            said = [word for word in hidden if word in also_shown]  # these, or fewer
            if 2 * len(shared) < len(hidden) - len(said):
                return False
        known = telling_words(shown)
        hidden, shared = hidden - known, shared - known
    # What may be the words of a script without spaces is more than its words are.
    return bool(hidden) and (
        2 * len(shared) >= len(hidden) or (bool(shared) and any(map(_IS_UNSPACED.match, hidden)))
    )


def shares_word(text: str, others: Iterable[str]) -> bool:
    """Whether a text has a word of one of the others that carries meaning."""
    return any(_shared(text, telling_words(other)) for other in others)


def _shared(candidate: str, hidden: frozenset[str]) -> frozenset[str]:
    """Those of the words that the candidate has."""
    # Here function words count: "in" is the whole answer where a preposition is asked.
    by_trace, foreign, letters = _words_to_compare(candidate)
    joined = " ".join(hidden)
    found = set()
    for trace, words in by_trace.items():
        if trace in joined:
            found.update([each for each in hidden if trace in each and _has_form(words, each)])
    if foreign:
        near = [each for each in hidden if not letters.isdisjoint(each)]
        found.update([each for each in near if _has_form(foreign, each)])
    return frozenset(found)


def _has_form(words: Iterable[str], word: str) -> bool:
    return any(_same_word(each, word) for each in words)


class _Compared(NamedTuple):
    """The words of a text by their traces; those in scripts that may write words as one, and the
    letters of these."""

    by_trace: Mapping[str, Sequence[str]]
    foreign: Sequence[str]
    letters: frozenset[str]


@lru_cache(maxsize=1024)
def _words_to_compare(text: str) -> _Compared:
    by_trace: dict[str, list[str]] = {}
    words = frozenset(all_words(text))
    for word in words:
        by_trace.setdefault(_TRACES[word][0], []).append(word)
    foreign = [word for word in words if not word.isascii()]
    return _Compared(by_trace, foreign, frozenset("".join(foreign)))


def _letters(text: str) -> str:
    """A text that, where it is in ASCII, has the traces of all its words."""
    letters = _without_signs(text)
    lower = letters.lower()
    return letters if lower == letters else f"{letters} {lower}"


def _traces(word: str) -> tuple[str, str]:
    """The start that a word has in common with all its forms: "cit" of city and cities; and the end
    that a longer word has in common with one that is its end."""
    start = _STEMS[word].removesuffix("y")[:_SHORTEST_STEM]
    is_long = len(word) > _SHORTEST_END
    return start, word[-_SHORTEST_END:].removesuffix("y") if is_long else start


@lru_cache(maxsize=8192)
def telling_words(text: str) -> frozenset[str]:
    """The words that carry meaning as they are written, in lower case; all where no other is left,
    and the text itself where it has none."""
    words = frozenset(all_words(text))
    content = words if words.isdisjoint(_BARE_FUNCTION_WORDS) else words - _BARE_FUNCTION_WORDS
    if not text.isascii():
        content = frozenset(filterfalse(_IS_HIRAGANA.match, content))
    return content or words


def all_words(text: str) -> list[str]:
    """The words of a text, and pairs of Han characters, and capitals that would be function words;
    the parts of the text where it has no words."""
    words = _words_in_order(text)
    if not text.isascii() and words and max(words) >= _FIRST_HAN:
        words = [part for word in words for part in _parts(word)]
    if text.lower() != text:
        words += [w for w in _CAPITALS.findall(text) if w.lower() in _BARE_FUNCTION_WORDS]
    return words or text.split()


def _parts(word: str) -> Sequence[str]:
    """A word of Han characters as what may be its words; any other as it is."""
    if len(word) > 2 and _IS_HAN.match(word):
        # Most Chinese words have two characters: each pair may be one.
        return [word[start : start + 2] for start in range(len(word) - 1)]
    return (word,)


def _words_in_order(text: str) -> list[str]:
    letters = _without_signs(text)
    if not letters.isascii():
        letters = bare(letters)
    if "'" in letters or "’" in letters:
        letters = _without_clitics(letters.lower() if letters.isascii() else letters)
    return ascii_words(letters) if letters.isascii() else _WORD.findall(letters)


def _without_signs(text: str) -> str:
    if text.isascii():
        return text
    letters = _SIGNS.sub(" ", text)
    return letters if _WORD.search(letters) else text  # where all are signs they are its words


def _without_clitics(letters: str) -> str:
    # The pattern is slow, and has no blanks.
    parts = [_CLITIC.sub("", p) if "'" in p or "’" in p else p for p in letters.split()]
    return " ".join(parts)


def ascii_words(text: str) -> list[str]:
    """The words of a text in ASCII as they follow each other, in lower case."""
    return text.encode().translate(_ASCII_WORDS).decode().split()


_BARE_FUNCTION_WORDS = frozenset(map(bare, _FUNCTION_WORDS))


@lru_cache(maxsize=16384)  # the words of one subject meet again and again
def _same_word(one: str, other: str) -> bool:
    short, long = (one, other) if len(one) <= len(other) else (other, one)
    if not short.isascii() and _stands_in(short, long):
        return True
    if short[:2] != long[:2]:  # nearly all pairs end here
        return False
    if _STEMS[short] == _STEMS[long]:
        return True
    if short[:_SHORTEST_STEM] != long[:_SHORTEST_STEM]:
        return False
    shared = _shared_start(short, long)
    if shared == len(short):
        return True
    if not (short.isascii() and long.isascii()):
        return len(long) - shared <= _LONGEST_ENDING
    return any(
        short[stem:] in _ENDINGS and long[stem:] in _ENDINGS
        for stem in range(_SHORTEST_STEM, shared + 1)
    )


def _stands_in(short: str, long: str) -> bool:
    """Whether one word stands in another, in scripts that write several words as one."""
    if _IS_UNSPACED.fullmatch(short):
        return short in long
    # Arabic and Hebrew write articles and prepositions onto the front of a word.
    return len(short) > 2 and "\u0590" <= short[0] <= "\u06ff" and short in long


def singular(word: str) -> str:
    """Without the ending of a plural. What is left need not be a word, only the same for both."""
    if len(word) < 3 or not word.isascii():
        return word
    if word.endswith("ies"):
        return word[:-3] + "y"
    if word.endswith("es"):
        return word[:-2]
    if word.endswith("s") and not word.endswith("ss"):
        return word[:-1]
    return word[:-1] if word.endswith("e") and len(word) > 3 else word


def _shared_start(one: str, other: str) -> int:
    """How many letters both begin with."""
    pairs = enumerate(zip(one, other, strict=False))
    return next((index for index, (a, b) in pairs if a != b), min(len(one), len(other)))


_STEMS = ByWord(singular)
_TRACES = ByWord(_traces)
