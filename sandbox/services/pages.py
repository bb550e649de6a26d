"""The HTML that ops shows. Everything from outside is escaped; no page loads anything else."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

from markdown_it import MarkdownIt

STYLE = """
body{font:16px/1.5 system-ui,sans-serif;max-width:50rem;margin:2rem auto;padding:0 1rem;color:#1a1a1a;background:#fff}
pre{background:#f4f4f4;padding:.75rem;overflow-x:auto}code{font-size:.9em}table{border-collapse:collapse}
td,th{border:1px solid #ccc;padding:.25rem .6rem;text-align:left;vertical-align:top}nav{font-size:.9em}
.firing{color:#a00000;font-weight:600}.resolved{color:#006400}
@media(prefers-color-scheme:dark){body{color:#eee;background:#181818}pre{background:#262626}a{color:#8ab4f8}.firing{color:#ff8080}.resolved{color:#80d080}}
"""
NAV = '<nav><a href="/">ops</a> · <a href="/runbooks/">runbooks</a> · <a href="/flags">flags</a> · <a href="/releases">releases</a> · <a href="/status">status</a></nav>'
FRONT = re.compile(r"\A---\n(.*?)\n---\n", re.DOTALL)
COMMENT = re.compile(r"^<!--.*?-->[ \t]*\n?", re.DOTALL | re.MULTILINE)


@dataclass(frozen=True)
class Page:
    """A title, and a body that is HTML already."""

    title: str
    body: str
    heading: bool = True

    def html(self) -> str:
        top = f"<h1>{escape(self.title)}</h1>" if self.heading else ""
        return (
            f'<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
            f"<title>{escape(self.title)}</title><style>{STYLE}</style></head><body>{NAV}<main>{top}{self.body}</main></body></html>"
        )


def index_page(receivers: Sequence[str]) -> str:
    inboxes = "".join(f'<li><a href="/inbox/{escape(r)}">{escape(r)}</a></li>' for r in receivers)
    return Page("ops", f"<h2>Inboxes</h2><ul>{inboxes or '<li>no page has come yet</li>'}</ul>").html()


def table_page(title: str, rows: Mapping[str, str], how: str) -> str:
    lines = "".join(f"<tr><th>{escape(k)}</th><td>{escape(v)}</td></tr>" for k, v in rows.items())
    return Page(title, f"<table>{lines}</table><p>To change: <code>{escape(how)}</code></p>").html()


def inbox_page(receiver: str, pages: Sequence[Mapping[str, Any]]) -> str:
    rows = []
    for page in reversed(pages):
        link = page["annotations"].get("runbook_url", "")
        runbook = f'<a href="{escape(link)}">runbook</a>' if link.startswith(("http://", "https://")) else "no runbook"
        style = "firing" if page["status"] == "firing" else "resolved"
        rows.append(
            f'<tr><td>{page["page"]}</td><td>{escape(page["ts"])}</td><td class="{style}">{escape(page["status"])}</td>'
            f"<td>{escape(page['alert'])} ({escape(page['labels'].get('severity', 'no severity'))})<br>"
            f"{escape(page['annotations'].get('summary', ''))}</td><td>{runbook}</td><td>{'acknowledged' if page['acked'] else ''}</td></tr>"
        )
    head = "<tr><th>page</th><th>at</th><th>status</th><th>alert</th><th>runbook</th><th></th></tr>"
    return Page(f"Inbox of {receiver}", f"<table>{head}{''.join(rows)}</table>" if rows else "<p>No pages.</p>").html()


def runbook_index(names: Sequence[str]) -> str:
    links = "".join(f'<li><a href="/runbooks/{escape(n)}">{escape(n)}</a></li>' for n in names)
    return Page("Runbooks", f"<ul>{links}</ul>").html()


def runbook_page(name: str, text: str) -> str:
    """Markdown as a page: front matter on top, gameday's comments left out, raw HTML shown as text."""
    text = text.replace("\r\n", "\n")
    front = FRONT.match(text)
    body = COMMENT.sub("", text[front.end() :] if front else text)
    head = f"<pre>{escape(front[1])}</pre>" if front else ""
    markdown = MarkdownIt("commonmark", {"html": False}).enable("table")
    return Page(name, markdown.render(body) + head, heading=False).html()
