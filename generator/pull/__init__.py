"""Brings what was corrected in Anki back into the pages."""
