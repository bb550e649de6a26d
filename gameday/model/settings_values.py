"""Values as people write them in `gameday.toml`: addresses, references to secrets, places to listen."""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import AfterValidator

from gameday.model.address import refused_because

REFERENCE = re.compile(r"\$\{(env:[A-Za-z_][A-Za-z0-9_]*|file:[^${}]+)\}")
_LISTEN = re.compile(r"(\d{1,3}(?:\.\d{1,3}){3}|localhost):(\d{1,5})")


def checked_address(url: str) -> str:
    if (why := refused_because(url)) is not None:
        raise ValueError(f"the address {why}")
    return url.rstrip("/")


def checked_reference(text: str) -> str:
    # What was written is not repeated: it may be the secret itself.
    if not REFERENCE.fullmatch(text):
        raise ValueError("secrets are not written here; write ${env:NAME} or ${file:/path/of/the/secret}")
    return text


def checked_listen(text: str) -> str:
    found = _LISTEN.fullmatch(text)
    if not found or not 1 <= int(found[2]) <= 65535:
        raise ValueError(f'"{text}" is not a place to listen; write an address and a port, such as 127.0.0.1:18099')
    return text


Address = Annotated[str, AfterValidator(checked_address)]
SecretReference = Annotated[str, AfterValidator(checked_reference)]
"""Where a secret is: `${env:NAME}` or `${file:/run/secrets/x}`. The secret itself is in no file of a workspace or drill."""
