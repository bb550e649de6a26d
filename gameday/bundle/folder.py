"""The folder of one drill: names of its files, making it, finding it, and reading it back as a Record."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from pydantic import ValidationError

from gameday.bundle.faults_known import faults_known
from gameday.bundle.timeline_file import read_timeline
from gameday.bundle.words import unread
from gameday.errors import InvalidInput, Missing
from gameday.model.plan import Plan
from gameday.model.record import Record
from gameday.undo.ledger import LedgerPage, read_ledger

RECORDED = (
    "scenario.yaml",
    "plan.json",
    "experiment.json",
    "journal.json",
    "ledger.jsonl",
    "timeline.jsonl",
    "worker.jsonl",
    "probes.json",
    "review.json",
)
"""Files that a drill, or its review, writes; reports for people are made of them, and can be made again."""


@dataclass(frozen=True)
class Folder:
    """`reports/<drill-id>/`. Every stage reads and writes by these names."""

    path: Path

    @property
    def id(self) -> str:
        return self.path.name

    @property
    def scenario(self) -> Path:
        return self.path / "scenario.yaml"

    @property
    def plan(self) -> Path:
        return self.path / "plan.json"

    @property
    def experiment(self) -> Path:
        return self.path / "experiment.json"

    @property
    def journal(self) -> Path:
        return self.path / "journal.json"

    @property
    def ledger(self) -> Path:
        return self.path / "ledger.jsonl"

    @property
    def timeline(self) -> Path:
        return self.path / "timeline.jsonl"

    @property
    def worker_log(self) -> Path:
        return self.path / "worker.jsonl"

    @property
    def inbox(self) -> Path:
        return self.path / "inbox"

    @property
    def evidence(self) -> Path:
        return self.path / "evidence"

    @property
    def review(self) -> Path:
        return self.path / "review.json"

    @classmethod
    def create(cls, reports: Path, drill: str) -> Folder:
        """Make the folder of a new drill. Raises Missing where the disk will not have it."""
        folder = cls(reports / drill)
        try:
            reports.mkdir(exist_ok=True)
            folder.path.mkdir()
            folder.inbox.mkdir(mode=0o700)
            folder.evidence.mkdir()
        except OSError as error:
            raise Missing(f"{folder.path} cannot be made: {error.strerror}; free some space or change its owner") from error
        return folder

    def record(self) -> Record:
        """Read the drill back. Whatever is damaged is said in `Record.damage`; a folder without a plan is no drill."""
        try:
            plan = Plan.model_validate_json(self.plan.read_bytes())
        except FileNotFoundError:
            raise InvalidInput(f"{self.path} holds no plan.json, so it is not a drill that can be reviewed") from None
        except OSError as error:
            raise InvalidInput(f"{self.plan} cannot be read: {error.strerror}") from None
        except ValidationError as error:
            raise InvalidInput(f"{self.plan} was written by another version or altered: {error.error_count()} errors") from None
        timeline, _ = read_timeline(self.timeline)
        timeline = replace(timeline, events=(*timeline.events, *unread(self.inbox, timeline)))
        page, unread_ledger = _ledger(self.ledger)
        damage = [hole for hole in (timeline.damage, unread_ledger) if hole]
        if page.damaged:
            damage.append(f"ledger.jsonl has {page.damaged} torn line(s)")
        faults, unknown = faults_known(page.faults, timeline, plan)
        return Record(plan, timeline, faults, (*damage, *unknown))


def _ledger(path: Path) -> tuple[LedgerPage, str]:
    """What could be read, and why nothing could. Faults are then known from the timeline."""
    if path.exists() and not (path.is_file() or path.is_dir()):
        return LedgerPage(()), "ledger.jsonl is no plain file"
    try:
        return read_ledger(path), ""
    except OSError as error:
        return LedgerPage(()), f"ledger.jsonl cannot be read: {(error.strerror or '').lower()}"
    except RecursionError:
        return LedgerPage(()), "ledger.jsonl cannot be read: brackets in brackets without end"


def drills(reports: Path) -> list[Folder]:
    """All drills of a workspace, oldest first. The committed example is not one of them."""
    if not reports.is_dir():
        return []
    return [Folder(p) for p in sorted(reports.iterdir()) if (p / "plan.json").is_file() and p.name != "example"]


def find_drill(reports: Path, wanted: str) -> Folder:
    """A drill by id, by a unique prefix, as `last`, or by the path of its folder."""
    known = drills(reports)
    if wanted == "last":
        if not known:
            raise InvalidInput(f"no drill in {_short(reports)} yet; conduct one with `gameday run SCENARIO`")
        return known[-1]
    as_path = Path(wanted)
    if os.sep in wanted and (as_path / "plan.json").is_file():
        return Folder(as_path.resolve())
    if wanted == "example" and (reports / "example" / "plan.json").is_file():
        return Folder(reports / "example")
    found = [f for f in known if f.id == wanted] or [f for f in known if wanted and f.id.startswith(wanted)]
    if len(found) == 1:
        return found[0]
    if found:
        raise InvalidInput(f"{wanted!r} fits {len(found)} drills: {_names(found)}; write more of the id")
    raise InvalidInput(f"no drill {wanted!r} in {_short(reports)}; there is: {_names(known[-5:]) or 'none'}")


def is_recorded(path: Path) -> bool:
    """Whether this is, or would be, a part of a drill's record: a file of its folder, or anything under `evidence/` or `inbox/`."""
    place = path.parent.resolve()
    if path.name in RECORDED and _is_drill(place):
        return True
    return any(p.name in ("evidence", "inbox") and _is_drill(p.parent) for p in (place, *place.parents))


def _is_drill(folder: Path) -> bool:
    return (folder / "plan.json").is_file() or (folder / "timeline.jsonl").is_file()


def _names(folders: Iterable[Folder]) -> str:
    return ", ".join(f.id for f in folders)


def _short(path: Path) -> str:
    return os.path.relpath(path)
