"""Faults of applications, dependencies and resources, on the real thing: felt inside, and gone without a trace."""

from __future__ import annotations

import json
import os
import ssl
import subprocess
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from gameday.errors import InvalidInput, Missing, Refused
from gameday.faults.cache_flush import CacheFlush
from gameday.faults.certificate_expired import CertificateExpired
from gameday.faults.clock_skew import ClockSkew
from gameday.faults.config_change import ConfigChange
from gameday.faults.credential_revoked import CredentialRevoked
from gameday.faults.disk_slow import DiskSlow
from gameday.faults.queue_backlog import QueueBacklog
from gameday.faults.replica_lag import ReplicaLag
from gameday.model.plan import Target
from gameday.model.protocols import Fault
from gameday.undo.ledger import read_ledger
from tests.sandbox.conftest import await_that
from tests.sandbox.faults.conftest import Run, Tiny, broken, image, inspected, undone_alone

# Reads its file at the start, and again when it is told to; ends where the file makes no sense.
SERVICE = (
    "import pathlib, signal, time\n"
    "def read(*_): pathlib.Path('/data/seen').write_text(str(int(pathlib.Path('/data/shop.ini').read_text().split('=')[1])))\n"
    "signal.signal(signal.SIGHUP, read)\n"
    "p = pathlib.Path('/data/shop.ini')\n"
    "if not p.exists(): p.write_text('pool = 20\\n'); p.chmod(0o600)\n"
    "read()\n"
    "while True: time.sleep(60)\n"
)
STATE = 'cat /data/shop.ini; stat -c "%a %u:%g %i" /data/shop.ini; ls -A /data'


def states(ledger: Path) -> list[str]:
    return [f.state for f in read_ledger(ledger).faults]


def said(tiny: Tiny, target: Target, *command: str) -> str:
    return tiny.run(target, *command).output.strip()


def test_a_changed_file_is_felt_and_comes_back_with_mode_and_owner(tmp_path: Path, tiny: Tiny, run: Run) -> None:
    target = run(["python3", "-c", SERVICE], image=image("services"), init=True, cap_drop=["ALL"])
    await_that(lambda: said(tiny, target, "cat", "/data/seen") == "20", 10, "a service that has read its file")
    before, inside = inspected(target), said(tiny, target, "sh", "-c", STATE)
    fault = ConfigChange(path="/data/shop.ini", replace="20", by="1", reload="HUP")
    ledger = broken(tmp_path, fault, tiny, target)
    await_that(lambda: said(tiny, target, "cat", "/data/seen") == "1", 5, "a service with the wrong value")
    assert "written back" in undone_alone(ledger)
    await_that(lambda: said(tiny, target, "cat", "/data/seen") == "20", 5, "a service with the right value")
    assert (said(tiny, target, "sh", "-c", STATE), inspected(target), states(ledger)) == (inside, before, ["undone"])
    assert not fault.is_live(tiny, target)


def test_a_service_that_does_not_survive_its_file_gets_it_back_from_outside(tmp_path: Path, tiny: Tiny, run: Run) -> None:
    target = run(["python3", "-c", SERVICE], image=image("services"), init=True, cap_drop=["ALL"])
    await_that(lambda: said(tiny, target, "cat", "/data/seen") == "20", 10, "a service that has read its file")
    fault = ConfigChange(path="/data/shop.ini", replace="20", by="twenty", reload="HUP")
    ledger = broken(tmp_path, fault, tiny, target)
    await_that(lambda: tiny.state(target)["running"] == "false", 10, "the end of the service")
    undone_alone(ledger)
    assert states(ledger) == ["undone"]
    assert said(tiny, target, "sh", "-c", 'cat /data/shop.ini; stat -c "%a %u" /data/shop.ini') == "pool = 20\n600 10001"


