from __future__ import annotations

from pipeline.redaction.decoding import wire


def test_a_message_and_an_order_are_never_taken_for_each_other() -> None:
    messages = {wire.WANTED, wire.OPENED, wire.BLOCK, wire.COUNTED, wire.ENDED, wire.FAILED}
    orders = {wire.READ, wire.COUNT, wire.LEAVE}

    assert len(messages | orders) == 9
    assert all(len(kind) == 1 for kind in messages | orders)


def test_heads_have_no_gaps_that_could_carry_something_else() -> None:
    assert (wire.HEAD.size, wire.SHAPE.size, wire.LENGTH.size) == (17, 20, 4)
