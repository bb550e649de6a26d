"""A gap without evidence does not exist; the same gap in two drills is one gap."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from gameday.model.gap import Gap


def gap(**changes: Any) -> Gap:
    values = {
        "rule": "alert_never_fired", "area": "tooling", "severity": "S1", "subject": {"kind": "alert", "name": "A"},
        "summary": "s", "expected": "e", "observed": "o", "fix": "f", "evidence": ("e1",),
    }  # fmt: skip
    return Gap.model_validate(values | changes)


def test_without_evidence_there_is_none() -> None:
    with pytest.raises(ValidationError):
        gap(evidence=())


def test_what_belongs_to_one_run_is_not_in_the_fingerprint() -> None:
    assert gap().fingerprint == gap(observed="other", evidence=("e9",), summary="x").fingerprint
    assert gap().fingerprint != gap(subject={"kind": "alert", "name": "B"}).fingerprint
    assert gap().fingerprint != gap(key="Mitigation").fingerprint
