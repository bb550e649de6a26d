"""A Python 3.12 or newer beside the one that runs the tests: there another Chaos Toolkit is installed, and must do as well."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[1]
FOLDER = ROOT / "build" / "newer-python"
FROM = (3, 12)


def newer_bin() -> Path:
    """The folder of programs of a virtual environment with the locked dependencies, made once. Raises LookupError where there is no such Python."""
    if sys.version_info >= FROM:
        return Path(sys.executable).parent
    python = next((p for p in _candidates() if _is_newer(p)), None)
    if python is None:
        raise LookupError("no Python 3.12 or newer is installed here")
    made = FOLDER / "made-of"
    wanted = hashlib.sha256(f"{python} {ROOT}".encode() + (ROOT / "requirements.lock").read_bytes()).hexdigest()
    if not made.is_file() or made.read_text() != wanted:
        subprocess.run([python, "-m", "venv", "--clear", FOLDER], check=True, capture_output=True, timeout=60)
        pip = [str(FOLDER / "bin" / "python"), "-m", "pip", "--disable-pip-version-check", "--no-input", "-qq", "install"]
        for what in (["--require-hashes", "-r", "requirements.lock"], ["--no-deps", "--no-build-isolation", "-e", "."]):
            subprocess.run([*pip, *what], cwd=ROOT, check=True, capture_output=True, stdin=subprocess.DEVNULL, timeout=300)
        made.write_text(wanted)
    return FOLDER / "bin"


def _candidates() -> Iterator[str]:
    names = [f"python3.{minor}" for minor in range(FROM[1] + 3, FROM[1] - 1, -1)]
    yield from (found for name in names if (found := shutil.which(name)))
    # pyenv puts names on the path that work in chosen folders only; what it has installed works everywhere.
    versions = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv")) / "versions"
    yield from (str(p) for p in sorted(versions.glob("3.*/bin/python"), reverse=True))


def _is_newer(python: str) -> bool:
    asked = [python, "-c", f"import ensurepip, sys, venv; sys.exit(sys.version_info < {FROM})"]
    return subprocess.run(asked, capture_output=True, stdin=subprocess.DEVNULL, timeout=20, check=False).returncode == 0
