"""Log lines in systemd's Journal Export Format, as systemd-journal-remote takes them."""

from __future__ import annotations

import re
import socket
import struct
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

CONTENT_TYPE = "application/vnd.fdo.journal"
PRIORITIES = {"error": 3, "warning": 4, "info": 6}
"""Syslog's numbers: the smaller, the worse."""
LONGEST = 8_000
"""Characters of one value."""
FIELD = re.compile(r"[A-Z0-9][A-Z0-9_]{0,63}")
RESERVED = ("SERVICE", "PRIORITY", "MESSAGE", "TRACE_ID", "SYSLOG_IDENTIFIER")


def line_fields(service: str, level: str, message: str, trace: str, more: Mapping[str, Any]) -> dict[str, str]:
    """The fields of one line. MESSAGE says it all for people; each of `more` is a field of its own too, to search by."""
    said = " ".join([message, *(f"{name}={_text(value)}" for name, value in more.items())])
    fields = {
        "SERVICE": service, "SYSLOG_IDENTIFIER": service, "PRIORITY": str(PRIORITIES[level]), "MESSAGE": said,
        "_HOSTNAME": socket.gethostname(),
    }  # fmt: skip
    if trace:
        fields["TRACE_ID"] = trace
    for name, value in more.items():
        field = name.upper()
        if FIELD.fullmatch(field) and field not in RESERVED:
            fields[field] = _text(value)
    return fields


def stamps() -> dict[str, str]:
    """When a line was written, in microseconds, and the boot that the monotonic clock counts from."""
    return {
        "__REALTIME_TIMESTAMP": str(time.time_ns() // 1000),
        "__MONOTONIC_TIMESTAMP": str(time.monotonic_ns() // 1000),
        "_BOOT_ID": _BOOT,
    }


def export(fields: Mapping[str, str]) -> bytes:
    """One entry: `NAME=value` a line, a value that has line breaks with its length in front; an empty line ends it."""
    return b"".join(_field(name, value[:LONGEST]) for name, value in fields.items()) + b"\n"


def _field(name: str, value: str) -> bytes:
    data = value.encode("utf-8", "replace")
    if all(byte >= 32 or byte == 9 for byte in data):
        return name.encode() + b"=" + data + b"\n"
    return name.encode() + b"\n" + struct.pack("<Q", len(data)) + data + b"\n"


def _text(value: Any) -> str:
    return value if isinstance(value, str) else str(value)


def _boot() -> str:
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text().strip().replace("-", "")
    except OSError:
        return "0" * 31 + "1"


_BOOT = _boot()
