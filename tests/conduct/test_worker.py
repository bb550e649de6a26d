"""The worker's protocol: ready, begin, or gone. A process of its own, without Docker."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from gameday.bundle.folder import Folder
from gameday.conduct.children import Worker
from gameday.conduct.experiment import experiment
from gameday.model.expectation import Bound
from gameday.model.probe import CommandProbe, probe_definitions_json
from gameday.time_of_day import boottime
from gameday.undo.ledger import Ledger
from tests.story import perfect, record_of, scenario


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    """A plan whose only question `echo` answers. There is no Docker, so that its fault cannot be injected."""
    made = Folder.create(tmp_path / "reports", "d1")
    asked = scenario().model_copy(update={"steady_state": (Bound(probe="seven", at_least=7, at_most=7),)})
    plan = record_of(perfect(), scenario=asked, allowed_commands=("echo",)).plan
    made.plan.write_text(plan.model_dump_json(by_alias=True))
    made.experiment.write_text(json.dumps(experiment(plan)))
    (made.path / "probes.json").write_bytes(probe_definitions_json({"seven": CommandProbe(probe="command", command=("echo", "7"))}))
    return made


@pytest.fixture
def worker(folder: Folder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Worker]:
    monkeypatch.setenv("DOCKER_HOST", "unix:///no/such.sock")
    ledger = Ledger(folder.ledger)
    made = Worker(folder, tmp_path, ledger)
    yield made
    made.end(within=0)
    ledger.close()


def told(folder: Folder) -> list[dict[str, Any]]:
    text = folder.worker_log.read_text() if folder.worker_log.exists() else ""
    return [json.loads(line) for line in text.splitlines(keepends=True) if line.endswith("\n")]


def await_that(condition: Callable[[], Any], folder: Folder) -> None:
    deadline = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < deadline, (folder.evidence / "worker.log").read_text()[-2_000:]
        time.sleep(0.02)


def test_it_is_ready_before_it_is_told_to_begin_and_does_nothing_until_then(folder: Folder, worker: Worker) -> None:
    await_that(lambda: told(folder), folder)
    assert [line["kind"] for line in told(folder)] == ["toolkit.ready"]
    assert not worker.ended
    worker.begin(boottime())
    await_that(lambda: worker.ended, folder)
    assert worker.exit_code == 0
    kinds = [line["kind"] for line in told(folder)]
    assert kinds[:4] == ["toolkit.ready", "toolkit.hypothesis", "toolkit.method", "fault.failed"]
    assert kinds[-1] == "toolkit.finished"


def test_without_its_supervisor_it_ends_before_it_began(folder: Folder, worker: Worker) -> None:
    await_that(lambda: told(folder), folder)
    assert worker._process.stdin is not None
    worker._process.stdin.close()
    await_that(lambda: worker.ended, folder)
    assert worker.exit_code == 0
    assert [line["kind"] for line in told(folder)] == ["toolkit.ready"]
    assert not folder.journal.exists()
