"""How alike two texts are, or two rows by clue and answer; and which pairs of many to compare."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property, lru_cache

from generator.core.lazy_regex import lazy_regex

# A trigram that stands in more texts than this says little about any; leaving it out keeps the
# search linear where ten thousand rows of one table are edited at once.
_COMMON = 40
_CLUE_ALONE = 0.85
_SAME_ANSWER = 0.65  # what the same answer is worth, whatever the clue


_LIKE = 0.5  # of the trigrams of two texts
_SHORTEST = 4  # letters; shorter texts are alike only where they are equal
_MARKUP = lazy_regex(r"[*_`~]+|<[^>]*>")
_EMPHASIS = lazy_regex(r"[*_`~]+")
_MARK = lazy_regex(r"[*_~=`]")
_OPENER = lazy_regex(r"(?:\*{1,3}|_{1,3}|~~|==|`{1,9})(?=\S)")
# What counts a question: "3.", "Q3:", "Question 3 –".
_COUNT = lazy_regex(
    r"[\W_]*(?:(?:q|question|frage|pregunta|pergunta|domanda|вопрос|问题|問題)[ .]?#?\d{1,4}"
    r"[.:)、：*_]*|\d{1,3}[.:)、：]+)[*_]*(?:\s+[–—-])?\s*(?=\S)",
    re.IGNORECASE,
)
_WORD = lazy_regex(r"[^\W_]+(?:['’]t\b)?")
_ARTICLES = frozenset("a an the of to is are and so der die das el la los las le les il lo".split())
# What turns a fact into another one wherever it stands.
_NUMBER = lazy_regex(r"\d+(?:[.,]\d+)*")
_OPERATOR = lazy_regex(r"[=<>≤≥≠±+×÷^→←↔∈∉⊂]|(?<=\s)[-–−](?=[\s\d])|(?<!\w)[-−](?=\d)")
_MAY_OPERATE = lazy_regex(r"[=<>≤≥≠±+×÷^→←↔∈∉⊂−–-]")
_UNIT = lazy_regex(
    r"(?<=\d)\s?([munpkMGTµμ]?(?:g|l|L|m|s|Hz|V|A|W|J|N|Pa|B|b|mol|bar|eV)"
    r"|°[CF]?|€|\$|£|%|min|h|d|kcal|cal|IE|IU)(?!\w)"
)
_NEGATIONS = frozenset(
    "no not never without none nor neither cannot except kein keine keinen nicht nie ohne außer"
    " pas sans jamais aucun sin nunca jamás ningún non senza mai não sem".split()
)
_NEGATING = "un non anti dis".split()
_NEGATION = lazy_regex(rf"\b({'|'.join(_NEGATING)})-?(?=[^\W\d_]{{4}})", re.IGNORECASE)


def _groups_of(groups: Iterable[Sequence[str]]) -> Mapping[str, Sequence[int]]:
    """The numbers of the groups that each word stands in: "lower" is the opposite of two others."""
    found: dict[str, list[int]] = defaultdict(list)
    for number, group in enumerate(groups):
        for word in group:
            found[word].append(number)
    return dict(found)


# What does so where one stands in the place of another.
_OPPOSITES: Mapping[str, Sequence[int]] = _groups_of(
    line.split()
    for line in """
        upper lower | higher lower | high low | left right | top bottom | front back | inner outer
        inside outside | first second third last | next previous | before after | above below
        over under | up down | in out | on off | min max | minimum maximum | least most | more less
        few many | greater smaller | larger smaller | big small | long short | fast slow
        early late | hot cold | warm cool | old new | open closed
        increase decrease | increases decreases
        rise fall | rises falls | gain loss | positive negative | plus minus | add subtract
        multiply divide | true false | yes no | all any none | always never | north south east west
        arterial venous | artery vein | arteries veins | anterior posterior | dorsal ventral
        medial lateral | proximal distal | afferent efferent | sympathetic parasympathetic
        systole diastole | systolic diastolic | acute chronic | benign malignant | read write
        push pull | send receive | sender receiver | client server | input output | insert delete
        encode decode | encrypt decrypt | public private | source target | start end | begin end
        enter exit | male female | singular plural | past present future | active passive
        acid base | oxidation reduction | debit credit | asset liability | import export | buy sell
        get post put patch delete | obere untere | links rechts | vor nach | mit ohne | mehr weniger
        """.replace("\n", " | ").split("|")
)
_OPPOSING = (
    "hyper|hypo", "intra|inter|extra", "pre|post", "sub|super|supra|infra", "endo|exo",
    "macro|micro", "mono|poly", "homo|hetero", "uni|bi|tri",
)  # fmt: skip
_PREFIX = lazy_regex(rf"\b(?:({')|('.join(_OPPOSING)}))(?=[^\W\d_]{{4}})", re.IGNORECASE)
_PREFIXES = (*_NEGATING, *"|".join(_OPPOSING).split("|"))


def bare(text: str) -> str:
    """In lower case, without accents, vowel signs and width: what stays is comparable letters."""
    if text.isascii():
        return text.casefold()
    letters = filter(_is_no_mark, unicodedata.normalize("NFKD", text))
    return unicodedata.normalize("NFC", "".join(letters)).casefold()


@lru_cache(maxsize=4096)
def _is_no_mark(letter: str) -> bool:
    return not unicodedata.category(letter).startswith("M")


def unmarked(text: str) -> str:
    """The text without the marks of emphasis and code around its words."""
    if not _MARK.search(text):
        return text
    return "\n".join(map(_unmarked_line, text.split("\n")))


def _unmarked_line(line: str) -> str:
    """The same of one line. Behind an opener that nothing closes, none like it is closed either:
    each would search to the end of the line."""
    parts = []
    done = start = 0
    unclosed: set[str] = set()
    while found := _OPENER.search(line, start):
        start = found.start()
        # Of **a* only one star opens.
        for mark in (found[0][:length] for length in range(len(found[0]), 0, -1)):
            if mark in unclosed or mark in ("~", "="):
                continue
            inside = start + len(mark)
            end = _closing(line, mark, inside)
            if end >= 0:
                parts += [line[done:start], line[inside:end]]
                done = start = end + len(mark)
                break
            unclosed.add(mark)
        else:
            start += 1
    return "".join([*parts, line[done:]])


def _closing(line: str, mark: str, start: int) -> int:
    """Where the first of these marks stands that closes what begins at ``start``; -1: none does."""
    end = line.find(mark, start + 1)
    while end >= 0 and line[end - 1].isspace():
        end = line.find(mark, end + 1)
    return end


def uncounted(text: str) -> str:
    """A question without the number that it begins with."""
    found = _COUNT.match(text)
    return text[found.end() :] if found else text


def _without_markup(text: str) -> str:
    # Behind the last > no tag ends, and each < would look for one.
    end = text.rfind(">") + 1
    return _MARKUP.sub("", text[:end]) + _EMPHASIS.sub("", text[end:])


# Pictures and sounds: a clue is the same fact with one as without, and a file's name says nothing.
_MEDIA = lazy_regex(
    r"!\[(?P<alt>[^\]\n]*)\]\([^()\n]*(?:\([^()\n]*\)[^()\n]*)*\)|!\[\[[^\]\n]*\]\]"
    r"|</?(?:img|audio|source|br)\b[^<>]*>|\[sound:[^\]\n]*\]"
    r"|\[(?P<link>[^\[\]\n]*)\]"
    r"\([^()\n]{0,300}\.(?:mp3|ogg|oga|opus|m4a|wav|flac)\b[^()\n]{0,100}\)"
)
_MAY_SHOW = lazy_regex(r"!\[|<|\[s|\]\(")


def _in_words(text: str) -> str:
    """A text without its pictures and sounds, but for their descriptions; as it is where no word
    is left."""
    if not _MAY_SHOW.search(text):
        return text
    words = _MEDIA.sub(lambda found: f" {found['alt'] or found['link'] or ''} ", text)
    return words if words.strip() else text


def like(one: str, other: str) -> bool:
    """Whether two texts say the same in other words: much of their letters in common, and all that
    turns a fact into another equal: numbers, units, operators, negations, opposites."""
    one, other = map(_in_words, (one, other))
    one, other = (" ".join(_without_markup(text).split()).casefold() for text in (one, other))
    if one == other:
        return True
    if min(len(one), len(other)) < _SHORTEST or differ(one, other):
        return False
    shared = _dice(_trigrams(one), _trigrams(other))
    return shared >= _LIKE or content_words(one) == content_words(other)


def are_spelled_alike(one: str, other: str) -> bool:
    """Whether two texts have much of their letters in common, whatever they mean."""
    return (
        min(len(one), len(other)) >= _SHORTEST and _dice(_trigrams(one), _trigrams(other)) >= _LIKE
    )


def differ(one: str, other: str) -> bool:
    """Whether two texts differ in what turns a fact into another: in numbers, units, operators and
    negations, or where one has the opposite of what the other has."""
    (signs, sides), (other_signs, other_sides) = map(_turning, map(_in_words, (one, other)))
    return signs != other_signs or any(
        sides[group] != other_sides[group] for group in sides.keys() & other_sides.keys()
    )


@lru_cache(maxsize=4096)
def _turning(text: str) -> tuple[tuple[object, ...], Mapping[object, list[str]]]:
    words = [word.casefold() for word in _WORD.findall(text)]
    numbers = _NUMBER.findall(text)
    # Most texts have none of what the slower patterns look for.
    has_prefix = not text.isascii() or any(word.startswith(_PREFIXES) for word in words)
    signs = (
        sorted(numbers),
        sorted(_UNIT.findall(text)) if numbers else [],
        sorted(_OPERATOR.findall(text)) if _MAY_OPERATE.search(text) else [],
        sorted([word for word in words if word in _NEGATIONS or word.endswith(("'t", "’t"))]),
        sorted(found.casefold() for found in _NEGATION.findall(text)) if has_prefix else [],
    )
    sides: dict[object, list[str]] = defaultdict(list)
    for word in words:
        for group in _OPPOSITES.get(word, ()):
            sides[group].append(word)
    for found in _PREFIX.finditer(text) if has_prefix else ():
        sides[found.re, found.lastindex].append(found[0].casefold())
    return signs, {group: sorted(found) for group, found in sides.items()}


@lru_cache(maxsize=4096)
def content_words(text: str) -> frozenset[str]:
    """The words of a text that carry meaning: all but articles and the like."""
    words = frozenset(map(_singular, _WORD.findall(_without_markup(_in_words(text)).casefold())))
    return words - _ARTICLES or words


def _singular(word: str) -> str:
    return word.removesuffix("s") if len(word) >= _SHORTEST else word


class Wording:
    """A row's clue and answer as sets of trigrams: three letters in a row, case folded.

    Trigrams see that "retry" and "retries" are near, in any script, spaces or none.
    """

    def __init__(self, clue: str, answer: str) -> None:
        self.clue = clue
        self.answer = answer

    @cached_property
    def trigrams(self) -> frozenset[str]:
        """The trigrams of the clue."""
        return _trigrams(self.clue)

    @cached_property
    def answer_trigrams(self) -> frozenset[str]:
        """The trigrams of the answer."""
        return _trigrams(self.answer)

    def likeness(self, other: Wording) -> float:
        """From 0 (nothing shared) to 1 (the same): the average of clue and answer.

        With the same answer a row is near already, and the nearer the closer the clues are. A clue
        that hardly changed speaks for the row nearly as well.
        """
        clue = _dice(self.trigrams, other.trigrams)
        if self.answer == other.answer:
            return _SAME_ANSWER + (1 - _SAME_ANSWER) * clue
        return max((clue + self.answer_likeness(other)) / 2, _CLUE_ALONE * clue)

    def answer_likeness(self, other: Wording) -> float:
        """From 0 to 1: how much of their answers two rows share."""
        return _dice(self.answer_trigrams, other.answer_trigrams)


def closest(new: Sequence[Wording], old: Sequence[Wording]) -> Iterator[tuple[int, int]]:
    """Pairs (index in ``new``, index in ``old``) that share a telling trigram or the answer."""
    index: dict[str, list[int]] = defaultdict(list)
    for number, wording in enumerate(old):
        for feature in _features(wording):
            index[feature].append(number)
    for number, wording in enumerate(new):
        found: dict[int, None] = {}
        for feature in sorted(_features(wording)):
            postings = index.get(feature, ())
            if len(postings) <= _COMMON:
                found.update(dict.fromkeys(postings))
        yield from ((number, other) for other in sorted(found))


def _features(wording: Wording) -> set[str]:
    return {*wording.trigrams, "=" + wording.answer, "?" + wording.clue}


def _trigrams(text: str) -> frozenset[str]:
    padded = f"  {text.casefold()} "
    return frozenset([padded[start : start + 3] for start in range(len(padded) - 2)])


def _dice(one: frozenset[str], other: frozenset[str]) -> float:
    return 2 * len(one & other) / (len(one) + len(other))
