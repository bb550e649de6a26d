"""Put back the release of a service that was current before."""

from __future__ import annotations

import json
import urllib.request
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from gameday.undo.docker_host import DockerHost, NotDone

TIMEOUT = 3.0
"""Seconds for one answer."""


def release_set(host: DockerHost, identity: Mapping[str, str], arguments: Mapping[str, str]) -> str:
    """Only where the current release is still the one that was injected: another one is somebody's, and stays."""
    injected, before = arguments["injected"], arguments["before"]
    now = _current(arguments)
    if now == before:
        return "was rolled back by others"
    if now != injected:
        return f"was changed to {now[:60]} by others"
    _ask(_address(arguments), {"release": before})
    if _current(arguments) == injected:
        raise NotDone(f"{injected} is still current")
    return f"rolled back to {before}"


def by_hand(arguments: Mapping[str, str]) -> str:
    body = json.dumps({"release": arguments["before"]})
    return f"curl -X PUT {_address(arguments)} -d '{body}'"


def _address(arguments: Mapping[str, str]) -> str:
    return f"{arguments['url']}/{quote(arguments['service'], safe='')}"


def _current(arguments: Mapping[str, str]) -> str:
    return str(_ask(arguments["url"])[arguments["service"]])


def _ask(url: str, body: Mapping[str, str] | None = None) -> Any:
    """GET, or PUT a body. No proxy of the surroundings is used: the address is one that gameday itself wrote."""
    if not url.startswith(("http://", "https://")):
        raise ValueError(f"{url[:100]!r} is not a web address")
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(url, data, {"X-Gameday-Seat": "gameday"}, method="PUT" if body else "GET")  # noqa: S310  # checked above
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with opener.open(request, timeout=TIMEOUT) as answer:
        return json.loads(answer.read(65_536))
