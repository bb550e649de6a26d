"""A sandbox of the tests' own: its own project, ports, workspace and state folder, beside whatever else runs on this host."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
PARTS = (
    "scenarios",
    "probes",
    "runbooks",
    "responders",
    "traffic",
    "sandbox",
    "services.yaml",
    "gameday.toml",
    "docker-compose.sandbox.yml",
)
PORTS = (
    "GAMEDAY_SHOP_PORT",
    "GAMEDAY_OPS_PORT",
    "GAMEDAY_PROMETHEUS_PORT",
    "GAMEDAY_ALERTMANAGER_PORT",
    "GAMEDAY_DB_PORT",
    "GAMEDAY_LOGS_PORT",
    "GAMEDAY_TRACES_PORT",
)


# What was started in the background ignores Ctrl-C and hang-ups, and so would all that the tests start.
signal.signal(signal.SIGINT, signal.default_int_handler)
signal.signal(signal.SIGHUP, signal.SIG_DFL)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Everything in this folder needs Docker."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.docker)


def await_that(condition: Callable[[], Any], within: float, otherwise: str) -> Any:
    """Wait for a condition; its value when it holds, a failure when it does not in so many seconds."""
    deadline = time.monotonic() + within
    while not (value := condition()):
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {within:g} s: {otherwise}")
        time.sleep(0.02)
    return value


@dataclass
class Ended:
    """A command that ended."""

    code: int
    out: str
    err: str


@dataclass
class Bench:
    """A workspace with a running sandbox, and the command line to use it with."""

    root: Path
    project: str
    environment: dict[str, str]
    started: list[subprocess.Popen[str]] = field(default_factory=list)

    def gameday(self, *words: str, within: float = 150, **more: str) -> Ended:
        """Run a command to its end."""
        done = subprocess.run(
            [sys.executable, "-m", "gameday", *words], cwd=self.root, env=self.environment | more,
            stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=within, check=False,
        )  # fmt: skip
        return Ended(done.returncode, done.stdout, done.stderr)

    def begin(self, *words: str) -> subprocess.Popen[str]:
        """Start a command and leave it running; what it says goes into a file beside the workspace."""
        with (self.root / "begun.log").open("a") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", "gameday", *words], cwd=self.root, env=self.environment,
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, text=True,
            )  # fmt: skip
        self.started.append(process)
        return process

    def drills(self) -> set[Path]:
        folder = self.root / "reports"
        return {p for p in folder.iterdir() if p.is_dir()} if folder.is_dir() else set()

    def new_drill(self, before: set[Path]) -> Path:
        """The folder of the drill that was begun after `before` was taken."""
        return Path(await_that(lambda: next(iter(self.drills() - before), None), 30, f"a drill's folder; {self.log()}"))

    def log(self) -> str:
        path = self.root / "begun.log"
        return path.read_text()[-1_500:] if path.exists() else ""

    def await_event(self, drill: Path, kind: str, within: float = 40, **data: str) -> dict[str, Any]:
        """The first event of this kind in the timeline of a running drill."""

        def found() -> dict[str, Any] | None:
            for event in events(drill):
                if event["kind"] == kind and all(str(event["data"].get(k)) == v for k, v in data.items()):
                    return event
            return None

        event: dict[str, Any] = await_that(found, within, f"{kind} in {drill.name}; {self.log()}")
        return event

    def docker(self, *words: str) -> str:
        done = subprocess.run(["docker", *words], capture_output=True, text=True, timeout=60, check=True, stdin=subprocess.DEVNULL)
        return done.stdout.strip()

    def container(self, service: str) -> str:
        found = self.docker(
            "ps",
            "-aq",
            "--filter",
            f"label=com.docker.compose.project={self.project}",
            "--filter",
            f"label=com.docker.compose.service={service}",
        )
        return found.splitlines()[0]

    def python(self, program: str) -> None:
        """Run a few lines of Python inside this workspace."""
        words = [sys.executable, "-c", program]
        done = subprocess.run(
            words, cwd=self.root, env=self.environment, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr

    def starts(self) -> set[str]:
        """Every container with the moment of its start: what is the same has neither ended nor been made anew."""
        words = ["ps", "-aq", "--no-trunc", "--filter", f"label=com.docker.compose.project={self.project}"]
        return set(
            self.docker("inspect", "-f", "{{.Id}} {{.State.Running}} {{.State.StartedAt}}", *self.docker(*words).split()).splitlines()
        )

    def frozen(self) -> list[str]:
        """The containers that somebody paused."""
        project = f"label=com.docker.compose.project={self.project}"
        return self.docker("ps", "-q", "--filter", project, "--filter", "status=paused").split()

    def state(self, service: str) -> str:
        """`running`, `paused` or `exited`, and since when it was started."""
        return self.docker("inspect", "-f", "{{.State.Status}} {{.State.StartedAt}}", self.container(service))

    def scenario(self, name: str, **changes: Any) -> str:
        """A scenario made of the first one, with other values at top-level keys. Returns its path."""
        import yaml

        document = yaml.safe_load((self.root / "scenarios" / "payments-freezes.yaml").read_text())
        for key, value in changes.items():
            if value is None:
                document.pop(key, None)
            else:
                document[key] = value
        path = self.root / "scenarios" / f"{name}.yaml"
        path.write_text(yaml.safe_dump(document, sort_keys=False))
        return str(path.relative_to(self.root))


def events(drill: Path) -> list[dict[str, Any]]:
    try:
        lines = (drill / "timeline.jsonl").read_text().split("\n")[:-1]
    except FileNotFoundError:
        return []
    return [json.loads(line) for line in lines]


def review_of(drill: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((drill / "review.json").read_text())
    return found


def free_ports(count: int) -> list[int]:
    held = [socket.socket() for _ in range(count)]
    for one in held:
        one.bind(("127.0.0.1", 0))
    ports = [one.getsockname()[1] for one in held]
    for one in held:
        one.close()
    return ports


@pytest.fixture(scope="session")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    """One sandbox for all tests of a session."""
    root = tmp_path_factory.mktemp("workspace")
    for part in PARTS:
        source = ROOT / part
        copy = shutil.copytree if source.is_dir() else shutil.copy2
        copy(source, root / part)
    project = f"gameday-test-{os.getpid()}"
    environment = {k: v for k, v in os.environ.items() if not k.startswith("GAMEDAY_") or k == "GAMEDAY_IMAGES"}
    environment |= {"GAMEDAY_SANDBOX_PROJECT": project, "XDG_STATE_HOME": str(root / "state"), "PYTHONPATH": str(ROOT)}
    environment |= {name: str(port) for name, port in zip(PORTS, free_ports(len(PORTS)), strict=True)}
    bench = Bench(root, project, environment)
    try:
        up = bench.gameday("sandbox", "up", within=180)
        assert up.code == 0, up.err
        yield bench
    finally:
        for process in bench.started:
            if process.poll() is None:
                process.kill()
                process.wait(10)
        bench.gameday("recover")
        bench.gameday("sandbox", "down")


SETTLE = "from pathlib import Path; from gameday.environments.sandbox import Sandbox; Sandbox(Path('.')).settle()"
"""What `up` does besides starting what is missing; that alone takes Compose seconds."""


@pytest.fixture(autouse=True)
def all_well_between_tests(bench: Bench) -> Iterator[None]:
    """Each test begins with a whole sandbox, and leaves no process of its own."""
    before = bench.starts()
    yield
    for process in bench.started:
        if process.poll() is None:
            process.kill()
            process.wait(10)
    bench.started.clear()
    assert bench.gameday("recover").code == 0
    if frozen := bench.frozen():
        bench.docker("unpause", *frozen)
    if bench.starts() == before:
        bench.python(SETTLE)
    else:
        up = bench.gameday("sandbox", "up")
        assert up.code == 0, up.err
    assert not frozen, "left frozen"
