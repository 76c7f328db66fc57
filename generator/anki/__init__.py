"""Notes become Anki packages, byte by byte, and are checked."""
