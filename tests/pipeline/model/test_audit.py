from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.model.audit import GENESIS, AuditEntry, AuditEvent, AuditTag, entry_hash, find_break

AT = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)


def a_chain(length: int, *, tenant: str = "acme") -> list[AuditEvent]:
    events: list[AuditEvent] = []
    for seq in range(1, length + 1):
        previous = events[-1].hash if events else GENESIS
        entry = AuditEntry(
            tenant=tenant, seq=seq, tag="a:b:c", actor="system", target=f"t{seq}", at=AT, facts={"n": seq, "ok": True}
        )
        events.append(AuditEvent(entry=entry, previous_hash=previous, hash=entry_hash(entry, previous_hash=previous)))
    return events


@pytest.mark.parametrize("length", [0, 1, 5])
def test_an_untouched_chain_is_sound(length):
    assert find_break(a_chain(length)) is None


@pytest.mark.parametrize(
    "change",
    [
        {"tenant": "other"},
        {"tag": "a:b:d"},
        {"actor": "cli"},
        {"target": "t9"},
        {"at": AT + timedelta(microseconds=1)},
        {"facts": {"n": 2, "ok": False}},
        {"facts": {"n": 2}},
        {"seq": 4},
    ],
)
@given(at=st.integers(0, 4))
def test_any_field_of_any_event_that_was_altered_is_found_there(change, at):
    chain = a_chain(5)
    altered = replace(chain[at].entry, **change)
    if altered == chain[at].entry:
        return
    chain[at] = replace(chain[at], entry=altered)
    assert find_break(chain) == at + 1


def test_an_event_altered_with_its_hash_is_found_at_the_next():
    chain = a_chain(3)
    entry = replace(chain[1].entry, actor="cli")
    chain[1] = replace(chain[1], entry=entry, hash=entry_hash(entry, previous_hash=chain[1].previous_hash))
    assert find_break(chain) == 3


@given(st.integers(0, 3))
def test_a_missing_event_is_found_unless_it_was_the_last(at):
    chain = a_chain(5)
    del chain[at]
    assert find_break(chain) == at + 1


def test_a_chain_that_begins_after_its_first_event_is_broken():
    assert find_break(a_chain(3)[1:]) == 1


def test_a_moment_has_one_hash_in_every_time_zone():
    entry = a_chain(1)[0].entry
    abroad = replace(entry, at=AT.astimezone(timezone(timedelta(hours=13))))
    assert entry_hash(abroad, previous_hash=GENESIS) == entry_hash(entry, previous_hash=GENESIS)


def test_the_order_of_facts_is_not_part_of_the_hash():
    entry = a_chain(1)[0].entry
    turned = replace(entry, facts=dict(reversed(list(entry.facts.items()))))
    assert entry_hash(turned, previous_hash=GENESIS) == entry_hash(entry, previous_hash=GENESIS)


def test_hashes_that_stand_in_databases_never_change():
    assert a_chain(1)[0].hash == "2c4e24bcef0b746aa7c220679a0c582bc4a657c2f680743da2b5843293d18e35"


def test_every_tag_has_source_subject_and_action():
    assert all(re.fullmatch(r"[a-z]+:[a-z]+:[a-z]+", tag.value) for tag in AuditTag)
    shared = {name for name, tag in AuditTag.__members__.items() if tag.name != name}
    assert shared == {"API_KEY_MADE"}  # "a key was made": of every key alike since the first release
