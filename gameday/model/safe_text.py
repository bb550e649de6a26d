"""Text from outside made safe to print: nothing in it can act on a terminal or turn the reading direction, nothing is a password."""

from __future__ import annotations

import re

_UNSAFE = re.compile(
    "[\x00-\x08\x0a-\x1f\x7f-\x9f\u00ad\u061c\u115f\u1160\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"
    "\ud800-\udfff\U000e0000-\U000e007f]"
)
_PASSWORD = re.compile(r"""(?:(?<=http://)|(?<=https://)|(?<=://)[^/?#\s@:"']*:)[^/?#\s@"']+(?=@)""")
"""What stands before the @ of a web address, and the password of any other."""
_SECRET = re.compile(r"""(?:password|passwd|secret|token|api_?key|authorization)\w*["']?\s*[:=]\s*(?P<value>.+)""", re.IGNORECASE)
LONGEST = 500
"""Characters that are kept where nothing else is said."""


def safe(text: str, cap: int = LONGEST, *, lines: bool = False) -> str:
    r"""Control, bidirectional and invisible characters as `\x1b` and `\u202e`, cut after `cap` characters.

    Tabs stay. Line ends stay with `lines`, else they become `\x0a`.
    """
    text = without_passwords(text)
    cut = text if len(text) <= cap else f"{text[: cap - 1]}…"
    if lines:
        return "\n".join(_UNSAFE.sub(_escape, line) for line in cut.split("\n"))
    return _UNSAFE.sub(_escape, cut)


def without_passwords(text: str) -> str:
    """Addresses with stars in place of what proves who asks. As wide as before."""
    return _PASSWORD.sub(_starred, text) if "@" in text else text


def _starred(found: re.Match[str]) -> str:
    user, colon, password = found[0].partition(":")
    return f"{user}:{'*' * len(password)}" if colon else "*" * len(user)


def without_secrets(line: str) -> str:
    """A line of a file, also with stars in place of what a key such as `password` or `Authorization` is given. As wide as before."""
    found = _SECRET.search(line)
    if found is None:
        return without_passwords(line)
    return line[: found.start("value")] + re.sub(r"""[^\s"'{}\[\],:]""", "*", found["value"])


def has_unsafe(text: str) -> bool:
    """Whether `safe` would change a character."""
    return _UNSAFE.search(text) is not None


def _escape(found: re.Match[str]) -> str:
    number = ord(found[0])
    if number < 0x100:
        return f"\\x{number:02x}"
    return f"\\u{number:04x}" if number < 0x10000 else f"\\U{number:08x}"
