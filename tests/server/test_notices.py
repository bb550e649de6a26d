"""Notices: before, at the start and after, to the right readers, each with the mark; none twice, none lost."""

from __future__ import annotations

import hashlib
import hmac
import json
from datetime import timedelta
from typing import Any

import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from gameday.model.schedule import Surprise, When
from gameday.model.settings import NoticeSettings
from gameday.schedule.agenda import Agenda
from gameday.server.herald import Channel, Herald
from gameday.store.memory import Memory
from gameday.store.slots import Slots
from tests.server.place import NOON, Place, once
from tests.server.test_agent import errand


class Ear:
    """What arrived at a receiver, and how it answers."""

    def __init__(self, server: HTTPServer) -> None:
        self.heard: list[tuple[dict[str, Any], dict[str, str]]] = []
        self.status = 200
        self.url = server.url_for("/hook")
        server.expect_request("/hook", method="POST").respond_with_handler(self._hear)

    def _hear(self, request: Request) -> Response:
        self.heard.append((json.loads(request.get_data()), dict(request.headers) | {"body": request.get_data(as_text=True)}))
        return Response("", self.status)

    def kinds(self) -> list[str]:
        return [body.get("notice", "slack") for body, _ in self.heard]


@pytest.fixture
def ear(httpserver: HTTPServer) -> Ear:
    return Ear(httpserver)


def channel(ear: Ear, name: str = "team", secret: str = "", **more: Any) -> Channel:
    kind = more.get("kind", "webhook")
    settings = NoticeSettings.model_validate({"kind": kind, "url": "${env:HOOK}", "before": ("1d", "1h")} | more)
    return Channel(name, settings, ear.url, secret)


def herald(place: Place, *channels: Channel, agenda: Agenda | None = None) -> Herald:
    return Herald(place.database, channels, lambda: agenda or Agenda(()), place.clock)


def run_a_drill(place: Place, exit_code: int = 1) -> None:
    slots = Slots(place.database)
    one = errand(title="Checkout is drilled", service="checkout", faults=("container_pause",))
    assert slots.claim(one, "a", "server", place.clock.now())
    taken = slots.take(slots.open()[0], "agent", "20261201-120000-calm-0000", place.clock.now())
    assert taken is not None
    slots.end(taken, exit_code, "", place.clock.now())


def test_start_and_end_are_told_once_with_the_mark(place: Place, ear: Ear) -> None:
    run_a_drill(place)
    for _ in range(2):
        herald(place, channel(ear)).tick()
    assert ear.kinds() == ["start", "end"]
    assert all(body["mark"] == "THIS IS A DRILL" and body["text"].startswith("THIS IS A DRILL: ") for body, _ in ear.heard)


def test_participants_are_told_neither_the_fault_nor_the_service(place: Place, ear: Ear) -> None:
    run_a_drill(place)
    herald(place, channel(ear)).tick()
    said = json.dumps([body for body, _ in ear.heard])
    for secret in ("container_pause", "scenarios/", "service", "exitCode"):
        assert secret not in said
    assert "Checkout is drilled" in said


def test_facilitators_are_told_all(place: Place, ear: Ear) -> None:
    run_a_drill(place)
    herald(place, channel(ear, to="facilitators")).tick()
    body = ear.heard[-1][0]
    assert (body["faults"], body["scenario"], body["exitCode"], body["drill"]) == (
        ["container_pause"], "scenarios/calm.yaml", 1, "20261201-120000-calm-0000",
    )  # fmt: skip
    assert "breaks container_pause" in body["text"]


def test_an_event_that_is_seen_after_its_successor_is_told_too(place: Place, ear: Ear, monkeypatch: pytest.MonkeyPatch) -> None:
    run_a_drill(place)
    one = herald(place, channel(ear))
    shown = [event for event in Slots(place.database).events() if event.kind != "taken"]
    with monkeypatch.context() as early:
        early.setattr(Slots, "events", lambda _self, _after=0: shown)
        one.tick()
    one.tick()
    assert ear.kinds() == ["end", "start"]


def test_what_was_missed_concerns_facilitators_alone(place: Place, ear: Ear) -> None:
    Slots(place.database).record(errand(), "missed", "down", "no server ran", "server", NOON)
    herald(place, channel(ear)).tick()
    assert ear.kinds() == []
    herald(place, channel(ear, "leads", to="facilitators")).tick()
    assert ear.kinds() == ["missed"] and "no server ran" in ear.heard[0][0]["text"]


def test_who_was_told_that_a_drill_begins_hears_that_it_was_refused_and_not_what_it_would_have_broken(place: Place, ear: Ear) -> None:
    slots = Slots(place.database)
    one = errand(title="Checkout is drilled", service="checkout", faults=("container_pause",))
    assert slots.claim(one, "a", "server", NOON)
    taken = slots.take(slots.open()[0], "agent", "20261201-120000-calm-0000", NOON)
    told = herald(place, channel(ear))
    told.tick()
    assert taken is not None and slots.miss(taken, "refused", "container_pause: the sandbox is not up", "agent", NOON)
    told.tick()
    assert ear.kinds() == ["start", "missed"]
    last = ear.heard[-1][0]
    assert last["text"] == "THIS IS A DRILL: Checkout is drilled (2026-12-01 12:00 UTC) did not take place"
    assert "container_pause" not in json.dumps(last) and "why" not in last


