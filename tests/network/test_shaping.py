"""netem: the commands that would run."""

from __future__ import annotations

from typing import Any

import pytest

from tests.network.engine import shaping, treatment

MINE = shaping.Shaper("k", ["eth0", "eth1"])
HUNDRED = shaping.by_netem(treatment.Treatment(delay=0.1))

OURS = f"qdisc htb {MINE.root} root refcnt 2 r2q 10 default 0\nqdisc netem 7d62: parent {MINE.root}4 limit 65536 delay 100ms\n"
FOREIGN = "qdisc tbf 8001: root refcnt 2 rate 1Mbit burst 4Kb lat 50ms\n"
NONE = "qdisc noqueue 0: root refcnt 2\n"


def lines(*arguments: Any) -> list[str]:
    return [" ".join(command) for command in shaping.commands("eth0", "6d61:", *arguments)]


def test_what_leaves_is_sorted_and_held() -> None:
    said = lines(HUNDRED)
    assert said[0] == "tc qdisc add dev eth0 root handle 6d61: htb default 0 direct_qlen 1000"
    assert said[1] == "tc class add dev eth0 parent 6d61: classid 6d61:4 htb rate 32gbit quantum 60000"
    assert said[2] == "tc qdisc add dev eth0 parent 6d61:4 handle 7d62: netem limit 65536 delay 100ms"
    assert "tc filter add dev eth0 parent 6d61: protocol ip prio 2 u32 match ip dport 53 0xffff flowid 6d61:0" in said
    assert said[-2] == "tc filter add dev eth0 parent 6d61: protocol ip prio 4 u32 match ip dst 0.0.0.0/0 flowid 6d61:4"


def test_netem_is_told_each_share_in_percent() -> None:
    wanted = treatment.Treatment(delay=0.01, reorder=0.25)
    assert shaping.by_netem(wanted) == ["netem", "limit", "65536", "delay", "10ms", "reorder", "25%"]
    wanted = treatment.Treatment(loss=0.1, corrupt=0.005, duplicate=1)
    assert shaping.by_netem(wanted)[3:] == ["loss", "10%", "corrupt", "0.5%", "duplicate", "100%"]


def test_a_rate_has_the_same_queue_in_front_in_the_kernel_and_here() -> None:
    said = lines(shaping.by_tbf(8_000_000))
    assert said[2].endswith("handle 7d62: tbf rate 8000000bit burst 4000 limit 200000")
    line = treatment.Line(8_000_000)
    fates = [line.fate(treatment_packet(1000), None, 0.0) for _ in range(300)]
    assert sum(not f.lost for f in fates) * 1000 == pytest.approx(200_000, abs=1000)


def treatment_packet(size: int) -> Any:
    return treatment.Packet(1, 1, b"", size)


def test_a_peer_and_a_port_narrow_it() -> None:
    caught = [line for line in lines(HUNDRED, ("10.0.0.3",), 80) if line.endswith("6d61:4")]
    assert [line.partition("u32 ")[2] for line in caught] == [
        f"match ip dst 10.0.0.3 match ip {side} 80 0xffff flowid 6d61:4" for side in ("sport", "dport")
    ]


def test_nothing_of_others_is_replaced(monkeypatch: pytest.MonkeyPatch) -> None:
    ran: list[list[str]] = []

    def run(command: list[str]) -> str:
        ran.append(command)
        return FOREIGN

    monkeypatch.setattr(shaping, "run", run)
    with pytest.raises(OSError, match="has a root qdisc already"):
        shaping.Shaper("k", ["eth0"]).put_in_place(HUNDRED)
    assert shaping.Shaper("k", ["eth0"]).clear() == []
    assert all(command[:3] == ["tc", "qdisc", "show"] for command in ran)


def test_only_the_own_root_is_removed(monkeypatch: pytest.MonkeyPatch) -> None:
    ran: list[str] = []

    def run(command: list[str]) -> str:
        ran.append(" ".join(command))
        return OURS if "eth0" in command else NONE

    monkeypatch.setattr(shaping, "run", run)
    assert MINE.clear() == ["eth0"]
    assert [line for line in ran if "del" in line] == [f"tc qdisc del dev eth0 root handle {MINE.root}"]


def test_the_shaping_of_another_fault_is_not_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shaping, "run", lambda command: OURS)
    other = shaping.Shaper("other", ["eth0"])
    assert (MINE.ours(), other.ours(), other.clear()) == (["eth0", "eth1"], [], [])


def test_a_step_that_fails_leaves_nothing_behind(monkeypatch: pytest.MonkeyPatch) -> None:
    state = {"root": NONE}
    ran: list[str] = []

    def run(command: list[str]) -> str:
        ran.append(" ".join(command))
        if "show" in command:
            return state["root"]
        if "netem" in command:
            raise OSError("tc qdisc add: Specified qdisc kind is unknown")
        if "root" in command:
            state["root"] = OURS
        return ""

    monkeypatch.setattr(shaping, "run", run)
    with pytest.raises(OSError, match="kind is unknown"):
        shaping.Shaper("k", ["eth0"]).put_in_place(HUNDRED)
    assert ran[-2:] == [f"tc qdisc del dev eth0 root handle {MINE.root}", "ip link set dev eth0 txqueuelen 0"]


def test_a_device_keeps_the_length_of_its_queue(monkeypatch: pytest.MonkeyPatch) -> None:
    ran: list[str] = []
    said = {"eth0": "2: eth0: <UP> mtu 1500 qdisc noqueue", "eth1": "3: eth1: <UP> mtu 1500 qdisc noqueue qlen 1000"}

    def run(command: list[str]) -> str:
        ran.append(" ".join(command))
        return said[command[-1]] if command[0] == "ip" and "show" in command else NONE

    monkeypatch.setattr(shaping, "run", run)
    shaping.Shaper("k", ["eth0", "eth1"]).put_in_place(HUNDRED)
    assert [line for line in ran if "txqueuelen" in line] == ["ip link set dev eth0 txqueuelen 0"]
    assert ran[-1] == "ip link set dev eth0 txqueuelen 0"
