"""A second real Docker daemon, beside the host's own and unseen by it: own network, mounts, processes and files.

It has no bridge: another daemon that made one in the same network would take the first one's away.
"""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import docker

from tests.sandbox.conftest import await_that

IMAGE = "gameday-base:bookworm"
"""What the sandbox's images are made of: small, and has a shell."""
# Everything that the daemon or its containerd would write under /run is its own; `fd://` takes the two sockets that
# were opened out here, so that it can be reached although its network is another one.
START = """
mount -t tmpfs none /run && ip link set lo up || exit 1
eval "exec 3<&$UNIX 4<&$TCP"
exec env LISTEN_PID=$$ LISTEN_FDS=2 dockerd -H fd:// --tlsverify --tlscacert "$CERTS/ca.pem" --tlscert "$CERTS/server.pem" \
  --tlskey "$CERTS/server-key.pem" --bridge=none --iptables=false --ip6tables=false --ip-masq=false --data-root "$DATA" \
  --exec-root /run/second --pidfile /run/second.pid --cgroup-parent /gameday-second --label stage=two
"""


@dataclass(frozen=True)
class SecondDaemon:
    """How it is reached."""

    socket: Path
    port: int
    certs: Path

    @property
    def tls(self) -> str:
        """As `docker = …` in gameday.toml names it."""
        files = ", ".join(
            f'{name} = "{self.certs / file}"' for name, file in (("ca", "ca.pem"), ("cert", "client.pem"), ("key", "client-key.pem"))
        )
        return f'{{host = "tcp://127.0.0.1:{self.port}", tls = {{{files}}}}}'

    def docker(self, *words: str) -> str:
        """What the `docker` command says there."""
        done = subprocess.run(
            ["docker", "-H", f"unix://{self.socket}", *words],
            capture_output=True,
            text=True,
            timeout=60,
            check=True,
            stdin=subprocess.DEVNULL,
        )
        return done.stdout.strip()


@contextmanager
def second_daemon(folder: Path) -> Iterator[SecondDaemon]:
    """Running, with one image; gone with everything in it afterwards."""
    certs, data, path = folder / "certs", folder / "data", folder / "docker.sock"
    certs.mkdir()
    certificates(certs)
    with socket.socket(socket.AF_UNIX) as unix, socket.create_server(("127.0.0.1", 0)) as tcp, (folder / "dockerd.log").open("wb") as log:
        unix.bind(str(path))
        unix.listen(64)
        port = tcp.getsockname()[1]
        environment = os.environ | {"UNIX": str(unix.fileno()), "TCP": str(tcp.fileno()), "CERTS": str(certs), "DATA": str(data)}
        environment.pop("DOCKER_HOST", None)
        # Its processes end with the first of their namespace, whatever they forked.
        isolated = ["unshare", "--net", "--mount", "--pid", "--fork", "--kill-child=KILL", "--mount-proc", "--propagation", "private"]
        process = subprocess.Popen(
            [*isolated, "bash", "-c", START], env=environment, pass_fds=(unix.fileno(), tcp.fileno()),
            stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True,
        )  # fmt: skip
    try:
        await_that(lambda: _answers(path, process), 30, f"an answer of the second daemon; {(folder / 'dockerd.log').read_text()[-800:]}")
        _bring_image(path)
        yield SecondDaemon(path, port, certs)
    finally:
        with suppress(subprocess.SubprocessError):
            for container in _on(path, "ps", "-aq").split():
                _on(path, "rm", "-f", container)
        # The first process of the namespace, and with it all others; `unshare` takes note of its end, then ends too.
        with suppress(FileNotFoundError):
            for first in Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split():
                os.kill(int(first), signal.SIGKILL)
        try:
            process.wait(15)
        finally:
            process.kill()
        shutil.rmtree(data, ignore_errors=True)
        for group in sorted(Path("/sys/fs/cgroup").glob("**/gameday-second/"), reverse=True):
            with suppress(OSError):
                group.rmdir()


def _on(path: Path, *words: str) -> str:
    done = subprocess.run(
        ["docker", "-H", f"unix://{path}", *words], capture_output=True, text=True, timeout=60, check=True, stdin=subprocess.DEVNULL
    )
    return done.stdout


def _answers(path: Path, process: subprocess.Popen[bytes]) -> bool:
    assert process.poll() is None, "the second daemon ended"
    try:
        client = docker.APIClient(base_url=f"unix://{path}", version="auto", timeout=5)
    except docker.errors.DockerException:
        return False
    client.close()
    return True


def _bring_image(path: Path) -> None:
    """From the first daemon, as somebody would bring it to another host."""
    with subprocess.Popen(["docker", "save", IMAGE], stdout=subprocess.PIPE) as save:
        subprocess.run(["docker", "-H", f"unix://{path}", "load"], stdin=save.stdout, check=True, timeout=90, capture_output=True)


def certificates(folder: Path) -> None:
    """An authority, a server's certificate for 127.0.0.1, and a client's."""
    _openssl(
        folder,
        "req",
        "-x509",
        "-newkey",
        "ec:/dev/stdin",
        "-nodes",
        "-days",
        "2",
        "-subj",
        "/CN=ca",
        "-keyout",
        "ca-key.pem",
        "-out",
        "ca.pem",
    )
    for name, use, more in (("server", "serverAuth", "subjectAltName=IP:127.0.0.1\n"), ("client", "clientAuth", "")):
        (folder / f"{name}.ext").write_text(f"{more}extendedKeyUsage={use}\n")
        _openssl(
            folder, "req", "-newkey", "ec:/dev/stdin", "-nodes", "-subj", f"/CN={name}", "-keyout", f"{name}-key.pem", "-out", f"{name}.csr"
        )
        _openssl(
            folder, "x509", "-req", "-in", f"{name}.csr", "-CA", "ca.pem", "-CAkey", "ca-key.pem", "-CAcreateserial", "-days", "2",
            "-extfile", f"{name}.ext", "-out", f"{name}.pem",
        )  # fmt: skip


def _openssl(folder: Path, *words: str) -> None:
    curve = subprocess.run(["openssl", "ecparam", "-name", "prime256v1"], capture_output=True, check=True, timeout=20).stdout
    subprocess.run(["openssl", *words], cwd=folder, input=curve, capture_output=True, check=True, timeout=20)
