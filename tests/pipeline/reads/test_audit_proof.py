from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from pipeline.consent import jws
from pipeline.model.audit import GENESIS, AuditEntry, AuditEvent, AuditTag, entry_hash
from pipeline.model.checkpoint import CHECKPOINT_TYP, Checkpoint
from pipeline.reads import audit_proof
from pipeline.reads.audit_proof import FaultKind as F
from pipeline.reads.audit_proof import LogProof, Statement, check_log, read_points

AT = datetime(2026, 11, 21, 9, tzinfo=UTC)
KEY = Ed25519PrivateKey.from_private_bytes(b"k" * 32)
OTHER = Ed25519PrivateKey.from_private_bytes(b"o" * 32)
KID = jws.thumbprint(KEY.public_key().public_bytes_raw())
PINNED = {KID: KEY.public_key().public_bytes_raw()}


def chained(entries: list[AuditEntry]) -> list[AuditEvent]:
    """Chain entries as the store does; an attacker who recomputes every hash does the same."""
    events, previous = [], GENESIS
    for entry in entries:
        events.append(AuditEvent(entry=entry, previous_hash=previous, hash=entry_hash(entry, previous_hash=previous)))
        previous = events[-1].hash
    return events


def an_entry(number: int, tag: str = "review:item:opened", target: str = "x", **facts) -> AuditEntry:
    return AuditEntry(
        tenant="acme",
        seq=number,
        tag=tag,
        actor="system",
        target=target,
        at=AT + timedelta(seconds=number),
        facts=facts,
    )


def a_log(length: int = 20, every: int = 5) -> tuple[list[AuditEvent], list[Statement]]:
    """A log with a checkpoint after each so many events, noted in the log as the next event."""
    entries, statements, digest = [an_entry(1, AuditTag.SIGNING_KEY_MADE, KID)], [], None
    while len(entries) < length:
        seq = len(entries)
        if seq % every == 0:
            last = chained(entries)[-1]
            token = a_statement(Checkpoint(tenant="acme", seq=seq, hash=last.hash, at=last.entry.at, previous=digest))
            statements.append(token)
            digest = hashlib.sha256(token.token).hexdigest()
            entries.append(an_entry(seq + 1, AuditTag.AUDIT_CHECKPOINT, "acme", seq=seq, sha256=digest, kid=KID))
        else:
            entries.append(an_entry(seq + 1))
    return chained(entries), statements


def a_statement(checkpoint: Checkpoint, key: Ed25519PrivateKey = KEY) -> Statement:
    token = jws.sign(checkpoint.payload(), private_key=key.private_bytes_raw(), typ=CHECKPOINT_TYP)
    return Statement(seq=checkpoint.seq, token=token.encode())


def checked(events, statements, *, pinned=PINNED) -> LogProof:
    return check_log(iter(events), signed=read_points(statements, pinned=pinned))


def told(proof: LogProof) -> set[tuple[F, int, int]]:
    return {(fault.kind, fault.seq, fault.to_seq) for fault in proof.faults}


LOG, STATEMENTS = a_log()
"""20 events; signed after 5, 10 and 15."""


def changed(event: AuditEvent, **change) -> AuditEvent:
    return replace(event, entry=replace(event.entry, **change))


def test_a_whole_log_is_whole_and_says_how_far_it_is_signed():
    proof = checked(LOG, STATEMENTS)
    assert (proof.faults, proof.events, proof.checkpoints, proof.signed_to) == ((), 20, 3, 15)
    assert (proof.broken_at, proof.is_pinned, proof.signed_at) == (None, True, LOG[14].entry.at)
    assert not checked(LOG, STATEMENTS, pinned=None).is_pinned
    assert check_log(LOG).faults == ()


@given(
    st.integers(0, 19), st.sampled_from([{"actor": "nobody"}, {"target": "y"}, {"facts": {"n": 1}}, {"tag": "a:b:c"}])
)
def test_a_changed_event_is_named(at, change):
    events = [*LOG[:at], changed(LOG[at], **change), *LOG[at + 1 :]]
    assert (F.CHANGED, at + 1, at + 1) in told(checked(events, STATEMENTS))


@given(st.integers(1, 18))
def test_a_changed_event_with_its_hash_made_anew_is_named(at):
    altered = changed(LOG[at], actor="nobody")
    altered = replace(altered, hash=entry_hash(altered.entry, previous_hash=altered.previous_hash))
    assert (F.CHANGED, at + 1, at + 1) in told(checked([*LOG[:at], altered, *LOG[at + 1 :]], STATEMENTS))


@given(st.integers(0, 18), st.integers(1, 5))
def test_removed_events_are_named_from_first_to_last(at, count):
    count = min(count, 19 - at)
    found = told(checked([*LOG[:at], *LOG[at + count :]], STATEMENTS))
    assert (F.REMOVED, at + 1, at + count) in found


@given(st.integers(0, 19), st.integers(0, 19))
def test_a_moved_event_is_named(start, to):
    events = list(LOG)
    events.insert(to, events.pop(start))
    found = {kind for kind, _, _ in told(checked(events, STATEMENTS))}
    assert found == (set() if start == to else found)
    assert (start == to) != (F.MOVED in found)


def test_two_events_that_changed_places_are_named_and_no_others():
    events = [*LOG[:6], LOG[7], LOG[6], *LOG[8:]]
    assert told(checked(events, STATEMENTS)) == {(F.MOVED, 7, 7)}


def test_an_event_that_stands_twice_is_named():
    assert told(checked([*LOG[:8], LOG[3], *LOG[8:]], STATEMENTS)) == {(F.REPEATED, 4, 4)}


