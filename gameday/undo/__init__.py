"""Putting things back: the closed list of undo verbs, the ledger that records faults, and the interpreter of both.

Standard library and Docker SDK only: what can put things back must be small. An `Undo` arrives here as the JSON of a
ledger line, never as a class.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from gameday.undo.container_start import container_start
from gameday.undo.container_unpause import container_unpause
from gameday.undo.control_file_restore import control_file_restore
from gameday.undo.disk_limit_restore import disk_limit_restore
from gameday.undo.docker_host import DockerHost
from gameday.undo.file_limits_restore import file_limits_restore
from gameday.undo.inside_file_remove import inside_file_remove
from gameday.undo.inside_file_restore import inside_file_restore
from gameday.undo.marked_processes_kill import marked_processes_kill
from gameday.undo.network_clear import network_clear
from gameday.undo.nothing_to_put_back import nothing_to_put_back
from gameday.undo.postgres_replay_resume import postgres_replay_resume
from gameday.undo.postgres_role_restore import postgres_role_restore
from gameday.undo.postgres_sessions_end import postgres_sessions_end
from gameday.undo.postgres_setting_restore import postgres_setting_restore
from gameday.undo.processes_continue import processes_continue
from gameday.undo.redis_entries_remove import redis_entries_remove
from gameday.undo.redis_key_remove import redis_key_remove
from gameday.undo.redis_user_restore import redis_user_restore
from gameday.undo.release_set import release_set
from gameday.undo.service_reload import service_reload
from gameday.undo.sidecar_remove import sidecar_remove

Verb = Callable[[DockerHost, Mapping[str, str], Mapping[str, str]], str]
"""`verb(host, identity, arguments)` reads, acts where needed, reads back. Returns what it found, raises if not done."""

VERBS: dict[str, Verb] = {
    "container_start": container_start,
    "container_unpause": container_unpause,
    "control_file_restore": control_file_restore,
    "file_limits_restore": file_limits_restore,
    "inside_file_remove": inside_file_remove,
    "marked_processes_kill": marked_processes_kill,
    "postgres_sessions_end": postgres_sessions_end,
    "processes_continue": processes_continue,
    "inside_file_restore": inside_file_restore,
    "service_reload": service_reload,
    "postgres_role_restore": postgres_role_restore,
    "postgres_replay_resume": postgres_replay_resume,
    "postgres_setting_restore": postgres_setting_restore,
    "redis_entries_remove": redis_entries_remove,
    "redis_key_remove": redis_key_remove,
    "redis_user_restore": redis_user_restore,
    "disk_limit_restore": disk_limit_restore,
    "nothing_to_put_back": nothing_to_put_back,
    "release_set": release_set,
    "network_clear": network_clear,
    "sidecar_remove": sidecar_remove,
}
