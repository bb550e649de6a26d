"""Our own probe: what each sample sends, and what it leaves."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

from pytest_httpserver import HTTPServer

from gameday.conduct.canary import CanaryThread
from gameday.model.scenario import Canary


def test_each_sample_is_a_trace_of_its_own_and_says_which(httpserver: HTTPServer) -> None:
    httpserver.expect_request("/checkout").respond_with_data("", status=200)
    seen: list[dict[str, Any]] = []
    canary = Canary(url=httpserver.url_for("/checkout"), timeout=timedelta(seconds=2))
    thread = CanaryThread(canary, "checkout", lambda kind, subject, **more: seen.append(more["data"]))
    thread._sample()
    thread._sample()
    sent = [request.headers["traceparent"] for request, _ in httpserver.log]
    assert all(re.fullmatch(r"00-[0-9a-f]{32}-[0-9a-f]{16}-01", header) for header in sent)
    assert [header.split("-")[1] for header in sent] == [data["trace"] for data in seen]
    assert len({data["trace"] for data in seen}) == 2
