from __future__ import annotations

import json

import pytest

from pipeline.model.certificate import OBJECTS_A_PART, LedgerLine, line_from_bytes, line_to_plain, parts_of, to_bytes
from pipeline.model.errors import IntegrityError

LINE = LedgerLine(
    tenant="acme",
    purge="purge_1",
    subject_kind="recording",
    subject_id="rec_1",
    cause="closure",
    clause={"document": "nejix", "section": "4", "key": "k"},
    objects=(("art_1", "tenants/acme/a"),),
    recording_sid="RE1",
    is_whole=True,
    closed_on="2026-11-21",
    is_key_destroyed=True,
    successor="00" * 32,
)


def test_a_line_reads_back_as_it_was_written():
    assert line_from_bytes(to_bytes(line_to_plain(LINE))) == LINE


@pytest.mark.parametrize("change", [{"version": 2}, {"format": "x"}, {"objects": 3}, {"subject": None}])
def test_another_shape_is_refused(change):
    with pytest.raises(IntegrityError):
        line_from_bytes(to_bytes(line_to_plain(LINE) | change))
    with pytest.raises(IntegrityError):
        line_from_bytes(b"not json")


def test_statements_are_one_sequence_of_bytes_whatever_the_order():
    plain = line_to_plain(LINE)
    assert to_bytes(plain) == to_bytes(dict(reversed(plain.items())))
    assert json.loads(to_bytes(plain)) == plain


@pytest.mark.parametrize("count", [0, 1, OBJECTS_A_PART, OBJECTS_A_PART + 1, 10_000])
def test_parts_hold_everything_once_and_there_is_always_one(count):
    parts = parts_of(range(count))
    assert [n for part in parts for n in part] == list(range(count))
    assert len(parts) == max(1, -(-count // OBJECTS_A_PART))
