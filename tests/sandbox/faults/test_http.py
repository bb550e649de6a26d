"""Requests that are answered with errors or late, through a proxy that comes and goes without losing one."""

from __future__ import annotations

import subprocess
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest

from gameday.faults.http_errors import HttpErrors
from gameday.faults.http_slow import HttpSlow
from gameday.model.plan import Target
from gameday.undo.ledger import read_ledger
from tests.sandbox.conftest import await_that
from tests.sandbox.faults.conftest import Run, Tiny, broken, image, inspected, undone_alone
from tests.sandbox.network.conftest import whole_network

SERVER = """
import http.server
class Answer(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(200); self.send_header("Content-Length", str(len(body))); self.end_headers(); self.wfile.write(body)
    def log_message(self, *_): pass
http.server.ThreadingHTTPServer(("", 8000), Answer).serve_forever()
"""
# For each line on its standard input one request, by the word in it: `new` or `open` for the connection that stays open.
CLIENT = """
import http.client, sys, time
open_one = http.client.HTTPConnection(sys.argv[1], 8000, timeout=20)
for line in sys.stdin:
    how, path = line.split()
    one = open_one if how == "open" else http.client.HTTPConnection(sys.argv[1], 8000, timeout=20)
    began = time.monotonic()
    try:
        one.request("POST", path, body="x" * 20000)
        answer = one.getresponse()
        said = "%d %s" % (answer.status, answer.read() == b"x" * 20000)
    except (OSError, http.client.HTTPException) as error:
        said = type(error).__name__; one.close()
    print(said, "%.3f" % (time.monotonic() - began), flush=True)
"""


@contextmanager
def client(container: str, host: str) -> Iterator[subprocess.Popen[str]]:
    words = ["docker", "exec", "-i", container, "python3", "-c", CLIENT, host]
    with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        yield process
        process.kill()


def begin(process: subprocess.Popen[str], how: str = "new", path: str = "/") -> None:
    assert process.stdin
    process.stdin.write(f"{how} {path}\n")
    process.stdin.flush()


def end(process: subprocess.Popen[str]) -> tuple[str, float]:
    """Status and whether the body came back whole, and seconds."""
    assert process.stdout
    said, _, seconds = process.stdout.readline().strip().rpartition(" ")
    return said, float(seconds)


def ask(process: subprocess.Popen[str], how: str = "new", path: str = "/") -> tuple[str, float]:
    begin(process, how, path)
    return end(process)


@pytest.fixture
def shop(network: str, run: Run) -> Iterator[tuple[Target, subprocess.Popen[str], subprocess.Popen[str]]]:
    """A service, a client of it in another container, and one inside its own, as a health check is."""
    target = run(["python3", "-c", SERVER], image=image("services"), network_mode=network, init=True)
    other = run("sleep 300", image=image("services"), network_mode=network, init=True)
    with client(other.container, target.service) as outside, client(target.container, "127.0.0.1") as inside:
        await_that(lambda: ask(inside)[0] == "200 True", 10, "a service that answers")
        yield target, outside, inside


OK, NO = "200 True", "503 False"


def test_a_share_of_requests_is_answered_with_an_error(
    tmp_path: Path, tiny: Tiny, shop: tuple[Target, subprocess.Popen[str], subprocess.Popen[str]]
) -> None:
    target, outside, inside = shop
    before, rules = inspected(target), whole_network(target.container)
    assert ask(outside, "open")[0] == OK
    fault = HttpErrors(port=8000, share=50, path="/pay", seed=7)
    ledger = broken(tmp_path, fault, tiny, target)
    first = [ask(outside, path="/pay")[0] for _ in range(30)]
    assert Counter(first).keys() == {OK, NO} and 5 < first.count(NO) < 25
    assert {ask(outside, path="/browse")[0] for _ in range(10)} == {OK}, "another path is not meant"
    assert {ask(inside, path="/pay")[0] for _ in range(10)} == {OK}, "a health check inside is not caught"
    assert {ask(outside, "open", "/pay")[0] for _ in range(10)} == {OK}, "a connection from before goes past"
    undone_alone(ledger)
    assert [f.state for f in read_ledger(ledger).faults] == ["undone"]
    assert {ask(outside, path="/pay")[0] for _ in range(10)} == {OK}
    assert (inspected(target), whole_network(target.container)) == (before, rules)

    again = broken(folder(tmp_path, "again"), fault, tiny, target)
    assert [ask(outside, path="/pay")[0] for _ in range(30)] == first, "the same seed, the same requests"
    killed = fault.named(target)[0]
    subprocess.run(["docker", "kill", killed], capture_output=True, check=True)
    await_that(lambda: not fault.is_live(tiny, target), 5, "the end of the proxy")
    assert {ask(outside, path="/pay")[0] for _ in range(10)} == {OK}, "it fails open"
    undone_alone(again)
    assert whole_network(target.container) == rules


def test_who_is_spared_goes_past_and_who_is_connected_may_be_made_to_come_through(
    tmp_path: Path, tiny: Tiny, shop: tuple[Target, subprocess.Popen[str], subprocess.Popen[str]]
) -> None:
    target, outside, _ = shop
    address = tiny.docker.addresses(target.container)[0]
    assert ask(outside, "open")[0] == OK
    ledger = broken(folder(tmp_path, "host"), HttpErrors(port=8000, spare_host=True, reconnect=True), tiny, target)
    assert await_that(lambda: ask(outside, "open")[0] == NO, 5, "its old connection was ended")
    assert from_here(address) == "200", "this host is spared"
    undone_alone(ledger)
    ledger = broken(folder(tmp_path, "peer"), HttpErrors(port=8000), tiny, target)
    assert from_here(address) == "503"
    undone_alone(ledger)
    assert from_here(address) == "200"


def test_what_waits_when_it_ends_goes_on_at_once_and_is_answered(
    tmp_path: Path, tiny: Tiny, shop: tuple[Target, subprocess.Popen[str], subprocess.Popen[str]]
) -> None:
    target, outside, inside = shop
    fault = HttpSlow(port=8000, delay=timedelta(seconds=1))
    ledger = broken(folder(tmp_path, "short"), fault, tiny, target)
    said, seconds = ask(outside)
    assert said == OK and seconds >= 1.0
    assert ask(inside)[0] == OK
    undone_alone(ledger)
    ledger = broken(folder(tmp_path, "long"), HttpSlow(port=8000, delay=timedelta(seconds=60)), tiny, target)
    begin(outside)
    await_that(lambda: waiting(tiny, target), 5, "a request that waits in the proxy")
    undone_alone(ledger)
    said, seconds = end(outside)
    assert said == OK and seconds < 20
    assert [f.state for f in read_ledger(ledger).faults] == ["undone"]


def folder(tmp_path: Path, name: str) -> Path:
    (tmp_path / name).mkdir()
    return tmp_path / name


def waiting(tiny: Tiny, target: Target) -> bool:
    """Whether a connection from outside is open that none of the service's own sockets holds: the proxy has it."""
    rows = [row.split() for row in tiny.run(target, "cat", "/proc/net/tcp").output.splitlines()[1:]]
    return any(row[3] == "01" and not row[1].endswith(":1F40") and not row[2].endswith(":1F40") for row in rows)


def from_here(address: str) -> str:
    words = [
        "curl",
        "-s",
        "-o",
        "/dev/null",
        "-w",
        "%{http_code}",
        "--noproxy",
        "*",
        "--max-time",
        "5",
        "-d",
        "x",
        f"http://{address}:8000/",
    ]
    return subprocess.run(words, capture_output=True, text=True, check=False).stdout
