from __future__ import annotations

from datetime import date

import pytest

from pipeline.model.errors import NotFound
from pipeline.policies.loader import load_bundle, load_matrix
from pipeline.reads.policy_versions import preview_version, read_versions
from pipeline.store.policy_versions import add_version, keep_first
from tests.disposal import a_whole_recording
from tests.pipeline.policies.variants import variant

BUNDLE = load_bundle("nejix")
NARROWER = variant(BUNDLE, {"download/kinds": ["export"]}, version="2027-01", effective=date(2027, 1, 1))


def announce(line) -> None:
    with line.tx() as tx:
        keep_first(tx, BUNDLE)
        add_version(tx, NARROWER, notice_days=30, actor="test")


def test_the_first_version_is_in_force_and_nothing_is_announced(line):
    with line.tx() as tx:
        (only,), jobs = read_versions(tx)
        with pytest.raises(NotFound):
            preview_version(tx, only.version.bundle.version, load_matrix())
    assert (only.is_in_force, only.is_announced, only.changes, jobs) == (True, False, (), ())


def test_an_announced_version_tells_what_it_changes_and_how_much_that_moves(line):
    a_whole_recording(line)
    announce(line)
    with line.tx() as tx:
        (newest, first), _ = read_versions(tx)
        preview = preview_version(tx, "2027-01", load_matrix())
        some = preview_version(tx, "2027-01", load_matrix(), most=2)
        with pytest.raises(NotFound):
            preview_version(tx, "1999", load_matrix())
    assert (newest.is_in_force, newest.is_announced, first.is_in_force) == (False, True, True)
    assert any("download.kinds" in change for change in newest.changes)
    moved = {(one.kind, one.move): one.count for one in preview.moved}
    assert moved["recording.redacted", "download_lost"] == moved["transcript.redacted", "download_lost"] == 1
    assert (preview.is_whole, some.is_whole, sum(some.looked_at.values())) == (True, False, 2)
