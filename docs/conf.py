"""The manual: pages in this folder, and pages made of docstrings, schemas and help with each build, in `catalogue/`."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent))

project = "gameday"
copyright = "the gameday authors"  # noqa: A001  # Sphinx's own name
extensions = ["myst_parser"]
html_theme = "furo"
exclude_patterns = ["_build", "catalogue/keys-*"]
myst_heading_anchors = 3
# Links to files outside of the manual, such as a scenario, are not pages of it.
suppress_warnings = ["myst.xref_missing"]


def setup(app: Any) -> None:
    app.connect("builder-inited", lambda _: write_catalogue())


def write_catalogue() -> None:
    """Written anew with each build, kept out of version control."""
    from gameday.faults import FAULTS
    from gameday.gaps import GAPS
    from gameday.load.schema import KINDS, schema
    from gameday.probes import PROBES

    folder = HERE / "catalogue"
    folder.mkdir(exist_ok=True)
    for title, members in (("Faults", FAULTS), ("Gaps", GAPS), ("Probes", PROBES)):
        (folder / f"{title.lower()}.md").write_text("\n".join(members_page(title, members)))
    (folder / "commands.md").write_text("\n".join(commands_page()))
    for kind in KINDS:
        (folder / f"keys-{kind}.md").write_text("\n".join(keys_page(schema(kind, FAULTS))))


def members_page(title: str, members: Mapping[str, Any]) -> Iterator[str]:
    """A list of all, then each one's manual."""
    from gameday.commands.manual import page, summary

    yield f"# {title}\n"
    for name, member in sorted(members.items()):
        yield f"- [`{name}`](#{anchor(name)}): {summary(member)}"
    for name, member in sorted(members.items()):
        yield f"\n({anchor(name)})=\n## {name}\n\n{as_markdown(page(member))}"


def anchor(name: str) -> str:
    return name.replace("_", "-")


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
            lines.append(f"\n**{line}**\n" if ":" not in line else f"\n**{line.partition(':')[0]}**:{line.partition(':')[2]}")
            if line == "Example":
                lines.append("```text")
                example = True
        else:
            lines.append(line.strip())
    return "\n".join([*lines, "```"] if example else lines)


def commands_page() -> Iterator[str]:
    """What each command's `--help` says."""
    import click

    from gameday.__main__ import COMMANDS, cli

    yield "# Commands\n"
    top = click.Context(cli, info_name="gameday", max_content_width=88)
    for name in COMMANDS:
        command = cli.get_command(top, name)
        assert command is not None
        here = click.Context(command, top, name, max_content_width=88)
        yield f"\n## gameday {name}\n\n```text\n{command.get_help(here)}\n```"
        for below in command.list_commands(here) if isinstance(command, click.Group) else ():
            found = command.get_command(here, below)
            assert found is not None
            yield f"\n### gameday {name} {below}\n\n```text\n{found.get_help(click.Context(found, here, below, max_content_width=88))}\n```"


def keys_page(schema: Mapping[str, Any]) -> Iterator[str]:
    """A table for the file itself, then one for each thing in it, in the order in which they are met."""
    yield from keys_table("Keys of the file", schema)
    defs = schema.get("$defs", {})
    for name in met(schema, defs):
        if "properties" in defs[name]:
            yield from keys_table(title_of(name, defs), defs[name])


def met(node: Any, defs: Mapping[str, Any]) -> Iterable[str]:
    found: dict[str, None] = {}

    def walk(node: Any) -> None:
        if isinstance(node, dict):
            name = str(node.get("$ref", "")).rpartition("/")[2]
            if name and name not in found:
                found[name] = None
                walk(defs[name])
            for key, below in node.items():
                if key != "$defs":
                    walk(below)
        elif isinstance(node, list):
            for below in node:
                walk(below)

    walk(node)
    return [*found, *(d for d in defs if d not in found)]


def title_of(name: str, defs: Mapping[str, Any]) -> str:
    return str(defs[name].get("title", name))


def keys_table(title: str, model: Mapping[str, Any]) -> Iterator[str]:
    if not model.get("properties"):
        return
    about = str(model.get("description", "")).partition("\n")[0]
    yield f"\n### {title}\n\n{about}\n\n| key | what stands there | if left out | meaning |\n| --- | --- | --- | --- |"
    for key, wanted in model["properties"].items():
        usual = wanted.get("default")
        left_out = "needed" if key in model.get("required", ()) else f"`{usual}`" if usual not in (None, [], {}, "") else ""
        left_out = "as below" if isinstance(usual, dict) and usual else left_out
        yield f"| `{key}` | {kind_of(wanted)} | {cell(left_out)} | {cell(str(wanted.get('description', '')))} |"
    yield ""


def kind_of(wanted: Mapping[str, Any]) -> str:
    if "const" in wanted:
        return f"`{wanted['const']}`"
    if "enum" in wanted:
        return ", ".join(f"`{word}`" for word in wanted["enum"])
    if "$ref" in wanted:
        name = str(wanted["$ref"]).rpartition("/")[2]
        return "" if name == "Variable" else name
    if "oneOf" in wanted:
        return "one of those below"
    if "anyOf" in wanted:
        return " or ".join(dict.fromkeys(filter(None, map(kind_of, wanted["anyOf"]))))
    match wanted.get("type"):
        case "array":
            return f"list of {kind_of(wanted.get('items', {}))}"
        case "object":
            return f"names with {kind_of(wanted['additionalProperties'])}" if wanted.get("additionalProperties") else "keys"
        case "string":
            return "`m of n`" if " of " in wanted.get("pattern", "") else "duration" if "ms" in wanted.get("pattern", "") else "text"
        case str() as plain:
            return {"integer": "whole number", "boolean": "true or false"}.get(plain, plain)
    return "anything"


def cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")