def test_a_clock_is_wrong_for_its_service_alone(tmp_path: Path, tiny: Tiny, run: Run) -> None:
    loaded = {"FAKETIME_TIMESTAMP_FILE": "/data/clock", "FAKETIME_CACHE_DURATION": "1", "FAKETIME_DONT_FAKE_MONOTONIC": "1"}
    library = "LD_PRELOAD=/usr/$LIB/faketime/libfaketimeMT.so.1"
    tell = "import threading, time\nwhile not threading.Event().wait(0.1): print(time.time() - %f, time.monotonic() - %f, flush=True)"
    now = time.time(), time.monotonic()
    target = run(["env", library, "python3", "-c", tell % now], image=image("services"), environment=loaded, init=True, cap_drop=["ALL"])

    def off() -> tuple[float, float]:
        """Seconds by which the service's own two clocks are off."""
        lines = subprocess.run(["docker", "logs", "-n", "1", target.container], capture_output=True, text=True, check=True).stdout.split()
        passed = time.monotonic() - now[1]
        return (float(lines[0]) - passed, float(lines[1]) - passed) if lines else (1e9, 1e9)

    await_that(lambda: abs(off()[0]) < 30, 10, "a clock that is right")
    ledger = broken(tmp_path, ClockSkew(by=timedelta(hours=1)), tiny, target)
    await_that(lambda: abs(off()[0] - 3600) < 30, 10, "a clock that is an hour ahead")
    assert abs(off()[1]) < 30, "what counts seconds goes on as it was"
    assert "removed" in undone_alone(ledger)
    await_that(lambda: abs(off()[0]) < 30, 10, "a clock that is right again")
    assert states(ledger) == ["undone"]
    assert said(tiny, target, "ls", "-A", "/data") == ""


def test_a_service_without_the_library_has_no_clock_of_its_own(tiny: Tiny, run: Run) -> None:
    with pytest.raises(Missing, match="has not loaded libfaketime"):
        ClockSkew(by=timedelta(hours=1)).prepare(tiny, run())


def test_a_disk_is_slow_for_what_must_reach_it(tmp_path: Path, tiny: Tiny, run: Run) -> None:
    target, fault = run(tmpfs={"/memory": "size=1m"}), DiskSlow(rate=400)

    def seconds() -> float:
        began = time.monotonic()
        said(tiny, target, "dd", "if=/dev/zero", "of=/tmp/written", "bs=100k", "count=8", "conv=fsync")
        return time.monotonic() - began

    ledger = broken(tmp_path, fault, tiny, target)
    assert seconds() > 1.0, "800 KB at 400 KB a second"
    assert "as fast as before" in undone_alone(ledger)
    await_that(lambda: seconds() < 1.0, 10, "a disk that is quick again")
    assert (states(ledger), fault.is_live(tiny, target)) == (["undone"], False)
    with pytest.raises(Refused, match="lies in memory"):
        DiskSlow(rate=400, path="/memory").prepare(tiny, target)


TLS = (
    "import pathlib, signal, socket, ssl, subprocess\n"
    "if not pathlib.Path('/data/tls.pem').exists():\n"
    "    subprocess.run('openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -subj /CN=shop.example -days 30'\n"
    "        ' -keyout /data/key.pem -out /data/cert.pem; cat /data/cert.pem /data/key.pem > /data/tls.pem', shell=True, check=True)\n"
    "context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)\n"
    "def read(*_): context.load_cert_chain('/data/tls.pem')\n"
    "signal.signal(signal.SIGHUP, read); read()\n"
    "s = socket.create_server(('', 8443))\n"
    "while True:\n"
    "    one = s.accept()[0]; one.settimeout(2)\n"
    "    try: context.wrap_socket(one, server_side=True).close()\n"
    "    except OSError: pass\n"
)


