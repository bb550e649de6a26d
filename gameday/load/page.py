"""A Markdown page as blocks with lines: headings, fences, `<!-- gd … -->` comments, inline code. Nothing is rendered."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

_FRONT = re.compile(r"(?:-{3}|\+{3})\s*")
_FENCE = re.compile(r"[\s>]*(?:[-*+]\s+|\d+[.)]\s+)*(?P<marks>`{3,}|~{3,})\s*(?P<info>.*)")
_COMMENT = re.compile(r"<!--[ \t]*gd\b[ \t]*(?P<body>.*?)-->", re.DOTALL)
SHELLS = frozenset({"sh", "bash", "shell", "zsh", "console", "terminal", "shell-session", "shellsession", "ksh", "fish"})


@dataclass(frozen=True)
class Heading:
    """A heading; `line` counts from 1."""

    level: int
    title: str
    line: int


@dataclass(frozen=True)
class Fence:
    """A code fence. `keys` is the JSON of its info string; `problem` says why it could not be read."""

    language: str
    text: str
    line: int
    last: int
    keys: Mapping[str, Any]
    problem: str = ""


@dataclass(frozen=True)
class Comment:
    """The YAML inside `<!-- gd … -->`; `line` is where the comment opens, `first` where its YAML begins."""

    text: str
    line: int
    first: int
    last: int


@dataclass(frozen=True)
class InlineCode:
    """A code span in running text."""

    text: str
    line: int


Block = Heading | Fence | Comment | InlineCode


@dataclass(frozen=True)
class Page:
    """Everything of a page that is not prose, in order; and its lines, for the prose."""

    front: str
    """The front matter's YAML; it begins on line 2."""
    lines: tuple[str, ...]
    blocks: tuple[Block, ...]

    @property
    def headings(self) -> tuple[Heading, ...]:
        return tuple(b for b in self.blocks if isinstance(b, Heading))


def read_page(text: str) -> Page:
    """Any Markdown at all: this never fails."""
    lines = tuple(text.replace("\r\n", "\n").replace("\r", "\n").split("\n"))
    end = _end_of_front(lines)
    front = "\n".join(lines[1:end]) if end else ""
    # Blank lines instead of front matter keep every line number.
    body = "\n".join((*([""] * (end + 1 if end else 0)), *lines[end + 1 if end else 0 :]))
    return Page(front, lines, tuple(_blocks(body, lines)))


def _end_of_front(lines: tuple[str, ...]) -> int:
    """Index of the line that closes the front matter; 0 where there is none."""
    if not _FRONT.fullmatch(lines[0].lstrip("\ufeff")):
        return 0
    mark = lines[0].lstrip("\ufeff").strip()
    return next((i for i, line in enumerate(lines[1:2_000], 1) if line.strip() == mark), 0)


def _blocks(body: str, lines: tuple[str, ...]) -> Iterator[Block]:
    from markdown_it import MarkdownIt

    tokens = MarkdownIt("commonmark").parse(body)
    for index, token in enumerate(tokens):
        first, last = token.map or (0, 0)
        match token.type:
            case "heading_open":
                yield Heading(int(token.tag[1:]), _title(tokens[index + 1]), first + 1)
            case "fence":
                yield _fence(token.content, lines[first] if first < len(lines) else "", first + 1, last)
            case "code_block":
                yield Fence("", token.content, first + 1, last, {})
            case "html_block":
                yield from _comments(token.content, first)
            case "inline" if tokens[index - 1].type != "heading_open":
                yield from _comments(token.content, first)
                spans = (t for t in token.children or () if t.type == "code_inline")
                yield from (InlineCode(" ".join(t.content.split()), first + 1) for t in spans)


def _title(inline: Any) -> str:
    """A heading's words without markup."""
    return " ".join("".join(t.content for t in inline.children or () if t.type in ("text", "code_inline")).split())


def _comments(html: str, first: int) -> Iterator[Comment]:
    for found in _COMMENT.finditer(html):
        opens = first + html.count("\n", 0, found.start()) + 1
        body = found["body"]
        begins = first + html.count("\n", 0, found.start("body")) + 1
        last = first + html.count("\n", 0, found.end()) + 1
        yield Comment(body, opens, begins, last)


def _fence(content: str, source: str, line: int, last: int) -> Fence:
    """The info string is read from the source: Markdown takes backslashes out of it, JSON needs them."""
    opened = _FENCE.match(source)
    info = opened["info"].strip() if opened else ""
    language, brace, rest = info.partition("{")
    keys, problem = _keys(brace + rest) if brace else ({}, "")
    return Fence(language.strip().lower(), content, line, last, keys, problem)


def _keys(text: str) -> tuple[Mapping[str, Any], str]:
    try:
        keys = json.loads(text)
    except (ValueError, RecursionError) as error:
        ours = re.search(r"\b(gd|name)\b", text)
        why = getattr(error, "msg", "nested too deeply")
        return {}, f"the JSON after the fence cannot be read ({why[:1].lower()}{why[1:]})" if ours else ""
    return (keys, "") if isinstance(keys, dict) else ({}, "")
