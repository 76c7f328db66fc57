"""What the pages of a build come to: one by one, known from the last build, read side by side."""
