"""OTLP's spans in the form of Jaeger's query API, so that Jaeger's own tools and everybody's scripts read them."""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

KINDS = {1: "internal", 2: "server", 3: "client", 4: "producer", 5: "consumer"}
NAMED_KINDS = {"SPAN_KIND_" + name.upper(): name for name in KINDS.values()}
FAILED = (2, "STATUS_CODE_ERROR")
MOST_TAGS = 200


class Malformed(ValueError):
    """Not the JSON of an ExportTraceServiceRequest."""


@dataclass(frozen=True)
class StoredSpan:
    """One span in Jaeger's form, without its `processID`, beside what it is found by. Times in microseconds."""

    trace: str
    service: str
    began: int
    span: dict[str, Any]
    process: dict[str, Any]

    def has(self, tags: Mapping[str, str]) -> bool:
        """Whether it carries all of these tags, compared as text."""
        own = {tag["key"]: _plain(tag["value"]) for tag in self.span["tags"]}
        return all(own.get(key) == value for key, value in tags.items())


def spans(request: Any) -> Iterator[StoredSpan]:
    """The spans of one OTLP request. Raises Malformed."""
    for resource in _objects(request, "resourceSpans"):
        about = _tags(_object(resource, "resource"))
        service = next((tag["value"] for tag in about if tag["key"] == "service.name"), "unknown_service")
        process = {"serviceName": str(service), "tags": [tag for tag in about if tag["key"] != "service.name"]}
        for scope in _objects(resource, "scopeSpans"):
            for span in _objects(scope, "spans"):
                yield _stored(span, process)


def answer(traces: Iterable[Iterable[StoredSpan]]) -> dict[str, Any]:
    """Traces as `/api/traces` answers them."""
    data = [_trace(list(found)) for found in traces]
    return {"data": data, "total": len(data), "limit": 0, "offset": 0, "errors": None}


def names(found: list[str]) -> dict[str, Any]:
    """Names as `/api/services` answers them."""
    return {"data": found, "total": len(found), "limit": 0, "offset": 0, "errors": None}


def refusal(code: int, why: str) -> dict[str, Any]:
    return {"data": None, "total": 0, "limit": 0, "offset": 0, "errors": [{"code": code, "msg": why}]}


def _trace(found: list[StoredSpan]) -> dict[str, Any]:
    processes: dict[str, Any] = {}
    written = []
    for stored in sorted(found, key=lambda one: one.began):
        known = next((key for key, process in processes.items() if process == stored.process), None)
        key = known or f"p{len(processes) + 1}"
        processes[key] = stored.process
        written.append({**stored.span, "processID": key})
    return {"traceID": found[0].trace, "spans": written, "processes": processes, "warnings": None}


def _stored(span: Mapping[str, Any], process: dict[str, Any]) -> StoredSpan:
    trace, own = _id(span.get("traceId"), 16), _id(span.get("spanId"), 8)
    began, ended = _micros(span.get("startTimeUnixNano")), _micros(span.get("endTimeUnixNano"))
    parent = span.get("parentSpanId") or ""
    above = [{"refType": "CHILD_OF", "traceID": trace, "spanID": _id(parent, 8)}] if parent else []
    written = {
        "traceID": trace, "spanID": own, "operationName": str(span.get("name", "")), "references": above,
        "startTime": began, "duration": max(0, ended - began),
        "tags": [*_tags(span), *_more_tags(span)],
        "logs": [_log(event) for event in _objects(span, "events")], "warnings": None,
    }  # fmt: skip
    return StoredSpan(trace, process["serviceName"], began, written, process)


def _more_tags(span: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    kind = span.get("kind")
    named = KINDS.get(kind) if isinstance(kind, int) else NAMED_KINDS.get(str(kind))
    if named:
        yield _tag("span.kind", "string", named)
    status = _object(span, "status")
    if status.get("code") in FAILED:
        yield _tag("error", "bool", True)
        yield _tag("otel.status_code", "string", "ERROR")
        if status.get("message"):
            yield _tag("otel.status_description", "string", str(status["message"]))


def _log(event: Mapping[str, Any]) -> dict[str, Any]:
    fields = [_tag("event", "string", str(event.get("name", ""))), *_tags(event)]
    return {"timestamp": _micros(event.get("timeUnixNano")), "fields": fields}


def _tags(owner: Mapping[str, Any]) -> list[dict[str, Any]]:
    return [_attribute(one) for one in _objects(owner, "attributes")[:MOST_TAGS]]


def _attribute(attribute: Mapping[str, Any]) -> dict[str, Any]:
    key, value = str(attribute.get("key", "")), _object(attribute, "value")
    match value:
        case {"boolValue": bool(flag)}:
            return _tag(key, "bool", flag)
        case {"intValue": int(number) | str(number)} if re.fullmatch(r"-?[0-9]{1,20}", str(number)):
            return _tag(key, "int64", int(number))
        case {"doubleValue": int(number) | float(number)}:
            return _tag(key, "float64", float(number))
        case {"arrayValue": {"values": list(values)}}:
            return _tag(key, "string", json.dumps([_attribute({"value": one})["value"] for one in values if isinstance(one, dict)]))
        case {"stringValue": text}:
            return _tag(key, "string", str(text))
    return _tag(key, "string", str(next(iter(value.values()), "")))


def _tag(key: str, kind: str, value: Any) -> dict[str, Any]:
    return {"key": key, "type": kind, "value": value}


def _plain(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _id(value: Any, size: int) -> str:
    """Hexadecimal, as OTLP's JSON has ids; some senders write base64, as JSON of protobuf usually does."""
    if isinstance(value, str):
        if re.fullmatch(f"[0-9a-fA-F]{{{2 * size}}}", value):
            return value.lower()
        try:
            data = base64.b64decode(value, validate=True)
        except (binascii.Error, ValueError):
            data = b""
        if len(data) == size:
            return data.hex()
    raise Malformed(f"not an id of {size} bytes: {str(value)[:40]!r}")


def _micros(nanos: Any) -> int:
    if isinstance(nanos, int) or (isinstance(nanos, str) and re.fullmatch("[0-9]{1,20}", nanos)):
        # Beyond 63 bits no database keeps it.
        return min(int(nanos) // 1000, 2**53)
    raise Malformed(f"not a time in nanoseconds: {str(nanos)[:40]!r}")


def _objects(owner: Any, key: str) -> list[dict[str, Any]]:
    if not isinstance(owner, Mapping):
        raise Malformed(f"expected an object with {key!r}")
    found = owner.get(key) or []
    if not isinstance(found, list) or not all(isinstance(one, dict) for one in found):
        raise Malformed(f"{key!r} must be a list of objects")
    return found


def _object(owner: Mapping[str, Any], key: str) -> dict[str, Any]:
    found = owner.get(key) or {}
    if not isinstance(found, dict):
        raise Malformed(f"{key!r} must be an object")
    return found
