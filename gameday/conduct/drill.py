"""One drill on one screen: start the watchers, wait for a steady state, break, watch, put back, close.

    guard ready → eyes open → steady? → worker injects and holds → mitigated, or time → undone → quiet → closed

The supervisor (this process) is the only writer of the timeline. Whatever happens to it, the guard puts things back.
"""

from __future__ import annotations

import contextlib
import os
import signal
import threading
import traceback
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from typing import Any, Literal

from gameday.bundle.timeline_file import TimelineFile
from gameday.conduct.abort import AbortWatch
from gameday.conduct.children import Guard
from gameday.conduct.crew import Crew
from gameday.conduct.end_state import EndState
from gameday.conduct.locks import write_down
from gameday.conduct.supervision import Conducting, NotSteady, Stopped, Supervision
from gameday.errors import GamedayError
from gameday.model.event import Event
from gameday.model.plan import Plan
from gameday.undo.docker_host import host_of
from gameday.undo.ledger import Ledger
from gameday.undo.put_back import put_back
from gameday.undo.target_lock import free_locks

Outcome = Literal["completed", "aborted", "invalid", "stuck"]


@dataclass(frozen=True)
class Conducted:
    """How a drill ended. `left` names what could not be put back; `head` is the hash of the last event."""

    outcome: Outcome
    why: str
    signal: int
    left: tuple[str, ...]
    head: str


def conduct(c: Conducting) -> Conducted:
    """Conduct one drill to its end. Faults are undone when this returns, or `left` says which are not."""
    timeline = TimelineFile(c.folder.timeline)
    timeline.listen(_heard(c))
    ledger = Ledger(c.folder.ledger)
    ledger.append("drill", drill=c.plan.drill, project=c.environment.project, docker=c.environment.daemon.written(), daemon=c.daemon)
    write_down(c.locks, ledger)
    c.state.announce(c.plan.drill, c.folder.path, c.environment.project)
    restore_signals = _catch_signals(c, ledger)
    timeline.append("drill.started", "supervisor", ("drill", c.plan.drill), data=_facts(c.plan))
    guard = Guard(c.folder.ledger)
    crew = Crew(c.plan, c.environment, c.folder, timeline, c.clock, c.script)
    end_state = EndState(c.plan, c.environment)
    abort = AbortWatch(c.plan.scenario.abort_when, c.probes, timeline, c.clock)
    outcome: Outcome = "completed"
    why = ""
    try:
        guard.await_ready()
        crew.start(ledger)
        end_state.look_before()
        Supervision(c, timeline, ledger, guard, crew, abort).run()
    except NotSteady as unsteady:
        outcome, why = "invalid", str(unsteady)
        timeline.append("drill.unsteady", "supervisor", ("drill", c.plan.drill), data={"why": why})
    except Stopped as stopped:
        outcome, why = "aborted", str(stopped)
        timeline.append("drill.aborted", "supervisor", ("drill", c.plan.drill), data={"why": why, "by": stopped.by})
    except BaseException as error:
        unforeseen = isinstance(error, Exception) and not isinstance(error, GamedayError)
        outcome, why = "aborted", _own_mistake(c, error) if unforeseen else str(error) or type(error).__name__
        timeline.append("drill.aborted", "supervisor", ("drill", c.plan.drill), data={"why": why[:500], "by": "error"})
        # Where nothing was broken, its own exit code says more than a review; else what was seen until then is judged.
        if not isinstance(error, Exception) or not (unforeseen or ledger.read().faults):
            raise
    finally:
        c.undoing = True
        abort.stop()
        left = _make_sure(c, timeline, ledger)
        crew.stop()
        end_state.look_after(timeline, host_of(ledger))
        if left:
            outcome = "stuck"  # and the locks stay: nobody is to break what is broken
        else:
            _free(ledger)
        head = _close(timeline, c.plan.drill, outcome)
        ledger.append_if_possible("closed", outcome=outcome)
        guard.dismiss()
        if not left:
            c.state.withdraw(c.plan.drill)
        ledger.close()
        restore_signals()
    return Conducted(outcome, why, c.signalled, left, head)


def _own_mistake(c: Conducting, error: BaseException) -> str:
    """What to say of an error that nobody foresaw. Where it happened goes into a file, for whoever mends it."""
    where = c.folder.evidence / "gameday.log"
    with contextlib.suppress(OSError):
        where.write_text("".join(traceback.format_exception(error)))
    return f"gameday itself failed ({type(error).__name__}: {error}); {where.parent.name}/{where.name} says where"


def _heard(c: Conducting) -> Callable[[Event], None]:
    """Whoever reads the progress may go away (`| head -1`, a closed terminal): that ends the drill as a signal does."""

    def hear(event: Event) -> None:
        try:
            c.on_event(event)
        except (OSError, SystemExit):  # the second is what rich makes of the first
            c.signalled = c.signalled or signal.SIGPIPE

    return hear


def _make_sure(c: Conducting, timeline: TimelineFile, ledger: Ledger) -> tuple[str, ...]:
    """Undo whatever the ledger still shows as open. Returns what is left, with the command to run by hand."""
    if not ledger.read().open:
        return ()
    left = []
    with closing(host_of(ledger)) as host:
        results = put_back(ledger, "supervisor", host)
    for result in results:
        kind: Any = "fault.undo_failed" if result.left else "fault.undone"
        data = {"by": "supervisor", "detail": result.detail, "why": result.left}
        timeline.append(kind, "supervisor", ("fault", result.fault), data=data)
        if result.left:
            left.append(result.left)
    return tuple(left)


def _free(ledger: Ledger) -> None:
    """What cannot be freed now is, like a dead drill's, freed by whoever wants the target next."""
    with contextlib.suppress(Exception):
        free_locks(host_of(ledger), ledger)


def _close(timeline: TimelineFile, drill: str, outcome: Outcome) -> str:
    data = {"outcome": outcome, "events": timeline.count, "lost": timeline.lost}
    timeline.append("drill.closed", "supervisor", ("drill", drill), data=data)
    timeline.close()
    return timeline.head


def _facts(plan: Plan) -> dict[str, Any]:
    return {
        "scenario": plan.name,
        "title": plan.scenario.title,
        "responders": plan.responders,
        "no_fault": plan.no_fault,
        "plan": plan.hash,
        **({"approved_by": plan.approval.by, "author": plan.approval.author} if plan.approval else {}),
    }


def _catch_signals(c: Conducting, ledger: Ledger) -> Callable[[], None]:
    """First signal: stop and undo. Later ones are told how far the undo is, and never cut it."""
    if threading.current_thread() is not threading.main_thread():
        return lambda: None

    def note(number: int, _frame: object) -> None:
        if c.signalled or c.undoing:
            with contextlib.suppress(OSError):  # the terminal may be gone
                os.write(2, f"gameday: undo in progress, {len(ledger.read().open)} fault(s) left; it is not interrupted\n".encode())
        c.signalled = c.signalled or number

    numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    before = {number: signal.signal(number, note) for number in numbers}

    def restore() -> None:
        for number, handler in before.items():
            signal.signal(number, handler)

    return restore
