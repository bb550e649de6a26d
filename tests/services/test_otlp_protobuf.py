"""OTLP's protobuf, byte by byte."""

from __future__ import annotations

import struct
from typing import Any

import pytest

from tests.services import service_module

otlp_protobuf, jaeger = service_module("otlp_protobuf"), service_module("jaeger")
TRACE, SPAN = bytes(range(16)), bytes(range(8))


def varint(value: int) -> bytes:
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*out, value])


def field(number: int, value: bytes | str | int | float) -> bytes:
    """A field as protobuf writes it; a float stands for eight fixed bytes."""
    match value:
        case int():
            return varint(number << 3) + varint(value % 2**64)
        case float():
            return varint(number << 3 | 1) + struct.pack("<Q", int(value))
        case str():
            return field(number, value.encode())
    return varint(number << 3 | 2) + varint(len(value)) + value


def attribute(key: str, value: bytes) -> bytes:
    return field(1, key) + field(2, value)


def request(*more: bytes) -> bytes:
    """One span of payments with more fields."""
    span = field(1, TRACE) + field(2, SPAN) + field(5, "charge") + field(6, 2) + field(7, 1e18) + field(8, 2e18) + b"".join(more)
    resource = field(1, field(1, attribute("service.name", field(1, "payments"))))
    return field(1, resource + field(2, field(1, b"") + field(2, span)))


def span(*more: bytes) -> dict[str, Any]:
    (found,) = otlp_protobuf.request(request(*more))["resourceSpans"][0]["scopeSpans"][0]["spans"]
    return dict(found)


def test_a_span_comes_out_as_its_json_would_be() -> None:
    (stored,) = jaeger.spans(otlp_protobuf.request(request(field(4, SPAN), field(15, field(2, "bad") + field(3, 2)))))
    assert (stored.trace, stored.service, stored.span["operationName"]) == (TRACE.hex(), "payments", "charge")
    assert stored.span["duration"] == 10**15
    assert stored.span["references"] == [{"refType": "CHILD_OF", "traceID": TRACE.hex(), "spanID": SPAN.hex()}]
    assert {"key": "otel.status_description", "type": "string", "value": "bad"} in stored.span["tags"]


@pytest.mark.parametrize(
    ("value", "read"),
    [(field(1, "ü"), {"stringValue": "ü"}), (field(2, 1), {"boolValue": True}), (field(3, -5), {"intValue": "-5"}),
     (varint(4 << 3 | 1) + struct.pack("<d", 0.5), {"doubleValue": 0.5}),
     (field(5, field(1, field(3, 7))), {"arrayValue": {"values": [{"intValue": "7"}]}})],
)  # fmt: skip
def test_every_kind_of_value_is_read(value: bytes, read: dict[str, Any]) -> None:
    assert span(field(9, attribute("k", value)))["attributes"] == [{"key": "k", "value": read}]


def test_fields_that_are_not_known_are_passed_over() -> None:
    assert span(field(3, "state"), field(10, 3), varint(16 << 3 | 5) + b"\0\0\0\1") == span()


@pytest.mark.parametrize("data", [request()[:-3], b"\xff" * 20, b"\x0b", field(1, 5), b"\x0a\x7f"])
def test_what_is_cut_short_or_something_else_is_refused(data: bytes) -> None:
    with pytest.raises(otlp_protobuf.Malformed):
        otlp_protobuf.request(data)
