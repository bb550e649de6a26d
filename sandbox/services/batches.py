"""What leaves a service beside its answers, logs and spans: in batches, in the background, and never in its way."""

from __future__ import annotations

import atexit
import http.client
import threading
from collections import deque
from collections.abc import Callable, Sequence
from typing import Generic, TypeVar
from urllib.parse import urlsplit

T = TypeVar("T")

ROOM = 5_000
"""Things that wait at most; the oldest go first."""
AT_ONCE = 500
EVERY = 0.25
"""Seconds between batches."""
AGAIN = 1.0
"""Seconds until another try where nobody could be reached."""


class NotReached(Exception):
    """No connection: nothing was sent, so it can be sent again without being there twice."""


class Refused(Exception):
    """The batch was sent, and nobody said that it was taken."""


class Batches(Generic[T]):
    """A queue with room for so many, emptied by a thread of its own. What it cannot deliver it drops and counts."""

    def __init__(self, deliver: Callable[[Sequence[T]], None], dropped: Callable[[int], None], room: int = ROOM) -> None:
        self._deliver, self._dropped = deliver, dropped
        self._waiting: deque[T] = deque()
        self._room = room
        self._lock = threading.Lock()
        self._closed = threading.Event()
        self._thread = threading.Thread(target=self._work, name="batches", daemon=True)

    def start(self) -> None:
        self._thread.start()
        atexit.register(self.close)

    def put(self, thing: T) -> None:
        """Never waits, never raises."""
        with self._lock:
            self._waiting.append(thing)
            full = len(self._waiting) > self._room
            if full:
                self._waiting.popleft()
        if full:
            self._dropped(1)

    def send(self) -> bool:
        """Deliver one batch. False where nobody could be reached: the batch waits on."""
        with self._lock:
            batch = [self._waiting.popleft() for _ in range(min(AT_ONCE, len(self._waiting)))]
        if not batch:
            return True
        try:
            self._deliver(batch)
        except NotReached:
            self._put_back(batch)
            return False
        except Refused:
            self._dropped(len(batch))
        return True

    def close(self, within: float = 0.5) -> None:
        """Send what waits, but not for longer than this (seconds)."""
        self._closed.set()
        self._thread.join(within)

    def _put_back(self, batch: list[T]) -> None:
        with self._lock:
            free = max(0, self._room - len(self._waiting))
            kept = batch[-free:] if free else []
            self._waiting.extendleft(reversed(kept))
        if len(kept) < len(batch):
            self._dropped(len(batch) - len(kept))

    def _work(self) -> None:
        while not self._closed.wait(EVERY):
            while self._waiting:
                if not self.send():
                    self._closed.wait(AGAIN)
                    break
        while self._waiting and self.send():
            pass


def post(url: str, body: bytes, content_type: str, timeout: float = 2.0) -> None:
    """One POST on a connection of its own. Raises NotReached or Refused; `timeout` in seconds, each for connecting and answering."""
    where = urlsplit(url)
    connection = http.client.HTTPConnection(where.hostname or "", where.port, timeout=timeout)
    try:
        connection.connect()
    except OSError as error:
        raise NotReached(str(error)) from error
    try:
        connection.request("POST", where.path, body, {"Content-Type": content_type})
        answer = connection.getresponse()
        answer.read()
    except (OSError, http.client.HTTPException) as error:
        raise Refused(str(error)) from error
    finally:
        connection.close()
    if answer.status >= 300:
        raise Refused(f"status {answer.status}")
