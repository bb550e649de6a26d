"""`evidence/`: the raw bytes behind events, one file a source, one line a fact."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any


class EvidenceFile:
    """Appends raw lines and returns pointers to them, for `raw` in an event."""

    def __init__(self, folder: Path, name: str) -> None:
        folder.mkdir(exist_ok=True)
        self._name = name
        self._file = (folder / name).open("ab", buffering=0)
        self._line = 0

    def keep(self, raw: Any) -> dict[str, Any]:
        """Write one line (JSON unless it is text) and return `{file, line, sha256}`."""
        text = raw if isinstance(raw, str) else json.dumps(raw, separators=(",", ":"), ensure_ascii=False)
        data = text.replace("\n", "\\n").encode("utf-8", "backslashreplace")
        self._file.write(data + b"\n")
        self._line += 1
        return {"file": self._name, "line": self._line, "sha256": hashlib.sha256(data).hexdigest()}
