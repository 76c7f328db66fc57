"""The rows that do not stick: from what the pages say and how their cards were answered."""
