from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.model.artifact import ArtifactKind
from pipeline.model.consent import Method, Outcome, Purpose
from pipeline.model.decision import SCOPE_ORDER, DecisionRecord, TrainingScope, Visibility, canonical_json, explain
from pipeline.model.decision_terms import ReasonCode
from pipeline.model.retention import Disposition, RetentionBasis
from pipeline.policies.decide import decide, parent_terms
from pipeline.policies.facts import (
    ChildSign,
    ChildSignal,
    EventFacts,
    Facts,
    LaterPolicy,
    LegFacts,
    ProcessorAsk,
    ProcessorUse,
    RedactionStatus,
    Residue,
)
from pipeline.policies.facts_json import facts_adapter, read_facts
from pipeline.policies.jurisdictions import UNKNOWN
from pipeline.policies.loader import list_policies, load_bundle, load_matrix
from tests.pipeline.policies.cases import (
    AGREED,
    CAPTURED,
    LONG_AFTER,
    a_leg,
    answering,
    codes,
    facts,
    judge,
    with_artifact,
    with_events,
    with_legs,
    with_tenant,
    yes,
)

PLACES = ("NZ", "US-CA", "US-WA", "DE", "FR", "PT", "GB", "CA-QC", "AU-NSW", "BR", "IN", "HU", UNKNOWN, "TH")


def test_a_redacted_transcript_that_everything_allows_is_eligible_for_connekz_models() -> None:
    record = judge(facts())

    assert record.training.eligible
    assert record.training.scope is TrainingScope.VENDOR_MODELS
    assert record.training.reasons == ()
    assert all(p.allowed for p in record.permissions)


@pytest.mark.clause("nejix", "2", "customers' call data to train AI models")
@pytest.mark.contradiction(1)
def test_the_very_same_transcript_is_never_eligible_at_nejix() -> None:
    record = judge(facts(), "nejix")

    assert codes(record) == {ReasonCode.POLICY_SCOPE}
    assert record.training.clause.key == "customers' call data to train AI models"


def test_the_same_three_give_the_same_bytes_whatever_the_order_of_the_facts_json() -> None:
    given_facts = facts()
    read = read_facts(facts_adapter().dump_json(given_facts))

    assert canonical_json(judge(given_facts)) == canonical_json(judge(read))
    assert judge(given_facts).digest == judge(read).digest


def test_one_changed_fact_changes_the_digest() -> None:
    assert judge(facts()).digest != judge(with_artifact(facts(), id="art_2")).digest


def test_a_record_names_policy_law_and_facts_by_digest() -> None:
    record = judge(facts(), "nejix")

    assert record.policy == load_bundle("nejix").ref
    assert record.matrix_digest == load_matrix().digest
    assert len(record.facts_digest) == 64


def reasons_and_clauses(value: Any) -> Iterator[dict[str, str]]:
    """Walk to every clause; whatever decides, permits or refuses must have one."""
    if isinstance(value, dict):
        if {"allowed", "basis", "eligible", "code", "replicate"} & value.keys():
            yield value["clause"]
        value = list(value.values())
    if isinstance(value, list):
        for inner in value:
            yield from reasons_and_clauses(inner)


def test_every_reason_and_every_line_of_a_record_has_a_clause() -> None:
    record = judge(Facts(as_of=LONG_AFTER, artifact=facts().artifact, tenant=replace(facts().tenant, record=False)))
    plain = explain(record)

    found = list(reasons_and_clauses(plain))
    assert len(found) > 30
    assert all(clause["document"] and clause["section"] and clause["key"] for clause in found)


def test_parent_terms_leave_out_what_is_judged_anew() -> None:
    original = facts(ArtifactKind.RECORDING_ORIGINAL)
    unredacted = judge(with_artifact(original, residue=(Residue.CARD_NUMBER,)))

    assert {ReasonCode.REDACTION, ReasonCode.SENSITIVE} <= codes(unredacted)
    assert parent_terms(unredacted).training_failed == ()


