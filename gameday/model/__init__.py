"""The nouns. Frozen values, no I/O, no clock: what every other room talks about."""
