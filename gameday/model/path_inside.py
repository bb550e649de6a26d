"""A path inside a container, as a scenario writes it."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, Field


def _straight(path: str) -> str:
    if ".." in path.split("/"):
        raise ValueError("a path goes straight there, without ..")
    return path


PathInside = Annotated[str, Field(pattern=r"^/[A-Za-z0-9_./@+-]{1,200}$", examples=["/etc/shop.ini"]), AfterValidator(_straight)]
