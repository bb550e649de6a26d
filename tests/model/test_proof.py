"""Evidence looked up."""

from __future__ import annotations

from gameday.model.event import Event, Raw
from gameday.model.proof import by_id, place, proofs, said, seat
from gameday.model.timeline import Timeline
from tests.story import perfect, record_of


def timeline() -> Timeline:
    return record_of(perfect()).timeline


def event(kind: str) -> Event:
    return next(e for e in timeline() if e.kind == kind)


def test_evidence_comes_with_its_moment_its_source_and_its_place() -> None:
    delivered = next(e for e in timeline() if e.kind == "alert.delivered" and e.subject.name == "PaymentsErrorRate")
    (found,) = proofs([delivered.id], by_id(timeline()))
    assert (found.at, found.source) == (delivered.at, "pager")
    assert found.said == "alert.delivered PaymentsErrorRate (receiver shop-pager, status firing)"
    assert found.raw == f"timeline.jsonl:{delivered.seq}"


def test_raw_bytes_are_named_by_file_line_and_hash() -> None:
    with_bytes = event("alert.firing").model_copy(update={"raw": Raw(file="ops.jsonl", line=3, sha256="ab" * 32)})
    assert place(with_bytes) == "evidence/ops.jsonl:3 sha256:abababababab…"


def test_what_is_no_event_is_named_as_it_is() -> None:
    (found,) = proofs(["runbooks/x.md:12 sha256:1234"], {})
    assert (found.at, found.said, found.raw) == (None, "", "runbooks/x.md:12 sha256:1234")


def test_proof_is_in_the_order_of_time() -> None:
    events = timeline().events
    found = proofs(["a-file:1", events[40].id, events[3].id], by_id(timeline()))
    assert [p.reference for p in found] == [events[3].id, events[40].id, "a-file:1"]


def test_what_is_not_a_seat_is_not_told() -> None:
    acked = event("page.acked")
    assert seat(acked) == "seat-1"
    named = acked.model_copy(update={"actor": "Bob Smith"})
    assert seat(named) == "somebody"
    assert "Bob" not in said(named)


def test_a_long_field_is_cut() -> None:
    noted = event("comm.internal")
    noted = noted.model_copy(update={"data": {"text": "x" * 1_000_000}})
    assert len(said(noted)) < 300
