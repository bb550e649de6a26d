"""How the tables came to be what they are. A new version is a new file in `versions/` and a line in `opening.VERSIONS`."""
