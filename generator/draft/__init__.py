"""A web page, saved or copied, becomes a Markdown page: `drafting` makes it, the others help."""
