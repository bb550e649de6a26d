"""Commands of a page as patterns that a responder's own command matches."""

from __future__ import annotations

import re

import pytest

from gameday.model.command_line import command_lines, looks_like_command, mutates, pattern_of, telling


@pytest.mark.parametrize(
    ("written", "typed", "same"),
    [
        ("docker restart payments", "docker restart payments", True),
        ("docker restart payments", "  docker   restart\tpayments ", True),
        ("docker restart payments", "cd /srv && docker restart payments; docker ps", True),
        ("docker restart payments", "docker restart payments-2", False),
        ("docker restart payments", "notdocker restart payments", False),
        ("docker restart <container>", "docker restart payments", True),
        ("kubectl -n $NS get pods", "kubectl -n shop get pods", True),
        ("kubectl -n ${NS} get pods | grep api", "kubectl -n shop get pods | less", True),
        ("docker ps --format '{{.Names}}'", 'docker ps --format "{{.Names}}"', True),
        ("docker ps > out.txt", "docker ps", True),
        ("kubectl delete pod $(kubectl get pod -o name | head -1)", "kubectl delete pod checkout-0", True),
        ("curl -X PUT http://ops/flags/a?b=1", "curl -X PUT http://ops/flags/a?b=1", True),
        ("curl -X PUT http://ops/flags/a?b=1", "curl -X PUT http://ops/flags/axb=1", False),
    ],
)
def test_a_pattern_finds_what_a_person_types(written: str, typed: str, same: bool) -> None:
    assert bool(re.search(pattern_of(written), typed)) is same


def test_prompts_comments_continuations_and_output_are_taken_out() -> None:
    text = "# first\n$ docker ps \\\n    -a   # all\nNAMES   IMAGE\nuser@host:~$ echo 'a # b'\n"
    assert command_lines(text) == ("docker ps -a", "echo 'a # b'")
    assert command_lines("docker ps\n\n  # only a comment\ndocker stop a\n") == ("docker ps", "docker stop a")


def test_what_changes_something_tells_more_than_what_looks() -> None:
    assert telling(["cd /srv", "A=1", "docker ps", "docker restart a"]) == ("docker restart a",)
    assert telling(["export A=1", "docker ps", "df -h"]) == ("docker ps", "df -h")
    assert telling(["cd /srv"]) == ()


@pytest.mark.parametrize(
    ("command", "changes"),
    [
        ("docker compose up -d", True),
        ("docker ps", False),
        ("curl -d x http://a", True),
        ("kubectl rollout history x", False),
        ("kubectl -n a rollout undo x", True),
    ],
)
def test_changing_commands_are_told_from_looking_ones(command: str, changes: bool) -> None:
    assert mutates(command) is changes


def test_a_word_is_not_a_command_and_a_known_tool_with_something_to_do_is() -> None:
    assert looks_like_command("kubectl get pods")
    assert looks_like_command("$ docker ps")
    assert not looks_like_command("kubectl")
    assert not looks_like_command("severity: critical")
