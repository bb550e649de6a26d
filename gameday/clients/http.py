"""HTTP with hard limits: a total deadline, a size cap, no redirects, no proxies from the environment."""

from __future__ import annotations

import json
import ssl
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import httpx2

from gameday import __version__

USER_AGENT = f"gameday/{__version__} (probe)"
LARGEST = 1_000_000
"""Bytes of a body that are read; a longer one is refused."""


@dataclass(frozen=True)
class Endpoint:
    """A server that is asked: its base address, what is sent along, and the file of its certificate authority (or "")."""

    url: str
    headers: Mapping[str, str] = field(default_factory=dict)
    ca: str = ""


class Unreachable(Exception):
    """No usable answer came. Says why; never counts as an answer."""


@dataclass(frozen=True)
class Answer:
    """What a server answered."""

    status: int
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)

    def json(self) -> Any:
        try:
            return json.loads(self.body)
        except (ValueError, RecursionError) as error:
            raise Unreachable(f"the answer is not JSON: {error}") from error


class HttpClient:
    """Requests with one time-out that covers connecting, waiting and the whole body; seconds."""

    def __init__(self, timeout: float = 3.0, headers: Mapping[str, str] | None = None, pooled: bool = True, ca: str = "") -> None:
        self._timeout = timeout
        self._client = httpx2.Client(
            trust_env=False,
            follow_redirects=False,
            verify=ssl.create_default_context(cafile=ca) if ca else True,
            headers={"User-Agent": USER_AGENT, **(headers or {})},
            limits=httpx2.Limits(max_keepalive_connections=None if pooled else 0),
        )

    def get(self, url: str, *, params: Mapping[str, str] | None = None, timeout: float | None = None) -> Answer:
        return self.request("GET", url, params=params, timeout=timeout)

    def request(
        self, method: str, url: str, *, params: Mapping[str, str] | None = None, json: Any = None,
        content: bytes | None = None, headers: Mapping[str, str] | None = None, timeout: float | None = None,
    ) -> Answer:  # fmt: skip
        """Raises Unreachable for anything but a complete answer inside the deadline."""
        limit = timeout or self._timeout
        deadline = time.monotonic() + limit
        try:
            with self._client.stream(method, url, params=params, json=json, content=content, headers=headers, timeout=limit) as response:
                body = bytearray()
                for chunk in response.iter_bytes():
                    body += chunk
                    if len(body) > LARGEST:
                        raise Unreachable(f"the answer is larger than {LARGEST // 1000} kB")
                    if time.monotonic() > deadline:
                        raise Unreachable(f"timed out: the answer was not complete after {limit:g} s")
                return Answer(response.status_code, bytes(body), dict(response.headers))
        except httpx2.TimeoutException as error:
            raise Unreachable(f"timed out: no answer within {limit:g} s") from error
        except (httpx2.HTTPError, httpx2.InvalidURL, ValueError) as error:
            raise Unreachable(f"{str(error) or type(error).__name__}") from error

    def close(self) -> None:
        self._client.close()