@pytest.mark.parametrize(
    ("policy", "kind", "visible"),
    [
        ("connekz", ArtifactKind.RECORDING_ORIGINAL, Visibility.SEALED),
        ("connekz", ArtifactKind.TRANSCRIPT_REDACTED, Visibility.REVIEW),
        ("nejix", ArtifactKind.TRANSCRIPT_ORIGINAL, Visibility.SEALED),
        ("nejix", ArtifactKind.RECORDING_REDACTED, Visibility.REVIEW),
        ("nejix", ArtifactKind.EMBEDDING, Visibility.SEALED),
    ],
)
def test_originals_are_sealed_and_redacted_copies_are_for_review(
    policy: str, kind: ArtifactKind, visible: Visibility
) -> None:
    assert judge(facts(kind), policy).visibility is visible


@pytest.mark.acceptance(15)
@pytest.mark.clause("connekz", "7", "users 18 years and older")
def test_a_childs_recording_is_quarantined_and_cannot_be_downloaded() -> None:
    signal = ChildSignal(sign=ChildSign.STATED_AGE, age=12, on=LONG_AFTER.date())
    record = judge(with_events(facts(), child_signals=(signal,)))

    assert record.visibility is Visibility.QUARANTINED
    assert not record.download.allowed
    assert record.retention.until == LONG_AFTER.date() + timedelta(days=3)


def test_a_recording_asked_to_be_deleted_is_shown_to_nobody() -> None:
    record = judge(with_events(facts(), deletion_requested_on=LONG_AFTER.date()))

    assert record.visibility is Visibility.RESTRICTED
    assert record.retention.disposition is Disposition.DUE


@pytest.mark.clause("connekz", "4", "download available")
def test_the_promised_download_covers_redacted_copies_and_not_originals() -> None:
    assert judge(facts(ArtifactKind.RECORDING_REDACTED)).download.allowed
    refused = judge(facts(ArtifactKind.RECORDING_ORIGINAL)).download
    assert [r.code for r in refused.reasons] == [ReasonCode.POLICY_FORBIDS]


# ---- properties ----

moments = st.datetimes(timezones=st.sampled_from([UTC])) | st.just(CAPTURED) | st.just(LONG_AFTER)
days = st.dates() | st.sampled_from([date.min, date.max, CAPTURED.date(), LONG_AFTER.date()])
outcomes = st.sampled_from(Outcome)


@st.composite
def some_legs(draw: st.DrawFn) -> LegFacts:
    consents = tuple(
        yes(
            purpose,
            outcome=draw(outcomes),
            method=draw(st.sampled_from(Method)),
            was_granted=draw(st.booleans()),
            at=draw(moments),
        )
        for purpose in draw(st.lists(st.sampled_from(Purpose), unique=True))
    )
    return LegFacts(
        label=draw(st.sampled_from(["caller", "callee"])),
        candidates=tuple(draw(st.lists(st.sampled_from(PLACES), max_size=3))),
        is_satisfied=draw(st.booleans()),
        consents=consents,
    )


signals = st.builds(ChildSignal, sign=st.sampled_from(ChildSign), on=days, age=st.none() | st.integers(0, 40))
uses = st.builds(
    ProcessorUse,
    name=st.sampled_from(["deepgram", "twilio", "nobody"]),
    purpose=st.sampled_from(["speech_to_text", "telephony"]),
    region=st.sampled_from([None, "eu", "us"]),
    is_training_off=st.booleans(),
)
events = st.builds(
    EventFacts,
    deletion_requested_on=st.none() | days,
    closed_on=st.none() | days,
    card_unhidden_on=st.none() | days,
    child_signals=st.lists(signals, max_size=2).map(tuple),
    holds=st.lists(st.sampled_from(["m1", "m2"]), max_size=2).map(tuple),
    is_request_open=st.booleans(),
    has_objection=st.booleans(),
    has_transfer_basis=st.booleans(),
)


