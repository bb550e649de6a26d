"""The catalogue of formats: each prints a review, and this index. `terminal` prints to a width and is called by name."""

from __future__ import annotations

from gameday.formats.html import Html
from gameday.formats.json import Json
from gameday.formats.markdown import Markdown
from gameday.model.protocols import Format

FORMATS: dict[str, Format] = {
    "html": Html(),
    "json": Json(),
    "markdown": Markdown(),
}
