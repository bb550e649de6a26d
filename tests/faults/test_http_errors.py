"""HTTP errors."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from gameday.errors import Missing
from gameday.faults.http_errors import HttpErrors
from tests.faults.place import TARGET, Place


def test_prepare_reads_and_changes_nothing() -> None:
    place = Place()
    undo = HttpErrors(port=8000).prepare(place, TARGET)
    assert place.acts == []
    assert [s.verb for s in undo.steps] == ["sidecar_remove", "network_clear"]
    assert undo.steps[0].arguments["grace"] == "5", "answers under way need time"
    assert undo.before["back_end"] == "proxy"


def test_inject_answers_a_share_of_requests_with_a_status() -> None:
    place = Place()
    HttpErrors(port=8000, status=429, share=30, path="/charge", peer="db", spare=("shop",), spare_host=True, seed=3).inject(place, TARGET)
    ((order, _),) = place.acts
    assert order.startswith("--direction in --peer 10.0.0.9 --port 8000 --deed http --status 429 --share 0.300000 --seed 3 --path /charge ")
    assert order.endswith(" --spare 10.0.0.3 --spare 10.0.0.4 --spare 10.0.0.1")


def test_it_is_live_when_its_rule_is_there() -> None:
    place, fault = Place(), HttpErrors(port=8000)
    assert not fault.is_live(place, TARGET)
    place.sidecar_says = "rules=1 queues=0 shaped=0"
    assert fault.is_live(place, TARGET)


def test_a_host_that_cannot_redirect_is_told_what_it_lacks() -> None:
    place = Place()
    place.network_abilities = {"nfqueue": "", "proxy": "ENOENT"}
    with pytest.raises(Missing, match=r"http_errors cannot be .*kernel module nft_redir.*: ENOENT"):
        HttpErrors(port=8000).prepare(place, TARGET)


@pytest.mark.parametrize(
    "wrong", [{"status": 200}, {"status": 600}, {"share": 0}, {"path": "x"}, {"path": "/a b"}, {"path": '/"}'}, {"port": 0}]
)
def test_an_order_can_say_nothing_else_to_the_proxy(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        HttpErrors.model_validate({"port": 8000} | wrong)
