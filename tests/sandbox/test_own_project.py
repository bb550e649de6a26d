"""A Compose project that was not made for drills, with monitoring of its own, named in gameday.toml."""

from __future__ import annotations

import ipaddress
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from gameday.clients.compose import compose_command
from tests.sandbox.conftest import ROOT, free_ports

pytestmark = pytest.mark.quiet

GUESTBOOK = Path(__file__).parent / "guestbook"


def gateway() -> str:
    """The address under which containers reach this host: the first of the default bridge's network."""
    asked = ["docker", "network", "inspect", "bridge", "-f", "{{(index .IPAM.Config 0).Subnet}}"]
    subnet = subprocess.run(asked, capture_output=True, text=True, timeout=20, check=True).stdout.strip()
    return str(next(ipaddress.ip_network(subnet).hosts()))


@pytest.fixture(scope="module")
def guestbook(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, dict[str, str]]]:
    """The project, running, in a workspace of its own."""
    root = tmp_path_factory.mktemp("guestbook")
    shutil.copytree(GUESTBOOK, root, dirs_exist_ok=True)
    web, prom, am, pager = (str(p) for p in free_ports(4))
    project = f"gameday-guestbook-{os.getpid()}"
    values = {"PROJECT": project, "WEB_PORT": web, "PROM_PORT": prom, "AM_PORT": am, "PAGER_HOST": gateway(), "PAGER_PORT": pager}
    for path in (root / "gameday.toml", root / "monitoring" / "alertmanager.yml", root / "responders" / "unfreezes.yaml"):
        text = path.read_text()
        for name, value in values.items():
            text = text.replace(f"@{name}@", value)
        path.write_text(text)
    environment = {k: v for k, v in os.environ.items() if not k.startswith("GAMEDAY_") or k == "GAMEDAY_IMAGES"}
    environment |= values | {"PAGER_TOKEN": "correct-horse", "XDG_STATE_HOME": str(root / "state"), "PYTHONPATH": str(ROOT)}
    compose = [*compose_command(), "-p", project]
    subprocess.run([*compose, "up", "-d", "--no-build"], cwd=root, env=environment, timeout=90, check=True, capture_output=True)
    try:
        yield root, environment
    finally:
        subprocess.run([*compose, "down", "-v", "-t", "1"], cwd=root, env=environment, timeout=90, check=False, capture_output=True)


def gameday(guestbook: tuple[Path, dict[str, str]], *words: str) -> subprocess.CompletedProcess[str]:
    root, environment = guestbook
    return subprocess.run(
        [sys.executable, "-m", "gameday", *words], cwd=root, env=environment, stdin=subprocess.DEVNULL,
        capture_output=True, text=True, timeout=150, check=False,
    )  # fmt: skip


def test_its_files_are_in_order(guestbook: tuple[Path, dict[str, str]]) -> None:
    checked = gameday(guestbook, "check")
    assert checked.returncode == 0, checked.stdout + checked.stderr


def test_a_drill_proves_delivery_at_its_own_receiver(guestbook: tuple[Path, dict[str, str]]) -> None:
    _, environment = guestbook
    ended = gameday(
        guestbook, "run", "scenarios/database-hangs.yaml", "--responders", "responders/unfreezes.yaml",
        "--var", f"web_port={environment['WEB_PORT']}", "-o", "json",
    )  # fmt: skip
    assert ended.returncode == 0, ended.stderr
    review = json.loads(ended.stdout)
    verdicts = {v["key"]: v["verdict"] for v in review["verdicts"]}
    assert verdicts["alert:GuestbookClosed:delivered"] == "met"
    assert verdicts["alert:GuestbookClosed:route"] == "met"
    assert verdicts["mitigated_by_people"] == "met"
    assert "undecidable" not in verdicts.values()
    assert review["gaps"] == []
    assert review["safety"] == {"faults": 1, "removed_and_verified": 1, "left": []}
    assert "correct-horse" not in "".join(p.read_text(errors="replace") for p in guestbook[0].glob("reports/**/*") if p.is_file())


def test_what_carries_another_environments_label_is_not_touched(guestbook: tuple[Path, dict[str, str]]) -> None:
    root, environment = guestbook
    text = (root / "scenarios" / "database-hangs.yaml").read_text()
    (root / "scenarios" / "web-hangs.yaml").write_text(text.replace("target: database", "target: web"))
    ended = gameday(guestbook, "run", "scenarios/web-hangs.yaml", "--responders", "none", "--var", f"web_port={environment['WEB_PORT']}")
    assert ended.returncode == 3
    assert "gameday.allow=staging" in ended.stderr
