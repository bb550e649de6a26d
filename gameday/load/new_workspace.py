"""Make a workspace: the folders that this repository works with itself, schemas for editors, and a page that says what is what.

There is one source. A wheel carries those folders as `gameday/workspace/`; an installation from a checkout reads the checkout.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import gameday
from gameday.errors import InvalidInput, Missing
from gameday.load.schema import KINDS, Kind, schema
from gameday.model.protocols import Fault

PARTS = (
    "gameday.toml",
    "services.yaml",
    "programme.yaml",
    "docker-compose.sandbox.yml",
    "scenarios",
    "probes",
    "runbooks",
    "responders",
    "schedules",
    "traffic",
    "sandbox",
    "setup/docker.sh",
)
"""What is taken over, as it stands. pyproject.toml puts the same into the wheel."""
SCHEMAS = "schema"
_DESCRIBED: Mapping[str, Kind] = {
    "scenarios": "scenario", "probes": "probe", "responders": "responder", "services.yaml": "services",
    "schedules": "schedule", "programme.yaml": "programme",
}  # fmt: skip
_MARK = "# yaml-language-server: $schema="
_LEFT_OUT = frozenset({"__pycache__", ".mypy_cache", ".ruff_cache", ".pytest_cache", ".DS_Store"})
_UNNOTICED = frozenset({".git"})
"""What may be in a folder that counts as empty."""

IGNORED = """\
reports/
.gameday/
.venv/
__pycache__/
"""
README = """\
# Drills

Made by `gameday init`. Everything here is yours to change.

| | |
| --- | --- |
| `scenarios/` | what is broken, and what should be seen and done about it |
| `runbooks/` | the pages that responders follow; each step says what proves it |
| `probes/` | questions that scenarios ask by name, such as the share of checkouts that succeed |
| `responders/` | scripted responders, for drills without people |
| `schedules/` | when which scenario is drilled, with whom |
| `programme.yaml` | which services shall be drilled with what, how often |
| `traffic/` | users, made by Locust |
| `services.yaml` | who owns what, who reads which receiver, when an incident is an incident |
| `gameday.toml` | settings |
| `sandbox/`, `docker-compose.sandbox.yml` | a small shop with monitoring, made to be broken |
| `schema/` | JSON Schema for editors; `gameday schema KIND` prints it anew |
| `setup/docker.sh` | installs and starts Docker on Debian and Ubuntu |
| `reports/` | one folder for each drill, kept out of version control |

```sh
gameday doctor                # what this host has, and what to do about what it has not
gameday check                 # every mistake at once
gameday plan SCENARIO         # what a drill would do, in plain words
gameday run SCENARIO          # do it, and be the responder
gameday explain GAP           # what a gap means and how to close it
```
"""


def source_root() -> Path:
    """Where the parts lie: inside the installed package, or the checkout around it. Raises Missing where neither is whole."""
    package = Path(gameday.__file__).parent
    for root in (package / "workspace", package.parent):
        if all((root / part).exists() for part in PARTS):
            return root
    raise Missing(f"this installation of gameday is not whole: {package} has no workspace to copy; install it again")


def make_workspace(place: Path, faults: Mapping[str, type[Fault]]) -> Sequence[Path]:
    """Fill an empty or new folder; the files made, relative to it. Overwrites nothing.

    Raises InvalidInput where `place` is not empty or not a folder, Missing where it cannot be written; then nothing is left.
    """
    source = source_root()
    made: list[Path] = []
    try:
        _must_be_empty(place)
        for folder in [p for p in (place, *place.parents) if not p.exists()][::-1]:
            folder.mkdir()
            made.append(folder)
        for name, data in _files(source, faults):
            _write(place, name, data, made)
    except OSError as error:
        _take_back(made)
        raise Missing(f"{place} cannot be made a workspace: {error.strerror or error}; choose a folder that you may write to") from error
    return tuple(p.relative_to(place) for p in made if p.is_file())


def _must_be_empty(place: Path) -> None:
    if place.exists() and not place.is_dir():
        raise InvalidInput(f"{place} is a file; name a folder, such as `gameday init drills`")
    inside = sorted(p.name for p in place.iterdir() if p.name not in _UNNOTICED) if place.exists() else []
    if inside:
        named = ", ".join(inside[:3]) + (" …" if len(inside) > 3 else "")
        raise InvalidInput(f"{place} is not empty (it holds {named}); name a new or an empty folder: nothing is ever overwritten")


def _files(source: Path, faults: Mapping[str, type[Fault]]) -> Iterator[tuple[str, bytes]]:
    """Every file of a workspace: its path from the root, and what is in it."""
    yield "README.md", README.encode()
    yield ".gitignore", IGNORED.encode()
    for kind in KINDS:
        yield f"{SCHEMAS}/{kind}.json", (json.dumps(schema(kind, faults), indent=1) + "\n").encode()
    for part in PARTS:
        for path in _below(source / part):
            name = path.relative_to(source).as_posix()
            yield name, _with_schema(name, path.read_bytes())


def _below(path: Path) -> Iterator[Path]:
    """The files under a path, itself if it is one; without what tools leave behind."""
    if path.is_file():
        yield path
        return
    for inside in sorted(path.iterdir()):
        if inside.name not in _LEFT_OUT and inside.suffix != ".pyc":
            yield from _below(inside)


def _with_schema(name: str, data: bytes) -> bytes:
    """The file with a first line that tells editors its schema, where it has none yet."""
    if name == "gameday.toml":
        return data if data.startswith(b"#:schema") else f"#:schema ./{SCHEMAS}/settings.json\n".encode() + data
    first, *rest = name.split("/")
    if first not in _DESCRIBED or not name.endswith(".yaml") or _MARK.encode() in data:
        return data
    up = "../" * len(rest) or "./"
    return f"{_MARK}{up}{SCHEMAS}/{_DESCRIBED[first]}.json\n".encode() + data


def _write(place: Path, name: str, data: bytes, made: list[Path]) -> None:
    """Write one new file, readable by all whatever the umask: containers read these folders and do not run as root."""
    path = place / name
    for folder in [p for p in path.parents if p != place and p.is_relative_to(place) and not p.exists()][::-1]:
        folder.mkdir()
        made.append(folder)
        folder.chmod(0o755)
    with path.open("xb") as file:
        made.append(path)
        file.write(data)
    path.chmod(0o755 if name.endswith(".sh") else 0o644)


def _take_back(made: Sequence[Path]) -> None:
    """Remove what was made, and only that."""
    for path in reversed(made):
        try:
            path.rmdir() if path.is_dir() else path.unlink()
        except OSError:
            continue
