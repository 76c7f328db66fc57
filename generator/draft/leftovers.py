"""Knows what a page says about itself and not about its subject: what no note should hold."""

from __future__ import annotations

import re

from generator.core.lazy_regex import lazy_regex

_MONTH = (
    r"(jan(uary)?|feb(ruary)?|mar(ch)?|apr(il)?|may|june?|july?|aug(ust)?|sept?(ember)?"
    r"|oct(ober)?|nov(ember)?|dec(ember)?)"
)
_DATE = rf"(.{{0,20}}\b{_MONTH}\b.{{0,20}}|[\d\s./-]{{6,12}}(,? [\d:apm ]+)?|.{{0,12}}\bago)"

_LEFTOVER = lazy_regex(
    rf"""
    (loading(\ \w+){{0,3}}(\.\.\.|…)|loading|please\ wait\W*)
  | (this\ (page|article)\ was\ )?(last\ )?(revised|updated|modified|edited|published|reviewed)
    (\ on|\ at)?:?\ {_DATE}\.?
  | skip\ to\ (the\ )?(main\ )?(content|navigation|search)
  | (table\ of\ contents|on\ this\ page|in\ this\ (article|page)|jump\ to\ (navigation|search))
  | (copy|edit|print|share|bookmark|download)(\ this)?\ (page|link|article|pdf)(\ as\ .{{1,20}})?
  | (edit\ (this\ page\ )?on|view\ (source\ )?on|follow\ us\ on)\ [\w. ]{{1,20}}
  | (was\ this\ (page|article)?\ ?helpful|did\ you\ find\ .{{1,40}}helpful)\?.{{0,20}}
  | (back\ to\ (the\ )?top|read\ more|show\ (more|less|all)|see\ (also|more)|load\ more)
  | (home|menu|search|sign\ in|sign\ up|log\ in|log\ out|login|register|subscribe|share|next
    |previous|prev|cookie\ settings|privacy(\ policy)?|terms(\ of\ (use|service))?|advertisement
    |contact(\ us)?|about\ us)(\ page)?
  | (©|copyright\ (©\ |\(c\)\ )?\d{{4}}|\(c\)\ \d{{4}}).{{0,80}}
  | all\ rights\ reserved\.?
  | (we|this\ (web)?site|our\ (web)?site)\ uses?\ cookies\b.{{0,200}}
  | (accept|reject|allow|manage|decline)(\ all)?\ cookies
  | \d{{1,3}}\ min(utes?)?\ read
    """,
    re.IGNORECASE | re.VERBOSE,
)


def is_leftover(text: str) -> bool:
    """Whether the whole of one line of text belongs to the page's frame, such as its menus."""
    return len(text) <= 240 and _LEFTOVER.fullmatch(text) is not None
