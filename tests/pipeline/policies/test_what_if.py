from __future__ import annotations

from datetime import timedelta

from pipeline.model.artifact import ArtifactKind
from pipeline.model.consent import Outcome, Purpose
from pipeline.model.decision_terms import ReasonCode
from pipeline.policies.facts import ChildSign, ChildSignal, RedactionStatus
from pipeline.policies.loader import load_bundle, load_matrix
from pipeline.policies.what_if import Change, Matter, Tried, what_if
from tests.pipeline.policies.cases import (
    CAPTURED,
    answering,
    facts,
    on_file,
    with_artifact,
    with_events,
    with_legs,
    with_tenant,
)


def tried(given, policy="connekz") -> dict[tuple[str, str], Matter]:
    matters, _ = what_if(given, load_bundle(policy), load_matrix(), {})
    return {(m.kind, m.name): m for m in matters}


def days(given, policy="connekz") -> set[Change]:
    return {day.tried.change for day in what_if(given, load_bundle(policy), load_matrix(), {})[1]}


def takes_away(matter: Matter, code: ReasonCode) -> set[Change]:
    return {t.change for reason, changes in matter.takes_away if reason.code is code for t in changes}


def test_one_thing_that_is_wrong_is_named_as_what_alone_would_allow_it():
    for given, change in (
        (with_tenant(facts(), train=False), Tried(change=Change.SWITCHED_ON, about="train")),
        (with_tenant(facts(), is_training_stopped=True), Tried(change=Change.NOT_STOPPED)),
        (with_legs(facts(), answering(Purpose.TRAIN, Outcome.DECLINED)), Tried(change=Change.AGREED, about="train")),
        (with_events(facts(), holds=("M-1",)), Tried(change=Change.NO_HOLD)),
        (with_artifact(facts(), redaction=RedactionStatus.FAILED), Tried(change=Change.REDACTED)),
        (facts(as_of=CAPTURED + timedelta(days=1)), Tried(change=Change.WAITED)),
    ):
        assert change in tried(given)["training", ""].alone, change


def test_of_two_things_neither_alone_is_enough_and_each_takes_its_own_reason_away():
    matter = tried(with_events(with_tenant(facts(), train=False), has_objection=True))["training", ""]
    assert matter.alone == ()
    assert takes_away(matter, ReasonCode.TENANT_OFF) == {Change.SWITCHED_ON}
    assert takes_away(matter, ReasonCode.RIGHTS_PENDING) == {Change.NO_OBJECTION}


def test_what_the_policy_itself_forbids_no_fact_takes_away():
    matter = tried(facts(), "nejix")["training", ""]
    assert matter.alone == ()
    assert takes_away(matter, ReasonCode.POLICY_SCOPE) == set()


def test_permission_download_and_companies_are_tried_as_training_is():
    child = ChildSignal(sign=ChildSign.STATED_AGE, on=CAPTURED.date(), age=9)
    found = tried(with_events(facts(), child_signals=(child,)))
    assert Tried(change=Change.NO_CHILD) in found["permission", "transcribe"].alone
    assert Tried(change=Change.NO_CHILD) in found["download", ""].alone
    unproved = tried(facts(evidence=tuple(on_file(n) for n in ("twilio", "aws"))))
    company = next(m for (kind, name), m in unproved.items() if kind == "processor" and name.startswith("deepgram"))
    assert company.alone == (Tried(change=Change.PROVED_COMPANIES),)
    assert ("region", "") not in found or found["region", ""].reasons


def test_without_anybody_known_on_the_call_knowing_them_is_what_would_permit_it():
    matter = tried(with_legs(facts()))["permission", "record"]
    assert matter.alone == (Tried(change=Change.LEG_KNOWN),)


def test_what_moves_the_day_of_deletion_is_told_with_the_day():
    original = facts(ArtifactKind.RECORDING_ORIGINAL)
    assert days(with_tenant(original, retention_days=7), "nejix") == {Change.DEFAULT_PERIOD}
    assert Change.NOT_REQUESTED in days(with_events(original, deletion_requested_on=CAPTURED.date()))
    assert Change.NO_HOLD in days(with_events(original, holds=("M-1",)), "nejix")


def test_what_nothing_stands_against_is_in_no_list():
    assert ("training", "") not in tried(facts())
