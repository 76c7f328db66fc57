"""A page becomes a Markdown note: what was saved or copied, read; text in, text out."""
