"""Alertmanager's API v2: active alerts, groups, and the times in its configuration."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import yaml

from gameday.clients.http import Endpoint, HttpClient, Unreachable
from gameday.model.duration import parse_duration

DEFAULT_GROUP_WAIT = 30.0
"""Seconds; Alertmanager's own default."""
LONGEST_TEXT = 4_000
"""Characters of a label or annotation that go into the timeline; the raw receipt is kept whole in `evidence/`."""
Told = set[tuple[str, str, str, str]]
"""Which news came already: receiver, fingerprint, start, status."""


@dataclass(frozen=True)
class HeldAlert:
    """An alert as Alertmanager holds it. `receivers` are those that match, not those that were told."""

    name: str
    labels: Mapping[str, str]
    receivers: tuple[str, ...]
    silenced_by: tuple[str, ...]
    inhibited_by: tuple[str, ...]
    fingerprint: str


class Alertmanager:
    """One Alertmanager."""

    def __init__(self, server: Endpoint, timeout: float = 2.0) -> None:
        self._url = server.url.rstrip("/")
        self._http = HttpClient(timeout, headers=server.headers, ca=server.ca)

    def alerts(self) -> list[HeldAlert]:
        """Alerts that have not ended; ended ones are gone from this API, so ask at least every 5 s."""
        return [
            HeldAlert(
                name=a["labels"].get("alertname", ""),
                labels=a["labels"],
                receivers=tuple(r["name"] for r in a["receivers"]),
                silenced_by=tuple(a["status"]["silencedBy"]),
                inhibited_by=tuple(a["status"]["inhibitedBy"]),
                fingerprint=a["fingerprint"],
            )
            for a in self._get("/api/v2/alerts")
        ]

    def group_wait(self, labels: Mapping[str, str]) -> float:
        """Seconds that a new group of an alert with these labels waits before it is sent."""
        config = yaml.safe_load(self._get("/api/v2/status")["config"]["original"])
        return _group_wait(config["route"], labels, DEFAULT_GROUP_WAIT)

    def _get(self, path: str) -> Any:
        answer = self._http.get(self._url + path)
        if answer.status != 200:
            raise Unreachable(f"{self._url}{path} answered {answer.status}")
        return answer.json()


def _group_wait(route: Mapping[str, Any], labels: Mapping[str, str], inherited: float) -> float:
    """Walk the routing tree to the first leaf that matches, as Alertmanager does."""
    own = parse_duration(route["group_wait"]).total_seconds() if route.get("group_wait") else inherited
    for child in route.get("routes") or []:
        if _matches(child, labels):
            return _group_wait(child, labels, own)
    return own


def _matches(route: Mapping[str, Any], labels: Mapping[str, str]) -> bool:
    for name, value in (route.get("match") or {}).items():
        if labels.get(name, "") != value:
            return False
    for name, pattern in (route.get("match_re") or {}).items():
        if not re.fullmatch(pattern, labels.get(name, "")):
            return False
    for matcher in route.get("matchers") or []:
        parsed = re.fullmatch(r'\s*(\w+)\s*(=~|!~|!=|=)\s*"?(.*?)"?\s*', matcher)
        if parsed is None:
            return False
        name, operator, wanted = parsed.groups()
        has = labels.get(name, "")
        same = bool(re.fullmatch(wanted, has)) if "~" in operator else has == wanted
        if same == operator.startswith("!"):
            return False
    return True


def notices(receiver: str, body: Mapping[str, Any], told: Told) -> Iterator[tuple[str, dict[str, Any]]]:
    """The alerts in a webhook's body, each with its name and the data of an `alert.delivered`; whatever a sender may write.

    Alertmanager sends an alert again when another joins its group: what is in `told` already is marked as repeated.
    """
    alerts = body.get("alerts")
    for alert in alerts if isinstance(alerts, list) else []:
        if not isinstance(alert, Mapping):
            continue
        labels, annotations = _texts(alert.get("labels")), _texts(alert.get("annotations"))
        status, starts = str(alert.get("status", "")), str(alert.get("startsAt", ""))
        fingerprint = str(alert.get("fingerprint") or sorted(labels.items()))
        key = (receiver, fingerprint, starts, status)
        repeated = key in told
        told.add(key)
        data = {
            "receiver": receiver, "status": status, "labels": labels, "annotations": annotations,
            "starts_at": starts, "ends_at": str(alert.get("endsAt", "")), "fingerprint": fingerprint,
            "group": str(body.get("groupKey", "")), "repeated": repeated,
        }  # fmt: skip
        yield labels.get("alertname", "?"), data


def _texts(value: Any) -> dict[str, str]:
    if not isinstance(value, Mapping):
        return {}
    return {str(k)[:200]: str(v)[:LONGEST_TEXT] for k, v in list(value.items())[:100]}
