"""Read a runbook: any Markdown page; `runbook: v1` in its front matter makes it exact."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field

from gameday.errors import InvalidInput, Mistake
from gameday.load.noun_reader import Mistakes, read_noun
from gameday.load.page import Comment, Fence, Page, read_page
from gameday.load.quoting import meant, named, shown
from gameday.load.steps import Found, derived_steps, written_steps
from gameday.load.tree import Branch, Entry, Leaf, Node, plain
from gameday.load.yaml_reader import decode, parse_yaml
from gameday.model.noun import Noun
from gameday.model.runbook import Contact, Runbook, Section

LARGEST = 1_000_000
_IS_V1 = re.compile(r"^runbook\s*:", re.MULTILINE)


class FrontMatter(Noun):
    """What the head of a `runbook: v1` page says. Keys of other tools are passed over."""

    runbook: Literal["v1"]
    """Makes the page exact: its steps have ids and evidence."""
    title: str | None = None
    """The page's title, where its first heading is not it."""
    alert: str | None = None
    """The alert that this page is for."""
    alerts: tuple[str, ...] = ()
    """The alerts, where there are several."""
    service: str | None = None
    """The service it is about."""
    owner: str | None = None
    """The team that keeps it true."""
    severity: str | None = None
    """The severity its alert has."""
    reviewed: Annotated[str, Field(pattern=r"^\d{4}-\d\d-\d\d$")] | None = None
    """When somebody last followed it: 2026-01-31."""
    contacts: tuple[Contact, ...] = ()
    """Whom to page when."""
    dashboards: tuple[str, ...] = ()
    """Dashboards to look at."""
    logs: str | tuple[str, ...] | None = None
    """Where the logs are."""
    needs: tuple[str, ...] = ()
    """Programs that its commands use."""
    profile: Literal["alert", "service"] = "alert"
    """alert: the page of an alert, with its four headings; service: a page about a service."""


def read_runbook(path: Path, root: Path) -> Runbook:
    """The page in a file; its path is kept relative to `root`. Raises InvalidInput for mistakes on a v1 page only."""
    data = _bytes(path)
    mistakes = Mistakes(shown(path))
    page = read_page(_text(data, mistakes.file))
    front = _front_matter(page, mistakes)
    found = derived_steps(page) if front is None else written_steps(page, mistakes)
    mistakes.stop()
    here = path.resolve()
    inside = here.is_relative_to(root.resolve())
    return Runbook(
        path=here.relative_to(root.resolve()).as_posix() if inside else path.as_posix(),
        sha256=hashlib.sha256(data).hexdigest(),
        title=_title(page, front) or path.stem,
        level=_level(front, found),
        alerts=_alerts(front),
        service=front.service if front else None,
        owner=front.owner if front else None,
        severity=front.severity if front else None,
        reviewed=front.reviewed if front else None,
        contacts=front.contacts if front else (),
        profile=front.profile if front else "alert",
        do_first=found.do_first,
        sections=_sections(page),
        steps=found.steps,
    )


def _bytes(path: Path) -> bytes:
    try:
        if path.stat().st_size > LARGEST:
            raise InvalidInput(Mistake(shown(path), 0, 0, f"is over {LARGEST // 1000} kB; split the page"))
        return path.read_bytes()
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or str(error)
        raise InvalidInput(Mistake(shown(path), 0, 0, f"cannot be read: {why}")) from error


def _text(data: bytes, file: str) -> str:
    """UTF-8, or whatever can be made of it where the page makes no promise of being exact."""
    try:
        return decode(data, file)
    except InvalidInput:
        text = data.decode("utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8", errors="replace")
        if _IS_V1.search(text[:5_000]):
            raise
        return text


def _front_matter(page: Page, mistakes: Mistakes) -> FrontMatter | None:
    """The front matter of a v1 page; None on any other, whatever its own front matter looks like."""
    if not _IS_V1.search(page.front):
        return None
    try:
        tree = parse_yaml(page.front, mistakes.file, first_line=2)
    except InvalidInput as error:
        mistakes.take(error.mistakes)
        return FrontMatter(runbook="v1")
    if not isinstance(tree, Branch):
        return None
    front: FrontMatter | None = read_noun(_ours(tree, mistakes), FrontMatter, mistakes)
    return front or FrontMatter(runbook="v1")


def _ours(tree: Branch, mistakes: Mistakes) -> Node:
    """The front matter without other tools' keys. A key that is nearly one of ours is a slip, not theirs."""
    ours = FrontMatter.model_fields
    for key, entry in tree.entries.items():
        if key not in ours and (hint := meant(key, ours)):
            mistakes.add(entry.key, f"no key {named(key)}{hint}")
    if isinstance(version := tree.get("runbook"), Branch) or (version is not None and plain(version) != "v1"):
        mistakes.add(version.mark, "this gameday reads `runbook: v1` only", ("runbook",))
        return Branch(tree.mark, {k: e for k, e in tree.entries.items() if k in ours} | {"runbook": _v1(version)})
    return Branch(tree.mark, {k: e for k, e in tree.entries.items() if k in ours})


def _v1(node: Node) -> Entry:
    return Entry(node.mark, Leaf(node.mark, "v1"))


def _level(front: FrontMatter | None, found: Found) -> Literal[0, 1, 2]:
    if front is None:
        return 0
    return 2 if found.explicit else 1


def _alerts(front: FrontMatter | None) -> tuple[str, ...]:
    if front is None:
        return ()
    return tuple(dict.fromkeys((*([front.alert] if front.alert else []), *front.alerts)))


def _title(page: Page, front: FrontMatter | None) -> str:
    first = next((h.title for h in page.headings if h.level == 1 and h.title), "")
    if first or front is not None:
        return first or (front.title if front and front.title else "")
    written = re.search(r"^title\s*[:=]\s*(.+)$", page.front, re.MULTILINE)
    return written[1].strip().strip("\"'")[:200] if written else ""


def _sections(page: Page) -> tuple[Section, ...]:
    """Second-level headings with their prose: what stands under them without fences and our comments."""
    hidden = {n for b in page.blocks if isinstance(b, Fence | Comment) for n in range(b.line, b.last + 1)}
    starts = [h for h in page.headings if h.level <= 2]
    ends = [*(h.line for h in starts[1:]), len(page.lines) + 1]
    found = []
    for heading, end in zip(starts, ends, strict=False):
        if heading.level == 2:
            prose = (page.lines[n - 1] for n in range(heading.line + 1, min(end, len(page.lines) + 1)) if n not in hidden)
            found.append(Section(title=heading.title, line=heading.line, text="\n".join(prose).strip()))
    return tuple(found)
