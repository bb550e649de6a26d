"""The log of `ops` as events."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from gameday.clients.ops import OpsEntry
from gameday.collectors.ops_log import OpsLog

AT = datetime(2026, 3, 4, tzinfo=UTC)


class Ops:
    """A log that grows."""

    def __init__(self, skew: timedelta = timedelta(0)) -> None:
        self.log: list[OpsEntry] = []
        self.skew = skew

    def add(self, kind: str, **fields: Any) -> None:
        self.log.append(OpsEntry(len(self.log) + 1, AT, kind, fields))

    def entries(self, after: int) -> tuple[datetime, list[OpsEntry]]:
        return datetime.now(UTC) + self.skew, [e for e in self.log if e.seq > after]

    def last_entry(self) -> int:
        return len(self.log)


def seen(ops: Ops, looks: int = 1) -> list[tuple[str, str, dict[str, Any]]]:
    found: list[tuple[str, str, dict[str, Any]]] = []
    collector = OpsLog(ops, lambda _: {"file": "ops.jsonl", "line": 1, "sha256": "0"})  # type: ignore[arg-type]
    collector._after = 0
    for _ in range(looks):
        collector.look(lambda kind, subject, **more: found.append((kind, subject[1], more)))
    return found


def receipt(*alerts: dict[str, Any]) -> dict[str, Any]:
    return {"receiver": "shop-pager", "body": {"alerts": list(alerts), "groupKey": "g"}}


ALERT = {"status": "firing", "labels": {"alertname": "A"}, "annotations": {}, "startsAt": "2026-03-04T10:00:00Z", "fingerprint": "f"}


def test_a_receipt_is_a_delivery_of_each_alert() -> None:
    ops = Ops()
    ops.add("receipt", **receipt(ALERT, {**ALERT, "labels": {"alertname": "B"}, "fingerprint": "g"}))
    assert [(k, n, m["source"], m["data"]["receiver"]) for k, n, m in seen(ops)] == [
        ("alert.delivered", "A", "pager", "shop-pager"), ("alert.delivered", "B", "pager", "shop-pager"),
    ]  # fmt: skip


def test_the_same_news_again_is_marked() -> None:
    ops = Ops()
    for _ in range(3):
        ops.add("receipt", **receipt(ALERT))
    assert [m["data"]["repeated"] for _, _, m in seen(ops)] == [False, True, True]


def test_an_entry_is_taken_once() -> None:
    ops = Ops()
    ops.add("flag", name="x", value="on", was="off", seat="seat-1")
    assert len(seen(ops, looks=3)) == 1


def test_bodies_that_are_no_receipts_are_left_alone() -> None:
    ops = Ops()
    for body in ({"alerts": "x"}, {"alerts": [1, None]}, {"alerts": [{"labels": 7, "annotations": [], "startsAt": 5}]}, {}):
        ops.add("receipt", receiver="r", body=body)
    assert [n for _, n, _ in seen(ops)] == ["?"]


def test_our_own_looks_leave_no_trace_and_a_browser_does() -> None:
    ops = Ops()
    ops.add("access", path="/runbooks/A", method="GET", status=200, agent="gameday/0.1 (probe)")
    ops.add("access", path="/runbooks/A", method="GET", status=404, agent="Mozilla", seat="")
    assert [(k, n, m["actor_kind"], m["data"]["status"]) for k, n, m in seen(ops)] == [("doc.opened", "/runbooks/A", "human", 404)]


def test_a_clock_that_is_ahead_is_measured() -> None:
    ops = Ops(skew=timedelta(seconds=90))
    ops.add("flag", name="x", value="on", was="off")
    ((_, _, more),) = seen(ops)
    assert 89_900 <= more["skew_ms"] <= 90_100


def test_a_huge_label_is_cut() -> None:
    ops = Ops()
    ops.add("receipt", **receipt({**ALERT, "labels": {"alertname": "A", "x": "y" * 1_000_000}}))
    ((_, _, more),) = seen(ops)
    assert len(more["data"]["labels"]["x"]) == 4_000
