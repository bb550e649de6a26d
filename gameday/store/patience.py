"""How long a store in PostgreSQL is waited for: a server that was stopped, or a network that swallows, would be waited for for ever.

PostgreSQL's own limits hold while it works; when it does not, its driver has none. So each wait of the driver ends here.
"""

from __future__ import annotations

import time
from collections.abc import Generator
from typing import Any

STATEMENT = 10.0
"""Seconds that a statement may take."""
ANSWER = 12.0
"""Seconds after which an answer is given up: more than a statement may take, so that a server that works says it first."""


def be_patient(connection: Any, lock: float) -> None:
    """Bound every wait of a new connection of psycopg, for somebody else's lock by `lock` seconds."""
    real = connection.wait

    def wait(waiting: Generator[Any, Any, Any], *words: Any, **named: Any) -> Any:
        return real(_bounded(waiting, connection), *words, **named)

    connection.wait = wait
    # No part of the address (`options`), which a user may need for himself, and a pooler before the database may refuse.
    for name, seconds in (("statement_timeout", STATEMENT), ("lock_timeout", lock)):
        connection.execute(f"SET {name} = {int(seconds * 1000)}")
    connection.commit()


def _bounded(waiting: Generator[Any, Any, Any], connection: Any) -> Generator[Any, Any, Any]:
    """The driver sends something falsy into what it waits for where nothing has come for a moment."""
    import psycopg

    until = time.monotonic() + ANSWER
    try:
        wanted = next(waiting)
        while True:
            ready = yield wanted
            if not ready and time.monotonic() > until:
                waiting.close()
                # What comes later would be taken for the answer to another question.
                connection.pgconn.finish()
                raise psycopg.OperationalError(f"nothing came back within {ANSWER:g} s")
            wanted = waiting.send(ready)
    except StopIteration as over:
        return over.value
