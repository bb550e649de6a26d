"""The history as one picture: a row a service, a column a month, a mark a slot. Inline SVG, to stand alone or in a page."""

from __future__ import annotations

from gameday.formats.html.sheet import Sheet, fit, width
from gameday.model.slot import SlotRecord
from gameday.schedule.history import History, Tally, service_of

_ROW, _HEAD, _CELL, _MARK, _EACH = 26.0, 34.0, 62.0, 9.0, 13.0
_NAME_SIZE, _SMALL = 12.0, 10.0
_LONGEST_NAME = 190.0
_MARKS = 4
"""Marks that have room in a cell; more are a number."""
_STYLE = """
text{font-family:system-ui,sans-serif;fill:#24292f}
.head,.note{fill:#57606a}
.grid{stroke:#d0d7de;stroke-width:1;fill:none}
.ran{fill:#1a7f37}
.missed{fill:none;stroke:#cf222e;stroke-width:2}
.withheld{fill:#afb8c1}
.cancelled,.waiting,.running{fill:none;stroke:#57606a;stroke-width:1.5}
@media (prefers-color-scheme:dark){text{fill:#e6edf3}.head,.note{fill:#9198a1}.grid{stroke:#3d444d}.ran{fill:#3fb950}.missed{stroke:#f85149}.withheld{fill:#656c76}}
"""


def picture(found: History, title: str = "Drills by service and month") -> str:
    """One `<svg>`. Outcomes differ in shape, not in colour alone, and each mark says what it is."""
    names = min(_LONGEST_NAME, max((width(s, _NAME_SIZE) for s in found.services), default=60.0)) + 14
    wide = max(names + _CELL * len(found.months) + 4, 420.0)
    tall = _HEAD + _ROW * max(len(found.services), 1) + 30
    sheet = Sheet()
    for column, month in enumerate(found.months):
        sheet.text(names + _CELL * (column + 0.5), _HEAD - 10, month, "head", size=_SMALL, anchor="middle")
    for row, service in enumerate(found.services):
        y = _HEAD + _ROW * (row + 0.5)
        sheet.path(f"M0 {y - _ROW / 2:.1f}H{wide:.1f}", "grid")
        sheet.text(0, y + 4, fit(service, names - 10, _NAME_SIZE), "name", size=_NAME_SIZE, tip=service)
        for column, month in enumerate(found.months):
            _cell(sheet, names + _CELL * column, y, found.at(service, month))
    if not found.services:
        sheet.text(0, _HEAD + 14, "no slots yet", "note", size=_NAME_SIZE)
    _legend(sheet, tall - 10)
    inside = Sheet()
    inside.text(0, 12, title, "title", size=13)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="history" viewBox="0 0 {wide:.0f} {tall:.0f}" width="{wide:.0f}" height="{tall:.0f}" role="img">'
        f"<style>{_scoped()}</style>{''.join(inside.parts)}{''.join(sheet.parts)}</svg>\n"
    )


def _scoped() -> str:
    """The style with `.history` before each selector, so that a page around it keeps its own."""
    lines = []
    for line in _STYLE.strip().splitlines():
        if line.startswith("@media"):
            head, _, body = line.partition("{")
            rules = [r for r in body[:-1].split("}") if r]
            lines.append(f"{head}{{{''.join(_rule(r) for r in rules)}}}")
        else:
            lines.append(_rule(line.rstrip("}")))
    return "".join(lines)


def _rule(rule: str) -> str:
    selectors, _, body = rule.partition("{")
    return f"{','.join(f'.history {s}' for s in selectors.split(','))}{{{body}}}"


def _cell(sheet: Sheet, left: float, y: float, tally: Tally) -> None:
    shown = tally.records if len(tally.records) <= _MARKS else tally.records[: _MARKS - 1]
    x = left + (_CELL - _EACH * min(len(tally.records), _MARKS)) / 2 + 2
    for record in shown:
        _mark(sheet, x, y, record.outcome, _tip(record))
        x += _EACH
    if len(tally.records) > _MARKS:
        tips = "; ".join(_tip(r) for r in tally.records[_MARKS - 1 :][:10])
        sheet.text(x, y + 4, f"+{len(tally.records) - len(shown)}", "note", size=_SMALL, tip=tips)


def _tip(record: SlotRecord) -> str:
    why = f": {record.why}" if record.why else f" ({record.drill})" if record.drill else ""
    return f"{record.moment:%Y-%m-%d %H:%MZ} {service_of(record)}, {record.schedule}: {record.outcome}{why}"


def _mark(sheet: Sheet, x: float, y: float, outcome: str, tip: str = "") -> None:
    top, side = y - _MARK / 2, _MARK
    match outcome:
        case "ran":
            sheet.path(f"M{x:.1f} {top:.1f}h{side}v{side}h-{side}z", "ran", tip)
        case "missed":
            sheet.path(f"M{x:.1f} {top:.1f}l{side} {side}m0 -{side}l-{side} {side}", "missed", tip)
        case "withheld":
            sheet.path(f"M{x:.1f} {y - 1.5:.1f}h{side}v3h-{side}z", "withheld", tip)
        case _:
            sheet.path(f"M{x:.1f} {top:.1f}h{side}v{side}h-{side}z", outcome, tip)


def _legend(sheet: Sheet, y: float) -> None:
    x = 0.0
    for outcome, said in (
        ("ran", "ran"),
        ("missed", "missed"),
        ("withheld", "withheld: freeze, holiday, hours"),
        ("waiting", "open or cancelled"),
    ):
        _mark(sheet, x, y - 3, outcome)
        sheet.text(x + 14, y, said, "note", size=_SMALL)
        x += 26 + width(said, _SMALL)
