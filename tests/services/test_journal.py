"""Log lines in the Journal Export Format."""

from __future__ import annotations

import struct

import pytest

from tests.services import service_module

journal = service_module("journal")


def test_a_value_is_a_line_and_an_empty_line_ends_the_entry() -> None:
    assert journal.export({"SERVICE": "shop", "MESSAGE": "a=b ü"}) == "SERVICE=shop\nMESSAGE=a=b ü\n\n".encode()


@pytest.mark.parametrize("value", ["one\ntwo", "nul\0", "escape\x1b[31m"])
def test_what_is_not_one_line_of_text_goes_with_its_length(value: str) -> None:
    data = value.encode()
    assert journal.export({"MESSAGE": value}) == b"MESSAGE\n" + struct.pack("<Q", len(data)) + data + b"\n\n"


def test_a_forged_field_stays_inside_its_value() -> None:
    lines = journal.export({"MESSAGE": "x\n\nPRIORITY=0"}).split(b"\n")
    assert lines[0] == b"MESSAGE", "a length follows, so no reader takes what comes after for a field"


def test_a_long_value_is_cut() -> None:
    assert len(journal.export({"MESSAGE": "x" * 100_000})) == journal.LONGEST + len("MESSAGE=\n\n")


def test_a_line_says_everything_to_people_and_each_thing_to_a_search() -> None:
    fields = journal.line_fields("shop", "error", "request", "ab" * 16, {"status": 503, "path": "/checkout"})
    assert fields["MESSAGE"] == "request status=503 path=/checkout"
    assert {k: fields[k] for k in ("SERVICE", "PRIORITY", "TRACE_ID", "STATUS", "PATH")} == {
        "SERVICE": "shop", "PRIORITY": "3", "TRACE_ID": "ab" * 16, "STATUS": "503", "PATH": "/checkout",
    }  # fmt: skip


@pytest.mark.parametrize(("level", "priority"), [("error", "3"), ("warning", "4"), ("info", "6")])
def test_levels_are_syslogs_numbers(level: str, priority: str) -> None:
    assert journal.line_fields("shop", level, "x", "", {})["PRIORITY"] == priority


def test_more_cannot_replace_what_the_line_is_found_by() -> None:
    fields = journal.line_fields("shop", "info", "x", "", {"service": "other", "priority": 0, "_boot_id": "1", "a b": 1})
    assert (fields["SERVICE"], fields["PRIORITY"]) == ("shop", "6")
    assert "_BOOT_ID" not in fields and "A B" not in fields
    assert "TRACE_ID" not in fields


def test_a_stamp_is_in_microseconds_and_names_the_boot() -> None:
    stamps = journal.stamps()
    assert 1_700_000_000_000_000 < int(stamps["__REALTIME_TIMESTAMP"]) < 10**17
    assert len(stamps["_BOOT_ID"]) == 32
