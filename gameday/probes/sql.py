"""Ask PostgreSQL a query whose answer is one number.

What it asks: `query` in a read-only transaction, on a connection of its own. Needs the extra `postgres`.
Answer: The only column of the only row.
Blind: No connection or no answer in `timeout`, an error, no row, several rows or columns, NULL, not a number.
Example: `orders_open: {probe: sql, dsn: "postgresql://shop@127.0.0.1:${db_port}/shop", query: "select count(*) from orders"}`
"""

from __future__ import annotations

import importlib
import math
import threading
from decimal import Decimal
from typing import Any

from gameday.model.observation import Blind, Observation, number_in
from gameday.model.probe import Reach, SqlProbe


class Sql:
    """`probe: sql`."""

    def __init__(self, definition: SqlProbe, reach: Reach) -> None:
        self._dsn, self._query, self._timeout = definition.dsn, definition.query, definition.timeout.total_seconds()

    def ask(self) -> Observation:
        try:
            driver: Any = importlib.import_module("psycopg")
        except ImportError:
            return Blind("the PostgreSQL driver is not installed; pip install 'gameday-drills[postgres]'")
        answers: list[Observation] = []
        # psycopg waits in C for a server that says nothing; a thread of its own keeps the deadline.
        asking = threading.Thread(target=lambda: answers.append(self._look(driver)), name="sql probe", daemon=True)
        asking.start()
        asking.join(self._timeout)
        return answers[0] if answers else Blind(f"timed out: no answer within {self._timeout:g} s")

    def _look(self, driver: Any) -> Observation:
        seconds = max(1, math.ceil(self._timeout))
        options = f"-c statement_timeout={round(self._timeout * 1000)} -c default_transaction_read_only=on"
        try:
            with driver.connect(self._dsn, connect_timeout=seconds, options=options, application_name="gameday probe") as connection:
                rows = connection.execute(self._query.encode()).fetchmany(2)
        except Exception as error:  # the driver's whole tree, and what it lets through
            return Blind(f"PostgreSQL: {self._without_secret(str(error) or type(error).__name__)}")
        if len(rows) != 1 or len(rows[0]) != 1:
            return Blind("no row" if not rows else "more than one row or column; one number is wanted")
        value = rows[0][0]
        return number_in(float(value) if isinstance(value, Decimal) else value)

    def _without_secret(self, message: str) -> str:
        """The first line of an error; nothing at all where it repeats the address with its password."""
        first = message.strip().splitlines()[0][:200]
        return "cannot connect with this dsn" if self._dsn in message or "password=" in first else first
