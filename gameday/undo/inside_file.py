"""A file inside a container: its hash, mode and owner, looked at and put back with what every image has (`sh` and coreutils)."""

from __future__ import annotations

import hashlib
import io
import re
import tarfile
from typing import NamedTuple

from gameday.undo.docker_host import DockerHost

_PATH = re.compile(r"/[A-Za-z0-9_./@+-]{1,250}")
ABSENT = "absent"
LOOK = 'if [ -e "$1" ]; then sha256sum < "$1" && stat -L -c "%a %u:%g" "$1"; else echo absent; fi'
_LOOK_AT_BOTH = f'{LOOK}; shift; [ -z "$1" ] || {{ {LOOK}; }}'
_COPY_BACK = '{ chmod u+w "$1" 2>/dev/null || :; } && exec 3< "$2" && cat <&3 > "$1" && chmod "$3" "$1" && ' + LOOK
"""The backup is opened first: where another undo has just removed it, the file is not emptied."""


class FileState(NamedTuple):
    """`hash` is a SHA-256, or `absent`. `owner` is numbers, such as 0:0."""

    hash: str
    mode: str = ""
    owner: str = ""


def read_look(said: str) -> FileState:
    """What LOOK printed."""
    words = said.split()
    if words[:1] == [ABSENT]:
        return FileState(ABSENT)
    if len(words) != 4:
        raise ValueError(f"not the state of a file: {said[-200:]!r}")
    return FileState(words[0], words[2], words[3])


def checked(path: str) -> str:
    if not _PATH.fullmatch(path) or ".." in path.split("/"):
        raise ValueError(f"{path[:100]!r} is not a path that a fault could have chosen")
    return path


def look(host: DockerHost, container: str, path: str, backup: str, user: str) -> tuple[FileState, FileState]:
    """As it is now, and its backup, in a container that runs."""
    said = host.run(container, ("sh", "-c", _LOOK_AT_BOTH, "sh", checked(path), backup and checked(backup)), user).split()
    first = 1 if said[:1] == [ABSENT] else 4
    return read_look(" ".join(said[:first])), read_look(" ".join(said[first:]) or ABSENT)


def copy_back(host: DockerHost, container: str, backup: str, path: str, mode: str, user: str) -> FileState:
    """Write the backup's bytes into the file, which stays the same file to whoever has it open or mounted; then look at it."""
    return read_look(host.run(container, ("sh", "-c", _COPY_BACK, "sh", checked(path), checked(backup), mode), user))


def remove(host: DockerHost, container: str, path: str, user: str) -> None:
    host.run(container, ("rm", "-f", checked(path)), user)


# Of a container that does not run, nothing can be asked inside: its files are taken out and put in as archives.


def look_from_outside(host: DockerHost, container: str, path: str) -> FileState:
    member, content = _taken_out(host, container, path)
    if member is None:
        return FileState(ABSENT)
    return FileState(hashlib.sha256(content).hexdigest(), f"{member.mode & 0o7777:o}", f"{member.uid}:{member.gid}")


def copy_back_from_outside(host: DockerHost, container: str, backup: str, path: str, was: FileState) -> None:
    """Replace the file by the backup, with the mode and owner that it had."""
    member, content = _taken_out(host, container, backup)
    if member is None:
        return
    folder, _, name = checked(path).rpartition("/")
    member.name, member.mode = name, int(was.mode, 8)
    member.uid, member.gid = (int(number) for number in was.owner.split(":"))
    archive = io.BytesIO()
    with tarfile.open(fileobj=archive, mode="w") as writing:
        writing.addfile(member, io.BytesIO(content))
    host.put_archive(container, folder or "/", archive.getvalue())


def _taken_out(host: DockerHost, container: str, path: str) -> tuple[tarfile.TarInfo | None, bytes]:
    archive = host.archive(container, checked(path))
    if not archive:
        return None, b""
    with tarfile.open(fileobj=io.BytesIO(archive)) as reading:
        member = reading.next()
        file = reading.extractfile(member) if member and member.isfile() else None
        return (member, file.read()) if file else (None, b"")
