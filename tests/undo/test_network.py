"""Taking a network fault away: the sidecar, and whatever it left."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from gameday.undo.docker_host import ContainerState, NotDone, TargetGone
from gameday.undo.ledger import Ledger
from gameday.undo.network_clear import network_clear
from gameday.undo.put_back import by_hand, put_back
from gameday.undo.sidecar_remove import sidecar_remove

IDENTITY = {"container": "c1", "started_at": "t0"}
CLEAR = {"container": "c1", "key": "ab12", "image": "gameday-network:local"}
UNDO: dict[str, Any] = {
    "identity": IDENTITY,
    "steps": [
        {"verb": "sidecar_remove", "arguments": {"sidecar": "gameday-network-ab12"}},
        {"verb": "network_clear", "arguments": CLEAR},
    ],
}


class Host:
    """A daemon with a target, a sidecar, and a table that is left."""

    def __init__(self, *, started_at: str = "t0", running: bool = True, left: str = "") -> None:
        self.started_at, self.running, self.left = started_at, running, left
        self.sidecar, self.stuck, self.gone = True, False, False
        self.calls: list[str] = []

    def state(self, container: str) -> ContainerState:
        if self.gone:
            raise TargetGone(container)
        return ContainerState(self.running, False, self.started_at)

    def exists(self, container: str) -> bool:
        return self.sidecar

    def remove(self, container: str, grace: int = 1) -> None:
        self.calls.append(f"remove {container}")
        self.sidecar = self.stuck

    def run_beside(self, container: str, image: str, command: list[str]) -> tuple[int, str]:
        self.calls.append(f"{image} beside {container}: {' '.join(command)}")
        said, self.left = (f"removed {self.left}" if self.left else "clean"), ""
        return (6, "refused: EPERM") if self.stuck else (0, said)


def undo(tmp_path: Path, host: Any) -> tuple[Any, str]:
    ledger = Ledger(tmp_path / "ledger.jsonl")
    ledger.intend(fault="f1", name="network_latency", target="payments", by="worker", undo=UNDO)
    ledger.append("armed", fault="f1", by="worker")
    (result,) = put_back(ledger, "test", host, patience=0.0, sleep=lambda _: None)
    return result, ledger.read().faults[0].state


def test_the_sidecar_goes_and_the_network_is_looked_at(tmp_path: Path) -> None:
    host = Host()
    result, state = undo(tmp_path, host)
    assert (result.left, state) == ("", "undone")
    assert host.calls == ["remove gameday-network-ab12", "gameday-network:local beside c1: clear --key ab12"]


def test_what_the_sidecar_left_is_removed(tmp_path: Path) -> None:
    result, _ = undo(tmp_path, Host(left="table gameday_ab12"))
    assert result.detail == "sidecar removed; removed table gameday_ab12"


def test_a_sidecar_that_is_gone_is_as_wanted() -> None:
    host: Any = Host()
    host.sidecar = False
    assert sidecar_remove(host, IDENTITY, {"sidecar": "s"}) == "was gone"
    assert network_clear(host, IDENTITY, CLEAR) == "was clean"
    assert not any(call.startswith("remove") for call in host.calls)


def test_a_new_namespace_is_not_touched(tmp_path: Path) -> None:
    host = Host(started_at="t9")
    result, state = undo(tmp_path, host)
    assert (result.left, state) == ("", "lost")
    assert host.calls == ["remove gameday-network-ab12"]


def test_a_target_that_does_not_run_has_no_namespace(tmp_path: Path) -> None:
    result, state = undo(tmp_path, Host(running=False))
    assert (result.left, state) == ("", "undone")


def test_the_sidecar_of_a_removed_target_goes_too(tmp_path: Path) -> None:
    host = Host()
    host.gone = True
    result, state = undo(tmp_path, host)
    assert (result.left, state, host.sidecar) == ("", "lost", False)


def test_what_stays_is_said_with_the_commands_that_remove_it(tmp_path: Path) -> None:
    host = Host()
    host.stuck = True
    result, state = undo(tmp_path, host)
    assert state == "undo_failed"
    assert "docker rm -f gameday-network-ab12 && docker run --rm --network container:c1" in result.left
    assert "gameday-network:local clear --key ab12" in result.left


def test_a_helper_that_fails_is_not_taken_for_clean() -> None:
    host: Any = Host()
    host.stuck = True
    with pytest.raises(NotDone, match="EPERM"):
        network_clear(host, IDENTITY, CLEAR)


def test_a_step_without_words_is_left_out_of_the_commands() -> None:
    fault: Any = type("F", (), {"undo": {"steps": [{"verb": "unheard_of"}, *UNDO["steps"][:1]]}})
    assert by_hand(fault) == "by hand: docker rm -f gameday-network-ab12"
