"""Signatures by the keys that people have already: `ssh-keygen -Y`, part of every OpenSSH client since 8.2."""

from __future__ import annotations

import subprocess
import tempfile
from pathlib import Path

from gameday.errors import Missing, Refused

NAMESPACE = "gameday-approval"
"""A signature for something else is none for this."""
PATIENCE = 60.0
"""Seconds: a person may have to type the key's passphrase."""


def sign(key: Path, text: str) -> str:
    """The signature of a text by a private key, or by the agent's key whose public half this is. Raises Refused where it is not given."""
    with tempfile.TemporaryDirectory() as folder:
        message = Path(folder) / "message"
        message.write_text(text)
        done = _ssh_keygen("-Y", "sign", "-f", str(key), "-n", NAMESPACE, str(message), patience=PATIENCE)
        if done.returncode:
            raise Refused(f"{key} did not sign: {done.stderr.strip().splitlines()[-1] if done.stderr.strip() else 'no reason was given'}")
        return message.with_suffix(".sig").read_text()


def is_signed(name: str, public_key: str, text: str, signature: str) -> bool:
    """Whether this person's key made the signature of this text."""
    with tempfile.TemporaryDirectory() as folder:
        allowed, file = Path(folder) / "allowed", Path(folder) / "signature"
        allowed.write_text(f"{name} {public_key}\n")
        file.write_text(signature)
        done = _ssh_keygen("-Y", "verify", "-f", str(allowed), "-I", name, "-n", NAMESPACE, "-s", str(file), text=text)
        return done.returncode == 0


def _ssh_keygen(*words: str, text: str | None = None, patience: float = 10.0) -> subprocess.CompletedProcess[str]:
    try:
        return subprocess.run(["ssh-keygen", *words], input=text or "", capture_output=True, text=True, timeout=patience, check=False)
    except FileNotFoundError as error:
        raise Missing("ssh-keygen is needed for signed approvals; install the OpenSSH client") from error
    except subprocess.TimeoutExpired as error:
        raise Refused(f"ssh-keygen did not end within {patience:.0f} s") from error
