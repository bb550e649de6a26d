"""Strict YAML: the 1.2 core schema, one document, no aliases, no tags, no duplicate keys; every place remembered.

Built on the parser's events, not on PyYAML's own composing: depth, aliases and tags are refused while reading, so
that neither 3,000 nested lists nor an alias bomb is ever built.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NoReturn

import yaml

from gameday.errors import InvalidInput, Mistake
from gameday.load.quoting import escaped, named, quoted, shown, unsafe_character
from gameday.load.tree import Branch, Entry, Items, Leaf, Mark, Node, Scalar

LARGEST = 256_000
"""Bytes of a file that are read at all."""
DEEPEST = 32
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

_NULL = re.compile(r"~|null|Null|NULL|")
_BOOL = re.compile(r"true|True|TRUE|false|False|FALSE")
_INT = re.compile(r"[-+]?(?:0|[1-9][0-9]*)")
_LEADING_ZERO = re.compile(r"[-+]?0[0-9]+")
_BASED = re.compile(r"0o[0-7]+|0x[0-9a-fA-F]+")
_FLOAT = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?")
_NOT_FINITE = re.compile(r"[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)")


def read_bytes(path: Path) -> bytes:
    """The bytes of a small text file. Raises InvalidInput where it is not there, not a file, or too large."""
    try:
        if not path.is_file():
            raise InvalidInput(Mistake(shown(path), 0, 0, "no such file" if not path.exists() else "is not a file"))
        size = path.stat().st_size
        if size > LARGEST:
            raise InvalidInput(Mistake(shown(path), 0, 0, f"is {size / 1000:.0f} kB; a file may have {LARGEST // 1000} kB"))
        return path.read_bytes()
    except (OSError, ValueError) as error:  # ValueError: a NUL in the path
        why = getattr(error, "strerror", None) or str(error)
        raise InvalidInput(Mistake(shown(path), 0, 0, f"cannot be read: {why}")) from error


def decode(data: bytes, file: str) -> str:
    """UTF-8 text, with or without a byte order mark. Raises InvalidInput with the place of the first wrong byte."""
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE, codecs.BOM_UTF32_BE)) or data[:2].count(0) == 1:
        raise InvalidInput(Mistake(file, 1, 1, "is UTF-16 or UTF-32; save it as UTF-8"))
    try:
        text = data.removeprefix(codecs.BOM_UTF8).decode("utf-8")
    except UnicodeDecodeError as error:
        line, column = _place(data, error.start)
        raise InvalidInput(Mistake(file, line, column, f"byte 0x{data[error.start]:02x} is not UTF-8; save the file as UTF-8")) from error
    for number, line_text in enumerate(text.splitlines(), 1):
        if "\0" in line_text:
            raise InvalidInput(Mistake(file, number, line_text.index("\0") + 1, "holds a NUL byte; it is not a text file"))
    return text


def read_yaml(path: Path) -> Node:
    """The one document of a file. Raises InvalidInput with all mistakes that can be seen."""
    file = shown(path)
    return parse_yaml(decode(read_bytes(path), file), file)


def parse_yaml(text: str, file: str, first_line: int = 1) -> Node:
    """The one document in `text`. `first_line` is where the text begins in its file (front matter)."""
    if len(text) > LARGEST:
        raise InvalidInput(Mistake(file, 0, 0, f"is over {LARGEST // 1000} kB"))
    reading = _Reading(text, file, first_line)
    node = reading.document()
    if reading.mistakes:
        raise InvalidInput(*sorted(reading.mistakes))
    return node


def _place(data: bytes, offset: int) -> tuple[int, int]:
    before = data[:offset]
    return before.count(b"\n") + 1, offset - (before.rfind(b"\n") + 1) + 1


class _Reading:
    """One pass over the events of one text."""

    def __init__(self, text: str, file: str, first_line: int) -> None:
        self.mistakes: list[Mistake] = []
        self._text, self._file, self._offset = text, file, first_line
        self._events: Iterator[Any] = self._parse()

    def document(self) -> Node:
        node: Node | None = None
        for event in self._events:
            if isinstance(event, yaml.DocumentStartEvent):
                if node is not None:
                    self._stop(self._mark(event), "a second document begins here; write one document a file")
                node = self._node(next(self._events), 1)
        if node is None or (isinstance(node, Leaf) and node.value is None):
            raise InvalidInput(*self.mistakes, Mistake(self._file, self._offset, 1, "the file is empty"))
        return node

    def _parse(self) -> Iterator[Any]:
        try:
            yield from yaml.parse(self._text, Loader=_LOADER)
        except yaml.MarkedYAMLError as error:
            place = error.problem_mark or error.context_mark
            mark = Mark(place.line + self._offset, place.column + 1) if place else Mark(self._offset, 1)
            self._stop(mark, self._syntax(error.problem or error.context or "cannot be read", mark))
        except yaml.reader.ReaderError as error:
            self._stop(self._at(error.position), f"the character U+{self._code(error):04X} is not allowed in YAML")

    def _syntax(self, problem: str, mark: Mark) -> str:
        lines = self._text.splitlines()
        line = lines[mark.line - self._offset] if 0 <= mark.line - self._offset < len(lines) else ""
        if "\t" in line[: len(line) - len(line.lstrip())] or "'\\t'" in problem:
            return "a tab is used for indentation; YAML wants spaces"
        if "${" in line and "expected" in problem:
            return 'a ${name} inside {…} or […] needs quotes: "${name}"'
        for jargon, words in _SYNTAX.items():
            if jargon in problem:
                return words
        return f"is not YAML: {escaped(problem)}"

    def _at(self, position: object) -> Mark:
        before = self._text[: position if isinstance(position, int) else 0]
        return Mark(before.count("\n") + self._offset, len(before) - (before.rfind("\n") + 1) + 1)

    def _code(self, error: yaml.reader.ReaderError) -> int:
        return error.character if isinstance(error.character, int) else ord(str(error.character)[:1] or "\0")

    def _mark(self, event: Any) -> Mark:
        return Mark(event.start_mark.line + self._offset, event.start_mark.column + 1)

    def _wrong(self, mark: Mark, message: str) -> None:
        self.mistakes.append(Mistake(self._file, mark.line, mark.column, message))

    def _stop(self, mark: Mark, message: str) -> NoReturn:
        raise InvalidInput(*sorted([*self.mistakes, Mistake(self._file, mark.line, mark.column, message)]))

    def _node(self, event: Any, depth: int) -> Node:
        mark = self._mark(event)
        if depth > DEEPEST:
            self._stop(mark, f"is nested deeper than {DEEPEST} levels")
        if isinstance(event, yaml.AliasEvent):
            self._stop(mark, f"the alias *{escaped(str(event.anchor))} is not allowed; write the value out")
        if event.anchor is not None:
            self._stop(mark, f"the anchor &{escaped(event.anchor)} is not allowed; write the value out where it is needed")
        if event.tag is not None:
            self._wrong(mark, f"the tag {quoted(event.tag)} is not allowed; write a plain value")
        if isinstance(event, yaml.SequenceStartEvent):
            return self._items(mark, depth)
        if isinstance(event, yaml.MappingStartEvent):
            return self._branch(mark, depth)
        return self._leaf(event, mark)

    def _items(self, mark: Mark, depth: int) -> Items:
        items = []
        while not isinstance(event := next(self._events), yaml.SequenceEndEvent):
            items.append(self._node(event, depth + 1))
        return Items(mark, tuple(items))

    def _branch(self, mark: Mark, depth: int) -> Branch:
        entries: dict[str, Entry] = {}
        while not isinstance(event := next(self._events), yaml.MappingEndEvent):
            place = self._mark(event)
            key = self._key(event, place, depth)
            node = self._node(next(self._events), depth + 1)
            if key in entries:
                first = entries[key].key.line
                self._wrong(place, f"the key {named(key)} is written twice: line {first} and line {place.line}; keep one")
            else:
                entries[key] = Entry(place, node)
        return Branch(mark, entries)

    def _key(self, event: Any, mark: Mark, depth: int) -> str:
        """A key is always text: `on:` and `1:` stay what was written."""
        if not isinstance(event, yaml.ScalarEvent):
            self._node(event, depth + 1)
            self._wrong(mark, "a list or mapping cannot be a key; if this was a ${name}, put quotes around it")
            return f"\0{mark.line}:{mark.column}"
        self._node(event, depth)
        return str(event.value)

    def _leaf(self, event: Any, mark: Mark) -> Leaf:
        text = str(event.value)
        if (character := unsafe_character(text)) is not None:
            told = "the text" if "@" in text else quoted(text)  # never echo what may be a password
            self._wrong(mark, f"{told} holds the invisible or control character U+{ord(character):04X}; remove it")
        if not event.implicit[0]:  # quoted, or a block: always text
            return Leaf(mark, text, text)
        return Leaf(mark, self._value(text, mark), text)

    def _value(self, text: str, mark: Mark) -> Scalar:
        if _NULL.fullmatch(text):
            return None
        if _BOOL.fullmatch(text):
            return text.lower() == "true"
        if len(text) > 30 and _FLOAT.fullmatch(text):
            self._wrong(mark, f"{text[:30]}… has too many digits; put quotes around it if it is text")
            return None
        if _LEADING_ZERO.fullmatch(text):
            self._wrong(mark, f"{text} begins with 0, which readers take for octal or not; write {text.lstrip('+-0') or '0'}, or quote it")
            return None
        if _INT.fullmatch(text):
            return int(text)
        if _BASED.fullmatch(text):
            return int(text, 0)
        if _FLOAT.fullmatch(text):
            return self._finite(text, mark)
        if _NOT_FINITE.fullmatch(text):
            self._wrong(mark, f"{text} is not a number that can be compared; write a number")
            return None
        return text

    def _finite(self, text: str, mark: Mark) -> float | None:
        number = float(text)
        if number in (float("inf"), float("-inf")):
            self._wrong(mark, f"{text} is larger than any number here; write a smaller one")
            return None
        return number


_SYNTAX = {
    "mapping values are not allowed": 'a ":" stands where none may be; put quotes around the text, or check the indentation',
    "could not find expected ':'": 'a ":" is missing after a key',
    "found unexpected end of stream": "a quote or bracket is opened and never closed",
    "did not find expected ',' or ']'": 'a "]" or "," is missing in this list',
    "did not find expected ',' or '}'": 'a "}" or "," is missing in this mapping',
    "did not find expected '-' indicator": 'this line is not a list entry; begin it with "- ", or check the indentation',
    "did not find expected key": "a key was expected here; check the indentation",
    "did not find expected <document start>": 'the document ended above this line; remove the "..."',
    "did not find expected node content": "a value was expected here",
    "found character that cannot start any token": "this character cannot begin a value; put quotes around the text",
    "block sequence entries are not allowed": "a list cannot begin here; write it on lines of its own",
    "found unknown escape character": "this escape is not known; use single quotes around the text, or double the backslash",
    "undefined tag handle": "tags are not allowed; write a plain value, or put quotes around it",
}
"""The parser's own words, and ours."""
