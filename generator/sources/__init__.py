"""Files become pages: tables, headings and comments with their positions."""
