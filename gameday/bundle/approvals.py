"""`approvals/` in a workspace: plans that wait for a second person, and the approvals of such plans.

`HASH.plan.json` is a plan in canonical form, so that `sha256sum` gives its name; `HASH.proposal.json` says who made it, and
`HASH.approval.json` who approved it. Plain files: a team keeps them in its repository.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import stat
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

from pydantic import ValidationError

from gameday.errors import InvalidInput, Missing, Refused
from gameday.model.approval import Approval, Proposal

T = TypeVar("T", Proposal, Approval)

SHORT = 12
"""Letters of a hash by which people know it."""


class Approvals:
    """The folder."""

    def __init__(self, root: Path) -> None:
        self.folder = root / "approvals"

    def propose(self, canonical: str, proposal: Proposal) -> None:
        """Write a plan down for somebody else. Who proposed the same plan first stays its author."""
        try:
            self.folder.mkdir(exist_ok=True)
            _write(self.folder / f"{proposal.plan}.plan.json", canonical)
            if not self._file(proposal.plan, "proposal").exists():
                _write(self._file(proposal.plan, "proposal"), proposal.model_dump_json(indent=1))
        except OSError as error:
            raise Missing(f"{self.folder} cannot be written: {error.strerror}") from error

    def approve(self, plan: str, by: str, at: datetime, lasting: timedelta, sign: Callable[[str], str] = lambda _: "") -> Approval:
        """Raises Refused where it is one's own plan."""
        proposal = self.proposal(plan)
        if proposal.author == by:
            raise Refused(f"{by} made the plan {plan[:SHORT]} and cannot approve it; another person has to")
        approval = Approval(plan=plan, author=proposal.author, by=by, at=at, expires=at + lasting)
        approval = approval.model_copy(update={"signature": sign(approval.signed)})
        _write(self._file(plan, "approval"), approval.model_dump_json(indent=1))
        return approval

    def named(self, beginning: str) -> str:
        """The whole hash of the plan that begins so. Raises InvalidInput where it is not exactly one."""
        known = sorted(p.name.partition(".")[0] for p in self.folder.glob("*.proposal.json"))
        found = [k for k in known if re.fullmatch(r"[0-9a-f]{6,64}", beginning) and k.startswith(beginning)]
        if len(found) == 1:
            return found[0]
        there = ", ".join(k[:SHORT] for k in known) or "none"
        why = "several plans begin so" if found else "no such plan was made here"
        raise InvalidInput(f"{beginning!r}: {why}; {self.folder} holds {there}. `gameday plan SCENARIO` makes one")

    def proposal(self, plan: str) -> Proposal:
        return _read(self._file(plan, "proposal"), Proposal)

    def canonical(self, plan: str) -> Mapping[str, Any]:
        """The plan itself. Raises Refused where it is not what its hash says."""
        path = self.folder / f"{plan}.plan.json"
        try:
            data = path.read_bytes()
        except OSError as error:
            raise InvalidInput(f"{path} cannot be read: {error.strerror}") from error
        if hashlib.sha256(data).hexdigest() != plan:
            raise Refused(f"{path} was changed since it was made; plan again")
        found: dict[str, Any] = json.loads(data)
        return found

    def approval(self, plan: str) -> Approval | None:
        """The approval of a plan, expired ones too."""
        path = self._file(plan, "approval")
        return _read(path, Approval) if path.exists() else None

    def of_scenario(self, name: str, environment: str) -> Sequence[Approval]:
        """All approvals of plans of one scenario in one environment, the newest first."""
        proposals = (_read(p, Proposal) for p in self.folder.glob("*.proposal.json"))
        approvals = [self.approval(p.plan) for p in proposals if (p.name, p.environment) == (name, environment)]
        return sorted((a for a in approvals if a), key=lambda a: a.at, reverse=True)

    def _file(self, plan: str, what: str) -> Path:
        return self.folder / f"{plan}.{what}.json"


def _read(path: Path, shape: type[T]) -> T:
    try:
        if path.stat().st_mode & stat.S_IWOTH:
            raise Refused(f"{path} may be written by everybody on this host, so it proves nothing; run `chmod o-w {path}`")
        return shape.model_validate_json(path.read_bytes())
    except OSError as error:
        raise InvalidInput(f"{path} cannot be read: {error.strerror}") from error
    except ValidationError as error:
        raise InvalidInput(f"{path} is not what gameday writes ({error.error_count()} mistakes); plan and approve again") from error


def _write(path: Path, text: str) -> None:
    """Whole or not at all."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    temporary.write_text(text)
    os.replace(temporary, path)
