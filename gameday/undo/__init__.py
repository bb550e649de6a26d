"""Putting things back: the closed list of undo verbs, the ledger that records faults, and the interpreter of both.

Standard library and Docker SDK only: what can put things back must be small. An `Undo` arrives here as the JSON of a
ledger line, never as a class.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from gameday.undo.container_start import container_start
from gameday.undo.container_unpause import container_unpause
from gameday.undo.control_file_restore import control_file_restore
from gameday.undo.docker_host import DockerHost
from gameday.undo.extension_call import extension_call
from gameday.undo.file_limits_restore import file_limits_restore
from gameday.undo.inside_file_remove import inside_file_remove
from gameday.undo.marked_processes_kill import marked_processes_kill
from gameday.undo.network_clear import network_clear
from gameday.undo.postgres_sessions_end import postgres_sessions_end
from gameday.undo.processes_continue import processes_continue
from gameday.undo.release_set import release_set
from gameday.undo.sidecar_remove import sidecar_remove

Verb = Callable[[DockerHost, Mapping[str, str], Mapping[str, str]], str]
"""`verb(host, identity, arguments)` reads, acts where needed, reads back. Returns what it found, raises if not done."""

VERBS: dict[str, Verb] = {
    "container_start": container_start,
    "container_unpause": container_unpause,
    "control_file_restore": control_file_restore,
    "extension_call": extension_call,
    "file_limits_restore": file_limits_restore,
    "inside_file_remove": inside_file_remove,
    "marked_processes_kill": marked_processes_kill,
    "postgres_sessions_end": postgres_sessions_end,
    "processes_continue": processes_continue,
    "release_set": release_set,
    "network_clear": network_clear,
    "sidecar_remove": sidecar_remove,
}
