"""Put a file inside a container back as it was: every byte, its mode and its owner."""

from __future__ import annotations

import shlex
from collections.abc import Mapping

from gameday.undo import inside_file
from gameday.undo.docker_host import DockerHost, NotDone
from gameday.undo.inside_file import ABSENT, FileState


def inside_file_restore(host: DockerHost, identity: Mapping[str, str], arguments: Mapping[str, str]) -> str:
    """From the backup beside it, whose hash the ledger knows; a file that was not there is removed.

    Only where it still holds what was injected: what somebody wrote meanwhile is their correction, and stays.
    """
    if not host.can_be_entered(arguments["container"]):
        return _restore_from_outside(host, arguments)
    container, path, user = arguments["container"], arguments["path"], arguments["user"]
    was, (now, backup) = _before(arguments), inside_file.look(host, container, path, arguments["backup"], user)
    said = "was as before"
    if now != was and not _is_ours(now, was, arguments):
        said = "was changed by others"
    elif now != was:
        said = _restore(host, arguments, was, backup)
    if backup.hash != ABSENT:
        inside_file.remove(host, container, arguments["backup"], user)
    return said


def _restore(host: DockerHost, arguments: Mapping[str, str], was: FileState, backup: FileState) -> str:
    container, path, user = arguments["container"], arguments["path"], arguments["user"]
    if was.hash == ABSENT:
        inside_file.remove(host, container, path, user)
        now, _ = inside_file.look(host, container, path, "", user)
    else:
        _refuse_a_wrong_backup(backup, was, arguments)
        now = inside_file.copy_back(host, container, arguments["backup"], path, was.mode, user)
    if now != was:
        raise NotDone(f"{path} is not as before: {' '.join(now)}")
    return "removed" if was.hash == ABSENT else "written back"


def by_hand(arguments: Mapping[str, str]) -> str:
    inside = f"docker exec -u {arguments['user'] or '0'} {arguments['container'][:12]}"
    path, backup = arguments["path"], arguments["backup"]
    if arguments["before"] == ABSENT:
        return f"{inside} rm -f {path}"
    script = f"cat {backup} > {path} && chmod {arguments['mode']} {path} && rm {backup}"
    return f"{inside} sh -c {shlex.quote(script)}"


def _restore_from_outside(host: DockerHost, arguments: Mapping[str, str]) -> str:
    """The backup stays beside it until the container runs: an archive can add, and not remove."""
    container, path, was = arguments["container"], arguments["path"], _before(arguments)
    now = inside_file.look_from_outside(host, container, path)
    if now == was:
        return "was as before"
    if was.hash == ABSENT:
        raise NotDone(f"{container[:12]} does not run, and {path} cannot be removed from outside")
    if not _is_ours(now, was, arguments):
        return "was changed by others"
    _refuse_a_wrong_backup(inside_file.look_from_outside(host, container, arguments["backup"]), was, arguments)
    inside_file.copy_back_from_outside(host, container, arguments["backup"], path, was)
    if (now := inside_file.look_from_outside(host, container, path)) != was:
        raise NotDone(f"{path} is not as before: {' '.join(now)}")
    return "written back"


def _before(arguments: Mapping[str, str]) -> FileState:
    return FileState(arguments["before"], arguments["mode"], arguments["owner"])


def _is_ours(now: FileState, was: FileState, arguments: Mapping[str, str]) -> bool:
    """What the fault wrote, or less. `any`: what it was going to write could not be known before."""
    return arguments["injected"] == "any" or now.hash in (arguments["injected"], was.hash, ABSENT)


def _refuse_a_wrong_backup(backup: FileState, was: FileState, arguments: Mapping[str, str]) -> None:
    if backup.hash != was.hash:
        raise NotDone(f"the backup {arguments['backup']} is {'gone' if backup.hash == ABSENT else 'not what was there before'}")
