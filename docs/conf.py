"""The manual: pages in this folder, and one page for each member of a catalogue, made of its docstring."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent))

project = "gameday"
copyright = "the gameday authors"  # noqa: A001  # Sphinx's own name
extensions = ["myst_parser"]
html_theme = "furo"
exclude_patterns = ["_build"]
myst_heading_anchors = 3
suppress_warnings = ["myst.xref_missing"]


def setup(app: Any) -> None:
    app.connect("builder-inited", lambda _: write_catalogues())


def write_catalogues() -> None:
    """`catalogue/gaps.md` and its like: written anew with each build, kept out of version control."""
    from gameday.commands.manual import page
    from gameday.faults import FAULTS
    from gameday.gaps import GAPS
    from gameday.probes import PROBES

    folder = HERE / "catalogue"
    folder.mkdir(exist_ok=True)
    for title, members in (("Faults", FAULTS), ("Gaps", GAPS), ("Probes", PROBES)):
        pages = [f"## {name}\n\n{as_markdown(page(member))}" for name, member in sorted(members.items())]
        (folder / f"{title.lower()}.md").write_text(f"# {title}\n\n" + "\n\n".join(pages) + "\n")


def as_markdown(text: str) -> str:
    """A docstring with headings over indented text: the headings bold, examples as they stand."""
    lines: list[str] = []
    example = False
    for line in text.splitlines():
        heading = bool(line) and not line.startswith(" ")
        if heading and example:
            lines.append("```")
            example = False
        if heading and lines:
            lines.append(f"\n**{line}**\n" if ":" not in line else f"\n{line}")
            if line == "Example":
                lines.append("```")
                example = True
        else:
            lines.append(line.strip())
    return "\n".join([*lines, "```"] if example else lines)
