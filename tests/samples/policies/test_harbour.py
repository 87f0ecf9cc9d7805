"""A policy that a tenant wrote for itself, beside the two that come with the product: six years, and no training."""

from __future__ import annotations

import hashlib
import re
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from pipeline.model.artifact import ArtifactKind
from pipeline.model.decision_terms import ReasonCode
from pipeline.model.retention import Disposition, RetentionBasis
from pipeline.policies.bundle import Bundle
from pipeline.policies.decide import decide
from pipeline.policies.facts import ProcessorAsk
from pipeline.policies.loader import load_bundle_file, load_matrix
from tests.pipeline.policies.cases import CAPTURED, a_leg, facts, with_events, with_legs, with_tenant
from tests.pipeline.policies.test_bundle import leaves

FOLDER = Path(__file__).parents[3] / "samples" / "policies"
DAY = CAPTURED.date()
SIX_YEARS = DAY + timedelta(days=2192)
ORIGINAL = ArtifactKind.RECORDING_ORIGINAL


@pytest.fixture(scope="module")
def bundle() -> Bundle:
    return load_bundle_file(FOLDER / "harbour.yaml")


def judged(bundle: Bundle, given):
    return decide(with_legs(given, a_leg("US-NY")), bundle, load_matrix())


def test_every_clause_is_quoted_from_the_document_that_its_digest_names(bundle: Bundle) -> None:
    text = (FOLDER / "harbour.md").read_text(encoding="utf-8")
    assert hashlib.sha256(text.encode()).hexdigest() == bundle.document.sha256
    sections = dict(re.findall(r"^(\d)\. (.+(?:\n   .+)*)", text, flags=re.MULTILINE))
    for leaf in leaves(bundle):
        assert leaf.clause.key in " ".join(sections[leaf.clause.section].split())


def test_a_recording_is_kept_seven_years_and_nothing_is_trained_on(bundle: Bundle) -> None:
    record = judged(bundle, facts(ORIGINAL))
    assert record.retention.until == DAY + timedelta(days=2557)
    copy = judged(bundle, facts(ArtifactKind.TRANSCRIPT_REDACTED))
    assert not copy.training.eligible
    assert ReasonCode.POLICY_SCOPE in {reason.code for reason in copy.training.reasons}


def test_a_deletion_request_closes_it_to_everybody_and_destroys_it_after_the_six_years(bundle: Bundle) -> None:
    asked = with_events(facts(ORIGINAL), deletion_requested_on=DAY + timedelta(days=31))
    retention = judged(bundle, asked).retention
    assert (retention.until, retention.basis) == (SIX_YEARS, RetentionBasis.POLICY_MINIMUM)
    assert retention.disposition is Disposition.RESTRICTED
    assert retention.clause.key == "because the law orders it"
    assert judged(bundle, asked).visibility.value == "restricted"
    later = replace(asked, as_of=CAPTURED + timedelta(days=2192))
    assert judged(bundle, later).retention.disposition is Disposition.DUE


def test_a_copy_without_a_minimum_goes_when_it_is_asked_for(bundle: Bundle) -> None:
    asked = with_events(facts(ArtifactKind.RECORDING_REDACTED), deletion_requested_on=DAY + timedelta(days=31))
    assert judged(bundle, asked).retention.disposition is Disposition.DUE


@pytest.mark.parametrize(("setting", "days"), [(1, 2192), (2000, 2192), (2300, 2300), (9000, 2557)])
def test_a_tenants_own_setting_stays_inside_the_limits(bundle: Bundle, setting: int, days: int) -> None:
    retention = judged(bundle, with_tenant(facts(ORIGINAL), retention_days=setting)).retention
    assert retention.until == DAY + timedelta(days=days)


def test_no_other_company_hears_a_call(bundle: Bundle) -> None:
    asked = replace(facts(ORIGINAL), considered=(ProcessorAsk(name="deepgram", purpose="speech_to_text", region="us"),))
    assert not judged(bundle, asked).permits_processor("deepgram", "speech_to_text")


def test_what_was_never_permitted_is_not_kept_for_the_law(bundle: Bundle) -> None:
    retention = judged(bundle, with_tenant(facts(ORIGINAL), store=False)).retention
    assert retention.disposition is Disposition.DUE
