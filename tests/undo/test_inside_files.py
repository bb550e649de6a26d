"""Files of a container that does not run, and telling a service to read them."""

from __future__ import annotations

import hashlib
import io
import subprocess
import tarfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from gameday.undo import VERBS, inside_file
from gameday.undo.docker_host import ContainerState, NotDone

RIGHT, WRONG = b"pool = 20\n", b"pool = 1\n"
PATH, BACKUP = "/etc/shop.ini", "/etc/.gameday-config_change.c1"


def digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


ARGUMENTS = {
    "container": "c1", "path": PATH, "backup": BACKUP, "user": "0:0", "before": digest(RIGHT), "mode": "640", "owner": "0:7",
    "injected": digest(WRONG),
}  # fmt: skip


class Stopped:
    """A container that does not run: its files come and go as archives."""

    def __init__(self, **files: bytes) -> None:
        self.files: dict[str, tuple[bytes, int, int, int]] = {
            path: (content, 0o600, 0, 0)
            for path, content in ((PATH, files.get("path")), (BACKUP, files.get("backup")))
            if content is not None
        }

    def can_be_entered(self, container: str) -> bool:
        return False

    def archive(self, container: str, path: str) -> bytes:
        if path not in self.files:
            return b""
        content, mode, uid, gid = self.files[path]
        member = tarfile.TarInfo(path.rpartition("/")[2])
        member.size, member.mode, member.uid, member.gid = len(content), mode, uid, gid
        archive = io.BytesIO()
        with tarfile.open(fileobj=archive, mode="w") as writing:
            writing.addfile(member, io.BytesIO(content))
        return archive.getvalue()

    def put_archive(self, container: str, folder: str, archive: bytes) -> None:
        with tarfile.open(fileobj=io.BytesIO(archive)) as reading:
            for member in reading:
                file = reading.extractfile(member)
                assert file
                self.files[f"{folder}/{member.name}"] = (file.read(), member.mode, member.uid, member.gid)


def restore(host: Any, **more: str) -> str:
    return VERBS["inside_file_restore"](host, {}, ARGUMENTS | more)


def test_it_is_put_back_from_outside_with_mode_and_owner() -> None:
    host = Stopped(path=WRONG, backup=RIGHT)
    assert restore(host) == "written back"
    assert host.files[PATH] == (RIGHT, 0o640, 0, 7)
    assert restore(host) == "was as before"


def test_from_outside_too_somebody_elses_file_stays_and_nothing_is_guessed() -> None:
    assert restore(Stopped(path=b"pool = 40", backup=RIGHT)) == "was changed by others"
    with pytest.raises(NotDone, match="is gone"):
        restore(Stopped(path=WRONG))
    with pytest.raises(NotDone, match="not what was there before"):
        restore(Stopped(path=WRONG, backup=b"something"))
    with pytest.raises(NotDone, match="cannot be removed from outside"):
        restore(Stopped(path=WRONG), before="absent", mode="", owner="", backup="")


@pytest.mark.parametrize("path", ["etc/x", "/a b", "/a/../b", "/$(x)", "/" + "x" * 251])
def test_a_path_can_say_nothing_to_a_shell(path: str) -> None:
    with pytest.raises(ValueError, match="is not a path"):
        inside_file.checked(path)


class Told:
    """A container that runs since a moment."""

    def __init__(self, started_at: str = "2020-01-01T00:00:00.123456789Z") -> None:
        self.started_at = started_at
        self.told: list[object] = []

    def can_be_entered(self, container: str) -> bool:
        return True

    def state(self, container: str) -> ContainerState:
        return ContainerState(True, False, self.started_at)

    def signal(self, container: str, signal: str) -> None:
        self.told.append(signal)

    def run(self, container: str, command: tuple[str, ...], user: str = "") -> str:
        self.told.append(command)
        return ""


def reload(host: Any, **arguments: str) -> str:
    return VERBS["service_reload"](host, {"started_at": "before"}, {"container": "c1", "signal": "", "command": ""} | arguments)


def test_a_service_is_told_by_its_signal_or_its_command() -> None:
    host = Told()
    assert reload(host, signal="USR2") == "told to reload"
    assert reload(host, command='["nginx", "-s", "reload"]') == "told to reload"
    assert host.told == ["SIGUSR2", ("nginx", "-s", "reload")]
    with pytest.raises(ValueError, match="is not one of HUP"):
        reload(host, signal="KILL")


def test_one_that_was_just_started_is_given_time_for_its_handler(monkeypatch: pytest.MonkeyPatch) -> None:
    slept: list[float] = []
    monkeypatch.setattr("time.sleep", slept.append)
    reload(Told(), signal="HUP")
    reload(Told(datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.000000000Z")), signal="HUP")
    assert slept[0] == 0
    assert slept[1] > 0


def test_a_backup_that_another_undo_has_just_removed_does_not_cost_the_file(tmp_path: Path) -> None:
    path = tmp_path / "shop.ini"
    path.write_bytes(RIGHT)
    words = ["sh", "-c", inside_file._COPY_BACK, "sh", str(path), str(tmp_path / "gone"), "640"]
    done = subprocess.run(words, capture_output=True, timeout=10, check=False)
    assert done.returncode != 0
    assert path.read_bytes() == RIGHT
    (tmp_path / "there").write_bytes(WRONG)
    subprocess.run([*words[:5], str(tmp_path / "there"), "640"], capture_output=True, timeout=10, check=True)
    assert path.read_bytes() == WRONG
