"""What holds of an installation whatever has happened: each promise asserted against what the test knows by itself."""

from __future__ import annotations

from datetime import date

from tests.policy_truth import Known, Seen, Shown, Truth

GIVEN_UP = ("child", "deletion_request")
"""Endings by which a copy that was brought back under a hold goes again as soon as none is on it."""


def check_holds(seen: Seen, truth: Truth) -> None:
    """Nothing under a hold in force is purged, unlocked, or anything but held."""
    for known, shown in _pairs(seen, truth):
        if truth.is_held(known) and not shown.is_purged:
            assert shown.versions > 0
            assert shown.is_locked
            assert shown.disposition == "held"
        elif truth.is_settled(known) and not shown.is_purged:
            assert not shown.is_locked
            assert shown.disposition != "held"


def check_training(seen: Seen, truth: Truth) -> None:
    """What is withdrawn, a child's, ended or held is no training material; row, decision and tag say the same."""
    for known, shown in _pairs(seen, truth):
        if shown.is_purged:
            assert not shown.is_eligible
        if shown.is_purged or not truth.is_settled(known) or shown.record is None:
            continue
        assert shown.tags is not None
        says = {shown.is_eligible, shown.record["training"]["eligible"], shown.tags["training-eligible"] == "true"}
        assert len(says) == 1
        if known.is_barred or truth.is_held(known) or truth.closed_on is not None:
            assert says == {False}


def check_night(seen: Seen, truth: Truth, today: date, owed: dict[str, str]) -> None:
    """Nothing that is due and free survives a night, by what the test knows as by what the row itself says."""
    for known, shown in _pairs(seen, truth):
        if truth.is_held(known):
            continue
        if truth.is_over(known, shown.kind, today) or owed.get(shown.id) in GIVEN_UP:
            assert shown.is_purged
        if not shown.is_purged:
            assert shown.disposition not in ("due", "held", "undecided")
            assert shown.retain_until is None or shown.retain_until > today
        if shown.is_purged:
            assert shown.versions == 0


def newly_purged(seen: Seen, truth: Truth, before: dict[str, str], owed: dict[str, str], today: date) -> dict[str, str]:
    """Give what was purged since, with its cause; it was not held, and its time had come."""
    found = {}
    for known, shown in _pairs(seen, truth):
        if shown.is_purged and shown.id not in before:
            assert not truth.is_held(known)
            assert known.is_withdrawn or shown.id in owed or truth.is_over(known, shown.kind, today)
            purges = [e for e in seen.events.get(shown.id, []) if e.tag.startswith("artifact:artifact:")]
            found[shown.id] = str(purges[-1].facts.get("cause"))
    return found


def check_explained(seen: Seen, truth: Truth) -> None:
    """Each state of each artifact is one that the log names a reason for, and the log is whole."""
    assert seen.broken_at is None
    for known, shown in _pairs(seen, truth):
        tells = seen.tells
        assert tells(shown.id, "artifact:artifact:stored")
        if shown.is_purged:
            assert tells(shown.id, "artifact:artifact:purged")
        elif shown.disposition == "held":
            assert any(tells(h.id, "hold:hold:placed") for h in truth.placed if h.is_in_force and h.covers(known))
        elif shown.disposition == "undecided":
            released = [h for h in truth.placed if not h.is_in_force and h.covers(known)]
            assert any(tells(h.id, "hold:hold:released") for h in released)
        else:
            assert tells(shown.id, "artifact:decision:made", digest=shown.digest)
            _check_cause(seen, known, shown)


def _check_cause(seen: Seen, known: Known, shown: Shown) -> None:
    assert shown.record is not None
    tells = seen.tells
    cause = shown.record["retention"]["ended_by"]
    if cause == "deletion_request":
        assert tells(known.id, "retention:life:ended")
    elif cause == "child":
        assert tells(known.id, "call:child:noted") or tells(known.call, "call:child:noted")
    elif cause == "withdrawal":
        assert tells(known.call, "call:consent:noted", outcome="withdrawn")
    elif cause == "closure":
        assert any(e.facts.get("cause") == "closure" for es in seen.events.values() for e in es)
    else:
        assert cause is None


def _pairs(seen: Seen, truth: Truth) -> list[tuple[Known, Shown]]:
    known = {one.id: one for one in truth.known}
    return [(known[shown.recording], shown) for shown in seen.artifacts]
