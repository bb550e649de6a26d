"""`probe: prometheus`: one number, or Blind with the reason."""

from __future__ import annotations

import json
from typing import Any

import pytest
from pytest_httpserver import HTTPServer

from gameday.model.observation import Blind, Observation, Seen
from gameday.model.probe import PrometheusProbe, Reach
from gameday.probes.prometheus import Prometheus


def ask(server: HTTPServer, body: Any, status: int = 200) -> Observation:
    data = body if isinstance(body, str) else json.dumps(body)
    server.expect_request("/api/v1/query", query_string={"query": "up"}).respond_with_data(data, status=status)
    return Prometheus(PrometheusProbe(probe="prometheus", query="up"), Reach(prometheus=server.url_for("/"))).ask()


def vector(*values: str) -> dict[str, Any]:
    result = [{"metric": {}, "value": [1700000000.5, v]} for v in values]
    return {"status": "success", "data": {"resultType": "vector", "result": result}}


def test_the_value_of_the_only_series_is_seen(httpserver: HTTPServer) -> None:
    assert ask(httpserver, vector("0.25")) == Seen(0.25, "at 1700000000.500")


def test_a_scalar_is_seen(httpserver: HTTPServer) -> None:
    body = {"status": "success", "data": {"resultType": "scalar", "result": [1.0, "3"]}}
    assert ask(httpserver, body) == Seen(3.0, "at 1.000")


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (vector(), "absent is not zero"),
        (vector("1", "2"), "gives 2 series, not one"),
        (vector("NaN"), "is nan, which says nothing"),
        (vector("+Inf"), "is inf, which says nothing"),
        ({"status": "success", "data": {"resultType": "matrix", "result": []}}, "gives a matrix"),
        ({"status": "success"}, "gives a None"),
        ({"status": "success", "data": {"resultType": "vector", "result": [7]}}, "cannot be read"),
        ("not json", "not JSON"),
        ("[]", "answered 200"),
        ("", "answered 200"),
        ("[" * 20_000, "not JSON"),
    ],
)
def test_what_is_not_one_finite_number_is_blind(httpserver: HTTPServer, body: Any, words: str) -> None:
    seen = ask(httpserver, body)
    assert isinstance(seen, Blind)
    assert words in seen.reason


def test_an_error_in_the_query_is_blind_in_prometheus_words(httpserver: HTTPServer) -> None:
    seen = ask(httpserver, {"status": "error", "errorType": "bad_data", "error": "parse error: unexpected end"}, 400)
    assert seen == Blind("Prometheus answered 400: parse error: unexpected end")


def test_no_prometheus_and_one_that_is_not_there_are_blind() -> None:
    definition = PrometheusProbe(probe="prometheus", query="up")
    assert Prometheus(definition, Reach()).ask() == Blind("this environment has no Prometheus")
    assert isinstance(Prometheus(definition, Reach(prometheus="http://127.0.0.1:1")).ask(), Blind)
