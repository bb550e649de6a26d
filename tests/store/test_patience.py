"""A store in PostgreSQL that hangs is given up: here is a server that lets everybody in, answers as often as it likes, then never again."""

from __future__ import annotations

import socket
import struct
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from threading import Thread

import pytest

from gameday.errors import Missing
from gameday.store import patience
from gameday.store.database import Database
from gameday.store.slots import Slots

pytestmark = pytest.mark.slow
"""Each waits until patience ends."""

READY = b"Z" + struct.pack("!i", 5) + b"I"
SET = b"C" + struct.pack("!i", 8) + b"SET\0"
LET_IN = b"R" + struct.pack("!ii", 8, 0) + READY


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(patience, "ANSWER", 0.5)


@contextmanager
def database_that_answers(times: int) -> Iterator[str]:
    """Its address. After so many answers it hangs: its sockets stay open, and nobody reads them."""
    kept: list[socket.socket] = []

    def talk(to: socket.socket) -> None:
        kept.append(to)
        with suppress(OSError, struct.error):
            while (size := struct.unpack("!i", to.recv(4))[0]) == 8:  # TLS, which it does not have
                to.recv(size - 4)
                to.sendall(b"N")
            to.recv(size - 4)
            to.sendall(LET_IN)
            for _ in range(times):
                to.recv(5 + struct.unpack("!xi", to.recv(5, socket.MSG_PEEK))[0] - 4)
                to.sendall(SET + READY)

    def let_in() -> None:
        with suppress(OSError):
            while True:
                Thread(target=talk, args=(server.accept()[0],), daemon=True).start()

    with socket.create_server(("127.0.0.1", 0)) as server:
        Thread(target=let_in, daemon=True).start()
        yield f"postgresql://gameday@127.0.0.1:{server.getsockname()[1]}/x"
        for one in kept:
            one.close()


def refusal(deed: Callable[[], object]) -> str:
    began = time.monotonic()
    with pytest.raises(Missing) as told:
        deed()
    assert time.monotonic() - began < 5
    return str(told.value)


@pytest.mark.parametrize("times", [0, 1, 4])
def test_a_server_that_hangs_at_any_time_is_given_up_and_told(times: int) -> None:
    with database_that_answers(times) as url:
        database = Database(url)
        assert "does not answer: nothing came back within 0.5 s" in refusal(Slots(database).open)
        database.close()


def test_a_connection_that_was_given_up_is_not_used_again() -> None:
    import psycopg

    with database_that_answers(5) as url, psycopg.connect(url) as connection:
        patience.be_patient(connection, 5.0)
        with pytest.raises(psycopg.OperationalError):
            connection.execute("SELECT 1")
        assert connection.closed
