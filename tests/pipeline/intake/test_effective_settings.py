from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from pipeline.intake.effective_settings import Around, effective_settings
from pipeline.model.artifact import ArtifactKind
from pipeline.model.ids import TenantId
from pipeline.model.tenant import Tenant, TenantSecrets, TenantSettings
from pipeline.policies.loader import load_bundle, load_law
from pipeline.store.numbers import ARMED, DISARMED, OwnNumber
from tests.builders import ON_FILE
from tests.pipeline.policies.variants import variant

NOW = datetime(2026, 11, 21, tzinfo=UTC)
EXPIRED = tuple(replace(entry, expires_on=date(2026, 1, 1)) for entry in ON_FILE)


def a_number(state=ARMED) -> OwnNumber:
    return OwnNumber(
        id="num_1", number="+13035550100", number_sid=None, state=state, attestation_id=None, listed_at=NOW,
        armed_at=NOW, read_back_at=None,
    )  # fmt: skip


def look(*numbers, policy="connekz", bundle=None, registry=ON_FILE, feature=None, configured=("local",), **chosen):
    settings = {"is_recording_on": True, "is_transcription_on": True, "establishment": ("US-NY",)} | chosen
    owner = Tenant(
        id=TenantId("acme"), display_name="Acme", policy_id=policy, account_sid=None, registry=registry,
        settings=TenantSettings(**settings), secrets=TenantSecrets(),
    )  # fmt: skip
    around = Around(law=load_law(), configured=configured, feature=feature, today=date(2026, 11, 21))
    return effective_settings(owner, bundle or load_bundle(policy), numbers or (a_number(),), around)


def test_an_armed_number_is_recorded_and_shown_masked():
    (number,) = look().numbers
    assert (number.happens, number.code) == (True, "recorded")
    assert "5550100" not in number.subject
    assert look().is_anything_recorded


@pytest.mark.parametrize(
    ("given", "code", "has_clause"),
    [
        ({"is_recording_on": False, "is_transcription_on": False}, "recording_off", False),
        ({"registry": ()}, "no_evidence", True),
        ({"bundle": variant("connekz", {"record/allowed": False})}, "policy", True),
        ({"is_recording_on": False}, "transcribed_only", True),
    ],
)
def test_what_keeps_a_number_from_being_recorded_is_named_with_its_clause(given, code, has_clause):
    (number,) = look(**given).numbers
    assert (number.happens, number.code, number.clause is not None) == (False, code, has_clause)


def test_a_number_that_is_not_armed_is_not_recorded_whatever_else_is_on():
    found = look(a_number(DISARMED), a_number())
    assert [(n.happens, n.code) for n in found.numbers] == [(False, "number_not_armed"), (True, "recorded")]


def test_calls_begin_by_the_strictest_law_where_the_caller_could_be_anywhere():
    at_home, anywhere = look().beginnings
    assert (at_home.subject, anywhere.subject) == ("US-NY", "unknown")
    assert anywhere.code == "explicit_gate"
    assert at_home.code.startswith("notice")
    assert anywhere.clause is not None


@pytest.mark.parametrize(
    ("given", "codes"),
    [
        ({"engines": ("local",)}, ["hears"]),
        ({"engines": ("deepgram", "local"), "policy": "nejix"}, ["not_listed", "hears"]),
        ({"engines": ("deepgram",), "registry": ()}, ["no_evidence"]),
        ({"engines": ("deepgram",), "registry": EXPIRED}, ["evidence_expired"]),
        ({"engines": ("deepgram",)}, ["not_set_up"]),
        ({"engines": ("deepgram",), "configured": ("deepgram",)}, ["hears"]),
        ({"engines": ("local",), "is_transcription_on": False}, ["transcription_off"]),
    ],
)  # fmt: skip
def test_each_recogniser_hears_or_says_what_keeps_it_from_hearing(given, codes):
    found = look(**given)
    assert [engine.code for engine in found.recognisers] == codes
    assert found.is_anything_transcribed == ("hears" in codes)


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"bundle": variant("connekz", {"training/scope": "none"}), "asks_for_training": True}, "policy_forbids"),
        ({"policy": "nejix", "asks_for_training": True}, "only_for_a_feature"),
        ({"policy": "nejix", "asks_for_training": True, "feature": "routing"}, "asked_tenant_feature"),
        ({"policy": "connekz"}, "nobody_is_asked"),
    ],
)
def test_training_says_what_stands_against_it_with_the_clause(given, code):
    training = look(**given).training
    assert training.code == code
    assert training.clause is not None


def test_periods_show_the_limits_and_clauses_of_the_policy_beside_what_holds():
    periods = {p.kind: p for p in look(policy="nejix", retention_days={"recording.original": 30}).periods}
    assert set(periods) == set(ArtifactKind)
    recording, transcript = periods[ArtifactKind.RECORDING_ORIGINAL], periods[ArtifactKind.TRANSCRIPT_REDACTED]
    assert (recording.days, recording.own, recording.default, recording.least, recording.most) == (30, 30, 90, 1, 365)
    assert recording.why_house_choice
    assert (transcript.days, transcript.own, transcript.most, transcript.why_house_choice) == (None, None, None, "")
    assert transcript.clause.section == "4"
