"""Finding in a timeline the events that a predicate of a runbook step asks for."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from fnmatch import fnmatchcase

from gameday.model.event import Event
from gameday.model.evidence import Comm, DockerAction, Exec, Flag, Http, Note, Predicate

SOURCES = {
    "exec": ("shell",), "docker": ("docker",), "http": ("ops",), "flag": ("ops",), "comm": ("ops", "words"),
    "note": ("words",), "page": ("words", "ops"),
}  # fmt: skip
"""Which sources can see each kind of evidence. All of them must have been alive for its absence to count."""


def by_people(events: Iterable[Event]) -> tuple[Event, ...]:
    """What the drill itself did not do: of responders, and of nobody known."""
    return tuple(e for e in events if e.actor_kind in ("human", "unknown"))


def find(predicate: Predicate, events: Sequence[Event]) -> tuple[Event, ...]:
    """The earliest events that together satisfy the predicate; empty where they do not.

    `not` is satisfied by all events together, so it has the last one to show, and says nothing about when.
    """
    if predicate.any_ is not None:
        found = [f for f in (find(p, events) for p in predicate.any_) if f]
        return min(found, key=lambda f: (f[-1].at, f[-1].seq), default=())
    if predicate.all_ is not None:
        parts = [(p, find(p, events)) for p in predicate.all_]
        if not all(seen for _, seen in parts):
            return ()
        dated = [seen for p, seen in parts if p.not_ is None] or [seen for _, seen in parts]
        together = {e.id: e for seen in dated for e in seen}
        return tuple(sorted(together.values(), key=lambda e: (e.at, e.seq)))
    if predicate.not_ is not None:
        return () if find(predicate.not_, events) else tuple(events[-1:])
    return next(((e,) for e in events if _is(predicate, e)), ())


def parts_seen(predicate: Predicate, events: Iterable[Event]) -> tuple[Event, ...]:
    """Every event that is some part of this evidence, whether or not the whole of it was seen."""
    wanted = tuple(leaves(predicate))
    return tuple(e for e in events if any(_is(leaf, e) for leaf in wanted))


def leaves(predicate: Predicate) -> Iterator[Predicate]:
    """The single predicates that ask for something to be there; what `not` forbids is left out."""
    if predicate.not_ is not None:
        return
    inner = predicate.any_ if predicate.any_ is not None else predicate.all_
    if inner is None:
        yield predicate
    for part in inner or ():
        yield from leaves(part)


def forbidden(predicate: Predicate) -> Iterator[Predicate]:
    """What `not` asks to be absent: it is absent only where all that could see it was looking."""
    if predicate.not_ is not None:
        yield predicate.not_
    for part in (*(predicate.any_ or ()), *(predicate.all_ or ())):
        yield from forbidden(part)


def failed_attempt(predicate: Predicate, events: Sequence[Event]) -> Event | None:
    """The last command that was meant as this evidence and ended with another exit code, where none ended as it should."""
    for part in leaves(predicate):
        if part.exec is None or part.exec.exit is None or find(part, events):
            continue
        anyhow = Predicate(exec=part.exec.model_copy(update={"exit": None}))
        found = [e for e in events if _is(anyhow, e) and isinstance(e.data.get("exit"), int)]
        if found:
            return found[-1]
    return None


def sources(predicate: Predicate) -> tuple[str, ...]:
    """Every source that could have seen this evidence."""
    own = [s for kind, seeing in SOURCES.items() if getattr(predicate, kind) is not None for s in seeing]
    inner = [p for p in (*(predicate.any_ or ()), *(predicate.all_ or ()), predicate.not_) if p is not None]
    return tuple(dict.fromkeys([*own, *(s for p in inner for s in sources(p))]))


def _is(predicate: Predicate, event: Event) -> bool:
    if predicate.exec is not None:
        return _exec(predicate.exec, event)
    if predicate.docker is not None:
        return _docker(predicate.docker, event)
    if predicate.http is not None:
        return _http(predicate.http, event)
    if predicate.flag is not None:
        return _flag(predicate.flag, event)
    if predicate.comm is not None:
        return _comm(predicate.comm, event)
    if predicate.note is not None:
        return _note(predicate.note, event)
    return predicate.page is not None and event.kind == "page.acked"


def _exec(wanted: Exec, event: Event) -> bool:
    if event.source != "shell" or not event.kind.startswith("action."):
        return False
    return re.search(wanted.match, event.text("command")) is not None and wanted.exit in (None, event.data.get("exit"))


def _docker(wanted: DockerAction, event: Event) -> bool:
    if event.source != "docker" or event.text("action") != wanted.action or event.subject.name != wanted.container:
        return False
    return wanted.image is None or fnmatchcase(event.text("image"), wanted.image)


def _http(wanted: Http, event: Event) -> bool:
    """A page that was opened, or a flag or a release that was set through its address."""
    if event.source != "ops":
        return False
    path, method = event.subject.name, event.text("method")
    if event.kind == "change.flag":
        path, method = f"/flags/{event.subject.name}", "PUT"
    elif event.kind == "change.deploy":
        path, method = f"/releases/{event.subject.name}", "PUT"
    elif event.kind == "comm.public":
        path, method = "/status", "POST"
    elif event.kind != "doc.opened":
        return False
    fits = path.startswith(wanted.path[:-1]) if wanted.path.endswith("*") else path == wanted.path
    return fits and (not wanted.method or method in wanted.method)


def _flag(wanted: Flag, event: Event) -> bool:
    return event.kind == "change.flag" and event.subject.name == wanted.name and event.text("value") == wanted.value


def _comm(wanted: Comm, event: Event) -> bool:
    kinds = {"public": ("comm.public",), "internal": ("comm.internal",), "anyone": ("comm.public", "comm.internal")}
    if event.kind not in kinds[wanted.to]:
        return False
    return wanted.match is None or re.search(wanted.match, event.text("text")) is not None


def _note(wanted: Note, event: Event) -> bool:
    return event.kind == "note" and event.source == "words" and re.search(wanted.match, event.text("text")) is not None
