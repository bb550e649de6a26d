"""A drill in which gameday itself fails: it is closed, and can be judged."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from gameday.bundle.folder import Folder
from gameday.bundle.host_state import HostState
from gameday.conduct import drill
from gameday.conduct.drill import conduct
from gameday.conduct.supervision import Conducting
from gameday.daemon import Daemon
from gameday.errors import Missing
from gameday.gaps import GAPS
from gameday.model.plan import Plan
from gameday.review.judge import review
from gameday.undo.ledger import Ledger
from tests.story import perfect, record_of


class Nobody:
    """In the place of everybody who works during a drill."""

    def __init__(self, *_: Any) -> None: ...

    def __getattr__(self, name: str) -> Any:
        return lambda *_: None


class Place:
    project, root = "p", Path("/")
    daemon = Daemon()


@pytest.fixture
def conducting(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Conducting:
    plan: Plan = record_of(perfect()).plan
    folder = Folder.create(tmp_path / "reports", "d1")
    folder.plan.write_text(plan.model_dump_json(by_alias=True))
    for name in ("Crew", "EndState", "AbortWatch", "Guard"):
        monkeypatch.setattr(drill, name, Nobody)
    place: Any = Place()
    return Conducting(plan, place, folder, {}, {}, None, lambda event: None, HostState(tmp_path / "state"))


def failing(monkeypatch: pytest.MonkeyPatch, error: Exception, *, broken: bool = False) -> None:
    """What the drill does between its start and its end: it fails, with a fault that was put back or with none."""

    class Failing(Nobody):
        def __init__(self, c: Conducting, timeline: Any, ledger: Ledger, *_: Any) -> None:
            self.ledger = ledger

        def run(self) -> None:
            if broken:
                self.ledger.intend(fault="f1", name="container_pause", target="payments", by="worker", undo={}, ends_within_seconds=9)
                self.ledger.append("undone", fault="f1", by="worker", detail="unpaused")
            raise error

    monkeypatch.setattr(drill, "Supervision", Failing)


def test_an_error_that_nobody_foresaw_ends_the_drill_and_leaves_a_record_that_can_be_judged(
    conducting: Conducting, monkeypatch: pytest.MonkeyPatch
) -> None:
    failing(monkeypatch, KeyError("x"))
    ended = conduct(conducting)
    assert (ended.outcome, ended.left) == ("aborted", ())
    assert "gameday itself failed (KeyError: 'x'); evidence/gameday.log says where" in ended.why
    assert "KeyError" in (conducting.folder.evidence / "gameday.log").read_text()
    record = conducting.folder.record()
    assert record.damage == ()
    judged = review(record, GAPS.values())
    assert judged.drill.outcome == "aborted"
    assert not any(v.verdict == "missed" for v in judged.verdicts if v.about != "drill")


def test_an_error_with_a_sentence_of_its_own_keeps_its_exit_code(conducting: Conducting, monkeypatch: pytest.MonkeyPatch) -> None:
    failing(monkeypatch, Missing("the guard process did not get ready"))
    with pytest.raises(Missing):
        conduct(conducting)
    assert conducting.folder.record().timeline.first("drill.closed") is not None


def test_an_error_after_something_was_broken_is_judged_whatever_it_says(conducting: Conducting, monkeypatch: pytest.MonkeyPatch) -> None:
    failing(monkeypatch, Missing("the daemon went away"), broken=True)
    assert conduct(conducting).why == "the daemon went away"
