"""Looks that the drill takes itself: named probes, runbook links, the settings of the monitoring."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from gameday.bundle.timeline_file import TimelineFile
from gameday.clients.alertmanager import Alertmanager
from gameday.clients.http import HttpClient, Unreachable
from gameday.clients.prometheus import Prometheus
from gameday.model.expectation import Bound
from gameday.model.observation import Blind, Observation
from gameday.model.protocols import Probe


def ask(timeline: TimelineFile, probes: Mapping[str, Probe], bound: Bound, purpose: str) -> bool | None:
    """Ask a bound's probe once and record the answer. True: holds; False: does not; None: blind."""
    return record(timeline, bound, probes[bound.probe].ask(), purpose)


def record(timeline: TimelineFile, bound: Bound, seen: Observation, purpose: str) -> bool | None:
    """Record an answer: whether the bound holds, None where it is blind."""
    blind = isinstance(seen, Blind)
    data: dict[str, Any] = {"for": purpose, "bound": str(bound)}
    data |= {"value": None, "why": seen.reason} if isinstance(seen, Blind) else {"value": seen.value}
    holds = None if isinstance(seen, Blind) else bound.holds(seen.value)
    timeline.append("probe.answer", "probe", ("probe", bound.probe), data={**data, "holds": holds, "blind": blind})
    return holds


def record_alerting(
    timeline: TimelineFile, prometheus: Prometheus | None, alertmanager: Alertmanager | None, alerts: Iterable[str]
) -> None:
    """Record what bounds the detection of each alert: intervals, `for`, `group_wait`, and its loaded rule."""
    if prometheus is None or alertmanager is None:
        return
    wanted = set(alerts)
    try:
        scrape = prometheus.scrape_interval()
        rules = [r for r in prometheus.rules() if r.name in wanted]
        for rule in rules:
            labels = {**rule.labels, "alertname": rule.name}
            data = {
                "scrape_interval": scrape,
                "evaluation_interval": rule.evaluation_interval,
                "for": rule.for_,
                "group_wait": alertmanager.group_wait(labels),
                "labels": dict(rule.labels),
                "query": rule.query,
            }
            timeline.append("probe.alerting", "probe", ("alert", rule.name), data=data)
        for name in sorted(wanted - {r.name for r in rules}):
            timeline.append("probe.alerting", "probe", ("alert", name), data={"missing": True, "why": "no such rule is loaded"})
    except (Unreachable, KeyError, TypeError, ValueError) as error:
        timeline.append("source.blind", "probe", ("source", "probe"), data={"why": f"alerting settings: {error}"})


class LinkLooks:
    """Opens each runbook link once, as soon as it is seen in a page."""

    def __init__(self, timeline: TimelineFile) -> None:
        self._timeline = timeline
        self._http = HttpClient(3.0)
        self._opened: set[str] = set()

    def open(self, alert: str, url: str) -> None:
        if not url or url in self._opened:
            return
        self._opened.add(url)
        data: dict[str, Any] = {"for": alert, "status": None}
        if not url.startswith(("http://", "https://")):
            data["why"] = "not an http or https address"
        else:
            try:
                data["status"] = self._http.get(url).status
            except Unreachable as error:
                data["why"] = str(error)
        self._timeline.append("probe.link", "probe", ("url", url[:2_000]), data=data)
