"""Commands of a page as patterns that a responder's own command matches."""

from __future__ import annotations

import re

import pytest

from gameday.model.command_line import command_lines, looks_like_command, only_looks, pattern_of, telling
from gameday.model.mutation import mutates


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
        ("kubectl -n $NS describe pod $POD", "kubectl describe pod api-1 -n shop", True),
        ("kubectl -n $NS describe pod $POD", "kubectl --context=blue -n shop describe pod api-1", True),
        ("docker restart payments", "docker restart -t 5 payments", True),
        ("docker restart payments", "docker restart -t 5 db && echo payments", False),
        ("docker restart payments", "docker restart db payments", False),
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


@pytest.mark.parametrize(
    ("command", "looks"),
    [
        ("kubectl --context a -n b get pods | grep api", True),
        ("kubectl get pvc $(kubectl get pods -o name)", True),
        ("sudo journalctl -u kubelet", True),
        ("docker compose logs api", True),
        ("docker compose restart api", False),
        ("kubectl get pods; kubectl delete pod x", False),
        ("tail -f x && reboot", False),
        ("etcdctl defrag", False),
        ("kubectl exec x -- rm y", False),
    ],
)
def test_a_command_only_looks_where_that_is_known(command: str, looks: bool) -> None:
    assert only_looks(command) is looks


def test_a_setting_between_commands_is_none() -> None:
    assert command_lines("kubectl edit cm proxy\nmetricsBindAddress: 0.0.0.0:10249\n") == ("kubectl edit cm proxy",)
