"""`probe: http`: a status or a number in the JSON; never a hang, never a redirect, never an exception."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections.abc import Iterator
from datetime import timedelta

import pytest
from pytest_httpserver import HTTPServer

from gameday.model.observation import Blind, Observation, Seen
from gameday.model.probe import HttpProbe, Reach
from gameday.probes.http import Http


def ask(url: str, field: str | None = None, timeout: float = 2.0) -> Observation:
    return Http(HttpProbe(probe="http", url=url, field=field, timeout=timedelta(seconds=timeout)), Reach()).ask()


@pytest.mark.parametrize("status", [200, 404, 503])
def test_without_a_field_the_status_is_the_answer(httpserver: HTTPServer, status: int) -> None:
    httpserver.expect_request("/x").respond_with_data("", status=status)
    assert ask(httpserver.url_for("/x")) == Seen(float(status))


@pytest.mark.parametrize(("field", "value"), [("lost", 3.0), ("queue.depth", 1.5), ("items.1.age", 7.0), ("text", 12.0)])
def test_a_field_is_picked_by_its_dotted_path(httpserver: HTTPServer, field: str, value: float) -> None:
    body = {"lost": 3, "queue": {"depth": 1.5}, "items": [{}, {"age": 7}], "text": "12"}
    httpserver.expect_request("/x").respond_with_json(body)
    assert ask(httpserver.url_for("/x"), field) == Seen(value)


@pytest.mark.parametrize(
    ("field", "words"),
    [("none", "no field 'none'"), ("items.9", "no field"), ("flag", "true or false"), ("null", "empty"), ("items", "a list"), ("word", "'many'"), ("nan", "says nothing")],
)  # fmt: skip
def test_a_field_that_is_no_number_is_blind(httpserver: HTTPServer, field: str, words: str) -> None:
    httpserver.expect_request("/x").respond_with_data('{"flag": true, "null": null, "items": [], "word": "many", "nan": NaN}')
    seen = ask(httpserver.url_for("/x"), field)
    assert isinstance(seen, Blind)
    assert words in seen.reason


def test_an_error_status_has_no_field(httpserver: HTTPServer) -> None:
    httpserver.expect_request("/x").respond_with_data('{"lost": 0}', status=500)
    assert ask(httpserver.url_for("/x"), "lost") == Blind("answered 500")


@pytest.mark.parametrize("target", ["http://169.254.169.254/latest", "/elsewhere"])
def test_a_redirect_is_not_followed(httpserver: HTTPServer, target: str) -> None:
    httpserver.expect_request("/x").respond_with_data("", status=302, headers={"Location": target})
    seen = ask(httpserver.url_for("/x"))
    assert seen == Blind("answered 302, a redirect, which is not followed; write the address it leads to")
    assert len(httpserver.log) == 1


@pytest.mark.parametrize("url", ["http://169.254.169.254/", "file:///etc/passwd", "http://u:hunter2@127.0.0.1/", "http://0x7f000001/"])
def test_an_address_that_is_refused_is_not_asked(url: str) -> None:
    seen = ask(url)
    assert isinstance(seen, Blind)
    assert "hunter2" not in seen.reason


def test_an_answer_over_one_megabyte_is_blind(httpserver: HTTPServer) -> None:
    httpserver.expect_request("/x").respond_with_data(b"1" * 3_000_000)
    seen = ask(httpserver.url_for("/x"))
    assert isinstance(seen, Blind)
    assert "larger than 1000 kB" in seen.reason


def test_nobody_there_is_blind() -> None:
    assert isinstance(ask("http://127.0.0.1:1/"), Blind)


@contextlib.contextmanager
def speaking(head: bytes, drip: bytes = b"", every: float = 0.02) -> Iterator[str]:
    """A server that says `head` to each client, then one `drip` after another until the client leaves."""
    listening = socket.create_server(("127.0.0.1", 0))
    ended = threading.Event()

    def serve() -> None:
        with contextlib.suppress(OSError):
            client, _ = listening.accept()
            with client, contextlib.suppress(OSError):
                client.recv(4096)
                client.sendall(head)
                while not ended.wait(every):
                    client.sendall(drip)

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}/"
    finally:
        ended.set()
        listening.close()
        thread.join(2)


HEAD = b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n"


@pytest.mark.parametrize(("head", "drip"), [(b"", b""), (HEAD, b""), (HEAD, b"1")])
def test_an_answer_that_never_ends_is_blind_when_its_time_is_over(head: bytes, drip: bytes) -> None:
    with speaking(head, drip) as url:
        began = time.monotonic()
        seen = ask(url, timeout=0.2)
        assert time.monotonic() - began < 1
    assert isinstance(seen, Blind)
    assert "timed out" in seen.reason


@pytest.mark.parametrize("head", [b"garbage\r\n\r\n", b"HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n", b"HTTP/1.1 999999 X\r\n\r\n"])
def test_what_is_not_http_is_blind(head: bytes) -> None:
    with speaking(head) as url:
        assert isinstance(ask(url, timeout=0.3), Blind)
