"""Two servers on one real PostgreSQL, and a real drill that a server and its agent run."""

from __future__ import annotations

import os
import subprocess
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import pytest
import yaml
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from gameday.errors import Missing
from gameday.store.opening import open_store
from gameday.store.slots import Slots
from gameday.store.tables import METADATA
from tests.sandbox.conftest import ROOT, Bench, free_ports, review_of
from tests.server.place import Place, await_that, once
from tests.server.processes import crew
from tests.server.test_agent import errand
from tests.server.test_kills import killed_again_and_again, nothing_is_lost_or_doubled, soon, start

IMAGE = f"gameday-sandbox-db:{os.environ.get('GAMEDAY_IMAGES', 'local')}"
ALONE = (
    "echo 'host all all all trust' >/tmp/hba; "
    "exec postgres -c hba_file=/tmp/hba -c autovacuum=off -c max_connections=100 -c listen_addresses='*' -c fsync=off"
)


POSTGRES_IS_THERE = "import psycopg, sqlalchemy.dialects.postgresql as d; print(d.__name__)"


@pytest.fixture(autouse=True)
def all_well_between_tests() -> None:
    """Takes the place of the folder's own, which would start a whole sandbox."""


def docker(*words: str) -> str:
    done = subprocess.run(["docker", *words], capture_output=True, text=True, timeout=60, check=True, stdin=subprocess.DEVNULL)
    return done.stdout.strip()


@pytest.fixture(scope="module")
def postgres() -> Iterator[str]:
    """The container of a PostgreSQL that answers."""
    container = docker("run", "-d", "--rm", "-p", "127.0.0.1::5432", "--label", "gameday.test=server", IMAGE, "bash", "-c", ALONE)
    try:
        await_that(lambda: ready(container), "PostgreSQL", within=60)
        yield container
    finally:
        docker("rm", "-f", "-v", container)


def ready(container: str) -> bool:
    words = ["docker", "exec", container, "psql", "-XAtq", "-h", "127.0.0.1", "-c", "select 1"]
    return subprocess.run(words, capture_output=True, check=False, stdin=subprocess.DEVNULL).returncode == 0


@pytest.fixture
def url(postgres: str, request: pytest.FixtureRequest) -> str:
    """A database of each test's own."""
    name = request.node.name[:40].replace("[", "_").replace("]", "")
    docker("exec", postgres, "psql", "-XAtqh127.0.0.1", "-c", f'create database "{name}"')
    return f"postgresql://postgres@{docker('port', postgres, '5432/tcp').splitlines()[0]}/{name}"


@pytest.fixture
def place(url: str, tmp_path: Path) -> Iterator[Place]:
    made = Place(tmp_path, url)
    yield made
    made.close()


def test_servers_that_start_at_once_make_the_tables_once(url: str) -> None:
    with ThreadPoolExecutor(4) as pool:
        opened = list(pool.map(lambda _: open_store(url), range(4)))
    with opened[0].reading() as connection:
        assert compare_metadata(MigrationContext.configure(connection), METADATA) == []
    for database in opened:
        database.close()


def test_a_hundred_slots_due_at_one_moment_on_two_servers_run_once_each(place: Place) -> None:
    moment = soon(1, 0, after=1.5)[0][1]
    moments = sorted((f"slot-{n}", moment) for n in range(100))
    with crew() as processes:
        start(processes, place, "ab", moments)
        await_that(lambda: len(place.said("ended")) >= 100, "a hundred drills", within=60)
        await_that(lambda: not Slots(place.database).open(), "their ends in the store", within=30)
    nothing_is_lost_or_doubled(place, moments)
    assert sorted(r.drill or "" for r in place.records()) == sorted(place.said("began"))


def test_one_server_killed_in_mid_slot_leaves_a_drill_that_ends_clean_and_a_history_that_says_so(place: Place) -> None:
    place.set("takes", 40)
    moments = soon(1, 0, after=1.0)
    with crew() as processes:
        start(processes, place, "ab", moments)
        await_that(lambda: place.said("began"), "a beginning", within=30)
        (claim,) = Slots(place.database).open()
        taker = "a" if claim.host == place.host("a").name else "b"
        processes.kill(f"server-{taker}")
        processes.kill(f"agent-{taker}")
        await_that(lambda: place.records()[0].why, "that its host is silent", within=30)
        assert place.said("ended") == [] or place.records()[0].outcome == "running"
        processes.again(f"agent-{taker}")
        await_that(lambda: not Slots(place.database).open(), "the end in the store", within=30)
    nothing_is_lost_or_doubled(place, moments)
    assert place.said("ended") == place.said("began")
    told = [event.kind for event in Slots(place.database).events()]
    assert told == ["claimed", "taken", "silent", "adopted", "ran"]


def test_whatever_is_killed_whenever(place: Place) -> None:
    killed_again_and_again(place, "ab", seed=7, kills=15)


