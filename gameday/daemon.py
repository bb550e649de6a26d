"""Which Docker daemon, and a connection to it: this host's, another one's by TCP and TLS, or one behind `ssh`.

Standard library and Docker SDK only, since what puts faults back must be able to reach the same daemon.
"""

from __future__ import annotations

import os
import re
import shlex
import socket
import subprocess
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import IO, Any

import docker
from docker.errors import DockerException
from docker.tls import TLSConfig
from docker.transport.unixconn import UnixHTTPAdapter, UnixHTTPConnection, UnixHTTPConnectionPool

HERE = "unix:///var/run/docker.sock"
LOCAL = re.compile(r"(unix://.*|(tcp|https?)://(127\.\d+\.\d+\.\d+|localhost|\[::1\])(:\d+)?/?)")
SSH_OPTIONS = ("-T", "-o", "BatchMode=yes", "-o", "ConnectTimeout=10", "-o", "ServerAliveInterval=5", "-o", "ServerAliveCountMax=2")
"""It never asks, and notices within seconds that the other side is gone."""
DIAL = "docker system dial-stdio"
"""What is run over there, as `docker -H ssh://…` does."""


@dataclass(frozen=True)
class Daemon:
    """An address, and the files that prove who asks. Holds no secret, so it may be written down."""

    host: str = HERE
    ca: str = ""
    cert: str = ""
    key: str = ""

    @property
    def is_local(self) -> bool:
        """Whether it runs on this host. A loopback address that wants certificates is the end of a tunnel, as likely as not."""
        return bool(LOCAL.fullmatch(self.host)) and not self.ca

    def written(self) -> dict[str, str]:
        """As a ledger line holds it."""
        return {name: value for name, value in asdict(self).items() if value}

    @property
    def command(self) -> str:
        """The beginning of a `docker` command line that asks it."""
        if self.host == HERE:
            return "docker"
        tls = {"--tlscacert": self.ca, "--tlscert": self.cert, "--tlskey": self.key}
        words = ["docker", "-H", self.host, *(["--tlsverify"] if self.ca else []), *(f"{k}={v}" for k, v in tls.items() if v)]
        return shlex.join(words)

    def connect(self, timeout: int) -> Any:
        """An API client. Raises what the SDK raises: DockerException, or requests' exceptions."""
        if self.host.startswith("ssh://"):
            return _over_ssh(self.host, timeout)
        if not self.ca:
            return docker.APIClient(base_url=self.host, version="auto", timeout=timeout)
        tls = TLSConfig(client_cert=(self.cert, self.key) if self.cert else None, ca_cert=self.ca, verify=True)
        client: Any = docker.APIClient(base_url=self.host, tls=tls, version=_UNASKED, timeout=timeout)
        # Variables such as REQUESTS_CA_BUNDLE would take the place of the authority that was named.
        client.trust_env = False
        return _asked(client)


def written_daemon(fields: object) -> Daemon:
    """The daemon that a ledger line tells of; the one of this process' surroundings where it tells none."""
    if not isinstance(fields, Mapping) or "host" not in fields:
        return surrounding_daemon()
    return Daemon(**{k: str(v) for k, v in fields.items() if k in ("host", "ca", "cert", "key")})


def surrounding_daemon() -> Daemon:
    """What DOCKER_HOST, DOCKER_CERT_PATH and DOCKER_TLS_VERIFY say, or this host's usual socket."""
    host, folder = os.environ.get("DOCKER_HOST") or HERE, os.environ.get("DOCKER_CERT_PATH", "")
    if not (os.environ.get("DOCKER_TLS_VERIFY") or folder):
        return Daemon(host)
    certs = Path(folder) if folder else Path.home() / ".docker"
    return Daemon(host, *(str(certs / name) for name in ("ca.pem", "cert.pem", "key.pem")))


_UNASKED = "1.24"
"""A version that keeps the SDK from asking for one in its constructor, before the connection is as it should be."""


def _asked(client: Any) -> Any:
    client._version = client.version(api_version=False)["ApiVersion"]
    return client


def _over_ssh(host: str, timeout: int) -> Any:
    """The SDK's own way needs another library and a private fork of a socket; this one gives it a real socket."""
    adapter = _SshAdapter(host, timeout)
    client: Any = docker.APIClient(base_url="unix:///over/ssh", version=_UNASKED, timeout=timeout)
    client.mount("http+docker://", adapter)
    try:
        return _asked(client)
    except Exception as error:
        said = adapter.complaint() or error
        client.close()
        raise DockerException(f"ssh: {said}") from error


class _SshAdapter(UnixHTTPAdapter):
    """Each connection is an `ssh` of its own, which ends when the connection is closed, also by our death."""

    def __init__(self, host: str, timeout: int) -> None:
        super().__init__("http+unix:///over/ssh", timeout)
        self._stderr: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115  # closed with the adapter
        self._pool = _SshPool(host, timeout, self._stderr)

    def complaint(self) -> str:
        """The last line that ssh said."""
        self._stderr.seek(0)
        lines = self._stderr.read()[-2_000:].decode("utf-8", "replace").strip().splitlines()
        return lines[-1].strip() if lines else ""

    def get_connection(self, url: Any, proxies: Any = None) -> Any:
        return self._pool

    def close(self) -> None:
        self._pool.close()
        super().close()
        self._stderr.close()


class _SshPool(UnixHTTPConnectionPool):
    def __init__(self, host: str, timeout: int, stderr: IO[bytes]) -> None:
        super().__init__("http+docker://localhost", host, timeout)
        self._connect: Callable[[], Any] = partial(_SshConnection, host, timeout, stderr)

    def _new_conn(self) -> Any:
        return self._connect()


class _SshConnection(UnixHTTPConnection):
    def __init__(self, host: str, timeout: int, stderr: IO[bytes]) -> None:
        super().__init__("http+docker://localhost", host, timeout)
        self._command = ["ssh", *SSH_OPTIONS, *ssh_words(host), DIAL]
        self._seconds, self._stderr = timeout, stderr
        self._ssh: subprocess.Popen[bytes] | None = None

    def connect(self) -> None:
        ours, theirs = socket.socketpair()
        with theirs:
            streams: Any = {"stdin": theirs, "stdout": theirs, "stderr": self._stderr}
            self._ssh = subprocess.Popen(self._command, **streams, start_new_session=True)
        ours.settimeout(self._seconds)
        self.sock = ours

    def close(self) -> None:
        super().close()
        if self._ssh is not None:
            self._ssh.terminate()
            self._ssh.wait()
            self._ssh = None


def ssh_words(host: str) -> list[str]:
    """`ssh://anna@staging:2222` as ssh takes it. `--`: a host that begins with - is no option."""
    found = re.fullmatch(r"ssh://(?:([^@/:]+)@)?([^@/:]+)(?::(\d{1,5}))?/?", host)
    if not found:
        raise DockerException(f"{host!r} is not an address such as ssh://user@host")
    user, name, port = found.groups()
    return [*(["-l", user] if user else []), *(["-p", port] if port else []), "--", name]
