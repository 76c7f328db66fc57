"""genanki, loaded without asyncio and PyYAML: an eighth of a small build's work for nothing.

genanki takes one decorator from the package `cached_property`, which loads asyncio for those that
are coroutines. The decorator of `functools` does the same for all others, so it stands in for that
package while genanki is loaded. An empty module stands in for PyYAML: genanki reads fields and
templates with it that are given as text, and here they are given as lists.
"""

from __future__ import annotations

import functools
import sys
from types import ModuleType

_stand_ins = {name: ModuleType(name) for name in ("cached_property", "yaml")}
_stand_ins["cached_property"].cached_property = (  # type: ignore[attr-defined]
    functools.cached_property
)
for _name, _module in _stand_ins.items():
    sys.modules.setdefault(_name, _module)
try:
    import genanki
    from genanki.apkg_col import APKG_COL
    from genanki.apkg_schema import APKG_SCHEMA
finally:
    for _name, _module in _stand_ins.items():
        if sys.modules[_name] is _module:
            del sys.modules[_name]

__all__ = ["APKG_COL", "APKG_SCHEMA", "genanki"]
