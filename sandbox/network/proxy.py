"""An HTTP proxy in front of a service, in its own network namespace: HAProxy, which a rule of the kernel leads requests to.

The rule belongs to this process: when it ends, however, new connections go to the service again. It ends in an order that
loses nothing: the rule goes, then what waits goes on untreated, then the last answers are given, then the proxy stops. A
connection carries one request, so that those that are open then are those that still wait for an answer.
"""

import argparse
import contextlib
import os
import pathlib
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator

from netlink import Socket
from redirect import Redirect

PROGRAM = "haproxy"
DONE = {"05", "06", "07", "0A"}
"""The kernel's numbers for FIN-WAIT-2, TIME-WAIT, CLOSE and LISTEN: all that was sent has arrived."""
TABLES = (pathlib.Path("/proc/self/net/tcp"), pathlib.Path("/proc/self/net/tcp6"))
LUA = pathlib.Path(__file__).with_name("proxy.lua")
READY_WITHIN = 5.0
CONFIGURATION = """
global
    nbthread 1
    maxconn 1000
    lua-load {lua}
defaults
    timeout connect 10s
    timeout client 1h
    timeout server 1h
    timeout tunnel 1h
frontend arriving
    mode http
    {binds}
    tcp-request connection reject if {{ dst_port {port} }}
    option httpclose
    option accept-invalid-http-request
    default_backend service
backend service
    mode http
    option accept-invalid-http-response
    http-reuse never
    http-request lua.treat if {{ path_beg {path} }}
    {answer}
    server service *
"""
ANSWER = 'http-request return status {status} content-type text/plain string "{status}\\n" if {{ var(txn.treated) -m bool }}'


def hold(order: argparse.Namespace, until: float, armed: Callable[[], None]) -> None:
    """Until that moment on the monotonic clock, a signal's exception, or the end of HAProxy. Raises OSError where it will not start."""
    redirect = Redirect(Socket(), order.key)
    with _listening() as (port, sockets), tempfile.TemporaryDirectory(dir="/dev/shm") as folder:
        over = pathlib.Path(folder) / "over"
        process = _started(order, port, sockets, over)
        try:
            redirect.lead(order.port, port, tuple(order.peer), tuple(order.spare))
            if order.reconnect:
                end_connections(order.port)
            armed()
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(max(0.0, until - time.monotonic()))
        finally:
            try:
                if redirect.exists():
                    redirect.release()
                over.touch()
                deadline = time.monotonic() + order.drain
                while open_connections(port) and time.monotonic() < deadline:
                    time.sleep(0.01)
            finally:
                redirect.delete()
                process.kill()
                process.communicate()


def end_connections(port: int) -> None:
    """End the connections that are open to a port of this namespace, but for those by loopback, so that they are made anew."""
    which = ["sport", "=", f":{port}", "and", "not", "dst", "127.0.0.0/8"]
    done = subprocess.run(["ss", "-K", "-t", "state", "established", *which], capture_output=True, text=True, timeout=10, check=False)
    if done.returncode:
        raise OSError(f"ss -K: {done.stderr.strip() or done.returncode} (INET_DIAG_DESTROY)")


def configuration(order: argparse.Namespace, port: int, descriptors: list[int]) -> str:
    binds = "\n    ".join(f"bind fd@{number}" for number in descriptors)
    answer = ANSWER.format(status=order.status) if order.status else ""
    return CONFIGURATION.format(lua=LUA, binds=binds, port=port, path=order.path, answer=answer)


@contextlib.contextmanager
def _listening() -> Iterator[tuple[int, list[socket.socket]]]:
    """A free port, taken for both families where there are both."""
    with contextlib.ExitStack() as held:
        four = held.enter_context(socket.socket(socket.AF_INET))
        four.bind(("0.0.0.0", 0))
        port, sockets = four.getsockname()[1], [four]
        with contextlib.suppress(OSError):
            six = held.enter_context(socket.socket(socket.AF_INET6))
            six.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
            six.bind(("::", port))
            sockets.append(six)
        for one in sockets:
            one.listen(1024)
        yield port, sockets


def _started(order: argparse.Namespace, port: int, sockets: list[socket.socket], over: pathlib.Path) -> "subprocess.Popen[str]":
    descriptors = [one.fileno() for one in sockets]
    file = os.memfd_create("haproxy.cfg")
    os.write(file, configuration(order, port, descriptors).encode())
    os.lseek(file, 0, os.SEEK_SET)
    words = {
        "GAMEDAY_OVER": over,
        "GAMEDAY_SHARE": order.share,
        "GAMEDAY_DELAY_MS": order.delay * 1000,
        "GAMEDAY_SEED": order.seed % 2_147_483_646 + 1,
    }
    process = subprocess.Popen(
        [PROGRAM, "-db", "-q", "-f", f"/dev/fd/{file}"], pass_fds=[*descriptors, file], stderr=subprocess.PIPE, text=True,
        env=os.environ | {name: str(value) for name, value in words.items()},
    )  # fmt: skip
    os.close(file)
    deadline = time.monotonic() + READY_WITHIN
    while not _answers(port):
        if process.poll() is not None or time.monotonic() > deadline:
            process.kill()
            _, said = process.communicate()
            raise OSError(f"haproxy does not start: {' '.join(said.split())[-300:] or 'without a word'}")
    return process


def _answers(port: int) -> bool:
    """It turns away whoever comes to its own port: that is how it is seen to work."""
    with socket.create_connection(("127.0.0.1", port), timeout=1) as one:
        one.settimeout(0.1)
        try:
            return one.recv(1) == b""
        except TimeoutError:
            return False
        except ConnectionError:
            return True


def open_connections(port: int) -> int:
    """How many connections to a port of this namespace still have something to say that was not acknowledged."""
    rows = [row.split() for table in TABLES if table.exists() for row in table.read_text().splitlines()[1:]]
    return sum(row[1].endswith(f":{port:04X}") and row[3] not in DONE for row in rows)
