"""A drill with people: words, a recorded shell, and what they leave in the report."""

from __future__ import annotations

from tests.sandbox.conftest import Bench, await_that, review_of


def test_words_and_a_recorded_shell_reach_the_report(bench: Bench) -> None:
    before = bench.drills()
    process = bench.begin("run", "scenarios/payments-freezes.yaml", "--responders", "human")
    drill = bench.new_drill(before)
    ops = f"http://127.0.0.1:{bench.environment['GAMEDAY_OPS_PORT']}"
    bench.await_event(drill, "alert.delivered", receiver="shop-pager", status="firing")
    for words in (["ack", "PaymentsErrorRate"], ["declare", "Checkouts fail", "--severity", "critical"], ["role", "lead"]):
        said = bench.gameday(*words)
        assert (said.code, said.err.strip()) == (0, f"{words[0]}: noted in {drill.name}")
    flag = f'curl -sX PUT {ops}/flags/checkout_unpaid -d \'{{"value": "on"}}\''
    assert bench.gameday("shell", "-c", flag).code == 0
    assert bench.gameday("shell", "-c", f'curl -sX POST {ops}/status -d \'{{"state": "degraded", "message": "payments wait"}}\'').code == 0
    assert bench.gameday("log", "flag is on").code == 0
    assert bench.gameday("update", "customers can buy again").code == 0
    bench.await_event(drill, "fault.undone")
    assert bench.gameday("resolve", "over").code == 0
    await_that(lambda: process.poll() is not None, 60, f"the end of the drill; {bench.log()}")
    assert process.returncode == 0, bench.log()
    review = review_of(drill)
    assert [g["rule"] for g in review["gaps"]] == []
    assert {s["id"]: s["status"] for s in review["steps"] if s["required"]} == {"m1": "done", "c1": "done"}
    page = (drill / "report.html").read_text()
    for text in (
        "declared an incident: Checkouts fail",
        "flag checkout_unpaid set to on",
        "status page: payments wait",
        "said: flag is on",
    ):
        assert text in page
    assert all(review["milestones"][m] for m in ("acknowledged", "declared", "first_mitigation", "impact_over"))


def test_words_without_a_drill_say_so(bench: Bench) -> None:
    said = bench.gameday("ack")
    assert said.code == 2
    assert "no drill" in said.err
