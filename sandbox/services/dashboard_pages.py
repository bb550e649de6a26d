"""Dashboards as HTML. A panel that cannot be drawn says why in its own place."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from urllib.parse import urlencode

import chart
from chart import Series
from dashboard import Dashboard, Panel, Range
from pages import Page

RANGES = ("now-5m", "now-15m", "now-1h", "now-6h")
REFRESH = 5
"""Seconds."""
STYLE = """
body{max-width:84rem}.bar{display:flex;flex-wrap:wrap;gap:.4rem 1rem;align-items:baseline;font-size:.9em;color:var(--soft)}
.panels{display:grid;grid-template-columns:repeat(24,1fr);gap:.8rem;margin-top:1rem}
.panel{border:1px solid var(--line);border-radius:.5rem;padding:.6rem .8rem;background:var(--card);min-width:0}
.panel h2{font-size:1rem;margin:0 0 .2rem}.panel .about{font-size:.8em;color:var(--soft);margin:0 0 .3rem}
.chart{width:100%;height:auto;display:block}.grid{stroke:var(--line);stroke-width:1}.axis{fill:var(--soft);font:11px system-ui,sans-serif}
.line{fill:none;stroke-width:1.8;stroke-linecap:round;stroke-linejoin:round}.threshold{stroke:var(--bad);stroke-width:1.2;stroke-dasharray:5 4}
.legend{list-style:none;margin:.3rem 0 0;padding:0;display:flex;flex-wrap:wrap;gap:.1rem .9rem;font-size:.8em}
.legend i{display:inline-block;width:.8rem;height:.25rem;border-radius:.2rem;margin-right:.35rem;vertical-align:middle}
.legend b{font-variant-numeric:tabular-nums;font-weight:600}.number{font-size:2.2rem;font-weight:600;line-height:1.3}
.none{color:var(--soft);padding:2rem 0;text-align:center}.failed{color:var(--bad)}
details{font-size:.75em;color:var(--soft);margin-top:.3rem}details pre{white-space:pre-wrap;margin:.3rem 0}
@media(max-width:50rem){.panels{display:block}.panel{margin-bottom:.8rem}}
"""
LIGHT = ("#2563eb", "#d97706", "#059669", "#dc2626", "#7c3aed", "#0891b2", "#db2777", "#4b5563")
DARK = ("#7aa2ff", "#f5b04c", "#4fd1a5", "#ff7b7b", "#b79cff", "#5fd0e6", "#ff8cc6", "#b0b8c4")


@dataclass(frozen=True)
class Drawn:
    """What Prometheus said for a panel: series, or a sentence why there are none."""

    series: tuple[Series, ...] = ()
    failed: str = ""


def index(dashboards: Sequence[Dashboard], wrong: Sequence[str]) -> str:
    links = "".join(
        f'<li><a href="/d/{escape(d.uid)}">{escape(d.title)}</a><br><span class="soft">{escape(d.description)}</span></li>'
        for d in dashboards
    )
    broken = "".join(f'<li class="firing">{escape(one)}</li>' for one in wrong)
    return Page("Dashboards", f"<ul>{links}{broken}</ul>" if links or broken else "<p>There is no dashboard.</p>").html()


def show(dashboard: Dashboard, drawn: Sequence[Drawn], range_: Range, now: float, asked: Mapping[str, str], prometheus: str) -> str:
    """One dashboard. `asked` holds the query parameters, `from` and `refresh`."""
    panels = "".join(_panel(panel, found, range_, now, prometheus) for panel, found in zip(dashboard.panels, drawn, strict=True))
    refresh = "refresh" in asked
    meta = f'<meta http-equiv="refresh" content="{REFRESH}">' if refresh else ""
    body = f"<p>{escape(dashboard.description)}</p>{_bar(dashboard, asked, refresh)}<div class='panels'>{panels}</div>"
    return Page(dashboard.title, body, style=STYLE + _colours(), head=meta).html()


def _bar(dashboard: Dashboard, asked: Mapping[str, str], refresh: bool) -> str:
    since = asked.get("from", dashboard.since)
    again = {"refresh": f"{REFRESH}s"} if refresh else {}
    ranges = [_choice(f"last {one.removeprefix('now-')}", {"from": one, **again}, one == since) for one in RANGES]
    renewed = [
        _choice(f"renew every {REFRESH} s", {"from": since, "refresh": f"{REFRESH}s"}, refresh),
        _choice("stand still", {"from": since}, not refresh),
    ]
    return f'<p class="bar"><span>{" · ".join(ranges)}</span><span>{" · ".join(renewed)}</span><span>times are UTC</span></p>'


def _choice(text: str, query: Mapping[str, str], chosen: bool) -> str:
    return f"<b>{escape(text)}</b>" if chosen else f'<a href="?{escape(urlencode(query))}">{escape(text)}</a>'


def _panel(panel: Panel, drawn: Drawn, range_: Range, now: float, prometheus: str) -> str:
    about = f'<p class="about">{escape(panel.description)}</p>' if panel.description else ""
    place = f"grid-column:{min(panel.left, 24 - panel.width) + 1}/span {panel.width}"
    return (
        f'<section class="panel" style="{place}"><h2>{escape(panel.title)}</h2>{about}'
        f"{_content(panel, drawn, range_, now)}{_queries(panel, range_, prometheus)}</section>"
    )


def _content(panel: Panel, drawn: Drawn, range_: Range, now: float) -> str:
    if panel.kind not in ("timeseries", "graph", "stat"):
        return f'<p class="none">A panel of the type {escape(panel.kind)!r} is not drawn here.</p>'
    if drawn.failed:
        return f'<p class="none failed">{escape(drawn.failed)}</p>'
    if not drawn.series:
        return '<p class="none">No data in this time.</p>'
    if panel.kind == "stat":
        return "".join(f'<div class="number">{escape(chart.say(one.last, panel.unit))}</div>' for one in drawn.series[: chart.MOST])
    picture = chart.draw(panel.title, drawn.series, panel.unit, now - range_.seconds, now, range_.step, panel.thresholds)
    return picture + _legend(panel, drawn.series, now - 3 * range_.step - 2)


def _legend(panel: Panel, series: Sequence[Series], fresh: float) -> str:
    """Each line's name and its value now; a dash where it ended before `fresh` (s since 1970)."""
    rows = []
    for number, one in enumerate(series[: chart.MOST]):
        last = one.last if one.points and one.points[-1][0] >= fresh else math.nan
        colour = f'<i class="k{number % chart.COLOURS}"></i>'
        rows.append(f"<li>{colour}{escape(one.name)} <b>{escape(chart.say(last, panel.unit))}</b></li>")
    more = len(series) - chart.MOST
    rows += [f"<li>and {more} more that are not drawn</li>"] if more > 0 else []
    return f'<ul class="legend">{"".join(rows)}</ul>'


def _queries(panel: Panel, range_: Range, prometheus: str) -> str:
    texts = []
    for target in panel.targets:
        link = f"{prometheus}/graph?" + urlencode({"g0.expr": target.expr, "g0.tab": "0", "g0.range_input": f"{range_.seconds}s"})
        texts.append(f'<pre>{escape(target.expr)}</pre><a href="{escape(link)}">in Prometheus</a>')
    return f"<details><summary>query</summary>{''.join(texts)}</details>" if texts else ""


def _colours() -> str:
    def rules(colours: Sequence[str]) -> str:
        return "".join(f".s{n}{{stroke:{c}}}.k{n}{{background:{c}}}" for n, c in enumerate(colours))

    return rules(LIGHT) + f"@media(prefers-color-scheme:dark){{{rules(DARK)}}}"
