"""The days are held by tests/journeys/test_closure.py; here, what one night answers."""

from __future__ import annotations

import pytest

from pipeline.decisions.close_tenant import close_tenant
from pipeline.model.errors import NotFound
from pipeline.policies.loader import load_bundle
from pipeline.steps.closure import advance_closure


def test_an_open_account_has_no_closure_to_go_on_with(line):
    with pytest.raises(NotFound):
        advance_closure(line.context, line.owner.id)


def test_the_first_night_deletes_at_the_vendor_and_keeps_the_key(line):
    recording = line.record()
    with line.tx() as tx:
        close_tenant(tx, line.context.vault, actor="u", reason="they left", bundle=load_bundle("nejix"))
    for _ in range(2):
        told = advance_closure(line.context, line.owner.id)
        assert (told["at_vendor"], told["held_at_vendor"], told["is_key_destroyed"]) == (0, 0, False)
    assert not line.at_vendor(recording)
    assert line.events("recording:vendor:deleted") == [{"vendor": "twilio", "cause": "closure"}]
