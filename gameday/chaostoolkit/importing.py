"""An experiment as a scenario: its probes as named probes, its actions as faults, its rollbacks as their undo.

What cannot be carried over truly is told of, never guessed: a program that exits with 0 is no number, an HTTP request that
breaks something has no verified undo. An action without a rollback is a mistake, since nothing here is broken for good.
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from chaoslib import substitute
from chaoslib.configuration import load_configuration

from gameday.chaostoolkit.exporting import EXTENSION, MODULE
from gameday.conduct.experiment import FAR
from gameday.errors import InvalidInput, Mistake
from gameday.load.quoting import named
from gameday.load.tree import Branch, Items, Mark, Node, plain
from gameday.model.duration import LONGEST, format_duration, parse_duration
from gameday.model.probe import KINDS

Plain = dict[str, Any]
SECRET = re.compile(r"(?i)password|passwd|secret|token|api_?key|credential")
"""Names of arguments whose values are not written into a file that is meant to be shared."""
USUAL = timedelta(minutes=1)
"""How long a fault stays whose experiment never waits."""


@dataclass(frozen=True)
class Choices:
    """What an experiment does not say and a scenario needs."""

    service: str = ""
    target: str = ""
    canary: str = ""
    environment: str = "sandbox"


@dataclass
class Imported:
    """The scenario and the probes that it names, as their files have them; what was left out, in words."""

    scenario: Plain
    probes: dict[str, Plain] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    name: str = ""
    modules: list[str] = field(default_factory=list)
    """Modules that gameday.toml has to allow."""


def imported(tree: Branch, file: str, choices: Choices) -> Imported:
    """Raises InvalidInput with every mistake at its place."""
    document = plain(tree)
    assert isinstance(document, dict)
    extensions = document.get("extensions")
    for extension in map(_keys, extensions if isinstance(extensions, list) else ()):
        if extension.get("name") == EXTENSION and (written := _keys(extension.get("written"))):
            later = "whatever was changed in the experiment after its export"
            return Imported(written, notes=[later], name=str(extension.get("scenario", "")))
    return _Reading(tree, document, file, choices).whole()


class _Reading:
    """One experiment that was not made by gameday."""

    def __init__(self, tree: Branch, document: Plain, file: str, choices: Choices) -> None:
        self.tree, self.document, self.file, self.choices = tree, document, file, choices
        self.found = Imported({})
        self.mistakes: list[Mistake] = []
        self.configuration = _configuration(document, file)
        self.rollbacks = [a for a, _ in self._activities("rollbacks") if _python(a)]

    def whole(self) -> Imported:
        title = str(self.document.get("title") or "")
        if not self.document.get("method"):
            self._wrong(self.tree.mark, "has no method, so there is nothing to break; is it an experiment of Chaos Toolkit?")
        self.found.name = re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-")[:60].strip("-") or "imported"
        steady, faults, canary = list(self._steady_state()), list(self._faults()), self.choices.canary or self._address()
        if not self.choices.service:
            self._wrong(self.tree.mark, "does not say which service users feel; add `--service NAME`")
        if not canary:
            self._wrong(self.tree.mark, "fetches no page that users need, which a drill watches; add `--canary URL`")
        if self.mistakes:
            raise InvalidInput(*sorted(self.mistakes))
        if not steady:
            self.found.probes["answered"] = {"probe": "http", "url": canary, "about": "The status that users get."}
            steady = [{"probe": "answered", "at_least": 200, "at_most": 200}]
            self.found.notes.append("no probe of the steady state could be carried over; the page that the canary asks stands in")
        self.found.scenario = {
            "title": title[:120],
            **({"about": str(about)} if (about := self.document.get("description")) else {}),
            "environment": self.choices.environment,
            "service": self.choices.service,
            "canary": {"url": canary},
            "steady_state": steady,
            "faults": faults,
            "expect": {"alerts": {"must": {"none": "the experiment did not say; name the alerts that must come"}}},
            **({"tags": tags} if (tags := self.document.get("tags")) else {}),
        }
        return self.found

    def _wrong(self, mark: Mark, message: str) -> None:
        self.mistakes.append(Mistake(self.file, mark.line, mark.column, message))

    def _activities(self, key: str, inside: Node | None = None) -> Iterator[tuple[Plain, Mark]]:
        node = (inside if isinstance(inside, Branch) else self.tree).get(key)
        for item in node.items if isinstance(node, Items) else ():
            if isinstance(item, Branch) and isinstance(activity := plain(item), dict) and (provider := _keys(activity.get("provider"))):
                activity["provider"] = substitute(provider, self.configuration, {}) if self.configuration else provider
                yield activity, item.mark
            else:
                self.found.notes.append(f"line {item.mark.line}: a reference, or no activity")

    # --- the steady state -------------------------------------------------------------------------------------

    def _steady_state(self) -> Iterator[Plain]:
        for activity, mark in self._activities("probes", self.tree.get("steady-state-hypothesis")):
            bound, probe = _bound(activity.get("tolerance")), self._probe(activity["provider"])
            if bound is None or probe is None:
                self.found.notes.append(
                    f"line {mark.line}: the probe {named(str(activity.get('name')))}, which gives no number with a range"
                )
                continue
            name = re.sub(r"[^a-z0-9]+", "_", str(activity.get("name", "")).lower()).strip("_")[:60]
            if not name or name in self.found.probes:
                name = f"{name or 'probe'}_{mark.line}"
            self.found.probes[name] = {**probe, "about": str(activity.get("name", ""))}
            yield {"probe": name, **bound}

    def _probe(self, provider: Plain) -> Plain | None:
        """The same question as a probe of gameday; None where there is no such."""
        if provider.get("type") == "http" and provider.get("method", "GET") == "GET" and not provider.get("headers"):
            return {"probe": "http", "url": str(provider.get("url", ""))}
        if provider.get("module") == MODULE and provider.get("func") in KINDS:
            own = {k: v for k, v in _keys(provider.get("arguments")).items() if k not in ("environment", "workspace")}
            return {"probe": provider["func"], **own}
        return None

    def _address(self) -> str:
        return next((str(p["url"]) for p in self.found.probes.values() if p["probe"] == "http"), "")

    # --- faults -----------------------------------------------------------------------------------------------

    def _faults(self) -> Iterator[Plain]:
        """Each action at the time that the pauses before it make. They end together, as rollbacks do."""
        now, begun = timedelta(0), []
        for activity, mark in self._activities("method"):
            pauses = _keys(activity.get("pauses"))
            now += self._paused(pauses.get("before"), mark)
            if (waited := _waited(activity["provider"])) is not None:
                now += waited
            elif activity.get("type") == "action" and (fault := self._fault(activity, mark)) is not None:
                begun.append((now, fault))
            now += self._paused(pauses.get("after"), mark)
        if not begun and self.document.get("method") and not self.mistakes:
            self._wrong(self.tree.mark, "has no action that could be carried over; only Python functions with a rollback can")
        for at, fault in begun:
            yield {**fault, **({"at": format_duration(at)} if at else {}), "for": format_duration((now - at) or USUAL)}

    def _paused(self, seconds: Any, mark: Mark) -> timedelta:
        try:
            return min(LONGEST, timedelta(seconds=float(substitute(seconds, self.configuration, {}) or 0)))
        except (TypeError, ValueError, OverflowError):
            self.found.notes.append(f"line {mark.line}: a pause of {named(str(seconds))}, which is no number of seconds")
            return timedelta(0)

    def _fault(self, activity: Plain, mark: Mark) -> Plain | None:
        name, provider, target = str(activity.get("name")), activity["provider"], self.choices.target or self.choices.service
        if not _python(activity):
            self.found.notes.append(f"line {mark.line}: the action {named(name)}, which is no Python function")
            return None
        arguments = _keys(provider.get("arguments"))
        if provider.get("module") == MODULE:
            own = {k: v for k, v in arguments.items() if k not in ("environment", "workspace", "at_most")}
            return None if provider["func"] in ("undo", "wait") else {"fault": provider["func"], **own}
        undo = self._undo_for(provider)
        if undo is None:
            self._wrong(mark, f"{named(name)} has no rollback, and nothing is broken here that cannot be put back; add one")
            return None
        self.found.modules = sorted({*self.found.modules, provider["module"], undo["module"]})
        self.found.notes.append(f"line {mark.line}: what says whether {provider['func']} is in effect; name such a function under `live`")
        return {"fault": "chaostoolkit", "target": target, **self._call(provider), "undo": self._call(undo)}

    def _undo_for(self, provider: Plain) -> Plain | None:
        """The rollback that shares most with an action: its module, then its arguments. One may serve several."""
        return max((r["provider"] for r in self.rollbacks), key=lambda r: _shared(r, provider), default=None)

    def _call(self, provider: Plain) -> Plain:
        call: Plain = {"module": provider["module"], "func": provider["func"]}
        given = _keys(provider.get("arguments"))
        arguments = {k: v for k, v in given.items() if not (v and SECRET.search(k))}
        for key in given.keys() - arguments.keys():
            note = f"the argument {named(key)} of {provider['func']}, which looks like a secret; name its variable under `secrets_from`"
            self.found.notes += [note] * (note not in self.found.notes)
        if arguments:
            call["arguments"] = arguments
        secrets, known, groups = {}, _keys(self.document.get("secrets")), provider.get("secrets")
        meant = [str(g) for g in groups] if isinstance(groups, list) else []
        for key, value in ((k, v) for group in meant for k, v in _keys(known.get(group)).items()):
            if isinstance(value, dict) and value.get("type") == "env" and "key" in value:
                secrets[key] = value["key"]
            else:
                self.found.notes.append(f"the secret {named(str(key))}, which does not come from the environment")
        return {**call, **({"secrets_from": secrets} if secrets else {})}


def _keys(value: Any) -> Plain:
    """What should be a mapping; empty where it is something else."""
    return value if isinstance(value, dict) else {}


def _configuration(document: Plain, file: str) -> Plain:
    try:
        found: Plain = load_configuration(_keys(document.get("configuration")))
    except Exception as wrong:  # such as an environment variable that is not there
        raise InvalidInput(Mistake(file, 0, 0, f"its configuration cannot be read: {wrong}")) from wrong
    return found


def _python(activity: Plain) -> bool:
    provider = activity["provider"]
    return provider.get("type") == "python" and all(isinstance(provider.get(key), str) for key in ("module", "func"))


def _waited(provider: Plain) -> timedelta | None:
    if provider.get("module") == MODULE and provider.get("func") == "wait":
        with contextlib.suppress(ValueError):
            return parse_duration(str(_keys(provider.get("arguments")).get("duration")))
    return None


def _shared(one: Plain, other: Plain) -> tuple[bool, int]:
    mine, theirs = _keys(one.get("arguments")), _keys(other.get("arguments"))
    return one.get("module") == other.get("module"), sum(theirs.get(key) == value for key, value in mine.items())


def _bound(tolerance: Any) -> Mapping[str, float] | None:
    """A tolerance as bounds; None where it is not about one number."""
    match tolerance:
        case bool():
            return None
        case int() | float():
            return {"at_least": tolerance, "at_most": tolerance}
        case [int() | float() as low, int() | float() as high] | {"type": "range", "range": [low, high]}:
            return {key: end for key, end in (("at_least", low), ("at_most", high)) if abs(end) < FAR} or None
    return None
