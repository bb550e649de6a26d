"""Progress of a drill, line by line."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from gameday.commands.progress import Progress
from gameday.model.event import Event


@pytest.mark.parametrize(
    ("detail", "said"),
    [
        ("unpaused", "verified (worker)\n"),
        ("its mark was removed; was irreversible: what k:* held cannot be put back", "held cannot be put back\n"),
    ],
)
def test_the_end_of_a_fault_is_told_with_what_it_destroyed(capsys: pytest.CaptureFixture[str], detail: str, said: str) -> None:
    now = datetime(2026, 1, 1, tzinfo=UTC)
    event = Event.model_validate(
        {
            "seq": 1, "prev": "", "id": "1", "ts": now, "observed": now, "source": "worker", "kind": "fault.undone",
            "subject": {"kind": "fault", "name": "f1"}, "data": {"by": "worker", "detail": detail},
        }
    )  # fmt: skip
    Progress().event(event)
    assert " ".join(capsys.readouterr().err.split()).endswith(said.strip())
