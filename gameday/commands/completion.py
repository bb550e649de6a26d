"""`gameday completion`: shell completion."""

from __future__ import annotations

import click


@click.command()
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
def command(shell: str) -> None:
    """Print the completion script: `eval "$(gameday completion bash)"`."""
    from click.shell_completion import get_completion_class

    from gameday.__main__ import cli

    found = get_completion_class(shell)
    assert found is not None
    click.echo(found(cli, {}, "gameday", "_GAMEDAY_COMPLETE").source())
