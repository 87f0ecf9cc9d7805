from __future__ import annotations

from datetime import UTC, datetime

import pytest

from pipeline.decisions.holds import place
from pipeline.model.artifact import ArtifactKind
from pipeline.model.errors import IllegalTransition, InvalidInput
from pipeline.model.ids import ArtifactId
from pipeline.model.subject import Identifier, IdentifierKind, RequestKind, RequestState
from pipeline.steps.erase_person import erase_person, purge_at_next_run
from pipeline.steps.export_person import export_person
from pipeline.store.artifacts import list_artifacts
from pipeline.store.decisions import find_decision
from pipeline.store.subject_requests import get_request
from tests.pipeline.steps.asking import WHOLE, asked

K = RequestKind


def dispositions(line, recording) -> dict[str, str]:
    with line.tx() as tx:
        found = {a.kind.value: find_decision(tx, a.id) for a in list_artifacts(tx, recording=recording.id)}
    return {kind: decision.disposition for kind, decision in found.items() if decision is not None}


def erased(line, **more):
    purged: list[str] = []
    request = asked(line, K.DELETION, **more)
    recalled: list[str] = []
    receipt = erase_person(
        line.context,
        line.owner.id,
        request.id,
        purge=lambda c, t, r: purged.append(r),
        recall=lambda c, t, r: recalled.append(r),
    )
    assert set(purged) <= set(recalled)
    assert len(recalled) == receipt["recordings"]
    return request, receipt, purged


@pytest.mark.clause("nejix", "7", "We will respond within 30 days")
@pytest.mark.clause("nejix", "8", "Right to Delete")
@pytest.mark.clause("connekz", "5", "access, correct, or request deletion")
@pytest.mark.contradiction(3)
def test_everything_of_the_persons_own_calls_is_due_at_once_also_what_the_policy_keeps_without_end(line):
    recording = line.through(line.record(), *WHOLE)
    other = line.through(line.record(), *WHOLE)
    request, receipt, purged = erased(line)
    for one in (recording, other):
        found = dispositions(line, one)
        assert {found.pop(kind) for kind in ("recording.original", "transcript.original", "transcript.redacted")} == {
            "due"
        }
        assert set(found) - {"consent.receipt"} == {"recording.redacted", "redaction.manifest", "call.metadata"}
        assert found.pop("consent.receipt") == "retain"
        assert set(found.values()) == {"due"}
    assert (receipt["calls"], receipt["recordings"], receipt["kept"]) == (2, 2, [])
    assert sorted(purged) == sorted([recording.id, other.id])
    with line.tx() as tx:
        assert get_request(tx, request.id).state is RequestState.ANSWERED
    assert line.events("retention:life:ended")
    assert erase_person(line.context, line.owner.id, request.id) == receipt
    assert purge_at_next_run(line.context, line.owner.id, recording.id) is None


@pytest.mark.contradiction(6)
def test_what_a_hold_keeps_is_not_purged_and_the_requester_is_told(line):
    recording = line.through(line.record(), *WHOLE)
    with line.tx() as tx:
        place(tx, line.context.vault, matter="2026-17", scope=("recording", recording.id), actor="cli", reason="letter")
    _, receipt, purged = erased(line)
    assert purged == []
    assert {one["because"] for one in receipt["kept"]} == {"held"}
    assert "2026-17" not in str(receipt)
    assert set(dispositions(line, recording).values()) == {"held"}


@pytest.mark.contradiction(6)
def test_what_a_law_orders_kept_is_restricted_and_the_day_it_goes_is_told(line):
    line.context.vault.database._clock.at = datetime(2027, 6, 1, tzinfo=UTC)  # India's minimum of a year is in force
    line.choose(establishment=("IN",))
    recording = line.through(line.record(), *WHOLE)
    _, receipt, _ = erased(line)
    kept = {one["kind"]: one for one in receipt["kept"]}
    assert set(kept) == {"recording.original"}
    told = kept["recording.original"]
    assert (told["recording"], told["because"], told["until"]) == (recording.id, "restricted", "2028-05-31")
    assert told["clause"].startswith("jurisdictions IN: DPDP Rules 2025")
    assert dispositions(line, recording)["transcript.original"] == "due"


@pytest.mark.clause("nejix", "4", "You may delete individual records earlier")
def test_an_export_made_before_ends_with_what_it_was_made_from(line):
    line.through(line.record(), *WHOLE)
    export = export_person(line.context, line.owner.id, asked(line, K.ACCESS).id)["artifact"]
    erased(line)
    with line.tx() as tx:
        assert find_decision(tx, ArtifactId(export)).disposition == "due"


def test_an_erasure_looks_for_exports_by_what_has_ended_and_never_through_all_artifacts(line, monkeypatch):
    line.through(line.record(), *WHOLE)
    export = export_person(line.context, line.owner.id, asked(line, K.ACCESS).id)["artifact"]

    def of_one_recording(tx, *, recording):
        return list_artifacts(tx, recording=recording)

    monkeypatch.setattr("pipeline.steps.erase_person.list_artifacts", of_one_recording)
    erased(line)
    with line.tx() as tx:
        assert find_decision(tx, ArtifactId(export)).disposition == "due"


def test_other_peoples_calls_stay_unless_somebody_looked_and_names_them(line):
    recording = line.through(line.record(), *WHOLE)
    with line.tx() as tx:
        from sqlalchemy import text

        tx.connection.execute(text("delete from earmark.blind_terms where whose = 'own'"))
    named = (Identifier(kind=IdentifierKind.NAME, value="canaryname canaryname"),)
    _, receipt, purged = erased(line, more=named)
    assert purged == []
    assert receipt["recordings"] == 0
    assert dispositions(line, recording)["recording.original"] == "retain"
    request = asked(line, K.DELETION, more=named)
    with pytest.raises(InvalidInput):
        erase_person(line.context, line.owner.id, request.id, also=["rec_unknown"])


@pytest.mark.acceptance(12)
def test_nothing_of_an_erased_recording_may_be_trained_on(line):
    recording = line.through(line.record(), *WHOLE)
    erased(line)
    with line.tx() as tx:
        found = [a for a in list_artifacts(tx, recording=recording.id) if a.kind is not ArtifactKind.CONSENT_RECEIPT]
        assert found
        assert not any(find_decision(tx, a.id).is_training_eligible for a in found)


def test_nothing_ends_before_it_is_known_who_asks(line):
    recording = line.through(line.record(), *WHOLE)
    before = dispositions(line, recording)
    with pytest.raises(IllegalTransition):
        erased(line, is_proved=False)
    with pytest.raises(InvalidInput):
        erase_person(line.context, line.owner.id, asked(line, K.ACCESS).id)
    assert dispositions(line, recording) == before
