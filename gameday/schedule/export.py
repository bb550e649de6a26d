"""Exports: the same schedule for cron, systemd, GitHub Actions and Kubernetes, as texts by file name."""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Literal

from gameday.model.duration import format_duration
from gameday.model.schedule import Schedule
from gameday.schedule.firing import Firing, least_gap

Kind = Literal["cron", "systemd", "github", "kubernetes"]
KINDS: tuple[Kind, ...] = ("cron", "systemd", "github", "kubernetes")
MADE = "Made by `gameday schedule export`. Make it anew when the schedule's rule or zone changes."


@dataclass(frozen=True)
class Place:
    """Where drills are started: the workspace's folder, the zone of the clock there, and the image for Kubernetes."""

    folder: str
    clock: str
    image: str


def export(kind: Kind, schedule: Schedule, firings: Sequence[Firing], place: Place) -> Mapping[str, str]:
    """The files for one scheduler. All ask `gameday schedule due` first, so that freezes, holidays and pauses hold there too."""
    match kind:
        case "cron":
            return {f"gameday-{schedule.name}.cron": _cron(schedule, firings, place)}
        case "systemd":
            return _systemd(schedule, firings, place)
        case "github":
            return {f"gameday-{schedule.name}.yml": _github(schedule, firings)}
        case "kubernetes":
            return {f"gameday-{schedule.name}.yaml": _kubernetes(schedule, firings, place)}


def _drill(schedule: Schedule, firings: Sequence[Firing]) -> list[str]:
    """The command: where no slot is due it does nothing and succeeds; else its exit code is that of the drill."""
    # The next firing would find the same slot due once more, where its grace is that long.
    gap = least_gap(firings)
    within = ["--within", format_duration(gap - timedelta(minutes=1))] if schedule.grace >= gap else []
    variables = [part for name, value in schedule.variables.items() for part in ("--var", f"{name}={_text(value)}")]
    run = ["gameday", "run", schedule.scenario, "--responders", schedule.responders, *variables]
    return ["gameday", "schedule", "due", *within, schedule.name, "--", *run]


def _text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _cron(schedule: Schedule, firings: Sequence[Firing], place: Place) -> str:
    # cron takes % for the end of the line.
    command = f"cd {shlex.quote(place.folder)} && {shlex.join(_drill(schedule, firings))}".replace("%", r"\%")
    lines = [f"# DRILL: {schedule.title}", f"# {MADE}", f"# Times are those of a clock in {place.clock}.", f"CRON_TZ={place.clock}"]
    return "\n".join([*lines, *(f"{f.cron}  {command}" for f in firings)]) + "\n"


def _systemd(schedule: Schedule, firings: Sequence[Firing], place: Place) -> Mapping[str, str]:
    name = f"gameday-{schedule.name}"
    title = schedule.title.replace("%", "%%")
    command = " ".join(_for_systemd(word) for word in ("/usr/bin/env", *_drill(schedule, firings)))
    service = f"""\
# {MADE}
[Unit]
Description=DRILL: {title}

[Service]
Type=oneshot
WorkingDirectory={place.folder.replace("%", "%%")}
ExecStart={command}
# Gaps that a drill finds are no failure of the unit.
SuccessExitStatus=1
# A drill puts back what it broke before it ends.
TimeoutStopSec=5min
KillMode=mixed
"""
    times = "\n".join(f"OnCalendar={f.on_calendar} {place.clock}" for f in firings)
    timer = f"""\
# {MADE}
[Unit]
Description=DRILL: {title}

[Timer]
{times}
AccuracySec=1s
# What was missed is not made up for: the schedule says what happens then.
Persistent=false

[Install]
WantedBy=timers.target
"""
    return {f"{name}.service": service, f"{name}.timer": timer}


def _for_systemd(word: str) -> str:
    escaped = word.replace("\\", "\\\\").replace('"', '\\"').replace("%", "%%").replace("$", "$$")
    return escaped if escaped == word and word and not set(word) & set(" ;'#\t") else f'"{escaped}"'


def _github(schedule: Schedule, firings: Sequence[Firing]) -> str:
    steps: list[dict[str, Any]] = [
        {"uses": "actions/checkout@v4"},
        {"uses": "actions/setup-python@v5", "with": {"python-version": "3.12"}},
        {"run": "pip install gameday-drills"},
        {"run": shlex.join(_drill(schedule, firings))},
        {
            "if": "always() && hashFiles('reports/*/plan.json') != ''",
            "uses": "actions/upload-artifact@v4",
            "with": {"name": "reports", "path": "reports/"},
        },
    ]
    workflow = {
        "name": f"DRILL: {schedule.title}",
        "on": {"schedule": [{"cron": f.cron} for f in firings]},
        "permissions": {"contents": "read"},
        "concurrency": {"group": f"gameday-{schedule.name}", "cancel-in-progress": False},
        "jobs": {"drill": {"runs-on": "ubuntu-latest", "timeout-minutes": _minutes(schedule), "steps": steps}},
    }
    return f"# {MADE}\n# GitHub starts workflows late at busy times; `grace` in the schedule says how late is too late.\n{_yaml(workflow)}"


def _minutes(schedule: Schedule) -> int:
    return max(15, int((schedule.length + schedule.grace).total_seconds() // 60) + 15)


def _kubernetes(schedule: Schedule, firings: Sequence[Firing], place: Place) -> str:
    documents = []
    for number, firing in enumerate(firings, 1):
        name = f"gameday-{schedule.name}"[:48].rstrip("-") + (f"-{number}" if len(firings) > 1 else "")
        container = {
            "name": "gameday",
            "image": place.image,
            "workingDir": place.folder,
            "command": _drill(schedule, firings),
        }
        pod = {"restartPolicy": "Never", "terminationGracePeriodSeconds": 300, "containers": [container]}
        documents.append(
            {
                "apiVersion": "batch/v1",
                "kind": "CronJob",
                "metadata": {
                    "name": name,
                    "labels": {"app.kubernetes.io/name": "gameday"},
                    "annotations": {"gameday/drill": schedule.title},
                },
                "spec": {
                    "schedule": firing.cron,
                    "timeZone": "Etc/UTC" if place.clock == "UTC" else place.clock,
                    "concurrencyPolicy": "Forbid",
                    "startingDeadlineSeconds": max(30, int(schedule.grace.total_seconds())),
                    "suspend": schedule.paused is not None,
                    "jobTemplate": {"spec": {"backoffLimit": 0, "template": {"spec": pod}}},
                },
            }
        )
    return f"# {MADE}\n" + "---\n".join(_yaml(d) for d in documents)


def _yaml(document: object) -> str:
    import yaml

    return str(yaml.safe_dump(document, sort_keys=False, width=200, allow_unicode=True))
