from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from pipeline.model.cloud_roles import Role
from pipeline.model.cloud_tenants import judge_process, judge_tenant_role
from tests.pipeline.model.test_cloud_roles import TAGGED, VAULT, a_role, allow

MINE = f"${{{TAGGED}}}"
KEY = "arn:aws:kms:eu-central-1:111122223333:key/*"
OF_KEY, CONTEXT = "aws:ResourceTag/earmark-tenant", "kms:EncryptionContext:tenant"
OBJECTS = allow("s3:GetObject", f"{VAULT}/tenants/{MINE}/*")
NAMES = allow("s3:ListBucketVersions", VAULT, StringLike={"s3:prefix": f"tenants/{MINE}/*"})
DATA = allow("kms:Decrypt", KEY, StringEquals={OF_KEY: MINE, CONTEXT: MINE})
ASKED_TAG = "aws:RequestTag/earmark-tenant"
TRUST: dict[str, Any] = {
    "Effect": "Allow",
    "Principal": {"AWS": "arn:aws:iam::111122223333:role/earmark-web"},
    "Action": ["sts:AssumeRole", "sts:TagSession"],
    "Condition": {
        "StringLike": {ASKED_TAG: "?*"},
        "ForAllValues:StringEquals": {"aws:TagKeys": ["earmark-tenant"]},
    },
}


def a_tenant_role(*statements: dict[str, Any], trust: dict[str, Any] = TRUST) -> Role:
    """Give a sound role, or one with other statements or another trust."""
    return replace(a_role(*(statements or (OBJECTS, NAMES, DATA))), trust={"Statement": [trust]})


def test_a_role_that_goes_by_the_tenant_of_its_session_is_sound() -> None:
    assert list(judge_tenant_role(a_tenant_role())) == []
    taker = {"AWS": ["arn:aws:iam::111122223333:role/earmark-web"]}
    assert list(judge_tenant_role(a_tenant_role(trust={**TRUST, "Principal": taker}))) == []


@pytest.mark.parametrize(
    ("statements", "says"),
    [
        ([allow("s3:GetObject", f"{VAULT}/tenants/*"), NAMES, DATA], "s3:GetObject reaches what is another tenant's"),
        ([allow("s3:GetObject", f"{VAULT}/*"), NAMES, DATA], "s3:GetObject is allowed to a session that names no"),
        ([allow("s3:*", f"{VAULT}/tenants/{MINE}*"), NAMES, DATA], "s3:DeleteObject reaches what is another tenant's"),
        ([OBJECTS, allow("s3:ListBucketVersions", VAULT), DATA], "s3:ListBucketVersions reaches"),
        ([OBJECTS, allow("s3:List*", VAULT, StringLike={"s3:prefix": f"tenants/{MINE}*"}), DATA], "s3:ListBucket rea"),
        ([OBJECTS, NAMES, allow("kms:Decrypt", KEY, Null={OF_KEY: "false"})], "kms:Decrypt reaches"),
        ([OBJECTS, NAMES, DATA, allow("kms:ScheduleKeyDeletion", KEY)], "kms:ScheduleKeyDeletion reaches"),
        ([OBJECTS, NAMES, DATA, allow("kms:TagResource", KEY, StringEquals={ASKED_TAG: MINE})], "kms:TagResource rea"),
        ([allow("s3:GetObject", f"{VAULT}/tenants/acme/*"), NAMES, DATA], "is allowed to a session that names no"),
        ([NAMES, DATA], "s3:GetObject does not reach even the tenant's own"),
        ([OBJECTS, DATA], "s3:ListBucketVersions does not reach even the tenant's own"),
        ([OBJECTS, NAMES], "kms:Decrypt does not reach even the tenant's own"),
    ],
)  # fmt: skip
def test_a_role_that_reaches_more_than_its_tenant_is_found(statements: list[dict[str, Any]], says: str) -> None:
    assert [finding.says for finding in judge_tenant_role(a_tenant_role(*statements)) if says in finding.says]


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"Condition": {}}, "it may be taken without a tenant"),
        ({"Condition": {"StringLike": {ASKED_TAG: "*"}}}, "it may be taken for a tenant without a name"),
        ({"Condition": {"StringLike": {ASKED_TAG: "?*"}}}, "it may be taken with other tags"),
        ({"Principal": "*"}, "it may be taken by others than one role that is named"),
        ({"Principal": {"AWS": "*"}}, "it may be taken by others than one role that is named"),
        ({"Principal": {"AWS": "111122223333"}}, "it may be taken by others than one role that is named"),
        ({"Principal": {"AWS": "arn:aws:iam::111122223333:root"}}, "it may be taken by others than one role"),
        ({"Principal": {"AWS": ["arn:aws:iam::1:role/a", "arn:aws:iam::1:role/b"]}}, "it may be taken by others"),
        ({"Principal": {"Service": "ecs-tasks.amazonaws.com"}}, "it may be taken by others than one role"),
        ({"Effect": "Deny"}, "nobody may take it for a tenant"),
    ],
)
def test_a_role_that_may_be_taken_otherwise_is_found(changed: dict[str, Any], says: str) -> None:
    found = [finding.says for finding in judge_tenant_role(a_tenant_role(trust={**TRUST, **changed}))]
    assert any(says in one for one in found)


def test_a_process_reaches_what_is_no_tenants_and_no_tenant() -> None:
    audit = {"s3:prefix": "audit/*"}
    shared = [allow("s3:GetObject", f"{VAULT}/audit/*"), allow("s3:ListBucket", VAULT, StringLike=audit)]
    assert list(judge_process(a_role(*shared))) == []

    any_key = allow("kms:Decrypt", KEY, Null={OF_KEY: "false"})
    for wide in (allow("s3:GetObject"), allow("s3:ListBucket", VAULT), any_key):
        assert [finding.rule for finding in judge_process(a_role(*shared, wide))] == ["tenant-session"]
