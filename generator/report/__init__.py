"""A finished build in words and as JSON."""
