from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from pipeline.model.cloud import (
    Bucket,
    DatabaseServer,
    Key,
    Trouble,
    judge_bucket,
    judge_database,
    judge_key,
    opens_to_all,
    refuses_plain_http,
)
from pipeline.vendors.s3_lifecycle import RULES

TLS_ONLY = {
    "Effect": "Deny",
    "Principal": {"AWS": "*"},
    "Action": "s3:*",
    "Resource": ["arn:aws:s3:::vault", "arn:aws:s3:::vault/*"],
    "Condition": {"Bool": {"aws:SecureTransport": "false"}},
}
SOUND = Bucket(
    name="vault",
    holds_artifacts=True,
    is_versioned=True,
    has_lock=True,
    default_lock=None,
    public_blocks=(True, True, True, True),
    encryption="aws:kms",
    policy={"Statement": [TLS_ONLY]},
    rules=RULES,
)
SERVER = DatabaseServer(
    name="earmark", is_encrypted=True, is_public=False, forces_tls=True, backup_days=14, is_protected=True,
    has_standby=True,
)  # fmt: skip
BY_AGE = {"ID": "old", "Status": "Enabled", "Filter": {"Prefix": ""}, "Expiration": {"Days": 90}}


def without(rule: str) -> list[Any]:
    return [one for one in RULES if one.get("ID") != rule]


def test_a_bucket_as_the_product_makes_it_is_sound() -> None:
    assert list(judge_bucket(SOUND)) == []


@pytest.mark.parametrize(
    ("rule", "changed"),
    [
        ("versioning", {"is_versioned": False}),
        ("versioning", {"is_versioned": None}),
        ("object-lock", {"has_lock": False}),
        ("object-lock", {"has_lock": None}),
        ("default-lock", {"default_lock": "COMPLIANCE"}),
        ("public-access-block", {"public_blocks": (True, True, True, False)}),
        ("public-access-block", {"public_blocks": ()}),
        ("public-access-block", {"public_blocks": None}),
        ("encryption", {"encryption": None}),
        ("encryption", {"encryption": "AES256"}),
        ("tls-only", {"policy": None}),
        ("tls-only", {"policy": {"Statement": [{**TLS_ONLY, "Effect": "Allow"}]}}),
        ("tls-only", {"policy": {"Statement": [{**TLS_ONLY, "Action": "s3:GetObject"}]}}),
        ("tls-only", {"policy": {"Statement": [{**TLS_ONLY, "Principal": {"AWS": "arn:aws:iam::1:root"}}]}}),
        ("tls-only", {"policy": {"Statement": [{**TLS_ONLY, "Resource": "arn:aws:s3:::vault/*"}]}}),
        ("tls-only", {"policy": {"Statement": [{**TLS_ONLY, "Condition": {"Bool": {"aws:SecureTransport": "true"}}}]}}),
        ("open-policy", {"policy": {"Statement": [TLS_ONLY, {**TLS_ONLY, "Effect": "Allow"}]}}),
        ("lifecycle-due", {"rules": without("due")}),
        ("lifecycle-due", {"rules": None}),
        ("lifecycle-due", {"rules": [{**one, "Status": "Disabled"} for one in RULES]}),
        ("lifecycle-markers", {"rules": without("lone-markers")}),
        ("lifecycle-uploads", {"rules": without("unfinished-uploads")}),
        ("lifecycle-by-age", {"rules": [*RULES, BY_AGE]}),
    ],
)
def test_what_a_bucket_lacks_is_found(rule: str, changed: dict[str, Any]) -> None:
    found = list(judge_bucket(replace(SOUND, **changed)))
    assert rule in {finding.rule for finding in found}
    assert {finding.place for finding in found} == {"bucket vault"}
    assert {finding.trouble for finding in found} == {Trouble.BROKEN}


def test_expiring_without_older_versions_is_no_rule_of_a_bucket_with_versions() -> None:
    half = [{k: v for k, v in one.items() if k != "NoncurrentVersionExpiration"} for one in RULES]
    assert "lifecycle-due" in {finding.rule for finding in judge_bucket(replace(SOUND, rules=half))}


def test_a_bucket_of_logs_needs_no_lock_and_may_expire_by_age() -> None:
    logs = replace(SOUND, holds_artifacts=False, has_lock=False, encryption="AES256", rules=[BY_AGE])
    assert list(judge_bucket(logs)) == []


def test_one_statement_may_stand_without_a_list() -> None:
    assert refuses_plain_http({"Statement": TLS_ONLY})
    assert not opens_to_all({"Statement": TLS_ONLY})
    assert not refuses_plain_http({})


@pytest.mark.parametrize(
    ("rule", "changed"),
    [("enabled", {"is_enabled": False}), ("rotation", {"rotates": False}), ("rotation", {"rotates": None})],
)
def test_what_a_key_lacks_is_found(rule: str, changed: dict[str, Any]) -> None:
    sound = Key(name="alias/earmark/acme", is_enabled=True, rotates=True)
    assert list(judge_key(sound)) == []
    assert [finding.rule for finding in judge_key(replace(sound, **changed))] == [rule]


@pytest.mark.parametrize(
    ("rule", "changed"),
    [
        ("encryption", {"is_encrypted": False}),
        ("not-public", {"is_public": True}),
        ("not-public", {"is_public": None}),
        ("tls-only", {"forces_tls": False}),
        ("deletion-protection", {"is_protected": None}),
        ("standby", {"has_standby": False}),
        ("backups", {"backup_days": 0}),
        ("backups", {"backup_days": 36}),
        ("backups", {"backup_days": None}),
    ],
)
def test_what_a_database_lacks_is_found(rule: str, changed: dict[str, Any]) -> None:
    assert list(judge_database(SERVER)) == []
    assert [finding.rule for finding in judge_database(replace(SERVER, **changed))] == [rule]
