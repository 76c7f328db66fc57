"""Settings: `deck.toml`, front matter and comments become values."""
