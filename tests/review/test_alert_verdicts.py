"""Did monitoring do its job: late, lost, astray, unseen."""

from __future__ import annotations

import pytest

from tests.review.telling import ALERT, LONG, NOBODY
from tests.story import LINK, answers, judged, rules, scenario

NOTICE = f'status=firing labels={{"severity":"critical"}} annotations={{"runbook_url":"{LINK}"}}'


def verdict(found: dict[str, str], aspect: str) -> str:
    return found[f"alert:{ALERT}:{aspect}"]


def test_late_and_astray_are_two_gaps() -> None:
    found = judged(f"set alert.delivered {ALERT} receiver=platform-pager", f"move alert.delivered {ALERT} by 20s", "end 90s")
    assert rules(found) == {"alert_delivered_late", "alert_routed_to_wrong_team"}


def test_of_two_alerts_the_one_that_never_fires_is_told() -> None:
    expect = scenario().expect
    must = (*expect.alerts.expected, expect.alerts.expected[0].model_copy(update={"alert": "CheckoutErrors"}))
    both = scenario().model_copy(update={"expect": expect.model_copy(update={"alerts": expect.alerts.model_copy(update={"must": must})})})
    (gap,) = judged(*LONG, scenario=both).gaps
    assert (gap.rule, gap.subject.name) == ("alert_never_fired", "CheckoutErrors")
    brief = answers(judged(scenario=both))
    assert {a for k, a in brief.items() if k.startswith("alert:CheckoutErrors:")} == {"undecidable"}


def test_around_a_blind_pager_nothing_is_known_of_the_notice() -> None:
    found = answers(judged("blind pager 11s to 19s"))
    assert {verdict(found, a) for a in ("delivered", "in_time", "route", "runbook")} == {"undecidable"}
    assert found["response:ack"] == "undecidable"


@pytest.mark.parametrize("receiver", ["shop-pager", "platform-pager"])
def test_a_notice_after_a_blind_spell_is_neither_late_nor_astray(receiver: str) -> None:
    found = judged("blind pager 11s to 19s", f"add alert.delivered {ALERT} at 35s receiver={receiver} {NOTICE}")
    assert rules(found) == {"observer_blind"}
    assert verdict(answers(found), "in_time") == "undecidable"


def test_a_blind_spell_before_it_fired_excuses_nothing() -> None:
    late = (*LONG, f"move alert.firing {ALERT} by 25s", f"move alert.delivered {ALERT} by 25s", "blind pager 11s to 19s")
    assert rules(judged(*late)) == {"alert_delivered_late", "observer_blind"}


def test_what_fired_too_late_is_late_even_where_its_notice_is_still_under_way() -> None:
    late = (
        "bad 10s to 55s",
        f"drop alert.delivered {ALERT}",
        f"move alert.firing {ALERT} by 40s",
        f"drop alert.resolved {ALERT}",
        "end 60s",
    )
    found = judged(*late, "move change.flag checkout_unpaid by 37s", "move fault.released f1 by 36s", "move fault.undone f1 by 36s")
    assert rules(found) == {"alert_delivered_late"}
    assert verdict(answers(found), "delivered") == "undecidable"


def test_a_page_to_another_team_is_astray_though_the_owner_got_a_ticket() -> None:
    astray = [f"add alert.delivered {ALERT} at 15s receiver={r} {NOTICE}" for r in ("shop-tickets", "platform-pager")]
    assert rules(judged(f"drop alert.delivered {ALERT}", *astray)) == {"alert_routed_to_wrong_team"}


def test_a_ticket_wakes_nobody() -> None:
    late = ("bad 10s to 200s", "move fault.released f1 by 176s", "move fault.undone f1 by 176s", f"move alert.resolved {ALERT} by 180s")
    found = judged(
        f"set alert.delivered {ALERT} receiver=shop-tickets", *NOBODY, "drop comm.public", "drop comm.internal", *late, "end 260s"
    )
    assert rules(found) == {"alert_not_delivered"}


def test_one_notice_of_the_right_severity_is_enough() -> None:
    first = f'add alert.delivered {ALERT} at 14.5s receiver=shop-tickets status=firing labels={{"severity":"warning"}}'
    assert verdict(answers(judged(first)), "severity") == "met"


@pytest.mark.parametrize(
    ("looks", "gap"),
    [(("14.9s status=503", "15.1s status=200"), set()), (("15.1s status=200", "16s status=404"), {"runbook_link_dead"}),
     (("15.1s status=302",), set()), (("15.1s status=401",), set())],
)  # fmt: skip
def test_a_link_is_judged_by_the_last_look_at_it(looks: tuple[str, ...], gap: set[str]) -> None:
    assert rules(judged("drop probe.link", *(f"add probe.link {LINK} at {look}" for look in looks))) == gap


def test_every_page_that_a_notice_links_to_must_open() -> None:
    other = f'add alert.delivered {ALERT} at 16s receiver=shop-tickets status=firing annotations={{"runbook_url":"http://wiki/b"}}'
    (gap,) = judged(other, "add probe.link http://wiki/b at 16.2s status=404").gaps
    assert gap.rule == "runbook_link_dead"
    assert "http://wiki/b" in gap.fix


def test_a_notice_before_users_felt_it_is_in_time() -> None:
    found = judged(*LONG, "bad 16s to 60s")
    assert next(v.why for v in found.verdicts if v.key == f"alert:{ALERT}:in_time") == "delivered before users felt it"
    assert found.durations["time_to_detect"].seconds == 0.0
