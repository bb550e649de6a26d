"""iCalendar: a feed to subscribe to, and files to send. Times are in UTC, so that no reader needs our time zones."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any, Literal

from icalendar import Calendar, Event, vCalAddress

from gameday.schedule.events import MARK, Audience, Published

Method = Literal["PUBLISH", "REQUEST", "CANCEL"]
PRODUCT = "-//gameday//drills//EN"
_NOBODY = "noreply@gameday.invalid"
"""Stands for the organizer where no facilitator has an address: a request and a cancellation must name one."""


def feed(published: Iterable[Published], audience: Audience, now: datetime) -> bytes:
    """All events of an audience, those taken back marked as cancelled."""
    calendar = _calendar("PUBLISH")
    calendar.add("X-WR-CALNAME", f"Drills, for {audience}")
    # Both of how often readers should ask again: the standard's, and the one that most of them know.
    calendar.add("REFRESH-INTERVAL", timedelta(hours=1), parameters={"VALUE": "DURATION"})
    calendar.add("X-PUBLISHED-TTL", "PT1H")
    for one in published:
        calendar.add_component(_event(one, now))
    return _bytes(calendar)


def invitation(one: Published, now: datetime) -> bytes:
    """One event as a file to send: a request, or its cancellation."""
    calendar = _calendar("CANCEL" if one.event is None else "REQUEST")
    calendar.add_component(_event(one, now, to_send=True))
    return _bytes(calendar)


def _calendar(method: Method) -> Any:
    calendar = Calendar()
    calendar.add("VERSION", "2.0")
    calendar.add("PRODID", PRODUCT)
    calendar.add("METHOD", method)
    return calendar


def _event(one: Published, now: datetime, to_send: bool = False) -> Any:
    invitation, event = one.invitation, one.event
    made = Event()
    made.add("UID", invitation.uid)
    made.add("SEQUENCE", invitation.sequence)
    made.add("DTSTAMP", now)
    made.add("DTSTART", invitation.begins)
    made.add("DTEND", invitation.ends)
    made.add("SUMMARY", invitation.title)
    made.add("CATEGORIES", [MARK])
    made.add("STATUS", "CANCELLED" if event is None else "CONFIRMED")
    if event is not None:
        made.add("DESCRIPTION", event.text)
        made.add("TRANSP", "OPAQUE" if event.blocks else "TRANSPARENT")
    for person in (p for p in invitation.people if "@" in p):
        attendee = vCalAddress(f"mailto:{person}")
        attendee.params.update({"ROLE": "REQ-PARTICIPANT", "PARTSTAT": "NEEDS-ACTION", "RSVP": "TRUE"})
        made.add("ATTENDEE", attendee)
    if to_send:
        made.add("ORGANIZER", vCalAddress(f"mailto:{invitation.organizer or _NOBODY}"))
    return made


def _bytes(calendar: Any) -> bytes:
    written: bytes = calendar.to_ical()
    return written
