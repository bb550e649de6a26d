"""What was done to containers, also when somebody sets the daemon's clock."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from gameday import time_of_day
from gameday.clients.docker_container import Container, DockerEvent, read_event
from gameday.collectors.docker_events import DockerEvents

HOUR = 3600.0


class Daemon:
    """Remembers its events as its own clock dates them, and answers as `docker events` does."""

    def __init__(self) -> None:
        self.ahead = 0.0
        self.restarts = True
        self.past: list[dict[str, Any]] = []

    @property
    def clock(self) -> float:
        return time_of_day.now().timestamp() + self.ahead

    def does(self, action: str, container: str = "c1", **attributes: str) -> None:
        actor = {"ID": container, "Attributes": {"com.docker.compose.service": "payments", **attributes}}
        self.past.append({"Action": action, "timeNano": int(self.clock * 1e9), "Actor": actor})

    def inspect(self, container: str) -> Container:
        return Container(container, "n", "payments", running=True, paused=False, started_at="", restarts_itself=self.restarts)

    def events(self, labels: Any, since: float, until: float) -> Iterator[DockerEvent]:
        assert until <= self.clock + 1e-3, "the daemon would wait until then"
        return iter([read_event(e, self.ahead, "gameday.service") for e in self.past if since <= e["timeNano"] / 1e9 <= until])


class Seen:
    def __init__(self) -> None:
        self.events: list[tuple[str, datetime, dict[str, Any]]] = []

    def __call__(self, kind: str, subject: tuple[str, str], *, at: datetime | None = None, **more: Any) -> None:
        self.events.append((subject[1], at or time_of_day.now(), more))

    @property
    def actions(self) -> list[str]:
        return [more["data"]["action"] for _, _, more in self.events]


@pytest.fixture
def daemon() -> Daemon:
    return Daemon()


def collector(daemon: Daemon, ours: Any = lambda *_: False) -> DockerEvents:
    return DockerEvents(daemon, ["x=y"], lambda raw: {"file": "f", "line": 1, "sha256": "0" * 64}, ours)  # type: ignore[arg-type]  # a daemon in here


def test_each_deed_is_told_once_with_what_the_daemon_says_of_it(daemon: Daemon) -> None:
    listening, seen = collector(daemon), Seen()
    daemon.does("start", image="shop:v1")
    daemon.does("die", exitCode="137", signal="9")
    daemon.does("exec_create: true")
    for _ in range(3):
        listening.look(seen)
    assert seen.actions == ["start", "die"]
    assert seen.events[0][2]["data"]["image"] == "shop:v1"
    assert (seen.events[1][2]["data"]["exit_code"], seen.events[1][2]["data"]["signal"]) == ("137", "9")


def test_our_own_deeds_are_told_as_ours(daemon: Daemon) -> None:
    listening, seen = collector(daemon, ours=lambda container, action, moment: action == "pause"), Seen()
    daemon.does("pause")
    daemon.does("restart")
    listening.look(seen)
    assert [more["actor_kind"] for _, _, more in seen.events] == ["injector", "unknown"]


@pytest.mark.parametrize(
    ("deeds", "restarts", "who"),
    [
        (["die", "start"], True, "system"),
        (["die", "start"], False, "unknown"),
        (["kill", "die", "start"], True, "unknown"),
        (["kill", "die", "stop", "start", "restart"], True, "unknown"),
        (["start"], True, "unknown"),
    ],
)
def test_what_a_restart_policy_starts_again_was_started_by_nobody(daemon: Daemon, deeds: list[str], restarts: bool, who: str) -> None:
    listening, seen = collector(daemon), Seen()
    daemon.restarts = restarts
    for action in deeds:
        daemon.does(action)
        listening.look(seen)
    assert seen.actions == deeds
    assert [more["actor_kind"] for _, _, more in seen.events if more["data"]["action"] == "start"] == [who]


@pytest.mark.parametrize("jump", [HOUR, -HOUR])
def test_a_daemon_whose_clock_is_set_is_understood_all_the_same(daemon: Daemon, jump: float) -> None:
    listening, seen = collector(daemon), Seen()
    daemon.does("start")
    listening.look(seen)
    daemon.ahead += jump
    for action in ("pause", "unpause"):
        daemon.does(action)
        listening.look(seen)
    assert seen.actions == ["start", "pause", "unpause"]
    now = datetime.now(UTC)
    assert all(abs(now - at) < timedelta(seconds=30) for _, at, _ in seen.events)


def test_what_happened_right_before_the_clock_was_set_forward_is_told_and_not_dated_by_it(daemon: Daemon) -> None:
    listening, seen = collector(daemon), Seen()
    listening.look(seen)
    daemon.does("kill")
    daemon.ahead += HOUR
    listening.look(seen)
    assert seen.actions == ["kill"]
    assert abs(datetime.now(UTC) - seen.events[0][1]) < timedelta(seconds=30)
