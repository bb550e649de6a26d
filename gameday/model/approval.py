"""An Approval: the word of a second person for one plan, known by its hash, until a certain time."""

from __future__ import annotations

from datetime import datetime, timedelta

from gameday.model.noun import Noun

USUAL = timedelta(hours=24)
"""How long an approval counts where nothing else is said."""
LONGEST = timedelta(days=7)


class Proposal(Noun):
    """A plan that was written down to be approved, and who made it."""

    plan: str
    """Its hash."""
    name: str
    """The scenario file's name without its ending."""
    environment: str
    author: str
    at: datetime


class Approval(Noun):
    """Who approved a plan of whom, and until when that counts."""

    plan: str
    author: str
    by: str
    at: datetime
    expires: datetime
    signature: str = ""
    """By the key of who approved, where the environment names its approvers."""

    @property
    def signed(self) -> str:
        """The text that is signed: everything that the approval says."""
        return f"{self.plan}\n{self.author}\n{self.by}\n{self.at.isoformat()}\n{self.expires.isoformat()}\n"
