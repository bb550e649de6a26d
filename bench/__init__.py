"""How fast gameday is, beside what somebody would use instead: in one run, on one machine, medians and ratios."""
