"""Read `programme.yaml`: which services shall be drilled with what, how often."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from gameday.errors import InvalidInput, Mistake
from gameday.load.calendar import read_calendar
from gameday.load.noun_reader import Mistakes, must_be_mapping, read_noun
from gameday.load.quoting import meant, named, shown
from gameday.load.tree import Branch, find
from gameday.load.workspace import Workspace
from gameday.load.yaml_reader import read_yaml
from gameday.model.closing import Calendar
from gameday.model.fault_class import FAULT_CLASSES
from gameday.model.programme import Programme


def read_programme(workspace: Workspace, services: Collection[str], faults: Collection[str]) -> tuple[Programme, Mapping[str, Calendar]]:
    """The programme of a workspace and the calendars it names. `services` are those of services.yaml; none: any may be named.

    Raises InvalidInput with all mistakes, also where there is no such file.
    """
    path = workspace.root / "programme.yaml"
    if not path.exists():
        said = "no such file; write which services shall be drilled, as in `duties: [{service: checkout, faults: [network, container]}]`"
        raise InvalidInput(Mistake(shown(path), 0, 0, said))
    mistakes = Mistakes(shown(path))
    tree = must_be_mapping(read_yaml(path), mistakes, "a programme")
    programme: Programme | None = read_noun(tree, Programme, mistakes)
    calendars: dict[str, Calendar] = {}
    if programme is not None:
        _tell_names(programme, tree, services, (*FAULT_CLASSES, *faults), mistakes)
        _read_calendars(programme, tree, workspace, calendars, mistakes)
    mistakes.stop()
    assert programme is not None
    return programme, calendars


def _tell_names(programme: Programme, tree: Branch, services: Collection[str], faults: Collection[str], mistakes: Mistakes) -> None:
    seen: set[tuple[str, str]] = set()
    for index, duty in enumerate(programme.duties):
        way = ("duties", index)
        if services and duty.service not in services:
            mistakes.add(
                find(tree, (*way, "service"))[2], f"no service {named(duty.service)} in services.yaml{meant(duty.service, services)}", way
            )
        for place, fault in enumerate(duty.faults):
            mark = find(tree, (*way, "faults", place))[2]
            if fault not in faults:
                there = meant(fault, faults) or f"; there is {', '.join(FAULT_CLASSES)}"
                mistakes.add(mark, f"no class of faults {named(fault)}{there}", way)
            elif (duty.service, fault) in seen:
                mistakes.add(mark, f"{duty.service} with {fault} is a duty already; keep one", way)
            seen.add((duty.service, fault))


def _read_calendars(programme: Programme, tree: Branch, workspace: Workspace, into: dict[str, Calendar], mistakes: Mistakes) -> None:
    for key in ("freezes", "holidays"):
        for index, path in enumerate(getattr(programme, key)):
            if (wrong := workspace.path_mistake(path)) is not None:
                mistakes.add(find(tree, (key, index))[2], wrong, (key, index))
                continue
            try:
                into[path] = read_calendar(workspace.root / path)
            except InvalidInput as error:
                mistakes.take(error.mistakes)
