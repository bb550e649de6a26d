"""Notices sent to gameday itself: what is taken, what is refused, what becomes an event."""

from __future__ import annotations

import http.client
import json
from collections.abc import Iterator
from typing import Any

import pytest

from gameday.collectors.pager_webhook import LARGEST, PagerWebhook
from gameday.errors import InvalidInput, Missing
from gameday.model.docker_settings import PagerSettings

TOKEN = "correct-horse-battery"  # no secret but a test's
NOTICE = {
    "receiver": "web",
    "groupKey": "g",
    "alerts": [{"status": "firing", "labels": {"alertname": "Down"}, "startsAt": "2026-03-04T10:00:00Z"}],
}


def listening(token: str | None = None) -> PagerWebhook:
    return PagerWebhook(
        PagerSettings.model_construct(listen="127.0.0.1:0", token=token), lambda raw: {"file": "pager.jsonl", "line": 1, "sha256": "0"}
    )


@pytest.fixture
def pager() -> Iterator[PagerWebhook]:
    pager = listening(TOKEN)
    yield pager
    pager.close()


def send(pager: PagerWebhook, body: bytes, path: str = "/pager/web-oncall", **headers: str) -> int:
    connection = http.client.HTTPConnection("127.0.0.1", pager.port, timeout=5)
    try:
        connection.request("POST", path, body, {"Authorization": f"Bearer {TOKEN}"} | headers)
        return connection.getresponse().status
    finally:
        connection.close()


def seen(pager: PagerWebhook) -> list[tuple[str, str, dict[str, Any]]]:
    found: list[tuple[str, str, dict[str, Any]]] = []
    pager.look(lambda kind, subject, **more: found.append((kind, subject[1], more["data"])))
    return found


def test_a_notice_becomes_a_delivery_to_the_receiver_in_its_path(pager: PagerWebhook) -> None:
    assert send(pager, json.dumps(NOTICE).encode()) == 200
    ((kind, name, data),) = seen(pager)
    assert (kind, name, data["receiver"], data["status"]) == ("alert.delivered", "Down", "web-oncall", "firing")
    assert seen(pager) == []


def test_without_a_receiver_in_the_path_the_notice_names_it(pager: PagerWebhook) -> None:
    assert send(pager, json.dumps(NOTICE).encode(), "/pager") == 200
    assert seen(pager)[0][2]["receiver"] == "web"


def test_the_same_news_again_is_marked(pager: PagerWebhook) -> None:
    for _ in range(2):
        send(pager, json.dumps(NOTICE).encode())
    assert [data["repeated"] for _, _, data in seen(pager)] == [False, True]


@pytest.mark.parametrize(
    ("body", "headers", "path", "status"),
    [
        (b"{}", {"Authorization": "Bearer wrong"}, "/pager/x", 401),
        (b"{}", {"Authorization": ""}, "/pager/x", 401),
        (b"{}", {}, "/elsewhere", 404),
        (b"{}", {"Content-Encoding": "gzip"}, "/pager/x", 415),
        (b"[]", {}, "/pager/x", 400),
        (b"{", {}, "/pager/x", 400),
        (b"[" * 100_000, {}, "/pager/x", 400),
        (b"{}", {"Content-Length": str(LARGEST + 1)}, "/pager/x", 413),
    ],
)
def test_what_is_no_notice_is_refused_and_tells_nothing(
    pager: PagerWebhook, body: bytes, headers: dict[str, str], path: str, status: int
) -> None:
    assert send(pager, body, path, **headers) == status
    assert seen(pager) == []


@pytest.mark.parametrize("alerts", [None, "x", [1, None], [{"labels": 5, "annotations": []}]])
def test_odd_alerts_break_nothing(pager: PagerWebhook, alerts: object) -> None:
    assert send(pager, json.dumps({"alerts": alerts}).encode()) == 200
    assert len(seen(pager)) <= 1


def test_a_full_disk_makes_alertmanager_come_again() -> None:
    def full(raw: object) -> dict[str, Any]:
        raise OSError(28, "No space left on device")

    pager = PagerWebhook(PagerSettings.model_construct(listen="127.0.0.1:0", token=TOKEN), full)
    try:
        assert send(pager, json.dumps(NOTICE).encode()) == 503
        assert seen(pager) == []
    finally:
        pager.close()


def test_strangers_may_not_speak_without_a_token() -> None:
    with pytest.raises(InvalidInput, match="token"):
        PagerWebhook(PagerSettings(listen="0.0.0.0:18099"), lambda raw: {})


def test_a_port_that_is_taken_is_named() -> None:
    first = listening()
    try:
        with pytest.raises(Missing, match="cannot listen on"):
            PagerWebhook(PagerSettings(listen=f"127.0.0.1:{first.port}"), lambda raw: {})
    finally:
        first.close()