@st.composite
def any_facts(draw: st.DrawFn) -> Facts:
    kind = draw(st.sampled_from(ArtifactKind))
    base = facts(kind, as_of=draw(moments), events=draw(events))
    legs = draw(st.lists(some_legs() | st.just(a_leg()) | st.sampled_from(PLACES).map(a_leg), max_size=3))
    changed = with_legs(base, *legs, instance=draw(st.none() | st.just("i1")))
    changed = with_artifact(
        changed,
        captured_at=draw(moments),
        redaction=draw(st.sampled_from(RedactionStatus)),
        residue=tuple(draw(st.lists(st.sampled_from(Residue), max_size=2))),
        is_before_withdrawal=draw(st.booleans()),
        processors=tuple(draw(st.lists(uses, max_size=2))),
        region=draw(st.sampled_from(["local", "eu-central-1", "us-east-1"])),
    )
    return with_tenant(
        changed,
        retention_days=draw(st.none() | st.integers(-5, 100_000)),
        feature=draw(st.none() | st.just("f1")),
        regulated_in=draw(st.sampled_from(((), ("HU",), ("BR", "PT")))),
        store=draw(st.booleans() | st.just(True)),
    )


policies = st.sampled_from(list_policies())


@settings(max_examples=60)
@given(given_facts=any_facts(), policy=policies)
def test_any_facts_get_a_decision_and_it_has_a_digest(given_facts: Facts, policy: str) -> None:
    record = judge(given_facts, policy)

    assert len(record.digest) == 64
    assert record.training.eligible == (not record.training.reasons)
    assert len(record.permissions) == len(Purpose)


def _worse_call(draw: st.DrawFn, before: Facts) -> Facts:
    """Add a person who refuses, was not asked, is anywhere, or has nothing proved."""
    refusing = answering(draw(st.sampled_from(Purpose)), Outcome.DECLINED)
    withdrawn = answering(Purpose.STORE, Outcome.WITHDRAWN, was_granted=True)
    others = (refusing, withdrawn, a_leg(is_satisfied=False), a_leg(consents=()), a_leg(UNKNOWN))
    return with_legs(before, *before.call.legs, draw(st.sampled_from(others)), instance=before.call.instance)


def _worse_events(draw: st.DrawFn, before: Facts) -> Facts:
    """Add a child, a request, an objection, or an end that is earlier than the one there was."""
    e, on = before.events, draw(days)
    changes: tuple[dict[str, Any], ...] = (
        {"child_signals": (*e.child_signals, draw(signals))},
        {"deletion_requested_on": min(on, e.deletion_requested_on or date.max)},
        {"closed_on": min(on, e.closed_on or date.max)},
        {"card_unhidden_on": min(on, e.card_unhidden_on or date.max)},
        {"is_request_open": True},
        {"has_objection": True},
    )
    return with_events(before, **draw(st.sampled_from(changes)))


def _worse_artifact(draw: st.DrawFn, before: Facts) -> Facts:
    """Doubt what was proved of the artifact."""
    artifact = before.artifact
    changes: tuple[dict[str, Any], ...] = (
        {"redaction": RedactionStatus.FAILED},
        {"residue": (*artifact.residue, draw(st.sampled_from(Residue)))},
        {"is_speaker_map_known": False},
        {"has_only_consented_speakers": False},
        {"is_language_supported": False},
        {"processors": (*artifact.processors, draw(uses))},
    )
    return with_artifact(before, **draw(st.sampled_from(changes)))


def _worse_around(draw: st.DrawFn, before: Facts) -> Facts:
    """Let the tenant, a parent or a later version of the policy allow less."""
    parent = replace(AGREED, training_failed=(ReasonCode.SPEAKERS,), scope=draw(st.sampled_from(TrainingScope)))
    ended = replace(AGREED, ended_by=RetentionBasis.CHILD, ended_on=draw(days))
    later = LaterPolicy(
        version="9",
        notified_on=draw(days),
        effective_on=draw(days),
        training_scope=draw(st.sampled_from(TrainingScope)),
    )
    return draw(
        st.sampled_from(
            (
                with_tenant(before, is_training_stopped=True),
                with_tenant(before, store=False),
                replace(before, parents=(*before.parents, parent)),
                replace(before, parents=(*before.parents, ended)),
                replace(before, later_policies=(*before.later_policies, later)),
            )
        )
    )


