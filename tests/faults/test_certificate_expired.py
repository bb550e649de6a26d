"""Certificate expired: made with the real openssl, of a certificate of this test's own."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from gameday.errors import InvalidInput, Refused
from gameday.faults.certificate_expired import CertificateExpired
from gameday.model.host import Ran
from tests.faults.here import Here, undone
from tests.faults.place import TARGET, Place


def openssl(*words: str) -> str:
    return subprocess.run(["openssl", *words], capture_output=True, text=True, check=True).stdout.strip()


@pytest.fixture
def pem(tmp_path: Path) -> Path:
    """Certificate and key in one file, as HAProxy wants them."""
    key, certificate, both = tmp_path / "key.pem", tmp_path / "cert.pem", tmp_path / "both.pem"
    openssl(
        "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-subj", "/CN=shop.example", "-days", "30",
        "-keyout", str(key), "-out", str(certificate),
    )  # fmt: skip
    both.write_text(certificate.read_text() + key.read_text())
    return both


def test_same_subject_same_key_and_expired_and_then_as_before(pem: Path) -> None:
    place, fault, before = Here(), CertificateExpired(path=str(pem), port=8443, reload=("true",)), pem.read_bytes()
    subject, key = openssl("x509", "-in", str(pem), "-noout", "-subject"), openssl("x509", "-in", str(pem), "-noout", "-pubkey")
    undo = fault.prepare(place, TARGET)
    assert pem.read_bytes() == before
    fault.inject(place, TARGET)
    assert openssl("x509", "-in", str(pem), "-noout", "-subject") == subject
    assert openssl("x509", "-in", str(pem), "-noout", "-pubkey") == key
    assert subprocess.run(["openssl", "x509", "-in", str(pem), "-noout", "-checkend", "0"], capture_output=True).returncode == 1
    assert pem.read_text().count("PRIVATE KEY") == 2
    assert undone(undo) == ["written back", "was running", "told to reload"]
    assert pem.read_bytes() == before


def test_the_key_may_lie_in_a_file_of_its_own(pem: Path) -> None:
    certificate, place = pem.with_name("cert.pem"), Here()
    fault, before = CertificateExpired(path=str(certificate), key=str(pem.with_name("key.pem")), port=8443), certificate.read_bytes()
    undo = fault.prepare(place, TARGET)
    fault.inject(place, TARGET)
    assert "PRIVATE KEY" not in certificate.read_text()
    assert subprocess.run(["openssl", "x509", "-in", str(certificate), "-noout", "-checkend", "0"], capture_output=True).returncode == 1
    undone(undo)
    assert certificate.read_bytes() == before
    assert not any("PRIVATE KEY" in word for command in place.ran for word in command), "no key is handed over"


def test_the_key_of_another_is_refused_before_anything_is_written(pem: Path, tmp_path: Path) -> None:
    (tmp_path / "other.pem").write_text(openssl("genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:prime256v1"))
    with pytest.raises(InvalidInput, match="is not the private key of"):
        CertificateExpired(path=str(pem), key=str(tmp_path / "other.pem"), port=8443).prepare(Here(), TARGET)


def test_what_has_expired_already_or_is_no_certificate_is_refused(pem: Path, tmp_path: Path) -> None:
    (tmp_path / "text.pem").write_text("no certificate\n")
    with pytest.raises(Refused, match="no certificate that is valid now"):
        CertificateExpired(path=str(tmp_path / "text.pem"), port=8443).prepare(Here(), TARGET)


@pytest.mark.parametrize(
    ("code", "said", "live"),
    [(1, "Certificate will expire\n", True), (0, "Certificate will not expire\n", False), (1, "Could not read certificate\n", False)],
)
def test_it_is_live_when_the_listener_serves_an_expired_one(code: int, said: str, live: bool) -> None:
    place = Place()
    place.answer = Ran(code, said)
    assert CertificateExpired(path="/tls/shop.pem", port=8443).is_live(place, TARGET) is live
