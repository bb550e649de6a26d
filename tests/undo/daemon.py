"""A Docker daemon of one container on a socket of its own, which can be slow, wrong, half or away. No Docker is needed."""

from __future__ import annotations

import contextlib
import json
import socketserver
import threading
import time
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Literal

Mood = Literal["well", "error", "half", "mute"]


class Daemon(socketserver.ThreadingUnixStreamServer):
    """`docker pause` and `docker unpause` of the container `c1`. Its moods are for changes; reading always works, if `well_read`."""

    daemon_threads = True

    def __init__(self, path: Path) -> None:
        super().__init__(str(path), _Answer)
        self.path = path
        self.paused, self.mood, self.well_read = True, "well", True
        self.away = False
        """Whether it hangs up on everybody. (Where there is no socket at all, the SDK leaves its own end of it open.)"""
        self.calls: list[str] = []
        threading.Thread(target=self.serve_forever, args=(0.02,), daemon=True).start()

    def verify_request(self, request: object, client_address: object) -> bool:
        return not self.away

    def pause_later(self, seconds: float) -> None:
        """A call of somebody who died: it is on its way, and takes effect."""

        def late() -> None:
            self.paused = True

        threading.Timer(seconds, late).start()

    def go(self) -> None:
        self.shutdown()
        self.server_close()
        self.path.unlink(missing_ok=True)


class _Answer(BaseHTTPRequestHandler):
    server: Daemon
    protocol_version = "HTTP/1.1"

    def address_string(self) -> str:
        return "socket"

    def do_GET(self) -> None:
        if not self.server.well_read and "/json" in self.path:
            self._moody()
        elif "/containers/c1/json" in self.path:
            state = {"Running": True, "Paused": self.server.paused, "StartedAt": "t0"}
            self._say(200, {"State": state})
        elif "/version" in self.path:
            self._say(200, {"ApiVersion": "1.41"})
        else:
            self._say(200, {"ID": "AAAA"})

    def do_POST(self) -> None:
        verb = self.path.rpartition("/")[2]
        self.server.calls.append(verb)
        if self.server.mood != "well":
            self._moody()
            return
        self.server.paused = verb == "pause"
        self._say(204, None)

    def _moody(self) -> None:
        match self.server.mood:
            case "error":
                self._say(500, {"message": "something went wrong"})
            case "half":
                self.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 500\r\n\r\n{")
                self.close_connection = True
            case _:
                deadline = time.monotonic() + 5
                while self.server.mood == "mute" and time.monotonic() < deadline:
                    time.sleep(0.02)
                self.close_connection = True

    def _say(self, code: int, body: object) -> None:
        text = b"" if body is None else json.dumps(body).encode()
        with contextlib.suppress(OSError):
            self.send_response(code)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text)

    def log_message(self, *_: object) -> None: ...
