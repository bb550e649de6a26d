"""A store that cannot be used says why and what to do, and nothing in it is lost."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from gameday.bundle.host_state import HostState
from gameday.errors import InvalidInput, Missing
from gameday.model.claim import Errand
from gameday.server.host import Host
from gameday.store import database as database_module
from gameday.store.database import Database
from gameday.store.network_files import refuse_network_files
from gameday.store.opening import VERSIONS, open_store
from gameday.store.slots import Slots
from gameday.store.tables import METADATA
from gameday.store.watches import Watches

NOW = datetime(2026, 12, 1, 12, tzinfo=UTC)
ERRAND = Errand(schedule="calm", moment=NOW, ends=NOW + timedelta(hours=1), scenario="scenarios/calm.yaml")


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'deep' / 'store.db'}"


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database_module, "PATIENCE", 0.1)


def refusal(deed: Callable[[], object]) -> str:
    with pytest.raises(Missing) as told:
        deed()
    assert told.value.exit_code == 6
    return str(told.value)


def with_a_slot(url: str) -> None:
    database = open_store(url)
    assert Slots(database).claim(ERRAND, "a", "server", NOW)
    database.close()


def slots(url: str) -> int:
    database = open_store(url)
    found = len(Slots(database).open())
    database.close()
    return found


def test_it_is_made_for_its_owner_alone_and_kept(url: str, tmp_path: Path) -> None:
    with_a_slot(url)
    assert slots(url) == 1
    assert (tmp_path / "deep" / "store.db").stat().st_mode & 0o077 == 0
    assert (tmp_path / "deep").stat().st_mode & 0o077 == 0


def test_where_server_and_agent_are_two_users_of_a_group_both_may_write(tmp_path: Path) -> None:
    (tmp_path / "state").mkdir()
    (tmp_path / "state").chmod(0o770)
    open_store(f"sqlite:///{tmp_path / 'state' / 'stores' / 'x.db'}").close()
    Host(HostState(tmp_path / "state")).enter().leave()
    for path in ("stores", "stores/x.db", "stores/x.db.lock", "agent", "agent/present", "agent/host"):
        mode = (tmp_path / "state" / path).stat().st_mode
        assert mode & 0o040 and not mode & 0o007, path
        assert mode & 0o020 or path == "agent/host"


def test_readers_and_a_writer_do_not_wait_for_each_other(url: str, impatient: None) -> None:
    one, other = open_store(url), open_store(url)
    with one.writing() as writer:
        writer.exec_driver_sql("DELETE FROM agents")
        assert Slots(other).open() == []
    with one.reading() as reader:
        assert reader.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"
        assert reader.exec_driver_sql("PRAGMA synchronous").scalar() == 2
        assert reader.exec_driver_sql("PRAGMA foreign_keys").scalar() == 1
    one.close()
    other.close()


def test_migrations_make_the_tables_that_the_code_has(url: str) -> None:
    database = open_store(url)
    with database.reading() as connection:
        assert compare_metadata(MigrationContext.configure(connection), METADATA) == []
    database.close()


def test_each_version_has_its_file() -> None:
    folder = Path(database_module.__file__).parent / "migrations" / "versions"
    assert sorted(p.name[1:5] for p in folder.glob("v*.py")) == list(VERSIONS)


def test_one_of_the_first_version_is_brought_up_to_date_and_keeps_what_it_has(url: str, tmp_path: Path) -> None:
    with_a_slot(url)
    with sqlite3.connect(tmp_path / "deep" / "store.db") as raw:
        raw.execute("ALTER TABLE watches DROP COLUMN rule")
        raw.execute("INSERT INTO watches VALUES ('calm', ?)", (f"{NOW:%Y-%m-%dT%H:%M:%S.%fZ}",))
        raw.execute("UPDATE alembic_version SET version_num = '0001'")
    raw.close()
    database = open_store(url)
    since = NOW + timedelta(hours=1)
    # Which rule was looked at then, nobody knows; it is taken to be the one of now.
    assert Watches(database).until({"calm": since}, {"calm": "daily"}) == {"calm": NOW}
    assert Watches(database).until({"calm": since}, {"calm": "hourly"}) == {"calm": since}
    with database.reading() as connection:
        assert compare_metadata(MigrationContext.configure(connection), METADATA) == []
    database.close()
    assert slots(url) == 1


def test_one_of_a_newer_version_is_left_alone(url: str, tmp_path: Path) -> None:
    with_a_slot(url)
    path = tmp_path / "deep" / "store.db"
    with sqlite3.connect(path) as raw:
        raw.execute("UPDATE alembic_version SET version_num = '0999'")
    raw.close()
    before = path.read_bytes()
    said = refusal(lambda: open_store(url))
    assert "newer gameday" in said and "0999" in said and "Nothing was changed" in said
    assert path.read_bytes() == before


READ_ONLY = """
import os, sys
from gameday.errors import Missing
from gameday.store.opening import open_store
from gameday.store.slots import Slots
from tests.store.test_opening import ERRAND, NOW
open_store(sys.argv[1]).close()  # everything is loaded before the rights are given away
for path, mode in ((sys.argv[2], 0o444), (os.path.dirname(sys.argv[2]), 0o555)):
    os.chmod(path, mode)
