"""Rows of the table of slots as nouns, and back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gameday.model.claim import Claim, Errand
from gameday.model.slot import SlotRecord

_OUTCOMES = {"claimed": "running"}
"""To those who read, a slot that a server holds is running; that no drill began yet is a matter of half a second."""


def row_of(errand: Errand) -> dict[str, Any]:
    row = errand.model_dump()
    return row | {"faults": list(errand.faults), "roster": {role: list(people) for role, people in errand.roster.items()}}


def claim_of(row: Mapping[Any, Any]) -> Claim:
    errand = Errand.model_validate({name: row[name] for name in Errand.model_fields})
    return Claim(
        errand=errand, state=row["state"], fence=row["fence"], host=row["host"] or "", server=row["server"] or "",
        agent=row["agent"] or "", drill=row["drill"] or "", why=row["why"],
    )  # fmt: skip


def record_of(row: Mapping[Any, Any]) -> SlotRecord:
    fields = {name: row[name] for name in SlotRecord.model_fields if name != "outcome"}
    return SlotRecord.model_validate(fields | {"outcome": _OUTCOMES.get(row["state"], row["state"])})
