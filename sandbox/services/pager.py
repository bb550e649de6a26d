"""Inboxes: each new firing or resolution of an alert is one page; a notification sent again is none."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

MOST = 1_000
"""Pages that an inbox keeps."""


class Pager:
    """The inboxes of all receivers. Page numbers are never used twice."""

    def __init__(self) -> None:
        self._inboxes: dict[str, list[dict[str, Any]]] = defaultdict(list)
        self._seen: dict[tuple[str, ...], None] = {}
        self._number = 0

    def take(self, receiver: str, body: dict[str, Any], ts: str) -> None:
        """Turn one Alertmanager notification into pages. What is not an alert is passed over."""
        alerts = body.get("alerts")
        for alert in alerts if isinstance(alerts, list) else []:
            if not isinstance(alert, dict):
                continue
            labels, annotations = (_texts(alert.get("labels")), _texts(alert.get("annotations")))
            status, starts_at = (str(alert.get("status", "firing")), str(alert.get("startsAt", "")))
            which = (receiver, str(alert.get("fingerprint") or sorted(labels.items())), starts_at, status)
            if which in self._seen:
                continue
            self._seen[which] = None
            if len(self._seen) > 10 * MOST:
                self._seen.pop(next(iter(self._seen)))
            self._number += 1
            inbox = self._inboxes[receiver]
            inbox.append({
                "page": self._number, "ts": ts, "status": status, "alert": labels.get("alertname", "?"), "labels": labels,
                "annotations": annotations, "starts_at": starts_at, "acked": False,
            })  # fmt: skip
            del inbox[:-MOST]

    def pages(self, receiver: str) -> list[dict[str, Any]]:
        """Newest last."""
        return list(self._inboxes.get(receiver, ()))

    def acknowledge(self, receiver: str, number: int) -> bool:
        """False where there is no such page."""
        for page in self._inboxes.get(receiver, ()):
            if page["page"] == number:
                page["acked"] = True
                return True
        return False

    def receivers(self) -> list[str]:
        return sorted(self._inboxes)

    def clear(self) -> None:
        self._inboxes.clear()
        self._seen.clear()


def _texts(value: Any) -> dict[str, str]:
    return {str(k): str(v) for k, v in value.items()} if isinstance(value, dict) else {}