@pytest.mark.parametrize(("became", "said"), [("waiting", "may come later"), ("withheld", "did not take place")])
def test_and_who_was_told_before_it_that_it_does_not_begin(place: Place, ear: Ear, became: str, said: str) -> None:
    place.clock.at = NOON - timedelta(minutes=30)
    one = herald(place, channel(ear), agenda=Agenda([once("calm", NOON)]))
    one.tick()
    place.clock.at = NOON
    Slots(place.database).record(errand(), became, "down", "no server ran", "server", NOON)
    one.tick()
    assert len(ear.heard) == 2 and said in ear.heard[-1][0]["text"]


def test_what_was_withheld_is_no_news_to_who_never_heard_of_it(place: Place, ear: Ear) -> None:
    Slots(place.database).record(errand(), "withheld", "holiday", "Christmas", "server", NOON)
    herald(place, channel(ear), channel(ear, "leads", to="facilitators")).tick()
    assert ear.kinds() == []


def test_slack_gets_a_line_that_cannot_ping(place: Place, ear: Ear) -> None:
    assert Slots(place.database).record(errand(title="<!channel> & co"), "missed", "down", "x", "server", NOON)
    herald(place, channel(ear, kind="slack", to="facilitators")).tick()
    (body, _), *_ = ear.heard
    assert body["text"].startswith("THIS IS A DRILL: &lt;!channel&gt; &amp; co") and body["unfurl_links"] is False


def test_before_a_drill_each_time_is_told_once_and_only_the_nearest_that_is_past(place: Place, ear: Ear) -> None:
    agenda = Agenda([once("calm", NOON)])
    place.clock.at = NOON - timedelta(days=1, minutes=1)
    one = herald(place, channel(ear), agenda=agenda)
    one.tick()
    assert ear.kinds() == []
    place.clock.go(minutes=2)
    one.tick()
    one.tick()
    assert ear.kinds() == ["before"] and "begins at 2026-12-01 12:00 UTC" in ear.heard[0][0]["text"]
    place.clock.go(hours=23)
    herald(place, channel(ear), channel(ear, "late", before=("1d", "2h", "1h")), agenda=agenda).tick()
    assert sorted(headers["Idempotency-Key"].split("/")[1:] for _, headers in ear.heard[1:]) == [
        ["before 1h", "late"],
        ["before 1h", "team"],
    ]


def test_a_surprise_is_told_to_facilitators_alone(place: Place, ear: Ear) -> None:
    schedule = once("surprise").model_copy(update={"when": When(surprise=Surprise(each="month"))})
    agenda = Agenda([schedule])
    agenda = agenda.with_seals(agenda.draw(NOON, NOON + timedelta(days=40), lambda: "salt").seals)
    place.clock.at = agenda.seals[0].moment - timedelta(minutes=30)
    herald(place, channel(ear), channel(ear, "leads", to="facilitators"), agenda=agenda).tick()
    assert [headers["Idempotency-Key"].rpartition("/")[2] for _, headers in ear.heard] == ["leads"]


def test_a_paused_schedule_is_not_announced(place: Place, ear: Ear) -> None:
    place.clock.at = NOON - timedelta(minutes=30)
    herald(place, channel(ear), agenda=Agenda([once("calm", paused="away until May")])).tick()
    assert ear.kinds() == []


def test_what_did_not_arrive_is_sent_again_with_the_same_key(place: Place, ear: Ear) -> None:
    run_a_drill(place)
    ear.status = 503
    one = herald(place, channel(ear))
    one.tick()
    assert (one.sent, one.failed) == (0, 2)
    one.tick()
    assert len(ear.heard) == 2, "not at once"
    ear.status = 200
    place.clock.go(seconds=31)
    herald(place, channel(ear)).tick()
    keys = [headers["Idempotency-Key"] for _, headers in ear.heard]
    assert keys[:2] == keys[2:] and len(keys) == 4
    place.clock.go(seconds=31)
    herald(place, channel(ear)).tick()
    assert len(ear.heard) == 4


def test_what_is_old_is_not_told_any_more(place: Place, ear: Ear) -> None:
    run_a_drill(place)
    place.clock.go(hours=2)
    herald(place, channel(ear)).tick()
    assert ear.kinds() == []


def test_a_receiver_can_prove_who_wrote(place: Place, ear: Ear) -> None:
    run_a_drill(place)
    herald(place, channel(ear, secret="key")).tick()
    _, headers = ear.heard[0]
    signed = hmac.new(b"key", f"{headers['X-Gameday-Timestamp']}.{headers['body']}".encode(), hashlib.sha256).hexdigest()
    assert headers["X-Gameday-Signature"] == f"sha256={signed}"


def test_an_address_that_cannot_be_reached_stays_secret(place: Place, ear: Ear, caplog: pytest.LogCaptureFixture) -> None:
    run_a_drill(place)
    settings = NoticeSettings.model_validate({"kind": "slack", "url": "${env:HOOK}"})
    gone = Channel("team", settings, "http://127.0.0.1:1/services/T0/B0/secret-part")
    herald(place, gone).tick()
    assert "team" in caplog.text and "secret-part" not in caplog.text and "secret-part" not in repr(gone)


def test_seals_are_kept_by_who_came_first(place: Place) -> None:
    schedule = once("surprise").model_copy(update={"when": When(surprise=Surprise(each="month"))})
    agenda, memory = Agenda([schedule]), Memory(place.database)
    first, second = (agenda.draw(NOON, NOON + timedelta(days=1), lambda s=salt: s).seals for salt in ("one", "two"))  # type: ignore[misc]
    assert memory.keep_seals(first) == memory.keep_seals(second) == first
