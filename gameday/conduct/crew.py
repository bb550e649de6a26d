"""Everybody who works during a drill: canary, traffic, collectors, the scripted responder; and the facts they bring."""

from __future__ import annotations

import subprocess
from datetime import datetime
from typing import Any

from gameday.bundle.evidence_file import EvidenceFile
from gameday.bundle.folder import Folder
from gameday.bundle.timeline_file import TimelineFile
from gameday.catalog import deeds_of
from gameday.clients.alertmanager import Alertmanager
from gameday.clients.locust import LocustRun
from gameday.clients.ops import Ops, OpsPage
from gameday.clients.prometheus import Prometheus
from gameday.collectors.alertmanager_alerts import AlertmanagerAlerts
from gameday.collectors.docker_events import DockerEvents
from gameday.collectors.gateway_log import GatewayLog
from gameday.collectors.ops_log import OpsLog
from gameday.collectors.pager_webhook import PagerWebhook
from gameday.collectors.prometheus_alerts import PrometheusAlerts
from gameday.collectors.shell_log import ShellLog
from gameday.collectors.words_inbox import WordsInbox
from gameday.conduct.canary import CanaryThread
from gameday.conduct.children import record_process
from gameday.conduct.clock import Clock
from gameday.conduct.ending import Watched
from gameday.conduct.looks import LinkLooks
from gameday.conduct.responder import ResponderThread
from gameday.conduct.watch import Eyes, WatchThread
from gameday.environments import DrillEnvironment
from gameday.model.event import Event
from gameday.model.plan import Plan
from gameday.model.script import AwaitPage, Script
from gameday.undo.ledger import Ledger, read_ledger
from gameday.undo.processes import kill_group, started_ticks

LONGEST_TRAFFIC = 3 * 3600


