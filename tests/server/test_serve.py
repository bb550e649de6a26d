"""`gameday serve` and `gameday agent` as processes: started, killed, ended."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event, Thread

import httpx2
import pytest

from gameday.bundle.host_state import HostState
from gameday.conduct.clock import Clock
from gameday.model.settings import Settings
from gameday.server.herald import Herald
from gameday.server.host import Host
from gameday.server.serve import Server
from gameday.server.store_place import store_url
from gameday.store.opening import open_store
from gameday.store.slots import Slots
from tests.server.place import PROGRAM, Place, await_that, once

pytestmark = pytest.mark.slow
"""Processes that are started, killed and waited for."""

ROOT = Path(__file__).parents[2]
SCHEDULE = """\
title: Checkout is drilled
scenario: scenarios/payments-freezes.yaml
when: {{once: "{at:%Y-%m-%d %H:%M}"}}
responders: none
"""


@dataclass
class Site:
    """A workspace with one schedule that is due now, and commands in it."""

    root: Path
    environment: dict[str, str]
    listen: str
    started: list[subprocess.Popen[str]] = field(default_factory=list)

    @property
    def state(self) -> HostState:
        return HostState(self.root / "state" / "gameday")

    def begin(self, *words: str) -> subprocess.Popen[str]:
        with (self.root / "begun.log").open("a") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", "tests.server.fake_gameday", *words], cwd=self.root, env=self.environment, text=True,
                stdin=subprocess.DEVNULL, stdout=log, stderr=log,
            )  # fmt: skip
        self.started.append(process)
        return process

    def gameday(self, *words: str) -> tuple[int, str]:
        done = subprocess.run(
            [sys.executable, "-m", "gameday", *words], cwd=self.root, env=self.environment, capture_output=True, text=True,
            stdin=subprocess.DEVNULL, timeout=60, check=False,
        )  # fmt: skip
        return done.returncode, done.stdout + done.stderr

    def log(self) -> str:
        return (self.root / "begun.log").read_text()

    def agents(self) -> list[int]:
        """Process numbers of agents of this workspace, oldest first."""
        found = []
        for entry in Path("/proc").iterdir():
            with suppress(OSError):
                if (
                    entry.name.isdecimal()
                    and b"fake_gameday\0agent" in (entry / "cmdline").read_bytes()
                    and (entry / "cwd").resolve() == self.root
                ):
                    found.append(int(entry.name))
        return sorted(found)


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    root = tmp_path.resolve()
    for part in ("scenarios", "probes", "runbooks", "responders", "traffic"):
        shutil.copytree(ROOT / part, root / part)
    for part in ("services.yaml", "gameday.toml"):
        shutil.copy2(ROOT / part, root)
    (root / "schedules").mkdir()
    now = datetime.now(UTC)
    schedule = root / "schedules" / "calm.yaml"
    schedule.write_text(SCHEDULE.format(at=now))
    os.utime(schedule, (now.timestamp() - 600,) * 2)
    (root / "program").write_text(PROGRAM)
    (root / "program").chmod(0o700)
    with socket.create_server(("127.0.0.1", 0)) as free:
        listen = f"127.0.0.1:{free.getsockname()[1]}"
    environment = {k: v for k, v in os.environ.items() if not k.startswith("GAMEDAY_")}
    environment |= {"XDG_STATE_HOME": str(root / "state"), "PYTHONPATH": str(ROOT), "DOCKER_HOST": "unix:///no/such.sock"}
    made = Site(root, environment, listen)
    yield made
    for process in made.started:
        if process.poll() is None:
            process.kill()
        process.wait(10)
    for agent in made.agents():
        os.kill(agent, signal.SIGKILL)


def said(site: Site, name: str) -> list[str]:
    path = site.root / name
    return path.read_text().split() if path.exists() else []


class NoPages:
    """Health pages that nobody looks at."""

    def start(self) -> None: ...

    def stop(self) -> None: ...


@pytest.mark.quiet
def test_a_due_slot_begins_within_a_second_and_not_before(place: Place) -> None:
    place.clock = Clock()  # type: ignore[assignment]  # the real one
    moments = [datetime.now(UTC) + timedelta(seconds=1.2 + n * 0.9) for n in range(3)]
    scheduler = place.server(*(once(f"calm-{n}", m) for n, m in enumerate(moments)), since=datetime.now(UTC))
    server, agent, over = Server(scheduler, Herald(place.database, (), lambda: scheduler.agenda), None), place.agent(), Event()
    loops = [
        Thread(target=agent.run, args=(lambda: "wind_down" if over.is_set() else "",)),
        Thread(target=server.run, args=(over.is_set, NoPages())),
    ]
    for loop in loops:
        loop.start()
    await_that(lambda: len(list(place.root.glob("reports/*"))) == 3, "three drills")
    over.set()
    for loop in loops:
        loop.join(10)
    # A drill's folder is made once, so it is as old as the drill.
    began = sorted(path.stat().st_mtime for path in place.root.glob("reports/*"))
    late = [at - moment.timestamp() for at, moment in zip(began, moments, strict=True)]
    assert all(0 <= seconds < 1 for seconds in late), late


def test_an_agent_that_is_killed_is_started_again_and_sigterm_ends_all_of_it(site: Site) -> None:
    (site.root / "takes").write_text("60")
    server = site.begin("serve", "--listen", site.listen)
    await_that(lambda: said(site, "began"), "a drill", within=40)
    (agent,) = site.agents()
    os.kill(agent, signal.SIGKILL)
    await_that(lambda: said(site, "ended"), "the drill's end", within=40)
    await_that(lambda: '"ran"' in history(site), f"its end in the history; {site.log()}", within=40)
    assert [e for e in ("claimed", "taken", "adopted", "ran") if e not in events(site)] == []
    assert httpx2.get(f"http://{site.listen}/readyz", timeout=5).json()["ready"] is True
    server.send_signal(signal.SIGTERM)
    assert server.wait(30) == 143
    assert site.agents() == [] and said(site, "began") == said(site, "ended")


def history(site: Site) -> str:
    code, told = site.gameday("schedule", "history", "-o", "json")
    assert code == 0, told
    return json.dumps(json.loads(told))


def events(site: Site) -> list[str]:
    database = open_store(store_url(site.root, Settings(), site.state))
    found = [event.kind for event in Slots(database).events()]
    database.close()
    return found


def test_sigterm_in_mid_slot_ends_the_drill_with_its_undo_first(site: Site) -> None:
    (site.root / "takes").write_text("1500")
    server = site.begin("serve", "--listen", site.listen)
    await_that(lambda: said(site, "began"), "a drill", within=40)
    server.send_signal(signal.SIGTERM)
    assert server.wait(30) == 143
    assert said(site, "undone") == said(site, "began") and site.agents() == []
    assert "143" in history(site)


def test_when_a_server_is_killed_its_agent_lets_the_drill_end_and_goes(site: Site) -> None:
    (site.root / "takes").write_text("40")
    server = site.begin("serve", "--listen", site.listen)
    await_that(lambda: said(site, "began"), "a drill", within=40)
    server.kill()
    await_that(lambda: not site.agents(), f"the agent's end; {site.log()}", within=40)
    assert said(site, "ended") == said(site, "began")
    assert not Host(site.state).has_agent()
    assert '"ran"' in history(site)


def test_a_schedule_that_is_wrong_stops_serve_with_its_place(site: Site) -> None:
    (site.root / "schedules" / "calm.yaml").write_text('title: x\nwhen: {once: "2026-13-01 10:00"}\n')
    code, told = site.gameday("serve", "--listen", site.listen)
    assert code == 2 and "schedules/calm.yaml:2" in told and "scenario" in told


def test_a_store_of_a_newer_gameday_stops_serve_and_agent(site: Site) -> None:
    assert site.gameday("schedule", "history")[0] == 0
    path = store_url(site.root, Settings(), site.state).removeprefix("sqlite:///")
    with sqlite3.connect(path) as raw:
        raw.execute("UPDATE alembic_version SET version_num = '0999'")
    raw.close()
    for words in (("serve", "--listen", site.listen), ("agent",)):
        code, told = site.gameday(*words)
        assert code == 6 and "newer gameday" in told and "Traceback" not in told


def test_listening_for_others_without_a_token_is_refused(site: Site) -> None:
    code, told = site.gameday("serve", "--listen", "0.0.0.0:18070")
    assert code == 3 and "token, certificate and key" in told
    code, told = site.gameday("serve", "--listen", "everywhere")
    assert code == 2 and "is not a place to listen" in told


def test_nothing_of_the_store_is_loaded_where_it_is_not_needed() -> None:
    code = "import sys, gameday.__main__ as m; m.cli.main(['--help'], standalone_mode=False); print(sorted(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True, cwd=ROOT)
    assert not re.search(r"'(sqlalchemy|alembic|uvicorn|starlette|prometheus_client|gameday\.store|gameday\.server)\b", done.stdout)


def test_two_hosts_never_have_one_name(tmp_path: Path) -> None:
    first, second = Place(tmp_path / "x"), Place(tmp_path / "y")
    assert first.host("a").name != second.host("a").name
    assert first.host("a").name == first.host("a").name
    first.close()
    second.close()
