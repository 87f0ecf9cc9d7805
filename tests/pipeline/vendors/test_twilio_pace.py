from __future__ import annotations

import threading
import time
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from pipeline.model.errors import VendorUnavailable
from pipeline.vendors.twilio_pace import Paces, Patience, read_retry_after

AC, OTHER = "AC" + "a" * 32, "AC" + "b" * 32


def in_s(seconds: float) -> float:
    return time.monotonic() + seconds


def take(paces: Paces, account: str = AC, within_s: float = 5) -> None:
    with paces.turn(account, "ask", until=in_s(within_s)):
        pass


def test_only_so_many_of_one_account_are_asked_at_a_time_and_the_others_wait() -> None:
    paces, lock, running, most = Paces(Patience(at_once=3)), threading.Lock(), [0], [0]

    def ask() -> None:
        with paces.turn(AC, "ask", until=in_s(10)):
            with lock:
                running[0] += 1
                most[0] = max(most[0], running[0])
            time.sleep(0.01)
            with lock:
                running[0] -= 1

    threads = [threading.Thread(target=ask) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    assert most[0] == 3
    assert running[0] == 0


def test_a_turn_that_does_not_come_in_time_is_unavailable_and_another_accounts_comes() -> None:
    paces = Paces(Patience(at_once=1))
    with paces.turn(AC, "ask", until=in_s(1)):
        with pytest.raises(VendorUnavailable, match="has to wait"):
            take(paces, within_s=0.02)
        take(paces, OTHER, within_s=0.02)
    take(paces, within_s=0.02)


def test_what_fails_in_its_turn_gives_the_turn_back() -> None:
    paces = Paces(Patience(at_once=1))
    with pytest.raises(ZeroDivisionError), paces.turn(AC, "ask", until=in_s(1)):
        raise ZeroDivisionError
    take(paces, within_s=0.02)


def test_nothing_of_an_account_is_asked_before_the_time_that_was_named() -> None:
    paces = Paces(Patience())
    began = time.monotonic()
    paces.note(AC, 429, "1")
    take(paces, OTHER, within_s=0.02)
    take(paces)
    assert time.monotonic() - began >= 1


def test_a_time_beyond_all_patience_is_not_waited_for() -> None:
    paces = Paces(Patience())
    paces.note(AC, 429, "600")
    began = time.monotonic()
    with pytest.raises(VendorUnavailable):
        take(paces, within_s=5)
    assert time.monotonic() - began < 1


def test_a_shorter_time_named_later_does_not_shorten_the_wait() -> None:
    paces = Paces(Patience())
    paces.note(AC, 429, "600")
    paces.note(AC, 429, "0")
    with pytest.raises(VendorUnavailable):
        take(paces, within_s=0.02)


def test_after_a_refusal_one_goes_ahead_alone_until_it_is_answered() -> None:
    paces = Paces(Patience(at_once=8, first_wait_s=0))
    paces.note(AC, 429, None)
    with paces.turn(AC, "ask", until=in_s(1)):
        with pytest.raises(VendorUnavailable):
            take(paces, within_s=0.02)
        paces.note(AC, 200, None)
        take(paces, within_s=0.02)


def test_waits_without_a_named_time_grow_up_to_a_bound_and_are_drawn_anew() -> None:
    patience = Patience(first_wait_s=0.1, longest_wait_s=0.8)
    for failures, bound in ((0, 0.1), (1, 0.2), (2, 0.4), (3, 0.8), (10, 0.8), (10_000, 0.8)):
        drawn = [patience.wait_s(failures) for _ in range(200)]
        assert 0 <= min(drawn) < bound / 4
        assert bound * 3 / 4 < max(drawn) <= bound


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("0", 0.0), ("17", 17.0), (" 17 ", 17.0), ("86400", 900.0), ("9" * 400, 900.0),
        ("Mon, 01 Jan 2024 00:00:00 GMT", 0.0), (None, None), ("", None), ("soon", None), ("-5", None), ("1e9", None),
        ("nan", None), ("inf", None), ("Mon, 99", None),
    ],
)  # fmt: skip
def test_a_retry_after_is_read_or_there_is_none(text: str | None, seconds: float | None) -> None:
    assert read_retry_after(text) == seconds


def test_a_retry_after_may_be_a_date() -> None:
    read = read_retry_after(format_datetime(datetime.now(UTC) + timedelta(seconds=60), usegmt=True))
    assert read is not None
    assert 57 < read <= 60
