"""How a person's own text is shown back inside a sentence: escaped, quoted, cut."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from pathlib import Path

from gameday.model.safe_text import safe

# Narrower than what is escaped on output: a line end in a text block or a joined emoji is no mistake of an author.
_UNSAFE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb]")
_LONGEST = 60


def escaped(text: str) -> str:
    """Control, bidirectional and invisible characters as `\\x1b` and `\\u202e`; line ends and tabs likewise."""
    return safe(text.replace("\n", "\\n").replace("\t", "\\t"), cap=max(len(text) * 2, 1))


def unsafe_character(text: str) -> str | None:
    """The first character that would act on a terminal or turn the reading direction, or None."""
    found = _UNSAFE.search(text)
    return found[0] if found else None


def quoted(value: object) -> str:
    """A value as its author wrote it: text in quotes, `true` and numbers bare; long text is cut."""
    match value:
        case None:
            return "nothing"
        case bool():
            return str(value).lower()
        case str():
            cut = value if len(value) <= _LONGEST else f"{value[:_LONGEST]}…"
            return f'"{escaped(cut)}"'
        case dict():
            return "a mapping"
        case list() | tuple():
            return "a list"
    return str(value)


def named(name: str) -> str:
    """A name, key or word in single quotes, escaped and cut."""
    return f"'{quoted(name)[1:-1]}'"


def meant(word: str, known: Iterable[str]) -> str:
    """`; did you mean 'hold'?`, or nothing where no known word is near."""
    from difflib import get_close_matches

    near = get_close_matches(word[:100], sorted(known), n=1, cutoff=0.6)
    return f"; did you mean {named(near[0])}?" if near else ""


def listed(words: Iterable[str]) -> str:
    """`a, b and c`."""
    *first, last = list(words) or ["nothing"]
    return f"{', '.join(first)} and {last}" if first else last


def shown(path: Path) -> str:
    """A path as a person in this directory would write it."""
    if path.is_absolute() and path.is_relative_to(Path.cwd()):
        path = path.relative_to(Path.cwd())
    return escaped(os.fspath(path))
