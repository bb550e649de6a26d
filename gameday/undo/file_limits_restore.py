"""Give a container's processes back the limit on open files that they had."""

from __future__ import annotations

import resource
from collections.abc import Mapping

from gameday.undo.docker_host import DockerHost, NotDone
from gameday.undo.processes import processes_inside


def file_limits_restore(host: DockerHost, identity: Mapping[str, str], arguments: Mapping[str, str]) -> str:
    """Every process that has our limit gets the one from before: also those that were started meanwhile and inherited it."""
    container, injected, before = arguments["container"], int(arguments["injected"]), int(arguments["before"])
    if not host.state(container).running:
        return "was ended with its container"
    if not _limited(container, injected):
        return "was as before"
    for number in _limited(container, injected):
        _set(number, before)
    if left := _limited(container, injected):
        raise NotDone(f"{len(left)} of its processes are still limited")
    return "the limit from before"


def by_hand(arguments: Mapping[str, str]) -> str:
    short = arguments["container"][:12]
    return f"for p in $(docker top {short} -eo pid | tail -n +2); do prlimit --pid $p --nofile={arguments['before']}:; done"


def _limited(container: str, injected: int) -> list[int]:
    found = []
    for number, _, _ in processes_inside(container):
        try:
            if resource.prlimit(number, resource.RLIMIT_NOFILE)[0] == injected:
                found.append(number)
        except ProcessLookupError:
            continue
    return found


def _set(number: int, soft: int) -> None:
    try:
        hard = resource.prlimit(number, resource.RLIMIT_NOFILE)[1]
        resource.prlimit(number, resource.RLIMIT_NOFILE, (min(soft, hard) if hard != resource.RLIM_INFINITY else soft, hard))
    except ProcessLookupError:
        return
