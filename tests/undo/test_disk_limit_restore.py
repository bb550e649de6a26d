"""Disk limits in the kernel's files, and which disk a folder is on."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest

from gameday.environments import host_disk
from gameday.errors import Missing, Refused
from gameday.model.host import HostProcess
from gameday.undo import VERBS
from gameday.undo.docker_host import ContainerState

CONTAINER = "c1" * 32


class Host:
    def state(self, container: str) -> ContainerState:
        return ContainerState(True, False, "t0")


@pytest.fixture
def group(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(sys.modules[VERBS["disk_limit_restore"].__module__], "ROOT", tmp_path)
    folder = tmp_path / CONTAINER
    folder.mkdir()
    return folder


def restore(before: dict[str, str]) -> str:
    host: Any = Host()
    return VERBS["disk_limit_restore"](host, {}, {"container": CONTAINER, "device": "254:0", "before": json.dumps(before)})


def test_each_file_is_written_and_read_back(group: Path) -> None:
    file = group / "io.max"
    file.write_text("254:0 rbps=1024 wbps=1024 riops=max wiops=max\n")
    wanted = {str(file): "rbps=max wbps=max riops=max wiops=max"}
    assert restore(wanted) == "as fast as before"
    assert file.read_text() == "254:0 rbps=max wbps=max riops=max wiops=max"
    assert restore(wanted) == "was as before"


def test_a_device_that_is_not_named_has_no_limit(group: Path) -> None:
    file = group / "blkio.throttle.read_bps_device"
    file.write_text("8:0 4096\n")
    assert restore({str(file): "0"}) == "was as before"
    assert restore({str(group / "gone"): "0"}) == "was ended with its container"


@pytest.mark.parametrize("path", ["/etc/passwd", "{root}/other/io.max", "{root}/../{id}/io.max"])
def test_no_other_file_is_written(group: Path, path: str) -> None:
    with pytest.raises(ValueError, match="is not a control file"):
        restore({path.format(root=group.parent, id=CONTAINER): "0"})


def test_a_partition_is_told_by_its_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(host_disk, "DEVICES", tmp_path / "block")
    with pytest.raises(Missing, match="no disk of this host"):
        host_disk.disk_of(tmp_path, "db")
    found = tmp_path.stat().st_dev
    import os

    numbers = f"{os.major(found)}:{os.minor(found)}"
    disk = tmp_path / "devices" / "vda"
    (disk / "vda1").mkdir(parents=True)
    (disk / "dev").write_text("254:0\n")
    (disk / "vda1" / "partition").write_text("1\n")
    (tmp_path / "block").mkdir()
    (tmp_path / "block" / numbers).symlink_to(disk / "vda1")
    assert host_disk.disk_of(tmp_path, "db") == "254:0"
    (disk / "vda1" / "partition").unlink()
    assert host_disk.disk_of(tmp_path, "db") == numbers


def test_what_lies_in_memory_is_refused_and_what_has_no_controller_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    process = HostProcess(1, "1", "S")
    with pytest.raises(Refused, match="lies in memory"):
        host_disk.limit(process, "db", "/spool", "")
    monkeypatch.setattr(host_disk, "CGROUPS", tmp_path)
    monkeypatch.setattr(host_disk, "control_groups", lambda _: "3:blkio:/docker/c1\n")
    monkeypatch.setattr(host_disk, "disk_of", lambda folder, name: "254:0")
    with pytest.raises(Missing, match="blkio throttling"):
        host_disk.limit(process, "db", "/", str(tmp_path))
    group = tmp_path / "blkio" / "docker" / "c1"
    group.mkdir(parents=True)
    for name in host_disk.SLOWING:
        (group / name).write_text("")
    now = host_disk.limit(process, "db", "/", str(tmp_path))
    assert set(now.files.values()) == {"0"}
    host_disk.set_limit(now._replace(files=dict.fromkeys(now.files, "1024")))
    assert (group / host_disk.SLOWING[0]).read_text() == "254:0 1024"
