"""genanki, loaded without asyncio, which is a fourteenth of a small build's work for nothing.

genanki takes one decorator from the package `cached_property`, which loads asyncio for those that
are coroutines. The decorator of `functools` does the same for all others, so it stands in for that
package while genanki is loaded.
"""

from __future__ import annotations

import functools
import sys
from types import ModuleType

_NAME = "cached_property"
_stand_in = ModuleType(_NAME)
_stand_in.cached_property = functools.cached_property  # type: ignore[attr-defined]
sys.modules.setdefault(_NAME, _stand_in)
try:
    import genanki
    from genanki.apkg_col import APKG_COL
    from genanki.apkg_schema import APKG_SCHEMA
finally:
    if sys.modules[_NAME] is _stand_in:
        del sys.modules[_NAME]

__all__ = ["APKG_COL", "APKG_SCHEMA", "genanki"]
