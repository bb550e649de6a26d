"""The releases of the shop that its image holds: `v1` works, `v2` shipped with a bug."""

from __future__ import annotations

FAILS_EVERY = 3
"""Of so many checkouts, `v2` fails one: enough to hurt, too little to look like an outage."""


class ReleaseFailed(Exception):
    """The code of this release broke."""


def checked_by(release: str, number: int) -> None:
    """What a release does before the `number`th checkout of a replica. Raises ReleaseFailed."""
    if release == "v2" and number % FAILS_EVERY == 0:
        raise ReleaseFailed("discount of a basket without a coupon: None is not a number")
