"""Reading a scenario: the example of the product, and every mistake at its place."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path
from typing import Any, ClassVar

import pytest

from gameday.errors import InvalidInput
from gameday.faults import FAULTS
from gameday.load.scenario import read_scenario
from gameday.model.duration import Duration
from gameday.model.host import Deeds
from gameday.model.noun import Noun
from tests.load.conftest import SCENARIO, Wrong


class Delay(Noun):
    """A fault with fields of its own."""

    name: ClassVar[str] = "delay"
    deeds: ClassVar[Deeds] = Deeds()
    delay: Duration
    jitter: Duration | None = None

    def prepare(self, environment: Any, target: Any) -> Any: ...
    def inject(self, environment: Any, target: Any) -> None: ...
    def is_live(self, environment: Any, target: Any) -> bool:
        return True


def test_the_example_of_the_product_is_read(workspace: Path) -> None:
    scenario = read_scenario(workspace / "scenarios" / "x.yaml", FAULTS)
    assert scenario.faults[0].longest == timedelta(minutes=4)
    assert scenario.faults[0].settings == {}
    assert scenario.canary.url == "http://127.0.0.1:8080/checkout"
    assert scenario.expect.alerts.expected[0].within == timedelta(seconds=45)


def test_a_fault_keeps_its_own_fields_as_settings(workspace: Path) -> None:
    path = workspace / "scenarios" / "x.yaml"
    path.write_text(SCENARIO.replace("{fault: container_pause,", "{fault: delay, delay: 3s,"))
    scenario = read_scenario(path, {**FAULTS, "delay": Delay})
    assert scenario.faults[0].settings == {"delay": "3s"}
    assert Delay.model_validate(scenario.faults[0].settings).delay == timedelta(seconds=3)


@pytest.mark.parametrize(
    ("own", "message"),
    [
        ("delay: 5", "faults[0].delay: 5 is not a duration; add a unit: 5s, 5m"),
        (
            "delay: 3s, jiter: 1s",
            "faults[0]: no key 'jiter'; did you mean 'jitter'? allowed: fault, target, at, when, hold, for, at_most, irreversible, delay, jitter",
        ),
        ("jitter: 1s", "faults[0]: `delay` is missing"),
    ],
)
def test_mistakes_in_a_faults_own_fields_are_told_at_their_place(workspace: Path, own: str, message: str) -> None:
    path = workspace / "scenarios" / "x.yaml"
    path.write_text(SCENARIO.replace("{fault: container_pause,", f"{{fault: delay, {own},"))
    with pytest.raises(InvalidInput) as error:
        read_scenario(path, {**FAULTS, "delay": Delay})
    assert [m.message for m in error.value.mistakes] == [message]
    assert error.value.mistakes[0].line == 11


def test_a_file_read_back_from_its_json_is_the_same_scenario(workspace: Path) -> None:
    scenario = read_scenario(workspace / "scenarios" / "x.yaml", FAULTS)
    assert type(scenario).model_validate_json(scenario.model_dump_json(by_alias=True)) == scenario


MISTAKES = [
    ("at_most: 4m", "at_most: 22:30", '11:89: faults[0].at_most: "22:30" is not a duration; write 22m30s'),
    ("at_most: 4m", "at_most: 5", "11:89: faults[0].at_most: 5 is not a duration; add a unit: 5s, 5m"),
    ("at_most: 4m", "at_most: 0s", "11:89: faults[0].at_most: must be longer than 0s"),
    ("at_most: 4m", "at_most: 0", "11:89: faults[0].at_most: 0 is not a duration; add a unit: 0s, or 30s where it must be longer than none"),
    ("at_most: 4m", "at_most: -5s", '11:89: faults[0].at_most: "-5s" is not a duration; write it as Prometheus does: 500ms, 30s, 1m30s'),
    ("at_most: 4m", "at_most: 5 min", '11:89: faults[0].at_most: "5 min" is not a duration; write 5m'),
    ("at_most: 4m", "at_most: 1e9h", '11:89: faults[0].at_most: "1e9h" is not a duration; write it as Prometheus does: 500ms, 30s, 1m30s'),
    ("at_most: 4m", "at_most: NaN", '11:89: faults[0].at_most: "NaN" is not a duration; write it as Prometheus does: 500ms, 30s, 1m30s'),
    ("at_most: 4m", "at_most: inf", '11:89: faults[0].at_most: "inf" is not a duration; write it as Prometheus does: 500ms, 30s, 1m30s'),
    ("at_most: 4m", "at_most: 2h", "11:5: faults[0]: at_most is over the ceiling of 1h"),
    ("at_most: 4m", "at_mots: 4m", "11:80: faults[0]: no key 'at_mots'; did you mean 'at_most'? allowed: fault, target, at, when, hold, for, at_most"),
    ("hold: until_mitigated", "hold: until_mitigatd", '11:63: faults[0].hold: "until_mitigatd" is not allowed here; write until_mitigated'),
    ("hold: until_mitigated, ", "", "11:5: faults[0]: say how the fault ends: either `hold: until_mitigated` with `at_most`, or `for: 30s`"),
    ("container_pause", "container_puase", "11:13: faults[0].fault: no fault 'container_puase'; did you mean 'container_pause'?"),
    ("container_pause", "zzz", "11:13: faults[0].fault: no fault 'zzz'; there is "),
    ("container_pause", "power_cut", "11:13: faults[0].fault: no fault 'power_cut'; there is "),
    ("target: payments", "target: ../../etc/cron.d/x", '11:38: faults[0].target: "../../etc/cron.d/x" looks like a path; write a name'),
    ("target: payments", "target: CON", '11:38: faults[0].target: "CON" is a reserved name on Windows; choose another'),
    ("target: payments", "target: .", '11:38: faults[0].target: "." looks like a path; write a name'),
    ("target: payments", "target: -rf", '11:38: faults[0].target: "-rf" begins with -, which programs take for an option'),
    ("target: payments", 'target: ".*"', '11:38: faults[0].target: ".*" would choose every container; name the one service that this fault acts on'),
    ("target: payments", 'target: ""', '11:38: faults[0].target: "" would choose every container; name the one service that this fault acts on'),
    ("target: payments", "target: p\u0430yments", '11:38: faults[0].target: "p\u0430yments" holds U+0430 (cyrillic small letter a); a name is made of a-z, 0-9, _, . and -'),
    ("target: payments", "target: [a, b]", "11:38: faults[0].target: a list stands where text is wanted"),
    ("environment: sandbox", "environment: production", '2:14: environment: "production" is refused: drills break things; practise in the sandbox first'),
    ("environment: sandbox", "environment: sandbx", "2:14: environment: no environment 'sandbx'; did you mean 'sandbox'?"),
    ("environment: sandbox\n", "", "1:1: `environment` is missing"),
    ("title: Checkout", "titel: Checkout", "1:1: no key 'titel'; did you mean 'title'? allowed:"),
    ("service: checkout", "service: yes", None),
    ("service: checkout", "service: true", '3:10: service: true is not text; put quotes around it: "true"'),
    ("users: 30", "users: true", "5:47: traffic.users: true is not a whole number"),
    ("users: 30", "users: 0", "5:47: traffic.users: 0 is out of range; it must be at least 1"),
    ("users: 30", "users: 1.5", "5:47: traffic.users: 1.5 is not a whole number"),
    ("ok: 200", "ok: 1000", "7:61: canary.ok: 1000 is out of range; it must be at most 599"),
    ("bad: 3 of 5", "bad: 6 of 5", '7:98: canary.bad: "6 of 5" can never be reached'),
    ("bad: 3 of 5", "bad: most", '7:98: canary.bad: "most" is not a share of samples; write "3 of 5"'),
    ("at_least: 0.99", "at_least: 99", "9:46: steady_state[0].at_least: 99 is out of range: checkout_success_rate is a ratio between 0 and 1; write 0.99"),
    ("at_least: 0.99", "at_least: 101", "9:46: steady_state[0].at_least: 101 is out of range: checkout_success_rate is a ratio between 0 and 1"),
    ("at_least: 0.99", "at_least: -1", "9:46: steady_state[0].at_least: -1 is out of range: checkout_success_rate is a ratio between 0 and 1"),
    ("at_least: 0.99", "at_least: 50%%", '9:46: steady_state[0].at_least: "50%%" is not a number'),
    ("at_least: 0.99", 'at_least: "NaN"', '9:46: steady_state[0].at_least: "NaN" is not a number'),
    ("at_least: 0.99", "at_least: 0.9, at_most: 0.5", "9:5: steady_state[0]: no number is at least 0.9 and at most 0.5"),
    (", at_least: 0.99", "", "9:5: steady_state[0]: needs a bound: at_least, at_most, above or below"),
    ("probe: checkout_success_rate, at_least: 0.99", "probe: checkout_success_rte, at_least: 0.99", "9:13: steady_state[0].probe: no probe 'checkout_success_rte'; did you mean 'checkout_success_rate'?"),
    ("steady_state:\n  - {probe: checkout_success_rate, at_least: 0.99}\n", "", "1:1: `steady_state` is missing; without it a drill proves nothing: name a probe and the range that is normal"),
    ("steady_state:\n  - {probe: checkout_success_rate, at_least: 0.99}\n", "steady_state: []\n", "8:15: steady_state: is empty; it needs at least 1"),
    ("locustfile: traffic/shop.py", "locustfile: traffic/shp.py", "5:23: traffic.locustfile: there is no file \"traffic/shp.py\" in the workspace; did you mean 'traffic/shop.py'?"),
    ("path: runbooks/PaymentsErrorRate.md", "path: ../x.md", '4:17: runbook.path: "../x.md" leads out of the workspace; write a path from its root, such as runbooks/Name.md'),
    ("path: runbooks/PaymentsErrorRate.md", "path: /etc/passwd", '4:17: runbook.path: "/etc/passwd" leads out of the workspace; write a path from its root, such as runbooks/Name.md'),
    ("path: runbooks/PaymentsErrorRate.md", 'path: "a\\0b"', '4:17: "a\\x00b" holds the invisible or control character U+0000; remove it'),
    ("target: payments", 'target: "pay\\u202ements"', '11:38: "pay\\u202ements" holds the invisible or control character U+202E; remove it'),
    ("vars: {shop_port: 8080}", "vars: {shop_port: [1]}", "6:19: vars.shop_port: a variable is a single value: text, a number, true or false"),
    ("${shop_port}", "${shop_prt}", "7:15: canary.url: \"${shop_prt}\" is not declared under vars; did you mean 'shop_port'?"),
    ("must: [{alert: PaymentsErrorRate, severity", "must: [{alrt: PaymentsErrorRate, severity", "14:13: expect.alerts.must[0]: no key 'alrt'; did you mean 'alert'? allowed: alert, severity, receiver, within, reset_within, runbook"),
    ("runbook: required}", "runbook: requird}", '14:99: expect.alerts.must[0].runbook: "requird" is not allowed here; write required or optional'),
    ("must_not: [{alert: DatabaseDown}]", "must_not: [{alert: PaymentsErrorRate}]", '16:24: expect.alerts.must_not[0].alert: "PaymentsErrorRate" stands in `must_not` and in `must`; it cannot be both'),
    ("may: [{alert: CheckoutLatencyHigh}]", "may: [{alert: A}, {alert: A}]", '15:31: expect.alerts.may[1].alert: "A" stands in `may` twice; keep one'),
    ("heartbeat: Watchdog", "heartbeat: DatabaseDown", '16:24: expect.alerts.must_not[0].alert: "DatabaseDown" is the heartbeat, which always fires; take it out of `must_not`'),
    ("{probe: orders_lost, above: 0}", "{probe: checkout_success_rate, above: 0.5}", "23:5: abort_when[0]: is true already in the steady state (checkout_success_rate at least 0.99); the drill would stop at once"),
    ("every: 500ms", "every: 1ms", "7:73: canary.every: is faster than 50ms; the canary would be a load of its own"),
    ("steady_for: 15s", "steady_for: 1s", "7:118: canary.steady_for: is shorter than 5 samples; write at least 2s500ms"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("old", "new", "message"), MISTAKES, ids=[f"{new or old}"[:40].encode("unicode_escape").decode() for old, new, _ in MISTAKES]
)
def test_a_mistake_is_told_at_its_place_with_what_to_write(wrong: Wrong, old: str, new: str, message: str | None) -> None:
    found = wrong((old, new))
    if message is None:
        assert found == []
    else:
        assert [f[: len("scenarios/x.yaml:") + len(message)] for f in found] == [f"scenarios/x.yaml:{message}"]


def test_a_name_of_five_thousand_characters_is_told_short(wrong: Wrong) -> None:
    (message,) = wrong(("target: payments", f"target: {'x' * 5000}"))
    assert "is 5000 characters long; a name has at most 100" in message
    assert len(message) < 200


ADDRESSES = [
    ("file:///etc/passwd", "only http and https are asked"),
    ("gopher://x/", "only http and https are asked"),
    ("http://169.254.169.254/", "metadata service"),
    ("http://169.254.1.1/", "link-local"),
    ("http://[::169.254.169.254]/", "hides an IPv4 address"),
    ("http://[64:ff9b::a9fe:a9fe]/", "hides an IPv4 address"),
    ("http://[fe80::1]/", "link-local"),
    ("http://[fd00:ec2::254]/", "metadata service"),
    ("http://100.100.100.200/", "metadata service"),
    ("http://metadata.google.internal/", "metadata service"),
    ("http://[::ffff:127.0.0.1]/", "hides an IPv4 address"),
    ("http://0x7f000001/", "unusual way"),
    ("http://2130706433/", "unusual way"),
    ("http://0177.0.0.1/", "unusual way"),
    ("http://127.1/", "unusual way"),
    ("http://0.0.0.0:8080/", "write 127.0.0.1"),
    ("http://\uff11\uff12\uff17.0.0.1/", "outside ASCII"),
    ("http://a b/", "a space"),
    ("http://x\\\\@y/", "a backslash"),
    ("http:///path", "names no host"),
    ("127.0.0.1:8080/checkout", "is not an address"),
    ("http://x:99999/", "is not an address"),
    ("http://[::1/", "is not an address"),
    ("checkout", "is not an address"),
]


@pytest.mark.parametrize(("url", "words"), ADDRESSES)
def test_an_address_that_leads_elsewhere_is_refused(wrong: Wrong, url: str, words: str) -> None:
    (message,) = wrong(("http://127.0.0.1:${shop_port}/checkout", url))
    assert re.match(r"scenarios/x\.yaml:7:15: canary\.url: the address ", message)
    assert words in message


@pytest.mark.parametrize(
    "url", ["http://user:hunter2@127.0.0.1/", "http://hunter2@h/", "ftp://u:hunter2@h/", "http://u:hunter2@h:99999/", "http://u:hunter2@[/"]
)
def test_credentials_in_an_address_are_refused_and_never_echoed(wrong: Wrong, url: str) -> None:
    (message,) = wrong(("http://127.0.0.1:${shop_port}/checkout", url))
    assert "hunter2" not in message


@pytest.mark.parametrize("url", ["http://localhost:8080/x?y=1", "https://shop.example/", "http://[::1]:80/", "http://10.0.0.7/"])
def test_ordinary_addresses_are_accepted(wrong: Wrong, url: str) -> None:
    assert wrong(("http://127.0.0.1:${shop_port}/checkout", url)) == []


def test_all_mistakes_of_a_file_are_told_at_once_in_the_order_of_its_lines(wrong: Wrong) -> None:
    found = wrong(
        ("title: Checkout keeps selling while the payment provider stalls", "title: x"), ("environment: sandbox", "environment: prod"),
        ("ok: 200", "ok: no"), ("container_pause", "container_pauze"), ("at_most: 4m", "at_most: 5"), ("within: 45s", "wihtin: 45s"),
        ("PaymentsErrorRate.md", "PaymentsErorRate.md"),
    )  # fmt: skip
    assert [m.split(":")[1] for m in found] == ["1", "2", "4", "7", "11", "11", "14"]


def test_twenty_mistakes_are_told_and_how_many_more(wrong: Wrong) -> None:
    found = wrong(("abort_when:\n", "abort_when:\n" + "  - {probe: zzz, abov: 1}\n" * 30))
    assert len(found) == 21
    assert found[-1].endswith("more mistakes")


@pytest.mark.parametrize("text", ["- a\n- b\n", "just text\n", "3\n"])
def test_a_scenario_that_is_no_mapping_is_one_sentence(workspace: Path, text: str) -> None:
    path = workspace / "scenarios" / "x.yaml"
    path.write_text(text)
    with pytest.raises(InvalidInput, match="stands where a scenario should be"):
        read_scenario(path, FAULTS)


def test_a_file_named_like_a_device_is_a_mistake_since_reports_are_named_after_it(workspace: Path) -> None:
    path = workspace / "scenarios" / "-rf.yaml"
    path.write_text(SCENARIO)
    with pytest.raises(InvalidInput, match="reports are named after it"):
        read_scenario(path, FAULTS)


def test_the_editors_schema_key_is_accepted_and_ignored(wrong: Wrong) -> None:
    assert wrong(("title: Checkout", "$schema: ../schema/scenario.json\ntitle: Checkout")) == []


def test_empty_must_needs_a_reason(wrong: Wrong) -> None:
    must = "must: [{alert: PaymentsErrorRate, severity: critical, within: 45s, reset_within: 1m, runbook: required}]"
    assert wrong((must, "must: {none: the cache absorbs it}")) == []
    (message,) = wrong((must, "must: []"))
    assert message.endswith("`must` is empty; name an alert, or write `must: {none: why no alert is expected}`")
    (message,) = wrong((must, "must: {non: the cache absorbs it}"))
    assert message.endswith("expect.alerts.must: no key 'non'; did you mean 'none'? allowed: none")
    (message,) = wrong((must, "must: PaymentsErrorRate"))
    assert message.endswith('"PaymentsErrorRate" stands where a list is wanted; write [ … ], or lines that begin with -')


def test_an_abort_that_looks_at_the_expected_alert_is_a_mistake(wrong: Wrong, workspace: Path) -> None:
    (workspace / "probes" / "a.yaml").write_text("firing: {probe: prometheus, query: 'count(ALERTS{alertname=\"PaymentsErrorRate\"})'}\n")
    (message,) = wrong(("{probe: orders_lost, above: 0}", "{probe: firing, above: 0}"))
    assert message.endswith(
        "abort_when[0].probe: stops the drill when PaymentsErrorRate fires, which is what it waits for; choose another probe"
    )
