"""Which Docker host an environment names, and where the surroundings of a process lead."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest

from gameday.daemon import HERE, Daemon, ssh_words, surrounding_daemon, written_daemon
from gameday.environments.docker_daemon import daemon_of, local_daemon, refuse_strangers
from gameday.errors import Missing, Refused
from gameday.load.settings import read_settings
from gameday.model.docker_settings import DockerHostSettings, TlsFiles

LISTED = DockerHostSettings(host="ssh://anna@staging")
STAGING = Daemon("ssh://anna@staging")


@pytest.fixture(autouse=True)
def _nothing_around(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("DOCKER_HOST", "DOCKER_CONTEXT", "DOCKER_TLS_VERIFY", "DOCKER_CERT_PATH"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("DOCKER_CONFIG", str(tmp_path / "docker"))


def context(folder: Path, name: str, host: str, *, current: bool = False, tls: bool = False) -> None:
    digest = hashlib.sha256(name.encode()).hexdigest()
    meta = folder / "docker" / "contexts" / "meta" / digest
    meta.mkdir(parents=True)
    (meta / "meta.json").write_text(json.dumps({"Name": name, "Endpoints": {"docker": {"Host": host}}}))
    if tls:
        files = folder / "docker" / "contexts" / "tls" / digest / "docker"
        files.mkdir(parents=True)
        for file in ("ca.pem", "cert.pem", "key.pem"):
            (files / file).touch()
    if current:
        (folder / "docker" / "config.json").write_text(json.dumps({"currentContext": name}))


def test_a_context_is_its_address_and_its_certificates(tmp_path: Path) -> None:
    context(tmp_path, "two", "tcp://10.0.0.2:2376", tls=True)
    found = daemon_of(DockerHostSettings(context="two"), tmp_path)
    assert (found.host, found.is_local, Path(found.key).name) == ("tcp://10.0.0.2:2376", False, "key.pem")
    with pytest.raises(Missing, match="no Docker context 'three'"):
        daemon_of(DockerHostSettings(context="three"), tmp_path)


def test_a_context_without_certificates_is_refused(tmp_path: Path) -> None:
    context(tmp_path, "open", "tcp://10.0.0.2:2375")
    with pytest.raises(Refused, match="without certificates"):
        daemon_of(DockerHostSettings(context="open"), tmp_path)


def test_certificates_that_are_not_there_are_named(tmp_path: Path) -> None:
    settings = DockerHostSettings(host="tcp://10.0.0.2:2376", tls=TlsFiles(ca="ca.pem", cert="cert.pem", key="key.pem"))
    with pytest.raises(Missing, match=r"ca\.pem"):
        daemon_of(settings, tmp_path)


@pytest.mark.parametrize("host", ["tcp://prod.example.org:2376", "ssh://root@prod", "tcp://10.0.0.1:2375"])
def test_a_docker_host_that_is_neither_local_nor_listed_is_refused(host: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOCKER_HOST", host)
    for listed, daemon in ((None, Daemon()), (LISTED, STAGING)):
        with pytest.raises(Refused, match=r"DOCKER_HOST leads to .* neither this host nor listed for the environment staging"):
            refuse_strangers(listed, daemon, "staging")
    with pytest.raises(Refused, match="DOCKER_HOST leads to"):
        local_daemon("sandbox")


@pytest.mark.parametrize("host", ["ssh://anna@staging", "unix:///run/other.sock", "tcp://127.0.0.1:2375"])
def test_a_docker_host_that_is_local_or_listed_is_none_to_refuse(host: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOCKER_HOST", host)
    refuse_strangers(LISTED, STAGING, "staging")


def test_a_context_in_use_that_leads_elsewhere_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    context(tmp_path, "prod-eu", "ssh://prod", current=True)
    with pytest.raises(Refused, match="the Docker context prod-eu leads to another machine, ssh://prod"):
        refuse_strangers(None, Daemon(), "sandbox")
    monkeypatch.setenv("DOCKER_CONTEXT", "default")
    refuse_strangers(None, Daemon(), "sandbox")


def test_what_a_ledger_line_tells_is_the_daemon_whatever_the_surroundings_say(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOCKER_HOST", "unix:///somewhere.sock")
    there = Daemon("tcp://10.0.0.2:2376", "/c/ca.pem", "/c/cert.pem", "/c/key.pem")
    assert written_daemon(there.written()) == there
    assert written_daemon({}) == surrounding_daemon() == Daemon("unix:///somewhere.sock")


def test_a_command_by_hand_goes_to_the_same_daemon() -> None:
    assert Daemon(HERE).command == "docker"
    assert STAGING.command == "docker -H ssh://anna@staging"
    there = Daemon("tcp://h:1", "/c/ca.pem", "/c/cert.pem", "/c/key.pem").command
    assert there == "docker -H tcp://h:1 --tlsverify --tlscacert=/c/ca.pem --tlscert=/c/cert.pem --tlskey=/c/key.pem"


def test_an_ssh_address_becomes_words_that_are_no_options() -> None:
    assert ssh_words("ssh://anna@staging:2222") == ["-l", "anna", "-p", "2222", "--", "staging"]
    assert ssh_words("ssh://staging") == ["--", "staging"]


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ('docker = {host = "tcp://10.0.0.2:2376"}', "write `tls = "),
        ('docker = {host = "ssh://anna:secret@h"}', "holds a password"),
        ('docker = {host = "ssh://-oProxyCommand=x"}', "is no Docker host"),
        ('docker = {host = "http://h"}', "is no Docker host"),
        ('docker = {context = "a", host = "ssh://h"}', "say which Docker host"),
        ('docker = {host = "ssh://h", tls = {ca = "a", cert = "b", key = "c"}}', "begins with tcp://"),
        ('labels = ["app=shop"]', "say which containers"),
        ('working_hours = "always"', "are not working hours"),
    ],
)
def test_mistakes_in_an_environment_say_what_to_write(tmp_path: Path, line: str, said: str) -> None:
    (tmp_path / "gameday.toml").write_text(f'[environments.staging]\nproject = "web"\n{line}\n')
    with pytest.raises(Exception, match=said) as caught:
        read_settings(tmp_path / "gameday.toml", tuple)
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize("label", ['"*"', '""', '".*"', '"app=*"', ""])
def test_labels_that_choose_everything_are_refused_as_unsafe(tmp_path: Path, label: str) -> None:
    (tmp_path / "gameday.toml").write_text(f"[environments.staging]\nlabels = [{label}]\n")
    with pytest.raises(Exception, match="would choose every container") as caught:
        read_settings(tmp_path / "gameday.toml", tuple)
    assert all(m.unsafe for m in caught.value.mistakes)  # type: ignore[attr-defined]
