"""The pages of ops."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.services import FOLDER, service_module

pages = service_module("pages")
AT = pages.Addresses(*(f"http://127.0.0.1:{port}" for port in range(1, 7)))


def inbox(**annotations: str) -> str:
    alert: dict[str, Any] = {
        "page": 1,
        "ts": "T",
        "status": "firing",
        "alert": "A",
        "labels": {},
        "annotations": annotations,
        "acked": False,
    }
    return str(pages.inbox_page("shop-pager", [alert]))


def test_the_first_page_leads_to_everything_a_responder_needs() -> None:
    links = pages.Links(["shop-pager"], ["DatabaseDown"], {"shop": "Shop"})
    text = pages.index_page(links, AT, {"state": "degraded", "message": "<payments>"})
    for link in (
        "/inbox/shop-pager",
        "/runbooks/DatabaseDown",
        "/d/shop",
        "/flags",
        "/releases",
        "/status",
        AT.prometheus,
        AT.alertmanager,
    ):
        assert f'href="{link}' in text
    assert f"{AT.logs}/entries?SERVICE=payments" in text and f"{AT.traces}/api/traces" in text
    assert "&lt;payments&gt;" in text


def test_releases_tell_what_changed_when_and_by_whom() -> None:
    entries = [
        {"ts": "T1", "service": "shop", "release": "v2", "was": "v1", "seat": "seat-1"},
        {"ts": "T2", "service": "shop", "release": "v1", "was": "v2", "seat": ""},
    ]
    text = pages.releases_page({"shop": "v1"}, entries, "PUT")
    assert text.index("T2") < text.index("T1")
    assert "v1 → <b>v2</b>" in text and "seat-1" in text and "not said" in text
    assert "No release has changed" in pages.releases_page({"shop": "v1"}, [], "PUT")


def test_a_page_links_its_runbook_and_its_dashboard() -> None:
    text = inbox(runbook_url="http://ops/runbooks/A", dashboard_url="http://ops/d/shop")
    assert 'href="http://ops/runbooks/A"' in text and 'href="http://ops/d/shop"' in text
    assert "no runbook" in inbox() and "javascript" not in inbox(runbook_url="javascript:alert(1)")


def test_an_alerts_dashboard_is_one_that_there_is() -> None:
    rules = (Path(FOLDER.parent) / "alerting" / "fast" / "rules.yml").read_text()
    known = {f.stem for f in (FOLDER.parent / "dashboards").glob("*.json")}
    linked = {line.split("/d/")[1].strip("'") for line in rules.splitlines() if "dashboard_url:" in line}
    assert linked and linked <= known


RUNBOOKS = sorted((FOLDER.parents[1] / "runbooks").glob("*.md"))


@pytest.mark.parametrize("file", RUNBOOKS, ids=lambda f: f.stem)
def test_a_runbook_of_the_sandbox_names_the_ports_and_the_project_of_this_one(file: Path) -> None:
    usual = str(pages.runbook_page(file.stem, file.read_text(), {}))
    elsewhere = {f"GAMEDAY_{part}_PORT": f"2{n}" for n, part in enumerate(("SHOP", "OPS", "PROMETHEUS"), 8080)}
    text = str(pages.runbook_page(file.stem, file.read_text(), elsewhere | {"GAMEDAY_SANDBOX_PROJECT": "second"}))
    assert "${" not in text + usual
    assert "127.0.0.1:2808" in text and "127.0.0.1:1" in usual
    assert "127.0.0.1:1" not in text and "gameday-sandbox" not in text


def test_only_variables_of_the_sandbox_are_filled_in() -> None:
    text = str(pages.runbook_page("A", "`${HOME:-x}` `${GAMEDAY_OPS_PORT}` `${GAMEDAY_OPS_PORT:-1}`", {"HOME": "secret"}))
    assert "<code>${HOME:-x}</code> <code>${GAMEDAY_OPS_PORT}</code> <code>1</code>" in text
