"""Markdown study notes in, Anki packages out."""

from importlib.metadata import version

__version__ = version("build-decks")
