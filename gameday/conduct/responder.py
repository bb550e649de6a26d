"""A scripted responder: plays a `Script` through the doors a person has: inbox, pages, shell, words, flags."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from gameday.bundle.folder import Folder
from gameday.bundle.words import say
from gameday.clients.http import HttpClient, Unreachable
from gameday.clients.ops import Ops, OpsPage
from gameday.conduct.canary import CanaryThread
from gameday.conduct.recorded_shell import run_recorded
from gameday.errors import GamedayError
from gameday.model.script import Act, AwaitCanary, AwaitPage, Script
from gameday.time_of_day import boottime


class GaveUp(Exception):
    """The script waited for something that did not come; the responder does nothing more."""


class ResponderThread(threading.Thread):
    """Plays its part, then ends. Everything it does leaves the same traces as a person's doing."""

    def __init__(
        self, script: Script, folder: Folder, ops_url: str | None, root: Path, canary: CanaryThread, note: Callable[[str], None],
        received: Callable[[AwaitPage], OpsPage | None],
    ) -> None:  # fmt: skip
        """`received` finds the page waited for among those that gameday saw delivered; asked where there is no `ops`."""
        super().__init__(name=f"responder {script.seat}", daemon=True)
        self._script, self._folder, self._root, self._canary, self._note = script, folder, root, canary, note
        # A browser of the responder's own: its requests must not look like gameday's looks.
        self._browser = Ops(ops_url, seat=script.seat, agent="responder-browser") if ops_url else None
        # Waiting for a page is no deed: a person's telephone rings.
        self._telephone = Ops(ops_url) if ops_url else None
        self._received = received
        self._page: OpsPage | None = None
        self._old: dict[str, set[tuple[int, datetime]]] = {}
        """The pages that each inbox had before: they are none of this drill's."""
        self._ended = threading.Event()

    def run(self) -> None:
        try:
            self._note_old_pages()
            for act in self._script.does:
                if self._ended.is_set():
                    return
                self._do(act)
        except (GaveUp, Unreachable, GamedayError, OSError) as stopped:
            self._note(f"{self._script.seat} stopped: {stopped}")

    def _note_old_pages(self) -> None:
        if self._telephone is not None:
            for receiver in {act.await_page.receiver for act in self._script.does if act.await_page}:
                self._old[receiver] = {(p.number, p.at) for p in self._telephone.inbox(receiver)}

    def stop(self) -> None:
        self._ended.set()
        self.join(5)

    def _do(self, act: Act) -> None:
        if act.await_page:
            self._await_page(act.await_page)
        elif act.await_canary:
            self._await_canary(act.await_canary)
        elif act.wait:
            self._ended.wait(act.wait.total_seconds())
        elif act.ack:
            self._say("ack", alert=self._page.alert if self._page else "")
        elif act.declare:
            self._say("declare", **act.declare.model_dump(exclude_none=True))
        elif act.severity:
            self._say("severity", severity=act.severity)
        elif act.role:
            self._say("role", role=act.role.role, seat=act.role.seat or self._script.seat)
        elif act.log:
            self._say("log", text=act.log)
        elif act.update:
            self._say("update", text=act.update)
        elif act.resolve:
            self._say("resolve", summary=act.resolve)
        elif act.open:
            self._open(self._link() if act.open == "page_link" else act.open)
        elif act.flag:
            self._at_ops.set_flag(act.flag.name, act.flag.value)
        elif act.status:
            self._at_ops.post_status(act.status.state, act.status.message)
        elif act.run:
            run_recorded(act.run, self._folder.evidence, self._script.seat, cwd=self._root, timeout=30)

    def _open(self, where: str) -> None:
        if self._browser is None and "://" in where:
            HttpClient(2.0, headers={"User-Agent": "responder-browser"}).get(where)
        else:
            self._at_ops.open(where)

    @property
    def _at_ops(self) -> Ops:
        if self._browser is None:
            raise GaveUp("this environment has no `ops`: pages, flags and a status page cannot be reached from a script; use `run`")
        return self._browser

    def _say(self, word: str, **data: str) -> None:
        say(self._folder.inbox, word, self._script.seat, dict(data))

    def _link(self) -> str:
        link = self._page.annotations.get("runbook_url", "") if self._page else ""
        if not link:
            raise GaveUp("the page has no runbook link to open")
        return link

    def _await_page(self, wanted: AwaitPage) -> None:
        def arrived() -> bool:
            if self._telephone is None:
                self._page = self._received(wanted)
                return self._page is not None
            pages = [
                p
                for p in self._telephone.inbox(wanted.receiver)
                if p.status == "firing" and wanted.alert in (None, p.alert) and (p.number, p.at) not in self._old[wanted.receiver]
            ]
            self._page = pages[-1] if pages else None
            return bool(pages)

        self._await(arrived, wanted.at_most.total_seconds(), f"no page {wanted.alert or ''} came to {wanted.receiver}")

    def _await_canary(self, wanted: AwaitCanary) -> None:
        self._await(
            lambda: self._canary.good_for() >= wanted.good_for.total_seconds(),
            wanted.at_most.total_seconds(),
            "users were not served again",
        )

    def _await(self, condition: Callable[[], bool], at_most: float, otherwise: str) -> None:
        deadline = boottime() + at_most
        while not condition():
            if self._ended.wait(0.2):
                raise GaveUp("the drill ended")
            if boottime() > deadline:
                raise GaveUp(f"{otherwise} within {at_most:g} s")
