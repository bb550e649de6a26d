"""Read a scripted responder: `responders/*.yaml`."""

from __future__ import annotations

from pathlib import Path

from gameday.load.noun_reader import Mistakes, must_be_mapping, read_noun
from gameday.load.quoting import shown
from gameday.load.yaml_reader import read_yaml
from gameday.model.script import Script


def read_responder(path: Path) -> Script:
    """The responder's part in a file. Raises InvalidInput with all mistakes."""
    mistakes = Mistakes(shown(path))
    tree = must_be_mapping(read_yaml(path), mistakes, "a responder")
    script = read_noun(tree, Script, mistakes)
    mistakes.stop()
    assert isinstance(script, Script)
    return script
