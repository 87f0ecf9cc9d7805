from __future__ import annotations

from datetime import timedelta

import pytest

from pipeline.model.artifact import ArtifactKind
from pipeline.model.decision import ProcessorDecision
from pipeline.model.decision_terms import ReasonCode
from pipeline.policies.facts import EvidenceFact, ProcessorAsk, RedactionStatus
from pipeline.policies.loader import load_bundle
from pipeline.policies.processors import lists_processor
from tests.pipeline.policies.cases import LONG_AFTER, a_leg, facts, judge, on_file, with_artifact, with_legs


def ask(name: str, purpose: str, region: str | None = None, *, policy: str, place: str = "NZ") -> ProcessorDecision:
    given = with_legs(facts(considered=(ProcessorAsk(name=name, purpose=purpose, region=region),)), a_leg(place))
    return next(p for p in judge(given, policy).processors if (p.name, p.purpose, p.region) == (name, purpose, region))


@pytest.mark.parametrize(
    ("policy", "name", "purpose", "code"),
    [
        ("nejix", "twilio", "telephony", None),
        ("nejix", "anthropic", "inference", None),
        ("nejix", "aws", "hosting", None),
        ("nejix", "deepgram", "speech_to_text", ReasonCode.NOT_LISTED),
        ("nejix", "openai", "embeddings", ReasonCode.NOT_LISTED),
        ("nejix", "elevenlabs", "text_to_speech", ReasonCode.NOT_LISTED),
        ("nejix", "twilio", "speech_to_text", ReasonCode.OTHER_PURPOSE),
        ("nejix", "stripe", "payments", ReasonCode.NO_CONTENT),
        ("connekz", "deepgram", "speech_to_text", None),
        ("connekz", "deepgram", "text_to_speech", None),
        ("connekz", "twilio", "telephony", None),
        ("connekz", "openai", "embeddings", None),
        ("connekz", "openai", "inference", ReasonCode.OTHER_PURPOSE),
        ("connekz", "xai", "embeddings", None),
        ("connekz", "anthropic", "inference", ReasonCode.NOT_LISTED),
        ("connekz", "google_analytics", "web_usage", ReasonCode.NO_CONTENT),
        ("connekz", "nylas", "email_calendar", ReasonCode.NO_CONTENT),
        ("connekz", "vercel", "hosting", ReasonCode.NO_CONTENT),
    ],
)
@pytest.mark.clause("nejix", "3", "We do not sell your personal information")
@pytest.mark.clause("nejix", "3", "Key sub-processors include")
@pytest.mark.clause("connekz", "3", "We do not sell your data")
@pytest.mark.clause("connekz", "3", "We share data only as necessary")
@pytest.mark.clause("connekz", "2", "only for processing, not their training")
@pytest.mark.contradiction(9)
def test_each_company_gets_what_its_policy_lists_it_for(
    policy: str, name: str, purpose: str, code: ReasonCode | None
) -> None:
    decision = ask(name, purpose, policy=policy)

    assert decision.allowed == (code is None)
    assert [r.code for r in decision.reasons] == ([] if code is None else [code])
    assert lists_processor(load_bundle(policy), name, purpose) == (code is None)


def test_deepgram_is_refused_for_nejix_with_the_clause_of_the_list() -> None:
    decision = ask("deepgram", "speech_to_text", "eu", policy="nejix")

    assert (decision.clause.section, decision.clause.key) == ("3", "Key sub-processors include")


def test_a_refused_company_is_shown_without_being_asked_about() -> None:
    record = judge(facts(), "nejix")

    assert not record.permits_processor("deepgram", "speech_to_text")
    assert {"deepgram", "twilio", "anthropic"} <= {p.name for p in record.processors}


def test_a_company_nobody_considered_is_not_permitted() -> None:
    assert not judge(facts()).permits_processor("whoever", "speech_to_text")


