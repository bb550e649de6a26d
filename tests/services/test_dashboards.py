"""Dashboards: read from Grafana's JSON, drawn as SVG without a script."""

from __future__ import annotations

import json
import math
import re
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
import yaml

from gameday.environments.alerting_profile import profile_files
from tests.services import FOLDER, service_module

chart, dashboard, dashboard_pages = service_module("chart"), service_module("dashboard"), service_module("dashboard_pages")
FILES = sorted((FOLDER.parent / "dashboards").glob("*.json"))
NOW = 1_700_000_000.0


def line(name: str = "p90", *values: float) -> Any:
    return chart.Series(name, tuple((NOW - 60 + n, value) for n, value in enumerate(values)))


def drawn(*series: Any, unit: str = "s", thresholds: tuple[float, ...] = ()) -> ElementTree.Element:
    return ElementTree.fromstring(chart.draw("a & b", series, unit, NOW - 60, NOW, 1, thresholds))


def paths(svg: ElementTree.Element) -> list[str]:
    return [p.get("d", "") for p in svg.iter("path")]


def board(**panel: Any) -> Any:
    usual = {
        "title": "Errors",
        "type": "timeseries",
        "gridPos": {"x": 0, "y": 0, "w": 12},
        "targets": [{"expr": "up", "legendFormat": "{{job}}"}],
    }
    return dashboard.read(json.dumps({"uid": "x", "title": "X <b>", "panels": [usual | panel]}))


def page(what: Any, found: Any, **asked: str) -> str:
    return str(dashboard_pages.show(what, [found], dashboard.Range.of("now-5m", what.since), NOW, asked, "http://127.0.0.1:9"))


@pytest.mark.parametrize("file", FILES, ids=lambda f: f.stem)
def test_the_dashboards_of_the_sandbox_can_be_drawn(file: Path) -> None:
    found = dashboard.read(file.read_text())
    assert found.uid == file.stem and len(found.panels) >= 6
    assert all(p.targets and p.kind == "timeseries" for p in found.panels)
    ids = [p["id"] for p in json.loads(file.read_text())["panels"]]
    assert len(set(ids)) == len(ids)


def test_there_are_two_of_them() -> None:
    assert [f.stem for f in FILES] == ["platform", "shop"]


METRIC = re.compile(r"\b(?:shop|haproxy)_\w+|\bup(?=\{)")


def alert_rules(profile: str) -> list[dict[str, Any]]:
    groups = yaml.safe_load(profile_files(FOLDER.parents[1], profile)["rules.yml"])["groups"]
    return [rule for group in groups for rule in group["rules"] if rule["labels"]["severity"] != "none"]


@pytest.mark.parametrize("profile", ["fast", "production"])
def test_every_alert_links_the_dashboard_that_shows_what_it_measures(profile: str) -> None:
    assert len(alert_rules(profile)) >= 8
    for rule in alert_rules(profile):
        base, _, uid = rule["annotations"]["dashboard_url"].partition("/d/")
        assert base == "{{ $externalLabels.gameday_ops_url }}"
        linked = dashboard.read((FOLDER.parent / "dashboards" / f"{uid}.json").read_text())
        shown = {plain(m) for p in linked.panels for t in p.targets for m in METRIC.findall(t.expr)}
        assert {plain(m) for m in METRIC.findall(rule["expr"])} <= shown, rule["alert"]


def plain(metric: str) -> str:
    """A histogram's name, whichever of its series is meant."""
    return re.sub("_(bucket|count|sum)$", "", metric)


def test_a_larger_value_is_higher_and_a_later_one_further_right() -> None:
    (path,) = paths(drawn(line("p90", 0.1, 0.4)))
    (x1, y1), (x2, y2) = [tuple(map(float, point.split())) for point in re.findall(r"[\d.]+ [\d.]+", path)]
    assert x2 > x1 and y2 < y1


def test_a_hole_in_the_data_is_a_hole_in_the_line() -> None:
    (path,) = paths(drawn(line("p90", 0.1, 0.2, math.nan, 0.3, 0.4)))
    assert path.count("M") == 2
    late = chart.Series("p90", ((NOW - 50, 1.0), (NOW - 49, 1.0), (NOW - 10, 1.0), (NOW - 9, 1.0)))
    assert paths(drawn(late))[0].count("M") == 2


def test_a_series_without_a_number_has_no_line() -> None:
    assert paths(drawn(line("p90", math.nan))) == []


def test_every_series_has_its_own_colour_and_too_many_are_left_out() -> None:
    svg = drawn(*(line(f"s{n}", 1.0, 2.0) for n in range(40)))
    assert len(paths(svg)) == chart.MOST
    assert [p.get("class") for p in svg.iter("path")][:2] == ["line s0", "line s1"]


