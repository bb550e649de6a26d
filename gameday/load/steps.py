"""Steps of a page: from headings, fences and comments on a `runbook: v1` page, from commands on any other."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, get_args

from gameday.load.noun_reader import Mistakes
from gameday.load.page import SHELLS, Block, Comment, Fence, Heading, InlineCode, Page
from gameday.load.quoting import listed, meant, named
from gameday.load.step_notes import StepNotes, read_notes
from gameday.load.tree import Mark
from gameday.model.command_line import command_lines, looks_like_command, only_looks, pattern_of, telling
from gameday.model.evidence import Exec, Predicate
from gameday.model.runbook import Step, StepKind

KINDS: tuple[StepKind, ...] = get_args(StepKind)
_ID = re.compile(r"(?P<id>[a-z]{1,3}[0-9]{1,3}[a-z]?)[.:)]?\s+(?P<title>\S.*)")
_BY_SECTION: tuple[tuple[str, StepKind], ...] = (
    ("diagnos", "diagnose"), ("troubleshoot", "diagnose"), ("investigat", "diagnose"), ("mitigat", "mitigate"), ("remediat", "mitigate"),
    ("verif", "verify"), ("resol", "resolve"), ("escalat", "communicate"), ("communicat", "communicate"),
)  # fmt: skip


def kind_of_section(title: str) -> StepKind | None:
    """What steps under a heading are for, where the heading says so."""
    return next((kind for word, kind in _BY_SECTION if word in title.lower()), None)


@dataclass
class _Draft:
    """A step while its block is being read."""

    id: str
    title: str
    section: str
    line: int
    fences: list[Fence] = field(default_factory=list)
    comments: list[Comment] = field(default_factory=list)

    def key(self, name: str) -> str | None:
        value = next((f.keys[name] for f in self.fences if name in f.keys), None)
        return None if value is None else str(value)


@dataclass(frozen=True)
class Found:
    """What a page says about its steps."""

    steps: tuple[Step, ...]
    do_first: tuple[str, ...] = ()
    explicit: bool = False
    """Whether any step names its evidence."""


def written_steps(page: Page, mistakes: Mistakes) -> Found:
    """Steps of a `runbook: v1` page."""
    drafts, loose = _drafts(page.blocks, mistakes)
    do_first = [(step, c.line) for c in loose for step in read_notes(c, mistakes).do_first]
    steps: list[Step] = []
    explicit = False
    for draft in drafts:
        said = _merged([read_notes(c, mistakes) for c in draft.comments])
        do_first += [(step, draft.line) for step in said.do_first]
        explicit = explicit or said.evidence is not None
        if step := _step(draft, said, mistakes):
            if step.id in {s.id for s in steps}:
                mistakes.add(Mark(draft.line, 1), f"the step {named(step.id)} is written twice; give each its own id")
            steps.append(step)
    _tell_unknown_ids(steps, do_first, mistakes)
    return Found(tuple(steps), tuple(step for step, _ in do_first), explicit)


def _drafts(blocks: Sequence[Block], mistakes: Mistakes) -> tuple[list[_Draft], list[Comment]]:
    """Each step with what stands under it, and the comments that belong to no step."""
    drafts: list[_Draft] = []
    loose: list[Comment] = []
    section, title, current = "", "", None
    for block in blocks:
        match block:
            case Heading(level=1 | 2):
                section, title, current = (block.title if block.level == 2 else ""), "", None
            case Heading():
                title, current = block.title, None
                if found := _ID.fullmatch(block.title):
                    current = _Draft(found["id"], found["title"], section, block.line)
                    drafts.append(current)
            case Fence():
                if block.problem:
                    mistakes.add(Mark(block.line, 1), f'{block.problem}; write it as {{"name":"m1","gd":"mitigate"}}')
                current = _with_fence(block, current, drafts, section, title)
            case Comment():
                (current.comments if current else loose).append(block)
    return drafts, loose


def _with_fence(fence: Fence, current: _Draft | None, drafts: list[_Draft], section: str, title: str) -> _Draft | None:
    """Give a fence to the step it stands under; one with a `gd` kind and a name of its own begins a step."""
    name, kind = str(fence.keys.get("name", "")), fence.keys.get("gd")
    if kind is None and name and current is not None and name != current.id:
        return current  # an undo, or a helper of somebody else's tool
    if kind == "undo":
        return current
    if kind is not None and (current is None or (name and name != current.id)):
        current = _Draft(name, title or name, section, fence.line)
        drafts.append(current)
    if current is not None:
        current.fences.append(fence)
    return current


def _merged(notes: list[StepNotes]) -> StepNotes:
    """Several comments under one step count together; the later one wins."""
    said: dict[str, Any] = {}
    for note in notes:
        said |= {name: getattr(note, name) for name in note.model_fields_set}
    return StepNotes.model_construct(None, **said)


def _step(draft: _Draft, said: StepNotes, mistakes: Mistakes) -> Step | None:
    if not draft.id:
        mistakes.add(Mark(draft.line, 1), 'the fence has a `gd` and no `name`; give it the id of its step: {"name":"m1",…}')
        return None
    written = draft.key("gd")
    if written is not None and written not in KINDS:
        there = meant(written, KINDS) or f"; there is {listed(KINDS)}"
        mistakes.add(Mark(draft.line, 1), f"step {draft.id}: no kind {named(written)}{there}")
        return None
    kind = said.kind or next((k for k in KINDS if k == written), None) or kind_of_section(draft.section) or "judge"
    commands = tuple(line for f in draft.fences for line in command_lines(f.text) if f.language in SHELLS or f.keys)
    return Step(
        id=draft.id,
        title=draft.title,
        section=draft.section,
        kind=kind,
        line=draft.line,
        commands=commands,
        evidence=said.evidence or (None if kind == "judge" else evidence_of(commands)),
        outcome=said.outcome.canary_outcome if said.outcome else None,
        within=said.within,
        after=said.after,
        undo=said.undo or draft.key("undo"),
        danger=said.danger or draft.key("danger"),
        phase=said.phase,
    )


def evidence_of(commands: Sequence[str]) -> Predicate | None:
    """The proof that a step's commands were run: any one of those that tell."""
    patterns = tuple(dict.fromkeys(p for c in telling(commands) if (p := pattern_of(c))))
    if not patterns:
        return None
    found = tuple(Predicate(exec=Exec(match=p)) for p in patterns[:50])
    return found[0] if len(found) == 1 else Predicate(any=found)


