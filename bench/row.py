"""One line of the table, and the clock."""

from __future__ import annotations

import os
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

ROUNDS = int(os.environ.get("ROUNDS", "15"))


@dataclass(frozen=True)
class Row:
    """Our median, the other's, in seconds; and the 95th percentile of each where it was taken."""

    what: str
    ours: float
    beside: str = ""
    theirs: float | None = None
    p95: float | None = None
    theirs_p95: float | None = None

    @classmethod
    def of(cls, what: str, ours: Sequence[float], beside: str, theirs: Sequence[float]) -> Row:
        return cls(what, statistics.median(ours), beside, statistics.median(theirs), p95(ours), p95(theirs))

    def text(self) -> str:
        line = f"{self.what:52} {_ms(self.ours, self.p95)}   {self.beside}"
        if self.theirs is None:
            return line
        return f"{line} {_ms(self.theirs, self.theirs_p95).strip()}   x {self.ours / self.theirs:.2f}"


def _ms(median: float, high: float | None) -> str:
    return f"{median * 1000:9.1f} ms" + (f" (p95 {high * 1000:.1f})" if high is not None and high != median else "")


def p95(values: Sequence[float]) -> float:
    return sorted(values)[min(len(values) - 1, int(len(values) * 0.95))]


def timed(deed: Callable[[], object]) -> float:
    began = time.perf_counter()
    deed()
    return time.perf_counter() - began
