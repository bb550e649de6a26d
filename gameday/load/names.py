"""What a name may be: of a target, a service, a probe, a file of ours."""

from __future__ import annotations

import re
import unicodedata

from gameday.load.quoting import quoted

_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]*")
_LONGEST = 100
_RESERVED = {"con", "prn", "aux", "nul", *(f"{port}{n}" for port in ("com", "lpt") for n in range(1, 10))}


def name_fault(name: str) -> str | None:
    """What is wrong with a name, as the end of a sentence; None where it is good."""
    if not name:
        return "is empty"
    if len(name) > _LONGEST:
        return f"is {len(name)} characters long; a name has at most {_LONGEST}"
    if "${" in name:
        return "a name cannot be made of ${…}; write it out"
    if odd := next((c for c in name if ord(c) > 126 or ord(c) < 33), None):
        called = unicodedata.name(odd, "a control character")
        return f"holds U+{ord(odd):04X} ({called.lower()}); a name is made of a-z, 0-9, _, . and -"
    if name.startswith("-"):
        return "begins with -, which programs take for an option"
    if ".." in name or "/" in name or "\\" in name or name.startswith("."):
        return "looks like a path; write a name"
    if name.split(".")[0].lower() in _RESERVED:
        return "is a reserved name on Windows; choose another"
    if not _NAME.fullmatch(name):
        return "has a character that names do not; use a-z, 0-9, _, . and -"
    return None


def name_mistake(name: str) -> str | None:
    """`"../x" looks like a path; write a name`, or None."""
    wrong = name_fault(name)
    return f"{quoted(name)} {wrong}" if wrong else None
