"""gameday: practise incidents, and read which tooling and documentation failed, with proof."""

__version__ = "0.1.0"
