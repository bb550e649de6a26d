"""The history as a report: one page that needs nothing else, with the picture, the numbers, and what did not run and why."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from html import escape

from gameday.model.safe_text import safe
from gameday.model.slot import SlotRecord
from gameday.schedule.history import History, reasons, service_of
from gameday.schedule.history_picture import picture

_HEAD = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Drills in the calendar</title>
<style>
:root{color-scheme:light dark}
body{font:16px/1.5 system-ui,sans-serif;max-width:70rem;margin:2rem auto;padding:0 1rem}
.wide{overflow-x:auto}
table{border-collapse:collapse}
th,td{text-align:left;vertical-align:top;padding:.2rem 1rem .2rem 0;border-bottom:1px solid #8884}
.none{opacity:.6}
</style>
</head>
<body>
"""


def page(found: History, since: datetime, at: datetime) -> str:
    """`since` and `at` are the bounds of what is shown; the latter is also when it was written."""
    return "".join((_HEAD, *_body(found, since, at), "</body>\n</html>\n"))


def _body(found: History, since: datetime, at: datetime) -> Iterator[str]:
    yield f"<h1>Drills in the calendar</h1>\n<p>From {since:%Y-%m-%d} to {at:%Y-%m-%d %H:%M} UTC.</p>\n"
    yield f'<div class="wide">{picture(found).strip()}</div>\n'
    if found.records:
        yield "<h2>By service and month</h2>\n"
        yield _table(("Month", "Service", "Slots"), _by_month(found))
    lost = [r for r in found.records if r.outcome in ("missed", "withheld")]
    yield "<h2>Not run</h2>\n"
    if not lost:
        yield '<p class="none">No slot was missed or withheld.</p>\n' if found.records else '<p class="none">No slot was due so far.</p>\n'
        return
    yield f"<p>{_text(', '.join(f'{cause} {count}' for cause, count in reasons(found)))}</p>\n"
    yield _table(("Due (UTC)", "Service", "Schedule", "What", "Why"), (_lost(r) for r in lost))


def _by_month(found: History) -> Iterator[tuple[str, ...]]:
    for month in found.months:
        for service in found.services:
            if (tally := found.at(service, month)).records:
                yield month, service, tally.text()


def _lost(record: SlotRecord) -> tuple[str, ...]:
    why = record.why or (record.cause or "not said").replace("_", " ")
    return f"{record.moment:%Y-%m-%d %H:%M}", service_of(record), record.schedule, record.outcome, why


def _table(heads: tuple[str, ...], rows: Iterator[tuple[str, ...]]) -> str:
    head = "".join(f"<th>{_text(text)}</th>" for text in heads)
    body = "".join(f"<tr>{''.join(f'<td>{_text(text)}</td>' for text in row)}</tr>\n" for row in rows)
    return f'<div class="wide"><table>\n<tr>{head}</tr>\n{body}</table></div>\n'


def _text(text: str) -> str:
    return escape(safe(text, 500))
