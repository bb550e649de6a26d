"""Notices that Alertmanager sends to gameday itself, where an environment has no pager that can be read.

A webhook in each receiver whose delivery shall be proved: `http://HOST:PORT/pager/RECEIVER`. Without a receiver in the
path, the name that the notice carries counts.
"""

from __future__ import annotations

import hmac
import json
import queue
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import unquote

from gameday.clients.alertmanager import Told, notices
from gameday.errors import InvalidInput, Missing
from gameday.model.docker_settings import PagerSettings
from gameday.model.protocols import Sighting

LARGEST = 1_000_000
"""Bytes of a notice."""
WITHIN = 10.0
"""Seconds that a sender may take for its request."""
MOST_WAITING = 1_000
"""Notices that are held until the next look; one more is refused, and Alertmanager sends it again."""


class PagerWebhook:
    """Listens from its making on; each look tells what came since the last. Answers once a notice is on disk."""

    source = "pager"
    every = 0.25

    def __init__(self, settings: PagerSettings, keep: Callable[[Any], dict[str, Any]]) -> None:
        """`keep` writes a raw notice to disk. Raises InvalidInput where strangers could speak, Missing where the port is taken."""
        host, _, port = settings.listen.rpartition(":")
        if settings.token is None and not (host.startswith("127.") or host == "localhost"):
            raise InvalidInput(
                f"the pager listens on {settings.listen}, where others than this host can speak to it: give it a `token` in gameday.toml"
            )
        self._waiting: queue.Queue[tuple[str, dict[str, Any], dict[str, Any]]] = queue.Queue(MOST_WAITING)
        self._told = Told()
        self._keep, self._writing = keep, threading.Lock()
        try:
            self._server = ThreadingHTTPServer((host, int(port)), _handler(self._take, settings.token))
        except OSError as error:
            raise Missing(f"the pager cannot listen on {settings.listen}: {error.strerror}; change `listen` in gameday.toml") from error
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.1,), name="pager webhook", daemon=True)
        self._thread.start()

    @property
    def port(self) -> int:
        return int(self._server.server_address[1])

    def look(self, see: Sighting) -> None:
        if not self._thread.is_alive():
            raise RuntimeError("the webhook does not listen any more")
        while not self._waiting.empty():
            receiver, body, raw = self._waiting.get_nowait()
            for name, data in notices(receiver, body, self._told):
                see("alert.delivered", ("alert", name), data=data, raw=raw)

    def close(self) -> None:
        """Stop listening; what came is still told by the next look."""
        self._server.shutdown()
        self._server.server_close()

    def _take(self, receiver: str, body: dict[str, Any]) -> None:
        """Raises queue.Full where too much waits, OSError where the disk is full: the sender must come again."""
        with self._writing:
            if self._waiting.full():
                raise queue.Full
            self._waiting.put_nowait((receiver, body, self._keep({"receiver": receiver, "body": body})))


def _handler(take: Callable[[str, dict[str, Any]], None], token: str | None) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        timeout = WITHIN
        server_version, sys_version = "gameday", ""

        def do_POST(self) -> None:
            self._answer(*self._receive())

        def _receive(self) -> tuple[int, str]:
            if token is not None and not hmac.compare_digest(self.headers.get("Authorization", "").encode(), f"Bearer {token}".encode()):
                return 401, "wrong or missing bearer token"
            way = [unquote(part) for part in self.path.partition("?")[0].strip("/").split("/")]
            if way[0] != "pager" or len(way) > 2:
                return 404, "send notices to /pager/RECEIVER"
            if "Content-Encoding" in self.headers:
                return 415, "no Content-Encoding, please"
            length = self.headers.get("Content-Length", "")
            if not length.isdigit() or int(length) > LARGEST:
                return 413, f"a Content-Length of at most {LARGEST} is needed"
            try:
                body = json.loads(self.rfile.read(int(length)))
            except (ValueError, RecursionError):
                return 400, "the body is not JSON"
            if not isinstance(body, dict):
                return 400, "the body must be one JSON object"
            receiver = way[1] if len(way) == 2 else str(body.get("receiver", ""))
            try:
                take(receiver[:200] or "unnamed", body)
            except (queue.Full, OSError):
                return 503, "cannot take it now; send it again"
            return 200, "taken"

        def _answer(self, status: int, text: str) -> None:
            body = json.dumps({"status": status, "detail": text}).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.send_header("Connection", "close")
            self.end_headers()
            self.wfile.write(body)
            self.close_connection = True

        def log_message(self, format: str, *arguments: Any) -> None:  # noqa: A002  # the library's own name
            """Standard error is for people."""

    return Handler
