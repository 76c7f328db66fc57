"""The names that programs give to a second version of a file, which was edited in two places."""

from __future__ import annotations

import re

from generator.core.lazy_regex import lazy_regex

# In brackets a copy is named in the language of its computer, and so is whose it is, and when.
_CONFLICT = r"(?:conflict|konflikt|conflit)\w*"
_COPY = r"(?:cop(?:y|ie|ia|ies)|cópia|kopie\w*)"
_SECOND_VERSION = lazy_regex(
    rf"""
    (?P<first>.+?)
    (?:
        \s*[(\[] (?:
            (?=[^\])]*{_CONFLICT}) [^\])]*(?:\b{_COPY}\b|\d).*   # Dropbox, Nextcloud, Obsidian
          | (?:case\ |unicode\ encoding\ |white\ ?space\ |edit\ |selective\ sync\ )?
            {_CONFLICT}                                         # Dropbox, pCloud
          | SFConflict\b.*                                      # Seafile
        ) [)\]]
      | [.]sync-conflict-\d{{8}}-\d{{6}}(?:-\w+)?                 # Syncthing
      | _conflict-(?:.*-)?\d{{8}}-?\d{{6}}                        # ownCloud
      | _conf\(\d+\)                                            # Google Drive
      | _.+_conflict                                            # Synology Drive
      | [.]conflict(?:\d*|-.*)                                  # Resilio Sync
      | -(?:desktop|laptop)-[a-z0-9]{{7,8}}(?:-\d+)?              # OneDrive
      | _(?:base|local|remote|backup)_\d+                       # git mergetool
    )
    """,
    re.VERBOSE | re.IGNORECASE,
)

# A page may be called so (`cells 2.md`); a file of which there is only one is not.
_NUMBERED = lazy_regex(r"(?P<first>.+?)(?: \d+| ?\(\d+\))")  # iCloud Drive, Google Drive


def is_version_of(name: str, only: str) -> bool:
    """Whether a file is by its name a second version of the ``only`` one that is called so."""
    if first_version(name) == only:
        return True
    stem, dot, suffix = name.rpartition(".")
    found = _NUMBERED.fullmatch(stem)
    return found is not None and found["first"] + dot + suffix == only


def first_version(name: str) -> str:
    """The name of the file (``cells.md``) that another is a second version of, by its name; an
    empty text where the name does not say so."""
    stem, dot, suffix = name.rpartition(".")
    found = _SECOND_VERSION.fullmatch(stem)
    return found["first"] + dot + suffix if found else ""
