from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from pipeline.intake.foresee import foresee, suppose
from pipeline.intake.law_of_call import UNRECORDED, Ringing
from pipeline.model.artifact import ArtifactKind
from pipeline.model.consent import Method, Outcome, Purpose
from pipeline.model.decision_terms import ReasonCode
from pipeline.model.entity import EntityType
from pipeline.model.ids import TenantId
from pipeline.model.tenant import Tenant, TenantSecrets, TenantSettings
from pipeline.policies.loader import load_bundle, load_law
from pipeline.store.policy_versions import begun_with
from tests.builders import ON_FILE

NOW = datetime(2026, 11, 21, 9, tzinfo=UTC)
NEW_YORK, LOS_ANGELES, DENVER, WITHHELD = "+12125550142", "+13105550142", "+13035550100", "+266696687"
ON = {"is_recording_on": True, "is_transcription_on": True, "establishment": ("US-CO",)}
OFF = {"is_recording_on": False, "is_transcription_on": False}
YES, NO = {Purpose.RECORD: Outcome.GRANTED}, {Purpose.RECORD: Outcome.DECLINED}


def look(caller=NEW_YORK, answers=YES, *, policy="connekz", entities=(), armed=True, registry=ON_FILE, **chosen):
    owner = Tenant(
        id=TenantId("acme"), display_name="Acme", policy_id=policy, account_sid=None, registry=registry,
        settings=TenantSettings(**(ON | chosen)), secrets=TenantSecrets(),
    )  # fmt: skip
    ringing = Ringing(call_sid="", direction="inbound", from_number=caller, to_number=DENVER)
    supposed = suppose(ringing, owner, law=load_law(), answers=answers, now=NOW)
    supposed = replace(supposed, entity_types=entities, is_armed=armed)
    return foresee(supposed, owner, begun_with(load_bundle(policy)), law=load_law())


def of(found, kind):
    return next(record for record in found.records if record.kind is kind)


def test_a_stricter_place_and_an_unknown_one_ask_for_more():
    assert look(NEW_YORK).mode.startswith("notice")
    assert set(look(NEW_YORK).plan.tokens) < set(look(WITHHELD).plan.tokens)
    assert look(WITHHELD).mode == "explicit_gate"


def test_who_agrees_is_recorded_and_each_kind_has_its_period_and_clause():
    found = look()
    assert found.is_recorded
    assert [r.kind for r in found.records][:2] == [ArtifactKind.RECORDING_ORIGINAL, ArtifactKind.TRANSCRIPT_ORIGINAL]
    assert all(r.retention.clause.key for r in found.records)
    assert (
        of(look(retention_days={"recording.original": 5}), ArtifactKind.RECORDING_ORIGINAL).retention.until.isoformat()
        == "2026-11-26"
    )


def test_who_declines_is_not_recorded_and_the_proof_of_it_is_kept():
    found = look(answers=NO)
    assert not found.is_recorded
    codes = {r.code for p in found.records[0].permissions for r in p.reasons}
    assert ReasonCode.CONSENT_DECLINED in codes
    assert of(found, ArtifactKind.CONSENT_RECEIPT).retention.ended_by is None


@pytest.mark.parametrize(
    ("given", "why"),
    [({"armed": False}, "number_not_armed"), ({"registry": ()}, "no_evidence"), (OFF, "recording_off")],
)  # fmt: skip
def test_what_keeps_every_call_from_being_recorded_is_named(given, why):
    found = look(**given)
    assert (found.mode, found.why_unrecorded, found.is_recorded) == (UNRECORDED, why, False)
    assert {r.kind for r in found.records} == {ArtifactKind.CONSENT_RECEIPT, ArtifactKind.CALL_METADATA}


def test_training_needs_its_own_yes_and_an_end_of_the_waiting_time():
    asked = {"asks_for_training": True}
    silent = of(look(**asked), ArtifactKind.TRANSCRIPT_REDACTED).training
    agreed = of(
        look(answers=YES | {Purpose.TRAIN: Outcome.GRANTED}, **asked), ArtifactKind.TRANSCRIPT_REDACTED
    ).training
    assert ReasonCode.NO_TRAINING_CONSENT in {r.code for r in silent.reasons}
    assert {r.code for r in agreed.reasons} <= {ReasonCode.COOL_OFF}
    never = of(
        look(policy="nejix", answers=YES | {Purpose.TRAIN: Outcome.GRANTED}), ArtifactKind.TRANSCRIPT_REDACTED
    ).training
    assert ReasonCode.POLICY_SCOPE in {r.code for r in never.reasons}


def test_health_that_was_spoken_of_bars_training_also_where_it_is_hidden():
    entities = (EntityType.MEDICAL_RECORD,)
    found = look(answers=YES | {Purpose.TRAIN: Outcome.GRANTED}, entities=entities, asks_for_training=True)
    codes = {r.code for r in of(found, ArtifactKind.TRANSCRIPT_REDACTED).training.reasons}
    assert ReasonCode.SENSITIVE in codes


def test_numbers_are_shown_masked_alone():
    found = look()
    assert NEW_YORK not in repr(found)
    assert NEW_YORK[2:8] not in str(found.supposed.shown)


def test_staying_on_the_line_is_no_yes_where_a_key_press_is_asked_for():
    owner_says = look(WITHHELD, YES)
    assert owner_says.is_recorded
    owner = Method.IMPLIED
    ringing = Ringing(call_sid="", direction="inbound", from_number=WITHHELD, to_number=DENVER)
    tenant = Tenant(
        id=TenantId("acme"), display_name="Acme", policy_id="connekz", account_sid=None, registry=ON_FILE,
        settings=TenantSettings(is_recording_on=True), secrets=TenantSecrets(),
    )  # fmt: skip
    supposed = suppose(ringing, tenant, law=load_law(), answers=YES, now=NOW, method=owner)
    found = foresee(supposed, tenant, begun_with(load_bundle("connekz")), law=load_law())
    assert ReasonCode.CONSENT_NOT_AFFIRMATIVE in {r.code for p in found.records[0].permissions for r in p.reasons}
