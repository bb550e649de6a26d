"""The HTML that ops shows. Everything from outside is escaped; no page loads anything else."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

from markdown_it import MarkdownIt

STYLE = """
:root{--text:#1d2430;--soft:#5b6675;--line:#dde2e9;--card:#fff;--back:#f6f7f9;--link:#1652b8;--bad:#b00020;--good:#0b6b3a}
*{box-sizing:border-box}html{-webkit-text-size-adjust:100%}
body{font:16px/1.55 system-ui,sans-serif;max-width:64rem;margin:0 auto;padding:0 1rem 3rem;color:var(--text);background:var(--back)}
a{color:var(--link)}h1{font-size:1.6rem;margin:1.2rem 0 .6rem}h2{font-size:1.15rem}.soft{color:var(--soft);font-size:.9em}
nav{display:flex;flex-wrap:wrap;gap:.2rem 1.1rem;padding:.8rem 0;border-bottom:1px solid var(--line);font-size:.95em}
nav a{text-decoration:none}nav a:first-child{font-weight:700;color:var(--text)}
pre{background:var(--card);border:1px solid var(--line);border-radius:.4rem;padding:.7rem .8rem;overflow-x:auto}code,pre{font-size:.88rem}
.scroll{overflow-x:auto}table{border-collapse:collapse;background:var(--card)}
td,th{border:1px solid var(--line);padding:.35rem .7rem;text-align:left;vertical-align:top}
.cards{display:grid;grid-template-columns:repeat(auto-fill,minmax(19rem,1fr));gap:.9rem}
.card{background:var(--card);border:1px solid var(--line);border-radius:.5rem;padding:.8rem 1rem;min-width:0}
.card.wide{grid-column:1/-1}.card h2{margin:0 0 .4rem}.card ul{margin:0;padding-left:1.1rem}.card p{margin:.5rem 0 .2rem}.card pre{background:var(--back);margin:0}
.time{white-space:nowrap;font-variant-numeric:tabular-nums}
.firing{color:var(--bad);font-weight:600}.resolved{color:var(--good)}
@media(prefers-color-scheme:dark){
:root{--text:#e8ebf0;--soft:#a0aab8;--line:#333b47;--card:#1c222b;--back:#12161c;--link:#8ab4f8;--bad:#ff8a8a;--good:#7fd6a0}}
"""
PLACES = {
    "/": "ops", "/dashboards": "dashboards", "/runbooks/": "runbooks", "/flags": "flags", "/releases": "releases", "/status": "status",
}  # fmt: skip
NAV = "<nav>" + "".join(f'<a href="{path}">{name}</a>' for path, name in PLACES.items()) + "</nav>"
FRONT = re.compile(r"\A---\n(.*?)\n---\n", re.DOTALL)
COMMENT = re.compile(r"^<!--.*?-->[ \t]*\n?", re.DOTALL | re.MULTILINE)
VARIABLE = re.compile(r"\$\{(GAMEDAY_[A-Z_]+):-([^}\s]*)\}")


@dataclass(frozen=True)
class Page:
    """A title, and a body that is HTML already."""

    title: str
    body: str
    heading: bool = True
    style: str = ""
    head: str = ""
    """More for the head, HTML already."""

    def html(self) -> str:
        top = f"<h1>{escape(self.title)}</h1>" if self.heading else ""
        return (
            f'<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
            f"<title>{escape(self.title)}</title>{self.head}<style>{STYLE}{self.style}</style></head>"
            f"<body>{NAV}<main>{top}{self.body}</main></body></html>"
        )


@dataclass(frozen=True)
class Addresses:
    """Where a responder's own machine reaches the parts of the sandbox."""

    shop: str
    ops: str
    prometheus: str
    alertmanager: str
    logs: str
    traces: str


@dataclass(frozen=True)
class Links:
    """What there is to find from the landing page."""

    receivers: Sequence[str]
    runbooks: Sequence[str]
    dashboards: Mapping[str, str]
    """Title by uid."""


def index_page(links: Links, at: Addresses, status: Mapping[str, str]) -> str:
    changes = [_link("/flags", "Feature flags"), _link("/releases", "Releases, and a way back")]
    platform = [
        _link(at.prometheus, "Prometheus"), _link(f"{at.prometheus}/alerts", "Alerts"), _link(at.alertmanager, "Alertmanager: silences"),
        _link(at.shop, "The shop itself"),
    ]  # fmt: skip
    cards = [
        _card("Inboxes", _list([_link(f"/inbox/{r}", r) for r in links.receivers], "No page has come yet.")),
        _card("Dashboards", _list([_link(f"/d/{uid}", title) for uid, title in links.dashboards.items()], "There is none.")),
        _card("Runbooks", _list([_link(f"/runbooks/{name}", name) for name in links.runbooks], "There is none.")),
        _card("Change something", _list(changes, "")),
        _card("Status page", f"<p><b>{escape(status['state'])}</b><br>{escape(status['message'])}</p><p>{_link('/status', 'open')}</p>"),
        _card("Metrics and alerts", _list(platform, "")),
        _card("Logs", _examples(log_examples(at.logs)), wide=True),
        _card("Traces", _examples(trace_examples(at.traces)), wide=True),
        _card("By hand", _examples(change_examples(at.ops)), wide=True),
    ]
    return Page("Ops", f'<div class="cards">{"".join(cards)}</div>').html()


def log_examples(logs: str) -> dict[str, str]:
    """Commands to copy, by what they answer."""
    return {
        "The newest lines of one service": f"curl -s '{logs}/entries?SERVICE=payments' -H 'Range: entries=:-50:50'",
        "What went wrong: errors (3) and warnings (4)": f"curl -s '{logs}/entries?SERVICE=shop&PRIORITY=3&PRIORITY=4'",
        "All services' lines of one trace, with every field": f"curl -s '{logs}/entries?TRACE_ID=…' -H 'Accept: application/json'",
        "New lines as they come": f"curl -sN '{logs}/entries?follow&SERVICE=shop' -H 'Range: entries=:-1:'",
    }


def trace_examples(traces: str) -> dict[str, str]:
    return {
        "The newest traces that failed": f'curl -sG {traces}/api/traces -d service=shop -d limit=5 --data-urlencode \'tags={{"error":"true"}}\'',
        "One trace, as Jaeger has it": f"curl -s {traces}/api/traces/…",
        "Which services send spans": f"curl -s {traces}/api/services",
    }


def change_examples(ops: str) -> dict[str, str]:
    return {
        "Turn a feature on or off": f'curl -sX PUT {ops}/flags/checkout_unpaid -d \'{{"value": "on"}}\'',
        "Go back to a release": f'curl -sX PUT {ops}/releases/shop -d \'{{"release": "v1"}}\'',
        "Tell customers": f'curl -sX POST {ops}/status -d \'{{"state": "degraded", "message": "…"}}\'',
    }


def _card(title: str, body: str, wide: bool = False) -> str:
    return f'<section class="card{" wide" if wide else ""}"><h2>{escape(title)}</h2>{body}</section>'


def _list(items: Sequence[str], otherwise: str) -> str:
    return f"<ul>{''.join(f'<li>{item}</li>' for item in items)}</ul>" if items else f'<p class="soft">{escape(otherwise)}</p>'


def _link(address: str, text: str) -> str:
    return f'<a href="{escape(address)}">{escape(text)}</a>'


def _examples(examples: Mapping[str, str]) -> str:
    return "".join(f"<p>{escape(what)}</p><pre>{escape(command)}</pre>" for what, command in examples.items())


def releases_page(current: Mapping[str, str], history: Sequence[Mapping[str, Any]], how: str) -> str:
    """What runs now, and every change: newest first."""
    now = "".join(f"<tr><th>{escape(service)}</th><td>{escape(release)}</td></tr>" for service, release in current.items())
    rows = "".join(
        f"<tr><td class='time'>{escape(one['ts'])}</td><td>{escape(one['service'])}</td><td>{escape(str(one.get('was', '')))} → <b>{escape(one['release'])}</b></td>"
        f"<td>{escape(one.get('seat') or 'not said')}</td></tr>"
        for one in reversed(history)
    )
    head = "<tr><th>when (UTC)</th><th>service</th><th>release</th><th>by</th></tr>"
    log = f'<div class="scroll"><table>{head}{rows}</table></div>' if rows else "<p>No release has changed since the start.</p>"
    return Page("Releases", f"<table>{now}</table><p>To change: <code>{escape(how)}</code></p><h2>History</h2>{log}").html()


def table_page(title: str, rows: Mapping[str, str], how: str) -> str:
    lines = "".join(f"<tr><th>{escape(k)}</th><td>{escape(v)}</td></tr>" for k, v in rows.items())
    return Page(title, f"<table>{lines}</table><p>To change: <code>{escape(how)}</code></p>").html()


def inbox_page(receiver: str, pages: Sequence[Mapping[str, Any]]) -> str:
    rows = []
    for page in reversed(pages):
        links = [_link(to, what) for what in ("runbook", "dashboard") if _is_address(to := page["annotations"].get(f"{what}_url", ""))]
        style = "firing" if page["status"] == "firing" else "resolved"
        rows.append(
            f'<tr><td>{page["page"]}</td><td class="time">{escape(page["ts"])}</td><td class="{style}">{escape(page["status"])}</td>'
            f"<td>{escape(page['alert'])} ({escape(page['labels'].get('severity', 'no severity'))})<br>"
            f"{escape(page['annotations'].get('summary', ''))}</td><td>{' · '.join(links) or 'no runbook'}</td><td>{'acknowledged' if page['acked'] else ''}</td></tr>"
        )
    head = "<tr><th>page</th><th>at</th><th>status</th><th>alert</th><th>to read</th><th></th></tr>"
    return Page(
        f"Inbox of {receiver}", f'<div class="scroll"><table>{head}{"".join(rows)}</table></div>' if rows else "<p>No pages.</p>"
    ).html()


def _is_address(text: str) -> bool:
    return text.startswith(("http://", "https://"))


def runbook_index(names: Sequence[str]) -> str:
    links = "".join(f'<li><a href="/runbooks/{escape(n)}">{escape(n)}</a></li>' for n in names)
    return Page("Runbooks", f"<ul>{links}</ul>").html()


def runbook_page(name: str, text: str, values: Mapping[str, str]) -> str:
    """Markdown as a page: front matter on top, gameday's comments left out, raw HTML shown as text.

    `${GAMEDAY_…:-usual}` is filled in, so that a command works in whatever shell it is pasted into.
    """
    text = text.replace("\r\n", "\n")
    front = FRONT.match(text)
    body = COMMENT.sub("", text[front.end() :] if front else text)
    body = VARIABLE.sub(lambda found: values.get(found[1]) or found[2], body)
    head = f"<pre>{escape(front[1])}</pre>" if front else ""
    markdown = MarkdownIt("commonmark", {"html": False}).enable("table")
    return Page(name, markdown.render(body) + head, heading=False).html()
