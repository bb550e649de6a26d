"""Write back what stood in a control file of the kernel, such as a container's processor quota."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from gameday.undo.docker_host import DockerHost, NotDone

ROOT = Path("/sys/fs/cgroup")


def control_file_restore(host: DockerHost, identity: Mapping[str, str], arguments: Mapping[str, str]) -> str:
    """Write unless it reads so already, then read back. The file goes with its container, and the limit with the file."""
    path, wanted = Path(arguments["path"]), arguments["text"]
    if not path.is_relative_to(ROOT) or ".." in path.parts or arguments["container"] not in str(path):
        raise ValueError(f"{path} is not a control file of {arguments['container'][:12]}")
    try:
        if path.read_text().strip() == wanted:
            return "was as before"
        path.write_text(wanted)
        now = path.read_text().strip()
    except FileNotFoundError:
        host.state(arguments["container"])  # raises where it was removed
        return "was ended with its container"
    if now != wanted:
        raise NotDone(f"reads {now}")
    return "written back"


def by_hand(arguments: Mapping[str, str]) -> str:
    return f"echo {arguments['text']} > {arguments['path']}"
