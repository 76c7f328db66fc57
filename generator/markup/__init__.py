"""The Markdown of a cell becomes the HTML of a field; it knows no table, no note."""
