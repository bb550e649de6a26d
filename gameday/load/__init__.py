"""Load: text → nouns. Every mistake of a file at once, each with its line and column."""
