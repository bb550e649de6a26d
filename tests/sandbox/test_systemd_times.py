"""The times in exported systemd units, read by the real systemd: the sandbox's image for logs has it."""

from __future__ import annotations

import os
import re
import subprocess
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from gameday.model.schedule import Schedule
from gameday.schedule.agenda import Agenda
from gameday.schedule.firing import firings
from tests.sandbox.conftest import ROOT
from tests.schedule.test_export import KINDS, NOW

IMAGE = f"gameday-sandbox-logs:{os.environ.get('GAMEDAY_IMAGES', 'local')}"
LOOKED = timedelta(days=120)


@pytest.fixture(autouse=True)
def all_well_between_tests() -> None:
    """These tests need no sandbox."""


@pytest.fixture(scope="module", autouse=True)
def image() -> None:
    subprocess.run(["bash", str(ROOT / "sandbox" / "images.sh")], check=True, timeout=300, capture_output=True)


def elapses(*calendar: str) -> set[datetime]:
    """When systemd would start something, from `NOW` on."""
    asked = ["systemd-analyze", "calendar", f"--base-time={NOW:%Y-%m-%d %H:%M:%S} UTC", "--iterations=1000", *calendar]
    done = subprocess.run(
        ["docker", "run", "--rm", "--network", "none", IMAGE, *asked], capture_output=True, text=True, timeout=60, check=True
    )
    found = re.findall(r"(?:Next elapse|Iter\. #\d+): \w{3} (\S+ \S+) UTC", done.stdout)
    return {datetime.strptime(moment, "%Y-%m-%d %H:%M:%S").replace(tzinfo=UTC) for moment in found}


@pytest.mark.parametrize("one", KINDS)
def test_systemd_starts_something_at_every_slot(one: Schedule) -> None:
    slots = {slot.moment for slot in Agenda([one]).slots(NOW, NOW + LOOKED)}
    assert slots
    assert slots <= elapses(*(f"{line.on_calendar} UTC" for line in firings(one, ZoneInfo("UTC"), NOW)))
