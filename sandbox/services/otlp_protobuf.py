"""OTLP's protobuf encoding, read into what its JSON encoding would be. Only spans, and only what Jaeger's form shows.

Messages are read by field number, as opentelemetry-proto's trace, resource and common.proto (v1, stable) number them.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple

VARINT, FIXED64, BYTES, FIXED32 = 0, 1, 2, 5
"""Wire types."""


class Malformed(ValueError):
    """Not protobuf, or not this message."""


class Known(NamedTuple):
    """A field that is read: its name in JSON, the wire type it has, what its value is, and whether there can be many."""

    name: str
    wire: int
    read: Callable[[Any], Any]
    many: bool = False


def request(data: bytes) -> dict[str, Any]:
    """An ExportTraceServiceRequest. Raises Malformed."""
    return _message(data, REQUEST)


def _message(data: bytes, known: Mapping[int, Known]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for number, wire, value in _fields(data):
        field = known.get(number)
        if not field:
            continue
        if wire != field.wire:
            raise Malformed(f"field {field.name} has wire type {wire}")
        if field.many:
            found.setdefault(field.name, []).append(field.read(value))
        else:
            found[field.name] = field.read(value)
    return found


def _fields(data: bytes) -> Iterator[tuple[int, int, int | bytes]]:
    """Number, wire type and value of each field."""
    at = 0
    while at < len(data):
        key, at = _varint(data, at)
        wire = key & 7
        if wire == VARINT:
            number, at = _varint(data, at)
            yield key >> 3, wire, number
            continue
        size = {FIXED64: 8, FIXED32: 4}.get(wire)
        if wire == BYTES:
            size, at = _varint(data, at)
        if size is None or at + size > len(data):
            raise Malformed("cut short, or no protobuf")
        value = data[at : at + size]
        yield key >> 3, wire, value if wire == BYTES else int.from_bytes(value, "little")
        at += size


def _varint(data: bytes, at: int) -> tuple[int, int]:
    value = 0
    for shift in range(0, 64, 7):
        if at >= len(data):
            raise Malformed("cut short")
        byte = data[at]
        at += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value & (2**64 - 1), at
    raise Malformed("a number of more than 64 bits")


def _text(data: bytes) -> str:
    return data.decode("utf-8", "replace")


def _signed(value: int) -> str:
    return str(value - 2**64 if value >= 2**63 else value)


def _double(bits: int) -> float:
    return float(struct.unpack("<d", bits.to_bytes(8, "little"))[0])


def _reader(known: Mapping[int, Known]) -> Callable[[bytes], dict[str, Any]]:
    return lambda data: _message(data, known)


VALUE: dict[int, Known] = {
    1: Known("stringValue", BYTES, _text), 2: Known("boolValue", VARINT, bool), 3: Known("intValue", VARINT, _signed),
    4: Known("doubleValue", FIXED64, _double), 7: Known("bytesValue", BYTES, bytes.hex),
}  # fmt: skip
ATTRIBUTE = {1: Known("key", BYTES, _text), 2: Known("value", BYTES, _reader(VALUE))}
ATTRIBUTES = Known("attributes", BYTES, _reader(ATTRIBUTE), many=True)
VALUE[5] = Known("arrayValue", BYTES, _reader({1: Known("values", BYTES, _reader(VALUE), many=True)}))
VALUE[6] = Known("kvlistValue", BYTES, _reader({1: Known("values", BYTES, _reader(ATTRIBUTE), many=True)}))
EVENT = {1: Known("timeUnixNano", FIXED64, str), 2: Known("name", BYTES, _text), 3: ATTRIBUTES}
STATUS = {2: Known("message", BYTES, _text), 3: Known("code", VARINT, int)}
SPAN = {
    1: Known("traceId", BYTES, bytes.hex), 2: Known("spanId", BYTES, bytes.hex), 4: Known("parentSpanId", BYTES, bytes.hex),
    5: Known("name", BYTES, _text), 6: Known("kind", VARINT, int), 7: Known("startTimeUnixNano", FIXED64, str),
    8: Known("endTimeUnixNano", FIXED64, str), 9: ATTRIBUTES, 11: Known("events", BYTES, _reader(EVENT), many=True),
    15: Known("status", BYTES, _reader(STATUS)),
}  # fmt: skip
SCOPE_SPANS = {2: Known("spans", BYTES, _reader(SPAN), many=True)}
RESOURCE_SPANS = {1: Known("resource", BYTES, _reader({1: ATTRIBUTES})), 2: Known("scopeSpans", BYTES, _reader(SCOPE_SPANS), many=True)}
REQUEST = {1: Known("resourceSpans", BYTES, _reader(RESOURCE_SPANS), many=True)}
