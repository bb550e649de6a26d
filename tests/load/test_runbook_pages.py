"""Runbook pages: plain Markdown, `runbook: v1`, and whatever else a wiki holds."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from gameday.errors import InvalidInput
from gameday.load.runbook import read_runbook
from gameday.model.evidence import Predicate
from gameday.model.runbook import Runbook

V1 = "---\nrunbook: v1\nalert: A\n---\n# A\n## Mitigation\n"


def read(tmp_path: Path, text: str | bytes) -> Runbook:
    path = tmp_path / "A.md"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return read_runbook(path, tmp_path)


def mistakes(tmp_path: Path, text: str | bytes) -> list[str]:
    with pytest.raises(InvalidInput) as error:
        read(tmp_path, text)
    return [str(m).replace(f"{tmp_path}/", "") for m in error.value.mistakes]


def matches(evidence: Predicate | None, command: str) -> bool:
    assert evidence is not None
    alternatives = evidence.any_ or (evidence,)
    return any(a.exec is not None and re.search(a.exec.match, command) is not None for a in alternatives)


FULL = """\
---
runbook: v1
alerts: [ApiHighErrorRate, ApiDown]
service: api
owner: team-payments
severity: critical
reviewed: 2026-03-04
contacts:
  - {when: "no improvement in 15m", page: payments-oncall, channel: "#sec"}
runme: {id: x}
weight: 20
---
# ApiHighErrorRate
## Meaning
Users see errors.
```text
not prose
```
## Diagnosis
### d1 Is it the new version?
```sh {"name":"d1","gd":"diagnose","expect":"^api.*2\\\\.4\\\\."}
docker ps --format '{{.Names}} {{.Image}}' | grep api
```
## Mitigation
<!-- gd
do_first: [m1, m2]         # any one counts
-->
### m1 Roll back to the previous image
```sh {"name":"m1","gd":"mitigate","undo":"m1-undo","danger":"restart"}
docker compose up -d --no-deps api   # API_TAG from .env.previous
```
```sh {"name":"m1-undo"}
docker compose down
```
<!-- gd
evidence:
  any:
    - docker: {action: start, container: api, image: "api:2.3.*"}
    - exec:   {match: "compose up .*\\\\bapi\\\\b", exit: 0}
    - metric: {query: up}

outcome:
  canary: {path: /checkout, ok: ">= 0.99", for: 60s}
