"""What a command found, put into words, JSON, Markdown or annotations."""
