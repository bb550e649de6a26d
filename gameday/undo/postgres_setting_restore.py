"""Put back a setting that a fault changed with ALTER SYSTEM."""

from __future__ import annotations

import time
from collections.abc import Mapping

from gameday.undo import postgres
from gameday.undo.docker_host import DockerHost, NotDone

PATIENCE = 2.0
"""Seconds for the server to have read its files again."""
SET_THERE = "select coalesce((select setting from pg_file_settings where name = {} and sourcefile like '%/postgresql.auto.conf'), '-')"
"""What ALTER SYSTEM has written for it; `-` where nothing."""
IN_EFFECT = "select current_setting({})"


def postgres_setting_restore(host: DockerHost, identity: Mapping[str, str], arguments: Mapping[str, str]) -> str:
    """Write what stood there, or nothing where nothing did; reload; read file and server back."""
    if not host.can_be_entered(arguments["container"]):
        raise NotDone(f"{arguments['container'][:12]} does not run, and its settings cannot be restored")
    if _as_before(host, arguments):
        return "was as before"
    postgres.ask(host, arguments, _writing(arguments))
    postgres.ask(host, arguments, "select pg_reload_conf()")
    deadline = time.monotonic() + PATIENCE
    while not _as_before(host, arguments):
        if time.monotonic() > deadline:
            raise NotDone(f"{arguments['setting']} is still {_read(host, arguments, IN_EFFECT)[:60]}")
        time.sleep(0.02)
    return "the setting is as before"


def by_hand(arguments: Mapping[str, str]) -> str:
    return postgres.command(arguments, _writing(arguments)) + " && " + postgres.command(arguments, "select pg_reload_conf()")


def _as_before(host: DockerHost, arguments: Mapping[str, str]) -> bool:
    there, now = _read(host, arguments, SET_THERE), _read(host, arguments, IN_EFFECT)
    return there == arguments["there"] and now == arguments["before"]


def _read(host: DockerHost, arguments: Mapping[str, str], query: str) -> str:
    return postgres.ask(host, arguments, query.format(postgres.quoted(postgres.checked(arguments["setting"]))))


def _writing(arguments: Mapping[str, str]) -> str:
    setting, there = postgres.checked(arguments["setting"]), arguments["there"]
    return f"alter system reset {setting}" if there == "-" else f"alter system set {setting} = {postgres.quoted(there)}"
