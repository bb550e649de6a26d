"""One outside system per file, in that system's own words."""
