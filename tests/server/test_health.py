"""Health and metrics: what they tell, and to whom."""

from __future__ import annotations

import socket
from dataclasses import replace
from pathlib import Path
from typing import NoReturn

import httpx2
import pytest
from prometheus_client.parser import text_string_to_metric_families
from starlette.testclient import TestClient

from gameday.errors import Missing, Refused
from gameday.model.settings import ServerSettings
from gameday.schedule.agenda import Agenda
from gameday.server.health import Health, HealthServer, application
from gameday.server.herald import Herald
from gameday.server.serve import Server
from tests.server.place import Place

WELL = Health(
    alive=True, store="", agent=True, trouble="", schedules=3, late_seconds=0.2, notices_sent=4, notices_failed=1,
    slots=lambda: [("ran", "", 5), ("missed", "down", 1)],
)  # fmt: skip


def client(health: Health = WELL, token: str = "") -> TestClient:
    return TestClient(application(lambda: health, token), base_url="http://127.0.0.1")


def test_metrics_can_be_read_by_prometheus() -> None:
    families = {f.name: f for f in text_string_to_metric_families(client().get("/metrics").text)}
    assert families["gameday_ready"].samples[0].value == 1
    assert {(s.labels["state"], s.labels["cause"]): s.value for s in families["gameday_slots"].samples} == {
        ("ran", ""): 5,
        ("missed", "down"): 1,
    }


@pytest.mark.parametrize("wrong", [{"store": "the disk is full"}, {"agent": False}, {"trouble": "bad"}, {"alive": False}])
def test_it_is_ready_only_where_all_is_well(wrong: dict[str, object]) -> None:
    assert client().get("/readyz").status_code == 200
    assert client(replace(WELL, **wrong)).get("/readyz").status_code == 503  # type: ignore[arg-type]


def test_it_is_alive_without_a_store_and_dead_when_its_loop_stands_still() -> None:
    assert client(replace(WELL, store="gone")).get("/healthz").status_code == 200
    assert client(replace(WELL, alive=False)).get("/healthz").status_code == 503


def test_a_store_that_hangs_holds_up_neither_the_sign_of_life_nor_readiness(place: Place) -> None:
    def hangs() -> NoReturn:
        raise AssertionError("it would wait here")

    server = Server(place.server(), Herald(place.database, (), lambda: Agenda(())), None)
    place.database.reading = hangs  # type: ignore[method-assign]
    one = TestClient(application(server.health), base_url="http://127.0.0.1")
    assert (one.get("/healthz").status_code, one.get("/readyz").json()["store"]) == (200, "ok")


def test_metrics_of_a_store_that_does_not_answer_say_so_and_have_no_slots() -> None:
    def away() -> NoReturn:
        raise Missing("the store does not answer")

    told = client(replace(WELL, slots=away)).get("/metrics").text
    assert "gameday_store_up 0" in told and "gameday_ready 0" in told and "gameday_slots{" not in told
    assert "gameday_slots{" not in client(replace(WELL, store="gone")).get("/metrics").text


def test_with_a_token_all_but_the_sign_of_life_ask_for_it() -> None:
    guarded = client(token="s3cret")
    assert [guarded.get(page).status_code for page in ("/healthz", "/readyz", "/metrics")] == [200, 401, 401]
    assert guarded.get("/metrics", headers={"Authorization": "Bearer wrong"}).status_code == 401
    assert guarded.get("/metrics", headers={"Authorization": "Bearer s3cret"}).status_code == 200


def test_a_name_that_was_made_to_lead_here_is_refused_and_nothing_can_be_changed() -> None:
    assert client().get("/metrics", headers={"Host": "evil.example"}).status_code == 400
    for method in ("POST", "PUT", "DELETE"):
        assert client().request(method, "/metrics").status_code == 405


@pytest.mark.parametrize("given", [{}, {"token": "${env:T}"}, {"certificate": "c.pem", "key": "k.pem"}])
def test_it_is_not_reached_from_elsewhere_without_token_and_certificate(given: dict[str, str], tmp_path: Path) -> None:
    settings = ServerSettings.model_validate({"listen": "0.0.0.0:18070", **given})
    with pytest.raises(Refused, match="token, certificate and key"):
        HealthServer(settings, tmp_path, lambda hosts: application(lambda: WELL))


def test_a_port_that_is_taken_is_named(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        listen = f"127.0.0.1:{other.getsockname()[1]}"
        with pytest.raises(Missing, match=f"cannot listen on {listen}"):
            HealthServer(ServerSettings(listen=listen), tmp_path, lambda hosts: application(lambda: WELL))


def test_it_serves_from_a_thread_and_stops(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        listen = f"127.0.0.1:{free.getsockname()[1]}"
    pages = HealthServer(ServerSettings(listen=listen), tmp_path, lambda hosts: application(lambda: WELL, hosts=hosts))
    pages.start()
    assert httpx2.get(f"{pages.address}/healthz", timeout=10).text == "alive\n"
    pages.stop()
    with pytest.raises(httpx2.HTTPError):
        httpx2.get(f"{pages.address}/healthz", timeout=2)
