from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from pipeline.consent.evidenced import read_shown
from pipeline.intake.import_recording import Upload, attested_by_operator, import_recording, shown_by_receipts
from pipeline.intake.import_vcon import find_imported, foresee_import
from pipeline.model.consent import Purpose
from pipeline.model.errors import Conflict
from pipeline.model.recording import RecordingState
from pipeline.policies.loader import load_bundle
from pipeline.store.consents import list_consents
from pipeline.store.recordings import mark_state
from tests.pipeline.consent.test_evidenced import AT, receipt

JUDGED_BY = (load_bundle("nejix"), "1")
UPLOAD = Upload(sha256="a" * 64, channels=2, duration_ms=6_000, call_sid="CA" + "a" * 32)
ALL = tuple(receipt(p.value) for p in Purpose)


def given_of(*receipts):
    return shown_by_receipts(read_shown(receipts, started_at=AT), started_at=AT, origin="o")


def test_it_may_be_kept_only_where_every_party_is_shown_to_have_agreed_as_long_as_it_lasts(tenant):
    back = receipt(outcome="withdrawn", at=AT + timedelta(seconds=1))
    cases = (
        (ALL, ("caller", "agent"), (True, True, "granted")),
        ((), ("caller",), (False, False, "no_receipt")),
        (ALL, ("caller", "callee"), (False, False, "party_without_receipt")),
        (ALL, ("caller", None), (False, False, "party_without_receipt")),
        (ALL[:1], ("caller",), (False, False, "caller_transcribe_not_asked")),
        ((*ALL, receipt(role="callee", outcome="declined")), ("caller", "callee"), (False, True, "callee_declined")),
    )
    for receipts, roles, expected in cases:
        found = foresee_import(tenant, UPLOAD, given_of(*receipts), roles, JUDGED_BY)
        assert (found.may_be_kept, found.is_noted, found.reason) == expected
    longer = replace(UPLOAD, duration_ms=60_000)
    assert not foresee_import(tenant, longer, given_of(*ALL, back), ("caller",), JUDGED_BY).may_be_kept


def test_an_answer_is_noted_once_whichever_receipts_come_with_it_the_next_time(database, tenant, keys):
    earlier = receipt(role="callee", at=AT - timedelta(seconds=1))
    with database.transaction(tenant.id) as tx:
        for receipts in (ALL, (earlier, *ALL)):
            made = import_recording(tx, tenant, UPLOAD, given_of(*receipts), judged_by=JUDGED_BY, keys=keys)
        noted = [(event.leg_role, event.purpose) for event in list_consents(tx, made.call)]
    assert len(noted) == len(set(noted)) == len(given_of(earlier, *ALL).events)


def test_what_is_here_under_any_of_its_names_is_found_or_refused(database, tenant, keys):
    given, known = given_of(*ALL), {"judged_by": JUDGED_BY, "keys": keys}
    with database.transaction(tenant.id) as tx:
        assert find_imported(tx, UPLOAD, None, named="n") is None
        made = import_recording(tx, tenant, UPLOAD, given, **known)
        assert find_imported(tx, UPLOAD, None, named="n") == made
        plain = replace(UPLOAD, sha256="b" * 64, call_sid=None)
        import_recording(tx, tenant, plain, attested_by_operator(at=tx.now), **known)
        own = read_shown(
            tuple(receipt(recording_sid=made.recording_sid, tenant=tenant.id) for _ in (1,)), started_at=AT
        )
        for upload, shown, says in (
            (replace(UPLOAD, sha256="c" * 64), None, "another sound"),
            (replace(plain, call_sid="CA" + "b" * 32), None, "as another"),
            (replace(UPLOAD, call_sid="CA" + "c" * 32), own, "own recording"),
        ):
            with pytest.raises(Conflict, match=says):
                find_imported(tx, upload, shown, named="n")
        mark_state(tx, made.id, RecordingState.PURGED)
        for upload, shown in ((UPLOAD, None), (replace(UPLOAD, sha256="c" * 64), None), (UPLOAD, own)):
            with pytest.raises(Conflict, match="was purged before"):
                find_imported(tx, upload, shown, named="n")
