"""Spans: who called whom, for how long, and what failed. The context travels as W3C `traceparent`; spans leave as OTLP JSON."""

from __future__ import annotations

import functools
import os
import re
import socket
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any, ParamSpec, TypeVar

P = ParamSpec("P")
R = TypeVar("R")

SERVER, CLIENT, PRODUCER, CONSUMER = 2, 3, 4, 5
"""OTLP's numbers for a span's kind."""
UNSET, ERROR = 0, 2
PARENT = re.compile(r"([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?")

Value = str | int | float | bool


@dataclass(frozen=True)
class Context:
    """A place in a trace: ids in hexadecimal, and whether the trace is recorded."""

    trace: str
    span: str
    sampled: bool = True

    @classmethod
    def new(cls, parent: Context | None = None) -> Context:
        """A child of `parent`, or the root of a trace of its own."""
        if parent is None:
            return cls(os.urandom(16).hex(), os.urandom(8).hex())
        return cls(parent.trace, os.urandom(8).hex(), parent.sampled)

    @classmethod
    def parse(cls, header: str) -> Context | None:
        """A `traceparent` as W3C Trace Context has it; None for whatever is none."""
        found = PARENT.fullmatch(header.strip())
        if not found:
            return None
        version, trace, span, flags, rest = found.groups()
        if version == "ff" or (version == "00" and rest) or not int(trace, 16) or not int(span, 16):
            return None
        return cls(trace, span, bool(int(flags, 16) & 1))

    def header(self) -> str:
        return f"00-{self.trace}-{self.span}-{'01' if self.sampled else '00'}"


@dataclass
class Span:
    """One piece of work. Times in nanoseconds since 1970; still growing until it ends."""

    name: str
    kind: int
    context: Context
    parent: str = ""
    began: int = field(default_factory=time.time_ns)
    ended: int = 0
    attributes: dict[str, Value] = field(default_factory=dict)
    error: str | None = None
    """What went wrong, where something did."""

    def fail(self, why: str) -> None:
        self.error = why


_current: ContextVar[Span | None] = ContextVar("span", default=None)
_record: list[Callable[[Span], None]] = []


def record_with(record: Callable[[Span], None]) -> None:
    """Where spans go when they end. Without, none is kept."""
    _record[:] = [record]


def current() -> Context | None:
    span = _current.get()
    return span.context if span else None


def trace_id() -> str:
    """The trace that this code runs in; empty outside of one, or in one that is not recorded."""
    context = current()
    return context.trace if context and context.sampled else ""


@contextmanager
def span(name: str, kind: int, parent: Context | None = None, **attributes: Value) -> Iterator[Span]:
    """A span around a block; a child of `parent`, of the span around it, or the root. What is raised marks it as failed."""
    above = parent or current()
    made = Span(name, kind, Context.new(above), above.span if above else "", attributes=attributes)
    token = _current.set(made)
    try:
        yield made
    except BaseException as error:
        made.fail(made.error or type(error).__name__)
        raise
    finally:
        _current.reset(token)
        end(made)


def begin_call(name: str, **attributes: Value) -> Span | None:
    """A client span inside the current one; None outside: a poll that nobody waits for is no trace."""
    above = current()
    return Span(name, CLIENT, Context.new(above), above.span, attributes=attributes) if above else None


def end(span: Span) -> None:
    span.ended = time.time_ns()
    if span.context.sampled:
        for record in _record:
            record(span)


def traced(name: str, **attributes: Value) -> Callable[[Callable[P, Awaitable[R]]], Callable[P, Awaitable[R]]]:
    """A client span around each call of an async function, where a trace is under way."""

    def decorate(function: Callable[P, Awaitable[R]]) -> Callable[P, Awaitable[R]]:
        @functools.wraps(function)
        async def called(*args: P.args, **kwargs: P.kwargs) -> R:
            if current() is None:
                return await function(*args, **kwargs)
            with span(name, CLIENT, **attributes):
                return await function(*args, **kwargs)

        return called

    return decorate


def otlp(service: str, spans: Sequence[Span]) -> dict[str, Any]:
    """Ended spans as the JSON of an OTLP ExportTraceServiceRequest."""
    resource = {"service.name": service, "service.instance.id": socket.gethostname()}
    return {
        "resourceSpans": [
            {
                "resource": {"attributes": _attributes(resource)},
                "scopeSpans": [{"scope": {"name": "sandbox"}, "spans": [_span(span) for span in spans]}],
            }
        ]
    }


def _span(span: Span) -> dict[str, Any]:
    written: dict[str, Any] = {
        "traceId": span.context.trace, "spanId": span.context.span, "name": span.name, "kind": span.kind,
        "startTimeUnixNano": str(span.began), "endTimeUnixNano": str(span.ended), "attributes": _attributes(span.attributes),
        "status": {"code": UNSET} if span.error is None else {"code": ERROR, "message": span.error},
    }  # fmt: skip
    if span.parent:
        written["parentSpanId"] = span.parent
    return written


def _attributes(values: dict[str, Value] | dict[str, str]) -> list[dict[str, Any]]:
    return [{"key": key, "value": _value(value)} for key, value in values.items()]


def _value(value: Value) -> dict[str, Any]:
    match value:
        case bool():
            return {"boolValue": value}
        case int():
            return {"intValue": str(value)}
        case float():
            return {"doubleValue": value}
        case _:
            return {"stringValue": value}
