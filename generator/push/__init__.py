"""Sends a build to a running Anki, or writes it as text: what differs, and who changed it."""
