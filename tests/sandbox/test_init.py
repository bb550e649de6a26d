"""From the built wheel to a drill in a new workspace: nothing of the checkout is used on the way.

Dependencies are those of the environment that runs the tests, put on the path of a new environment, so that nothing is fetched.
"""

from __future__ import annotations

import os
import subprocess
import sys
import sysconfig
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.sandbox.conftest import PORTS, ROOT, free_ports, review_of

pytestmark = pytest.mark.quiet

Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(autouse=True)
def all_well_between_tests() -> None:
    """These tests have a sandbox of their own, and need none of the session's."""


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The `gameday` of a fresh environment, from the wheel."""
    place = tmp_path_factory.mktemp("installed")
    python = place / "venv" / "bin" / "python"
    for command in (
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(place)],
        [sys.executable, "-m", "venv", "--without-pip", str(place / "venv")],
    ):
        subprocess.run(command, cwd=ROOT, check=True, capture_output=True, timeout=60, stdin=subprocess.DEVNULL)
    (wheel,) = place.glob("*.whl")
    subprocess.run(
        [sys.executable, "-m", "pip", "-q", "--python", str(python), "install", "--no-deps", "--no-index", str(wheel)],
        cwd=place, check=True, capture_output=True, timeout=60, stdin=subprocess.DEVNULL,
    )  # fmt: skip
    (site,) = (place / "venv" / "lib").glob("python*/site-packages")
    (site / "dependencies.pth").write_text(sysconfig.get_path("purelib") + "\n")
    return python.parent / "gameday"


@pytest.fixture
def run(installed: Path, tmp_path: Path) -> Iterator[Run]:
    environment = {k: v for k, v in os.environ.items() if not k.startswith("GAMEDAY_") and k != "PYTHONPATH"}
    environment |= {"GAMEDAY_SANDBOX_PROJECT": f"gameday-init-{os.getpid()}", "XDG_STATE_HOME": str(tmp_path / "state")}
    environment |= {name: str(port) for name, port in zip(PORTS, free_ports(len(PORTS)), strict=True)}
    if tag := os.environ.get("GAMEDAY_IMAGES"):
        environment["GAMEDAY_IMAGES"] = tag

    def call(*words: str, within: str = "") -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [str(installed), *words], cwd=tmp_path / within, env=environment, stdin=subprocess.DEVNULL,
            capture_output=True, text=True, timeout=110, check=False,
        )  # fmt: skip

    yield call
    if (tmp_path / "shop").is_dir():
        call("recover", within="shop")
        call("sandbox", "down", within="shop")


def test_a_workspace_from_the_wheel_runs_a_drill(run: Run, tmp_path: Path) -> None:
    (tmp_path / "shop").mkdir()
    made = run("init", ".", within="shop")
    assert (made.returncode, made.stderr) == (0, "")
    checked = run("check", within="shop")
    assert (checked.returncode, checked.stdout) == (0, ""), checked.stderr
    command = made.stdout.splitlines()[-1].split()
    assert command[0] == "gameday"
    drill = run(*command[1:], "-o", "json", within="shop")
    assert drill.returncode == 0, drill.stderr
    (folder,) = (tmp_path / "shop" / "reports").iterdir()
    review = review_of(folder)
    assert review["safety"] == {"faults": 1, "removed_and_verified": 1, "left": []}
    assert review["impact"]["requests"] > 0, "Locust made no traffic"
    assert (folder / "report.html").is_file()
