"""Opening a store: made where there is none, brought up to date where it is older, left alone where it is newer."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Connection, inspect, text

from gameday.errors import Missing
from gameday.store.database import Database
from gameday.store.rights import open_kept
from gameday.store.tables import METADATA

VERSIONS = ("0001", "0002")
"""Every version of the tables, oldest first; `migrations/versions/` has a file for each."""
_MIGRATING = 0x67616D65
"""The number of PostgreSQL's advisory lock under which tables are changed."""


def open_store(url: str) -> Database:
    """An open store of this version. Raises Missing and InvalidInput, and changes nothing then."""
    database = Database(url)
    try:
        if _version(database) != VERSIONS[-1]:
            _bring_up_to_date(database)
    except BaseException:
        database.close()
        raise
    return database


def _version(database: Database) -> str:
    """The version of its tables; empty where it has none. Raises Missing where it is one that is not known here."""
    with database.reading() as connection:
        found = _version_in(connection)
    if found and found not in VERSIONS:
        raise Missing(
            f"the store {database.name} was written by a newer gameday (its version is {found}, this program knows up to "
            f"{VERSIONS[-1]}); update gameday, or put an older copy back. Nothing was changed"
        )
    return found


def _version_in(connection: Connection) -> str:
    names = inspect(connection).get_table_names()
    if "alembic_version" not in names:
        if strange := sorted(set(names) & set(METADATA.tables)):
            raise Missing(f"the store has a table {strange[0]} and does not say which version it is; put a copy back")
        return ""
    return str(connection.execute(text("SELECT version_num FROM alembic_version")).scalar() or "")


def _bring_up_to_date(database: Database) -> None:
    # Loaded here alone: alembic takes longer to load than everything else, and is needed once.
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    with _alone(database):
        if _version(database) == VERSIONS[-1]:
            return
        if database.is_sqlite:
            _write_ahead(database)
        with database.writing() as connection:
            if not database.is_sqlite:
                connection.execute(text("SELECT pg_advisory_xact_lock(:number)"), {"number": _MIGRATING})
                if _version_in(connection) == VERSIONS[-1]:
                    return
            config.attributes["connection"] = connection
            command.upgrade(config, "head")


@contextmanager
def _alone(database: Database) -> Iterator[None]:
    """One process of this host at a time; SQLite's own lock comes too late, since changing the journal's mode fails at once."""
    if not database.is_sqlite:
        yield
        return
    try:
        lock = open_kept(Path(f"{database.name}.lock"))
    except OSError as error:
        raise Missing(f"the store {database.name} may only be read: {error.strerror}; let this user write its folder") from error
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
    finally:
        os.close(lock)


def _write_ahead(database: Database) -> None:
    """WAL, kept in the file: readers and a writer do not wait for each other."""
    with database.plain() as cursor:
        cursor.execute("PRAGMA journal_mode=WAL")