def _tell_unknown_ids(steps: Sequence[Step], do_first: Sequence[tuple[str, int]], mistakes: Mistakes) -> None:
    ids = [s.id for s in steps]
    for step in steps:
        for other in (i for alternative in step.after for i in alternative.split("|")):
            if other not in ids or other == step.id:
                mistakes.add(Mark(step.line, 1), f"step {step.id}: after: no other step {named(other)}{meant(other, ids)}")
    for other, line in do_first:
        if other not in ids:
            mistakes.add(Mark(line, 1), f"do_first: no step {named(other)}{meant(other, ids) or '; there is ' + listed(ids)}")


def derived_steps(page: Page) -> Found:
    """Steps of a page that knows nothing of gameday: each command under Diagnosis or Mitigation, confidence B.

    A command that only looks mitigates nothing, wherever it stands.
    """
    steps: list[Step] = []
    numbers = {"d": 0, "m": 0}
    for meant_as, section, title, line, commands in _commands(page.blocks):
        kind: StepKind = "diagnose" if all(only_looks(c) for c in telling(commands)) else meant_as
        numbers[kind[0]] += 1
        steps.append(
            Step(
                id=f"{kind[0]}{numbers[kind[0]]}", title=title, section=section, kind=kind, line=line,
                commands=commands, evidence=evidence_of(commands), confidence="B",
            )
        )  # fmt: skip
    return Found(tuple(steps))


def _commands(blocks: Sequence[Block]) -> Iterator[tuple[Literal["diagnose", "mitigate"], str, str, int, tuple[str, ...]]]:
    section, title = "", ""
    for block in blocks:
        kind = kind_of_section(section)
        match block:
            case Heading(level=1 | 2):
                section = title = block.title
            case Heading():
                title = block.title
            case Fence() if kind in ("diagnose", "mitigate"):
                commands = _fence_commands(block)
                if commands:
                    yield kind, section, title, block.line, commands
            case InlineCode() if kind in ("diagnose", "mitigate") and looks_like_command(block.text):
                yield kind, section, title, block.line, command_lines(block.text)


def _fence_commands(fence: Fence) -> tuple[str, ...]:
    """Commands of a shell fence; of an unnamed one only where they can be told from output."""
    commands = command_lines(fence.text)
    if fence.language.split(" ")[0] in SHELLS:
        return commands
    return commands if not fence.language and commands and looks_like_command(commands[0]) else ()