def test_every_fault_is_named_and_not_the_first_alone():
    events = [*LOG[:2], changed(LOG[2], actor="nobody"), *LOG[3:7], *LOG[8:12], changed(LOG[12], target="y"), *LOG[13:]]
    assert told(checked(events, STATEMENTS)) == {(F.CHANGED, 3, 3), (F.REMOVED, 8, 8), (F.CHANGED, 13, 13)}


@given(st.integers(0, 14))
def test_a_log_whose_end_was_cut_off_is_found_by_its_checkpoints(length):
    proof = checked(LOG[:length], STATEMENTS)
    assert (F.CUT, length + 1, 15) in told(proof)
    assert check_log(LOG[:length]).faults == ()  # the chain alone cannot know


@given(st.integers(1, 14), st.sampled_from(["change", "remove", "insert"]))
def test_a_log_that_was_rewritten_with_new_hashes_is_found_by_its_checkpoints(at, harm):
    entries = [event.entry for event in LOG]
    if harm == "change":
        entries[at] = replace(entries[at], actor="nobody")
    elif harm == "remove":
        del entries[at]
    else:
        entries.insert(at, an_entry(at, target="inserted"))
    events = chained([replace(entry, seq=seq) for seq, entry in enumerate(entries, start=1)])
    assert check_log(events).faults == ()
    signed_before = at // 5 * 5
    first = min(seq for kind, seq, _ in told(checked(events, STATEMENTS)) if kind is F.REWRITTEN)
    assert first == signed_before + 1
    assert (F.REWRITTEN, first, signed_before + 5) in told(checked(events, STATEMENTS))


@pytest.mark.parametrize("missing", [0, 1, 2])
def test_a_removed_checkpoint_shows(missing):
    left = [*STATEMENTS[:missing], *STATEMENTS[missing + 1 :]]
    found = told(checked(LOG, left))
    assert (F.CHECKPOINT_REMOVED, (missing + 1) * 5, (missing + 1) * 5) in found
    alone = {(f.seq, f.to_seq) for f in read_points(left, pinned=PINNED).faults}
    assert alone == ({(missing * 5 + 1, missing * 5 + 9)} if missing < 2 else set())


def test_a_forged_an_altered_and_an_exchanged_checkpoint_show():
    last = LOG[14]
    forged = a_statement(Checkpoint(tenant="acme", seq=15, hash=last.hash, at=AT, previous=None), OTHER)
    altered = replace(STATEMENTS[1], token=STATEMENTS[1].token[:-4] + b"AAAA")
    foreign = Checkpoint(tenant="other", seq=15, hash=last.hash, at=AT, previous=None)
    assert (F.CHECKPOINT_CHANGED, 15, 15) in told(checked(LOG, [*STATEMENTS[:2], forged]))
    assert (F.CHECKPOINT_CHANGED, 10, 10) in told(checked(LOG, [STATEMENTS[0], altered, STATEMENTS[2]]))
    assert (F.CHECKPOINT_CHANGED, 15, 15) in told(checked(LOG, [*STATEMENTS[:2], a_statement(foreign)]))
    assert (F.CHECKPOINT_CHANGED, 9, 9) in told(checked(LOG, [replace(STATEMENTS[0], seq=9), *STATEMENTS[1:]]))


def test_two_statements_of_one_event_show_and_a_copy_does_not():
    twin = a_statement(Checkpoint(tenant="acme", seq=15, hash="f" * 64, at=AT, previous=None))
    assert told(checked(LOG, [*STATEMENTS, STATEMENTS[0]])) == set()
    assert (F.CHECKPOINT_CHANGED, 15, 15) in told(checked(LOG, [*STATEMENTS, twin]))


def test_a_log_and_checkpoints_made_with_another_key_are_refused_by_whoever_has_the_real_one():
    """Without a key from elsewhere everything can be made anew; with it, or by the key that the log names, it shows."""
    events = chained([replace(e.entry, actor="nobody") for e in LOG])
    forged = [
        a_statement(Checkpoint(tenant="acme", seq=5, hash=events[4].hash, at=AT, previous=None), OTHER),
    ]
    assert {k for k, _, _ in told(checked(events, forged))} >= {F.CHECKPOINT_CHANGED, F.CHECKPOINT_REMOVED}
    assert (F.CHECKPOINT_CHANGED, 5, 5) in told(checked(events, forged, pinned=None))


def test_an_event_of_another_tenant_in_the_log_is_named():
    stranger = replace(an_entry(8), tenant="other")
    event = AuditEvent(entry=stranger, previous_hash=GENESIS, hash=entry_hash(stranger, previous_hash=GENESIS))
    assert told(checked([*LOG[:7], event, *LOG[7:]], STATEMENTS)) == {(F.FOREIGN, 8, 8)}


def test_an_empty_log_is_whole_only_where_nothing_of_it_was_signed():
    assert check_log([]).faults == ()
    assert (F.CUT, 1, 15) in told(checked([], STATEMENTS))


def test_of_very_many_faults_some_are_listed_and_all_are_counted(monkeypatch):
    monkeypatch.setattr(audit_proof, "MOST_FAULTS", 3)
    proof = check_log([changed(event, actor="nobody") for event in LOG])
    assert (len(proof.faults), proof.left_off) == (3, 17)


def test_a_fault_is_said_in_a_sentence():
    said = {fault.says for fault in checked(LOG[:12], STATEMENTS[:1] + STATEMENTS[2:]).faults}
    assert "each of the events 13 to 15 was signed, and the log ends before it" in said
    assert "event 10 had a checkpoint that is missing" in said
