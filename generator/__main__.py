"""`python -m generator` is `build-decks`."""

from generator.cli import main

if __name__ == "__main__":
    main()
