"""How fast the program is, beside what people would use instead; no part of the distribution."""
