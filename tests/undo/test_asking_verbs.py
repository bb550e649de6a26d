"""Verbs that ask a server inside a container: each reads, acts only where needed, and reads back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from gameday.undo import VERBS
from gameday.undo.docker_host import ContainerState, NotDone

ARGUMENTS = {"container": "c1", "user": "postgres", "database": "shop"}


class Server:
    """A container in which a server answers; `answer` gets what was asked last."""

    def __init__(self, answer: Callable[[str], str], *, running: bool = True, paused: bool = False) -> None:
        self.answer, self.now = answer, ContainerState(running, paused, "t0")
        self.asked: list[str] = []

    def state(self, container: str) -> ContainerState:
        return self.now

    def can_be_entered(self, container: str) -> bool:
        return self.now.running

    def run(self, container: str, command: tuple[str, ...], user: str = "") -> str:
        asked = command[-1] if command[0] == "psql" else " ".join(command[1:])
        self.asked.append(asked)
        return self.answer(asked)


def run(verb: str, server: Server, **arguments: str) -> str:
    host: Any = server
    return VERBS[verb](host, {"started_at": "t0"}, ARGUMENTS | arguments)


class Role:
    """A role that may or may not log in, and does as it is told unless it is stubborn."""

    def __init__(self, state: str, *, stubborn: bool = False) -> None:
        self.state, self.stubborn = state, stubborn

    def __call__(self, asked: str) -> str:
        if asked.startswith("alter") and not self.stubborn:
            self.state = "t"
        return self.state if asked.startswith("select") else ""


@pytest.mark.parametrize(
    ("state", "said", "asked"), [("f", "the role may log in again", 3), ("t", "was as before", 1), ("", "was dropped by others", 1)]
)
def test_a_role_gets_its_login_only_where_it_lacks_it(state: str, said: str, asked: int) -> None:
    server = Server(Role(state))
    assert run("postgres_role_restore", server, role="shop") == said
    assert len(server.asked) == asked


def test_a_login_that_does_not_come_back_is_said() -> None:
    with pytest.raises(NotDone, match="still cannot log in"):
        run("postgres_role_restore", Server(Role("f", stubborn=True)), role="shop")
    with pytest.raises(NotDone, match="does not run"):
        run("postgres_role_restore", Server(Role("f"), running=False), role="shop")


@pytest.mark.parametrize("name", ["", "a'b", 'a"b', "a; drop", "a" * 64])
def test_a_name_can_say_nothing_to_a_server(name: str) -> None:
    for verb, argument in (("postgres_role_restore", "role"), ("postgres_setting_restore", "setting"), ("postgres_replay_resume", "user")):
        server = Server(lambda _: "f")
        with pytest.raises(ValueError, match="letters, digits"):
            run(verb, server, **{"there": "-", "before": "0", argument: name})
        assert server.asked == []


@pytest.mark.parametrize(("state", "said"), [("promoted", "was ended by a promotion"), ("not paused", "was replaying")])
def test_a_standby_that_replays_is_left_alone(state: str, said: str) -> None:
    server = Server(lambda _: state)
    assert run("postgres_replay_resume", server) == said
    assert len(server.asked) == 1
    assert run("postgres_replay_resume", Server(lambda _: state, running=False)) == "was ended with its server"


def test_a_setting_goes_back_to_what_was_written_or_to_nothing() -> None:
    for there, wanted in (("-", "alter system reset delay"), ("5s", "alter system set delay = '5s'")):
        now = ["late"]

        def answer(asked: str, there: str = there, now: list[str] = now) -> str:
            if asked.startswith("alter"):
                now[0] = "0"
            return there if "pg_file_settings" in asked else now[0]

        server = Server(answer)
        assert run("postgres_setting_restore", server, setting="delay", there=there, before="0") == "the setting is as before"
        assert wanted in server.asked
        assert run("postgres_setting_restore", server, setting="delay", there=there, before="0") == "was as before"


def test_entries_are_counted_removed_and_counted_again() -> None:
    left = ["7"]

    def answer(asked: str) -> str:
        said = left[0]
        if "lrem" in asked:
            left[0] = "0"
        return said

    server = Server(answer)
    assert run("redis_entries_remove", server, key="orders", entry="gameday.fault=x.c1.") == "7 of its entries were removed"
    assert run("redis_entries_remove", server, key="orders", entry="gameday.fault=x.c1.") == "was consumed"
    with pytest.raises(NotDone, match="3 of its entries"):
        run("redis_entries_remove", Server(lambda _: "3"), key="orders", entry="x")
    with pytest.raises(NotDone, match="NOAUTH"):
        run("redis_entries_remove", Server(lambda _: "NOAUTH Authentication required."), key="orders", entry="x")


def test_only_a_key_of_our_own_is_removed() -> None:
    answers = {"del gameday.fault.x": "1", "exists gameday.fault.x": "0"}
    assert run("redis_key_remove", Server(answers.__getitem__), key="gameday.fault.x") == "its mark was removed"
    assert run("redis_key_remove", Server(lambda _: "0"), key="gameday.fault.x") == "was gone"
    with pytest.raises(ValueError, match="not a key of ours"):
        run("redis_key_remove", Server(lambda _: "1"), key="orders")


def test_a_user_is_turned_on_where_it_is_off() -> None:
    state = ["off"]

    def answer(asked: str) -> str:
        if asked.endswith("shop on"):
            state[0] = "on"
        return f"user default on nopass\nuser shop {state[0]} #ab ~*"

    server = Server(answer)
    assert run("redis_user_restore", server, user="shop") == "the user may authenticate again"
    assert run("redis_user_restore", server, user="shop") == "was as before"
    assert run("redis_user_restore", server, user="gone") == "was removed by others"
