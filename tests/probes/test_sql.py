"""`probe: sql`, against a small stand-in for the driver; the real database is asked in the sandbox's tests."""

from __future__ import annotations

import sys
import threading
from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal
from types import ModuleType, TracebackType
from typing import Any

import pytest

from gameday.model.observation import Blind, Observation, Seen
from gameday.model.probe import Reach, SqlProbe
from gameday.probes.sql import Sql

DSN = "postgresql://shop:hunter2@127.0.0.1:5432/shop"


class Connection:
    """Answers every query with the same rows, and remembers how it was opened."""

    def __init__(self, rows: Sequence[Sequence[Any]], error: Exception | None = None) -> None:
        self.rows, self.error, self.opened_with = rows, error, {}  # type: ignore[var-annotated]  # keyword arguments of any kind
        self.waits = threading.Event()
        self.waits.set()

    def connect(self, dsn: str, **options: Any) -> Connection:
        self.opened_with = options
        self.waits.wait(5)
        if self.error:
            raise self.error
        return self

    def __enter__(self) -> Connection:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None: ...

    def execute(self, query: bytes) -> Connection:
        return self

    def fetchmany(self, count: int) -> Sequence[Sequence[Any]]:
        return self.rows[:count]


def ask(monkeypatch: pytest.MonkeyPatch, connection: Connection | None, timeout: float = 2.0) -> Observation:
    driver: Any = ModuleType("psycopg")
    if connection is not None:
        driver.connect = connection.connect
    monkeypatch.setitem(sys.modules, "psycopg", driver if connection is not None else None)
    return Sql(SqlProbe(probe="sql", dsn=DSN, query="select 1", timeout=timedelta(seconds=timeout)), Reach()).ask()


@pytest.mark.parametrize(("value", "seen"), [(3, 3.0), (Decimal("1.5"), 1.5), (2.5, 2.5)])
def test_the_only_column_of_the_only_row_is_seen(monkeypatch: pytest.MonkeyPatch, value: Any, seen: float) -> None:
    assert ask(monkeypatch, Connection([(value,)])) == Seen(seen)


@pytest.mark.parametrize(
    ("rows", "words"),
    [([], "no row"), ([(1,), (2,)], "more than one row"), ([(1, 2)], "more than one row or column"), ([(None,)], "empty"), ([(True,)], "true or false"), ([("x",)], "not a number"), ([(Decimal("NaN"),)], "says nothing")],
)  # fmt: skip
def test_anything_else_is_blind(monkeypatch: pytest.MonkeyPatch, rows: Sequence[Sequence[Any]], words: str) -> None:
    seen = ask(monkeypatch, Connection(rows))
    assert isinstance(seen, Blind)
    assert words in seen.reason


def test_the_look_is_read_only_and_limited_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    connection = Connection([(1,)])
    ask(monkeypatch, connection)
    assert connection.opened_with["options"] == "-c statement_timeout=2000 -c default_transaction_read_only=on"
    assert connection.opened_with["connect_timeout"] == 2


def test_an_error_never_repeats_the_password(monkeypatch: pytest.MonkeyPatch) -> None:
    for said in (f"invalid dsn {DSN}", "bad option password=hunter2"):
        seen = ask(monkeypatch, Connection([], RuntimeError(said)))
        assert seen == Blind("PostgreSQL: cannot connect with this dsn")
    assert ask(monkeypatch, Connection([], RuntimeError("connection refused"))) == Blind("PostgreSQL: connection refused")


def test_a_server_that_says_nothing_is_blind_when_the_time_is_over(monkeypatch: pytest.MonkeyPatch) -> None:
    connection = Connection([(1,)])
    connection.waits.clear()
    assert ask(monkeypatch, connection, timeout=0.1) == Blind("timed out: no answer within 0.1 s")
    connection.waits.set()


def test_without_the_driver_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    assert ask(monkeypatch, None) == Blind("the PostgreSQL driver is not installed; pip install 'gameday-drills[postgres]'")
