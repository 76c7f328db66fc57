"""Markdown study notes in, Anki packages out."""


def __getattr__(name: str) -> str:
    if name != "__version__":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    # Looking it up takes longer than to start all the rest of the program.
    from importlib.metadata import version

    return version("build-decks")
