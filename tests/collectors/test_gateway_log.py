"""The gateway's access log in seconds, also when somebody sets the daemon's clock."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from gameday import time_of_day
from gameday.collectors import gateway_log
from gameday.collectors.gateway_log import GatewayLog

HOUR = 3600.0


class Gateway:
    """Logs as its daemon's clock dates it, and moves time on when it is told to."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.ahead, self.now = 0.0, 1_800_000_000.25
        self.lines: list[tuple[str, str]] = []
        monkeypatch.setattr(time_of_day, "now", lambda: datetime.fromtimestamp(self.now, UTC))

    def serves(self, status: int, agent: str = "browser", customer: str = "") -> None:
        self.now += 0.01
        stamp = datetime.fromtimestamp(self.now + self.ahead, UTC).strftime("%Y-%m-%dT%H:%M:%S.%f000Z")
        self.lines.append((stamp, json.dumps({"status": status, "agent": agent, "customer": customer})))

    def log_lines(self, container: str, since: float) -> list[tuple[str, str]]:
        start = datetime.fromtimestamp(int(since), UTC).strftime("%Y-%m-%dT%H:%M:%S.%f000Z")
        return [(stamp, text) for stamp, text in self.lines if stamp >= start]


@pytest.fixture
def gateway(monkeypatch: pytest.MonkeyPatch) -> Gateway:
    return Gateway(monkeypatch)


def told(gateway: Gateway, *looks: Any) -> list[tuple[datetime, dict[str, Any]]]:
    """What is told of, looking after each of these, and then until every second is settled."""
    listening = GatewayLog(gateway, "c1", "shop", lambda text: None)  # type: ignore[arg-type]  # a gateway in here
    seen: list[tuple[datetime, dict[str, Any]]] = []

    def see(kind: str, subject: tuple[str, str], *, at: datetime | None = None, **more: Any) -> None:
        assert at is not None
        seen.append((at, more["data"]))

    for happens in looks:
        happens()
        listening.look(see)
    gateway.now += gateway_log.SETTLED + 2
    listening.look(see)
    return seen


def test_requests_and_failures_of_a_second_are_told_once_it_is_over(gateway: Gateway) -> None:
    def traffic() -> None:
        for status in (200, 503, -1):
            gateway.serves(status, customer="ann")
        gateway.serves(500, agent="gameday-canary")  # ours, and no user's

    ((at, data),) = told(gateway, traffic)
    assert (data["requests"], data["failed"], len(data["hurt"])) == (3, 2, 1)
    assert at == datetime.fromtimestamp(1_800_000_000, UTC)


@pytest.mark.parametrize("jump", [HOUR, -HOUR])
def test_a_gateway_whose_clock_is_set_is_understood_all_the_same(gateway: Gateway, jump: float) -> None:
    def jumps() -> None:
        gateway.ahead += jump
        gateway.now += 1
        gateway.serves(503)

    def later() -> None:
        gateway.now += 1
        gateway.serves(503)

    seen = told(gateway, lambda: gateway.serves(200), jumps, later)
    assert sum(data["requests"] for _, data in seen) == 3
    assert [data["failed"] for _, data in seen] == [0, 1, 1]
    assert seen[-1][0] - seen[0][0] == timedelta(seconds=2)
