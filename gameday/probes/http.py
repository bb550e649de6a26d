"""GET an address; the answer is its status, or a number in its JSON.

What it asks: `url`, without following redirects, without proxies, with at most 1 MB of answer.
Answer: The status code; with `field` (`queue.depth`, `items.0.age`), the number there, of an answer below 400.
Blind: No complete answer in `timeout`; with `field`: an error status, no JSON, no such field, not a number.
Example: `orders_lost: {probe: http, url: "http://127.0.0.1:${ops_port}/lost", field: lost}`
"""

from __future__ import annotations

from typing import Any

from gameday.clients.http import Answer, HttpClient, Unreachable
from gameday.model.address import refused_because
from gameday.model.observation import Blind, Observation, Seen, number_in
from gameday.model.probe import HttpProbe, Reach


class Http:
    """`probe: http`."""

    def __init__(self, definition: HttpProbe, reach: Reach) -> None:
        self._url, self._field = definition.url, definition.field
        # A connection a look, as a new user has: a kept one may live on where nobody gets in any more.
        self._http = HttpClient(definition.timeout.total_seconds(), pooled=False)

    def ask(self) -> Observation:
        if (why := refused_because(self._url)) is not None:
            return Blind(f"the address {why}")
        try:
            answer = self._http.get(self._url)
            if 300 <= answer.status < 400 and "location" in {k.lower() for k in answer.headers}:
                return Blind(f"answered {answer.status}, a redirect, which is not followed; write the address it leads to")
            return Seen(float(answer.status)) if self._field is None else _picked(answer, self._field)
        except Unreachable as error:
            return Blind(str(error))
        except Exception as error:  # whatever a server can make of its answer: blind, not broken
            return Blind(f"answered in a way that cannot be read: {type(error).__name__}")


def _picked(answer: Answer, path: str) -> Observation:
    if answer.status >= 400:
        return Blind(f"answered {answer.status}")
    found: Any = answer.json()
    for segment in path.split("."):
        if isinstance(found, dict) and segment in found:
            found = found[segment]
        elif isinstance(found, list) and segment.isdecimal() and int(segment) < len(found):
            found = found[int(segment)]
        else:
            return Blind(f"the answer has no field {path!r}")
    return number_in(found)
