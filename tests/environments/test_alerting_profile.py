"""Alerting profiles: whole folders, and such that are told by what differs."""

from __future__ import annotations

from pathlib import Path

import pytest

from gameday.environments.alerting_profile import FILES, profile_files, profile_folder
from gameday.errors import InvalidInput

ROOT = Path(__file__).parents[2]


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A workspace with one profile, `fast`."""
    folder = tmp_path / "sandbox" / "alerting" / "fast"
    folder.mkdir(parents=True)
    for file, text in zip(FILES, ("scrape_interval: 1s\n", "for: 2s\n", "receiver: shop\n"), strict=True):
        (folder / file).write_text(text)
    return tmp_path


def tell(root: Path, name: str, differences: str) -> Path:
    folder = root / "sandbox" / "alerting" / name
    folder.mkdir()
    (folder / "profile.yaml").write_text(differences)
    return folder


def test_a_whole_profile_is_its_own_folder(root: Path) -> None:
    assert profile_folder(root, "fast") == root / "sandbox" / "alerting" / "fast"


def test_a_difference_is_laid_out_with_all_the_rest(root: Path) -> None:
    tell(root, "late", 'like: fast\nchange: {rules.yml: [{text: "2s", becomes: "9s"}]}\n')
    folder = profile_folder(root, "late")
    assert {f.name: f.read_text() for f in folder.iterdir()} == {
        "prometheus.yml": "scrape_interval: 1s\n", "rules.yml": "for: 9s\n", "alertmanager.yml": "receiver: shop\n",
    }  # fmt: skip
    assert all(f.stat().st_mode & 0o004 for f in folder.iterdir())


def test_a_file_of_its_own_takes_the_place_of_the_others(root: Path) -> None:
    (tell(root, "own", "like: fast\n") / "rules.yml").write_text("for: 5m\n")
    assert profile_files(root, "own")["rules.yml"] == "for: 5m\n"


def test_a_profile_may_be_like_one_that_is_like_another(root: Path) -> None:
    tell(root, "late", 'like: fast\nchange: {rules.yml: [{text: "2s", becomes: "9s"}]}\n')
    tell(root, "lost", 'like: late\nchange: {alertmanager.yml: [{text: "shop", becomes: "nobody"}]}\n')
    assert profile_files(root, "lost") == {
        "prometheus.yml": "scrape_interval: 1s\n", "rules.yml": "for: 9s\n", "alertmanager.yml": "receiver: nobody\n",
    }  # fmt: skip


@pytest.mark.parametrize(("differences", "says"), [
    ('like: fast\nchange: {rules.yml: [{text: "3s", becomes: "9s"}]}', "'3s' stands there 0 times"),
    ('like: fast\nchange: {nosuch.yml: [{text: "3s", becomes: "9s"}]}', "nosuch.yml: '3s' stands there 0 times"),
    ('like: fast\nchange: {alertmanager.yml: [{text: "e", becomes: "9s"}]}', "'e' stands there 3 times"),
    ("like: nosuch", "no alerting profile 'nosuch'"),
    ("like: wrong", "told by each other: wrong like wrong"),
    ("alike: fast", "alike"),
    ("like: [", "profile.yaml"),
])  # fmt: skip
def test_a_difference_that_does_not_fit_is_a_mistake(root: Path, differences: str, says: str) -> None:
    tell(root, "wrong", differences)
    with pytest.raises(InvalidInput) as error:
        profile_folder(root, "wrong")
    assert says in str(error.value)


@pytest.mark.parametrize("name", ["nosuch", "../fast", "", "Fast"])
def test_an_unknown_profile_names_those_there_are(root: Path, name: str) -> None:
    tell(root, "late", "like: fast")
    with pytest.raises(InvalidInput, match="there is fast, late"):
        profile_folder(root, name)


def test_planted_is_fast_with_two_gaps() -> None:
    fast, planted = profile_files(ROOT, "fast"), profile_files(ROOT, "planted")
    added = {line.strip() for file in FILES for line in set(planted[file].splitlines()) - set(fast[file].splitlines())}
    gone = {line.strip() for file in FILES for line in set(fast[file].splitlines()) - set(planted[file].splitlines())}
    assert added == {
        '- matchers: [service="checkout", severity="critical"]',
        "runbook_url: '{{ $externalLabels.gameday_ops_url }}/runbooks/PaymentErrors'",
    }
    assert gone == {"runbook_url: '{{ $externalLabels.gameday_ops_url }}/runbooks/PaymentsErrorRate'"}


def test_production_asks_what_fast_asks_with_more_patience() -> None:
    fast, production = profile_files(ROOT, "fast"), profile_files(ROOT, "production")
    assert "scrape_interval: 15s" in production["prometheus.yml"]
    assert "evaluation_interval: 15s" in production["prometheus.yml"]
    assert "group_wait: 30s" in production["alertmanager.yml"]

    def alerts(files: dict[str, str]) -> list[str]:
        return [line.split(":")[1].strip() for line in files["rules.yml"].splitlines() if "- alert:" in line]

    assert alerts(production) == alerts(fast)