if os.geteuid() == 0:
    os.chown(os.path.dirname(sys.argv[2]), 65534, 65534)
    os.chdir(os.path.dirname(sys.argv[2]))
    os.setgid(65534)
    os.setuid(65534)
try:
    store = open_store(f"sqlite:///{os.path.basename(sys.argv[2])}")
    Slots(store).claim(ERRAND.model_copy(update={"schedule": "other"}), "a", "s", NOW)
except Missing as error:
    print(error)
"""


def test_one_that_may_only_be_read_says_so_and_loses_nothing(url: str, tmp_path: Path) -> None:
    with_a_slot(url)
    path = tmp_path / "deep" / "store.db"
    root = Path(__file__).parents[2]
    if os.geteuid() == 0:
        os.chown(path, 65534, 65534)
    done = subprocess.run(
        [sys.executable, "-c", READ_ONLY, url, str(path)], capture_output=True, text=True, timeout=60, check=False, cwd=root
    )
    assert "may only be read" in done.stdout, done.stdout + done.stderr[-800:]
    path.parent.chmod(0o755)
    path.chmod(0o600)
    assert slots(url) == 1


def test_one_that_another_holds_locked_says_so_and_loses_nothing(url: str, tmp_path: Path, impatient: None) -> None:
    with_a_slot(url)
    raw = sqlite3.connect(tmp_path / "deep" / "store.db", isolation_level=None)
    raw.execute("BEGIN IMMEDIATE")
    database = open_store(url)
    other = ERRAND.model_copy(update={"schedule": "other"})
    said = refusal(lambda: Slots(database).claim(other, "a", "server", NOW))
    assert "locked by another process" in said and "Nothing was lost" in said
    raw.execute("ROLLBACK")
    raw.close()
    assert Slots(database).claim(other, "a", "server", NOW)
    database.close()


def test_a_full_disk_says_so_and_keeps_what_was_written(url: str) -> None:
    with_a_slot(url)
    database = open_store(url)
    with database.plain() as cursor:
        pages = cursor.execute("PRAGMA page_count").fetchone()[0]
    big = ERRAND.model_copy(update={"schedule": "big", "title": "x" * 500_000})

    def write() -> None:
        with database.writing() as connection:
            # The limit is SQLite's own word for a full disk.
            connection.exec_driver_sql(f"PRAGMA max_page_count={pages}")
            connection.exec_driver_sql("INSERT INTO agents VALUES (?, ?, 1, '')", (big.title, big.title))

    assert "the disk is full" in refusal(write)
    database.close()
    assert slots(url) == 1


@pytest.mark.parametrize(
    ("content", "sign"),
    [(b"not a database at all" * 100, "is not a database of gameday"), (b"SQLite format 3\0" + b"\xff" * 4096, "store.db")],
)
def test_something_else_is_not_touched(url: str, tmp_path: Path, content: bytes, sign: str) -> None:
    (tmp_path / "deep").mkdir()
    path = tmp_path / "deep" / "store.db"
    path.write_bytes(content)
    assert sign in refusal(lambda: open_store(url))
    assert path.read_bytes() == content


def test_a_place_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    assert "cannot be made" in refusal(lambda: open_store(f"sqlite:///{tmp_path / 'file' / 'store.db'}"))


def test_a_network_file_system_is_refused(tmp_path: Path) -> None:
    mounts = tmp_path / "mounts"
    mounts.write_text(f"/dev/vda / ext4 rw 0 0\nhost:/x {tmp_path}/my\\040share nfs4 rw 0 0\n")
    refuse_network_files(tmp_path / "here" / "store.db", mounts)
    assert "nfs4" in refusal(lambda: refuse_network_files(tmp_path / "my share" / "store.db", mounts))


@pytest.mark.parametrize(
    ("url", "sign"),
    [("", "no address"), ("nonsense", "no address"), ("mysql://u:secret@h/x", "not supported"), ("sqlite://", "memory"), ("sqlite:///:memory:", "memory"), ("p:secret@:x:", "")],
)  # fmt: skip
def test_an_address_that_is_none_is_a_mistake_and_its_password_is_not_repeated(url: str, sign: str) -> None:
    with pytest.raises(InvalidInput) as told:
        open_store(url)
    assert sign in str(told.value) and "secret" not in str(told.value)


def test_a_database_that_does_not_answer_is_told_without_its_password() -> None:
    said = refusal(lambda: open_store("postgresql://gameday:secret@127.0.0.1:1/gameday"))
    assert "127.0.0.1" in said and "secret" not in said


def test_two_that_open_a_new_store_at_once_make_it_once(url: str) -> None:
    code = "import sys; from gameday.store.opening import open_store; open_store(sys.argv[1]).close()"
    both = [subprocess.Popen([sys.executable, "-c", code, url], cwd=Path(__file__).parents[2]) for _ in range(3)]
    assert [p.wait(60) for p in both] == [0, 0, 0]
    assert slots(url) == 0


def test_a_transaction_that_fails_leaves_nothing(url: str) -> None:
    database: Database = open_store(url)

    def begin_and_fail() -> None:
        with database.writing() as connection:
            connection.exec_driver_sql("INSERT INTO agents VALUES ('a', 'h', 1, '')")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        begin_and_fail()
    with database.reading() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM agents").scalar() == 0
    database.close()