within: 10m
after: d1
-->
### m2 Turn the new feature off
Open the flag page.
<!-- gd
evidence: {flag: {name: checkout_v2, value: off}}
-->
## Resolution
### r1 Fix forward
<!-- gd
after: [m1|m2]
evidence: {git: {repo: api, after_drill: true}}
phase: after
-->
"""


def test_a_page_of_level_2_says_everything(tmp_path: Path) -> None:
    page = read(tmp_path, FULL)
    assert (page.level, page.title, page.path) == (2, "ApiHighErrorRate", "A.md")
    assert page.alerts == ("ApiHighErrorRate", "ApiDown")
    assert (page.service, page.owner, page.severity, page.reviewed) == ("api", "team-payments", "critical", "2026-03-04")
    assert page.contacts[0].channel == "#sec"
    assert page.do_first == ("m1", "m2")
    assert [s.id for s in page.mitigations] == ["m1", "m2"]
    assert [(s.id, s.kind, s.section, s.confidence) for s in page.steps] == [
        ("d1", "diagnose", "Diagnosis", "A"), ("m1", "mitigate", "Mitigation", "A"),
        ("m2", "mitigate", "Mitigation", "A"), ("r1", "resolve", "Resolution", "A"),
    ]  # fmt: skip
    d1, m1, m2, r1 = page.steps
    assert matches(d1.evidence, 'docker  ps --format "{{.Names}} {{.Image}}"')
    assert m1.commands == ("docker compose up -d --no-deps api",)
    assert (m1.undo, m1.danger, m1.after) == ("m1-undo", "restart", ("d1",))
    assert m1.within is not None and m1.within.total_seconds() == 600
    assert m1.outcome is not None and m1.outcome.canary_good_for.total_seconds() == 60
    assert m1.evidence is not None and m1.evidence.any_ is not None
    assert [p.model_dump(exclude_none=True).keys() for p in m1.evidence.any_] == [{"docker"}, {"exec"}]
    assert m2.evidence is not None and m2.evidence.flag is not None and m2.evidence.flag.value == "off"
    assert (r1.evidence, r1.phase, r1.after) == (None, "after", ("m1|m2",))


def test_sections_keep_their_lines_and_their_prose_without_fences_and_notes(tmp_path: Path) -> None:
    page = read(tmp_path, FULL)
    lines = FULL.splitlines()
    assert [s.title for s in page.sections] == ["Meaning", "Diagnosis", "Mitigation", "Resolution"]
    assert all(lines[s.line - 1] == f"## {s.title}" for s in page.sections)
    assert page.sections[0].text == "Users see errors."
    assert page.sections[2].text.splitlines() == [
        "### m1 Roll back to the previous image",
        "### m2 Turn the new feature off",
        "Open the flag page.",
    ]


def test_windows_line_ends_change_nothing_but_the_hash(tmp_path: Path) -> None:
    unix, windows = read(tmp_path, FULL), read(tmp_path, FULL.replace("\n", "\r\n"))
    assert windows.model_copy(update={"sha256": unix.sha256}) == unix


def test_level_1_derives_evidence_from_the_commands_that_change_something(tmp_path: Path) -> None:
    page = read(
        tmp_path, V1 + '### m1 Restart\n```sh {"name":"m1","gd":"mitigate"}\ncd /srv\n$ docker ps\n$ docker restart <container>\n```\n'
    )
    assert page.level == 1
    (step,) = page.steps
    assert step.confidence == "A"
    assert matches(step.evidence, "sudo  docker restart payments")
    assert not matches(step.evidence, "docker ps")
    assert not matches(step.evidence, "docker restart")


def test_a_fence_with_a_name_is_a_step_without_a_heading_of_its_own(tmp_path: Path) -> None:
    page = read(
        tmp_path, V1 + '```sh {"name":"m1","gd":"mitigate"}\ndocker start a\n```\n\n```sh {"name":"m2","gd":"verify"}\ncurl x\n```\n'
    )
    assert [(s.id, s.kind, s.line) for s in page.steps] == [("m1", "mitigate", 7), ("m2", "verify", 11)]


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ('### m1 X\n```sh {"name":"m1","gd":"mitigate"\nx\n```\n', 'A.md:8:1: the JSON after the fence cannot be read (expecting \',\' delimiter); write it as {"name":"m1","gd":"mitigate"}'),
        ('### m1 X\n```sh {"name":"m1","gd":"mitigat"}\nx\n```\n', "A.md:7:1: step m1: no kind 'mitigat'; did you mean 'mitigate'?"),
        ('```sh {"gd":"mitigate"}\nx\n```\n', 'A.md:7:1: the fence has a `gd` and no `name`; give it the id of its step: {"name":"m1",…}'),
        ("### m1 X\n<!-- gd\nevidnce: {}\n-->\n", "A.md:9:1: no key 'evidnce'; did you mean 'evidence'? allowed: gd, evidence, outcome, within, after, undo, danger, phase, do_first"),
        ("### m1 X\n<!-- gd\nwithin: 22:30\n-->\n", 'A.md:9:9: within: "22:30" is not a duration; write 22m30s'),
        ("### m1 X\n<!-- gd\na: [\n-->\n", "A.md:10:1: a value was expected here"),
        ('### m1 X\n<!-- gd\nevidence: {exec: {match: "("}}\n-->\n', "A.md:9:26: evidence.exec.match: is not a regular expression: missing ), unterminated subpattern at position 0"),
        ("### m1 X\n<!-- gd\nevidence: {note: {match: a}, page: {}}\n-->\n", "A.md:9:30: evidence: a predicate is exactly one of exec, docker, http, flag, comm, note, page; join several with any: or all:"),
        ("### m1 X\n<!-- gd\nafter: [m2]\n-->\n", "A.md:7:1: step m1: after: no other step 'm2'"),
        ("<!-- gd\ndo_first: [m7]\n-->\n### m1 X\n", "A.md:7:1: do_first: no step 'm7'; there is m1"),
        ("### m1 X\n### m1 Y\n", "A.md:8:1: the step 'm1' is written twice; give each its own id"),
        ("### m1 X\n<!-- gd\n- a\n-->\n", None),
    ],
)  # fmt: skip
def test_a_mistake_on_a_v1_page_is_told_at_its_place(tmp_path: Path, body: str, message: str | None) -> None:
    found = mistakes(tmp_path, V1 + body)
    assert len(found) == 1
    assert message is None or found == [message]


def test_front_matter_of_other_tools_is_passed_over_and_a_slip_of_ours_is_not(tmp_path: Path) -> None:
    assert mistakes(tmp_path, "---\nrunbook: v1\nalrt: A\nweight: 1\n---\n# A\n") == ["A.md:3:1: no key 'alrt'; did you mean 'alert'?"]
    assert mistakes(tmp_path, "---\nrunbook: v2\n---\n# A\n") == ["A.md:2:10: runbook: this gameday reads `runbook: v1` only"]
    assert mistakes(tmp_path, "---\nrunbook: v1\nreviewed: March\n---\n# A\n")[0].startswith('A.md:3:11: reviewed: "March" is not spelt')


PLAIN = """\
---
title: Kube Pod Crash Looping
weight: 20
tags: [a, a
---
# KubePodCrashLooping
## Diagnosis
- Check pod events via `kubectl -n $NAMESPACE describe pod $POD`, see `CrashLoopBackOff`.
```console
$ kubectl get pod -l app=x   # all of them
NAMESPACE   NAME
default     x-0
$ etcdctl endpoint status \\
    -w table
```
```promql
up == 0
```
```json {"gd": broken
{}
```
## Mitigation
```
systemctl restart x
```
"""


def test_a_plain_page_gives_steps_from_its_commands_with_confidence_b(tmp_path: Path) -> None:
    page = read(tmp_path, PLAIN)
    assert (page.level, page.title, page.alerts) == (0, "KubePodCrashLooping", ())
    assert [(s.id, s.kind, s.confidence) for s in page.steps] == [("d1", "diagnose", "B"), ("d2", "diagnose", "B"), ("m1", "mitigate", "B")]
    d1, d2, m1 = page.steps
    assert d2.commands == ("kubectl get pod -l app=x", "etcdctl endpoint status -w table")
    assert matches(d1.evidence, "kubectl -n shop describe pod checkout-0")
    assert not matches(d1.evidence, "kubectl -n shop describe node a")
    assert matches(m1.evidence, "sudo systemctl restart x")


@pytest.mark.parametrize(
    "data",
    [b"", b"\n", b"no heading", b"---\n", b"---\nrunbook", b"+++\na = 1\n+++\n# x", b"\xff\xfe#\x00 \x00x\x00", b"# caf\xe9", b"# a\0b",
     b"## \n## \n```", b"<!-- gd", b"<!-- gd -->", b"[" * 5000, b"> " * 2000, b"* " * 2000, b"#" * 9000, b"`" * 9000,
     b"\xef\xbb\xbf---\ntitle: x\n---\n## Diagnosis\n`ls -l`", b"Title\n=====\n\nMitigation\n----------\n", b"```sh {\"a\": " + b"[" * 20_000],
)  # fmt: skip
def test_any_markdown_that_makes_no_promise_loads(tmp_path: Path, data: bytes) -> None:
    assert read(tmp_path, data).level == 0


def test_a_huge_page_is_refused_and_one_below_the_limit_is_read_quickly(tmp_path: Path) -> None:
    assert mistakes(tmp_path, b"x" * 1_000_001) == ["A.md: is over 1000 kB; split the page"]
    assert read(tmp_path, b"## Diagnosis\n\n`kubectl get pods`\n\n" * 5_000).steps


def test_a_page_that_is_not_there_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="cannot be read: No such file"):
        read_runbook(tmp_path / "none.md", tmp_path)


def test_a_command_that_only_looks_is_no_mitigation_wherever_it_stands(tmp_path: Path) -> None:
    page = read(
        tmp_path, "# A\n## Mitigation\n```sh\nkubectl get pvc data\n```\n```sh\nkubectl edit pvc data\n```\n```sh\netcdctl defrag\n```\n"
    )
    assert [(s.id, s.kind, s.section) for s in page.steps] == [
        ("d1", "diagnose", "Mitigation"), ("m1", "mitigate", "Mitigation"), ("m2", "mitigate", "Mitigation"),
    ]  # fmt: skip
