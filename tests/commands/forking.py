"""Calls `gameday` again and again without loading it each time: a process that has loaded all of it, and forks for each call.

A call is a process of its own, with its own folder, environment and exit code. Only what an import costs is spared; that each
command loads by itself is asked of real starts (`test_every_command_has_help`).
"""

from __future__ import annotations

import gc
import json
import os
import sys
import time
from importlib import import_module

from gameday.__main__ import COMMANDS, main


def serve() -> None:
    """One request a line on standard input; the exit code on standard output when it has ended."""
    for module in {module.partition(":")[0] for module, _ in COMMANDS.values()}:
        import_module(f"gameday.commands.{module}")
    # What was loaded is never looked through again, and so stays shared.
    gc.freeze()
    for line in sys.stdin:
        pid = os.fork()
        if not pid:
            return call(**json.loads(line))
        _, status = os.waitpid(pid, 0)
        print(os.waitstatus_to_exitcode(status), flush=True)
    return None


def call(words: list[str], folder: str, environment: dict[str, str], out: str, err: str) -> None:
    """Become a call of `gameday` whose output goes into two files."""
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    time.tzset()
    for descriptor, path, how in ((0, os.devnull, os.O_RDONLY), (1, out, os.O_WRONLY), (2, err, os.O_WRONLY)):
        os.dup2(os.open(path, how), descriptor)
    sys.argv = ["gameday", *words]
    main()


if __name__ == "__main__":
    serve()
