"""Where emphasis may begin and end: CommonMark's rule, amended for Chinese, Japanese and Korean.

CommonMark asks for a space or a punctuation mark outside of a mark that has one inside. Languages
that write no spaces have none there; the amendments of `markdown-cjk-friendly`, which several
parsers follow, let a letter or a mark of these languages stand for it.
"""

from __future__ import annotations

import unicodedata
from functools import lru_cache

from generator.core.lazy_regex import lazy_regex

# East Asian wide, fullwidth and halfwidth characters, and Hangul, without emoji; Unicode 17.
_IS_CJK = lazy_regex(
    "[\u1100-\u11ff\u20a9\u2329\u232a\u2630-\u2637\u268a-\u268f\u2e80-\u2e99\u2e9b-\u2ef3"
    "\u2f00-\u2fd5\u2ff0-\u303e\u3041-\u3096\u3099-\u30ff\u3105-\u312f\u3131-\u318e\u3190-\u31e5"
    "\u31ef-\u321e\u3220-\u3247\u3250-\ua48c\ua490-\ua4c6\ua960-\ua97c\uac00-\ud7a3\ud7b0-\ud7c6"
    "\ud7cb-\ud7fb\uf900-\ufaff\ufe10-\ufe19\ufe30-\ufe52\ufe54-\ufe66\ufe68-\ufe6b\uff01-\uffbe"
    "\uffc2-\uffc7\uffca-\uffcf\uffd2-\uffd7\uffda-\uffdc\uffe0-\uffe6\uffe8-\uffee"
    "\U00016fe0-\U00016fe4\U00016ff0-\U00016ff6\U00017000-\U00018cd5\U00018cff-\U00018d1e"
    "\U00018d80-\U00018df2\U0001aff0-\U0001aff3\U0001aff5-\U0001affb\U0001affd\U0001affe"
    "\U0001b000-\U0001b122\U0001b132\U0001b150-\U0001b152\U0001b155\U0001b164-\U0001b167"
    "\U0001b170-\U0001b2fb\U0001d300-\U0001d356\U0001d360-\U0001d376\U0001f200\U0001f202"
    "\U0001f210-\U0001f219\U0001f21b-\U0001f22e\U0001f230\U0001f231\U0001f237\U0001f23b"
    "\U0001f240-\U0001f248\U0001f260-\U0001f265\U00020000-\U0003fffd]"
)
_FIRST_CJK = "\u1100"
# Quotation marks of all languages, which this selector makes East Asian ones.
_WIDE_QUOTES = ("‘\ufe01", "’\ufe01", "“\ufe01", "”\ufe01")


@lru_cache(maxsize=4096)
def flanks(before: str, mark: str, after: str) -> tuple[bool, bool]:
    """Whether a run of ``mark`` may open, and whether it may close.

    ``before`` are the two characters in front of it, ``after`` is the one behind it; at the
    beginning and the end of a text there are fewer.
    """
    last = before[-1:]
    is_wide_quote = before in _WIDE_QUOTES
    if "\ufe00" <= last <= "\ufe0e" and len(before) > 1:  # a selector of variants
        last = before[0]
    is_ideograph_selector = "\U000e0100" <= last <= "\U000e01ef"
    is_cjk_before = is_wide_quote or _is_cjk(last) or is_ideograph_selector
    is_sign_before, is_sign_after = _is_sign(last), _is_sign(after)
    is_cjk_after = _is_cjk(after)
    is_bare_before = _is_space(last) or (is_sign_before and not is_cjk_before)
    is_bare_after = _is_space(after) or (is_sign_after and not is_cjk_after)
    # A sign inside asks for a space or a sign outside; one of these languages does not.
    left = not _is_space(after) and (not is_bare_after or is_bare_before or is_cjk_before)
    right = not _is_space(last) and (not is_bare_before or is_bare_after or is_cjk_after)
    if mark == "_":
        return left and (not right or is_sign_before), right and (not left or is_sign_after)
    return left, right


def _is_cjk(character: str) -> bool:
    return character >= _FIRST_CJK and _IS_CJK.fullmatch(character) is not None


def _is_space(character: str) -> bool:
    return character in ("", *"\t\n\v\f\r") or unicodedata.category(character) == "Zs"


def _is_sign(character: str) -> bool:
    return character != "" and unicodedata.category(character)[0] in "PS"
