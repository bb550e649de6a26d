"""An environment of one's own, as gameday.toml describes it."""

from __future__ import annotations

from pathlib import Path

import pytest

from gameday.environments.docker_project import DockerProject
from gameday.errors import InvalidInput, Missing
from gameday.load.settings import read_settings
from gameday.model.docker_settings import DockerSettings


def described(root: Path, text: str) -> DockerProject:
    (root / "gameday.toml").write_text(text)
    settings = read_settings(root / "gameday.toml", tuple)
    return DockerProject(root, "staging", settings.environments["staging"])


def wrong(root: Path, text: str) -> str:
    with pytest.raises(InvalidInput) as caught:
        described(root, text)
    return str(caught.value)


def test_a_token_is_taken_from_where_it_lies(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "tenant-token").write_text("from-a-file\n")
    place = described(
        tmp_path,
        '[environments.staging]\nproject = "web"\n'
        'prometheus = {url = "http://127.0.0.1:9090/", token = "${env:PROM_TOKEN}", headers = {X-Scope-OrgID = "shop"}}\n'
        'alertmanager = {url = "http://127.0.0.1:9093", token = "${file:tenant-token}"}\n',
    )
    with pytest.raises(Missing, match="PROM_TOKEN is not set"):
        _ = place.prometheus
    monkeypatch.setenv("PROM_TOKEN", "from-the-environment")
    assert place.prometheus is not None
    assert place.prometheus.headers == {"X-Scope-OrgID": "shop", "Authorization": "Bearer from-the-environment"}
    assert place.reach().headers == place.prometheus.headers
    assert place.alertmanager is not None
    assert place.alertmanager.headers["Authorization"] == "Bearer from-a-file"
    assert "from-the-environment" not in place.settings.model_dump_json()


def test_a_secret_itself_is_refused_and_not_repeated(tmp_path: Path) -> None:
    said = wrong(tmp_path, '[environments.staging]\nproject = "web"\nprometheus = {url = "http://127.0.0.1:9090", token = "hunter2"}\n')
    assert "write ${env:NAME}" in said
    assert "hunter2" not in said


@pytest.mark.parametrize("name", ["sandbox", "production", "prod"])
def test_some_names_are_not_free(tmp_path: Path, name: str) -> None:
    assert f'cannot be called "{name}"' in wrong(tmp_path, f'[environments.{name}]\nproject = "web"\n')


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ('prometheus = {url = "http://u:p@127.0.0.1"}', "holds a user or password"),
        ('prometheus = {url = "file:///etc/passwd"}', "only http and https"),
        ('pager = {listen = "18099"}', "is not a place to listen"),
        ('traffic = "http://169.254.169.254/"', "metadata"),
        ('promtheus = {url = "http://127.0.0.1:9090"}', "did you mean"),
    ],
)
def test_mistakes_say_what_to_write(tmp_path: Path, line: str, said: str) -> None:
    assert said in wrong(tmp_path, f'[environments.staging]\nproject = "web"\n{line}\n')


def test_what_is_not_named_is_not_read() -> None:
    place = DockerProject(Path(), "staging", DockerSettings(project="web"))
    assert (place.prometheus, place.alertmanager, place.pager, place.ops_url) == (None, None, None, None)
    assert not {"prometheus", "alertmanager", "pager", "ops"} & set(place.sources)
    with pytest.raises(InvalidInput, match="traffic = "):
        _ = place.traffic_url


def test_an_authority_that_is_not_there_is_named(tmp_path: Path) -> None:
    place = described(tmp_path, '[environments.staging]\nproject = "web"\nprometheus = {url = "https://127.0.0.1:9090", ca = "ca.pem"}\n')
    with pytest.raises(Missing, match=r"ca\.pem"):
        _ = place.prometheus