def test_a_database_that_is_away_for_a_moment_loses_nothing(place: Place, postgres: str) -> None:
    moments = soon(12, 0.3, after=0.5)
    with crew() as processes:
        start(processes, place, "ab", moments)
        await_that(lambda: place.said("began"), "a beginning", within=30)
        sever(postgres)
        await_that(lambda: len(place.records()) == 12 and not Slots(place.database).open(), "all ends", within=60)
    nothing_is_lost_or_doubled(place, moments)


def sever(container: str) -> None:
    """End every connection, as a restart or a failover does."""
    words = "select count(pg_terminate_backend(pid)) from pg_stat_activity where datname <> 'postgres' and pid <> pg_backend_pid()"
    docker("exec", container, "psql", "-XAtqh127.0.0.1", "-c", words)


def test_one_that_takes_no_writes_or_is_newer_says_so(place: Place, url: str) -> None:
    name = url.rpartition("/")[2]
    with place.database.writing() as connection:
        connection.exec_driver_sql(f'ALTER DATABASE "{name}" SET default_transaction_read_only = on')
    readers = open_store(url)
    with pytest.raises(Missing, match="takes no writes"):
        Slots(readers).claim(errand(), "a", "server", place.clock.now())
    readers.close()
    with place.database.writing() as connection:
        connection.exec_driver_sql(f'ALTER DATABASE "{name}" RESET default_transaction_read_only')
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '0999'")
    with pytest.raises(Missing, match="newer gameday"):
        open_store(url)


def test_the_scheduler_asks_postgresql_the_same_questions(place: Place) -> None:
    place.host("a").enter()
    server = place.server(once("calm"))
    server.tick()
    agent = place.agent()
    await_that(lambda: not Slots(place.database).open(), "the drill's end", step=agent.tick)
    assert [r.outcome for r in place.records()] == ["ran"]


def answers(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=2) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


@pytest.mark.drills
def test_a_server_and_its_agent_run_a_real_drill_and_put_everything_back(request: pytest.FixtureRequest) -> None:
    bench: Bench = request.getfixturevalue("bench")
    at = datetime.now(UTC)
    bench.scenario(
        "served", runbook=None, abort_when=None,
        canary={"url": "http://127.0.0.1:${shop_port}/checkout", "method": "POST", "every": "200ms", "timeout": "1s", "bad": "2 of 3", "steady_for": "600ms"},
        faults=[{"fault": "container_pause", "target": "payments", "at": "200ms", "for": "4s"}],
        expect={"alerts": {"must": [{"alert": "PaymentsErrorRate", "within": "4s"}]}},
    )  # fmt: skip
    path = bench.root / "schedules" / "served.yaml"
    path.parent.mkdir(exist_ok=True)
    path.write_text(yaml.safe_dump({
        "title": "Checkout is drilled", "scenario": "scenarios/served.yaml", "when": {"once": f"{at:%Y-%m-%d %H:%M}"}, "responders": "none",
    }))  # fmt: skip
    os.utime(path, (at.timestamp() - 600,) * 2)
    was, before = bench.state("payments"), bench.drills()
    (port,) = free_ports(1)
    server = bench.begin("serve", "--listen", f"127.0.0.1:{port}")
    drill = bench.new_drill(before)
    bench.await_event(drill, "fault.armed")
    server.kill()
    await_that(lambda: (drill / "review.json").exists(), f"the end of a drill whose server was killed; {bench.log()}", within=120)
    again = bench.begin("serve", "--listen", f"127.0.0.1:{port}")

    def told() -> bool:
        ended = bench.gameday("schedule", "history", "-o", "json")
        return ended.code == 0 and drill.name in ended.out and '"ran"' in ended.out

    await_that(told, f"its end in the history; {bench.log()}", within=60)
    # The agent may have told it before this server is up, and a process that just starts has no last words yet.
    await_that(lambda: answers(port), f"the second server; {bench.log()}", within=60)
    again.terminate()
    assert again.wait(30) == 143
    assert bench.state("payments") == was and len(bench.drills() - before) == 1
    assert review_of(drill)["safety"]["left"] == []


@pytest.mark.drills
@pytest.mark.timeout(600)  # apt and pip fetch a hundred packages
def test_the_image_builds_and_holds_a_server() -> None:
    """With the base image and the packages of this host."""
    image = f"gameday-test-{os.getpid()}:server"
    done = subprocess.run(
        ["deploy/image.sh", image], cwd=ROOT, capture_output=True, text=True, timeout=550, check=False, stdin=subprocess.DEVNULL
    )
    assert done.returncode == 0, done.stderr[-2_000:]
    try:
        assert "Run the schedules of this workspace" in docker("run", "--rm", "--network", "none", image, "serve", "--help")
        assert "postgresql" in docker("run", "--rm", "--network", "none", "--entrypoint", "python3", image, "-c", POSTGRES_IS_THERE)
    finally:
        docker("rmi", image)
