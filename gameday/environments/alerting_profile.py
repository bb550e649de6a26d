"""An alerting profile: the folder that Prometheus and Alertmanager read, with rules, routes and intervals.

A profile may be told as what differs from another one. Its folder then holds a `profile.yaml`:

    like: fast
    about: Critical pages of the checkout go to the wrong team.
    change:
      alertmanager.yml:
        - {text: "receiver: shop-pager", becomes: "receiver: platform-pager"}

and files of its own take the place of the other's. A text must stand there exactly once: a difference that no longer fits
is a mistake, not a profile without its gap.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

from pydantic import Field, ValidationError

from gameday.errors import InvalidInput
from gameday.model.noun import Noun

DIFFERENCES = "profile.yaml"
FILES = ("prometheus.yml", "rules.yml", "alertmanager.yml")
NAME = r"^[a-z][a-z0-9_-]{0,40}$"


class Change(Noun):
    """One text, and what takes its place."""

    text: Annotated[str, Field(min_length=1)]
    becomes: str


class Differences(Noun):
    """`profile.yaml`."""

    like: Annotated[str, Field(pattern=NAME)]
    about: str | None = None
    change: Mapping[str, tuple[Change, ...]] = Field(default_factory=dict)


def profile_folder(root: Path, name: str) -> Path:
    """The folder of a profile with all its files, ready to be mounted. Raises InvalidInput where it cannot be had.

    Differences are laid out under `build/`, always at the same place, so that a running Prometheus sees a new one.
    """
    own = _own_folder(root, name)
    if not (own / DIFFERENCES).is_file():
        return own
    files = profile_files(root, name)
    laid_out = root / "build" / "alerting" / name
    laid_out.mkdir(parents=True, exist_ok=True)
    for file, text in files.items():
        (laid_out / file).write_text(text)
    # Read by programs in containers that run as somebody else.
    for path in (laid_out, *laid_out.iterdir()):
        path.chmod(0o755 if path.is_dir() else 0o644)
    return laid_out


def profile_files(root: Path, name: str, asked_by: tuple[str, ...] = ()) -> dict[str, str]:
    """The text of each file of a profile, with its differences."""
    own = _own_folder(root, name)
    if name in asked_by:
        raise InvalidInput(f"alerting profiles are told by each other: {' like '.join((*asked_by, name))}")
    files = {file: (own / file).read_text() for file in FILES if (own / file).is_file()}
    if not (own / DIFFERENCES).is_file():
        return files
    told = _differences(own / DIFFERENCES)
    files = profile_files(root, told.like, (*asked_by, name)) | files
    for file, changes in told.change.items():
        for change in changes:
            files[file] = _changed(files.get(file, ""), change, f"sandbox/alerting/{name}/{DIFFERENCES}: {file}")
    return files


def _own_folder(root: Path, name: str) -> Path:
    profiles = root / "sandbox" / "alerting"
    if not re.fullmatch(NAME, name) or not (profiles / name).is_dir():
        known = sorted({p.parent.name for file in (DIFFERENCES, "rules.yml") for p in profiles.glob(f"*/{file}")})
        raise InvalidInput(f"no alerting profile {name!r} under sandbox/alerting/; there is {', '.join(known) or 'none'}")
    return profiles / name


def _differences(path: Path) -> Differences:
    import yaml

    try:
        return Differences.model_validate(yaml.safe_load(path.read_text()))
    except (yaml.YAMLError, ValidationError) as error:
        raise InvalidInput(f"{path}: {error}") from error


def _changed(text: str, change: Change, where: str) -> str:
    if (found := text.count(change.text)) != 1:
        raise InvalidInput(f"{where}: {change.text!r} stands there {found} times; it must be exactly once")
    return text.replace(change.text, change.becomes)
