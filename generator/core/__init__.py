"""The values that all stages know, and what is said of them: frozen, without a file or a clock."""