@st.composite
def worse_pairs(draw: st.DrawFn) -> tuple[Facts, Facts]:
    before = draw(any_facts() | st.sampled_from(ArtifactKind).map(facts))
    ways = [_worse_events, _worse_artifact, _worse_around]
    ways += [_worse_call] if before.call.legs else []  # a call with nobody on it is as unknown as it can be
    return before, draw(st.sampled_from(ways))(draw, before)


def _reach(record: DecisionRecord) -> date:
    return record.retention.until or date.max


@settings(max_examples=150)
@given(pair=worse_pairs(), policy=policies)
def test_no_added_refusal_doubt_or_child_makes_anything_more_eligible_or_longer_lived(
    pair: tuple[Facts, Facts], policy: str
) -> None:
    before, after = (judge(f, policy) for f in pair)

    assert not (after.training.eligible and not before.training.eligible)
    assert SCOPE_ORDER.index(after.training.scope) <= SCOPE_ORDER.index(before.training.scope)
    assert _reach(after) <= _reach(before)
    for old, new in zip(before.permissions, after.permissions, strict=True):
        assert not (new.allowed and not old.allowed)
    allowed = {(p.name, p.purpose, p.region) for p in before.processors if p.allowed}
    assert {(p.name, p.purpose, p.region) for p in after.processors if p.allowed} <= allowed
    assert not (after.region.replicate and not before.region.replicate)
    assert not (after.download.allowed and not before.download.allowed)


@settings(max_examples=40)
@given(given_facts=any_facts(), policy=policies)
def test_a_hold_only_ever_keeps_and_never_makes_eligible(given_facts: Facts, policy: str) -> None:
    held = judge(with_events(given_facts, holds=("m9",)), policy)

    assert held.retention.disposition is Disposition.HELD
    assert held.retention.until is None
    assert not held.training.eligible


@settings(max_examples=40)
@given(given_facts=any_facts(), policy=policies)
def test_a_release_of_the_last_hold_gives_the_decision_as_if_there_had_been_none(
    given_facts: Facts, policy: str
) -> None:
    free = with_events(given_facts, holds=())
    released = with_events(with_events(given_facts, holds=("m9",)), holds=())

    assert judge(released, policy) == judge(free, policy)


@settings(max_examples=40)
@given(given_facts=any_facts())
@pytest.mark.clause("nejix", "2", "customers' call data to train AI models")
@pytest.mark.clause("nejix", "2", "operating the features you have enabled")
@pytest.mark.contradiction(1)
def test_a_nejix_artifact_is_trained_on_by_no_shared_model_whatever_the_facts(given_facts: Facts) -> None:
    training = judge(given_facts, "nejix").training

    assert training.scope in {TrainingScope.NONE, TrainingScope.TENANT_FEATURE}


@settings(max_examples=40)
@given(given_facts=any_facts(), policy=policies)
def test_nothing_is_eligible_without_every_persons_own_yes_to_training(given_facts: Facts, policy: str) -> None:
    record = judge(given_facts, policy)
    answers = [{c.outcome for c in leg.consents if c.purpose is Purpose.TRAIN} for leg in given_facts.call.legs]

    if record.training.eligible:
        assert answers
        assert all(a == {Outcome.GRANTED} for a in answers)


@settings(max_examples=40)
@given(given_facts=any_facts())
@pytest.mark.clause("nejix", "3", "Key sub-processors include")
@pytest.mark.contradiction(9)
@pytest.mark.acceptance(8)
def test_deepgram_never_has_anything_of_a_nejix_tenant(given_facts: Facts) -> None:
    asked = replace(given_facts, considered=(ProcessorAsk(name="deepgram", purpose="speech_to_text", region="us"),))
    record = decide(asked, load_bundle("nejix"), load_matrix())

    assert not record.permits_processor("deepgram", "speech_to_text")


def test_decisions_at_the_ends_of_the_calendar_do_not_fail() -> None:
    last = datetime.max.replace(tzinfo=UTC)

    assert judge(with_artifact(facts(as_of=last), captured_at=last)).retention.review_on == date.max
