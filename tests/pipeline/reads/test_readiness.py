from __future__ import annotations

import threading
import time

import pytest

from pipeline.model.errors import VendorRefused
from pipeline.reads.readiness import Readiness, ask_keys, readiness_of


def test_what_raises_or_hangs_is_named_within_the_patience() -> None:
    hangs = threading.Event()
    asked = Readiness({"well": bool, "wrong": lambda: 1 / 0, "slow": hangs.wait}, patience_s=0.1)
    began = time.monotonic()
    assert asked.faults() == ("wrong", "slow")
    assert time.monotonic() - began < 1
    hangs.set()


def test_an_answer_is_kept_for_a_moment_and_then_asked_for_again() -> None:
    asked: list[int] = []
    one = Readiness({"part": lambda: asked.append(1)}, kept_s=0.05)
    assert (one.faults(), one.faults(), len(asked)) == ((), (), 1)
    time.sleep(0.06)
    assert (one.faults(), len(asked)) == ((), 2)


def test_a_part_that_still_hangs_is_not_asked_a_second_time_until_it_answers() -> None:
    hangs, asked = threading.Event(), []

    def slow() -> None:
        asked.append(1)
        hangs.wait(10)

    one = Readiness({"slow": slow}, patience_s=0.02, kept_s=0)
    assert [one.faults(), one.faults(), len(asked)] == [("slow",), ("slow",), 1]
    hangs.set()
    time.sleep(0.05)
    assert (one.faults(), len(asked)) == ((), 2)


def test_the_parts_of_a_real_installation_answer_before_and_after_the_first_tenant(vault, database, keys) -> None:
    from tests.conftest import make_tenant

    asked = readiness_of(vault)
    assert asked.faults() == ()
    make_tenant(database, keys)
    assert readiness_of(vault).faults() == ()


def test_a_keeper_that_refuses_does_not_answer(keys, tenant, tmp_path) -> None:
    class Refusing:
        def digest_key(self, tenant):
            raise VendorRefused("kms", "Decrypt")

    ask_keys(keys, None)
    ask_keys(keys, tenant.id)
    with pytest.raises(VendorRefused):
        ask_keys(Refusing(), tenant.id)
