"""What leaves a service beside its answers never stands in its way."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Sequence

import pytest
from pytest_httpserver import HTTPServer

from tests.services import service_module

batches = service_module("batches")


class Post:
    """Takes batches, or does not."""

    def __init__(self, refusal: Exception | None = None) -> None:
        self.came: list[list[int]] = []
        self.refusal = refusal
        self.dropped = 0

    def deliver(self, batch: Sequence[int]) -> None:
        if self.refusal:
            raise self.refusal
        self.came.append(list(batch))

    def drop(self, count: int) -> None:
        self.dropped += count


def test_what_was_put_in_leaves_in_order() -> None:
    post = Post()
    box = batches.Batches(post.deliver, post.drop)
    for number in range(3):
        box.put(number)
    assert box.send() and post.came == [[0, 1, 2]]


def test_what_reached_nobody_waits_and_leaves_first() -> None:
    post = Post(batches.NotReached("away"))
    box = batches.Batches(post.deliver, post.drop)
    box.put(1)
    assert not box.send()
    box.put(2)
    post.refusal = None
    assert box.send() and (post.came, post.dropped) == ([[1, 2]], 0)


def test_what_was_refused_is_dropped_and_counted() -> None:
    post = Post(batches.Refused("status 500"))
    box = batches.Batches(post.deliver, post.drop)
    for number in range(5):
        box.put(number)
    assert box.send()
    assert (post.came, post.dropped) == ([], 5)


def test_a_full_box_drops_the_oldest_and_counts_them() -> None:
    post = Post(batches.NotReached("away"))
    box = batches.Batches(post.deliver, post.drop, room=3)
    for number in range(5):
        box.put(number)
    assert post.dropped == 2
    box.send()
    post.refusal = None
    box.send()
    assert (post.came, post.dropped) == ([[2, 3, 4]], 2)


def test_what_came_meanwhile_takes_the_place_of_the_oldest_that_come_back() -> None:
    def away(batch: Sequence[int]) -> None:
        box.put(10)
        raise batches.NotReached("away")

    post = Post()
    box = batches.Batches(away, post.drop, room=2)
    box.put(1)
    box.put(2)
    box.send()
    box._deliver = post.deliver
    box.send()
    assert (post.came, post.dropped) == ([[2, 10]], 1)


def test_putting_does_not_wait_for_a_delivery_that_hangs() -> None:
    going = threading.Event()
    box = batches.Batches(lambda batch: going.wait(10), lambda count: None)
    box.start()
    began = time.monotonic()
    for number in range(1_000):
        box.put(number)
    assert time.monotonic() - began < 1
    going.set()
    box.close()


def test_closing_sends_what_waits() -> None:
    post = Post()
    box = batches.Batches(post.deliver, post.drop)
    box.start()
    box.put(1)
    box.close(5)
    assert post.came == [[1]]


def test_nobody_listens_means_not_reached() -> None:
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        with pytest.raises(batches.NotReached):
            batches.post(f"http://127.0.0.1:{held.getsockname()[1]}/upload", b"x", "text/plain", 1)


def test_an_answer_that_never_comes_is_a_refusal_since_the_bytes_have_left() -> None:
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        with pytest.raises(batches.Refused):
            batches.post(f"http://127.0.0.1:{silent.getsockname()[1]}/upload", b"x", "text/plain", 0.2)


@pytest.mark.parametrize("status", [400, 503])
def test_an_error_is_a_refusal(httpserver: HTTPServer, status: int) -> None:
    httpserver.expect_request("/upload", method="POST").respond_with_data("", status=status)
    with pytest.raises(batches.Refused):
        batches.post(httpserver.url_for("/upload"), b"x", "text/plain", 2)


def test_an_answer_of_success_is_a_delivery(httpserver: HTTPServer) -> None:
    httpserver.expect_request("/upload", method="POST", data="x", headers={"Content-Type": "text/plain"}).respond_with_data("", status=202)
    batches.post(httpserver.url_for("/upload"), b"x", "text/plain", 2)
