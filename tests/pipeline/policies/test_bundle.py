"""Both policies are read from data, and each of their rows of clauses is there with words that stand in the document.

`quotes/` lists words that were looked up in the documents themselves, by section; nothing else may be cited.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel, ValidationError

from pipeline.model.artifact import ArtifactKind
from pipeline.model.decision import TrainingScope
from pipeline.policies.bundle import Bundle
from pipeline.policies.decide import decide
from pipeline.policies.facts import ChildSign, ChildSignal
from pipeline.policies.leaf import ClauseRef, Leaf
from pipeline.policies.loader import load_bundle, load_matrix
from tests.pipeline.policies.cases import LONG_AFTER, a_leg, facts, with_events, with_legs

QUOTES = Path(__file__).parent / "quotes"
NEJIX_SECTIONS = {"preamble", *(str(n) for n in range(1, 13))}
CONNEKZ_SECTIONS = {"preamble", *(str(n) for n in range(1, 9))}


def quotes(policy: str) -> set[tuple[str, str]]:
    lines = (QUOTES / f"{policy}.txt").read_text(encoding="utf-8").splitlines()
    return {(section, key) for section, _, key in (line.partition("\t") for line in lines)}


def leaves(model: BaseModel) -> Iterator[Leaf]:
    if isinstance(model, Leaf):
        yield model
    for value in (getattr(model, name) for name in type(model).model_fields):
        inner = value.values() if isinstance(value, dict) else value if isinstance(value, tuple) else (value,)
        for entry in inner:
            if isinstance(entry, BaseModel) and not isinstance(entry, ClauseRef):
                yield from leaves(entry)


def plain(policy: str = "nejix") -> dict[str, Any]:
    document: dict[str, Any] = json.loads(load_bundle(policy).model_dump_json())
    return document


@pytest.mark.parametrize("policy", ["nejix", "connekz"])
def test_every_clause_is_quoted_from_the_document_and_every_quote_is_used(policy: str) -> None:
    cited = {(leaf.clause.section, leaf.clause.key) for leaf in leaves(load_bundle(policy))}

    assert cited == quotes(policy)


@pytest.mark.parametrize("policy", ["nejix", "connekz"])
def test_a_quote_is_a_few_words_and_never_a_passage(policy: str) -> None:
    assert max(len(key.split()) for _, key in quotes(policy)) <= 10


@pytest.mark.parametrize(("policy", "sections"), [("nejix", NEJIX_SECTIONS), ("connekz", CONNEKZ_SECTIONS)])
def test_every_section_of_a_document_is_acted_on_or_listed(policy: str, sections: set[str]) -> None:
    assert {leaf.clause.section for leaf in leaves(load_bundle(policy))} == sections


@pytest.mark.parametrize(
    ("policy", "ids"),
    [
        (
            "nejix",
            "callers_never_saw_it two_switches metadata_allow_list tenant_attests transcription_needs_consent "
            "no_card_numbers_kept clean_logs clean_clickstream improve_by_counts no_training feature_exception "
            "fraud_access no_sale registry list_is_complete concrete_cloud transfer_notice legal_process good_faith "
            "other_purposes account_data_only closure closure_exceptions perpetual_is_a_default delete_one_record "
            "encryption breach_notice console_cookies request_clock portability ccpa_know ccpa_delete ccpa_correct "
            "ccpa_opt_out ccpa_limit ccpa_equal_service children third_party_links change_notice "
            "use_is_no_consent_of_callers request_mailbox",
        ),
        (
            "connekz",
            "nz_privacy_act users_only feature_switch four_kinds training_needs_more prompts_and_outputs own_instance "
            "never_other_models embedding_vendors call_vendors_do_not_train sensitive_warning purposes_per_company "
            "legal_and_transfers no_sale memories_from_calls download deletion_now yearly_reason rights_of_callers "
            "legal_exceptions chats_are_not_calls regions_listed no_guarantee_no_waiver own_risk_no_waiver adults_only "
            "no_data_of_children no_silent_change terms_not_supplied",
        ),
    ],
)
def test_no_duty_of_a_policy_is_forgotten(policy: str, ids: str) -> None:
    assert [duty.id for duty in load_bundle(policy).duties] == ids.split()


def test_the_two_policies_say_what_the_documents_say() -> None:
    nejix, connekz = load_bundle("nejix"), load_bundle("connekz")

    assert (nejix.training.scope, connekz.training.scope) == (TrainingScope.NONE, TrainingScope.VENDOR_MODELS)
    assert (nejix.minors.below_age, connekz.minors.below_age) == (13, 18)
    assert (nejix.replication.allowed, connekz.replication.allowed) == (False, True)
    assert (nejix.closure.outer_bound_days, nejix.change.notice_days, nejix.rights.respond_within_days) == (90, 14, 30)
    assert connekz.rights.respond_within_working_days == 20
    assert connekz.effective.day.isoformat() == "2026-02-10"


def test_what_the_policies_do_not_say_is_marked_as_our_choice_with_its_reason() -> None:
    chosen = [leaf for p in ("nejix", "connekz") for leaf in leaves(load_bundle(p)) if leaf.basis == "house_choice"]

    assert load_bundle("nejix").retention[ArtifactKind.RECORDING_ORIGINAL] in chosen
    assert load_bundle("nejix").effective in chosen
    assert load_bundle("connekz").change in chosen
    assert all(len(leaf.reason) >= 20 for leaf in chosen)


def paths(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    if isinstance(value, dict):
        if "clause" in value:
            yield path
        for key, inner in value.items():
            yield from paths(inner, (*path, key))
    elif isinstance(value, list):
        for at, inner in enumerate(value):
            yield from paths(inner, (*path, at))


def test_no_leaf_may_be_without_its_clause() -> None:
    found = list(paths(plain()))
    assert len(found) > 70
    for path in found:
        document = plain()
        leaf = document
        for step in path:
            leaf = leaf[step]
        del leaf["clause"]
        with pytest.raises(ValidationError) as caught:
            Bundle.model_validate(document)
        assert (*path, "clause") in {tuple(error["loc"]) for error in caught.value.errors()}


def change(document: dict[str, Any], path: str, value: Any) -> dict[str, Any]:
    *steps, last = path.split("/")
    inner = document
    for step in steps:
        inner = inner[step]
    inner[last] = value
    return document


@pytest.mark.parametrize(
    ("path", "value", "says"),
    [
        ("closure/vendor_by_day", 85, "ascend"),
        ("minors/reason", 7, "reason"),
        ("record/allowed", "yes", "allowed"),
        ("record/surprise", 1, "surprise"),
        ("effective/day", "2020-01-01", "ascend"),
        ("effective/reason", "because", "why"),
        ("change/is_retroactive", True, "is_retroactive"),
        ("training/scope", "everyone", "scope"),
        ("document/sha256", "abc", "sha256"),
        ("retention/summary", None, "summary"),
        ("metadata/fields", ["duration", "started_at"], "caller_number"),
    ],
)
def test_a_file_that_contradicts_itself_is_refused(path: str, value: Any, says: str) -> None:
    with pytest.raises(ValidationError, match=says):
        Bundle.model_validate(change(plain(), path, value))


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"days": None, "review_days": None}, "either days"),
        ({"days": 3, "review_days": 3}, "either days"),
        ({"tenant_min_days": 10, "tenant_max_days": 9}, "below"),
        ({"survives": ["policy"]}, "survives"),
    ],
)
def test_a_retention_that_makes_no_sense_is_refused(changes: dict[str, Any], says: str) -> None:
    document = plain()
    document["retention"]["summary"].update(changes)

    with pytest.raises(ValidationError, match=says):
        Bundle.model_validate(document)


def test_a_policy_must_speak_of_every_kind_of_artifact() -> None:
    document = plain()
    del document["retention"]["embedding"]

    with pytest.raises(ValidationError, match="embedding"):
        Bundle.model_validate(document)


def test_a_company_is_listed_once_and_not_refused_as_well() -> None:
    document = plain()
    twilio = next(p for p in document["processors"]["listed"] if p["name"] == "twilio")
    twice = {**document, "processors": {**document["processors"], "listed": [twilio, twilio]}}
    both = change(plain(), "processors/listed", [{**twilio, "name": "deepgram"}])

    with pytest.raises(ValidationError, match="twice"):
        Bundle.model_validate(twice)
    with pytest.raises(ValidationError, match="listed and refused at once: deepgram"):
        Bundle.model_validate(both)


@pytest.mark.parametrize(("effective", "is_accepted"), [("2027-01-15", True), ("2027-01-14", False)])
@pytest.mark.parametrize("policy", ["nejix", "connekz"])
@pytest.mark.clause("nejix", "11", "at least 14 days before the changes take effect")
@pytest.mark.clause("connekz", "8", "Continued use after changes means you accept")
@pytest.mark.acceptance(13)
def test_a_version_that_replaces_another_takes_effect_after_the_notice_it_promises(
    policy: str, effective: str, is_accepted: bool
) -> None:
    document = {**plain(policy), "version": "2", "replaces": "1"}
    document["notified"]["day"], document["effective"]["day"] = "2027-01-01", effective

    if is_accepted:
        assert Bundle.model_validate(document).replaces == "1"
    else:
        with pytest.raises(ValidationError, match="14 days after its notice"):
            Bundle.model_validate(document)


def test_the_digest_depends_on_what_is_said_and_not_on_how_it_is_laid_out() -> None:
    same = Bundle.model_validate(dict(reversed(plain().items())))
    other = Bundle.model_validate(change(plain(), "minors/below_age", 14))

    assert same.digest == load_bundle("nejix").digest
    assert other.digest != same.digest


@pytest.mark.clause("connekz", "8", "works together with our Terms of Use")
def test_nothing_is_allowed_by_terms_that_nobody_has_seen() -> None:
    """The Terms of Use were not supplied: only the duty that says so may name them."""
    bundle = load_bundle("connekz")
    terms = ("8", "works together with our Terms of Use")
    naming = [leaf for leaf in leaves(bundle) if "terms" in leaf.clause.key.lower()]

    assert [(leaf.clause.section, leaf.clause.key) for leaf in naming] == [terms]
    assert naming[0] in bundle.duties


@pytest.mark.parametrize("policy", ["nejix", "connekz"])
@pytest.mark.clause("connekz", "6", "cannot guarantee against all risks")
@pytest.mark.clause("connekz", "6", "Use Connekz at your own risk")
@pytest.mark.clause("nejix", "10", "not responsible for their privacy practices")
def test_what_asks_for_nothing_waives_nothing(policy: str) -> None:
    """A decision is the same with and without the disclaimers of its policy."""
    document = plain(policy)
    document["duties"] = [duty for duty in document["duties"] if duty["kept_by"] != "none"]
    silent = Bundle.model_validate(document)
    child = ChildSignal(sign=ChildSign.STATED_AGE, age=9, on=LONG_AFTER.date())

    assert len(silent.duties) < len(load_bundle(policy).duties)
    for given in (facts(), with_legs(facts(), a_leg(consents=())), with_events(facts(), child_signals=(child,))):
        one, other = (decide(given, bundle, load_matrix()) for bundle in (load_bundle(policy), silent))
        assert replace(one, policy=other.policy) == other