def test_a_certificate_has_expired_for_its_clients(tmp_path: Path, tiny: Tiny, run: Run) -> None:
    target = run(["python3", "-c", TLS], image=image("services"), init=True, cap_drop=["ALL"])
    address = tiny.docker.addresses(target.container)[0]
    before = await_that(lambda: served(address), 15, "a listener")
    certificate = said(tiny, target, "sha256sum", "/data/tls.pem")
    fault = CertificateExpired(path="/data/tls.pem", port=8443, reload="HUP")
    assert not fault.is_live(tiny, target)
    ledger = broken(tmp_path, fault, tiny, target)
    assert served(address) not in ("", before)
    undone_alone(ledger)
    await_that(lambda: served(address) == before, 5, "the certificate from before")
    assert (states(ledger), said(tiny, target, "sha256sum", "/data/tls.pem")) == (["undone"], certificate)


def served(address: str) -> str:
    """The certificate that a listener shows."""
    try:
        return ssl.get_server_certificate((address, 8443), timeout=2)
    except OSError:
        return ""


@pytest.fixture
def pair(tmp_path: Path, tiny: Tiny, network: str, run: Run) -> tuple[Target, Target]:
    """A primary and its standby."""
    leader = tmp_path / "leader"
    leader.mkdir()
    leader.chmod(0o777)
    names = (f"db-{os.getpid()}", f"replica-{os.getpid()}")
    nodes = [
        run(
            None, image=image("db"), service=name, network_mode=network, binds=[f"{leader}:/var/lib/postgresql/leader"], shm_size="64m",
            environment={"NODE": name, "PEER": peer, "FIRST_LEADER": names[0]},
        )
        for name, peer in (names, names[::-1])
    ]  # fmt: skip
    await_that(lambda: said(tiny, nodes[0], "node", "status") == "primary in-step", 40, "a primary with a standby")
    return nodes[0], nodes[1]


def sql(tiny: Tiny, target: Target, query: str) -> str:
    return said(tiny, target, "psql", "-XAtq", "-d", "shop", "-c", query)


def test_a_standby_falls_behind_and_a_login_is_gone_and_both_come_back(tmp_path: Path, tiny: Tiny, pair: tuple[Target, Target]) -> None:
    primary, standby = pair
    orders = "select count(*) from orders"

    def order(name: str) -> None:
        sql(tiny, primary, f"insert into orders (id, paid, total_cents) values ('{name}', true, 1)")

    for number, fault in enumerate((ReplicaLag(), ReplicaLag(delay=timedelta(hours=1)))):
        with_it = tmp_path / str(number)
        with_it.mkdir()
        settings = sql(tiny, standby, "select pg_read_file('postgresql.auto.conf')")
        ledger = broken(with_it, fault, tiny, standby)
        order(f"o{number}")
        assert (sql(tiny, primary, orders), sql(tiny, standby, orders)) == (str(number + 1), str(number))
        undone_alone(ledger)
        await_that(lambda: sql(tiny, standby, orders) == sql(tiny, primary, orders), 10, "a standby that has caught up")
        assert (states(ledger), fault.is_live(tiny, standby)) == (["undone"], False)
        assert sql(tiny, standby, "select pg_read_file('postgresql.auto.conf')") == settings
    with pytest.raises(Refused, match="is no standby"):
        ReplicaLag().prepare(tiny, primary)

    as_shop = ["env", "PGPASSWORD=shop", "psql", "-XAtq", "-h", "127.0.0.1", "-U", "shop", "-d", "shop", "-c", "select 1"]
    login = CredentialRevoked(role="shop")
    roles = sql(tiny, primary, "select * from pg_authid order by 1")
    assert said(tiny, primary, *as_shop) == "1"
    ledger = broken(tmp_path, login, tiny, primary)
    assert "not permitted to log in" in said(tiny, primary, *as_shop)
    undone_alone(ledger)
    assert said(tiny, primary, *as_shop) == "1"
    assert (states(ledger), sql(tiny, primary, "select * from pg_authid order by 1")) == (["undone"], roles)
    with pytest.raises(InvalidInput, match="knows no role nobody"):
        CredentialRevoked(role="nobody").prepare(tiny, primary)