@pytest.mark.parametrize(
    ("place", "region", "allowed"),
    [
        ("DE", "eu", True),
        ("DE", "eu-central-1", True),
        ("DE", "us", False),
        ("IS", "us", False),
        ("NZ", "us", True),
        ("unknown", "us", False),
        ("unknown", "eu", True),
        ("GB", "us", True),
        ("NZ", "cn-north-1", False),
    ],
)
@pytest.mark.acceptance(8)
def test_words_of_people_in_the_eu_are_recognised_in_the_eu(place: str, region: str, allowed: bool) -> None:
    decision = ask("deepgram", "speech_to_text", region, policy="connekz", place=place)

    assert decision.allowed == allowed
    assert all(reason.code is ReasonCode.REGION for reason in decision.reasons)


def test_one_refused_region_refuses_the_company_for_the_artifact() -> None:
    asks = tuple(ProcessorAsk(name="deepgram", purpose="speech_to_text", region=r) for r in ("eu", "us"))

    assert not judge(with_legs(facts(considered=asks), a_leg("DE"))).permits_processor("deepgram", "speech_to_text")


def test_the_order_of_the_questions_does_not_change_the_record() -> None:
    asks = tuple(ProcessorAsk(name="deepgram", purpose="speech_to_text", region=r) for r in (None, "us", "eu"))

    one, other = (judge(facts(considered=c)).processors for c in (asks, asks[::-1]))
    assert one == other
    assert [p.region for p in one if p.name == "deepgram" and p.purpose == "speech_to_text"] == [None, "eu", "us"]


DEEPGRAM = ("deepgram", "speech_to_text")


@pytest.mark.parametrize(
    ("evidence", "code"),
    [
        ((), ReasonCode.NO_EVIDENCE),
        ((on_file("twilio"),), ReasonCode.NO_EVIDENCE),
        ((on_file("deepgram", expires_on=LONG_AFTER.date()),), ReasonCode.EVIDENCE_EXPIRED),
        ((on_file("deepgram", evidence_on=LONG_AFTER.date() + timedelta(days=1)),), ReasonCode.EVIDENCE_EXPIRED),
        ((on_file("deepgram", regions=("eu",)),), ReasonCode.REGION),
        ((on_file("deepgram", expires_on=LONG_AFTER.date() + timedelta(days=1)),), None),
    ],
)
@pytest.mark.clause("nejix", "3", "only to perform services on our behalf")
def test_a_company_gets_nothing_without_evidence_in_force_for_the_region(
    evidence: tuple[EvidenceFact, ...], code: ReasonCode | None
) -> None:
    asked = ProcessorAsk(name=DEEPGRAM[0], purpose=DEEPGRAM[1], region="us")
    record = judge(facts(considered=(asked,), evidence=evidence))

    assert record.permits_processor(*DEEPGRAM) == (code is None)
    (decision,) = (p for p in record.processors if (p.name, p.purpose) == DEEPGRAM)
    assert [r.code for r in decision.reasons] == ([] if code is None else [code])


def test_a_company_that_never_sees_content_needs_no_evidence_to_be_refused_it() -> None:
    record = judge(facts(evidence=()))
    assert [r.code for p in record.processors if p.name == "stripe" for r in p.reasons] == [ReasonCode.NO_CONTENT]


@pytest.mark.parametrize("name", ["openai", "xai"])
@pytest.mark.clause("connekz", "2", "only for processing, not their training")
def test_embeddings_are_made_of_redacted_text_alone(name: str) -> None:
    doubtful = with_artifact(facts(), redaction=RedactionStatus.FAILED)
    for raw in (doubtful, *(facts(kind) for kind in ArtifactKind if kind is not ArtifactKind.TRANSCRIPT_REDACTED)):
        record = judge(raw)
        assert not record.permits_processor(name, "embeddings")
        assert record.permits_processor("twilio", "telephony")
    assert judge(facts()).permits_processor(name, "embeddings")
