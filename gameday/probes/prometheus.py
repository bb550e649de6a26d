"""Ask Prometheus a query whose answer is one number.

What it asks: `query`, now, at the Prometheus of the environment (`/api/v1/query`).
Answer: The value of the only series, or of a scalar.
Blind: No answer in `timeout`, an error in the query, no series (absent is not zero), several series, NaN or infinity.
Example: `checkout_success_rate: {probe: prometheus, query: 'sum(rate(ok[30s])) / sum(rate(all[30s]))', unit: ratio}`
"""

from __future__ import annotations

from typing import Any

from gameday.clients.http import HttpClient, Unreachable
from gameday.model.observation import Blind, Observation, Seen, number_in
from gameday.model.probe import PrometheusProbe, Reach


class Prometheus:
    """`probe: prometheus`."""

    def __init__(self, definition: PrometheusProbe, reach: Reach) -> None:
        self._query, self._url = definition.query, reach.prometheus.rstrip("/")
        self._http = HttpClient(definition.timeout.total_seconds(), headers=reach.headers, ca=reach.ca)

    def ask(self) -> Observation:
        if not self._url:
            return Blind("this environment has no Prometheus")
        try:
            answer = self._http.get(f"{self._url}/api/v1/query", params={"query": self._query})
            return _read(answer.status, answer.json() if answer.body else {})
        except Unreachable as error:
            return Blind(f"Prometheus: {error}")
        except Exception as error:  # whatever a server can make of its answer: blind, not broken
            return Blind(f"Prometheus answered in a way that cannot be read: {type(error).__name__}")


def _read(status: int, body: Any) -> Observation:
    if not isinstance(body, dict) or body.get("status") != "success":
        why = body.get("error") if isinstance(body, dict) else None
        return Blind(f"Prometheus answered {status}: {str(why)[:200]}" if why else f"Prometheus answered {status}")
    data = body.get("data")
    kind, result = (data.get("resultType"), data.get("result")) if isinstance(data, dict) else (None, None)
    if kind == "scalar":
        return _value(result)
    if kind != "vector" or not isinstance(result, list):
        return Blind(f"the query gives a {kind}, not one number; aggregate it, with sum(…) or max(…)")
    if not result:
        return Blind("the query finds no series; absent is not zero")
    if len(result) > 1:
        return Blind(f"the query gives {len(result)} series, not one; aggregate it, with sum(…) or max(…)")
    return _value(result[0].get("value"))


def _value(pair: Any) -> Observation:
    seen = number_in(pair[1])
    return Seen(seen.value, f"at {float(pair[0]):.3f}") if isinstance(seen, Seen) else seen
