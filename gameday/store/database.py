"""One open store: connections, transactions, and every way a database says no as a sentence."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, create_engine, event, literal
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, NoSuchModuleError, SQLAlchemyError
from sqlalchemy.pool import QueuePool

from gameday.errors import InvalidInput, Missing
from gameday.store.network_files import refuse_network_files
from gameday.store.patience import be_patient
from gameday.store.rights import make_folder, open_kept

PATIENCE = 5.0
"""Seconds that a transaction waits for another's lock."""


class Database:
    """An engine. `reading` and `writing` are its only doors; a writer has the store's lock from its first word."""

    def __init__(self, url: str) -> None:
        self.url = _url(url)
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        self.name = self.url.database or "?" if self.is_sqlite else self.url.render_as_string(hide_password=True)
        if self.is_sqlite:
            _make_room(Path(self.name))
        self._engine = self._made()

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A transaction that changes nothing."""
        with self._sentences(), self._engine.connect() as connection, connection.begin():
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """A transaction that is kept whole or not at all. Raises Missing where the store cannot be written."""
        with self._sentences(), self._engine.connect() as connection:
            connection.execution_options(writes=True)
            with connection.begin():
                yield connection

    @contextmanager
    def plain(self) -> Iterator[Any]:
        """The driver's own cursor, outside of any transaction."""
        with self._sentences():
            raw = self._engine.raw_connection()
            try:
                yield raw.cursor()
            finally:
                raw.close()

    def insert(self, connection: Connection, table: Any, rows: Any) -> int:
        """Insert what is not there yet, by primary key. Says how many rows were new."""
        if self.is_sqlite:
            from sqlalchemy.dialects.sqlite import insert
        else:
            from sqlalchemy.dialects.postgresql import insert  # type: ignore[assignment]
        # What comes back is counted: PostgreSQL's driver does not say how many rows an INSERT made.
        new = insert(table).values(rows).on_conflict_do_nothing().returning(literal(1))
        return len(connection.execute(new).all())

    def close(self) -> None:
        self._engine.dispose()

    def _made(self) -> Any:
        try:
            # SQLAlchemy would keep no pool for files; opening one anew costs more than the question.
            pool: dict[str, Any] = {"poolclass": QueuePool} if self.is_sqlite else {"pool_pre_ping": True}
            timeout: dict[str, Any] = (
                {"timeout": PATIENCE, "check_same_thread": False} if self.is_sqlite else {"connect_timeout": int(PATIENCE)}
            )
            engine = create_engine(self.url, connect_args=timeout, pool_size=4, max_overflow=4, **pool)
        except (ArgumentError, NoSuchModuleError) as error:
            raise InvalidInput(f"[store] url: {error}") from error
        except ModuleNotFoundError as error:
            raise Missing(
                f"a store in PostgreSQL needs the driver: pip install 'gameday-drills[postgres]' ({error.name} is not here)"
            ) from error
        if self.is_sqlite:
            event.listen(engine, "connect", _set_up_sqlite)
            event.listen(engine, "begin", _begin_sqlite)
        else:
            # Before SQLAlchemy's own first questions.
            event.listen(engine, "connect", lambda connection, _record: be_patient(connection, PATIENCE), insert=True)
        return engine

    @contextmanager
    def _sentences(self) -> Iterator[None]:
        try:
            yield
        except SQLAlchemyError as error:
            said = str(getattr(error, "orig", None) or error)
            if self.is_sqlite and "unable to open" in said and not _may_be_written(Path(self.name)):
                said = "readonly"  # WAL cannot even be read where the folder may not be written
            raise Missing(_sentence(self.name, said)) from error


def _url(text: str) -> URL:
    try:
        url = make_url(text)
    except ArgumentError:
        # What was written is not repeated: a password may stand in it.
        raise InvalidInput(
            "[store] url is no address of a database; write sqlite:////path/of/store.db or postgresql://user@host/name"
        ) from None
    match url.get_backend_name():
        case "sqlite":
            if not url.database or url.database == ":memory:":
                raise InvalidInput("[store] url: a store in memory forgets everything; write sqlite:////path/of/store.db")
            return url
        case "postgresql":
            return url.set(drivername="postgresql+psycopg")
        case other:
            raise InvalidInput(f"[store] url: {other} is not supported; write sqlite:////path/of/store.db or postgresql://user@host/name")


def _make_room(path: Path) -> None:
    try:
        make_folder(path.parent)
    except OSError as error:
        raise Missing(f"the store {path} cannot be made: {error.strerror}; change its place under [store] in gameday.toml") from error
    refuse_network_files(path)
    if not path.exists():
        # Sealed surprises stand in it: for its owner alone.
        with suppress(OSError):  # SQLite says below what is wrong
            os.close(open_kept(path))


def _may_be_written(path: Path) -> bool:
    return os.access(path.parent, os.W_OK) and (not path.exists() or os.access(path, os.W_OK))


def _set_up_sqlite(connection: Any, _record: Any) -> None:
    # Transactions are begun by us (below), not by the driver at the first change.
    connection.isolation_level = None
    cursor = connection.cursor()
    for line in ("foreign_keys=ON", f"busy_timeout={int(PATIENCE * 1000)}", "synchronous=FULL"):
        cursor.execute(f"PRAGMA {line}")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    # A reader that becomes a writer half-way would be refused without waiting, where another wrote meanwhile.
    connection.exec_driver_sql("BEGIN IMMEDIATE" if connection.get_execution_options().get("writes") else "BEGIN")


_SAID = (
    ("readonly", "may only be read; let this user write the file and its folder (`chmod u+w`)"),
    ("read-only", "may only be read: this PostgreSQL takes no writes; name the primary under [store] in gameday.toml"),
    ("unable to open", "cannot be opened; look at the rights of the file and its folder"),
    ("lock timeout", f"was held locked by another process for {PATIENCE:g} s; end that process, or wait for it. Nothing was lost"),
    ("locked", f"was held locked by another process for {PATIENCE:g} s; end that process, or wait for it. Nothing was lost"),
    ("not a database", "is not a database of gameday; move the file away, or name another under [store] in gameday.toml"),
    ("malformed", "is damaged; put a copy back (`sqlite3 FILE .recover` saves what can be read)"),
    ("disk is full", "could not be written: the disk is full. What was written before is safe; make room"),
    ("disk I/O", "could not be read or written: the disk fails"),
    ("password", "did not let us in; look at the user and the password under [store] in gameday.toml"),
    ("authentication", "did not let us in; look at the user and the password under [store] in gameday.toml"),
)


def _sentence(name: str, said: str) -> str:
    for sign, sentence in _SAID:
        if sign in said:
            return f"the store {name} {sentence}"
    return f"the store {name} does not answer: {' '.join(said.split())[:300]}"