@pytest.fixture
def redis(tiny: Tiny, run: Run) -> tuple[Target, Callable[..., str]]:
    target = run(None, image=image("queue"))

    def ask(*words: str) -> str:
        return said(tiny, target, "redis-cli", *words)

    await_that(lambda: ask("ping") == "PONG", 10, "a Redis")
    return target, ask


@pytest.mark.parametrize("kind", ["list", "sorted_set"])
def test_a_flood_leaves_what_was_there(tmp_path: Path, tiny: Tiny, redis: tuple[Target, Callable[..., str]], kind: str) -> None:
    target, ask = redis
    ask(*(("rpush", "orders", "a", "b") if kind == "list" else ("zadd", "orders", "5", "a", "7.5", "b")))
    whole = ("lrange", "orders", "0", "-1") if kind == "list" else ("zrange", "orders", "0", "-1", "withscores")
    before = ask(*whole)
    fault = QueueBacklog.model_validate({"key": "orders", "count": 3000, "kind": kind})
    ledger = broken(tmp_path, fault, tiny, target)
    length = ("llen", "orders") if kind == "list" else ("zcard", "orders")
    assert ask(*length) == "3002"
    assert ask(*(("lpop", "orders") if kind == "list" else ("zpopmin", "orders"))).startswith("gameday.fault=queue_backlog.")
    assert "2999 of its entries were removed" in undone_alone(ledger)
    assert (ask(*whole), states(ledger)) == (before, ["undone"])


def test_a_cache_is_empty_and_nobody_says_that_it_came_back(tmp_path: Path, tiny: Tiny, redis: tuple[Target, Callable[..., str]]) -> None:
    target, ask = redis
    ask("mset", "product:1", "a", "product:2", "b", "cart:1", "c")
    ledger = broken(tmp_path, CacheFlush(pattern="product:*"), tiny, target)
    assert (ask("exists", "product:1", "product:2"), ask("get", "cart:1")) == ("0", "c")
    assert "what product:* held cannot be put back" in undone_alone(ledger)
    assert (ask("keys", "*"), states(ledger)) == ("cart:1", ["undone"])


def test_a_user_of_redis_is_turned_away_and_comes_back(tmp_path: Path, tiny: Tiny, redis: tuple[Target, Callable[..., str]]) -> None:
    target, ask = redis
    ask("acl", "setuser", "shop", "on", ">secret", "~*", "+@all")
    as_shop = ("--no-auth-warning", "--user", "shop", "--pass", "secret", "ping")
    users = ask("acl", "list")
    ledger = broken(tmp_path, CredentialRevoked(role="shop", server="redis"), tiny, target)
    assert "WRONGPASS" in ask(*as_shop)
    undone_alone(ledger)
    assert (ask(*as_shop), ask("acl", "list"), states(ledger)) == ("PONG", users, ["undone"])
    assert json.dumps(read_ledger(ledger).faults[0].undo).count("secret") == 0


def test_a_container_that_is_gone_took_each_of_them_along(tmp_path: Path, tiny: Tiny, redis: tuple[Target, Callable[..., str]]) -> None:
    target, ask = redis
    ask("set", "product:1", "a")
    faults: list[Fault] = [QueueBacklog(key="orders", count=1), CacheFlush(pattern="product:*"), DiskSlow(rate=1000)]
    faults.append(ConfigChange(path="/tmp/x", content="b"))
    tiny.run(target, "sh", "-c", "echo a > /tmp/x")
    ledgers = []
    for number, fault in enumerate(faults):
        (tmp_path / str(number)).mkdir()
        ledgers.append(broken(tmp_path / str(number), fault, tiny, target))
    subprocess.run(["docker", "rm", "-f", target.container], capture_output=True, check=True)
    for ledger in ledgers:
        undone_alone(ledger)
        assert states(ledger) == ["lost"], read_ledger(ledger).faults[0].fault
