"""Predicates over events."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from gameday.model.event import Event
from gameday.model.evidence import Predicate
from gameday.review.traces import failed_attempt, find, sources

BEGAN = datetime(2026, 3, 4, tzinfo=UTC)


def event(seq: int, kind: str, name: str, source: str, **data: Any) -> Event:
    return Event.model_validate(
        {
            "seq": seq, "prev": "0", "id": f"e{seq}", "ts": BEGAN + timedelta(seconds=seq), "observed": BEGAN, "source": source,
            "kind": kind, "actor_kind": "human", "subject": {"kind": "x", "name": name}, "data": data,
        }
    )  # fmt: skip


EVENTS = (
    event(1, "action.observe", "docker", "shell", command="docker ps", exit=0),
    event(2, "action.mutate", "docker", "shell", command="docker restart shop", exit=1),
    event(3, "action.mutate", "docker", "shell", command="docker restart shop", exit=0),
    event(4, "action.mutate", "shop", "docker", action="restart", image="shop:2.3.1"),
    event(5, "change.flag", "checkout", "ops", value="off"),
    event(6, "comm.public", "status", "ops", text="payments are delayed"),
    event(7, "doc.opened", "/runbooks/A", "ops", method="GET", status=200),
    event(8, "note", "log", "words", text="rolled back"),
    event(9, "page.acked", "A", "words"),
    event(10, "change.deploy", "shop", "ops", release="v1", was="v2"),
)


def p(**fields: Any) -> Predicate:
    return Predicate.model_validate(fields)


@pytest.mark.parametrize(("predicate", "found"), [
    (p(exec={"match": "restart shop"}), ["e3"]),
    (p(exec={"match": "restart shop", "exit": None}), ["e2"]),
    (p(exec={"match": "restart db"}), []),
    (p(docker={"action": "restart", "container": "shop"}), ["e4"]),
    (p(docker={"action": "restart", "container": "shop", "image": "shop:2.3.*"}), ["e4"]),
    (p(docker={"action": "restart", "container": "shop", "image": "shop:2.4.*"}), []),
    (p(flag={"name": "checkout", "value": "off"}), ["e5"]),
    (p(flag={"name": "checkout", "value": "on"}), []),
    (p(http={"path": "/flags/checkout", "method": ["PUT"]}), ["e5"]),
    (p(http={"path": "/releases/shop", "method": ["PUT"]}), ["e10"]),
    (p(http={"path": "/releases/shop", "method": ["GET"]}), []),
    (p(http={"path": "/runbooks/*"}), ["e7"]),
    (p(http={"path": "/runbooks/*", "method": ["POST"]}), []),
    (p(comm={"to": "public", "match": "delayed"}), ["e6"]),
    (p(comm={"to": "internal"}), []),
    (p(note={"match": "rolled"}), ["e8"]),
    (p(page={}), ["e9"]),
    (p(any=[{"page": {}}, {"flag": {"name": "checkout", "value": "off"}}]), ["e5"]),
    (p(all=[{"page": {}}, {"flag": {"name": "checkout", "value": "off"}}]), ["e5", "e9"]),
    (p(all=[{"page": {}}, {"note": {"match": "never"}}]), []),
])  # fmt: skip
def test_the_earliest_events_that_satisfy_it(predicate: Predicate, found: list[str]) -> None:
    assert [e.id for e in find(predicate, EVENTS)] == found


def test_a_failed_attempt_is_found() -> None:
    attempt = failed_attempt(p(any=[{"exec": {"match": "restart shop"}}]), EVENTS[:2])
    assert attempt is not None
    assert attempt.id == "e2"


def test_every_source_that_could_see_it_is_needed() -> None:
    assert sources(p(any=[{"exec": {"match": "x"}}, {"comm": {"to": "public"}}])) == ("shell", "ops", "words")