def test_a_threshold_is_a_line_inside_the_picture() -> None:
    svg = drawn(line("p90", 0.01), thresholds=(0.4,))
    (threshold,) = [e for e in svg.iter("line") if e.get("class") == "threshold"]
    assert 0 <= float(threshold.get("y1", "-1")) <= chart.HEIGHT


@pytest.mark.parametrize(("low", "high"), [(0, 0), (0, 1), (0, 0.037), (-3, 12), (0, 9_999), (0, 1e9)])
@pytest.mark.parametrize("base", [10, 1024])
def test_an_axis_is_round_and_holds_all_values(low: float, high: float, base: int) -> None:
    ticks = chart.axis(low, high, base)
    assert ticks[0] <= low and ticks[-1] >= high * 0.999999
    assert 2 <= len(ticks) <= 8


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [(0.05, "percentunit", "5 %"), (0.0345, "s", "34.5 ms"), (2.5, "s", "2.5 s"), (0, "s", "0 s"), (41.23, "reqps", "41.2 req/s"),
     (44_040_192, "bytes", "42 MiB"), (0, "bytes", "0 B"), (12_345, "short", "12.3k"), (math.nan, "short", "–"), (3, "ops", "3/s")],
)  # fmt: skip
def test_values_are_said_in_their_unit(value: float, unit: str, text: str) -> None:
    assert chart.say(value, unit) == text


def test_a_legend_is_filled_from_labels() -> None:
    assert dashboard.Target("up", "{{job}} of {{ team }}").name({"job": "shop", "team": "a"}) == "shop of a"
    assert dashboard.Target("up", "").name({"__name__": "up", "job": "shop"}) == "job=shop"
    assert dashboard.Target("up", "").name({"__name__": "up"}) == "up"


@pytest.mark.parametrize(
    ("since", "seconds"), [("now-5m", 300), ("now-2h", 7_200), ("", 900), ("now-99d", 7 * 86_400), ("now-1s", 60), ("2024-01-01", 900)]
)
def test_a_range_is_read_and_bounded(since: str, seconds: int) -> None:
    range_ = dashboard.Range.of(since, "now-15m")
    assert range_.seconds == seconds
    assert range_.seconds / range_.step <= 2 * dashboard.POINTS


@pytest.mark.parametrize(("scrape", "rate"), [(1, "10s"), (15, "60s")])
def test_a_rate_looks_at_four_samples_at_least(scrape: float, rate: str) -> None:
    assert dashboard.Range(300, 1).filled("rate(x[$__rate_interval])", scrape) == f"rate(x[{rate}])"


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"uid": "../x"}', "{"])
def test_what_is_no_dashboard_is_said_and_the_others_are_shown(tmp_path: Path, text: str) -> None:
    (tmp_path / "bad.json").write_text(text)
    (tmp_path / "good.json").write_text(FILES[0].read_text())
    found, wrong = dashboard.read_all(tmp_path)
    assert list(found) == ["platform"]
    assert len(wrong) == 1 and wrong[0].startswith("bad.json: ")
    assert "bad.json" in dashboard_pages.index(list(found.values()), wrong)


def test_a_page_shows_the_chart_and_the_value_now() -> None:
    late = chart.Series("shop", ((NOW - 2, 1.0), (NOW, 3.0)))
    text = page(board(), dashboard_pages.Drawn((late,)))
    assert "<svg" in text and "<b>3</b>" in text
    assert "X &lt;b&gt;" in text and "<script" not in text


def test_a_line_that_ended_has_no_value_now() -> None:
    assert "<b>–</b>" in page(board(), dashboard_pages.Drawn((chart.Series("shop", ((NOW - 200, 1.0),)),)))


def test_a_panel_that_failed_says_so_and_one_without_data_too() -> None:
    failed = page(board(), dashboard_pages.Drawn(failed="Prometheus could not be asked: <no answer>"))
    assert "could not be asked: &lt;no answer&gt;" in failed and "<svg" not in failed
    assert "No data in this time." in page(board(), dashboard_pages.Drawn())


def test_a_type_of_panel_that_is_not_known_says_so() -> None:
    assert "heatmap" in page(board(type="heatmap"), dashboard_pages.Drawn((line("x", 1.0),)))


def test_a_number_stands_alone() -> None:
    assert '<div class="number">7</div>' in page(board(type="stat"), dashboard_pages.Drawn((line("x", 7.0),)))


def test_a_page_renews_itself_only_where_asked() -> None:
    drawn_ = dashboard_pages.Drawn()
    assert "http-equiv" not in page(board(), drawn_)
    assert '<meta http-equiv="refresh" content="5">' in page(board(), drawn_, refresh="5s")


def test_names_from_outside_are_only_text() -> None:
    text = page(board(), dashboard_pages.Drawn((line('<script>"', 1.0),)), **{"from": '"><script>'})
    assert "<script" not in text