class Crew:
    """Starts and stops everybody, and keeps the facts that the supervisor steers by."""

    def __init__(
        self, plan: Plan, environment: DrillEnvironment, folder: Folder, timeline: TimelineFile, clock: Clock, script: Script | None
    ) -> None:
        self._plan, self._environment, self._folder, self._timeline = plan, environment, folder, timeline
        self._clock, self._script = clock, script
        self.watched = Watched(plan.scenario)
        self.fault_armed_at = 0.0
        """Seconds since boot; 0 before the first fault is in effect."""
        self.prometheus = Prometheus(environment.prometheus) if environment.prometheus else None
        self.alertmanager = Alertmanager(environment.alertmanager) if environment.alertmanager else None
        self.live: dict[str, float] = {}
        """The faults in effect now, each with the moment it was seen so (seconds since boot)."""
        self._impact_at: float | None = None
        self._eyes = Eyes(timeline)
        self._links = LinkLooks(timeline)
        self.canary = CanaryThread(plan.scenario.canary, plan.scenario.service, self._eyes.of("canary"))
        self._threads: list[WatchThread] = []
        self._pages: list[Event] = []
        self._traffic: subprocess.Popen[bytes] | None = None
        self._responder: ResponderThread | None = None

    def start(self, ledger: Ledger) -> None:
        """Everybody to work, but for the scripted responder: what pages before the steady state is none of its business."""
        self._timeline.listen(self._hear)
        self._environment.settle()
        self._threads = [WatchThread(c, self._eyes, self._clock) for c in self._collectors()]
        for thread in self._threads:
            thread.start()
        self.canary.start()
        if traffic := self._plan.scenario.traffic:
            self._traffic = LocustRun(
                self._environment.root / traffic.locustfile, self._environment.traffic_url, traffic.users, traffic.spawn_rate,
                LONGEST_TRAFFIC,
            ).start(self._folder.evidence)  # fmt: skip
            record_process(ledger, "traffic", self._traffic.pid)
        if self._script is not None:
            self._responder = ResponderThread(
                self._script,
                self._folder,
                self._environment.ops_url,
                self._environment.root,
                self.canary,
                self._note,
                self._received,
            )

    def call_responder(self) -> None:
        """The steady state was met: from now on a page is the drill's."""
        if self._responder is not None:
            self._responder.start()

    def _collectors(self) -> list[Any]:
        """One for each trace that this environment leaves."""
        environment, evidence = self._environment, self._folder.evidence
        keep = {name: EvidenceFile(evidence, f"{name}.jsonl").keep for name in ("ops", "docker", "gateway", "pager")}
        found: list[Any] = [ShellLog(evidence), WordsInbox(self._folder.inbox)]
        found.append(DockerEvents(environment.connection(), environment.labels, keep["docker"], self._did_we))
        if self.prometheus is not None:
            found.append(PrometheusAlerts(self.prometheus))
        if self.alertmanager is not None:
            found.append(AlertmanagerAlerts(self.alertmanager))
        if environment.ops_url is not None:
            found.append(OpsLog(Ops(environment.ops_url), keep["ops"]))
        if environment.pager is not None:
            found.append(PagerWebhook(environment.pager, keep["pager"]))
        if environment.gateway is not None:
            container = environment.target(environment.gateway).container
            found.append(GatewayLog(environment.connection(), container, self._plan.scenario.service, keep["gateway"]))
        return found

    def not_seeing(self) -> str | None:
        """Why some source cannot see yet, or None when all have looked once."""
        for thread in self._threads:
            if not thread.seen_once.is_set():
                return f"{thread.name} has not seen anything yet{': ' + thread.why_blind if thread.why_blind else ''}"
        if self._traffic is not None and self._traffic.poll() is not None:
            return f"traffic ended with code {self._traffic.returncode}; see evidence/locust.log"
        return None

    def note_fault(self, kind: str, fault: str, at: datetime) -> None:
        """Hear of a fault event from the worker."""
        if kind == "fault.armed":
            armed = self._clock.boottime()
            if not self.live:  # whatever users feel from here on belongs to what is broken from here on
                self.canary.watch_impact(armed - (self._clock.now() - at).total_seconds() - 1.0)
            self.live[fault] = armed
            self.fault_armed_at = self.fault_armed_at or armed
        if kind == "fault.undone":
            self.live.pop(fault, None)
            self.watched.fault_gone = at

    @property
    def responder_busy(self) -> bool:
        return self._responder is not None and self._responder.is_alive()

    def stop(self) -> None:
        """Everybody home; collectors take a last look first."""
        if self.responder_busy and self._responder is not None:
            self._responder.stop()
        if self._traffic is not None:
            kill_group(self._traffic.pid, started_ticks(self._traffic.pid))
            self._traffic.wait(5)
        for thread in self._threads:
            thread.stop()
        for thread in self._threads:
            thread.finish()
        # Last: on a busy host the others' last looks take seconds, in which a canary at rest would seem blind.
        if self.canary.is_alive():
            self.canary.stop()

    def _hear(self, event: Event) -> None:
        self.watched.take(event)
        if self.canary.impact_at not in (None, self._impact_at):  # with a later fault, perhaps not the first
            self._impact_at = self.canary.impact_at
            self.watched.impact_began = self.watched.impact_began or self._clock.now()
            self.watched.impact_over = None
        served = event.kind == "canary.sample" and self.watched.impact_began is not None and bool(event.data.get("ok"))
        if served and self.canary.good_for() >= self._plan.scenario.canary.steady_for.total_seconds():
            self.watched.impact_over = self.watched.impact_over or event.at
        if event.kind == "alert.delivered" and event.text("status") == "firing":
            self._pages.append(event)
            self._links.open(event.subject.name, event.labels("annotations").get("runbook_url", ""))

    def _received(self, wanted: AwaitPage) -> OpsPage | None:
        """The newest page for this receiver that was seen delivered."""
        found = [e for e in self._pages if e.text("receiver") == wanted.receiver and wanted.alert in (None, e.subject.name)]
        if not found:
            return None
        page = found[-1]
        return OpsPage(page.seq, page.at, page.text("status"), page.subject.name, page.labels(), page.labels("annotations"))

    def _note(self, text: str) -> None:
        self._timeline.append("note", "supervisor", ("log", "script"), data={"text": text})

    def _did_we(self, container: str, action: str, moment: float) -> bool:
        """Whether a docker event is our own fault or undo: the same deed on the same target, near a ledger line."""
        for fault in read_ledger(self._folder.ledger).faults:
            if container != fault.undo.get("identity", {}).get("container"):
                continue
            deeds = deeds_of(fault.fault)
            marks = [fault.intended_at, fault.armed_at] if action in deeds.injecting else []
            marks += [fault.undoing_at, fault.ended_at] if action in deeds.undoing else []
            if any(abs(datetime.fromisoformat(m).timestamp() - moment) < 1.0 for m in marks if m):
                return True
        return False
