"""What a plan is made of, and what its hash is of."""

from __future__ import annotations

import hashlib
import json
from typing import Any

import pytest
from pydantic import ValidationError

from gameday.conduct.plan import _undo, canonical, plan_hash
from gameday.errors import Refused
from gameday.model.injection import Injection
from gameday.model.undo import Undo
from tests.faults.place import TARGET
from tests.story import perfect, record_of

PAUSE = Injection.model_validate({"fault": "container_pause", "target": "payments", "for": "5s"})


class NoUndo:
    """A plug-in's fault that forgot how it is put back."""

    def prepare(self, environment: Any, target: Any) -> Undo:
        return Undo(target="payments", identity={}, before={}, steps=())


class Broken:
    def prepare(self, environment: Any, target: Any) -> Undo:
        return Undo.model_validate({"target": 3, "identity": {}, "before": {}, "steps": [{"verb": "container_start"}]})


def test_a_fault_that_nothing_would_put_back_is_refused() -> None:
    fault, nobody, other = NoUndo(), None, Broken()
    with pytest.raises(Refused, match="container_pause registers no undo, so nothing would put payments_1 back"):
        _undo(PAUSE, fault, nobody, TARGET)  # type: ignore[arg-type]  # what is asked of them is all they have
    with pytest.raises(ValidationError):
        _undo(PAUSE, other, nobody, TARGET)  # type: ignore[arg-type]


def test_the_hash_is_of_the_canonical_form_and_of_nothing_else() -> None:
    plan = record_of(perfect()).plan
    text = canonical(plan)
    assert plan_hash(plan) == hashlib.sha256(text.encode()).hexdigest()
    assert json.dumps(json.loads(text), sort_keys=True, separators=(",", ":"), ensure_ascii=False) == text
    assert plan_hash(plan.model_copy(update={"drill": "another", "responders": "none"})) == plan_hash(plan)


def test_it_changes_with_whatever_a_person_said_yes_to() -> None:
    plan = record_of(perfect()).plan
    (fault,) = plan.faults
    restarted = fault.model_copy(update={"target": fault.target.model_copy(update={"started_at": "later"})})
    longer = fault.model_copy(update={"lives_at_most_seconds": 9_999.0})
    elsewhere = {"daemon": {"host": "ssh://other"}}
    hashes = {
        plan_hash(plan.model_copy(update=change))
        for change in ({}, {"faults": (restarted,)}, {"faults": (longer,)}, elsewhere, {"no_fault": True})
    }
    assert len(hashes) == 5
