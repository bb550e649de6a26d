"""Processes that a fault left inside a container: each carries a marker in its arguments, by which it is found and ended.

Only what every `sh` has built in is used, since the container may have nothing else.
"""

from __future__ import annotations

import re

_MARKER = re.compile(r"[a-z0-9_.-]{1,120}")
_FIND = (
    'n=0; for p in /proc/[0-9]*; do p=${p#/proc/}; [ "$p" = $$ ] && continue; line=; '
    '{ read -r line < "/proc/$p/cmdline"; } 2>/dev/null; case "$line" in *gameday.fault="$1"*) n=$((n+1)); %s;; esac; done; echo $n'
)


def marked(script: str, marker: str) -> tuple[str, ...]:
    """The command that runs a script of one line under a marker. All that the script forks carries it too."""
    if "\n" in script:
        raise ValueError("the marker stands behind the script, and only the first line of a command line is read")
    return ("sh", "-c", script, f"gameday.fault={_checked(marker)}")


def counting(marker: str) -> tuple[str, ...]:
    """The command that prints how many processes carry the marker."""
    # The marker is handed over without its prefix, so that the search does not find itself.
    return ("sh", "-c", _FIND % ":", "sh", _checked(marker))


def killing(marker: str) -> tuple[str, ...]:
    """The command that kills them, with the process group that each one leads, and prints how many there were."""
    return ("sh", "-c", _FIND % "kill -9 -$p 2>/dev/null; kill -9 $p 2>/dev/null", "sh", _checked(marker))


def _checked(marker: str) -> str:
    if not _MARKER.fullmatch(marker):
        raise ValueError(f"{marker!r} is not a marker")
    return marker
