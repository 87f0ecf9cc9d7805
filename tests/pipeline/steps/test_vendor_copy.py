from __future__ import annotations

import pytest

from pipeline.model.errors import VendorUnavailable
from pipeline.steps.vendor_copy import end_vendor_copy, is_kept_for_hold
from pipeline.store.holds import add_hold
from tests.fakes import NotedRecordings


class Keeps(NotedRecordings):
    def is_gone(self, account, recording_sid):
        return False


def test_a_hold_keeps_the_copy_and_it_is_noted(line):
    free, held = line.record(), line.record()
    with line.tx() as tx:
        add_hold(tx, matter="m-1", scope=("call", held.call), actor="user:1", reason="lawsuit")
        assert (is_kept_for_hold(tx, free), is_kept_for_hold(tx, held)) == (False, True)
    assert (line.facts(free), line.facts(held)) == ({}, {"is_held_at_vendor": True})


def test_a_copy_is_seen_to_be_gone(line):
    recording = line.record()
    end_vendor_copy(line.context, recording, line.owner, what="a captured")
    assert not line.at_vendor(recording)
    with pytest.raises(VendorUnavailable, match="still there"):
        end_vendor_copy(line.with_parts(vendor=Keeps()).context, recording, line.owner, what="a captured")
