"""A web page that shows every card as Anki will, for a look before the import."""
