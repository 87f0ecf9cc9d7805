from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from pipeline.intake.open_request import Ask, open_request
from pipeline.model.artifact import ArtifactKind
from pipeline.model.retention import RetentionBasis
from pipeline.model.subject import Identifier, IdentifierKind, RequestKind, RequestState, SubjectDetails
from pipeline.policies.facts import ChildSign
from pipeline.steps.gather_facts import gather
from pipeline.store.calls import add_flag
from pipeline.store.endings import Ending, add_ending
from pipeline.store.holds import add_hold
from pipeline.store.recordings import merge_facts
from pipeline.store.subject_requests import move_request
from tests.builders import an_artifact_row

ORIGINAL, REDACTED = ArtifactKind.RECORDING_ORIGINAL, ArtifactKind.RECORDING_REDACTED
PROVED = {"is_redaction_proved": True, "is_language_supported": True, "is_speaker_map_known": True}


def facts_of(line, recording, kind=ORIGINAL, noted=None, **more):
    with line.tx() as tx:
        merge_facts(tx, recording.id, noted or {})
        return gather(tx, recording, line.owner, an_artifact_row(tx, recording, kind), **more)


def test_signs_of_a_child_come_from_the_agent_and_from_what_was_said(line):
    recording = line.record()
    assert facts_of(line, recording).events.child_signals == ()
    with line.tx() as tx:
        add_flag(tx, recording.call, "child_signal")
        add_flag(tx, recording.call, "other")
    signals = facts_of(line, recording, noted={"stated_age": 9}).events.child_signals
    assert [(s.sign, s.age) for s in signals] == [(ChildSign.AGENT_FLAG, None), (ChildSign.STATED_AGE, 9)]


def test_holds_on_recording_call_and_tenant_are_all_told_by_matter(line):
    recording = line.record()
    with line.tx() as tx:
        for matter, scope in (
            ("m-2", ("call", recording.call)),
            ("m-1", ("recording", recording.id)),
            ("m-1", ("tenant", "acme")),
            ("m-9", ("recording", "rec_other")),
        ):
            add_hold(tx, matter=matter, scope=scope, actor="test", reason="x")
    assert facts_of(line, recording).events.holds == ("m-1", "m-2")


def test_what_has_ended_a_recording_its_call_or_its_tenant_is_told_by_its_earliest_day(line):
    recording = line.record()
    noted = facts_of(line, recording).events
    assert (noted.deletion_requested_on, noted.closed_on) == (None, None)
    asked = Ending(
        scope_kind="recording", scope_id=recording.id, cause=RetentionBasis.DELETION_REQUEST, source="dsr_1",
        ends_on=date(2026, 12, 5),
    )  # fmt: skip
    closed = replace(asked, scope_kind="tenant", scope_id=line.owner.id, cause=RetentionBasis.CLOSURE)
    with line.tx() as tx:
        add_ending(tx, asked, actor="cli")
        add_ending(
            tx,
            replace(asked, scope_kind="call", scope_id=recording.call, ends_on=date(2026, 12, 3)),
            actor="cli",
        )
        add_ending(tx, closed, actor="cli")
    noted = facts_of(line, recording).events
    assert (noted.deletion_requested_on, noted.closed_on) == (date(2026, 12, 3), date(2026, 12, 5))


@pytest.mark.parametrize("kind", [RequestKind.ACCESS, RequestKind.OBJECTION])
def test_a_request_and_an_objection_of_a_person_on_the_call_are_told_also_of_later_recordings(line, kind):
    """D.4: no open request and no objection. Nejix 7, D.3.11: what is captured after it is found too."""
    who = SubjectDetails(identifiers=(Identifier(kind=IdentifierKind.NUMBER, value="+12125550100"),))
    keys = line.context.vault.keys
    with line.tx() as tx:
        ask = Ask(kind=kind, details=who, channel="api")
        bundle, matrix = line.context.bundles("nejix"), line.context.law.matrix
        made = open_request(tx, ask, bundle=bundle, matrix=matrix, keys=keys, actor="test").request
    recording = line.through(line.record(), "settle_consent", "capture", "index_people")
    artifact = line.artifact(recording, ArtifactKind.RECORDING_ORIGINAL)
    for state, expected in ((None, True), (RequestState.CLOSED, False)):
        with line.tx() as tx:
            if state is not None:
                move_request(tx, made, state, actor="test")
            events = gather(tx, recording, line.owner, artifact).events
        assert (events.is_request_open, events.has_objection) == (expected, kind is RequestKind.OBJECTION)
